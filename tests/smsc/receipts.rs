//! Ids, receipts and their delivery.

use smpp_inspect::smpp::spec::Slot;
use smpp_inspect::smpp::{CommandId, CommandStatus};
use smpp_inspect::smsc::{IdNotation, Options};

use crate::bench::{Bench, bind, ms, named, options, pdu, submit};

#[test]
fn ids_are_written_as_asked_in_responses_and_receipts() {
    for (ids, receipt_ids, first, in_response, in_receipt) in [
        (IdNotation::Padded, IdNotation::Padded, 42, "0000000042", "0000000042"),
        (IdNotation::Hex, IdNotation::Padded, 1_000_000_042, "3b9aca2a", "1000000042"),
    ] {
        let mut bench = Bench::new(options(|options| {
            (options.ids, options.receipt_ids, options.first_id) = (ids, receipt_ids, first);
        }));
        let connection = bench.bound();
        let answer = bench.ask(connection, &submit(2, "447700900001", 1, "hi"));
        assert_eq!(answer.id(), in_response);
        bench.pass(1_500);
        assert_eq!(bench.said(connection)[0].receipt().0, in_receipt);
    }
    let mut bench = Bench::new(options(|options| options.ids = IdNotation::Uuid));
    let connection = bench.bound();
    let answer = bench.ask(connection, &submit(2, "447700900001", 0, "hi"));
    let queried = bench.ask(connection, &named(CommandId::QUERY_SM, 3, answer.id(), b""));
    assert_eq!((queried.status(), queried.id().len()), (CommandStatus::OK, 36));
}

#[test]
fn receipts_come_after_the_delay_to_those_who_asked_and_name_the_state() {
    for (registered_delivery, states, want) in [
        (0, "", None),
        (1, "", Some("DELIVRD")),
        (1, "UNDELIV=100", Some("UNDELIV")),
        (2, "", None),
        (2, "REJECTD=100", Some("REJECTD")),
    ] {
        let mut bench = Bench::new(options(|options| {
            options.states = states.parse().unwrap();
            options.receipt_delay = "2s".parse().unwrap();
            options.latency = "50ms".parse().unwrap();
        }));
        let connection = bench.bound();
        bench.send(connection, &submit(2, "447700900001", registered_delivery, "hello"));
        assert!(bench.said(connection).is_empty(), "the answer takes 50 ms");
        bench.pass(50);
        let answer = bench.said(connection).remove(0);
        assert_eq!((answer.at, answer.status()), (ms(50), CommandStatus::OK));
        bench.pass(1_999);
        assert!(bench.said(connection).is_empty());
        bench.pass(1);
        let said = bench.said(connection);
        assert_eq!(said.len(), usize::from(want.is_some()), "{registered_delivery} {states}");
        if let Some(want) = want {
            assert_eq!(said[0].receipt(), (answer.id().to_owned(), want.to_owned()));
            assert_eq!(said[0].facts.esm_class(), Some(4));
            assert_eq!(said[0].text(Slot::SourceAddr), "447700900001");
            assert_eq!(said[0].text(Slot::DestinationAddr), "12345");
            assert_eq!(bench.counters().receipts_acknowledged, 1);
        }
    }
}

#[test]
fn an_intermediate_notification_comes_half_way() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let connection = bench.bound();
    bench.ask(connection, &submit(2, "447700900001", 0x11, "hello"));
    bench.pass(5_000);
    let said = bench.said(connection);
    assert_eq!((said.len(), said[0].facts.esm_class()), (1, Some(0x20)));
    bench.pass(5_000);
    assert_eq!(bench.said(connection)[0].receipt().1, "DELIVRD");
}

#[test]
fn a_receipt_waits_for_a_receiver_of_the_same_account() {
    let mut bench = Bench::new(Options::default());
    let transmitter = bench.bound_as(CommandId::BIND_TRANSMITTER, "acme", 0x34);
    let other = bench.bound_as(CommandId::BIND_RECEIVER, "bravo", 0x34);
    bench.ask(transmitter, &submit(2, "447700900001", 1, "hello"));
    bench.pass(5_000);
    assert!(bench.said(transmitter).is_empty() && bench.said(other).is_empty());
    let receiver = bench.connect();
    bench.send(receiver, &bind(CommandId::BIND_RECEIVER, 1, "acme", "secret", 0x34));
    let said = bench.said(receiver);
    assert_eq!(said.len(), 2, "the answer to the bind, and the receipt");
    assert_eq!(said[1].receipt(), ("0000000001".to_owned(), "DELIVRD".to_owned()));
    assert_eq!(bench.counters().receipts_acknowledged, 1);
}

#[test]
fn what_a_lost_connection_did_not_acknowledge_is_delivered_again() {
    let mut bench = Bench::new(Options::default());
    bench.answers = false;
    let first = bench.bound();
    bench.ask(first, &submit(2, "447700900001", 1, "hello"));
    bench.pass(1_000);
    assert_eq!(bench.said(first).len(), 1);
    bench.engine.closed(first, "rst", bench.now);
    bench.answers = true;
    let second = bench.connect();
    bench.send(second, &bind(CommandId::BIND_TRANSCEIVER, 1, "acme", "", 0x34));
    let said = bench.said(second);
    assert_eq!(said.len(), 2, "the answer to the bind, and the receipt");
    assert_eq!(said[1].receipt().1, "DELIVRD");
    assert_eq!((bench.counters().receipts, bench.counters().receipts_acknowledged), (2, 1));
}

#[test]
fn a_receipt_that_is_refused_for_now_comes_again_and_one_refused_for_good_does_not() {
    for (status, want) in [(CommandStatus::RX_T_APPN, 3), (CommandStatus::RX_P_APPN, 1)] {
        let mut bench = Bench::new(Options::default());
        bench.answers = false;
        let connection = bench.bound();
        bench.ask(connection, &submit(2, "447700900001", 1, "hello"));
        let mut receipts = 0;
        for _ in 0..20 {
            bench.pass(500);
            for said in bench.said(connection) {
                receipts += 1;
                let refusal =
                    pdu(CommandId::DELIVER_SM_RESP.0, status.0, said.header.sequence_number.0, b"\0");
                bench.send(connection, &refusal);
            }
        }
        assert_eq!(receipts, want, "{status}");
        assert_eq!(bench.counters().receipts_given_up, 1);
    }
}

#[test]
fn deliveries_keep_to_their_window() {
    let mut bench = Bench::new(options(|options| options.deliver_window = 3));
    bench.answers = false;
    let connection = bench.bound();
    for sequence in 2..10 {
        bench.ask(connection, &submit(sequence, "447700900001", 1, "hello"));
    }
    bench.pass(1_100);
    let said = bench.said(connection);
    assert_eq!(said.len(), 3);
    bench.send(connection, &pdu(CommandId::DELIVER_SM_RESP.0, 0, said[1].header.sequence_number.0, b"\0"));
    assert_eq!(bench.said(connection).len(), 1);
}
