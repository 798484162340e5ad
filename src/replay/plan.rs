//! Which PDUs of a capture are requests of the ESME, and what was answered then.
//!
//! A request is held until its recorded response has passed by, so that both leave together; what is held is bounded in
//! captured time and in number. Of sessions only counts are kept.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use super::{FileName, Secret};
use crate::num;
use crate::session::BindType;
use crate::smpp::spec::{Command, Slot};
use crate::smpp::{CommandId, CommandStatus, Context, Header, Role, Silent, Span, Version, spec, walk};
use crate::time::{Duration, Timestamp};

/// How long, in captured time, a request is held for its response.
const HOLD: Duration = Duration::from_secs(60);

/// Requests that are held at once; the oldest goes without its response then.
const HELD: usize = 65_536;

/// Sessions of a plan.
const SESSIONS: usize = 10_000;

/// Ends of the capture that are remembered; a capture with more cannot be replayed off loopback.
const ENDS: usize = 100_000;

/// A captured PDU.
#[derive(Clone, Copy, Debug)]
pub struct Captured<'a> {
    /// Id of its session.
    pub session: &'a str,
    /// The account of the session.
    pub account: &'a str,
    /// Whether the ESME sent it.
    pub from_esme: bool,
    /// The side that binds.
    pub esme: SocketAddr,
    /// The message centre.
    pub smsc: SocketAddr,
    /// When it became readable.
    pub at: Timestamp,
    /// Its octets.
    pub octets: &'a [u8],
    /// Whether all of them are there.
    pub whole: bool,
    /// What the session speaks, if known.
    pub version: Option<Version>,
    /// The file of its frame.
    pub file: Option<&'a FileName>,
    /// Number of the frame in its file.
    pub frame: u64,
    /// Place among the PDUs of the frame.
    pub index: u32,
}

/// A request to send.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Number in the plan, from 0.
    pub number: u64,
    /// Number of its captured session.
    pub session: u32,
    /// Which time through the capture it is, from 0.
    pub pass: u32,
    /// When it was captured.
    pub at: Timestamp,
    /// When it is to be sent, from the start.
    pub due: Duration,
    /// What it asks.
    pub command: CommandId,
    /// What its session spoke, if known.
    pub version: Option<Version>,
    /// Its captured sequence_number.
    pub sequence: u32,
    /// The PDU.
    pub octets: Vec<u8>,
    /// Where message_id stands, in query_sm, cancel_sm and replace_sm.
    pub message_id: Option<Span>,
    /// What came of it in the capture.
    pub recorded: Recorded,
    /// The file of its frame.
    pub file: Option<FileName>,
    /// Number of the frame.
    pub frame: u64,
    /// Place among the PDUs of the frame.
    pub index: u32,
}

impl Planned {
    /// A request of which no more is known.
    #[must_use]
    pub const fn of(command: CommandId, at: Timestamp, octets: Vec<u8>) -> Self {
        Self {
            number: 0,
            session: 0,
            pass: 0,
            at,
            due: Duration::ZERO,
            command,
            version: None,
            sequence: 0,
            octets,
            message_id: None,
            recorded: Recorded::Unknown,
            file: None,
            frame: 1,
            index: 0,
        }
    }
}

/// What came of a request in the capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Recorded {
    /// It is not known: the capture ends before, or the response came too late to be kept with it.
    #[default]
    Unknown,
    /// There was a response.
    Answered {
        /// The whole PDU.
        response: Box<[u8]>,
        /// How long it took.
        latency: Duration,
    },
}

impl Recorded {
    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> Option<CommandStatus> {
        match self {
            Self::Answered { response, .. } => Header::parse(response).map(|header| header.command_status),
            Self::Unknown => None,
        }
    }

