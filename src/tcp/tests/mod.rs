//! Tables of segments in and deliveries out, and a comparison with a naive map of octets.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::time::Duration;

mod delay;
mod health;
mod openings;

/// What a sink was given, contiguous octets joined.
#[derive(Debug, Default, PartialEq, Eq)]
struct Delivered {
    runs: Vec<(u64, Vec<u8>)>,
    gaps: Vec<(u64, u64, Missing)>,
    origins: Vec<(u64, u64)>,
}

impl Ordered for Delivered {
    fn octets(&mut self, offset: u64, octets: &[u8], origin: Origin) {
        self.origins.push((offset, origin.frame));
        match self.runs.last_mut() {
            Some((start, run)) if *start + run.len() as u64 == offset => run.extend_from_slice(octets),
            _ => self.runs.push((offset, octets.to_vec())),
        }
    }

    fn gap(&mut self, offset: u64, len: u64, why: Missing) {
        self.gaps.push((offset, len, why));
    }
}

/// A connection under test: segments are `(side, flags, sequence, acknowledgement, payload)`, a millisecond apart.
struct Bench {
    connection: Connection,
    limits: Limits,
    out: PerSide<Delivered>,
    frame: u64,
    millis: i64,
    /// Beyond the milliseconds, where a test needs it.
    micros: i64,
    ttl: u8,
    window: u16,
}

impl Bench {
    fn new() -> Self {
        Self {
            connection: Connection::new(),
            limits: Limits::default(),
            out: PerSide::default(),
            frame: 0,
            millis: 0,
            micros: 0,
            ttl: 64,
            window: 512,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.millis * 1_000_000 + self.micros * 1_000)
    }

    fn send(
        &mut self,
        side: Side,
        flags: u8,
        sequence: u32,
        acknowledgement: u32,
        payload: &[u8],
    ) -> &mut Self {
        self.send_cut(side, flags, sequence, acknowledgement, payload, payload.len() as u32, None)
    }

    #[expect(clippy::too_many_arguments, reason = "one per header field")]
    fn send_cut(
        &mut self,
        side: Side,
        flags: u8,
        sequence: u32,
        acknowledgement: u32,
        payload: &[u8],
        wire_len: u32,
        ip_id: Option<u16>,
    ) -> &mut Self {
        self.frame += 1;
        self.millis += 1;
        let arrival = Arrival {
            frame: self.frame,
            at: self.now(),
            side,
            sequence,
            acknowledgement,
            wire_len,
            window: self.window,
            ip_id,
            ttl: self.ttl,
            copy: 0,
            flags: Flags(flags),
        };
        self.connection.push(&arrival, payload, &self.limits, self.out.of_mut(side));
        self
    }

    fn client(&mut self, sequence: u32, payload: &[u8]) -> &mut Self {
        self.send(Side::Opener, Flags::ACK, sequence, 501, payload)
    }

    fn handshake(&mut self) -> &mut Self {
        self.send(Side::Opener, Flags::SYN, 100, 0, b"");
        self.send(Side::Accepter, Flags::SYN | Flags::ACK, 500, 101, b"");
        self.send(Side::Opener, Flags::ACK, 101, 501, b"")
    }

    fn server_acks(&mut self, acknowledgement: u32) -> &mut Self {
        self.send(Side::Accepter, Flags::ACK, 501, acknowledgement, b"")
    }

    fn wait(&mut self, millis: i64) -> &mut Self {
        self.millis += millis;
        for side in [Side::Opener, Side::Accepter] {
            let now = self.now();
            self.connection.tick(side, now, &self.limits, self.out.of_mut(side));
        }
        self
    }

    fn finish(&mut self) -> &mut Self {
        for side in [Side::Opener, Side::Accepter] {
            let now = self.now();
            self.connection.finish(side, now, self.out.of_mut(side));
        }
        self
    }

    fn text(&self) -> Vec<(u64, String)> {
        self.out
            .opener
            .runs
            .iter()
            .map(|(at, run)| (*at, String::from_utf8_lossy(run).into_owned()))
            .collect()
    }

