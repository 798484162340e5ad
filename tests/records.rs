//! Records against their schema, against the report's counts, and against themselves read another way.

#![expect(
    clippy::disallowed_methods,
    reason = "the rule is for the path of the data; tests read their files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

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

fn captures() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let folders = fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).unwrap());
    let mut captures: Vec<PathBuf> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("capture."))
        .collect();
    captures.sort();
    assert!(captures.len() > 30);
    captures
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

#[test]
fn ecs_has_only_fields_of_its_release_beside_our_own_object() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ecs/fields.txt")).unwrap();
    let known: BTreeSet<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    fn leaves(at: &str, value: &Value, out: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let name = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                    leaves(&name, value, out);
                }
            }
            _ => {
                out.insert(at.to_owned());
            }
        }
    }
    for capture in captures() {
        let path = capture.to_str().unwrap();
        let native = lines(&run(&["records", "--format", "ndjson", "--type", TYPES, path], None));
        let ecs = lines(&run(&["records", "--format", "ecs", "--type", TYPES, path], None));
        let eve = lines(&run(&["records", "--format", "eve", "--type", TYPES, path], None));
        assert!(native.len() == ecs.len() && native.len() == eve.len(), "{path}");
        for ((native, ecs), eve) in native.iter().zip(&ecs).zip(&eve) {
            let mut found = BTreeSet::new();
            leaves("", ecs, &mut found);
            let strange: Vec<&String> = found
                .iter()
                .filter(|name| !name.starts_with("smpp.") && !known.contains(name.as_str()))
                .collect();
            assert!(strange.is_empty(), "{path}: {strange:?}");
            assert_eq!(ecs["ecs"]["version"], "8.17.0");
            assert_eq!(ecs["event"]["id"], native["id"]);
            assert!(matches!(ecs["event"]["kind"].as_str(), Some("event" | "alert" | "metric")));
            if native["event_type"] == "transaction" {
                let outcome = match native["transaction"]["status"]["code"].as_u64() {
                    Some(0) => "success",
                    Some(_) => "failure",
                    None => "unknown",
                };
                assert_eq!(ecs["event"]["outcome"], outcome);
                assert_eq!(eve["event_type"], "smpp");
                assert!(eve["smpp"]["command"].is_string());
            }
        }
    }
}
