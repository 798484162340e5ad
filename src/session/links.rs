//! enquire_link of one side: how often, how fast it was answered, how often not.

use crate::tcp::Spans;
use crate::time::{Duration, Timestamp};

/// The enquire_links of one side: SMPP 3.4 §4.11, 5.0 §4.1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EnquireLinks {
    /// Those sent.
    pub sent: u64,
    /// Those answered by enquire_link_resp or generic_nack.
    pub answered: u64,
    /// Those never answered though time and the capture sufficed. Not among them: those to an ESME that sent any other
    /// PDU since, which counts as an answer, and those whose answer may lie in a gap or after the end of the capture.
    pub missed: u64,
    /// From one to the next, where no octets of the side are missing between.
    pub interval: Spans,
    /// The median of the last [`EnquireLinks::RECENT`] intervals; of an even number the lower one.
    pub median_interval: Option<Duration>,
    /// From request to response.
    pub rtt: Spans,
}

impl EnquireLinks {
    /// How many intervals the median is of, at most.
    pub const RECENT: usize = 32;
}

/// [`EnquireLinks`] while they grow.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    counts: EnquireLinks,
    last: Option<(Timestamp, u32)>,
    recent: Vec<i64>,
    next: usize,
}

impl Links {
    /// One was sent; `gaps` of its side came before.
    pub(super) fn sent(&mut self, at: Timestamp, gaps: u32) {
        self.counts.sent = self.counts.sent.saturating_add(1);
        let Some((last, former)) = self.last.replace((at, gaps)) else { return };
        let interval = at.since(last);
        if former != gaps || interval.is_negative() {
            return;
        }
        self.counts.interval.add(interval);
        if self.recent.len() < EnquireLinks::RECENT {
            self.recent.push(interval.nanos());
        } else if let Some(slot) = self.recent.get_mut(self.next) {
            *slot = interval.nanos();
            self.next = self.next.wrapping_add(1) % EnquireLinks::RECENT;
        }
    }

    /// One was answered, so long after; `None`: it was captured after its response.
    pub(super) fn answered(&mut self, latency: Option<Duration>) {
        self.counts.answered = self.counts.answered.saturating_add(1);
        if let Some(latency) = latency {
            self.counts.rtt.add(latency);
        }
    }

    /// One was never answered.
    pub(super) fn missed(&mut self) {
        self.counts.missed = self.counts.missed.saturating_add(1);
    }

    pub(super) fn finish(mut self) -> EnquireLinks {
        self.recent.sort_unstable();
        let middle = self.recent.len().checked_sub(1).map(|last| last.wrapping_div(2));
        let median = middle.and_then(|at| self.recent.get(at)).copied();
        EnquireLinks { median_interval: median.map(Duration::from_nanos), ..self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_the_last_intervals_and_gaps_are_left_out() {
        let mut links = Links::default();
        let mut at = 0;
        for step in [0, 30, 30, 31, 90] {
            at += step;
            links.sent(Timestamp::from_parts(at, 0), 0);
        }
        links.sent(Timestamp::from_parts(at + 500, 0), 1);
        let links = links.finish();
        assert_eq!((links.sent, links.interval.count), (6, 4));
        assert_eq!(links.median_interval, Some(Duration::from_secs(30)));
        assert_eq!(
            (links.interval.min, links.interval.max),
            (Duration::from_secs(30), Duration::from_secs(90))
        );
        let mut many = Links::default();
        for n in 0..100 {
            many.sent(Timestamp::from_parts(if n < 60 { n } else { n * 10 }, 0), 0);
        }
        assert_eq!(many.finish().median_interval, Some(Duration::from_secs(10)));
        assert_eq!(Links::default().finish(), EnquireLinks::default());
    }
}
