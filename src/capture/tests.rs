//! Captures made octet by octet, read in every way.

use std::error::Error as _;
use std::io::{self, Read};

use proptest::prelude::*;

use super::*;

/// A frame as the tests compare it: number, nanoseconds, link type, octets, original length.
type Seen = (u64, i64, u16, Vec<u8>, u32);

/// Builds captures in either byte order.
#[derive(Clone, Copy)]
struct Make {
    big: bool,
}

const LITTLE: Make = Make { big: false };
const BIG: Make = Make { big: true };

impl Make {
    fn u16(self, n: u16) -> [u8; 2] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn u32(self, n: u32) -> [u8; 4] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn words(self, words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| self.u32(*word)).collect()
    }

    fn pcap(self, magic: u32, network: u32) -> Vec<u8> {
        let mut octets = self.u32(magic).to_vec();
        octets.extend([self.u16(2), self.u16(4)].concat());
        octets.extend(self.words(&[0, 0, 65_535, network]));
        octets
    }

    fn record(self, seconds: u32, fraction: u32, data: &[u8], original_len: u32) -> Vec<u8> {
        [self.words(&[seconds, fraction, data.len() as u32, original_len]), data.to_vec()].concat()
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let length = self.u32(padded as u32 + 12);
        let mut octets = [self.u32(kind), length].concat();
        octets.extend(body);
        octets.resize(8 + padded, 0);
        octets.extend(length);
        octets
    }

    fn section(self) -> Vec<u8> {
        let mut body = self.u32(0x1a2b_3c4d).to_vec();
        body.extend([self.u16(1), self.u16(0)].concat());
        body.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, &body)
    }

    fn interface(self, link: u16, snaplen: u32, options: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut body = [self.u16(link), self.u16(0)].concat();
        body.extend(self.u32(snaplen));
        for (code, value) in options {
            body.extend([self.u16(*code), self.u16(value.len() as u16)].concat());
            body.extend(value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        self.block(1, &body)
    }

    fn enhanced(self, interface: u32, ticks: u64, data: &[u8], original_len: u32) -> Vec<u8> {
        let words = [interface, (ticks >> 32) as u32, ticks as u32, data.len() as u32, original_len];
        self.block(6, &[self.words(&words), data.to_vec()].concat())
    }

    fn simple(self, data: &[u8], original_len: u32) -> Vec<u8> {
        self.block(3, &[self.u32(original_len).to_vec(), data.to_vec()].concat())
    }

    fn obsolete(self, interface: u16, drops: u16, ticks: u64, data: &[u8], original_len: u32) -> Vec<u8> {
        let mut body = [self.u16(interface), self.u16(drops)].concat();
        body.extend(self.words(&[(ticks >> 32) as u32, ticks as u32, data.len() as u32, original_len]));
        body.extend(data);
        self.block(2, &body)
    }
}

/// Gives its octets in reads of at most `step` octets, then `end`.
struct Slow {
    octets: Vec<u8>,
    done: usize,
    step: usize,
    end: Option<io::ErrorKind>,
}

impl Read for Slow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let rest = &self.octets[self.done..];
        if let (true, Some(kind)) = (rest.is_empty(), self.end) {
            return Err(io::Error::new(kind, "the disk is on fire"));
        }
        let n = rest.len().min(self.step).min(room.len());
        room[..n].copy_from_slice(&rest[..n]);
        self.done += n;
        Ok(n)
    }
}

fn slow(octets: &[u8], step: usize) -> Input {
    reader(Slow { octets: octets.to_vec(), done: 0, step, end: None })
}

fn reader(octets: impl Read + Send + 'static) -> Input {
    Input::Reader { name: "made".to_owned(), octets: Box::new(octets), live: false }
}

fn seen(frame: Frame<'_>) -> Seen {
    (frame.number, frame.at.nanos(), frame.link.0, frame.octets.to_vec(), frame.original_len)
}

/// Reads everything, with the number of blocks bounded, so that a reader that makes no progress fails.
fn drain(capture: &mut Capture) -> Vec<Seen> {
    let mut block = Block::default();
    let mut frames = Vec::new();
    for _ in 0..10_000 {
        if !capture.read_block(&mut block) {
            assert!(block.is_empty());
            return frames;
        }
        assert!(!block.is_empty(), "a block without frames");
        assert_eq!(block.len(), block.frames().len());
        assert_eq!(block.frame(block.len() - 1).map(seen), block.frames().last().map(seen));
        frames.extend(block.frames().map(seen));
    }
    panic!("the reader does not come to an end");
}

