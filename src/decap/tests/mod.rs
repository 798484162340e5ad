//! Frames made header by header, whole, cut at every length, and arbitrary.
//!
//! [`decap`] reads a frame in both ways, so that everything here is a test of their agreement too.

mod checksums;
mod fragments;
mod networks;

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;
use crate::capture::LinkType;

const PAYLOAD: &[u8] = b"sixteen octets!!";
const SEQUENCE: u32 = 0x1122_3344;
const ACKNOWLEDGEMENT: u32 = 0x5566_7788;
const FLAGS: u8 = Flags::ACK | Flags::FIN;

/// Every link type that is understood.
const LINKS: [u16; 10] = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276];

/// A TCP segment with `words` words of options (no-operation).
fn tcp(words: u8, payload: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    octets.extend(2775_u16.to_be_bytes());
    octets.extend(49_152_u16.to_be_bytes());
    octets.extend(SEQUENCE.to_be_bytes());
    octets.extend(ACKNOWLEDGEMENT.to_be_bytes());
    octets.extend([(5 + words) << 4, FLAGS, 0x20, 0x01, 0, 0, 0, 0]);
    octets.resize(20 + usize::from(words) * 4, 1);
    octets.extend(payload);
    octets
}

/// An IPv4 packet with `words` words of options.
fn ipv4(words: u8, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let header = 20 + usize::from(words) * 4;
    let total = u16::try_from(header + payload.len()).unwrap().to_be_bytes();
    let mut octets = vec![0x45 + words, 0, total[0], total[1], 0xab, 0xcd, 0x40, 0, 63, protocol, 0, 0];
    octets.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    octets.resize(header, 1);
    octets.extend(payload);
    octets
}

fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut octets = vec![0x60, 0, 0, 0, length[0], length[1], next, 63];
    octets.extend(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).octets());
    octets.extend(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2).octets());
    octets.extend(payload);
    octets
}

/// An IPv6 extension header of 8 or 16 octets.
fn extension(next: u8, units: u8, payload: &[u8]) -> Vec<u8> {
    let mut octets = vec![next, units];
    octets.resize(8 + usize::from(units) * 8, 1);
    octets.extend(payload);
    octets
}

fn authentication(next: u8, payload: &[u8]) -> Vec<u8> {
    [&[next, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9][..], payload].concat()
}

fn fragment(next: u8, offset_and_more: u16, payload: &[u8]) -> Vec<u8> {
    let [a, b] = offset_and_more.to_be_bytes();
    [&[next, 0, a, b, 0, 0, 0, 1][..], payload].concat()
}

fn ethernet(tags: &[u16], kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut octets = vec![2; 12];
    for tag in tags {
        octets.extend(tag.to_be_bytes());
        octets.extend([0, 7]);
    }
    octets.extend(kind.to_be_bytes());
    octets.extend(payload);
    octets
}

fn snap(payload: &[u8]) -> Vec<u8> {
    ethernet(&[], 300, &[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], payload].concat())
}

fn cooked(device: u16, protocol: u16, payload: &[u8]) -> Vec<u8> {
    let mut octets = vec![0, 4];
    octets.extend(device.to_be_bytes());
    octets.extend([0, 6, 1, 2, 3, 4, 5, 6, 0, 0]);
    octets.extend(protocol.to_be_bytes());
    octets.extend(payload);
    octets
}

fn cooked2(device: u16, protocol: u16, payload: &[u8]) -> Vec<u8> {
    let mut octets = protocol.to_be_bytes().to_vec();
    octets.extend([0, 0, 0, 0, 0, 3]);
    octets.extend(device.to_be_bytes());
    octets.extend([4, 6, 1, 2, 3, 4, 5, 6, 0, 0]);
    octets.extend(payload);
    octets
}

fn loopback(family: [u8; 4], payload: &[u8]) -> Vec<u8> {
    [&family[..], payload].concat()
}

fn frame(link: u16, octets: &[u8], original_len: usize) -> Frame<'_> {
    Frame {
        number: 17,
        at: Timestamp::from_nanos(99),
        link: LinkType(link),
        octets,
        original_len: u32::try_from(original_len).unwrap(),
        interface: 0,
    }
}

/// The segment in a frame that is no part of a larger packet.
fn decap<'a>(frame: &Frame<'a>) -> Result<Segment<'a>, NotUsed> {
    let found = match walk::frame(frame, false) {
        Ok(Found::Segment(segment)) => Ok(segment),
        Ok(Found::Piece(_)) => Err(NotUsed::FragmentIncomplete),
        Err(why) => Err(why),
    };
    if let Some(segment) = link::common(frame).and_then(|packet| ip::common(frame, packet)) {
        assert_eq!(found, Ok(segment));
    }
    found
}

