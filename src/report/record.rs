//! Records: single PDUs, transactions and sessions, as they become complete. Views render them.
//!
//! They come in the order of the frames that made them certain. That is the frame of the response as a rule; the first
//! PDUs of a connection seen from its middle on are certain only when more of it was seen.

use std::borrow::Cow;

use super::belonging::Belonging;
use super::latency::micros;
use super::matching::Subject;
use super::model::{self, AccountFrom, Endpoint, Leg, Place, Unanswered};
use super::owners::owner;
use super::rows::{Ended, SeenPdu, Who};
use super::selection::Selection;
use super::single::{Raw, SeenFinding, SeenTransaction};
use crate::filter::Filter;
use crate::names::{Names, Party};
use crate::redact::Redactor;
use crate::session::Outcome;
use crate::smpp::framer::Partial;
use crate::smpp::text::Charset;
use crate::smpp::{self, CommandStatus, Context, RuleId};
use crate::tcp::Side;
use crate::time::Timestamp;

/// Something complete.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A request with its outcome.
    Transaction(Box<TransactionRecord>),
    /// A session that is over.
    Session(Box<SessionRecord>),
    /// A PDU.
    Pdu(Box<PduRecord>),
    /// Something wrong.
    Finding(Box<FindingRecord>),
    /// What was read and written so far.
    Summary(Box<SummaryRecord>),
}

/// The kinds of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordType {
    /// [`Record::Transaction`]
    Transaction,
    /// [`Record::Session`]
    Session,
    /// [`Record::Pdu`]
    Pdu,
    /// [`Record::Finding`]
    Finding,
    /// [`Record::Summary`]
    Summary,
}

impl Record {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> RecordType {
        match self {
            Self::Transaction(_) => RecordType::Transaction,
            Self::Session(_) => RecordType::Session,
            Self::Pdu(_) => RecordType::Pdu,
            Self::Finding(_) => RecordType::Finding,
            Self::Summary(_) => RecordType::Summary,
        }
    }
}

impl SummaryRecord {
    /// Counts a record that was handed out; the next summary has the next number.
    pub fn count(&mut self, kind: RecordType) {
        if kind == RecordType::Summary {
            self.number = self.number.saturating_add(1);
        }
        if let Some((_, count)) = self.records.iter_mut().find(|(of, _)| *of == kind) {
            *count = count.saturating_add(1);
        }
    }
}

/// Whose a record is, as far as it is known when it is complete: nothing is told here that hangs on sessions to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Id of the session.
    pub session: String,
    /// Number of the connection.
    pub connection: u32,
    /// Time of the connection's first frame.
    pub since: Timestamp,
    /// The side that binds.
    pub esme: Endpoint,
    /// The message centre.
    pub smsc: Endpoint,
    /// Name of the account: of a names file, else the system_id, else the peer's address.
    pub account: String,
    /// Where it is from.
    pub account_from: AccountFrom,
    /// system_id of the bind, else of a names file.
    pub system_id: Option<String>,
    /// What the peer is to us, by a names file or by our own addresses if they were stated.
    pub side: Option<Leg>,
}

/// A request with its outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionRecord {
    /// Whose it is.
    pub of: Owned,
    /// Who asked, where roles are known.
    pub asked_by: Option<model::Role>,
    /// The end that asked.
    pub source: Endpoint,
    /// The end that was asked.
    pub destination: Endpoint,
    /// Octets of the asking side's stream before the request.
    pub stream_offset: u64,
    /// The request's octets; `None`: forgotten to keep within memory.
    pub request_pdu: Option<Raw>,
    /// The response's octets.
    pub response_pdu: Option<Raw>,
    /// Name of the request as the specification spells it, or `0x%08x`.
    pub command: String,
    /// Its sequence_number.
    pub sequence_number: u32,
    /// What became of it.
    pub outcome: RecordOutcome,
    /// Status of the response.
    pub status: Option<CommandStatus>,
    /// Time of the response less time of the request, in microseconds.
    pub latency_us: Option<f64>,
    /// The answer took longer than the limit on waiting.
    pub is_late: bool,
    /// The request.
    pub request: Place,
    /// The response.
    pub response: Option<Place>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// Answered by its own response.
    Answered,
    /// Answered by generic_nack.
    Nacked,
    /// Not answered.
    Unanswered(Unanswered),
    /// It asks for no answer.
    OneWay,
}

