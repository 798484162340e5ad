//! What became of fragments of IP packets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fragments of IP packets that were put together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fragments {
    /// Frames whose fragment is part of a segment that another frame gave, mostly the last one: neither skipped nor
    /// a segment of their own.
    pub joined_frames: u64,
    /// IP packets put together, of any protocol.
    pub datagrams: u64,
    /// IP packets whose fragments overlap; the octets that came first were used.
    pub overlapping: u64,
}
