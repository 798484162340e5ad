//! One connection from its segments to its sessions: tcp → smpp → session, counted on the way.

use super::flow::{Content, Flow, Smpp};
use super::pdus::{Live, Outcomes};
use super::setup::{Out, Setup};
use super::sifting::sift;
use crate::decap::{Direction, Endpoint, Flags};
use crate::num::count;
use crate::report::{Facing, Row, SessionRow, Tally, What, Who};
use crate::session::{End, Transaction};
use crate::smpp::framer::Framer;
use crate::tcp::{Arrival, Closing, Connection, ConnectionNumber, Event, Missing, Ordered, PerSide, Side};
use crate::time::{Duration, Timestamp};

/// How long a closed connection is kept: segments that its end overtook may still come.
const LINGER: Duration = Duration::from_secs(2);

/// Octets of memory that wait for something to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Octets behind holes, starts of PDUs, and what is not known to be SMPP.
    pub(super) octets: u64,
    /// Open requests and what else sessions remember until it is answered or acknowledged.
    pub(super) requests: u64,
}

impl Weight {
    /// With `before` of it replaced by `now`.
    pub(super) const fn changed(self, before: Self, now: Self) -> Self {
        Self {
            octets: self.octets.saturating_sub(before.octets).saturating_add(now.octets),
            requests: self.requests.saturating_sub(before.requests).saturating_add(now.requests),
        }
    }
}

/// The state of one connection.
pub(super) struct Analysis {
    number: ConnectionNumber,
    opener: Endpoint,
    accepter: Endpoint,
    tcp: Connection,
    last_at: Timestamp,
    /// Time of its first frame.
    first_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    /// Time of the first SYN.
    opened_at: Option<Timestamp>,
    content: Content,
    /// What happened before it was known to carry SMPP, as far as they are remembered.
    early: Vec<(Side, Timestamp, Event)>,
    /// Whether the shard looks at it at each tick.
    pub(super) is_listed: bool,
    /// What it held when it was weighed last.
    weight: Weight,
    /// What packet types say of the ends.
    facing: PerSide<Facing>,
    /// Its own counts, where connections are counted apart.
    apart: Option<Box<Tally>>,
    /// Its last session that ended, where connections are counted apart.
    last: Option<Box<Who>>,
}

impl Analysis {
    pub(super) fn new(number: u32, opener: Endpoint, accepter: Endpoint) -> Self {
        Self {
            number: ConnectionNumber(number),
            opener,
            accepter,
            tcp: Connection::new(),
            last_at: Timestamp::MIN,
            first_at: None,
            closed_at: None,
            opened_at: None,
            content: Content::Unseen,
            early: Vec::new(),
            is_listed: false,
            weight: Weight::default(),
            facing: PerSide { opener: Facing::default(), accepter: Facing::default() },
            apart: None,
            last: None,
        }
    }

    /// Hands out what was counted apart and is in no session's row yet.
    pub(super) fn rest(&mut self, frame: u64, out: &mut Out) {
        if let Some(own) = self.apart.take()
            && let Some(last) = &self.last
        {
            let what = What::Rest(Box::new((Who::clone(last), *own)));
            out.rows.push(Row { frame, connection: self.number.0, what });
        }
    }

    /// Runs `work` with the tally that it has to count in: the shard's, or the connection's own.
    pub(super) fn counting<T>(
        &mut self,
        setup: &Setup,
        tally: &mut Tally,
        work: impl FnOnce(&mut Self, &mut Tally) -> T,
    ) -> T {
        if !setup.apart {
            return work(self, tally);
        }
        let mut own = self.apart.take().unwrap_or_default();
        own.hand_over(tally);
        let done = work(self, &mut own);
        tally.hand_over(&mut own);
        // What is no matter of the selection.
        tally.limits.merge(&std::mem::take(&mut own.limits));
        tally.other_ports.merge(&std::mem::take(&mut own.other_ports));
        self.apart = Some(own);
        done
    }

