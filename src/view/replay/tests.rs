//! What the views make of a small run, kept as files in `snapshots/`.

use super::*;
use crate::replay::engine::{Missing, NotSent};
use crate::replay::plan::{Captured, Planned, Planner};
use crate::replay::verdict::compare;
use crate::time::{Duration, Timestamp};
use crate::view::schema;
use crate::view::snapshot::{assert_matches, validator};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_parts(1_795_341_492, 0).plus(Duration::from_millis(millis))
}

fn pdu(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = u32::try_from(16 + body.len()).unwrap().to_be_bytes().to_vec();
    [id, status, sequence].iter().for_each(|word| octets.extend(word.to_be_bytes()));
    octets.extend_from_slice(body);
    octets
}

/// A session with six requests, five of them answered when they were recorded.
fn recorded() -> (Planner, Vec<Planned>) {
    let mut planner = Planner::default();
    let mut planned = Vec::new();
    let submit = b"\0\x01\x01shop\0\x01\x01447700900123\0\0\0\0\0\0\0\0\0\0\x02hi";
    let mut captured = vec![(true, pdu(9, 0, 1, b"shop\0secret\0\0\x34\0\0\0"))];
    for sequence in 2..8 {
        captured.push((true, pdu(4, 0, sequence, submit)));
        if sequence < 7 {
            let status = if sequence == 4 { 0x58 } else { 0 };
            captured.push((false, pdu(0x8000_0004, status, sequence, b"old\0")));
        }
    }
    let file = "capture.pcap".into();
    for (number, (from_esme, octets)) in captured.iter().enumerate() {
        let frame = u64::try_from(number).unwrap() + 1;
        let one = Captured {
            session: "s0",
            account: "<shop>\u{1b}",
            from_esme: *from_esme,
            esme: "10.0.0.5:40000".parse().unwrap(),
            smsc: "10.0.0.9:2775".parse().unwrap(),
            at: at(i64::try_from(frame).unwrap() * 10),
            octets,
            whole: true,
            version: None,
            file: Some(&file),
            frame,
            index: 0,
        };
        planner.push(&one, &mut |one| planned.push(one));
    }
    planner.finish(&mut |one| planned.push(one));
    (planner, planned)
}

/// What became of each: same, different, the same failure, missing, not sent, and nothing to compare with.
fn exchanges(planned: Vec<Planned>) -> Vec<Exchange> {
    let answered = |status, micros: i64| Replayed::Answered {
        response: pdu(0x8000_0004, status, 9, b"new\0").into(),
        at: at(1_000).plus(Duration::from_nanos(micros * 1_000)),
    };
    let outcomes = [
        answered(0, 2_500),
        answered(0x45, 1_250),
        answered(0x58, 900),
        Replayed::Missing(Missing::TimedOut),
        Replayed::NotSent(NotSent::NotBound),
        answered(0, 3_000),
    ];
    let each = planned.into_iter().zip(outcomes).zip(2..);
    each.map(|((planned, outcome), sequence)| {
        let sent = (!matches!(outcome, Replayed::NotSent(_))).then(|| at(1_000));
        let intended = Some(at(1_000).plus(Duration::from_nanos(-250_000)));
        let sequence = if sent.is_some() { sequence } else { 0 };
        Exchange { planned, intended, sent, sequence, outcome }
    })
    .collect()
}

