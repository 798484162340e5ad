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
mod desk;
mod extract;
mod flow;
mod learning;
mod merge;
mod pdus;
mod reader;
mod recording;
mod records;
mod setup;
mod shard;
mod sifting;
mod threads;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use extract::{Extracted, Extraction, Keep, extract};

use reader::Reader;
use records::Counter;
use setup::{Setup, Singly};
use threads::{Outlet, alone, together};

use crate::capture::Capture;
use crate::decap::{Decap, Limits as FragmentLimits};
use crate::dissect::Wanted;
use crate::filter::Filter;
use crate::names::Names;
use crate::redact::Redactor;
use crate::report::{Assembly, Belonging, Report, Selection, Sieve, Whole, model};
use crate::session::{Limits as SessionLimits, Timers};
use crate::smpp;
use crate::smpp::text::Charset;
use crate::tcp::{Flows, Limits as TcpLimits};
use crate::time::Duration;

pub use learning::learn;
pub use recording::recording;
pub use records::{Given, Take, belonging, records, written};

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
    /// The frame whose PDUs are to be picked out.
    pub show: Option<u64>,
    /// Who redacts what leaves, if anybody.
    pub redactor: Option<Arc<Redactor>>,
    /// Which records are handed out, or what alone is counted in the report.
    pub filter: Option<Filter>,
    /// Which records are handed out in the place of those for which the filter holds.
    pub belonging: Option<Arc<Belonging>>,
    /// The step of capture time after which a summary is handed out.
    pub summary_every: Duration,
    /// Whose sessions they are, and our own addresses.
    pub names: Arc<Names>,
    /// Which sessions are reported, and what time.
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
            summary_every: Duration::from_secs(60),
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

/// Reads `capture` to its end and reports on it. `progress` is told the octets read, and of how many, after each
/// block.
pub fn run(capture: Capture, settings: &Settings, progress: &mut Progress<'_>) -> Outcome {
    let (filter, period) = (settings.filter.clone(), settings.selection.period);
    let sieve = Sieve::new(filter, period, Arc::clone(&settings.names));
    process(capture, settings, (settings.selection.clone(), sieve), None, progress)
}

/// Is told the octets read, and of how many.
pub type Progress<'a> = dyn FnMut(u64, Option<u64>) + 'a;

/// Reads `capture` to its end, or until `counter` has enough, and reports on it.
fn process(
    capture: Capture,
    settings: &Settings,
    (selection, sieve): (Selection, Option<Sieve>),
    counter: Option<&mut Counter<'_>>,
    progress: &mut Progress<'_>,
) -> Outcome {
    let singly = match &counter {
        Some(counter) => counter.singly(),
        None => Singly::sifted(sieve.is_some()),
    };
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
        show: settings.show,
        redactor: settings.redactor.clone(),
        names: Arc::clone(&settings.names),
        apart: !selection.is_all() || sieve.is_some(),
        singly,
        sieve: sieve.clone().map(Arc::new),
        default_charset: settings.default_charset,
    };
    let flows = Flows::new(Flows::DEFAULT_LIMIT, &settings.ports);
    let decap = Decap::new(settings.verify_checksums, FragmentLimits::default());
    let mut reader =
        Reader::new(capture, decap, flows, Arc::clone(&settings.interrupt), settings.summary_every);
    let assembly =
        Assembly::new(settings.max_sessions, Arc::clone(&settings.names), selection, sieve.as_ref());
    let mut outlet = Outlet { assembly, counter, is_done: false };
    let tallies = if settings.threads <= 1 {
        alone(&mut reader, &setup, &mut outlet, progress)
    } else {
        together(&mut reader, &setup, settings.threads, &mut outlet, progress)
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
