//! The plain report: what `report --format json` prints, key by key, and what every view reads.
//!
//! Unknown is `None` (`null`), never 0. Lists stand in a fixed order, stated at each. A key's removal or change of
//! meaning raises the number in [`SCHEMA`]; added keys do not. The doc comments are the descriptions in the JSON
//! Schema that `smpp-inspect schema report` prints.

mod account;
mod blame;
mod capture;
mod conduct;
mod exchanges;
mod fragments;
mod redaction;
mod session;
mod tcp;

pub use account::{Account, AccountFrom, Churn, EndCount, Period, Worst};
pub use blame::{Answering, Answers, Blame, TcpDelays, UnseenDelays};
pub use capture::{Capture, File, Limit, LocalFrom, Octets, ReasonCount, Seen, SkippedFile};
pub use conduct::{
    BindFrom, BySide, Conduct, EnquireLinks, InFlight, Numbers, RateUse, Refused, Responses, Silence,
};
pub use exchanges::{CommandCount, Latency, Leg, Status, Transactions, Unanswered, WhyCount};
pub use fragments::Fragments;
pub use redaction::{KeyFrom, Redaction};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use session::{
    Bind, End, EndedBy, Endpoint, Rate, Role, Session, SessionPdus, Start, SystemIdFrom, Window,
};
pub use tcp::{DataRtt, Rst, SessionTcp, Spans, Tcp};

use crate::names::Party;
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
    /// Whose sessions they are: worst first, then by name; the rest, if any, behind them, a row a side.
    pub accounts: Vec<Account>,
    /// Accounts left out of `accounts`, which is bounded; the rows without a name count them.
    pub accounts_omitted: u64,
    /// The transactions that took longest, at most ten, the slowest first.
    pub worst: Vec<Worst>,
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
    /// What was redacted in this document; absent: nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction: Option<Redaction>,
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

/// Where a finding, or a PDU, is.
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
            accounts: Vec::new(),
            accounts_omitted: 0,
            worst: Vec::new(),
            sessions: Vec::new(),
            sessions_omitted: 0,
            findings: Vec::new(),
            limits: Vec::new(),
            redaction: None,
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

impl From<Party> for Leg {
    fn from(party: Party) -> Self {
        match party {
            Party::Customer => Self::Customer,
            Party::Operator => Self::Operator,
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
