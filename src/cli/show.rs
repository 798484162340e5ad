//! `smpp-inspect show`: the PDUs of one frame of a capture.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::dictionaries::Dictionaries;
use super::filter;
use super::habits::Habits;
use super::interrupt::Interrupt;
use super::learning::{Whose, hangs_on_us};
use super::output::Output;
use super::progress::Progress;
use super::reading::{complain_of, decode_as, is_stream, no_last_frame, ports};
use super::redaction::Redaction;
use super::selecting::Selecting;
use super::terminal::{self, Color};
use super::{DONE, FAILED, FOUND, Failure, complain};
use crate::capture::{Capture, Input};
use crate::dissect::model::End;
use crate::dissect::{First, Found, Wanted, Way};
use crate::filter::Filter;
use crate::pipeline::{self, Settings};
use crate::report::model::Endpoint;
use crate::report::record::{PduRecord, Record, RecordType};
use crate::smpp::Place;
use crate::smpp::text::Charset;
use crate::view;

/// What selects PDUs where no frame does.
const SELECTING: [&str; 7] = ["filter", "session", "system_id", "account", "side", "since", "until"];

/// Show the PDUs that a frame completes, or that are selected, field by field
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  smpp-inspect show capture.pcap 274113      frames have Wireshark's numbers, as in a report\n  \
                  smpp-inspect show capture.pcap 274113.1    the second PDU of the frame\n  \
                  smpp-inspect show capture.pcap -Y 'status == throttled' -c 3\n  \
                  smpp-inspect show capture.pcap --session s7 --since 10:42 --tz Europe/Berlin"
)]
pub(super) struct Arguments {
    /// A capture; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Number of the frame, and of the PDU in it from 0
    #[arg(value_name = "FRAME[.INDEX]", value_parser = frame, required_unless_present_any = SELECTING,
        conflicts_with_all = SELECTING)]
    frame: Option<(u64, Option<u32>)>,
    /// Show the PDUs for which an expression holds, such as 'command == submit_sm and dest_addr matches "^4477"'
    #[arg(short = 'Y', long, value_name = "EXPRESSION", value_parser = filter::of_capture)]
    filter: Option<Filter>,
    /// Most PDUs that are shown of those that are selected, the first
    #[arg(short = 'c', long, value_name = "N", default_value_t = 10, conflicts_with = "frame",
        value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    /// How the PDUs are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Ports on which everything is SMPP until proven otherwise; elsewhere SMPP is recognised
    #[arg(long, value_name = "N[,N-M]", value_delimiter = ',', value_parser = ports, default_value = "2775,3550")]
    port: Vec<(u16, u16)>,
    /// Decode a port as SMPP besides those of --port, as tshark names it: tcp.port==N,smpp
    #[arg(short = 'd', value_name = "tcp.port==N,smpp", value_parser = decode_as)]
    decode_as: Vec<(u16, u16)>,
    /// What the message centre means by data_coding 0
    #[arg(long, value_name = "CHARSET", value_parser = Charset::named, default_value = "gsm7")]
    default_charset: Charset,
    #[command(flatten)]
    selecting: Selecting,
    #[command(flatten)]
    dictionaries: Dictionaries,
    /// Show passwords
    #[arg(long, conflicts_with = "redact")]
    show_secrets: bool,
    #[command(flatten)]
    redaction: Redaction,
    #[command(flatten)]
    habits: Habits,
    /// When the text has colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    /// Nothing but ASCII in the text; so without asking where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// A tree for each PDU
    #[default]
    Text,
    /// For programs; `smpp-inspect schema decode` describes it
    Json,
}

