//! One live session: bind, requests in order, answers to the peer, unbind.
//!
//! ```text
//!  Idle ─► Connecting ─► Binding ─► Bound ─► Unbinding ─► Over
//!    ▲                      │         │
//!    └────── Waiting ◄──────┴─────────┘ lost, and to be bound again
//! ```

mod answers;
mod sending;
mod sequence;

use std::collections::VecDeque;

use super::engine::{AHEAD, Close, Core, Exchange, Failure, LinkId, LinkOptions, Missing, NotSent, Replayed};
use super::plan::Planned;
use crate::num;
use crate::session::BindType;
use crate::smpp::spec::MAX_COMMAND_LENGTH;
use crate::smpp::{CommandId, CommandStatus, Header, SequenceNumber};
use crate::smsc::Pdu;
use crate::time::{Duration, Timestamp};
use sequence::sequence;
pub(super) use sequence::set_word;

/// Octets that wait to be taken, from which on no request is sent.
const FULL: usize = 256 << 10;

/// How long a connection, a bind response and an unbind response may take.
const CONNECT: Duration = Duration::from_secs(10);
const BIND: Duration = Duration::from_secs(10);
const UNBIND: Duration = Duration::from_secs(2);

/// Times that a lost session tries to bind again without getting a response to a request.
const TRIES: u32 = 5;

/// Sequence numbers given up whose responses would be late.
const LATE: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Connecting(Timestamp),
    Binding(Timestamp),
    Bound,
    Unbinding(Timestamp),
    Waiting(Timestamp),
    Over,
}

/// What a sequence number of ours was used for.
#[derive(Debug)]
enum Slot {
    Free,
    Bind,
    Enquire(Timestamp),
    Unbind,
    Request(Box<Sent>),
}

#[derive(Debug)]
struct Sent {
    planned: Planned,
    intended: Timestamp,
    at: Timestamp,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) options: LinkOptions,
    pub(super) queue: VecDeque<Planned>,
    pub(super) armed: Option<Timestamp>,
    state: State,
    input: Vec<u8>,
    out: Vec<u8>,
    closing: Option<Close>,
    is_ready: bool,
    /// Uses of the sequence numbers from `first` on, counted from 0 without wrapping.
    slots: VecDeque<Slot>,
    first: u64,
    late: VecDeque<u32>,
    in_flight: u32,
    /// Requests of the plan that are answered, missing or not sent.
    handled: u64,
    is_sender: bool,
    waited: bool,
    /// Since when the next request waits for the id of its message.
    blocked: Option<Timestamp>,
    was_bound: bool,
    tries: u32,
    heard_at: Timestamp,
    active_at: Timestamp,
}

