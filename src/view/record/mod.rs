//! Records as documents: a line of JSON each, in our own shape or in that of others.
//!
//! [`Documents`] turns records into [`model::Document`]s, the model of which everything else here is a rendering; [`Lines`]
//! writes them where the pipeline completes them. PDUs, of which there are many, it writes without making documents of
//! them: `quick` does, tested against the model.

pub mod csv;
mod flow;
mod ink;
mod lines;
mod message;
pub mod model;
pub mod others;
mod quick;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use flow::Flow;
pub use lines::{Lines, Shape};
use message::{Keys, Lists, Number, notations};
use model::{Count, Document, EventType, Finding, Outcome, Pcap, Pdu, Status, Summary, Transaction};

use crate::dissect::characters;
use crate::report::Raw;
use crate::report::model::{Endpoint, Leg, Place};
use crate::report::record::{
    FindingRecord, Owned, PduRecord, Record, RecordOutcome, RecordType, SessionRecord, SummaryRecord,
    TransactionRecord,
};
use crate::smpp::{CommandStatus, Header};
use crate::time::Timestamp;

/// What records show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The texts of messages.
    pub texts: bool,
    /// Passwords.
    pub secrets: bool,
}

/// Makes documents of records.
#[derive(Debug, Default)]
pub struct Documents {
    options: Options,
    /// By connection; emptied when it is full.
    flows: HashMap<u32, Flow>,
    /// The PDU of the last finding, its rule, and how many of the rule it had before.
    last_finding: Option<(u32, u64, &'static str, u32)>,
}

/// Connections whose ids are remembered.
const MOST_FLOWS: usize = 4_096;

impl Documents {
    /// Showing what `options` say.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// The document of a record.
    #[must_use]
    pub fn of(&mut self, record: &Record) -> Document {
        match record {
            Record::Transaction(record) => self.transaction(record),
            Record::Pdu(record) => self.pdu(record),
            Record::Session(record) => self.session(record),
            Record::Finding(record) => self.finding(record),
            Record::Summary(record) => self.summary(record),
        }
    }

    fn transaction(&mut self, record: &TransactionRecord) -> Document {
        let TransactionRecord { of, source, destination, request, response, stream_offset, .. } = record;
        let mut document = self.common(EventType::Transaction, of, (*source, *destination), request.at);
        self.name(&mut document, *stream_offset, request.at, "");
        let mut pcap = pcap(request);
        if let Some(response) = response
            && response.file == request.file
            && response.frame != request.frame
        {
            pcap.frames.push(response.frame);
            // Mirror ports may show the response first.
            pcap.frames.sort_unstable();
        }
        document.pcap = Some(pcap);
        let options = self.options;
        let (asked_lists, asked) = read(record.request_pdu.as_ref(), &options);
        let (answered_lists, answered) = read(record.response_pdu.as_ref(), &options);
        let message_id = answered.message_id.or(asked.message_id).map(characters);
        let (message_id_dec, message_id_hex) = message_id.as_deref().map(notations).unwrap_or_default();
        let (outcome, unanswered_why) = match record.outcome {
            RecordOutcome::Answered => (Outcome::Answered, None),
            RecordOutcome::Nacked => (Outcome::Nacked, None),
            RecordOutcome::OneWay => (Outcome::OneWay, None),
            RecordOutcome::Unanswered(why) => (Outcome::Unanswered, Some(why)),
        };
        document.transaction = Some(Box::new(Transaction {
            command: record.command.clone(),
            sequence_number: record.sequence_number,
            asked_by: record.asked_by,
            status: record.status.map(status),
            outcome,
            unanswered_why,
            request_at: known(request.at),
            response_at: response.as_ref().and_then(|response| known(response.at)),
            latency_us: record.latency_us.filter(|_| known(request.at).is_some()),
            late: record.is_late,
            message_id,
            message_id_dec,
            message_id_hex,
            source_addr: asked.source_addr.map(Number::address),
            destination_addr: asked.destination_addr.map(Number::address),
            part: asked.part,
            registered_delivery: asked.registered_delivery,
            esm_class: asked.esm_class,
            data_coding: asked.data_coding,
            user_message_reference: asked.user_message_reference,
            text: asked.text,
            stream_offset: *stream_offset,
            tlvs: asked_lists.tlvs,
            response_tlvs: answered_lists.tlvs,
        }));
        document
    }

