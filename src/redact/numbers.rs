//! Tokens of numbers: numbers of the same length, by a permutation of the digits.

use std::fmt;

use super::Key;
use super::permutation::{Permutation, Purpose};

/// Fewest digits that FF1 takes: 10^6 numbers, NIST SP 800-38G Rev. 1. Fewer are permuted by a table.
const FEWEST: usize = 6;

/// Makes tokens of numbers.
///
/// What is no digit stays where it is, and so does a `00` at the beginning, the international prefix: a number has the
/// same token whether it is written `447700900123`, `+447700900123` or `00447700900123`. The token has as many digits,
/// and as many zeros at its beginning (up to two), so that a token is never mistaken for another way of writing one.
/// Over the numbers of one form the tokens are a permutation: no two numbers have one token.
pub struct Numbers {
    digits: Permutation,
    keep: usize,
}

/// Why there is no token: it is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unnumbered;

impl Numbers {
    /// Most digits at the beginning that can be kept.
    pub const MOST_KEPT: usize = 9;

    /// Under `key`, the first `keep` digits as they are: a country and a network, say. Six digits are always permuted;
    /// of a number with fewer beside the kept ones, fewer are kept.
    #[must_use]
    pub fn new(key: &Key, keep: usize) -> Self {
        Self { digits: Permutation::new(key, Purpose::Numbers), keep: keep.min(Self::MOST_KEPT) }
    }

    /// The token of `number`, written as `number` is.
    ///
    /// # Errors
    /// It has letters or no digit: it is a name.
    pub fn token(&self, number: &str) -> Result<String, Unnumbered> {
        if number.chars().any(char::is_alphabetic) || !number.contains(|c: char| c.is_ascii_digit()) {
            return Err(Unnumbered);
        }
        let digits: Vec<u16> =
            number.bytes().filter(u8::is_ascii_digit).map(|c| u16::from(c - b'0')).collect();
        let prefix = if number.starts_with("00") { 2 } else { 0 };
        let (prefix, rest) = digits.split_at(prefix);
        let token = prefix.iter().copied().chain(self.permute(rest));
        let mut token = token.filter_map(|digit| char::from_digit(digit.into(), 10));
        Ok(number.chars().map(|c| if c.is_ascii_digit() { token.next().unwrap_or(c) } else { c }).collect())
    }

    /// The permutation of numbers with as many digits and zeros at the beginning.
    fn permute(&self, digits: &[u16]) -> Vec<u16> {
        let zeros = zeros(digits);
        let mut token = digits.to_vec();
        // Cycle walking: from a number of the class, the permutation of all comes back to the class.
        loop {
            token = self.permute_all(&token);
            if self::zeros(&token) == zeros {
                return token;
            }
        }
    }

    /// The permutation of all numbers with as many digits.
    fn permute_all(&self, digits: &[u16]) -> Vec<u16> {
        let keep = self.keep.min(digits.len().saturating_sub(FEWEST));
        let (kept, rest) = digits.split_at(keep);
        // What is kept is the tweak: numbers that differ in it are permuted differently.
        let tweak: Vec<u8> = kept.iter().filter_map(|digit| u8::try_from(*digit).ok()).collect();
        kept.iter().copied().chain(self.digits.permute(rest, &tweak)).collect()
    }
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Numbers").field("keep", &self.keep).finish_non_exhaustive()
    }
}

impl fmt::Display for Unnumbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no number: digits are needed, and no letters")
    }
}

impl std::error::Error for Unnumbered {}

/// Zeros at the beginning, at most 2.
fn zeros(digits: &[u16]) -> usize {
    digits.iter().take(2).take_while(|digit| **digit == 0).count()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers(key: u8, keep: usize) -> Numbers {
        Numbers::new(&Key::parse(&format!("{key:02x}").repeat(32)).unwrap(), keep)
    }

    #[test]
    fn a_number_has_one_token_however_it_is_written() {
        let numbers = numbers(1, 0);
        let token = numbers.token("447700900123").unwrap();
        assert_eq!(token.len(), 12);
        assert_ne!(token, "447700900123");
        assert_eq!(numbers.token("+447700900123").unwrap(), format!("+{token}"));
        assert_eq!(numbers.token("00447700900123").unwrap(), format!("00{token}"));
        let written = numbers.token("+44 7700-900123").unwrap();
        assert_eq!(written.replace([' ', '-'], ""), format!("+{token}"));
        assert_eq!((&written[3..4], &written[8..9]), (" ", "-"));
        assert_ne!(self::numbers(2, 0).token("447700900123").unwrap(), token);
    }

    #[test]
    fn names_have_no_token_of_a_number() {
        for name in ["MyBank", "", "+", "4477x", "Ž1"] {
            assert_eq!(numbers(1, 0).token(name), Err(Unnumbered), "{name}");
        }
    }

    #[test]
    fn short_numbers_are_permuted_whole() {
        let numbers = numbers(3, 0);
        for length in 1..=4_usize {
            let count = 10_u32.pow(u32::try_from(length).unwrap());
            let all = || (0..count).map(|number| format!("{number:0length$}"));
            let tokens: HashSet<String> = all().map(|number| numbers.token(&number).unwrap()).collect();
            assert_eq!(tokens, all().collect::<HashSet<_>>(), "{length} digits");
            let same = all().filter(|number| numbers.token(number).unwrap() == *number).count();
            assert!(length < 3 || same < 30, "{same} of {count} tokens are the number");
        }
    }

    #[test]
    fn numbers_of_six_digits_are_permuted() {
        let numbers = numbers(4, 0);
        let tokens: HashSet<String> =
            (500_000..520_000).map(|number: u32| numbers.token(&number.to_string()).unwrap()).collect();
        assert_eq!(tokens.len(), 20_000);
    }

    #[test]
    fn what_is_to_be_kept_is_kept_where_six_digits_are_left() {
        let numbers = numbers(5, 4);
        for (number, kept) in
            [("447700900123", "4477"), ("4477009001", "4477"), ("44770090", "44"), ("447700", "")]
        {
            let token = numbers.token(number).unwrap();
            assert!(token.starts_with(kept), "{number}: {token}");
            assert_ne!(token, number);
        }
    }

    proptest! {
        #[test]
        fn two_numbers_never_share_a_token(
            a in "(\\+|00)?[0-9]{1,18}",
            b in "(\\+|00)?[0-9]{1,18}",
            keep in 0..6_usize,
        ) {
            let numbers = numbers(6, keep);
            let (of_a, of_b) = (numbers.token(&a).unwrap(), numbers.token(&b).unwrap());
            prop_assert_eq!(a == b, of_a == of_b);
            prop_assert_eq!(a.len(), of_a.len());
            // Nor is a token a number in another form.
            prop_assert_eq!(a.starts_with("00"), of_a.starts_with("00"));
        }

        #[test]
        fn numbers_that_differ_in_one_digit_have_tokens_of_their_own(number in "[1-9][0-9]{5,14}", keep in 0..6_usize) {
            let numbers = numbers(7, keep);
            let last = |digit: char| {
                let mut other = number.clone();
                other.pop();
                other.push(digit);
                numbers.token(&other).unwrap()
            };
            let tokens: HashSet<String> = ('0'..='9').map(last).collect();
            prop_assert_eq!(tokens.len(), 10);
        }
    }
}
