//! How a side numbers its requests.

use crate::smpp::CommandId;

/// The sequence numbers of one side's requests in a session, in the order of its stream: SMPP 3.4 §3.2.1, 5.0 §2.6.
///
/// Of two requests on end the second has a number one above the first's, and then counts nowhere, or it is counted in
/// exactly one of `wraps`, `resets`, `repeated`, `backward` and `jumps`. Nothing is compared over a gap in the octets of
/// the side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Requests with number 0, which no request may have.
    pub zero: u64,
    /// Requests with numbers above 0x7FFFFFFF.
    pub out_of_range: u64,
    /// From 0x7FFFFFFF or above to 0 or 1.
    pub wraps: u64,
    /// From below 0x7FFFFFFF back to 0 or 1: the numbering began anew.
    pub resets: u64,
    /// The number of the request before.
    pub repeated: u64,
    /// To a lower number in any other way.
    pub backward: u64,
    /// To a number more than one above.
    pub jumps: u64,
    /// Of the requests that do not go on from the side's last number: those that go on from the last of their kind,
    /// where enquire_link is one kind and all else the other. Many of them: either kind has a counter of its own.
    pub own_kind: u64,
    /// Of the requests that do not go on from the side's last number: those whose number is one above the last that
    /// the other side asked with. Many of them: one counter serves both sides.
    pub of_other_side: u64,
    /// Requests that took the number of one that was still open.
    pub reused: u64,
}

/// [`Numbers`] while they grow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbering {
    pub(super) counts: Numbers,
    last: Option<u32>,
    last_link: Option<u32>,
    last_other: Option<u32>,
    /// Gaps of the side before `last`.
    gaps: u32,
}

const HIGHEST: u32 = 0x7FFF_FFFF;

fn add(n: &mut u64) {
    *n = n.saturating_add(1);
}

impl Numbering {
    /// The last number, for the other side's numbering.
    pub(super) const fn last(&self) -> Option<u32> {
        self.last
    }

    /// Takes the next request; `gaps` of its side came before, and `other` is the last number of the other side.
    /// Returns the number before where this one is not above it and no wrap either.
    #[inline]
    pub(super) fn see(
        &mut self,
        command: CommandId,
        number: u32,
        gaps: u32,
        other: Option<u32>,
    ) -> Option<u32> {
        if gaps != self.gaps {
            (self.last, self.last_link, self.last_other, self.gaps) = (None, None, None, gaps);
        }
        let counts = &mut self.counts;
        if number == 0 {
            add(&mut counts.zero);
        } else if number > HIGHEST {
            add(&mut counts.out_of_range);
        }
        let kind =
            if command == CommandId::ENQUIRE_LINK { &mut self.last_link } else { &mut self.last_other };
        let kind_before = kind.replace(number);
        let last = self.last.replace(number)?;
        let follows = |before: Option<u32>| before.is_some_and(|before| before.wrapping_add(1) == number);
        if follows(Some(last)) {
            return None;
        }
        if follows(kind_before) {
            add(&mut counts.own_kind);
        }
        if follows(other) {
            add(&mut counts.of_other_side);
        }
        if number > last {
            add(&mut counts.jumps);
            return None;
        }
        if number <= 1 && last >= HIGHEST {
            add(&mut counts.wraps);
            // From 0x7fffffff to 1 and nothing else is as it should be.
            return Some(last).filter(|_| last != HIGHEST || number != 1);
        }
        if number == last {
            add(&mut counts.repeated);
        } else if number <= 1 {
            add(&mut counts.resets);
        } else {
            add(&mut counts.backward);
        }
        Some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(numbers: &[u32]) -> Numbers {
        let mut numbering = Numbering::default();
        for &number in numbers {
            numbering.see(CommandId::SUBMIT_SM, number, 0, None);
        }
        numbering.counts
    }

    #[test]
    fn each_step_counts_once_or_not_at_all() {
        assert_eq!(counts(&[1, 2, 3, 4]), Numbers::default());
        assert_eq!(counts(&[7, 9, 100]), Numbers { jumps: 2, own_kind: 0, ..Numbers::default() });
        assert_eq!(counts(&[7, 1, 2]), Numbers { resets: 1, ..Numbers::default() });
        assert_eq!(counts(&[7, 7, 5]), Numbers { repeated: 1, backward: 1, ..Numbers::default() });
        assert_eq!(counts(&[HIGHEST, 1]), Numbers { wraps: 1, ..Numbers::default() });
        let wrapped = Numbers { zero: 1, out_of_range: 1, wraps: 1, ..Numbers::default() };
        assert_eq!(counts(&[HIGHEST - 1, HIGHEST, HIGHEST + 1, 0]), wrapped);
        // Every number of 32 bits follows on the one before, the highest of all on none.
        assert_eq!(counts(&[u32::MAX, 0]), Numbers { zero: 1, out_of_range: 1, ..Numbers::default() });
    }

    #[test]
    fn only_the_wrap_to_1_is_monotonic() {
        for (numbers, blamed) in [
            ([HIGHEST, 1], false),
            ([HIGHEST, 0], true),
            ([HIGHEST + 5, 1], true),
            ([5, 6], false),
            ([5, 600], false),
            ([5, 5], true),
            ([5, 4], true),
            ([5, 1], true),
        ] {
            let mut numbering = Numbering::default();
            numbering.see(CommandId::SUBMIT_SM, numbers[0], 0, None);
            let former = numbering.see(CommandId::SUBMIT_SM, numbers[1], 0, None);
            assert_eq!(former, blamed.then_some(numbers[0]), "{numbers:?}");
        }
    }

    #[test]
    fn a_gap_hides_what_lay_between() {
        let mut numbering = Numbering::default();
        for (number, gaps) in [(100, 0), (5, 1), (6, 1), (900, 2)] {
            assert_eq!(numbering.see(CommandId::SUBMIT_SM, number, gaps, None), None);
        }
        assert_eq!(numbering.counts, Numbers::default());
    }

    #[test]
    fn counters_of_a_kind_and_counters_of_both_sides_show() {
        let mut numbering = Numbering::default();
        for (command, number) in [
            (CommandId::SUBMIT_SM, 100),
            (CommandId::ENQUIRE_LINK, 1),
            (CommandId::SUBMIT_SM, 101),
            (CommandId::ENQUIRE_LINK, 2),
        ] {
            numbering.see(command, number, 0, None);
        }
        assert_eq!(
            numbering.counts,
            Numbers { resets: 1, jumps: 1, own_kind: 2, backward: 1, ..Numbers::default() }
        );
        let mut numbering = Numbering::default();
        numbering.see(CommandId::SUBMIT_SM, 1, 0, None);
        numbering.see(CommandId::SUBMIT_SM, 3, 0, Some(2));
        assert_eq!(numbering.counts, Numbers { jumps: 1, of_other_side: 1, ..Numbers::default() });
    }
}
