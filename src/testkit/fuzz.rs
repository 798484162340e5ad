//! Bodies of the fuzz targets of `fuzz/`, so that a test can replay the committed seeds on stable.

use std::io::Cursor;
use std::net::SocketAddr;

use super::file::{Format, Link, capture};
use super::network::quantise;
use super::tcp::{Connection, Frame, index};
use super::wrap::Wrapping;
use crate::capture::{self, Block, Capture, Input, LinkType, MAX_RECORD};
use crate::decap::{Decap, Endpoint, Limits, NotUsed};
use crate::pipeline::{self, Settings};
use crate::report::Report;
use crate::tcp::Side;
use crate::time::{Duration, Timestamp};
use crate::view;

/// Any octets through the whole path: it must end, must not panic, must account for every octet, and must not
/// depend on how the octets come in.
///
/// Octets that begin like a capture are one; others are a script of segments (see `script`), so that a fuzzer gets
/// past the file formats.
///
/// # Panics
///
/// When the tool breaks its word.
pub fn report(octets: &[u8]) {
    let is_capture = [[0xA1, 0xB2], [0xD4, 0xC3], [0x4D, 0x3C], [0x0A, 0x0D]]
        .iter()
        .any(|magic| octets.starts_with(magic));
    if is_capture {
        check(octets);
        return;
    }
    let frames = script(octets);
    let report = check(&capture(&frames, Format::PCAP, Link::RawIp));
    // One connection on an SMPP port: whatever was captured of it is delivered in order, once.
    if report.tcp.smpp_connections == 1 {
        assert_eq!(report.octets.stream, distinct(&frames), "octets of the stream");
    }
}

/// Any octets as files: they must end in a bounded number of steps and of memory, and frames must be counted,
/// numbered and placed right. The first octet tells into how many files the rest is cut, where, and how they come in.
///
/// | bits | meaning |
/// |---|---|
/// | 0-1 | further files; each cut is at an eighth of what is left, told by the bits 2-4 |
/// | 5 | they come in live |
/// | 6-7 | octets of a read: 1 MiB, 4 KiB, 61, 1 |
///
/// # Panics
///
/// When the tool breaks its word.
pub fn capture_files(octets: &[u8]) {
    let [control, rest @ ..] = octets else { return };
    let mut parts = vec![rest];
    for _ in 0..control & 3 {
        let last = parts.pop().unwrap_or_default();
        let (first, second) = last.split_at(last.len() * usize::from(control >> 2 & 7) / 8);
        parts.extend([first, second]);
    }
    let read_size = [1 << 20, 4_096, 61, 1][usize::from(control >> 6)];
    let inputs = parts.iter().enumerate().map(|(number, part)| Input::Reader {
        name: number.to_string(),
        octets: Box::new(Cursor::new(part.to_vec())),
        live: control & 32 != 0,
    });
    let mut files = Capture::open(inputs.collect()).with_read_size(read_size);
    let mut block = Block::default();
    let (mut frames, mut captured, mut last) = (0, 0, 0);
    while files.read_block(&mut block) {
        assert!(!block.is_empty(), "a block has a frame");
        assert!(block.octets().len() <= 2 * MAX_RECORD + read_size, "a block is bounded");
        for frame in block.frames() {
            assert!(frame.number > last, "numbers ascend");
            assert!(frame.original_len as usize >= frame.octets.len(), "a frame is not longer than it was");
            last = frame.number;
            frames += 1;
            captured += frame.octets.len() as u64;
            let Some((file, number)) = files.place(frame.number) else { continue };
            assert!(number > 0 && !file.path.is_empty(), "a frame has a place");
        }
    }
    assert_eq!((files.frames(), files.octets()), (frames, captured), "what was counted is what came");
    let plain = files.files().iter().all(|file| file.compression.is_none());
    assert!(!plain || captured + frames * 12 <= octets.len() as u64, "no frame without octets");
    assert!(files.files().len() + files.errors().len() >= parts.len(), "each file is told of");
    assert!(!files.read_block(&mut block) && block.is_empty(), "the end stays the end");
}

/// The link types that [`decap`] reads, by the number of the first octet of its input.
const LINKS: [u16; 40] = [
    1, 101, 113, 276, 0, 108, 9, 50, 51, 104, 166, 204, 219, 239, 252, 258, 105, 127, 107, 6, 8, 10, 100,
    109, 117, 138, 192, 242, 281, 282, 284, 285, 12, 14, 228, 229, 147, 1, 101, 1,
];

