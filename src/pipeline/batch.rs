//! What the reader hands to the shards: a block of the capture, and the segments in it, dealt.

use crate::capture::Block;
use crate::decap::{Direction, Endpoint};
use crate::num::index;
use crate::tcp::Arrival;
use crate::time::Timestamp;

/// Logical shards. A connection belongs to shard `number % SHARDS` whatever the number of threads, so that neither
/// threads nor hash seeds can show in the output.
pub(super) const SHARDS: u32 = 32;

/// One block of the capture with its segments by shard.
pub(super) struct Batch {
    /// The octets.
    pub(super) block: Block,
    /// Payloads put together from fragments.
    pub(super) joined: Vec<u8>,
    /// Work for each shard.
    pub(super) work: Vec<Work>,
    /// Steps of capture time in this block, in order.
    pub(super) ticks: Vec<Tick>,
    /// Where a minute of capture time is over, in order.
    pub(super) marks: Vec<Tick>,
}

/// One shard's part of a batch.
#[derive(Default)]
pub(super) struct Work {
    /// Connections that begin here, in the order of their numbers.
    pub(super) opened: Vec<Opened>,
    /// Segments in capture order.
    pub(super) segments: Vec<Dealt>,
    /// Connections that the reader forgot, each before the segment of `frame`.
    pub(super) forgotten: Vec<Forgotten>,
}

/// A connection that begins.
#[derive(Clone, Copy)]
pub(super) struct Opened {
    pub(super) connection: u32,
    pub(super) opener: Endpoint,
    pub(super) accepter: Endpoint,
}

/// A segment of a known connection; its payload lies in the block, or behind its end in `joined`.
#[derive(Clone, Copy)]
pub(super) struct Dealt {
    pub(super) connection: u32,
    pub(super) payload_at: u32,
    pub(super) payload_len: u32,
    pub(super) arrival: Arrival,
    pub(super) direction: Option<Direction>,
}

/// A connection that had to make room for others.
#[derive(Clone, Copy)]
pub(super) struct Forgotten {
    pub(super) frame: u64,
    pub(super) connection: u32,
}

/// Capture time came to `now` just before `frame`.
#[derive(Clone, Copy)]
pub(super) struct Tick {
    pub(super) frame: u64,
    pub(super) now: Timestamp,
}

impl Batch {
    /// An empty batch whose block takes about `capacity` octets.
    pub(super) fn new(capacity: usize) -> Self {
        let work = (0..SHARDS).map(|_| Work::default()).collect();
        Self {
            block: Block::with_capacity(capacity),
            work,
            joined: Vec::new(),
            ticks: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// The payload of one of its segments.
    pub(super) fn payload(&self, segment: &Dealt) -> &[u8] {
        let (block, from, len) = (self.block.octets(), index(segment.payload_at), index(segment.payload_len));
        match from.checked_sub(block.len()) {
            Some(from) => self.joined.get(from..from + len),
            None => block.get(from..from + len),
        }
        .unwrap_or_default()
    }

    /// Empties it for the next block; allocations stay.
    pub(super) fn clear(&mut self) {
        self.block.clear();
        self.joined.clear();
        self.ticks.clear();
        self.marks.clear();
        for work in &mut self.work {
            work.opened.clear();
            work.segments.clear();
            work.forgotten.clear();
        }
    }
}
