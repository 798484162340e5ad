//! WHERE THE TIME WENT: only where TCP took a notable part of it.

use std::io::{self, Write};

use super::super::figures::of;
use super::super::page::Page;
use crate::report::Report;
use crate::report::model::{Blame, Leg, Transactions};

/// TCP's share of a command's latency from which on it is worth a line.
const NOTABLE: f64 = 0.05;

/// One line for each command and leg of whose latency TCP has more than 5 %.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    let notable: Vec<(&Transactions, &Blame)> = report
        .transactions
        .iter()
        .filter_map(|row| Some((row, row.blame.as_ref()?)))
        .filter(|(_, blame)| blame.share_tcp.is_some_and(|share| share > NOTABLE))
        .collect();
    if notable.is_empty() {
        return Ok(());
    }
    page.heading("WHERE THE TIME WENT", "shares of the latency, where TCP has more than 5 %")?;
    for (row, blame) in notable {
        let who = match row.leg {
            Some(Leg::Customer) => "customers ",
            Some(Leg::Operator) => "operators ",
            None => "",
        };
        let answerer = match row.leg {
            Some(Leg::Customer) => "we",
            Some(Leg::Operator) => "operators",
            None => "the peer",
        };
        let line = format!("{who}{}: {}", page.plain(&row.command), time(blame, answerer));
        page.item(&line, None)?;
    }
    Ok(())
}

/// `TCP 41 % (retransmission 38, zero window 3), the peer 58 %, network 1 %; 12 requests hit`
fn time(blame: &Blame, answerer: &str) -> String {
    let share = |part: f64| percent(part / blame.latency_us);
    let tcp = &blame.tcp_us;
    let mut causes = [
        ("retransmission", tcp.retransmission),
        ("reordering", tcp.reordering),
        ("zero window", tcp.zero_window),
    ];
    causes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let causes: Vec<String> = causes
        .iter()
        .filter(|(_, part)| *part > 0.0)
        .map(|&(name, part)| format!("{name} {}", share(part).trim_end_matches(" %")))
        .collect();
    let mut line = format!(
        "TCP {} ({}), {answerer} {}",
        percent(blame.share_tcp.unwrap_or(0.0)),
        causes.join(", "),
        percent(blame.share_peer.unwrap_or(0.0))
    );
    for (name, part) in [("network", blame.share_network), ("late in the capture", blame.share_capture)] {
        if let Some(part) = part.filter(|&part| part >= 0.005) {
            line.push_str(&format!(", {name} {}", percent(part)));
        }
    }
    line.push_str(&format!("; {} hit", of(blame.affected, "request")));
    line
}

fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 { "< 1 %".to_owned() } else { format!("{:.0} %", share * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::TcpDelays;

    #[test]
    fn the_line_names_the_causes_the_largest_first() {
        let blame = Blame {
            affected: 12,
            latency_us: 1_000.0,
            tcp_us: TcpDelays { retransmission: 30.0, reordering: 0.0, zero_window: 380.0 },
            share_tcp: Some(0.41),
            share_network: Some(0.01),
            share_peer: Some(0.58),
            ..Blame::default()
        };
        assert_eq!(
            time(&blame, "the peer"),
            "TCP 41 % (zero window 38, retransmission 3), the peer 58 %, network 1 %; 12 requests hit"
        );
    }
}
