//! A TCP connection that carries given octets as segments: handshake, acknowledgements, FIN and RST, any initial
//! sequence numbers, real checksums. Packets begin at the IP header; [`super::file`] puts link headers before them.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use crate::tcp::Side;

/// A captured packet, and what it carries.
#[derive(Clone, Debug)]
pub struct Frame {
    /// When it was captured, nanoseconds since the epoch.
    pub at: i64,
    /// The packet from its IP header on.
    pub packet: Vec<u8>,
    /// Its connection.
    pub connection: usize,
    /// Its sender.
    pub side: Side,
    /// Offset of the first octet of payload in the sender's stream.
    pub offset: u64,
    /// Octets of payload.
    pub len: u32,
    /// TCP flags.
    pub flags: u8,
    /// Offset up to which the sender has acknowledged its peer's stream.
    pub acknowledged: u64,
}

/// No more octets.
pub const FIN: u8 = 0x01;
/// Opens.
pub const SYN: u8 = 0x02;
/// Aborts.
pub const RST: u8 = 0x04;
/// Has octets to hand on at once.
pub const PSH: u8 = 0x08;
/// The acknowledgement number counts.
pub const ACK: u8 = 0x10;

/// Numbers of the two sides in arrays.
pub(super) const fn index(side: Side) -> usize {
    match side {
        Side::Opener => 0,
        Side::Accepter => 1,
    }
}

/// A connection; times must not run backwards on a side.
#[derive(Debug)]
pub struct Connection {
    number: usize,
    halves: [Half; 2],
    /// Octets of payload in a segment at most.
    mss: usize,
    /// Nanoseconds from the place of the capture to either end.
    one_way: i64,
}

#[derive(Debug)]
struct Half {
    address: SocketAddr,
    /// Sequence number of its SYN.
    initial: u32,
    /// Octets sent.
    sent: u64,
    fin: bool,
    ip_id: u16,
    /// When its octets up to an offset are acknowledged at the earliest.
    arriving: VecDeque<(i64, u64)>,
    /// Offset up to which the peer has them by now.
    arrived: u64,
    /// Offset of the peer's stream up to which it has acknowledged.
    acknowledged: u64,
    /// Its last segment.
    last_at: i64,
}

impl Connection {
    /// A connection between `opener` and `accepter` (both IPv4 or both IPv6), with the sequence numbers of their
    /// SYNs.
    #[must_use]
    pub fn new(
        number: usize,
        opener: SocketAddr,
        accepter: SocketAddr,
        initial: [u32; 2],
        mss: usize,
        one_way: i64,
    ) -> Self {
        let half = |address: SocketAddr, initial: u32| Half {
            address,
            initial,
            sent: 0,
            fin: false,
            ip_id: (initial >> 7) as u16 | 1,
            arriving: VecDeque::new(),
            arrived: 0,
            acknowledged: 0,
            last_at: i64::MIN,
        };
        let [first, second] = initial;
        Self { number, halves: [half(opener, first), half(accepter, second)], mss: mss.max(1), one_way }
    }

    /// The handshake, from `at` on. Returns when its last segment was captured.
    pub fn open(&mut self, at: i64, out: &mut Vec<Frame>) -> i64 {
        let round = self.one_way * 2;
        self.segment(Side::Opener, at, SYN, &[], out);
        self.segment(Side::Accepter, at + round, SYN | ACK, &[], out);
        let last = at + round * 2;
        self.segment(Side::Opener, last, ACK, &[], out);
        last
    }

    /// Sends `octets`, cut at the offsets `cuts` (ascending) and where a segment is full; segments follow each
    /// other by `spacing` nanoseconds. Returns when the last one was captured.
    pub fn send(
        &mut self,
        side: Side,
        at: i64,
        octets: &[u8],
        cuts: &[usize],
        spacing: i64,
        out: &mut Vec<Frame>,
    ) -> i64 {
        let mut at = at.max(self.halves[index(side)].last_at + 1_000);
        let mut start = 0;
        for end in cuts.iter().copied().chain([octets.len()]) {
            let end = end.min(octets.len());
            while start < end {
                let until = end.min(start + self.mss);
                if start > 0 {
                    at += spacing;
                }
                self.segment(side, at, PSH | ACK, &octets[start..until], out);
                start = until;
            }
        }
        at
    }

