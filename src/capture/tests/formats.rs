//! What the formats hold, down to the last octet.

use super::*;

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
                compression: None,
                link_types: vec![LinkType(113)],
                interfaces: vec![Interface { name: None, link: LinkType(113), snaplen: 65_535 }],
                frames: 3,
                octets: 10,
                ..FileFacts::default()
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
    let links: Vec<u16> = capture.files()[0].interfaces.iter().map(|interface| interface.link.0).collect();
    assert!(links.len() >= 3, "in the order of the file, over its sections: {links:?}");
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

/// A statistics block of `interface` with options of 64 bits.
fn statistics(make: Make, interface: u32, options: &[(u16, u64)]) -> Vec<u8> {
    let mut body = make.words(&[interface, 0, 0]);
    for (code, value) in options {
        body.extend([make.u16(*code), make.u16(8)].concat());
        body.extend(if make.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }
    make.block(5, &body)
}

/// An Enhanced Packet Block with a comment and a drop count.
fn enhanced_after(make: Make, interface: u32, dropped: u64) -> Vec<u8> {
    let mut body = make.words(&[interface, 0, 1, 3, 3]);
    body.extend([1, 2, 3, 0]);
    body.extend([make.u16(1), make.u16(3)].concat());
    body.extend(*b"why\0");
    body.extend([make.u16(4), make.u16(8)].concat());
    body.extend(if make.big { dropped.to_be_bytes() } else { dropped.to_le_bytes() });
    body.extend([0; 4]);
    make.block(6, &body)
}

#[test]
fn frames_that_the_capture_lost_are_counted_as_the_file_says() {
    for make in [LITTLE, BIG] {
        let section = || [make.section(), make.interface(1, 0, &[]), make.interface(1, 0, &[])].concat();
        let dropped = |blocks: &[Vec<u8>]| {
            let (_, capture) = read(&[section(), blocks.concat()].concat());
            assert_eq!(damage(&capture), None);
            capture.files()[0].dropped
        };
        // Nothing said, and said that there were none.
        assert_eq!(dropped(&[make.enhanced(0, 1, b"x", 1)]), None);
        assert_eq!(dropped(&[statistics(make, 0, &[(4, 70)])]), None);
        assert_eq!(dropped(&[statistics(make, 0, &[(5, 0)])]), Some(0));
        // Statistics count from the start: the last ones of each interface, dropped by it and by the system.
        let twice = [statistics(make, 0, &[(5, 3)]), statistics(make, 0, &[(4, 9), (5, 5), (7, 2)])];
        assert_eq!(dropped(&twice), Some(7));
        let two = [
            statistics(make, 0, &[(5, 3)]),
            statistics(make, 1, &[(7, 10)]),
            statistics(make, 9, &[(5, 99)]),
        ];
        assert_eq!(dropped(&two), Some(13));
        // Packets tell what was lost before each; both ways tell of the same.
        let told = [enhanced_after(make, 0, 2), enhanced_after(make, 0, 3), statistics(make, 0, &[(7, 4)])];
        assert_eq!(dropped(&told), Some(5));
        assert_eq!(
            dropped(&[make.obsolete(0, 4, 1, b"x", 1), make.obsolete(0, u16::MAX, 1, b"x", 1)]),
            Some(4)
        );
        // A section has its own interfaces.
        assert_eq!(
            dropped(&[statistics(make, 1, &[(5, 3)]), section(), statistics(make, 1, &[(5, 4)])]),
            Some(7)
        );
    }
}

#[test]
fn options_that_contradict_their_block_say_nothing_and_hurt_nothing() {
    let section = [LITTLE.section(), LITTLE.interface(1, 0, &[])].concat();
    for options in
        [&[5, 0, 200, 0, 1, 2, 3, 4][..], &[5, 0], &[5, 0, 4, 0, 1, 2, 3, 4], &[9, 0, 255, 255, 5, 0, 8, 0]]
    {
        let statistics = LITTLE.block(5, &[LITTLE.words(&[0, 0, 0]), options.to_vec()].concat());
        let packet = LITTLE.block(6, &[LITTLE.words(&[0, 0, 0, 4, 4, 7]), options.to_vec()].concat());
        let (frames, capture) = read(&[&section[..], &statistics, &packet].concat());
        assert_eq!(
            (frames.len(), damage(&capture), capture.files()[0].dropped),
            (1, None, None),
            "{options:?}"
        );
    }
}
