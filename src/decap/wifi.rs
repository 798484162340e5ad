//! IEEE 802.11: data frames that are not encrypted.

use super::NotUsed;
use super::rest::Rest;
use super::walk::Next;

/// From the frame control on.
pub(super) fn data(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    const TO_AND_FROM_DS: u8 = 0x03;
    const MORE_FRAGMENTS: u8 = 0x04;
    const PROTECTED: u8 = 0x40;
    const ORDER: u8 = 0x80;
    // Frame control, duration, three addresses, sequence control.
    let [control, flags, _, _] = rest.take()?;
    // Version 0, a data frame, and not one of the subtypes without data.
    if control & 0x0f != 0x08 || control & 0x40 != 0 || flags & (PROTECTED | MORE_FRAGMENTS) != 0 {
        return Err(NotUsed::NotIp);
    }
    rest.skip(18)?;
    let [sequence, _] = rest.take()?;
    if sequence & 0x0f != 0 {
        return Err(NotUsed::NotIp);
    }
    if flags & TO_AND_FROM_DS == TO_AND_FROM_DS {
        rest.skip(6)?;
    }
    if control & 0x80 != 0 {
        let [quality, _] = rest.take()?;
        if flags & ORDER != 0 {
            rest.skip(4)?;
        }
        // Several frames in one, each with a header of its own: only the first could be told.
        if quality & 0x80 != 0 {
            return Err(NotUsed::NotIp);
        }
    }
    Ok(Next::Llc)
}

/// Radiotap: version, padding, length and bitmaps of the fields that are there, in little endian.
pub(super) fn radiotap(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    const MORE_BITMAPS: u32 = 1 << 31;
    const TIMER: u32 = 1;
    const FLAGS: u32 = 2;
    /// Of the field of flags: the 802.11 header is padded to a multiple of 4.
    const PADDED: u8 = 0x20;
    let octets = rest.octets();
    let [_, _, a, b] = rest.take()?;
    let length = usize::from(u16::from_le_bytes([a, b]));
    let mut before = *rest;
    rest.skip(length.checked_sub(4).ok_or(NotUsed::Malformed)?)?;
    before.limit(u32::try_from(length.saturating_sub(4)).unwrap_or_default());
    let first = u32::from_le_bytes(before.take()?);
    let (mut bitmap, mut at) = (first, 8_usize);
    while bitmap & MORE_BITMAPS != 0 {
        bitmap = u32::from_le_bytes(before.take()?);
        at = at.saturating_add(4);
    }
    if first & TIMER != 0 {
        at = at.next_multiple_of(8).saturating_add(8);
    }
    let flags = if first & FLAGS != 0 { octets.get(at).copied().unwrap_or_default() } else { 0 };
    if flags & PADDED == 0 {
        return Ok(Next::Wifi);
    }
    let header = *rest;
    let next = data(rest)?;
    let taken = header.octets().len().saturating_sub(rest.octets().len());
    rest.skip(taken.next_multiple_of(4).saturating_sub(taken))?;
    Ok(next)
}
