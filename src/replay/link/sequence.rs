//! Sequence numbers of ours, and where they stand in a PDU.

/// The highest sequence_number: SMPP 3.4 §3.2.
const LAST: u64 = 0x7FFF_FFFF;

/// The sequence_number of the use with this number: 1 follows the last.
pub(super) fn sequence(number: u64) -> u32 {
    u32::try_from(number.checked_rem(LAST).unwrap_or(0).saturating_add(1)).unwrap_or(1)
}

/// How many uses after `first` the one with this sequence_number is.
pub(super) fn place(answered: u32, first: u64) -> Option<usize> {
    // Beyond the last there is none of ours: it would count as another.
    let answered = u64::from(answered).checked_sub(1).filter(|at| *at < LAST)?;
    let (at, from) = (answered, first.checked_rem(LAST)?);
    usize::try_from(at.saturating_add(LAST).saturating_sub(from).checked_rem(LAST)?).ok()
}

/// Sets a word of a header: 0 is command_length, 3 sequence_number.
pub(in crate::replay) fn set_word(pdu: &mut [u8], place: usize, word: u32) {
    let start = place.saturating_mul(4);
    if let Some(octets) = pdu.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
        *octets = word.to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_finds_its_use_across_the_last_one() {
        for (number, first, want) in [
            (1, 0, Some(0)),
            (8, 5, Some(2)),
            (0x7FFF_FFFF, LAST - 2, Some(1)),
            (1, LAST - 2, Some(2)),
            (1, LAST, Some(0)),
        ] {
            assert_eq!(place(number, first), want, "{number} after {first}");
        }
        assert_eq!((sequence(LAST - 1), sequence(LAST)), (0x7FFF_FFFF, 1));
    }

    #[test]
    fn a_number_that_is_never_used_finds_nothing() {
        for number in [0, 0x8000_0000, 0x8000_0001, u32::MAX] {
            assert_eq!(place(number, 0), None, "{number:#x}");
        }
    }
}
