//! A report in the text format of Prometheus (exposition format 0.0.4): counters and gauges for a textfile collector.
//!
//! Labels hold names of the protocol's tables and of this tool alone. What has no name there is `other`, and neither
//! sessions nor addresses are labels, so the number of series is bounded whatever the traffic is.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::report::Report;
use crate::report::model::{End, Leg, Severity, Transactions, Unanswered};

/// Writes `report`, every family with its help and type.
///
/// # Errors
/// Those of `out`.
pub fn write_report(report: &Report, out: &mut impl Write) -> io::Result<()> {
    traffic(report, out)?;
    outcomes(report, out)?;
    latencies(report, out)?;
    sessions(report, out)?;
    capture(report, out)
}

fn traffic(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut pdus = Family::counter("smpp_pdus_total", "Whole PDUs by command.");
    for row in &report.pdus.by_command {
        pdus.add(&[("command", known(&row.command))], row.count);
    }
    pdus.write(out)?;
    let mut octets =
        Family::counter("smpp_octets_total", "Octets of SMPP connections by what became of them.");
    octets.add(&[("in", "pdus")], report.octets.in_pdus);
    octets.add(&[("in", "skipped")], report.octets.skipped);
    octets.write(out)?;
    let mut findings = Family::counter("smpp_findings_total", "What is wrong with the traffic, by rule.");
    for finding in &report.findings {
        findings.add(&[("rule", &finding.rule), ("severity", severity(finding.severity))], finding.count);
    }
    findings.write(out)
}

fn outcomes(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut requests = Family::counter("smpp_requests_total", "Requests by command and outcome.");
    let mut unanswered =
        Family::counter("smpp_unanswered_total", "Requests without a response, by command and reason.");
    let mut enquire =
        Family::counter("smpp_enquire_link_timeout_total", "enquire_link without a response in time.");
    enquire.add(&[], 0);
    for row in &report.transactions {
        let command = known(&row.command);
        for (outcome, count) in [
            ("answered", row.answered),
            ("nacked", row.nacked),
            ("unanswered", row.unanswered),
            ("one_way", one_way(row)),
        ] {
            if count > 0 {
                requests.add(&[("command", command), ("outcome", outcome)], count);
            }
        }
        for why in &row.unanswered_why {
            unanswered.add(&[("command", command), ("why", reason(why.why))], why.count);
            if row.command == "enquire_link" && why.why == Unanswered::TimedOut {
                enquire.add(&[], why.count);
            }
        }
    }
    requests.write(out)?;
    unanswered.write(out)?;
    enquire.write(out)?;
    let mut responses = Family::counter("smpp_responses_total", "Responses by command and status.");
    let mut submits = Family::counter("smpp_submit_sm_total", "Responses to submit_sm by status.");
    for row in &report.statuses {
        let status = row.name.as_deref().unwrap_or(OTHER);
        responses.add(&[("command", known(&row.command)), ("status", status)], row.count);
        if row.command == "submit_sm_resp" {
            submits.add(&[("status", status)], row.count);
        }
    }
    responses.write(out)?;
    submits.write(out)
}

fn latencies(report: &Report, out: &mut impl Write) -> io::Result<()> {
    const NAME: &str = "smpp_response_seconds";
    let rows: Vec<&Transactions> = report
        .transactions
        .iter()
        .filter(|row| row.latency_us.count > 0 && known(&row.command) != OTHER)
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "# HELP {NAME} Time from a request to its response.")?;
    writeln!(out, "# TYPE {NAME} summary")?;
    for row in rows {
        let latency = &row.latency_us;
        let mut labels = vec![("command", row.command.as_str())];
        if let Some(leg) = row.leg {
            labels.push(("leg", self::leg(leg)));
        }
        let own = braced(&labels);
        for (quantile, micros) in
            [("0.5", latency.p50), ("0.9", latency.p90), ("0.95", latency.p95), ("0.99", latency.p99)]
        {
            if let Some(micros) = micros {
                let labels: Vec<_> = labels.iter().copied().chain([("quantile", quantile)]).collect();
                writeln!(out, "{NAME}{} {}", braced(&labels), micros / 1e6)?;
            }
        }
        if let Some(mean) = latency.mean {
            // Counts are far below 2^52.
            #[expect(
                clippy::cast_precision_loss,
                reason = "a sum is as exact as the mean that it comes from"
            )]
            let sum = mean / 1e6 * latency.count as f64;
            writeln!(out, "{NAME}_sum{own} {sum}")?;
        }
        writeln!(out, "{NAME}_count{own} {}", latency.count)?;
    }
    Ok(())
}

