//! Texts as `show` and `decode` show them: a recording with four real programs, captures made to be hard, and vectors
//! from the tickets of other programs.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::dissect::model::{Dissection, Pdu, Text};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::smpp::text::Charset;

fn run(arguments: &[&str]) -> Dissection {
    let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn decode(arguments: &[&str], hex: &str) -> Pdu {
    let mut dissection = run(&[&["decode", "--format", "json"], arguments, &[hex]].concat());
    assert_eq!(dissection.pdus.len(), 1);
    dissection.pdus.remove(0)
}

fn sample(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name).join("capture.pcap")
}

/// The PDUs of every frame of a sample.
fn shown(name: &str) -> Vec<Pdu> {
    let run = |frame| {
        let capture = Capture::open(vec![Input::File(sample(name))]);
        pipeline::run(capture, &Settings { show: Some(frame), ..Settings::default() }, &mut |_, _| ())
    };
    let frames = run(1).report.capture.frames;
    (1..=frames).flat_map(|frame| run(frame).wanted.unwrap().dissect(None, false).pdus).collect()
}

fn field<'a>(pdu: &'a Pdu, name: &str) -> Option<&'a smpp_inspect::dissect::model::Value> {
    pdu.fields.iter().find(|field| field.name == name)?.value.as_ref()
}

#[test]
fn every_text_of_the_recording_is_the_one_that_was_sent() {
    let mut sent: Vec<(u64, String)> = include_str!("../samples/recording/truth.ndjson")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["command"] == "submit_sm" || line["command"] == "submit_multi")
        .filter_map(|line| Some((line["seq"].as_u64()?, line["text"].as_str()?.to_owned())))
        .collect();
    let mut seen: Vec<(u64, String)> = Vec::new();
    let mut cyrillic = 0;
    for pdu in
        shown("recording").iter().filter(|pdu| ["submit_sm", "submit_multi"].contains(&pdu.command.as_str()))
    {
        let Some(Text { text, as_declared, .. }) = &pdu.text else { continue };
        let text = text.clone().unwrap();
        assert_eq!(*as_declared, None, "{text}");
        cyrillic += u32::from(text.contains("Привет"));
        seen.push((pdu.sequence_number.into(), text));
    }
    sent.sort();
    seen.sort();
    println!("{} texts, {cyrillic} of them Cyrillic", seen.len());
    assert!(sent.len() >= 94 && cyrillic >= 4);
    assert_eq!(seen, sent);
}

#[test]
fn receipts_of_the_recording_are_taken_apart() {
    let mut receipts = 0;
    for pdu in shown("recording").iter().filter(|pdu| pdu.command == "deliver_sm") {
        let text = pdu.text.as_ref().unwrap();
        let value = |name: &str| {
            text.receipt.iter().find(|field| field.name == name).map(|field| format!("{:?}", field.value))
        };
        receipts += 1;
        assert!(value("id").is_some() && value("stat").is_some() && value("done date").is_some(), "{text:?}");
    }
    assert!(receipts >= 70, "{receipts}");
}

#[test]
fn texts_of_hard_captures_are_read() {
    let texts = |name: &str| -> Vec<(String, String, String)> {
        shown(name)
            .into_iter()
            .filter_map(|pdu| {
                let coding = format!("{:?}", field(&pdu, "data_coding")?);
                let text = pdu.text?;
                Some((coding, text.charset, text.text.unwrap_or_else(|| "-".to_owned())))
            })
            .collect()
    };
    let enc = texts("hard-enc");
    let dcs = texts("hard-dcs");
    for row in enc.iter().chain(&dcs) {
        println!("{row:?}");
    }
    ENC.iter().zip(&enc).for_each(|(expected, (coding, charset, text))| {
        assert_eq!(*expected, (coding.as_str(), charset.as_str(), text.as_str()));
    });
    DCS.iter().zip(&dcs).for_each(|(expected, (coding, charset, text))| {
        assert_eq!(*expected, (coding.as_str(), charset.as_str(), text.as_str()));
    });
    assert_eq!((enc.len(), dcs.len()), (ENC.len(), DCS.len()));
}

const ENC: &[(&str, &str, &str)] = &[
    ("Number(8)", "UCS2", "hi 😀"),
    ("Number(0)", "GSM 7 bit", "gsm @ €"),
    ("Number(5)", "JIS X 0208", "日本"),
    ("Number(17)", "GSM 7 bit", "class1"),
    ("Number(245)", "octets", "-"),
    // An odd number of octets, which is a finding as well.
    ("Number(8)", "UCS2", "潤\u{FFFD}"),
];

/// All have the same four octets: UCS2 with the low octet first, whatever they declare.
const DCS: &[(&str, &str, &str)] = &[
    ("Number(16)", "UCS2", "hi"),
    ("Number(24)", "UCS2", "hi"),
    ("Number(25)", "UCS2", "hi"),
    ("Number(64)", "UCS2", "hi"),
    ("Number(72)", "UCS2", "hi"),
    ("Number(128)", "reserved", "-"),
    ("Number(200)", "UCS2", "hi"),
    ("Number(208)", "UCS2", "hi"),
    ("Number(224)", "UCS2", "hi"),
    ("Number(241)", "UCS2", "hi"),
    ("Number(245)", "octets", "-"),
];

