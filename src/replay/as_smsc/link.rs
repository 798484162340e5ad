//! One connection of an ESME under test.

use std::collections::VecDeque;

use super::super::link::set_word;
use super::compare::{Did, Played};
use super::pair::{Doubtful, Found};
use super::{Core, Task, extra_answer};
use crate::num;
use crate::session::BindType;
use crate::smpp::spec::{MAX_COMMAND_LENGTH, Slot, command};
use crate::smpp::{CommandId, CommandStatus, Context, Header, Role, SequenceNumber, Silent, walk};
use crate::smsc::{Close, ConnectionId, Pdu};
use crate::time::{Duration, Timestamp};

/// Octets to be sent from which on nothing more is read.
const FULL: usize = 256 << 10;

/// Responses of one connection that may wait for their time; more close it.
const WAITING: u32 = 100_000;

/// How long the answer to our own unbind may take.
const UNBIND: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// The bind was accepted, and its response has gone out, or waits for its time.
    Bound,
    Over,
}

/// What we asked, and is not answered.
#[derive(Clone, Copy, Debug)]
struct Outstanding {
    sequence: u32,
    command: CommandId,
    /// What of the script that was; `None`: an unbind of our own.
    told: Option<(usize, u32)>,
}

#[derive(Debug)]
pub(super) struct Link {
    id: ConnectionId,
    state: State,
    /// The session that it plays.
    session: Option<usize>,
    /// Whether the bind's response has gone out.
    has_greeted: bool,
    input: Vec<u8>,
    out: Vec<u8>,
    closing: Option<Close>,
    is_ready: bool,
    sequence: u32,
    outstanding: VecDeque<Outstanding>,
    /// Responses that wait for their time.
    waiting: u32,
    /// Requests whose responses wait, and that are extra after all: what they are answered with instead.
    disowned: Vec<(Header, Option<Vec<u8>>)>,
    /// Whether it is to be closed once they are sent.
    closes_after: bool,
}

impl Link {
    pub(super) const fn new(id: ConnectionId) -> Self {
        Self {
            id,
            state: State::Open,
            session: None,
            has_greeted: false,
            input: Vec::new(),
            out: Vec::new(),
            closing: None,
            is_ready: false,
            sequence: 0,
            outstanding: VecDeque::new(),
            waiting: 0,
            disowned: Vec::new(),
            closes_after: false,
        }
    }

    pub(super) const fn is_bound(&self) -> bool {
        matches!(self.state, State::Bound)
    }

