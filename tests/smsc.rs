//! The test SMSC in simulated time: every option, every request of the tables, and that nothing it ever sends breaks
//! a rule of its own decoder.

use std::collections::HashMap;

use smpp_inspect::smpp::spec::{COMMANDS, Pairing, Slot};
use smpp_inspect::smpp::text::Receipt;
use smpp_inspect::smpp::{
    CommandId, CommandStatus, Context, Facts, Finding, Header, Role, Severity, Version, Visitor, reader, walk,
};
use smpp_inspect::smsc::{
    Close, ConnectionId, Counters, Engine, Extra, Fault, IdNotation, Options, RecordedPdu, Recorder,
};
use smpp_inspect::time::{Duration, Timestamp};

/// Milliseconds since the start of a test.
fn ms(n: i64) -> Timestamp {
    // 2026-11-27T00:00:00Z
    Timestamp::from_parts(1_795_737_600, 0).plus(Duration::from_millis(n))
}

/// A PDU built by hand.
fn pdu(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = u32::try_from(16 + body.len()).unwrap().to_be_bytes().to_vec();
    for word in [id, status, sequence] {
        octets.extend(word.to_be_bytes());
    }
    octets.extend_from_slice(body);
    octets
}

fn bind(kind: CommandId, sequence: u32, system_id: &str, password: &str, version: u8) -> Vec<u8> {
    let body = [system_id.as_bytes(), b"\0", password.as_bytes(), b"\0test\0", &[version, 0, 0, 0]].concat();
    pdu(kind.0, 0, sequence, &body)
}

/// A submit_sm from 12345 with this destination, registered_delivery and text.
fn submit(sequence: u32, destination: &str, registered_delivery: u8, text: &str) -> Vec<u8> {
    submit_with(sequence, destination, registered_delivery, text, "", "", 0)
}

