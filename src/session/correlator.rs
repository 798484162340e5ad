//! The correlator of one connection.

use crate::smpp::{CommandId, CommandStatus, Role, RuleId, SequenceNumber, Version};
use crate::tcp::{ConnectionNumber, Event, Side};
use crate::time::Timestamp;

use super::binding::{Binding, State, sender};
use super::blame::{Asked, Delay, Delays};
use super::held::{Answer, Held, Recent, fits};
use super::life::Life;
use super::open::{Fault, Found, Open, Request};
use super::order::Answers;
use super::rules::{Breach, blame_direction, blame_state};
use super::told::Told;
use super::{End, Limits, NoRequest, Outcome, Seen, SessionId, Sink, Start, Transaction, Why};

/// All SMPP sessions of one connection, one after the other.
#[derive(Debug)]
pub struct Sessions {
    connection: ConnectionNumber,
    pub(super) handshake: bool,
    pub(super) limits: Limits,
    /// Number of the session that is on, or of the next one.
    pub(super) n: u32,
    pub(super) life: Option<Life>,
    /// When the connection was made, until its session is asked for.
    pub(super) opened_at: Option<Timestamp>,
    /// The version, the ESME and the state before the first PDU, where somebody said so.
    pub(super) told: Told,
    /// The state was told, so that all of the session is there.
    pub(super) is_told: bool,
    /// Gaps of both sides when the state was last sure: with more of them it is not.
    pub(super) settled: Option<(u32, u32)>,
    pub(super) opener: Half,
    pub(super) accepter: Half,
    pub(super) delays: Delays,
    /// Requests given up, as far as nobody was told.
    pub(super) given_up: u64,
}

/// What one side asked, and what was answered to it.
#[derive(Debug, Default)]
pub(super) struct Half {
    pub(super) open: Open,
    pub(super) held: Held,
    pub(super) recent: Recent,
    /// How this side answers.
    pub(super) answers: Answers,
    /// Gaps in the octets of this side, over all sessions.
    pub(super) gaps: u32,
    /// A request of this side was given up: a response to it may still come.
    pub(super) forgot: bool,
    /// PDUs that this side sent, over all sessions.
    pub(super) pdus: u32,
    /// Octets of this side wait behind a hole that may yet be filled.
    pub(super) waits: bool,
}

impl Sessions {
    /// Of a connection whose first PDU is yet to come. `handshake`: the capture has its beginning, so that no PDU of it
    /// can precede the capture.
    #[must_use]
    pub fn new(connection: ConnectionNumber, handshake: bool, limits: Limits) -> Self {
        let (opener, accepter) = (Half::default(), Half::default());
        let settled = handshake.then_some((0, 0));
        Self {
            connection,
            handshake,
            limits,
            n: 0,
            life: None,
            opened_at: None,
            told: Told::default(),
            is_told: false,
            settled,
            opener,
            accepter,
            delays: Delays::default(),
            given_up: 0,
        }
    }

    /// Takes the next PDU of either side.
    pub fn push(&mut self, seen: &Seen<'_>, sink: &mut impl Sink) {
        let id = seen.header.command_id;
        self.delays.see(seen.side, seen.at, seen.wait);
        self.release(seen.at, sink);
        let gaps = self.gaps();
        self.begin(seen);
        let before = self.before(seen);
        if id.is_bind()
            && self.life.as_ref().is_some_and(|life| life.binding.makes_way(life.former_gaps != gaps))
        {
            self.make_way(seen, sink);
            self.begin(seen);
        }
        let Some(life) = &mut self.life else { return };
        life.see(seen, gaps);
        life.binding.see(seen);
        if id == CommandId::OUTBIND && life.binding.state() == State::Open {
            self.settled = Some(gaps);
        }
        let breach = self.breach(seen, &before);
        let half = self.half_mut(seen.side);
        half.pdus = half.pdus.saturating_add(1);
        self.judge_time(seen, &before, sink);
        if id.is_response() {
            self.response(seen, &breach, sink);
        } else {
            self.judge_request(seen, &before, &breach, sink);
            self.request(seen, &breach, sink);
        }
    }

