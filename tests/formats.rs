//! One capture in every format: the report is the same, whatever the file looks like, and however it comes in.

#[path = "common/packing.rs"]
mod packing;

use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use packing::{gzip, lz4, zstd};
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;
use smpp_inspect::report::model;
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::formats::{Captured, Container, Pcapng, frames, write};
use smpp_inspect::testkit::network::quantise;
use smpp_inspect::testkit::scenario::{Behaviour, Session};

const ETHERNET: u16 = 1;

/// 10,000 messages over four sessions, some refused and some never answered; times in whole units of `resolution`.
fn recorded(resolution: i64) -> Vec<Captured> {
    let end = |host: u8, port| SocketAddr::from(([192, 0, 2, host], port));
    let sessions = (0..4).map(|n| Session {
        behaviour: vec![Behaviour { refusals: vec![(0x58, 20)], silent: 3, ..Behaviour::default() }],
        coalesced: 300,
        split: 200,
        ..Session::new(end(9, 40_000 + n), end(1, 2775), &format!("esme{n}"), 2_500)
    });
    let scenario = Scenario { seed: 11, start: 1_795_390_000_000_000_000, sessions: sessions.collect() };
    let mut recorded = scenario.record().frames;
    quantise(&mut recorded, resolution);
    frames(&file::capture(&recorded, Format::Pcap { nanos: true, big_endian: false }, Link::Ethernet))
}

fn read(octets: Vec<u8>, live: bool) -> Report {
    let input = Input::Reader { name: "x".to_owned(), octets: Box::new(Cursor::new(octets)), live };
    let outcome = pipeline::run(Capture::open(vec![input]), &Settings::default(), &mut |_, _| ());
    assert_eq!(outcome.errors, []);
    outcome.report
}

/// The report without what tells of files.
fn but_for_the_capture(mut report: Report) -> Report {
    assert!(report.capture.files.iter().all(|file| file.damage.is_none()), "{:?}", report.capture.files);
    report.capture = model::Capture::default();
    report
}

fn containers(resolutions: &[Option<u8>]) -> Vec<Container> {
    let mut all = Vec::new();
    for big_endian in [false, true] {
        let plain = Pcapng { big_endian, ..Pcapng::PLAIN };
        let mut layouts = vec![
            Pcapng { offset: Some(1_000_000_000), ..plain },
            Pcapng { offset: Some(-7_200), resolution: Some(9), ..plain },
            Pcapng { obsolete: true, ..plain },
            Pcapng { obsolete: true, resolution: Some(9), ..plain },
            Pcapng { section: 1_000, ..plain },
            Pcapng { interfaces: 3, ..plain },
            Pcapng { talkative: true, ..plain },
            Pcapng { section: 777, interfaces: 5, talkative: true, resolution: Some(0x80 | 32), ..plain },
        ];
        for &resolution in resolutions {
            // Finer units count from a later start, or 64 bits would not hold them.
            let is_fine = resolution.is_some_and(|n| n & 0x7F > if n & 0x80 == 0 { 9 } else { 32 });
            layouts.push(Pcapng { resolution, offset: is_fine.then_some(1_795_389_000), ..plain });
        }
        all.extend(layouts.into_iter().map(Container::Pcapng));
        for (nanos, modified) in [(false, false), (true, false), (false, true)] {
            all.push(Container::Pcap { big_endian, nanos, modified });
        }
    }
    all
}

#[test]
fn every_format_byte_order_and_resolution_gives_the_same_report() {
    for (unit, resolutions) in [
        (
            1_000,
            &[None, Some(6), Some(7), Some(9), Some(12), Some(0x80 | 30), Some(0x80 | 32), Some(0x80 | 40)][..],
        ),
        // Times that are whole in tenths and in halves.
        (125_000_000, &[Some(3), Some(0x80 | 3), Some(0x80 | 10), Some(0x80 | 20)]),
    ] {
        let frames = recorded(unit);
        let plain = Container::Pcap { big_endian: false, nanos: true, modified: false };
        let want = read(write(&frames, ETHERNET, plain), false);
        assert_eq!((want.capture.frames, want.sessions.len()), (frames.len() as u64, 4));
        let asked: u64 = want.transactions.iter().map(|row| row.count).sum();
        assert!(asked > 10_000, "{asked} requests");
        let want = but_for_the_capture(want);
        for container in containers(resolutions) {
            let got = read(write(&frames, ETHERNET, container), false);
            assert_eq!(got.capture.frames, frames.len() as u64, "{container:?}");
            assert!(but_for_the_capture(got) == want, "{container:?}");
        }
    }
}

