//! The open requests of one side: found by sequence number, kept in order of arrival.
//!
//! ```text
//!  oldest ─► slot ⇄ slot ⇄ slot ⇄ slot ◄─ newest        by_number: sequence number → slot
//!                    ▲                                   free: chain of slots to use again
//!                    └ front: from here on slots count in the window
//! ```
//!
//! A request costs one hash insert, its response one remove; neither allocates once the table has its size.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::quality::RandomState;

use crate::num;
use crate::smpp::{CommandId, Place, SequenceNumber};
use crate::time::{Duration, Timestamp};

/// A request that waits for its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) command: CommandId,
    pub(super) sequence_number: SequenceNumber,
    pub(super) at: Timestamp,
    pub(super) place: Place,
    pub(super) partial: bool,
    /// Its command_length.
    pub(super) octets: u32,
    /// What of the time before it became readable is TCP's.
    pub(super) unseen: Duration,
    /// What it is to blame for itself.
    pub(super) fault: Fault,
    /// PDUs of the answering side before it.
    pub(super) answering_pdus: u32,
    /// Gaps in the octets of the asking side when it was asked.
    pub(super) asking_gaps: u32,
    /// Gaps in the octets of the answering side when it was asked.
    pub(super) answering_gaps: u32,
}

/// What a request is to blame for by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing.
    None,
    /// The session's state forbids it.
    State,
    /// Only the other role sends it.
    Direction,
}

/// What a response found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Its request, no longer open, whether no older one waits in the window, and its place among those of its side,
    /// from 1.
    Request(Request, bool, u64),
    /// A request of that number that it does not fit, still open.
    Unfit(Request),
    /// No request of that number.
    Nothing,
}

/// No slot.
const NONE: u32 = u32::MAX;
/// Octets that an entry of the table by number takes, about.
const NUMBERED: u64 = 16;
/// A table that grew beyond this many slots is given back when it is empty.
const KEEP: usize = 1_024;

#[derive(Debug)]
struct Slot {
    request: Request,
    order: u64,
    older: u32,
    newer: u32,
    /// Counts in the window.
    counts: bool,
}

#[derive(Debug)]
pub(super) struct Open {
    slots: Vec<Slot>,
    by_number: HashMap<u32, u32, RandomState>,
    free: u32,
    oldest: u32,
    newest: u32,
    front: u32,
    waiting: u32,
    /// Requests that ever came.
    asked: u64,
    /// Requests that had come when the newest of those answered so far came.
    answered: u64,
}

impl Default for Open {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            by_number: HashMap::default(),
            free: NONE,
            oldest: NONE,
            newest: NONE,
            front: NONE,
            waiting: 0,
            asked: 0,
            answered: 0,
        }
    }
}

