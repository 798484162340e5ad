//! PDUs of our own: binds, answers to the peer, unbind.

use crate::num;
use crate::smpp::{CommandId, CommandStatus};

/// A PDU with this body; strings in it end with their NUL already.
pub(super) fn pdu(into: &mut Vec<u8>, id: CommandId, status: CommandStatus, sequence: u32, body: &[&[u8]]) {
    let length = body.iter().map(|part| part.len()).fold(16, usize::saturating_add);
    for word in [num::short(length), id.0, status.0, sequence] {
        into.extend(word.to_be_bytes());
    }
    body.iter().for_each(|part| into.extend_from_slice(part));
}

/// Characters up to a NUL or `most`, with a NUL.
pub(super) fn text(characters: &[u8], most: usize) -> Vec<u8> {
    let end = characters.iter().position(|&octet| octet == 0).unwrap_or(characters.len()).min(most);
    let mut text = characters.get(..end).unwrap_or_default().to_vec();
    text.push(0);
    text
}

/// Sets a word of a header: 0 is command_length, 3 sequence_number.
pub(super) fn set_word(pdu: &mut [u8], place: usize, word: u32) {
    let start = place.saturating_mul(4);
    if let Some(octets) = pdu.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
        *octets = word.to_be_bytes();
    }
}
