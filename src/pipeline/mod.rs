//! The wiring: a reader, 32 logical shards over threads, and a merger that restores the order of the capture.
//!
//! ```text
//!  capture ─► reader ─► batch ─┬─► shards 0, n, 2n, … ─┬─► merger ─► report
//!             (this thread)    └─► shards 1, n+1, …   ─┘  (this thread)
//! ```
//!
//! The reader numbers connections and deals their segments over the shards; a shard owns whole connections, so
//! nothing is locked. Ticks of capture time go to all shards, and only they expire anything. What the shards
//! complete is merged by frame, then connection. Nothing in the output depends on the number of threads or on how
//! the octets came in.

mod analysis;
mod batch;
mod extract;
mod merge;
mod pdus;
mod reader;
mod recording;
mod shard;
mod sifting;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

pub use extract::{Extracted, Extraction, Keep, extract};

use analysis::{Setup, Singly};
use batch::{Batch, SHARDS, Tick};
use merge::merge;
use reader::Reader;
use shard::Shard;

use crate::capture::Capture;
use crate::decap::{Decap, Limits as FragmentLimits};
use crate::dissect::{Sought, Wanted};
use crate::filter::Filter;
use crate::names::Names;
use crate::redact::Redactor;
use crate::report::record::{Find, Record, RecordType, Recorder, SummaryRecord};
use crate::report::{
    Asked, Assembly, Belonging, KeptWhole, Report, Row, Selection, Sieve, Tally, What, Whole, model,
};
use crate::session::{Limits as SessionLimits, Timers};
use crate::smpp;
use crate::smpp::text::Charset;
use crate::tcp::{Flows, Limits as TcpLimits};
use crate::time::{Duration, Timestamp};

pub use recording::recording;

/// What a run is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ports on which everything is SMPP until proven otherwise, as inclusive ranges.
    pub ports: Vec<(u16, u16)>,
    /// Whether SMPP is looked for on other ports.
    pub detect: bool,
    /// Threads to use, at least 1.
    pub threads: usize,
    /// Most sessions to list.
    pub max_sessions: usize,
    /// After how long a response is late, and a request without one is not merely cut off by the capture's end.
    pub timeout: Duration,
    /// Limits on the timers of sessions; of responses, `timeout` unless set.
    pub timers: Timers,
    /// Whether packets with a wrong IPv4 or TCP checksum are left out. Where the network card computes checksums,
    /// captures on the sending host hold wrong ones.
    pub verify_checksums: bool,
    /// What the message centres mean by data_coding 0.
    pub default_charset: Charset,
    /// The PDUs that are to be picked out.
    pub show: Option<Sought>,
    /// Who redacts what leaves, if anybody.
    pub redactor: Option<Arc<Redactor>>,
    /// Which records are handed out, or what alone is counted in the report.
    pub filter: Option<Filter>,
    /// Which records are handed out in the place of those for which the filter holds.
    pub belonging: Option<Arc<Belonging>>,
    /// Whose sessions they are, and our own addresses.
    pub names: Arc<Names>,
    /// Which sessions are reported.
    pub selection: Selection,
    /// Set from outside when the run shall end: what was read until then is reported.
    pub interrupt: Arc<AtomicBool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ports: smpp::DEFAULT_PORTS.iter().map(|&port| (port, port)).collect(),
            detect: true,
            threads: 1,
            max_sessions: 1_000,
            timeout: Duration::from_secs(10),
            timers: Timers::default(),
            verify_checksums: false,
            default_charset: Charset::default(),
            show: None,
            filter: None,
            belonging: None,
            redactor: None,
            names: Arc::default(),
            selection: Selection::default(),
            interrupt: Arc::default(),
        }
    }
}

/// What a run gives.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// Inputs that could not be read, with the reason.
    pub errors: Vec<(String, String)>,
    /// The PDUs that [`Settings::show`] asks for.
    pub wanted: Option<Wanted>,
}

/// Octets of a block: large enough that reading and handing over cost little, small enough for the caches.
const BLOCK: usize = 1 << 20;

/// Batches under way at once, for each worker.
const IN_FLIGHT: usize = 3;

/// Reads `capture` to its end and reports on it. `progress` is told the octets read, and of how many, after each
/// block.
pub fn run(capture: Capture, settings: &Settings, progress: &mut Progress<'_>) -> Outcome {
    let sieve = settings.filter.clone().map(|filter| Sieve::new(filter, Arc::clone(&settings.names)));
    let by_one = sieve.is_some();
    let singly = Singly { transactions: by_one, pdus: by_one, findings: by_one, with_pdus: by_one };
    let selection = settings.selection.clone();
    process(capture, settings, (selection, sieve), singly, &mut |_, _| true, progress)
}

