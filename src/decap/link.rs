//! The link layer: what lies in front of the IP packet.

use super::NotUsed;
use crate::capture::{Frame, LinkType};
use crate::num;

/// EtherTypes that matter here.
mod ether_type {
    pub(super) const IPV4: u16 = 0x0800;
    pub(super) const IPV6: u16 = 0x86dd;
    /// 802.1Q, 802.1ad, and the numbers used for stacked tags before 802.1ad.
    pub(super) const VLAN: [u16; 4] = [0x8100, 0x88a8, 0x9100, 0x9200];
    /// Numbers up to here are lengths of an 802.3 frame; an LLC header follows.
    pub(super) const LAST_LENGTH: u16 = 1500;
    /// Linux cooked captures put this where an LLC header follows.
    pub(super) const LINUX_LLC: u16 = 0x0004;
}

/// The octets from the IP header on, and how many of them there were on the wire (padding included).
#[inline]
pub(super) fn payload<'a>(frame: &Frame<'a>) -> Result<(&'a [u8], u32), NotUsed> {
    let mut rest = Rest { octets: frame.octets, cut: frame.original_len > num::short(frame.octets.len()) };
    match frame.link {
        LinkType(1) => {
            let [.., a, b] = rest.take::<14>()?;
            ether(&mut rest, u16::from_be_bytes([a, b]))?;
        }
        // Raw IP: the number of the standard and those of the systems that had their own.
        LinkType(101 | 12 | 14 | 228 | 229) => {}
        // Linux cooked v1: packet type, ARPHRD_ type, address length, address, protocol.
        LinkType(113) => {
            let [_, _, h0, h1, .., a, b] = rest.take::<16>()?;
            cooked(&mut rest, u16::from_be_bytes([h0, h1]), u16::from_be_bytes([a, b]))?;
        }
        // Linux cooked v2: protocol, reserved, interface, ARPHRD_ type, packet type, address length, address.
        LinkType(276) => {
            let [a, b, _, _, _, _, _, _, h0, h1, ..] = rest.take::<20>()?;
            cooked(&mut rest, u16::from_be_bytes([h0, h1]), u16::from_be_bytes([a, b]))?;
        }
        // BSD loopback: the address family, in the byte order of the capturing host or (108) of the network.
        LinkType(0 | 108) => {
            let family = rest.take::<4>()?;
            let family = u32::from_be_bytes(family).min(u32::from_le_bytes(family));
            // AF_INET everywhere; AF_INET6 on Linux, NetBSD and OpenBSD, FreeBSD, Darwin.
            if !matches!(family, 2 | 10 | 24 | 28 | 30) {
                return Err(NotUsed::NotIp);
            }
        }
        LinkType(number) => return Err(NotUsed::LinkType(number)),
    }
    let before = num::short(frame.octets.len()).saturating_sub(num::short(rest.octets.len()));
    Ok((rest.octets, frame.original_len.saturating_sub(before)))
}

/// Goes on from an EtherType to the IP header, past any stack of VLAN tags.
#[inline]
fn ether(rest: &mut Rest<'_>, mut kind: u16) -> Result<(), NotUsed> {
    // Each turn takes octets.
    loop {
        match kind {
            ether_type::IPV4 | ether_type::IPV6 => return Ok(()),
            tag if ether_type::VLAN.contains(&tag) => {
                let [_, _, a, b] = rest.take()?;
                kind = u16::from_be_bytes([a, b]);
            }
            0..=ether_type::LAST_LENGTH => {
                // LLC with SNAP has an EtherType; any other LLC carries no IP, and may be shorter.
                let (a, b) = match rest.take() {
                    Ok([0xaa, 0xaa, 0x03, 0, 0, 0, a, b]) => (a, b),
                    Err(NotUsed::HeaderCut) => return Err(NotUsed::HeaderCut),
                    _ => return Err(NotUsed::NotIp),
                };
                kind = u16::from_be_bytes([a, b]);
            }
            _ => return Err(NotUsed::NotIp),
        }
    }
}

/// Goes on from the protocol of a Linux cooked header, which is an EtherType for most kinds of device.
#[inline]
fn cooked(rest: &mut Rest<'_>, device: u16, protocol: u16) -> Result<(), NotUsed> {
    match (device, protocol) {
        // Frame Relay, GRE, netlink and 802.11 devices put something else there.
        (770 | 778 | 801..=803 | 824, _) => Err(NotUsed::NotIp),
        // Below the lengths of 802.3 these are numbers of Linux's own.
        (_, 0..=ether_type::LAST_LENGTH) if protocol != ether_type::LINUX_LLC => Err(NotUsed::NotIp),
        _ => ether(rest, protocol),
    }
}

/// What has not been read of a frame.
struct Rest<'a> {
    octets: &'a [u8],
    /// Whether the frame was longer on the wire.
    cut: bool,
}

impl Rest<'_> {
    /// The next `N` octets.
    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], NotUsed> {
        match self.octets.split_first_chunk() {
            Some((head, rest)) => {
                self.octets = rest;
                Ok(*head)
            }
            None if self.cut => Err(NotUsed::HeaderCut),
            None => Err(NotUsed::Malformed),
        }
    }
}
