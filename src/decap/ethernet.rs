//! Ethernet and what its types say: tags, LLC and SNAP, MPLS, network service headers, frames in frames.

use super::checksum::Sum;
use super::rest::Rest;
use super::walk::Next;
use super::{NotUsed, ppp};

/// Numbers below this one are lengths of an 802.3 frame, or Linux's own; an LLC header follows a length.
pub(super) const FIRST_TYPE: u16 = 1501;
/// EtherTypes of IP.
pub(super) const IPV4: u16 = 0x0800;
/// EtherTypes of IP.
pub(super) const IPV6: u16 = 0x86dd;
/// 802.1Q, 802.1ad, and the numbers used for stacked tags before 802.1ad.
pub(super) const VLAN: [u16; 4] = [0x8100, 0x88a8, 0x9100, 0x9200];

const ARP: u16 = 0x0806;
/// An Ethernet frame.
pub(super) const BRIDGED: u16 = 0x6558;
const JUMBO_LLC: u16 = 0x8870;
/// MPLS labels, unicast and multicast.
pub(super) const MPLS: [u16; 2] = [0x8847, 0x8848];
const PPP: u16 = 0x880b;
const PPP_SESSION: u16 = 0x8864;
/// IEEE 802.1ah: a service tag, then a frame.
const BACKBONE: u16 = 0x88e7;
const FABRIC_PATH: u16 = 0x8903;
const VN_TAG: u16 = 0x8926;
/// IEEE 802.1BR.
const E_TAG: u16 = 0x893f;
const SERVICE: u16 = 0x894f;
const TRILL: u16 = 0x22f3;
/// Switch chips of Marvell.
const EDSA: u16 = 0xdada;

/// The two addresses and the type.
pub(super) fn addresses(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    let [.., a, b] = rest.take::<14>()?;
    Ok(Next::Ether(u16::from_be_bytes([a, b])))
}

/// What comes after `kind`, and whether that is a frame within this one.
pub(super) fn enter(kind: u16, rest: &mut Rest<'_>) -> Result<(Next, bool), NotUsed> {
    let next = match kind {
        IPV4 | IPV6 => Next::Ip,
        tag if VLAN.contains(&tag) => {
            let [_, _, a, b] = rest.take()?;
            Next::Ether(u16::from_be_bytes([a, b]))
        }
        0..FIRST_TYPE | JUMBO_LLC => Next::Llc,
        label if MPLS.contains(&label) => Next::Mpls,
        PPP_SESSION => ppp::over_ethernet(rest)?,
        PPP => Next::Ppp,
        VN_TAG => {
            let [.., a, b] = rest.take::<6>()?;
            Next::Ether(u16::from_be_bytes([a, b]))
        }
        E_TAG | EDSA => {
            let [.., a, b] = rest.take::<8>()?;
            Next::Ether(u16::from_be_bytes([a, b]))
        }
        BRIDGED => return Ok((Next::Ethernet, true)),
        BACKBONE => {
            rest.skip(4)?;
            return Ok((Next::Ethernet, true));
        }
        FABRIC_PATH => {
            rest.skip(2)?;
            return Ok((Next::Ethernet, true));
        }
        TRILL => {
            // Version, flags and length of options (words), hop count; nicknames of egress and ingress.
            let [a, b, ..] = rest.take::<6>()?;
            let options = usize::from(u16::from_be_bytes([a, b]) >> 6 & 0x1f);
            rest.skip(options.saturating_mul(4))?;
            return Ok((Next::Ethernet, true));
        }
        SERVICE => Next::Service,
        _ => return Err(NotUsed::NotIp),
    };
    Ok((next, false))
}

/// IEEE 802.2: service access points and control, then SNAP or IP.
pub(super) fn llc(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match rest.take()? {
        [0xaa, 0xaa, 0x03] => match rest.take()? {
            // RFC 1042, and 802.1H for what a bridge has translated.
            [0, 0, 0 | 0xf8, a, b] => match u16::from_be_bytes([a, b]) {
                0..FIRST_TYPE => Err(NotUsed::NotIp),
                kind => Ok(Next::Ether(kind)),
            },
            _ => Err(NotUsed::NotIp),
        },
        // The number of IP itself.
        [0x06, 0x06, 0x03] => Ok(Next::Ip),
        [0xfe, 0xfe, 0x03] => network_layer(rest),
        _ => Err(NotUsed::NotIp),
    }
}

