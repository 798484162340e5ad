//! SESSIONS: who, when, how it began and ended, and how it did.

use std::io::{self, Write};

use super::super::figures::{count, millis, of, short_span};
use super::super::page::{Page, Tone};
use super::super::table::{Table, legend};
use crate::report::Report;
use crate::report::model::{Bind, Capture, End, EndedBy, Session, Start};
use crate::time::Zone;

/// Most rows where the accounts say the most of it.
const MOST_BESIDE_ACCOUNTS: usize = 8;

/// A table of the sessions, in the order of the report.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    if report.sessions.is_empty() && report.sessions_omitted == 0 {
        return Ok(());
    }
    let mut table = Table::default()
        .text("id")
        .name("account", 9)
        .text("bind")
        .text("began")
        .text("ended")
        .lesser_figure("lasted", 4)
        .figure("PDUs")
        .lesser_figure("bad", 5)
        .figure("failed")
        .figure("unansw")
        .figure("p50 ms")
        .lesser_figure("p95", 3)
        .lesser_figure("p99", 1)
        .lesser_figure("window", 2);
    let most = page.options().rows;
    let rows = if super::accounts::is_shown(report) { most.min(MOST_BESIDE_ACCOUNTS) } else { most };
    for session in report.sessions.iter().take(rows) {
        table.row([
            page.plain(&session.id).into_owned(),
            page.plain(&name(session, &report.capture)).into_owned(),
            bind(session).to_owned(),
            began(session, &report.capture, &page.options().zone),
            ended(session),
            session
                .first_at
                .zip(session.last_at)
                .map_or_else(|| "-".to_owned(), |(first, last)| short_span(lasted(first, last))),
            count(session.pdus.total),
            count(session.pdus.with_errors),
            count(session.transactions.iter().map(|row| row.failed).fold(0, u64::saturating_add)),
            count(session.transactions.iter().map(|row| row.unanswered).fold(0, u64::saturating_add)),
            millis(session.latency_us.p50),
            millis(session.latency_us.p95),
            millis(session.latency_us.p99),
            session.window.max.map_or_else(|| "-".to_owned(), count),
        ]);
    }
    let shown = !report.sessions.is_empty() && rows > 0;
    let lines = if shown { table.lines(page.width(), page.options().ascii) } else { Vec::new() };
    let legend = legend(
        &lines,
        &[
            ("failed", "failed, unanswered, latency: of all requests"),
            ("window", "window: most in flight"),
            ("bad", "bad: PDUs with errors"),
        ],
    );
    page.heading("SESSIONS", &legend)?;
    for line in lines {
        page.line(&line)?;
    }
    let left = u64::try_from(report.sessions.len().saturating_sub(rows)).unwrap_or(u64::MAX);
    let left = left.saturating_add(report.sessions_omitted);
    if left > 0 {
        let how = if report.sessions_omitted > 0 {
            "more of them are listed with --format json --max-sessions"
        } else {
            "--format json lists them"
        };
        page.item(&format!("and {}, less bad: {how}", of(left, "session")), Some(Tone::Faint))?;
    }
    Ok(())
}

/// The account, else the system_id, else the peer's address: the end that is not ours, or the ESME.
fn name(session: &Session, capture: &Capture) -> String {
    if let Some(name) =
        session.account.as_ref().or(session.system_id.as_ref()).filter(|name| !name.is_empty())
    {
        return name.clone();
    }
    let peer = if capture.local.contains(&session.esme.ip) { &session.smsc } else { &session.esme };
    peer.ip.to_string()
}

fn bind(session: &Session) -> &'static str {
    match session.bind {
        Some(Bind::Transmitter) => "tx",
        Some(Bind::Receiver) => "rx",
        Some(Bind::Transceiver) => "trx",
        None => "-",
    }
}

fn began(session: &Session, capture: &Capture, zone: &Zone) -> String {
    match (session.start, session.first_at) {
        (Start::Midstream, _) => "before".to_owned(),
        (Start::Handshake, None) => "-".to_owned(),
        (Start::Handshake, Some(at)) => {
            let same_day = capture.first_at.is_none_or(|first| zone.date(first) == zone.date(at));
            if same_day { zone.time(at) } else { format!("{} {}", zone.date(at), zone.time(at)) }
        }
    }
}

/// How it ended; of a session whose bind was refused that says more than who hung up.
fn ended(session: &Session) -> String {
    if session.bind.is_none() && session.conduct.refused.is_some() {
        return "refused".to_owned();
    }
    let how = match session.end {
        None => "bound anew",
        Some(End::Unbind) => "unbind",
        Some(End::Fin) => "FIN",
        Some(End::Rst) => "RST",
        Some(End::Idle) => "idle",
        Some(End::CaptureEnd) => return "still open".to_owned(),
    };
    match session.ended_by {
        Some(EndedBy::Esme) => format!("{how} ESME"),
        Some(EndedBy::Smsc) => format!("{how} SMSC"),
        Some(EndedBy::Middlebox) => format!("{how} middlebox"),
        None => how.to_owned(),
    }
}

/// Milliseconds between two times.
fn lasted(first: crate::time::Timestamp, last: crate::time::Timestamp) -> f64 {
    std::time::Duration::from_nanos(last.since(first).nanos().max(0).unsigned_abs()).as_secs_f64() * 1_000.0
}
