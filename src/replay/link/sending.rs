//! What goes to the peer: requests when they are due and may be sent, given up when their response is late.

use super::super::engine::{Core, Missing, NotSent, Replayed};
use super::super::plan::Planned;
use super::sequence::{sequence, set_word};
use super::{FULL, LATE, Link, Sent, Slot};
use crate::num;
use crate::time::{Duration, Timestamp};

impl Link {
    /// Sends what is due and may be sent.
    pub(super) fn send_due(&mut self, core: &mut Core) {
        let Some(epoch) = core.epoch else { return };
        if core.is_over() || core.is_out_of_steps() {
            let why = if core.is_over() { NotSent::Duration } else { NotSent::Stopped };
            let queue = std::mem::take(&mut self.queue);
            queue.into_iter().for_each(|planned| self.not_sent(planned, why, core));
            return;
        }
        while let Some(next) = self.queue.front() {
            // One by one, a request is due when it is let go.
            let intended = if core.options.step { core.now } else { epoch.plus(next.due) };
            if intended > core.now || core.next_at > core.now {
                break;
            }
            if core.options.step && core.permits == 0 || self.out.len() >= FULL {
                break;
            }
            if is_pending(next, core) {
                // Its message is still to be submitted, or to be answered, maybe in another session. Not for ever: ids
                // of several message centres may be the same.
                let since = *self.blocked.get_or_insert(core.now);
                if core.now < since.plus(core.options.timeout) {
                    break;
                }
            }
            if self.in_flight >= self.options.window {
                if !std::mem::replace(&mut self.waited, true) {
                    core.counters.window_waits = core.counters.window_waits.saturating_add(1);
                }
                break;
            }
            let Some(planned) = self.queue.pop_front() else { break };
            core.use_permit();
            self.waited = false;
            self.send(planned, intended, core);
        }
    }

    fn send(&mut self, mut planned: Planned, intended: Timestamp, core: &mut Core) {
        if let Some(span) = planned.message_id {
            let old = crate::smpp::reader::slice(&planned.octets, span);
            match core.ids.get(old) {
                Some(Some(new)) => {
                    let start = planned.octets.get(..num::index(span.start)).unwrap_or_default();
                    let end = planned.octets.get(num::index(span.end)..).unwrap_or_default();
                    let mut octets = [start, new, end].concat();
                    let length = num::short(octets.len());
                    set_word(&mut octets, 0, length);
                    planned.octets = octets;
                }
                _ => core.counters.untranslated = core.counters.untranslated.saturating_add(1),
            }
        }
        self.blocked = None;
        let octets = std::mem::take(&mut planned.octets);
        let start = self.out.len();
        self.out.extend_from_slice(&octets);
        let sent = Sent { planned, intended, at: core.now };
        let sequence = self.slot(Slot::Request(Box::new(sent)));
        if let Some(pdu) = self.out.get_mut(start..) {
            set_word(pdu, 3, sequence);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        let counters = &mut core.counters;
        counters.sent = counters.sent.saturating_add(1);
        counters.in_flight = counters.in_flight.saturating_add(1);
        counters.max_slip = counters.max_slip.max(core.now.since(intended).nanos());
        if let Some(cap) = core.options.rate_cap.filter(|cap| *cap > 0.0) {
            #[expect(clippy::cast_possible_truncation, clippy::as_conversions, reason = "saturates")]
            let step = (1e9 / cap) as i64;
            core.next_at = core.now.plus(Duration::from_nanos(step));
        }
        core.last_sent = Some(core.now);
        self.active_at = core.now;
        self.is_ready(core);
    }

    /// Gives up requests whose response is late.
    pub(super) fn time_out(&mut self, core: &mut Core) {
        loop {
            match self.slots.front() {
                Some(Slot::Free) => {}
                Some(Slot::Enquire(at)) if core.now >= at.plus(core.options.timeout) => {}
                Some(Slot::Request(sent)) if core.now >= sent.at.plus(core.options.timeout) => {
                    let sequence = sequence(self.first);
                    if self.late.len() >= LATE {
                        self.late.pop_front();
                    }
                    self.late.push_back(sequence);
                }
                _ => return,
            }
            let number = self.first;
            self.first = self.first.saturating_add(1);
            if let Some(Slot::Request(sent)) = self.slots.pop_front() {
                self.finish(*sent, number, Replayed::Missing(Missing::TimedOut), core);
            }
        }
    }
}

/// Whether the message that a request names is on its way, so that its new id is to come.
fn is_pending(planned: &Planned, core: &Core) -> bool {
    planned.message_id.is_some_and(|span| {
        let id = crate::smpp::reader::slice(&planned.octets, span);
        matches!(core.ids.get(id), Some(None))
    })
}
