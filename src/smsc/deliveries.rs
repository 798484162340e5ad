//! What the message centre asks of its own accord: receipts, notifications, messages of mobiles, enquire_link, unbind,
//! outbind; and the answers to these.

use super::clock;
use super::engine::{Close, Core, Sessions, Task};
use super::event::What;
use super::messages::error;
use super::requests::system_name;
use super::session::{Asked, Outstanding, Session};
use super::store::Receipt;
use super::write::Pdu;
use crate::num;
use crate::smpp::spec::State;
use crate::smpp::{CommandId, CommandStatus, Header, TlvTag, Version};
use crate::time::{Duration, Timestamp};

/// After a failure that may pass, a receipt is sent again.
const AGAIN: Duration = Duration::from_secs(1);

/// Times that a receipt is sent.
const ATTEMPTS: u8 = 3;

/// esm_class of a receipt, and of an intermediate notification: SMPP 3.4 §5.2.12.
const RECEIPT: u8 = 0x04;
const NOTIFICATION: u8 = 0x20;

impl Core {
    /// Delivers what waits to sessions that have room.
    pub(super) fn deliver(&mut self, sessions: &mut Sessions) {
        while let Some(number) = self.wake.pop() {
            loop {
                let window = self.options.deliver_window.max(1);
                let Some(account) = self.accounts.get_mut(num::index(number)) else { break };
                if account.waiting.is_empty() {
                    break;
                }
                let count = account.receivers.len();
                let turn = account.turn;
                let found = (0..count).map(|step| turn.wrapping_add(step) % count).find(|&place| {
                    let id = account.receivers.get(place);
                    id.and_then(|id| sessions.get(id)).is_some_and(|session| session.has_room(window))
                });
                let Some(place) = found else { break };
                account.turn = place.wrapping_add(1);
                let Some(session) = account.receivers.get(place).and_then(|id| sessions.get_mut(id)) else {
                    break;
                };
                let Some(what) = account.waiting.pop_front() else { break };
                self.report(session, what);
            }
        }
    }

    /// Sends a receipt or a notification.
    fn report(&mut self, session: &mut Session, what: Asked) {
        let (number, esm_class) = match what {
            Asked::Receipt(number) => (number, RECEIPT),
            Asked::Notification(number) => (number, NOTIFICATION),
            _ => return,
        };
        let notation = if session.version == Some(Version::V33) {
            self.notation(session)
        } else {
            self.options.receipt_ids
        };
        let is_receipt = esm_class == RECEIPT;
        let now = self.now;
        let sequence = session.number();
        let mut octets = std::mem::take(&mut self.scratch);
        octets.clear();
        let Some(message) = self.store.find_mut(number) else {
            self.scratch = octets;
            return;
        };
        if is_receipt {
            message.receipt = Receipt::Sent;
            message.attempts = message.attempts.saturating_add(1);
        }
        let id = notation.write(message.shown);
        let content = message.content();
        let state = if is_receipt { message.final_state.code() } else { 1 };
        let stat = if is_receipt { message.final_state.stat() } else { "ENROUTE" };
        let done_at = if is_receipt { message.final_at } else { now };
        let delivered = u8::from(is_receipt && message.final_state == super::FinalState::Delivered);
        let reason = if is_receipt { error(message.final_state) } else { 0 };
        let mut text = Vec::with_capacity(160);
        let parts: [&[u8]; 14] = [
            b"id:",
            id.as_bytes(),
            b" sub:001 dlvrd:00",
            &[b'0'.wrapping_add(delivered)],
            b" submit date:",
            &clock::minute(message.accepted_at),
            b" done date:",
            &clock::minute(done_at),
            b" stat:",
            stat.as_bytes(),
            b" err:00",
            &[b'0'.wrapping_add(reason)],
            b" text:",
            content.text,
        ];
        parts.iter().for_each(|part| text.extend_from_slice(part));
        // From the number that the message went to, to the one that it came from.
        let pdu = Pdu::new(&mut octets, CommandId::DELIVER_SM, CommandStatus::OK, sequence)
            .text(content.service_type)
            .u8(content.destination.ton)
            .u8(content.destination.npi)
            .text(content.destination.octets)
            .u8(content.source.ton)
            .u8(content.source.npi)
            .text(content.source.octets)
            // 3.3 has NULL for esm_class.
            .u8(if session.version == Some(Version::V33) { 0 } else { esm_class })
            .octets(&[0, 0, 0, 0, 0, 0, 0, 0])
            .counted(&text);
        if session.version == Some(Version::V33) {
            pdu.finish();
        } else {
            pdu.tlv_text(TlvTag::RECEIPTED_MESSAGE_ID, id.as_bytes())
                .tlv(TlvTag::MESSAGE_STATE, &[state])
                .finish();
        }
        self.counters.receipts = self.counters.receipts.saturating_add(1);
        self.ask_peer(session, sequence, what, &octets);
        self.scratch = octets;
    }

