//! Networks: packets in any link type, tunnel and fragmentation, written octet by octet from the specifications.
//!
//! A [`Wrapping`] is a list of layers from the inside to the outside; each puts its header before what is there,
//! which says of itself what it is, as an EtherType or an IP protocol would.

use super::tcp::{Frame, checksum};
use crate::tcp::Side;

mod layers;

/// A network that packets have crossed, and how they were captured there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrapping {
    /// What it is, in words.
    pub name: &'static str,
    layers: &'static [Layer],
}

/// A header, from the inside to the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// Options in IPv4, a chain of extension headers in IPv6.
    Options,
    /// Pieces of so many octets of payload at most, a multiple of 8.
    Fragments(usize, Order),
    /// An IPv6 fragment that is the whole packet; nothing in IPv4.
    Atomic,
    Ethernet,
    /// A tag with this type.
    Tag(u16),
    /// LLC and SNAP.
    Snap,
    /// LLC with the access point of IP.
    LlcIp,
    /// Octets of address and control, then the protocol in one octet or two.
    Ppp(&'static [u8], bool),
    PppSession,
    Mpls(usize),
    ControlWord,
    Service,
    /// Header with these flags; version 1 is PPTP.
    Gre(u16),
    /// Mirrored ports, by type.
    Erspan(u8),
    Ip4,
    Ip6,
    Udp(u16),
    Vxlan,
    VxlanGpe,
    /// With so many words of options.
    Geneve(u8),
    /// With these flags.
    Gtp(u8),
    /// With authentication, with an origin.
    Teredo(bool, bool),
    /// With these flags.
    L2tp(u16),
    Tzsp,
    /// Link headers that are one fixed text before a type of 2 octets, after the link type.
    Typed(u16, &'static [u8]),
    /// Link headers that are one fixed text.
    Plain(u16, &'static [u8]),
    /// Ethernet types whose header is a fixed text before another type, or before a frame.
    Inner(u16, &'static [u8], bool),
    Cooked2,
    /// The address family of IPv4 and IPv6, in big endian or not.
    Loopback(u16, bool, u32),
    Nflog(bool),
    Exported(&'static str),
    Pktap,
    /// 802.11 with these flags, subtype and extra octets.
    Wifi(u8, u8, &'static [u8]),
    Radiotap(&'static [u8]),
    FrameRelay(bool),
}

/// How fragments follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Ascending,
    Descending,
    /// The last one first, then each twice.
    Twice,
    /// Each begins 8 octets early.
    Overlapping,
}

/// What octets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Ether(u16),
    Llc,
    Protocol(u8),
    Link(u16),
}

const V4: Is = Is::Ether(0x0800);
const V6: Is = Is::Ether(0x86DD);
const FRAME: Is = Is::Ether(0x6558);
const PPP: Is = Is::Ether(0x880B);
const MPLS: Is = Is::Ether(0x8847);

use Layer::{
    Atomic, ControlWord, Cooked2, Erspan, Ethernet, Exported, Fragments, FrameRelay, Geneve, Gre, Gtp, Inner,
    Ip4, Ip6, L2tp, LlcIp, Loopback, Mpls, Nflog, Options, Pktap, Plain, Ppp, PppSession, Radiotap, Service,
    Snap, Tag, Teredo, Typed, Tzsp, Udp, Vxlan, VxlanGpe, Wifi,
};

const COOKED: Layer = Typed(113, &[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);

/// Every network.
const ALL: &[Wrapping] = &[
    row("raw IP", &[Plain(101, &[])]),
    row("raw IP of BSD", &[Plain(12, &[])]),
    row("raw IP of OpenBSD", &[Plain(14, &[])]),
    row("Ethernet", &[Ethernet]),
    row("802.1Q", &[Tag(0x8100), Ethernet]),
    row("802.1ad", &[Tag(0x8100), Tag(0x88A8), Ethernet]),
    row("stacked tags", &[Tag(0x9200), Tag(0x9100), Tag(0x8100), Ethernet]),
    row("802.3 with SNAP", &[Snap, Ethernet]),
    row("802.3 with the access point of IP", &[LlcIp, Ethernet]),
    row("jumbo LLC", &[Snap, Inner(0x8870, &[], false), Ethernet]),
    row("cooked", &[COOKED]),
    row("cooked, SNAP", &[Snap, COOKED]),
    row("cooked, GRE device", &[Typed(113, &[0, 0, 3, 10, 0, 4, 2, 0, 0, 0, 0, 1, 0, 0])]),
    row("cooked 2", &[Cooked2]),
    row("null, little endian", &[Loopback(0, false, 30)]),
    row("null, big endian", &[Loopback(0, true, 24)]),
    row("null, FreeBSD", &[Loopback(0, false, 28)]),
    row("loop", &[Loopback(108, true, 24)]),
    row("PPP", &[Ppp(&[], false), Plain(9, &[])]),
    row("PPP, HDLC-like", &[Ppp(&[0xFF, 3], false), Plain(9, &[])]),
    row("PPP, compressed protocol", &[Ppp(&[], true), Plain(9, &[])]),
    row("PPP serial", &[Ppp(&[0xFF, 3], true), Plain(50, &[])]),
    row("Cisco HDLC on a PPP serial line", &[Typed(50, &[0x0F, 0])]),
    row("PPP of pppd", &[Ppp(&[3], false), Plain(166, &[1])]),
    row("PPP with direction", &[Ppp(&[0xFF, 3], false), Plain(204, &[0])]),
    row("PPP with direction, bare", &[Ppp(&[], false), Plain(204, &[1])]),
    row("PPPoE", &[Ppp(&[], false), PppSession, Ethernet]),
    row("PPPoE in a VLAN", &[Ppp(&[], true), PppSession, Tag(0x8100), Ethernet]),
    row("PPPoE alone", &[Ppp(&[], false), PppSession, Plain(51, &[])]),
    row("Cisco HDLC", &[Typed(104, &[0x0F, 0])]),
    row("MPLS", &[Mpls(1), Ethernet]),
    row("MPLS, four labels", &[Mpls(4), Tag(0x8100), Ethernet]),
    row("MPLS alone", &[Mpls(2), Plain(219, &[])]),
    row("MPLS over PPP", &[Mpls(1), Ppp(&[0xFF, 3], false), Plain(9, &[])]),
    row("pseudowire with control word", &[Ethernet, ControlWord, Mpls(2), Ethernet]),
    row("pseudowire without control word", &[Tag(0x8100), Ethernet, Mpls(1), Ethernet]),
    row("pseudowire in a pseudowire", &[Ethernet, Mpls(1), Ethernet, ControlWord, Mpls(2), Ethernet]),
    row("NFLOG", &[Nflog(false)]),
    row("NFLOG, big endian", &[Nflog(true)]),
    row("exported IP", &[Exported("ip")]),
    row("exported Ethernet", &[Ethernet, Exported("eth_withoutfcs")]),
    row("PKTAP", &[Ethernet, Pktap]),
    row("802.11", &[Snap, Wifi(1, 0x08, &[])]),
    row("802.11, four addresses and quality of service", &[Snap, Wifi(3, 0x88, &[2, 0, 0, 0, 0, 9, 0, 0])]),
    row("radiotap", &[Snap, Wifi(2, 0x88, &[0, 0]), Radiotap(&[0, 0, 8, 0, 0, 0, 0, 0])]),
    row(
        "radiotap, padded header",
        &[
            Snap,
            // Two octets of padding behind a header of 26.
            Wifi(2, 0x88, &[0, 0, 0, 0]),
            Radiotap(&[0, 0, 17, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20]),
        ],
    ),
    row("Frame Relay", &[FrameRelay(false)]),
    row("Frame Relay with SNAP", &[FrameRelay(true)]),
    row("FDDI", &[Snap, Plain(10, &[0x50, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2])]),
    row("token ring", &[Snap, Plain(6, &[0x10, 0x40, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2])]),
    row("ATM", &[Snap, Plain(100, &[])]),
    row("SLIP", &[Plain(8, &[1, 0x70, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]),
    row("IEEE 1394", &[Typed(138, &[7; 16])]),
    row("PPI", &[Ethernet, Plain(192, &[0, 0, 8, 0, 1, 0, 0, 0])]),
    row("VN-tag", &[Inner(0x8926, &[0, 1, 0, 2], false), Ethernet]),
    row("E-tag", &[Inner(0x893F, &[0, 1, 0, 2, 0, 3], false), Ethernet]),
    row("Marvell switch tag", &[Inner(0xDADA, &[0, 0, 0x40, 0, 0, 1], false), Ethernet]),
    row("Marvell switch", &[Ethernet, Inner(0, &[0x40, 0, 0, 1], true), Plain(284, &[])]),
    row("802.1ah", &[Ethernet, Inner(0x88E7, &[0, 0, 0, 9], false), Tag(0x88A8), Ethernet]),
    row("FabricPath", &[Ethernet, Inner(0x8903, &[0, 0x40], false), Ethernet]),
    row("TRILL", &[Ethernet, Inner(0x22F3, &[0, 0x7F, 0, 1, 0, 2, 9, 9, 9, 9], false), Ethernet]),
    row("service header", &[Service, Ethernet]),
    row("service header over VXLAN-GPE", &[Ethernet, Service, VxlanGpe, Udp(4790), Ip4, Ethernet]),
    row("options and extension headers", &[Options, Ethernet]),
    row("atomic fragments", &[Atomic, Ethernet]),
    row("fragments", &[Fragments(64, Order::Ascending), Ethernet]),
    row("fragments in reverse", &[Fragments(200, Order::Descending), COOKED]),
    row("fragments, the last one first, each twice", &[Fragments(128, Order::Twice), Ethernet]),
    row("overlapping fragments", &[Fragments(160, Order::Overlapping), Ethernet]),
    row("fragments with options", &[Options, Fragments(104, Order::Ascending), Tag(0x8100), Ethernet]),
    row("GRE", &[Gre(0), Ip4, Ethernet]),
    row("GRE with all fields over IPv6", &[Gre(0xB000), Ip6, Ethernet]),
    row("GRE with a source route", &[Gre(0xC000), Ip4, Ethernet]),
    row("Ethernet in GRE", &[Ethernet, Gre(0x2000), Ip4, Ethernet]),
    row("MPLS in GRE", &[Mpls(1), Gre(0), Ip6, Ethernet]),
    row("PPTP", &[Ppp(&[0xFF, 3], false), Gre(0x3081), Ip4, Ethernet]),
    row("ERSPAN type I", &[Ethernet, Erspan(1), Ip4, Ethernet]),
    row("ERSPAN type II", &[Tag(0x8100), Ethernet, Erspan(2), Ip4, Ethernet]),
    row("ERSPAN type III", &[Ethernet, Erspan(3), Ip4, Ethernet]),
    row("ERSPAN type III with the platform's header", &[Ethernet, Erspan(4), Ip4, Ethernet]),
    row("IP in IPv4", &[Ip4, Ethernet]),
    row("IP in IPv6", &[Ip6, Ethernet]),
    row("MPLS in IP", &[Mpls(1), Ip4, Ethernet]),
    row("MPLS in UDP", &[Mpls(2), Udp(6635), Ip4, Ethernet]),
    row("VXLAN", &[Ethernet, Vxlan, Udp(4789), Ip4, Ethernet]),
    row("VXLAN on the port of Linux", &[Tag(0x8100), Ethernet, Vxlan, Udp(8472), Ip6, COOKED]),
    row("VXLAN-GPE", &[VxlanGpe, Udp(4790), Ip4, Ethernet]),
    row("GENEVE", &[Ethernet, Geneve(0), Udp(6081), Ip4, Ethernet]),
    row("GENEVE with options, IP inside", &[Geneve(6), Udp(6081), Ip6, Ethernet]),
    row("GTP-U", &[Gtp(0x30), Udp(2152), Ip4, Ethernet]),
    row("GTP-U with sequence numbers", &[Gtp(0x33), Udp(2152), Ip4, Ethernet]),
    row("GTP-U with extension headers", &[Gtp(0x36), Udp(2152), Ip4, Ethernet]),
    row("Teredo", &[Ip6, Teredo(false, false), Udp(3544), Ip4, Ethernet]),
    row("Teredo with authentication and origin", &[Ip6, Teredo(true, true), Udp(3544), Ip4, Ethernet]),
    row("L2TP", &[Ppp(&[0xFF, 3], false), L2tp(0x4002), Udp(1701), Ip4, Ethernet]),
    row("L2TP with all fields", &[Ppp(&[], false), L2tp(0x4A02), Udp(1701), Ip4, Ethernet]),
    row("TZSP", &[Ethernet, Tzsp, Udp(37008), Ip4, Ethernet]),
    row("VXLAN in fragments", &[Ethernet, Vxlan, Udp(4789), Ip4, Fragments(256, Order::Ascending), Ethernet]),
    row(
        "fragments in GRE in fragments",
        &[
            Fragments(160, Order::Descending),
            Gre(0x1000),
            Ip6,
            Fragments(96, Order::Ascending),
            Tag(0x8100),
            Ethernet,
        ],
    ),
    row(
        "a mirror of a mobile network",
        &[
            Gtp(0x32),
            Udp(2152),
            Ip4,
            Mpls(2),
            Ethernet,
            Vxlan,
            Udp(4789),
            Ip6,
            Tag(0x8100),
            Ethernet,
            Erspan(2),
            Ip4,
            Ethernet,
        ],
    ),
    row("eight tunnels", &[Ip4, Ip6, Ip4, Ip6, Ip4, Ip6, Ip4, Ip6, Ethernet]),
];

const fn row(name: &'static str, layers: &'static [Layer]) -> Wrapping {
    Wrapping { name, layers }
}

impl Wrapping {
    /// Every network.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        ALL
    }

    /// The link type of its captures.
    #[must_use]
    pub fn link(&self) -> u16 {
        match self.layers.last() {
            Some(Typed(link, _) | Plain(link, _) | Loopback(link, ..)) => *link,
            Some(Cooked2) => 276,
            Some(Nflog(_)) => 239,
            Some(Exported(_)) => 252,
            Some(Pktap) => 258,
            Some(Wifi(..)) => 105,
            Some(Radiotap(_)) => 127,
            Some(FrameRelay(_)) => 107,
            _ => 1,
        }
    }

    /// Whether its packets come in several frames.
    #[must_use]
    pub fn is_fragmented(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Fragments(..)))
    }

    /// Whether some frames come twice.
    #[must_use]
    pub fn is_doubled(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Fragments(_, Order::Twice)))
    }

    /// The frames, whose packets begin at the IP header, as they are captured there: packets begin at the link
    /// header then, and [`super::file::Link::Given`] writes them.
    #[must_use]
    pub fn wrap(&self, frames: &[Frame]) -> Vec<Frame> {
        let wrapped = |(number, frame): (usize, &Frame)| {
            let packets = self.packets(&frame.packet, frame.side, number as u16);
            packets.into_iter().map(|packet| Frame { packet, ..frame.clone() }).collect::<Vec<_>>()
        };
        frames.iter().enumerate().flat_map(wrapped).collect()
    }

    /// What `packet` is captured as. `number` tells it from others, where they are fragmented.
    #[must_use]
    pub fn packets(&self, packet: &[u8], side: Side, number: u16) -> Vec<Vec<u8>> {
        let mut is = if packet[0] >> 4 == 4 { V4 } else { V6 };
        let mut packets = vec![packet.to_vec()];
        for layer in self.layers {
            let mut next = Vec::new();
            let mut then = is;
            for octets in packets {
                if let Fragments(size, order) = *layer {
                    next.extend(layers::fragments(&octets, size, order, number));
                } else {
                    let (octets, what) = layers::put(*layer, octets, is, side, number);
                    next.push(octets);
                    then = what;
                }
            }
            (packets, is) = (next, then);
        }
        packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_all_networks_have_a_link_type() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.len() > 90);
        let packet = [&[0x45, 0, 0, 28][..], &[0, 1, 0x40, 0, 64, 6, 0, 0], &[1; 16]].concat();
        for row in ALL {
            assert!(!row.packets(&packet, Side::Opener, 1).is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn headers_have_their_checksums() {
        let packet = [&[0x45, 0, 0, 28][..], &[0, 1, 0x40, 0, 64, 6, 0, 0], &[1; 16]].concat();
        let row = ALL.iter().find(|row| row.name == "IP in IPv4").unwrap();
        let octets = &row.packets(&packet, Side::Opener, 1)[0];
        assert_eq!(checksum(0, &octets[14..34]), 0);
    }
}
