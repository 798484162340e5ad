//! `smpp-inspect report`, the default: what happened in a capture.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::filter::of_records;
use super::habits::Habits;
use super::interrupt::Interrupt;
use super::learning::Whose;
use super::output::Output;
use super::progress::Progress;
use super::reading::{Reading, complain_of};
use super::terminal::{self, Color};
use super::{DONE, FAILED, FOUND, Failure, complain};
use crate::filter::Filter;
use crate::pipeline::{self, Settings};
use crate::report::Report;
use crate::report::model::Severity;
use crate::view;

/// Report on captures: sessions, commands, statuses, findings, and how far to trust them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  smpp-inspect report capture.pcap\n  smpp-inspect report --format json \
                        -o report.json monday.pcap tuesday.pcap\n  tcpdump -w - port 2775 | smpp-inspect report -")]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    habits: Habits,
    /// Count only PDUs, transactions and findings for which this holds, as in 'command == submit_sm', and list the
    /// sessions that have one
    #[arg(short = 'Y', long, value_name = "EXPR", value_parser = of_records)]
    filter: Option<Filter>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to FILE, which appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Columns of tshark's
    #[arg(short = 'e', hide = true, value_name = "FIELD")]
    columns: Vec<String>,
    /// Overwrite the file that -o names
    #[arg(long)]
    force: bool,
    /// Most sessions to list, the worst; totals count all
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    max_sessions: usize,
    /// Nothing but ASCII in the text; so without asking where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
    /// When the text has colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    /// Exit with status 1 when any of these was found
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_enum)]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; `smpp-inspect schema report` describes it
    Json,
    /// Counters in the text format of Prometheus
    Prom,
}

/// What makes a run exit with status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Findings of severity error
    Error,
    /// Findings of severity warning or error
    Warning,
    /// Any finding
    Note,
    /// A capture that is damaged or cut off
    Damage,
    /// Requests without an answer
    Unanswered,
    /// Requests answered with a status other than 0
    Failed,
    /// Octets that the capture lacks
    Gaps,
}

impl Arguments {
    /// The first input that was named.
    pub(super) fn first_input(&self) -> Option<PathBuf> {
        self.reading.inputs().into_iter().next()
    }

    /// Reads, reports, and says on standard error what could not be read.
    pub(super) fn run(self) -> Result<u8, Failure> {
        self.habits.answer()?;
        let inputs = self.reading.inputs();
        let interrupt = Interrupt::listen().unwrap_or_default();
        let mut capture = self.reading.capture(&interrupt);
        let selecting = self.reading.selecting();
        let settings = Settings {
            max_sessions: self.max_sessions,
            filter: selecting.filter(self.filter.as_ref())?,
            ..self.reading.settings(&interrupt, &mut capture)?
        };
        let settings = self.reading.knowing_us(settings, Whose::By(self.filter.as_ref()), &interrupt);
        if !self.columns.is_empty() {
            let way = "a report has no columns: smpp-inspect records --format csv -e PATH,...";
            return Err(Failure::new("-e", way));
        }
        let output = Output::new(self.output.as_deref(), self.force, &inputs)?;
        let mut progress = Progress::new();
        let outcome = pipeline::run(capture, &settings, &mut |read, of| progress.update(read, of));
        drop(progress);

        let report = &outcome.report;
        let unread = complain_of(&outcome);
        if report.capture.files.is_empty() {
            return Ok(interrupt.status().unwrap_or(FAILED));
        }
        selecting.complain_of(&outcome);
        self.write(report, output)?;
        if let Some(status) = interrupt.status() {
            complain("interrupted: what was read until then is reported");
            return Ok(status);
        }
        let found = self.fail_on.iter().filter(|what| what.is_in(report)).count();
        Ok(match (unread, found) {
            (true, _) => FAILED,
            (false, 0) => DONE,
            (false, _) => FOUND,
        })
    }

    fn write(&self, report: &Report, output: Output) -> Result<(), Failure> {
        let to_file = matches!(output, Output::File { .. });
        output.write(|mut out| match self.format {
            Format::Json => view::json::write_report(report, &mut out),
            Format::Prom => view::prom::write_report(report, &mut out),
            Format::Text => {
                let plain = view::text::Options::default();
                let options = view::text::Options {
                    width: if to_file { plain.width } else { terminal::width() },
                    color: if to_file { self.color == Color::Always } else { self.color.is_on() },
                    ascii: self.ascii || !terminal::is_utf8(),
                    zone: self.reading.selecting().zone(),
                    ..plain
                };
                view::text::write_report(report, &options, &mut out)
            }
        })
    }
}

impl FailOn {
    fn is_in(self, report: &Report) -> bool {
        let finding = |least: Severity| report.findings.iter().any(|finding| finding.severity <= least);
        match self {
            Self::Error => finding(Severity::Error),
            Self::Warning => finding(Severity::Warning),
            Self::Note => finding(Severity::Note),
            Self::Damage => report.capture.files.iter().any(|file| file.damage.is_some()),
            Self::Unanswered => report.transactions.iter().any(|row| row.unanswered > 0),
            Self::Failed => report.transactions.iter().any(|row| row.failed > 0),
            Self::Gaps => report.tcp.gaps > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Finding, Place};

    #[test]
    fn a_severity_stands_for_itself_and_what_is_graver() {
        let report = |severity| Report {
            findings: vec![Finding {
                rule: "r".to_owned(),
                severity,
                count: 1,
                message: String::new(),
                first: Place {
                    file: None,
                    frame: 1,
                    index: None,
                    at: None,
                    connection: 0,
                    offset: None,
                    field: None,
                },
            }],
            ..Report::default()
        };
        for (severity, met) in [
            (Severity::Error, [true, true, true]),
            (Severity::Warning, [false, true, true]),
            (Severity::Note, [false, false, true]),
        ] {
            let report = report(severity);
            assert_eq!([FailOn::Error, FailOn::Warning, FailOn::Note].map(|what| what.is_in(&report)), met);
        }
        assert!(!FailOn::Note.is_in(&Report::default()));
    }
}
