//! The other way round: plays the message centre's side of a capture to an ESME under test.
//!
//! ```text
//!  captured PDUs ─► Scribe ─► Script ─► Player ⇄ smsc::server ⇄ ESME
//!                                          └► Played ─► compare
//! ```
//!
//! A connection that binds plays a captured session: the first of the same system_id and kind of bind that nobody has
//! played, else of the same kind, else any. Its requests are found among the captured ones of session and command by what
//! they say, in whatever order they come, and answered as captured: with the same octets but for the sequence_number,
//! after the same time. What the message centre sent of its
//! own accord comes when it came, counted from the bind; a receipt, counted from the response that gave its message the
//! id. Message ids are those of the capture, so that receipts fit.
//!
//! [`Player`] has no sockets and no clock.

mod compare;
mod link;
mod pair;
mod script;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};

pub use compare::{Did, Played, REFERENCE, Tally, compare};
pub use script::{Place, Scribe, Script, Scripted};

use crate::num;
use crate::session::BindType;
use crate::smpp::{CommandId, CommandStatus};
use crate::smsc::server::Machine;
use crate::smsc::{Close, ConnectionId, Extra, Timers};
use crate::time::{Duration, Timestamp};
use link::Link;
use pair::Expected;
use script::Told;

/// Connections at a time; more are refused.
const CONNECTIONS: usize = 1_000;

/// How much longer than captured a session stays for the unbind of its ESME when everything else is done.
const UNBIND: Duration = Duration::from_secs(5);

/// What the player is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much faster than captured; `None`: at once.
    pub speed: Option<f64>,
    /// What is done with requests that the capture does not have.
    pub extra: Extra,
    /// How long an answer of the ESME may take.
    pub timeout: Duration,
    /// What it calls itself where the capture does not have the bind.
    pub system_id: String,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Connections that were made.
    pub connections: u64,
    /// Sessions bound now.
    pub bound: u64,
    /// Requests of the ESME that the capture has, too.
    pub requests: u64,
    /// Requests that it does not have.
    pub extra: u64,
    /// enquire_links, each answered.
    pub enquires: u64,
    /// What was sent of our own accord.
    pub deliveries: u64,
    /// Of that, answered.
    pub answered: u64,
    /// Responses that answer nothing.
    pub unsolicited: u64,
    /// Octets that are no PDU; the connection is closed then.
    pub garbage: u64,
    /// What was captured and is still to be done: requests to come, unbinds aside, and deliveries to be answered.
    pub left: u64,
}

/// A captured session under way.
#[derive(Debug)]
struct Playing {
    script: Scripted,
    /// The connection that plays it now.
    link: Option<ConnectionId>,
    was_bound: bool,
    expected: Expected,
    /// Deliveries that are neither answered nor given up.
    to_tell: usize,
    /// Deliveries that are due, and nobody is bound.
    waiting: VecDeque<u32>,
}

impl Playing {
    fn new(script: Scripted) -> Self {
        Self {
            link: None,
            was_bound: false,
            expected: Expected::new(&script.asked),
            to_tell: script.told.len(),
            waiting: VecDeque::new(),
            script,
        }
    }

    const fn is_through(&self) -> bool {
        self.expected.to_come() == 0 && self.to_tell == 0
    }
}

/// Something to be done at a time.
#[derive(Debug)]
enum Task {
    /// A response is due.
    Respond(ConnectionId, Vec<u8>),
    /// Something is to be told: session, place.
    Tell(u32, u32),
    /// The answer with this sequence_number should be there.
    Overdue(ConnectionId, u32),
    /// It may be over.
    Look,
}

/// Everything but the connections.
#[derive(Debug)]
struct Core {
    options: Options,
    now: Timestamp,
    playing: Vec<Playing>,
    counters: Counters,
    played: Vec<Played>,
    ready: VecDeque<ConnectionId>,
    timers: Timers<Task>,
    /// Responses that wait for their time.
    pending: u64,
    /// How long ESMEs have to unbind once everything else is done.
    patience: Duration,
    /// Sessions of which more may be told now.
    wake: Vec<usize>,
    /// Made-up message ids.
    made_up: u64,
    through_at: Option<Timestamp>,
    is_stopping: bool,
}

/// The message centre of a capture.
#[derive(Debug)]
pub struct Player {
    core: Core,
    links: HashMap<ConnectionId, Link, foldhash::fast::RandomState>,
    next_connection: u64,
}