    /// The id that the message was given, where the response has one.
    #[must_use]
    pub fn message_id(&self) -> Option<&[u8]> {
        let Self::Answered { response, .. } = self else { return None };
        let header = Header::parse(response)?;
        let begins = matches!(
            header.command_id,
            CommandId::SUBMIT_SM_RESP | CommandId::DATA_SM_RESP | CommandId::SUBMIT_MULTI_RESP
        );
        if !begins || header.command_status != CommandStatus::OK {
            return None;
        }
        let body = response.get(16..)?;
        let end = body.iter().position(|&octet| octet == 0)?;
        body.get(..end).filter(|id| !id.is_empty())
    }
}

/// A captured session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Its account.
    pub account: String,
    /// The side that binds.
    pub esme: SocketAddr,
    /// The message centre.
    pub smsc: SocketAddr,
    /// How it bound, if the bind was captured.
    pub bind: Option<BindType>,
    /// system_id of the bind.
    pub system_id: Option<Vec<u8>>,
    /// password of the bind, where it is to be used.
    pub password: Option<Secret>,
    /// interface_version of the bind.
    pub interface_version: Option<u8>,
    /// system_id of the bind response.
    pub smsc_system_id: Option<Vec<u8>>,
    /// Requests to send.
    pub requests: u64,
    /// Most requests that waited for their response at once.
    pub window: u32,
    /// Its first and last PDU.
    pub first_at: Timestamp,
    /// Its last PDU.
    pub last_at: Timestamp,
    waiting: u32,
}

/// What is not sent again, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Binds, unbinds, enquire_links: the live session has its own.
    pub own: u64,
    /// Requests with errors, of commands that no version defines among them; sent with `--raw`.
    pub malformed: u64,
    /// Requests of which octets are missing from the capture.
    pub partial: u64,
    /// Requests of the message centre, and all responses.
    pub of_smsc: u64,
    /// Requests of sessions beyond those that a plan has room for.
    pub beyond: u64,
}

/// Reads captured PDUs in their order, and gives the requests with what was answered.
#[derive(Debug, Default)]
pub struct Planner {
    /// Whether requests with errors are sent, too.
    pub raw: bool,
    /// Whether passwords of binds are kept.
    pub keep_passwords: bool,
    sessions: Vec<Session>,
    by_id: HashMap<String, u32, foldhash::fast::RandomState>,
    ends: BTreeSet<SocketAddr>,
    too_many_ends: bool,
    skipped: Skipped,
    held: VecDeque<Held>,
    /// Requests that left.
    gone: u64,
    open: HashMap<(u32, u32), u64, foldhash::fast::RandomState>,
    /// Responses that came after their request had left.
    unheld: u64,
    has_references: bool,
    pass: u32,
}

#[derive(Debug)]
struct Held {
    planned: Planned,
    is_done: bool,
}

impl Planner {
    /// A captured PDU; `give` gets the requests that are complete now.
    pub fn push(&mut self, pdu: &Captured<'_>, give: &mut dyn FnMut(Planned)) {
        self.end(pdu.esme);
        self.end(pdu.smsc);
        let Some(header) = Header::parse(pdu.octets) else { return };
        let Some(number) = self.session(pdu) else {
            self.skipped.beyond = self.skipped.beyond.saturating_add(1);
            return;
        };
        if let Some(session) = self.sessions.get_mut(num::index(number)) {
            session.last_at = session.last_at.max(pdu.at);
        }
        let id = header.command_id;
        if id.request().is_bind() && pdu.whole {
            self.bind(number, header, pdu);
        }
        if !pdu.from_esme || id.is_response() {
            self.skipped.of_smsc = self.skipped.of_smsc.saturating_add(1);
            if id.is_response() && !pdu.from_esme {
                self.answer(number, header, pdu);
            }
        } else if is_of_session(id) {
            self.skipped.own = self.skipped.own.saturating_add(1);
        } else if !pdu.whole {
            self.skipped.partial = self.skipped.partial.saturating_add(1);
        } else {
            self.request(number, header, pdu);
        }
        while self.held.front().is_some_and(|held| held.is_done || pdu.at.since(held.planned.at) > HOLD)
            || self.held.len() > HELD
        {
            self.give(give);
        }
    }

