//! What is read, and how: the same for all commands that read whole captures.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clap::{Args, ValueEnum};

use super::interrupt::Interrupt;
use super::redaction::Redaction;
use super::selecting::Selecting;
use super::timers::{Timers, seconds};
use super::{Failure, complain};
use crate::capture::{Capture, Input};
use crate::names::Names;
use crate::pipeline::{Outcome, Settings};
use crate::smpp::text::Charset;
use crate::time::Duration;

/// Most threads unless told otherwise: more hardly help, and other work on the machine suffers.
const MOST_THREADS: usize = 4;

#[derive(Debug, Args)]
pub(super) struct Reading {
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
    /// Ports on which everything is SMPP until proven otherwise; elsewhere SMPP is recognised
    #[arg(long, value_name = "N[,N-M]", value_delimiter = ',', value_parser = ports, default_value = "2775,3550")]
    port: Vec<(u16, u16)>,
    /// Decode a port as SMPP besides those of --port, as tshark names it: tcp.port==N,smpp
    #[arg(short = 'd', value_name = "tcp.port==N,smpp", value_parser = decode_as)]
    decode_as: Vec<(u16, u16)>,
    /// Whether SMPP is looked for on other ports
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    detect: Detect,
    /// Threads; the output is the same for any number of them [default: cores, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// After how long a request counts as unanswered, and a response as late [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    timers: Timers,
    /// Leave out packets with a wrong IPv4 or TCP checksum; sending hosts capture them before the card fills it in
    #[arg(long)]
    verify_checksums: bool,
    /// What the message centre means by data_coding 0
    #[arg(long, value_name = "CHARSET", value_parser = Charset::named, default_value = "gsm7")]
    default_charset: Charset,
    #[command(flatten)]
    selecting: Selecting,
    #[command(flatten)]
    redaction: Redaction,
    /// The names with our own addresses, once these are learnt.
    #[arg(skip)]
    learnt: OnceLock<Arc<Names>>,
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

impl Reading {
    /// All inputs that were named.
    pub(super) fn inputs(&self) -> Vec<PathBuf> {
        self.files.iter().chain(&self.read).cloned().collect()
    }

    /// Whether there may be more than one file.
    pub(super) fn is_several(&self) -> bool {
        let inputs = self.inputs();
        inputs.len() > 1 || inputs.iter().any(|input| input.is_dir())
    }

    /// Whether more may come: files are read on as they grow, or standard input is read.
    pub(super) fn is_live(&self) -> bool {
        self.tail || self.inputs().iter().any(|input| input.as_os_str() == "-")
    }

    /// Whether files are read on as they grow.
    pub(super) const fn is_tail(&self) -> bool {
        self.tail
    }

    /// The capture to read.
    pub(super) fn capture(&self, interrupt: &Interrupt) -> Capture {
        let inputs = self.inputs().iter().map(|path| Input::from_argument(path)).collect();
        let mut capture = Capture::open(inputs).with_interrupt(interrupt.flag());
        if self.tail {
            capture = capture.following();
        }
        if self.input == Kind::Pdus {
            capture = capture.of_pdus();
        }
        capture
    }

    /// Refuses what cannot be read more than once.
    ///
    /// # Errors
    /// An input is a stream, or grows.
    pub(super) fn read_again(&self) -> Result<(), Failure> {
        let inputs = self.inputs();
        if let Some(stream) = inputs.iter().find(|path| is_stream(path)) {
            let what = "is read more than once, and gives its octets once: a file is needed, as of tee or tcpdump -w";
            return Err(Failure::new(stream.display(), what));
        }
        if self.is_live() {
            return Err(Failure::new("--tail", "a file that grows is not the same when it is read again"));
        }
        Ok(())
    }

    /// Which sessions and which time are reported, and in which time zone.
    pub(super) const fn selecting(&self) -> &Selecting {
        &self.selecting
    }

    /// The names with our own addresses, where these had to be learnt.
    pub(super) const fn learnt(&self) -> &OnceLock<Arc<Names>> {
        &self.learnt
    }

    /// After how long a request counts as unanswered.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or_else(|| Settings::default().timeout)
    }

    /// What a run over `capture` is told, which is asked for its first frame where a time is selected.
    ///
    /// # Errors
    /// The names file cannot be read, or is wrong; the time that is selected is none, or cannot be known.
    pub(super) fn settings(&self, interrupt: &Interrupt, capture: &mut Capture) -> Result<Settings, Failure> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if let Some(option) = self.selecting.end_relative()
            && let Some(stream) = self.stream()
        {
            return Err(no_last_frame(&option, &stream));
        }
        if self.input == Kind::Pdus && self.selecting.is_timed() {
            let need = "PDUs without a capture around them have no times: a capture is needed";
            return Err(Failure::new("--input pdus", need));
        }
        Ok(Settings {
            ports: self.port.iter().chain(&self.decode_as).copied().collect(),
            detect: self.detect == Detect::On,
            threads: self.threads.map_or(cores.min(MOST_THREADS), usize::from),
            verify_checksums: self.verify_checksums,
            timeout: self.timeout(),
            timers: self.timers.limits(),
            default_charset: self.default_charset,
            names: self.selecting.names()?,
            selection: self.selecting.selection(capture, || self.capture(interrupt))?,
            redactor: self.redaction.redactor()?,
            interrupt: interrupt.flag(),
            ..Settings::default()
        })
    }

    /// What has no end that is known: standard input, a pipe, or files that grow.
    fn stream(&self) -> Option<PathBuf> {
        if self.tail {
            return self.inputs().into_iter().next();
        }
        self.inputs().into_iter().find(|path| is_stream(path))
    }
}

/// A time that is counted from the last frame of what has none yet.
pub(super) fn no_last_frame(option: &str, input: &Path) -> Failure {
    let input =
        if input.as_os_str() == "-" { "standard input".to_owned() } else { input.display().to_string() };
    let need = format_args!(
        "the last frame of {input} is not known before its end: a file is needed that does not grow, as of tee or tcpdump \
         -w, or a time such as 10:42 or +90s"
    );
    Failure::new(option, need)
}

/// Whether a path gives its octets once.
pub(super) fn is_stream(path: &Path) -> bool {
    !path.is_file() && !path.is_dir() && (path.exists() || path.as_os_str() == "-")
}

/// Says on standard error what could not be read; returns whether an input could not be read at all.
pub(super) fn complain_of(outcome: &Outcome) -> bool {
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
    unread
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
}
