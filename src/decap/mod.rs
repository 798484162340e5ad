//! A captured frame into a TCP segment, or the reason why not. The only module that names etherparse.
//!
//! ```text
//!  common    the link types, IP and TCP that nearly all frames have: no copy, no allocation, no state
//!  walk      any frame, layer by layer: link, ethernet, ppp, wifi, tunnel, ip
//!  fragments IP packets put together, bounded
//! ```
//!
//! Checksums are ignored unless they are asked for: captures on the sending host hold segments whose checksums the
//! card fills in later. Octets behind the IP packet (Ethernet padding, frame check sequence) are ignored too.

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

mod checksum;
mod ethernet;
mod fragments;
mod ip;
mod link;
mod ppp;
mod rest;
mod tunnel;
mod walk;
mod wifi;

pub use fragments::Limits;
use fragments::{Fragments, Pushed};
pub use link::direction;
use walk::{Found, Piece};

/// Takes TCP segments out of frames, in the order of the capture.
#[derive(Debug)]
pub struct Decap {
    verify_checksums: bool,
    fragments: Fragments,
    /// Payload of the packet that the last frame completed.
    joined: Vec<u8>,
    /// The frames that it came in.
    parts: Vec<u64>,
    /// Frames that are part of the segment of a later or an earlier one.
    joined_frames: u64,
}

/// What became of fragments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Frames whose fragment is part of a segment that another frame gave: they gave none of their own, and are not
    /// counted as skipped.
    pub frames: u64,
    /// IP packets put together, of any protocol.
    pub datagrams: u64,
    /// IP packets whose fragments overlap; the octets that came first were used.
    pub overlapping: u64,
    /// Frames that were not told of as skipped when they came: fragments of packets that stayed incomplete, were
    /// given up, or turned out to hold no segment.
    pub skipped: Vec<(NotUsed, u64)>,
}

impl Default for Decap {
    fn default() -> Self {
        Self::new(false, Limits::default())
    }
}

impl Decap {
    /// `verify_checksums`: packets whose IPv4 or TCP checksum is wrong are not used. `limits`: on fragments.
    #[must_use]
    pub fn new(verify_checksums: bool, limits: Limits) -> Self {
        Self {
            verify_checksums,
            fragments: Fragments::new(limits),
            joined: Vec::new(),
            parts: Vec::new(),
            joined_frames: 0,
        }
    }

    /// Takes the TCP segment out of `frame`, without copying where it is no fragment. `None`: it is a fragment, and
    /// [`Decap::finish`] will tell what came of it.
    ///
    /// A frame cut by snaplen gives the part of the payload that was captured, also none when the cut lies within
    /// the TCP options; [`Segment::wire_len`] tells the length on the wire. A segment put together from fragments
    /// has the number and time of the frame that completed it.
    ///
    /// # Errors
    ///
    /// The reason why there is no TCP segment in it, or none that can be read.
    #[inline]
    pub fn segment<'a>(&'a mut self, frame: &Frame<'a>) -> Result<Option<Segment<'a>>, NotUsed> {
        if !self.verify_checksums
            && let Some(packet) = link::common(frame)
            && let Some(segment) = ip::common(frame, packet)
        {
            return Ok(Some(segment));
        }
        self.any(frame)
    }

    /// Gives up what is incomplete, and tells what became of fragments.
    pub fn finish(&mut self) -> Joined {
        self.fragments.finish();
        Joined {
            frames: std::mem::take(&mut self.joined_frames),
            datagrams: std::mem::take(&mut self.fragments.completed),
            overlapping: std::mem::take(&mut self.fragments.overlapping),
            skipped: std::mem::take(&mut self.fragments.given_up).into_iter().collect(),
        }
    }

    /// The frames of the packet that was put together last, `frame` if it completed it.
    #[must_use]
    pub fn parts(&self, frame: u64) -> &[u64] {
        if self.parts.last() == Some(&frame) { &self.parts } else { &[] }
    }

    /// Octets kept of incomplete packets, with what it costs to keep them.
    #[must_use]
    pub const fn held_octets(&self) -> usize {
        self.fragments.octets()
    }

