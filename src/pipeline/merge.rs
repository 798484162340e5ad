//! Rows of many shards in the order of the capture: by frame, then connection.

use std::collections::BTreeMap;

use crate::report::Row;

/// Hands on the rows of all shards in order. Each shard's rows are in order already.
pub(super) fn merge(shards: Vec<Vec<Row>>, mut take: impl FnMut(Row)) {
    let mut rows: Vec<Row> = shards.into_iter().flatten().collect();
    // Stable, and the keys of different shards differ, so rows of one connection stay in their order.
    rows.sort_by_key(|row| (row.frame, row.connection));
    rows.into_iter().for_each(&mut take);
}

/// Rows of batches that not all workers have finished.
pub(super) struct Pending {
    workers: usize,
    batches: BTreeMap<u64, Unfinished>,
}

/// How many workers have finished a batch, and their rows by shard.
type Unfinished = (usize, Vec<(u32, Vec<Row>)>);

impl Pending {
    pub(super) const fn new(workers: usize) -> Self {
        Self { workers, batches: BTreeMap::new() }
    }

    /// Takes one worker's rows of a batch; gives back the batch's rows by shard once all are there. Workers take
    /// batches in order, so batches are complete in order.
    pub(super) fn add(&mut self, batch: u64, rows: Vec<(u32, Vec<Row>)>) -> Option<Vec<Vec<Row>>> {
        let (workers, all) = self.batches.entry(batch).or_default();
        *workers += 1;
        all.extend(rows);
        if *workers < self.workers {
            return None;
        }
        let (_, mut all) = self.batches.remove(&batch)?;
        all.sort_by_key(|(shard, _)| *shard);
        Some(all.into_iter().map(|(_, rows)| rows).collect())
    }
}
