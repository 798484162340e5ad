//! TRUST: what the capture lacks, what was left out, and what therefore may be otherwise than stated above.

use std::io::{self, Write};

use super::super::figures::{count, of};
use super::super::page::Page;
use super::commands::listed;
use crate::report::Report;
use crate::report::model::{File, KeyFrom, PartialReason, Redaction, Unanswered};

/// One sentence a line; one line in all when there is nothing to doubt.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    let mut doubts = Vec::new();
    doubts.extend(unanswered(report));
    doubts.extend(unsolicited(report));
    doubts.extend(gaps(report));
    doubts.extend(skipped(report));
    doubts.extend(partial(report));
    if doubts.is_empty() && report.pdus.total > 0 {
        doubts.push("no gap, no octet unexplained, no request without its answer".to_owned());
    }
    doubts.extend(tcp(report));
    doubts.extend(frames(report));
    doubts.extend(files(report));
    doubts.extend(fragments(report));
    doubts.extend(
        report.limits.iter().map(|limit| format!("limit reached: {} {}", count(limit.count), limit.limit)),
    );
    doubts.extend(report.redaction.as_ref().map(redacted));
    if !doubts.is_empty() {
        page.heading("TRUST", "how far to trust the above")?;
    }
    for doubt in doubts {
        page.item(&page.plain(&doubt), None)?;
    }
    Ok(())
}

fn redacted(redaction: &Redaction) -> String {
    let key = match redaction.key {
        KeyFrom::Fresh => "a key of this run alone",
        KeyFrom::File => "a key that was given",
    };
    let mut line = format!("redacted: {}; tokens under {key}", redaction.subjects.join(", "));
    if redaction.keep_prefix > 0 {
        line.push_str(&format!("; the first {} of numbers kept", of(redaction.keep_prefix.into(), "digit")));
    }
    line
}

fn unanswered(report: &Report) -> Option<String> {
    const REASONS: [(Unanswered, &str); 6] = [
        (Unanswered::ReplyInGap, "whose answer may lie in a gap"),
        (Unanswered::TimedOut, "given no answer in time"),
        (Unanswered::Closed, "open when the connection closed"),
        (Unanswered::Superseded, "whose sequence number was used again"),
        (Unanswered::CaptureEnded, "still open at the end of the capture"),
        (Unanswered::Evicted, "forgotten for want of memory"),
    ];
    let total = report.transactions.iter().map(|row| row.unanswered).fold(0, u64::saturating_add);
    let parts = REASONS.map(|(why, words)| {
        let rows = report.transactions.iter().flat_map(|row| &row.unanswered_why);
        let rows = rows.filter(|row| row.why == why);
        (rows.map(|row| row.count).fold(0, u64::saturating_add), words.to_owned())
    });
    (total > 0).then(|| sentence(&format!("{} without an answer", of(total, "request")), parts))
}

fn unsolicited(report: &Report) -> Option<String> {
    let total = report.unsolicited.iter().map(|row| row.count).fold(0, u64::saturating_add);
    let rows = report.unsolicited.iter().map(|row| (row.command.as_str(), row.count));
    (total > 0).then(|| {
        let verb = if total == 1 { "answers" } else { "answer" };
        format!("{} {verb} nothing in the capture: {}", of(total, "response"), listed(rows))
    })
}

fn gaps(report: &Report) -> Option<String> {
    let tcp = &report.tcp;
    (tcp.gaps > 0)
        .then(|| format!("{}: the capture lacks {}", of(tcp.gaps, "gap"), of(tcp.gap_octets, "octet")))
}

fn skipped(report: &Report) -> Option<String> {
    let octets = &report.octets;
    (octets.skipped > 0).then(|| {
        let start = format!("{} of {} in no whole PDU", of(octets.skipped, "octet"), count(octets.stream));
        let parts = octets.skipped_why.iter().map(|row| (row.count, skipped_words(&row.reason)));
        sentence(&start, parts)
    })
}

fn partial(report: &Report) -> Option<String> {
    let rows = &report.pdus.partial;
    let total = rows.iter().map(|row| row.count).fold(0, u64::saturating_add);
    let parts = rows.iter().map(|row| {
        let words = match row.reason {
            PartialReason::Snaplen => "cut by the capture's frame length",
            PartialReason::Gap => "lacking octets",
            PartialReason::CaptureEnd => "cut off by the end",
        };
        (row.count, words.to_owned())
    });
    (total > 0).then(|| sentence(&format!("{} with a header and no whole body", of(total, "PDU")), parts))
}

