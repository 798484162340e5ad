//! `decode`: octets given by hand, into the same findings as those of a capture.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use smpp_inspect::dissect::model::Dissection;
use smpp_inspect::smpp::{RULES, Scope};

fn decode(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    command.arg("decode").args(arguments).env("LC_ALL", "C.UTF-8");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn json(arguments: &[&str], input: &str) -> Dissection {
    let output = decode(&[&["--format", "json"], arguments].concat(), input);
    assert!(output.status.success(), "{input}: {}", String::from_utf8_lossy(&output.stderr));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    schema().validate(&value).unwrap();
    serde_json::from_value(value).unwrap()
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: std::sync::OnceLock<jsonschema::Validator> = std::sync::OnceLock::new();
    SCHEMA.get_or_init(|| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_smpp-inspect")).args(["schema", "decode"]).output().unwrap();
        jsonschema::validator_for(&serde_json::from_slice(&output.stdout).unwrap()).unwrap()
    })
}

/// Line, rule, attributes and text of each example of the rules.
fn blocks() -> Vec<(usize, String, String, String)> {
    let mut blocks = Vec::new();
    let mut rule = String::new();
    let mut open = false;
    for (line, text) in include_str!("conformance/rules.md").lines().enumerate() {
        if let Some(heading) = text.strip_prefix("### ") {
            rule = heading.split('`').nth(1).unwrap().to_owned();
        } else if let Some(attributes) = text.strip_prefix("```smpp ") {
            blocks.push((line + 1, rule.clone(), attributes.to_owned(), String::new()));
            open = true;
        } else if text == "```" {
            open = false;
        } else if open {
            let (.., lines) = blocks.last_mut().unwrap();
            lines.push_str(text);
            lines.push('\n');
        }
    }
    blocks
}

