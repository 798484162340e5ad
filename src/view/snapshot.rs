//! Hand-made reports, and what the views make of them, kept as files in `snapshots/`.
//! `UPDATE_SNAPSHOTS=1 cargo test view::` writes them anew.

use std::io;
use std::path::Path;

use crate::report::Report;
use crate::report::model::{
    Account, AccountFrom, Answers, Bind, BindFrom, Blame, Capture, Churn, CommandCount, CommandIdCount,
    Conduct, End, EndedBy, Endpoint, File, Finding, Fragments, Latency, Leg, Limit, LocalFrom, Octets,
    PartialCount, PartialReason, Pdus, Period, Place, Rate, ReasonCount, Role, Seen, Session, SessionPdus,
    SessionTcp, Severity, Start, Status, SystemIdFrom, Tcp, TcpDelays, Transactions, Unanswered,
    UnseenDelays, WhyCount, Window, Worst,
};
use crate::time::{Duration, Timestamp};

/// Fails unless `octets` are those of `src/view/snapshots/<name>`.
#[expect(clippy::disallowed_methods, reason = "a test reads its own expectation")]
pub(super) fn assert_matches(name: &str, octets: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/view/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, octets).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let [now, kept] = [octets, &kept].map(String::from_utf8_lossy);
    assert!(now == kept, "{name} differs\n--- kept\n{kept}\n--- now\n{now}");
}

/// Checks values by the schema that this writes.
pub(super) fn validator(write: fn(&mut Vec<u8>) -> io::Result<()>) -> jsonschema::Validator {
    let mut schema = Vec::new();
    write(&mut schema).unwrap();
    jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap()
}

/// 2026-11-22T09:58:12Z and so many milliseconds.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_parts(1_795_341_492, 0).plus(Duration::from_millis(millis))
}

fn latency(count: u64, micros: [f64; 6]) -> Latency {
    let [min, p50, p90, p95, p99, max] = micros.map(Some);
    Latency { count, min, mean: p50, p50, p90, p95, p99, max }
}

fn endpoint(ip: &str, port: u16) -> Endpoint {
    Endpoint { ip: ip.parse().unwrap(), port }
}

fn file(path: &str, frames: u64, octets: u64) -> File {
    File {
        path: path.to_owned(),
        format: Some("pcap".to_owned()),
        compression: None,
        link_types: vec![1],
        frames,
        octets,
        damage: None,
        still_being_written: false,
        changed: None,
        dropped: None,
        untimed_frames: 0,
    }
}

fn reason(reason: &str, count: u64) -> ReasonCount {
    ReasonCount { reason: reason.to_owned(), count }
}

fn transactions(command: &str, count: u64, failed: u64, latency_us: Latency) -> Transactions {
    Transactions {
        command: command.to_owned(),
        leg: None,
        count,
        answered: count,
        nacked: 0,
        failed,
        unanswered: 0,
        unanswered_why: Vec::new(),
        latency_us,
        blame: None,
    }
}

fn status(command: &str, status: u32, name: Option<&str>, count: u64) -> Status {
    Status {
        command: command.to_owned(),
        leg: None,
        status,
        name: name.map(str::to_owned),
        count,
        latency_us: Latency::default(),
    }
}

