//! A PDU redacted: as long as before, with the same fields and TLVs at the same places.
//!
//! What is kept is named, by field; every octet of a body that no field of the tables takes is wiped. So a broken PDU, a
//! command of a vendor or a TLV that nobody knows tells nothing.

use super::Redactor;
use super::message::{self, FILLER};
use crate::num::index;
use crate::smpp::spec::{self, Kind, SERVICE_TYPES, Tlv};
use crate::smpp::text::Charset;
use crate::smpp::{Context, Finding, Header, RuleId, Span, TlvTag, Value, Visitor, walk_with};

/// What the octets of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    /// A password.
    Secret,
    /// Somebody's address.
    Number,
    /// Somebody's name.
    Name,
    /// The text of a message.
    Message,
    /// Another text, or octets that may be anything.
    Anything,
    /// Nobody's: kept if it has at most so many octets, without blanks but before it (3.3 §6.3.4), and, as a field, its
    /// NUL. What has not may be anything that stands in the place of it.
    Plain(usize),
    /// A few octets of numbers that the table does not take apart: kept if at most so many.
    Binary(usize),
    /// Kept where the specification names it.
    ServiceType,
}

/// What the fields are that are no integers, and how many octets before the subject are none of it.
const FIELDS: &[(&str, Subject, usize)] = &[
    ("additional_status_info_text", Subject::Anything, 0),
    ("address_range", Subject::Number, 0),
    ("billing_identification", Subject::Anything, 1),
    ("broadcast_area_identifier", Subject::Anything, 1),
    ("broadcast_content_type", Subject::Binary(3), 0),
    ("broadcast_content_type_info", Subject::Anything, 0),
    ("broadcast_end_time", Subject::Plain(16), 0),
    ("broadcast_frequency_interval", Subject::Binary(3), 0),
    ("broadcast_service_group", Subject::Anything, 0),
    ("callback_num", Subject::Number, 3),
    ("callback_num_atag", Subject::Anything, 1),
    ("dest_addr_np_country", Subject::Binary(5), 0),
    ("dest_addr_np_information", Subject::Number, 0),
    ("dest_network_id", Subject::Name, 0),
    ("dest_node_id", Subject::Number, 0),
    ("dest_subaddress", Subject::Number, 1),
    ("destination_addr", Subject::Number, 0),
    ("dl_name", Subject::Name, 0),
    ("esme_addr", Subject::Number, 0),
    ("final_date", Subject::Plain(16), 0),
    ("its_session_info", Subject::Binary(2), 0),
    ("message_id", Subject::Plain(64), 0),
    ("message_payload", Subject::Message, 0),
    ("ms_validity", Subject::Binary(4), 0),
    ("msgid", Subject::Plain(64), 0),
    ("network_error_code", Subject::Binary(3), 0),
    ("original_message_id", Subject::Plain(64), 0),
    ("param_name", Subject::Plain(31), 0),
    ("param_value", Subject::Anything, 0),
    ("password", Subject::Secret, 0),
    ("receipted_message_id", Subject::Plain(64), 0),
    ("schedule_delivery_time", Subject::Plain(16), 0),
    ("service_type", Subject::ServiceType, 0),
    ("short_message", Subject::Message, 0),
    ("source_addr", Subject::Number, 0),
    ("source_network_id", Subject::Name, 0),
    ("source_node_id", Subject::Number, 0),
    ("source_subaddress", Subject::Number, 1),
    ("system_id", Subject::Name, 0),
    ("system_type", Subject::Name, 0),
    ("validity_period", Subject::Plain(16), 0),
];

