//! What the tests of `replay` over sockets share: captures with numbered requests, a small message centre that
//! misbehaves as told and keeps a log, and the command.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::pdu::{self, Address, Message, command};
use smpp_inspect::testkit::tcp::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

pub(crate) const RESPONSE: u32 = command::RESPONSE;
pub(crate) const BIND: u32 = command::BIND_TRANSCEIVER;
pub(crate) const SUBMIT: u32 = command::SUBMIT_SM;
pub(crate) const UNBIND: u32 = command::UNBIND;

/// Requests of [`numbered`].
pub(crate) const REQUESTS: usize = 20;

/// The destination of a request; each has its own, so that a log tells which came.
pub(crate) fn destination(number: usize) -> String {
    format!("447700900{number:03}")
}

/// A request with this number.
pub(crate) fn submit(sequence: u32, number: usize) -> Vec<u8> {
    let message = Message {
        source: &Address::name("shop"),
        destination: &Address::international(destination(number)),
        esm_class: 0,
        registered_delivery: 0,
        data_coding: 0,
        short_message: b"Your table is booked.",
    };
    pdu::submit_sm(sequence, &message)
}

/// A capture of one session, 10.0.0.5 with 192.0.2.9 that calls itself `production`: a bind with `Pa55word`, as many
/// submit_sm, `gap` nanoseconds apart and each answered, unbind.
pub(crate) fn session(requests: usize, gap: i64) -> Vec<u8> {
    let (esme, smsc) = ("10.0.0.5:40000".parse().unwrap(), "192.0.2.9:2775".parse().unwrap());
    let mut connection = Connection::new(0, esme, smsc, [7, 9], 1_400, 100_000);
    let mut frames = Vec::new();
    let mut at = connection.open(1_795_341_492_000_000_000, &mut frames);
    let mut exchange = |at: i64, request: &[u8], response: &[u8]| {
        let sent = connection.send(Side::Opener, at, request, &[], 0, &mut frames);
        connection.send(Side::Accepter, sent + gap / 4, response, &[], 0, &mut frames);
        at + gap
    };
    let bind = pdu::bind(command::BIND_TRANSCEIVER, 1, "shop", "Pa55word");
    at = exchange(at, &bind, &pdu::bind_resp(command::BIND_TRANSCEIVER, 0, 1, "production"));
    for number in 0..requests {
        let sequence = u32::try_from(number + 2).unwrap();
        let id = format!("old-{number}");
        at = exchange(at, &submit(sequence, number % 1_000), &pdu::submit_sm_resp(0, sequence, &id));
    }
    let sequence = u32::try_from(requests + 2).unwrap();
    let response = pdu::header_only(UNBIND | RESPONSE, 0, sequence);
    exchange(at, &pdu::header_only(UNBIND, 0, sequence), &response);
    capture(&frames, Format::PCAP, Link::RawIp)
}

/// [`session`] of [`REQUESTS`], 10 ms apart, in a folder of its own.
pub(crate) fn numbered() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    std::fs::write(&path, session(REQUESTS, 10_000_000)).unwrap();
    (folder, path)
}

/// What came to the message centre.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Number of its connection, from 0.
    pub(crate) connection: usize,
    pub(crate) command: u32,
    pub(crate) sequence: u32,
    pub(crate) octets: Vec<u8>,
}

impl Seen {
    /// The strings of the body, split at their NULs.
    pub(crate) fn strings(&self) -> Vec<String> {
        let body = &self.octets[16..];
        body.split(|&octet| octet == 0).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    }

    /// The number of a request of [`numbered`].
    pub(crate) fn number(&self) -> usize {
        let text = String::from_utf8_lossy(&self.octets).into_owned();
        let at = text.find("447700900").unwrap_or_else(|| panic!("{text:?}"));
        text[at + 9..at + 12].parse().unwrap()
    }
}

/// A request, as a script sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) command: u32,
    /// How many of this command came before, on all connections.
    pub(crate) nth: usize,
    pub(crate) sequence: u32,
}

