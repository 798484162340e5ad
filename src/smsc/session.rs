//! One connection: what came and is not a whole PDU yet, what is to be sent, and what waits for an answer.

use std::collections::VecDeque;

use super::engine::{Close, ConnectionId, Core, Task};
use super::fault::Fault;
use crate::num;
use crate::session::BindType;
use crate::smpp::spec::State;
use crate::smpp::{CommandId, SequenceNumber, Version};
use crate::time::{Duration, Timestamp};

/// Octets to be sent from which on nothing more is read or delivered until some are taken.
const FULL: usize = 256 << 10;

/// Octets that a piece takes beside its own, about.
const PIECE: usize = 64;

/// A request of ours that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outstanding {
    pub(super) sequence: SequenceNumber,
    pub(super) at: Timestamp,
    pub(super) what: Asked,
}

/// What we asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A receipt of the message with this number.
    Receipt(u64),
    /// That it is still on its way.
    Notification(u64),
    /// A message from a mobile.
    Message,
    EnquireLink,
    Unbind,
}

impl Asked {
    pub(super) const fn command(self) -> CommandId {
        match self {
            Self::Receipt(_) | Self::Notification(_) | Self::Message => CommandId::DELIVER_SM,
            Self::EnquireLink => CommandId::ENQUIRE_LINK,
            Self::Unbind => CommandId::UNBIND,
        }
    }

    pub(super) const fn is_delivery(self) -> bool {
        matches!(self, Self::Receipt(_) | Self::Notification(_) | Self::Message)
    }
}

/// Octets that are sent later.
#[derive(Debug)]
struct Piece {
    at: Timestamp,
    octets: Vec<u8>,
    /// PDUs that were put together; 0 where none may be added.
    together: u32,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: ConnectionId,
    pub(super) state: State,
    /// Known once bound.
    pub(super) version: Option<Version>,
    /// Place among the accounts, once bound.
    pub(super) account: Option<u32>,
    pub(super) opened_at: Timestamp,
    /// When the peer was last heard.
    pub(super) heard_at: Timestamp,
    pub(super) input: Vec<u8>,
    out: Vec<u8>,
    later: VecDeque<Piece>,
    /// What these take in memory, about.
    held: usize,
    /// When they are looked at next.
    release_at: Option<Timestamp>,
    closing: Option<Close>,
    is_mute: bool,
    /// Whether it waits to be asked for its output.
    pub(super) is_ready: bool,
    /// Whether a bind was ever accepted: faults begin then.
    was_bound: bool,
    sequence: u32,
    /// Responses that wait for their time.
    pub(super) waiting: u32,
    pub(super) outstanding: VecDeque<Outstanding>,
    /// When the next message would come at the allowed rate.
    pub(super) next_at: Timestamp,
}

impl Session {
    pub(super) fn new(id: ConnectionId, at: Timestamp) -> Self {
        Self {
            id,
            state: State::Open,
            version: None,
            account: None,
            opened_at: at,
            heard_at: at,
            input: Vec::new(),
            out: Vec::new(),
            later: VecDeque::new(),
            held: 0,
            release_at: None,
            closing: None,
            is_mute: false,
            is_ready: false,
            was_bound: false,
            sequence: 0,
            waiting: 0,
            outstanding: VecDeque::new(),
            next_at: Timestamp::MIN,
        }
    }

    pub(super) fn bound_as(&self) -> Option<BindType> {
        match self.state {
            State::BoundTx => Some(BindType::Transmitter),
            State::BoundRx => Some(BindType::Receiver),
            State::BoundTrx => Some(BindType::Transceiver),
            State::Open | State::Outbound | State::Unbound => None,
        }
    }

    pub(super) const fn is_bound(&self) -> bool {
        matches!(self.state, State::BoundTx | State::BoundRx | State::BoundTrx)
    }

    pub(super) const fn receives(&self) -> bool {
        matches!(self.state, State::BoundRx | State::BoundTrx)
    }

    pub(super) fn bind(&mut self, state: State, version: Version, account: u32) {
        self.state = state;
        self.version = Some(version);
        self.account = Some(account);
    }

    /// Faults begin now.
    pub(super) const fn has_greeted(&mut self) {
        self.was_bound = true;
    }

    /// Whether nothing more comes or goes.
    pub(super) const fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// Nothing is sent after what is there already; then the connection is closed.
    pub(super) fn close(&mut self, how: Close, core: &mut Core) {
        // A reset needs no politeness, and nothing turns it back.
        if self.closing != Some(Close::Reset) {
            self.closing = Some(how);
        }
        core.is_ready(self);
    }

