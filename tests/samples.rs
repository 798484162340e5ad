//! Every folder of `samples/` is a case: a capture, what it is and why it is there, and the report that must come
//! out, as JSON and as text. `UPDATE_SAMPLES=1 cargo test --test samples` writes the expected files anew.

#![expect(
    clippy::disallowed_methods,
    reason = "the rule is for the path of the data; tests read their files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use smpp_inspect::testkit::samples;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_SAMPLES").is_some_and(|value| value == "1")
}

/// Runs the program inside `folder`, so that the paths in its output are the same everywhere.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {output:?}", folder.display());
    output
}

fn capture_in(folder: &Path) -> String {
    let names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("capture."))
        .collect();
    assert_eq!(names.len(), 1, "{}: one capture", folder.display());
    names.into_iter().next().unwrap()
}

/// Compares, or writes what is to be expected from now on.
fn expect(folder: &Path, name: &str, found: &[u8]) -> Result<(), String> {
    let path = folder.join(name);
    if is_update() {
        fs::write(&path, found).unwrap();
        return Ok(());
    }
    let expected = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (String::from_utf8_lossy(&expected), String::from_utf8_lossy(found));
    let (line, (expected, found)) = expected
        .lines()
        .map(Some)
        .chain([None])
        .zip(found.lines().map(Some).chain([None]))
        .enumerate()
        .find(|(_, (expected, found))| expected != found)
        .unwrap_or((0, (Some("line ends"), Some("line ends"))));
    Err(format!("{} differs in line {}: {expected:?} expected, {found:?} found", path.display(), line + 1))
}

#[test]
fn every_sample_gives_its_expected_report() {
    let mut folders: Vec<_> = fs::read_dir(folder(""))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() > 30, "{} samples", folders.len());
    let mut wrong = Vec::new();
    for folder in &folders {
        let name = capture_in(folder);
        let json = run(folder, &[&name, "--format", "json"]);
        let text = run(folder, &[&name]);
        wrong.extend(expect(folder, "expected.json", &json.stdout).err());
        wrong.extend(expect(folder, "expected.txt", &text.stdout).err());
        // Only what could not be read is said on standard error.
        let report: Value = serde_json::from_slice(&json.stdout).unwrap();
        let is_damaged = !report["capture"]["files"][0]["damage"].is_null();
        assert_eq!(!text.stderr.is_empty(), is_damaged, "{}: {text:?}", folder.display());
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        assert!(readme.starts_with("# ") && readme.contains("Origin:"), "{}/README.md", folder.display());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_committed_captures_are_what_their_seeds_make() {
    for sample in samples::all() {
        let path = folder(sample.folder).join(sample.file);
        let committed = fs::read(&path).unwrap();
        assert!(
            committed == sample.octets,
            "{}: not what `cargo run --features testkit --example make_samples` writes",
            path.display()
        );
    }
}

/// The message centre wrote down what it received, and what it answered to submit_sm.
#[test]
fn the_recording_agrees_with_the_log_of_its_message_centre() {
    let folder = folder("recording");
    let output = run(&folder, &[&capture_in(&folder), "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut received: BTreeMap<String, u64> = BTreeMap::new();
    let mut answered: BTreeMap<u64, u64> = BTreeMap::new();
    for line in fs::read_to_string(folder.join("truth.ndjson")).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(command) = line["command"].as_str() {
            *received.entry(command.to_owned()).or_default() += 1;
        }
        if line["answered"].is_number() {
            *answered.entry(line["status"].as_u64().unwrap()).or_default() += 1;
        }
    }
    let rows = |key: &str| report[key].as_array().unwrap().clone();
    let by_command = report["pdus"]["by_command"].as_array().unwrap();
    let count = |command: &str| {
        by_command
            .iter()
            .find(|row| row["command"] == command)
            .map_or(0, |row| row["count"].as_u64().unwrap())
    };
    for (command, &times) in &received {
        assert_eq!(count(command), times, "{command}");
    }
    // It sends nothing but deliver_sm and responses; each is answered.
    for row in rows("transactions") {
        let command = row["command"].as_str().unwrap();
        assert!(command == "deliver_sm" || received.contains_key(command), "{command}");
        assert_eq!((&row["answered"], &row["unanswered"]), (&row["count"], &Value::from(0)), "{command}");
    }
    assert_eq!(count("deliver_sm"), count("deliver_sm_resp"));
    let statuses: BTreeMap<_, _> = rows("statuses")
        .iter()
        .filter(|row| row["command"] == "submit_sm_resp")
        .map(|row| (row["status"].as_u64().unwrap(), row["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(statuses, answered);
    assert_eq!(report["octets"]["skipped"], 0);
    assert_eq!(report["octets"]["stream"], report["octets"]["in_pdus"]);
}
