//! Message ids: a number that counts up, written as the message centre that is imitated would write it.

use std::fmt;
use std::str::FromStr;

use super::random::{mix, unmix};

/// How message ids are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdNotation {
    /// Ten decimal digits, as SMPP 3.4 Appendix B has it: `0000000042`.
    #[default]
    Padded,
    /// Decimal: `42`.
    Decimal,
    /// Hexadecimal, lower case: `2a`.
    Hex,
    /// Hexadecimal, upper case, eight digits: `0000002A`; what 3.3 wants.
    HexPadded,
    /// Looks like a random UUID: `c4f2a3b0-…`; the same number gives the same one.
    Uuid,
}

impl IdNotation {
    /// Writes the id of message `number`.
    #[must_use]
    pub fn write(self, number: u64) -> String {
        match self {
            Self::Padded => format!("{number:010}"),
            Self::Decimal => number.to_string(),
            Self::Hex => format!("{number:x}"),
            Self::HexPadded => format!("{number:08X}"),
            Self::Uuid => {
                let (high, low) = (mix(number), mix(number ^ 0x5555_5555_5555_5555));
                // 60 bits of `high`, its last 4, then 58 bits of `low`; the rest is version 4, variant 1.
                format!(
                    "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
                    high >> 32,
                    (high >> 16) & 0xFFFF,
                    (high >> 4) & 0xFFF,
                    0x8 | (low & 0x3),
                    (high & 0xF) << 8 | (low >> 2) & 0xFF,
                    low >> 16,
                )
            }
        }
    }

    /// The number of the message that has this id; `None` for an id that was never given out in this notation.
    #[must_use]
    pub fn read(self, id: &[u8]) -> Option<u64> {
        let id = std::str::from_utf8(id).ok().filter(|id| !id.is_empty() && id.len() <= 36)?;
        let number = match self {
            Self::Padded | Self::Decimal => id.parse().ok()?,
            Self::Hex | Self::HexPadded => u64::from_str_radix(id, 16).ok()?,
            Self::Uuid => {
                let hex: String = id.chars().filter(|c| *c != '-').collect();
                let high = hex.get(..12)?.to_owned() + hex.get(13..16)? + hex.get(17..18)?;
                unmix(u64::from_str_radix(&high, 16).ok()?)
            }
        };
        // Only what would be written is an id: no signs, no other case, no other padding.
        (self.write(number) == id).then_some(number)
    }
}

impl FromStr for IdNotation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "padded" => Self::Padded,
            "decimal" => Self::Decimal,
            "hex" => Self::Hex,
            "hex-padded" => Self::HexPadded,
            "uuid" => Self::Uuid,
            _ => return Err("padded, decimal, hex, hex-padded or uuid is needed".to_owned()),
        })
    }
}

impl fmt::Display for IdNotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Padded => "padded",
            Self::Decimal => "decimal",
            Self::Hex => "hex",
            Self::HexPadded => "hex-padded",
            Self::Uuid => "uuid",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [IdNotation; 5] =
        [IdNotation::Padded, IdNotation::Decimal, IdNotation::Hex, IdNotation::HexPadded, IdNotation::Uuid];

    #[test]
    fn every_id_leads_back_to_its_message() {
        for notation in ALL {
            for number in (0..2_000).chain([u64::from(u32::MAX), 9_999_999_999]) {
                let id = notation.write(number);
                assert_eq!(notation.read(id.as_bytes()), Some(number), "{notation} {id}");
            }
            assert_eq!(notation.to_string().parse(), Ok(notation));
        }
    }

    #[test]
    fn ids_that_were_never_given_out_are_none() {
        for (notation, id) in [
            (IdNotation::Padded, "42"),
            (IdNotation::Padded, "+000000042"),
            (IdNotation::Decimal, "0042"),
            (IdNotation::Decimal, ""),
            (IdNotation::Hex, "2A"),
            (IdNotation::HexPadded, "2a"),
            (IdNotation::Uuid, "00000000-0000-4000-8000-000000000000"),
            (IdNotation::Uuid, "x"),
        ] {
            assert_eq!(notation.read(id.as_bytes()), None, "{notation} {id}");
        }
        assert_eq!(IdNotation::Uuid.read("ä".repeat(16).as_bytes()), None);
    }

    #[test]
    fn a_uuid_has_version_four_and_looks_random() {
        let [one, other] = [1, 2].map(|number| IdNotation::Uuid.write(number));
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(one.bytes().zip(other.bytes()).filter(|(a, b)| a != b).count() > 20, "{one} {other}");
    }
}
