//! Texts of messages: codings, alphabets, user data headers and receipts, held to the tables of the specifications and
//! to what message centres send.

use proptest::prelude::*;
use smpp_inspect::smpp::reader::Reader;
use smpp_inspect::smpp::text::dcs::{Class, Mailbox, Waiting};
use smpp_inspect::smpp::text::gsm7::{Language, Shifts};
use smpp_inspect::smpp::text::udh::{ELEMENTS, Part, known};
use smpp_inspect::smpp::text::{Charset, Coding, Text, UserDataHeader, text};
use smpp_inspect::smpp::{Context, Finding, Role, Version, Visitor, walk};
use smpp_inspect::testkit::pdu::Builder;
use toml::{Table, Value as Toml};

fn tables() -> Table {
    include_str!("spec/values.toml").parse().unwrap()
}

fn entries(table: &Toml) -> impl Iterator<Item = (std::ops::RangeInclusive<u8>, &Table)> {
    table["entries"].as_array().unwrap().iter().map(|entry| {
        let number = |key: &str| Some(u8::try_from(entry.get(key)?.as_integer()?).unwrap());
        let from = number("value").or(number("from")).unwrap();
        (from..=number("to").unwrap_or(from), entry.as_table().unwrap())
    })
}

fn name(entry: &Table) -> &str {
    entry["name"].as_str().unwrap()
}

#[test]
fn every_data_coding_is_that_of_the_specifications() {
    let tables = tables();
    let mut seen = 0;
    for (range, entry) in entries(&tables["data_coding"]) {
        for value in range {
            seen += 1;
            let name = name(entry);
            let charset = match name {
                "MC default alphabet (5.0: MC specific)" => Charset::Gsm7,
                "IA5 / ASCII" => Charset::Ascii,
                "Octet unspecified (8-bit)" => Charset::Octets,
                "Latin 1 (ISO-8859-1)" => Charset::Latin1,
                "JIS (X 0208-1990)" => Charset::Jis,
                "Cyrillic (ISO-8859-5)" => Charset::Cyrillic,
                "Latin/Hebrew (ISO-8859-8)" => Charset::Hebrew,
                "UCS2 (ISO/IEC-10646)" => Charset::Ucs2,
                "Pictogram Encoding" => Charset::Pictogram,
                "ISO-2022-JP (Music Codes)" => Charset::Iso2022Jp,
                "Extended Kanji JIS (X 0212-1990)" => Charset::ExtendedKanji,
                "KS C 5601" => Charset::KsC5601,
                _ => {
                    let reserved = name.starts_with("reserved");
                    assert!(reserved || name.starts_with("GSM "), "{name}");
                    let gsm = Coding::gsm(value);
                    let expected = Coding { reserved: reserved || gsm.reserved, ..gsm };
                    for version in [None, Some(Version::V34), Some(Version::V50)] {
                        assert_eq!(Coding::of(value, version), expected, "{value:#x}");
                    }
                    continue;
                }
            };
            for version in [None, Some(Version::V34), Some(Version::V50)] {
                let coding = Coding::of(value, version);
                let plain = coding.class.is_none() && coding.waiting.is_none() && !coding.compressed;
                assert!(coding.charset == charset && !coding.reserved && plain, "{value:#x}: {coding:?}");
            }
        }
    }
    assert_eq!(seen, 256);
}

