//! Whether packets come late: a capturing program that holds them back looks like a slow analyzer.

use crate::time::{Duration, Timestamp};

/// A packet that was captured so long ago is late.
const LATE: Duration = Duration::from_millis(200);

/// One from before that comes from a file, not from the wire.
const STALE: Duration = Duration::from_secs(10);

/// What waited in the pipe when the run began is no sign of anything.
const BEGINNING: Duration = Duration::from_secs(1);

/// So many late reads are no accident, where there is one in [`SHARE`].
const ENOUGH: u64 = 3;
const SHARE: u64 = 10;

/// What is known of how late packets come.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    begun: Option<Timestamp>,
    reads: u64,
    late: u64,
    /// The greatest age of a late one.
    most: Duration,
    is_told: bool,
}

impl Lateness {
    /// The oldest packet of a read was captured `at`, which is `age` ago; what has to be said about it, once.
    pub(super) fn read(&mut self, at: Timestamp, age: Duration) -> Option<String> {
        let begun = *self.begun.get_or_insert(at);
        if self.is_told || at.since(begun) < BEGINNING {
            return None;
        }
        self.reads = self.reads.saturating_add(1);
        if !(LATE..STALE).contains(&age) {
            return None;
        }
        self.late = self.late.saturating_add(1);
        self.most = self.most.max(age);
        if self.late < ENOUGH || self.late.saturating_mul(SHARE) < self.reads {
            return None;
        }
        self.is_told = true;
        Some(format!(
            "standard input: packets are up to {} ms old when they come: the program that captures them holds them \
             back, or its clock is another; tcpdump hands each on at once with --immediate-mode -B 65536 -U",
            self.most.millis()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At which reads, one in 100 ms of capture time, something is said.
    fn told(ages: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let mut lateness = Lateness::default();
        (0..)
            .zip(ages)
            .filter_map(|(n, age)| {
                let at = Timestamp::from_nanos(n * 100_000_000);
                lateness.read(at, Duration::from_millis(age)).map(|_| n)
            })
            .collect()
    }

    #[test]
    fn packets_that_come_late_again_and_again_are_told_of_once() {
        let burst = [990, 0, 0, 0, 0];
        assert_eq!(told(burst.into_iter().cycle().take(100)), [20]);
    }

    #[test]
    fn what_waited_when_the_run_began_is_not_told_of() {
        assert_eq!(told([900, 800, 700, 600, 500, 400, 300, 200, 100, 0, 0, 0, 0]), [0; 0]);
    }

    #[test]
    fn a_late_read_now_and_then_is_not_told_of() {
        let seldom = (0..10_000).map(|n| if n % 50 == 49 { 500 } else { 20 });
        assert_eq!(told(seldom), [0; 0]);
    }

    #[test]
    fn neither_an_old_file_nor_a_clock_that_is_ahead_is_told_of() {
        assert_eq!(told([86_400_000; 90]), [0; 0]);
        assert_eq!(told([-3_600_000; 90]), [0; 0]);
    }
}
