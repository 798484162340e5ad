//! Messages submitted, asked for, cancelled and replaced.

use super::clock;
use super::engine::{Core, Task};
use super::ids::IdNotation;
use super::options::FinalState;
use super::requests::{Plan, Request};
use super::session::Session;
use super::store::{Address, Content, Message, Receipt};
use super::verdict::Destination;
use super::write::Pdu;
use crate::num;
use crate::smpp::spec::Slot;
use crate::smpp::text::{Charset, UserData};
use crate::smpp::{CommandStatus, TlvTag, Version, reader};
use crate::time::{Duration, Timestamp};

/// Messages that are looked through for those of a source or a group, the newest first.
const LOOKED_THROUGH: usize = 10_000;

impl Core {
    /// submit_sm and data_sm.
    pub(super) fn submit(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let destination = Address {
            ton: request.octet(Slot::DestTon),
            npi: request.octet(Slot::DestNpi),
            octets: request.text(Slot::DestinationAddr),
        };
        let content = content(session, request, destination);
        let number = match self.replaced(session, request, content) {
            Some(number) => number,
            None => match self.keep(session, request, content, plan, None) {
                Some(number) => number,
                None => return self.fail(session, request, CommandStatus::RMSGQFUL, plan.latency),
            },
        };
        let id = self.id(session, number);
        self.respond_with_id(session, request, plan.latency, &id, |pdu| pdu.text(id.as_bytes()));
    }

    /// submit_multi: a message for each destination, all with the id of the first. Distribution lists have no members.
    pub(super) fn submit_multi(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let mut failed: Vec<(&Destination, CommandStatus)> = Vec::new();
        let mut shown = None;
        for destination in &request.judge.destinations {
            if destination.is_list {
                continue;
            }
            let status = match &*destination.address {
                b"333" if self.options.magic => Some(CommandStatus::RSUBMITFAIL),
                b"444" if self.options.magic => Some(CommandStatus::RTHROTTLED),
                b"555" if self.options.magic => Some(CommandStatus::RMSGQFUL),
                _ => None,
            };
            if let Some(status) = status {
                failed.push((destination, status));
                continue;
            }
            let address =
                Address { ton: destination.ton, npi: destination.npi, octets: &destination.address };
            match self.keep(session, request, content(session, request, address), plan, shown) {
                Some(number) => shown = Some(shown.unwrap_or(number)),
                None => failed.push((destination, CommandStatus::RMSGQFUL)),
            }
        }
        // Lists alone are accepted as well, and a message for nobody needs no more than a number.
        let only_lists = failed.is_empty();
        let shown = match shown {
            Some(number) => number,
            None if only_lists => {
                match self.keep(session, request, content(session, request, Address::default()), plan, None) {
                    Some(number) => number,
                    None => return self.fail(session, request, CommandStatus::RMSGQFUL, plan.latency),
                }
            }
            // No destination was accepted.
            None => {
                let status = failed.first().map_or(CommandStatus::RSUBMITFAIL, |(_, status)| *status);
                return self.fail(session, request, status, plan.latency);
            }
        };
        let id = self.id(session, shown);
        self.respond_with_id(session, request, plan.latency, &id, |pdu| {
            let count = u8::try_from(failed.len()).unwrap_or(u8::MAX);
            failed.iter().take(count.into()).fold(
                pdu.text(id.as_bytes()).u8(count),
                |pdu, (destination, status)| {
                    pdu.u8(destination.ton).u8(destination.npi).text(&destination.address).u32(status.0)
                },
            )
        });
    }

    /// broadcast_sm: as a message without receipts, asked for by its own commands.
    pub(super) fn broadcast(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let area = &request.judge.area;
        let content = Content { text: area, ..content(session, request, Address::default()) };
        let Some(number) = self.keep(session, request, content, plan, None) else {
            return self.fail(session, request, CommandStatus::RMSGQFUL, plan.latency);
        };
        if let Some(message) = self.store.find_mut(number) {
            message.is_broadcast = true;
        }
        let id = self.id(session, number);
        self.respond_with_id(session, request, plan.latency, &id, |pdu| pdu.text(id.as_bytes()));
    }

