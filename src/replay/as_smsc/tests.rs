//! The player against the engine of a replay as the ESME under test, in simulated time.

use proptest::prelude::*;

use super::*;
use crate::replay::engine::{Exchange, Failure, Replayed};
use crate::replay::plan::{Captured, Planned};
use crate::replay::tests::{START, World, options, submit};
use crate::replay::verdict::{Comparison, Reason, Verdict};
use crate::smpp::{CommandStatus, Header, SequenceNumber};
use crate::smsc::Pdu;

const OK: CommandStatus = CommandStatus::OK;

/// A PDU of the capture: when, in milliseconds, whether of the ESME, and what.
type Line = (i64, bool, Vec<u8>);

fn make(id: CommandId, status: CommandStatus, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    Pdu::new(&mut octets, id, status, SequenceNumber(sequence)).octets(body).finish();
    octets
}

fn script_of(sessions: &[&[Line]]) -> Script {
    let mut scribe = Scribe::default();
    let mut all: Vec<(i64, usize, &Line)> = sessions
        .iter()
        .enumerate()
        .flat_map(|(n, lines)| lines.iter().map(move |line| (line.0, n, line)))
        .collect();
    all.sort_by_key(|(at, ..)| *at);
    for (index, (at, number, line)) in all.into_iter().enumerate() {
        scribe.push(&Captured {
            session: &format!("s{number}"),
            account: "esme",
            from_esme: line.1,
            esme: "192.0.2.1:40000".parse().unwrap(),
            smsc: "192.0.2.2:2775".parse().unwrap(),
            at: START.plus(Duration::from_millis(at)),
            octets: &line.2,
            whole: true,
            version: None,
            file: None,
            frame: u64::try_from(index).unwrap(),
            index: 0,
        });
    }
    scribe.finish()
}

/// A submit_sm of 3.4.
pub(super) fn message(destination: &str, text: &str) -> Vec<u8> {
    let mut body = b"\0\x01\x01ours\0\x01\x01".to_vec();
    body.extend(destination.as_bytes());
    body.extend([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, u8::try_from(text.len()).unwrap()]);
    body.extend(text.as_bytes());
    make(CommandId::SUBMIT_SM, OK, 77, &body)
}

/// A captured request that was not answered.
pub(super) fn asked(octets: &[u8]) -> script::Asked {
    script::Asked {
        command: Header::parse(octets).unwrap().command_id,
        octets: octets.into(),
        place: Place { file: None, frame: 1, index: 0, at: START },
        response: None,
        latency: Duration::ZERO,
        reports: Vec::new(),
    }
}

/// bind_transceiver of `esme`, as the engine binds, and its response after 5 ms.
fn bound(status: CommandStatus) -> Vec<Line> {
    let id = CommandId::BIND_TRANSCEIVER;
    vec![
        (0, true, make(id, OK, 1, b"esme\0\0REPLAY\0\x34\0\0\0")),
        (5, false, make(id.response(), status, 1, if status == OK { b"centre\0" } else { b"" })),
    ]
}

/// A submit_sm as [`submit`] makes it.
fn submitted(at: i64, sequence: u32, response: (i64, CommandStatus, &str)) -> Vec<Line> {
    exchanged(at, sequence, submit(0, 0, Duration::ZERO).octets, response)
}

/// A submit_sm, and what was answered after how long.
fn exchanged(
    at: i64,
    sequence: u32,
    mut octets: Vec<u8>,
    (after, status, id): (i64, CommandStatus, &str),
) -> Vec<Line> {
    octets[12..16].copy_from_slice(&sequence.to_be_bytes());
    let id = format!("{id}\0");
    let body = if status == OK { id.as_bytes() } else { b"" };
    vec![(at, true, octets), (at + after, false, make(CommandId::SUBMIT_SM_RESP, status, sequence, body))]
}

/// A deliver_sm with this esm_class and text, and its answer after 2 ms.
fn delivered(at: i64, sequence: u32, esm_class: u8, text: &str) -> Vec<Line> {
    let mut body = b"\0\x01\x01447700900123\0\x01\x01ours\0".to_vec();
    body.extend([esm_class, 0, 0, 0, 0, 0, 0, 0, 0, u8::try_from(text.len()).unwrap()]);
    body.extend(text.as_bytes());
    vec![
        (at, false, make(CommandId::DELIVER_SM, OK, sequence, &body)),
        (at + 2, true, make(CommandId::DELIVER_SM_RESP, OK, sequence, b"\0")),
    ]
}

