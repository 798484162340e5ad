//! PDUs of one connection, both sides, into transactions, bind state and window.
//!
//! [`Sessions`] takes the PDUs in the order in which they became readable, and gaps where octets are missing. It says
//! through a [`Sink`] what is certain: a [`Transaction`] for each request, an [`Unsolicited`] for each response that
//! answers nothing, findings of session scope, and a [`SessionEnd`] for each session.
//!
//! ```text
//!  push ──┬─► Binding   who is who, bound as what, when the next session begins
//!         ├─► Life      counts, last PDUs, peaks
//!         └─► Open      requests by number, one table a side ──► transaction
//!              held     responses that came before their request, up to 100 ms
//!              recent   numbers just answered: tells a duplicate
//! ```
//!
//! - **Key of a transaction**: asking side and sequence number; the response must be the request's, or generic_nack.
//! - **Nothing is blamed that a hole in the capture explains**: a request is [`Why::ReplyInGap`] rather than anything else,
//!   and a finding is made only where the capture shows all that it rests on.
//! - No clock, no I/O, no panic. Time is that of the PDUs and of the ticks. Memory is bounded by [`Limits`]; what is given
//!   up at a bound is counted.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::as_conversions
    )
)]

mod binding;
pub mod blame;
mod correlator;
mod ending;
mod events;
mod flight;
mod held;
mod life;
mod links;
mod lone;
mod numbers;
mod open;
mod order;
mod rate;
mod room;
mod rules;
mod told;

#[cfg(test)]
mod tests;

pub use blame::{Delay, LateDelivery, RECENT};
pub use correlator::Sessions;
pub use events::{
    BindFrom, BindType, End, LastPdu, NoRequest, Outcome, Peak, Response, Responses, SessionEnd, SessionId,
    Silence, Sink, Start, Transaction, Unsolicited, Why,
};
pub use flight::Flight;
pub use links::EnquireLinks;
pub use numbers::Numbers;
pub use order::Answering;
pub use rate::RateUse;

use crate::smpp::{Header, Place};
use crate::tcp::{Side, Wait};
use crate::time::{Duration, Timestamp};

/// A PDU as the correlator needs it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Who sent it.
    pub side: Side,
    /// Its header.
    pub header: Header,
    /// When it became readable.
    pub at: Timestamp,
    /// When its first octets could be read.
    pub begun: Timestamp,
    /// For what its last octets waited before it became readable.
    pub wait: Option<Wait>,
    /// Where it stands.
    pub place: Place,
    /// Whether all its octets are there; `false`: the header and maybe more.
    pub whole: bool,
    /// Whether it has TLVs.
    pub tlvs: bool,
    /// What bind requests, bind responses and outbind say; `None` for other commands.
    pub bind: Option<Bind<'a>>,
}

/// What a bind request, a bind response or an outbind says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bind<'a> {
    /// system_id without its NUL: of the ESME in requests, of the SMSC in responses and outbind.
    pub system_id: Option<&'a [u8]>,
    /// interface_version of a request, sc_interface_version of a response.
    pub interface_version: Option<u8>,
}

/// The bounds of one connection's [`Sessions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A response that takes longer is late; a request that waits longer when the capture ends has timed out.
    pub timeout: Duration,
    /// A request that has waited longer than this at a tick is given up. Until then a late response pairs.
    pub expire: Duration,
    /// A response this much before its request still pairs.
    pub early: Duration,
    /// Open requests of one side; the oldest beyond is given up.
    pub outstanding: usize,
    /// Responses of one side that wait for their request to come after them; the oldest beyond answers nothing.
    pub held: usize,
    /// Times that break a rule when they are exceeded.
    pub timers: Timers,
}

/// The timers of a session: SMPP 3.4 §2.9, 5.0 §2.7. No version gives values; a rule is judged where its limit is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    /// From the connection to the first bind.
    pub session_init: Option<Duration>,
    /// From a request to its response.
    pub response: Option<Duration>,
    /// From a PDU to the next one, in which a side should have sent enquire_link.
    pub enquire_link: Option<Duration>,
    /// From a PDU to the next one, after which a side should have unbound.
    pub inactivity: Option<Duration>,
}

impl Limits {
    /// Different commands that a session counts apart.
    pub const COMMANDS: usize = 64;
}

impl Default for Limits {
    /// 10 s, 1 h, 100 ms; 65,536 requests and 4,096 responses a side; no timers.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            expire: Duration::from_secs(3_600),
            early: Duration::from_millis(100),
            outstanding: 65_536,
            held: 4_096,
            timers: Timers::default(),
        }
    }
}
