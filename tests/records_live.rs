//! Records of live input: a slow reader loses records and is told how many, and a silent wire is told of.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::scenario::Session;

fn capture(messages: u64) -> Vec<u8> {
    let end = |host: u8, port| SocketAddr::from(([192, 0, 2, host], port));
    let session = Session::new(end(9, 40_000), end(1, 2775), "live", messages);
    let scenario = Scenario { seed: 3, start: 1_795_390_000_000_000_000, sessions: vec![session] };
    file::capture(&scenario.record().frames, Format::PCAP, Link::Ethernet)
}

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(["records", "-", "--format", "ndjson"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// All lines, read only when all of `capture` was taken.
fn read_late(arguments: &[&str], capture: &[u8]) -> Vec<Value> {
    let mut child = start(arguments);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(capture).unwrap();
    drop(stdin);
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_a_slow_reader_does_not_take_is_given_up_and_counted() {
    let lines = read_late(&["--type", "pdu,summary", "--on-full", "drop"], &capture(8_000));
    let pdus = lines.iter().filter(|line| line["event_type"] == "pdu").count() as u64;
    let last = &lines.last().unwrap()["summary"];
    let complete = last["records"][0]["count"].as_u64().unwrap();
    assert_eq!((last["last"].as_bool(), last["records"][0]["name"].as_str()), (Some(true), Some("pdu")));
    assert!(complete > 16_000 && pdus < complete, "{pdus} of {complete}");
    assert_eq!(last["dropped_records"].as_u64().unwrap(), complete - pdus);
}

#[test]
fn who_does_not_say_so_loses_nothing() {
    let capture = capture(40_000);
    let mut child = start(&["--type", "pdu,summary"]);
    let mut stdin = child.stdin.take().unwrap();
    let writing = std::thread::spawn(move || stdin.write_all(&capture).unwrap());
    std::thread::sleep(Duration::from_millis(300));
    // Neither the pipe nor the queue has room for all.
    assert!(!writing.is_finished());
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    writing.join().unwrap();
    assert!(child.wait().unwrap().success());
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let pdus = text.lines().filter(|line| line.contains(r#""event_type":"pdu""#)).count() as u64;
    assert_eq!(last["summary"]["records"][0]["count"], pdus);
    assert_eq!(last["summary"]["dropped_records"], 0);
}

#[test]
fn a_summary_comes_while_the_wire_is_silent() {
    let capture = capture(20);
    let mut child = start(&["--type", "transaction,summary", "--summary-interval", "0.1"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&capture).unwrap();
    stdin.flush().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let mut silent: Vec<Value> = Vec::new();
    let mut transactions = 0;
    for line in lines.by_ref() {
        if line["event_type"] == "transaction" {
            transactions += 1;
        } else if silent.last().is_some_and(|last| last["summary"]["frames"] == line["summary"]["frames"]) {
            silent.push(line);
        } else {
            silent = vec![line];
        }
        if silent.len() == 4 && transactions > 20 {
            break;
        }
    }
    let numbers: Vec<u64> = silent.iter().map(|line| line["summary"]["number"].as_u64().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    let lags: Vec<i64> = silent.iter().map(|line| line["summary"]["lag_ms"].as_i64().unwrap()).collect();
    assert!(lags.windows(2).all(|pair| pair[1] >= pair[0] + 90), "{lags:?}");
    let last = &silent[3]["summary"];
    assert_eq!(last["records"][0]["count"], transactions);
    assert!(last["memory_octets"].as_u64().is_some_and(|octets| octets > 0) && last["last"] == false);
    drop(stdin);
    let end = lines.last().unwrap();
    assert_eq!(end["summary"]["last"], true);
    assert!(child.wait().unwrap().success());
}

/// What standard error says when packets of a live session are written one by one, captured `age` before.
#[expect(clippy::disallowed_methods, reason = "packets that come live have the machine's time")]
fn complaints(age: Duration) -> String {
    let mut child = start(&[]);
    let mut stdin = child.stdin.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let whole = capture(20);
    let (header, mut packets) = whole.split_at(24);
    stdin.write_all(header).unwrap();
    while let Some((head, rest)) = packets.split_at_checked(16) {
        let len = u32::from_le_bytes(head[8..12].try_into().unwrap()) as usize;
        let (octets, rest) = rest.split_at(len);
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() - age;
        for part in [at.as_secs() as u32, at.subsec_micros()] {
            stdin.write_all(&part.to_le_bytes()).unwrap();
        }
        stdin.write_all(&head[8..]).unwrap();
        stdin.write_all(octets).unwrap();
        stdin.flush().unwrap();
        // So that most are read by themselves, and for more than a second.
        std::thread::sleep(Duration::from_millis(25));
        packets = rest;
    }
    drop(stdin);
    let mut told = String::new();
    stderr.read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success());
    told
}

#[test]
fn packets_that_come_late_are_told_of_once_with_the_way_out() {
    let told = complaints(Duration::from_secs(1));
    assert_eq!(told.matches("--immediate-mode").count(), 1, "{told}");
}

#[test]
fn an_old_capture_on_standard_input_is_not_late() {
    assert_eq!(complaints(Duration::from_secs(86_400)), "");
}

#[test]
fn files_are_not_given_up() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/incident/capture.pcap");
    let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(["records", "--on-full", "drop"])
        .arg(path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--on-full"));
}