    /// A segment that only acknowledges, if there is something new to acknowledge at `at`.
    pub fn acknowledge(&mut self, side: Side, at: i64, out: &mut Vec<Frame>) -> bool {
        let at = at.max(self.halves[index(side)].last_at + 1_000);
        let is_new = self.arrived(side.other(), at) > self.halves[index(side)].acknowledged;
        if is_new {
            self.segment(side, at, ACK, &[], out);
        }
        is_new
    }

    /// `side` closes; returns when the FIN was captured.
    pub fn fin(&mut self, side: Side, at: i64, out: &mut Vec<Frame>) -> i64 {
        let at = at.max(self.halves[index(side)].last_at + 1_000);
        self.segment(side, at, FIN | ACK, &[], out);
        at
    }

    /// `side` aborts; returns when the RST was captured.
    pub fn rst(&mut self, side: Side, at: i64, out: &mut Vec<Frame>) -> i64 {
        let at = at.max(self.halves[index(side)].last_at + 1_000);
        self.segment(side, at, RST | ACK, &[], out);
        at
    }

    /// A keep-alive probe: one octet that was sent before (RFC 1122 §4.2.3.6), here without the octet.
    pub fn keep_alive(&mut self, side: Side, at: i64, out: &mut Vec<Frame>) {
        let at = at.max(self.halves[index(side)].last_at + 1_000);
        self.halves[index(side)].sent -= 1;
        self.segment(side, at, ACK, &[], out);
        self.halves[index(side)].sent += 1;
    }

    /// Octets that `side` has sent.
    #[must_use]
    pub fn sent(&self, side: Side) -> u64 {
        self.halves[index(side)].sent
    }

    /// Octets of `side`'s stream that its peer can acknowledge at `at`.
    fn arrived(&mut self, side: Side, at: i64) -> u64 {
        let half = &mut self.halves[index(side)];
        while let Some(&(when, end)) = half.arriving.front()
            && when <= at
        {
            half.arrived = end;
            half.arriving.pop_front();
        }
        half.arrived
    }

    fn segment(&mut self, side: Side, at: i64, flags: u8, payload: &[u8], out: &mut Vec<Frame>) {
        let peer = side.other();
        let acknowledged = self.arrived(peer, at);
        let (peer_initial, peer_address, peer_fin) = {
            let half = &self.halves[index(peer)];
            (half.initial, half.address, half.fin)
        };
        let peer_sent = self.halves[index(peer)].sent;
        let one_way = self.one_way;
        let half = &mut self.halves[index(side)];
        // A SYN and a FIN take one number each; the FIN's is acknowledged with everything before it.
        let fin_acknowledged = peer_fin && acknowledged > peer_sent;
        let stream_acknowledged = acknowledged.min(peer_sent);
        half.acknowledged = acknowledged;
        half.last_at = at;
        half.ip_id = half.ip_id.checked_add(1).unwrap_or(1);
        let syn = flags & SYN != 0;
        let sequence = if syn {
            half.initial
        } else {
            half.initial.wrapping_add(1).wrapping_add(half.sent as u32).wrapping_add(u32::from(half.fin))
        };
        let acknowledgement = if flags & ACK == 0 {
            0
        } else {
            peer_initial
                .wrapping_add(1)
                .wrapping_add(stream_acknowledged as u32)
                .wrapping_add(u32::from(fin_acknowledged))
        };
        let headers = Headers {
            source: half.address,
            destination: peer_address,
            sequence,
            acknowledgement,
            flags,
            ip_id: half.ip_id,
            mss: syn.then_some(self.mss as u16),
            clock: (at / 1_000_000) as u32,
            window: 64_240,
        };
        out.push(Frame {
            at,
            packet: headers.packet(payload),
            connection: self.number,
            side,
            offset: half.sent,
            len: payload.len() as u32,
            flags,
            acknowledged: stream_acknowledged,
        });
        half.sent += payload.len() as u64;
        if flags & FIN != 0 {
            half.fin = true;
        }
        let end = half.sent + u64::from(half.fin);
        half.arriving.push_back((at + 2 * one_way, end));
    }
}