impl Player {
    /// Nobody is connected yet.
    #[must_use]
    pub fn new(script: Script, options: Options) -> Self {
        let pause = script.sessions.iter().map(Scripted::unbinds_after).max().unwrap_or_default();
        let mut core = Core {
            options,
            patience: UNBIND,
            now: Timestamp::MIN,
            playing: script.sessions.into_iter().map(Playing::new).collect(),
            counters: Counters::default(),
            played: Vec::new(),
            ready: VecDeque::new(),
            timers: Timers::default(),
            pending: 0,
            wake: Vec::new(),
            made_up: 0,
            through_at: None,
            is_stopping: false,
        };
        core.patience = Duration::from_nanos(UNBIND.nanos().saturating_add(core.scaled(pause).nanos()));
        Self { core, links: HashMap::default(), next_connection: 0 }
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let bound = self.links.values().filter(|link| link.is_bound()).count();
        let left = self.core.playing.iter().map(|one| one.expected.to_come().saturating_add(one.to_tell));
        let left = left.fold(0, usize::saturating_add);
        Counters { bound: num::count(bound), left: num::count(left), ..self.core.counters }
    }

    /// What was done since the last call.
    pub fn played(&mut self) -> Vec<Played> {
        std::mem::take(&mut self.core.played)
    }

    /// Whether everything that was captured has been done, and the ESMEs had time to unbind.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let Some(through_at) = self.core.through_at else { return false };
        let is_awaited =
            |playing: &Playing| playing.link.is_some() && playing.expected.awaited(CommandId::UNBIND) > 0;
        !self.core.playing.iter().any(is_awaited) || self.core.now >= through_at.plus(self.core.patience)
    }

    /// It is over: what was captured and not done is told as missing, or not sent.
    pub fn finish(&mut self) {
        let links: Vec<ConnectionId> = self.links.keys().copied().collect();
        links.into_iter().for_each(|id| self.forget(id));
        let core = &mut self.core;
        for (playing, number) in core.playing.iter_mut().zip(0..) {
            let (doubtful, missing) = playing.expected.finish();
            core.played.extend(doubtful);
            for place in missing {
                let Some(asked) = playing.script.asked.get_mut(num::index(place)) else { continue };
                core.played.push(Played {
                    session: Some(number),
                    did: Did::Ask,
                    command: asked.command,
                    place: Some(asked.place.clone()),
                    captured: Some(std::mem::take(&mut asked.octets)),
                    live: None,
                    at: None,
                    status: None,
                    was_due: true,
                    is_reordered: false,
                });
            }
            for told in playing.script.told.iter_mut().filter(|told| !told.octets.is_empty()) {
                told.octets = Box::default();
                core.played.push(Played {
                    session: Some(number),
                    did: Did::Answer,
                    command: told.command,
                    place: Some(told.place.clone()),
                    captured: told.response.take(),
                    live: None,
                    at: None,
                    status: None,
                    was_due: false,
                    is_reordered: false,
                });
            }
            playing.to_tell = 0;
        }
    }

    fn pass(&mut self, at: Timestamp) {
        self.core.now = self.core.now.max(at);
    }

    fn with(&mut self, id: ConnectionId, act: impl FnOnce(&mut Link, &mut Core)) {
        if let Some(link) = self.links.get_mut(&id) {
            act(link, &mut self.core);
        }
        self.tell_waiting();
        self.core.look();
    }

    /// Sends what is due to sessions that have room for it.
    fn tell_waiting(&mut self) {
        while let Some(number) = self.core.wake.pop() {
            while let Some(playing) = self.core.playing.get_mut(number)
                && let Some(link) = playing.link.and_then(|id| self.links.get_mut(&id))
                && link.may_be_told()
                && let Some(place) = playing.waiting.pop_front()
            {
                link.tell(number, place, &mut self.core);
            }
        }
    }

    fn forget(&mut self, id: ConnectionId) {
        if let Some(mut link) = self.links.remove(&id) {
            link.gone(&mut self.core);
        }
        self.core.look();
    }

    fn run(&mut self, task: Task) {
        match task {
            Task::Respond(id, octets) => {
                self.core.pending = self.core.pending.saturating_sub(1);
                self.with(id, |link, core| link.respond(&octets, core));
            }
            Task::Tell(session, place) => {
                let number = num::index(session);
                let now = self.core.now;
                // A report that is to come later now has another task for that.
                let is_due = |told: &mut Told| told.due.is_none_or(|due| due <= now);
                if self.core.told(number, place).is_some_and(is_due) {
                    self.core.is_due(number, place);
                }
                self.tell_waiting();
            }
            Task::Overdue(id, sequence) => self.with(id, |link, core| link.overdue(sequence, core)),
            Task::Look => self.core.look(),
        }
    }
}

impl Core {
    fn timer(&mut self, at: Timestamp, task: Task) {
        self.timers.push(at, task);
    }

    /// What is told at this place of a session.
    fn told(&mut self, number: usize, place: u32) -> Option<&mut Told> {
        self.playing.get_mut(number)?.script.told.get_mut(num::index(place))
    }

