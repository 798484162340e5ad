//! Body of the fuzz target `tcp`: known streams captured in any order, in any pieces, twice, in part and wrongly, against
//! a map of octets.

use std::collections::BTreeMap;

use crate::decap::Flags;
use crate::tcp::{Arrival, Connection, Limits, Missing, Ordered, Origin, PerSide, Side};
use crate::time::Timestamp;

/// A script of segments of one connection: whatever order they come in, each side's stream is handed on once, in
/// order, as it was captured first, or a gap is declared; memory stays bounded.
///
/// The first octet tells whether the capture has the handshake (bit 0) and whether numbers wrap (bit 1). Each step
/// begins with a control octet:
///
/// | bits 0-2 | step | octets that follow |
/// |---|---|---|
/// | 0-3 | a segment | place (2), length |
/// | 4 | the other side acknowledges | place (2) |
/// | 5 | time passes, 5 ms for each | how often |
/// | 6 | a segment whose octets are others | place (2), length |
/// | 7 | a segment cut by snaplen | place (2), length on the wire, length captured |
///
/// Bit 3 is the side, bit 4 a FIN behind the octets, bit 5 a RST, bits 6-7 the IP identification: none, one of its own,
/// the last one again.
///
/// # Panics
///
/// When the tool breaks its word.
pub fn tcp(octets: &[u8]) {
    let [control, script @ ..] = octets else { return };
    let has_handshake = control & 1 != 0;
    let base = if control & 2 != 0 { u32::MAX - 700 } else { 1_000 };
    let mut bench = Bench::new(base, has_handshake);
    let mut rest = script;
    while let [control, more @ ..] = rest {
        let wanted = [3, 3, 3, 3, 2, 1, 3, 4][usize::from(control & 7)];
        let Some((arguments, later)) = more.split_at_checked(wanted) else { break };
        bench.step(*control, arguments);
        rest = later;
    }
    bench.finish();
}

/// Octets of a side's stream.
const STREAM: usize = 3_000;

/// What a side's octets are.
fn octet(side: Side, offset: usize) -> u8 {
    (offset * 31 + offset / 256 * 7) as u8 ^ if side == Side::Opener { 0 } else { 0xA5 }
}

struct Bench {
    connection: Connection,
    limits: Limits,
    base: u32,
    at: i64,
    frame: u64,
    ip_id: u16,
    /// Holes may have been given up.
    has_waited: bool,
    out: PerSide<Checked>,
}

/// What a side was given, checked as it comes.
struct Checked {
    /// The octet that was captured first, by offset.
    captured: BTreeMap<u64, u8>,
    next: u64,
    /// Offsets are the stream's own, not counted from the first octet captured.
    is_exact: bool,
    gaps: Vec<(u64, u64)>,
    last_frame: u64,
}

impl Bench {
    fn new(base: u32, has_handshake: bool) -> Self {
        let out = || Checked {
            captured: BTreeMap::new(),
            next: 0,
            is_exact: has_handshake,
            gaps: Vec::new(),
            last_frame: 0,
        };
        let mut bench = Self {
            connection: Connection::new(),
            limits: Limits { pending_octets: 1_024, pending_segments: 64, ..Limits::default() },
            base,
            at: 0,
            frame: 0,
            ip_id: 0,
            has_waited: false,
            out: PerSide { opener: out(), accepter: out() },
        };
        if has_handshake {
            let before = base.wrapping_sub(1);
            bench.arrive(Side::Opener, before, 0, &[], 0, Flags::SYN, None);
            bench.arrive(Side::Accepter, before, base, &[], 0, Flags::SYN | Flags::ACK, None);
        }
        bench
    }