/// What stands before the payload of a packet.
pub(super) struct Headers {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) sequence: u32,
    pub(super) acknowledgement: u32,
    pub(super) flags: u8,
    pub(super) ip_id: u16,
    /// The option of a SYN.
    pub(super) mss: Option<u16>,
    /// Value of the timestamp option.
    pub(super) clock: u32,
    pub(super) window: u16,
}

impl Headers {
    pub(super) fn packet(&self, payload: &[u8]) -> Vec<u8> {
        let mut options = Vec::with_capacity(20);
        if let Some(mss) = self.mss {
            options.extend([2, 4]);
            options.extend(mss.to_be_bytes());
        }
        // Two no-operations and the timestamps (RFC 7323), as common stacks send them.
        options.extend([1, 1, 8, 10]);
        options.extend(self.clock.to_be_bytes());
        options.extend(self.clock.wrapping_sub(3).to_be_bytes());
        let tcp_len = 20 + options.len() + payload.len();
        let mut packet = Vec::with_capacity(40 + tcp_len);
        match (self.source.ip(), self.destination.ip()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                packet.extend([0x45, 0]);
                packet.extend(((20 + tcp_len) as u16).to_be_bytes());
                packet.extend(self.ip_id.to_be_bytes());
                // Do not fragment; TTL 64; TCP; the checksum comes later.
                packet.extend([0x40, 0, 64, 6, 0, 0]);
                packet.extend(source.octets());
                packet.extend(destination.octets());
            }
            (source, destination) => {
                let octets = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                    IpAddr::V6(ip) => ip.octets(),
                };
                packet.extend([0x60, 0, 0, 0]);
                packet.extend((tcp_len as u16).to_be_bytes());
                packet.extend([6, 64]);
                packet.extend(octets(source));
                packet.extend(octets(destination));
            }
        }
        packet.extend(self.source.port().to_be_bytes());
        packet.extend(self.destination.port().to_be_bytes());
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.acknowledgement.to_be_bytes());
        packet.push((((20 + options.len()) / 4) << 4) as u8);
        packet.push(self.flags);
        packet.extend(self.window.to_be_bytes());
        packet.extend([0; 4]);
        packet.extend(options);
        packet.extend(payload);
        fill_checksums(&mut packet);
        packet
    }
}

/// Length of the IP header of `packet`, which this module made.
fn ip_header_len(packet: &[u8]) -> usize {
    if packet[0] >> 4 == 4 { 20 } else { 40 }
}

/// The part `from..until` of a frame's payload as a packet of its own, with another IP identification: a
/// retransmission.
#[must_use]
pub fn retransmission(frame: &Frame, from: u32, until: u32, ip_id: u16) -> Frame {
    let ip = ip_header_len(&frame.packet);
    let tcp = usize::from(frame.packet[ip + 12] >> 4) * 4;
    let mut packet = frame.packet[..ip + tcp].to_vec();
    packet.extend(&frame.packet[ip + tcp + from as usize..ip + tcp + until as usize]);
    let tcp_len = packet.len() - ip;
    if ip == 20 {
        packet[2..4].copy_from_slice(&((ip + tcp_len) as u16).to_be_bytes());
        packet[4..6].copy_from_slice(&ip_id.to_be_bytes());
    } else {
        packet[4..6].copy_from_slice(&(tcp_len as u16).to_be_bytes());
    }
    let place = ip + 4..ip + 8;
    let sequence = frame.packet[place.clone()].iter().fold(0_u32, |n, &octet| n << 8 | u32::from(octet));
    packet[place].copy_from_slice(&sequence.wrapping_add(from).to_be_bytes());
    fill_checksums(&mut packet);
    Frame { packet, offset: frame.offset + u64::from(from), len: until - from, ..frame.clone() }
}

fn fill_checksums(packet: &mut [u8]) {
    let ip = ip_header_len(packet);
    if ip == 20 {
        packet[10..12].fill(0);
        let sum = checksum(0, &packet[..ip]);
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
    }
    packet[ip + 16..ip + 18].fill(0);
    let sum = tcp_checksum(packet);
    packet[ip + 16..ip + 18].copy_from_slice(&sum.to_be_bytes());
}

