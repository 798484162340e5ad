//! Records on their way to a reader that may be slow: a bounded queue, and a thread that empties it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::report::record::SummaryRecord;

/// What is done with records that find the queue full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OnFull {
    /// Reading waits for whoever reads the records: packets may be lost instead, where they are captured
    #[default]
    Block,
    /// Records are given up, and counted in the next summary
    Drop,
}

/// Writes a summary, with what the run has to say: records given up so far.
pub(super) type Summarise = dyn Fn(&SummaryRecord, u64, &mut Vec<u8>) -> io::Result<()> + Send + Sync;

/// Octets that wait to be written.
const MOST: usize = 4 << 20;

/// Octets that wait while the thread that writes them wakes up.
const MOMENT: usize = 64 << 10;

/// How long a reader that does not read is waited for when the run was asked to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a wait looks whether the run was asked to end.
const GLANCE: Duration = Duration::from_millis(100);

/// The queue, with its thread.
pub(super) struct Outflow {
    shared: Arc<Shared>,
    on_full: OnFull,
    interrupt: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    summarise: Box<Summarise>,
    /// After how long without a summary one is written, whatever is read.
    every: Option<Duration>,
}

struct State {
    /// What stands above the first record.
    titles: Vec<u8>,
    waiting: Vec<u8>,
    /// Octets being written.
    under_way: usize,
    dropped: u64,
    /// Nothing more will be put in.
    ends: bool,
    /// Why nothing more can be written.
    failure: Option<io::Error>,
    is_broken: bool,
    /// What was read so far.
    read: SummaryRecord,
    /// Summaries written.
    summaries: u64,
    /// When the next one is.
    due: Instant,
}

#[expect(
    clippy::disallowed_methods,
    reason = "when a silent wire is told of is a matter of the machine's time"
)]
fn now() -> Instant {
    Instant::now()
}

impl Outflow {
    /// To `out`. `every`: after how long without a summary one is written; a moment later, as a rule, than those of
    /// capture time.
    pub(super) fn new(
        mut out: impl Write + Send + 'static,
        on_full: OnFull,
        interrupt: Arc<AtomicBool>,
        every: Option<Duration>,
        (titles, summarise): (Vec<u8>, Box<Summarise>),
    ) -> Self {
        let state = State {
            titles,
            waiting: Vec::new(),
            under_way: 0,
            dropped: 0,
            ends: false,
            failure: None,
            is_broken: false,
            read: SummaryRecord::default(),
            summaries: 0,
            due: now(),
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), summarise, every });
        shared.state().due = shared.next();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || theirs.empty(&mut out));
        Self { shared, on_full, interrupt, thread }
    }

    /// Puts records in; false: nobody takes them any more.
    pub(super) fn put<'a>(&self, records: impl Iterator<Item = &'a [u8]>) -> bool {
        let mut state = self.shared.state();
        for record in records {
            let has_room = |state: &State| {
                state.waiting.is_empty() || state.waiting.len().saturating_add(record.len()) <= MOST
            };
            if !has_room(&state) && self.on_full == OnFull::Drop {
                state.dropped = state.dropped.saturating_add(1);
                continue;
            }
            state = self.wait(state, has_room);
            if state.is_broken || self.interrupt.load(Ordering::Relaxed) && !has_room(&state) {
                return false;
            }
            state.begin();
            state.waiting.extend_from_slice(record);
        }
        self.shared.changed.notify_all();
        !state.is_broken
    }

    /// Puts a summary in; false: nobody takes it. The last one is never given up, others where one waits already that
    /// found the queue full.
    pub(super) fn summary(&self, summary: &SummaryRecord) -> io::Result<bool> {
        let mut state = self.shared.state();
        let lost_frames = summary.lost_frames.or(state.read.lost_frames);
        state.read = SummaryRecord { lost_frames, ..summary.clone() };
        let is_full = |state: &State| state.waiting.len() > MOST;
        if self.on_full == OnFull::Drop && !summary.is_last && is_full(&state) {
            // Nobody read the one before it; the next one says more.
            return Ok(!state.is_broken);
        }
        state = self.wait(state, |state| !is_full(state));
        state.summarise(&self.shared)?;
        self.shared.changed.notify_all();
        Ok(!state.is_broken)
    }

    /// What was read so far, for the summary that comes without being asked for. Whether nothing but
    /// what was put in a moment ago waits: who reads the records keeps up.
    pub(super) fn read(&self, read: &SummaryRecord) -> bool {
        let mut state = self.shared.state();
        state.read = read.clone();
        state.waiting.len() < MOMENT
    }

    /// Waits until all is written, or the run was asked to end and nobody reads.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn close(self) -> io::Result<()> {
        let mut state = self.shared.state();
        state.ends = true;
        self.shared.changed.notify_all();
        let mut waited = Duration::ZERO;
        while !state.is_broken && (!state.waiting.is_empty() || state.under_way > 0) {
            if self.interrupt.load(Ordering::Relaxed) && waited >= PATIENCE {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "nobody reads it: records were left"));
            }
            state = self.shared.wait(state, GLANCE);
            waited = waited.saturating_add(GLANCE);
        }
        let failure = state.failure.take();
        drop(state);
        // It has nothing left to do.
        let _ = self.thread.join();
        failure.map_or(Ok(()), Err)
    }

    /// Waits until there is room, nobody takes it any more, or the run was asked to end.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        has_room: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        while !has_room(&state) && !state.is_broken && !self.interrupt.load(Ordering::Relaxed) {
            self.shared.changed.notify_all();
            state = self.shared.wait(state, GLANCE);
        }
        state
    }
}

impl State {
    fn begin(&mut self) {
        let titles = std::mem::take(&mut self.titles);
        self.waiting.extend(titles);
    }

