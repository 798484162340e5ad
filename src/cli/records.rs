//! `smpp-inspect records`: single transactions or sessions, a line each.

use std::io::{self, IoSlice, IsTerminal, Write};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::filter::{Keep, of_records};
use super::habits::Habits;
use super::interrupt::Interrupt;
use super::lateness::Lateness;
use super::learning::Whose;
use super::outflow::{OnFull, Outflow, Summarise};
use super::output::Output;
use super::progress::Progress;
use super::reading::{Reading, complain_of};
use super::terminal::{self, Color};
use super::timers::seconds;
use super::{DONE, FAILED, Failure, complain, unless_closed};
use crate::filter::Filter;
use crate::num::count;
use crate::pipeline::{self, Given, Outcome, Settings, Take};
use crate::report::record::{Record, RecordType, Scribe, SummaryRecord};
use crate::report::{Asked, Belonging, KeptWhole};
use crate::time::{Duration, Timestamp};

use crate::view::record::{self, Lines, Shape};
use crate::view::records::RecordTable;
use crate::view::text::Options;

/// List transactions, sessions, PDUs or findings as they become complete, a line each
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  smpp-inspect records capture.pcap\n  smpp-inspect records --type session --account \
                        acme /var/captures\n  smpp-inspect records -c 20 --session s7 capture.pcap"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    habits: Habits,
    /// What is listed; several separated by commas, but in a table and CSV
    #[arg(long = "type", value_name = "TYPE,...", value_enum, value_delimiter = ',', default_values_t = [Kind::Transaction])]
    types: Vec<Kind>,
    /// How records are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Columns of CSV, by the paths of keys in the JSON: session,transaction.status.name
    #[arg(short = 'e', long, value_name = "PATH,...", value_delimiter = ',')]
    fields: Vec<String>,
    /// Show the texts of messages; otherwise their charset and length are left
    #[arg(long)]
    with_text: bool,
    /// Show passwords
    #[arg(long)]
    show_secrets: bool,
    /// Only records for which this holds, as in 'status != ok and latency > 500ms'; a finding has the fields of its PDU
    #[arg(short = 'Y', long, value_name = "EXPR", value_parser = of_records)]
    filter: Option<Filter>,
    /// What is listed with each record that -Y, --since and --until select; reads the files twice
    #[arg(long, value_enum, default_value_t)]
    keep: Keep,
    /// What is done with records when whoever reads them is too slow for standard input or --tail
    #[arg(long, value_enum, default_value_t)]
    on_full: OnFull,
    /// Seconds of capture time between two summaries; where it comes live, also of silence
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    summary_interval: Duration,
    /// Stop after so many records
    #[arg(short = 'c', long, value_name = "N")]
    limit: Option<u64>,
    /// Nothing but ASCII; so without asking where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Requests with their outcome
    Transaction,
    /// Sessions that are over
    Session,
    /// PDUs
    Pdu,
    /// What is wrong
    Finding,
    /// What was read so far, each minute of capture time and at the end
    Summary,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table; on a terminal it is as wide as that
    #[default]
    Table,
    /// A line of JSON each; `smpp-inspect schema records` describes it
    Ndjson,
    /// A line of JSON each in the Elastic Common Schema
    Ecs,
    /// A line of JSON each in the form of Suricata's EVE
    Eve,
    /// Comma-separated values of one type, below a line of titles
    Csv,
}

impl Kind {
    /// Refuses a filter that asks for what records of this kind do not have.
    fn has_fields_of(self, filter: &Filter) -> Result<(), Failure> {
        let (field, what) = match self {
            Self::Transaction | Self::Summary => return Ok(()),
            Self::Pdu => (filter.of_transactions(), "a PDU has none, a transaction has"),
            Self::Finding => (filter.of_transactions(), "a finding has none, a transaction has"),
            Self::Session => {
                (filter.beyond_sessions(), "a session as a whole has none: PDUs and transactions have")
            }
        };
        field.map_or(Ok(()), |field| Err(Failure::new("-Y", format_args!("{field}: {what}"))))
    }

