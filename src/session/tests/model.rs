//! A naive model of the correlator: it keeps everything and scans lists.

use std::collections::BTreeMap;

use super::super::{
    BindFrom, BindType, End, EnquireLinks, Flight, Limits, Numbers, RateUse, Responses, Silence, Timers,
};
use super::naive;
use crate::smpp::{CommandId, Role};
use crate::tcp::Side;
use crate::time::{Duration, Timestamp};

pub(super) const SIDES: [Side; 2] = [Side::Opener, Side::Accepter];
pub(super) const LIMITS: Limits = Limits {
    timeout: Duration::from_millis(500),
    expire: Duration::from_secs(2),
    early: Duration::from_millis(100),
    outstanding: 3,
    held: 2,
    timers: Timers { session_init: None, response: None, enquire_link: None, inactivity: None },
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Pdu {
    pub(super) side: Side,
    pub(super) command: CommandId,
    pub(super) number: u32,
    pub(super) status: u32,
    pub(super) whole: bool,
    pub(super) at: Timestamp,
    pub(super) frame: u64,
}

/// What came out, comparable between model and correlator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Transaction {
        n: u32,
        frame: u64,
        what: &'static str,
        response: Option<u64>,
        latency: Option<i64>,
        late: bool,
    },
    Unsolicited {
        n: u32,
        frame: u64,
        why: &'static str,
    },
    Finding {
        rule: &'static str,
        frame: u64,
    },
    Ended(Box<Ended>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) n: u32,
    pub(super) end: Option<End>,
    pub(super) by: Option<Side>,
    pub(super) esme: Option<Side>,
    pub(super) bind: Option<BindType>,
    pub(super) refused: bool,
    pub(super) windows: [Option<(u32, Timestamp)>; 2],
    pub(super) rate: Option<(u32, i64)>,
    pub(super) gaps: [u32; 2],
    pub(super) given_up: u64,
    pub(super) whole: u64,
    pub(super) partial: u64,
    pub(super) last: Vec<u64>,
    pub(super) from: Option<BindFrom>,
    pub(super) binds: u32,
    pub(super) outbound: bool,
    pub(super) flights: [Flight; 2],
    pub(super) numbers: [Numbers; 2],
    pub(super) links: [EnquireLinks; 2],
    pub(super) responses: Responses,
    pub(super) silence: Option<Silence>,
    pub(super) rate_use: RateUse,
}

/// Something that bears on the bind state.
#[derive(Clone, Copy, Debug)]
enum Fact {
    Asked(Pdu),
    Answered { command: CommandId, asking: Side, number: u32, granted: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Open,
    Binding(Side, u32),
    Bound,
    Refused,
    Unbinding(Side),
    Unbound(Side),
}

#[derive(Debug)]
pub(super) struct Waiting {
    pdu: Pdu,
    order: u64,
    lost: bool,
    /// Gaps of opener and accepter then.
    gaps: [u32; 2],
    alien: bool,
}

#[derive(Debug)]
pub(super) struct Answer {
    pdu: Pdu,
    judged: bool,
}

#[derive(Debug, Default)]
struct Session {
    /// With the gaps of both sides then.
    pdus: Vec<(Pdu, [u32; 2])>,
    facts: Vec<Fact>,
    outbound: bool,
    /// When how many of a side were in flight.
    flights: [Vec<(u32, Timestamp)>; 2],
    /// enquire_links answered, and missed.
    answered_links: [Vec<Option<Duration>>; 2],
    missed_links: [u64; 2],
    reused: [u64; 2],
    responses: Responses,
    served: [bool; 2],
    windows: [Option<(u32, Timestamp)>; 2],
    per_second: BTreeMap<i64, u32>,
    rate: Option<(u32, i64)>,
    gaps_before: [u32; 2],
    given_up: u64,
}

pub(super) struct Model {
    handshake: bool,
    n: u32,
    session: Option<Session>,
    pub(super) open: Vec<Waiting>,
    pub(super) held: Vec<Answer>,
    /// Asking side, command, number, gaps of the asking side then.
    answered: Vec<(Side, CommandId, u32, u32)>,
    answered_order: [u64; 2],
    order: u64,
    pub(super) gaps: [u32; 2],
    forgot: [bool; 2],
    sent: [bool; 2],
    pub(super) events: Vec<Event>,
}

pub(super) fn ix(side: Side) -> usize {
    usize::from(side == Side::Accepter)
}

fn answers(response: CommandId, request: CommandId) -> bool {
    response.0 == 0x8000_0000 || response.0 - 0x8000_0000 == request.0
}

fn only_from(command: CommandId) -> Option<Role> {
    match command.0 {
        1 | 2 | 4 | 9 | 0x8000_0005 => Some(Role::Esme),
        5 | 0xb | 0x102 | 0x8000_0001 | 0x8000_0002 | 0x8000_0004 | 0x8000_0009 => Some(Role::Smsc),
        _ => None,
    }
}

fn binds(command: CommandId) -> bool {
    [1, 2, 9].contains(&(command.0 & 0xffff))
}

impl Session {
    /// The side of the ESME after these PDUs: from the first bind, else outbind, else the first that tells.
    fn esme(&self, sure: bool) -> Option<Side> {
        let tells: Vec<_> =
            self.pdus.iter().map(|(pdu, _)| pdu).filter(|pdu| only_from(pdu.command).is_some()).collect();
        let first = tells.iter().find(|pdu| binds(pdu.command));
        let first = if sure {
            first
        } else {
            first.or_else(|| tells.iter().find(|pdu| pdu.command.0 == 0xb)).or_else(|| tells.first())
        }?;
        Some(if only_from(first.command) == Some(Role::Esme) { first.side } else { first.side.other() })
    }