/// A submit_sm or deliver_sm in hex.
fn message(command: u32, esm_class: u8, data_coding: u8, text: &[u8]) -> String {
    use smpp_inspect::testkit::pdu::Builder;
    Builder::new(command, 0, 1)
        .cstring("")
        .octets(b"\x01\x01447700900001\0\x01\x01447700900123\0")
        .octets(&[esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0])
        .short_message(text)
        .done()
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

#[test]
fn the_default_charset_is_what_data_coding_0_means() {
    let hex = message(4, 0, 0, b"caf\xE9 {1}");
    let by = |charset: &str| {
        let dissection =
            run(&["decode", "--format", "json", "--version", "3.4", "--default-charset", charset, &hex]);
        let text = dissection.pdus[0].text.clone().unwrap();
        (text.text, text.charset, text.why, dissection.findings.len())
    };
    let (text, charset, _, findings) = by("gsm7");
    assert_eq!((text.as_deref(), charset.as_str(), findings), (Some("café {1}"), "ISO-8859-1", 1));
    let (text, charset, why, findings) = by("latin1");
    assert_eq!((text.as_deref(), charset.as_str(), findings), (Some("café {1}"), "ISO-8859-1", 0));
    assert_eq!(why, "data_coding 0x00, the default charset given");
    let packed = message(4, 0, 0, &[0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]);
    let pdu = decode(&["--default-charset", "gsm7-packed"], &packed);
    assert_eq!(pdu.text.unwrap().text.as_deref(), Some("hellohello"));
    let unknown = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(["decode", "--default-charset", "klingon", &hex])
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("gsm7, gsm7-packed, ascii"));
    for (name, charset) in Charset::DEFAULTS {
        assert_eq!(Charset::named(name), Ok(*charset));
    }
}

#[test]
fn the_default_charset_holds_for_findings_of_a_report() {
    let findings = |charset| {
        let report = pipeline::run(
            Capture::open(vec![Input::File(sample("hard-enc"))]),
            &Settings { default_charset: charset, ..Settings::default() },
            &mut |_, _| (),
        );
        let findings = report.report.findings;
        findings.into_iter().filter(|finding| finding.rule.starts_with("text.gsm7")).count()
    };
    assert_eq!(findings(Charset::Latin1), 0);
}

#[test]
fn headers_are_named_and_halves_and_lengths_noted() {
    let pdu =
        decode(&[], &message(4, 0x40, 8, b"\x0B\x05\x04\x0B\x84\x23\xF0\x00\x03\x2A\x02\x01\x00h\xD8\x3D"));
    let text = pdu.text.unwrap();
    let header: Vec<_> =
        text.header.iter().map(|it| (it.name.as_str(), it.meaning.as_deref().unwrap())).collect();
    assert_eq!(
        header,
        [
            ("Application port addressing, 16-bit", "element 0x05, to port 2948 from 9200"),
            ("Concatenated short messages, 8-bit reference", "element 0x00, part 1 of 2 of message 42"),
        ]
    );
    assert_eq!(
        text.notes,
        ["ends with the first half of a surrogate pair, whose second half the next part has"]
    );
    let note = |esm_class, data_coding, text: &[u8]| {
        decode(&[], &message(5, esm_class, data_coding, text)).text.unwrap().notes
    };
    assert_eq!(
        note(0x40, 8, b"\x05\0\x03\x2A\x02\x02\xDE\x00\0h"),
        ["begins with the second half of a surrogate pair, whose first half the part before has"]
    );
    assert_eq!(
        note(0, 0, b"5 \x1B"),
        ["ends with an escape: split within a character, whose other half the next part has"]
    );
    assert_eq!(
        note(0, 0, &[b'a'; 161]),
        ["161 septets, and one short message has room for 160; 2 parts of at most 153"]
    );
    assert_eq!(
        note(0x40, 0, &[&b"\x05\0\x03\x2A\x02\x02"[..], &[b'a'; 154]].concat()),
        ["154 septets, and one short message has room for 153 after a header of 6"]
    );
    assert_eq!(
        note(0, 4, &[7; 141]),
        ["141 octets, and one short message has room for 140; 2 parts of at most 134"]
    );
    assert_eq!(note(0, 0, &[b'a'; 160]), [""; 0]);
}

#[test]
fn vectors_of_other_programs_tickets_read_right() {
    // A receipt that is declared UCS2 and sent as ASCII.
    let receipt = "id:0000001001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:hi";
    let wide: Vec<u8> = receipt.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for octets in [receipt.as_bytes(), &wide] {
        let mut dissection = run(&[
            "decode",
            "--format",
            "json",
            "--version",
            "3.4",
            "--from",
            "smsc",
            &message(5, 4, 8, octets),
        ]);
        let text = dissection.pdus.remove(0).text.unwrap();
        assert_eq!(text.text.as_deref(), Some(receipt));
        let keys: Vec<&str> = text.receipt.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(keys, ["id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text"]);
        assert_eq!(text.receipt[5].meaning.as_deref(), Some("DELIVERED"));
        let found: Vec<&str> = dissection.findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert!(!found.contains(&"receipt.text.malformed"), "{found:?}");
    }
    // Dates of twelve digits without a blank in their key.
    let text =
        decode(&[], &message(5, 4, 0, b"id:1 submitdate:180122230957 donedate:180122231003 stat:DELIVRD"))
            .text;
    let text = text.unwrap();
    assert_eq!(format!("{:?}", text.receipt[1].value), "Some(Text(\"180122230957\"))");
    // An error response with a stray NUL, and one with a message id: PDUs without a text.
    for hex in ["0000001180000009000000530000000100", "00000019800000040000000a00000002303030303030303000"] {
        assert_eq!(decode(&[], hex).text, None, "{hex}");
    }
}
