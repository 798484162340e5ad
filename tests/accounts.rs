//! Whose sessions they are: names, sides, legs, accounts and their churn, selections and records, against the truth of
//! captures that were made for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;

use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::names::{Names, Party};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Selection;
use smpp_inspect::report::model::{AccountFrom, Leg, LocalFrom, Report, SystemIdFrom};
use smpp_inspect::report::record::{Record, RecordType};
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::pdu::{self, command};
use smpp_inspect::testkit::scenario::{Behaviour, Ending, MILLIS, SECONDS, Session};
use smpp_inspect::testkit::tcp::{Connection, Frame};
use smpp_inspect::view::records::RecordTable;
use smpp_inspect::view::text::Options;

const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 20, 0, 11);
const START: i64 = 1_795_344_000 * SECONDS;
const CUSTOMERS: u16 = 200;
const OPERATORS: u16 = 100;
/// Sessions whose bind is in the capture, on either side.
const BOUND_HERE: u16 = 5;

/// The truth of a session, by the address and port that the capture shows for the peer's ESME or message centre.
#[derive(Clone, Debug)]
struct Truth {
    account: String,
    system_id: String,
    leg: Leg,
}

/// What is true of the session from an ESME's end to an SMSC's.
type Truths = BTreeMap<(SocketAddr, SocketAddr), Truth>;

/// A gateway with 100 sessions at ten operators and 200 of 40 customers: of ten sessions the bind is in the capture.
fn ring() -> (Vec<Vec<u8>>, Truths) {
    let mut truth = BTreeMap::new();
    let mut sessions = Vec::new();
    for n in 0..OPERATORS {
        let esme = SocketAddr::from((GATEWAY, 40_000 + n));
        let operator = n % 10;
        let smsc = SocketAddr::from((Ipv4Addr::new(10, 40, 7, operator as u8 + 1), 2775));
        let system_id = format!("agg{operator}");
        truth.insert(
            (esme, smsc),
            Truth { account: format!("op{operator}"), system_id: system_id.clone(), leg: Leg::Operator },
        );
        sessions.push(Session {
            opens_at: if n < BOUND_HERE { SECONDS } else { -20 * SECONDS } + i64::from(n) * 20 * MILLIS,
            ending: Ending::Open,
            ends_at: Some(40 * SECONDS),
            enquires: Some(7 * SECONDS),
            behaviour: vec![Behaviour { refusals: vec![(0x58, 100)], ..Behaviour::default() }],
            ..Session::new(esme, smsc, &system_id, 0)
        });
    }
    for n in 0..CUSTOMERS {
        let customer = n % 40;
        let esme = SocketAddr::from((Ipv4Addr::new(172, 16, customer as u8, 10), 50_000 + n));
        let smsc = SocketAddr::from((GATEWAY, 2775));
        let system_id = format!("cust{customer}");
        truth.insert(
            (esme, smsc),
            Truth {
                account: format!("customer {customer}"),
                system_id: system_id.clone(),
                leg: Leg::Customer,
            },
        );
        sessions.push(Session {
            opens_at: if n < BOUND_HERE { 2 * SECONDS } else { -10 * SECONDS } + i64::from(n) * 20 * MILLIS,
            interval: 3 * SECONDS,
            ending: Ending::Open,
            ends_at: Some(40 * SECONDS),
            enquires: Some(9 * SECONDS),
            forwards_to: Some(usize::from(n % OPERATORS)),
            ..Session::new(esme, smsc, &system_id, 10)
        });
    }
    let mut frames = Scenario { seed: 300, start: START, sessions }.record().frames;
    frames.retain(|frame| frame.at >= START);
    let third = frames.len() / 3;
    let files = frames
        .chunks(third + 1)
        .map(|frames| file::capture(frames, Format::PCAP, Link::Ethernet))
        .collect::<Vec<_>>();
    assert_eq!(files.len(), 3);
    (files, truth)
}

