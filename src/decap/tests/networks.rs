//! A segment in every network of the testkit: whole, cut at every length, changed; and what only looks like a network.

use super::*;
use crate::tcp::Side;
use crate::testkit::wrap::Wrapping;

/// Packets of both versions, and where their payloads begin.
fn packets() -> [Vec<u8>; 2] {
    [ipv4(0, 6, &tcp(0, PAYLOAD)), ipv6(6, &tcp(0, PAYLOAD))]
}

/// Every network that leaves packets whole, with the frame of each packet.
fn wrapped() -> impl Iterator<Item = (&'static Wrapping, Vec<u8>, Vec<u8>)> {
    Wrapping::all().iter().flat_map(|wrapping| {
        packets().map(|packet| {
            let mut frames = wrapping.packets(&packet, Side::Opener, 7);
            // So short a packet is one fragment.
            (wrapping, packet, frames.swap_remove(0))
        })
    })
}

#[test]
fn every_network_gives_the_segment_in_it() {
    for (wrapping, packet, octets) in wrapped() {
        let segment = whole(wrapping.link(), &octets).unwrap_or_else(|why| panic!("{wrapping:?}: {why:?}"));
        let plain = whole(101, &packet).unwrap();
        assert_eq!(segment, plain, "{wrapping:?}");
        // What follows a packet is no part of it.
        let padded = [&octets[..], &[0; 21]].concat();
        assert_eq!(whole(wrapping.link(), &padded), Ok(plain), "{wrapping:?}");
    }
}

