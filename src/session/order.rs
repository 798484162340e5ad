//! How a side answers: several responses at once, and later requests first.

use crate::smpp::{CommandId, Place};

/// How the responses of one side came, in one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answering {
    /// Responses.
    pub responses: u64,
    /// Frames that made two or more of them readable.
    pub batches: u64,
    /// Responses in those.
    pub in_batches: u64,
    /// The most that one frame made readable; 0: there was no response.
    pub largest_batch: u64,
    /// Responses that came after the response to a later request. Those to enquire_link are left out: who answers it at
    /// once answers it well.
    pub out_of_order: u64,
    /// How many requests further the furthest such response was.
    pub largest_overtake: u64,
}

/// Counts them.
#[derive(Debug, Default)]
pub(super) struct Answers {
    counts: Answering,
    frame: Option<u64>,
    batch: u64,
    /// Place among the requests, of the newest one answered.
    newest: u64,
}

impl Answers {
    /// The side sent a response at `place`.
    pub(super) fn see(&mut self, place: Place) {
        let counts = &mut self.counts;
        counts.responses = counts.responses.saturating_add(1);
        if self.frame == Some(place.frame) {
            self.batch = self.batch.saturating_add(1);
            let first = self.batch == 2;
            counts.batches = counts.batches.saturating_add(u64::from(first));
            counts.in_batches = counts.in_batches.saturating_add(if first { 2 } else { 1 });
        } else {
            (self.frame, self.batch) = (Some(place.frame), 1);
        }
        counts.largest_batch = counts.largest_batch.max(self.batch);
    }

    /// The `order`-th request was answered, which was `command`.
    pub(super) fn answer(&mut self, command: CommandId, order: u64) {
        if command == CommandId::ENQUIRE_LINK {
            return;
        }
        let behind = self.newest.saturating_sub(order);
        self.newest = self.newest.max(order);
        self.counts.out_of_order = self.counts.out_of_order.saturating_add(u64::from(behind > 0));
        self.counts.largest_overtake = self.counts.largest_overtake.max(behind);
    }

    /// What was counted; begins anew.
    pub(super) fn take(&mut self) -> Answering {
        std::mem::take(self).counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_of_one_frame_are_a_batch() {
        let mut answers = Answers::default();
        for frame in [1, 2, 2, 3, 4, 4, 4, 5] {
            answers.see(Place { frame, index: 0, offset: 0 });
        }
        let counts = answers.take();
        assert_eq!((counts.responses, counts.batches, counts.in_batches, counts.largest_batch), (8, 2, 5, 3));
        assert_eq!(answers.take(), Answering::default());
    }

    #[test]
    fn a_response_after_that_to_a_later_request_is_out_of_order() {
        let mut answers = Answers::default();
        for order in [1, 2, 5, 3, 4, 6] {
            answers.answer(CommandId::SUBMIT_SM, order);
        }
        answers.answer(CommandId::ENQUIRE_LINK, 9);
        answers.answer(CommandId::SUBMIT_SM, 7);
        let counts = answers.take();
        assert_eq!((counts.out_of_order, counts.largest_overtake), (2, 2));
    }
}
