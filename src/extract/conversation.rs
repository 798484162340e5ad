//! A TCP conversation as packets, from the octets that an application read and wrote: handshake, segments in order, end.
//! Nothing is lost, and everything is acknowledged by the next segment of the other side.

use std::net::{IpAddr, SocketAddr};

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Who opened the connection.
    Opener,
    /// Who accepted it.
    Accepter,
}

/// Octets of a segment at most.
const SEGMENT: usize = 16_384;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// Room for what is under way; shifted by [`SHIFT`] a gibibyte.
const WINDOW: u16 = u16::MAX;
const SHIFT: u8 = 14;

/// The state of a conversation.
#[derive(Clone, Debug)]
pub struct Conversation {
    opener: Side,
    accepter: Side,
}

#[derive(Clone, Debug)]
struct Side {
    address: SocketAddr,
    next: u32,
    identification: u16,
    is_closed: bool,
}

impl Conversation {
    /// Between these addresses, which are of one family; `initial` are the initial sequence numbers.
    #[must_use]
    pub const fn new(opener: SocketAddr, accepter: SocketAddr, initial: [u32; 2]) -> Self {
        let [one, other] = initial;
        Self {
            opener: Side { address: opener, next: one, identification: 1, is_closed: false },
            accepter: Side { address: accepter, next: other, identification: 1, is_closed: false },
        }
    }

    /// The three packets of the handshake.
    pub fn open(&mut self, mut packet: impl FnMut(&[u8])) {
        packet(&self.segment(Party::Opener, SYN, &[]));
        packet(&self.segment(Party::Accepter, SYN | ACK, &[]));
        packet(&self.segment(Party::Opener, ACK, &[]));
    }

    /// Octets that a side sent.
    pub fn send(&mut self, from: Party, octets: &[u8], mut packet: impl FnMut(&[u8])) {
        for chunk in octets.chunks(SEGMENT) {
            packet(&self.segment(from, PSH | ACK, chunk));
        }
    }

    /// A side sends nothing more.
    pub fn finish(&mut self, from: Party, mut packet: impl FnMut(&[u8])) {
        if !self.side(from).is_closed {
            packet(&self.segment(from, FIN | ACK, &[]));
            self.side(from).is_closed = true;
            let other = other(from);
            packet(&self.segment(other, ACK, &[]));
        }
    }

    /// A side resets the connection.
    pub fn reset(&mut self, from: Party, mut packet: impl FnMut(&[u8])) {
        packet(&self.segment(from, RST | ACK, &[]));
        (self.opener.is_closed, self.accepter.is_closed) = (true, true);
    }

    fn side(&mut self, party: Party) -> &mut Side {
        match party {
            Party::Opener => &mut self.opener,
            Party::Accepter => &mut self.accepter,
        }
    }