impl Link {
    pub(super) fn new(id: LinkId, options: &LinkOptions) -> Self {
        Self {
            id,
            options: options.clone(),
            queue: VecDeque::new(),
            armed: None,
            state: if options.is_used { State::Idle } else { State::Over },
            input: Vec::new(),
            out: Vec::new(),
            closing: None,
            is_ready: false,
            slots: VecDeque::new(),
            first: 0,
            late: VecDeque::new(),
            in_flight: 0,
            handled: 0,
            is_sender: options.is_used && options.requests > 0,
            waited: false,
            blocked: None,
            was_bound: false,
            tries: 0,
            heard_at: Timestamp::MIN,
            active_at: Timestamp::MIN,
        }
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    pub(super) const fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    pub(super) const fn is_bound(&self) -> bool {
        matches!(self.state, State::Bound)
    }

    /// Whether it waits for something that concerns all sessions and has happened.
    pub(super) fn wants_to_end(&self, core: &Core) -> bool {
        match self.state {
            State::Idle | State::Waiting(_) | State::Connecting(_) => core.stopping,
            State::Bound => core.stopping || self.is_finished(core) && self.hold_until(core) <= core.now,
            State::Binding(_) | State::Unbinding(_) | State::Over => false,
        }
    }

    /// Takes a request; false where it will not be sent, which is told.
    pub(super) fn queue_request(&mut self, planned: Planned, core: &mut Core) -> bool {
        if self.is_over() || core.stopping || core.is_over() || core.is_out_of_steps() {
            let why = self.why_not_sent(core);
            self.not_sent(planned, why, core);
            return false;
        }
        if core.options.translate
            && let Some(id) = planned.recorded.message_id()
        {
            core.submitted(id);
        }
        self.queue.push_back(planned);
        true
    }

    /// There is a connection; false where none is wanted any more.
    pub(super) fn connected(&mut self, core: &mut Core) -> bool {
        if !matches!(self.state, State::Connecting(_)) {
            return false;
        }
        core.counters.connections = core.counters.connections.saturating_add(1);
        // Whatever was to be said on the connection before is of no use on this one.
        self.closing = None;
        self.out.clear();
        self.input = Vec::new();
        let command = match self.options.kind {
            BindType::Receiver => CommandId::BIND_RECEIVER,
            BindType::Transmitter => CommandId::BIND_TRANSMITTER,
            BindType::Transceiver => CommandId::BIND_TRANSCEIVER,
        };
        let sequence = self.slot(Slot::Bind);
        let options = &self.options;
        // Fields take so many characters: SMPP 3.4 §4.1.5.
        let at_most =
            |text: &[u8], most: usize| text.get(..most.min(text.len())).unwrap_or_default().to_vec();
        Pdu::new(&mut self.out, command, CommandStatus::OK, SequenceNumber(sequence))
            .text(&at_most(&options.system_id, 15))
            .text(&at_most(&options.password.0, 8))
            .text(&at_most(&options.system_type, 12))
            .u8(options.version)
            .octets(&[0; 3])
            .finish();
        self.state = State::Binding(core.now.plus(core.options.timeout.min(BIND)));
        self.heard_at = core.now;
        self.is_ready(core);
        true
    }

    pub(super) fn unreachable(&mut self, why: &str, core: &mut Core) {
        if matches!(self.state, State::Connecting(_)) {
            self.unbound(Failure::Connect(why.to_owned()), core);
        }
    }

    /// The connection is gone.
    pub(super) fn closed(&mut self, why: &'static str, core: &mut Core) {
        match self.state {
            State::Idle | State::Waiting(_) | State::Over => {}
            State::Connecting(_) => self.unbound(Failure::Connect(why.to_owned()), core),
            State::Binding(_) => self.unbound(Failure::NoBind(why), core),
            State::Bound => {
                core.counters.lost = core.counters.lost.saturating_add(1);
                self.unbound(Failure::Lost(why), core);
            }
            State::Unbinding(_) => self.end(core),
        }
    }

    pub(super) fn received(&mut self, octets: &[u8], core: &mut Core) {
        if !matches!(self.state, State::Binding(_) | State::Bound | State::Unbinding(_)) {
            return;
        }
        self.heard_at = core.now;
        let mut input = std::mem::take(&mut self.input);
        let whole = if input.is_empty() {
            octets
        } else {
            input.extend_from_slice(octets);
            input.as_slice()
        };
        let mut rest = whole;
        while let Some(header) = Header::parse(rest) {
            if header.command_length < 16 || header.command_length > MAX_COMMAND_LENGTH {
                core.counters.garbage = core.counters.garbage.saturating_add(1);
                self.drop_connection(core);
                return self.closed("garbage came", core);
            }
            let Some((pdu, after)) = rest.split_at_checked(num::index(header.command_length)) else { break };
            rest = after;
            self.pdu(header, pdu, core);
            if !matches!(self.state, State::Binding(_) | State::Bound | State::Unbinding(_)) {
                return;
            }
        }
        self.input = rest.to_vec();
    }

    pub(super) fn take(&mut self, into: &mut Vec<u8>) -> Option<Close> {
        self.is_ready = false;
        if into.is_empty() {
            std::mem::swap(into, &mut self.out);
        } else {
            into.append(&mut self.out);
        }
        self.closing.take()
    }

    /// Does what is due.
    pub(super) fn poll(&mut self, core: &mut Core) {
        match self.state {
            State::Idle => self.open(core),
            State::Waiting(until) if core.stopping || self.has_nothing_left(core) => {
                let _ = until;
                self.end(core);
            }
            State::Waiting(until) if core.now >= until => self.connect(core),
            State::Connecting(until) => {
                if core.stopping || core.now >= until {
                    self.drop_connection(core);
                    self.unbound(Failure::Connect("no connection in 10 s".to_owned()), core);
                }
            }
            State::Binding(until) => {
                // An end that was asked for waits for the answer, so that it can be followed by an unbind.
                let until = if core.stopping { until.min(self.heard_at.plus(UNBIND)) } else { until };
                if core.now >= until {
                    self.drop_connection(core);
                    self.unbound(Failure::NoBind("no bind response in time"), core);
                }
            }
            State::Bound => self.bound(core),
            State::Unbinding(until) if core.now >= until => {
                self.closing = Some(Close::Fin);
                self.is_ready(core);
                self.end(core);
            }
            State::Waiting(_) | State::Unbinding(_) | State::Over => {}
        }
        self.arm(core);
    }

    fn open(&mut self, core: &mut Core) {
        if core.stopping || core.is_over() || core.is_out_of_steps() {
            return self.end(core);
        }
        let due = match core.epoch {
            None => self.options.opens_at <= AHEAD,
            Some(epoch) => core.now >= open_at(epoch, self.options.opens_at),
        };
        if due {
            self.connect(core);
        }
    }

    fn connect(&mut self, core: &mut Core) {
        self.state = State::Connecting(core.now.plus(CONNECT));
        core.connects.push_back(self.id);
    }

    fn bound(&mut self, core: &mut Core) {
        if core.stopping {
            return self.unbind(core);
        }
        self.time_out(core);
        self.send_due(core);
        if self.is_finished(core) && self.hold_until(core) <= core.now {
            return self.unbind(core);
        }
        let interval = core.options.enquire_link;
        if interval > Duration::ZERO {
            let asked = self.slots.iter().rev().take(64).find_map(|slot| match slot {
                Slot::Enquire(at) => Some(*at),
                _ => None,
            });
            match asked {
                Some(at) if core.now >= at.plus(core.options.timeout) && self.heard_at <= at => {
                    self.drop_connection(core);
                    self.closed("the peer is silent", core);
                }
                Some(at) if self.heard_at <= at => {}
                _ if core.now >= self.heard_at.plus(interval) => {
                    let sequence = self.slot(Slot::Enquire(core.now));
                    self.header_only(CommandId::ENQUIRE_LINK, CommandStatus::OK, sequence);
                    self.is_ready(core);
                }
                _ => {}
            }
        }
    }

    /// Whether nothing of the plan is to be sent or answered any more.
    fn is_finished(&self, core: &Core) -> bool {
        let is_alone = self.options.requests == 0;
        self.queue.is_empty()
            && self.in_flight == 0
            && (core.fed_all || core.is_over() || !is_alone && self.handled >= self.options.requests)
            && (!is_alone || core.senders == 0 || core.is_over())
    }

    fn has_nothing_left(&self, core: &Core) -> bool {
        self.is_finished(core)
    }

    /// Until when it stays although it is finished.
    fn hold_until(&self, core: &Core) -> Timestamp {
        if core.is_over() {
            return core.now;
        }
        let lingering = self.active_at.plus(core.options.linger);
        core.epoch.map_or(lingering, |epoch| lingering.max(epoch.plus(self.options.closes_at)))
    }

    fn unbind(&mut self, core: &mut Core) {
        let sequence = self.slot(Slot::Unbind);
        self.header_only(CommandId::UNBIND, CommandStatus::OK, sequence);
        core.counters.bound = core.counters.bound.saturating_sub(1);
        self.state = State::Unbinding(core.now.plus(UNBIND));
        self.sends_no_more(core);
        self.is_ready(core);
    }

    /// There is no session, or none any more: what waits for an answer gets none.
    fn unbound(&mut self, failure: Failure, core: &mut Core) {
        let was_bound = self.is_bound();
        if was_bound {
            core.counters.bound = core.counters.bound.saturating_sub(1);
        }
        let why = if core.stopping { Missing::Stopped } else { Missing::Disconnected };
        self.forget(why, core);
        if core.stopping {
            return self.end(core);
        }
        if !self.was_bound {
            // Nobody knows whether the others would fare better: a run that cannot bind is over.
            core.fail(self.id, failure);
            return self.end(core);
        }
        if was_bound && self.is_finished(core) || !core.options.rebind {
            return self.end(core);
        }
        self.tries = self.tries.saturating_add(1);
        if self.tries > TRIES {
            core.failure.get_or_insert((self.id, failure));
            return self.end(core);
        }
        let wait = 250_i64.saturating_mul(1_i64.checked_shl(self.tries).unwrap_or(1));
        self.state = State::Waiting(core.now.plus(Duration::from_millis(wait)));
    }

    /// Forgets what the connection had.
    fn forget(&mut self, why: Missing, core: &mut Core) {
        self.input = Vec::new();
        if self.closing.is_none() {
            self.out.clear();
        }
        let slots = std::mem::take(&mut self.slots);
        for slot in slots {
            let number = self.first;
            self.first = self.first.saturating_add(1);
            if let Slot::Request(sent) = slot {
                self.finish(*sent, number, Replayed::Missing(why), core);
            }
        }
    }

    /// The session is over for good.
    fn end(&mut self, core: &mut Core) {
        let why = if core.stopping { Missing::Stopped } else { Missing::Disconnected };
        self.forget(why, core);
        self.state = State::Over;
        let why = self.why_not_sent(core);
        let queue = std::mem::take(&mut self.queue);
        queue.into_iter().for_each(|planned| self.not_sent(planned, why, core));
        self.sends_no_more(core);
    }

    /// Why what is left is not sent, where the session is over or nothing more may be sent.
    fn why_not_sent(&self, core: &Core) -> NotSent {
        let is_at_fault = core.failure.as_ref().is_some_and(|(link, _)| *link == self.id);
        if is_at_fault && !self.was_bound {
            NotSent::NotBound
        } else if core.stopping || core.is_out_of_steps() {
            NotSent::Stopped
        } else if core.is_over() {
            NotSent::Duration
        } else {
            NotSent::NotBound
        }
    }

    fn sends_no_more(&mut self, core: &mut Core) {
        if std::mem::replace(&mut self.is_sender, false) {
            core.senders = core.senders.saturating_sub(1);
        }
    }

    /// The connection is to be closed at once.
    fn drop_connection(&mut self, core: &mut Core) {
        self.out.clear();
        self.closing = Some(Close::Reset);
        self.is_ready(core);
    }

    fn finish(&mut self, sent: Sent, number: u64, outcome: Replayed, core: &mut Core) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.handled = self.handled.saturating_add(1);
        core.counters.in_flight = core.counters.in_flight.saturating_sub(1);
        if matches!(outcome, Replayed::Missing(_)) {
            core.has_no_id(sent.planned.recorded.message_id());
            core.counters.missing = core.counters.missing.saturating_add(1);
        }
        let Sent { planned, intended, at } = sent;
        let (intended, sent) = (Some(intended), Some(at));
        core.exchanges.push(Exchange { planned, intended, sent, sequence: sequence(number), outcome });
    }

