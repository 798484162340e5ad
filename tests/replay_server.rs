//! `replay` over real sockets, against a message centre that fails: each fault in each phase of a session, signals, TLS,
//! one request at a time. What is told has to be what the message centre saw.

#![expect(clippy::disallowed_methods, reason = "a test of a command measures how long it takes")]

mod replay;

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use replay::{
    Act, Asked, BIND, REQUESTS, RESPONSE, Run, SUBMIT, Script, Smsc, UNBIND, numbered, session, start,
};
use smpp_inspect::smsc::Options;
use smpp_inspect::smsc::server::{Identity, Server, Settings};
use smpp_inspect::testkit::pdu;

/// The request with which the faults in the middle begin: seven are answered before it.
const FAULTY: usize = 7;

/// A fault, and what has to come of it.
struct Row {
    name: &'static str,
    /// What happens to the requests that it meets.
    fault: fn(Asked) -> Option<Act>,
    options: &'static [&'static str],
    status: i32,
    /// Sent, answered, missing, not sent.
    counts: [u64; 4],
    /// More counts, by their place in the summary.
    more: &'static [(&'static str, u64)],
    /// The reason that every request has that was not answered, or not sent.
    why: Option<&'static str>,
}

const THROTTLED: u32 = 0x58;

fn garbage() -> Vec<u8> {
    b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()
}

fn bind(asked: Asked, act: Act) -> Option<Act> {
    (asked.command == BIND).then_some(act)
}

fn unbind(asked: Asked, act: Act) -> Option<Act> {
    (asked.command == UNBIND).then_some(act)
}

/// To one request.
fn once(asked: Asked, act: Act) -> Option<Act> {
    (asked.command == SUBMIT && asked.nth == FAULTY).then_some(act)
}

/// To one request and all after it.
fn from(asked: Asked, act: Act) -> Option<Act> {
    (asked.command == SUBMIT && asked.nth >= FAULTY).then_some(act)
}

const REBIND: &[&str] = &["--on-disconnect", "rebind"];
const STOP: &[&str] = &["--on-disconnect", "stop"];
const NONE: [u64; 4] = [0, 0, 0, 20];
const ALL: [u64; 4] = [20, 20, 0, 0];