fn whole(link: u16, octets: &[u8]) -> Result<Segment<'_>, NotUsed> {
    decap(&frame(link, octets, octets.len()))
}

/// Frames that hold the segment of [`tcp`] at their end: name, link type, octets, whether IPv6, octets of TCP options.
fn good() -> Vec<(&'static str, u16, Vec<u8>, bool, usize)> {
    let v4 = ipv4(0, 6, &tcp(0, PAYLOAD));
    let v6 = ipv6(6, &tcp(0, PAYLOAD));
    vec![
        ("ethernet", 1, ethernet(&[], 0x0800, &v4), false, 0),
        ("ethernet, IPv6", 1, ethernet(&[], 0x86dd, &v6), true, 0),
        ("802.1Q", 1, ethernet(&[0x8100], 0x0800, &v4), false, 0),
        ("802.1ad", 1, ethernet(&[0x88a8, 0x8100], 0x86dd, &v6), true, 0),
        ("0x9100", 1, ethernet(&[0x9100, 0x9100], 0x0800, &v4), false, 0),
        ("six tags", 1, ethernet(&[0x8100, 0x88a8, 0x9100, 0x9200, 0x8100, 0x8100], 0x0800, &v4), false, 0),
        ("SNAP", 1, snap(&v4), false, 0),
        ("cooked", 113, cooked(1, 0x0800, &v4), false, 0),
        ("cooked, no device address", 113, cooked(0xfffe, 0x86dd, &v6), true, 0),
        ("cooked, tagged", 113, cooked(1, 0x8100, &[&[0, 7, 8, 0][..], &v4].concat()), false, 0),
        ("cooked 2", 276, cooked2(1, 0x0800, &v4), false, 0),
        ("cooked 2, IPv6", 276, cooked2(772, 0x86dd, &v6), true, 0),
        ("raw", 101, v4.clone(), false, 0),
        ("raw, IPv6", 101, v6.clone(), true, 0),
        ("raw, BSD", 12, v4.clone(), false, 0),
        ("raw, OpenBSD", 14, v6.clone(), true, 0),
        ("raw IPv4", 228, v4.clone(), false, 0),
        ("raw IPv6", 229, v6.clone(), true, 0),
        ("null, little endian", 0, loopback([2, 0, 0, 0], &v4), false, 0),
        ("null, big endian", 0, loopback([0, 0, 0, 2], &v4), false, 0),
        ("null, Darwin IPv6", 0, loopback([30, 0, 0, 0], &v6), true, 0),
        ("null, FreeBSD IPv6", 0, loopback([28, 0, 0, 0], &v6), true, 0),
        ("null, NetBSD IPv6", 0, loopback([24, 0, 0, 0], &v6), true, 0),
        ("loop", 108, loopback([0, 0, 0, 2], &v4), false, 0),
        ("IPv4 options", 1, ethernet(&[], 0x0800, &ipv4(10, 6, &tcp(0, PAYLOAD))), false, 0),
        ("IPv4 authenticated", 101, ipv4(1, 51, &authentication(6, &tcp(0, PAYLOAD))), false, 0),
        ("TCP options", 1, ethernet(&[], 0x0800, &ipv4(0, 6, &tcp(3, PAYLOAD))), false, 12),
        ("all options", 1, ethernet(&[], 0x0800, &ipv4(2, 6, &tcp(10, PAYLOAD))), false, 40),
        ("no payload", 1, ethernet(&[], 0x0800, &ipv4(0, 6, &tcp(1, b""))), false, 4),
        ("hop by hop", 101, ipv6(0, &extension(6, 1, &tcp(2, PAYLOAD))), true, 8),
        (
            "a chain of extension headers",
            101,
            {
                let destination = extension(6, 0, &tcp(0, PAYLOAD));
                let routing = extension(51, 0, &authentication(60, &destination));
                ipv6(0, &extension(60, 0, &extension(43, 1, &routing)))
            },
            true,
            0,
        ),
        ("a fragment that is the whole packet", 101, ipv6(44, &fragment(6, 0, &tcp(0, PAYLOAD))), true, 0),
    ]
}

