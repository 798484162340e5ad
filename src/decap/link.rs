//! The link types: what lies in front of the IP packet.

use super::ethernet::{FIRST_TYPE, IPV4, IPV6, VLAN};
use super::rest::Rest;
use super::walk::Next;
use super::{Direction, NotUsed, ethernet, ppp, tunnel, wifi};
use crate::capture::{Frame, LinkType};

/// Linux cooked captures put this where an LLC header follows.
const LINUX_LLC: u16 = 0x0004;

/// The octets from the IP header on, for the link types and tags that nearly all captures have; `None` for others.
#[inline]
pub(super) fn common<'a>(frame: &Frame<'a>) -> Option<&'a [u8]> {
    let (mut kind, mut rest) = match frame.link {
        LinkType(1) => {
            let ([.., a, b], rest) = frame.octets.split_first_chunk::<14>()?;
            (u16::from_be_bytes([*a, *b]), rest)
        }
        LinkType(101) => return Some(frame.octets),
        LinkType(113) => {
            let ([_, _, h0, h1, .., a, b], rest) = frame.octets.split_first_chunk::<16>()?;
            if has_own_protocols(u16::from_be_bytes([*h0, *h1])) {
                return None;
            }
            (u16::from_be_bytes([*a, *b]), rest)
        }
        LinkType(276) => {
            let ([a, b, _, _, _, _, _, _, h0, h1, ..], rest) = frame.octets.split_first_chunk::<20>()?;
            if has_own_protocols(u16::from_be_bytes([*h0, *h1])) {
                return None;
            }
            (u16::from_be_bytes([*a, *b]), rest)
        }
        _ => return None,
    };
    // Each turn takes octets.
    loop {
        match kind {
            IPV4 | IPV6 => return Some(rest),
            tag if VLAN.contains(&tag) => {
                let ([_, _, a, b], behind) = rest.split_first_chunk()?;
                (kind, rest) = (u16::from_be_bytes([*a, *b]), behind);
            }
            _ => return None,
        }
    }
}

/// Which way the frame of a Linux cooked capture went, by its packet type; `None` for others, and for frames that were
/// for all or for another host.
#[inline]
#[must_use]
pub fn direction(frame: &Frame<'_>) -> Option<Direction> {
    let kind = match frame.link {
        LinkType(113) => frame.octets.first_chunk().map(|kind| u16::from_be_bytes(*kind)),
        LinkType(276) => frame.octets.get(10).map(|kind| u16::from(*kind)),
        _ => None,
    };
    match kind? {
        0 => Some(Direction::Received),
        4 => Some(Direction::Sent),
        _ => None,
    }
}

/// What a frame of the link type `number` begins with, past the link header itself.
pub(super) fn enter(number: u16, rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    Ok(match number {
        1 => Next::Ethernet,
        // Raw IP: the number of the standard and those of the systems that had their own.
        101 | 12 | 14 | 228 | 229 => Next::Ip,
        113 => {
            // Linux cooked v1: packet type, ARPHRD_ type, address length, address, protocol.
            let [_, _, h0, h1, .., a, b] = rest.take::<16>()?;
            cooked(u16::from_be_bytes([h0, h1]), u16::from_be_bytes([a, b]), rest)?
        }
        276 => {
            // Linux cooked v2: protocol, reserved, interface, ARPHRD_ type, packet type, address length, address.
            let [a, b, _, _, _, _, _, _, h0, h1, ..] = rest.take::<20>()?;
            cooked(u16::from_be_bytes([h0, h1]), u16::from_be_bytes([a, b]), rest)?
        }
        // BSD loopback: the address family, in the byte order of the capturing host or (108) of the network.
        0 | 108 => family(rest.take()?)?,
        9 | 50 => ppp::serial(rest)?,
        166 | 204 => ppp::directed(rest)?,
        51 => ppp::over_ethernet(rest)?,
        104 => ppp::cisco(rest)?,
        219 => Next::Mpls,
        105 => Next::Wifi,
        127 => wifi::radiotap(rest)?,
        239 => netfilter(rest)?,
        252 => exported(rest)?,
        258 => pktap(rest)?,
        _ => rarer(number, rest)?,
    })
}