fn receipt(at: i64, sequence: u32, id: &str) -> Vec<Line> {
    delivered(at, sequence, 4, &format!("id:{id} sub:001 dlvrd:001 stat:DELIVRD err:000 text:"))
}

/// Two messages, the second throttled; a receipt of the first, and a message of a mobile.
fn conversation() -> Vec<Line> {
    [
        bound(OK),
        submitted(100, 2, (30, OK, "m1")),
        submitted(200, 3, (10, CommandStatus::RTHROTTLED, "")),
        delivered(505, 1, 0, "hello"),
        receipt(1_130, 2, "m1"),
        vec![
            (2_000, true, make(CommandId::UNBIND, OK, 4, b"")),
            (2_001, false, make(CommandId::UNBIND_RESP, OK, 4, b"")),
        ],
    ]
    .concat()
}

fn play(script: Script, speed: Option<f64>) -> Player {
    let options =
        Options { speed, extra: Extra::Ok, timeout: Duration::from_secs(10), system_id: "test".to_owned() };
    Player::new(script, options)
}

/// What the ESME sends, so many milliseconds after it is bound; how long it stays.
fn run(script: Script, speed: Option<f64>, requests: Vec<Planned>, linger: i64) -> World<Player> {
    let mut options = options(1, requests.len() as u64, 100);
    options.linger = Duration::from_millis(linger);
    options.rebind = false;
    let mut world = World::of(options, play(script, speed));
    world.replay.feed(requests, START);
    world.replay.fed_all(START);
    world.run(None);
    world
}

fn at(millis: i64) -> Planned {
    submit(u64::try_from(millis).unwrap(), 0, Duration::from_millis(millis))
}

fn status_and_latency(exchanges: &[Exchange]) -> Vec<(CommandStatus, i64)> {
    let of = |exchange: &Exchange| match &exchange.outcome {
        Replayed::Answered { response, at } => {
            (Header::parse(response).unwrap().command_status, at.since(exchange.sent.unwrap()).millis())
        }
        other => panic!("{other:?}"),
    };
    exchanges.iter().map(of).collect()
}

fn verdicts(player: &mut Player) -> Vec<(&'static str, String, Comparison)> {
    player.finish();
    let mut all: Vec<_> = player
        .played()
        .iter()
        .map(|played| (played.did.name(), played.command.to_string(), compare(played, &[])))
        .collect();
    all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    all
}

fn counted(player: &mut Player) -> Vec<(Verdict, usize)> {
    let all = verdicts(player);
    Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict, all.iter().filter(|(.., comparison)| comparison.verdict == verdict).count()))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[test]
fn requests_are_answered_as_captured_and_what_was_told_comes_when_it_came() {
    let mut world = run(script_of(&[&conversation()]), Some(1.0), vec![at(0), at(50)], 3_000);
    let answers = status_and_latency(&world.replay.exchanges());
    assert_eq!(answers, [(OK, 30), (CommandStatus::RTHROTTLED, 10)]);
    let bound_at = START.plus(Duration::from_millis(5));
    let told: Vec<(i64, u32)> = world
        .told
        .iter()
        .map(|(at, octets)| (at.since(bound_at).millis(), Header::parse(octets).unwrap().sequence_number.0))
        .collect();
    // The message 500 ms after the bind, the receipt 1 s after the response to the first message.
    assert_eq!(told, [(500, 1), (1_030, 2)]);
    assert!(world.told[1].1.windows(5).any(|octets| octets == b"id:m1"));
    let counters = world.smsc.counters();
    assert_eq!((counters.requests, counters.extra, counters.deliveries, counters.answered), (4, 0, 2, 2));
    assert!(world.smsc.is_done());
    assert_eq!(counted(&mut world.smsc), [(Verdict::Same, 6)]);
}