#[test]
fn every_frame_gives_the_segment_in_it() {
    for (name, link, octets, v6, _) in good() {
        let segment = whole(link, &octets).unwrap_or_else(|why| panic!("{name}: {why:?}"));
        let ip = |last: u8| {
            if v6 {
                IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last.into()))
            } else {
                IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
            }
        };
        assert_eq!(segment.frame, 17, "{name}");
        assert_eq!(segment.at, Timestamp::from_nanos(99), "{name}");
        assert_eq!(segment.source, Endpoint { ip: ip(1), port: 2775 }, "{name}");
        assert_eq!(segment.destination, Endpoint { ip: ip(2), port: 49_152 }, "{name}");
        assert_eq!(segment.sequence, SEQUENCE, "{name}");
        assert_eq!(segment.acknowledgement, ACKNOWLEDGEMENT, "{name}");
        assert_eq!(segment.flags, Flags(FLAGS), "{name}");
        assert_eq!(segment.window, 0x2001, "{name}");
        assert_eq!(segment.ip_id, (!v6).then_some(0xabcd), "{name}");
        assert_eq!(segment.ttl, 63, "{name}");
        let payload: &[u8] = if name == "no payload" { b"" } else { PAYLOAD };
        assert_eq!(segment.payload, payload, "{name}");
        assert_eq!(segment.wire_len as usize, payload.len(), "{name}");
    }
}

#[test]
fn octets_behind_the_packet_are_no_payload() {
    for (name, link, octets, ..) in good() {
        let expected = whole(link, &octets).unwrap();
        for trailer in [1, 4, 46] {
            let padded = [&octets[..], &vec![0; trailer]].concat();
            let segment = whole(link, &padded).unwrap();
            assert_eq!((segment.payload, segment.wire_len), (expected.payload, expected.wire_len), "{name}");
            // The same with the padding on the wire, but not captured.
            let segment = decap(&frame(link, &octets, padded.len())).unwrap();
            assert_eq!((segment.payload, segment.wire_len), (expected.payload, expected.wire_len), "{name}");
        }
    }
}