fn rarer(number: u16, rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    Ok(match number {
        // Token ring: access and frame control, two addresses, a route where the source's first bit says so.
        6 => {
            let [_, _, _, _, _, _, _, _, source, ..] = rest.take::<14>()?;
            if source & 0x80 != 0 {
                let length = usize::from(rest.peek(0).unwrap_or_default() & 0x1f);
                rest.skip(length.max(2))?;
            }
            Next::Llc
        }
        // SLIP of BSD: direction and compression information.
        8 => {
            rest.skip(16)?;
            Next::Ip
        }
        // FDDI: frame control, two addresses.
        10 => {
            rest.skip(13)?;
            Next::Llc
        }
        // ATM with RFC 1483's encapsulation.
        100 => Next::Llc,
        // Frame Relay: an address of two octets, control, a protocol identifier.
        107 => match rest.take()? {
            [_, last, 0x03] if last & 1 == 1 => frame_relay(rest)?,
            _ => return Err(NotUsed::NotIp),
        },
        // IPsec and packet filter devices of OpenBSD.
        109 => {
            let [a, b, c, d, ..] = rest.take::<12>()?;
            family([a, b, c, d])?
        }
        117 => {
            let [length, family, _, _] = rest.take()?;
            if !matches!(family, 2 | 10 | 24 | 28 | 30) {
                return Err(NotUsed::NotIp);
            }
            let length = usize::from(length).next_multiple_of(4);
            rest.skip(length.checked_sub(4).ok_or(NotUsed::Malformed)?)?;
            Next::Ip
        }
        // IP over IEEE 1394: two addresses of 8 octets, EtherType.
        138 => {
            let [.., a, b] = rest.take::<18>()?;
            Next::Ether(u16::from_be_bytes([a, b]))
        }
        // Per-packet information: version, flags, length and link type in little endian.
        192 => {
            let [_, _, a, b, c, d, e, f] = rest.take()?;
            let length = usize::from(u16::from_le_bytes([a, b]));
            rest.skip(length.checked_sub(8).ok_or(NotUsed::Malformed)?)?;
            nested(u32::from_le_bytes([c, d, e, f]))?
        }
        // IP over InfiniBand: global routing header, EtherType, reserved.
        242 => {
            rest.skip(40)?;
            let [a, b, _, _] = rest.take()?;
            Next::Ether(u16::from_be_bytes([a, b]))
        }
        // Switch chips put a tag of 4 octets behind the addresses (Broadcom, Marvell) or before them.
        281 | 284 => {
            let [.., a, b] = rest.take::<18>()?;
            Next::Ether(u16::from_be_bytes([a, b]))
        }
        282 => {
            rest.skip(4)?;
            Next::Ethernet
        }
        285 => Next::Ethernet,
        number => return Err(NotUsed::LinkType(number)),
    })
}

/// Past the protocol identifier of Frame Relay (RFC 2427).
fn frame_relay(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    // Padding before the identifier of SNAP.
    rest.skip_if(&[0])?;
    if !rest.skip_if(&[0x80])? {
        return ethernet::network_layer(rest);
    }
    match rest.take()? {
        [0, 0, 0, a, b] => Ok(Next::Ether(u16::from_be_bytes([a, b]))),
        // Bridged Ethernet, with its check sequence or without.
        [0, 0x80, 0xc2, 0, 1 | 7] => Ok(Next::Ethernet),
        _ => Err(NotUsed::NotIp),
    }
}

/// An address family in either byte order: AF_INET everywhere; AF_INET6 on Linux, NetBSD and OpenBSD, FreeBSD,
/// Darwin.
fn family(octets: [u8; 4]) -> Result<Next, NotUsed> {
    match u32::from_be_bytes(octets).min(u32::from_le_bytes(octets)) {
        2 | 10 | 24 | 28 | 30 => Ok(Next::Ip),
        _ => Err(NotUsed::NotIp),
    }
}

