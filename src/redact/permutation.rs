//! A keyed permutation of all strings of one length over an alphabet: FF1, and a table where a string is too short for it.

use std::sync::OnceLock;

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};
use fpe::ff1::{FF1, FlexibleNumeralString};

use super::Key;

/// What is permuted; no purpose shares a key with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The digits of numbers.
    Numbers,
    /// The digits of names.
    DigitsOfNames,
    /// The letters of names.
    LettersOfNames,
}

impl Purpose {
    /// Of the keys of FF1 and of the tables, and letters of the alphabet.
    const fn parts(self) -> (u8, u8, u32) {
        match self {
            Self::Numbers => (0, 1, 10),
            Self::DigitsOfNames => (2, 3, 10),
            Self::LettersOfNames => (4, 5, 52),
        }
    }
}

/// A permutation for each length.
pub(super) struct Permutation {
    ff1: FF1<Aes256>,
    cipher: Aes256,
    radix: u32,
    /// The token of each string of 1, 2, … characters, where they are too few for FF1.
    tables: [OnceLock<Vec<u32>>; 5],
}

/// Fewest strings that FF1 permutes: NIST SP 800-38G Rev. 1.
const FEWEST: u32 = 1_000_000;

impl Permutation {
    pub(super) fn new(key: &Key, purpose: Purpose) -> Self {
        let (of_ff1, of_tables, radix) = purpose.parts();
        Self {
            ff1: ff1(&key.derive(of_ff1), radix),
            cipher: Aes256::new(&Array(key.derive(of_tables))),
            radix,
            tables: Default::default(),
        }
    }

    /// The token of `letters`, each below the radix; `tweak` picks one of many permutations where FF1 serves.
    pub(super) fn permute(&self, letters: &[u16], tweak: &[u8]) -> Vec<u16> {
        let length = u32::try_from(letters.len()).unwrap_or(u32::MAX);
        match self.radix.checked_pow(length) {
            _ if length == 0 => Vec::new(),
            Some(count) if count < FEWEST => self.by_table(letters, count),
            _ => match self.ff1.encrypt(tweak, &FlexibleNumeralString::from(letters.to_vec())) {
                Ok(permuted) => Vec::from(permuted),
                // Letters are below the radix, and as many as FF1 takes: nothing else can be wrong.
                Err(_) => vec![0; letters.len()],
            },
        }
    }

    /// Strings sorted by their encryption, which no two share, are a permutation.
    fn by_table(&self, letters: &[u16], count: u32) -> Vec<u16> {
        let Some(table) = letters.len().checked_sub(1).and_then(|place| self.tables.get(place)) else {
            return vec![0; letters.len()];
        };
        let table = table.get_or_init(|| {
            let mut strings: Vec<u32> = (0..count).collect();
            strings.sort_by_cached_key(|string| {
                let mut input = [0_u8; 16];
                input[0] = u8::try_from(letters.len()).unwrap_or(u8::MAX);
                input[12..].copy_from_slice(&string.to_be_bytes());
                let mut block = Block::from(input);
                self.cipher.encrypt_block(&mut block);
                <[u8; 16]>::from(block)
            });
            strings
        });
        let string = letters.iter().fold(0_u32, |all, letter| all * self.radix + u32::from(*letter));
        let mut token = table.get(crate::num::index(string)).copied().unwrap_or_default();
        let mut out = vec![0; letters.len()];
        for letter in out.iter_mut().rev() {
            *letter = u16::try_from(token % self.radix).unwrap_or_default();
            token /= self.radix;
        }
        out
    }
}

/// FF1 over an alphabet.
#[expect(clippy::expect_used, reason = "the key has 32 octets, and the radixes are in range")]
fn ff1(key: &[u8; 32], radix: u32) -> FF1<Aes256> {
    FF1::new(key, radix).expect("a radix from 2 to 65536")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST's samples for FF1 with AES-256 and radix 10: numbers 7 and 8.
    #[test]
    fn ff1_gives_what_the_samples_of_nist_give() {
        let key = "2b7e151628aed2a6abf7158809cf4f3cef4359d8d580aa4f7f036d6f04fc6a94";
        let ff1 = ff1(&Key::parse(key).unwrap().0, 10);
        let plain: Vec<u16> = (0..10).collect();
        for (tweak, cipher) in [
            (&[][..], [6, 6, 5, 7, 6, 6, 7, 0, 0, 9]),
            (&[0x39, 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31, 0x30], [1, 0, 0, 1, 6, 2, 3, 4, 6, 3]),
        ] {
            let token = ff1.encrypt(tweak, &FlexibleNumeralString::from(plain.clone())).unwrap();
            assert_eq!(Vec::from(token), cipher);
        }
    }
}
