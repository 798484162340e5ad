//! The transactions that took longest, few and with their places.

use std::cmp::Reverse;

use crate::session::{Response, SessionId, Transaction};
use crate::smpp::{CommandId, CommandStatus, Place, SequenceNumber};
use crate::time::{Duration, Timestamp};

/// The slowest transactions, the slowest first; of equal ones the one that was asked first.
#[derive(Clone, Debug, Default)]
pub struct Slowest {
    rows: Vec<Slow>,
}

/// A transaction whose latency is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// Time of the response less time of the request.
    pub latency: Duration,
    /// Its session.
    pub session: SessionId,
    /// The request.
    pub command: CommandId,
    /// Its number.
    pub sequence_number: SequenceNumber,
    /// Status of the response.
    pub status: CommandStatus,
    /// Place and time of the request.
    pub request: (Place, Timestamp),
    /// Place and time of the response.
    pub response: (Place, Timestamp),
}

impl Slow {
    /// What is kept of a transaction; `None` without a latency.
    #[must_use]
    pub fn of(transaction: &Transaction) -> Option<Self> {
        let Response { place, at, .. } = transaction.response?;
        Some(Self {
            latency: transaction.outcome.latency()?,
            session: transaction.session,
            command: transaction.command,
            sequence_number: transaction.sequence_number,
            status: transaction.outcome.status()?,
            request: (transaction.place, transaction.at),
            response: (place, at),
        })
    }

    const fn order(&self) -> (Reverse<Duration>, u64, u32, SessionId) {
        let (place, _) = self.request;
        (Reverse(self.latency), place.frame, place.index, self.session)
    }
}

impl Slowest {
    /// Rows kept.
    pub const MOST: usize = 10;

    /// Takes one, if it is slow enough.
    pub fn add(&mut self, slow: Slow) {
        // Nearly all are faster than the last row once there are as many as are kept.
        if self.rows.len() >= Self::MOST && self.rows.last().is_some_and(|last| last.order() <= slow.order())
        {
            return;
        }
        let at = self.rows.partition_point(|row| row.order() <= slow.order());
        self.rows.insert(at, slow);
        self.rows.truncate(Self::MOST);
    }

    /// Takes all of `other` that are slow enough.
    pub fn merge(&mut self, other: &Self) {
        other.rows.iter().for_each(|row| self.add(*row));
    }

    /// The slowest first.
    pub fn iter(&self) -> impl Iterator<Item = &Slow> {
        self.rows.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::ConnectionNumber;

    fn slow(millis: i64, frame: u64) -> Slow {
        let place = Place { frame, index: 0, offset: 0 };
        Slow {
            latency: Duration::from_millis(millis),
            session: SessionId { connection: ConnectionNumber(0), n: 0 },
            command: CommandId::SUBMIT_SM,
            sequence_number: SequenceNumber(1),
            status: CommandStatus::OK,
            request: (place, Timestamp::default()),
            response: (place, Timestamp::default()),
        }
    }

    #[test]
    fn the_slowest_are_kept_whatever_the_order_they_come_in() {
        let all: Vec<Slow> = (0_u32..100).map(|n| slow(i64::from(n * 37 % 41), n.into())).collect();
        let of = |rows: &mut dyn Iterator<Item = &Slow>| {
            let mut slowest = Slowest::default();
            rows.for_each(|row| slowest.add(*row));
            slowest
        };
        let mut naive = all.clone();
        naive.sort_by_key(Slow::order);
        naive.truncate(Slowest::MOST);
        assert_eq!(of(&mut all.iter()).iter().copied().collect::<Vec<_>>(), naive);
        assert_eq!(of(&mut all.iter().rev()).iter().copied().collect::<Vec<_>>(), naive);
        let mut merged = of(&mut all[..50].iter());
        merged.merge(&of(&mut all[50..].iter()));
        assert_eq!(merged.iter().copied().collect::<Vec<_>>(), naive);
    }
}
