//! The 7-bit alphabet of GSM with every table of a national language, held to tables of other programs; its packed form.

use proptest::prelude::*;
use smpp_inspect::smpp::text::gsm7;
use smpp_inspect::smpp::text::gsm7::{Language, Oddity, Shifts};
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

/// The tables of a language in the data file.
fn language(name: &str) -> (Option<Language>, Option<String>, Vec<(u8, char)>) {
    let tables = tables();
    let language = match name {
        "default" => None,
        "turkish" => Some(Language::TURKISH),
        "spanish" => Some(Language::SPANISH),
        "portuguese" => Some(Language::PORTUGUESE),
        other => panic!("{other}"),
    };
    let table = &tables["gsm7"][name];
    let alphabet = table.get("alphabet").map(|alphabet| alphabet.as_str().unwrap().to_owned());
    let extension = table["extension"].as_table().unwrap().iter().map(|(code, character)| {
        let code = u8::from_str_radix(code, 16).unwrap();
        (code, character.as_str().unwrap().chars().next().unwrap())
    });
    (language, alphabet, extension.collect())
}

#[test]
fn every_character_of_every_table_goes_there_and_back() {
    let mut seen = 0;
    for name in ["default", "turkish", "spanish", "portuguese"] {
        let (language, alphabet, extension) = language(name);
        if let Some(alphabet) = alphabet {
            let shifts = Shifts { single: None, locking: language };
            assert_eq!(alphabet.chars().count(), 128);
            for (code, character) in (0_u8..).zip(alphabet.chars()).filter(|(code, _)| *code != gsm7::ESCAPE)
            {
                seen += 1;
                assert_eq!(gsm7::decode(&[code], shifts), character.to_string());
                let encoded = gsm7::encode(&character.to_string(), shifts).unwrap();
                assert_eq!(encoded, [code], "{name} {character:?}");
                assert_eq!(gsm7::oddity(&[code], shifts), None);
            }
        }
        let shifts = Shifts { single: language, locking: None };
        for code in 0..=0x7F_u8 {
            let character = extension.iter().find(|(of, _)| *of == code).map(|(_, character)| *character);
            let octets = [gsm7::ESCAPE, code];
            let Some(character) = character else {
                let oddity = (code != 0x0D).then_some(Oddity::Escape { at: 0, code });
                assert_eq!(gsm7::oddity(&octets, shifts), oddity, "{name} {code:#x}");
                continue;
            };
            seen += 1;
            assert_eq!(gsm7::decode(&octets, shifts), character.to_string(), "{name} {code:#x}");
            assert_eq!(gsm7::oddity(&octets, shifts), None);
            let encoded = gsm7::encode(&character.to_string(), shifts).unwrap();
            assert_eq!(gsm7::decode(&encoded, shifts), character.to_string());
            // Some characters are in the main table as well, where they take one septet.
            assert!(encoded == octets || encoded.len() == 1, "{name} {character:?}: {encoded:02x?}");
        }
    }
    println!("{seen} characters");
    assert!(seen > 3 * 127 + 60, "{seen}");
}

/// The main tables of the languages of India share one layout: at each code an offset into the language's block of
/// Unicode, or a character of ASCII.
fn layout() -> Vec<(u8, Result<u32, char>)> {
    let offsets = |range: std::ops::RangeInclusive<u32>| range.map(Ok).collect::<Vec<_>>();
    let ascii = |text: &str| text.chars().map(Err).collect::<Vec<_>>();
    let rows = [
        offsets(0x01..=0x03),
        offsets(0x05..=0x0B),
        ascii("\n"),
        offsets(0x0C..=0x0D),
        ascii("\r"),
        offsets(0x0E..=0x1A),
        ascii("\u{1B}"),
        offsets(0x1B..=0x1E),
        ascii(" !"),
        offsets(0x1F..=0x24),
        ascii(")("),
        offsets(0x25..=0x26),
        ascii(","),
        offsets(0x27..=0x27),
        ascii("."),
        offsets(0x28..=0x28),
        ascii("0123456789:;"),
        offsets(0x29..=0x2B),
        ascii("?"),
        offsets(0x2C..=0x39),
        offsets(0x3C..=0x4D),
    ];
    let layout: Vec<_> = (0_u8..).zip(rows.concat()).collect();
    assert_eq!(layout.len(), 0x60);
    layout
}

