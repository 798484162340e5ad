//! Responses that wait for their request, and those that no request came for.

use super::held::Answer;
use super::{NoRequest, Sessions, Sink, Start, Unsolicited};
use crate::smpp::{CommandId, RuleId};
use crate::tcp::Side;
use crate::time::Timestamp;

impl Sessions {
    /// No request came for a response that was held for it.
    pub(super) fn unmatched(&mut self, side: Side, answer: &Answer, sink: &mut impl Sink) {
        let asking = self.half(side.other());
        let midstream = self.life.as_ref().is_some_and(|life| life.start == Start::MidStream);
        let why = if asking.gaps > 0 {
            NoRequest::InGap
        } else if asking.forgot {
            NoRequest::GivenUp
        } else if midstream {
            NoRequest::BeforeCapture
        } else {
            NoRequest::Unmatched
        };
        if why == NoRequest::Unmatched && !answer.judged {
            sink.finding(
                RuleId::RESPONSE_UNMATCHED,
                answer.place,
                answer.at,
                side,
                &format_args!(
                    "response {} has number {}, which no request waits for",
                    answer.command(),
                    answer.number()
                ),
            );
        }
        // A bind or an unbind that the capture lacks has been answered all the same.
        if matches!(why, NoRequest::InGap | NoRequest::BeforeCapture)
            && answer.command() != CommandId::GENERIC_NACK
            && let Some(life) = &mut self.life
        {
            let request = answer.command().request();
            life.binding.answered(request, side.other(), answer.number(), answer.status(), false);
            self.settle(request);
        }
        self.unsolicited(side, answer, why, sink);
    }

    pub(super) fn unsolicited(&mut self, side: Side, answer: &Answer, why: NoRequest, sink: &mut impl Sink) {
        if let Some(life) = &mut self.life {
            life.responses.count(why);
        }
        sink.unsolicited(&Unsolicited {
            session: self.id(),
            command: answer.command(),
            status: answer.status(),
            sequence_number: answer.number(),
            side,
            place: answer.place,
            at: answer.at,
            partial: answer.partial,
            why,
        });
    }

    /// Lets go of the responses whose request can no longer come.
    pub(super) fn release(&mut self, now: Timestamp, sink: &mut impl Sink) {
        for asking in [Side::Opener, Side::Accepter] {
            let early = self.limits.early;
            if self.half(asking).waits {
                continue;
            }
            while let Some(answer) = self.half_mut(asking).held.pop_overdue(now, early) {
                self.unmatched(asking.other(), &answer, sink);
            }
        }
    }

    pub(super) fn release_all(&mut self, sink: &mut impl Sink) {
        for asking in [Side::Opener, Side::Accepter] {
            while let Some(answer) = self.half_mut(asking).held.pop() {
                self.unmatched(asking.other(), &answer, sink);
            }
        }
    }
}
