//! The 16 octets that every PDU begins with: SMPP 3.4 §3.2, 5.0 §3.2.1.

use super::ids::{CommandId, CommandStatus, SequenceNumber};

/// A PDU header: four big-endian 32-bit integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Octets of the whole PDU, header included, as the sender stated it.
    pub command_length: u32,
    /// What the PDU is.
    pub command_id: CommandId,
    /// Outcome, in responses.
    pub command_status: CommandStatus,
    /// Joins a response to its request.
    pub sequence_number: SequenceNumber,
}

impl Header {
    /// Octets of a header.
    pub const LEN: usize = 16;

    /// The header at the start of `octets`; `None` when fewer than 16 are there.
    #[inline]
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let (length, rest) = octets.split_first_chunk()?;
        let (id, rest) = rest.split_first_chunk()?;
        let (status, rest) = rest.split_first_chunk()?;
        let (sequence, _) = rest.split_first_chunk()?;
        Some(Self {
            command_length: u32::from_be_bytes(*length),
            command_id: CommandId(u32::from_be_bytes(*id)),
            command_status: CommandStatus(u32::from_be_bytes(*status)),
            sequence_number: SequenceNumber(u32::from_be_bytes(*sequence)),
        })
    }
}