/// A session that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRecord {
    /// Whose it is.
    pub of: Owned,
    /// What the report would list of it.
    pub session: model::Session,
}

/// A PDU as it was captured: views and players decode it again, by the same context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PduRecord {
    /// Whose it is.
    pub of: Owned,
    /// Who sent it, where roles are known.
    pub from: Option<smpp::Role>,
    /// The side that sent it.
    pub by: Side,
    /// The end that sent it.
    pub source: Endpoint,
    /// The end that received it.
    pub destination: Endpoint,
    /// What it was judged by.
    pub context: Context,
    /// What data_coding 0 stands for.
    pub default_charset: Charset,
    /// Its octets: all of them, or of a partial one those that are there, at least the header.
    pub octets: Box<[u8]>,
    /// What stands for its text, where that is redacted.
    pub text_token: Option<Box<str>>,
    /// Why the rest of it is missing, if it is: then nothing is found wrong with it.
    pub partial: Option<Partial>,
    /// Octets of its side's stream before it.
    pub stream_offset: u64,
    /// The frame that made it readable, and when.
    pub place: Place,
    /// The frames with octets of it are from the first of these to the second, by their numbers among all that were
    /// read; others are between them.
    pub frames: (u64, u64),
}

/// Something wrong, at one PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRecord {
    /// Whose it is.
    pub of: Owned,
    /// Who sent the PDU, where roles are known.
    pub from: Option<smpp::Role>,
    /// The side that sent the PDU.
    pub by: Side,
    /// The end that sent the PDU.
    pub source: Endpoint,
    /// The end that received it.
    pub destination: Endpoint,
    /// The rule.
    pub rule: RuleId,
    /// Thing, fact, need and clause.
    pub message: String,
    /// Octets of the side's stream before the PDU.
    pub stream_offset: u64,
    /// Where the PDU is, with field and offset in it.
    pub place: Place,
    /// The frame that made it readable, by its number among all that were read.
    pub frame: u64,
}

/// What was read and written so far. Counts are from the start of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryRecord {
    /// Its number, from 0.
    pub number: u64,
    /// Whether nothing follows.
    pub is_last: bool,
    /// Capture time.
    pub at: Option<Timestamp>,
    /// Time of the first frame.
    pub first_at: Option<Timestamp>,
    /// Frames read.
    pub frames: u64,
    /// Records handed out, by type, those taken by nobody included.
    pub records: Vec<(RecordType, u64)>,
    /// Bounds that were reached, and how often.
    pub limits: Vec<(String, u64)>,
    /// Frames that the capturing host says it lost, by file.
    pub lost_frames: Option<u64>,
}

/// Finds the file of a frame, by its number among all, and its number there.
pub type Find<'a> = dyn Fn(u64) -> Option<(String, u64)> + 'a;

/// Makes records of what `selection` takes.
#[derive(Clone, Copy, Debug)]
pub struct Recorder<'a> {
    /// Whose sessions they are.
    pub names: &'a Names,
    /// What is taken.
    pub selection: &'a Selection,
    /// Who redacts it.
    pub redactor: Option<&'a Redactor>,
    /// Which records are taken, by what they are before anything is redacted.
    pub filter: Option<&'a Filter>,
    /// What alone is taken, in the place of what the filter holds for.
    pub belonging: Option<&'a Belonging>,
}

