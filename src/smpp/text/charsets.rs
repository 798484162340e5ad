//! Octets of a text as characters, for people to read.

use std::fmt::Write;

use encoding_rs::{EUC_JP, EUC_KR, Encoding, ISO_2022_JP, ISO_8859_5, ISO_8859_8, SHIFT_JIS};

use super::forensics::{self, Reading};
use super::{Charset, Header, UserData, gsm7};
use crate::smpp::{Facts, Version};

/// A text for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The characters; `None` where the octets are no characters, or nobody knows which.
    pub text: Option<String>,
    /// The charset that they were read by.
    pub charset: Charset,
    /// Why that one, in words.
    pub why: String,
    /// What the declared charset makes of the octets, where another one fits far better.
    pub as_declared: Option<AsDeclared>,
    /// What else there is to know: halves of a character that the other half of is in another part, and lengths beyond
    /// one short message.
    pub notes: Vec<String>,
}

/// The octets of a text in the charset that was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsDeclared {
    /// The characters, with U+FFFD where there is none.
    pub text: String,
    /// The charset.
    pub charset: Charset,
}

/// The text of the PDU that `facts` are about, in a session of `version`, where the message centre means
/// `default_charset` by data_coding 0; `None` when it has none.
///
/// A text that its charset does not fit has U+FFFD where it does not. A binary text, a compressed one and one whose
/// charset is not known have no characters. Where the declared charset is far less likely than another, the text is
/// read by that one, and [`Text::as_declared`] has the other reading.
#[must_use]
pub fn text(facts: &Facts, pdu: &[u8], version: Option<Version>, default_charset: Charset) -> Option<Text> {
    let user_data = UserData::of(facts, pdu, version, default_charset)?;
    let octets = user_data.text.rest();
    let (coding, mut why) = match (user_data.coding, facts.data_coding()) {
        (Some(coding), Some(data_coding)) => {
            let mut why = format!("data_coding 0x{data_coding:02x}");
            if coding.reserved {
                why.push_str(", reserved");
                if coding.charset != Charset::Reserved {
                    why.push_str(", as a GSM data coding scheme");
                }
            }
            if data_coding == 0 && default_charset != Charset::Gsm7 {
                why.push_str(", the default charset given");
            }
            (Some(coding), why)
        }
        _ => (None, "the command has no data_coding".to_owned()),
    };
    let declared = coding.map_or(default_charset, |coding| coding.charset);
    let mut read = if coding.is_some_and(|coding| coding.compressed) {
        why.push_str(", compressed");
        Text { text: None, charset: declared, why, as_declared: None, notes: Vec::new() }
    } else {
        read(octets, declared, &user_data, why)
    };
    if matches!(user_data.header, Header::Overrun) {
        read.why.push_str("; esm_class promises a header, which does not fit: shown with the text");
    }
    read.notes.extend(halves(octets, read.charset));
    read.notes.extend(length(&user_data, read.charset));
    Some(read)
}

/// By the charset that was declared, unless another is far likelier.
fn read(octets: &[u8], declared: Charset, user_data: &UserData<'_>, mut why: String) -> Text {
    let (shifts, fill) = (user_data.shifts(), user_data.fill_bits());
    let doubt = forensics::doubt(octets, declared, shifts, fill);
    let Some(likelier) = doubt else {
        let (text, charset) = by_charset(octets, declared, user_data, &mut why);
        return Text { text, charset, why, as_declared: None, notes: Vec::new() };
    };
    let mut unused = String::new();
    // An alphabet that the octets cannot be in is not replaced by a guess here: both readings are wanted.
    let as_declared = match declared {
        Charset::Gsm7 => Some(gsm7::decode(octets, shifts)),
        Charset::Ascii => Some(octets.iter().map(|octet| ascii(*octet)).collect()),
        _ => by_charset(octets, declared, user_data, &mut unused).0,
    };
    // A write to a String cannot fail.
    let _ = write!(why, ", but the octets read better as {}", likelier.name());
    let text = by_reading(octets, likelier, shifts);
    let as_declared = as_declared.map(|text| AsDeclared { text, charset: declared });
    Text { text: Some(text), charset: likelier.charset(), why, as_declared, notes: Vec::new() }
}