#[test]
fn every_gsm_data_coding_scheme_is_that_of_the_specification() {
    let tables = tables();
    let groups = &tables["dcs_groups"];
    let of_mask = |table: &str, value: u8| {
        let mask = u8::try_from(groups[table]["mask"].as_integer().unwrap()).unwrap();
        let (_, entry) = entries(&groups[table]).find(|(range, _)| range.contains(&(value & mask))).unwrap();
        name(entry).to_owned()
    };
    let charset = |alphabet: &str| match alphabet {
        "GSM 7 bit default alphabet" | "GSM 7 bit" => Charset::Gsm7,
        "8 bit data" => Charset::Octets,
        "UCS2" => Charset::Ucs2,
        "reserved" => Charset::Reserved,
        other => panic!("{other}"),
    };
    let class = |value: u8| {
        Some(match of_mask("class", value).as_str() {
            "Class 0 (display)" => Class::Display,
            "Class 1 (ME specific)" => Class::Equipment,
            "Class 2 ((U)SIM specific)" => Class::Sim,
            "Class 3 (TE specific)" => Class::Terminal,
            other => panic!("{other}"),
        })
    };
    let mut seen = 0;
    for (range, entry) in entries(groups) {
        for value in range {
            seen += 1;
            let coding = Coding::gsm(value);
            assert_eq!(coding, Coding::of(value, Some(Version::V33)));
            let plain = Coding {
                charset: Charset::Reserved,
                reserved: false,
                compressed: false,
                deleted_when_read: false,
                class: None,
                waiting: None,
            };
            let general = Coding {
                charset: charset(&of_mask("alphabet", value)),
                compressed: value & 0x20 != 0,
                class: if value & 0x10 != 0 { class(value) } else { None },
                ..plain
            };
            let expected = match name(entry) {
                "General data coding" => general,
                "Message marked for automatic deletion" => Coding { deleted_when_read: true, ..general },
                "reserved" => Coding { reserved: true, ..plain },
                "Data coding / message class" => {
                    Coding { charset: charset(&of_mask("alphabet", value & 4)), class: class(value), ..plain }
                }
                waiting => Coding {
                    charset: charset(entry["alphabet"].as_str().unwrap()),
                    waiting: Some(Waiting {
                        store: waiting == "Message waiting indication: store message",
                        active: value & 8 != 0,
                        mailbox: match of_mask("waiting", value).as_str() {
                            "Voicemail" => Mailbox::Voice,
                            "Fax" => Mailbox::Fax,
                            "Electronic mail" => Mailbox::Mail,
                            "Other" => Mailbox::Other,
                            other => panic!("{other}"),
                        },
                    }),
                    ..plain
                },
            };
            assert_eq!(coding, expected, "{value:#x}");
        }
    }
    assert_eq!(seen, 256);
}

proptest! {
    #[test]
    fn any_octets_make_a_header_or_none(octets in prop::collection::vec(any::<u8>(), 0..300), at in 0_u32..1000) {
        let mut rest = Reader::new(&octets, at);
        let Some(header) = UserDataHeader::take(&mut rest) else {
            prop_assert!(octets.first().is_none_or(|length| usize::from(*length) >= octets.len()));
            prop_assert_eq!(rest.rest(), &octets[..]);
            return Ok(());
        };
        prop_assert_eq!(header.len() as usize + rest.rest().len(), octets.len());
        let mut next = at + 1;
        for element in header.elements() {
            let span = match element {
                Ok(element) => {
                    prop_assert_eq!(element.span.end - element.span.start, element.value.len() as u32 + 2);
                    let start = (element.span.start - at) as usize;
                    prop_assert_eq!(octets[start], element.id);
                    prop_assert_eq!(&octets[start + 2..(element.span.end - at) as usize], element.value);
                    element.span
                }
                Err(broken) => broken.span,
            };
            prop_assert_eq!(span.start, next);
            next = span.end;
        }
        // The elements, or what is left of a broken one, fill the header.
        prop_assert_eq!(next, at + header.len());
        let _ = header.part();
        let _ = header.ports();
        let _ = header.shifts();
    }
}

#[test]
fn the_information_elements_are_those_of_the_specification() {
    let tables = tables();
    let mut seen = 0;
    for (range, entry) in entries(&tables["udh"]) {
        for id in range {
            seen += 1;
            let row = known(id);
            assert!((row.from..=row.to).contains(&id), "{id:#x}");
            assert_eq!(row.name, name(entry));
            assert_eq!(row.reserved, entry["class"].as_str() == Some("N/A"), "{id:#x}");
            assert_eq!(!row.repeatable, entry["repeatable"].as_str() == Some("no"), "{id:#x}");
            let length = entry.get("length").and_then(Toml::as_integer);
            // The rule names the elements of which a receiver ignores those of another length.
            let judged = matches!(id, 0x00 | 0x04 | 0x05 | 0x08 | 0x24 | 0x25);
            assert_eq!(row.length.map(i64::from), length.filter(|_| judged), "{id:#x}");
        }
    }
    assert_eq!(seen, 256);
    assert_eq!(ELEMENTS.iter().map(|row| usize::from(row.to - row.from) + 1).sum::<usize>(), 256);
}

