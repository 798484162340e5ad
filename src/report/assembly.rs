//! Rows and tallies into the report.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::Groups;
use super::counts::Counts;
use super::exchanges::Exchanges;
use super::latency::micros;
use super::model::{self, Report};
use super::owners::{Owner, owner};
use super::record;
use super::rows::{Ended, Rank, Row, What, Who, command_ids, statuses, transactions, unsolicited};
use super::selection::Selection;
use super::sides::{Local, Sides};
use super::sieve::Sieve;
use super::slowest::Slowest;
use super::tally::Tally;
use crate::names::{Names, PeerId};
use crate::time::{Period, Timestamp};

/// Takes rows in the order of the capture and tallies in the order of the shards.
#[derive(Debug)]
pub struct Assembly {
    tally: Tally,
    groups: Groups,
    /// The worst sessions, with their owners.
    sessions: BTreeMap<Rank, (Owner, Box<Ended>)>,
    most: usize,
    names: Arc<Names>,
    selection: Selection,
    /// What alone is counted, in words.
    only: Option<String>,
    local: Local,
}

/// What is known of the capture as a whole.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// The files.
    pub files: Vec<model::File>,
    /// What was given and passed over.
    pub skipped_files: Vec<model::SkippedFile>,
    /// Time of the earliest frame.
    pub first_at: Option<Timestamp>,
    /// Time of the latest frame.
    pub last_at: Option<Timestamp>,
    /// Frames that gave no segment, by reason.
    pub skipped_frames: Vec<model::ReasonCount>,
    /// What became of fragments.
    pub fragments: model::Fragments,
    /// TCP connections.
    pub connections: u64,
    /// Connections forgotten to keep within memory.
    pub evicted: u64,
}

/// The file of a frame, by its number among all, and its number there.
pub type PlaceOf<'a> = dyn Fn(u64) -> Option<(String, u64)> + 'a;

/// Rows of `capture.seen`.
const MOST_SEEN: usize = 10;

/// Most accounts in the list.
const MOST_ACCOUNTS: usize = 1_000;

/// Sessions kept where their side is not known before all are, and one side is selected.
const MOST_UNDECIDED: usize = 10_000;

impl Assembly {
    /// Nothing yet; keeps at most `most` sessions. Of those that are selected, `sieve` has judged what is counted.
    #[must_use]
    pub fn new(most: usize, names: Arc<Names>, selection: Selection, sieve: Option<&Sieve>) -> Self {
        let selected = (!selection.is_all()).then(|| selection.to_string());
        let only = selected
            .into_iter()
            .chain(sieve.and_then(Sieve::expression))
            .reduce(|selected, filter| format!("{selected}, {filter}"));
        Self {
            tally: Tally::default(),
            groups: Groups::default(),
            sessions: BTreeMap::new(),
            most,
            names,
            selection,
            only,
            local: Local::default(),
        }
    }

    /// Takes a row.
    pub fn row(&mut self, row: Row) {
        match row.what {
            What::Session(ended) => self.session(ended),
            What::Rest(rest) => {
                let (who, part) = *rest;
                let (owner, peer) = owner(&self.names, &who);
                if self.may_take(&who, &owner, peer) {
                    self.groups.part(owner, &part);
                }
            }
        }
    }

    fn session(&mut self, mut ended: Box<Ended>) {
        let (owner, peer) = owner(&self.names, &ended.who);
        self.local.see(&ended.who, &owner);
        if !ended.is_kept || !self.may_take(&ended.who, &owner, peer) {
            return;
        }
        let told = peer.and_then(|id| self.names.peer(id)?.system_id.clone());
        if ended.session.system_id.is_none()
            && let Some(told) = told
        {
            ended.session.system_id = Some(told);
            ended.session.system_id_from = Some(model::SystemIdFrom::Names);
        }
        let system_id = ended.session.system_id.clone().filter(|name| !name.is_empty());
        let owner = self.groups.add(owner, &ended, system_id.as_deref());
        if let Some(part) = ended.part.take() {
            self.groups.part(owner.clone(), &part);
        }
        // What is in the list is written out; the rest is in the groups.
        ended.exchanges = Exchanges::default();
        self.sessions.insert(ended.rank, (owner, ended));
        let most = if self.selection.side.is_some() { self.most.max(MOST_UNDECIDED) } else { self.most };
        if self.sessions.len() > most {
            self.sessions.pop_last();
        }
    }

    /// Whether the selection may take a session: its side may not be known yet.
    fn may_take(&self, who: &Who, owner: &Owner, peer: Option<PeerId>) -> bool {
        let told = peer.and_then(|id| self.names.peer(id)?.system_id.as_deref());
        let accounts = &self.selection.accounts;
        self.selection.may_take(&who.id, who.system_id.as_deref().or(told))
            && (accounts.is_empty() || accounts.iter().any(|wanted| owner.may_be(wanted)))
    }

    /// Takes what a shard counted.
    pub fn tally(&mut self, tally: &Tally) {
        self.tally.merge(tally);
    }

