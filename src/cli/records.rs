//! `smpp-inspect records`: single transactions, sessions or PDUs, a line each.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};

use super::interrupt::Interrupt;
use super::output::Output;
use super::progress::Progress;
use super::reading::{Reading, complain_of};
use super::terminal::{self, Color};
use super::{DONE, FAILED, Failure};
use crate::pipeline;
use crate::report::record::{Record, RecordType};
use crate::view::Zone;
use crate::view::records::RecordTable;
use crate::view::text::Options;

/// List transactions, sessions or PDUs as they become complete, a line each
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  smpp-inspect records capture.pcap\n  smpp-inspect records --type session --account \
                        acme /var/captures\n  smpp-inspect records -c 20 --session s7 capture.pcap"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    /// What is listed
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value_t)]
    kind: Kind,
    /// How records are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Stop after so many records
    #[arg(short = 'c', long, value_name = "N")]
    limit: Option<u64>,
    /// Time zone, as in the system's database [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = Zone::named)]
    tz: Option<Zone>,
    /// Nothing but ASCII; so without asking where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Requests with their outcome
    #[default]
    Transaction,
    /// Sessions that are over
    Session,
    /// PDUs, in the order in which they became readable
    Pdu,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// A table; on a terminal it is as wide as that
    #[default]
    Table,
}

impl Arguments {
    /// Reads, and writes each record as soon as it is complete.
    pub(super) fn run(self) -> Result<u8, Failure> {
        let interrupt = Interrupt::listen().unwrap_or_default();
        let settings = self.reading.settings(&interrupt)?;
        let capture = self.reading.capture(&interrupt);
        let is_terminal = io::stdout().is_terminal();
        let options = Options {
            zone: self.tz.clone().unwrap_or_default(),
            ..terminal::options(Color::Never, self.ascii)
        };
        let (kind, table) = match self.kind {
            Kind::Transaction => (
                RecordType::Transaction,
                RecordTable::transactions(options, self.reading.is_several(), is_terminal),
            ),
            Kind::Session => (RecordType::Session, RecordTable::sessions(options, is_terminal)),
            Kind::Pdu => {
                (RecordType::Pdu, RecordTable::pdus(options, self.reading.is_several(), is_terminal))
            }
        };
        let at_once = is_terminal || self.reading.is_live();
        let mut left = self.limit.unwrap_or(u64::MAX);
        let mut outcome = None;
        let Format::Table = self.format;
        Output::Stdout.write(|out| {
            let mut titled = false;
            let mut written: io::Result<()> = Ok(());
            let mut take = |record: &Record| {
                if left == 0 {
                    return false;
                }
                left -= 1;
                let titles =
                    if std::mem::replace(&mut titled, true) { Ok(()) } else { table.write_titles(out) };
                written = titles.and_then(|()| table.write(record, out));
                if at_once && written.is_ok() {
                    written = out.flush();
                }
                written.is_ok() && left > 0
            };
            // Bars would stand among the lines.
            let mut progress = (!is_terminal).then(Progress::new);
            let mut tell = |read, of| {
                if let Some(progress) = &mut progress {
                    progress.update(read, of);
                }
            };
            outcome = Some(pipeline::records(capture, &settings, &[kind], &mut take, &mut tell));
            written
        })?;
        let Some(outcome) = outcome else { return Ok(FAILED) };
        let unread = complain_of(&outcome);
        if let Some(status) = interrupt.status() {
            return Ok(status);
        }
        let nothing_read = outcome.report.capture.files.is_empty();
        Ok(if unread || nothing_read { FAILED } else { DONE })
    }
}
