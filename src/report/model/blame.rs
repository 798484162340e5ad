//! Where the time of latencies went, and how a side answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the latencies of transactions went, summed up, in microseconds: `latency_us` is the sum of `tcp_us`,
/// `network_us`, `capture_us` and `peer_us`, and the shares add up to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blame {
    /// Transactions with a latency.
    pub count: u64,
    /// Those with a part that is TCP's.
    pub affected: u64,
    /// Their latencies.
    pub latency_us: f64,
    /// What TCP took, as far as the place of capture shows it.
    pub tcp_us: TcpDelays,
    /// The way from the place of capture to the answering side and back, as the handshake took it; `null`: no
    /// handshake was captured, and it is the peer's. Of sessions without one it is the peer's in sums, too.
    pub network_us: Option<f64>,
    /// While only the capture lacked octets that their receiver had.
    pub capture_us: f64,
    /// The rest: the answering side, with its host and whatever it asks itself.
    pub peer_us: f64,
    /// `tcp_us`, all of it, of `latency_us`; `null`: the latency is 0.
    pub share_tcp: Option<f64>,
    /// `network_us` of `latency_us`.
    pub share_network: Option<f64>,
    /// `capture_us` of `latency_us`.
    pub share_capture: Option<f64>,
    /// `peer_us` of `latency_us`.
    pub share_peer: Option<f64>,
    /// What TCP took outside of the latencies: the asking side waited longer by that.
    pub unseen_us: UnseenDelays,
}

/// What TCP took of latencies, in microseconds. No moment counts twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TcpDelays {
    /// Until requests were sent again, and while responses waited for octets that were.
    pub retransmission: f64,
    /// While responses waited for octets that the network had overtaken.
    pub reordering: f64,
    /// While the asking side's window was closed; an upper bound.
    pub zero_window: f64,
}

/// What TCP took before requests and after responses became readable at the place of capture, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnseenDelays {
    /// While requests had been sent, by what the capture shows, and could not be read.
    pub before: f64,
    /// Until responses were sent again that their receiver had not acknowledged.
    pub after: f64,
}

/// How both sides answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// The ESME's responses.
    pub esme: Answering,
    /// The message centre's responses.
    pub smsc: Answering,
}

/// How a side answers: several responses at once, and later requests first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answering {
    /// Responses.
    pub responses: u64,
    /// Frames that made two or more of them readable.
    pub batches: u64,
    /// Responses in those.
    pub in_batches: u64,
    /// The most that one frame made readable; 0: there is no response.
    pub largest_batch: u64,
    /// Responses that came after the response to a later request; those to enquire_link are left out.
    pub out_of_order: u64,
    /// How many requests further the furthest such response was.
    pub largest_overtake: u64,
}
