//! Several files and directories: whatever the order and the cuts, the report is that of the whole.

#[path = "common/packing.rs"]
mod packing;

use std::fs;
use std::io::Cursor;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use packing::{gzip, lz4, zstd};
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use smpp_inspect::report::Report;
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::scenario::Session;
use smpp_inspect::testkit::tcp::Frame;

fn recorded() -> Vec<Frame> {
    let end = |host: u8, port| SocketAddr::from(([192, 0, 2, host], port));
    let sessions = (0..4).map(|n| Session::new(end(9, 40_000 + n), end(1, 2775), &format!("esme{n}"), 100));
    Scenario { seed: 5, start: 1_795_390_000_000_000_000, sessions: sessions.collect() }.record().frames
}

fn pcap(frames: &[Frame]) -> Vec<u8> {
    file::capture(frames, Format::PCAP, Link::Ethernet)
}

fn run(inputs: Vec<Input>) -> (Report, Vec<(String, String)>) {
    let outcome = pipeline::run(Capture::open(inputs), &Settings::default(), &mut |_, _| ());
    (outcome.report, outcome.errors)
}

fn paths(paths: &[&Path]) -> (Report, Vec<(String, String)>) {
    run(paths.iter().map(|path| Input::from_argument(path)).collect())
}

/// What must be the same: all but what was read and where findings and the slowest transactions stand.
fn same(mut got: Report, want: &Report, what: &str) {
    assert_eq!(got.capture.frames, want.capture.frames, "{what}");
    assert_eq!(got.capture.octets, want.capture.octets, "{what}");
    assert_eq!((got.capture.first_at, got.capture.last_at), (want.capture.first_at, want.capture.last_at));
    got.capture.files.clone_from(&want.capture.files);
    for (got, want) in got.findings.iter_mut().zip(&want.findings) {
        got.first.file.clone_from(&want.first.file);
        got.first.frame = want.first.frame;
    }
    for (got, want) in got.worst.iter_mut().zip(&want.worst) {
        for (got, want) in [(&mut got.request, &want.request), (&mut got.response, &want.response)] {
            got.file.clone_from(&want.file);
            got.frame = want.frame;
        }
    }
    assert_eq!(&got, want, "{what}");
}

fn write(folder: &Path, name: &str, octets: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, octets).unwrap();
    path
}

#[test]
fn rotated_files_in_any_order_equal_the_whole() {
    let frames = recorded();
    let (want, _) = run(vec![Input::Reader {
        name: "whole".to_owned(),
        octets: Box::new(Cursor::new(pcap(&frames))),
        live: false,
    }]);
    let folder = tempfile::tempdir().unwrap();
    let third = frames.len() / 3;
    let parts: Vec<PathBuf> = [&frames[..third], &frames[third..2 * third], &frames[2 * third..]]
        .iter()
        .zip(["ring.pcap2", "ring.pcap0", "ring.pcap1"])
        .map(|(part, name)| write(folder.path(), name, &pcap(part)))
        .collect();
    let (a, b, c) = (parts[0].as_path(), parts[1].as_path(), parts[2].as_path());
    for order in [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
        let (got, errors) = paths(&order);
        assert_eq!(errors, []);
        same(got, &want, "three files");
    }
    let (got, errors) = paths(&[folder.path()]);
    assert_eq!(errors, []);
    let names: Vec<_> = got.capture.files.iter().map(|file| &file.path).collect();
    assert_eq!(names, [a, b, c].map(|path| path.to_str().unwrap()), "in the order of their frames");
    same(got, &want, "a directory");
}

#[test]
fn files_that_overlap_in_time_are_merged_frame_by_frame() {
    let frames = recorded();
    let (want, _) = run(vec![Input::Reader {
        name: "whole".to_owned(),
        octets: Box::new(Cursor::new(pcap(&frames))),
        live: false,
    }]);
    let folder = tempfile::tempdir().unwrap();
    // Two devices that saw one direction each, and a third that joins late and leaves early.
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for (n, frame) in frames.iter().enumerate() {
        let middle = n > frames.len() / 3 && n < frames.len() / 2 && n % 7 == 0;
        parts[if middle { 2 } else { usize::from(frame.packet.len() % 2 == 0) }].push(frame.clone());
    }
    let files: Vec<PathBuf> = parts
        .iter()
        .enumerate()
        .map(|(n, part)| write(folder.path(), &format!("{n}.pcap"), &pcap(part)))
        .collect();
    let (got, errors) = paths(&files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    assert_eq!(errors, []);
    same(got, &want, "overlapping files");
}

#[test]
fn a_file_given_twice_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let one = write(folder.path(), "one.pcap", &pcap(&recorded()));
    let two = folder.path().join("two.pcap");
    fs::hard_link(&one, &two).unwrap();
    let (want, _) = paths(&[&one]);
    let (got, errors) = paths(&[&one, &two, &one]);
    assert_eq!(errors, []);
    assert_eq!(got.capture.skipped_files.len(), 2);
    assert!(got.capture.skipped_files[0].reason.contains("given before"));
    assert_eq!(got.pdus, want.pdus);
    assert_eq!(got.tcp, want.tcp);
}

