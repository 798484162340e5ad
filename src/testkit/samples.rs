//! The captures of `samples/` that were made from a seed. `examples/make_samples.rs` writes them, and a test holds
//! the committed files to what is made here.

use std::net::SocketAddr;

use super::Rng;
use super::file::{Format, Link, capture};
use super::network::{Effects, quantise};
use super::scenario::{
    Behaviour, Bind, Ending, Latency, MICROS, MILLIS, Receipts, Recording, SECONDS, Scenario, Session,
};
use super::tcp::{Connection, Frame, checksum, index};
use crate::tcp::Side;

/// A sample: its folder, the name of its capture file, and the file's octets.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Folder below `samples/`.
    pub folder: &'static str,
    /// Name of the capture in it.
    pub file: &'static str,
    /// The capture.
    pub octets: Vec<u8>,
}

/// All of them.
#[must_use]
pub fn all() -> Vec<Sample> {
    vec![
        Sample { folder: "incident", file: "capture.pcap", octets: incident() },
        Sample { folder: "mid-stream", file: "capture.pcap", octets: mid_stream() },
        Sample { folder: "split-headers", file: "capture.pcap", octets: split_headers() },
        Sample { folder: "cooked", file: "capture.pcapng", octets: cooked() },
        Sample { folder: "vlan-ipv6", file: "capture.pcap", octets: vlan_ipv6() },
        Sample { folder: "raw-ip", file: "capture.pcap", octets: raw_ip() },
        Sample { folder: "wrap-around", file: "capture.pcap", octets: wrap_around() },
        Sample { folder: "bad-network", file: "capture.pcap", octets: bad_network() },
        Sample { folder: "cut-file", file: "capture.pcap", octets: cut_file() },
        Sample { folder: "no-smpp", file: "capture.pcap", octets: no_smpp() },
    ]
}

/// 2026-11-22T10:40:00Z
const MORNING: i64 = 1_795_344_000 * SECONDS;

const THROTTLED: u32 = 0x58;
const INVALID_DESTINATION: u32 = 0x0B;
const SUBMIT_FAILED: u32 = 0x45;
const WRONG_PASSWORD: u32 = 0x0E;

/// Five minutes at an SMS gateway: three customers, one of them refused at first; two operators, of which one
/// throttles a bind and the other is slow, then silent for a while.
fn incident() -> Vec<u8> {
    let recording = incident_scenario().record();
    let mut frames = recording.frames;
    // The capture was started when the operators' sessions were on already.
    frames.retain(|frame| frame.at >= MORNING);
    finish(frames, Format::PCAP, Link::Ethernet)
}