    const fn record_type(self) -> RecordType {
        match self {
            Self::Transaction => RecordType::Transaction,
            Self::Session => RecordType::Session,
            Self::Pdu => RecordType::Pdu,
            Self::Finding => RecordType::Finding,
            Self::Summary => RecordType::Summary,
        }
    }
}

/// Who writes records.
enum Writer {
    Table(RecordTable),
    Lines(Shape, record::Options),
}

/// What the run itself has to say in a summary.
struct OfRun {
    is_live: bool,
    /// What is redacted.
    redacted: Option<String>,
}

impl Writer {
    /// One for a thread.
    fn scribe(&self) -> Box<dyn Scribe> {
        match self {
            Self::Table(table) => Box::new(table.clone()),
            Self::Lines(shape, options) => Box::new(Lines::new(shape.clone(), *options)),
        }
    }

    fn write_titles(&self, mut out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table(table) => table.write_titles(&mut out),
            Self::Lines(shape, options) => Lines::new(shape.clone(), *options).write_titles(out),
        }
    }

    fn write_summary(
        &self,
        summary: &SummaryRecord,
        run: &OfRun,
        dropped: u64,
        mut out: &mut dyn Write,
    ) -> io::Result<()> {
        let record = Record::Summary(Box::new(summary.clone()));
        match self {
            Self::Table(table) => table.write(&record, &mut out),
            Self::Lines(shape, options) => {
                let mut lines = Lines::new(shape.clone(), *options);
                let mut document = lines.document(&record);
                if let Some(summary) = document.summary.as_deref_mut() {
                    summary.dropped_records = dropped;
                    if let Some(redacted) = &run.redacted {
                        summary.privacy = format!("{}; tokens for {redacted}", summary.privacy);
                    }
                    if run.is_live {
                        summary.lag_ms = document.timestamp.map(|at| age(at).millis());
                        summary.memory_octets = memory();
                    }
                }
                lines.write(&document, out)
            }
        }
    }
}

impl Arguments {
    /// Reads, and writes each record as soon as it is complete.
    pub(super) fn run(self) -> Result<u8, Failure> {
        self.habits.answer()?;
        let interrupt = Interrupt::listen().unwrap_or_default();
        let mut capture = self.reading.capture(&interrupt);
        let selecting = self.reading.selecting();
        let mut settings = self.reading.settings(&interrupt, &mut capture)?;
        settings.filter = selecting.filter(self.filter.as_ref())?;
        settings = self.reading.knowing_us(settings, Whose::BySessionOr(self.filter.as_ref()), &interrupt);
        let whole = match self.keep {
            Keep::Pdu => None,
            Keep::Transaction => Some(KeptWhole::Transaction),
            Keep::Session => Some(KeptWhole::Session),
        };
        match (&self.filter, whole) {
            (None, Some(_)) if !selecting.is_timed() => {
                return Err(Failure::new(
                    "--keep",
                    "what is kept with records hangs on -Y, --since or --until: one is needed",
                ));
            }
            (_, Some(whole)) => {
                self.reading.read_again()?;
                settings.belonging = Some(Arc::new(self.belonging(&settings, whole, &interrupt)));
            }
            (Some(filter), None) => self.types.iter().try_for_each(|kind| kind.has_fields_of(filter))?,
            (None, _) => {}
        }
        settings.summary_every = self.summary_interval;
        let is_live = self.reading.is_live();
        if is_live {
            // What one read brings is worked through before the next: nothing waits on other threads.
            settings.threads = 1;
        } else if self.on_full == OnFull::Drop {
            let fact = "files wait for whoever reads the records: drop is for standard input and --tail";
            return Err(Failure::new("--on-full", fact));
        }
        let writer = Arc::new(self.writer()?);
        let redacted = settings.redactor.as_ref().map(|redactor| redactor.subjects().to_string());
        let run = OfRun { is_live, redacted };
        let types: Vec<RecordType> = self.types.iter().map(|kind| kind.record_type()).collect();
        // Bars would stand among the lines.
        let mut progress = (!io::stdout().is_terminal()).then(Progress::new);
        let mut tell = |read, of| {
            if let Some(progress) = &mut progress {
                progress.update(read, of);
            }
        };
        let hire = || writer.scribe();
        let go = |take: &mut Take<'_>| pipeline::written(capture, &settings, &types, &hire, take, &mut tell);
        let outcome =
            if is_live { self.flow(&writer, run, &interrupt, go)? } else { self.print(&writer, &run, go)? };
        let unread = complain_of(&outcome);
        selecting.complain_of(&outcome);
        if let Some(status) = interrupt.status() {
            return Ok(status);
        }
        let nothing_read = outcome.report.capture.files.is_empty();
        Ok(if unread || nothing_read { FAILED } else { DONE })
    }

