//! The walk against Wireshark's dissector: the same fields at the same places with the same octets.
//!
//! Without tshark there is nothing to compare with and the test says so; with `TSHARK` set in the environment, as in CI,
//! it fails then.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;

use smpp_inspect::dissect::model::Pdu;
use smpp_inspect::dissect::pdu as dissect;
use smpp_inspect::smpp::spec::{COMMANDS, TlvSet};
use smpp_inspect::smpp::text::Charset;
use smpp_inspect::smpp::{Context, Role, Version};
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::Rng;
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::generate::{generate, generate_with, permitted};
use smpp_inspect::testkit::tcp::Connection;

/// A PDU, its version and sender.
struct Sample {
    version: Version,
    from: Role,
    octets: Vec<u8>,
}

/// A field as Wireshark has it: name, first octet from the start of the PDU, octets, value in hex.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    name: String,
    at: u32,
    size: u32,
    value: String,
}

fn vectors() -> Vec<Sample> {
    let table: toml::Table = include_str!("spec/vectors.toml").parse().unwrap();
    let rows = ["vector", "tlv_vector"].iter().flat_map(|name| table[*name].as_array().unwrap());
    rows.map(|row| {
        let text = |key: &str| row[key].as_str().unwrap();
        let hex: Vec<char> = text("hex").chars().filter(|c| !c.is_whitespace()).collect();
        let octet = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
        Sample {
            version: match text("version") {
                "3.3" => Version::V33,
                "3.4" => Version::V34,
                _ => Version::V50,
            },
            from: if text("from") == "E" { Role::Esme } else { Role::Smsc },
            octets: hex.chunks(2).map(octet).collect(),
        }
    })
    .collect()
}

/// Each PDU in a segment of a connection of its own.
fn pcap(samples: &[Sample]) -> Vec<u8> {
    let mut frames = Vec::new();
    for (sample, number) in samples.iter().zip(0_u32..) {
        let [.., a, b] = (number / 50_000).to_be_bytes();
        let esme = SocketAddr::from(([10, 0, a, b], 10_000 + (number % 50_000) as u16));
        let smsc = SocketAddr::from(([192, 0, 2, 1], 2775));
        let mut connection = Connection::new(number as usize, esme, smsc, [number, 7], 65_000, 1_000);
        let side = if sample.from == Role::Esme { Side::Opener } else { Side::Accepter };
        connection.send(side, i64::from(number) * 1_000_000, &sample.octets, &[], 0, &mut frames);
    }
    capture(&frames, Format::PCAP, Link::RawIp)
}

/// What Wireshark shows of each frame.
fn dissected(samples: &[Sample]) -> Option<Vec<Vec<Shown>>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pdus.pcap");
    std::fs::write(&path, pcap(samples)).unwrap();
    let run = Command::new("tshark")
        .args(["-r", path.to_str().unwrap(), "-d", "tcp.port==2775,smpp", "-T", "pdml", "-J", "smpp"])
        .output();
    let Ok(run) = run.map_err(drop).and_then(|run| if run.status.success() { Ok(run) } else { Err(()) })
    else {
        assert!(std::env::var_os("TSHARK").is_none(), "tshark is needed");
        eprintln!("not tested: tshark is missing");
        return None;
    };
    let mut packets = Vec::new();
    let mut base = None;
    for line in String::from_utf8_lossy(&run.stdout).lines().map(str::trim_start) {
        if line.starts_with("<packet>") {
            packets.push(Vec::new());
            base = None;
        } else if line.starts_with("<proto ") {
            let is_smpp = attribute(line, "name") == Some("smpp");
            base =
                if is_smpp { attribute(line, "pos").and_then(|pos| pos.parse::<u32>().ok()) } else { None };
        } else if let (Some(base), true) = (base, line.starts_with("<field ")) {
            let number = |name: &str| attribute(line, name).and_then(|text| text.parse::<u32>().ok());
            let value = attribute(line, "unmaskedvalue").or_else(|| attribute(line, "value"));
            if let (Some(name), Some(at), Some(size)) =
                (attribute(line, "name"), number("pos"), number("size"))
            {
                packets.last_mut().unwrap().push(Shown {
                    name: name.to_owned(),
                    at: at.wrapping_sub(base),
                    size,
                    value: value.unwrap_or_default().to_owned(),
                });
            }
        }
    }
    Some(packets)
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let start = format!(" {name}=\"");
    let rest = &line[line.find(&start)? + start.len()..];
    rest.split('"').next()
}

