//! Requests a second: the peak, the mean, and bursts.

use super::Peak;
use crate::smpp::CommandId;
use crate::time::Timestamp;

/// Requests of both sides by calendar second, without binds, outbind, unbind and enquire_link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateUse {
    /// Requests.
    pub requests: u64,
    /// Seconds from the first such request to the last, both included.
    pub seconds: u64,
    /// Bursts: seconds with more than [`RateUse::BURST`] times the mean of all seconds before them. The first
    /// [`RateUse::SETTLING`] seconds are none: there is no mean yet.
    pub bursts: u64,
}

impl RateUse {
    /// How far a burst is above the mean before it.
    pub const BURST: u64 = 3;
    /// Seconds that make the first mean.
    pub const SETTLING: u64 = 10;
}

/// Requests by second, while they come.
///
/// The second before the newest stays open for requests whose time is a little behind. A step of the clock further back
/// begins anew, so that a second which is visited twice counts twice.
#[derive(Debug, Default)]
pub(super) struct Rate {
    /// The newest second, its requests, and those of the second before.
    second: i64,
    count: u32,
    former: u32,
    /// The first second since the clock last stepped back.
    first: i64,
    /// Requests in the seconds from `first` on that are over.
    before: u64,
    sums: RateUse,
    pub(super) peak: Option<Peak>,
}

impl Rate {
    /// Counts a request, unless it only keeps the session going.
    pub(super) fn see(&mut self, command: CommandId, at: Timestamp) {
        if command.is_bind()
            || matches!(command, CommandId::OUTBIND | CommandId::UNBIND | CommandId::ENQUIRE_LINK)
        {
            return;
        }
        let second = at.second();
        self.sums.requests = self.sums.requests.saturating_add(1);
        let count = if self.peak.is_some() && second == self.second.saturating_sub(1) {
            self.first = self.first.min(second);
            self.former = self.former.saturating_add(1);
            self.former
        } else {
            if self.peak.is_none() {
                (self.first, self.second) = (second, second);
            } else if second != self.second {
                self.advance(second);
            }
            self.count = self.count.saturating_add(1);
            self.count
        };
        if self.peak.is_none_or(|peak| peak.count < count) {
            self.peak = Some(Peak { count, at: Timestamp::from_parts(second, 0) });
        }
    }

    /// The sums over all seconds.
    pub(super) fn finish(mut self) -> RateUse {
        if self.peak.is_some() {
            self.stop();
        }
        self.sums
    }

    /// Another second is the newest.
    fn advance(&mut self, second: i64) {
        if second == self.second.saturating_add(1) {
            self.over(self.second.saturating_sub(1), self.former);
            self.former = self.count;
        } else if second > self.second {
            self.over(self.second.saturating_sub(1), self.former);
            self.over(self.second, self.count);
            self.former = 0;
        } else {
            self.stop();
            (self.first, self.before, self.former) = (second, 0, 0);
        }
        self.count = 0;
        self.second = second;
    }

    /// Ends the run of seconds.
    fn stop(&mut self) {
        self.over(self.second.saturating_sub(1), self.former);
        self.over(self.second, self.count);
        let seconds = self.second.saturating_sub(self.first).saturating_add(1);
        self.sums.seconds = self.sums.seconds.saturating_add(u64::try_from(seconds).unwrap_or(0));
    }

    /// A second is over.
    fn over(&mut self, second: i64, count: u32) {
        let count = u64::from(count);
        let elapsed = u64::try_from(second.saturating_sub(self.first)).unwrap_or(0);
        if elapsed >= RateUse::SETTLING
            && count.saturating_mul(elapsed) > self.before.saturating_mul(RateUse::BURST)
        {
            self.sums.bursts = self.sums.bursts.saturating_add(1);
        }
        self.before = self.before.saturating_add(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(tenths: &[i64]) -> Rate {
        let mut rate = Rate::default();
        for &at in tenths {
            rate.see(CommandId::SUBMIT_SM, Timestamp::from_parts(0, at * 100_000_000));
        }
        rate
    }

    fn peak(tenths: &[i64]) -> Option<(u32, i64)> {
        rate(tenths).peak.map(|peak| (peak.count, peak.at.second()))
    }

    #[test]
    fn rate_is_per_calendar_second_and_the_first_of_equals() {
        assert_eq!(peak(&[]), None);
        assert_eq!(peak(&[5]), Some((1, 0)));
        assert_eq!(peak(&[8, 9, 10, 11, 12, 30, 31, 32]), Some((3, 1)));
    }

    #[test]
    fn rate_takes_requests_that_are_a_second_behind() {
        assert_eq!(peak(&[8, 10, 9, 11, 7]), Some((3, 0)));
        assert_eq!(peak(&[-5, -4, 1, -3]), Some((3, -1)));
    }

    #[test]
    fn rate_survives_a_clock_that_steps_back() {
        assert_eq!(peak(&[10_000, 10, 11, 12]), Some((3, 1)));
        assert_eq!(
            peak(&[i64::MAX / 100_000_000, i64::MIN / 100_000_000]),
            Some((1, i64::MAX / 1_000_000_000))
        );
        assert_eq!(rate(&[100, 119, 10, 25]).finish(), RateUse { requests: 4, seconds: 4, bursts: 0 });
    }

    #[test]
    fn rate_leaves_out_what_only_keeps_the_session() {
        let mut rate = Rate::default();
        for command in
            [CommandId::BIND_TRANSCEIVER, CommandId::ENQUIRE_LINK, CommandId::UNBIND, CommandId::OUTBIND]
        {
            rate.see(command, Timestamp::default());
        }
        assert_eq!(rate.peak, None);
        assert_eq!(rate.finish(), RateUse::default());
    }

    #[test]
    fn a_burst_is_a_second_far_above_the_mean_before_it() {
        // Two a second for twelve seconds, then six: three times the mean, and not more.
        let mut steady: Vec<i64> = (0..12).flat_map(|second| [second * 10, second * 10 + 5]).collect();
        let at = |second: i64, count: i64| (0..count).map(move |n| second * 10 + n);
        steady.extend(at(12, 6));
        assert_eq!(rate(&steady).finish(), RateUse { requests: 30, seconds: 13, bursts: 0 });
        steady.extend(at(13, 9));
        steady.extend([140]);
        assert_eq!(rate(&steady).finish(), RateUse { requests: 40, seconds: 15, bursts: 1 });
        // Nothing is known yet of a session that begins with many.
        assert_eq!(rate(&[1, 95, 96, 97, 98, 99]).finish().bursts, 0);
    }
}