fn names_file() -> String {
    let mut text = String::new();
    for n in 0..10 {
        text.push_str(&format!(
            "\"10.40.7.{}:2775\" = {{ account = \"op{n}\", system_id = \"agg{n}\", side = \"operator\" }}\n",
            n + 1
        ));
    }
    for n in 0..40 {
        text.push_str(&format!(
            "\"172.16.{n}.0/24\" = {{ account = \"customer {n}\", system_id = \"cust{n}\", side = \"customer\" }}\n"
        ));
    }
    text
}

fn inputs(files: &[Vec<u8>]) -> Vec<Input> {
    let input = |(n, octets): (usize, &Vec<u8>)| Input::Reader {
        name: format!("ring{n}"),
        octets: Box::new(Cursor::new(octets.clone())),
        live: false,
    };
    files.iter().enumerate().map(input).collect()
}

fn inspect(files: &[Vec<u8>], settings: &Settings) -> Report {
    let outcome = pipeline::run(Capture::open(inputs(files)), settings, &mut |_, _| ());
    assert_eq!(outcome.errors, []);
    outcome.report
}

fn named(names: &str) -> Settings {
    Settings { names: Arc::new(Names::parse(names).unwrap()), ..Settings::default() }
}

/// Requests by command and leg, summed up over the sessions.
fn by_session(report: &Report) -> BTreeMap<(String, Option<Leg>), (u64, u64, u64)> {
    let mut rows: BTreeMap<_, (u64, u64, u64)> = BTreeMap::new();
    for row in report.sessions.iter().flat_map(|session| &session.transactions) {
        let (count, failed, samples) = rows.entry((row.command.clone(), row.leg)).or_default();
        (*count, *failed, *samples) =
            (*count + row.count, *failed + row.failed, *samples + row.latency_us.count);
    }
    rows
}

fn assert_legs_add_up(report: &Report) {
    let rows: BTreeMap<_, _> = report
        .transactions
        .iter()
        .map(|row| ((row.command.clone(), row.leg), (row.count, row.failed, row.latency_us.count)))
        .collect();
    assert_eq!(rows.len(), report.transactions.len(), "one row for a command and leg");
    assert_eq!(rows, by_session(report));
    let of_accounts: u64 =
        report.accounts.iter().flat_map(|account| &account.transactions).map(|row| row.count).sum();
    assert_eq!(of_accounts, report.transactions.iter().map(|row| row.count).sum::<u64>());
    let of_statuses: u64 =
        report.accounts.iter().flat_map(|account| &account.statuses).map(|row| row.count).sum();
    assert_eq!(of_statuses, report.statuses.iter().map(|row| row.count).sum::<u64>());
    for row in &report.statuses {
        assert!(row.latency_us.count <= row.count, "{row:?}");
    }
}

#[test]
fn with_names_every_session_of_a_ring_has_its_account_side_and_leg() {
    let (files, truth) = ring();
    let report = inspect(&files, &named(&names_file()));
    assert_eq!(report.sessions.len(), usize::from(CUSTOMERS + OPERATORS));
    let mut binds = 0;
    for session in &report.sessions {
        let ends = [session.esme, session.smsc].map(|end| SocketAddr::new(end.ip, end.port));
        let truth = &truth[&(ends[0], ends[1])];
        assert_eq!(session.account.as_ref(), Some(&truth.account), "{}", session.id);
        assert_eq!(session.account_from, Some(AccountFrom::Names));
        assert_eq!(session.side, Some(truth.leg));
        assert_eq!(session.system_id.as_ref(), Some(&truth.system_id));
        binds += u16::from(session.system_id_from == Some(SystemIdFrom::Bind));
        for leg in
            session.transactions.iter().map(|row| row.leg).chain(session.statuses.iter().map(|row| row.leg))
        {
            assert_eq!(leg, Some(truth.leg), "{}", session.id);
        }
        assert!(!session.transactions.is_empty());
    }
    assert_eq!(binds, 2 * BOUND_HERE);
    assert_legs_add_up(&report);
    // Operators answer in 3 to 43 ms; customers wait for the operator and the network besides.
    let median = |leg: Leg| {
        let row = report.transactions.iter().find(|row| row.command == "submit_sm" && row.leg == Some(leg));
        row.unwrap().latency_us.p50.unwrap()
    };
    assert!(median(Leg::Customer) > median(Leg::Operator));
    assert_eq!(report.accounts.len(), 50);
    for account in &report.accounts {
        let of = truth.values().filter(|truth| Some(&truth.account) == account.name.as_ref());
        let of: Vec<&Truth> = of.collect();
        assert_eq!(
            (account.sessions, account.binds),
            (of.len() as u64, of.len() as u64),
            "{:?}",
            account.name
        );
        assert_eq!(account.max_concurrent, Some(of.len() as u64));
        assert_eq!((account.drops, account.refused), (0, 0));
        assert_eq!(account.side, Some(of[0].leg));
        assert_eq!(account.system_id.as_ref(), Some(&of[0].system_id));
    }
}

