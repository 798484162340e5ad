//! Fragments in any order, twice, overlapping, missing, late, and too many; and against a plain map of octets.

use super::*;
use crate::time::Duration;

/// A part of a packet: IPv4 or IPv6, identification, start, whether there is more, octets.
fn part(v6: bool, id: u16, start: usize, more: bool, octets: &[u8]) -> Vec<u8> {
    let start = u16::try_from(start).unwrap();
    if v6 {
        let [a, b] = (start | u16::from(more)).to_be_bytes();
        let [c, d] = id.to_be_bytes();
        return ipv6(44, &[&[6, 0, a, b, 0, 0, c, d][..], octets].concat());
    }
    let mut packet = ipv4(0, 6, octets);
    packet[4..6].copy_from_slice(&id.to_be_bytes());
    packet[6..8].copy_from_slice(&((start / 8) | if more { 0x2000 } else { 0 }).to_be_bytes());
    packet
}

/// A segment of 20 octets and this payload.
fn segment(payload: usize) -> Vec<u8> {
    tcp(0, &(0..payload).map(|n| (n % 251) as u8).collect::<Vec<_>>())
}

/// The packet `id` in parts of `size` octets.
fn parts(v6: bool, id: u16, octets: &[u8], size: usize) -> Vec<Vec<u8>> {
    let last = octets.len().div_ceil(size) - 1;
    let part = |(n, octets)| part(v6, id, n * size, n < last, octets);
    octets.chunks(size).enumerate().map(part).collect()
}

/// A capture that is under way.
struct Run {
    decap: Decap,
    frames: u64,
    segments: u64,
    skipped: Vec<NotUsed>,
    at: Timestamp,
}

impl Run {
    fn new(limits: Limits) -> Self {
        let decap = Decap::new(false, limits);
        Self { decap, frames: 0, segments: 0, skipped: Vec::new(), at: Timestamp::from_nanos(0) }
    }

    /// The payload and its length on the wire, if the frame completes a segment.
    fn push(&mut self, octets: &[u8]) -> Option<(Vec<u8>, u32)> {
        self.push_cut(octets, octets.len())
    }

    fn push_cut(&mut self, octets: &[u8], original_len: usize) -> Option<(Vec<u8>, u32)> {
        self.frames += 1;
        let frame = Frame { number: self.frames, at: self.at, ..frame(101, octets, original_len) };
        match self.decap.segment(&frame) {
            Ok(Some(segment)) => {
                assert_eq!((segment.frame, segment.at), (self.frames, self.at));
                assert_eq!((segment.source.port, segment.sequence, segment.ttl), (2775, SEQUENCE, 63));
                self.segments += 1;
                Some((segment.payload.to_vec(), segment.wire_len))
            }
            Ok(None) => None,
            Err(why) => {
                self.skipped.push(why);
                None
            }
        }
    }

    /// What is told at the end; all frames have to be accounted for.
    fn finish(mut self) -> Joined {
        let joined = self.decap.finish();
        let skipped = joined.skipped.iter().map(|(_, count)| count).sum::<u64>() + self.skipped.len() as u64;
        assert_eq!(self.segments + joined.frames + skipped, self.frames, "{joined:?} {:?}", self.skipped);
        assert_eq!(self.decap.held_octets(), 0);
        joined
    }
}

#[test]
fn fragments_in_any_order_give_the_packet() {
    let octets = segment(100);
    for v6 in [false, true] {
        let parts = parts(v6, 5, &octets, 32);
        assert_eq!(parts.len(), 4);
        // All 24 orders.
        for order in 0..256_usize {
            let order = [order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6];
            if (0..4).any(|n| !order.contains(&n)) {
                continue;
            }
            let mut run = Run::new(Limits::default());
            for &n in &order[..3] {
                assert_eq!(run.push(&parts[n]), None);
            }
            let (payload, wire_len) = run.push(&parts[order[3]]).unwrap();
            assert_eq!((&payload[..], wire_len), (&octets[20..], 100));
            let joined = run.finish();
            assert_eq!(joined, Joined { frames: 3, datagrams: 1, ..Joined::default() });
        }
    }
}

#[test]
fn fragments_captured_twice_are_no_overlap_and_no_packet_of_their_own() {
    let octets = segment(100);
    let parts = parts(false, 5, &octets, 64);
    for twice in [[0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0]] {
        let mut run = Run::new(Limits::default());
        let given: Vec<_> = twice.iter().filter_map(|&n| run.push(&parts[n])).collect();
        assert_eq!(given, [(octets[20..].to_vec(), 100)], "{twice:?}");
        assert_eq!(run.finish(), Joined { frames: 3, datagrams: 1, ..Joined::default() }, "{twice:?}");
    }
}

#[test]
fn an_identification_that_is_used_again_is_another_packet() {
    let mut run = Run::new(Limits::default());
    for fill in 0..5 {
        let octets = tcp(0, &[fill; 60]);
        let parts = parts(false, 5, &octets, 40);
        assert_eq!(run.push(&parts[0]), None);
        assert_eq!(run.push(&parts[1]).unwrap().0, [fill; 60]);
    }
    assert_eq!(run.finish().datagrams, 5);
}

