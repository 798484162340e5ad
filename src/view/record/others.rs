//! Records in the forms of others: Elastic Common Schema, Suricata's EVE.

use serde_json::{Map, Value, json};

use super::model::{Document, EventType, Outcome};
use crate::report::model::Role;
use crate::time::Timestamp;

/// The release of the Elastic Common Schema whose fields are used.
pub const ECS_VERSION: &str = "9.0.0";

/// A document in the Elastic Common Schema; what is SMPP's own stands under `smpp`.
#[must_use]
pub fn ecs(document: &Document) -> Value {
    let mut event = Map::new();
    let mut put = |key: &str, value: Value| {
        event.insert(key.to_owned(), value);
    };
    let mut error = Value::Null;
    put("id", json!(document.id));
    put("dataset", json!(format!("smpp.{}", document.event_type.name())));
    put("module", json!("smpp"));
    let (kind, mut types) = match document.event_type {
        EventType::Finding => ("alert", vec!["protocol", "error"]),
        EventType::Summary => ("metric", vec!["info"]),
        EventType::Pdu | EventType::Transaction => ("event", vec!["connection", "protocol"]),
        EventType::Session => ("event", vec!["connection", "end"]),
    };
    let mut categories = vec!["network"];
    let mut action = document.event_type.name().to_owned();
    if document.event_type == EventType::Session {
        categories.push("session");
    }
    if let Some(transaction) = &document.transaction {
        action.clone_from(&transaction.command);
        let code = transaction.status.as_ref().map(|status| status.code);
        let outcome = match code {
            Some(0) => "success",
            Some(_) => "failure",
            None => "unknown",
        };
        put("outcome", json!(outcome));
        if transaction.command.starts_with("bind_") {
            categories.push("authentication");
            types.push(if code == Some(0) { "start" } else { "denied" });
        }
        if let Some(at) = transaction.request_at {
            put("start", json!(at));
        }
        if let Some(at) = transaction.response_at {
            put("end", json!(at));
        }
        if let Some((start, end)) = transaction.request_at.zip(transaction.response_at)
            && transaction.latency_us.is_some()
        {
            put("duration", json!(end.since(start).nanos()));
        }
        if let Some(status) = transaction.status.as_ref().filter(|status| status.code != 0) {
            error = json!({ "code": format!("0x{:08x}", status.code) });
            if let (Some(name), Some(error)) = (&status.name, error.as_object_mut()) {
                error.insert("type".to_owned(), json!(name));
            }
        } else if transaction.outcome == Outcome::Unanswered {
            error = json!({ "message": "no response" });
        }
    }
    if let Some(pdu) = &document.pdu {
        action.clone_from(&pdu.command);
    }
    if let Some(session) = &document.session_info {
        put("start", json!(session.first_at));
        put("end", json!(session.last_at));
    }
    if let Some(finding) = &document.finding {
        action = finding.rule.clone().into_owned();
        error = json!({ "message": finding.message, "code": finding.rule });
    }
    put("kind", json!(kind));
    put("category", json!(categories));
    put("type", json!(types));
    put("action", json!(format!("smpp.{action}")));
    event.retain(|_, value| !value.is_null());
    let mut out = json!({
        "@timestamp": document.timestamp,
        "ecs": { "version": ECS_VERSION },
        "event": event,
        "smpp": own(document),
    });
    let Some(fields) = out.as_object_mut() else { return out };
    if !error.is_null() {
        fields.insert("error".to_owned(), error);
    }
    if let (Some(src_ip), Some(dest_ip)) = (document.src_ip, document.dest_ip) {
        let source = json!({ "ip": src_ip, "port": document.src_port });
        let destination = json!({ "ip": dest_ip, "port": document.dest_port });
        let binds = document.transaction.as_ref().and_then(|transaction| transaction.asked_by);
        let binds = binds.or_else(|| document.pdu.as_ref().and_then(|pdu| pdu.from));
        let ends = match (binds, document.event_type) {
            (Some(Role::Esme), _) | (None, EventType::Session) => Some((&source, &destination)),
            (Some(Role::Smsc), _) => Some((&destination, &source)),
            (None, _) => None,
        };
        if let Some((client, server)) = ends {
            fields.insert("client".to_owned(), client.clone());
            fields.insert("server".to_owned(), server.clone());
        }
        fields.insert("source".to_owned(), source);
        fields.insert("destination".to_owned(), destination);
        let family = if src_ip.is_ipv4() { "ipv4" } else { "ipv6" };
        let community_id = &document.community_id;
        fields.insert(
            "network".to_owned(),
            json!({ "transport": "tcp", "protocol": "smpp", "type": family, "community_id": community_id }),
        );
        let mut related = json!({ "ip": [src_ip, dest_ip] });
        if let (Some(user), Some(related)) = (&document.system_id, related.as_object_mut()) {
            related.insert("user".to_owned(), json!([user]));
            fields.insert("user".to_owned(), json!({ "name": user }));
        }
        fields.insert("related".to_owned(), related);
    }
    fields.retain(|_, value| !value.is_null());
    out
}

