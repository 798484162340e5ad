//! The visitor that keeps every field of a PDU.

use super::message::message;
use super::model::{Field, Finding, Pdu, Status, Tlv, Value};
use crate::smpp::spec::{self, Kind, Slot, Values, is_vendor_tlv};
use crate::smpp::text::Charset;
use crate::smpp::{
    self, CommandId, CommandStatus, Context, Header, Moment, Role, Span, TlvTag, Version, Visitor, walk_with,
};

/// The PDU at the start of `octets` with every field, and what is wrong with it. `partial`: its rest is missing, so
/// nothing is said to be wrong. Passwords are left out unless `secrets`; data_coding 0 means `default_charset`.
#[must_use]
pub fn pdu(
    octets: &[u8],
    context: Context,
    partial: bool,
    secrets: bool,
    default_charset: Charset,
) -> (Pdu, Vec<Finding>) {
    let mut tree = Tree {
        context,
        secrets,
        list: None,
        fields: Vec::new(),
        tlvs: Vec::new(),
        findings: Vec::new(),
        hidden: Vec::new(),
    };
    let facts = walk_with(octets, context, default_charset, &mut tree);
    let text = message(&facts, octets, context.version, default_charset);
    let header = Header::parse(octets);
    let (id, status) =
        header.map_or((CommandId(0), CommandStatus(0)), |header| (header.command_id, header.command_status));
    let pdu = Pdu {
        index: 0,
        from: context.from.map(Into::into),
        frame: None,
        session: None,
        source: None,
        destination: None,
        at: None,
        offset: 0,
        octets: crate::num::short(octets.len()),
        partial,
        command: id.to_string(),
        command_id: id.0,
        command_length: header.map_or(0, |header| header.command_length),
        command_status: Status { value: status.0, name: status.name().map(str::to_owned) },
        sequence_number: header.map_or(0, |header| header.sequence_number.0),
        fields: tree.fields,
        tlvs: tree.tlvs,
        text,
        raw: raw(octets, &tree.hidden),
    };
    let findings = if partial { Vec::new() } else { tree.findings };
    (pdu, findings.iter().map(said).collect())
}

fn said(finding: &smpp::Finding) -> Finding {
    let rule = finding.rule.rule();
    Finding {
        rule: rule.id.to_owned(),
        severity: rule.severity.into(),
        clause: finding.clause.map_or_else(|| finding.rule.clause().to_owned(), |clause| clause.to_string()),
        pdu: None,
        field: finding.field.map(str::to_owned),
        span: [finding.span.start, finding.span.end],
        message: finding.to_string(),
    }
}

struct Tree {
    context: Context,
    secrets: bool,
    /// The list that is open, and the item in it.
    list: Option<(&'static str, u32)>,
    fields: Vec<Field>,
    tlvs: Vec<Tlv>,
    findings: Vec<smpp::Finding>,
    /// Where secrets stand.
    hidden: Vec<Span>,
}

/// The octets of a PDU but for those in `hidden`.
fn raw(octets: &[u8], hidden: &[Span]) -> Vec<Option<u8>> {
    let is_hidden = |at: u32| hidden.iter().any(|span| (span.start..span.end).contains(&at));
    octets.iter().zip(0..).map(|(octet, at)| (!is_hidden(at)).then_some(*octet)).collect()
}

impl Visitor for Tree {
    fn field(&mut self, field: &'static spec::Field, value: smpp::Value<'_>, span: Span) {
        let name = match self.list {
            Some((list, item)) => format!("{list}[{item}].{}", field.name),
            None => field.name.to_owned(),
        };
        let is_hidden = field.secret && !self.secrets;
        if is_hidden {
            self.hidden.push(span);
        }
        let shown = (!is_hidden).then(|| shown(value));
        let meaning = if shown.is_some() { self.meaning(field, value) } else { Some("not shown".to_owned()) };
        self.fields.push(Field { name, value: shown, meaning, span: [span.start, span.end] });
    }

