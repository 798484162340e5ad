//! One connection from its segments to its sessions: tcp → smpp → session, counted on the way.

use crate::decap::{Endpoint, Flags};
use crate::num::count;
use crate::report::{Exchanges, Finding, Row, SessionRow, Tally};
use crate::session::{
    Bind, End, Limits as SessionLimits, Seen, SessionEnd, Sessions, Sink, Transaction, Unsolicited,
};
use crate::smpp::detect::{Held, Probe, Verdict, is_tls};
use crate::smpp::framer::{Framed, Framer, Framing, Lost, Skipped};
use crate::smpp::{self, CommandId, Context, Essentials, Place, RuleId, walk};
use crate::tcp::{
    Arrival, Closing, Connection, ConnectionNumber, Limits as TcpLimits, Missing, Ordered, Origin, PerSide,
    Side,
};
use crate::time::{Duration, Timestamp};

/// What is the same for all connections.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// Ports on which everything is SMPP until proven otherwise, as inclusive ranges.
    pub(super) ports: Vec<(u16, u16)>,
    /// Whether SMPP is looked for on other ports.
    pub(super) detect: bool,
    pub(super) tcp: TcpLimits,
    pub(super) session: SessionLimits,
    /// The frame whose PDUs are to be picked out.
    pub(super) show: Option<u64>,
}

/// How long a closed connection is kept: segments that its end overtook may still come.
const LINGER: Duration = Duration::from_secs(2);

/// The state of one connection.
pub(super) struct Analysis {
    number: ConnectionNumber,
    opener: Endpoint,
    accepter: Endpoint,
    tcp: Connection,
    last_at: Timestamp,
    closed_at: Option<Timestamp>,
    /// Time of the first SYN.
    opened_at: Option<Timestamp>,
    content: Content,
    /// Whether the shard looks at it at each tick.
    pub(super) is_listed: bool,
    /// Octets that it held when they were counted last.
    weight: u64,
}

/// What the connection carries.
enum Content {
    /// No octet yet.
    Unseen,
    /// Not decided.
    Open(Box<(PerSide<Framer>, Probe)>),
    /// SMPP.
    Smpp(Box<Smpp>),
    /// TLS.
    Tls,
    /// Something else.
    Other,
    /// It is over and was counted; what still comes of it counts for TCP only.
    Over,
}

struct Smpp {
    framers: PerSide<Framer>,
    sessions: Sessions,
    live: Vec<Live>,
    ended: Vec<SessionEnd>,
}

/// What is counted of a session until it ends.
#[derive(Default)]
struct Live {
    session: u32,
    exchanges: Exchanges,
    with_errors: u64,
    with_warnings: u64,
}

/// Where octets of one side go, and findings.
struct Flow<'a> {
    content: &'a mut Content,
    handshake: bool,
    opened_at: Option<Timestamp>,
    side: Side,
    now: Timestamp,
    ports: (u16, u16),
    number: ConnectionNumber,
    setup: &'a Setup,
    tally: &'a mut Tally,
}

impl Analysis {
    pub(super) fn new(number: u32, opener: Endpoint, accepter: Endpoint) -> Self {
        Self {
            number: ConnectionNumber(number),
            opener,
            accepter,
            tcp: Connection::new(),
            last_at: Timestamp::MIN,
            closed_at: None,
            opened_at: None,
            content: Content::Unseen,
            is_listed: false,
            weight: 0,
        }
    }

    /// Counts the octets that are held until others come, and returns how many they were before and are now.
    pub(super) fn weigh(&mut self) -> (u64, u64) {
        let framers = |framers: &PerSide<Framer>| {
            count(framers.opener.held()).saturating_add(count(framers.accepter.held()))
        };
        let content = match &self.content {
            Content::Smpp(smpp) => framers(&smpp.framers),
            Content::Open(open) => framers(&open.0).saturating_add(open.1.octets()),
            Content::Unseen | Content::Tls | Content::Other | Content::Over => 0,
        };
        let now = self.tcp.held().saturating_add(content);
        (std::mem::replace(&mut self.weight, now), now)
    }

    /// As of when it was weighed last.
    pub(super) const fn weight(&self) -> u64 {
        self.weight
    }

    /// Lets go of what is held until others come: holes are gaps, PDUs that are not whole are partial, and what was
    /// not found to be SMPP yet is looked at no further.
    pub(super) fn relieve(&mut self, setup: &Setup, tally: &mut Tally) {
        if matches!(self.content, Content::Open(_)) {
            self.content = Content::Other;
        }
        let now = self.last_at;
        for side in [Side::Opener, Side::Accepter] {
            let (tcp, mut flow) = self.parts(side, now, setup, tally);
            tcp.finish(side, now, &mut flow);
            if let Content::Smpp(smpp) = &mut self.content {
                let framer = smpp.framers.of_mut(side);
                framer.shrink();
                if framer.is_waiting() {
                    self.parts(side, now, setup, tally).1.gap(0, 0, Missing::Lost);
                }
            }
        }
        tally.limits.add("connections made to give up what they held, for want of memory", 1);
    }

