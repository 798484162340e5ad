//! What a record says, in the shape of `records --format ndjson`. Unknown is absent.

use std::borrow::Cow;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dissect::model::{Severity, Value};
use crate::report::model::{Leg, Role, Session, Unanswered};
use crate::time::Timestamp;

/// Name and version of the shape: the number rises when a key goes or changes its meaning.
pub const SCHEMA: &str = "smpp-inspect/record/1";

/// A record: keys that all types have, and one object named after the type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Name and version of this shape.
    pub schema: Cow<'static, str>,
    /// The same for the same record, however often it is read: of the flow, the octet offset and the time.
    pub id: String,
    /// Of a request, a PDU or a PDU that a finding is about: when it became readable. Of a session: when it was seen
    /// last. Of a summary: the capture time that was reached. Absent where the capture has no times.
    #[serde(rename = "@timestamp", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// What kind of record it is: names the object that only this type has.
    pub event_type: EventType,
    /// The same for all records of a connection, in either direction, and another for the next connection between the
    /// same two ends: of the ends, and of the time of the connection's first frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// Community ID v1 of the connection, seed 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_id: Option<String>,
    /// Address of who sent the PDU, or asked; of sessions: of the side that binds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_ip: Option<IpAddr>,
    /// Port of the same end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_port: Option<u16>,
    /// Address of the other end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dest_ip: Option<IpAddr>,
    /// Port of the other end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dest_port: Option<u16>,
    /// Id of the session, as in a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Account, as in a report, as far as it is known when the record is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// system_id of the bind, else of a names file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
    /// What the peer is to us, by a names file or by stated addresses of our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Leg>,
    /// Number of the connection: Wireshark's tcp.stream on one whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_stream: Option<u32>,
    /// Where it is in the capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pcap: Option<Pcap>,
    /// Of type `pdu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdu: Option<Box<Pdu>>,
    /// Of type `transaction`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Box<Transaction>>,
    /// Of type `session`, whose name is taken by the session's id: what the report lists of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_info: Option<Box<Session>>,
    /// Of type `finding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Box<Finding>>,
    /// Of type `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Box<Summary>>,
}

/// The types of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// A PDU.
    Pdu,
    /// A request with its outcome.
    Transaction,
    /// A session that is over.
    Session,
    /// Something wrong.
    Finding,
    /// What was read so far.
    Summary,
}

impl EventType {
    /// As JSON prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdu => "pdu",
            Self::Transaction => "transaction",
            Self::Session => "session",
            Self::Finding => "finding",
            Self::Summary => "summary",
        }
    }
}

/// Where something is in the capture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pcap {
    /// The file, as it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The frame in that file, as Wireshark counts; of a transaction the request's.
    pub frame: u64,
    /// All frames of that file, in order: of a transaction the response's too, if it is there.
    pub frames: Vec<u64>,
    /// Place among the PDUs that `frame` completed, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
}

/// An address of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The characters; hex where they are not printable ASCII.
    pub value: String,
    /// Type of number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ton: Option<u32>,
    /// Numbering plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub npi: Option<u32>,
}

/// A part of a long message, by its user data header or its SAR TLVs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Reference that all parts share.
    #[serde(rename = "ref")]
    pub reference: u32,
    /// Number of this part, from 1.
    pub no: u32,
    /// How many parts there are.
    pub of: u32,
}

/// A command_status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The number.
    pub code: u32,
    /// Its name; absent: no version defines it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
}

/// A mandatory field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name as the specification spells it; of a list's items under `list[0].field`.
    pub name: Cow<'static, str>,
    /// Its value; absent where it is not to be shown: passwords, texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A TLV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tlv {
    /// Its tag.
    pub tag: u16,
    /// Its name; absent: no version defines it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// Octets of the value that are there.
    pub length: u32,
    /// Its value; absent where it is a text that is not to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The octets of the value; absent likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

