//! The body of the fuzz target `session`: any PDUs, gaps, ticks and ends of one connection.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::session::{
    Bind, End, Limits, NoRequest, Outcome, Responses, Seen, SessionEnd, SessionId, Sessions, Sink, Timers,
    Transaction, Unsolicited,
};
use crate::smpp::spec::State;
use crate::smpp::{CommandId, CommandStatus, Header, Place, Role, RuleId, Scope, SequenceNumber, Version};
use crate::tcp::{ConnectionNumber, Side};
use crate::time::{Duration, Timestamp};

/// Commands that a PDU of the script may be; a bit beside them makes responses.
const COMMANDS: [u32; 16] =
    [4, 5, 0x15, 9, 1, 2, 6, 0xb, 0x103, 3, 0x102, 0x21, 0x111, 0x8000_0000, 0x1_0200, 0x22];

const LIMITS: Limits = Limits {
    timeout: Duration::from_millis(500),
    expire: Duration::from_secs(2),
    early: Duration::from_millis(100),
    outstanding: 12,
    held: 3,
    timers: Timers {
        session_init: Some(Duration::from_secs(1)),
        response: Some(Duration::from_millis(700)),
        enquire_link: Some(Duration::from_secs(1)),
        inactivity: Some(Duration::from_secs(2)),
    },
};

const SIDES: [Side; 2] = [Side::Opener, Side::Accepter];

/// Plays a script to the correlator; each request has one outcome, each response comes out once, and what is said of a
/// session adds up to what was said before.
///
/// The first octet says what is known before the first PDU: bit 0 that the connection was seen from its handshake on,
/// bits 1 to 3 the state (6 and 7: unknown), bits 4 and 5 the version (3: unknown), bit 6 that the opener is the ESME, bit 7
/// that its time is known. Then each operation has an octet: below 0xE0 a PDU, of which bit 7 is the side, bit 6 the
/// response bit and bits 0 to 3 the place in the list of commands, followed by its number, its status (only whether bit
/// 0 is set; bit 1: it has TLVs; bit 2: it is not whole) and the time since the one before in units of 10 ms, as a signed
/// octet. 0xE0 to 0xFF: gap, tick, waiting octets or the end, by bits 1 to 3; bit 0 is the side.
///
/// # Panics
///
/// Where something does not add up.
pub fn session(octets: &[u8]) {
    let Some((&first, script)) = octets.split_first() else { return };
    let mut heard = Heard::default();
    let mut sessions = known(first);
    let mut now = Timestamp::from_parts(100, 0);
    let mut octets = script.iter().copied();
    let (mut frame, mut requests, mut responses) = (0, 0, 0);
    while let Some(op) = octets.next() {
        let mut next = || octets.next().unwrap_or(0);
        let side = |bit: u8| SIDES[usize::from(bit & 1)];
        if op >= 0xE0 {
            let side = side(op);
            match op >> 1 & 7 {
                0 | 1 => sessions.gap(side, now),
                2 | 3 => {
                    now = now.plus(Duration::from_millis(i64::from(next()) * 20));
                    sessions.tick(now, &mut heard);
                }
                4 => sessions.waits(side, true),
                5 => sessions.waits(side, false),
                6 => sessions.close(End::Rst, Some(side), now, &mut heard),
                _ => sessions.close(End::Fin, None, now, &mut heard),
            }
            continue;
        }
        let mut command = CommandId(COMMANDS[usize::from(op & 15)]);
        if op & 0x40 != 0 {
            command = command.response();
        }
        let number = match next() {
            number @ 0..=0xEF => u32::from(number),
            number => 0x7FFF_FFF8 + u32::from(number & 15),
        };
        let flags = next();
        now = now.plus(Duration::from_millis(i64::from(next().cast_signed()) * 10));
        frame += 1;
        if command.is_response() {
            responses += 1;
        } else {
            requests += 1;
        }
        let bind = Bind { system_id: Some(b"fuzz"), interface_version: Some(0x30 + (flags >> 4) * 4) };
        let greets = command.request().is_bind() || command == CommandId::OUTBIND;
        let seen = Seen {
            side: side(op >> 7),
            header: Header {
                command_length: 16,
                command_id: command,
                command_status: CommandStatus(u32::from(flags & 1)),
                sequence_number: SequenceNumber(number),
            },
            at: now,
            begun: now,
            wait: None,
            place: Place { frame, index: 0, offset: frame },
            whole: flags & 4 == 0,
            tlvs: flags & 2 != 0,
            bind: greets.then_some(bind).filter(|_| flags & 8 == 0),
        };
        sessions.push(&seen, &mut heard);
    }
    sessions.finish(now, &mut heard);
    assert!(sessions.is_quiet());
    heard.check(frame, requests, responses);
}

