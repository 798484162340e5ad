//! Random histories, played to the correlator and to the naive model.

use std::fmt::Display;

use proptest::prelude::*;

use super::super::{Bind, End, Outcome, Seen, SessionEnd, Sessions, Sink, Transaction, Unsolicited};
use super::model::{Ended, Event, LIMITS, Model, Pdu, SIDES, ix};
use super::script::is_of_pairing;
use crate::smpp::{CommandId, CommandStatus, Header, Place, RuleId, SequenceNumber};
use crate::tcp::{ConnectionNumber, Side};
use crate::time::{Duration, Timestamp};

#[derive(Clone, Debug)]
enum Op {
    Pdu { side: Side, command: u32, number: u32, status: u32, whole: bool, jitter: i64 },
    Gap(Side),
    Tick,
    Relieve,
    Close(End, Option<Side>),
}

#[derive(Default)]
struct Trace(Vec<Event>);

impl Sink for Trace {
    fn transaction(&mut self, t: &Transaction) {
        let what = match t.outcome {
            Outcome::Answered { .. } => "answered",
            Outcome::Nacked { .. } => "nacked",
            Outcome::Unanswered(why) => why.name(),
            Outcome::OneWay => "one_way",
        };
        assert_eq!(t.early, t.response.is_some() && t.outcome.latency().is_none());
        self.0.push(Event::Transaction {
            n: t.session.n,
            frame: t.place.frame,
            what,
            response: t.response.map(|response| response.place.frame),
            latency: t.outcome.latency().map(Duration::nanos),
            late: t.late,
        });
    }

    fn unsolicited(&mut self, u: &Unsolicited) {
        self.0.push(Event::Unsolicited { n: u.session.n, frame: u.place.frame, why: u.why.name() });
    }

    fn finding(&mut self, rule: RuleId, place: Place, _: Timestamp, _: Side, _: &dyn Display) {
        // The rules of state and of the version have scenarios; the model knows neither.
        let others = [RuleId::SESSION_SEQUENCE_NUMBER_NOT_MONOTONIC, RuleId::RESPONSE_MISSING];
        if !is_of_pairing(rule) && !others.contains(&rule) {
            return;
        }
        self.0.push(Event::Finding { rule: rule.rule().id, frame: place.frame });
    }

    fn ended(&mut self, s: SessionEnd) {
        self.0.push(Event::Ended(Box::new(Ended {
            n: s.id.n,
            end: s.end,
            by: s.ended_by,
            esme: s.esme,
            bind: s.bind,
            refused: s.refused,
            windows: [s.opener_window, s.accepter_window].map(|w| w.map(|peak| (peak.count, peak.at))),
            rate: s.rate.map(|peak| (peak.count, peak.at.second())),
            gaps: [s.opener_gaps, s.accepter_gaps],
            given_up: s.given_up,
            whole: s.pdus(),
            partial: s.partial_pdus,
            last: s.last_pdus.iter().map(|pdu| pdu.place.frame).collect(),
            from: s.bind_from,
            binds: s.binds,
            outbound: s.outbound,
            flights: [s.flights.opener, s.flights.accepter],
            numbers: [s.numbers.opener, s.numbers.accepter],
            links: [s.enquire_links.opener, s.enquire_links.accepter],
            responses: s.responses,
            silence: s.silence,
            rate_use: s.rate_use,
        })));
    }
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Opener), Just(Side::Accepter)]
}

fn op() -> impl Strategy<Value = (i64, Op)> {
    let command = prop_oneof![
        6 => Just(4_u32),
        6 => Just(0x8000_0004),
        2 => Just(0x15),
        2 => Just(0x8000_0015),
        2 => Just(5),
        2 => Just(0x8000_0005),
        1 => Just(0x8000_0000),
        1 => Just(0x102),
        1 => Just(0xb),
        1 => Just(9),
        1 => Just(0x8000_0009),
        1 => Just(2),
        1 => Just(6),
        1 => Just(0x8000_0006),
    ];
    let status = prop_oneof![3 => Just(0_u32), 1 => Just(0x58)];
    let number = prop_oneof![12 => 0..4_u32, 1 => 0x7fff_fffe..=0x8000_0000_u32];
    let pdu = (side(), command, number, status, prop::bool::weighted(0.9), -150..=150_i64).prop_map(
        |(side, command, number, status, whole, jitter)| Op::Pdu {
            side,
            command,
            number,
            status,
            whole,
            jitter,
        },
    );
    let end = prop_oneof![Just(End::Fin), Just(End::Rst), Just(End::Idle)];
    let what = prop_oneof![
        40 => pdu,
        1 => side().prop_map(Op::Gap),
        4 => Just(Op::Tick),
        1 => Just(Op::Relieve),
        1 => (end, prop::option::of(side())).prop_map(|(end, by)| Op::Close(end, by)),
    ];
    let step = prop_oneof![8 => 0..40_i64, 1 => 90..700_i64, 1 => 700..3_000_i64];
    (step, what)
}

