//! The tool against the truth of captures that were made for it: see `smpp_inspect::testkit`.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::net::SocketAddr;

use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::model::{self, Report, Severity};
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::network::{Effects, quantise};
use smpp_inspect::testkit::pdu::command;
use smpp_inspect::testkit::scenario::{
    Behaviour, Bind, Ending, Latency, MILLIS, Receipts, Recording, SECONDS, Session,
};
use smpp_inspect::testkit::truth::{Stream, Transactions};
use smpp_inspect::testkit::{Rng, Scenario, Truth};
use smpp_inspect::view;

/// `sessions` sessions that send `messages` in all, with everything that a scenario can vary and that breaks no rule.
fn busy(seed: u64, sessions: u16, messages: u64) -> Scenario {
    let smsc = |n: u16| match n % 3 {
        0 => SocketAddr::from(([192, 0, 2, 10], 2775)),
        1 => SocketAddr::from(([192, 0, 2, 11], 3550)),
        // Found by what it says, not by its port.
        _ => SocketAddr::from(([0x2001, 0xDB8, 0, 0, 0, 0, 0, 1], 12_775)),
    };
    let esme = |n: u16| match n % 3 {
        2 => SocketAddr::from(([0x2001, 0xDB8, 0, 0, 0, 0, 1, n], 50_000 + n)),
        _ => SocketAddr::from(([198, 51, 100, n.to_be_bytes()[1]], 50_000 + n)),
    };
    let sessions = (0..sessions)
        .map(|n| Session {
            bind: if n % 4 == 3 { Bind::Transmitter } else { Bind::Transceiver },
            opens_at: i64::from(n) * 17 * MILLIS,
            // The first ones wrap around 2^32 within their first kilobytes.
            initial: (n < 4).then_some([u32::MAX - 1_000 * u32::from(n), u32::MAX - 300]),
            interval: 5 * MILLIS,
            concatenated: 30,
            others: 40,
            behaviour: vec![Behaviour {
                refusals: vec![(0x58, 30), (0x0B, 10)],
                nacked: 5,
                latency: Latency { least: 3 * MILLIS, spread: 60 * MILLIS, tail: 10 },
                ..Behaviour::default()
            }],
            receipts: (n % 4 != 3).then_some(Receipts {
                share: 300,
                delay: Latency { least: 500 * MILLIS, spread: 2 * SECONDS, tail: 0 },
                through: usize::from(n),
                failed: 100,
            }),
            enquires: Some(3 * SECONDS),
            coalesced: 400,
            split: 200,
            mss: if n % 5 == 0 { 536 } else { 1_448 },
            ..Session::new(esme(n), smsc(n), &format!("esme{n}"), messages / u64::from(sessions))
        })
        .collect();
    Scenario { seed, start: 1_795_390_000 * SECONDS, sessions }
}

/// Plays the scenario, lets the network have its effects, and gives the file's octets and their truth.
fn capture(scenario: &Scenario, effects: Effects, format: Format, link: Link) -> (Vec<u8>, Truth) {
    let Recording { mut frames, sent } = scenario.record();
    effects.apply(&mut frames, &mut Rng::new(scenario.seed ^ 0xABCD));
    quantise(&mut frames, format.resolution());
    (file::capture(&frames, format, link), Truth::of(&frames, &sent))
}

fn inspect(octets: &[u8], threads: usize) -> Report {
    let octets = Box::new(Cursor::new(octets.to_vec()));
    let input = Input::Reader { name: "capture".to_owned(), octets, live: false };
    let settings = Settings { threads, ..Settings::default() };
    let outcome = pipeline::run(Capture::open(vec![input]), &settings, &mut |_, _| ());
    assert_eq!(outcome.errors, []);
    outcome.report
}

fn json(report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    view::json::write_report(report, &mut out).unwrap();
    out
}

fn text(report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    view::text::write_report(report, &view::text::Options::default(), &mut out).unwrap();
    out
}

fn assert_same_for_any_number_of_threads(octets: &[u8], one: &Report) {
    for threads in [2, 4] {
        let report = inspect(octets, threads);
        assert!(json(&report) == json(one), "JSON differs with {threads} threads");
        assert!(text(&report) == text(one), "text differs with {threads} threads");
    }
}

