//! The engine against the test SMSC in simulated time: both state machines in one world, without sockets or a clock.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::engine::{Close, Engine, Failure, LinkId, LinkOptions, NotSent, Options, Replayed};
use super::plan::{Planned, Recorded};
use crate::smpp::{CommandId, CommandStatus, Header, Span};
use crate::smsc;
use crate::smsc::server::Machine;
use crate::time::{Duration, Timestamp};

pub(super) const START: Timestamp = Timestamp::from_parts(1_800_000_000, 0);

/// A submit_sm of 3.4 without text.
pub(super) fn submit(number: u64, session: u32, due: Duration) -> Planned {
    let mut octets = vec![0; 16];
    octets.extend(b"\0\x01\x01ours\0\x01\x01447700900123\0\0\0\0\0\0\x01\0\0\0\0");
    let length = u32::try_from(octets.len()).unwrap();
    octets[..4].copy_from_slice(&length.to_be_bytes());
    octets[4..8].copy_from_slice(&CommandId::SUBMIT_SM.0.to_be_bytes());
    Planned { number, session, due, sequence: 77, ..Planned::of(CommandId::SUBMIT_SM, START, octets) }
}

pub(super) fn options(links: u32, requests: u64, window: u32) -> Options {
    let link = LinkOptions::transceiver("esme", requests, window);
    Options {
        links: (0..links).map(|_| link.clone()).collect(),
        rate_cap: None,
        timeout: Duration::from_secs(10),
        enquire_link: Duration::from_secs(30),
        linger: Duration::ZERO,
        rebind: true,
        expect: None,
        forbidden: Vec::new(),
        duration: None,
        step: false,
        translate: false,
    }
}

/// What changes the options, and whether anything is sent then.
type Case<'a> = (&'a dyn Fn(&mut Options), bool);

/// A connection of the world, and what the wire showed.
#[derive(Default)]
struct Wire {
    peer: Option<smsc::ConnectionId>,
    is_bound: bool,
    unbinds: u32,
    waiting: BTreeMap<u32, ()>,
    /// What came to the engine and is no whole PDU yet.
    coming: Vec<u8>,
}

pub(super) struct World<M = smsc::Engine> {
    pub(super) replay: Engine,
    pub(super) smsc: M,
    /// What the engine asked, but for binds.
    sent: Vec<Vec<u8>>,
    /// What the message centre asked, or told, of its own accord.
    pub(super) told: Vec<(Timestamp, Vec<u8>)>,
    wires: BTreeMap<LinkId, Wire>,
    now: Timestamp,
    window: usize,
    requests_seen: Vec<u32>,
    most_waiting: usize,
    ended_bound_without_unbind: u32,
    refuses: bool,
}

impl World {
    fn new(replay: Options, smsc: smsc::Options) -> Self {
        Self::of(replay, smsc::Engine::new(smsc))
    }
}

impl<M: Machine> World<M> {
    pub(super) fn of(replay: Options, smsc: M) -> Self {
        let window = replay.links[0].window as usize;
        Self {
            replay: Engine::new(replay, START),
            smsc,
            sent: Vec::new(),
            told: Vec::new(),
            wires: BTreeMap::new(),
            now: START,
            window,
            requests_seen: Vec::new(),
            most_waiting: 0,
            ended_bound_without_unbind: 0,
            refuses: false,
        }
    }

    fn pdus(mut octets: &[u8]) -> Vec<(Header, Vec<u8>)> {
        let mut pdus = Vec::new();
        while let Some(header) = Header::parse(octets) {
            let (pdu, rest) = octets.split_at(header.command_length as usize);
            pdus.push((header, pdu.to_vec()));
            octets = rest;
        }
        assert!(octets.is_empty(), "the engine sends whole PDUs");
        pdus
    }

