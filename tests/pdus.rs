//! Bare PDUs, as gateways and scripts write them to files: `--input pdus`.

use std::io::Cursor;
use std::net::SocketAddr;

use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::pdu::{self, command};
use smpp_inspect::testkit::scenario::Session;

fn run(inputs: &[&[u8]], read_size: usize) -> (Report, Vec<(String, String)>) {
    let inputs = inputs.iter().enumerate().map(|(number, octets)| Input::Reader {
        name: number.to_string(),
        octets: Box::new(Cursor::new(octets.to_vec())),
        live: false,
    });
    let capture = Capture::open(inputs.collect()).of_pdus().with_read_size(read_size);
    let outcome = pipeline::run(capture, &Settings::default(), &mut |_, _| ());
    (outcome.report, outcome.errors)
}

fn some() -> Vec<Vec<u8>> {
    vec![
        pdu::bind(command::BIND_TRANSCEIVER, 1, "bare", "secret"),
        pdu::header_only(command::ENQUIRE_LINK, 0, 2),
        pdu::query_sm(3, "1A", &pdu::Address::international("4477")),
        pdu::header_only(command::UNBIND, 0, 4),
    ]
}

#[test]
fn each_pdu_is_a_frame_and_times_are_unknown() {
    let octets = some().concat();
    for read_size in [1, 100, 1 << 20] {
        let (report, errors) = run(&[&octets], read_size);
        assert_eq!(errors, []);
        assert_eq!((report.capture.frames, report.capture.octets), (4, octets.len() as u64));
        assert_eq!((report.pdus.total, report.octets.in_pdus), (4, octets.len() as u64));
        let file = &report.capture.files[0];
        assert_eq!(
            (file.format.as_deref(), file.link_types.len(), file.untimed_frames),
            (Some("pdus"), 0, 4)
        );
        let session = &report.sessions[0];
        assert_eq!(session.system_id.as_deref(), Some("bare"));
        assert_eq!((report.capture.first_at, session.first_at, session.last_at), (None, None, None));
        assert_eq!((session.window.max_at, session.rate.peak_per_s), (None, None));
        assert!(report.findings.iter().all(|finding| finding.first.at.is_none()));
    }
}

#[test]
fn inputs_are_connections_of_their_own_and_may_be_compressed() {
    let octets = some().concat();
    let packed = zstd::encode_all(&octets[..], 1).unwrap();
    let (report, errors) = run(&[&octets, &packed], 1 << 20);
    assert_eq!(errors, []);
    assert_eq!((report.pdus.total, report.sessions.len(), report.tcp.connections), (8, 2, 2));
}

#[test]
fn what_is_no_pdu_is_found_and_what_follows_is_read() {
    let mut octets = some().concat();
    let good = octets.len() as u64;
    octets.splice(0..0, [0, 0, 0, 5, 1, 2, 3]);
    octets.extend(&some()[0][..20]);
    let (report, errors) = run(&[&octets], 1 << 20);
    assert_eq!(errors, []);
    assert_eq!((report.pdus.total, report.octets.in_pdus), (4, good));
    assert_eq!(report.octets.stream, octets.len() as u64);
    assert!(report.findings.iter().any(|finding| finding.rule == "header.command_length.too_small"));
    assert_eq!(report.pdus.partial.iter().map(|row| row.count).sum::<u64>(), 1);
}

#[test]
fn large_pdus_and_many_of_them_lose_no_octet() {
    let large = pdu::Builder::new(command::SUBMIT_SM, 0, 9).octets(&[0; 65_400]).done();
    let larger = pdu::Builder::new(command::SUBMIT_SM, 0, 10).octets(&[0; 70_000]).done();
    let octets = [large.clone(), larger, some().concat(), large].concat();
    let (report, _) = run(&[&octets], 4_096);
    assert_eq!(report.octets.stream, octets.len() as u64);
    assert_eq!(report.octets.stream, report.octets.in_pdus + report.octets.skipped);
}

#[test]
fn a_capture_is_refused_and_nothing_is_no_input() {
    let end = |host: u8, port| SocketAddr::from(([192, 0, 2, host], port));
    let session = Session::new(end(9, 40_000), end(1, 2775), "x", 1);
    let frames = Scenario { seed: 1, start: 0, sessions: vec![session] }.record().frames;
    let (report, errors) = run(&[&file::capture(&frames, Format::PCAP, Link::RawIp)], 1 << 20);
    assert_eq!((report.capture.frames, errors.len()), (0, 1));
    assert!(errors[0].1.ends_with("it is a capture, and --input pdus needs bare PDUs"), "{}", errors[0].1);
    let (_, errors) = run(&[b""], 1 << 20);
    assert!(errors[0].1.contains("empty"), "{}", errors[0].1);
}