    pub(super) fn query(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let number = match self.named(session, request, false) {
            Ok(number) => number,
            Err(status) => return self.fail(session, request, status, plan.latency),
        };
        let Some(message) = self.store.find(number) else { return };
        let has_scheduled = session.version == Some(Version::V50);
        let (state, error) = (message.state(self.now, has_scheduled), error(message.final_state));
        let is_final = message.is_final(self.now);
        let date = clock::absolute(message.final_at);
        let id = request.text(Slot::MessageId);
        self.respond(session, request, CommandStatus::OK, plan.latency, |pdu| {
            let (date, error) = if is_final { (&date[..], error) } else { (&b""[..], 0) };
            pdu.text(id).text(date).u8(state).u8(error)
        });
    }

    pub(super) fn query_broadcast(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let number = match self.named(session, request, true) {
            Ok(number) => number,
            Err(CommandStatus::RINVMSGID) => {
                return self.fail(session, request, CommandStatus::RINVMSGID, plan.latency);
            }
            Err(_) => return self.fail(session, request, CommandStatus::RBCASTQUERYFAIL, plan.latency),
        };
        let Some(message) = self.store.find(number) else { return };
        let state = message.state(self.now, true);
        let area = message.content().text.to_vec();
        let success = if message.is_final(self.now) { 100 } else { 0 };
        let id = request.text(Slot::MessageId);
        self.respond(session, request, CommandStatus::OK, plan.latency, |pdu| {
            pdu.text(id)
                .tlv(TlvTag::MESSAGE_STATE, &[state])
                .tlv(TlvTag::BROADCAST_AREA_IDENTIFIER, &area)
                .tlv(TlvTag::BROADCAST_AREA_SUCCESS, &[success])
        });
    }

    pub(super) fn cancel(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let cancelled = if request.text(Slot::MessageId).is_empty() {
            self.group(session, request)
        } else {
            match self.named(session, request, false) {
                Ok(number) => vec![number],
                Err(status @ CommandStatus::RINVMSGID) => {
                    return self.fail(session, request, status, plan.latency);
                }
                Err(_) => return self.fail(session, request, CommandStatus::RCANCELFAIL, plan.latency),
            }
        };
        let done = cancelled.into_iter().filter(|&number| self.delete(number)).count();
        let status = if done > 0 { CommandStatus::OK } else { CommandStatus::RCANCELFAIL };
        self.finish(session, request, status, plan);
    }

    pub(super) fn cancel_broadcast(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let status = match self.named(session, request, true) {
            Ok(number) if self.delete(number) => CommandStatus::OK,
            Err(CommandStatus::RINVMSGID) => CommandStatus::RINVMSGID,
            _ => CommandStatus::RBCASTCANCELFAIL,
        };
        self.finish(session, request, status, plan);
    }

    pub(super) fn replace(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let status = match self.named(session, request, false) {
            Ok(number) if self.rewrite(number, request, true) => CommandStatus::OK,
            Err(status @ CommandStatus::RINVMSGID) => status,
            _ => CommandStatus::RREPLACEFAIL,
        };
        self.finish(session, request, status, plan);
    }

    /// param_retrieve (3.3): no parameter is set, all are empty.
    pub(super) fn param_retrieve(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        self.respond(session, request, CommandStatus::OK, plan.latency, |pdu| pdu.text(b""));
    }

