//! Rates, windows, errors, faults, recordings, bounds and arbitrary octets.

use smpp_inspect::smpp::spec::Slot;
use smpp_inspect::smpp::{CommandId, CommandStatus, Role};
use smpp_inspect::smsc::{Close, ConnectionId, Extra, Fault, Options, RecordedPdu, Recorder};
use smpp_inspect::time::{Duration, Timestamp};

use crate::bench::{Bench, bind, ms, named, options, pdu, submit};

#[test]
fn the_rate_is_kept_to_and_what_is_above_is_throttled() {
    let mut bench = Bench::new(options(|options| options.rate = Some(10)));
    let connection = bench.bound();
    let burst = |bench: &mut Bench, count| {
        (0..count)
            .filter(|_| {
                bench.ask(connection, &submit(2, "447700900001", 0, "hi")).status() == CommandStatus::OK
            })
            .count()
    };
    assert_eq!(burst(&mut bench, 30), 10);
    bench.pass(500);
    assert_eq!(burst(&mut bench, 30), 5);
    bench.pass(10_000);
    assert_eq!(burst(&mut bench, 30), 10);
    assert_eq!((bench.counters().throttled, bench.counters().rejected), (65, 65));
}

#[test]
fn the_window_is_kept_to_and_what_is_above_is_refused() {
    let mut bench = Bench::new(options(|options| {
        options.window = Some(2);
        options.latency = "100ms".parse().unwrap();
    }));
    let connection = bench.bound();
    (2..6).for_each(|sequence| bench.send(connection, &submit(sequence, "447700900001", 0, "hi")));
    let refused = bench.said(connection);
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|said| said.status() == CommandStatus::RMSGQFUL));
    bench.pass(100);
    assert_eq!(bench.said(connection).len(), 2);
    bench.send(connection, &submit(6, "447700900001", 0, "hi"));
    bench.pass(100);
    assert_eq!(bench.said(connection)[0].status(), CommandStatus::OK);
}

