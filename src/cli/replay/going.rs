//! The run: the plan shown and agreed to, requests handed to the driver, the result written.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::net::IpAddr;
use std::time::{Duration as Span, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::interrupt::Interrupt;
use super::super::output::Output;
use super::super::{DONE, FAILED, Failure, complain};
use super::arguments::Arguments;
use super::prepare::{Counted, Prepared};
use super::sending::Sending;
use crate::replay::Secret;
use crate::replay::driver::{Tls, Trust};
use crate::replay::engine::{self, LinkOptions};
use crate::replay::pace::Pace;
use crate::replay::plan::{Session, legs};
use crate::replay::safety::{Cleared, Evidence, Permissions, Refusal, check};
use crate::session::BindType;
use crate::time::{Duration, Timestamp};
use crate::view::replay as view;

/// The window where the capture does not say one.
const FREE: u32 = 10_000;

impl Arguments {
    /// Shows what would be sent, asks, sends, and says what was different.
    pub(in crate::cli) fn run(self) -> Result<u8, Failure> {
        let mut inputs = self.reading.inputs();
        inputs.extend(self.earlier_file().map(std::path::Path::to_path_buf));
        let output = Output::new(self.output.as_deref(), self.force, &inputs)?;
        let interrupt = Interrupt::listen().map_err(|error| Failure::new("replay", error))?;
        if self.role.is_some() {
            return self.play(output, &interrupt);
        }
        let noise = self.earlier()?;
        let prepared = self.prepare(&interrupt)?;
        if let Some(status) = interrupt.status() {
            return Ok(status);
        }
        if prepared.unread {
            if self.is_twice() {
                complain("an earlier run is named with an equals sign: --noise-run=FILE");
            }
            return Ok(FAILED);
        }
        let Prepared { planner, counted, target, .. } = &prepared;
        let sessions = planner.sessions();
        if counted.requests == 0 && counted.withheld.is_empty() {
            complain("there is no request of an ESME to send");
            return Ok(FAILED);
        }
        // A leg of which nothing is sent need not be left out by name.
        let mut chosen = sessions.to_vec();
        if self.filter.is_some() || !prepared.period.is_all() {
            for (session, of) in chosen.iter_mut().zip(&counted.by_session) {
                session.requests = of.requests;
            }
        }
        if let Some(legs) = legs(&chosen) {
            return Ok(refuse_gateway(&legs));
        }
        let evidence = Evidence { ends: planner.ends(), sessions };
        let permissions = Permissions {
            allow_hosts: self.allow_host.clone(),
            destinations_mapped: self.test_numbers || !self.map_dest.is_empty(),
            keep_destinations: self.keep_destinations,
            dest_allow: self.dest_allow.clone(),
            expect_system_id: self.expect_system_id.clone(),
            rate_cap: self.rate_cap,
        };
        let cleared = match check(target, &permissions, &evidence) {
            Ok(cleared) => Some(cleared),
            Err(refusals) => {
                let is_unasked = |refusal: &Refusal| self.dry_run && matches!(refusal, Refusal::Nowhere(_));
                let mut refusals = refusals.into_iter().filter(|refusal| !is_unasked(refusal)).peekable();
                if refusals.peek().is_some() {
                    refusals.for_each(|refusal| complain(&format!("refused: {refusal}")));
                    return Ok(FAILED);
                }
                None
            }
        };
        let links = self.links(&prepared)?;
        let plan = self.plan(&prepared, cleared.as_ref(), &links);
        if !self.quiet || self.dry_run {
            let written = if self.dry_run {
                view::write_plan(&plan, &mut io::stdout())
            } else {
                view::write_plan(&plan, &mut io::stderr())
            };
            super::super::unless_closed(written).map_err(|error| Failure::new("plan", error))?;
        }
        if self.dry_run {
            return Ok(DONE);
        }
        let Some(cleared) = cleared else { return Ok(FAILED) };
        if counted.requests == 0 {
            complain("nothing is left to send");
            return Ok(FAILED);
        }
        let times = if self.is_twice() { 2 } else { 1 };
        if !self.yes && !agreed(plan.requests.saturating_mul(times), self.to())? {
            complain("nothing was sent");
            return Ok(FAILED);
        }
        self.send(Sending { prepared: &prepared, cleared, links, noise, interrupt: &interrupt }, output)
    }

    /// The live sessions.
    fn links(&self, prepared: &Prepared) -> Result<Vec<LinkOptions>, Failure> {
        let Prepared { planner, counted, period, .. } = prepared;
        let sessions = planner.sessions();
        let password = self.password()?;
        let as_captured = self.pace() == Pace::Captured(1.0);
        let is_captured = matches!(self.pace(), Pace::Captured(_));
        let speed = if let Pace::Captured(speed) = self.pace() { speed } else { 1.0 };
        let mut links = Vec::new();
        for (session, of) in sessions.iter().zip(&counted.by_session) {
            let receives = matches!(session.bind, Some(BindType::Receiver | BindType::Transceiver))
                && period.touches(session.first_at, session.last_at);
            // One whose bind was refused in the capture has nothing to do.
            let is_used = of.requests > 0 || receives && session.smsc_system_id.is_some();
            let named = self.bind_as.as_ref().map(|id| id.as_bytes().to_vec());
            let system_id = named.or_else(|| session.system_id.clone());
            let Some(system_id) = system_id.or_else(|| (!is_used).then(Vec::new)) else {
                let need = "its bind is not in the capture, so --bind-as has to say who binds";
                return Err(Failure::new(format_args!("session {}", session.id), need));
            };
            let captured = self.use_captured_credentials.then(|| session.password.clone()).flatten();
            let last_at = period.until.map_or(session.last_at, |until| session.last_at.min(until));
            let after = last_at.since(of.last_at).max(Duration::ZERO);
            let after = self.max_gap.map_or(after, |most| after.min(most));
            links.push(LinkOptions {
                is_used,
                kind: session.bind.unwrap_or(BindType::Transceiver),
                system_id,
                password: captured.unwrap_or_else(|| password.clone()),
                system_type: self.system_type.clone().into_bytes(),
                version: session.interface_version.unwrap_or(0x34),
                window: self.window.unwrap_or(if as_captured { session.window.clamp(1, FREE) } else { FREE }),
                requests: of.requests.saturating_mul(u64::from(self.passes)),
                opens_at: of.first_due,
                closes_at: if is_captured && of.requests > 0 && self.passes == 1 {
                    Duration::from_nanos(of.last_due.nanos().saturating_add(scaled(after, speed).nanos()))
                } else {
                    Duration::ZERO
                },
            });
        }
        let Some(binds) = self.binds else { return Ok(links) };
        // Every session that binds is as good as another; who receives is one that can do both.
        let Some(model) = links.iter().find(|link| link.requests > 0).cloned() else { return Ok(links) };
        let merged = (0..crate::num::index(binds)).map(|bind| {
            let mine = || links.iter().skip(bind).step_by(crate::num::index(binds));
            let window: u32 = mine().map(|link| link.window).fold(0, u32::saturating_add);
            LinkOptions {
                is_used: mine().any(|link| link.requests > 0),
                kind: BindType::Transceiver,
                window: self.window.unwrap_or(window.clamp(1, FREE)),
                requests: mine().map(|link| link.requests).sum(),
                opens_at: Duration::ZERO,
                closes_at: mine().map(|link| link.closes_at).max().unwrap_or(Duration::ZERO),
                ..model.clone()
            }
        });
        Ok(merged.collect())
    }

    fn password(&self) -> Result<Secret, Failure> {
        if let Some(name) = &self.password_env {
            let value = std::env::var(name).map_err(|error| Failure::new(name, error))?;
            return Ok(Secret(value.into_bytes()));
        }
        let Some(path) = &self.password_file else { return Ok(Secret::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| Failure::new(path.display(), error))?;
        Ok(Secret(text.lines().next().unwrap_or_default().as_bytes().to_vec()))
    }

    pub(super) fn tls(&self, host: &str) -> Result<Option<Tls>, Failure> {
        if !self.tls {
            return Ok(None);
        }
        let trust = match &self.ca_file {
            _ if self.insecure => Trust::Anybody,
            None => Trust::System,
            Some(path) => {
                #[expect(clippy::disallowed_methods, reason = "certificates are no captures")]
                let pem = std::fs::read(path).map_err(|error| Failure::new(path.display(), error))?;
                Trust::Roots(pem)
            }
        };
        Tls::new(host, &trust).map(Some).map_err(|error| Failure::new("TLS", error))
    }

    /// Requests a second that the schedule wants.
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    pub(super) fn wanted(&self, counted: &Counted) -> Option<f64> {
        match self.pace() {
            Pace::Max => None,
            Pace::Rate(rate) => Some(rate),
            Pace::Captured(_) => {
                let span = seconds(counted.span);
                (span > 0.0).then(|| counted.requests as f64 / span)
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "rates for people")]
    fn plan(&self, prepared: &Prepared, cleared: Option<&Cleared>, links: &[LinkOptions]) -> view::Plan {
        let Prepared { planner, counted, target, .. } = prepared;
        let passes = u64::from(self.passes);
        let used: Vec<&LinkOptions> = links.iter().filter(|link| link.is_used).collect();
        let skipped = planner.skipped();
        let mut left_out: Vec<(String, u64)> = counted
            .withheld
            .iter()
            .map(|(why, count)| (format!("requests withheld: {why}"), *count))
            .collect();
        left_out.extend([
            ("requests with errors: --raw sends them".to_owned(), skipped.malformed),
            ("requests that the capture holds in part only".to_owned(), skipped.partial),
            ("requests of sessions beyond 10000".to_owned(), skipped.beyond),
        ]);
        let latency = (counted.latency.1 > 0)
            .then(|| counted.latency.0 as f64 / 1e9 / counted.latency.1 as f64)
            .filter(|latency| *latency > 0.0);
        let window: u64 = used.iter().map(|link| u64::from(link.window)).sum();
        let cap = cleared.and_then(Cleared::rate_cap);
        let by_window = latency.map(|latency| window as f64 / latency);
        let mut pace = vec![match (self.wanted(counted), self.pace()) {
            _ if self.step => "one for each line of standard input".to_owned(),
            (None, Pace::Max) => "as fast as possible".to_owned(),
            (None, _) => "all at once, as captured".to_owned(),
            (Some(rate), _) => format!(
                "{rate:.1} requests a second, {} in the busiest second, for {:.1} s a pass",
                counted.busiest,
                seconds(counted.span)
            ),
        }];
        match (cap, by_window) {
            (Some(cap), by_window) if by_window.is_none_or(|other| cap <= other) => {
                pace.push(format!("reachable: {cap:.1}/s, bound by the rate cap"));
            }
            (_, Some(rate)) if !self.step => pace.push(format!(
                "reachable: {rate:.1}/s with the recorded latency, bound by the window of {window} over all sessions"
            )),
            _ => {}
        }
        let mut notes = Vec::new();
        if target.addresses.iter().all(|ip| ip.to_canonical().is_loopback())
            && !self.rules(false, None).maps_destinations()
        {
            notes.push(
                "destinations stay as captured: if a tunnel leads from here to a real SMSC, people are reached".to_owned(),
            );
        }
        if self.test_numbers {
            notes.push("destinations become numbers of +999, which nobody has, no two the same".to_owned());
            if counted.longer > 0 {
                notes.push(format!(
                    "{} destinations become longer: too short for +999, or all numbers of their length are taken",
                    counted.longer
                ));
            }
        }
        if self.keep_destinations {
            notes.push(format!(
                "destinations stay as captured, only {} are sent to",
                self.dest_allow.join(", ")
            ));
        }
        if let Some(cleared) = cleared {
            match (cleared.expect(), cleared.forbidden()) {
                (Some(name), _) => notes.push(format!("stops before the first request unless the SMSC is {name}")),
                (None, []) => notes.push(
                    "no captured SMSC on another machine is known by name, so a name stops nothing: see --expect-system-id".to_owned(),
                ),
                (None, names) => {
                    notes.push(format!("stops before the first request if the SMSC is {}", names.join(" or ")));
                }
            }
        }
        if self.use_captured_credentials {
            notes.push("binds with the captured passwords".to_owned());
        }
        if let Some(file) = self.earlier_file() {
            notes.push(format!(
                "what differed from the capture in {} counts as no difference",
                file.display()
            ));
        }
        if self.is_twice() {
            notes.push(
                "everything is sent twice: what differs between the two runs counts as no difference"
                    .to_owned(),
            );
        }
        if passes > 1 {
            notes.push(format!("{passes} times through the capture"));
        }
        view::Plan {
            target: self.to().to_owned(),
            addresses: target.addresses.iter().map(ToString::to_string).collect(),
            sessions: used
                .iter()
                .map(|link| {
                    format!(
                        "{} binds as {}, window {}, {} requests",
                        String::from_utf8_lossy(&link.system_id),
                        link.kind.name(),
                        link.window,
                        link.requests
                    )
                })
                .collect(),
            requests: counted.requests.saturating_mul(passes),
            commands: counted.by_command.iter().map(|(name, count)| (name.clone(), count * passes)).collect(),
            left_out,
            pace,
            notes,
        }
    }
}

/// Says which legs there are to choose from.
pub(super) fn refuse_gateway(legs: &[(IpAddr, Vec<&Session>)]) -> u8 {
    complain("the capture is of a gateway: its legs carry the same messages, so one has to be named");
    choices(legs).iter().for_each(|choice| complain(choice));
    FAILED
}

/// The legs of a gateway, each with options that select all or a part of it.
fn choices(legs: &[(IpAddr, Vec<&Session>)]) -> Vec<String> {
    let is_of = |account: &str, sessions: &[&Session]| sessions.iter().any(|one| one.account == account);
    let choice = |(smsc, sessions): &(IpAddr, Vec<&Session>)| {
        let requests: u64 = sessions.iter().map(|session| session.requests).sum();
        let mut accounts: BTreeMap<&str, u64> = BTreeMap::new();
        for session in sessions {
            *accounts.entry(&session.account).or_default() += session.requests;
        }
        // An account that another leg has, too, would choose both.
        accounts
            .retain(|account, _| legs.iter().filter(|(_, sessions)| is_of(account, sessions)).count() == 1);
        let mut options: Vec<String> = accounts
            .iter()
            .take(3)
            .map(|(account, count)| format!("--account {account} ({count} requests)"))
            .collect();
        let ids: Vec<String> =
            sessions.iter().take(5).map(|session| format!("--session {}", session.id)).collect();
        let more = if sessions.len() > 5 { " …" } else { "" };
        options.push(format!("{}{more}", ids.join(" ")));
        format!("  to {smsc}, {requests} requests: {}", options.join(", or "))
    };
    legs.iter().map(choice).collect()
}

/// Asks on the terminal; without one nobody can agree.
fn agreed(requests: u64, target: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::new("replay", "without a terminal to ask on, only --yes lets it send"));
    }
    let mut out = io::stderr();
    let asked = write!(out, "Send {requests} requests to {target}? Type yes: ").and_then(|()| out.flush());
    let mut answer = String::new();
    asked
        .and_then(|()| io::stdin().lock().read_line(&mut answer))
        .map_err(|error| Failure::new("standard input", error))?;
    Ok(answer.trim() == "yes")
}

pub(super) fn words(failure: &engine::Failure) -> String {
    match failure {
        engine::Failure::Connect(why) => format!("no connection: {why}"),
        engine::Failure::Refused(status) => format!("the bind was refused: {status}"),
        engine::Failure::Nacked(status) => format!("the bind was answered generic_nack: {status}"),
        engine::Failure::NoBind(why) => format!("the bind got no answer: {why}"),
        engine::Failure::WrongSystem(name) => {
            format!("the SMSC calls itself {name:?}, which --expect-system-id did not name: nothing was sent")
        }
        engine::Failure::Lost(why) => format!("a session was lost and could not bind again: {why}"),
    }
}

/// A line that shows how much of what there is, and a message.
pub(super) fn bar(planned: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(planned);
    let template = format!("[{{bar:12}}] {{pos}} of {{len}} {what}, {{wide_msg}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Span::from_millis(200));
    bar
}

#[expect(clippy::disallowed_methods, reason = "by how much absolute times are to be moved")]
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(super) fn seconds(span: Duration) -> f64 {
    span.nanos() as f64 / 1e9
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "saturates")]
fn scaled(span: Duration, speed: f64) -> Duration {
    Duration::from_nanos((span.nanos() as f64 / speed) as i64)
}
