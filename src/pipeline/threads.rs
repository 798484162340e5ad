//! The shards over threads: batches handed out, what comes of them taken back in order, with bounds on both.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::Progress;
use super::batch::{Batch, SHARDS, Tick};
use super::desk::{Desk, Sheet};
use super::merge::{self, merge};
use super::reader::Reader;
use super::records::Counter;
use super::setup::{Out, Setup};
use super::shard::Shard;
use crate::report::{Assembly, Row, Tally};

/// Octets of a block: large enough that reading and handing over cost little, small enough for the caches.
pub(super) const BLOCK: usize = 1 << 20;

/// Batches under way at once.
const IN_FLIGHT: usize = 3;

/// Rows after which what the end of the capture completes is handed on.
const ROWS: usize = 1_024;

/// What a worker made of a batch.
#[derive(Debug, Default)]
pub(super) struct Yield {
    pub(super) rows: Vec<Row>,
    pub(super) sheet: Sheet,
}

/// Where what is complete goes.
pub(super) struct Outlet<'a, 'c> {
    pub(super) assembly: Assembly,
    /// Who hands records out, where any are wanted.
    pub(super) counter: Option<&'a mut Counter<'c>>,
    pub(super) is_done: bool,
}

impl Outlet<'_, '_> {
    /// A place for a thread to put what is complete.
    fn out(&self, reader: &Reader) -> Out {
        let desk = self.counter.as_ref().map(|counter| counter.desk(reader.locator()));
        Out { desk, ..Out::default() }
    }

    /// Takes what all threads made of a batch, and the minutes that are over in it. Gives back the emptied sheets.
    fn take(&mut self, yields: Vec<Yield>, minutes: &[Tick], reader: &Reader) -> Vec<Sheet> {
        let (rows, sheets): (Vec<_>, Vec<_>) = yields.into_iter().map(|made| (made.rows, made.sheet)).unzip();
        merge(rows, |row| self.assembly.row(row));
        if let Some(counter) = &mut self.counter {
            self.is_done |= !counter.take(&sheets, minutes, reader.first_at());
        }
        sheets
    }
}

impl Out {
    /// Whether there is so much that it should be taken.
    fn is_full(&self) -> bool {
        self.rows.len() > ROWS || self.desk.as_ref().is_some_and(Desk::is_full)
    }

    /// Gives what was put there, for an empty sheet.
    fn turn(&mut self, empty: Sheet) -> Yield {
        let sheet = self.desk.as_mut().map_or_else(Sheet::default, |desk| desk.turn(empty));
        Yield { rows: std::mem::take(&mut self.rows), sheet }
    }
}

/// All on this thread.
pub(super) fn alone(
    reader: &mut Reader,
    setup: &Setup,
    outlet: &mut Outlet<'_, '_>,
    progress: &mut Progress<'_>,
) -> Vec<Tally> {
    let mut out = outlet.out(reader);
    let mut shards: Vec<Shard> = (0..SHARDS).map(|_| Shard::new(setup.clone())).collect();
    let mut batch = Batch::new(BLOCK);
    let mut spare = Vec::new();
    while !outlet.is_done && reader.fill(&mut batch) {
        for (shard, number) in shards.iter_mut().zip(0..) {
            shard.work(&batch, number, &mut out);
        }
        spare = outlet.take(vec![out.turn(spare.pop().unwrap_or_default())], &batch.marks, reader);
        if let Some(counter) = &mut outlet.counter {
            counter.read(reader, batch.block.frames().next().map(|frame| frame.at));
        }
        let (read, of) = reader.position();
        progress(read, of);
    }
    finish(shards, out, reader, outlet)
}

/// The capture ends: what is still open is settled, one connection after the other in their order, and handed on before
/// it becomes much.
fn finish(mut shards: Vec<Shard>, mut out: Out, reader: &Reader, outlet: &mut Outlet<'_, '_>) -> Vec<Tally> {
    let now = reader.now();
    let places = shards.iter().map(Shard::places).max().unwrap_or(0);
    let mut spare = Vec::new();
    for place in 0..places {
        for shard in &mut shards {
            shard.finish(place, now, &mut out);
            if out.is_full() {
                spare = outlet.take(vec![out.turn(spare.pop().unwrap_or_default())], &[], reader);
            }
        }
    }
    outlet.take(vec![out.turn(Sheet::default())], &[], reader);
    shards.into_iter().map(Shard::into_tally).collect()
}

