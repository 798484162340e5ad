//! What `extract` writes, as tshark reads it: the same PDUs as in the capture that it was taken from, without complaint.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use smpp_inspect::capture::{Block, Capture, Input};
use smpp_inspect::extract::{Conversation, Party, Writer};
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::scenario::Session;
use smpp_inspect::testkit::tcp::Frame;
use smpp_inspect::testkit::wrap::Wrapping;
use smpp_inspect::testkit::{Scenario, pdu};
use smpp_inspect::time::Timestamp;

fn tshark(arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new("tshark").args(arguments).output() else {
        assert!(std::env::var_os("TSHARK").is_none(), "tshark is needed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(!["cut short", "damaged", "corrupt"].iter().any(|word| said.contains(word)), "{said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn commands(path: &str) -> Option<Vec<String>> {
    let said = tshark(&["-r", path, "-d", "tcp.port==2775,smpp", "-T", "fields", "-e", "smpp.command_id"])?;
    let mut commands: Vec<String> =
        said.split(['\n', ',']).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    commands.sort();
    Some(commands)
}

fn extract(capture: &str, out: &Path, more: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let output = command.args(["extract", capture, "--force", "-o"]).arg(out).args(more).output().unwrap();
    output.status.code().unwrap()
}

#[test]
fn tshark_counts_the_same_pdus_in_whole_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    for sample in std::fs::read_dir("samples").unwrap() {
        let capture = sample.unwrap().path().join("capture.pcap");
        let capture = capture.to_str().unwrap();
        // The last record of some is cut, which tshark complains of.
        if !Path::new(capture).is_file() || capture.contains("cut-file") {
            continue;
        }
        if extract(capture, &out, &[]) != 0 {
            continue;
        }
        let Some(before) = commands(capture) else { return };
        assert_eq!(Some(before), commands(out.to_str().unwrap()), "{capture}");
    }
}

#[test]
fn findings_are_comments_and_tokens_change_no_count() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let path = out.to_str().unwrap();
    let capture = "samples/hard-dcs/capture.pcap";
    for how in [&[][..], &["--repair"], &["--redact"]] {
        assert_eq!(extract(capture, &out, how), 0);
        let Some(comments) = tshark(&["-r", path, "-T", "fields", "-e", "frame.comment"]) else { return };
        assert!(comments.lines().filter(|line| line.contains(": ")).count() >= 4, "{how:?}: {comments}");
        assert_eq!(commands(capture), commands(path), "{how:?}");
    }
}

#[test]
fn a_filter_keeps_pdus_transactions_or_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let capture = "samples/bad-network/capture.pcap";
    let sizes = ["pdu", "transaction", "session"].map(|keep| {
        let how = ["-Y", "command == submit_sm", "-c", "1", "--keep", keep];
        assert_eq!(extract(capture, &out, &how), 0, "{keep}");
        std::fs::metadata(&out).unwrap().len()
    });
    assert!(sizes[0] < sizes[1] && sizes[1] < sizes[2], "{sizes:?}");
    assert_eq!(extract(capture, &out, &["-Y", "frame.number == 0"]), 1);
}

#[test]
fn what_gives_its_octets_once_is_refused() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let folder = tempfile::tempdir().unwrap();
    let output = command.current_dir(&folder).args(["extract", "-", "-o", "out.pcapng"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("more than once"));
    assert!(std::fs::read_dir(&folder).unwrap().next().is_none());
}

/// A capture of some messages, its frames as `link` has them.
fn capture(frames: &[Frame], link: Link, path: &Path) {
    std::fs::write(path, file::capture(frames, Format::PCAP, link)).unwrap();
}

fn some_messages() -> Vec<Frame> {
    let end = |host: u8, port| SocketAddr::from(([192, 0, 2, host], port));
    let session = Session::new(end(9, 40_000), end(1, 2775), "acme", 40);
    Scenario { seed: 3, start: 1_795_390_000_000_000_000, sessions: vec![session] }.record().frames
}

fn report(capture: &Path) -> serde_json::Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let output = command.args(["report", "--format", "json"]).arg(capture).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn all_fragments_of_what_is_kept_are_kept_in_every_network() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole.pcap"), folder.path().join("out.pcapng"));
    let frames = some_messages();
    let mut fragmented = 0;
    for wrapping in Wrapping::all() {
        capture(&wrapping.wrap(&frames), Link::Given(wrapping.link()), &whole);
        let whole = whole.to_str().unwrap();
        fragmented += u32::from(wrapping.is_fragmented());
        assert_eq!(extract(whole, &out, &["-Y", "command == submit_sm"]), 0, "{}", wrapping.name);
        let (before, after) = (report(Path::new(whole)), report(&out));
        let submits = |report: &serde_json::Value| {
            let rows = report["pdus"]["by_command"].as_array().unwrap();
            rows.iter().find(|row| row["command"] == "submit_sm").unwrap()["count"].as_u64().unwrap()
        };
        assert!(submits(&before) >= 40, "{}", wrapping.name);
        assert_eq!(submits(&before), submits(&after), "{}", wrapping.name);
    }
    assert!(fragmented > 3);
}