/// Any frames of any network: nothing may lead outside of them, each has to be accounted for, and what is kept of
/// fragments is bounded. The first octet tells the link type; the second has bits:
///
/// | bits | meaning |
/// |---|---|
/// | 0 | checksums are verified |
/// | 1-2 | bounds on fragments: the real ones, or a few packets and 64, 16 or 4 KiB |
///
/// Then come frames: a control octet, two octets of length, and that many octets. Control: bit 0 a cut frame, the
/// others seconds since the frame before.
///
/// # Panics
///
/// When the tool breaks its word.
pub fn decap(octets: &[u8]) {
    let [link, options, rest @ ..] = octets else { return };
    let link = LINKS[usize::from(*link) % LINKS.len()];
    let limits = match options >> 1 & 3 {
        0 => Limits::default(),
        n => Limits { datagrams: 8, octets: (64 << 10) >> (2 * (n - 1)), fragments: 12, ..Limits::default() },
    };
    let once = segments(link, options & 1 != 0, limits, rest);
    assert!(once == segments(link, options & 1 != 0, limits, rest), "the same frames give the same segments");
}

/// What became of a frame: the ends, sequence number, length on the wire and payload of its segment.
type Given = Result<Option<(Endpoint, Endpoint, u32, u32, Vec<u8>)>, NotUsed>;

fn segments(link: u16, verify: bool, limits: Limits, mut rest: &[u8]) -> Vec<Given> {
    let mut decap = Decap::new(verify, limits);
    let (mut given, mut at, mut used, mut skipped) = (Vec::new(), Timestamp::from_nanos(0), 0, 0);
    while let [control, a, b, more @ ..] = rest {
        let (octets, later) = more.split_at(usize::from(u16::from_be_bytes([*a, *b])).min(more.len()));
        rest = later;
        at = at.plus(Duration::from_secs(i64::from(control >> 1)));
        let original_len = octets.len() as u32 + if control & 1 != 0 { 700 } else { 0 };
        let number = given.len() as u64 + 1;
        let frame = capture::Frame { number, at, link: LinkType(link), octets, original_len, interface: 0 };
        let alone = |verify| {
            let mut decap = Decap::new(verify, limits);
            let segment = decap.segment(&frame).ok().flatten();
            segment
                .map(|segment| (segment.source, segment.sequence, segment.wire_len, segment.payload.to_vec()))
        };
        // Frames are read in another way where checksums are verified.
        assert!(alone(true).is_none_or(|segment| alone(false) == Some(segment)), "both ways agree");
        given.push(decap.segment(&frame).map(|segment| {
            segment.map(|segment| {
                let payload = segment.payload;
                assert!(payload.len() <= segment.wire_len as usize, "no more than there was");
                let within = payload.is_empty() || octets.as_ptr_range().contains(&payload.as_ptr());
                assert!(within || payload.len() < 65_536, "in the frame, or in a packet put together");
                assert!((segment.frame, segment.at) == (number, at), "of the frame that completed it");
                (segment.source, segment.destination, segment.sequence, segment.wire_len, payload.to_vec())
            })
        }));
        match given.last() {
            Some(Ok(Some(_))) => used += 1,
            Some(Err(_)) => skipped += 1,
            _ => {}
        }
        assert!(decap.held_octets() <= limits.octets, "what is kept is bounded");
    }
    let joined = decap.finish();
    skipped += joined.skipped.iter().map(|(_, frames)| frames).sum::<u64>();
    assert_eq!(used + joined.frames + skipped, given.len() as u64, "each frame is accounted for");
    assert_eq!(decap.held_octets(), 0, "nothing is left");
    given
}

/// Seeds of [`decap`], one a network, with names.
#[must_use]
pub fn decap_seeds() -> Vec<(String, Vec<u8>)> {
    let mut frames = Vec::new();
    for (number, (opener, accepter)) in
        [("192.0.2.1:40000", "192.0.2.2:2775"), ("[2001:db8::1]:40000", "[2001:db8::2]:2775")]
            .into_iter()
            .enumerate()
    {
        let [opener, accepter]: [Option<SocketAddr>; 2] =
            [opener, accepter].map(|address| address.parse().ok());
        let (Some(opener), Some(accepter)) = (opener, accepter) else { continue };
        let mut connection = Connection::new(number, opener, accepter, [7, 9], 1_448, 1_000);
        connection.send(Side::Opener, 1_000, &super::pdu::header_only(0x15, 0, 1), &[], 0, &mut frames);
        let long = [super::pdu::header_only(0x15, 0, 2), vec![b'x'; 200]].concat();
        connection.send(Side::Accepter, 2_000, &long, &[], 0, &mut frames);
    }
    let seed = |(number, wrapping): (usize, &Wrapping)| {
        let link = LINKS.iter().position(|&link| link == wrapping.link()).unwrap_or_default() as u8;
        let mut octets = vec![link, number as u8 % 2];
        for frame in wrapping.wrap(&frames) {
            octets.push(0);
            octets.extend((frame.packet.len() as u16).to_be_bytes());
            octets.extend(frame.packet);
        }
        let words = wrapping.name.to_lowercase();
        let words: Vec<_> = words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        (words.join("_"), octets)
    };
    Wrapping::all().iter().enumerate().map(seed).collect()
}

