//! What holds for the walk of any octets, and of any PDU that the tables can lay out.

use proptest::prelude::*;
use smpp_inspect::smpp::spec::{COMMANDS, Command, Field, Kind, Lengths, Tlv, Versions};
use smpp_inspect::smpp::{
    CommandId, Context, Essentials, Facts, Finding, Role, Severity, Silent, Span, TlvTag, Value, Version,
    Visitor, walk,
};

/// Notes the spans of everything, and checks that they lie in the PDU and what the values are cut from.
#[derive(Default)]
struct Places {
    pdu: Vec<u8>,
    pieces: Vec<Span>,
    findings: Vec<Finding>,
    lists: Vec<Span>,
}

impl Places {
    fn octets(&self, span: Span) -> &[u8] {
        &self.pdu[span.start as usize..span.end as usize]
    }
}

impl Visitor for Places {
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        let octets = self.octets(span);
        match value {
            Value::Integer(value) => {
                assert_eq!(octets.len() as u32, field.kind.min_len());
                assert_eq!(octets.iter().fold(0, |all, octet| all << 8 | u32::from(*octet)), value);
            }
            Value::Text(text) => assert_eq!(octets.strip_suffix(&[0]).unwrap_or(octets), text),
            Value::Octets(value) => assert_eq!(octets, value),
        }
        self.pieces.push(span);
    }

    fn list_end(&mut self, _: &'static Field, span: Span) {
        self.lists.push(span);
    }

    fn tlv(&mut self, tag: TlvTag, known: Option<&'static Tlv>, octets: &[u8], _: Value<'_>, span: Span) {
        let whole = self.octets(span);
        assert_eq!(whole[..2], tag.0.to_be_bytes());
        assert_eq!(whole[2..4], (octets.len() as u16).to_be_bytes());
        assert_eq!(&whole[4..], octets);
        assert!(known.is_none_or(|tlv| tlv.tag == tag));
        self.pieces.push(span);
    }

    fn finding(&mut self, finding: Finding) {
        assert!(finding.span.start <= finding.span.end);
        assert!(finding.span.end as usize <= self.pdu.len(), "{finding:?}");
        assert!(!finding.to_string().is_empty());
        self.findings.push(finding);
    }
}

fn places(pdu: &[u8], context: Context) -> (Places, Facts) {
    let mut places = Places { pdu: pdu.to_vec(), ..Places::default() };
    let facts = walk(pdu, context, &mut places);
    (places, facts)
}

fn count(places: &Places, severity: Severity) -> u32 {
    places.findings.iter().filter(|finding| finding.rule.rule().severity == severity).count() as u32
}

fn context() -> impl Strategy<Value = Context> {
    let version = prop::option::of(prop::sample::select(vec![Version::V33, Version::V34, Version::V50]));
    let from = prop::option::of(prop::sample::select(vec![Role::Esme, Role::Smsc]));
    (version, from).prop_map(|(version, from)| Context { version, from })
}

/// Octets that begin like a PDU of a known command: the stated length may be wrong, the body is anything, with many NULs
/// and small numbers.
fn likely_pdu() -> impl Strategy<Value = Vec<u8>> {
    let command = prop::sample::select(COMMANDS.map(|command| command.id.0).to_vec());
    let octet = prop_oneof![4 => Just(0_u8), 4 => 0_u8..5, 2 => any::<u8>(), 3 => b'0'..=b'9'];
    let body = prop::collection::vec(octet, 0..200);
    let lie = prop_oneof![6 => Just(0_i32), 1 => -40_i32..40];
    let status = prop_oneof![4 => Just(0_u32), 1 => 0_u32..0x500];
    (command, status, any::<u32>(), body, lie).prop_map(|(id, status, sequence, body, lie)| {
        let length = (16 + body.len() as i32 + lie).max(0) as u32;
        let mut pdu: Vec<_> = [length, id, status, sequence].into_iter().flat_map(u32::to_be_bytes).collect();
        pdu.extend(body);
        pdu
    })
}