fn submit_with(
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

fn named(id: CommandId, sequence: u32, message_id: &str, rest: &[u8]) -> Vec<u8> {
    pdu(id.0, 0, sequence, &[message_id.as_bytes(), b"\0\x01\x0112345\0", rest].concat())
}

/// What the decoder says of a PDU of the message centre.
#[derive(Debug)]
struct Said {
    at: Timestamp,
    header: Header,
    octets: Vec<u8>,
    facts: Facts,
}

impl Said {
    fn text(&self, slot: Slot) -> &str {
        std::str::from_utf8(self.facts.text(&self.octets, slot).unwrap_or_default()).unwrap()
    }

    fn status(&self) -> CommandStatus {
        self.header.command_status
    }

    /// The id of the message that a submit_sm_resp gives.
    fn id(&self) -> &str {
        self.text(Slot::MessageId)
    }

    /// Fields of a receipt: id, stat.
    fn receipt(&self) -> (String, String) {
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
struct Bench {
    engine: Engine,
    now: Timestamp,
    /// What each connection got and has not looked at.
    inbox: HashMap<ConnectionId, Vec<Said>>,
    partial: HashMap<ConnectionId, Vec<u8>>,
    closed: HashMap<ConnectionId, Close>,
    version: Option<Version>,
    /// Whether deliver_sm and enquire_link are answered by themselves.
    answers: bool,
    strict: bool,
}

impl Bench {
    fn new(options: Options) -> Self {
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

    fn connect(&mut self) -> ConnectionId {
        self.engine.connected("peer", self.now).unwrap()
    }

    /// A connection bound as a transceiver of 3.4.
    fn bound(&mut self) -> ConnectionId {
        self.bound_as(CommandId::BIND_TRANSCEIVER, "acme", 0x34)
    }

    fn bound_as(&mut self, kind: CommandId, system_id: &str, version: u8) -> ConnectionId {
        let connection = self.connect();
        let answer = self.ask(connection, &bind(kind, 1, system_id, "secret", version));
        assert_eq!((answer.header.command_id, answer.status()), (kind.response(), CommandStatus::OK));
        connection
    }

    fn send(&mut self, connection: ConnectionId, octets: &[u8]) {
        self.engine.received(connection, octets, self.now);
        self.collect();
    }

    /// Sends a request and takes the one PDU that comes at once.
    fn ask(&mut self, connection: ConnectionId, octets: &[u8]) -> Said {
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
    fn said(&mut self, connection: ConnectionId) -> Vec<Said> {
        self.inbox.remove(&connection).unwrap_or_default()
    }

    /// Lets time pass, timer by timer.
    fn pass(&mut self, millis: i64) {
        let until = self.now.plus(Duration::from_millis(millis));
        while let Some(at) = self.engine.timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.engine.tick(self.now);
            self.collect();
        }
        self.now = until;
    }

    fn collect(&mut self) {
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

    fn counters(&self) -> Counters {
        self.engine.counters()
    }
}

fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}

#[test]
fn every_kind_of_bind_in_every_version_is_accepted_and_unbound() {
    for (interface, version) in [(0x33, Version::V33), (0x34, Version::V34), (0x50, Version::V50)] {
        for kind in [CommandId::BIND_TRANSMITTER, CommandId::BIND_RECEIVER, CommandId::BIND_TRANSCEIVER] {
            if version == Version::V33 && kind == CommandId::BIND_TRANSCEIVER {
                continue;
            }
            let mut bench = Bench::new(Options::default());
            bench.version = Some(version);
            let connection = bench.bound_as(kind, "acme", interface);
            assert_eq!(bench.counters().bound, 1);
            let again = bench.ask(connection, &bind(kind, 2, "acme", "", interface));
            assert_eq!(again.status(), CommandStatus::RALYBND);
            let answer = bench.ask(connection, &pdu(CommandId::UNBIND.0, 0, 3, b""));
            assert_eq!(
                (answer.header.command_id, answer.status()),
                (CommandId::UNBIND_RESP, CommandStatus::OK)
            );
            assert_eq!(bench.closed.get(&connection), Some(&Close::Fin));
            bench.engine.closed(connection, "fin", bench.now);
            assert_eq!((bench.counters().bound, bench.counters().open), (0, 0));
        }
    }
}

#[test]
fn with_accounts_only_they_bind_and_with_their_password() {
    let options = options(|options| {
        options.accounts = vec!["acme:secret".parse().unwrap(), "bravo:other".parse().unwrap()];
    });
    for (id, password, version, want) in [
        ("acme", "secret", 0x34, CommandStatus::OK),
        ("bravo", "other", 0x34, CommandStatus::OK),
        ("acme", "other", 0x34, CommandStatus::RINVPASWD),
        ("acme", "other", 0x50, CommandStatus::RBINDFAIL),
        ("carol", "secret", 0x34, CommandStatus::RINVSYSID),
    ] {
        let mut bench = Bench::new(options.clone());
        let connection = bench.connect();
        let answer = bench.ask(connection, &bind(CommandId::BIND_TRANSCEIVER, 1, id, password, version));
        assert_eq!(answer.status(), want, "{id} {password}");
    }
}

#[test]
fn every_request_of_the_tables_is_answered_in_every_state() {
    for version in [0x33, 0x34, 0x50] {
        for kind in [None, Some(CommandId::BIND_TRANSMITTER), Some(CommandId::BIND_RECEIVER)] {
            for command in COMMANDS.iter().filter(|command| !command.id.is_response()) {
                let mut bench = Bench::new(Options::default());
                bench.version = None;
                let connection = match kind {
                    Some(kind) => bench.bound_as(kind, "acme", version),
                    None => bench.connect(),
                };
                // A body too short for most, which is a violation that has to be answered as well.
                for (sequence, body) in (10..).zip([&b""[..], &[0; 4], &[0; 40]]) {
                    if bench.closed.contains_key(&connection) {
                        continue;
                    }
                    let answer = bench.ask(connection, &pdu(command.id.0, 0, sequence, body));
                    let id = answer.header.command_id;
                    let nacked = id == CommandId::GENERIC_NACK && answer.status() == CommandStatus::RINVCMDID;
                    assert!(
                        matches!(command.pairing, Pairing::Asks(response) if response == id) || nacked,
                        "{} {id}",
                        command.name
                    );
                }
            }
        }
    }
}

#[test]
fn violations_get_the_status_that_is_about_them() {
    let long = "1".repeat(30);
    let source = |address: &str, ton: u8| {
        let rest: &[u8] = b"\0\x01\x01447700900001\0\0\0\0\0\0\0\0\0\0\x02hi";
        [b"\0", &[ton][..], b"\x01", address.as_bytes(), rest].concat()
    };
    let submit_sm = CommandId::SUBMIT_SM.0;
    let mut ucs2 = submit(9, "447700900001", 0, "abc");
    let data_coding = ucs2.len() - 6;
    assert_eq!(ucs2[data_coding + 1..], *b"\0\x03abc".as_slice());
    ucs2[data_coding] = 8;
    let mut esm_class = submit(9, "447700900001", 0, "abc");
    let at = esm_class.windows(13).position(|window| window == b"447700900001\0").unwrap() + 13;
    esm_class[at] = 0x0C;
    let with_tlv = |octets: &[u8]| {
        let mut submit = submit(9, "447700900001", 0, "abc");
        submit.extend_from_slice(octets);
        let length = u32::try_from(submit.len()).unwrap();
        submit[..4].copy_from_slice(&length.to_be_bytes());
        submit
    };
    for (octets, want, response) in [
        (pdu(0x0000_0099, 0, 9, b""), CommandStatus::RINVCMDID, CommandId::GENERIC_NACK),
        (pdu(CommandId::DELIVER_SM.0, 0, 9, &[0; 17]), CommandStatus::RINVCMDID, CommandId::GENERIC_NACK),
        (pdu(CommandId::BROADCAST_SM.0, 0, 9, &[0; 17]), CommandStatus::RINVCMDID, CommandId::GENERIC_NACK),
        (pdu(submit_sm, 0, 9, b"\0\x01"), CommandStatus::RINVCMDLEN, CommandId::SUBMIT_SM_RESP),
        (pdu(submit_sm, 0, 9, &source(&long, 1)), CommandStatus::RINVSRCADR, CommandId::SUBMIT_SM_RESP),
        (pdu(submit_sm, 0, 9, &source("12345", 9)), CommandStatus::RINVSRCTON, CommandId::SUBMIT_SM_RESP),
        (submit(9, &long, 0, "hi"), CommandStatus::RINVDSTADR, CommandId::SUBMIT_SM_RESP),
        (submit(9, "", 0, "hi"), CommandStatus::RINVDSTADR, CommandId::SUBMIT_SM_RESP),
        (submit(9, "+447700900001", 0, "hi"), CommandStatus::RINVDSTADR, CommandId::SUBMIT_SM_RESP),
        (submit(9, "447700900001", 3, "hi"), CommandStatus::RINVREGDLVFLG, CommandId::SUBMIT_SM_RESP),
        (ucs2, CommandStatus::RINVMSGLEN, CommandId::SUBMIT_SM_RESP),
        (esm_class, CommandStatus::RINVESMCLASS, CommandId::SUBMIT_SM_RESP),
        (
            submit_with(9, "447700900001", 0, "hi", "tomorrow", "", 0),
            CommandStatus::RINVSCHED,
            CommandId::SUBMIT_SM_RESP,
        ),
        (
            submit_with(9, "447700900001", 0, "hi", "", "261301000000000+", 0),
            CommandStatus::RINVEXPIRY,
            CommandId::SUBMIT_SM_RESP,
        ),
        (
            submit_with(9, "447700900001", 0, "hi", "", "", 7),
            CommandStatus::RINVREPFLAG,
            CommandId::SUBMIT_SM_RESP,
        ),
        (with_tlv(&[2, 0x0C, 0, 9, 1]), CommandStatus::RINVTLVSTREAM, CommandId::SUBMIT_SM_RESP),
        (with_tlv(&[2, 0x0C, 0, 1, 1]), CommandStatus::RINVTLVLEN, CommandId::SUBMIT_SM_RESP),
        (with_tlv(&[0, 0x1E, 0, 2, 1, 0]), CommandStatus::RTLVNOTALLWD, CommandId::SUBMIT_SM_RESP),
    ] {
        let mut bench = Bench::new(Options::default());
        let connection = bench.bound();
        let answer = bench.ask(connection, &octets);
        assert_eq!(
            (answer.header.command_id, answer.status()),
            (response, want),
            "{}",
            octets.escape_ascii()
        );
        assert!(bench.counters().violations == 1 && bench.counters().accepted == 0);
    }
}

#[test]
fn a_length_that_cannot_be_is_refused_and_ends_the_connection() {
    for length in [0_u32, 15, 0x0200_0000, u32::MAX] {
        let mut bench = Bench::new(Options::default());
        let connection = bench.bound();
        let mut octets = pdu(CommandId::ENQUIRE_LINK.0, 0, 77, b"");
        octets[..4].copy_from_slice(&length.to_be_bytes());
        let answer = bench.ask(connection, &octets);
        assert_eq!(answer.header.command_id, CommandId::GENERIC_NACK);
        assert_eq!(answer.status(), CommandStatus::RINVCMDLEN);
        assert_eq!(bench.closed.get(&connection), Some(&Close::Fin));
    }
}

#[test]
fn lenient_accepts_what_only_warnings_are_about() {
    let mut bench = Bench::new(options(|options| options.lenient = true));
    let connection = bench.bound();
    assert_eq!(bench.ask(connection, &submit(2, "+447700900001", 0, "hi")).status(), CommandStatus::OK);
    assert_eq!(
        bench.ask(connection, &submit(3, &"1".repeat(30), 0, "hi")).status(),
        CommandStatus::RINVDSTADR
    );
}

#[test]
fn octets_may_come_one_by_one_or_all_at_once() {
    let mut bench = Bench::new(Options::default());
    let connection = bench.bound();
    let all: Vec<u8> = (2..7).flat_map(|sequence| submit(sequence, "447700900001", 0, "hi")).collect();
    for octet in &all {
        bench.send(connection, std::slice::from_ref(octet));
    }
    bench.send(connection, &all);
    let sequences: Vec<u32> =
        bench.said(connection).iter().map(|said| said.header.sequence_number.0).collect();
    assert_eq!(sequences, [2, 3, 4, 5, 6, 2, 3, 4, 5, 6]);
}

#[test]
fn ids_are_written_as_asked_in_responses_and_receipts() {
    for (ids, receipt_ids, first, in_response, in_receipt) in [
        (IdNotation::Padded, IdNotation::Padded, 42, "0000000042", "0000000042"),
        (IdNotation::Hex, IdNotation::Padded, 1_000_000_042, "3b9aca2a", "1000000042"),
    ] {
        let mut bench = Bench::new(options(|options| {
            (options.ids, options.receipt_ids, options.first_id) = (ids, receipt_ids, first);
        }));
        let connection = bench.bound();
        let answer = bench.ask(connection, &submit(2, "447700900001", 1, "hi"));
        assert_eq!(answer.id(), in_response);
        bench.pass(1_500);
        assert_eq!(bench.said(connection)[0].receipt().0, in_receipt);
    }
    let mut bench = Bench::new(options(|options| options.ids = IdNotation::Uuid));
    let connection = bench.bound();
    let answer = bench.ask(connection, &submit(2, "447700900001", 0, "hi"));
    let queried = bench.ask(connection, &named(CommandId::QUERY_SM, 3, answer.id(), b""));
    assert_eq!((queried.status(), queried.id().len()), (CommandStatus::OK, 36));
}

#[test]
fn receipts_come_after_the_delay_to_those_who_asked_and_name_the_state() {
    for (registered_delivery, states, want) in [
        (0, "", None),
        (1, "", Some("DELIVRD")),
        (1, "UNDELIV=100", Some("UNDELIV")),
        (2, "", None),
        (2, "REJECTD=100", Some("REJECTD")),
    ] {
        let mut bench = Bench::new(options(|options| {
            options.states = states.parse().unwrap();
            options.receipt_delay = "2s".parse().unwrap();
            options.latency = "50ms".parse().unwrap();
        }));
        let connection = bench.bound();
        bench.send(connection, &submit(2, "447700900001", registered_delivery, "hello"));
        assert!(bench.said(connection).is_empty(), "the answer takes 50 ms");
        bench.pass(50);
        let answer = bench.said(connection).remove(0);
        assert_eq!((answer.at, answer.status()), (ms(50), CommandStatus::OK));
        bench.pass(1_999);
        assert!(bench.said(connection).is_empty());
        bench.pass(1);
        let said = bench.said(connection);
        assert_eq!(said.len(), usize::from(want.is_some()), "{registered_delivery} {states}");
        if let Some(want) = want {
            assert_eq!(said[0].receipt(), (answer.id().to_owned(), want.to_owned()));
            assert_eq!(said[0].facts.esm_class(), Some(4));
            assert_eq!(said[0].text(Slot::SourceAddr), "447700900001");
            assert_eq!(said[0].text(Slot::DestinationAddr), "12345");
            assert_eq!(bench.counters().receipts_acknowledged, 1);
        }
    }
}

#[test]
fn an_intermediate_notification_comes_half_way() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let connection = bench.bound();
    bench.ask(connection, &submit(2, "447700900001", 0x11, "hello"));
    bench.pass(5_000);
    let said = bench.said(connection);
    assert_eq!((said.len(), said[0].facts.esm_class()), (1, Some(0x20)));
    bench.pass(5_000);
    assert_eq!(bench.said(connection)[0].receipt().1, "DELIVRD");
}

#[test]
fn a_receipt_waits_for_a_receiver_of_the_same_account() {
    let mut bench = Bench::new(Options::default());
    let transmitter = bench.bound_as(CommandId::BIND_TRANSMITTER, "acme", 0x34);
    let other = bench.bound_as(CommandId::BIND_RECEIVER, "bravo", 0x34);
    bench.ask(transmitter, &submit(2, "447700900001", 1, "hello"));
    bench.pass(5_000);
    assert!(bench.said(transmitter).is_empty() && bench.said(other).is_empty());
    let receiver = bench.bound_as(CommandId::BIND_RECEIVER, "acme", 0x34);
    // The bench looks at all that came with the answer to the bind.
    bench.pass(10);
    assert_eq!(bench.counters().receipts_acknowledged, 1);
    let _ = receiver;
}

#[test]
fn what_a_lost_connection_did_not_acknowledge_is_delivered_again() {
    let mut bench = Bench::new(Options::default());
    bench.answers = false;
    let first = bench.bound();
    bench.ask(first, &submit(2, "447700900001", 1, "hello"));
    bench.pass(1_000);
    assert_eq!(bench.said(first).len(), 1);
    bench.engine.closed(first, "rst", bench.now);
    bench.answers = true;
    let second = bench.connect();
    bench.send(second, &bind(CommandId::BIND_TRANSCEIVER, 1, "acme", "", 0x34));
    let said = bench.said(second);
    assert_eq!(said.len(), 2, "the answer to the bind, and the receipt");
    assert_eq!(said[1].receipt().1, "DELIVRD");
    assert_eq!((bench.counters().receipts, bench.counters().receipts_acknowledged), (2, 1));
}

#[test]
fn a_receipt_that_is_refused_for_now_comes_again_and_one_refused_for_good_does_not() {
    for (status, want) in [(CommandStatus::RX_T_APPN, 3), (CommandStatus::RX_P_APPN, 1)] {
        let mut bench = Bench::new(Options::default());
        bench.answers = false;
        let connection = bench.bound();
        bench.ask(connection, &submit(2, "447700900001", 1, "hello"));
        let mut receipts = 0;
        for _ in 0..20 {
            bench.pass(500);
            for said in bench.said(connection) {
                receipts += 1;
                let refusal =
                    pdu(CommandId::DELIVER_SM_RESP.0, status.0, said.header.sequence_number.0, b"\0");
                bench.send(connection, &refusal);
            }
        }
        assert_eq!(receipts, want, "{status}");
        assert_eq!(bench.counters().receipts_given_up, 1);
    }
}

#[test]
fn deliveries_keep_to_their_window() {
    let mut bench = Bench::new(options(|options| options.deliver_window = 3));
    bench.answers = false;
    let connection = bench.bound();
    for sequence in 2..10 {
        bench.ask(connection, &submit(sequence, "447700900001", 1, "hello"));
    }
    bench.pass(1_100);
    let said = bench.said(connection);
    assert_eq!(said.len(), 3);
    bench.send(connection, &pdu(CommandId::DELIVER_SM_RESP.0, 0, said[1].header.sequence_number.0, b"\0"));
    assert_eq!(bench.said(connection).len(), 1);
}

#[test]
fn messages_are_queried_cancelled_and_replaced_while_they_are_pending() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let connection = bench.bound();
    let ids: Vec<String> = (2..5)
        .map(|sequence| bench.ask(connection, &submit(sequence, "447700900001", 1, "hello")).id().to_owned())
        .collect();
    let mut ask = |bench: &mut Bench, id, message, rest: &[u8]| {
        let said = bench.ask(connection, &named(id, 50, message, rest));
        (said.status(), said.facts.integer(Slot::MessageState))
    };
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, &ids[0], b""), (CommandStatus::OK, Some(1)));
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, "0000009999", b"").0, CommandStatus::RINVMSGID);
    let replacement: &[u8] = b"\0\0\x01\0\x05other";
    assert_eq!(ask(&mut bench, CommandId::REPLACE_SM, &ids[1], replacement).0, CommandStatus::OK);
    let cancel = |id: &str| {
        pdu(
            CommandId::CANCEL_SM.0,
            0,
            60,
            &[b"\0", id.as_bytes(), b"\0\x01\x0112345\0\x01\x01447700900001\0"].concat(),
        )
    };
    bench.send(connection, &cancel(&ids[2]));
    let said = bench.said(connection);
    assert_eq!(said[0].status(), CommandStatus::OK);
    bench.pass(1);
    let receipt = if said.len() > 1 { said[1].receipt() } else { bench.said(connection)[0].receipt() };
    assert_eq!(receipt, (ids[2].clone(), "DELETED".to_owned()));
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, &ids[2], b""), (CommandStatus::OK, Some(4)));
    assert_eq!(bench.ask(connection, &cancel(&ids[2])).status(), CommandStatus::RCANCELFAIL);
    bench.pass(10_000);
    let texts: Vec<bool> = bench
        .said(connection)
        .iter()
        .map(|said| said.octets.windows(10).any(|window| window == b"text:other"))
        .collect();
    assert_eq!(texts, [false, true]);
    assert_eq!(ask(&mut bench, CommandId::QUERY_SM, &ids[0], b""), (CommandStatus::OK, Some(2)));
    assert_eq!(ask(&mut bench, CommandId::REPLACE_SM, &ids[1], replacement).0, CommandStatus::RREPLACEFAIL);
    // Without an id: all of a source to a destination that are pending.
    bench.ask(connection, &submit(70, "447700900001", 0, "hello"));
    assert_eq!(bench.ask(connection, &cancel("")).status(), CommandStatus::OK);
    assert_eq!(bench.ask(connection, &cancel("")).status(), CommandStatus::RCANCELFAIL);
}