    /// Puts a summary of what was read so far in.
    fn summarise(&mut self, shared: &Shared) -> io::Result<()> {
        let summary = SummaryRecord { number: self.summaries, ..self.read.clone() };
        self.summaries = self.summaries.saturating_add(1);
        self.due = shared.next();
        self.begin();
        (shared.summarise)(&summary, self.dropped, &mut self.waiting)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, at_most: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, at_most).unwrap_or_else(PoisonError::into_inner).0
    }

    /// When a summary is due that nothing else brings. Those of capture time come first where frames come.
    fn next(&self) -> Instant {
        let every = self.every.unwrap_or(Duration::from_secs(3_600));
        let grace = (every / 10).min(Duration::from_secs(1));
        now().checked_add(every.saturating_add(grace)).unwrap_or_else(now)
    }

    /// Writes what is put in, until no more will be.
    fn empty(&self, out: &mut dyn Write) {
        let mut octets = Vec::new();
        loop {
            let mut state = self.state();
            while state.waiting.is_empty() && !state.ends {
                let left = state.due.saturating_duration_since(now());
                if left.is_zero() && self.every.is_none() {
                    state.due = self.next();
                } else if left.is_zero() {
                    // Writing to memory cannot fail.
                    let _ = state.summarise(self);
                } else {
                    state = self.wait(state, left);
                }
            }
            if state.waiting.is_empty() {
                return;
            }
            std::mem::swap(&mut octets, &mut state.waiting);
            state.under_way = octets.len();
            self.changed.notify_all();
            drop(state);
            let written = out.write_all(&octets).and_then(|()| out.flush());
            octets.clear();
            let mut state = self.state();
            state.under_way = 0;
            if let Err(error) = written {
                state.is_broken = true;
                state.failure = Some(error);
                state.waiting = Vec::new();
            }
            let is_broken = state.is_broken;
            self.changed.notify_all();
            drop(state);
            if is_broken {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// A reader that takes what it is sent when it is let.
    struct Slow(SyncSender<Vec<u8>>);

    impl Write for Slow {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.0.send(octets.to_vec()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            Ok(octets.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn outflow(on_full: OnFull, every: Option<Duration>) -> (Outflow, Receiver<Vec<u8>>) {
        let (slow, reader) = sync_channel(0);
        let summarise = |summary: &SummaryRecord, dropped: u64, out: &mut Vec<u8>| {
            writeln!(out, "summary {} dropped {dropped} frames {}", summary.number, summary.frames)
        };
        let interrupt = Arc::new(AtomicBool::new(false));
        (
            Outflow::new(Slow(slow), on_full, interrupt, every, (b"titles\n".to_vec(), Box::new(summarise))),
            reader,
        )
    }

    const RECORD: &[u8] = &[b'x'; 1 << 16];

    /// What is read until nothing more comes, in octets of records and the lines behind them.
    fn read(reader: Receiver<Vec<u8>>) -> std::thread::JoinHandle<(usize, String)> {
        std::thread::spawn(move || {
            let all: Vec<u8> = reader.iter().flatten().collect();
            let records = all.iter().filter(|octet| **octet == b'x').count();
            let rest = all.into_iter().filter(|octet| *octet != b'x').collect();
            (records, String::from_utf8(rest).unwrap())
        })
    }

    #[test]
    fn what_finds_no_room_is_given_up_and_counted() {
        let (outflow, reader) = outflow(OnFull::Drop, None);
        for _ in 0..500 {
            assert!(outflow.put([RECORD].into_iter()));
        }
        let reading = read(reader);
        assert!(outflow.summary(&SummaryRecord::default()).unwrap());
        outflow.close().unwrap();
        let (octets, rest) = reading.join().unwrap();
        let kept = octets / RECORD.len();
        assert_eq!(rest, format!("titles\nsummary 0 dropped {} frames 0\n", 500 - kept));
        // The queue, and what was taken out of it before.
        assert!((MOST / RECORD.len() - 1..=MOST / RECORD.len() * 2 + 1).contains(&kept), "{kept}");
    }

    #[test]
    fn who_may_not_give_up_waits() {
        let (outflow, reader) = outflow(OnFull::Block, None);
        let putting = std::thread::spawn(move || {
            for _ in 0..500 {
                assert!(outflow.put([RECORD].into_iter()));
            }
            outflow.summary(&SummaryRecord::default()).unwrap();
            outflow.close().unwrap();
        });
        std::thread::sleep(Duration::from_millis(50));
        assert!(!putting.is_finished());
        let (octets, rest) = read(reader).join().unwrap();
        putting.join().unwrap();
        assert_eq!(octets, 500 * RECORD.len());
        assert_eq!(rest, "titles\nsummary 0 dropped 0 frames 0\n");
    }

    #[test]
    fn a_summary_comes_while_nothing_does() {
        let (outflow, reader) = outflow(OnFull::Block, Some(Duration::from_millis(20)));
        outflow.read(&SummaryRecord { frames: 7, ..SummaryRecord::default() });
        for number in 0..3 {
            let line = reader.recv_timeout(Duration::from_secs(20)).unwrap();
            let titles = if number == 0 { "titles\n" } else { "" };
            let want = format!("{titles}summary {number} dropped 0 frames 7\n");
            assert_eq!(String::from_utf8(line).unwrap(), want);
        }
        drop(reader);
        while outflow.put([RECORD].into_iter()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(outflow.close().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_run_that_shall_end_does_not_wait_for_ever() {
        let (outflow, reader) = outflow(OnFull::Block, None);
        outflow.interrupt.store(true, Ordering::Relaxed);
        while outflow.put([RECORD].into_iter()) {}
        assert_eq!(outflow.close().unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(reader);
    }
}