fn incident_scenario() -> Scenario {
    const GATEWAY: [u8; 4] = [10, 20, 0, 11];
    let gateway = |port: u16| SocketAddr::from((GATEWAY, port));
    let us = gateway(2775);
    let norfone = SocketAddr::from(([10, 40, 7, 21], 2775));
    let sudtel = SocketAddr::from(([10, 40, 9, 5], 3550));
    let normal = Latency { least: 25 * MILLIS, spread: 60 * MILLIS, tail: 5 };
    let usual = |refusals: &[(u32, u32)]| Behaviour {
        latency: normal,
        refusals: refusals.to_vec(),
        ..Behaviour::default()
    };
    let from = |at: i64, behaviour: Behaviour| Behaviour { from: at * SECONDS, ..behaviour };
    let receipts = |share: u32, through: usize| {
        Some(Receipts {
            share,
            delay: Latency { least: 2 * SECONDS, spread: 12 * SECONDS, tail: 20 },
            through,
            failed: 60,
        })
    };
    let operator =
        |number: usize, port: u16, smsc: SocketAddr, name: &str, behaviour: Vec<Behaviour>| Session {
            opens_at: -20 * SECONDS + number as i64 * SECONDS,
            one_way: 4 * MILLIS,
            behaviour,
            receipts: receipts(0, number),
            ending: Ending::Open,
            ends_at: Some(300 * SECONDS),
            coalesced: 100,
            ..Session::new(gateway(port), smsc, name, 0)
        };
    let customer = |ip: [u8; 4], port: u16, name: &str, messages: u64, each: i64, through: usize| Session {
        one_way: 9 * MILLIS,
        interval: each,
        receipts: receipts(400, through),
        coalesced: 100,
        ends_at: Some(290 * SECONDS),
        ..Session::new(SocketAddr::from((ip, port)), us, name, messages)
    };
    let slow = Latency { least: 1_500 * MILLIS, spread: 2_500 * MILLIS, tail: 0 };
    let sessions = vec![
        operator(0, 41_200, norfone, "agg_tx1", vec![usual(&[(INVALID_DESTINATION, 12)])]),
        operator(
            1,
            41_202,
            norfone,
            "agg_tx2",
            vec![usual(&[]), from(127, usual(&[(THROTTLED, 700), (INVALID_DESTINATION, 5)]))],
        ),
        operator(
            2,
            41_310,
            sudtel,
            "gw-sud",
            vec![
                usual(&[(SUBMIT_FAILED, 10)]),
                from(60, Behaviour { latency: slow, ..usual(&[]) }),
                from(95, usual(&[(SUBMIT_FAILED, 10)])),
                from(180, Behaviour { silent: 500, ..usual(&[]) }),
                from(212, usual(&[(SUBMIT_FAILED, 10)])),
            ],
        ),
        Session {
            opens_at: 2 * SECONDS,
            forwards_to: Some(1),
            ..customer([172, 16, 4, 10], 52_011, "acme-otp", 10_000, 900 * MILLIS, 3)
        },
        Session {
            opens_at: 3 * SECONDS,
            forwards_to: Some(1),
            ..customer([172, 16, 4, 11], 52_740, "acme-otp", 10_000, 1_100 * MILLIS, 4)
        },
        // Sends on one bind and receives on another, and is gone without a word.
        Session {
            opens_at: 5 * SECONDS,
            bind: Bind::Transmitter,
            forwards_to: Some(0),
            ending: Ending::Rst(Side::Opener),
            ends_at: Some(221 * SECONDS),
            ..customer([172, 16, 8, 77], 38_120, "bravo", 10_000, 1_800 * MILLIS, 6)
        },
        Session {
            opens_at: 5 * SECONDS + 300 * MILLIS,
            bind: Bind::Receiver,
            ..customer([172, 16, 8, 77], 38_122, "bravo", 0, SECONDS, 6)
        },
        Session {
            opens_at: 8 * SECONDS,
            forwards_to: Some(2),
            concatenated: 150,
            ..customer([172, 16, 30, 2], 60_444, "zeta-mkt", 10_000, 1_300 * MILLIS, 7)
        },
        // A wrong password, twice, then the right one.
        Session {
            opens_at: 31 * SECONDS,
            bind_status: WRONG_PASSWORD,
            ..customer([172, 16, 55, 9], 47_001, "delta", 0, SECONDS, 8)
        },
        Session {
            opens_at: 36 * SECONDS,
            bind_status: WRONG_PASSWORD,
            ..customer([172, 16, 55, 9], 47_003, "delta", 0, SECONDS, 9)
        },
        Session {
            opens_at: 70 * SECONDS,
            forwards_to: Some(0),
            ..customer([172, 16, 55, 9], 47_015, "delta", 60, 2_500 * MILLIS, 10)
        },
    ];
    Scenario { seed: 2_775, start: MORNING, sessions }
}

/// A port that nobody names, from the middle of a PDU on.
fn mid_stream() -> Vec<u8> {
    let Recording { mut frames, sent } = small(11, 12_775, 40, |session| session.split = 400).record();
    let begins_inside = |frame: &Frame| {
        frame.len > 0 && !sent[0][index(frame.side)].iter().any(|pdu| pdu.offset == frame.offset)
    };
    let first = (20..frames.len()).find(|&at| begins_inside(&frames[at])).unwrap_or(0);
    frames.drain(..first);
    finish(frames, Format::PCAP, Link::Ethernet)
}

/// Segments of at most seven octets: every header is split over three of them.
fn split_headers() -> Vec<u8> {
    let recording = small(12, 2775, 6, |session| session.mss = 7).record();
    finish(recording.frames, Format::PCAP, Link::Ethernet)
}

/// The `any` device of Linux, nanoseconds, several PDUs in a segment.
fn cooked() -> Vec<u8> {
    let recording = small(13, 2775, 30, |session| session.coalesced = 900).record();
    finish(recording.frames, Format::Pcapng { digits: 9, big_endian: false }, Link::Cooked)
}

fn vlan_ipv6() -> Vec<u8> {
    let recording = small(14, 3550, 20, |session| {
        session.esme = SocketAddr::from(([0x2001, 0xDB8, 0, 0, 0, 0, 0, 0x10], 50_010));
        session.smsc = SocketAddr::from(([0x2001, 0xDB8, 0, 0, 0, 0, 0, 0x20], 3550));
    })
    .record();
    finish(recording.frames, Format::PCAP, Link::Vlan(207))
}

/// No link header, big endian, nanoseconds.
fn raw_ip() -> Vec<u8> {
    let recording = small(15, 2775, 20, |_| ()).record();
    finish(recording.frames, Format::Pcap { nanos: true, big_endian: true }, Link::RawIp)
}

/// Both sides' sequence numbers pass 2^32 early, while segments overtake each other.
fn wrap_around() -> Vec<u8> {
    let Recording { mut frames, .. } = small(16, 2775, 60, |session| {
        session.initial = Some([u32::MAX - 700, u32::MAX - 150]);
        session.split = 300;
    })
    .record();
    let effects = Effects { displaced: 150, displaced_by: 30 * MILLIS, ..Effects::default() };
    effects.apply(&mut frames, &mut Rng::new(2));
    finish(frames, Format::PCAP, Link::Ethernet)
}

