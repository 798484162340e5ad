//! Ways in which connections begin and end that are rarer than the usual one.

use super::*;

const SYN: u8 = Flags::SYN;
const ACK: u8 = Flags::ACK;
const FIN: u8 = Flags::FIN;

fn served(bench: &Bench) -> Vec<u8> {
    bench.out.accepter.runs.iter().flat_map(|(_, run)| run.clone()).collect()
}

#[test]
fn octets_of_a_syn_are_the_first_of_the_stream() {
    let mut bench = Bench::new();
    bench.send(Side::Opener, SYN, 100, 0, b"fast ");
    // The server takes them (Fast Open), answers at once, and the client goes on.
    bench.send(Side::Accepter, SYN | ACK, 500, 106, b"yes");
    bench.send(Side::Opener, ACK, 106, 504, b"open");
    assert_eq!((bench.text(), served(&bench)), (whole("fast open"), b"yes".to_vec()));
    assert!(bench.connection.has_handshake());
}

#[test]
fn octets_of_a_syn_that_the_server_did_not_take_are_sent_again() {
    let mut bench = Bench::new();
    bench.send(Side::Opener, SYN, 100, 0, b"fast ").send(Side::Accepter, SYN | ACK, 500, 101, b"");
    bench.send(Side::Opener, ACK, 101, 501, b"fast ").send(Side::Opener, ACK, 106, 501, b"open");
    assert_eq!((bench.text(), bench.gaps()), (whole("fast open"), vec![]));
    assert_eq!(bench.connection.health().retransmitted, 1);
}

#[test]
fn both_sides_may_open_at_once() {
    let mut bench = Bench::new();
    bench.send(Side::Opener, SYN, 100, 0, b"").send(Side::Accepter, SYN, 500, 0, b"");
    bench.send(Side::Opener, SYN | ACK, 100, 501, b"").send(Side::Accepter, SYN | ACK, 500, 101, b"");
    bench.send(Side::Opener, ACK, 101, 501, b"ping").send(Side::Accepter, ACK, 501, 105, b"pong");
    assert_eq!((bench.text(), served(&bench)), (whole("ping"), b"pong".to_vec()));
    assert_eq!(bench.connection.health().retransmitted, 0);
}

#[test]
fn a_handshake_may_be_split_into_four() {
    let mut bench = Bench::new();
    bench.send(Side::Opener, SYN, 100, 0, b"").send(Side::Accepter, ACK, 500, 101, b"");
    bench.send(Side::Accepter, SYN, 500, 0, b"").send(Side::Opener, SYN | ACK, 100, 501, b"");
    bench.send(Side::Opener, ACK, 101, 501, b"ping").send(Side::Accepter, ACK, 501, 105, b"pong");
    assert_eq!((bench.text(), served(&bench)), (whole("ping"), b"pong".to_vec()));
}

#[test]
fn urgent_octets_stay_in_their_place() {
    let mut bench = Bench::new();
    bench
        .handshake()
        .client(101, b"ab")
        .send(Side::Opener, ACK | Flags::URG, 103, 501, b"!")
        .client(104, b"cd");
    assert_eq!(bench.text(), whole("ab!cd"));
}

#[test]
fn a_fin_sent_again_ends_once() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"bye");
    for _ in 0..3 {
        bench.send(Side::Opener, FIN | ACK, 104, 501, b"");
    }
    bench.server_acks(105).send(Side::Accepter, FIN | ACK, 501, 105, b"").wait(60_000).finish();
    assert_eq!((bench.text(), bench.gaps()), (whole("bye"), vec![]));
    assert_eq!(bench.connection.closing(), Some(Closing::Fin(Side::Opener)));
    assert!(bench.connection.is_closed());
}

#[test]
fn octets_may_come_from_the_other_side_after_one_has_ended() {
    let mut bench = Bench::new();
    bench.handshake().send(Side::Opener, FIN | ACK, 101, 501, b"last");
    assert!(!bench.connection.is_closed());
    bench.send(Side::Accepter, ACK, 501, 106, b"still here").wait(60_000).finish();
    assert_eq!((bench.text(), served(&bench)), (whole("last"), b"still here".to_vec()));
}

#[test]
fn a_rst_in_the_middle_leaves_what_was_captured() {
    let mut bench = Bench::new();
    bench.handshake().client(101, b"abc").client(107, b"ghi").send(
        Side::Accepter,
        Flags::RST,
        501,
        0,
        b"go away",
    );
    bench.finish();
    assert_eq!(bench.gaps(), [(3, 3)]);
    assert_eq!(served(&bench), b"");
    assert_eq!(bench.connection.closing(), Some(Closing::Rst(Side::Accepter)));
}

#[test]
fn acknowledgements_before_their_octets_lose_nothing() {
    let mut bench = Bench::new();
    bench.handshake();
    // A mirror port shows one direction milliseconds late, all the time.
    for n in 0..200_u32 {
        bench.server_acks(104 + 3 * n).client(101 + 3 * n, b"abc");
    }
    bench.wait(300).finish();
    assert_eq!((bench.text(), bench.gaps()), (whole(&"abc".repeat(200)), vec![]));
}