proptest! {
    #[test]
    fn any_octets_are_walked_and_every_span_lies_in_the_pdu(
        octets in prop::collection::vec(any::<u8>(), 0..300),
        context in context(),
    ) {
        places(&octets, context);
    }

    #[test]
    fn any_body_is_walked_in_order_without_overlap(pdu in likely_pdu(), context in context()) {
        let (places, facts) = places(&pdu, context);
        let mut end = 16;
        for piece in &places.pieces {
            prop_assert_eq!(piece.start, end);
            end = piece.end;
        }
        prop_assert_eq!(facts.errors, count(&places, Severity::Error));
        prop_assert_eq!(facts.warnings, count(&places, Severity::Warning));
        prop_assert_eq!(facts.notes, count(&places, Severity::Note));
        // What is not shown has been called an error, or stands beyond the stated length.
        let length = u32::from_be_bytes(*pdu.first_chunk().unwrap()).clamp(16, pdu.len() as u32);
        let failing = facts.command.is_some_and(|command| command.is_response()) && pdu[8..12] != [0; 4];
        // (3.3 has no TLVs: octets that make none are a warning there.)
        let v33 = context.version == Some(Version::V33)
            || facts.command.is_some_and(|command| command.versions == Versions::ONLY_33);
        if facts.errors == 0 && !failing && !v33 && facts.laid_out {
            prop_assert_eq!(end, length);
        }
    }

    #[test]
    fn a_pdu_that_the_tables_lay_out_has_no_error_and_is_tiled(
        at in 0..COMMANDS.len(),
        version in prop::sample::select(vec![Version::V33, Version::V34, Version::V50]),
        seed in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let command = COMMANDS[at];
        prop_assume!(command.versions.contains(version));
        let pdu = lay_out(command, version, &mut Seed { octets: seed, at: 0 });
        for from in [None, command.from] {
            let (places, facts) = places(&pdu, Context { version: Some(version), from });
            let errors: Vec<_> =
                places.findings.iter().filter(|f| f.rule.rule().severity == Severity::Error).collect();
            prop_assert!(errors.is_empty(), "{} {}: {:?}", command.name, version, errors);
            prop_assert!(facts.laid_out);
            prop_assert_eq!(places.pieces.last().map_or(16, |piece| piece.end), pdu.len() as u32);
        }
    }

    #[test]
    fn what_a_visitor_keeps_does_not_change_the_facts(pdu in likely_pdu(), context in context()) {
        let (_, facts) = places(&pdu, context);
        let silent = walk(&pdu, context, &mut Silent);
        prop_assert_eq!(format!("{facts:?}"), format!("{silent:?}"));
    }
}

/// Numbers from a finite seed, over and over.
struct Seed {
    octets: Vec<u8>,
    at: usize,
}

impl Seed {
    fn next(&mut self) -> u8 {
        let octet = self.octets[self.at % self.octets.len()];
        self.at += 1;
        octet.wrapping_add((self.at / self.octets.len()) as u8)
    }

    fn below(&mut self, n: u16) -> u16 {
        u16::from_be_bytes([self.next(), self.next()]) % n.max(1)
    }
}

fn lay_out(command: &Command, version: Version, seed: &mut Seed) -> Vec<u8> {
    let mut pdu: Vec<_> = [0, command.id.0, 0, 1_u32].into_iter().flat_map(u32::to_be_bytes).collect();
    if command.id == CommandId::GENERIC_NACK {
        pdu[11] = 3;
    }
    fields(&mut pdu, command.body, version, seed);
    let permitted = match version {
        Version::V33 => Vec::new(),
        Version::V34 => command.tlvs_v34.iter().collect(),
        Version::V50 => command.tlvs_v50.iter().collect::<Vec<_>>(),
    };
    for tlv in permitted {
        let lengths = if version == Version::V34 { tlv.lengths_v34 } else { tlv.lengths_v50 };
        let lengths = lengths.expect("permitted where it is defined");
        if seed.next() < 160 {
            continue;
        }
        let length = match lengths {
            Lengths::Exact(n) => n,
            Lengths::Between(least, most) => least + seed.below(most.min(300) - least + 1),
            Lengths::Either(a, b) => {
                if seed.next() < 128 {
                    a
                } else {
                    b
                }
            }
        };
        pdu.extend(tlv.tag.0.to_be_bytes());
        pdu.extend(length.to_be_bytes());
        pdu.extend((0..length).map(|_| seed.next()));
    }
    let length = pdu.len() as u32;
    pdu[..4].copy_from_slice(&length.to_be_bytes());
    pdu
}