/// Lost, displaced, repeated and doubled segments.
fn bad_network() -> Vec<u8> {
    let Recording { mut frames, .. } = small(17, 2775, 200, |session| {
        session.split = 150;
        session.coalesced = 300;
    })
    .record();
    let effects = Effects {
        displaced: 60,
        displaced_by: 50 * MILLIS,
        retransmitted: 50,
        retransmitted_after: 40 * MILLIS,
        duplicated: 30,
        lost: 25,
        ..Effects::default()
    };
    effects.apply(&mut frames, &mut Rng::new(3));
    finish(frames, Format::PCAP, Link::Ethernet)
}

/// A file that ends within a frame, as one that is still being written.
fn cut_file() -> Vec<u8> {
    let recording = small(18, 2775, 25, |_| ()).record();
    let mut octets = finish(recording.frames, Format::PCAP, Link::Ethernet);
    octets.truncate(octets.len() * 2 / 3 + 5);
    octets
}

/// Web pages, the start of a TLS session, and a name server.
fn no_smpp() -> Vec<u8> {
    let client = |port: u16| SocketAddr::from(([192, 0, 2, 33], port));
    let mut frames = Vec::new();
    let mut web =
        Connection::new(0, client(51_000), ([198, 51, 100, 80], 80).into(), [5, 6], 1_448, 10 * MILLIS);
    let mut at = web.open(MORNING, &mut frames);
    for page in 0..4 {
        let ask = format!("GET /{page}.html HTTP/1.1\r\nHost: example.net\r\nAccept: */*\r\n\r\n");
        at = web.send(Side::Opener, at + MILLIS, ask.as_bytes(), &[], 0, &mut frames);
        let body = "<p>Nothing to see here.</p>\n".repeat(90);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        at = web.send(Side::Accepter, at + 45 * MILLIS, answer.as_bytes(), &[], 80 * MICROS, &mut frames);
    }
    let mut tls =
        Connection::new(1, client(51_002), ([198, 51, 100, 44], 443).into(), [7, 8], 1_448, 10 * MILLIS);
    let mut at = tls.open(MORNING + 15 * MILLIS, &mut frames);
    for (side, kind) in [(Side::Opener, 1_u8), (Side::Accepter, 2), (Side::Opener, 16)] {
        let mut record = vec![22, 3, 1, 0, 68, kind, 0, 0, 64, 3, 3];
        record.extend((0..62).map(|n: u8| n.wrapping_mul(37).wrapping_add(kind)));
        at = tls.send(side, at + 30 * MILLIS, &record, &[], 0, &mut frames);
    }
    for number in 0..3 {
        frames.push(datagram(MORNING + (3 + number) * MILLIS));
    }
    frames.sort_by_key(|frame| frame.at);
    finish(frames, Format::PCAP, Link::Ethernet)
}

/// A question to a name server over UDP.
fn datagram(at: i64) -> Frame {
    let question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03net\x00\x00\x01\x00\x01";
    let mut packet = vec![0x45, 0, 0, (28 + question.len()) as u8, 0, 9, 0x40, 0, 64, 17, 0, 0];
    packet.extend([192, 0, 2, 33, 192, 0, 2, 53]);
    let sum = checksum(0, &packet);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend(40_053_u16.to_be_bytes());
    packet.extend(53_u16.to_be_bytes());
    packet.extend([0, 8 + question.len() as u8, 0, 0]);
    packet.extend(question);
    Frame { at, packet, connection: 0, side: Side::Opener, offset: 0, len: 0, flags: 0, acknowledged: 0 }
}

/// One transceiver that sends `messages`, some with receipts, with some refused.
fn small(seed: u64, port: u16, messages: u64, change: impl Fn(&mut Session)) -> Scenario {
    let esme = SocketAddr::from(([192, 0, 2, 10], 50_000 + seed as u16));
    let smsc = SocketAddr::from(([198, 51, 100, 20], port));
    let mut session = Session {
        interval: 50 * MILLIS,
        behaviour: vec![Behaviour { refusals: vec![(THROTTLED, 80)], ..Behaviour::default() }],
        receipts: Some(Receipts {
            share: 300,
            delay: Latency { least: 300 * MILLIS, spread: SECONDS, tail: 0 },
            through: 0,
            failed: 100,
        }),
        ..Session::new(esme, smsc, "sample", messages)
    };
    change(&mut session);
    Scenario { seed, start: MORNING, sessions: vec![session] }
}

fn finish(mut frames: Vec<Frame>, format: Format, link: Link) -> Vec<u8> {
    quantise(&mut frames, format.resolution());
    capture(&frames, format, link)
}
