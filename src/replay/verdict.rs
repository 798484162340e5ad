//! What the new message centre answered, beside what the recorded one did.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::engine::{Exchange, Missing, NotSent, Replayed};
use super::plan::Recorded;
use crate::smpp::{CommandId, CommandStatus, Content, Context, Header, Record, Role};
use crate::time::Duration;

/// Fields in which answers differ anyway: who answers makes them up, or they hang on the time.
pub const IGNORED: &[&str] =
    &["message_id", "sequence_number", "sc_interface_version", "final_date", "receipted_message_id"];

/// How an answer compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing differs but what differs always.
    Same,
    /// Only what was to be ignored differs, or nothing was recorded to compare with.
    Expected,
    /// Something else differs.
    Different,
    /// There is no answer, where one was recorded.
    Missing,
    /// It was not sent.
    NotSent,
}

impl Verdict {
    /// All, in the order of their severity.
    pub const ALL: [Self; 5] = [Self::Same, Self::Expected, Self::Different, Self::Missing, Self::NotSent];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Expected => "expected",
            Self::Different => "different",
            Self::Missing => "missing",
            Self::NotSent => "not_sent",
        }
    }
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How it compares.
    pub verdict: Verdict,
    /// The fields that differ, without those that differ always.
    pub differences: Vec<String>,
}

/// Compares an exchange with its recording.
#[must_use]
pub fn compare(exchange: &Exchange, ignore: &[String]) -> Comparison {
    let plain = |verdict| Comparison { verdict, differences: Vec::new() };
    let new = match (&exchange.outcome, &exchange.planned.recorded) {
        (Replayed::NotSent(_), _) => return plain(Verdict::NotSent),
        (Replayed::Missing(_), _) => return plain(Verdict::Missing),
        (Replayed::Answered { .. }, Recorded::Unknown) => return plain(Verdict::Expected),
        (Replayed::Answered { response, .. }, Recorded::Answered { .. }) => response,
    };
    let Recorded::Answered { response: old, .. } = &exchange.planned.recorded else {
        return plain(Verdict::Expected);
    };
    let differences = if is_alike(old, new) { Vec::new() } else { differences(old, new) };
    let matters = differences.iter().any(|field| !ignore.contains(field));
    let verdict = match (differences.is_empty(), matters) {
        (true, _) => Verdict::Same,
        (false, false) => Verdict::Expected,
        (false, true) => Verdict::Different,
    };
    Comparison { verdict, differences }
}

/// Whether two responses are equal but for sequence_number and message_id: seen without taking them apart, since most
/// are.
fn is_alike(old: &[u8], new: &[u8]) -> bool {
    if old == new {
        return true;
    }
    let Some(header) = Header::parse(new) else { return false };
    let begins_with_id = matches!(
        header.command_id,
        CommandId::SUBMIT_SM_RESP | CommandId::DATA_SM_RESP | CommandId::SUBMIT_MULTI_RESP
    );
    if !begins_with_id || old.get(4..12) != new.get(4..12) {
        return false;
    }
    let after_id = |pdu: &[u8]| -> Option<std::ops::RangeFrom<usize>> {
        let end = pdu.iter().skip(16).position(|&octet| octet == 0)?;
        Some(end.saturating_add(17)..)
    };
    let (Some(of_old), Some(of_new)) = (after_id(old), after_id(new)) else { return false };
    old.get(of_old) == new.get(of_new)
}

/// The names of what differs between two responses, without [`IGNORED`]; both in the order of the first.
fn differences(old: &[u8], new: &[u8]) -> Vec<String> {
    let (old, new) = (values(old), values(new));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !IGNORED.contains(&name.as_str()) && old.get(*name) != new.get(*name))
        .cloned()
        .collect()
}