    fn ask_peer(
        &mut self,
        session: &mut Session,
        sequence: crate::smpp::SequenceNumber,
        what: Asked,
        octets: &[u8],
    ) {
        session.outstanding.push_back(Outstanding { sequence, at: self.now, what });
        session.send(octets, self);
    }

    /// A mobile sends a message, to one receiving session after another.
    pub(super) fn mobile_sends(&mut self, sessions: &mut Sessions, due: Timestamp) {
        let Some(interval) = self.mo_interval() else { return };
        // After a long pause only the last second is caught up.
        let late = Timestamp::from_nanos(self.now.nanos().saturating_sub(1_000_000_000));
        self.timer(due.max(late).plus(interval), Task::Mo);
        let count = self.receivers.len();
        let window = self.options.deliver_window.max(1);
        let turn = self.mo_turn;
        let found = (0..count).map(|step| turn.wrapping_add(step) % count).find(|&place| {
            let id = self.receivers.get(place);
            id.and_then(|id| sessions.get(id)).is_some_and(|session| session.has_room(window))
        });
        let session = found.and_then(|place| self.receivers.get(place)).and_then(|id| sessions.get_mut(id));
        let (Some(place), Some(session)) = (found, session) else {
            if count > 0 {
                self.counters.mo_skipped = self.counters.mo_skipped.saturating_add(1);
            }
            return;
        };
        self.mo_turn = place.wrapping_add(1);
        self.mo_number = self.mo_number.wrapping_add(1);
        self.counters.mo = self.counters.mo.saturating_add(1);
        let sequence = session.number();
        let text = format!("message {}", self.mo_number);
        // Numbers that the British regulator keeps free for fiction.
        let source = format!("447700900{:03}", self.random.below(1_000));
        let destination: String =
            self.options.mo_destination.chars().filter(char::is_ascii_digit).take(20).collect();
        let mut octets = std::mem::take(&mut self.scratch);
        octets.clear();
        Pdu::new(&mut octets, CommandId::DELIVER_SM, CommandStatus::OK, sequence)
            .text(b"")
            .u8(1)
            .u8(1)
            .text(source.as_bytes())
            .u8(0)
            .u8(1)
            .text(destination.as_bytes())
            .octets(&[0, 0, 0, 0, 0, 0, 0, 0, 0])
            .counted(text.as_bytes())
            .finish();
        self.ask_peer(session, sequence, Asked::Message, &octets);
        self.scratch = octets;
    }

    pub(super) fn mo_interval(&self) -> Option<Duration> {
        let rate = self.options.mo;
        #[expect(clippy::cast_possible_truncation, clippy::as_conversions, reason = "the cast saturates")]
        let nanos = (1e9 / rate) as i64;
        (rate > 0.0).then(|| Duration::from_nanos(nanos.max(1_000)))
    }

    pub(super) fn enquire(&mut self, session: &mut Session) {
        self.ask_bare(session, Asked::EnquireLink);
    }

    /// Ends a session; nothing but the answer is waited for.
    pub(super) fn unbind(&mut self, session: &mut Session) {
        self.ask_bare(session, Asked::Unbind);
    }

    fn ask_bare(&mut self, session: &mut Session, what: Asked) {
        let sequence = session.number();
        let mut octets = std::mem::take(&mut self.scratch);
        octets.clear();
        Pdu::new(&mut octets, what.command(), CommandStatus::OK, sequence).finish();
        self.ask_peer(session, sequence, what, &octets);
        self.scratch = octets;
    }