#[test]
fn a_run_is_told_in_every_format() {
    let (planner, planned) = recorded();
    let mut totals = Totals::new().unwrap();
    let (mut ndjson, mut junit) = (Vec::new(), Junit::default());
    for exchange in exchanges(planned) {
        let comparison = compare(&exchange, &[], None);
        totals.add(&exchange, &comparison);
        write_exchange(&exchange, &comparison, planner.sessions(), &mut ndjson).unwrap();
        junit.add(&exchange, &comparison, planner.sessions());
    }
    let counters = Counters {
        connections: 2,
        binds: 2,
        lost: 1,
        sent: 5,
        answered: 4,
        failed: 2,
        throttled: 1,
        missing: 1,
        not_sent: 1,
        extra: 1,
        late: 1,
        deliveries: 3,
        garbage: 1,
        window_waits: 2,
        untranslated: 1,
        ..Counters::default()
    };
    let run = Run {
        totals: &totals,
        counters: &counters,
        planned: 8,
        lasted: Some(2.0),
        wanted: Some(4.0),
        failure: Some("a session was lost and could not bind again: the connection ended"),
    };
    write_summary(&run, &mut ndjson).unwrap();
    assert_matches("replay.ndjson", &ndjson);
    let (request, whole) = (validator(schema::write_replayed), validator(schema::write_replay));
    for line in String::from_utf8(ndjson.clone()).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let validator = if value["schema"] == model::RUN { &whole } else { &request };
        validator.validate(&value).unwrap();
    }
    let earlier = |line: &str| Earlier::read(line).unwrap();
    let read: Vec<Option<Earlier>> = String::from_utf8(ndjson).unwrap().lines().map(earlier).collect();
    let fields: Vec<Option<Vec<&str>>> = read
        .iter()
        .map(|earlier| Some(earlier.as_ref()?.fields.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        fields,
        [
            Some(vec!["message_id"]),
            Some(vec!["command_status", "message_id"]),
            Some(vec!["message_id"]),
            Some(vec!["response"]),
            None,
            Some(vec![]),
            None
        ]
    );
    let mut table = Vec::new();
    write_verdict(&run, &mut table).unwrap();
    assert_matches("replay.txt", &table);
    let mut json = Vec::new();
    write_json(&run, &mut json).unwrap();
    assert_matches("replay.json", &json);
    let mut cases = Vec::new();
    junit.write(&run, &mut cases).unwrap();
    assert_matches("replay.junit.xml", &cases);
}

#[test]
fn what_is_no_line_of_a_replay_is_refused() {
    for (line, wanted) in [
        ("{", "no line of `replay --format ndjson`"),
        ("{\"schema\":\"smpp-inspect/record/1\"}", "smpp-inspect/replayed/1 is needed"),
        ("{\"schema\":\"smpp-inspect/replayed/1\"}", "missing field"),
    ] {
        let said = Earlier::read(line).unwrap_err();
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_plan_is_shown_line_by_line() {
    let plan = Plan {
        target: "lab.example:2775".to_owned(),
        addresses: vec!["192.0.2.77".to_owned()],
        sessions: (0..22)
            .map(|number| format!("shop{number} binds as transceiver, window 1, 2 requests"))
            .collect(),
        requests: 44,
        commands: vec![("query_sm".to_owned(), 4), ("submit_sm".to_owned(), 40)],
        left_out: vec![("requests with errors: --raw sends them".to_owned(), 2), ("others".to_owned(), 0)],
        pace: vec![
            "4.0 requests a second".to_owned(),
            "reachable: 100.0/s, bound by the rate cap".to_owned(),
        ],
        notes: vec!["destinations become numbers of +999, which nobody has, no two the same".to_owned()],
    };
    let mut text = Vec::new();
    write_plan(&plan, &mut text).unwrap();
    assert_matches("replay_plan.txt", &text);
}

#[test]
fn more_cases_than_a_report_holds_are_one_together() {
    let (planner, planned) = recorded();
    let exchanges = exchanges(planned);
    let mut junit = Junit::default();
    for _ in 0..MOST_CASES / exchanges.len() + 1 {
        for exchange in &exchanges {
            junit.add(exchange, &compare(exchange, &[], None), planner.sessions());
        }
    }
    let (totals, counters) = (Totals::new().unwrap(), Counters::default());
    let run =
        Run { totals: &totals, counters: &counters, planned: 0, lasted: None, wanted: None, failure: None };
    let mut cases = Vec::new();
    junit.write(&run, &mut cases).unwrap();
    let cases = String::from_utf8(cases).unwrap();
    assert!(cases.contains("<testsuite name=\"further requests\" tests=\"1\""), "{}", &cases[..300]);
    assert_eq!(cases.matches("<testcase ").count(), MOST_CASES + 1);
}
