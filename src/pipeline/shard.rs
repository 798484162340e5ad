//! A shard: whole connections, worked through in capture order, without locks.

use super::analysis::{Analysis, Setup};
use super::batch::{Batch, Dealt, SHARDS, Work};
use crate::dissect::Wanted;
use crate::num::index;
use crate::report::{Exchanged, Row, Singled, Tally};
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
    held: u64,
    tally: Tally,
    rows: Vec<Row>,
}

/// Octets that the connections of a shard may hold in all.
const MOST_HELD: u64 = 3 << 20;

impl Shard {
    pub(super) fn new(setup: Setup) -> Self {
        let with_lone = setup.sieve.is_some();
        let transactions = setup.singly.transactions.then(|| Box::new(Exchanged::new(with_lone)));
        let pdus = setup.singly.pdus.then(Vec::new);
        let with_pdus = setup.singly.with_pdus;
        let found = setup.singly.findings.then(|| Singled { with_pdus, ..Singled::default() });
        let wanted = setup.show.clone().map(|sought| Box::new(Wanted::new(sought, setup.redactor.clone())));
        Self {
            setup,
            connections: Vec::new(),
            active: Vec::new(),
            held: 0,
            tally: Tally { wanted, transactions, pdus, found, ..Tally::default() },
            rows: Vec::new(),
        }
    }

    /// Works through this shard's part of a batch; returns what was completed, in order.
    pub(super) fn work(&mut self, batch: &Batch, number: u32) -> Vec<Row> {
        let Some(Work { opened, segments, forgotten }) = batch.work.get(index(number)) else {
            return Vec::new();
        };
        let mut opened = opened.iter().peekable();
        let mut forgotten = forgotten.iter().peekable();
        let mut ticks = batch.ticks.iter().peekable();
        for segment in segments {
            let frame = segment.arrival.frame;
            while let Some(tick) = ticks.next_if(|tick| tick.frame <= frame) {
                self.tick(tick.now, tick.frame);
            }
            while let Some(gone) = forgotten.next_if(|gone| gone.frame <= frame) {
                self.forget(gone.connection, gone.frame);
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
            self.push(segment, batch.payload(segment));
        }
        for tick in ticks {
            self.tick(tick.now, tick.frame);
        }
        for gone in forgotten {
            self.forget(gone.connection, gone.frame);
        }
        std::mem::take(&mut self.rows)
    }

    /// The capture ends: everything still open is settled. Returns the counts and what was completed.
    pub(super) fn finish(mut self, now: Timestamp) -> (Tally, Vec<Row>) {
        for connection in std::mem::take(&mut self.connections).into_iter().flatten() {
            let mut connection = connection;
            let Self { setup, tally, rows, .. } = &mut self;
            connection.counting(setup, tally, |connection, tally| {
                connection.finish(now, setup, tally, rows);
            });
            connection.rest(u64::MAX, rows);
        }
        (self.tally, self.rows)
    }

    fn push(&mut self, segment: &Dealt, payload: &[u8]) {
        let place = segment.connection / SHARDS;
        let Self { setup, tally, rows, .. } = self;
        let Some(Some(connection)) = self.connections.get_mut(index(place)) else { return };
        connection.counting(setup, tally, |connection, tally| {
            connection.push(&segment.arrival, segment.direction, payload, setup, tally, rows);
        });
        if !connection.is_listed && !connection.is_quiet() {
            connection.is_listed = true;
            self.active.push(place);
        }
        let (before, now) = connection.weigh();
        self.held = self.held.saturating_sub(before).saturating_add(now);
        if self.held > MOST_HELD {
            self.relieve(segment.arrival.frame);
        }
    }

    /// Makes the connection that holds most give it up.
    #[cold]
    fn relieve(&mut self, frame: u64) {
        let connections = self.connections.iter_mut().flatten();
        // Of several that hold as much, the last one: it began latest.
        if let Some(heaviest) = connections.max_by_key(|connection| connection.weight()) {
            let (setup, tally, rows) = (&self.setup, &mut self.tally, &mut self.rows);
            heaviest.counting(setup, tally, |heaviest, tally| heaviest.relieve(frame, setup, tally, rows));
            let (before, now) = heaviest.weigh();
            self.held = self.held.saturating_sub(before).saturating_add(now);
        }
    }

    fn tick(&mut self, now: Timestamp, frame: u64) {
        let mut active = std::mem::take(&mut self.active);
        active.retain(|&place| {
            let Some(Some(connection)) = self.connections.get_mut(index(place)) else { return false };
            let (setup, tally, rows) = (&self.setup, &mut self.tally, &mut self.rows);
            connection.counting(setup, tally, |connection, tally| {
                connection.tick(now, frame, setup, tally, rows);
            });
            if connection.is_over() {
                connection.rest(frame, rows);
            }
            let (before, now) = connection.weigh();
            self.held = self.held.saturating_sub(before).saturating_add(now);
            connection.is_listed = !connection.is_quiet();
            connection.is_listed
        });
        self.active = active;
    }

    fn forget(&mut self, connection: u32, frame: u64) {
        let Some(slot) = self.connections.get_mut(index(connection / SHARDS)) else { return };
        if let Some(mut connection) = slot.take() {
            self.held = self.held.saturating_sub(connection.weight());
            let Self { setup, tally, rows, .. } = self;
            connection.counting(setup, tally, |connection, tally| {
                connection.leave(End::Idle, frame, setup, tally, rows);
            });
            connection.rest(frame, rows);
        }
    }
}
