//! Writes a capture of N packets: 300 sessions that submit, answer and deliver receipts, some 30 % pure
//! acknowledgements, several PDUs in a segment now and then. The same N gives the same octets.
//!
//! ```text
//! cargo run --release --features testkit --example make_capture -- 5000000 /tmp/5m.pcap
//! ```

use std::io::BufWriter;
use std::net::{Ipv4Addr, SocketAddr};

use smpp_inspect::testkit::file::{Format, Link, Writer};
use smpp_inspect::testkit::scenario::{Bind, Latency, MICROS, MILLIS, Receipts, SECONDS, Scenario, Session};

const SESSIONS: u16 = 300;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (packets, out) = match (arguments.next().map(|n| n.parse::<u64>()), arguments.next()) {
        (Some(Ok(packets)), Some(out)) => (packets, out),
        _ => {
            eprintln!("usage: make_capture PACKETS OUT.pcap");
            std::process::exit(2);
        }
    };
    let file = BufWriter::with_capacity(1 << 20, std::fs::File::create(out)?);
    let mut writer = Writer::new(file, Format::PCAP, Link::Ethernet)?;
    let (mut left, mut result) = (packets, Ok(()));
    if left > 0 {
        scenario().stream(&mut |frame| {
            result = writer.frame(&frame);
            left -= 1;
            left > 0 && result.is_ok()
        });
    }
    result?;
    writer.finish()?;
    Ok(())
}

/// Traffic without end, as far as captures go.
fn scenario() -> Scenario {
    let sessions = (0..SESSIONS)
        .map(|n| {
            let [high, low] = n.to_be_bytes();
            let esme = SocketAddr::from((Ipv4Addr::new(198, 18, high, low), 40_000 + n));
            let smsc = SocketAddr::from((Ipv4Addr::new(198, 19, 0, 1), 2775));
            Session {
                bind: if n % 3 == 0 { Bind::Transmitter } else { Bind::Transceiver },
                opens_at: i64::from(n) * 3 * MILLIS,
                interval: 3 * MILLIS + i64::from(n % 50) * MILLIS,
                concatenated: 50,
                receipts: (n % 3 != 0).then_some(Receipts {
                    share: 700,
                    delay: Latency { least: SECONDS, spread: 5 * SECONDS, tail: 10 },
                    through: usize::from(n),
                    failed: 50,
                }),
                coalesced: 250,
                split: 5,
                acknowledged_at_once: 480,
                one_way: 50 * MICROS,
                ..Session::new(esme, smsc, &format!("esme{n:03}"), u64::MAX)
            }
        })
        .collect();
    Scenario { seed: 5, start: 1_795_390_000 * SECONDS, sessions }
}