#[test]
fn the_error_mix_is_drawn_from_the_seed() {
    let run = |seed| {
        let mut bench = Bench::new(options(|options| {
            options.errors = "RSUBMITFAIL=20,RX_T_APPN=10".parse().unwrap();
            options.seed = seed;
        }));
        let connection = bench.bound();
        (0..1_000)
            .map(|_| bench.ask(connection, &submit(2, "447700900001", 0, "hi")).status().0)
            .collect::<Vec<_>>()
    };
    let count = |all: &[u32], status: CommandStatus| all.iter().filter(|&&one| one == status.0).count();
    let first = run(1);
    assert!((160..240).contains(&count(&first, CommandStatus::RSUBMITFAIL)));
    assert!((70..130).contains(&count(&first, CommandStatus::RX_T_APPN)));
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn a_silent_peer_is_probed_and_dropped_when_it_does_not_answer() {
    let mut bench = Bench::new(options(|options| {
        options.enquire_link = Duration::from_secs(5);
        options.response_timeout = Duration::from_secs(3);
    }));
    let alive = bench.bound();
    bench.pass(60_000);
    assert!(bench.said(alive).len() >= 8 && bench.closed.is_empty());
    bench.answers = false;
    let dead = bench.bound_as(CommandId::BIND_RECEIVER, "bravo", 0x34);
    bench.pass(9_000);
    let said = bench.said(dead);
    assert_eq!(said.iter().filter(|said| said.header.command_id == CommandId::ENQUIRE_LINK).count(), 1);
    assert_eq!(bench.closed.get(&dead), Some(&Close::Fin));
}

#[test]
fn a_connection_without_a_bind_is_closed() {
    let mut bench = Bench::new(options(|options| options.bind_timeout = Duration::from_secs(5)));
    let connection = bench.connect();
    bench.pass(4_000);
    assert!(bench.closed.is_empty());
    bench.pass(2_000);
    assert_eq!(bench.closed.get(&connection), Some(&Close::Fin));
}

#[test]
fn an_outbind_asks_for_a_bind() {
    let mut bench = Bench::new(options(|options| options.outbind = "centre:secret".parse().unwrap()));
    let connection = bench.engine.connected_to("peer", bench.now).unwrap();
    bench.collect();
    let said = bench.said(connection);
    assert_eq!((said[0].header.command_id, said[0].text(Slot::SystemId)), (CommandId::OUTBIND, "centre"));
    let answer = bench.ask(connection, &bind(CommandId::BIND_RECEIVER, 1, "acme", "", 0x34));
    assert_eq!(answer.status(), CommandStatus::OK);
}

#[test]
fn mobiles_send_at_the_rate_asked_for_to_those_who_receive() {
    let mut bench = Bench::new(options(|options| {
        options.mo = 10.0;
        options.mo_destination = "777".to_owned();
    }));
    let transmitter = bench.bound_as(CommandId::BIND_TRANSMITTER, "acme", 0x34);
    let receivers = [(); 2].map(|()| bench.bound_as(CommandId::BIND_RECEIVER, "acme", 0x34));
    bench.pass(10_000);
    assert!(bench.said(transmitter).is_empty());
    for receiver in receivers {
        let said = bench.said(receiver);
        let messages: Vec<_> =
            said.iter().filter(|said| said.header.command_id == CommandId::DELIVER_SM).collect();
        assert_eq!(messages.len(), 50);
        assert!(messages.iter().all(|said| said.text(Slot::DestinationAddr) == "777"));
        assert!(messages.iter().all(|said| said.facts.esm_class() == Some(0)));
    }
    assert_eq!(bench.counters().mo, 100);
}

#[test]
fn stopping_unbinds_everybody_and_refuses_new_connections() {
    let mut bench = Bench::new(Options::default());
    let (bound, open) = (bench.bound(), bench.connect());
    bench.engine.stop(bench.now);
    bench.collect();
    bench.collect();
    assert_eq!(bench.said(bound)[0].header.command_id, CommandId::UNBIND);
    assert_eq!(bench.closed.get(&open), Some(&Close::Fin));
    assert_eq!(bench.closed.get(&bound), Some(&Close::Fin));
    assert!(bench.engine.connected("peer", bench.now).is_none());
    [bound, open].into_iter().for_each(|id| bench.engine.closed(id, "fin", bench.now));
    assert!(bench.engine.is_idle());
}

#[test]
fn connections_and_messages_are_bounded() {
    let mut bench = Bench::new(options(|options| {
        (options.max_connections, options.max_messages) = (2, 3);
        options.receipt_delay = "10s".parse().unwrap();
    }));
    let connection = bench.bound();
    bench.connect();
    assert!(bench.engine.connected("peer", bench.now).is_none());
    let statuses: Vec<_> = (2..7)
        .map(|sequence| bench.ask(connection, &submit(sequence, "447700900001", 0, "hi")).status())
        .collect();
    let (ok, full) = (CommandStatus::OK, CommandStatus::RMSGQFUL);
    assert_eq!(statuses, [ok, ok, ok, full, full]);
    bench.pass(10_000);
    bench.said(connection);
    assert_eq!(bench.ask(connection, &submit(9, "447700900001", 0, "hi")).status(), ok);
}

/// When octets came, which, and whether the connection was closed behind them.
type Piece = (Timestamp, Vec<u8>, Option<Close>);

/// Octets that a fault leaves of two answers, and when they came.
fn faulty(fault: &str, millis: i64) -> (Bench, ConnectionId, Vec<Piece>) {
    let mut bench = Bench::new(options(|options| options.faults = fault.parse().unwrap()));
    let connection = bench.bound();
    let mut pieces = Vec::new();
    for sequence in 2..4 {
        bench.engine.received(connection, &pdu(CommandId::ENQUIRE_LINK.0, 0, sequence, b""), bench.now);
    }
    let until = bench.now.plus(Duration::from_millis(millis));
    loop {
        while let Some(ready) = bench.engine.ready() {
            let mut octets = Vec::new();
            let close = bench.engine.take(ready, &mut octets);
            pieces.push((bench.now, octets, close));
        }
        match bench.engine.timeout().filter(|at| *at <= until) {
            Some(at) => {
                bench.now = bench.now.max(at);
                bench.engine.tick(bench.now);
            }
            None => break,
        }
    }
    (bench, connection, pieces)
}

#[test]
fn each_fault_does_what_it_says_and_only_after_the_bind() {
    let answer = |sequence| pdu(CommandId::ENQUIRE_LINK_RESP.0, 0, sequence, b"");
    let both = [answer(2), answer(3)].concat();
    let all = |pieces: &[(Timestamp, Vec<u8>, Option<Close>)]| {
        pieces.iter().flat_map(|(_, octets, _)| octets.clone()).collect::<Vec<_>>()
    };
    for fault in Fault::ALL {
        let (_, _, pieces) = faulty(fault.name(), 20_000);
        let octets = all(&pieces);
        match fault {
            Fault::Split => {
                assert_eq!(octets, both);
                assert!(pieces.len() > 2, "{pieces:?}");
            }
            Fault::Slow => {
                assert_eq!(octets, both);
                assert!(pieces.iter().all(|(_, octets, _)| octets.len() <= 2), "{pieces:?}");
                assert!(pieces.last().unwrap().0 >= ms(75));
            }
            Fault::Coalesce => {
                assert_eq!(
                    pieces.iter().find(|piece| !piece.1.is_empty()).unwrap(),
                    &(ms(200), both.clone(), None)
                );
            }
            Fault::Silence => assert!(octets.is_empty()),
            Fault::Reset => assert_eq!(pieces[0], (ms(0), Vec::new(), Some(Close::Reset))),
            Fault::HalfClose => assert_eq!(pieces[0], (ms(0), answer(2), Some(Close::Half))),
            Fault::WrongSequence => {
                assert_eq!(octets.len(), 32);
                assert_ne!(octets[12..16], both[12..16]);
            }
            Fault::Duplicate => {
                assert_eq!(octets, [answer(2), answer(2), answer(3), answer(3)].concat());
            }
            Fault::Late => {
                assert_eq!(pieces.iter().find(|piece| !piece.1.is_empty()).unwrap().0, ms(15_000));
                assert_eq!(octets, both);
            }
            Fault::Garbage => {
                assert!(octets.len() > 32);
                assert!(octets.windows(16).any(|window| window == answer(2)));
            }
        }
    }
}

#[test]
fn a_recording_is_answered_as_it_was() {
    for (extra, want) in [
        (Extra::Ok, Some(CommandStatus::OK)),
        (Extra::Nack, Some(CommandStatus::RSYSERR)),
        (Extra::Drop, None),
    ] {
        let recording = recorded().finish(extra);
        assert_eq!(recording.len(), 3);
        let mut bench = Bench::new(options(|options| options.recording = Some(recording)));
        let connection = bench.bound();
        bench.send(connection, &submit(2, "447700900001", 1, "two"));
        bench.send(connection, &submit(3, "447700900001", 1, "one"));
        bench.send(connection, &submit(4, "447700900002", 1, "anything"));
        bench.send(connection, &submit(5, "447700900003", 1, "unknown"));
        bench.pass(5_000);
        let said = bench.said(connection);
        let answer = |sequence| {
            said.iter()
                .find(|said| {
                    said.header.command_id.is_response() && said.header.sequence_number.0 == sequence
                })
                .map(|said| (said.status(), said.at))
        };
        assert_eq!(answer(2), Some((CommandStatus::RTHROTTLED, ms(70))));
        assert_eq!(answer(3), Some((CommandStatus::OK, ms(30))));
        assert_eq!(answer(4), None);
        assert_eq!(answer(5).map(|(status, _)| status), want);
        let receipt = said
            .iter()
            .find(|said| said.header.command_id == CommandId::DELIVER_SM && said.receipt().1 == "UNDELIV")
            .unwrap();
        assert_eq!(receipt.at, ms(4_030));
    }
}

/// Two submissions that were answered, and one that was not; the receipt of the first names it in decimal, and comes 4 s
/// after the answer.
fn recorded() -> Recorder {
    let mut recorder = Recorder::default();
    let mut push = |from, at, octets: &[u8]| {
        recorder.push(&RecordedPdu { connection: 7, from, at: ms(at), octets });
    };
    push(Role::Esme, 0, &submit(1, "447700900001", 1, "one"));
    push(Role::Smsc, 30, &pdu(CommandId::SUBMIT_SM_RESP.0, 0, 1, b"1f\0"));
    push(Role::Esme, 100, &submit(2, "447700900001", 1, "two"));
    push(Role::Smsc, 170, &pdu(CommandId::SUBMIT_SM_RESP.0, 0x58, 2, b""));
    push(Role::Esme, 200, &submit(3, "447700900002", 1, "lost"));
    let text = b"id:0000000031 sub:001 dlvrd:000 submit date:2611270000 done date:2611270000 stat:UNDELIV err:001 text:one";
    let head: &[u8] = b"\0\x01\x01447700900001\0\x01\x0112345\0\x04\0\0\0\0\0\0\0\0";
    let receipt = [head, &[u8::try_from(text.len()).unwrap()], text].concat();
    push(Role::Smsc, 4_030, &pdu(CommandId::DELIVER_SM.0, 0, 1, &receipt));
    recorder
}

#[test]
fn events_tell_what_was_answered_and_why() {
    let mut bench = Bench::new(Options::default());
    bench.engine.keep_events();
    let connection = bench.bound();
    bench.ask(connection, &submit(2, "447700900001", 0, "hi"));
    bench.ask(connection, &submit(3, "", 0, "hi"));
    let events = serde_json::to_value(bench.engine.events()).unwrap();
    let types: Vec<&str> =
        events.as_array().unwrap().iter().map(|event| event["event_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["connected", "request", "bound", "request", "request"]);
    assert_eq!(events[3]["message_id"], "0000000001");
    assert_eq!(events[4]["status"], "ESME_RINVDSTADR");
    assert_eq!(events[4]["rule"], "field.destination_addr.empty");
    assert!(events[3].get("rule").is_none());
}

#[test]
fn arbitrary_octets_at_arbitrary_times_never_get_more_answers_than_there_were_requests() {
    use smpp_inspect::testkit::{Rng, fuzz_smsc};

    let mut rng = Rng::new(1);
    let pdus = [
        bind(CommandId::BIND_TRANSCEIVER, 1, "acme", "secret", 0x34),
        bind(CommandId::BIND_RECEIVER, 1, "acme", "secret", 0x33),
        submit(2, "447700900001", 1, "hello"),
        submit(3, "222", 0x11, "hello"),
        named(CommandId::QUERY_SM, 4, "0000000001", b""),
        pdu(CommandId::UNBIND.0, 0, 5, b""),
        pdu(CommandId::DELIVER_SM_RESP.0, 0, 1, b"\0"),
    ];
    for _ in 0..2_000 {
        let mut input = vec![u8::try_from(rng.below(64)).unwrap(), 0, 0];
        for _ in 0..rng.below(40) {
            let connection = u8::try_from(rng.below(3)).unwrap() << 4;
            let mut octets = rng.pick(&pdus).clone();
            if rng.chance(200) {
                let at = usize::try_from(rng.below(octets.len() as u64)).unwrap();
                octets[at] = rng.bits().to_le_bytes()[0];
            }
            match rng.below(10) {
                0 => input.extend([connection | 1, rng.bits().to_le_bytes()[0]]),
                1 => input.extend([connection, 0]),
                2 => input.extend([connection | u8::try_from(rng.below(4)).unwrap(), 1]),
                _ => {
                    input.extend([connection | 5, u8::try_from(octets.len()).unwrap()]);
                    input.extend(octets);
                }
            }
        }
        fuzz_smsc::smsc(&input);
    }
}
