//! The facts of one session that need no pairing: times, counts, the last PDUs, peaks.

use crate::smpp::CommandId;
use crate::tcp::{PerSide, Side};
use crate::time::{Duration, Timestamp};

use super::binding::Binding;
use super::numbers::Numbering;
use super::{LastPdu, Limits, Peak, Seen, Start};

#[derive(Debug)]
pub(super) struct Life {
    pub(super) start: Start,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    pub(super) binding: Binding,
    pub(super) by_command: Vec<(CommandId, u64)>,
    pub(super) other_pdus: u64,
    pub(super) partial_pdus: u64,
    pub(super) opener_window: Option<Peak>,
    pub(super) accepter_window: Option<Peak>,
    pub(super) rate: Rate,
    pub(super) given_up: u64,
    /// Gaps of the opener's and of the accepter's octets before this session.
    pub(super) former_gaps: (u32, u32),
    /// How each side numbers its requests.
    pub(super) numbers: PerSide<Numbering>,
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
            opener_window: None,
            accepter_window: None,
            rate: Rate::default(),
            given_up: 0,
            former_gaps,
            numbers: PerSide { opener: Numbering::default(), accepter: Numbering::default() },
            last_gaps: former_gaps,
            last: Last::default(),
        }
    }

    /// Time from the last PDU to `at`; `None` where `gaps` tell that octets are missing between.
    pub(super) fn silence(&self, at: Timestamp, gaps: (u32, u32)) -> Option<Duration> {
        self.last_pdu().filter(|_| self.last_gaps == gaps).map(|_| at.since(self.last_at))
    }

    /// Counts a PDU; `gaps` of both sides came before.
    pub(super) fn see(&mut self, seen: &Seen<'_>, gaps: (u32, u32)) {
        let command = seen.header.command_id;
        self.last_gaps = gaps;
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

    /// So many requests of `side` wait now.
    pub(super) fn waiting(&mut self, side: Side, count: u32, at: Timestamp) {
        let window = match side {
            Side::Opener => &mut self.opener_window,
            Side::Accepter => &mut self.accepter_window,
        };
        if window.is_none_or(|peak| peak.count < count) {
            *window = Some(Peak { count, at });
        }
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

/// Most requests in one calendar second.
///
/// The second before the newest stays open for requests whose time is a little behind. A step of the clock further back
/// begins anew, so that a second which is visited twice counts twice.
#[derive(Debug, Default)]
pub(super) struct Rate {
    second: i64,
    count: u32,
    former: u32,
    pub(super) peak: Option<Peak>,
}

impl Rate {
    /// Counts a request, unless it only keeps the session going.
    pub(super) fn see(&mut self, command: CommandId, at: Timestamp) {
        if command.is_bind()
            || matches!(command, CommandId::OUTBIND | CommandId::UNBIND | CommandId::ENQUIRE_LINK)
        {
            return;
        }
        let second = at.second();
        let count = if self.peak.is_some() && second == self.second.saturating_sub(1) {
            self.former = self.former.saturating_add(1);
            self.former
        } else {
            if self.peak.is_none() || second != self.second {
                self.former = if second == self.second.saturating_add(1) { self.count } else { 0 };
                self.count = 0;
                self.second = second;
            }
            self.count = self.count.saturating_add(1);
            self.count
        };
        if self.peak.is_none_or(|peak| peak.count < count) {
            self.peak = Some(Peak { count, at: Timestamp::from_parts(second, 0) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peak(tenths: &[i64]) -> Option<(u32, i64)> {
        let mut rate = Rate::default();
        for &at in tenths {
            rate.see(CommandId::SUBMIT_SM, Timestamp::from_parts(0, at * 100_000_000));
        }
        rate.peak.map(|peak| (peak.count, peak.at.second()))
    }

    #[test]
    fn rate_is_per_calendar_second_and_the_first_of_equals() {
        assert_eq!(peak(&[]), None);
        assert_eq!(peak(&[5]), Some((1, 0)));
        assert_eq!(peak(&[8, 9, 10, 11, 12, 30, 31, 32]), Some((3, 1)));
    }

    #[test]
    fn rate_takes_requests_that_are_a_second_behind() {
        assert_eq!(peak(&[8, 10, 9, 11, 7]), Some((3, 0)));
        assert_eq!(peak(&[-5, -4, 1, -3]), Some((3, -1)));
    }

    #[test]
    fn rate_survives_a_clock_that_steps_back() {
        assert_eq!(peak(&[10_000, 10, 11, 12]), Some((3, 1)));
        assert_eq!(
            peak(&[i64::MAX / 100_000_000, i64::MIN / 100_000_000]),
            Some((1, i64::MAX / 1_000_000_000))
        );
    }

    #[test]
    fn rate_leaves_out_what_only_keeps_the_session() {
        let mut rate = Rate::default();
        for command in
            [CommandId::BIND_TRANSCEIVER, CommandId::ENQUIRE_LINK, CommandId::UNBIND, CommandId::OUTBIND]
        {
            rate.see(command, Timestamp::default());
        }
        assert_eq!(rate.peak, None);
    }
}
