//! `--since` and `--until`: over every sample, report, records, extract and show against an evaluator written apart,
//! which judges the JSON of all records by the times in it; and the forms in which times are written.

mod common;
#[expect(dead_code, reason = "each test binary uses a part")]
#[path = "common/packing.rs"]
mod packing;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::captures;
use serde_json::Value;
use smpp_inspect::capture::{Block, Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Selection;
use smpp_inspect::report::record::RecordType;
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::scenario::{SECONDS, Scenario, Session};
use smpp_inspect::time::{Period, Timestamp, Zone};
use smpp_inspect::view::record::{Documents, Options};

const INCIDENT: &str = "samples/incident/capture.pcap";

/// A time of JSON with nine digits behind the point: such times sort as they are written.
fn nine(time: &Value) -> String {
    let text = time.as_str().unwrap().strip_suffix('Z').unwrap();
    let (seconds, fraction) = text.split_once('.').unwrap();
    format!("{seconds}.{fraction:0<9}")
}

/// The period as the evaluator has it: since and until with nine digits.
type Ends<'a> = (Option<&'a str>, Option<&'a str>);

fn within((since, until): Ends<'_>, at: &str) -> bool {
    since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until)
}

/// Whether a record is of a period; `None` where the JSON does not tell it to the nanosecond.
fn is_of(ends: Ends<'_>, record: &Value) -> Option<bool> {
    Some(match record["event_type"].as_str().unwrap() {
        "transaction" => within(ends, &nine(&record["transaction"]["request_at"])),
        "session" => {
            let session = &record["session_info"];
            let began = ends.1.is_none_or(|until| nine(&session["first_at"]).as_str() < until);
            let idle = session["idle_before_end_ms"].as_f64().unwrap();
            let end = Timestamp::parse(session["last_at"].as_str().unwrap(), &Zone::default()).unwrap();
            let [from, to] = [idle, idle + 1.0].map(|ms| {
                let span = smpp_inspect::time::Duration::from_micros((ms * 1_000.0) as i64);
                nine(&Value::from(end.plus(span).to_string()))
            });
            match ends.0 {
                Some(since) if since <= from.as_str() => began,
                Some(since) if since <= to.as_str() => return None,
                Some(_) => false,
                None => began,
            }
        }
        _ => within(ends, &nine(&record["@timestamp"])),
    })
}

const KINDS: [RecordType; 4] =
    [RecordType::Transaction, RecordType::Pdu, RecordType::Finding, RecordType::Session];

fn selected(ends: Ends<'_>) -> Settings {
    let at = |text: Option<&str>| text.map(|text| Timestamp::parse(text, &Zone::default()).unwrap());
    let period = Period { since: at(ends.0), until: at(ends.1) };
    Settings { selection: Selection { period, ..Selection::default() }, ..Settings::default() }
}

fn open(path: &Path) -> Capture {
    Capture::open(vec![Input::from_argument(path)])
}

fn records(path: &Path, settings: &Settings) -> Vec<Value> {
    let mut documents = Documents::new(Options { texts: true, secrets: false });
    let mut records = Vec::new();
    let mut take = |record: &smpp_inspect::report::record::Record| {
        records.push(serde_json::to_value(documents.of(record)).unwrap());
        true
    };
    pipeline::records(open(path), settings, &KINDS, &mut take, &mut |_, _| {});
    records
}

fn report(path: &Path, settings: &Settings) -> Value {
    serde_json::to_value(pipeline::run(open(path), settings, &mut |_, _| {}).report).unwrap()
}

/// What tells records apart; the ids of findings count those before them.
fn key(record: &Value) -> String {
    match record["event_type"].as_str() {
        Some("finding") => format!("{} {}", record["pcap"], record["finding"]),
        _ => record["id"].to_string(),
    }
}

