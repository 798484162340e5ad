//! What the segments of a connection tell about the network between its ends.

use super::{Arrival, PerSide, Side};
use crate::decap::Flags;
use crate::time::{Duration, Timestamp};

/// Counts and times of a connection; each count is over both sides.
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
    /// Acknowledgements sent again while octets behind them were under way: the receiver lacks some (RFC 5681 §2).
    pub duplicate_acks: u64,
    /// Times that a side closed its window.
    pub zero_windows: u64,
    /// From the SYN to the acknowledgement of the SYN,ACK.
    pub handshake_rtt: Option<Duration>,
    /// From octets to their acknowledgement by each side, as seen where the capture was taken.
    pub acknowledged_after: PerSide<Spans>,
    /// The RST that ended it.
    pub rst: Option<Rst>,
    /// Other pairs of addresses under which its segments were captured: both sides of an address translation.
    pub copies: u8,
}

/// Spans of time, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: Duration,
    /// The least.
    pub min: Duration,
    /// The greatest.
    pub max: Duration,
}

impl Spans {
    pub(crate) fn add(&mut self, span: Duration) {
        self.min = if self.count == 0 { span } else { self.min.min(span) };
        self.max = self.max.max(span);
        self.sum = Duration::from_nanos(self.sum.nanos().saturating_add(span.nanos()));
        self.count = self.count.saturating_add(1);
    }
}

/// A RST, and whether it looks like one that the side sent in whose name it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rst {
    /// In whose name.
    pub side: Side,
    /// Whether its TTL is one that the side's other segments had; `None`: there are none.
    pub ttl_fits: Option<bool>,
    /// Whether its IP identification goes on from theirs; `None`: they do not count, or have none.
    pub ip_id_fits: Option<bool>,
}

impl Rst {
    /// Whether something between the ends sent it.
    #[must_use]
    pub fn is_forged(&self) -> bool {
        self.ttl_fits == Some(false)
    }
}

/// One side's way of sending.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulse {
    window: Option<u16>,
    /// The acknowledgement number that it sent last.
    acknowledged: Option<u32>,
    /// Number behind the last octet that it sent.
    sent: Option<u32>,
    /// Octets under way whose acknowledgement is waited for: the number behind them, and when they were captured.
    timed: Option<(u32, Timestamp)>,
    /// Least and greatest TTL.
    ttl: Option<(u8, u8)>,
    ip_id: Option<u16>,
    /// Segments whose identification followed closely on the one before, and those where it did not.
    counting: u16,
    jumping: u16,
}

/// What a segment says besides its octets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beat {
    pub(super) window_closed: bool,
    pub(super) window_opened: bool,
    pub(super) duplicate_ack: bool,
    /// How long the octets that it acknowledges were under way.
    pub(super) acknowledged_after: Option<Duration>,
}

/// How far an identification may be ahead of the last one seen: hosts count one up for each packet to anybody.
const NEAR: u16 = 4_096;

impl Pulse {
    pub(super) const fn new() -> Self {
        Self {
            window: None,
            acknowledged: None,
            sent: None,
            timed: None,
            ttl: None,
            ip_id: None,
            counting: 0,
            jumping: 0,
        }
    }

    /// A segment of this side, which is no frame seen twice.
    #[inline]
    pub(super) fn beat(&mut self, arrival: &Arrival, retransmitted: bool, peer: &mut Self) -> Beat {
        let mut beat = Beat::default();
        if arrival.flags.has(Flags::RST) {
            return beat;
        }
        let opens_or_ends = arrival.flags.0 & (Flags::SYN | Flags::FIN) != 0;
        beat.window_closed = arrival.window == 0 && self.window != Some(0);
        beat.window_opened = arrival.window != 0 && self.window == Some(0);
        if arrival.flags.has(Flags::ACK) {
            let number = arrival.acknowledgement;
            beat.duplicate_ack = arrival.wire_len == 0
                && !opens_or_ends
                && self.acknowledged == Some(number)
                && self.window == Some(arrival.window)
                && peer.sent.is_some_and(|sent| is_before(number, sent));
            if let Some((end, at)) = peer.timed
                && !is_before(number, end)
            {
                beat.acknowledged_after = Some(arrival.at.since(at)).filter(|span| span.nanos() >= 0);
                peer.timed = None;
            }
            self.acknowledged = Some(number);
        }
        self.window = Some(arrival.window);
        if arrival.wire_len > 0 {
            let syn = u32::from(arrival.flags.has(Flags::SYN));
            let end = arrival.sequence.wrapping_add(syn).wrapping_add(arrival.wire_len);
            if self.sent.is_none_or(|sent| is_before(sent, end)) {
                self.sent = Some(end);
            }
            if retransmitted {
                // Which of the two is acknowledged, nobody can tell (RFC 6298 §3).
                self.timed = None;
            } else if self.timed.is_none() && peer.acknowledged.is_none_or(|number| is_before(number, end)) {
                self.timed = Some((end, arrival.at));
            }
        }
        self.follow(arrival);
        beat
    }

    /// Whether its IP identifications count up.
    pub(super) const fn ids_count(&self) -> bool {
        self.counting > self.jumping.saturating_mul(4)
    }

    /// Whether a RST looks like the segments of this side.
    pub(super) fn judge(&self, rst: &Arrival) -> Rst {
        let ids = self.ip_id.zip(rst.ip_id.filter(|&id| id != 0)).filter(|_| self.ids_count());
        Rst {
            side: rst.side,
            ttl_fits: self.ttl.map(|(least, most)| (least..=most).contains(&rst.ttl)),
            ip_id_fits: ids.map(|(last, id)| id.wrapping_sub(last) <= NEAR),
        }
    }

    fn follow(&mut self, arrival: &Arrival) {
        let ttl = arrival.ttl;
        self.ttl = Some(self.ttl.map_or((ttl, ttl), |(least, most)| (least.min(ttl), most.max(ttl))));
        if let Some(id) = arrival.ip_id.filter(|&id| id != 0) {
            if let Some(last) = self.ip_id {
                let n = if id.wrapping_sub(last) <= NEAR { &mut self.counting } else { &mut self.jumping };
                *n = n.saturating_add(1);
            }
            self.ip_id = Some(id);
        }
    }
}

/// Whether the sequence number `a` lies before `b`, modulo 2^32.
const fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}
