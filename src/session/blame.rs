//! Whose a latency is: the peer's that answered, or TCP's on the way.
//!
//! # What one place of capture can know
//!
//! ```text
//!            asking side ──────────── capture ──────────── answering side
//!  request   ·············· first captured: A
//!                             lost beyond: sent again at B ──► read, worked on,
//!  response                   later octets: C ◄── lost before ── sent
//!                             hole filled: D
//! ```
//!
//! Latency is D − A: from the request readable to the response readable, both at the place of capture. Within it
//! these are told apart, in this order, so that no moment counts twice:
//!
//! 1. **retransmission of the request**, A to B: its octets, or earlier ones of its side, were sent again before they
//!    were acknowledged. The peer cannot have read it before, so everything up to B is TCP's. That it was lost, or
//!    only its acknowledgement, looks the same; where the response comes sooner after B than the way there and back
//!    takes at all, B answered nothing and is left out.
//! 2. **late response**, C to D: D is when it became readable, C the first capture of its last octet or of any later
//!    one, so it was sent by C. What filled the hole says which it is: *reordering* (its sender sent it in its turn),
//!    *retransmission*, or *capture* (the peer had acknowledged it before: only the capture has it late, which is
//!    nobody's fault and no part of TCP's share).
//! 3. **zero window** of the asking side: the answering side may not send. Closed to opened counts, as far as it lies
//!    between B and C, for responses that came with the octets which followed the opening at once: the others were
//!    not ready then. When a response became ready nobody sees: not before the least time that the peer took for such
//!    a request so far, and from then on the closed window counts. So it is an upper bound.
//! 4. **network**: what the way from the capture to the answering side and back takes, from the handshake; not known
//!    without one, and then the peer's.
//! 5. **peer**: the rest. It includes the answering host's TCP, its queues, and whatever it asks itself.
//!
//! Not to be known from one place:
//!
//! - A response lost before the capture with nothing behind it looks like one that came late: the peer's. With
//!   something behind it, its wait is known from the first later octets on.
//! - A request lost before the capture is captured when it is sent again; the latency begins then. Likewise one that
//!   waits for the answering side's window, or behind a hole. What the capture shows of it is *unseen before*.
//! - A response that is lost beyond the capture has its latency already. What passes until it is sent again for the
//!   last time is *unseen after*. Both are the asking side's to suffer and in no latency.
//! - A window that is too small, but not 0, cannot be told from a peer that has nothing to send.
//!
//! Near the asking side, most of TCP's faults lie beyond the capture for requests (1) and before it for responses (2);
//! near the answering side it is the other way round, and then they are unseen.
//!
//! Memory is bounded: [`AGAIN`] retransmissions and [`CLOSURES`] closed windows a side, the last ones; what is
//! forgotten too early is counted. Of responses that are not acknowledged the last [`RECENT`] are followed.

use std::collections::VecDeque;

use super::open::Request;
use crate::num::count;
use crate::smpp::CommandId;
use crate::tcp::{Event, Late, PerSide, Side, Wait};
use crate::time::{Duration, Timestamp};

/// The parts of a latency; what is in none of them is the peer's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    /// Until the request was sent again for the last time, and while the response waited for octets sent again.
    pub retransmission: Duration,
    /// While the response waited for octets that the network had overtaken.
    pub reordering: Duration,
    /// While the asking side took no octets.
    pub zero_window: Duration,
    /// While the capture alone lacked octets.
    pub capture: Duration,
    /// From the capture to the answering side and back; `None`: the handshake was not captured.
    pub network: Option<Duration>,
    /// Before the latency: while the request, though sent, could not be read.
    pub unseen: Duration,
}

impl Delay {
    /// What is TCP's.
    #[must_use]
    pub const fn tcp(&self) -> Duration {
        let Self { retransmission: a, reordering: b, zero_window: c, .. } = self;
        Duration::from_nanos(a.nanos().saturating_add(b.nanos()).saturating_add(c.nanos()))
    }
}

/// A response that its asking side got later than the capture did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateDelivery {
    /// Number of its session on the connection.
    pub session: u32,
    /// Who sent the response.
    pub side: Side,
    /// Octets of that side before it.
    pub offset: u64,
    /// What had been asked for.
    pub command: CommandId,
    /// By how much more than was said of it before.
    pub span: Duration,
}