impl Redactor {
    /// `octets`, a PDU or the beginning of one, redacted; `context` and `default_charset` are what it is read by.
    /// Passwords are wiped whatever is redacted.
    #[must_use]
    pub fn pdu(&self, octets: &[u8], context: Context, default_charset: Charset) -> Vec<u8> {
        let mut out = octets.to_vec();
        let mut seen = Seen {
            redactor: self,
            from: octets.as_ptr().addr(),
            edits: Vec::new(),
            taken: Header::LEN,
            rest: Vec::new(),
            texts: Vec::new(),
        };
        let facts = walk_with(octets, context, default_charset, &mut seen);
        let Seen { edits, taken, mut rest, texts, .. } = seen;
        for (at, token) in edits {
            put(&mut out, at, &token);
        }
        if self.subjects.text {
            for span in texts {
                let within = out.get_mut(index(span.start)..index(span.end)).unwrap_or_default();
                message::wipe_region(within, &facts, context.version, default_charset);
            }
            message::restore(&mut out, octets, &facts, context.version, default_charset);
        }
        if self.subjects.of_pdus() {
            rest.push((taken.min(octets.len()), octets.len()));
            for (from, to) in rest {
                wipe(out.get_mut(from..to).unwrap_or_default());
            }
        }
        out
    }

    /// Octets of a stream that are in no PDU: wiped, unless nothing of PDUs is redacted.
    #[must_use]
    pub fn loose(&self, octets: &[u8]) -> Vec<u8> {
        let mut out = octets.to_vec();
        if self.subjects.of_pdus() {
            wipe(&mut out);
        }
        out
    }
}

/// What a walk saw of a PDU.
struct Seen<'a> {
    redactor: &'a Redactor,
    /// Where its octets are in memory: values are parts of them.
    from: usize,
    /// What replaces the octets from a place on.
    edits: Vec<(usize, Vec<u8>)>,
    /// The octets before this one were seen.
    taken: usize,
    /// Ranges that no field took.
    rest: Vec<(usize, usize)>,
    /// Texts of messages.
    texts: Vec<Span>,
}

impl Seen<'_> {
    fn take(&mut self, span: Span) {
        let (start, end) = (index(span.start), index(span.end));
        if start > self.taken {
            self.rest.push((self.taken, start));
        }
        self.taken = self.taken.max(end);
    }

    /// The value of a field, which stands at its place in the PDU.
    fn value(&mut self, name: &str, value: &[u8]) {
        let (subject, before) = subject(name);
        let Some((_, octets)) = value.split_at_checked(before) else { return };
        let at = octets.as_ptr().addr().wrapping_sub(self.from);
        let subjects = self.redactor.subjects;
        let token = match subject {
            Subject::Secret => shaped(octets, vec![b'*'; octets.len()]),
            Subject::Number if subjects.numbers => shaped(octets, self.redactor.number_token(octets)),
            Subject::Name if subjects.names => shaped(octets, self.redactor.name_token(octets)),
            Subject::Message => {
                let start = crate::num::short(at);
                self.texts.push(Span { start, end: start.saturating_add(crate::num::short(octets.len())) });
                return;
            }
            Subject::Plain(most) if octets.len() <= most && is_word(octets) => {
                return;
            }
            Subject::Binary(most) if octets.len() <= most => return,
            Subject::ServiceType if SERVICE_TYPES.iter().any(|(name, ..)| name.as_bytes() == octets) => {
                return;
            }
            Subject::Number | Subject::Name => return,
            // An unknown TLV is often a number in the making of a vendor.
            Subject::Anything if subjects.numbers && is_number(octets) => self.redactor.number_token(octets),
            Subject::Anything | Subject::Plain(_) | Subject::Binary(_) | Subject::ServiceType
                if subjects.of_pdus() =>
            {
                shaped(octets, wiped(octets))
            }
            _ => return,
        };
        self.edits.push((at, token));
    }
}

