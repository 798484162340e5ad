//! Which charset octets are in, whatever was declared: each reading of them is weighed, and a declared one that weighs
//! much more than another is doubted.
//!
//! Nothing is allocated: characters are weighed as they are read.

use encoding_rs::{EUC_JP, EUC_KR, Encoding, ISO_2022_JP, SHIFT_JIS};

use super::Charset;
use super::gsm7::{self, ESCAPE, Shifts};
use super::likely::Cost;

/// Octets of a text that are looked at: more say nothing more.
const MOST: usize = 280;

/// How much likelier another reading has to be, in tenths of a bit: 2^5, for a text of any length.
const MARGIN: u32 = 50;

/// Fewer octets than these say little: twice the margin.
const FEW: usize = 8;

/// A way to read octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// ASCII.
    Ascii,
    /// GSM 7 bit, one septet an octet.
    Gsm7,
    /// GSM 7 bit, eight septets in seven octets, after so many bits of filling.
    Packed {
        /// Bits between the user data header and the first septet.
        fill: u8,
    },
    /// ISO-8859-1.
    Latin1,
    /// UTF-8.
    Utf8,
    /// UCS2 or UTF-16, the high octet first.
    Ucs2,
    /// UCS2 or UTF-16, the low octet first.
    Ucs2Swapped,
    /// ISO-8859-5.
    Cyrillic,
    /// ISO-8859-8.
    Hebrew,
    /// Shift JIS.
    ShiftJis,
    /// EUC-JP.
    EucJp,
    /// JIS X 0208, two octets of seven bits a character.
    Jis,
    /// ISO-2022-JP.
    Iso2022Jp,
    /// EUC-KR.
    EucKr,
    /// KS C 5601, two octets of seven bits a character.
    KsC5601,
}

impl Reading {
    /// The charset that it reads by.
    #[must_use]
    pub const fn charset(self) -> Charset {
        match self {
            Self::Ascii => Charset::Ascii,
            Self::Gsm7 => Charset::Gsm7,
            Self::Packed { .. } => Charset::Gsm7Packed,
            Self::Latin1 => Charset::Latin1,
            Self::Utf8 => Charset::Utf8,
            Self::Ucs2 | Self::Ucs2Swapped => Charset::Ucs2,
            Self::Cyrillic => Charset::Cyrillic,
            Self::Hebrew => Charset::Hebrew,
            Self::ShiftJis | Self::EucJp | Self::Jis => Charset::Jis,
            Self::Iso2022Jp => Charset::Iso2022Jp,
            Self::EucKr | Self::KsC5601 => Charset::KsC5601,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ucs2Swapped => "UCS2, low octet first",
            Self::ShiftJis => "Shift JIS",
            Self::EucJp => "EUC-JP",
            Self::EucKr => "EUC-KR",
            _ => self.charset().name(),
        }
    }

    /// The readings that a charset stands for; none where it has no characters, nobody knows which, or packed septets
    /// begin where their header says.
    const fn of(charset: Charset) -> &'static [Self] {
        match charset {
            Charset::Gsm7 => &[Self::Gsm7],
            Charset::Ascii => &[Self::Ascii],
            Charset::Latin1 => &[Self::Latin1],
            Charset::Jis => &[Self::ShiftJis, Self::Jis, Self::EucJp],
            Charset::Cyrillic => &[Self::Cyrillic],
            Charset::Hebrew => &[Self::Hebrew],
            Charset::Ucs2 => &[Self::Ucs2],
            Charset::Iso2022Jp => &[Self::Iso2022Jp],
            Charset::KsC5601 => &[Self::EucKr, Self::KsC5601],
            Charset::Utf8 => &[Self::Utf8],
            Charset::Gsm7Packed
            | Charset::Octets
            | Charset::Pictogram
            | Charset::ExtendedKanji
            | Charset::Reserved => &[],
        }
    }
}