impl Arguments {
    /// Reads the capture and prints the PDUs; status 1 where there are none.
    pub(super) fn run(self) -> Result<u8, Failure> {
        self.habits.answer()?;
        let dictionary = self.dictionaries.read()?;
        let index = self.frame.and_then(|(_, index)| index);
        let interrupt = Interrupt::listen().unwrap_or_default();
        let open = || Capture::open(vec![Input::from_argument(&self.file)]).with_interrupt(interrupt.flag());
        if let Some(option) = self.selecting.end_relative()
            && is_stream(&self.file)
        {
            return Err(no_last_frame(&option, &self.file));
        }
        let mut capture = open();
        let settings = Settings {
            ports: self.port.iter().chain(&self.decode_as).copied().collect(),
            default_charset: self.default_charset,
            names: self.selecting.names()?,
            selection: self.selecting.selection(&mut capture, open)?,
            filter: self.selecting.filter(self.filter.as_ref())?,
            show: self.frame.map(|(frame, _)| frame),
            redactor: self.redaction.redactor()?,
            interrupt: interrupt.flag(),
            ..Settings::default()
        };
        let mut progress = Progress::new();
        let mut tell = |read, of| progress.update(read, of);
        // An account or a side may hang on our own addresses.
        let settings = if hangs_on_us(&settings, Whose::BySessionOr(None)) && !is_stream(&self.file) {
            Settings { names: pipeline::learn(open(), &settings, &mut tell), ..settings }
        } else {
            settings
        };
        let mut first = First::new(usize::from(self.limit));
        let outcome = if self.frame.is_some() {
            pipeline::run(capture, &settings, &mut tell)
        } else {
            let mut take = |record: &Record| {
                if let Record::Pdu(pdu) = record {
                    first.take(found(pdu));
                }
                true
            };
            pipeline::records(capture, &settings, &[RecordType::Pdu], &mut take, &mut tell)
        };
        drop(progress);
        let unread = complain_of(&outcome);
        if outcome.report.capture.files.is_empty() {
            return Ok(interrupt.status().unwrap_or(FAILED));
        }
        self.selecting.complain_of(&outcome);
        let wanted = outcome.wanted.as_ref();
        let mut dissection = match wanted {
            Some(wanted) => wanted.dissect(index, self.show_secrets),
            None => first.dissect(self.show_secrets),
        };
        dictionary.apply(&mut dissection);
        if dissection.pdus.is_empty() {
            let place = |frame: Option<u64>, words: &str| {
                frame.map_or_else(String::new, |frame| format!(", frame {frame} {words}"))
            };
            let frames = outcome.report.capture.frames;
            let what = match self.frame {
                Some((frame, Some(index))) if wanted.is_some_and(|wanted| wanted.count() > 0) => {
                    let last = wanted.map_or(0, Wanted::count).saturating_sub(1);
                    format!("frame {frame} has no PDU {index}, its last one is {frame}.{last}")
                }
                Some((frame, _)) => {
                    let (before, after) = wanted.map_or((None, None), Wanted::neighbours);
                    let before = place(before, "is the nearest before it that has one");
                    let after = place(after, "the nearest after it");
                    format!("no PDU ends in frame {frame} of {frames}{before}{after}")
                }
                None => {
                    let pdus = outcome.report.pdus.total;
                    let none =
                        if self.filter.is_some() { "-Y holds for none of" } else { "none is selected of" };
                    format!("{none} {pdus} PDUs in {frames} frames")
                }
            };
            complain(&format!("{}: {what}", self.file.display()));
            return Ok(if unread { FAILED } else { FOUND });
        }
        Output::Stdout.write(|mut out| match self.format {
            Format::Json => view::json::write_dissection(&dissection, &mut out),
            Format::Text => {
                let options = terminal::options(self.color, self.ascii);
                view::tree::write_dissection(&dissection, &options, &mut out)
            }
        })?;
        let shown = crate::num::count(dissection.pdus.len());
        if wanted.is_none() && first.seen() > shown {
            let seen = first.seen();
            let what = if self.filter.is_some() {
                format!("-Y holds for {seen} PDUs")
            } else {
                format!("{seen} PDUs are selected")
            };
            complain(&format!("{what}, the first {shown} are shown: -c N shows more"));
        }
        Ok(interrupt.status().unwrap_or(if unread { FAILED } else { DONE }))
    }
}

/// A PDU as it is shown. Its octets are redacted already, where anything is.
fn found(pdu: &PduRecord) -> Found {
    let end = |end: Endpoint| End { ip: end.ip, port: end.port };
    Found {
        way: Way {
            session: pdu.of.session.clone(),
            from: pdu.from,
            source: end(pdu.source),
            destination: end(pdu.destination),
        },
        connection: pdu.of.connection,
        // By its number among all frames that were read.
        place: Place {
            frame: pdu.frames.1,
            index: pdu.place.index.unwrap_or_default(),
            offset: pdu.stream_offset,
        },
        at: pdu.place.at,
        context: pdu.context,
        default_charset: pdu.default_charset,
        is_partial: pdu.partial.is_some(),
        octets: pdu.octets.clone(),
    }
}

/// `274113`, or `274113.1`.
fn frame(text: &str) -> Result<(u64, Option<u32>), String> {
    let (frame, index) = match text.split_once('.') {
        Some((frame, index)) => (frame, Some(index)),
        None => (text, None),
    };
    match (frame.parse(), index.map(str::parse).transpose()) {
        (Ok(frame), Ok(index)) if frame > 0 => Ok((frame, index)),
        _ => Err("a frame is a number from 1, a PDU in it one from 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_may_have_the_number_of_a_pdu() {
        assert_eq!(frame("274113"), Ok((274_113, None)));
        assert_eq!(frame("7.0"), Ok((7, Some(0))));
        for text in ["", "0", "7.", ".1", "7.x", "-1", "1.2.3"] {
            assert!(frame(text).is_err(), "{text}");
        }
    }
}
