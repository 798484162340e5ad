//! Latencies of many transactions: exact while few, within 0.1 % when many, mergeable in any order.

use hdrhistogram::Histogram;

use super::model;
use crate::num::count;
use crate::time::Duration;

/// Samples kept one by one before they go into a histogram.
pub const EXACT: usize = 10_000;

/// A set of latencies. Count, least, greatest and mean are exact always; percentiles, by nearest rank, up to
/// [`EXACT`] samples, and at most 0.1 % above the true value beyond.
///
/// Whether the samples are exact depends on their number alone, so merging in any order gives the same.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    samples: Vec<u64>,
    histogram: Option<Box<Histogram<u32>>>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Latencies {
    /// Adds one; a negative one counts as 0.
    pub fn record(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.nanos()).unwrap_or(0);
        self.span(nanos, nanos);
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(u128::from(nanos));
        match &mut self.histogram {
            Some(histogram) => add(histogram, nanos),
            None if self.samples.len() < EXACT => {
                if self.samples.len() == self.samples.capacity() {
                    // Doubling past the limit would hold memory that is never used.
                    let more = self.samples.len().clamp(16, EXACT - self.samples.len());
                    self.samples.reserve_exact(more);
                }
                self.samples.push(nanos);
            }
            None => {
                self.spill();
                if let Some(histogram) = &mut self.histogram {
                    add(histogram, nanos);
                }
            }
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.span(other.min, other.max);
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        if other.histogram.is_some() || self.samples.len() + other.samples.len() > EXACT {
            self.spill();
        }
        match (&mut self.histogram, &other.histogram) {
            (None, _) => self.samples.extend_from_slice(&other.samples),
            (Some(all), None) => other.samples.iter().for_each(|&nanos| add(all, nanos)),
            (Some(all), Some(more)) => {
                // Fails only for values past a histogram's range, and both grow as needed.
                let _ = all.add(more.as_ref());
            }
        }
    }

    /// The figures, in microseconds.
    #[must_use]
    pub fn summary(&self) -> model::Latency {
        if self.count == 0 {
            return model::Latency::default();
        }
        let mut samples = self.samples.clone();
        samples.sort_unstable();
        let percentile = |percent: u64| {
            let rank = (self.count * percent).div_ceil(100).max(1);
            let nanos = match &self.histogram {
                None => {
                    usize::try_from(rank - 1).ok().and_then(|at| samples.get(at)).copied().unwrap_or(self.max)
                }
                Some(histogram) => value_at_rank(histogram, rank).clamp(self.min, self.max),
            };
            Some(micros(nanos))
        };
        model::Latency {
            count: self.count,
            min: Some(micros(self.min)),
            mean: Some(mean(self.sum, self.count)),
            p50: percentile(50),
            p90: percentile(90),
            p95: percentile(95),
            p99: percentile(99),
            max: Some(micros(self.max)),
        }
    }

    fn span(&mut self, min: u64, max: u64) {
        self.min = if self.count == 0 { min } else { self.min.min(min) };
        self.max = self.max.max(max);
    }

    /// Moves the samples into a histogram.
    fn spill(&mut self) {
        if self.histogram.is_none() {
            let Ok(mut histogram) = Histogram::new(3) else { return };
            histogram.auto(true);
            self.histogram = Some(Box::new(histogram));
        }
        if let Some(histogram) = &mut self.histogram {
            std::mem::take(&mut self.samples).into_iter().for_each(|nanos| add(histogram, nanos));
        }
    }
}

/// Adds one sample; the histogram grows as needed, and what it cannot reach counts as its greatest value.
fn add(histogram: &mut Histogram<u32>, nanos: u64) {
    if histogram.record(nanos).is_err() {
        histogram.saturating_record(nanos);
    }
}

/// The highest value that the bucket of the sample with this rank stands for.
fn value_at_rank(histogram: &Histogram<u32>, rank: u64) -> u64 {
    let mut seen = 0_u64;
    for value in histogram.iter_recorded() {
        seen += u64::from(value.count_at_value());
        if seen >= rank {
            return histogram.highest_equivalent(value.value_iterated_to());
        }
    }
    histogram.max()
}

/// Nanoseconds as microseconds; multiples of 0.001 are kept exactly up to 2^53 nanoseconds (104 days).
#[expect(clippy::cast_precision_loss, reason = "latencies past 104 days need no nanoseconds")]
pub(super) fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a mean is as exact as an f64")]
fn mean(nanos: u128, samples: u64) -> f64 {
    nanos as f64 / samples as f64 / 1_000.0
}

const _: () = assert!(count(EXACT) == 10_000, "OUTPUT names the number of exact samples");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(nanos: &[u64]) -> Latencies {
        let mut latencies = Latencies::default();
        nanos.iter().for_each(|&n| latencies.record(Duration::from_nanos(n.cast_signed())));
        latencies
    }

    /// Nearest rank over a sorted list.
    fn naive(nanos: &[u64], percent: usize) -> f64 {
        let mut sorted = nanos.to_vec();
        sorted.sort_unstable();
        micros(sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1])
    }

    #[test]
    fn no_samples_say_nothing() {
        assert_eq!(Latencies::default().summary(), model::Latency::default());
    }

    #[test]
    fn ten_thousand_samples_are_exact() {
        let nanos: Vec<u64> = (0..10_000_u64).map(|n| n * 7_919 % 1_000_003 + 1).collect();
        let summary = of(&nanos).summary();
        for (percent, got) in [(50, summary.p50), (90, summary.p90), (95, summary.p95), (99, summary.p99)] {
            assert_eq!(got, Some(naive(&nanos, percent)), "p{percent}");
        }
    }

    #[test]
    fn many_samples_are_at_most_a_thousandth_above() {
        let nanos: Vec<u64> = (0..50_000_u64).map(|n| n * n * 31 + 40_000).collect();
        let summary = of(&nanos).summary();
        assert_eq!(
            (summary.min, summary.max),
            (Some(micros(40_000)), Some(micros(49_999 * 49_999 * 31 + 40_000)))
        );
        for (percent, got) in [(50, summary.p50), (90, summary.p90), (95, summary.p95), (99, summary.p99)] {
            let (got, want) = (got.unwrap(), naive(&nanos, percent));
            assert!(got >= want && got <= want * 1.001, "p{percent}: {got}, {want}");
        }
    }

    #[test]
    fn merged_in_any_order_it_is_the_same() {
        let parts: Vec<Latencies> =
            (0..5_u64).map(|part| of(&(0..3_000).map(|n| n * 977 + part * 31).collect::<Vec<_>>())).collect();
        let merge = |order: &[usize]| {
            let mut all = Latencies::default();
            order.iter().for_each(|&part| all.merge(&parts[part]));
            all.summary()
        };
        assert_eq!(merge(&[0, 1, 2, 3, 4]), merge(&[4, 2, 0, 3, 1]));
        assert_eq!(merge(&[0, 1, 2]), merge(&[2, 1, 0]));
    }

    proptest! {
        #[test]
        fn merging_equals_recording(a in prop::collection::vec(0..10_000_000_u64, 0..50), b in prop::collection::vec(0..10_000_000_u64, 0..50)) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            let all: Vec<u64> = a.iter().chain(&b).copied().collect();
            prop_assert_eq!(merged.summary(), of(&all).summary());
        }
    }
}
