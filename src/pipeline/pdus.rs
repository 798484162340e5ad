//! The PDUs of one connection: judged, counted, handed to its sessions; what these say is counted too.

use super::setup::Out;
use crate::decap::Endpoint;
use crate::dissect::Way;
use crate::dissect::model::End;
use crate::report::record::Whose;
use crate::report::{Exchanges, Facing, Finding, Kept, Raw, SeenPdu, Sieve, Tally, Who, text};
use crate::session::{
    Bind, LateDelivery, Seen, SessionEnd, SessionId, Sessions, Sink, Transaction, Unsolicited,
};
use crate::smpp::framer::{Framed, Framing, Lost, Skipped};
use crate::smpp::text::Charset;
use crate::smpp::{self, CommandId, Context, Essentials, Place, Role, RuleId, Version, walk_with};
use crate::tcp::{ConnectionNumber, PerSide, Side};
use crate::time::Timestamp;

/// What a connection speaks where it does not say so, by the names and the settings.
#[derive(Clone, Copy)]
pub(super) struct Told {
    /// Its version, before a bind.
    pub(super) version: Option<Version>,
    /// What data_coding 0 stands for.
    pub(super) default_charset: Charset,
}

/// What is counted of a session until it ends.
#[derive(Default)]
pub(super) struct Live {
    pub(super) session: u32,
    pub(super) exchanges: Exchanges,
    pub(super) with_errors: u64,
    pub(super) with_warnings: u64,
    /// system_id of its bind.
    pub(super) system_id: Option<Box<[u8]>>,
    /// What a filter keeps of it.
    pub(super) kept: Option<Box<Kept>>,
}

impl Live {
    pub(super) fn kept(&mut self) -> &mut Kept {
        self.kept.get_or_insert_default()
    }
}

/// Whose the records of a connection are, as it was worked out last.
pub(super) struct Known {
    /// Time of the connection's first frame.
    since: Timestamp,
    /// Number of the session, and who binds in it.
    of: Option<(u32, Option<Side>)>,
    whose: Option<Box<Whose>>,
}

impl Known {
    pub(super) const fn new(since: Timestamp) -> Self {
        Self { since, of: None, whose: None }
    }

    /// Whose the records of a session are in which `side` has `role`; `None`: they are not taken.
    pub(super) fn of(
        &mut self,
        work_out: &mut dyn FnMut(&Who) -> Option<Whose>,
        live: &[Live],
        (opener, accepter): (Endpoint, Endpoint),
        (session, role, side): (SessionId, Option<Role>, Side),
    ) -> Option<&Whose> {
        let esme = role.map(|role| match role {
            Role::Esme => side,
            Role::Smsc => side.other(),
        });
        if self.of != Some((session.n, esme)) {
            let live = live.iter().find(|live| live.session == session.n);
            let system_id = live.and_then(|live| live.system_id.as_deref()).map(text);
            // What packet types say of the ends is no matter of single records.
            let facing = PerSide { opener: Facing::default(), accepter: Facing::default() };
            let who = Who {
                system_id: system_id.filter(|name| !name.is_empty()),
                since: self.since,
                ..Who::new(session, esme, opener, accepter, facing)
            };
            self.whose = work_out(&who).map(Box::new);
            self.of = Some((session.n, esme));
        }
        self.whose.as_deref()
    }

    /// It may be somebody else's now.
    const fn forget(&mut self) {
        self.of = None;
    }
}

/// Takes the PDUs of one side.
pub(super) struct Pdus<'a> {
    pub(super) sessions: &'a mut Sessions,
    pub(super) live: &'a mut Vec<Live>,
    pub(super) ended: &'a mut Vec<SessionEnd>,
    pub(super) tally: &'a mut Tally,
    pub(super) out: &'a mut Out,
    pub(super) whose: &'a mut Known,
    pub(super) side: Side,
    pub(super) connection: ConnectionNumber,
    /// Opener and accepter.
    pub(super) ends: (Endpoint, Endpoint),
    pub(super) told: Told,
    /// Judges what is counted, where not all is.
    pub(super) sieve: Option<&'a Sieve>,
}