/// Reads `capture` and hands out the records of `types` that the selection takes, in the order of the frames that
/// completed them, then of their PDUs, until `take` returns false. The report is of all that was read.
pub fn records(
    capture: Capture,
    settings: &Settings,
    types: &[RecordType],
    take: &mut dyn FnMut(&Record) -> bool,
    progress: &mut Progress<'_>,
) -> Outcome {
    let recorder = Recorder {
        names: &settings.names,
        selection: &settings.selection,
        redactor: settings.redactor.as_deref(),
        filter: settings.filter.as_ref(),
        belonging: settings.belonging.as_deref(),
    };
    let [transactions, sessions, pdus, findings] =
        [RecordType::Transaction, RecordType::Session, RecordType::Pdu, RecordType::Finding]
            .map(|kind| types.contains(&kind));
    let summaries = types.contains(&RecordType::Summary);
    let mut goes_on = true;
    let mut summary = SummaryRecord {
        records: types.iter().filter(|kind| **kind != RecordType::Summary).map(|kind| (*kind, 0)).collect(),
        ..SummaryRecord::default()
    };
    let mut each = |event: Event<'_>, find: &Find<'_>| {
        let record = match event {
            Event::Row(row) => match &row.what {
                What::Transaction(row) if transactions => recorder.transaction(&row.0, &row.1, find),
                What::Session(ended) if sessions => recorder.session(ended),
                What::Pdu(row) if pdus => recorder.pdu(&row.0, &row.1, find),
                What::Finding(row) if findings => recorder.finding(&row.0, row.1, &row.2, find),
                _ => None,
            },
            Event::Minute(mark, first_at) => {
                (summary.at, summary.first_at) = (Some(mark.now), first_at);
                summary.frames = mark.frame.saturating_sub(1);
                summaries.then(|| Record::Summary(Box::new(summary.clone())))
            }
        };
        if let Some(record) = &record {
            summary.count(record.kind());
            goes_on = goes_on && take(record);
        }
        goes_on
    };
    let singly = Singly { transactions, pdus, findings, with_pdus: settings.filter.is_some() };
    let outcome = process(capture, settings, (Selection::default(), None), singly, &mut each, progress);
    if summaries && goes_on {
        let report = &outcome.report;
        let files = &report.capture.files;
        summary.is_last = true;
        (summary.at, summary.first_at) = (report.capture.last_at, report.capture.first_at);
        summary.frames = report.capture.frames;
        summary.limits = report.limits.iter().map(|row| (row.limit.clone(), row.count)).collect();
        let lost = files.iter().filter_map(|file| file.dropped);
        summary.lost_frames = lost.reduce(u64::saturating_add);
        take(&Record::Summary(Box::new(summary)));
    }
    outcome
}

/// Reads `capture` to find what belongs to the records for which the filter holds, of the kinds that are asked.
pub fn belonging(
    capture: Capture,
    settings: &Settings,
    whole: KeptWhole,
    asked: Asked,
    progress: &mut Progress<'_>,
) -> Belonging {
    let recorder = Recorder {
        names: &settings.names,
        selection: &settings.selection,
        redactor: None,
        filter: settings.filter.as_ref(),
        belonging: None,
    };
    let mut belonging = Belonging::new(whole, asked);
    let mut each = |event: Event<'_>, _: &Find<'_>| {
        if let Event::Row(row) = event {
            belonging.see(row, &recorder);
        }
        true
    };
    let Asked { pdus, findings, .. } = asked;
    let singly = Singly { transactions: true, pdus, findings, with_pdus: true };
    process(capture, settings, (Selection::default(), None), singly, &mut each, progress);
    belonging
}

/// Is told the octets read, and of how many.
pub type Progress<'a> = dyn FnMut(u64, Option<u64>) + 'a;

/// Something in the order of the capture.
enum Event<'a> {
    /// A row.
    Row(&'a Row),
    /// A minute of capture time is over, and when the first frame was.
    Minute(Tick, Option<Timestamp>),
}

/// Takes an event in its order, and says whether more are wanted.
type Each<'a> = dyn FnMut(Event<'_>, &Find<'_>) -> bool + 'a;

/// Where the rows go.
struct Outlet<'a> {
    assembly: Assembly,
    each: &'a mut Each<'a>,
    is_done: bool,
}

impl Outlet<'_> {
    /// Takes rows of all shards in order, and the minutes between them.
    fn take(&mut self, rows: Vec<Vec<Row>>, minutes: &[Tick], reader: &Reader) {
        let find = |frame: u64| reader.place(frame);
        let first_at = reader.first_at();
        let mut minutes = minutes.iter().peekable();
        merge(rows, |row| {
            while let Some(minute) = minutes.next_if(|minute| minute.frame <= row.frame) {
                self.is_done |= !(self.each)(Event::Minute(*minute, first_at), &find);
            }
            self.is_done |= !(self.each)(Event::Row(&row), &find);
            self.assembly.row(row);
        });
        for minute in minutes {
            self.is_done |= !(self.each)(Event::Minute(*minute, first_at), &find);
        }
    }
}

