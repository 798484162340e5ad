//! Tunnels that IP carries: by protocol number, and by UDP port where the header behind it confirms the guess.

use super::ethernet::{self, BRIDGED};
use super::rest::Rest;
use super::walk::Next;
use super::{NotUsed, ppp};

pub(super) const UDP: u8 = 17;

/// What the payload of an IP packet of `protocol` holds; `None`: no tunnel.
pub(super) fn enter(protocol: u8, rest: &mut Rest<'_>) -> Result<Option<Next>, NotUsed> {
    Ok(Some(match protocol {
        // IP in IP, IPv6 in IP, IPIP.
        4 | 41 | 94 => Next::Ip,
        47 => Next::Gre,
        // EtherIP (RFC 3378): version 3.
        97 => match rest.take()? {
            [0x30, _] => Next::Ethernet,
            _ => return Ok(None),
        },
        137 => Next::Mpls,
        // Ethernet, as segment routing has it (RFC 8986).
        143 => Next::Ethernet,
        UDP => return udp(rest),
        _ => return Ok(None),
    }))
}

/// Generic routing encapsulation: RFC 2784 and 2890, the source routes of RFC 1701, PPTP's version 1 (RFC 2637).
pub(super) fn gre(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const SEQUENCE: u16 = 0x1000;
    const ACKNOWLEDGEMENT: u16 = 0x0080;
    let [a, b, c, d] = rest.take()?;
    let (flags, kind) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let has = |bit: u16| flags & bit != 0;
    match flags & 7 {
        0 => {
            for present in [has(CHECKSUM | ROUTING), has(KEY), has(SEQUENCE)] {
                rest.skip(if present { 4 } else { 0 })?;
            }
            // Source route entries: address family, offset, length; the last one is empty. Each turn takes 4 octets.
            while has(ROUTING) {
                match rest.take()? {
                    [0, 0, _, 0] => break,
                    [_, _, _, length] => rest.skip(length.into())?,
                }
            }
            carried(kind, has(SEQUENCE), rest)
        }
        1 if kind == 0x880b && has(KEY) => {
            let [a, b, _, _] = rest.take()?;
            // Without a sequence number there is no payload.
            if !has(SEQUENCE) {
                return Err(NotUsed::NotIp);
            }
            rest.skip(if has(ACKNOWLEDGEMENT) { 8 } else { 4 })?;
            rest.limit(u16::from_be_bytes([a, b]).into());
            Ok(Next::Ppp)
        }
        _ => Err(NotUsed::NotIp),
    }
}

/// What GRE carries under `kind`, an EtherType or one of its own. `numbered`: with a sequence number.
pub(super) fn carried(kind: u16, numbered: bool, rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match kind {
        BRIDGED => Ok(Next::Ethernet),
        // Mirrored ports (ERSPAN): type I has no header and no sequence number, type II a header of 8 octets.
        0x88be => {
            rest.skip(if numbered { 8 } else { 0 })?;
            Ok(Next::Ethernet)
        }
        // Type III: what kind of frame, and whether a sub-header of the platform follows, is in the last two octets.
        0x22eb => {
            let [.., kind, last] = rest.take::<12>()?;
            rest.skip(if last & 1 == 1 { 8 } else { 0 })?;
            match kind >> 2 & 0x1f {
                0 => Ok(Next::Ethernet),
                2 => Ok(Next::Ip),
                _ => Err(NotUsed::NotIp),
            }
        }
        0..ethernet::FIRST_TYPE => Err(NotUsed::NotIp),
        kind => Ok(Next::Ether(kind)),
    }
}

/// A UDP port is no proof: where the header behind it does not have the form it should have, there is no tunnel.
fn udp(rest: &mut Rest<'_>) -> Result<Option<Next>, NotUsed> {
    let [a, b, c, d, e, f, _, _] = match rest.take() {
        Err(NotUsed::HeaderCut) => return Err(NotUsed::HeaderCut),
        header => header.map_err(|_| NotUsed::NotTcp(UDP))?,
    };
    let (source, destination) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    // 0 where a length does not fit.
    match u32::from(u16::from_be_bytes([e, f])) {
        0 => {}
        length => rest.limit(length.saturating_sub(8)),
    }
    let tunnel = match (source, destination) {
        (_, 4789 | 8472) => vxlan(rest),
        (_, 4790) => vxlan_gpe(rest),
        (_, 6081) => geneve(rest),
        (_, 2152) | (2152, _) => gtp(rest),
        (_, 3544) | (3544, _) => teredo(rest),
        (_, 1701) | (1701, _) => l2tp(rest),
        (_, 6635) => Ok(Next::Mpls),
        (_, 4754) => Ok(Next::Gre),
        (_, 37008) => tzsp(rest),
        _ => return Ok(None),
    };
    match tunnel {
        Ok(next) => Ok(Some(next)),
        Err(NotUsed::HeaderCut) => Err(NotUsed::HeaderCut),
        Err(_) => Ok(None),
    }
}

