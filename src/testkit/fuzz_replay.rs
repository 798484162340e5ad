//! The body of the fuzz target `replay`: the engine of a replay against a message centre that does what octets say.

use std::collections::BTreeMap;

use super::pdu::{self, Address, Message};
use crate::replay::engine::{Close, Engine, Exchange, LinkId, LinkOptions, Options, Replayed};
use crate::replay::plan::{Planned, Recorded};
use crate::smpp::{CommandId, CommandStatus, Header};
use crate::time::{Duration, Timestamp};

/// Requests of a run.
const REQUESTS: u64 = 12;

/// Octets of the longest PDU that is taken.
const LONGEST: usize = 0x0002_0000;

/// What may happen after the last octet until it has ended: by far more than it takes.
const STEPS: usize = 100_000;

/// The body of the target: replays [`REQUESTS`] requests.
///
/// The first two octets set options: sessions, window, rebinding, one by one, duration, rate cap. Each step is two octets,
/// a session with an action and a number: 0: time passes, 1: the request that waits at this place is answered,
/// 2: the same with a status, 3: octets come, 4: the connection ends, 5: the next connection is refused, 6: a permit, the
/// last with number 255, 7 with number 255: stop.
///
/// # Panics
/// When a request is sent twice, before its session is bound, or beyond the window; when what is told of requests is not
/// what was seen; when octets are sent that are no whole PDUs; when it does not end.
pub fn replay(input: &[u8]) {
    let (&[setup, more], mut rest) = input.split_first_chunk::<2>().unwrap_or((&[0, 0], &[]));
    let mut world = World::new(setup, more);
    world.settle();
    while let Some((&[action, size], after)) = rest.split_first_chunk::<2>() {
        rest = after;
        let link = LinkId::from(action >> 4) % world.links;
        match action & 7 {
            0 => world.pass(Duration::from_millis(i64::from(size) * 50)),
            1 => world.answer(link, usize::from(size), CommandStatus::OK),
            2 => world.answer(link, usize::from(size >> 3), CommandStatus(u32::from(size & 7))),
            3 => {
                let (octets, after) = rest.split_at_checked(size.into()).unwrap_or((rest, &[]));
                rest = after;
                world.come(link, octets);
            }
            4 => world.end(link),
            5 => world.refuses = true,
            6 if size == 255 => world.engine.no_more_steps(world.now),
            6 => world.engine.step(world.now),
            _ if size == 255 => world.engine.stop(world.now),
            _ => {}
        }
        world.settle();
    }
    world.finish();
}

/// A run in which each session binds, each request is answered, and time passes; for [`replay`].
#[must_use]
pub fn script(setup: u8, more: u8, steps: &[u8]) -> Vec<u8> {
    let mut script = vec![setup, more];
    // The bind's answer in each session, then answers as they are due.
    for link in [0, 0x10, 0x20] {
        script.extend([1 | link, 0]);
    }
    script.extend_from_slice(steps);
    for turn in 0..24_u8 {
        script.extend([0, 10, 1 | (turn % 3) << 4, 0]);
    }
    script
}

/// Seeds: runs with each fault, by options.
#[must_use]
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let response = [&[3, 16][..], &pdu::header_only(0x8000_0004, 0, 2)].concat();
    let unbind = [&[3, 16][..], &pdu::header_only(6, 0, 1)].concat();
    let enquire = [&[3, 16][..], &pdu::header_only(0x15, 0, 7)].concat();
    let garbage = b"\x03\x10HTTP/1.1 400 Bad".to_vec();
    let faults: [(&str, &[u8]); 12] = [
        ("good", &[]),
        ("refused", &[5, 0, 4, 0, 0, 40, 0, 40]),
        ("failed", &[2, 1, 2, 0x0B, 2, 2]),
        ("silent", &[0, 255, 0, 255, 0, 255]),
        ("ended", &[4, 0, 0, 20, 1, 0]),
        ("stopped", &[1, 0, 7, 255]),
        ("steps", &[6, 0, 6, 0, 6, 255]),
        ("out_of_order", &[1, 3, 1, 2, 1, 1, 1, 0]),
        ("garbage", &garbage),
        ("twice", &response),
        ("unbound", &unbind),
        ("enquired", &enquire),
    ];
    let mut seeds = Vec::new();
    for (name, steps) in faults {
        for (setup, more) in [(0x21, 0), (0x0F, 1), (0x02, 2)] {
            seeds.push((format!("{name}_{setup:02x}"), script(setup, more, steps)));
        }
    }
    seeds
}

/// A request of the engine that is not answered yet.
#[derive(Clone, Copy)]
struct Asked {
    id: CommandId,
    sequence: u32,
}

