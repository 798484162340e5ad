//! The state machine: connections, octets and time go in, octets and closings come out.

use std::collections::{HashMap, VecDeque};

use super::event::{Counters, Event, What};
use super::fault::Fault;
use super::options::Options;
use super::random::Random;
use super::session::{Asked, Session};
use super::store::Store;
use super::timers::Timers;
use crate::num;
use crate::smpp::spec::State;
use crate::smpp::{CommandId, CommandStatus, Header, RuleId};
use crate::time::{Duration, Timestamp};

/// Octets of the longest PDU that is taken; no request built from parts that do not repeat is as long.
pub(super) const LONGEST: u32 = 0x0002_0000;

/// How often a connection is looked at.
const CHECK: Duration = Duration::from_secs(1);

/// How long the answer to our unbind may take.
const UNBIND: Duration = Duration::from_secs(2);

/// A connection; never given out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// How a connection is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Both ways, after what was sent.
    Fin,
    /// Ours only; what comes is still read.
    Half,
    /// At once, by RST.
    Reset,
}

/// The message centre.
///
/// ```
/// use smpp_inspect::smsc::{Engine, Options};
/// use smpp_inspect::time::Timestamp;
///
/// let mut engine = Engine::new(Options::default());
/// let at = Timestamp::from_parts(1_800_000_000, 0);
/// let connection = engine.connected("127.0.0.1:40000", at).unwrap();
/// // enquire_link
/// engine.received(connection, b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01", at);
/// let mut octets = Vec::new();
/// while let Some(ready) = engine.ready() {
///     engine.take(ready, &mut octets);
/// }
/// assert_eq!(octets, b"\0\0\0\x10\x80\0\0\x15\0\0\0\0\0\0\0\x01");
/// ```
#[derive(Debug)]
pub struct Engine {
    pub(super) core: Core,
    sessions: Sessions,
    next_connection: u64,
    is_stopping: bool,
}

pub(super) type Sessions = HashMap<ConnectionId, Session, foldhash::fast::RandomState>;

/// Everything but the sessions.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) options: Options,
    pub(super) random: Random,
    pub(super) now: Timestamp,
    pub(super) store: Store,
    pub(super) accounts: Vec<Account>,
    pub(super) counters: Counters,
    /// Sessions that receive messages from mobiles.
    pub(super) receivers: Vec<ConnectionId>,
    pub(super) mo_turn: usize,
    pub(super) mo_number: u64,
    /// Accounts that may have something to deliver and room for it.
    pub(super) wake: Vec<u32>,
    pub(super) scratch: Vec<u8>,
    events: Option<Vec<Event>>,
    timers: Timers<Task>,
    ready: VecDeque<ConnectionId>,
}

/// Who is bound, or was.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: Box<[u8]>,
    /// Its sessions that receive.
    pub(super) receivers: Vec<ConnectionId>,
    pub(super) turn: usize,
    /// What is to be delivered.
    pub(super) waiting: VecDeque<Asked>,
}

/// Something to be done at a time.
#[derive(Debug)]
pub(super) enum Task {
    /// A response is due.
    Respond(ConnectionId, Box<[u8]>),
    /// A message is final, and a receipt is wanted.
    Final(u64),
    /// A message is half way, and a notification is wanted.
    Notify(u64),
    /// A receipt is sent again.
    Again(u64),
    /// Pieces of a connection may be due.
    Release(ConnectionId),
    /// A connection is looked at.
    Check(ConnectionId),
    /// A mobile sends a message.
    Mo,
}

impl Core {
    pub(super) fn timer(&mut self, at: Timestamp, task: Task) {
        self.timers.push(at, task);
    }

    pub(super) fn is_ready(&mut self, session: &mut Session) {
        if !session.is_ready {
            session.is_ready = true;
            self.ready.push_back(session.id);
        }
    }

    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        self.options.faults.strikes(fault, &mut self.random)
    }

    pub(super) fn tell(&mut self, connection: ConnectionId, what: impl FnOnce() -> What) {
        if let Some(events) = &mut self.events {
            events.push(Event { at: self.now, connection: connection.0, what: what() });
        }
    }

    /// Deliveries to the accounts of a session may be possible.
    pub(super) fn wake(&mut self, session: &Session) {
        if let Some(account) = session.account
            && self.accounts.get(num::index(account)).is_some_and(|account| !account.waiting.is_empty())
        {
            self.wake.push(account);
        }
    }

    /// The session receives no more.
    pub(super) fn forget(&mut self, session: &Session) {
        self.receivers.retain(|id| *id != session.id);
        if let Some(account) = session.account.and_then(|account| self.accounts.get_mut(num::index(account)))
        {
            account.receivers.retain(|id| *id != session.id);
        }
        if session.is_bound() {
            self.counters.bound = self.counters.bound.saturating_sub(1);
        }
    }
}

