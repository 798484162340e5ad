//! Who sees what a walk finds.

use super::spec::{Field, Tlv};
use super::{Finding, Span, TlvTag};

/// A value as it stands in the PDU; the field's kind and table of values say what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An integer of 1, 2 or 4 octets.
    Integer(u32),
    /// The characters of a C-Octet String, without the NUL. Not necessarily ASCII.
    Text(&'a [u8]),
    /// Octets.
    Octets(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The integer, if it is one.
    #[must_use]
    pub const fn integer(self) -> Option<u32> {
        match self {
            Self::Integer(value) => Some(value),
            Self::Text(_) | Self::Octets(_) => None,
        }
    }

    /// The octets, if it is no integer.
    #[must_use]
    pub const fn octets(self) -> Option<&'a [u8]> {
        match self {
            Self::Integer(_) => None,
            Self::Text(octets) | Self::Octets(octets) => Some(octets),
        }
    }
}

/// Sees the fields, TLVs and findings of a PDU, in wire order (a finding after the field that it is about). Every method
/// does nothing unless written.
///
/// The spans of [`field`](Self::field) and [`tlv`](Self::tlv) cover whole fields, NULs, tags and lengths included: for
/// a PDU without findings of severity error they tile the body.
pub trait Visitor {
    /// A mandatory field, or a field of a list's item. `field.secret` must not be printed.
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        let _ = (field, value, span);
    }

    /// A list of `count` items begins: submit_multi's dest_address, submit_multi_resp's unsuccess_sme, 3.3's
    /// message_details.
    fn list(&mut self, field: &'static Field, count: u32) {
        let _ = (field, count);
    }

    /// Item `index` (from 0) of the list begins; the fields that follow are its own.
    fn item(&mut self, field: &'static Field, index: u32) {
        let _ = (field, index);
    }

    /// The list ends; `span` covers its items. Not called when the body ends within the list.
    fn list_end(&mut self, field: &'static Field, span: Span) {
        let _ = (field, span);
    }

    /// A TLV: its row if a version defines the tag, its octets, and its value as the row lays it out (octets where the
    /// tag is unknown or the length is none that the row has).
    fn tlv(&mut self, tag: TlvTag, known: Option<&'static Tlv>, octets: &[u8], value: Value<'_>, span: Span) {
        let _ = (tag, known, octets, value, span);
    }

    /// Something is wrong.
    fn finding(&mut self, finding: Finding) {
        let _ = finding;
    }
}

/// Keeps nothing: for callers that need [`Facts`](super::Facts) only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Visitor for Silent {}

impl<V: Visitor + ?Sized> Visitor for &mut V {
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        (**self).field(field, value, span);
    }

    fn list(&mut self, field: &'static Field, count: u32) {
        (**self).list(field, count);
    }

    fn item(&mut self, field: &'static Field, index: u32) {
        (**self).item(field, index);
    }

    fn list_end(&mut self, field: &'static Field, span: Span) {
        (**self).list_end(field, span);
    }

    fn tlv(&mut self, tag: TlvTag, known: Option<&'static Tlv>, octets: &[u8], value: Value<'_>, span: Span) {
        (**self).tlv(tag, known, octets, value, span);
    }

    fn finding(&mut self, finding: Finding) {
        (**self).finding(finding);
    }
}