/// The table. With a window of 1 it is certain which requests a fault meets.
const ROWS: &[Row] = &[
    // Before the bind's response.
    Row {
        name: "bind refused by its status",
        fault: |asked| bind(asked, Act::Answer(0x0D)),
        options: REBIND,
        status: 3,
        counts: NONE,
        more: &[("/connections/made", 1), ("/connections/binds", 0)],
        why: Some("not_bound"),
    },
    Row {
        name: "killed at the bind",
        fault: |asked| bind(asked, Act::Reset),
        options: REBIND,
        status: 3,
        counts: NONE,
        more: &[("/connections/made", 1)],
        why: Some("not_bound"),
    },
    Row {
        name: "silent to the bind",
        fault: |asked| bind(asked, Act::Silent),
        options: REBIND,
        status: 3,
        counts: NONE,
        more: &[("/connections/made", 1)],
        why: Some("not_bound"),
    },
    Row {
        name: "slow to bind",
        fault: |asked| bind(asked, Act::Slow(Duration::from_millis(600))),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/connections/binds", 1)],
        why: None,
    },
    Row {
        name: "bind throttled",
        fault: |asked| bind(asked, Act::Answer(THROTTLED)),
        options: REBIND,
        status: 3,
        counts: NONE,
        more: &[],
        why: Some("not_bound"),
    },
    Row {
        name: "garbage for a bind response",
        fault: |asked| bind(asked, Act::Say(garbage())),
        options: REBIND,
        status: 3,
        counts: NONE,
        more: &[("/garbage", 1)],
        why: Some("not_bound"),
    },
    Row {
        name: "half closed at the bind",
        fault: |asked| bind(asked, Act::HalfClose),
        options: REBIND,
        status: 3,
        counts: NONE,
        more: &[],
        why: Some("not_bound"),
    },
    Row {
        name: "bind answered generic_nack, of status 0",
        fault: |asked| bind(asked, Act::Say(pdu::header_only(RESPONSE, 0, asked.sequence))),
        options: REBIND,
        status: 3,
        counts: NONE,
        more: &[("/connections/binds", 0)],
        why: Some("not_bound"),
    },
    // In the middle.
    Row {
        name: "requests refused by their status",
        fault: |asked| from(asked, Act::Answer(0x45)),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/failed", 13), ("/verdicts/different", 13), ("/verdicts/expected", 7), ("/throttled", 0)],
        why: None,
    },
    Row {
        name: "connections refused after a loss",
        fault: |asked| once(asked, Act::Vanish),
        options: REBIND,
        status: 3,
        counts: [8, 7, 1, 12],
        more: &[("/connections/made", 1), ("/connections/lost", 1)],
        why: None,
    },
    Row {
        name: "killed in the middle, rebind",
        fault: |asked| once(asked, Act::Reset),
        options: REBIND,
        status: 0,
        counts: [20, 19, 1, 0],
        more: &[("/connections/binds", 2), ("/connections/lost", 1), ("/connections/unbound", 1)],
        why: Some("disconnected"),
    },
    Row {
        name: "killed in the middle, stop",
        fault: |asked| once(asked, Act::Reset),
        options: STOP,
        status: 0,
        counts: [8, 7, 1, 12],
        more: &[("/connections/binds", 1), ("/connections/lost", 1)],
        why: None,
    },
    Row {
        name: "killed in the middle, and it matters",
        fault: |asked| once(asked, Act::Reset),
        options: &["--fail-on", "different"],
        status: 1,
        counts: [20, 19, 1, 0],
        more: &[],
        why: Some("disconnected"),
    },
    Row {
        name: "silent in the middle, to requests",
        fault: |asked| (asked.command == SUBMIT && asked.nth >= 16).then_some(Act::Silent),
        options: REBIND,
        status: 0,
        counts: [20, 16, 4, 0],
        more: &[("/connections/unbound", 1), ("/connections/lost", 0)],
        why: Some("timed_out"),
    },
    Row {
        name: "silent in the middle, to one and what follows on its connection",
        fault: |asked| {
            let silent = asked.command == SUBMIT && asked.nth == FAULTY || asked.command == 0x15;
            silent.then_some(Act::Silent)
        },
        options: &["--enquire-link", "200ms"],
        status: 0,
        counts: [20, 19, 1, 0],
        more: &[],
        why: None,
    },
    Row {
        name: "slow in the middle",
        fault: |asked| once(asked, Act::Slow(Duration::from_millis(600))),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/late", 0)],
        why: None,
    },
    Row {
        name: "slower than the timeout",
        fault: |asked| once(asked, Act::Slow(Duration::from_millis(1_600))),
        options: REBIND,
        status: 0,
        counts: [20, 19, 1, 0],
        more: &[("/late", 1), ("/verdicts/extra", 0)],
        why: Some("timed_out"),
    },
    Row {
        name: "throttling in the middle",
        fault: |asked| from(asked, Act::Answer(THROTTLED)),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/throttled", 13), ("/failed", 13), ("/verdicts/different", 13)],
        why: None,
    },
    Row {
        name: "garbage in the middle, rebind",
        fault: |asked| once(asked, Act::Say(garbage())),
        options: REBIND,
        status: 0,
        counts: [20, 19, 1, 0],
        more: &[("/garbage", 1), ("/connections/lost", 1), ("/connections/binds", 2)],
        why: Some("disconnected"),
    },
    Row {
        name: "garbage in the middle, stop",
        fault: |asked| once(asked, Act::Say(garbage())),
        options: STOP,
        status: 0,
        counts: [8, 7, 1, 12],
        more: &[("/garbage", 1)],
        why: None,
    },
    Row {
        name: "half closed in the middle, rebind",
        fault: |asked| once(asked, Act::HalfClose),
        options: REBIND,
        status: 0,
        counts: [20, 19, 1, 0],
        more: &[("/connections/lost", 1), ("/connections/binds", 2)],
        why: Some("disconnected"),
    },
    Row {
        name: "half closed in the middle, stop",
        fault: |asked| once(asked, Act::HalfClose),
        options: STOP,
        status: 0,
        counts: [8, 7, 1, 12],
        more: &[("/connections/lost", 1)],
        why: None,
    },
    Row {
        name: "a request nacked",
        fault: |asked| once(asked, Act::Say(pdu::header_only(RESPONSE, 3, asked.sequence))),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/failed", 1), ("/verdicts/different", 1)],
        why: None,
    },
    Row {
        name: "a request answered twice",
        fault: |asked| {
            let one = pdu::submit_sm_resp(0, asked.sequence, "new");
            once(asked, Act::Say([one.clone(), one].concat()))
        },
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/verdicts/extra", 1)],
        why: None,
    },
    Row {
        name: "unbound by the peer in the middle",
        fault: |asked| once(asked, Act::Say(pdu::header_only(UNBIND, 0, 1))),
        options: REBIND,
        status: 0,
        counts: [20, 19, 1, 0],
        more: &[("/connections/lost", 1), ("/connections/binds", 2)],
        why: Some("disconnected"),
    },
    // At the end.
    Row {
        name: "unbind refused by its status",
        fault: |asked| unbind(asked, Act::Answer(0x08)),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/connections/unbound", 1)],
        why: None,
    },
    Row {
        name: "killed at the unbind",
        fault: |asked| unbind(asked, Act::Reset),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/connections/unbound", 0), ("/connections/made", 1)],
        why: None,
    },
    Row {
        name: "silent to the unbind",
        fault: |asked| unbind(asked, Act::Silent),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/connections/unbound", 0)],
        why: None,
    },
    Row {
        name: "slow to unbind",
        fault: |asked| unbind(asked, Act::Slow(Duration::from_millis(600))),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/connections/unbound", 1)],
        why: None,
    },
    Row {
        name: "unbind throttled",
        fault: |asked| unbind(asked, Act::Answer(THROTTLED)),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/connections/unbound", 1), ("/throttled", 0)],
        why: None,
    },
    Row {
        name: "garbage for an unbind response",
        fault: |asked| unbind(asked, Act::Say(garbage())),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/garbage", 1), ("/connections/unbound", 0), ("/connections/made", 1)],
        why: None,
    },
    Row {
        name: "half closed at the unbind",
        fault: |asked| unbind(asked, Act::HalfClose),
        options: REBIND,
        status: 0,
        counts: ALL,
        more: &[("/connections/unbound", 0), ("/connections/made", 1)],
        why: None,
    },
];