/// The checksum over pseudo-header and TCP segment; 0 when the field in `packet` holds the right one.
#[must_use]
pub fn tcp_checksum(packet: &[u8]) -> u16 {
    let ip = ip_header_len(packet);
    let addresses = if ip == 20 { &packet[12..20] } else { &packet[8..40] };
    let tcp = &packet[ip..];
    let pseudo = 6 + tcp.len() as u64 + words(addresses);
    checksum(pseudo, tcp)
}

/// The Internet checksum (RFC 1071) of `octets`, on top of `sum`.
#[must_use]
pub fn checksum(sum: u64, octets: &[u8]) -> u16 {
    let mut sum = sum + words(octets);
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}

fn words(octets: &[u8]) -> u64 {
    let pairs = octets.chunks_exact(2);
    let odd = pairs.remainder().first().map_or(0, |&octet| u64::from(octet) << 8);
    pairs.map(|pair| u64::from(u16::from_be_bytes([pair[0], pair[1]]))).sum::<u64>() + odd
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(v6: bool) -> Connection {
        let (a, b) = if v6 {
            ("[2001:db8::1]:40001", "[2001:db8::2]:2775")
        } else {
            ("192.0.2.1:40001", "192.0.2.2:2775")
        };
        Connection::new(0, a.parse().unwrap(), b.parse().unwrap(), [u32::MAX - 5, 77], 10, 100_000)
    }

    #[test]
    fn checksums_hold_and_sequence_numbers_wrap() {
        for v6 in [false, true] {
            let (mut connection, mut out) = (connection(v6), Vec::new());
            let at = connection.open(1_000_000_000, &mut out);
            let at = connection.send(Side::Opener, at, b"0123456789abcdefghi", &[3], 50_000, &mut out);
            connection.acknowledge(Side::Accepter, at + 400_000, &mut out);
            connection.fin(Side::Opener, at + 500_000, &mut out);
            connection.fin(Side::Accepter, at + 900_000, &mut out);
            connection.acknowledge(Side::Opener, at + 1_200_000, &mut out);
            for frame in &out {
                assert_eq!(tcp_checksum(&frame.packet), 0);
                assert!(v6 || checksum(0, &frame.packet[..20]) == 0);
            }
            let ip = ip_header_len(&out[0].packet);
            let number = |frame: &Frame, at: usize| {
                u32::from_be_bytes(frame.packet[ip + at..ip + at + 4].try_into().unwrap())
            };
            let rows: Vec<_> =
                out.iter().map(|f| (f.side, f.flags, number(f, 4), number(f, 8), f.offset, f.len)).collect();
            let isn = u32::MAX - 5;
            assert_eq!(
                rows,
                [
                    (Side::Opener, SYN, isn, 0, 0, 0),
                    (Side::Accepter, SYN | ACK, 77, isn + 1, 0, 0),
                    (Side::Opener, ACK, isn + 1, 78, 0, 0),
                    (Side::Opener, PSH | ACK, isn + 1, 78, 0, 3),
                    (Side::Opener, PSH | ACK, isn + 4, 78, 3, 10),
                    (Side::Opener, PSH | ACK, 8, 78, 13, 6),
                    (Side::Accepter, ACK, 78, 14, 0, 0),
                    (Side::Opener, FIN | ACK, 14, 78, 19, 0),
                    (Side::Accepter, FIN | ACK, 78, 15, 0, 0),
                    (Side::Opener, ACK, 15, 79, 19, 0),
                ]
            );
        }
    }

    #[test]
    fn a_retransmission_carries_a_part_with_its_own_checksum() {
        let (mut connection, mut out) = (connection(false), Vec::new());
        connection.send(Side::Opener, 0, b"0123456789", &[], 0, &mut out);
        let again = retransmission(&out[0], 4, 9, 999);
        assert_eq!(tcp_checksum(&again.packet), 0);
        assert_eq!((again.offset, again.len), (4, 5));
        assert!(again.packet.ends_with(b"45678"));
        assert_eq!(retransmission(&out[0], 0, 10, 2).packet.len(), out[0].packet.len());
    }
}
