//! What an ESME did that a capture was played to, in the shape of its JSON. Unknown is `null`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::time::Timestamp;
use crate::view::replay::model::{Expected, Place, Reasoned, Status, Verdicts};

/// Name and version of the shape of a run: the number rises when a key goes or changes its meaning.
pub const RUN: &str = "smpp-inspect/played-summary/1";

/// The same of one thing that was done.
pub const PLAYED: &str = "smpp-inspect/played/1";

/// A whole run: of `replay --as smsc --format json`, and the last line of `--format ndjson`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "Played summary", deny_unknown_fields)]
pub struct Run {
    /// Name and version of this shape.
    pub schema: &'static str,
    /// Requests and answers by verdict.
    pub verdicts: Verdicts,
    /// The same by command.
    pub commands: Vec<Command>,
    /// Fields that differ where that was not to be expected, with the number of PDUs.
    pub differences: BTreeMap<String, u64>,
    /// The other fields that differ.
    pub expected_differences: Vec<Expected>,
    /// Connections that were made.
    pub connections: u64,
    /// Requests of the ESME that the capture has, too.
    pub requests: u64,
    /// Requests of the ESME that it does not have.
    pub extra_requests: u64,
    /// Requests that came after one of their command that the captured ESME sent later.
    pub reordered: u64,
    /// What was sent of the SMSC's own accord.
    pub deliveries: u64,
    /// Of that, what was answered.
    pub deliveries_answered: u64,
    /// enquire_links of the ESME, each answered.
    pub enquire_links: u64,
    /// Responses of the ESME that answer nothing.
    pub unsolicited: u64,
    /// Times that octets came which are no PDU; the connection is closed then.
    pub garbage: u64,
}

/// What was done with one command.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Command {
    /// `request`, or `answer` to one.
    pub what: &'static str,
    /// The command of the request.
    pub command: String,
    /// By verdict.
    pub verdicts: Verdicts,
}

/// A request of an ESME or its answer to a delivery: a line of `replay --as smsc --format ndjson`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "Played", deny_unknown_fields)]
pub struct Played<'a> {
    /// Name and version of this shape.
    pub schema: &'static str,
    /// `same`, `expected`, `different`, `missing`, `not_recorded`, `not_sent` or `extra`.
    pub verdict: &'static str,
    /// The fields that differ where that was not to be expected.
    pub differences: Vec<&'a str>,
    /// The other fields that differ.
    pub expected_differences: Vec<Reasoned<'a>>,
    /// `request`, or `answer` to one.
    pub what: &'static str,
    /// The command of the request.
    pub command: String,
    /// Id of the captured session.
    pub session: Option<&'a str>,
    /// Its account.
    pub account: Option<&'a str>,
    /// Where the request was captured; `null`: it was not.
    pub pcap: Option<Place<'a>>,
    /// When it was captured.
    pub recorded_at: Option<Timestamp>,
    /// When it came now, or its answer did; `null`: it did not.
    pub received_at: Option<Timestamp>,
    /// Whether this request came after one of its command that the captured ESME sent later.
    pub reordered: bool,
    /// Status of the answer; `null`: there is none.
    pub status: Option<Status>,
}
