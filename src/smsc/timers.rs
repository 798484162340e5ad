//! What is to be done at some time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Timestamp;

/// Tasks by the time when they are due, and where that is the same in the order in which they were put there.
#[derive(Debug)]
pub struct Timers<T> {
    waiting: BinaryHeap<Reverse<Timer<T>>>,
    order: u64,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Self { waiting: BinaryHeap::new(), order: 0 }
    }
}

impl<T> Timers<T> {
    /// `task` is due at `at`.
    pub fn push(&mut self, at: Timestamp, task: T) {
        self.order = self.order.wrapping_add(1);
        self.waiting.push(Reverse(Timer { at, order: self.order, task }));
    }

    /// When the next task is due.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.waiting.peek().map(|Reverse(timer)| timer.at)
    }

    /// The next task, if it is due at `now`, and when it was.
    pub fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, T)> {
        self.next_at().filter(|at| *at <= now)?;
        self.waiting.pop().map(|Reverse(timer)| (timer.at, timer.task))
    }
}

#[derive(Debug)]
struct Timer<T> {
    at: Timestamp,
    order: u64,
    task: T,
}

impl<T> PartialEq for Timer<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl<T> Eq for Timer<T> {}

impl<T> PartialOrd for Timer<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Timer<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
