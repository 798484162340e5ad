//! CIDR prefixes of both families; an IPv4 address is the IPv6 address that stands for it.

use std::net::IpAddr;

/// The first so many bits of an address; IPv4 counts as `::ffff:0:0/96`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Prefix {
    length: u8,
    bits: u128,
}

/// Bits of an address.
const BITS: u8 = 128;

impl Prefix {
    /// The first `length` bits of `ip`.
    pub(super) fn new(ip: IpAddr, length: u8) -> Self {
        let bits = match ip {
            IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
            IpAddr::V6(ip) => ip.to_bits(),
        };
        let length = length.min(BITS);
        let mask = u128::MAX.checked_shl(u32::from(BITS - length)).unwrap_or(0);
        Self { length, bits: bits & mask }
    }

    /// All of an address.
    pub(super) fn of(ip: IpAddr) -> Self {
        Self::new(ip, BITS)
    }

    /// `ip/length` as people write it.
    pub(super) fn within(ip: IpAddr, length: u8) -> Result<Self, String> {
        let most = if ip.is_ipv4() { 32 } else { BITS };
        if length > most {
            return Err(format!("a prefix of at most {most} bits is needed"));
        }
        let prefix = Self::new(ip, length + (BITS - most));
        if prefix.bits != Self::of(ip).bits {
            return Err("has bits set behind the prefix, an address of the network is needed".to_owned());
        }
        Ok(prefix)
    }

    /// Its length in bits; of an IPv4 prefix 96 more.
    pub(super) const fn len(self) -> u8 {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_hold_the_addresses_that_begin_with_them() {
        for (prefix, length, ip, holds) in [
            ("10.0.0.0", 8, "10.255.1.2", true),
            ("10.0.0.0", 8, "11.0.0.0", false),
            ("0.0.0.0", 0, "203.0.113.7", true),
            ("0.0.0.0", 0, "2001:db8::1", false),
            ("::", 0, "2001:db8::1", true),
            ("2001:db8::", 33, "2001:db8:7fff::1", true),
            ("2001:db8::", 33, "2001:db8:8000::1", false),
        ] {
            let within = Prefix::within(prefix.parse().unwrap(), length).unwrap();
            let found = Prefix::new(ip.parse().unwrap(), within.len()) == within;
            assert_eq!(found, holds, "{prefix}/{length} {ip}");
        }
    }
}
