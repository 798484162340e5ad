//! `--as smsc`: the SMSC's side of the capture, played to an ESME under test.

use std::io::{self, IsTerminal};

use indicatif::ProgressBar;

use super::super::interrupt::Interrupt;
use super::super::output::Output;
use super::super::{DONE, FAILED, FOUND, Failure, complain, unless_closed};
use super::arguments::{Arguments, FailOn, Format};
use crate::replay::as_smsc::{Counters, Options, Played, Player, Scribe, Tally, compare};
use crate::replay::driver::{self, Listen};
use crate::replay::plan::{Captured, legs};
use crate::replay::verdict::Verdict;
use crate::view::as_smsc as view;
use crate::view::replay::Junit;

impl Arguments {
    /// Listens, plays, and says what the ESME did otherwise than the captured one.
    pub(super) fn play(&self, output: Output, interrupt: &Interrupt) -> Result<u8, Failure> {
        let (mut scribe, mut planner) = (Scribe::default(), self.planner());
        let unread = self.captured(interrupt, &mut |pdu: &Captured<'_>| {
            scribe.push(pdu);
            planner.push(pdu, &mut |_| {});
            true
        })?;
        if let Some(status) = interrupt.status() {
            return Ok(status);
        }
        if unread {
            return Ok(FAILED);
        }
        let script = scribe.finish();
        if script.requests() == 0 && script.deliveries() == 0 {
            complain("there is nothing in the capture that an ESME asked, or was told");
            return Ok(FAILED);
        }
        if let Some(legs) = legs(planner.sessions()) {
            return Ok(super::going::refuse_gateway(&legs));
        }
        if !self.quiet || self.dry_run {
            let written = if self.dry_run {
                view::write_script(&script, &mut io::stdout())
            } else {
                view::write_script(&script, &mut io::stderr())
            };
            unless_closed(written).map_err(|error| Failure::new("plan", error))?;
        }
        if self.dry_run {
            return Ok(DONE);
        }
        let timeout = self.reading.timeout();
        let sessions: Vec<(String, String)> =
            script.sessions.iter().map(|session| (session.id.clone(), session.account.clone())).collect();
        let expected = script.requests();
        let player = Player::new(
            script,
            Options {
                speed: (!self.max).then(|| self.speed.unwrap_or(1.0)),
                extra: self.extra,
                timeout,
                system_id: "smpp-inspect".to_owned(),
            },
        );
        let listen = Listen {
            at: self.listen,
            tls: self.certificate.identity()?,
            duration: self.duration,
            interrupt: interrupt.flag(),
        };
        self.listen(player, listen, &sessions, expected, output, interrupt)
    }

    fn listen(
        &self,
        player: Player,
        listen: Listen,
        sessions: &[(String, String)],
        expected: u64,
        output: Output,
        interrupt: &Interrupt,
    ) -> Result<u8, Failure> {
        let (mut tally, mut junit) = (Tally::default(), Junit::default());
        let mut outcome = Ok(Counters::default());
        let progress =
            (!self.quiet && io::stderr().is_terminal()).then(|| super::going::bar(expected, "requests"));
        let mut started = |address| {
            let say = || complain(&format!("listening on {address}"));
            match &progress {
                _ if self.quiet => {}
                Some(bar) => bar.suspend(say),
                None => say(),
            }
        };
        let mut has_said = self.quiet;
        let mut show = |counters: &Counters| {
            show(progress.as_ref(), counters);
            if !has_said && counters.requests > 0 && counters.bound == 0 && counters.left > 0 {
                has_said = true;
                let left = counters.left;
                let say = || {
                    complain(&format!(
                        "nobody is bound now, and {left} requests and deliveries of the capture are still to come: it waits for them until --duration is over, or Ctrl-C"
                    ))
                };
                progress.as_ref().map_or_else(say, |bar| bar.suspend(say));
            }
        };
        output.write(|out| {
            let mut written = Ok(());
            let mut take = |all: Vec<Played>| {
                for played in &all {
                    let comparison = compare(played, &self.ignore);
                    tally.add(played, &comparison);
                    match self.format {
                        Format::Ndjson if written.is_ok() => {
                            written = view::write_played(played, &comparison, sessions, out);
                        }
                        Format::Junit => view::add_case(&mut junit, played, &comparison, sessions),
                        Format::Ndjson | Format::Table | Format::Json => {}
                    }
                }
            };
            outcome = driver::listen(player, listen, &mut started, &mut take, &mut show);
            if let Some(bar) = &progress {
                bar.finish_and_clear();
            }
            written?;
            let Ok(counters) = &outcome else { return Ok(()) };
            match self.format {
                Format::Table => view::write_tally(&tally, counters, out),
                Format::Json => view::write_json(&tally, counters, out),
                Format::Junit => view::write_cases(std::mem::take(&mut junit), out),
                Format::Ndjson => view::write_summary(&tally, counters, out),
            }
        })?;
        outcome.map_err(|error| Failure::new(self.listen, error))?;
        if let Some(status) = interrupt.status() {
            return Ok(status);
        }
        let is_different =
            Verdict::ALL.into_iter().any(|verdict| view::is_bad(verdict) && tally.count(verdict) > 0);
        Ok(if self.fail_on == Some(FailOn::Different) && is_different { FOUND } else { DONE })
    }
}

fn show(progress: Option<&ProgressBar>, counters: &Counters) {
    if let Some(bar) = progress {
        bar.set_position(counters.requests);
        bar.set_message(format!(
            "{} bound, {} extra, {} of {} deliveries answered",
            counters.bound, counters.extra, counters.answered, counters.deliveries
        ));
    }
}