fn plain(side: Side, command: u32, number: u32) -> Op {
    Op::Pdu { side, command, number, status: 0, whole: true, jitter: 0 }
}

/// Plays a history to both; the events must be the same, in the same order.
fn play(handshake: bool, history: &[(i64, Op)]) -> Vec<Event> {
    let mut model = Model::new(handshake);
    let mut sessions = Sessions::new(ConnectionNumber(0), handshake, LIMITS);
    let mut trace = Trace::default();
    let mut now = Timestamp::from_parts(10, 0);
    for (frame, (step, op)) in (1_u64..).zip(history) {
        now = now.plus(Duration::from_millis(*step));
        match *op {
            Op::Pdu { side, command, number, status, whole, jitter } => {
                let at = now.plus(Duration::from_millis(jitter));
                let command = CommandId(command);
                model.push(Pdu { side, command, number, status, whole, at, frame });
                let header = Header {
                    command_length: 16,
                    command_id: command,
                    command_status: CommandStatus(status),
                    sequence_number: SequenceNumber(number),
                };
                let place = Place { frame, index: 0, offset: 0 };
                let bind = (command == CommandId::OUTBIND).then(Bind::default);
                sessions.push(
                    &Seen { side, header, at, begun: at, wait: None, place, whole, tlvs: false, bind },
                    &mut trace,
                );
            }
            Op::Gap(side) => {
                model.gaps[ix(side)] += 1;
                sessions.gap(side, now);
            }
            Op::Tick => {
                model.tick(now);
                sessions.tick(now, &mut trace);
            }
            Op::Relieve => {
                model.relieve();
                sessions.relieve(&mut trace);
            }
            Op::Close(end, by) => {
                model.close(end, by, now);
                sessions.close(end, by, now, &mut trace);
            }
        }
        assert_eq!(trace.0, model.events, "after {op:?}");
        assert_eq!(sessions.is_quiet(), model.open.is_empty() && model.held.is_empty());
    }
    model.finish(now);
    sessions.finish(now, &mut trace);
    assert_eq!(trace.0, model.events, "at the end");
    trace.0
}

/// Each PDU came out once, and the counts of the sessions add up to what went in.
fn check_sums(history: &[(i64, Op)], events: &[Event]) {
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    for (frame, (_, op)) in (1_u64..).zip(history) {
        if let Op::Pdu { command, .. } = *op {
            if CommandId(command).is_response() { answered.push(frame) } else { asked.push(frame) }
        }
    }
    let (mut requests, mut responses, mut counted) = (Vec::new(), Vec::new(), 0);
    for event in events {
        match event {
            Event::Transaction { frame, response, .. } => {
                requests.push(*frame);
                responses.extend(*response);
            }
            Event::Unsolicited { frame, .. } => responses.push(*frame),
            Event::Ended(ended) => counted += ended.whole + ended.partial,
            Event::Finding { .. } => {}
        }
    }
    requests.sort_unstable();
    responses.sort_unstable();
    assert_eq!(requests, asked, "each request has exactly one outcome");
    assert_eq!(responses, answered, "each response came out once");
    assert_eq!(counted, (asked.len() + answered.len()) as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_correlator_is_the_naive_model(handshake: bool, history in prop::collection::vec(op(), 1..120)) {
        let events = play(handshake, &history);
        check_sums(&history, &events);
    }

    /// A history of a session that breaks no rule, whatever its order of answers, has no finding and no loose end.
    #[test]
    fn a_clean_history_has_no_finding(picks in prop::collection::vec((side(), 0..4_usize, 0..90_i64), 1..150)) {
        let mut history = vec![(1, plain(Side::Opener, 9, 1)), (0, plain(Side::Accepter, 0x8000_0009, 1))];
        let (mut next, mut waiting) = ([2_u32, 2], [Vec::new(), Vec::new()]);
        let answer = |history: &mut Vec<_>, asking: Side, (number, command): (u32, u32), step| {
            history.push((step, plain(asking.other(), command | 0x8000_0000, number)));
        };
        for (asking, pick, step) in picks {
            let open: &mut Vec<(u32, u32)> = &mut waiting[ix(asking)];
            if open.len() < LIMITS.outstanding && (open.is_empty() || pick < 2) {
                let command = match (pick, asking) { (0, _) => 0x15, (_, Side::Opener) => 4, (_, Side::Accepter) => 5 };
                history.push((step, plain(asking, command, next[ix(asking)])));
                open.push((next[ix(asking)], command));
                next[ix(asking)] += 1;
            } else {
                let picked = open.remove(pick % open.len());
                answer(&mut history, asking, picked, step);
            }
        }
        for asking in SIDES {
            for open in std::mem::take(&mut waiting[ix(asking)]) {
                answer(&mut history, asking, open, 1);
            }
        }
        let events = play(true, &history);
        check_sums(&history, &events);
        for event in &events {
            let clean = match event {
                Event::Transaction { what, .. } => *what == "answered",
                Event::Ended(_) => true,
                Event::Unsolicited { .. } | Event::Finding { .. } => false,
            };
            prop_assert!(clean, "{event:?}");
        }
    }
}
