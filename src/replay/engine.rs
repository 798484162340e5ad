//! The state machine: requests, connections, octets and time go in; connections to make, octets, closings and
//! exchanges come out.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use super::Secret;
pub use super::exchange::{Exchange, Missing, NotSent, Replayed};
use super::link::Link;
use super::plan::Planned;
use crate::num;
use crate::session::BindType;
use crate::smpp::CommandStatus;
use crate::time::{Duration, Timestamp};

/// Requests that wait to be sent, over all sessions; the engine wants no more then.
const QUEUE: usize = 16_384;

/// A session is bound so long before its first request is due.
pub(super) const AHEAD: Duration = Duration::from_secs(1);

/// A live session, numbered from 0.
pub type LinkId = u32;

/// What the engine is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The sessions.
    pub links: Vec<LinkOptions>,
    /// Requests a second over all sessions, whatever the schedule wants.
    pub rate_cap: Option<f64>,
    /// How long a response may take.
    pub timeout: Duration,
    /// Silence after which an enquire_link is sent; zero: never.
    pub enquire_link: Duration,
    /// How long a session stays bound after its last response, for receipts.
    pub linger: Duration,
    /// Whether a session that is lost binds again; what was sent and not answered is not sent again.
    pub rebind: bool,
    /// The system_id that every bind response has to have.
    pub expect: Option<String>,
    /// system_ids of captured message centres on other machines: a bind response with one ends the run.
    pub forbidden: Vec<String>,
    /// When sending ends, from the first request on.
    pub duration: Option<Duration>,
    /// Whether each request waits for [`Engine::step`].
    pub step: bool,
    /// Whether ids that the new message centre gives have to be remembered, for requests that name a message.
    pub translate: bool,
}

/// One live session.
#[derive(Clone, Debug)]
pub struct LinkOptions {
    /// Whether it binds at all: a captured session without requests, and without receipts, need not.
    pub is_used: bool,
    /// How it binds.
    pub kind: BindType,
    /// Who binds.
    pub system_id: Vec<u8>,
    /// With which password.
    pub password: Secret,
    /// What is said of the system: by default that this is a replay.
    pub system_type: Vec<u8>,
    /// interface_version.
    pub version: u8,
    /// Requests that may wait for their response.
    pub window: u32,
    /// Requests that are planned for it.
    pub requests: u64,
    /// When its first request is due, from the start.
    pub opens_at: Duration,
    /// Until when it stays bound, from the start.
    pub closes_at: Duration,
}

impl LinkOptions {
    /// A session that binds as transceiver of 3.4, without a password, when it begins, and stays no longer than it has to.
    #[must_use]
    pub fn transceiver(system_id: &str, requests: u64, window: u32) -> Self {
        Self {
            is_used: true,
            kind: BindType::Transceiver,
            system_id: system_id.into(),
            password: Secret::default(),
            system_type: b"REPLAY".to_vec(),
            version: 0x34,
            window,
            requests,
            opens_at: Duration::ZERO,
            closes_at: Duration::ZERO,
        }
    }
}

/// How a connection is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// After what was sent.
    Fin,
    /// At once.
    Reset,
}

