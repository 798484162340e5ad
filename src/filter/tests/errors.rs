//! What is no filter, where it stops being one, and what was meant.

use proptest::prelude::*;

use super::lines;
use crate::dissect::{Given, dissect};
use crate::filter::field::{self, FIELDS, Fact, Type};
use crate::filter::{Filter, Level};
use crate::smpp::spec::{COMMANDS, Kind, TLVS};

fn error(filter: &str) -> String {
    match filter.parse::<Filter>() {
        Ok(_) => panic!("{filter}: is a filter"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn errors_point_at_the_column_and_say_what_is_needed() {
    for (filter, column, says) in [
        ("", 1, "a field is needed"),
        ("   ", 4, "a field is needed"),
        ("command ==", 11, "a value is needed"),
        ("command == submit_sm and", 25, "a field is needed"),
        ("(command == submit_sm", 22, ") is needed for the ( at column 1"),
        ("command == submit_sm)", 21, ") without ("),
        ("command submit_sm", 9, "and, or, or the end is needed"),
        ("4 == command", 1, "a field is needed"),
        ("\"a\" == command", 1, "a field is needed"),
        ("source_addr == \"abc", 16, "has no end"),
        ("source_addr in 4", 15, "{ is needed"),
        ("source_addr in {4", 18, "} is needed"),
        ("sequence_number in {1..}", 24, "the end of the range is needed"),
        ("sequence_number == x7", 20, "sequence_number is a number"),
        ("status == ok && data_coding == x", 32, "data_coding is a number"),
        ("data_coding contains \"4\"", 13, "contains and matches are for text"),
        ("source_addr matches \"(\"", 21, "regular expression: "),
        ("source_addr == \"\\d\"", 16, "no escape"),
        ("source_addr & 4", 15, "only numbers have bits"),
        ("esm_class & 0", 13, "a mask is a number above 0"),
        ("source_addr == dest_addr", 16, "two fields are not compared"),
        ("source_addr[0:2] == \"44\"", 12, "slices are not taken"),
        ("len(source_addr) > 3", 1, "there are no functions"),
        ("ip.addr == 10.0.0.300", 12, "an address or a network"),
        ("ip.addr == 10.0.0.0/33", 12, "an address or a network"),
        ("ip.addr > 10.0.0.1", 9, "addresses have no order"),
        ("ip.addr in {10.0.0.1..10.0.0.9}", 9, "addresses have no ranges"),
        ("frame.time > yesterday", 14, "a time, as in"),
        ("from == client", 9, "one of esme, smsc"),
        ("network_error_code == 3:0:b", 23, "octets, as in"),
        // Columns count characters.
        ("text == \"žž\" and nonsense", 18, "nonsense: no such field"),
    ] {
        let error = error(filter);
        assert!(error.starts_with(&format!("column {column}: ")), "{filter}: {error}");
        assert!(error.contains(says), "{filter}: {error}");
    }
}

#[test]
fn the_field_or_the_name_that_was_meant_is_suggested() {
    for (filter, meant) in [
        ("comand == 4", "did you mean command?"),
        ("smpp.comand_id == 4", "did you mean command?"),
        ("smpp.dest_adr == \"1\"", "did you mean destination_addr?"),
        ("sorce_addr", "did you mean source_addr?"),
        ("finding.sevrity == note", "did you mean finding.severity?"),
        ("command == sumbit_sm", "did you mean submit_sm?"),
        ("status == throtled", "did you mean"),
        ("message_state == DELIVRD", "did you mean delivered?"),
    ] {
        let error = error(filter);
        assert!(error.contains(meant), "{filter}: {error}");
    }
}

/// The fields of Wireshark 4.0, as `tshark -G fields` lists them.
const WIRESHARK: &str = include_str!("wireshark.txt");

#[test]
fn every_field_of_wireshark_is_a_filter_or_names_our_way() {
    let names: Vec<&str> = WIRESHARK.lines().collect();
    assert!(names.len() > 140, "{} names", names.len());
    let (mut known, mut lacking) = (0, Vec::new());
    for name in names {
        match name.parse::<Filter>() {
            Ok(_) => known += 1,
            Err(error) => {
                assert!(!error.to_string().contains("no such field"), "{name}: {error}");
                lacking.push(name);
            }
        }
    }
    assert!(known >= 100, "{known} known, without {lacking:?}");
}

#[test]
fn what_we_say_to_do_instead_is_a_filter() {
    for filter in ["esm_class & 0x40 == 0x40", "data_coding & 0xf0 == 0xf0", "its_session_info == 01:02"] {
        assert!(filter.parse::<Filter>().is_ok(), "{filter}");
    }
}

#[test]
fn every_field_of_the_tables_can_be_asked_for_and_passwords_cannot() {
    for field in COMMANDS.iter().flat_map(|command| command.body) {
        // A list has no value; its items have.
        let fields = match &field.kind {
            Kind::List { item, .. } => item,
            _ => std::slice::from_ref(field),
        };
        for name in fields.iter().map(|field| field.name) {
            let found = field::named(&format!("smpp.{name}"));
            assert_eq!(found.is_some(), name != "password", "{name}");
            assert!(found.is_none_or(|found| found.fact == Fact::Named(name)), "{name}");
        }
    }
    for tlv in TLVS {
        let named = field::named(&format!("tlv.0x{:04x}", tlv.tag.0)).unwrap();
        assert_eq!(named.fact, Fact::Named(tlv.name()));
    }
    assert!(error("smpp.password == \"x\"").contains("passwords are not looked at"));
}

#[test]
fn names_of_fields_are_unique() {
    let mut names: Vec<String> = FIELDS
        .iter()
        .flat_map(|field| {
            std::iter::once(field.name.to_owned()).chain(field.aliases.split(' ').map(str::to_owned))
        })
        .filter(|name| !name.is_empty())
        .map(|name| name.to_ascii_lowercase())
        .collect();
    names.sort();
    let twice: Vec<&String> =
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn size_depth_and_regular_expressions_are_bounded() {
    assert!(error(&"a".repeat(Filter::LONGEST + 1)).contains("octets, at most"));
    assert!(error(&format!("{}command{}", "(".repeat(100), ")".repeat(100))).contains("at most 64 deep"));
    assert!(error(&format!("{}command", "!".repeat(1_000))).contains("at most 64 deep"));
    let many = vec!["text ~ \"a\""; 17].join(" or ");
    assert!(error(&many).contains("at most 16 regular expressions"));
    assert!(error("text matches \"(a{1000}){1000}\"").contains("too large"));
    assert!(format!("{}command{}", "(".repeat(60), ")".repeat(60)).parse::<Filter>().is_ok());
}

#[test]
fn a_filter_knows_what_it_is_asked_of() {
    let level = |filter: &str| filter.parse::<Filter>().unwrap().beyond(Level::Pdu);
    assert_eq!(level("command == 4 and tlv.0x1400 or text"), None);
    assert_eq!(level("command == 4 or not ip.src == 10.0.0.1"), Some("ip.src"));
    assert!("frame.number".parse::<Filter>().unwrap().beyond(Level::Capture).is_none());
}

/// Words and signs of the language, joined at random: most are no filters, many nearly.
fn nearly() -> impl Strategy<Value = String> {
    let words = [
        "command",
        "status",
        "source_addr",
        "text",
        "tlv.0x1400",
        "ip.addr",
        "frame.time",
        "from",
        "esm_class",
        "finding.severity",
        "==",
        "!=",
        "<",
        ">=",
        "contains",
        "matches",
        "in",
        "{",
        "}",
        "(",
        ")",
        "..",
        ",",
        "!",
        "not",
        "and",
        "or",
        "xor",
        "&&",
        "||",
        "&",
        "4",
        "0x40",
        "\"a\"",
        "r\"^a\"",
        "10.0.0.0/8",
        "submit_sm",
        "ok",
        "\"",
        "'",
        "\\",
        "05:00",
        "esme",
        "\u{17e}",
        "é..",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..20)
        .prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in prop_oneof![".{0,80}", nearly()]) {
        if let Err(error) = text.parse::<Filter>() {
            prop_assert!(error.column() >= 1 && error.column() <= text.chars().count() + 1, "{text}: {error}");
        }
    }

    #[test]
    fn whatever_is_a_filter_can_be_asked_of_any_octets(
        text in nearly(),
        octets in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        if let Ok(filter) = text.parse::<Filter>() {
            let facts = crate::filter::PduFacts::new(&octets, crate::smpp::Context::default(), false, crate::smpp::text::Charset::Gsm7);
            let _ = filter.matches(&facts);
        }
    }
}

#[test]
fn a_type_has_what_its_values_are_in_every_pdu() {
    // A field that is a number here and text there could not be compared.
    let all: Filter = "command".parse().unwrap();
    let given = Given { is_closed: true, filter: Some(&all), ..Given::default() };
    for pdu in dissect(&lines(), given).pdus {
        for found in &pdu.fields {
            let name = found.name.rsplit('.').next().unwrap();
            let Some(field) = field::named(&format!("smpp.{name}")) else { continue };
            let is_number = matches!(found.value, Some(crate::dissect::model::Value::Number(_)));
            assert_eq!(matches!(field.kind, Type::Integer(_)), is_number, "{name}");
        }
    }
}