fn session(connection: u32, system_id: Option<&str>, requests: Transactions) -> Session {
    let total = requests.count + requests.answered;
    Session {
        id: format!("s{connection}"),
        connection,
        esme: endpoint("10.20.0.5", 40_001),
        smsc: endpoint("10.40.7.21", 2775),
        account: Some(system_id.unwrap_or("10.20.0.5").to_owned()),
        account_from: Some(system_id.map_or(AccountFrom::Address, |_| AccountFrom::SystemId)),
        side: None,
        system_id: system_id.map(str::to_owned),
        system_id_from: system_id.map(|_| SystemIdFrom::Bind),
        bind: system_id.map(|_| Bind::Transceiver),
        bind_from: system_id.map(|_| BindFrom::Bind),
        interface_version: system_id.map(|_| 0x34),
        first_at: Some(at(0)),
        last_at: Some(at(12_500)),
        start: Start::Handshake,
        end: Some(End::Unbind),
        ended_by: Some(EndedBy::Esme),
        idle_before_end_ms: Some(1.5),
        last_pdus: vec!["unbind".to_owned(), "unbind_resp".to_owned()],
        pdus: SessionPdus {
            total,
            with_errors: 0,
            with_warnings: 0,
            by_command: vec![CommandIdCount { command: "submit_sm".to_owned(), command_id: 4, count: total }],
        },
        latency_us: requests.latency_us,
        blame: requests.blame,
        answers: Answers::default(),
        transactions: vec![requests],
        unsolicited: Vec::new(),
        statuses: Vec::new(),
        window: Window { max: Some(3), max_at: Some(at(700)), asked_by: Some(Role::Esme) },
        rate: Rate { peak_per_s: Some(12), peak_at: Some(at(0)) },
        conduct: Conduct::default(),
        tcp: SessionTcp { rtt_us: Some(210.25), ..SessionTcp::default() },
    }
}

fn account(name: Option<&str>, side: Option<Leg>, requests: Transactions) -> Account {
    Account {
        name: name.map(str::to_owned),
        name_from: name.map(|_| AccountFrom::Names),
        system_id: None,
        side,
        sessions: 3,
        binds: 2,
        refused: 1,
        max_concurrent: Some(2),
        drops: 1,
        churn: Churn::default(),
        window_max: Some(17),
        latency_us: requests.latency_us,
        transactions: vec![requests],
        statuses: Vec::new(),
    }
}

fn place(frame: u64) -> Place {
    let (file, at) = (Some("captures/gw.pcap19".to_owned()), Some(at(1)));
    Place { file, frame, index: Some(0), at, connection: 7, offset: None, field: None }
}

/// A small capture in which all went well.
pub(super) fn two_sessions() -> Report {
    let submits =
        transactions("submit_sm", 20, 0, latency(20, [310.0, 420.0, 900.5, 1_100.0, 4_200.0, 4_200.25]));
    let delivers = transactions("deliver_sm", 12, 0, latency(12, [91.0, 95.0, 99.0, 99.0, 99.0, 99.0]));
    Report {
        capture: Capture {
            files: vec![file("capture.pcap", 71, 9_412)],
            frames: 71,
            octets: 9_412,
            first_at: Some(at(0)),
            last_at: Some(at(12_500)),
            duration_ms: Some(12_500.0),
            ..Capture::default()
        },
        tcp: Tcp { connections: 2, smpp_connections: 2, segments: 71, ..Tcp::default() },
        octets: Octets { stream: 4_096, in_pdus: 4_096, skipped: 0, skipped_why: Vec::new() },
        pdus: Pdus {
            total: 64,
            by_command: vec![CommandIdCount { command: "deliver_sm".to_owned(), command_id: 5, count: 12 }],
            ..Pdus::default()
        },
        sessions: vec![
            session(0, Some("acme-otp"), submits.clone()),
            session(1, Some("bravo"), delivers.clone()),
        ],
        transactions: vec![submits, delivers],
        statuses: vec![
            status("submit_sm_resp", 0, Some("ESME_ROK"), 20),
            status("deliver_sm_resp", 0, Some("ESME_ROK"), 12),
        ],
        ..Report::default()
    }
}

/// Frames, but none with SMPP.
pub(super) fn nothing_found() -> Report {
    Report {
        capture: Capture {
            files: vec![file("web.pcapng", 1_234, 812_345)],
            frames: 1_234,
            octets: 812_345,
            first_at: Some(at(0)),
            last_at: Some(at(90_061_000)),
            duration_ms: Some(90_061_000.0),
            skipped_frames: vec![reason("not TCP: IP protocol 17", 34)],
            seen: vec![
                Seen { protocol: "tcp".to_owned(), port: Some(443), frames: 1_200 },
                Seen { protocol: "udp".to_owned(), port: Some(53), frames: 33 },
                Seen { protocol: "arp".to_owned(), port: None, frames: 1 },
            ],
            ..Capture::default()
        },
        tcp: Tcp { connections: 17, segments: 1_200, tls_connections: 16, ..Tcp::default() },
        ..Report::default()
    }
}