impl Engine {
    /// A message centre without connections.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let core = Core {
            random: Random::new(options.seed),
            now: Timestamp::MIN,
            store: Store::new(options.first_id, options.max_messages.max(1)),
            accounts: Vec::new(),
            counters: Counters::default(),
            receivers: Vec::new(),
            mo_turn: 0,
            mo_number: 0,
            wake: Vec::new(),
            scratch: Vec::new(),
            events: None,
            timers: Timers::default(),
            ready: VecDeque::new(),
            options,
        };
        Self { core, sessions: Sessions::default(), next_connection: 0, is_stopping: false }
    }

    /// Keeps [`Event`]s from now on, for [`events`](Self::events).
    pub fn keep_events(&mut self) {
        self.core.events = Some(Vec::new());
    }

    /// What happened since the last call.
    pub fn events(&mut self) -> Vec<Event> {
        self.core.events.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let open = num::count(self.sessions.len());
        Counters { open, receipts_dropped: self.core.store.receipts_dropped, ..self.core.counters }
    }

    /// A connection was made to us; `None` where it is to be refused: there are as many as may be, or we stop.
    pub fn connected(&mut self, peer: &str, at: Timestamp) -> Option<ConnectionId> {
        self.pass(at);
        if self.is_stopping || self.sessions.len() >= self.core.options.max_connections {
            self.core.counters.connections_refused = self.core.counters.connections_refused.saturating_add(1);
            return None;
        }
        let id = ConnectionId(self.next_connection);
        self.next_connection = self.next_connection.saturating_add(1);
        let now = self.core.now;
        self.sessions.insert(id, Session::new(id, now));
        self.core.counters.connections = self.core.counters.connections.saturating_add(1);
        self.core.tell(id, || What::Connected { peer: peer.to_owned() });
        self.core.timer(now.plus(CHECK), Task::Check(id));
        Some(id)
    }

    /// A connection was made by us, to an ESME that shall bind: it is sent an outbind.
    pub fn connected_to(&mut self, peer: &str, at: Timestamp) -> Option<ConnectionId> {
        let id = self.connected(peer, at)?;
        let session = self.sessions.get_mut(&id)?;
        self.core.outbind(session);
        Some(id)
    }

    /// Octets came. Of a connection that is being closed they are ignored.
    pub fn received(&mut self, connection: ConnectionId, octets: &[u8], at: Timestamp) {
        self.pass(at);
        let Some(session) = self.sessions.get_mut(&connection) else { return };
        session.heard_at = self.core.now;
        if session.input.is_empty() {
            let used = cut(session, octets, &mut self.core);
            session.input.extend_from_slice(octets.get(used..).unwrap_or_default());
        } else {
            let mut input = std::mem::take(&mut session.input);
            input.extend_from_slice(octets);
            let used = cut(session, &input, &mut self.core);
            input.drain(..used.min(input.len()));
            session.input = input;
        }
        // What a closing session sent is not read any more, and an empty buffer need not stay large.
        if session.is_closing() || session.input.is_empty() && session.input.capacity() > 4_096 {
            session.input = Vec::new();
        }
        self.core.deliver(&mut self.sessions);
    }

    /// The peer sends nothing more. We close as well, after what is still to be sent.
    pub fn ended(&mut self, connection: ConnectionId, at: Timestamp) {
        self.pass(at);
        if let Some(session) = self.sessions.get_mut(&connection)
            && !session.is_closing()
        {
            session.close(Close::Fin, &mut self.core);
        }
    }

    /// The connection is gone. What was not acknowledged is delivered to another session, now or later.
    pub fn closed(&mut self, connection: ConnectionId, why: &'static str, at: Timestamp) {
        self.pass(at);
        let Some(session) = self.sessions.remove(&connection) else { return };
        self.core.forget(&session);
        self.core.take_back(&session);
        self.core.tell(connection, || What::Closed { why });
        self.core.deliver(&mut self.sessions);
    }

    /// A connection with something to send, or to be closed.
    pub fn ready(&mut self) -> Option<ConnectionId> {
        self.core.ready.pop_front()
    }

    /// Appends what is to be sent on a connection; says how to close it, if that is due after these octets. The
    /// connection has to be reported [`closed`](Self::closed) then, but for [`Close::Half`].
    pub fn take(&mut self, connection: ConnectionId, into: &mut Vec<u8>) -> Option<Close> {
        self.sessions.get_mut(&connection)?.take(into)
    }

    /// Whether so much waits to be sent on a connection that nothing should be read from it.
    #[must_use]
    pub fn is_full(&self, connection: ConnectionId) -> bool {
        self.sessions.get(&connection).is_some_and(Session::is_full)
    }

    /// When [`tick`](Self::tick) has something to do.
    #[must_use]
    pub fn timeout(&self) -> Option<Timestamp> {
        self.core.timers.next_at()
    }

    /// It is `at` now: what is due is done.
    pub fn tick(&mut self, at: Timestamp) {
        self.pass(at);
        while let Some((at, task)) = self.core.timers.take_due(self.core.now) {
            self.run(at, task);
        }
        self.core.deliver(&mut self.sessions);
    }

    /// Everybody is unbound, and new connections are refused. [`is_idle`](Self::is_idle) says when that is done.
    pub fn stop(&mut self, at: Timestamp) {
        self.pass(at);
        self.is_stopping = true;
        for session in self.sessions.values_mut() {
            if session.is_closing() {
                continue;
            }
            if session.is_bound() {
                self.core.unbind(session);
            } else {
                session.close(Close::Fin, &mut self.core);
            }
        }
    }

    /// Whether no connection is left.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Time passes; it never runs backwards.
    fn pass(&mut self, at: Timestamp) {
        let began = self.core.now != Timestamp::MIN;
        self.core.now = self.core.now.max(at);
        if !began && let Some(interval) = self.core.mo_interval() {
            self.core.timer(at.plus(interval), Task::Mo);
        }
    }

    fn run(&mut self, at: Timestamp, task: Task) {
        let core = &mut self.core;
        match task {
            Task::Respond(id, octets) => {
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.waiting = session.waiting.saturating_sub(1);
                    core.send_response(session, &octets);
                }
            }
            Task::Final(number) => core.finalise(number, at),
            Task::Notify(number) => core.notify(number),
            Task::Again(number) => core.again(number),
            Task::Release(id) => {
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.look(core);
                }
            }
            Task::Check(id) => {
                if let Some(session) = self.sessions.get_mut(&id) {
                    core.check(session);
                    let next = core.now.plus(CHECK);
                    core.timer(next, Task::Check(id));
                }
            }
            Task::Mo => core.mobile_sends(&mut self.sessions, at),
        }
    }
}

