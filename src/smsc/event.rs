//! What the message centre tells of what it does.

use serde::Serialize;

use crate::time::Timestamp;

/// One thing that happened, for a log.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// When.
    #[serde(rename = "@timestamp")]
    pub at: Timestamp,
    /// The connection, numbered from 0.
    pub connection: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event_type", rename_all = "snake_case")]
pub enum What {
    /// A connection was opened; by us for an outbind.
    Connected {
        /// The other end.
        peer: String,
    },
    /// A bind was accepted.
    Bound {
        /// system_id.
        system_id: String,
        /// transmitter, receiver or transceiver.
        bind: &'static str,
        /// What the session speaks.
        version: String,
    },
    /// A request was answered, or is not to be.
    Request {
        /// Its name, or its number in hex.
        command: String,
        /// Its sequence_number.
        sequence_number: u32,
        /// The status of the answer, by name; absent: no answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// The rule that it breaks, if that is why.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<&'static str>,
        /// The id given to its message.
        #[serde(skip_serializing_if = "Option::is_none")]
        message_id: Option<String>,
        /// How long the answer waits, microseconds.
        latency_us: i64,
    },
    /// Something was delivered to the ESME, and its answer is there.
    Delivery {
        /// receipt, notification or message.
        kind: &'static str,
        /// Our sequence_number.
        sequence_number: u32,
        /// The status of the answer, by name.
        status: String,
    },
    /// The ESME, or we, unbound.
    Unbound,
    /// The connection ended.
    Closed {
        /// Why.
        why: &'static str,
    },
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Connections that were opened.
    pub connections: u64,
    /// Connections open now.
    pub open: u64,
    /// Connections refused, because there are as many as may be.
    pub connections_refused: u64,
    /// Binds accepted.
    pub binds: u64,
    /// Binds refused.
    pub binds_refused: u64,
    /// Sessions bound now.
    pub bound: u64,
    /// Requests received.
    pub requests: u64,
    /// Responses sent, generic_nack among them.
    pub responses: u64,
    /// Messages accepted: submit_sm, data_sm, submit_multi by destination, broadcast_sm.
    pub accepted: u64,
    /// Submissions answered with a status other than 0.
    pub rejected: u64,
    /// Of those, ESME_RTHROTTLED.
    pub throttled: u64,
    /// Requests that broke a rule and were refused for it.
    pub violations: u64,
    /// generic_nack sent.
    pub nacks: u64,
    /// Receipts and notifications sent; one that is sent again counts again.
    pub receipts: u64,
    /// Receipts that were answered with status 0.
    pub receipts_acknowledged: u64,
    /// Receipts given up: refused for good, or refused or unanswered three times.
    pub receipts_given_up: u64,
    /// Receipts that found no room or no taker before their message had to make way.
    pub receipts_dropped: u64,
    /// Messages from mobiles sent.
    pub mo: u64,
    /// Messages from mobiles that found no session with room.
    pub mo_skipped: u64,
    /// Requests dropped unanswered on purpose.
    pub unanswered: u64,
}
