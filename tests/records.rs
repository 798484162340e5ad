//! Records against their schema, against the report's counts, and against themselves read another way.

#![expect(
    clippy::disallowed_methods,
    reason = "the rule is for the path of the data; tests read their files"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::captures;
use serde_json::Value;
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::scenario::{SECONDS, Scenario, Session};

const TYPES: &str = "transaction,session,pdu,finding,summary";

fn run(arguments: &[&str], input: Option<&Path>) -> Output {
    let stdin = input.map_or_else(Stdio::null, |path| fs::File::open(path).unwrap().into());
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let output = command.args(arguments).env("LC_ALL", "C.UTF-8").stdin(stdin).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sum(rows: &Value, key: &str) -> u64 {
    rows.as_array().unwrap().iter().map(|row| row[key].as_u64().unwrap()).sum()
}

#[test]
fn every_record_of_every_sample_is_as_the_schema_says_and_they_are_as_many_as_the_report_counts() {
    let schema: Value = serde_json::from_slice(&run(&["schema", "records"], None).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = BTreeSet::new();
    for capture in captures() {
        let path = capture.to_str().unwrap();
        let records = lines(&run(&["records", "--format", "ndjson", "--type", TYPES, path], None));
        let report: Value =
            serde_json::from_slice(&run(&["report", "--format", "json", path], None).stdout).unwrap();
        let mut count: BTreeMap<&str, u64> = BTreeMap::new();
        let (mut octets, mut partial) = (0, 0);
        let mut ids = BTreeSet::new();
        for record in &records {
            let errors: Vec<String> = validator.iter_errors(record).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{path}: {errors:?} in {record}");
            let kind = record["event_type"].as_str().unwrap();
            *count.entry(kind).or_default() += 1;
            seen.insert(kind.to_owned());
            assert!(ids.insert(record["id"].as_str().unwrap()), "{path}: {record} has the id of another");
            if kind == "pdu" && record["pdu"]["partial"] == true {
                partial += 1;
            } else if kind == "pdu" {
                octets += record["pdu"]["octets"].as_u64().unwrap();
            }
        }
        let count = |kind| count.get(kind).copied().unwrap_or(0);
        assert_eq!(count("transaction"), sum(&report["transactions"], "count"), "{path}: transactions");
        assert_eq!(count("finding"), sum(&report["findings"], "count"), "{path}: findings");
        let sessions = report["sessions"].as_array().unwrap().len() as u64;
        assert_eq!(count("session"), sessions + report["sessions_omitted"].as_u64().unwrap(), "{path}");
        assert_eq!(count("pdu") - partial, report["pdus"]["total"].as_u64().unwrap(), "{path}: PDUs");
        assert_eq!(partial, sum(&report["pdus"]["partial"], "count"), "{path}: partial PDUs");
        assert_eq!(octets, report["octets"]["in_pdus"].as_u64().unwrap(), "{path}: octets");
        let last = records.last().unwrap();
        assert_eq!(last["summary"]["last"], true, "{path}");
        assert_eq!(last["summary"]["frames"], report["capture"]["frames"], "{path}");
        for row in last["summary"]["records"].as_array().unwrap() {
            assert_eq!(row["count"].as_u64().unwrap(), count(row["name"].as_str().unwrap()), "{path}: {row}");
        }
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}

#[test]
fn a_key_that_the_schema_does_not_name_is_not_valid() {
    let schema: Value = serde_json::from_slice(&run(&["schema", "records"], None).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/incident/capture.pcap");
    let path = path.to_str().unwrap();
    for kind in TYPES.split(',') {
        let records = lines(&run(&["records", "-c", "1", "--format", "ndjson", "--type", kind, path], None));
        let record = records.into_iter().next().unwrap();
        assert!(validator.is_valid(&record));
        let mut drifted = record.clone();
        drifted["surprise"] = 1.into();
        assert!(!validator.is_valid(&drifted), "{kind}");
        let mut drifted = record;
        let inner = if kind == "session" { "session_info" } else { kind };
        drifted[inner]["surprise"] = 1.into();
        assert!(!validator.is_valid(&drifted), "{kind}");
    }
}

/// The records of the capture, but for the name of the file, which is how it was given, and for what is the run's own.
fn plain(output: &Output) -> String {
    let mut text = String::new();
    for mut record in lines(output) {
        if let Some(pcap) = record["pcap"].as_object_mut() {
            pcap.remove("file");
        }
        if let Some(summary) = record["summary"].as_object_mut() {
            summary.remove("lag_ms");
            summary.remove("memory_octets");
        }
        text.push_str(&record.to_string());
        text.push('\n');
    }
    text
}

#[test]
fn threads_compression_and_standard_input_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for capture in captures() {
        let path = capture.to_str().unwrap();
        let all = ["records", "--format", "ndjson", "--type", TYPES];
        let with = |more: &[&str], input: Option<&Path>| run(&[&all[..], more].concat(), input);
        let one = with(&["--threads", "1", path], None);
        for threads in ["2", "4"] {
            assert!(
                one.stdout == with(&["--threads", threads, path], None).stdout,
                "{path}: {threads} threads"
            );
        }
        let packed = folder.path().join("capture.gz");
        let mut encoder =
            flate2::write::GzEncoder::new(fs::File::create(&packed).unwrap(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &fs::read(&capture).unwrap()).unwrap();
        encoder.finish().unwrap();
        let expected = plain(&one);
        // A file that is cut off midway is cut off midway in its compressed form, too.
        assert_eq!(plain(&with(&[packed.to_str().unwrap()], None)), expected, "{path}: gzip");
        assert_eq!(plain(&with(&["-"], Some(&capture))), expected, "{path}: standard input");
    }
}

#[test]
fn texts_and_passwords_are_there_only_when_they_are_asked_for() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let path = samples.join("recording");
    let path = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let path =
        path.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("capture."));
    let path = path.unwrap();
    let path = path.to_str().unwrap();
    let all = |more: &[&str]| {
        let arguments = [&["records", "--format", "ndjson", "--type", TYPES, path][..], more].concat();
        lines(&run(&arguments, None))
    };
    let texts = |records: &[Value]| -> Vec<String> {
        let texts = records.iter().filter_map(|record| record["transaction"]["text"]["text"].as_str());
        texts.map(str::to_owned).filter(|text| text.len() > 12).collect()
    };
    let open = all(&["--with-text"]);
    let texts_there = texts(&open);
    assert!(texts_there.len() > 10);
    let closed = all(&[]);
    assert!(texts(&closed).is_empty());
    let dump: String = closed.iter().map(ToString::to_string).collect();
    for text in &texts_there {
        assert!(!dump.contains(text.as_str()), "{text}");
        let hex: String = text.bytes().map(|octet| format!("{octet:02x}")).collect();
        assert!(!dump.contains(&hex), "{text} as hex");
    }
    // Length and charset stay.
    let with_length = closed.iter().filter(|record| record["transaction"]["text"]["length"].is_number());
    assert!(with_length.count() >= texts_there.len());
    let password = |records: &[Value]| -> Vec<Value> {
        let fields = records.iter().filter_map(|record| record["pdu"]["fields"].as_array()).flatten();
        fields.filter(|field| field["name"] == "password").map(|field| field["value"].clone()).collect()
    };
    assert!(!password(&closed).is_empty() && password(&closed).iter().all(Value::is_null));
    assert!(password(&all(&["--show-secrets"])).iter().all(Value::is_string));
}

#[test]
fn csv_has_a_line_a_record_and_no_formulas() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/incident/capture.pcap");
    let path = path.to_str().unwrap();
    for kind in ["transaction", "pdu", "finding", "session", "summary"] {
        let records = lines(&run(&["records", "--format", "ndjson", "--type", kind, path], None));
        let table = run(&["records", "--format", "csv", "--type", kind, path], None);
        let mut reader = csv::Reader::from_reader(&table.stdout[..]);
        let titles = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        assert_eq!(rows.len(), records.len(), "{kind}");
        let id = titles.iter().position(|title| title == "id").unwrap();
        for (row, record) in rows.iter().zip(&records) {
            assert_eq!(&row[id], record["id"].as_str().unwrap());
            assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '@', '\t', '\r'])), "{row:?}");
        }
    }
    let few =
        run(&["records", "--format", "csv", "-e", "session,transaction.status.name", "-c", "2", path], None);
    let few = String::from_utf8(few.stdout).unwrap();
    assert!(few.starts_with("session,transaction.status.name\ns0,ESME_ROK\n"), "{few}");
}

