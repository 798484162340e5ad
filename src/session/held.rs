//! Responses that wait for their request, and numbers that were answered: both small, both of one asking side.

use std::collections::VecDeque;

use crate::num::count;
use crate::smpp::{CommandId, CommandStatus, Header, Place, SequenceNumber};
use crate::time::{Duration, Timestamp};

use super::{Response, Seen};
use crate::tcp::Wait;

/// Whether that response answers that request: SMPP 3.4 §3.2.1, §4.3.
pub(super) fn fits(request: CommandId, response: CommandId) -> bool {
    response == CommandId::GENERIC_NACK || response == request.response()
}

/// A response without what only its body says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) header: Header,
    pub(super) at: Timestamp,
    pub(super) wait: Option<Wait>,
    pub(super) place: Place,
    pub(super) partial: bool,
    /// It has its finding already.
    pub(super) judged: bool,
}

impl Answer {
    pub(super) const fn of(seen: &Seen<'_>, judged: bool) -> Self {
        let Seen { header, at, wait, place, whole, .. } = *seen;
        Self { header, at, wait, place, partial: !whole, judged }
    }

    pub(super) const fn command(&self) -> CommandId {
        self.header.command_id
    }

    pub(super) const fn status(&self) -> CommandStatus {
        self.header.command_status
    }

    pub(super) const fn number(&self) -> SequenceNumber {
        self.header.sequence_number
    }

    pub(super) const fn response(&self) -> Response {
        Response { command: self.command(), place: self.place, at: self.at, partial: self.partial }
    }
}

/// Responses to requests that did not come yet, in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Held(VecDeque<Answer>);

/// Room for this many is kept when none is held.
const KEEP: usize = 32;

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Octets of memory that they take.
    pub(super) fn octets(&self) -> u64 {
        count(self.0.len()).saturating_mul(count(size_of::<Answer>()))
    }

    pub(super) fn push(&mut self, answer: Answer) {
        self.0.push_back(answer);
    }

    pub(super) fn pop(&mut self) -> Option<Answer> {
        self.0.pop_front()
    }

    /// The oldest, if its request can no longer come: `early` has passed since.
    pub(super) fn pop_overdue(&mut self, now: Timestamp, early: Duration) -> Option<Answer> {
        if now.since(self.0.front()?.at) > early { self.pop() } else { None }
    }

    /// The first that answers `command` with that number, asked at `at`.
    pub(super) fn take(
        &mut self,
        command: CommandId,
        number: SequenceNumber,
        at: Timestamp,
        early: Duration,
    ) -> Option<Answer> {
        let index = self.0.iter().position(|answer| {
            answer.number() == number && fits(command, answer.command()) && at.since(answer.at) <= early
        })?;
        self.0.remove(index)
    }

    pub(super) fn shrink(&mut self) {
        if self.0.is_empty() && self.0.capacity() > KEEP {
            self.0 = VecDeque::new();
        }
    }
}

/// The numbers answered last, to tell a duplicate from a response to nothing.
#[derive(Debug, Default)]
pub(super) struct Recent {
    ring: Vec<Answered>,
    next: usize,
}

#[derive(Debug)]
struct Answered {
    number: SequenceNumber,
    request: CommandId,
    /// Gaps of the asking side by then: a later one may hide another request of that number.
    gaps: u32,
}

/// How many are remembered.
const RECENT: usize = 64;

impl Recent {
    pub(super) fn push(&mut self, request: CommandId, number: SequenceNumber, gaps: u32) {
        let answered = Answered { number, request, gaps };
        if self.ring.len() < RECENT {
            self.ring.push(answered);
        } else if let Some(slot) = self.ring.get_mut(self.next) {
            *slot = answered;
            self.next = self.next.wrapping_add(1) % RECENT;
        }
    }

    /// Whether that response repeats one.
    pub(super) fn holds(&self, response: CommandId, number: SequenceNumber, gaps: u32) -> bool {
        self.ring.iter().any(|a| a.number == number && a.gaps == gaps && fits(a.request, response))
    }

    pub(super) fn clear(&mut self) {
        self.ring.clear();
        self.next = 0;
    }
}
