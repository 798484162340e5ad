//! The sending: once, or twice to know what differs by chance; the result written.

use std::io::{self, BufRead, IsTerminal};

use super::super::interrupt::Interrupt;
use super::super::output::Output;
use super::super::{DONE, FOUND, Failure, complain};
use super::arguments::{Arguments, FailOn, Format, OnDisconnect};
use super::going::{bar, now, seconds, words};
use super::prepare::{Gate, Prepared};
use crate::replay::driver::{self, Outcome, Settings};
use crate::replay::engine::{Counters, Exchange, LinkOptions, Options};
use crate::replay::plan::Planned;
use crate::replay::safety::Cleared;
use crate::replay::verdict::{Noise, Totals, Verdict, compare};
use crate::view::replay as view;

/// Exit status of a run that could not connect or bind.
const NOT_BOUND: u8 = 3;

/// Requests handed over at once, and batches on their way.
const BATCH: usize = 256;
const BATCHES: usize = 16;

/// What is sent, and where to.
pub(super) struct Sending<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) cleared: Cleared,
    pub(super) links: Vec<LinkOptions>,
    /// What is known of an earlier run.
    pub(super) noise: Option<Noise>,
    pub(super) interrupt: &'a Interrupt,
}

impl Arguments {
    /// Sends, and says what was different.
    pub(super) fn send(&self, mut sending: Sending<'_>, output: Output) -> Result<u8, Failure> {
        let mut noise = sending.noise.take();
        let sending = &sending;
        if self.is_twice() {
            let mut learnt = Noise::default();
            let mut take = |all: Vec<Exchange>| all.iter().for_each(|exchange| learnt.learn(exchange));
            let outcome = self.run_once(sending, 0, "sent (run 1 of 2)", &mut take)?;
            if let Some(status) = self.end_of(&outcome, sending.interrupt) {
                return Ok(status);
            }
            noise = Some(learnt);
        }
        if let Some(count) = noise.as_ref().map(Noise::left_out).filter(|count| *count > 0) {
            complain(&format!("no room for {count} requests of the run before: their differences all count"));
        }
        let sessions = sending.prepared.planner.sessions();
        let planned = sending.prepared.counted.requests.saturating_mul(u64::from(self.passes));
        let mut totals = Totals::new().ok_or_else(|| Failure::new("replay", "no room for its figures"))?;
        let mut junit = view::Junit::default();
        // References of parts are new in the second run.
        let first_pass = if self.is_twice() { self.passes } else { 0 };
        let what = if self.is_twice() { "sent (run 2 of 2)" } else { "sent" };
        let mut unknown = 0_u64;
        let mut outcome = None;
        output.write(|out| {
            let mut written = Ok(());
            let mut take = |exchanges: Vec<Exchange>| {
                for exchange in &exchanges {
                    let is_unknown = |noise: &Noise| !noise.knows(&exchange.planned);
                    unknown += u64::from(noise.as_ref().is_some_and(is_unknown));
                    let comparison = compare(exchange, &self.ignore, noise.as_ref());
                    totals.add(exchange, &comparison);
                    match self.format {
                        Format::Ndjson if written.is_ok() => {
                            written = view::write_exchange(exchange, &comparison, sessions, out);
                        }
                        Format::Junit => junit.add(exchange, &comparison, sessions),
                        Format::Ndjson | Format::Table | Format::Json => {}
                    }
                }
            };
            let result = outcome.insert(self.run_once(sending, first_pass, what, &mut take));
            written?;
            let Ok(outcome) = result else { return Ok(()) };
            let failure = outcome.failure.as_ref().map(|(_, failure)| words(failure));
            let run = view::Run {
                totals: &totals,
                counters: &outcome.counters,
                planned,
                // Who lets requests go one by one makes their rate.
                lasted: outcome.lasted.map(seconds).filter(|_| !self.step),
                wanted: self.wanted(&sending.prepared.counted),
                failure: failure.as_deref(),
            };
            match self.format {
                Format::Table => view::write_verdict(&run, out),
                Format::Json => view::write_json(&run, out),
                Format::Junit => std::mem::take(&mut junit).write(&run, out),
                Format::Ndjson => view::write_summary(&run, out),
            }
        })?;
        let outcome = outcome.unwrap_or_else(|| Err(Failure::new("replay", "it did not begin")))?;
        if unknown > 0 {
            complain(&format!("{unknown} requests are not in the run before: their differences all count"));
        }
        if let Some(status) = self.end_of(&outcome, sending.interrupt) {
            return Ok(status);
        }
        let counters = &outcome.counters;
        let bad =
            [Verdict::Different, Verdict::Missing, Verdict::NotSent].map(|verdict| totals.count(verdict));
        let lacking = planned.saturating_sub(counters.sent);
        let is_different = bad.iter().any(|count| *count > 0) || lacking > 0 || counters.extra > 0;
        Ok(if self.fail_on == Some(FailOn::Different) && is_different { FOUND } else { DONE })
    }