    /// Opens a session with `seen` as its first PDU, if none is on.
    fn begin(&mut self, seen: &Seen<'_>) {
        if self.life.is_some() {
            return;
        }
        let from_bind = self.n > 0 && seen.header.command_id.is_bind();
        let start = if self.handshake || from_bind { Start::Handshake } else { Start::MidStream };
        let (binding, former) = if self.n == 0 {
            // Gaps before the first PDU of a connection are its first session's.
            (self.told.state.map(|state| Binding::in_state(self.told.esme, state)), (0, 0))
        } else {
            (None, self.gaps())
        };
        let binding = binding.unwrap_or_else(|| Binding::new(self.told.esme));
        self.life = Some(Life::new(start, binding, seen.at, former));
    }

    /// Octets of `side` are missing here, between the PDUs pushed before and after. Requests, responses, a bind or an
    /// unbind may lie there.
    pub fn gap(&mut self, side: Side, _at: Timestamp) {
        let half = self.half_mut(side);
        half.gaps = half.gaps.saturating_add(1);
    }

    /// Octets were passed over in which a bind or an unbind may lie: until the next of them the state is not judged.
    pub const fn doubt(&mut self) {
        self.settled = None;
    }

    /// Something happened to `side`, seen at `at`: what it delays is told with the transactions.
    pub fn event(&mut self, side: Side, at: Timestamp, event: Event, sink: &mut impl Sink) {
        self.delays.event(side, at, event, |late| sink.delivered_late(&late));
    }

    /// Likewise, before the first PDU is pushed.
    pub fn event_before(&mut self, side: Side, at: Timestamp, event: Event) {
        self.delays.event(side, at, event, |_| ());
    }

    /// Whether octets of `side` wait behind a hole that may yet be filled. Requests among them come late but were sent
    /// in time, so responses to them are held as long as it lasts.
    pub fn waits(&mut self, side: Side, waits: bool) {
        self.half_mut(side).waits = waits;
    }

    /// Gives up what is older than [`Limits::expire`], and responses whose request can no longer come.
    pub fn tick(&mut self, now: Timestamp, sink: &mut impl Sink) {
        self.release(now, sink);
        for asking in [Side::Opener, Side::Accepter] {
            while let Some(oldest) = self.half(asking).open.oldest()
                && now.since(oldest.at) > self.limits.expire
            {
                self.give_up(asking, sink);
            }
            let half = self.half_mut(asking);
            half.open.shrink();
            half.held.shrink();
        }
    }

    /// The connection is over, for both sides: after the last PDU of either. `by`: who sent the FIN or RST.
    ///
    /// A PDU pushed after this opens another session.
    pub fn close(&mut self, end: End, by: Option<Side>, at: Timestamp, sink: &mut impl Sink) {
        self.release_all(sink);
        let is_over = matches!(end, End::Fin | End::Rst);
        if is_over {
            self.judge_close(by, sink);
        }
        let unbind = self.life.as_ref().and_then(|life| life.binding.unbind_by());
        let (end, by) = if unbind.is_some() { (End::Unbind, unbind) } else { (end, by) };
        self.end(Some(end), by, at, is_over, |_| Why::Closed, sink);
        self.settled = None;
    }

    /// The capture ends, the connection goes on.
    pub fn finish(&mut self, at: Timestamp, sink: &mut impl Sink) {
        self.release_all(sink);
        let unbind =
            self.life.as_ref().map(|life| &life.binding).filter(|bind| bind.state() == State::Unbound);
        let by = unbind.and_then(Binding::unbind_by);
        let end = if by.is_some() { End::Unbind } else { End::CaptureEnd };
        let timeout = self.limits.timeout;
        let why = |request: &Request| {
            if at.since(request.at) > timeout { Why::TimedOut } else { Why::CaptureEnded }
        };
        self.end(Some(end), by, at, false, why, sink);
    }

    /// Role of a side in the session that is on, as far as known.
    #[must_use]
    pub fn role(&self, side: Side) -> Option<Role> {
        self.life.as_ref()?.binding.role(side)
    }

