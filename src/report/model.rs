//! The plain report: what `report --format json` prints, key by key, and what every view reads.
//!
//! Unknown is `None` (`null`), never 0. Lists stand in a fixed order, stated at each. A key's removal or change of
//! meaning raises the number in [`SCHEMA`]; added keys do not. The doc comments are the descriptions in the JSON
//! Schema that `smpp-inspect schema report` prints.

mod fragments;
mod session;
mod tcp;

use std::net::IpAddr;

pub use fragments::Fragments;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use session::{
    BindFrom, BySide, Conduct, EnquireLinks, InFlight, Numbers, RateUse, Refused, Responses, Silence,
};
pub use tcp::{DataRtt, Rst, SessionTcp, Spans, Tcp};

use crate::smpp;
use crate::time::Timestamp;

/// What `Report::schema` holds.
pub const SCHEMA: &str = "smpp-inspect/report/1";

/// What happened to the SMPP traffic in the captures that were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `smpp-inspect/report/1`: the number rises when a key goes or changes its meaning.
    pub schema: String,
    /// What was read.
    pub capture: Capture,
    /// TCP, over all connections.
    pub tcp: Tcp,
    /// The octets of SMPP connections that were delivered in order.
    pub octets: Octets,
    /// PDUs, over all sessions.
    pub pdus: Pdus,
    /// Requests and what became of them, by command and leg.
    pub transactions: Vec<Transactions>,
    /// Responses that answer nothing in the capture, by command.
    pub unsolicited: Vec<CommandCount>,
    /// Responses by command, leg and status.
    pub statuses: Vec<Status>,
    // accounts: [Account] will stand here.
    /// One per connection from its first PDU; a further bind after unbind or refusal opens another.
    /// Worst first, then by id.
    pub sessions: Vec<Session>,
    /// Sessions left out of `sessions`, which is bounded; the totals count them.
    pub sessions_omitted: u64,
    // messages: Messages will stand here.
    /// What is wrong with the traffic, by rule: errors first, then warnings, then notes.
    pub findings: Vec<Finding>,
    // diagnoses: [Diagnosis] and timeline: Timeline will stand here.
    /// Bounds on memory that were reached: what had to be given up, and how often. Empty when none was.
    pub limits: Vec<Limit>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The files, in the order they were read.
    pub files: Vec<File>,
    /// What was given and passed over: what is no capture in a directory, and files given twice.
    pub skipped_files: Vec<SkippedFile>,
    /// Frames in all files.
    pub frames: u64,
    /// Octets captured in all frames.
    pub octets: u64,
    /// Time of the earliest frame.
    pub first_at: Option<Timestamp>,
    /// Time of the latest frame.
    pub last_at: Option<Timestamp>,
    /// From the earliest to the latest frame, in milliseconds.
    pub duration_ms: Option<f64>,
    /// Our own addresses: the one common to most sessions, where there is one.
    pub local: Vec<IpAddr>,
    /// Frames that gave no TCP segment, by reason.
    pub skipped_frames: Vec<ReasonCount>,
    /// Fragments of IP packets that were put together; there only if any was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragments: Option<Fragments>,
    /// What the frames carried, most frames first; at most ten rows.
    pub seen: Vec<Seen>,
    /// The selection in force; `null`: everything is reported.
    pub selection: Option<String>,
}

/// One file, or standard input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// As named on the command line; `-` for standard input.
    pub path: String,
    /// `pcap`, `pcapng`, or `pdus`: no capture but bare PDUs, one a frame.
    pub format: Option<String>,
    /// `gzip`, `zstd` or `lz4`; `null`: not compressed.
    pub compression: Option<String>,
    /// `LINKTYPE_` numbers, in the order they were met.
    pub link_types: Vec<u16>,
    /// Frames in the file.
    pub frames: u64,
    /// Octets captured in its frames.
    pub octets: u64,
    /// Where and how the file is damaged or cut off; `null`: it is whole.
    pub damage: Option<String>,
    /// The newest of several files ends inside a record: it is still being written, which is no damage.
    pub still_being_written: bool,
    /// What happened to it while it was read: it grew, shrank or was removed; `null`: nothing.
    pub changed: Option<String>,
    /// Frames that the capturing interface or system lost, by the file's own account; `null`: it does not say.
    pub dropped: Option<u64>,
    /// Frames whose records have no time; they count with the time of the frame before them.
    pub untimed_frames: u64,
}

/// An input that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkippedFile {
    /// As named on the command line, or as found in a directory.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// A reason and how often it applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonCount {
    /// The reason.
    pub reason: String,
    /// Frames, or octets where the list is of octets.
    pub count: u64,
}

/// A protocol and port that frames belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// `tcp`, `udp`, `arp`, ….
    pub protocol: String,
    /// The port of the side that accepted the connection, else the lower one; `null` where there are no ports.
    pub port: Option<u16>,
    /// Frames.
    pub frames: u64,
}

/// Octets delivered in order: `stream` = `in_pdus` + `skipped`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Octets {
    /// All.
    pub stream: u64,
    /// In whole PDUs.
    pub in_pdus: u64,
    /// In none.
    pub skipped: u64,
    /// Why they were skipped; the counts add up to `skipped`.
    pub skipped_why: Vec<ReasonCount>,
}

