//! What the views make of a small run, kept as files in `snapshots/`.

use super::*;
use crate::replay::as_smsc::{self, Scribe, compare};
use crate::replay::plan::Captured;
use crate::smpp::{CommandStatus, Header, SequenceNumber};
use crate::smsc::Pdu;
use crate::time::{Duration, Timestamp};
use crate::view::schema;
use crate::view::snapshot::{assert_matches, validator};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_parts(1_795_341_492, 0).plus(Duration::from_millis(millis))
}

fn pdu(id: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    Pdu::new(&mut octets, CommandId(id), CommandStatus::OK, SequenceNumber(sequence)).octets(body).finish();
    octets
}

fn submit(sequence: u32, text: &str) -> Vec<u8> {
    let mut body = b"\0\x01\x01shop\0\x01\x01447700900123\0\0\0\0\0\0\0\0\0\0".to_vec();
    body.push(u8::try_from(text.len()).unwrap());
    body.extend(text.as_bytes());
    pdu(4, sequence, &body)
}

/// A session with a bind, two messages, a receipt, and a second one that binds before the capture begins.
fn script() -> Script {
    let mut scribe = Scribe::default();
    let receipt = b"\0\x01\x01447700900123\0\x01\x01shop\0\x04\0\0\0\0\0\0\0\0\x00";
    let captured = [
        ("s0", true, pdu(9, 1, b"shop\x1b\0secret\0\0\x34\0\0\0")),
        ("s0", false, pdu(0x8000_0009, 1, b"centre\0")),
        ("s0", true, submit(2, "one")),
        ("s0", false, pdu(0x8000_0004, 2, b"id\0")),
        ("s0", true, submit(3, "two")),
        ("s0", false, pdu(5, 1, receipt)),
        ("s0", true, pdu(0x8000_0005, 1, b"\0")),
        ("s1", true, submit(9, "three")),
    ];
    let file = "capture.pcap".into();
    for (number, (session, from_esme, octets)) in (1..).zip(&captured) {
        scribe.push(&Captured {
            session,
            account: "<shop>",
            from_esme: *from_esme,
            esme: "10.0.0.5:40000".parse().unwrap(),
            smsc: "10.0.0.9:2775".parse().unwrap(),
            at: at(10 * number),
            octets,
            whole: number != 2,
            version: None,
            file: Some(&file),
            frame: number.unsigned_abs(),
            index: 0,
        });
    }
    scribe.finish()
}

/// One of each verdict.
fn played() -> Vec<Played> {
    let place = |frame: i64| as_smsc::Place {
        file: Some("capture.pcap".into()),
        frame: frame.unsigned_abs(),
        index: 0,
        at: at(10 * frame),
    };
    let done = |did, frame: Option<i64>, captured: Option<Vec<u8>>, live: Option<Vec<u8>>| {
        let octets = captured.as_ref().or(live.as_ref()).unwrap();
        let command = Header::parse(octets).unwrap().command_id.request();
        Played {
            session: Some(0),
            did,
            command,
            place: frame.map(place),
            at: live.is_some().then(|| at(1_000)),
            status: live.is_some().then_some(CommandStatus::OK),
            captured: captured.map(Into::into),
            live: live.map(Into::into),
            was_due: true,
            is_reordered: false,
        }
    };
    let answer = |status: u32| {
        let mut octets = pdu(0x8000_0005, 1, b"\0");
        octets[8..12].copy_from_slice(&status.to_be_bytes());
        octets
    };
    let bind = |id: &[u8]| pdu(9, 1, &[id, b"\0secret\0\0\x34\0\0\0"].concat());
    vec![
        done(Did::Ask, Some(1), Some(bind(b"shop")), Some(bind(b"test"))),
        Played {
            is_reordered: true,
            ..done(Did::Ask, Some(3), Some(submit(2, "one")), Some(submit(7, "one")))
        },
        done(Did::Ask, Some(5), Some(submit(3, "two")), Some(submit(8, "too"))),
        done(Did::Ask, Some(8), Some(submit(9, "three")), None),
        Played { session: None, ..done(Did::Ask, None, None, Some(submit(9, "four"))) },
        done(Did::Answer, Some(6), Some(answer(0)), Some(answer(0x64))),
        done(Did::Answer, Some(9), None, Some(answer(0))),
        Played { was_due: false, ..done(Did::Answer, Some(10), Some(answer(0)), None) },
    ]
}

fn sessions() -> Vec<(String, String)> {
    vec![("s0".to_owned(), "<shop>".to_owned())]
}

#[test]
fn a_run_is_told_in_every_format() {
    let (mut tally, mut ndjson, mut junit) = (Tally::default(), Vec::new(), Junit::default());
    for played in played() {
        let comparison = compare(&played, &[]);
        tally.add(&played, &comparison);
        write_played(&played, &comparison, &sessions(), &mut ndjson).unwrap();
        add_case(&mut junit, &played, &comparison, &sessions());
    }
    for verdict in Verdict::ALL {
        assert_eq!(tally.count(verdict), if verdict == Verdict::Different { 2 } else { 1 }, "{verdict:?}");
    }
    let counters = Counters {
        connections: 2,
        requests: 3,
        extra: 1,
        enquires: 4,
        deliveries: 2,
        answered: 2,
        unsolicited: 1,
        garbage: 1,
        ..Counters::default()
    };
    write_summary(&tally, &counters, &mut ndjson).unwrap();
    assert_matches("as_smsc.ndjson", &ndjson);
    let (one, whole) = (validator(schema::write_played), validator(schema::write_played_summary));
    for line in String::from_utf8(ndjson).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let validator = if value["schema"] == model::RUN { &whole } else { &one };
        validator.validate(&value).unwrap();
    }
    let mut table = Vec::new();
    write_tally(&tally, &counters, &mut table).unwrap();
    assert_matches("as_smsc.txt", &table);
    let mut json = Vec::new();
    write_json(&tally, &counters, &mut json).unwrap();
    assert_matches("as_smsc.json", &json);
    let mut cases = Vec::new();
    write_cases(junit, &mut cases).unwrap();
    assert_matches("as_smsc.junit.xml", &cases);
}

#[test]
fn what_will_be_played_is_shown_line_by_line() {
    let mut text = Vec::new();
    write_script(&script(), &mut text).unwrap();
    assert_matches("as_smsc_script.txt", &text);
}