fn by_command(rows: &[model::CommandIdCount]) -> BTreeMap<u32, u64> {
    rows.iter()
        .map(|row| {
            assert_eq!(row.command, command::name(row.command_id));
            (row.command_id, row.count)
        })
        .collect()
}

/// The row of a report that `truth` demands; figures of latencies exact where `exact` (few samples).
fn assert_transactions(rows: &[model::Transactions], truth: &BTreeMap<u32, Transactions>, exact: bool) {
    let names: Vec<_> = truth.keys().map(|&id| command::name(id)).collect();
    assert_eq!(rows.iter().map(|row| row.command.as_str()).collect::<Vec<_>>(), names);
    for (row, truth) in rows.iter().zip(truth.values()) {
        assert_eq!(
            (row.count, row.answered, row.nacked, row.failed),
            (truth.count, truth.answered, truth.nacked, truth.failed),
            "{}",
            row.command
        );
        let why: BTreeMap<_, _> = row
            .unanswered_why
            .iter()
            .map(|row| (serde_json::to_value(row.why).unwrap().as_str().unwrap().to_owned(), row.count))
            .collect();
        let expected: BTreeMap<_, _> =
            truth.unanswered.iter().map(|(&why, &count)| (why.to_owned(), count)).collect();
        assert_eq!(why, expected, "{}", row.command);
        assert_eq!(row.unanswered, expected.values().sum::<u64>());
        assert_latency(&row.latency_us, &truth.latencies, exact);
    }
}

fn assert_latency(figures: &model::Latency, ascending: &[i64], exact: bool) {
    let samples = ascending.len();
    assert_eq!(figures.count, samples as u64);
    if samples == 0 {
        assert_eq!(figures, &model::Latency::default());
        return;
    }
    let micros = |nanos: i64| nanos as f64 / 1_000.0;
    let total: i128 = ascending.iter().map(|&nanos| i128::from(nanos)).sum();
    assert_eq!(figures.min, Some(micros(ascending[0])));
    assert_eq!(figures.max, Some(micros(ascending[samples - 1])));
    let mean = total as f64 / samples as f64 / 1_000.0;
    assert!((figures.mean.unwrap() - mean).abs() <= mean * 1e-12, "{:?} {mean}", figures.mean);
    for (percent, figure) in [(50, figures.p50), (90, figures.p90), (95, figures.p95), (99, figures.p99)] {
        // Nearest rank: the smallest value that at least so many per cent do not exceed.
        let rank = (samples * percent).div_ceil(100);
        let (truth, figure) = (micros(ascending[rank - 1]), figure.unwrap());
        if exact {
            assert_eq!(figure, truth, "p{percent} of {samples}");
        } else {
            assert!(
                (truth..=truth * 1.001).contains(&figure),
                "p{percent} of {samples}: {figure}, not {truth}"
            );
        }
    }
}

/// Every count and latency of the whole and of each session.
fn assert_exact(report: &Report, truth: &Truth, scenario: &Scenario) {
    assert_eq!(by_command(&report.pdus.by_command), truth.pdus());
    assert_eq!(report.pdus.total, truth.pdus().values().sum::<u64>());
    assert_eq!(report.pdus.partial, []);
    let totals = truth.transactions();
    let few = |rows: &BTreeMap<u32, Transactions>| rows.values().all(|row| row.latencies.len() <= 10_000);
    assert_transactions(&report.transactions, &totals, few(&totals));
    let statuses: BTreeMap<_, _> =
        report.statuses.iter().map(|row| ((row.command.as_str(), row.status), row.count)).collect();
    let expected: BTreeMap<_, _> =
        truth.statuses().iter().map(|(&(id, status), &count)| ((command::name(id), status), count)).collect();
    assert_eq!(statuses, expected);
    let stream = truth.stream();
    assert_octets(report, &stream);
    assert_eq!((report.octets.skipped, stream.in_pdus), (0, stream.octets));
    assert_eq!(report.tcp.retransmitted, truth.connections.iter().map(|c| c.retransmitted).sum::<u64>());
    assert_eq!(
        report.tcp.duplicate_frames,
        truth.connections.iter().map(|c| c.duplicate_frames).sum::<u64>()
    );
    assert_eq!(report.tcp.segments, truth.connections.iter().map(|c| c.segments).sum::<u64>());
    assert_eq!(report.tcp.conflicting_overlaps, 0);
    assert!(report.unsolicited.is_empty(), "{:?}", report.unsolicited);

    assert_eq!(report.sessions.len(), scenario.sessions.len());
    assert!(few(&truth.connections[0].transactions));
    for (plan, truth) in scenario.sessions.iter().zip(&truth.connections) {
        let session = report
            .sessions
            .iter()
            .find(|session| SocketAddr::new(session.esme.ip, session.esme.port) == plan.esme)
            .unwrap();
        assert_eq!(SocketAddr::new(session.smsc.ip, session.smsc.port), plan.smsc);
        assert_eq!(session.system_id.as_ref(), Some(&plan.system_id));
        assert_eq!((session.start, session.end), (model::Start::Handshake, Some(model::End::Unbind)));
        assert_eq!(by_command(&session.pdus.by_command), truth.pdus);
        assert_transactions(&session.transactions, &truth.transactions, true);
        assert_eq!(session.tcp.retransmitted, truth.retransmitted);
    }
}

