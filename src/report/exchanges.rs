//! Requests with what became of them, and responses by status: of one session, of an account, of a leg, of all.

use std::collections::BTreeMap;

use super::blame::Blame;
use super::counts::Counts;
use super::latency::Latencies;
use super::model;
use super::slowest::{Slow, Slowest};
use crate::session::{Delay, LateDelivery, Outcome, Transaction, Unsolicited, Why};
use crate::smpp::{CommandId, CommandStatus};

/// Counts and latencies of transactions; mergeable in any order.
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    /// By command of the request; few, so a list.
    requests: Vec<(CommandId, Requests)>,
    /// Rows of answers over all commands, which are bounded together.
    answers: usize,
    /// Responses that answer nothing.
    unsolicited: Counts<(CommandId, CommandStatus)>,
    /// The transactions that took longest.
    pub slowest: Slowest,
    /// Requests under commands that found no room.
    pub omitted: u64,
    /// Responses under statuses that found no room.
    pub omitted_statuses: u64,
}

/// The requests of one command.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// Requests seen.
    pub count: u64,
    /// Answered by their own response.
    pub answered: u64,
    /// Answered by generic_nack.
    pub nacked: u64,
    /// Answered or nacked with a status other than 0.
    pub failed: u64,
    /// Not answered, by reason.
    pub unanswered: Counts<model::Unanswered>,
    /// Those answered or nacked, by status.
    answers: Vec<Answer>,
    /// Latencies under statuses that found no room.
    rest: Latencies,
    /// Whose those latencies are.
    pub blame: Blame,
}

/// The responses of one kind with one status.
#[derive(Clone, Debug)]
struct Answer {
    nacked: bool,
    status: CommandStatus,
    count: u64,
    latencies: Latencies,
}

impl Exchanges {
    /// Counts a request whose outcome is known.
    pub fn transaction(&mut self, transaction: &Transaction) {
        let room = self.answers < Counts::<CommandId>::LIMIT;
        let Some(requests) = self.of(transaction.command) else {
            self.omitted = self.omitted.saturating_add(1);
            return;
        };
        let (rows, omitted) = requests.add(&transaction.outcome, &transaction.delay, room);
        self.answers = self.answers.saturating_add(rows);
        self.omitted_statuses = self.omitted_statuses.saturating_add(omitted);
        if let Some(slow) = Slow::of(transaction) {
            self.slowest.add(slow);
        }
    }

    /// A response that was counted reached its asking side late.
    pub fn delivered_late(&mut self, late: &LateDelivery) {
        if let Some(requests) = self.of(late.command) {
            requests.blame.delivered_late(late);
        }
    }

    /// Counts a response that answers nothing.
    pub fn unsolicited(&mut self, unsolicited: &Unsolicited) {
        self.unsolicited.add((unsolicited.command, unsolicited.status), 1);
    }

    /// Requests by command, in the order of command_id.
    #[must_use]
    pub fn by_command(&self) -> Vec<(CommandId, &Requests)> {
        let mut rows: Vec<_> = self.requests.iter().map(|(command, requests)| (*command, requests)).collect();
        rows.sort_by_key(|(command, _)| *command);
        rows
    }

    /// Responses by command and status, in that order, with the latencies of those that answer something.
    #[must_use]
    pub fn by_status(&self) -> BTreeMap<(CommandId, CommandStatus), (u64, Latencies)> {
        let mut rows: BTreeMap<_, (u64, Latencies)> = BTreeMap::new();
        for (command, requests) in &self.requests {
            for answer in &requests.answers {
                let response = if answer.nacked { CommandId::GENERIC_NACK } else { command.response() };
                let (count, latencies) = rows.entry((response, answer.status)).or_default();
                *count = count.saturating_add(answer.count);
                latencies.merge(&answer.latencies);
            }
        }
        for (key, unsolicited) in self.unsolicited.iter() {
            let (count, _) = rows.entry(key).or_default();
            *count = count.saturating_add(unsolicited);
        }
        rows
    }

    /// Responses that answer nothing, by command in the order of command_id.
    #[must_use]
    pub fn unsolicited_by_command(&self) -> BTreeMap<CommandId, u64> {
        let mut rows: BTreeMap<CommandId, u64> = BTreeMap::new();
        for ((command, _), count) in self.unsolicited.iter() {
            let row = rows.entry(command).or_default();
            *row = row.saturating_add(count);
        }
        rows
    }

    /// Responses that answer nothing.
    #[must_use]
    pub fn unsolicited_total(&self) -> u64 {
        self.unsolicited.total()
    }

    /// Latencies over all commands.
    #[must_use]
    pub fn latencies(&self) -> Latencies {
        let mut all = Latencies::default();
        for (_, requests) in self.by_command() {
            all.merge(&requests.latencies());
        }
        all
    }