/// What the message centre does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answers with this status, and with a body where it is 0.
    Answer(u32),
    /// Answers as it should, after a while; what comes in the meantime waits.
    Slow(Duration),
    /// Answers nothing.
    Silent,
    /// Sends octets.
    Say(Vec<u8>),
    /// Aborts the connection.
    Reset,
    /// Aborts the connection and listens no more.
    Vanish,
    /// Sends nothing more; still reads.
    HalfClose,
}

pub(crate) type Script = Arc<dyn Fn(Asked) -> Act + Send + Sync>;

/// A message centre on a free port of 127.0.0.1, that does what a script says and writes down what comes.
pub(crate) struct Smsc {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Smsc {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct Inner {
    name: String,
    script: Script,
    seen: Arc<Mutex<Vec<Seen>>>,
    gone: Notify,
}

impl Smsc {
    pub(crate) fn new(script: impl Fn(Asked) -> Act + Send + Sync + 'static) -> Self {
        Self::listening("127.0.0.1:0".parse().unwrap(), "fake", Arc::new(script))
    }

    pub(crate) fn listening(address: SocketAddr, name: &str, script: Script) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let inner =
            Arc::new(Inner { name: name.to_owned(), script, seen: Arc::clone(&seen), gone: Notify::new() });
        let count = Arc::clone(&connections);
        runtime.spawn(async move {
            loop {
                tokio::select! {
                    () = inner.gone.notified() => return,
                    accepted = listener.accept() => {
                        let Ok((stream, _)) = accepted else { return };
                        let number = count.fetch_add(1, Ordering::SeqCst);
                        tokio::spawn(serve(stream, number, Arc::clone(&inner)));
                    }
                }
            }
        });
        Self { address, seen, connections, runtime: Some(runtime) }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn of(&self, command: u32) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.command == command).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits until so many of this command have come.
    pub(crate) fn wait_for(&self, command: u32, count: usize) {
        for _ in 0..3_000 {
            if self.of(command).len() >= count {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{command:#x} did not come {count} times: {:?}", self.seen());
    }
}

async fn serve(mut stream: TcpStream, connection: usize, inner: Arc<Inner>) {
    let (mut input, mut is_closed) = (Vec::new(), false);
    loop {
        let mut chunk = [0; 4_096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(count) => input.extend_from_slice(&chunk[..count]),
        }
        while input.len() >= 16 {
            let word = |at: usize| u32::from_be_bytes(input[at..at + 4].try_into().unwrap());
            let length = word(0) as usize;
            assert!((16..100_000).contains(&length), "the replay sends PDUs");
            if input.len() < length {
                break;
            }
            let (command, sequence) = (word(4), word(12));
            let octets: Vec<u8> = input.drain(..length).collect();
            let nth = {
                let mut seen = inner.seen.lock().unwrap();
                let nth = seen.iter().filter(|seen: &&Seen| seen.command == command).count();
                seen.push(Seen { connection, command, sequence, octets });
                nth
            };
            if command & RESPONSE != 0 || is_closed {
                continue;
            }
            let answer = |status: u32| match (command, status) {
                (BIND | command::BIND_TRANSMITTER | command::BIND_RECEIVER, _) => {
                    pdu::bind_resp(command, status, sequence, &inner.name)
                }
                (SUBMIT, _) => pdu::submit_sm_resp(status, sequence, &format!("new-{connection}-{sequence}")),
                _ => pdu::header_only(command | RESPONSE, status, sequence),
            };
            match (inner.script)(Asked { command, nth, sequence }) {
                Act::Answer(status) => {
                    let _ = stream.write_all(&answer(status)).await;
                }
                Act::Slow(delay) => {
                    tokio::time::sleep(delay).await;
                    let _ = stream.write_all(&answer(0)).await;
                }
                Act::Silent => {}
                Act::Say(octets) => {
                    let _ = stream.write_all(&octets).await;
                }
                Act::Reset => {
                    let _ = stream.set_zero_linger();
                    return;
                }
                Act::Vanish => {
                    inner.gone.notify_one();
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    let _ = stream.set_zero_linger();
                    return;
                }
                Act::HalfClose => {
                    let _ = stream.shutdown().await;
                    is_closed = true;
                }
            }
        }
    }
}

/// The command, not started yet.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    command.arg("replay").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A replay of `capture` to `address` with NDJSON, not asked anything.
pub(crate) fn start(capture: &Path, address: SocketAddr, arguments: &[&str]) -> Child {
    let to = address.to_string();
    let base = [capture.to_str().unwrap(), "--to", &to, "--yes", "--format", "ndjson"];
    command(&[&base, arguments].concat()).spawn().unwrap()
}

/// How a run ended.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) requests: Vec<Value>,
    pub(crate) summary: Value,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut requests: Vec<Value> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        let summary = requests.pop().unwrap_or_else(|| panic!("nothing was told: {stderr}"));
        assert_eq!(summary["schema"], "smpp-inspect/replay/1");
        Self { status: output.status.code().unwrap(), requests, summary, stderr }
    }

    pub(crate) fn count(&self, pointer: &str) -> u64 {
        let value = self.summary.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {}", self.summary));
        value.as_u64().unwrap_or_else(|| panic!("{pointer} is {value}"))
    }

    /// Each planned request is one of answered, missing and not sent, and what came to the message centre is what was
    /// told: nothing twice, nothing that was not told, nothing answered that did not come.
    pub(crate) fn account(&self, smsc: &Smsc) {
        let [planned, sent, answered, missing, not_sent] =
            ["/planned", "/sent", "/answered", "/verdicts/missing", "/verdicts/not_sent"]
                .map(|pointer| self.count(pointer));
        assert_eq!(planned, sent + not_sent, "{}", self.summary);
        assert_eq!(sent, answered + missing, "{}", self.summary);
        let of =
            |verdict: &str| self.requests.iter().filter(|line| line["verdict"] == verdict).count() as u64;
        assert_eq!(of("missing"), missing);
        assert_eq!(of("same") + of("expected") + of("different"), answered);
        assert!(of("not_sent") <= not_sent, "those that were never read have no line");
        let numbers: std::collections::BTreeSet<u64> =
            self.requests.iter().map(|line| line["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers.len(), self.requests.len(), "one line a request");
        let seen: Vec<(usize, u32)> =
            smsc.of(SUBMIT).iter().map(|seen| (seen.number(), seen.sequence)).collect();
        let mut once: Vec<usize> = seen.iter().map(|(number, _)| *number).collect();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "a request came twice: {seen:?}");
        for line in &self.requests {
            let number = usize::try_from(line["number"].as_u64().unwrap()).unwrap();
            let came = seen.iter().find(|(other, _)| *other == number);
            let sequence = line["replayed"]["sequence_number"].as_u64();
            if let Some((_, came)) = came {
                assert_eq!(sequence, Some(u64::from(*came)), "it came, and this was told: {line}");
            } else {
                let verdict = line["verdict"].as_str().unwrap();
                assert!(["missing", "not_sent"].contains(&verdict), "it never came: {line}");
            }
        }
        for (number, _) in &seen {
            assert!(numbers.contains(&(*number as u64)), "{number} came, and nothing is told of it");
        }
    }
}

/// Runs to the end.
pub(crate) fn finish(mut child: Child) -> Output {
    drop(child.stdin.take());
    child.wait_with_output().unwrap()
}

/// A signal such as `-INT`.
pub(crate) fn kill(child: &Child, signal: &str) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// A line to standard input.
pub(crate) fn enter(child: &mut Child) {
    let stdin = child.stdin.as_mut().unwrap();
    stdin.write_all(b"\n").unwrap();
    stdin.flush().unwrap();
}