/// What goes to a worker; with a sheet that was emptied.
enum Order {
    Work(u64, Arc<Batch>, Sheet),
    Finish,
}

/// What comes back from a worker.
enum Done {
    Worked(u64, Yield),
    /// Its shards, with their numbers.
    Finished(Vec<(u32, Shard)>),
}

/// Reader and merger on this thread, the shards over `workers` others: this one has little to do.
pub(super) fn together(
    reader: &mut Reader,
    setup: &Setup,
    workers: usize,
    outlet: &mut Outlet<'_, '_>,
    progress: &mut Progress<'_>,
) -> Vec<Tally> {
    let workers = workers.min(usize::try_from(SHARDS).unwrap_or(1));
    std::thread::scope(|scope| {
        let (done, results) = channel();
        let orders: Vec<SyncSender<Order>> = (0..workers)
            .map(|worker| {
                let (order, inbox) = sync_channel(IN_FLIGHT);
                let (setup, done, out) = (setup.clone(), done.clone(), outlet.out(reader));
                scope.spawn(move || serve(worker, workers, &setup, out, &inbox, &done));
                order
            })
            .collect();
        drop(done);
        lead(reader, &orders, &results, outlet, progress)
    })
}

/// The leading thread: reads, hands out, takes back, merges.
fn lead(
    reader: &mut Reader,
    orders: &[SyncSender<Order>],
    results: &Receiver<Done>,
    outlet: &mut Outlet<'_, '_>,
    progress: &mut Progress<'_>,
) -> Vec<Tally> {
    let mut pending = merge::Pending::new(orders.len());
    let mut free: Vec<Batch> = Vec::new();
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut under_way: Vec<(u64, Arc<Batch>)> = Vec::new();
    let mut number = 0_u64;
    loop {
        // Waits for room, and takes what is there without waiting otherwise.
        while let Some(done) =
            if under_way.len() >= IN_FLIGHT { results.recv().ok() } else { results.try_recv().ok() }
        {
            if let Done::Worked(batch, made) = done
                && let Some(yields) = pending.add(batch, made)
                && let Some(at) = under_way.iter().position(|(number, _)| *number == batch)
            {
                let minutes = under_way.get(at).map(|(_, batch)| batch.marks.clone()).unwrap_or_default();
                sheets.extend(outlet.take(yields, &minutes, reader));
                // The workers have let go of it, so its allocations serve the next block.
                free.extend(Arc::into_inner(under_way.remove(at).1));
            }
        }
        let mut batch = free.pop().unwrap_or_else(|| Batch::new(BLOCK));
        if outlet.is_done || !reader.fill(&mut batch) {
            break;
        }
        let (read, of) = reader.position();
        progress(read, of);
        let batch = Arc::new(batch);
        for order in orders {
            // A worker ends only when this thread does.
            let _ = order.send(Order::Work(number, Arc::clone(&batch), sheets.pop().unwrap_or_default()));
        }
        under_way.push((number, batch));
        number += 1;
    }
    for order in orders {
        let _ = order.send(Order::Finish);
    }
    let mut shards = Vec::new();
    for done in results {
        match done {
            Done::Worked(batch, made) => {
                if let Some(yields) = pending.add(batch, made) {
                    let minutes = under_way.iter().find(|(number, _)| *number == batch);
                    let minutes = minutes.map(|(_, batch)| batch.marks.clone()).unwrap_or_default();
                    outlet.take(yields, &minutes, reader);
                }
            }
            Done::Finished(theirs) => shards.extend(theirs),
        }
    }
    shards.sort_by_key(|(number, _)| *number);
    let out = outlet.out(reader);
    finish(shards.into_iter().map(|(_, shard)| shard).collect(), out, reader, outlet)
}

/// A worker: every `workers`-th shard.
fn serve(
    worker: usize,
    workers: usize,
    setup: &Setup,
    mut out: Out,
    inbox: &Receiver<Order>,
    done: &Sender<Done>,
) {
    let mut shards: Vec<(u32, Shard)> =
        (0..SHARDS).skip(worker).step_by(workers).map(|number| (number, Shard::new(setup.clone()))).collect();
    for order in inbox {
        match order {
            Order::Work(number, batch, sheet) => {
                for (shard, state) in &mut shards {
                    state.work(&batch, *shard, &mut out);
                }
                drop(batch);
                if done.send(Done::Worked(number, out.turn(sheet))).is_err() {
                    return;
                }
            }
            Order::Finish => {
                let _ = done.send(Done::Finished(shards));
                return;
            }
        }
    }
}
