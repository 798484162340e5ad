//! Any frame, layer by layer: every link type, tunnel and extension header that is understood.
//!
//! ```text
//!  link type ─► Ethernet ─► EtherType ─┬─► IP ─► protocol ─► TCP: a segment
//!      │           ▲  ▲       │        │    │       │
//!      ├─► PPP ────┼──┼───────┼────────┤    │       ├─► GRE, IP in IP, …
//!      └─► 802.11 ─┘  └─ MPLS, NSH ◄───┘    │       └─► UDP: VXLAN, GENEVE, GTP, …
//!                                           └─► a fragment: a piece for the store
//! ```
//!
//! Each turn takes octets from the frame, or ends; tunnels are counted, so that a frame made of nothing else ends
//! early.

use super::fragments::Whole;
use super::ip::{self, Header, Protocol};
use super::rest::Rest;
use super::{NotUsed, Segment, ethernet, link, ppp, tunnel, wifi};
use crate::capture::Frame;
use crate::time::Timestamp;

/// Most tunnels in each other. Real networks have three or four.
const MOST_TUNNELS: u8 = 8;

/// What comes next in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A frame of another link type in this one.
    Link(u16),
    /// Ethernet from its destination address on.
    Ethernet,
    /// What this EtherType says.
    Ether(u16),
    /// A logical link control header (IEEE 802.2).
    Llc,
    /// An IEEE 802.11 header.
    Wifi,
    /// PPP from its address, or its protocol.
    Ppp,
    /// A stack of MPLS labels.
    Mpls,
    /// A network service header (RFC 8300).
    Service,
    /// IPv4 or IPv6, as the first octet says.
    Ip,
    /// Generic routing encapsulation.
    Gre,
}

/// What a walk comes to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    Segment(Segment<'a>),
    Piece(Piece<'a>),
}

/// A fragment of an IP packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// Of its packet.
    pub(super) header: Header,
    /// Identification, 16 bits in IPv4.
    pub(super) id: u32,
    /// What the payload of the packet is; counts where `start` is 0.
    pub(super) protocol: u8,
    /// Its place in the payload of the packet.
    pub(super) start: u32,
    /// Whether there is more behind it.
    pub(super) more: bool,
    /// Its octets.
    pub(super) rest: Rest<'a>,
    pub(super) tunnels: Tunnels,
}

/// The tunnels around a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tunnels {
    count: u8,
    /// IP protocol of the innermost one that IP carries.
    protocol: Option<u8>,
    /// Whether nothing but a UDP port said that it is one.
    guessed: bool,
}

/// A walk through one frame, or through the payload of a packet put together.
struct Walk {
    number: u64,
    at: Timestamp,
    verify: bool,
    tunnels: Tunnels,
}

/// Walks through `frame` from its start; `verify`: checksums have to be right.
pub(super) fn frame<'a>(frame: &Frame<'a>, verify: bool) -> Result<Found<'a>, NotUsed> {
    let mut walk = Walk { number: frame.number, at: frame.at, verify, tunnels: Tunnels::default() };
    let mut rest = Rest::new(frame.octets, frame.original_len);
    let found = walk.layers(&mut rest, Next::Link(frame.link.0));
    found.map_err(|why| walk.why(why))
}

/// Walks through the payload of a packet that `frame` completed.
pub(super) fn joined<'a>(frame: &Frame<'_>, whole: &'a Whole, verify: bool) -> Result<Found<'a>, NotUsed> {
    let mut walk = Walk { number: frame.number, at: frame.at, verify, tunnels: whole.tunnels };
    let mut rest = Rest::new(&whole.octets, whole.wire);
    let inner = ip::extensions(&mut rest, whole.protocol, whole.header, false);
    let found = inner.and_then(|inner| walk.inner(&mut rest, inner));
    found.map_err(|why| walk.why(why))
}

impl Walk {
    fn layers<'a>(&mut self, rest: &mut Rest<'a>, mut next: Next) -> Result<Found<'a>, NotUsed> {
        // Each turn takes octets, except Ether and Link, which come to another kind.
        loop {
            next = match next {
                Next::Link(link) => link::enter(link, rest)?,
                Next::Ethernet => ethernet::addresses(rest)?,
                Next::Ether(kind) => {
                    let (next, is_tunnel) = ethernet::enter(kind, rest)?;
                    if is_tunnel {
                        self.deeper(None, false)?;
                    }
                    next
                }
                Next::Llc => ethernet::llc(rest)?,
                Next::Wifi => wifi::data(rest)?,
                Next::Ppp => ppp::enter(rest)?,
                Next::Mpls => {
                    let next = ethernet::mpls(rest)?;
                    if next == Next::Ethernet {
                        self.deeper(None, false)?;
                    }
                    next
                }
                Next::Service => {
                    self.deeper(None, false)?;
                    ethernet::service(rest)?
                }
                Next::Gre => tunnel::gre(rest)?,
                Next::Ip => {
                    let inner = ip::enter(rest, self.verify, self.tunnels.guessed)?;
                    return self.inner(rest, inner);
                }
            };
        }
    }

    /// What an IP packet carries.
    fn inner<'a>(&mut self, rest: &mut Rest<'a>, inner: Protocol) -> Result<Found<'a>, NotUsed> {
        let protocol = match inner {
            Protocol::Fragment { header, id, protocol, start, more } => {
                let tunnels = self.tunnels;
                return Ok(Found::Piece(Piece { header, id, protocol, start, more, rest: *rest, tunnels }));
            }
            Protocol::Number(header, ip::TCP) => {
                return ip::segment(self.number, self.at, &header, rest, self.verify).map(Found::Segment);
            }
            Protocol::Number(_, protocol) => protocol,
        };
        let Some(next) = tunnel::enter(protocol, rest)? else { return Err(NotUsed::NotTcp(protocol)) };
        self.deeper(Some(protocol), protocol == tunnel::UDP)?;
        self.layers(rest, next)
    }

    fn deeper(&mut self, protocol: Option<u8>, guessed: bool) -> Result<(), NotUsed> {
        if self.tunnels.count >= MOST_TUNNELS {
            return Err(NotUsed::TooDeep);
        }
        self.tunnels.count = self.tunnels.count.saturating_add(1);
        self.tunnels.protocol = protocol.or(self.tunnels.protocol);
        self.tunnels.guessed |= guessed;
        Ok(())
    }

    /// The reason as seen from outside: what is no IP packet in a tunnel makes the tunnel no tunnel, or one for
    /// something else; in either case the frame holds a packet of the tunnel's protocol.
    fn why(&self, why: NotUsed) -> NotUsed {
        match (why, self.tunnels.protocol) {
            (NotUsed::NotIp | NotUsed::Malformed, Some(protocol)) => NotUsed::NotTcp(protocol),
            _ => why,
        }
    }
}
