//! A shard: whole connections, worked through in capture order, without locks.

use super::analysis::{Analysis, Weight};
use super::batch::{Batch, Dealt, SHARDS, Work};
use super::setup::{Out, Setup};
use crate::dissect::Wanted;
use crate::num::{count, index};
use crate::report::counts::Counts;
use crate::report::{Exchanged, Singled, Tally};
use crate::session::End;
use crate::time::Timestamp;

/// The connections whose number modulo [`SHARDS`] is this shard's, and what was counted over them.
pub(super) struct Shard {
    setup: Setup,
    /// By connection number divided by [`SHARDS`].
    connections: Vec<Option<Box<Analysis>>>,
    /// Places of those that time can change something about.
    active: Vec<u32>,
    /// Octets that its connections hold until others come.
    held: Weight,
    tally: Tally,
    /// Bounds that were reached, as far as that was told.
    told: Counts<&'static str>,
}

/// Octets that the connections of a shard may hold in all.
const MOST_HELD: u64 = 3 << 20;

/// Octets that open requests and the like may take of a shard: over 50,000 of them.
const MOST_OPEN: u64 = 6 << 20;

impl Shard {
    pub(super) fn new(setup: Setup) -> Self {
        let with_lone = setup.sieve.is_some();
        let transactions = setup.singly.transactions.then(|| Box::new(Exchanged::new(with_lone)));
        let with_pdus = setup.singly.with_pdus;
        let found = setup.singly.findings.then(|| Singled { with_pdus, ..Singled::default() });
        let wanted = setup.show.map(|frame| Box::new(Wanted::new(frame, setup.redactor.clone())));
        Self {
            setup,
            connections: Vec::new(),
            active: Vec::new(),
            held: Weight::default(),
            tally: Tally { wanted, transactions, found, ..Tally::default() },
            told: Counts::default(),
        }
    }

    /// Works through this shard's part of a batch; what is completed goes to `out`, in order.
    pub(super) fn work(&mut self, batch: &Batch, number: u32, out: &mut Out) {
        let Some(Work { opened, segments, forgotten }) = batch.work.get(index(number)) else { return };
        let mut opened = opened.iter().peekable();
        let mut forgotten = forgotten.iter().peekable();
        let mut ticks = batch.ticks.iter().peekable();
        for segment in segments {
            let frame = segment.arrival.frame;
            while let Some(tick) = ticks.next_if(|tick| tick.frame <= frame) {
                self.tick(tick.now, tick.frame, out);
            }
            while let Some(gone) = forgotten.next_if(|gone| gone.frame <= frame) {
                self.forget(gone.connection, gone.frame, out);
            }
            if let Some(new) = opened.next_if(|new| new.connection == segment.connection) {
                let place = index(new.connection / SHARDS);
                if self.connections.len() <= place {
                    self.connections.resize_with(place + 1, || None);
                }
                if let Some(slot) = self.connections.get_mut(place) {
                    *slot = Some(Box::new(Analysis::new(new.connection, new.opener, new.accepter)));
                }
            }
            self.push(segment, batch.payload(segment), out);
        }
        for tick in ticks {
            self.tick(tick.now, tick.frame, out);
        }
        for gone in forgotten {
            self.forget(gone.connection, gone.frame, out);
        }
    }

    /// The number of places of its connections.
    pub(super) const fn places(&self) -> usize {
        self.connections.len()
    }

    /// The capture ends: what is still open on the connection at that place is settled, and what that completes goes to
    /// `out`.
    pub(super) fn finish(&mut self, place: usize, now: Timestamp, out: &mut Out) {
        let Some(mut connection) = self.connections.get_mut(place).and_then(Option::take) else { return };
        let Self { setup, tally, .. } = self;
        connection.counting(setup, tally, |connection, tally| {
            connection.finish(now, setup, tally, out);
        });
        connection.rest(u64::MAX, out);
    }

    /// Its counts.
    pub(super) fn into_tally(self) -> Tally {
        self.tally
    }