    /// Whether something may be sent to it of our own accord.
    pub(super) fn may_be_told(&self) -> bool {
        self.state == State::Bound && self.has_greeted && self.closing.is_none() && !self.is_full()
    }

    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= FULL
    }

    /// What is to be sent; the session of which more can be told now.
    pub(super) fn take(&mut self, into: &mut Vec<u8>, core: &mut Core) -> Option<Close> {
        self.is_ready = false;
        if self.is_full() {
            self.wake(core);
        }
        into.append(&mut self.out);
        self.closing
    }

    /// What waits to be told may go now.
    fn wake(&self, core: &mut Core) {
        core.wake.extend(self.session);
    }

    pub(super) fn close(&mut self, how: Close, core: &mut Core) {
        self.closing.get_or_insert(how);
        self.is_ready(core);
    }

    pub(super) fn received(&mut self, octets: &[u8], core: &mut Core) {
        let mut input = std::mem::take(&mut self.input);
        input.extend_from_slice(octets);
        let mut rest = input.as_slice();
        while self.closing.is_none()
            && let Some(header) = Header::parse(rest)
        {
            if header.command_length < 16 || header.command_length > MAX_COMMAND_LENGTH {
                core.counters.garbage = core.counters.garbage.saturating_add(1);
                let sequence = header.sequence_number;
                self.send(CommandId::GENERIC_NACK, CommandStatus::RINVCMDLEN, sequence, b"", core);
                return self.close(Close::Fin, core);
            }
            let Some((pdu, after)) = rest.split_at_checked(num::index(header.command_length)) else { break };
            rest = after;
            if header.command_id.is_response() {
                self.response(header, pdu, core);
            } else {
                self.request(header, pdu, core);
            }
        }
        self.input = rest.to_vec();
    }

    /// A response whose time has come.
    pub(super) fn respond(&mut self, octets: &[u8], core: &mut Core) {
        self.waiting = self.waiting.saturating_sub(1);
        if self.closing.is_some() {
            return;
        }
        let header = Header::parse(octets);
        let is_of = |(asked, _): &(Header, _)| {
            header.is_some_and(|header| header.sequence_number == asked.sequence_number)
        };
        match self.disowned.iter().position(is_of).map(|place| self.disowned.swap_remove(place)) {
            Some((_, instead)) => self.out.extend(instead.unwrap_or_default()),
            None => self.out.extend_from_slice(octets),
        }
        if header.is_some_and(|header| header.command_id.request().is_bind()) {
            if header.is_some_and(|header| header.command_status == CommandStatus::OK) {
                self.has_greeted = true;
                self.wake(core);
            } else if let Some(playing) = self.session.take().and_then(|number| core.playing.get_mut(number))
            {
                // Another bind may follow, in another session.
                playing.link = None;
                self.state = State::Open;
            }
        }
        if self.closes_after && self.waiting == 0 {
            self.closing = Some(Close::Fin);
        }
        self.is_ready(core);
    }

    fn request(&mut self, header: Header, octets: &[u8], core: &mut Core) {
        let id = header.command_id;
        if id == CommandId::ENQUIRE_LINK {
            core.counters.enquires = core.counters.enquires.saturating_add(1);
            return self.send(id.response(), CommandStatus::OK, header.sequence_number, b"", core);
        }
        if let Some(bind) = BindType::of(id)
            && self.state == State::Open
        {
            return self.bind(bind, header, octets, core);
        }
        let captured = self.session.filter(|_| !id.is_bind()).and_then(|number| {
            let playing = core.playing.get_mut(number)?;
            Some((number, playing.expected.find(id, octets)?))
        });
        match captured {
            Some((number, found)) => self.as_captured(number, found, header, octets, core),
            None => self.extra(header, octets, core),
        }
        if id == CommandId::UNBIND {
            self.state = State::Over;
            self.closes_after = true;
            if self.waiting == 0 {
                self.close(Close::Fin, core);
            }
        }
    }

    fn bind(&mut self, bind: BindType, header: Header, octets: &[u8], core: &mut Core) {
        let context = Context { version: None, from: Some(Role::Esme) };
        let facts = walk(octets, context, &mut Silent);
        let system_id = facts.text(octets, Slot::SystemId).unwrap_or_default();
        let Some(number) = core.session_for(bind, system_id) else {
            return self.extra(header, octets, core);
        };
        let (id, now) = (self.id, core.now);
        let Some(playing) = core.playing.get_mut(number) else { return };
        let is_again = std::mem::replace(&mut playing.was_bound, true);
        playing.link = Some(id);
        self.session = Some(number);
        self.state = State::Bound;
        // Whatever the kind: the difference is told.
        let captured = playing.script.bind.map(|bind| match bind {
            BindType::Receiver => CommandId::BIND_RECEIVER,
            BindType::Transmitter => CommandId::BIND_TRANSMITTER,
            BindType::Transceiver => CommandId::BIND_TRANSCEIVER,
        });
        let place = captured.and_then(|command| playing.expected.next(command));
        let greeted_at = match place {
            Some(place) => {
                let latency = playing.script.asked.get(num::index(place)).map(|asked| asked.latency);
                let found = Found::Sure { place, is_reordered: false };
                self.as_captured(number, found, header, octets, core);
                now.plus(core.scaled(latency.unwrap_or_default()))
            }
            None => {
                // It bound before the capture began, or binds once more.
                self.accept(header, core);
                if is_again {
                    self.tell_extra(header, octets, Some(CommandStatus::OK), core)
                }
                now
            }
        };
        if is_again {
            return;
        }
        let session = u32::try_from(number).unwrap_or(u32::MAX);
        let told: Vec<(u32, Duration)> = core.playing.get(number).map_or_else(Vec::new, |playing| {
            let told = playing.script.told.iter().zip(0..).filter(|(told, _)| !told.is_report);
            told.map(|(told, place)| (place, told.delay)).collect()
        });
        for (place, delay) in told {
            let at = greeted_at.plus(core.scaled(delay));
            core.timer(at, Task::Tell(session, place));
        }
    }

    /// A bind that the capture does not have is accepted.
    fn accept(&mut self, header: Header, core: &mut Core) {
        let id = header.command_id.response();
        Pdu::new(&mut self.out, id, CommandStatus::OK, header.sequence_number)
            .text(core.options.system_id.as_bytes())
            .finish();
        self.has_greeted = true;
        self.wake(core);
        self.is_ready(core);
    }

    /// A request that the capture has: the captured response, after the captured time.
    fn as_captured(&mut self, number: usize, found: Found, header: Header, octets: &[u8], core: &mut Core) {
        let (place, is_reordered, doubt) = match found {
            Found::Sure { place, is_reordered } => (place, is_reordered, None),
            Found::Doubtful { place, key } => (place, false, Some(key)),
            Found::Returned { doubtful, is_reordered } => {
                let place = doubtful.place;
                self.disown(number, *doubtful, core);
                (place, is_reordered, None)
            }
        };
        core.counters.requests = core.counters.requests.saturating_add(1);
        let now = core.now;
        let Some(playing) = core.playing.get_mut(number) else { return };
        let Some(asked) = playing.script.asked.get_mut(num::index(place)) else { return };
        let (latency, command) = (asked.latency, asked.command);
        let (response, reports) = if doubt.is_some() {
            (asked.response.clone(), asked.reports.clone())
        } else {
            (asked.response.take(), std::mem::take(&mut asked.reports))
        };
        let played = Played {
            session: u32::try_from(number).ok(),
            did: Did::Ask,
            command,
            place: Some(asked.place.clone()),
            captured: Some(std::mem::take(&mut asked.octets)),
            live: Some(octets.into()),
            at: Some(now),
            status: response.as_deref().and_then(Header::parse).map(|header| header.command_status),
            was_due: true,
            is_reordered,
        };
        let due = now.plus(core.scaled(latency));
        for &(session, place) in &reports {
            core.report(session, place, due);
        }
        let told = match doubt {
            None => Some(played),
            Some(key) => {
                let due = response.is_some().then_some(due);
                let doubtful = Doubtful { place, key, connection: self.id, header, due, played };
                core.playing.get_mut(number).and_then(|playing| playing.expected.doubt(doubtful))
            }
        };
        core.played.extend(told);
        if let Some(mut response) = response.map(Vec::from) {
            set_word(&mut response, 3, header.sequence_number.0);
            if command != header.command_id && header.command_id.is_bind() {
                // It bound as something else; the response has to fit what it asked.
                set_word(&mut response, 1, header.command_id.response().0);
            }
            self.later(due, response, core);
        }
    }

    /// The captured request that this one seemed to be has come: it is extra, and what was captured is to be had again.
    /// If it has been answered as captured, that cannot be helped.
    fn disown(&mut self, number: usize, doubtful: Doubtful, core: &mut Core) {
        let Doubtful { place, connection, header, due, mut played, .. } = doubtful;
        if let Some(asked) =
            core.playing.get_mut(number).and_then(|playing| playing.script.asked.get_mut(num::index(place)))
        {
            asked.octets = played.captured.take().unwrap_or_default();
        }
        played.place = None;
        if due.is_some_and(|due| due > core.now) && connection == self.id {
            played.status = extra_answer(core.options.extra, header.command_id);
            let instead = played.status.map(|status| extra_response(header, status, core));
            self.disowned.push((header, instead));
        }
        core.played.push(played);
        core.counters.requests = core.counters.requests.saturating_sub(1);
        core.counters.extra = core.counters.extra.saturating_add(1);
    }

    fn later(&mut self, due: Timestamp, response: Vec<u8>, core: &mut Core) {
        if self.waiting >= WAITING {
            return self.close(Close::Reset, core);
        }
        self.waiting = self.waiting.saturating_add(1);
        core.pending = core.pending.saturating_add(1);
        core.timer(due, Task::Respond(self.id, response));
    }

    /// A request that the capture does not have.
    fn extra(&mut self, header: Header, octets: &[u8], core: &mut Core) {
        let id = header.command_id;
        let sequence = header.sequence_number;
        if command(id.response()).is_none() {
            self.tell_extra(header, octets, Some(CommandStatus::RINVCMDID), core);
            return self.send(CommandId::GENERIC_NACK, CommandStatus::RINVCMDID, sequence, b"", core);
        }
        let status = match (self.state, id) {
            // An end is always granted.
            (_, CommandId::UNBIND) => Some(CommandStatus::OK),
            (State::Bound, id) if id.is_bind() => Some(CommandStatus::RALYBND),
            (State::Open | State::Over, id) if !id.is_bind() => Some(CommandStatus::RINVBNDSTS),
            _ => extra_answer(core.options.extra, id),
        };
        self.tell_extra(header, octets, status, core);
        let Some(status) = status else { return };
        if id.is_bind() && status == CommandStatus::OK {
            self.state = State::Bound;
            return self.accept(header, core);
        }
        self.out.extend(extra_response(header, status, core));
        self.is_ready(core);
    }

    fn tell_extra(&self, header: Header, octets: &[u8], status: Option<CommandStatus>, core: &mut Core) {
        core.counters.extra = core.counters.extra.saturating_add(1);
        core.played.push(Played {
            session: self.session.and_then(|number| u32::try_from(number).ok()),
            did: Did::Ask,
            command: header.command_id,
            place: None,
            captured: None,
            live: Some(octets.into()),
            at: Some(core.now),
            status,
            was_due: true,
            is_reordered: false,
        });
    }

    /// Sends something of the script.
    pub(super) fn tell(&mut self, number: usize, place: u32, core: &mut Core) {
        // It may be due twice.
        let told = core.told(number, place).filter(|told| !told.octets.is_empty());
        let Some(told) = told else { return };
        let mut octets = Vec::from(std::mem::take(&mut told.octets));
        let command = told.command;
        let sequence = self.number();
        set_word(&mut octets, 3, sequence);
        self.out.extend_from_slice(&octets);
        core.counters.deliveries = core.counters.deliveries.saturating_add(1);
        self.is_ready(core);
        if command == CommandId::ALERT_NOTIFICATION {
            return core.is_told(number);
        }
        self.outstanding.push_back(Outstanding { sequence, command, told: Some((number, place)) });
        let at = core.now.plus(core.options.timeout);
        core.timer(at, Task::Overdue(self.id, sequence));
    }

    fn response(&mut self, header: Header, octets: &[u8], core: &mut Core) {
        let is_nack = header.command_id == CommandId::GENERIC_NACK;
        let place = self.outstanding.iter().position(|asked| {
            asked.sequence == header.sequence_number.0
                && (is_nack || asked.command.response() == header.command_id)
        });
        let Some(asked) = place.and_then(|place| self.outstanding.remove(place)) else {
            core.counters.unsolicited = core.counters.unsolicited.saturating_add(1);
            return;
        };
        if let Some(told) = asked.told {
            core.counters.answered = core.counters.answered.saturating_add(1);
            core.answered(told, Some((header.command_status, octets)));
        }
        if asked.command == CommandId::UNBIND {
            self.state = State::Over;
            self.close(Close::Fin, core);
        }
    }

    /// The answer with this number should be there.
    pub(super) fn overdue(&mut self, sequence: u32, core: &mut Core) {
        let place = self.outstanding.iter().position(|asked| asked.sequence == sequence);
        let Some(asked) = place.and_then(|place| self.outstanding.remove(place)) else { return };
        if let Some(told) = asked.told {
            core.answered(told, None);
        }
        if asked.command == CommandId::UNBIND {
            self.state = State::Over;
            self.close(Close::Fin, core);
        }
    }

    /// Everybody is to unbind.
    pub(super) fn stop(&mut self, core: &mut Core) {
        if self.closing.is_some() || self.closes_after {
            return;
        }
        if self.state != State::Bound || !self.has_greeted {
            return self.close(Close::Fin, core);
        }
        let sequence = self.number();
        self.send(CommandId::UNBIND, CommandStatus::OK, SequenceNumber(sequence), b"", core);
        self.outstanding.push_back(Outstanding { sequence, command: CommandId::UNBIND, told: None });
        let at = core.now.plus(UNBIND);
        core.timer(at, Task::Overdue(self.id, sequence));
    }

    /// The connection is gone.
    pub(super) fn gone(&mut self, core: &mut Core) {
        for asked in std::mem::take(&mut self.outstanding) {
            if let Some(told) = asked.told {
                core.answered(told, None);
            }
        }
        if let Some(playing) = self.session.and_then(|number| core.playing.get_mut(number)) {
            playing.link = None;
        }
    }

    fn send(
        &mut self,
        id: CommandId,
        status: CommandStatus,
        sequence: SequenceNumber,
        body: &[u8],
        core: &mut Core,
    ) {
        Pdu::new(&mut self.out, id, status, sequence).octets(body).finish();
        self.is_ready(core);
    }

    const fn number(&mut self) -> u32 {
        self.sequence = if self.sequence >= 0x7FFF_FFFF { 1 } else { self.sequence.wrapping_add(1) };
        self.sequence
    }

    fn is_ready(&mut self, core: &mut Core) {
        if !std::mem::replace(&mut self.is_ready, true) {
            core.ready.push_back(self.id);
        }
    }
}