    /// The exit status of a run that was ended early, said on standard error.
    fn end_of(&self, outcome: &Outcome, interrupt: &Interrupt) -> Option<u8> {
        if let Some((_, failure)) = &outcome.failure {
            complain(&words(failure));
        }
        interrupt.status().or_else(|| outcome.failure.as_ref().map(|_| NOT_BOUND))
    }

    /// Sends everything once; requests are numbered alike each time.
    fn run_once(
        &self,
        sending: &Sending<'_>,
        first_pass: u32,
        what: &str,
        take: &mut dyn FnMut(Vec<Exchange>),
    ) -> Result<Outcome, Failure> {
        let Sending { prepared, cleared, links, interrupt, .. } = sending;
        let shift = prepared.counted.first_at.map(|first| now().since(first));
        let rules = self.rules(!cleared.is_loopback(), shift);
        let settings = Settings {
            options: Options {
                links: links.clone(),
                rate_cap: None,
                timeout: self.reading.timeout(),
                enquire_link: self.enquire_link,
                linger: self.linger,
                rebind: self.on_disconnect == OnDisconnect::Rebind,
                expect: None,
                forbidden: Vec::new(),
                duration: self.duration,
                step: self.step,
                translate: prepared.planner.has_references(),
            },
            target: cleared.clone(),
            tls: self.tls(&prepared.target.host)?,
            interrupt: interrupt.flag(),
            steps: self.steps(),
        };
        let planned = prepared.counted.requests.saturating_mul(u64::from(self.passes));
        let (sender, source) = driver::channel(BATCHES);
        let reading = || {
            let mut gate = Gate::new(self, rules, prepared.selected.clone(), prepared.period);
            let mut planner = self.planner();
            planner.begin_with(first_pass);
            for _ in 0..self.passes {
                let mut batch: Vec<Planned> = Vec::new();
                let mut goes_on = true;
                let read = self.read(interrupt, &mut planner, &mut |planned| {
                    if gate.is_closed() {
                        return false;
                    }
                    if let Ok(planned) = gate.admit(planned) {
                        batch.push(planned);
                    }
                    if batch.len() >= BATCH {
                        goes_on = sender.blocking_send(std::mem::take(&mut batch)).is_ok();
                    }
                    goes_on
                });
                gate.next_pass();
                if !goes_on || sender.blocking_send(batch).is_err() || read.is_err() {
                    break;
                }
            }
            drop(sender);
        };
        let progress = (!self.quiet && io::stderr().is_terminal()).then(|| bar(planned, what));
        let wanted = self.wanted(&prepared.counted);
        let wanted = wanted.map_or(String::new(), |rate| format!(" ({rate:.1} wanted)"));
        let mut show = |counters: &Counters| {
            if let Some(bar) = &progress {
                bar.set_position(counters.sent);
                let mut message = format!(
                    "{:.1}/s{wanted}, {} in flight, slip {} ms",
                    bar.per_sec(),
                    counters.in_flight,
                    counters.max_slip / 1_000_000
                );
                // What is nothing to worry about leaves room on a narrow terminal.
                for (count, what) in [(counters.failed, "failed"), (counters.missing, "unanswered")] {
                    if count > 0 {
                        message.push_str(&format!(", {count} {what}"));
                    }
                }
                bar.set_message(message);
            }
        };
        let outcome = std::thread::scope(|scope| {
            scope.spawn(reading);
            driver::run(settings, source, take, &mut show)
        });
        if let Some(bar) = &progress {
            bar.finish_and_clear();
        }
        outcome.map_err(|error| Failure::new("replay", error))
    }

    /// A permit for each line of standard input.
    fn steps(&self) -> Option<driver::Steps> {
        if !self.step {
            return None;
        }
        let (sender, receiver) = driver::steps();
        std::thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                if line.is_err() || sender.send(()).is_err() {
                    break;
                }
            }
        });
        Some(receiver)
    }
}
