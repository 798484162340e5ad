//! What the octets of a PDU say, for a record.

use std::borrow::Cow;
use std::fmt::Write;

use super::Options;
use super::model::{Address, Field, Part, Text, Tlv};
use crate::dissect::{characters, hex, shown};
use crate::num::index;
use crate::redact;
use crate::smpp::spec::{self, Slot, TlvSlot};
use crate::smpp::text::{self, Charset, Header, UserData};
use crate::smpp::{self, Context, Facts, Span, TlvTag, Visitor, reader, walk_with};

/// What a PDU says, borrowed from it.
#[derive(Debug, Default)]
pub(super) struct Keys<'a> {
    pub(super) message_id: Option<&'a [u8]>,
    pub(super) source_addr: Option<Number<'a>>,
    pub(super) destination_addr: Option<Number<'a>>,
    pub(super) part: Option<Part>,
    pub(super) registered_delivery: Option<u32>,
    pub(super) esm_class: Option<u32>,
    pub(super) data_coding: Option<u32>,
    pub(super) user_message_reference: Option<u32>,
    pub(super) text: Option<Text>,
}

/// An address of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'a> {
    pub(super) characters: &'a [u8],
    pub(super) ton: Option<u32>,
    pub(super) npi: Option<u32>,
}

/// Takes the fields and TLVs of a PDU, as far as they may be shown.
pub(super) trait Parts {
    /// A mandatory field, of an item of a list or none; without a value where that is not to be shown.
    fn field(
        &mut self,
        item: Option<(&'static str, u32)>,
        name: &'static str,
        value: Option<smpp::Value<'_>>,
    );

    /// A TLV, likewise.
    fn tlv(
        &mut self,
        tag: TlvTag,
        known: Option<&'static spec::Tlv>,
        octets: &[u8],
        value: Option<smpp::Value<'_>>,
    );
}

/// Reads a PDU: `parts` gets what stands in it, what it says as a whole is returned. `token` stands for its text.
pub(super) fn read<'a>(
    pdu: &'a [u8],
    context: Context,
    default_charset: Charset,
    token: Option<&str>,
    options: &Options,
    parts: &mut impl Parts,
) -> Keys<'a> {
    let mut all = All { options, parts, list: None, destination: Destination::default() };
    let facts = walk_with(pdu, context, default_charset, &mut all);
    let Destination { ton, npi, span } = all.destination;
    let integer = |slot| facts.integer(slot);
    // Without its NUL it is the rest of the PDU, which may be a text.
    let ends = |slot| facts.span(slot).is_some_and(|span| pdu.get(index(span.end)) == Some(&0));
    let readable = |slot| facts.text(pdu, slot).filter(|_| ends(slot) || options.texts);
    let user_data = UserData::of(&facts, pdu, context.version, default_charset);
    let text = user_data.as_ref().and_then(|user_data| {
        let read = text::text(&facts, pdu, context.version, default_charset)?;
        Some(Text { token: token.map(str::to_owned), ..text_of(read, user_data, options) })
    });
    Keys {
        message_id: readable(Slot::MessageId).filter(|id| !id.is_empty()),
        source_addr: readable(Slot::SourceAddr).map(|characters| Number {
            characters,
            ton: integer(Slot::SourceTon),
            npi: integer(Slot::SourceNpi),
        }),
        destination_addr: span.map(|span| Number { characters: reader::slice(pdu, span), ton, npi }),
        part: user_data.as_ref().and_then(udh_part).or_else(|| sar_part(&facts, pdu)),
        registered_delivery: integer(Slot::RegisteredDelivery),
        esm_class: integer(Slot::EsmClass),
        data_coding: integer(Slot::DataCoding),
        user_message_reference: number(&facts, pdu, TlvSlot::UserMessageReference),
        text,
    }
}

/// The fields and TLVs of a PDU, for a document.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Empty unless they are wanted.
    pub(super) fields: Vec<Field>,
    pub(super) tlvs: Vec<Tlv>,
    with_fields: bool,
}

impl Lists {
    /// Those of a PDU, and what it says.
    pub(super) fn of<'a>(
        pdu: &'a [u8],
        (context, default_charset): (Context, Charset),
        token: Option<&str>,
        options: &Options,
        with_fields: bool,
    ) -> (Self, Keys<'a>) {
        let mut lists = Self { with_fields, ..Self::default() };
        let keys = read(pdu, context, default_charset, token, options, &mut lists);
        (lists, keys)
    }
}

impl Parts for Lists {
    fn field(
        &mut self,
        item: Option<(&'static str, u32)>,
        name: &'static str,
        value: Option<smpp::Value<'_>>,
    ) {
        if !self.with_fields {
            return;
        }
        let name = match item {
            Some((list, item)) => Cow::Owned(format!("{list}[{item}].{name}")),
            None => Cow::Borrowed(name),
        };
        self.fields.push(Field { name, value: value.map(shown) });
    }

    fn tlv(
        &mut self,
        tag: TlvTag,
        known: Option<&'static spec::Tlv>,
        octets: &[u8],
        value: Option<smpp::Value<'_>>,
    ) {
        self.tlvs.push(Tlv {
            tag: tag.0,
            name: known.map(|tlv| Cow::Borrowed(tlv.name())),
            length: crate::num::short(octets.len()),
            value: value.map(shown),
            hex: value.map(|_| hex(octets)),
        });
    }
}

impl Number<'_> {
    /// The same, for a document.
    pub(super) fn address(self) -> Address {
        Address { value: characters(self.characters), ton: self.ton, npi: self.npi }
    }
}

fn text_of(read: text::Text, user_data: &UserData<'_>, options: &Options) -> Text {
    let length = read.text.as_ref().map(|text| crate::num::short(text.chars().count()));
    Text {
        text: read.text.filter(|_| options.texts),
        charset: Cow::Borrowed(read.charset.name()),
        why: read.why,
        octets: user_data.text.left(),
        length,
        token: None,
    }
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
    /// Its characters.
    span: Option<Span>,
}

/// Decides what is shown.
struct All<'a, P> {
    options: &'a Options,
    parts: &'a mut P,
    list: Option<(&'static str, u32)>,
    destination: Destination,
}

impl<P: Parts> Visitor for All<'_, P> {
    fn field(&mut self, field: &'static spec::Field, value: smpp::Value<'_>, span: Span) {
        let is_cut = matches!(value, smpp::Value::Text(octets)
            if index(span.end.saturating_sub(span.start)) <= octets.len());
        let destination = &mut self.destination;
        match (field.slot, value) {
            (Some(Slot::DestTon), smpp::Value::Integer(ton)) if destination.span.is_none() => {
                destination.ton = Some(ton);
            }
            (Some(Slot::DestNpi), smpp::Value::Integer(npi)) if destination.span.is_none() => {
                destination.npi = Some(npi);
            }
            (Some(Slot::DestinationAddr), smpp::Value::Text(octets))
                if destination.span.is_none() && (!is_cut || self.options.texts) =>
            {
                let end = span.start.saturating_add(crate::num::short(octets.len()));
                destination.span = Some(Span { start: span.start, end });
            }
            _ => {}
        }
        let is_hidden = field.secret && !self.options.secrets
            || (field.slot == Some(Slot::ShortMessage) || is_cut) && !self.options.texts;
        self.parts.field(self.list, field.name, (!is_hidden).then_some(value));
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
        self.parts.tlv(tag, known, octets, shows.then_some(value));
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
