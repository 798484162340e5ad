//! The body of the fuzz target `as_smsc`: a capture that octets make up, played to ESMEs that do what octets say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::fuzz_smsc::Asked;
use super::pdu::{self, Address, Message, command};
use crate::replay::as_smsc::{Did, Options, Played, Player, Scribe, Script, compare};
use crate::replay::plan::Captured;
use crate::smpp::{CommandId, Header};
use crate::smsc::server::Machine;
use crate::smsc::{Close, ConnectionId, Extra};
use crate::time::{Duration, Timestamp};

/// When the capture began, and when it is played.
const CAPTURED: Timestamp = Timestamp::from_parts(1_700_000_000, 0);
const LIVE: Timestamp = Timestamp::from_parts(1_800_000_000, 0);

/// Octets that may wait to be sent on a connection: no more is told than there is room for, and one read is answered
/// whole.
const MOST: usize = 2 << 20;

/// Connections.
const CONNECTIONS: usize = 3;

/// What may be due until nothing is: by far more than there is.
const STEPS: usize = 100_000;

/// The body of the target: reads a capture and plays it.
///
/// The first octet sets options: speed (2 bits), what is done with extra requests (2 bits). The second is the number of
/// captured PDUs, each of three octets as [`captured`] reads them. Then come steps of two octets, a connection with an
/// action and a number: 0: connect; 1: time passes; 2: the ESME ends, or is gone (odd numbers); 3: octets come; 4: a
/// request as in the capture; 5: the oldest delivery is answered; 6: a bind; 7: stop, with number 255, else an unbind.
///
/// # Panics
/// When a request is answered twice, or octets are sent that are no whole PDUs; when something that was captured, or
/// that came, is not told once; when a request is extra, or altered, although it says what a missing one said; when
/// what waits to be sent is not bounded; when it does not end.
pub fn as_smsc(input: &[u8]) {
    let (&[setup, count], rest) = input.split_first_chunk::<2>().unwrap_or((&[0, 0], &[]));
    let (lines, mut rest) = rest.split_at_checked(usize::from(count) * 3).unwrap_or((rest, &[]));
    let mut world = World::new(setup, captured(lines));
    while let Some((&[action, size], after)) = rest.split_first_chunk::<2>() {
        rest = after;
        let place = usize::from(action >> 4) % CONNECTIONS;
        match action & 7 {
            0 => world.connect(place),
            1 => world.pass(Duration::from_millis(i64::from(size) * 20)),
            2 => world.end(place, size & 1 != 0),
            3 => {
                let (octets, after) = rest.split_at_checked(size.into()).unwrap_or((rest, &[]));
                rest = after;
                world.come(place, octets);
            }
            4 => world.ask(place, |sequence| request(size, sequence)),
            5 => world.answer(place, size),
            6 => world.ask(place, |sequence| bind(size, sequence)),
            _ if size == 255 => world.player.stop(world.now),
            _ => world.ask(place, |sequence| pdu::header_only(command::UNBIND, 0, sequence)),
        }
        world.settle();
    }
    world.finish();
}

