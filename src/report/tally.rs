//! Numbers while they grow: what one shard counted, mergeable with what the others did.

use std::fmt::Display;

use super::counts::Counts;
use super::model;
use super::single::{Exchanged, SeenFinding, Singled};
use crate::dissect::Wanted;
use crate::num::count;
use crate::smpp::framer::{Framed, Partial, Skipped};
use crate::smpp::{CommandId, Place, RuleId};
use crate::tcp::{ConnectionNumber, Health, Side};
use crate::time::Timestamp;

/// Everything counted over some connections.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Octets handed on in order.
    pub stream_octets: u64,
    /// Those in whole PDUs.
    pub octets_in_pdus: u64,
    /// The others, by reason.
    pub skipped: Counts<Skipped>,
    /// Whole PDUs by command.
    pub commands: Counts<CommandId>,
    /// Whole PDUs with an error.
    pub with_errors: u64,
    /// Whole PDUs with a warning and no error.
    pub with_warnings: u64,
    /// PDUs that are not whole.
    pub partial: Counts<model::PartialReason>,
    /// Findings by rule.
    pub findings: Findings,
    /// TCP, over all connections.
    pub health: Health,
    /// Connections that carry SMPP.
    pub smpp_connections: u64,
    /// Connections that carry TLS.
    pub tls_connections: u64,
    /// Segments of connections that carry no SMPP, by the accepter's port.
    pub other_ports: Counts<u16>,
    /// Bounds that were reached, by what was given up.
    pub limits: Counts<&'static str>,
    /// PDUs to be picked out on the way. No count: it is not merged.
    pub wanted: Option<Box<Wanted>>,
    /// Transactions on their way out, where they are asked for one by one. No count either.
    pub transactions: Option<Box<Exchanged>>,
    /// Findings on their way out, likewise.
    pub found: Option<Singled>,
}

impl Tally {
    /// Counts a PDU, whole or not.
    pub fn pdu(&mut self, pdu: &Framed<'_>) {
        match pdu.partial {
            None => {
                self.octets_in_pdus = self.octets_in_pdus.saturating_add(count(pdu.octets.len()));
                self.commands.add(pdu.header.command_id, 1);
            }
            Some(Partial::Gap) => self.partial.add(model::PartialReason::Gap, 1),
            Some(Partial::Snaplen) => self.partial.add(model::PartialReason::Snaplen, 1),
            Some(Partial::CaptureEnd) => self.partial.add(model::PartialReason::CaptureEnd, 1),
        }
    }

    /// Counts a finding in a PDU of `side`.
    pub fn finding(&mut self, finding: &Finding<'_>, side: Side) {
        self.findings.add(finding);
        if let Some(found) = &mut self.found {
            found.rows.push(SeenFinding::of(finding, side));
        }
    }

    /// Takes from `other` what is no count.
    pub fn hand_over(&mut self, other: &mut Self) {
        self.wanted = other.wanted.take();
        self.transactions = other.transactions.take();
        self.found = other.found.take();
    }

    /// Forgets what was counted of PDUs one by one: their commands, what is missing of them, what is wrong with them.
    pub fn forget_pdus(&mut self) {
        self.commands = Counts::default();
        self.partial = Counts::default();
        self.findings = Findings::default();
        (self.with_errors, self.with_warnings) = (0, 0);
    }

    /// Takes the counts out.
    pub fn part(&mut self) -> Self {
        let mut part = std::mem::take(self);
        self.hand_over(&mut part);
        part
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            stream_octets,
            octets_in_pdus,
            skipped,
            commands,
            with_errors,
            with_warnings,
            partial,
            findings,
            health,
            smpp_connections,
            tls_connections,
            other_ports,
            limits,
            wanted: _,
            transactions: _,
            found: _,
        } = self;
        let add = |n: &mut u64, more: u64| *n = n.saturating_add(more);
        add(stream_octets, other.stream_octets);
        add(octets_in_pdus, other.octets_in_pdus);
        add(with_errors, other.with_errors);
        add(with_warnings, other.with_warnings);
        add(smpp_connections, other.smpp_connections);
        add(tls_connections, other.tls_connections);
        skipped.merge(&other.skipped);
        commands.merge(&other.commands);
        partial.merge(&other.partial);
        findings.merge(&other.findings);
        other_ports.merge(&other.other_ports);
        limits.merge(&other.limits);
        add_health(health, &other.health);
    }
}

