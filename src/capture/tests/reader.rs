//! Any reads, any sizes, any end: all that is there comes out, and reading ends.
//!
//! The tests that name an issue of pcap-parser hold us to what its readers once got wrong.

use std::error::Error as _;

use proptest::prelude::*;

use super::*;

// A truncated last packet made pcap-parser's readers answer "incomplete" for ever (issues 3 and 20).
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

// Issue 15: short reads led to errors or an endless loop. Issue 18: refilling went wrong in larger pcapng
// files, where a block straddles two reads. Issue 29: a frame larger than the buffer never came.
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
    let mut capture = Capture::open(vec![input([start, claim].concat().chain_zeros(1 << 20))]);
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
    let mut capture = Capture::open(vec![input(octets)]);
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
        file("tiny", b"\xd4"),
        empty_capture,
        file("version.pcap", &[&good[..4], &[9, 0, 1, 0], &good[8..]].concat()),
        file("second.pcapng", &small_pcapng().0),
        file("trace.snoop", b"snoop\0\0\0"),
    ];
    let mut capture = Capture::open(inputs.iter().map(|path| Input::from_argument(path)).collect());
    let frames = drain(&mut capture);
    assert_eq!(frames.iter().map(|frame| frame.0).collect::<Vec<_>>(), [1, 3, 4, 5, 6, 7]);
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let read: Vec<_> = capture.files().iter().map(|file| (name(&file.path), file.frames)).collect();
    assert_eq!(
        read,
        [("header-only.pcap".to_owned(), 0), ("second.pcapng".to_owned(), 3), ("first.pcap".to_owned(), 3)]
    );
    let place = |frame| capture.place(frame).map(|(file, number)| (name(&file.path), number));
    assert_eq!(place(4), Some(("second.pcapng".to_owned(), 4)));
    assert_eq!(place(6), Some(("first.pcap".to_owned(), 2)));
    let errors: Vec<_> = capture.errors().iter().map(|error| name(&error.to_string())).collect();
    assert_eq!(
        errors[0],
        "notes.txt: not a capture: begins with 23 21 2f 62, a pcap or pcapng magic number is needed"
    );
    assert_eq!(errors[1], "empty.pcap: not a capture: empty, a pcap or pcapng magic number is needed");
    assert!(errors[2].starts_with("missing.pcap: cannot be opened: "), "{}", errors[2]);
    assert_eq!(errors[3], "tiny: not a capture: begins with d4, a pcap or pcapng magic number is needed");
    assert_eq!(errors[4], "version.pcap: pcap version 9.1: version 2 is needed, at octet 4");
    assert_eq!(
        errors[5],
        "trace.snoop: not a capture: begins with 73 6e 6f 6f (snoop), a pcap or pcapng magic number is needed; \
         editcap of Wireshark converts it"
    );
    assert_eq!(errors.len(), 6);
}

#[test]
fn the_position_counts_towards_the_sizes_of_all_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcap");
    let (octets, _) = small_pcap();
    std::fs::write(&path, &octets).unwrap();
    let size = octets.len() as u64;
    let again = folder.path().join("b.pcap");
    std::fs::write(&again, &octets).unwrap();
    let missing = folder.path().join("missing.pcap");
    let mut capture = Capture::open(vec![Input::File(missing), Input::File(path), Input::File(again)]);
    assert_eq!(capture.position(), (0, Some(2 * size)));
    let mut block = Block::with_capacity(READ_SIZE);
    assert!(capture.read_block(&mut block));
    assert!(capture.position().0 >= size);
    drain(&mut capture);
    assert_eq!(capture.position(), (2 * size, Some(2 * size)));
}

// Issue 57: the io::Error was lost.
#[test]
fn a_failing_read_keeps_the_error_and_what_came_before() {
    let (octets, ends) = small_pcap();
    for cut in [ends[2], ends[2] + 3, ends[2] + 18] {
        let octets = octets[..cut].to_vec();
        let input = input(Slow { octets, done: 0, step: 11, end: Some(io::ErrorKind::TimedOut) });
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
    let input = input(Slow { octets: vec![0xd4], done: 0, step: 1, end: Some(io::ErrorKind::TimedOut) });
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
    let mut capture = Capture::open(vec![input(Interrupted(slow, false))]);
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

#[test]
fn captures_and_blocks_go_to_other_threads() {
    fn send<T: Send>() {}
    fn share<T: Send + Sync>() {}
    send::<Capture>();
    share::<Block>();
}