    /// One thing that can happen now; false when nothing can.
    fn act(&mut self) -> bool {
        if let Some(link) = self.replay.connect() {
            if self.refuses {
                self.replay.unreachable(link, "refused", self.now);
                return true;
            }
            let peer = self.smsc.connected("peer", self.now);
            match peer {
                Some(peer) => {
                    self.wires.insert(link, Wire { peer: Some(peer), ..Wire::default() });
                    self.replay.connected(link, self.now);
                }
                None => self.replay.unreachable(link, "refused", self.now),
            }
            return true;
        }
        if let Some(link) = self.replay.ready() {
            let mut octets = Vec::new();
            let close = self.replay.take(link, &mut octets);
            let Some(wire) = self.wires.get_mut(&link) else { return true };
            for (header, pdu) in Self::pdus(&octets) {
                let id = header.command_id;
                assert!(wire.is_bound || id.is_bind(), "{id} before the bind's response");
                if !id.is_response() && !id.is_bind() {
                    self.sent.push(pdu);
                }
                match id {
                    CommandId::UNBIND => wire.unbinds += 1,
                    CommandId::SUBMIT_SM => {
                        self.requests_seen.push(header.sequence_number.0);
                        wire.waiting.insert(header.sequence_number.0, ());
                        self.most_waiting = self.most_waiting.max(wire.waiting.len());
                    }
                    _ => {}
                }
            }
            let Some(peer) = wire.peer else { return true };
            if close != Some(Close::Reset) {
                self.smsc.received(peer, &octets, self.now);
            }
            if close.is_some() {
                wire.peer = None;
                self.smsc.closed(peer, "fin", self.now);
            }
            return true;
        }
        if let Some(peer) = self.smsc.ready() {
            let mut octets = Vec::new();
            let close = self.smsc.take(peer, &mut octets);
            let Some((&link, wire)) = self.wires.iter_mut().find(|(_, wire)| wire.peer == Some(peer)) else {
                return true;
            };
            wire.coming.extend_from_slice(&octets);
            while let Some(header) = Header::parse(&wire.coming) {
                let length = header.command_length as usize;
                if length < 16 || length > wire.coming.len() {
                    break;
                }
                if header.command_id.is_response() {
                    wire.waiting.remove(&header.sequence_number.0);
                    wire.is_bound |=
                        header.command_id.request().is_bind() && header.command_status == CommandStatus::OK;
                } else {
                    self.told.push((self.now, wire.coming[..length].to_vec()));
                }
                wire.coming.drain(..length);
            }
            self.replay.received(link, &octets, self.now);
            if close.is_some() {
                let wire = self.wires.get_mut(&link).unwrap();
                if wire.is_bound && wire.unbinds == 0 {
                    self.ended_bound_without_unbind += 1;
                }
                wire.peer = None;
                self.smsc.closed(peer, "fin", self.now);
                self.replay.closed(link, self.now);
            }
            return true;
        }
        false
    }

    /// Time goes on to when something is due; false when nothing ever is.
    fn pass(&mut self) -> bool {
        let next = [self.replay.timeout(), self.smsc.timeout()].into_iter().flatten().min();
        let Some(next) = next else { return false };
        self.now = self.now.max(next);
        self.replay.tick(self.now);
        self.smsc.tick(self.now);
        true
    }

    /// Until all sessions are over; at most so many steps, and a simulated hour.
    pub(super) fn run(&mut self, stop_at: Option<usize>) {
        for step in 0..400_000 {
            if stop_at == Some(step) {
                self.replay.stop(self.now);
            }
            if !self.act() {
                if self.replay.is_done() {
                    return;
                }
                assert!(self.pass(), "nothing is due, and it is not done");
            }
            assert!(self.now.since(START) < Duration::from_secs(3_600), "an hour has passed");
        }
        panic!("it never ends");
    }
}

fn feed(world: &mut World, count: u64, links: u32, gap: Duration) {
    let requests: VecDeque<Planned> = (0..count)
        .map(|number| {
            let due = Duration::from_nanos(gap.nanos() * i64::try_from(number).unwrap());
            submit(number, u32::try_from(number).unwrap() % links, due)
        })
        .collect();
    world.replay.feed(requests, START);
    world.replay.fed_all(START);
}