#[test]
fn without_names_nothing_is_claimed_that_the_truth_contradicts() {
    let (files, truth) = ring();
    let (mut sided, mut bound) = (0, 0);
    let report = inspect(&files, &Settings::default());
    for session in &report.sessions {
        let [esme, smsc] = [session.esme, session.smsc].map(|end| SocketAddr::new(end.ip, end.port));
        let truth = &truth[&(esme, smsc)];
        match session.account_from.unwrap() {
            AccountFrom::Names => panic!("{}: there are none", session.id),
            AccountFrom::SystemId => {
                assert_eq!(session.account.as_ref(), Some(&truth.system_id));
                bound += 1;
            }
            AccountFrom::Address => {
                let peer = if truth.leg == Leg::Operator { smsc.ip() } else { esme.ip() };
                assert_eq!(session.account, Some(peer.to_string()));
                assert_eq!(session.system_id, None);
            }
        }
        if let Some(side) = session.side {
            assert_eq!(side, truth.leg, "{}", session.id);
            sided += 1;
        }
        assert!(session.transactions.iter().all(|row| row.leg == session.side));
    }
    assert_eq!(bound, 2 * BOUND_HERE);
    // Our address both binds and is bound to, so the sides of all whose roles are seen follow.
    assert_eq!(
        (report.capture.local_from, report.capture.local.clone()),
        (Some(LocalFrom::Common), vec![GATEWAY.into()])
    );
    assert!(sided > 250, "{sided} of 300");
    assert_legs_add_up(&report);
}

#[test]
fn one_side_alone_makes_no_gateway_and_a_common_address_no_side() {
    let (_, truth) = ring();
    let customers: Vec<Session> = truth
        .iter()
        .filter(|(_, truth)| truth.leg == Leg::Customer)
        .take(20)
        .map(|((esme, smsc), truth)| Session::new(*esme, *smsc, &truth.system_id, 3))
        .collect();
    let frames = Scenario { seed: 3, start: START, sessions: customers }.record().frames;
    let of = |link: Link| vec![file::capture(&frames, Format::PCAP, link)];
    let ethernet = inspect(&of(Link::Ethernet), &Settings::default());
    assert_eq!(ethernet.capture.local, [IpAddr::from(GATEWAY)]);
    assert!(ethernet.sessions.iter().all(|session| session.side.is_none()));
    // Stated, or told by packet types, it is ours for certain; one side alone is no gateway still.
    let local = Arc::new(Names::default().with_local(vec![GATEWAY.into()]));
    let stated = inspect(&of(Link::Ethernet), &Settings { names: local, ..Settings::default() });
    let cooked = inspect(&of(Link::Cooked), &Settings::default());
    for (report, from) in [(&stated, LocalFrom::Stated), (&cooked, LocalFrom::PacketTypes)] {
        assert_eq!(
            (report.capture.local_from, &report.capture.local[..]),
            (Some(from), &[IpAddr::from(GATEWAY)][..])
        );
        assert!(report.sessions.iter().all(|session| session.side == Some(Leg::Customer)));
        assert!(report.transactions.iter().all(|row| row.leg.is_none()));
        assert!(
            report.sessions.iter().flat_map(|session| &session.transactions).all(|row| row.leg.is_none())
        );
    }
}

