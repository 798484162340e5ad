//! Fragments of IP packets, put together (RFC 791, RFC 8200) within bounds.
//!
//! Octets that came first stay: a later fragment that overlaps them gives only what is new, and is counted. A
//! fragment captured in part covers what it had on the wire, so that its packet can be complete and still end, for
//! the reader, at the first octet that was not captured. Packets that stay incomplete are given up by the times of
//! later fragments, and the oldest are given up where a bound bites; either is counted.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;

use super::NotUsed;
use super::ip::Header;
use super::walk::{Piece, Tunnels};
use crate::num;
use crate::time::{Duration, Timestamp};

/// Bounds on what is kept of incomplete packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Packets.
    pub datagrams: usize,
    /// Octets in all, with what it costs to keep them.
    pub octets: usize,
    /// Fragments of a packet.
    pub fragments: u32,
    /// From the first fragment of a packet to its last.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { datagrams: 4_096, octets: 16 << 20, fragments: 2_048, timeout: Duration::from_secs(30) }
    }
}

/// What is kept with a packet and with each stretch of its octets, about.
const COST_OF_DATAGRAM: usize = 256;
const COST_OF_STRETCH: usize = 64;

/// Packets just completed that are kept, to know the fragments of a packet that was captured twice.
const RECENT: usize = 32;

/// The longest payload of an IP packet.
const LONGEST: u32 = 65_535;

/// Fragments of a packet say so by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    id: u32,
    /// 0 in IPv6, where it is no part of it.
    protocol: u8,
}

/// A packet put together.
#[derive(Debug)]
pub(super) struct Whole {
    key: Key,
    pub(super) header: Header,
    /// What `octets` are.
    pub(super) protocol: u8,
    pub(super) tunnels: Tunnels,
    /// Of the payload, up to the first one that was not captured.
    pub(super) octets: Vec<u8>,
    /// Octets of the payload on the wire.
    pub(super) wire: u32,
    /// Numbers of the frames that it came in, the last one completed it.
    pub(super) frames: Vec<u64>,
}

/// What became of a fragment.
#[derive(Debug)]
pub(super) enum Pushed {
    /// It waits for others, or is counted with those that were given up.
    Held,
    /// It cannot be one.
    Refused(NotUsed),
    /// It came again after its packet was complete, from which came a segment or not.
    Again(Option<NotUsed>),
    /// It completed its packet.
    Whole(Whole),
}

/// Incomplete packets.
#[derive(Debug)]
pub(super) struct Fragments {
    limits: Limits,
    datagrams: HashMap<Key, Datagram, foldhash::fast::RandomState>,
    /// Keys in the order in which their packets began.
    order: BTreeMap<u64, Key>,
    begun: u64,
    octets: usize,
    recent: VecDeque<Done>,
    /// Frames of packets given up.
    pub(super) given_up: BTreeMap<NotUsed, u64>,
    /// Packets put together.
    pub(super) completed: u64,
    /// Packets whose fragments overlap.
    pub(super) overlapping: u64,
}

/// An incomplete packet.
#[derive(Debug)]
struct Datagram {
    number: u64,
    begun: Timestamp,
    /// Numbers of the frames with fragments of it.
    frames: Vec<u64>,
    fragments: u32,
    header: Header,
    protocol: u8,
    /// Octets by their places; stretches neither overlap nor are empty.
    stretches: BTreeMap<u32, Vec<u8>>,
    /// What the fragments cover, captured or not: starts and ends, ascending, with room between them.
    covered: Vec<(u32, u32)>,
    /// Octets of the payload, once the last fragment has come.
    total: Option<u32>,
    cost: usize,
    overlaps: bool,
}

/// A packet that was completed.
#[derive(Debug)]
struct Done {
    key: Key,
    at: Timestamp,
    octets: Vec<u8>,
    wire: u32,
    outcome: Option<NotUsed>,
}

