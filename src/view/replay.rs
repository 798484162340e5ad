//! A replay: what will be sent, what became of each request, and what is different.

mod earlier;
pub mod model;

use std::collections::BTreeMap;
use std::io::{self, Write};

pub use earlier::Earlier;

use super::plain;
use crate::replay::engine::{Counters, Exchange, Replayed};
use crate::replay::plan::{Recorded, Session};
use crate::replay::verdict::{Comparison, Difference, Latencies, Reason, Totals, Verdict};
use crate::smpp::{CommandStatus, Header};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// Test cases of a JUnit report; more requests are one case together.
pub const MOST_CASES: usize = 10_000;

/// Sessions that a plan lists; the others are counted.
const LISTED: usize = 20;

/// What is to be sent, for people to agree to.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Where to.
    pub target: String,
    /// What it resolves to.
    pub addresses: Vec<String>,
    /// Live sessions, each in words.
    pub sessions: Vec<String>,
    /// Requests, of all passes.
    pub requests: u64,
    /// Of those, by command.
    pub commands: Vec<(String, u64)>,
    /// What is left out, and why.
    pub left_out: Vec<(String, u64)>,
    /// Sentences on the pace: wanted, reachable, and by what it is bound.
    pub pace: Vec<String>,
    /// Sentences on numbers, and other things to know before one agrees.
    pub notes: Vec<String>,
}

/// Writes a plan.
///
/// # Errors
/// It cannot be written.
pub fn write_plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |label: &str, text: &str| writeln!(out, "{label:<10} {}", plain(text, false));
    let target = match plan.addresses.is_empty() {
        true => plan.target.clone(),
        false => format!("{} ({})", plan.target, plan.addresses.join(", ")),
    };
    line("Replay to", &target)?;
    for (number, session) in plan.sessions.iter().take(LISTED).enumerate() {
        line(if number == 0 { "Sessions" } else { "" }, session)?;
    }
    if plan.sessions.len() > LISTED {
        line("", &format!("and {} more", plan.sessions.len() - LISTED))?;
    }
    let commands: Vec<String> = plan.commands.iter().map(|(name, count)| format!("{count} {name}")).collect();
    line("Requests", &format!("{}: {}", plan.requests, commands.join(", ")))?;
    for (number, (why, count)) in plan.left_out.iter().filter(|(_, count)| *count > 0).enumerate() {
        line(if number == 0 { "Left out" } else { "" }, &format!("{count} {why}"))?;
    }
    for (number, sentence) in plan.pace.iter().enumerate() {
        line(if number == 0 { "Pace" } else { "" }, sentence)?;
    }
    for (number, note) in plan.notes.iter().enumerate() {
        line(if number == 0 { "Note" } else { "" }, note)?;
    }
    Ok(())
}

/// Writes what became of one request as a line of JSON.
///
/// # Errors
/// It cannot be written.
pub fn write_exchange(
    exchange: &Exchange,
    comparison: &Comparison,
    sessions: &[Session],
    out: &mut dyn Write,
) -> io::Result<()> {
    let planned = &exchange.planned;
    let session = session_of(exchange, sessions);
    let recorded = match &planned.recorded {
        Recorded::Unknown => None,
        Recorded::Answered { latency, .. } => Some(model::Recorded {
            status: planned.recorded.status().map(status),
            latency_us: micros(latency.nanos()),
        }),
    };
    let (new, at, why) = match &exchange.outcome {
        Replayed::Answered { response, at } => {
            (Header::parse(response).map(|header| header.command_status), Some(*at), None)
        }
        Replayed::Missing(why) => (None, None, Some(why.name())),
        Replayed::NotSent(why) => (None, None, Some(why.name())),
    };
    let since = |from: Option<crate::time::Timestamp>| Some(micros(at?.since(from?).nanos()));
    let request = model::Request {
        schema: model::REQUEST,
        verdict: comparison.verdict.name(),
        differences: comparison.unexpected().collect(),
        expected_differences: expected(comparison),
        number: planned.number,
        pass: planned.pass,
        session: session.map(|session| session.id.as_str()),
        account: session.map(|session| session.account.as_str()),
        pcap: model::Place { file: planned.file.as_deref(), frame: planned.frame, index: planned.index },
        command: planned.command.to_string(),
        recorded,
        recorded_at: planned.at,
        recorded_sequence_number: planned.sequence,
        replayed: model::Replayed {
            status: new.map(status),
            why,
            sequence_number: exchange.sent.map(|_| exchange.sequence),
            intended_at: exchange.intended,
            sent_at: exchange.sent,
            answered_at: at,
            latency_us: since(exchange.sent),
            latency_from_intended_us: since(exchange.intended),
        },
    };
    serde_json::to_writer(&mut *out, &request)?;
    out.write_all(b"\n")
}

