//! IPv4, IPv6 and TCP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::{IpNumber, Ipv4HeaderSlice, Ipv6HeaderSlice, TcpSlice};

use super::checksum::{self, Sum};
use super::rest::Rest;
use super::{Endpoint, Flags, NotUsed, Segment};
use crate::capture::Frame;
use crate::num;
use crate::time::Timestamp;

pub(super) const TCP: u8 = 6;

/// What an IP header says of its packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) source: IpAddr,
    /// Where it goes in the end, if it is routed by its source.
    pub(super) destination: IpAddr,
    pub(super) id: Option<u16>,
    pub(super) ttl: u8,
}

/// What comes behind an IP header and its extensions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Protocol {
    /// A whole payload of this number.
    Number(Header, u8),
    /// The part of a payload that begins at `start`.
    Fragment { header: Header, id: u32, protocol: u8, start: u32, more: bool },
}

/// The TCP segment in `octets`, the packet in `frame`, where it is what nearly all are: whole, no fragment, and TCP
/// right behind the IP header. `None` says nothing about others.
#[inline]
pub(super) fn common<'a>(frame: &Frame<'a>, octets: &'a [u8]) -> Option<Segment<'a>> {
    let (header, payload) = match octets.first()? >> 4 {
        4 => {
            let ip = Ipv4HeaderSlice::from_slice(octets).ok()?;
            if ip.protocol() != IpNumber::TCP || ip.is_fragmenting_payload() {
                return None;
            }
            let payload = octets.get(ip.slice().len()..usize::from(ip.total_len()))?;
            let header = Header {
                source: IpAddr::V4(ip.source_addr()),
                destination: IpAddr::V4(ip.destination_addr()),
                id: Some(ip.identification()),
                ttl: ip.ttl(),
            };
            (header, payload)
        }
        6 => {
            let ip = Ipv6HeaderSlice::from_slice(octets).ok()?;
            if ip.next_header() != IpNumber::TCP || ip.payload_length() == 0 {
                return None;
            }
            let payload = octets.get(40..)?.get(..usize::from(ip.payload_length()))?;
            let header = Header {
                source: IpAddr::V6(ip.source_addr()),
                destination: IpAddr::V6(ip.destination_addr()),
                id: None,
                ttl: ip.hop_limit(),
            };
            (header, payload)
        }
        _ => return None,
    };
    let tcp = TcpSlice::from_slice(payload).ok()?;
    Some(Segment {
        frame: frame.number,
        at: frame.at,
        source: Endpoint { ip: header.source, port: tcp.source_port() },
        destination: Endpoint { ip: header.destination, port: tcp.destination_port() },
        sequence: tcp.sequence_number(),
        acknowledgement: tcp.acknowledgment_number(),
        flags: Flags(tcp.header_slice().get(13).copied().unwrap_or_default()),
        window: tcp.window_size(),
        ip_id: header.id,
        ttl: header.ttl,
        payload: tcp.payload(),
        wire_len: num::short(tcp.payload().len()),
    })
}

/// Reads the headers of any IP packet; `rest` is its payload then. `verify`: the checksum has to be right; `exact`:
/// the packet has to lie within `rest`, because only its form says that it is one.
pub(super) fn enter(rest: &mut Rest<'_>, verify: bool, exact: bool) -> Result<Protocol, NotUsed> {
    match rest.peek(0).map(|first| first >> 4) {
        Some(4) => ipv4(rest, verify, exact),
        Some(6) => ipv6(rest, exact),
        Some(_) => Err(NotUsed::Malformed),
        None => Err(rest.lacks(1)),
    }
}

fn ipv4(rest: &mut Rest<'_>, verify: bool, exact: bool) -> Result<Protocol, NotUsed> {
    const MORE: u16 = 0x2000;
    const START: u16 = 0x1fff;
    let (octets, wire) = (rest.octets(), rest.wire());
    let [first, _, t0, t1, i0, i1, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] =
        rest.take()?;
    let len = usize::from(first & 0x0f).saturating_mul(4);
    rest.skip(len.checked_sub(20).ok_or(NotUsed::Malformed)?)?;
    // Captured before the network card cut it to size, a packet has no length: it is as long as its frame.
    let total = match u32::from(u16::from_be_bytes([t0, t1])) {
        0 => wire,
        total if exact && total > wire => return Err(NotUsed::Malformed),
        total => total,
    };
    rest.declare(total.checked_sub(num::short(len)).ok_or(NotUsed::Malformed)?);
    if verify
        && [t0, t1] != [0, 0]
        && !Sum::default().octets(octets.get(..len).unwrap_or_default()).is_right()
    {
        return Err(NotUsed::BadIpChecksum);
    }
    let id = u16::from_be_bytes([i0, i1]);
    let header = Header {
        source: IpAddr::V4(Ipv4Addr::new(s0, s1, s2, s3)),
        destination: IpAddr::V4(Ipv4Addr::new(d0, d1, d2, d3)),
        id: Some(id),
        ttl,
    };
    let fragment = u16::from_be_bytes([f0, f1]);
    if fragment & (MORE | START) != 0 {
        let start = u32::from(fragment & START).saturating_mul(8);
        return Ok(Protocol::Fragment { header, id: id.into(), protocol, start, more: fragment & MORE != 0 });
    }
    extensions(rest, protocol, header, true)
}