fn check(octets: &[u8]) -> Report {
    let report = run(octets, 1 << 16);
    let (octet, pdus) = (&report.octets, &report.pdus);
    assert_eq!(octet.stream, octet.in_pdus + octet.skipped, "octets add up");
    assert_eq!(octet.skipped, octet.skipped_why.iter().map(|row| row.count).sum::<u64>(), "reasons add up");
    assert_eq!(pdus.total, pdus.by_command.iter().map(|row| row.count).sum::<u64>(), "PDUs add up");
    assert!(octet.in_pdus >= 16 * pdus.total, "a PDU has a header");
    for row in &report.transactions {
        let unanswered = row.unanswered_why.iter().map(|row| row.count).sum::<u64>();
        assert_eq!(row.unanswered, unanswered, "reasons of {}", row.command);
        assert!(row.answered + row.nacked + unanswered <= row.count, "outcomes of {}", row.command);
        assert!(row.failed <= row.answered + row.nacked, "failures of {}", row.command);
    }
    let (once, bit_by_bit) = (text_of(&report), text_of(&run(octets, 61)));
    let differs = once.lines().zip(bit_by_bit.lines()).find(|(a, b)| a != b);
    assert!(once == bit_by_bit, "the size of reads shows: {differs:?}");
    report
}

fn run(octets: &[u8], read_size: usize) -> Report {
    let octets = Box::new(Cursor::new(octets.to_vec()));
    let input = Input::Reader { name: "octets".to_owned(), octets, live: false };
    let capture = Capture::open(vec![input]).with_read_size(read_size);
    pipeline::run(capture, &Settings::default(), &mut |_, _| ()).report
}

/// JSON and text.
fn text_of(report: &Report) -> String {
    let mut out = Vec::new();
    let written = view::json::write_report(report, &mut out)
        .and_then(|()| view::text::write_report(report, &view::text::Options::default(), &mut out));
    assert!(written.is_ok(), "writing to memory cannot fail");
    String::from_utf8_lossy(&out).into_owned()
}

/// A connection on port 2775. Each step is a control octet, a length octet and that many octets of payload:
///
/// | bits | meaning |
/// |---|---|
/// | 0 | sender: 0 the opener, 1 the accepter |
/// | 1 | the capture missed the segment |
/// | 2 | it is captured again |
/// | 3 | it is captured 30 ms late |
/// | 4 | the other side acknowledges |
/// | 5-7 | eighths of a second until the next step |
fn script(octets: &[u8]) -> Vec<Frame> {
    let opener = SocketAddr::from(([192, 0, 2, 1], 40_000));
    let accepter = SocketAddr::from(([192, 0, 2, 2], 2_775));
    let mut connection = Connection::new(0, opener, accepter, [u32::MAX - 40, 1], 1_448, 1_000);
    let (mut frames, mut sent) = (Vec::new(), Vec::new());
    let mut at = connection.open(1_700_000_000_000_000_000, &mut frames);
    let mut rest = octets;
    while let [control, len, more @ ..] = rest {
        let (payload, later) = more.split_at(usize::from(*len).min(more.len()));
        rest = later;
        at += 1_000_000 + i64::from(control >> 5) * 125_000_000;
        let side = if control & 1 == 0 { Side::Opener } else { Side::Accepter };
        connection.send(side, at, payload, &[], 0, &mut sent);
        for frame in sent.drain(..) {
            let late = if control & 8 == 0 { 0 } else { 30_000_000 };
            let frame = Frame { at: frame.at + late, ..frame };
            if control & 4 != 0 {
                frames.push(Frame { at: frame.at + 5_000, ..frame.clone() });
            }
            if control & 2 == 0 || control & 4 != 0 {
                frames.push(frame);
            }
        }
        if control & 16 != 0 {
            connection.acknowledge(side.other(), at + 10_000, &mut frames);
        }
    }
    frames.sort_by_key(|frame| frame.at);
    quantise(&mut frames, 1_000);
    frames
}

/// Captured octets, each once.
fn distinct(frames: &[Frame]) -> u64 {
    let mut seen = [Vec::new(), Vec::new()];
    for frame in frames {
        let seen = &mut seen[index(frame.side)];
        let range = frame.offset as usize..frame.offset as usize + frame.len as usize;
        if seen.len() < range.end {
            seen.resize(range.end, false);
        }
        seen[range].fill(true);
    }
    seen.iter().flatten().filter(|&&octet| octet).count() as u64
}
