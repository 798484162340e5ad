//! What the report says of a session beside its requests: how it was bound, kept alive, and conducted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Spans;
use crate::time::Timestamp;

/// How the bind of a session is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BindFrom {
    /// The bind and its response were captured.
    Bind,
    /// Its response was.
    Response,
    /// Neither was; requests of both directions were answered with status 0, which only a transceiver's are.
    Inferred,
}

/// How a session was conducted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conduct {
    /// Bind requests: more than one where the ESME tried again, or asked though it was bound.
    pub binds: u64,
    /// Whether the message centre asked for the bind by outbind.
    pub outbind: bool,
    /// Why the last bind was refused; `null`: it was not.
    pub refused: Option<Refused>,
    /// The longest time in which neither side sent anything; `null`: fewer than two PDUs, or octets missing between any two.
    pub longest_silence: Option<Silence>,
    /// The enquire_links that each side sent.
    pub enquire_links: BySide<EnquireLinks>,
    /// How the responses of both sides answered.
    pub responses: Responses,
    /// How each side numbered its requests.
    pub numbers: BySide<Numbers>,
    /// Requests of each side in flight, over time.
    pub in_flight: BySide<InFlight>,
    /// Requests a second, over time.
    pub rate: RateUse,
}

/// The same of both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BySide<T> {
    /// Of the ESME.
    pub esme: T,
    /// Of the message centre.
    pub smsc: T,
}

/// A refused bind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// command_status of the response.
    pub status: u32,
    /// Its name; `null`: no version of the specification names it.
    pub name: Option<String>,
}

/// Time without a PDU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// How long, in milliseconds.
    pub ms: f64,
    /// Time of the PDU before it.
    pub since: Timestamp,
}

/// enquire_links of one side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnquireLinks {
    /// Those sent.
    pub sent: u64,
    /// Those answered.
    pub answered: u64,
    /// Those never answered though time and the capture sufficed. An ESME may answer with any other PDU.
    pub missed: u64,
    /// From one to the next, in microseconds; not over gaps.
    pub interval_us: Spans,
    /// The median of the last 32 intervals, in microseconds.
    pub median_interval_us: Option<f64>,
    /// From request to response, in microseconds.
    pub rtt_us: Spans,
}

/// Responses, by how they answered. Those not counted here were in time and in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Responses {
    /// Later than `--timeout`.
    pub late: u64,
    /// Captured before the request.
    pub early: u64,
    /// While an older request of the same side waited.
    pub out_of_order: u64,
    /// To a request that had been answered.
    pub duplicate: u64,
    /// With the number of a request of another command.
    pub wrong_type: u64,
    /// To nothing, though the capture shows all.
    pub unmatched: u64,
    /// To a request that may precede the capture.
    pub before_capture: u64,
    /// To a request that may lie in a gap.
    pub in_gap: u64,
    /// To a request that may have been given up.
    pub given_up: u64,
    /// generic_nack with number 0: it names no request.
    pub without_number: u64,
}

/// How a side numbered its requests. A request whose number is one above that of the request before counts nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// Number 0.
    pub zero: u64,
    /// Above 0x7FFFFFFF.
    pub out_of_range: u64,
    /// From 0x7FFFFFFF or above to 0 or 1.
    pub wraps: u64,
    /// From elsewhere back to 0 or 1.
    pub resets: u64,
    /// The number of the request before.
    pub repeated: u64,
    /// To a lower number in any other way.
    pub backward: u64,
    /// To a number more than one above.
    pub jumps: u64,
    /// Of wraps to jumps, those that go on from the last of their kind: enquire_link, or all else.
    pub own_kind: u64,
    /// Of wraps to jumps, those that go on from the other side's last number.
    pub of_other_side: u64,
    /// The number of a request that was still open.
    pub reused: u64,
}

/// Requests of a side in flight, from its first request to the last PDU of the session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InFlight {
    /// The most at once.
    pub max: Option<u64>,
    /// When that was first so.
    pub max_at: Option<Timestamp>,
    /// The share of the time in which as many were in flight: 0 to 1.
    pub share_at_max: Option<f64>,
    /// The mean over time.
    pub mean: Option<f64>,
}

/// Requests of both sides by second, those aside that only keep the session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateUse {
    /// The mean from the first such request to the last.
    pub mean_per_s: Option<f64>,
    /// Seconds with more than 3 times the mean of all seconds before them, of which there are at least 10.
    pub bursts: Option<u64>,
}

impl Conduct {
    /// Where no frame had a time, those that were counted with mean nothing.
    pub(in crate::report) fn forget_times(&mut self) {
        self.longest_silence = None;
        self.rate = RateUse::default();
        for links in [&mut self.enquire_links.esme, &mut self.enquire_links.smsc] {
            links.interval_us = Spans::default();
            links.rtt_us = Spans::default();
            links.median_interval_us = None;
        }
        for flight in [&mut self.in_flight.esme, &mut self.in_flight.smsc] {
            *flight = InFlight { max: flight.max, ..InFlight::default() };
        }
    }
}
