//! Compressed captures: recognised by content, of several members or frames, and cut anywhere.

#[path = "common/packing.rs"]
mod packing;

use std::io::{Cursor, Write};

use packing::{gzip, lz4, zstd};
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;
use smpp_inspect::report::model;
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::scenario::Session;
use smpp_inspect::testkit::tcp::Frame;

fn recorded(messages: u64) -> Vec<Frame> {
    let end = |host: u8, port| std::net::SocketAddr::from(([192, 0, 2, host], port));
    let session = Session::new(end(9, 40_000), end(1, 2775), "packed", messages);
    Scenario { seed: 7, start: 1_795_390_000_000_000_000, sessions: vec![session] }.record().frames
}

fn read(octets: Vec<u8>) -> (Report, Vec<(String, String)>) {
    let input = Input::Reader { name: "x".to_owned(), octets: Box::new(Cursor::new(octets)), live: false };
    let outcome = pipeline::run(Capture::open(vec![input]), &Settings::default(), &mut |_, _| ());
    (outcome.report, outcome.errors)
}

/// With the widest window that is read, as `zstd --long=27` makes it.
fn zstd_long(octets: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(27).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;

const PACKS: [(&str, Pack); 4] = [("gzip", gzip), ("zstd", zstd), ("zstd", zstd_long), ("lz4", lz4)];

#[test]
fn what_is_compressed_gives_the_same_report() {
    let plain = file::capture(&recorded(500), Format::PCAP, Link::Ethernet);
    let (want, _) = read(plain.clone());
    for (name, pack) in PACKS {
        // Cut where no record ends, into three members or frames.
        let (a, rest) = plain.split_at(plain.len() / 3);
        let (b, c) = rest.split_at(1_001);
        for packed in [pack(&plain), [pack(a), pack(b), pack(c)].concat()] {
            let (mut got, errors) = read(packed);
            assert_eq!(errors, [], "{name}");
            assert_eq!(got.capture.files[0].compression.as_deref(), Some(name));
            assert_eq!(got.capture.files[0].damage, None, "{name}");
            assert_eq!(got.capture.files[0].frames, want.capture.files[0].frames);
            got.capture = want.capture.clone();
            assert_eq!(got, want, "{name}");
        }
    }
}

/// A frame of user data, which zstd and lz4 have in common.
const SKIPPABLE: &[u8] = b"\x57\x2a\x4d\x18\x05\0\0\0notes";

/// As `lz4 -l` makes it.
fn lz4_legacy(octets: &[u8]) -> Vec<u8> {
    let magic = 0x184C_2102_u32.to_le_bytes().to_vec();
    let blocks = octets.chunks(8 << 20).map(lz4_flex::block::compress);
    blocks.fold(magic, |packed, block| [packed, (block.len() as u32).to_le_bytes().to_vec(), block].concat())
}

#[test]
fn what_lies_around_members_and_frames_is_passed_over() {
    let plain = file::capture(&recorded(100), Format::PCAP, Link::Ethernet);
    let (a, b) = plain.split_at(plain.len() / 2);
    let zeros = vec![0; 700];
    for (name, packed) in [
        ("zstd", [SKIPPABLE, &zstd(&plain)].concat()),
        ("zstd", [&zstd(a), SKIPPABLE, &zstd(b), SKIPPABLE].concat()),
        ("lz4", [SKIPPABLE, SKIPPABLE, &lz4(&plain)].concat()),
        ("lz4", [&lz4(a), SKIPPABLE, &lz4(b), SKIPPABLE].concat()),
        ("lz4", lz4_legacy(&plain)),
        ("gzip", [gzip(&plain), zeros.clone()].concat()),
        ("gzip", [gzip(a), zeros.clone(), gzip(b), zeros].concat()),
    ] {
        let (got, errors) = read(packed);
        let file = &got.capture.files[0];
        assert_eq!((file.compression.as_deref(), &file.damage), (Some(name), &None), "{errors:?}");
        assert_eq!(file.octets + 24 + 16 * file.frames, plain.len() as u64, "{name}");
    }
}

#[test]
fn what_follows_the_last_member_and_is_none_is_damage_behind_all_frames() {
    let plain = file::capture(&recorded(20), Format::PCAP, Link::Ethernet);
    let whole = frames(&plain).unwrap().0;
    for behind in [&b"garbage"[..], b"\0\0garbage"] {
        let (report, errors) = read([&gzip(&plain), behind].concat());
        assert_eq!(report.capture.frames, whole);
        assert!(errors[0].1.contains("what follows the last gzip member is none"), "{errors:?}");
    }
}

#[test]
fn an_lz4_frame_cut_between_blocks_is_damage() {
    let record = [&[7, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0][..], &[0; 1_024]].concat();
    let header = &file::capture(&[], Format::PCAP, Link::Ethernet)[..24];
    let mut packed = lz4(&[header, &record.repeat(20)].concat());
    assert_eq!(frames(&packed), Some((20, false)));
    // The end mark.
    packed.truncate(packed.len() - 4);
    assert_eq!(frames(&packed), Some((20, true)));
}

#[test]
fn only_one_layer_is_taken_off() {
    let plain = file::capture(&recorded(2), Format::PCAP, Link::Ethernet);
    let (report, errors) = read(gzip(&zstd(&plain)));
    assert_eq!(report.capture.files, []);
    let want = "not a capture: begins with 28 b5 2f fd (zstd), a pcap or pcapng magic number is needed; \
                one layer of compression is taken off";
    assert!(errors[0].1.ends_with(want), "{errors:?}");
}

/// Frames and damage of a capture; `None`: not even its header could be read.
fn frames(octets: &[u8]) -> Option<(u64, bool)> {
    let (report, errors) = read(octets.to_vec());
    let file: Option<&model::File> = report.capture.files.first();
    assert_eq!(file.is_none(), !errors.is_empty() && file.is_none(), "said when nothing was read");
    file.map(|file| (file.frames, file.damage.is_some()))
}

#[test]
fn cut_at_any_octet_everything_before_is_read() {
    for format in [Format::PCAP, Format::Pcapng { digits: 9, big_endian: false }] {
        let plain = file::capture(&recorded(8), format, Link::Ethernet);
        let plain = &plain[..plain.len().min(5_000)];
        let mut last = 0;
        for end in 0..=plain.len() {
            let now = frames(&plain[..end]).map_or(0, |(frames, _)| frames);
            assert!(now == last || now == last + 1, "{end}");
            last = now;
        }
        let all = last;
        assert!(all > 10);
        for (name, pack) in PACKS {
            let packed = pack(plain);
            let mut last = 0;
            for end in 0..packed.len() {
                let (now, damaged) = frames(&packed[..end]).unwrap_or((0, true));
                assert!(now >= last && now <= all, "{name} {end}");
                // Without its last octets a file may miss a checksum alone.
                assert!(damaged || now == all, "{name} {end}: {now} of {all} frames and no damage said");
                last = now;
            }
        }
    }
}
