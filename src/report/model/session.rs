//! Sessions.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AccountFrom, Answers, Blame, CommandCount, CommandIdCount, Latency, Leg, SessionTcp, Status, Transactions,
};
use super::{BindFrom, Conduct};
use crate::time::Timestamp;

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
    /// Name of the account, as in `accounts` as far as that lists it; `null`: there are too many to tell apart.
    pub account: Option<String>,
    /// Where `account` is from.
    pub account_from: Option<AccountFrom>,
    /// What the peer is to us; `null`: not known.
    pub side: Option<Leg>,
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
    /// Whose these latencies are; `null`: there is none.
    pub blame: Option<Blame>,
    /// How the responses came: several at once, or later ones first.
    pub answers: Answers,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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