#[test]
fn others_messages_are_not_to_be_seen() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let mine = bench.bound();
    let id = bench.ask(mine, &submit(2, "447700900001", 0, "hello")).id().to_owned();
    let other = bench.bound_as(CommandId::BIND_TRANSCEIVER, "bravo", 0x34);
    assert_eq!(bench.ask(other, &named(CommandId::QUERY_SM, 2, &id, b"")).status(), CommandStatus::RINVMSGID);
}

#[test]
fn replace_if_present_replaces_a_pending_message_and_keeps_its_id() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "10s".parse().unwrap()));
    let connection = bench.bound();
    let first = bench.ask(connection, &submit(2, "447700900001", 0, "one")).id().to_owned();
    let replaced = bench.ask(connection, &submit_with(3, "447700900001", 0, "two", "", "", 1));
    assert_eq!(replaced.id(), first);
    let other = bench.ask(connection, &submit_with(4, "447700900002", 0, "two", "", "", 1));
    assert_ne!(other.id(), first);
    assert_eq!(bench.counters().accepted, 2);
}

#[test]
fn a_validity_that_ends_first_expires_the_message_and_a_schedule_delays_it() {
    let mut bench = Bench::new(options(|options| options.receipt_delay = "60s".parse().unwrap()));
    let connection = bench.bound();
    bench.ask(connection, &submit_with(2, "447700900001", 1, "hi", "", "000000000030000R", 0));
    bench.ask(connection, &submit_with(3, "447700900001", 1, "hi", "000000000200000R", "", 0));
    bench.pass(30_000);
    assert_eq!(bench.said(connection)[0].receipt().1, "EXPIRED");
    bench.pass(149_000);
    assert!(!bench.said(connection).iter().any(|said| said.header.command_id == CommandId::DELIVER_SM));
    bench.pass(1_000);
    assert_eq!(bench.said(connection)[0].receipt().1, "DELIVRD");
}

