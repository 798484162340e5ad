//! Tokens of IP addresses that keep who shares a network: addresses with as many first bits in common have tokens with
//! as many in common (Xu, Fan, Ammar and Moon, 2002).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};

use super::Key;

const OF_V4: u8 = 6;
const OF_V6: u8 = 7;

/// Makes tokens of addresses: a permutation of those of IPv4, and one of those of IPv6.
pub(super) struct Addresses {
    v4: Aes256,
    v6: Aes256,
}

impl Addresses {
    pub(super) fn new(key: &Key) -> Self {
        let cipher = |purpose| Aes256::new(&Array(key.derive(purpose)));
        Self { v4: cipher(OF_V4), v6: cipher(OF_V6) }
    }

    /// The token of an address, of its family.
    pub(super) fn token(&self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(address) => {
                let mut octets = [0; 16];
                octets[..4].copy_from_slice(&address.octets());
                let token = permute(&self.v4, u128::from_be_bytes(octets), 32);
                IpAddr::V4(Ipv4Addr::from(u32::try_from(token >> 96).unwrap_or_default()))
            }
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(permute(&self.v6, u128::from(address), 128))),
        }
    }
}

/// Each of the first `bits` bits is turned or not, by those before it.
fn permute(cipher: &Aes256, address: u128, bits: u32) -> u128 {
    (0..bits).fold(address, |token, place| {
        // A one marks where the bits before it end, so that no two prefixes are one block.
        let before = if place == 0 { 0 } else { address >> (128 - place) << (128 - place) };
        let input = before | (1 << (127 - place));
        let mut block = Block::from(input.to_be_bytes());
        cipher.encrypt_block(&mut block);
        let turns = u128::from(<[u8; 16]>::from(block)[0] & 1);
        token ^ (turns << (127 - place))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn common(a: IpAddr, b: IpAddr) -> u32 {
        match (a, b) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            _ => panic!("of two families"),
        }
    }

    #[test]
    fn tokens_have_as_many_first_bits_in_common_as_the_addresses() {
        let addresses = Addresses::new(&Key::parse(&"c3".repeat(32)).unwrap());
        for texts in [
            &["10.0.0.1", "10.0.0.2", "10.0.1.1", "192.168.0.1", "10.0.0.1"][..],
            &["2001:db8::1", "2001:db8::2", "fe80::1", "::1"],
        ] {
            let ips: Vec<IpAddr> = texts.iter().map(|text| text.parse().unwrap()).collect();
            for a in &ips {
                for b in &ips {
                    assert_eq!(common(addresses.token(*a), addresses.token(*b)), common(*a, *b), "{a} {b}");
                }
                assert_ne!(addresses.token(*a), *a);
            }
        }
        let network = |n: u8| addresses.token(IpAddr::from([10, 1, 2, n]));
        assert_eq!((0..=255).map(network).collect::<HashSet<_>>().len(), 256);
    }
}
