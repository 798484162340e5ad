//! Each operator and each kind of field, against predicates over the JSON of the same PDUs that know nothing of
//! filters.

use serde_json::Value as Json;

use super::{kept, lines};
use crate::dissect::{Given, dissect};

/// The PDUs as `decode --format json` prints them, each with its findings.
fn pdus() -> Vec<Json> {
    let dissection = dissect(&lines(), Given { is_closed: true, ..Given::default() });
    let json = serde_json::to_value(&dissection).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let of = |pdu: &Json| -> Vec<Json> {
        findings.iter().filter(|finding| finding["pdu"] == pdu["index"]).cloned().collect()
    };
    let mut pdus = json["pdus"].as_array().unwrap().clone();
    for pdu in &mut pdus {
        pdu["findings"] = Json::Array(of(pdu));
    }
    pdus
}

/// Values of the fields and TLVs of that name, those of lists' items too.
fn values<'a>(pdu: &'a Json, name: &str) -> Vec<&'a Json> {
    let fields = pdu["fields"].as_array().unwrap().iter();
    let fields = fields.filter(|field| field["name"].as_str().unwrap().rsplit('.').next() == Some(name));
    let tlvs = pdu["tlvs"].as_array().unwrap().iter().filter(|tlv| tlv["name"] == name);
    fields.chain(tlvs).map(|value| &value["value"]).collect()
}

fn numbers(pdu: &Json, name: &str) -> Vec<u64> {
    values(pdu, name).into_iter().filter_map(Json::as_u64).collect()
}

