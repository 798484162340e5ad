//! One PDU as a tree of values that owns its octets: what [`decode`](Record::decode) reads and
//! [`encode`](super::encode()) writes.

use std::fmt;

use super::header::Header;
use super::reader::slice;
use super::spec::{self, Command, Field, Kind, Tlv};
use super::{CommandId, CommandStatus, Context, Facts, SequenceNumber, Span, TlvTag, Value, Visitor, walk};
use crate::num;

/// A PDU in values. Whatever the octets were, a decoded one encodes back to them: what the layout has no place for is
/// in [`rest`](Self::rest).
#[derive(Clone, Debug)]
pub struct Record {
    /// command_length as it was stated; `None`: as many octets as the PDU has.
    pub command_length: Option<u32>,
    /// What the PDU is.
    pub command_id: CommandId,
    /// Outcome, in responses.
    pub command_status: CommandStatus,
    /// Joins a response to its request.
    pub sequence_number: SequenceNumber,
    /// Mandatory fields, in wire order.
    pub fields: Vec<Entry>,
    /// TLVs, in wire order.
    pub tlvs: Vec<TlvEntry>,
    /// Octets after the last field or TLV that could be laid out.
    pub rest: Vec<u8>,
    /// Whether the body ends within the mandatory fields; `rest` is then what is there of the next one.
    pub is_cut: bool,
}

/// A field with its value.
#[derive(Clone)]
pub struct Entry {
    /// Its row.
    pub field: &'static Field,
    /// Its value.
    pub content: Content,
    /// Where it stands in the PDU; of no meaning for one that was not decoded.
    pub span: Span,
}

/// The value of a field, owned.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// An integer of 1, 2 or 4 octets.
    Integer(u32),
    /// The characters of a C-Octet String, without the NUL.
    Text(Vec<u8>),
    /// Octets.
    Octets(Vec<u8>),
    /// The items of a list, each with its fields; a choice shows as its flag and the fields of the case.
    Items(Vec<Vec<Entry>>),
}

/// A TLV with its value.
#[derive(Clone)]
pub struct TlvEntry {
    /// Its tag.
    pub tag: TlvTag,
    /// Its row, if a version defines the tag.
    pub known: Option<&'static Tlv>,
    /// Its octets, without tag and length. These are what is encoded.
    pub octets: Vec<u8>,
    /// What they say.
    pub content: Content,
    /// Where it stands in the PDU, tag and length included; of no meaning for one that was not decoded.
    pub span: Span,
}

const NOWHERE: Span = Span { start: 0, end: 0 };

impl Record {
    /// A PDU without fields and TLVs.
    #[must_use]
    pub const fn new(id: CommandId, status: CommandStatus, sequence: SequenceNumber) -> Self {
        Self {
            command_length: None,
            command_id: id,
            command_status: status,
            sequence_number: sequence,
            fields: Vec::new(),
            tlvs: Vec::new(),
            rest: Vec::new(),
            is_cut: false,
        }
    }

    /// Takes a PDU apart; `None` when fewer than 16 octets are there. Octets beyond command_length are left out.
    #[must_use]
    pub fn decode(pdu: &[u8], context: Context) -> Option<(Self, Facts)> {
        let mut recorder = Recorder::default();
        let facts = walk(pdu, context, &mut recorder);
        Some((recorder.finish(pdu)?, facts))
    }

    /// The row of its command; `None` for ids that no version defines.
    #[must_use]
    pub fn command(&self) -> Option<&'static Command> {
        spec::command(self.command_id)
    }

    /// The value of a mandatory field, by name; not one of a list's items.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Content> {
        find(&self.fields, name).map(|entry| &entry.content)
    }
}

impl Entry {
    /// A field that has not been on the wire.
    #[must_use]
    pub const fn new(field: &'static Field, content: Content) -> Self {
        Self { field, content, span: NOWHERE }
    }
}

impl TlvEntry {
    /// A TLV that has not been on the wire, from its octets.
    #[must_use]
    pub fn new(tag: TlvTag, octets: Vec<u8>) -> Self {
        let known = spec::tlv(tag);
        let value = known.map_or(Value::Octets(&octets), |tlv| super::tlvs::value_of(tlv, &octets));
        let content = Content::from(value);
        Self { tag, known, octets, content, span: NOWHERE }
    }
}

/// Passwords are not printed.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { start, end } = self.span;
        if self.field.secret {
            return write!(f, "{} @{start}..{end}", self.field.name);
        }
        write!(f, "{} {:?} @{start}..{end}", self.field.name, self.content)
    }
}

impl fmt::Debug for TlvEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { start, end } = self.span;
        write!(f, "{} {:?} @{start}..{end}", self.tag, self.content)
    }
}

/// The same field with the same value, wherever it stands.
impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.field.name == other.field.name && self.content == other.content
    }
}

/// The same tag with the same octets, wherever it stands.
impl PartialEq for TlvEntry {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag && self.octets == other.octets
    }
}

