//! Binds and requests: what is accepted, and what breaks a rule.

use smpp_inspect::smpp::spec::{COMMANDS, Pairing};
use smpp_inspect::smpp::{CommandId, CommandStatus, Version};
use smpp_inspect::smsc::{Close, Options};

use crate::bench::{Bench, bind, options, pdu, submit, submit_with};

#[test]
fn every_kind_of_bind_in_every_version_is_accepted_and_unbound() {
    for (interface, version) in [(0x33, Version::V33), (0x34, Version::V34), (0x50, Version::V50)] {
        for kind in [CommandId::BIND_TRANSMITTER, CommandId::BIND_RECEIVER, CommandId::BIND_TRANSCEIVER] {
            if version == Version::V33 && kind == CommandId::BIND_TRANSCEIVER {
                continue;
            }
            let mut bench = Bench::new(Options::default());
            bench.version = Some(version);
            let connection = bench.bound_as(kind, "acme", interface);
            assert_eq!(bench.counters().bound, 1);
            let again = bench.ask(connection, &bind(kind, 2, "acme", "", interface));
            assert_eq!(again.status(), CommandStatus::RALYBND);
            let answer = bench.ask(connection, &pdu(CommandId::UNBIND.0, 0, 3, b""));
            assert_eq!(
                (answer.header.command_id, answer.status()),
                (CommandId::UNBIND_RESP, CommandStatus::OK)
            );
            assert_eq!(bench.closed.get(&connection), Some(&Close::Fin));
            bench.engine.closed(connection, "fin", bench.now);
            assert_eq!((bench.counters().bound, bench.counters().open), (0, 0));
        }
    }
}

#[test]
fn with_accounts_only_they_bind_and_with_their_password() {
    let options = options(|options| {
        options.accounts = vec!["acme:secret".parse().unwrap(), "bravo:other".parse().unwrap()];
    });
    for (id, password, version, want) in [
        ("acme", "secret", 0x34, CommandStatus::OK),
        ("bravo", "other", 0x34, CommandStatus::OK),
        ("acme", "other", 0x34, CommandStatus::RINVPASWD),
        ("acme", "other", 0x50, CommandStatus::RBINDFAIL),
        ("carol", "secret", 0x34, CommandStatus::RINVSYSID),
    ] {
        let mut bench = Bench::new(options.clone());
        let connection = bench.connect();
        let answer = bench.ask(connection, &bind(CommandId::BIND_TRANSCEIVER, 1, id, password, version));
        assert_eq!(answer.status(), want, "{id} {password}");
    }
}

#[test]
fn every_request_of_the_tables_is_answered_in_every_state() {
    for version in [0x33, 0x34, 0x50] {
        for kind in [None, Some(CommandId::BIND_TRANSMITTER), Some(CommandId::BIND_RECEIVER)] {
            for command in COMMANDS.iter().filter(|command| !command.id.is_response()) {
                let mut bench = Bench::new(Options::default());
                // Judged as what it is bound as: 3.3 has bodies where later versions have none.
                bench.version = kind.map(|_| match version {
                    0x33 => Version::V33,
                    0x34 => Version::V34,
                    _ => Version::V50,
                });
                let connection = match kind {
                    Some(kind) => bench.bound_as(kind, "acme", version),
                    None => bench.connect(),
                };
                // A body too short for most, which is a violation that has to be answered as well.
                for (sequence, body) in (10..).zip([&b""[..], &[0; 4], &[0; 40]]) {
                    if bench.closed.contains_key(&connection) {
                        continue;
                    }
                    let answer = bench.ask(connection, &pdu(command.id.0, 0, sequence, body));
                    let id = answer.header.command_id;
                    // What has no place in this version, and an enquire_link whose response cannot refuse it.
                    let nacked = id == CommandId::GENERIC_NACK
                        && (answer.status() == CommandStatus::RINVCMDID
                            || command.id == CommandId::ENQUIRE_LINK
                                && matches!(
                                    answer.status(),
                                    CommandStatus::RINVCMDLEN | CommandStatus::RINVBNDSTS
                                ));
                    assert!(
                        matches!(command.pairing, Pairing::Asks(response) if response == id) || nacked,
                        "{} {id}",
                        command.name
                    );
                }
            }
        }
    }
}