fn ipv6(rest: &mut Rest<'_>, exact: bool) -> Result<Protocol, NotUsed> {
    let [_, _, _, _, l0, l1, next, ttl] = rest.take()?;
    let source: [u8; 16] = rest.take()?;
    let destination: [u8; 16] = rest.take()?;
    match u32::from(u16::from_be_bytes([l0, l1])) {
        // A jumbogram, or a packet captured before the card cut it to size: all of the frame.
        0 => {}
        length if exact && length > rest.wire() => return Err(NotUsed::Malformed),
        length => rest.declare(length),
    }
    let header = Header {
        source: IpAddr::V6(Ipv6Addr::from(source)),
        destination: IpAddr::V6(Ipv6Addr::from(destination)),
        id: None,
        ttl,
    };
    extensions(rest, next, header, true)
}

/// Goes on from the number of a header, past extension headers, to what is none. `first`: nothing but the IP header
/// was before.
pub(super) fn extensions(
    rest: &mut Rest<'_>,
    mut number: u8,
    mut header: Header,
    mut first: bool,
) -> Result<Protocol, NotUsed> {
    let is_v6 = header.source.is_ipv6();
    // Each turn takes at least 8 octets.
    loop {
        match number {
            // Authentication, whose length counts words.
            51 => {
                let [next, words] = rest.take()?;
                rest.skip(usize::from(words).saturating_mul(4).saturating_add(6))?;
                number = next;
            }
            // Hop by hop, which only the IP header may name.
            0 if is_v6 && !first => return Err(NotUsed::Malformed),
            // Hop by hop, routing, destination options, mobility, host identity, shim6.
            0 | 43 | 60 | 135 | 139 | 140 if is_v6 => {
                let octets = rest.octets();
                let [next, units] = rest.take()?;
                let len = usize::from(units).saturating_mul(8).saturating_add(8);
                rest.skip(len.saturating_sub(2))?;
                if number == 43 {
                    header.destination = routed(octets.get(..len).unwrap_or_default(), header.destination);
                }
                number = next;
            }
            44 if is_v6 => {
                let [next, _, f0, f1, id @ ..] = rest.take::<8>()?;
                let fragment = u16::from_be_bytes([f0, f1]);
                let (start, more) = (u32::from(fragment & 0xfff8), fragment & 1 != 0);
                if start > 0 || more {
                    let id = u32::from_be_bytes(id);
                    return Ok(Protocol::Fragment { header, id, protocol: next, start, more });
                }
                // A fragment that is the whole packet (RFC 6946).
                number = next;
            }
            number => return Ok(Protocol::Number(header, number)),
        }
        first = false;
    }
}

/// Where a packet with this routing header goes in the end: the checksum and both ends count with that address.
fn routed(routing: &[u8], destination: IpAddr) -> IpAddr {
    let last = match routing {
        // Nowhere else.
        [_, _, _, 0, ..] => None,
        // RFC 2460, and mobile IPv6: the addresses in the order of the way.
        [_, _, 0 | 2, ..] => routing.get(8..).and_then(<[u8]>::last_chunk::<16>),
        // Segment routing: in the other order.
        [_, _, 4, ..] => routing.get(8..).and_then(<[u8]>::first_chunk::<16>),
        _ => None,
    };
    last.map_or(destination, |last| IpAddr::V6(Ipv6Addr::from(*last)))
}

/// The TCP segment that `rest` is.
pub(super) fn segment<'a>(
    number: u64,
    at: Timestamp,
    header: &Header,
    rest: &Rest<'a>,
    verify: bool,
) -> Result<Segment<'a>, NotUsed> {
    let octets = rest.octets();
    let [s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, w0, w1, ..] =
        { *rest }.take::<20>()?;
    let len = u32::from(offset >> 4).saturating_mul(4);
    if len < 20 || len > rest.wire() {
        return Err(NotUsed::Malformed);
    }
    // What was cut off cannot be summed up.
    if verify && !rest.is_cut() && !checksum::tcp(header, octets).is_right() {
        return Err(NotUsed::BadTcpChecksum);
    }
    Ok(Segment {
        frame: number,
        at,
        source: Endpoint { ip: header.source, port: u16::from_be_bytes([s0, s1]) },
        destination: Endpoint { ip: header.destination, port: u16::from_be_bytes([d0, d1]) },
        sequence: u32::from_be_bytes([q0, q1, q2, q3]),
        acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
        flags: Flags(flags),
        window: u16::from_be_bytes([w0, w1]),
        ip_id: header.id,
        ttl: header.ttl,
        // Where the cut lies within the options, everything but the payload is there.
        payload: octets.get(num::index(len)..).unwrap_or_default(),
        wire_len: rest.wire().saturating_sub(len),
    })
}
