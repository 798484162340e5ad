//! The window of a side over time: how many of its requests are in flight.

use super::Peak;
use crate::time::{Duration, Timestamp};

/// Requests of one side that wait for their response, over time.
///
/// Time runs from the side's first request to the session's last PDU; a request leaves the window when it is answered,
/// and one that never is when it is plainly lost: older than [`super::Limits::timeout`] with a newer one answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// The most at once, and when first.
    pub peak: Option<Peak>,
    /// The time looked at.
    pub observed: Duration,
    /// The part of it in which as many waited as ever did.
    pub at_peak: Duration,
    /// Requests in flight times nanoseconds: over `observed`, the mean over time.
    pub request_nanos: u128,
}

/// A [`Flight`] while it grows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gauge {
    pub(super) flight: Flight,
    count: u32,
    since: Timestamp,
}

impl Gauge {
    /// From `at` on `count` requests are in flight.
    #[inline]
    pub(super) fn set(&mut self, count: u32, at: Timestamp) {
        let flight = &mut self.flight;
        let Some(peak) = flight.peak else {
            if count > 0 {
                flight.peak = Some(Peak { count, at });
                (self.count, self.since) = (count, at);
            }
            return;
        };
        self.run(at);
        let flight = &mut self.flight;
        self.count = count;
        if count > peak.count {
            flight.peak = Some(Peak { count, at });
            flight.at_peak = Duration::ZERO;
        }
    }

    /// Time passes up to `at`. Time that steps back stands still.
    pub(super) fn run(&mut self, at: Timestamp) {
        let flight = &mut self.flight;
        let Some(peak) = flight.peak else { return };
        let span = at.since(self.since);
        if span.is_negative() {
            return;
        }
        self.since = at;
        let add = |to: &mut Duration| *to = Duration::from_nanos(to.nanos().saturating_add(span.nanos()));
        add(&mut flight.observed);
        if self.count == peak.count {
            add(&mut flight.at_peak);
        }
        let nanos = u128::from(span.nanos().unsigned_abs());
        flight.request_nanos =
            flight.request_nanos.saturating_add(nanos.saturating_mul(u128::from(self.count)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shared_out_among_the_counts() {
        let at = |tenths: i64| Timestamp::from_parts(0, tenths * 100_000_000);
        let mut gauge = Gauge::default();
        for (count, tenths) in [(0, -7), (1, 0), (2, 10), (1, 15), (2, 20), (1, 25), (0, 30)] {
            gauge.set(count, at(tenths));
        }
        gauge.run(at(40));
        let expected = Flight {
            peak: Some(Peak { count: 2, at: at(10) }),
            observed: Duration::from_secs(4),
            at_peak: Duration::from_secs(1),
            request_nanos: 4_000_000_000,
        };
        assert_eq!(gauge.flight, expected);
        // A clock that steps back adds nothing.
        gauge.set(2, at(0));
        assert_eq!(gauge.flight.observed, Duration::from_secs(4));
    }

    #[test]
    fn a_new_peak_forgets_the_time_at_the_old_one() {
        let mut gauge = Gauge::default();
        gauge.set(1, Timestamp::from_parts(0, 0));
        gauge.set(2, Timestamp::from_parts(5, 0));
        gauge.run(Timestamp::from_parts(6, 0));
        assert_eq!(
            (gauge.flight.at_peak, gauge.flight.observed),
            (Duration::from_secs(1), Duration::from_secs(6))
        );
    }
}
