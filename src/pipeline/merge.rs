//! What many threads made in the order of the capture: rows by frame, then connection.

use std::collections::BTreeMap;

use super::threads::Yield;
use crate::report::Row;

/// Hands on the rows of all threads in order.
pub(super) fn merge(threads: Vec<Vec<Row>>, mut take: impl FnMut(Row)) {
    let mut rows: Vec<Row> = threads.into_iter().flatten().collect();
    // Stable, and the keys of different connections differ, so rows of one connection stay in their order.
    rows.sort_by_key(|row| (row.frame, row.connection));
    rows.into_iter().for_each(&mut take);
}

/// What was made of batches that not all workers have finished.
pub(super) struct Pending {
    workers: usize,
    batches: BTreeMap<u64, Vec<Yield>>,
}

impl Pending {
    pub(super) const fn new(workers: usize) -> Self {
        Self { workers, batches: BTreeMap::new() }
    }

    /// Takes what one worker made of a batch; gives back what all did once it is there. Workers take batches in order,
    /// so batches are complete in order.
    pub(super) fn add(&mut self, batch: u64, made: Yield) -> Option<Vec<Yield>> {
        let all = self.batches.entry(batch).or_default();
        all.push(made);
        if all.len() < self.workers {
            return None;
        }
        self.batches.remove(&batch)
    }
}