/// VXLAN (RFC 7348): the flag that says that there is a network identifier. Other bits are for the receiver to ignore.
fn vxlan(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match rest.take::<8>()? {
        [flags, ..] if flags & 0x08 != 0 => Ok(Next::Ethernet),
        _ => Err(NotUsed::NotIp),
    }
}

/// VXLAN with a next protocol: version 0, and flags for the identifier or the protocol.
fn vxlan_gpe(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match rest.take::<8>()? {
        [flags, _, _, next, ..] if flags & 0x30 == 0 && flags & 0x04 != 0 => match next {
            1 | 2 => Ok(Next::Ip),
            3 => Ok(Next::Ethernet),
            4 => Ok(Next::Service),
            5 => Ok(Next::Mpls),
            _ => Err(NotUsed::NotIp),
        },
        [flags, ..] if flags & 0x3c == 0x08 => Ok(Next::Ethernet),
        _ => Err(NotUsed::NotIp),
    }
}

/// GENEVE (RFC 8926): version 0, length of the options, an EtherType.
fn geneve(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    let [first, flags, a, b, .., last] = rest.take::<8>()?;
    if first >> 6 != 0 || flags & 0x3f != 0 || last != 0 {
        return Err(NotUsed::NotIp);
    }
    rest.skip(usize::from(first & 0x3f).saturating_mul(4))?;
    match u16::from_be_bytes([a, b]) {
        0..ethernet::FIRST_TYPE => Err(NotUsed::NotIp),
        kind => Ok(Next::Ether(kind)),
    }
}

/// GTP version 1 of the user plane (3GPP TS 29.281): only a G-PDU (255) carries a packet.
fn gtp(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    let [flags, message, a, b, ..] = rest.take::<8>()?;
    let length = u32::from(u16::from_be_bytes([a, b]));
    // Version 1 and not GTP', the spare bit 0.
    if flags & 0xf8 != 0x30 || message != 255 || length > rest.wire() {
        return Err(NotUsed::NotIp);
    }
    rest.limit(length);
    // Any of sequence number, N-PDU number and extension header brings all three fields.
    if flags & 0x07 != 0 {
        let [.., mut extension] = rest.take::<4>()?;
        // Each turn takes at least 4 octets.
        while flags & 0x04 != 0 && extension != 0 {
            let [words] = rest.take()?;
            let inside = usize::from(words).saturating_mul(4).checked_sub(2).ok_or(NotUsed::NotIp)?;
            rest.skip(inside)?;
            [extension] = rest.take()?;
        }
    }
    Ok(Next::Ip)
}

/// Teredo (RFC 4380): authentication and origin before an IPv6 packet that fills the datagram.
fn teredo(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    if rest.skip_if(&[0, 1])? {
        let [client, value] = rest.take()?;
        // Then a nonce of 8 octets and a confirmation.
        rest.skip(usize::from(client).saturating_add(value.into()).saturating_add(9))?;
    }
    if rest.skip_if(&[0, 0])? {
        rest.skip(6)?;
    }
    let Some(first) = rest.peek(0) else { return Err(rest.lacks(1)) };
    let fits = rest.peek_u16(4).is_none_or(|length| u32::from(length).saturating_add(40) <= rest.wire());
    if first >> 4 == 6 && fits { Ok(Next::Ip) } else { Err(NotUsed::NotIp) }
}

/// L2TP version 2 (RFC 2661): a data message.
fn l2tp(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    const CONTROL: u16 = 0x8000;
    const LENGTH: u16 = 0x4000;
    const SEQUENCE: u16 = 0x0800;
    const OFFSET: u16 = 0x0200;
    /// Bits that have to be 0.
    const RESERVED: u16 = 0x34f0;
    let before = rest.wire();
    let flags = u16::from_be_bytes(rest.take()?);
    if flags & 0x0f != 2 || flags & (CONTROL | RESERVED) != 0 {
        return Err(NotUsed::NotIp);
    }
    if flags & LENGTH != 0 {
        let length = u32::from(u16::from_be_bytes(rest.take()?));
        if !(12..=before).contains(&length) {
            return Err(NotUsed::NotIp);
        }
        rest.limit(length.saturating_sub(4));
    }
    // Tunnel and session.
    rest.skip(if flags & SEQUENCE != 0 { 8 } else { 4 })?;
    if flags & OFFSET != 0 {
        let offset = u16::from_be_bytes(rest.take()?);
        rest.skip(offset.into())?;
    }
    ppp::enter(rest)
}

/// TaZmen Sniffer Protocol, as access points and routers send what they mirror: version 1, a received packet,
/// Ethernet; tags up to the end tag.
fn tzsp(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    if rest.take()? != [1, 0, 0, 1] {
        return Err(NotUsed::NotIp);
    }
    // Each turn takes octets.
    loop {
        match rest.take()? {
            [0] => {}
            [1] => return Ok(Next::Ethernet),
            _ => {
                let [length] = rest.take()?;
                rest.skip(length.into())?;
            }
        }
    }
}
