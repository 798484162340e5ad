//! The capture that runs are measured on.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use smpp_inspect::testkit::Scenario;
use smpp_inspect::testkit::file::{Format, Link, Writer};
use smpp_inspect::testkit::scenario::{Latency, MILLIS, Receipts, SECONDS, Session};

/// Packets that it has.
pub(crate) const PACKETS: u64 = 200_000;

/// Writes it, and says how many octets it has.
pub(crate) fn write_capture(path: &Path) -> std::io::Result<u64> {
    let sessions = (0..100_u16)
        .map(|n| {
            let esme = SocketAddr::from((Ipv4Addr::new(198, 18, 0, n.to_be_bytes()[1]), 40_000 + n));
            let smsc = SocketAddr::from((Ipv4Addr::new(198, 19, 0, 1), 2775));
            Session {
                interval: 5 * MILLIS,
                receipts: Some(Receipts {
                    share: 500,
                    delay: Latency { least: SECONDS, spread: 5 * SECONDS, tail: 10 },
                    through: usize::from(n),
                    failed: 50,
                }),
                coalesced: 250,
                split: 5,
                ..Session::new(esme, smsc, &format!("esme{n}"), u64::MAX)
            }
        })
        .collect();
    let scenario = Scenario { seed: 8, start: 1_795_390_000 * SECONDS, sessions };
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let mut writer = Writer::new(file, Format::PCAP, Link::Ethernet)?;
    let (mut left, mut result) = (PACKETS, Ok(()));
    scenario.stream(&mut |frame| {
        result = writer.frame(&frame);
        left -= 1;
        left > 0 && result.is_ok()
    });
    result?;
    writer.finish()?;
    Ok(std::fs::metadata(path)?.len())
}
