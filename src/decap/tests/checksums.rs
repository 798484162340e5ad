//! Checksums, where they are asked for.

use std::net::SocketAddr;

use super::*;
use crate::tcp::Side;
use crate::testkit::tcp::Connection;

/// Packets with right checksums, of both versions, with even and odd lengths.
fn packets() -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    for (opener, accepter) in [("10.0.0.1:7", "10.0.0.2:2775"), ("[2001:db8::1]:7", "[2001:db8::2]:2775")] {
        let [opener, accepter]: [SocketAddr; 2] = [opener, accepter].map(|address| address.parse().unwrap());
        let mut frames = Vec::new();
        let mut connection = Connection::new(0, opener, accepter, [1, 2], 1_448, 1_000);
        let at = connection.open(1_000, &mut frames);
        connection.send(Side::Opener, at, b"even octets!", &[], 0, &mut frames);
        connection.send(Side::Accepter, at, b"odd", &[], 0, &mut frames);
        packets.extend(frames.into_iter().map(|frame| frame.packet));
    }
    packets
}

fn verified(octets: &[u8], original_len: usize) -> Result<bool, NotUsed> {
    Decap::new(true, Limits::default())
        .segment(&frame(101, octets, original_len))
        .map(|segment| segment.is_some())
}

#[test]
fn every_changed_octet_is_noticed() {
    for packet in packets() {
        assert_eq!(verified(&packet, packet.len()), Ok(true));
        let header = if packet[0] >> 4 == 4 { 20 } else { 40 };
        // In IPv6 nothing but addresses and length are covered.
        for at in if header == 20 { 0 } else { 8 }..packet.len() {
            let mut changed = packet.clone();
            changed[at] ^= 0x04;
            assert!(verified(&changed, packet.len()).is_err(), "{at}");
            let expected =
                if at < 20 && header == 20 { NotUsed::BadIpChecksum } else { NotUsed::BadTcpChecksum };
            // Lengths and kinds are looked at first.
            if !matches!(at, 0..4 | 6..7 | 9) && at != header + 12 {
                assert_eq!(verified(&changed, packet.len()), Err(expected), "{at}");
            }
            assert!(
                Decap::default().segment(&frame(101, &changed, packet.len())).is_ok()
                    || at < 10
                    || at == header + 12
            );
        }
    }
    assert_eq!(NotUsed::BadIpChecksum.name(), "bad_ip_checksum");
    assert_eq!(NotUsed::BadTcpChecksum.name(), "bad_tcp_checksum");
}

#[test]
fn what_was_cut_cannot_be_verified_and_is_used() {
    for mut packet in packets().into_iter().filter(|packet| packet.len() > 74) {
        let len = packet.len();
        packet[len - 3] ^= 1;
        packet.truncate(len - 1);
        assert_eq!(verified(&packet, len), Ok(true));
    }
}

#[test]
fn a_sum_of_zero_is_wrong() {
    assert!(!checksum::Sum::default().octets(&[0; 20]).is_right());
    assert!(checksum::Sum::default().octets(&[0xff; 20]).is_right());
}
