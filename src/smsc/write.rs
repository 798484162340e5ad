//! PDUs that a live session sends, of either side, octet by octet: quicker than [`encode`](crate::smpp::encode()) of a tree, and
//! proved equal in what it says by the tests, which decode everything that is ever sent.

use crate::num;
use crate::smpp::spec::{Command, Kind};
use crate::smpp::{CommandId, CommandStatus, Header, SequenceNumber, TlvTag};

/// A PDU under way at the end of a buffer. Its length is right once [`finish`](Self::finish)ed.
#[derive(Debug)]
pub(crate) struct Pdu<'b> {
    buffer: &'b mut Vec<u8>,
    start: usize,
}

impl<'b> Pdu<'b> {
    /// A header at the end of `buffer`.
    pub(crate) fn new(
        buffer: &'b mut Vec<u8>,
        id: CommandId,
        status: CommandStatus,
        sequence: SequenceNumber,
    ) -> Self {
        let start = buffer.len();
        buffer.extend([0; 4]);
        buffer.extend(id.0.to_be_bytes());
        buffer.extend(status.0.to_be_bytes());
        buffer.extend(sequence.0.to_be_bytes());
        Self { buffer, start }
    }

    pub(crate) fn u8(self, value: u8) -> Self {
        self.buffer.push(value);
        self
    }

    pub(super) fn u32(self, value: u32) -> Self {
        self.buffer.extend(value.to_be_bytes());
        self
    }

    /// Characters and a NUL. A NUL among the characters ends them.
    pub(crate) fn text(self, characters: &[u8]) -> Self {
        let end = characters.iter().position(|&octet| octet == 0).unwrap_or(characters.len());
        self.buffer.extend_from_slice(characters.get(..end).unwrap_or_default());
        self.buffer.push(0);
        self
    }

    pub(crate) fn octets(self, octets: &[u8]) -> Self {
        self.buffer.extend_from_slice(octets);
        self
    }

    /// A length of one octet and at most 255 octets.
    pub(super) fn counted(self, octets: &[u8]) -> Self {
        let octets = octets.get(..255).unwrap_or(octets);
        let length = u8::try_from(octets.len()).unwrap_or(u8::MAX);
        self.u8(length).octets(octets)
    }

    pub(super) fn tlv(self, tag: TlvTag, octets: &[u8]) -> Self {
        let octets = octets.get(..usize::from(u16::MAX)).unwrap_or(octets);
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        self.buffer.extend(tag.0.to_be_bytes());
        self.buffer.extend(length.to_be_bytes());
        self.octets(octets)
    }

    /// A TLV that is a C-Octet String.
    pub(super) fn tlv_text(self, tag: TlvTag, characters: &[u8]) -> Self {
        let length = u16::try_from(characters.len().saturating_add(1)).unwrap_or(u16::MAX);
        self.buffer.extend(tag.0.to_be_bytes());
        self.buffer.extend(length.to_be_bytes());
        self.text(characters)
    }

    /// The mandatory fields of the command, each as empty as its layout allows.
    pub(super) fn empty_body(self, command: &Command) -> Self {
        command.body.iter().fold(self, |pdu, field| {
            let octets = match field.kind {
                Kind::U8 | Kind::CString { .. } | Kind::Time(_) | Kind::OneOf { .. } => 1,
                Kind::U16 => 2,
                Kind::U32 => 4,
                Kind::Octets { .. } | Kind::Rest | Kind::List { .. } => 0,
            };
            pdu.octets([0; 4].get(..octets).unwrap_or_default())
        })
    }

    /// Writes command_length.
    pub(crate) fn finish(self) {
        let length = num::short(self.buffer.len().saturating_sub(self.start));
        if let Some(place) = self.buffer.get_mut(self.start..).and_then(<[u8]>::first_chunk_mut) {
            *place = length.to_be_bytes();
        }
        debug_assert!(num::index(length) >= Header::LEN);
    }
}
