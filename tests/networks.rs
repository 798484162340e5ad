//! The same traffic as it is captured in every network: whatever lies around the packets, the report is the same.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::net::SocketAddr;

use serde_json::Value;
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::network::quantise;
use smpp_inspect::testkit::scenario::{Behaviour, Latency, MILLIS, Receipts, SECONDS, Session};
use smpp_inspect::testkit::tcp::Frame;
use smpp_inspect::testkit::wrap::Wrapping;
use smpp_inspect::view;

/// Sessions over IPv4 and IPv6 that send `messages` in all.
fn traffic(messages: u64) -> Vec<Frame> {
    traffic_of(messages, 0)
}

/// The same from other addresses and ports, `translated` apart.
fn traffic_of(messages: u64, translated: u16) -> Vec<Frame> {
    let sessions = (0..4_u16)
        .map(|n| {
            let (esme, smsc) = if n % 2 == 0 {
                (
                    SocketAddr::from((
                        [198, 51, 100, (n + translated).to_be_bytes()[1]],
                        50_000 + n + translated,
                    )),
                    SocketAddr::from(([192, 0, 2, 10], 2775)),
                )
            } else {
                (
                    SocketAddr::from((
                        [0x2001, 0xDB8, 0, 0, 0, 0, 1, n + translated],
                        50_000 + n + translated,
                    )),
                    SocketAddr::from(([0x2001, 0xDB8, 0, 0, 0, 0, 0, 1], 12_775)),
                )
            };
            Session {
                interval: 4 * MILLIS,
                behaviour: vec![Behaviour {
                    refusals: vec![(0x58, 30)],
                    latency: Latency { least: 3 * MILLIS, spread: 40 * MILLIS, tail: 10 },
                    ..Behaviour::default()
                }],
                receipts: Some(Receipts {
                    share: 100,
                    delay: Latency { least: 500 * MILLIS, spread: SECONDS, tail: 0 },
                    through: usize::from(n),
                    failed: 100,
                }),
                coalesced: 300,
                split: 200,
                ..Session::new(esme, smsc, &format!("esme{n}"), messages / 4)
            }
        })
        .collect();
    let mut frames = Scenario { seed: 11, start: 1_795_390_000 * SECONDS, sessions }.record().frames;
    quantise(&mut frames, Format::PCAP.resolution());
    frames
}

fn inspect(octets: Vec<u8>, settings: &Settings) -> Report {
    let input =
        Input::Reader { name: "capture".to_owned(), octets: Box::new(Cursor::new(octets)), live: false };
    pipeline::run(Capture::open(vec![input]), settings, &mut |_, _| ()).report
}

/// The report without what tells of frames and not of their traffic.
fn of_the_traffic(report: &Report) -> Value {
    fn without(value: &mut Value) {
        match value {
            Value::Object(keys) => {
                keys.retain(|key, _| key != "tcp" && !key.contains("frame"));
                keys.values_mut().for_each(without);
            }
            Value::Array(rows) => rows.iter_mut().for_each(without),
            _ => {}
        }
    }
    let mut octets = Vec::new();
    view::json::write_report(report, &mut octets).unwrap();
    let mut value: Value = serde_json::from_slice(&octets).unwrap();
    value.as_object_mut().unwrap().remove("capture");
    without(&mut value);
    value
}

/// As `assert_eq!`, but says the first line that differs and not all of both.
fn assert_same(got: &Value, want: &Value, name: &str) {
    if got != want {
        let (got, want) = (format!("{got:#}"), format!("{want:#}"));
        let differs = got.lines().zip(want.lines()).enumerate().find(|(_, (got, want))| got != want);
        panic!("{name}: differs (line, got, want): {differs:?}");
    }
}

/// Every frame gave a segment, or is part of one that another gave, or is skipped for one reason.
fn assert_frames_add_up(name: &str, report: &Report) {
    let skipped: u64 = report.capture.skipped_frames.iter().map(|row| row.count).sum();
    let joined = report.capture.fragments.as_ref().map_or(0, |fragments| fragments.joined_frames);
    assert_eq!(report.tcp.segments + joined + skipped, report.capture.frames, "{name}");
}