fn tcp(report: &Report) -> Vec<String> {
    let tcp = &report.tcp;
    let mut parts = Vec::new();
    let mut part = |n: u64, one: &str, many: &str| {
        if n > 0 {
            parts.push(format!("{} {}", count(n), if n == 1 { one } else { many }));
        }
    };
    part(tcp.duplicate_frames, "frame captured twice, used once", "frames captured twice, used once");
    part(tcp.retransmitted, "segment retransmitted", "segments retransmitted");
    part(tcp.out_of_order, "out of order", "out of order");
    part(tcp.duplicate_acks, "acknowledgement repeated", "acknowledgements repeated");
    part(tcp.zero_windows, "window closed", "windows closed");
    part(tcp.conflicting_overlaps, "overlap that disagrees", "overlaps that disagree");
    let mut lines = Vec::new();
    if !parts.is_empty() {
        lines.push(parts.join(", "));
    }
    let translated = report.sessions.iter().filter(|session| session.tcp.copies > 1).count();
    if translated > 0 {
        let of = of(translated.try_into().unwrap_or(u64::MAX), "session");
        lines.push(format!(
            "{of} captured on both sides of an address translation: the first addresses are shown"
        ));
    }
    if tcp.tls_connections > 0 {
        let is = if tcp.tls_connections == 1 { "is" } else { "are" };
        lines.push(format!(
            "{} {is} TLS and not read: a key log will be needed",
            of(tcp.tls_connections, "connection")
        ));
    }
    lines
}

fn frames(report: &Report) -> Option<String> {
    let rows = &report.capture.skipped_frames;
    let total = rows.iter().map(|row| row.count).fold(0, u64::saturating_add);
    (total > 0).then(|| {
        let verb = if total == 1 { "is" } else { "are" };
        let start =
            format!("{} of {} {verb} no TCP segment", of(total, "frame"), count(report.capture.frames));
        sentence(&start, rows.iter().map(|row| (row.count, frame_words(&row.reason))))
    })
}

/// What the files say of themselves.
fn files(report: &Report) -> Vec<String> {
    let sum = |of: fn(&File) -> u64| report.capture.files.iter().map(of).fold(0, u64::saturating_add);
    let dropped = sum(|file| file.dropped.unwrap_or(0));
    let untimed = sum(|file| file.untimed_frames);
    let mut lines = Vec::new();
    if dropped > 0 {
        lines.push(format!("{} lost by the capturing system, by its own account", of(dropped, "frame")));
    }
    if untimed > 0 && report.capture.first_at.is_some() {
        lines.push(format!("{} without a time: that of the frame before counts", of(untimed, "frame")));
    }
    lines
}

fn fragments(report: &Report) -> Vec<String> {
    let overlapping = report.capture.fragments.as_ref().map_or(0, |fragments| fragments.overlapping);
    let reason = |name: &str| {
        let rows = report.capture.skipped_frames.iter().filter(|row| row.reason == name);
        rows.map(|row| row.count).fold(0, u64::saturating_add)
    };
    let mut parts = Vec::new();
    if overlapping > 0 {
        parts.push(format!("{} with overlapping fragments, first octets used", of(overlapping, "IP packet")));
    }
    let incomplete = reason("ip_fragment_incomplete");
    if incomplete > 0 {
        parts.push(format!("{} of IP packets whose rest the capture lacks", of(incomplete, "fragment")));
    }
    parts
}

/// Why octets are in no PDU, in words.
pub(in crate::view) fn skipped_words(reason: &str) -> String {
    match reason {
        "lost_framing" => "after a command_length that cannot be",
        "around_gap" => "beside gaps",
        "mid_stream" => "before the first PDU, as the capture began in the middle",
        "partial_pdu" => "of PDUs that are not all there",
        "stream_end" => "of a header cut off by the end",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// What a frame is, or lacks, that gives no TCP segment, in words.
fn frame_words(reason: &str) -> String {
    match reason {
        "not_ip" => "not IP".to_owned(),
        "header_cut" => "with headers cut off".to_owned(),
        "malformed" => "with headers that contradict themselves".to_owned(),
        "too_deep" => "with too many tunnels in each other".to_owned(),
        "ip_fragment_incomplete" => "fragments of packets that are not all there".to_owned(),
        "ip_fragment_limit" => "fragments given up for want of room".to_owned(),
        "bad_ip_checksum" => "with a wrong IP checksum".to_owned(),
        "bad_tcp_checksum" => "with a wrong TCP checksum".to_owned(),
        "not_tcp_icmpv6" => "ICMPv6".to_owned(),
        other => match other.strip_prefix("not_tcp_") {
            Some(number) if number.bytes().all(|digit| digit.is_ascii_digit()) => {
                format!("IP protocol {number}")
            }
            Some(name) => name.to_uppercase(),
            None => other.replace('_', " "),
        },
    }
}

/// `start: 2 part, 1 part`; a single part needs no number of its own.
fn sentence(start: &str, parts: impl IntoIterator<Item = (u64, String)>) -> String {
    let parts: Vec<(u64, String)> = parts.into_iter().filter(|&(n, _)| n > 0).collect();
    match parts.as_slice() {
        [] => start.to_owned(),
        [(_, words)] => format!("{start}: {words}"),
        parts => {
            let parts: Vec<String> =
                parts.iter().map(|(n, words)| format!("{} {words}", count(*n))).collect();
            format!("{start}: {}", parts.join(", "))
        }
    }
}
