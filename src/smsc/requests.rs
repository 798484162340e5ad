//! What is done about each request of an ESME.

use super::engine::{Account, Close, Core, name};
use super::event::What;
use super::fault::Fault;
use super::options::Options;
use super::recorded::{Extra, has_recorded_answer};
use super::session::Session;
use super::verdict::Judge;
use super::write::Pdu;
use crate::num;
use crate::smpp::spec::{self, Command, Pairing, Slot, State};
use crate::smpp::{CommandId, CommandStatus, Context, Facts, Header, Role, RuleId, TlvTag, Version, walk};
use crate::time::Duration;

/// Accounts that are remembered; with as many, others cannot bind.
const ACCOUNTS: usize = 10_000;

/// Responses of a session that may wait for their time, whatever the options say.
const WAITING: u32 = 10_000;

/// A request under way.
pub(super) struct Request<'a> {
    pub(super) header: Header,
    pub(super) facts: Facts,
    pub(super) judge: Judge,
    pub(super) pdu: &'a [u8],
}

impl<'a> Request<'a> {
    pub(super) fn text(&self, slot: Slot) -> &'a [u8] {
        self.facts.text(self.pdu, slot).unwrap_or_default()
    }

    pub(super) fn octet(&self, slot: Slot) -> u8 {
        self.facts.integer(slot).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
    }
}

/// How a request is answered, as far as the options decide it.
pub(super) struct Plan {
    pub(super) latency: Duration,
    pub(super) status: CommandStatus,
    /// Of a message: how long after the answer it is final, and in which state. `None`: as the options say.
    pub(super) outcome: Option<(Duration, super::FinalState)>,
    /// Whether receipts are held back, whatever the request says.
    pub(super) no_receipt: bool,
    /// When after the answer an intermediate notification that was asked for comes: never where that is `None` within.
    /// `None`: half way.
    pub(super) notification: Option<Option<Duration>>,
}

impl Plan {
    const fn new(status: CommandStatus, latency: Duration) -> Self {
        Self { latency, status, outcome: None, no_receipt: false, notification: None }
    }
}

impl Core {
    /// A request came.
    pub(super) fn request(&mut self, session: &mut Session, header: Header, pdu: &[u8]) {
        self.counters.requests = self.counters.requests.saturating_add(1);
        let id = header.command_id;
        let Some(command) = spec::command(id) else {
            return self.nack(session, header, CommandStatus::RINVCMDID, RuleId::HEADER_COMMAND_ID_UNKNOWN);
        };
        if command.from == Some(Role::Smsc) || !matches!(command.pairing, Pairing::Asks(_)) {
            return self.nack(session, header, CommandStatus::RINVCMDID, RuleId::SESSION_PDU_WRONG_DIRECTION);
        }
        let is_newer = command.versions.first().is_some_and(|first| first > self.options.version);
        if is_newer || session.version.is_some_and(|version| !command.versions.contains(version)) {
            let rule = RuleId::HEADER_COMMAND_ID_NOT_IN_VERSION;
            return self.nack(session, header, CommandStatus::RINVCMDID, rule);
        }
        if !is_allowed(command, session) {
            let status = if id.is_bind() && session.is_bound() {
                CommandStatus::RALYBND
            } else {
                CommandStatus::RINVBNDSTS
            };
            self.counters.violations = self.counters.violations.saturating_add(1);
            return self.refuse(session, header, status, Some(RuleId::SESSION_PDU_IN_WRONG_STATE));
        }
        let context = Context { version: session.version, from: Some(Role::Esme) };
        let version = session.version.unwrap_or(Version::V34);
        let mut judge = Judge::new(id, version, self.options.lenient);
        let facts = walk(pdu, context, &mut judge);
        if let Some((rule, status)) = judge.refusal {
            self.counters.violations = self.counters.violations.saturating_add(1);
            return self.refuse(session, header, status, Some(rule));
        }
        let request = Request { header, facts, judge, pdu };
        match id {
            CommandId::ENQUIRE_LINK => {
                self.respond(session, &request, CommandStatus::OK, Duration::ZERO, |pdu| pdu);
            }
            CommandId::UNBIND => {
                self.respond(session, &request, CommandStatus::OK, Duration::ZERO, |pdu| pdu);
                self.unbound(session);
                session.close(Close::Fin, self);
            }
            id if id.is_bind() => self.bind(session, &request),
            _ => self.ask(session, &request),
        }
    }

