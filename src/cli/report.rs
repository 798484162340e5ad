//! `smpp-inspect report`, the default: what happened in a capture.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::interrupt::Interrupt;
use super::output::Output;
use super::progress::Progress;
use super::terminal::{self, Color};
use super::timers::{Timers, seconds};
use super::{DONE, FAILED, FOUND, Failure, complain};
use crate::capture::{Capture, Input};
use crate::pipeline::{self, Settings};
use crate::report::Report;
use crate::report::model::Severity;
use crate::time::Duration;
use crate::view::{self, Zone};

/// Most threads unless told otherwise: more hardly help, and other work on the machine suffers.
const MOST_THREADS: usize = 4;

/// Report on captures: sessions, commands, statuses, findings, and how far to trust them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  smpp-inspect report capture.pcap\n  smpp-inspect report --format json \
                        -o report.json monday.pcap tuesday.pcap\n  tcpdump -w - port 2775 | smpp-inspect report -")]
pub(super) struct Arguments {
    /// Captures (pcap or pcapng, also compressed) or directories of them; - is standard input
    #[arg(value_name = "FILE", required_unless_present = "read")]
    files: Vec<PathBuf>,
    /// A capture, as tcpdump and tshark name it
    #[arg(short = 'r', long, value_name = "FILE")]
    read: Vec<PathBuf>,
    /// What the files hold
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    input: Kind,
    /// Read on as the newest file grows, and the next one that its directory gets, until Ctrl-C
    #[arg(long)]
    tail: bool,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to FILE, which appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file that -o names
    #[arg(long)]
    force: bool,
    /// Ports on which everything is SMPP until proven otherwise; elsewhere SMPP is recognised
    #[arg(long, value_name = "N[,N-M]", value_delimiter = ',', value_parser = ports, default_value = "2775,3550")]
    port: Vec<(u16, u16)>,
    /// Decode a port as SMPP besides those of --port, as tshark names it: tcp.port==N,smpp
    #[arg(short = 'd', value_name = "tcp.port==N,smpp", value_parser = decode_as)]
    decode_as: Vec<(u16, u16)>,
    /// Whether SMPP is looked for on other ports
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    detect: Detect,
    /// Threads; the report is the same for any number of them [default: cores, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Most sessions to list, the worst; totals count all
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    max_sessions: usize,
    /// After how long a request counts as unanswered
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    timers: Timers,
    /// Leave out packets with a wrong IPv4 or TCP checksum; sending hosts capture them before the card fills it in
    #[arg(long)]
    verify_checksums: bool,
    /// Time zone of the text, as in the system's database [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = Zone::named)]
    tz: Option<Zone>,
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

/// What is in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// pcap or pcapng, as its content says, also compressed by gzip, zstd or lz4
    #[default]
    Capture,
    /// PDUs one after the other and nothing else, of one side of a connection
    Pdus,
}

/// Whether connections on ports that nobody named are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Detect {
    /// Two chained headers, or a whole PDU that decodes without an error, make a connection SMPP
    #[default]
    On,
    /// Only what --port and -d name is SMPP
    Off,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; `smpp-inspect schema report` describes it
    Json,
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
    /// Reads, reports, and says on standard error what could not be read.
    pub(super) fn run(self) -> Result<u8, Failure> {
        let inputs: Vec<PathBuf> = self.files.iter().chain(&self.read).cloned().collect();
        let output = Output::new(self.output.as_deref(), self.force, &inputs)?;
        let interrupt = Interrupt::listen().unwrap_or_default();
        let mut capture = Capture::open(inputs.iter().map(|path| Input::from_argument(path)).collect())
            .with_interrupt(interrupt.flag());
        if self.tail {
            capture = capture.following();
        }
        if self.input == Kind::Pdus {
            capture = capture.of_pdus();
        }
        let settings = Settings { interrupt: interrupt.flag(), ..self.settings() };
        let mut progress = Progress::new();
        let outcome = pipeline::run(capture, &settings, &mut |read, of| progress.update(read, of));
        drop(progress);

        let report = &outcome.report;
        // What could be read in part is in the report, with its damage.
        let mut unread = false;
        for (path, message) in &outcome.errors {
            if !report.capture.files.iter().any(|file| file.path == *path) {
                unread = true;
                complain(message);
            }
        }
        for file in &report.capture.files {
            for what in file.damage.iter().chain(&file.changed) {
                complain(&format!("{}: {what}", file.path));
            }
        }
        for skipped in &report.capture.skipped_files {
            complain(&format!("{}: skipped: {}", skipped.path, skipped.reason));
        }
        if report.capture.files.is_empty() {
            return Ok(interrupt.status().unwrap_or(FAILED));
        }
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

    fn settings(&self) -> Settings {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let settings = Settings {
            ports: self.port.iter().chain(&self.decode_as).copied().collect(),
            detect: self.detect == Detect::On,
            threads: self.threads.map_or(cores.min(MOST_THREADS), usize::from),
            max_sessions: self.max_sessions,
            verify_checksums: self.verify_checksums,
            timers: self.timers.limits(),
            ..Settings::default()
        };
        match self.timeout {
            Some(timeout) => Settings { timeout, ..settings },
            None => settings,
        }
    }

    fn write(&self, report: &Report, output: Output) -> Result<(), Failure> {
        let to_file = matches!(output, Output::File { .. });
        output.write(|mut out| match self.format {
            Format::Json => view::json::write_report(report, &mut out),
            Format::Text => {
                let plain = view::text::Options::default();
                let options = view::text::Options {
                    width: if to_file { plain.width } else { terminal::width() },
                    color: if to_file { self.color == Color::Always } else { self.color.is_on() },
                    ascii: self.ascii || !terminal::is_utf8(),
                    zone: self.tz.clone().unwrap_or_default(),
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

/// `2775`, or `2770-2779`.
pub(super) fn ports(text: &str) -> Result<(u16, u16), String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        (Ok(_), Ok(_)) => Err("a range needs the lower port first".to_owned()),
        _ => Err("a port is a number up to 65535".to_owned()),
    }
}

/// `tcp.port==2775,smpp`, also with a range.
pub(super) fn decode_as(text: &str) -> Result<(u16, u16), String> {
    let (selector, protocol) = text.split_once(',').ok_or("tcp.port==N,smpp is needed")?;
    if !protocol.trim().eq_ignore_ascii_case("smpp") {
        return Err(format!("{}: only smpp is decoded", protocol.trim()));
    }
    match selector.split_once("==") {
        Some((field, number)) if field.trim() == "tcp.port" => ports(number.trim()),
        _ => Err("tcp.port==N,smpp is needed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Finding, Place};

    #[test]
    fn ports_are_numbers_or_ranges() {
        assert_eq!(ports("2775"), Ok((2775, 2775)));
        assert_eq!(ports("2770-2779"), Ok((2770, 2779)));
        for text in ["", "-", "2779-2770", "65536", "smpp", "1-2-3"] {
            assert!(ports(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_port_may_be_named_as_tshark_does() {
        assert_eq!(decode_as("tcp.port==9000,smpp"), Ok((9_000, 9_000)));
        assert_eq!(decode_as("tcp.port == 9000-9010, SMPP"), Ok((9_000, 9_010)));
        for text in
            ["9000", "tcp.port==9000", "tcp.port==9000,http", "udp.port==9000,smpp", "tcp.port==,smpp"]
        {
            assert!(decode_as(text).is_err(), "{text}");
        }
    }

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