impl Core {
    /// What has to be done about a connection by the clock.
    fn check(&mut self, session: &mut Session) {
        if session.is_closing() {
            return;
        }
        let now = self.now;
        if matches!(session.state, State::Open | State::Outbound) {
            if now.since(session.opened_at) >= self.options.bind_timeout {
                session.close(Close::Fin, self);
            }
            return;
        }
        while let Some(oldest) = session.outstanding.front().copied() {
            let limit = if oldest.what == Asked::Unbind { UNBIND } else { self.options.response_timeout };
            if now.since(oldest.at) < limit {
                break;
            }
            session.outstanding.pop_front();
            if !oldest.what.is_delivery() {
                session.close(Close::Fin, self);
                return;
            }
            self.undelivered(session, oldest.what, None);
        }
        let asks = session.outstanding.iter().any(|asked| asked.what == Asked::EnquireLink);
        let silence = self.options.enquire_link;
        if session.is_bound() && !asks && silence > Duration::ZERO && now.since(session.heard_at) >= silence {
            self.enquire(session);
        }
        self.wake(session);
    }
}

/// Cuts whole PDUs off the front of `octets` and handles them; returns how many octets that were.
fn cut(session: &mut Session, octets: &[u8], core: &mut Core) -> usize {
    let mut used = 0;
    while !session.is_closing() {
        let rest = octets.get(used..).unwrap_or_default();
        let Some(header) = Header::parse(rest) else { return used };
        if header.command_length < 16 || header.command_length > LONGEST {
            // Nobody knows where the next PDU begins.
            let rule = if header.command_length < 16 {
                RuleId::HEADER_COMMAND_LENGTH_TOO_SMALL
            } else {
                RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE
            };
            core.counters.requests = core.counters.requests.saturating_add(1);
            core.nack(session, header, CommandStatus::RINVCMDLEN, rule);
            session.close(Close::Fin, core);
            return octets.len();
        }
        let Some(pdu) = rest.get(..num::index(header.command_length)) else { return used };
        used = used.saturating_add(pdu.len());
        if header.command_id.is_response() {
            core.response(session, header, pdu);
        } else {
            core.request(session, header, pdu);
        }
    }
    octets.len()
}

/// The name of a command, or its number in hex.
pub(super) fn name(id: CommandId) -> String {
    id.to_string()
}