fn read(octets: &[u8]) -> (Vec<Seen>, Capture) {
    let mut capture = Capture::open(vec![slow(octets, usize::MAX)]);
    (drain(&mut capture), capture)
}

fn damage(capture: &Capture) -> Option<&str> {
    capture.files().first().and_then(|facts| facts.damage.as_deref())
}

fn error(octets: &[u8]) -> String {
    let (frames, capture) = read(octets);
    assert!(frames.is_empty() && capture.files().is_empty());
    capture.errors().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A small pcap and the octets at which its records end, from the header's end on.
fn small_pcap() -> (Vec<u8>, Vec<usize>) {
    let mut octets = LITTLE.pcap(0xa1b2_c3d4, 1);
    let mut ends = vec![octets.len()];
    for (second, data) in [(1, vec![1; 5]), (2, vec![]), (3, vec![3; 20])] {
        octets.extend(LITTLE.record(second, 7, &data, 60));
        ends.push(octets.len());
    }
    (octets, ends)
}

/// A small pcapng with every kind of packet block; the octets at which its blocks end, and the frames up to there.
fn small_pcapng() -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut octets = Vec::new();
    let mut ends = Vec::new();
    for (block, frames) in [
        (LITTLE.section(), 0),
        (LITTLE.interface(1, 0, &[(9, vec![9])]), 0),
        (LITTLE.enhanced(0, 5, &[6; 7], 9), 1),
        (LITTLE.block(0x0bad, &[0; 9]), 1),
        (LITTLE.simple(&[3; 6], 6), 2),
        (BIG.section(), 2),
        (BIG.interface(113, 0, &[]), 2),
        (BIG.obsolete(0, 1, 9, &[2; 3], 3), 3),
    ] {
        octets.extend(block);
        ends.push((octets.len(), frames));
    }
    (octets, ends)
}

#[test]
fn pcap_is_read_in_both_byte_orders_and_all_forms() {
    let cases = [
        (LITTLE, 0xa1b2_c3d4, 123_456, &[][..], 123_456_000),
        (BIG, 0xa1b2_c3d4, 123_456, &[], 123_456_000),
        (LITTLE, 0xa1b2_3c4d, 123_456_789, &[], 123_456_789),
        (BIG, 0xa1b2_3c4d, 123_456_789, &[], 123_456_789),
        (LITTLE, 0xa1b2_cd34, 123_456, &[9; 8], 123_456_000),
        (BIG, 0xa1b2_cd34, 123_456, &[9; 8], 123_456_000),
    ];
    for (make, magic, fraction, extra, nanos) in cases {
        let mut octets = make.pcap(magic, 0x1000_0071);
        for (second, data) in [(1, &b"first"[..]), (u32::MAX, b""), (2, b"third")] {
            let record = make.record(second, fraction, data, 77);
            octets.extend([&record[..16], extra, &record[16..]].concat());
        }
        let (frames, capture) = read(&octets);
        let nanos = |second: i64| second * 1_000_000_000 + nanos;
        assert_eq!(
            frames,
            [
                (1, nanos(1), 113, b"first".to_vec(), 77),
                (2, nanos(4_294_967_295), 113, Vec::new(), 77),
                (3, nanos(2), 113, b"third".to_vec(), 77),
            ],
            "{magic:x} big: {}",
            make.big
        );
        assert!(capture.errors().is_empty());
        assert_eq!(
            capture.files(),
            [FileFacts {
                path: "made".to_owned(),
                format: "pcap",
                link_types: vec![LinkType(113)],
                first_number: 1,
                frames: 3,
                octets: 10,
                untimed_frames: 0,
                damage: None,
            }]
        );
        assert_eq!((capture.frames(), capture.octets()), (3, 10));
        assert_eq!(capture.first_at(), Some(Timestamp::from_nanos(nanos(1))));
        assert_eq!(capture.last_at(), Some(Timestamp::from_nanos(nanos(4_294_967_295))));
    }
}

