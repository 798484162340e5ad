//! The Internet checksum (RFC 1071).

use std::net::IpAddr;

use super::ip::{Header, TCP};
use crate::num;

/// A sum of 16-bit words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum(u64);

impl Sum {
    /// Adds `octets`, whose first one is the high half of a word.
    #[must_use]
    pub(super) fn octets(self, octets: &[u8]) -> Self {
        let (pairs, odd) = octets.as_chunks::<2>();
        let odd = odd.first().map(|&octet| u16::from_be_bytes([octet, 0]));
        let words = pairs.iter().map(|&pair| u16::from_be_bytes(pair)).chain(odd);
        Self(words.fold(self.0, |sum, word| sum.saturating_add(word.into())))
    }

    /// Whether the octets, with the checksum among them, sum up to what they should.
    pub(super) fn is_right(self) -> bool {
        // The sum of ones' complements: all bits set, and more only in multiples of that.
        self.0 > 0 && self.0.is_multiple_of(0xffff)
    }
}

/// The sum over a TCP segment and the pseudo-header of its packet.
pub(super) fn tcp(header: &Header, segment: &[u8]) -> Sum {
    let address = |sum: Sum, ip: IpAddr| match ip {
        IpAddr::V4(ip) => sum.octets(&ip.octets()),
        IpAddr::V6(ip) => sum.octets(&ip.octets()),
    };
    let pseudo = address(address(Sum::default(), header.source), header.destination);
    let len = num::short(segment.len()).to_be_bytes();
    pseudo.octets(&[0, TCP]).octets(&len).octets(segment)
}