/// What a run was, for its report.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What was compared.
    pub totals: &'a Totals,
    /// What happened.
    pub counters: &'a Counters,
    /// Requests that were planned.
    pub planned: u64,
    /// From when the first request was due to when the last one was sent, in seconds.
    pub lasted: Option<f64>,
    /// Requests a second that were wanted; `None`: as many as possible.
    pub wanted: Option<f64>,
    /// Why it could not go on.
    pub failure: Option<&'a str>,
}

impl Run<'_> {
    /// Requests that were never handed over, because the run was over before.
    fn never_reached(&self) -> u64 {
        self.planned.saturating_sub(self.counters.sent).saturating_sub(self.counters.not_sent)
    }

    /// How many have this verdict.
    fn count(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Extra => self.counters.extra,
            Verdict::NotSent => self.totals.count(verdict).saturating_add(self.never_reached()),
            _ => self.totals.count(verdict),
        }
    }

    fn model(&self) -> model::Run {
        let Run { totals, counters, .. } = self;
        let statuses = totals.statuses.iter().map(|((command, old, new), &count)| model::Statuses {
            command: command.clone(),
            recorded: old.map(status),
            replayed: new.map(status),
            count,
        });
        let (differences, expected_differences) = fields(&totals.fields);
        model::Run {
            schema: model::RUN,
            planned: self.planned,
            sent: counters.sent,
            answered: counters.answered,
            failed: counters.failed,
            verdicts: verdicts(&|verdict| self.count(verdict)),
            unanswered_why: totals
                .missing
                .iter()
                .map(|(why, &count)| model::Why { why: why.name(), count })
                .collect(),
            not_sent_why: self.not_sent_why(),
            differences,
            expected_differences,
            statuses: statuses.collect(),
            latency_us: model::Latencies {
                recorded: latency(&totals.recorded),
                replayed: latency(&totals.replayed),
                from_intended: latency(&totals.intended),
            },
            slip_us: latency(&totals.slip),
            rate: self.rate(),
            wanted_rate: self.wanted,
            connections: model::Connections {
                made: counters.connections,
                binds: counters.binds,
                lost: counters.lost,
                unbound: counters.unbound,
            },
            late: counters.late,
            garbage: counters.garbage,
            throttled: counters.throttled,
            deliveries: counters.deliveries,
            window_waits: counters.window_waits,
            untranslated: counters.untranslated,
            failure: self.failure.map(str::to_owned),
        }
    }

    fn not_sent_why(&self) -> Vec<model::Why> {
        let told = self.totals.not_sent.iter().map(|(why, &count)| (why.name(), count));
        let never = Some(("not_read", self.never_reached())).filter(|(_, count)| *count > 0);
        told.chain(never).map(|(why, count)| model::Why { why, count }).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn rate(&self) -> Option<f64> {
        self.lasted.filter(|lasted| *lasted > 0.0).map(|lasted| self.counters.sent as f64 / lasted)
    }
}