    pub(super) fn outbind(&mut self, session: &mut Session) {
        let sequence = session.number();
        let name = system_name(&self.options);
        let password = self.options.outbind.password.clone();
        let mut octets = Vec::new();
        let id = if self.options.outbind.system_id.is_empty() {
            name
        } else {
            self.options.outbind.system_id.clone()
        };
        Pdu::new(&mut octets, CommandId::OUTBIND, CommandStatus::OK, sequence)
            .text(id.as_bytes())
            .text(password.as_bytes())
            .finish();
        session.send(&octets, self);
        session.state = State::Outbound;
    }

    /// A response came. One that answers nothing is ignored.
    pub(super) fn response(&mut self, session: &mut Session, header: Header, _: &[u8]) {
        let is_nack = header.command_id == CommandId::GENERIC_NACK;
        let place = session.outstanding.iter().position(|asked| {
            asked.sequence == header.sequence_number
                && (is_nack || asked.what.command().response() == header.command_id)
        });
        let Some(asked) = place.and_then(|place| session.outstanding.remove(place)) else { return };
        match asked.what {
            Asked::EnquireLink => {}
            Asked::Unbind => {
                self.unbound(session);
                session.close(Close::Fin, self);
            }
            what => {
                let status = match header.command_status {
                    // A nack says no, whatever its status.
                    CommandStatus::OK if is_nack => CommandStatus::RX_P_APPN,
                    status => status,
                };
                self.tell(session.id, || What::Delivery {
                    kind: match what {
                        Asked::Receipt(_) => "receipt",
                        Asked::Notification(_) => "notification",
                        _ => "message",
                    },
                    sequence_number: header.sequence_number.0,
                    status: status.to_string(),
                });
                if status == CommandStatus::OK {
                    self.delivered(what);
                } else {
                    self.undelivered(session, what, Some(status));
                }
            }
        }
        self.wake(session);
    }

    fn delivered(&mut self, what: Asked) {
        let Asked::Receipt(number) = what else { return };
        self.counters.receipts_acknowledged = self.counters.receipts_acknowledged.saturating_add(1);
        if let Some(message) = self.store.find_mut(number) {
            message.receipt = Receipt::Done;
        }
    }

    /// A delivery was refused, or not answered in time (`None`). A receipt is sent again where that may help.
    pub(super) fn undelivered(&mut self, _: &Session, what: Asked, status: Option<CommandStatus>) {
        let Asked::Receipt(number) = what else { return };
        let may_pass = match status {
            None => true,
            Some(status) => matches!(
                status,
                CommandStatus::RX_T_APPN
                    | CommandStatus::RMSGQFUL
                    | CommandStatus::RTHROTTLED
                    | CommandStatus::RSYSERR
            ),
        };
        let Some(message) = self.store.find_mut(number) else { return };
        if may_pass && message.attempts < ATTEMPTS {
            let at = self.now.plus(AGAIN);
            self.timer(at, Task::Again(number));
        } else {
            message.receipt = Receipt::Done;
            self.counters.receipts_given_up = self.counters.receipts_given_up.saturating_add(1);
        }
    }

    /// A receipt is sent again.
    pub(super) fn again(&mut self, number: u64) {
        let Some(message) = self.store.find_mut(number).filter(|message| message.receipt == Receipt::Sent)
        else {
            return;
        };
        message.receipt = Receipt::Waiting;
        let account = message.account;
        self.enqueue(account, Asked::Receipt(number));
    }

    /// What a connection that is gone had not acknowledged waits again. That was no attempt of the receipt's.
    pub(super) fn take_back(&mut self, session: &Session) {
        for asked in session.outstanding.iter().rev() {
            let Asked::Receipt(number) = asked.what else { continue };
            let Some(message) = self.store.find_mut(number) else { continue };
            message.receipt = Receipt::Waiting;
            message.attempts = message.attempts.saturating_sub(1);
            let account = message.account;
            if let Some(account) = self.accounts.get_mut(num::index(account)) {
                account.waiting.push_front(asked.what);
            }
            self.wake.push(account);
        }
    }
}