#[test]
fn every_time_resolution_gives_nanoseconds() {
    let cases: &[(Option<u8>, u64, i64)] = &[
        (None, 1_500_000, 1_500_000_000),
        (Some(0), 3, 3_000_000_000),
        (Some(3), 1_001, 1_001_000_000),
        (Some(6), 1_700_000_000_123_456, 1_700_000_000_123_456_000),
        (Some(8), 7, 70),
        (Some(9), 1_700_000_000_123_456_789, 1_700_000_000_123_456_789),
        (Some(10), 19, 1),
        (Some(12), 1_999, 1),
        (Some(28), u64::MAX, 1),
        (Some(127), u64::MAX, 0),
        (Some(0x80), 2, 2_000_000_000),
        (Some(0x80 | 10), 1_025, 1_000_976_562),
        (Some(0x80 | 20), (1_700_000_000 << 20) | (1 << 19), 1_700_000_000_500_000_000),
        (Some(0x80 | 32), 0x0001_8000_0000, 1_500_000_000),
        (Some(0xff), u64::MAX, 0),
        // Past 2262 a Timestamp saturates, here and for seconds.
        (Some(6), u64::MAX, i64::MAX),
        (Some(0), u64::MAX, i64::MAX),
        (Some(0x80), u64::MAX, i64::MAX),
    ];
    for make in [LITTLE, BIG] {
        for &(resolution, ticks, nanos) in cases {
            let options: Vec<_> = resolution.map(|n| (9, vec![n])).into_iter().collect();
            let octets =
                [make.section(), make.interface(1, 0, &options), make.enhanced(0, ticks, b"x", 1)].concat();
            let (frames, _) = read(&octets);
            assert_eq!(frames, [(1, nanos, 1, b"x".to_vec(), 1)], "{resolution:?} {ticks}");
        }
    }
}

#[test]
fn the_offset_of_an_interface_is_added_in_seconds() {
    let cases: &[(i64, u64, i64)] = &[
        (0, 5, 5_000),
        (10, 5, 10_000_005_000),
        (-10, 5, -9_999_995_000),
        (i64::MAX, 5, i64::MAX),
        (i64::MIN, 5, i64::MIN),
    ];
    for make in [LITTLE, BIG] {
        for &(offset, ticks, nanos) in cases {
            let value = if make.big { offset.to_be_bytes() } else { offset.to_le_bytes() };
            // A resolution behind the end of the options does not count, nor does an offset of a wrong length.
            let options = [(14, vec![1]), (14, value.to_vec()), (0, vec![]), (9, vec![0])];
            let octets = [
                make.section(),
                make.interface(1, 0, &options[1..]),
                make.enhanced(0, ticks, b"x", 1),
                make.section(),
                make.interface(1, 0, &options[..1]),
                make.enhanced(0, ticks, b"x", 1),
            ]
            .concat();
            let times: Vec<_> = read(&octets).0.iter().map(|frame| frame.1).collect();
            assert_eq!(times, [nanos, 5_000], "{offset}");
        }
    }
}

#[test]
fn interfaces_belong_to_their_section_and_its_byte_order() {
    let octets = [
        LITTLE.section(),
        LITTLE.interface(1, 0, &[]),
        LITTLE.interface(101, 0, &[(9, vec![9])]),
        LITTLE.enhanced(1, 4, b"raw", 3),
        LITTLE.enhanced(0, 4, b"ether", 5),
        BIG.section(),
        BIG.interface(113, 0, &[(9, vec![3])]),
        BIG.enhanced(0, 4, b"cooked", 6),
        LITTLE.section(),
        LITTLE.interface(1, 0, &[]),
        LITTLE.enhanced(1, 4, b"lost", 4),
        LITTLE.enhanced(0, 4, b"lost", 4),
    ]
    .concat();
    let (frames, capture) = read(&octets);
    assert_eq!(
        frames,
        [
            (1, 4, 101, b"raw".to_vec(), 3),
            (2, 4_000, 1, b"ether".to_vec(), 5),
            (3, 4_000_000, 113, b"cooked".to_vec(), 6)
        ]
    );
    let at = octets.len() - 2 * 36;
    let expected =
        format!("enhanced packet block: of interface 1, 1 are described in its section, at octet {at}");
    assert_eq!(damage(&capture), Some(expected.as_str()));
    assert_eq!(capture.files()[0].link_types, [LinkType(1), LinkType(101), LinkType(113)]);
    assert_eq!(capture.files()[0].format, "pcapng");
}

