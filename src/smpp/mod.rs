//! Octets into PDUs: framing, fields with spans, TLVs, findings. The protocol itself is data in `smpp/spec/`.
//!
//! Never panics, never allocates while walking (unless the visitor does), performs no I/O.
//!
//! - [`spec`]: the tables: commands, fields, TLVs, statuses, values;
//! - [`walk`]: the one interpreter of the tables; it shows a [`Visitor`] every field, TLV and finding of a PDU and
//!   returns [`Facts`];
//! - [`text`]: the text of a message: data_coding, user data header, characters, receipts; the only one that names
//!   encoding_rs;
//! - [`record`]: a PDU as a tree that owns its values; [`encode`](encode()), the inverse of the walk, writes it;
//! - [`finding`]: what is wrong, and its words;
//! - [`reader`]: the only code that slices.

#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::as_conversions
    )
)]

pub mod detect;
pub mod encode;
mod essentials;
pub mod facts;
pub mod finding;
mod foreign;
pub mod framer;
pub mod header;
pub mod ids;
mod judge;
pub mod moment;
pub mod reader;
pub mod record;
pub mod rules;
pub mod spec;
pub mod text;
mod tlvs;
mod visitor;
mod walk;

pub use encode::{EncodeError, encode};
pub use essentials::Essentials;
pub use facts::Facts;
pub use finding::{Clause, Detail, Finding};
pub use header::Header;
pub use ids::{CommandId, CommandStatus, SequenceNumber, TlvTag};
pub use moment::Moment;
pub use record::{Content, Entry, Record, Recorder, TlvEntry};
pub use rules::{RULES, Rule, RuleId, Scope, Severity};
pub use visitor::{Silent, Value, Visitor};
pub use walk::{Context, walk, walk_with};

/// TCP ports on which SMPP is expected: 2775 is IANA's "smpp"; 3550 is its TLS sibling, also used in the clear.
pub const DEFAULT_PORTS: [u16; 2] = [2775, 3550];

/// Who a side is in SMPP: learnt from bind, outbind or the commands seen, never from ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// External short message entity: the client that binds.
    Esme,
    /// Message centre (SMSC; "MC" in SMPP 5.0).
    Smsc,
}

impl Role {
    /// The other role.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Esme => Self::Smsc,
            Self::Smsc => Self::Esme,
        }
    }
}

/// The version of the protocol that a session speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// SMPP 3.3.
    V33,
    /// SMPP 3.4.
    V34,
    /// SMPP 5.0.
    V50,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::V33 => "3.3",
            Self::V34 => "3.4",
            Self::V50 => "5.0",
        })
    }
}

/// Where a PDU stands in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The frame that made the PDU readable: the highest frame number of its contiguous run up to its end.
    pub frame: u64,
    /// Place among the PDUs that this frame made readable, from 0.
    pub index: u32,
    /// Offset of the PDU's first octet in its side's stream.
    pub offset: u64,
}

/// Octets `start..end`, counted from the start of the PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First octet.
    pub start: u32,
    /// One past the last octet.
    pub end: u32,
}
