//! What a filter and a period keep of sessions, counted apart: a report of that alone.
//!
//! A PDU, a transaction and a finding are kept where the filter holds for it, as in records, and where it is of the
//! period: PDUs by their time, transactions by their request's, findings by their PDU's. Where the expression asks
//! what only transactions have, PDUs and their findings are kept with their transactions. Sessions are reported that
//! have something that is kept; without a filter, those that were there in the period.

use std::collections::VecDeque;
use std::sync::Arc;

use super::exchanges::Exchanges;
use super::model;
use super::record::{Recorder, Whose};
use super::rows::{Ended, SeenPdu, Who, command_ids};
use super::selection::Selection;
use super::single::{Raw, SeenFinding, SeenTransaction};
use super::tally::{Finding, Tally};
use crate::filter::{Fact, Facts, Filter, PduFacts, Value};
use crate::names::Names;
use crate::num::count;
use crate::session::{LateDelivery, RECENT, Transaction, Unsolicited};
use crate::smpp::framer::Partial;
use crate::smpp::{self, Header, Place, Visitor, walk_with};
use crate::tcp::{ConnectionNumber, Side};
use crate::time::{Period, Timestamp};

/// Responses remembered of a session: those that sessions remember of both sides.
const ANSWERS: usize = 2 * RECENT;

/// Judges what leaves the sessions one by one.
#[derive(Clone, Debug)]
pub struct Sieve {
    filter: Option<Filter>,
    recorder: Recorder,
}

/// What was kept of a session.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    tally: Tally,
    exchanges: Exchanges,
    is_any: bool,
    /// The last responses, by who sent them and their offsets: they may be delivered late.
    answers: VecDeque<(Side, u64)>,
}

impl Sieve {
    /// Keeps what is of `period`, and what `filter` holds for; `None`: with neither all is kept.
    #[must_use]
    pub fn new(filter: Option<Filter>, period: Period, names: Arc<Names>) -> Option<Self> {
        (filter.is_some() || !period.is_all()).then(|| Self {
            filter: filter.clone(),
            recorder: Recorder {
                names,
                selection: Selection { period, ..Selection::default() },
                redactor: None,
                belonging: None,
                filter,
            },
        })
    }

    /// What it asks for besides a time: `-Y status != ok`. Of long numbers the middle is not shown, as a report has no
    /// whole ones.
    #[must_use]
    pub fn expression(&self) -> Option<String> {
        self.filter.as_ref().map(|filter| format!("-Y {}", shortened(filter.text().trim())))
    }

    /// Whether a session is reported, of which something is kept or not.
    fn takes_session(&self, ended: &Ended, has_kept: bool) -> bool {
        let (first, last) = ended.span;
        if self.filter.is_some() { has_kept } else { self.recorder.selection.period.touches(first, last) }
    }

    /// Whose what is judged is.
    #[must_use]
    pub fn whose(&self, who: &Who) -> Option<Whose> {
        self.recorder.whose(who, None)
    }

    /// Counts a PDU, if it is kept.
    pub fn pdu(&self, whose: &Whose, pdu: &SeenPdu<'_>, kept: &mut Kept) {
        if !self.is_of_transactions() && self.recorder.takes_pdu(whose, pdu) {
            kept.pdu(pdu);
        }
    }

    /// Counts a transaction, if it is kept.
    pub fn transaction(&self, whose: &Whose, seen: &SeenTransaction, kept: &mut Kept) {
        if !self.recorder.takes_transaction(whose, seen) {
            return;
        }
        kept.is_any = true;
        kept.exchanges.transaction(&seen.transaction);
        if let Some(response) = seen.transaction.response {
            if kept.answers.len() >= ANSWERS {
                kept.answers.pop_front();
            }
            kept.answers.push_back((seen.transaction.side.other(), response.place.offset));
        }
        if self.is_of_transactions() {
            kept.pdus_of(seen);
        }
    }

    /// Counts a finding, if it is kept. `role` is that of the PDU's sender.
    pub fn finding(&self, whose: &Whose, role: Option<smpp::Role>, seen: &SeenFinding, kept: &mut Kept) {
        if self.is_of_transactions() || !self.recorder.takes_finding(whose, role, seen) {
            return;
        }
        kept.is_any = true;
        let finding = Finding {
            rule: seen.rule,
            place: seen.place,
            connection: ConnectionNumber(whose.shown().connection),
            at: seen.at,
            message: &seen.message,
            offset: seen.offset,
            field: seen.field,
        };
        kept.tally.finding(&finding, seen.side);
    }

    /// Counts a response that answers nothing, if it is kept; as a PDU it is counted by [`pdu`](Self::pdu).
    pub fn unsolicited(&self, whose: &Whose, unsolicited: &Unsolicited, pdu: &SeenPdu<'_>, kept: &mut Kept) {
        if self.recorder.takes_pdu(whose, pdu) {
            kept.is_any = true;
            kept.exchanges.unsolicited(unsolicited);
        }
    }

    fn is_of_transactions(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.of_transactions().is_some())
    }
}

impl Kept {
    /// Puts what was kept in the place of all that was counted of the session and its connection.
    pub fn put(mut self, ended: &mut Ended, sieve: &Sieve) {
        ended.is_kept = sieve.takes_session(ended, self.is_any);
        ended.session.pdus.total = self.tally.commands.total();
        ended.session.pdus.by_command = command_ids(self.tally.commands.iter());
        if let Some(part) = &mut ended.part {
            self.replace(part);
        }
    }