    fn push(&mut self, segment: &Dealt, payload: &[u8], out: &mut Out) {
        let place = segment.connection / SHARDS;
        let Self { setup, tally, .. } = self;
        let Some(Some(connection)) = self.connections.get_mut(index(place)) else { return };
        connection.counting(setup, tally, |connection, tally| {
            connection.push(&segment.arrival, segment.direction, payload, setup, tally, out);
        });
        if !connection.is_listed && !connection.is_quiet() {
            connection.is_listed = true;
            self.active.push(place);
        }
        let (before, now) = connection.weigh();
        self.held = self.held.changed(before, now);
        if self.held.octets > MOST_HELD {
            self.relieve(segment.arrival.frame, out);
        }
        // Each time at least one request is given up.
        while self.held.requests > MOST_OPEN {
            self.relieve_sessions(segment.arrival.frame, out);
        }
        self.tell(segment.arrival.frame, out);
    }

    /// Makes the connection that holds most give it up.
    #[cold]
    fn relieve(&mut self, frame: u64, out: &mut Out) {
        let connections = self.connections.iter_mut().flatten();
        // Of several that hold as much, the last one: it began latest.
        if let Some(heaviest) = connections.max_by_key(|connection| connection.weight().octets) {
            let (setup, tally) = (&self.setup, &mut self.tally);
            heaviest.counting(setup, tally, |heaviest, tally| heaviest.relieve(frame, setup, tally, out));
            let (before, now) = heaviest.weigh();
            self.held = self.held.changed(before, now);
        }
    }

    /// Makes all connections whose sessions wait for as much as others do, or more, give up a part of it.
    #[cold]
    fn relieve_sessions(&mut self, frame: u64, out: &mut Out) {
        let waits = |connection: &Analysis| connection.weight().requests;
        let waiting = self.connections.iter().flatten().map(|connection| waits(connection));
        let count = count(waiting.filter(|&octets| octets > 0).count());
        let mean = self.held.requests.checked_div(count).unwrap_or(0);
        let (setup, tally) = (&self.setup, &mut self.tally);
        for connection in self.connections.iter_mut().flatten() {
            if waits(connection) < mean.max(1) {
                continue;
            }
            connection.counting(setup, tally, |connection, tally| {
                connection.relieve_sessions(frame, setup, tally, out);
            });
            let (before, now) = connection.weigh();
            self.held = self.held.changed(before, now);
        }
    }

    fn tick(&mut self, now: Timestamp, frame: u64, out: &mut Out) {
        let mut active = std::mem::take(&mut self.active);
        active.retain(|&place| {
            let Some(Some(connection)) = self.connections.get_mut(index(place)) else { return false };
            let (setup, tally) = (&self.setup, &mut self.tally);
            connection.counting(setup, tally, |connection, tally| {
                connection.tick(now, frame, setup, tally, out);
            });
            if connection.is_over() {
                connection.rest(frame, out);
            }
            let (before, now) = connection.weigh();
            self.held = self.held.changed(before, now);
            connection.is_listed = !connection.is_quiet();
            connection.is_listed
        });
        self.active = active;
        self.tell(frame, out);
    }

    fn forget(&mut self, connection: u32, frame: u64, out: &mut Out) {
        let Some(slot) = self.connections.get_mut(index(connection / SHARDS)) else { return };
        if let Some(mut connection) = slot.take() {
            self.held = self.held.changed(connection.weight(), Weight::default());
            let Self { setup, tally, .. } = self;
            connection.counting(setup, tally, |connection, tally| {
                connection.leave(End::Idle, frame, setup, tally, out);
            });
            connection.rest(frame, out);
        }
        self.tell(frame, out);
    }

    /// Tells of bounds that were reached since it was done last.
    fn tell(&mut self, frame: u64, out: &mut Out) {
        if self.tally.limits.total() == self.told.total() {
            return;
        }
        if let Some(desk) = out.desk.as_mut().filter(|desk| desk.singly().limits) {
            for (limit, n) in self.tally.limits.iter() {
                let before = self.told.iter().find(|(told, _)| *told == limit).map_or(0, |(_, n)| n);
                if n > before {
                    desk.limit(frame, limit, n - before);
                }
            }
        }
        self.told = self.tally.limits.clone();
    }
}