/// Fields of the release: type, whether it is an array, allowed values.
fn ecs_fields() -> BTreeMap<String, (String, bool, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ecs/fields.csv");
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let [name, kind, array, allowed] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let allowed = allowed.split_whitespace().map(str::to_owned).collect();
        (name.to_owned(), (kind.to_owned(), array == "array", allowed))
    });
    let fields: BTreeMap<_, _> = rows.collect();
    assert!(fields.len() > 1_500);
    fields
}

fn leaves(at: &str, value: &Value, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let name = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                leaves(&name, value, out);
            }
        }
        _ => out.push((at.to_owned(), value.clone())),
    }
}

/// What is wrong with a value of a field of that type.
fn of_type(kind: &str, value: &Value) -> bool {
    match kind {
        "date" => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        "ip" => value.as_str().is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()),
        "long" => value.is_i64() || value.is_u64(),
        "float" => value.is_number(),
        "boolean" => value.is_boolean(),
        "keyword" | "constant_keyword" | "wildcard" | "text" | "match_only_text" => value.is_string(),
        _ => false,
    }
}

#[test]
fn ecs_has_only_fields_of_its_release_beside_our_own_object_and_their_values_are_of_its_types() {
    let known = ecs_fields();
    let mut seen = BTreeSet::new();
    for capture in captures() {
        let path = capture.to_str().unwrap();
        let native = lines(&run(&["records", "--format", "ndjson", "--type", TYPES, path], None));
        let ecs = lines(&run(&["records", "--format", "ecs", "--type", TYPES, path], None));
        assert_eq!(native.len(), ecs.len(), "{path}");
        for (native, ecs) in native.iter().zip(&ecs) {
            let mut found = Vec::new();
            leaves("", ecs, &mut found);
            for (name, value) in found.iter().filter(|(name, _)| !name.starts_with("smpp.")) {
                let Some((kind, is_array, allowed)) = known.get(name) else {
                    panic!("{path}: {name}: no field")
                };
                assert_eq!(value.is_array(), *is_array, "{path}: {name}: {value}");
                let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                for value in values {
                    assert!(of_type(kind, &value), "{path}: {name}: {value} is no {kind}");
                    let is_allowed = |text: &str| allowed.is_empty() || allowed.iter().any(|one| one == text);
                    assert!(value.as_str().is_none_or(is_allowed), "{path}: {name}: {value}: not allowed");
                }
                seen.insert(name.clone());
            }
            assert_eq!(ecs["ecs"]["version"], "9.0.0");
            assert_eq!(ecs["event"]["id"], native["id"]);
            if native["event_type"] == "transaction" {
                let outcome = match native["transaction"]["status"]["code"].as_u64() {
                    Some(0) => "success",
                    Some(_) => "failure",
                    None => "unknown",
                };
                assert_eq!(ecs["event"]["outcome"], outcome);
            }
        }
    }
    assert!(seen.len() > 25, "{seen:?}");
}