#[test]
fn the_ten_slowest_transactions_are_those_with_the_greatest_latency_and_lead_to_their_frames() {
    let (files, _) = ring();
    let settings = named(&names_file());
    let report = inspect(&files, &settings);
    let mut all = Vec::new();
    let mut take = |record: &Record| {
        if let Record::Transaction(record) = record
            && let Some(latency) = record.latency_us
        {
            all.push((latency, record.of.session.clone(), record.request.clone(), record.response.clone()));
        }
        true
    };
    pipeline::records(
        Capture::open(inputs(&files)),
        &settings,
        &[RecordType::Transaction],
        &mut take,
        &mut |_, _| (),
    );
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    assert_eq!(report.worst.len(), 10);
    for (worst, (latency, ..)) in report.worst.iter().zip(&all) {
        assert_eq!(worst.latency_us, *latency);
        let found = all.iter().find(|row| row.1 == worst.session && row.2 == worst.request).unwrap();
        assert_eq!((found.0, found.3.as_ref()), (worst.latency_us, Some(&worst.response)));
        assert!(worst.account.is_some() && worst.leg.is_some() && worst.request.file.is_some());
    }
}

#[test]
fn a_selection_limits_what_is_reported_to_what_the_whole_report_says_of_it() {
    let (files, _) = ring();
    let whole = inspect(&files, &named(&names_file()));
    let select = |selection: Selection, threads: usize| {
        inspect(&files, &Settings { selection, threads, ..named(&names_file()) })
    };
    let one = |list: &str| vec![list.to_owned()];
    for (selection, takes) in [
        (
            Selection { accounts: one("op3"), ..Selection::default() },
            Box::new(|report: &Report, at: usize| report.sessions[at].account.as_deref() == Some("op3"))
                as Box<dyn Fn(&Report, usize) -> bool>,
        ),
        (
            Selection { system_ids: one("cust7"), ..Selection::default() },
            Box::new(|report, at| report.sessions[at].system_id.as_deref() == Some("cust7")),
        ),
        (
            Selection { sessions: one("s17"), ..Selection::default() },
            Box::new(|report, at| report.sessions[at].id == "s17"),
        ),
        (
            Selection { side: Some(Party::Operator), ..Selection::default() },
            Box::new(|report, at| report.sessions[at].side == Some(Leg::Operator)),
        ),
    ] {
        let report = select(selection.clone(), 1);
        assert_eq!(report.capture.selection, Some(selection.to_string()));
        let mut want: Vec<_> = (0..whole.sessions.len())
            .filter(|&at| takes(&whole, at))
            .map(|at| whole.sessions[at].clone())
            .collect();
        want.sort_by(|a, b| a.id.cmp(&b.id));
        let mut found = report.sessions.clone();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        assert!(!want.is_empty());
        assert_eq!(found, want, "{selection}");
        assert_eq!(report.sessions_omitted, 0);
        assert_eq!(report.pdus.total, want.iter().map(|session| session.pdus.total).sum::<u64>());
        assert_eq!(report.tcp.smpp_connections, want.len() as u64);
        assert_eq!(report.octets.stream, report.octets.in_pdus + report.octets.skipped);
        assert_eq!(report.capture.frames, whole.capture.frames);
        assert_legs_add_up(&report);
        assert!(select(selection, 4) == report, "threads show");
    }
    let nothing = select(Selection { accounts: one("nobody"), ..Selection::default() }, 1);
    assert_eq!((nothing.sessions.len(), nothing.pdus.total, nothing.transactions.len()), (0, 0, 0));
}