#[test]
fn violations_get_the_status_that_is_about_them() {
    let long = "1".repeat(30);
    let source = |address: &str, ton: u8| {
        let rest: &[u8] = b"\0\x01\x01447700900001\0\0\0\0\0\0\0\0\0\0\x02hi";
        [b"\0", &[ton][..], b"\x01", address.as_bytes(), rest].concat()
    };
    let submit_sm = CommandId::SUBMIT_SM.0;
    let mut ucs2 = submit(9, "447700900001", 0, "abc");
    let data_coding = ucs2.len() - 6;
    assert_eq!(ucs2[data_coding + 1..], *b"\0\x03abc".as_slice());
    ucs2[data_coding] = 8;
    let mut esm_class = submit(9, "447700900001", 0, "abc");
    let at = esm_class.windows(13).position(|window| window == b"447700900001\0").unwrap() + 13;
    esm_class[at] = 0x0C;
    let with_tlv = |octets: &[u8]| {
        let mut submit = submit(9, "447700900001", 0, "abc");
        submit.extend_from_slice(octets);
        let length = u32::try_from(submit.len()).unwrap();
        submit[..4].copy_from_slice(&length.to_be_bytes());
        submit
    };
    for (octets, want, response) in [
        (pdu(0x0000_0099, 0, 9, b""), CommandStatus::RINVCMDID, CommandId::GENERIC_NACK),
        (pdu(CommandId::DELIVER_SM.0, 0, 9, &[0; 17]), CommandStatus::RINVCMDID, CommandId::GENERIC_NACK),
        (pdu(CommandId::BROADCAST_SM.0, 0, 9, &[0; 17]), CommandStatus::RINVCMDID, CommandId::GENERIC_NACK),
        (pdu(submit_sm, 0, 9, b"\0\x01"), CommandStatus::RINVCMDLEN, CommandId::SUBMIT_SM_RESP),
        (pdu(submit_sm, 0, 9, &source(&long, 1)), CommandStatus::RINVSRCADR, CommandId::SUBMIT_SM_RESP),
        (pdu(submit_sm, 0, 9, &source("12345", 9)), CommandStatus::RINVSRCTON, CommandId::SUBMIT_SM_RESP),
        (submit(9, &long, 0, "hi"), CommandStatus::RINVDSTADR, CommandId::SUBMIT_SM_RESP),
        (submit(9, "", 0, "hi"), CommandStatus::RINVDSTADR, CommandId::SUBMIT_SM_RESP),
        (submit(9, "+447700900001", 0, "hi"), CommandStatus::RINVDSTADR, CommandId::SUBMIT_SM_RESP),
        (submit(9, "447700900001", 3, "hi"), CommandStatus::RINVREGDLVFLG, CommandId::SUBMIT_SM_RESP),
        (ucs2, CommandStatus::RINVMSGLEN, CommandId::SUBMIT_SM_RESP),
        (esm_class, CommandStatus::RINVESMCLASS, CommandId::SUBMIT_SM_RESP),
        (
            submit_with(9, "447700900001", 0, "hi", "tomorrow", "", 0),
            CommandStatus::RINVSCHED,
            CommandId::SUBMIT_SM_RESP,
        ),
        (
            submit_with(9, "447700900001", 0, "hi", "", "261301000000000+", 0),
            CommandStatus::RINVEXPIRY,
            CommandId::SUBMIT_SM_RESP,
        ),
        (
            submit_with(9, "447700900001", 0, "hi", "", "", 7),
            CommandStatus::RINVREPFLAG,
            CommandId::SUBMIT_SM_RESP,
        ),
        (with_tlv(&[2, 0x0C, 0, 9, 1]), CommandStatus::RINVTLVSTREAM, CommandId::SUBMIT_SM_RESP),
        (with_tlv(&[2, 0x0C, 0, 1, 1]), CommandStatus::RINVTLVLEN, CommandId::SUBMIT_SM_RESP),
        (with_tlv(&[0, 0x1E, 0, 2, 1, 0]), CommandStatus::RTLVNOTALLWD, CommandId::SUBMIT_SM_RESP),
    ] {
        let mut bench = Bench::new(Options::default());
        let connection = bench.bound();
        let answer = bench.ask(connection, &octets);
        assert_eq!(
            (answer.header.command_id, answer.status()),
            (response, want),
            "{}",
            octets.escape_ascii()
        );
        assert!(bench.counters().violations == 1 && bench.counters().accepted == 0);
    }
}

#[test]
fn a_length_that_cannot_be_is_refused_and_ends_the_connection() {
    for length in [0_u32, 15, 0x0200_0000, u32::MAX] {
        let mut bench = Bench::new(Options::default());
        let connection = bench.bound();
        let mut octets = pdu(CommandId::ENQUIRE_LINK.0, 0, 77, b"");
        octets[..4].copy_from_slice(&length.to_be_bytes());
        let answer = bench.ask(connection, &octets);
        assert_eq!(answer.header.command_id, CommandId::GENERIC_NACK);
        assert_eq!(answer.status(), CommandStatus::RINVCMDLEN);
        assert_eq!(bench.closed.get(&connection), Some(&Close::Fin));
    }
}

#[test]
fn lenient_accepts_what_only_warnings_are_about() {
    let mut bench = Bench::new(options(|options| options.lenient = true));
    let connection = bench.bound();
    assert_eq!(bench.ask(connection, &submit(2, "+447700900001", 0, "hi")).status(), CommandStatus::OK);
    assert_eq!(
        bench.ask(connection, &submit(3, &"1".repeat(30), 0, "hi")).status(),
        CommandStatus::RINVDSTADR
    );
}

#[test]
fn octets_may_come_one_by_one_or_all_at_once() {
    let mut bench = Bench::new(Options::default());
    let connection = bench.bound();
    let all: Vec<u8> = (2..7).flat_map(|sequence| submit(sequence, "447700900001", 0, "hi")).collect();
    for octet in &all {
        bench.send(connection, std::slice::from_ref(octet));
    }
    bench.send(connection, &all);
    let sequences: Vec<u32> =
        bench.said(connection).iter().map(|said| said.header.sequence_number.0).collect();
    assert_eq!(sequences, [2, 3, 4, 5, 6, 2, 3, 4, 5, 6]);
}

#[test]
fn a_version_above_ours_is_spoken_down_to() {
    let mut bench = Bench::new(options(|options| options.version = Version::V34));
    let connection = bench.bound_as(CommandId::BIND_TRANSCEIVER, "acme", 0x50);
    let answer = bench.ask(connection, &pdu(CommandId::BROADCAST_SM.0, 0, 2, &[0; 30]));
    assert_eq!(answer.header.command_id, CommandId::GENERIC_NACK);
}
