//! What a capture has of another message centre, done again.

use std::collections::HashMap;
use std::path::Path;

use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::record::{PduRecord, Record, RecordType};
use smpp_inspect::smpp::{CommandId, CommandStatus, Header, Role};
use smpp_inspect::smsc::{Extra, Recording};
use smpp_inspect::time::{Duration, Timestamp};

use crate::bench::{Bench, Said, options, submit};

/// The recording with four programs, whose message centre listens on port 12775.
fn capture() -> Capture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/recording/capture.pcap");
    Capture::open(vec![Input::from_argument(&path)])
}

fn recording(extra: Extra) -> Recording {
    let (recording, outcome) = pipeline::recording(capture(), &Settings::default(), extra, &mut |_, _| {});
    assert!(outcome.errors.is_empty());
    recording
}

fn pdus() -> Vec<PduRecord> {
    let mut pdus = Vec::new();
    let mut take = |record: &Record| {
        if let Record::Pdu(pdu) = record {
            pdus.push((**pdu).clone());
        }
        true
    };
    pipeline::records(capture(), &Settings::default(), &[RecordType::Pdu], &mut take, &mut |_, _| {});
    pdus
}

/// A submit_sm, and what came of it, by a reading of its own.
#[derive(Debug)]
struct Truth {
    octets: Vec<u8>,
    asked_at: Timestamp,
    answer: Option<(CommandStatus, Timestamp)>,
    /// State of the last receipt, and when it came.
    receipt: Option<(String, Timestamp)>,
}

fn truth() -> Vec<Truth> {
    let mut all: Vec<Truth> = Vec::new();
    let mut waiting = HashMap::new();
    let mut by_id = HashMap::new();
    for pdu in pdus() {
        let header = Header::parse(&pdu.octets).unwrap();
        let (key, at) = ((pdu.of.connection, header.sequence_number), pdu.place.at.unwrap());
        match (header.command_id, pdu.from) {
            (CommandId::SUBMIT_SM, _) => {
                waiting.insert(key, all.len());
                all.push(Truth { octets: pdu.octets.into(), asked_at: at, answer: None, receipt: None });
            }
            (CommandId::SUBMIT_SM_RESP, _) => {
                let place = waiting.remove(&key).unwrap();
                all[place].answer = Some((header.command_status, at));
                if let Some(id) = pdu.octets.get(16..).and_then(|octets| octets.strip_suffix(b"\0")) {
                    by_id.insert(u64::from_str_radix(std::str::from_utf8(id).unwrap(), 16).unwrap(), place);
                }
            }
            (CommandId::DELIVER_SM, Some(Role::Smsc)) => {
                let text = String::from_utf8_lossy(&pdu.octets);
                let field = |key: &str| Some(text.split_once(key)?.1.split(' ').next()?.to_owned());
                if let (Some(id), Some(stat)) = (field("id:"), field("stat:")) {
                    // Decimal in receipts.
                    let place = by_id[&id.parse().unwrap()];
                    all[place].receipt = Some((stat, at));
                }
            }
            _ => {}
        }
    }
    all
}

#[test]
fn each_recorded_submission_is_answered_and_reported_on_as_it_was() {
    let truth = truth();
    let mut bench = Bench::new(options(|options| {
        options.recording = Some(recording(Extra::Drop));
        options.lenient = true;
        options.enquire_link = Duration::ZERO;
    }));
    let connection = bench.bound();
    let (mut failed, mut receipts) = (0, 0);
    for one in &truth {
        let asked_at = bench.now;
        bench.send(connection, &one.octets);
        bench.pass(300_000);
        let said = bench.said(connection);
        let of =
            |id| said.iter().filter(move |said: &&Said| said.header.command_id == id).collect::<Vec<_>>();
        let Some((status, answered_at)) = one.answer else {
            assert!(said.is_empty(), "{one:?} {said:?}");
            continue;
        };
        let answers = of(CommandId::SUBMIT_SM_RESP);
        assert_eq!(answers.len(), 1, "{one:?}");
        assert_eq!(answers[0].status(), status, "{one:?}");
        assert_eq!(answers[0].at.since(asked_at), answered_at.since(one.asked_at), "{one:?}");
        failed += u32::from(status != CommandStatus::OK);
        let delivered = of(CommandId::DELIVER_SM);
        assert_eq!(delivered.len(), usize::from(one.receipt.is_some()), "{one:?}");
        if let Some((stat, at)) = &one.receipt {
            assert_eq!(delivered[0].receipt().1, *stat);
            assert_eq!(delivered[0].at.since(answers[0].at), at.since(answered_at), "{one:?}");
            receipts += 1;
        }
    }
    println!("{} submissions, {failed} failed, {receipts} receipts", truth.len());
    assert!(truth.len() > 50 && failed > 3 && receipts > 20);
}

#[test]
fn requests_that_were_not_recorded_are_answered_refused_or_dropped_as_told() {
    for (extra, status) in [
        (Extra::Ok, Some(CommandStatus::OK)),
        (Extra::Nack, Some(CommandStatus::RSYSERR)),
        (Extra::Drop, None),
    ] {
        let mut bench = Bench::new(options(|options| options.recording = Some(recording(extra))));
        let connection = bench.bound();
        bench.send(connection, &submit(2, "999000111", 0, "never seen"));
        let statuses: Vec<_> = bench.said(connection).iter().map(Said::status).collect();
        assert_eq!(statuses, Vec::from_iter(status), "{extra:?}");
    }
}