    fn gaps(&self) -> Vec<(u64, u64)> {
        self.out.opener.gaps.iter().map(|(at, len, _)| (*at, *len)).collect()
    }
}

fn whole(text: &str) -> Vec<(u64, String)> {
    vec![(0, text.to_owned())]
}

#[test]
fn segments_in_order_are_handed_on_at_once() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").client(104, b"def");
    assert_eq!(bench.text(), whole("abcdef"));
    assert!(bench.connection.is_quiet());
    assert_eq!(bench.connection.health().handshake_rtt, Some(Duration::from_millis(2)));
}

#[test]
fn a_segment_out_of_order_waits_for_the_one_before() {
    let mut bench = Bench::new();
    bench.handshake().client(104, b"def").client(107, b"ghi");
    assert_eq!(bench.text(), []);
    bench.client(101, b"abc");
    assert_eq!(bench.text(), whole("abcdefghi"));
    assert_eq!(bench.out.opener.origins, [(0, 6), (3, 4), (6, 5)]);
    assert_eq!(bench.connection.health().out_of_order, 1);
    assert_eq!(bench.connection.health().retransmitted, 0);
}

#[test]
fn a_retransmission_is_counted_and_hands_on_nothing() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").client(101, b"abc").client(102, b"bcdef");
    assert_eq!(bench.text(), whole("abcdef"));
    assert_eq!(bench.connection.health().retransmitted, 1);
}

#[test]
fn a_frame_seen_twice_is_a_duplicate_and_no_retransmission() {
    let mut bench = Bench::new();
    bench.handshake();
    for _ in 0..2 {
        bench.send_cut(Side::Opener, Flags::ACK, 101, 501, b"abc", 3, Some(77));
    }
    bench.send_cut(Side::Opener, Flags::ACK, 101, 501, b"abc", 3, Some(78));
    assert_eq!(bench.text(), whole("abc"));
    assert_eq!(bench.connection.health().duplicate_frames, 1);
    assert_eq!(bench.connection.health().retransmitted, 1);
}

#[test]
fn a_keep_alive_probe_is_no_retransmission() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").client(103, b"c").client(103, b"");
    assert_eq!(bench.text(), whole("abc"));
    assert_eq!(bench.connection.health().retransmitted, 0);
}

#[test]
fn an_acknowledged_hole_that_is_filled_in_time_loses_nothing() {
    let mut bench = Bench::new();
    bench.handshake().client(104, b"def").server_acks(107).wait(150).client(101, b"abc");
    assert_eq!((bench.text(), bench.gaps()), (whole("abcdef"), vec![]));
}

#[test]
fn an_acknowledged_hole_becomes_a_gap_after_200_ms() {
    let mut bench = Bench::new();
    bench.handshake().client(104, b"def").server_acks(107).wait(250);
    assert_eq!((bench.text(), bench.gaps()), (vec![(3, "def".to_owned())], vec![(0, 3)]));
    assert_eq!((bench.connection.health().gaps, bench.connection.health().gap_octets), (1, 3));
}

#[test]
fn an_acknowledged_hole_becomes_a_gap_after_many_segments() {
    let mut bench = Bench::new();
    bench.limits.suspect_segments = 3;
    bench.handshake().client(104, b"d").server_acks(105).client(105, b"e").client(106, b"f");
    assert_eq!(bench.text(), []);
    bench.client(107, b"g");
    assert_eq!((bench.text(), bench.gaps()), (vec![(3, "defg".to_owned())], vec![(0, 3)]));
}

#[test]
fn a_hole_that_nobody_acknowledged_waits_for_the_retransmission() {
    let mut bench = Bench::new();
    bench.handshake().client(104, b"def").wait(3_000);
    assert_eq!(bench.text(), []);
    bench.client(101, b"abc");
    assert_eq!((bench.text(), bench.gaps()), (whole("abcdef"), vec![]));
    assert_eq!(bench.connection.health().out_of_order, 1);
}

