//! Encoding is the inverse of decoding: over generated PDUs of every command, version and TLV, over the vectors of
//! `spec/vectors.toml`, and over octets that are no PDU.

use std::collections::BTreeSet;

use proptest::prelude::*;
use smpp_inspect::smpp::spec::{COMMANDS, Command, TLVS, TlvSet};
use smpp_inspect::smpp::{
    Content, Context, Entry, Finding, Record, Role, Severity, Span, TlvTag, Version, Visitor, encode, walk,
};
use smpp_inspect::testkit::Rng;
use smpp_inspect::testkit::generate::{Generated, generate, generate_with, permitted};

const VERSIONS: [Version; 3] = [Version::V33, Version::V34, Version::V50];

/// Keeps what is worse than a note.
#[derive(Default)]
struct Graver(Vec<String>);

impl Visitor for Graver {
    fn finding(&mut self, finding: Finding) {
        if finding.rule.rule().severity != Severity::Note {
            self.0.push(format!("{}: {finding}", finding.rule.rule().id));
        }
    }
}

/// The spans of fields, of fields of items, and of TLVs.
fn spans(record: &Record) -> Vec<Span> {
    fn of(entries: &[Entry], spans: &mut Vec<Span>) {
        for entry in entries {
            match &entry.content {
                Content::Items(items) => {
                    let first = spans.len();
                    items.iter().for_each(|item| of(item, spans));
                    // The span of a list that the body ends within is not known.
                    if let (Some(first), Some(last), true) =
                        (spans.get(first), spans.last(), entry.span.end > entry.span.start)
                    {
                        assert_eq!((entry.span.start, entry.span.end), (first.start, last.end));
                    }
                }
                _ => spans.push(entry.span),
            }
        }
    }
    let mut spans = Vec::new();
    of(&record.fields, &mut spans);
    spans.extend(record.tlvs.iter().map(|tlv| tlv.span));
    spans
}

fn assert_tiled(record: &Record, length: usize) {
    let mut end = 16;
    for span in spans(record) {
        assert_eq!(span.start, end, "{record:?}");
        assert!(span.end >= span.start);
        end = span.end;
    }
    assert_eq!(end as usize + record.rest.len(), length, "{record:?}");
}

fn every_command_and_version() -> impl Iterator<Item = (&'static Command, Version)> {
    COMMANDS.into_iter().flat_map(|command| {
        VERSIONS.into_iter().filter(|version| command.versions.contains(*version)).map(move |v| (command, v))
    })
}

fn check(generated: &Generated, version: Version) {
    let Generated { record, octets, from } = generated;
    let name = record.command().map_or("", |command| command.name);
    let context = Context { version: Some(version), from: Some(*from) };
    let mut graver = Graver::default();
    let facts = walk(octets, context, &mut graver);
    assert!(graver.0.is_empty(), "{name} {version}: {:?}\n{record:?}", graver.0);
    assert_eq!((facts.errors, facts.warnings), (0, 0));

    let (decoded, _) = Record::decode(octets, context).expect("a header");
    assert_eq!(decoded.fields, record.fields, "{name} {version}");
    assert_eq!(decoded.tlvs, record.tlvs, "{name} {version}");
    assert!(decoded.rest.is_empty() && !decoded.is_cut, "{name} {version}: {decoded:?}");
    assert_eq!(decoded.command_length, Some(octets.len() as u32));
    assert_tiled(&decoded, octets.len());
    assert_eq!(&encode(&decoded, version).expect("laid out"), octets, "{name} {version}");
}

proptest! {
    #[test]
    fn generated_pdus_break_no_rule_and_encode_to_what_they_were_decoded_from(seed: u64) {
        let mut rng = Rng::new(seed);
        for (command, version) in every_command_and_version() {
            check(&generate(&mut rng, command, version), version);
        }
    }

    #[test]
    fn any_octets_encode_to_what_they_were_decoded_from(
        seed: u64,
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), 0_u8..4), 0..6),
        known in any::<bool>(),
    ) {
        let mut rng = Rng::new(seed);
        for (command, version) in every_command_and_version() {
            let Generated { mut octets, from, .. } = generate(&mut rng, command, version);
            for (at, octet, edit) in &edits {
                let at = at % octets.len();
                match edit {
                    0 => octets[at] = *octet,
                    1 => octets.insert(at, *octet),
                    2 if octets.len() > 17 => drop(octets.remove(at)),
                    _ => octets.truncate(at.max(16)),
                }
            }
            let context = Context { version: known.then_some(version), from: Some(from) };
            let (record, _) = Record::decode(&octets, context).expect("a header");
            let stated = u32::from_be_bytes([octets[0], octets[1], octets[2], octets[3]]) as usize;
            let whole = &octets[..stated.clamp(16, octets.len())];
            assert_tiled(&record, whole.len());
            prop_assert_eq!(&encode(&record, version).expect("laid out"), whole);
        }
    }
}

#[test]
fn every_tlv_of_every_command_is_generated() {
    let mut rng = Rng::new(7);
    let mut seen = BTreeSet::new();
    for (command, version) in every_command_and_version() {
        for tlv in permitted(command, version).iter() {
            for _ in 0..8 {
                let generated = generate_with(&mut rng, command, version, TlvSet::only(tlv.tag));
                check(&generated, version);
                let tags: Vec<_> = generated.record.tlvs.iter().map(|tlv| tlv.tag).collect();
                // It says why delivery failed, and the version wants no body then.
                let contradicts =
                    tlv.tag == TlvTag::DELIVERY_FAILURE_REASON && command.absent_on_error.contains(version);
                if !contradicts && (generated.record.command_status.0 == 0 || !tags.is_empty()) {
                    assert!(tags.contains(&tlv.tag), "{} {version} {}", command.name, tlv.name());
                }
                seen.extend(tags);
            }
        }
    }
    let missing: Vec<_> = TLVS.iter().filter(|tlv| !seen.contains(&tlv.tag)).map(|tlv| tlv.name()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_seed_gives_the_same_pdus_every_time() {
    let draw = || {
        let mut rng = Rng::new(3);
        every_command_and_version().map(|(c, v)| generate(&mut rng, c, v).octets).collect::<Vec<_>>()
    };
    assert_eq!(draw(), draw());
}

#[test]
fn the_vectors_of_the_specifications_round_trip() {
    let table: toml::Table = include_str!("spec/vectors.toml").parse().unwrap();
    let mut vectors = 0;
    for row in ["vector", "tlv_vector"].iter().flat_map(|name| table[*name].as_array().unwrap()) {
        let text = |key: &str| row[key].as_str().unwrap();
        let version = match text("version") {
            "3.3" => Version::V33,
            "3.4" => Version::V34,
            _ => Version::V50,
        };
        let from = if text("from") == "E" { Role::Esme } else { Role::Smsc };
        let pdu: Vec<u8> = (0..text("hex").len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text("hex")[at..at + 2], 16).unwrap())
            .collect();
        for context in [Context { version: Some(version), from: Some(from) }, Context::default()] {
            let (record, _) = Record::decode(&pdu, context).unwrap();
            assert!(record.rest.is_empty() && !record.is_cut, "{record:?}");
            assert_tiled(&record, pdu.len());
            assert_eq!(encode(&record, version).unwrap(), pdu);
        }
        vectors += 1;
    }
    assert_eq!(vectors, 197);
}