#[test]
fn simple_packets_are_cut_at_snaplen_and_take_the_time_before_them() {
    for make in [LITTLE, BIG] {
        let octets = [
            make.section(),
            make.interface(1, 6, &[]),
            make.simple(b"abcdef", 100),
            make.enhanced(0, 9, b"timed", 5),
            make.simple(b"abc", 3),
            make.section(),
            make.interface(1, 0, &[]),
            make.simple(b"abcdefg", 7),
        ]
        .concat();
        let (frames, capture) = read(&octets);
        assert_eq!(
            frames,
            [
                (1, 0, 1, b"abcdef".to_vec(), 100),
                (2, 9_000, 1, b"timed".to_vec(), 5),
                (3, 9_000, 1, b"abc".to_vec(), 3),
                (4, 9_000, 1, b"abcdefg".to_vec(), 7),
            ]
        );
        assert_eq!(capture.files()[0].untimed_frames, 3);
        assert_eq!(capture.first_at(), Some(Timestamp::from_nanos(9_000)), "the time of no frame is made up");
    }
}

#[test]
fn the_obsolete_packet_block_is_read() {
    for make in [LITTLE, BIG] {
        let octets = [
            make.section(),
            make.interface(101, 0, &[]),
            make.interface(1, 0, &[]),
            make.obsolete(1, 7, 1 << 33, b"old", 90),
        ]
        .concat();
        let (frames, capture) = read(&octets);
        assert_eq!(frames, [(1, (1 << 33) * 1_000, 1, b"old".to_vec(), 90)]);
        assert_eq!(damage(&capture), None);
    }
}

#[test]
fn other_blocks_are_passed_and_some_take_a_number_as_in_wireshark() {
    let cases: &[(u32, u64)] = &[
        (4, 2),
        (5, 2),
        (9, 3),
        (10, 2),
        (0x204, 3),
        (0x208, 2),
        (0x216, 3),
        (0x221, 3),
        (0x0bad, 3),
        (0x4000_0bad, 3),
        (0x8000_0001, 2),
        (0x0a00_0001, 2),
    ];
    for &(kind, number) in cases {
        for make in [LITTLE, BIG] {
            let octets = [
                make.section(),
                make.interface(1, 0, &[]),
                make.enhanced(0, 1, b"before", 6),
                make.block(kind, &[0xa5; 37]),
                make.enhanced(0, 2, b"behind", 6),
            ]
            .concat();
            let (frames, capture) = read(&octets);
            let numbers: Vec<_> = frames.iter().map(|frame| frame.0).collect();
            assert_eq!(numbers, [1, number], "{kind:x}");
            assert_eq!((capture.frames(), damage(&capture)), (2, None));
        }
    }
}

#[test]
fn a_frame_is_never_longer_than_it_was_on_the_wire() {
    let octets = [LITTLE.pcap(0xa1b2_c3d4, 1), LITTLE.record(0, 0, b"captured", 3)].concat();
    assert_eq!(read(&octets).0, [(1, 0, 1, b"captured".to_vec(), 8)]);
    let octets =
        [LITTLE.section(), LITTLE.interface(1, 0, &[]), LITTLE.enhanced(0, 0, b"captured", 0)].concat();
    assert_eq!(read(&octets).0, [(1, 0, 1, b"captured".to_vec(), 8)]);
}

#[test]
fn options_of_a_packet_are_passed_even_when_they_are_wrong() {
    for options in [&[0, 2, 0, 4, 0, 0, 0, 1][..], &[0xff; 8], &[0, 1, 0xff, 0xff]] {
        let words = BIG.words(&[0, 0, 5, 3, 3]);
        let body = [&words, &b"abc\0"[..], options].concat();
        let octets = [BIG.section(), BIG.interface(1, 0, &[]), BIG.block(6, &body)].concat();
        let (frames, capture) = read(&octets);
        assert_eq!(frames, [(1, 5_000, 1, b"abc".to_vec(), 3)]);
        assert_eq!(damage(&capture), None);
    }
}