/// A message centre with a fault.
fn faulty(fault: fn(Asked) -> Option<Act>) -> Smsc {
    Smsc::new(move |asked| fault(asked).unwrap_or(Act::Answer(0)))
}

fn run(capture: &std::path::Path, smsc: &Smsc, arguments: &[&str]) -> Run {
    let run = Run::of(&replay::finish(start(capture, smsc.address, arguments)));
    run.account(smsc);
    run
}

/// All rows, a few at a time.
fn each_row(test: impl Fn(&Row) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some(row) = ROWS.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst)) {
                    test(row);
                }
            });
        }
    });
}

#[test]
fn every_fault_in_every_phase_ends_with_its_status_and_counts() {
    let (_folder, capture) = numbered();
    each_row(|row| {
        println!("{}", row.name);
        let smsc = faulty(row.fault);
        let arguments = [&["--max", "--window", "1", "--timeout", "1"], row.options].concat();
        let run = run(&capture, &smsc, &arguments);
        let name = row.name;
        let counts =
            ["/sent", "/answered", "/verdicts/missing", "/verdicts/not_sent"].map(|at| run.count(at));
        assert_eq!((run.status, counts), (row.status, row.counts), "{name}: {}\n{}", run.summary, run.stderr);
        for (pointer, count) in row.more {
            assert_eq!(run.count(pointer), *count, "{name}: {pointer} in {}", run.summary);
        }
        if let Some(why) = row.why {
            let reasons =
                ["unanswered_why", "not_sent_why"].map(|key| run.summary[key].as_array().unwrap().clone());
            // A run may be over before the capture is read, too.
            let is_other = |reason: &&serde_json::Value| reason["why"] != why && reason["why"] != "not_read";
            let others: Vec<_> = reasons.iter().flatten().filter(is_other).collect();
            assert!(others.is_empty(), "{name}: {others:?}");
        }
        if row.status == 3 {
            assert!(!run.stderr.is_empty() && run.summary["failure"].is_string(), "{name}: {}", run.stderr);
        }
        // Whoever was bound, and still is, is unbound; nobody else is.
        if run.count("/connections/lost") == 0 {
            let binds = usize::try_from(run.count("/connections/binds")).unwrap();
            assert_eq!(smsc.of(UNBIND).len(), binds, "{name}");
        }
    });
}

