//! Plays a [`Scenario`]: events in the order of simulated time.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use super::Rng;
use super::pdu::{self, Address, Final, Message, command};
use super::scenario::{Behaviour, Bind, Ending, MICROS, MILLIS, Scenario, Sent, Session};
use super::tcp::{Connection, Frame, index};
use crate::tcp::Side;

/// Time between the last answer and the unbind, so that nothing that the network delays comes after it.
const SETTLE: i64 = 200 * MILLIS;

/// Something that happens at a time; of two at the same time, the one that was decided first.
#[derive(Debug)]
struct At<T> {
    at: i64,
    order: u64,
    what: T,
}

impl<T> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for At<T> {}

impl<T> PartialOrd for At<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for At<T> {
    /// The earliest is the greatest: heaps give the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

#[derive(Debug)]
enum Event {
    Open,
    Bind,
    BindAnswer(u32),
    Bound,
    Generate,
    Pump,
    /// The message centre answers the request of this number.
    Answer {
        sequence: u32,
        job: Box<Job>,
        verdict: Verdict,
        /// The message's id, when a gateway has chosen it already.
        id: Option<u64>,
    },
    /// The ESME has an answer, or gives one up.
    Freed,
    GiveUp(Box<Job>),
    Receipt(Box<Due>),
    ReceiptAnswer(u32),
    Enquire(Side),
    EnquireAnswer(Side, u32),
    End,
    UnbindAnswer(u32),
    Close(Side),
    Acknowledge(Side),
    Flush(Side),
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    Status(u32),
    Nack(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Submit,
    Data,
    Query,
    Cancel,
    Replace,
    Multi,
}

/// A request that an ESME has to send.
#[derive(Clone, Debug)]
struct Job {
    kind: Kind,
    source: Address,
    destination: Address,
    esm_class: u8,
    text: Vec<u8>,
    wants_receipt: bool,
    /// The message that query, cancel and replace name.
    about: u64,
    /// At a gateway: the session and number of the request that this one passes on.
    origin: Option<Box<(usize, u32, Job)>>,
}

/// A receipt to be sent.
#[derive(Debug)]
struct Due {
    job: Job,
    message_id: u64,
    submitted_at: i64,
    state: Final,
    /// At a gateway: where to pass it on, with what id.
    onward: Option<(usize, u64)>,
}

#[derive(Debug)]
struct Live {
    connection: Connection,
    is_bound: bool,
    is_ending: bool,
    is_closed: bool,
    /// Next sequence_number of either side.
    next: [u32; 2],
    queue: VecDeque<Job>,
    made: u64,
    in_flight: usize,
    receipts_due: usize,
    last_id: u64,
    held: [Vec<u8>; 2],
    flush_at: [Option<i64>; 2],
}

pub(super) struct Engine<'a> {
    plan: &'a Scenario,
    rng: Rng,
    live: Vec<Live>,
    events: BinaryHeap<At<(usize, Event)>>,
    frames: BinaryHeap<At<Frame>>,
    order: u64,
    scratch: Vec<Frame>,
    message_ids: u64,
    sent: Option<Vec<[Vec<Sent>; 2]>>,
}

impl<'a> Engine<'a> {
    pub(super) fn new(plan: &'a Scenario, keep_sent: bool) -> Self {
        let mut rng = Rng::new(plan.seed);
        let live = plan
            .sessions
            .iter()
            .enumerate()
            .map(|(number, session)| {
                let chance = [rng.bits() as u32, rng.bits() as u32];
                let initial = session.initial.unwrap_or(chance);
                Live {
                    connection: Connection::new(
                        number,
                        session.esme,
                        session.smsc,
                        initial,
                        session.mss,
                        session.one_way,
                    ),
                    is_bound: false,
                    is_ending: false,
                    is_closed: false,
                    next: [1, 1],
                    queue: VecDeque::new(),
                    made: 0,
                    in_flight: 0,
                    receipts_due: 0,
                    last_id: 1,
                    held: [Vec::new(), Vec::new()],
                    flush_at: [None, None],
                }
            })
            .collect();
        let mut engine = Self {
            plan,
            rng,
            live,
            events: BinaryHeap::new(),
            frames: BinaryHeap::new(),
            order: 0,
            scratch: Vec::new(),
            message_ids: 1_000_000_000 + plan.seed % 1_000_000_000,
            sent: keep_sent.then(|| plan.sessions.iter().map(|_| [Vec::new(), Vec::new()]).collect()),
        };
        for (number, session) in plan.sessions.iter().enumerate() {
            engine.at(plan.start + session.opens_at, number, Event::Open);
        }
        engine
    }