    /// The counts of requests and responses, and of PDUs with errors and with warnings.
    #[must_use]
    pub fn counts(&mut self) -> (Exchanges, u64, u64) {
        (std::mem::take(&mut self.exchanges), self.tally.with_errors, self.tally.with_warnings)
    }

    /// Puts the PDUs and findings that were kept in the place of those of `part`.
    fn replace(&mut self, part: &mut Tally) {
        part.commands = std::mem::take(&mut self.tally.commands);
        part.partial = std::mem::take(&mut self.tally.partial);
        part.findings = std::mem::take(&mut self.tally.findings);
        (part.with_errors, part.with_warnings) = (self.tally.with_errors, self.tally.with_warnings);
    }

    /// A response that was counted, if it was, reached its asking side late.
    pub fn delivered_late(&mut self, late: &LateDelivery) {
        if self.answers.contains(&(late.side, late.offset)) {
            self.exchanges.delivered_late(late);
        }
    }

    fn pdu(&mut self, pdu: &SeenPdu<'_>) {
        self.is_any = true;
        let Some(partial) = pdu.partial else {
            let raw = PduFacts::new(pdu.octets, pdu.context, false, pdu.default_charset);
            let mut worst = None;
            raw.each(Fact::FindingSeverity, &mut |value| {
                if let Value::Choice(severity) = value {
                    worst = worst.max(Some(severity));
                }
            });
            return self.whole(pdu.octets, worst);
        };
        self.tally.partial.add(
            match partial {
                Partial::Gap => model::PartialReason::Gap,
                Partial::Snaplen => model::PartialReason::Snaplen,
                Partial::CaptureEnd => model::PartialReason::CaptureEnd,
            },
            1,
        );
    }

    /// Counts a whole PDU whose worst finding has that place among severities.
    fn whole(&mut self, octets: &[u8], worst: Option<u8>) {
        if let Some(header) = Header::parse(octets) {
            self.tally.commands.add(header.command_id, 1);
        }
        self.tally.octets_in_pdus = self.tally.octets_in_pdus.saturating_add(count(octets.len()));
        let of_severity = match worst {
            Some(2) => &mut self.tally.with_errors,
            Some(1) => &mut self.tally.with_warnings,
            _ => return,
        };
        *of_severity = of_severity.saturating_add(1);
    }

    /// Counts the whole PDUs of a transaction, and what is wrong with them.
    fn pdus_of(&mut self, seen: &SeenTransaction) {
        let Transaction { session, side, place, at, response, .. } = seen.transaction;
        let request = seen.request.as_ref().map(|raw| (raw, side, place, at));
        let response = seen.response.as_ref().zip(response);
        let response = response.map(|(raw, response)| (raw, side.other(), response.place, response.at));
        for (raw, side, place, at) in request.into_iter().chain(response) {
            self.raw(raw, session.connection, side, place, at);
        }
    }

    fn raw(&mut self, raw: &Raw, connection: ConnectionNumber, side: Side, place: Place, at: Timestamp) {
        struct Told<'a> {
            tally: &'a mut Tally,
            of: (ConnectionNumber, Side, Place, Timestamp),
            worst: Option<u8>,
        }
        impl Visitor for Told<'_> {
            fn finding(&mut self, finding: smpp::Finding) {
                let (connection, side, place, at) = self.of;
                self.worst =
                    self.worst.max(Some(crate::filter::field::severity(finding.rule.rule().severity)));
                let finding = Finding {
                    rule: finding.rule,
                    place,
                    connection,
                    at,
                    message: &finding,
                    offset: Some(finding.span.start),
                    field: finding.field,
                };
                self.tally.finding(&finding, side);
            }
        }
        if raw.is_partial {
            return;
        }
        let mut told = Told { tally: &mut self.tally, of: (connection, side, place, at), worst: None };
        walk_with(&raw.octets, raw.context, raw.default_charset, &mut told);
        let worst = told.worst;
        self.whole(&raw.octets, worst);
    }
}

/// An expression with the middle of its long numbers not shown.
fn shortened(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let (mut shown, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_digit(c) != is_digit(first)).unwrap_or(rest.len());
        let (run, more) = rest.split_at_checked(end).unwrap_or((rest, ""));
        match (run.get(..4), run.len().checked_sub(3).and_then(|at| run.get(at..))) {
            (Some(head), Some(tail)) if is_digit(first) && run.len() > 7 => {
                shown.push_str(head);
                shown.push_str(&"*".repeat(run.len().saturating_sub(7)));
                shown.push_str(tail);
            }
            _ => shown.push_str(run),
        }
        rest = more;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_named_without_whole_numbers() {
        let sieve = |text: &str| Sieve::new(text.parse().ok(), Period::default(), Arc::default());
        let shown = |text: &str| sieve(text).and_then(|sieve| sieve.expression()).unwrap();
        assert_eq!(shown(" dest_addr == 447700900123 "), "-Y dest_addr == 4477*****123");
        assert_eq!(shown("source_addr matches \"^44770\" or frame.number > 10"), {
            "-Y source_addr matches \"^44770\" or frame.number > 10"
        });
        assert_eq!(shown("text contains \"Ž12345678\""), "-Y text contains \"Ž1234*678\"");
    }
}