#[test]
fn submit_multi_gives_one_id_and_a_receipt_for_each_destination() {
    let mut bench = Bench::new(options(|options| options.magic = true));
    let connection = bench.bound();
    let body = b"\0\x01\x0112345\0\x04\x01\x01\x01447700900001\0\x01\x01\x01333\0\x02friends\0\x01\x01\x01447700900002\0\0\0\0\0\0\x01\0\0\0\x02hi";
    let answer = bench.ask(connection, &pdu(CommandId::SUBMIT_MULTI.0, 0, 2, body));
    assert_eq!(answer.status(), CommandStatus::OK);
    assert_eq!(answer.facts.integer(Slot::NoUnsuccess), Some(1));
    assert_eq!(answer.text(Slot::DestinationAddr), "333");
    bench.pass(1_000);
    let receipts: Vec<_> = bench.said(connection).iter().map(Said::receipt).collect();
    assert_eq!(receipts.len(), 2);
    assert!(receipts.iter().all(|(id, stat)| id == answer.id() && stat == "DELIVRD"));
}

#[test]
fn magic_destinations_do_what_they_are_known_for() {
    let mut bench = Bench::new(options(|options| options.magic = true));
    let connection = bench.bound();
    for (destination, want) in [
        ("333", CommandStatus::RSUBMITFAIL),
        ("444", CommandStatus::RTHROTTLED),
        ("555", CommandStatus::RMSGQFUL),
        ("666", CommandStatus::OK),
    ] {
        assert_eq!(bench.ask(connection, &submit(2, destination, 1, "hi")).status(), want);
    }
    bench.send(connection, &submit(3, "222", 0, "hi"));
    bench.send(connection, &submit(4, "111", 0, "hi"));
    bench.pass(9_999);
    let said = bench.said(connection);
    assert_eq!((said.len(), said[0].receipt().1.as_str()), (1, "UNDELIV"));
    bench.pass(60_000);
    let said = bench.said(connection);
    let answered: Vec<_> = said
        .iter()
        .filter(|said| said.header.command_id == CommandId::SUBMIT_SM_RESP)
        .map(|said| (said.header.sequence_number.0, said.at))
        .collect();
    assert_eq!(answered, [(4, ms(10_000))]);
    assert_eq!(bench.counters().unanswered, 1);
}

