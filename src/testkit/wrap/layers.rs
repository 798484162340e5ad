//! The headers themselves.

use super::{FRAME, Is, Layer, MPLS, Order, PPP, V4, V6, checksum};
use crate::tcp::Side;

fn be(n: usize) -> [u8; 2] {
    (n as u16).to_be_bytes()
}

fn kind(is: Is) -> u16 {
    match is {
        Is::Ether(kind) => kind,
        _ => panic!("{is:?} has no EtherType"),
    }
}

/// `octets`, which are what `is` says, behind the header of `layer`; and what that is.
pub(super) fn put(layer: Layer, octets: Vec<u8>, is: Is, side: Side, number: u16) -> (Vec<u8>, Is) {
    let opener = side == Side::Opener;
    let mut out = Vec::with_capacity(octets.len() + 80);
    let len = octets.len();
    let then = match layer {
        Layer::Options => return (options(&octets), is),
        Layer::Atomic => return (atomic(&octets), is),
        Layer::Fragments(..) => panic!("fragments are many"),
        Layer::Ethernet => {
            out.extend([2, 0, 0, 0, 0, 1 + u8::from(opener), 2, 0, 0, 0, 0, 1 + u8::from(!opener)]);
            out.extend(if is == Is::Llc { be(len) } else { kind(is).to_be_bytes() });
            FRAME
        }
        Layer::Tag(tag) => {
            out.extend([0x20, 42]);
            out.extend(kind(is).to_be_bytes());
            Is::Ether(tag)
        }
        Layer::Snap => {
            out.extend([0xAA, 0xAA, 3, 0, 0, 0]);
            out.extend(kind(is).to_be_bytes());
            Is::Llc
        }
        Layer::LlcIp => {
            out.extend([6, 6, 3]);
            Is::Llc
        }
        Layer::Ppp(before, compressed) => {
            out.extend(before);
            let number = match is {
                V4 => 0x0021_u16,
                V6 => 0x0057,
                MPLS => 0x0281,
                _ => panic!("{is:?} over PPP"),
            };
            out.extend(&number.to_be_bytes()[usize::from(compressed)..]);
            PPP
        }
        Layer::PppSession => {
            out.extend([0x11, 0, 0, 7]);
            out.extend(be(len));
            Is::Ether(0x8864)
        }
        Layer::Mpls(labels) => {
            for n in 1..=labels {
                out.extend([0, 1, u8::from(n == labels), 64]);
            }
            MPLS
        }
        Layer::ControlWord => {
            out.extend([0, 0, 0, 9]);
            is
        }
        Layer::Service => {
            let next = match is {
                V4 => 1,
                V6 => 2,
                FRAME => 3,
                _ => 5,
            };
            out.extend([0x0F, 0xC6, 1, next, 0, 0, 1, 255]);
            out.extend([0; 16]);
            Is::Ether(0x894F)
        }
        Layer::Gre(flags) => {
            out.extend(flags.to_be_bytes());
            out.extend(kind(is).to_be_bytes());
            if flags & 7 == 1 {
                out.extend(be(len));
                out.extend([0, 9, 0, 0, 0, 1, 0, 0, 0, 2]);
            } else {
                let words = [0xC000_u16, 0x2000, 0x1000].iter().filter(|&bit| flags & bit != 0).count();
                out.resize(out.len() + words * 4, 1);
            }
            if flags & 0x4000 != 0 {
                out.extend([8, 0, 0, 4, 192, 0, 2, 1, 0, 0, 0, 0]);
            }
            Is::Protocol(47)
        }
        Layer::Erspan(form) => {
            let (flags, kind): (u16, u16) = match form {
                1 => (0, 0x88BE),
                2 => (0x1000, 0x88BE),
                _ => (0x1000, 0x22EB),
            };
            out.extend(flags.to_be_bytes());
            out.extend(kind.to_be_bytes());
            match form {
                1 => {}
                2 => out.extend([0, 0, 0, 1, 0x10, 42, 0, 5, 0, 0, 0, 6]),
                3 => out.extend([0, 0, 0, 1, 0x20, 42, 0, 5, 0, 0, 0, 6, 0, 0, 0x80, 0]),
                _ => {
                    out.extend([0, 0, 0, 1, 0x20, 42, 0, 5, 0, 0, 0, 6, 0, 0, 0, 1]);
                    out.extend([0x14, 0, 0, 0, 0, 0, 0, 1]);
                }
            }
            Is::Protocol(47)
        }
        Layer::Ip4 => {
            let mut header = vec![0x45, 0];
            header.extend(be(len + 20));
            header.extend(number.to_be_bytes());
            header.extend([0, 0, 61, protocol(is), 0, 0]);
            header.extend([203, 0, 113, 1 + u8::from(opener), 203, 0, 113, 1 + u8::from(!opener)]);
            let sum = checksum(0, &header);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            out.extend(header);
            V4
        }
        Layer::Ip6 => {
            out.extend([0x60, 0, 0, 0]);
            out.extend(be(len));
            out.extend([protocol(is), 61]);
            for last in [1 + u8::from(opener), 1 + u8::from(!opener)] {
                out.extend([0x20, 1, 0xD, 0xB8, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
            }
            V6
        }
        Layer::Udp(port) => {
            out.extend(be(50_000 + usize::from(number % 10_000)));
            out.extend(port.to_be_bytes());
            out.extend(be(len + 8));
            out.extend([0, 0]);
            Is::Protocol(17)
        }
        Layer::Vxlan => {
            out.extend([8, 0, 0, 0, 0, 0, 99, 0]);
            is
        }
        Layer::VxlanGpe => {
            let next = match is {
                V4 => 1,
                V6 => 2,
                FRAME => 3,
                _ => 4,
            };
            out.extend([0x0C, 0, 0, next, 0, 0, 99, 0]);
            is
        }
        Layer::Geneve(words) => {
            out.extend([words, 0]);
            out.extend(kind(is).to_be_bytes());
            out.extend([0, 0, 99, 0]);
            out.resize(out.len() + usize::from(words) * 4, 3);
            is
        }
        Layer::Gtp(flags) => {
            let extra: &[u8] = match flags & 7 {
                0 => &[],
                // Sequence, N-PDU number; a container of 4 octets, then one of 8, then none.
                bits if bits & 4 != 0 => &[0, 1, 0, 0x85, 1, 0x10, 9, 0x40, 2, 1, 2, 3, 4, 5, 6, 0],
                _ => &[0, 1, 7, 0],
            };
            out.extend([flags, 255]);
            out.extend(be(len + extra.len()));
            out.extend([0, 0, 0, 77]);
            out.extend(extra);
            is
        }
        Layer::Teredo(authentication, origin) => {
            if authentication {
                out.extend([0, 1, 2, 3, 7, 7, 8, 8, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
            }
            if origin {
                out.extend([0, 0, 0x3C, 0xAF, 0x34, 0xFF, 0x8E, 0xFE]);
            }
            is
        }
        Layer::L2tp(flags) => {
            let mut after = vec![0, 1, 0, 2];
            if flags & 0x0800 != 0 {
                after.extend([0, 1, 0, 1]);
            }
            if flags & 0x0200 != 0 {
                after.extend([0, 3, 9, 9, 9]);
            }
            out.extend(flags.to_be_bytes());
            out.extend(be(len + after.len() + 4));
            out.extend(after);
            is
        }
        Layer::Tzsp => {
            out.extend([1, 0, 0, 1, 0, 10, 1, 200, 1]);
            is
        }
        Layer::Typed(link, header) => {
            out.extend(header);
            let kind = if is == Is::Llc { 4 } else { kind(is) };
            out.extend(kind.to_be_bytes());
            Is::Link(link)
        }
        Layer::Plain(link, header) => {
            out.extend(header);
            Is::Link(link)
        }
        // A tag within the frame that is there, behind its addresses.
        Layer::Inner(_, tag, true) => {
            out.extend(&octets[..12]);
            out.extend(tag);
            out.extend(&octets[12..]);
            return (out, is);
        }
        Layer::Inner(own, header, false) => {
            out.extend(header);
            if is != FRAME && is != Is::Llc {
                out.extend(kind(is).to_be_bytes());
            }
            Is::Ether(own)
        }
        Layer::Cooked2 => {
            out.extend(kind(is).to_be_bytes());
            out.extend([0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
            Is::Link(276)
        }
        Layer::Loopback(link, big, v6) => {
            let family = if is == V4 { 2 } else { v6 };
            out.extend(if big { family.to_be_bytes() } else { family.to_le_bytes() });
            Is::Link(link)
        }
        Layer::Nflog(big) => {
            let mut value = |number: u16, octets: &[u8]| {
                for n in [octets.len() as u16 + 4, number] {
                    out.extend(if big { n.to_be_bytes() } else { n.to_le_bytes() });
                }
                out.extend(octets);
                out.resize(out.len().next_multiple_of(4), 0);
            };
            value(1, &[8, 0, 1, 0]);
            value(10, b"mark\0");
            value(9, &octets);
            out.splice(0..0, [2, 0, 0, 5]);
            return (out, Is::Link(239));
        }
        Layer::Exported(name) => {
            let name = if is == V6 { "ipv6" } else { name };
            let padded = name.len().next_multiple_of(4);
            out.extend([0, 12]);
            out.extend(be(padded));
            out.extend(name.as_bytes());
            out.resize(4 + padded, 0);
            out.extend([0, 0, 0, 0]);
            Is::Link(252)
        }
        Layer::Pktap => {
            out.extend(108_u32.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
            out.resize(108, 0);
            Is::Link(258)
        }
        Layer::Wifi(flags, control, extra) => {
            out.extend([control, flags, 0, 0]);
            for last in 1..=3 {
                out.extend([2, 0, 0, 0, 0, last]);
            }
            out.extend([0x10, 0]);
            out.extend(extra);
            Is::Link(105)
        }
        Layer::Radiotap(header) => {
            out.extend(header);
            Is::Link(127)
        }
        Layer::FrameRelay(snap) => {
            out.extend([0x18, 0x41, 3]);
            match (snap, is) {
                (true, _) => {
                    out.extend([0, 0x80, 0, 0, 0]);
                    out.extend(kind(is).to_be_bytes());
                }
                (false, V4) => out.push(0xCC),
                (false, _) => out.push(0x8E),
            }
            Is::Link(107)
        }
    };
    out.extend(octets);
    (out, then)
}

fn protocol(is: Is) -> u8 {
    match is {
        V4 => 4,
        V6 => 41,
        MPLS => 137,
        Is::Protocol(number) => number,
        _ => panic!("{is:?} over IP"),
    }
}

/// The IPv4 header of `packet` with a new length and checksum.
fn mend(packet: &mut [u8]) {
    let total = be(packet.len());
    packet[2..4].copy_from_slice(&total);
    packet[10..12].fill(0);
    let header = usize::from(packet[0] & 15) * 4;
    let sum = checksum(0, &packet[..header]);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
}

/// A router alert and no-operations; hop by hop, destination options, an authentication header, destination options.
fn options(packet: &[u8]) -> Vec<u8> {
    let mut out;
    if packet[0] >> 4 == 4 {
        out = packet[..20].to_vec();
        out[0] += 3;
        out.extend([0x94, 4, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0]);
        out.extend(&packet[20..]);
        mend(&mut out);
    } else {
        out = packet[..40].to_vec();
        let next = out[6];
        out[6] = 0;
        out.extend([60, 0, 5, 2, 0, 0, 1, 0]);
        out.extend([51, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        out.extend([60, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
        out.extend([next, 0, 1, 4, 0, 0, 0, 0]);
        out.extend(&packet[40..]);
        let len = be(out.len() - 40);
        out[4..6].copy_from_slice(&len);
    }
    out
}

fn atomic(packet: &[u8]) -> Vec<u8> {
    if packet[0] >> 4 == 4 { packet.to_vec() } else { piece(packet, 40, 0, packet.len() - 40, false, 5) }
}

/// Octets of `packet` up to where fragments begin: behind the IPv4 header, or the hop by hop header of IPv6.
fn unfragmentable(packet: &[u8]) -> usize {
    match (packet[0] >> 4, packet[6]) {
        (4, _) => usize::from(packet[0] & 15) * 4,
        (_, 0) => 40 + 8 + usize::from(packet[41]) * 8,
        _ => 40,
    }
}

/// The part from `start` to `end` of what follows the first `header` octets.
fn piece(packet: &[u8], header: usize, start: usize, end: usize, more: bool, number: u16) -> Vec<u8> {
    let mut out = packet[..header].to_vec();
    let part = &packet[header + start..header + end];
    if packet[0] >> 4 == 4 {
        out[4..6].copy_from_slice(&number.to_be_bytes());
        let field = (start / 8) as u16 | if more { 0x2000 } else { 0 };
        out[6..8].copy_from_slice(&field.to_be_bytes());
        out.extend(part);
        mend(&mut out);
    } else {
        let place = if header == 40 { 6 } else { 40 };
        let next = std::mem::replace(&mut out[place], 44);
        out.extend([next, 0]);
        out.extend((start as u16 | u16::from(more)).to_be_bytes());
        out.extend([0, 1]);
        out.extend(number.to_be_bytes());
        out.extend(part);
        let len = be(out.len() - 40);
        out[4..6].copy_from_slice(&len);
    }
    out
}

pub(super) fn fragments(packet: &[u8], size: usize, order: Order, number: u16) -> Vec<Vec<u8>> {
    let header = unfragmentable(packet);
    let len = packet.len() - header;
    if len <= size {
        return vec![packet.to_vec()];
    }
    let early = if order == Order::Overlapping { 8 } else { 0 };
    let mut pieces: Vec<_> = (0..len)
        .step_by(size)
        .map(|at| {
            let end = len.min(at + size);
            piece(packet, header, at.saturating_sub(early), end, end < len, number)
        })
        .collect();
    match order {
        Order::Ascending | Order::Overlapping => {}
        Order::Descending => pieces.reverse(),
        Order::Twice => {
            pieces.rotate_right(1);
            pieces = pieces.into_iter().flat_map(|piece| [piece.clone(), piece]).collect();
        }
    }
    pieces
}