#[test]
fn a_hole_that_nobody_acknowledged_is_given_up_at_the_bounds() {
    let mut bench = Bench::new();
    bench.handshake().client(104, b"def").wait(10_001);
    assert_eq!(bench.gaps(), [(0, 3)], "time");

    let mut bench = Bench::new();
    bench.limits.pending_octets = 5;
    bench.handshake().client(104, b"def").client(107, b"ghi");
    assert_eq!((bench.text(), bench.gaps()), (vec![(3, "defghi".to_owned())], vec![(0, 3)]), "octets");
}

#[test]
fn each_hole_of_several_is_waited_for() {
    let mut bench = Bench::new();
    bench.handshake().client(104, b"d").client(107, b"g").server_acks(108).wait(250);
    assert_eq!(bench.gaps(), [(0, 3)]);
    bench.wait(250);
    assert_eq!(bench.gaps(), [(0, 3), (4, 2)]);
    assert_eq!(bench.text(), [(3, "d".to_owned()), (6, "g".to_owned())]);
}

#[test]
fn what_was_acknowledged_lately_may_still_come_behind_what_is_given_up() {
    let mut bench = Bench::new();
    bench.handshake().server_acks(104).wait(190).server_acks(108).client(109, b"ij");
    bench.server_acks(111).wait(10).wait(1);
    assert_eq!(bench.gaps(), [(0, 3)]);
    bench.client(104, b"defgh");
    assert_eq!(bench.gaps(), [(0, 3)]);
    assert_eq!(bench.text(), [(3, "defghij".to_owned())]);
    assert_eq!(bench.connection.health().gap_octets, 3);
}

#[test]
fn a_hole_given_up_in_two_steps_is_one_gap() {
    let mut bench = Bench::new();
    bench.handshake().server_acks(104).wait(190).server_acks(108).client(109, b"ij");
    bench.server_acks(111).wait(300).wait(300);
    let health = bench.connection.health();
    assert_eq!((health.gaps, health.gap_octets), (1, 8));
    assert_eq!(bench.text(), [(8, "ij".to_owned())]);
}

#[test]
fn a_lost_tail_ends_where_the_fin_was() {
    for lost in [1, 5] {
        let mut bench = Bench::new();
        bench.handshake().client(101, b"abc");
        bench.send(Side::Opener, Flags::FIN | Flags::ACK, 104 + lost, 501, b"");
        bench.server_acks(105 + lost).wait(300).finish();
        assert_eq!(bench.gaps(), [(3, u64::from(lost))]);
    }
}

#[test]
fn octets_that_were_acknowledged_and_never_captured_are_a_gap() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").server_acks(110).wait(250);
    assert_eq!(bench.gaps(), [(3, 6)]);
    bench.client(110, b"xyz");
    assert_eq!(bench.text(), [(0, "abc".to_owned()), (9, "xyz".to_owned())]);
}

#[test]
fn the_number_of_a_fin_is_no_octet() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").send(Side::Opener, Flags::ACK | Flags::FIN, 104, 501, b"");
    bench.server_acks(105).wait(500).finish();
    assert_eq!((bench.text(), bench.gaps()), (whole("abc"), vec![]));
    assert_eq!(bench.connection.closing(), Some(Closing::Fin(Side::Opener)));
    assert!(!bench.connection.is_closed());
    bench.send(Side::Accepter, Flags::ACK | Flags::FIN, 501, 105, b"");
    assert!(bench.connection.is_closed());
}

#[test]
fn mid_stream_an_earlier_segment_may_come_late() {
    let mut bench = Bench::new();
    bench.client(4_000_000_100, b"def").client(4_000_000_097, b"abc").client(4_000_000_103, b"ghi");
    assert_eq!(bench.text(), []);
    bench.wait(150);
    assert_eq!((bench.text(), bench.gaps()), (whole("abcdefghi"), vec![]));
    bench.client(4_000_000_106, b"jkl");
    assert_eq!(bench.text(), whole("abcdefghijkl"));
}

