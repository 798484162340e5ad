//! More than there is room for: memory stays bounded, what was given up is said, and the rest is right.

use std::io::Cursor;
use std::net::SocketAddr;

use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::pdu;
use smpp_inspect::testkit::tcp::{Connection, Frame};

const START: i64 = 1_795_390_000_000_000_000;

fn inspect(frames: &[Frame], threads: usize) -> Report {
    let octets = file::capture(frames, Format::PCAP, Link::RawIp);
    let input = Input::Reader { name: "x".to_owned(), octets: Box::new(Cursor::new(octets)), live: false };
    let settings = Settings { threads, ..Settings::default() };
    pipeline::run(Capture::open(vec![input]), &settings, &mut |_, _| ()).report
}

fn connection(number: u32) -> Connection {
    let [.., a, b, c] = (number / 40_000 + 1).to_be_bytes();
    let esme = SocketAddr::from(([10, a, b, c], 1_024 + (number % 40_000) as u16));
    let smsc = SocketAddr::from(([192, 0, 2, 1], 2775));
    let initial = [number.wrapping_mul(0x9E37_79B1), number.wrapping_mul(0x85EB_CA77)];
    Connection::new(number as usize, esme, smsc, initial, 1_448, 100_000)
}

fn limit(report: &Report, what: &str) -> u64 {
    report.limits.iter().filter(|limit| limit.limit.contains(what)).map(|limit| limit.count).sum()
}

/// A connection that lives through the flood: a bind at its start and an unbind at its end.
fn survivor(at: i64, frames: &mut Vec<Frame>) -> Connection {
    let mut connection = connection(4_000_000);
    let at = connection.open(at, frames);
    let bind = pdu::bind(pdu::command::BIND_TRANSCEIVER, 1, "survivor", "secret");
    connection.send(Side::Opener, at + 1_000, &bind, &[], 0, frames);
    let response = pdu::bind_resp(pdu::command::BIND_TRANSCEIVER | 0x8000_0000, 0, 1, "smsc");
    connection.send(Side::Accepter, at + 2_000_000, &response, &[], 0, frames);
    connection
}

fn assert_survived(report: &Report) {
    let session = report.sessions.iter().find(|session| session.system_id.as_deref() == Some("survivor"));
    let session = session.expect("a session that carried octets is not driven out");
    assert_eq!((session.pdus.total, session.end), (3, Some(smpp_inspect::report::model::End::CaptureEnd)));
}

#[test]
fn a_flood_of_syns_is_forgotten_and_said_and_sessions_are_kept() {
    let mut frames = Vec::new();
    let mut survivor = survivor(START, &mut frames);
    for number in 0..150_000_u32 {
        let mut syn = Vec::new();
        connection(number).open(START + 10_000_000 + i64::from(number) * 1_000, &mut syn);
        frames.extend(syn.into_iter().take(1));
    }
    let unbind = pdu::header_only(pdu::command::UNBIND, 0, 2);
    survivor.send(Side::Opener, START + 1_000_000_000, &unbind, &[], 0, &mut frames);
    let report = inspect(&frames, 1);
    assert_eq!((report.tcp.connections, report.tcp.smpp_connections), (150_001, 1));
    assert!(limit(&report, "connections forgotten") > 40_000, "{:?}", report.limits);
    assert_eq!(report.tcp.evicted, limit(&report, "connections forgotten"));
    assert_survived(&report);
    assert!(inspect(&frames, 4) == report, "threads show");
}