#[test]
fn the_rate_is_kept_to_and_what_is_above_is_throttled() {
    let mut bench = Bench::new(options(|options| options.rate = Some(10)));
    let connection = bench.bound();
    let mut burst = |bench: &mut Bench, count| {
        (0..count)
            .filter(|_| {
                bench.ask(connection, &submit(2, "447700900001", 0, "hi")).status() == CommandStatus::OK
            })
            .count()
    };
    assert_eq!(burst(&mut bench, 30), 10);
    bench.pass(500);
    assert_eq!(burst(&mut bench, 30), 5);
    bench.pass(10_000);
    assert_eq!(burst(&mut bench, 30), 10);
    assert_eq!((bench.counters().throttled, bench.counters().rejected), (65, 65));
}

#[test]
fn the_window_is_kept_to_and_what_is_above_is_refused() {
    let mut bench = Bench::new(options(|options| {
        options.window = Some(2);
        options.latency = "100ms".parse().unwrap();
    }));
    let connection = bench.bound();
    (2..6).for_each(|sequence| bench.send(connection, &submit(sequence, "447700900001", 0, "hi")));
    let refused = bench.said(connection);
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|said| said.status() == CommandStatus::RMSGQFUL));
    bench.pass(100);
    assert_eq!(bench.said(connection).len(), 2);
    bench.send(connection, &submit(6, "447700900001", 0, "hi"));
    bench.pass(100);
    assert_eq!(bench.said(connection)[0].status(), CommandStatus::OK);
}