/// Why the run cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection.
    Connect(String),
    /// The bind was refused.
    Refused(CommandStatus),
    /// The bind was answered generic_nack, with this status.
    Nacked(CommandStatus),
    /// The bind was not answered: closed, silent or garbage.
    NoBind(&'static str),
    /// The message centre is not the one that is wanted, or one that must not be reached.
    WrongSystem(String),
    /// A session that was lost could not bind again.
    Lost(&'static str),
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Connections that were made.
    pub connections: u64,
    /// Binds that were accepted.
    pub binds: u64,
    /// Sessions bound now.
    pub bound: u64,
    /// Connections lost while bound.
    pub lost: u64,
    /// Unbinds that were answered.
    pub unbound: u64,
    /// Requests sent.
    pub sent: u64,
    /// Of those, answered.
    pub answered: u64,
    /// Of those, with a status other than 0.
    pub failed: u64,
    /// Of those, ESME_RTHROTTLED.
    pub throttled: u64,
    /// Requests that wait for their response.
    pub in_flight: u64,
    /// Requests sent that got no response.
    pub missing: u64,
    /// Requests that were handed over and not sent.
    pub not_sent: u64,
    /// Responses that answer nothing: no request of ours, or one that was answered already.
    pub extra: u64,
    /// Responses that came after their request was given up.
    pub late: u64,
    /// deliver_sm and data_sm of the message centre, each answered.
    pub deliveries: u64,
    /// Other requests of the message centre.
    pub asked: u64,
    /// Octets that are no PDU; the connection is closed then.
    pub garbage: u64,
    /// Requests that had to wait for room in their window.
    pub window_waits: u64,
    /// The longest that a request was sent after its time, in nanoseconds.
    pub max_slip: i64,
    /// Requests that named a message whose new id is not known: sent as they were.
    pub untranslated: u64,
}

/// The sessions of a replay.
#[derive(Debug)]
pub struct Engine {
    pub(super) core: Core,
    links: Vec<Link>,
    queued: usize,
}

/// Everything but the sessions.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) options: Options,
    pub(super) now: Timestamp,
    /// When the first request is due.
    pub(super) epoch: Option<Timestamp>,
    pub(super) counters: Counters,
    pub(super) fed_all: bool,
    pub(super) stopping: bool,
    pub(super) failure: Option<(LinkId, Failure)>,
    /// When a request was sent last.
    pub(super) last_sent: Option<Timestamp>,
    /// When the rate cap lets the next request go.
    pub(super) next_at: Timestamp,
    pub(super) permits: u64,
    /// No more permits come.
    pub(super) steps_over: bool,
    /// Sessions with requests that are not done.
    pub(super) senders: usize,
    pub(super) ids: Ids,
    pub(super) ids_left_out: u64,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) ready: VecDeque<LinkId>,
    pub(super) connects: VecDeque<LinkId>,
    timers: BinaryHeap<Reverse<(Timestamp, LinkId)>>,
}

/// New ids of messages by captured ones; `None` as long as the message is on its way.
type Ids = HashMap<Box<[u8]>, Option<Box<[u8]>>, foldhash::fast::RandomState>;

/// New ids of messages that are remembered.
const IDS: usize = 1_000_000;

impl Core {
    pub(super) fn arm(&mut self, at: Timestamp, link: LinkId) {
        self.timers.push(Reverse((at, link)));
    }

    /// Remembers that a message with this captured id was submitted again; its new id is not known yet.
    pub(super) fn submitted(&mut self, captured: &[u8]) {
        if self.ids.len() < IDS || self.ids.contains_key(captured) {
            self.ids.insert(captured.into(), None);
        } else {
            self.ids_left_out = self.ids_left_out.saturating_add(1);
        }
    }

    /// The message of this captured id gets none.
    pub(super) fn has_no_id(&mut self, captured: Option<&[u8]>) {
        if let Some(captured) = captured.filter(|_| self.options.translate)
            && matches!(self.ids.get(captured), Some(None))
        {
            self.ids.remove(captured);
        }
    }

    pub(super) fn fail(&mut self, link: LinkId, failure: Failure) {
        self.failure.get_or_insert((link, failure));
        self.stopping = true;
    }

    /// Whether nothing more may be sent, where each request waits for its permit.
    pub(super) const fn is_out_of_steps(&self) -> bool {
        self.options.step && self.steps_over && self.permits == 0
    }

    /// Takes a permit; all sessions hear of it when it was the last.
    pub(super) fn use_permit(&mut self) {
        self.permits = self.permits.saturating_sub(1);
        if self.is_out_of_steps() {
            let count = u32::try_from(self.options.links.len()).unwrap_or(u32::MAX);
            (0..count).for_each(|link| self.arm(self.now, link));
        }
    }

    /// Whether the time for sending is over.
    pub(super) fn is_over(&self) -> bool {
        match (self.options.duration, self.epoch) {
            (Some(duration), Some(epoch)) => self.now >= epoch.plus(duration),
            _ => false,
        }
    }
}

