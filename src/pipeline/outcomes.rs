//! What the correlator says of a connection's sessions, counted.

use crate::report::{Exchanges, Finding, Tally};
use crate::session::{LateDelivery, SessionEnd, Sink, Transaction, Unsolicited};
use crate::smpp::{Place, RuleId};
use crate::tcp::{ConnectionNumber, Side};
use crate::time::Timestamp;

/// What is counted of a session until it ends.
#[derive(Default)]
pub(super) struct Live {
    pub(super) session: u32,
    pub(super) exchanges: Exchanges,
    pub(super) with_errors: u64,
    pub(super) with_warnings: u64,
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
    }

    fn unsolicited(&mut self, unsolicited: &Unsolicited) {
        let exchanges = &mut live(self.live, unsolicited.session.n).exchanges;
        exchanges.unsolicited.add(unsolicited.command, 1);
        exchanges.statuses.add((unsolicited.command, unsolicited.status), 1);
    }

    fn delivered_late(&mut self, late: &LateDelivery) {
        live(self.live, late.session).exchanges.delivered_late(late);
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
