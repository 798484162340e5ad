//! A capture played to an ESME under test: what will be played, and what the ESME did otherwise than the captured one.

pub mod model;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::plain;
use super::replay::model::Place;
use super::replay::{Junit, expected, fields, heading, is_shown, status, verdicts, write_fields};
use crate::replay::as_smsc::{Counters, Did, Played, Script, Scripted, Tally};
use crate::replay::verdict::{Comparison, Verdict};
use crate::smpp::CommandId;

/// Sessions that are listed; the others are counted.
const LISTED: usize = 20;

/// Writes what is going to be played.
///
/// # Errors
/// It cannot be written.
pub fn write_script(script: &Script, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |label: &str, text: &str| writeln!(out, "{label:<10} {}", plain(text, false));
    for (number, session) in script.sessions.iter().take(LISTED).enumerate() {
        let bind = match session.bind {
            Some(bind) if session.is_refused => format!("{} as {}, refused", who(session), bind.name()),
            Some(bind) => format!("{} as {}", who(session), bind.name()),
            None => "any bind: its own is not in the capture".to_owned(),
        };
        line(if number == 0 { "Sessions" } else { "" }, &format!("{}: {bind}", session.id))?;
    }
    if script.sessions.len() > LISTED {
        line("", &format!("and {} more", script.sessions.len() - LISTED))?;
    }
    line("Expected", &format!("{} requests, binds and unbinds among them", script.requests()))?;
    line("To send", &format!("{} deliveries and other requests of the SMSC", script.deliveries()))?;
    let left_out = [
        (script.partial, "PDUs that the capture holds in part only"),
        (script.left_out, "PDUs for which there is no room"),
    ];
    for (count, what) in left_out.into_iter().filter(|(count, _)| *count > 0) {
        line("Left out", &format!("{count} {what}"))?;
    }
    Ok(())
}

fn who(session: &Scripted) -> String {
    String::from_utf8_lossy(&session.system_id).into_owned()
}

/// A session by its place in the script.
fn session_of<'s>(played: &Played, sessions: &'s [(String, String)]) -> Option<&'s (String, String)> {
    sessions.get(crate::num::index(played.session?))
}

/// Writes what the ESME did as a line of JSON; sessions by id and account.
///
/// # Errors
/// It cannot be written.
pub fn write_played(
    played: &Played,
    comparison: &Comparison,
    sessions: &[(String, String)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let session = session_of(played, sessions);
    let place = played.place.as_ref();
    let line = model::Played {
        schema: model::PLAYED,
        verdict: comparison.verdict.name(),
        differences: comparison.unexpected().collect(),
        expected_differences: expected(comparison),
        what: played.did.name(),
        command: played.command.to_string(),
        session: session.map(|(id, _)| id.as_str()),
        account: session.map(|(_, account)| account.as_str()),
        pcap: place.map(|place| Place {
            file: place.file.as_deref(),
            frame: place.frame,
            index: place.index,
        }),
        recorded_at: place.map(|place| place.at),
        received_at: played.at,
        reordered: played.is_reordered,
        status: played.status.map(status),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// A test case for what the ESME did.
pub fn add_case(junit: &mut Junit, played: &Played, comparison: &Comparison, sessions: &[(String, String)]) {
    let failure = is_bad(comparison.verdict).then(|| {
        let fields = comparison.unexpected().collect::<Vec<_>>().join(", ");
        let message = match comparison.verdict {
            Verdict::Different => format!("differs in {fields}"),
            Verdict::Missing => "it did not come".to_owned(),
            Verdict::NotSent => "what it answers was not sent".to_owned(),
            _ => "the capture does not have it".to_owned(),
        };
        (comparison.verdict, message)
    });
    let name = || {
        let of = if played.did == Did::Answer { "answer to " } else { "" };
        match &played.place {
            Some(place) => format!("{of}{} in frame {} ({})", played.command, place.frame, place.index),
            None => format!("{of}{}", played.command),
        }
    };
    junit.case(session_of(played, sessions).map_or("-", |(id, _)| id.as_str()), &name, failure);
}

/// Writes the test cases.
///
/// # Errors
/// They cannot be written.
pub fn write_cases(junit: Junit, out: &mut dyn Write) -> io::Result<()> {
    junit.finish(out)
}

/// Whether a verdict says that the ESME did otherwise.
#[must_use]
pub const fn is_bad(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Same | Verdict::Expected | Verdict::NotRecorded)
}

/// Writes how the ESME did, for people.
///
/// # Errors
/// It cannot be written.
pub fn write_tally(tally: &Tally, counters: &Counters, out: &mut dyn Write) -> io::Result<()> {
    let shown = |verdict: &Verdict| is_shown(*verdict, tally.count(*verdict));
    let columns: Vec<(Verdict, String)> =
        Verdict::ALL.into_iter().filter(shown).map(|verdict| (verdict, heading(verdict))).collect();
    write!(out, "{:<28}", "")?;
    for (_, heading) in &columns {
        write!(out, " {heading:>9}")?;
    }
    writeln!(out)?;
    for ((did, command), row) in &tally.rows {
        let of = if *did == Did::Answer { "answer to " } else { "" };
        write!(out, "{:<28}", format!("{of}{command}"))?;
        for (verdict, heading) in &columns {
            let count = row.get(verdict).copied().unwrap_or(0);
            write!(out, " {count:>width$}", width = heading.len().max(9))?;
        }
        writeln!(out)?;
    }
    write_fields(&tally.fields, out)?;
    for (label, count) in [
        ("requests in another order than captured", tally.reordered),
        ("enquire_links answered", counters.enquires),
        ("responses that answer nothing", counters.unsolicited),
        ("connections closed for garbage", counters.garbage),
    ] {
        if count > 0 {
            writeln!(out, "{label}: {count}")?;
        }
    }
    Ok(())
}

/// Writes the same as JSON.
///
/// # Errors
/// It cannot be written.
pub fn write_json(tally: &Tally, counters: &Counters, mut out: &mut dyn Write) -> io::Result<()> {
    super::json::write(&run(tally, counters), &mut out)
}

/// Writes the same as a line of JSON: the last after those of [`write_played`].
///
/// # Errors
/// It cannot be written.
pub fn write_summary(tally: &Tally, counters: &Counters, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &run(tally, counters))?;
    out.write_all(b"\n")
}

fn run(tally: &Tally, counters: &Counters) -> model::Run {
    let (differences, expected_differences) = fields(&tally.fields);
    let command = |((did, command), row): (&(Did, CommandId), &BTreeMap<Verdict, u64>)| model::Command {
        what: did.name(),
        command: command.to_string(),
        verdicts: verdicts(&|verdict| row.get(&verdict).copied().unwrap_or(0)),
    };
    model::Run {
        schema: model::RUN,
        verdicts: verdicts(&|verdict| tally.count(verdict)),
        commands: tally.rows.iter().map(command).collect(),
        differences,
        expected_differences,
        connections: counters.connections,
        requests: counters.requests,
        extra_requests: counters.extra,
        reordered: tally.reordered,
        deliveries: counters.deliveries,
        deliveries_answered: counters.answered,
        enquire_links: counters.enquires,
        unsolicited: counters.unsolicited,
        garbage: counters.garbage,
    }
}

#[cfg(test)]
mod tests;
