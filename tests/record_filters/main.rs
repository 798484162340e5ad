//! `-Y` on records, over every sample, against an evaluator written apart: a parser of its own, and the values of the
//! JSON that the records are without a filter. Nothing of the product but its records is used by it.

#[path = "../common/mod.rs"]
mod common;
mod evaluator;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::captures;
use evaluator::{Expression, Kind, Subject};
use rows::ROWS;
use serde_json::Value;
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::filter::Filter;
use smpp_inspect::names::Names;
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;
use smpp_inspect::report::record::RecordType;
use smpp_inspect::view::record::{Documents, Options};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn settings() -> Settings {
    let names = fs::read_to_string(samples().join("incident/peers.toml")).unwrap();
    let names = Names::parse(&names).unwrap().with_local(vec!["10.20.0.11".parse().unwrap()]);
    Settings { names: Arc::new(names), ..Settings::default() }
}

/// The records of a capture, as the lines of NDJSON have them.
fn records(capture: &Path, kind: RecordType, filter: Option<Filter>) -> Vec<Value> {
    let settings = Settings { filter, ..settings() };
    let mut documents = Documents::new(Options { texts: true, secrets: false });
    let mut records = Vec::new();
    pipeline::records(
        Capture::open(vec![Input::from_argument(capture)]),
        &settings,
        &[kind],
        &mut |record| {
            records.push(serde_json::to_value(documents.of(record)).unwrap());
            true
        },
        &mut |_, _| {},
    );
    records
}

/// What tells records of one kind apart. The ids of findings count those before them, so they are no part of it.
fn keys<'a>(records: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let key = |record: &Value| match record["event_type"].as_str() {
        Some("finding") => format!("{} {}", record["pcap"], record["finding"]),
        _ => record["id"].to_string(),
    };
    records.map(key).collect()
}

/// Of a kind: the records of each capture, and the findings that stand at each.
struct All {
    kind: RecordType,
    captures: Vec<(PathBuf, Vec<Value>)>,
    /// Where a PDU stands, by capture: the rules that it breaks, with their severities.
    findings: BTreeMap<(usize, String), Vec<(String, String)>>,
    /// Likewise: the PDU, for findings.
    pdus: BTreeMap<(usize, String), Value>,
}

/// Where a PDU stands: connection, sender, octets before it.
fn stand(record: &Value, of: &str) -> String {
    format!(
        "{} {} {} {}",
        record["tcp_stream"], record["src_ip"], record["src_port"], record[of]["stream_offset"]
    )
}

impl All {
    fn of(kind: RecordType) -> Self {
        let captures: Vec<(PathBuf, Vec<Value>)> = captures()
            .into_iter()
            .map(|path| {
                let records = records(&path, kind, None);
                (path, records)
            })
            .collect();
        let mut findings: BTreeMap<_, Vec<_>> = BTreeMap::new();
        if kind == RecordType::Pdu {
            for (at, (path, _)) in captures.iter().enumerate() {
                // What sessions find has no place in the PDU, and is not the PDU's.
                for record in records(path, RecordType::Finding, None) {
                    let finding = &record["finding"];
                    if finding["offset"].is_number() {
                        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
                        findings
                            .entry((at, stand(&record, "finding")))
                            .or_default()
                            .push((text("rule"), text("severity")));
                    }
                }
            }
        }
        let mut pdus = BTreeMap::new();
        if kind == RecordType::Finding {
            for (at, (path, _)) in captures.iter().enumerate() {
                for record in records(path, RecordType::Pdu, None) {
                    pdus.insert((at, stand(&record, "pdu")), record);
                }
            }
        }
        Self { kind, captures, findings, pdus }
    }