    /// Version of the session that is on: a bind sets it for what follows, unless it was told.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.told.version.or_else(|| self.life.as_ref()?.binding.version())
    }

    /// system_id of the bind of the session that is on, where one was seen.
    #[must_use]
    pub fn system_id(&self) -> Option<&[u8]> {
        self.life.as_ref()?.binding.system_id.as_deref()
    }

    /// The session that is on, or the next one.
    #[must_use]
    pub const fn current(&self) -> SessionId {
        self.id()
    }

    /// Nothing is open and nothing is held: a tick would do nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        [&self.opener, &self.accepter].iter().all(|half| half.open.is_empty() && half.held.is_empty())
    }

    fn request(&mut self, seen: &Seen<'_>, breach: &Breach, sink: &mut impl Sink) {
        let (side, command, number) = (seen.side, seen.header.command_id, seen.header.sequence_number);
        let is_alien = breach.alien.is_some();
        let request = Request {
            command,
            sequence_number: number,
            at: seen.at,
            place: seen.place,
            partial: !seen.whole,
            octets: seen.header.command_length,
            unseen: self.delays.unseen(side, seen.begun, seen.at, seen.wait),
            fault: breach.fault(),
            answering_pdus: self.half(side.other()).pdus,
            asking_gaps: self.half(side).gaps,
            answering_gaps: self.half(side.other()).gaps,
        };
        let mut below = None;
        if let Some(life) = &mut self.life {
            life.rate.see(command, seen.at);
            if command == CommandId::ENQUIRE_LINK {
                life.links.of_mut(side).sent(seen.at, request.asking_gaps);
            }
            let other = life.numbers.of(side.other()).last();
            below = life.numbers.of_mut(side).see(command, number.0, request.asking_gaps, other);
        }
        let below = below.filter(|_| !is_alien);
        if matches!(command, CommandId::OUTBIND | CommandId::ALERT_NOTIFICATION) {
            let former = self.half(side).open.peek(number).copied();
            let is_captured = self.is_captured(side.other());
            if let Some(former) =
                former.filter(|former| is_captured && !is_alien && !self.gap_since(side, former))
            {
                self.blame_reuse(&former, seen, sink);
            }
            self.judge_number(seen, below, former.is_some(), sink);
            self.say(side, &request, None, Outcome::OneWay, sink);
            return;
        }
        let Limits { timeout, early, outstanding, .. } = self.limits;
        let half = self.half_mut(side);
        if !half.held.is_empty()
            && let Some(answer) = half.held.take(command, number, seen.at, early)
        {
            let former = half.open.remove(number);
            if let Some(former) = &former {
                self.supersede(side, former, seen, is_alien, sink);
            }
            self.judge_number(seen, below, former.is_some(), sink);
            self.complete(side, &request, &answer, sink);
            return;
        }
        let former = half.open.insert(request);
        let waiting = half.open.waiting(seen.at, timeout);
        let full = half.open.len() > outstanding;
        if let Some(life) = &mut self.life {
            life.windows.of_mut(side).set(waiting, seen.at);
        }
        if let Some(former) = &former {
            self.supersede(side, former, seen, is_alien, sink);
        }
        if !is_alien {
            self.judge_number(seen, below, former.is_some(), sink);
            self.judge_window(seen, waiting, sink);
        }
        if full {
            self.make_room(side, sink);
        }
    }

    fn response(&mut self, seen: &Seen<'_>, breach: &Breach, sink: &mut impl Sink) {
        let (side, command, number) = (seen.side, seen.header.command_id, seen.header.sequence_number);
        let asking = side.other();
        let alien = breach.alien;
        let answer = Answer::of(seen, alien.is_some());
        let blame = |sink: &mut _| {
            if let Some(state) = breach.state {
                blame_state(seen, state, sink);
            }
        };
        if command == CommandId::GENERIC_NACK && number == SequenceNumber(0) {
            blame(sink);
            self.unsolicited(side, &answer, NoRequest::WithoutNumber, sink);
            return;
        }
        let limit = self.limits.held;
        self.half_mut(side).answers.see(seen.place);
        let half = self.half_mut(asking);
        let found = half.open.answer(number, |request| fits(request, command));
        match found {
            // A request in the wrong direction or state has its finding; its response is the same fault. An unbind may
            // be answered when the other side's has been.
            Found::Request(request, in_turn, order) => {
                self.half_mut(side).answers.answer(request.command, order);
                if request.fault == Fault::None && command != CommandId::UNBIND.response() {
                    blame(sink);
                }
                if request.fault != Fault::Direction {
                    self.judge_response(seen, &request, in_turn, sink);
                }
                let in_flight = self.half(asking).open.in_flight();
                if let Some(life) = &mut self.life {
                    life.windows.of_mut(asking).set(in_flight, seen.at);
                    let is_crossed = !in_turn && command != CommandId::GENERIC_NACK;
                    life.responses.out_of_order =
                        life.responses.out_of_order.saturating_add(u64::from(is_crossed));
                }
                self.complete(asking, &request, &answer, sink);
            }
            Found::Unfit(request) => {
                blame(sink);
                if let Some(role) = alien {
                    blame_direction(seen, role, sink);
                } else if !self.gap_since(asking, &request) {
                    sink.finding(
                        RuleId::RESPONSE_WRONG_TYPE,
                        seen.place,
                        seen.at,
                        side,
                        &format_args!(
                            "response {} has the number {number} of the request {} in frame {}",
                            command, request.command, request.place.frame
                        ),
                    );
                }
                self.unsolicited(side, &answer, NoRequest::WrongType, sink);
            }
            Found::Nothing if half.recent.holds(command, number, half.gaps) => {
                blame(sink);
                sink.finding(
                    RuleId::RESPONSE_DUPLICATE,
                    seen.place,
                    seen.at,
                    side,
                    &format_args!("response {} to request number {number}, which has been answered", command),
                );
                self.unsolicited(side, &answer, NoRequest::Duplicate, sink);
            }
            Found::Nothing => {
                blame(sink);
                let half = self.half_mut(asking);
                half.held.push(answer);
                let overflow = if half.held.len() > limit { half.held.pop() } else { None };
                if let Some(role) = alien {
                    blame_direction(seen, role, sink);
                }
                if let Some(oldest) = overflow {
                    self.unmatched(side, &oldest, sink);
                }
            }
        }
    }

    /// `request` has its response.
    fn complete(&mut self, asking: Side, request: &Request, answer: &Answer, sink: &mut impl Sink) {
        let nacked = answer.command() == CommandId::GENERIC_NACK;
        let status = answer.status();
        let latency = Some(answer.at.since(request.at)).filter(|latency| !latency.is_negative());
        let is_late = latency.is_some_and(|latency| latency > self.limits.timeout);
        if let Some(life) = &mut self.life {
            let responses = &mut life.responses;
            responses.early = responses.early.saturating_add(u64::from(latency.is_none()));
            responses.late = responses.late.saturating_add(u64::from(is_late));
            if request.command == CommandId::ENQUIRE_LINK {
                life.links.of_mut(asking).answered(latency);
            } else if status == CommandStatus::OK && !nacked {
                match sender(request.command) {
                    Some(Role::Esme) if !request.command.is_bind() => life.served.esme = true,
                    Some(Role::Smsc) => life.served.smsc = true,
                    _ => {}
                }
            }
        }
        if let Some(life) = &mut self.life
            && (request.command.is_bind() || request.command == CommandId::UNBIND)
        {
            life.binding.answered(request.command, asking, request.sequence_number, answer.status(), nacked);
            self.settle(request.command);
        }
        let half = self.half_mut(asking);
        half.recent.push(request.command, request.sequence_number, half.gaps);
        let outcome =
            if nacked { Outcome::Nacked { status, latency } } else { Outcome::Answered { status, latency } };
        self.say(asking, request, Some(answer), outcome, sink);
        let from = answer.place.offset;
        let end = from.saturating_add(answer.header.command_length.into());
        self.delays.answered(&Asked::of(asking, request), self.n, (from, end), answer.at);
    }

    /// The number of `former` is used again by `seen`.
    fn supersede(
        &mut self,
        asking: Side,
        former: &Request,
        seen: &Seen<'_>,
        is_alien: bool,
        sink: &mut impl Sink,
    ) {
        let why = self.unanswered(asking, former, Why::Superseded, sink);
        if let Some(life) = &mut self.life {
            let numbers = &mut life.numbers.of_mut(asking).counts;
            numbers.reused = numbers.reused.saturating_add(1);
        }
        // Where the other side is not captured at all, the response may have come.
        if why == Why::Superseded && self.is_captured(asking.other()) && !is_alien {
            self.blame_reuse(former, seen, sink);
        }
    }

    fn blame_reuse(&self, former: &Request, seen: &Seen<'_>, sink: &mut impl Sink) {
        sink.finding(
            RuleId::SESSION_SEQUENCE_NUMBER_REUSED,
            seen.place,
            seen.at,
            seen.side,
            &format_args!(
                "number {} is still that of the unanswered request {} in frame {}",
                former.sequence_number, former.command, former.place.frame
            ),
        );
    }

    /// A bind or an unbind was answered: the state is sure again, if that made it so.
    pub(super) fn settle(&mut self, command: CommandId) {
        let state = self.life.as_ref().map(|life| life.binding.state());
        let is_sure = match state {
            Some(State::Bound) => command.is_bind(),
            Some(State::Unbound) => command == CommandId::UNBIND,
            _ => false,
        };
        if is_sure {
            self.settled = Some(self.gaps());
        }
    }

    pub(super) fn unanswered(
        &mut self,
        asking: Side,
        request: &Request,
        why: Why,
        sink: &mut impl Sink,
    ) -> Why {
        let gap = self.half(asking.other()).gaps != request.answering_gaps;
        let why = if gap { Why::ReplyInGap } else { why };
        let is_missed = request.command == CommandId::ENQUIRE_LINK
            && matches!(why, Why::Closed | Why::TimedOut | Why::Superseded)
            && self.is_captured(asking.other())
            && !self.is_excused(asking, request);
        if let Some(life) = self.life.as_mut().filter(|_| is_missed) {
            life.links.of_mut(asking).missed();
        }
        self.say(asking, request, None, Outcome::Unanswered(why), sink);
        why
    }

    fn say(
        &mut self,
        asking: Side,
        request: &Request,
        answer: Option<&Answer>,
        outcome: Outcome,
        sink: &mut impl Sink,
    ) {
        let latency = outcome.latency();
        let delay = match answer.filter(|_| latency.is_some()) {
            Some(answer) => self.delays.of(&Asked::of(asking, request), answer.at, answer.wait),
            None => Delay { unseen: request.unseen, ..Delay::default() },
        };
        sink.transaction(&Transaction {
            session: self.id(),
            command: request.command,
            sequence_number: request.sequence_number,
            side: asking,
            role: self.role(asking),
            place: request.place,
            at: request.at,
            partial: request.partial,
            response: answer.map(Answer::response),
            outcome,
            late: latency.is_some_and(|latency| latency > self.limits.timeout),
            early: answer.is_some() && latency.is_none(),
            delay,
        });
    }

    /// Ends the session that is on, because `bind` opens the next one.
    fn make_way(&mut self, bind: &Seen<'_>, sink: &mut impl Sink) {
        let header = &bind.header;
        let early = self.limits.early;
        let answer =
            self.half_mut(bind.side).held.take(header.command_id, header.sequence_number, bind.at, early);
        self.release_all(sink);
        let by = self.life.as_ref().and_then(|life| life.binding.unbind_by());
        let open = (!self.opener.open.is_empty(), !self.accepter.open.is_empty());
        self.end(by.map(|_| End::Unbind), by, bind.at, by.is_some(), |_| Why::Closed, sink);
        (self.opener.forgot, self.accepter.forgot) = open;
        if let Some(answer) = answer {
            self.half_mut(bind.side).held.push(answer);
        }
    }

    pub(super) const fn id(&self) -> SessionId {
        SessionId { connection: self.connection, n: self.n }
    }

    /// Whether the capture lacks octets of either side since `request`.
    fn gap_since(&self, asking: Side, request: &Request) -> bool {
        self.half(asking).gaps != request.asking_gaps
            || self.half(asking.other()).gaps != request.answering_gaps
    }

    /// Gaps of the opener's and the accepter's octets, over all sessions.
    pub(super) const fn gaps(&self) -> (u32, u32) {
        (self.opener.gaps, self.accepter.gaps)
    }

    pub(super) const fn half(&self, side: Side) -> &Half {
        match side {
            Side::Opener => &self.opener,
            Side::Accepter => &self.accepter,
        }
    }

    pub(super) const fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Opener => &mut self.opener,
            Side::Accepter => &mut self.accepter,
        }
    }
}