/// PDUs, over all sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pdus {
    /// PDUs whose octets are all there.
    pub total: u64,
    /// Those with a finding of severity error.
    pub with_errors: u64,
    /// Those with a finding of severity warning and none of severity error.
    pub with_warnings: u64,
    /// PDUs whose header is there and the rest is not: they count in transactions, their octets are skipped.
    pub partial: Vec<PartialCount>,
    /// `total` by command, in order of command_id; no rows of 0.
    pub by_command: Vec<CommandIdCount>,
}

/// PDUs that are not whole, by reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartialCount {
    /// What is in the way.
    pub reason: PartialReason,
    /// PDUs.
    pub count: u64,
}

/// Why a PDU is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartialReason {
    /// The capture cut the frame.
    Snaplen,
    /// Octets are missing from the capture.
    Gap,
    /// The capture, or the connection, ended first.
    CaptureEnd,
}

/// How often a command was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandIdCount {
    /// Name as the specification spells it, or `0x%08x`.
    pub command: String,
    /// The number.
    pub command_id: u32,
    /// PDUs.
    pub count: u64,
}

/// How often a command was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandCount {
    /// Name as the specification spells it, or `0x%08x`.
    pub command: String,
    /// PDUs.
    pub count: u64,
}

/// The requests of one command on one leg, in order of command_id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transactions {
    /// Name of the request as the specification spells it, or `0x%08x`.
    pub command: String,
    /// Which side of a gateway; `null`: no gateway is known.
    pub leg: Option<Leg>,
    /// Requests seen.
    pub count: u64,
    /// Answered by their own response.
    pub answered: u64,
    /// Answered by a generic_nack.
    pub nacked: u64,
    /// Answered or nacked with a status other than 0.
    pub failed: u64,
    /// Not answered: the sum of the reasons. Requests that ask for no answer count in none of these.
    pub unanswered: u64,
    /// Why not.
    pub unanswered_why: Vec<WhyCount>,
    /// Time of the response less time of the request, in microseconds.
    pub latency_us: Latency,
}

/// The side of a gateway that a session belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// The peer is a customer: it bound to us.
    Customer,
    /// The peer is an operator: we bound to it.
    Operator,
}

/// Unanswered requests, by reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyCount {
    /// The reason.
    pub why: Unanswered,
    /// Requests.
    pub count: u64,
}

/// Why a request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// The connection closed first.
    Closed,
    /// The capture ended first.
    CaptureEnded,
    /// The limit on waiting passed.
    TimedOut,
    /// A later request took its sequence number.
    Superseded,
    /// The answer may lie in octets that the capture lacks.
    ReplyInGap,
    /// Forgotten to keep within memory.
    Evicted,
}

/// Latencies in microseconds, multiples of 0.001. All but `count` are `null` when `count` is 0. Percentiles by nearest
/// rank, exact up to 10,000 samples and at most 0.1 % above beyond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// Samples.
    pub count: u64,
    /// The least.
    pub min: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The median.
    pub p50: Option<f64>,
    /// 90 % are at most this.
    pub p90: Option<f64>,
    /// 95 % are at most this.
    pub p95: Option<f64>,
    /// 99 % are at most this.
    pub p99: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

/// Responses of one command on one leg with one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// Name of the response as the specification spells it, or `0x%08x`.
    pub command: String,
    /// Which side of a gateway; `null`: no gateway is known.
    pub leg: Option<Leg>,
    /// The number of command_status.
    pub status: u32,
    /// Its name (`ESME_RTHROTTLED`); `null`: no version of the specification names it.
    pub name: Option<String>,
    /// Responses.
    pub count: u64,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// `s<connection>`, or `s<connection>.<n>` for a further session of the connection.
    pub id: String,
    /// Number of the connection, from 0 by its first TCP segment: Wireshark's tcp.stream on a whole file.
    pub connection: u32,
    /// The side that binds.
    pub esme: Endpoint,
    /// The message centre.
    pub smsc: Endpoint,
    /// Name of the account, where known.
    pub account: Option<String>,
    /// system_id of the ESME, where known.
    pub system_id: Option<String>,
    /// Where `system_id` is from.
    pub system_id_from: Option<SystemIdFrom>,
    /// What it is bound as; `null`: nothing in the capture tells.
    pub bind: Option<Bind>,
    /// How that is known; `null` where it is not.
    pub bind_from: Option<BindFrom>,
    /// interface_version of the bind (0x34 is 52); `null`: no bind in the capture.
    pub interface_version: Option<u8>,
    /// Time of the first frame of the session.
    pub first_at: Option<Timestamp>,
    /// Time of the last frame of the session.
    pub last_at: Option<Timestamp>,
    /// How it began.
    pub start: Start,
    /// How it ended; `null`: a further bind on the same connection took its place.
    pub end: Option<End>,
    /// Who ended it, where known.
    pub ended_by: Option<EndedBy>,
    /// How long nothing was sent before the end, in milliseconds.
    pub idle_before_end_ms: Option<f64>,
    /// Commands of the last PDUs, oldest first; at most ten.
    pub last_pdus: Vec<String>,
    /// PDUs of the session.
    pub pdus: SessionPdus,
    /// Requests and what became of them, by command.
    pub transactions: Vec<Transactions>,
    /// Latency over all requests of the session, both directions, in microseconds.
    pub latency_us: Latency,
    /// Responses that answer nothing in the capture, by command.
    pub unsolicited: Vec<CommandCount>,
    /// Responses by command and status.
    pub statuses: Vec<Status>,
    /// Requests in flight.
    pub window: Window,
    /// Requests a second.
    pub rate: Rate,
    /// How it was bound, kept alive and conducted.
    pub conduct: Conduct,
    /// TCP health of the connection.
    pub tcp: SessionTcp,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Address.
    pub ip: IpAddr,
    /// TCP port.
    pub port: u16,
}

