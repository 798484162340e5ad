//! `-Y`, `tokenize`, `completions`, `man` and `--format prom` as people and scripts meet them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::scenario::{Behaviour, MILLIS, SECONDS, Scenario, Session};

/// Two sessions of `esme1` and `esme2`, some of whose messages are refused.
fn folder() -> tempfile::TempDir {
    let session = |host: u8| {
        let esme = SocketAddr::from((Ipv4Addr::new(10, 0, 0, host), 40_000));
        let smsc = SocketAddr::from((Ipv4Addr::new(10, 0, 1, 1), 2775));
        Session {
            opens_at: i64::from(host) * MILLIS,
            interval: 20 * MILLIS,
            behaviour: vec![Behaviour { refusals: vec![(0x58, 200)], ..Behaviour::default() }],
            ..Session::new(esme, smsc, &format!("esme{host}"), 20)
        }
    };
    let start = 1_795_341_492 * SECONDS;
    let scenario = Scenario { seed: 7, start, sessions: vec![session(1), session(2)] };
    let folder = tempfile::tempdir().unwrap();
    let octets = capture(&scenario.record().frames, Format::PCAP, Link::Ethernet);
    std::fs::write(folder.path().join("capture.pcap"), octets).unwrap();
    folder
}

fn run(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_smpp-inspect"));
    Command::new(binary).args(arguments).current_dir(folder.path()).env("LC_ALL", "C.UTF-8").output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr));
    })
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// How many PDUs `show -Y` shows.
fn shown(folder: &tempfile::TempDir, filter: &str) -> u64 {
    let output = run(folder, &["show", "capture.pcap", "-Y", filter, "-c", "10000", "--format", "json"]);
    match output.status.code() {
        Some(0) => u64::try_from(json(&output)["pdus"].as_array().unwrap().len()).unwrap(),
        Some(1) => 0,
        _ => panic!("{filter}: {}", text(&output.stderr)),
    }
}

#[test]
fn show_keeps_as_many_pdus_as_the_report_counts() {
    let folder = folder();
    let report = json(&run(&folder, &["report", "--format", "json", "capture.pcap"]));
    let total = report["pdus"]["total"].as_u64().unwrap();
    assert!(total > 80);
    assert_eq!(shown(&folder, "frame.number > 0"), total);
    assert_eq!(shown(&folder, "tcp.port == 2775"), total);
    assert_eq!(shown(&folder, "ip.addr == 10.0.0.0/8"), total);
    assert_eq!(shown(&folder, "ip.addr == 192.168.0.0/16"), 0);
    for row in report["pdus"]["by_command"].as_array().unwrap() {
        let command = row["command"].as_str().unwrap();
        assert_eq!(
            shown(&folder, &format!("command == {command}")),
            row["count"].as_u64().unwrap(),
            "{command}"
        );
    }
    for session in report["sessions"].as_array().unwrap() {
        let pdus = session["pdus"]["total"].as_u64().unwrap();
        let (id, system_id) = (session["id"].as_str().unwrap(), session["system_id"].as_str().unwrap());
        assert_eq!(shown(&folder, &format!("session == \"{id}\"")), pdus);
        assert_eq!(shown(&folder, &format!("system_id in {{\"{system_id}\", \"x\"}}")), pdus);
        assert_eq!(shown(&folder, &format!("tcp.stream == {}", session["connection"])), pdus);
    }
    let refused = report["statuses"].as_array().unwrap().iter().filter(|row| row["status"] != 0);
    let refused: u64 = refused.map(|row| row["count"].as_u64().unwrap()).sum();
    assert!(refused > 0);
    assert_eq!(shown(&folder, "status != ok"), refused);
}

#[test]
fn the_first_matches_are_shown_and_the_others_counted() {
    let folder = folder();
    let few =
        run(&folder, &["show", "capture.pcap", "-Y", "command == submit_sm", "-c", "3", "--format", "json"]);
    let all = run(
        &folder,
        &["show", "capture.pcap", "-Y", "command == submit_sm", "-c", "999", "--format", "json"],
    );
    let frames = |output: &Output| -> Vec<u64> {
        json(output)["pdus"].as_array().unwrap().iter().map(|pdu| pdu["frame"].as_u64().unwrap()).collect()
    };
    assert_eq!(frames(&few), frames(&all)[..3]);
    assert!(frames(&all).is_sorted());
    assert!(
        text(&few.stderr).contains("-Y holds for 40 PDUs, the first 3 are shown"),
        "{}",
        text(&few.stderr)
    );
    assert_eq!(text(&all.stderr), "");
}