    fn stand(&self) -> (Stand, Option<BindType>) {
        let (stand, bound, _) = stand(&self.facts);
        (stand, bound)
    }
}

/// Where these facts lead, what was granted, and how that is known.
fn stand(facts: &[Fact]) -> (Stand, Option<BindType>, Option<BindFrom>) {
    let (mut stand, mut bound) = (Stand::Open, None);
    let (mut attempt, mut from) = (None, None);
    for fact in facts {
        match *fact {
            Fact::Asked(pdu) if binds(pdu.command) => {
                if matches!(stand, Stand::Open | Stand::Binding(..)) {
                    stand = Stand::Binding(pdu.side, pdu.number);
                    attempt = Some((pdu.side, pdu.number));
                }
            }
            Fact::Asked(pdu) => {
                if !matches!(stand, Stand::Unbound(_)) {
                    stand = Stand::Unbinding(pdu.side);
                }
            }
            Fact::Answered { command, asking, number, granted } if binds(command) => match stand {
                Stand::Open | Stand::Binding(..) | Stand::Refused if granted => {
                    (stand, bound) = (Stand::Bound, BindType::of(command));
                    let is_asked = attempt == Some((asking, number));
                    from = Some(if is_asked { BindFrom::Bind } else { BindFrom::Response });
                }
                Stand::Binding(side, asked) if !granted && (side, asked) == (asking, number) => {
                    stand = Stand::Refused;
                }
                _ => {}
            },
            Fact::Answered { asking, granted: true, .. } => stand = Stand::Unbound(asking),
            Fact::Answered { asking, .. } => {
                if stand == Stand::Unbinding(asking) {
                    stand = if bound.is_some() { Stand::Bound } else { Stand::Open };
                }
            }
        }
    }
    (stand, bound, from)
}

impl Model {
    pub(super) fn new(handshake: bool) -> Self {
        Self {
            handshake,
            n: 0,
            session: None,
            open: Vec::new(),
            held: Vec::new(),
            answered: Vec::new(),
            answered_order: [0; 2],
            order: 0,
            gaps: [0; 2],
            forgot: [false; 2],
            sent: [false; 2],
            events: Vec::new(),
        }
    }

    fn session(&mut self) -> &mut Session {
        self.session.as_mut().unwrap()
    }

    fn transaction(&mut self, request: &Pdu, what: &'static str, response: Option<&Pdu>) {
        let latency = response.map(|r| r.at.nanos() - request.at.nanos()).filter(|&nanos| nanos >= 0);
        if let Some(session) = self.session.as_mut().filter(|_| response.is_some()) {
            session.responses.early += u64::from(latency.is_none());
            session.responses.late += u64::from(latency.is_some_and(|nanos| nanos > LIMITS.timeout.nanos()));
        }
        self.events.push(Event::Transaction {
            n: self.n,
            frame: request.frame,
            what,
            response: response.map(|r| r.frame),
            latency,
            late: latency.is_some_and(|nanos| nanos > LIMITS.timeout.nanos()),
        });
    }