    fn not_sent(&mut self, planned: Planned, why: NotSent, core: &mut Core) {
        self.handled = self.handled.saturating_add(1);
        core.counters.not_sent = core.counters.not_sent.saturating_add(1);
        core.has_no_id(planned.recorded.message_id());
        let intended = core.epoch.map(|epoch| epoch.plus(planned.due));
        let outcome = Replayed::NotSent(why);
        core.exchanges.push(Exchange { planned, intended, sent: None, sequence: 0, outcome });
    }

    /// Says a PDU without a body.
    fn header_only(&mut self, id: CommandId, status: CommandStatus, sequence: u32) {
        Pdu::new(&mut self.out, id, status, SequenceNumber(sequence)).finish();
    }

    fn slot(&mut self, slot: Slot) -> u32 {
        let number = self.first.saturating_add(num::count(self.slots.len()));
        self.slots.push_back(slot);
        sequence(number)
    }

    fn is_ready(&mut self, core: &mut Core) {
        if !std::mem::replace(&mut self.is_ready, true) {
            core.ready.push_back(self.id);
        }
    }

    /// Has itself polled when something is due.
    fn arm(&mut self, core: &mut Core) {
        let due = match self.state {
            State::Idle => core.epoch.map(|epoch| open_at(epoch, self.options.opens_at)),
            State::Connecting(until) | State::Unbinding(until) | State::Waiting(until) => Some(until),
            State::Binding(until) if core.stopping => Some(until.min(self.heard_at.plus(UNBIND))),
            State::Binding(until) => Some(until),
            State::Bound => self.bound_due(core),
            State::Over => None,
        };
        if let Some(due) = due
            && self.armed.is_none_or(|armed| due < armed)
        {
            self.armed = Some(due);
            core.arm(due, self.id);
        }
    }