/// The table of a run.
fn table(files: &[Vec<u8>], kind: RecordType, settings: &Settings) -> (String, Vec<u64>) {
    let table = RecordTable::of(kind, Options::default(), true, false);
    let mut out = Vec::new();
    let mut counts = vec![0];
    let mut take = |record: &Record| {
        counts[0] += 1;
        table.write(record, &mut out).unwrap();
        true
    };
    pipeline::records(Capture::open(inputs(files)), settings, &[kind], &mut take, &mut |_, _| ());
    (String::from_utf8(out).unwrap(), counts)
}

#[test]
fn records_are_all_there_and_the_same_for_any_number_of_threads() {
    let (files, _) = ring();
    let settings = named(&names_file());
    let report = inspect(&files, &settings);
    for (kind, want) in [
        (RecordType::Transaction, report.transactions.iter().map(|row| row.count).sum::<u64>()),
        (RecordType::Session, report.sessions.len() as u64),
        (RecordType::Pdu, report.pdus.total + report.pdus.partial.iter().map(|row| row.count).sum::<u64>()),
    ] {
        let (one, counts) = table(&files, kind, &settings);
        assert_eq!(counts, [want]);
        for threads in [2, 4] {
            let (more, _) = table(&files, kind, &Settings { threads, ..settings.clone() });
            assert!(more == one, "{kind:?}: {threads} threads show");
        }
    }
    // In the order of the frames that completed them; those of sessions seen from the middle on are certain only when
    // more was seen, so they may come later.
    let (mut last, mut ordered) = ((String::new(), 0, 0), 0);
    let mut take = |record: &Record| {
        if let Record::Transaction(record) = record
            && let Some(response) = &record.response
            && record.of.account_from == AccountFrom::SystemId
        {
            ordered += 1;
            let now = (response.file.clone().unwrap(), response.frame, response.index.unwrap());
            assert!(last <= now, "{last:?} {now:?}");
            last = now;
        }
        true
    };
    let unnamed = Settings::default();
    pipeline::records(
        Capture::open(inputs(&files)),
        &unnamed,
        &[RecordType::Transaction],
        &mut take,
        &mut |_, _| (),
    );
    assert!(ordered > 100, "{ordered}");
    let selected = Settings {
        selection: Selection { accounts: vec!["op3".to_owned()], ..Selection::default() },
        ..settings
    };
    let (text, counts) = table(&files, RecordType::Session, &selected);
    assert_eq!(counts, [10]);
    assert!(text.lines().all(|line| line.contains(" op3 ")), "{text}");
}

/// One short session of a storm: `refused`, or bound and cut off by an RST or by unbind.
fn short(number: u32, frames: &mut Vec<Frame>) {
    let customer = number % 50;
    let esme = SocketAddr::from((
        Ipv4Addr::new(172, 16, customer as u8, 1 + (number / 50 / 50_000) as u8),
        10_000 + (number / 50 % 50_000) as u16,
    ));
    let initial = [number.wrapping_mul(0x9E37_79B1), number.wrapping_mul(0x85EB_CA77)];
    let smsc = SocketAddr::from((GATEWAY, 2775));
    let mut connection = Connection::new(number as usize, esme, smsc, initial, 1_448, 100_000);
    let at = connection.open(START + i64::from(number) * 2 * MILLIS, frames);
    let system_id = format!("cust{customer}");
    let bind = pdu::bind(command::BIND_TRANSCEIVER, 1, &system_id, "secret");
    let at = connection.send(Side::Opener, at + 1_000, &bind, &[], 0, frames);
    let status = if number.is_multiple_of(4) { 0x0E } else { 0 };
    let response = pdu::bind_resp(command::BIND_TRANSCEIVER | 0x8000_0000, status, 1, "smsc");
    let at = connection.send(Side::Accepter, at + MILLIS, &response, &[], 0, frames);
    if status == 0 {
        let enquire = pdu::header_only(command::ENQUIRE_LINK, 0, 2);
        let at = connection.send(Side::Opener, at + 1_000, &enquire, &[], 0, frames);
        connection.rst(Side::Accepter, at + MILLIS, frames);
    } else {
        connection.fin(Side::Accepter, at + 1_000, frames);
    }
}

