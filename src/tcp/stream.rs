//! The octets that one side sends, put in order.
//!
//! A hole before octets that were captured is waited for. When the peer has acknowledged it, it is *suspect*: the
//! octets existed and the capture may have missed them. It becomes a gap after [`Limits::suspect`] of capture time
//! or [`Limits::suspect_segments`] further segments, at the end of the connection, or when waiting costs too much
//! ([`Limits::pending_octets`], [`Limits::unacknowledged`]). Captures in which acknowledgements overtake data are
//! common, so most suspect holes are filled a moment later and lose nothing.
//!
//! Where octets overlap, the first ones captured win; different ones are counted, as far back as [`History`] reaches.

use std::collections::VecDeque;
use std::ops::Range;

use super::delay::{Event, Hints, Late, Wait};
use super::history::History;
use super::recent::Recent;
use super::{Arrival, Side};
use crate::decap::Flags;
use crate::num::{count, index, short};
use crate::time::{Duration, Timestamp};

/// Bounds of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long an acknowledged hole may stay open.
    pub suspect: Duration,
    /// How many segments of the side an acknowledged hole may outlast.
    pub suspect_segments: u32,
    /// How long a hole that nobody acknowledged may stay open.
    pub unacknowledged: Duration,
    /// Octets held behind holes, a side.
    pub pending_octets: u64,
    /// Segments held behind holes, a side.
    pub pending_segments: usize,
    /// How long the first segments of a side seen mid-stream are held: an earlier one may come late.
    pub start: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            suspect: Duration::from_millis(200),
            suspect_segments: 1_000,
            unacknowledged: Duration::from_secs(10),
            pending_octets: 1 << 20,
            pending_segments: 4_096,
            start: Duration::from_millis(100),
        }
    }
}

/// The frame that octets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Number of the frame that captured them first.
    pub frame: u64,
    /// When it was captured.
    pub at: Timestamp,
    /// For what they waited before they could be read; `None`: they came in order.
    pub wait: Option<Wait>,
}

/// Takes a side's octets in order. Offsets count from 0 at the first octet of the side's stream (mid-stream: at the
/// first one captured).
pub trait Ordered {
    /// Octets that follow what came before.
    fn octets(&mut self, offset: u64, octets: &[u8], origin: Origin);
    /// `len` octets from `offset` on are not in the capture.
    fn gap(&mut self, offset: u64, len: u64, why: Missing);
    /// Something happened to `side`.
    fn event(&mut self, _side: Side, _at: Timestamp, _event: Event) {}
    /// Whether anybody wants this connection's octets: those of others are not remembered.
    fn wants(&self) -> bool {
        true
    }
}

/// Why octets are not in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No frame with them was captured.
    Lost,
    /// The frame was captured, but cut by snaplen.
    Snaplen,
}

/// What a segment turned out to be, for the connection's health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Effect {
    /// The same frame was seen before.
    pub(super) duplicate_frame: bool,
    /// All of its octets were captured before.
    pub(super) retransmitted: bool,
    /// It filled a hole that later octets had left.
    pub(super) out_of_order: bool,
    /// Octets that differ from those captured before at the same place.
    pub(super) conflicting: bool,
    /// Offset of the first octet that was captured before and that the peer has not acknowledged yet.
    pub(super) again: Option<u64>,
}

/// One side's stream.
#[derive(Debug)]
pub(super) struct Stream {
    phase: Phase,
    /// Sequence number of the next octet to hand on.
    next: u32,
    /// Offset of that octet.
    offset: u64,
    /// Segments held, by offset, not overlapping.
    pending: VecDeque<Chunk>,
    pending_octets: u64,
    /// Offset up to which the peer has acknowledged beyond what was captured.
    acknowledged: u64,
    /// Number up to which the peer has acknowledged.
    confirmed: Option<u32>,
    /// Offset at which a FIN says the stream ends.
    end: Option<u64>,
    suspect: Option<Suspect>,
    /// Since when octets are held at all.
    waiting: Option<Timestamp>,
    recent: Recent,
    /// What was handed on last.
    history: History,
    /// Gaps of lost octets handed on.
    pub(super) gaps: u64,
    /// Octets in them.
    pub(super) gap_octets: u64,
    /// Offset at which the last gap ended.
    lost_until: Option<u64>,
}

