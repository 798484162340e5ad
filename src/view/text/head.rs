//! The first lines: what was read, and what could not be.

use std::io::{self, Write};

use super::super::figures::{count, octets, of, span};
use super::super::page::{GLUE, Page, Tone};
use super::super::table::Table;
use crate::report::Report;
use crate::report::model::{Capture, Leg, Start};
use crate::time::Zone;

/// What was read: files, octets, times; PDUs and sessions; damage.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    let capture = &report.capture;
    let files = match capture.files.as_slice() {
        [file] if file.path == "-" => "standard input".to_owned(),
        [file] => page.plain(&file.path).into_owned(),
        files => of(files.len().try_into().unwrap_or(u64::MAX), "file"),
    };
    let mut line = String::new();
    if capture.selection.is_some() {
        let besides = capture.selected_besides().map(|what| page.plain(what).into_owned());
        let period = capture.period();
        let period = (!period.is_all()).then(|| page.options().zone.words(period)).into_iter();
        let parts: Vec<String> = period.chain(besides).collect();
        line = format!("only {}: ", parts.join(", "));
    }
    line.push_str(&format!("{files}, {}", octets(capture.octets)));
    line.push_str(&times(capture, &page.options().zone));
    if !capture.local.is_empty() {
        let local: Vec<String> = capture.local.iter().map(ToString::to_string).collect();
        line.push_str(&format!("; we{GLUE}are{GLUE}{}", local.join(", ")));
    }
    page.opening(&line)?;
    if capture.frames == 0 {
        page.opening("no frames")?;
    } else {
        page.opening(&extent(report))?;
    }
    for file in &capture.files {
        if let Some(damage) = &file.damage {
            let text =
                format!("{}: {}; what is before was analysed", page.plain(&file.path), page.plain(damage));
            page.item(&text, Some(Tone::Bad))?;
        }
        if file.still_being_written {
            page.item(&format!("{} is still being written", page.plain(&file.path)), None)?;
        }
        if let Some(changed) = &file.changed {
            page.item(&format!("{} {}", page.plain(&file.path), page.plain(changed)), None)?;
        }
    }
    Ok(())
}

fn times(capture: &Capture, zone: &Zone) -> String {
    let Some((first, last)) = capture.first_at.zip(capture.last_at) else { return String::new() };
    let mut line = format!(", {} {}", zone.date(first), zone.time(first));
    if first != last {
        line.push_str(" to ");
        if zone.date(first) != zone.date(last) {
            line.push_str(&zone.date(last));
            line.push(' ');
        }
        line.push_str(&zone.time(last));
    }
    line.push(' ');
    line.push_str(&zone.label(first, last));
    if let Some(duration) = capture.duration_ms.filter(|&duration| duration > 0.0) {
        let span = span(duration).replace(' ', &GLUE.to_string());
        line.push_str(&format!(" ({span})"));
    }
    line
}

fn extent(report: &Report) -> String {
    let listed = u64::try_from(report.sessions.len()).unwrap_or(u64::MAX);
    let sessions = listed.saturating_add(report.sessions_omitted);
    let mut line = format!(
        "{}, {}, {}",
        of(report.capture.frames, "frame"),
        of(report.pdus.total, "PDU"),
        of(sessions, "session")
    );
    // Of the sessions that are not listed nobody knows.
    let before = report.sessions.iter().filter(|session| session.start == Start::Midstream).count();
    if before > 0 && report.sessions_omitted == 0 {
        line.push_str(&format!(
            " ({} began before the capture)",
            count(before.try_into().unwrap_or(u64::MAX))
        ));
    }
    line.push_str(&parties(report));
    line
}

/// `: 61 customers, 23 operators`, where sides are known.
fn parties(report: &Report) -> String {
    let of_side = |side: Leg, noun: &str| {
        let accounts = report.accounts.iter().filter(|account| account.side == Some(side));
        let named = accounts.filter(|account| account.name.is_some()).count();
        (named > 0).then(|| of(named.try_into().unwrap_or(u64::MAX), noun))
    };
    let parts = [of_side(Leg::Customer, "customer"), of_side(Leg::Operator, "operator")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    // Of the accounts that are not listed nobody knows.
    if parts.is_empty() || report.accounts_omitted > 0 {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    }
}

/// In place of sessions: none is what was asked for.
pub(super) fn nothing_selected<W: Write>(page: &mut Page<'_, W>) -> io::Result<()> {
    page.heading("NOTHING SELECTED", "")?;
    page.item("No session is, or has, what the selection asks for. Without it all are reported.", None)
}

/// In place of sessions: what the frames carried instead.
pub(super) fn nothing_found<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    page.heading("NO SMPP FOUND", "")?;
    page.item(
        &format!(
            "{} TCP connections looked at. SMPP is found on any port where two of its headers follow each other; \
             --port N says that all of a port is SMPP.",
            count(report.tcp.connections)
        )
        .replace("1 TCP connections", "1 TCP connection"),
        None,
    )?;
    if report.capture.seen.is_empty() {
        return Ok(());
    }
    page.heading("SEEN INSTEAD", "")?;
    let mut table = Table::default().name("protocol", 8).figure("port").figure("frames");
    for row in &report.capture.seen {
        let port = row.port.map_or_else(|| "-".to_owned(), |port| port.to_string());
        table.row([page.plain(&row.protocol).into_owned(), port, count(row.frames)]);
    }
    for line in table.lines(page.width(), page.options().ascii) {
        page.line(&line)?;
    }
    Ok(())
}