fn texts(pdu: &Json, name: &str) -> Vec<String> {
    values(pdu, name).into_iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn tags(pdu: &Json) -> Vec<u64> {
    pdu["tlvs"].as_array().unwrap().iter().map(|tlv| tlv["tag"].as_u64().unwrap()).collect()
}

fn severities(pdu: &Json) -> Vec<String> {
    let findings = pdu["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["severity"].as_str().unwrap().to_owned()).collect()
}

fn rules(pdu: &Json) -> Vec<String> {
    let findings = pdu["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

fn id(pdu: &Json) -> u64 {
    pdu["command_id"].as_u64().unwrap()
}

fn status(pdu: &Json) -> u64 {
    pdu["command_status"]["value"].as_u64().unwrap()
}

/// short_message in hex.
fn message(pdu: &Json) -> String {
    texts(pdu, "short_message").concat()
}

type Row = (&'static str, fn(&Json) -> bool);

/// A filter, and what it means.
const ROWS: &[Row] = &[
    // Commands.
    ("smpp.command_id == 4", |p| id(p) == 4),
    ("smpp.command_id == 0x00000004", |p| id(p) == 4),
    ("command == submit_sm", |p| id(p) == 4),
    ("command == SUBMIT_SM", |p| id(p) == 4),
    ("command eq \"submit_sm\"", |p| id(p) == 4),
    ("command_id != submit_sm", |p| id(p) != 4),
    ("command ne submit_sm", |p| id(p) != 4),
    ("command in {submit_sm, deliver_sm}", |p| id(p) == 4 || id(p) == 5),
    ("command in {submit_sm deliver_sm}", |p| id(p) == 4 || id(p) == 5),
    ("command not in {submit_sm, 5}", |p| id(p) != 4 && id(p) != 5),
    ("smpp.command_id in {1..9, 0x21}", |p| (1..=9).contains(&id(p)) || id(p) == 0x21),
    ("smpp.command_id in {3 .. 4}", |p| (3..=4).contains(&id(p))),
    ("smpp.command_id >= 0x80000000", |p| id(p) >= 0x8000_0000),
    ("smpp.command_id ge generic_nack", |p| id(p) >= 0x8000_0000),
    ("smpp.command_id < 5", |p| id(p) < 5),
    ("smpp.command_id lt 5", |p| id(p) < 5),
    ("smpp.command_id <= 5", |p| id(p) <= 5),
    ("smpp.command_id le 5", |p| id(p) <= 5),
    ("smpp.command_id > 0x21", |p| id(p) > 0x21),
    ("smpp.command_id gt 0x21", |p| id(p) > 0x21),
    ("command & 0x80000000", |p| id(p) & 0x8000_0000 != 0),
    ("command & 0x80000000 == 0", |p| id(p) & 0x8000_0000 == 0),
    ("command == 0x00010200", |p| id(p) == 0x0001_0200),
    // Statuses.
    ("status != ok", |p| status(p) != 0),
    ("status == ok", |p| status(p) == 0),
    ("smpp.command_status == 0x58", |p| status(p) == 0x58),
    ("smpp.command_status == 88", |p| status(p) == 0x58),
    ("status == ESME_RTHROTTLED", |p| status(p) == 0x58),
    ("status == rthrottled", |p| status(p) == 0x58),
    ("status == throttled", |p| status(p) == 0x58),
    ("command_status in {RTHROTTLED, RSUBMITFAIL}", |p| status(p) == 0x58 || status(p) == 0x45),
    ("status in {0x400 .. 0x4ff}", |p| (0x400..=0x4ff).contains(&status(p))),
    ("response && status > 0", |p| id(p) >= 0x8000_0000 && status(p) > 0),
    // The rest of the header.
    ("smpp.command_length == 16", |p| p["command_length"] == 16),
    ("command_length > 60", |p| p["command_length"].as_u64().unwrap() > 60),
    ("smpp.sequence_number == 2", |p| p["sequence_number"] == 2),
    ("sequence_number in {900..902}", |p| (900..=902).contains(&p["sequence_number"].as_u64().unwrap())),
    ("request", |p| id(p) < 0x8000_0000),
    ("smpp.request", |p| id(p) < 0x8000_0000),
    ("smpp.response == true", |p| id(p) >= 0x8000_0000),
    ("smpp.response == 1", |p| id(p) >= 0x8000_0000),
    ("!response", |p| id(p) < 0x8000_0000),
    ("from == smsc", |p| p["from"] == "smsc"),
    ("from != smsc", |p| p["from"] == "esme"),
    // C-Octet Strings.
    ("dest_addr matches \"^4477\"", |p| texts(p, "destination_addr").iter().any(|a| a.starts_with("4477"))),
    ("destination_addr ~ \"^4477\"", |p| texts(p, "destination_addr").iter().any(|a| a.starts_with("4477"))),
    ("smpp.destination_addr == \"+33612345678\"", |p| {
        texts(p, "destination_addr").contains(&"+33612345678".to_owned())
    }),
    ("destination_addr == +33612345678", |p| {
        texts(p, "destination_addr").contains(&"+33612345678".to_owned())
    }),
    ("dest_addr matches \"^\\+33\"", |p| texts(p, "destination_addr").iter().any(|a| a.starts_with("+33"))),
    ("dest_addr matches r\"^\\+33\\d+$\"", |p| {
        texts(p, "destination_addr").iter().any(|a| a.starts_with("+33"))
    }),
    ("dest_addr matches \"^\\\\+33\"", |p| texts(p, "destination_addr").iter().any(|a| a.starts_with("+33"))),
    ("smpp.source_addr == 447700900001", |p| texts(p, "source_addr").contains(&"447700900001".to_owned())),
    ("source_addr != \"447700900001\"", |p| {
        let all = texts(p, "source_addr");
        !all.is_empty() && all.iter().all(|a| a != "447700900001")
    }),
    ("!(source_addr == \"447700900001\")", |p| !texts(p, "source_addr").contains(&"447700900001".to_owned())),
    ("source_addr contains \"900\"", |p| texts(p, "source_addr").iter().any(|a| a.contains("900"))),
    ("source_addr contains 'Bank'", |p| texts(p, "source_addr").iter().any(|a| a.contains("Bank"))),
    ("source_addr matches \"mybank\"", |p| {
        texts(p, "source_addr").iter().any(|a| a.to_lowercase() == "mybank")
    }),
    ("source_addr matches \"(?-i)mybank\" or command == unbind", |p| id(p) == 6),
    ("source_addr in {\"111\", \"MyBank\"}", |p| {
        texts(p, "source_addr").iter().any(|a| a == "111" || a == "MyBank")
    }),
    ("source_addr < \"2\"", |p| texts(p, "source_addr").iter().any(|a| a.as_str() < "2")),
    ("source_addr >= \"4\"", |p| texts(p, "source_addr").iter().any(|a| a.as_str() >= "4")),
    ("source_addr", |p| !texts(p, "source_addr").is_empty()),
    ("not source_addr", |p| texts(p, "source_addr").is_empty()),
    ("service_type == \"CMT\"", |p| texts(p, "service_type").contains(&"CMT".to_owned())),
    ("service_type == \"\"", |p| texts(p, "service_type").contains(&String::new())),
    ("smpp.system_id == \"acme\"", |p| texts(p, "system_id").contains(&"acme".to_owned())),
    ("smpp.system_id in {\"acme\", \"SMSC01\"}", |p| !texts(p, "system_id").is_empty()),
    ("system_type == VMA", |p| texts(p, "system_type").contains(&"VMA".to_owned())),
    ("address_range contains \"^\"", |p| texts(p, "address_range").iter().any(|a| a.contains('^'))),
    ("message_id == 00ab12", |p| texts(p, "message_id").contains(&"00ab12".to_owned())),
    ("smpp.message_id contains \"ab\"", |p| texts(p, "message_id").iter().any(|a| a.contains("ab"))),
    ("validity_period == \"000001000000000R\"", |p| {
        texts(p, "validity_period").contains(&"000001000000000R".to_owned())
    }),
    ("smpp.final_date matches \"^26\"", |p| texts(p, "final_date").iter().any(|a| a.starts_with("26"))),
    // Integers, their names, bits of them.
    ("source_addr_ton == 5", |p| numbers(p, "source_addr_ton").contains(&5)),
    ("source_addr_ton == alphanumeric", |p| numbers(p, "source_addr_ton").contains(&5)),
    ("smpp.dest_addr_npi != 1", |p| {
        let all = numbers(p, "dest_addr_npi");
        !all.is_empty() && all.iter().all(|n| *n != 1)
    }),
    ("data_coding == 8", |p| numbers(p, "data_coding").contains(&8)),
    ("smpp.data_coding > 3", |p| numbers(p, "data_coding").iter().any(|n| *n > 3)),
    ("data_coding in {0, 8}", |p| numbers(p, "data_coding").iter().any(|n| *n == 0 || *n == 8)),
    ("data_coding & 0x0c == 0x08", |p| numbers(p, "data_coding").iter().any(|n| n & 0x0c == 8)),
    ("esm_class & 0x40", |p| numbers(p, "esm_class").iter().any(|n| n & 0x40 != 0)),
    ("smpp.esm_class & 0x3c == 0x04", |p| numbers(p, "esm_class").iter().any(|n| n & 0x3c == 4)),
    ("smpp.esm.submit.msg_type == 1", |p| numbers(p, "esm_class").iter().any(|n| (n & 0x3c) >> 2 == 1)),
    ("esm_class.type == \"MC Delivery Receipt\"", |p| numbers(p, "esm_class").iter().any(|n| n & 0x3c == 4)),
    ("esm_class.features == UDHI", |p| numbers(p, "esm_class").iter().any(|n| n & 0xc0 == 0x40)),
    ("smpp.regdel.receipt == 1", |p| numbers(p, "registered_delivery").iter().any(|n| n & 3 == 1)),
    ("registered_delivery.intermediate == 1", |p| {
        numbers(p, "registered_delivery").iter().any(|n| n & 0x10 != 0)
    }),
    ("registered_delivery === 0", |p| {
        let all = numbers(p, "registered_delivery");
        !all.is_empty() && all.iter().all(|n| *n == 0)
    }),
    ("interface_version == 0x34", |p| numbers(p, "interface_version").contains(&0x34)),
    ("sm_length > 20", |p| numbers(p, "sm_length").iter().any(|n| *n > 20)),
    ("sm_length >= 17 and sm_length <= 20", |p| {
        numbers(p, "sm_length").iter().any(|n| (17..=20).contains(n))
    }),
    ("error_status_code == RINVDSTADR", |p| numbers(p, "error_status_code").contains(&0x0b)),
    ("error_code == 5", |p| numbers(p, "error_code").contains(&5)),
    ("number_of_dests == 2", |p| numbers(p, "number_of_dests").contains(&2)),
    ("dl_name == \"friends\"", |p| texts(p, "dl_name").contains(&"friends".to_owned())),
    // TLVs.
    ("tlv.0x1400", |p| tags(p).contains(&0x1400)),
    ("TLV.0X1400", |p| tags(p).contains(&0x1400)),
    ("tlv.5120 contains \"789\"", |p| tags(p).contains(&0x1400)),
    ("tlv.0x1400 == \"1234567890123456789\"", |p| tags(p).contains(&0x1400)),
    ("tlv.0x1400 == 31:32 or tlv.0x0204", |p| tags(p).contains(&0x0204)),
    ("tlv.0x204 == 7", |p| numbers(p, "user_message_reference").contains(&7)),
    ("smpp.user_message_reference == 7", |p| numbers(p, "user_message_reference").contains(&7)),
    ("tlv.message_state", |p| !numbers(p, "message_state").is_empty()),
    ("message_state == 2", |p| numbers(p, "message_state").contains(&2)),
    ("message_state == DELIVERED", |p| numbers(p, "message_state").contains(&2)),
    ("tlv.tag == 0x020c", |p| tags(p).contains(&0x020c)),
    ("smpp.opt_param_tag !== 0x020c", |p| tags(p).iter().any(|tag| *tag != 0x020c)),
    ("tlv.tag all_ne 0x020c", |p| !tags(p).is_empty() && tags(p).iter().all(|tag| *tag != 0x020c)),
    ("tlv.length > 6", |p| {
        p["tlvs"].as_array().unwrap().iter().any(|tlv| tlv["length"].as_u64().unwrap() > 6)
    }),
    ("network_error_code == 03:00:0b", |p| texts(p, "network_error_code").contains(&"03000b".to_owned())),
    ("network_error_code == 0x03000b", |p| texts(p, "network_error_code").contains(&"03000b".to_owned())),
    ("network_error_code contains 00:0b", |p| {
        texts(p, "network_error_code").iter().any(|o| o.contains("000b"))
    }),
    ("message_payload contains \"binary\"", |p| !texts(p, "message_payload").is_empty()),
    ("smpp.message_payload matches \"^\\x00\\x01\"", |p| {
        texts(p, "message_payload").iter().any(|o| o.starts_with("0001"))
    }),
    ("additional_status_info_text == \"too fast\"", |p| {
        texts(p, "additional_status_info_text").contains(&"too fast".to_owned())
    }),
    ("receipted_message_id == \"00ab12\"", |p| {
        texts(p, "receipted_message_id").contains(&"00ab12".to_owned())
    }),
    ("smpp.SC_interface_version == 0x50", |p| numbers(p, "sc_interface_version").contains(&0x50)),
    ("ms_availability_status", |p| !numbers(p, "ms_availability_status").is_empty()),
    ("sar_total_segments == 2 and sar_segment_seqnum == 1", |p| {
        numbers(p, "sar_total_segments").contains(&2)
    }),
    // Octets and text.
    ("short_message contains 05:00:03", |p| message(p).contains("050003")),
    ("smpp.message == 68656c6c6f", |p| message(p) == "68656c6c6f"),
    ("short_message == \"hello\"", |p| message(p) == "68656c6c6f"),
    ("text contains \"code\"", |p| {
        // "code" in GSM and in UCS-2.
        message(p).contains("636f6465") || message(p).contains("0063006f00640065")
    }),
    ("smpp.message_text contains \"ž\"", |p| message(p).contains("017e")),
    ("text == \"hello\"", |p| message(p) == "68656c6c6f"),
    ("text matches \"code (is )?[0-9]{4}\"", |p| {
        message(p).contains("636f6465206973") || message(p).contains("017e")
    }),
    ("text contains \"stat:DELIVRD\"", |p| message(p).contains("737461743a44454c49565244")),
    // Findings.
    ("finding", |p| !rules(p).is_empty()),
    ("finding.severity >= warning", |p| severities(p).iter().any(|s| s == "warning" || s == "error")),
    ("finding.severity == error", |p| severities(p).contains(&"error".to_owned())),
    ("finding.severity < warning", |p| severities(p).contains(&"note".to_owned())),
    ("finding.severity in {warning..error}", |p| severities(p).iter().any(|s| s != "note")),
    ("finding.rule == \"cstring.unterminated\"", |p| rules(p).contains(&"cstring.unterminated".to_owned())),
    ("finding contains \"tlv.\"", |p| rules(p).iter().any(|rule| rule.contains("tlv."))),
    // How they are joined.
    ("command == submit_sm and dest_addr matches \"^4477\"", |p| {
        id(p) == 4 && texts(p, "destination_addr").iter().any(|a| a.starts_with("4477"))
    }),
    ("command == submit_sm && status == 0 || command == unbind", |p| {
        id(p) == 4 && status(p) == 0 || id(p) == 6
    }),
    ("command == unbind or command == submit_sm and data_coding == 8", |p| {
        id(p) == 6 || id(p) == 4 && numbers(p, "data_coding").contains(&8)
    }),
    ("(command == unbind or command == submit_sm) and data_coding == 8", |p| {
        id(p) == 4 && numbers(p, "data_coding").contains(&8)
    }),
    ("not command == submit_sm and not response", |p| id(p) != 4 && id(p) < 0x8000_0000),
    ("!(command == submit_sm || response)", |p| id(p) != 4 && id(p) < 0x8000_0000),
    ("not not response", |p| id(p) >= 0x8000_0000),
    ("response xor status != ok", |p| (id(p) >= 0x8000_0000) != (status(p) != 0)),
    ("response ^^ from == smsc", |p| (id(p) >= 0x8000_0000) != (p["from"] == "smsc")),
    ("  response\n&&\tstatus==0  ", |p| id(p) >= 0x8000_0000 && status(p) == 0),
];

#[test]
fn filters_keep_what_an_evaluator_written_apart_keeps() {
    let pdus = pdus();
    assert!(ROWS.len() >= 100, "{} rows", ROWS.len());
    let mut wrong = Vec::new();
    for (filter, holds) in ROWS {
        let expected: Vec<u32> = pdus
            .iter()
            .filter(|pdu| holds(pdu))
            .map(|pdu| u32::try_from(pdu["index"].as_u64().unwrap()).unwrap())
            .collect();
        // A row that everything or nothing passes shows little.
        if expected.is_empty() || expected.len() == pdus.len() {
            wrong.push(format!("{filter}: keeps {} of {}", expected.len(), pdus.len()));
        }
        let kept = kept(filter);
        if kept != expected {
            wrong.push(format!("{filter}: {kept:?}, and apart {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
