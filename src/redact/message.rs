//! The text of a message wiped: as long as before, in its charset, with its header, and with what a receipt says of a
//! delivery.

use crate::num::{index, short};
use crate::smpp::text::gsm7::{self, Shifts};
use crate::smpp::text::receipt::ReceiptText;
use crate::smpp::text::{Charset, Header, Receipt, UserData};
use crate::smpp::{Facts, Span, Version};

/// What a character becomes; the same in every charset that has ASCII, and in the alphabet of GSM.
pub(super) const FILLER: u8 = b'x';

/// Wipes all of a text.
pub(super) fn wipe_region(
    octets: &mut [u8],
    facts: &Facts,
    version: Option<Version>,
    default_charset: Charset,
) {
    let charset = facts.data_coding().map_or(default_charset, |data_coding| {
        crate::smpp::text::Coding::of(data_coding, version).with_default(data_coding, default_charset).charset
    });
    wipe(octets, charset, Shifts::default(), 0);
}

/// Puts back into `out` what of the user data of `pdu` tells nothing of what was said: its header, and what a receipt
/// says of a delivery.
pub(super) fn restore(
    out: &mut [u8],
    pdu: &[u8],
    facts: &Facts,
    version: Option<Version>,
    default_charset: Charset,
) {
    let Some(user_data) = UserData::of(facts, pdu, version, default_charset) else { return };
    let start = short(index(user_data.text.at()).saturating_sub(match &user_data.header {
        Header::Whole(header) => index(header.len()),
        Header::None | Header::Overrun => 0,
    }));
    let text_at = user_data.text.at();
    match &user_data.header {
        Header::None => {}
        // The length that does not fit.
        Header::Overrun => copy(out, pdu, Span { start, end: start.saturating_add(1) }),
        Header::Whole(header) => {
            copy(out, pdu, Span { start, end: text_at });
            for element in header.elements() {
                match element {
                    Ok(element) if element.meaning().is_none() => {
                        let value =
                            Span { start: element.span.start.saturating_add(2), end: element.span.end };
                        part(out, value).fill(0);
                    }
                    Ok(_) => {}
                    Err(broken) => {
                        let value = Span { start: broken.span.start.saturating_add(2), end: broken.span.end };
                        part(out, value).fill(0);
                    }
                }
            }
        }
    }
    // The text is judged behind its header, as it was.
    let end = text_at.saturating_add(user_data.text.left());
    let text = Span { start: text_at, end };
    copy(out, pdu, text);
    let charset = user_data.coding.map_or(default_charset, |coding| coding.charset);
    wipe(part(out, text), charset, user_data.shifts(), u32::from(user_data.fill_bits()));
    if matches!(user_data.header, Header::Overrun) {
        copy(out, pdu, Span { start, end: start.saturating_add(1) });
    }
    if matches!(facts.esm_class().unwrap_or(0) & 0x3C, 0x04 | 0x20) {
        receipt(out, pdu, &user_data);
    }
}

/// How a key may be spelled, where its value stands, how many octets that has at most, and what it looks like.
type Expected<'a> = (&'a [&'a [u8]], Option<Span>, usize, &'a dyn Fn(&[u8]) -> bool);