/// A session as its message centre sees it.
#[derive(Default)]
struct Wire {
    is_open: bool,
    is_bound: bool,
    bind: u32,
    asked: Vec<Asked>,
    /// What came to the engine and is no whole PDU yet.
    partial: Vec<u8>,
    is_lost: bool,
}

struct World {
    engine: Engine,
    links: LinkId,
    window: usize,
    now: Timestamp,
    wires: Vec<Wire>,
    refuses: bool,
    /// Session and sequence_number of each request that was seen.
    seen: BTreeMap<u64, (LinkId, u32)>,
    told: BTreeMap<u64, Exchange>,
}

impl World {
    fn new(setup: u8, more: u8) -> Self {
        let links = LinkId::from(setup & 3) % 3 + 1;
        let window = u32::from(setup >> 4 & 3) + 1;
        let link = |number: u32| {
            let of = |request: &u64| request % u64::from(links) == u64::from(number);
            let requests = (0..REQUESTS).filter(of).count();
            LinkOptions {
                opens_at: Duration::from_millis(if setup & 0x40 == 0 {
                    0
                } else {
                    i64::from(number) * 1_500
                }),
                closes_at: Duration::from_millis(if setup & 0x80 == 0 { 0 } else { 4_000 }),
                ..LinkOptions::transceiver("esme", requests as u64, window)
            }
        };
        let options = Options {
            links: (0..links).map(link).collect(),
            rate_cap: (more & 1 != 0).then_some(20.0),
            timeout: Duration::from_secs(2),
            enquire_link: Duration::from_secs(if more & 4 == 0 { 5 } else { 0 }),
            linger: Duration::from_millis(if more & 8 == 0 { 0 } else { 700 }),
            rebind: setup & 4 != 0,
            expect: (more & 16 != 0).then(|| "centre".to_owned()),
            forbidden: Vec::new(),
            duration: (more & 2 != 0).then_some(Duration::from_secs(3)),
            step: setup & 8 != 0,
            translate: more & 32 != 0,
        };
        let now = Timestamp::from_parts(1_800_000_000, 0);
        let mut engine = Engine::new(options, now);
        engine.feed((0..REQUESTS).map(|number| planned(number, links)), now);
        engine.fed_all(now);
        let wires = (0..links).map(|_| Wire::default()).collect();
        let (seen, told) = (BTreeMap::new(), BTreeMap::new());
        Self { engine, links, window: window as usize, now, wires, refuses: false, seen, told }
    }

    fn wire(&mut self, link: LinkId) -> &mut Wire {
        &mut self.wires[link as usize]
    }

    /// Everything that the engine wants now, and all that has to be so then.
    fn settle(&mut self) {
        loop {
            if let Some(link) = self.engine.connect() {
                if std::mem::take(&mut self.refuses) {
                    self.engine.unreachable(link, "refused", self.now);
                } else if self.engine.connected(link, self.now) {
                    *self.wire(link) = Wire { is_open: true, ..Wire::default() };
                }
            } else if let Some(link) = self.engine.ready() {
                self.take(link);
            } else {
                break;
            }
        }
        for exchange in self.engine.exchanges() {
            let number = exchange.planned.number;
            let seen = self.seen.get(&number).map(|(_, sequence)| *sequence);
            match &exchange.outcome {
                Replayed::NotSent(_) => assert_eq!(seen, None, "{number} was sent"),
                Replayed::Missing(_) => assert!(seen.is_none_or(|seen| seen == exchange.sequence)),
                Replayed::Answered { response, .. } => {
                    assert_eq!(seen, Some(exchange.sequence), "{number} is answered, but as another");
                    let header = Header::parse(response).expect("a response");
                    assert_eq!(header.sequence_number.0, exchange.sequence);
                    assert!(
                        [CommandId::SUBMIT_SM_RESP, CommandId::GENERIC_NACK].contains(&header.command_id)
                    );
                }
            }
            assert!(self.told.insert(number, exchange).is_none(), "{number} is told twice");
        }
        for link in 0..self.links {
            let waits = |number: &&u64| !self.told.contains_key(number);
            let open = self.seen.iter().filter(|(_, (on, _))| *on == link).map(|(number, _)| number);
            let open = open.filter(waits).count();
            assert!(open <= self.window, "{open} wait, the window is {}", self.window);
        }
    }