    /// The capture is over. `again`: it is read once more.
    pub fn finish(&mut self, give: &mut dyn FnMut(Planned)) {
        while !self.held.is_empty() {
            self.give(give);
        }
        self.open.clear();
        self.pass = self.pass.saturating_add(1);
    }

    /// Has the first time through the capture be this one, not 0.
    pub const fn begin_with(&mut self, pass: u32) {
        self.pass = pass;
    }

    /// The sessions, in the order of their first PDU.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// Both ends of all sessions that were shown, taken or not; `None` where there are too many to remember.
    #[must_use]
    pub fn ends(&self) -> Option<&BTreeSet<SocketAddr>> {
        (!self.too_many_ends).then_some(&self.ends)
    }

    /// Takes note of an end of the capture, whether its session is replayed or not.
    pub fn end(&mut self, end: SocketAddr) {
        if self.ends.len() < ENDS {
            self.ends.insert(end);
        } else if !self.ends.contains(&end) {
            self.too_many_ends = true;
        }
    }

    /// Takes note that there are ends that it was not told.
    pub const fn has_more_ends(&mut self) {
        self.too_many_ends = true;
    }

    /// What is not sent.
    #[must_use]
    pub const fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// Responses that came after their request could be held.
    #[must_use]
    pub const fn unheld(&self) -> u64 {
        self.unheld
    }

    /// Whether requests name messages by their id.
    #[must_use]
    pub const fn has_references(&self) -> bool {
        self.has_references
    }

    fn session(&mut self, pdu: &Captured<'_>) -> Option<u32> {
        if let Some(&number) = self.by_id.get(pdu.session) {
            return Some(number);
        }
        if self.sessions.len() >= SESSIONS {
            return None;
        }
        let number = u32::try_from(self.sessions.len()).ok()?;
        self.by_id.insert(pdu.session.to_owned(), number);
        self.sessions.push(Session {
            id: pdu.session.to_owned(),
            account: pdu.account.to_owned(),
            esme: pdu.esme,
            smsc: pdu.smsc,
            bind: None,
            system_id: None,
            password: None,
            interface_version: None,
            smsc_system_id: None,
            requests: 0,
            window: 0,
            first_at: pdu.at,
            last_at: pdu.at,
            waiting: 0,
        });
        Some(number)
    }

    fn bind(&mut self, number: u32, header: Header, pdu: &Captured<'_>) {
        let Some(session) = self.sessions.get_mut(num::index(number)) else { return };
        let facts = walk(pdu.octets, Context { version: pdu.version, from: None }, &mut Silent);
        let name = facts.text(pdu.octets, Slot::SystemId).map(<[u8]>::to_vec);
        if header.command_id.is_response() {
            if header.command_status == CommandStatus::OK && !pdu.from_esme {
                session.smsc_system_id = name;
            }
            return;
        }
        session.bind = match header.command_id {
            CommandId::BIND_RECEIVER => Some(BindType::Receiver),
            CommandId::BIND_TRANSMITTER => Some(BindType::Transmitter),
            _ => Some(BindType::Transceiver),
        };
        session.interface_version =
            facts.integer(Slot::InterfaceVersion).and_then(|version| u8::try_from(version).ok());
        if self.keep_passwords {
            // The second of the strings.
            let mut strings = pdu.octets.get(16..).unwrap_or_default().split(|&octet| octet == 0);
            session.password = strings.nth(1).map(|password| Secret(password.to_vec()));
        }
        session.system_id = name;
    }