/// The acknowledged part of the first hole.
#[derive(Clone, Copy, Debug)]
struct Suspect {
    /// When it was acknowledged.
    since: Timestamp,
    /// Segments of the side since then.
    segments: u32,
    /// Offset up to which it was acknowledged then. What was acknowledged later may still come.
    until: u64,
}

/// Octets that an allocation costs beyond what is in it, about.
const ALLOCATION: u64 = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing seen.
    Unseen,
    /// Nothing seen, but the peer named the first octet's number.
    Announced,
    /// Seen mid-stream, waiting for segments that the first one overtook.
    Starting,
    /// Handing on.
    Running,
}

/// A held segment: `octets`, then `missing` octets that snaplen cut off.
#[derive(Debug)]
struct Chunk {
    offset: u64,
    octets: Vec<u8>,
    missing: u64,
    origin: Origin,
    /// The earliest capture of these octets or of later ones.
    since: Timestamp,
    ip_id: Option<u16>,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.offset.saturating_add(count(self.octets.len())).saturating_add(self.missing)
    }
}

/// Offsets of a side seen mid-stream begin here while the start is being looked for, so that earlier octets have
/// room below.
const MID_STREAM: u64 = 1 << 32;

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Unseen,
            next: 0,
            offset: 0,
            pending: VecDeque::new(),
            pending_octets: 0,
            acknowledged: 0,
            confirmed: None,
            end: None,
            suspect: None,
            waiting: None,
            recent: Recent::default(),
            history: History::default(),
            gaps: 0,
            gap_octets: 0,
            lost_until: None,
        }
    }

    /// The connection is over: what was handed on need not be compared any more.
    pub(super) fn forget(&mut self) {
        self.history.forget();
    }

    /// Whether nothing is held and no hole is known, so that time cannot change anything.
    pub(super) fn is_quiet(&self) -> bool {
        self.pending.is_empty() && self.suspect.is_none()
    }

    /// Octets of memory that what is held behind holes takes.
    pub(super) fn held(&self) -> u64 {
        let each = count(size_of::<Chunk>()).saturating_add(ALLOCATION);
        self.pending_octets.saturating_add(count(self.pending.len()).saturating_mul(each))
    }

    /// The peer's SYN,ACK names the number that this side's first octet has, even when its SYN was not captured.
    /// The stream begins only when a segment of it is seen: of a one-sided capture the other side is no gap.
    pub(super) const fn begins_at(&mut self, sequence: u32) {
        if matches!(self.phase, Phase::Unseen) {
            self.phase = Phase::Announced;
            self.next = sequence;
        }
    }

    /// A segment of this side.
    pub(super) fn push(
        &mut self,
        arrival: &Arrival,
        payload: &[u8],
        hints: &Hints,
        limits: &Limits,
        sink: &mut impl Ordered,
    ) -> Effect {
        let mut effect = Effect::default();
        if self.recent.seen_before(arrival, hints.twice) {
            effect.duplicate_frame = true;
            return effect;
        }
        let syn = arrival.flags.has(Flags::SYN);
        // The SYN counts as one number before the first octet.
        let sequence = if syn { arrival.sequence.wrapping_add(1) } else { arrival.sequence };
        match self.phase {
            Phase::Unseen | Phase::Announced if syn => {
                self.phase = Phase::Running;
                self.next = sequence;
            }
            Phase::Unseen | Phase::Announced if arrival.wire_len == 0 => return effect,
            Phase::Announced => self.phase = Phase::Running,
            Phase::Unseen => {
                self.phase = Phase::Starting;
                self.next = sequence;
                self.offset = MID_STREAM;
            }
            Phase::Starting | Phase::Running => {
                if let Some(suspect) = &mut self.suspect {
                    suspect.segments = suspect.segments.saturating_add(1);
                }
            }
        }
        if arrival.flags.has(Flags::FIN) && self.phase == Phase::Running {
            let ahead = sequence.wrapping_add(arrival.wire_len).wrapping_sub(self.next).cast_signed();
            self.end = self.offset.checked_add_signed(i64::from(ahead)).or(self.end);
        }
        // What a RST carries is a diagnostic text at best, never octets of the stream (RFC 9293 §3.5.2).
        if arrival.wire_len > 0 && !arrival.flags.has(Flags::RST) {
            self.place(arrival, sequence, payload, hints, &mut effect, sink);
            if !self.is_quiet() {
                self.judge(arrival.at, limits, sink);
            }
        }
        effect
    }

    /// The peer has received everything before `sequence`.
    pub(super) fn acknowledge(&mut self, sequence: u32, at: Timestamp) {
        if self.phase != Phase::Running {
            return;
        }
        if self.confirmed.is_none_or(|confirmed| sequence.wrapping_sub(confirmed).cast_signed() > 0) {
            self.confirmed = Some(sequence);
        }
        let ahead = sequence.wrapping_sub(self.next);
        // More than half the number space ahead is behind.
        if ahead == 0 || ahead > i32::MAX.unsigned_abs() {
            return;
        }
        let until = self.offset.saturating_add(u64::from(ahead));
        // The FIN takes a number, but is no octet.
        let until = self.end.map_or(until, |end| until.min(end));
        if until <= self.offset {
            return;
        }
        self.acknowledged = self.acknowledged.max(until);
        if self.suspect.is_none() {
            self.suspect = Some(Suspect { since: at, segments: 0, until });
        }
    }

    /// Capture time has come to `now`: holes that have waited long enough become gaps.
    pub(super) fn judge(&mut self, now: Timestamp, limits: &Limits, sink: &mut impl Ordered) {
        if self.phase == Phase::Starting {
            let held = self.waiting.is_some_and(|since| now.since(since) >= limits.start);
            if held || self.is_over(limits) {
                self.start(sink);
            }
            return;
        }
        while let Some(hole) = self.hole() {
            let suspect = self.suspect.filter(|suspect| {
                now.since(suspect.since) >= limits.suspect || suspect.segments >= limits.suspect_segments
            });
            let waited = self.waiting.is_some_and(|since| now.since(since) >= limits.unacknowledged);
            let until = if waited || self.is_over(limits) {
                hole
            } else {
                match suspect {
                    Some(suspect) => hole.min(suspect.until),
                    None => return,
                }
            };
            self.skip_to(until, now, sink);
        }
    }

    /// Nothing more can come: what is held is handed on, holes before it are gaps.
    pub(super) fn finish(&mut self, now: Timestamp, sink: &mut impl Ordered) {
        if self.phase == Phase::Starting {
            self.start(sink);
        }
        while let Some(hole) = self.hole() {
            self.skip_to(hole, now, sink);
        }
    }

    /// Where the first hole ends: at held octets, or at what was acknowledged without ever being captured.
    fn hole(&self) -> Option<u64> {
        match self.pending.front() {
            Some(chunk) => Some(chunk.offset),
            None => {
                // A FIN takes one number of its own; unless it was captured, one acknowledged octet too many is
                // taken for it.
                let fin = u64::from(self.end.is_none());
                let end = self.acknowledged;
                (end > self.offset.saturating_add(fin) && self.suspect.is_some()).then_some(end)
            }
        }
    }

    fn is_over(&self, limits: &Limits) -> bool {
        self.pending_octets > limits.pending_octets || self.pending.len() > limits.pending_segments
    }

    fn skip_to(&mut self, hole: u64, now: Timestamp, sink: &mut impl Ordered) {
        let len = hole.saturating_sub(self.offset);
        self.lose(len, Missing::Lost, sink);
        self.drain(sink);
        self.settle(now);
    }

    /// Hands on octets and remembers them.
    fn hand_on(&mut self, octets: &[u8], origin: Origin, sink: &mut impl Ordered) {
        sink.octets(self.offset, octets, origin);
        if sink.wants() {
            self.history.keep(self.offset, octets);
        } else {
            self.history = History::default();
        }
        self.advance(count(octets.len()));
    }

    /// Hands on a gap of `len` octets.
    fn lose(&mut self, len: u64, why: Missing, sink: &mut impl Ordered) {
        if len == 0 {
            return;
        }
        sink.gap(self.offset, len, why);
        if why == Missing::Lost {
            if self.lost_until != Some(self.offset) {
                self.gaps = self.gaps.saturating_add(1);
            }
            self.gap_octets = self.gap_octets.saturating_add(len);
            self.lost_until = Some(self.offset.saturating_add(len));
        }
        self.advance(len);
    }

    fn advance(&mut self, len: u64) {
        self.offset = self.offset.saturating_add(len);
        // Numbers wrap at 2^32, so only the low half of the distance counts.
        let low = u32::try_from(len & u64::from(u32::MAX)).unwrap_or(0);
        self.next = self.next.wrapping_add(low);
    }

    /// After octets were handed on: is there still a hole, and since when?
    fn settle(&mut self, now: Timestamp) {
        if self.acknowledged <= self.offset {
            self.suspect = None;
        } else if self.suspect.is_some() {
            self.suspect = Some(Suspect { since: now, segments: 0, until: self.acknowledged });
        }
        if self.pending.is_empty() {
            self.waiting = None;
        } else {
            self.waiting = Some(now);
        }
    }

    /// The first segments of a mid-stream side are in order now: the lowest one is where the stream begins.
    fn start(&mut self, sink: &mut impl Ordered) {
        self.phase = Phase::Running;
        if let Some(first) = self.pending.front() {
            let back = self.offset.saturating_sub(first.offset);
            let low = u32::try_from(back & u64::from(u32::MAX)).unwrap_or(0);
            self.next = self.next.wrapping_sub(low);
            let base = first.offset;
            for chunk in &mut self.pending {
                chunk.offset = chunk.offset.saturating_sub(base);
            }
        }
        self.offset = 0;
        self.waiting = self.pending.back().map(|chunk| chunk.origin.at);
        self.drain(sink);
        if self.pending.is_empty() {
            self.waiting = None;
        }
    }

    fn place(
        &mut self,
        arrival: &Arrival,
        sequence: u32,
        payload: &[u8],
        hints: &Hints,
        effect: &mut Effect,
        sink: &mut impl Ordered,
    ) {
        let origin = Origin { frame: arrival.frame, at: arrival.at, wait: None };
        let distance = sequence.wrapping_sub(self.next).cast_signed();
        let wire_len = arrival.wire_len.max(short(payload.len()));
        let missing = u64::from(wire_len).saturating_sub(count(payload.len()));
        if distance == 0 && self.phase == Phase::Running && self.pending.is_empty() {
            self.hand_on(payload, origin, sink);
            self.lose(missing, Missing::Snaplen, sink);
            if self.acknowledged <= self.offset {
                self.suspect = None;
            }
            return;
        }
        let Some(start) = self.offset.checked_add_signed(i64::from(distance)) else {
            // Before the first octet of the stream: a keep-alive probe, or octets from before the capture.
            effect.retransmitted = wire_len > 1;
            return;
        };
        let end = start.saturating_add(u64::from(wire_len));
        if end <= self.offset && self.phase == Phase::Running {
            // One octet just below the next one is a keep-alive probe (RFC 1122 §4.2.3.6), no retransmission.
            effect.retransmitted = !(wire_len == 1 && distance == -1);
            effect.conflicting = effect.retransmitted && self.history.differs(start, payload);
            effect.again = self.unconfirmed(start, end).filter(|_| effect.retransmitted);
            return;
        }
        effect.conflicting = start < self.offset && self.history.differs(start, payload);
        self.hold(arrival, start, payload, missing, effect);
        if self.phase == Phase::Running && (effect.retransmitted || start < self.offset) {
            effect.again = self.unconfirmed(start, end);
        }
        if self.phase == Phase::Running
            && self.pending.front().is_some_and(|first| first.offset <= self.offset)
        {
            let late = self.late(arrival, hints);
            self.release(late, sink);
            self.settle(arrival.at);
        }
    }

    /// The offset of the octet with this number, which is near the next one.
    pub(super) fn offset_of(&self, number: u32) -> u64 {
        let ahead = number.wrapping_sub(self.next).cast_signed();
        self.offset.saturating_add_signed(i64::from(ahead))
    }

    /// Where the octets `start..end` begin that the peer has not acknowledged.
    fn unconfirmed(&self, start: u64, end: u64) -> Option<u64> {
        let confirmed = self.confirmed.map_or(0, |number| self.offset_of(number));
        Some(start.max(confirmed)).filter(|&from| from < end)
    }

    /// Why what waits behind the segment that just came had to wait; `None`: nothing does.
    fn late(&self, arrival: &Arrival, hints: &Hints) -> Option<Late> {
        let filler = self.pending.front()?;
        let behind = self.pending.iter().find(|chunk| chunk.origin.frame != arrival.frame)?;
        if self.acknowledged > filler.offset {
            return Some(Late::Captured);
        }
        let after = arrival.at.since(behind.since);
        Some(hints.why_late(after, arrival.ip_id.zip(behind.ip_id)))
    }

    /// Keeps what is new of a segment, in order; where octets are there already, the first ones stay.
    fn hold(&mut self, arrival: &Arrival, start: u64, payload: &[u8], missing: u64, effect: &mut Effect) {
        let floor = if self.phase == Phase::Running { self.offset } else { 0 };
        let end = start.saturating_add(count(payload.len())).saturating_add(missing);
        let was_last = self.pending.back().is_none_or(|last| last.end() <= start);
        let mut at = start.max(floor);
        let mut is_new = false;
        let mut position = self.pending.partition_point(|chunk| chunk.end() <= at);
        while at < end {
            let (free_until, occupied_until) = match self.pending.get(position) {
                Some(chunk) if chunk.offset < end => (chunk.offset, chunk.end()),
                _ => (end, end),
            };
            if free_until > at {
                is_new = true;
                self.insert(position, at..free_until, start, payload, arrival);
                position = position.saturating_add(1);
            }
            if let Some(chunk) = self.pending.get(position)
                && chunk.offset < end
            {
                effect.conflicting |= differs(chunk, start, payload);
            }
            at = free_until.max(occupied_until).max(at.saturating_add(1));
            position = position.saturating_add(1);
        }
        effect.retransmitted = !is_new;
        effect.out_of_order = is_new && !was_last;
        if is_new && self.waiting.is_none() {
            self.waiting = Some(arrival.at);
        }
    }

    /// Holds the `range` of a segment that begins at `start`.
    fn insert(&mut self, position: usize, range: Range<u64>, start: u64, payload: &[u8], arrival: &Arrival) {
        let Range { start: from, end: until } = range;
        let part = |offset: u64| {
            let within = offset.saturating_sub(start).min(count(payload.len()));
            usize::try_from(within).unwrap_or(payload.len())
        };
        let octets = payload.get(part(from)..part(until)).unwrap_or_default().to_vec();
        let missing = until.saturating_sub(from).saturating_sub(count(octets.len()));
        self.pending_octets = self.pending_octets.saturating_add(count(octets.len()));
        let position = position.min(self.pending.len());
        // Of those before it, none was captured later, so theirs stand.
        let since = self.pending.get(position).map_or(arrival.at, |behind| behind.since.min(arrival.at));
        let origin = Origin { frame: arrival.frame, at: arrival.at, wait: None };
        let chunk = Chunk { offset: from, octets, missing, origin, since, ip_id: arrival.ip_id };
        self.pending.insert(position, chunk);
    }

    /// Hands on what is held without a hole before it.
    fn drain(&mut self, sink: &mut impl Ordered) {
        self.release(None, sink);
    }

    /// Likewise; `late`: why it had to wait.
    fn release(&mut self, late: Option<Late>, sink: &mut impl Ordered) {
        while let Some(chunk) = self.pending.front() {
            if chunk.offset > self.offset {
                return;
            }
            let Some(chunk) = self.pending.pop_front() else { return };
            self.pending_octets = self.pending_octets.saturating_sub(count(chunk.octets.len()));
            let wait = late.map(|why| Wait { since: chunk.since, why });
            self.hand_on(&chunk.octets, Origin { wait, ..chunk.origin }, sink);
            self.lose(chunk.missing, Missing::Snaplen, sink);
        }
    }
}

/// Whether `payload`, which begins at `start`, says something else than `chunk` where both have octets.
fn differs(chunk: &Chunk, start: u64, payload: &[u8]) -> bool {
    let from = chunk.offset.max(start);
    let until = chunk
        .offset
        .saturating_add(count(chunk.octets.len()))
        .min(start.saturating_add(count(payload.len())));
    let Ok(len) = u32::try_from(until.saturating_sub(from)) else { return false };
    len > 0 && part(&chunk.octets, chunk.offset, from, len) != part(payload, start, from, len)
}

/// `len` octets from stream offset `from` of `octets`, which begin at `begin`.
fn part(octets: &[u8], begin: u64, from: u64, len: u32) -> Option<&[u8]> {
    let at = usize::try_from(from.saturating_sub(begin)).ok()?;
    octets.get(at..at.checked_add(index(len))?)
}
