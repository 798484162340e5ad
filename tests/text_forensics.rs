//! Which charset a text is in, whatever was declared: sentences in fourteen languages, in every coding that they fit,
//! under their own declaration and under every other one.

use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::{EUC_KR, Encoding, ISO_2022_JP, ISO_8859_5, ISO_8859_8, SHIFT_JIS};
use smpp_inspect::smpp::text::gsm7::Shifts;
use smpp_inspect::smpp::text::{Charset, Text, gsm7, text};
use smpp_inspect::smpp::{Context, Role, Silent, Version, walk};
use smpp_inspect::testkit::Rng;
use smpp_inspect::testkit::pdu::Builder;
use smpp_inspect::testkit::sentences::LANGUAGES;

/// Sentences of each language.
const EACH: usize = 160;

/// The charsets that a data_coding declares.
const DECLARED: [(u8, Charset); 9] = [
    (0x00, Charset::Gsm7),
    (0x01, Charset::Ascii),
    (0x03, Charset::Latin1),
    (0x05, Charset::Jis),
    (0x06, Charset::Cyrillic),
    (0x07, Charset::Hebrew),
    (0x08, Charset::Ucs2),
    (0x0A, Charset::Iso2022Jp),
    (0x0E, Charset::KsC5601),
];

/// What the issue asks for by name: sent as the one, declared as the other.
const NAMED: [(Charset, u8); 5] = [
    (Charset::Ucs2, 0x00),
    (Charset::Utf8, 0x03),
    (Charset::Ascii, 0x08),
    (Charset::Gsm7, 0x01),
    (Charset::Gsm7Packed, 0x00),
];

fn sentences() -> BTreeSet<(&'static str, String)> {
    let mut rng = Rng::new(6);
    let mut all = BTreeSet::new();
    for language in LANGUAGES {
        let mut here = BTreeSet::new();
        for _ in 0..20_000 {
            if here.len() < EACH {
                here.insert((language.name, language.sentence(&mut rng)));
            }
        }
        assert_eq!(here.len(), EACH, "{}", language.name);
        all.extend(here);
    }
    all
}

