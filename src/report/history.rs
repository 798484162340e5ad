//! How the sessions of one account come and go: how many at once, how often anew, with what period they end.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Period;
use crate::time::{Duration, Timestamp};

/// The sessions of one account over time, told when they end, in about that order.
///
/// The most at once is found by giving each session a slot that an earlier one has left, the one left last that is
/// free in time: as many slots are needed as sessions overlap, and no more are held in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Ends of the sessions that left a slot, and how many left one then.
    slots: BTreeMap<Timestamp, u64>,
    /// Sessions that may have ended before others that are told later: end, begin, number.
    waiting: BTreeSet<(Timestamp, Timestamp, u64)>,
    newest: Option<Timestamp>,
    told: u64,
    first_end: Option<Timestamp>,
    rebinds: u64,
    ends: Vec<Timestamp>,
}

/// Sessions are told at most so much later than one that ended after them: connections linger.
const DISORDER: Duration = Duration::from_secs(5);
/// Most sessions that wait for such ones.
const MOST_WAITING: usize = 1_024;
/// Ends whose intervals are looked at, the first ones.
const MOST_ENDS: usize = 512;
/// Ends this close are one.
const TOGETHER: Duration = Duration::from_secs(1);
/// Least intervals that make a period.
const LEAST_INTERVALS: usize = 4;
/// Least share of them that is near the median.
const LEAST_WITHIN: f64 = 0.8;

/// A session that is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stay {
    /// From its first PDU to its end.
    pub(super) span: (Timestamp, Timestamp),
    /// It ended before the capture did.
    pub(super) has_ended: bool,
    /// Its bind was granted in the capture.
    pub(super) is_bound_here: bool,
    /// Its bind was refused, so that it never was there.
    pub(super) is_refused: bool,
}

impl History {
    /// Takes a session.
    pub(super) fn add(&mut self, stay: Stay) {
        let (begin, end) = stay.span;
        if stay.is_bound_here && self.first_end.is_some_and(|first| first <= begin) {
            self.rebinds = self.rebinds.saturating_add(1);
        }
        if stay.has_ended {
            if !stay.is_refused {
                self.first_end = Some(self.first_end.map_or(end, |first| first.min(end)));
            }
            if self.ends.len() < MOST_ENDS {
                self.ends.push(end);
            }
        }
        if stay.is_refused {
            return;
        }
        self.told = self.told.saturating_add(1);
        self.waiting.insert((end, begin, self.told));
        let newest = self.newest.map_or(end, |newest| newest.max(end));
        self.newest = Some(newest);
        while let Some(&(end, begin, _)) = self.waiting.first()
            && (newest.since(end) > DISORDER || self.waiting.len() > MOST_WAITING)
        {
            self.waiting.pop_first();
            self.place(begin, end);
        }
    }

    /// The most sessions at once.
    pub(super) fn most_at_once(&self) -> u64 {
        let mut all = self.clone();
        for (end, begin, _) in std::mem::take(&mut all.waiting) {
            all.place(begin, end);
        }
        all.slots.values().fold(0, |sum, slots| sum.saturating_add(*slots))
    }

    /// Sessions bound in the capture after an earlier one had ended.
    pub(super) const fn rebinds(&self) -> u64 {
        self.rebinds
    }

    /// The period of the ends, where they have one.
    pub(super) fn period(&self) -> Option<Period> {
        let mut ends = self.ends.clone();
        ends.sort_unstable();
        // Of ends that follow each other closely the first one counts, however many there are: a storm has no period.
        let mut before = None;
        ends.retain(|&end| {
            let former = before.replace(end);
            former.is_none_or(|former: Timestamp| end.since(former) > TOGETHER)
        });
        let mut intervals: Vec<f64> =
            ends.windows(2).filter_map(|pair| Some(seconds(pair.last()?.since(*pair.first()?)))).collect();
        intervals.sort_unstable_by(f64::total_cmp);
        let median = *intervals.get(intervals.len() / 2)?;
        let near = intervals.iter().filter(|interval| (*interval - median).abs() <= median / 10.0).count();
        let within = share(near, intervals.len());
        (intervals.len() >= LEAST_INTERVALS && within >= LEAST_WITHIN).then(|| Period {
            median_s: median,
            within,
            intervals: crate::num::count(intervals.len()),
        })
    }

