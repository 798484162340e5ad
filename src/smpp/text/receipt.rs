//! The text of a delivery receipt: the form of SMPP 3.4 Appendix B, and what message centres make of it.
//!
//! A field is what stands between its key and the next key, or the blank after it: nothing is guessed, nothing is put
//! into a form. What follows `text:` is the sender's, and no key is looked for in it.

use super::{Charset, UserData};
use crate::num;
use crate::smpp::Span;
use crate::smpp::reader::{Reader, slice};

/// What a receipt says about its message, each field as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// `id`: the message, as the message centre spells it here.
    pub id: Option<Span>,
    /// `sub`: messages submitted.
    pub submitted: Option<Span>,
    /// `dlvrd`: messages delivered.
    pub delivered: Option<Span>,
    /// `submit date`.
    pub submit_date: Option<Span>,
    /// `done date`: when the final state was reached.
    pub done_date: Option<Span>,
    /// `stat`: the state.
    pub stat: Option<Span>,
    /// `err`: an error of the network or message centre; not necessarily a number.
    pub error: Option<Span>,
    /// `text`: the beginning of the message; empty where nothing follows the key.
    pub text: Option<Span>,
    /// Whether the text has the form of Appendix B to the letter.
    pub is_standard: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    Submitted,
    Delivered,
    SubmitDate,
    DoneDate,
    Stat,
    Error,
    Text,
}

impl Key {
    const fn bit(self) -> u8 {
        match self {
            Self::Id => 1,
            Self::Submitted => 2,
            Self::Delivered => 4,
            Self::SubmitDate => 8,
            Self::DoneDate => 16,
            Self::Stat => 32,
            Self::Error => 64,
            Self::Text => 128,
        }
    }
}

impl Receipt {
    /// Reads a text whose first octet is octet `at`; `None` when it is no receipt: it does not begin with a key, or has
    /// neither id nor state.
    #[must_use]
    pub fn parse(text: &[u8], at: u32) -> Option<Self> {
        appendix_b(text, at).or_else(|| dialect(text, at))
    }

    /// Where a receipt of `pdu` first departs from the form of Appendix B: in words, and the field if there is one.
    /// `None` where it does not.
    #[must_use]
    pub fn departure(&self, pdu: &[u8]) -> Option<(&'static str, Option<Span>)> {
        if self.is_standard {
            return None;
        }
        let digits =
            |octets: &[u8], count: usize| octets.len() == count && octets.iter().all(u8::is_ascii_digit);
        let found = [
            (self.id, "id is not 10 digits"),
            (self.submitted, "sub is not 3 digits"),
            (self.delivered, "dlvrd is not 3 digits"),
            (self.submit_date, "submit date is not 10 digits"),
            (self.done_date, "done date is not 10 digits"),
            (self.stat, "stat is not 7 capitals"),
            (self.error, "err is not 1 to 3 characters"),
            (self.text, "text is missing or above 20 octets"),
        ]
        .into_iter()
        .zip(KEYS)
        .find(|((span, _), key)| {
            let octets = span.map_or(&[][..], |span| slice(pdu, span));
            !match key {
                Key::Id | Key::SubmitDate | Key::DoneDate => digits(octets, 10),
                Key::Submitted | Key::Delivered => digits(octets, 3),
                Key::Stat => octets.len() == 7 && octets.iter().all(u8::is_ascii_uppercase),
                Key::Error => (1..=3).contains(&octets.len()),
                Key::Text => span.is_some() && octets.len() <= 20,
            }
        });
        Some(found.map_or(("other keys, order or blanks", None), |((span, words), _)| (words, span)))
    }

    /// With all places `by` octets on.
    fn moved(mut self, by: u32) -> Self {
        for key in KEYS {
            if let Some(span) = self.field(key) {
                span.start = span.start.saturating_add(by);
                span.end = span.end.saturating_add(by);
            }
        }
        self
    }

    fn field(&mut self, key: Key) -> &mut Option<Span> {
        match key {
            Key::Id => &mut self.id,
            Key::Submitted => &mut self.submitted,
            Key::Delivered => &mut self.delivered,
            Key::SubmitDate => &mut self.submit_date,
            Key::DoneDate => &mut self.done_date,
            Key::Stat => &mut self.stat,
            Key::Error => &mut self.error,
            Key::Text => &mut self.text,
        }
    }
}

/// The octets of a receipt's text, of UCS2 their characters.
#[derive(Clone, Debug)]
pub struct ReceiptText<'a> {
    octets: &'a [u8],
    /// One octet for each character of UCS2, of those above U+00FE 0xFF.
    narrow: [u8; NARROW],
    narrow_len: Option<usize>,
    at: u32,
}

/// Characters of UCS2 that are looked at: a short message has half of them.
const NARROW: usize = 160;