/// A request as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) side: Side,
    pub(super) command: CommandId,
    /// Offset behind its last octet.
    pub(super) end: u64,
    pub(super) at: Timestamp,
    pub(super) unseen: Duration,
}

impl Asked {
    pub(super) fn of(side: Side, request: &Request) -> Self {
        let end = request.place.offset.saturating_add(request.octets.into());
        Self { side, command: request.command, end, at: request.at, unseen: request.unseen }
    }
}

/// What TCP did on a connection.
#[derive(Debug, Default)]
pub(super) struct Delays {
    sides: PerSide<Way>,
    /// Facts forgotten while requests may have waited for their response since before.
    forgotten: u64,
}

/// Facts about one side.
#[derive(Debug, Default)]
struct Way {
    /// Its octets sent again, oldest first.
    again: Vec<Again>,
    /// Its windows closed, oldest first.
    closures: Vec<Closure>,
    /// The other side's octets still follow an opening without a pause.
    flows: bool,
    /// From the capture to it and back, at the least.
    round_trip: Option<Duration>,
    /// Likewise, of the handshake.
    handshake: Option<Duration>,
    /// Its responses that are not acknowledged, as far as was told.
    recent: VecDeque<Sent>,
    /// The least time that its requests took, by command.
    quickest: Vec<(CommandId, Duration)>,
}

#[derive(Clone, Copy, Debug)]
struct Again {
    from: u64,
    at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Closure {
    closed: Timestamp,
    opened: Option<Timestamp>,
    /// Until when octets followed the opening without a pause.
    served: Timestamp,
    /// Closed again before there was a pause: what waited, waited on.
    goes_on: bool,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    from: u64,
    end: u64,
    /// When it was captured, then when it was sent again.
    at: Timestamp,
    command: CommandId,
    session: u32,
}

/// Retransmissions remembered, a side.
pub const AGAIN: usize = 64;
/// Closed windows remembered, a side.
pub const CLOSURES: usize = 64;
/// Responses not acknowledged that are remembered, a side.
pub const RECENT: usize = 1_024;

/// Commands whose quickest answer is remembered, a side.
const COMMANDS: usize = 16;

/// Room for so many responses is kept while none is remembered.
const KEEP: usize = 32;

/// A pause this much longer than the way there and back ends what an opened window let through.
const PAUSE: Duration = Duration::from_millis(10);

/// A request that waits longer than this has timed out, for most.
const LONG: Duration = Duration::from_secs(10);

impl Delays {
    /// Something happened to `side`. Responses that it delivered late are said.
    pub(super) fn event(&mut self, side: Side, at: Timestamp, event: Event, say: impl FnMut(LateDelivery)) {
        let pause = self.pause(side.other());
        let way = self.sides.of_mut(side);
        match event {
            Event::SentAgain { from } => {
                way.deliver_again(side, from, at, say);
                let oldest = push(&mut way.again, Again { from, at }, AGAIN);
                self.forget(oldest.map(|oldest| oldest.at), at);
            }
            Event::Acknowledged { until } => {
                while way.recent.front().is_some_and(|sent| sent.end <= until) {
                    way.recent.pop_front();
                }
                if way.recent.is_empty() && way.recent.capacity() > KEEP {
                    way.recent = VecDeque::new();
                }
            }
            Event::WindowClosed => {
                if let Some(last) = way.closures.last_mut() {
                    last.goes_on = last.opened.is_some() && at.since(last.served) <= pause;
                }
                let closure = Closure { closed: at, opened: None, served: at, goes_on: false };
                let oldest = push(&mut way.closures, closure, CLOSURES);
                self.forget(oldest.map(|oldest| oldest.served), at);
            }
            Event::WindowOpened => {
                if let Some(last) = way.closures.last_mut().filter(|last| last.opened.is_none()) {
                    last.opened = Some(at.max(last.closed));
                    last.served = at.max(last.closed);
                    way.flows = true;
                }
            }
            Event::RoundTrip { span, handshake } => {
                let span = span.max(Duration::ZERO);
                if handshake {
                    way.handshake = Some(span);
                }
                way.round_trip = Some(way.round_trip.map_or(span, |least| least.min(span)));
            }
        }
    }

