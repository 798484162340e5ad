//! `replay` as the command that it is, against the test SMSC on loopback in this process.
//!
//! ```text
//! cargo bench --bench replay                             --max over one bind, window 500: five runs
//! cargo bench --bench replay -- pace                     1,000 requests/s as captured: how late each is
//! cargo bench --bench replay -- beside PROGRAM WORD...   the first, then a client of others, told HOST and PORT; more
//!                                                        of them after `--`
//! ```
//!
//! For example, with both packages installed:
//!
//! ```text
//! cargo bench --bench replay -- beside node benches/clients/with_node_smpp.js -- python3 benches/clients/with_smpp34.py
//! ```

use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use smpp_inspect::smsc::server::{Server, Settings, Tap};
use smpp_inspect::smsc::{ConnectionId, Options};
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::file::{Format, Link, Writer};
use smpp_inspect::testkit::pdu::{self, Address, Message, command};
use smpp_inspect::testkit::tcp::Connection;
use smpp_inspect::time::Timestamp;

/// Requests of a run as fast as it goes, and of one at its pace.
const FAST: usize = 500_000;
const PACED: usize = 10_000;

/// A capture of a session with so many submit_sm, `gap` nanoseconds apart, `at_once` in a segment.
fn capture(path: &Path, requests: usize, gap: i64, at_once: usize) -> std::io::Result<()> {
    let (esme, smsc) =
        ("10.0.0.5:40000".parse().expect("an address"), "192.0.2.9:2775".parse().expect("one"));
    let mut connection = Connection::new(0, esme, smsc, [7, 9], 1_400, 100_000);
    let mut writer = Writer::new(BufWriter::new(std::fs::File::create(path)?), Format::PCAP, Link::RawIp)?;
    let mut frames = Vec::new();
    let mut at = connection.open(1_795_341_492_000_000_000, &mut frames);
    let mut exchange = |at: i64, request: &[u8], response: &[u8]| {
        let sent = connection.send(Side::Opener, at, request, &[], 0, &mut frames);
        connection.send(Side::Accepter, sent + gap / 4, response, &[], 0, &mut frames);
        frames.drain(..).try_for_each(|frame| writer.frame(&frame))
    };
    let bind = command::BIND_TRANSCEIVER;
    exchange(at, &pdu::bind(bind, 1, "bench", "secret"), &pdu::bind_resp(bind, 0, 1, "recorded"))?;
    let numbers: Vec<usize> = (0..requests).collect();
    for some in numbers.chunks(at_once) {
        at += gap * i64::try_from(some.len()).expect("few");
        let (mut asked, mut answered) = (Vec::new(), Vec::new());
        for number in some {
            let sequence = u32::try_from(number + 2).expect("fits");
            asked.extend(submit(sequence, *number));
            answered.extend(pdu::submit_sm_resp(0, sequence, &pdu::message_id(*number as u64)));
        }
        exchange(at, &asked, &answered)?;
    }
    writer.finish()?;
    Ok(())
}

fn submit(sequence: u32, number: usize) -> Vec<u8> {
    let message = Message {
        source: &Address::name("shop"),
        destination: &Address::international(format!("447700{:06}", number % 1_000_000)),
        esm_class: 0,
        registered_delivery: 0,
        data_coding: 0,
        short_message: b"Your table is booked for 8 pm.",
    };
    pdu::submit_sm(sequence, &message)
}

/// A run; what it tells.
fn replay(path: &Path, server: &Server, arguments: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(["replay", path.to_str().expect("UTF-8"), "--to", &server.address().to_string()])
        .args(["--yes", "--quiet", "--format", "json"])
        .args(arguments)
        .output()
        .expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn server() -> Server {
    let options = Options { max_messages: 4_000_000, ..Options::default() };
    Server::start(Settings { options, ..Settings::default() }).expect("a free port")
}

fn fast(server: &Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("capture.pcap");
    capture(&path, FAST, 10_000, 10).expect("written");
    let mut best = 0.0_f64;
    for _ in 0..5 {
        let run = replay(&path, server, &["--max", "--window", "500"]);
        let count = |at: &str| run.pointer(at).and_then(serde_json::Value::as_u64).expect("a number");
        assert_eq!((count("/sent"), count("/answered")), (FAST as u64, FAST as u64), "{run}");
        let rate = run["rate"].as_f64().expect("a rate");
        println!("replay: {} submit_sm, all answered, {rate:.0}/s", count("/sent"));
        best = best.max(rate);
    }
    println!("replay: best {best:.0} submit_sm/s");
}

/// When octets came to the message centre.
struct Arrivals(Arc<Mutex<Vec<Timestamp>>>);

impl Tap for Arrivals {
    fn opened(&mut self, _: ConnectionId, _: std::net::SocketAddr, _: std::net::SocketAddr, _: Timestamp) {}
    fn octets(&mut self, _: ConnectionId, from_opener: bool, octets: &[u8], at: Timestamp) {
        if from_opener {
            let count = octets.windows(8).filter(|window| window == b"\0\0\0\x04\0\0\0\0").count();
            self.0.lock().expect("nobody panicked").extend(vec![at; count]);
        }
    }
    fn finished(&mut self, _: ConnectionId, _: bool, _: Timestamp) {}
    fn closed(&mut self, _: ConnectionId, _: bool, _: Timestamp) {}
    fn secret(&mut self, _: &str) {}
}

/// How late requests are: by the replay's own account, and as the message centre sees them come.
fn pace() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("capture.pcap");
    capture(&path, PACED, 1_000_000, 1).expect("written");
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let settings = Settings { tap: Some(Box::new(Arrivals(Arc::clone(&arrivals)))), ..Settings::default() };
    let server = Server::start(settings).expect("a free port");
    let run = replay(&path, &server, &["--window", "500"]);
    println!("slip in µs, by its own account: {}", run["slip_us"]);
    let arrivals = arrivals.lock().expect("nobody panicked");
    assert_eq!(arrivals.len(), PACED);
    // The first is as late as any; what counts is how far they are from a schedule, whenever that began.
    let gap = |place: usize| i64::try_from(place).expect("fits") * 1_000_000;
    let mut late: Vec<i64> =
        arrivals.iter().enumerate().map(|(place, at)| at.since(arrivals[0]).nanos() - gap(place)).collect();
    late.sort_unstable();
    let earliest = late[0];
    let at = |hundredths: usize| (late[(late.len() - 1) * hundredths / 100] - earliest) / 1_000;
    println!("as they came, µs after the earliest: p50 {}, p99 {}, max {}", at(50), at(99), at(100));
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => fast(&server()),
        ["pace"] => pace(),
        ["beside", ref programs @ ..] => {
            let server = server();
            fast(&server);
            for program in programs.split(|word| *word == "--") {
                let [name, more @ ..] = program else { continue };
                let address = server.address();
                let status = Command::new(name)
                    .args(more)
                    .args([address.ip().to_string(), address.port().to_string()])
                    .status()
                    .expect("the program runs");
                assert!(status.success(), "{program:?}");
            }
        }
        _ => eprintln!("usage: [pace | beside PROGRAM WORD... [-- PROGRAM WORD...]]"),
    }
}
