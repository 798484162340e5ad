//! A block of octets as read, with the places of the frames lying in it.

use super::format::Found;
use super::{Frame, LinkType};
use crate::num;
use crate::time::Timestamp;

/// Octets of a capture as they were read, and the whole frames that lie in them: frames are handed on without
/// being copied. Made once and filled again and again by [`Capture::read_block`](super::Capture::read_block).
#[derive(Debug, Default)]
pub struct Block {
    /// Room for reading; only the first `filled` octets mean anything.
    room: Vec<u8>,
    filled: usize,
    entries: Vec<Entry>,
}

/// Where a frame lies in the block, and what its record says of it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    number: u64,
    at: Timestamp,
    start: u32,
    len: u32,
    original_len: u32,
    link: LinkType,
    interface: u16,
}

impl Block {
    /// A block without frames, with room for `octets` octets.
    #[must_use]
    pub fn with_capacity(octets: usize) -> Self {
        Self { room: vec![0; octets], ..Self::default() }
    }

    /// Forgets frames and octets, keeps the room.
    pub fn clear(&mut self) {
        self.filled = 0;
        self.entries.clear();
    }

    /// The octets as read: frames with the headers of their records between them.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.room[..self.filled]
    }

    /// Number of frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no frame lies in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The frames in the order of the capture; their numbers ascend.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = Frame<'_>> + Clone {
        self.entries.iter().map(|entry| self.resolve(entry))
    }

    /// The frame at `index`, from 0.
    #[must_use]
    pub fn frame(&self, index: usize) -> Option<Frame<'_>> {
        self.entries.get(index).map(|entry| self.resolve(entry))
    }

    fn resolve(&self, entry: &Entry) -> Frame<'_> {
        let start = num::index(entry.start);
        let end = start + num::index(entry.len);
        Frame {
            number: entry.number,
            at: entry.at,
            link: entry.link,
            octets: &self.room[start..end],
            original_len: entry.original_len,
            interface: entry.interface,
        }
    }

    /// Adds the frame that `found` says starts `base` octets into the block.
    pub(super) fn push(&mut self, number: u64, at: Timestamp, base: usize, found: &Found) {
        self.entries.push(Entry {
            number,
            at,
            start: num::short(base + found.start),
            len: num::short(found.len),
            // Some writers put 0 or the length before an offload here; what was captured was there.
            original_len: found.original_len.max(num::short(found.len)),
            link: found.link,
            interface: found.interface,
        });
    }

    /// Adds a copy of a frame of another block, under another number.
    pub(super) fn copy(&mut self, number: u64, frame: &Frame<'_>) {
        let start = self.filled;
        self.put(frame.octets);
        self.entries.push(Entry {
            number,
            at: frame.at,
            start: num::short(start),
            len: num::short(frame.octets.len()),
            original_len: frame.original_len,
            link: frame.link,
            interface: frame.interface,
        });
    }

    /// Moves all frame numbers by `shift`, wrapping; returns the last one.
    pub(super) fn renumber(&mut self, shift: u64) -> u64 {
        for entry in &mut self.entries {
            entry.number = entry.number.wrapping_add(shift);
        }
        self.entries.last().map_or(0, |entry| entry.number)
    }

    /// Puts `octets` behind what is there, growing if it must.
    pub(super) fn put(&mut self, octets: &[u8]) {
        let end = self.filled + octets.len();
        self.reserve(end);
        self.room[self.filled..end].copy_from_slice(octets);
        self.filled = end;
    }

    /// Makes room for `octets` octets in all.
    pub(super) fn reserve(&mut self, octets: usize) {
        if self.room.len() < octets {
            self.room.resize(octets, 0);
        }
    }

    /// The free room up to `limit`, for reading into; [`Block::filled_by`] says what came.
    pub(super) fn free(&mut self, limit: usize) -> &mut [u8] {
        self.reserve(limit);
        self.room.get_mut(self.filled..limit).unwrap_or_default()
    }

    /// Counts `octets` octets of [`Block::free`] as filled.
    pub(super) fn filled_by(&mut self, octets: usize) {
        self.filled = (self.filled + octets).min(self.room.len());
    }

    /// Drops the first `octets` octets. Only while no frame lies in the block.
    pub(super) fn shift(&mut self, octets: usize) {
        debug_assert!(self.entries.is_empty(), "frames would point at other octets");
        self.room.copy_within(octets..self.filled, 0);
        self.filled -= octets;
    }

    /// Drops what lies behind the first `octets` octets.
    pub(super) fn truncate(&mut self, octets: usize) {
        self.filled = self.filled.min(octets);
    }
}
