//! TLVs: the second half of a walk.

use super::reader::Reader;
use super::spec::{self, Command, Judged, Kind, TimeUse, Tlv, TlvSet, Versions, is_vendor_tlv, values};
use super::walk::Walk;
use super::{CommandStatus, Detail, RuleId, Span, TlvTag, Value, Version, Visitor};

/// Whether the octets are a chain of TLVs.
pub(super) fn are_tlvs(mut reader: Reader<'_>) -> bool {
    while !reader.is_empty() {
        let Some([_, _, high, low]) = reader.take_array() else { return false };
        if reader.take(u32::from(u16::from_be_bytes([high, low]))).is_none() {
            return false;
        }
    }
    true
}

const CONGESTION_STATE: TlvSet = TlvSet::of(&[TlvTag::CONGESTION_STATE]);

impl<V: Visitor + ?Sized> Walk<'_, '_, V> {
    /// The TLVs up to the end of the body.
    pub(super) fn tlvs(&mut self, command: &'static Command, reader: &mut Reader<'_>) {
        let quiet = self.quiet;
        if self.layout == Version::V33 && !reader.is_empty() {
            // Shown as 3.4 reads them, and not judged. 3.3 leaves room for a NUL after short_message that sm_length does not count.
            if reader.rest() != [0] || self.facts.short_message().is_none() {
                self.report(RuleId::TLV_IN_V33_SESSION, reader.rest_span(), None, Detail::Plain);
            }
            self.quiet = true;
        }
        while !reader.is_empty() {
            let start = reader.at();
            let rest = reader.rest_span();
            let Some([a, b, high, low]) = reader.take_array() else {
                self.report(RuleId::TLV_TRAILING_OCTETS, rest, None, Detail::Plain);
                break;
            };
            let tag = TlvTag(u16::from_be_bytes([a, b]));
            let stated = u32::from(u16::from_be_bytes([high, low]));
            let left = reader.left();
            let Some(octets) = reader.take(stated) else {
                let field = spec::tlv(tag).map(|tlv| &tlv.field);
                self.report(RuleId::TLV_LENGTH_OVERRUN, rest, field, Detail::Beyond { stated, left });
                break;
            };
            self.tlv(command, tag, octets, reader.since(start));
        }
        self.quiet = quiet;
    }

    fn tlv(&mut self, command: &'static Command, tag: TlvTag, octets: &[u8], span: Span) {
        let Some(tlv) = spec::tlv(tag) else {
            self.facts.unknown_tlvs = self.facts.unknown_tlvs.saturating_add(1);
            self.visitor.tlv(tag, None, octets, Value::Octets(octets), span);
            let rule = if is_vendor_tlv(tag) { RuleId::TLV_TAG_VENDOR } else { RuleId::TLV_TAG_RESERVED };
            self.report(rule, span, None, Detail::Tag(tag));
            return;
        };
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        let lengths = match self.version {
            Some(Version::V34 | Version::V33) => [tlv.lengths_v34, None],
            Some(Version::V50) => [tlv.lengths_v50, None],
            None => [tlv.lengths_v34, tlv.lengths_v50],
        };
        let fits = lengths.iter().flatten().any(|lengths| lengths.allow(length));
        let value = if fits { value_of(tlv, octets) } else { Value::Octets(octets) };
        self.visitor.tlv(tag, Some(tlv), octets, value, span);

        let again = self.facts.keep_tlv(tlv, Span { start: span.start.saturating_add(4), end: span.end });
        let field = Some(&tlv.field);
        let Some(allowed) = lengths.iter().flatten().next() else {
            self.report(RuleId::TLV_NOT_IN_VERSION, span, field, Detail::Plain);
            return;
        };
        let mut permitted = match self.version {
            Some(Version::V34 | Version::V33) => command.tlvs_v34,
            Some(Version::V50) => command.tlvs_v50,
            None => command.tlvs_v34.or(command.tlvs_v50),
        };
        if command.is_response() && self.version != Some(Version::V34) {
            permitted = permitted.or(CONGESTION_STATE);
        }
        if !permitted.contains(tag) {
            self.report(RuleId::TLV_NOT_PERMITTED, span, field, Detail::With(command.name));
        }
        if again && !tlv.repeat {
            self.report(RuleId::TLV_DUPLICATE, span, field, Detail::Plain);
        }
        if !fits {
            let detail = Detail::Length { found: u32::from(length), allowed: *allowed };
            self.report(RuleId::TLV_LENGTH_INVALID, span, field, detail);
            return;
        }
        self.tlv_value(tlv, octets, value, span);
    }

