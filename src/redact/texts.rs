//! Tokens of texts: equal for equal texts, and of one length for all.

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};

use super::Key;
use crate::num::count;

/// Makes tokens of texts: the last block of their CBC encryption, the first block being their length, which makes it a
/// pseudorandom function. Without the key no text can be tried.
pub(super) struct Texts(Aes256);

impl Texts {
    pub(super) fn new(key: &Key) -> Self {
        Self(Aes256::new(&Array(key.derive(PURPOSE))))
    }

    /// 32 hexadecimal digits.
    pub(super) fn token(&self, text: &str) -> String {
        let mut block = Block::from(u128::from(count(text.len())).to_be_bytes());
        self.0.encrypt_block(&mut block);
        for octets in text.as_bytes().chunks(16) {
            block.iter_mut().zip(octets).for_each(|(into, octet)| *into ^= octet);
            self.0.encrypt_block(&mut block);
        }
        block.iter().map(|octet| format!("{octet:02x}")).collect()
    }
}

/// Behind those of permutations and addresses.
const PURPOSE: u8 = 16;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn texts(digit: &str) -> Texts {
        Texts::new(&Key::parse(&digit.repeat(64)).unwrap())
    }

    #[test]
    fn equal_texts_have_equal_tokens_under_a_key_and_no_others_do() {
        let long = "x".repeat(1_000);
        let all: Vec<String> = (0..=1_000)
            .map(|len| long[..len].to_owned())
            .chain(["\0".into(), "Ž".into(), "y".into()])
            .collect();
        let tokens: HashSet<String> = all.iter().map(|text| texts("1").token(text)).collect();
        assert_eq!(tokens.len(), all.len());
        assert!(tokens.iter().all(|token| token.len() == 32 && token.bytes().all(|c| c.is_ascii_hexdigit())));
        assert_eq!(texts("1").token("Zebra"), texts("1").token("Zebra"));
        assert_ne!(texts("1").token("Zebra"), texts("2").token("Zebra"));
    }
}
