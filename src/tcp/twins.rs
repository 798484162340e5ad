//! Connections captured on both sides of an address translation: the same segments under two pairs of addresses.

use super::Side;
use super::flows::Key;
use crate::decap::{Flags, Segment};
use crate::time::{Duration, Timestamp};

/// Segments with octets that were seen last, of all connections.
#[derive(Debug)]
pub(super) struct Recent {
    seen: [Seen; SEGMENTS],
    at: usize,
}

/// A segment as it crossed another device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    fingerprint: u64,
    at: Timestamp,
    ttl: u8,
    ip_id: Option<u16>,
    /// Its connection, and who sent it there.
    pub(super) key: Key,
    pub(super) side: Side,
}

/// Between a segment and its twin others cross the same devices, but not many.
const SEGMENTS: usize = 64;

/// A host translates and passes on in microseconds; beyond this, equal numbers are chance.
const WITHIN: Duration = Duration::from_millis(50);

/// Hops between the places where a segment and its twin were captured.
const HOPS: u8 = 4;

impl Recent {
    pub(super) fn new() -> Self {
        let none = Seen {
            fingerprint: 0,
            at: Timestamp::MIN,
            ttl: 0,
            ip_id: None,
            key: Key::NONE,
            side: Side::Opener,
        };
        Self { seen: [none; SEGMENTS], at: 0 }
    }

    /// `segment`, which carries octets, is one of `side` of the connection `key`.
    #[inline]
    pub(super) fn note(&mut self, segment: &Segment<'_>, key: Key, side: Side) {
        if let Some(seen) = self.seen.get_mut(self.at) {
            let Segment { at, ttl, ip_id, .. } = *segment;
            *seen = Seen { fingerprint: fingerprint(segment), at, ttl, ip_id, key, side };
        }
        self.at = self.at.wrapping_add(1) & (SEGMENTS - 1);
    }

    /// The same segment under other addresses.
    pub(super) fn twin(&self, segment: &Segment<'_>) -> Option<Seen> {
        // Without an acknowledgement there is too little to tell segments apart.
        if !segment.flags.has(Flags::ACK) || segment.acknowledgement == 0 {
            return None;
        }
        let fingerprint = fingerprint(segment);
        // Who translates also forwards, and each hop takes one from the TTL. Load that a tool made from one template
        // has equal numbers, too, but comes from as far.
        let is_near = |seen: &&Seen| {
            let apart = segment.at.since(seen.at);
            (1..=HOPS).contains(&seen.ttl.abs_diff(segment.ttl))
                && seen.ip_id == segment.ip_id
                && apart <= WITHIN
                && seen.at.since(segment.at) <= WITHIN
        };
        self.seen.iter().filter(|seen| seen.fingerprint == fingerprint).find(is_near).copied()
    }
}

/// What a translation leaves as it is: both numbers, the length and the first octets.
fn fingerprint(segment: &Segment<'_>) -> u64 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let numbers = u64::from(segment.sequence) << 32 | u64::from(segment.acknowledgement);
    let first = segment.payload.first_chunk().map_or(0, |octets| u64::from_le_bytes(*octets));
    let rest = first ^ u64::from(segment.wire_len).rotate_left(40) ^ u64::from(segment.window);
    (numbers.wrapping_mul(MIX) ^ rest.wrapping_mul(MIX.rotate_left(29))) | 1
}
