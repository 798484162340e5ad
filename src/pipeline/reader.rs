//! The sequential part: blocks of the capture into batches of segments dealt over the shards, with ticks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::batch::{Batch, Dealt, Forgotten, Opened, SHARDS, Tick, Work};
use crate::capture::{Block, Capture, Frame, Locator};
use crate::decap::{Decap, Direction, Joined, NotUsed, Segment, direction};
use crate::num::{index, short};
use crate::report::counts::Counts;
use crate::tcp::{Arrival, Flows, Side};
use crate::time::{Duration, Timestamp};

/// The step of capture time after which all shards look at what has expired.
const TICK: Duration = Duration::from_millis(100);

/// The step of capture time after which a summary is due.
const MINUTE: Duration = Duration::from_secs(60);

/// Reads, decapsulates, numbers connections, deals.
pub(super) struct Reader {
    capture: Capture,
    decap: Decap,
    flows: Flows,
    facts: Facts,
    interrupt: Arc<AtomicBool>,
}

/// What the reader learns of the whole capture.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Frames that gave no segment.
    pub(super) skipped: Counts<NotUsed>,
    /// What became of fragments; what was skipped among them is in `skipped`.
    pub(super) joined: Joined,
    /// Time of the latest frame.
    pub(super) last_at: Option<Timestamp>,
    /// Connections forgotten to make room.
    pub(super) evicted: u64,
    /// When the next tick is due.
    next_tick: Option<Timestamp>,
    /// When the next minute is over.
    next_mark: Option<Timestamp>,
    /// Time of the first frame.
    pub(super) first_at: Option<Timestamp>,
}

impl Reader {
    /// `interrupt`: set when reading shall end early.
    pub(super) fn new(capture: Capture, decap: Decap, flows: Flows, interrupt: Arc<AtomicBool>) -> Self {
        Self { capture, decap, flows, facts: Facts::default(), interrupt }
    }

    /// Fills `batch` from the next block; `false` when there is none.
    pub(super) fn fill(&mut self, batch: &mut Batch) -> bool {
        batch.clear();
        if self.interrupt.load(Ordering::Relaxed) || !self.capture.read_block(&mut batch.block) {
            return false;
        }
        let Self { decap, flows, facts, .. } = self;
        for frame in batch.block.frames() {
            facts.time(&frame, &mut batch.ticks, &mut batch.marks);
            match decap.segment(&frame) {
                Ok(Some(segment)) => {
                    deal(
                        &segment,
                        direction(&frame),
                        flows,
                        &mut facts.evicted,
                        &batch.block,
                        &mut batch.work,
                        &mut batch.joined,
                    );
                }
                Ok(None) => {}
                Err(why) => facts.skipped.add(why, 1),
            }
        }
        true
    }

    /// Octets read so far, and of how many, where that is known.
    pub(super) fn position(&self) -> (u64, Option<u64>) {
        self.capture.position()
    }

    /// The latest capture time so far.
    pub(super) fn now(&self) -> Timestamp {
        self.facts.last_at.unwrap_or(Timestamp::MIN)
    }

    /// Time of the first frame.
    pub(super) const fn first_at(&self) -> Option<Timestamp> {
        self.facts.first_at
    }

    /// Who finds frames in their files.
    pub(super) fn locator(&self) -> Locator {
        self.capture.locator()
    }

    /// What there is to say when everything was read.
    pub(super) fn finish(mut self) -> (Capture, Facts, u32) {
        let connections = self.flows.count();
        let joined = self.decap.finish();
        joined.skipped.iter().for_each(|&(why, frames)| self.facts.skipped.add(why, frames));
        self.facts.joined = joined;
        (self.capture, self.facts, connections)
    }
}

/// Numbers the connection of `segment` and hands it to its shard.
#[inline]
fn deal(
    segment: &Segment<'_>,
    direction: Option<Direction>,
    flows: &mut Flows,
    evicted: &mut u64,
    block: &Block,
    work: &mut [Work],
    joined: &mut Vec<u8>,
) {
    let frame = segment.frame;
    let assigned = flows.assign(segment, |connection| {
        *evicted = evicted.saturating_add(1);
        if let Some(work) = work.get_mut(index(connection.0 % SHARDS)) {
            work.forgotten.push(Forgotten { frame, connection: connection.0 });
        }
    });
    let connection = assigned.connection.0;
    let Some(work) = work.get_mut(index(connection % SHARDS)) else { return };
    if assigned.is_new {
        let (opener, accepter) = match assigned.side {
            Side::Opener => (segment.source, segment.destination),
            Side::Accepter => (segment.destination, segment.source),
        };
        work.opened.push(Opened { connection, opener, accepter });
    }
    // The payload borrows from the block, so its place in there is the distance of the addresses; or it was put
    // together from fragments, and is copied to lie behind the block.
    let octets = block.octets();
    let mut payload_at = segment.payload.as_ptr().addr().wrapping_sub(octets.as_ptr().addr());
    if payload_at > octets.len() {
        payload_at = octets.len() + joined.len();
        joined.extend_from_slice(segment.payload);
    }
    work.segments.push(Dealt {
        connection,
        payload_at: short(payload_at),
        payload_len: short(segment.payload.len()),
        direction,
        arrival: Arrival {
            frame,
            at: segment.at,
            side: assigned.side,
            sequence: segment.sequence,
            acknowledgement: segment.acknowledgement,
            wire_len: segment.wire_len,
            window: segment.window,
            ip_id: segment.ip_id,
            ttl: segment.ttl,
            copy: assigned.copy,
            flags: segment.flags,
        },
    });
}

impl Facts {
    /// Follows capture time; where a step of it is over, all shards will be told before this frame. One tick stands
    /// for a silence of any length. Time that runs backwards brings none.
    fn time(&mut self, frame: &Frame<'_>, ticks: &mut Vec<Tick>, marks: &mut Vec<Tick>) {
        let at = frame.at;
        self.first_at.get_or_insert(at);
        match self.next_mark {
            Some(due) if at < due => {}
            Some(_) => {
                marks.push(Tick { frame: frame.number, now: at });
                self.next_mark = Some(at.plus(MINUTE));
            }
            None => self.next_mark = Some(at.plus(MINUTE)),
        }
        self.last_at = Some(self.last_at.map_or(at, |last| last.max(at)));
        match self.next_tick {
            Some(due) if at < due => {}
            Some(_) => {
                ticks.push(Tick { frame: frame.number, now: at });
                self.next_tick = Some(at.plus(TICK));
            }
            None => self.next_tick = Some(at.plus(TICK)),
        }
    }
}