    /// What the engine says on a connection.
    fn take(&mut self, link: LinkId) {
        let mut octets = Vec::new();
        let close = self.engine.take(link, &mut octets);
        let mut sent = &octets[..];
        while let Some(header) = Header::parse(sent) {
            let length = usize::try_from(header.command_length).expect("32 bits");
            assert!((16..=sent.len()).contains(&length), "no whole PDU: {header:?}");
            let (id, sequence) = (header.command_id, header.sequence_number.0);
            let wire = self.wire(link);
            if wire.is_open && !id.is_response() {
                assert!(wire.is_bound || id.is_bind(), "{id} before the bind's response");
                assert!(!wire.is_bound || !id.is_bind(), "{id} after it");
                wire.asked.push(Asked { id, sequence });
                if id.is_bind() {
                    wire.bind = sequence;
                }
                if id == CommandId::SUBMIT_SM {
                    let number = number(&sent[..length]);
                    let before = self.seen.insert(number, (link, sequence));
                    assert!(before.is_none(), "{number} is sent twice");
                    assert!(!self.told.contains_key(&number), "{number} is sent after it was told");
                }
            }
            sent = &sent[length..];
        }
        assert!(sent.is_empty(), "{} octets after the last PDU", sent.len());
        if let Some(close) = close {
            assert!(matches!(close, Close::Fin | Close::Reset));
            *self.wire(link) = Wire::default();
        }
    }

    fn answer(&mut self, link: LinkId, place: usize, status: CommandStatus) {
        let wire = self.wire(link);
        if wire.asked.is_empty() {
            return;
        }
        let asked = wire.asked.remove(place % wire.asked.len());
        let id = asked.id.response().0;
        let response = match asked.id {
            id if id.is_bind() => pdu::bind_resp(id.0, status.0, asked.sequence, "centre"),
            CommandId::SUBMIT_SM => pdu::submit_sm_resp(status.0, asked.sequence, "new"),
            _ => pdu::header_only(id, status.0, asked.sequence),
        };
        self.come(link, &response);
    }

    /// Octets of the message centre.
    fn come(&mut self, link: LinkId, octets: &[u8]) {
        let wire = self.wire(link);
        if !wire.is_open {
            return;
        }
        wire.partial.extend_from_slice(octets);
        while !wire.is_lost
            && let Some(header) = Header::parse(&wire.partial)
        {
            let length = usize::try_from(header.command_length).expect("32 bits");
            wire.is_lost = !(16..=LONGEST).contains(&length);
            if wire.is_lost || length > wire.partial.len() {
                break;
            }
            wire.is_bound |= header.command_id.is_response()
                && header.command_id.request().is_bind()
                && header.command_status == CommandStatus::OK
                && header.sequence_number.0 == wire.bind;
            wire.partial.drain(..length);
        }
        self.engine.received(link, octets, self.now);
    }

    fn end(&mut self, link: LinkId) {
        if std::mem::take(self.wire(link)).is_open {
            self.engine.closed(link, self.now);
        }
    }

    /// Time passes, with all that is due in it.
    fn pass(&mut self, span: Duration) {
        let end = self.now.plus(span);
        for _ in 0..STEPS {
            match self.engine.timeout().filter(|due| *due <= end) {
                None => {
                    self.now = end;
                    return self.engine.tick(end);
                }
                Some(due) => {
                    self.now = self.now.max(due);
                    self.engine.tick(self.now);
                    self.settle();
                }
            }
        }
        panic!("something is always due");
    }

    /// Nobody says anything any more: whatever it waits for, it ends, and everything is told.
    fn finish(&mut self) {
        self.engine.no_more_steps(self.now);
        self.settle();
        for _ in 0..STEPS {
            if self.engine.is_done() {
                break;
            }
            let due = self.engine.timeout().expect("it is not done, and nothing is due");
            self.now = self.now.max(due);
            self.engine.tick(self.now);
            self.settle();
        }
        assert!(self.engine.is_done(), "it never ends");
        self.settle();
        assert_eq!(self.told.len() as u64, REQUESTS, "{:?}", self.told.keys());
        let counters = self.engine.counters();
        assert_eq!(counters.sent, counters.answered + counters.missing);
        assert_eq!(counters.sent + counters.not_sent, REQUESTS);
        assert_eq!((counters.in_flight, counters.bound), (0, 0));
    }
}

/// A request that carries its number.
fn planned(number: u64, links: LinkId) -> Planned {
    let message = Message {
        source: &Address::name("fuzz"),
        destination: &Address::international(format!("44770090{number:04}")),
        esm_class: 0,
        registered_delivery: 0,
        data_coding: 0,
        short_message: b"",
    };
    Planned {
        number,
        session: u32::try_from(number).expect("few") % links,
        pass: 0,
        at: Timestamp::from_parts(1_700_000_000, 0),
        due: Duration::from_millis(i64::try_from(number).expect("few") * 100),
        command: CommandId::SUBMIT_SM,
        version: None,
        sequence: 7,
        octets: pdu::submit_sm(7, &message),
        message_id: None,
        recorded: Recorded::Unknown,
        file: None,
        frame: 1,
        index: 0,
    }
}

/// The number that a request carries.
fn number(octets: &[u8]) -> u64 {
    let at = octets.windows(8).position(|window| window == b"44770090").expect("a request of ours");
    let digits = std::str::from_utf8(&octets[at + 8..at + 12]).expect("digits");
    digits.parse().expect("digits")
}