#[test]
fn a_network_cut_at_any_length_gives_what_was_captured_of_the_payload() {
    for (wrapping, packet, octets) in wrapped() {
        let payload_at = octets.windows(PAYLOAD.len()).position(|window| window == PAYLOAD).unwrap();
        let plain = whole(101, &packet).unwrap();
        for cut in 0..octets.len() {
            match decap(&frame(wrapping.link(), &octets[..cut], octets.len())) {
                Ok(segment) => {
                    assert!(cut >= payload_at, "{wrapping:?} cut at {cut}");
                    let payload = octets.get(payload_at..cut).unwrap();
                    assert_eq!(segment, Segment { payload, ..plain }, "{wrapping:?} cut at {cut}");
                }
                Err(why) => {
                    assert!(cut < payload_at, "{wrapping:?} cut at {cut}: {why:?}");
                    assert_eq!(why, NotUsed::HeaderCut, "{wrapping:?} cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn changed_octets_of_a_network_neither_panic_nor_lead_outside_of_the_frame() {
    for (wrapping, _, octets) in wrapped() {
        for at in 0..octets.len() {
            for change in [0x01, 0x80, 0xff, 0x40] {
                let mut changed = octets.clone();
                changed[at] ^= change;
                let mut decap = Decap::default();
                let frame = frame(wrapping.link(), &changed, octets.len());
                if let Ok(Some(segment)) = decap.segment(&frame) {
                    assert!(segment.payload.len() <= segment.wire_len as usize);
                    let range = changed.as_ptr_range();
                    assert!(segment.payload.is_empty() || range.contains(&segment.payload.as_ptr()));
                }
            }
        }
    }
}

/// `payload` in UDP in IPv4 in Ethernet.
fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    for number in [source, destination, 8 + u16::try_from(payload.len()).unwrap(), 0] {
        octets.extend(number.to_be_bytes());
    }
    octets.extend(payload);
    ethernet(&[], 0x0800, &ipv4(0, 17, &octets))
}

#[test]
fn a_port_is_no_proof_of_a_tunnel() {
    let [v4, v6] = packets();
    let inner = ethernet(&[], 0x0800, &v4);
    let mut longer = v4.clone();
    longer[3] += 1;
    let mut older = v4.clone();
    older[0] = 0x75;
    let cat = |parts: &[&[u8]]| parts.concat();
    let vxlan = [8, 0, 0, 0, 0, 0, 1, 0];
    let cases: Vec<(&str, u16, Vec<u8>)> = vec![
        ("DNS", 53, vec![0; 40]),
        ("VXLAN without its flag", 4789, cat(&[&[0; 8], &inner])),
        ("VXLAN that ends", 4789, vec![8, 0, 0]),
        ("VXLAN with ARP", 4789, cat(&[&vxlan, &ethernet(&[], 0x0806, &[0; 28])])),
        ("VXLAN with a packet longer than it", 4789, cat(&[&vxlan, &ethernet(&[], 0x0800, &longer)])),
        ("VXLAN with IP version 7", 4789, cat(&[&vxlan, &ethernet(&[], 0x0800, &older)])),
        ("VXLAN-GPE of another version", 4790, cat(&[&[0x1c, 0, 0, 1, 0, 0, 1, 0], &v4])),
        ("VXLAN-GPE with something else", 4790, cat(&[&[0x0c, 0, 0, 9, 0, 0, 1, 0], &v4])),
        ("GENEVE of another version", 6081, cat(&[&[0x40, 0, 8, 0, 0, 0, 1, 0], &v4])),
        ("GENEVE with reserved bits", 6081, cat(&[&[0, 1, 8, 0, 0, 0, 1, 0], &v4])),
        ("GENEVE with something else", 6081, cat(&[&[0, 0, 0, 9, 0, 0, 1, 0], &v4])),
        ("GTP version 2", 2152, cat(&[&[0x48, 255, 0, 56, 0, 0, 0, 1], &v4])),
        ("a GTP echo", 2152, cat(&[&[0x32, 1, 0, 4, 0, 0, 0, 1], &[0; 4]])),
        ("GTP longer than its datagram", 2152, cat(&[&[0x30, 255, 0, 57, 0, 0, 0, 1], &v4])),
        ("GTP with an empty extension", 2152, cat(&[&[0x34, 255, 0, 70, 0, 0, 0, 1, 0, 0, 0, 1, 0], &v4])),
        ("Teredo with IPv4", 3544, v4.clone()),
        ("Teredo longer than its datagram", 3544, v6[..v6.len() - 1].to_vec()),
        ("L2TP control", 1701, cat(&[&[0xc8, 2, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0], &v4])),
        ("L2TP version 3", 1701, cat(&[&[0, 3, 0, 1, 0, 2, 0, 0x21], &v4])),
        ("TZSP keep-alive", 37008, vec![1, 4, 0, 1, 1]),
        ("MPLS without a last label", 6635, vec![0, 1, 0, 64, 0, 1, 0, 64]),
        ("GRE of version 3", 4754, cat(&[&[0, 3, 8, 0], &v4])),
    ];
    for (name, port, payload) in cases {
        let octets = udp(50_000, port, &payload);
        assert_eq!(whole(1, &octets).err(), Some(NotUsed::NotTcp(17)), "{name}");
    }
    // The same from the port, where responses come from it.
    for (port, header) in [(2152, &[0x30, 255, 0, 56, 0, 0, 0, 1][..]), (1701, &[0, 2, 0, 1, 0, 2, 0, 0x21])]
    {
        let octets = udp(port, 50_000, &cat(&[header, &v4]));
        assert_eq!(whole(1, &octets).unwrap().payload, PAYLOAD);
    }
    assert_eq!(whole(1, &udp(3544, 50_000, &v6)).unwrap().payload, PAYLOAD);
}

#[test]
fn tunnels_that_carry_something_else_say_so() {
    let gre =
        |header: &[u8], payload: &[u8]| ethernet(&[], 0x0800, &ipv4(0, 47, &[header, payload].concat()));
    let [v4, _] = packets();
    let cases: Vec<(&str, Vec<u8>, NotUsed)> = vec![
        ("GRE keep-alive", gre(&[0, 0, 0, 0], &[]), NotUsed::NotTcp(47)),
        ("CDP in GRE", gre(&[0, 0, 0x20, 0], &v4), NotUsed::NotTcp(47)),
        ("GRE of version 2", gre(&[0, 2, 8, 0], &v4), NotUsed::NotTcp(47)),
        (
            "PPTP acknowledgement",
            gre(&[0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 1, 0, 0, 0, 1], &[]),
            NotUsed::NotTcp(47),
        ),
        ("UDP in GRE", gre(&[0, 0, 8, 0], &ipv4(0, 17, &[0; 12])), NotUsed::NotTcp(17)),
        (
            "ERSPAN III of an unknown kind",
            gre(&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1c, 0], &v4),
            NotUsed::NotTcp(47),
        ),
        ("IPv6 in IPv4 that ends", ethernet(&[], 0x0800, &ipv4(0, 41, &[0x60; 9])), NotUsed::NotTcp(41)),
        ("EtherIP of version 2", ethernet(&[], 0x0800, &ipv4(0, 97, &[0x20; 60])), NotUsed::NotTcp(97)),
        ("a service header of one word", ethernet(&[], 0x894f, &[0, 1, 1, 1]), NotUsed::NotIp),
        ("PPPoE discovery", ethernet(&[], 0x8863, &[0x11, 9, 0, 0, 0, 0]), NotUsed::NotIp),
        ("PPPoE with another code", ethernet(&[], 0x8864, &[0x11, 9, 0, 0, 0, 0, 0, 0x21]), NotUsed::NotIp),
        (
            "PPP configuration",
            ethernet(&[], 0x8864, &[0x11, 0, 0, 1, 0, 9, 0xc0, 0x21, 1, 1, 0, 4]),
            NotUsed::NotIp,
        ),
    ];
    for (name, octets, expected) in cases {
        assert_eq!(whole(1, &octets).err(), Some(expected), "{name}");
    }
}

#[test]
fn link_types_that_carry_something_else_say_so() {
    let [v4, _] = packets();
    let cat = |parts: &[&[u8]]| parts.concat();
    let exported =
        |name: &[u8; 4]| cat(&[&[0, 12, 0, 4], name, &[0, 20, 0, 4, 10, 0, 0, 1, 0, 0, 0, 0], &v4]);
    let cases: Vec<(&str, u16, Vec<u8>, NotUsed)> = vec![
        ("exported SMPP", 252, exported(b"smpp"), NotUsed::ExportedPdu),
        ("exported without a name", 252, cat(&[&[0; 4], &v4]), NotUsed::ExportedPdu),
        ("exported without an end", 252, vec![0, 12, 0, 4, b'i', b'p', 0, 0], NotUsed::Malformed),
        ("SLARP", 104, cat(&[&[0x8f, 0, 0x80, 0x35], &[0; 18]]), NotUsed::NotIp),
        ("NFLOG without a packet", 239, vec![2, 0, 0, 1, 8, 0, 1, 0, 8, 0, 1, 0], NotUsed::Malformed),
        ("NFLOG with a length of 3", 239, vec![2, 0, 0, 1, 3, 0, 1, 0, 8, 0, 1, 0], NotUsed::Malformed),
        ("NFLOG of another version", 239, vec![2, 1, 0, 1, 3, 0, 1, 0], NotUsed::NotIp),
        (
            "PKTAP in PKTAP",
            258,
            cat(&[&[108, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0], &[0; 96], &v4]),
            NotUsed::NotIp,
        ),
        (
            "PKTAP with USB",
            258,
            cat(&[&[108, 0, 0, 0, 1, 0, 0, 0, 189, 0, 0, 0], &[0; 96]]),
            NotUsed::LinkType(189),
        ),
        ("PKTAP of 3 octets", 258, cat(&[&[3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], &v4]), NotUsed::Malformed),
        ("radiotap of 3 octets", 127, cat(&[&[0, 0, 3, 0], &[0; 40]]), NotUsed::Malformed),
        ("a beacon", 105, cat(&[&[0x80, 0, 0, 0], &[0; 60]]), NotUsed::NotIp),
        ("no data", 105, cat(&[&[0x48, 1, 0, 0], &[0; 60]]), NotUsed::NotIp),
        ("encrypted", 105, cat(&[&[0x08, 0x41, 0, 0], &[0; 60]]), NotUsed::NotIp),
        ("a part of a frame", 105, cat(&[&[0x08, 0x05, 0, 0], &[0; 60]]), NotUsed::NotIp),
        (
            "the last part of a frame",
            105,
            cat(&[&[0x08, 1, 0, 0], &[0; 18], &[1, 0], &[0; 60]]),
            NotUsed::NotIp,
        ),
        (
            "several frames in one",
            105,
            cat(&[&[0x88, 1, 0, 0], &[0; 20], &[0x80, 0], &[0; 60]]),
            NotUsed::NotIp,
        ),
        ("Frame Relay management", 107, vec![0, 1, 3, 8, 0, 0x75, 0x51], NotUsed::NotIp),
    ];
    for (name, link, octets, expected) in cases {
        assert_eq!(whole(link, &octets).err(), Some(expected), "{name}");
    }
    assert_eq!(NotUsed::ExportedPdu.name(), "exported_pdu");
}

/// A label, then `payload`.
fn mpls(label: u8, payload: &[u8]) -> Vec<u8> {
    ethernet(&[], 0x8847, &[&[0, 0, label << 4 | 1, 64][..], payload].concat())
}

#[test]
fn what_mpls_carries_is_told_by_what_holds_together() {
    let [v4, v6] = packets();
    let frames = [ethernet(&[], 0x0800, &v4), ethernet(&[0x8100], 0x86dd, &v6)];
    for mut inner in frames {
        // Addresses that begin like IP, or like a control word, or like neither.
        for first in [0x40, 0x45, 0x60, 0x00, 0x0a, 0x10, 0xf2] {
            inner[0] = first;
            for control in [&[][..], &[0, 0, 0, 9], &[0; 4]] {
                let octets = mpls(3, &[control, &inner].concat());
                let segment = whole(1, &octets);
                assert_eq!(segment.map(|segment| segment.payload), Ok(PAYLOAD), "{first:#x} {control:?}");
            }
        }
    }
    for label in [0, 2, 3] {
        assert_eq!(whole(1, &mpls(label, &v4)).unwrap().payload, PAYLOAD);
        assert_eq!(whole(1, &mpls(label, &v6)).unwrap().payload, PAYLOAD);
    }
    // Addresses that look like IP with a length that fits, and IP whose address looks like a type.
    for first in [[0x4c, 0, 0, 0x28, 0, 0], [0x60, 0, 0, 0, 0, 9]] {
        let mut inner = ethernet(&[], 0x0800, &v4);
        inner[..6].copy_from_slice(&first);
        assert_eq!(whole(1, &mpls(3, &inner)).unwrap().payload, PAYLOAD);
    }
    for address in [[0x81, 0, 0, 1], [8, 0, 0x45, 0], [0x88, 0x47, 0, 1]] {
        let mut packet = v4.clone();
        packet[12..16].copy_from_slice(&address);
        let sum = crate::testkit::tcp::checksum(0, &packet[..20]);
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(whole(1, &mpls(3, &packet)).unwrap().source.ip, IpAddr::from(address));
    }
    // An associated channel, nothing known, nothing at all.
    assert_eq!(whole(1, &mpls(13, &[0x10, 0, 0, 7, 1, 2, 3, 4])).err(), Some(NotUsed::NotIp));
    assert_eq!(whole(1, &mpls(3, &[0; 40])).err(), Some(NotUsed::NotIp));
    assert_eq!(whole(1, &mpls(3, &[])).err(), Some(NotUsed::Malformed));
    assert_eq!(whole(1, &ethernet(&[], 0x8847, &[0; 80])).err(), Some(NotUsed::Malformed));
}

#[test]
fn tunnels_in_each_other_end_at_the_ninth() {
    let mut packet = ipv4(0, 6, &tcp(0, PAYLOAD));
    for depth in 1..=300 {
        packet = ipv4(0, 4, &packet);
        match whole(101, &packet) {
            Ok(segment) => assert!(depth <= 8 && segment.payload == PAYLOAD, "{depth}"),
            Err(why) => assert!(depth > 8 && why == NotUsed::TooDeep, "{depth}"),
        }
    }
    // The same with frames in frames, which no IP header counts.
    let mut octets = ethernet(&[], 0x0800, &ipv4(0, 6, &tcp(0, PAYLOAD)));
    for depth in 1..=300 {
        octets = ethernet(&[], 0x88e7, &[&[0, 0, 0, 9][..], &octets].concat());
        assert_eq!(whole(1, &octets).is_ok(), depth <= 8, "{depth}");
    }
    assert_eq!(whole(1, &octets).err(), Some(NotUsed::TooDeep));
    assert_eq!(NotUsed::TooDeep.name(), "too_deep");
}

#[test]
fn a_packet_routed_by_its_source_goes_to_where_the_route_ends() {
    let (first, last) = ([0xfd; 16], [0xfc; 16]);
    let last_ip = IpAddr::V6(Ipv6Addr::from(last));
    let header_ip = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2));
    for (kind, left, order, expected) in [
        (0, 2, [first, last], last_ip),
        (2, 1, [first, last], last_ip),
        (4, 1, [last, first], last_ip),
        (0, 0, [first, last], header_ip),
        (4, 0, [last, first], header_ip),
        (9, 1, [first, last], header_ip),
    ] {
        let routing = [&[6, 4, kind, left, 0, 0, 0, 0][..], &order[0], &order[1], &tcp(0, PAYLOAD)].concat();
        assert_eq!(whole(101, &ipv6(43, &routing)).unwrap().destination.ip, expected, "{kind} {left}");
    }
}
