//! Records as CSV: a column a key, under its path with dots.

use std::io::{self, Write};

use serde_json::Value;

use super::model::{Document, EventType};

/// Columns that every type has.
const COMMON: &[&str] = &[
    "id",
    "@timestamp",
    "event_type",
    "flow_id",
    "community_id",
    "src_ip",
    "src_port",
    "dest_ip",
    "dest_port",
    "session",
    "account",
    "system_id",
    "side",
    "tcp_stream",
    "pcap.file",
    "pcap.frame",
];

/// Columns that a type has besides.
const fn own(event_type: EventType) -> &'static [&'static str] {
    match event_type {
        EventType::Transaction => &[
            "transaction.command",
            "transaction.sequence_number",
            "transaction.asked_by",
            "transaction.status.code",
            "transaction.status.name",
            "transaction.outcome",
            "transaction.unanswered_why",
            "transaction.request_at",
            "transaction.response_at",
            "transaction.latency_us",
            "transaction.message_id",
            "transaction.message_id_dec",
            "transaction.message_id_hex",
            "transaction.source_addr.value",
            "transaction.destination_addr.value",
            "transaction.part.ref",
            "transaction.part.no",
            "transaction.part.of",
            "transaction.registered_delivery",
            "transaction.data_coding",
            "transaction.user_message_reference",
            "transaction.text.text",
            "transaction.text.charset",
            "transaction.text.length",
            "transaction.stream_offset",
            "transaction.tlvs",
        ],
        EventType::Pdu => &[
            "pdu.command",
            "pdu.command_id",
            "pdu.command_length",
            "pdu.status.code",
            "pdu.status.name",
            "pdu.sequence_number",
            "pdu.from",
            "pdu.octets",
            "pdu.partial",
            "pdu.stream_offset",
            "pdu.message_id",
            "pdu.source_addr.value",
            "pdu.destination_addr.value",
            "pdu.text.text",
            "pdu.text.charset",
            "pdu.text.length",
            "pdu.fields",
            "pdu.tlvs",
        ],
        EventType::Session => &[
            "session_info.bind",
            "session_info.interface_version",
            "session_info.first_at",
            "session_info.last_at",
            "session_info.start",
            "session_info.end",
            "session_info.ended_by",
            "session_info.pdus.total",
            "session_info.latency_us.p50",
            "session_info.latency_us.p99",
            "session_info.window.max",
            "session_info.tcp.retransmitted",
            "session_info.tcp.gap_octets",
        ],
        EventType::Finding => &[
            "finding.rule",
            "finding.severity",
            "finding.clause",
            "finding.message",
            "finding.field",
            "finding.offset",
            "finding.stream_offset",
        ],
        EventType::Summary => &[
            "summary.number",
            "summary.last",
            "summary.frames",
            "summary.dropped_records",
            "summary.dropped_packets",
            "summary.lag_ms",
            "summary.memory_octets",
        ],
    }
}

/// Writes documents of one type.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<String>,
}

impl Table {
    /// With these columns; with none, those of `event_type`.
    #[must_use]
    pub fn new(event_type: EventType, columns: &[String]) -> Self {
        let all = || COMMON.iter().chain(own(event_type)).map(|name| (*name).to_owned()).collect();
        Self { columns: if columns.is_empty() { all() } else { columns.to_vec() } }
    }

    /// Writes the titles.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_titles(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new().from_writer(out);
        writer.write_record(&self.columns)?;
        writer.flush()
    }

    /// Writes a document.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, document: &Document, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new().from_writer(out);
        let value = serde_json::to_value(document)?;
        writer.write_record(self.columns.iter().map(|column| cell(find(&value, column))))?;
        writer.flush()
    }
}

/// The value under a path with dots.
fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

/// What stands in a cell. Spreadsheets take what begins like a formula for one: a quote before it makes it text.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_like_a_formula() {
        for text in ["=1+1", "+44770", "-2", "@x", "\tx", "\rx"] {
            assert_eq!(cell(Some(&Value::from(text))), format!("'{text}"));
        }
        assert_eq!(cell(Some(&Value::from(-2))), "-2");
        assert_eq!(cell(None), "");
    }
}