impl Open {
    pub(super) fn len(&self) -> usize {
        self.by_number.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// Opens `request`; an open one of the same number is closed and returned.
    pub(super) fn insert(&mut self, request: Request) -> Option<Request> {
        let index = self.occupy(request);
        let former = self.by_number.insert(request.sequence_number.0, index)?;
        self.vacate(former)
    }

    /// Closes the request of that number if it `fits`.
    pub(super) fn answer(&mut self, number: SequenceNumber, fits: impl Fn(CommandId) -> bool) -> Found {
        let Entry::Occupied(entry) = self.by_number.entry(number.0) else { return Found::Nothing };
        let index = *entry.get();
        let Some(slot) = self.slots.get(num::index(index)) else { return Found::Nothing };
        if !fits(slot.request.command) {
            return Found::Unfit(slot.request);
        }
        let order = slot.order;
        self.answered = self.answered.max(order);
        let in_turn = self.front == index || !slot.counts;
        entry.remove();
        self.vacate(index).map_or(Found::Nothing, |request| Found::Request(request, in_turn, order))
    }

    /// The open request of that number.
    pub(super) fn peek(&self, number: SequenceNumber) -> Option<&Request> {
        self.slot(*self.by_number.get(&number.0)?).map(|slot| &slot.request)
    }

    /// Closes the request of that number.
    pub(super) fn remove(&mut self, number: SequenceNumber) -> Option<Request> {
        let index = self.by_number.remove(&number.0)?;
        self.vacate(index)
    }

    pub(super) fn oldest(&self) -> Option<&Request> {
        self.slot(self.oldest).map(|slot| &slot.request)
    }

    pub(super) fn pop_oldest(&mut self) -> Option<Request> {
        let number = self.oldest()?.sequence_number;
        self.remove(number)
    }

    /// How many requests are in the window, as of the last request.
    pub(super) const fn in_flight(&self) -> u32 {
        self.waiting
    }

    /// How many requests wait in the window of the asking side.
    ///
    /// All open ones, but for those that are plainly lost: older than `timeout`, with a newer one answered. Each would
    /// raise the window for good otherwise. While a peer answers nothing at all, everything counts.
    pub(super) fn waiting(&mut self, now: Timestamp, timeout: Duration) -> u32 {
        while let Some(slot) = self.slots.get_mut(num::index(self.front)) {
            if slot.order >= self.answered || now.since(slot.request.at) <= timeout {
                break;
            }
            slot.counts = false;
            self.front = slot.newer;
            self.waiting = self.waiting.saturating_sub(1);
        }
        self.waiting
    }

    /// Octets of memory that the open requests take, about.
    pub(super) fn octets(&self) -> u64 {
        num::count(self.len()).saturating_mul(num::count(size_of::<Slot>()).saturating_add(NUMBERED))
    }

    /// Lets go of the room that most of the slots take without need: as many stay as are open.
    pub(super) fn compact(&mut self) {
        if self.slots.len() / 2 <= self.len().max(KEEP) {
            return;
        }
        let mut kept = Self { asked: self.asked, answered: self.answered, ..Self::default() };
        let mut next = self.oldest;
        while let Some(slot) = self.slot(next) {
            let index = kept.occupy(slot.request);
            kept.by_number.insert(slot.request.sequence_number.0, index);
            if let Some(moved) = kept.slots.get_mut(num::index(index)) {
                (moved.order, moved.counts) = (slot.order, slot.counts);
            }
            if next == self.front {
                kept.front = index;
            }
            next = slot.newer;
        }
        if self.front == NONE {
            kept.front = NONE;
        }
        (kept.asked, kept.waiting) = (self.asked, self.waiting);
        *self = kept;
    }

    /// Gives a large table back once nothing is in it.
    pub(super) fn shrink(&mut self) {
        if self.is_empty() && self.slots.len() > KEEP {
            *self = Self { asked: self.asked, answered: self.answered, ..Self::default() };
        }
    }

    fn slot(&self, index: u32) -> Option<&Slot> {
        // NONE is beyond every table: the slots are far fewer than 2^32.
        self.slots.get(num::index(index))
    }

    /// Puts `request` into a slot at the newest end.
    fn occupy(&mut self, request: Request) -> u32 {
        self.asked = self.asked.saturating_add(1);
        let slot = Slot { request, order: self.asked, older: self.newest, newer: NONE, counts: true };
        let index = if let Some(vacant) = self.slots.get_mut(num::index(self.free)) {
            let index = self.free;
            self.free = vacant.newer;
            *vacant = slot;
            index
        } else {
            let index = num::short(self.slots.len());
            self.slots.push(slot);
            index
        };
        match self.slots.get_mut(num::index(self.newest)) {
            Some(newest) => newest.newer = index,
            None => self.oldest = index,
        }
        self.newest = index;
        if self.front == NONE {
            self.front = index;
        }
        self.waiting = self.waiting.saturating_add(1);
        index
    }

    /// Takes the request out of its slot and out of the order.
    fn vacate(&mut self, index: u32) -> Option<Request> {
        let slot = self.slots.get_mut(num::index(index))?;
        let (request, older, newer) = (slot.request, slot.older, slot.newer);
        if slot.counts {
            self.waiting = self.waiting.saturating_sub(1);
        }
        slot.newer = self.free;
        self.free = index;
        if self.front == index {
            self.front = newer;
        }
        match self.slots.get_mut(num::index(older)) {
            Some(older) => older.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(num::index(newer)) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn request(number: u32, at: i64) -> Request {
        Request {
            command: CommandId::SUBMIT_SM,
            sequence_number: SequenceNumber(number),
            at: Timestamp::from_nanos(at),
            place: Place { frame: 1, index: 0, offset: 0 },
            partial: false,
            octets: 16,
            unseen: Duration::ZERO,
            fault: Fault::None,
            answering_pdus: 0,
            asking_gaps: 0,
            answering_gaps: 0,
        }
    }

    proptest! {
        /// What is let go of is room alone: all else stays, the order of arrival and the window included.
        #[test]
        fn a_compacted_table_answers_as_before(
            steps in prop::collection::vec((0..3_000_u32, prop::bool::weighted(0.7)), 0..9_000),
            kept in 0..40_u32,
        ) {
            let mut table = Open::default();
            for (at, (number, asks)) in (0..).zip(steps) {
                if asks {
                    table.insert(request(number, at));
                } else {
                    table.answer(SequenceNumber(number), |_| true);
                }
                table.waiting(Timestamp::from_nanos(at), Duration::from_nanos(500));
            }
            while table.by_number.len() > num::index(kept) {
                table.pop_oldest();
            }
            let state = |table: &Open| {
                let mut chain = Vec::new();
                let mut next = table.oldest;
                while let Some(slot) = table.slot(next) {
                    let number = slot.request.sequence_number.0;
                    chain.push((number, slot.order, slot.counts, slot.request.at, next == table.front));
                    next = slot.newer;
                }
                let by_number: BTreeMap<u32, Timestamp> =
                    table.by_number.keys().filter_map(|&n| Some((n, table.peek(SequenceNumber(n))?.at))).collect();
                (chain, by_number, table.front == NONE, table.waiting, table.asked, table.answered)
            };
            let before = state(&table);
            let slots = table.slots.len();
            table.compact();
            prop_assert_eq!(state(&table), before);
            prop_assert!(slots <= 2 * KEEP || table.slots.len() == table.len());
        }
    }
}
