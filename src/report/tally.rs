//! Numbers while they grow: what one shard counted, mergeable with what the others did.

use std::fmt::Display;

use super::blame::Blame;
use super::counts::Counts;
use super::latency::Latencies;
use super::model;
use crate::dissect::Wanted;
use crate::num::count;
use crate::session::{Delay, LateDelivery, Outcome, Transaction, Why};
use crate::smpp::framer::{Framed, Partial, Skipped};
use crate::smpp::{CommandId, CommandStatus, Place, RULES, RuleId};
use crate::tcp::{ConnectionNumber, Health};
use crate::time::{Duration, Timestamp};

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
    /// Requests and responses.
    pub exchanges: Exchanges,
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
            exchanges,
            findings,
            health,
            smpp_connections,
            tls_connections,
            other_ports,
            limits,
            wanted: _,
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
        exchanges.merge(&other.exchanges);
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

/// Requests with what became of them, and responses by status: of one session, or of many.
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    /// By command of the request; few, so a list.
    requests: Vec<(CommandId, Requests)>,
    /// Responses by command and status.
    pub statuses: Counts<(CommandId, CommandStatus)>,
    /// Responses that answer nothing.
    pub unsolicited: Counts<CommandId>,
    /// Requests under commands that found no room.
    pub omitted: u64,
}

/// The requests of one command.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// Requests seen.
    pub count: u64,
    /// Answered by their own response.
    pub answered: u64,
    /// Answered by generic_nack.
    pub nacked: u64,
    /// Answered or nacked with a status other than 0.
    pub failed: u64,
    /// Not answered, by reason.
    pub unanswered: Counts<model::Unanswered>,
    /// Of those answered or nacked.
    pub latencies: Latencies,
    /// Whose those latencies are.
    pub blame: Blame,
}

impl Exchanges {
    /// Counts a request whose outcome is known.
    pub fn transaction(&mut self, transaction: &Transaction) {
        let command = transaction.command;
        let response = command.response();
        match transaction.outcome {
            Outcome::Answered { status, .. } => self.statuses.add((response, status), 1),
            Outcome::Nacked { status, .. } => self.statuses.add((CommandId::GENERIC_NACK, status), 1),
            Outcome::Unanswered(_) | Outcome::OneWay => {}
        }
        let Some(requests) = self.of(command) else {
            self.omitted = self.omitted.saturating_add(1);
            return;
        };
        requests.add(&transaction.outcome, &transaction.delay);
    }

    /// A response that was counted reached its asking side late.
    pub fn delivered_late(&mut self, late: &LateDelivery) {
        if let Some(requests) = self.of(late.command) {
            requests.blame.delivered_late(late);
        }
    }

    /// Requests by command, in the order of command_id.
    #[must_use]
    pub fn by_command(&self) -> Vec<(CommandId, &Requests)> {
        let mut rows: Vec<_> = self.requests.iter().map(|(command, requests)| (*command, requests)).collect();
        rows.sort_by_key(|(command, _)| *command);
        rows
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (command, more) in other.by_command() {
            match self.of(command) {
                Some(requests) => requests.merge(more),
                None => self.omitted = self.omitted.saturating_add(more.count),
            }
        }
        self.statuses.merge(&other.statuses);
        self.unsolicited.merge(&other.unsolicited);
        self.omitted = self.omitted.saturating_add(other.omitted);
    }

    /// Sums over all commands: requests, failed, and unanswered.
    #[must_use]
    pub fn totals(&self) -> (u64, u64, u64) {
        self.requests.iter().fold((0, 0, 0), |(count, failed, unanswered), (_, requests)| {
            (
                requests.count.saturating_add(count),
                requests.failed.saturating_add(failed),
                requests.unanswered.total().saturating_add(unanswered),
            )
        })
    }

    fn of(&mut self, command: CommandId) -> Option<&mut Requests> {
        let at = match self.requests.iter().position(|(known, _)| *known == command) {
            Some(at) => at,
            None if self.requests.len() >= Counts::<CommandId>::LIMIT => return None,
            None => {
                self.requests.push((command, Requests::default()));
                self.requests.len() - 1
            }
        };
        self.requests.get_mut(at).map(|(_, requests)| requests)
    }
}

impl Requests {
    fn add(&mut self, outcome: &Outcome, delay: &Delay) {
        self.count = self.count.saturating_add(1);
        let (status, latency): (CommandStatus, Option<Duration>) = match *outcome {
            Outcome::OneWay => return,
            Outcome::Unanswered(why) => {
                self.unanswered.add(why_of(why), 1);
                return;
            }
            Outcome::Answered { status, latency } => {
                self.answered = self.answered.saturating_add(1);
                (status, latency)
            }
            Outcome::Nacked { status, latency } => {
                self.nacked = self.nacked.saturating_add(1);
                (status, latency)
            }
        };
        self.failed = self.failed.saturating_add(u64::from(status != CommandStatus::OK));
        if let Some(latency) = latency {
            self.latencies.record(latency);
            self.blame.add(latency, delay);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.answered = self.answered.saturating_add(other.answered);
        self.nacked = self.nacked.saturating_add(other.nacked);
        self.failed = self.failed.saturating_add(other.failed);
        self.unanswered.merge(&other.unanswered);
        self.latencies.merge(&other.latencies);
        self.blame.merge(&other.blame);
    }
}

fn why_of(why: Why) -> model::Unanswered {
    match why {
        Why::Closed => model::Unanswered::Closed,
        Why::CaptureEnded => model::Unanswered::CaptureEnded,
        Why::TimedOut => model::Unanswered::TimedOut,
        Why::Superseded => model::Unanswered::Superseded,
        Why::ReplyInGap => model::Unanswered::ReplyInGap,
    }
}

/// Findings by rule: how many, and the first.
#[derive(Clone, Debug)]
pub struct Findings {
    rows: Vec<Option<Found>>,
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

impl Default for Findings {
    fn default() -> Self {
        Self { rows: vec![None; RULES.len()] }
    }
}

impl Findings {
    /// Counts a finding.
    pub fn add(&mut self, finding: &Finding<'_>) {
        let Some(row) = self.rows.get_mut(usize::from(finding.rule.number())) else { return };
        let count = row.as_ref().map_or(0, |found| found.count).saturating_add(1);
        match row {
            Some(found)
                if order(found.place, found.connection) <= order(finding.place, finding.connection) =>
            {
                found.count = count;
            }
            _ => {
                *row = Some(Found {
                    count,
                    place: finding.place,
                    connection: finding.connection,
                    at: finding.at,
                    message: finding.message.to_string(),
                    offset: finding.offset,
                    field: finding.field,
                });
            }
        }
    }

    /// Rules that were broken, in the order of the rule table.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &Found)> {
        RULES
            .iter()
            .zip(&self.rows)
            .filter_map(|(rule, found)| Some((RuleId::named(rule.id)?, found.as_ref()?)))
    }

    fn merge(&mut self, other: &Self) {
        for (row, more) in self.rows.iter_mut().zip(&other.rows) {
            let Some(more) = more else { continue };
            match row {
                None => *row = Some(more.clone()),
                Some(found) => {
                    let count = found.count.saturating_add(more.count);
                    if order(more.place, more.connection) < order(found.place, found.connection) {
                        *found = more.clone();
                    }
                    found.count = count;
                }
            }
        }
    }
}

const fn order(place: Place, connection: ConnectionNumber) -> (u64, u32, u32) {
    (place.frame, place.index, connection.0)
}