/// Keys that events of Suricata have in common, as its etc/schema.json has them: type, and whether each event has it.
const EVE: &[(&str, &str, bool)] = &[
    ("timestamp", "time", true),
    ("event_type", "string", true),
    ("flow_id", "integer", false),
    ("src_ip", "string", false),
    ("src_port", "integer", false),
    ("dest_ip", "string", false),
    ("dest_port", "integer", false),
    ("proto", "string", false),
    ("app_proto", "string", false),
    ("community_id", "string", false),
    ("pcap_cnt", "integer", false),
    ("pcap_filename", "string", false),
];

/// What its schema lets an anomaly have.
const ANOMALY: [&str; 4] = ["app_proto", "event", "layer", "type"];

#[test]
fn eve_has_the_keys_of_suricata_with_their_types() {
    // The pattern of the schema.
    let time = regex::Regex::new(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+[+\-]\d+$").unwrap();
    for capture in captures() {
        let path = capture.to_str().unwrap();
        let native = lines(&run(&["records", "--format", "ndjson", "--type", TYPES, path], None));
        let eve = lines(&run(&["records", "--format", "eve", "--type", TYPES, path], None));
        assert_eq!(native.len(), eve.len(), "{path}");
        for (native, eve) in native.iter().zip(&eve) {
            for (key, value) in eve.as_object().unwrap() {
                let Some((_, kind, _)) = EVE.iter().find(|(known, ..)| known == key) else {
                    assert!(matches!(&**key, "smpp" | "anomaly"), "{path}: {key}");
                    continue;
                };
                let fits = match *kind {
                    "integer" => value.is_u64() && value.as_i64().is_some(),
                    "time" => value.as_str().is_some_and(|text| time.is_match(text)),
                    _ => value.is_string(),
                };
                assert!(fits, "{path}: {key}: {value} is no {kind}");
            }
            for (key, ..) in EVE.iter().filter(|(key, _, always)| *always && *key != "timestamp") {
                assert!(eve.get(key).is_some(), "{path}: {key} is missing: {eve}");
            }
            assert_eq!(eve.get("timestamp").is_some(), native.get("@timestamp").is_some(), "{path}: {eve}");
            if let Some(anomaly) = eve["anomaly"].as_object() {
                assert!(anomaly.keys().all(|key| ANOMALY.contains(&key.as_str())), "{anomaly:?}");
                assert!(anomaly.values().all(Value::is_string));
            }
            if native["event_type"] == "transaction" {
                assert_eq!((&eve["event_type"], &eve["proto"]), (&"smpp".into(), &"TCP".into()));
                assert!(eve["smpp"]["command"].is_string());
                let at: jiff::Timestamp = native["@timestamp"].as_str().unwrap().parse().unwrap();
                let there: jiff::Timestamp = eve["timestamp"].as_str().unwrap().parse().unwrap();
                assert_eq!(there.as_microsecond(), at.as_microsecond());
            }
        }
    }
}

#[test]
fn records_of_a_connection_have_its_flow_id_and_the_next_between_the_same_ends_has_another() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("capture.pcap");
    let (esme, smsc) = ("10.0.0.1:40000".parse().unwrap(), "10.0.0.2:2775".parse().unwrap());
    let mut sessions = vec![Session::new(esme, smsc, "esme1", 5), Session::new(esme, smsc, "esme1", 5)];
    sessions[1].opens_at = 60 * SECONDS;
    let scenario = Scenario { seed: 7, start: 1_795_341_492 * SECONDS, sessions };
    fs::write(&file, capture(&scenario.record().frames, Format::PCAP, Link::Ethernet)).unwrap();
    let records =
        lines(&run(&["records", "--format", "ndjson", "--type", TYPES, file.to_str().unwrap()], None));
    let (mut flows, mut tuples) = (BTreeMap::new(), BTreeSet::new());
    for record in records.iter().filter(|record| record["event_type"] != "summary") {
        let flow = flows.entry(record["tcp_stream"].as_u64().unwrap()).or_insert(record["flow_id"].clone());
        assert_eq!(*flow, record["flow_id"], "{record}");
        tuples.insert(record["community_id"].as_str().unwrap());
    }
    assert_eq!((flows.len(), tuples.len()), (2, 1), "{flows:?}");
    assert_ne!(flows[&0], flows[&1]);
}