/// A capture of up to four sessions. Of each three octets the first says the session (2 bits) and what comes there
/// (0: a bind, 1: a request, 2: the response to the oldest request, 3: a message, 4: a receipt, 5: the answer to the
/// oldest of these, 6: an unbind of either side), the second what it says, the third after how long.
fn captured(lines: &[u8]) -> Script {
    let mut scribe = Scribe::default();
    let mut at = CAPTURED;
    let mut asked: BTreeMap<u8, VecDeque<(CommandId, u32)>> = BTreeMap::new();
    let mut told: BTreeMap<u8, VecDeque<(CommandId, u32)>> = BTreeMap::new();
    for (frame, line) in (1..).zip(lines.as_chunks::<3>().0) {
        let &[what, number, gap] = line;
        let session = what & 3;
        let sequence = u32::try_from(frame).expect("few");
        at = at.plus(Duration::from_millis(i64::from(gap) * 10));
        let (from_esme, octets) = match what >> 2 & 7 {
            0 => (true, bind(number, sequence)),
            2 => {
                let Some((id, sequence)) = asked.entry(session).or_default().pop_front() else { continue };
                (false, response(id, number, sequence))
            }
            3 => (false, pdu::deliver_sm(sequence, &message(&destination(number), b"hello"))),
            4 => (false, receipt(number, sequence)),
            5 => {
                let Some((id, sequence)) = told.entry(session).or_default().pop_front() else { continue };
                (true, pdu::header_only(id.response().0, u32::from(number & 1), sequence))
            }
            6 => (number & 1 == 0, pdu::header_only(command::UNBIND, 0, sequence)),
            _ => (true, request(number, sequence)),
        };
        let id = Header::parse(&octets).expect("a PDU").command_id;
        if !id.is_response() {
            let open = if from_esme { &mut asked } else { &mut told };
            open.entry(session).or_default().push_back((id, sequence));
        }
        scribe.push(&Captured {
            session: ["s0", "s1", "s2", "s3"][usize::from(session)],
            account: if session < 2 { "one" } else { "two" },
            from_esme,
            esme: ([192, 0, 2, 1], 40_000).into(),
            smsc: ([192, 0, 2, 2], 2_775).into(),
            at,
            octets: &octets,
            whole: true,
            version: None,
            file: None,
            frame,
            index: 0,
        });
    }
    scribe.finish()
}

/// Seeds: conversations that are kept, reordered, lacking and more than was captured, by options.
#[must_use]
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    const BIND: u8 = 0;
    const ASK: u8 = 1 << 2;
    const RESPOND: u8 = 2 << 2;
    const DELIVER: u8 = 3 << 2;
    const REPORT: u8 = 4 << 2;
    const ANSWER: u8 = 5 << 2;
    let mut lines = vec![[BIND, 0, 0], [RESPOND, 0, 1]];
    for number in [0_u8, 4, 8, 8, 12] {
        lines.extend([[ASK, number, 5], [RESPOND, number, 3]]);
    }
    lines.extend([
        [DELIVER, 1, 2],
        [ANSWER, 0, 1],
        [REPORT, 4, 1],
        [REPORT, 8, 30],
        [ANSWER, 0, 1],
        [ANSWER, 1, 1],
    ]);
    let mut two = lines.clone();
    two.extend(lines.iter().map(|&[what, number, gap]| [what | 1, number, gap]));
    let mut unbinds = lines.clone();
    unbinds.extend([[6 << 2, 0, 40], [RESPOND, 0, 1]]);
    let asks = |numbers: &[u8]| {
        let mut steps = vec![0, 0, 6, 0, 1, 1];
        for &number in numbers {
            steps.extend([4, number, 1, 1]);
        }
        steps.extend([1, 20, 5, 0, 5, 0, 1, 100, 5, 0, 5, 1, 7, 0, 1, 255]);
        steps
    };
    let runs: [(&str, Vec<u8>); 8] = [
        ("kept", asks(&[0, 4, 8, 8, 12])),
        ("reordered", asks(&[12, 8, 4, 8, 0])),
        ("lacking", asks(&[4, 12])),
        ("more", asks(&[0, 40, 4, 8, 8, 44, 12, 48])),
        ("altered", asks(&[2, 6, 10, 8, 12])),
        ("lost", [asks(&[0, 4]), vec![2, 1], asks(&[8, 8, 12])].concat()),
        ("garbage", [asks(&[0]), b"\x03\x10HTTP/1.1 400 Bad".to_vec()].concat()),
        ("stopped", [asks(&[0, 4]), vec![7, 255, 1, 255]].concat()),
    ];
    let mut seeds = Vec::new();
    for (name, steps) in &runs {
        for (kind, setup, lines) in [("plain", 0, &lines), ("two", 0x15, &two), ("unbinds", 0x0A, &unbinds)] {
            let count = u8::try_from(lines.len()).expect("few");
            let input = [&[setup, count], lines.concat().as_slice(), steps].concat();
            seeds.push((format!("{name}_{kind}"), input));
        }
    }
    seeds
}

fn destination(number: u8) -> Address {
    Address::international(format!("44770090{:04}", number >> 2))
}

