//! Whose a latency is, against hosts that know: `smpp_inspect::testkit::path`.

use std::io::Cursor;

use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::model::{Blame, Report};
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::path::{Parts, Path};
use smpp_inspect::testkit::scenario::{MICROS, MILLIS, SECONDS};

/// One way to the opener and to the accepter: near the ESME, in the middle, near the message centre.
const PLACES: [(&str, [i64; 2]); 3] = [
    ("near the ESME", [50 * MICROS, 10 * MILLIS]),
    ("in the middle", [4 * MILLIS, 6 * MILLIS]),
    ("near the SMSC", [10 * MILLIS, 50 * MICROS]),
];

fn report(path: &Path) -> (Report, Parts) {
    let (frames, parts) = path.play();
    let octets = Box::new(Cursor::new(file::capture(
        &frames,
        Format::Pcap { nanos: true, big_endian: false },
        Link::Ethernet,
    )));
    let input = Input::Reader { name: "capture".to_owned(), octets, live: false };
    let outcome = pipeline::run(Capture::open(vec![input]), &Settings::default(), &mut |_, _| ());
    assert_eq!(outcome.errors, []);
    (outcome.report, parts)
}

/// The figures of the requests of a path, and the truth.
fn figures(path: &Path) -> (Blame, Parts) {
    let (report, parts) = report(path);
    let command = if path.asking == Side::Opener { "submit_sm" } else { "deliver_sm" };
    let row = report.transactions.iter().find(|row| row.command == command).expect("requests were sent");
    let blame = row.blame.expect("they were answered");
    assert_eq!((row.count, blame.count), (parts.count, parts.count));
    assert_eq!(blame.latency_us, parts.latency as f64 / 1_000.0);
    let answers = &report.sessions[0].answers;
    let answers = if path.asking == Side::Opener { answers.smsc } else { answers.esme };
    assert_eq!(
        (answers.out_of_order, answers.largest_overtake),
        (parts.out_of_order, parts.largest_overtake)
    );
    assert!(parts.out_of_order > 0 || path.requests < 10);
    let tcp = blame.tcp_us.retransmission + blame.tcp_us.reordering + blame.tcp_us.zero_window;
    let sum = tcp + blame.network_us.unwrap_or(0.0) + blame.capture_us + blame.peer_us;
    assert!((sum - blame.latency_us).abs() < 1.0, "{blame:?}");
    let shares = [blame.share_tcp, blame.share_network, blame.share_capture, blame.share_peer];
    assert!((shares.into_iter().flatten().sum::<f64>() - 1.0).abs() < 1e-9, "{blame:?}");
    (blame, parts)
}

/// Every cause within 5 % of the truth's own size, or within half a per cent of the latency where it is small; the rest
/// within 3 % of the latency.
fn assert_close(name: &str, path: &Path) -> (Blame, Parts) {
    let (blame, parts) = figures(path);
    let network = blame.network_us.unwrap_or(0.0);
    for (cause, figure, truth) in [
        ("retransmission", blame.tcp_us.retransmission, parts.retransmission),
        ("reordering", blame.tcp_us.reordering, parts.reordering),
        ("zero window", blame.tcp_us.zero_window, parts.zero_window),
        ("capture", blame.capture_us, parts.capture),
        ("peer and network", blame.peer_us + network, parts.peer + parts.network),
    ] {
        let truth = truth as f64 / 1_000.0;
        let least = if cause == "peer and network" { 0.03 } else { 0.005 };
        let most = (truth * 0.05).max(blame.latency_us * least);
        assert!(
            (figure - truth).abs() <= most,
            "{name}, {cause}: {figure}, not {truth}: {blame:#?} {parts:#?}"
        );
        if truth == 0.0 && cause != "zero window" {
            assert_eq!(figure, 0.0, "{name}: nothing is {cause}'s");
        }
    }
    (blame, parts)
}

fn share(part: i64, parts: &Parts) -> f64 {
    part as f64 / parts.latency as f64
}

fn everywhere(change: impl Fn(&mut Path), check: impl Fn(&str, &Path)) {
    for (place, legs) in PLACES {
        for asking in [Side::Opener, Side::Accepter] {
            for seed in 1..=3 {
                let mut path = Path { asking, ..Path::new(seed, legs) };
                change(&mut path);
                check(&format!("{place}, {asking:?} asks, seed {seed}"), &path);
            }
        }
    }
}

#[test]
fn where_nothing_went_wrong_nothing_is_tcps() {
    everywhere(
        |_| (),
        |name, path| {
            let (blame, parts) = assert_close(name, path);
            assert_eq!((blame.affected, blame.share_tcp), (0, Some(0.0)), "{name}");
            let answers = report(path).0.sessions[0].answers;
            assert_eq!((answers.esme.batches, answers.smsc.batches), (0, 0), "{name}");
            assert_eq!((blame.unseen_us.before, blame.unseen_us.after), (0.0, 0.0), "{name}");
            assert_eq!(blame.network_us, Some(parts.network as f64 / 1_000.0), "{name}");
        },
    );
}

#[test]
fn requests_lost_beyond_the_capture_are_tcps_until_they_are_sent_again() {
    everywhere(
        |path| path.requests_lost = [0, 5],
        |name, path| {
            let (_, parts) = assert_close(name, path);
            assert!(share(parts.retransmission, &parts) > 0.2, "{name}: {parts:?}");
        },
    );
}

#[test]
fn responses_lost_before_the_capture_are_tcps_while_later_ones_wait_for_them() {
    everywhere(
        |path| path.responses_lost = [5, 0],
        |name, path| {
            let (_, parts) = assert_close(name, path);
            assert!(share(parts.retransmission, &parts) > 0.2, "{name}: {parts:?}");
        },
    );
}