/// Adds the counts of one connection, or shard, to a total.
pub fn add_health(total: &mut Health, more: &Health) {
    let add = |n: &mut u64, more: u64| *n = n.saturating_add(more);
    add(&mut total.segments, more.segments);
    add(&mut total.retransmitted, more.retransmitted);
    add(&mut total.duplicate_frames, more.duplicate_frames);
    add(&mut total.out_of_order, more.out_of_order);
    add(&mut total.conflicting_overlaps, more.conflicting_overlaps);
    add(&mut total.gaps, more.gaps);
    add(&mut total.gap_octets, more.gap_octets);
    add(&mut total.zero_windows, more.zero_windows);
    add(&mut total.duplicate_acks, more.duplicate_acks);
}

/// Findings by rule: how many, and the first.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// In the order of the rule table; few rules are broken, and there may be a list for each connection.
    rows: Vec<(RuleId, Found)>,
}

/// The findings of one rule.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many.
    pub count: u64,
    /// Where the first one is: by frame, then index.
    pub place: Place,
    /// Its connection.
    pub connection: ConnectionNumber,
    /// Its time.
    pub at: Timestamp,
    /// What it says.
    pub message: String,
    /// Octets from the start of the PDU.
    pub offset: Option<u32>,
    /// The field.
    pub field: Option<&'static str>,
}

/// A finding about to be counted; its message is written out only when it is the first of its rule.
pub struct Finding<'a> {
    /// The rule broken.
    pub rule: RuleId,
    /// The PDU.
    pub place: Place,
    /// The connection.
    pub connection: ConnectionNumber,
    /// The PDU's time.
    pub at: Timestamp,
    /// What it says.
    pub message: &'a dyn Display,
    /// Octets from the start of the PDU.
    pub offset: Option<u32>,
    /// The field.
    pub field: Option<&'static str>,
}

impl Findings {
    /// Counts a finding.
    pub fn add(&mut self, finding: &Finding<'_>) {
        let found = |count: u64| Found {
            count,
            place: finding.place,
            connection: finding.connection,
            at: finding.at,
            message: finding.message.to_string(),
            offset: finding.offset,
            field: finding.field,
        };
        match self.find(finding.rule) {
            Ok(row) => {
                let count = row.count.saturating_add(1);
                if order(finding.place, finding.connection) < order(row.place, row.connection) {
                    *row = found(count);
                }
                row.count = count;
            }
            Err(at) => self.rows.insert(at, (finding.rule, found(1))),
        }
    }

    /// Rules that were broken, in the order of the rule table.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &Found)> {
        self.rows.iter().map(|(rule, found)| (*rule, found))
    }

    fn merge(&mut self, other: &Self) {
        for (rule, more) in &other.rows {
            match self.find(*rule) {
                Ok(found) => {
                    let count = found.count.saturating_add(more.count);
                    if order(more.place, more.connection) < order(found.place, found.connection) {
                        *found = more.clone();
                    }
                    found.count = count;
                }
                Err(at) => self.rows.insert(at, (*rule, more.clone())),
            }
        }
    }

    /// The row of a rule, or where it belongs.
    fn find(&mut self, rule: RuleId) -> Result<&mut Found, usize> {
        let at = self.rows.binary_search_by_key(&rule.number(), |(row, _)| row.number())?;
        self.rows.get_mut(at).map(|(_, found)| found).ok_or(at)
    }
}

const fn order(place: Place, connection: ConnectionNumber) -> (u64, u32, u32) {
    (place.frame, place.index, connection.0)
}
