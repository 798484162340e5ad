//! What the octets of a PDU say, for a record.

use std::borrow::Cow;
use std::fmt::Write;

use super::Options;
use super::model::{Address, Field, Part, Text, Tlv};
use crate::dissect::{characters, hex, shown};
use crate::num::index;
use crate::redact;
use crate::report::Raw;
use crate::smpp::spec::{self, Slot, TlvSlot};
use crate::smpp::text::{self, Header, UserData};
use crate::smpp::{self, Facts, Span, TlvTag, Visitor, reader, walk_with};

/// What a PDU says.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) message_id: Option<String>,
    pub(super) source_addr: Option<Address>,
    pub(super) destination_addr: Option<Address>,
    pub(super) part: Option<Part>,
    pub(super) registered_delivery: Option<u32>,
    pub(super) esm_class: Option<u32>,
    pub(super) data_coding: Option<u32>,
    pub(super) user_message_reference: Option<u32>,
    pub(super) text: Option<Text>,
    pub(super) fields: Vec<Field>,
    pub(super) tlvs: Vec<Tlv>,
}

/// Which parts are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// The keys of a message, and TLVs.
    Keys,
    /// The mandatory fields, too.
    Fields,
}

impl Message {
    /// Reads a PDU.
    pub(super) fn of(raw: &Raw, options: &Options, depth: Depth) -> Self {
        let mut all = All {
            options,
            depth,
            list: None,
            fields: Vec::new(),
            tlvs: Vec::new(),
            destination: Destination::default(),
        };
        let facts = walk_with(&raw.octets, raw.context, raw.default_charset, &mut all);
        let All { fields, tlvs, destination, .. } = all;
        let pdu: &[u8] = &raw.octets;
        let integer = |slot| facts.integer(slot);
        // Without its NUL it is the rest of the PDU, which may be a text.
        let ends = |slot| facts.span(slot).is_some_and(|span| pdu.get(index(span.end)) == Some(&0));
        let readable = |slot| facts.text(pdu, slot).filter(|_| ends(slot) || options.texts).map(characters);
        let source = readable(Slot::SourceAddr).map(|value| Address {
            value,
            ton: integer(Slot::SourceTon),
            npi: integer(Slot::SourceNpi),
        });
        let user_data = UserData::of(&facts, pdu, raw.context.version, raw.default_charset);
        let text = user_data.as_ref().and_then(|user_data| text_of(&facts, raw, user_data, options));
        Self {
            message_id: readable(Slot::MessageId).filter(|id| !id.is_empty()),
            source_addr: source,
            destination_addr: destination.address,
            part: user_data.as_ref().and_then(udh_part).or_else(|| sar_part(&facts, pdu)),
            registered_delivery: integer(Slot::RegisteredDelivery),
            esm_class: integer(Slot::EsmClass),
            data_coding: integer(Slot::DataCoding),
            user_message_reference: number(&facts, pdu, TlvSlot::UserMessageReference),
            text,
            fields,
            tlvs,
        }
    }
}

fn text_of(facts: &Facts, raw: &Raw, user_data: &UserData<'_>, options: &Options) -> Option<Text> {
    let read = text::text(facts, &raw.octets, raw.context.version, raw.default_charset)?;
    let length = read.text.as_ref().map(|text| crate::num::short(text.chars().count()));
    Some(Text {
        text: read.text.filter(|_| options.texts),
        charset: Cow::Borrowed(read.charset.name()),
        why: read.why,
        octets: user_data.text.left(),
        length,
        token: raw.text_token.as_deref().map(str::to_owned),
    })
}

fn udh_part(user_data: &UserData<'_>) -> Option<Part> {
    let Header::Whole(header) = &user_data.header else { return None };
    header.part().map(|part| Part {
        reference: u32::from(part.reference),
        no: u32::from(part.number),
        of: u32::from(part.total),
    })
}

fn sar_part(facts: &Facts, pdu: &[u8]) -> Option<Part> {
    Some(Part {
        reference: number(facts, pdu, TlvSlot::SarMsgRefNum)?,
        no: number(facts, pdu, TlvSlot::SarSegmentSeqnum)?,
        of: number(facts, pdu, TlvSlot::SarTotalSegments)?,
    })
}