#[test]
fn holes_of_many_connections_are_given_up_together_and_said() {
    let mut frames = Vec::new();
    let mut survivor = survivor(START, &mut frames);
    // Every 32nd connection, so that one shard has them all.
    for number in 0..32 * 200_u32 {
        let at = START + 10_000_000 + i64::from(number) * 10_000;
        let mut own = Vec::new();
        let mut connection = connection(number);
        let at = connection.open(at, &mut own);
        if number % 32 != 0 {
            frames.extend(own.into_iter().take(1));
            continue;
        }
        // The first segment is missing in the capture, and nobody acknowledges it.
        let lost = own.len();
        connection.send(Side::Opener, at + 1_000, &[7; 40_000], &[], 0, &mut own);
        own.remove(lost);
        frames.append(&mut own);
    }
    let unbind = pdu::header_only(pdu::command::UNBIND, 0, 2);
    survivor.send(Side::Opener, START + 1_000_000_000, &unbind, &[], 0, &mut frames);
    frames.sort_by_key(|frame| frame.at);
    let report = inspect(&frames, 1);
    let given_up = limit(&report, "give up what they held");
    // 200 times 38 kB, of which 3 MiB may be held.
    assert!((80..=200).contains(&given_up), "{given_up}");
    assert_eq!(report.octets.stream, report.octets.in_pdus + report.octets.skipped);
    assert_eq!(report.tcp.gaps, 200);
    assert_survived(&report);
    assert!(inspect(&frames, 4) == report, "threads show");
}

#[test]
fn pdus_that_never_end_are_given_up_and_said() {
    let mut frames = Vec::new();
    for number in 0..32 * 200_u32 {
        let mut own = Vec::new();
        let mut connection = connection(number);
        let at = connection.open(START + i64::from(number) * 1_000_000, &mut own);
        if number % 32 != 0 {
            frames.extend(own.into_iter().take(1));
            continue;
        }
        let whole = pdu::Builder::new(pdu::command::SUBMIT_SM, 0, 1).octets(&[0; 60_000]).done();
        connection.send(Side::Opener, at + 1_000, &whole[..40_000], &[], 0, &mut own);
        frames.append(&mut own);
    }
    let report = inspect(&frames, 1);
    let given_up = limit(&report, "give up what they held");
    assert!((80..=200).contains(&given_up), "{given_up}");
    assert_eq!(report.pdus.partial.iter().map(|row| row.count).sum::<u64>(), 200);
    assert_eq!((report.octets.stream, report.octets.in_pdus), (200 * 40_000, 0));
    assert!(inspect(&frames, 4) == report, "threads show");
}

/// The start of sessions of which one side alone was captured: `each` enquire_link of every one, none answered.
fn one_way(connections: u32, each: u32) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut open: Vec<Connection> = Vec::new();
    let mut at = START;
    for number in 0..connections {
        let mut own = Vec::new();
        let mut connection = connection(number);
        connection.open(at, &mut own);
        frames.extend(own.into_iter().take(1));
        open.push(connection);
        at += 1_000;
    }
    for first in (0..each).step_by(1_000) {
        for connection in &mut open {
            let links = (first..each.min(first + 1_000)).flat_map(|n| pdu::header_only(0x15, 0, n + 1));
            at += 1_000;
            connection.send(Side::Opener, at, &links.collect::<Vec<u8>>(), &[], 0, &mut frames);
        }
    }
    frames
}

#[test]
fn requests_that_nobody_answers_are_given_up_together_and_said() {
    let frames = one_way(2, 90_000);
    let report = inspect(&frames, 1);
    let given_up = limit(&report, "open requests given up");
    assert!((60_000..=80_000).contains(&given_up), "{given_up}");
    let row = report.transactions.iter().find(|row| row.command == "enquire_link").unwrap();
    assert_eq!((row.count, row.answered), (180_000, 0));
    assert!(inspect(&frames, 4) == report, "threads show");
}

#[test]
#[cfg(target_os = "linux")]
fn records_and_filters_of_requests_that_nobody_answers_find_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one-way.pcap");
    std::fs::write(&path, file::capture(&one_way(40, 40_000), Format::PCAP, Link::RawIp)).unwrap();
    // 1,600,000 requests: with what is kept of each, all at once would take more than 1,600 MB.
    for (arguments, is_lines) in
        [("records --format ndjson --threads 2", true), ("--filter 'latency > 1s' --threads 1", false)]
    {
        let run = format!("ulimit -v 1300000 && \"$0\" {arguments} \"$1\" | wc -l; exit ${{PIPESTATUS[0]}}");
        let done = std::process::Command::new("bash")
            .args(["-c", &run, env!("CARGO_BIN_EXE_smpp-inspect"), path.to_str().unwrap()])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&done.stderr);
        let lines = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{arguments}: {told}");
        assert_eq!(lines.trim() == "1600000", is_lines, "{arguments}: {lines} {told}");
    }
}
