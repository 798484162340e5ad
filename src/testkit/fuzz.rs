//! Bodies of the fuzz targets of `fuzz/`, so that a test can replay the committed seeds on stable.

use std::io::Cursor;
use std::net::SocketAddr;

use super::file::{Format, Link, capture};
use super::network::quantise;
use super::tcp::{Connection, Frame, index};
use crate::capture::{Block, Capture, Input, MAX_RECORD};
use crate::pipeline::{self, Settings};
use crate::report::Report;
use crate::tcp::Side;
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