#[test]
fn every_compression_of_every_format_gives_the_same_report() {
    let frames = recorded(1_000);
    let mut want = None;
    for container in [
        Container::Pcap { big_endian: true, nanos: false, modified: false },
        Container::Pcap { big_endian: false, nanos: false, modified: true },
        Container::Pcapng(Pcapng { section: 5_000, talkative: true, ..Pcapng::PLAIN }),
    ] {
        let octets = write(&frames, ETHERNET, container);
        let got = but_for_the_capture(read(octets.clone(), false));
        let want = want.get_or_insert(got);
        for pack in [gzip, zstd, lz4] {
            // Members and frames end where no record does.
            let packed: Vec<u8> = octets.chunks(octets.len() / 3 + 1).flat_map(pack).collect();
            for live in [false, true] {
                assert!(but_for_the_capture(read(packed.clone(), live)) == *want, "{container:?} {live}");
            }
        }
    }
}

/// The report as JSON without points in time.
fn but_for_times(report: &Report) -> serde_json::Value {
    fn forget(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(keys) => {
                keys.retain(|key, _| {
                    !["at", "since", "until"].contains(&key.as_str()) && !key.ends_with("_at")
                });
                keys.values_mut().for_each(forget);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(forget),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    value.as_object_mut().unwrap().remove("capture");
    forget(&mut value);
    value
}

#[test]
fn times_before_1970_and_after_2038_and_2106_change_nothing_but_themselves() {
    let frames = recorded(1_000);
    let plain = Container::Pcap { big_endian: false, nanos: true, modified: false };
    let want = read(write(&frames, ETHERNET, plain), false);
    // Whole seconds apart, because rates are counted in those of the clock.
    let first = frames[0].at.div_euclid(1_000_000_000);
    for (first_at, seconds) in [
        ("1901-01-01T00:00:00", -2_177_452_800_i64),
        ("1969-12-31T23:59:59", -1),
        ("2038-01-19T03:14:07", 2_147_483_647),
        ("2106-02-07T06:28:15", 4_294_967_295),
        ("2199-12-31T23:59:59", 7_258_118_399),
    ] {
        let shift = (seconds - first) * 1_000_000_000;
        let moved: Vec<_> = frames
            .iter()
            .map(|frame| Captured { at: frame.at + shift, octets: frame.octets.clone() })
            .collect();
        let layout = Pcapng { resolution: Some(9), offset: Some(seconds - 10), ..Pcapng::PLAIN };
        let got = read(write(&moved, ETHERNET, Container::Pcapng(layout)), false);
        let json = serde_json::to_value(&got).unwrap();
        let got_first = json["capture"]["first_at"].as_str().unwrap();
        assert!(got_first.starts_with(first_at), "{got_first}");
        assert_eq!(got.capture.duration_ms, want.capture.duration_ms);
        let (got, want) = (but_for_times(&got), but_for_times(&want));
        if got != want {
            let (got, want) = (format!("{got:#}"), format!("{want:#}"));
            let differs = got.lines().zip(want.lines()).enumerate().find(|(_, (got, want))| got != want);
            panic!("{first_at}: differs (line, got, want): {differs:?}");
        }
    }
}

#[test]
fn a_clock_that_is_set_back_loses_no_pdu_and_no_answer() {
    let mut frames = recorded(1_000);
    let plain = Container::Pcap { big_endian: false, nanos: true, modified: false };
    let want = read(write(&frames, ETHERNET, plain), false);
    let middle = frames.len() / 2;
    for frame in &mut frames[middle..] {
        frame.at -= 3_600_000_000_000;
    }
    let got = read(write(&frames, ETHERNET, plain), false);
    assert_eq!((&got.pdus, &got.octets), (&want.pdus, &want.octets));
    let answers = |report: &Report| -> Vec<_> {
        report
            .transactions
            .iter()
            .map(|row| (row.command.clone(), row.count, row.answered, row.failed))
            .collect()
    };
    assert_eq!(answers(&got), answers(&want));
    assert!(got.capture.first_at < want.capture.first_at);
}

#[test]
fn standard_input_gives_what_the_file_gives() {
    let folder = tempfile::tempdir().unwrap();
    let packed = gzip(&write(&recorded(1_000), ETHERNET, Container::Pcapng(Pcapng::PLAIN)));
    std::fs::write(folder.path().join("x.pcap.gz"), &packed).unwrap();
    let run = |argument: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
        command.args(["--format", "json", argument]).current_dir(folder.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = if argument == "-" { packed.clone() } else { Vec::new() };
        let feeder = std::thread::spawn(move || stdin.write_all(&input).unwrap());
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        assert!(output.status.success());
        let mut report: Report = serde_json::from_slice(&output.stdout).unwrap();
        let place = |finding: &mut model::Finding| finding.first.file = None;
        report.findings.iter_mut().for_each(place);
        report.worst.iter_mut().for_each(|row| (row.request.file, row.response.file) = (None, None));
        report.capture.files.clear();
        report
    };
    let want = run("x.pcap.gz");
    assert_eq!(want.capture.frames, recorded(1_000).len() as u64);
    assert!(run("-") == want);
}