fn header(octets: &[u8]) -> UserDataHeader<'_> {
    UserDataHeader::take(&mut Reader::new(octets, 0)).unwrap()
}

#[test]
fn the_last_valid_element_counts() {
    let part = |reference, wide, total, number| Some(Part { reference, wide, total, number });
    assert_eq!(header(&[5, 0, 3, 42, 2, 1]).part(), part(42, false, 2, 1));
    assert_eq!(header(&[6, 8, 4, 1, 42, 2, 2]).part(), part(298, true, 2, 2));
    assert_eq!(header(&[11, 0, 3, 42, 2, 1, 8, 4, 0, 7, 3, 3]).part(), part(7, true, 3, 3));
    assert_eq!(header(&[10, 0, 3, 42, 2, 1, 0, 3, 9, 2, 3]).part(), part(42, false, 2, 1));
    assert_eq!(header(&[5, 0, 3, 42, 0, 0]).part(), None);
    assert_eq!(header(&[4, 0, 2, 42, 2]).part(), None);
    assert_eq!(header(&[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0]).ports(), Some((2948, 9200)));
    assert_eq!(header(&[4, 4, 2, 240, 241]).ports(), Some((240, 241)));
    let shifts = header(&[6, 0x24, 1, 1, 0x25, 1, 3]).shifts();
    assert_eq!(shifts, Shifts { single: Some(Language::TURKISH), locking: Some(Language::PORTUGUESE) });
    assert_eq!(header(&[3, 0x25, 1, 2]).shifts(), Shifts::default());
}

