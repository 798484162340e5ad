//! What nobody may learn is in no output: a capture with secrets planted in every corner, every command and format that
//! prints anything of a capture, and a search for the secrets in every form that octets take.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smpp_inspect::smpp::text::gsm7;
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::pdu::{self, Address, Builder, Message};
use smpp_inspect::testkit::tcp::{Connection, retransmission};

const PASSWORD: &str = "Sw0rdf1s";
const NUMBER: &str = "447700918273";
const TEXT: &str = "Zebrafish at midnight";
const NAME: &str = "quokkabank";
const IP: &str = "10.77.66.55";

const REDACTED: [&str; 5] = [PASSWORD, TEXT, NUMBER, NAME, IP];

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn packed(text: &str, fill: u32) -> Vec<u8> {
    gsm7::pack(&gsm7::encode(text, gsm7::Shifts::default()).unwrap(), fill)
}

/// Each secret in each place that a PDU, whole or broken, has for it: what the ESME sends, and the message centre.
fn pdus() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let number = Address::international(NUMBER);
    let message = |data_coding, esm_class, octets: &[u8]| {
        let message = Message {
            source: &number,
            destination: &number,
            esm_class,
            registered_delivery: 1,
            data_coding,
            short_message: octets,
        };
        (pdu::submit_sm(2, &message), pdu::deliver_sm(3, &message))
    };
    let receipt = format!("id:17 sub:001 dlvrd:001 to:{NUMBER} stat:DELIVRD err:000 text:{TEXT}");
    let spoken = format!("{TEXT} {NUMBER} {PASSWORD} {NAME}");
    let (plain, _) = message(0, 0, spoken.as_bytes());
    let (ucs2, _) = message(8, 0, &wide(TEXT));
    let (septets, _) = message(0, 0, &packed(TEXT, 0));
    let (binary, _) = message(4, 0, spoken.as_bytes());
    let udh = [&[5, 0x24, 3][..], &TEXT.as_bytes()[..3], spoken.as_bytes()].concat();
    let (headed, _) = message(0, 0x40, &udh);
    let (_, receipt) = message(0, 4, receipt.as_bytes());
    let with = |mut pdu: Vec<u8>, more: &[u8]| {
        pdu.extend_from_slice(more);
        let length = u32::try_from(pdu.len()).unwrap().to_be_bytes();
        pdu[..4].copy_from_slice(&length);
        pdu
    };
    let tlv = |tag: u16, value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&tag.to_be_bytes()[..], &length, value].concat()
    };
    let tlvs = [
        tlv(0x0424, TEXT.as_bytes()),
        tlv(0x0381, &[&[1, 1, 1][..], NUMBER.as_bytes()].concat()),
        tlv(0x0202, &[&[0x80][..], NUMBER.as_bytes()].concat()),
        tlv(0x001D, TEXT.as_bytes()),
        tlv(0x1400, NUMBER.as_bytes()),
        tlv(0x1401, spoken.as_bytes()),
        tlv(0x0210, spoken.as_bytes()),
    ]
    .concat();
    let outbound = vec![
        pdu::bind(9, 1, NAME, PASSWORD),
        plain.clone(),
        ucs2,
        septets,
        binary,
        headed,
        with(message(0, 0, TEXT.as_bytes()).0, &tlvs),
        // A TLV that goes beyond the end, a body where none should be, a command that nobody knows.
        with(plain.clone(), &[&[0x14, 2, 0xFF, 0xFF][..], spoken.as_bytes()].concat()),
        with(pdu::header_only(0x15, 0, 9), spoken.as_bytes()),
        with(pdu::header_only(0x7777, 0, 10), spoken.as_bytes()),
        // No NUL to the end.
        Builder::new(4, 0, 11).octets(spoken.as_bytes()).done(),
        // Octets that are no PDU.
        spoken.as_bytes().to_vec(),
        plain.clone(),
        // The rest is missing.
        plain[..plain.len() - 5].to_vec(),
    ];
    let inbound = vec![
        pdu::bind_resp(0x8000_0009, 0, 1, NAME),
        receipt,
        with(pdu::submit_sm_resp(8, 2, ""), spoken.as_bytes()),
    ];
    (outbound, inbound)
}

