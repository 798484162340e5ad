//! What the new message centre answered, beside what the recorded one did.

mod noise;

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
pub use noise::Noise;

use super::engine::{Exchange, Missing, NotSent, Replayed};
use super::plan::Recorded;
use crate::smpp::{CommandId, CommandStatus, Content, Context, Header, Record, Role};
use crate::time::Duration;

/// Fields of responses that differ anyway: who answers makes them up, or they hang on the time. sequence_number is not
/// compared at all: every request has a new one.
pub const IGNORED: &[&str] = &["message_id", "sc_interface_version", "final_date", "receipted_message_id"];

/// What stands for a whole response in place of a field.
pub const RESPONSE: &str = "response";

/// How an answer compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing differs.
    Same,
    /// Only what was to be expected differs.
    Expected,
    /// Something else differs.
    Different,
    /// There is no answer, where one was recorded.
    Missing,
    /// No answer was recorded to compare with, whether there is one now or not.
    NotRecorded,
    /// It was not sent.
    NotSent,
    /// It came, and nothing of the kind was recorded.
    Extra,
}

impl Verdict {
    /// All, in the order of their severity.
    pub const ALL: [Self; 7] = [
        Self::Same,
        Self::Expected,
        Self::Different,
        Self::Missing,
        Self::NotRecorded,
        Self::NotSent,
        Self::Extra,
    ];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Expected => "expected",
            Self::Different => "different",
            Self::Missing => "missing",
            Self::NotRecorded => "not_recorded",
            Self::NotSent => "not_sent",
            Self::Extra => "extra",
        }
    }
}

/// Why a difference was to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The field differs always: [`IGNORED`].
    Always,
    /// The user said so.
    Ignored,
    /// It differed between two runs against the same message centre, or in an earlier run from the recording.
    Noise,
}

impl Reason {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Ignored => "ignored",
            Self::Noise => "noise",
        }
    }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Its name, or [`RESPONSE`].
    pub field: String,
    /// Why that was to be expected; `None`: it was not.
    pub expected: Option<Reason>,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How it compares.
    pub verdict: Verdict,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl Comparison {
    const fn plain(verdict: Verdict) -> Self {
        Self { verdict, differences: Vec::new() }
    }

    /// The names of the fields in which a difference was not to be expected.
    pub fn unexpected(&self) -> impl Iterator<Item = &str> {
        let counts = |difference: &&Difference| difference.expected.is_none();
        self.differences.iter().filter(counts).map(|difference| difference.field.as_str())
    }
}

/// Compares an exchange with its recording, but for what `noise` says.
#[must_use]
pub fn compare(exchange: &Exchange, ignore: &[String], noise: Option<&Noise>) -> Comparison {
    let noisy = noise.map_or_else(Vec::new, |noise| noise.fields(exchange));
    let is_noise = |field: &str| noisy.iter().any(|noisy| noisy == field);
    let response = || Difference { field: RESPONSE.to_owned(), expected: Some(Reason::Noise) };
    let (old, new) = match (&exchange.planned.recorded, &exchange.outcome) {
        (_, Replayed::NotSent(_)) => return Comparison::plain(Verdict::NotSent),
        (Recorded::Unknown, _) => return Comparison::plain(Verdict::NotRecorded),
        (_, Replayed::Missing(_)) if is_noise(RESPONSE) => {
            return Comparison { verdict: Verdict::Expected, differences: vec![response()] };
        }
        (_, Replayed::Missing(_)) => return Comparison::plain(Verdict::Missing),
        (Recorded::Answered { response: old, .. }, Replayed::Answered { response: new, .. }) => (old, new),
    };
    let mut differences = differences(old, new, Role::Smsc);
    for difference in &mut differences {
        difference.expected = if IGNORED.contains(&difference.field.as_str()) {
            Some(Reason::Always)
        } else if ignore.contains(&difference.field) {
            Some(Reason::Ignored)
        } else {
            is_noise(&difference.field).then_some(Reason::Noise)
        };
    }
    if is_noise(RESPONSE) {
        differences.push(response());
    }
    judged(differences)
}

/// The verdict on these differences.
#[must_use]
pub fn judged(differences: Vec<Difference>) -> Comparison {
    let verdict = if differences.is_empty() {
        Verdict::Same
    } else if differences.iter().all(|difference| difference.expected.is_some()) {
        Verdict::Expected
    } else {
        Verdict::Different
    };
    Comparison { verdict, differences }
}

