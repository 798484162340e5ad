//! The test SMSC under load, on loopback, with clients in the same process. It counts for itself: a run is a figure.
//!
//! ```text
//! cargo bench --bench smsc                          one bind, window 500, as fast as it goes: five runs
//! cargo bench --bench smsc -- 200 1000 60           200 connections, 1,000 submit_sm/s each, for 60 s, receipts
//! cargo bench --bench smsc -- at 127.0.0.1:2775     the first against another server
//! ```
//!
//! Each response has to come once, with an id that no other has; with receipts, one for each message.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use smpp_inspect::smpp::{CommandId, CommandStatus, Header};
use smpp_inspect::smsc::Options;
use smpp_inspect::smsc::server::{Server, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Requests of a connection that wait for their response.
const WINDOW: usize = 500;

/// Between two bursts of a paced connection.
const TURN: Duration = Duration::from_millis(20);

/// What a connection does.
#[derive(Clone, Copy)]
struct Plan {
    /// Submissions a second; `None`: as fast as it goes.
    rate: Option<f64>,
    seconds: f64,
    receipts: bool,
}

/// What came of it.
#[derive(Default)]
struct Totals {
    submitted: u64,
    answered: u64,
    refused: u64,
    receipts: u64,
    /// Message ids; 0 of servers that give no numbers.
    ids: Vec<u64>,
}

fn pdu(into: &mut Vec<u8>, id: CommandId, sequence: u32, body: &[u8]) {
    let length = u32::try_from(16 + body.len()).expect("short");
    for word in [length, id.0, 0, sequence] {
        into.extend(word.to_be_bytes());
    }
    into.extend_from_slice(body);
}

/// One connection from bind to unbind.
async fn drive(address: SocketAddr, plan: Plan) -> std::io::Result<Totals> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut totals = Totals::default();
    let (mut out, mut input) = (Vec::new(), Vec::new());
    pdu(&mut out, CommandId::BIND_TRANSCEIVER, 1, b"bench\0secret\0\0\x34\0\0\0");
    stream.write_all(&out).await?;
    let mut body = b"\0\x01\x0112345\0\x01\x01447700900001\0\0\0\0\0\0".to_vec();
    body.extend([u8::from(plan.receipts), 0, 0, 0, 30]);
    body.extend_from_slice(b"Your table is booked for 8 pm.");
    let (mut sequence, mut open, mut is_bound) = (1_u32, 0_usize, false);
    let mut chunk = vec![0; 64 << 10];
    let began = Instant::now();
    loop {
        let passed = began.elapsed().as_secs_f64();
        let due = match plan.rate {
            Some(rate) => (passed.min(plan.seconds) * rate) as u64,
            None if passed < plan.seconds => u64::MAX,
            None => 0,
        };
        let is_reported = !plan.receipts || totals.receipts >= totals.answered - totals.refused;
        let is_done = passed >= plan.seconds && totals.submitted >= due && open == 0 && is_reported;
        if is_done || passed > plan.seconds + 20.0 {
            break;
        }
        out.clear();
        while is_bound && open < WINDOW && totals.submitted < due {
            sequence += 1;
            pdu(&mut out, CommandId::SUBMIT_SM, sequence, &body);
            open += 1;
            totals.submitted += 1;
        }
        if !out.is_empty() {
            stream.write_all(&out).await?;
        }
        // A paced connection looks at the clock again.
        let count = match tokio::time::timeout(TURN, stream.read(&mut chunk)).await {
            Ok(count) => count?,
            Err(_) => continue,
        };
        if count == 0 {
            break;
        }
        input.extend_from_slice(&chunk[..count]);
        out.clear();
        let mut used = 0;
        while let Some(header) = Header::parse(&input[used..]) {
            let length = header.command_length as usize;
            let Some(octets) = input.get(used..used + length) else { break };
            used += length;
            match header.command_id {
                CommandId::SUBMIT_SM_RESP => {
                    open -= 1;
                    totals.answered += 1;
                    if header.command_status == CommandStatus::OK {
                        let id = std::str::from_utf8(&octets[16..length - 1]).unwrap_or_default();
                        totals.ids.push(id.parse().unwrap_or(0));
                    } else {
                        totals.refused += 1;
                    }
                }
                CommandId::DELIVER_SM => {
                    totals.receipts += 1;
                    pdu(&mut out, CommandId::DELIVER_SM_RESP, header.sequence_number.0, b"\0");
                }
                CommandId::ENQUIRE_LINK => {
                    pdu(&mut out, CommandId::ENQUIRE_LINK_RESP, header.sequence_number.0, b"");
                }
                CommandId::BIND_TRANSCEIVER_RESP => is_bound = true,
                _ => {}
            }
        }
        input.drain(..used);
        if !out.is_empty() {
            stream.write_all(&out).await?;
        }
    }
    out.clear();
    pdu(&mut out, CommandId::UNBIND, sequence + 1, b"");
    stream.write_all(&out).await?;
    let _ = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut chunk)).await;
    Ok(totals)
}

/// Several connections at once; prints what came of them, and returns the answers a second.
fn run(address: SocketAddr, connections: usize, plan: Plan, threads: usize) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime");
    let began = Instant::now();
    let mut all = Totals::default();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..connections).map(|_| tokio::spawn(drive(address, plan))).collect();
        for task in tasks {
            let one = task.await.expect("no panic").expect("the connection stays");
            all.submitted += one.submitted;
            all.answered += one.answered;
            all.refused += one.refused;
            all.receipts += one.receipts;
            all.ids.extend(one.ids);
        }
    });
    let (lost, accepted) = (all.submitted - all.answered, all.ids.len());
    all.ids.sort_unstable();
    all.ids.dedup();
    let rate = all.answered as f64 / plan.seconds;
    println!(
        "{connections} connections, {:.1} s ({:.1} s with the end): {} submitted, {rate:.0}/s, {lost} lost, {} refused, \
         {accepted} accepted, {} ids given twice, {} receipts",
        plan.seconds,
        began.elapsed().as_secs_f64(),
        all.submitted,
        all.refused,
        accepted - all.ids.len(),
        all.receipts,
    );
    rate
}

fn server() -> Server {
    let options = Options {
        deliver_window: 500,
        max_messages: 4_000_000,
        receipt_delay: "100ms".parse().expect("a span"),
        ..Options::default()
    };
    Server::start(Settings { options, ..Settings::default() }).expect("a free port")
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let fast = Plan { rate: None, seconds: 3.0, receipts: false };
    match words[..] {
        [] => {
            let server = server();
            let best = (0..5).map(|_| run(server.address(), 1, fast, 1)).fold(0.0, f64::max);
            println!("best: {best:.0} submit_sm/s; {:?}", server.stop());
        }
        ["at", address] => {
            let address = address.parse().expect("ADDRESS:PORT");
            let best = (0..3).map(|_| run(address, 1, fast, 1)).fold(0.0, f64::max);
            println!("best: {best:.0} submit_sm/s");
        }
        [connections, rate, seconds] => {
            let number = |text: &str| text.parse::<f64>().expect("a number");
            let plan = Plan { rate: Some(number(rate)), seconds: number(seconds), receipts: true };
            let server = server();
            run(server.address(), number(connections) as usize, plan, 2);
            println!("{:?}", server.stop());
        }
        _ => eprintln!("usage: [at ADDRESS:PORT | CONNECTIONS RATE SECONDS]"),
    }
}