#[test]
fn what_is_lost_on_the_other_side_of_the_capture_is_in_no_latency_but_told() {
    everywhere(
        |path| (path.requests_lost, path.responses_lost) = ([5, 0], [0, 5]),
        |name, path| {
            let (blame, parts) = assert_close(name, path);
            assert_eq!((parts.retransmission, blame.share_tcp), (0, Some(0.0)), "{name}");
            for (figure, truth) in
                [(blame.unseen_us.before, parts.before), (blame.unseen_us.after, parts.after)]
            {
                let truth = truth as f64 / 1_000.0;
                assert!(truth > 0.0 && (figure - truth).abs() <= truth * 0.05, "{name}: {figure}, {truth}");
            }
        },
    );
}

#[test]
fn responses_that_others_overtake_before_the_capture_are_told_from_lost_ones() {
    everywhere(
        |path| {
            (path.interval, path.service) = (200 * MICROS, (3 * MILLIS, 4 * MILLIS));
            path.responses_overtaken = (20, 16 * MILLIS);
        },
        |name, path| {
            let (_, parts) = assert_close(name, path);
            assert!(share(parts.reordering, &parts) > 0.05, "{name}: {parts:?}");
        },
    );
}

#[test]
fn responses_that_only_the_capture_has_late_are_nobodys_fault() {
    everywhere(
        |path| {
            let late = 2 * path.legs[0].max(path.legs[1]) + 10 * MILLIS;
            (path.interval, path.captured_late) = (300 * MICROS, (20, late));
        },
        |name, path| {
            let (blame, parts) = assert_close(name, path);
            assert!(share(parts.capture, &parts) > 0.05, "{name}: {parts:?}");
            assert_eq!(blame.share_tcp, Some(0.0), "{name}");
        },
    );
}

#[test]
fn while_the_asking_side_takes_no_octets_the_time_is_its_window() {
    everywhere(
        |path| path.asking_closed = vec![(600 * MILLIS, 800 * MILLIS), (1_000 * MILLIS, 1_150 * MILLIS)],
        |name, path| {
            let (_, parts) = assert_close(name, path);
            assert!(share(parts.zero_window, &parts) > 0.5, "{name}: {parts:?}");
            // What waited for the window comes in full segments.
            let answers = report(path).0.sessions[0].answers;
            let answers = if path.asking == Side::Opener { answers.smsc } else { answers.esme };
            assert!(answers.largest_batch > 10 && answers.in_batches > 300, "{name}: {answers:?}");
        },
    );
}

#[test]
fn a_window_closed_while_the_peer_still_works_is_not_to_blame() {
    everywhere(
        |path| {
            (path.requests, path.interval, path.service) = (5, 2 * SECONDS, (SECONDS, SECONDS));
            // Between request and response of the second and third, and open again long before these.
            path.asking_closed = vec![(2_500 * MILLIS, 2_700 * MILLIS), (4_450 * MILLIS, 4_600 * MILLIS)];
        },
        |name, path| {
            let (blame, parts) = figures(path);
            assert_eq!((parts.zero_window, blame.tcp_us.zero_window), (0, 0.0), "{name}");
        },
    );
}

#[test]
fn while_the_answering_side_takes_no_octets_latencies_are_what_they_are() {
    everywhere(
        |path| path.answering_closed = vec![(600 * MILLIS, 800 * MILLIS)],
        |name, path| {
            let (blame, _) = assert_close(name, path);
            assert_eq!(blame.share_tcp, Some(0.0), "{name}");
        },
    );
}

/// Everything at once.
fn mixture(path: &mut Path) {
    (path.requests, path.interval) = (3_000, 500 * MICROS);
    (path.requests_lost, path.responses_lost) = ([2, 2], [2, 2]);
    path.responses_overtaken = (5, 16 * MILLIS);
    path.asking_closed = vec![(700 * MILLIS, 900 * MILLIS), (1_300 * MILLIS, 1_500 * MILLIS)];
}

#[test]
fn in_a_mixture_the_shares_are_right_within_5_per_cent() {
    everywhere(mixture, |name, path| {
        let (blame, parts) = figures(path);
        let tcp = parts.retransmission + parts.reordering + parts.zero_window;
        for (whose, figure, truth) in [
            ("TCP", blame.share_tcp, tcp),
            ("retransmission", Some(blame.tcp_us.retransmission / blame.latency_us), parts.retransmission),
            ("reordering", Some(blame.tcp_us.reordering / blame.latency_us), parts.reordering),
            ("zero window", Some(blame.tcp_us.zero_window / blame.latency_us), parts.zero_window),
            ("network", blame.share_network, parts.network),
            ("peer", blame.share_peer, parts.peer),
        ] {
            let (figure, truth) = (figure.unwrap(), share(truth, &parts));
            assert!((figure - truth).abs() <= 0.05, "{name}, {whose}: {figure}, not {truth}");
        }
    });
}

#[test]
fn without_a_handshake_the_network_is_the_peers_and_the_rest_stays() {
    everywhere(
        |path| {
            mixture(path);
            path.handshake = false;
        },
        |name, path| {
            let (blame, parts) = figures(path);
            assert_eq!((blame.network_us, blame.share_network), (None, None), "{name}");
            let tcp = parts.retransmission + parts.reordering + parts.zero_window;
            assert!(
                (blame.share_tcp.unwrap() - share(tcp, &parts)).abs() <= 0.05,
                "{name}: {blame:?} {parts:?}"
            );
        },
    );
}