#[test]
fn of_a_one_sided_capture_the_other_side_is_no_gap() {
    let mut bench = Bench::new();
    bench.send(Side::Accepter, Flags::SYN | Flags::ACK, 500, 101, b"");
    for ack in [150, 200, 250] {
        bench.server_acks(ack).wait(500);
    }
    bench.finish();
    assert_eq!((bench.text(), bench.gaps()), (vec![], vec![]));
    bench.client(261, b"late");
    assert_eq!(bench.connection.health().gaps, 0);
}

#[test]
fn the_syn_ack_tells_where_a_side_begins_whose_syn_is_missing() {
    let mut bench = Bench::new();
    bench.send(Side::Accepter, Flags::SYN | Flags::ACK, 500, 101, b"");
    bench.client(104, b"def").client(101, b"abc");
    assert_eq!((bench.text(), bench.gaps()), (whole("abcdef"), vec![]));
}

#[test]
fn numbers_wrap_at_2_to_the_32() {
    let mut bench = Bench::new();
    bench.send(Side::Opener, Flags::SYN, u32::MAX - 2, 0, b"");
    bench.send(Side::Opener, Flags::ACK, u32::MAX - 1, 0, b"abcd");
    bench.send(Side::Opener, Flags::ACK, 5, 0, b"hij");
    bench.send(Side::Opener, Flags::ACK, 2, 0, b"efg");
    assert_eq!(bench.text(), whole("abcdefghij"));
}

#[test]
fn snaplen_leaves_a_hole_of_known_length_at_once() {
    let mut bench = Bench::new();
    bench.handshake().send_cut(Side::Opener, Flags::ACK, 101, 501, b"abc", 10, None).client(111, b"xyz");
    assert_eq!(bench.text(), [(0, "abc".to_owned()), (10, "xyz".to_owned())]);
    assert_eq!(bench.out.opener.gaps, [(3, 7, Missing::Snaplen)]);
    assert_eq!(bench.connection.health().gaps, 0);
}

#[test]
fn the_first_octets_win_and_different_ones_are_counted() {
    let mut bench = Bench::new();
    bench.handshake().client(104, b"def").client(102, b"bcXef").client(101, b"a");
    assert_eq!(bench.text(), whole("abcdef"));
    assert_eq!(bench.connection.health().conflicting_overlaps, 1);
}

#[test]
fn a_retransmission_that_says_something_else_is_found() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").client(104, b"def").client(101, b"abcdeX").client(102, b"bcdefgh");
    assert_eq!(bench.text(), whole("abcdefgh"));
    assert_eq!(bench.connection.health().conflicting_overlaps, 1);
}

#[test]
fn a_rst_closes_and_its_text_is_no_octet_of_the_stream() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").send(Side::Opener, Flags::RST, 104, 0, b"No route");
    assert_eq!(bench.text(), whole("abc"));
    assert_eq!(bench.connection.closing(), Some(Closing::Rst(Side::Opener)));
    assert!(bench.connection.is_closed());
}

#[test]
fn a_window_that_closes_is_counted_once_until_it_opens() {
    let mut bench = Bench::new();
    bench.handshake();
    for (window, want) in [(0, 1), (0, 1), (9, 1), (0, 2)] {
        let arrival = Arrival {
            frame: 9,
            at: bench.now(),
            side: Side::Accepter,
            sequence: 501,
            acknowledgement: 101,
            wire_len: 0,
            window,
            ip_id: None,
            ttl: 64,
            copy: 0,
            flags: Flags(Flags::ACK),
        };
        bench.connection.push(&arrival, b"", &bench.limits, &mut bench.out.accepter);
        assert_eq!(bench.connection.health().zero_windows, want);
    }
}

/// One segment of the known stream, as captured: start, length, and the order in which it comes.
fn segments() -> impl Strategy<Value = Vec<(usize, usize)>> {
    let piece = (0..400_usize, 1..60_usize);
    prop::collection::vec(piece, 1..60)
}