    /// Writes what `go` hands out, which waits for it.
    fn print(
        &self,
        writer: &Writer,
        run: &OfRun,
        go: impl FnOnce(&mut Take<'_>) -> Outcome,
    ) -> Result<Outcome, Failure> {
        let mut left = Left(self.limit.unwrap_or(u64::MAX));
        let at_once = io::stdout().is_terminal();
        let mut outcome = None;
        Output::Stdout.write(|out| {
            let mut written: io::Result<()> = Ok(());
            let mut titled = false;
            let mut take = |given: Given<'_>| {
                if left.0 > 0 && !matches!(given, Given::Read { .. }) && !std::mem::replace(&mut titled, true)
                {
                    written = writer.write_titles(out);
                }
                if written.is_ok() {
                    written = match given {
                        Given::Written(records) => {
                            write_all(left.of(records).iter().map(|(_, octets)| *octets), out)
                        }
                        Given::Summary(summary) if left.is_one_more() => {
                            writer.write_summary(summary, run, 0, out)
                        }
                        Given::Summary(_) | Given::Read { .. } => Ok(()),
                    };
                }
                if at_once && written.is_ok() {
                    written = out.flush();
                }
                written.is_ok() && left.0 > 0
            };
            outcome = Some(go(&mut take));
            written
        })?;
        outcome.ok_or_else(|| Failure::new("records", "nothing was read"))
    }

    /// Hands what `go` hands out to a thread that writes it, so that a slow reader need not hold the reading up, and a
    /// silent wire is told of.
    fn flow(
        &self,
        writer: &Arc<Writer>,
        run: OfRun,
        interrupt: &Interrupt,
        go: impl FnOnce(&mut Take<'_>) -> Outcome,
    ) -> Result<Outcome, Failure> {
        let mut left = Left(self.limit.unwrap_or(u64::MAX));
        let every = self
            .types
            .contains(&Kind::Summary)
            .then(|| std::time::Duration::from_nanos(self.summary_interval.nanos().max(0).unsigned_abs()));
        let mut titles = Vec::new();
        // Writing to memory cannot fail.
        let _ = writer.write_titles(&mut titles);
        let theirs = Arc::clone(writer);
        let summarise = move |summary: &SummaryRecord, dropped: u64, out: &mut Vec<u8>| {
            theirs.write_summary(summary, &run, dropped, out)
        };
        let what = (titles, Box::new(summarise) as Box<Summarise>);
        let mut lateness = Lateness::default();
        let outflow = Outflow::new(io::stdout(), self.on_full, interrupt.flag(), every, what);
        let mut take = |given: Given<'_>| {
            let goes_on = match given {
                Given::Written(records) => outflow.put(left.of(records).iter().map(|(_, octets)| *octets)),
                Given::Summary(summary) if left.is_one_more() => outflow.summary(summary).unwrap_or(false),
                Given::Summary(_) => false,
                Given::Read { so_far, since } => {
                    let is_up_to_date = outflow.read(so_far);
                    if let Some(since) = since.filter(|_| is_up_to_date && !self.reading.is_tail())
                        && let Some(late) = lateness.read(since, age(since))
                    {
                        complain(&late);
                    }
                    true
                }
            };
            goes_on && left.0 > 0
        };
        let outcome = go(&mut take);
        unless_closed(outflow.close()).map_err(|error| Failure::new("standard output", error))?;
        Ok(outcome)
    }