    pub(super) fn into_sent(self) -> Vec<[Vec<Sent>; 2]> {
        self.sent.unwrap_or_default()
    }

    pub(super) fn run(&mut self, sink: &mut dyn FnMut(Frame) -> bool) {
        while let Some(At { at, what: (session, event), .. }) = self.events.pop() {
            while self.frames.peek().is_some_and(|frame| frame.at < at) {
                let Some(frame) = self.frames.pop() else { break };
                if !sink(frame.what) {
                    return;
                }
            }
            self.happen(at, session, event);
            for frame in std::mem::take(&mut self.scratch) {
                self.order += 1;
                self.frames.push(At { at: frame.at, order: self.order, what: frame });
            }
        }
        while let Some(frame) = self.frames.pop() {
            if !sink(frame.what) {
                return;
            }
        }
    }

    fn at(&mut self, at: i64, session: usize, event: Event) {
        self.order += 1;
        self.events.push(At { at, order: self.order, what: (session, event) });
    }

    fn happen(&mut self, now: i64, s: usize, event: Event) {
        let plan = &self.plan.sessions[s];
        let round = 2 * plan.one_way;
        if self.live[s].is_closed
            && !matches!(event, Event::Acknowledge(_) | Event::Close(_) | Event::GiveUp(_))
        {
            return;
        }
        match event {
            Event::Open => {
                let at = self.live[s].connection.open(now, &mut self.scratch);
                let delay = self.rng.between(MILLIS / 5, MILLIS);
                self.at(at + delay, s, Event::Bind);
            }
            Event::Bind => {
                let sequence = self.number(s, Side::Opener);
                let octets = pdu::bind(bind_id(plan), sequence, &plan.system_id, &plan.password);
                let at = self.send(now, s, Side::Opener, octets);
                let delay = self.rng.between(MILLIS, 5 * MILLIS);
                self.at(at + round + delay, s, Event::BindAnswer(sequence));
            }
            Event::BindAnswer(sequence) => {
                let octets = pdu::bind_resp(bind_id(plan), plan.bind_status, sequence, "gateway");
                let at = self.send(now, s, Side::Accepter, octets);
                if plan.bind_status == 0 {
                    self.at(at + SETTLE, s, Event::Bound);
                } else {
                    self.at(at + round, s, Event::Close(Side::Accepter));
                }
            }
            Event::Bound => self.bound(now, s),
            Event::Generate => self.generate(now, s),
            Event::Pump => self.pump(now, s),
            Event::Answer { sequence, job, verdict, id } => self.answer(now, s, sequence, *job, verdict, id),
            Event::Freed => {
                self.live[s].in_flight -= 1;
                self.pump(now, s);
                self.end_when_done(now, s);
            }
            Event::GiveUp(job) => {
                if let Some(origin) = job.origin {
                    self.pass_back(now, *origin, Verdict::Status(0x08));
                }
                if !self.live[s].is_closed {
                    self.happen(now, s, Event::Freed);
                }
            }
            Event::Receipt(due) => self.receipt(now, s, *due),
            Event::ReceiptAnswer(sequence) => {
                self.send(now, s, Side::Opener, pdu::deliver_sm_resp(0, sequence));
                self.live[s].receipts_due -= 1;
                self.end_when_done(now, s);
            }
            Event::Enquire(side) => self.enquire(now, s, side),
            Event::EnquireAnswer(side, sequence) => {
                self.send(
                    now,
                    s,
                    side,
                    pdu::header_only(command::ENQUIRE_LINK | command::RESPONSE, 0, sequence),
                );
            }
            Event::End => self.end(now, s),
            Event::UnbindAnswer(sequence) => {
                let octets = pdu::header_only(command::UNBIND | command::RESPONSE, 0, sequence);
                let at = self.send(now, s, Side::Accepter, octets);
                self.at(at + round, s, Event::Close(Side::Opener));
            }
            Event::Close(side) => self.close(now, s, side),
            Event::Acknowledge(side) => {
                if !self.live[s].is_closed {
                    self.live[s].connection.acknowledge(side, now, &mut self.scratch);
                }
            }
            Event::Flush(side) => {
                self.flush(now, s, side);
            }
        }
    }