#[test]
fn with_requests_in_flight_every_fault_is_accounted_for_too() {
    let (_folder, capture) = numbered();
    each_row(|row| {
        println!("{}", row.name);
        let smsc = faulty(row.fault);
        let arguments = [&["--max", "--window", "5", "--timeout", "1"], row.options].concat();
        let run = run(&capture, &smsc, &arguments);
        assert_eq!(run.status, row.status, "{}: {}\n{}", row.name, run.summary, run.stderr);
        assert_eq!(run.count("/planned"), 20);
    });
}

#[test]
fn without_anybody_who_listens_nothing_is_sent_and_it_says_so() {
    let (_folder, capture) = numbered();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = Run::of(&replay::finish(start(&capture, port, &["--max"])));
    assert_eq!((run.status, run.count("/sent"), run.count("/verdicts/not_sent")), (3, 0, 20));
    assert!(run.stderr.contains("no connection"), "{}", run.stderr);
    assert!(run.stderr.contains(&port.to_string()), "{}", run.stderr);
}

/// A session of its own for each bind; one that is killed takes none of the others with it.
#[test]
fn one_session_that_is_lost_leaves_the_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    std::fs::write(&path, session(60, 5_000_000)).unwrap();
    for how in ["rebind", "stop"] {
        let smsc = faulty(|asked| once(asked, Act::Reset));
        // Three captures of the same session are three sessions, which are told apart by nothing but their requests.
        let run = run(&path, &smsc, &["--binds", "3", "--max", "--window", "1", "--on-disconnect", how]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert_eq!(
            (run.count("/sent"), run.count("/answered")),
            if how == "rebind" { (60, 59) } else { (8, 7) }
        );
    }
}