fn process<'a>(
    capture: Capture,
    settings: &Settings,
    (selection, sieve): (Selection, Option<Sieve>),
    singly: Singly,
    each: &'a mut Each<'a>,
    progress: &mut Progress<'_>,
) -> Outcome {
    let setup = Setup {
        ports: settings.ports.clone(),
        detect: settings.detect,
        tcp: TcpLimits::default(),
        session: SessionLimits {
            timeout: settings.timeout,
            timers: Timers {
                response: settings.timers.response.or(Some(settings.timeout)),
                ..settings.timers
            },
            ..SessionLimits::default()
        },
        show: settings.show.clone(),
        redactor: settings.redactor.clone(),
        names: Arc::clone(&settings.names),
        apart: !selection.is_all() || sieve.is_some(),
        singly,
        sieve: sieve.clone().map(Arc::new),
        default_charset: settings.default_charset,
    };
    let flows = Flows::new(Flows::DEFAULT_LIMIT, &settings.ports);
    let decap = Decap::new(settings.verify_checksums, FragmentLimits::default());
    let mut reader = Reader::new(capture, decap, flows, Arc::clone(&settings.interrupt));
    let assembly =
        Assembly::new(settings.max_sessions, Arc::clone(&settings.names), selection, sieve.as_ref());
    let mut outlet = Outlet { assembly, each, is_done: false };
    let tallies = if settings.threads <= 1 {
        alone(&mut reader, &setup, &mut outlet, progress)
    } else {
        together(&mut reader, &setup, settings.threads - 1, &mut outlet, progress)
    };
    let mut assembly = outlet.assembly;
    tallies.iter().for_each(|tally| assembly.tally(tally));
    let wanted = tallies.into_iter().filter_map(|tally| tally.wanted).map(|wanted| *wanted);
    let wanted = wanted.reduce(|mut all, more| {
        all.merge(more);
        all
    });
    let (capture, facts, connections) = reader.finish();
    let whole = Whole {
        files: capture.files().iter().map(file).collect(),
        skipped_files: capture.skipped().iter().map(skipped).collect(),
        first_at: capture.first_at(),
        last_at: capture.last_at(),
        skipped_frames: facts
            .skipped
            .iter()
            .map(|(why, count)| model::ReasonCount { reason: why.name().into_owned(), count })
            .collect(),
        fragments: model::Fragments {
            joined_frames: facts.joined.frames,
            datagrams: facts.joined.datagrams,
            overlapping: facts.joined.overlapping,
        },
        connections: u64::from(connections),
        evicted: facts.evicted,
    };
    let errors = capture.errors().iter().map(|error| (error.path().to_owned(), error.to_string())).collect();
    let place = |frame: u64| capture.place(frame).map(|(file, number)| (file.path.clone(), number));
    let mut report = assembly.finish(whole, &place);
    if let Some(redactor) = &settings.redactor {
        report.redact(redactor);
    }
    Outcome { report, errors, wanted }
}

/// All on this thread.
fn alone(
    reader: &mut Reader,
    setup: &Setup,
    outlet: &mut Outlet<'_>,
    progress: &mut Progress<'_>,
) -> Vec<Tally> {
    let mut shards: Vec<Shard> = (0..SHARDS).map(|_| Shard::new(setup.clone())).collect();
    let mut batch = Batch::new(BLOCK);
    while !outlet.is_done && reader.fill(&mut batch) {
        let rows = shards.iter_mut().zip(0..).map(|(shard, number)| shard.work(&batch, number)).collect();
        outlet.take(rows, &batch.marks, reader);
        let (read, of) = reader.position();
        progress(read, of);
    }
    let now = reader.now();
    let (tallies, rows) = shards.into_iter().map(|shard| shard.finish(now)).unzip();
    outlet.take(rows, &[], reader);
    tallies
}

/// What goes to a worker.
enum Order {
    Work(u64, Arc<Batch>),
    Finish(Timestamp),
}

/// What comes back from a worker: its shards' rows, by shard.
enum Done {
    Worked { batch: u64, rows: Vec<(u32, Vec<Row>)> },
    Finished(Vec<(u32, Tally, Vec<Row>)>),
}