impl<'a> ReceiptText<'a> {
    /// The text of `user_data`. That it is UCS2 is believed where its octets agree: message centres declare it and
    /// send ASCII.
    #[must_use]
    pub fn of(user_data: &UserData<'a>) -> Self {
        let octets = user_data.text.rest();
        let mut text = Self { octets, narrow: [0; NARROW], narrow_len: None, at: user_data.text.at() };
        let is_wide = user_data.coding.is_some_and(|coding| coding.charset == Charset::Ucs2)
            && matches!(octets, [0, _, 0, _, ..]);
        if is_wide {
            let units = octets.as_chunks::<2>().0;
            for (into, [high, low]) in text.narrow.iter_mut().zip(units) {
                *into = if *high == 0 { *low } else { 0xFF };
            }
            text.narrow_len = Some(units.len().min(NARROW));
        }
        text
    }

    /// What [`Receipt::parse`] reads.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.narrow_len.map_or(self.octets, |length| self.narrow.get(..length).unwrap_or_default())
    }

    /// Where a part of [`octets`](Self::octets) stands in the PDU.
    #[must_use]
    pub const fn place(&self, span: Span) -> Span {
        let size = if self.narrow_len.is_some() { 2 } else { 1 };
        Span {
            start: self.at.saturating_add(span.start.saturating_mul(size)),
            end: self.at.saturating_add(span.end.saturating_mul(size)),
        }
    }
}

const KEYS: [Key; 8] = [
    Key::Id,
    Key::Submitted,
    Key::Delivered,
    Key::SubmitDate,
    Key::DoneDate,
    Key::Stat,
    Key::Error,
    Key::Text,
];

/// States by the name that `stat` has for them: Appendix B Table B-2, and ENROUTE, which message centres use.
pub static STATES: &[(&str, u8)] = &[
    ("DELIVRD", 2),
    ("EXPIRED", 3),
    ("DELETED", 4),
    ("UNDELIV", 5),
    ("ACCEPTD", 6),
    ("UNKNOWN", 7),
    ("REJECTD", 8),
    ("ENROUTE", 1),
];

/// The message_state that a stat means, in whatever case; `None` for those that Appendix B does not have.
#[must_use]
pub fn state(stat: &[u8]) -> Option<u8> {
    STATES.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(stat)).map(|(_, state)| *state)
}

/// Whether two ids may be spellings of one: equal but for leading zeros, in hexadecimal also but for case, or one the
/// decimal and the other the hexadecimal form of a number.
#[must_use]
pub fn is_same_id(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (significant(a), significant(b));
    let hex = |id: &[u8]| id.iter().all(u8::is_ascii_hexdigit);
    if a == b || hex(a) && a.eq_ignore_ascii_case(b) {
        return true;
    }
    let crossed = |decimal, hex| number(decimal, 10).is_some_and(|value| number(hex, 16) == Some(value));
    crossed(a, b) || crossed(b, a)
}

fn significant(id: &[u8]) -> &[u8] {
    let mut rest = id;
    while let [b'0', tail @ ..] = rest {
        rest = tail;
    }
    rest
}

fn number(id: &[u8], radix: u32) -> Option<u128> {
    id.iter().try_fold(0_u128, |value, octet| {
        let digit = char::from(*octet).to_digit(radix)?;
        value.checked_mul(u128::from(radix))?.checked_add(u128::from(digit))
    })
}

/// The form to the letter.
fn appendix_b(text: &[u8], at: u32) -> Option<Receipt> {
    let mut rest = Reader::new(text, at);
    let id = fixed(&mut rest, b"id:", 10, u8::is_ascii_digit)?;
    let submitted = fixed(&mut rest, b" sub:", 3, u8::is_ascii_digit)?;
    let delivered = fixed(&mut rest, b" dlvrd:", 3, u8::is_ascii_digit)?;
    let submit_date = fixed(&mut rest, b" submit date:", 10, u8::is_ascii_digit)?;
    let done_date = fixed(&mut rest, b" done date:", 10, u8::is_ascii_digit)?;
    let stat = fixed(&mut rest, b" stat:", 7, u8::is_ascii_uppercase)?;
    let (error, mut rest) = (1..=3).find_map(|length| {
        let mut rest = rest.clone();
        let error = fixed(&mut rest, b" err:", length, |_| true)?;
        let blank = rest.take(1)?;
        let initial = rest.take(1)?;
        (blank == b" " && initial.eq_ignore_ascii_case(b"t") && rest.take(4)? == b"ext:")
            .then_some((error, rest))
    })?;
    if rest.left() > 20 {
        return None;
    }
    let start = rest.at();
    rest.all();
    Some(Receipt {
        id: Some(id),
        submitted: Some(submitted),
        delivered: Some(delivered),
        submit_date: Some(submit_date),
        done_date: Some(done_date),
        stat: Some(stat),
        error: Some(error),
        text: Some(rest.since(start)),
        is_standard: true,
    })
}