    /// That is due now.
    fn is_due(&mut self, number: usize, place: u32) {
        if let Some(playing) = self.playing.get_mut(number) {
            playing.waiting.push_back(place);
            self.wake.push(number);
        }
    }

    /// How long a captured span takes now.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "casts of floats saturate, and no span needs its last nanosecond"
    )]
    fn scaled(&self, span: Duration) -> Duration {
        match self.options.speed {
            None => Duration::ZERO,
            Some(speed) if (speed - 1.0).abs() < f64::EPSILON => span,
            Some(speed) => Duration::from_nanos((span.nanos() as f64 / speed) as i64),
        }
    }

    /// Takes note that everything is done.
    fn look(&mut self) {
        if self.through_at.is_none() && self.pending == 0 && self.playing.iter().all(Playing::is_through) {
            self.through_at = Some(self.now);
            let at = self.now.plus(self.patience);
            self.timer(at, Task::Look);
        }
    }

    /// The captured session that a bind plays.
    fn session_for(&self, bind: BindType, system_id: &[u8]) -> Option<usize> {
        let is_own = |playing: &Playing| playing.script.system_id == system_id;
        let is_kind = |playing: &Playing| playing.script.bind == Some(bind);
        let is_new =
            |playing: &Playing| playing.link.is_none() && !playing.was_bound && !playing.is_through();
        let is_left =
            |playing: &Playing| playing.link.is_none() && playing.was_bound && !playing.is_through();
        let find = |fits: &dyn Fn(&Playing) -> bool| self.playing.iter().position(fits);
        find(&|playing| is_new(playing) && is_own(playing) && is_kind(playing))
            .or_else(|| find(&|playing| is_left(playing) && is_own(playing)))
            .or_else(|| find(&|playing| is_new(playing) && is_kind(playing) && !playing.script.is_refused))
            .or_else(|| find(&|playing| is_new(playing) && !playing.script.is_refused))
            .or_else(|| find(&|playing| is_left(playing)))
    }
}

impl Machine for Player {
    fn connected(&mut self, _: &str, at: Timestamp) -> Option<ConnectionId> {
        self.pass(at);
        if self.core.is_stopping || self.links.len() >= CONNECTIONS {
            return None;
        }
        let id = ConnectionId(self.next_connection);
        self.next_connection = self.next_connection.saturating_add(1);
        self.core.counters.connections = self.core.counters.connections.saturating_add(1);
        self.links.insert(id, Link::new(id));
        Some(id)
    }

    fn received(&mut self, connection: ConnectionId, octets: &[u8], at: Timestamp) {
        self.pass(at);
        self.with(connection, |link, core| link.received(octets, core));
    }

    fn ended(&mut self, connection: ConnectionId, at: Timestamp) {
        self.pass(at);
        self.with(connection, |link, core| link.close(Close::Fin, core));
    }

    fn closed(&mut self, connection: ConnectionId, _: &'static str, at: Timestamp) {
        self.pass(at);
        self.forget(connection);
    }

    fn ready(&mut self) -> Option<ConnectionId> {
        self.core.ready.pop_front()
    }

    fn take(&mut self, connection: ConnectionId, into: &mut Vec<u8>) -> Option<Close> {
        let close = self.links.get_mut(&connection)?.take(into, &mut self.core);
        self.tell_waiting();
        close
    }

    fn is_full(&self, connection: ConnectionId) -> bool {
        self.links.get(&connection).is_some_and(Link::is_full)
    }

    fn timeout(&self) -> Option<Timestamp> {
        self.core.timers.next_at()
    }

    fn tick(&mut self, at: Timestamp) {
        self.pass(at);
        while let Some((_, task)) = self.core.timers.take_due(self.core.now) {
            self.run(task);
        }
        self.core.look();
    }

    fn stop(&mut self, at: Timestamp) {
        self.pass(at);
        self.core.is_stopping = true;
        for link in self.links.values_mut() {
            link.stop(&mut self.core);
        }
    }

    fn is_idle(&self) -> bool {
        self.links.is_empty()
    }
}

/// What an extra request is answered with; `None`: nothing.
fn extra_answer(extra: Extra, command: CommandId) -> Option<CommandStatus> {
    match extra {
        Extra::Drop => None,
        Extra::Nack => Some(CommandStatus::RSYSERR),
        Extra::Ok => Some(match command {
            CommandId::QUERY_SM => CommandStatus::RQUERYFAIL,
            CommandId::CANCEL_SM => CommandStatus::RCANCELFAIL,
            CommandId::REPLACE_SM => CommandStatus::RREPLACEFAIL,
            _ => CommandStatus::OK,
        }),
    }
}
