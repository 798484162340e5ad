//! What leaves a shard one by one where it is asked for: transactions with the PDUs that they are made of, findings.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::tally::Finding;
use crate::num::count;
use crate::session::{SessionId, Transaction, Unsolicited};
use crate::smpp::text::Charset;
use crate::smpp::{Context, Place, RuleId};
use crate::tcp::{ConnectionNumber, Side};
use crate::time::Timestamp;

/// Octets of memory that the requests take that a shard keeps until their outcome is known.
const MOST_KEPT: u64 = 8 << 20;

/// Octets that an allocation and a place in a table cost beyond what is in them, about.
const OVERHEAD: u64 = 128;

/// A transaction with its PDUs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenTransaction {
    /// What the session says of it.
    pub transaction: Transaction,
    /// The request; `None`: it was forgotten to keep within memory.
    pub request: Option<Raw>,
    /// The response, where there is one.
    pub response: Option<Raw>,
}

/// The octets of a PDU, and what they are decoded by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// All of them, or of a partial PDU those that are there.
    pub octets: Box<[u8]>,
    /// What the PDU was judged by.
    pub context: Context,
    /// What data_coding 0 stands for.
    pub default_charset: Charset,
    /// Whether octets are missing.
    pub is_partial: bool,
    /// What stands for its text, where that is redacted.
    pub text_token: Option<Box<str>>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFinding {
    /// The session that was on; `None`: the connection's current one.
    pub session: Option<SessionId>,
    /// The side whose PDU it is.
    pub side: Side,
    /// The rule.
    pub rule: RuleId,
    /// The PDU.
    pub place: Place,
    /// When the PDU became readable.
    pub at: Timestamp,
    /// Thing, fact, need and clause.
    pub message: String,
    /// Octets from the start of the PDU.
    pub offset: Option<u32>,
    /// The field.
    pub field: Option<&'static str>,
    /// The PDU itself, where it is asked for and the finding was made while it was looked at.
    pub raw: Option<Raw>,
}

/// Findings on their way out.
#[derive(Clone, Debug, Default)]
pub struct Singled {
    /// In order.
    pub rows: Vec<SeenFinding>,
    /// Whether they have their PDUs with them.
    pub with_pdus: bool,
}

/// Transactions on their way out, and the PDUs of those that are not complete.
#[derive(Clone, Debug, Default)]
pub struct Exchanged {
    /// Complete ones, in order.
    pub done: Vec<SeenTransaction>,
    /// Responses that answer nothing, where they are asked for.
    pub lone: Option<Vec<(Unsolicited, Raw)>>,
    waiting: HashMap<Key, Raw, RandomState>,
    kept: u64,
}

/// A PDU: its connection, its side, and its offset in that side's octets.
type Key = (ConnectionNumber, Side, u64);

impl Exchanged {
    /// None yet. `with_lone`: responses that answer nothing are asked for, too.
    #[must_use]
    pub fn new(with_lone: bool) -> Self {
        Self { lone: with_lone.then(Vec::new), ..Self::default() }
    }

    /// Keeps a PDU until [`take`](Self::take) or [`forget`](Self::forget) is called for it, which the session does once
    /// for each. Returns false when there is no room.
    pub fn keep(&mut self, connection: ConnectionNumber, side: Side, place: Place, raw: Raw) -> bool {
        let octets = raw.cost();
        if self.kept.saturating_add(octets) > MOST_KEPT {
            return false;
        }
        self.kept = self.kept.saturating_add(octets);
        if let Some(former) = self.waiting.insert((connection, side, place.offset), raw) {
            self.kept = self.kept.saturating_sub(former.cost());
        }
        true
    }

    /// A transaction is complete.
    pub fn take(&mut self, transaction: &Transaction) {
        let connection = transaction.session.connection;
        let request = self.remove(connection, transaction.side, transaction.place);
        let response = transaction
            .response
            .and_then(|response| self.remove(connection, transaction.side.other(), response.place));
        self.done.push(SeenTransaction { transaction: *transaction, request, response });
    }

    /// A response answers nothing.
    pub fn forget(&mut self, unsolicited: &Unsolicited) {
        let raw = self.remove(unsolicited.session.connection, unsolicited.side, unsolicited.place);
        if let Some((lone, raw)) = self.lone.as_mut().zip(raw) {
            lone.push((*unsolicited, raw));
        }
    }

    fn remove(&mut self, connection: ConnectionNumber, side: Side, place: Place) -> Option<Raw> {
        let raw = self.waiting.remove(&(connection, side, place.offset))?;
        self.kept = self.kept.saturating_sub(raw.cost());
        Some(raw)
    }
}

impl Raw {
    /// Octets of memory that it takes while it is kept.
    fn cost(&self) -> u64 {
        let token = self.text_token.as_ref().map_or(0, |token| token.len());
        count(self.octets.len())
            .saturating_add(count(token))
            .saturating_add(count(size_of::<(Key, Self)>()))
            .saturating_add(OVERHEAD)
    }
}

impl SeenFinding {
    /// Of a finding that is counted.
    #[must_use]
    pub fn of(finding: &Finding<'_>, side: Side) -> Self {
        Self {
            session: None,
            side,
            rule: finding.rule,
            place: finding.place,
            at: finding.at,
            message: finding.message.to_string(),
            offset: finding.offset,
            field: finding.field,
            raw: None,
        }
    }
}
