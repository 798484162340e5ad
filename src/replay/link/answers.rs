//! What comes from the peer: its requests, each answered, and its responses, each to what it answers.

use super::super::engine::{Close, Core, Failure, Replayed};
use super::sequence::place;
use super::{Link, Slot, State};
use crate::num;
use crate::smpp::{CommandId, CommandStatus, Header};
use crate::smsc::Pdu;

impl Link {
    /// A PDU of the peer.
    pub(super) fn pdu(&mut self, header: Header, octets: &[u8], core: &mut Core) {
        let id = header.command_id;
        if id.is_response() {
            return self.response(header, octets, core);
        }
        let sequence = header.sequence_number.0;
        let counters = &mut core.counters;
        match id {
            CommandId::ALERT_NOTIFICATION | CommandId::OUTBIND => {
                counters.asked = counters.asked.saturating_add(1);
                return;
            }
            CommandId::DELIVER_SM | CommandId::DATA_SM => {
                counters.deliveries = counters.deliveries.saturating_add(1);
                self.active_at = core.now;
                // message_id, which is NULL in the one and unknown in the other.
                Pdu::new(&mut self.out, id.response(), CommandStatus::OK, header.sequence_number)
                    .text(b"")
                    .finish();
            }
            CommandId::ENQUIRE_LINK | CommandId::UNBIND => {
                counters.asked = counters.asked.saturating_add(1);
                self.header_only(id.response(), CommandStatus::OK, sequence);
            }
            _ => {
                counters.asked = counters.asked.saturating_add(1);
                self.header_only(CommandId::GENERIC_NACK, CommandStatus::RINVCMDID, sequence);
            }
        }
        self.is_ready(core);
        if id == CommandId::UNBIND {
            self.closing = Some(Close::Fin);
            self.closed("the peer unbound", core);
        }
    }

    fn response(&mut self, header: Header, octets: &[u8], core: &mut Core) {
        let answered = header.sequence_number.0;
        let is_nack = header.command_id == CommandId::GENERIC_NACK;
        let place = place(answered, self.first).filter(|&place| place < self.slots.len());
        let fits = place.and_then(|place| self.slots.get(place)).is_some_and(|slot| match slot {
            Slot::Free => false,
            Slot::Bind => is_nack || header.command_id.request().is_bind(),
            Slot::Enquire(_) => is_nack || header.command_id == CommandId::ENQUIRE_LINK_RESP,
            Slot::Unbind => is_nack || header.command_id == CommandId::UNBIND_RESP,
            Slot::Request(sent) => is_nack || header.command_id == sent.planned.command.response(),
        });
        let (true, Some(place)) = (fits, place) else {
            let counters = &mut core.counters;
            if let Some(at) = self.late.iter().position(|&late| late == answered) {
                self.late.remove(at);
                counters.late = counters.late.saturating_add(1);
            } else {
                counters.extra = counters.extra.saturating_add(1);
            }
            return;
        };
        let Some(slot) = self.slots.get_mut(place) else { return };
        let slot = std::mem::replace(slot, Slot::Free);
        let number = self.first.saturating_add(num::count(place));
        while matches!(self.slots.front(), Some(Slot::Free)) {
            self.slots.pop_front();
            self.first = self.first.saturating_add(1);
        }
        match slot {
            Slot::Free | Slot::Enquire(_) => {}
            Slot::Bind => self.bind_response(header, octets, core),
            Slot::Unbind => {
                core.counters.unbound = core.counters.unbound.saturating_add(1);
                self.closing = Some(Close::Fin);
                self.is_ready(core);
                self.end(core);
            }
            Slot::Request(sent) => {
                self.tries = 0;
                self.active_at = core.now;
                if core.options.translate
                    && header.command_status == CommandStatus::OK
                    && let Some(old) = sent.planned.recorded.message_id()
                {
                    let end = octets.iter().skip(16).position(|&octet| octet == 0).unwrap_or(0);
                    let new = octets.get(16..16_usize.saturating_add(end)).unwrap_or_default();
                    if let Some(known) = core.ids.get_mut(old) {
                        *known = Some(new.into());
                    }
                } else {
                    core.has_no_id(sent.planned.recorded.message_id());
                }
                let outcome = Replayed::Answered { response: octets.into(), at: core.now };
                let counters = &mut core.counters;
                counters.answered = counters.answered.saturating_add(1);
                if header.command_status != CommandStatus::OK {
                    counters.failed = counters.failed.saturating_add(1);
                }
                if header.command_status == CommandStatus::RTHROTTLED {
                    counters.throttled = counters.throttled.saturating_add(1);
                }
                self.finish(*sent, number, outcome, core);
            }
        }
    }

    fn bind_response(&mut self, header: Header, octets: &[u8], core: &mut Core) {
        let is_nack = header.command_id == CommandId::GENERIC_NACK;
        if is_nack || header.command_status != CommandStatus::OK {
            self.closing = Some(Close::Fin);
            self.is_ready(core);
            // Whatever its status says, a nack is no consent.
            let why = if is_nack { Failure::Nacked } else { Failure::Refused };
            return self.unbound(why(header.command_status), core);
        }
        core.counters.binds = core.counters.binds.saturating_add(1);
        core.counters.bound = core.counters.bound.saturating_add(1);
        self.state = State::Bound;
        self.was_bound = true;
        self.active_at = core.now;
        let end = octets.iter().skip(16).position(|&octet| octet == 0).unwrap_or(0);
        let name = octets.get(16..16_usize.saturating_add(end)).unwrap_or_default();
        let is_right = match &core.options.expect {
            Some(expected) => expected.as_bytes() == name,
            None => {
                name.is_empty() || core.options.forbidden.iter().all(|captured| captured.as_bytes() != name)
            }
        };
        if !is_right {
            let name = String::from_utf8_lossy(name).into_owned();
            core.fail(self.id, Failure::WrongSystem(name));
            self.unbind(core);
        }
    }
}
