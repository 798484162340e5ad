//! What a dissection says, in the shape of `decode --format json`.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::smpp;
use crate::time::Timestamp;

/// Name and version of the shape.
pub const SCHEMA: &str = "smpp-inspect/decode/1";

/// PDUs in the order in which they were framed, and what is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dissection {
    /// Name and version of this shape.
    pub schema: String,
    /// The PDUs.
    pub pdus: Vec<Pdu>,
    /// What is wrong, in the order in which it was found.
    pub findings: Vec<Finding>,
    /// Octets that are in no PDU.
    pub skipped: Vec<SkippedOctets>,
}

impl Default for Dissection {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), pdus: Vec::new(), findings: Vec::new(), skipped: Vec::new() }
    }
}

/// One PDU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pdu {
    /// Number from 0.
    pub index: u32,
    /// Who sent it; `null`: nobody said.
    pub from: Option<Role>,
    /// The frame that made it readable; absent where there is no capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// Id of its session, as in a report; absent where there is no capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The end that sent it; absent where there is no capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<End>,
    /// The end that it was sent to; absent where there is no capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<End>,
    /// When it became readable; `null`: no time was given.
    pub at: Option<Timestamp>,
    /// Octets of its side before it.
    pub offset: u64,
    /// Octets that are there of it.
    pub octets: u32,
    /// Whether octets of it are missing: fewer are there than command_length says.
    pub partial: bool,
    /// Name as the specification spells it, or `0x%08x`.
    pub command: String,
    /// Number of the command.
    pub command_id: u32,
    /// Octets that it says it has.
    pub command_length: u32,
    /// Its status.
    pub command_status: Status,
    /// Its number.
    pub sequence_number: u32,
    /// Mandatory fields in order, those of a list's items under `list[0].field`.
    pub fields: Vec<Field>,
    /// TLVs in wire order.
    pub tlvs: Vec<Tlv>,
    /// The text of its message; `null`: it has none.
    pub text: Option<Text>,
    /// Its octets, for dumps; `None` where they are secret. No part of the JSON.
    #[serde(skip)]
    pub raw: Vec<Option<u8>>,
}

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
}

/// A side's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The side that binds.
    Esme,
    /// The message centre.
    Smsc,
}

impl From<smpp::Role> for Role {
    fn from(role: smpp::Role) -> Self {
        match role {
            smpp::Role::Esme => Self::Esme,
            smpp::Role::Smsc => Self::Smsc,
        }
    }
}

/// A command_status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The number.
    pub value: u32,
    /// Its name; `null`: no version defines it.
    pub name: Option<String>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// An integer.
    Number(u32),
    /// Characters without their NUL, or octets in hex.
    Text(String),
}

/// A mandatory field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name as the specification spells it.
    pub name: String,
    /// Its value; `null`: it is secret.
    pub value: Option<Value>,
    /// What the value means, where a table says.
    pub meaning: Option<String>,
    /// First octet and the one behind the last, from the start of the PDU.
    pub span: [u32; 2],
}

/// A TLV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tlv {
    /// Its tag.
    pub tag: u16,
    /// Its name; `null`: no version defines it.
    pub name: Option<String>,
    /// Octets of the value that are there.
    pub length: u32,
    /// Its value.
    pub value: Value,
    /// What the value means, where a table says.
    pub meaning: Option<String>,
    /// First octet of its tag and the one behind its value, from the start of the PDU.
    pub span: [u32; 2],
}

/// The text of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The characters; `null`: the octets are none, or nobody knows which.
    pub text: Option<String>,
    /// The charset that they were read by.
    pub charset: String,
    /// Why that one.
    pub why: String,
    /// What the declared charset makes of the octets; `null`: nothing else.
    pub as_declared: Option<AsDeclared>,
    /// Halves of characters at the ends, and lengths beyond one short message.
    pub notes: Vec<String>,
    /// The elements of the user data header.
    pub header: Vec<Field>,
    /// What the text of a receipt says, by its keys.
    pub receipt: Vec<Field>,
}

/// A text in the charset that was declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AsDeclared {
    /// The characters.
    pub text: String,
    /// The charset.
    pub charset: String,
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Dotted name of the rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where the specification says so.
    pub clause: String,
    /// The PDU's index; `null`: no PDU could be framed.
    pub pdu: Option<u32>,
    /// The field or TLV.
    pub field: Option<String>,
    /// The octets that are wrong, from the start of the PDU.
    pub span: [u32; 2],
    /// Thing, fact, need and place.
    pub message: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Decoding is broken.
    Error,
    /// The specification is.
    Warning,
    /// Legal but suspicious.
    Note,
}

impl From<smpp::Severity> for Severity {
    fn from(severity: smpp::Severity) -> Self {
        match severity {
            smpp::Severity::Error => Self::Error,
            smpp::Severity::Warning => Self::Warning,
            smpp::Severity::Note => Self::Note,
        }
    }
}

/// Octets in no PDU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkippedOctets {
    /// Why.
    pub why: String,
    /// How many.
    pub octets: u64,
}