    /// What belongs to the records for which the filter holds.
    fn belonging(&self, settings: &Settings, whole: KeptWhole, interrupt: &Interrupt) -> Belonging {
        let asks = |kind: Kind| {
            self.types.contains(&kind)
                && self.filter.as_ref().is_none_or(|filter| kind.has_fields_of(filter).is_ok())
        };
        let asked = Asked {
            transactions: asks(Kind::Transaction),
            pdus: asks(Kind::Pdu),
            findings: asks(Kind::Finding),
            sessions: asks(Kind::Session),
        };
        // Sessions and findings are listed with the transactions for which it holds, too.
        let asked = Asked { transactions: asked.transactions || !asked.pdus, ..asked };
        let mut progress = Progress::new();
        let mut tell = |read, of| progress.update(read, of);
        let belonging =
            pipeline::belonging(self.reading.capture(interrupt), settings, whole, asked, &mut tell);
        drop(progress);
        if belonging.left_out() > 0 {
            complain(&format!(
                "--keep: {} matches left out, as at most {} are remembered",
                belonging.left_out(),
                Belonging::MOST
            ));
        }
        belonging
    }

    /// What writes records.
    fn writer(&self) -> Result<Writer, Failure> {
        let options =
            Options { zone: self.reading.selecting().zone(), ..terminal::options(Color::Never, self.ascii) };
        if self.format != Format::Csv && !self.fields.is_empty() {
            return Err(Failure::new("-e", "names the columns of --format csv: the other formats have none"));
        }
        let shape = match (self.format, &self.types[..]) {
            (Format::Table, [kind]) => {
                let (files, terminal) = (self.reading.is_several(), io::stdout().is_terminal());
                return Ok(Writer::Table(RecordTable::of(kind.record_type(), options, files, terminal)));
            }
            (Format::Table, _) => {
                return Err(Failure::new("--type", "a table has one type: name one, or --format ndjson"));
            }
            (Format::Ecs, _) => Shape::Ecs,
            (Format::Eve, _) => Shape::Eve,
            (Format::Csv, [kind]) => {
                let event_type = record::event_type(kind.record_type());
                record::csv::Table::check(event_type, &self.fields)
                    .map_err(|wrong| Failure::new("-e", wrong))?;
                Shape::Csv(record::csv::Table::new(event_type, &self.fields))
            }
            (Format::Csv, _) => return Err(Failure::new("--type", "CSV has one type: name one")),
            (Format::Ndjson, _) => Shape::Native,
        };
        Ok(Writer::Lines(shape, record::Options { texts: self.with_text, secrets: self.show_secrets }))
    }
}

/// Records that may still be written.
struct Left(u64);

impl Left {
    /// As many of `records` as may be.
    fn of<'a, T>(&mut self, records: &'a [T]) -> &'a [T] {
        let most = usize::try_from(self.0).unwrap_or(usize::MAX);
        let records = records.get(..most).unwrap_or(records);
        self.0 -= count(records.len());
        records
    }

    /// Whether one more may be, which then is.
    const fn is_one_more(&mut self) -> bool {
        let is_left = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        is_left
    }
}

/// Writes pieces one behind the other, without putting them together first.
fn write_all<'a>(pieces: impl Iterator<Item = &'a [u8]>, out: &mut dyn Write) -> io::Result<()> {
    let mut pieces: Vec<IoSlice<'_>> = pieces.map(IoSlice::new).collect();
    let mut left = pieces.as_mut_slice();
    while !left.is_empty() {
        match out.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The machine's time less `at`.
#[expect(clippy::disallowed_methods, reason = "how far the run is behind is a matter of the machine's time")]
fn age(at: Timestamp) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)).since(at)
}

/// Octets of memory that this process takes, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()?.checked_mul(1_024)
}