    fn bound(&mut self, now: i64, s: usize) {
        let plan = &self.plan.sessions[s];
        self.live[s].is_bound = true;
        if plan.messages > 0 {
            let first = self.rng.between(0, plan.interval);
            self.at(now + first, s, Event::Generate);
        }
        if let Some(every) = plan.enquires {
            let first = self.rng.between(every / 2, every);
            self.at(now + first, s, Event::Enquire(Side::Opener));
            self.at(now + first + every / 2, s, Event::Enquire(Side::Accepter));
        }
        if let Some(ends_at) = plan.ends_at {
            self.at((self.plan.start + ends_at).max(now), s, Event::End);
        }
        self.pump(now, s);
    }

    fn generate(&mut self, now: i64, s: usize) {
        let plan = &self.plan.sessions[s];
        if self.live[s].is_ending || self.live[s].made >= plan.messages {
            return;
        }
        let is_other = self.rng.chance(plan.others);
        let wants_receipt = plan.receipts.is_some_and(|receipts| self.rng.chance(receipts.share));
        let source = if self.rng.chance(500) {
            Address::name(
                plan.system_id.chars().filter(char::is_ascii_alphanumeric).take(11).collect::<String>(),
            )
        } else {
            Address::international(format!("4477009009{:02}", s % 100))
        };
        let mut job = Job {
            kind: Kind::Submit,
            source,
            destination: Address::international(format!("447700900{:03}", self.rng.below(1_000))),
            esm_class: 0,
            text: self.rng.pick(&TEXTS).as_bytes().to_vec(),
            wants_receipt: wants_receipt && !is_other,
            about: self.live[s].last_id,
            origin: None,
        };
        if is_other {
            job.kind = *self.rng.pick(&[Kind::Data, Kind::Query, Kind::Cancel, Kind::Replace, Kind::Multi]);
        } else if self.rng.chance(plan.concatenated) && self.live[s].made + 2 <= plan.messages {
            let reference = self.live[s].made as u8;
            let mut first = job.clone();
            first.esm_class = 0x40;
            first.text = [&[5, 0, 3, reference, 2, 1], LONG.as_bytes()].concat();
            self.live[s].queue.push_back(first);
            self.live[s].made += 1;
            job.esm_class = 0x40;
            job.text.splice(..0, [5, 0, 3, reference, 2, 2]);
        }
        self.live[s].queue.push_back(job);
        self.live[s].made += 1;
        let next = self.rng.between(plan.interval / 2, plan.interval * 3 / 2);
        self.at(now + next, s, Event::Generate);
        self.pump(now, s);
    }

    /// The ESME sends what its window allows.
    fn pump(&mut self, now: i64, s: usize) {
        let plan = &self.plan.sessions[s];
        while self.live[s].is_bound && !self.live[s].is_ending && self.live[s].in_flight < plan.window {
            let Some(job) = self.live[s].queue.pop_front() else { return };
            let sequence = self.number(s, Side::Opener);
            let sent_at = self.send(now, s, Side::Opener, request(sequence, &job));
            self.live[s].in_flight += 1;
            let arrived = sent_at + 2 * plan.one_way;
            if let (Some(operator), Kind::Submit) = (plan.forwards_to, job.kind) {
                let mut onward = job.clone();
                onward.origin = Some(Box::new((s, sequence, job)));
                self.live[operator].queue.push_back(onward);
                let delay = self.rng.between(300 * MICROS, 2 * MILLIS);
                self.at(arrived + delay, operator, Event::Pump);
                continue;
            }
            let elapsed = now - self.plan.start;
            let usual = Behaviour::default();
            let behaviour = plan.behaviour.iter().rfind(|phase| phase.from <= elapsed).unwrap_or(&usual);
            if self.rng.chance(behaviour.silent) {
                self.at(arrived + plan.gives_up, s, Event::GiveUp(Box::new(job)));
                continue;
            }
            let verdict = self.verdict(behaviour);
            let at = arrived + behaviour.latency.sample(&mut self.rng);
            self.at(at, s, Event::Answer { sequence, job: Box::new(job), verdict, id: None });
        }
    }

