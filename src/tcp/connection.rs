//! One TCP connection: both sides' streams, how it opened and closed, and its health.

use super::delay::{Event, Hints};
use super::health::{Health, Pulse};
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

/// The state of one connection.
#[derive(Debug)]
pub struct Connection {
    streams: PerSide<Stream>,
    syn_at: Option<Timestamp>,
    syn_ack_at: Option<Timestamp>,
    /// A SYN came more than once: what it took says nothing about the network (RFC 6298 §3).
    syn_again: bool,
    pulses: PerSide<Pulse>,
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
            syn_again: false,
            pulses: PerSide { opener: Pulse::new(), accepter: Pulse::new() },
            closing: None,
            fins: PerSide { opener: false, accepter: false },
            health: Health::default(),
        }
    }

    /// Gives memory back: the connection has been closed for a while, and its octets are of no use any more.
    pub fn forget(&mut self) {
        self.streams.opener.forget();
        self.streams.accepter.forget();
    }

    /// Takes a segment. Octets that are in order now, of its side, go to `sink`.
    pub fn push(&mut self, arrival: &Arrival, payload: &[u8], limits: &Limits, sink: &mut impl Ordered) {
        self.health.segments = self.health.segments.saturating_add(1);
        let (syn, ack) = (arrival.flags.has(Flags::SYN), arrival.flags.has(Flags::ACK));
        let mut syn_again = false;
        if syn && !ack {
            syn_again = self.syn_at.replace(self.syn_at.unwrap_or(arrival.at)).is_some();
        } else if syn {
            syn_again = self.syn_ack_at.replace(self.syn_ack_at.unwrap_or(arrival.at)).is_some();
            self.streams.of_mut(arrival.side.other()).begins_at(arrival.acknowledgement);
        } else if self.health.handshake_rtt.is_none()
            && arrival.side == Side::Opener
            && let (Some(syn_at), Some(syn_ack_at)) = (self.syn_at, self.syn_ack_at)
        {
            self.health.handshake_rtt = Some(arrival.at.since(syn_at));
            if !self.syn_again {
                let mut round_trip = |side: Side, span: Duration| {
                    sink.event(side, arrival.at, Event::RoundTrip { span, handshake: true });
                };
                round_trip(Side::Accepter, syn_ack_at.since(syn_at));
                round_trip(Side::Opener, arrival.at.since(syn_ack_at));
            }
        }
        self.health.copies = self.health.copies.max(arrival.copy);
        let hints = Hints {
            twice: self.health.duplicate_frames > 0,
            ids_count: self.pulses.of(arrival.side).ids_count(),
            round_trip: self.round_trip(),
        };
        let effect = self.streams.of_mut(arrival.side).push(arrival, payload, &hints, limits, sink);
        if effect.duplicate_frame {
            self.health.duplicate_frames = self.health.duplicate_frames.saturating_add(1);
            return;
        }
        // The same frame seen twice is no second attempt.
        self.syn_again |= syn_again;
        self.note(arrival, effect, sink);
        if ack {
            self.streams.of_mut(arrival.side.other()).acknowledge(arrival.acknowledgement, arrival.at);
        }
        if arrival.flags.has(Flags::RST) {
            if !matches!(self.closing, Some(Closing::Rst(_))) && !self.is_closed() {
                self.closing = Some(Closing::Rst(arrival.side));
                self.health.rst = Some(self.pulses.of(arrival.side).judge(arrival));
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

    /// Octets of memory that what is held behind holes takes, both sides.
    #[must_use]
    pub fn held(&self) -> u64 {
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

    /// The least time that a segment and its acknowledgement took, both ways.
    fn round_trip(&self) -> Option<Duration> {
        let PerSide { opener, accepter } = &self.health.acknowledged_after;
        let measured = (opener.count > 0 && accepter.count > 0)
            .then(|| Duration::from_nanos(opener.min.nanos().saturating_add(accepter.min.nanos())));
        self.health.handshake_rtt.filter(|_| !self.syn_again).or(measured)
    }

    fn note(&mut self, arrival: &Arrival, effect: Effect, sink: &mut impl Ordered) {
        let add = |n: &mut u64, flag: bool| *n = n.saturating_add(u64::from(flag));
        add(&mut self.health.retransmitted, effect.retransmitted);
        add(&mut self.health.out_of_order, effect.out_of_order);
        add(&mut self.health.conflicting_overlaps, effect.conflicting);
        let PerSide { opener, accepter } = &mut self.pulses;
        let (own, peer) = match arrival.side {
            Side::Opener => (opener, accepter),
            Side::Accepter => (accepter, opener),
        };
        let beat = own.beat(arrival, effect.retransmitted, peer);
        add(&mut self.health.zero_windows, beat.window_closed);
        add(&mut self.health.duplicate_acks, beat.duplicate_ack);
        let (side, at) = (arrival.side, arrival.at);
        if let Some(from) = effect.again {
            sink.event(side, at, Event::SentAgain { from });
        }
        if beat.window_closed {
            sink.event(side, at, Event::WindowClosed);
        } else if beat.window_opened {
            sink.event(side, at, Event::WindowOpened);
        }
        if let Some(span) = beat.acknowledged_after {
            let spans = self.health.acknowledged_after.of_mut(side);
            if spans.count == 0 || span < spans.min {
                sink.event(side, at, Event::RoundTrip { span, handshake: false });
            }
            spans.add(span);
            let until = self.streams.of(side.other()).offset_of(arrival.acknowledgement);
            sink.event(side.other(), at, Event::Acknowledged { until });
        }
    }
}