proptest! {
    /// Any shuffle, duplication, overlap and loss of a known stream gives the stream or declared gaps.
    #[test]
    fn what_is_handed_on_equals_a_naive_map(pieces in segments(), base in any::<u32>(), ticks in prop::collection::vec(0..60_usize, 0..4)) {
        let stream: Vec<u8> = (0..460_u32).map(|n| (n * 7 + n / 256) as u8).collect();
        let mut bench = Bench::new();
        bench.send(Side::Opener, Flags::SYN, base.wrapping_sub(1), 0, b"");
        let mut known = BTreeMap::new();
        for (turn, &(start, len)) in pieces.iter().enumerate() {
            let end = (start + len).min(stream.len());
            bench.send(Side::Opener, Flags::ACK, base.wrapping_add(start as u32), 0, &stream[start..end]);
            (start..end).for_each(|at| { known.insert(at as u64, stream[at]); });
            if ticks.contains(&turn) {
                bench.server_acks(base.wrapping_add(end as u32));
                bench.wait(250);
            }
        }
        bench.finish();
        let mut next = 0;
        let mut events: Vec<(u64, u64, Option<&[u8]>)> = bench.out.opener.runs.iter().map(|(at, run)| (*at, run.len() as u64, Some(run.as_slice()))).collect();
        events.extend(bench.out.opener.gaps.iter().map(|(at, len, _)| (*at, *len, None)));
        events.sort_by_key(|event| event.0);
        for (at, len, run) in events {
            prop_assert_eq!(at, next, "each offset once, in order");
            next = at + len;
            if let Some(run) = run {
                for (offset, octet) in (at..).zip(run) {
                    prop_assert_eq!(known.get(&offset), Some(octet));
                }
            } else if ticks.is_empty() {
                // Without a wait that gave a hole up, a gap has nothing that was captured.
                for offset in at..next {
                    prop_assert!(!known.contains_key(&offset));
                }
            }
        }
        if ticks.is_empty() && let Some((&last, _)) = known.last_key_value() {
            prop_assert!(next > last, "all that was captured is handed on");
        }
    }

    /// A segment that says something else than what was captured before at the same place is found, and no other. (A
    /// single octet may be a keep-alive probe, whatever it says.)
    #[test]
    fn an_overlap_that_differs_is_found(pieces in prop::collection::vec((0..400_usize, 2..60_usize, any::<bool>()), 1..60), base in any::<u32>()) {
        let mut bench = Bench::new();
        bench.send(Side::Opener, Flags::SYN, base.wrapping_sub(1), 0, b"");
        let mut known = BTreeMap::new();
        let mut conflicts = 0;
        for (start, len, other) in pieces {
            let payload: Vec<u8> = (start..start + len).map(|at| (at as u8) ^ if other { 0x80 } else { 0 }).collect();
            let places = || (start..).zip(&payload);
            conflicts += u64::from(places().any(|(at, octet)| known.get(&at).is_some_and(|known| known != octet)));
            places().for_each(|(at, &octet)| { known.entry(at).or_insert(octet); });
            bench.send(Side::Opener, Flags::ACK, base.wrapping_add(start as u32), 0, &payload);
            prop_assert_eq!(bench.connection.health().conflicting_overlaps, conflicts);
        }
    }

    /// Whatever the order in which segments come, and however early they are acknowledged: filled in time, no hole
    /// loses anything.
    #[test]
    fn holes_that_are_acknowledged_and_filled_later_lose_nothing(order in Just((0..40_u32).collect::<Vec<_>>()).prop_shuffle(), acks in prop::collection::vec((0..40_usize, 0..41_u32), 0..40), base in any::<u32>()) {
        let mut bench = Bench::new();
        bench.send(Side::Opener, Flags::SYN, base.wrapping_sub(1), 0, b"");
        for (turn, n) in order.into_iter().enumerate() {
            for (_, until) in acks.iter().filter(|(at, _)| *at == turn) {
                bench.server_acks(base.wrapping_add(until * 3));
            }
            bench.send(Side::Opener, Flags::ACK, base.wrapping_add(n * 3), 0, &[n as u8; 3]);
            bench.wait(0);
        }
        let want: Vec<u8> = (0..40).flat_map(|n| [n; 3]).collect();
        prop_assert_eq!(&bench.out.opener.runs, &[(0, want)]);
        prop_assert!(bench.out.opener.gaps.is_empty());
    }
}