#[test]
fn totals_of_a_reconnect_storm_are_exact_and_its_lists_bounded() {
    const SESSIONS: u32 = 100_000;
    let mut frames = Vec::new();
    (0..SESSIONS).for_each(|number| short(number, &mut frames));
    frames.sort_by_key(|frame| frame.at);
    let files = vec![file::capture(&frames, Format::PCAP, Link::RawIp)];
    drop(frames);
    let report = inspect(&files, &Settings { threads: 2, max_sessions: 100, ..Settings::default() });
    let all = u64::from(SESSIONS);
    assert_eq!((report.sessions.len(), report.sessions_omitted), (100, all - 100));
    let sum =
        |of: fn(&smpp_inspect::report::model::Account) -> u64| report.accounts.iter().map(of).sum::<u64>();
    assert_eq!(report.accounts.len(), 50);
    assert_eq!(sum(|account| account.sessions), all);
    assert_eq!((sum(|account| account.refused), sum(|account| account.binds)), (all / 4, all / 4 * 3));
    assert_eq!(sum(|account| account.drops), all / 4 * 3);
    let row = |command: &str| report.transactions.iter().find(|row| row.command == command).unwrap();
    let binds = row("bind_transceiver");
    assert_eq!((binds.count, binds.answered, binds.failed), (all, all, all / 4));
    let enquiries = row("enquire_link");
    assert_eq!((enquiries.count, enquiries.unanswered), (all / 4 * 3, all / 4 * 3));
    let statuses: BTreeMap<u32, u64> = report.statuses.iter().map(|row| (row.status, row.count)).collect();
    assert_eq!(statuses, BTreeMap::from([(0, all / 4 * 3), (0x0E, all / 4)]));
    for account in &report.accounts {
        assert_eq!(account.sessions, all / 50, "{:?}", account.name);
        // One at a time: each lasts a few milliseconds, the next one of the account comes 100 ms later.
        let is_bound = account.binds > 0;
        assert_eq!(account.max_concurrent, Some(u64::from(is_bound)), "{:?}", account.name);
        assert_eq!(account.churn.ends.iter().map(|end| end.count).sum::<u64>(), account.sessions);
        let rebinds = account.churn.rebinds.unwrap();
        assert_eq!(rebinds, account.binds.saturating_sub(1), "{:?}", account.name);
        assert_eq!(account.churn.period, None, "{:?}: every 100 ms is a storm", account.name);
    }
    let names: BTreeSet<_> = report.accounts.iter().map(|account| account.name.clone().unwrap()).collect();
    assert_eq!(names.len(), 50);
}

#[test]
fn more_accounts_than_are_told_apart_count_together() {
    let mut frames = Vec::new();
    for number in 0..6_000_u32 {
        let [.., high, low] = number.to_be_bytes();
        let esme = SocketAddr::from((Ipv4Addr::new(172, 17, high, low), 40_000));
        let initial = [number.wrapping_mul(0x9E37_79B1), 7];
        let smsc = SocketAddr::from((GATEWAY, 2775));
        let mut connection = Connection::new(number as usize, esme, smsc, initial, 1_448, 100_000);
        let at = connection.open(START + i64::from(number) * MILLIS, &mut frames);
        let bind = pdu::bind(command::BIND_TRANSCEIVER, 1, &format!("c{number}"), "secret");
        let at = connection.send(Side::Opener, at + 1_000, &bind, &[], 0, &mut frames);
        let response = pdu::bind_resp(command::BIND_TRANSCEIVER | 0x8000_0000, 0, 1, "smsc");
        connection.send(Side::Accepter, at + MILLIS, &response, &[], 0, &mut frames);
    }
    frames.sort_by_key(|frame| frame.at);
    let report = inspect(&[file::capture(&frames, Format::PCAP, Link::RawIp)], &Settings::default());
    let (named, others): (Vec<_>, Vec<_>) =
        report.accounts.iter().partition(|account| account.name.is_some());
    assert_eq!((named.len(), others.len()), (1_000, 1));
    assert_eq!(report.accounts.iter().map(|account| account.sessions).sum::<u64>(), 6_000);
    assert_eq!(report.accounts_omitted, 4_096 - 1_000);
    let crowded = report.limits.iter().find(|limit| limit.limit.contains("accounts")).unwrap();
    assert_eq!(crowded.count, 6_000 - 4_096);
    assert_eq!(report.transactions.iter().map(|row| row.count).sum::<u64>(), 6_000);
}

