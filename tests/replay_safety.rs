//! What `replay` refuses, rule by rule, as a user meets it: nothing is opened, nothing is sent, and it says why.

#![expect(clippy::disallowed_methods, reason = "a test of a command measures how long it takes")]

mod replay;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use replay::{Act, BIND, REQUESTS, Run, SUBMIT, Smsc, UNBIND, command, destination, finish, numbered, start};
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::pdu;
use smpp_inspect::testkit::tcp::Connection;

/// On other machines than this one: the message centre of [`numbered`] is 192.0.2.9, its ESME 10.0.0.5.
const INCIDENT: &str = "samples/incident/capture.pcap";
/// Recorded on loopback.
const RECORDING: &str = "samples/recording/capture.pcap";

fn run(arguments: &[&str]) -> Output {
    finish(command(arguments).spawn().unwrap())
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Refused with these words, and without a word on standard output.
fn refused(arguments: &[&str], words: &str) {
    let output = run(arguments);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert!(told.contains(words), "{arguments:?}: {words} is not in {told}");
    assert!(output.stdout.is_empty());
}

fn planned(arguments: &[&str]) -> String {
    let output = run(&[arguments, &["--dry-run"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// One that answers everything with success.
fn willing() -> Smsc {
    Smsc::new(|_| Act::Answer(0))
}

#[test]
fn there_is_no_default_target() {
    refused(&[RECORDING, "--yes"], "--to");
    refused(&[RECORDING, "--yes", "--to", "127.0.0.1"], "HOST:PORT is needed");
    refused(&[RECORDING, "--yes", "--to", ":2775"], "HOST:PORT is needed");
    refused(&[RECORDING, "--yes", "--to", "127.0.0.1:0"], "HOST:PORT is needed");
}

#[test]
fn whoever_is_not_this_machine_has_to_be_named_twice() {
    let (_folder, path) = numbered();
    let path = path.to_str().unwrap();
    for host in
        ["192.0.2.77", "10.1.1.1", "192.168.1.1", "172.16.0.1", "169.254.1.1", "100.64.0.1", "[2001:db8::1]"]
    {
        let to = format!("{host}:2775");
        let base = [path, "--to", &to, "--test-numbers", "--yes"];
        let began = Instant::now();
        refused(&base, &format!("repeat the host with --allow-host {}", host.trim_matches(['[', ']'])));
        refused(&[&base[..], &["--allow-host", "192.0.2.78"]].concat(), "is not this machine");
        assert!(began.elapsed() < Duration::from_secs(60), "nobody was waited for");
        let allowed = [&base[..], &["--allow-host", host]].concat();
        assert!(planned(&allowed).contains("Replay to"), "{host}");
    }
}

#[test]
fn elsewhere_destinations_are_replaced_or_listed() {
    let (_folder, path) = numbered();
    let base = [path.to_str().unwrap(), "--to", "192.0.2.77:2775", "--allow-host", "192.0.2.77", "--yes"];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    refused(&with(&[]), "the captured destinations may be people's");
    refused(&with(&["--dest-allow", "447*"]), "the captured destinations may be people's");
    refused(&with(&["--keep-destinations"]), "--keep-destinations needs a --dest-allow list");
    refused(&with(&["--keep-destinations", "--test-numbers"]), "cannot be used with");
    assert!(planned(&with(&["--test-numbers"])).contains("numbers of +999"));
    let some = planned(&with(&["--keep-destinations", "--dest-allow", "447700900001,44770090001*"]));
    assert!(some.contains("11: 11 submit_sm"), "{some}");
    assert!(some.contains("9 requests withheld: a destination that --dest-allow does not list"), "{some}");
    let mapped = planned(&with(&["--map-dest", "4477009000(\\d+)=99970090000$1"]));
    assert!(mapped.contains("20: 20 submit_sm"), "{mapped}");
    let part = planned(&with(&["--map-dest", "44770090001(\\d+)=9997009001$1"]));
    assert!(part.contains("10 requests withheld: a destination that no --map-dest matches"), "{part}");
    // Nothing is left: nothing is opened.
    refused(&with(&["--map-dest", "1=2"]), "nothing is left to send");
}

#[test]
fn an_end_of_the_capture_is_no_target() {
    let (_folder, path) = numbered();
    let path = path.to_str().unwrap();
    for host in ["192.0.2.9", "10.0.0.5", "[::ffff:192.0.2.9]"] {
        // Whatever is allowed, and on any port.
        let to = format!("{host}:9999");
        let told = "is an end of the capture";
        refused(&[path, "--to", &to, "--allow-host", host, "--test-numbers", "--yes"], told);
    }
    // Of a gateway's capture every machine is one, also of the legs that are not replayed.
    let base = ["--session", "s0", "--bind-as", "test", "--test-numbers", "--yes"];
    for host in ["10.40.9.5", "10.20.0.11", "10.40.7.21"] {
        let to = format!("{host}:2775");
        let arguments = [&[INCIDENT, "--to", &to, "--allow-host", host], &base[..]].concat();
        refused(&arguments, "is an end of the capture");
    }
}

#[test]
fn on_this_machine_the_captured_port_is_no_target() {
    let report = finish(
        Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
            .args([RECORDING, "--format", "json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let port = report["sessions"][0]["smsc"]["port"].as_u64().unwrap();
    for host in ["127.0.0.1", "127.1.2.3", "[::1]", "localhost"] {
        refused(
            &[RECORDING, "--yes", "--to", &format!("{host}:{port}")],
            "is an end of the capture, the same port",
        );
    }
    assert!(planned(&[RECORDING, "--to", "127.0.0.1:1"]).contains("Replay to"));
}

#[test]
fn what_is_no_single_machine_is_no_target() {
    let (_folder, path) = numbered();
    for host in ["0.0.0.0", "255.255.255.255", "224.0.0.1", "[::]"] {
        let to = format!("{host}:2775");
        let arguments =
            [path.to_str().unwrap(), "--to", &to, "--allow-host", host, "--test-numbers", "--yes"];
        refused(&arguments, "is not the address of one machine");
    }
}

/// A tunnel may lead from loopback to the captured message centre, which shows itself by its name.
#[test]
fn the_captured_message_centre_gets_an_unbind_and_no_request() {
    let (_folder, path) = numbered();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    for (name, arguments, sends) in [
        ("production", &[][..], false),
        ("lab", &[], true),
        ("", &[], true),
        ("production", &["--expect-system-id", "production"], true),
        ("lab", &["--expect-system-id", "lab"], true),
        ("lab", &["--expect-system-id", "other"], false),
        ("", &["--expect-system-id", "other"], false),
        ("Lab", &["--expect-system-id", "lab"], false),
    ] {
        let smsc = Smsc::listening(any, name, Arc::new(|_| Act::Answer(0)));
        let run = Run::of(&finish(start(&path, smsc.address, &[&["--max"], arguments].concat())));
        let sent = if sends { REQUESTS } else { 0 };
        assert_eq!(smsc.of(SUBMIT).len(), sent, "{name:?} {arguments:?}: {}", run.stderr);
        assert_eq!(run.status, if sends { 0 } else { 3 }, "{name:?} {arguments:?}");
        assert_eq!((smsc.of(BIND).len(), smsc.of(UNBIND).len()), (1, 1), "{name:?} {arguments:?}");
        if !sends {
            assert!(run.stderr.contains(&format!("the SMSC calls itself {name:?}")), "{}", run.stderr);
        }
    }
}

#[test]
fn without_agreement_nothing_is_opened() {
    let (_folder, path) = numbered();
    let smsc = willing();
    let to = smsc.address.to_string();
    let path = path.to_str().unwrap();
    let output = run(&[path, "--to", &to]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("only --yes lets it send"), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("Requests   20: 20 submit_sm"),
        "the plan is shown: {}",
        stderr(&output)
    );
    let output = run(&[path, "--to", &to, "--quiet"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&[path, "--to", &to, "--dry-run", "--yes"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(smsc.connections(), 0);
}

/// On a terminal, as `script` (util-linux) makes one.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_it_asks_and_only_yes_is_yes() {
    let (_folder, path) = numbered();
    let smsc = willing();
    let ask = |answer: &str| {
        let binary = env!("CARGO_BIN_EXE_smpp-inspect");
        let replay = format!("{binary} replay {} --to {} --max", path.to_str().unwrap(), smsc.address);
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", &replay, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), answer.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for answer in ["no\n", "\n", "y\n"] {
        let (status, told) = ask(answer);
        assert_eq!(status, Some(2), "{told}");
        assert!(
            told.contains("Send 20 requests to 127.0.0.1") && told.contains("nothing was sent"),
            "{told}"
        );
        assert_eq!(smsc.connections(), 0);
    }
    let (status, told) = ask("yes\n");
    assert_eq!((status, smsc.of(SUBMIT).len()), (Some(0), REQUESTS), "{told}");
}

/// The addresses that a run connects to, by the system calls that strace shows; `None`: it cannot be watched here.
fn connections(arguments: &[&str]) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=socket,connect,sendto,sendmsg,bind", "-o", trace.to_str().unwrap()])
        .arg(env!("CARGO_BIN_EXE_smpp-inspect"))
        .arg("replay")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let lines = std::fs::read_to_string(trace).unwrap_or_default();
    if status.is_err() || lines.contains("ptrace") {
        assert!(std::env::var_os("STRACE").is_none(), "strace is needed, and permitted to trace");
        eprintln!("not tested: strace is missing or not permitted");
        return None;
    }
    Some(lines.lines().filter(|line| line.contains("AF_INET")).map(str::to_owned).collect())
}

#[test]
fn only_the_addresses_that_were_checked_are_connected_to() {
    let (_folder, path) = numbered();
    let smsc = willing();
    let path = path.to_str().unwrap();
    let to = format!("localhost:{}", smsc.address.port());
    if let Some(calls) = connections(&[path, "--to", &to, "--yes", "--max", "--quiet"]) {
        assert_eq!(smsc.of(SUBMIT).len(), REQUESTS);
        let port = format!("htons({})", smsc.address.port());
        let connects: Vec<&String> = calls.iter().filter(|call| call.contains("connect(")).collect();
        let ours = |call: &&&String| {
            call.contains(&port) && (call.contains("127.0.0.1") || call.contains("\"::1\""))
        };
        // Looking a name up may ask, by UDP, which source address would be used; port 0 or 53 is of that.
        let others: Vec<_> = connects
            .iter()
            .filter(|call| !ours(call) && !call.contains("htons(0)") && !call.contains("htons(53)"))
            .collect();
        assert!(others.is_empty(), "{others:?}");
        assert!(connects.iter().any(|call| ours(&call)));
    }
    let dry = [path, "--to", "192.0.2.77:2775", "--allow-host", "192.0.2.77", "--test-numbers", "--dry-run"];
    if let Some(calls) = connections(&dry) {
        assert!(calls.is_empty(), "a dry run opens nothing: {calls:?}");
    }
    let named =
        [path, "--to", "lab.example:2775", "--allow-host", "lab.example", "--test-numbers", "--dry-run"];
    if let Some(calls) = connections(&named) {
        assert!(calls.is_empty(), "a dry run asks nobody for an address: {calls:?}");
    }
}

/// An address of this machine that is not of loopback; nothing is sent to find it.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket
        .local_addr()
        .ok()
        .map(|address| address.ip())
        .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

#[test]
fn off_loopback_the_rate_is_capped_and_destinations_are_test_numbers() {
    let (_folder, path) = numbered();
    let path = path.to_str().unwrap();
    let elsewhere = [path, "--to", "192.0.2.77:2775", "--allow-host", "192.0.2.77", "--test-numbers"];
    let plan = planned(&[&elsewhere[..], &["--max"]].concat());
    assert!(plan.contains("reachable: 100.0/s, bound by the rate cap"), "{plan}");
    let plan = planned(&[&elsewhere[..], &["--max", "--rate-cap", "7"]].concat());
    assert!(plan.contains("reachable: 7.0/s, bound by the rate cap"), "{plan}");
    let plan = planned(&[path, "--to", "127.0.0.1:1", "--max"]);
    assert!(!plan.contains("rate cap"), "{plan}");
    let Some(ip) = own_address() else {
        eprintln!("not sent: this machine has no address but loopback");
        return;
    };
    let smsc = Smsc::listening(SocketAddr::new(ip, 0), "fake", Arc::new(|_| Act::Answer(0)));
    let host = ip.to_string();
    let began = Instant::now();
    let arguments = ["--max", "--rate-cap", "20", "--allow-host", &host, "--test-numbers"];
    let run = Run::of(&finish(start(Path::new(path), smsc.address, &arguments)));
    assert_eq!((run.status, run.count("/answered")), (0, 20), "{}", run.stderr);
    assert!(began.elapsed() >= Duration::from_millis(950), "20 at 20 a second: {:?}", began.elapsed());
    let sent: Vec<String> = smsc.of(SUBMIT).iter().map(|seen| seen.strings().join(" ")).collect();
    for (number, text) in sent.iter().enumerate() {
        let test = destination(number).replacen("447", "999", 1);
        assert!(text.contains(&test) && !text.contains(&destination(number)), "{text:?}");
    }
}

#[test]
fn a_bind_of_ours_says_what_it_is() {
    let (_folder, path) = numbered();
    for (arguments, mark) in
        [(&[][..], "REPLAY"), (&["--system-type", "LAB"], "LAB"), (&["--system-type", ""], "")]
    {
        let smsc = willing();
        let run = Run::of(&finish(start(&path, smsc.address, &[&["--max"], arguments].concat())));
        assert_eq!(run.status, 0);
        assert_eq!(smsc.of(BIND)[0].strings()[2], mark);
    }
}

#[test]
fn a_captured_password_is_sent_only_when_asked_for() {
    let (folder, path) = numbered();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "fromfile\nsecond line\n").unwrap();
    let file = secret.to_str().unwrap();
    for (arguments, name, password) in [
        (&[][..], "shop", ""),
        (&["--bind-as", "test"], "test", ""),
        (&["--bind-as", "test", "--password-env", "REPLAY_TEST_PASSWORD"], "test", "fromenv"),
        (&["--password-file", file], "shop", "fromfile"),
        (&["--use-captured-credentials"], "shop", "Pa55word"),
    ] {
        let smsc = willing();
        let to = smsc.address.to_string();
        let base = [path.to_str().unwrap(), "--to", &to, "--yes", "--max", "--format", "ndjson"];
        let child =
            command(&[&base, arguments].concat()).env("REPLAY_TEST_PASSWORD", "fromenv").spawn().unwrap();
        let output = finish(child);
        let run = Run::of(&output);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let bind = &smsc.of(BIND)[0];
        assert_eq!(bind.strings()[..2], [name.to_owned(), password.to_owned()], "{arguments:?}");
        let everything = smsc.seen().iter().flat_map(|seen| seen.octets.clone()).collect::<Vec<u8>>();
        let is_sent = everything.windows(8).any(|window| window == b"Pa55word");
        assert_eq!(is_sent, arguments == ["--use-captured-credentials"]);
        // Nor is it told.
        let told = [output.stdout, output.stderr].concat();
        for secret in ["Pa55word", "fromenv", "fromfile"] {
            assert!(!String::from_utf8_lossy(&told).contains(secret), "{secret}");
        }
    }
}

#[test]
fn no_option_takes_a_password() {
    let help = run(&["--help"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let options: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--"))
        .filter(|line| line.starts_with("password"))
        .collect();
    assert_eq!(options.len(), 2, "{options:?}");
    refused(&[RECORDING, "--to", "127.0.0.1:1", "--password", "x"], "unexpected argument '--password'");
    refused(&[RECORDING, "--to", "127.0.0.1:1", "--yes", "--password-env", "NO_SUCH_NAME"], "NO_SUCH_NAME");
    refused(&[RECORDING, "--to", "127.0.0.1:1", "--yes", "--password-file", "/no/such"], "/no/such");
}

#[test]
fn a_gateway_has_to_name_one_leg_and_each_choice_that_it_is_told_does() {
    let output = run(&[INCIDENT, "--to", "127.0.0.1:1", "--yes"]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("the capture is of a gateway"), "{told}");
    let choices: Vec<&str> =
        told.lines().filter_map(|line| line.split_once(" requests: ")).map(|(_, one)| one).collect();
    assert_eq!(choices.len(), 3, "{told}");
    for choice in choices {
        for one in choice.split(", or ") {
            let one = one.split(" (").next().unwrap();
            let words: Vec<&str> = one.split(' ').filter(|word| *word != "…").collect();
            let arguments = [&[INCIDENT, "--to", "127.0.0.1:1", "--bind-as", "test"], &words[..]].concat();
            assert!(planned(&arguments).contains("Requests"), "{one}");
        }
    }
    assert!(told.contains("--account acme-otp ("), "{told}");
    assert_eq!(told.matches("--account 10.20.0.11").count(), 0, "it would not choose: {told}");
}

/// A message of each kind that may reach somebody, with errors or without.
#[test]
fn captured_session_pdus_and_responses_are_never_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    let (esme, smsc) = ("10.0.0.5:40000".parse().unwrap(), "192.0.2.9:2775".parse().unwrap());
    let mut connection = Connection::new(0, esme, smsc, [7, 9], 1_400, 100_000);
    let mut frames = Vec::new();
    let mut at = connection.open(1_795_341_492_000_000_000, &mut frames);
    let broken = {
        let mut octets = replay::submit(9, 1);
        octets.truncate(octets.len() - 3);
        let length = u32::try_from(octets.len()).unwrap().to_be_bytes();
        octets[..4].copy_from_slice(&length);
        octets
    };
    for octets in [
        pdu::bind(pdu::command::BIND_TRANSCEIVER, 1, "shop", "Pa55word"),
        pdu::header_only(0x15, 0, 2),
        replay::submit(3, 0),
        broken.clone(),
        pdu::header_only(0x8000_0015, 0, 7),
        pdu::deliver_sm_resp(0, 8),
        pdu::header_only(UNBIND, 0, 10),
    ] {
        at = connection.send(Side::Opener, at + 1_000_000, &octets, &[], 0, &mut frames);
    }
    std::fs::write(&path, capture(&frames, Format::PCAP, Link::RawIp)).unwrap();
    for (arguments, wanted) in [(&[][..], 1), (&["--raw"], 2)] {
        let smsc = willing();
        let run = Run::of(&finish(start(&path, smsc.address, &[&["--max"], arguments].concat())));
        assert_eq!((run.status, run.count("/sent")), (0, wanted), "{}", run.stderr);
        let commands: Vec<u32> = smsc.seen().iter().map(|seen| seen.command).collect();
        let submits = vec![SUBMIT; usize::try_from(wanted).unwrap()];
        assert_eq!(commands, [&[BIND][..], &submits, &[UNBIND]].concat());
        if wanted == 2 {
            let sent = &smsc.of(SUBMIT)[1].octets;
            assert_eq!(
                (&sent[..12], &sent[16..]),
                (&broken[..12], &broken[16..]),
                "as it was, but for its number"
            );
        }
    }
}