    /// A request that is about messages.
    fn ask(&mut self, session: &mut Session, request: &Request<'_>) {
        let id = request.header.command_id;
        let submits = submits(id);
        let Some(plan) = self.plan(session, request, submits) else {
            self.counters.unanswered = self.counters.unanswered.saturating_add(1);
            self.tell(session.id, || What::Request {
                command: name(id),
                sequence_number: request.header.sequence_number.0,
                status: None,
                rule: None,
                message_id: None,
                latency_us: 0,
            });
            return;
        };
        if plan.status != CommandStatus::OK {
            return self.fail(session, request, plan.status, plan.latency);
        }
        match id {
            CommandId::SUBMIT_SM | CommandId::DATA_SM => self.submit(session, request, &plan),
            CommandId::SUBMIT_MULTI => self.submit_multi(session, request, &plan),
            CommandId::BROADCAST_SM => self.broadcast(session, request, &plan),
            CommandId::QUERY_SM => self.query(session, request, &plan),
            CommandId::CANCEL_SM => self.cancel(session, request, &plan),
            CommandId::REPLACE_SM => self.replace(session, request, &plan),
            CommandId::QUERY_BROADCAST_SM => self.query_broadcast(session, request, &plan),
            CommandId::CANCEL_BROADCAST_SM => self.cancel_broadcast(session, request, &plan),
            CommandId::PARAM_RETRIEVE => self.param_retrieve(session, request, &plan),
            CommandId::QUERY_LAST_MSGS => self.query_last_msgs(session, request, &plan),
            CommandId::QUERY_MSG_DETAILS => self.query_msg_details(session, request, &plan),
            // The tables have no other request.
            _ => self.fail(session, request, CommandStatus::RINVCMDID, plan.latency),
        }
    }

    /// What the options, the recording and the destination make of a request; `None`: it is not answered.
    fn plan(&mut self, session: &mut Session, request: &Request<'_>, submits: bool) -> Option<Plan> {
        let id = request.header.command_id;
        let at_once = |status| Some(Plan::new(status, Duration::ZERO));
        if submits && !self.is_within_rate(session) {
            return at_once(CommandStatus::RTHROTTLED);
        }
        if session.waiting >= self.options.window.unwrap_or(WAITING).min(WAITING) {
            return at_once(CommandStatus::RMSGQFUL);
        }
        let latency = self.options.latency.draw(&mut self.random);
        let mut plan = Plan::new(CommandStatus::OK, latency);
        if has_recorded_answer(id)
            && let Some(recording) = &mut self.options.recording
        {
            let extra = recording.extra;
            match recording.most_similar(id, &request.facts, request.pdu) {
                Some(exchange) => {
                    plan.status = exchange.status?;
                    plan.latency = exchange.latency;
                    plan.outcome = exchange.outcome();
                    plan.no_receipt = plan.outcome.is_none();
                    plan.notification = Some(exchange.notification());
                    return Some(plan);
                }
                None if extra == Extra::Drop => return None,
                None if extra == Extra::Nack => {
                    plan.status = CommandStatus::RSYSERR;
                    return Some(plan);
                }
                None => {}
            }
        }
        if submits && self.options.magic {
            match request.text(Slot::DestinationAddr) {
                b"111" => plan.latency = Duration::from_secs(10),
                b"222" => return None,
                b"333" => plan.status = CommandStatus::RSUBMITFAIL,
                b"444" => plan.status = CommandStatus::RTHROTTLED,
                b"555" => plan.status = CommandStatus::RMSGQFUL,
                b"666" => {
                    let delay = self.options.receipt_delay.draw(&mut self.random);
                    plan.outcome = Some((delay, super::FinalState::Undeliverable));
                }
                _ => {}
            }
        }
        if submits
            && plan.status == CommandStatus::OK
            && let Some(status) = self.options.errors.draw(&mut self.random)
        {
            plan.status = status;
        }
        Some(plan)
    }