#[test]
fn the_period_of_repeated_ends_is_found() {
    let mut frames = Vec::new();
    for number in 0..8_u32 {
        let esme = SocketAddr::from(([172, 16, 0, 1], 40_000 + number as u16));
        let mut connection =
            Connection::new(number as usize, esme, (GATEWAY, 2775).into(), [number, 7], 1_448, 100_000);
        let at = connection.open(START + i64::from(number) * 300 * SECONDS, &mut frames);
        let bind = pdu::bind(command::BIND_TRANSCEIVER, 1, "acme", "secret");
        let at = connection.send(Side::Opener, at + 1_000, &bind, &[], 0, &mut frames);
        let response = pdu::bind_resp(command::BIND_TRANSCEIVER | 0x8000_0000, 0, 1, "smsc");
        let at = connection.send(Side::Accepter, at + MILLIS, &response, &[], 0, &mut frames);
        connection.rst(Side::Accepter, at + 299 * SECONDS, &mut frames);
    }
    let report = inspect(&[file::capture(&frames, Format::PCAP, Link::Ethernet)], &Settings::default());
    let [account] = &report.accounts[..] else { panic!("{:?}", report.accounts) };
    let period = account.churn.period.unwrap();
    assert!((period.median_s - 300.0).abs() < 0.1, "{period:?}");
    assert_eq!((period.intervals, period.within), (7, 1.0));
    assert_eq!((account.drops, account.churn.rebinds, account.max_concurrent), (8, Some(7), Some(1)));
}

#[test]
fn the_command_line_takes_names_selections_and_records() {
    let (files, _) = ring();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("ring")).unwrap();
    for (n, octets) in files.iter().enumerate() {
        std::fs::write(path("ring").join(format!("gw.pcap{n}")), octets).unwrap();
    }
    std::fs::write(path("peers.toml"), names_file()).unwrap();
    std::fs::write(path("wrong.toml"), "\n\"10.0.0.1\" = { side = \"north\" }\n").unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
            .args(arguments)
            .current_dir(folder.path())
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|octets| String::from_utf8(octets).unwrap());
        (output.status.code().unwrap(), out, err)
    };
    let (status, text, _) = run(&["ring", "--names", "peers.toml", "--account", "op3"]);
    assert_eq!(status, 0);
    assert!(text.starts_with("only account op3: "), "{text}");
    let (status, _, error) = run(&["ring", "--names", "wrong.toml"]);
    assert_eq!(status, 2);
    assert!(
        error.contains("wrong.toml: line 2: \"10.0.0.1\": side: customer or operator is needed"),
        "{error}"
    );
    let (status, text, _) = run(&["ring", "--side", "operator", "--local", "10.20.0.11", "--format", "json"]);
    assert_eq!(status, 0);
    assert!(text.contains("\"local_from\": \"stated\""), "{text}");
    let (status, text, _) = run(&["records", "-c", "5", "ring", "--names", "peers.toml"]);
    assert_eq!((status, text.lines().count()), (0, 6), "{text}");
    let (_, all, _) = run(&["records", "ring", "--names", "peers.toml", "--threads", "4"]);
    assert!(all.starts_with(text.as_str()), "the first records are those of the whole list");
    let (status, text, _) = run(&["records", "--type", "session", "ring", "--session", "s3"]);
    assert_eq!((status, text.lines().count()), (0, 2), "{text}");
    let (status, text, _) = run(&["ring", "--session", "s99999"]);
    assert_eq!(status, 0);
    assert!(text.contains("NOTHING SELECTED"), "{text}");
}