#[test]
fn every_request_is_sent_once_and_in_order_within_the_window() {
    let smsc = smsc::Options { latency: "20ms".parse().unwrap(), ..smsc::Options::default() };
    let mut world = World::new(options(1, 100, 7), smsc);
    feed(&mut world, 100, 1, Duration::ZERO);
    world.run(None);
    let exchanges = world.replay.exchanges();
    assert_eq!(world.most_waiting, 7);
    assert_eq!(world.requests_seen, (2..=101).collect::<Vec<u32>>());
    assert_eq!(
        exchanges.iter().map(|exchange| exchange.planned.number).collect::<Vec<_>>(),
        (0..100).collect::<Vec<_>>()
    );
    assert!(exchanges.iter().all(|exchange| matches!(exchange.outcome, Replayed::Answered { .. })));
    assert_eq!(world.smsc.counters().accepted, 100);
    assert_eq!(world.wires[&0].unbinds, 1);
}

#[test]
fn requests_are_sent_at_their_time_and_the_cap_delays_them() {
    for (cap, last) in [(None, 900), (Some(5.0), 1_800)] {
        let mut options = options(1, 10, 10);
        options.rate_cap = cap;
        options.linger = Duration::from_secs(5);
        let mut world = World::new(options, smsc::Options::default());
        feed(&mut world, 10, 1, Duration::from_millis(100));
        world.run(None);
        let exchanges = world.replay.exchanges();
        let sent = exchanges.last().unwrap().sent.unwrap().since(exchanges[0].sent.unwrap());
        assert_eq!(sent.millis(), last, "{cap:?}");
        assert_eq!(world.replay.sent_for().unwrap().millis(), last, "staying bound does not count");
    }
}

/// Found by the fuzz target: nobody looked again once the cap had passed.
#[test]
fn one_by_one_the_cap_delays_requests_and_keeps_none() {
    let mut options = options(1, 10, 10);
    (options.step, options.rate_cap, options.enquire_link) = (true, Some(5.0), Duration::ZERO);
    let mut world = World::new(options, smsc::Options::default());
    feed(&mut world, 10, 1, Duration::ZERO);
    (0..4).for_each(|_| world.replay.step(START));
    world.replay.no_more_steps(START);
    world.run(None);
    let exchanges = world.replay.exchanges();
    let sent: Vec<_> = exchanges.iter().filter_map(|exchange| exchange.sent).collect();
    assert_eq!(sent.len(), 4);
    assert_eq!(sent[3].since(sent[0]).millis(), 600);
    assert_eq!((exchanges.len(), world.replay.counters().not_sent), (10, 6));
}

#[test]
fn an_end_at_any_step_unbinds_whoever_is_bound() {
    for stop_at in 0..80 {
        let smsc = smsc::Options { latency: "5ms".parse().unwrap(), ..smsc::Options::default() };
        let mut world = World::new(options(3, 10, 2), smsc);
        feed(&mut world, 30, 3, Duration::from_millis(1));
        world.run(Some(stop_at));
        for (link, wire) in &world.wires {
            assert_eq!(wire.unbinds, u32::from(wire.is_bound), "session {link}, stopped at step {stop_at}");
        }
        let counters = world.replay.counters();
        assert_eq!(counters.answered + counters.missing, counters.sent);
        assert_eq!(counters.sent + counters.not_sent, 30);
        assert_eq!(world.replay.exchanges().len(), 30);
    }
}