    fn unanswered(&mut self, waiting: &Waiting, what: &'static str) -> bool {
        let other = ix(waiting.pdu.side.other());
        let gap = self.gaps[other] != waiting.gaps[other];
        let is_missed = !gap && what != "capture_ended" && self.sent[other] && !self.is_excused(&waiting.pdu);
        if waiting.pdu.command.0 == 0x15 && is_missed {
            self.session().missed_links[ix(waiting.pdu.side)] += 1;
        }
        self.transaction(&waiting.pdu, if gap { "reply_in_gap" } else { what }, None);
        gap
    }

    /// An enquire_link of the message centre, with any later PDU of the ESME.
    fn is_excused(&mut self, pdu: &Pdu) -> bool {
        let session = self.session();
        pdu.command.0 == 0x15
            && session.esme(false) == Some(pdu.side.other())
            && session.pdus.iter().any(|(later, _)| later.side != pdu.side && later.frame > pdu.frame)
    }

    fn finding(&mut self, rule: &'static str, pdu: &Pdu) {
        self.events.push(Event::Finding { rule, frame: pdu.frame });
    }

    fn unsolicited(&mut self, pdu: &Pdu, why: &'static str) {
        let responses = &mut self.session().responses;
        *match why {
            "before_capture" => &mut responses.before_capture,
            "in_gap" => &mut responses.in_gap,
            "duplicate" => &mut responses.duplicate,
            "wrong_type" => &mut responses.wrong_type,
            "given_up" => &mut responses.given_up,
            "without_number" => &mut responses.without_number,
            _ => &mut responses.unmatched,
        } += 1;
        self.events.push(Event::Unsolicited { n: self.n, frame: pdu.frame, why });
    }

    pub(super) fn push(&mut self, pdu: Pdu) {
        self.release(Some(pdu.at));
        if binds(pdu.command) && !pdu.command.is_response() && self.session.is_some() {
            let gaps = self.gaps;
            let session = self.session();
            let (stand, _) = session.stand();
            let over = match stand {
                Stand::Refused => Some((None, None)),
                Stand::Unbinding(by) | Stand::Unbound(by) => Some((Some(End::Unbind), Some(by))),
                Stand::Bound if session.gaps_before != gaps => Some((None, None)),
                _ => None,
            };
            if over.is_some() {
                let early = self.early(&pdu);
                self.release(None);
                // What the release tells may change who unbound.
                let (end, by) = match self.session().stand().0 {
                    Stand::Unbinding(by) | Stand::Unbound(by) => (Some(End::Unbind), Some(by)),
                    _ => (None, None),
                };
                let forgot = SIDES.map(|side| self.open.iter().any(|w| w.pdu.side == side));
                self.end(end, by, pdu.at, by.is_some(), "closed");
                self.forgot = forgot;
                self.held.extend(early);
            }
        }
        let gaps_before = if self.n == 0 { [0; 2] } else { self.gaps };
        let session = self.session.get_or_insert_with(|| Session { gaps_before, ..Session::default() });
        if pdu.command.0 == 0xb && matches!(session.stand().0, Stand::Open | Stand::Refused) {
            session.outbound = true;
        }
        session.pdus.push((pdu, self.gaps));
        let esme = session.esme(true);
        if !pdu.command.is_response() && (binds(pdu.command) || pdu.command.0 == 6) {
            session.facts.push(Fact::Asked(pdu));
        }
        self.sent[ix(pdu.side)] = true;
        let alien = only_from(pdu.command)
            .is_some_and(|role| esme.is_some_and(|esme| (esme == pdu.side) != (role == Role::Esme)));
        if pdu.command.is_response() {
            self.response(pdu, alien);
        } else {
            self.request(pdu, alien);
        }
    }

    fn early(&mut self, request: &Pdu) -> Option<Answer> {
        let index = self.held.iter().position(|a| {
            a.pdu.side != request.side
                && a.pdu.number == request.number
                && answers(a.pdu.command, request.command)
                && request.at.since(a.pdu.at) <= LIMITS.early
        })?;
        Some(self.held.remove(index))
    }

