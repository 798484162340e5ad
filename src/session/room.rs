//! What waits takes memory: how much, and what is given up to make room.

use super::{Sessions, Sink, Why};
use crate::tcp::Side;

/// One in so many open requests is given up at a time: each is told of, so many at once would need room themselves.
const SHARE: usize = 16;

impl Sessions {
    /// Octets of memory that is taken, about, by open requests, by responses that wait for theirs, and by what is
    /// remembered of responses until they are acknowledged.
    #[must_use]
    pub fn held(&self) -> u64 {
        let [opener, accepter] =
            [&self.opener, &self.accepter].map(|half| half.open.octets().saturating_add(half.held.octets()));
        opener.saturating_add(accepter).saturating_add(self.delays.octets())
    }

    /// Makes room: the oldest open requests of both sides are given up, as those beyond
    /// [`Limits::outstanding`](super::Limits::outstanding) are; responses wait no longer, and the older half of what is
    /// remembered of responses is forgotten.
    pub fn relieve(&mut self, sink: &mut impl Sink) {
        for asking in [Side::Opener, Side::Accepter] {
            for _ in 0..self.half(asking).open.len().div_ceil(SHARE) {
                self.make_room(asking, sink);
            }
            self.half_mut(asking).open.compact();
        }
        self.release_all(sink);
        self.delays.relieve();
    }

    /// How many requests were given up, over all sessions, since this was asked last.
    pub const fn take_given_up(&mut self) -> u64 {
        std::mem::replace(&mut self.given_up, 0)
    }

    /// Gives up the oldest open request of a side before its time, and counts it.
    pub(super) fn make_room(&mut self, asking: Side, sink: &mut impl Sink) {
        self.given_up = self.given_up.saturating_add(1);
        if let Some(life) = &mut self.life {
            life.given_up = life.given_up.saturating_add(1);
        }
        self.give_up(asking, sink);
    }

    /// Gives up the oldest open request of a side.
    pub(super) fn give_up(&mut self, asking: Side, sink: &mut impl Sink) {
        let half = self.half_mut(asking);
        half.forgot = true;
        if let Some(request) = half.open.pop_oldest() {
            self.unanswered(asking, &request, Why::TimedOut, sink);
        }
    }
}