    fn verdict(&mut self, behaviour: &Behaviour) -> Verdict {
        if self.rng.chance(behaviour.nacked) {
            return Verdict::Nack(0x08);
        }
        let mut chance = self.rng.below(1_000) as u32;
        for &(status, share) in &behaviour.refusals {
            if chance < share {
                return Verdict::Status(status);
            }
            chance -= share;
        }
        Verdict::Status(0)
    }

    fn answer(&mut self, now: i64, s: usize, sequence: u32, mut job: Job, verdict: Verdict, id: Option<u64>) {
        let plan = &self.plan.sessions[s];
        let id = id.unwrap_or_else(|| self.new_message_id());
        let octets = match verdict {
            Verdict::Nack(status) => pdu::header_only(command::RESPONSE, status, sequence),
            Verdict::Status(status) => response(sequence, &job, status, id),
        };
        let at = self.send(now, s, Side::Accepter, octets);
        self.at(at + 2 * plan.one_way + 50 * MICROS, s, Event::Freed);
        let is_accepted = matches!(verdict, Verdict::Status(0));
        if is_accepted && job.kind == Kind::Submit {
            self.live[s].last_id = id;
        }
        let onward = match job.origin.take() {
            None => None,
            Some(origin) => {
                let session = origin.0;
                self.pass_back(at, *origin, verdict).map(|id| (session, id))
            }
        };
        if let (Some(receipts), true, true) = (plan.receipts, is_accepted, job.wants_receipt) {
            // A gateway's customer gets its receipt when the operator's has come.
            if plan.forwards_to.is_none() {
                let failed = self.rng.chance(receipts.failed);
                let state = match (failed, self.rng.below(3)) {
                    (false, _) => Final::Delivered,
                    (true, 0) => Final::Expired,
                    (true, 1) => Final::Undeliverable,
                    (true, _) => Final::Rejected,
                };
                let due = Due { job, message_id: id, submitted_at: now, state, onward };
                let delay = receipts.delay.sample(&mut self.rng);
                self.live[receipts.through].receipts_due += 1;
                self.at(at + 2 * plan.one_way + delay, receipts.through, Event::Receipt(Box::new(due)));
            }
        }
    }

    /// A gateway answers its customer as the operator answered; returns the id that it gave, if it accepted.
    fn pass_back(&mut self, now: i64, origin: (usize, u32, Job), verdict: Verdict) -> Option<u64> {
        let (session, sequence, job) = origin;
        let verdict = match verdict {
            Verdict::Status(status) => Verdict::Status(status),
            Verdict::Nack(_) => Verdict::Status(0x08),
        };
        let receipt_follows = job.wants_receipt && matches!(verdict, Verdict::Status(0));
        if receipt_follows {
            self.live[session].receipts_due += 1;
        }
        let delay = self.rng.between(MILLIS, 3 * MILLIS);
        let id = self.new_message_id();
        self.at(now + delay, session, Event::Answer { sequence, job: Box::new(job), verdict, id: Some(id) });
        receipt_follows.then_some(id)
    }

    fn new_message_id(&mut self) -> u64 {
        self.message_ids += 1 + self.rng.below(9);
        self.message_ids
    }