    /// What is wrong about a filter.
    fn judge(&self, text: &str) -> Vec<String> {
        let expression = Expression::parse(text);
        let (mut selected, mut rejected, mut wrong) = (0, 0, Vec::new());
        for (at, (path, all)) in self.captures.iter().enumerate() {
            let holds = |record: &&Value| {
                let findings = self.findings.get(&(at, stand(record, "pdu")));
                let pdu = self.pdus.get(&(at, stand(record, "finding")));
                let subject = Subject { record, findings: findings.map_or(&[], Vec::as_slice), pdu };
                expression.holds(&subject)
            };
            let expected = keys(all.iter().filter(holds));
            selected += expected.len();
            rejected += all.len() - expected.len();
            let kept = keys(records(path, self.kind, Some(text.parse().unwrap())).iter());
            if kept != expected {
                let first = kept.iter().zip(&expected).find(|(kept, expected)| kept != expected);
                wrong.push(format!(
                    "{text}: {}: {} of {:?}s kept, apart {}, first other {first:?}",
                    path.display(),
                    kept.len(),
                    self.kind,
                    expected.len()
                ));
            }
        }
        if selected == 0 || rejected == 0 {
            wrong.push(format!("{text}: selects {selected} and rejects {rejected}, which shows nothing"));
        }
        wrong
    }
}