/// Name, place and octets of each field and of each TLV's value.
fn fields(pdu: &Pdu, octets: &[u8]) -> Vec<(String, [u32; 2], String)> {
    let hex = |[start, end]: [u32; 2]| -> String {
        octets[start as usize..end as usize].iter().map(|octet| format!("{octet:02x}")).collect()
    };
    let header = [
        ("command_length", [0, 4]),
        ("command_id", [4, 8]),
        ("command_status", [8, 12]),
        ("sequence_number", [12, 16]),
    ];
    let mut all: Vec<_> = header.iter().map(|(name, span)| ((*name).to_owned(), *span, hex(*span))).collect();
    all.extend(pdu.fields.iter().map(|field| (field.name.clone(), field.span, hex(field.span))));
    all.extend(pdu.tlvs.iter().map(|tlv| {
        let span = [tlv.span[0] + 4, tlv.span[1]];
        (format!("TLV {}", tlv.name.as_deref().unwrap_or("?")), span, hex(span))
    }));
    all.retain(|(_, [start, end], _)| start < end);
    all
}

/// What Wireshark leaves out or has otherwise, and why that is its fault. A name stands for the field or TLV.
const KNOWN: &[(&str, &str)] =
    &[("dest_flag", "the kind of a destination is not shown, only the address behind it")];

/// TLVs whose length it does not honour, so that it goes on inside of them: what follows is not compared.
const MISREAD: &[(&str, &str)] = &[
    ("broadcast_rep_num", "one octet is read of the two that 5.0 4.8.4.13 defines"),
    ("ms_validity", "one octet is read, 5.0 4.8.4.43 has a period behind it"),
];

/// Commands that it does not know: those of 3.3 alone.
const UNKNOWN: &[u32] = &[0x22, 0x23, 0x24];

/// Why a field is shown otherwise, or nothing where it is shown as it is.
fn difference(name: &str, [start, end]: [u32; 2], hex: &str, pdu: &Pdu, shown: &[Shown]) -> Option<String> {
    let size = end - start;
    let is_place = |shown: &&Shown| (shown.at, shown.size) == (start, size);
    // Groups have a place and no value of their own.
    if shown.iter().filter(is_place).any(|shown| shown.value == hex || shown.value.is_empty()) {
        return None;
    }
    let mut inside: Vec<&Shown> = shown
        .iter()
        .filter(|shown| shown.size > 0 && shown.at >= start && shown.at + shown.size <= end)
        .collect();
    // Parts that make the whole.
    inside.sort_by_key(|shown| shown.at);
    inside.dedup_by_key(|shown| shown.at);
    let parts: String = inside.iter().map(|shown| shown.value.as_str()).collect();
    if parts == hex {
        return None;
    }
    // A TLV without a name of its own: its place alone.
    let is_whole = |shown: &Shown| {
        shown.name == "smpp.opt_param" && (shown.at, shown.size) == (start.wrapping_sub(4), size + 4)
    };
    if name.starts_with("TLV ") && inside.is_empty() && shown.iter().any(is_whole) {
        return None;
    }
    // An empty string may be left out.
    if hex == "00" && inside.is_empty() {
        return None;
    }
    let is_response = pdu.command_id > 0x8000_0000;
    // The body of a failing response is not looked at, although 3.3 and 3.4 have one.
    if is_response && pdu.command_status.value != 0 && shown.iter().all(|shown| shown.at < 16) {
        return None;
    }
    // Nor the TLVs of responses that had none before 5.0 4.8.4.18.
    let without_tlvs = pdu.fields.is_empty() || pdu.command == "query_sm_resp";
    if name == "TLV congestion_state" && without_tlvs && shown.iter().all(|shown| shown.at + 4 < start) {
        return None;
    }
    // The status of a request, which has none to show.
    if name == "command_status" && !is_response && hex == "00000000" && inside.is_empty() {
        return None;
    }
    let bare = name.rsplit('.').next().unwrap_or(name);
    if KNOWN.iter().any(|(known, _)| *known == bare) {
        return None;
    }
    Some(format!("{start}..{end} {hex}, shown {inside:?}"))
}