/// What differs between two PDUs that `from` sent, but for command_length and sequence_number; by name. Nothing of it is
/// expected yet.
#[must_use]
pub fn differences(old: &[u8], new: &[u8], from: Role) -> Vec<Difference> {
    if old == new {
        return Vec::new();
    }
    if let Some(differs) = differs_in_id_alone(old, new) {
        let id = || Difference { field: "message_id".to_owned(), expected: None };
        return if differs { vec![id()] } else { Vec::new() };
    }
    let (old, new) = (values(old, from), values(new, from));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| Difference { field: name.clone(), expected: None })
        .collect()
}

/// Whether two responses differ in message_id, where they are equal but for that and sequence_number: seen without
/// taking them apart, since most are. `None`: they are not.
fn differs_in_id_alone(old: &[u8], new: &[u8]) -> Option<bool> {
    let header = Header::parse(new)?;
    let begins_with_id = matches!(
        header.command_id,
        CommandId::SUBMIT_SM_RESP | CommandId::DATA_SM_RESP | CommandId::SUBMIT_MULTI_RESP
    );
    if !begins_with_id || old.get(4..12) != new.get(4..12) {
        return None;
    }
    let parts = |pdu: &'_ [u8]| -> Option<(Vec<u8>, Vec<u8>)> {
        let body = pdu.get(16..)?;
        let end = body.iter().position(|&octet| octet == 0)?;
        let (id, rest) = body.split_at_checked(end)?;
        Some((id.to_vec(), rest.to_vec()))
    };
    let ((old_id, old_rest), (new_id, new_rest)) = (parts(old)?, parts(new)?);
    (old_rest == new_rest).then_some(old_id != new_id)
}