    /// Judges the value of a TLV of the right length.
    fn tlv_value(&mut self, tlv: &'static Tlv, octets: &[u8], value: Value<'_>, span: Span) {
        let field = &tlv.field;
        match &field.kind {
            Kind::CString { .. } => {
                let whole = octets.split_last().is_some_and(|(last, rest)| *last == 0 && !rest.contains(&0));
                if !whole {
                    self.report(RuleId::TLV_CSTRING_UNTERMINATED, span, Some(field), Detail::Plain);
                }
            }
            Kind::Time(_) => {
                if let Value::Text(characters) = value {
                    if characters.len() == 16 {
                        self.moment(field, TimeUse::Reported, characters, span);
                    } else {
                        self.report(RuleId::FIELD_TIME_MALFORMED, span, Some(field), Detail::Plain);
                    }
                }
            }
            _ => {}
        }
        let integer = value.integer();
        let first = octets.first().copied().map(u32::from);
        let versions = match tlv.judged {
            Judged::Nothing => return,
            Judged::Value => integer.and_then(|value| Some(field.values?.allowed(value))),
            Judged::FirstOctet => first.and_then(|value| Some(field.values?.allowed(value))),
            Judged::AtMost(most) => {
                integer.map(|value| if value <= most { Versions::ALL } else { Versions::NONE })
            }
            Judged::CallbackNumber => callback_number(octets),
            Judged::ContentType => content_type(octets),
            Judged::Status => {
                if let Some(value) = integer
                    && value != 0
                {
                    self.status(CommandStatus(value), span, field.name, Some(field));
                }
                return;
            }
        };
        if versions.is_some_and(|versions| versions.and(self.candidates).is_empty()) {
            let state =
                field.values.and_then(|values| values.rule).filter(|_| tlv.tag == TlvTag::MESSAGE_STATE);
            let rule = state.unwrap_or(RuleId::TLV_VALUE_RESERVED);
            let detail = integer.or(first).map_or(Detail::Plain, Detail::Value);
            self.report(rule, span, Some(field), detail);
        }
    }
}

/// The value of a TLV of the right length, as its row lays it out.
pub(super) fn value_of<'a>(tlv: &Tlv, octets: &'a [u8]) -> Value<'a> {
    match (&tlv.field.kind, octets) {
        (Kind::U8, [a]) => Value::Integer(u32::from(*a)),
        (Kind::U16, [a, b]) => Value::Integer(u32::from(u16::from_be_bytes([*a, *b]))),
        (Kind::U32, [a, b, c, d]) => Value::Integer(u32::from_be_bytes([*a, *b, *c, *d])),
        (Kind::CString { .. } | Kind::Time(_), [characters @ .., 0]) => Value::Text(characters),
        (Kind::CString { .. } | Kind::Time(_), characters) => Value::Text(characters),
        _ => Value::Octets(octets),
    }
}

/// Digit mode, TON and NPI of callback_num: SMPP 3.4 §5.3.2.36.
fn callback_number(octets: &[u8]) -> Option<Versions> {
    let [mode, ton, npi, ..] = octets else { return None };
    let reserved = mode & 0xFE != 0 || ton & 0xF8 != 0 || npi & 0xF0 != 0;
    let known = values::TON.allowed(u32::from(*ton)).and(values::NPI.allowed(u32::from(*npi)));
    Some(if reserved { Versions::NONE } else { known })
}

/// Network and content of broadcast_content_type: SMPP 5.0 §4.8.4.8. The contents are of the generic network.
fn content_type(octets: &[u8]) -> Option<Versions> {
    let [network, high, low] = octets else { return None };
    Some(match network {
        0 => values::BROADCAST_CONTENT_TYPE.allowed(u32::from(u16::from_be_bytes([*high, *low]))),
        1..=3 => Versions::ALL,
        _ => Versions::NONE,
    })
}