#[test]
fn the_error_mix_is_drawn_from_the_seed() {
    let run = |seed| {
        let mut bench = Bench::new(options(|options| {
            options.errors = "RSUBMITFAIL=20,RX_T_APPN=10".parse().unwrap();
            options.seed = seed;
        }));
        let connection = bench.bound();
        (0..1_000)
            .map(|_| bench.ask(connection, &submit(2, "447700900001", 0, "hi")).status().0)
            .collect::<Vec<_>>()
    };
    let count = |all: &[u32], status: CommandStatus| all.iter().filter(|&&one| one == status.0).count();
    let first = run(1);
    assert!((160..240).contains(&count(&first, CommandStatus::RSUBMITFAIL)));
    assert!((70..130).contains(&count(&first, CommandStatus::RX_T_APPN)));
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn a_silent_peer_is_probed_and_dropped_when_it_does_not_answer() {
    let mut bench = Bench::new(options(|options| {
        options.enquire_link = Duration::from_secs(5);
        options.response_timeout = Duration::from_secs(3);
    }));
    let alive = bench.bound();
    bench.pass(60_000);
    assert!(bench.said(alive).len() >= 8 && bench.closed.is_empty());
    bench.answers = false;
    let dead = bench.bound_as(CommandId::BIND_RECEIVER, "bravo", 0x34);
    bench.pass(9_000);
    let said = bench.said(dead);
    assert_eq!(said.iter().filter(|said| said.header.command_id == CommandId::ENQUIRE_LINK).count(), 1);
    assert_eq!(bench.closed.get(&dead), Some(&Close::Fin));
}

#[test]
fn a_connection_without_a_bind_is_closed() {
    let mut bench = Bench::new(options(|options| options.bind_timeout = Duration::from_secs(5)));
    let connection = bench.connect();
    bench.pass(4_000);
    assert!(bench.closed.is_empty());
    bench.pass(2_000);
    assert_eq!(bench.closed.get(&connection), Some(&Close::Fin));
}

#[test]
fn an_outbind_asks_for_a_bind() {
    let mut bench = Bench::new(options(|options| options.outbind = "centre:secret".parse().unwrap()));
    let connection = bench.engine.connected_to("peer", bench.now).unwrap();
    bench.collect();
    let said = bench.said(connection);
    assert_eq!((said[0].header.command_id, said[0].text(Slot::SystemId)), (CommandId::OUTBIND, "centre"));
    let answer = bench.ask(connection, &bind(CommandId::BIND_RECEIVER, 1, "acme", "", 0x34));
    assert_eq!(answer.status(), CommandStatus::OK);
}

#[test]
fn mobiles_send_at_the_rate_asked_for_to_those_who_receive() {
    let mut bench = Bench::new(options(|options| {
        options.mo = 10.0;
        options.mo_destination = "777".to_owned();
    }));
    let transmitter = bench.bound_as(CommandId::BIND_TRANSMITTER, "acme", 0x34);
    let receivers = [(); 2].map(|()| bench.bound_as(CommandId::BIND_RECEIVER, "acme", 0x34));
    bench.pass(10_000);
    assert!(bench.said(transmitter).is_empty());
    for receiver in receivers {
        let said = bench.said(receiver);
        let messages: Vec<_> =
            said.iter().filter(|said| said.header.command_id == CommandId::DELIVER_SM).collect();
        assert_eq!(messages.len(), 50);
        assert!(messages.iter().all(|said| said.text(Slot::DestinationAddr) == "777"));
        assert!(messages.iter().all(|said| said.facts.esm_class() == Some(0)));
    }
    assert_eq!(bench.counters().mo, 100);
}

#[test]
fn stopping_unbinds_everybody_and_refuses_new_connections() {
    let mut bench = Bench::new(Options::default());
    let (bound, open) = (bench.bound(), bench.connect());
    bench.engine.stop(bench.now);
    bench.collect();
    bench.collect();
    assert_eq!(bench.said(bound)[0].header.command_id, CommandId::UNBIND);
    assert_eq!(bench.closed.get(&open), Some(&Close::Fin));
    assert_eq!(bench.closed.get(&bound), Some(&Close::Fin));
    assert!(bench.engine.connected("peer", bench.now).is_none());
    [bound, open].into_iter().for_each(|id| bench.engine.closed(id, "fin", bench.now));
    assert!(bench.engine.is_idle());
}

#[test]
fn connections_and_messages_are_bounded() {
    let mut bench = Bench::new(options(|options| {
        (options.max_connections, options.max_messages) = (2, 3);
        options.receipt_delay = "10s".parse().unwrap();
    }));
    let connection = bench.bound();
    bench.connect();
    assert!(bench.engine.connected("peer", bench.now).is_none());
    let statuses: Vec<_> = (2..7)
        .map(|sequence| bench.ask(connection, &submit(sequence, "447700900001", 0, "hi")).status())
        .collect();
    let (ok, full) = (CommandStatus::OK, CommandStatus::RMSGQFUL);
    assert_eq!(statuses, [ok, ok, ok, full, full]);
    bench.pass(10_000);
    bench.said(connection);
    assert_eq!(bench.ask(connection, &submit(9, "447700900001", 0, "hi")).status(), ok);
}

#[test]
fn a_version_above_ours_is_spoken_down_to() {
    let mut bench = Bench::new(options(|options| options.version = Version::V34));
    let connection = bench.bound_as(CommandId::BIND_TRANSCEIVER, "acme", 0x50);
    let answer = bench.ask(connection, &pdu(CommandId::BROADCAST_SM.0, 0, 2, &[0; 30]));
    assert_eq!(answer.header.command_id, CommandId::GENERIC_NACK);
}

/// Octets that a fault leaves of two answers, and when they came.
fn faulty(fault: &str, millis: i64) -> (Bench, ConnectionId, Vec<(Timestamp, Vec<u8>, Option<Close>)>) {
    let mut bench = Bench::new(options(|options| options.faults = fault.parse().unwrap()));
    let connection = bench.bound();
    let mut pieces = Vec::new();
    for sequence in 2..4 {
        bench.engine.received(connection, &pdu(CommandId::ENQUIRE_LINK.0, 0, sequence, b""), bench.now);
    }
    let until = bench.now.plus(Duration::from_millis(millis));
    loop {
        while let Some(ready) = bench.engine.ready() {
            let mut octets = Vec::new();
            let close = bench.engine.take(ready, &mut octets);
            pieces.push((bench.now, octets, close));
        }
        match bench.engine.timeout().filter(|at| *at <= until) {
            Some(at) => {
                bench.now = bench.now.max(at);
                bench.engine.tick(bench.now);
            }
            None => break,
        }
    }
    (bench, connection, pieces)
}

#[test]
fn each_fault_does_what_it_says_and_only_after_the_bind() {
    let answer = |sequence| pdu(CommandId::ENQUIRE_LINK_RESP.0, 0, sequence, b"");
    let both = [answer(2), answer(3)].concat();
    let all = |pieces: &[(Timestamp, Vec<u8>, Option<Close>)]| {
        pieces.iter().flat_map(|(_, octets, _)| octets.clone()).collect::<Vec<_>>()
    };
    for fault in Fault::ALL {
        let (_, _, pieces) = faulty(fault.name(), 20_000);
        let octets = all(&pieces);
        match fault {
            Fault::Split => {
                assert_eq!(octets, both);
                assert!(pieces.len() > 2, "{pieces:?}");
            }
            Fault::Slow => {
                assert_eq!(octets, both);
                assert!(pieces.iter().all(|(_, octets, _)| octets.len() <= 2), "{pieces:?}");
                assert!(pieces.last().unwrap().0 >= ms(75));
            }
            Fault::Coalesce => {
                assert_eq!(
                    pieces.iter().find(|piece| !piece.1.is_empty()).unwrap(),
                    &(ms(200), both.clone(), None)
                );
            }
            Fault::Silence => assert!(octets.is_empty()),
            Fault::Reset => assert_eq!(pieces[0], (ms(0), Vec::new(), Some(Close::Reset))),
            Fault::HalfClose => assert_eq!(pieces[0], (ms(0), answer(2), Some(Close::Half))),
            Fault::WrongSequence => {
                assert_eq!(octets.len(), 32);
                assert_ne!(octets[12..16], both[12..16]);
            }
            Fault::Duplicate => {
                assert_eq!(octets, [answer(2), answer(2), answer(3), answer(3)].concat());
            }
            Fault::Late => {
                assert_eq!(pieces.iter().find(|piece| !piece.1.is_empty()).unwrap().0, ms(15_000));
                assert_eq!(octets, both);
            }
            Fault::Garbage => {
                assert!(octets.len() > 32);
                assert!(octets.windows(16).any(|window| window == answer(2)));
            }
        }
    }
}

#[test]
fn a_recording_is_answered_as_it_was() {
    for (extra, want) in [
        (Extra::Ok, Some(CommandStatus::OK)),
        (Extra::Nack, Some(CommandStatus::RSYSERR)),
        (Extra::Drop, None),
    ] {
        let recording = recorded().finish(extra);
        assert_eq!(recording.len(), 3);
        let mut bench = Bench::new(options(|options| options.recording = Some(recording)));
        let connection = bench.bound();
        bench.send(connection, &submit(2, "447700900001", 1, "two"));
        bench.send(connection, &submit(3, "447700900001", 1, "one"));
        bench.send(connection, &submit(4, "447700900002", 1, "anything"));
        bench.send(connection, &submit(5, "447700900003", 1, "unknown"));
        bench.pass(5_000);
        let said = bench.said(connection);
        let answer = |sequence| {
            said.iter()
                .find(|said| {
                    said.header.command_id.is_response() && said.header.sequence_number.0 == sequence
                })
                .map(|said| (said.status(), said.at))
        };
        assert_eq!(answer(2), Some((CommandStatus::RTHROTTLED, ms(70))));
        assert_eq!(answer(3), Some((CommandStatus::OK, ms(30))));
        assert_eq!(answer(4), None);
        assert_eq!(answer(5).map(|(status, _)| status), want);
        let receipt = said
            .iter()
            .find(|said| said.header.command_id == CommandId::DELIVER_SM && said.receipt().1 == "UNDELIV")
            .unwrap();
        assert_eq!(receipt.at, ms(4_030));
    }
}

/// Two submissions that were answered, and one that was not; the receipt of the first names it in decimal, and comes 4 s
/// after the answer.
fn recorded() -> Recorder {
    let mut recorder = Recorder::default();
    let mut push = |from, at, octets: &[u8]| {
        recorder.push(&RecordedPdu { connection: 7, from, at: ms(at), octets });
    };
    push(Role::Esme, 0, &submit(1, "447700900001", 1, "one"));
    push(Role::Smsc, 30, &pdu(CommandId::SUBMIT_SM_RESP.0, 0, 1, b"1f\0"));
    push(Role::Esme, 100, &submit(2, "447700900001", 1, "two"));
    push(Role::Smsc, 170, &pdu(CommandId::SUBMIT_SM_RESP.0, 0x58, 2, b""));
    push(Role::Esme, 200, &submit(3, "447700900002", 1, "lost"));
    let text = b"id:0000000031 sub:001 dlvrd:000 submit date:2611270000 done date:2611270000 stat:UNDELIV err:001 text:one";
    let head: &[u8] = b"\0\x01\x01447700900001\0\x01\x0112345\0\x04\0\0\0\0\0\0\0\0";
    let receipt = [head, &[u8::try_from(text.len()).unwrap()], text].concat();
    push(Role::Smsc, 4_030, &pdu(CommandId::DELIVER_SM.0, 0, 1, &receipt));
    recorder
}

#[test]
fn events_tell_what_was_answered_and_why() {
    let mut bench = Bench::new(Options::default());
    bench.engine.keep_events();
    let connection = bench.bound();
    bench.ask(connection, &submit(2, "447700900001", 0, "hi"));
    bench.ask(connection, &submit(3, "", 0, "hi"));
    let events = serde_json::to_value(bench.engine.events()).unwrap();
    let types: Vec<&str> =
        events.as_array().unwrap().iter().map(|event| event["event_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["connected", "request", "bound", "request", "request"]);
    assert_eq!(events[3]["message_id"], "0000000001");
    assert_eq!(events[4]["status"], "ESME_RINVDSTADR");
    assert_eq!(events[4]["rule"], "field.destination_addr.empty");
    assert!(events[3].get("rule").is_none());
}

#[test]
fn arbitrary_octets_at_arbitrary_times_never_get_more_answers_than_there_were_requests() {
    use smpp_inspect::testkit::{Rng, fuzz_smsc};

    let mut rng = Rng::new(1);
    let pdus = [
        bind(CommandId::BIND_TRANSCEIVER, 1, "acme", "secret", 0x34),
        bind(CommandId::BIND_RECEIVER, 1, "acme", "secret", 0x33),
        submit(2, "447700900001", 1, "hello"),
        submit(3, "222", 0x11, "hello"),
        named(CommandId::QUERY_SM, 4, "0000000001", b""),
        pdu(CommandId::UNBIND.0, 0, 5, b""),
        pdu(CommandId::DELIVER_SM_RESP.0, 0, 1, b"\0"),
    ];
    for _ in 0..2_000 {
        let mut input = vec![u8::try_from(rng.below(64)).unwrap(), 0, 0];
        for _ in 0..rng.below(40) {
            let connection = u8::try_from(rng.below(3)).unwrap() << 4;
            let mut octets = rng.pick(&pdus).clone();
            if rng.chance(200) {
                let at = usize::try_from(rng.below(octets.len() as u64)).unwrap();
                octets[at] = rng.bits().to_le_bytes()[0];
            }
            match rng.below(10) {
                0 => input.extend([connection | 1, rng.bits().to_le_bytes()[0]]),
                1 => input.extend([connection, 0]),
                2 => input.extend([connection | u8::try_from(rng.below(4)).unwrap(), 1]),
                _ => {
                    input.extend([connection | 5, u8::try_from(octets.len()).unwrap()]);
                    input.extend(octets);
                }
            }
        }
        fuzz_smsc::smsc(&input);
    }
}