/// A key and a value of `length` octets.
fn fixed(rest: &mut Reader<'_>, key: &[u8], length: u32, fits: impl Fn(&u8) -> bool) -> Option<Span> {
    if rest.take(num::short(key.len()))? != key {
        return None;
    }
    let start = rest.at();
    rest.take(length)?.iter().all(fits).then_some(rest.since(start))
}

/// Any order, any case, with or without blanks.
fn dialect(text: &[u8], at: u32) -> Option<Receipt> {
    let mut receipt = Receipt::default();
    // The field under way, if it is the first of its key, and the place after its colon.
    let mut under_way: Option<(Option<Key>, u32)> = None;
    let mut seen = 0_u8;
    for (place, _) in (0_u32..).zip(text).filter(|(_, octet)| **octet == b':') {
        let begin = under_way.map_or(0, |(_, begin)| begin);
        let Some((key, start)) = key_before(slice(text, Span { start: begin, end: place })) else { continue };
        let start = begin.saturating_add(start);
        match under_way {
            None if !slice(text, Span { start: 0, end: start }).trim_ascii().is_empty() => return None,
            Some((Some(key), begin)) => {
                *receipt.field(key) = value(text, key, Span { start: begin, end: start }, false);
            }
            _ => {}
        }
        let first = seen & key.bit() == 0;
        seen |= key.bit();
        under_way = Some((first.then_some(key), place.saturating_add(1)));
        if key == Key::Text {
            break;
        }
    }
    if let Some((Some(key), begin)) = under_way {
        let rest = Span { start: begin, end: num::short(text.len()) };
        *receipt.field(key) = value(text, key, rest, true);
    }
    if receipt.id.is_none() && receipt.stat.is_none() {
        return None;
    }
    Some(receipt.moved(at))
}

/// The key that `octets`, which stand before a colon, end with, and where it begins.
fn key_before(octets: &[u8]) -> Option<(Key, u32)> {
    let octets = octets.trim_ascii_end();
    if let Some(rest) = without(octets, b"date") {
        let rest = rest.trim_ascii_end();
        let rest = rest.strip_suffix(b"_").or(rest.strip_suffix(b"-")).unwrap_or(rest);
        let (key, rest) = without(rest, b"submit")
            .map(|rest| (Key::SubmitDate, rest))
            .or_else(|| Some((Key::DoneDate, without(rest, b"done")?)))?;
        return Some((key, num::short(rest.len())));
    }
    let (key, rest) = NAMES.iter().find_map(|(name, key)| Some((*key, without(octets, name)?)))?;
    // Blanks may be missing before the other keys; words that end in "id" are many.
    let joined = rest.last().is_some_and(|last| last.is_ascii_alphanumeric() || matches!(last, b'_' | b'-'));
    (key != Key::Id || !joined).then_some((key, num::short(rest.len())))
}

static NAMES: [(&[u8], Key); 6] = [
    (b"id", Key::Id),
    (b"sub", Key::Submitted),
    (b"dlvrd", Key::Delivered),
    (b"stat", Key::Stat),
    (b"err", Key::Error),
    (b"text", Key::Text),
];

/// `octets` without `suffix`, in whatever case.
fn without<'a>(octets: &'a [u8], suffix: &[u8]) -> Option<&'a [u8]> {
    let (rest, end) = octets.split_at_checked(octets.len().checked_sub(suffix.len())?)?;
    end.eq_ignore_ascii_case(suffix).then_some(rest)
}

/// The value of a key in `within`, which ends with the next key or the text; `None` where there is none.
fn value(text: &[u8], key: Key, within: Span, is_last: bool) -> Option<Span> {
    if key == Key::Text {
        return Some(within);
    }
    let octets = slice(text, within);
    let begun = octets.trim_ascii_start();
    let ends = |octet: &u8| octet.is_ascii_whitespace() || matches!(octet, b',' | b';' | b'|' | 0);
    let length = match key {
        Key::SubmitDate | Key::DoneDate => {
            let of_date = |octet: &u8| octet.is_ascii_digit() || b" :./-+".contains(octet);
            begun.iter().take_while(|octet| of_date(octet)).count()
        }
        // A state in another language may have blanks, up to something with a colon: a key that is not known.
        Key::Stat if !is_last && !begun.contains(&b':') => {
            begun.iter().take_while(|octet| octet.is_ascii_whitespace() || !ends(octet)).count()
        }
        _ => begun.iter().take_while(|octet| !ends(octet)).count(),
    };
    let (value, _) = begun.split_at_checked(length)?;
    let length = num::short(value.trim_ascii_end().len());
    let before = num::short(octets.len().saturating_sub(begun.len()));
    let start = within.start.saturating_add(before);
    (length > 0).then_some(Span { start, end: start.saturating_add(length) })
}