    /// One packet, from its IP header on.
    fn segment(&mut self, from: Party, flags: u8, payload: &[u8]) -> Vec<u8> {
        let peer = self.side(other(from)).clone();
        let acknowledged = if flags & ACK == 0 { 0 } else { peer.next };
        let side = self.side(from);
        let options: &[u8] = if flags & SYN == 0 { &[] } else { &[3, 3, SHIFT, 1] };
        let words = u8::try_from((20_usize.saturating_add(options.len())) / 4).unwrap_or(5);
        let mut tcp = Vec::with_capacity(payload.len().saturating_add(24));
        tcp.extend(side.address.port().to_be_bytes());
        tcp.extend(peer.address.port().to_be_bytes());
        tcp.extend(side.next.to_be_bytes());
        tcp.extend(acknowledged.to_be_bytes());
        tcp.extend([words << 4, flags]);
        tcp.extend(WINDOW.to_be_bytes());
        tcp.extend([0; 4]);
        tcp.extend_from_slice(options);
        tcp.extend_from_slice(payload);
        let counted = u32::from(flags & (SYN | FIN) != 0);
        side.next = side.next.wrapping_add(crate::num::short(payload.len())).wrapping_add(counted);
        let identification = side.identification;
        side.identification = identification.wrapping_add(1);
        let (source, destination) = (side.address.ip(), peer.address.ip());
        let length = u16::try_from(tcp.len()).unwrap_or(u16::MAX);
        let mut pseudo = Vec::new();
        let mut packet = Vec::with_capacity(tcp.len().saturating_add(40));
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let addresses = [source.octets(), destination.octets()].concat();
                packet.extend([0x45, 0]);
                packet.extend(length.saturating_add(20).to_be_bytes());
                packet.extend(identification.to_be_bytes());
                packet.extend([0x40, 0, 64, 6, 0, 0]);
                packet.extend_from_slice(&addresses);
                let sum = checksum(&[&packet]);
                put(&mut packet, 10, sum);
                pseudo.extend_from_slice(&addresses);
                pseudo.extend([0, 6]);
                pseudo.extend(length.to_be_bytes());
            }
            (source, destination) => {
                let addresses = [source, destination].map(|address| match address {
                    IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                    IpAddr::V6(address) => address.octets(),
                });
                packet.extend([0x60, 0, 0, 0]);
                packet.extend(length.to_be_bytes());
                packet.extend([6, 64]);
                packet.extend(addresses.as_flattened());
                pseudo.extend(addresses.as_flattened());
                pseudo.extend(u32::from(length).to_be_bytes());
                pseudo.extend([0, 0, 0, 6]);
            }
        }
        let sum = checksum(&[&pseudo, &tcp]);
        put(&mut tcp, 16, sum);
        packet.extend(tcp);
        packet
    }
}

const fn other(party: Party) -> Party {
    match party {
        Party::Opener => Party::Accepter,
        Party::Accepter => Party::Opener,
    }
}

fn put(octets: &mut [u8], at: usize, value: u16) {
    for (place, octet) in octets.iter_mut().skip(at).zip(value.to_be_bytes()) {
        *place = octet;
    }
}

/// The checksum of the internet: RFC 1071. Every part but the last has an even number of octets.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum: u64 = 0;
    for part in parts {
        for pair in part.chunks(2) {
            let word = match *pair {
                [high, low] => u16::from_be_bytes([high, low]),
                [high] => u16::from_be_bytes([high, 0]),
                _ => 0,
            };
            sum = sum.saturating_add(u64::from(word));
        }
    }
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF).saturating_add(sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_have_right_checksums_and_numbers_in_order() {
        for addresses in [["127.0.0.1:40000", "127.0.0.1:2775"], ["[::1]:40000", "[::1]:2775"]] {
            let [opener, accepter] = addresses.map(|address| address.parse().unwrap());
            let mut conversation = Conversation::new(opener, accepter, [u32::MAX, 7]);
            let mut packets = Vec::new();
            let mut keep = |packet: &[u8]| packets.push(packet.to_vec());
            conversation.open(&mut keep);
            conversation.send(Party::Opener, &[1; 40_001], &mut keep);
            conversation.send(Party::Accepter, &[2; 3], &mut keep);
            conversation.finish(Party::Accepter, &mut keep);
            conversation.finish(Party::Opener, &mut keep);
            assert_eq!(packets.len(), 3 + 3 + 1 + 4);
            for packet in packets {
                let sliced = etherparse::SlicedPacket::from_ip(&packet).unwrap();
                let Some(etherparse::TransportSlice::Tcp(tcp)) = sliced.transport else { panic!() };
                let right = match sliced.net.unwrap() {
                    etherparse::NetSlice::Ipv4(ip) => {
                        assert_eq!(
                            ip.header().to_header().calc_header_checksum(),
                            ip.header().header_checksum()
                        );
                        tcp.calc_checksum_ipv4(ip.header().source(), ip.header().destination()).unwrap()
                    }
                    etherparse::NetSlice::Ipv6(ip) => {
                        tcp.calc_checksum_ipv6(ip.header().source(), ip.header().destination()).unwrap()
                    }
                    other => panic!("{other:?}"),
                };
                assert_eq!(tcp.checksum(), right);
            }
        }
    }
}