fn sessions(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut sessions =
        Family::gauge("smpp_sessions", "Sessions by what ended them; open at the end of the capture.");
    for session in &report.sessions {
        let state = match session.end {
            Some(End::CaptureEnd) => "open",
            Some(End::Unbind) => "unbind",
            Some(End::Fin) => "fin",
            Some(End::Rst) => "rst",
            Some(End::Idle) => "idle",
            None => "bind",
        };
        sessions.add(&[("state", state)], 1);
    }
    if report.sessions_omitted > 0 {
        sessions.add(&[("state", "not_listed")], report.sessions_omitted);
    }
    sessions.write(out)?;
    let mut window = Family::gauge(
        "smpp_window_in_flight_max",
        "Most requests of one side of a session that waited at once.",
    );
    if let Some(max) = report.sessions.iter().filter_map(|session| session.window.max).max() {
        window.add(&[], max);
    }
    window.write(out)?;
    let mut connections = Family::gauge("smpp_connections", "TCP connections by what they carry.");
    connections.add(&[("carry", "smpp")], report.tcp.smpp_connections);
    connections.add(&[("carry", "tls")], report.tcp.tls_connections);
    let rest = report.tcp.connections.saturating_sub(report.tcp.smpp_connections);
    connections.add(&[("carry", "other")], rest.saturating_sub(report.tcp.tls_connections));
    connections.write(out)
}

fn capture(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for (name, help, value) in [
        ("smpp_capture_frames_total", "Frames read.", report.capture.frames),
        ("smpp_tcp_retransmitted_total", "Segments sent again.", report.tcp.retransmitted),
        ("smpp_tcp_gaps_total", "Gaps in the octets of connections.", report.tcp.gaps),
        ("smpp_tcp_gap_octets_total", "Octets that the capture lacks.", report.tcp.gap_octets),
    ] {
        let mut family = Family::counter(name, help);
        family.add(&[], value);
        family.write(out)?;
    }
    let damaged = report.capture.files.iter().filter(|file| file.damage.is_some()).count();
    let mut family = Family::gauge("smpp_capture_damaged_files", "Files that are damaged or cut off.");
    family.add(&[], crate::num::count(damaged));
    family.write(out)
}

/// What has no name in the tables.
const OTHER: &str = "other";

/// The command as a label: its name, or `other`.
fn known(command: &str) -> &str {
    if command.starts_with("0x") { OTHER } else { command }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

const fn leg(leg: Leg) -> &'static str {
    match leg {
        Leg::Customer => "customer",
        Leg::Operator => "operator",
    }
}

const fn reason(why: Unanswered) -> &'static str {
    match why {
        Unanswered::Closed => "closed",
        Unanswered::CaptureEnded => "capture_ended",
        Unanswered::TimedOut => "timed_out",
        Unanswered::Superseded => "superseded",
        Unanswered::ReplyInGap => "reply_in_gap",
        Unanswered::Evicted => "evicted",
    }
}

/// Requests of commands without a response.
fn one_way(row: &Transactions) -> u64 {
    row.count.saturating_sub(row.answered).saturating_sub(row.nacked).saturating_sub(row.unanswered)
}

/// Samples of one name.
struct Family {
    name: &'static str,
    help: &'static str,
    kind: &'static str,
    samples: BTreeMap<String, u64>,
}

impl Family {
    const fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: "counter", samples: BTreeMap::new() }
    }

    const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: "gauge", samples: BTreeMap::new() }
    }

    /// Adds to the sample with these labels.
    fn add(&mut self, labels: &[(&str, &str)], value: u64) {
        let sample = self.samples.entry(braced(labels)).or_default();
        *sample = sample.saturating_add(value);
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if self.samples.is_empty() {
            return Ok(());
        }
        writeln!(out, "# HELP {} {}", self.name, self.help)?;
        writeln!(out, "# TYPE {} {}", self.name, self.kind)?;
        self.samples.iter().try_for_each(|(labels, value)| writeln!(out, "{}{labels} {value}", self.name))
    }
}

