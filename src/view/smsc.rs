//! What the test SMSC did: a line of NDJSON for each event, and a summary.

use std::io::{self, Write};

use crate::smsc::{Counters, Event};

/// Writes an event as one line.
///
/// # Errors
/// It cannot be written.
pub fn write_event(event: &Event, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, event)?;
    out.write_all(b"\n")
}

/// One line for a second: what happened since `before`.
///
/// # Errors
/// It cannot be written.
pub fn write_second(now: &Counters, before: &Counters, out: &mut dyn Write) -> io::Result<()> {
    let since = |now: u64, before: u64| now.saturating_sub(before);
    writeln!(
        out,
        "bound {}  requests {}/s  responses {}/s  accepted {}/s  rejected {}/s  receipts {}/s  mo {}/s",
        now.bound,
        since(now.requests, before.requests),
        since(now.responses, before.responses),
        since(now.accepted, before.accepted),
        since(now.rejected, before.rejected),
        since(now.receipts, before.receipts),
        since(now.mo, before.mo),
    )
}

/// Everything that happened, for people; what is 0 and may well be is left out.
///
/// # Errors
/// It cannot be written.
pub fn write_summary(counters: &Counters, out: &mut dyn Write) -> io::Result<()> {
    let always = [
        ("connections", counters.connections),
        ("binds accepted", counters.binds),
        ("requests", counters.requests),
        ("responses", counters.responses),
        ("messages accepted", counters.accepted),
        ("receipts sent", counters.receipts),
        ("receipts acknowledged", counters.receipts_acknowledged),
    ];
    let sometimes = [
        ("connections refused", counters.connections_refused),
        ("binds refused", counters.binds_refused),
        ("messages rejected", counters.rejected),
        ("  of these throttled", counters.throttled),
        ("requests that broke a rule", counters.violations),
        ("generic_nack sent", counters.nacks),
        ("requests left unanswered", counters.unanswered),
        ("receipts given up", counters.receipts_given_up),
        ("receipts dropped", counters.receipts_dropped),
        ("messages from mobiles", counters.mo),
        ("messages from mobiles skipped", counters.mo_skipped),
        ("connections still open", counters.open),
    ];
    let shown = always.into_iter().chain(sometimes.into_iter().filter(|(_, count)| *count > 0));
    for (what, count) in shown {
        writeln!(out, "{what:<30} {count:>12}")?;
    }
    Ok(())
}