/// A network layer protocol identifier (ISO 9577).
pub(super) fn network_layer(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match rest.take()? {
        [0xcc | 0x8e] => Ok(Next::Ip),
        _ => Err(NotUsed::NotIp),
    }
}

/// MPLS labels down to the last one. Nothing says what they carry: IP is told by its version; else it is Ethernet
/// (RFC 4448), with a control word before it or without, where a type stands in its place that is known.
pub(super) fn mpls(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    // Labels that say so: IPv4 or IPv6 without any label.
    const EXPLICIT_NULL: [u32; 2] = [0, 2];
    let label = loop {
        let entry = u32::from_be_bytes(rest.take()?);
        // The last one has the bit.
        if entry & 0x100 != 0 {
            break entry >> 12;
        }
    };
    let Some(first) = rest.peek(0) else { return Err(rest.lacks(1)) };
    // An address may begin like an IP header; a type that fits what follows is the better sign, a checksum the best.
    if EXPLICIT_NULL.contains(&label) || is_ip(rest) && (!is_ethernet(rest) || is_exactly_ip(rest)) {
        return Ok(Next::Ip);
    }
    if first >> 4 == 0 {
        let mut behind = *rest;
        if behind.skip(4).is_ok() && is_ethernet(&behind) {
            *rest = behind;
            return Ok(Next::Ethernet);
        }
    }
    match first >> 4 {
        _ if is_ethernet(rest) => Ok(Next::Ethernet),
        // Too short to tell.
        _ if rest.is_cut() && rest.octets().len() < 19 => Err(NotUsed::HeaderCut),
        // An IP header that is wrong: its reader says how.
        4 | 6 => Ok(Next::Ip),
        _ => Err(NotUsed::NotIp),
    }
}

/// Whether `rest` begins with an IP header whose lengths hold together.
fn is_ip(rest: &Rest<'_>) -> bool {
    let within = |total: u32, least: u32| total == 0 || (least..=rest.wire()).contains(&total);
    match rest.peek(0).map(|first| (first >> 4, first & 0x0f)) {
        Some((4, words @ 5..)) => {
            let total = rest.peek_u16(2).map_or(0, u32::from);
            within(total, u32::from(words).saturating_mul(4))
        }
        Some((6, _)) => {
            rest.peek_u16(4).is_none_or(|length| within(u32::from(length).saturating_add(40), 40))
        }
        _ => false,
    }
}

/// Whether the IP header also has its checksum, or the length of all that is there.
fn is_exactly_ip(rest: &Rest<'_>) -> bool {
    match rest.peek(0).map(|first| (first >> 4, first & 0x0f)) {
        Some((4, words)) => {
            let header = rest.octets().get(..usize::from(words).saturating_mul(4)).unwrap_or_default();
            Sum::default().octets(header).is_right()
        }
        _ => rest.peek_u16(4).is_some_and(|length| u32::from(length).saturating_add(40) == rest.wire()),
    }
}

/// Whether `rest` begins with Ethernet addresses and a type that is known and fits what follows.
fn is_ethernet(rest: &Rest<'_>) -> bool {
    let Some(kind) = rest.peek_u16(12) else { return false };
    match kind {
        IPV4 => rest.peek(14).is_some_and(|first| (0x45..0x50).contains(&first)),
        IPV6 => rest.peek(14).is_some_and(|first| first >> 4 == 6),
        ARP => rest.peek_u16(14) == Some(1),
        _ => {
            VLAN.contains(&kind)
                || MPLS.contains(&kind)
                || [PPP_SESSION, BACKBONE, VN_TAG, E_TAG, SERVICE].contains(&kind)
        }
    }
}

/// A network service header: version and length, type of its metadata, next protocol.
pub(super) fn service(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    let [version, length, _, next] = rest.take()?;
    let words = usize::from(length & 0x3f);
    if version >> 6 != 0 || words < 2 {
        return Err(NotUsed::NotIp);
    }
    rest.skip(words.saturating_mul(4).saturating_sub(4))?;
    match next {
        1 | 2 => Ok(Next::Ip),
        3 => Ok(Next::Ethernet),
        4 => Ok(Next::Service),
        5 => Ok(Next::Mpls),
        _ => Err(NotUsed::NotIp),
    }
}
