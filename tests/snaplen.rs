//! A capture whose frames are cut, as by `tcpdump -s 96`: every PDU whose header is in it is shown, whole or partial,
//! and every transaction of which both headers are there is paired. What is there is computed from the uncut capture,
//! octet by octet, without the tool.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;

const RECORDING: &[u8] = include_bytes!("../samples/recording/capture.pcap");

fn report(octets: Vec<u8>) -> Report {
    let input = Input::Reader { name: "cut".to_owned(), octets: Box::new(Cursor::new(octets)), live: false };
    pipeline::run(Capture::open(vec![input]), &Settings::default(), &mut |_, _| ()).report
}

fn little(octets: &[u8]) -> usize {
    u32::from_le_bytes(octets.try_into().unwrap()) as usize
}

fn big(octets: &[u8]) -> u32 {
    u32::from_be_bytes(octets.try_into().unwrap())
}

/// Start and length of each record's frame.
fn frames(pcap: &[u8]) -> Vec<(usize, usize)> {
    let mut at = 24;
    let mut frames = Vec::new();
    while at < pcap.len() {
        let len = little(&pcap[at + 8..at + 12]);
        frames.push((at + 16, len));
        at += 16 + len;
    }
    frames
}

fn cut_at(pcap: &[u8], snaplen: usize) -> Vec<u8> {
    let mut cut = pcap[..24].to_vec();
    for (start, len) in frames(pcap) {
        let kept = len.min(snaplen);
        cut.extend_from_slice(&pcap[start - 16..start - 8]);
        cut.extend_from_slice(&(kept as u32).to_le_bytes());
        cut.extend_from_slice(&(len as u32).to_le_bytes());
        cut.extend_from_slice(&pcap[start..start + kept]);
    }
    cut
}

/// A direction's octets by sequence number, each with whether the cut leaves it.
type Stream = BTreeMap<u32, (u8, bool)>;

fn streams(pcap: &[u8], snaplen: usize) -> BTreeMap<(u16, u16), Stream> {
    let mut streams: BTreeMap<(u16, u16), Stream> = BTreeMap::new();
    for (start, len) in frames(pcap) {
        let frame = &pcap[start..start + len];
        let ip = &frame[14..];
        let total = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
        let tcp = &ip[usize::from(ip[0] & 15) * 4..total];
        let payload = &tcp[usize::from(tcp[12] >> 4) * 4..];
        let begins = payload.as_ptr().addr() - frame.as_ptr().addr();
        let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
        let stream = streams.entry((port(0), port(2))).or_default();
        for (at, octet) in payload.iter().enumerate() {
            let number = big(&tcp[4..8]).wrapping_add(at as u32);
            let kept = begins + at < snaplen;
            stream.entry(number).and_modify(|(_, k)| *k |= kept).or_insert((*octet, kept));
        }
    }
    streams
}

/// Whole and partial PDUs that the cut leaves, and requests and responses by direction.
#[derive(Debug, Default)]
struct There {
    whole: u64,
    partial: u64,
    requests: BTreeSet<((u16, u16), u32, u32)>,
    responses: BTreeSet<((u16, u16), u32, u32)>,
}

fn there(pcap: &[u8], snaplen: usize) -> There {
    let mut there = There::default();
    for (ports, stream) in streams(pcap, snaplen) {
        let octets: Vec<(u8, bool)> = stream.into_values().collect();
        let mut at = 0;
        while at < octets.len() {
            let field = |n: usize| big(&octets[at + n..at + n + 4].iter().map(|o| o.0).collect::<Vec<_>>());
            let (len, id, sequence) = (field(0) as usize, field(4), field(12));
            if octets[at..at + 16].iter().all(|o| o.1) {
                let whole = octets[at..at + len].iter().all(|o| o.1);
                there.whole += u64::from(whole);
                there.partial += u64::from(!whole);
                if id & 0x8000_0000 == 0 {
                    there.requests.insert((ports, id, sequence));
                } else {
                    there.responses.insert(((ports.1, ports.0), id & 0x7FFF_FFFF, sequence));
                }
            }
            at += len;
        }
    }
    there
}

#[test]
fn every_pdu_whose_header_is_in_the_capture_is_shown_and_paired() {
    for snaplen in [82, 90, 96, 100, 128, 200, 65_535] {
        let want = there(RECORDING, snaplen);
        let got = report(cut_at(RECORDING, snaplen));
        let partial: u64 = got.pdus.partial.iter().map(|row| row.count).sum();
        assert_eq!((got.pdus.total, partial), (want.whole, want.partial), "snaplen {snaplen}");
        let paired = want.requests.intersection(&want.responses).count() as u64;
        let answered: u64 = got.transactions.iter().map(|row| row.answered + row.nacked).sum();
        assert_eq!(answered, paired, "snaplen {snaplen}");
        let requests: u64 = got.transactions.iter().map(|row| row.count).sum();
        assert_eq!(requests, want.requests.len() as u64, "snaplen {snaplen}");
        assert_eq!(got.tcp.gaps, 0, "what snaplen cuts off is not lost");
    }
}

#[test]
fn a_bind_that_is_cut_still_says_who_binds() {
    let got = report(cut_at(RECORDING, 96));
    let names: BTreeSet<_> = got.sessions.iter().filter_map(|session| session.system_id.as_deref()).collect();
    assert_eq!(names, BTreeSet::from(["baduser", "kannel", "perl", "pylib"]));
}
