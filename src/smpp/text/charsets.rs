//! Octets of a text as characters, for people to read.

use std::fmt::Write;

use encoding_rs::{EUC_JP, EUC_KR, Encoding, ISO_2022_JP, ISO_8859_5, ISO_8859_8, SHIFT_JIS};

use super::{Charset, Coding, Header, UserData, gsm7};
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
}

/// The text of the PDU that `facts` are about, in a session of `version`; `None` when it has none.
///
/// A text that its charset does not fit has U+FFFD where it does not. A binary text, a compressed one and one whose
/// charset is not known have no characters.
#[must_use]
pub fn text(facts: &Facts, pdu: &[u8], version: Option<Version>) -> Option<Text> {
    let user_data = UserData::of(facts, pdu, version)?;
    let octets = user_data.text.rest();
    let mut read = match (user_data.coding, facts.data_coding()) {
        (Some(coding), Some(data_coding)) => coded(octets, coding, data_coding, &user_data),
        _ => default_alphabet(octets, &user_data, "the command has no data_coding"),
    };
    if matches!(user_data.header, Header::Overrun) {
        read.why.push_str("; esm_class promises a header, which does not fit: shown with the text");
    }
    Some(read)
}

fn coded(octets: &[u8], coding: Coding, data_coding: u8, user_data: &UserData<'_>) -> Text {
    let mut why = format!("data_coding 0x{data_coding:02x}");
    if coding.reserved {
        // A write to a String cannot fail.
        let _ = write!(why, ", reserved");
        if coding.charset != Charset::Reserved {
            let _ = write!(why, ", as a GSM data coding scheme");
        }
    }
    let charset = coding.charset;
    if coding.compressed {
        return Text { text: None, charset, why: why + ", compressed" };
    }
    let encoding = match charset {
        Charset::Octets | Charset::Pictogram | Charset::Reserved => return Text { text: None, charset, why },
        Charset::Gsm7 => return default_alphabet(octets, user_data, &why),
        Charset::Ucs2 => return utf16(octets, why),
        Charset::Utf8 => return Text { text: Some(lossy(octets)), charset, why },
        Charset::Ascii if octets.is_ascii() => return Text { text: Some(lossy(octets)), charset, why },
        Charset::Ascii => return guess(octets, why + ", but octets above 0x7f"),
        Charset::Latin1 => return Text { text: Some(latin1(octets)), charset, why },
        Charset::Cyrillic => ISO_8859_5,
        Charset::Hebrew => ISO_8859_8,
        Charset::Iso2022Jp => ISO_2022_JP,
        Charset::KsC5601 => return double(octets, EUC_KR, charset, why),
        Charset::ExtendedKanji => return kanji(octets, charset, why),
        // What senders mean by it is mostly Shift JIS.
        Charset::Jis if !octets.is_ascii() => {
            let text = decode(octets, SHIFT_JIS);
            return Text { text: Some(text), charset, why: why + ", in the form of Shift JIS" };
        }
        Charset::Jis => return double(octets, EUC_JP, charset, why),
    };
    Text { text: Some(decode(octets, encoding)), charset, why }
}

/// GSM 7 bit, unless an octet shows that it is not.
fn default_alphabet(octets: &[u8], user_data: &UserData<'_>, why: &str) -> Text {
    let mut why = why.to_owned();
    if !octets.is_ascii() {
        return guess(octets, why + ", but octets above 0x7f");
    }
    let shifts = user_data.shifts();
    for (language, table) in [(shifts.locking, "main table"), (shifts.single, "extension table")] {
        if let Some(language) = language {
            let fact = if language.is_tabled() { "" } else { " (not known here, the default one taken)" };
            let _ = write!(why, ", {table} of {}{fact}", language.name());
        }
    }
    Text { text: Some(gsm7::decode(octets, shifts)), charset: Charset::Gsm7, why }
}

/// Octets above 0x7F where the charset has none.
fn guess(octets: &[u8], why: String) -> Text {
    match str::from_utf8(octets) {
        Ok(text) => {
            Text { text: Some(text.to_owned()), charset: Charset::Utf8, why: why + ": they are UTF-8" }
        }
        Err(_) => {
            Text { text: Some(latin1(octets)), charset: Charset::Latin1, why: why + ": taken for ISO-8859-1" }
        }
    }
}

/// UCS2 with the surrogates of UTF-16; a byte order mark of the other order is believed.
fn utf16(octets: &[u8], mut why: String) -> Text {
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
    Text { text: Some(text), charset: Charset::Ucs2, why }
}

/// A set of two octets a character: as it stands in 94 by 94 (0x21 to 0x7E), or with the high bits set.
fn double(octets: &[u8], encoding: &'static Encoding, charset: Charset, why: String) -> Text {
    let pairs = !octets.is_empty() && octets.len().is_multiple_of(2);
    if pairs && octets.iter().all(|octet| matches!(octet, 0x21..=0x7E)) {
        let high: Vec<u8> = octets.iter().map(|octet| octet | 0x80).collect();
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&high) {
            return Text { text: Some(text.into_owned()), charset, why };
        }
    }
    Text { text: Some(decode(octets, encoding)), charset, why }
}

/// JIS X 0212: as it stands, or in EUC.
fn kanji(octets: &[u8], charset: Charset, why: String) -> Text {
    let (pairs, rest) = octets.as_chunks::<2>();
    if rest.is_empty() && octets.iter().all(|octet| matches!(octet, 0x21..=0x7E)) {
        let euc: Vec<u8> = pairs.iter().flat_map(|[a, b]| [0x8F, a | 0x80, b | 0x80]).collect();
        if let Some(text) = EUC_JP.decode_without_bom_handling_and_without_replacement(&euc) {
            return Text { text: Some(text.into_owned()), charset, why };
        }
    }
    Text { text: Some(decode(octets, EUC_JP)), charset, why }
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
