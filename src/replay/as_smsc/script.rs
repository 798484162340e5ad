//! What both sides said in a capture, put in order to be played again.

use std::collections::HashMap;

use super::super::FileName;
use super::super::plan::Captured;
use crate::num;
use crate::session::BindType;
use crate::smpp::spec::Slot;
use crate::smpp::{CommandId, CommandStatus, Context, Header, Role, Silent, walk};
use crate::smsc::{reported, spellings};
use crate::time::{Duration, Timestamp};

/// Sessions of a script.
const SESSIONS: usize = 10_000;

/// Octets that a script keeps, and what a PDU takes beside its own.
const KEPT: usize = 512 << 20;
const EACH: usize = 208;

/// A session of the capture.
#[derive(Clone, Debug)]
pub struct Scripted {
    /// Its id.
    pub id: String,
    /// Its account.
    pub account: String,
    /// How it bound, if the bind was captured.
    pub bind: Option<BindType>,
    /// system_id of the bind.
    pub system_id: Vec<u8>,
    /// Whether the bind was refused.
    pub is_refused: bool,
    /// What the ESME asked, in order; its enquire_links are not among it.
    pub(super) asked: Vec<Asked>,
    /// What the message centre asked, or told, in order; without enquire_links.
    pub(super) told: Vec<Told>,
    /// When it was bound: when its bind was answered, else when it was first seen.
    began_at: Timestamp,
}

impl Scripted {
    /// How long after everything else the ESME unbound; zero where it did not.
    pub(super) fn unbinds_after(&self) -> Duration {
        let is_unbind = |asked: &&Asked| asked.command == CommandId::UNBIND;
        let Some(unbind) = self.asked.iter().rev().find(is_unbind) else { return Duration::ZERO };
        let asked = self.asked.iter().filter(|asked| !is_unbind(asked));
        let asked = asked.map(|asked| asked.place.at.plus(asked.latency));
        let told = self.told.iter().map(|told| told.place.at);
        asked.chain(told).max().map_or(Duration::ZERO, |last| unbind.place.at.since(last)).max(Duration::ZERO)
    }
}

/// A request of the ESME, with what came of it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) command: CommandId,
    pub(super) octets: Box<[u8]>,
    pub(super) place: Place,
    /// `None`: it was not answered, or the capture does not have it.
    pub(super) response: Option<Box<[u8]>>,
    pub(super) latency: Duration,
    /// The receipts of its message: session, and place among what was told there.
    pub(super) reports: Vec<(u32, u32)>,
}

/// What the message centre sent of its own accord.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) command: CommandId,
    pub(super) octets: Box<[u8]>,
    pub(super) place: Place,
    /// Since when the session was bound; of a report, since the request about whose message it is was answered.
    pub(super) delay: Duration,
    pub(super) is_report: bool,
    /// When a report is to be sent, once that is known.
    pub(super) due: Option<Timestamp>,
    pub(super) response: Option<Box<[u8]>>,
}

/// Where a PDU is in the capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Option<FileName>,
    /// Number of the frame in its file.
    pub frame: u64,
    /// Place among the PDUs of the frame.
    pub index: u32,
    /// When it was captured.
    pub at: Timestamp,
}

/// A capture as it is to be played.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The sessions, in the order of their first PDU.
    pub sessions: Vec<Scripted>,
    /// PDUs that found no room.
    pub left_out: u64,
    /// PDUs that the capture holds in part only.
    pub partial: u64,
}

impl Script {
    /// Requests of the ESMEs, binds and unbinds among them.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.sessions.iter().map(|session| num::count(session.asked.len())).sum()
    }

    /// What the message centre sends of its own accord.
    #[must_use]
    pub fn deliveries(&self) -> u64 {
        self.sessions.iter().map(|session| num::count(session.told.len())).sum()
    }
}

/// Reads captured PDUs in their order.
#[derive(Debug, Default)]
pub struct Scribe {
    script: Script,
    by_id: HashMap<String, u32, foldhash::fast::RandomState>,
    /// Requests that wait for their response: session, whether the ESME asked, sequence_number.
    open: HashMap<(u32, bool, u32), u32, foldhash::fast::RandomState>,
    /// Messages by account and id: the request that submitted them.
    messages: HashMap<(String, Vec<u8>), (u32, u32), foldhash::fast::RandomState>,
    /// Reports that came before the response with the id: session, place, ids.
    early: Vec<(u32, u32, Vec<Vec<u8>>)>,
    kept: usize,
}

impl Scribe {
    /// A captured PDU.
    pub fn push(&mut self, pdu: &Captured<'_>) {
        let Some(header) = Header::parse(pdu.octets) else { return };
        let id = header.command_id;
        if matches!(id.request(), CommandId::ENQUIRE_LINK | CommandId::OUTBIND) {
            return;
        }
        if !pdu.whole {
            self.script.partial = self.script.partial.saturating_add(1);
            return;
        }
        let size = pdu.octets.len().saturating_add(EACH);
        let number = self.session(pdu).filter(|_| self.kept.saturating_add(size) <= KEPT);
        let Some(number) = number else {
            self.script.left_out = self.script.left_out.saturating_add(1);
            return;
        };
        self.kept = self.kept.saturating_add(size);
        match (pdu.from_esme, id.is_response()) {
            (true, false) => self.asked(number, header, pdu),
            (false, false) => self.told(number, header, pdu),
            (from_esme, true) => self.answered(number, !from_esme, header, pdu),
        }
    }