#[test]
fn in_a_directory_what_is_no_capture_is_skipped_and_a_pipe_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.pcap", &pcap(&recorded()));
    write(folder.path(), "notes.txt", b"not a capture at all");
    write(folder.path(), "older.xz", b"\xfd7zXZ\0");
    write(folder.path(), "to_come.pcap", b"");
    write(folder.path(), ".hidden.pcap", &pcap(&recorded()));
    fs::create_dir(folder.path().join("deeper")).unwrap();
    #[cfg(unix)]
    {
        // Opening it would wait for a writer that never comes.
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    }
    let (got, errors) = paths(&[folder.path()]);
    assert_eq!(errors, []);
    assert_eq!(got.capture.files.len(), 1);
    let skipped: Vec<_> = got
        .capture
        .skipped_files
        .iter()
        .map(|file| (file.path.rsplit('/').next().unwrap(), file.reason.as_str()))
        .collect();
    let pipe: &[_] = if cfg!(unix) { &[("pipe", "not a file")] } else { &[] };
    let others =
        &[("notes.txt", "not a capture"), ("older.xz", "not a capture: xz"), ("to_come.pcap", "empty")];
    assert_eq!(skipped, [pipe, others].concat());
}

#[test]
fn the_newest_file_cut_in_its_last_record_is_still_being_written() {
    let frames = recorded();
    let folder = tempfile::tempdir().unwrap();
    let half = frames.len() / 2;
    let old = pcap(&frames[..half]);
    let new = pcap(&frames[half..]);
    let a = write(folder.path(), "a.pcap", &old);
    let b = write(folder.path(), "b.pcap", &new[..new.len() - 20]);
    let (got, _) = paths(&[&b, &a]);
    let state: Vec<_> =
        got.capture.files.iter().map(|file| (file.damage.is_some(), file.still_being_written)).collect();
    assert_eq!(state, [(false, false), (false, true)]);

    // Whatever writes it compresses it on the way.
    for pack in [gzip, zstd, lz4] {
        let (first, second) = new.split_at(new.len() / 2);
        let packed = [pack(first), pack(second)].concat();
        fs::write(&b, &packed[..packed.len() - 20]).unwrap();
        let outcome = paths(&[&b, &a]);
        let file = &outcome.0.capture.files[1];
        assert_eq!((&file.damage, file.still_being_written), (&None, true), "{:?}", file.compression);
        assert_eq!(outcome.1, []);
        fs::write(&b, [&packed[..packed.len() - 8], &[0xff; 8]].concat()).unwrap();
        let damaged = paths(&[&b, &a]).0.capture.files[1].damage.is_some();
        assert!(damaged, "a file whose octets are wrong is damaged: {:?}", file.compression);
    }

    fs::write(&a, &old[..old.len() - 20]).unwrap();
    fs::write(&b, &new).unwrap();
    let (got, _) = paths(&[&b, &a]);
    let state: Vec<_> =
        got.capture.files.iter().map(|file| (file.damage.is_some(), file.still_being_written)).collect();
    assert_eq!(state, [(true, false), (false, false)], "an older file that is cut is damaged");

    let alone = write(folder.path(), "alone.pcap", &new[..new.len() - 20]);
    let (got, _) = paths(&[&alone]);
    assert!(got.capture.files[0].damage.is_some(), "a single file that is cut is damaged");
}

#[test]
fn a_finding_names_its_file_and_the_frame_there() {
    let mut frames = recorded();
    let folder = tempfile::tempdir().unwrap();
    let half = frames.len() / 2;
    // A response of the second half gets a status that no version defines.
    let at = (half..frames.len())
        .find(|&n| frames[n].packet.windows(12).any(|w| w[4..12] == [0x80, 0, 0, 4, 0, 0, 0, 0]))
        .unwrap();
    let octets = &mut frames[at].packet;
    let place = octets.windows(12).position(|w| w[4..12] == [0x80, 0, 0, 4, 0, 0, 0, 0]).unwrap();
    octets[place + 10] = 0x02;
    let a = write(folder.path(), "a.pcap", &pcap(&frames[..half]));
    let b = write(folder.path(), "b.pcap", &pcap(&frames[half..]));
    let (got, _) = paths(&[&b, &a]);
    let finding = got.findings.iter().find(|f| f.rule == "header.command_status.reserved").unwrap();
    assert_eq!(finding.first.file.as_deref(), b.to_str());
    assert_eq!(finding.first.frame, (at - half + 1) as u64);
}
