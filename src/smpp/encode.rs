//! The inverse of [`walk`](super::walk()): values into octets, by the same tables.
//!
//! What breaks a rule is written all the same, so that a recorded PDU can be sent again as it was; only what cannot be
//! laid out is an error.

use std::fmt;

use super::record::find;
use super::spec::{Field, Kind};
use super::{Clause, CommandId, Content, Entry, Record, TlvTag, Version};
use crate::num;

/// Writes a PDU.
///
/// The octets of a decoded record are those that it was decoded from. A length or count without a value is computed
/// from what it counts, and so is command_length; every other mandatory field has to be there, unless the record
/// [is cut](Record::is_cut) or is a response without a body. The order is that of the layout, whatever that of the values.
///
/// `version` does not change the layout, which is the same in every version; errors cite its clauses.
///
/// # Errors
///
/// When a value does not fit its field, when a field is missing or foreign, when a stated length is not that of the
/// octets.
pub fn encode(record: &Record, version: Version) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder {
        octets: vec![0; 4],
        version,
        id: record.command_id,
        is_cut: record.is_cut,
        written: Vec::new(),
    };
    encoder.octets.extend(record.command_id.0.to_be_bytes());
    encoder.octets.extend(record.command_status.0.to_be_bytes());
    encoder.octets.extend(record.sequence_number.0.to_be_bytes());
    encoder.body(record)?;
    for tlv in &record.tlvs {
        let Ok(length) = u16::try_from(tlv.octets.len()) else {
            let fault = Fault::Octets { found: num::count(tlv.octets.len()), most: u32::from(u16::MAX) };
            let thing = tlv.known.map_or(Thing::Tag(tlv.tag), |tlv| Thing::Field(tlv.field.name));
            let clause = tlv.known.and_then(|tlv| clause(&tlv.field, version));
            return Err(EncodeError { thing, fault, clause });
        };
        encoder.octets.extend(tlv.tag.0.to_be_bytes());
        encoder.octets.extend(length.to_be_bytes());
        encoder.octets.extend_from_slice(&tlv.octets);
    }
    encoder.octets.extend_from_slice(&record.rest);
    let mut octets = encoder.octets;
    let length = match record.command_length {
        Some(stated) => stated,
        None => u32::try_from(octets.len()).map_err(|_| EncodeError {
            thing: Thing::Field("command_length"),
            fault: Fault::Octets { found: num::count(octets.len()), most: u32::MAX },
            clause: None,
        })?,
    };
    if let Some(place) = octets.first_chunk_mut() {
        *place = length.to_be_bytes();
    }
    Ok(octets)
}

/// Why values cannot be laid out.
///
/// Prints as thing, fact, need and clause: `source_addr: a NUL after 3 octets, which would end it (SMPP 3.4 5.2.8)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeError {
    thing: Thing,
    fault: Fault,
    clause: Option<Clause>,
}