/// A file with all of them in it, in hex, as `decode` reads a session.
fn planted_hex() -> String {
    let (outbound, inbound) = pdus();
    let line = |side: &str, octets: &[u8]| {
        let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        format!("{side}> {hex}\n")
    };
    let lines = outbound.iter().map(|octets| line("E", octets));
    lines.chain(inbound.iter().map(|octets| line("M", octets))).collect()
}

/// A capture of all of them.
fn planted() -> Vec<u8> {
    let (outbound, inbound) = pdus();
    let (esme, smsc) = (format!("{IP}:40000").parse().unwrap(), "192.0.2.9:2775".parse().unwrap());
    let mut connection = Connection::new(0, esme, smsc, [7, 9], 1_400, 1_000_000);
    let mut frames = Vec::new();
    let mut at = connection.open(1_000_000_000, &mut frames);
    for octets in outbound {
        at = connection.send(Side::Opener, at + 1_000_000, &octets, &[], 0, &mut frames);
    }
    for octets in inbound {
        at = connection.send(Side::Accepter, at + 1_000_000, &octets, &[], 0, &mut frames);
    }
    let again = retransmission(frames.iter().find(|frame| frame.packet.len() > 150).unwrap(), 0, 60, 4_711);
    frames.push(again);
    capture(&frames, Format::PCAP, Link::RawIp)
}

/// A secret as octets, and in the forms in which octets are printed.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let plain = secret.as_bytes().to_vec();
    let mut forms = vec![
        ("plain", plain.clone()),
        ("hex", hex(&plain).into_bytes()),
        ("hex in capitals", hex(&plain).to_uppercase().into_bytes()),
        ("UTF-16", wide(secret)),
        ("UTF-16 in hex", hex(&wide(secret)).into_bytes()),
        ("UTF-16, the low octet first", secret.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    for before in 0..3 {
        let text = STANDARD.encode([&vec![0; before][..], &plain].concat());
        // Characters that other octets have a part in are left out.
        let text = text.trim_end_matches('=');
        let (from, to) = (if before == 0 { 0 } else { before + 1 }, text.len() - 1);
        forms.push(("base64", text.as_bytes()[from..to].to_vec()));
    }
    for fill in 0..7 {
        let septets = packed(secret, fill);
        let inner = septets[1..septets.len() - 1].to_vec();
        forms.push(("septets in hex", hex(&inner).into_bytes()));
        forms.push(("septets", inner));
    }
    if let Ok(address) = secret.parse::<std::net::Ipv4Addr>() {
        forms = vec![("plain", plain), ("octets", address.octets().to_vec())];
    }
    forms
}

fn assert_clean(what: &str, output: &[u8], secrets: &[&str]) {
    // Hex is printed with blanks and colons in it, too.
    let bare: Vec<u8> = output.iter().copied().filter(|octet| !b" :\n".contains(octet)).collect();
    for secret in secrets {
        for (form, octets) in forms(secret) {
            for output in [output, &bare] {
                let found = output.windows(octets.len()).position(|there| there == octets);
                let around = found.map(|at| &output[at.saturating_sub(160)..(at + 60).min(output.len())]);
                let around = around.map(String::from_utf8_lossy);
                assert!(found.is_none(), "{what}: {secret} is there, {form}: {around:?}");
            }
        }
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said));
    said
}

/// A command, the arguments it is run with, and the secrets that it keeps without being asked.
type Searched = (&'static str, &'static [&'static [&'static str]], &'static [&'static str]);