/// Reader and merger on this thread, the shards over `workers` others.
fn together(
    reader: &mut Reader,
    setup: &Setup,
    workers: usize,
    outlet: &mut Outlet<'_>,
    progress: &mut Progress<'_>,
) -> Vec<Tally> {
    let workers = workers.min(usize::try_from(SHARDS).unwrap_or(1));
    std::thread::scope(|scope| {
        let (done, results) = channel();
        let orders: Vec<SyncSender<Order>> = (0..workers)
            .map(|worker| {
                let (order, inbox) = sync_channel(IN_FLIGHT);
                let (setup, done) = (setup.clone(), done.clone());
                scope.spawn(move || serve(worker, workers, &setup, &inbox, &done));
                order
            })
            .collect();
        drop(done);
        lead(reader, &orders, &results, outlet, progress)
    })
}

/// The leading thread: reads, hands out, takes back, merges.
fn lead(
    reader: &mut Reader,
    orders: &[SyncSender<Order>],
    results: &Receiver<Done>,
    outlet: &mut Outlet<'_>,
    progress: &mut Progress<'_>,
) -> Vec<Tally> {
    let mut pending = merge::Pending::new(orders.len());
    let mut free: Vec<Batch> = Vec::new();
    let mut under_way: Vec<(u64, Arc<Batch>)> = Vec::new();
    let mut number = 0_u64;
    loop {
        // Waits for room, and takes what is there without waiting otherwise.
        while let Some(done) =
            if under_way.len() >= IN_FLIGHT { results.recv().ok() } else { results.try_recv().ok() }
        {
            if let Done::Worked { batch, rows } = done
                && let Some(rows) = pending.add(batch, rows)
                && let Some(at) = under_way.iter().position(|(number, _)| *number == batch)
            {
                let minutes = under_way.get(at).map(|(_, batch)| batch.marks.clone()).unwrap_or_default();
                outlet.take(rows, &minutes, reader);
                // The workers have let go of it, so its allocations serve the next block.
                free.extend(Arc::into_inner(under_way.remove(at).1));
            }
        }
        let mut batch = free.pop().unwrap_or_else(|| Batch::new(BLOCK));
        if outlet.is_done || !reader.fill(&mut batch) {
            break;
        }
        let (read, of) = reader.position();
        progress(read, of);
        let batch = Arc::new(batch);
        for order in orders {
            // A worker ends only when this thread does.
            let _ = order.send(Order::Work(number, Arc::clone(&batch)));
        }
        under_way.push((number, batch));
        number += 1;
    }
    let now = reader.now();
    for order in orders {
        let _ = order.send(Order::Finish(now));
    }
    let mut last = Vec::new();
    for done in results {
        match done {
            Done::Worked { batch, rows } => {
                if let Some(rows) = pending.add(batch, rows) {
                    let minutes = under_way.iter().find(|(number, _)| *number == batch);
                    let minutes = minutes.map(|(_, batch)| batch.marks.clone()).unwrap_or_default();
                    outlet.take(rows, &minutes, reader);
                }
            }
            Done::Finished(shards) => last.extend(shards),
        }
    }
    last.sort_by_key(|(shard, _, _)| *shard);
    let (tallies, rows) = last.into_iter().map(|(_, tally, rows)| (tally, rows)).unzip();
    outlet.take(rows, &[], reader);
    tallies
}

/// A worker: every `workers`-th shard.
fn serve(worker: usize, workers: usize, setup: &Setup, inbox: &Receiver<Order>, done: &Sender<Done>) {
    let mut shards: Vec<(u32, Shard)> =
        (0..SHARDS).skip(worker).step_by(workers).map(|number| (number, Shard::new(setup.clone()))).collect();
    for order in inbox {
        match order {
            Order::Work(number, batch) => {
                let rows =
                    shards.iter_mut().map(|(shard, state)| (*shard, state.work(&batch, *shard))).collect();
                drop(batch);
                if done.send(Done::Worked { batch: number, rows }).is_err() {
                    return;
                }
            }
            Order::Finish(now) => {
                let shards = shards
                    .into_iter()
                    .map(|(number, shard)| {
                        let (tally, rows) = shard.finish(now);
                        (number, tally, rows)
                    })
                    .collect();
                let _ = done.send(Done::Finished(shards));
                return;
            }
        }
    }
}

fn skipped(skipped: &crate::capture::Skipped) -> model::SkippedFile {
    model::SkippedFile { path: skipped.path.clone(), reason: skipped.reason.clone() }
}

fn file(facts: &crate::capture::FileFacts) -> model::File {
    model::File {
        path: facts.path.clone(),
        format: Some(facts.format.to_owned()),
        compression: facts.compression.map(str::to_owned),
        link_types: facts.link_types.iter().map(|link| link.0).collect(),
        frames: facts.frames,
        octets: facts.octets,
        damage: facts.damage.clone(),
        still_being_written: facts.is_torn,
        changed: facts.changed.clone(),
        dropped: facts.dropped,
        untimed_frames: facts.untimed_frames,
    }
}