fn assert_octets(report: &Report, stream: &Stream) {
    let octets = &report.octets;
    assert_eq!(octets.stream, stream.octets);
    assert_eq!(octets.in_pdus, stream.in_pdus);
    assert_eq!(octets.stream, octets.in_pdus + octets.skipped);
    assert_eq!(octets.skipped, octets.skipped_why.iter().map(|row| row.count).sum::<u64>());
    assert_eq!((report.tcp.gaps, report.tcp.gap_octets), (stream.gaps, stream.gap_octets));
}

/// Whole PDUs are found and no others; what is in none adds up. Of PDUs that are not whole some have a header that
/// nothing leads to, so that only bounds are known of what they ask.
fn assert_lossy(report: &Report, truth: &Truth) {
    assert_eq!(by_command(&report.pdus.by_command), truth.pdus());
    assert_octets(report, &truth.stream());
    let partial: u64 = report.pdus.partial.iter().map(|row| row.count).sum();
    assert!(partial <= truth.connections.iter().map(|c| c.partial).sum());
    let with_partial = truth.transactions();
    for row in &report.transactions {
        let (&id, most) = with_partial.iter().find(|&(&id, _)| command::name(id) == row.command).unwrap();
        let whole = truth.pdus().get(&id).copied().unwrap_or(0);
        assert!((whole..=most.count).contains(&row.count), "{} {whole} {}", row.command, most.count);
        assert!(row.answered <= most.answered && row.nacked <= most.nacked, "{}", row.command);
        let reasons: u64 = row.unanswered_why.iter().map(|row| row.count).sum();
        assert_eq!(row.count, row.answered + row.nacked + reasons, "{}", row.command);
    }
}

/// Nothing is wrong with the traffic: only what is legal and true may be noted.
fn assert_only_true_notes(report: &Report, true_notes: &[&str]) {
    assert_eq!((report.pdus.with_errors, report.pdus.with_warnings), (0, 0));
    for finding in &report.findings {
        assert!(
            finding.severity == Severity::Note && true_notes.contains(&finding.rule.as_str()),
            "{finding:?}"
        );
    }
}

/// What a network does on a bad day, within what leaves every answer after its request.
const BAD_DAY: Effects = Effects {
    displaced: 50,
    displaced_by: 2 * MILLIS,
    retransmitted: 30,
    retransmitted_after: 50 * MILLIS,
    duplicated: 10,
    lost: 0,
    missed_at_start: 0,
    one_sided: None,
};

#[test]
fn every_count_and_latency_of_100_000_messages_is_exact() {
    let scenario = busy(1, 25, 100_000);
    let (octets, truth) = capture(&scenario, BAD_DAY, Format::PCAP, Link::Ethernet);
    let submitted = truth.pdus()[&command::SUBMIT_SM];
    assert!((90_000..100_000).contains(&submitted), "{submitted} and some other requests");
    assert!(truth.connections.iter().map(|c| c.retransmitted).sum::<u64>() > 1_000);
    let report = inspect(&octets, 1);
    assert_exact(&report, &truth, &scenario);
    assert_only_true_notes(&report, &["response.out_of_order", "session.window_over_10"]);
    assert_same_for_any_number_of_threads(&octets, &report);
}