#[test]
fn every_block_of_the_rules_breaks_exactly_the_rules_of_pdus_that_it_says() {
    let judged: BTreeSet<&str> =
        RULES.iter().filter(|rule| rule.scope == Scope::Pdu).map(|rule| rule.id).collect();
    let blocks = blocks();
    assert_eq!(blocks.len(), 284);
    let mut wrong = Vec::new();
    for (line, rule, attributes, text) in blocks {
        let attribute = |name: &str| {
            attributes
                .split(' ')
                .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
                .unwrap_or_default()
        };
        let end = if attribute("end") == "closed" { "closed" } else { "open" };
        let bad = attributes.starts_with("bad ");
        let stated = attribute("also").split(',').chain(bad.then_some(rule.as_str()));
        let expected: BTreeSet<&str> = stated.filter(|rule| judged.contains(rule)).collect();
        let dissection = json(&["--version", attribute("v"), "--end", end, "-"], &text);
        let found: BTreeSet<&str> = dissection
            .findings
            .iter()
            .map(|finding| finding.rule.as_str())
            .filter(|rule| judged.contains(rule))
            .collect();
        if found != expected {
            wrong.push(format!("line {line} ({rule}): expected {expected:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const SUBMIT: &str = "0000003E 00000004 00000000 00000001 0001013434373730303930303030310001013434373730303930303132330000\
                      00000000000000000568656C6C6F";

#[test]
fn a_pdu_is_a_tree_whose_spans_tile_it() {
    let dissection = json(&[SUBMIT], "");
    assert_eq!(dissection.findings, []);
    let [pdu] = dissection.pdus.as_slice() else { panic!("{dissection:?}") };
    assert_eq!((pdu.command.as_str(), pdu.octets, pdu.from), ("submit_sm", 62, None));
    let mut at = 16;
    for field in &pdu.fields {
        assert_eq!(field.span[0], at, "{}", field.name);
        at = field.span[1];
    }
    assert_eq!(at, 62);
    let ton = pdu.fields.iter().find(|field| field.name == "source_addr_ton").unwrap();
    assert_eq!(ton.meaning.as_deref(), Some("International"));
}

#[test]
fn several_pdus_follow_each_other_and_a_bind_sets_the_version() {
    // bind_transceiver with interface_version 0x50, then broadcast commands, which are 5.0's.
    let bind = "00000021 00000009 00000000 00000001 61636D6500 736563726574 00 00 50 00 00 00";
    let query = "00000016 00000112 00000000 00000002 31323300 00 00";
    let text = format!("E> {bind}\nE> {query}\n");
    let found = |arguments: &[&str], text: &str| -> Vec<String> {
        json(arguments, text).findings.into_iter().map(|finding| finding.rule).collect()
    };
    assert!(!found(&["-"], &text).contains(&"header.command_id.not_in_version".to_owned()));
    assert!(
        found(&["--version", "3.4", "-"], &text).contains(&"header.command_id.not_in_version".to_owned())
    );
    assert_eq!(json(&["-"], &text).pdus.len(), 2);
}

#[test]
fn passwords_are_shown_on_demand_alone() {
    let bind = "00000024 00000009 00000000 00000001 61636D6500 73656372657400 00 34 00 00 00 00";
    for format in ["text", "json"] {
        let output = |arguments: &[&str]| {
            let output = decode(&[&["--format", format, bind], arguments].concat(), "");
            String::from_utf8(output.stdout).unwrap()
        };
        assert!(!output(&[]).contains("secret\"") && !output(&[]).contains("73 65 63"), "{}", output(&[]));
        assert!(output(&["--show-secrets"]).contains("secret"));
    }
}

#[test]
fn what_cannot_be_decoded_is_said() {
    for (arguments, input, what) in [
        (&["xyz"][..], "", "line 1, column 1: 'x' is no hex digit"),
        (&["-"], "", "no octets: hex, base64 or a dump is needed"),
    ] {
        let output = decode(arguments, input);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{err}");
        assert!(err.contains(what), "{err}");
    }
}

#[test]
fn a_wrong_length_names_whose_octets_they_are() {
    let dissection = json(&["-"], "16030100 00000015 00000000 00000001");
    assert_eq!(dissection.pdus, []);
    let finding = &dissection.findings[0];
    assert_eq!((finding.rule.as_str(), finding.pdu), ("header.command_length.too_large", None));
    assert!(finding.message.contains(", the octets of a TLS handshake record ("), "{}", finding.message);
}

#[test]
fn fewer_octets_than_a_header_has_are_named_too() {
    for end in ["open", "closed"] {
        let dissection = json(&["--end", end, "-"], "414d5150 00000901");
        let [finding] = dissection.findings.as_slice() else { panic!("{dissection:?}") };
        assert_eq!((finding.rule.as_str(), finding.span), ("header.command_length.too_large", [0, 4]));
        assert!(finding.message.contains(", the octets of an AMQP header ("), "{}", finding.message);
    }
    let rule =
        |end: &str, hex: &str| json(&["--end", end, "-"], hex).findings.pop().map(|finding| finding.rule);
    assert_eq!(rule("open", "00000008 01020304").as_deref(), Some("header.command_length.too_small"));
    assert_eq!(rule("open", "00000010 00000015"), None);
    assert_eq!(rule("closed", "00000010 00000015").as_deref(), Some("header.truncated"));
}

#[test]
fn every_packet_of_a_dump_gives_its_pdus() {
    // An IPv4 packet with a TCP segment, of which tcpdump prints several.
    let packet = |pdu: &str| -> String {
        let octets = pdu.len() / 2;
        let header = format!("4500{:04x}00000000400600000a0000010a000002", 40 + octets);
        let segment = "9c400ad70000000100000001501800ff00000000";
        let digits = format!("{header}{segment}{pdu}");
        let rows = digits.as_bytes().chunks(32).enumerate().map(|(number, row)| {
            let groups: Vec<_> = row.chunks(4).map(|group| String::from_utf8_lossy(group)).collect();
            format!("\t0x{:04x}:  {}  ....\n", number * 16, groups.join(" "))
        });
        format!("10:00:00.0 IP 10.0.0.1.40000 > 10.0.0.2.2775: Flags [P.]\n{}", rows.collect::<String>())
    };
    let enquire = |number: u8| format!("000000100000001500000000000000{number:02x}");
    let text = [packet(&enquire(1)), packet(""), packet(&enquire(2))].concat();
    let numbers: Vec<u32> = json(&["-"], &text).pdus.iter().map(|pdu| pdu.sequence_number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn a_capture_is_none_of_the_inputs() {
    let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/incident/capture.pcap");
    let output = decode(&[capture], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a capture: `smpp-inspect show"));
}

#[test]
fn findings_stand_below_their_field_and_the_octets_are_marked() {
    // source_addr_ton 7 is reserved.
    let wrong = SUBMIT.replacen("0001013434", "0007013434", 1);
    let output = decode(&["--version", "3.4", &wrong], "");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let field = lines.iter().position(|line| line.contains("source_addr_ton")).unwrap();
    assert!(
        lines[field + 1].trim_start().starts_with("! warning field.ton.reserved: source_addr_ton: 0x07"),
        "{text}"
    );
    let row = lines.iter().position(|line| line.starts_with("  0010  ")).unwrap();
    assert_eq!(lines[row + 1].find("^^"), lines[row].find("07"), "{text}");
    assert_eq!(decode(&["--fail-on", "warning", "--version", "3.4", &wrong], "").status.code(), Some(1));
}
