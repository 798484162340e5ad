//! IPv4, IPv6 and TCP.

use std::net::IpAddr;

use etherparse::err::tcp::HeaderSliceError as TcpError;
use etherparse::{
    Ipv4HeaderSlice, Ipv4Slice, Ipv6HeaderSlice, Ipv6Slice, LaxIpv4Slice, LaxIpv6Slice, TcpSlice,
};

use super::{Endpoint, Flags, NotUsed, Segment};
use crate::capture::Frame;
use crate::num;

const TCP: u8 = 6;

/// An IP packet that is no fragment.
#[derive(Clone, Copy)]
pub(super) struct Packet<'a> {
    source: IpAddr,
    destination: IpAddr,
    id: Option<u16>,
    ttl: u8,
    /// Of the payload, extension headers passed.
    protocol: u8,
    payload: &'a [u8],
    /// Octets of the payload on the wire, at least `payload.len()`.
    wire_len: u32,
}

/// Reads the IP packet at the start of `octets`; `wire` octets followed its first one on the wire, padding
/// included.
#[inline]
pub(super) fn packet(octets: &[u8], wire: u32) -> Result<Packet<'_>, NotUsed> {
    match octets.first().map(|first| first >> 4) {
        Some(4) => ipv4(octets, wire),
        Some(6) => ipv6(octets, wire),
        Some(_) => Err(NotUsed::Malformed),
        None => Err(cut_or_malformed(wire > 0)),
    }
}

/// Reads the TCP segment in `packet`.
#[inline]
pub(super) fn segment<'a>(frame: &Frame<'a>, packet: &Packet<'a>) -> Result<Segment<'a>, NotUsed> {
    if packet.protocol != TCP {
        return Err(NotUsed::NotTcp(packet.protocol));
    }
    let wire_after = |header: usize| packet.wire_len.saturating_sub(num::short(header));
    match TcpSlice::from_slice(packet.payload) {
        Ok(tcp) => Ok(Segment {
            frame: frame.number,
            at: frame.at,
            source: Endpoint { ip: packet.source, port: tcp.source_port() },
            destination: Endpoint { ip: packet.destination, port: tcp.destination_port() },
            sequence: tcp.sequence_number(),
            acknowledgement: tcp.acknowledgment_number(),
            flags: Flags(tcp.header_slice().get(13).copied().unwrap_or_default()),
            window: tcp.window_size(),
            ip_id: packet.id,
            ttl: packet.ttl,
            payload: tcp.payload(),
            wire_len: wire_after(tcp.header_slice().len()),
        }),
        Err(TcpError::Content(_)) => Err(NotUsed::Malformed),
        Err(TcpError::Len(_)) => cut_segment(frame, packet),
    }
}

/// A TCP header that is not whole: where the cut lies within the options, everything but the payload is there,
/// and where the payload would lie is known.
#[cold]
fn cut_segment<'a>(frame: &Frame<'a>, packet: &Packet<'a>) -> Result<Segment<'a>, NotUsed> {
    let Some(&[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, w0, w1, ..]) =
        packet.payload.first_chunk::<20>()
    else {
        return Err(cut_or_malformed(packet.wire_len >= 20));
    };
    let header = u32::from(offset >> 4).saturating_mul(4);
    if header < 20 || header > packet.wire_len {
        return Err(NotUsed::Malformed);
    }
    Ok(Segment {
        frame: frame.number,
        at: frame.at,
        source: Endpoint { ip: packet.source, port: u16::from_be_bytes([s0, s1]) },
        destination: Endpoint { ip: packet.destination, port: u16::from_be_bytes([d0, d1]) },
        sequence: u32::from_be_bytes([q0, q1, q2, q3]),
        acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
        flags: Flags(flags),
        window: u16::from_be_bytes([w0, w1]),
        ip_id: packet.id,
        ttl: packet.ttl,
        payload: &[],
        wire_len: packet.wire_len.saturating_sub(header),
    })
}

