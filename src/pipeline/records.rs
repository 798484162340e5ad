//! Records of a capture, in its order: made, or written by many threads and put in order by the leading one.

use std::sync::Arc;

use super::batch::Tick;
use super::desk::{Desk, How, Sheet, Slip};
use super::reader::Reader;
use super::setup::Singly;
use super::{Outcome, Progress, Settings, process};
use crate::capture::{Capture, Locator};
use crate::report::record::{Record, RecordType, Recorder, Scribe, SummaryRecord};
use crate::report::{Asked, Belonging, KeptWhole, Selection};
use crate::time::Timestamp;

/// What is handed out, in the order of the frames that completed it, then of its PDUs.
#[derive(Debug)]
pub enum Given<'a> {
    /// Records that were written: the kind and the octets of each. There is at least one.
    Written(&'a [(RecordType, &'a [u8])]),
    /// What was read so far; to be written by who takes it.
    Summary(&'a SummaryRecord),
    /// Where one thread does all, after each block, whatever it brought.
    Read {
        /// What was read so far.
        so_far: &'a SummaryRecord,
        /// Time of the block's first frame.
        since: Option<Timestamp>,
    },
}

/// Takes what is handed out, and says whether more is wanted.
pub type Take<'a> = dyn FnMut(Given<'_>) -> bool + 'a;

/// Reads `capture` and hands out the records of `types` that the selection takes, in the order of the frames that
/// completed them, then of their PDUs, until `take` returns false. The report is of all that was read.
pub fn records(
    capture: Capture,
    settings: &Settings,
    types: &[RecordType],
    take: &mut dyn FnMut(&Record) -> bool,
    progress: &mut Progress<'_>,
) -> Outcome {
    go(capture, settings, types, Taker::Made(take), progress)
}

/// The same, each record being written by one of the scribes that `hire` gives, one to each thread.
pub fn written(
    capture: Capture,
    settings: &Settings,
    types: &[RecordType],
    hire: &dyn Fn() -> Box<dyn Scribe>,
    take: &mut Take<'_>,
    progress: &mut Progress<'_>,
) -> Outcome {
    go(capture, settings, types, Taker::Written(hire, take), progress)
}

fn go(
    capture: Capture,
    settings: &Settings,
    types: &[RecordType],
    taker: Taker<'_>,
    progress: &mut Progress<'_>,
) -> Outcome {
    let recorder = Arc::new(Recorder {
        names: Arc::clone(&settings.names),
        selection: settings.selection.clone(),
        redactor: settings.redactor.clone(),
        filter: settings.filter.clone(),
        belonging: settings.belonging.clone(),
    });
    let summary = SummaryRecord {
        records: types.iter().filter(|kind| **kind != RecordType::Summary).map(|kind| (*kind, 0)).collect(),
        ..SummaryRecord::default()
    };
    let summaries = types.contains(&RecordType::Summary);
    let [transactions, sessions, pdus, findings] =
        [RecordType::Transaction, RecordType::Session, RecordType::Pdu, RecordType::Finding]
            .map(|kind| types.contains(&kind));
    let with_pdus = settings.filter.is_some();
    let singly = Singly { transactions, pdus, findings, with_pdus, sessions, limits: summaries };
    let mut counter =
        Counter { recorder, singly, taker, summary, summaries, limits: Vec::new(), goes_on: true };
    let outcome = process(capture, settings, (Selection::default(), None), Some(&mut counter), progress);
    let report = &outcome.report;
    let files = &report.capture.files;
    let summary = &mut counter.summary;
    summary.is_last = true;
    (summary.at, summary.first_at) = (report.capture.last_at, report.capture.first_at);
    summary.frames = report.capture.frames;
    summary.limits = report.limits.iter().map(|row| (row.limit.clone(), row.count)).collect();
    let lost = files.iter().filter_map(|file| file.dropped);
    summary.lost_frames = lost.reduce(u64::saturating_add);
    counter.sum_up();
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
    let mut belonging = Belonging::new(whole);
    let Asked { pdus, findings, .. } = asked;
    let singly = Singly { transactions: true, pdus, findings, with_pdus: true, ..Singly::default() };
    let mut counter = Counter {
        recorder: Arc::new(Recorder {
            names: Arc::clone(&settings.names),
            selection: settings.selection.clone(),
            redactor: None,
            filter: settings.filter.clone(),
            belonging: None,
        }),
        singly,
        taker: Taker::Asked(asked, &mut belonging),
        summary: SummaryRecord::default(),
        summaries: false,
        limits: Vec::new(),
        goes_on: true,
    };
    process(capture, settings, (Selection::default(), None), Some(&mut counter), progress);
    belonging
}