    /// Takes a message into account; whether the session is within its rate. A second's worth may come at once.
    fn is_within_rate(&self, session: &mut Session) -> bool {
        let Some(rate) = self.options.rate else { return true };
        let interval = 1_000_000_000_i64.checked_div(i64::from(rate)).unwrap_or(i64::MAX);
        let next = session.next_at.max(self.now);
        let ahead = next.since(self.now).nanos();
        if ahead > 1_000_000_000_i64.saturating_sub(interval) {
            return false;
        }
        session.next_at = next.plus(Duration::from_nanos(interval));
        true
    }

    fn bind(&mut self, session: &mut Session, request: &Request<'_>) {
        let system_id = request.text(Slot::SystemId);
        let version = version(request.octet(Slot::InterfaceVersion), request.header.command_id)
            .min(self.options.version);
        // What the answer looks like depends on what the bind says.
        session.version = Some(version);
        let known = self.options.accounts.iter().find(|account| account.system_id.as_bytes() == system_id);
        let refusal = match known {
            _ if self.options.accounts.is_empty() => None,
            None => Some(CommandStatus::RINVSYSID),
            Some(account) if account.password.as_bytes() == request.judge.password => None,
            // In 5.0 ESME_RINVPASWD is about the form of a password.
            Some(_) if version == Version::V50 => Some(CommandStatus::RBINDFAIL),
            Some(_) => Some(CommandStatus::RINVPASWD),
        };
        let account = self.account(system_id);
        let (None, Some(account)) = (refusal, account) else {
            let status = refusal.unwrap_or(CommandStatus::RBINDFAIL);
            self.refuse(session, request.header, status, None);
            session.version = None;
            return;
        };
        let state = match request.header.command_id {
            CommandId::BIND_TRANSMITTER => State::BoundTx,
            CommandId::BIND_RECEIVER => State::BoundRx,
            _ => State::BoundTrx,
        };
        let name = system_name(&self.options);
        // The version that is spoken: one above it is a reserved value to a client of 3.4.
        let spoken = interface_version(version);
        self.respond(session, request, CommandStatus::OK, Duration::ZERO, |pdu| {
            let pdu = pdu.text(name.as_bytes());
            if version == Version::V33 { pdu } else { pdu.tlv(TlvTag::SC_INTERFACE_VERSION, &[spoken]) }
        });
        session.bind(state, version, account);
        session.has_greeted();
        self.counters.binds = self.counters.binds.saturating_add(1);
        self.counters.bound = self.counters.bound.saturating_add(1);
        if session.receives() {
            self.receivers.push(session.id);
            if let Some(account) = self.accounts.get_mut(num::index(account)) {
                account.receivers.push(session.id);
            }
            self.wake(session);
        }
        self.tell(session.id, || What::Bound {
            system_id: String::from_utf8_lossy(system_id).into_owned(),
            bind: session.bound_as().map_or("", crate::session::BindType::name),
            version: version.to_string(),
        });
    }

    /// The place of an account, old or new; `None` when there are as many as are remembered.
    fn account(&mut self, name: &[u8]) -> Option<u32> {
        let known = self.accounts.iter().position(|account| &*account.name == name);
        let place = match known {
            Some(place) => place,
            None if self.accounts.len() < ACCOUNTS => {
                let (receivers, waiting) = Default::default();
                self.accounts.push(Account { name: name.into(), receivers, turn: 0, waiting });
                self.accounts.len().saturating_sub(1)
            }
            None => return None,
        };
        u32::try_from(place).ok()
    }

