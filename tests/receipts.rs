//! Texts of delivery receipts: the form of SMPP 3.4 Appendix B and its dialects.

use std::collections::BTreeSet;

use proptest::prelude::*;
use smpp_inspect::smpp::text::{Receipt, receipt};
use smpp_inspect::smpp::{Context, Finding, Role, Span, Version, Visitor, walk};
use smpp_inspect::testkit::pdu::Builder;

/// Dialect, text, and id, stat, submit date, done date and err that are in it; an empty one is not.
type Row = (&'static str, &'static str, [&'static str; 5]);

const RECEIPTS: &[Row] = &[
    (
        "appendix B",
        "id:0000001001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:hello",
        ["0000001001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "appendix B",
        "id:9999999999 sub:001 dlvrd:000 submit date:2601010000 done date:2601030000 stat:EXPIRED err:1 Text:12345678901234567890",
        ["9999999999", "EXPIRED", "2601010000", "2601030000", "1"],
    ),
    (
        "appendix B",
        "id:0000001003 sub:001 dlvrd:000 submit date:2601010000 done date:2601010001 stat:UNDELIV err:0A1 text:",
        ["0000001003", "UNDELIV", "2601010000", "2601010001", "0A1"],
    ),
    (
        "seconds",
        "id:0000001001 sub:001 dlvrd:001 submit date:260101000059 done date:260101000103 stat:DELIVRD err:000 text:hello",
        ["0000001001", "DELIVRD", "260101000059", "260101000103", "000"],
    ),
    (
        "seconds",
        "id:1 sub:1 dlvrd:1 submit date:260101000059 done date:260101000103 stat:REJECTD err:69 text:",
        ["1", "REJECTD", "260101000059", "260101000103", "69"],
    ),
    (
        "seconds",
        "id:77 sub:001 dlvrd:001 submit date:260101000059 done date:2601010001 stat:ACCEPTD err:000",
        ["77", "ACCEPTD", "260101000059", "2601010001", "000"],
    ),
    (
        "century",
        "id:1001 sub:001 dlvrd:001 submit date:20260101000059 done date:20260101000103 stat:DELIVRD err:000 text:hi",
        ["1001", "DELIVRD", "20260101000059", "20260101000103", "000"],
    ),
    (
        "century",
        "id:1001 submit date:202601010000 done date:202601010001 stat:DELETED err:0",
        ["1001", "DELETED", "202601010000", "202601010001", "0"],
    ),
    (
        "century",
        "id:42 sub:001 dlvrd:000 submit date:20260101000059 done date:20260101000103 stat:UNKNOWN err:999 Text:",
        ["42", "UNKNOWN", "20260101000059", "20260101000103", "999"],
    ),
    (
        "no blanks",
        "id:0000001001sub:001dlvrd:001submit date:2601010000done date:2601010001stat:DELIVRDerr:000text:hello",
        ["0000001001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "no blanks",
        "id:1a2bsub:001dlvrd:001submitdate:2601010000donedate:2601010001stat:UNDELIVerr:00AText:hello",
        ["1a2b", "UNDELIV", "2601010000", "2601010001", "00A"],
    ),
    (
        "no blanks",
        "id:5 sub:001dlvrd:001 submit date:2601010000done date:2601010001 stat:EXPIREDerr:3 text:",
        ["5", "EXPIRED", "2601010000", "2601010001", "3"],
    ),
    (
        "no text",
        "id:0000001001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000",
        ["0000001001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "no text",
        "id:ab-12 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD",
        ["ab-12", "DELIVRD", "2601010000", "2601010001", ""],
    ),
    (
        "no text",
        "id:17 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:REJECTD err:0x0b ",
        ["17", "REJECTD", "2601010000", "2601010001", "0x0b"],
    ),
    (
        "hexadecimal id",
        "id:7FFFA0B1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:",
        ["7FFFA0B1", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "hexadecimal id",
        "id:0x7fffa0b1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:",
        ["0x7fffa0b1", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    ("hexadecimal id", "id:ab stat:ENROUTE err:000", ["ab", "ENROUTE", "", "", "000"]),
    (
        "uuid",
        "id:6f1ed002-ab55-11ee-8b0d-3b2a1f6c9a10 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:x",
        ["6f1ed002-ab55-11ee-8b0d-3b2a1f6c9a10", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "uuid",
        "id:{6F1ED002} sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:x",
        ["{6F1ED002}", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    ("uuid", "id:aGVsbG8=/+ sub:001 dlvrd:001 stat:DELIVRD", ["aGVsbG8=/+", "DELIVRD", "", "", ""]),
    (
        "upper case",
        "ID:1001 SUB:001 DLVRD:001 SUBMIT DATE:2601010000 DONE DATE:2601010001 STAT:DELIVRD ERR:000 TEXT:hello",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "upper case",
        "ID:1001 SUB:001 DLVRD:000 SUBMIT DATE:2601010000 DONE DATE:2601010001 STAT:UNDELIV ERR:27",
        ["1001", "UNDELIV", "2601010000", "2601010001", "27"],
    ),
    ("upper case", "ID:AB STAT:DELIVRD", ["AB", "DELIVRD", "", "", ""]),
    (
        "capitals",
        "Id:1001 Sub:001 Dlvrd:001 Submit Date:2601010000 Done Date:2601010001 Stat:DELIVRD Err:000 Text:hello",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "capitals",
        "Id:1001 Submit date:2601010000 Done date:2601010001 Stat:Delivrd Err:0",
        ["1001", "Delivrd", "2601010000", "2601010001", "0"],
    ),
    ("capitals", "iD:7 sTaT:expired", ["7", "expired", "", "", ""]),
    (
        "other order",
        "stat:DELIVRD id:1001 err:000 done date:2601010001 submit date:2601010000 dlvrd:001 sub:001",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "other order",
        "id:1001 stat:EXPIRED err:11 submit date:2601010000 done date:2601010001 text:bye",
        ["1001", "EXPIRED", "2601010000", "2601010001", "11"],
    ),
    (
        "other order",
        "sub:001 dlvrd:001 id:9 done date:2601010001 submit date:2601010000 err:000 stat:DELIVRD",
        ["9", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "letters in err",
        "id:1001 sub:001 dlvrd:000 submit date:2601010000 done date:2601010001 stat:UNDELIV err:EC_ABSENT text:hello",
        ["1001", "UNDELIV", "2601010000", "2601010001", "EC_ABSENT"],
    ),
    (
        "letters in err",
        "id:1001 sub:001 dlvrd:000 submit date:2601010000 done date:2601010001 stat:UNDELIV err:00D text:hello",
        ["1001", "UNDELIV", "2601010000", "2601010001", "00D"],
    ),
    ("letters in err", "id:1001 stat:REJECTD err:-1 text:", ["1001", "REJECTD", "", "", "-1"]),
    (
        "blanks after colons",
        "id: 1001 sub: 001 dlvrd: 001 submit date: 2601010000 done date: 2601010001 stat: DELIVRD err: 000 text: hello",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "blanks after colons",
        "id :1001  sub :001  submit date :2601010000  done date :2601010001  stat :EXPIRED",
        ["1001", "EXPIRED", "2601010000", "2601010001", ""],
    ),
    ("blanks after colons", "  id: 5   stat:  DELETED   err:  8  ", ["5", "DELETED", "", "", "8"]),
    (
        "lines",
        "id:1001\nsub:001\ndlvrd:001\nsubmit date:2601010000\ndone date:2601010001\nstat:DELIVRD\nerr:000\ntext:a\nb",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    ("lines", "id:1001\r\nsub:001\r\nstat:UNDELIV\r\nerr:5\r\n", ["1001", "UNDELIV", "", "", "5"]),
    (
        "lines",
        "id:1001\tsub:001\tdlvrd:001\tsubmit date:2601010000\tdone date:2601010001\tstat:DELIVRD\terr:000",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "marks between",
        "id:1001, sub:001, dlvrd:001, submit date:2601010000, done date:2601010001, stat:DELIVRD, err:000, text:hello",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    ("marks between", "id:1001;stat:EXPIRED;err:4;", ["1001", "EXPIRED", "", "", "4"]),
    (
        "marks between",
        "id:1001|sub:001|dlvrd:001|submit date:2601010000|done date:2601010001|stat:DELIVRD|err:000|text:",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "joined dates",
        "id:1001 sub:001 dlvrd:001 submit_date:2601010000 done_date:2601010001 stat:DELIVRD err:000 text:",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "joined dates",
        "id:1001 sub:001 dlvrd:001 submitdate:2601010000 donedate:2601010001 stat:DELIVRD err:000 text:",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "joined dates",
        "id:1001 SubmitDate:2601010000 DoneDate:2601010001 stat:DELIVRD",
        ["1001", "DELIVRD", "2601010000", "2601010001", ""],
    ),
    (
        "dates for people",
        "id:1001 sub:001 dlvrd:001 submit date:2026-01-01 00:00:00 done date:2026-01-01 00:01:03 stat:DELIVRD err:000",
        ["1001", "DELIVRD", "2026-01-01 00:00:00", "2026-01-01 00:01:03", "000"],
    ),
    (
        "dates for people",
        "id:1001 submit date:26/01/01 00:00 done date:26/01/01 00:01 stat:EXPIRED",
        ["1001", "EXPIRED", "26/01/01 00:00", "26/01/01 00:01", ""],
    ),
    (
        "dates for people",
        "id:1001 submit date:2601010000+0100 done date:N/A stat:ENROUTE",
        ["1001", "ENROUTE", "2601010000+0100", "", ""],
    ),
    (
        "other states",
        "id:1001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVERED err:000 text:",
        ["1001", "DELIVERED", "2601010000", "2601010001", "000"],
    ),
    (
        "other states",
        "id:1001 sub:001 dlvrd:000 submit date:2601010000 done date:2601010001 stat:NO ENTREGADO err:000 text:",
        ["1001", "NO ENTREGADO", "2601010000", "2601010001", "000"],
    ),
    ("other states", "id:1001 stat:ДОСТАВЛЕНО err:000", ["1001", "ДОСТАВЛЕНО", "", "", "000"]),
    ("short", "id:1001 stat:DELIVRD", ["1001", "DELIVRD", "", "", ""]),
    ("short", "stat:DELIVRD", ["", "DELIVRD", "", "", ""]),
    ("short", "id:1001", ["1001", "", "", "", ""]),
    (
        "cut",
        "id:1001 sub:001 dlvrd:001 submit date:2601010000 done date:26010",
        ["1001", "", "2601010000", "26010", ""],
    ),
    (
        "cut",
        "id:1001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DEL",
        ["1001", "DEL", "2601010000", "2601010001", ""],
    ),
    ("cut", "id:1001 sub:001 dlvrd:001 submit date:2601010000 done da", ["1001", "", "2601010000", "", ""]),
    (
        "keys of its own",
        "id:1001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD imsi:234150000000001 err:000 text:",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    (
        "keys of its own",
        "id:1001 parts:2 stat:UNDELIV err:012 mccmnc:23415 text:x",
        ["1001", "UNDELIV", "", "", "012"],
    ),
    (
        "keys of its own",
        "id:1001 clientid:7 done date:2601010001 network:5 stat:DELIVRD",
        ["1001", "DELIVRD", "", "2601010001", ""],
    ),
    (
        "keys in the text",
        "id:1001 stat:DELIVRD err:000 text:id:9 stat:REJECTD err:7",
        ["1001", "DELIVRD", "", "", "000"],
    ),
    (
        "keys in the text",
        "id:1001 sub:001 dlvrd:001 stat:DELIVRD text:done date:2",
        ["1001", "DELIVRD", "", "", ""],
    ),
    (
        "keys in the text",
        "id:1001 id:2 stat:DELIVRD stat:EXPIRED err:000",
        ["1001", "DELIVRD", "", "", "000"],
    ),
    (
        "empty values",
        "id:1001 sub: dlvrd: submit date: done date: stat:DELIVRD err: text:",
        ["1001", "DELIVRD", "", "", ""],
    ),
    (
        "empty values",
        "id: sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:",
        ["", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    ("empty values", "id:1001 sub:001 stat: err:000", ["1001", "", "", "", "000"]),
    (
        "ends with NUL",
        "id:1001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000\0",
        ["1001", "DELIVRD", "2601010000", "2601010001", "000"],
    ),
    ("ends with NUL", "id:1001 stat:EXPIRED\0", ["1001", "EXPIRED", "", "", ""]),
    ("ends with NUL", "id:1001\0", ["1001", "", "", "", ""]),
];

fn fields(receipt: &Receipt) -> [Option<Span>; 5] {
    [receipt.id, receipt.stat, receipt.submit_date, receipt.done_date, receipt.error]
}

fn all(receipt: &Receipt) -> Vec<Span> {
    let rest = [receipt.submitted, receipt.delivered, receipt.text];
    fields(receipt).into_iter().chain(rest).flatten().collect()
}

#[test]
fn receipts_of_every_dialect_are_read() {
    let dialects: BTreeSet<_> = RECEIPTS.iter().map(|(dialect, ..)| dialect).collect();
    assert!(RECEIPTS.len() >= 60 && dialects.len() >= 20, "{} in {}", RECEIPTS.len(), dialects.len());
    for (dialect, text, expected) in RECEIPTS {
        let receipt = Receipt::parse(text.as_bytes(), 100).unwrap_or_else(|| panic!("{dialect}: {text}"));
        let found = fields(&receipt)
            .map(|span| span.map_or("", |span| &text[span.start as usize - 100..span.end as usize - 100]));
        assert_eq!(found, *expected, "{dialect}: {text}");
        assert_eq!(receipt.is_standard, *dialect == "appendix B", "{text}");
    }
}

#[test]
fn the_text_of_a_receipt_is_what_follows_its_key() {
    let text = |receipt: &str| {
        let span = Receipt::parse(receipt.as_bytes(), 0)?.text?;
        Some(receipt[span.start as usize..span.end as usize].to_owned())
    };
    assert_eq!(text("id:1 stat:DELIVRD text:hello there "), Some("hello there ".to_owned()));
    assert_eq!(text("id:1 stat:DELIVRD Text: id:2"), Some(" id:2".to_owned()));
    assert_eq!(text("id:1 stat:DELIVRD text:"), Some(String::new()));
    assert_eq!(text("id:1 stat:DELIVRD"), None);
}

#[test]
fn a_departure_from_the_form_is_named() {
    let departure = |text: &str| Receipt::parse(text.as_bytes(), 0)?.departure(text.as_bytes());
    let (_, standard, _) = RECEIPTS[0];
    assert_eq!(departure(standard), None);
    for (from, to, words) in [
        ("0000001001", "1001", "id is not 10 digits"),
        ("id:0000001001 ", "", "id is not 10 digits"),
        ("sub:001", "sub:1", "sub is not 3 digits"),
        ("dlvrd:001", "", "dlvrd is not 3 digits"),
        ("submit date:2601010000", "submit date:260101000059", "submit date is not 10 digits"),
        ("done date:2601010001", "done date:", "done date is not 10 digits"),
        ("DELIVRD", "FAILED", "stat is not 7 capitals"),
        ("err:000", "err:0000", "err is not 1 to 3 characters"),
        ("text:hello", "", "text is missing or above 20 octets"),
        ("hello", "a text of more than 20 octets", "text is missing or above 20 octets"),
        (" err", "  err", "other keys, order or blanks"),
        ("id:", "ID:", "other keys, order or blanks"),
    ] {
        assert_eq!(departure(&standard.replace(from, to)).map(|(words, _)| words), Some(words), "{to}");
    }
}

#[test]
fn what_is_no_receipt_is_none() {
    for text in [
        "",
        "hello",
        "text:hello",
        "Your id:5 stat:DELIVRD",
        "valid:5",
        "sub:001",
        ":",
        "id",
        "id:",
        "a:b c:d",
    ] {
        assert_eq!(Receipt::parse(text.as_bytes(), 0), None, "{text}");
    }
}

#[test]
fn states_are_those_of_appendix_b() {
    assert_eq!(receipt::state(b"DELIVRD"), Some(2));
    assert_eq!(receipt::state(b"delivrd"), Some(2));
    assert_eq!(receipt::state(b"ENROUTE"), Some(1));
    assert_eq!(receipt::state(b"DELIVERED"), None);
    let tables: toml::Table = include_str!("spec/values.toml").parse().unwrap();
    let stats = tables["delivery_receipt_text"]["stat"].as_array().unwrap();
    assert_eq!(stats.len(), receipt::STATES.len());
    for (stat, (name, state)) in stats.iter().zip(receipt::STATES) {
        assert_eq!(stat["value"].as_str(), Some(*name));
        assert_eq!(stat["message_state"].as_integer(), Some(i64::from(*state)));
    }
}

#[test]
fn ids_are_one_when_they_are_spellings_of_one() {
    for (a, b, same) in [
        ("0000001001", "1001", true),
        ("0000001001", "3E9", true),
        ("6699", "1A2B", true),
        ("6699", "1a2b", true),
        ("1A2B", "6699", true),
        ("1a2b", "1A2B", true),
        ("0000001001", "0000001002", false),
        ("id-x", "ID-X", false),
        ("id-x", "id-x", true),
        ("1001", "4097", true),
        ("", "1", false),
        ("0", "000", true),
        ("340282366920938463463374607431768211456", "1", false),
    ] {
        assert_eq!(receipt::is_same_id(a.as_bytes(), b.as_bytes()), same, "{a} {b}");
        assert_eq!(receipt::is_same_id(b.as_bytes(), a.as_bytes()), same, "{b} {a}");
    }
}

#[derive(Default)]
struct Rules(Vec<&'static str>);

impl Visitor for Rules {
    fn finding(&mut self, finding: Finding) {
        self.0.push(finding.rule.rule().id);
    }
}

/// The rules that a deliver_sm of this type, text, receipted_message_id and message_state breaks.
fn broken(
    version: Version,
    esm_class: u8,
    text: &str,
    id: Option<&str>,
    state: Option<u8>,
) -> Vec<&'static str> {
    let mut pdu = Builder::new(5, 0, 1).cstring("").octets(b"\x01\x01447700900123\0\x01\x01447700900001\0");
    pdu = pdu.octets(&[esm_class, 0, 0, 0, 0, 0, 0, 0, 0]).short_message(text.as_bytes());
    if let Some(id) = id {
        pdu = pdu.tlv(0x001E, &[id.as_bytes(), b"\0"].concat());
    }
    if let Some(state) = state {
        pdu = pdu.tlv(0x0427, &[state]);
    }
    let mut rules = Rules::default();
    walk(&pdu.done(), Context { version: Some(version), from: Some(Role::Smsc) }, &mut rules);
    rules.0
}

#[test]
fn receipts_are_judged_by_type_text_and_tlvs() {
    const V34: Version = Version::V34;
    let standard = |stat: &str| {
        format!(
            "id:0000001001 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:{stat} err:000 text:"
        )
    };
    let text = |stat: &str, esm_class, id, state| broken(V34, esm_class, &standard(stat), id, state);
    let none: [&str; 0] = [];
    assert_eq!(text("DELIVRD", 0x04, Some("1001"), Some(2)), none);
    // TLVs alone will do.
    assert_eq!(broken(V34, 0x04, "", Some("1001"), Some(2)), none);
    assert_eq!(broken(V34, 0x04, "", Some("1001"), None), ["receipt.missing_tlvs"]);
    assert_eq!(text("DELIVRD", 0x04, None, Some(2)), ["receipt.missing_tlvs"]);
    // No receipt, whatever the text looks like; an acknowledgement of the user is none, either.
    assert_eq!(text("NONSENS", 0x00, None, None), none);
    assert_eq!(text("NONSENS", 0x08, None, None), none);
    // Neither TLVs nor Appendix B.
    assert_eq!(broken(Version::V33, 0x04, "hello", None, None), none);
    assert_eq!(broken(V34, 0x04, "hello", Some("1"), Some(2)), ["receipt.text.malformed"]);
    assert_eq!(text("ENROUTE", 0x20, Some("1001"), Some(1)), none);
    assert_eq!(text("DELIVRD", 0x20, Some("1001"), Some(2)), ["receipt.state_kind"]);
    assert_eq!(text("ENROUTE", 0x04, Some("1001"), Some(1)), ["receipt.state_kind"]);
    // By the text where there is no TLV.
    assert_eq!(text("ENROUTE", 0x04, Some("1001"), None), ["receipt.missing_tlvs", "receipt.state_kind"]);
    // UNKNOWN is of neither kind.
    assert_eq!(text("UNKNOWN", 0x04, Some("1001"), Some(7)), none);
    assert_eq!(text("UNKNOWN", 0x20, Some("1001"), Some(7)), none);
    assert_eq!(text("DELIVRD", 0x04, Some("1001"), Some(1)), ["receipt.state_mismatch"]);
    assert_eq!(text("FAILEDX", 0x04, Some("1001"), Some(5)), ["receipt.text.stat_unknown"]);
    assert_eq!(text("DELIVRD", 0x04, Some("1002"), Some(2)), ["receipt.id_mismatch"]);
    assert_eq!(text("DELIVRD", 0x04, Some("3e9"), Some(2)), none);
    // A state that 3.4 reserves has been reported, and is not compared.
    assert_eq!(text("DELIVRD", 0x04, Some("1001"), Some(9)), ["field.message_state.reserved"]);
    assert_eq!(
        broken(Version::V50, 0x04, &standard("DELIVRD"), Some("1001"), Some(9)),
        ["receipt.state_mismatch"]
    );
}

/// Texts near to receipts.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "id:",
            " sub:",
            " dlvrd:",
            " submit date:",
            " done date:",
            " stat:",
            " err:",
            " text:",
            "Text:",
            "date:",
            "submit",
            "DELIVRD",
            "001",
            "0000001001",
            "2601010000",
            " ",
            ":",
            ",",
            "\0",
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_field_is_a_part_of_the_text(text in prop_oneof![pieces(), prop::collection::vec(any::<u8>(), 0..300)], at in 0_u32..1000) {
        let Some(receipt) = Receipt::parse(&text, at) else { return Ok(()) };
        let mut spans = all(&receipt);
        prop_assert!(receipt.id.is_some() || receipt.stat.is_some());
        spans.sort_by_key(|span| (span.start, span.end));
        let end = at + text.len() as u32;
        prop_assert!(spans.iter().all(|span| at <= span.start && span.start <= span.end && span.end <= end));
        prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        // Each stands behind a colon: nothing but blanks is between.
        for span in spans {
            let before = text[..(span.start - at) as usize].trim_ascii_end();
            let blank = text[..(span.start - at) as usize].ends_with(b":");
            prop_assert!(blank || before.ends_with(b":"));
        }
    }

    #[test]
    fn the_form_of_appendix_b_is_read_to_the_letter(
        id in "[0-9]{10}", sub in "[0-9]{3}", dates in "[0-9]{20}", stat in "[A-Z]{7}", err in "[ -~]{1,3}", text in "[ -~]{0,20}"
    ) {
        let (submit, done) = dates.split_at(10);
        let octets = format!("id:{id} sub:{sub} dlvrd:{sub} submit date:{submit} done date:{done} stat:{stat} err:{err} text:{text}");
        let receipt = Receipt::parse(octets.as_bytes(), 0).unwrap();
        prop_assert!(receipt.is_standard);
        let found = fields(&receipt).map(|span| span.map(|span| &octets[span.start as usize..span.end as usize]));
        prop_assert_eq!(&found[..4], &[Some(id.as_str()), Some(&stat), Some(submit), Some(done)][..]);
        // What looks like the key of the text within err or the text itself can be read in two ways.
        prop_assert!(found[4] == Some(&err) || text.contains("ext:"));
    }
}
