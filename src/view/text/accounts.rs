//! WHERE: accounts by side, with what became of the messages that were submitted.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::super::figures::{count, millis, of, percent};
use super::super::page::{Page, Tone};
use super::super::table::{Table, legend};
use crate::report::Report;
use crate::report::model::{Account, Latency, Leg, Transactions};

/// What the failures and latencies of the table are of.
const COMMAND: &str = "submit_sm";

/// Whether there is anything to tell apart.
pub(super) fn is_shown(report: &Report) -> bool {
    report.accounts.len() > 1 || report.accounts.iter().any(|account| account.side.is_some())
}

/// A table of the accounts: operators, customers, and those of whom that is not known; of each the worst first, the
/// last of many summed up.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    if !is_shown(report) {
        return Ok(());
    }
    let mut sides: Vec<Option<Leg>> = report.accounts.iter().map(|account| account.side).collect();
    sides.sort_unstable_by_key(|side| Reverse(*side));
    sides.dedup();
    let shows_sides = sides.iter().any(Option::is_some);
    let mut table = Table::default();
    if shows_sides {
        table = table.text("side");
    }
    table = table
        .name("account", 9)
        .lesser_figure("binds", 1)
        .figure(COMMAND)
        .figure("failed")
        .lesser_figure("%", 4)
        .figure("unansw")
        .figure("p50 ms")
        .lesser_figure("p95", 6)
        .lesser_figure("p99", 3)
        .lesser_figure("window", 5)
        .lesser_figure("drops", 2);
    // Half of the rows for each side, where there are two.
    let most = (page.options().rows / sides.len().max(1)).max(1);
    for side in sides {
        let accounts: Vec<&Account> = report.accounts.iter().filter(|account| account.side == side).collect();
        let named = accounts.iter().filter(|account| account.name.is_some()).count();
        let shown = if named > most { most.saturating_sub(1).max(1) } else { named };
        let (shown, more) = accounts.split_at(shown.min(accounts.len()));
        for account in shown {
            let name = account.name.as_deref().unwrap_or("others");
            let name = if name.is_empty() { "-" } else { name };
            let latency = submits(account).map(|row| row.latency_us);
            row(&mut table, shows_sides, side, page.plain(name).into_owned(), &[account], latency.as_ref());
        }
        if !more.is_empty() {
            let rest = more.iter().any(|account| account.name.is_none());
            let name = if rest { "others".to_owned() } else { format!("{} more", more.len()) };
            row(&mut table, shows_sides, side, name, more, None);
        }
    }
    let lines = table.lines(page.width(), page.options().ascii);
    let legend = legend(
        &lines,
        &[("failed", "failed, unanswered, latency: of submit_sm"), ("window", "window: most in flight")],
    );
    page.heading("WHERE", &legend)?;
    for line in lines {
        page.line(&line)?;
    }
    for (name, period) in report.accounts.iter().filter_map(|account| Some((account, account.churn.period?)))
    {
        page.item(
            &format!(
                "{} ends every {}: {} of {} within 10 %",
                page.plain(name.name.as_deref().unwrap_or("others")),
                super::super::figures::span(period.median_s * 1_000.0),
                format_args!("{:.0} %", period.within * 100.0),
                of(period.intervals, "interval"),
            ),
            Some(Tone::Doubtful),
        )?;
    }
    Ok(())
}

fn row(
    table: &mut Table,
    shows_sides: bool,
    side: Option<Leg>,
    name: String,
    accounts: &[&Account],
    latency: Option<&Latency>,
) {
    let sum = |of: &dyn Fn(&Account) -> u64| {
        accounts.iter().map(|account| of(account)).fold(0, u64::saturating_add)
    };
    let total = |of: fn(&Transactions) -> u64| sum(&|account| submits(account).map_or(0, of));
    let requests = total(|row| row.count);
    let failed = total(|row| row.failed);
    let window = accounts.iter().filter_map(|account| account.window_max).max();
    let latency = latency.copied().unwrap_or_default();
    let mut cells = Vec::new();
    if shows_sides {
        cells.push(super::commands::side(side).to_owned());
    }
    cells.extend([
        name,
        count(sum(&|account| account.binds)),
        count(requests),
        count(failed),
        percent(failed, requests),
        count(total(|row| row.unanswered)),
        millis(latency.p50),
        millis(latency.p95),
        millis(latency.p99),
        window.map_or_else(|| "-".to_owned(), count),
        count(sum(&|account| account.drops)),
    ]);
    table.row(cells);
}

fn submits(account: &Account) -> Option<&Transactions> {
    account.transactions.iter().find(|row| row.command == COMMAND)
}