    pub(super) fn unbound(&mut self, session: &mut Session) {
        if session.is_bound() {
            self.forget(session);
            session.state = State::Unbound;
            self.tell(session.id, || What::Unbound);
        }
    }

    /// Answers a submission or a request about messages with a failure.
    pub(super) fn fail(
        &mut self,
        session: &mut Session,
        request: &Request<'_>,
        status: CommandStatus,
        latency: Duration,
    ) {
        self.note(session, request.header, Some(status), None, None, latency);
        self.count_refusal(request.header.command_id, status);
        self.answer(
            session,
            request.header,
            status,
            latency,
            failing_body(session, request.header.command_id),
        );
    }

    /// Refuses a request before it is looked at further. An enquire_link_resp cannot say no: its status is always 0
    /// (3.4 §4.11.2), so a generic_nack does.
    fn refuse(&mut self, session: &mut Session, header: Header, status: CommandStatus, rule: Option<RuleId>) {
        self.note(session, header, Some(status), rule, None, Duration::ZERO);
        self.count_refusal(header.command_id, status);
        if header.command_id == CommandId::ENQUIRE_LINK {
            self.counters.nacks = self.counters.nacks.saturating_add(1);
            return self.send_nack(session, header, status);
        }
        let body = failing_body(session, header.command_id);
        self.answer(session, header, status, Duration::ZERO, body);
    }

    fn count_refusal(&mut self, id: CommandId, status: CommandStatus) {
        let one_more = |counter: &mut u64| *counter = counter.saturating_add(1);
        if id.is_bind() {
            one_more(&mut self.counters.binds_refused);
        } else if submits(id) {
            one_more(&mut self.counters.rejected);
            if status == CommandStatus::RTHROTTLED {
                one_more(&mut self.counters.throttled);
            }
        }
    }

    /// Refuses what cannot be answered by its own response.
    pub(super) fn nack(
        &mut self,
        session: &mut Session,
        header: Header,
        status: CommandStatus,
        rule: RuleId,
    ) {
        self.counters.nacks = self.counters.nacks.saturating_add(1);
        self.counters.violations = self.counters.violations.saturating_add(1);
        self.note(session, header, Some(status), Some(rule), None, Duration::ZERO);
        self.send_nack(session, header, status);
    }

    fn send_nack(&mut self, session: &mut Session, header: Header, status: CommandStatus) {
        let mut octets = std::mem::take(&mut self.scratch);
        octets.clear();
        Pdu::new(&mut octets, CommandId::GENERIC_NACK, status, header.sequence_number).finish();
        self.send_response(session, &octets);
        self.scratch = octets;
    }

