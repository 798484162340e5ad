//! When requests are to be sent.

use crate::time::{Duration, Timestamp};

/// How fast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As captured, so many times faster: above 0.
    Captured(f64),
    /// So many a second, evenly: above 0.
    Rate(f64),
    /// Each as soon as the one before is gone.
    Max,
}

/// Gives each request its time from the start, in the order of the capture.
#[derive(Clone, Debug)]
pub struct Schedule {
    pace: Pace,
    max_gap: Option<Duration>,
    last: Option<Timestamp>,
    /// Of captured time, gaps shortened.
    passed: Duration,
    count: u64,
}

impl Schedule {
    /// A schedule in which no pause of the capture is longer than `max_gap`.
    #[must_use]
    pub const fn new(pace: Pace, max_gap: Option<Duration>) -> Self {
        Self { pace, max_gap, last: None, passed: Duration::ZERO, count: 0 }
    }

    /// When a request captured at `at` is to be sent, from the start.
    pub fn next(&mut self, at: Timestamp) -> Duration {
        self.passed = self.passed_at(at);
        // Captured times may run backwards a little; the schedule does not.
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        let count = self.count;
        self.count = self.count.saturating_add(1);
        self.scaled(self.passed, count)
    }

    /// Where `at` would be, without taking note of it.
    #[must_use]
    pub fn peek(&self, at: Timestamp) -> Duration {
        self.scaled(self.passed_at(at), self.count)
    }

    /// The capture begins again: what follows comes right after what was.
    pub const fn restart(&mut self) {
        self.last = None;
    }

    fn passed_at(&self, at: Timestamp) -> Duration {
        let gap = self.last.map_or(Duration::ZERO, |last| at.since(last).max(Duration::ZERO));
        let gap = self.max_gap.map_or(gap, |most| gap.min(most));
        Duration::from_nanos(self.passed.nanos().saturating_add(gap.nanos()))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "casts of floats saturate, and a schedule needs no nanosecond after weeks"
    )]
    fn scaled(&self, passed: Duration, count: u64) -> Duration {
        Duration::from_nanos(match self.pace {
            Pace::Captured(speed) if (speed - 1.0).abs() < f64::EPSILON => passed.nanos(),
            Pace::Captured(speed) => (passed.nanos() as f64 / speed) as i64,
            Pace::Rate(rate) => (count as f64 * 1e9 / rate) as i64,
            Pace::Max => 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_nanos(1_800_000_000_000_000_000).plus(Duration::from_millis(millis))
    }

    fn times(pace: Pace, max_gap: Option<i64>, captured: &[i64]) -> Vec<i64> {
        let mut schedule = Schedule::new(pace, max_gap.map(Duration::from_millis));
        captured.iter().map(|&millis| schedule.next(at(millis)).millis()).collect()
    }

    #[test]
    fn keeps_the_pauses_of_the_capture_at_any_speed() {
        assert_eq!(times(Pace::Captured(1.0), None, &[0, 10, 1_010]), [0, 10, 1_010]);
        assert_eq!(times(Pace::Captured(5.0), None, &[0, 10, 1_010]), [0, 2, 202]);
        assert_eq!(times(Pace::Captured(0.5), None, &[0, 10, 1_010]), [0, 20, 2_020]);
    }

    #[test]
    fn shortens_long_pauses_and_never_runs_backwards() {
        assert_eq!(times(Pace::Captured(1.0), Some(100), &[0, 5_000, 5_010]), [0, 100, 110]);
        assert_eq!(times(Pace::Captured(1.0), None, &[0, 10, 5, 20]), [0, 10, 10, 20]);
    }

    #[test]
    fn a_rate_is_even_and_max_is_now() {
        assert_eq!(times(Pace::Rate(100.0), None, &[0, 0, 900]), [0, 10, 20]);
        assert_eq!(times(Pace::Max, None, &[0, 10, 900]), [0, 0, 0]);
    }

    #[test]
    fn a_second_pass_follows_the_first_at_once() {
        let mut schedule = Schedule::new(Pace::Captured(1.0), None);
        schedule.next(at(0));
        schedule.next(at(10));
        schedule.restart();
        assert_eq!(schedule.next(at(0)).millis(), 10);
        assert_eq!(schedule.next(at(10)).millis(), 20);
    }
}