#[test]
fn ten_thousand_messages_are_the_same_in_every_network() {
    let frames = traffic(10_000);
    let plain = inspect(file::capture(&frames, Format::PCAP, Link::RawIp), &Settings::default());
    assert_eq!(plain.sessions.len(), 4);
    assert!(plain.pdus.total > 20_000);
    let expected = of_the_traffic(&plain);
    for wrapping in Wrapping::all() {
        let name = wrapping.name;
        let wrapped = wrapping.wrap(&frames);
        assert!(wrapping.is_fragmented() == (wrapped.len() > frames.len()), "{name}");
        let octets = file::capture(&wrapped, Format::PCAP, Link::Given(wrapping.link()));
        // Whatever the checksums of tunnels are, those of the packets in them are right.
        let settings = Settings { verify_checksums: name.len() % 2 == 0, ..Settings::default() };
        let report = inspect(octets, &settings);
        assert!(of_the_traffic(&report) == expected, "{name}");
        assert_eq!(report.tcp.segments, plain.tcp.segments, "{name}");
        assert_eq!(report.tcp.duplicate_frames, 0, "{name}");
        assert_eq!(report.capture.skipped_frames, [], "{name}");
        assert_eq!(report.capture.fragments.is_some(), wrapping.is_fragmented(), "{name}");
        assert_frames_add_up(name, &report);
        let overlapping = report.capture.fragments.map_or(0, |fragments| fragments.overlapping);
        assert_eq!(overlapping > 0, name.contains("overlapping"), "{name}");
    }
}

/// Each frame, and the same of `other` a few microseconds later.
fn with_each_again(frames: &[Frame], other: &[Frame]) -> Vec<Frame> {
    let later = other.iter().map(|frame| Frame { at: frame.at + 20_000, ..frame.clone() });
    let mut all: Vec<Frame> = frames.iter().cloned().chain(later).collect();
    all.sort_by_key(|frame| frame.at);
    all
}

#[test]
fn frames_seen_twice_are_used_once_in_every_network() {
    let frames = traffic(1_000);
    let plain = inspect(file::capture(&frames, Format::PCAP, Link::RawIp), &Settings::default());
    let expected = of_the_traffic(&plain);
    for wrapping in Wrapping::all() {
        let name = wrapping.name;
        let wrapped = wrapping.wrap(&frames);
        let twice = with_each_again(&wrapped, &wrapped);
        let octets = file::capture(&twice, Format::PCAP, Link::Given(wrapping.link()));
        let report = inspect(octets, &Settings::default());
        assert_same(&of_the_traffic(&report), &expected, name);
        assert_eq!((report.tcp.retransmitted, report.tcp.duplicate_acks), (0, 0), "{name}");
        // Of fragments the second ones are left out before they are segments.
        let twice = report.tcp.segments - plain.tcp.segments;
        assert_eq!(report.tcp.duplicate_frames, twice, "{name}");
        assert!(wrapping.is_fragmented() || twice == plain.tcp.segments, "{name}");
        assert_frames_add_up(name, &report);
    }
}

#[test]
fn both_sides_of_an_address_translation_are_one_session() {
    let frames = traffic(1_000);
    let plain = inspect(file::capture(&frames, Format::PCAP, Link::RawIp), &Settings::default());
    // Who translates forwards as well: the hop takes one from the TTL (checksums are not looked at).
    let mut translated = traffic_of(1_000, 90);
    for frame in &mut translated {
        let ttl = if frame.packet[0] >> 4 == 4 { 8 } else { 7 };
        frame.packet[ttl] -= 1;
    }
    let octets = file::capture(&with_each_again(&frames, &translated), Format::PCAP, Link::RawIp);
    for threads in [1, 4] {
        let report = inspect(octets.clone(), &Settings { threads, ..Settings::default() });
        assert_eq!((report.tcp.connections, report.tcp.smpp_connections), (8, 4));
        assert_eq!(report.tcp.retransmitted, 0);
        let handshakes = 3 * 4;
        assert_eq!(report.tcp.duplicate_frames, plain.tcp.segments - handshakes);
        assert_eq!(report.sessions.len(), 4);
        for (got, want) in report.sessions.iter().zip(&plain.sessions) {
            assert_eq!((got.tcp.copies, want.tcp.copies), (2, 1));
            assert_eq!((got.esme, got.smsc, &got.pdus), (want.esme, want.smsc, &want.pdus));
            assert_eq!((&got.transactions, &got.latency_us), (&want.transactions, &want.latency_us));
        }
        assert_eq!((&report.pdus, &report.octets), (&plain.pdus, &plain.octets));
    }
}