    /// What was read.
    #[must_use]
    pub fn finish(mut self) -> Script {
        for (session, place, ids) in std::mem::take(&mut self.early) {
            let Some(account) = self.scripted(session).map(|scripted| scripted.account.clone()) else {
                continue;
            };
            let found = ids.into_iter().find_map(|id| self.messages.get(&(account.clone(), id)).copied());
            if let Some(request) = found {
                self.link(request, (session, place));
            }
        }
        self.script
    }

    fn scripted(&mut self, number: u32) -> Option<&mut Scripted> {
        self.script.sessions.get_mut(num::index(number))
    }

    fn session(&mut self, pdu: &Captured<'_>) -> Option<u32> {
        if let Some(&number) = self.by_id.get(pdu.session) {
            return Some(number);
        }
        let number = u32::try_from(self.script.sessions.len()).ok()?;
        if self.script.sessions.len() >= SESSIONS {
            return None;
        }
        self.by_id.insert(pdu.session.to_owned(), number);
        self.script.sessions.push(Scripted {
            id: pdu.session.to_owned(),
            account: pdu.account.to_owned(),
            bind: None,
            system_id: Vec::new(),
            is_refused: false,
            asked: Vec::new(),
            told: Vec::new(),
            began_at: pdu.at,
        });
        Some(number)
    }

    fn asked(&mut self, number: u32, header: Header, pdu: &Captured<'_>) {
        let Some(session) = self.scripted(number) else { return };
        let id = header.command_id;
        if let Some(bind) = BindType::of(id) {
            let context = Context { version: pdu.version, from: Some(Role::Esme) };
            let facts = walk(pdu.octets, context, &mut Silent);
            session.bind = Some(bind);
            session.system_id = facts.text(pdu.octets, Slot::SystemId).unwrap_or_default().to_vec();
        }
        let place = u32::try_from(session.asked.len()).unwrap_or(u32::MAX);
        session.asked.push(Asked {
            command: id,
            octets: pdu.octets.into(),
            place: place_of(pdu),
            response: None,
            latency: Duration::ZERO,
            reports: Vec::new(),
        });
        self.open.insert((number, true, header.sequence_number.0), place);
    }

    fn told(&mut self, number: u32, header: Header, pdu: &Captured<'_>) {
        let Some(session) = self.scripted(number) else { return };
        let place = u32::try_from(session.told.len()).unwrap_or(u32::MAX);
        let delay = pdu.at.since(session.began_at).max(Duration::ZERO);
        let account = session.account.clone();
        session.told.push(Told {
            command: header.command_id,
            octets: pdu.octets.into(),
            place: place_of(pdu),
            delay,
            is_report: false,
            due: None,
            response: None,
        });
        self.open.insert((number, false, header.sequence_number.0), place);
        let context = Context { version: pdu.version, from: Some(Role::Smsc) };
        let facts = walk(pdu.octets, context, &mut Silent);
        let Some(reported) = reported(&facts, pdu.octets) else { return };
        let ids: Vec<Vec<u8>> = reported.ids.into_iter().flatten().flat_map(spellings).collect();
        let find = |id: &Vec<u8>| self.messages.get(&(account.clone(), id.clone())).copied();
        match ids.iter().find_map(find) {
            Some(request) => self.link(request, (number, place)),
            None => self.early.push((number, place, ids)),
        }
    }

    /// A response: to the ESME, or of the ESME.
    fn answered(&mut self, number: u32, to_esme: bool, header: Header, pdu: &Captured<'_>) {
        let Some(place) = self.open.remove(&(number, to_esme, header.sequence_number.0)) else { return };
        let Some(session) = self.scripted(number) else { return };
        if !to_esme {
            if let Some(told) = session.told.get_mut(num::index(place)) {
                told.response = Some(pdu.octets.into());
            }
            return;
        }
        let account = session.account.clone();
        let Some(asked) = session.asked.get_mut(num::index(place)) else { return };
        asked.response = Some(pdu.octets.into());
        asked.latency = pdu.at.since(asked.place.at).max(Duration::ZERO);
        if asked.command.is_bind() {
            session.began_at = pdu.at;
            session.is_refused = header.command_status != CommandStatus::OK;
            return;
        }
        let context = Context { version: pdu.version, from: Some(Role::Smsc) };
        let facts = walk(pdu.octets, context, &mut Silent);
        let is_new = matches!(
            header.command_id,
            CommandId::SUBMIT_SM_RESP | CommandId::DATA_SM_RESP | CommandId::SUBMIT_MULTI_RESP
        );
        let id = facts.text(pdu.octets, Slot::MessageId).filter(|id| is_new && !id.is_empty());
        if let Some(id) = id {
            self.messages.insert((account, id.to_ascii_lowercase()), (number, place));
        }
    }

    /// What was told is a report of the message of this request.
    fn link(&mut self, request: (u32, u32), report: (u32, u32)) {
        let Some(asked) =
            self.scripted(request.0).and_then(|session| session.asked.get_mut(num::index(request.1)))
        else {
            return;
        };
        asked.reports.push(report);
        let answered_at = asked.place.at.plus(asked.latency);
        if let Some(told) =
            self.scripted(report.0).and_then(|session| session.told.get_mut(num::index(report.1)))
        {
            told.is_report = true;
            // Below zero where it overtook the response.
            told.delay = told.place.at.since(answered_at);
        }
    }
}

fn place_of(pdu: &Captured<'_>) -> Place {
    Place { file: pdu.file.cloned(), frame: pdu.frame, index: pdu.index, at: pdu.at }
}
