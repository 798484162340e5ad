//! Inputs that give more later: pipes, files that grow, rings of files. What is waited for comes, and waiting ends.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use smpp_inspect::capture::{Block, Capture, Input};
use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::scenario::Session;
use smpp_inspect::testkit::tcp::Frame;

/// Longer than any wait that is not for ever, also on a machine with much else to do.
const LONG: Duration = Duration::from_secs(20);

fn recorded() -> Vec<Frame> {
    let end = |host: u8, port| SocketAddr::from(([192, 0, 2, host], port));
    let session = Session::new(end(9, 40_000), end(1, 2775), "live", 100);
    Scenario { seed: 3, start: 1_795_390_000_000_000_000, sessions: vec![session] }.record().frames
}

fn pcap(frames: &[Frame]) -> Vec<u8> {
    file::capture(frames, Format::PCAP, Link::Ethernet)
}

/// Reads on another thread and tells how many frames came, each time that some did.
struct Reading {
    counts: Receiver<u64>,
    count: u64,
    interrupt: Arc<AtomicBool>,
    thread: JoinHandle<Capture>,
}

impl Reading {
    fn begin(input: Input) -> Self {
        let (sender, counts) = channel();
        let interrupt = Arc::new(AtomicBool::new(false));
        let mut capture = Capture::open(vec![input]).with_interrupt(Arc::clone(&interrupt)).following();
        let thread = std::thread::spawn(move || {
            let mut block = Block::default();
            while capture.read_block(&mut block) {
                let _ = sender.send(capture.frames());
            }
            capture
        });
        Self { counts, count: 0, interrupt, thread }
    }

    fn of(path: &Path) -> Self {
        Self::begin(Input::from_argument(path))
    }

    fn wait_for(&mut self, frames: usize) {
        while self.count < frames as u64 {
            self.count = self
                .counts
                .recv_timeout(LONG)
                .unwrap_or_else(|_| panic!("{} of {frames} frames came", self.count));
        }
        assert_eq!(self.count, frames as u64);
    }

    /// What was read when it was asked to end.
    fn end(self) -> Capture {
        self.interrupt.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn append(path: &Path, octets: &[u8]) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(octets).unwrap();
}

fn files(capture: &Capture) -> Vec<(PathBuf, u64)> {
    assert!(capture.errors().is_empty(), "{:?}", capture.errors());
    assert!(capture.files().iter().all(|file| file.damage.is_none()), "{:?}", capture.files());
    capture.files().iter().map(|file| (PathBuf::from(&file.path), file.frames)).collect()
}

#[test]
fn a_file_is_read_on_as_it_grows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("growing.pcap");
    let frames = recorded();
    let octets = pcap(&frames);
    // Not even the header is there at first.
    fs::write(&path, &octets[..10]).unwrap();
    let mut reading = Reading::of(&path);
    let two = pcap(&frames[..2]).len();
    append(&path, &octets[10..two + 7]);
    reading.wait_for(2);
    append(&path, &octets[two + 7..]);
    reading.wait_for(frames.len());
    // The beginning of another record is no damage: it is still being written.
    append(&path, &[0; 5]);
    let capture = reading.end();
    assert_eq!(files(&capture), [(path, frames.len() as u64)]);
}

#[test]
fn a_ring_is_followed_from_file_to_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let frames = recorded();
    let fifth = frames.len() / 5;
    let part = |n: usize| pcap(&frames[n * fifth..(n + 1) * fifth]);
    fs::write(path("ring.1"), part(0)).unwrap();
    fs::write(path("ring.2"), part(1)).unwrap();
    let mut reading = Reading::of(folder.path());
    reading.wait_for(2 * fifth);
    // A new file; one that is no capture and a pipe stand in the way.
    fs::write(path("notes.txt"), "these are notes, and there are enough of them to look at").unwrap();
    fs::write(path("ring.3"), part(2)).unwrap();
    reading.wait_for(3 * fifth);
    // The oldest is begun anew under its name, its header before its first record.
    let again = part(3);
    fs::write(path("ring.1"), &again[..24]).unwrap();
    append(&path("ring.1"), &again[24..]);
    reading.wait_for(4 * fifth);
    // The newest is moved away and another one takes its name.
    fs::rename(path("ring.1"), path("ring.1.old")).unwrap();
    fs::write(path("ring.1"), part(4)).unwrap();
    reading.wait_for(5 * fifth);
    let capture = reading.end();
    let names = ["ring.1", "ring.2", "ring.3", "ring.1", "ring.1"].map(|name| (path(name), fifth as u64));
    assert_eq!(files(&capture), names);
    let skipped: Vec<_> = capture.skipped().iter().map(|skipped| &skipped.path).collect();
    assert_eq!(skipped, [path("notes.txt").to_str().unwrap()]);
}