/// Commands that read a capture, each with the formats that it has, and what it does not show without being asked.
const COMMANDS: &[Searched] = &[
    (
        "report",
        &[
            &["--format", "text"],
            &["--format", "json"],
            &["--format", "prom"],
            &["--format", "text", "--since", "+0s", "--system-id", NAME],
            &["--format", "json", "--since", "+0s", "-Y", "source_addr == 447700918273"],
        ],
        &[PASSWORD, TEXT, NUMBER],
    ),
    (
        "records",
        &[
            &["--type", "transaction"],
            &["--type", "session"],
            &["--type", "pdu"],
            &["--type", "pdu", "--since", "+0s", "--account", NAME],
            &["--type", "transaction,session,pdu,finding,summary", "--format", "ndjson"],
            &["--type", "transaction,session,pdu,finding", "--format", "ecs"],
            &["--type", "transaction,session,pdu,finding", "--format", "eve"],
            &["--type", "pdu", "--format", "csv"],
            &["--type", "transaction", "--format", "csv"],
        ],
        &[PASSWORD, TEXT],
    ),
    (
        "show",
        &[
            &["-Y", "frame.number > 0", "-c", "99"],
            &["-Y", "frame.number > 0", "-c", "99", "--format", "json"],
            &["--since", "+0s", "--system-id", NAME, "-c", "99"],
        ],
        &[],
    ),
    (
        "replay",
        &[
            &["--to", "127.0.0.1:1", "--session", "s0", "--bind-as", "test", "--dry-run"],
            &["--to", "127.0.0.1:1", "--since", "+0s", "--bind-as", "test", "--dry-run"],
        ],
        &[PASSWORD, TEXT, NUMBER],
    ),
    ("decode", &[&["--format", "text"], &["--format", "json"]], &[]),
    (
        "extract",
        &[
            &["--force", "-o", "out.pcapng"],
            &["--force", "-o", "out.pcapng", "--repair"],
            &["--force", "-o", "out.pcapng", "--since", "+0s"],
        ],
        &[],
    ),
];

/// What a command reads.
fn input(command: &str) -> &'static str {
    if command == "decode" { "pdus.txt" } else { "capture.pcap" }
}

fn plant(folder: &Path) {
    std::fs::write(folder.join("capture.pcap"), planted()).unwrap();
    std::fs::write(folder.join("pdus.txt"), planted_hex()).unwrap();
}

/// Commands that read no traffic.
const OTHERS: &[&str] = &["explain", "schema", "smsc", "completions", "man", "tokenize", "help"];

#[test]
fn every_command_is_looked_at() {
    let help = String::from_utf8(run(Path::new("."), &["help"])).unwrap();
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands =
        lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let known = |name: &&str| COMMANDS.iter().any(|(known, ..)| known == name) || OTHERS.contains(name);
    let unknown: Vec<&str> = commands.filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "add to the commands that are searched for secrets: {unknown:?}");
}

#[test]
fn redacted_output_has_no_secret_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    for (command, formats, _) in COMMANDS {
        for format in *formats {
            let said = run(folder.path(), &[&[*command, input(command), "--redact"], *format].concat());
            assert_clean(&format!("{command} {format:?}"), &said, &REDACTED);
            #[expect(clippy::disallowed_methods, reason = "what was written is looked through")]
            let written = std::fs::read(folder.path().join("out.pcapng"));
            if let Ok(written) = written {
                assert_clean(&format!("{command} {format:?}: the file"), &written, &REDACTED);
                assert!(written.len() > 1_000);
            }
        }
    }
}

#[test]
fn what_was_not_asked_for_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    for (command, formats, discreet) in COMMANDS {
        for format in *formats {
            let said = run(folder.path(), &[&[*command, input(command)], *format].concat());
            assert_clean(&format!("{command} {format:?}"), &said, discreet);
        }
    }
}

#[test]
fn a_secret_that_is_there_is_found() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("capture.pcap"), planted()).unwrap();
    let said = run(folder.path(), &["show", "capture.pcap", "-Y", "frame.number > 0", "-c", "99"]);
    for secret in [TEXT, NUMBER, NAME] {
        let found = std::panic::catch_unwind(|| assert_clean("show", &said, &[secret]));
        assert!(found.is_err(), "{secret}");
    }
}