    fn request(&mut self, pdu: Pdu, alien: bool) {
        if alien {
            self.finding("session.pdu_wrong_direction", &pdu);
        }
        if ![1, 2, 6, 9, 0xb, 0x15].contains(&pdu.command.0) {
            let session = self.session();
            let count = session.per_second.entry(pdu.at.second()).or_default();
            *count += 1;
            if session.rate.is_none_or(|(most, _)| most < *count) {
                session.rate = Some((*count, pdu.at.second()));
            }
        }
        let below = naive::below(&self.session().pdus, pdu.side).filter(|_| !alien);
        if [0xb, 0x102].contains(&pdu.command.0) {
            let gaps = self.gaps;
            let same = |w: &&Waiting| w.pdu.side == pdu.side && w.pdu.number == pdu.number;
            let captured = self.sent[ix(pdu.side.other())];
            if captured && !alien && self.open.iter().find(same).is_some_and(|former| former.gaps == gaps) {
                self.finding("session.sequence_number.reused", &pdu);
            }
            if below.is_some() && !self.open.iter().any(|w| same(&w)) {
                self.finding("session.sequence_number.not_monotonic", &pdu);
            }
            self.transaction(&pdu, "one_way", None);
            return;
        }
        let answer = self.early(&pdu);
        let former = self.open.iter().position(|w| w.pdu.side == pdu.side && w.pdu.number == pdu.number);
        let former = former.map(|index| self.open.remove(index));
        if answer.is_none() {
            self.order += 1;
            self.open.push(Waiting { pdu, order: self.order, lost: false, gaps: self.gaps, alien });
            let answered = self.answered_order[ix(pdu.side)];
            for w in self.open.iter_mut().filter(|w| w.pdu.side == pdu.side && !w.lost) {
                if w.order >= answered || pdu.at.since(w.pdu.at) <= LIMITS.timeout {
                    break;
                }
                w.lost = true;
            }
            let count = self.open.iter().filter(|w| w.pdu.side == pdu.side && !w.lost).count();
            let count = u32::try_from(count).unwrap();
            self.session().flights[ix(pdu.side)].push((count, pdu.at));
            let window = &mut self.session().windows[ix(pdu.side)];
            if window.is_none_or(|(most, _)| most < count) {
                *window = Some((count, pdu.at));
            }
        }
        let is_reused = former.is_some();
        if let Some(former) = former {
            let gap = self.unanswered(&former, "superseded");
            self.session().reused[ix(pdu.side)] += 1;
            if !gap && !alien && self.sent[ix(pdu.side.other())] {
                self.finding("session.sequence_number.reused", &pdu);
            }
        }
        if below.is_some() && !is_reused {
            self.finding("session.sequence_number.not_monotonic", &pdu);
        }
        if let Some(answer) = answer {
            self.complete(&pdu, &answer.pdu);
        } else if self.open.iter().filter(|w| w.pdu.side == pdu.side).count() > LIMITS.outstanding {
            self.session().given_up += 1;
            self.give_up(pdu.side);
        }
    }

    fn give_up(&mut self, side: Side) {
        self.forgot[ix(side)] = true;
        let oldest = self.open.iter().position(|w| w.pdu.side == side).unwrap();
        let oldest = self.open.remove(oldest);
        self.unanswered(&oldest, "timed_out");
    }