impl Engine {
    /// Sessions that are not bound yet.
    #[must_use]
    pub fn new(options: Options, at: Timestamp) -> Self {
        let count = u32::try_from(options.links.len()).unwrap_or(u32::MAX);
        let links: Vec<Link> =
            options.links.iter().zip(0..count).map(|(link, id)| Link::new(id, link)).collect();
        let senders = links.iter().filter(|link| link.options.is_used && link.options.requests > 0).count();
        let core = Core {
            now: at,
            epoch: None,
            counters: Counters::default(),
            fed_all: false,
            stopping: false,
            failure: None,
            last_sent: None,
            next_at: Timestamp::MIN,
            permits: 0,
            steps_over: false,
            senders,
            ids: HashMap::default(),
            ids_left_out: 0,
            exchanges: Vec::new(),
            ready: VecDeque::new(),
            connects: VecDeque::new(),
            timers: BinaryHeap::new(),
            options,
        };
        let mut engine = Self { core, links, queued: 0 };
        engine.settle();
        engine
    }

    /// Whether more requests may be handed over.
    #[must_use]
    pub const fn wants(&self) -> bool {
        self.queued < QUEUE
    }

    /// Whether what is still handed over would not be sent.
    #[must_use]
    pub fn is_closed_to_requests(&self) -> bool {
        self.core.stopping || self.core.is_over() || self.core.is_out_of_steps()
    }

    /// Requests, in the order of their time.
    pub fn feed(&mut self, requests: impl IntoIterator<Item = Planned>, at: Timestamp) {
        self.pass(at);
        let mut touched: Vec<LinkId> = Vec::new();
        for planned in requests {
            let Some(count) = u32::try_from(self.links.len()).ok().filter(|&count| count > 0) else { return };
            let id = planned.session.checked_rem(count).unwrap_or(0);
            let Some(link) = self.links.get_mut(num::index(id)) else { continue };
            if link.queue_request(planned, &mut self.core) {
                self.queued = self.queued.saturating_add(1);
            }
            if touched.last() != Some(&id) {
                touched.push(id);
            }
        }
        touched.sort_unstable();
        touched.dedup();
        touched.into_iter().for_each(|id| self.poll(id));
        self.settle();
    }

    /// No more requests come.
    pub fn fed_all(&mut self, at: Timestamp) {
        self.pass(at);
        self.core.fed_all = true;
        self.poll_all();
    }

    /// Lets one more request go, where each waits for that.
    pub fn step(&mut self, at: Timestamp) {
        self.pass(at);
        self.core.permits = self.core.permits.saturating_add(1);
        self.poll_all();
    }

    /// No more requests are let go, where each waits for that.
    pub fn no_more_steps(&mut self, at: Timestamp) {
        self.pass(at);
        self.core.steps_over = true;
        self.poll_all();
    }

    /// A session that wants a connection.
    pub fn connect(&mut self) -> Option<LinkId> {
        self.core.connects.pop_front()
    }

    /// A session has its connection. False where it came too late: it is to be closed, and the engine does not want to
    /// hear of it.
    pub fn connected(&mut self, link: LinkId, at: Timestamp) -> bool {
        self.pass(at);
        let mut is_wanted = false;
        self.with(link, |link, core| is_wanted = link.connected(core));
        is_wanted
    }

    /// A session cannot have a connection.
    pub fn unreachable(&mut self, link: LinkId, why: &str, at: Timestamp) {
        self.pass(at);
        self.with(link, |link, core| link.unreachable(why, core));
    }

    /// Octets came.
    pub fn received(&mut self, link: LinkId, octets: &[u8], at: Timestamp) {
        self.pass(at);
        self.with(link, |link, core| link.received(octets, core));
    }

    /// The connection is gone, or the peer sends nothing more.
    pub fn closed(&mut self, link: LinkId, at: Timestamp) {
        self.pass(at);
        self.with(link, |link, core| link.closed("the connection ended", core));
    }

    /// A session with something to send, or whose connection is to be closed.
    pub fn ready(&mut self) -> Option<LinkId> {
        self.core.ready.pop_front()
    }