    /// Takes a segment.
    pub(super) fn push(
        &mut self,
        arrival: &Arrival,
        payload: &[u8],
        setup: &Setup,
        tally: &mut Tally,
        rows: &mut Vec<Row>,
    ) {
        self.last_at = self.last_at.max(arrival.at);
        if arrival.flags.has(Flags::SYN) && self.opened_at.is_none() {
            self.opened_at = Some(arrival.at);
        }
        let (tcp, mut flow) = self.parts(arrival.side, arrival.at, setup, tally);
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
        self.settle(arrival.frame, tally, rows);
    }

    /// Capture time has come to `now`.
    pub(super) fn tick(
        &mut self,
        now: Timestamp,
        frame: u64,
        setup: &Setup,
        tally: &mut Tally,
        rows: &mut Vec<Row>,
    ) {
        if !self.tcp.is_quiet() {
            for side in [Side::Opener, Side::Accepter] {
                let (tcp, mut flow) = self.parts(side, now, setup, tally);
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
            self.close(End::Idle, frame, setup, tally, rows);
            self.classify(tally);
        }
        self.settle(frame, tally, rows);
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
    pub(super) fn leave(
        &mut self,
        end: End,
        frame: u64,
        setup: &Setup,
        tally: &mut Tally,
        rows: &mut Vec<Row>,
    ) {
        self.close(end, frame, setup, tally, rows);
        self.count(tally);
    }

    fn close(&mut self, end: End, frame: u64, setup: &Setup, tally: &mut Tally, rows: &mut Vec<Row>) {
        self.drain(true, setup, tally);
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
        self.settle(frame, tally, rows);
    }

    /// The capture ends at `now`.
    pub(super) fn finish(&mut self, now: Timestamp, setup: &Setup, tally: &mut Tally, rows: &mut Vec<Row>) {
        if self.tcp.closing().is_some() {
            self.leave(End::Idle, u64::MAX, setup, tally, rows);
            return;
        }
        self.drain(false, setup, tally);
        if let Content::Smpp(smpp) = &mut self.content {
            let Smpp { sessions, live, ended, .. } = &mut **smpp;
            sessions.finish(now, &mut Outcomes { live, ended, tally, connection: self.number });
        }
        self.settle(u64::MAX, tally, rows);
        self.count(tally);
    }

    fn parts<'a>(
        &'a mut self,
        side: Side,
        now: Timestamp,
        setup: &'a Setup,
        tally: &'a mut Tally,
    ) -> (&'a mut Connection, Flow<'a>) {
        let flow = Flow {
            content: &mut self.content,
            handshake: self.tcp.has_handshake(),
            opened_at: self.opened_at,
            side,
            now,
            ports: (self.opener.port, self.accepter.port),
            number: self.number,
            setup,
            tally,
        };
        (&mut self.tcp, flow)
    }

    /// Hands on all that is still held: octets behind holes, then the starts of PDUs.
    fn drain(&mut self, closed: bool, setup: &Setup, tally: &mut Tally) {
        for side in [Side::Opener, Side::Accepter] {
            let now = self.last_at;
            let (tcp, mut flow) = self.parts(side, now, setup, tally);
            tcp.finish(side, now, &mut flow);
        }
        let number = self.number;
        if let Content::Smpp(smpp) = &mut self.content {
            for side in [Side::Opener, Side::Accepter] {
                let Smpp { framers, sessions, live, ended } = &mut **smpp;
                let mut pdus = Pdus { sessions, live, ended, tally, side, connection: number };
                framers.of_mut(side).finish(closed, &mut pdus);
            }
        }
    }

    /// Turns the sessions that ended into rows.
    fn settle(&mut self, frame: u64, tally: &mut Tally, rows: &mut Vec<Row>) {
        let Content::Smpp(smpp) = &mut self.content else { return };
        if smpp.ended.is_empty() {
            return;
        }
        for end in smpp.ended.drain(..) {
            let live = match smpp.live.iter().position(|live| live.session == end.id.n) {
                Some(at) => smpp.live.swap_remove(at),
                None => Live { session: end.id.n, ..Live::default() },
            };
            tally.exchanges.merge(&live.exchanges);
            let session = SessionRow {
                end: &end,
                exchanges: &live.exchanges,
                with_errors: live.with_errors,
                with_warnings: live.with_warnings,
                opener: self.opener,
                accepter: self.accepter,
                health: self.tcp.health(),
            };
            rows.push(Row::session(frame, &session));
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

impl Ordered for Flow<'_> {
    fn octets(&mut self, offset: u64, octets: &[u8], origin: Origin) {
        if matches!(self.content, Content::Unseen) {
            *self.content = self.begin(octets);
        }
        match self.content {
            Content::Unseen | Content::Tls | Content::Other | Content::Over => {}
            Content::Open(open) => {
                let (framers, probe) = &mut **open;
                probe.begin(self.side, offset, octets);
                if probe.verdict() == Verdict::Undecided {
                    framers.of_mut(self.side).push(offset, octets, origin, probe);
                }
                self.decide();
            }
            Content::Smpp(smpp) => {
                self.tally.stream_octets = self.tally.stream_octets.saturating_add(count(octets.len()));
                let Smpp { framers, sessions, live, ended } = &mut **smpp;
                let mut pdus = Pdus {
                    sessions,
                    live,
                    ended,
                    tally: self.tally,
                    side: self.side,
                    connection: self.number,
                };
                framers.of_mut(self.side).push(offset, octets, origin, &mut pdus);
            }
        }
    }

    fn gap(&mut self, _offset: u64, len: u64, why: Missing) {
        if matches!(self.content, Content::Unseen) {
            *self.content = self.begin(&[]);
        }
        match self.content {
            Content::Unseen | Content::Tls | Content::Other | Content::Over => {}
            Content::Open(open) => {
                let (framers, probe) = &mut **open;
                if framers.of_mut(self.side).gap(len, why, probe) {
                    probe.gap(self.side, self.now);
                }
                self.decide();
            }
            Content::Smpp(smpp) => {
                let Smpp { framers, sessions, live, ended } = &mut **smpp;
                let mut pdus = Pdus {
                    sessions,
                    live,
                    ended,
                    tally: self.tally,
                    side: self.side,
                    connection: self.number,
                };
                if framers.of_mut(self.side).gap(len, why, &mut pdus) {
                    sessions.gap(self.side, self.now);
                }
            }
        }
    }

    fn wants(&self) -> bool {
        matches!(self.content, Content::Smpp(_))
    }
}

impl Flow<'_> {
    /// What the first octets of a connection make of it.
    fn begin(&self, octets: &[u8]) -> Content {
        let (opener, accepter) = self.ports;
        let is_smpp_port = |port: u16| self.setup.ports.iter().any(|&(from, to)| (from..=to).contains(&port));
        if is_tls(octets) {
            Content::Tls
        } else if is_smpp_port(opener) || is_smpp_port(accepter) {
            let framers =
                PerSide { opener: Framer::new(!self.handshake), accepter: Framer::new(!self.handshake) };
            Content::Smpp(Box::new(self.smpp(framers)))
        } else if !self.setup.detect {
            Content::Other
        } else {
            let framers = PerSide { opener: Framer::new(true), accepter: Framer::new(true) };
            Content::Open(Box::new((framers, Probe::new(self.handshake))))
        }
    }

    fn smpp(&self, framers: PerSide<Framer>) -> Smpp {
        let sessions = Sessions::new(self.number, self.handshake, self.setup.session);
        let sessions = match self.opened_at {
            Some(at) => sessions.opened_at(at),
            None => sessions,
        };
        Smpp { framers, sessions, live: Vec::new(), ended: Vec::new() }
    }

    /// Acts on the probe's verdict: what it held goes the way it would have gone.
    fn decide(&mut self) {
        let Content::Open(open) = &self.content else { return };
        let content = match open.1.verdict() {
            Verdict::Undecided => return,
            Verdict::Tls => Content::Tls,
            Verdict::Other => Content::Other,
            Verdict::Smpp => Content::Unseen,
        };
        let Content::Open(open) = std::mem::replace(self.content, content) else { return };
        if !matches!(self.content, Content::Unseen) {
            return;
        }
        let (framers, probe) = *open;
        self.tally.stream_octets = self.tally.stream_octets.saturating_add(probe.octets());
        let mut smpp = self.smpp(framers);
        let Smpp { sessions, live, ended, .. } = &mut smpp;
        let mut pdus =
            Pdus { sessions, live, ended, tally: self.tally, side: self.side, connection: self.number };
        for held in probe.into_held() {
            match held {
                Held::Pdu { side, header, octets, place, at, partial } => {
                    pdus.side = side;
                    pdus.pdu(&Framed { header, octets: &octets, place, at, partial });
                }
                Held::Skipped { why, octets } => pdus.skipped(why, octets),
                Held::Lost { rule, octets, place, at } => pdus.lost(rule, &octets, place, at),
                Held::Gap { side, at } => pdus.sessions.gap(side, at),
            }
        }
        *self.content = Content::Smpp(Box::new(smpp));
    }
}

/// Takes the PDUs of one side.
struct Pdus<'a> {
    sessions: &'a mut Sessions,
    live: &'a mut Vec<Live>,
    ended: &'a mut Vec<SessionEnd>,
    tally: &'a mut Tally,
    side: Side,
    connection: ConnectionNumber,
}

impl Framing for Pdus<'_> {
    fn pdu(&mut self, pdu: &Framed<'_>) {
        self.tally.pdu(pdu);
        let context = Context { version: self.sessions.version(), from: self.sessions.role(self.side) };
        if let Some(wanted) = &mut self.tally.wanted {
            wanted.see(pdu, context, self.connection.0);
        }
        let (tally, connection) = (&mut *self.tally, self.connection);
        let whole = pdu.partial.is_none();
        let mut essentials = Essentials::new(pdu.octets, |finding: smpp::Finding| {
            // What a cut leaves of a PDU breaks rules that the PDU itself did not.
            if !whole {
                return;
            }
            tally.findings.add(&Finding {
                rule: finding.rule,
                place: pdu.place,
                connection,
                at: pdu.at,
                message: &finding,
                offset: Some(finding.span.start),
                field: finding.field,
            });
        });
        let command = pdu.header.command_id;
        // Of a partial PDU only who binds is of use, where the cut left it.
        let walks = whole || command.request().is_bind() || command == CommandId::OUTBIND;
        let facts = walks.then(|| walk(pdu.octets, context, &mut essentials)).filter(|_| whole);
        let seen = Seen {
            side: self.side,
            header: pdu.header,
            at: pdu.at,
            place: pdu.place,
            whole,
            tlvs: facts.is_some_and(|facts| facts.has_tlvs()),
            bind: bind_of(command, &essentials),
        };
        let mut outcomes =
            Outcomes { live: self.live, ended: self.ended, tally: self.tally, connection: self.connection };
        self.sessions.push(&seen, &mut outcomes);
        let (errors, warnings) = facts.map_or((0, 0), |facts| (facts.errors, facts.warnings));
        if errors > 0 {
            self.tally.with_errors = self.tally.with_errors.saturating_add(1);
            let live = live(self.live, self.sessions.current().n);
            live.with_errors = live.with_errors.saturating_add(1);
        } else if warnings > 0 {
            self.tally.with_warnings = self.tally.with_warnings.saturating_add(1);
            let live = live(self.live, self.sessions.current().n);
            live.with_warnings = live.with_warnings.saturating_add(1);
        }
    }