    /// A PDU of `side` became readable at `at` after its `wait`.
    pub(super) fn see(&mut self, side: Side, at: Timestamp, wait: Option<Wait>) {
        let peer = side.other();
        if !self.sides.of(peer).flows {
            return;
        }
        let at = wait.map_or(at, |wait| wait.since.min(at));
        let pause = self.pause(side);
        let way = self.sides.of_mut(peer);
        let last = way.closures.iter_mut().rev().find_map(|last| Some((last.opened?, last)));
        if let Some((opened, last)) = last {
            // What gathered while it was closed does not take longer to send.
            let most = opened.since(last.closed).max(pause);
            way.flows = at.since(last.served) <= pause && at.since(opened) <= most;
            if way.flows {
                last.served = last.served.max(at);
            }
        }
    }

    /// How long `side` had begun a PDU, or sent later ones, before it became readable at `at`: what of it is TCP's.
    pub(super) fn unseen(&self, side: Side, begun: Timestamp, at: Timestamp, wait: Option<Wait>) -> Duration {
        let waited = wait.filter(|wait| wait.why != Late::Captured).map_or(at, |wait| wait.since.min(at));
        if begun >= at && waited >= at {
            return Duration::ZERO;
        }
        let closures = &self.sides.of(side.other()).closures;
        let closed = closures
            .iter()
            .filter_map(|closure| Some(overlap(closure.closed, closure.opened?, begun, waited)));
        sum(closed.chain([at.since(waited)]))
    }

    /// The parts of the latency of `asked`, whose response became readable at `at` after its `wait`.
    pub(super) fn of(&mut self, asked: &Asked, at: Timestamp, wait: Option<Wait>) -> Delay {
        let mut delay = Delay { unseen: asked.unseen, ..Delay::default() };
        let answering = self.sides.of(asked.side.other());
        let (handshake, round_trip) = (answering.handshake, answering.round_trip);
        let asking = self.sides.of_mut(asked.side);
        if at < asked.at {
            return delay;
        }
        let sent = wait.map_or(at, |wait| wait.since.clamp(asked.at, at));
        match wait.map(|wait| wait.why) {
            Some(Late::Retransmitted) => delay.retransmission = at.since(sent),
            Some(Late::Reordered) => delay.reordering = at.since(sent),
            Some(Late::Captured) => delay.capture = at.since(sent),
            None => {}
        }
        let reached = asking.reached(asked, sent, handshake);
        let again = reached.since(asked.at);
        delay.retransmission = sum([delay.retransmission, again]);
        let least = asking.quickest.iter().find(|(command, _)| *command == asked.command);
        let work = least.map_or(0, |(_, least)| {
            least.nanos().saturating_sub(handshake.or(round_trip).unwrap_or_default().nanos()).max(0)
        });
        delay.zero_window = asking.closed(reached.plus(Duration::from_nanos(work)), sent);
        if delay.tcp() == Duration::ZERO && delay.capture == Duration::ZERO {
            asking.took(asked.command, at.since(asked.at));
        }
        delay.network = handshake.map(|way| {
            let left = sent.since(reached).nanos().saturating_sub(delay.zero_window.nanos());
            way.min(Duration::from_nanos(left.max(0)))
        });
        delay
    }

    /// A response to `asked` was sent, with the octets of its side between those offsets.
    pub(super) fn answered(&mut self, asked: &Asked, session: u32, (from, end): (u64, u64), at: Timestamp) {
        let way = self.sides.of_mut(asked.side.other());
        let sent = Sent { from, end, at, command: asked.command, session };
        if way.recent.len() >= RECENT {
            way.recent.pop_front();
        }
        way.recent.push_back(sent);
    }

    /// A session ends: nothing is said of its responses any more. Returns how many facts were forgotten in it.
    pub(super) fn end(&mut self) -> u64 {
        for way in [&mut self.sides.opener, &mut self.sides.accepter] {
            way.recent = VecDeque::new();
        }
        std::mem::take(&mut self.forgotten)
    }