    /// Gives a session a slot; they come in the order of their ends.
    fn place(&mut self, begin: Timestamp, end: Timestamp) {
        if let Some((&left, _)) = self.slots.range(..=begin).next_back()
            && let Some(slots) = self.slots.get_mut(&left)
        {
            *slots -= 1;
            if *slots == 0 {
                self.slots.remove(&left);
            }
        }
        let slots = self.slots.entry(end).or_default();
        *slots = slots.saturating_add(1);
    }
}

fn seconds(span: Duration) -> f64 {
    super::latency::micros(span.nanos().max(0).unsigned_abs()) / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "there are at most MOST_ENDS of them")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_parts(seconds, 0)
    }

    fn history(spans: &[(i64, i64)]) -> History {
        let mut history = History::default();
        for &(begin, end) in spans {
            history.add(Stay {
                span: (at(begin), at(end)),
                has_ended: true,
                is_bound_here: true,
                is_refused: false,
            });
        }
        history
    }

    proptest! {
        #[test]
        fn the_most_at_once_is_what_looking_at_every_instant_finds(
            spans in prop::collection::vec((0..200_i64, 1..60_i64, 0..4_i64), 0..80),
        ) {
            // Told in the order of their ends, some up to three seconds late.
            let mut spans: Vec<_> = spans.iter().map(|&(begin, len, late)| (begin, begin + len, late)).collect();
            spans.sort_by_key(|&(_, end, late)| end + late);
            let spans: Vec<(i64, i64)> = spans.into_iter().map(|(begin, end, _)| (begin, end)).collect();
            let naive = (0..260)
                .map(|now| spans.iter().filter(|&&(begin, end)| begin <= now && now < end).count())
                .max();
            prop_assert_eq!(history(&spans).most_at_once(), naive.unwrap() as u64);
        }
    }

    #[test]
    fn slots_are_as_many_as_sessions_at_once_however_many_there_are() {
        let spans: Vec<(i64, i64)> = (0..20_000).map(|n| (n, n + 3)).collect();
        let history = history(&spans);
        assert_eq!((history.most_at_once(), history.rebinds()), (3, 19_997));
        assert!(history.slots.len() <= 3 && history.waiting.len() < 10 && history.ends.len() <= MOST_ENDS);
    }

    #[test]
    fn a_period_is_claimed_only_of_regular_ends() {
        let ends =
            |ends: &[i64]| history(&ends.iter().map(|&end| (end - 1, end)).collect::<Vec<_>>()).period();
        let regular = ends(&[300, 600, 601, 905, 1_200, 1_499, 1_800]).unwrap();
        assert_eq!((regular.intervals, regular.within), (5, 1.0));
        assert!((regular.median_s - 300.0).abs() < 6.0, "{regular:?}");
        // Every second or faster: that is a storm.
        let storm: Vec<i64> = (1..200).collect();
        for irregular in
            [&[][..], &storm, &[300], &[300, 600, 900, 1_200], &[10, 300, 340, 900, 905, 1_400, 2_900]]
        {
            assert_eq!(ends(irregular), None, "{irregular:?}");
        }
    }

    #[test]
    fn refused_sessions_are_never_there_and_only_binds_of_the_capture_are_anew() {
        let mut history = history(&[(0, 10)]);
        let stay = Stay { span: (at(0), at(10)), has_ended: true, is_bound_here: false, is_refused: true };
        history.add(stay);
        history.add(Stay { span: (at(20), at(30)), is_refused: false, ..stay });
        assert_eq!((history.most_at_once(), history.rebinds()), (1, 0));
        history.add(Stay { span: (at(40), at(50)), is_refused: false, is_bound_here: true, ..stay });
        assert_eq!((history.most_at_once(), history.rebinds()), (1, 1));
    }
}
