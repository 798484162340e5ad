//! Bodies of the fuzz targets `pdu` and `framer`, their seeds and their dictionary.

use std::fmt::Write as _;

use super::Rng;
use super::generate::{generate, generate_with, permitted};
use crate::smpp::framer::{Framed, Framer, Framing, Skipped};
use crate::smpp::spec::{COMMANDS, Field, Kind, TLVS, Tlv};
use crate::smpp::{
    Context, Finding, Header, Place, Record, Recorder, Role, RuleId, Severity, Silent, Span, TlvTag, Value,
    Version, Visitor, encode, walk,
};
use crate::tcp::{Missing, Origin};
use crate::time::Timestamp;

/// Any octets as one PDU, in every version and direction, with the command_length that they state and with their own:
/// the walk ends and does not panic, fields and TLVs tile the PDU unless an error says why not, findings lie in the
/// PDU and can be printed, and encoding what was decoded gives the same octets.
///
/// # Panics
///
/// When the tool breaks its word.
pub fn pdu(octets: &[u8]) {
    let mut honest = octets.to_vec();
    if let Some(length) = honest.first_chunk_mut() {
        *length = (octets.len() as u32).to_be_bytes();
    }
    for version in [None, Some(Version::V33), Some(Version::V34), Some(Version::V50)] {
        for from in [None, Some(Role::Esme), Some(Role::Smsc)] {
            let context = Context { version, from };
            check(octets, context);
            if honest != octets {
                check(&honest, context);
            }
        }
    }
}

fn check(pdu: &[u8], context: Context) {
    let mut places = Places { pdu, end: 16, ..Places::default() };
    let facts = walk(pdu, context, &mut places);
    let [notes, warnings, errors] = places.severities;
    assert_eq!((facts.notes, facts.warnings, facts.errors), (notes, warnings, errors), "findings add up");
    let silent = walk(pdu, context, &mut Silent);
    assert_eq!(
        (silent.notes, silent.warnings, silent.errors, silent.laid_out, silent.seen),
        (notes, warnings, errors, facts.laid_out, facts.seen),
        "who looks does not matter"
    );
    let Some(header) = Header::parse(pdu) else {
        assert!(facts.header.is_none() && places.recorder.finish(pdu).is_none(), "no header, no PDU");
        return;
    };
    let length = (header.command_length as usize).clamp(16, pdu.len());
    let whole = &pdu[..length];
    let findings = (notes + warnings + errors) as usize;
    assert!(findings <= 4 * length + 16, "{findings} findings in {length} octets");
    assert!(facts.unknown_tlvs as usize <= length / 4, "a TLV has four octets");
    for span in [facts.short_message(), facts.message_payload(), facts.user_data()].into_iter().flatten() {
        assert!(span.start <= span.end && span.end as usize <= length, "{span:?}");
    }

    let end = places.end as usize;
    let record = places.recorder.finish(pdu).expect("a header");
    assert_eq!(end + record.rest.len(), length, "what is not shown is the rest: {record:?}");
    // 3.3 has no TLVs: octets that make none are a warning there.
    let has_tlvs = context.version != Some(Version::V33)
        && facts.command.is_some_and(|command| command.versions.0 & !1 != 0);
    if errors == 0 && facts.laid_out {
        assert!(!record.is_cut, "{record:?}");
        assert!(!has_tlvs || end == length, "fields and TLVs tile a PDU without an error: {record:?}");
    }
    let version = context.version.unwrap_or(Version::V34);
    assert_eq!(encode(&record, version).as_deref(), Ok(whole), "{record:?}");
    if !record.is_cut {
        let again = encode(&uncounted(&record), version);
        let mut counted = whole.to_vec();
        counted[..4].copy_from_slice(&(length as u32).to_be_bytes());
        assert_eq!(again, Ok(counted), "lengths and counts are those stated: {record:?}");
    }
}