#[test]
fn a_message_centre_with_another_name_gets_an_unbind_and_nothing_else() {
    let right = |options: &mut Options| options.expect = Some("smpp-inspect".to_owned());
    let wrong = |options: &mut Options| options.expect = Some("test".to_owned());
    let forbidden = |options: &mut Options| options.forbidden = vec!["smpp-inspect".to_owned()];
    let named = |options: &mut Options| {
        options.forbidden = vec!["smpp-inspect".to_owned()];
        options.expect = Some("smpp-inspect".to_owned());
    };
    let cases: [Case<'_>; 4] = [(&right, true), (&wrong, false), (&forbidden, false), (&named, true)];
    for (change, sends) in cases {
        let mut options = options(2, 5, 10);
        change(&mut options);
        let mut world = World::new(options, smsc::Options::default());
        feed(&mut world, 10, 2, Duration::ZERO);
        world.run(None);
        assert_eq!(world.replay.counters().sent, if sends { 10 } else { 0 });
        assert_eq!(world.smsc.counters().accepted, if sends { 10 } else { 0 });
        let failure = world.replay.failure().map(|(_, failure)| failure.clone());
        let wanted = (!sends).then(|| Failure::WrongSystem("smpp-inspect".to_owned()));
        assert_eq!(failure, wanted);
    }
}

#[test]
fn a_bind_that_is_refused_ends_the_run_before_anything_is_sent() {
    let accounts = vec!["other:secret".parse().unwrap()];
    let smsc = smsc::Options { accounts, ..smsc::Options::default() };
    let mut world = World::new(options(2, 5, 10), smsc);
    feed(&mut world, 10, 2, Duration::ZERO);
    world.run(None);
    let failure = world.replay.failure().map(|(_, failure)| failure.clone());
    assert_eq!(failure, Some(Failure::Refused(CommandStatus::RINVSYSID)));
    let refused = world.replay.failure().unwrap().0;
    for exchange in world.replay.exchanges() {
        let is_own = exchange.planned.session == refused;
        let why = if is_own { NotSent::NotBound } else { NotSent::Stopped };
        assert_eq!(exchange.outcome, Replayed::NotSent(why));
    }
    assert_eq!((world.replay.counters().sent, world.replay.counters().not_sent), (0, 10));
}

#[test]
fn a_nacked_bind_is_told_from_one_that_is_refused_and_from_no_answer() {
    let whatever = CommandStatus(0x45);
    for (id, status, wanted) in [
        (CommandId::GENERIC_NACK, CommandStatus::RINVCMDID, Failure::Nacked(CommandStatus::RINVCMDID)),
        // Whatever its status says, it is no consent.
        (CommandId::GENERIC_NACK, CommandStatus::OK, Failure::Nacked(CommandStatus::OK)),
        (CommandId::BIND_TRANSCEIVER_RESP, whatever, Failure::Refused(whatever)),
    ] {
        let mut engine = Engine::new(options(1, 1, 1), START);
        let link = engine.connect().unwrap();
        assert!(engine.connected(link, START));
        let mut octets = Vec::new();
        smsc::Pdu::new(&mut octets, id, status, crate::smpp::SequenceNumber(1)).finish();
        engine.received(link, &octets, START);
        assert_eq!(engine.failure().map(|(_, failure)| failure), Some(&wanted));
        assert!(engine.is_done());
    }
}

#[test]
fn without_a_connection_nothing_is_sent_and_it_says_so() {
    let mut world = World::new(options(1, 5, 10), smsc::Options::default());
    world.refuses = true;
    feed(&mut world, 5, 1, Duration::ZERO);
    world.run(None);
    let failure = world.replay.failure().map(|(_, failure)| failure.clone());
    assert_eq!(failure, Some(Failure::Connect("refused".to_owned())));
}

/// A request about the message of this captured id.
fn about(number: u64, session: u32, command: CommandId, id: &[u8]) -> Planned {
    let mut octets = vec![0; 16];
    octets.extend(id);
    octets.extend(b"\0\x01\x01ours\0");
    let length = u32::try_from(octets.len()).unwrap();
    octets[..4].copy_from_slice(&length.to_be_bytes());
    octets[4..8].copy_from_slice(&command.0.to_be_bytes());
    let end = 16 + u32::try_from(id.len()).unwrap();
    let message_id = Some(Span { start: 16, end });
    Planned { number, session, message_id, ..Planned::of(command, START, octets) }
}

/// A submit_sm that was given this id when it was captured.
fn submit_of(number: u64, session: u32, id: &[u8]) -> Planned {
    let mut response = vec![0; 16];
    response[4..8].copy_from_slice(&CommandId::SUBMIT_SM_RESP.0.to_be_bytes());
    response.extend(id);
    response.push(0);
    let length = u32::try_from(response.len()).unwrap();
    response[..4].copy_from_slice(&length.to_be_bytes());
    let recorded = Recorded::Answered { response: response.into(), latency: Duration::ZERO };
    Planned { recorded, ..submit(number, session, Duration::ZERO) }
}

#[test]
fn requests_that_name_a_message_wait_for_its_new_id_and_carry_it_in_any_session() {
    for session in [0, 1] {
        for command in [CommandId::QUERY_SM, CommandId::CANCEL_SM, CommandId::REPLACE_SM] {
            let mut options = options(2, 1, 10);
            options.translate = true;
            options.links[0].requests = if session == 0 { 3 } else { 2 };
            options.links[1].requests = u64::from(session);
            let smsc =
                smsc::Options { latency: "20ms".parse().unwrap(), first_id: 77, ..smsc::Options::default() };
            let mut world = World::new(options, smsc);
            let requests = [
                submit_of(0, 0, b"captured"),
                about(1, session, command, b"captured"),
                about(2, 0, command, b"unknown"),
            ];
            world.replay.feed(requests, START);
            world.replay.fed_all(START);
            world.run(None);
            let named = |id: &[u8]| {
                let about = world.sent.iter().filter(|pdu| pdu[4..8] == command.0.to_be_bytes());
                about.filter(|pdu| pdu[16..].starts_with(id)).count()
            };
            assert_eq!(
                (named(b"0000000077\0"), named(b"unknown\0"), named(b"captured\0")),
                (1, 1, 0),
                "{command}"
            );
            for pdu in &world.sent {
                assert_eq!(pdu[..4], u32::try_from(pdu.len()).unwrap().to_be_bytes(), "its length is right");
            }
            assert_eq!(world.replay.counters().untranslated, 1);
            let exchanges = world.replay.exchanges();
            let sent =
                |number| exchanges.iter().find(|one| one.planned.number == number).unwrap().sent.unwrap();
            assert!(sent(1).since(sent(0)) >= Duration::from_millis(20), "it waits for the response");
        }
    }
}

#[test]
fn a_request_that_names_a_message_which_gets_no_id_is_sent_as_it_was() {
    let mut options = options(1, 2, 10);
    options.translate = true;
    let errors = "RSUBMITFAIL=100".parse().unwrap();
    let mut world = World::new(options, smsc::Options { errors, ..smsc::Options::default() });
    world.replay.feed([submit_of(0, 0, b"captured"), about(1, 0, CommandId::QUERY_SM, b"captured")], START);
    world.replay.fed_all(START);
    world.run(None);
    assert_eq!((world.replay.counters().sent, world.replay.counters().untranslated), (2, 1));
    assert!(world.sent.iter().any(|pdu| pdu[16..].starts_with(b"captured\0")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_always_ends_and_accounts_for_every_request(
        seed in 0_u64..1_000,
        links in 1_u32..4,
        count in 1_u64..60,
        window in 1_u32..8,
        fault in prop::sample::select(vec![
            "", "split=30", "coalesce=30", "silence=5", "rst=5", "half-close=5", "wrong-sequence=10", "duplicate=20",
            "late=20", "garbage=5", "slow=10", "rst=3,silence=3,garbage=3,duplicate=10,late=5",
        ]),
        rebind in any::<bool>(),
        stop_at in prop::option::of(0_usize..200),
    ) {
        let mut options = options(links, count.div_ceil(u64::from(links)), window);
        options.rebind = rebind;
        let mut smsc = smsc::Options { latency: "exp:10ms".parse().unwrap(), seed, ..smsc::Options::default() };
        if !fault.is_empty() {
            smsc.faults = fault.parse().unwrap();
        }
        let mut world = World::new(options, smsc);
        feed(&mut world, count, links, Duration::from_millis(3));
        world.run(stop_at);
        // A request that was given up makes room, and what answers nothing cannot be told on the wire.
        let is_told = !["wrong", "late", "silence", "garbage"].iter().any(|name| fault.contains(name));
        prop_assert!(world.most_waiting <= world.window || !is_told, "{}", world.most_waiting);
        let counters = world.replay.counters();
        prop_assert_eq!(counters.in_flight, 0);
        prop_assert_eq!(counters.bound, 0);
        prop_assert_eq!(counters.answered + counters.missing, counters.sent);
        prop_assert_eq!(counters.sent + counters.not_sent, count);
        let mut numbers: Vec<u64> = world.replay.exchanges().iter().map(|exchange| exchange.planned.number).collect();
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (0..count).collect::<Vec<_>>());
    }
}