impl Recorder<'_> {
    /// The record of a transaction, if it is taken.
    #[must_use]
    pub fn transaction(&self, who: &Who, seen: &SeenTransaction, find: &Find<'_>) -> Option<Record> {
        let of = self.owned(who)?;
        let connection = of.connection;
        let transaction = &seen.transaction;
        if !self.takes_transaction(who, seen) {
            return None;
        }
        let (source, destination) = ends(&of, transaction.role, transaction.side);
        Some(Record::Transaction(Box::new(TransactionRecord {
            of,
            asked_by: transaction.role.map(model::Role::from),
            source,
            destination,
            stream_offset: transaction.place.offset,
            request_pdu: seen.request.as_ref().map(|raw| self.raw(raw)),
            response_pdu: seen.response.as_ref().map(|raw| self.raw(raw)),
            command: transaction.command.to_string(),
            sequence_number: transaction.sequence_number.0,
            outcome: match transaction.outcome {
                Outcome::Answered { .. } => RecordOutcome::Answered,
                Outcome::Nacked { .. } => RecordOutcome::Nacked,
                Outcome::Unanswered(why) => RecordOutcome::Unanswered(super::exchanges::why_of(why)),
                Outcome::OneWay => RecordOutcome::OneWay,
            },
            status: transaction.outcome.status(),
            latency_us: transaction.outcome.latency().map(|span| micros(span.nanos().max(0).unsigned_abs())),
            is_late: transaction.late,
            request: place(find, (transaction.place, transaction.at), connection),
            response: transaction
                .response
                .map(|response| place(find, (response.place, response.at), connection)),
        })))
    }

    /// The record of a PDU, if it is taken.
    #[must_use]
    pub fn pdu(&self, who: &Who, pdu: &SeenPdu, find: &Find<'_>) -> Option<Record> {
        if !self.takes_pdu(who, pdu) {
            return None;
        }
        let of = self.owned(who)?;
        let connection = of.connection;
        let end = |end: crate::decap::Endpoint| Endpoint { ip: self.ip(end.ip), port: end.port };
        let redacted =
            |redactor: &Redactor| redactor.pdu(&pdu.octets, pdu.context, pdu.default_charset).into();
        Some(Record::Pdu(Box::new(PduRecord {
            of,
            from: pdu.role,
            by: pdu.side,
            source: end(pdu.source),
            destination: end(pdu.destination),
            context: pdu.context,
            default_charset: pdu.default_charset,
            octets: self.redactor.map_or_else(|| pdu.octets.clone(), redacted),
            text_token: self
                .redactor
                .and_then(|redactor| redactor.text(&pdu.octets, pdu.context, pdu.default_charset)),
            partial: pdu.partial,
            stream_offset: pdu.place.offset,
            place: place(find, (pdu.place, pdu.at), connection),
            frames: (pdu.since.min(pdu.place.frame), pdu.place.frame),
        })))
    }

    /// The record of a finding, if it is taken.
    #[must_use]
    pub fn finding(
        &self,
        who: &Who,
        role: Option<smpp::Role>,
        seen: &SeenFinding,
        find: &Find<'_>,
    ) -> Option<Record> {
        if !self.takes_finding(who, role, seen) {
            return None;
        }
        let of = self.owned(who)?;
        let connection = of.connection;
        let (source, destination) = ends(&of, role, seen.side);
        Some(Record::Finding(Box::new(FindingRecord {
            of,
            from: role,
            by: seen.side,
            source,
            destination,
            rule: seen.rule,
            message: message(seen.rule, &seen.message, self.redactor).into_owned(),
            stream_offset: seen.place.offset,
            place: Place {
                offset: seen.offset.map(u64::from),
                field: seen.field.map(str::to_owned),
                ..place(find, (seen.place, seen.at), connection)
            },
            frame: seen.place.frame,
        })))
    }

    /// The record of a session, if it is taken.
    #[must_use]
    pub fn session(&self, ended: &Ended) -> Option<Record> {
        if !self.takes_session(ended) {
            return None;
        }
        let of = self.owned(&ended.who)?;
        let mut session = ended.session.clone();
        if session.system_id.is_none() && of.system_id.is_some() {
            session.system_id.clone_from(&of.system_id);
            session.system_id_from = Some(model::SystemIdFrom::Names);
        }
        session.account = Some(of.account.clone());
        session.account_from = Some(of.account_from);
        session.side = of.side;
        // What `of` has is redacted already.
        (session.esme, session.smsc) = (of.esme, of.smsc);
        session.system_id.clone_from(&of.system_id);
        Some(Record::Session(Box::new(SessionRecord { of, session })))
    }

    /// Whether the filter holds for a PDU.
    pub(super) fn takes_pdu(&self, who: &Who, pdu: &SeenPdu) -> bool {
        if let Some(belonging) = self.belonging {
            return belonging.has(who.id, pdu.place);
        }
        self.takes(who, |filter, of| filter.matches(&Subject::pdu(of, pdu)))
    }

    /// Whether the filter holds for a transaction.
    pub(super) fn takes_transaction(&self, who: &Who, seen: &SeenTransaction) -> bool {
        let transaction = &seen.transaction;
        if let Some(belonging) = self.belonging {
            return belonging.has(who.id, transaction.place);
        }
        self.takes(who, |filter, of| {
            let ends = ends(of, transaction.role, transaction.side);
            filter.matches(&Subject::transaction(of, seen, ends))
        })
    }

    /// Whether the filter holds for a finding.
    pub(super) fn takes_finding(&self, who: &Who, role: Option<smpp::Role>, seen: &SeenFinding) -> bool {
        if let Some(belonging) = self.belonging {
            return belonging.has(who.id, seen.place);
        }
        self.takes(who, |filter, of| {
            filter.matches(&Subject::finding(of, seen, role, ends(of, role, seen.side)))
        })
    }

    /// Whether the filter holds for a session.
    pub(super) fn takes_session(&self, ended: &Ended) -> bool {
        if let Some(belonging) = self.belonging {
            return belonging.has_session(ended.who.id);
        }
        self.takes(&ended.who, |filter, of| filter.matches(&Subject::session(of, ended)))
    }

    /// Asks the filter, if there is one, before anything is redacted.
    fn takes(&self, who: &Who, asks: impl FnOnce(&Filter, &Owned) -> bool) -> bool {
        let Some(filter) = self.filter else { return true };
        self.plain().owned(who).is_some_and(|of| asks(filter, &of))
    }

    /// The same without redaction.
    const fn plain(&self) -> Self {
        Self { redactor: None, ..*self }
    }

    /// The octets of a PDU as they may be shown.
    fn raw(&self, raw: &Raw) -> Raw {
        let redacted =
            |redactor: &Redactor| redactor.pdu(&raw.octets, raw.context, raw.default_charset).into();
        Raw {
            octets: self.redactor.map_or_else(|| raw.octets.clone(), redacted),
            text_token: self
                .redactor
                .and_then(|redactor| redactor.text(&raw.octets, raw.context, raw.default_charset)),
            ..raw.clone()
        }
    }

    fn ip(&self, ip: std::net::IpAddr) -> std::net::IpAddr {
        self.redactor.map_or(ip, |redactor| redactor.ip(ip))
    }

    fn owned(&self, who: &Who) -> Option<Owned> {
        let (owner, peer) = owner(self.names, who);
        let told = || self.names.peer(peer?)?.system_id.clone();
        let system_id = who.system_id.clone().or_else(told);
        let account = owner.name(self.names.local())?;
        let side: Option<Party> = owner.told_side();
        let taken = self.selection.may_take(&who.id, system_id.as_deref())
            && self.selection.takes_account(&account)
            && self.selection.takes_side(side);
        let redacted = |redactor: &Redactor| {
            (redactor.account(&account), system_id.as_deref().map(|name| redactor.name(name)))
        };
        let (account, system_id) = self.redactor.map(redacted).unwrap_or((account, system_id));
        taken.then(|| Owned {
            session: who.id.to_string(),
            connection: who.id.connection.0,
            since: who.since,
            esme: Endpoint { ip: self.ip(who.esme.ip), port: who.esme.port },
            smsc: Endpoint { ip: self.ip(who.smsc.ip), port: who.smsc.port },
            account,
            account_from: owner.name_from(),
            system_id,
            side: side.map(Leg::from),
        })
    }
}

