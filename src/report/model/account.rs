//! Accounts: whose sessions they are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{End, EndedBy, Latency, Leg, Place, Status, Transactions};

/// The sessions of one customer or operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its name; `null`: the rest, all accounts that are not listed by themselves.
    pub name: Option<String>,
    /// Where the name is from.
    pub name_from: Option<AccountFrom>,
    /// system_id of its sessions; `null`: none is known, or there are several.
    pub system_id: Option<String>,
    /// What it is to us; `null`: not known.
    pub side: Option<Leg>,
    /// Sessions, refused ones included.
    pub sessions: u64,
    /// Sessions that were bound: a bind was granted in the capture, or before it.
    pub binds: u64,
    /// Sessions whose bind was refused.
    pub refused: u64,
    /// The most sessions at once; `null`: not known.
    pub max_concurrent: Option<u64>,
    /// Bound sessions that ended without an unbind: by FIN, RST, or silence.
    pub drops: u64,
    /// How its sessions come and go.
    pub churn: Churn,
    /// The most requests in flight in one of its sessions.
    pub window_max: Option<u64>,
    /// Requests and what became of them, by command.
    pub transactions: Vec<Transactions>,
    /// Latency over all its requests, both directions.
    pub latency_us: Latency,
    /// Responses by command and status.
    pub statuses: Vec<Status>,
}

/// Where the name of an account is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountFrom {
    /// A names file.
    Names,
    /// The system_id of a bind in the capture, or one that a names file tells.
    SystemId,
    /// The peer's address: the end that is not ours, or the side that binds.
    Address,
}

/// How the sessions of an account come and go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Churn {
    /// Sessions bound in the capture after an earlier session of the account had ended; `null`: not known.
    pub rebinds: Option<u64>,
    /// Sessions by how they ended, in a fixed order.
    pub ends: Vec<EndCount>,
    /// The period at which sessions end again and again; `null`: there is none that is regular.
    pub period: Option<Period>,
}

/// Sessions by how they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndCount {
    /// How; `null`: a further bind on the same connection took its place.
    pub end: Option<End>,
    /// Who ended it, where known.
    pub ended_by: Option<EndedBy>,
    /// Sessions.
    pub count: u64,
}

/// Ends that repeat: at least five times, at least 80 % of the intervals within 10 % of the median.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Median interval in seconds. Ends that follow each other within a second are one.
    pub median_s: f64,
    /// Share of the intervals within 10 % of the median.
    pub within: f64,
    /// Intervals.
    pub intervals: u64,
}

/// One of the slowest transactions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Worst {
    /// Id of the session, also where `sessions` leaves it out.
    pub session: String,
    /// Name of the account, as in `accounts`.
    pub account: Option<String>,
    /// Which side of a gateway; `null`: no gateway is known.
    pub leg: Option<Leg>,
    /// Name of the request.
    pub command: String,
    /// sequence_number of request and response.
    pub sequence_number: u32,
    /// Status of the response.
    pub status: u32,
    /// Time of the response less time of the request, in microseconds.
    pub latency_us: f64,
    /// The request.
    pub request: Place,
    /// The response.
    pub response: Place,
}