    fn pdu(&mut self, record: &PduRecord) -> Document {
        let PduRecord { of, source, destination, place, stream_offset, octets, .. } = record;
        let mut document = self.common(EventType::Pdu, of, (*source, *destination), place.at);
        self.name(&mut document, *stream_offset, place.at, "");
        document.pcap = Some(pcap(place));
        let (lists, read) = {
            let by = (record.context, record.default_charset);
            Lists::of(octets, by, record.text_token.as_deref(), &self.options, true)
        };
        let header = Header::parse(octets);
        document.pdu = Some(Box::new(Pdu {
            command: header.map(|header| header.command_id.to_string()).unwrap_or_default(),
            command_id: header.map_or(0, |header| header.command_id.0),
            command_length: header.map_or(0, |header| header.command_length),
            status: status(header.map_or(CommandStatus::OK, |header| header.command_status)),
            sequence_number: header.map_or(0, |header| header.sequence_number.0),
            from: record.from.map(Into::into),
            octets: crate::num::short(octets.len()),
            partial: record.partial.is_some(),
            stream_offset: *stream_offset,
            message_id: read.message_id.map(characters),
            source_addr: read.source_addr.map(Number::address),
            destination_addr: read.destination_addr.map(Number::address),
            part: read.part,
            text: read.text,
            fields: lists.fields,
            tlvs: lists.tlvs,
        }));
        document
    }

    fn session(&mut self, record: &SessionRecord) -> Document {
        let SessionRecord { of, session } = record;
        let mut document = self.common(EventType::Session, of, (of.esme, of.smsc), session.last_at);
        let began = of.session.rsplit_once('.').map_or("0", |(_, n)| n);
        let began = format!("s{began}");
        self.name(&mut document, 0, session.first_at, &began);
        let mut session = session.clone();
        session.first_at = known(session.first_at);
        session.last_at = known(session.last_at);
        document.session_info = Some(Box::new(session));
        document
    }

    fn finding(&mut self, record: &FindingRecord) -> Document {
        let FindingRecord { of, source, destination, place, stream_offset, .. } = record;
        let rule = record.rule.rule();
        let mut document = self.common(EventType::Finding, of, (*source, *destination), place.at);
        let nth = match self.last_finding {
            Some((connection, offset, id, nth))
                if (connection, offset, id) == (of.connection, *stream_offset, rule.id) =>
            {
                nth.saturating_add(1)
            }
            _ => 0,
        };
        self.last_finding = Some((of.connection, *stream_offset, rule.id, nth));
        let offset = place.offset.unwrap_or(0);
        self.name(&mut document, *stream_offset, place.at, &format!("{}.{offset}.{nth}", rule.id));
        document.pcap = Some(pcap(place));
        document.finding = Some(Box::new(Finding {
            rule: Cow::Borrowed(rule.id),
            severity: rule.severity.into(),
            clause: record.rule.clause().to_owned(),
            message: record.message.clone(),
            field: place.field.clone(),
            offset: place.offset,
            stream_offset: *stream_offset,
        }));
        document
    }

    fn summary(&self, record: &SummaryRecord) -> Document {
        let mut document = empty(EventType::Summary);
        document.timestamp = known(record.at);
        document.id = format!("summary-{:016x}-{}", nanos(record.first_at), record.number);
        let privacy = match (self.options.texts, self.options.secrets) {
            (false, false) => "no texts, no passwords",
            (true, false) => "no passwords",
            (false, true) => "no texts",
            (true, true) => "everything is shown",
        };
        document.summary = Some(Box::new(Summary {
            number: record.number,
            last: record.is_last,
            first_at: known(record.first_at),
            frames: record.frames,
            records: record
                .records
                .iter()
                .map(|&(kind, count)| Count { name: event_type(kind).name().to_owned(), count })
                .collect(),
            dropped_records: 0,
            dropped_packets: record.lost_frames,
            limits: record
                .limits
                .iter()
                .map(|(name, count)| Count { name: name.clone(), count: *count })
                .collect(),
            lag_ms: None,
            memory_octets: None,
            privacy: privacy.to_owned(),
        }));
        document
    }

