//! Whether packets come late: a capturing program that holds them back looks like a slow analyzer.

use crate::time::Duration;

/// A packet that was captured so long ago is late.
const LATE: Duration = Duration::from_millis(200);

/// One from before that comes from a file, not from the wire.
const STALE: Duration = Duration::from_secs(10);

/// So many late reads in a row are no accident.
const ENOUGH: u32 = 3;

/// What is known of how late packets come.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    /// Late reads in a row.
    late: u32,
    is_told: bool,
}

impl Lateness {
    /// The newest packet of a read is so old; what has to be said about it, once.
    pub(super) fn read(&mut self, age: Duration) -> Option<String> {
        self.late = if (LATE..STALE).contains(&age) { self.late.saturating_add(1) } else { 0 };
        if self.late < ENOUGH || self.is_told {
            return None;
        }
        self.is_told = true;
        Some(format!(
            "standard input: packets are {} ms old when they come: the program that captures them holds them back, or \
             its clock is another; tcpdump hands each on at once with --immediate-mode -B 65536 -U",
            age.millis()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ages: &[i64]) -> Vec<usize> {
        let mut lateness = Lateness::default();
        let is_told = |(at, &age): (usize, &i64)| lateness.read(Duration::from_millis(age)).map(|_| at);
        ages.iter().enumerate().filter_map(is_told).collect()
    }

    #[test]
    fn packets_that_stay_late_are_told_of_once() {
        assert_eq!(told(&[0, 300, 250, 990, 400, 0, 500, 500, 500]), [3]);
    }

    #[test]
    fn neither_a_late_read_now_and_then_nor_an_old_file_nor_a_clock_that_is_behind_is_told_of() {
        assert_eq!(told(&[500, 500, 0, 500, 500, 199]), [0_usize; 0]);
        assert_eq!(told(&[86_400_000; 9]), [0_usize; 0]);
        assert_eq!(told(&[-3_600_000; 9]), [0_usize; 0]);
    }
}