/// What a finding says, as far as it may be shown.
#[must_use]
pub fn message<'a>(rule: RuleId, said: &'a str, redactor: Option<&Redactor>) -> Cow<'a, str> {
    // The length that cannot be is the first octets of whatever stands there.
    let is_octets =
        [RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE, RuleId::HEADER_COMMAND_LENGTH_TOO_SMALL].contains(&rule);
    match redactor {
        Some(redactor) if is_octets && redactor.subjects().of_pdus() => {
            format!("command_length: not shown ({})", rule.clause()).into()
        }
        _ => said.into(),
    }
}

/// Sender and receiver of what `side` sends in this role. Where roles are not known the ESME stands for the opener.
fn ends(of: &Owned, role: Option<smpp::Role>, side: Side) -> (Endpoint, Endpoint) {
    let is_esme = match role {
        Some(role) => role == smpp::Role::Esme,
        None => side == Side::Opener,
    };
    if is_esme { (of.esme, of.smsc) } else { (of.smsc, of.esme) }
}

/// Where a PDU is, in its file.
pub(super) fn place(find: &Find<'_>, (place, at): (smpp::Place, Timestamp), connection: u32) -> Place {
    let found = find(place.frame);
    Place {
        frame: found.as_ref().map_or(place.frame, |(_, number)| *number),
        file: found.map(|(path, _)| path),
        index: Some(place.index),
        at: Some(at),
        connection,
        offset: None,
        field: None,
    }
}