    fn bound_due(&self, core: &Core) -> Option<Timestamp> {
        let later = |at: Timestamp| Some(at).filter(|at| *at > core.now);
        let next = self.queue.front().zip(core.epoch).and_then(|(next, epoch)| {
            // One by one, nothing is due by time; the cap holds all the same.
            match (core.options.step, core.permits) {
                (true, 0) => None,
                (true, _) => later(core.next_at),
                (false, _) => later(epoch.plus(next.due).max(core.next_at)),
            }
        });
        let over =
            core.options.duration.zip(core.epoch).and_then(|(duration, epoch)| later(epoch.plus(duration)));
        let timed_out = self.slots.front().and_then(|slot| match slot {
            Slot::Request(sent) => Some(sent.at.plus(core.options.timeout)),
            Slot::Enquire(at) => Some(at.plus(core.options.timeout)),
            Slot::Free | Slot::Bind | Slot::Unbind => None,
        });
        let interval = core.options.enquire_link;
        let enquire = (interval > Duration::ZERO).then(|| later(self.heard_at.plus(interval))).flatten();
        let hold = self.is_finished(core).then(|| self.hold_until(core));
        let blocked = self.blocked.map(|_| core.now.plus(Duration::from_millis(5)));
        [next, over, timed_out, enquire, hold, blocked].into_iter().flatten().min()
    }
}

fn open_at(epoch: Timestamp, opens_at: Duration) -> Timestamp {
    epoch.plus(Duration::from_nanos(opens_at.nanos().saturating_sub(AHEAD.nanos())))
}