/// The same values without those that can be computed.
fn uncounted(record: &Record) -> Record {
    let mut record = record.clone();
    record.command_length = None;
    let counters: Vec<&str> = record
        .fields
        .iter()
        .filter_map(|entry| match &entry.field.kind {
            Kind::Octets { length } => Some(length.name),
            Kind::List { count, .. } => Some(count.name),
            _ => None,
        })
        .collect();
    record.fields.retain(|entry| !counters.contains(&entry.field.name));
    record
}

/// Keeps a PDU, and checks that everything stands where it is said to.
#[derive(Default)]
struct Places<'p> {
    pdu: &'p [u8],
    end: u32,
    recorder: Recorder,
    severities: [u32; 3],
    is_lost: bool,
}

impl Places<'_> {
    fn place(&mut self, span: Span) -> &[u8] {
        assert_eq!(span.start, self.end, "fields and TLVs follow each other");
        assert!(span.start <= span.end, "{span:?}");
        self.end = span.end;
        &self.pdu[span.start as usize..span.end as usize]
    }
}

impl Visitor for Places<'_> {
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        assert!(!self.is_lost, "nothing follows a string without an end");
        let start = self.end;
        let octets = self.place(span);
        match value {
            Value::Integer(value) => {
                assert_eq!(octets.iter().fold(0, |all, octet| all << 8 | u32::from(*octet)), value);
            }
            Value::Text(text) if octets.len() == text.len() => {
                assert_eq!(octets, text);
                // Its octets are the rest of the record.
                self.is_lost = true;
                self.end = start;
            }
            Value::Text(text) => assert_eq!(octets.strip_suffix(&[0]), Some(text)),
            Value::Octets(value) => assert_eq!(octets, value),
        }
        self.recorder.field(field, value, span);
    }

    fn list(&mut self, field: &'static Field, count: u32) {
        self.recorder.list(field, count);
    }

    fn item(&mut self, field: &'static Field, index: u32) {
        self.recorder.item(field, index);
    }

    fn list_end(&mut self, field: &'static Field, span: Span) {
        assert_eq!(span.end, self.end, "a list ends with its last item");
        self.recorder.list_end(field, span);
    }

    fn tlv(&mut self, tag: TlvTag, known: Option<&'static Tlv>, octets: &[u8], value: Value<'_>, span: Span) {
        let whole = self.place(span);
        assert_eq!(whole[..2], tag.0.to_be_bytes());
        assert_eq!(whole[2..4], (octets.len() as u16).to_be_bytes());
        assert_eq!(&whole[4..], octets);
        assert!(known.is_none_or(|tlv| tlv.tag == tag));
        self.recorder.tlv(tag, known, octets, value, span);
    }

    fn finding(&mut self, finding: Finding) {
        assert!(finding.span.start <= finding.span.end, "{finding:?}");
        assert!(finding.span.end as usize <= self.pdu.len(), "{finding:?}");
        let text = finding.to_string();
        assert!(text.contains(" (") && !text.contains(char::is_control), "{text:?}");
        self.severities[match finding.rule.rule().severity {
            Severity::Note => 0,
            Severity::Warning => 1,
            Severity::Error => 2,
        }] += 1;
    }
}

/// Any octets as one side's stream: however they are delivered the same PDUs are cut, and each octet is in a PDU or
/// skipped with a reason.
///
/// | octet | meaning |
/// |---|---|
/// | 0, bit 0 | the stream is seen mid-way |
/// | 0, bit 1 | the connection ends with the stream, not only the capture |
/// | 0, bit 2 | octets are missing (bit 3: cut by snaplen) |
/// | 0, bits 4-5 | the longest piece: 1, 7, 40 or 300 octets |
/// | 1 | seed of the lengths of the pieces |
/// | 2-4 | if octets are missing: before which octet (2), how many |
///
/// # Panics
///
/// When the tool breaks its word.
pub fn framer(octets: &[u8]) {
    let [control, seed, rest @ ..] = octets else { return };
    let mut stream = rest;
    let mut gap = None;
    if let ([high, low, len, rest @ ..], true) = (rest, control & 4 != 0) {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % (rest.len() + 1);
        let why = if control & 8 != 0 { Missing::Snaplen } else { Missing::Lost };
        gap = Some((at, u64::from(*len) + 1, why));
        stream = rest;
    }
    let longest = [1, 7, 40, 300][usize::from(control >> 4 & 3)];
    let mut rng = Rng::new(u64::from(*seed));
    let whole = cut(stream, *control, gap, false, |left| left);
    let pieces = cut(stream, *control, gap, false, |left| left.min(1 + rng.below(longest) as usize));
    assert_eq!(whole, pieces, "how octets are delivered does not show");
    let mut rng = Rng::new(u64::from(*seed));
    let frames = cut(stream, *control, gap, true, |left| left.min(1 + rng.below(longest) as usize));
    assert_eq!(whole.events, frames.events, "nor do frames");
}