/// A header of a file and nothing behind it.
pub(super) fn no_frames() -> Report {
    Report {
        capture: Capture { files: vec![file("new.pcap", 0, 0)], ..Capture::default() },
        ..Report::default()
    }
}

/// Something in every place, and text of the traffic's that would like to steer the terminal.
pub(super) fn everything() -> Report {
    let mut submits = transactions(
        "submit_sm",
        257_544,
        180_894,
        latency(257_540, [900.0, 41e3, 80e3, 97e3, 244e3, 9_120e3]),
    );
    submits.leg = Some(Leg::Operator);
    submits.answered = 257_538;
    submits.nacked = 2;
    submits.unanswered = 4;
    submits.unanswered_why = vec![
        WhyCount { why: Unanswered::ReplyInGap, count: 3 },
        WhyCount { why: Unanswered::CaptureEnded, count: 1 },
    ];
    submits.blame = Some(Blame {
        count: 257_540,
        affected: 1_204,
        latency_us: 20_603_200_000.0,
        tcp_us: TcpDelays { retransmission: 1_648_256_000.0, reordering: 0.0, zero_window: 412_064_000.0 },
        network_us: Some(618_096_000.0),
        capture_us: 0.0,
        peer_us: 17_924_784_000.0,
        share_tcp: Some(0.1),
        share_network: Some(0.03),
        share_capture: Some(0.0),
        share_peer: Some(0.87),
        unseen_us: UnseenDelays { before: 0.0, after: 512_000.0 },
    });
    let mut delivers = transactions("deliver_sm", 12, 0, Latency::default());
    delivers.leg = Some(Leg::Customer);
    let alert = Transactions { answered: 0, ..transactions("alert_notification", 1, 0, Latency::default()) };

    let mut worst = session(7, Some("agg_tx2 with a name that is far too long\x1b[31m"), submits.clone());
    worst.bind = Some(Bind::Transmitter);
    worst.first_at = Some(at(-4_000_000));
    worst.last_at = Some(at(168_000));
    worst.start = Start::Midstream;
    worst.end = Some(End::Rst);
    worst.ended_by = Some(EndedBy::Smsc);
    worst.pdus.with_errors = 1;
    worst.window.max = Some(1_024);
    let mut unnamed = session(12, None, transactions("enquire_link", 3, 0, Latency::default()));
    unnamed.end = Some(End::CaptureEnd);
    unnamed.ended_by = None;
    unnamed.start = Start::Midstream;
    unnamed.window = Window::default();
    let mut silent = session(3, Some(""), delivers.clone());
    silent.esme.ip = "2001:db8::17".parse().unwrap();
    silent.end = Some(End::Idle);
    silent.ended_by = Some(EndedBy::Middlebox);

    let finding = |rule: &str, severity, count, message: &str, offset, field: Option<&str>| Finding {
        rule: rule.to_owned(),
        severity,
        count,
        message: message.to_owned(),
        first: Place {
            file: Some("gw.pcap19".to_owned()),
            frame: 274_113,
            index: Some(1),
            at: Some(at(1)),
            connection: 7,
            offset,
            field: field.map(str::to_owned),
        },
    };
    let mut regular = account(Some("norfone"), Some(Leg::Operator), submits.clone());
    regular.churn.period = Some(Period { median_s: 300.0, within: 0.875, intervals: 8 });
    let mut accounts = vec![regular];
    for (name, side) in [
        ("sud\u{202e}tel", Some(Leg::Operator)),
        ("a customer whose name is longer than the page has room for", Some(Leg::Customer)),
        ("10.1.1.1", None),
        ("", None),
    ] {
        accounts.push(account(Some(name), side, transactions("deliver_sm", 12, 0, Latency::default())));
    }
    accounts.push(account(None, Some(Leg::Operator), submits.clone()));
    let slowest = Worst {
        session: "s7".to_owned(),
        account: Some("norfone".to_owned()),
        leg: Some(Leg::Operator),
        command: "submit_sm".to_owned(),
        sequence_number: u32::MAX,
        status: 0x433,
        latency_us: 9_120_000.0,
        request: place(274_113),
        response: place(9_000_000),
    };
    Report {
        accounts,
        accounts_omitted: 7,
        worst: vec![slowest],
        capture: Capture {
            skipped_files: Vec::new(),
            files: vec![
                file("gw.pcap19", 9_000_000, 3_000_000_000),
                File {
                    damage: Some("cut off in the record at octet 99,999,871".to_owned()),
                    ..file("gw.pcap20", 12, 100_000_000)
                },
            ],
            frames: 9_000_012,
            octets: 3_100_000_000,
            first_at: Some(at(-4_000_000)),
            last_at: Some(at(168_000)),
            duration_ms: Some(4_168_000.0),
            local: vec!["10.20.0.5".parse().unwrap()],
            local_from: Some(LocalFrom::Stated),
            skipped_frames: vec![
                reason("not_tcp_udp", 31),
                reason("not_ip", 1),
                reason("ip_fragment_incomplete", 2),
            ],
            fragments: Some(Fragments { joined_frames: 8, datagrams: 8, overlapping: 1 }),
            seen: vec![Seen { protocol: "tcp".to_owned(), port: Some(2775), frames: 9_000_000 }],
            selection: Some("side operator".to_owned()),
            since: None,
            until: None,
        },
        tcp: Tcp {
            duplicate_acks: 12,
            zero_windows: 1,
            connections: 23,
            smpp_connections: 22,
            tls_connections: 1,
            segments: 9_000_000,
            retransmitted: 11,
            duplicate_frames: 1,
            out_of_order: 2,
            gaps: 3,
            gap_octets: 3_912,
            conflicting_overlaps: 1,
            evicted: 5,
        },
        octets: Octets {
            stream: 81_000_000,
            in_pdus: 80_999_000,
            skipped: 1_000,
            skipped_why: vec![reason("looking for the next header", 700), reason("behind a gap", 300)],
        },
        pdus: Pdus {
            total: 515_104,
            with_errors: 1,
            with_warnings: 12_345,
            partial: vec![
                PartialCount { reason: PartialReason::Snaplen, count: 2 },
                PartialCount { reason: PartialReason::Gap, count: 3 },
                PartialCount { reason: PartialReason::CaptureEnd, count: 1 },
            ],
            by_command: vec![CommandIdCount {
                command: "0x00010203".to_owned(),
                command_id: 0x0001_0203,
                count: 515_104,
            }],
        },
        transactions: vec![submits, delivers, alert],
        unsolicited: vec![
            CommandCount { command: "submit_sm_resp".to_owned(), count: 12 },
            CommandCount { command: "generic_nack".to_owned(), count: 1 },
        ],
        statuses: vec![
            Status { leg: Some(Leg::Operator), ..status("submit_sm_resp", 0, Some("ESME_ROK"), 76_644) },
            Status {
                leg: Some(Leg::Operator),
                ..status("submit_sm_resp", 0x58, Some("ESME_RTHROTTLED"), 180_892)
            },
            Status { leg: Some(Leg::Operator), ..status("generic_nack", 0x58, Some("ESME_RTHROTTLED"), 2) },
            Status { leg: Some(Leg::Customer), ..status("deliver_sm_resp", 0x0000_0433, None, 1_804) },
        ],
        sessions: vec![worst, unnamed, silent],
        sessions_omitted: 19,
        findings: vec![
            finding(
                "header.command_length",
                Severity::Error,
                1,
                "command_length: 2147483648, at most 65536 (SMPP 3.4 §3.2)",
                Some(0),
                Some("command_length"),
            ),
            finding(
                "session.pdu_in_wrong_state",
                Severity::Warning,
                12_345,
                "submit_sm: sent in state BOUND_RX, allowed in BOUND_TX and BOUND_TRX, so that the message centre \
                 has to answer ESME_RINVBNDSTS\x07 (SMPP 3.4 §2.2, §2.3 Table 2-1)",
                None,
                None,
            ),
            finding(
                "response.out_of_order",
                Severity::Note,
                1_234_567,
                "answered before an older one",
                None,
                None,
            ),
        ],
        limits: vec![Limit { limit: "octets of held segments dropped".to_owned(), count: 4_096 }],
        ..Report::default()
    }
}