/// The connection before its first PDU.
fn known(first: u8) -> Sessions {
    let mut sessions = Sessions::new(ConnectionNumber(7), first & 1 != 0, LIMITS);
    let states =
        [State::Open, State::Outbound, State::BoundTx, State::BoundRx, State::BoundTrx, State::Unbound];
    if let Some(&state) = states.get(usize::from(first >> 1 & 7)) {
        sessions = sessions.in_state(state);
    }
    let versions = [Version::V33, Version::V34, Version::V50];
    if let Some(&version) = versions.get(usize::from(first >> 4 & 3)) {
        sessions = sessions.speaking(version);
    }
    if first & 0x40 != 0 {
        sessions = sessions.with_esme(Side::Opener);
    }
    if first & 0x80 != 0 {
        sessions = sessions.opened_at(Timestamp::from_parts(100, 0));
    }
    sessions
}

/// Scripts of sessions as they are, for the fuzzer to start from.
#[must_use]
pub fn session_seeds() -> Vec<(String, Vec<u8>)> {
    const RESPONSE: u8 = 0x40;
    const ACCEPTER: u8 = 0x80;
    let mut seeds = Vec::new();
    for (name, bind) in [("transceiver", 3_u8), ("receiver", 4), ("transmitter", 5)] {
        for (version, interface) in [("3.3", 0x00), ("3.4", 0x10), ("5.0", 0x80)] {
            let mut script =
                vec![0x31 | 0x0E, bind, 1, interface, 1, ACCEPTER | RESPONSE | bind, 1, interface, 1];
            for number in 2..8 {
                script.extend([0, number, 0, 2, ACCEPTER | RESPONSE, number, 0, 3]);
                script.extend([ACCEPTER | 1, number, 0, 2, RESPONSE | 1, number, 0, 3]);
            }
            script.extend([2, 20, 0, 100, ACCEPTER | RESPONSE | 2, 20, 0, 1]);
            script.extend([6, 21, 0, 1, ACCEPTER | RESPONSE | 6, 21, 0, 1, 0xEE]);
            seeds.push((format!("bound_{name}_{version}"), script));
        }
    }
    let states = ["open", "outbound", "tx", "rx", "trx", "unbound"];
    for (state, name) in (0..).zip(states) {
        let mut script = vec![0x50 | state << 1];
        // Requests that are used again, nacked, answered twice, lost in a gap.
        script.extend([0, 5, 0, 1, 0, 5, 2, 1, ACCEPTER | RESPONSE, 5, 0, 1, ACCEPTER | RESPONSE, 5, 0, 1]);
        script.extend([
            ACCEPTER | 1,
            9,
            0,
            1,
            13,
            9,
            1,
            1,
            0xE1,
            0,
            6,
            0,
            1,
            ACCEPTER | RESPONSE | 2,
            6,
            0,
            1,
        ]);
        script.extend([6, 7, 0, 1, 0, 8, 0, 1, ACCEPTER | RESPONSE | 6, 7, 0, 1, 0xE4, 200, 0xEC]);
        seeds.push((format!("told_{name}"), script));
    }
    for (name, op) in [("gap", 0xE0), ("tick", 0xE4), ("waits", 0xE8), ("closed", 0xEC), ("reset", 0xEE)] {
        let mut script = vec![0x3E];
        for number in 1..16 {
            script.extend([ACCEPTER | RESPONSE, number, 0, 1, 0, number, 0, 1, op, 7, 0, 1]);
        }
        seeds.push((format!("midstream_{name}"), script));
    }
    seeds
}