/// Language, block, codes of the layout that have no letter, characters of 0x60 and of 0x7B to 0x7F, and what the
/// extension table has of its own: from which code on, and what.
type Indian = (u8, u32, &'static [u8], &'static str, &'static [(u8, &'static str)]);

const DANDAS: (u8, &str) = (0x19, "\u{964}\u{965}");

#[rustfmt::skip]
const INDIAN: &[Indian] = &[
    (4, 0x980, &[0x0C, 0x0E, 0x11, 0x12, 0x3C, 0x45, 0x47, 0x48, 0x49, 0x57, 0x58, 0x5B, 0x5C],
     "\u{9CE}\u{9D7}\u{9DC}\u{9DD}\u{9F0}\u{9F1}",
     &[(0x19, "\u{9E6}\u{9E7}"), (0x1C, "\u{9E8}\u{9E9}\u{9EA}\u{9EB}\u{9EC}\u{9ED}\u{9EE}\u{9EF}\u{9DF}\u{9E0}\u{9E1}\u{9E2}"),
       (0x2A, "\u{9E3}\u{9F2}\u{9F3}\u{9F4}\u{9F5}"), (0x30, "\u{9F6}\u{9F7}\u{9F8}\u{9F9}\u{9FA}")]),
    (5, 0xA80, &[0x0E, 0x12, 0x3C, 0x45, 0x48, 0x58, 0x5C],
     "\u{AD0}\u{AE0}\u{AE1}\u{AE2}\u{AE3}\u{AF1}",
     &[DANDAS, (0x1C, "\u{AE6}\u{AE7}\u{AE8}\u{AE9}\u{AEA}\u{AEB}\u{AEC}\u{AED}\u{AEE}\u{AEF}")]),
    (6, 0x900, &[],
     "\u{950}\u{972}\u{97B}\u{97C}\u{97E}\u{97F}",
     &[DANDAS, (0x1C, "\u{966}\u{967}\u{968}\u{969}\u{96A}\u{96B}\u{96C}\u{96D}\u{96E}\u{96F}\u{951}\u{952}"),
       (0x2A, "\u{953}\u{954}\u{958}\u{959}\u{95A}"), (0x30, "\u{95B}\u{95C}\u{95D}\u{95E}\u{95F}\u{960}\u{961}\u{962}\u{963}\u{970}\u{971}")]),
    (7, 0xC80, &[0x00, 0x0C, 0x11, 0x3C, 0x48, 0x57, 0x5B],
     "\u{CD5}\u{CD6}\u{CE0}\u{CE1}\u{CE2}\u{CE3}",
     &[DANDAS, (0x1C, "\u{CE6}\u{CE7}\u{CE8}\u{CE9}\u{CEA}\u{CEB}\u{CEC}\u{CED}\u{CEE}\u{CEF}\u{CDE}\u{CF1}"), (0x2A, "\u{CF2}")]),
    (8, 0xD00, &[0x00, 0x0C, 0x11, 0x3C, 0x4E, 0x57, 0x5B],
     "\u{D57}\u{D60}\u{D61}\u{D62}\u{D63}\u{D79}",
     &[DANDAS, (0x1C, "\u{D66}\u{D67}\u{D68}\u{D69}\u{D6A}\u{D6B}\u{D6C}\u{D6D}\u{D6E}\u{D6F}\u{D70}\u{D71}"),
       (0x2A, "\u{D72}\u{D73}\u{D74}\u{D75}\u{D7A}"), (0x30, "\u{D7B}\u{D7C}\u{D7D}\u{D7E}\u{D7F}")]),
    (9, 0xB00, &[0x0C, 0x0E, 0x11, 0x12, 0x3C, 0x45, 0x48, 0x57, 0x58, 0x5B, 0x5C],
     "\u{B56}\u{B57}\u{B60}\u{B61}\u{B62}\u{B63}",
     &[DANDAS, (0x1C, "\u{B66}\u{B67}\u{B68}\u{B69}\u{B6A}\u{B6B}\u{B6C}\u{B6D}\u{B6E}\u{B6F}\u{B5C}\u{B5D}"), (0x2A, "\u{B5F}\u{B70}\u{B71}")]),
    (10, 0xA00, &[0x09, 0x0B, 0x0C, 0x0E, 0x11, 0x12, 0x3C, 0x45, 0x48, 0x4B, 0x4F, 0x55, 0x56, 0x57, 0x58, 0x5B, 0x5C],
     "\u{A51}\u{A70}\u{A71}\u{A72}\u{A73}\u{A74}",
     &[DANDAS, (0x1C, "\u{A66}\u{A67}\u{A68}\u{A69}\u{A6A}\u{A6B}\u{A6C}\u{A6D}\u{A6E}\u{A6F}\u{A59}\u{A5A}"), (0x2A, "\u{A5B}\u{A5C}\u{A5E}\u{A75}")]),
    (11, 0xB80, &[0x00, 0x09, 0x0B, 0x0C, 0x11, 0x16, 0x17, 0x18, 0x1C, 0x1E, 0x23, 0x24, 0x25, 0x2A, 0x2B, 0x2D, 0x3E, 0x40, 0x41,
                  0x4E, 0x4F, 0x55, 0x56, 0x57, 0x5B],
     "\u{BD0}\u{BD7}\u{BF0}\u{BF1}\u{BF2}\u{BF9}",
     &[DANDAS, (0x1C, "\u{BE6}\u{BE7}\u{BE8}\u{BE9}\u{BEA}\u{BEB}\u{BEC}\u{BED}\u{BEE}\u{BEF}\u{BF3}\u{BF4}"),
       (0x2A, "\u{BF5}\u{BF6}\u{BF7}\u{BF8}\u{BFA}")]),
    (12, 0xC00, &[0x0C, 0x11, 0x3C, 0x48, 0x4E, 0x57, 0x5B],
     "\u{C55}\u{C56}\u{C60}\u{C61}\u{C62}\u{C63}",
     &[(0x1C, "\u{C66}\u{C67}\u{C68}\u{C69}\u{C6A}\u{C6B}\u{C6C}\u{C6D}\u{C6E}\u{C6F}\u{C58}\u{C59}"),
       (0x2A, "\u{C78}\u{C79}\u{C7A}\u{C7B}\u{C7C}"), (0x30, "\u{C7D}\u{C7E}\u{C7F}")]),
];