fn message<'a>(destination: &'a Address, text: &'a [u8]) -> Message<'a> {
    static SOURCE: std::sync::LazyLock<Address> = std::sync::LazyLock::new(|| Address::name("fuzz"));
    Message {
        source: &SOURCE,
        destination,
        esm_class: 0,
        registered_delivery: 1,
        data_coding: 0,
        short_message: text,
    }
}

/// A request of an ESME: of 64 destinations, each with four texts or commands.
fn request(number: u8, sequence: u32) -> Vec<u8> {
    let destination = destination(number);
    match number & 3 {
        0 => pdu::submit_sm(sequence, &message(&destination, b"hello")),
        1 => pdu::data_sm(sequence, &message(&destination, b"hello")),
        2 => pdu::submit_sm(sequence, &message(&destination, &[number])),
        _ => pdu::query_sm(sequence, &format!("{}", number >> 2), &Address::name("fuzz")),
    }
}

fn bind(number: u8, sequence: u32) -> Vec<u8> {
    let kinds = [command::BIND_TRANSCEIVER, command::BIND_TRANSMITTER, command::BIND_RECEIVER];
    let names = ["one", "two", "three"];
    let (kind, name) = (usize::from(number) % 3, usize::from(number >> 4) % 3);
    pdu::bind(kinds[kind], sequence, names[name], "secret")
}

fn response(id: CommandId, number: u8, sequence: u32) -> Vec<u8> {
    let status = if number & 0xC0 == 0xC0 { 0x58 } else { 0 };
    match id {
        id if id.is_bind() => pdu::bind_resp(id.0, status, sequence, "centre"),
        CommandId::SUBMIT_SM => pdu::submit_sm_resp(status, sequence, &format!("{}", number >> 2)),
        CommandId::DATA_SM => pdu::data_sm_resp(status, sequence, &format!("{}", number >> 2)),
        CommandId::QUERY_SM => pdu::query_sm_resp(status, sequence, &format!("{}", number >> 2)),
        _ => pdu::header_only(id.response().0, status, sequence),
    }
}

fn receipt(number: u8, sequence: u32) -> Vec<u8> {
    let text = format!("id:{} sub:001 dlvrd:001 stat:DELIVRD err:000", number >> 2);
    let destination = destination(number);
    pdu::deliver_sm(sequence, &Message { esm_class: 4, ..message(&destination, text.as_bytes()) })
}

/// A connection as its ESME sees it.
#[derive(Default)]
struct Wire {
    id: Option<ConnectionId>,
    sequence: u32,
    asked: Asked,
    told: VecDeque<(CommandId, u32)>,
}

struct World {
    player: Player,
    wires: [Wire; CONNECTIONS],
    now: Timestamp,
    /// Requests and deliveries of the capture.
    captured: u64,
    played: Vec<Played>,
}

impl World {
    fn new(setup: u8, script: Script) -> Self {
        let options = Options {
            speed: [None, Some(1.0), Some(5.0), Some(0.5)][usize::from(setup & 3)],
            extra: [Extra::Ok, Extra::Nack, Extra::Drop, Extra::Ok][usize::from(setup >> 2 & 3)],
            timeout: Duration::from_secs(2),
            system_id: "fuzz".to_owned(),
        };
        let captured = script.requests() + script.deliveries();
        let wires = std::array::from_fn(|_| Wire::default());
        Self { player: Player::new(script, options), wires, now: LIVE, captured, played: Vec::new() }
    }

    fn connect(&mut self, place: usize) {
        if self.wires[place].id.is_none() {
            self.wires[place] =
                Wire { id: self.player.connected("fuzz", self.now), sequence: 1, ..Wire::default() };
        }
    }

    /// Octets of the ESME.
    fn come(&mut self, place: usize, octets: &[u8]) {
        let wire = &mut self.wires[place];
        let Some(id) = wire.id.filter(|id| !self.player.is_full(*id)) else { return };
        wire.asked.received(octets);
        self.player.received(id, octets, self.now);
    }

    fn ask(&mut self, place: usize, request: impl FnOnce(u32) -> Vec<u8>) {
        let sequence = self.wires[place].sequence;
        self.wires[place].sequence += 1;
        self.come(place, &request(sequence));
    }