    fn step(&mut self, control: u8, arguments: &[u8]) {
        let side = if control & 8 == 0 { Side::Opener } else { Side::Accepter };
        let place = usize::from(arguments[0]) | usize::from(*arguments.get(1).unwrap_or(&0)) << 8;
        let start = place % STREAM;
        match control & 7 {
            4 => {
                self.has_waited = true;
                let (sequence, number) = (self.base, self.base.wrapping_add(start as u32));
                self.arrive(side.other(), sequence, number, &[], 0, Flags::ACK, None);
            }
            5 => {
                self.has_waited = true;
                self.at += 5_000_000 * i64::from(arguments[0]);
                for side in [Side::Opener, Side::Accepter] {
                    let now = Timestamp::from_nanos(self.at);
                    self.connection.tick(side, now, &self.limits, self.out.of_mut(side));
                }
            }
            step => {
                let wire = usize::from(arguments[2]).min(STREAM - start);
                let len = if step == 7 { usize::from(arguments[3]).min(wire) } else { wire };
                let other = if step == 6 { 0xFF } else { 0 };
                let payload: Vec<u8> = (start..start + len).map(|at| octet(side, at) ^ other).collect();
                let mut flags = Flags::ACK;
                if control & 16 != 0 {
                    flags |= Flags::FIN;
                    self.has_waited = true;
                }
                if control & 32 != 0 {
                    flags |= Flags::RST;
                }
                let ip_id = match control >> 6 {
                    0 => None,
                    1 => {
                        self.ip_id = self.ip_id.wrapping_add(1);
                        Some(self.ip_id)
                    }
                    _ => Some(self.ip_id),
                };
                let sequence = self.base.wrapping_add(start as u32);
                self.arrive(side, sequence, self.base, &payload, wire as u32, flags, ip_id);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one per header field")]
    fn arrive(
        &mut self,
        side: Side,
        sequence: u32,
        acknowledgement: u32,
        payload: &[u8],
        wire_len: u32,
        flags: u8,
        ip_id: Option<u16>,
    ) {
        self.frame += 1;
        self.at += 1_000_000;
        let arrival = Arrival {
            frame: self.frame,
            at: Timestamp::from_nanos(self.at),
            side,
            sequence,
            acknowledgement,
            wire_len,
            window: 1_024,
            ip_id,
            ttl: 64,
            copy: 0,
            flags: Flags(flags),
        };
        let out = self.out.of_mut(side);
        let duplicates = self.connection.health().duplicate_frames;
        if flags & Flags::RST == 0 {
            let start = u64::from(sequence.wrapping_sub(self.base));
            for (offset, octet) in (start..).zip(payload) {
                out.captured.entry(offset).or_insert(*octet);
            }
        }
        self.connection.push(&arrival, payload, &self.limits, out);
        let health = self.connection.health();
        assert!(health.duplicate_frames - duplicates <= 1, "a frame is a duplicate once");
        assert!(health.retransmitted + health.duplicate_frames <= health.segments, "segments add up");
        // Both sides, each a segment over its bound at most, with what an entry costs.
        assert!(self.connection.held() <= 2 * (1_024 + 256 + 66 * 256), "memory is bounded");
    }

    fn finish(mut self) {
        for side in [Side::Opener, Side::Accepter] {
            let now = Timestamp::from_nanos(self.at);
            self.connection.finish(side, now, self.out.of_mut(side));
            let out = self.out.of(side);
            if self.has_waited || !out.is_exact {
                continue;
            }
            if let Some((&last, _)) = out.captured.last_key_value() {
                assert!(out.next > last, "all that was captured is handed on or declared a gap");
            }
        }
        assert_eq!(self.connection.held(), 0, "nothing is kept at the end");
    }
}

impl Ordered for Checked {
    fn octets(&mut self, offset: u64, octets: &[u8], origin: Origin) {
        assert_eq!(offset, self.next, "octets follow each other");
        self.next += octets.len() as u64;
        self.last_frame = self.last_frame.max(origin.frame);
        if self.is_exact {
            for (offset, octet) in (offset..).zip(octets) {
                assert_eq!(
                    self.captured.get(&offset),
                    Some(octet),
                    "octet {offset} is the first one captured"
                );
            }
        }
    }

    fn gap(&mut self, offset: u64, len: u64, _: Missing) {
        assert_eq!(offset, self.next, "a gap follows what came before");
        assert!(len > 0, "a gap has octets");
        self.next += len;
        self.gaps.push((offset, len));
    }
}