// A truncated last packet made pcap-parser's readers answer "incomplete" for ever (its issues 3 and 20).
#[test]
fn a_pcap_cut_at_any_octet_gives_all_before_the_cut_and_names_the_place() {
    let (octets, ends) = small_pcap();
    let (whole, _) = read(&octets);
    assert_eq!(whole.len(), 3);
    for cut in 0..=octets.len() {
        for (step, read_size) in [(usize::MAX, READ_SIZE), (1, READ_SIZE), (1, 1), (7, 16)] {
            let mut capture = Capture::open(vec![slow(&octets[..cut], step)]).with_read_size(read_size);
            let frames = drain(&mut capture);
            let Some(border) = ends.iter().rposition(|end| *end <= cut) else {
                assert!(frames.is_empty() && capture.files().is_empty() && capture.errors().len() == 1);
                continue;
            };
            assert_eq!(frames, whole[..border], "cut at {cut}");
            let begins = ends[border];
            let there = cut - begins;
            let expected = match there {
                0 => None,
                1..16 => {
                    Some(format!("record header cut: 16 octets needed, {there} there, at octet {begins}"))
                }
                _ => {
                    let needed = ends[border + 1] - begins;
                    Some(format!("record cut: {needed} octets needed, {there} there, at octet {begins}"))
                }
            };
            assert_eq!(damage(&capture), expected.as_deref(), "cut at {cut}");
            assert_eq!(capture.position(), (cut as u64, None));
        }
    }
}

#[test]
fn a_pcapng_cut_at_any_octet_gives_all_before_the_cut_and_names_the_place() {
    let (octets, ends) = small_pcapng();
    let (whole, _) = read(&octets);
    assert_eq!(whole.iter().map(|frame| frame.0).collect::<Vec<_>>(), [1, 3, 4]);
    for cut in 0..=octets.len() {
        for (step, read_size) in [(usize::MAX, READ_SIZE), (1, READ_SIZE), (1, 1), (7, 16)] {
            let mut capture = Capture::open(vec![slow(&octets[..cut], step)]).with_read_size(read_size);
            let frames = drain(&mut capture);
            if cut < 28 {
                assert!(frames.is_empty() && capture.files().is_empty() && capture.errors().len() == 1);
                continue;
            }
            let border = ends.iter().rposition(|(end, _)| *end <= cut).unwrap();
            assert_eq!(frames, whole[..ends[border].1], "cut at {cut}");
            let begins = ends[border].0;
            match damage(&capture) {
                None => assert_eq!(cut, begins),
                Some(damage) => {
                    let there = cut - begins;
                    assert!(
                        damage.ends_with(&format!("octets needed, {there} there, at octet {begins}")),
                        "{damage}"
                    );
                    assert!(there > 0);
                }
            }
        }
    }
}

#[test]
fn a_header_that_is_cut_is_an_error_that_says_how_much_is_there() {
    let (octets, _) = small_pcap();
    assert_eq!(error(&octets[..23]), "made: pcap header cut: 24 octets needed, 23 there, at octet 0");
    let (octets, _) = small_pcapng();
    assert_eq!(error(&octets[..27]), "made: pcapng header cut: 28 octets needed, 27 there, at octet 0");
}