    /// The report. `place` tells the file of a frame and its number there.
    #[must_use]
    pub fn finish(self, whole: Whole, place: &PlaceOf<'_>) -> Report {
        let Self { mut tally, mut groups, sessions, most, names, selection, only, local } = self;
        let sides = Sides::new(&local, &names);
        let selects = |owner: &Owner| {
            selection.takes_side(sides.of(owner))
                && (selection.accounts.is_empty()
                    || owner.name(&sides.local).is_some_and(|name| selection.takes_account(&name)))
        };
        groups.retain(selects);
        for (_, group) in groups.iter() {
            if let Some(part) = &group.part {
                tally.merge(part);
            }
        }
        let mut by_leg: BTreeMap<Option<model::Leg>, Exchanges> = BTreeMap::new();
        let mut all = Exchanges::default();
        for (owner, group) in groups.iter() {
            by_leg.entry(sides.leg(sides.of(owner))).or_default().merge(&group.exchanges);
            all.merge(&group.exchanges);
        }
        let seen = groups.iter().map(|(_, group)| group.sessions).fold(0, u64::saturating_add);
        let sessions: Vec<model::Session> = sessions
            .into_values()
            .filter(|(owner, _)| selects(owner))
            .take(most)
            .map(|(owner, ended)| sides.session(&owner, *ended))
            .collect();
        let (accounts, accounts_omitted) =
            groups.accounts(|owner| sides.of(owner), &sides.local, |side| sides.leg(side), MOST_ACCOUNTS);
        let skipped = tally.skipped.total();
        let is_timed = whole.first_at.is_some();
        let mut report = Report {
            tcp: tcp(&tally, &whole, only.is_some()),
            octets: model::Octets {
                stream: tally.stream_octets,
                in_pdus: tally.octets_in_pdus,
                skipped,
                skipped_why: tally
                    .skipped
                    .iter()
                    .map(|(why, count)| model::ReasonCount { reason: why.name().to_owned(), count })
                    .collect(),
            },
            pdus: model::Pdus {
                total: tally.commands.total(),
                with_errors: tally.with_errors,
                with_warnings: tally.with_warnings,
                partial: tally
                    .partial
                    .iter()
                    .map(|(reason, count)| model::PartialCount { reason, count })
                    .collect(),
                by_command: command_ids(tally.commands.iter()),
            },
            transactions: transactions_by_leg(&by_leg),
            unsolicited: unsolicited(&all),
            statuses: statuses_by_leg(&by_leg),
            accounts,
            accounts_omitted,
            worst: worst(&groups, &sides, place),
            sessions_omitted: seen.saturating_sub(crate::num::count(sessions.len())),
            sessions,
            findings: findings(&tally, place),
            limits: limits(&tally, &whole, &all, groups.crowded),
            capture: capture(whole, &tally.other_ports, &sides, (only, selection.period)),
            ..Report::default()
        };
        if !is_timed {
            forget_times(&mut report);
        }
        report
    }
}

