//! What the correlator says: transactions, responses that answer nothing, findings, and sessions that ended.

use std::fmt::{self, Display};

use super::{Answering, Delay, LateDelivery};
use crate::smpp::{CommandId, CommandStatus, Place, Role, RuleId, SequenceNumber, Version};
use crate::tcp::{ConnectionNumber, PerSide, Side};
use crate::time::{Duration, Timestamp};

use super::{EnquireLinks, Flight, Numbers, RateUse};

/// Takes what the correlator says, in the order in which it became certain.
pub trait Sink {
    /// A request has its outcome. Each request pushed has exactly one.
    fn transaction(&mut self, transaction: &Transaction);
    /// A response answers nothing. Each response pushed is in one transaction or here.
    fn unsolicited(&mut self, unsolicited: &Unsolicited);
    /// A response that was said before reached its asking side later than it was captured.
    fn delivered_late(&mut self, _late: &LateDelivery) {}
    /// The PDU of `side` at `place` breaks a rule of session scope. `message` is valid during the call only.
    fn finding(&mut self, rule: RuleId, place: Place, at: Timestamp, side: Side, message: &dyn Display);
    /// A session is over; nothing with its number follows.
    fn ended(&mut self, session: SessionEnd);
}

/// An SMPP session: its connection and its number there, from 0. Prints as `s7`, further ones as `s7.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId {
    /// The connection.
    pub connection: ConnectionNumber,
    /// Place among the sessions of the connection.
    pub n: u32,
}

impl Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.connection.0)?;
        if self.n > 0 {
            write!(f, ".{}", self.n)?;
        }
        Ok(())
    }
}

/// A request and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The session that the request belongs to.
    pub session: SessionId,
    /// What was asked for.
    pub command: CommandId,
    /// Joins request and response; each side numbers its own requests.
    pub sequence_number: SequenceNumber,
    /// Who asked.
    pub side: Side,
    /// Role of the side that asked, as known when the outcome was.
    pub role: Option<Role>,
    /// Where the request stands.
    pub place: Place,
    /// When the request became readable.
    pub at: Timestamp,
    /// Whether only part of the request was captured.
    pub partial: bool,
    /// The response, where there is one.
    pub response: Option<Response>,
    /// What became of the request.
    pub outcome: Outcome,
    /// The latency is longer than [`super::Limits::timeout`]: the asking side may have given up before.
    pub late: bool,
    /// The response was captured before the request (mirror ports do that), so the latency is not known.
    pub early: bool,
    /// What of the latency is not the peer's.
    pub delay: Delay,
}

/// The response of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// The request's id with the response bit, or generic_nack.
    pub command: CommandId,
    /// Where it stands.
    pub place: Place,
    /// When it became readable.
    pub at: Timestamp,
    /// Whether only part of it was captured.
    pub partial: bool,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The response of that command came.
    Answered {
        /// command_status of the response.
        status: CommandStatus,
        /// Time of the response less that of the request; `None` where the response was captured first.
        latency: Option<Duration>,
    },
    /// A generic_nack came.
    Nacked {
        /// command_status of the generic_nack.
        status: CommandStatus,
        /// As for `Answered`.
        latency: Option<Duration>,
    },
    /// Nothing came.
    Unanswered(Why),
    /// The command has no response: outbind, alert_notification.
    OneWay,
}

impl Outcome {
    /// command_status of the response, if one came.
    #[must_use]
    pub const fn status(&self) -> Option<CommandStatus> {
        match *self {
            Self::Answered { status, .. } | Self::Nacked { status, .. } => Some(status),
            Self::Unanswered(_) | Self::OneWay => None,
        }
    }

    /// Time of the response less that of the request, where both are known and in that order.
    #[must_use]
    pub const fn latency(&self) -> Option<Duration> {
        match *self {
            Self::Answered { latency, .. } | Self::Nacked { latency, .. } => latency,
            Self::Unanswered(_) | Self::OneWay => None,
        }
    }
}