/// The octets of a sentence in every charset that has all its characters, and the header that the national language of
/// the GSM alphabet needs.
fn codings(sentence: &str) -> Vec<(Charset, Vec<u8>, Vec<u8>)> {
    let mut codings = Vec::new();
    let mut add = |charset, octets| codings.push((charset, Vec::new(), octets));
    if let Some(septets) = gsm7::encode(sentence, Shifts::default()) {
        add(Charset::Gsm7Packed, gsm7::pack(&septets, 0));
        add(Charset::Gsm7, septets);
    }
    if sentence.is_ascii() {
        add(Charset::Ascii, sentence.as_bytes().to_vec());
    }
    if sentence.chars().all(|character| u32::from(character) < 256) {
        add(Charset::Latin1, sentence.chars().map(|character| character as u8).collect());
    }
    add(Charset::Utf8, sentence.as_bytes().to_vec());
    add(Charset::Ucs2, sentence.encode_utf16().flat_map(u16::to_be_bytes).collect());
    let others: [(Charset, &'static Encoding); 5] = [
        (Charset::Cyrillic, ISO_8859_5),
        (Charset::Hebrew, ISO_8859_8),
        (Charset::Jis, SHIFT_JIS),
        (Charset::KsC5601, EUC_KR),
        (Charset::Iso2022Jp, ISO_2022_JP),
    ];
    for (charset, encoding) in others {
        let (octets, _, lossy) = encoding.encode(sentence);
        if !lossy && encoding.decode_without_bom_handling(&octets).0 == sentence {
            add(charset, octets.into_owned());
        }
    }
    for id in 1..=13 {
        let language = gsm7::Language::of(id);
        let locking = language.filter(|language| language.locks());
        let shifts = Shifts { single: language, locking };
        if gsm7::encode(sentence, Shifts::default()).is_none()
            && let Some(septets) = gsm7::encode(sentence, shifts)
        {
            let mut header = vec![3, 0x24, 1, id];
            if locking.is_some() {
                header[0] = 6;
                header.extend([0x25, 1, id]);
            }
            codings.push((Charset::Gsm7, header, septets));
        }
    }
    codings
}

fn read(data_coding: u8, header: &[u8], octets: &[u8]) -> Text {
    let payload = [header, octets].concat();
    let pdu = Builder::new(0x103, 0, 1)
        .cstring("")
        .octets(b"\x01\x01447700900001\0\x01\x01447700900123\0")
        .octets(&[if header.is_empty() { 0 } else { 0x40 }, 0, data_coding])
        .tlv(0x0424, &payload)
        .done();
    let context = Context { version: Some(Version::V34), from: Some(Role::Esme) };
    let facts = walk(&pdu, context, &mut Silent);
    text(&facts, &pdu, Some(Version::V34), Charset::Gsm7).unwrap()
}

#[derive(Default)]
struct Figures {
    wrong: u32,
    found: u32,
    named: u32,
}

impl Figures {
    fn share(part: u32, of: u32) -> f64 {
        100.0 * f64::from(part) / f64::from(of.max(1))
    }
}

#[test]
fn wrong_declarations_are_found_and_right_ones_are_believed() {
    let sentences = sentences();
    assert!(sentences.len() >= 2_000 && LANGUAGES.len() >= 12);
    let (mut right, mut doubted) = (0, Vec::new());
    let mut pairs: BTreeMap<(Charset, u8), Figures> = BTreeMap::new();
    for (language, sentence) in &sentences {
        for (sent, header, octets) in codings(sentence) {
            for (data_coding, declared) in DECLARED {
                let shown = read(data_coding, &header, &octets);
                if declared == sent {
                    right += 1;
                    if shown.as_declared.is_some() {
                        doubted.push(format!("{language}, {sent}: {sentence}: {shown:?}"));
                    }
                    continue;
                }
                // A header says which national language the text is in; what it says of others is not asked here.
                if !header.is_empty() {
                    continue;
                }
                // Where the declared charset reads what was sent, the declaration is not wrong.
                let as_declared = shown.as_declared.as_ref().map(|declared| declared.text.as_str());
                let is_guess = shown.as_declared.is_none() && shown.charset != declared;
                if !is_guess && as_declared.or(shown.text.as_deref()) == Some(sentence) {
                    continue;
                }
                let figures = pairs.entry((sent, data_coding)).or_default();
                figures.wrong += 1;
                if shown.as_declared.is_some() {
                    figures.found += 1;
                    figures.named += u32::from(shown.text.as_deref() == Some(sentence));
                }
            }
        }
    }
    let share = Figures::share(doubted.len() as u32, right);
    println!(
        "{} sentences in {} languages; declared right {right} times, doubted {} times: {share:.3} %",
        sentences.len(),
        LANGUAGES.len(),
        doubted.len()
    );
    let mut all = Figures::default();
    for ((sent, declared), Figures { wrong, found, named }) in &pairs {
        let (found_share, named_share) = (Figures::share(*found, *wrong), Figures::share(*named, *wrong));
        println!(
            "{sent} under 0x{declared:02x}: wrong {wrong} times, found {found_share:.2} %, named {named_share:.2} %"
        );
        assert!(found_share > 95.0, "{sent} under 0x{declared:02x}: {found_share}");
        all.wrong += wrong;
        all.found += found;
        all.named += named;
    }
    let found = Figures::share(all.found, all.wrong);
    println!(
        "all: wrong {} times, found {found:.2} %, named {:.2} %",
        all.wrong,
        Figures::share(all.named, all.wrong)
    );
    assert!(right >= 5_000 && all.wrong >= 20_000);
    assert!(share < 0.5, "{share}: {doubted:#?}");
    assert!(found > 95.0, "{found}");
    for pair in NAMED {
        assert!(pairs.get(&pair).is_some_and(|figures| figures.wrong >= 100), "{pair:?}");
    }
}

#[test]
fn texts_cut_off_after_some_characters_are_judged_with_care() {
    // The shorter a text, the less can be known: never a false doubt, and still most of the wrong ones.
    for (characters, least) in [(40, 95.0), (16, 90.0), (8, 75.0)] {
        let (mut wrong, mut found) = (0, 0);
        for (language, sentence) in sentences() {
            let cut: String = sentence.chars().take(characters).collect();
            for (sent, header, octets) in codings(&cut) {
                for (data_coding, declared) in DECLARED {
                    let doubt = read(data_coding, &header, &octets).as_declared;
                    assert!(declared != sent || doubt.is_none(), "{language}, {sent}: {cut}: {doubt:?}");
                }
                for (charset, data_coding) in NAMED.into_iter().filter(|(charset, _)| *charset == sent) {
                    if !header.is_empty() || charset == Charset::Gsm7 && cut.is_ascii() {
                        continue;
                    }
                    wrong += 1;
                    found += u32::from(read(data_coding, &header, &octets).as_declared.is_some());
                }
            }
        }
        let share = Figures::share(found, wrong);
        println!("cut to {characters} characters: wrong {wrong} times, found {share:.2} %");
        assert!(share > least, "{characters}: {share}");
    }
}

#[test]
fn odd_texts_that_are_right_are_believed() {
    for (data_coding, text) in [
        (0, "OK"),
        (0, "WIN A PRIZE!!! CALL 0800123456 NOW"),
        (0, "{\"id\": 7, \"state\": [\"on\", \"off\"]}"),
        (0, "see https://example.com/~user/a_b?c=d&e=%20#f"),
        (0, "mail info@example.com or sales_de@example.com"),
        (0, "aGVsbG8gd29ybGQgaG93IGFyZSB5b3U="),
        (0, "Hi {name}, your code is [code] ~ |x| ^_^ \\o/"),
        (0, "3 < 5 > 2 & $5 = £4 = €4"),
        (0, "ΔΦΓΛΩΠΨΣΘΞ"),
        (0, "ÄÖÜ äöü ß Ñ ñ à è é ù ì ò Ç Ø ø Å å Æ æ É"),
        (0, "@£$¥"),
        (0, "a"),
        (0, ""),
        (1, "key=value; if (x) { y[0] = ~z; }"),
        (1, "C:\\Users\\x\\~tmp"),
        (3, "naïve café, 5 °C, ½ «oui» ÿ"),
        (3, "ÉLÉGANCE À L'ÉTÉ"),
        (8, "好"),
        (8, "你好"),
        (8, "ok 👍🏽"),
        (8, "😀😀😀"),
        (8, "Привет"),
        (8, "مرحبا"),
        (8, "A"),
        (8, "ไทย"),
    ] {
        let octets: Vec<u8> = match data_coding {
            0 => gsm7::encode(text, Shifts::default()).unwrap_or_else(|| panic!("{text}")),
            8 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect(),
        };
        if octets.is_empty() {
            continue;
        }
        let read = read(data_coding, &[], &octets);
        assert_eq!((read.text.as_deref(), read.as_declared), (Some(text), None), "{text}");
    }
}

#[test]
fn a_doubt_says_which_charset_and_shows_both_readings() {
    let doubt = read(3, &[], "Привет, как дела?".as_bytes());
    assert_eq!(doubt.text.as_deref(), Some("Привет, как дела?"));
    assert_eq!(doubt.charset, Charset::Utf8);
    assert_eq!(doubt.why, "data_coding 0x03, but the octets read better as UTF-8");
    let declared = doubt.as_declared.unwrap();
    assert!(declared.charset == Charset::Latin1 && declared.text.starts_with("Ð\u{9f}Ñ\u{80}Ð¸"));
    let ascii = read(8, &[], b"Your code is 1234567");
    assert_eq!(ascii.text.as_deref(), Some("Your code is 1234567"));
    assert_eq!(ascii.as_declared.unwrap().text, "奯畲⁣潤攠楳‱㈳㐵㘷");
    // After a header of six octets a packed text begins one bit on.
    let septets = gsm7::encode("packed after a header", Shifts::default()).unwrap();
    let packed = read(0, &[5, 0, 3, 7, 2, 1], &gsm7::pack(&septets, gsm7::fill_bits(6)));
    assert_eq!(packed.text.as_deref(), Some("packed after a header"));
    assert_eq!(packed.charset, Charset::Gsm7Packed);
}