fn by_reading(octets: &[u8], reading: Reading, shifts: gsm7::Shifts) -> String {
    match reading {
        Reading::Gsm7 => gsm7::decode(octets, shifts),
        Reading::Packed { fill } => packed(octets, shifts, fill),
        Reading::Ascii | Reading::Utf8 => lossy(octets),
        Reading::Latin1 => latin1(octets),
        Reading::Ucs2 => utf16(octets, &mut String::new()),
        Reading::Ucs2Swapped => {
            let swapped: Vec<u8> = octets.as_chunks::<2>().0.iter().flat_map(|[a, b]| [*b, *a]).collect();
            utf16(&swapped, &mut String::new())
        }
        Reading::Cyrillic => decode(octets, ISO_8859_5),
        Reading::Hebrew => decode(octets, ISO_8859_8),
        Reading::ShiftJis => decode(octets, SHIFT_JIS),
        Reading::EucJp => decode(octets, EUC_JP),
        Reading::Jis => double(octets, EUC_JP),
        Reading::Iso2022Jp => decode(octets, ISO_2022_JP),
        Reading::EucKr => decode(octets, EUC_KR),
        Reading::KsC5601 => double(octets, EUC_KR),
    }
}

fn by_charset(
    octets: &[u8],
    charset: Charset,
    user_data: &UserData<'_>,
    why: &mut String,
) -> (Option<String>, Charset) {
    let text = match charset {
        Charset::Octets | Charset::Pictogram | Charset::Reserved => return (None, charset),
        Charset::Gsm7 | Charset::Ascii if !octets.is_ascii() => {
            why.push_str(", but octets above 0x7f");
            return guess(octets, why);
        }
        Charset::Gsm7 => {
            languages(user_data.shifts(), why);
            gsm7::decode(octets, user_data.shifts())
        }
        Charset::Gsm7Packed => {
            languages(user_data.shifts(), why);
            packed(octets, user_data.shifts(), user_data.fill_bits())
        }
        Charset::Ucs2 => utf16(octets, why),
        Charset::Utf8 | Charset::Ascii => lossy(octets),
        Charset::Latin1 => latin1(octets),
        Charset::Cyrillic => decode(octets, ISO_8859_5),
        Charset::Hebrew => decode(octets, ISO_8859_8),
        Charset::Iso2022Jp => decode(octets, ISO_2022_JP),
        Charset::KsC5601 => double(octets, EUC_KR),
        Charset::ExtendedKanji => kanji(octets),
        // What senders mean by it is mostly Shift JIS.
        Charset::Jis if !octets.is_ascii() => {
            why.push_str(", in the form of Shift JIS");
            decode(octets, SHIFT_JIS)
        }
        Charset::Jis => double(octets, EUC_JP),
    };
    (Some(text), charset)
}

/// Says which national languages are in force.
fn languages(shifts: gsm7::Shifts, why: &mut String) {
    for (language, table) in [(shifts.locking, "main table"), (shifts.single, "extension table")] {
        if let Some(language) = language {
            let _ = write!(why, ", {table} of {}", language.name());
        }
    }
}

/// Octets above 0x7F where the charset has none, and no reading is far likelier than the others.
fn guess(octets: &[u8], why: &mut String) -> (Option<String>, Charset) {
    match str::from_utf8(octets) {
        Ok(text) => {
            why.push_str(": they are UTF-8");
            (Some(text.to_owned()), Charset::Utf8)
        }
        Err(_) => {
            why.push_str(": taken for ISO-8859-1");
            (Some(latin1(octets)), Charset::Latin1)
        }
    }
}

/// Packed septets. A last one of zero that fills the octets is padding.
fn packed(octets: &[u8], shifts: gsm7::Shifts, fill: u8) -> String {
    let mut septets = gsm7::unpack(octets, u32::from(fill));
    let bits = octets.len().saturating_mul(8).saturating_sub(usize::from(fill));
    if bits.is_multiple_of(7) && septets.last() == Some(&0) {
        septets.pop();
    }
    gsm7::decode(&septets, shifts)
}

