//! The text of a message for a tree: its characters, the user data header before it, the receipt that it is.

use super::model::{AsDeclared, Field, Text, Value};
use crate::smpp::text::receipt::ReceiptText;
use crate::smpp::text::udh::{Element, Meaning, known};
use crate::smpp::text::{self, Charset, Header, Receipt, UserData, gsm7};
use crate::smpp::{Facts, Span, Version};

/// The text of the PDU that `facts` are about; `None` when it has none.
pub(super) fn message(
    facts: &Facts,
    pdu: &[u8],
    version: Option<Version>,
    default_charset: Charset,
) -> Option<Text> {
    let user_data = UserData::of(facts, pdu, version, default_charset)?;
    let text::Text { text, charset, why, as_declared, notes } =
        text::text(facts, pdu, version, default_charset)?;
    Some(Text {
        text,
        charset: charset.name().to_owned(),
        why,
        as_declared: as_declared
            .map(|declared| AsDeclared { text: declared.text, charset: declared.charset.name().to_owned() }),
        notes,
        header: header(&user_data),
        receipt: if is_receipt(facts) { receipt(&user_data) } else { Vec::new() },
    })
}

fn header(user_data: &UserData<'_>) -> Vec<Field> {
    let Header::Whole(header) = &user_data.header else { return Vec::new() };
    header
        .elements()
        .map(|element| match element {
            Ok(element) => Field {
                name: known(element.id).name.to_owned(),
                value: Some(Value::Text(super::tree::hex(element.value))),
                meaning: Some(meaning(element)),
                span: [element.span.start, element.span.end],
            },
            Err(broken) => Field {
                name: "broken element".to_owned(),
                value: None,
                meaning: Some("goes beyond the end of the header".to_owned()),
                span: [broken.span.start, broken.span.end],
            },
        })
        .collect()
}

fn meaning(element: Element<'_>) -> String {
    let language = |id| gsm7::Language::of(id).map_or("reserved", gsm7::Language::name);
    let id = format!("element 0x{:02x}", element.id);
    match element.meaning() {
        Some(Meaning::Part(part)) => {
            format!("{id}, part {} of {} of message {}", part.number, part.total, part.reference)
        }
        Some(Meaning::Ports { destination, source }) => format!("{id}, to port {destination} from {source}"),
        Some(Meaning::SingleShift(language_id)) => {
            format!("{id}, extension table of {}", language(language_id))
        }
        Some(Meaning::LockingShift(language_id)) => format!("{id}, main table of {}", language(language_id)),
        None => id,
    }
}

/// Whether esm_class says so: a receipt or an intermediate notification.
fn is_receipt(facts: &Facts) -> bool {
    matches!(facts.esm_class().unwrap_or(0) & 0x3C, 0x04 | 0x20)
}

fn receipt(user_data: &UserData<'_>) -> Vec<Field> {
    let text = ReceiptText::of(user_data);
    let Some(receipt) = Receipt::parse(text.octets(), 0) else { return Vec::new() };
    let Receipt { id, submitted, delivered, submit_date, done_date, stat, error, text: message, .. } =
        receipt;
    let field = |name: &str, span: Option<Span>| {
        let span = span?;
        let octets = crate::smpp::reader::slice(text.octets(), span);
        let Span { start, end } = text.place(span);
        Some(Field {
            name: name.to_owned(),
            value: Some(Value::Text(String::from_utf8_lossy(octets).into_owned())),
            meaning: match name {
                "stat" => state(octets),
                _ => None,
            },
            span: [start, end],
        })
    };
    [
        ("id", id),
        ("sub", submitted),
        ("dlvrd", delivered),
        ("submit date", submit_date),
        ("done date", done_date),
        ("stat", stat),
        ("err", error),
        ("text", message),
    ]
    .into_iter()
    .filter_map(|(name, span)| field(name, span))
    .collect()
}

/// The message_state that a stat means.
fn state(stat: &[u8]) -> Option<String> {
    let state = text::receipt::state(stat)?;
    let mut meanings = crate::smpp::spec::values::MESSAGE_STATE.meanings(u32::from(state), None);
    meanings.next().map(|(_, name)| name.to_owned())
}