/// Where a system_id is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SystemIdFrom {
    /// The bind in the capture.
    Bind,
    /// A names file.
    Names,
}

/// What a session is bound as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bind {
    /// The ESME may send messages.
    Transmitter,
    /// The ESME may receive messages.
    Receiver,
    /// Both.
    Transceiver,
}

/// How a session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// With the opening of its connection, in the capture.
    Handshake,
    /// Before the capture.
    Midstream,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// By unbind.
    Unbind,
    /// By closing the connection.
    Fin,
    /// By aborting the connection.
    Rst,
    /// Given up after a long silence.
    Idle,
    /// Not before the capture did.
    CaptureEnd,
}

/// Who ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The side that binds.
    Esme,
    /// The message centre.
    Smsc,
    /// Something between them.
    Middlebox,
}

/// PDUs of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionPdus {
    /// PDUs whose octets are all there.
    pub total: u64,
    /// Those with a finding of severity error.
    pub with_errors: u64,
    /// Those with a finding of severity warning and none of severity error.
    pub with_warnings: u64,
    /// `total` by command, in order of command_id; no rows of 0.
    pub by_command: Vec<CommandIdCount>,
}

/// Requests in flight at once: the side that had more of them counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The most requests of one side that waited for an answer at once; `null`: no request was seen.
    pub max: Option<u64>,
    /// When that was first so.
    pub max_at: Option<Timestamp>,
    /// The side whose requests they were.
    pub asked_by: Option<Role>,
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

/// Requests a second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The most requests in one second; `null`: no request was seen.
    pub peak_per_s: Option<u64>,
    /// When that second began.
    pub peak_at: Option<Timestamp>,
}

/// The findings of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Dotted name of the rule.
    pub rule: String,
    /// How grave it is.
    pub severity: Severity,
    /// How often it was found.
    pub count: u64,
    /// What is wrong at the first place.
    pub message: String,
    /// The first place.
    pub first: Place,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Framing, or the layout of the rest of the PDU, is lost.
    Error,
    /// Violates the specification; the PDU can still be decoded.
    Warning,
    /// Legal, or undecided by the specifications, but suspicious.
    Note,
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The file, as in `capture.files`; `null`: files alternated too often to remember.
    pub file: Option<String>,
    /// Number of the frame in the file, as Wireshark counts.
    pub frame: u64,
    /// Place among the PDUs that this frame completed, from 0; `null`: not at a PDU.
    pub index: Option<u32>,
    /// When.
    pub at: Option<Timestamp>,
    /// Number of the connection.
    pub connection: u32,
    /// Octets from the start of the PDU; `null`: the PDU as a whole, or not at a PDU.
    pub offset: Option<u64>,
    /// The field or TLV; `null`: none in particular.
    pub field: Option<String>,
}

/// A bound on memory that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What had to be given up.
    pub limit: String,
    /// How often.
    pub count: u64,
}

impl Default for Report {
    /// A report on nothing: no file, no frame.
    fn default() -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            capture: Capture::default(),
            tcp: Tcp::default(),
            octets: Octets::default(),
            pdus: Pdus::default(),
            transactions: Vec::new(),
            unsolicited: Vec::new(),
            statuses: Vec::new(),
            sessions: Vec::new(),
            sessions_omitted: 0,
            findings: Vec::new(),
            limits: Vec::new(),
        }
    }
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

impl From<smpp::Role> for Role {
    fn from(role: smpp::Role) -> Self {
        match role {
            smpp::Role::Esme => Self::Esme,
            smpp::Role::Smsc => Self::Smsc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_back_as_it_was_written_and_unknown_keys_are_refused() {
        let report = Report {
            capture: Capture { first_at: Some(Timestamp::from_nanos(-1)), ..Capture::default() },
            ..Report::default()
        };
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["capture"]["first_at"], "1969-12-31T23:59:59.999999999Z");
        assert!(json["capture"]["last_at"].is_null());
        assert_eq!(serde_json::from_value::<Report>(json.clone()).unwrap(), report);

        let mut more = json;
        more["capture"]["surprise"] = 1.into();
        assert!(serde_json::from_value::<Report>(more).is_err());
    }
}
