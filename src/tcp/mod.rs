//! TCP segments into numbered connections and octets in order per side, with gaps, opening and closing, and health.
//!
//! Nothing here reads a clock, performs I/O or can panic; memory is bounded per side.

/// The two ends of a connection, as TCP sees them. Who is ESME and who SMSC is [`crate::smpp::Role`]'s business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Sent the SYN; mid-stream: the sender of the first segment seen, unless ports say otherwise.
    Opener,
    /// The other end.
    Accepter,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Opener => Self::Accepter,
            Self::Accepter => Self::Opener,
        }
    }
}

/// Number of a connection, from 0 by its first TCP segment, SMPP or not: Wireshark's `tcp.stream` on a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionNumber(pub u32);