    /// Weighs what is held until something comes, and returns what it was before and is now.
    pub(super) fn weigh(&mut self) -> (Weight, Weight) {
        let framers = |framers: &PerSide<Framer>| {
            count(framers.opener.held()).saturating_add(count(framers.accepter.held()))
        };
        let (content, requests) = match &self.content {
            Content::Smpp(smpp) => (framers(&smpp.framers), smpp.sessions.held()),
            Content::Open(open) => (framers(&open.0).saturating_add(open.1.octets()), 0),
            Content::Unseen | Content::Tls | Content::Other | Content::Over => (0, 0),
        };
        let now = Weight { octets: self.tcp.held().saturating_add(content), requests };
        (std::mem::replace(&mut self.weight, now), now)
    }

    /// As of when it was weighed last.
    pub(super) const fn weight(&self) -> Weight {
        self.weight
    }

    /// Gives up the oldest of what waits in its sessions.
    pub(super) fn relieve_sessions(&mut self, frame: u64, setup: &Setup, tally: &mut Tally, out: &mut Out) {
        out.frame = frame;
        if let Content::Smpp(smpp) = &mut self.content {
            let Smpp { sessions, live, ended, .. } = &mut **smpp;
            sessions.relieve(&mut Outcomes { live, ended, tally, connection: self.number });
        }
        self.settle(frame, setup, tally, out);
    }

    /// Lets go of what is held until others come: holes are gaps, PDUs that are not whole are partial, and what was
    /// not found to be SMPP yet is looked at no further.
    pub(super) fn relieve(&mut self, frame: u64, setup: &Setup, tally: &mut Tally, out: &mut Out) {
        out.frame = frame;
        if matches!(self.content, Content::Open(_)) {
            self.content = Content::Other;
        }
        let now = self.last_at;
        for side in [Side::Opener, Side::Accepter] {
            let (tcp, mut flow) = self.parts(side, now, setup, tally, out);
            tcp.finish(side, now, &mut flow);
            if let Content::Smpp(smpp) = &mut self.content {
                let framer = smpp.framers.of_mut(side);
                framer.shrink();
                if framer.is_waiting() {
                    self.parts(side, now, setup, tally, out).1.gap(0, 0, Missing::Lost);
                }
            }
        }
        tally.limits.add("connections made to give up what they held, for want of memory", 1);
        self.settle(frame, setup, tally, out);
    }

    /// Takes a segment.
    pub(super) fn push(
        &mut self,
        arrival: &Arrival,
        direction: Option<Direction>,
        payload: &[u8],
        setup: &Setup,
        tally: &mut Tally,
        out: &mut Out,
    ) {
        out.frame = arrival.frame;
        self.last_at = self.last_at.max(arrival.at);
        self.first_at.get_or_insert(arrival.at);
        // Under other addresses it is another end that is sent from or received at.
        if let Some(direction) = direction.filter(|_| arrival.copy == 0) {
            let (from, to) = (arrival.side, arrival.side.other());
            let (ours, theirs) = if direction == Direction::Sent { (from, to) } else { (to, from) };
            self.facing.of_mut(ours).ours = true;
            self.facing.of_mut(theirs).theirs = true;
        }
        if arrival.flags.has(Flags::SYN) && self.opened_at.is_none() {
            self.opened_at = Some(arrival.at);
        }
        let (tcp, mut flow) = self.parts(arrival.side, arrival.at, setup, tally, out);
        // A SYN may carry octets itself.
        flow.handshake |= arrival.flags.has(Flags::SYN);
        tcp.push(arrival, payload, &setup.tcp, &mut flow);
        let waits = tcp.waits(arrival.side);
        if let Content::Smpp(smpp) = &mut self.content {
            smpp.sessions.waits(arrival.side, waits);
        }
        if self.closed_at.is_none() && self.tcp.is_closed() {
            self.closed_at = Some(arrival.at);
        }
        self.settle(arrival.frame, setup, tally, out);
    }

