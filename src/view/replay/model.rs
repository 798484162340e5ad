//! What a replay says, in the shape of its JSON. Unknown is `null`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::time::Timestamp;

/// Name and version of the shape of a run: the number rises when a key goes or changes its meaning.
pub const RUN: &str = "smpp-inspect/replay/1";

/// The same of a request.
pub const REQUEST: &str = "smpp-inspect/replayed/1";

/// A whole run: of `replay --format json`, and the last line of `--format ndjson`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "Replay", deny_unknown_fields)]
pub struct Run {
    /// Name and version of this shape.
    pub schema: &'static str,
    /// Requests that were planned: the sum of `sent` and `verdicts.not_sent`.
    pub planned: u64,
    /// Requests that were sent: the sum of `answered` and of `unanswered_why`.
    pub sent: u64,
    /// Of those, requests that were answered.
    pub answered: u64,
    /// Of those, answers with a status other than 0.
    pub failed: u64,
    /// Requests by verdict.
    pub verdicts: Verdicts,
    /// Why requests were not answered, those among them of which no answer was recorded.
    pub unanswered_why: Vec<Why>,
    /// Why requests were not sent.
    pub not_sent_why: Vec<Why>,
    /// Fields in which answers differ where that was not to be expected, with the number of requests.
    pub differences: BTreeMap<String, u64>,
    /// The other fields in which answers differ.
    pub expected_differences: Vec<Expected>,
    /// Requests by command, recorded status and new one.
    pub statuses: Vec<Statuses>,
    /// Latency in microseconds.
    pub latency_us: Latencies,
    /// How much after its time a request was sent, in microseconds.
    pub slip_us: Option<Latency>,
    /// Requests sent a second.
    pub rate: Option<f64>,
    /// Requests a second that were wanted; `null`: as many as possible.
    pub wanted_rate: Option<f64>,
    /// Connections.
    pub connections: Connections,
    /// Responses that came after their request was given up.
    pub late: u64,
    /// Times that octets came which are no PDU; the connection is closed then.
    pub garbage: u64,
    /// Answers ESME_RTHROTTLED.
    pub throttled: u64,
    /// deliver_sm and data_sm of the SMSC, each answered.
    pub deliveries: u64,
    /// Requests that had to wait for room in their window.
    pub window_waits: u64,
    /// Requests that named a message whose new id is not known: sent as they were.
    pub untranslated: u64,
    /// Why the run could not go on.
    pub failure: Option<String>,
}

/// How many have each verdict: requests of a replay by the answers to them; with `--as smsc`, requests of the ESME and
/// its answers to deliveries.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Verdicts {
    /// As recorded.
    pub same: u64,
    /// Only what was to be expected differs.
    pub expected: u64,
    /// Something else differs.
    pub different: u64,
    /// It was recorded, and did not come.
    pub missing: u64,
    /// No answer was recorded to compare with, whether one came or not.
    pub not_recorded: u64,
    /// A request was not sent. With `--as smsc`: a delivery, so that there is nothing to answer.
    pub not_sent: u64,
    /// It came, and was not recorded: a response that answers nothing, or a second time. With `--as smsc`: a request.
    pub extra: u64,
}

/// A field in which a difference was to be expected.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Expected {
    /// Its name; `response` for a whole answer.
    pub field: String,
    /// `always`: who answers makes it up. `ignored`: as was asked. `noise`: two runs differ in it, or it differed in the
    /// earlier run that was named.
    pub why: &'static str,
    /// How many requests.
    pub count: u64,
}

/// The same of one request.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Reasoned<'a> {
    /// Its name; `response` for a whole answer.
    pub field: &'a str,
    /// `always`, `ignored` or `noise`.
    pub why: &'static str,
}

/// Requests that have a reason in common.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Why {
    /// `timed_out`, `disconnected`, `stopped`; `not_bound`, `stopped`, `duration`, `not_read`.
    pub why: &'static str,
    /// How many.
    pub count: u64,
}

/// Requests of a command with the same recorded and the same new status.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Statuses {
    /// The command.
    pub command: String,
    /// The recorded status; `null`: none is known.
    pub recorded: Option<Status>,
    /// The new one; `null`: no answer.
    pub replayed: Option<Status>,
    /// How many.
    pub count: u64,
}

/// A command_status.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Status {
    /// The number.
    pub code: u32,
    /// Its name.
    pub name: String,
}

/// Latencies of answered requests.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Latencies {
    /// In the capture.
    pub recorded: Option<Latency>,
    /// Now, from when a request was sent.
    pub replayed: Option<Latency>,
    /// The same from when it was to be sent.
    pub from_intended: Option<Latency>,
}

/// A distribution; within 0.1 % above.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Latency {
    /// How many.
    pub count: u64,
    /// The median.
    pub p50: u64,
    /// 95 of a hundred are at most this.
    pub p95: u64,
    /// 99 of a hundred.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

/// Connections of a run.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Connections {
    /// Connections that were made.
    pub made: u64,
    /// Binds that were accepted.
    pub binds: u64,
    /// Connections lost while bound.
    pub lost: u64,
    /// Unbinds that were answered.
    pub unbound: u64,
}

/// What became of a request: a line of `replay --format ndjson`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "Replayed", deny_unknown_fields)]
pub struct Request<'a> {
    /// Name and version of this shape.
    pub schema: &'static str,
    /// `same`, `expected`, `different`, `missing`, `not_recorded` or `not_sent`.
    pub verdict: &'static str,
    /// The fields of the answer that differ where that was not to be expected.
    pub differences: Vec<&'a str>,
    /// The other fields of the answer that differ.
    pub expected_differences: Vec<Reasoned<'a>>,
    /// Number in the plan, from 0.
    pub number: u64,
    /// Which time through the capture, from 0.
    pub pass: u32,
    /// Id of the captured session.
    pub session: Option<&'a str>,
    /// Its account.
    pub account: Option<&'a str>,
    /// Where the request was captured.
    pub pcap: Place<'a>,
    /// What it asks.
    pub command: String,
    /// What was answered then; `null`: it is not known.
    pub recorded: Option<Recorded>,
    /// When it was captured.
    pub recorded_at: Timestamp,
    /// Its captured sequence_number.
    pub recorded_sequence_number: u32,
    /// What came of it now.
    pub replayed: Replayed,
}

/// A place in a capture.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Place<'a> {
    /// The file.
    pub file: Option<&'a str>,
    /// Number of the frame in it.
    pub frame: u64,
    /// Place among the PDUs of the frame, from 0.
    pub index: u32,
}

/// A recorded answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Recorded {
    /// Its status.
    pub status: Option<Status>,
    /// How long it took, in microseconds.
    pub latency_us: f64,
}

/// What came of a request now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Replayed {
    /// Status of the answer.
    pub status: Option<Status>,
    /// Why there is none, or why it was not sent.
    pub why: Option<&'static str>,
    /// sequence_number with which it was sent.
    pub sequence_number: Option<u32>,
    /// When it was to be sent.
    pub intended_at: Option<Timestamp>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When the answer came.
    pub answered_at: Option<Timestamp>,
    /// From the one to the other, in microseconds.
    pub latency_us: Option<f64>,
    /// From when it was to be sent, in microseconds.
    pub latency_from_intended_us: Option<f64>,
}
