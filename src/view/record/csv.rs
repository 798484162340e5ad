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

    /// What is wrong with a column that no document of `event_type` can have, in words.
    ///
    /// # Errors
    /// The path, and the one that is nearest to it.
    pub fn check(event_type: EventType, columns: &[String]) -> Result<(), String> {
        if columns.is_empty() {
            return Ok(());
        }
        let paths = paths(event_type);
        let unknown = columns.iter().find(|column| !paths.contains(*column));
        unknown.map_or(Ok(()), |column| {
            let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
            let likeness = |path: &String| {
                let whole = strsim::jaro_winkler(path, column);
                whole.max(strsim::jaro_winkler(&last(path), &last(column)))
            };
            let near = paths.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            let hint = near.filter(|near| likeness(near) > 0.8).map(|near| format!("; did you mean {near}?"));
            Err(format!("{column}: no key of a {} record{}", event_type.name(), hint.unwrap_or_default()))
        })
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

/// The paths of all keys that a document of `event_type` can have.
fn paths(event_type: EventType) -> Vec<String> {
    let schema = super::super::schema::of::<Document>();
    let mut all = Vec::new();
    collect(&schema, &schema, "", &mut all);
    let others =
        [EventType::Transaction, EventType::Pdu, EventType::Session, EventType::Finding, EventType::Summary];
    let others = others.map(|other| (other != event_type).then(|| object(other)));
    all.retain(|path| !others.iter().flatten().any(|other| path.split('.').next() == Some(other)));
    all
}

/// The key of the object that only this type has.
const fn object(event_type: EventType) -> &'static str {
    match event_type {
        EventType::Session => "session_info",
        other => other.name(),
    }
}

/// The paths below `node` of a schema, which `root` is; not those within arrays, of which a cell has the whole.
fn collect(root: &Value, node: &Value, path: &str, all: &mut Vec<String>) {
    if let Some(name) = node.get("$ref").and_then(Value::as_str) {
        if let Some(node) = name.strip_prefix('#').and_then(|pointer| root.pointer(pointer)) {
            collect(root, node, path, all);
        }
        return;
    }
    for choice in ["anyOf", "oneOf"].iter().filter_map(|key| node.get(key)?.as_array()).flatten() {
        collect(root, choice, path, all);
    }
    for (key, below) in node.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        all.push(path.clone());
        collect(root, below, &path, all);
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
    fn every_column_of_a_type_is_a_key_of_its_documents_and_others_are_not() {
        for event_type in [
            EventType::Transaction,
            EventType::Pdu,
            EventType::Session,
            EventType::Finding,
            EventType::Summary,
        ] {
            let Table { columns } = Table::new(event_type, &[]);
            assert_eq!(Table::check(event_type, &columns), Ok(()));
        }
        let check = |column: &str| Table::check(EventType::Transaction, &[column.to_owned()]);
        assert_eq!(check("transaction.response_tlvs"), Ok(()));
        assert_eq!(check("pcap.frames"), Ok(()));
        for (column, said) in [
            ("transaction.comand", "no key of a transaction record; did you mean transaction.command?"),
            ("latency_us", "no key of a transaction record; did you mean transaction.latency_us?"),
            ("pdu.octets", "no key of a transaction record"),
            ("transaction.tlvs.0.tag", "no key of a transaction record"),
            ("xyzzy", "no key of a transaction record"),
        ] {
            let wrong = check(column).unwrap_err();
            assert!(wrong.starts_with(&format!("{column}: {said}")), "{wrong}");
        }
    }

    #[test]
    fn nothing_begins_like_a_formula() {
        for text in ["=1+1", "+44770", "-2", "@x", "\tx", "\rx"] {
            assert_eq!(cell(Some(&Value::from(text))), format!("'{text}"));
        }
        assert_eq!(cell(Some(&Value::from(-2))), "-2");
        assert_eq!(cell(None), "");
    }
}