fn fields(pdu: &mut Vec<u8>, fields_: &[&Field], version: Version, seed: &mut Seed) {
    let mut counters: Vec<(&str, usize)> = Vec::new();
    for field in fields_ {
        match &field.kind {
            Kind::U8 => {
                let value = seed.next() % 12;
                counters.push((field.name, usize::from(value)));
                pdu.push(value);
            }
            Kind::U16 => pdu.extend([seed.next(), seed.next()]),
            Kind::U32 => pdu.extend([0, 0, 0, seed.next()]),
            Kind::CString { max, .. } => {
                let most = max[version as usize];
                let characters = seed.below(most);
                pdu.extend((0..characters).map(|_| seed.next().max(1)));
                pdu.push(0);
            }
            Kind::Time(_) => {
                pdu.extend_from_slice(if seed.next() < 128 { b"\0" } else { b"260101000000000+\0" })
            }
            Kind::Octets { length } => {
                let counter = counters.iter().rev().find(|(name, _)| *name == length.name).expect("earlier");
                pdu.extend((0..counter.1).map(|_| seed.next()));
            }
            Kind::Rest => {}
            Kind::List { count, item, .. } => {
                let counter = counters.iter().rev().find(|(name, _)| *name == count.name).expect("earlier").1;
                for _ in 0..counter {
                    fields(pdu, item, version, seed);
                }
            }
            Kind::OneOf { cases, .. } => {
                let (flag, case) = cases[usize::from(seed.next()) % cases.len()];
                pdu.push(flag);
                fields(pdu, case, version, seed);
            }
        }
    }
}

fn pdu(id: CommandId, status: u32, body: &[u8]) -> Vec<u8> {
    let length = 16 + body.len() as u32;
    [length, id.0, status, 1].into_iter().flat_map(u32::to_be_bytes).chain(body.iter().copied()).collect()
}

#[test]
fn essentials_keep_what_a_session_needs() {
    let bind = pdu(CommandId::BIND_TRANSCEIVER, 0, b"ESME1\0pw\0\0\x34\0\0\0");
    let mut essentials = Essentials::new(&bind, |finding| panic!("{finding}"));
    walk(&bind, Context::default(), &mut essentials);
    assert_eq!(essentials.system_id(), Some(&b"ESME1"[..]));
    assert_eq!(essentials.interface_version(), Some(0x34));
    assert_eq!(essentials.message_id(), None);

    let response = pdu(CommandId::BIND_TRANSCEIVER_RESP, 0, b"MC1\0\x02\x10\x00\x01\x50");
    let mut essentials = Essentials::new(&response, |finding| panic!("{finding}"));
    walk(&response, Context::default(), &mut essentials);
    assert_eq!((essentials.system_id(), essentials.sc_interface_version()), (Some(&b"MC1"[..]), Some(0x50)));

    let mut findings = Vec::new();
    let submitted = pdu(CommandId::SUBMIT_SM_RESP, 0, b"10A1\0\x04\x28\x00\x01");
    let mut essentials =
        Essentials::new(&submitted, |finding: Finding| findings.push(finding.rule.rule().id));
    walk(&submitted, Context::default(), &mut essentials);
    assert_eq!(essentials.message_id(), Some(&b"10A1"[..]));
    assert_eq!(findings, ["tlv.length.overrun"]);
}

#[test]
fn a_failing_response_shows_its_body_and_is_not_judged() {
    let response = pdu(CommandId::SUBMIT_SM_RESP, 0x58, b"\xFF\0\x40\x01\x00\x01\x01");
    let (places, facts) = places(&response, Context { version: Some(Version::V34), from: Some(Role::Smsc) });
    let rules: Vec<_> = places.findings.iter().map(|finding| finding.rule.rule().id).collect();
    assert_eq!(rules, ["response.body_present_on_error"]);
    assert_eq!(places.pieces.last().map(|piece| piece.end), Some(response.len() as u32));
    assert!(!facts.laid_out);
}

#[test]
fn without_a_version_only_what_every_version_breaks_is_a_finding() {
    let submit = |source_ton: u8, priority: u8, coding: u8| {
        let mut body = b"\0\x01\x011\0\x01\x012\0\0\0\0\0\0\0\0\0\0\x01a".to_vec();
        (body[1], body[11], body[16]) = (source_ton, priority, coding);
        pdu(CommandId::SUBMIT_SM, 0, &body)
    };
    let rules = |pdu: &[u8], version| {
        let (places, _) = places(pdu, Context { version, from: None });
        places.findings.iter().map(|finding| finding.rule.rule().id).collect::<Vec<_>>()
    };
    // 5.0 has priority 4, 3.3 has data_coding 0x18; nobody has TON 9 or priority 5.
    for (pdu, known, unknown) in [
        (submit(1, 4, 0), vec!["field.priority_flag.reserved"], vec![]),
        (submit(1, 5, 0), vec!["field.priority_flag.reserved"], vec!["field.priority_flag.reserved"]),
        (submit(1, 0, 0x18), vec!["field.data_coding.reserved"], vec![]),
        (submit(9, 0, 0), vec!["field.ton.reserved"], vec!["field.ton.reserved"]),
    ] {
        assert_eq!(rules(&pdu, Some(Version::V34)), known);
        assert_eq!(rules(&pdu, None), unknown);
    }
}

