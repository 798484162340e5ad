//! `smpp-inspect extract`: a part of a capture, as a capture.

use std::path::PathBuf;

use clap::Args;

use super::filter::Keep;
use super::habits::Habits;
use super::interrupt::Interrupt;
use super::learning::Whose;
use super::output::Output;
use super::progress::Progress;
use super::reading::{Reading, complain_of};
use super::{DONE, FAILED, FOUND, Failure, complain, filter};
use crate::filter::Filter;
use crate::pipeline::{self, Extraction};

/// Write a part of a capture as pcapng, with what is wrong as comments of its packets
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  smpp-inspect extract capture.pcap -o acme.pcapng --system-id acme\n  smpp-inspect extract \
                  capture.pcap -o throttled.pcapng -Y 'status == throttled' --keep transaction\n  smpp-inspect extract \
                  capture.pcap -o ticket.pcapng --session s7 --redact"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    habits: Habits,
    /// Where it is written, for its owner alone to read
    #[arg(short = 'o', long, value_name = "OUT.pcapng")]
    output: PathBuf,
    /// Overwrite the output if it is there
    #[arg(long)]
    force: bool,
    /// Keep the PDUs for which an expression holds, such as 'command == submit_sm and dest_addr matches "^4477"'
    #[arg(short = 'Y', long, value_name = "EXPRESSION", value_parser = filter::of_capture)]
    filter: Option<Filter>,
    /// What is kept with each PDU that -Y, --since and --until select
    #[arg(long, value_enum, default_value_t)]
    keep: Keep,
    /// Most PDUs for which -Y holds, the first
    #[arg(short = 'c', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Write the PDUs in TCP with nothing wrong, in place of the frames as they are; so always with --redact
    #[arg(long)]
    repair: bool,
}

impl Arguments {
    /// Reads the capture as often as it takes, and writes; status 1 where nothing was kept.
    pub(super) fn run(self) -> Result<u8, Failure> {
        self.habits.answer()?;
        let inputs = self.reading.inputs();
        let interrupt = Interrupt::listen().unwrap_or_default();
        self.reading.read_again()?;
        let selecting = self.reading.selecting();
        let settings = self.reading.settings(&interrupt, &mut self.reading.capture(&interrupt))?;
        if self.filter.is_none() && !selecting.is_timed() && self.keep != Keep::default() {
            return Err(Failure::new(
                "--keep",
                "what is kept with PDUs hangs on -Y, --since or --until: one is needed",
            ));
        }
        let settings =
            self.reading.knowing_us(settings, Whose::BySessionOr(self.filter.as_ref()), &interrupt);
        let output = Output::new(Some(&self.output), self.force, &inputs)?;
        let extraction = Extraction {
            filter: selecting.filter(self.filter.as_ref())?,
            keep: match self.keep {
                Keep::Pdu => pipeline::Keep::Pdu,
                Keep::Transaction => pipeline::Keep::Transaction,
                Keep::Session => pipeline::Keep::Session,
            },
            limit: self.limit.unwrap_or(u64::MAX),
            repair: self.repair,
        };
        let mut progress = Progress::new();
        let mut extracted = None;
        output.write_if(|out| {
            let open = || self.reading.capture(&interrupt);
            let mut tell = |read, of| progress.update(read, of);
            let done = pipeline::extract(&open, &settings, &extraction, out, &mut tell)?;
            let was_read = !done.outcome.report.capture.files.is_empty();
            extracted = Some(done);
            Ok(was_read)
        })?;
        drop(progress);
        let Some(extracted) = extracted else { return Ok(FAILED) };
        let unread = complain_of(&extracted.outcome);
        if extracted.outcome.report.capture.files.is_empty() {
            return Ok(interrupt.status().unwrap_or(FAILED));
        }
        selecting.complain_of(&extracted.outcome);
        let mut said = format!("{} PDUs kept, {} packets written", extracted.pdus, extracted.packets);
        if extracted.partial > 0 {
            said.push_str(&format!(", {} PDUs left out that are not all there", extracted.partial));
        }
        if extracted.findings_left_out > 0 {
            said.push_str(&format!(", {} findings left out for want of room", extracted.findings_left_out));
        }
        if extracted.left_out > 0 {
            said.push_str(&format!(
                ", {} PDUs and fragments left out for want of memory",
                extracted.left_out
            ));
        }
        if extracted.is_wider {
            said.push_str(", frames between those of the PDUs among them for want of memory");
        }
        if let Some(redactor) = &settings.redactor {
            said.push_str(&format!("; {redactor}"));
        }
        complain(&format!("{}: {said}", self.output.display()));
        Ok(match interrupt.status() {
            Some(status) => status,
            None if unread => FAILED,
            None if extracted.pdus == 0 => FOUND,
            None => DONE,
        })
    }
}
