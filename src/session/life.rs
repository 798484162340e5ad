//! The facts of one session that need no pairing: times, counts, the last PDUs, peaks.

use crate::smpp::CommandId;
use crate::tcp::PerSide;
use crate::time::{Duration, Timestamp};

use super::binding::Binding;
use super::flight::Gauge;
use super::links::Links;
use super::numbers::Numbering;
use super::rate::Rate;
use super::{LastPdu, Limits, Responses, Seen, Silence, Start};

#[derive(Debug)]
pub(super) struct Life {
    pub(super) start: Start,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    pub(super) binding: Binding,
    pub(super) by_command: Vec<(CommandId, u64)>,
    pub(super) other_pdus: u64,
    pub(super) partial_pdus: u64,
    pub(super) rate: Rate,
    pub(super) given_up: u64,
    /// Gaps of the opener's and of the accepter's octets before this session.
    pub(super) former_gaps: (u32, u32),
    /// How each side numbers its requests.
    pub(super) numbers: PerSide<Numbering>,
    /// The window of either side.
    pub(super) windows: PerSide<Gauge>,
    /// The enquire_links of either side.
    pub(super) links: PerSide<Links>,
    pub(super) responses: Responses,
    /// Bind requests.
    pub(super) binds: u32,
    /// Requests that only a transmitter or a transceiver, and only a receiver or a transceiver, gets answered.
    pub(super) served: Served,
    silence: Option<Silence>,
    /// Gaps of both sides when the last PDU came.
    last_gaps: (u32, u32),
    last: Last,
}

impl Life {
    pub(super) fn new(start: Start, binding: Binding, at: Timestamp, former_gaps: (u32, u32)) -> Self {
        Self {
            start,
            first_at: at,
            last_at: at,
            binding,
            by_command: Vec::new(),
            other_pdus: 0,
            partial_pdus: 0,
            rate: Rate::default(),
            given_up: 0,
            former_gaps,
            numbers: PerSide { opener: Numbering::default(), accepter: Numbering::default() },
            windows: PerSide { opener: Gauge::default(), accepter: Gauge::default() },
            links: PerSide { opener: Links::default(), accepter: Links::default() },
            responses: Responses::default(),
            binds: 0,
            served: Served::default(),
            silence: None,
            last_gaps: former_gaps,
            last: Last::default(),
        }
    }

    /// Time from the last PDU to `at`; `None` where `gaps` tell that octets are missing between.
    pub(super) fn silence(&self, at: Timestamp, gaps: (u32, u32)) -> Option<Duration> {
        self.last_pdu().filter(|_| self.last_gaps == gaps).map(|_| at.since(self.last_at).max(Duration::ZERO))
    }

    /// Counts a PDU; `gaps` of both sides came before.
    pub(super) fn see(&mut self, seen: &Seen<'_>, gaps: (u32, u32)) {
        let command = seen.header.command_id;
        if let Some(span) = self.silence(seen.at, gaps)
            && self.silence.is_none_or(|longest| longest.span < span)
        {
            self.silence = Some(Silence { span, since: self.last_at });
        }
        self.last_gaps = gaps;
        self.binds = self.binds.saturating_add(u32::from(command.is_bind()));
        self.last_at = self.last_at.max(seen.at);
        self.last.push(LastPdu { command, side: seen.side, at: seen.at, place: seen.place });
        if !seen.whole {
            self.partial_pdus = self.partial_pdus.saturating_add(1);
            return;
        }
        match self.by_command.binary_search_by_key(&command, |&(id, _)| id) {
            Ok(index) => {
                if let Some((_, count)) = self.by_command.get_mut(index) {
                    *count = count.saturating_add(1);
                }
            }
            // The ids come from the wire, so their number is bounded.
            Err(index) if self.by_command.len() < Limits::COMMANDS => {
                self.by_command.insert(index, (command, 1))
            }
            Err(_) => self.other_pdus = self.other_pdus.saturating_add(1),
        }
    }

    /// The longest silence.
    pub(super) const fn longest_silence(&self) -> Option<Silence> {
        self.silence
    }

    /// The last PDU.
    pub(super) fn last_pdu(&self) -> Option<LastPdu> {
        self.last.newest()
    }

    /// The last PDUs, oldest first.
    pub(super) fn last_pdus(&self) -> Vec<LastPdu> {
        self.last.oldest_first().collect()
    }
}

/// Which directions were served: what tells a transceiver where no bind was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    /// A request that only ESMEs send, but for binds, was answered with status 0.
    pub(super) esme: bool,
    /// A deliver_sm was.
    pub(super) smsc: bool,
}

/// The last PDUs, in a ring.
#[derive(Debug, Default)]
struct Last {
    ring: [Option<LastPdu>; LastPdu::MOST],
    /// Where the next one goes.
    next: usize,
}

impl Last {
    fn push(&mut self, pdu: LastPdu) {
        if let Some(slot) = self.ring.get_mut(self.next) {
            *slot = Some(pdu);
        }
        self.next = self.next.wrapping_add(1);
        if self.next >= LastPdu::MOST {
            self.next = 0;
        }
    }

    fn newest(&self) -> Option<LastPdu> {
        let at = self.next.checked_sub(1).unwrap_or(LastPdu::MOST.wrapping_sub(1));
        self.ring.get(at).copied().flatten()
    }

    fn oldest_first(&self) -> impl Iterator<Item = LastPdu> + '_ {
        let (newer, older) = self.ring.split_at_checked(self.next).unwrap_or_default();
        older.iter().chain(newer).filter_map(|pdu| *pdu)
    }
}