/// The response to a request that the capture does not have, with a message_id of our own.
fn extra_response(header: Header, status: CommandStatus, core: &mut Core) -> Vec<u8> {
    let id = header.command_id;
    let (mut response, mut body) = (Vec::new(), Vec::new());
    let submits = matches!(id, CommandId::SUBMIT_SM | CommandId::DATA_SM | CommandId::SUBMIT_MULTI);
    if submits && status == CommandStatus::OK {
        core.made_up = core.made_up.saturating_add(1);
        body = format!("extra-{}\0", core.made_up).into_bytes();
        if id == CommandId::SUBMIT_MULTI {
            // no_unsuccess
            body.push(0);
        }
    }
    Pdu::new(&mut response, id.response(), status, header.sequence_number).octets(&body).finish();
    response
}

impl Core {
    /// A report of a message that is answered at `answered_at` is sent, or sent then and not when it was to be before.
    fn report(&mut self, session: u32, place: u32, answered_at: Timestamp) {
        let number = num::index(session);
        let told = self.told(number, place).filter(|told| !told.octets.is_empty());
        let Some(delay) = told.map(|told| told.delay) else { return };
        let at = answered_at.plus(self.scaled(delay)).max(self.now);
        if let Some(told) = self.told(number, place) {
            told.due = Some(at);
        }
        self.timer(at, Task::Tell(session, place));
    }

    /// What was told needs no more.
    fn is_told(&mut self, number: usize) {
        if let Some(playing) = self.playing.get_mut(number) {
            playing.to_tell = playing.to_tell.saturating_sub(1);
        }
    }

    /// What was told is answered, or given up.
    fn answered(&mut self, (number, place): (usize, u32), answer: Option<(CommandStatus, &[u8])>) {
        self.is_told(number);
        let now = self.now;
        let Some(told) = self.told(number, place) else { return };
        let played = Played {
            session: u32::try_from(number).ok(),
            did: Did::Answer,
            command: told.command,
            place: Some(told.place.clone()),
            captured: told.response.take(),
            live: answer.map(|(_, octets)| octets.into()),
            at: answer.map(|_| now),
            status: answer.map(|(status, _)| status),
            was_due: true,
            is_reordered: false,
        };
        self.played.push(played);
    }
}