    fn item(&mut self, field: &'static spec::Field, index: u32) {
        self.list = Some((field.name, index));
    }

    fn list_end(&mut self, _: &'static spec::Field, _: Span) {
        self.list = None;
    }

    fn tlv(
        &mut self,
        tag: TlvTag,
        known: Option<&'static spec::Tlv>,
        octets: &[u8],
        value: smpp::Value<'_>,
        span: Span,
    ) {
        let meaning = match known {
            Some(tlv) => self.meaning(&tlv.field, value),
            None if is_vendor_tlv(tag) => Some("of the vendor of the message centre".to_owned()),
            None => Some("reserved".to_owned()),
        };
        self.tlvs.push(Tlv {
            tag: tag.0,
            name: known.map(|tlv| tlv.name().to_owned()),
            length: crate::num::short(octets.len()),
            value: shown(value),
            meaning,
            span: [span.start, span.end],
        });
    }

    fn finding(&mut self, finding: smpp::Finding) {
        self.findings.push(finding);
    }
}

impl Tree {
    fn meaning(&self, field: &'static spec::Field, value: smpp::Value<'_>) -> Option<String> {
        match (&field.kind, value) {
            (Kind::Time(_), smpp::Value::Text(characters)) => moment(characters),
            (_, smpp::Value::Integer(number)) if field.slot == Some(Slot::ErrorStatusCode) => {
                CommandStatus(number).name().map(str::to_owned)
            }
            (_, smpp::Value::Integer(number)) => {
                let from_smsc = self.context.from == Some(Role::Smsc);
                let values = field.values_from_smsc.filter(|_| from_smsc).or(field.values)?;
                meaning(values, number, self.context.version)
            }
            _ => None,
        }
    }
}

/// What a number of a table means, part by part.
fn meaning(values: &'static Values, number: u32, version: Option<Version>) -> Option<String> {
    let parts: Vec<String> = values
        .meanings(number, version)
        .map(
            |(group, name)| {
                if group.name.is_empty() { name.to_owned() } else { format!("{}: {name}", group.name) }
            },
        )
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A time in words; `None` where it is none.
fn moment(characters: &[u8]) -> Option<String> {
    match Moment::parse(characters)? {
        Moment::Absolute(tenths) => {
            let since_1970 = tenths.saturating_mul(100_000_000).saturating_add(946_684_800_000_000_000);
            Some(crate::time::Timestamp::from_nanos(since_1970).to_string())
        }
        Moment::Relative(parts) => {
            let units = ["year", "month", "day", "hour", "minute", "second"];
            let said: Vec<String> = parts
                .iter()
                .zip(units)
                .filter(|(n, _)| **n > 0)
                .map(|(n, unit)| format!("{n} {unit}{}", if *n == 1 { "" } else { "s" }))
                .collect();
            Some(if said.is_empty() { "at once".to_owned() } else { format!("in {}", said.join(" ")) })
        }
        Moment::Local => Some("local time of the message centre".to_owned()),
    }
}

/// A value: characters as they are where all can be printed, everything else as hex.
#[must_use]
pub fn shown(value: smpp::Value<'_>) -> Value {
    match value {
        smpp::Value::Integer(number) => Value::Number(number),
        smpp::Value::Text(octets) => Value::Text(characters(octets)),
        smpp::Value::Octets(octets) => Value::Text(hex(octets)),
    }
}

/// Characters as they are where all can be printed, else as hex.
#[must_use]
pub fn characters(octets: &[u8]) -> String {
    if octets.iter().all(|octet| matches!(octet, b' '..=b'~')) {
        String::from_utf8_lossy(octets).into_owned()
    } else {
        hex(octets)
    }
}

const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

/// Octets in hex, two small digits each.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() * 2);
    for octet in octets {
        text.push(DIGITS[usize::from(octet >> 4)]);
        text.push(DIGITS[usize::from(octet & 15)]);
    }
    text
}