    /// What all records of a session have.
    fn common(
        &mut self,
        event_type: EventType,
        of: &Owned,
        (source, destination): (Endpoint, Endpoint),
        at: Option<Timestamp>,
    ) -> Document {
        if self.flows.len() >= MOST_FLOWS {
            self.flows.clear();
        }
        let flow =
            self.flows.entry(of.connection).or_insert_with(|| Flow::of(of.esme, of.smsc, beginning(of)));
        Document {
            timestamp: known(at),
            flow_id: Some(flow.id.clone()),
            community_id: Some(flow.community_id.clone()),
            src_ip: Some(source.ip),
            src_port: Some(source.port),
            dest_ip: Some(destination.ip),
            dest_port: Some(destination.port),
            session: Some(of.session.clone()),
            account: Some(of.account.clone()),
            system_id: of.system_id.clone(),
            side: of.side,
            tcp_stream: Some(of.connection),
            ..empty(event_type)
        }
    }

    /// Gives a document its id. `more` tells apart what has flow, sender, offset and time in common.
    fn name(&self, document: &mut Document, offset: u64, at: Option<Timestamp>, more: &str) {
        let flow = document.flow_id.as_deref().unwrap_or_default();
        let kind = document.event_type.name().get(..1).unwrap_or_default();
        let port = document.src_port.unwrap_or(0);
        let dash = if more.is_empty() { "" } else { "-" };
        document.id = format!("{flow}-{kind}{port}-{offset:x}-{:016x}{dash}{more}", nanos(at));
    }
}

/// Writes any value as a line of JSON.
///
/// # Errors
/// Those of `out`.
pub fn write_line(value: &impl serde::Serialize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn empty(event_type: EventType) -> Document {
    Document {
        schema: Cow::Borrowed(model::SCHEMA),
        id: String::new(),
        timestamp: None,
        event_type,
        flow_id: None,
        community_id: None,
        src_ip: None,
        src_port: None,
        dest_ip: None,
        dest_port: None,
        session: None,
        account: None,
        system_id: None,
        side: None::<Leg>,
        tcp_stream: None,
        pcap: None,
        pdu: None,
        transaction: None,
        session_info: None,
        finding: None,
        summary: None,
    }
}

/// The type of documents of a kind of record.
#[must_use]
pub const fn event_type(kind: RecordType) -> EventType {
    match kind {
        RecordType::Transaction => EventType::Transaction,
        RecordType::Session => EventType::Session,
        RecordType::Pdu => EventType::Pdu,
        RecordType::Finding => EventType::Finding,
        RecordType::Summary => EventType::Summary,
    }
}

/// What a PDU of a transaction says, if it is there.
fn read<'a>(raw: Option<&'a Raw>, options: &Options) -> (Lists, Keys<'a>) {
    let lists = |raw: &'a Raw| {
        let by = (raw.context, raw.default_charset);
        Lists::of(&raw.octets, by, raw.text_token.as_deref(), options, false)
    };
    raw.map(lists).unwrap_or_default()
}

fn pcap(place: &Place) -> Pcap {
    Pcap { file: place.file.clone(), frame: place.frame, frames: vec![place.frame], index: place.index }
}

/// What tells a connection from others between its ends: when it began, or its number where frames have no times.
fn beginning(of: &Owned) -> i64 {
    known(Some(of.since)).map_or_else(|| i64::from(of.connection), Timestamp::nanos)
}

fn status(status: CommandStatus) -> Status {
    Status { code: status.0, name: status.name().map(Cow::Borrowed) }
}

/// A time that the capture has: frames without one stand at the epoch.
fn known(at: Option<Timestamp>) -> Option<Timestamp> {
    at.filter(|at| *at != Timestamp::default())
}

fn nanos(at: Option<Timestamp>) -> i64 {
    known(at).map_or(0, Timestamp::nanos)
}