#[test]
fn the_pace_scales_latencies_and_delays() {
    for (speed, latency, told) in
        [(Some(5.0), 6, [100, 206]), (Some(0.5), 60, [1_000, 2_060]), (None, 0, [0, 0])]
    {
        let mut world = run(script_of(&[&conversation()]), speed, vec![at(0), at(50)], 5_000);
        let answers = status_and_latency(&world.replay.exchanges());
        assert!(answers.contains(&(OK, latency)), "{speed:?}: {answers:?}");
        let first = world.replay.epoch().unwrap();
        let times: Vec<i64> = world.told.iter().map(|(at, _)| at.since(first).millis()).collect();
        assert_eq!(times, told, "{speed:?}");
    }
}

#[test]
fn what_the_esme_does_otherwise_is_told() {
    let mut other = at(0);
    let place = other.octets.windows(4).position(|octets| octets == b"4477").unwrap();
    other.octets[place..place + 4].copy_from_slice(b"4488");
    let mut world = run(
        script_of(&[&conversation()]),
        Some(1.0),
        vec![other.clone(), at(50), Planned { number: 60, ..other }],
        3_000,
    );
    let all = verdicts(&mut world.smsc);
    let submits: Vec<&Comparison> = all
        .iter()
        .filter(|(_, command, _)| command == "submit_sm")
        .map(|(.., comparison)| comparison)
        .collect();
    let mut kinds: Vec<Verdict> = submits.iter().map(|comparison| comparison.verdict).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [Verdict::Same, Verdict::Different, Verdict::Extra]);
    let fields: Vec<&str> = submits.iter().flat_map(|comparison| comparison.unexpected()).collect();
    assert_eq!(fields, ["destination_addr"]);
    assert_eq!(world.smsc.counters().extra, 1);
}

#[test]
fn what_does_not_come_is_missing_and_its_receipt_is_not_sent() {
    let mut world = run(script_of(&[&conversation()]), Some(1.0), Vec::new(), 0);
    assert!(!world.smsc.is_done());
    // Bind and unbind came; both messages did not, and it was gone before the message of the mobile.
    assert_eq!(counted(&mut world.smsc), [(Verdict::Same, 2), (Verdict::Missing, 2), (Verdict::NotSent, 2)]);
    assert!(world.smsc.played().is_empty(), "everything is told once");
}

#[test]
fn a_receipt_that_overtook_the_response_does_so_again() {
    let early = [bound(OK), submitted(100, 2, (50, OK, "1f0")), receipt(140, 1, "496")].concat();
    let world = run(script_of(&[&early]), Some(1.0), vec![at(0)], 1_000);
    // The id is hexadecimal in one, decimal in the other.
    assert_eq!(world.told[0].0.since(world.replay.epoch().unwrap()).millis(), 40);
}

#[test]
fn a_bind_is_refused_as_it_was() {
    let world = run(script_of(&[&bound(CommandStatus::RINVPASWD)]), Some(1.0), vec![at(0)], 0);
    let failure = world.replay.failure().map(|(_, failure)| failure.clone());
    assert_eq!(failure, Some(Failure::Refused(CommandStatus::RINVPASWD)));
}

#[test]
fn a_captured_unbind_of_the_message_centre_is_played() {
    let unbinds = [
        bound(OK),
        vec![
            (1_005, false, make(CommandId::UNBIND, OK, 9, b"")),
            (1_006, true, make(CommandId::UNBIND_RESP, OK, 9, b"")),
        ],
    ]
    .concat();
    let mut world = run(script_of(&[&unbinds]), Some(1.0), Vec::new(), 60_000);
    assert_eq!(world.told.len(), 1);
    assert_eq!(counted(&mut world.smsc), [(Verdict::Same, 2)]);
}

#[test]
fn parts_with_another_reference_are_the_same_as_expected() {
    let part = |reference: u8, last: u8| {
        let mut body = b"\0\x01\x01ours\0\x01\x01447700900123\0\x40\0\0\0\0\0\0\0\0\x08".to_vec();
        body.extend([5, 0, 3, reference, 2, 1, b'h', last]);
        make(CommandId::SUBMIT_SM, OK, 2, &body)
    };
    for (live, verdict) in [
        (part(8, b'i'), Verdict::Expected),
        (part(7, b'i'), Verdict::Same),
        (part(8, b'o'), Verdict::Different),
    ] {
        let played = Played {
            session: None,
            did: Did::Ask,
            command: CommandId::SUBMIT_SM,
            place: None,
            captured: Some(part(7, b'i').into()),
            live: Some(live.into()),
            at: None,
            status: None,
            was_due: true,
            is_reordered: false,
        };
        let comparison = compare(&played, &[]);
        assert_eq!(comparison.verdict, verdict, "{comparison:?}");
        if verdict == Verdict::Expected {
            let difference = &comparison.differences[0];
            assert_eq!((difference.field.as_str(), difference.expected), (REFERENCE, Some(Reason::Always)));
        }
    }
}