    fn request(&mut self, number: u32, header: Header, pdu: &Captured<'_>) {
        let context = Context { version: pdu.version, from: Some(Role::Esme) };
        let facts = walk(pdu.octets, context, &mut Silent);
        if !self.raw && (facts.has_errors() || facts.command.is_none()) {
            self.skipped.malformed = self.skipped.malformed.saturating_add(1);
            return;
        }
        let refers =
            matches!(header.command_id, CommandId::QUERY_SM | CommandId::CANCEL_SM | CommandId::REPLACE_SM);
        let message_id =
            facts.span(Slot::MessageId).filter(|span| refers && facts.laid_out && span.end > span.start);
        self.has_references |= message_id.is_some();
        let place = self.gone.saturating_add(num::count(self.held.len()));
        self.held.push_back(Held {
            planned: Planned {
                number: place,
                session: number,
                pass: self.pass,
                at: pdu.at,
                due: Duration::ZERO,
                command: header.command_id,
                version: pdu.version,
                sequence: header.sequence_number.0,
                octets: pdu.octets.to_vec(),
                message_id,
                recorded: Recorded::Unknown,
                file: pdu.file.cloned(),
                frame: pdu.frame,
                index: pdu.index,
            },
            is_done: !facts.command.is_some_and(asks),
        });
        self.open.insert((number, header.sequence_number.0), place);
        if let Some(session) = self.sessions.get_mut(num::index(number)) {
            session.requests = session.requests.saturating_add(1);
            session.waiting = session.waiting.saturating_add(1);
            session.window = session.window.max(session.waiting);
        }
    }

    fn answer(&mut self, number: u32, header: Header, pdu: &Captured<'_>) {
        let Some(place) = self.open.remove(&(number, header.sequence_number.0)) else { return };
        if let Some(session) = self.sessions.get_mut(num::index(number)) {
            session.waiting = session.waiting.saturating_sub(1);
        }
        let held = place.checked_sub(self.gone).and_then(|at| self.held.get_mut(usize::try_from(at).ok()?));
        let Some(held) = held else {
            self.unheld = self.unheld.saturating_add(1);
            return;
        };
        held.is_done = true;
        if pdu.whole {
            let latency = pdu.at.since(held.planned.at).max(Duration::ZERO);
            held.planned.recorded = Recorded::Answered { response: pdu.octets.into(), latency };
        }
    }

    fn give(&mut self, give: &mut dyn FnMut(Planned)) {
        let Some(held) = self.held.pop_front() else { return };
        self.gone = self.gone.saturating_add(1);
        let planned = held.planned;
        let key = (planned.session, planned.sequence);
        if !held.is_done && self.open.get(&key) == Some(&planned.number) {
            // Its place in the window is free, else a lost response would widen it for good.
            self.open.remove(&key);
            if let Some(session) = self.sessions.get_mut(num::index(planned.session)) {
                session.waiting = session.waiting.saturating_sub(1);
            }
        }
        give(planned);
    }
}

/// The legs of a gateway, where the sessions are of more than one: a machine is the ESME of one session and the message
/// centre of another. Each leg by its message centre, with its sessions.
#[must_use]
pub fn legs(sessions: &[Session]) -> Option<Vec<(IpAddr, Vec<&Session>)>> {
    let with_requests = || sessions.iter().filter(|session| session.requests > 0);
    let is_gateway = with_requests()
        .any(|one| with_requests().any(|other| one.esme.ip() == other.smsc.ip() && one.smsc != other.smsc));
    if !is_gateway {
        return None;
    }
    let mut legs: Vec<(SocketAddr, Vec<&Session>)> = Vec::new();
    for session in with_requests() {
        match legs.iter_mut().find(|(smsc, _)| *smsc == session.smsc) {
            Some((_, sessions)) => sessions.push(session),
            None => legs.push((session.smsc, vec![session])),
        }
    }
    Some(legs.into_iter().map(|(smsc, sessions)| (smsc.ip(), sessions)).collect())
}

/// What belongs to the session itself, and is never sent again.
const fn is_of_session(id: CommandId) -> bool {
    id.is_bind() || matches!(id, CommandId::UNBIND | CommandId::ENQUIRE_LINK | CommandId::OUTBIND)
}

const fn asks(command: &Command) -> bool {
    matches!(command.pairing, spec::Pairing::Asks(_))
}
