//! One TCP connection: both sides' streams, how it opened and closed, and its health.

use super::stream::{Effect, Limits, Ordered, Stream};
use super::{Arrival, PerSide, Side};
use crate::decap::Flags;
use crate::time::{Duration, Timestamp};

/// How a connection closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The side that sent the first FIN.
    Fin(Side),
    /// The side in whose name a RST was sent.
    Rst(Side),
}

/// What the segments of a connection tell about the network; each count is over both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Segments.
    pub segments: u64,
    /// Segments all of whose octets had been captured before.
    pub retransmitted: u64,
    /// Frames seen twice (mirror ports, the `any` device); never counted as retransmitted.
    pub duplicate_frames: u64,
    /// Segments that filled a hole which later octets had left.
    pub out_of_order: u64,
    /// Segments whose octets differ from those captured before at the same place.
    pub conflicting_overlaps: u64,
    /// Holes that were never filled; what snaplen cut off is none.
    pub gaps: u64,
    /// Octets in them.
    pub gap_octets: u64,
    /// Times that a side closed its window.
    pub zero_windows: u64,
    /// From the SYN to the acknowledgement of the SYN,ACK.
    pub handshake_rtt: Option<Duration>,
}

/// The state of one connection.
#[derive(Debug)]
pub struct Connection {
    streams: PerSide<Stream>,
    syn_at: Option<Timestamp>,
    syn_ack_at: Option<Timestamp>,
    window_closed: PerSide<bool>,
    closing: Option<Closing>,
    fins: PerSide<bool>,
    health: Health,
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}

impl Connection {
    /// A connection of which nothing was seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            streams: PerSide { opener: Stream::new(), accepter: Stream::new() },
            syn_at: None,
            syn_ack_at: None,
            window_closed: PerSide { opener: false, accepter: false },
            closing: None,
            fins: PerSide { opener: false, accepter: false },
            health: Health::default(),
        }
    }

    /// Takes a segment. Octets that are in order now, of its side, go to `sink`.
    pub fn push(&mut self, arrival: &Arrival, payload: &[u8], limits: &Limits, sink: &mut impl Ordered) {
        self.health.segments = self.health.segments.saturating_add(1);
        let (syn, ack) = (arrival.flags.has(Flags::SYN), arrival.flags.has(Flags::ACK));
        if syn && !ack {
            self.syn_at.get_or_insert(arrival.at);
        } else if syn {
            self.syn_ack_at.get_or_insert(arrival.at);
            self.streams.of_mut(arrival.side.other()).begins_at(arrival.acknowledgement);
        } else if self.health.handshake_rtt.is_none()
            && arrival.side == Side::Opener
            && let (Some(syn_at), Some(_)) = (self.syn_at, self.syn_ack_at)
        {
            self.health.handshake_rtt = Some(arrival.at.since(syn_at));
        }
        let effect = self.streams.of_mut(arrival.side).push(arrival, payload, limits, sink);
        self.note(arrival, effect);
        if effect.duplicate_frame {
            return;
        }
        if ack {
            self.streams.of_mut(arrival.side.other()).acknowledge(arrival.acknowledgement, arrival.at);
        }
        if arrival.flags.has(Flags::RST) {
            if !matches!(self.closing, Some(Closing::Rst(_))) && !self.is_closed() {
                self.closing = Some(Closing::Rst(arrival.side));
            }
        } else if arrival.flags.has(Flags::FIN) {
            *self.fins.of_mut(arrival.side) = true;
            self.closing.get_or_insert(Closing::Fin(arrival.side));
        }
    }

    /// Capture time has come to `now`: holes of `side` that have waited long enough become gaps.
    pub fn tick(&mut self, side: Side, now: Timestamp, limits: &Limits, sink: &mut impl Ordered) {
        self.streams.of_mut(side).judge(now, limits, sink);
    }

    /// Nothing more of `side` can come: what is held is handed on.
    pub fn finish(&mut self, side: Side, now: Timestamp, sink: &mut impl Ordered) {
        self.streams.of_mut(side).finish(now, sink);
    }

    /// Whether time alone can change nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.streams.opener.is_quiet() && self.streams.accepter.is_quiet()
    }

    /// Whether octets of `side` wait behind a hole that may yet be filled.
    #[must_use]
    pub fn waits(&self, side: Side) -> bool {
        !self.streams.of(side).is_quiet()
    }

    /// Octets held behind holes, both sides.
    #[must_use]
    pub const fn held(&self) -> u64 {
        self.streams.opener.held().saturating_add(self.streams.accepter.held())
    }

    /// Whether a SYN or SYN,ACK was captured.
    #[must_use]
    pub const fn has_handshake(&self) -> bool {
        self.syn_at.is_some() || self.syn_ack_at.is_some()
    }

    /// How it closed first, if it did.
    #[must_use]
    pub const fn closing(&self) -> Option<Closing> {
        self.closing
    }

    /// Whether both sides said FIN, or one RST: no more octets are to be expected.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.closing, Some(Closing::Rst(_))) || (self.fins.opener && self.fins.accepter)
    }

    /// Counts so far.
    #[must_use]
    pub const fn health(&self) -> Health {
        let (a, b) = (&self.streams.opener, &self.streams.accepter);
        Health {
            gaps: a.gaps.saturating_add(b.gaps),
            gap_octets: a.gap_octets.saturating_add(b.gap_octets),
            ..self.health
        }
    }

    fn note(&mut self, arrival: &Arrival, effect: Effect) {
        let add = |n: &mut u64, flag: bool| *n = n.saturating_add(u64::from(flag));
        add(&mut self.health.duplicate_frames, effect.duplicate_frame);
        add(&mut self.health.retransmitted, effect.retransmitted);
        add(&mut self.health.out_of_order, effect.out_of_order);
        add(&mut self.health.conflicting_overlaps, effect.conflicting);
        let closed = arrival.window == 0 && !arrival.flags.has(Flags::RST);
        let was_closed = self.window_closed.of_mut(arrival.side);
        add(&mut self.health.zero_windows, closed && !*was_closed);
        *was_closed = closed;
    }
}
