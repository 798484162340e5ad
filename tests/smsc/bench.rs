//! Clients of one message centre in simulated time, and a decoder that lets it break no rule.

use std::collections::HashMap;

use smpp_inspect::smpp::spec::Slot;
use smpp_inspect::smpp::text::Receipt;
use smpp_inspect::smpp::{
    CommandId, CommandStatus, Context, Facts, Finding, Header, Role, Severity, Version, Visitor, reader, walk,
};
use smpp_inspect::smsc::{Close, ConnectionId, Counters, Engine, Options};
use smpp_inspect::time::{Duration, Timestamp};

/// Milliseconds since the start of a test.
pub(crate) fn ms(n: i64) -> Timestamp {
    // 2026-11-27T00:00:00Z
    Timestamp::from_parts(1_795_737_600, 0).plus(Duration::from_millis(n))
}

/// A PDU built by hand.
pub(crate) fn pdu(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = u32::try_from(16 + body.len()).unwrap().to_be_bytes().to_vec();
    for word in [id, status, sequence] {
        octets.extend(word.to_be_bytes());
    }
    octets.extend_from_slice(body);
    octets
}

pub(crate) fn bind(kind: CommandId, sequence: u32, system_id: &str, password: &str, version: u8) -> Vec<u8> {
    let body = [system_id.as_bytes(), b"\0", password.as_bytes(), b"\0test\0", &[version, 0, 0, 0]].concat();
    pdu(kind.0, 0, sequence, &body)
}

/// A submit_sm from 12345 with this destination, registered_delivery and text.
pub(crate) fn submit(sequence: u32, destination: &str, registered_delivery: u8, text: &str) -> Vec<u8> {
    submit_with(sequence, destination, registered_delivery, text, "", "", 0)
}

pub(crate) fn submit_with(
    sequence: u32,
    destination: &str,
    registered_delivery: u8,
    text: &str,
    schedule: &str,
    validity: &str,
    replace: u8,
) -> Vec<u8> {
    let body = [
        b"\0\x01\x0112345\0\x01\x01",
        destination.as_bytes(),
        b"\0\0\0\0",
        schedule.as_bytes(),
        b"\0",
        validity.as_bytes(),
        b"\0",
        &[registered_delivery, replace, 0, 0, u8::try_from(text.len()).unwrap()],
        text.as_bytes(),
    ]
    .concat();
    pdu(CommandId::SUBMIT_SM.0, 0, sequence, &body)
}

pub(crate) fn named(id: CommandId, sequence: u32, message_id: &str, rest: &[u8]) -> Vec<u8> {
    pdu(id.0, 0, sequence, &[message_id.as_bytes(), b"\0\x01\x0112345\0", rest].concat())
}

/// What the decoder says of a PDU of the message centre.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) at: Timestamp,
    pub(crate) header: Header,
    pub(crate) octets: Vec<u8>,
    pub(crate) facts: Facts,
}

impl Said {
    pub(crate) fn text(&self, slot: Slot) -> &str {
        std::str::from_utf8(self.facts.text(&self.octets, slot).unwrap_or_default()).unwrap()
    }

    pub(crate) fn status(&self) -> CommandStatus {
        self.header.command_status
    }

    /// The id of the message that a submit_sm_resp gives.
    pub(crate) fn id(&self) -> &str {
        self.text(Slot::MessageId)
    }

    /// Fields of a receipt: id, stat.
    pub(crate) fn receipt(&self) -> (String, String) {
        let span = self.facts.short_message().unwrap();
        let receipt = Receipt::parse(reader::slice(&self.octets, span), span.start).unwrap();
        assert!(receipt.is_standard, "{}", self.octets.escape_ascii());
        let part = |span| String::from_utf8(reader::slice(&self.octets, span).to_vec()).unwrap();
        (part(receipt.id.unwrap()), part(receipt.stat.unwrap()))
    }
}

/// Fails when the message centre breaks a rule.
struct Strict(Vec<u8>);

impl Visitor for Strict {
    fn finding(&mut self, finding: Finding) {
        let rule = finding.rule.rule();
        assert!(rule.severity == Severity::Note, "{}: {finding} in {}", rule.id, self.0.escape_ascii());
    }
}