    fn response(&mut self, pdu: Pdu, alien: bool) {
        let asking = pdu.side.other();
        if pdu.command.0 == 0x8000_0000 && pdu.number == 0 {
            self.unsolicited(&pdu, "without_number");
            return;
        }
        if let Some(index) = self.open.iter().position(|w| w.pdu.side == asking && w.pdu.number == pdu.number)
        {
            if answers(pdu.command, self.open[index].pdu.command) {
                let waiting = self.open.remove(index);
                let order = &mut self.answered_order[ix(asking)];
                *order = (*order).max(waiting.order);
                let of_side = |w: &&Waiting| w.pdu.side == asking && !w.lost;
                let is_crossed = !waiting.lost
                    && pdu.command.0 != 0x8000_0000
                    && self.open.iter().filter(of_side).any(|w| w.order < waiting.order);
                let count = u32::try_from(self.open.iter().filter(of_side).count()).unwrap();
                let session = self.session();
                session.flights[ix(asking)].push((count, pdu.at));
                session.responses.out_of_order += u64::from(is_crossed);
                self.complete(&waiting.pdu, &pdu);
                return;
            }
            if alien {
                self.finding("session.pdu_wrong_direction", &pdu);
            } else if self.open[index].gaps == self.gaps {
                self.finding("response.wrong_type", &pdu);
            }
            self.unsolicited(&pdu, "wrong_type");
            return;
        }
        let gaps = self.gaps[ix(asking)];
        let again = self.answered.iter().rev().filter(|a| a.0 == asking).take(64).any(
            |&(_, command, number, then)| {
                number == pdu.number && then == gaps && answers(pdu.command, command)
            },
        );
        if again {
            self.finding("response.duplicate", &pdu);
            self.unsolicited(&pdu, "duplicate");
            return;
        }
        if alien {
            self.finding("session.pdu_wrong_direction", &pdu);
        }
        self.held.push(Answer { pdu, judged: alien });
        if self.held.iter().filter(|a| a.pdu.side == pdu.side).count() > LIMITS.held {
            let oldest = self.held.iter().position(|a| a.pdu.side == pdu.side).unwrap();
            let oldest = self.held.remove(oldest);
            self.unmatched(&oldest);
        }
    }

    fn complete(&mut self, request: &Pdu, response: &Pdu) {
        let nacked = response.command.0 == 0x8000_0000;
        let session = self.session();
        let latency = Some(response.at.since(request.at)).filter(|latency| !latency.is_negative());
        if request.command.0 == 0x15 {
            session.answered_links[ix(request.side)].push(latency);
        } else if response.status == 0 && !nacked {
            session.served[0] |= request.command.0 == 4;
            session.served[1] |= request.command.0 == 5;
        }
        self.answer_bind(request.command, request.side, request.number, response.status == 0 && !nacked);
        self.answered.push((request.side, request.command, request.number, self.gaps[ix(request.side)]));
        self.transaction(request, if nacked { "nacked" } else { "answered" }, Some(response));
    }

    fn answer_bind(&mut self, command: CommandId, asking: Side, number: u32, granted: bool) {
        if binds(command) || command.0 == 6 {
            self.session().facts.push(Fact::Answered { command, asking, number, granted });
        }
    }

    fn unmatched(&mut self, answer: &Answer) {
        let pdu = &answer.pdu;
        let asking = pdu.side.other();
        let from_bind = self.n > 0
            && binds(self.session().pdus[0].0.command)
            && !self.session().pdus[0].0.command.is_response();
        let why = if self.gaps[ix(asking)] > 0 {
            "in_gap"
        } else if self.forgot[ix(asking)] {
            "given_up"
        } else if !self.handshake && !from_bind {
            "before_capture"
        } else {
            "unmatched"
        };
        if why == "unmatched" && !answer.judged {
            self.finding("response.unmatched", pdu);
        }
        if ["in_gap", "before_capture"].contains(&why) && pdu.command.0 != 0x8000_0000 {
            self.answer_bind(pdu.command.request(), asking, pdu.number, pdu.status == 0);
        }
        self.unsolicited(pdu, why);
    }

    /// Lets go of responses that are overdue, or of all.
    fn release(&mut self, now: Option<Timestamp>) {
        for asking in SIDES {
            while let Some(index) = self.held.iter().position(|a| a.pdu.side != asking) {
                if now.is_some_and(|now| now.since(self.held[index].pdu.at) <= LIMITS.early) {
                    break;
                }
                let answer = self.held.remove(index);
                self.unmatched(&answer);
            }
        }
    }

    /// Makes room: the oldest of each side, since so few are open, and all answers that wait for their request.
    pub(super) fn relieve(&mut self) {
        for side in SIDES {
            if self.open.iter().any(|w| w.pdu.side == side) {
                self.session().given_up += 1;
                self.give_up(side);
            }
        }
        self.release(None);
    }

    pub(super) fn tick(&mut self, now: Timestamp) {
        self.release(Some(now));
        for side in SIDES {
            while self
                .open
                .iter()
                .find(|w| w.pdu.side == side)
                .is_some_and(|w| now.since(w.pdu.at) > LIMITS.expire)
            {
                self.give_up(side);
            }
        }
    }