    /// query_last_msgs (3.3).
    pub(super) fn query_last_msgs(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let source = request.text(Slot::SourceAddr);
        let most = usize::from(request.octet(Slot::NumMessages).min(100));
        let ids: Vec<String> = self
            .store
            .newest(LOOKED_THROUGH)
            .filter(|(_, message)| {
                Some(message.account) == session.account && message.content().source.octets == source
            })
            .take(most)
            .map(|(_, message)| self.id(session, message.shown))
            .collect();
        let count = u8::try_from(ids.len()).unwrap_or(u8::MAX);
        self.respond(session, request, CommandStatus::OK, plan.latency, |pdu| {
            ids.iter().fold(pdu.u8(count), |pdu, id| pdu.text(id.as_bytes()))
        });
    }

    /// query_msg_details (3.3). Of the text the beginning is kept.
    pub(super) fn query_msg_details(&mut self, session: &mut Session, request: &Request<'_>, plan: &Plan) {
        let number = match self.named(session, request, false) {
            Ok(number) => number,
            Err(status) => return self.fail(session, request, status, plan.latency),
        };
        let Some(message) = self.store.find(number) else { return };
        let mut octets = Vec::new();
        let pdu = Pdu::new(
            &mut octets,
            request.header.command_id,
            CommandStatus::OK,
            request.header.sequence_number,
        );
        let content = message.content();
        let is_final = message.is_final(self.now);
        let date = clock::absolute(message.final_at);
        let date = if is_final { &date[..] } else { b"" };
        pdu.text(content.service_type)
            .u8(content.source.ton)
            .u8(content.source.npi)
            .text(content.source.octets)
            .u8(1)
            .u8(1)
            .u8(content.destination.ton)
            .u8(content.destination.npi)
            .text(content.destination.octets)
            .u8(0)
            .u8(0)
            .text(b"")
            .text(b"")
            .u8(message.registered_delivery & 1)
            .u8(0)
            .counted(content.text.get(..usize::from(request.octet(Slot::SmLength))).unwrap_or(content.text))
            .text(self.id(session, message.shown).as_bytes())
            .text(date)
            .u8(message.state(self.now, false))
            .u8(if is_final { error(message.final_state) } else { 0 })
            .finish();
        let body = octets.get(16..).unwrap_or_default();
        self.respond(session, request, CommandStatus::OK, plan.latency, |pdu| pdu.octets(body));
    }

    /// A response without a body.
    fn finish(&mut self, session: &mut Session, request: &Request<'_>, status: CommandStatus, plan: &Plan) {
        if status == CommandStatus::OK {
            self.respond(session, request, status, plan.latency, |pdu| pdu);
        } else {
            self.fail(session, request, status, plan.latency);
        }
    }

    /// Keeps a message and sets the clock for its receipts; `None` where there is no room.
    fn keep(
        &mut self,
        session: &Session,
        request: &Request<'_>,
        content: Content<'_>,
        plan: &Plan,
        shown: Option<u64>,
    ) -> Option<u64> {
        if !self.store.makes_room(self.now) {
            return None;
        }
        let answered_at = self.now.plus(plan.latency);
        let mut message = Message::new(content, session.account?, self.now);
        let scheduled = clock::point(request.text(Slot::ScheduleDeliveryTime), self.now);
        message.scheduled_until = scheduled.filter(|at| *at > self.now);
        let begins = scheduled.unwrap_or(answered_at).max(answered_at);
        let (delay, state) = match plan.outcome {
            Some(outcome) => outcome,
            None => {
                let state = self.options.states.draw(&mut self.random).unwrap_or(FinalState::Delivered);
                (self.options.receipt_delay.draw(&mut self.random), state)
            }
        };
        (message.final_at, message.final_state) = (begins.plus(delay), state);
        if let Some(until) = clock::point(request.text(Slot::ValidityPeriod), self.now)
            && until < message.final_at
        {
            (message.final_at, message.final_state) = (until.max(answered_at), FinalState::Expired);
        }
        message.registered_delivery =
            if plan.no_receipt { 0 } else { request.octet(Slot::RegisteredDelivery) };
        let (registered_delivery, final_at) = (message.registered_delivery, message.final_at);
        message.shown = shown.unwrap_or(self.store.next());
        let number = self.store.push(message);
        if registered_delivery & 0x3 != 0 {
            self.timer(final_at, Task::Final(number));
        }
        let half = Duration::from_nanos(final_at.since(begins).nanos() / 2);
        if registered_delivery & 0x10 != 0
            && let Some(delay) = plan.notification.unwrap_or(Some(half))
        {
            self.timer(begins.plus(delay), Task::Notify(number));
        }
        self.counters.accepted = self.counters.accepted.saturating_add(1);
        Some(number)
    }

