//! The messages that the message centre keeps, numbered as they came, the oldest first to go.

use std::collections::VecDeque;

use super::options::FinalState;
use crate::time::Timestamp;

/// Octets of a text that are kept: what Appendix B of 3.4 puts into a receipt, or a broadcast area.
const TEXT: usize = 20;

/// One address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) ton: u8,
    pub(super) npi: u8,
    pub(super) octets: &'a [u8],
}

/// What a submission says that is kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Content<'a> {
    pub(super) service_type: &'a [u8],
    pub(super) source: Address<'a>,
    pub(super) destination: Address<'a>,
    pub(super) text: &'a [u8],
}

/// How far a receipt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Receipt {
    /// None is due yet, or ever.
    None,
    /// Waits for a session that takes it.
    Waiting,
    /// Sent, not acknowledged yet.
    Sent,
    /// Acknowledged, or given up.
    Done,
}

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    /// The number that its id shows: the own one, but for further destinations of a submit_multi.
    pub(super) shown: u64,
    /// The account that submitted it.
    pub(super) account: u32,
    /// Whether it is a broadcast.
    pub(super) is_broadcast: bool,
    pub(super) registered_delivery: u8,
    pub(super) accepted_at: Timestamp,
    /// Until then it is scheduled.
    pub(super) scheduled_until: Option<Timestamp>,
    pub(super) final_at: Timestamp,
    pub(super) final_state: FinalState,
    pub(super) receipt: Receipt,
    /// Times that the receipt was sent.
    pub(super) attempts: u8,
    ton_npi: [u8; 4],
    lengths: [u8; 4],
    octets: Box<[u8]>,
}

impl Message {
    pub(super) fn new(content: Content<'_>, account: u32, at: Timestamp) -> Self {
        let text = content.text.get(..TEXT).unwrap_or(content.text);
        Self {
            shown: 0,
            account,
            is_broadcast: false,
            registered_delivery: 0,
            accepted_at: at,
            scheduled_until: None,
            final_at: at,
            final_state: FinalState::Delivered,
            receipt: Receipt::None,
            attempts: 0,
            ton_npi: [0; 4],
            lengths: [0; 4],
            octets: Box::default(),
        }
        .with(Content { text, ..content })
    }

    fn with(mut self, content: Content<'_>) -> Self {
        let parts = [content.service_type, content.source.octets, content.destination.octets, content.text]
            .map(|part| part.get(..255).unwrap_or(part));
        self.lengths = parts.map(|part| u8::try_from(part.len()).unwrap_or(u8::MAX));
        self.octets = parts.concat().into_boxed_slice();
        self.ton_npi =
            [content.source.ton, content.source.npi, content.destination.ton, content.destination.npi];
        self
    }

    pub(super) fn content(&self) -> Content<'_> {
        let mut rest = &*self.octets;
        let [service_type, source, destination, text] = self.lengths.map(|length| {
            let (part, left) = rest.split_at_checked(length.into()).unwrap_or((rest, &[]));
            rest = left;
            part
        });
        let [source_ton, source_npi, ton, npi] = self.ton_npi;
        Content {
            service_type,
            source: Address { ton: source_ton, npi: source_npi, octets: source },
            destination: Address { ton, npi, octets: destination },
            text,
        }
    }

    /// Another text: replace_sm.
    pub(super) fn replace_text(&mut self, text: &[u8]) {
        let content = self.content();
        let text = text.get(..TEXT).unwrap_or(text);
        let parts = [content.service_type, content.source.octets, content.destination.octets, text];
        let lengths = parts.map(|part| u8::try_from(part.len()).unwrap_or(u8::MAX));
        let octets = parts.concat().into_boxed_slice();
        (self.lengths, self.octets) = (lengths, octets);
    }

    pub(super) fn is_final(&self, now: Timestamp) -> bool {
        now >= self.final_at
    }

    /// message_state.
    pub(super) fn state(&self, now: Timestamp, has_scheduled: bool) -> u8 {
        if self.is_final(now) {
            self.final_state.code()
        } else if has_scheduled && self.scheduled_until.is_some_and(|until| now < until) {
            0
        } else {
            1
        }
    }
}

/// The messages.
#[derive(Debug)]
pub(super) struct Store {
    /// The number of the first one kept.
    first: u64,
    messages: VecDeque<Message>,
    most: usize,
    /// Messages that made way though their receipt was still waiting.
    pub(super) receipts_dropped: u64,
}

impl Store {
    pub(super) const fn new(first: u64, most: usize) -> Self {
        Self { first, messages: VecDeque::new(), most, receipts_dropped: 0 }
    }

    /// Whether there is room, after the oldest has made way if it is final.
    pub(super) fn makes_room(&mut self, now: Timestamp) -> bool {
        if self.messages.len() < self.most {
            return true;
        }
        match self.messages.front() {
            Some(oldest) if oldest.is_final(now) => {
                if matches!(oldest.receipt, Receipt::Waiting | Receipt::Sent) {
                    self.receipts_dropped = self.receipts_dropped.saturating_add(1);
                }
                self.messages.pop_front();
                self.first = self.first.saturating_add(1);
                true
            }
            _ => false,
        }
    }

    /// Keeps a message; returns its number.
    pub(super) fn push(&mut self, message: Message) -> u64 {
        let number = self.next();
        self.messages.push_back(message);
        number
    }

    /// The number of the next message.
    pub(super) fn next(&self) -> u64 {
        self.first.saturating_add(crate::num::count(self.messages.len()))
    }

    pub(super) fn find(&self, number: u64) -> Option<&Message> {
        self.messages.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    pub(super) fn find_mut(&mut self, number: u64) -> Option<&mut Message> {
        self.messages.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// The newest messages with their numbers, the newest first, at most `most`.
    pub(super) fn newest(&self, most: usize) -> impl Iterator<Item = (u64, &Message)> {
        let next = self.next();
        self.messages
            .iter()
            .rev()
            .take(most)
            .zip(1_u64..)
            .map(move |(message, back)| (next.saturating_sub(back), message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    #[test]
    fn only_final_messages_make_way_and_lost_receipts_are_counted() {
        let mut store = Store::new(5, 2);
        let now = Timestamp::from_parts(100, 0);
        for wait in [1, 9] {
            assert!(store.makes_room(now));
            let mut message = Message::new(Content::default(), 0, now);
            message.final_at = now.plus(Duration::from_secs(wait));
            message.receipt = Receipt::Waiting;
            store.push(message);
        }
        assert!(!store.makes_room(now), "both are pending");
        assert!(store.makes_room(now.plus(Duration::from_secs(1))));
        assert_eq!((store.receipts_dropped, store.next()), (1, 7));
        assert!(store.find(5).is_none() && store.find(6).is_some() && store.find(7).is_none());
        assert_eq!(store.newest(9).map(|(number, _)| number).collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn what_a_message_says_is_kept_as_it_came() {
        let content = Content {
            service_type: b"CMT",
            source: Address { ton: 5, npi: 0, octets: b"acme" },
            destination: Address { ton: 1, npi: 1, octets: b"447700900001" },
            text: b"a text that is longer than twenty octets",
        };
        let mut message = Message::new(content, 0, Timestamp::MIN);
        assert_eq!(message.content().text, b"a text that is longe");
        assert_eq!(message.content().destination, content.destination);
        message.replace_text(b"other");
        assert_eq!((message.content().text, message.content().source), (&b"other"[..], content.source));
    }
}