/// Why a request has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The session ended first.
    Closed,
    /// The capture ended first, within [`super::Limits::timeout`] of the request.
    CaptureEnded,
    /// None came within [`super::Limits::timeout`] up to the end of the capture, within [`super::Limits::expire`] in
    /// its middle, or before [`super::Limits::outstanding`] newer requests waited.
    TimedOut,
    /// The asking side used the sequence number again.
    Superseded,
    /// The capture lacks octets of the answering side after the request: the response may lie there. Said rather than
    /// any other reason.
    ReplyInGap,
}

impl Why {
    /// `closed`, `capture_ended`, `timed_out`, `superseded` or `reply_in_gap`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::CaptureEnded => "capture_ended",
            Self::TimedOut => "timed_out",
            Self::Superseded => "superseded",
            Self::ReplyInGap => "reply_in_gap",
        }
    }
}

/// A response that answers nothing in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsolicited {
    /// The session that was on when it came.
    pub session: SessionId,
    /// What it is.
    pub command: CommandId,
    /// Its command_status.
    pub status: CommandStatus,
    /// The number that no request has.
    pub sequence_number: SequenceNumber,
    /// Who sent it.
    pub side: Side,
    /// Where it stands.
    pub place: Place,
    /// When it became readable.
    pub at: Timestamp,
    /// Whether only part of it was captured.
    pub partial: bool,
    /// The likeliest reason.
    pub why: NoRequest,
}

/// Why a response answers nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoRequest {
    /// The connection was seen from its middle on: the request may precede the capture.
    BeforeCapture,
    /// The capture lacks octets of the asking side: the request may lie there.
    InGap,
    /// The request was answered already.
    Duplicate,
    /// The open request of that number is another command; it stays open.
    WrongType,
    /// A request was given up before its time ([`Why::TimedOut`], or [`Why::Closed`] by the next bind); it may be this one's.
    GivenUp,
    /// A generic_nack with number 0: the PDU that it refuses had no readable number.
    WithoutNumber,
    /// The whole connection was seen, and no open request has that number.
    Unmatched,
}

impl NoRequest {
    /// `before_capture`, `in_gap`, `duplicate`, `wrong_type`, `given_up`, `without_number` or `unmatched`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeforeCapture => "before_capture",
            Self::InGap => "in_gap",
            Self::Duplicate => "duplicate",
            Self::WrongType => "wrong_type",
            Self::GivenUp => "given_up",
            Self::WithoutNumber => "without_number",
            Self::Unmatched => "unmatched",
        }
    }
}

/// What an ESME bound as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindType {
    /// bind_receiver
    Receiver,
    /// bind_transmitter
    Transmitter,
    /// bind_transceiver
    Transceiver,
}

impl BindType {
    /// Of a bind request or its response; `None` for other commands.
    #[must_use]
    pub const fn of(command: CommandId) -> Option<Self> {
        match command.request() {
            CommandId::BIND_RECEIVER => Some(Self::Receiver),
            CommandId::BIND_TRANSMITTER => Some(Self::Transmitter),
            CommandId::BIND_TRANSCEIVER => Some(Self::Transceiver),
            _ => None,
        }
    }

    /// `receiver`, `transmitter` or `transceiver`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receiver => "receiver",
            Self::Transmitter => "transmitter",
            Self::Transceiver => "transceiver",
        }
    }
}

/// How it is known what an ESME is bound as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindFrom {
    /// The bind and its response were seen.
    Bind,
    /// The response was seen.
    Response,
    /// Neither was. Requests of both directions were answered with status 0, which only a transceiver's are.
    Inferred,
}

impl BindFrom {
    /// `bind`, `response` or `inferred`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Response => "response",
            Self::Inferred => "inferred",
        }
    }
}

/// Whether the beginning of the connection was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Start {
    /// From the TCP handshake on, or a further session of the connection from its bind on.
    Handshake,
    /// The connection was there before the capture.
    MidStream,
}

impl Start {
    /// `handshake` or `midstream`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::MidStream => "midstream",
        }
    }
}