/// Pushes a stream in pieces, each in a frame of its own or all in one, and checks the account.
fn cut<'s>(
    stream: &'s [u8],
    control: u8,
    gap: Option<(usize, u64, Missing)>,
    in_frames: bool,
    mut piece: impl FnMut(usize) -> usize,
) -> Account<'s> {
    let mut framer = Framer::new(control & 1 != 0);
    let mut account = Account { stream, at: 0, missing: 0, indexes: Vec::new(), events: Vec::new() };
    let mut frame = 1;
    let gap_at = gap.map_or(stream.len(), |(at, ..)| at);
    let (before, after) = stream.split_at(gap_at);
    for (part, offset) in [(before, 0), (after, gap_at as u64 + gap.map_or(0, |(_, len, _)| len))] {
        let mut pushed = 0;
        while pushed < part.len() {
            let len = piece(part.len() - pushed);
            let origin = Origin { frame, at: Timestamp::from_nanos(frame.cast_signed()), wait: None };
            framer.push(offset + pushed as u64, &part[pushed..pushed + len], origin, &mut account);
            pushed += len;
            frame += u64::from(in_frames);
            let held = (offset + pushed as u64 - account.at - account.missing) as usize;
            assert!(held <= stream.len() && framer.held() <= 2 * stream.len() + 2_048, "memory is bounded");
            assert_eq!(framer.is_waiting(), held > 0, "what is not accounted for is held");
        }
        if let (Some((_, len, why)), 0) = (gap, offset) {
            framer.gap(len, why, &mut account);
            assert_eq!(account.at, gap_at as u64, "a gap settles what comes before it");
            account.missing = len;
        }
    }
    framer.finish(control & 2 != 0, &mut account);
    assert_eq!(account.at, stream.len() as u64, "every octet is accounted for");
    account
}

/// What a framer cut.
#[derive(Debug, PartialEq)]
struct Account<'s> {
    stream: &'s [u8],
    /// Octets accounted for, those missing not counted.
    at: u64,
    missing: u64,
    /// Places of the PDUs in their frames.
    indexes: Vec<u32>,
    events: Vec<Event>,
}

#[derive(Debug, PartialEq)]
enum Event {
    /// Offset, octets that are there, whether it is partial.
    Pdu(u64, usize, bool),
    Skipped(Skipped, u64),
    Lost(RuleId, u64),
}

impl Account<'_> {
    fn offset(&self) -> u64 {
        self.at + self.missing
    }
}

impl Framing for Account<'_> {
    fn pdu(&mut self, pdu: &Framed<'_>) {
        assert_eq!(pdu.place.offset, self.offset(), "PDUs follow each other");
        let (start, len) = (self.at as usize, pdu.octets.len());
        assert_eq!(pdu.octets, &self.stream[start..start + len], "the octets of the stream");
        assert_eq!(Some(pdu.header), Header::parse(pdu.octets));
        self.indexes.push(pdu.place.index);
        self.events.push(Event::Pdu(pdu.place.offset, len, pdu.partial.is_some()));
        if pdu.partial.is_none() {
            assert_eq!(pdu.header.command_length as usize, len, "as long as it says");
            self.at += len as u64;
        } else {
            assert!(len < pdu.header.command_length as usize, "a part is shorter than the whole");
        }
    }

    fn skipped(&mut self, why: Skipped, octets: u64) {
        assert!(octets > 0, "a skipped range has octets");
        self.at += octets;
        match self.events.last_mut() {
            Some(Event::Skipped(last, sum)) if *last == why => *sum += octets,
            _ => self.events.push(Event::Skipped(why, octets)),
        }
    }

    fn lost(&mut self, rule: RuleId, _: &[u8], place: Place, _: Timestamp) {
        self.events.push(Event::Lost(rule, place.offset));
    }
}