/// By command, then leg.
fn transactions_by_leg(by_leg: &BTreeMap<Option<model::Leg>, Exchanges>) -> Vec<model::Transactions> {
    let mut rows: Vec<_> = by_leg
        .iter()
        .flat_map(|(leg, exchanges)| {
            let ids = exchanges.by_command().into_iter().map(|(command, _)| command);
            ids.zip(transactions(exchanges, *leg)).collect::<Vec<_>>()
        })
        .collect();
    rows.sort_by_key(|(command, row)| (*command, row.leg));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// By command, then status, then leg.
fn statuses_by_leg(by_leg: &BTreeMap<Option<model::Leg>, Exchanges>) -> Vec<model::Status> {
    let mut rows: Vec<_> = by_leg
        .iter()
        .flat_map(|(leg, exchanges)| {
            exchanges.by_status().into_keys().zip(statuses(exchanges, *leg)).collect::<Vec<_>>()
        })
        .collect();
    rows.sort_by_key(|(key, row)| (*key, row.leg));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The slowest of all groups.
fn worst(groups: &Groups, sides: &Sides, place: &PlaceOf<'_>) -> Vec<model::Worst> {
    let mut slowest = Slowest::default();
    groups.iter().for_each(|(_, group)| slowest.merge(&group.exchanges.slowest));
    slowest
        .iter()
        .map(|slow| {
            let owner = groups
                .iter()
                .find(|(_, group)| group.exchanges.slowest.iter().any(|row| row == slow))
                .map(|(owner, _)| owner);
            let connection = slow.session.connection.0;
            model::Worst {
                session: slow.session.to_string(),
                account: owner.and_then(|owner| owner.name(&sides.local)),
                leg: owner.and_then(|owner| sides.leg(sides.of(owner))),
                command: slow.command.to_string(),
                sequence_number: slow.sequence_number.0,
                status: slow.status.0,
                latency_us: micros(slow.latency.nanos().max(0).unsigned_abs()),
                request: record::place(place(slow.request.0.frame), slow.request, connection),
                response: record::place(place(slow.response.0.frame), slow.response, connection),
            }
        })
        .collect()
}

/// Where no frame had a time, those that were counted with mean nothing.
fn forget_times(report: &mut Report) {
    for session in &mut report.sessions {
        (session.first_at, session.last_at) = (None, None);
        (session.window.max_at, session.rate.peak_at, session.rate.peak_per_s) = (None, None, None);
        (session.idle_before_end_ms, session.tcp.rtt_us) = (None, None);
        session.tcp.data_rtt_us = model::DataRtt::default();
        session.latency_us = model::Latency::default();
        session.conduct.forget_times();
        session.blame = None;
    }
    for account in &mut report.accounts {
        (account.max_concurrent, account.churn.rebinds, account.churn.period) = (None, None, None);
        account.latency_us = model::Latency::default();
    }
    let of_sessions =
        report.sessions.iter_mut().map(|session| (&mut session.transactions, &mut session.statuses));
    let of_accounts =
        report.accounts.iter_mut().map(|account| (&mut account.transactions, &mut account.statuses));
    let of_all = std::iter::once((&mut report.transactions, &mut report.statuses));
    for (transactions, statuses) in of_sessions.chain(of_accounts).chain(of_all) {
        for row in transactions {
            (row.latency_us, row.blame) = (model::Latency::default(), None);
        }
        statuses.iter_mut().for_each(|row| row.latency_us = model::Latency::default());
    }
    report.worst.clear();
    for finding in &mut report.findings {
        finding.first.at = None;
    }
}

fn capture(
    whole: Whole,
    other_ports: &Counts<u16>,
    sides: &Sides,
    (selection, period): (Option<String>, Period),
) -> model::Capture {
    let sum = |of: fn(&model::File) -> u64| whole.files.iter().map(of).fold(0, u64::saturating_add);
    let mut seen: Vec<model::Seen> = other_ports
        .iter()
        .map(|(port, frames)| model::Seen { protocol: "tcp".to_owned(), port: Some(port), frames })
        .collect();
    seen.sort_by_key(|row| (std::cmp::Reverse(row.frames), row.port));
    seen.truncate(MOST_SEEN);
    let duration = whole.first_at.zip(whole.last_at).map(|(first, last)| last.since(first));
    model::Capture {
        frames: sum(|file| file.frames),
        octets: sum(|file| file.octets),
        files: whole.files,
        skipped_files: whole.skipped_files,
        first_at: whole.first_at,
        last_at: whole.last_at,
        duration_ms: duration.map(|span| micros(span.nanos().max(0).unsigned_abs()) / 1_000.0),
        local: sides.local.clone(),
        local_from: sides.local_from,
        skipped_frames: whole.skipped_frames,
        fragments: (whole.fragments != model::Fragments::default()).then_some(whole.fragments),
        seen,
        selection,
        since: period.since,
        until: period.until,
    }
}

fn tcp(tally: &Tally, whole: &Whole, is_selected: bool) -> model::Tcp {
    let health = &tally.health;
    model::Tcp {
        connections: if is_selected { tally.smpp_connections } else { whole.connections },
        smpp_connections: tally.smpp_connections,
        tls_connections: tally.tls_connections,
        segments: health.segments,
        retransmitted: health.retransmitted,
        duplicate_frames: health.duplicate_frames,
        out_of_order: health.out_of_order,
        gaps: health.gaps,
        gap_octets: health.gap_octets,
        conflicting_overlaps: health.conflicting_overlaps,
        evicted: whole.evicted,
        duplicate_acks: health.duplicate_acks,
        zero_windows: health.zero_windows,
    }
}

/// Errors first, then warnings, then notes; in each, the order of the rule table.
fn findings(tally: &Tally, place: &PlaceOf<'_>) -> Vec<model::Finding> {
    let mut rows: Vec<model::Finding> = tally
        .findings
        .iter()
        .map(|(rule, found)| (rule, found, place(found.place.frame)))
        .map(|(rule, found, place)| model::Finding {
            rule: rule.rule().id.to_owned(),
            severity: rule.rule().severity.into(),
            count: found.count,
            message: found.message.clone(),
            first: model::Place {
                frame: place.as_ref().map_or(found.place.frame, |(_, number)| *number),
                file: place.map(|(path, _)| path),
                index: Some(found.place.index),
                at: Some(found.at),
                connection: found.connection.0,
                offset: found.offset.map(u64::from),
                field: found.field.map(str::to_owned),
            },
        })
        .collect();
    rows.sort_by_key(|row| row.severity);
    rows
}

fn limits(tally: &Tally, whole: &Whole, all: &Exchanges, crowded: u64) -> Vec<model::Limit> {
    let omitted = [
        ("connections forgotten to make room", whole.evicted),
        ("commands beyond the longest list", tally.commands.omitted),
        ("requests under commands beyond the longest list", all.omitted),
        ("responses under statuses beyond the longest list", all.statuses_without_room()),
        ("sessions of accounts beyond those that are told apart", crowded),
    ];
    tally
        .limits
        .iter()
        .chain(omitted)
        .filter(|&(_, count)| count > 0)
        .map(|(limit, count)| model::Limit { limit: limit.to_owned(), count })
        .collect()
}