#[test]
fn a_directory_without_a_capture_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.pcap"), "").unwrap();
    let mut reading = Reading::of(folder.path());
    std::thread::sleep(Duration::from_millis(150));
    let frames = recorded();
    fs::write(folder.path().join("empty.pcap"), pcap(&frames)).unwrap();
    reading.wait_for(frames.len());
    assert_eq!(files(&reading.end()), [(folder.path().join("empty.pcap"), frames.len() as u64)]);
}

type Pack = fn(fs::File) -> Box<dyn Write>;

#[test]
fn compressed_files_are_followed_too() {
    let folder = tempfile::tempdir().unwrap();
    let frames = recorded();
    let packs: [(&str, Pack); 3] = [
        ("gz", |file| Box::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()))),
        ("zst", |file| Box::new(zstd::Encoder::new(file, 1).unwrap())),
        ("lz4", |file| Box::new(lz4_flex::frame::FrameEncoder::new(file))),
    ];
    for (name, pack) in packs {
        let path = folder.path().join(name);
        let mut encoder = pack(fs::File::create(&path).unwrap());
        let half = pcap(&frames[..50]);
        encoder.write_all(&half).unwrap();
        encoder.flush().unwrap();
        let mut reading = Reading::of(&path);
        reading.wait_for(50);
        encoder.write_all(&pcap(&frames)[half.len()..]).unwrap();
        encoder.flush().unwrap();
        reading.wait_for(frames.len());
        // Its end is missing, which is no damage while it is written.
        assert_eq!(files(&reading.end()), [(path, frames.len() as u64)]);
    }
}

#[cfg(unix)]
mod pipes {
    use std::process::{Child, Command, Stdio};
    use std::time::Instant;

    use super::*;

    fn kill(child: &Child, signal: &str) {
        let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn wait(child: &mut Child) -> Option<i32> {
        #[expect(clippy::disallowed_methods, reason = "a run that hangs must fail the test")]
        let began = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            if began.elapsed() > LONG {
                child.kill().unwrap();
                panic!("the run does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Gives the command a pipe that stays open and silent, and asks it to end.
    fn interrupted(arguments: &[&str], signal: &str) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
        command.args(arguments).env("LC_ALL", "C.UTF-8");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let octets = pcap(&recorded());
        stdin.write_all(&octets).unwrap();
        // Half a record, and then silence.
        stdin.write_all(&octets[24..50]).unwrap();
        std::thread::sleep(Duration::from_millis(500));
        kill(&child, signal);
        let status = wait(&mut child);
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        (status, String::from_utf8(output.stdout).unwrap())
    }

    #[test]
    fn a_silent_pipe_does_not_keep_a_run_from_ending() {
        for (signal, status) in [("-INT", 130), ("-TERM", 143)] {
            let (got, report) = interrupted(&["-"], signal);
            assert_eq!(got, Some(status));
            assert!(report.starts_with("standard input, "), "{report}");
        }
    }

    #[test]
    fn nothing_at_all_from_a_pipe_ends_too() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
        let mut child = command
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _stdin = child.stdin.take().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        kill(&child, "-INT");
        assert_eq!(wait(&mut child), Some(130));
    }

    #[test]
    fn a_named_pipe_is_read_where_it_is_named_and_left_alone_in_a_directory() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut capture = Capture::open(vec![Input::from_argument(folder.path())]);
        assert!(!capture.read_block(&mut Block::default()));
        assert_eq!(capture.skipped()[0].reason, "not a file");
        let reading = Reading::of(&pipe);
        let frames = recorded();
        fs::write(&pipe, pcap(&frames)).unwrap();
        let capture = reading.thread.join().unwrap();
        assert_eq!(files(&capture), [(pipe, frames.len() as u64)]);
    }
}