const URDU: &str = "\u{627}\u{622}\u{628}\u{67B}\u{680}\u{67E}\u{6A6}\u{62A}\u{6C2}\u{67F}\n\u{679}\u{67D}\r\u{67A}\u{67C}\
    \u{62B}\u{62C}\u{681}\u{684}\u{683}\u{685}\u{686}\u{687}\u{62D}\u{62E}\u{62F}\u{1B}\u{68C}\u{688}\u{689}\u{68A}\
    \u{20}!\u{68F}\u{68D}\u{630}\u{631}\u{691}\u{693})(\u{699}\u{632},\u{696}.\u{698}0123456789:;\u{69A}\u{633}\u{634}?\
    \u{635}\u{636}\u{637}\u{638}\u{639}\u{641}\u{642}\u{6A9}\u{6AA}\u{6AB}\u{6AF}\u{6B3}\u{6B1}\u{644}\u{645}\u{646}\
    \u{6BA}\u{6BB}\u{6BC}\u{648}\u{6C4}\u{6D5}\u{6C1}\u{6BE}\u{621}\u{6CC}\u{6D0}\u{6D2}\u{64D}\u{650}\u{64F}\u{657}\
    \u{654}abcdefghijklmnopqrstuvwxyz\u{655}\u{651}\u{653}\u{656}\u{670}";