    fn answer(&mut self, place: usize, number: u8) {
        if let Some((id, sequence)) = self.wires[place].told.pop_front() {
            self.come(place, &pdu::header_only(id.response().0, u32::from(number & 1), sequence));
        }
    }

    fn end(&mut self, place: usize, is_gone: bool) {
        let Some(id) = self.wires[place].id else { return };
        if is_gone {
            self.wires[place].id = None;
            self.player.closed(id, "fuzz", self.now);
        } else {
            self.player.ended(id, self.now);
        }
    }

    /// Everything that the player wants now.
    fn settle(&mut self) {
        while let Some(id) = self.player.ready() {
            let mut octets = Vec::new();
            let close = self.player.take(id, &mut octets);
            assert!(octets.len() <= MOST, "{} octets wait", octets.len());
            let wire = self.wires.iter_mut().find(|wire| wire.id == Some(id));
            let Some(wire) = wire else { continue };
            let mut sent = &octets[..];
            while let Some(header) = Header::parse(sent) {
                let length = usize::try_from(header.command_length).expect("32 bits");
                assert!((16..=sent.len()).contains(&length), "no whole PDU: {header:?}");
                if header.command_id.is_response() {
                    wire.asked.answered(header);
                } else {
                    wire.told.push_back((header.command_id, header.sequence_number.0));
                }
                sent = &sent[length..];
            }
            assert!(sent.is_empty(), "{} octets after the last PDU", sent.len());
            if let Some(close) = close {
                assert!(matches!(close, Close::Fin | Close::Reset));
                wire.id = None;
                self.player.closed(id, "fuzz", self.now);
            }
        }
        self.played.extend(self.player.played());
    }

    /// Time passes, with all that is due in it.
    fn pass(&mut self, span: Duration) {
        let end = self.now.plus(span);
        for _ in 0..STEPS {
            let Some(due) = self.player.timeout().filter(|due| *due <= end) else {
                self.now = end;
                self.player.tick(end);
                return self.settle();
            };
            self.now = self.now.max(due);
            self.player.tick(self.now);
            self.settle();
        }
        panic!("something is always due");
    }

    /// It is stopped, and nobody says anything any more.
    fn finish(mut self) {
        self.player.stop(self.now);
        self.settle();
        // With the first it may note that all is done, and then looks once more.
        self.pass(Duration::from_secs(3_600));
        self.pass(Duration::from_secs(3_600));
        assert!(self.player.is_idle(), "it waits for ever");
        assert_eq!(self.player.timeout(), None, "something is always due");
        self.player.finish();
        self.played.extend(self.player.played());
        self.check();
    }

    fn check(&self) {
        let of_capture: BTreeSet<(u64, Did)> = self
            .played
            .iter()
            .filter_map(|played| Some((played.place.as_ref()?.frame, played.did)))
            .collect();
        let told = self.played.iter().filter(|played| played.place.is_some()).count() as u64;
        assert_eq!((of_capture.len() as u64, told), (self.captured, self.captured), "each is told once");
        let asked = |is_captured: bool| {
            let is_one = |played: &&Played| {
                played.did == Did::Ask && played.live.is_some() && played.captured.is_some() == is_captured
            };
            self.played.iter().filter(is_one).count() as u64
        };
        let counters = self.player.counters();
        assert_eq!((asked(true), asked(false)), (counters.requests, counters.extra));
        assert!(counters.answered <= counters.deliveries && counters.deliveries <= self.captured);
        // What was captured and what came, where the other side has nothing that says the same.
        let (mut captured, mut live) = (BTreeSet::new(), BTreeSet::new());
        for played in self.played.iter().filter(|played| played.did == Did::Ask) {
            let _ = compare(played, &[]);
            let id = played.command;
            let content = |octets: &Option<Box<[u8]>>| octets.as_deref().map(|octets| octets[16..].to_vec());
            let (old, new) = (content(&played.captured), content(&played.live));
            if id.is_bind() || id == CommandId::UNBIND || old == new {
                continue;
            }
            captured.extend(old.map(|old| (played.session, id, old)));
            live.extend(new.map(|new| (played.session, id, new)));
        }
        let both: Vec<_> = captured.intersection(&live).collect();
        assert!(both.is_empty(), "captured, and come as something else: {both:?}");
    }
}