/// The reading of `octets` that is far likelier than what `declared` makes of them; `None` where the declared one is as
/// likely as any. `shifts` are the national languages of the user data header, `fill` the bits behind it before a packed
/// text.
#[must_use]
pub fn doubt(octets: &[u8], declared: Charset, shifts: Shifts, fill: u8) -> Option<Reading> {
    let packed = [Reading::Packed { fill }];
    let declared = if declared == Charset::Gsm7Packed { &packed } else { Reading::of(declared) };
    if declared.is_empty() || is_beyond_doubt(octets, declared) {
        return None;
    }
    let octets = octets.get(..MOST).unwrap_or(octets);
    // A byte order mark is believed, and so declares.
    if declared == [Reading::Ucs2] && octets.starts_with(&[0xFF, 0xFE]) {
        return None;
    }
    let as_declared =
        declared.iter().map(|reading| weigh(octets, *reading, shifts).total()).min().unwrap_or(0);
    let candidates = [
        Reading::Ascii,
        Reading::Gsm7,
        Reading::Utf8,
        Reading::Latin1,
        Reading::Ucs2,
        Reading::Cyrillic,
        Reading::Hebrew,
        Reading::Iso2022Jp,
        Reading::ShiftJis,
        Reading::EucKr,
        Reading::EucJp,
        Reading::Ucs2Swapped,
        Reading::Packed { fill: 0 },
        Reading::Packed { fill },
    ];
    let (cost, best) = candidates
        .into_iter()
        .filter(|reading| !declared.contains(reading) && may_be(octets, *reading))
        .filter_map(|reading| {
            let cost = weigh(octets, reading, shifts);
            // What has no place in a reading speaks against it, not for it.
            (!cost.is_broken).then(|| (cost.total().saturating_add(prior(reading)), reading))
        })
        .min()?;
    let margin = if octets.len() < FEW { MARGIN.saturating_mul(2) } else { MARGIN };
    (cost.saturating_add(margin) < as_declared).then_some(best)
}

/// How unlikely it is that somebody sends this where something else is declared.
const fn prior(reading: Reading) -> u32 {
    match reading {
        Reading::Ascii | Reading::Gsm7 | Reading::Utf8 | Reading::Latin1 | Reading::Ucs2 => 0,
        Reading::Packed { .. } | Reading::Ucs2Swapped => 40,
        _ => 20,
    }
}

/// Letters, digits, blanks and the usual marks, which are the same in all charsets of one octet: most texts.
fn is_beyond_doubt(octets: &[u8], declared: &[Reading]) -> bool {
    let single = matches!(
        declared,
        [Reading::Gsm7
            | Reading::Ascii
            | Reading::Latin1
            | Reading::Utf8
            | Reading::Cyrillic
            | Reading::Hebrew]
    );
    // Four blanks in a row of packed septets would be rare; eight octets of text hold one.
    single
        && octets.contains(&b' ')
        && octets.iter().all(
            |octet| matches!(octet, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'.' | b',' | b':' | b'-' | b'?' | b'!' | b'/' | b'\'' | b'\n' | b'\r'),
        )
}

/// Whether octets have the form that a reading asks for.
fn may_be(octets: &[u8], reading: Reading) -> bool {
    match reading {
        Reading::Ascii => octets.is_ascii(),
        Reading::Gsm7 => octets.is_ascii(),
        Reading::Utf8 => !octets.is_ascii(),
        Reading::Latin1
        | Reading::Cyrillic
        | Reading::Hebrew
        | Reading::ShiftJis
        | Reading::EucJp
        | Reading::EucKr => !octets.is_ascii(),
        Reading::Ucs2 | Reading::Ucs2Swapped => octets.len().is_multiple_of(2) && !is_printable(octets),
        Reading::Iso2022Jp => octets.windows(2).any(|pair| pair == [ESCAPE, b'$']),
        Reading::Packed { .. } => octets.len() > 3 && !is_printable(octets),
        Reading::Jis | Reading::KsC5601 => false,
    }
}

/// Whether all octets can be printed as ASCII. Neither UCS2 nor packed septets have none but such, while codes, keys and
/// base64, which are dear by any model of texts, have.
fn is_printable(octets: &[u8]) -> bool {
    octets.iter().all(|octet| matches!(octet, b' '..=b'~'))
}