#[test]
fn a_wrong_filter_is_wrong_usage_and_a_filter_that_keeps_nothing_finds_nothing() {
    let folder = folder();
    let wrong = run(&folder, &["show", "capture.pcap", "-Y", "comand == 4"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("column 1: comand: no such field; did you mean command?"));
    let none = run(&folder, &["show", "capture.pcap", "-Y", "command == broadcast_sm"]);
    assert_eq!((none.status.code(), text(&none.stdout).as_str()), (Some(1), ""));
    assert!(text(&none.stderr).contains("-Y holds for none of"), "{}", text(&none.stderr));
    let neither = run(&folder, &["show", "capture.pcap"]);
    assert_eq!(neither.status.code(), Some(2));
    let no_capture = run(&folder, &["decode", "-Y", "tcp.port == 1", "00000010000000150000000000000001"]);
    assert_eq!(no_capture.status.code(), Some(2));
}

#[test]
fn decode_keeps_the_pdus_that_match_with_their_numbers_and_findings() {
    let folder = folder();
    let pdus = "00000010000000150000000000000001 00000010800000150000000000000001 00000012000000150000000000000002ffff";
    let output = run(&folder, &["decode", "--format", "json", "-Y", "request and finding", pdus]);
    let json = json(&output);
    assert_eq!(json["pdus"].as_array().unwrap().len(), 1);
    assert_eq!(json["pdus"][0]["index"], 2);
    let findings = json["findings"].as_array().unwrap();
    assert!(!findings.is_empty() && findings.iter().all(|finding| finding["pdu"] == 2));
}

#[test]
fn a_key_gives_the_same_tokens_each_time_and_another_key_others() {
    let folder = folder();
    for (name, digit) in [("a", "1"), ("b", "2")] {
        std::fs::write(folder.path().join(name), format!("{}\n", digit.repeat(64))).unwrap();
    }
    let tokens = |key: &str, numbers: &[&str]| {
        let arguments = [&["tokenize", "--redact-key-file", key][..], numbers].concat();
        let output = run(&folder, &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let numbers = ["447700900123", "+447700900123", "447700900124", "80123"];
    let of_a = tokens("a", &numbers);
    assert_eq!(of_a, tokens("a", &numbers));
    assert_eq!(of_a[1], format!("+{}", of_a[0]));
    assert!(of_a[0] != of_a[2] && of_a[3].len() == 5);
    assert_ne!(of_a, tokens("b", &numbers));
    assert!(tokens("a", &["--keep-prefix", "4", "447700900123"])[0].starts_with("4477"));
    let name = run(&folder, &["tokenize", "--redact-key-file", "a", "MyBank"]);
    assert_eq!(name.status.code(), Some(2));
    let missing = run(&folder, &["tokenize", "--redact-key-file", "none", "1"]);
    assert_eq!(missing.status.code(), Some(2));
    std::fs::write(folder.path().join("short"), "1234").unwrap();
    let short = run(&folder, &["tokenize", "--redact-key-file", "short", "447700900123"]);
    assert!(text(&short.stderr).contains("64 hexadecimal digits are needed"), "{}", text(&short.stderr));
    assert!(!text(&short.stderr).contains("1234"));
}

#[test]
fn every_shell_and_every_command_has_its_text() {
    let folder = folder();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = text(&run(&folder, &["completions", shell]).stdout);
        assert!(script.contains("smpp-inspect") && script.contains("tokenize"), "{shell}");
    }
    let whole = text(&run(&folder, &["man"]).stdout);
    assert!(whole.contains(".TH smpp-inspect 1") && whole.contains("smpp\\-inspect"), "{whole}");
    for command in ["report", "records", "show", "decode", "explain", "tokenize"] {
        let page = text(&run(&folder, &["man", command]).stdout);
        assert!(page.contains(&format!(".TH smpp-inspect-{command} 1")), "{command}: {page}");
    }
    assert_eq!(run(&folder, &["man", "nonsense"]).status.code(), Some(2));
}

#[test]
fn prometheus_gets_the_numbers_of_the_report() {
    let folder = folder();
    let report = json(&run(&folder, &["report", "--format", "json", "capture.pcap"]));
    let prom = text(&run(&folder, &["report", "--format", "prom", "capture.pcap"]).stdout);
    let refused = report["statuses"].as_array().unwrap().iter().find(|row| row["status"] == 0x58).unwrap();
    let line = format!("smpp_submit_sm_total{{status=\"ESME_RTHROTTLED\"}} {}", refused["count"]);
    assert!(prom.lines().any(|found| found == line), "{line}\n{prom}");
}