/// Who takes records.
enum Taker<'a> {
    Made(&'a mut dyn FnMut(&Record) -> bool),
    Written(&'a dyn Fn() -> Box<dyn Scribe>, &'a mut Take<'a>),
    Asked(Asked, &'a mut Belonging),
}

/// Puts the sheets of all threads in order, counts, hands out.
pub(super) struct Counter<'a> {
    recorder: Arc<Recorder>,
    singly: Singly,
    taker: Taker<'a>,
    summary: SummaryRecord,
    summaries: bool,
    /// Bounds that were reached and are in no summary yet.
    limits: Vec<(u64, &'static str, u64)>,
    goes_on: bool,
}

impl Counter<'_> {
    /// What the shards let out.
    pub(super) const fn singly(&self) -> Singly {
        self.singly
    }

    /// A place to make records at, for one thread.
    pub(super) fn desk(&self, locator: Locator) -> Desk {
        let how = match &self.taker {
            Taker::Made(_) => How::Made,
            Taker::Written(hire, _) => How::Written(hire()),
            Taker::Asked(asked, _) => How::Asked(*asked),
        };
        Desk::new(Arc::clone(&self.recorder), locator, how, self.singly)
    }

    /// Takes the sheets of a batch and the minutes that are over in it; says whether more are wanted.
    pub(super) fn take(&mut self, sheets: &[Sheet], minutes: &[Tick], first_at: Option<Timestamp>) -> bool {
        self.limits.extend(sheets.iter().flat_map(|sheet| sheet.limits.iter().copied()));
        let slips = sheets.iter().flat_map(|sheet| sheet.slips.iter().map(move |slip| (sheet, slip)));
        let mut slips: Vec<(&Sheet, &Slip)> = slips.collect();
        // Stable; a connection is one thread's, so its records stay in their order.
        slips.sort_by_key(|(_, slip)| (slip.frame, slip.connection));
        let mut left = slips.as_slice();
        for minute in minutes {
            let (before, after) = left.split_at(left.partition_point(|(_, slip)| slip.frame < minute.frame));
            self.hand_out(before);
            self.minute(*minute, first_at);
            left = after;
        }
        self.hand_out(left);
        self.goes_on
    }

    /// Tells what was read so far; `since`: time of the first frame that was read last.
    pub(super) fn read(&mut self, reader: &Reader, since: Option<Timestamp>) {
        let Taker::Written(_, take) = &mut self.taker else { return };
        if !self.goes_on {
            return;
        }
        let (frames, lost_frames) = reader.frames();
        let (at, first_at) = (reader.first_at().map(|_| reader.now()), reader.first_at());
        let mut so_far = SummaryRecord { at, first_at, frames, lost_frames, ..self.summary.clone() };
        self.limits.iter().for_each(|(_, limit, n)| so_far.limit(limit, *n));
        self.goes_on = take(Given::Read { so_far: &so_far, since });
    }

    fn hand_out(&mut self, slips: &[(&Sheet, &Slip)]) {
        if slips.is_empty() || !self.goes_on {
            return;
        }
        slips.iter().for_each(|(_, slip)| self.summary.count(slip.kind));
        match &mut self.taker {
            Taker::Made(take) => {
                for record in slips.iter().filter_map(|(sheet, slip)| sheet.records.get(slip.at)) {
                    if !take(record) {
                        self.goes_on = false;
                        return;
                    }
                }
            }
            Taker::Written(_, take) => {
                let written: Vec<(RecordType, &[u8])> =
                    slips.iter().map(|(sheet, slip)| (slip.kind, sheet.written(slip))).collect();
                self.goes_on = take(Given::Written(&written));
            }
            Taker::Asked(_, belonging) => {
                for (sheet, slip) in slips {
                    if let Some(sign) = sheet.signs.get(slip.at) {
                        belonging.see((slip.frame, slip.connection), *sign);
                    }
                }
            }
        }
    }

    fn minute(&mut self, mark: Tick, first_at: Option<Timestamp>) {
        let summary = &mut self.summary;
        (summary.at, summary.first_at) = (Some(mark.now), first_at);
        summary.frames = mark.frame.saturating_sub(1);
        self.limits.retain(|&(frame, limit, n)| {
            if frame < mark.frame {
                summary.limit(limit, n);
            }
            frame >= mark.frame
        });
        self.sum_up();
    }

    fn sum_up(&mut self) {
        if !self.summaries || !self.goes_on {
            return;
        }
        self.goes_on = match &mut self.taker {
            Taker::Made(take) => take(&Record::Summary(Box::new(self.summary.clone()))),
            Taker::Written(_, take) => take(Given::Summary(&self.summary)),
            Taker::Asked(..) => true,
        };
        self.summary.count(RecordType::Summary);
    }
}
