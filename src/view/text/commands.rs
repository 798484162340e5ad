//! COMMANDS and STATUSES: what was asked and how it was answered.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::figures::{count, millis, percent};
use super::super::page::{GLUE, Page, Tone};
use super::super::table::Table;
use crate::report::Report;
use crate::report::model::{Leg, Status, Transactions};

/// From so many columns on a page is wide.
const WIDE: u16 = 96;

/// Requests by command: answered, failed, unanswered, latency.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    if report.transactions.is_empty() {
        return Ok(());
    }
    page.heading(
        "COMMANDS",
        "requests, the most frequent first; failed: answered with a status other than 0",
    )?;
    let legs = report.transactions.iter().any(|row| row.leg.is_some());
    let nacks = report.transactions.iter().any(|row| row.nacked > 0);
    let mut table = Table::default();
    if legs {
        table = table.text("side");
    }
    table = table.text("command").figure("requests").figure("answered");
    if nacks {
        table = table.figure("nacked");
    }
    table = table
        .figure("failed")
        .lesser_figure("%", 4)
        .figure("unanswered")
        .figure("p50 ms")
        .lesser_figure("p95", 2)
        .lesser_figure("p99", 1)
        .lesser_figure("max", 3);
    let mut rows: Vec<&Transactions> = report.transactions.iter().collect();
    rows.sort_by_key(|row| Reverse(row.count));
    for row in rows {
        let mut cells = Vec::new();
        if legs {
            cells.push(side(row.leg).to_owned());
        }
        cells.extend([page.plain(&row.command).into_owned(), count(row.count), count(row.answered)]);
        if nacks {
            cells.push(count(row.nacked));
        }
        let latency = &row.latency_us;
        cells.extend([
            count(row.failed),
            percent(row.failed, row.count),
            count(row.unanswered),
            millis(latency.p50),
            millis(latency.p95),
            millis(latency.p99),
            millis(latency.max),
        ]);
        table.row(cells);
    }
    for line in table.lines(page.width(), page.options().ascii) {
        page.line(&line)?;
    }
    Ok(())
}

pub(super) fn side(leg: Option<Leg>) -> &'static str {
    match leg {
        Some(Leg::Customer) => "customer",
        Some(Leg::Operator) => "operator",
        None => "-",
    }
}

/// Responses by status over all commands: those that are not OK first, the most frequent first.
pub(super) fn write_statuses<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    if report.statuses.is_empty() {
        return Ok(());
    }
    let mut by_status: BTreeMap<u32, Vec<&Status>> = BTreeMap::new();
    for row in &report.statuses {
        by_status.entry(row.status).or_default().push(row);
    }
    let mut statuses: Vec<(u32, u64, Vec<&Status>)> =
        by_status.into_iter().map(|(status, rows)| (status, sum(&rows, |_| true), rows)).collect();
    statuses.sort_by_key(|&(status, total, _)| (status == 0, Reverse(total), status));

    page.heading("STATUSES", "responses; not OK first")?;
    let mut legs: Vec<Option<Leg>> = report.statuses.iter().map(|row| row.leg).collect();
    legs.sort_unstable();
    legs.dedup();
    let mut table = Table::default().text("status").text("name");
    for leg in &legs {
        table = table.figure(match leg {
            Some(Leg::Customer) => "we to customers",
            Some(Leg::Operator) => "operators to us",
            None if legs.len() > 1 => "others",
            None => "responses",
        });
    }
    // Of two legs there is room for the commands on wide pages only.
    let commands_fit = legs.len() < 2 || page.width() >= WIDE;
    if commands_fit {
        table = table.list("of", 14);
    }
    let most = page.options().rows;
    for (status, _, rows) in statuses.iter().take(most) {
        let name = rows.iter().find_map(|row| row.name.as_deref()).unwrap_or("-");
        let mut cells = vec![format!("0x{status:08x} ({status})"), page.plain(name).into_owned()];
        cells.extend(legs.iter().map(|&leg| count(sum(rows, |row| row.leg == leg))));
        if commands_fit {
            // Beside two legs there is room for one command in a line.
            let most = if legs.len() > 1 { 2 } else { 3 };
            cells.push(commands(rows, most, page));
        }
        table.row(cells);
    }
    for line in table.lines(page.width(), page.options().ascii) {
        page.line(&line.replace(GLUE, " "))?;
    }
    let left = u64::try_from(statuses.len().saturating_sub(most)).unwrap_or(u64::MAX);
    if left > 0 {
        page.item(&format!("and {} more; --format json lists them", count(left)), Some(Tone::Faint))?;
    }
    Ok(())
}

fn sum(rows: &[&Status], which: impl Fn(&Status) -> bool) -> u64 {
    rows.iter().filter(|row| which(row)).map(|row| row.count).fold(0, u64::saturating_add)
}

/// `submit_sm_resp`, or `submit_sm_resp 12, deliver_sm_resp 3` where there are several, the most frequent first and
/// the last of more than `most` summed up: `8 others 19`.
fn commands<W: Write>(rows: &[&Status], most: usize, page: &Page<'_, W>) -> String {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for row in rows {
        match counts.iter_mut().find(|(command, _)| *command == row.command) {
            Some((_, total)) => *total = total.saturating_add(row.count),
            None => counts.push((&row.command, row.count)),
        }
    }
    if let [(command, _)] = counts.as_slice() {
        return page.plain(command).into_owned();
    }
    counts.sort_by_key(|&(_, total)| Reverse(total));
    let named = if counts.len() > most { most.saturating_sub(1) } else { counts.len() };
    let (named, more) = counts.split_at(named);
    let mut parts: Vec<String> = named
        .iter()
        .map(|(command, total)| format!("{}{GLUE}{}", page.plain(command), count(*total)))
        .collect();
    if !more.is_empty() {
        let total = more.iter().map(|&(_, total)| total).fold(0, u64::saturating_add);
        parts.push(format!("{}{GLUE}others{GLUE}{}", more.len(), count(total)));
    }
    parts.join(", ")
}

/// `12 submit_sm_resp, 1 generic_nack`, for sentences.
pub(super) fn listed<'a>(rows: impl Iterator<Item = (&'a str, u64)>) -> String {
    let parts: Vec<String> = rows.map(|(command, total)| format!("{} {command}", count(total))).collect();
    parts.join(", ")
}