#[test]
fn equal_texts_have_equal_tokens_under_a_key_and_none_without() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    fs::write(&key, "5a".repeat(32)).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/incident/capture.pcap");
    let path = path.to_str().unwrap();
    for kind in ["pdu", "transaction"] {
        let records = |more: &[&str]| {
            let arguments = [&["records", "--format", "ndjson", "--type", kind, path][..], more].concat();
            lines(&run(&arguments, None))
        };
        let open = records(&["--with-text"]);
        let given = ["--redact", "--redact-key-file", key.to_str().unwrap()];
        let (redacted, again, fresh) = (records(&given), records(&given), records(&["--redact"]));
        let mut tokens: BTreeMap<String, String> = BTreeMap::new();
        for at in 0..open.len() {
            assert!(open[at][kind]["text"]["token"].is_null());
            let text = open[at][kind]["text"]["text"].as_str();
            let token = redacted[at][kind]["text"]["token"].as_str();
            assert_eq!(text.is_some(), token.is_some(), "{}", open[at]);
            let Some((text, token)) = text.zip(token) else { continue };
            assert_eq!(tokens.entry(text.to_owned()).or_insert_with(|| token.to_owned()), token);
            assert_eq!(again[at][kind]["text"]["token"], token);
            assert_ne!(fresh[at][kind]["text"]["token"], token);
            assert_eq!(token.len(), 32);
        }
        let apart: BTreeSet<&String> = tokens.values().collect();
        assert!(tokens.len() > 20 && apart.len() == tokens.len(), "{}", tokens.len());
        // Without texts among what is redacted there is no token.
        assert!(records(&["--redact=numbers"]).iter().all(|record| record[kind]["text"]["token"].is_null()));
    }
}

