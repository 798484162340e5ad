//! Records: single PDUs, transactions and sessions, as they become complete. Views render them.
//!
//! They come in the order of the frames that made them certain. That is the frame of the response as a rule; the first
//! PDUs of a connection seen from its middle on are certain only when more of it was seen.

use super::model::{self, AccountFrom, Endpoint, Leg, Place, Unanswered};
use super::single::Raw;
use crate::smpp::framer::Partial;
use crate::smpp::text::Charset;
use crate::smpp::{self, CommandStatus, Context, RuleId};
use crate::tcp::Side;
use crate::time::Timestamp;

pub use super::recorder::{Recorder, Whose, message};
pub use super::scribe::{Scribe, ShownPdu, Stamp};

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
    /// Counts a bound that was reached `n` times more.
    pub fn limit(&mut self, limit: &str, n: u64) {
        match self.limits.iter_mut().find(|(of, _)| of == limit) {
            Some((_, count)) => *count = count.saturating_add(n),
            None => self.limits.push((limit.to_owned(), n)),
        }
    }

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

/// Where a PDU is, in its file: `found` is the file and the frame's number there.
pub(super) fn place(
    found: Option<(String, u64)>,
    (place, at): (smpp::Place, Timestamp),
    connection: u32,
) -> Place {
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