    /// Any frame at all.
    #[cold]
    #[inline(never)]
    fn any<'a>(&'a mut self, frame: &Frame<'a>) -> Result<Option<Segment<'a>>, NotUsed> {
        match walk::frame(frame, self.verify_checksums)? {
            Found::Segment(segment) => Ok(Some(segment)),
            Found::Piece(piece) => self.fragment(frame, &piece),
        }
    }

    fn fragment<'a>(
        &'a mut self,
        frame: &Frame<'_>,
        piece: &Piece<'_>,
    ) -> Result<Option<Segment<'a>>, NotUsed> {
        let mut parts = vec![frame.number];
        let mut pushed = self.fragments.push(piece, &parts, frame.at);
        // Each turn takes a packet out of a packet, of which there are as many as tunnels can hold.
        loop {
            let frames = crate::num::count(parts.len());
            let whole = match pushed {
                Pushed::Held => return Ok(None),
                Pushed::Refused(why) | Pushed::Again(Some(why)) => return self.skipped(frames, why),
                Pushed::Again(None) => {
                    self.joined_frames = self.joined_frames.saturating_add(frames);
                    return Ok(None);
                }
                Pushed::Whole(whole) => whole,
            };
            let frames = crate::num::count(whole.frames.len());
            let found = walk::joined(frame, &whole, self.verify_checksums);
            self.fragments.settle(&whole, found.as_ref().err().copied());
            match found {
                Ok(Found::Segment(segment)) => {
                    // The payload borrows from the packet's octets, so its place is the distance of the addresses.
                    let start = segment.payload.as_ptr().addr().wrapping_sub(whole.octets.as_ptr().addr());
                    let end = start.wrapping_add(segment.payload.len());
                    let segment = Segment { payload: &[], ..segment };
                    self.joined_frames = self.joined_frames.saturating_add(frames.saturating_sub(1));
                    (self.joined, self.parts) = (whole.octets, whole.frames);
                    let payload = self.joined.get(start..end).unwrap_or_default();
                    return Ok(Some(Segment { payload, ..segment }));
                }
                Ok(Found::Piece(inner)) => {
                    parts.clone_from(&whole.frames);
                    pushed = self.fragments.push(&inner, &parts, frame.at);
                }
                Err(why) => return self.skipped(frames, why),
            }
        }
    }

    /// None of `frames` frames is used; all but this one have been let pass.
    fn skipped<'a>(&mut self, frames: u64, why: NotUsed) -> Result<Option<Segment<'a>>, NotUsed> {
        if frames > 1 {
            let count = self.fragments.given_up.entry(why).or_default();
            *count = count.saturating_add(frames.saturating_sub(1));
        }
        Err(why)
    }
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// IPv4 or IPv6 address; IPv4-mapped IPv6 stays IPv6.
    pub ip: IpAddr,
    /// TCP port.
    pub port: u16,
}

/// Which way a frame went, as seen from the capturing host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Received by it, for itself.
    Received,
    /// Sent by it.
    Sent,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// A fragment of an IP packet of which others are missing.
    FragmentIncomplete,
    /// A fragment of an IP packet that was given up to keep within memory.
    FragmentLimit,
    /// More tunnels in each other than any network has.
    TooDeep,
    /// Exported from above TCP, so that there is no TCP header.
    ExportedPdu,
    /// The checksum of the IPv4 header is wrong, and was asked for.
    BadIpChecksum,
    /// The checksum of the TCP segment is wrong, and was asked for.
    BadTcpChecksum,
    /// Cut by snaplen within the headers.
    HeaderCut,
    /// Headers that contradict themselves.
    Malformed,
}

impl NotUsed {
    /// The reason as JSON has it: `link_type_147`, `not_ip`, `not_tcp_udp`, `not_tcp_4`, `header_cut`, ….
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
            Self::FragmentIncomplete => "ip_fragment_incomplete",
            Self::FragmentLimit => "ip_fragment_limit",
            Self::TooDeep => "too_deep",
            Self::ExportedPdu => "exported_pdu",
            Self::BadIpChecksum => "bad_ip_checksum",
            Self::BadTcpChecksum => "bad_tcp_checksum",
            Self::HeaderCut => "header_cut",
            Self::Malformed => "malformed",
        })
    }
}

#[cfg(test)]
mod tests;