    /// Answers a request with success.
    pub(super) fn respond(
        &mut self,
        session: &mut Session,
        request: &Request<'_>,
        status: CommandStatus,
        latency: Duration,
        body: impl FnOnce(Pdu<'_>) -> Pdu<'_>,
    ) {
        self.note(session, request.header, Some(status), None, None, latency);
        self.answer(session, request.header, status, latency, body);
    }

    /// As [`respond`](Self::respond), with the id given to a message.
    pub(super) fn respond_with_id(
        &mut self,
        session: &mut Session,
        request: &Request<'_>,
        latency: Duration,
        id: &str,
        body: impl FnOnce(Pdu<'_>) -> Pdu<'_>,
    ) {
        self.note(session, request.header, Some(CommandStatus::OK), None, Some(id), latency);
        self.answer(session, request.header, CommandStatus::OK, latency, body);
    }

    fn note(
        &mut self,
        session: &Session,
        header: Header,
        status: Option<CommandStatus>,
        rule: Option<RuleId>,
        message_id: Option<&str>,
        latency: Duration,
    ) {
        self.tell(session.id, || What::Request {
            command: name(header.command_id),
            sequence_number: header.sequence_number.0,
            status: status.map(|status| status.to_string()),
            rule: rule.map(|rule| rule.rule().id),
            message_id: message_id.map(str::to_owned),
            latency_us: latency.nanos() / 1_000,
        });
    }

    fn answer(
        &mut self,
        session: &mut Session,
        header: Header,
        status: CommandStatus,
        latency: Duration,
        body: impl FnOnce(Pdu<'_>) -> Pdu<'_>,
    ) {
        let mut octets = std::mem::take(&mut self.scratch);
        octets.clear();
        body(Pdu::new(&mut octets, header.command_id.response(), status, header.sequence_number)).finish();
        let is_faulty = session.is_bound() && !self.options.faults.is_empty();
        let latency = if is_faulty && self.strikes(Fault::Late) {
            Duration::from_nanos(latency.nanos().saturating_add(Fault::LATE.nanos()))
        } else {
            latency
        };
        if latency <= Duration::ZERO {
            self.send_response(session, &octets);
        } else {
            session.waiting = session.waiting.saturating_add(1);
            let due = self.now.plus(latency);
            self.timer(due, super::engine::Task::Respond(session.id, octets.as_slice().into()));
        }
        self.scratch = octets;
    }

    /// Sends a response, as the faults will have it.
    pub(super) fn send_response(&mut self, session: &mut Session, octets: &[u8]) {
        self.counters.responses = self.counters.responses.saturating_add(1);
        if !session.is_bound() || self.options.faults.is_empty() {
            return session.send(octets, self);
        }
        if self.strikes(Fault::Reset) {
            return session.close(Close::Reset, self);
        }
        if self.strikes(Fault::WrongSequence) {
            let mut octets = octets.to_vec();
            // Far from any number in use, and a legal one.
            if let Some(place) = octets.get_mut(12) {
                *place ^= 0x40;
            }
            session.send(&octets, self);
        } else {
            session.send(octets, self);
        }
        if self.strikes(Fault::Duplicate) {
            session.send(octets, self);
        }
        if self.strikes(Fault::HalfClose) {
            session.close(Close::Half, self);
        }
    }
}

/// Whether the session may send this now.
fn is_allowed(command: &Command, session: &Session) -> bool {
    if command.id == CommandId::ENQUIRE_LINK {
        // 5.0 allows it in every state, and before a bind nobody knows the version.
        return true;
    }
    let allowed = match session.version {
        Some(Version::V50) => command.states_v50.or(command.states_v34),
        _ => command.states_v34.or(command.states_v50),
    };
    match allowed {
        // An outbind asks for a bind, in every version.
        Some(_) if command.id.is_bind() => matches!(session.state, State::Open | State::Outbound),
        Some(allowed) => allowed.esme.contains(session.state),
        // 3.3 has no table; what only 3.3 has is about messages.
        None => spec::States::SUBMITTING.contains(session.state),
    }
}

const fn submits(id: CommandId) -> bool {
    matches!(
        id,
        CommandId::SUBMIT_SM | CommandId::DATA_SM | CommandId::SUBMIT_MULTI | CommandId::BROADCAST_SM
    )
}

/// The body of a response that fails: none, but in 3.3, which has the fields in every response.
fn failing_body(session: &Session, id: CommandId) -> impl FnOnce(Pdu<'_>) -> Pdu<'_> + use<> {
    let is_v33 = session.version == Some(Version::V33);
    move |pdu| match spec::command(id.response()) {
        Some(command) if is_v33 => pdu.empty_body(command),
        _ => pdu,
    }
}

/// What a bind asks for. bind_transceiver came with 3.4.
const fn version(interface_version: u8, id: CommandId) -> Version {
    match interface_version {
        0x50.. => Version::V50,
        0x34..=0x4F => Version::V34,
        _ if matches!(id, CommandId::BIND_TRANSCEIVER) => Version::V34,
        _ => Version::V33,
    }
}

const fn interface_version(version: Version) -> u8 {
    match version {
        Version::V33 => 0x33,
        Version::V34 => 0x34,
        Version::V50 => 0x50,
    }
}

/// At most the 15 characters that the field has.
pub(super) fn system_name(options: &Options) -> String {
    options.system_id.chars().filter(char::is_ascii_graphic).take(15).collect()
}
