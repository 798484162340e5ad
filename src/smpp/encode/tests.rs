use super::*;
use crate::smpp::spec::fields;
use crate::smpp::{CommandStatus, Context, SequenceNumber, TlvEntry};

fn record(id: CommandId, entries: &[(&'static Field, Content)]) -> Record {
    let mut record = Record::new(id, CommandStatus::OK, SequenceNumber(1));
    record.fields = entries.iter().map(|(field, content)| Entry::new(field, content.clone())).collect();
    record
}

fn text(characters: &str) -> Content {
    Content::Text(characters.as_bytes().to_vec())
}

fn integer(value: u32) -> Content {
    Content::Integer(value)
}

fn replace(message: &[u8]) -> Record {
    record(
        CommandId::REPLACE_SM,
        &[
            (&fields::MESSAGE_ID, text("10A1")),
            (&fields::SOURCE_ADDR_TON, integer(1)),
            (&fields::SOURCE_ADDR_NPI, integer(1)),
            (&fields::SOURCE_ADDR, text("447700900001")),
            (&fields::SCHEDULE_DELIVERY_TIME, text("")),
            (&fields::VALIDITY_PERIOD, text("")),
            (&fields::REGISTERED_DELIVERY, integer(1)),
            (&fields::SM_DEFAULT_MSG_ID, integer(0)),
            (&fields::SHORT_MESSAGE, Content::Octets(message.to_vec())),
        ],
    )
}

fn destination(address: &str) -> Vec<Entry> {
    [
        (&fields::DEST_FLAG, integer(1)),
        (&fields::DEST_ADDR_TON, integer(1)),
        (&fields::DEST_ADDR_NPI, integer(1)),
        (&fields::DESTINATION_ADDR, text(address)),
    ]
    .map(|(field, content)| Entry::new(field, content))
    .to_vec()
}

fn error(record: &Record) -> String {
    encode(record, Version::V34).expect_err("cannot be laid out").to_string()
}

#[test]
fn lengths_that_are_not_stated_are_computed() {
    let mut record = replace(b"hello");
    record.tlvs.push(TlvEntry::new(TlvTag(0x1400), vec![7]));
    let pdu = encode(&record, Version::V34).unwrap();
    let body = b"10A1\0\x01\x01447700900001\0\0\0\x01\0\x05hello\x14\x00\x00\x01\x07";
    assert_eq!(pdu[..16], [0, 0, 0, 16 + body.len() as u8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(&pdu[16..], body);
}

#[test]
fn what_breaks_a_rule_is_written_all_the_same() {
    let mut record = replace(&[b'x'; 255]);
    record.fields[0].content = text(&"m".repeat(300));
    record.command_length = Some(5);
    record.command_status = CommandStatus(9);
    let pdu = encode(&record, Version::V34).unwrap();
    assert_eq!((pdu.len(), &pdu[..4]), (16 + 301 + 1 + 1 + 13 + 1 + 1 + 1 + 1 + 1 + 255, &[0, 0, 0, 5][..]));
}

#[test]
fn errors_say_what_is_wrong_and_where_it_is_defined() {
    let changed = |name: &str, content: Content| {
        let mut record = replace(b"hello");
        let entry = record.fields.iter_mut().find(|entry| entry.field.name == name).unwrap();
        entry.content = content;
        error(&record)
    };
    for (said, expected) in [
        (error(&replace(&[0; 300])), "short_message: 300 octets, at most 255 (SMPP 3.4 5.2.22)"),
        (changed("source_addr_ton", integer(256)), "source_addr_ton: 256, at most 255 (SMPP 3.4 5.2.5)"),
        (
            changed("source_addr", text("44\x007")),
            "source_addr: a NUL after 2 octets, which would end it (SMPP 3.4 5.2.8)",
        ),
        (changed("message_id", integer(1)), "message_id: an integer, text needed (SMPP 3.4 5.2.23)"),
        (
            changed("short_message", text("")),
            "sm_length: no value, a mandatory field of replace_sm (SMPP 3.4 5.2.21)",
        ),
    ] {
        assert_eq!(said, expected);
    }
    let mut missing = replace(b"");
    missing.fields.remove(3);
    assert_eq!(error(&missing), "source_addr: no value, a mandatory field of replace_sm (SMPP 3.4 5.2.8)");
    let mut foreign = replace(b"");
    foreign.fields.push(Entry::new(&fields::ESM_CLASS, integer(0)));
    assert_eq!(error(&foreign), "esm_class: a value that replace_sm has no place for (SMPP 3.4 5.2.12)");
    let mut twice = replace(b"");
    twice.fields.push(Entry::new(&fields::SOURCE_ADDR, text("1")));
    assert_eq!(error(&twice), "source_addr: a value that replace_sm has no place for (SMPP 3.4 5.2.8)");
    let mut stated = replace(b"hello");
    stated.fields.push(Entry::new(&fields::SM_LENGTH, integer(4)));
    assert_eq!(error(&stated), "short_message: 5 there, 4 stated by sm_length (SMPP 3.4 5.2.22)");
    let mut tlv = replace(b"");
    tlv.tlvs.push(TlvEntry::new(TlvTag::MESSAGE_PAYLOAD, vec![0; 65_536]));
    assert_eq!(error(&tlv), "message_payload: 65536 octets, at most 65535 (SMPP 3.4 5.3.2.32)");
    tlv.tlvs[0] = TlvEntry::new(TlvTag(0x3FFF), vec![0; 65_536]);
    assert_eq!(error(&tlv), "TLV 0x3fff: 65536 octets, at most 65535");
    let vendor = record(CommandId(0x0001_0200), &[(&fields::ESM_CLASS, integer(0))]);
    assert!(error(&vendor).starts_with("esm_class: a value that"), "{}", error(&vendor));
}

#[test]
fn a_list_has_at_most_as_many_items_as_its_count_can_say() {
    let multi = |items: Vec<Vec<Entry>>| {
        let mut record = replace(b"hi");
        record.command_id = CommandId::SUBMIT_MULTI;
        record.fields.remove(0);
        for (field, value) in [
            (&fields::ESM_CLASS, 0),
            (&fields::PROTOCOL_ID, 0),
            (&fields::PRIORITY_FLAG, 0),
            (&fields::REPLACE_IF_PRESENT_FLAG, 0),
            (&fields::DATA_CODING, 0),
        ] {
            record.fields.push(Entry::new(field, integer(value)));
        }
        record.fields.push(Entry::new(&fields::SERVICE_TYPE, text("")));
        record.fields.push(Entry::new(&fields::DEST_ADDRESS, Content::Items(items)));
        record
    };
    let pdu = encode(&multi(vec![destination("1"), destination("22")]), Version::V34).unwrap();
    let (decoded, facts) = Record::decode(&pdu, Context::default()).unwrap();
    assert_eq!(facts.errors, 0);
    assert_eq!(decoded.field("number_of_dests"), Some(&integer(2)));
    assert_eq!(
        decoded.field("dest_address"),
        Some(&Content::Items(vec![destination("1"), destination("22")]))
    );
    assert_eq!(
        error(&multi(vec![destination("1"); 256])),
        "dest_address: 256 items, at most 255 (SMPP 3.4 4.5.1.1)"
    );
    let mut other = destination("1");
    other[0].content = integer(3);
    assert_eq!(error(&multi(vec![other])), "dest_flag: 3, which no layout follows (SMPP 3.4 5.2.25)");
    let mut short = destination("1");
    short.pop();
    assert_eq!(
        error(&multi(vec![short])),
        "destination_addr: no value, a mandatory field of submit_multi (SMPP 3.4 5.2.9)"
    );
}

#[test]
fn a_cut_body_is_written_up_to_the_cut_and_nothing_may_follow() {
    let whole = encode(&replace(b"hello"), Version::V34).unwrap();
    for end in 16..whole.len() {
        let mut pdu = whole[..end].to_vec();
        pdu[3] = end as u8;
        let (record, _) = Record::decode(&pdu, Context::default()).unwrap();
        assert!(record.is_cut, "{end}");
        assert_eq!(encode(&record, Version::V34).unwrap(), pdu, "{end}");
    }
    let mut pdu = whole[..30].to_vec();
    pdu[3] = 30;
    let (mut record, _) = Record::decode(&pdu, Context::default()).unwrap();
    record.tlvs.push(TlvEntry::new(TlvTag(0x1400), Vec::new()));
    assert!(error(&record).contains("source_addr: no value"), "{}", error(&record));
}

#[test]
fn passwords_are_not_printed() {
    let entry = Entry::new(&fields::PASSWORD, text("hunter2"));
    assert_eq!(format!("{entry:?}"), "password @0..0");
}