/// What an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thing {
    Field(&'static str),
    Tag(TlvTag),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// No value for a field that has no default.
    Missing(CommandId),
    /// A value that the layout has no field for, or a second one.
    Foreign(CommandId),
    /// A value of another kind.
    Kind { found: &'static str, need: &'static str },
    /// An integer that does not fit.
    Integer { found: u32, most: u32, is_secret: bool },
    /// More octets than the length can say.
    Octets { found: u64, most: u32 },
    /// More items than the count can say.
    Items { found: u64, most: u32 },
    /// A NUL that would end the string.
    Nul { after: u32 },
    /// The length or count that is stated is not that of the value.
    Stated { by: &'static str, stated: u32, found: u64 },
    /// A flag that chooses no case.
    Case { found: u32 },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.thing {
            Thing::Field(name) => write!(f, "{name}: ")?,
            Thing::Tag(tag) => write!(f, "TLV {tag}: ")?,
        }
        match self.fault {
            Fault::Missing(id) => write!(f, "no value, a mandatory field of {id}")?,
            Fault::Foreign(id) => write!(f, "a value that {id} has no place for")?,
            Fault::Kind { found, need } => write!(f, "{found}, {need} needed")?,
            Fault::Integer { most, is_secret: true, .. } => write!(f, "too high, at most {most}")?,
            Fault::Integer { found, most, .. } => write!(f, "{found}, at most {most}")?,
            Fault::Octets { found, most } => write!(f, "{found} octets, at most {most}")?,
            Fault::Items { found, most } => write!(f, "{found} items, at most {most}")?,
            Fault::Nul { after } => write!(f, "a NUL after {after} octets, which would end it")?,
            Fault::Stated { by, stated, found } => write!(f, "{found} there, {stated} stated by {by}")?,
            Fault::Case { found } => write!(f, "{found}, which no layout follows")?,
        }
        match self.clause {
            Some(clause) => write!(f, " ({clause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for EncodeError {}

struct Encoder<'r> {
    octets: Vec<u8>,
    version: Version,
    id: CommandId,
    is_cut: bool,
    /// The entries of the body, or of the item, that have been written.
    written: Vec<&'r Entry>,
}

/// Why no more fields were written.
enum Stop {
    /// The values of a cut body end before this field.
    At(&'static Field),
    Error(EncodeError),
}

impl<'r> Encoder<'r> {
    fn body(&mut self, record: &'r Record) -> Result<(), EncodeError> {
        let layout = record.command().map_or(&[][..], |command| command.body);
        let is_bare = record.fields.is_empty() && record.tlvs.is_empty();
        if is_bare && record.command_id.is_response() {
            return Ok(());
        }
        match self.entries(layout, &record.fields) {
            Ok(()) => Ok(()),
            Err(Stop::At(field)) if !record.tlvs.is_empty() => Err(self.missing(field)),
            Err(Stop::At(_)) => Ok(()),
            Err(Stop::Error(error)) => Err(error),
        }
    }

    /// The fields of a body or of an item: all its entries are written, or it is an error.
    fn entries(&mut self, layout: &'static [&'static Field], entries: &'r [Entry]) -> Result<(), Stop> {
        let around = std::mem::take(&mut self.written);
        let result = self.fields(layout, entries);
        let written = std::mem::replace(&mut self.written, around);
        if matches!(result, Err(Stop::Error(_))) || written.len() == entries.len() {
            return result;
        }
        let left = entries.iter().find(|entry| !written.iter().any(|done| std::ptr::eq(*done, *entry)));
        match (left, result) {
            (Some(_), Err(Stop::At(field))) => Err(Stop::Error(self.missing(field))),
            (Some(entry), _) => Err(self.error(entry.field, Fault::Foreign(self.id))),
            (None, result) => result,
        }
    }

    fn fields(&mut self, layout: &'static [&'static Field], entries: &'r [Entry]) -> Result<(), Stop> {
        for field in layout {
            self.field(field, layout, entries)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &'static Field,
        layout: &'static [&'static Field],
        entries: &'r [Entry],
    ) -> Result<(), Stop> {
        match &field.kind {
            Kind::U8 | Kind::U16 | Kind::U32 => self.integer(field, layout, entries).map(drop),
            Kind::CString { .. } | Kind::Time(_) => {
                let content = self.content(field, entries)?;
                let Content::Text(characters) = content else {
                    return Err(self.unlike(field, content, "text"));
                };
                if let Some(after) = characters.iter().position(|octet| *octet == 0) {
                    return Err(self.error(field, Fault::Nul { after: num::short(after) }));
                }
                self.octets.extend_from_slice(characters);
                self.octets.push(0);
                Ok(())
            }
            Kind::Octets { length } => {
                let content = self.content(field, entries)?;
                let Content::Octets(octets) = content else {
                    return Err(self.unlike(field, content, "octets"));
                };
                self.octets.extend_from_slice(octets);
                self.counted(field, length, octets.len(), entries)
            }
            Kind::Rest => {
                let content = self.content(field, entries)?;
                let Content::Octets(octets) = content else {
                    return Err(self.unlike(field, content, "octets"));
                };
                self.octets.extend_from_slice(octets);
                Ok(())
            }
            Kind::List { count, item, .. } => {
                let content = self.content(field, entries)?;
                let Content::Items(items) = content else {
                    return Err(self.unlike(field, content, "items"));
                };
                let mut left = items.iter();
                while let Some(entries) = left.next() {
                    match self.entries(item, entries) {
                        Err(Stop::At(missing)) if left.len() > 0 => {
                            return Err(Stop::Error(self.missing(missing)));
                        }
                        result => result?,
                    }
                }
                self.counted(field, count, items.len(), entries)
            }
            Kind::OneOf { flag, cases, .. } => {
                let value = self.integer(flag, layout, entries)?;
                match cases.iter().find(|(case, _)| u32::from(*case) == value) {
                    Some((_, fields)) => self.fields(fields, entries),
                    None if self.is_cut => Err(Stop::At(field)),
                    None => Err(self.error(flag, Fault::Case { found: value })),
                }
            }
        }
    }

    /// Writes an integer: the one given, or the number of what it counts.
    fn integer(
        &mut self,
        field: &'static Field,
        layout: &'static [&'static Field],
        entries: &'r [Entry],
    ) -> Result<u32, Stop> {
        let most = largest(&field.kind);
        let value = match find(entries, field.name) {
            Some(entry) => {
                self.written.push(entry);
                match entry.content {
                    Content::Integer(value) => value,
                    ref other => return Err(self.unlike(field, other, "an integer")),
                }
            }
            None => self.count(field, layout, entries, most)?,
        };
        if value > most {
            let fault = Fault::Integer { found: value, most, is_secret: field.secret };
            return Err(self.error(field, fault));
        }
        let octets = value.to_be_bytes();
        let width = num::index(field.kind.min_len());
        self.octets.extend_from_slice(octets.get(octets.len().saturating_sub(width)..).unwrap_or_default());
        Ok(value)
    }

    /// The number of what a field counts.
    fn count(
        &self,
        field: &'static Field,
        layout: &'static [&'static Field],
        entries: &'r [Entry],
        most: u32,
    ) -> Result<u32, Stop> {
        let counts = |other: &&&'static Field| match &other.kind {
            Kind::Octets { length } => length.name == field.name,
            Kind::List { count, .. } => count.name == field.name,
            _ => false,
        };
        let counted = layout.iter().find(counts).and_then(|counted| find(entries, counted.name));
        let (found, fault) = match counted.map(|entry| (entry, &entry.content)) {
            Some((entry, Content::Octets(octets))) => {
                let found = num::count(octets.len());
                (octets.len(), (entry.field, Fault::Octets { found, most }))
            }
            Some((entry, Content::Items(items))) => {
                let found = num::count(items.len());
                (items.len(), (entry.field, Fault::Items { found, most }))
            }
            _ => return Err(self.absent(field)),
        };
        u32::try_from(found).ok().filter(|found| *found <= most).ok_or_else(|| self.error(fault.0, fault.1))
    }

    /// Checks what was written against the length or count that is stated.
    fn counted(
        &self,
        field: &'static Field,
        by: &'static Field,
        found: usize,
        entries: &'r [Entry],
    ) -> Result<(), Stop> {
        let Some(Entry { content: Content::Integer(stated), .. }) = find(entries, by.name) else {
            return Ok(());
        };
        let found = num::count(found);
        if found == u64::from(*stated) {
            Ok(())
        } else if self.is_cut && found < u64::from(*stated) {
            Err(Stop::At(field))
        } else {
            Err(self.error(field, Fault::Stated { by: by.name, stated: *stated, found }))
        }
    }

    fn content(&mut self, field: &'static Field, entries: &'r [Entry]) -> Result<&'r Content, Stop> {
        let Some(entry) = find(entries, field.name) else { return Err(self.absent(field)) };
        self.written.push(entry);
        Ok(&entry.content)
    }

    fn absent(&self, field: &'static Field) -> Stop {
        if self.is_cut { Stop::At(field) } else { Stop::Error(self.missing(field)) }
    }

    fn missing(&self, field: &'static Field) -> EncodeError {
        let thing = Thing::Field(field.name);
        EncodeError { thing, fault: Fault::Missing(self.id), clause: clause(field, self.version) }
    }

    fn unlike(&self, field: &'static Field, content: &Content, need: &'static str) -> Stop {
        let found = match content {
            Content::Integer(_) => "an integer",
            Content::Text(_) => "text",
            Content::Octets(_) => "octets",
            Content::Items(_) => "items",
        };
        self.error(field, Fault::Kind { found, need })
    }

    fn error(&self, field: &'static Field, fault: Fault) -> Stop {
        let thing = Thing::Field(field.name);
        Stop::Error(EncodeError { thing, fault, clause: clause(field, self.version) })
    }
}

/// The largest integer that the kind holds.
const fn largest(kind: &Kind) -> u32 {
    match kind.min_len() {
        1 => 0xFF,
        2 => 0xFFFF,
        _ => u32::MAX,
    }
}

fn clause(field: &'static Field, version: Version) -> Option<Clause> {
    let (version, section) = field.section.of(version);
    (!section.is_empty()).then_some(Clause { version, section })
}

#[cfg(test)]
mod tests;
