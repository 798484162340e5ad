//! Rows and tallies into the report.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::counts::Counts;
use super::latency::micros;
use super::model::{self, Report};
use super::rows::{Rank, Row, command_ids, statuses, transactions, unsolicited};
use super::tally::Tally;
use crate::time::Timestamp;

/// Takes rows in the order of the capture and tallies in the order of the shards.
#[derive(Debug)]
pub struct Assembly {
    tally: Tally,
    /// The worst sessions, up to `most`.
    sessions: BTreeMap<Rank, Box<model::Session>>,
    most: usize,
    omitted: u64,
    /// Sessions by the addresses of their ends.
    addresses: Counts<IpAddr>,
    seen: u64,
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

impl Assembly {
    /// Nothing yet; keeps at most `most` sessions.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            tally: Tally::default(),
            sessions: BTreeMap::new(),
            most,
            omitted: 0,
            addresses: Counts::default(),
            seen: 0,
        }
    }

    /// Takes a row.
    pub fn row(&mut self, row: Row) {
        self.seen = self.seen.saturating_add(1);
        let (esme, smsc) = (row.session.esme.ip, row.session.smsc.ip);
        self.addresses.add(esme, 1);
        if smsc != esme {
            self.addresses.add(smsc, 1);
        }
        self.sessions.insert(row.rank, row.session);
        if self.sessions.len() > self.most {
            self.sessions.pop_last();
            self.omitted = self.omitted.saturating_add(1);
        }
    }

    /// Takes what a shard counted.
    pub fn tally(&mut self, tally: &Tally) {
        self.tally.merge(tally);
    }

    /// The report. `place` tells the file of a frame and its number there.
    #[must_use]
    pub fn finish(self, whole: Whole, place: &PlaceOf<'_>) -> Report {
        let local = self.local();
        let Self { tally, sessions, omitted, .. } = self;
        let skipped = tally.skipped.total();
        let is_timed = whole.first_at.is_some();
        let mut report = Report {
            tcp: tcp(&tally, &whole),
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
            transactions: transactions(&tally.exchanges),
            unsolicited: unsolicited(&tally.exchanges),
            statuses: statuses(&tally.exchanges),
            sessions: sessions.into_values().map(|session| *session).collect(),
            sessions_omitted: omitted,
            findings: findings(&tally, place),
            limits: limits(&tally, &whole),
            capture: capture(whole, &tally.other_ports, local),
            ..Report::default()
        };
        if !is_timed {
            forget_times(&mut report);
        }
        report
    }

    /// The address that is an end of more than half of the sessions, if there is just one: a capture is taken where
    /// its traffic meets.
    fn local(&self) -> Vec<IpAddr> {
        let most = self.addresses.iter().map(|(_, sessions)| sessions).max().unwrap_or(0);
        let mut common = self.addresses.iter().filter(|&(_, sessions)| sessions == most);
        match (common.next(), common.next()) {
            (Some((address, _)), None) if most.saturating_mul(2) > self.seen => vec![address],
            _ => Vec::new(),
        }
    }
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
    }
    let of_sessions = report.sessions.iter_mut().flat_map(|session| &mut session.transactions);
    for row in report.transactions.iter_mut().chain(of_sessions) {
        row.latency_us = model::Latency::default();
    }
    for finding in &mut report.findings {
        finding.first.at = None;
    }
}

fn capture(whole: Whole, other_ports: &Counts<u16>, local: Vec<IpAddr>) -> model::Capture {
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
        local,
        skipped_frames: whole.skipped_frames,
        fragments: (whole.fragments != model::Fragments::default()).then_some(whole.fragments),
        seen,
        selection: None,
    }
}

fn tcp(tally: &Tally, whole: &Whole) -> model::Tcp {
    let health = &tally.health;
    model::Tcp {
        connections: whole.connections,
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

fn limits(tally: &Tally, whole: &Whole) -> Vec<model::Limit> {
    let omitted = [
        ("connections forgotten to make room", whole.evicted),
        ("commands beyond the longest list", tally.commands.omitted),
        ("requests under commands beyond the longest list", tally.exchanges.omitted),
        ("responses under statuses beyond the longest list", tally.exchanges.statuses.omitted),
    ];
    tally
        .limits
        .iter()
        .chain(omitted)
        .filter(|&(_, count)| count > 0)
        .map(|(limit, count)| model::Limit { limit: limit.to_owned(), count })
        .collect()
}