impl Fragments {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            datagrams: HashMap::default(),
            order: BTreeMap::new(),
            begun: 0,
            octets: 0,
            recent: VecDeque::new(),
            given_up: BTreeMap::new(),
            completed: 0,
            overlapping: 0,
        }
    }

    /// Octets kept, with what it costs to keep them.
    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    /// Takes a fragment that came at `at`, in several `frames` if it was itself put together.
    pub(super) fn push(&mut self, piece: &Piece<'_>, frames: &[u64], at: Timestamp) -> Pushed {
        self.expire(at);
        let key = Key {
            source: piece.header.source,
            destination: piece.header.destination,
            id: piece.id,
            protocol: if piece.header.id.is_some() { piece.protocol } else { 0 },
        };
        let len = piece.rest.wire();
        let end = piece.start.saturating_add(len);
        if len == 0 || end > LONGEST || piece.more && !len.is_multiple_of(8) {
            return Pushed::Refused(NotUsed::Malformed);
        }
        // Time may run backwards, so that this one can be older than the one at the front.
        if self.datagrams.get(&key).is_some_and(|old| self.is_late(old.begun, at)) {
            self.give_up(key, NotUsed::FragmentIncomplete);
        }
        if !self.datagrams.contains_key(&key) {
            if let Some(done) = self.recent.iter().rfind(|done| done.key == key && done.has(piece, end))
                && !self.is_late(done.at, at)
            {
                return Pushed::Again(done.outcome);
            }
            self.begun = self.begun.saturating_add(1);
            self.order.insert(self.begun, key);
            self.octets = self.octets.saturating_add(COST_OF_DATAGRAM);
            self.datagrams.insert(key, Datagram::new(self.begun, at, piece));
        }
        let Some(datagram) = self.datagrams.get_mut(&key) else { return Pushed::Held };
        if !datagram.agrees(end, piece.more) {
            return Pushed::Refused(NotUsed::Malformed);
        }
        let (cost, overlapped) = (datagram.cost, datagram.overlaps);
        datagram.put(piece, end, frames);
        self.octets = self.octets.saturating_add(datagram.cost.saturating_sub(cost));
        if datagram.overlaps && !overlapped {
            self.overlapping = self.overlapping.saturating_add(1);
        }
        if let Some(total) = datagram.total
            && datagram.covered == [(0, total)]
        {
            return self.complete(key, piece.tunnels, total, at);
        }
        if datagram.fragments > self.limits.fragments {
            self.give_up(key, NotUsed::FragmentLimit);
        }
        while self.octets > self.limits.octets || self.datagrams.len() > self.limits.datagrams {
            let Some((_, &oldest)) = self.order.first_key_value() else { break };
            self.give_up(oldest, NotUsed::FragmentLimit);
        }
        Pushed::Held
    }

    /// What came of the packet: fragments of it that come again will share it.
    pub(super) fn settle(&mut self, whole: &Whole, outcome: Option<NotUsed>) {
        if let Some(done) = self.recent.iter_mut().rfind(|done| done.key == whole.key) {
            done.outcome = outcome;
        }
    }

    /// Gives up all that is incomplete.
    pub(super) fn finish(&mut self) {
        while let Some((_, &oldest)) = self.order.first_key_value() {
            self.give_up(oldest, NotUsed::FragmentIncomplete);
        }
    }

    fn is_late(&self, begun: Timestamp, at: Timestamp) -> bool {
        at.since(begun) > self.limits.timeout
    }

    fn expire(&mut self, at: Timestamp) {
        while let Some((_, &oldest)) = self.order.first_key_value()
            && self.datagrams.get(&oldest).is_none_or(|datagram| self.is_late(datagram.begun, at))
        {
            self.give_up(oldest, NotUsed::FragmentIncomplete);
        }
    }

    fn give_up(&mut self, key: Key, why: NotUsed) {
        if let Some(datagram) = self.remove(key) {
            let count = self.given_up.entry(why).or_default();
            *count = count.saturating_add(num::count(datagram.frames.len()));
        }
    }

    fn remove(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.datagrams.remove(&key)?;
        self.order.remove(&datagram.number);
        self.octets = self.octets.saturating_sub(datagram.cost).saturating_sub(COST_OF_DATAGRAM);
        Some(datagram)
    }

    fn complete(&mut self, key: Key, tunnels: Tunnels, wire: u32, at: Timestamp) -> Pushed {
        let Some(datagram) = self.remove(key) else { return Pushed::Held };
        let mut octets = Vec::with_capacity(num::index(wire));
        for (start, stretch) in &datagram.stretches {
            if num::index(*start) != octets.len() {
                break;
            }
            octets.extend_from_slice(stretch);
        }
        self.completed = self.completed.saturating_add(1);
        // Its room serves again.
        let spare = if self.recent.len() < RECENT { None } else { self.recent.pop_front() };
        let mut copy = spare.map(|done| done.octets).unwrap_or_default();
        copy.clone_from(&octets);
        self.recent.push_back(Done { key, at, octets: copy, wire, outcome: None });
        let Datagram { header, protocol, frames, .. } = datagram;
        Pushed::Whole(Whole { key, header, protocol, tunnels, octets, wire, frames })
    }
}