/// Halves at the ends of a text: it was split within a character.
fn halves(octets: &[u8], charset: Charset) -> Option<String> {
    let unit = |pair: Option<&[u8; 2]>| pair.map_or(0, |unit| u16::from_be_bytes(*unit));
    let note = match charset {
        Charset::Gsm7 => {
            let escapes = octets.iter().rev().take_while(|octet| **octet == gsm7::ESCAPE).count();
            let ends = escapes % 2 == 1;
            ends.then_some(
                "ends with an escape: split within a character, whose other half the next part has",
            )
        }
        Charset::Ucs2 => {
            let units = octets.as_chunks::<2>().0;
            if unit(units.first()) & 0xFC00 == 0xDC00 {
                Some("begins with the second half of a surrogate pair, whose first half the part before has")
            } else if unit(units.last()) & 0xFC00 == 0xD800 {
                Some("ends with the first half of a surrogate pair, whose second half the next part has")
            } else {
                None
            }
        }
        Charset::Utf8 => match str::from_utf8(octets) {
            Err(error) if error.error_len().is_none() => {
                Some("ends within a character of UTF-8, the rest of which the next part has")
            }
            _ => None,
        },
        _ => None,
    };
    note.map(str::to_owned)
}

/// A length that one short message has no room for: 160 septets or 140 octets, the header included.
fn length(user_data: &UserData<'_>, charset: Charset) -> Option<String> {
    let (header, text) = (user_data.header_len(), user_data.text.left());
    let is_septets = matches!(charset, Charset::Gsm7 | Charset::Ascii | Charset::Latin1);
    let (most, of_part, unit) = if is_septets {
        (160_u32.saturating_sub(header.saturating_mul(8).div_ceil(7)), 153, "septets")
    } else {
        (140_u32.saturating_sub(header), 134, "octets")
    };
    if text <= most {
        return None;
    }
    let after = if header > 0 { format!(" after a header of {header}") } else { String::new() };
    let parts = if header > 0 {
        String::new()
    } else {
        format!("; {} parts of at most {of_part}", text.div_ceil(of_part))
    };
    Some(format!("{text} {unit}, and one short message has room for {most}{after}{parts}"))
}

/// UCS2 with the surrogates of UTF-16; a byte order mark of the other order is believed.
fn utf16(octets: &[u8], why: &mut String) -> String {
    let (units, rest) = octets.as_chunks::<2>();
    let swapped = units.first() == Some(&[0xFF, 0xFE]);
    let marked = swapped || units.first() == Some(&[0xFE, 0xFF]);
    let units = units
        .iter()
        .skip(usize::from(marked))
        .map(|unit| if swapped { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) });
    let mut text: String =
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if swapped {
        why.push_str(", low octet first by its byte order mark");
    }
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
        why.push_str(", an octet over");
    }
    text
}

/// A set of two octets a character: as it stands in 94 by 94 (0x21 to 0x7E), or with the high bits set.
fn double(octets: &[u8], encoding: &'static Encoding) -> String {
    let pairs = !octets.is_empty() && octets.len().is_multiple_of(2);
    if pairs && octets.iter().all(|octet| matches!(octet, 0x21..=0x7E)) {
        let high: Vec<u8> = octets.iter().map(|octet| octet | 0x80).collect();
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&high) {
            return text.into_owned();
        }
    }
    decode(octets, encoding)
}

/// JIS X 0212: as it stands, or in EUC.
fn kanji(octets: &[u8]) -> String {
    let (pairs, rest) = octets.as_chunks::<2>();
    if rest.is_empty() && octets.iter().all(|octet| matches!(octet, 0x21..=0x7E)) {
        let euc: Vec<u8> = pairs.iter().flat_map(|[a, b]| [0x8F, a | 0x80, b | 0x80]).collect();
        if let Some(text) = EUC_JP.decode_without_bom_handling_and_without_replacement(&euc) {
            return text.into_owned();
        }
    }
    decode(octets, EUC_JP)
}

fn decode(octets: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(octets).0.into_owned()
}

fn lossy(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn latin1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

fn ascii(octet: u8) -> char {
    if octet.is_ascii() { char::from(octet) } else { char::REPLACEMENT_CHARACTER }
}