/// Writes what is different, for people.
///
/// # Errors
/// It cannot be written.
pub fn write_verdict(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Run { totals, counters, .. } = run;
    write!(out, "sent {} of {}  answered {}", counters.sent, run.planned, counters.answered)?;
    for verdict in Verdict::ALL.into_iter().filter(|verdict| is_shown(*verdict, run.count(*verdict))) {
        write!(out, "  {} {}", heading(verdict), run.count(verdict))?;
    }
    writeln!(out)?;
    if !totals.statuses.is_empty() {
        writeln!(out, "\n{:<20} {:<26} {:<26} {:>9}", "command", "recorded", "replayed", "requests")?;
        let name =
            |status: &Option<CommandStatus>| status.map_or("-".to_owned(), |status| status.to_string());
        for ((command, old, new), count) in &totals.statuses {
            writeln!(out, "{command:<20} {:<26} {:<26} {count:>9}", name(old), name(new))?;
        }
    }
    write_fields(&totals.fields, out)?;
    let rows = [
        ("latency, recorded", &totals.recorded),
        ("latency, replayed", &totals.replayed),
        ("latency, from intended", &totals.intended),
        ("schedule slip", &totals.slip),
    ];
    if rows.iter().any(|(_, histogram)| !histogram.is_empty()) {
        writeln!(out, "\n{:<24} {:>10} {:>10} {:>10} {:>10}", "milliseconds", "p50", "p95", "p99", "max")?;
    }
    for (label, histogram) in rows.into_iter().filter(|(_, histogram)| !histogram.is_empty()) {
        let at = |q| millis(histogram.value_at_quantile(q));
        let most = millis(histogram.max());
        writeln!(out, "{label:<24} {:>10} {:>10} {:>10} {most:>10}", at(0.5), at(0.95), at(0.99))?;
    }
    if let Some(rate) = run.rate() {
        let wanted = run.wanted.map_or("as many as possible".to_owned(), |wanted| format!("{wanted:.1}/s"));
        writeln!(out, "\nrate {rate:.1}/s, wanted {wanted}")?;
    }
    let reasons =
        totals.missing.iter().map(|(why, count)| (format!("not answered, {}", words(why.name())), *count));
    let reasons = reasons.chain(
        run.not_sent_why().into_iter().map(|why| (format!("not sent, {}", words(why.why)), why.count)),
    );
    for (label, count) in reasons {
        writeln!(out, "{label}: {count}")?;
    }
    for (label, count) in [
        ("connections lost", counters.lost),
        ("unbinds not answered", unanswered_unbinds(counters)),
        ("responses that came too late", counters.late),
        ("connections closed for garbage", counters.garbage),
        ("answers ESME_RTHROTTLED", counters.throttled),
        ("deliveries answered", counters.deliveries),
        ("requests that waited for their window", counters.window_waits),
        ("requests naming a message whose new id is not known", counters.untranslated),
    ] {
        if count > 0 {
            writeln!(out, "{label}: {count}")?;
        }
    }
    match run.failure {
        Some(failure) => writeln!(out, "ended early: {}", plain(failure, false)),
        None => Ok(()),
    }
}

/// A verdict in words.
pub(super) fn heading(verdict: Verdict) -> String {
    verdict.name().replace('_', " ")
}

/// Whether people are told how many have a verdict: of what is seldom, only if there are any.
pub(super) const fn is_shown(verdict: Verdict, count: u64) -> bool {
    count > 0 || !matches!(verdict, Verdict::NotRecorded)
}

pub(super) fn verdicts(count: &dyn Fn(Verdict) -> u64) -> model::Verdicts {
    model::Verdicts {
        same: count(Verdict::Same),
        expected: count(Verdict::Expected),
        different: count(Verdict::Different),
        missing: count(Verdict::Missing),
        not_recorded: count(Verdict::NotRecorded),
        not_sent: count(Verdict::NotSent),
        extra: count(Verdict::Extra),
    }
}

/// A reason in words.
fn words(why: &str) -> &'static str {
    match why {
        "timed_out" => "no response in time",
        "disconnected" => "the connection was lost",
        "not_bound" => "no session was bound",
        "duration" => "the time was over",
        "not_read" => "the run was over before they were read",
        _ => "the run was stopped",
    }
}

/// Sessions that were unbound without an answer: the others were lost, or unbound by the peer.
fn unanswered_unbinds(counters: &Counters) -> u64 {
    counters.binds.saturating_sub(counters.lost).saturating_sub(counters.unbound)
}

/// Writes the same as JSON.
///
/// # Errors
/// It cannot be written.
pub fn write_json(run: &Run<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    super::json::write(&run.model(), &mut out)
}

/// Writes the same as a line of JSON: the last after those of [`write_exchange`].
///
/// # Errors
/// It cannot be written.
pub fn write_summary(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &run.model())?;
    out.write_all(b"\n")
}

fn latency(histogram: &Latencies) -> Option<model::Latency> {
    (!histogram.is_empty()).then(|| model::Latency {
        count: histogram.len(),
        p50: histogram.value_at_quantile(0.5),
        p95: histogram.value_at_quantile(0.95),
        p99: histogram.value_at_quantile(0.99),
        max: histogram.max(),
    })
}

/// Test cases under way.
#[derive(Debug, Default)]
pub struct Junit {
    suites: Vec<TestSuite>,
    cases: usize,
    more: u64,
    more_failed: u64,
}

impl Junit {
    /// A case for what became of a request.
    pub fn add(&mut self, exchange: &Exchange, comparison: &Comparison, sessions: &[Session]) {
        let failed = matches!(comparison.verdict, Verdict::Different | Verdict::Missing | Verdict::NotSent);
        let planned = &exchange.planned;
        let name = || format!("{} in frame {} (request {})", planned.command, planned.frame, planned.number);
        let failure = failed.then(|| (comparison.verdict, message(exchange, comparison)));
        let suite = session_of(exchange, sessions).map_or("-", |session| session.id.as_str());
        self.case(suite, &name, failure);
    }

