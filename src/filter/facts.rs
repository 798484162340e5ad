//! Where the values of fields come from.

use std::net::IpAddr;

use super::field::{Fact, severity};
use crate::smpp::spec::{Field, Tlv};
use crate::smpp::text::Charset;
use crate::smpp::{Context, Finding, Header, Role, Span, TlvTag, Visitor, text, walk};
use crate::time::Timestamp;

/// A value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An integer.
    Integer(u64),
    /// Characters or octets.
    Octets(&'a [u8]),
    /// An address.
    Address(IpAddr),
    /// A moment.
    Time(Timestamp),
    /// A place in a list of choices.
    Choice(u8),
}

/// What a filter is asked of.
pub trait Facts {
    /// Shows `take` every value of `fact`; none where it has none, or is not known.
    fn each(&self, fact: Fact, take: &mut dyn FnMut(Value<'_>));
}

/// The facts of a PDU by itself: its octets are walked when a field is asked for, so nothing is kept.
#[derive(Clone, Copy, Debug)]
pub struct PduFacts<'a> {
    octets: &'a [u8],
    context: Context,
    is_partial: bool,
    default_charset: Charset,
    sender: Option<Role>,
}

impl<'a> PduFacts<'a> {
    /// Of the PDU at the start of `octets`. `is_partial`: its rest is missing, so it has no findings.
    /// data_coding 0 means `default_charset`.
    #[must_use]
    pub const fn new(octets: &'a [u8], context: Context, is_partial: bool, default_charset: Charset) -> Self {
        Self { octets, context, is_partial, default_charset, sender: context.from }
    }

    /// Sent by `sender`: a bind itself tells it, and what was known before the PDU does not.
    #[must_use]
    pub const fn sent_by(mut self, sender: Option<Role>) -> Self {
        self.sender = sender;
        self
    }
}

impl Facts for PduFacts<'_> {
    fn each(&self, fact: Fact, take: &mut dyn FnMut(Value<'_>)) {
        let header = Header::parse(self.octets);
        let mut number = |value: Option<u32>| {
            if let Some(value) = value {
                take(Value::Integer(value.into()));
            }
        };
        match fact {
            Fact::CommandId => number(header.map(|header| header.command_id.0)),
            Fact::CommandStatus => number(header.map(|header| header.command_status.0)),
            Fact::CommandLength => number(header.map(|header| header.command_length)),
            Fact::SequenceNumber => number(header.map(|header| header.sequence_number.0)),
            Fact::Request => number(header.filter(|header| !header.command_id.is_response()).map(|_| 1)),
            Fact::Response => number(header.filter(|header| header.command_id.is_response()).map(|_| 1)),
            Fact::From => match self.sender {
                Some(Role::Esme) => take(Value::Choice(0)),
                Some(Role::Smsc) => take(Value::Choice(1)),
                None => {}
            },
            Fact::Text => {
                let facts = walk(self.octets, self.context, &mut crate::smpp::Silent);
                let read = text::text(&facts, self.octets, self.context.version, self.default_charset);
                if let Some(characters) = read.and_then(|read| read.text) {
                    take(Value::Octets(characters.as_bytes()));
                }
            }
            Fact::FindingRule | Fact::FindingSeverity if self.is_partial => {}
            Fact::Named(_)
            | Fact::Bits(..)
            | Fact::Tlv(_)
            | Fact::TlvTag
            | Fact::TlvLength
            | Fact::FindingRule
            | Fact::FindingSeverity => {
                walk(self.octets, self.context, &mut Asked { fact, take });
            }
            // Of the capture, and of records.
            Fact::FrameNumber
            | Fact::FrameTime
            | Fact::Stream
            | Fact::Address(_)
            | Fact::Port(_)
            | Fact::Session
            | Fact::SystemId
            | Fact::Latency
            | Fact::Outcome
            | Fact::Account
            | Fact::Side => {}
        }
    }
}

/// Shows what a walk finds of one fact.
struct Asked<'a> {
    fact: Fact,
    take: &'a mut dyn FnMut(Value<'_>),
}

impl Asked<'_> {
    fn value(&mut self, name: &'static str, value: crate::smpp::Value<'_>) {
        match (self.fact, value) {
            (Fact::Named(asked), _) if asked != name => {}
            (Fact::Named(_), crate::smpp::Value::Integer(value)) => (self.take)(Value::Integer(value.into())),
            (Fact::Named(_), crate::smpp::Value::Text(octets) | crate::smpp::Value::Octets(octets)) => {
                (self.take)(Value::Octets(octets));
            }
            (Fact::Bits(asked, mask), crate::smpp::Value::Integer(value)) if asked == name => {
                let shift = mask.trailing_zeros();
                (self.take)(Value::Integer((value & mask).checked_shr(shift).unwrap_or(0).into()));
            }
            _ => {}
        }
    }
}

impl Visitor for Asked<'_> {
    fn field(&mut self, field: &'static Field, value: crate::smpp::Value<'_>, _: Span) {
        if !field.secret {
            self.value(field.name, value);
        }
    }

    fn tlv(
        &mut self,
        tag: TlvTag,
        known: Option<&'static Tlv>,
        octets: &[u8],
        value: crate::smpp::Value<'_>,
        _: Span,
    ) {
        match self.fact {
            Fact::Tlv(asked) if asked == tag => (self.take)(Value::Octets(octets)),
            Fact::TlvTag => (self.take)(Value::Integer(tag.0.into())),
            Fact::TlvLength => (self.take)(Value::Integer(crate::num::count(octets.len()))),
            _ => {
                if let Some(tlv) = known {
                    self.value(tlv.name(), value);
                }
            }
        }
    }

    fn finding(&mut self, finding: Finding) {
        let rule = finding.rule.rule();
        match self.fact {
            Fact::FindingRule => (self.take)(Value::Octets(rule.id.as_bytes())),
            Fact::FindingSeverity => (self.take)(Value::Choice(severity(rule.severity))),
            _ => {}
        }
    }
}
