//! Destinations replaced by numbers of +999, a range that is not assigned to anybody: ITU-T E.164, list of country codes.
//!
//! There are a thousand times more numbers of a length than test numbers of it, so no function of the number alone keeps
//! all apart: what was given away is remembered.

use std::collections::{HashMap, HashSet};

/// Country code of nobody.
const RANGE: &[u8] = b"999";

/// Destinations that are told apart.
const NUMBERS: usize = 1_000_000;

/// The length of what stands for numbers that are too short, in digits: long enough for no short number of anybody.
const SHORT: u8 = 7;

/// Digits of an address field at most, so that a sign before them has room: SMPP 3.4 §5.2.9.
const LONGEST: u8 = 20;

/// Test numbers given so far: the same destination always has the same one, and no two have one together.
#[derive(Clone, Debug, Default)]
pub struct TestNumbers {
    /// Length and digits after the range, by destination without its sign.
    given: HashMap<Box<[u8]>, (u8, u64), foldhash::fast::RandomState>,
    taken: HashSet<(u8, u64), foldhash::fast::RandomState>,
    /// Of each length, how many are taken.
    counts: [u64; 1 + LONGEST as usize],
    longer: u64,
}

impl TestNumbers {
    /// The number in place of `number`: as long as that, with its last digits where they are free. One that is too
    /// short for the range, or of whose length all test numbers are taken, gets a longer one. `None`: too many
    /// destinations to tell them apart.
    pub(super) fn of(&mut self, number: &[u8]) -> Option<Vec<u8>> {
        let (sign, digits) = match number.strip_prefix(b"+") {
            Some(digits) => (&b"+"[..], digits),
            None => (&b""[..], number),
        };
        let (length, tail) = match self.given.get(digits) {
            Some(&given) => given,
            None => self.give(digits)?,
        };
        let width = usize::from(length).saturating_sub(RANGE.len());
        Some([sign, RANGE, format!("{tail:0width$}").as_bytes()].concat())
    }

    /// Destinations whose number is longer than they were.
    #[must_use]
    pub const fn longer(&self) -> u64 {
        self.longer
    }

    fn give(&mut self, digits: &[u8]) -> Option<(u8, u64)> {
        if self.given.len() >= NUMBERS {
            return None;
        }
        let own = u8::try_from(digits.len()).unwrap_or(LONGEST).min(LONGEST);
        let (length, capacity) = self.room(own)?;
        // Characters that are no digits count as some digit: who has one is told apart below.
        let wanted = digits.iter().skip(RANGE.len()).fold(0_u64, |tail, &octet| {
            tail.wrapping_mul(10).wrapping_add(u64::from(octet.wrapping_sub(b'0') % 10))
        });
        let mut tail = wanted.checked_rem(capacity)?;
        // An odd step that 5 does not divide comes by every tail, and from another number by another way.
        let mix = digits.iter().fold(0xCBF2_9CE4_8422_2325_u64, |mix, &octet| {
            (mix ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        let step = (mix >> 8).checked_rem(capacity)? / 10 * 10 + 3;
        while self.taken.contains(&(length, tail)) {
            tail = tail.saturating_add(step).checked_rem(capacity)?;
        }
        self.taken.insert((length, tail));
        if let Some(count) = self.counts.get_mut(usize::from(length)) {
            *count = count.saturating_add(1);
        }
        self.longer = self.longer.saturating_add(u64::from(length > own));
        self.given.insert(digits.into(), (length, tail));
        Some((length, tail))
    }

    /// The shortest length from `own` on that has a number left, and how many it has in all.
    fn room(&self, own: u8) -> Option<(u8, u64)> {
        let range = u8::try_from(RANGE.len()).unwrap_or(u8::MAX);
        (own..=LONGEST).filter(|&length| length == own && own > range || length >= SHORT).find_map(|length| {
            let capacity = 10_u64.checked_pow(u32::from(length.saturating_sub(range)))?;
            let count = self.counts.get(usize::from(length)).copied()?;
            (count < capacity).then_some((length, capacity))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(numbers: &mut TestNumbers, number: &str) -> String {
        String::from_utf8(numbers.of(number.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_number_keeps_its_length_and_its_last_digits() {
        let mut numbers = TestNumbers::default();
        for (number, want) in [
            ("447700900123", "999700900123"),
            ("+447700900124", "+999700900124"),
            ("80123", "99923"),
            ("8123", "9993"),
            ("12345678901234567890", "99945678901234567890"),
        ] {
            assert_eq!(of(&mut numbers, number), want);
            assert_eq!(of(&mut numbers, number), want, "the same again");
        }
        assert_eq!(of(&mut numbers, "+447700900123"), "+999700900123", "a sign makes no other number");
        assert_eq!(numbers.longer(), 0);
    }

    #[test]
    fn numbers_that_differ_only_in_what_the_range_covers_stay_apart() {
        let mut numbers = TestNumbers::default();
        let mut seen = BTreeSet::new();
        for country in 100..1_000 {
            for end in 0..5 {
                let number = of(&mut numbers, &format!("{country}770090{end:03}"));
                assert_eq!(number.len(), 12);
                assert!(number.starts_with("999") && number.bytes().all(|octet| octet.is_ascii_digit()));
                assert!(seen.insert(number.clone()), "{number} twice");
            }
        }
        assert_eq!(numbers.longer(), 0);
    }

    #[test]
    fn what_has_no_room_in_its_length_becomes_longer_and_is_counted() {
        let mut numbers = TestNumbers::default();
        assert_eq!(of(&mut numbers, "112"), "9990000");
        assert_eq!(of(&mut numbers, "999").len(), 7);
        assert_eq!(numbers.longer(), 2);
        // All ten of four digits, and then some.
        let four: BTreeSet<String> =
            (1_000..1_030).map(|number| of(&mut numbers, &number.to_string())).collect();
        assert_eq!(four.len(), 30);
        assert_eq!(four.iter().filter(|number| number.len() == 4).count(), 10);
        assert!(four.iter().all(|number| [4, 7].contains(&number.len())));
        assert_eq!(numbers.longer(), 22);
    }

    #[test]
    fn names_stay_apart_too() {
        let mut numbers = TestNumbers::default();
        let given: BTreeSet<String> =
            ["bank-a", "bank-b", "bank-k", "BANK-A"].into_iter().map(|name| of(&mut numbers, name)).collect();
        assert_eq!(given.len(), 4);
        assert!(given.iter().all(|number| number.len() == 6));
    }
}