    fn skipped(&mut self, why: Skipped, octets: u64) {
        self.tally.skipped.add(why, octets);
    }

    fn lost(&mut self, rule: RuleId, octets: &[u8], place: Place, at: Timestamp) {
        self.sessions.doubt();
        self.tally.findings.add(&Finding {
            rule,
            place,
            connection: self.connection,
            at,
            message: &Lost { rule, octets },
            offset: Some(0),
            field: Some("command_length"),
        });
    }
}

/// What binds, their responses and outbind say of the session.
fn bind_of<'a>(
    command: CommandId,
    essentials: &Essentials<'a, impl FnMut(smpp::Finding)>,
) -> Option<Bind<'a>> {
    let request = command.request();
    if !request.is_bind() && command != CommandId::OUTBIND {
        return None;
    }
    let interface_version = if command.is_response() {
        essentials.sc_interface_version()
    } else {
        essentials.interface_version()
    };
    Some(Bind { system_id: essentials.system_id(), interface_version })
}

/// Takes what the correlator has to say.
struct Outcomes<'a> {
    live: &'a mut Vec<Live>,
    ended: &'a mut Vec<SessionEnd>,
    tally: &'a mut Tally,
    connection: ConnectionNumber,
}

impl Sink for Outcomes<'_> {
    fn transaction(&mut self, transaction: &Transaction) {
        live(self.live, transaction.session.n).exchanges.transaction(transaction);
    }

    fn unsolicited(&mut self, unsolicited: &Unsolicited) {
        let exchanges = &mut live(self.live, unsolicited.session.n).exchanges;
        exchanges.unsolicited.add(unsolicited.command, 1);
        exchanges.statuses.add((unsolicited.command, unsolicited.status), 1);
    }

    fn finding(
        &mut self,
        rule: RuleId,
        place: Place,
        at: Timestamp,
        _side: Side,
        message: &dyn std::fmt::Display,
    ) {
        let finding =
            Finding { rule, place, connection: self.connection, at, message, offset: None, field: None };
        self.tally.findings.add(&finding);
    }

    fn ended(&mut self, session: SessionEnd) {
        self.ended.push(session);
    }
}

/// The counts of one session of the connection.
fn live(list: &mut Vec<Live>, session: u32) -> &mut Live {
    let at = match list.iter().position(|live| live.session == session) {
        Some(at) => at,
        None => {
            list.push(Live { session, ..Live::default() });
            list.len() - 1
        }
    };
    &mut list[at]
}
