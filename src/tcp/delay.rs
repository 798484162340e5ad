//! What TCP did to octets on their way, as far as one place of capture shows it. Who asks where time went
//! (`session::blame`) takes these facts; here nothing is judged but the facts themselves.
//!
//! - Octets that wait behind a hole carry a [`Wait`]: since when they could have been read, and what filled the hole.
//! - What concerns a side rather than its octets is an [`Event`].

use crate::time::{Duration, Timestamp};

/// Octets were captured, or later ones were, before they could be read: others were missing before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The earliest capture of these octets or of any behind them: their sender had sent them by then.
    pub since: Timestamp,
    /// What filled the hole.
    pub why: Late,
}

/// Why octets came after later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Late {
    /// The network overtook them: they were sent in their turn.
    Reordered,
    /// They were lost before the place of capture and sent again.
    Retransmitted,
    /// The peer had acknowledged them before: only the capture has them late.
    Captured,
}

/// Something that happened to a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It sent octets again, from this offset of its stream on, that were captured before and not acknowledged yet.
    /// What it sent from there on cannot have been read by the peer before, unless the acknowledgement was under way
    /// or lost.
    SentAgain {
        /// Offset of the first of them.
        from: u64,
    },
    /// The peer has acknowledged its octets up to this offset. Not told of each acknowledgement, but of those that tell
    /// how long octets were under way.
    Acknowledged {
        /// Offset behind the last of them.
        until: u64,
    },
    /// It takes no more octets: it advertised a window of 0.
    WindowClosed,
    /// It takes octets again.
    WindowOpened,
    /// From the place of capture to it and back took this long, and never less before.
    RoundTrip {
        /// How long.
        span: Duration,
        /// Of the handshake, which nothing delays but the network; others hold how long it waited to acknowledge.
        handshake: bool,
    },
}

/// What is known of a connection when a hole is filled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    /// Frames of the connection were seen twice before.
    pub(super) twice: bool,
    /// The IP identifications of the side count up.
    pub(super) ids_count: bool,
    /// The least time that a segment and its acknowledgement took, both ways.
    pub(super) round_trip: Option<Duration>,
}

/// Below this, a late segment was overtaken, where no round-trip time is known.
const OVERTAKEN: Duration = Duration::from_millis(3);

impl Hints {
    /// Why a segment came so long after the first one behind it. `ids`: their IP identifications.
    ///
    /// A sender numbers its packets as it sends them, so a number of its own tells. Otherwise time tells: that octets
    /// are missing, the sender learns a round trip after it sent the later ones at the earliest.
    pub(super) fn why_late(&self, after: Duration, ids: Option<(u16, u16)>) -> Late {
        let is_again = match ids.filter(|_| self.ids_count) {
            Some((late, behind)) => late.wrapping_sub(behind).cast_signed() > 0,
            None => after >= self.round_trip.unwrap_or(OVERTAKEN),
        };
        if is_again { Late::Retransmitted } else { Late::Reordered }
    }
}