/// A document in the form of Suricata's EVE: PDUs and transactions are of type `smpp`, findings are anomalies.
#[must_use]
pub fn eve(document: &Document) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    put("timestamp", json!(document.timestamp.map(eve_time)));
    // There it is a number of at most 63 bits.
    let flow_id = document.flow_id.as_deref().and_then(|id| u64::from_str_radix(id, 16).ok());
    put("flow_id", json!(flow_id.map(|id| id >> 1)));
    let event_type = match document.event_type {
        EventType::Pdu | EventType::Transaction => "smpp",
        EventType::Session => "flow",
        EventType::Finding => "anomaly",
        EventType::Summary => "stats",
    };
    put("event_type", json!(event_type));
    put("src_ip", json!(document.src_ip));
    put("src_port", json!(document.src_port));
    put("dest_ip", json!(document.dest_ip));
    put("dest_port", json!(document.dest_port));
    put("community_id", json!(document.community_id));
    if document.src_ip.is_some() {
        put("proto", json!("TCP"));
        put("app_proto", json!("smpp"));
    }
    if let Some(pcap) = &document.pcap {
        put("pcap_cnt", json!(pcap.frame));
        put("pcap_filename", json!(pcap.file));
    }
    if let Some(finding) = &document.finding {
        let anomaly = json!({
            "app_proto": "smpp", "type": "applayer", "event": finding.rule, "layer": "proto_parser",
        });
        put("anomaly", anomaly);
    }
    put("smpp", own(document));
    Value::Object(out)
}

/// As Suricata writes times: to the microsecond, with the offset of the zone.
fn eve_time(at: Timestamp) -> String {
    let text = json!(at);
    let text = text.as_str().unwrap_or_default().trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let micros: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    format!("{seconds}.{micros}+0000")
}

/// The object of the document's type, with what only we know of all types.
fn own(document: &Document) -> Value {
    let value = match document.event_type {
        EventType::Pdu => serde_json::to_value(&document.pdu),
        EventType::Transaction => serde_json::to_value(&document.transaction),
        EventType::Session => serde_json::to_value(&document.session_info),
        EventType::Finding => serde_json::to_value(&document.finding),
        EventType::Summary => serde_json::to_value(&document.summary),
    };
    // Every document has the object of its type, and none has a key that is no text.
    let mut value = value.unwrap_or_default();
    if let Some(own) = value.as_object_mut() {
        let mut put = |key: &str, value: Value| {
            if !value.is_null() {
                own.insert(key.to_owned(), value);
            }
        };
        put("schema", json!(document.schema));
        put("record_id", json!(document.id));
        put("record_type", json!(document.event_type));
        put("flow_id", json!(document.flow_id));
        put("session_id", json!(document.session));
        put("account", json!(document.account));
        put("session_system_id", json!(document.system_id));
        put("side", json!(document.side));
        put("tcp_stream", json!(document.tcp_stream));
        put("pcap", json!(document.pcap));
    }
    value
}