/// Periods that begin and end at the times of PDUs, in quarters of them; one without an end, one without a beginning,
/// one of a single moment.
fn periods(all: &[Value]) -> Vec<(Option<String>, Option<String>)> {
    let pdus = all.iter().filter(|record| record["event_type"] == "pdu");
    let mut times: Vec<String> = pdus.map(|record| nine(&record["@timestamp"])).collect();
    times.sort();
    times.dedup();
    if times.is_empty() || times[0].starts_with("1970") {
        return Vec::new();
    }
    let at = |part: usize| times[times.len() * part / 4].clone();
    let middle = at(2);
    let (second, nanos) = middle.split_once('.').unwrap();
    let after = format!("{second}.{:09}", (nanos.parse::<u32>().unwrap() + 1).min(999_999_999));
    vec![
        (Some(at(1)), Some(at(3))),
        (Some(at(2)), None),
        (None, Some(at(2))),
        (Some(middle), Some(after)),
        (Some(times[times.len() - 1].clone()), None),
    ]
}

fn ends(period: &(Option<String>, Option<String>)) -> Ends<'_> {
    (period.0.as_deref(), period.1.as_deref())
}

fn sum(rows: &Value, of: impl Fn(&Value) -> Option<(String, u64)>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in rows.as_array().unwrap().iter().filter_map(of) {
        *sums.entry(name).or_default() += count;
    }
    sums.retain(|_, count| *count > 0);
    sums
}

fn counts<'a>(
    records: impl Iterator<Item = &'a Value>,
    name: impl Fn(&Value) -> Option<String>,
) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    records.filter_map(name).for_each(|name| *counts.entry(name).or_default() += 1);
    counts
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What is different between the report and the records that the evaluator keeps.
fn differences(report: &Value, kept: &[&Value]) -> Vec<String> {
    let of = |kind: &str| {
        let kind = kind.to_owned();
        kept.iter().copied().filter(move |record| record["event_type"] == kind.as_str())
    };
    let mut wrong = Vec::new();
    let mut same = |what: &str, reported: BTreeMap<String, u64>, recorded: BTreeMap<String, u64>| {
        if reported != recorded {
            wrong.push(format!("{what}: {reported:?} reported, {recorded:?} recorded"));
        }
    };
    let pdus = &report["pdus"];
    let count = |row: &Value| row["count"].as_u64().unwrap();
    let whole = |record: &&Value| record["pdu"]["partial"] == false;
    same(
        "PDUs",
        sum(&pdus["by_command"], |row| Some((text(&row["command"]), count(row)))),
        counts(of("pdu").filter(whole), |record| Some(text(&record["pdu"]["command"]))),
    );
    let total = [("all".to_owned(), pdus["total"].as_u64().unwrap())].into_iter().filter(|(_, n)| *n > 0);
    same("PDUs in all", total.collect(), counts(of("pdu").filter(whole), |_| Some("all".to_owned())));
    same(
        "partial PDUs",
        sum(&pdus["partial"], |row| Some(("partial".to_owned(), count(row)))),
        counts(of("pdu").filter(|record| !whole(record)), |_| Some("partial".to_owned())),
    );
    same(
        "findings",
        sum(&report["findings"], |row| Some((text(&row["rule"]), count(row)))),
        counts(of("finding"), |record| Some(text(&record["finding"]["rule"]))),
    );
    for (key, outcomes) in [
        ("count", &["answered", "nacked", "unanswered", "one_way"][..]),
        ("answered", &["answered"]),
        ("nacked", &["nacked"]),
        ("unanswered", &["unanswered"]),
    ] {
        same(
            key,
            sum(&report["transactions"], |row| Some((text(&row["command"]), row[key].as_u64().unwrap()))),
            counts(of("transaction"), |record| {
                let transaction = &record["transaction"];
                let is = outcomes.contains(&transaction["outcome"].as_str().unwrap());
                is.then(|| text(&transaction["command"]))
            }),
        );
    }
    same(
        "sessions",
        sum(&report["sessions"], |row| Some((text(&row["id"]), 1))),
        counts(of("session"), |record| Some(text(&record["session"]))),
    );
    wrong
}