    /// Octets of memory that what is remembered of responses takes.
    pub(super) fn octets(&self) -> u64 {
        let sent = self.sides.opener.recent.len().saturating_add(self.sides.accepter.recent.len());
        count(sent).saturating_mul(count(size_of::<Sent>()))
    }

    /// Forgets the older half of them.
    pub(super) fn relieve(&mut self) {
        for way in [&mut self.sides.opener, &mut self.sides.accepter] {
            let half = way.recent.len() / 2;
            way.recent.drain(..half);
            way.recent.shrink_to_fit();
            self.forgotten = self.forgotten.saturating_add(count(half));
        }
    }

    /// Octets of `side` that follow each other within this have no pause between them.
    fn pause(&self, side: Side) -> Duration {
        sum([self.sides.of(side).round_trip.unwrap_or_default(), PAUSE])
    }

    fn forget(&mut self, oldest: Option<Timestamp>, now: Timestamp) {
        if oldest.is_some_and(|oldest| now.since(oldest) < LONG) {
            self.forgotten = self.forgotten.saturating_add(1);
        }
    }
}

impl Way {
    /// When this side had sent `asked` for the last time before the response was `sent`.
    fn reached(&self, asked: &Asked, sent: Timestamp, there_and_back: Option<Duration>) -> Timestamp {
        // Half of it is little enough for a way that varies.
        let way = there_and_back.unwrap_or_default().nanos().wrapping_div(2);
        let latest = Timestamp::from_nanos(sent.nanos().saturating_sub(way));
        let again = self.again.iter().rev().take_while(|again| again.at > asked.at);
        again
            .filter(|again| again.from < asked.end && again.at <= latest)
            .map(|again| again.at)
            .fold(asked.at, Timestamp::max)
    }

    /// A request of this side was answered after so long, and nothing delayed it.
    fn took(&mut self, command: CommandId, latency: Duration) {
        let has_room = self.quickest.len() < COMMANDS;
        match self.quickest.iter_mut().find(|(known, _)| *known == command) {
            Some((_, least)) => *least = latency.min(*least),
            None if has_room => self.quickest.push((command, latency)),
            None => {}
        }
    }

    /// How long this side's window kept back a response that was ready at `from` and came, or was known to have been
    /// sent, at `until`.
    fn closed(&self, from: Timestamp, until: Timestamp) -> Duration {
        let mut kept = Duration::ZERO;
        // From the last one backwards: one that was closed again before a pause shares the fate of the next.
        let mut serves = false;
        for closure in self.closures.iter().rev() {
            let Some(opened) = closure.opened else { continue };
            if opened <= from {
                break;
            }
            serves = opened <= until && until <= closure.served || closure.goes_on && serves;
            if serves {
                kept = sum([kept, overlap(closure.closed, opened, from, until)]);
            }
        }
        kept
    }

    /// Octets from `from` on were sent again: what was delivered with them came later than captured.
    fn deliver_again(&mut self, side: Side, from: u64, at: Timestamp, mut say: impl FnMut(LateDelivery)) {
        for sent in self.recent.iter_mut().filter(|sent| sent.end > from && sent.at < at) {
            say(LateDelivery {
                session: sent.session,
                side,
                offset: sent.from,
                command: sent.command,
                span: at.since(sent.at),
            });
            sent.at = at;
        }
    }
}

/// Pushes to a list of at most `most`; returns what had to go.
fn push<T>(list: &mut Vec<T>, item: T, most: usize) -> Option<T> {
    let oldest = (list.len() >= most && !list.is_empty()).then(|| list.remove(0));
    list.push(item);
    oldest
}

/// How much of `a..b` lies in `c..d`.
fn overlap(a: Timestamp, b: Timestamp, c: Timestamp, d: Timestamp) -> Duration {
    b.min(d).since(a.max(c)).max(Duration::ZERO)
}

fn sum(spans: impl IntoIterator<Item = Duration>) -> Duration {
    let nanos = spans.into_iter().map(Duration::nanos).fold(0_i64, i64::saturating_add);
    Duration::from_nanos(nanos)
}