    fn receipt(&mut self, now: i64, s: usize, mut due: Due) {
        let sequence = self.number(s, Side::Accepter);
        let octets = pdu::receipt(
            sequence,
            &pdu::Receipt {
                source: &due.job.source,
                destination: &due.job.destination,
                message_id: due.message_id,
                submitted_at: due.submitted_at,
                done_at: now,
                state: due.state,
                error: if due.state == Final::Delivered { 0 } else { 27 },
                text: due
                    .job
                    .text
                    .get(if due.job.esm_class & 0x40 != 0 { 6 } else { 0 }..)
                    .unwrap_or_default(),
            },
        );
        let at = self.send(now, s, Side::Accepter, octets);
        let round = 2 * self.plan.sessions[s].one_way;
        let delay = self.rng.between(300 * MICROS, 3 * MILLIS);
        self.at(at + round + delay, s, Event::ReceiptAnswer(sequence));
        if let Some((customer, id)) = due.onward.take() {
            due.message_id = id;
            let delay = self.rng.between(MILLIS, 4 * MILLIS);
            self.at(at + round + delay, customer, Event::Receipt(Box::new(due)));
        }
    }

    fn enquire(&mut self, now: i64, s: usize, side: Side) {
        let plan = &self.plan.sessions[s];
        if self.live[s].is_ending {
            return;
        }
        let sequence = self.number(s, side);
        let at = self.send(now, s, side, pdu::header_only(command::ENQUIRE_LINK, 0, sequence));
        let delay = self.rng.between(500 * MICROS, 3 * MILLIS);
        self.at(at + 2 * plan.one_way + delay, s, Event::EnquireAnswer(side.other(), sequence));
        if let Some(every) = plan.enquires {
            self.at(now + every, s, Event::Enquire(side));
        }
    }

    fn end_when_done(&mut self, now: i64, s: usize) {
        let plan = &self.plan.sessions[s];
        let live = &mut self.live[s];
        let is_done = live.made >= plan.messages
            && live.queue.is_empty()
            && live.in_flight == 0
            && live.receipts_due == 0;
        if is_done && plan.ends_at.is_none() && !live.is_ending {
            live.is_ending = true;
            self.at(now + SETTLE, s, Event::End);
        }
    }

    fn end(&mut self, now: i64, s: usize) {
        let round = 2 * self.plan.sessions[s].one_way;
        self.live[s].is_ending = true;
        match self.plan.sessions[s].ending {
            Ending::Unbind => {
                let sequence = self.number(s, Side::Opener);
                let at = self.send(now, s, Side::Opener, pdu::header_only(command::UNBIND, 0, sequence));
                let delay = self.rng.between(500 * MICROS, 3 * MILLIS);
                self.at(at + round + delay, s, Event::UnbindAnswer(sequence));
            }
            Ending::Fin => self.close(now, s, Side::Opener),
            Ending::Rst(side) => {
                self.live[s].connection.rst(side, now, &mut self.scratch);
                self.live[s].is_closed = true;
            }
            Ending::Open => {
                for side in [Side::Opener, Side::Accepter] {
                    self.flush(now, s, side);
                }
                self.live[s].is_closed = true;
            }
        }
    }

    /// `side` sends its FIN, the other one follows.
    fn close(&mut self, now: i64, s: usize, side: Side) {
        if self.live[s].is_closed {
            return;
        }
        for side in [side, side.other()] {
            self.flush(now, s, side);
        }
        let round = 2 * self.plan.sessions[s].one_way;
        let connection = &mut self.live[s].connection;
        let at = connection.fin(side, now + MICROS, &mut self.scratch);
        let at = connection.fin(side.other(), at + round + 50 * MICROS, &mut self.scratch);
        connection.acknowledge(side, at + round, &mut self.scratch);
        self.live[s].is_closed = true;
    }

    fn number(&mut self, s: usize, side: Side) -> u32 {
        let next = &mut self.live[s].next[index(side)];
        let number = *next;
        *next = if number == 0x7FFF_FFFF { 1 } else { number + 1 };
        number
    }

    /// Puts a PDU on its way; returns when it will be captured.
    fn send(&mut self, now: i64, s: usize, side: Side, octets: Vec<u8>) -> i64 {
        let held = self.live[s].held[index(side)].len() as u64;
        if let Some(sent) = &mut self.sent {
            let word = |at: usize| octets[at..at + 4].iter().fold(0, |n, &octet| n << 8 | u32::from(octet));
            sent[s][index(side)].push(Sent {
                offset: self.live[s].connection.sent(side) + held,
                len: octets.len() as u64,
                command: word(4),
                status: word(8),
                sequence: word(12),
            });
        }
        self.live[s].held[index(side)].extend(octets);
        if let Some(at) = self.live[s].flush_at[index(side)] {
            return at;
        }
        if self.rng.chance(self.plan.sessions[s].coalesced) {
            let at = now + self.rng.between(100 * MICROS, 2 * MILLIS);
            self.live[s].flush_at[index(side)] = Some(at);
            self.at(at, s, Event::Flush(side));
            return at;
        }
        self.flush(now, s, side)
    }

