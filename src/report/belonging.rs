//! What belongs to the records for which a filter holds: their transactions, or their sessions.

use std::collections::HashSet;

use foldhash::quality::RandomState;

use crate::session::SessionId;
use crate::smpp::Place;

/// A PDU among all: connection, frame, place among what the frame completed.
type Key = (u32, u64, u32);

/// What is kept with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptWhole {
    /// The transaction that it belongs to.
    Transaction,
    /// The session that it belongs to.
    Session,
}

/// Which records a filter is asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Transactions.
    pub transactions: bool,
    /// PDUs.
    pub pdus: bool,
    /// Findings.
    pub findings: bool,
    /// Sessions as a whole.
    pub sessions: bool,
}

/// What a filter says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It holds for a PDU, or for a finding about one.
    Pdu(SessionId, Place),
    /// A transaction is complete.
    Transaction {
        /// Its session.
        session: SessionId,
        /// Its request.
        request: Place,
        /// Its response.
        response: Option<Place>,
        /// Whether the filter holds for it.
        matches: bool,
    },
    /// It holds for a session.
    Session(SessionId),
}

/// Collects them from the signs of one reading, for another reading to keep. At most [`Belonging::MOST`] PDUs, and as
/// many sessions, are remembered, the first; further ones are counted.
#[derive(Clone, Debug)]
pub struct Belonging {
    whole: KeptWhole,
    sessions: HashSet<SessionId, RandomState>,
    /// Of transactions that are kept, the requests and responses.
    pdus: HashSet<Key, RandomState>,
    /// Of PDUs for which the filter holds, those whose transaction is not complete.
    waiting: HashSet<Key, RandomState>,
    /// The transactions that the last frame completed on a connection: findings about them follow.
    last: Vec<(Key, Option<Key>)>,
    /// That connection and frame.
    last_at: (u32, u64),
    left_out: u64,
    most: usize,
}

impl Belonging {
    /// Most PDUs and most sessions that are remembered.
    pub const MOST: usize = 1_000_000;

    /// Nothing yet.
    #[must_use]
    pub fn new(whole: KeptWhole) -> Self {
        Self {
            whole,
            sessions: HashSet::default(),
            pdus: HashSet::default(),
            waiting: HashSet::default(),
            last: Vec::new(),
            last_at: (0, 0),
            left_out: 0,
            most: Self::MOST,
        }
    }

    /// Takes what the filter said; in the order of the capture.
    pub fn see(&mut self, (frame, connection): (u64, u32), sign: Sign) {
        if self.last_at != (connection, frame) {
            self.last_at = (connection, frame);
            self.last.clear();
        }
        match sign {
            Sign::Pdu(session, place) => self.take(session, key(connection, place)),
            Sign::Transaction { session, request, response, matches } => {
                let request = key(connection, request);
                let response = response.map(|response| key(connection, response));
                if self.whole == KeptWhole::Transaction {
                    self.last.push((request, response));
                    let waited = self.waiting.remove(&request);
                    if response.is_some_and(|response| self.waiting.remove(&response)) || waited {
                        self.keep(request, response);
                    }
                }
                if matches {
                    self.session(session);
                    self.keep(request, response);
                }
            }
            Sign::Session(session) => self.session(session),
        }
    }

    /// Matches that found no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether a PDU at `place`, or a transaction with that request, belongs to what is kept.
    pub(super) fn has(&self, session: SessionId, place: Place) -> bool {
        match self.whole {
            KeptWhole::Session => self.has_session(session),
            KeptWhole::Transaction => self.pdus.contains(&key(session.connection.0, place)),
        }
    }

    /// Whether a session, or something of it, is kept.
    pub(super) fn has_session(&self, session: SessionId) -> bool {
        self.sessions.contains(&session)
    }

    /// The filter holds for something about a PDU.
    fn take(&mut self, session: SessionId, key: Key) {
        self.session(session);
        if self.whole == KeptWhole::Session {
            return;
        }
        let complete = self.last.iter().find(|(request, response)| *request == key || *response == Some(key));
        if let Some(&(request, response)) = complete {
            self.keep(request, response);
        } else if self.pdus.len() < self.most {
            self.keep(key, None);
            self.waiting.insert(key);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    fn session(&mut self, session: SessionId) {
        if self.sessions.len() < self.most {
            self.sessions.insert(session);
        } else if !self.sessions.contains(&session) {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    fn keep(&mut self, request: Key, response: Option<Key>) {
        if self.whole == KeptWhole::Session {
            return;
        }
        if self.pdus.len() < self.most {
            self.pdus.insert(request);
            self.pdus.extend(response);
        } else if !self.pdus.contains(&request) {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

const fn key(connection: u32, place: Place) -> Key {
    (connection, place.frame, place.index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::ConnectionNumber;

    fn session(connection: u32) -> SessionId {
        SessionId { connection: ConnectionNumber(connection), n: 0 }
    }

    const fn place(frame: u64) -> Place {
        Place { frame, index: 0, offset: 0 }
    }

    fn of(whole: KeptWhole) -> Belonging {
        Belonging { most: 4, ..Belonging::new(whole) }
    }

    #[test]
    fn what_finds_no_room_is_counted_and_the_first_stays() {
        let mut belonging = of(KeptWhole::Session);
        (0..10).chain(0..4).for_each(|connection| belonging.take(session(connection), (connection, 1, 0)));
        assert_eq!(belonging.left_out(), 6);
        let kept: Vec<u32> =
            (0..10).filter(|&connection| belonging.has(session(connection), place(7))).collect();
        assert_eq!(kept, [0, 1, 2, 3]);
        assert!(belonging.pdus.is_empty() && belonging.waiting.is_empty());
        let mut belonging = of(KeptWhole::Transaction);
        (0..10).for_each(|frame| belonging.take(session(0), (0, frame, 0)));
        assert_eq!(belonging.left_out(), 6);
        let kept: Vec<u64> = (0..10).filter(|&frame| belonging.has(session(0), place(frame))).collect();
        assert_eq!(kept, [0, 1, 2, 3]);
    }

    #[test]
    fn a_pdu_that_comes_after_its_transaction_was_complete_keeps_both_pdus() {
        let mut belonging = of(KeptWhole::Transaction);
        belonging.last = vec![((0, 1, 0), None), ((0, 2, 0), Some((0, 5, 0)))];
        belonging.take(session(0), (0, 5, 0));
        let kept: Vec<u64> = (0..9).filter(|&frame| belonging.has(session(0), place(frame))).collect();
        assert_eq!(kept, [2, 5]);
    }
}