#[test]
fn acknowledgements_that_overtake_data_by_far_change_nothing() {
    let scenario = busy(2, 6, 6_000);
    let effects = Effects { displaced: 20, displaced_by: 90 * MILLIS, ..BAD_DAY };
    let format = Format::Pcapng { digits: 9, big_endian: true };
    let (octets, truth) = capture(&scenario, effects, format, Link::Cooked);
    assert!(truth.transactions().values().map(|row| row.early).sum::<u64>() > 10);
    let report = inspect(&octets, 1);
    assert_exact(&report, &truth, &scenario);
    // So late, a response comes before its request and a request finds more than ten others waiting.
    let notes = ["response.out_of_order", "session.window_over_10"];
    assert_only_true_notes(&report, &notes);
}

#[test]
fn every_format_and_link_type_gives_the_same_report() {
    let scenario = busy(3, 4, 400);
    let formats = [
        Format::PCAP,
        Format::Pcap { nanos: true, big_endian: false },
        Format::Pcap { nanos: true, big_endian: true },
        Format::Pcapng { digits: 6, big_endian: true },
        Format::Pcapng { digits: 9, big_endian: false },
    ];
    for format in formats {
        for link in [Link::Ethernet, Link::Vlan(42), Link::Cooked, Link::RawIp] {
            let (octets, truth) = capture(&scenario, BAD_DAY, format, link);
            let report = inspect(&octets, 1);
            assert_exact(&report, &truth, &scenario);
            assert_only_true_notes(&report, &["response.out_of_order"]);
        }
    }
}

#[test]
fn whole_pdus_are_found_and_none_invented_when_a_hundredth_of_segments_is_lost() {
    let scenario = busy(4, 25, 100_000);
    let (octets, truth) = capture(&scenario, Effects { lost: 10, ..BAD_DAY }, Format::PCAP, Link::Ethernet);
    let stream = truth.stream();
    assert!(stream.gaps > 2_000, "{stream:?}");
    let report = inspect(&octets, 1);
    assert_lossy(&report, &truth);
    let reasons: Vec<_> = report.octets.skipped_why.iter().map(|row| row.reason.as_str()).collect();
    assert!(
        reasons.iter().all(|reason| ["around_gap", "partial_pdu", "stream_end"].contains(reason)),
        "{reasons:?}"
    );
    assert_same_for_any_number_of_threads(&octets, &report);
}

#[test]
fn unanswered_requests_are_told_apart_by_what_ended_the_wait() {
    let mut scenario = busy(5, 8, 1_600);
    for (n, session) in scenario.sessions.iter_mut().enumerate() {
        session.behaviour[0].silent = 50;
        session.others = 0;
        session.interval = 80 * MILLIS;
        session.gives_up = 2 * SECONDS;
        if n % 2 == 0 {
            // Still waiting when the capture ends.
            session.ending = Ending::Open;
        }
    }
    let (octets, truth) = capture(&scenario, Effects::default(), Format::PCAP, Link::RawIp);
    let report = inspect(&octets, 1);
    let totals = truth.transactions();
    let why = &totals[&command::SUBMIT_SM].unanswered;
    assert!(
        ["closed", "timed_out", "capture_ended"]
            .iter()
            .all(|&reason| why.get(reason).is_some_and(|&n| n > 5)),
        "{why:?}"
    );
    assert_transactions(&report.transactions, &totals, true);
}

#[test]
fn a_one_sided_capture_has_every_pdu_of_its_side() {
    use smpp_inspect::tcp::Side;
    let scenario = busy(6, 3, 600);
    for side in [Side::Opener, Side::Accepter] {
        let effects = Effects { one_sided: Some(side), ..BAD_DAY };
        let (octets, truth) = capture(&scenario, effects, Format::PCAP, Link::Ethernet);
        let report = inspect(&octets, 1);
        assert_eq!(by_command(&report.pdus.by_command), truth.pdus(), "{side:?}");
        assert_octets(&report, &truth.stream());
    }
}

