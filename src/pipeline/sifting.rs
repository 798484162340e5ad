//! What leaves a connection one by one, judged by a filter where only that is reported.

use super::pdus::{Live, live};
use crate::decap::Endpoint;
use crate::report::{Facing, SeenPdu, Sieve, Tally, Who, text};
use crate::session::{SessionId, Sessions, Transaction};
use crate::smpp::Role;
use crate::tcp::{PerSide, Side};
use crate::time::Timestamp;

/// The ends of a connection, and what is known of them.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub(super) opener: Endpoint,
    pub(super) accepter: Endpoint,
    pub(super) facing: PerSide<Facing>,
    /// Time of the connection's first frame.
    pub(super) since: Timestamp,
}

impl Ends {
    /// Whose a session is, as far as a PDU that `side` sent in this role says.
    pub(super) fn who(&self, list: &[Live], session: SessionId, role: Option<Role>, side: Side) -> Who {
        let esme = role.map(|role| match role {
            Role::Esme => side,
            Role::Smsc => side.other(),
        });
        let live = list.iter().find(|live| live.session == session.n);
        let system_id = live.and_then(|live| live.system_id.as_deref()).map(text);
        Who {
            system_id: system_id.filter(|name| !name.is_empty()),
            since: self.since,
            ..Who::new(session, esme, self.opener, self.accepter, self.facing)
        }
    }

    const fn of(&self, side: Side) -> (Endpoint, Endpoint) {
        match side {
            Side::Opener => (self.opener, self.accepter),
            Side::Accepter => (self.accepter, self.opener),
        }
    }
}

/// Counts what `sieve` keeps of what is on its way out, in the place of all; nothing goes further.
pub(super) fn sift(sieve: &Sieve, ends: &Ends, sessions: &Sessions, list: &mut Vec<Live>, tally: &mut Tally) {
    tally.forget_pdus();
    for pdu in tally.pdus.iter_mut().flat_map(|pdus| pdus.drain(..)) {
        let who = ends.who(list, pdu.session, pdu.role, pdu.side);
        sieve.pdu(&who, &pdu, live(list, pdu.session.n).kept());
    }
    let Some(transactions) = &mut tally.transactions else { return };
    for seen in transactions.done.drain(..) {
        let Transaction { session, role, side, .. } = seen.transaction;
        let who = ends.who(list, session, role, side);
        sieve.transaction(&who, &seen, live(list, session.n).kept());
    }
    for (unsolicited, raw) in transactions.lone.iter_mut().flat_map(|lone| lone.drain(..)) {
        let (session, side) = (unsolicited.session, unsolicited.side);
        let role = raw.context.from.or_else(|| sessions.role(side));
        let who = ends.who(list, session, role, side);
        let (source, destination) = ends.of(side);
        let pdu = SeenPdu {
            session,
            side,
            source,
            destination,
            role,
            context: raw.context,
            default_charset: raw.default_charset,
            octets: raw.octets,
            partial: None,
            place: unsolicited.place,
            since: unsolicited.place.frame,
            at: unsolicited.at,
        };
        sieve.unsolicited(&who, &unsolicited, &pdu, live(list, session.n).kept());
    }
    for found in tally.found.iter_mut().flat_map(|found| found.rows.drain(..)) {
        let session = found.session.unwrap_or_else(|| sessions.current());
        let role = sessions.role(found.side);
        let who = ends.who(list, session, role, found.side);
        sieve.finding(&who, role, &found, live(list, session.n).kept());
    }
}