/// The text of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The characters; absent unless texts are asked for, and where the octets are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The charset that they were read by.
    pub charset: Cow<'static, str>,
    /// Why that one.
    pub why: String,
    /// Octets of the text, without the user data header.
    pub octets: u32,
    /// Characters; absent where the octets are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Where texts are redacted: the same for the same characters under the same key, 32 hexadecimal digits for every
    /// text; absent where the octets are no characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered by its own response.
    Answered,
    /// Answered by generic_nack.
    Nacked,
    /// Not answered.
    Unanswered,
    /// It asks for no answer.
    OneWay,
}

/// A request with its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// Name of the request as the specification spells it, or `0x%08x`.
    pub command: String,
    /// Its sequence_number.
    pub sequence_number: u32,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Role>,
    /// Status of the response; absent: none came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it has no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unanswered_why: Option<Unanswered>,
    /// When the request became readable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_at: Option<Timestamp>,
    /// When the response became readable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_at: Option<Timestamp>,
    /// Time of the response less that of the request, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<f64>,
    /// Whether the answer took longer than the limit on waiting.
    pub late: bool,
    /// message_id as it was sent: the response's, else the request's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The message_id read as hex, in decimal; absent where it is no hex number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id_dec: Option<String>,
    /// The message_id read as decimal, in hex; absent where it is no decimal number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id_hex: Option<String>,
    /// source_addr of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_addr: Option<Address>,
    /// destination_addr of the request; of submit_multi the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_addr: Option<Address>,
    /// Which part of a long message it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// registered_delivery of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_delivery: Option<u32>,
    /// esm_class of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esm_class: Option<u32>,
    /// data_coding of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_coding: Option<u32>,
    /// user_message_reference of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_message_reference: Option<u32>,
    /// The text of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Octets of the asking side before the request.
    pub stream_offset: u64,
    /// TLVs of the request, in wire order.
    pub tlvs: Vec<Tlv>,
    /// TLVs of the response, in wire order.
    pub response_tlvs: Vec<Tlv>,
}

/// A PDU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pdu {
    /// Name as the specification spells it, or `0x%08x`.
    pub command: String,
    /// Number of the command.
    pub command_id: u32,
    /// Octets that it says it has.
    pub command_length: u32,
    /// Its status.
    pub status: Status,
    /// Its sequence_number.
    pub sequence_number: u32,
    /// Who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Role>,
    /// Octets of it that are there.
    pub octets: u32,
    /// Whether octets of it are missing.
    pub partial: bool,
    /// Octets of its side before it.
    pub stream_offset: u64,
    /// message_id as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// source_addr.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_addr: Option<Address>,
    /// destination_addr; of submit_multi the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_addr: Option<Address>,
    /// Which part of a long message it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Mandatory fields, in wire order.
    pub fields: Vec<Field>,
    /// TLVs, in wire order.
    pub tlvs: Vec<Tlv>,
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Dotted name of the rule.
    pub rule: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// Where the specification says so.
    pub clause: String,
    /// Thing, fact, need and place.
    pub message: String,
    /// The field or TLV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Octets from the start of the PDU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Octets of the side before the PDU.
    pub stream_offset: u64,
}

/// What was read and written since the start of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Its number, from 0.
    pub number: u64,
    /// Whether the run ends with it.
    pub last: bool,
    /// Time of the first frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// Frames read.
    pub frames: u64,
    /// Records that were complete, by type.
    pub records: Vec<Count>,
    /// Records given up because whoever reads them was too slow, with `--on-full drop`.
    pub dropped_records: u64,
    /// Packets that the capturing host says it lost; absent: it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped_packets: Option<u64>,
    /// Bounds that were reached, and how often; those of reading frames in the last summary only.
    pub limits: Vec<Count>,
    /// The machine's time less capture time, in milliseconds; absent where files are read that do not grow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lag_ms: Option<i64>,
    /// Octets of memory that the run takes; absent likewise, and where the system does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_octets: Option<u64>,
    /// What is left out of the records.
    pub privacy: String,
}

/// How many of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Of what.
    pub name: String,
    /// How many.
    pub count: u64,
}
