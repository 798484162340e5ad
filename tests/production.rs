//! On a machine that has other work: what a run asks the system for, watched with strace.
//!
//! Without strace, or where tracing is not permitted, there is nothing to watch and the tests say so; with `STRACE`
//! set in the environment, as in CI, they fail then.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{self, Format, Link};
use smpp_inspect::testkit::scenario::Session;

/// System calls of a run in `folder`, a line each; `None` where they cannot be watched.
fn traced(folder: &Path, arguments: &[&str]) -> Option<Vec<String>> {
    let trace = folder.join("trace");
    let run = Command::new("strace")
        .args(["-f", "-o", trace.to_str().unwrap()])
        .args([
            "-e",
            "trace=%network,%file,%process,%creds,fadvise64,write,writev,pwrite64,io_uring_setup",
            "--",
        ])
        .arg(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    let calls = std::fs::read_to_string(&trace).unwrap_or_default();
    let is_watched = run.is_ok_and(|run| run.status.success()) && calls.contains("openat");
    if !is_watched {
        assert!(std::env::var_os("STRACE").is_none(), "strace is needed, and permitted to trace");
        eprintln!("not tested: strace is missing or not permitted");
        return None;
    }
    // From when the program itself begins; "PID call(arguments) = result".
    Some(calls.lines().map(|line| line.split_once(' ').unwrap().1.trim_start().to_owned()).collect())
}

fn folder() -> tempfile::TempDir {
    let end = |host: u8, port| SocketAddr::from(([192, 0, 2, host], port));
    let session = Session::new(end(9, 40_000), end(1, 2775), "x", 2_000);
    let frames = Scenario { seed: 2, start: 0, sessions: vec![session] }.record().frames;
    let folder = tempfile::tempdir().unwrap();
    let octets = file::capture(&frames, Format::PCAP, Link::Ethernet);
    std::fs::write(folder.path().join("a.pcap"), &octets).unwrap();
    std::fs::write(folder.path().join("b.pcap"), &octets).unwrap();
    folder
}

fn is(line: &str, calls: &[&str]) -> bool {
    calls.iter().any(|call| line.strip_prefix(call).is_some_and(|rest| rest.starts_with('(')))
}

/// Paths that were opened or made for writing, moved or removed.
fn written(calls: &[String]) -> Vec<&str> {
    let opened = |line: &&String| {
        is(line, &["open", "openat", "openat2", "creat"])
            && ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "creat("].iter().any(|mode| line.contains(mode))
    };
    let changed = |line: &&String| {
        let calls =
            ["rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "link", "symlink", "chmod"];
        is(line, &calls) || is(line, &["truncate", "chown", "mknod", "utimensat", "fchmodat"])
    };
    calls
        .iter()
        .filter(|line| opened(line) || changed(line))
        .map(|line| line.split('"').nth(1).unwrap())
        .collect()
}

#[test]
fn a_report_opens_no_socket_takes_no_privilege_and_writes_nothing() {
    let folder = folder();
    let Some(calls) = traced(folder.path(), &["--format", "json", "a.pcap", "."]) else { return };
    let network: Vec<_> = calls
        .iter()
        .filter(|line| {
            is(line, &["socket", "socketpair", "connect", "bind", "listen", "accept4", "io_uring_setup"])
        })
        .collect();
    assert_eq!(network, Vec::<&String>::new());
    let privilege: Vec<_> =
        calls.iter().filter(|line| line.starts_with("set") || line.starts_with("cap")).collect();
    assert_eq!(privilege, Vec::<&String>::new());
    assert_eq!(written(&calls), Vec::<&str>::new());
    // Only standard output and standard error.
    let elsewhere: Vec<_> = calls
        .iter()
        .filter(|line| is(line, &["write", "writev", "pwrite64"]))
        .filter(|line| !line.contains("(1, ") && !line.contains("(2, "))
        .collect();
    assert_eq!(elsewhere, Vec::<&String>::new());
    // One program, and at most three threads beside the first.
    let others =
        calls.iter().filter(|line| is(line, &["clone", "clone3", "fork", "vfork"]) && line.contains("= "));
    let others: Vec<_> = others.collect();
    assert!(others.iter().all(|line| line.contains("CLONE_THREAD")), "{others:?}");
    assert!(others.len() <= 3, "{others:?}");
    assert_eq!(calls.iter().filter(|line| is(line, &["execve"])).count(), 1);
}

#[test]
fn nothing_but_what_o_names_is_written() {
    let folder = folder();
    let Some(calls) = traced(folder.path(), &["-o", "out.txt", "a.pcap"]) else { return };
    let written = written(&calls);
    assert!(!written.is_empty());
    for path in written {
        let name = Path::new(path).file_name().unwrap().to_str().unwrap();
        assert!(name == "out.txt" || name.starts_with(".out.txt."), "{path}");
    }
    let mut left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["a.pcap", "b.pcap", "out.txt", "trace"]);
}

#[test]
fn files_are_read_ahead_and_not_kept_in_the_cache() {
    let folder = folder();
    let capture = folder.path().join("a.pcap");
    // Out of the cache, so that the run is the first to bring it in.
    let dropped = Command::new("dd")
        .arg(format!("if={}", capture.display()))
        .args(["iflag=nocache", "count=0"])
        .output();
    let Some(calls) = traced(folder.path(), &["a.pcap"]) else { return };
    let said = |advice: &str| calls.iter().any(|line| is(line, &["fadvise64"]) && line.contains(advice));
    assert!(said("POSIX_FADV_SEQUENTIAL"));
    // Where dd could not empty the cache, what others keep in it stays there.
    if dropped.is_ok_and(|run| run.status.success()) && !said("POSIX_FADV_DONTNEED") {
        eprintln!("not tested: the file stayed in the cache");
    }
}
