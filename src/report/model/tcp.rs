//! What is told of TCP: of the whole capture, and of each session's connection.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Role;

/// TCP, over all connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tcp {
    /// Connections, SMPP or not.
    pub connections: u64,
    /// Connections that carry SMPP.
    pub smpp_connections: u64,
    /// Connections that carry TLS, which is not read.
    pub tls_connections: u64,
    /// Segments.
    pub segments: u64,
    /// Segments sent again.
    pub retransmitted: u64,
    /// Frames captured twice, as on two devices; never counted as retransmitted.
    pub duplicate_frames: u64,
    /// Segments that came after a later one.
    pub out_of_order: u64,
    /// Stretches of octets that the capture lacks, in SMPP connections.
    pub gaps: u64,
    /// Octets in those stretches.
    pub gap_octets: u64,
    /// Overlapping segments that disagree about an octet.
    pub conflicting_overlaps: u64,
    /// Connections forgotten to keep within memory.
    pub evicted: u64,
    /// Acknowledgements sent again while octets behind them were under way.
    pub duplicate_acks: u64,
    /// Times that a side closed its window.
    pub zero_windows: u64,
}

/// TCP health of one connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionTcp {
    /// Segments sent again.
    pub retransmitted: u64,
    /// Segments that came after a later one.
    pub out_of_order: u64,
    /// Stretches of octets that the capture lacks.
    pub gaps: u64,
    /// Octets in those stretches.
    pub gap_octets: u64,
    /// Times that a side closed its window.
    pub zero_windows: u64,
    /// Frames captured twice, used once.
    pub duplicate_frames: u64,
    /// Pairs of addresses under which its frames were captured: more than 1 where the capture holds both sides of an
    /// address translation. The session has those that came first.
    pub copies: u64,
    /// Acknowledgements sent again while octets behind them were under way.
    pub duplicate_acks: u64,
    /// Round-trip time of the handshake, in microseconds; `null`: not in the capture.
    pub rtt_us: Option<f64>,
    /// From octets to their acknowledgement by the ESME, and by the message centre, as seen where the capture was
    /// taken.
    pub data_rtt_us: DataRtt,
    /// The RST that ended it; `null`: none did.
    pub rst: Option<Rst>,
}

/// How long octets were under way to either end and their acknowledgements back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataRtt {
    /// To the ESME and back.
    pub esme: Spans,
    /// To the message centre and back.
    pub smsc: Spans,
}

/// Spans of time, in microseconds; `null` where there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spans {
    /// How many.
    pub count: u64,
    /// The least.
    pub min: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

/// A RST, and whether it looks like one of the side in whose name it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rst {
    /// In whose name it came.
    pub by: Role,
    /// Whether its TTL is one that the side's other segments had; where not, something between the ends sent it.
    /// `null`: there is nothing to compare it with.
    pub ttl_fits: Option<bool>,
    /// Whether its IP identification goes on from theirs; `null`: there are none that count.
    pub ip_id_fits: Option<bool>,
}