/// What a reading costs.
fn weigh(octets: &[u8], reading: Reading, shifts: Shifts) -> Cost {
    let mut cost = Cost::default();
    match reading {
        Reading::Ascii => {
            octets.iter().for_each(|octet| cost.push(octet.is_ascii().then(|| char::from(*octet))))
        }
        Reading::Latin1 => octets.iter().for_each(|octet| cost.push(Some(char::from(*octet)))),
        Reading::Cyrillic => octets.iter().for_each(|octet| cost.push(Some(cyrillic(*octet)))),
        Reading::Hebrew => octets.iter().for_each(|octet| cost.push(hebrew(*octet))),
        Reading::Gsm7 => gsm7::characters(octets.iter().copied(), shifts).for_each(|it| cost.push(it)),
        Reading::Packed { fill } => {
            gsm7::characters(gsm7::septets(octets, u32::from(fill)), shifts).for_each(|it| cost.push(it));
        }
        Reading::Utf8 => {
            for chunk in octets.utf8_chunks() {
                chunk.valid().chars().for_each(|character| cost.push(Some(character)));
                // The last character may be cut, by us or by a split of the message.
                if !chunk.invalid().is_empty() {
                    cost.push(None);
                }
            }
        }
        Reading::Ucs2 | Reading::Ucs2Swapped => {
            let (units, rest) = octets.as_chunks::<2>();
            let units = units.iter().map(|unit| match reading {
                Reading::Ucs2 => u16::from_be_bytes(*unit),
                _ => u16::from_le_bytes(*unit),
            });
            char::decode_utf16(units)
                .skip_while(|it| *it == Ok('\u{FEFF}'))
                .for_each(|it| cost.push(it.ok()));
            if !rest.is_empty() {
                cost.cut();
            }
        }
        Reading::ShiftJis => multi(octets, SHIFT_JIS, 0, &mut cost),
        Reading::EucJp => multi(octets, EUC_JP, 0, &mut cost),
        Reading::EucKr => multi(octets, EUC_KR, 0, &mut cost),
        Reading::Iso2022Jp => multi(octets, ISO_2022_JP, 0, &mut cost),
        Reading::Jis | Reading::KsC5601 => {
            // Blanks and ends of lines are not in these sets.
            if octets.len().is_multiple_of(2) && octets.iter().all(|octet| matches!(octet, 0x21..=0x7E)) {
                let encoding = if reading == Reading::Jis { EUC_JP } else { EUC_KR };
                multi(octets, encoding, 0x80, &mut cost);
            } else {
                octets.iter().for_each(|_| cost.push(None));
            }
        }
    }
    cost
}

/// Weighs a charset of several octets a character, with `high` set in each octet.
fn multi(octets: &[u8], encoding: &'static Encoding, high: u8, cost: &mut Cost) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut weigh = |octets: &[u8], is_last: bool| {
        // Three octets of UTF-8 for each, and what the decoder holds back.
        let mut out = [0; 64];
        let (_, _, written, _) = decoder.decode_to_utf8(octets, &mut out, is_last);
        let written = out.get(..written).unwrap_or_default();
        for character in str::from_utf8(written).unwrap_or_default().chars() {
            cost.push(Some(character));
        }
    };
    for octets in octets.chunks(8) {
        let mut some = [0; 8];
        for (into, octet) in some.iter_mut().zip(octets) {
            *into = octet | high;
        }
        weigh(some.get(..octets.len()).unwrap_or_default(), false);
    }
    weigh(&[], true);
}

/// ISO-8859-5.
fn cyrillic(octet: u8) -> char {
    match octet {
        0xA1..=0xAC | 0xAE..=0xEF | 0xF1..=0xFC | 0xFE | 0xFF => {
            char::from_u32(u32::from(octet).saturating_add(0x360)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        0xF0 => '№',
        0xFD => '§',
        _ => char::from(octet),
    }
}

/// ISO-8859-8, as far as it has characters.
fn hebrew(octet: u8) -> Option<char> {
    match octet {
        0xE0..=0xFA => char::from_u32(u32::from(octet).saturating_add(0x4F0)),
        0xAA => Some('×'),
        0xBA => Some('÷'),
        0xFD => Some('\u{200E}'),
        0xFE => Some('\u{200F}'),
        0xDF => Some('\u{2017}'),
        0xA1 | 0xBF..=0xDE | 0xFB | 0xFC | 0xFF => None,
        _ => Some(char::from(octet)),
    }
}