impl Visitor for Seen<'_> {
    fn field(&mut self, field: &'static spec::Field, value: Value<'_>, span: Span) {
        self.take(span);
        if let Value::Text(octets) | Value::Octets(octets) = value {
            let ends = matches!(field.kind, Kind::CString { .. } | Kind::Time(_));
            let whole = !ends || index(span.end.saturating_sub(span.start)) > octets.len();
            let name = if field.secret { "password" } else { field.name };
            let kept = matches!(subject(name).0, Subject::Plain(_) | Subject::ServiceType);
            // Without its NUL it is the rest of the PDU.
            self.value(if kept && !whole { "" } else { name }, octets);
        }
    }

    fn tlv(&mut self, _: TlvTag, known: Option<&'static Tlv>, _: &[u8], value: Value<'_>, span: Span) {
        self.take(span);
        if let Value::Text(octets) | Value::Octets(octets) = value {
            // Octets in the place of an integer are of a length that it does not have.
            let name = known.filter(|tlv| !matches!(tlv.field.kind, Kind::U8 | Kind::U16 | Kind::U32));
            self.value(name.map_or("", |tlv| tlv.name()), octets);
        }
    }

    fn finding(&mut self, finding: Finding) {
        // The tag and the length of a TLV that goes beyond the end are no secret, and what is wrong stays so.
        if finding.rule == RuleId::TLV_LENGTH_OVERRUN {
            let Span { start, .. } = finding.span;
            self.take(Span { start, end: start.saturating_add(4) });
        }
    }
}

/// Whether the value of a TLV may be a text, or anything: all but numbers, names, ids and times. `None`: one that no
/// version defines.
#[must_use]
pub fn may_be_text(name: Option<&str>) -> bool {
    matches!(subject(name.unwrap_or_default()).0, Subject::Message | Subject::Anything)
}

/// What a field is, by its name; anything, where the tables do not have it.
fn subject(name: &str) -> (Subject, usize) {
    let row = FIELDS.iter().find(|(known, ..)| *known == name);
    row.map_or((Subject::Anything, 0), |(_, subject, before)| (*subject, *before))
}

/// Whether octets are characters without blanks but at the beginning.
fn is_word(octets: &[u8]) -> bool {
    octets.iter().skip_while(|octet| **octet == b' ').all(u8::is_ascii_graphic)
}

/// Whether octets are the digits of a number, with a NUL behind them perhaps.
fn is_number(octets: &[u8]) -> bool {
    let digits = octets.strip_suffix(&[0]).unwrap_or(octets);
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    digits.len() >= 5 && digits.iter().all(u8::is_ascii_digit) && digits.len() == octets.len()
}

/// A token that is no better than what it stands for: what cannot be printed still cannot.
fn shaped(octets: &[u8], mut token: Vec<u8>) -> Vec<u8> {
    for (octet, into) in octets.iter().zip(&mut token) {
        match octet {
            b' '..=b'~' => {}
            0 => *into = 0,
            _ => *into = FILLER | 0x80,
        }
    }
    token
}

fn wiped(octets: &[u8]) -> Vec<u8> {
    let mut out = octets.to_vec();
    wipe(&mut out);
    out
}

/// NULs end strings, and stay.
fn wipe(octets: &mut [u8]) {
    octets.iter_mut().filter(|octet| **octet != 0).for_each(|octet| *octet = FILLER);
}

fn put(out: &mut [u8], at: usize, token: &[u8]) {
    if let Some(room) = out.get_mut(at..at.saturating_add(token.len())) {
        room.copy_from_slice(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_tables_that_is_no_integer_has_a_row() {
        let integer = |kind: &Kind| matches!(kind, Kind::U8 | Kind::U16 | Kind::U32);
        // Their parts are fields of their own.
        let whole = |kind: &Kind| matches!(kind, Kind::List { .. } | Kind::OneOf { .. });
        let fields = spec::fields::FIELDS.iter().copied().chain(spec::TLVS.iter().map(|tlv| &tlv.field));
        for field in fields.filter(|field| !integer(&field.kind) && !whole(&field.kind)) {
            assert!(FIELDS.iter().any(|(name, ..)| *name == field.name), "{}", field.name);
            assert_eq!(field.secret, subject(field.name).0 == Subject::Secret, "{}", field.name);
        }
        assert!(FIELDS.is_sorted_by_key(|(name, ..)| *name));
    }
}
