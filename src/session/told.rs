//! What is known of a connection beside its PDUs, and how far the PDUs tell of it.

use crate::smpp::Version;
use crate::smpp::spec::State;
use crate::tcp::Side;
use crate::time::Timestamp;

use super::correlator::Sessions;

/// What was said about a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) version: Option<Version>,
    pub(super) esme: Option<Side>,
    pub(super) state: Option<State>,
}

impl Sessions {
    /// The same, of a connection that was made then: what timer.session_init counts from.
    #[must_use]
    pub const fn opened_at(mut self, at: Timestamp) -> Self {
        self.opened_at = Some(at);
        self
    }

    /// The same, in that state before the first PDU. All PDUs from there on are there, and come in their order.
    #[must_use]
    pub const fn in_state(mut self, state: State) -> Self {
        self.told.state = Some(state);
        self.is_told = true;
        self.handshake = true;
        self.settled = Some((0, 0));
        self
    }

    /// The same, with the version that it speaks whatever binds say.
    #[must_use]
    pub const fn speaking(mut self, version: Version) -> Self {
        self.told.version = Some(version);
        self
    }

    /// The same, with the side that is the ESME whatever binds say.
    #[must_use]
    pub const fn with_esme(mut self, esme: Side) -> Self {
        self.told.esme = Some(esme);
        self
    }

    /// Whether what `side` sends is captured at all.
    pub(super) fn is_captured(&self, side: Side) -> bool {
        self.is_told || self.half(side).pdus > 0
    }

    /// Whether the bind state is known: nothing is missing since it was.
    pub(super) fn is_settled(&self) -> bool {
        self.settled == Some(self.gaps())
    }
}