fn agree(kind: RecordType) {
    let all = All::of(kind);
    let filters: Vec<&str> =
        ROWS.iter().filter(|(kinds, _)| kinds.contains(&kind)).map(|(_, text)| *text).collect();
    let wrong: Vec<String> = filters.iter().flat_map(|text| all.judge(text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn filters_of_pdus_keep_the_records_that_an_evaluator_written_apart_keeps() {
    agree(RecordType::Pdu);
}

#[test]
fn filters_of_transactions_keep_the_records_that_an_evaluator_written_apart_keeps() {
    agree(RecordType::Transaction);
}

#[test]
fn filters_of_findings_keep_the_records_that_an_evaluator_written_apart_keeps() {
    agree(RecordType::Finding);
}

#[test]
fn filters_of_sessions_keep_the_records_that_an_evaluator_written_apart_keeps() {
    agree(RecordType::Session);
}

/// The report of a capture, of what a filter keeps.
fn report(capture: &Path, filter: &str) -> Report {
    let settings = Settings { filter: Some(filter.parse().unwrap()), ..settings() };
    let capture = Capture::open(vec![Input::from_argument(capture)]);
    pipeline::run(capture, &settings, &mut |_, _| {}).report
}

/// What the report counts is what `records -Y` lists, whatever is asked.
#[test]
fn a_report_of_what_a_filter_keeps_counts_the_records_that_it_keeps() {
    let both = |kinds: &[RecordType]| {
        [RecordType::Pdu, RecordType::Transaction].iter().all(|kind| kinds.contains(kind))
    };
    let filters: Vec<&str> = ROWS.iter().filter(|(kinds, _)| both(kinds)).map(|(_, text)| *text).collect();
    assert!(filters.len() > 80);
    let mut counted = [0; 4];
    for (at, path) in captures().iter().enumerate() {
        // Every filter on some captures, every capture with some filters; all of both take minutes.
        for text in filters.iter().skip(at % 9).step_by(9) {
            let report = report(path, text);
            let kept = |kind| records(path, kind, Some(text.parse().unwrap()));
            let (pdus, transactions) = (kept(RecordType::Pdu), kept(RecordType::Transaction));
            let findings = kept(RecordType::Finding);
            let context = format!("{text}: {}", path.display());
            let whole = pdus.iter().filter(|record| record["pdu"]["partial"] == false).count();
            assert_eq!(report.pdus.total, whole as u64, "{context}: PDUs");
            let partial: u64 = report.pdus.partial.iter().map(|row| row.count).sum();
            assert_eq!(partial, (pdus.len() - whole) as u64, "{context}: PDUs in part");
            let total: u64 = report.transactions.iter().map(|row| row.count).sum();
            assert_eq!(total, transactions.len() as u64, "{context}: transactions");
            let failed: u64 = report.transactions.iter().map(|row| row.failed).sum();
            let of_records = transactions
                .iter()
                .filter(|record| record["transaction"]["status"]["code"].as_u64() > Some(0));
            assert_eq!(failed, of_records.count() as u64, "{context}: failed");
            let total: u64 = report.findings.iter().map(|row| row.count).sum();
            assert_eq!(total, findings.len() as u64, "{context}: findings");
            let sessions: BTreeSet<&str> = [&pdus, &transactions, &findings]
                .into_iter()
                .flatten()
                .map(|record| record["session"].as_str().unwrap())
                .collect();
            let listed: BTreeSet<&str> = report.sessions.iter().map(|session| &*session.id).collect();
            assert_eq!(listed, sessions, "{context}: sessions");
            let of_sessions: u64 = report.sessions.iter().map(|session| session.pdus.total).sum();
            assert_eq!(of_sessions, report.pdus.total, "{context}: PDUs of sessions");
            assert!(report.capture.selection.unwrap().starts_with("-Y "));
            let lens = [whole, transactions.len(), findings.len(), sessions.len()];
            counted.iter_mut().zip(lens).for_each(|(sum, len)| *sum += len);
        }
    }
    assert!(counted.iter().all(|count| *count > 100), "{counted:?}");
}

#[test]
fn a_report_of_what_a_filter_keeps_that_keeps_everything_is_the_report() {
    for path in captures() {
        let capture = Capture::open(vec![Input::from_argument(&path)]);
        let whole = pipeline::run(capture, &settings(), &mut |_, _| {}).report;
        let kept = report(&path, "smpp");
        let (path, context) = (path.display(), "with a filter that keeps everything");
        assert_eq!(kept.pdus, whole.pdus, "{path}: {context}");
        assert_eq!(kept.octets, whole.octets, "{path}: {context}");
        assert_eq!(kept.transactions, whole.transactions, "{path}: {context}");
        assert_eq!(kept.unsolicited, whole.unsolicited, "{path}: {context}");
        assert_eq!(kept.statuses, whole.statuses, "{path}: {context}");
        assert_eq!(kept.accounts, whole.accounts, "{path}: {context}");
        assert_eq!(kept.sessions, whole.sessions, "{path}: {context}");
        assert_eq!(kept.findings, whole.findings, "{path}: {context}");
    }
}

#[test]
fn where_only_transactions_have_a_field_their_pdus_are_kept_with_them() {
    let path = samples().join("incident/capture.pcap");
    let report = report(&path, "latency > 500ms");
    let transactions: u64 = report.transactions.iter().map(|row| row.count).sum();
    assert!(transactions > 10);
    assert_eq!(report.pdus.total, 2 * transactions);
    assert!(
        report.transactions.iter().all(|row| row.latency_us.min >= Some(500_000.0) && row.unanswered == 0)
    );
    let latencies = report.worst.iter().map(|worst| worst.latency_us);
    assert!(latencies.clone().count() > 0 && latencies.clone().all(|micros| micros > 500_000.0));
}

#[test]
fn there_are_over_100_filters_and_one_or_more_of_every_operator_and_kind_of_field() {
    let filters: BTreeSet<&str> = ROWS.iter().map(|(_, text)| *text).collect();
    assert_eq!(filters.len(), ROWS.len(), "a filter stands twice");
    assert!(filters.len() >= 100, "{}", filters.len());
    let mut used = BTreeSet::new();
    for text in filters {
        Expression::parse(text).each_test(&mut |kind, operator| {
            used.insert((kind, operator));
        });
    }
    for kind in [Kind::Number, Kind::Text, Kind::Octets, Kind::Address, Kind::Time, Kind::Span, Kind::Choice]
    {
        let mut operators = vec!["exists", "==", "!=", "===", "!==", "in"];
        if kind != Kind::Address {
            operators.extend(["<", "<=", ">", ">="]);
        }
        if kind == Kind::Number {
            operators.push("&");
        }
        if matches!(kind, Kind::Text | Kind::Octets) {
            operators.extend(["contains", "matches"]);
        }
        for operator in operators {
            assert!(used.contains(&(kind, operator)), "no filter asks {kind:?} by {operator}");
        }
    }
}