/// Clients of one message centre.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    /// What each connection got and has not looked at.
    pub(crate) inbox: HashMap<ConnectionId, Vec<Said>>,
    pub(crate) partial: HashMap<ConnectionId, Vec<u8>>,
    pub(crate) closed: HashMap<ConnectionId, Close>,
    pub(crate) version: Option<Version>,
    /// Whether deliver_sm and enquire_link are answered by themselves.
    pub(crate) answers: bool,
    pub(crate) strict: bool,
}

impl Bench {
    pub(crate) fn new(options: Options) -> Self {
        let strict = options.faults.is_empty();
        let (inbox, partial, closed) = Default::default();
        let engine = Engine::new(options);
        Self {
            engine,
            now: ms(0),
            inbox,
            partial,
            closed,
            version: Some(Version::V34),
            answers: true,
            strict,
        }
    }

    pub(crate) fn connect(&mut self) -> ConnectionId {
        self.engine.connected("peer", self.now).unwrap()
    }

    /// A connection bound as a transceiver of 3.4.
    pub(crate) fn bound(&mut self) -> ConnectionId {
        self.bound_as(CommandId::BIND_TRANSCEIVER, "acme", 0x34)
    }

    pub(crate) fn bound_as(&mut self, kind: CommandId, system_id: &str, version: u8) -> ConnectionId {
        let connection = self.connect();
        let answer = self.ask(connection, &bind(kind, 1, system_id, "secret", version));
        assert_eq!((answer.header.command_id, answer.status()), (kind.response(), CommandStatus::OK));
        connection
    }

    pub(crate) fn send(&mut self, connection: ConnectionId, octets: &[u8]) {
        self.engine.received(connection, octets, self.now);
        self.collect();
    }

    /// Sends a request and takes the one PDU that comes at once.
    pub(crate) fn ask(&mut self, connection: ConnectionId, octets: &[u8]) -> Said {
        self.send(connection, octets);
        let mut said = self.said(connection);
        assert_eq!(said.len(), 1, "{said:?}");
        let said = said.remove(0);
        assert_eq!(
            Some(said.header.sequence_number),
            Header::parse(octets).map(|header| header.sequence_number)
        );
        said
    }

    /// What came since the last look.
    pub(crate) fn said(&mut self, connection: ConnectionId) -> Vec<Said> {
        self.inbox.remove(&connection).unwrap_or_default()
    }

    /// Lets time pass, timer by timer.
    pub(crate) fn pass(&mut self, millis: i64) {
        let until = self.now.plus(Duration::from_millis(millis));
        while let Some(at) = self.engine.timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.engine.tick(self.now);
            self.collect();
        }
        self.now = until;
    }

    pub(crate) fn collect(&mut self) {
        while let Some(connection) = self.engine.ready() {
            let octets = self.partial.entry(connection).or_default();
            if let Some(close) = self.engine.take(connection, octets) {
                self.closed.insert(connection, close);
            }
            let mut answers = Vec::new();
            while let Some(header) = Header::parse(octets).filter(|header| {
                (16..=octets.len()).contains(&usize::try_from(header.command_length).unwrap())
            }) {
                let rest = octets.split_off(usize::try_from(header.command_length).unwrap());
                let whole = std::mem::replace(octets, rest);
                let context = Context { version: self.version, from: Some(Role::Smsc) };
                let facts = if self.strict {
                    walk(&whole, context, &mut Strict(whole.clone()))
                } else {
                    walk(&whole, context, &mut smpp_inspect::smpp::Silent)
                };
                if self.answers
                    && matches!(
                        header.command_id,
                        CommandId::DELIVER_SM | CommandId::ENQUIRE_LINK | CommandId::UNBIND
                    )
                {
                    let body: &[u8] = if header.command_id == CommandId::DELIVER_SM { b"\0" } else { b"" };
                    let id = header.command_id.response();
                    answers.extend(pdu(id.0, 0, header.sequence_number.0, body));
                }
                let said = Said { at: self.now, header, octets: whole, facts };
                self.inbox.entry(connection).or_default().push(said);
            }
            if !answers.is_empty() {
                self.engine.received(connection, &answers, self.now);
            }
        }
    }

    pub(crate) fn counters(&self) -> Counters {
        self.engine.counters()
    }
}

pub(crate) fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}
