//! What became of a planned request.

use super::plan::Planned;
use crate::time::Timestamp;

/// What became of a planned request.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The request, without its octets once they are sent.
    pub planned: Planned,
    /// When it was to be sent.
    pub intended: Option<Timestamp>,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// Its sequence_number; 0 where it was not sent.
    pub sequence: u32,
    /// How it ended.
    pub outcome: Replayed,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// There is a response: of its command, or a generic_nack.
    Answered {
        /// The whole PDU.
        response: Box<[u8]>,
        /// When it came.
        at: Timestamp,
    },
    /// It was sent, and there is no response.
    Missing(Missing),
    /// It was not sent.
    NotSent(NotSent),
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// None came in time.
    TimedOut,
    /// The connection ended before.
    Disconnected,
    /// The run was ended before.
    Stopped,
}

impl Missing {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Disconnected => "disconnected",
            Self::Stopped => "stopped",
        }
    }
}

/// Why a request was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotSent {
    /// Its session could not be bound, or not again.
    NotBound,
    /// The run was ended before.
    Stopped,
    /// The time for sending was over.
    Duration,
}

impl NotSent {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotBound => "not_bound",
            Self::Stopped => "stopped",
            Self::Duration => "duration",
        }
    }
}