    /// How the connection is closed, once everything has been taken.
    pub(super) fn take(&mut self, into: &mut Vec<u8>) -> Option<Close> {
        self.is_ready = false;
        if self.closing == Some(Close::Reset) {
            self.out.clear();
            self.later.clear();
            self.held = 0;
        } else if into.is_empty() {
            std::mem::swap(into, &mut self.out);
        } else {
            into.append(&mut self.out);
        }
        if self.later.is_empty() { self.closing } else { None }
    }

    /// Whether so much is to be sent that nothing more should be read.
    pub(super) fn is_full(&self) -> bool {
        self.out.len().saturating_add(self.held) >= FULL
    }

    /// Whether one more request may be sent.
    pub(super) fn has_room(&self, window: u32) -> bool {
        self.receives()
            && self.closing.is_none()
            && !self.is_mute
            && self.outstanding.len() < num::index(window)
            && !self.is_full()
    }

    /// The next number of ours.
    pub(super) const fn number(&mut self) -> SequenceNumber {
        self.sequence = if self.sequence >= 0x7FFF_FFFF { 1 } else { self.sequence.wrapping_add(1) };
        SequenceNumber(self.sequence)
    }

    /// Sends a PDU, as the faults will have it.
    pub(super) fn send(&mut self, pdu: &[u8], core: &mut Core) {
        if self.is_mute || self.closing.is_some() {
            return;
        }
        if core.options.faults.is_empty() || !self.was_bound {
            self.out.extend_from_slice(pdu);
            core.is_ready(self);
            return;
        }
        if core.strikes(Fault::Silence) {
            self.is_mute = true;
            return;
        }
        if core.strikes(Fault::Garbage) {
            let octets = (0..=core.random.below(32)).map(|_| core.random.bits().to_le_bytes()[0]).collect();
            self.later(Piece { at: core.now, octets, together: 0 });
        }
        if core.strikes(Fault::Slow) {
            let mut at = self.after_others(core.now, Fault::SLOW);
            for octet in pdu {
                self.later(Piece { at, octets: vec![*octet], together: 0 });
                at = at.plus(Fault::SLOW);
            }
        } else if core.strikes(Fault::Split) {
            let (mut at, mut rest) = (self.after_others(core.now, Fault::SPLIT), pdu);
            for _ in 0..3 {
                let length = core.random.below(num::count(rest.len()));
                let (piece, left) =
                    rest.split_at_checked(usize::try_from(length).unwrap_or(0)).unwrap_or((rest, &[]));
                if !piece.is_empty() {
                    self.later(Piece { at, octets: piece.to_vec(), together: 0 });
                    at = at.plus(Fault::SPLIT);
                }
                rest = left;
            }
            self.later(Piece { at, octets: rest.to_vec(), together: 0 });
        } else if core.strikes(Fault::Coalesce) {
            match self.later.back_mut() {
                Some(last) if (1..Fault::TOGETHER).contains(&last.together) => {
                    last.octets.extend_from_slice(pdu);
                    self.held = self.held.saturating_add(pdu.len());
                    last.together = last.together.saturating_add(1);
                    if last.together == Fault::TOGETHER {
                        last.at = core.now;
                    }
                }
                _ => {
                    let at = core.now.plus(Fault::COALESCE);
                    self.later(Piece { at, octets: pdu.to_vec(), together: 1 });
                }
            }
        } else {
            self.later(Piece { at: core.now, octets: pdu.to_vec(), together: 0 });
        }
        self.release(core);
    }

    /// When the next piece may come: now, or `pause` after the last one that waits.
    fn after_others(&self, now: Timestamp, pause: Duration) -> Timestamp {
        self.later.back().map_or(now, |last| now.max(last.at.plus(pause)))
    }

    fn later(&mut self, mut piece: Piece) {
        // Nothing overtakes.
        if let Some(last) = self.later.back() {
            piece.at = piece.at.max(last.at);
        }
        self.held = self.held.saturating_add(piece.octets.len()).saturating_add(PIECE);
        self.later.push_back(piece);
    }

    /// The time to look has come.
    pub(super) fn look(&mut self, core: &mut Core) {
        self.release_at = None;
        self.release(core);
    }

    /// Sends what has waited for its time.
    fn release(&mut self, core: &mut Core) {
        while self.later.front().is_some_and(|piece| piece.at <= core.now)
            && let Some(piece) = self.later.pop_front()
        {
            self.held = self.held.saturating_sub(piece.octets.len()).saturating_sub(PIECE);
            self.out.extend(piece.octets);
        }
        if let Some(next) = self.later.front()
            && self.release_at.is_none_or(|at| next.at < at)
        {
            self.release_at = Some(next.at);
            core.timer(next.at, Task::Release(self.id));
        }
        if !self.out.is_empty() || self.closing.is_some() {
            core.is_ready(self);
        }
    }
}