    /// Responses without a row of their own.
    #[must_use]
    pub fn statuses_without_room(&self) -> u64 {
        self.omitted_statuses.saturating_add(self.unsolicited.omitted)
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (command, more) in other.by_command() {
            let room = Counts::<CommandId>::LIMIT.saturating_sub(self.answers);
            match self.of(command) {
                Some(requests) => {
                    let (rows, omitted) = requests.merge(more, room);
                    self.answers = self.answers.saturating_add(rows);
                    self.omitted_statuses = self.omitted_statuses.saturating_add(omitted);
                }
                None => self.omitted = self.omitted.saturating_add(more.count),
            }
        }
        self.unsolicited.merge(&other.unsolicited);
        self.slowest.merge(&other.slowest);
        self.omitted = self.omitted.saturating_add(other.omitted);
        self.omitted_statuses = self.omitted_statuses.saturating_add(other.omitted_statuses);
    }

    /// Sums over all commands: requests, failed, and unanswered.
    #[must_use]
    pub fn totals(&self) -> (u64, u64, u64) {
        self.requests.iter().fold((0, 0, 0), |(count, failed, unanswered), (_, requests)| {
            (
                requests.count.saturating_add(count),
                requests.failed.saturating_add(failed),
                requests.unanswered.total().saturating_add(unanswered),
            )
        })
    }

    fn of(&mut self, command: CommandId) -> Option<&mut Requests> {
        let at = match self.requests.iter().position(|(known, _)| *known == command) {
            Some(at) => at,
            None if self.requests.len() >= Counts::<CommandId>::LIMIT => return None,
            None => {
                self.requests.push((command, Requests::default()));
                self.requests.len() - 1
            }
        };
        self.requests.get_mut(at).map(|(_, requests)| requests)
    }
}

impl Requests {
    /// Of those answered or nacked, whatever the status.
    #[must_use]
    pub fn latencies(&self) -> Latencies {
        let mut all = self.rest.clone();
        self.answers.iter().for_each(|answer| all.merge(&answer.latencies));
        all
    }

    /// Counts an outcome; a status gets a row of its own if there is `room`. Returns the rows made, and the responses
    /// that found no room.
    fn add(&mut self, outcome: &Outcome, delay: &Delay, room: bool) -> (usize, u64) {
        self.count = self.count.saturating_add(1);
        let (nacked, status, latency) = match *outcome {
            Outcome::OneWay => return (0, 0),
            Outcome::Unanswered(why) => {
                self.unanswered.add(why_of(why), 1);
                return (0, 0);
            }
            Outcome::Answered { status, latency } => {
                self.answered = self.answered.saturating_add(1);
                (false, status, latency)
            }
            Outcome::Nacked { status, latency } => {
                self.nacked = self.nacked.saturating_add(1);
                (true, status, latency)
            }
        };
        self.failed = self.failed.saturating_add(u64::from(status != CommandStatus::OK));
        if let Some(latency) = latency {
            self.blame.add(latency, delay);
        }
        let (answer, rows) = self.answer(nacked, status, room);
        let latencies = match answer {
            Some(answer) => {
                answer.count = answer.count.saturating_add(1);
                &mut answer.latencies
            }
            None => {
                if let Some(latency) = latency {
                    self.rest.record(latency);
                }
                return (rows, 1);
            }
        };
        if let Some(latency) = latency {
            latencies.record(latency);
        }
        (rows, 0)
    }

    fn answer(&mut self, nacked: bool, status: CommandStatus, room: bool) -> (Option<&mut Answer>, usize) {
        let found = self.answers.iter().position(|row| row.status == status && row.nacked == nacked);
        let (at, rows) = match found {
            Some(at) => (at, 0),
            None if !room => return (None, 0),
            None => {
                self.answers.push(Answer { nacked, status, count: 0, latencies: Latencies::default() });
                (self.answers.len() - 1, 1)
            }
        };
        (self.answers.get_mut(at), rows)
    }

    /// As [`Requests::add`], with room for so many rows.
    fn merge(&mut self, other: &Self, room: usize) -> (usize, u64) {
        self.count = self.count.saturating_add(other.count);
        self.answered = self.answered.saturating_add(other.answered);
        self.nacked = self.nacked.saturating_add(other.nacked);
        self.failed = self.failed.saturating_add(other.failed);
        self.unanswered.merge(&other.unanswered);
        self.rest.merge(&other.rest);
        self.blame.merge(&other.blame);
        let (mut rows, mut omitted) = (0_usize, 0_u64);
        for more in &other.answers {
            let (answer, made) = self.answer(more.nacked, more.status, rows < room);
            rows = rows.saturating_add(made);
            match answer {
                Some(answer) => {
                    answer.count = answer.count.saturating_add(more.count);
                    answer.latencies.merge(&more.latencies);
                }
                None => {
                    omitted = omitted.saturating_add(more.count);
                    self.rest.merge(&more.latencies);
                }
            }
        }
        (rows, omitted)
    }
}

pub(super) fn why_of(why: Why) -> model::Unanswered {
    match why {
        Why::Closed => model::Unanswered::Closed,
        Why::CaptureEnded => model::Unanswered::CaptureEnded,
        Why::TimedOut => model::Unanswered::TimedOut,
        Why::Superseded => model::Unanswered::Superseded,
        Why::ReplyInGap => model::Unanswered::ReplyInGap,
    }
}