/// What ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// An unbind, whatever closed the connection afterwards.
    Unbind,
    /// A FIN without unbind.
    Fin,
    /// An RST without unbind.
    Rst,
    /// Nothing more was seen for long.
    Idle,
    /// The capture ended first.
    CaptureEnd,
}

impl End {
    /// `unbind`, `fin`, `rst`, `idle` or `capture_end`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unbind => "unbind",
            Self::Fin => "fin",
            Self::Rst => "rst",
            Self::Idle => "idle",
            Self::CaptureEnd => "capture_end",
        }
    }
}

/// A largest count and when it was first reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// The count.
    pub count: u32,
    /// When it was first reached; for rates the beginning of the second.
    pub at: Timestamp,
}

/// Time in which neither side sent anything, between two PDUs of a session with no octets missing between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// How long.
    pub span: Duration,
    /// Time of the PDU before.
    pub since: Timestamp,
}

/// How the responses of a session answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Responses {
    /// Later than [`super::Limits::timeout`] after the request.
    pub late: u64,
    /// Captured before the request.
    pub early: u64,
    /// While an older request of the same side waited, generic_nack aside.
    pub out_of_order: u64,
    /// To a request answered before: [`NoRequest::Duplicate`].
    pub duplicate: u64,
    /// With the number of a request of another command: [`NoRequest::WrongType`].
    pub wrong_type: u64,
    /// To nothing, though the capture shows all: [`NoRequest::Unmatched`].
    pub unmatched: u64,
    /// To a request that may precede the capture: [`NoRequest::BeforeCapture`].
    pub before_capture: u64,
    /// To a request that may lie in a gap: [`NoRequest::InGap`].
    pub in_gap: u64,
    /// To a request that may have been given up: [`NoRequest::GivenUp`].
    pub given_up: u64,
    /// generic_nack with number 0: [`NoRequest::WithoutNumber`].
    pub without_number: u64,
}

impl Responses {
    /// Counts a response that answers nothing.
    pub(super) fn count(&mut self, why: NoRequest) {
        let n = match why {
            NoRequest::BeforeCapture => &mut self.before_capture,
            NoRequest::InGap => &mut self.in_gap,
            NoRequest::Duplicate => &mut self.duplicate,
            NoRequest::WrongType => &mut self.wrong_type,
            NoRequest::GivenUp => &mut self.given_up,
            NoRequest::WithoutNumber => &mut self.without_number,
            NoRequest::Unmatched => &mut self.unmatched,
        };
        *n = n.saturating_add(1);
    }
}

/// One of the last PDUs of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastPdu {
    /// What it is.
    pub command: CommandId,
    /// Who sent it.
    pub side: Side,
    /// When it became readable.
    pub at: Timestamp,
    /// Where it stands.
    pub place: Place,
}

impl LastPdu {
    /// How many are kept.
    pub const MOST: usize = 10;
}