    /// A case of a session; `failure`: why it is none that went well.
    pub(super) fn case(
        &mut self,
        suite: &str,
        name: &dyn Fn() -> String,
        failure: Option<(Verdict, String)>,
    ) {
        if self.cases >= MOST_CASES {
            self.more = self.more.saturating_add(1);
            self.more_failed = self.more_failed.saturating_add(u64::from(failure.is_some()));
            return;
        }
        self.cases += 1;
        let place = self.suites.iter().position(|known| known.name.as_str() == suite).unwrap_or_else(|| {
            self.suites.push(TestSuite::new(suite.to_owned()));
            self.suites.len() - 1
        });
        let mut status = TestCaseStatus::success();
        if let Some((verdict, message)) = failure {
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(verdict.name()).set_message(message);
        }
        if let Some(suite) = self.suites.get_mut(place) {
            suite.add_test_case(TestCase::new(name(), status));
        }
    }

    /// Writes the report; requests that were never read are a case together.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(mut self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let never = run.never_reached();
        if never > 0 {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(Verdict::NotSent.name()).set_message(format!("not sent: {}", words("not_read")));
            let mut suite = TestSuite::new("never read");
            suite.add_test_case(TestCase::new(format!("{never} requests"), status));
            self.suites.push(suite);
        }
        self.finish(out)
    }

    /// Writes the report of what was added.
    pub(super) fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.more > 0 {
            let mut status = TestCaseStatus::success();
            if self.more_failed > 0 {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(format!("{} of them differ or are missing", self.more_failed));
            }
            let mut suite = TestSuite::new("further requests");
            suite.add_test_case(TestCase::new(format!("{} more", self.more), status));
            self.suites.push(suite);
        }
        let mut report = Report::new("smpp-inspect replay");
        report.add_test_suites(self.suites);
        report.serialize(out).map_err(io::Error::other)
    }
}

/// What is wrong with an exchange, in words.
fn message(exchange: &Exchange, comparison: &Comparison) -> String {
    let old = exchange.planned.recorded.status().map_or("no answer known".to_owned(), |old| old.to_string());
    match &exchange.outcome {
        Replayed::Answered { response, .. } => {
            let new =
                Header::parse(response).map_or("?".to_owned(), |header| header.command_status.to_string());
            format!(
                "recorded {old}, replayed {new}, differs in {}",
                comparison.unexpected().collect::<Vec<_>>().join(", ")
            )
        }
        Replayed::Missing(why) => format!("recorded {old}, no answer: {}", words(why.name())),
        Replayed::NotSent(why) => format!("not sent: {}", words(why.name())),
    }
}

/// Fields that differ, with the number of PDUs; `None`: it counts.
pub(super) type Fields = BTreeMap<(Option<Reason>, String), u64>;

/// A line for each field that differs.
pub(super) fn write_fields(fields: &Fields, out: &mut dyn Write) -> io::Result<()> {
    for ((reason, field), count) in fields {
        let why = match reason {
            None => "",
            Some(Reason::Always) => ", as always",
            Some(Reason::Ignored) => ", ignored as asked",
            Some(Reason::Noise) => ", noise: it did so before",
        };
        writeln!(out, "differs in {field}: {count}{why}")?;
    }
    Ok(())
}

/// Fields that differ: those that count, and those that do not with the reason.
pub(super) fn fields(fields: &Fields) -> (BTreeMap<String, u64>, Vec<model::Expected>) {
    let (mut counts, mut expected) = (BTreeMap::new(), Vec::new());
    for ((reason, field), &count) in fields {
        match reason {
            None => drop(counts.insert(field.clone(), count)),
            Some(why) => expected.push(model::Expected { field: field.clone(), why: why.name(), count }),
        }
    }
    (counts, expected)
}

/// The fields in which a difference was to be expected.
pub(super) fn expected(comparison: &Comparison) -> Vec<model::Reasoned<'_>> {
    let mut all = Vec::new();
    for Difference { field, expected } in &comparison.differences {
        all.extend(expected.map(|why| model::Reasoned { field, why: why.name() }));
    }
    all
}

fn session_of<'s>(exchange: &Exchange, sessions: &'s [Session]) -> Option<&'s Session> {
    sessions.get(crate::num::index(exchange.planned.session))
}

pub(super) fn status(status: CommandStatus) -> model::Status {
    model::Status { code: status.0, name: status.to_string() }
}

#[expect(clippy::cast_precision_loss, reason = "exact below 100 days")]
fn micros(nanos: i64) -> f64 {
    nanos as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn millis(micros: u64) -> String {
    format!("{:.3}", micros as f64 / 1_000.0)
}

#[cfg(test)]
mod tests;