/// The value of an integer TLV.
fn number(facts: &Facts, pdu: &[u8], slot: TlvSlot) -> Option<u32> {
    match *reader::slice(pdu, facts.tlv(slot)?.value) {
        [a] => Some(u32::from(a)),
        [a, b] => Some(u32::from(u16::from_be_bytes([a, b]))),
        _ => None,
    }
}

/// The first destination: its type and plan stand before it.
#[derive(Debug, Default)]
struct Destination {
    ton: Option<u32>,
    npi: Option<u32>,
    address: Option<Address>,
}

struct All<'a> {
    options: &'a Options,
    depth: Depth,
    list: Option<(&'static str, u32)>,
    fields: Vec<Field>,
    tlvs: Vec<Tlv>,
    destination: Destination,
}

impl Visitor for All<'_> {
    fn field(&mut self, field: &'static spec::Field, value: smpp::Value<'_>, span: Span) {
        let is_cut = matches!(value, smpp::Value::Text(octets)
            if index(span.end.saturating_sub(span.start)) <= octets.len());
        let destination = &mut self.destination;
        match (field.slot, value) {
            (Some(Slot::DestTon), smpp::Value::Integer(ton)) => destination.ton = Some(ton),
            (Some(Slot::DestNpi), smpp::Value::Integer(npi)) => destination.npi = Some(npi),
            (Some(Slot::DestinationAddr), smpp::Value::Text(octets))
                if destination.address.is_none() && (!is_cut || self.options.texts) =>
            {
                let Destination { ton, npi, .. } = *destination;
                destination.address = Some(Address { value: characters(octets), ton, npi });
            }
            _ => {}
        }
        if self.depth == Depth::Keys {
            return;
        }
        let is_hidden = field.secret && !self.options.secrets
            || (field.slot == Some(Slot::ShortMessage) || is_cut) && !self.options.texts;
        let name = match self.list {
            Some((list, item)) => Cow::Owned(format!("{list}[{item}].{}", field.name)),
            None => Cow::Borrowed(field.name),
        };
        self.fields.push(Field { name, value: (!is_hidden).then(|| shown(value)) });
    }

    fn item(&mut self, field: &'static spec::Field, index: u32) {
        self.list = Some((field.name, index));
    }

    fn list_end(&mut self, _: &'static spec::Field, _: Span) {
        self.list = None;
    }

    fn tlv(
        &mut self,
        tag: TlvTag,
        known: Option<&'static spec::Tlv>,
        octets: &[u8],
        value: smpp::Value<'_>,
        _: Span,
    ) {
        // Of what may be anything only numbers are shown: vendors have texts in their TLVs.
        let is_number = matches!(value, smpp::Value::Integer(_));
        let shows = is_number || !redact::may_be_text(known.map(spec::Tlv::name)) || self.options.texts;
        self.tlvs.push(Tlv {
            tag: tag.0,
            name: known.map(|tlv| Cow::Borrowed(tlv.name())),
            length: crate::num::short(octets.len()),
            value: shows.then(|| shown(value)),
            hex: shows.then(|| hex(octets)),
        });
    }
}

/// A message_id in the other notations: read as hex and written in decimal, read as decimal and written in hex.
pub(super) fn notations(id: &str) -> (Option<String>, Option<String>) {
    let is_plain = !id.starts_with('+');
    let decimal = u128::from_str_radix(id, 16).ok().filter(|_| is_plain).map(|number| number.to_string());
    let hex = id.parse::<u128>().ok().filter(|_| is_plain).map(|number| {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(text, "{number:x}");
        text
    });
    (decimal, hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_in_the_notations_that_receipts_use() {
        let both = |id| notations(id);
        assert_eq!(both("0012d6"), (Some("4822".to_owned()), None));
        assert_eq!(both("1234"), (Some("4660".to_owned()), Some("4d2".to_owned())));
        for id in ["", "+12", "-1", "x-1", "018f4e2c-7a10-7cc0", &"9".repeat(65)] {
            assert_eq!(both(id), (None, None), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_printed_is_hex() {
        assert_eq!(characters(b"MyBank"), "MyBank");
        assert_eq!(characters(b"a\x1b[2J"), "611b5b324a");
    }
}
