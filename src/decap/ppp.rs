//! PPP (RFC 1661, 1662), PPPoE (RFC 2516) and Cisco's HDLC.

use super::NotUsed;
use super::rest::Rest;
use super::walk::Next;

/// Address and control of PPP in HDLC-like framing, which peers may agree to leave out.
const ADDRESS_AND_CONTROL: [u8; 2] = [0xff, 0x03];

/// PPP from its address and control, or from its protocol, of one octet or two.
pub(super) fn enter(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    rest.skip_if(&ADDRESS_AND_CONTROL)?;
    let [first] = rest.take()?;
    // The last octet of a protocol number is odd, and no other.
    let protocol = if first & 1 == 1 {
        u16::from(first)
    } else {
        let [second] = rest.take()?;
        u16::from_be_bytes([first, second])
    };
    match protocol {
        0x0021 | 0x0057 => Ok(Next::Ip),
        0x0281 | 0x0283 => Ok(Next::Mpls),
        _ => Err(NotUsed::NotIp),
    }
}

/// PPP or Cisco's HDLC, told apart by the address.
pub(super) fn serial(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match rest.peek(0) {
        Some(0x0f | 0x8f) => cisco(rest),
        _ => enter(rest),
    }
}

/// PPP with an octet for the direction before it, or in place of the address.
pub(super) fn directed(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    let [_direction] = rest.take()?;
    rest.skip_if(&[0x03])?;
    enter(rest)
}

/// Cisco's HDLC: address, control, EtherType.
pub(super) fn cisco(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    let [_, _, a, b] = rest.take()?;
    match u16::from_be_bytes([a, b]) {
        // Keep-alives and address requests (SLARP) have a number that means RARP elsewhere.
        0x8035 => Err(NotUsed::NotIp),
        kind => Ok(Next::Ether(kind)),
    }
}

/// A PPPoE session: version and type, code, session, length.
pub(super) fn over_ethernet(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match rest.take()? {
        [0x11, 0, _, _, _, _] => Ok(Next::Ppp),
        _ => Err(NotUsed::NotIp),
    }
}
