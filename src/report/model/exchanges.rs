//! Requests and responses: how many, with what outcome, how fast.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Blame;

/// How often a command was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandCount {
    /// Name as the specification spells it, or `0x%08x`.
    pub command: String,
    /// PDUs.
    pub count: u64,
}

/// The requests of one command on one leg, in order of command_id, then leg.
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
    /// Whose these latencies are; `null`: there is none.
    pub blame: Option<Blame>,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Latency of the requests that were answered so.
    pub latency_us: Latency,
}