const URDU_EXTENSION: &[(u8, &str)] = &[
    (0x19, "\u{600}\u{601}"),
    (0x1C, "\u{6F0}\u{6F1}\u{6F2}\u{6F3}\u{6F4}\u{6F5}\u{6F6}\u{6F7}\u{6F8}\u{6F9}\u{60C}\u{60D}"),
    (0x2A, "\u{60E}\u{60F}\u{610}\u{611}\u{612}"),
    (0x30, "\u{613}\u{614}\u{61B}\u{61F}\u{640}\u{652}\u{658}\u{66B}\u{66C}\u{672}\u{673}\u{6CD}"),
    (0x3F, "\u{6D4}"),
];

/// What the extension tables of these languages have in common.
const SHARED: &[(u8, &str)] = &[
    (0x00, "@£$¥¿\"¤%&'\u{C}*+"),
    (0x0E, "-/<=>¡^¡_#*"),
    (0x28, "{}"),
    (0x2F, "\\"),
    (0x3C, "[~]"),
    (0x40, "|ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    (0x65, "€"),
];

/// Number of a language, its alphabet by code, and the characters of its extension table from codes on.
type Alphabet = (u8, Vec<Option<char>>, &'static [(u8, &'static str)]);

#[test]
fn every_character_of_the_tables_of_india_and_of_urdu_goes_there_and_back() {
    let mut tables: Vec<Alphabet> = Vec::new();
    for (id, block, missing, ends, extension) in INDIAN {
        let mut alphabet: Vec<Option<char>> = layout()
            .into_iter()
            .map(|(code, what)| match what {
                Err(ascii) => Some(ascii),
                Ok(offset) => (!missing.contains(&code)).then(|| char::from_u32(block + offset).unwrap()),
            })
            .collect();
        let mut ends = ends.chars().map(Some);
        alphabet.push(ends.next().unwrap());
        alphabet.extend(('a'..='z').map(Some));
        alphabet.extend(ends);
        tables.push((*id, alphabet, extension));
    }
    tables.push((13, URDU.chars().map(Some).collect(), URDU_EXTENSION));
    let mut seen = 0;
    for (id, alphabet, own) in tables {
        assert_eq!(alphabet.len(), 128);
        let language = Language::of(id);
        let name = language.unwrap().name();
        let locking = Shifts { single: None, locking: language };
        for (code, character) in (0_u8..).zip(alphabet).filter(|(code, _)| *code != gsm7::ESCAPE) {
            let read = gsm7::decode(&[code], locking).chars().next().unwrap();
            let Some(character) = character else {
                assert_eq!(read, char::REPLACEMENT_CHARACTER, "{name} {code:#x}");
                continue;
            };
            seen += 1;
            assert_eq!(read, character, "{name} {code:#x}");
            assert_eq!(gsm7::encode(&character.to_string(), locking), Some(vec![code]), "{name} {code:#x}");
        }
        let mut extension = [None; 128];
        for (from, characters) in SHARED.iter().chain(own) {
            for (code, character) in (*from..).zip(characters.chars()) {
                assert!(extension[usize::from(code)].replace(character).is_none(), "{name} {code:#x} twice");
            }
        }
        let single = Shifts { single: language, locking: None };
        for (code, character) in (0_u8..).zip(extension).filter(|(code, _)| *code != 0x0D) {
            let octets = [gsm7::ESCAPE, code];
            let Some(character) = character else {
                let oddity = Some(Oddity::Escape { at: 0, code });
                assert_eq!(gsm7::oddity(&octets, single), oddity, "{name} {code:#x}");
                continue;
            };
            seen += 1;
            assert_eq!(gsm7::oddity(&octets, single), None, "{name} {code:#x}");
            assert_eq!(gsm7::decode(&octets, single), character.to_string(), "{name} {code:#x}");
            // Some characters are in the main table as well, and ¡ and * twice in this one.
            let encoded = gsm7::encode(&character.to_string(), single).unwrap();
            assert_eq!(gsm7::decode(&encoded, single), character.to_string(), "{name} {code:#x}");
        }
    }
    println!("{seen} characters");
    assert!(seen > 1_900, "{seen}");
}