// Its issue 15: short reads led to errors or an endless loop. Its issue 18: refilling went wrong in larger pcapng
// files, where a block straddles two reads. Its issue 29: a frame larger than the buffer never came.
proptest! {
    #[test]
    fn neither_short_reads_nor_small_blocks_change_what_is_read(
        records in prop::collection::vec((any::<u32>(), 0..1_000_000_u32, prop::collection::vec(any::<u8>(), 0..200)), 0..30),
        ng in any::<bool>(),
        big in any::<bool>(),
        live in any::<bool>(),
        step in 1_usize..300,
        read_size in 1_usize..500,
    ) {
        let make = Make { big };
        let mut octets = if ng { [make.section(), make.interface(1, 0, &[])].concat() } else { make.pcap(0xa1b2_c3d4, 1) };
        let mut expected = Vec::new();
        for (seconds, micros, data) in &records {
            let at = i64::from(*seconds) * 1_000_000 + i64::from(*micros);
            octets.extend(if ng {
                make.enhanced(0, u64::try_from(at).unwrap(), data, 1_000)
            } else {
                make.record(*seconds, *micros, data, 1_000)
            });
            expected.push((expected.len() as u64 + 1, at * 1_000, 1, data.clone(), 1_000));
        }
        let size = octets.len() as u64;
        let octets = Box::new(Slow { octets, done: 0, step, end: None });
        let input = Input::Reader { name: String::new(), octets, live };
        let mut capture = Capture::open(vec![input]).with_read_size(read_size);
        prop_assert_eq!(drain(&mut capture), expected);
        prop_assert_eq!(damage(&capture), None);
        prop_assert_eq!(capture.position(), (size, None));
    }

    #[test]
    fn changed_octets_never_panic_and_leave_the_frames_before_them(
        ng in any::<bool>(),
        changes in prop::collection::vec((28_usize..250, any::<u8>()), 1..4),
        read_size in 1_usize..300,
    ) {
        let (mut octets, ends) = if ng {
            small_pcapng()
        } else {
            let (octets, ends) = small_pcap();
            (octets, ends.into_iter().enumerate().map(|(frames, end)| (end, frames)).collect())
        };
        let whole = read(&octets).0;
        let mut first = octets.len();
        for (place, octet) in changes {
            if let Some(old) = octets.get_mut(place) {
                *old = octet;
                first = first.min(place);
            }
        }
        let mut capture = Capture::open(vec![slow(&octets, usize::MAX)]).with_read_size(read_size);
        let frames = drain(&mut capture);
        let untouched = ends.iter().rfind(|(end, _)| *end <= first).map_or(0, |(_, frames)| *frames);
        prop_assert_eq!(&frames[..untouched], &whole[..untouched]);
    }

    #[test]
    fn arbitrary_octets_behind_a_header_come_to_an_end(
        header in 0_usize..5,
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut octets = match header {
            0 => LITTLE.pcap(0xa1b2_c3d4, 1),
            1 => BIG.pcap(0xa1b2_cd34, 1),
            2 => [LITTLE.section(), LITTLE.interface(1, 0, &[])].concat(),
            3 => [BIG.section(), BIG.interface(1, 0, &[])].concat(),
            _ => Vec::new(),
        };
        octets.extend(rest);
        drain(&mut Capture::open(vec![slow(&octets, 3)]).with_read_size(40));
    }
}

#[test]
fn a_record_larger_than_the_block_makes_it_grow() {
    let large = vec![0x5a; 100_000];
    let octets = [
        LITTLE.pcap(0xa1b2_c3d4, 1),
        LITTLE.record(1, 0, b"small", 5),
        LITTLE.record(2, 0, &large, 100_000),
        LITTLE.record(3, 0, b"small", 5),
    ]
    .concat();
    let mut capture = Capture::open(vec![slow(&octets, 777)]).with_read_size(1_000);
    let frames = drain(&mut capture);
    assert_eq!(frames.iter().map(|frame| frame.3.len()).collect::<Vec<_>>(), [5, 100_000, 5]);
    assert_eq!(frames[1].3, large);
}

#[test]
fn a_record_that_claims_more_than_the_bound_is_damage() {
    let start = [LITTLE.pcap(0xa1b2_c3d4, 1), LITTLE.record(1, 0, b"good", 4)].concat();
    let claim = LITTLE.words(&[2, 0, u32::MAX, u32::MAX]);
    let mut capture = Capture::open(vec![reader([start, claim].concat().chain_zeros(1 << 20))]);
    assert_eq!(drain(&mut capture).len(), 1);
    assert_eq!(
        damage(&capture),
        Some("record too large: 4294967311 octets, at most 16777216 are read, at octet 44")
    );
}

#[test]
fn a_block_of_no_interest_is_passed_whatever_its_size() {
    let start = [LITTLE.section(), LITTLE.interface(1, 0, &[])].concat();
    let claim = LITTLE.words(&[0x0a, 20 << 20]);
    let behind = LITTLE.enhanced(0, 1, b"behind", 6);
    let octets = [start, claim].concat().chain_zeros((20 << 20) - 8).chain(io::Cursor::new(behind));
    let mut capture = Capture::open(vec![reader(octets)]);
    let mut block = Block::default();
    assert!(capture.read_block(&mut block));
    assert_eq!(block.frames().map(seen).collect::<Vec<_>>(), [(1, 1_000, 1, b"behind".to_vec(), 6)]);
    assert!(block.octets().len() <= READ_SIZE, "nothing of it is kept");
    assert!(!capture.read_block(&mut block));
    assert_eq!(damage(&capture), None);
}