#[test]
fn packets_are_told_apart_by_addresses_identification_and_protocol() {
    let octets = segment(60);
    let [first, second] = [0, 1].map(|n| parts(false, 5, &octets, 40).swap_remove(n));
    for (at, octet) in [(12, 9), (15, 9), (19, 9), (4, 9), (5, 9), (9, 17)] {
        let mut run = Run::new(Limits::default());
        run.push(&first);
        let mut other = second.clone();
        other[at] = octet;
        assert_eq!(run.push(&other), None, "{at}");
        assert_eq!(run.finish().skipped, [(NotUsed::FragmentIncomplete, 2)]);
    }
    // Tags and tunnels around them do not matter.
    let mut decap = Decap::default();
    let tagged = ethernet(&[0x8100], 0x0800, &first);
    assert_eq!(decap.segment(&frame(1, &tagged, tagged.len())), Ok(None));
    assert!(decap.segment(&frame(101, &second, second.len())).unwrap().is_some());
}

#[test]
fn octets_that_came_first_stay_and_overlaps_are_counted() {
    for v6 in [false, true] {
        let octets = segment(60);
        let mut other = octets.clone();
        other[20..].fill(0xee);
        // The same octets, others, and what lies within.
        for (source, late, differs) in [
            (&octets, 24..80, false),
            (&other, 24..80, true),
            (&other, 32..40, true),
            (&octets, 32..40, false),
        ] {
            let mut run = Run::new(Limits::default());
            assert_eq!(run.push(&part(v6, 1, 0, true, &octets[..48])), None);
            let more = late.end < 80;
            let given = run.push(&part(v6, 1, late.start, more, &source[late.clone()]));
            let given = if more { run.push(&part(v6, 1, 48, false, &octets[48..])) } else { given };
            let mut expected = octets[20..48].to_vec();
            expected.extend(if more { &octets[48..] } else { &source[48..] });
            assert_eq!(given, Some((expected, 60)));
            let joined = run.finish();
            assert_eq!(joined.overlapping, u64::from(differs || !more), "{v6} {late:?} {differs}");
        }
    }
}

#[test]
fn a_fragment_cut_by_snaplen_ends_the_payload_and_not_the_packet() {
    let octets = segment(100);
    let parts = parts(false, 5, &octets, 48);
    for cut in 0..=parts[1].len() {
        let mut run = Run::new(Limits::default());
        run.push(&parts[0]);
        run.push_cut(&parts[1][..cut], parts[1].len());
        let given = run.push(&parts[2]);
        if cut < 20 {
            assert_eq!((given, run.skipped.as_slice()), (None, &[NotUsed::HeaderCut][..]));
            continue;
        }
        let there = if cut == parts[1].len() { 100 } else { 28 + cut - 20 };
        assert_eq!(given, Some((octets[20..20 + there].to_vec(), 100)), "{cut}");
        run.finish();
    }
    // Captured in part, then whole: nothing is missing.
    let mut run = Run::new(Limits::default());
    run.push_cut(&parts[1][..40], parts[1].len());
    run.push(&parts[1]);
    run.push(&parts[2]);
    assert_eq!(run.push(&parts[0]), Some((octets[20..].to_vec(), 100)));
    run.finish();
}

#[test]
fn a_packet_that_stays_incomplete_is_given_up_after_30_seconds() {
    let parts = parts(true, 5, &segment(100), 64);
    for (millis, complete) in [(29_999, true), (30_000, true), (30_001, false)] {
        let mut run = Run::new(Limits::default());
        run.push(&parts[0]);
        run.at = run.at.plus(Duration::from_millis(millis));
        assert_eq!(run.push(&parts[1]).is_some(), complete, "{millis}");
        let skipped = run.finish().skipped;
        assert_eq!(skipped.is_empty(), complete, "{skipped:?}");
    }
    // Where time runs backwards too.
    let mut run = Run::new(Limits::default());
    run.push(&parts[0]);
    run.at = run.at.plus(Duration::from_secs(-20));
    assert!(run.push(&parts[1]).is_some());
    run.finish();
}

#[test]
fn what_is_no_segment_counts_each_of_its_fragments() {
    let mut run = Run::new(Limits::default());
    let mut parts = parts(false, 5, &segment(100), 32);
    for part in &mut parts {
        part[9] = 17;
    }
    for n in [0, 1, 1, 2, 3, 3] {
        assert_eq!(run.push(&parts[n]), None);
    }
    assert_eq!(run.skipped, [NotUsed::NotTcp(17), NotUsed::NotTcp(17)]);
    assert_eq!(run.finish().skipped, [(NotUsed::NotTcp(17), 4)]);
}