/// `{a="b",c="d"}`; nothing without labels.
fn braced(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::report::model::{CommandIdCount, Status};
    use crate::view::snapshot;

    /// The samples by series, of a text that keeps to the exposition format.
    fn parsed(text: &str) -> BTreeMap<String, f64> {
        let (mut types, mut samples) = (BTreeMap::new(), BTreeMap::new());
        let (mut family, mut left) = (String::new(), BTreeSet::new());
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        assert!(text.is_empty() || text.ends_with('\n'));
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                assert!(
                    left.insert(std::mem::take(&mut family)),
                    "the samples of a family stand together: {line}"
                );
                let (name, words) = help.split_once(' ').unwrap();
                assert!(is_name(name) && !words.is_empty(), "{line}");
                assert!(!left.contains(name), "{line}");
                name.clone_into(&mut family);
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(name, family);
                assert!(["counter", "gauge", "summary"].contains(&kind), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "{line}");
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let (name, labels) = series
                    .split_once('{')
                    .map_or((series, ""), |(name, rest)| (name, rest.strip_suffix('}').unwrap()));
                let base = name.strip_suffix("_sum").or(name.strip_suffix("_count")).unwrap_or(name);
                assert!(name == family || base == family && types[&family] == "summary", "{line}");
                for label in labels.split(',').filter(|label| !label.is_empty()) {
                    let (name, value) = label.split_once('=').unwrap();
                    assert!(is_name(name), "{line}");
                    assert!(value.len() >= 2 && value.starts_with('"') && value.ends_with('"'), "{line}");
                }
                let value: f64 = value.parse().unwrap();
                assert!(value.is_finite() && value >= 0.0, "{line}");
                assert!(samples.insert(series.to_owned(), value).is_none(), "{line}: twice");
            }
        }
        samples
    }

    fn written(report: &Report) -> BTreeMap<String, f64> {
        let mut text = Vec::new();
        write_report(report, &mut text).unwrap();
        parsed(std::str::from_utf8(&text).unwrap())
    }

    #[test]
    fn a_report_keeps_to_the_exposition_format_and_its_numbers() {
        let report = snapshot::two_sessions();
        let samples = written(&report);
        let sum = |name: &str| -> f64 {
            samples
                .iter()
                .filter(|(series, _)| series.split('{').next() == Some(name))
                .map(|(_, value)| value)
                .sum()
        };
        let count = |n: u64| f64::from(u32::try_from(n).unwrap());
        assert_eq!(sum("smpp_pdus_total"), count(report.pdus.by_command.iter().map(|row| row.count).sum()));
        assert_eq!(sum("smpp_requests_total"), count(report.transactions.iter().map(|row| row.count).sum()));
        assert_eq!(
            sum("smpp_unanswered_total"),
            count(report.transactions.iter().map(|row| row.unanswered).sum())
        );
        assert_eq!(sum("smpp_responses_total"), count(report.statuses.iter().map(|row| row.count).sum()));
        assert_eq!(sum("smpp_findings_total"), count(report.findings.iter().map(|row| row.count).sum()));
        assert_eq!(sum("smpp_octets_total"), count(report.octets.stream));
        assert_eq!(
            sum("smpp_sessions"),
            count(crate::num::count(report.sessions.len()) + report.sessions_omitted)
        );
        let row = report.transactions.iter().find(|row| row.latency_us.count > 0).unwrap();
        let p99 = samples.iter().find(|(series, _)| {
            series.contains(&format!("command=\"{}\"", row.command)) && series.contains("quantile=\"0.99\"")
        });
        assert_eq!(*p99.unwrap().1, row.latency_us.p99.unwrap() / 1e6);
    }

    #[test]
    fn an_empty_report_is_valid_too() {
        assert_eq!(written(&Report::default())["smpp_capture_frames_total"], 0.0);
    }

    #[test]
    fn what_no_table_names_is_one_series() {
        let mut report = snapshot::two_sessions();
        let before = written(&report).len();
        report.pdus.by_command.extend((0..5_000).map(|id| CommandIdCount {
            command: format!("0x{id:08x}"),
            command_id: id,
            count: 1,
        }));
        report.statuses.extend((0..5_000).map(|status| Status {
            command: "submit_sm_resp".to_owned(),
            leg: None,
            status,
            name: None,
            count: 1,
            latency_us: Default::default(),
        }));
        let after = written(&report);
        assert!(after.len() <= before + 3, "{} series, and {before} without", after.len());
        assert_eq!(after["smpp_pdus_total{command=\"other\"}"], 5_000.0);
    }
}