trait ChainZeros {
    fn chain_zeros(self, zeros: u64) -> io::Chain<io::Cursor<Vec<u8>>, io::Take<io::Repeat>>;
}

impl ChainZeros for Vec<u8> {
    fn chain_zeros(self, zeros: u64) -> io::Chain<io::Cursor<Vec<u8>>, io::Take<io::Repeat>> {
        io::Cursor::new(self).chain(io::repeat(0).take(zeros))
    }
}

#[test]
fn blocks_that_contradict_themselves_are_damage_at_their_place() {
    let body = |captured| LITTLE.words(&[0, 0, 0, captured, 9, 0x6162_6364]);
    let mut ends_differently = LITTLE.enhanced(0, 0, b"abcd", 4);
    *ends_differently.last_mut().unwrap() = 1;
    let mut odd = LITTLE.enhanced(0, 0, b"abcd", 4);
    odd[4] = 37;
    let mut wrong_magic = LITTLE.section();
    wrong_magic[8] = 0;
    let mut version = LITTLE.section();
    version[12] = 2;
    let cases = [
        (LITTLE.block(6, &body(5)), "enhanced packet block: 5 octets captured, 4 have room in the block"),
        (
            LITTLE.block(6, &body(u32::MAX)),
            "enhanced packet block: 4294967295 octets captured, 4 have room in the block",
        ),
        (LITTLE.block(6, b"x"), "enhanced packet block too short: 32 octets needed, its length says 16"),
        (
            LITTLE.block(3, &LITTLE.words(&[4])),
            "simple packet block: 4 octets captured, 0 have room in the block",
        ),
        (LITTLE.words(&[77, 0, 0]), "block too short: 12 octets needed, its length says 0"),
        (ends_differently, "enhanced packet block: its length 36 is not repeated at its end"),
        (odd, "enhanced packet block: its length 37 is no multiple of 4"),
        (wrong_magic, "section header block: no byte-order magic number"),
        (version, "section header block: pcapng version 2.0, version 1 is needed"),
    ];
    for (block, expected) in cases {
        let start =
            [LITTLE.section(), LITTLE.interface(1, 0, &[]), LITTLE.enhanced(0, 1, b"good", 4)].concat();
        let behind = LITTLE.enhanced(0, 2, b"lost", 4);
        let (frames, capture) = read(&[&start[..], &block, &behind].concat());
        assert_eq!(frames.len(), 1, "{expected}");
        let expected = format!("{expected}, at octet {}", start.len());
        assert_eq!(damage(&capture), Some(expected.as_str()));
    }
}

#[test]
fn what_is_no_capture_is_an_error_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, octets: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, octets).unwrap();
        path
    };
    let (good, _) = small_pcap();
    let empty_capture = file("header-only.pcap", &good[..24]);
    let inputs = [
        file("notes.txt", b"#!/bin/sh"),
        file("first.pcap", &good),
        file("empty.pcap", b""),
        folder.path().join("missing.pcap"),
        folder.path().to_owned(),
        file("tiny", b"\xd4"),
        empty_capture,
        file("version.pcap", &[&good[..4], &[9, 0, 1, 0], &good[8..]].concat()),
        file("second.pcapng", &small_pcapng().0),
    ];
    let mut capture = Capture::open(inputs.iter().map(|path| Input::from_argument(path)).collect());
    let frames = drain(&mut capture);
    assert_eq!(frames.iter().map(|frame| frame.0).collect::<Vec<_>>(), [1, 2, 3, 4, 6, 7]);
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let read: Vec<_> =
        capture.files().iter().map(|file| (name(&file.path), file.frames, file.first_number)).collect();
    assert_eq!(
        read,
        [
            ("first.pcap".to_owned(), 3, 1),
            ("header-only.pcap".to_owned(), 0, 4),
            ("second.pcapng".to_owned(), 3, 4)
        ]
    );
    let errors: Vec<_> = capture.errors().iter().map(|error| name(&error.to_string())).collect();
    assert_eq!(
        errors[0],
        "notes.txt: not a capture: begins with 23 21 2f 62, a pcap or pcapng magic number is needed"
    );
    assert_eq!(errors[1], "empty.pcap: not a capture: empty, a pcap or pcapng magic number is needed");
    assert!(errors[2].starts_with("missing.pcap: cannot be opened: "), "{}", errors[2]);
    assert!(errors[3].contains(": cannot be read: "), "{}", errors[3]);
    assert_eq!(errors[4], "tiny: not a capture: begins with d4, a pcap or pcapng magic number is needed");
    assert_eq!(errors[5], "version.pcap: pcap version 9.1: version 2 is needed, at octet 4");
    assert_eq!(errors.len(), 6);
}