/// What came out, counted.
#[derive(Default)]
struct Heard {
    /// Frames of requests and of responses that came out.
    requests: Vec<u64>,
    responses: Vec<u64>,
    by_session: BTreeMap<SessionId, Responses>,
    pdus: u64,
    ended: u32,
}

impl Heard {
    fn check(mut self, frames: u64, requests: usize, responses: usize) {
        for (kind, list, count) in
            [("requests", &mut self.requests, requests), ("responses", &mut self.responses, responses)]
        {
            assert_eq!(list.len(), count, "{kind}");
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), count, "{kind}, each once");
        }
        assert_eq!(self.pdus, frames, "each PDU counted in a session");
        assert!(self.by_session.is_empty(), "each session ended");
    }

    fn of(&mut self, session: SessionId) -> &mut Responses {
        self.by_session.entry(session).or_default()
    }
}

impl Sink for Heard {
    fn transaction(&mut self, t: &Transaction) {
        self.requests.push(t.place.frame);
        self.responses.extend(t.response.map(|response| response.place.frame));
        assert_eq!(t.response.is_some(), t.outcome.status().is_some());
        let is_nacked = matches!(t.outcome, Outcome::Nacked { .. });
        let is_nack = t.response.is_some_and(|response| response.command == CommandId::GENERIC_NACK);
        assert_eq!(is_nacked, is_nack);
        assert_eq!(t.early, t.response.is_some() && t.outcome.latency().is_none());
        let counts = self.of(t.session);
        counts.late += u64::from(t.late);
        counts.early += u64::from(t.early);
    }

    fn unsolicited(&mut self, u: &Unsolicited) {
        self.responses.push(u.place.frame);
        let counts = self.of(u.session);
        *match u.why {
            NoRequest::BeforeCapture => &mut counts.before_capture,
            NoRequest::InGap => &mut counts.in_gap,
            NoRequest::Duplicate => &mut counts.duplicate,
            NoRequest::WrongType => &mut counts.wrong_type,
            NoRequest::GivenUp => &mut counts.given_up,
            NoRequest::WithoutNumber => &mut counts.without_number,
            NoRequest::Unmatched => &mut counts.unmatched,
        } += 1;
    }

    fn finding(&mut self, rule: RuleId, place: Place, _: Timestamp, _: Side, message: &dyn Display) {
        assert_eq!(rule.rule().scope, Scope::Session);
        assert!(place.frame > 0, "at a PDU");
        assert!(!message.to_string().is_empty());
    }

    fn ended(&mut self, s: SessionEnd) {
        assert_eq!((s.id.connection, s.id.n), (ConnectionNumber(7), self.ended), "numbered from 0");
        self.ended += 1;
        self.pdus += s.pdus() + s.partial_pdus;
        let counted = self.by_session.remove(&s.id).unwrap_or_default();
        assert_eq!(Responses { out_of_order: counted.out_of_order, ..s.responses }, counted);
        assert!(s.last_pdus.len() <= 10 && s.first_at <= s.last_at || s.last_pdus.is_empty());
        assert!(s.rate_use.seconds >= u64::from(s.rate.is_some()));
        assert!(s.rate.is_none_or(|peak| u64::from(peak.count) <= s.rate_use.requests));
        for side in SIDES {
            let (flight, links, numbers) = (s.flights.of(side), s.enquire_links.of(side), s.numbers.of(side));
            assert!(flight.at_peak <= flight.observed && !flight.at_peak.is_negative());
            let most = u128::from(flight.peak.map_or(0, |peak| peak.count));
            assert!(flight.request_nanos <= most * u128::from(flight.observed.nanos().unsigned_abs()));
            assert!(links.answered + links.missed <= links.sent, "{links:?}");
            assert!(links.interval.count < links.sent.max(1) && links.rtt.count <= links.answered);
            assert_eq!(links.median_interval.is_some(), links.interval.count > 0);
            let steps = numbers.wraps + numbers.resets + numbers.repeated + numbers.backward + numbers.jumps;
            assert!(numbers.own_kind <= steps && numbers.of_other_side <= steps, "{numbers:?}");
            assert!(s.role(side) != Some(Role::Esme) || s.esme == Some(side));
        }
        assert!(s.bind.is_some() || s.bind_from.is_none());
    }
}