    pub(super) fn close(&mut self, end: End, by: Option<Side>, at: Timestamp) {
        self.release(None);
        let is_over = matches!(end, End::Fin | End::Rst);
        let stand = self.session.as_ref().map(|session| session.stand().0);
        let (end, by) = match stand {
            Some(Stand::Unbinding(by) | Stand::Unbound(by)) => (End::Unbind, Some(by)),
            _ => (end, by),
        };
        self.end(Some(end), by, at, is_over, "closed");
    }

    pub(super) fn finish(&mut self, at: Timestamp) {
        self.release(None);
        let (end, by) = match self.session.as_ref().map(|session| session.stand().0) {
            Some(Stand::Unbound(by)) => (End::Unbind, Some(by)),
            _ => (End::CaptureEnd, None),
        };
        self.end(Some(end), by, at, false, "capture");
    }

    fn end(&mut self, end: Option<End>, by: Option<Side>, at: Timestamp, is_over: bool, why: &'static str) {
        for side in SIDES {
            for waiting in std::mem::take(&mut self.open) {
                if waiting.pdu.side != side {
                    self.open.push(waiting);
                    continue;
                }
                let old = at.since(waiting.pdu.at) > LIMITS.timeout;
                let why = match why {
                    "capture" if old => "timed_out",
                    "capture" => "capture_ended",
                    other => other,
                };
                let gap = self.unanswered(&waiting, why);
                if is_over
                    && why == "closed"
                    && !gap
                    && !waiting.alien
                    && self.sent[ix(side.other())]
                    && !self.is_excused(&waiting.pdu)
                {
                    self.finding("response.missing", &waiting.pdu);
                }
            }
        }
        self.answered.clear();
        self.answered_order = [0; 2];
        self.order = 0;
        self.forgot = [false; 2];
        let Some(session) = self.session.take() else { return };
        let (_, bind, from) = stand(&session.facts);
        let gaps = [0, 1].map(|i| self.gaps[i] - session.gaps_before[i]);
        let is_asked =
            session.facts.iter().any(|fact| matches!(fact, Fact::Asked(pdu) if binds(pdu.command)));
        let from_bind = self.n > 0 && naive::begins_with_bind(&session.pdus);
        let midstream = !self.handshake && !from_bind;
        let inferred =
            bind.is_none() && !is_asked && midstream && session.served == [true; 2] && gaps == [0; 2];
        // Refused at some time, and never bound.
        let refused = bind.is_none()
            && (0..session.facts.len()).any(|i| stand(&session.facts[..=i]).0 == Stand::Refused);
        let whole = session.pdus.iter().filter(|(pdu, _)| pdu.whole).count() as u64;
        self.events.push(Event::Ended(Box::new(Ended {
            n: self.n,
            end,
            by,
            esme: session.esme(false),
            bind: bind.or(inferred.then_some(BindType::Transceiver)),
            refused,
            windows: session.windows,
            rate: session.rate,
            gaps,
            given_up: session.given_up,
            whole,
            partial: session.pdus.len() as u64 - whole,
            last: session.pdus.iter().rev().take(10).rev().map(|(pdu, _)| pdu.frame).collect(),
            from: from.or(inferred.then_some(BindFrom::Inferred)),
            binds: naive::count(&session.pdus, |pdu| [1, 2, 9].contains(&pdu.command.0)),
            outbound: session.outbound,
            flights: SIDES.map(|side| {
                let last = session.pdus.iter().map(|(pdu, _)| pdu.at).max().unwrap();
                naive::flight(&session.flights[ix(side)], last)
            }),
            numbers: SIDES.map(|side| Numbers {
                reused: session.reused[ix(side)],
                ..naive::numbers(&session.pdus, side)
            }),
            links: SIDES.map(|side| EnquireLinks {
                missed: session.missed_links[ix(side)],
                ..naive::links(&session.pdus, side, &session.answered_links[ix(side)])
            }),
            responses: session.responses,
            silence: naive::silence(&session.pdus),
            rate_use: naive::rate(&session.per_second),
        })));
        self.n += 1;
    }
}
