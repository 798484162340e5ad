//! The body of the fuzz target `text`: texts in any coding, headers, receipts.

use super::pdu::Builder;
use crate::smpp::text::receipt::ReceiptText;
use crate::smpp::text::{Charset, Receipt, UserData, text};
use crate::smpp::{Context, Role, Silent, Span, Version, walk_with};

/// Any octets as a text: it must be read without a panic, by the same charset each time; every field of a receipt must
/// stand in it, behind its key; what is doubted must have another reading. The first octet has bits:
///
/// | bits | meaning |
/// |---|---|
/// | 0-1 | SMPP 3.3, 3.4, 5.0, unknown |
/// | 2 | a user data header is promised |
/// | 3 | a receipt |
/// | 4-7 | what data_coding 0 means, of [`Charset::DEFAULTS`] |
///
/// The second one is data_coding.
///
/// # Panics
///
/// When the tool breaks its word.
pub fn text_of(octets: &[u8]) {
    let [control, data_coding, rest @ ..] = octets else { return };
    let version =
        [Some(Version::V33), Some(Version::V34), Some(Version::V50), None][usize::from(control & 3)];
    let esm_class = if control & 4 != 0 { 0x40 } else { 0 } | if control & 8 != 0 { 4 } else { 0 };
    let (_, default_charset) = Charset::DEFAULTS[usize::from(control >> 4) % Charset::DEFAULTS.len()];
    let message = &rest[..rest.len().min(255)];
    let pdu = Builder::new(5, 0, 1)
        .cstring("")
        .octets(b"\x01\x01447700900123\0\x01\x01447700900001\0")
        .octets(&[esm_class, 0, 0, 0, 0, 0, 0, *data_coding, 0])
        .short_message(message)
        .done();
    let context = Context { version, from: Some(Role::Smsc) };
    let facts = walk_with(&pdu, context, default_charset, &mut Silent);
    let read = text(&facts, &pdu, version, default_charset);
    assert_eq!(read, text(&facts, &pdu, version, default_charset), "the same octets read the same");
    let user_data = UserData::of(&facts, &pdu, version, default_charset);
    assert_eq!(read.is_some(), user_data.is_some());
    let (Some(read), Some(user_data)) = (read, user_data) else { return };
    if let Some(declared) = &read.as_declared {
        assert_ne!(read.text.as_deref(), Some(declared.text.as_str()), "a doubt has two readings");
    }
    receipt(&ReceiptText::of(&user_data), pdu.len());
}

/// No field is invented: each is a part of the text, behind a colon, and no two share an octet.
fn receipt(text: &ReceiptText<'_>, end: usize) {
    let Some(receipt) = Receipt::parse(text.octets(), 0) else { return };
    let Receipt { id, submitted, delivered, submit_date, done_date, stat, error, text: message, .. } =
        receipt;
    assert!(id.is_some() || stat.is_some(), "a receipt says what became of what");
    let mut spans: Vec<Span> = [id, submitted, delivered, submit_date, done_date, stat, error, message]
        .into_iter()
        .flatten()
        .collect();
    spans.sort_by_key(|span| (span.start, span.end));
    for pair in spans.windows(2) {
        assert!(pair[0].end <= pair[1].start, "fields overlap");
    }
    for span in spans {
        let before = &text.octets()[..span.start as usize];
        assert!(before.trim_ascii_end().ends_with(b":"), "a value without a key");
        assert!(span.start <= span.end && span.end as usize <= text.octets().len());
        assert!(text.place(span).end as usize <= end, "a place outside the PDU");
    }
}

/// Seeds: each data_coding group, each language, receipts in their dialects, splits within characters.
#[must_use]
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, control: u8, data_coding: u8, text: &[u8]| {
        seeds.push((name.to_owned(), [&[control, data_coding], text].concat()));
    };
    add("gsm7", 1, 0, b"Price: \x1Be5 \x00 \x7C\x7B");
    add("gsm7_split_escape", 1, 0, b"5 \x1B");
    add("gsm7_reserved_group", 1, 0x18, b"\0f\0l\0a\0s\0h");
    add("gsm7_packed", 1, 0, &[0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]);
    add("gsm7_packed_default", 0x11, 0, &[0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]);
    add("latin1_under_0", 1, 0, "Grüße".chars().map(|c| c as u8).collect::<Vec<_>>().as_slice());
    add("utf8_under_3", 1, 3, "Привет, как дела?".as_bytes());
    add("utf8_cut", 1, 0, &"Привет".as_bytes()[..11]);
    add("ascii_under_8", 1, 8, b"Your code is 123456.");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    add("ucs2", 1, 8, &wide("Привет 😀"));
    add("ucs2_half", 1, 8, &wide("😀")[..2]);
    add("ucs2_swapped", 1, 8, &[0xFF, 0xFE, 0x1F, 0x04]);
    add("jis", 1, 5, &[0x93, 0xFA, 0x96, 0x7B]);
    add("iso_2022_jp", 1, 10, b"\x1B$BF|K\\\x1B(B");
    add("euc_kr", 1, 14, &[0xC7, 0xD1, 0xB1, 0xB9]);
    add("hebrew", 1, 7, &[0xF9, 0xEC, 0xE5, 0xED]);
    add("cyrillic", 1, 6, &[0xBF, 0xE0, 0xD8, 0xD2, 0xD5, 0xE2]);
    add("part", 5, 0, b"\x05\x00\x03\x2A\x02\x01hi");
    add("hindi", 5, 0, b"\x06\x24\x01\x06\x25\x01\x06\x4D\x1B\x1C");
    add("broken_header", 5, 0, b"\x05\x00\x09\x2A\x02\x01hi");
    let receipt = "id:0000001001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:hello";
    add("receipt", 9, 0, receipt.as_bytes());
    add("receipt_dialect", 9, 0, b"ID:1a2b STAT:Delivered donedate:20260101000103 err:EC_1");
    add("receipt_ucs2", 9, 8, &wide(receipt));
    add("receipt_ucs2_declared", 9, 8, receipt.as_bytes());
    add("binary", 1, 4, &[0, 1, 2, 0xFF]);
    seeds
}