#[test]
fn a_finding_prints_the_thing_the_fact_and_the_clause() {
    let long =
        pdu(CommandId::SUBMIT_SM, 0, b"\0\x01\x011234567890123456789012\0\x01\x012\0\0\0\0\0\0\0\0\0\0\x01a");
    let reserved = pdu(CommandId::SUBMIT_SM, 0, b"\0\x09\x011\0\x01\x012\0\0\0\0\0\0\0\0\0\0\x01a");
    let short =
        pdu(CommandId::SUBMIT_SM, 0, b"\0\x01\x011\0\x01\x012\0\0\0\0\0\0\0\0\0\0\x01a\x02\x04\x00\x01\x01");
    let vendor =
        pdu(CommandId::SUBMIT_SM, 0, b"\0\x01\x011\0\x01\x012\0\0\0\0\0\0\0\0\0\0\x01a\x14\x00\x00\x00");
    for (pdu, text) in [
        (long, "source_addr: 23 octets, at most 21 (SMPP 3.4 5.2.8)"),
        (reserved, "source_addr_ton: 0x09 is reserved (SMPP 3.4 5.2.5)"),
        (short, "user_message_reference: 1 octet, 2 expected (SMPP 3.4 5.3.2.17)"),
        (vendor, "TLV 0x1400: vendor specific (SMPP 3.4 §5.3.1; SMPP 5.0 §4.8.1)"),
    ] {
        let (places, _) = places(&pdu, Context { version: Some(Version::V34), from: Some(Role::Esme) });
        assert_eq!(places.findings.iter().map(Finding::to_string).collect::<Vec<_>>(), [text]);
    }
}

#[test]
fn lengths_that_no_pdu_has_are_not_plausible() {
    let row = |id| smpp_inspect::smpp::spec::command(id).unwrap();
    let submit = row(CommandId::SUBMIT_SM);
    assert_eq!(submit.min_body_len(), 17);
    for (command, length, plausible) in [
        (submit, 32, false),
        (submit, 33, true),
        (submit, 0x0010_0000, true),
        (submit, 0x0010_0001, false),
        (row(CommandId::SUBMIT_SM_RESP), 16, true),
        (row(CommandId::SUBMIT_SM_RESP), 15, false),
        (row(CommandId::ENQUIRE_LINK), 16, true),
        (row(CommandId::ENQUIRE_LINK), 0x0001_0000, false),
    ] {
        assert_eq!(command.plausible_length(length), plausible, "{} {length}", command.name);
    }
}

#[test]
fn each_address_of_a_list_is_judged_with_its_own_type_of_number() {
    let body = b"\0\x01\x011\0\x04\x01\x01\x0144\0\x01\x05\0Shop\0\x02LIST\0\x01\x01\x01+44\0\0\0\0\0\0\0\0\0\0\x01a";
    let multi = pdu(CommandId::SUBMIT_MULTI, 0, body);
    let (places, facts) = places(&multi, Context { version: Some(Version::V34), from: Some(Role::Esme) });
    let found: Vec<_> =
        places.findings.iter().map(|f| (f.rule.rule().id, places.octets(f.span))).collect::<Vec<_>>();
    assert_eq!(found, [("field.address.plus_sign", &b"+44\0"[..])]);
    assert_eq!(places.lists.len(), 1);
    assert!(facts.laid_out);
}

#[test]
fn a_body_that_is_cut_has_no_finding_after_the_cut() {
    let whole = pdu(
        CommandId::SUBMIT_SM,
        0,
        b"\0\x01\x01+1\0\x01\x012\0\0\0\0\0\0\0\0\0\0\x01a\x02\x04\x00\x02\x00\x01",
    );
    for end in 16..whole.len() {
        let mut cut = whole[..end].to_vec();
        cut[..4].copy_from_slice(&(end as u32).to_be_bytes());
        let (places, facts) = places(&cut, Context { version: Some(Version::V34), from: Some(Role::Esme) });
        let whole_fields = end == whole.len() - 6;
        assert_eq!(facts.errors, u32::from(!whole_fields), "{end}");
        assert_eq!(places.findings.len() as u32, facts.errors + facts.warnings, "{end}");
        assert_eq!(facts.warnings, u32::from(facts.laid_out), "the + of the source: {end}");
    }
}