#[inline]
fn ipv4(octets: &[u8], wire: u32) -> Result<Packet<'_>, NotUsed> {
    let Ok(ip) = Ipv4Slice::from_slice(octets) else { return cut_ipv4(octets, wire) };
    if ip.is_payload_fragmented() {
        return Err(NotUsed::Fragment);
    }
    let payload = ip.payload().payload;
    let wire_len = num::short(payload.len());
    Ok(Packet::v4(&ip.header(), ip.payload_ip_number().0, payload, wire_len))
}

/// An IPv4 packet that is not whole, or says that it has no length, as packets do that were captured before the
/// card cut them to size.
#[cold]
fn cut_ipv4(octets: &[u8], wire: u32) -> Result<Packet<'_>, NotUsed> {
    let Ok((ip, stopped)) = LaxIpv4Slice::from_slice(octets) else {
        let header = octets.first().map_or(20, |first| u32::from(first & 0x0f).saturating_mul(4));
        return Err(cut_or_malformed(header >= 20 && num::short(octets.len()) < header && header <= wire));
    };
    let header = ip.header();
    let before = num::short(octets.len()).saturating_sub(num::short(ip.payload().payload.len()));
    let total = match u32::from(header.total_len()) {
        0 => wire,
        total => total,
    };
    if ip.payload().fragmented {
        return Err(NotUsed::Fragment);
    }
    if stopped.is_some() {
        return Err(cut_or_malformed(total > num::short(octets.len())));
    }
    if total < num::short(header.slice().len()) {
        return Err(NotUsed::Malformed);
    }
    Ok(Packet::v4(&header, ip.payload().ip_number.0, ip.payload().payload, total.saturating_sub(before)))
}

#[inline]
fn ipv6(octets: &[u8], wire: u32) -> Result<Packet<'_>, NotUsed> {
    let Ok(ip) = Ipv6Slice::from_slice(octets) else { return cut_ipv6(octets, wire) };
    if ip.is_payload_fragmented() {
        return Err(NotUsed::Fragment);
    }
    let payload = ip.payload().payload;
    let before = octets.len().saturating_sub(payload.len());
    let wire_len = match ip.header().payload_length() {
        // A jumbogram, or a packet captured before the card cut it to size: all of the frame.
        0 => wire.saturating_sub(num::short(before)),
        _ => num::short(payload.len()),
    };
    Ok(Packet::v6(&ip.header(), ip.payload().ip_number.0, payload, wire_len))
}

/// An IPv6 packet that is not whole.
#[cold]
fn cut_ipv6(octets: &[u8], wire: u32) -> Result<Packet<'_>, NotUsed> {
    let Ok((ip, stopped)) = LaxIpv6Slice::from_slice(octets) else {
        return Err(cut_or_malformed(octets.len() < 40 && wire >= 40));
    };
    let header = ip.header();
    let total = match header.payload_length() {
        0 => wire,
        length => u32::from(length).saturating_add(40),
    };
    if ip.payload().fragmented {
        return Err(NotUsed::Fragment);
    }
    if stopped.is_some() {
        return Err(cut_or_malformed(total > num::short(octets.len())));
    }
    let before = num::short(octets.len()).saturating_sub(num::short(ip.payload().payload.len()));
    Ok(Packet::v6(&header, ip.payload().ip_number.0, ip.payload().payload, total.saturating_sub(before)))
}

const fn cut_or_malformed(cut: bool) -> NotUsed {
    if cut { NotUsed::HeaderCut } else { NotUsed::Malformed }
}

impl<'a> Packet<'a> {
    #[inline]
    fn v4(header: &Ipv4HeaderSlice<'_>, protocol: u8, payload: &'a [u8], wire_len: u32) -> Self {
        Self {
            source: IpAddr::V4(header.source_addr()),
            destination: IpAddr::V4(header.destination_addr()),
            id: Some(header.identification()),
            ttl: header.ttl(),
            protocol,
            payload,
            wire_len: wire_len.max(num::short(payload.len())),
        }
    }

    #[inline]
    fn v6(header: &Ipv6HeaderSlice<'_>, protocol: u8, payload: &'a [u8], wire_len: u32) -> Self {
        Self {
            source: IpAddr::V6(header.source_addr()),
            destination: IpAddr::V6(header.destination_addr()),
            id: None,
            ttl: header.hop_limit(),
            protocol,
            payload,
            wire_len: wire_len.max(num::short(payload.len())),
        }
    }
}
