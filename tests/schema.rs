//! Real output against the JSON Schema that the tool itself prints.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use serde_json::Value;
use smpp_inspect::smsc::Options;
use smpp_inspect::smsc::server::{Server, Settings};
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::scenario::{Behaviour, Ending, MILLIS, SECONDS, Scenario, Session};

fn json(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A capture with what fills most keys: refusals, silence, an aborted session, a gap, and its end missing.
fn eventful() -> Vec<u8> {
    let session = |host: u8, ending| Session {
        behaviour: vec![Behaviour {
            refusals: vec![(0x58, 300)],
            nacked: 50,
            silent: 100,
            ..Behaviour::default()
        }],
        interval: 10 * MILLIS,
        gives_up: SECONDS,
        ending,
        ..Session::new(
            SocketAddr::from((Ipv4Addr::new(10, 0, 0, host), 40_000)),
            SocketAddr::from((Ipv4Addr::new(10, 0, 1, 1), 2775)),
            &format!("a_system_id_too_long_{host}"),
            50,
        )
    };
    let sessions = vec![session(1, Ending::Unbind), session(2, Ending::Open), session(3, Ending::Fin)];
    let mut frames = Scenario { seed: 3, start: 1_795_341_492 * SECONDS, sessions }.record().frames;
    frames.drain(100..103);
    frames.drain(..5);
    let mut octets = capture(&frames, Format::PCAP, Link::Ethernet);
    octets.truncate(octets.len() - 7);
    octets
}

#[test]
fn reports_are_as_their_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("eventful.pcap"), eventful()).unwrap();
    std::fs::write(path("no_frames.pcap"), &eventful()[..24]).unwrap();
    let schema = json(&["schema", "report"]);
    assert_eq!(schema["title"], "Report");
    let validator = jsonschema::validator_for(&schema).unwrap();

    let eventful = json(&["--format", "json", &path("eventful.pcap")]);
    for report in [eventful.clone(), json(&["--format", "json", &path("no_frames.pcap")])] {
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
    assert!(eventful["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
    assert!(eventful["capture"]["files"][0]["damage"].is_string());

    let mut drifted = eventful;
    drifted["sessions"][0]["nickname"] = "x".into();
    assert!(!validator.is_valid(&drifted), "a key that the schema does not name has to fail");
}

#[test]
fn every_key_of_the_schema_is_described() {
    fn visit(at: &str, value: &Value, bare: &mut Vec<String>) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            for (key, property) in properties {
                if property.get("description").is_none() {
                    bare.push(format!("{at}.{key}"));
                }
            }
        }
        for (key, inner) in value.as_object().into_iter().flatten() {
            visit(&format!("{at}.{key}"), inner, bare);
        }
    }
    let mut bare = Vec::new();
    for document in ["report", "replay", "replayed", "played", "played-summary"] {
        visit(document, &json(&["schema", document]), &mut bare);
    }
    assert!(bare.is_empty(), "{bare:?}");
}

#[test]
fn what_a_replay_tells_is_as_its_schemas_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("eventful.pcap"), eventful()).unwrap();
    let options = Options {
        faults: "duplicate=10".parse().unwrap(),
        errors: "0x58=20".parse().unwrap(),
        ..Options::default()
    };
    let server = Server::start(Settings { options, ..Settings::default() }).unwrap();
    let to = server.address().to_string();
    let replay = |format: &str| {
        let path = path("eventful.pcap");
        let arguments =
            ["replay", &path, "--to", &to, "--bind-as", "test", "--max", "--timeout", "1", "--yes"];
        let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
            .args(arguments)
            .args(["--quiet", "--format", format])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let run = jsonschema::validator_for(&json(&["schema", "replay"])).unwrap();
    let request = jsonschema::validator_for(&json(&["schema", "replayed"])).unwrap();
    let valid = |validator: &jsonschema::Validator, value: &Value| {
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}\n{value}", errors.join("\n"));
    };
    let document: Value = serde_json::from_str(&replay("json")).unwrap();
    valid(&run, &document);
    assert!(document["answered"].as_u64() > Some(0), "{document}");
    let lines = replay("ndjson");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, requests) = lines.split_last().unwrap();
    valid(&run, last);
    assert!(requests.len() > 50, "{}", requests.len());
    requests.iter().for_each(|line| valid(&request, line));
    let mut drifted = document;
    drifted["verdicts"]["nickname"] = 1.into();
    assert!(!run.is_valid(&drifted), "a key that the schema does not name has to fail");
}