/// What a PDU says, by name.
fn values(pdu: &[u8], from: Role) -> BTreeMap<String, Vec<Content>> {
    let mut values: BTreeMap<String, Vec<Content>> = BTreeMap::new();
    let context = Context { version: None, from: Some(from) };
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
    /// Fields that differ, with the number of requests; those that count first.
    pub fields: BTreeMap<(Option<Reason>, String), u64>,
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
        for difference in &comparison.differences {
            one(self.fields.entry((difference.expected, difference.field.clone())).or_default());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::plan::Planned;
    use crate::smpp::{CommandId, SequenceNumber, TlvEntry, TlvTag, Version, encode};
    use crate::time::Timestamp;

    /// A submit_sm_resp of a message with this id, with these TLVs.
    fn response(status: u32, sequence: u32, id: &str, tlvs: &[(u16, &[u8])]) -> Box<[u8]> {
        let command = CommandId::SUBMIT_SM_RESP;
        let mut record = Record::new(command, CommandStatus(status), SequenceNumber(sequence));
        for field in crate::smpp::spec::command(command).unwrap().body {
            let content = Content::Text(id.as_bytes().to_vec());
            record.fields.push(crate::smpp::Entry::new(field, content));
        }
        for &(tag, octets) in tlvs {
            record.tlvs.push(TlvEntry::new(TlvTag(tag), octets.to_vec()));
        }
        encode(&record, Version::V34).unwrap().into()
    }

    fn exchange(old: Option<Box<[u8]>>, new: Option<Box<[u8]>>) -> Exchange {
        let at = Timestamp::from_parts(1_800_000_000, 0);
        let recorded = old
            .map_or(Recorded::Unknown, |response| Recorded::Answered { response, latency: Duration::ZERO });
        let planned = Planned { recorded, number: 5, ..Planned::of(CommandId::SUBMIT_SM, at, Vec::new()) };
        let outcome = new.map_or(Replayed::Missing(crate::replay::engine::Missing::TimedOut), |response| {
            Replayed::Answered { response, at }
        });
        Exchange { planned, intended: Some(at), sent: Some(at), sequence: 1, outcome }
    }

    fn shown(comparison: &Comparison) -> Vec<String> {
        let reason = |difference: &Difference| difference.expected.map_or("counts", Reason::name);
        let shown = |difference: &Difference| format!("{}: {}", difference.field, reason(difference));
        comparison.differences.iter().map(shown).collect()
    }

    #[test]
    fn what_differs_always_is_expected_and_sequence_numbers_are_no_difference() {
        let old = response(0, 1, "a", &[]);
        for (new, verdict, differences) in [
            (response(0, 9, "a", &[]), Verdict::Same, vec![]),
            (response(0, 1, "b", &[]), Verdict::Expected, vec!["message_id: always"]),
            (
                response(0x45, 1, "b", &[]),
                Verdict::Different,
                vec!["command_status: counts", "message_id: always"],
            ),
            (response(0, 1, "a", &[(0x1400, b"x")]), Verdict::Different, vec!["0x1400: counts"]),
        ] {
            let comparison = compare(&exchange(Some(old.clone()), Some(new)), &[], None);
            assert_eq!(comparison.verdict, verdict);
            assert_eq!(shown(&comparison), differences);
        }
        let missing = compare(&exchange(Some(old.clone()), None), &[], None);
        assert_eq!(missing.verdict, Verdict::Missing);
        // There is nothing to compare with.
        for new in [Some(old), None] {
            assert_eq!(compare(&exchange(None, new), &[], None).verdict, Verdict::NotRecorded);
        }
    }

    #[test]
    fn a_field_that_was_named_is_expected_to_differ() {
        let exchange = exchange(Some(response(0, 1, "a", &[])), Some(response(0x45, 1, "a", &[])));
        let ignore = ["command_status".to_owned()];
        assert_eq!(compare(&exchange, &ignore, None).verdict, Verdict::Expected);
        assert_eq!(shown(&compare(&exchange, &ignore, None)), ["command_status: ignored"]);
    }

    #[test]
    fn what_differs_between_two_runs_is_noise_and_what_does_not_still_counts() {
        let old = response(0, 1, "a", &[(0x1400, b"old"), (0x1401, b"old")]);
        let first = response(0, 1, "b", &[(0x1400, b"one"), (0x1401, b"new")]);
        let second = response(0, 1, "c", &[(0x1400, b"two"), (0x1401, b"new")]);
        let mut noise = Noise::default();
        noise.learn(&exchange(Some(old.clone()), Some(first)));
        let comparison = compare(&exchange(Some(old), Some(second)), &[], Some(&noise));
        assert_eq!(shown(&comparison), ["0x1400: noise", "0x1401: counts", "message_id: always"]);
        assert_eq!(comparison.verdict, Verdict::Different);
    }

    #[test]
    fn what_differed_from_the_recording_in_an_earlier_run_is_noise_wherever_the_capture_lies_now() {
        let (old, new) = (response(0, 1, "a", &[]), response(0x45, 1, "a", &[(0x1400, b"x")]));
        let mut exchange = exchange(Some(old), Some(new));
        exchange.planned.file = Some("here/capture.pcap".into());
        exchange.planned.frame = 7;
        let fields = |noise: &Noise| shown(&compare(&exchange, &[], Some(noise)));
        let mut noise = Noise::default();
        noise.know(Some("there/capture.pcap"), 7, 0, &["0x1400".to_owned(), "0x1401".to_owned()]);
        noise.know(Some("there/capture.pcap"), 8, 0, &["command_status".to_owned()]);
        noise.know(Some("there/other.pcap"), 7, 0, &["command_status".to_owned()]);
        assert_eq!(fields(&noise), ["0x1400: noise", "command_status: counts"]);
        assert!(noise.knows(&exchange.planned));
        exchange.planned.frame = 9;
        assert!(!noise.knows(&exchange.planned));
    }

    #[test]
    fn a_response_that_comes_in_one_run_only_is_noise_and_a_request_unknown_to_it_is_not() {
        let answer = || Some(response(0, 1, "a", &[]));
        for (first, second) in [(answer(), None), (None, answer())] {
            let mut noise = Noise::default();
            noise.learn(&exchange(answer(), first));
            let comparison = compare(&exchange(answer(), second), &[], Some(&noise));
            assert_eq!(
                (comparison.verdict, shown(&comparison)),
                (Verdict::Expected, vec!["response: noise".into()])
            );
        }
        let mut noise = Noise::default();
        assert_eq!(compare(&exchange(answer(), None), &[], Some(&noise)).verdict, Verdict::Missing);
        noise.learn(&exchange(answer(), None));
        assert_eq!(compare(&exchange(answer(), None), &[], Some(&noise)).verdict, Verdict::Missing);
    }
}