/// What a response says, by name.
fn values(pdu: &[u8]) -> BTreeMap<String, Vec<Content>> {
    let mut values: BTreeMap<String, Vec<Content>> = BTreeMap::new();
    let context = Context { version: None, from: Some(Role::Smsc) };
    let Some((record, _)) = Record::decode(pdu, context) else { return values };
    let mut add = |name: String, content| values.entry(name).or_default().push(content);
    add("command_id".to_owned(), Content::Integer(record.command_id.0));
    add("command_status".to_owned(), Content::Integer(record.command_status.0));
    for entry in record.fields {
        add(entry.field.name.to_owned(), entry.content);
    }
    for tlv in record.tlvs {
        let name = tlv.known.map_or_else(|| tlv.tag.to_string(), |tlv| tlv.field.name.to_owned());
        add(name, Content::Octets(tlv.octets));
    }
    values
}

/// Latencies in microseconds.
pub type Latencies = Histogram<u64>;

/// Everything that was compared, in numbers.
#[derive(Debug)]
pub struct Totals {
    /// By verdict, in the order of [`Verdict::ALL`].
    pub verdicts: BTreeMap<Verdict, u64>,
    /// By command and verdict.
    pub commands: BTreeMap<(String, Verdict), u64>,
    /// By command, recorded status and new status; `None`: no response.
    pub statuses: BTreeMap<(String, Option<CommandStatus>, Option<CommandStatus>), u64>,
    /// Requests without an answer, by reason.
    pub missing: BTreeMap<Missing, u64>,
    /// Requests that were not sent, by reason.
    pub not_sent: BTreeMap<NotSent, u64>,
    /// Fields that differ, with the number of requests.
    pub fields: BTreeMap<String, u64>,
    /// Latency in the capture, microseconds.
    pub recorded: Latencies,
    /// Latency now, from when a request was sent.
    pub replayed: Latencies,
    /// The same from when it was to be sent: what somebody who keeps to the schedule would wait.
    pub intended: Latencies,
    /// How much after its time a request was sent.
    pub slip: Latencies,
}

impl Totals {
    /// Nothing yet. Histograms reach from 1 µs to an hour, three digits exact.
    #[must_use]
    pub fn new() -> Option<Self> {
        let histogram = || Histogram::new_with_bounds(1, 3_600_000_000, 3).ok();
        Some(Self {
            verdicts: BTreeMap::new(),
            commands: BTreeMap::new(),
            statuses: BTreeMap::new(),
            missing: BTreeMap::new(),
            not_sent: BTreeMap::new(),
            fields: BTreeMap::new(),
            recorded: histogram()?,
            replayed: histogram()?,
            intended: histogram()?,
            slip: histogram()?,
        })
    }

    /// Counts an exchange.
    pub fn add(&mut self, exchange: &Exchange, comparison: &Comparison) {
        let one = |counter: &mut u64| *counter = counter.saturating_add(1);
        let command = exchange.planned.command.to_string();
        one(self.verdicts.entry(comparison.verdict).or_default());
        one(self.commands.entry((command.clone(), comparison.verdict)).or_default());
        match &exchange.outcome {
            Replayed::Answered { .. } => {}
            Replayed::Missing(why) => one(self.missing.entry(*why).or_default()),
            Replayed::NotSent(why) => one(self.not_sent.entry(*why).or_default()),
        }
        for field in &comparison.differences {
            one(self.fields.entry(field.clone()).or_default());
        }
        let note = |histogram: &mut Latencies, span: Duration| {
            let micros = u64::try_from(span.nanos() / 1_000).unwrap_or(0);
            histogram.saturating_record(micros);
        };
        let recorded = exchange.planned.recorded.status();
        let mut replayed = None;
        if let Recorded::Answered { latency, .. } = exchange.planned.recorded
            && exchange.sent.is_some()
        {
            note(&mut self.recorded, latency);
        }
        if let (Some(sent), Some(intended)) = (exchange.sent, exchange.intended) {
            note(&mut self.slip, sent.since(intended));
            if let Replayed::Answered { response, at } = &exchange.outcome {
                replayed = Header::parse(response).map(|header| header.command_status);
                note(&mut self.replayed, at.since(sent));
                note(&mut self.intended, at.since(intended));
            }
        }
        if exchange.sent.is_some() {
            one(self.statuses.entry((command, recorded, replayed)).or_default());
        }
    }

    /// How many have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(&verdict).copied().unwrap_or(0)
    }
}
