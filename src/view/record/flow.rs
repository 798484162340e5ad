//! Ids of connections.

use std::net::IpAddr;

use base64::Engine;
use sha1::{Digest, Sha1};

use crate::report::model::Endpoint;

/// The ids of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    /// 16 hex digits: of the ends and the beginning.
    pub(super) id: String,
    /// Community ID v1 with seed 0: `1:` and base64.
    pub(super) community_id: String,
}

impl Flow {
    /// The same whichever end is which. `beginning` tells connections between the same ends apart.
    pub(super) fn of(one: Endpoint, other: Endpoint, beginning: i64) -> Self {
        let (first, second) =
            if (one.ip, one.port) <= (other.ip, other.port) { (one, other) } else { (other, one) };
        let mut hash = Sha1::new();
        hash.update([0, 0]);
        for end in [first, second] {
            match end.ip {
                IpAddr::V4(ip) => hash.update(ip.octets()),
                IpAddr::V6(ip) => hash.update(ip.octets()),
            }
        }
        // TCP, and padding.
        hash.update([6, 0]);
        hash.update(first.port.to_be_bytes());
        hash.update(second.port.to_be_bytes());
        let digest = hash.finalize();
        let mut of_connection = Sha1::new();
        of_connection.update(digest);
        of_connection.update(beginning.to_be_bytes());
        let of_connection = of_connection.finalize();
        let id = of_connection.iter().take(8).map(|octet| format!("{octet:02x}")).collect();
        Self { id, community_id: format!("1:{}", base64::engine::general_purpose::STANDARD.encode(digest)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(ip: &str, port: u16) -> Endpoint {
        Endpoint { ip: ip.parse().unwrap(), port }
    }

    /// Values of the Community ID specification's own test data.
    #[test]
    fn community_ids_are_those_of_the_specification() {
        for (one, other, id) in [
            (end("128.232.110.120", 34_855), end("66.35.250.204", 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
            (
                end("2001:470:e5bf:dead:4957:2174:e82c:4887", 63_943),
                end("2607:f8b0:400c:c03::1a", 25),
                "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
            ),
        ] {
            assert_eq!(Flow::of(one, other, 1).community_id, id);
            assert_eq!(Flow::of(other, one, 1), Flow::of(one, other, 1));
            let next = Flow::of(one, other, 2);
            assert_ne!(next.id, Flow::of(one, other, 1).id);
            assert_eq!(next.community_id, id);
        }
    }
}