fn compare(samples: &[Sample]) {
    let Some(packets) = dissected(samples) else { return };
    assert_eq!(packets.len(), samples.len());
    let mut wrong: BTreeMap<String, (u32, String)> = BTreeMap::new();
    let (mut compared, mut seen) = (0_u32, 0_u32);
    for (sample, shown) in samples.iter().zip(&packets) {
        let context = Context { version: Some(sample.version), from: Some(sample.from) };
        let (pdu, _) = dissect(&sample.octets, context, false, true, Charset::Gsm7);
        if UNKNOWN.contains(&(pdu.command_id & 0x7FFF_FFFF)) {
            continue;
        }
        seen += 1;
        let mut tell = |name: &str, what: String| {
            wrong.entry(format!("{} {:?} {name}", pdu.command, sample.version)).or_insert((0, what)).0 += 1;
        };
        let is_misread = |name: &str| MISREAD.iter().any(|(misread, _)| *misread == name);
        let misread = pdu.tlvs.iter().find(|tlv| tlv.name.as_deref().is_some_and(is_misread));
        let until = misread.map_or(u32::MAX, |tlv| tlv.span[0]);
        let fields = fields(&pdu, &sample.octets);
        for (name, span, hex) in fields.iter().filter(|(_, span, _)| span[1] <= until) {
            compared += 1;
            if let Some(what) = difference(name, *span, hex, &pdu, shown) {
                tell(name, what);
            }
        }
        // And nothing is shown that crosses from one field into another.
        let tags = pdu.tlvs.iter().map(|tlv| [tlv.span[0], tlv.span[0] + 4]);
        let spans: Vec<[u32; 2]> =
            fields.iter().map(|(_, span, _)| *span).chain(tags).chain([[8, 12]]).collect();
        let groups = ["smpp.opt_params", "smpp.opt_param", "smpp.dlist", "smpp.dlist_resp"];
        for shown in shown
            .iter()
            .filter(|shown| shown.size > 0 && shown.at < until && !groups.contains(&shown.name.as_str()))
        {
            let end = shown.at + shown.size;
            if !spans.iter().any(|span| span[0] <= shown.at && end <= span[1]) {
                tell(&shown.name, format!("{}..{end} is in no field", shown.at));
            }
        }
    }
    println!("{compared} fields of {seen} PDUs compared");
    for (key, (count, example)) in wrong.iter().take(40) {
        println!("{count} {key}: {}", &example[..example.len().min(400)]);
    }
    assert!(wrong.is_empty(), "{} kinds of differences", wrong.len());
}

#[test]
fn every_field_of_the_vectors_stands_where_wireshark_has_it() {
    compare(&vectors());
}

/// PDUs of a command in a version.
const EACH: usize = 96;

/// Of every command that Wireshark knows, in every version: each TLV at least once, and what chance gives.
fn generated() -> Vec<Sample> {
    let mut rng = Rng::new(5);
    let mut samples = Vec::new();
    for command in COMMANDS.into_iter().filter(|command| !UNKNOWN.contains(&(command.id.0 & 0x7FFF_FFFF))) {
        for version in [Version::V33, Version::V34, Version::V50] {
            if !command.versions.contains(version) {
                continue;
            }
            let tlvs: Vec<_> = permitted(command, version).iter().map(|tlv| tlv.tag).collect();
            assert!(tlvs.len() < EACH);
            let mut tlvs = tlvs.into_iter();
            for _ in 0..EACH {
                let pdu = match tlvs.next() {
                    Some(tag) => generate_with(&mut rng, command, version, TlvSet::only(tag)),
                    None => generate(&mut rng, command, version),
                };
                samples.push(Sample { version, from: pdu.from, octets: pdu.octets });
            }
        }
    }
    samples
}

#[test]
fn every_field_of_thousands_of_generated_pdus_stands_where_wireshark_has_it() {
    let samples = generated();
    assert!(samples.len() >= 5_000, "{}", samples.len());
    compare(&samples);
}