#[test]
fn it_ends_when_all_was_played_and_waits_for_an_unbind_as_long_as_captured_and_a_little_more() {
    let lines = [
        bound(OK),
        vec![
            (60_000, true, make(CommandId::UNBIND, OK, 2, b"")),
            (60_001, false, make(CommandId::UNBIND_RESP, OK, 2, b"")),
        ],
    ]
    .concat();
    let after = |millis| START.plus(Duration::from_millis(millis));
    for (lines, speed, ends) in [(&lines, 1.0, 65_000), (&lines, 10.0, 11_000), (&bound(OK), 1.0, 5)] {
        let mut player = play(script_of(&[lines]), Some(speed));
        let connection = player.connected("esme", START).unwrap();
        player.received(connection, &lines[0].2, START);
        assert!(!player.is_done());
        while let Some(due) = player.timeout().filter(|due| *due <= after(ends)) {
            assert!(!player.is_done());
            player.tick(due);
        }
        assert!(player.is_done(), "at {ends} ms");
    }
}

/// Everything that waits to be sent on a connection.
fn taken(player: &mut Player, connection: ConnectionId) -> Vec<Header> {
    let mut octets = Vec::new();
    player.take(connection, &mut octets);
    let (mut rest, mut all) = (octets.as_slice(), Vec::new());
    while let Some(header) = Header::parse(rest) {
        rest = &rest[header.command_length as usize..];
        all.push(header);
    }
    all
}

#[test]
fn who_was_cut_off_binds_again_and_goes_on_where_it_was() {
    let mut player = play(script_of(&[&conversation()]), Some(1.0));
    let lines = conversation();
    let after = |millis| START.plus(Duration::from_millis(millis));
    let first = player.connected("esme", START).unwrap();
    player.received(first, &lines[0].2, START);
    player.tick(after(5));
    player.received(first, &lines[2].2, after(10));
    player.tick(after(100));
    assert_eq!(taken(&mut player, first).len(), 2);
    player.closed(first, "rst", after(100));
    // What is due meanwhile waits.
    player.tick(after(1_200));
    let second = player.connected("esme", after(1_200)).unwrap();
    player.received(second, &lines[0].2, after(1_200));
    player.tick(after(1_300));
    let came: Vec<CommandId> = taken(&mut player, second).iter().map(|header| header.command_id).collect();
    assert_eq!(came, [CommandId::BIND_TRANSCEIVER_RESP, CommandId::DELIVER_SM, CommandId::DELIVER_SM]);
    player.received(second, &lines[4].2, after(1_300));
    player.tick(after(1_400));
    assert_eq!(taken(&mut player, second)[0].command_status, CommandStatus::RTHROTTLED);
    assert_eq!((player.counters().requests, player.counters().extra), (3, 1));
}

#[test]
fn requests_that_were_not_captured_are_answered_as_asked() {
    for (extra, want) in
        [(Extra::Ok, Some(OK)), (Extra::Nack, Some(CommandStatus::RSYSERR)), (Extra::Drop, None)]
    {
        let mut player = play(script_of(&[&bound(OK)]), None);
        player.core.options.extra = extra;
        let connection = player.connected("esme", START).unwrap();
        player.received(connection, &bound(OK)[0].2, START);
        player.received(connection, &submit(0, 0, Duration::ZERO).octets, START);
        player.tick(START);
        let answers: Vec<CommandStatus> = taken(&mut player, connection)
            .iter()
            .filter(|header| header.command_id == CommandId::SUBMIT_SM_RESP)
            .map(|header| header.command_status)
            .collect();
        assert_eq!(answers, Vec::from_iter(want));
    }
}

