//! What leaves a connection one by one, judged by a filter where only that is reported.

use super::flow::Smpp;
use super::pdus::{ends, live};
use crate::decap::Endpoint;
use crate::report::{SeenPdu, Sieve, Tally};
use crate::session::Transaction;

/// Counts what `sieve` keeps of what is on its way out, in the place of all; nothing goes further. PDUs were judged when they were seen.
pub(super) fn sift(sieve: &Sieve, between: (Endpoint, Endpoint), smpp: &mut Smpp, tally: &mut Tally) {
    tally.forget_pdus();
    let Smpp { sessions, live: list, whose, .. } = smpp;
    let work_out = &mut |who: &_| sieve.whose(who);
    let Some(transactions) = &mut tally.transactions else { return };
    for seen in transactions.done.drain(..) {
        let Transaction { session, role, side, .. } = seen.transaction;
        if let Some(whose) = whose.of(work_out, list, between, (session, role, side)) {
            sieve.transaction(whose, &seen, live(list, session.n).kept());
        }
    }
    for (unsolicited, raw) in transactions.lone.iter_mut().flat_map(|lone| lone.drain(..)) {
        let (session, side) = (unsolicited.session, unsolicited.side);
        let role = raw.context.from.or_else(|| sessions.role(side));
        let (source, destination) = ends(between, side);
        let pdu = SeenPdu {
            session,
            side,
            source,
            destination,
            role,
            context: raw.context,
            default_charset: raw.default_charset,
            octets: &raw.octets,
            partial: None,
            place: unsolicited.place,
            since: unsolicited.place.frame,
            at: unsolicited.at,
        };
        if let Some(whose) = whose.of(work_out, list, between, (session, role, side)) {
            sieve.unsolicited(whose, &unsolicited, &pdu, live(list, session.n).kept());
        }
    }
    for found in tally.found.iter_mut().flat_map(|found| found.rows.drain(..)) {
        let session = found.session.unwrap_or_else(|| sessions.current());
        let role = sessions.role(found.side);
        if let Some(whose) = whose.of(work_out, list, between, (session, role, found.side)) {
            sieve.finding(whose, role, &found, live(list, session.n).kept());
        }
    }
}