/// Whether devices of this ARPHRD_ type put something else than an EtherType into a Linux cooked header: Frame Relay,
/// GRE, 802.11, netlink.
const fn has_own_protocols(device: u16) -> bool {
    matches!(device, 770 | 778 | 801..=803 | 824)
}

/// The protocol of a Linux cooked header, which is an EtherType for most kinds of device.
fn cooked(device: u16, protocol: u16, rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    match (device, protocol) {
        (803, _) => wifi::radiotap(rest),
        // GRE devices: the protocol as GRE has it.
        (778, _) => tunnel::carried(protocol, false, rest),
        (other, _) if has_own_protocols(other) => Err(NotUsed::NotIp),
        (_, LINUX_LLC) => Ok(Next::Llc),
        // Below the lengths of 802.3 these are numbers of Linux's own.
        (_, 0..FIRST_TYPE) => Err(NotUsed::NotIp),
        _ => Ok(Next::Ether(protocol)),
    }
}

/// The link type of a frame within a header that has one; a second such header is nothing that is captured.
fn nested(number: u32) -> Result<Next, NotUsed> {
    match u16::try_from(number) {
        Ok(192 | 258) | Err(_) => Err(NotUsed::NotIp),
        Ok(number) => Ok(Next::Link(number)),
    }
}

/// NFLOG: family, version, group; then values with lengths and types in the byte order of the capturing host.
fn netfilter(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    const PAYLOAD: u16 = 9;
    let [_, 0, _, _] = rest.take()? else { return Err(NotUsed::NotIp) };
    // Each turn takes octets.
    loop {
        let [a, b, c, d] = rest.take()?;
        // Types are small numbers, so that a large one stands in the other order.
        let (length, kind) = match u16::from_le_bytes([c, d]) {
            kind @ 0..256 => (u16::from_le_bytes([a, b]), kind),
            _ => (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])),
        };
        let length = usize::from(length).checked_sub(4).ok_or(NotUsed::Malformed)?;
        if kind == PAYLOAD {
            rest.limit(u32::try_from(length).unwrap_or(u32::MAX));
            return Ok(Next::Ip);
        }
        rest.skip(length.next_multiple_of(4))?;
    }
}

/// PDUs that Wireshark exported: tags, one of which names the protocol. Only a network protocol leads to TCP
/// headers; what was exported above TCP has lost them.
fn exported(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    const NAME: u16 = 12;
    let mut next = None;
    // Each turn takes octets.
    loop {
        let [a, b, c, d] = rest.take()?;
        let (kind, length) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let mut value = *rest;
        rest.skip(length.into())?;
        value.limit(length.into());
        match kind {
            0 => return next.ok_or(NotUsed::ExportedPdu),
            NAME => {
                let name = value.octets().split(|&octet| octet == 0).next().unwrap_or_default();
                next = match name {
                    b"ip" | b"ipv4" | b"ipv6" | b"raw_ip" => Some(Next::Ip),
                    b"eth" | b"eth_withoutfcs" | b"eth_withfcs" | b"eth_maybefcs" => Some(Next::Ethernet),
                    b"sll" => Some(Next::Link(113)),
                    b"ppp" => Some(Next::Ppp),
                    b"mpls" => Some(Next::Mpls),
                    b"gre" => Some(Next::Gre),
                    _ => None,
                };
            }
            _ => {}
        }
    }
}

/// Apple's packet tap: lengths and the link type inside, in little endian.
fn pktap(rest: &mut Rest<'_>) -> Result<Next, NotUsed> {
    let length: [u8; 4] = rest.take()?;
    let [_, _, _, _, inner @ ..] = rest.take::<8>()?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    rest.skip(length.checked_sub(12).ok_or(NotUsed::Malformed)?)?;
    nested(u32::from_le_bytes(inner))
}
