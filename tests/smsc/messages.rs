//! Messages queried, cancelled, replaced, scheduled and sent to many.

use smpp_inspect::smpp::spec::Slot;
use smpp_inspect::smpp::{CommandId, CommandStatus};

use crate::bench::{Bench, Said, ms, named, options, pdu, submit, submit_with};

#[test]
fn messages_are_queried_cancelled_and_replaced_while_they_are_pending() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let connection = bench.bound();
    let ids: Vec<String> = (2..5)
        .map(|sequence| bench.ask(connection, &submit(sequence, "447700900001", 1, "hello")).id().to_owned())
        .collect();
    let ask = |bench: &mut Bench, id, message, rest: &[u8]| {
        let said = bench.ask(connection, &named(id, 50, message, rest));
        (said.status(), said.facts.integer(Slot::MessageState))
    };
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, &ids[0], b""), (CommandStatus::OK, Some(1)));
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, "0000009999", b"").0, CommandStatus::RINVMSGID);
    let replacement: &[u8] = b"\0\0\x01\0\x05other";
    assert_eq!(ask(&mut bench, CommandId::REPLACE_SM, &ids[1], replacement).0, CommandStatus::OK);
    let cancel = |id: &str| {
        pdu(
            CommandId::CANCEL_SM.0,
            0,
            60,
            &[b"\0", id.as_bytes(), b"\0\x01\x0112345\0\x01\x01447700900001\0"].concat(),
        )
    };
    bench.send(connection, &cancel(&ids[2]));
    let said = bench.said(connection);
    assert_eq!(said[0].status(), CommandStatus::OK);
    bench.pass(1);
    let receipt = if said.len() > 1 { said[1].receipt() } else { bench.said(connection)[0].receipt() };
    assert_eq!(receipt, (ids[2].clone(), "DELETED".to_owned()));
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, &ids[2], b""), (CommandStatus::OK, Some(4)));
    assert_eq!(bench.ask(connection, &cancel(&ids[2])).status(), CommandStatus::RCANCELFAIL);
    bench.pass(10_000);
    let texts: Vec<bool> = bench
        .said(connection)
        .iter()
        .map(|said| said.octets.windows(10).any(|window| window == b"text:other"))
        .collect();
    assert_eq!(texts, [false, true]);
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, &ids[0], b""), (CommandStatus::OK, Some(2)));
    assert_eq!(ask(&mut bench, CommandId::REPLACE_SM, &ids[1], replacement).0, CommandStatus::RREPLACEFAIL);
    // Without an id: all of a source to a destination that are pending.
    bench.ask(connection, &submit(70, "447700900001", 0, "hello"));
    assert_eq!(bench.ask(connection, &cancel("")).status(), CommandStatus::OK);
    assert_eq!(bench.ask(connection, &cancel("")).status(), CommandStatus::RCANCELFAIL);
}

#[test]
fn others_messages_are_not_to_be_seen() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let mine = bench.bound();
    let id = bench.ask(mine, &submit(2, "447700900001", 0, "hello")).id().to_owned();
    let other = bench.bound_as(CommandId::BIND_TRANSCEIVER, "bravo", 0x34);
    assert_eq!(bench.ask(other, &named(CommandId::QUERY_SM, 2, &id, b"")).status(), CommandStatus::RINVMSGID);
}

#[test]
fn replace_if_present_replaces_a_pending_message_and_keeps_its_id() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let connection = bench.bound();
    let first = bench.ask(connection, &submit(2, "447700900001", 0, "one")).id().to_owned();
    let replaced = bench.ask(connection, &submit_with(3, "447700900001", 0, "two", "", "", 1));
    assert_eq!(replaced.id(), first);
    let other = bench.ask(connection, &submit_with(4, "447700900002", 0, "two", "", "", 1));
    assert_ne!(other.id(), first);
    assert_eq!(bench.counters().accepted, 2);
}

#[test]
fn a_validity_that_ends_first_expires_the_message_and_a_schedule_delays_it() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "60s".parse().unwrap()));
    let connection = bench.bound();
    bench.ask(connection, &submit_with(2, "447700900001", 1, "hi", "", "000000000030000R", 0));
    bench.ask(connection, &submit_with(3, "447700900001", 1, "hi", "000000000200000R", "", 0));
    // Besides receipts the silence brings enquire_links.
    let stats = |bench: &mut Bench| -> Vec<String> {
        let said = bench.said(connection);
        let receipts = said.iter().filter(|said| said.header.command_id == CommandId::DELIVER_SM);
        receipts.map(|said| said.receipt().1).collect()
    };
    bench.pass(30_000);
    assert_eq!(stats(&mut bench), ["EXPIRED"]);
    bench.pass(149_000);
    assert!(stats(&mut bench).is_empty());
    bench.pass(1_000);
    assert_eq!(stats(&mut bench), ["DELIVRD"]);
}

#[test]
fn submit_multi_gives_one_id_and_a_receipt_for_each_destination() {
    let mut bench = Bench::new(options(|options| options.magic = true));
    let connection = bench.bound();
    let body = b"\0\x01\x0112345\0\x04\x01\x01\x01447700900001\0\x01\x01\x01333\0\x02friends\0\x01\x01\x01447700900002\0\0\0\0\0\0\x01\0\0\0\x02hi";
    let answer = bench.ask(connection, &pdu(CommandId::SUBMIT_MULTI.0, 0, 2, body));
    assert_eq!(answer.status(), CommandStatus::OK);
    assert_eq!(answer.facts.integer(Slot::NoUnsuccess), Some(1));
    assert_eq!(answer.text(Slot::DestinationAddr), "333");
    bench.pass(1_000);
    let receipts: Vec<_> = bench.said(connection).iter().map(Said::receipt).collect();
    assert_eq!(receipts.len(), 2);
    assert!(receipts.iter().all(|(id, stat)| id == answer.id() && stat == "DELIVRD"));
}

#[test]
fn magic_destinations_do_what_they_are_known_for() {
    let mut bench = Bench::new(options(|options| options.magic = true));
    let connection = bench.bound();
    for (destination, want) in [
        ("333", CommandStatus::RSUBMITFAIL),
        ("444", CommandStatus::RTHROTTLED),
        ("555", CommandStatus::RMSGQFUL),
        ("666", CommandStatus::OK),
    ] {
        assert_eq!(bench.ask(connection, &submit(2, destination, 1, "hi")).status(), want);
    }
    bench.send(connection, &submit(3, "222", 0, "hi"));
    bench.send(connection, &submit(4, "111", 0, "hi"));
    bench.pass(9_999);
    let said = bench.said(connection);
    assert_eq!((said.len(), said[0].receipt().1.as_str()), (1, "UNDELIV"));
    bench.pass(60_000);
    let said = bench.said(connection);
    let answered: Vec<_> = said
        .iter()
        .filter(|said| said.header.command_id == CommandId::SUBMIT_SM_RESP)
        .map(|said| (said.header.sequence_number.0, said.at))
        .collect();
    assert_eq!(answered, [(4, ms(10_000))]);
    assert_eq!(bench.counters().unanswered, 1);
}