/// A submit_sm of these octets.
fn submit_sm(esm_class: u8, data_coding: u8, text: &[u8]) -> Vec<u8> {
    let mut pdu = vec![0; 4];
    pdu.extend(4_u32.to_be_bytes());
    pdu.extend(0_u32.to_be_bytes());
    pdu.extend(1_u32.to_be_bytes());
    pdu.extend(b"\0\x01\x01447700900001\0\x01\x01447700900123\0");
    pdu.extend([esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0, u8::try_from(text.len()).unwrap()]);
    pdu.extend(text);
    let length = u32::try_from(pdu.len()).unwrap();
    pdu[..4].copy_from_slice(&length.to_be_bytes());
    pdu
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Visitor for Findings {
    fn finding(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

fn read(esm_class: u8, data_coding: u8, octets: &[u8]) -> Text {
    let pdu = submit_sm(esm_class, data_coding, octets);
    let facts =
        walk(&pdu, Context { version: Some(Version::V34), from: Some(Role::Esme) }, &mut Findings::default());
    text(&facts, &pdu, Some(Version::V34), Charset::Gsm7).unwrap()
}

fn findings(esm_class: u8, data_coding: u8, octets: &[u8]) -> Vec<String> {
    let pdu = submit_sm(esm_class, data_coding, octets);
    let mut findings = Findings::default();
    walk(&pdu, Context { version: Some(Version::V34), from: Some(Role::Esme) }, &mut findings);
    let end = u32::try_from(pdu.len()).unwrap();
    assert!(
        findings.0.iter().all(|finding| finding.span.start <= finding.span.end && finding.span.end <= end)
    );
    findings.0.iter().map(ToString::to_string).collect()
}

#[test]
fn texts_are_read_by_their_data_coding() {
    let characters = |data_coding, octets: &[u8]| read(0, data_coding, octets).text;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(characters(0x00, b"gsm\x00 \x1Be"), some("gsm@ €"));
    assert_eq!(characters(0x01, b"ascii@"), some("ascii@"));
    assert_eq!(characters(0x03, b"caf\xE9"), some("café"));
    assert_eq!(characters(0x05, &[0x93, 0xFA, 0x96, 0x7B]), some("日本"));
    assert_eq!(characters(0x05, &[0x46, 0x7C, 0x4B, 0x5C]), some("日本"));
    assert_eq!(characters(0x06, &[0xBF, 0xE0, 0xD8, 0xD2, 0xD5, 0xE2]), some("Привет"));
    assert_eq!(characters(0x07, &[0xF9, 0xEC, 0xE5, 0xED]), some("שלום"));
    assert_eq!(characters(0x08, &[0, 0x68, 0xD8, 0x3D, 0xDE, 0]), some("h😀"));
    assert_eq!(characters(0x08, &[0, 0x68, 0xD8, 0x3D]), some("h\u{FFFD}"));
    assert_eq!(characters(0x08, &[0, 0x68, 0]), some("h\u{FFFD}"));
    assert_eq!(characters(0x08, &[0xFF, 0xFE, 0x68, 0]), some("h"));
    assert_eq!(characters(0x0A, b"\x1B$BF|K\\\x1B(B"), some("日本"));
    assert_eq!(characters(0x0D, &[0x30, 0x21]), some("丂"));
    assert_eq!(characters(0x0E, &[0x47, 0x51, 0x31, 0x39]), some("한국"));
    assert_eq!(characters(0x0E, &[0xC7, 0xD1, 0xB1, 0xB9]), some("한국"));
    for binary in [0x02, 0x04, 0x09, 0x0C, 0x80, 0xF5] {
        assert_eq!(characters(binary, b"abc"), None, "{binary:#x}");
    }
    // Values of GSM that 3.4 reserves: what the sender meant, and a word about it.
    let flash = read(0, 0x18, &[0, 0x68]);
    assert_eq!((flash.text, flash.charset), (some("h"), Charset::Ucs2));
    assert_eq!(flash.why, "data_coding 0x18, reserved, as a GSM data coding scheme");
    // What is no GSM 7 bit.
    let latin = read(0, 0, b"caf\xE9");
    assert_eq!((latin.text, latin.charset), (some("café"), Charset::Latin1));
    let utf8 = read(0, 0, "café".as_bytes());
    assert_eq!((utf8.text, utf8.charset), (some("café"), Charset::Utf8));
    assert_eq!(utf8.why, "data_coding 0x00, but the octets read better as UTF-8");
}

#[test]
fn a_header_is_no_text() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(read(0x40, 0, b"\x05\x00\x03\x2A\x02\x01hi").text, some("hi"));
    assert_eq!(read(0x40, 0, b"\x06\x24\x01\x01\x25\x01\x01\x1Bg\x07").text, some("ğı"));
    assert_eq!(read(0x40, 8, b"\x05\x00\x03\x2A\x02\x01\0h").text, some("h"));
    let overrun = read(0x40, 0, b"\x09hi");
    assert!(overrun.why.ends_with("esm_class promises a header, which does not fit: shown with the text"));
}

#[test]
fn findings_say_what_is_wrong_where() {
    for (esm_class, data_coding, octets, expected) in [
        (
            0,
            0,
            &b"caf\xE9"[..],
            &[
                "short_message: 0xe9 is no code of the GSM 7-bit alphabet (3GPP TS 23.038 §6.2.1; SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7)",
            ][..],
        ),
        (
            0,
            0,
            b"5\x1B",
            &["short_message: an escape as the last character (3GPP TS 23.038 §6.2.1, §6.2.1.1)"],
        ),
        (
            0,
            0,
            b"\x1BA",
            &[
                "short_message: 0x41 after an escape, which the extension table does not have (3GPP TS 23.038 §6.2.1, §6.2.1.1)",
            ],
        ),
        (
            0,
            8,
            b"abc",
            &[
                "short_message: 3 octets of UCS2, where a character has two (SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7; 3GPP TS 23.038 §6.2.3)",
            ],
        ),
        (
            0,
            8,
            b"\0h\xD8\x3D",
            &[
                "short_message: 0xd83d is half a surrogate pair, and the other half is missing (SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7; 3GPP TS 23.038 §6.2.3)",
            ],
        ),
        (
            0x40,
            0,
            b"\x05\x00\x02\x2A\x02\x01h",
            &[
                "short_message: element 0x00: 2 octets, 3 expected (3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.3, §9.2.3.24.4, §9.2.3.24.8, §9.2.3.24.15, §9.2.3.24.16)",
                "short_message: an element of the user data header goes beyond its end (3GPP TS 23.040 §9.2.3.24)",
            ],
        ),
        (
            0x40,
            0,
            b"\x09hi",
            &[
                "short_message: a header of 9 octets stated, 2 left (3GPP TS 23.040 §9.2.3.24; SMPP 3.4 §5.2.12; SMPP 5.0 §4.7.12)",
            ],
        ),
        (
            0x40,
            4,
            b"\x05\x00\x03\x2A\x02\x03h",
            &[
                "short_message: 3 against 2, part and number of parts of the user data header (3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8)",
            ],
        ),
        // A binary text and Latin 1 may have any octet.
        (0, 4, b"\x1B\xFF\xFF", &[]),
        (0, 3, b"\x1B\xE9", &[]),
        (0, 0xF5, b"\xFF\x1B", &[]),
        // The header has octets of any kind, and an even text may stand after an odd one.
        (0x40, 0, b"\x05\x00\x03\xFE\x02\x01hi", &[]),
        (0x40, 8, b"\x06\x08\x04\x00\xFE\x02\x01\0h", &[]),
        // In the extension tables of Turkish and of Hindi.
        (0x40, 0, b"\x03\x24\x01\x01\x1Bg", &[]),
        (0x40, 0, b"\x03\x24\x01\x06\x1B\x30", &[]),
    ] {
        assert_eq!(findings(esm_class, data_coding, octets), expected, "{octets:02x?}");
    }
}

#[test]
fn one_short_message_has_160_septets_or_140_octets() {
    let too_long = |esm_class, data_coding, header: &[u8], octets: usize| {
        let text = [header, &vec![b'A'; octets]].concat();
        findings(esm_class, data_coding, &text).iter().any(|text| text.contains("in one short message"))
    };
    let (concat, wide) = (&[5, 0, 3, 42, 2, 1][..], &[6, 8, 4, 0, 42, 2, 1][..]);
    let long = [&[80, 0x70, 78][..], &[0; 78]].concat();
    for (esm_class, data_coding, header, most) in [
        (0, 0, &[][..], 160),
        (0, 3, &[], 160),
        (0, 4, &[], 140),
        (0, 8, &[], 140),
        (0x40, 0, concat, 153),
        (0x40, 0, wide, 152),
        (0x40, 4, concat, 134),
        (0x40, 8, concat, 134),
        // A header takes as much from a text as it has octets, however short that is.
        (0x40, 4, &long, 59),
        (0x40, 0, &long, 67),
    ] {
        assert!(!too_long(esm_class, data_coding, header, most), "{data_coding} {most}");
        assert!(too_long(esm_class, data_coding, header, most + if data_coding == 8 { 2 } else { 1 }));
    }
}

/// The rules that a PDU of `version` breaks.
fn broken(version: Version, from: Role, pdu: &[u8]) -> Vec<&'static str> {
    let mut findings = Findings::default();
    walk(pdu, Context { version: Some(version), from: Some(from) }, &mut findings);
    findings.0.iter().map(|finding| finding.rule.rule().id).collect()
}

#[test]
fn only_texts_that_are_known_to_be_texts_are_judged() {
    let none: [&str; 0] = [];
    let submit = |version, esm_class, data_coding, text: &[u8]| {
        broken(version, Role::Esme, &submit_sm(esm_class, data_coding, text))
    };
    // A reserved data_coding is the fault; what follows from it is none.
    assert_eq!(submit(Version::V34, 0, 0x18, b"abc"), ["field.data_coding.reserved"]);
    // In 3.3 the octet is the GSM data coding scheme.
    assert_eq!(submit(Version::V33, 0, 0x18, b"abc"), ["text.ucs2.odd_length"]);
    assert_eq!(submit(Version::V33, 0, 0x01, b"caf\xE9"), ["text.gsm7.invalid_octet"]);
    assert_eq!(submit(Version::V33, 0, 0x20, b"caf\xE9"), none, "compressed");
    // A header is promised, and there is nothing.
    assert_eq!(submit(Version::V34, 0x40, 0, b""), ["message.no_text", "udh.length.overrun"]);
    // What cannot be told from a header is no text, and the length counts all the same.
    assert_eq!(submit(Version::V34, 0x40, 8, b"\x09\0\0"), ["udh.length.overrun"]);
    // Elements that mean nothing: one finding each.
    assert_eq!(
        submit(Version::V34, 0x40, 0, b"\x04\x30\x00\x03\x00h"),
        ["udh.ie.reserved", "udh.ie.reserved"]
    );
    assert_eq!(submit(Version::V34, 0x40, 0, b"\x03\x24\x01\x0Eh"), ["udh.national_language.reserved"]);
    assert_eq!(submit(Version::V34, 0x40, 0, b"\x03\x25\x01\x00h"), ["udh.national_language.reserved"]);
    assert_eq!(submit(Version::V34, 0x40, 0, b"\x08\x24\x01\x01\x01\x00\x24\x01\x02h"), ["udh.ie.duplicate"]);
    // An ignored element is no other one's duplicate.
    assert_eq!(
        submit(Version::V34, 0x40, 0, b"\x08\x24\x00\x01\x00\x01\x00\x24\x00h"),
        ["udh.ie.length", "udh.ie.length"]
    );
    // Both halves of a pair, and one.
    assert_eq!(submit(Version::V34, 0, 8, b"\xD8\x3D\xDE\x00\xD8\x3D"), ["text.ucs2.surrogate"]);
    assert_eq!(submit(Version::V34, 0, 8, b"\xDE\x00\xD8\x3D"), ["text.ucs2.surrogate"]);
}

#[test]
fn message_payload_is_a_text_of_any_length() {
    let data_sm = |data_coding, payload: &[u8]| {
        let pdu =
            Builder::new(0x103, 0, 1).cstring("").octets(b"\x01\x01447700900001\0\x01\x01447700900123\0");
        broken(Version::V34, Role::Esme, &pdu.octets(&[0, 0, data_coding]).tlv(0x0424, payload).done())
    };
    let none: [&str; 0] = [];
    assert_eq!(data_sm(0, &[b'a'; 1000]), none);
    assert_eq!(data_sm(8, b"abc"), ["text.ucs2.odd_length"]);
    assert_eq!(data_sm(1, b"\xE9"), ["text.ascii.high_bit"]);
    assert_eq!(data_sm(0, b"\x1B"), ["text.gsm7.escape"]);
    // A message centre hands on what it has put together.
    let pdu = submit_sm(0, 0, &[b'a'; 200]);
    let deliver = [&pdu[..4], &[0, 0, 0, 5], &pdu[8..]].concat();
    assert_eq!(broken(Version::V34, Role::Smsc, &deliver), none);
}

proptest! {
    #[test]
    fn any_octets_can_be_shown(
        esm_class in prop::sample::select(vec![0_u8, 0x40, 0x44]),
        data_coding in any::<u8>(),
        octets in prop::collection::vec(any::<u8>(), 0..160),
        version in prop::sample::select(vec![Version::V33, Version::V34, Version::V50]),
        command in prop::sample::select(vec![4_u8, 5]),
    ) {
        let mut pdu = submit_sm(esm_class, data_coding, &octets);
        pdu[7] = command;
        let mut findings = Findings::default();
        let facts = walk(&pdu, Context { version: Some(version), from: None }, &mut findings);
        let shown = text(&facts, &pdu, Some(version), Charset::Gsm7);
        prop_assert_eq!(shown.is_none(), octets.is_empty());
        for finding in findings.0 {
            prop_assert!(finding.span.start <= finding.span.end && finding.span.end as usize <= pdu.len());
            prop_assert!(!finding.to_string().is_empty());
        }
    }
}