/// Puts back the keys of a receipt, and the values that have the form of what they should be.
fn receipt(out: &mut [u8], pdu: &[u8], user_data: &UserData<'_>) {
    let text = ReceiptText::of(user_data);
    let octets = text.octets();
    let Some(found) = Receipt::parse(octets, 0) else { return };
    let digits = |value: &[u8]| value.iter().all(u8::is_ascii_digit);
    let date = |value: &[u8]| value.iter().all(|octet| octet.is_ascii_digit() || b" :./-+".contains(octet));
    let id =
        |value: &[u8]| value.iter().all(|octet| octet.is_ascii_alphanumeric() || b"-_.:{}".contains(octet));
    let stat = |value: &[u8]| crate::smpp::text::receipt::state(value).is_some();
    let fields: [Expected<'_>; 7] = [
        (&[b"id:"], found.id, 64, &id),
        (&[b"sub:"], found.submitted, 3, &digits),
        (&[b"dlvrd:"], found.delivered, 3, &digits),
        (&[b"submit date:", b"submit_date:"], found.submit_date, 19, &date),
        (&[b"done date:", b"done_date:"], found.done_date, 19, &date),
        (&[b"stat:"], found.stat, 8, &stat),
        (&[b"err:"], found.error, 4, &digits),
    ];
    let mut keep = |span: Span| copy(out, pdu, text.place(span));
    for (keys, span, most, fits) in fields {
        let Some(span) = span else { continue };
        key(octets, keys, span.start, &mut keep);
        let value = octets.get(index(span.start)..index(span.end)).unwrap_or_default();
        if value.len() <= most && fits(value) {
            keep(span);
        }
    }
    if let Some(text) = found.text {
        key(octets, &[b"text:"], text.start, &mut keep);
    }
}

/// Keeps a key that stands right before `value`, with the blank before it and those behind it.
fn key(octets: &[u8], keys: &[&[u8]], value: u32, keep: &mut impl FnMut(Span)) {
    let before = octets.get(..index(value)).unwrap_or_default();
    let before_blanks = before.trim_ascii_end();
    for key in keys {
        let Some(start) = before_blanks.len().checked_sub(key.len()) else { continue };
        if before_blanks.get(start..).is_some_and(|there| there.eq_ignore_ascii_case(key)) {
            let blank = usize::from(start > 0 && before.get(start - 1) == Some(&b' '));
            keep(Span { start: short(start - blank), end: value });
        }
    }
}

/// Wipes a text of `charset`. What a rule finds wrong with its octets stays wrong.
fn wipe(octets: &mut [u8], charset: Charset, shifts: Shifts, fill: u32) {
    match charset {
        Charset::Ucs2 => {
            let (units, odd) = octets.as_chunks_mut::<2>();
            for unit in units {
                *unit = match *unit {
                    [0, 0] => [0, 0],
                    [0xD8..=0xDB, _] => [0xD8, 0],
                    [0xDC..=0xDF, _] => [0xDC, 0],
                    _ => [0, FILLER],
                };
            }
            odd.fill(FILLER);
        }
        Charset::Gsm7Packed => {
            let bits = short(octets.len()).saturating_mul(8).saturating_sub(fill);
            let packed = gsm7::pack(&vec![FILLER; index(bits / 7)], fill);
            octets.fill(0);
            for (octet, packed) in octets.iter_mut().zip(packed) {
                *octet = packed;
            }
        }
        Charset::Gsm7 => {
            let mut escaped = false;
            for octet in octets {
                let (is_escape, has_high) = (*octet == 0x1B, *octet & 0x80 != 0);
                let known = escaped && !has_high && gsm7::oddity(&[0x1B, *octet], shifts).is_none();
                *octet = match *octet {
                    0 if !escaped => 0,
                    0x1B if !escaped => 0x1B,
                    _ if has_high => FILLER | 0x80,
                    // A character that every extension table has.
                    _ if known => b'e',
                    _ => FILLER,
                };
                escaped = is_escape && !escaped;
            }
        }
        Charset::Ascii => {
            for octet in octets {
                *octet = match *octet {
                    0 => 0,
                    high if high & 0x80 != 0 => FILLER | 0x80,
                    _ => FILLER,
                };
            }
        }
        _ => octets.iter_mut().filter(|octet| **octet != 0).for_each(|octet| *octet = FILLER),
    }
}

fn part(out: &mut [u8], span: Span) -> &mut [u8] {
    out.get_mut(index(span.start)..index(span.end)).unwrap_or_default()
}

fn copy(out: &mut [u8], pdu: &[u8], span: Span) {
    if let (Some(into), Some(from)) =
        (out.get_mut(index(span.start)..index(span.end)), pdu.get(index(span.start)..index(span.end)))
    {
        into.copy_from_slice(from);
    }
}