    /// Has a pending message replaced where replace_if_present_flag asks for it; its number.
    fn replaced(&mut self, session: &Session, request: &Request<'_>, content: Content<'_>) -> Option<u64> {
        if request.octet(Slot::ReplaceIfPresentFlag) != 1 {
            return None;
        }
        let (number, _) = self.store.newest(LOOKED_THROUGH).find(|(_, message)| {
            let other = message.content();
            Some(message.account) == session.account
                && !message.is_final(self.now)
                && other.source == content.source
                && other.destination == content.destination
                && other.service_type == content.service_type
        })?;
        self.rewrite(number, request, false).then_some(number)
    }

    /// Gives a pending message another text, validity and schedule; whether it was pending. Times that are NULL leave
    /// what was (3.4 §4.10.1), where `keeps_times`.
    fn rewrite(&mut self, number: u64, request: &Request<'_>, keeps_times: bool) -> bool {
        let now = self.now;
        let scheduled = clock::point(request.text(Slot::ScheduleDeliveryTime), now);
        let until = clock::point(request.text(Slot::ValidityPeriod), now);
        let delay = self.options.receipt_delay.draw(&mut self.random);
        let Some(message) = self.store.find_mut(number) else { return false };
        if message.is_final(now) {
            return false;
        }
        message.replace_text(text(None, request));
        let had = message.registered_delivery & 0x3 != 0;
        message.registered_delivery = request.octet(Slot::RegisteredDelivery);
        let before = message.final_at;
        if scheduled.is_some() || !keeps_times {
            message.scheduled_until = scheduled.filter(|at| *at > now);
            message.final_at = scheduled.unwrap_or(now).max(now).plus(delay);
        }
        if let Some(until) = until
            && until < message.final_at
        {
            (message.final_at, message.final_state) = (until.max(now), FinalState::Expired);
        }
        let final_at = message.final_at;
        if message.registered_delivery & 0x3 != 0 && (!had || final_at != before) {
            self.timer(final_at, Task::Final(number));
        }
        true
    }

    /// Cancels a pending message; whether it was pending.
    fn delete(&mut self, number: u64) -> bool {
        let now = self.now;
        let Some(message) = self.store.find_mut(number) else { return false };
        if message.is_final(now) {
            return false;
        }
        (message.final_at, message.final_state) = (now, FinalState::Deleted);
        if message.registered_delivery & 0x3 != 0 {
            self.timer(now, Task::Final(number));
        }
        true
    }

    /// The message that a request names. The account has to be the one that submitted it, and a source that is given
    /// has to be its source.
    fn named(
        &self,
        session: &Session,
        request: &Request<'_>,
        is_broadcast: bool,
    ) -> Result<u64, CommandStatus> {
        let number =
            self.notation(session).read(request.text(Slot::MessageId)).ok_or(CommandStatus::RINVMSGID)?;
        let message = self
            .store
            .find(number)
            .filter(|message| {
                Some(message.account) == session.account && message.is_broadcast == is_broadcast
            })
            .ok_or(CommandStatus::RINVMSGID)?;
        let source = request.text(Slot::SourceAddr);
        if source.is_empty() || source == message.content().source.octets {
            Ok(number)
        } else {
            Err(CommandStatus::RQUERYFAIL)
        }
    }

