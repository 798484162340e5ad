//! What a connection carries: its first octets decide, then SMPP goes on to PDUs and sessions.

use super::pdus::{Known, Live, Outcomes, Pdus, Told};
use super::setup::{Out, Setup};
use crate::decap::Endpoint;
use crate::num::count;
use crate::report::Tally;
use crate::session::{SessionEnd, Sessions};
use crate::smpp::detect::{Held, Probe, Verdict, is_tls};
use crate::smpp::framer::{Framed, Framer, Framing};
use crate::tcp::{ConnectionNumber, Event, Missing, Ordered, Origin, PerSide, Side};
use crate::time::Timestamp;

/// Events remembered of a connection that is not known to carry SMPP: those of its handshake, and a few.
const EARLY: usize = 16;

/// What the connection carries.
pub(super) enum Content {
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

pub(super) struct Smpp {
    pub(super) framers: PerSide<Framer>,
    pub(super) sessions: Sessions,
    pub(super) live: Vec<Live>,
    pub(super) ended: Vec<SessionEnd>,
    told: Told,
    pub(super) whose: Known,
}

/// Where octets of one side go, and findings.
pub(super) struct Flow<'a> {
    pub(super) content: &'a mut Content,
    pub(super) early: &'a mut Vec<(Side, Timestamp, Event)>,
    pub(super) handshake: bool,
    pub(super) opened_at: Option<Timestamp>,
    pub(super) first_at: Option<Timestamp>,
    pub(super) side: Side,
    pub(super) now: Timestamp,
    pub(super) ends: (Endpoint, Endpoint),
    pub(super) number: ConnectionNumber,
    pub(super) setup: &'a Setup,
    pub(super) tally: &'a mut Tally,
    pub(super) out: &'a mut Out,
}

impl Smpp {
    /// What cuts its octets into PDUs, and who takes those that `side` sends.
    pub(super) fn parts<'a>(
        &'a mut self,
        side: Side,
        connection: ConnectionNumber,
        ends: (Endpoint, Endpoint),
        setup: &'a Setup,
        tally: &'a mut Tally,
        out: &'a mut Out,
    ) -> (&'a mut PerSide<Framer>, Pdus<'a>) {
        let Self { framers, sessions, live, ended, told, whose } = self;
        let (told, sieve) = (*told, setup.sieve.as_deref());
        (framers, Pdus { sessions, live, ended, tally, out, whose, side, connection, ends, told, sieve })
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
                let (side, number, ends) = (self.side, self.number, self.ends);
                let (framers, mut pdus) = smpp.parts(side, number, ends, self.setup, self.tally, self.out);
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
                let (side, number, ends) = (self.side, self.number, self.ends);
                let (framers, mut pdus) = smpp.parts(side, number, ends, self.setup, self.tally, self.out);
                if framers.of_mut(self.side).gap(len, why, &mut pdus) {
                    pdus.sessions.gap(self.side, self.now);
                }
            }
        }
    }

    fn event(&mut self, side: Side, at: Timestamp, event: Event) {
        match self.content {
            Content::Smpp(smpp) => {
                let Smpp { sessions, live, ended, .. } = &mut **smpp;
                let connection = self.number;
                sessions.event(side, at, event, &mut Outcomes { live, ended, tally: self.tally, connection });
            }
            Content::Unseen | Content::Open(_) if self.early.len() < EARLY => {
                self.early.push((side, at, event));
            }
            Content::Unseen | Content::Open(_) => {}
            Content::Tls | Content::Other | Content::Over => *self.early = Vec::new(),
        }
    }

    fn wants(&self) -> bool {
        matches!(self.content, Content::Smpp(_))
    }
}

impl Flow<'_> {
    /// What the first octets of a connection make of it.
    fn begin(&mut self, octets: &[u8]) -> Content {
        let (opener, accepter) = (self.ends.0.port, self.ends.1.port);
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

    fn smpp(&mut self, framers: PerSide<Framer>) -> Smpp {
        let sessions = Sessions::new(self.number, self.handshake, self.setup.session);
        let mut sessions = match self.opened_at {
            Some(at) => sessions.opened_at(at),
            None => sessions,
        };
        for (side, at, event) in std::mem::take(self.early) {
            sessions.event_before(side, at, event);
        }
        let names = &self.setup.names;
        let peer = names.find(self.ends.0, self.ends.1, None).and_then(|id| names.peer(id));
        let told = Told {
            // A connection seen from its beginning says it by its bind.
            version: peer.and_then(|peer| peer.version).filter(|_| !self.handshake),
            default_charset: peer.and_then(|peer| peer.default_charset).unwrap_or(self.setup.default_charset),
        };
        Smpp {
            framers,
            sessions,
            live: Vec::new(),
            ended: Vec::new(),
            told,
            whose: Known::new(self.first_at.unwrap_or_default()),
        }
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
        let (_, mut pdus) = smpp.parts(self.side, self.number, self.ends, self.setup, self.tally, self.out);
        for held in probe.into_held() {
            match held {
                Held::Pdu { side, header, octets, place, at, since, partial } => {
                    pdus.side = side;
                    pdus.pdu(&Framed {
                        header,
                        octets: &octets,
                        place,
                        at,
                        begun: at,
                        since,
                        wait: None,
                        partial,
                    });
                }
                Held::Skipped { why, octets } => pdus.skipped(why, octets),
                Held::Lost { rule, octets, place, at } => pdus.lost(rule, &octets, place, at),
                Held::Gap { side, at } => pdus.sessions.gap(side, at),
            }
        }
        *self.content = Content::Smpp(Box::new(smpp));
    }
}