    /// Capture time has come to `now`.
    pub(super) fn tick(
        &mut self,
        now: Timestamp,
        frame: u64,
        setup: &Setup,
        tally: &mut Tally,
        out: &mut Out,
    ) {
        out.frame = frame;
        if !self.tcp.is_quiet() {
            for side in [Side::Opener, Side::Accepter] {
                let (tcp, mut flow) = self.parts(side, now, setup, tally, out);
                tcp.tick(side, now, &setup.tcp, &mut flow);
                let waits = tcp.waits(side);
                if let Content::Smpp(smpp) = &mut self.content {
                    smpp.sessions.waits(side, waits);
                }
            }
        }
        if let Content::Smpp(smpp) = &mut self.content {
            let Smpp { sessions, live, ended, .. } = &mut **smpp;
            sessions.tick(now, &mut Outcomes { live, ended, tally, connection: self.number });
        }
        if let Some(closed_at) = self.closed_at
            && now.since(closed_at) >= LINGER
        {
            self.close(End::Idle, frame, setup, tally, out);
            self.classify(tally);
            self.tcp.forget();
        }
        self.settle(frame, setup, tally, out);
    }

    /// Whether its sessions are over and counted.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.content, Content::Over)
    }

    /// Whether time alone can change nothing.
    pub(super) fn is_quiet(&self) -> bool {
        let sessions = match &self.content {
            Content::Smpp(smpp) => smpp.sessions.is_quiet(),
            _ => true,
        };
        let closing = self.closed_at.is_some()
            && !matches!(self.content, Content::Other | Content::Tls | Content::Over);
        sessions && !closing && self.tcp.is_quiet()
    }

    /// The connection is over and forgotten; `end` says why, unless TCP said it.
    pub(super) fn leave(&mut self, end: End, frame: u64, setup: &Setup, tally: &mut Tally, out: &mut Out) {
        self.close(end, frame, setup, tally, out);
        self.count(tally);
    }

    fn close(&mut self, end: End, frame: u64, setup: &Setup, tally: &mut Tally, out: &mut Out) {
        out.frame = frame;
        self.drain(true, setup, tally, out);
        let (end, by) = match self.tcp.closing() {
            Some(Closing::Fin(side)) => (End::Fin, Some(side)),
            Some(Closing::Rst(side)) => (End::Rst, Some(side)),
            None => (end, None),
        };
        let at = self.closed_at.unwrap_or(self.last_at);
        if let Content::Smpp(smpp) = &mut self.content {
            let Smpp { sessions, live, ended, .. } = &mut **smpp;
            sessions.close(end, by, at, &mut Outcomes { live, ended, tally, connection: self.number });
        }
        self.settle(frame, setup, tally, out);
    }

    /// The capture ends at `now`.
    pub(super) fn finish(&mut self, now: Timestamp, setup: &Setup, tally: &mut Tally, out: &mut Out) {
        if self.tcp.closing().is_some() {
            self.leave(End::Idle, u64::MAX, setup, tally, out);
            return;
        }
        out.frame = u64::MAX;
        self.drain(false, setup, tally, out);
        if let Content::Smpp(smpp) = &mut self.content {
            let Smpp { sessions, live, ended, .. } = &mut **smpp;
            sessions.finish(now, &mut Outcomes { live, ended, tally, connection: self.number });
        }
        self.settle(u64::MAX, setup, tally, out);
        self.count(tally);
    }

    fn parts<'a>(
        &'a mut self,
        side: Side,
        now: Timestamp,
        setup: &'a Setup,
        tally: &'a mut Tally,
        out: &'a mut Out,
    ) -> (&'a mut Connection, Flow<'a>) {
        let flow = Flow {
            content: &mut self.content,
            early: &mut self.early,
            handshake: self.tcp.has_handshake(),
            opened_at: self.opened_at,
            first_at: self.first_at,
            side,
            now,
            ends: (self.opener, self.accepter),
            number: self.number,
            setup,
            tally,
            out,
        };
        (&mut self.tcp, flow)
    }

    /// Hands on all that is still held: octets behind holes, then the starts of PDUs.
    fn drain(&mut self, closed: bool, setup: &Setup, tally: &mut Tally, out: &mut Out) {
        for side in [Side::Opener, Side::Accepter] {
            let now = self.last_at;
            let (tcp, mut flow) = self.parts(side, now, setup, tally, out);
            tcp.finish(side, now, &mut flow);
        }
        let ends = (self.opener, self.accepter);
        let number = self.number;
        if let Content::Smpp(smpp) = &mut self.content {
            for side in [Side::Opener, Side::Accepter] {
                let (framers, mut pdus) = smpp.parts(side, number, ends, setup, tally, out);
                framers.of_mut(side).finish(closed, &mut pdus);
            }
        }
    }

    /// Hands out the transactions and findings that were asked for, and the sessions that ended.
    fn settle(&mut self, frame: u64, setup: &Setup, tally: &mut Tally, out: &mut Out) {
        let Content::Smpp(smpp) = &mut self.content else { return };
        let (number, opener, accepter, facing) = (self.number, self.opener, self.accepter, self.facing);
        let ends = (opener, accepter);
        let given_up = smpp.sessions.take_given_up();
        if given_up > 0 {
            tally.limits.add("open requests given up, for want of memory", given_up);
        }
        if let Some(sieve) = &setup.sieve {
            sift(sieve, ends, smpp, tally);
        }
        if let Some(desk) = &mut out.desk {
            let Smpp { sessions, live, whose, .. } = &mut **smpp;
            let at = (frame, number.0);
            for seen in tally.transactions.iter_mut().flat_map(|transactions| transactions.done.drain(..)) {
                let Transaction { session, role, side, .. } = seen.transaction;
                if let Some(whose) = whose.of(&mut |who| desk.whose(who), live, ends, (session, role, side)) {
                    desk.transaction(at, whose, &seen);
                }
            }
            for found in tally.found.iter_mut().flat_map(|found| found.rows.drain(..)) {
                let session = found.session.unwrap_or_else(|| sessions.current());
                let role = sessions.role(found.side);
                if let Some(whose) =
                    whose.of(&mut |who| desk.whose(who), live, ends, (session, role, found.side))
                {
                    desk.finding(at, whose, role, &found);
                }
            }
        }
        if smpp.ended.is_empty() {
            return;
        }
        for end in smpp.ended.drain(..) {
            let mut live = match smpp.live.iter().position(|live| live.session == end.id.n) {
                Some(at) => smpp.live.swap_remove(at),
                None => Live { session: end.id.n, ..Live::default() },
            };
            if end.delays_forgotten > 0 {
                tally.limits.add("retransmissions and closed windows forgotten", end.delays_forgotten);
            }
            let sieve = setup.sieve.as_deref();
            let mut kept = sieve.map(|sieve| (live.kept.take().unwrap_or_default(), sieve));
            if let Some((kept, _)) = &mut kept {
                (live.exchanges, live.with_errors, live.with_warnings) = kept.counts();
            }
            let mut row = Row::session(
                frame,
                SessionRow {
                    end: &end,
                    exchanges: live.exchanges,
                    with_errors: live.with_errors,
                    with_warnings: live.with_warnings,
                    opener,
                    accepter,
                    facing,
                    since: self.first_at.unwrap_or_default(),
                    health: self.tcp.health(),
                    part: setup.apart.then(|| Box::new(tally.part())),
                },
            );
            if setup.apart
                && let What::Session(ended) = &mut row.what
            {
                if let Some((kept, sieve)) = kept {
                    kept.put(ended, sieve);
                }
                if ended.is_kept {
                    self.last = Some(Box::new(ended.who.clone()));
                }
            }
            if let (Some(desk), What::Session(ended)) = (&mut out.desk, &row.what) {
                desk.session((frame, number.0), ended);
            }
            out.rows.push(row);
        }
    }

    /// Adds what the connection as a whole has to say, once, when it is over.
    fn count(&mut self, tally: &mut Tally) {
        self.classify(tally);
        crate::report::add_health(&mut tally.health, &self.tcp.health());
    }

    /// Adds what the connection carried, once, and lets go of it.
    fn classify(&mut self, tally: &mut Tally) {
        let health = self.tcp.health();
        match std::mem::replace(&mut self.content, Content::Over) {
            Content::Over => {}
            Content::Smpp(_) => tally.smpp_connections = tally.smpp_connections.saturating_add(1),
            Content::Tls => {
                tally.tls_connections = tally.tls_connections.saturating_add(1);
                tally.other_ports.add(self.accepter.port, health.segments);
            }
            Content::Unseen | Content::Open(_) | Content::Other => {
                tally.other_ports.add(self.accepter.port, health.segments);
            }
        }
    }
}