    fn flush(&mut self, now: i64, s: usize, side: Side) -> i64 {
        let plan = &self.plan.sessions[s];
        let octets = std::mem::take(&mut self.live[s].held[index(side)]);
        self.live[s].flush_at[index(side)] = None;
        if octets.is_empty() {
            return now;
        }
        let mut cuts = Vec::new();
        if self.rng.chance(plan.split) {
            for _ in 0..=self.rng.below(3) {
                // One cut in three is inside the first header.
                let within = if self.rng.chance(333) { 16 } else { octets.len() };
                cuts.push(1 + self.rng.below(within as u64 - 1) as usize);
            }
            cuts.sort_unstable();
            cuts.dedup();
        }
        let spacing = self.rng.between(20 * MICROS, 300 * MICROS);
        let at = self.live[s].connection.send(side, now, &octets, &cuts, spacing, &mut self.scratch);
        let delay = if self.rng.chance(plan.acknowledged_at_once) { 0 } else { 40 * MILLIS };
        self.at(at + 2 * plan.one_way + delay, s, Event::Acknowledge(side.other()));
        at
    }
}

const fn bind_id(plan: &Session) -> u32 {
    match plan.bind {
        Bind::Transmitter => command::BIND_TRANSMITTER,
        Bind::Receiver => command::BIND_RECEIVER,
        Bind::Transceiver => command::BIND_TRANSCEIVER,
    }
}

fn request(sequence: u32, job: &Job) -> Vec<u8> {
    let message = Message {
        source: &job.source,
        destination: &job.destination,
        esm_class: job.esm_class,
        registered_delivery: u8::from(job.wants_receipt),
        data_coding: 0,
        short_message: &job.text,
    };
    let about = pdu::message_id(job.about);
    match job.kind {
        Kind::Submit => pdu::submit_sm(sequence, &message),
        Kind::Data => pdu::data_sm(sequence, &message),
        Kind::Query => pdu::query_sm(sequence, &about, &job.source),
        Kind::Cancel => pdu::cancel_sm(sequence, &about, &job.source, &job.destination),
        Kind::Replace => pdu::replace_sm(sequence, &about, &job.source, &job.text),
        Kind::Multi => {
            let second = Address::international("447700900999");
            pdu::submit_multi(sequence, &message, &[job.destination.clone(), second])
        }
    }
}

fn response(sequence: u32, job: &Job, status: u32, id: u64) -> Vec<u8> {
    let id = pdu::message_id(id);
    match job.kind {
        Kind::Submit => pdu::submit_sm_resp(status, sequence, &id),
        Kind::Data => pdu::data_sm_resp(status, sequence, &id),
        Kind::Query => pdu::query_sm_resp(status, sequence, &pdu::message_id(job.about)),
        Kind::Cancel => pdu::header_only(command::CANCEL_SM | command::RESPONSE, status, sequence),
        Kind::Replace => pdu::header_only(command::REPLACE_SM | command::RESPONSE, status, sequence),
        Kind::Multi => pdu::submit_multi_resp(status, sequence, &id),
    }
}

const TEXTS: [&str; 8] = [
    "Your code is 482913. It is valid for 10 minutes.",
    "Dinner at eight? Bring the good bread.",
    "Parcel 3051 will arrive today between 14:00 and 16:00.",
    "Reminder: your appointment is tomorrow at 09:30. Reply C to confirm.",
    "Low balance: 1.20 left on your account.",
    "Gate change: flight BA 117 now boards at gate 22.",
    "Thank you for your order. We will tell you when it is on its way.",
    "ok",
];

/// The first part of a message in two parts.
const LONG: &str = "This is the first part of a message that does not fit into one short message, as \
                    they are sent every day by shops, banks and people who have much to say, and so ";