#[test]
fn a_mid_stream_start_loses_no_pdu_that_is_whole() {
    let scenario = busy(7, 3, 1_500);
    for missed_at_start in [50, 333, 1_001] {
        let (octets, truth) = capture(
            &scenario,
            Effects { missed_at_start, ..Effects::default() },
            Format::PCAP,
            Link::Ethernet,
        );
        let report = inspect(&octets, 1);
        assert_eq!(by_command(&report.pdus.by_command), truth.pdus(), "{missed_at_start} frames missed");
        assert_octets(&report, &truth.stream());
        let tail = report.octets.skipped_why.iter().all(|row| row.reason == "mid_stream");
        assert!(tail, "{:?}", report.octets.skipped_why);
    }
}

#[test]
fn any_mixture_of_effects_leaves_every_whole_pdu() {
    for seed in 0..100 {
        let mut chance = Rng::new(seed ^ 0x5EED);
        let scenario = busy(1_000 + seed, 4, 200);
        let effects = Effects {
            displaced: chance.below(200) as u32,
            displaced_by: chance.between(0, 90) * MILLIS,
            retransmitted: chance.below(100) as u32,
            retransmitted_after: 50 * MILLIS,
            duplicated: chance.below(50) as u32,
            lost: chance.below(150) as u32,
            // Every other capture begins in the middle.
            missed_at_start: if seed % 2 == 0 { 0 } else { chance.below(600) as usize },
            ..Effects::default()
        };
        let (octets, truth) = capture(&scenario, effects, Format::PCAP, Link::Cooked);
        let report = inspect(&octets, 1);
        println!("seed {seed}: {effects:?}");
        assert_lossy(&report, &truth);
    }
}

/// PDUs that no scenario sends, in sessions where they are allowed.
#[test]
fn the_other_pdus_of_the_testkit_break_no_rule_either() {
    use smpp_inspect::tcp::Side::{self, Accepter, Opener};
    use smpp_inspect::testkit::pdu::{self, Address, Message};
    use smpp_inspect::testkit::tcp::Connection;

    let (source, destination) = (Address::international("447700900001"), Address::name("Shop"));
    let message = Message {
        source: &source,
        destination: &destination,
        esm_class: 0,
        registered_delivery: 0,
        data_coding: 0,
        short_message: b"STOP",
    };
    let response =
        |id: u32, status: u32, number: u32| pdu::header_only(id | command::RESPONSE, status, number);
    let pdus: Vec<(Side, Vec<u8>)> = vec![
        (Accepter, pdu::outbind(1, "gateway", "secret")),
        (Opener, pdu::bind(command::BIND_RECEIVER, 1, "shop", "secret")),
        (Accepter, pdu::bind_resp(command::BIND_RECEIVER, 0, 1, "gateway")),
        (Accepter, pdu::deliver_sm(2, &message)),
        (Opener, pdu::deliver_sm_resp(0, 2)),
        (Accepter, pdu::alert_notification(3, &source, &Address::international("447700900002"))),
        (Accepter, pdu::data_sm(4, &message)),
        (Opener, pdu::data_sm_resp(0, 4, "1000000001")),
        (Accepter, pdu::deliver_sm(5, &message)),
        (Opener, pdu::deliver_sm_resp(0x64, 5)),
        (Accepter, pdu::deliver_sm(6, &message)),
        (Opener, response(0, 0x03, 6)),
        (Opener, pdu::header_only(command::UNBIND, 0, 2)),
        (Accepter, response(command::UNBIND, 0, 2)),
    ];
    let esme = SocketAddr::from(([192, 0, 2, 1], 50_000));
    let smsc = SocketAddr::from(([192, 0, 2, 2], 2_775));
    let mut connection = Connection::new(0, esme, smsc, [1, 2], 1_448, 100_000);
    let mut frames = Vec::new();
    let mut at = connection.open(1_795_390_000 * SECONDS, &mut frames);
    for (side, octets) in &pdus {
        at = connection.send(*side, at + MILLIS, octets, &[], 0, &mut frames);
    }
    connection.fin(Opener, at + MILLIS, &mut frames);
    connection.fin(Accepter, at + 2 * MILLIS, &mut frames);
    let report = inspect(&file::capture(&frames, Format::PCAP, Link::Ethernet), 1);
    assert_eq!(report.pdus.total, pdus.len() as u64);
    assert_eq!(report.findings, []);
    assert_eq!(report.octets.skipped, 0);
}