#[test]
fn a_frame_cut_at_any_length_gives_what_was_captured_of_the_payload() {
    for (name, link, octets, _, options) in good() {
        let expected = whole(link, &octets).unwrap();
        let payload_at = octets.len() - expected.payload.len();
        let fixed_end = payload_at - options;
        for cut in 0..octets.len() {
            match decap(&frame(link, &octets[..cut], octets.len())) {
                Ok(segment) => {
                    assert!(cut >= fixed_end, "{name} cut at {cut}");
                    assert_eq!(
                        segment.payload,
                        octets.get(payload_at..cut).unwrap_or_default(),
                        "{name} {cut}"
                    );
                    assert_eq!(segment.wire_len, expected.wire_len, "{name} cut at {cut}");
                    assert_eq!(segment.source, expected.source);
                    assert_eq!(segment.destination, expected.destination);
                    assert_eq!(
                        (segment.sequence, segment.acknowledgement, segment.flags, segment.window),
                        (expected.sequence, expected.acknowledgement, expected.flags, expected.window)
                    );
                    assert_eq!((segment.ip_id, segment.ttl), (expected.ip_id, expected.ttl));
                }
                Err(why) => {
                    assert!(cut < fixed_end, "{name} cut at {cut}: {why:?}");
                    assert_eq!(why, NotUsed::HeaderCut, "{name} cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn a_packet_longer_than_its_frame_is_cut_even_if_the_record_does_not_say_so() {
    for (name, link, octets, ..) in good().into_iter().filter(|case| case.0 != "no payload") {
        let segment = whole(link, &octets[..octets.len() - 6]).unwrap();
        assert_eq!(segment.payload, &PAYLOAD[..10], "{name}");
        assert_eq!(segment.wire_len, 16, "{name}");
    }
}

#[test]
fn a_packet_without_a_length_is_as_long_as_its_frame() {
    // Captured before the network card split it: total length 0 in IPv4, payload length 0 in IPv6.
    let large = vec![7; 70_000];
    let mut v4 = ipv4(0, 6, &tcp(3, b""));
    v4[2..4].fill(0);
    v4.extend(&large);
    let mut v6 = ipv6(6, &tcp(3, b""));
    v6[4..6].fill(0);
    v6.extend(&large);
    let mut jumbo = ipv6(0, &extension(6, 0, &tcp(3, b"")));
    jumbo[4..6].fill(0);
    jumbo.extend(&large);
    for (kind, packet) in [(0x0800, v4), (0x86dd, v6), (0x86dd, jumbo)] {
        let octets = ethernet(&[], kind, &packet);
        let segment = whole(1, &octets).unwrap();
        assert_eq!((segment.payload, segment.wire_len), (&large[..], 70_000));
        let cut = &octets[..octets.len() - 60_000];
        let segment = decap(&frame(1, cut, octets.len())).unwrap();
        assert_eq!((segment.payload, segment.wire_len), (&large[..10_000], 70_000));
    }
}

#[test]
fn what_is_no_tcp_segment_says_why() {
    let v4 = |protocol| ethernet(&[], 0x0800, &ipv4(0, protocol, &[0; 40]));
    let changed = |place: usize, octet: u8| {
        let mut octets = ethernet(&[], 0x0800, &ipv4(0, 6, &tcp(0, PAYLOAD)));
        octets[place] = octet;
        octets
    };
    let cases: Vec<(&str, u16, Vec<u8>, NotUsed, &str)> = vec![
        ("UDP", 1, v4(17), NotUsed::NotTcp(17), "not_tcp_udp"),
        ("ICMP", 1, v4(1), NotUsed::NotTcp(1), "not_tcp_icmp"),
        ("IGMP", 1, v4(2), NotUsed::NotTcp(2), "not_tcp_igmp"),
        ("GRE", 1, v4(47), NotUsed::NotTcp(47), "not_tcp_gre"),
        ("SCTP", 1, v4(132), NotUsed::NotTcp(132), "not_tcp_sctp"),
        ("IPv4 in IPv4", 1, v4(4), NotUsed::NotTcp(4), "not_tcp_4"),
        ("ICMPv6", 101, ipv6(58, &[0; 8]), NotUsed::NotTcp(58), "not_tcp_icmpv6"),
        (
            "ESP behind an extension",
            101,
            ipv6(0, &extension(50, 0, &[0; 9])),
            NotUsed::NotTcp(50),
            "not_tcp_esp",
        ),
        ("no next header", 101, ipv6(59, b""), NotUsed::NotTcp(59), "not_tcp_59"),
        ("ARP", 1, ethernet(&[], 0x0806, &[0; 28]), NotUsed::NotIp, "not_ip"),
        ("ARP in a VLAN", 1, ethernet(&[0x8100], 0x0806, &[0; 28]), NotUsed::NotIp, "not_ip"),
        ("LLDP", 1, ethernet(&[], 0x88cc, &[0; 28]), NotUsed::NotIp, "not_ip"),
        ("LLC", 1, ethernet(&[], 3, &[0x42, 0x42, 3]), NotUsed::NotIp, "not_ip"),
        ("spanning tree", 1, ethernet(&[], 38, &[0x42; 46]), NotUsed::NotIp, "not_ip"),
        ("CDP in SNAP", 1, ethernet(&[], 99, &[0xaa, 0xaa, 3, 0, 0, 12, 0x20, 0]), NotUsed::NotIp, "not_ip"),
        ("netlink", 113, cooked(824, 0x0800, &[0; 40]), NotUsed::NotIp, "not_ip"),
        ("CAN", 113, cooked(280, 0x000c, &[0; 16]), NotUsed::NotIp, "not_ip"),
        ("cooked ARP", 276, cooked2(1, 0x0806, &[0; 28]), NotUsed::NotIp, "not_ip"),
        ("AppleTalk", 0, loopback([16, 0, 0, 0], &[0; 28]), NotUsed::NotIp, "not_ip"),
        ("Bluetooth", 187, vec![0; 60], NotUsed::LinkType(187), "link_type_187"),
        ("user", 147, Vec::new(), NotUsed::LinkType(147), "link_type_147"),
        ("first fragment", 1, changed(20, 0x20), NotUsed::FragmentIncomplete, "ip_fragment_incomplete"),
        ("last fragment", 1, changed(21, 0x01), NotUsed::FragmentIncomplete, "ip_fragment_incomplete"),
        (
            "first IPv6 fragment",
            101,
            ipv6(44, &fragment(6, 1, &[0; 40])),
            NotUsed::FragmentIncomplete,
            "ip_fragment_incomplete",
        ),
        (
            "IPv6 fragment that looks as if it went on",
            101,
            ipv6(44, &fragment(60, 8, &[0xff; 9])),
            NotUsed::FragmentIncomplete,
            "ip_fragment_incomplete",
        ),
        (
            "IPv4 fragment that cannot be authenticated",
            1,
            {
                let mut octets = ethernet(&[], 0x0800, &ipv4(0, 51, &[0xff; 9]));
                octets[21] = 1;
                octets
            },
            NotUsed::FragmentIncomplete,
            "ip_fragment_incomplete",
        ),
        ("IP version 5", 1, changed(14, 0x55), NotUsed::Malformed, "malformed"),
        ("IPv4 header of 16 octets", 1, changed(14, 0x44), NotUsed::Malformed, "malformed"),
        ("IPv4 of 19 octets", 1, changed(17, 19), NotUsed::Malformed, "malformed"),
        ("IPv4 that ends in the TCP header", 1, changed(17, 39), NotUsed::Malformed, "malformed"),
        ("IPv4 that ends in the TCP options", 1, changed(46, 0xf0), NotUsed::Malformed, "malformed"),
        ("TCP header of 16 octets", 1, changed(46, 0x40), NotUsed::Malformed, "malformed"),
        (
            "hop by hop not at the start",
            101,
            ipv6(60, &extension(0, 0, &extension(6, 0, &tcp(0, b"")))),
            NotUsed::Malformed,
            "malformed",
        ),
        (
            "IPv6 that ends in its extension",
            101,
            ipv6(60, &extension(6, 9, b"")[..8]),
            NotUsed::Malformed,
            "malformed",
        ),
        ("a frame without octets", 1, Vec::new(), NotUsed::Malformed, "malformed"),
        ("a packet without octets", 101, Vec::new(), NotUsed::Malformed, "malformed"),
        ("an Ethernet header without its end", 1, vec![0; 13], NotUsed::Malformed, "malformed"),
        ("an IPv4 header without its end", 101, vec![0x45; 19], NotUsed::Malformed, "malformed"),
        ("an IPv6 header without its end", 101, vec![0x60; 39], NotUsed::Malformed, "malformed"),
    ];
    for (name, link, octets, expected, json) in cases {
        assert_eq!(whole(link, &octets).err(), Some(expected), "{name}");
        assert_eq!(expected.name(), json);
    }
}

#[test]
fn headers_are_cut_and_not_malformed_where_the_frame_went_on() {
    for (link, octets) in [(1, vec![2; 13]), (101, vec![0x45; 19]), (101, vec![0x60; 39]), (101, Vec::new())]
    {
        assert_eq!(decap(&frame(link, &octets, 1_500)).err(), Some(NotUsed::HeaderCut), "{link}");
    }
    assert_eq!(NotUsed::HeaderCut.name(), "header_cut");
}

/// What holds for any frame whatever.
fn sound(link: u16, octets: &[u8], original_len: usize) -> Result<(), TestCaseError> {
    match decap(&frame(link, octets, original_len)) {
        Ok(segment) => {
            prop_assert!(segment.payload.len() <= segment.wire_len as usize);
            prop_assert!(segment.payload.len() + 40 <= octets.len());
            let range = octets.as_ptr_range();
            prop_assert!(segment.payload.is_empty() || range.contains(&segment.payload.as_ptr()));
        }
        Err(why) => prop_assert!(!matches!(why, NotUsed::LinkType(_))),
    }
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_octets_never_panic(
        octets in prop::collection::vec(any::<u8>(), 0..120),
        version in prop::sample::select(vec![0x45_u8, 0x60, 0x4f, 0]),
        more in 0_usize..2_000,
    ) {
        for link in LINKS {
            sound(link, &octets, octets.len() + more)?;
            // Most arbitrary octets are no IP packet; these are.
            let mut octets = octets.clone();
            if let Some(first) = octets.first_mut() && version > 0 {
                *first = version;
            }
            let kind = if version == 0x60 { 0x86dd } else { 0x0800 };
            let octets = match link {
                1 => ethernet(&[], kind, &octets),
                113 => cooked(1, kind, &octets),
                276 => cooked2(1, kind, &octets),
                0 | 108 => loopback([0, 0, 0, 2], &octets),
                _ => octets,
            };
            sound(link, &octets, octets.len() + more)?;
        }
    }

    #[test]
    fn changed_octets_never_panic(
        changes in prop::collection::vec((0_usize..120, any::<u8>()), 1..5),
        cut in 0_usize..60,
    ) {
        for (_, link, mut octets, ..) in good() {
            let original_len = octets.len();
            for (place, octet) in &changes {
                if let Some(old) = octets.get_mut(*place) {
                    *old = *octet;
                }
            }
            octets.truncate(original_len.saturating_sub(cut));
            sound(link, &octets, original_len)?;
        }
    }
}
