//! Redacting leaves everything as it was but what it is for: lengths, fields, TLVs, the findings about headers and
//! fields, and the counts of a report.

use std::sync::Arc;

use proptest::prelude::*;
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::redact::{Key, Redactor, Subjects};
use smpp_inspect::smpp::spec::{COMMANDS, Field, Tlv};
use smpp_inspect::smpp::text::Charset;
use smpp_inspect::smpp::{Context, Finding, Span, TlvTag, Value, Version, Visitor, walk};
use smpp_inspect::testkit::Rng;
use smpp_inspect::testkit::fuzz_pdu::pdu_seeds;
use smpp_inspect::testkit::generate::generate;

fn redactor(subjects: Subjects) -> Redactor {
    Redactor::new(&Key::parse(&"a7".repeat(32)).unwrap(), false, subjects, 0)
}

/// What there is to see of a PDU beside the octets of its strings.
#[derive(Debug, Default, PartialEq)]
struct Shape {
    fields: Vec<(&'static str, Span, Option<u32>)>,
    tlvs: Vec<(TlvTag, Span, Option<u32>)>,
    findings: Vec<(&'static str, Span)>,
}

impl Visitor for Shape {
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        self.fields.push((field.name, span, value.integer()));
    }

    fn tlv(&mut self, tag: TlvTag, _: Option<&'static Tlv>, _: &[u8], value: Value<'_>, span: Span) {
        self.tlvs.push((tag, span, value.integer()));
    }

    fn finding(&mut self, finding: Finding) {
        // What is said of texts, of times that are none and of names is said of what was wiped.
        let id = finding.rule.rule().id;
        let of = ["header.", "body.", "cstring.", "tlv.", "response."];
        if of.iter().any(|of| id.starts_with(of)) {
            self.findings.push((id, finding.span));
        }
    }
}

fn check(pdu: &[u8]) {
    for version in [None, Some(Version::V33), Some(Version::V34), Some(Version::V50)] {
        let context = Context { version, from: None };
        let (mut before, mut after) = (Shape::default(), Shape::default());
        let redacted = redactor(Subjects::ALL).pdu(pdu, context, Charset::Gsm7);
        assert_eq!(redacted.len(), pdu.len());
        walk(pdu, context, &mut before);
        walk(&redacted, context, &mut after);
        assert_eq!(before, after, "{version:?}\n{pdu:02x?}\n{redacted:02x?}");
        let nothing = redactor(Subjects::NONE).pdu(pdu, context, Charset::Gsm7);
        let mut kept = Shape::default();
        walk(&nothing, context, &mut kept);
        assert_eq!(before, kept);
    }
}

#[test]
fn every_command_keeps_its_shape() {
    let mut rng = Rng::new(7);
    for command in COMMANDS {
        for version in [Version::V33, Version::V34, Version::V50] {
            if command.versions.contains(version) {
                (0..20).for_each(|_| check(&generate(&mut rng, command, version).octets));
            }
        }
    }
}

#[test]
fn broken_pdus_keep_their_shape() {
    pdu_seeds().iter().for_each(|(_, pdu)| check(pdu));
}

proptest! {
    #[test]
    fn pdus_that_are_cut_or_damaged_keep_their_shape(
        seed in any::<u64>(),
        place in 0..COMMANDS.len(),
        damage in proptest::collection::vec((16..400_usize, any::<u8>()), 0..4),
        cut in 16..400_usize,
    ) {
        let command = COMMANDS[place];
        let version = command.versions.first().unwrap();
        let mut pdu = generate(&mut Rng::new(seed), command, version).octets;
        for (at, octet) in damage {
            if let Some(there) = pdu.get_mut(at) {
                *there = octet;
            }
        }
        if cut < pdu.len() && seed % 2 == 0 {
            pdu.truncate(cut);
        }
        check(&pdu);
    }
}

/// The report on a sample, and the report redacted.
#[test]
fn a_redacted_report_counts_the_same_and_names_nobody() {
    for sample in std::fs::read_dir("samples").unwrap() {
        let capture = sample.unwrap().path().join("capture.pcap");
        if !capture.is_file() {
            continue;
        }
        let run = |redactor: Option<Arc<Redactor>>| {
            let settings = Settings { redactor, ..Settings::default() };
            pipeline::run(Capture::open(vec![Input::File(capture.clone())]), &settings, &mut |_, _| {}).report
        };
        let plain = run(None);
        let redacted = run(Some(Arc::new(redactor(Subjects::ALL))));
        assert_eq!(
            (&plain.pdus, &plain.tcp, &plain.transactions),
            (&redacted.pdus, &redacted.tcp, &redacted.transactions)
        );
        assert!(redacted.redaction.is_some() && plain.redaction.is_none());
        let named = (&redacted.sessions, &redacted.accounts, &redacted.worst, &redacted.capture.local);
        let text = serde_json::to_string(&named).unwrap();
        for session in &plain.sessions {
            assert!(!text.contains(&session.esme.ip.to_string()), "{}", session.esme.ip);
            let name = session.system_id.iter().chain(&session.account);
            name.for_each(|name| assert!(!text.contains(&format!("\"{name}\"")), "{name}"));
        }
    }
}
