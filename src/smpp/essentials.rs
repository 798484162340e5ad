//! The few keys that a session needs of a PDU.

use super::reader::slice;
use super::spec::{Field, Slot, Tlv};
use super::{Facts, Finding, Span, TlvTag, Value, Visitor};

/// A visitor that keeps what binds, their responses and message ids say, borrowed from the PDU, and hands findings on.
#[derive(Debug)]
pub struct Essentials<'a, F: FnMut(Finding)> {
    pdu: &'a [u8],
    system_id: Option<Span>,
    message_id: Option<Span>,
    interface_version: Option<u8>,
    sc_interface_version: Option<u8>,
    findings: F,
}

impl<'a, F: FnMut(Finding)> Essentials<'a, F> {
    /// For a walk of `pdu`; `findings` gets every finding.
    pub const fn new(pdu: &'a [u8], findings: F) -> Self {
        Self {
            pdu,
            system_id: None,
            message_id: None,
            interface_version: None,
            sc_interface_version: None,
            findings,
        }
    }

    /// system_id of a bind, its response or outbind, without NUL. Not necessarily ASCII.
    #[must_use]
    pub fn system_id(&self) -> Option<&'a [u8]> {
        self.system_id.map(|span| slice(self.pdu, span))
    }

    /// message_id, without NUL. Not necessarily ASCII; empty where it is NULL.
    #[must_use]
    pub fn message_id(&self) -> Option<&'a [u8]> {
        self.message_id.map(|span| slice(self.pdu, span))
    }

    /// interface_version of a bind.
    #[must_use]
    pub const fn interface_version(&self) -> Option<u8> {
        self.interface_version
    }

    /// sc_interface_version of a bind response.
    #[must_use]
    pub const fn sc_interface_version(&self) -> Option<u8> {
        self.sc_interface_version
    }
}

impl<F: FnMut(Finding)> Visitor for Essentials<'_, F> {
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        let characters = || {
            let octets = value.octets().map_or(0, |octets| crate::num::short(octets.len()));
            Span { start: span.start, end: span.start.saturating_add(octets) }
        };
        match field.slot {
            Some(Slot::SystemId) => self.system_id = Some(characters()),
            Some(Slot::MessageId) => self.message_id = Some(characters()),
            Some(Slot::InterfaceVersion) => {
                self.interface_version = value.integer().and_then(|value| u8::try_from(value).ok());
            }
            _ => {}
        }
    }

    fn tlv(&mut self, tag: TlvTag, _: Option<&'static Tlv>, octets: &[u8], _: Value<'_>, _: Span) {
        if tag == TlvTag::SC_INTERFACE_VERSION
            && let [version] = octets
            && self.sc_interface_version.is_none()
        {
            self.sc_interface_version = Some(*version);
        }
    }

    fn finding(&mut self, finding: Finding) {
        (self.findings)(finding);
    }
}

impl Facts {
    /// The octets of a string field of `pdu`, the PDU that was walked.
    #[must_use]
    pub fn text<'a>(&self, pdu: &'a [u8], slot: Slot) -> Option<&'a [u8]> {
        self.span(slot).map(|span| slice(pdu, span))
    }
}