    /// The pending messages of a source to a destination: cancel_sm without an id (3.4 §4.9.1).
    fn group(&self, session: &Session, request: &Request<'_>) -> Vec<u64> {
        let service_type = request.text(Slot::ServiceType);
        let (source, destination) = (request.text(Slot::SourceAddr), request.text(Slot::DestinationAddr));
        self.store
            .newest(LOOKED_THROUGH)
            .filter(|(_, message)| {
                let content = message.content();
                Some(message.account) == session.account
                    && !message.is_broadcast
                    && !message.is_final(self.now)
                    && content.source.octets == source
                    && content.destination.octets == destination
                    && (service_type.is_empty() || content.service_type == service_type)
            })
            .map(|(number, _)| number)
            .collect()
    }

    /// The notation of ids in this session: 3.3 has room for eight hexadecimal digits.
    pub(super) fn notation(&self, session: &Session) -> IdNotation {
        if session.version == Some(Version::V33) { IdNotation::HexPadded } else { self.options.ids }
    }

    fn id(&self, session: &Session, number: u64) -> String {
        self.notation(session).write(number)
    }

    /// A message has become final: its receipt waits to be delivered, if it is wanted.
    pub(super) fn finalise(&mut self, number: u64, due: Timestamp) {
        let Some(message) = self.store.find_mut(number) else { return };
        // Another time was set meanwhile, or the receipt is on its way.
        if message.final_at != due && !message.is_final(self.now) || message.receipt != Receipt::None {
            return;
        }
        let succeeded = matches!(message.final_state, FinalState::Delivered | FinalState::Accepted);
        let wanted = match message.registered_delivery & 0x3 {
            1 => true,
            2 => !succeeded,
            3 => succeeded,
            _ => false,
        };
        if wanted {
            message.receipt = Receipt::Waiting;
            let account = message.account;
            self.enqueue(account, super::session::Asked::Receipt(number));
        }
    }

    /// A message is half way: an intermediate notification waits to be delivered.
    pub(super) fn notify(&mut self, number: u64) {
        let Some(message) = self.store.find(number).filter(|message| !message.is_final(self.now)) else {
            return;
        };
        let account = message.account;
        self.enqueue(account, super::session::Asked::Notification(number));
    }

    pub(super) fn enqueue(&mut self, account: u32, what: super::session::Asked) {
        if let Some(waiting) = self.accounts.get_mut(num::index(account)) {
            waiting.waiting.push_back(what);
            self.wake.push(account);
        }
    }
}

/// What a submission says.
fn content<'a>(session: &Session, request: &Request<'a>, destination: Address<'a>) -> Content<'a> {
    Content {
        service_type: request.text(Slot::ServiceType),
        source: Address {
            ton: request.octet(Slot::SourceTon),
            npi: request.octet(Slot::SourceNpi),
            octets: request.text(Slot::SourceAddr),
        },
        destination,
        text: text(session.version, request),
    }
}

/// The text without its header, where it is printable ASCII: only such goes into a receipt.
fn text<'a>(version: Option<Version>, request: &Request<'a>) -> &'a [u8] {
    let user_data = UserData::of(&request.facts, request.pdu, version, Charset::default());
    let text = user_data.map(|data| reader::slice(request.pdu, data.text.rest_span())).unwrap_or_default();
    let coding = request.facts.data_coding().unwrap_or(0);
    let beginning = text.get(..20).unwrap_or(text);
    let is_printable = beginning.iter().all(|octet| matches!(octet, b' '..=b'~'));
    if coding & 0x0C == 0 && is_printable { beginning } else { b"" }
}

/// What query_sm_resp and receipts give for the reason: a number for each state in which a message was not delivered.
pub(super) const fn error(state: FinalState) -> u8 {
    match state {
        FinalState::Delivered | FinalState::Accepted => 0,
        FinalState::Undeliverable => 1,
        FinalState::Expired => 2,
        FinalState::Deleted => 3,
        FinalState::Rejected => 4,
        FinalState::Unknown => 5,
    }
}