#[test]
fn the_position_counts_towards_the_sizes_of_all_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcap");
    let (octets, _) = small_pcap();
    std::fs::write(&path, &octets).unwrap();
    let size = octets.len() as u64;
    let mut capture = Capture::open(vec![Input::File(path.clone()), Input::File(path)]);
    assert_eq!(capture.position(), (0, Some(2 * size)));
    let mut block = Block::with_capacity(READ_SIZE);
    assert!(capture.read_block(&mut block));
    assert_eq!(capture.position(), (size, Some(2 * size)));
    drain(&mut capture);
    assert_eq!(capture.position(), (2 * size, Some(2 * size)));
}

// Its issue 57: the io::Error was lost.
#[test]
fn a_failing_read_keeps_the_error_and_what_came_before() {
    let (octets, ends) = small_pcap();
    for cut in [ends[2], ends[2] + 3, ends[2] + 18] {
        let octets = octets[..cut].to_vec();
        let input = reader(Slow { octets, done: 0, step: 11, end: Some(io::ErrorKind::TimedOut) });
        let mut capture = Capture::open(vec![input]);
        assert_eq!(drain(&mut capture).len(), 2);
        let expected = format!("cannot be read: the disk is on fire, at octet {cut}");
        assert_eq!(damage(&capture), Some(expected.as_str()));
        let [error] = capture.errors() else { panic!("one error") };
        assert_eq!(error.to_string(), format!("made: {expected}"));
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::TimedOut));
    }
}

#[test]
fn a_read_that_fails_in_the_header_is_an_error_alone() {
    let input = reader(Slow { octets: vec![0xd4], done: 0, step: 1, end: Some(io::ErrorKind::TimedOut) });
    let mut capture = Capture::open(vec![input]);
    assert!(drain(&mut capture).is_empty() && capture.files().is_empty());
    assert_eq!(capture.errors()[0].to_string(), "made: cannot be read: the disk is on fire, at octet 1");
}

#[test]
fn an_interrupted_read_is_repeated() {
    struct Interrupted(Slow, bool);
    impl Read for Interrupted {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(room) }
        }
    }
    let (octets, _) = small_pcap();
    let slow = Slow { octets, done: 0, step: 9, end: None };
    let mut capture = Capture::open(vec![reader(Interrupted(slow, false))]);
    assert_eq!(drain(&mut capture).len(), 3);
    assert!(capture.errors().is_empty() && damage(&capture).is_none());
}

#[test]
fn one_read_of_a_live_input_ends_a_block() {
    let (octets, ends) = small_pcap();
    // A read that ends within the second record's header: the first frame does not wait for the rest of it.
    let reads = [octets[..ends[1] + 4].to_vec(), octets[ends[1] + 4..].to_vec()];
    let [first, second] = reads.map(io::Cursor::new);
    for (live, blocks) in [(true, vec![1, 2]), (false, vec![3])] {
        let octets = Box::new(first.clone().chain(second.clone()));
        let mut capture = Capture::open(vec![Input::Reader { name: "-".to_owned(), octets, live }]);
        let mut block = Block::with_capacity(READ_SIZE);
        let mut frames = Vec::new();
        while capture.read_block(&mut block) {
            frames.push(block.len());
        }
        assert_eq!(frames, blocks, "live: {live}");
    }
}

#[test]
fn standard_input_is_a_dash() {
    let input = Input::from_argument("-".as_ref());
    assert!(matches!(input, Input::Stdin));
    assert_eq!(input.path(), "-");
    assert_eq!(Error::Empty { path: input.path() }.to_string().split(':').next(), Some("standard input"));
    assert_eq!(Input::from_argument("./-".as_ref()).path(), "./-");
}