impl Framing for Pdus<'_> {
    fn pdu(&mut self, pdu: &Framed<'_>) {
        self.tally.pdu(pdu);
        let context = Context {
            version: self.sessions.version().or(self.told.version),
            from: self.sessions.role(self.side),
        };
        let (tally, connection, side) = (&mut *self.tally, self.connection, self.side);
        let default_charset = self.told.default_charset;
        let whole = pdu.partial.is_none();
        let mut essentials = Essentials::new(pdu.octets, |finding: smpp::Finding| {
            // What a cut leaves of a PDU breaks rules that the PDU itself did not.
            if !whole {
                return;
            }
            let finding = &Finding {
                rule: finding.rule,
                place: pdu.place,
                connection,
                at: pdu.at,
                message: &finding,
                offset: Some(finding.span.start),
                field: finding.field,
            };
            tally.finding(finding, side);
        });
        let command = pdu.header.command_id;
        // Of a partial PDU only who binds is of use, where the cut left it.
        let walks = whole || command.request().is_bind() || command == CommandId::OUTBIND;
        let facts =
            walks.then(|| walk_with(pdu.octets, context, default_charset, &mut essentials)).filter(|_| whole);
        let seen = Seen {
            side: self.side,
            header: pdu.header,
            at: pdu.at,
            begun: pdu.begun,
            wait: pdu.wait,
            place: pdu.place,
            whole,
            tlvs: facts.is_some_and(|facts| facts.has_tlvs()),
            bind: bind_of(command, &essentials),
        };
        if let Some(transactions) = &mut self.tally.transactions {
            let raw = Raw {
                octets: pdu.octets.into(),
                context,
                default_charset,
                is_partial: !whole,
                text_token: None,
            };
            if !transactions.keep(self.connection, self.side, pdu.place, raw) {
                self.tally.limits.add("PDUs whose fields are missing from records, for want of memory", 1);
            }
        }
        let mut outcomes =
            Outcomes { live: self.live, ended: self.ended, tally: self.tally, connection: self.connection };
        self.sessions.push(&seen, &mut outcomes);
        if let Some(found) = &mut self.tally.found {
            let session = self.sessions.current();
            for finding in found.rows.iter_mut().filter(|finding| finding.session.is_none()) {
                finding.session = Some(session);
                if found.with_pdus && finding.place == pdu.place && finding.side == side {
                    let octets = pdu.octets.into();
                    finding.raw =
                        Some(Raw { octets, context, default_charset, is_partial: !whole, text_token: None });
                }
            }
        }
        if command.is_bind() {
            let system_id = self.sessions.system_id().map(Into::into);
            live(self.live, self.sessions.current().n).system_id = system_id;
            self.whose.forget();
        }
        self.single_out(pdu, context);
        if let Some(wanted) = &mut self.tally.wanted {
            let (source, destination) = ends(self.ends, self.side);
            wanted.see(connection.0, pdu, (context, default_charset), || Way {
                session: self.sessions.current().to_string(),
                // The bind itself tells it.
                from: context.from.or_else(|| self.sessions.role(self.side)),
                source: End { ip: source.ip, port: source.port },
                destination: End { ip: destination.ip, port: destination.port },
            });
        }
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
        let finding = Finding {
            rule,
            place,
            connection: self.connection,
            at,
            message: &Lost { rule, octets },
            offset: Some(0),
            field: Some("command_length"),
        };
        self.tally.finding(&finding, self.side);
    }
}

impl Pdus<'_> {
    /// Hands a PDU out, or has it judged, where PDUs are looked at one by one.
    fn single_out(&mut self, pdu: &Framed<'_>, context: Context) {
        let mut desk = self.out.desk.as_mut().filter(|desk| desk.singly().pdus);
        if desk.is_none() && self.sieve.is_none() {
            return;
        }
        let (source, destination) = ends(self.ends, self.side);
        let session = self.sessions.current();
        // The bind itself tells it.
        let role = context.from.or_else(|| self.sessions.role(self.side));
        let seen = SeenPdu {
            session,
            side: self.side,
            source,
            destination,
            role,
            context,
            default_charset: self.told.default_charset,
            octets: pdu.octets,
            partial: pdu.partial,
            place: pdu.place,
            since: pdu.since,
            at: pdu.at,
        };
        let work_out = &mut |who: &Who| match (&mut desk, self.sieve) {
            (Some(desk), _) => desk.whose(who),
            (None, Some(sieve)) => sieve.whose(who),
            (None, None) => None,
        };
        let Some(whose) = self.whose.of(work_out, self.live, self.ends, (session, role, self.side)) else {
            return;
        };
        if let Some(sieve) = self.sieve {
            sieve.pdu(whose, &seen, live(self.live, session.n).kept());
        }
        if let Some(desk) = desk {
            desk.pdu((self.out.frame, self.connection.0), whose, &seen);
        }
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
pub(super) struct Outcomes<'a> {
    pub(super) live: &'a mut Vec<Live>,
    pub(super) ended: &'a mut Vec<SessionEnd>,
    pub(super) tally: &'a mut Tally,
    pub(super) connection: ConnectionNumber,
}

impl Sink for Outcomes<'_> {
    fn transaction(&mut self, transaction: &Transaction) {
        live(self.live, transaction.session.n).exchanges.transaction(transaction);
        if let Some(transactions) = &mut self.tally.transactions {
            transactions.take(transaction);
        }
    }

    fn unsolicited(&mut self, unsolicited: &Unsolicited) {
        live(self.live, unsolicited.session.n).exchanges.unsolicited(unsolicited);
        if let Some(transactions) = &mut self.tally.transactions {
            transactions.forget(unsolicited);
        }
    }

    fn delivered_late(&mut self, late: &LateDelivery) {
        let live = live(self.live, late.session);
        live.exchanges.delivered_late(late);
        if let Some(kept) = &mut live.kept {
            kept.delivered_late(late);
        }
    }

    fn finding(
        &mut self,
        rule: RuleId,
        place: Place,
        at: Timestamp,
        side: Side,
        message: &dyn std::fmt::Display,
    ) {
        let finding =
            Finding { rule, place, connection: self.connection, at, message, offset: None, field: None };
        self.tally.finding(&finding, side);
    }

    fn ended(&mut self, session: SessionEnd) {
        // What is found as it ends is its own: the connection's current session may be the next one.
        for finding in self.tally.found.iter_mut().flat_map(|found| &mut found.rows) {
            finding.session.get_or_insert(session.id);
        }
        self.ended.push(session);
    }
}

/// Sender and receiver of what `side` sends.
pub(super) const fn ends((opener, accepter): (Endpoint, Endpoint), side: Side) -> (Endpoint, Endpoint) {
    match side {
        Side::Opener => (opener, accepter),
        Side::Accepter => (accepter, opener),
    }
}

/// The counts of one session of the connection.
pub(super) fn live(list: &mut Vec<Live>, session: u32) -> &mut Live {
    let at = match list.iter().position(|live| live.session == session) {
        Some(at) => at,
        None => {
            list.push(Live { session, ..Live::default() });
            list.len() - 1
        }
    };
    &mut list[at]
}