#[test]
fn report_and_records_have_what_the_evaluator_keeps_of_all_records() {
    let mut wrong = Vec::new();
    let (mut judged, mut kept_in_all) = (0, 0);
    for path in captures() {
        let all = records(&path, &Settings::default());
        for period in periods(&all) {
            let ends = ends(&period);
            let judgements: Vec<Option<bool>> = all.iter().map(|record| is_of(ends, record)).collect();
            // A session that ends within the millisecond of an end.
            if judgements.contains(&None) {
                continue;
            }
            let expected: Vec<&Value> =
                all.iter().zip(&judgements).filter(|(_, is)| **is == Some(true)).map(|(r, _)| r).collect();
            judged += 1;
            kept_in_all += expected.len();
            let settings = selected(ends);
            let kept: Vec<String> = records(&path, &settings).iter().map(key).collect();
            if kept != expected.iter().map(|record| key(record)).collect::<Vec<_>>() {
                wrong.push(format!(
                    "{} {ends:?}: {} kept, {} apart",
                    path.display(),
                    kept.len(),
                    expected.len()
                ));
            }
            let report = report(&path, &settings);
            let differences = differences(&report, &expected);
            wrong.extend(differences.iter().map(|what| format!("{} {ends:?}: {what}", path.display())));
            let said = report["capture"]["selection"].as_str().unwrap();
            assert!(said.contains("since 2") || said.contains("until 2"), "{said}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(judged > 100 && kept_in_all > 10_000, "{judged} {kept_in_all}");
}

#[test]
fn what_was_read_stays_what_was_read() {
    let path = Path::new(INCIDENT);
    let whole = report(path, &Settings::default());
    let ends = (Some("2026-11-22T10:42:00.000000000Z"), Some("2026-11-22T10:43:00Z"));
    let mut part = report(path, &selected(ends));
    let capture = part["capture"].as_object_mut().unwrap();
    assert_eq!(capture.remove("since").unwrap(), "2026-11-22T10:42:00.000000Z");
    assert_eq!(capture.remove("until").unwrap(), "2026-11-22T10:43:00.000000Z");
    let selection = capture.insert("selection".to_owned(), Value::Null).unwrap();
    assert_eq!(selection, "since 2026-11-22T10:42:00.000000Z, until 2026-11-22T10:43:00.000000Z");
    assert_eq!(part["capture"], whole["capture"]);
    assert!(part["pdus"]["total"].as_u64().unwrap() < whole["pdus"]["total"].as_u64().unwrap());
}

#[test]
fn periods_that_follow_each_other_add_up_to_the_whole() {
    for path in ["samples/incident/capture.pcap", "samples/bad-network/capture.pcap"] {
        let path = Path::new(path);
        let all = records(path, &Settings::default());
        let whole = report(path, &Settings::default());
        let periods = periods(&all);
        // The first quarter is what is before the first of them.
        let (first, third) = (periods[0].0.as_deref(), periods[0].1.as_deref());
        let parts = [(None, first), (first, third), (third, None)].map(|ends| report(path, &selected(ends)));
        for list in ["transactions", "statuses", "unsolicited", "findings"] {
            let name = |row: &Value| {
                let count = row["count"].as_u64().unwrap();
                Some((format!("{} {} {} {}", row["command"], row["leg"], row["status"], row["rule"]), count))
            };
            let mut added: BTreeMap<String, u64> = BTreeMap::new();
            for part in &parts {
                for (name, count) in sum(&part[list], name) {
                    *added.entry(name).or_default() += count;
                }
            }
            assert_eq!(added, sum(&whole[list], name), "{list} of {}", path.display());
        }
    }
}

/// Runs the command in the project's folder.
fn run(arguments: &[&str], input: Option<&[u8]>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("LC_ALL", "C.UTF-8").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.unwrap_or_default().to_vec();
    let writer = std::thread::spawn(move || {
        // Whoever refuses it does not read it.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn ok(arguments: &[&str]) -> Vec<u8> {
    let output = run(arguments, None);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn any_number_of_threads_and_any_way_in_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the capture is handed to the command's standard input")]
    let octets = std::fs::read(INCIDENT).unwrap();
    let gzip = folder.path().join("capture.pcap.gz");
    std::fs::write(&gzip, packing::gzip(&octets)).unwrap();
    let report = |output: &[u8]| {
        let mut report: Value = serde_json::from_slice(output).unwrap();
        let files = report["capture"].as_object_mut().unwrap().remove("files").unwrap();
        (
            files[0]["frames"].clone(),
            report
                .to_string()
                .replace(gzip.to_str().unwrap(), INCIDENT)
                .replace("\"-\"", &format!("{INCIDENT:?}")),
        )
    };
    for how in [
        &["--since", "10:42", "--until", "10:43:30.5"][..],
        &["--since", "2026-11-22T11:42:00+01:00", "-Y", "command == submit_sm"],
        &["--since", "+90s"],
    ] {
        let arguments = |file: &'static str| [&["report", "--format", "json", file][..], how].concat();
        let wanted = report(&ok(&[&arguments(INCIDENT)[..], &["--threads", "1"]].concat()));
        for threads in ["2", "3", "4", "7"] {
            let got = report(&ok(&[&arguments(INCIDENT)[..], &["--threads", threads]].concat()));
            assert_eq!(got, wanted, "{how:?}, {threads} threads");
        }
        let stdin = run(&arguments("-"), Some(&octets));
        assert_eq!(report(&stdin.stdout), wanted, "{how:?}, standard input");
        let gzipped = ok(&[&["report", "--format", "json", gzip.to_str().unwrap()][..], how].concat());
        assert_eq!(report(&gzipped), wanted, "{how:?}, gzip");

        let arguments =
            [&["records", "--type", "transaction,pdu,finding", "--format", "ndjson"][..], how].concat();
        let wanted = ok(&[&arguments[..], &[INCIDENT, "--threads", "1"]].concat());
        assert!(wanted.len() > 1_000);
        let got = ok(&[&arguments[..], &[INCIDENT, "--threads", "4"]].concat());
        assert_eq!(got, wanted, "{how:?}");
        let stdin = run(&[&arguments[..], &["-"]].concat(), Some(&octets)).stdout;
        let stdin =
            String::from_utf8(stdin).unwrap().replace("\"file\":\"-\"", &format!("\"file\":{INCIDENT:?}"));
        assert!(stdin.into_bytes() == wanted, "{how:?}, standard input");
    }
}

#[test]
fn every_form_of_a_time_means_what_it_says() {
    // The capture goes from 10:40:00.851838 to 10:44:56.705258.
    let reported = |since: &str, until: &str, zone: &str| {
        String::from_utf8(ok(&[
            "--format", "json", INCIDENT, "--since", since, "--until", until, "--tz", zone,
        ]))
        .unwrap()
    };
    let wanted = reported("2026-11-22T10:42:00Z", "2026-11-22T10:43:00Z", "UTC");
    assert!(
        wanted.contains(
            "\"selection\": \"since 2026-11-22T10:42:00.000000Z, until 2026-11-22T10:43:00.000000Z\""
        )
    );
    let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
    for (since, until, zone) in [
        ("10:42", "10:43", "UTC"),
        ("10:42:00", "10:43:00.0", "UTC"),
        ("11:42", "11:43", berlin),
        ("16:12", "16:13", "+05:30"),
        // Another day there.
        ("00:12", "00:13", "+13:30"),
        ("2026-11-22 10:42", "2026-11-22 10:43:00", "UTC"),
        ("2026-11-22T11:42", "2026-11-22 11:43:00", berlin),
        ("2026-11-22T11:42:00+01:00", "2026-11-22T05:43:00-05:00", "+09:00"),
        ("+119.148162s", "+2m59.148162s", "UTC"),
        ("-2m56.705258s", "-116.705258s", berlin),
        ("10:42", "-116705258us", "UTC"),
    ] {
        assert!(reported(since, until, zone) == wanted, "{since} to {until} in {zone}");
    }
    let whole_day = reported("2026-11-22", "2026-11-23", "UTC");
    let all: Value = serde_json::from_str(&whole_day).unwrap();
    let without: Value = serde_json::from_slice(&ok(&["--format", "json", INCIDENT])).unwrap();
    assert_eq!(all["pdus"], without["pdus"]);
    assert_eq!(all["transactions"], without["transactions"]);
    assert_eq!(all["sessions"], without["sessions"]);
    assert_eq!(all["findings"], without["findings"]);
    assert_eq!(all["accounts"], without["accounts"]);
}

/// A capture that begins at `start`, with a submit_sm each `interval`, in a folder of its own.
fn scenario(start: i64, interval: i64, messages: u64) -> (tempfile::TempDir, PathBuf) {
    let end = |host: u8, port| std::net::SocketAddr::from(([192, 0, 2, host], port));
    let session = Session { interval, ..Session::new(end(9, 40_000), end(1, 2775), "acme", messages) };
    let frames = Scenario { seed: 3, start, sessions: vec![session] }.record().frames;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    std::fs::write(&path, capture(&frames, Format::PCAP, Link::RawIp)).unwrap();
    (folder, path)
}

/// Times of the requests that records list, in UTC.
fn requests(path: &Path, more: &[&str]) -> Vec<String> {
    let arguments = ["records", path.to_str().unwrap(), "--format", "ndjson", "-Y", "command == submit_sm"];
    let lines = String::from_utf8(ok(&[&arguments[..], more].concat())).unwrap();
    let records = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.map(|record| text(&record["transaction"]["request_at"])).collect()
}

#[test]
fn a_capture_may_cross_midnight_and_a_change_of_clocks() {
    // 2026-10-24T21:30:00Z: half past eleven at night in Berlin, where clocks go back at three.
    let (_folder, path) = scenario(1_792_877_400 * SECONDS, 300 * SECONDS, 72);
    let all = requests(&path, &[]);
    assert!(all.len() == 72 && all[71].as_str() > "2026-10-25T03:00");
    let between = |from: &str, to: &str| -> Vec<String> {
        all.iter().filter(|at| at.as_str() >= from && at.as_str() < to).cloned().collect()
    };
    let berlin = ["--tz", "CET-1CEST,M3.5.0,M10.5.0/3"];
    for (since, until, from, to) in [
        ("23:45", "00:15", "2026-10-24T21:45", "2026-10-24T22:15"),
        ("00:05", "00:45", "2026-10-24T22:05", "2026-10-24T22:45"),
        // The hour that there is twice is two hours long.
        ("2026-10-25T02:00", "2026-10-25T03:00", "2026-10-25T00:00", "2026-10-25T02:00"),
        ("2026-10-25", "2026-10-26", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("2026-10-25T02:30:00+01:00", "03:30", "2026-10-25T01:30", "2026-10-25T02:30"),
    ] {
        let wanted = between(from, to);
        assert!(wanted.len() >= 5 && wanted.len() < 72, "{since} to {until}");
        let got = requests(&path, &[&berlin[..], &["--since", since, "--until", until]].concat());
        assert_eq!(got, wanted, "{since} to {until}");
    }
    // In UTC the day changes two hours later.
    assert_eq!(requests(&path, &["--until", "00:15"]), between("", "2026-10-25T00:15"));
    // A time in a filter that states no offset is of the zone, too.
    let lines = |filter: &str, more: &[&str]| {
        ok(&[&["records", path.to_str().unwrap(), "--format", "ndjson", "-Y", filter][..], more].concat())
    };
    let here = lines("frame.time >= \"2026-10-25 00:15:00\"", &berlin);
    assert!(!here.is_empty() && here == lines("frame.time >= \"2026-10-24T22:15:00Z\"", &[]));
    assert!(here != lines("frame.time >= \"2026-10-25 00:15:00\"", &[]));
}

#[test]
fn line_1_of_a_report_says_which_time_is_selected_and_in_which_zone() {
    let first = |more: &[&str]| {
        let text = String::from_utf8(ok(&[&["report", INCIDENT][..], more].concat())).unwrap();
        let opening: Vec<&str> = text.lines().take(3).collect();
        opening.join(" ")
    };
    let said = first(&["--since", "10:42", "--until", "10:43:00.25"]);
    assert!(said.starts_with("only since 2026-11-22 10:42:00, until 10:43:00.25 UTC: samples/"), "{said}");
    let said = first(&["--until", "16:13", "--tz", "+05:30", "--session", "s0"]);
    assert!(said.starts_with("only until 2026-11-22 16:13:00 +05:30, session s0: samples/"), "{said}");
    assert!(said.contains("2026-11-22 16:10:00 to 16:14:56 +05:30 (4 min 56 s)"), "{said}");
    assert!(first(&[]).starts_with("samples/"));
    // What is redacted in a selection is not its time.
    let said = first(&["--since", "10:42", "--system-id", "gateway", "--redact"]);
    assert!(said.starts_with("only since 2026-11-22 10:42:00 UTC, what was selected: "), "{said}");
}

#[test]
fn what_cannot_be_told_is_refused_with_the_way_out() {
    for (arguments, said) in [
        (&["-", "--since", "-10m"][..], "--since -10m: the last frame of standard input is not known"),
        (&[INCIDENT, "--tail", "--until", "-10m"], "a file is needed that does not grow"),
        (&["records", "-", "--since", "-10m"], "or a time such as 10:42 or +90s"),
        (&["show", "-", "--since", "-10m"], "--since -10m: the last frame of standard input is not known"),
        (&["--input", "pdus", INCIDENT, "--since", "10:42"], "--input pdus: PDUs without a capture"),
        (
            &[INCIDENT, "--since", "10:43", "--until", "2026-11-22T10:42:00Z"],
            "--since: 10:43, which is 2026-11-22 10:43:00, is not before --until",
        ),
        (&[INCIDENT, "--since", "10:4"], "for '--since <TIME>': a time of day goes from 00:00"),
        (&[INCIDENT, "--until", "yesterday"], "for '--until <TIME>': a time is needed: 2026-11-22T10:42:00Z"),
        (&[INCIDENT, "--since", "+90"], "\"90\" is no span of time"),
        (&[INCIDENT, "--tz", "Middle-earth/Shire"], "no offset such as +01:00"),
        (&["show", INCIDENT, "20", "--since", "10:42"], "cannot be used with"),
        (
            &["records", INCIDENT, "--keep", "session"],
            "--keep: what is kept with records hangs on -Y, --since",
        ),
        (
            &["extract", INCIDENT, "-o", "no.pcapng", "--keep", "session"],
            "--keep: what is kept with PDUs hangs on",
        ),
        (&["replay", INCIDENT, "--as", "smsc", "--since", "10:42"], "cannot be used with"),
    ] {
        let output = run(arguments, Some(&[]));
        let stderr = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    // Frames without a time.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("untimed.pcapng");
    let mut octets = vec![0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
    octets.extend([0xff; 8]);
    octets.extend([28, 0, 0, 0]);
    octets.extend([1, 0, 0, 0, 20, 0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0]);
    octets.extend([3, 0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0, 0x45, 0, 0, 0, 20, 0, 0, 0]);
    std::fs::write(&path, octets).unwrap();
    let output = run(&[path.to_str().unwrap(), "--since", "2026-11-22"], None);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("frames without a time cannot be selected by it"),
        "{}",
        stderr(&output)
    );
    // A time that the capture has not is no error, and is said.
    let output = run(&["records", INCIDENT, "--since", "12:00"], None);
    assert_eq!((output.status.code(), output.stdout.len() < 400), (Some(0), true));
    assert!(
        stderr(&output).contains("no frame is of the time that is selected, since 2026-11-22 12:00:00 UTC")
    );
}

/// Frames of a capture by their times and octets.
fn frames(path: &Path) -> Vec<(Timestamp, Vec<u8>)> {
    let (mut capture, mut block, mut frames) = (open(path), Block::default(), Vec::new());
    while capture.read_block(&mut block) {
        frames.extend(block.frames().map(|frame| (frame.at, frame.octets.to_vec())));
    }
    frames
}

#[test]
fn extract_gives_exactly_the_frames() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let period = (Some("2026-11-22T10:42:00.000000000"), Some("2026-11-22T10:42:20.000000000"));
    let extracted = |more: &[&str]| {
        let arguments = [
            "extract",
            INCIDENT,
            "--force",
            "-o",
            out.to_str().unwrap(),
            "--since",
            "10:42",
            "--until",
            "10:42:20",
        ];
        let output = run(&[&arguments[..], more].concat(), None);
        assert!(output.status.success(), "{more:?}: {}", stderr(&output));
        let kept =
            stderr(&output).split(" PDUs kept").next().unwrap().rsplit(' ').next().unwrap().parse::<usize>();
        (kept.unwrap(), frames(&out))
    };
    let whole = frames(Path::new(INCIDENT));
    let all = records(Path::new(INCIDENT), &Settings::default());
    let pdus: Vec<&Value> = all.iter().filter(|record| record["event_type"] == "pdu").collect();
    let in_time: Vec<&&Value> = pdus.iter().filter(|pdu| is_of(period, pdu) == Some(true)).collect();
    let numbers = |pdu: &Value| -> Vec<usize> {
        let frames = pdu["pcap"]["frames"].as_array().unwrap();
        frames.iter().map(|frame| usize::try_from(frame.as_u64().unwrap()).unwrap()).collect()
    };
    let at = |number: &usize| whole[number - 1].clone();

    // Whole sessions: every frame of that time, with what was begun before. All frames of the sample are of sessions.
    let mut expected: BTreeSet<usize> = in_time.iter().flat_map(|pdu| numbers(pdu)).collect();
    let by_time = |(number, (at, _)): (usize, &(Timestamp, Vec<u8>))| {
        within(period, &nine(&Value::from(at.to_string()))).then_some(number + 1)
    };
    expected.extend(whole.iter().enumerate().filter_map(by_time));
    let (kept, got) = extracted(&[]);
    assert_eq!(kept, in_time.len());
    assert!(expected.len() > 100 && expected.len() < whole.len() / 2, "{}", expected.len());
    assert_eq!(got, expected.iter().map(at).collect::<Vec<_>>());

    // With a filter: the frames of its PDUs.
    let submits: Vec<&Value> =
        in_time.iter().map(|pdu| **pdu).filter(|pdu| pdu["pdu"]["command"] == "submit_sm").collect();
    let expected: BTreeSet<usize> = submits.iter().flat_map(|pdu| numbers(pdu)).collect();
    let (kept, got) = extracted(&["-Y", "command == submit_sm"]);
    assert_eq!(kept, submits.len());
    assert_eq!(got, expected.iter().map(at).collect::<Vec<_>>());

    // With their transactions: responses that come after the end, too.
    let ours: BTreeSet<String> =
        submits.iter().map(|pdu| format!("{} {}", pdu["session"], pdu["pdu"]["sequence_number"])).collect();
    let pairs = all.iter().filter(|record| {
        record["event_type"] == "transaction" && record["transaction"]["command"] == "submit_sm" && {
            ours.contains(&format!("{} {}", record["session"], record["transaction"]["sequence_number"]))
        }
    });
    let expected: BTreeSet<usize> = pairs.flat_map(numbers).collect();
    let (_, got) = extracted(&["-Y", "command == submit_sm", "--keep", "transaction"]);
    assert_eq!(got, expected.iter().map(at).collect::<Vec<_>>());

    // And the sessions that have a PDU then, whole.
    let (_, got) = extracted(&["--keep", "session", "--session", "s0"]);
    let arguments = ["extract", INCIDENT, "--force", "-o", out.to_str().unwrap(), "--session", "s0"];
    assert!(run(&arguments, None).status.success());
    assert_eq!(got, frames(&out));

    // Clean TCP around the same PDUs.
    let (kept, _) = extracted(&["--repair"]);
    assert_eq!(kept, in_time.len());
    let again = records(&out, &Settings::default());
    assert_eq!(again.iter().filter(|record| record["event_type"] == "pdu").count(), in_time.len());
}

#[test]
fn show_has_the_pdus_that_records_list() {
    for more in [
        &["--since", "10:42", "--until", "10:42:20"][..],
        &["--since", "+2m", "--session", "s0"],
        &["--until", "10:40:30", "--account", "acme-otp"],
        &[
            "--since",
            "10:44",
            "--side",
            "operator",
            "--names",
            "samples/incident/peers.toml",
            "--local",
            "10.20.0.11",
        ],
        &["--since", "10:44", "--system-id", "delta", "-Y", "command == enquire_link"],
    ] {
        let lines = ok(&[&["records", INCIDENT, "--type", "pdu", "--format", "ndjson"][..], more].concat());
        let lines = String::from_utf8(lines).unwrap();
        let listed: Vec<(u64, u64)> = lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|record| {
                (record["pcap"]["frame"].as_u64().unwrap(), record["pdu"]["command_length"].as_u64().unwrap())
            })
            .collect();
        let shown: Value =
            serde_json::from_slice(&ok(
                &[&["show", INCIDENT, "-c", "60000", "--format", "json"][..], more].concat()
            ))
            .unwrap();
        let shown: Vec<(u64, u64)> = shown["pdus"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pdu| (pdu["frame"].as_u64().unwrap(), pdu["command_length"].as_u64().unwrap()))
            .collect();
        assert!(!listed.is_empty() && listed.len() < 5_000, "{more:?}");
        assert_eq!(shown, listed, "{more:?}");
    }
    let output = run(&["show", INCIDENT, "--since", "+2m", "-c", "2"], None);
    assert!(
        output.status.success() && stderr(&output).contains("PDUs, the first 2 are shown"),
        "{}",
        stderr(&output)
    );
    let output = run(&["show", INCIDENT, "--account", "nobody"], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("none is selected of"), "{}", stderr(&output));
}

#[test]
fn replay_plans_the_requests_of_the_time() {
    for (since, until) in [("10:42", "10:42:20"), ("+3m", "-10s")] {
        let lines = ok(&[
            "records",
            INCIDENT,
            "--format",
            "ndjson",
            "--account",
            "acme-otp",
            "--since",
            since,
            "--until",
            until,
        ]);
        let lines = String::from_utf8(lines).unwrap();
        let wanted = lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|record| {
                record["transaction"]["command"] == "submit_sm" && record["transaction"]["asked_by"] == "esme"
            })
            .count();
        assert!(wanted > 3);
        let plan = ok(&[
            "replay",
            INCIDENT,
            "--to",
            "127.0.0.1:1",
            "--dry-run",
            "--account",
            "acme-otp",
            "--since",
            since,
            "--until",
            until,
        ]);
        let plan = String::from_utf8(plan).unwrap();
        // Binds before it say who binds.
        assert!(plan.contains("acme-otp binds as transceiver"), "{plan}");
        assert!(plan.contains(&format!("Requests   {wanted}: {wanted} submit_sm")), "{wanted}: {plan}");
        assert!(plan.contains("of another time than --since and --until say"), "{plan}");
    }
    let output = run(
        &["replay", INCIDENT, "--to", "127.0.0.1:1", "--since", "12:00", "--account", "acme-otp", "--yes"],
        None,
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nothing is left to send"), "{}", stderr(&output));
}

#[test]
fn what_is_kept_with_records_may_be_of_another_time() {
    let pdus = |more: &[&str]| -> Vec<Value> {
        let lines = ok(&[&["records", INCIDENT, "--type", "pdu", "--format", "ndjson"][..], more].concat());
        String::from_utf8(lines).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let time = ["--since", "10:42", "--until", "10:42:00.5"];
    let alone = pdus(&time);
    let with_pairs = pdus(&[&time[..], &["--keep", "transaction"]].concat());
    let whole = pdus(&[&time[..], &["--keep", "session"]].concat());
    assert!(!alone.is_empty() && alone.len() < with_pairs.len() && with_pairs.len() < whole.len());
    let sessions: BTreeSet<String> = alone.iter().map(|pdu| text(&pdu["session"])).collect();
    let of_them: Vec<Value> =
        pdus(&[]).into_iter().filter(|pdu| sessions.contains(pdu["session"].as_str().unwrap())).collect();
    assert_eq!(whole, of_them);
    assert!(alone.iter().all(|pdu| with_pairs.contains(pdu)));
}