    /// Appends what is to be sent; says how to close the connection, if that is due after these octets. The engine does
    /// not want to hear of that connection again.
    pub fn take(&mut self, link: LinkId, into: &mut Vec<u8>) -> Option<Close> {
        let close = self.links.get_mut(num::index(link))?.take(into);
        if close.is_none() {
            // There is room again.
            self.poll(link);
        }
        close
    }

    /// When [`tick`](Self::tick) has something to do.
    #[must_use]
    pub fn timeout(&self) -> Option<Timestamp> {
        self.core.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// It is `at` now.
    pub fn tick(&mut self, at: Timestamp) {
        self.pass(at);
        while let Some(Reverse((due, link))) = self.core.timers.peek().copied()
            && due <= self.core.now
        {
            self.core.timers.pop();
            if let Some(link) = self.links.get_mut(num::index(link)) {
                link.armed = None;
            }
            self.poll(link);
        }
        self.settle();
    }

    /// Ends the run: nothing more is sent, everybody is unbound.
    pub fn stop(&mut self, at: Timestamp) {
        self.pass(at);
        self.core.stopping = true;
        self.poll_all();
    }

    /// Whether all sessions are over.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.links.iter().all(Link::is_over)
    }

    /// When the first request was due, once that is known.
    #[must_use]
    pub const fn epoch(&self) -> Option<Timestamp> {
        self.core.epoch
    }

    /// From when the first request was due to when the last one was sent; what comes after that is waiting for
    /// answers and receipts, and says nothing of the rate.
    #[must_use]
    pub fn sent_for(&self) -> Option<Duration> {
        Some(self.core.last_sent?.since(self.core.epoch?))
    }

    /// What became of requests since the last call.
    pub fn exchanges(&mut self) -> Vec<Exchange> {
        std::mem::take(&mut self.core.exchanges)
    }

    /// What happened so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.core.counters
    }

    /// Why the run could not go on, and in which session.
    #[must_use]
    pub const fn failure(&self) -> Option<&(LinkId, Failure)> {
        self.core.failure.as_ref()
    }

    /// Time passes; it never runs backwards.
    fn pass(&mut self, at: Timestamp) {
        self.core.now = self.core.now.max(at);
    }

    fn with(&mut self, id: LinkId, act: impl FnOnce(&mut Link, &mut Core)) {
        if let Some(link) = self.links.get_mut(num::index(id)) {
            act(link, &mut self.core);
        }
        self.poll(id);
        self.settle();
    }

    fn poll(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(num::index(id)) {
            let before = link.queue.len();
            link.poll(&mut self.core);
            self.queued = self.queued.saturating_sub(before.saturating_sub(link.queue.len()));
        }
    }

    fn poll_all(&mut self) {
        let count = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        (0..count).for_each(|id| self.poll(id));
        self.settle();
    }

    /// Sets the start once everybody who is wanted then is bound, and follows up what concerns all sessions.
    fn settle(&mut self) {
        if self.core.epoch.is_none()
            && !self.core.stopping
            && self
                .links
                .iter()
                .all(|link| link.is_bound() || link.is_over() || link.options.opens_at > AHEAD)
            && self.links.iter().any(Link::is_bound)
        {
            self.core.epoch = Some(self.core.now);
            return self.poll_all();
        }
        let is_over = self.core.stopping || self.core.senders == 0;
        if is_over && self.links.iter().any(|link| link.wants_to_end(&self.core)) {
            let ids: Vec<LinkId> =
                self.links.iter().filter(|link| link.wants_to_end(&self.core)).map(|link| link.id).collect();
            ids.into_iter().for_each(|id| self.poll(id));
        } else if self.core.epoch.is_none() && !self.core.stopping {
            let idle: Vec<LinkId> = self
                .links
                .iter()
                .filter(|link| link.is_idle() && link.options.opens_at <= AHEAD)
                .map(|link| link.id)
                .collect();
            idle.into_iter().for_each(|id| self.poll(id));
        }
    }
}
