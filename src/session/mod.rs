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
mod events;
mod held;
mod life;
mod open;
mod order;

#[cfg(test)]
mod tests;

pub use blame::{Delay, LateDelivery};
pub use correlator::Sessions;
pub use events::{
    BindType, End, LastPdu, NoRequest, Outcome, Peak, Response, SessionEnd, SessionId, Sink, Start,
    Transaction, Unsolicited, Why,
};
pub use order::Answering;

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
}

impl Limits {
    /// Different commands that a session counts apart.
    pub const COMMANDS: usize = 64;
}

impl Default for Limits {
    /// 10 s, 1 h, 100 ms; 65,536 requests and 4,096 responses a side.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            expire: Duration::from_secs(3_600),
            early: Duration::from_millis(100),
            outstanding: 65_536,
            held: 4_096,
        }
    }
}