#[test]
fn what_cannot_be_a_fragment_is_malformed() {
    for v6 in [false, true] {
        let cases: [(&str, &[Vec<u8>]); 6] = [
            ("not a multiple of 8", &[part(v6, 1, 0, true, &[0; 12])]),
            ("without octets", &[part(v6, 1, 8, true, &[])]),
            ("past the longest packet", &[part(v6, 1, 65_528, false, &[0; 9])]),
            ("past the end", &[part(v6, 1, 16, false, &[0; 8]), part(v6, 1, 24, true, &[0; 8])]),
            ("two ends", &[part(v6, 1, 16, false, &[0; 8]), part(v6, 1, 16, false, &[0; 16])]),
            ("an end before what came", &[part(v6, 1, 16, true, &[0; 16]), part(v6, 1, 8, false, &[0; 8])]),
        ];
        for (name, parts) in cases {
            let mut run = Run::new(Limits::default());
            parts.iter().for_each(|part| assert_eq!(run.push(part), None));
            assert_eq!(run.skipped, [NotUsed::Malformed], "{name}");
            run.finish();
        }
    }
}

#[test]
fn bounds_bite_and_are_counted() {
    let limits = Limits { datagrams: 10, ..Limits::default() };
    let mut run = Run::new(limits);
    for id in 0..25 {
        run.push(&part(false, id, 0, true, &[0; 64]));
    }
    // The newest ten are there, the oldest is gone.
    assert!(run.push(&part(false, 24, 64, false, &[0; 8])).is_none());
    assert_eq!(run.skipped, [NotUsed::Malformed], "a header of zeros, but a whole packet");
    let joined = run.finish();
    assert_eq!(
        joined.skipped,
        [(NotUsed::FragmentIncomplete, 9), (NotUsed::FragmentLimit, 15), (NotUsed::Malformed, 1)]
    );

    let limits = Limits { octets: 100_000, ..Limits::default() };
    let mut run = Run::new(limits);
    for id in 0..200 {
        run.push(&part(true, id, 0, true, &[0; 1_000]));
        assert!(run.decap.held_octets() <= 100_000);
    }
    let skipped = run.finish().skipped;
    assert!(matches!(skipped[..], [(NotUsed::FragmentIncomplete, 50..100), (NotUsed::FragmentLimit, 100..)]));

    let limits = Limits { fragments: 20, ..Limits::default() };
    let mut run = Run::new(limits);
    for n in 0..50 {
        run.push(&part(true, 1, n * 16, true, &[0; 8]));
    }
    let skipped = run.finish().skipped;
    assert_eq!(skipped, [(NotUsed::FragmentIncomplete, 8), (NotUsed::FragmentLimit, 42)]);
    assert_eq!(NotUsed::FragmentLimit.name(), "ip_fragment_limit");
}

proptest! {
    /// Any fragments of one packet against a map of octets: first come stays.
    #[test]
    fn any_fragments_give_what_a_map_of_octets_gives(
        pieces in prop::collection::vec((0_usize..12, 1_usize..6, any::<bool>(), any::<u8>(), 0_usize..40), 1..20),
        v6 in any::<bool>(),
    ) {
        let octets = segment(76);
        let mut run = Run::new(Limits::default());
        let mut map = vec![None; octets.len()];
        let mut covered = vec![false; octets.len()];
        for (start, units, own, fill, cut) in pieces {
            let (start, end) = (start * 8, (start * 8 + units * 8).min(octets.len()));
            if start >= end {
                continue;
            }
            // The TCP header stays what it is.
            let piece: Vec<u8> =
                (start..end).map(|at| if own || at < 24 { octets[at] } else { fill }).collect();
            let packet = part(v6, 9, start, end < octets.len(), &piece);
            let captured = piece.len().saturating_sub(if start < 24 { 0 } else { cut });
            for (at, octet) in (start..end).zip(&piece).take(captured) {
                map[at].get_or_insert(*octet);
            }
            covered[start..end].fill(true);
            let header = packet.len() - piece.len();
            let given = run.push_cut(&packet[..header + captured], packet.len());
            if covered.iter().all(|covered| *covered) {
                let there: Vec<u8> = map.iter().map_while(|octet| *octet).skip(20).collect();
                prop_assert_eq!(given, Some((there, 76)));
                break;
            }
            prop_assert_eq!(given, None);
        }
        prop_assert!(run.skipped.is_empty());
        run.finish();
    }

    #[test]
    fn arbitrary_fragments_are_accounted_for_within_bounds(
        pieces in prop::collection::vec((0_u16..3, 0_usize..30, any::<bool>(), 0_usize..40, any::<bool>()), 1..80),
    ) {
        let limits = Limits { datagrams: 3, octets: 2_000, fragments: 6, ..Limits::default() };
        let mut run = Run::new(limits);
        for (id, start, more, len, v6) in pieces {
            let octets = part(v6, id, start * 8, more, &segment(20)[..len]);
            run.frames += 1;
            let frame = Frame { at: run.at, ..frame(101, &octets, octets.len()) };
            match run.decap.segment(&frame) {
                Ok(Some(_)) => run.segments += 1,
                Ok(None) => {}
                Err(why) => run.skipped.push(why),
            }
            prop_assert!(run.decap.held_octets() <= 2_000);
            run.at = run.at.plus(Duration::from_secs(3));
        }
        run.finish();
    }
}