#[cfg(unix)]
#[test]
fn a_signal_in_any_phase_unbinds_and_tells_what_was_done() {
    let (_folder, capture) = numbered();
    for (signal, status) in [("-INT", 130), ("-TERM", 143)] {
        // Before the bind's response.
        let smsc = faulty(|asked| bind(asked, Act::Silent));
        let child = start(&capture, smsc.address, &["--max"]);
        smsc.wait_for(BIND, 1);
        replay::kill(&child, signal);
        let run = Run::of(&replay::finish(child));
        run.account(&smsc);
        assert_eq!((run.status, run.count("/sent"), run.count("/verdicts/not_sent")), (status, 0, 20));
        // A bind that is answered after it is followed by an unbind, and by no request.
        let smsc = faulty(|asked| bind(asked, Act::Slow(Duration::from_millis(800))));
        let child = start(&capture, smsc.address, &["--max"]);
        smsc.wait_for(BIND, 1);
        replay::kill(&child, signal);
        let run = Run::of(&replay::finish(child));
        run.account(&smsc);
        assert_eq!((run.status, run.count("/sent"), smsc.of(SUBMIT).len()), (status, 0, 0));
        assert_eq!((smsc.of(UNBIND).len(), run.count("/connections/unbound")), (1, 1));
        // Between requests, one of them not answered.
        let smsc = faulty(|asked| from(asked, Act::Silent));
        let child = start(&capture, smsc.address, &["--max", "--window", "1"]);
        smsc.wait_for(SUBMIT, FAULTY + 1);
        replay::kill(&child, signal);
        let run = Run::of(&replay::finish(child));
        run.account(&smsc);
        let counts =
            ["/sent", "/answered", "/verdicts/missing", "/verdicts/not_sent"].map(|at| run.count(at));
        assert_eq!((run.status, counts), (status, [8, 7, 1, 12]), "{}", run.summary);
        assert_eq!(run.summary["unanswered_why"][0]["why"], "stopped");
        assert_eq!((smsc.of(UNBIND).len(), run.count("/connections/unbound")), (1, 1));
        // While it waits for the end.
        let smsc = faulty(|asked| unbind(asked, Act::Silent));
        let child = start(&capture, smsc.address, &["--max"]);
        smsc.wait_for(UNBIND, 1);
        replay::kill(&child, signal);
        let run = Run::of(&replay::finish(child));
        run.account(&smsc);
        assert_eq!((run.status, run.count("/answered"), smsc.of(UNBIND).len()), (status, 20, 1));
    }
}

#[cfg(unix)]
#[test]
fn a_signal_while_it_waits_to_bind_again_ends_it() {
    let (_folder, capture) = numbered();
    let smsc = faulty(|asked| once(asked, Act::Vanish));
    let child = start(&capture, smsc.address, &["--max", "--window", "1"]);
    smsc.wait_for(SUBMIT, FAULTY + 1);
    std::thread::sleep(Duration::from_millis(900));
    let began = std::time::Instant::now();
    replay::kill(&child, "-INT");
    let run = Run::of(&replay::finish(child));
    run.account(&smsc);
    assert_eq!((run.status, run.count("/verdicts/not_sent")), (130, 12));
    assert!(began.elapsed() < Duration::from_secs(5), "it does not wait for what it gave up");
}

#[test]
fn each_line_of_standard_input_lets_one_request_go() {
    let (_folder, capture) = numbered();
    let smsc = faulty(|_| None);
    let to = smsc.address.to_string();
    let arguments = [capture.to_str().unwrap(), "--to", &to, "--yes", "--format", "ndjson", "--step"];
    let mut child = replay::command(&arguments).stdin(Stdio::piped()).spawn().unwrap();
    smsc.wait_for(BIND, 1);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(smsc.of(SUBMIT).len(), 0);
    for count in 1..=3 {
        replay::enter(&mut child);
        smsc.wait_for(SUBMIT, count);
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(smsc.of(SUBMIT).len(), count);
    }
    (3..REQUESTS).for_each(|_| replay::enter(&mut child));
    let run = Run::of(&replay::finish(child));
    run.account(&smsc);
    assert_eq!((run.status, run.count("/answered")), (0, 20), "{}", run.summary);
}

#[test]
fn the_end_of_standard_input_ends_a_run_by_steps() {
    let (_folder, capture) = numbered();
    let smsc = faulty(|_| None);
    let to = smsc.address.to_string();
    let arguments = [capture.to_str().unwrap(), "--to", &to, "--yes", "--format", "ndjson", "--step"];
    let mut child = replay::command(&arguments).stdin(Stdio::piped()).spawn().unwrap();
    (0..2).for_each(|_| replay::enter(&mut child));
    let run = Run::of(&replay::finish(child));
    run.account(&smsc);
    assert_eq!((run.status, run.count("/answered"), run.count("/verdicts/not_sent")), (0, 2, 18));
    assert_eq!(smsc.of(UNBIND).len(), 1);
}