/// Messages to different numbers, each with its own latency, status of every third, id and receipt.
fn traffic(count: usize) -> Vec<Line> {
    let mut lines = bound(OK);
    for number in 0..count {
        let at = 100 * i64::try_from(number).unwrap();
        let sequence = u32::try_from(number).unwrap() + 2;
        let status = if number % 3 == 2 { CommandStatus::RTHROTTLED } else { OK };
        let after = 30 + at / 100;
        lines.extend(exchanged(at + 50, sequence, traffic_message(number), (after, status, &id_of(number))));
        if status == OK {
            lines.extend(receipt(at + 50 + after + 500, sequence, &id_of(number)));
        }
    }
    lines
}

fn traffic_message(number: usize) -> Vec<u8> {
    message(&format!("4477{number:06}"), "hello")
}

fn id_of(number: usize) -> String {
    format!("m{number}x")
}

/// As sent by an ESME, in this order, 10 ms apart; the number of a request is that of its message.
fn sent(order: &[usize]) -> Vec<Planned> {
    order
        .iter()
        .zip(0..)
        .map(|(&number, turn)| Planned {
            octets: traffic_message(number),
            ..submit(number as u64, 0, Duration::from_millis(10 * turn))
        })
        .collect()
}

/// What a message was answered with, after how long, and how long after that its receipts came.
type Fate = (CommandStatus, String, i64, Vec<i64>);

/// By message; one that was sent more than once has several.
fn fates(world: &mut World<Player>) -> Vec<(usize, Fate)> {
    let mut all = Vec::new();
    for exchange in world.replay.exchanges() {
        let Replayed::Answered { response, at } = &exchange.outcome else { panic!("{:?}", exchange.outcome) };
        let status = Header::parse(response).unwrap().command_status;
        let id = String::from_utf8_lossy(response.get(16..).unwrap()).trim_end_matches('\0').to_owned();
        let mark = format!("id:{id} ");
        let is_its =
            |octets: &[u8]| !id.is_empty() && octets.windows(mark.len()).any(|part| part == mark.as_bytes());
        let receipts = world.told.iter().filter(|(_, octets)| is_its(octets));
        let receipts = receipts.map(|(told, _)| told.since(*at).millis()).collect();
        let latency = at.since(exchange.sent.unwrap()).millis();
        all.push((usize::try_from(exchange.planned.number).unwrap(), (status, id, latency, receipts)));
    }
    all.sort_by_key(|(number, _)| *number);
    all
}

fn captured_fate(number: usize) -> Fate {
    let latency = 30 + i64::try_from(number).unwrap();
    if number % 3 == 2 {
        (CommandStatus::RTHROTTLED, String::new(), latency, vec![])
    } else {
        (OK, id_of(number), latency, vec![500])
    }
}

#[test]
fn an_esme_that_sends_in_another_order_gets_for_each_message_what_was_captured_for_it() {
    for order in [vec![1, 0, 2, 3, 4, 5], vec![5, 4, 3, 2, 1, 0], vec![2, 5, 0, 3, 1, 4]] {
        let mut world = run(script_of(&[&traffic(6)]), Some(1.0), sent(&order), 3_000);
        let wanted: Vec<(usize, Fate)> = (0..6).map(|number| (number, captured_fate(number))).collect();
        assert_eq!(fates(&mut world), wanted, "{order:?}");
        world.smsc.finish();
        let mut tally = Tally::default();
        world.smsc.played().iter().for_each(|played| tally.add(played, &compare(played, &[])));
        // All but the unbind, which the capture does not have.
        assert_eq!((tally.count(Verdict::Different), tally.count(Verdict::Missing)), (0, 0), "{order:?}");
        let mut furthest = 0;
        let overtaken = order.iter().filter(|&&number| {
            furthest = furthest.max(number);
            number < furthest
        });
        assert_eq!(tally.reordered, overtaken.count() as u64, "{order:?}");
    }
}

#[test]
fn a_message_too_many_takes_nothing_from_those_that_were_captured() {
    for place in 0..=6 {
        let mut order: Vec<usize> = (0..6).collect();
        order.insert(place, 99);
        let mut world = run(script_of(&[&traffic(6)]), Some(1.0), sent(&order), 3_000);
        let mut fates = fates(&mut world);
        let extra = fates.pop().unwrap();
        assert_eq!((extra.0, extra.1.0, extra.1.1.as_str()), (99, OK, "extra-1"), "at {place}");
        let wanted: Vec<(usize, Fate)> = (0..6).map(|number| (number, captured_fate(number))).collect();
        assert_eq!(fates, wanted, "at {place}");
        assert_eq!((world.smsc.counters().requests, world.smsc.counters().extra), (7, 2), "at {place}");
        let counted = counted(&mut world.smsc);
        // The unbind is extra, too.
        assert_eq!(counted, [(Verdict::Same, 11), (Verdict::Extra, 2)], "at {place}");
    }
}

