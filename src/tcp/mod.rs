//! TCP segments into numbered connections and octets in order per side, with gaps, opening and closing, and health.
//!
//! [`Flows`] runs in the reader: it gives each segment its connection and side. [`Connection`] is the state of one
//! connection: it takes [`Arrival`]s in capture order and hands octets in order, and gaps, to an [`Ordered`] sink.
//!
//! Nothing here reads a clock, performs I/O or can panic; memory is bounded per side and in total.

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

mod connection;
mod delay;
mod flows;
mod health;
mod history;
mod recent;
mod stream;
mod twins;

pub use connection::{Closing, Connection};
pub use delay::{Event, Late, Wait};
pub use flows::{Assigned, Flows};
pub use health::{Health, Rst, Spans};
pub use stream::{Limits, Missing, Ordered, Origin};

use crate::decap::Flags;
use crate::time::Timestamp;

/// The two ends of a connection, as TCP sees them. Who is ESME and who SMSC is [`crate::smpp::Role`]'s business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Sent the SYN; mid-stream: the sender of the first segment seen, unless ports say otherwise.
    Opener,
    /// The other end.
    Accepter,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Opener => Self::Accepter,
            Self::Accepter => Self::Opener,
        }
    }
}

/// One value for each side of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerSide<T> {
    /// The opener's.
    pub opener: T,
    /// The accepter's.
    pub accepter: T,
}

impl<T> PerSide<T> {
    /// That of `side`.
    pub const fn of(&self, side: Side) -> &T {
        match side {
            Side::Opener => &self.opener,
            Side::Accepter => &self.accepter,
        }
    }

    /// That of `side`, to change.
    pub const fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Opener => &mut self.opener,
            Side::Accepter => &mut self.accepter,
        }
    }
}

/// Number of a connection, from 0 by its first TCP segment, SMPP or not: Wireshark's `tcp.stream` on a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionNumber(pub u32);

/// A segment of a known connection, without its payload.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Number of the frame.
    pub frame: u64,
    /// When the frame was captured.
    pub at: Timestamp,
    /// Who sent it.
    pub side: Side,
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgement number; meaningless without `Flags::ACK`.
    pub acknowledgement: u32,
    /// Octets of payload on the wire; more than were captured when snaplen cut the frame.
    pub wire_len: u32,
    /// Window as sent, unscaled.
    pub window: u16,
    /// IPv4 identification.
    pub ip_id: Option<u16>,
    /// TTL or hop limit.
    pub ttl: u8,
    /// 0, or the number of the other pair of addresses under which the segment was captured.
    pub copy: u8,
    /// Flags.
    pub flags: Flags,
}

#[cfg(test)]
mod tests;
