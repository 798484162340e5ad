//! What the segments tell about the network between the ends.

use super::*;

const ACK: u8 = Flags::ACK;

fn micros(span: Duration) -> i64 {
    span.nanos() / 1_000
}

#[test]
fn without_an_identification_the_same_segment_at_once_is_a_frame_seen_twice() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc");
    // 20 microseconds later on another device.
    (bench.millis, bench.micros) = (bench.millis - 1, 20);
    bench.client(101, b"abc");
    assert_eq!((bench.connection.health().duplicate_frames, bench.connection.health().retransmitted), (1, 0));
    // 5 ms later it is sent again.
    bench.millis += 4;
    bench.client(101, b"abc");
    assert_eq!((bench.connection.health().duplicate_frames, bench.connection.health().retransmitted), (1, 1));
    assert_eq!(bench.text(), whole("abc"));
}

#[test]
fn acknowledgements_repeated_at_once_are_frames_seen_twice_only_where_others_are() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc");
    let twice = |bench: &mut Bench| {
        bench.server_acks(104);
        (bench.millis, bench.micros) = (bench.millis - 1, bench.micros + 20);
        bench.server_acks(104);
        bench.connection.health().duplicate_frames
    };
    assert_eq!(twice(&mut bench), 0);
    bench.client(104, b"def");
    (bench.millis, bench.micros) = (bench.millis - 1, bench.micros + 20);
    bench.client(104, b"def");
    bench.millis += 10;
    assert_eq!(twice(&mut bench), 2);
}

#[test]
fn octets_are_timed_to_their_acknowledgement() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc");
    bench.millis += 9;
    bench.server_acks(104).client(104, b"def").client(107, b"ghi");
    bench.millis += 28;
    // Acknowledges both; the first one is timed.
    bench.server_acks(110);
    let after = bench.connection.health().acknowledged_after;
    assert_eq!(
        (after.accepter.count, micros(after.accepter.min), micros(after.accepter.max)),
        (2, 10_000, 30_000)
    );
    assert_eq!((micros(after.accepter.sum), after.opener.count), (40_000, 0));
    // The other direction has its own.
    bench.send(Side::Accepter, ACK, 501, 110, b"xyz").send(Side::Opener, ACK, 110, 504, b"");
    assert_eq!(micros(bench.connection.health().acknowledged_after.opener.max), 1_000);
}

#[test]
fn octets_sent_again_are_not_timed() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").wait(300).client(101, b"abc").server_acks(104);
    assert_eq!(bench.connection.health().acknowledged_after.accepter.count, 0);
    // Nor those that were acknowledged before they were captured.
    bench.server_acks(107).client(104, b"def").wait(50).server_acks(107);
    assert_eq!(bench.connection.health().acknowledged_after.accepter.count, 0);
}

#[test]
fn an_acknowledgement_is_repeated_only_while_octets_are_under_way() {
    let mut bench = Bench::new();
    bench.handshake();
    // Two of nothing new, as in answer to probes.
    bench.client(101, b"abc").server_acks(104).server_acks(104);
    assert_eq!(bench.connection.health().duplicate_acks, 0);
    // One octet is missing to the receiver: each later segment makes it say so.
    bench.client(104, b"d").client(105, b"e").client(106, b"f");
    bench.server_acks(104).server_acks(104).server_acks(104);
    assert_eq!(bench.connection.health().duplicate_acks, 3);
    // Another window is news.
    bench.window = 256;
    bench.server_acks(104);
    assert_eq!(bench.connection.health().duplicate_acks, 3);
}

#[test]
fn a_rst_with_another_ttl_is_of_somebody_between() {
    for (ttl, forged) in [(64, false), (51, true), (128, true)] {
        let mut bench = Bench::new();
        bench.handshake().client(101, b"abc").server_acks(104);
        bench.ttl = ttl;
        bench.send(Side::Accepter, Flags::RST, 501, 0, b"");
        let rst = bench.connection.health().rst.unwrap();
        assert_eq!((rst.side, rst.ttl_fits, rst.is_forged()), (Side::Accepter, Some(!forged), forged));
    }
    // Of a side that was never seen nobody can tell.
    let mut bench = Bench::new();
    bench.send(Side::Opener, Flags::SYN, 100, 0, b"").send(Side::Accepter, Flags::RST | ACK, 0, 101, b"");
    let rst = bench.connection.health().rst.unwrap();
    assert_eq!((rst.ttl_fits, rst.ip_id_fits, rst.is_forged()), (None, None, false));
}

#[test]
fn a_rst_goes_on_from_the_identifications_before_where_they_count() {
    let rst = |ids: &[u16], last: u16| {
        let mut bench = Bench::new();
        for (n, id) in ids.iter().enumerate() {
            bench.send_cut(Side::Opener, ACK, 100 + n as u32, 500, b"x", 1, Some(*id));
        }
        bench.send_cut(Side::Opener, Flags::RST, 150, 0, b"", 0, Some(last));
        bench.connection.health().rst.unwrap().ip_id_fits
    };
    assert_eq!(rst(&[65_530, 65_533, 2, 9, 10], 11), Some(true));
    assert_eq!(rst(&[65_530, 65_533, 2, 9, 10], 30_000), Some(false));
    // A host that draws them at random, one that sends 0, and one that was seen once.
    assert_eq!(rst(&[50_000, 20_000, 61_000, 9_000, 33_000], 11), None);
    assert_eq!(rst(&[1, 2, 3, 4], 0), None);
    assert_eq!(rst(&[1], 2), None);
}