#[test]
fn what_was_answered_as_a_message_that_comes_after_all_is_extra_all_the_same() {
    // The first is answered at once, as the captured one that it seems to be.
    let mut world = run(script_of(&[&traffic(2)]), None, sent(&[99, 0, 1]), 3_000);
    let ids: Vec<(usize, String)> =
        fates(&mut world).into_iter().map(|(number, (_, id, ..))| (number, id)).collect();
    assert_eq!(ids, [(0, id_of(0)), (1, id_of(1)), (99, id_of(0))]);
    assert_eq!(world.told.len(), 2, "no receipt is sent twice");
    assert_eq!(counted(&mut world.smsc), [(Verdict::Same, 5), (Verdict::Extra, 2)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_shuffled_esme_with_losses_gets_what_was_captured(
        order in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
        lost in 0_usize..12,
        speed in prop::sample::select(vec![None, Some(1.0), Some(7.0)]),
    ) {
        let order = &order[lost..];
        let mut world = run(script_of(&[&traffic(12)]), speed, sent(order), 5_000);
        let mut numbers = order.to_vec();
        numbers.sort_unstable();
        let wanted: Vec<(usize, CommandStatus, String, usize)> = numbers.into_iter().map(|number| {
            let (status, id, _, receipts) = captured_fate(number);
            (number, status, id, receipts.len())
        }).collect();
        let fates: Vec<_> = fates(&mut world).into_iter()
            .map(|(number, (status, id, _, receipts))| (number, status, id, receipts.len()))
            .collect();
        prop_assert_eq!(fates, wanted);
        let all = verdicts(&mut world.smsc);
        let count = |verdict| all.iter().filter(|(what, command, comparison)| {
            (*what, command.as_str(), comparison.verdict) == ("request", "submit_sm", verdict)
        }).count();
        prop_assert_eq!((count(Verdict::Same), count(Verdict::Missing)), (12 - lost, lost));
    }

    #[test]
    fn it_always_ends_and_everything_captured_is_told_once(
        sent in 0_usize..12,
        captured in 0_i64..12,
        links in 1_u32..4,
        speed in prop::sample::select(vec![None, Some(1.0), Some(20.0)]),
        linger in 0_i64..3_000,
        stop_at in prop::option::of(0_usize..200),
    ) {
        let mut lines = bound(OK);
        for number in 0..captured {
            let sequence = u32::try_from(number).unwrap() + 2;
            lines.extend(submitted(100 * number, sequence, (30, OK, &format!("m{number}"))));
            lines.extend(receipt(100 * number + 500, sequence, &format!("m{number}")));
        }
        let script = script_of(&[&lines, &bound(OK)]);
        let all = script.requests() + script.deliveries();
        let mut options = options(links, 0, 3);
        options.linger = Duration::from_millis(linger);
        let requests: Vec<Planned> = (0..sent).map(|number| {
            let number = u32::try_from(number).unwrap();
            submit(u64::from(number), number % links, Duration::from_millis(10))
        }).collect();
        for link in 0..links {
            options.links[link as usize].requests =
                requests.iter().filter(|planned| planned.session == link).count() as u64;
        }
        let mut world = World::of(options, play(script, speed));
        world.replay.feed(requests, START);
        world.replay.fed_all(START);
        world.run(stop_at);
        world.smsc.finish();
        let played = world.smsc.played();
        let of_capture = played.iter().filter(|played| played.place.is_some()).count() as u64;
        prop_assert_eq!(of_capture, all);
        let mut places: Vec<_> = played.iter().filter_map(|played| played.place.clone().map(|place| (place.frame, played.did))).collect();
        places.sort_unstable();
        places.dedup();
        prop_assert_eq!(places.len() as u64, all);
        prop_assert!(world.smsc.is_idle());
    }
}