impl Datagram {
    fn new(number: u64, begun: Timestamp, piece: &Piece<'_>) -> Self {
        Self {
            number,
            begun,
            frames: Vec::new(),
            fragments: 0,
            header: piece.header,
            protocol: piece.protocol,
            stretches: BTreeMap::new(),
            covered: Vec::new(),
            total: None,
            cost: 0,
            overlaps: false,
        }
    }

    /// Whether a fragment can end at `end`, with more behind it or not, by what is known of the packet's length.
    fn agrees(&self, end: u32, more: bool) -> bool {
        let covered = self.covered.last().map_or(0, |(_, end)| *end);
        match self.total {
            Some(total) if more => end < total || end == total && covered < total,
            Some(total) => end == total,
            None => more || covered <= end,
        }
    }

    fn put(&mut self, piece: &Piece<'_>, end: u32, frames: &[u64]) {
        self.frames.extend_from_slice(frames);
        self.cost = self.cost.saturating_add(size_of_val(frames));
        self.fragments = self.fragments.saturating_add(1);
        if !piece.more {
            self.total = Some(end);
        }
        // The first fragment stands for the packet.
        if piece.start == 0 && self.covered.first().is_none_or(|(start, _)| *start > 0) {
            self.header = piece.header;
            self.protocol = piece.protocol;
        }
        self.keep(piece.start, piece.rest.octets());
        self.cover(piece.start, end);
    }

    /// Keeps what is new of `octets`.
    fn keep(&mut self, start: u32, octets: &[u8]) {
        let end = start.saturating_add(num::short(octets.len()));
        let before = self.stretches.range(..=start).next_back().map_or(start, |(before, _)| *before);
        let (mut at, mut gaps, mut known, mut differs) = (start, Vec::new(), false, false);
        for (&from, stretch) in self.stretches.range(before..end.max(before)) {
            let until = from.saturating_add(num::short(stretch.len()));
            let (low, high) = (from.max(start), until.min(end));
            if low >= high {
                continue;
            }
            known = true;
            differs |= part(stretch, from, low, high) != part(octets, start, low, high);
            if low > at {
                gaps.push((at, low));
            }
            at = high;
        }
        if at < end {
            gaps.push((at, end));
        }
        // The same octets again are a frame captured twice.
        self.overlaps |= differs || known && !gaps.is_empty();
        for (low, high) in gaps {
            let new = part(octets, start, low, high).to_vec();
            self.cost = self.cost.saturating_add(new.len()).saturating_add(COST_OF_STRETCH);
            self.stretches.insert(low, new);
        }
    }

    fn cover(&mut self, start: u32, end: u32) {
        // Those that touch it become one with it.
        let first = self.covered.partition_point(|(_, until)| *until < start);
        let last = self.covered.partition_point(|(from, _)| *from <= end);
        let touched = self.covered.get(first..last).unwrap_or_default();
        let low = touched.first().map_or(start, |(from, _)| start.min(*from));
        let high = touched.last().map_or(end, |(_, until)| end.max(*until));
        self.covered.splice(first..last.max(first), [(low, high)]);
    }
}

impl Done {
    /// Whether `piece` is a fragment of this packet, by its octets.
    fn has(&self, piece: &Piece<'_>, end: u32) -> bool {
        let own = self.octets.get(num::index(piece.start)..).unwrap_or_default();
        let same = own.iter().zip(piece.rest.octets()).all(|(own, other)| own == other);
        same && if piece.more { end < self.wire } else { end == self.wire }
    }
}

/// The octets from `low` to `high` of those that begin at `start`.
fn part(octets: &[u8], start: u32, low: u32, high: u32) -> &[u8] {
    let place = |at: u32| num::index(at.saturating_sub(start));
    octets.get(place(low)..place(high)).unwrap_or_default()
}
