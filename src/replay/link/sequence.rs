//! Sequence numbers of ours, and where they stand in a PDU.

/// The highest sequence_number: SMPP 3.4 §3.2.
const LAST: u64 = 0x7FFF_FFFF;

/// The sequence_number of the use with this number: 1 follows the last.
pub(super) fn sequence(number: u64) -> u32 {
    u32::try_from(number.checked_rem(LAST).unwrap_or(0).saturating_add(1)).unwrap_or(1)
}

/// How many uses after `first` the one with this sequence_number is.
pub(super) fn place(answered: u32, first: u64) -> Option<usize> {
    let (at, from) = (u64::from(answered.checked_sub(1)?), first.checked_rem(LAST)?);
    usize::try_from(at.saturating_add(LAST).saturating_sub(from).checked_rem(LAST)?).ok()
}

/// Sets a word of a header: 0 is command_length, 3 sequence_number.
pub(in crate::replay) fn set_word(pdu: &mut [u8], place: usize, word: u32) {
    let start = place.saturating_mul(4);
    if let Some(octets) = pdu.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
        *octets = word.to_be_bytes();
    }
}