#[test]
fn fragments_give_the_same_report_for_any_number_of_threads_and_any_reads() {
    let frames = traffic(400);
    for wrapping in Wrapping::all().iter().filter(|wrapping| wrapping.is_fragmented()) {
        let octets = file::capture(&wrapping.wrap(&frames), Format::PCAP, Link::Given(wrapping.link()));
        let one = inspect(octets.clone(), &Settings::default());
        for threads in [2, 4] {
            let many = inspect(octets.clone(), &Settings { threads, ..Settings::default() });
            assert!(many == one, "{} with {threads} threads", wrapping.name);
        }
        let input =
            Input::Reader { name: "capture".to_owned(), octets: Box::new(Cursor::new(octets)), live: false };
        let capture = Capture::open(vec![input]).with_read_size(4_096);
        let small = pipeline::run(capture, &Settings::default(), &mut |_, _| ()).report;
        assert!(small == one, "{} in small reads", wrapping.name);
    }
}

#[test]
fn each_frame_is_used_or_skipped_for_one_reason() {
    let frames = traffic(400);
    for wrapping in Wrapping::all() {
        let mut wrapped = wrapping.wrap(&frames);
        // Every seventh is missing, and another cut: some fragments never meet.
        let mut number = 0;
        wrapped.retain(|_| {
            number += 1;
            number % 7 != 0
        });
        for frame in wrapped.iter_mut().step_by(11) {
            let len = frame.packet.len();
            frame.packet.truncate(len / 2);
        }
        let report = inspect(
            file::capture(&wrapped, Format::PCAP, Link::Given(wrapping.link())),
            &Settings::default(),
        );
        assert_frames_add_up(wrapping.name, &report);
        let reasons: BTreeMap<_, _> =
            report.capture.skipped_frames.iter().map(|row| (row.reason.as_str(), row.count)).collect();
        if wrapping.is_fragmented() {
            assert!(reasons.contains_key("ip_fragment_incomplete"), "{}: {reasons:?}", wrapping.name);
            let mut text = Vec::new();
            view::text::write_report(&report, &view::text::Options::default(), &mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("of IP packets whose rest the capture lacks"), "{text}");
        }
    }
}

#[test]
fn packets_with_a_wrong_checksum_are_left_out_where_that_is_asked_for() {
    let mut frames = traffic(400);
    let (mut ip, mut tcp) = (0, 0);
    for (number, frame) in frames.iter_mut().enumerate() {
        let v4 = frame.packet[0] >> 4 == 4;
        match number % 20 {
            5 if v4 => {
                frame.packet[10] ^= 1;
                ip += 1;
            }
            9 => {
                let last = frame.packet.len() - 1;
                frame.packet[last] ^= 1;
                tcp += 1;
            }
            _ => {}
        }
    }
    let octets = file::capture(&frames, Format::PCAP, Link::RawIp);
    let used = inspect(octets.clone(), &Settings::default());
    assert_eq!(used.capture.skipped_frames, []);
    let report = inspect(octets, &Settings { verify_checksums: true, ..Settings::default() });
    let reasons: BTreeMap<_, _> =
        report.capture.skipped_frames.iter().map(|row| (row.reason.as_str(), row.count)).collect();
    assert_eq!(reasons, BTreeMap::from([("bad_ip_checksum", ip), ("bad_tcp_checksum", tcp)]));
    assert_frames_add_up("checksums", &report);
}
