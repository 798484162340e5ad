//! Which frames are kept: those with octets of PDUs that are, and those before them that are needed to find where they
//! begin; or all of a session, or all of a time.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::report::record::PduRecord;
use crate::time::{Period, Timestamp};

/// Frames that are kept.
pub(super) struct Frames {
    /// Of the connections, by whether the ESME sends: the first and the last frame of each range, in their order.
    ranges: HashMap<(u32, SocketAddr), Vec<(u64, u64)>>,
    /// Of connections that are kept whole, or but for some of their sessions.
    sessions: HashMap<u32, Vec<Part>>,
    /// Where the PDUs before began that share a frame with the next one, and the frame where they end.
    chains: HashMap<(u32, SocketAddr), (u64, u64)>,
    /// Of which time frames of sessions are that are kept.
    period: Period,
    /// Ranges in all, and how many there may be.
    count: usize,
    most: usize,
    /// How often ranges became one with those behind them for want of room.
    pub(super) widened: u64,
}

/// A part of a connection that is one session.
struct Part {
    session: String,
    from: u64,
    is_kept: bool,
}

impl Frames {
    /// None yet, and of a side at most `most` ranges; of sessions that are kept, frames of `period`.
    pub(super) fn new(most: usize, period: Period) -> Self {
        Self {
            ranges: HashMap::new(),
            sessions: HashMap::new(),
            chains: HashMap::new(),
            period,
            count: 0,
            most,
            widened: 0,
        }
    }

    /// Keeps the frames of a PDU, and those before which are needed to find where it begins: a frame that is kept
    /// begins with a PDU that is there.
    pub(super) fn pdu(&mut self, pdu: &PduRecord, kept: bool) {
        let (from, to) = pdu.frames;
        let sender = (pdu.of.connection, super::address(pdu.source));
        let chain = self.chains.entry(sender).or_insert((from, 0));
        let begins = if from <= chain.1 { chain.0 } else { from };
        *chain = (begins, to);
        if kept {
            self.keep(sender, (begins, to));
        }
    }

    /// Keeps the frames of a side from one to another.
    fn keep(&mut self, sender: (u32, SocketAddr), (begins, to): (u64, u64)) {
        let ranges = self.ranges.entry(sender).or_default();
        match ranges.last_mut().filter(|last| begins <= last.1.saturating_add(1)) {
            Some(last) => *last = (last.0.min(begins), last.1.max(to)),
            None => {
                ranges.push((begins, to));
                self.count += 1;
            }
        }
        if self.count > self.most {
            self.widen();
        }
    }

    /// Keeps the connection from the first PDU of a session on, from its beginning if that is the first one.
    pub(super) fn session(&mut self, pdu: &PduRecord, is_kept: bool) {
        let parts = self.sessions.entry(pdu.of.connection).or_default();
        if parts.last().is_none_or(|last| last.session != pdu.of.session) {
            let from = if parts.is_empty() { 0 } else { pdu.frames.0 };
            parts.push(Part { session: pdu.of.session.clone(), from, is_kept });
        }
    }

    pub(super) fn keeps(&self, connection: u32, sender: SocketAddr, (frame, at): (u64, Timestamp)) -> bool {
        if let Some(parts) = self.sessions.get(&connection).filter(|_| self.period.has(at)) {
            let after = parts.partition_point(|part| part.from <= frame);
            return after.checked_sub(1).and_then(|at| parts.get(at)).is_some_and(|part| part.is_kept);
        }
        let Some(ranges) = self.ranges.get(&(connection, sender)) else { return false };
        let after = ranges.partition_point(|(from, _)| *from <= frame);
        after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, to)| frame <= *to)
    }

    /// Makes one of every two ranges of a side, so that the frames between them are kept, too.
    fn widen(&mut self) {
        self.widened += 1;
        self.count = 0;
        for ranges in self.ranges.values_mut() {
            let pairs = ranges.chunks(2).filter_map(|pair| Some((pair.first()?.0, pair.last()?.1)));
            *ranges = pairs.collect();
            self.count += ranges.len();
        }
        // A range for each side is the least that there can be.
        self.most = self.most.max(self.ranges.len().saturating_mul(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_without_room_become_wider_and_lose_no_frame() {
        let sender = SocketAddr::from(([192, 0, 2, 1], 2775));
        let at = Timestamp::default();
        let mut frames = Frames::new(8, Period::default());
        let ranges: Vec<(u64, u64)> = (0..100).map(|n| (n * 10, n * 10 + 2)).collect();
        for &range in &ranges {
            frames.keep((7, sender), range);
        }
        assert!(frames.widened > 0 && frames.count <= 8, "{} {}", frames.widened, frames.count);
        for (from, to) in ranges {
            assert!((from..=to).all(|frame| frames.keeps(7, sender, (frame, at))));
        }
        assert!(!frames.keeps(8, sender, (1, at)) && !frames.keeps(7, sender, (2_000, at)));
    }
}
