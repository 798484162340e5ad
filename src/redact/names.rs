//! Tokens of names: of the same length and the same kinds of characters, letters for letters and digits for digits.

use super::Key;
use super::permutation::{Permutation, Purpose};

/// What stands for a character that is no letter, digit or sign of ASCII.
const FILLER: u8 = b'x';

/// Makes tokens of names.
///
/// Signs stay where they are. Over the names whose signs stand at the same places the tokens are a permutation, so no
/// two names of ASCII have one token.
pub(super) struct Names {
    letters: Permutation,
    digits: Permutation,
}

impl Names {
    pub(super) fn new(key: &Key) -> Self {
        Self {
            letters: Permutation::new(key, Purpose::LettersOfNames),
            digits: Permutation::new(key, Purpose::DigitsOfNames),
        }
    }

    /// The token of `name`, of as many octets.
    pub(super) fn token(&self, name: &[u8]) -> Vec<u8> {
        let of = |kind: fn(&u8) -> Option<u16>| -> Vec<u16> { name.iter().filter_map(kind).collect() };
        let (letters, digits) = (of(letter), of(digit));
        // The letters are permuted differently beside different digits.
        let tweak: Vec<u8> = digits.iter().filter_map(|digit| u8::try_from(*digit).ok()).collect();
        let mut letters = self.letters.permute(&letters, &tweak).into_iter();
        let mut digits = self.digits.permute(&digits, &[]).into_iter();
        name.iter()
            .map(|octet| match octet {
                b'a'..=b'z' | b'A'..=b'Z' => letters.next().map_or(FILLER, as_letter),
                b'0'..=b'9' => digits.next().map_or(FILLER, as_digit),
                b' '..=b'~' => *octet,
                0 => 0,
                _ => FILLER,
            })
            .collect()
    }
}

fn letter(octet: &u8) -> Option<u16> {
    match octet {
        b'a'..=b'z' => Some(u16::from(octet - b'a')),
        b'A'..=b'Z' => Some(u16::from(octet - b'A') + 26),
        _ => None,
    }
}

fn as_letter(letter: u16) -> u8 {
    let place = u8::try_from(letter).unwrap_or_default().min(51);
    if place < 26 { b'a' + place } else { b'A' + place - 26 }
}

fn digit(octet: &u8) -> Option<u16> {
    octet.is_ascii_digit().then(|| u16::from(octet - b'0'))
}

fn as_digit(digit: u16) -> u8 {
    b'0' + u8::try_from(digit).unwrap_or_default().min(9)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn names() -> Names {
        Names::new(&Key::parse(&"5a".repeat(32)).unwrap())
    }

    #[test]
    fn a_token_has_the_form_of_its_name() {
        let token = names().token(b"norfone-01_A");
        assert_eq!((token.len(), token[7], token[10]), (12, b'-', b'_'));
        assert!(
            token[..7].iter().all(u8::is_ascii_alphabetic) && token[8..10].iter().all(u8::is_ascii_digit)
        );
        assert_ne!(&token[..7], b"norfone");
        assert_eq!(names().token(b"norfone-01_A"), token);
        assert_eq!(names().token("Ž\n".as_bytes()), b"xxx");
        assert_eq!(names().token(b""), b"");
    }

    #[test]
    fn short_names_are_permuted_whole() {
        let names = names();
        let all = || (b'a'..=b'z').chain(b'A'..=b'Z').flat_map(|a| (b'a'..=b'z').map(move |b| [a, b]));
        let tokens: HashSet<Vec<u8>> = all().map(|name| names.token(&name)).collect();
        assert_eq!(tokens.len(), 52 * 26);
    }

    proptest! {
        #[test]
        fn two_names_never_share_a_token(a in "[ -~]{0,16}", b in "[ -~]{0,16}") {
            let names = names();
            prop_assert_eq!(a == b, names.token(a.as_bytes()) == names.token(b.as_bytes()));
        }

        #[test]
        fn names_that_differ_in_one_character_have_tokens_of_their_own(name in "[a-zA-Z]{1,9}[0-9]{0,4}") {
            let names = names();
            let tokens: HashSet<Vec<u8>> =
                ('a'..='z').map(|last| names.token(format!("{name}{last}").as_bytes())).collect();
            prop_assert_eq!(tokens.len(), 26);
        }
    }
}
