//! For what octets waited, against a naive model that keeps every segment.

use proptest::prelude::*;

use super::*;
use crate::tcp::{Event, Late, Wait};

/// Octets in order, each with its wait.
#[derive(Default)]
struct Waits(Vec<Option<Wait>>, Vec<(Timestamp, Event)>);

impl Ordered for Waits {
    fn octets(&mut self, offset: u64, octets: &[u8], origin: Origin) {
        assert_eq!(offset, self.0.len() as u64);
        self.0.extend(octets.iter().map(|_| origin.wait));
    }

    fn gap(&mut self, _: u64, _: u64, _: Missing) {
        panic!("every octet comes in time");
    }

    fn event(&mut self, _: Side, at: Timestamp, event: Event) {
        self.1.push((at, event));
    }
}

fn arrival(n: i64, side: Side, sequence: u32, acknowledgement: u32, flags: u8, len: usize) -> Arrival {
    Arrival {
        frame: n as u64 + 1,
        at: Timestamp::from_nanos(n * 1_000_000),
        side,
        sequence,
        acknowledgement,
        wire_len: len as u32,
        window: 1_000,
        ip_id: Some(n as u16 + 1),
        ttl: 64,
        copy: 0,
        flags: Flags(flags),
    }
}

proptest! {
    /// Segments of 10 octets in any order, some of them twice; the peer acknowledges nothing.
    #[test]
    fn octets_wait_since_the_first_capture_of_any_octet_behind_them(
        order in prop::collection::vec(0..12_u32, 1..60).prop_map(|mut order| { order.extend(0..12); order })
    ) {
        let (mut connection, mut sink) = (Connection::new(), Waits::default());
        let limits = Limits::default();
        connection.push(&arrival(0, Side::Opener, 99, 0, Flags::SYN, 0), b"", &limits, &mut sink);
        let (mut first, mut expected, mut again) = ([None; 12], Vec::new(), Vec::new());
        for (n, &segment) in order.iter().enumerate() {
            let now = n as i64 + 1;
            let sent = arrival(now, Side::Opener, 100 + segment * 10, 1, Flags::ACK, 10);
            connection.push(&sent, &[segment as u8; 10], &limits, &mut sink);
            if first[segment as usize].is_some() {
                again.push((sent.at, Event::SentAgain { from: u64::from(segment) * 10 }));
            }
            first[segment as usize].get_or_insert(sent.at);
            // What can be read now, and could not before, waited since anything from there on was captured.
            while let Some(Some(_)) = first.get(expected.len() / 10) {
                let since = first[expected.len() / 10..].iter().flatten().min().copied().unwrap();
                expected.extend([(since < sent.at).then_some(since); 10]);
            }
        }
        prop_assert_eq!(sink.0.iter().map(|wait| wait.map(|wait| wait.since)).collect::<Vec<_>>(), expected);
        // Every frame has a number of its own, and none was numbered before it was sent.
        prop_assert!(sink.0.iter().flatten().all(|wait| wait.why == Late::Retransmitted));
        let events: Vec<_> =
            sink.1.into_iter().filter(|(_, event)| matches!(event, Event::SentAgain { .. })).collect();
        prop_assert_eq!(events, again);
    }
}

/// A hole filled `after` milliseconds by a segment with this identification; the one behind it has 100.
fn filled(after: i64, ip_id: Option<u16>, acknowledged: bool) -> Late {
    let (mut connection, mut sink) = (Connection::new(), Waits::default());
    let limits = Limits::default();
    let mut push = |arrival: Arrival, octets: &[u8]| connection.push(&arrival, octets, &limits, &mut sink);
    let numbered = |arrival: Arrival, id: u16| Arrival { ip_id: ip_id.map(|_| id), ..arrival };
    push(numbered(arrival(0, Side::Opener, 99, 0, Flags::SYN, 0), 97), b"");
    push(numbered(arrival(1, Side::Opener, 100, 1, Flags::ACK, 0), 98), b"");
    push(numbered(arrival(2, Side::Opener, 103, 1, Flags::ACK, 3), 100), b"def");
    if acknowledged {
        push(arrival(3, Side::Accepter, 1, 106, Flags::ACK, 0), b"");
    }
    push(Arrival { ip_id, ..arrival(2 + after, Side::Opener, 100, 1, Flags::ACK, 3) }, b"abc");
    let why: Vec<Late> = sink.0.iter().flatten().map(|wait| wait.why).collect();
    assert_eq!(why.len(), 6);
    why[0]
}

#[test]
fn a_segment_that_was_overtaken_is_told_from_one_that_was_sent_again() {
    assert_eq!(filled(90, Some(99), false), Late::Reordered, "it was numbered before the one behind it");
    assert_eq!(filled(2, Some(101), false), Late::Retransmitted, "it was numbered after it");
    assert_eq!(filled(2, None, false), Late::Reordered, "nobody knows so soon that octets are missing");
    assert_eq!(filled(90, None, false), Late::Retransmitted);
    assert_eq!(filled(90, Some(101), true), Late::Captured, "its receiver has had it for long");
}