#[test]
fn the_languages_are_those_of_the_specification() {
    let tables = tables();
    for (range, entry) in entries(&tables["national_language"]) {
        for id in range {
            let single = entry["single_shift"].as_bool().unwrap();
            let language = Language::of(id);
            assert_eq!(language.is_some(), single, "{id}");
            assert_eq!(language.is_some_and(Language::locks), entry["locking_shift"].as_bool().unwrap());
            assert!(language.is_none_or(|language| language.name() == name(entry)));
        }
    }
    assert!((14..=255).all(|id| Language::of(id).is_none()));
}

#[test]
fn an_escape_that_means_nothing_shows_the_main_table_or_a_space() {
    let none = Shifts::default();
    assert_eq!(gsm7::decode(b"5\x1B", none), "5 ");
    assert_eq!(gsm7::decode(b"\x1BA", none), "A");
    assert_eq!(gsm7::decode(b"\x1B\x1BA", none), " A");
    assert_eq!(gsm7::decode(b"a\xE9", none), "a\u{FFFD}");
    assert_eq!(gsm7::oddity(b"ab\x1B", none), Some(Oddity::LastEscape { at: 2 }));
    assert_eq!(gsm7::oddity(b"\x1Be\x1Bx", none), Some(Oddity::Escape { at: 2, code: b'x' }));
    assert_eq!(gsm7::oddity(b"\x1B\xE9", none), Some(Oddity::Octet { at: 1, octet: 0xE9 }));
    assert_eq!(gsm7::encode("naïve", none), None);
    let hindi = Shifts { single: Language::of(6), locking: Language::of(6) };
    assert_eq!(gsm7::oddity(b"\x1B\x1C", hindi), None);
    assert_eq!(gsm7::oddity(b"\x1B\x70", hindi), Some(Oddity::Escape { at: 0, code: 0x70 }));
    assert_eq!(gsm7::decode(b"\x4D\x1B\x1C", hindi), "ह०");
    assert_eq!(gsm7::encode("\u{FFFD}", hindi), None);
    // Tamil has fewer letters than its neighbours: a hole.
    let tamil = Shifts { single: None, locking: Language::of(11) };
    assert_eq!(gsm7::decode(&[0x16, 0x1A], tamil), "\u{FFFD}ச");
}

#[test]
fn septets_are_packed_as_the_specification_shows() {
    // "hellohello" is a well-known example.
    let packed = [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37];
    assert_eq!(gsm7::pack(b"hellohello", 0), packed);
    assert_eq!(gsm7::unpack(&packed, 0)[..10], *b"hellohello");
    // A header of 6 octets has 48 bits, 49 to the next septet.
    assert_eq!([0, 1, 6, 7, 8, 13].map(gsm7::fill_bits), [0, 6, 1, 0, 6, 1]);
    assert_eq!(gsm7::pack(b"A", 1), [0x82]);
    assert_eq!(gsm7::pack(b"", 3), Vec::<u8>::new());
}

proptest! {
    #[test]
    fn packed_septets_come_out_again(septets in prop::collection::vec(0_u8..128, 0..200), header in 0_u32..40) {
        let fill = gsm7::fill_bits(header);
        prop_assert!(fill < 7 && (header * 8 + fill).is_multiple_of(7));
        let packed = gsm7::pack(&septets, fill);
        let bits = septets.len() * 7 + fill as usize;
        prop_assert_eq!(packed.len(), if septets.is_empty() { 0 } else { bits.div_ceil(8) });
        let unpacked = gsm7::unpack(&packed, fill);
        prop_assert_eq!(&unpacked[..septets.len()], &septets[..]);
        prop_assert!(unpacked[septets.len()..].iter().all(|septet| *septet == 0));
        prop_assert!(unpacked.len() <= septets.len() + 1);
    }

    #[test]
    fn plain_texts_are_those_without_oddity_or_escape(octets in prop::collection::vec(any::<u8>(), 0..40)) {
        let plain = octets.iter().all(|octet| *octet < 0x80 && *octet != gsm7::ESCAPE);
        prop_assert_eq!(gsm7::is_plain(&octets), plain);
        let odd = gsm7::oddity(&octets, Shifts::default());
        prop_assert!(!plain || odd.is_none());
    }
}
