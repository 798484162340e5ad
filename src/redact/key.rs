//! The key of the tokens.

use std::fmt;

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};

/// 32 octets that nobody else knows.
#[derive(Clone)]
pub struct Key(pub(super) [u8; 32]);

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError {
    digits: usize,
}

impl Key {
    /// From 64 hexadecimal digits, as `openssl rand -hex 32` prints them; blanks around them are nothing.
    ///
    /// # Errors
    /// It is anything else.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let digits: Vec<u8> = text.trim().chars().map_while(|c| c.to_digit(16)?.try_into().ok()).collect();
        let error = KeyError { digits: digits.len() };
        if digits.len() != 64 || text.trim().chars().count() != 64 {
            return Err(error);
        }
        let mut key = [0; 32];
        for (octet, pair) in key.iter_mut().zip(digits.chunks(2)) {
            *octet = pair.iter().fold(0, |octet, digit| (octet << 4) | digit);
        }
        Ok(Self(key))
    }

    /// A key that nobody has, nor will have: tokens of this run cannot be joined with those of another.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn fresh() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    /// A key for one purpose: none tells another.
    pub(super) fn derive(&self, purpose: u8) -> [u8; 32] {
        let cipher = Aes256::new(&Array(self.0));
        let mut key = [0; 32];
        for (half, number) in key.chunks_mut(16).zip(0..) {
            let mut input = [0_u8; 16];
            input[0] = purpose;
            input[1] = number;
            let mut block = Block::from(input);
            cipher.encrypt_block(&mut block);
            half.copy_from_slice(&block);
        }
        key
    }
}

/// Never the key itself.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "64 hexadecimal digits are needed, as of `openssl rand -hex 32`, and {} were found",
            self.digits
        )
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_digits_and_is_never_printed() {
        let text = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let key = Key::parse(&format!("{text}\n")).unwrap();
        assert_eq!(key.0[..4], [0, 0x11, 0x22, 0x33]);
        assert_eq!(format!("{key:?}"), "Key(..)");
        for wrong in
            ["", "0", &text[1..], &format!("{text}0"), &text.replace('a', "g"), &format!("{text} {text}")]
        {
            assert!(Key::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_of_different_purposes_differ() {
        let key = Key([7; 32]);
        assert_ne!(key.derive(0), key.derive(1));
        assert_ne!(key.derive(0)[..16], key.derive(0)[16..]);
    }
}