fn refused(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn keep_lists_the_whole_that_a_record_belongs_to() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/incident/capture.pcap");
    let path = path.to_str().unwrap();
    let records = |kind: &str, more: &[&str]| {
        lines(&run(&[&["records", "--format", "ndjson", "--type", kind, path][..], more].concat(), None))
    };
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    let ids = |records: &[Value]| records.iter().map(id).collect::<Vec<_>>();
    let sessions = |records: &[Value]| {
        records.iter().map(|record| record["session"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    // A response that matches keeps its request, and nothing else.
    let filter = "status == throttled and tcp.stream in {1, 3}";
    let (all, matching) = (records("pdu", &[]), records("pdu", &["-Y", filter]));
    assert_eq!(ids(&records("pdu", &["-Y", filter, "--keep", "pdu"])), ids(&matching));
    let pair = |record: &Value| format!("{} {}", record["tcp_stream"], record["pdu"]["sequence_number"]);
    let pairs: BTreeSet<String> = matching.iter().map(pair).collect();
    assert!(pairs.len() > 50 && pairs.len() == matching.len());
    let from_smsc: Vec<Value> = all
        .iter()
        .filter(|record| {
            let of = &record["pdu"];
            let is_pair = matches!(of["command"].as_str().unwrap(), "submit_sm" | "submit_sm_resp");
            is_pair && pairs.contains(&pair(record))
        })
        .cloned()
        .collect();
    let kept = records("pdu", &["-Y", filter, "--keep", "transaction"]);
    assert_eq!(ids(&kept), ids(&from_smsc));
    assert_eq!(kept.len(), 2 * matching.len());
    // The sessions that a match is in, whole, of each type.
    let wanted = sessions(&matching);
    assert_eq!(wanted.len(), 2);
    for kind in ["pdu", "transaction", "session", "finding"] {
        let expected: Vec<Value> = records(kind, &[])
            .into_iter()
            .filter(|record| wanted.contains(record["session"].as_str().unwrap()))
            .collect();
        assert_eq!(ids(&records(kind, &["-Y", filter, "--keep", "session"])), ids(&expected), "{kind}");
    }
    // What only transactions have finds PDUs, too.
    let slow = records("transaction", &["-Y", "latency > 500ms"]);
    let kept = records("pdu", &["-Y", "latency > 500ms", "--keep", "transaction"]);
    assert!(!slow.is_empty());
    assert_eq!(kept.len(), 2 * slow.len());
    // A finding keeps the transaction that it is about, seen before it.
    let found = records("finding", &["-Y", "finding.rule == \"timer.response\""]);
    let kept = records("finding", &["-Y", "finding.rule == \"timer.response\"", "--keep", "transaction"]);
    assert!(!found.is_empty() && ids(&found).iter().all(|one| ids(&kept).contains(one)));
    for threads in ["1", "2", "4"] {
        let one =
            records("pdu,transaction,session", &["-Y", filter, "--keep", "session", "--threads", threads]);
        assert_eq!(ids(&one).len(), {
            let count = |kind| records(kind, &["-Y", filter, "--keep", "session"]).len();
            count("pdu") + count("transaction") + count("session")
        });
    }
    let said = refused(&["records", "-", "-Y", filter, "--keep", "session"]);
    assert!(said.contains("is read more than once"), "{said}");
    let said = refused(&["records", path, "--type", "session", "-Y", "command == submit_sm"]);
    assert!(said.contains("a session as a whole has none"), "{said}");
    let said = refused(&["records", path, "--keep", "session"]);
    assert!(said.contains("hangs on -Y, --since or --until: one is needed"), "{said}");
}