impl From<Value<'_>> for Content {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Integer(value) => Self::Integer(value),
            Value::Text(characters) => Self::Text(characters.to_vec()),
            Value::Octets(octets) => Self::Octets(octets.to_vec()),
        }
    }
}

/// The first entry of this name.
pub(super) fn find<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.field.name == name)
}

/// A visitor that keeps every field and TLV.
#[derive(Debug, Default)]
pub struct Recorder {
    fields: Vec<Entry>,
    tlvs: Vec<TlvEntry>,
    /// Lists that have begun and not ended.
    depth: usize,
    /// Where the last field or TLV that is kept ends; `None`: none is.
    end: Option<u32>,
}

impl Recorder {
    /// The record of the PDU that was walked; `None` when it has fewer than 16 octets.
    #[must_use]
    pub fn finish(self, pdu: &[u8]) -> Option<Record> {
        let header = Header::parse(pdu)?;
        let start = self.end.unwrap_or(num::short(Header::LEN));
        let rest = slice(pdu, Span { start, end: header.command_length }).to_vec();
        let is_whole = spec::command(header.command_id).is_none_or(|command| {
            let is_bare = command.is_response() && self.fields.is_empty() && rest.is_empty();
            is_bare || is_complete(command.body, &self.fields)
        });
        Some(Record {
            command_length: Some(header.command_length),
            command_id: header.command_id,
            command_status: header.command_status,
            sequence_number: header.sequence_number,
            fields: self.fields,
            tlvs: self.tlvs,
            rest,
            is_cut: !is_whole,
        })
    }

    /// The fields of the body, or of the item under way.
    fn innermost(entries: &mut Vec<Entry>, depth: usize) -> Option<&mut Vec<Entry>> {
        let Some(deeper) = depth.checked_sub(1) else { return Some(entries) };
        match &mut entries.last_mut()?.content {
            Content::Items(items) => Self::innermost(items.last_mut()?, deeper),
            _ => None,
        }
    }

    fn keep(&mut self, entry: Entry) {
        if let Some(entries) = Self::innermost(&mut self.fields, self.depth) {
            self.end = Some(entry.span.end);
            entries.push(entry);
        }
    }
}

impl Visitor for Recorder {
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        if let Value::Text(characters) = value {
            let with_nul = num::short(characters.len()).saturating_add(1);
            // Without its NUL it cannot be laid out again: its octets are left to the rest.
            if span.end.saturating_sub(span.start) != with_nul {
                return;
            }
        }
        self.keep(Entry { field, content: value.into(), span });
    }

    fn list(&mut self, field: &'static Field, _: u32) {
        let at = self.end.unwrap_or(num::short(Header::LEN));
        self.keep(Entry { field, content: Content::Items(Vec::new()), span: Span { start: at, end: at } });
        self.depth = self.depth.saturating_add(1);
    }

    fn item(&mut self, _: &'static Field, _: u32) {
        let around = self.depth.saturating_sub(1);
        let list = Self::innermost(&mut self.fields, around).and_then(|entries| entries.last_mut());
        if let Some(Entry { content: Content::Items(items), .. }) = list {
            items.push(Vec::new());
        }
    }

    fn list_end(&mut self, _: &'static Field, span: Span) {
        self.depth = self.depth.saturating_sub(1);
        let list = Self::innermost(&mut self.fields, self.depth).and_then(|entries| entries.last_mut());
        if let Some(list) = list {
            list.span = span;
        }
    }

    fn tlv(&mut self, tag: TlvTag, known: Option<&'static Tlv>, octets: &[u8], value: Value<'_>, span: Span) {
        self.end = Some(span.end);
        self.tlvs.push(TlvEntry { tag, known, octets: octets.to_vec(), content: value.into(), span });
    }
}

/// Whether the entries are all that the layout wants.
fn is_complete(fields: &[&'static Field], entries: &[Entry]) -> bool {
    let integer = |name| match find(entries, name).map(|entry| &entry.content) {
        Some(Content::Integer(value)) => Some(*value),
        _ => None,
    };
    fields.iter().all(|field| {
        let content = find(entries, field.name).map(|entry| &entry.content);
        match &field.kind {
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::CString { .. } | Kind::Time(_) | Kind::Rest => {
                content.is_some()
            }
            Kind::Octets { length } => match content {
                Some(Content::Octets(octets)) => integer(length.name) == Some(num::short(octets.len())),
                _ => false,
            },
            Kind::List { count, item, .. } => match content {
                Some(Content::Items(items)) => {
                    integer(count.name) == Some(num::short(items.len()))
                        && items.iter().all(|entries| is_complete(item, entries))
                }
                _ => false,
            },
            Kind::OneOf { flag, cases, .. } => integer(flag.name)
                .and_then(|value| cases.iter().find(|(case, _)| u32::from(*case) == value))
                .is_some_and(|(_, fields)| is_complete(fields, entries)),
        }
    })
}
