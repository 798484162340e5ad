//! Where the time of many transactions went: sums of what `session::blame` tells of each.

use super::latency::micros;
use super::model;
use crate::session::{Answering, Delay, LateDelivery};
use crate::time::Duration;

/// Sums over transactions with a latency, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blame {
    count: u64,
    affected: u64,
    latency: u64,
    retransmission: u64,
    reordering: u64,
    zero_window: u64,
    capture: u64,
    network: u64,
    /// Transactions whose way through the network is known.
    network_known: u64,
    unseen_before: u64,
    unseen_after: u64,
}

impl Blame {
    /// Adds a transaction that took `latency`.
    pub fn add(&mut self, latency: Duration, delay: &Delay) {
        let tcp = nanos(delay.tcp());
        for (sum, more) in [
            (&mut self.count, 1),
            (&mut self.affected, u64::from(tcp > 0)),
            (&mut self.latency, nanos(latency)),
            (&mut self.retransmission, nanos(delay.retransmission)),
            (&mut self.reordering, nanos(delay.reordering)),
            (&mut self.zero_window, nanos(delay.zero_window)),
            (&mut self.capture, nanos(delay.capture)),
            (&mut self.network, nanos(delay.network.unwrap_or_default())),
            (&mut self.network_known, u64::from(delay.network.is_some())),
            (&mut self.unseen_before, nanos(delay.unseen)),
        ] {
            *sum = sum.saturating_add(more);
        }
    }

    /// A response among those added was delivered late.
    pub fn delivered_late(&mut self, late: &LateDelivery) {
        self.unseen_after = self.unseen_after.saturating_add(nanos(late.span));
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (sum, more) in [
            (&mut self.count, other.count),
            (&mut self.affected, other.affected),
            (&mut self.latency, other.latency),
            (&mut self.retransmission, other.retransmission),
            (&mut self.reordering, other.reordering),
            (&mut self.zero_window, other.zero_window),
            (&mut self.capture, other.capture),
            (&mut self.network, other.network),
            (&mut self.network_known, other.network_known),
            (&mut self.unseen_before, other.unseen_before),
            (&mut self.unseen_after, other.unseen_after),
        ] {
            *sum = sum.saturating_add(more);
        }
    }

    /// The figures; `None`: no transaction has a latency.
    #[must_use]
    pub fn figures(&self) -> Option<model::Blame> {
        if self.count == 0 {
            return None;
        }
        let tcp = self.retransmission.saturating_add(self.reordering).saturating_add(self.zero_window);
        let known = self.network_known > 0;
        let others = tcp.saturating_add(self.capture).saturating_add(self.network);
        let peer = self.latency.saturating_sub(others);
        let share = |part: u64| (self.latency > 0).then(|| part as f64 / self.latency as f64);
        Some(model::Blame {
            count: self.count,
            affected: self.affected,
            latency_us: micros(self.latency),
            tcp_us: model::TcpDelays {
                retransmission: micros(self.retransmission),
                reordering: micros(self.reordering),
                zero_window: micros(self.zero_window),
            },
            network_us: known.then_some(micros(self.network)),
            capture_us: micros(self.capture),
            peer_us: micros(peer),
            share_tcp: share(tcp),
            share_network: share(self.network).filter(|_| known),
            share_capture: share(self.capture),
            share_peer: share(peer),
            unseen_us: model::UnseenDelays {
                before: micros(self.unseen_before),
                after: micros(self.unseen_after),
            },
        })
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.nanos()).unwrap_or(0)
}

/// How a side answers, as the report says it.
pub(super) const fn answering(counts: &Answering) -> model::Answering {
    let Answering { responses, batches, in_batches, largest_batch, out_of_order, largest_overtake } = *counts;
    model::Answering { responses, batches, in_batches, largest_batch, out_of_order, largest_overtake }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(n: i64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn shares_add_up_to_1_and_nothing_is_said_of_nothing() {
        assert_eq!(Blame::default().figures(), None);
        let mut blame = Blame::default();
        let delay = Delay {
            retransmission: millis(30),
            zero_window: millis(10),
            capture: millis(5),
            network: Some(millis(5)),
            ..Delay::default()
        };
        blame.add(millis(100), &delay);
        let mut other = Blame::default();
        other.add(millis(100), &Delay::default());
        blame.merge(&other);
        let figures = blame.figures().unwrap();
        assert_eq!((figures.count, figures.affected), (2, 1));
        assert_eq!((figures.latency_us, figures.peer_us), (200_000.0, 150_000.0));
        assert_eq!(figures.tcp_us.retransmission, 30_000.0);
        assert_eq!(figures.share_tcp, Some(0.2));
        let shares = [figures.share_tcp, figures.share_network, figures.share_capture, figures.share_peer];
        assert!((shares.into_iter().flatten().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_network_that_nobody_measured_is_unknown_and_not_0() {
        let mut blame = Blame::default();
        blame.add(millis(7), &Delay::default());
        let figures = blame.figures().unwrap();
        assert_eq!((figures.network_us, figures.share_network), (None, None));
        assert_eq!(figures.share_peer, Some(1.0));
    }

    #[test]
    fn latencies_of_0_have_no_shares() {
        let mut blame = Blame::default();
        blame.add(Duration::ZERO, &Delay::default());
        assert_eq!(blame.figures().unwrap().share_peer, None);
    }
}
