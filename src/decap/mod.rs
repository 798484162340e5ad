//! A captured frame into a TCP segment, or the reason why not. The only module that names etherparse.

use std::net::IpAddr;

use crate::time::Timestamp;

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
    /// A link type that is not understood.
    LinkType,
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