#[test]
fn interfaces_keep_their_names_link_types_and_lengths() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole.pcapng"), folder.path().join("out.pcapng"));
    let ethernet = Capture::open(vec![Input::from_argument("samples/recording/capture.pcap".as_ref())]);
    let raw = Capture::open(vec![Input::from_argument("samples/raw-ip/capture.pcap".as_ref())]);
    let mut writer = Writer::bare(std::fs::File::create(&whole).unwrap(), None).unwrap();
    writer.interface(101, 0, "tun0").unwrap();
    writer.interface(1, 96_000, "eth7").unwrap();
    for (interface, link, mut of) in [(1, 1, ethernet), (0, 101, raw)] {
        let mut block = Block::default();
        while of.read_block(&mut block) {
            for frame in block.frames() {
                assert_eq!(frame.link.0, link);
                writer.packet_of(interface, frame.at, frame.octets, frame.original_len, &[]).unwrap();
            }
        }
    }
    writer.flush().unwrap();
    assert_eq!(extract(whole.to_str().unwrap(), &out, &["-Y", "command == submit_sm"]), 0);
    let fields = ["-T", "fields", "-e", "frame.interface_name", "-e", "frame.encap_type"];
    let Some(said) = tshark(&[&["-r", out.to_str().unwrap()], &fields[..]].concat()) else { return };
    let kinds: std::collections::BTreeSet<&str> = said.lines().collect();
    assert_eq!(Vec::from_iter(kinds), ["eth7\t1", "tun0\t7"]);
    let capinfos = Command::new("capinfos").arg(&out).output().unwrap();
    assert!(capinfos.status.success() && capinfos.stderr.is_empty());
    let said = String::from_utf8(capinfos.stdout).unwrap();
    assert!(
        said.contains("Capture length = 96000") && said.contains("Number of interfaces in file: 2"),
        "{said}"
    );
}

#[test]
fn every_finding_is_a_comment_of_the_packet_that_completed_its_pdu() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let mut seen = 0;
    for sample in std::fs::read_dir("samples").unwrap() {
        let capture = sample.unwrap().path().join("capture.pcap");
        let capture = capture.to_str().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
        command.args(["records", "--type", "finding,pdu", "--format", "ndjson", capture]);
        let output = command.output().unwrap();
        let records = String::from_utf8(output.stdout).unwrap();
        let records = records.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let found: Vec<String> = records
            .filter(|record| record["event_type"] == "finding")
            .map(|record| format!("[{}]", record["finding"]["rule"].as_str().unwrap()))
            .collect();
        for how in [&[][..], &["--repair"]] {
            if capture.contains("cut-file") || extract(capture, &out, how) != 0 {
                continue;
            }
            let fields = ["-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;", "-e", "frame.comment"];
            let Some(said) = tshark(&[&["-r", out.to_str().unwrap()], &fields[..]].concat()) else { return };
            let rules =
                said.split(['\n', ';']).filter_map(|comment| comment.rfind('[').map(|at| &comment[at..]));
            let mut comments: Vec<String> = rules.map(str::to_owned).collect();
            // Octets that are no PDU are not written in clean TCP, nor what is wrong with them.
            let written = |rule: &&String| how.is_empty() || !rule.starts_with("[header.command_length.");
            let mut expected: Vec<String> = found.iter().filter(written).cloned().collect();
            comments.sort();
            expected.sort();
            assert_eq!(comments, expected, "{capture} {how:?}");
            seen += comments.len();
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn repaired_connections_are_opened_by_who_opened_them() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole.pcap"), folder.path().join("out.pcapng"));
    // The message centre connects, and the ESME binds.
    let centre = SocketAddr::from(([192, 0, 2, 1], 41_000));
    let esme = SocketAddr::from(([192, 0, 2, 9], 2775));
    let mut conversation = Conversation::new(centre, esme, [7, 9]);
    let mut writer = Writer::bare(std::fs::File::create(&whole).unwrap(), None).unwrap();
    writer.interface(101, 0, "tun0").unwrap();
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let mut take = |packet: &[u8]| packets.push(packet.to_vec());
    conversation.open(&mut take);
    conversation.send(Party::Opener, &pdu::outbind(1, "gateway", "secret"), &mut take);
    conversation.send(Party::Accepter, &pdu::bind(0x01, 1, "acme", "secret"), &mut take);
    for packet in packets {
        writer.packet_of(0, Timestamp::default(), &packet, packet.len() as u32, &[]).unwrap();
    }
    writer.flush().unwrap();
    assert_eq!(extract(whole.to_str().unwrap(), &out, &["--repair"]), 0);
    let session = report(&out)["sessions"][0].clone();
    assert_eq!(session["opened_by"], report(&whole)["sessions"][0]["opened_by"]);
    let fields = ["-Y", "tcp.flags.syn == 1 && tcp.flags.ack == 0", "-T", "fields", "-e", "ip.src"];
    let Some(said) = tshark(&[&["-r", out.to_str().unwrap()], &fields[..]].concat()) else { return };
    assert_eq!(said.trim(), "192.0.2.1");
}
