//! What the ESME under test sent, beside what the captured one did.

use std::collections::BTreeMap;

use super::super::rewrite::differs_in_reference_alone;
use super::super::verdict::{Comparison, Difference, Reason, Verdict, differences, judged};
use super::script::Place;
use crate::smpp::{CommandId, CommandStatus, Role};
use crate::time::Timestamp;

/// Fields in which requests differ anyway: they hang on the time, or number the ESME's messages.
const OF_REQUESTS: &[&str] =
    &["schedule_delivery_time", "validity_period", "user_message_reference", "sar_msg_ref_num"];

/// Fields of binds that differ between who was captured and who is tested. Passwords are compared with nothing.
const OF_BINDS: &[&str] = &["system_id", "password", "system_type"];

/// message_id has no meaning in deliver_sm_resp.
const OF_ANSWERS: &[&str] = &["message_id"];

/// What stands for the reference of a part in its user data header.
pub const REFERENCE: &str = "concatenation_reference";

/// What the ESME did, or did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Did {
    /// A request of its own.
    Ask,
    /// The answer to a delivery.
    Answer,
}

impl Did {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ask => "request",
            Self::Answer => "answer",
        }
    }
}

/// One thing that the captured ESME did, the one under test, or both.
#[derive(Clone, Debug)]
pub struct Played {
    /// Place of the captured session; `None`: there is none.
    pub session: Option<u32>,
    /// A request, or an answer.
    pub did: Did,
    /// The command of the request.
    pub command: CommandId,
    /// Where the captured request is; `None`: there is none.
    pub place: Option<Place>,
    /// What the captured ESME sent; `None`: nothing.
    pub captured: Option<Box<[u8]>>,
    /// What the ESME under test sent; `None`: nothing.
    pub live: Option<Box<[u8]>>,
    /// When that came.
    pub at: Option<Timestamp>,
    /// How it was answered, or how the ESME answered; `None`: there is no answer.
    pub status: Option<CommandStatus>,
    /// Whether what it answers was sent; of a request always.
    pub was_due: bool,
    /// Whether this request came after one of its command that the captured ESME sent later.
    pub is_reordered: bool,
}

/// Compares what both did.
#[must_use]
pub fn compare(played: &Played, ignore: &[String]) -> Comparison {
    let plain = |verdict| Comparison { verdict, differences: Vec::new() };
    let (old, new) = match (&played.captured, &played.live) {
        _ if !played.was_due => return plain(Verdict::NotSent),
        (None, Some(_)) if played.did == Did::Ask => return plain(Verdict::Extra),
        // Whether the captured one answered is not known.
        (None, _) => return plain(Verdict::NotRecorded),
        (Some(_), None) => return plain(Verdict::Missing),
        (Some(old), Some(new)) => (old, new),
    };
    let mut differences = differences(old, new, Role::Esme);
    let of_parts =
        |difference: &Difference| matches!(difference.field.as_str(), "short_message" | "message_payload");
    if differences.iter().any(of_parts) && differs_in_reference_alone(old, new) {
        differences.retain(|difference| !of_parts(difference));
        differences.push(Difference { field: REFERENCE.to_owned(), expected: Some(Reason::Always) });
    }
    let always = match played.did {
        Did::Answer => OF_ANSWERS,
        Did::Ask if played.command.is_bind() => OF_BINDS,
        Did::Ask => OF_REQUESTS,
    };
    for difference in differences.iter_mut().filter(|difference| difference.expected.is_none()) {
        difference.expected = if always.contains(&difference.field.as_str()) {
            Some(Reason::Always)
        } else {
            ignore.contains(&difference.field).then_some(Reason::Ignored)
        };
    }
    judged(differences)
}

/// Everything that was compared, in numbers.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By what it was, command and verdict.
    pub rows: BTreeMap<(Did, CommandId), BTreeMap<Verdict, u64>>,
    /// Fields that differ, with the number of PDUs; those that count first.
    pub fields: BTreeMap<(Option<Reason>, String), u64>,
    /// Requests that came after one of their command that the captured ESME sent later.
    pub reordered: u64,
}

impl Tally {
    /// Counts what was done.
    pub fn add(&mut self, played: &Played, comparison: &Comparison) {
        let one = |counter: &mut u64| *counter = counter.saturating_add(1);
        let row = self.rows.entry((played.did, played.command)).or_default();
        one(row.entry(comparison.verdict).or_default());
        if played.is_reordered {
            one(&mut self.reordered);
        }
        for difference in &comparison.differences {
            one(self.fields.entry((difference.expected, difference.field.clone())).or_default());
        }
    }

    /// How many have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.rows.values().filter_map(|row| row.get(&verdict)).sum()
    }
}