/// Seeds of `pdu`, by name: each command in its newest version, with few TLVs and with all of them.
#[must_use]
pub fn pdu_seeds() -> Vec<(String, Vec<u8>)> {
    let mut rng = Rng::new(1);
    let mut seeds = Vec::new();
    for command in COMMANDS {
        let newest = [Version::V50, Version::V34, Version::V33].into_iter();
        let version = newest.into_iter().find(|version| command.versions.contains(*version)).expect("one");
        let tlvs = permitted(command, version);
        seeds.push((command.name.to_owned(), generate(&mut rng, command, version).octets));
        if !tlvs.is_empty() {
            let full = generate_with(&mut rng, command, version, tlvs).octets;
            seeds.push((format!("{}_tlvs", command.name), full));
        }
    }
    seeds
}

/// Seeds of `framer`, by name: streams of a few PDUs, whole and damaged.
#[must_use]
pub fn framer_seeds() -> Vec<(String, Vec<u8>)> {
    let mut rng = Rng::new(2);
    let mut seeds = Vec::new();
    for round in 0..4_u8 {
        for damage in ["none", "mid_stream", "length", "junk", "gap", "gap_snaplen", "end"] {
            let mut stream = Vec::new();
            let mut starts = Vec::new();
            for _ in 0..4 + rng.below(3) {
                let command = *rng.pick(&COMMANDS);
                let version = command.versions.first().expect("a command is in a version");
                starts.push(stream.len());
                stream.extend(generate(&mut rng, command, version).octets);
            }
            let mut seed = vec![round << 4, rng.bits() as u8];
            let second = starts[1];
            match damage {
                "mid_stream" => {
                    seed[0] |= 1;
                    stream.drain(..starts[1] / 2);
                }
                "length" => stream[second] = [0xFF, 0x00, 0x7F, 0x01][usize::from(round)],
                "junk" => drop(stream.splice(second..second, *b"GET / HTTP/1.1\r\n")),
                "gap" | "gap_snaplen" => {
                    seed[0] |= if damage == "gap" { 4 } else { 12 };
                    let at = second + 4 * usize::from(round) + 3;
                    let len = 10 * (usize::from(round) + 1);
                    seed.extend((at as u16).to_be_bytes());
                    seed.push(len as u8 - 1);
                    let end = (at + len).min(stream.len());
                    stream.drain(at..end);
                }
                "end" => {
                    seed[0] |= 2;
                    let last = starts[starts.len() - 1];
                    stream.truncate(last + 5 + 3 * usize::from(round));
                }
                _ => {}
            }
            seed.extend(stream);
            seeds.push((format!("{damage}_{round}"), seed));
        }
    }
    seeds
}

/// The words of the protocol in the form that libFuzzer reads: command ids and tags of TLVs.
#[must_use]
pub fn dictionary() -> String {
    let mut text =
        String::from("# Made from the tables of src/smpp/spec; tests/fuzz_seeds.rs keeps it up to date.\n");
    let mut word = |name: &str, octets: &[u8]| {
        let _ = write!(text, "{name}=\"");
        for octet in octets {
            let _ = write!(text, "\\x{octet:02X}");
        }
        text.push_str("\"\n");
    };
    for command in COMMANDS {
        word(command.name, &command.id.0.to_be_bytes());
    }
    for tlv in TLVS {
        word(&format!("tlv_{}", tlv.name()), &tlv.tag.0.to_be_bytes());
    }
    text
}
