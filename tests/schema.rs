//! Real output against the JSON Schema that the tool itself prints.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use serde_json::Value;
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
    visit("", &json(&["schema", "report"]), &mut bare);
    assert!(bare.is_empty(), "{bare:?}");
}
