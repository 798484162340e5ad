//! Which PDUs are kept: those for which an expression holds, with what belongs to them.

use std::collections::HashSet;

use super::{Extraction, Keep};
use crate::capture::Capture;
use crate::filter::facts::Value;
use crate::filter::field::{End as Ends, Fact};
use crate::filter::{Facts, PduFacts};
use crate::pipeline::{Progress, Settings, records};
use crate::report::model::Endpoint;
use crate::report::record::{Owned, PduRecord, Record, RecordType};
use crate::time::Period;

/// A PDU among all: connection, frame of its file, place in it.
type Key = (u32, u64, Option<u32>);

/// PDUs whose transactions are kept, at most.
const MOST_PDUS: usize = 4 << 20;

/// Which PDUs are kept.
pub(super) struct Wanted<'a> {
    extraction: &'a Extraction,
    /// Of which time PDUs are that are looked for.
    period: Period,
    /// PDUs that are looked for and may still be found.
    left: u64,
    sessions: HashSet<String>,
    transactions: HashSet<Key>,
    /// Transactions that found no room.
    pub(super) left_out: u64,
}

impl<'a> Wanted<'a> {
    /// Where what is kept with a PDU may stand before it, reads the capture to know it.
    pub(super) fn find(
        open: &dyn Fn() -> Capture,
        settings: &Settings,
        (extraction, period): (&'a Extraction, Period),
        progress: &mut Progress<'_>,
    ) -> Self {
        let mut wanted = Self {
            extraction,
            period,
            left: extraction.limit,
            sessions: HashSet::new(),
            transactions: HashSet::new(),
            left_out: 0,
        };
        if extraction.keep == Keep::Pdu || extraction.is_of_all(period) {
            return wanted;
        }
        let mut found: HashSet<Key> = HashSet::new();
        let mut take = |record: &Record| {
            match record {
                Record::Pdu(pdu) if wanted.matches(pdu) => {
                    if extraction.keep == Keep::Session {
                        wanted.sessions.insert(pdu.of.session.clone());
                    } else if wanted.transactions.len() < MOST_PDUS {
                        found.insert(key(pdu));
                        wanted.transactions.insert(key(pdu));
                    } else {
                        wanted.left_out += 1;
                    }
                }
                Record::Transaction(transaction) => {
                    let connection = transaction.of.connection;
                    let request = (connection, transaction.request.frame, transaction.request.index);
                    let response = transaction.response.as_ref();
                    let response = response.map(|place| (connection, place.frame, place.index));
                    let is_found = found.remove(&request);
                    if response.is_some_and(|response| found.remove(&response)) || is_found {
                        wanted.transactions.insert(request);
                        wanted.transactions.extend(response);
                    }
                }
                _ => {}
            }
            true
        };
        let types = [RecordType::Pdu, RecordType::Transaction];
        records(open(), settings, &types, &mut take, progress);
        wanted
    }

    /// Whether a PDU is of the time that is looked for and the filter holds, and still may.
    fn matches(&mut self, pdu: &PduRecord) -> bool {
        let holds = self.left > 0
            && pdu.place.at.is_none_or(|at| self.period.has(at))
            && self.extraction.filter.as_ref().is_none_or(|filter| filter.matches(&Captured(pdu)));
        self.left -= u64::from(holds);
        holds
    }

    /// Whether a PDU is kept.
    pub(super) fn takes(&mut self, pdu: &PduRecord) -> bool {
        match self.extraction.keep {
            _ if self.is_of_all() => self.matches(pdu),
            Keep::Pdu => self.matches(pdu),
            Keep::Transaction => self.transactions.contains(&key(pdu)),
            Keep::Session => self.sessions.contains(&pdu.of.session),
        }
    }

    /// Whether all of a session is kept.
    pub(super) fn takes_whole(&self, of: &Owned) -> bool {
        let is_whole = self.extraction.keep == Keep::Session && self.sessions.contains(&of.session);
        is_whole || self.is_of_all()
    }

    fn is_of_all(&self) -> bool {
        self.extraction.is_of_all(self.period)
    }

    /// Whether no other PDU can be kept.
    pub(super) fn is_done(&self) -> bool {
        self.left == 0 && (self.extraction.keep == Keep::Pdu || self.is_of_all())
    }
}

fn key(pdu: &PduRecord) -> Key {
    (pdu.of.connection, pdu.place.frame, pdu.place.index)
}

/// A PDU of a capture, for a filter.
struct Captured<'a>(&'a PduRecord);

impl Facts for Captured<'_> {
    fn each(&self, fact: Fact, take: &mut dyn FnMut(Value<'_>)) {
        let pdu = self.0;
        let ends = |which: Ends, take: &mut dyn FnMut(&Endpoint)| {
            if which != Ends::Destination {
                take(&pdu.source);
            }
            if which != Ends::Source {
                take(&pdu.destination);
            }
        };
        match fact {
            Fact::FrameNumber => take(Value::Integer(pdu.place.frame)),
            Fact::FrameTime => pdu.place.at.into_iter().for_each(|at| take(Value::Time(at))),
            Fact::Stream => take(Value::Integer(pdu.of.connection.into())),
            Fact::Address(which) => ends(which, &mut |end| take(Value::Address(end.ip))),
            Fact::Port(which) => ends(which, &mut |end| take(Value::Integer(end.port.into()))),
            Fact::Session => take(Value::Octets(pdu.of.session.as_bytes())),
            Fact::SystemId => {
                pdu.of.system_id.iter().for_each(|name| take(Value::Octets(name.as_bytes())));
            }
            _ => PduFacts::new(&pdu.octets, pdu.context, pdu.partial.is_some(), pdu.default_charset)
                .sent_by(pdu.from)
                .each(fact, take),
        }
    }
}