/// The test SMSC with TLS, for `name`, and its certificate.
fn tls(name: &str) -> (Server, String) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let pem = made.cert.pem();
    let identity = Identity::from_pem(pem.as_bytes(), made.signing_key.serialize_pem().as_bytes()).unwrap();
    let options = Options { system_id: "fake".to_owned(), ..Options::default() };
    (Server::start(Settings { options, tls: Some(identity), ..Settings::default() }).unwrap(), pem)
}

#[test]
fn tls_is_spoken_to_whom_the_certificate_names_and_to_nobody_else() {
    let (folder, capture) = numbered();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (server, pem) = tls("localhost");
    let to = format!("localhost:{}", server.address().port());
    let ours = file("ours.pem", &pem);
    let theirs = file("theirs.pem", &tls("localhost").1);
    let empty = file("empty.pem", "nothing");
    let replay = |to: &str, arguments: &[&str]| {
        let base = [capture.to_str().unwrap(), "--to", to, "--yes", "--format", "ndjson", "--max"];
        replay::finish(replay::command(&[&base, arguments].concat()).spawn().unwrap())
    };
    let run = Run::of(&replay(&to, &["--tls", "--ca-file", &ours]));
    assert_eq!((run.status, run.count("/answered")), (0, 20), "{}", run.stderr);
    assert_eq!(run.count("/connections/unbound"), 1);
    let run = Run::of(&replay(&to, &["--tls", "--insecure"]));
    assert_eq!((run.status, run.count("/answered")), (0, 20), "{}", run.stderr);
    // The address is not what the certificate is for; a certificate of somebody else; none that the system trusts.
    let address = server.address().to_string();
    for (to, arguments) in [
        (address.as_str(), &["--tls", "--ca-file", ours.as_str()][..]),
        (&to, &["--tls", "--ca-file", theirs.as_str()]),
        (&to, &[]),
    ] {
        let run = Run::of(&replay(to, arguments));
        assert_eq!((run.status, run.count("/sent")), (3, 0), "{arguments:?}: {}", run.stderr);
        if arguments.contains(&"--tls") {
            assert!(run.stderr.contains("TLS: invalid peer certificate"), "{}", run.stderr);
        }
    }
    let output = replay(&to, &["--tls", "--ca-file", &empty]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no certificate in PEM"));
    assert_eq!(server.stop().accepted, 40);
}

#[test]
fn receipts_are_answered_and_the_session_stays_for_them() {
    let (_folder, capture) = numbered();
    let script: Script = Arc::new(|asked| {
        if asked.command != SUBMIT {
            return Act::Answer(0);
        }
        let receipt = pdu::deliver_sm(
            asked.sequence + 1_000,
            &pdu::Message {
                source: &pdu::Address::international("447700900123"),
                destination: &pdu::Address::name("shop"),
                esm_class: 4,
                registered_delivery: 0,
                data_coding: 0,
                short_message: b"id:1 stat:DELIVRD",
            },
        );
        Act::Say([pdu::submit_sm_resp(0, asked.sequence, "1"), receipt].concat())
    });
    let smsc = Smsc::listening("127.0.0.1:0".parse().unwrap(), "fake", script);
    let run = run(&capture, &smsc, &["--max", "--linger", "300ms"]);
    assert_eq!((run.status, run.count("/deliveries")), (0, 20));
    let answers: Vec<u32> = smsc.of(0x8000_0005).iter().map(|seen| seen.sequence).collect();
    let asked: Vec<u32> = smsc.of(SUBMIT).iter().map(|seen| seen.sequence + 1_000).collect();
    assert_eq!(answers, asked, "each once, in order");
}
