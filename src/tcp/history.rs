//! The octets of a side handed on last, so that a retransmission which says something else is found.

use crate::num::{count, index, short};

/// Octets remembered: a dozen PDUs. More would drive the state of other sessions out of the processor's caches.
const ROOM: usize = 2 * 1024;

/// A ring of the last [`ROOM`] octets; takes memory from the first octet on.
#[derive(Debug, Default)]
pub(super) struct History {
    ring: Vec<u8>,
    /// Stream offset behind the newest octet, and of the oldest one that is true.
    end: u64,
    start: u64,
}

impl History {
    /// Remembers `octets`, handed on at `offset`; after a gap what came before is forgotten.
    pub(super) fn keep(&mut self, offset: u64, octets: &[u8]) {
        if self.ring.is_empty() {
            self.ring = vec![0; ROOM];
        }
        if offset != self.end {
            self.start = offset;
        }
        self.end = offset.saturating_add(count(octets.len()));
        let skip = octets.len().saturating_sub(ROOM);
        let octets = octets.get(skip..).unwrap_or_default();
        let at = place(offset.saturating_add(count(skip)));
        let (first, second) = octets.split_at_checked(ROOM.saturating_sub(at)).unwrap_or((octets, &[]));
        copy(&mut self.ring, at, first);
        copy(&mut self.ring, 0, second);
        self.start = self.start.max(self.end.saturating_sub(count(ROOM)));
    }

    /// Forgets everything and gives the memory back.
    pub(super) fn forget(&mut self) {
        self.ring = Vec::new();
        self.start = self.end;
    }

    /// Whether `octets`, sent again from `offset` on, differ from what is remembered of them.
    pub(super) fn differs(&self, offset: u64, octets: &[u8]) -> bool {
        let from = offset.max(self.start);
        let until = offset.saturating_add(count(octets.len())).min(self.end);
        if until <= from {
            return false;
        }
        let len = index(short(usize::try_from(until.saturating_sub(from)).unwrap_or(0)));
        let skip = usize::try_from(from.saturating_sub(offset)).unwrap_or(octets.len());
        let again = octets.get(skip..skip.saturating_add(len)).unwrap_or_default();
        let at = place(from);
        let (first, second) = again.split_at_checked(ROOM.saturating_sub(at)).unwrap_or((again, &[]));
        let was = |at: usize, len: usize| self.ring.get(at..at.saturating_add(len));
        was(at, first.len()) != Some(first) || was(0, second.len()) != Some(second)
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset & count(ROOM - 1)).unwrap_or(0)
}

fn copy(ring: &mut [u8], at: usize, octets: &[u8]) {
    if let Some(room) = ring.get_mut(at..at.saturating_add(octets.len())) {
        room.copy_from_slice(octets);
    }
}

const _: () = assert!(ROOM.is_power_of_two(), "an offset's place is its low bits");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_sent_again_alike_does_not_differ() {
        let mut history = History::default();
        history.keep(0, b"abcdef");
        history.keep(6, b"ghi");
        assert!(!history.differs(2, b"cdefgh"));
        assert!(history.differs(2, b"cdeXgh"));
        assert!(!history.differs(7, b"hi and more"), "what is new is not compared");
        history.forget();
        assert!(!history.differs(2, b"cdeXgh"), "what is forgotten is not compared");
        history.keep(9, b"jk");
        assert!(history.differs(8, b"ijX"));
    }

    #[test]
    fn before_a_gap_nothing_is_remembered() {
        let mut history = History::default();
        history.keep(0, b"abc");
        history.keep(10, b"xyz");
        assert!(!history.differs(0, b"ZZZ"));
        assert!(history.differs(10, b"xyZ"));
    }

    proptest! {
        /// Against all octets kept in a vector.
        #[test]
        fn it_agrees_with_a_list_of_all_octets(pieces in prop::collection::vec(1..4_000_usize, 1..12), back in 1..20_000_usize, len in 1..3_000_usize, flip in any::<Option<usize>>()) {
            let mut all = Vec::new();
            let mut history = History::default();
            for piece in pieces {
                let octets: Vec<u8> = (0..piece).map(|n| ((all.len() + n) * 31 / 7) as u8).collect();
                history.keep(all.len() as u64, &octets);
                all.extend(octets);
            }
            let from = all.len().saturating_sub(back);
            let mut again = all[from..(from + len).min(all.len())].to_vec();
            if let Some(flip) = flip {
                let at = flip % again.len();
                again[at] ^= 1;
                let remembered = from + at + ROOM >= all.len();
                prop_assert_eq!(history.differs(from as u64, &again), remembered);
            } else {
                prop_assert!(!history.differs(from as u64, &again));
            }
        }
    }
}
