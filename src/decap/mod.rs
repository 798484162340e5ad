//! A captured frame into a TCP segment, or the reason why not. The only module that names etherparse.
//!
//! Link headers are walked in `link`, IP and TCP in `ip`. Checksums are ignored: captures on the sending host
//! hold segments whose checksums the card fills in later. Octets behind the IP packet (Ethernet padding, frame
//! check sequence) are ignored too.

#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::as_conversions
    )
)]

use std::borrow::Cow;
use std::net::IpAddr;

use crate::capture::Frame;
use crate::time::Timestamp;

mod ip;
mod link;

/// Takes the TCP segment out of `frame`, without copying.
///
/// A frame cut by snaplen gives the part of the payload that was captured, also none when the cut lies within
/// the TCP options; [`Segment::wire_len`] tells the length on the wire.
///
/// # Errors
///
/// The reason why there is no TCP segment in it, or none that can be read.
#[inline]
pub fn decap<'a>(frame: &Frame<'a>) -> Result<Segment<'a>, NotUsed> {
    let (packet, wire) = link::payload(frame)?;
    let packet = ip::packet(packet, wire)?;
    ip::segment(frame, &packet)
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// IPv4 or IPv6 address; IPv4-mapped IPv6 stays IPv6.
    pub ip: IpAddr,
    /// TCP port.
    pub port: u16,
}

/// The flags of a TCP segment that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No more octets from the sender.
    pub const FIN: u8 = 0x01;
    /// Opens a connection.
    pub const SYN: u8 = 0x02;
    /// Aborts a connection.
    pub const RST: u8 = 0x04;
    /// The acknowledgement number counts.
    pub const ACK: u8 = 0x10;
    /// The urgent pointer counts.
    pub const URG: u8 = 0x20;

    /// Whether all of `bits` are set.
    #[must_use]
    pub const fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }
}

/// A TCP segment as it stands in one frame.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Number of the frame, from 1, as Wireshark counts.
    pub frame: u64,
    /// When the frame was captured.
    pub at: Timestamp,
    /// Sender.
    pub source: Endpoint,
    /// Receiver.
    pub destination: Endpoint,
    /// TCP sequence number of the first octet of `payload` (of the SYN, if set).
    pub sequence: u32,
    /// TCP acknowledgement number; meaningless without `Flags::ACK`.
    pub acknowledgement: u32,
    /// Flags.
    pub flags: Flags,
    /// Window as sent, unscaled.
    pub window: u16,
    /// IPv4 identification; `None` for IPv6.
    pub ip_id: Option<u16>,
    /// TTL or hop limit.
    pub ttl: u8,
    /// The octets of payload that were captured.
    pub payload: &'a [u8],
    /// Octets of payload on the wire, from the IP length; more than `payload.len()` when the frame was cut by snaplen.
    pub wire_len: u32,
}

/// Why a frame gave no TCP segment. Counted in `capture.skipped_frames`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotUsed {
    /// A link type that is not understood; its `LINKTYPE_` number.
    LinkType(u16),
    /// Neither IPv4 nor IPv6 (ARP, LLDP, …).
    NotIp,
    /// IP, but not TCP; the IP protocol number.
    NotTcp(u8),
    /// A fragment of an IP packet.
    Fragment,
    /// Cut by snaplen within the headers.
    HeaderCut,
    /// Headers that contradict themselves.
    Malformed,
}

impl NotUsed {
    /// The reason as JSON has it: `link_type_147`, `not_ip`, `not_tcp_udp`, `not_tcp_4`, `ip_fragment`,
    /// `header_cut`, `malformed`.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::LinkType(number) => return Cow::Owned(format!("link_type_{number}")),
            Self::NotIp => "not_ip",
            Self::NotTcp(1) => "not_tcp_icmp",
            Self::NotTcp(2) => "not_tcp_igmp",
            Self::NotTcp(17) => "not_tcp_udp",
            Self::NotTcp(47) => "not_tcp_gre",
            Self::NotTcp(50) => "not_tcp_esp",
            Self::NotTcp(58) => "not_tcp_icmpv6",
            Self::NotTcp(132) => "not_tcp_sctp",
            Self::NotTcp(protocol) => return Cow::Owned(format!("not_tcp_{protocol}")),
            Self::Fragment => "ip_fragment",
            Self::HeaderCut => "header_cut",
            Self::Malformed => "malformed",
        })
    }
}

#[cfg(test)]
mod tests;