/// All that was learnt about a session, said once when it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Which session.
    pub id: SessionId,
    /// The side that is the ESME, from a bind or the commands seen; the other one is the SMSC.
    pub esme: Option<Side>,
    /// system_id of the bind request, without its NUL, at most 64 octets.
    pub system_id: Option<Box<[u8]>>,
    /// system_id of the bind response or the outbind, likewise.
    pub smsc_system_id: Option<Box<[u8]>>,
    /// What the ESME is bound as; `None` where nothing tells.
    pub bind: Option<BindType>,
    /// How that is known.
    pub bind_from: Option<BindFrom>,
    /// What the last bind request asked for, granted or not.
    pub bind_asked: Option<BindType>,
    /// command_status of the response to that request.
    pub bind_status: Option<CommandStatus>,
    /// The last bind was refused: answered with another status than 0, or with a generic_nack.
    pub refused: bool,
    /// interface_version of the bind request.
    pub interface_version: Option<u8>,
    /// sc_interface_version of the bind response.
    pub sc_interface_version: Option<u8>,
    /// The lower of the two.
    pub version: Option<Version>,
    /// Time of the first PDU.
    pub first_at: Timestamp,
    /// Time of the last PDU.
    pub last_at: Timestamp,
    /// Whether its beginning was captured.
    pub start: Start,
    /// What ended it; `None` where only a further bind on the same connection did (after a refused one).
    pub end: Option<End>,
    /// When: close of the connection, the bind of the next session, or the end of the capture.
    pub end_at: Timestamp,
    /// The side that sent the unbind, the FIN or the RST.
    pub ended_by: Option<Side>,
    /// From the last PDU to the end, in milliseconds of capture time.
    pub idle_before_end_ms: u64,
    /// The last PDUs, oldest first, at most [`LastPdu::MOST`].
    pub last_pdus: Vec<LastPdu>,
    /// Whole PDUs by command_id, sorted by it; at most [`super::Limits::COMMANDS`] different ones.
    pub by_command: Vec<(CommandId, u64)>,
    /// Whole PDUs whose commands are not in `by_command` any more.
    pub other_pdus: u64,
    /// PDUs of which only a part was captured.
    pub partial_pdus: u64,
    /// Most requests of the opener that waited at once.
    pub opener_window: Option<Peak>,
    /// Most requests of the accepter that waited at once.
    pub accepter_window: Option<Peak>,
    /// The windows of both sides over time.
    pub flights: PerSide<Flight>,
    /// How either side numbered its requests.
    pub numbers: PerSide<Numbers>,
    /// The enquire_links that either side sent.
    pub enquire_links: PerSide<EnquireLinks>,
    /// How the responses of both sides answered.
    pub responses: Responses,
    /// The longest time in which nothing was sent; `None`: fewer than two PDUs, or a gap between any two.
    pub silence: Option<Silence>,
    /// Bind requests: more than one where the ESME tried again, or asked though it was bound.
    pub binds: u32,
    /// The message centre sent outbind before the bind.
    pub outbound: bool,
    /// Most requests of both sides in one calendar second, without binds, outbind, unbind and enquire_link.
    pub rate: Option<Peak>,
    /// The same requests over all seconds.
    pub rate_use: RateUse,
    /// Gaps in the opener's octets.
    pub opener_gaps: u32,
    /// Gaps in the accepter's octets.
    pub accepter_gaps: u32,
    /// Requests given up because more than [`super::Limits::outstanding`] of one side were open, or to make room.
    pub given_up: u64,
    /// How the opener answered.
    pub opener_answers: Answering,
    /// How the accepter answered.
    pub accepter_answers: Answering,
    /// Retransmissions and closed windows forgotten for want of room: what they delayed counts as the peer's.
    pub delays_forgotten: u64,
}

impl SessionEnd {
    /// Role of a side, where known.
    #[must_use]
    pub fn role(&self, side: Side) -> Option<Role> {
        self.esme.map(|esme| if esme == side { Role::Esme } else { Role::Smsc })
    }

    /// Role of the side that ended the session, where both are known.
    #[must_use]
    pub fn ended_by_role(&self) -> Option<Role> {
        self.ended_by.and_then(|side| self.role(side))
    }

    /// PDUs whose octets are all there.
    #[must_use]
    pub fn pdus(&self) -> u64 {
        self.by_command.iter().fold(self.other_pdus, |sum, &(_, count)| sum.saturating_add(count))
    }

    /// The larger of the two windows and whose it is; of equal ones the ESME's, and the opener's where that is unknown.
    #[must_use]
    pub fn window(&self) -> Option<(Side, Peak)> {
        let (first, second) = match self.esme {
            Some(Side::Accepter) => (
                self.accepter_window.map(|w| (Side::Accepter, w)),
                self.opener_window.map(|w| (Side::Opener, w)),
            ),
            _ => (
                self.opener_window.map(|w| (Side::Opener, w)),
                self.accepter_window.map(|w| (Side::Accepter, w)),
            ),
        };
        match (first, second) {
            (Some(first), Some(second)) if second.1.count > first.1.count => Some(second),
            (None, second) => second,
            (first, _) => first,
        }
    }
}
