//! Runs scripts against the correlator.

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use super::super::{
    Bind, BindFrom, End, Limits, Outcome, Seen, SessionEnd, SessionId, Sessions, Sink, Transaction,
    Unsolicited,
};
use crate::smpp::{CommandId, CommandStatus, Header, Place, RuleId, SequenceNumber, Version};
use crate::tcp::{ConnectionNumber, Side};
use crate::time::{Duration, Timestamp};

const COMMANDS: &[(&str, u32)] = &[
    ("generic_nack", 0x8000_0000),
    ("bind_receiver", 1),
    ("bind_transmitter", 2),
    ("query_sm", 3),
    ("submit_sm", 4),
    ("deliver_sm", 5),
    ("unbind", 6),
    ("bind_transceiver", 9),
    ("outbind", 0xb),
    ("enquire_link", 0x15),
    ("alert_notification", 0x102),
    ("data_sm", 0x103),
    ("vendor", 0x1_0200),
];

pub(super) fn command(name: &str) -> CommandId {
    if let Some(&(_, id)) = COMMANDS.iter().find(|(known, _)| *known == name) {
        return CommandId(id);
    }
    let request = name.strip_suffix("_resp").unwrap_or_else(|| panic!("command {name}"));
    command(request).response()
}

fn name(id: CommandId) -> String {
    if let Some((name, _)) = COMMANDS.iter().find(|&&(_, known)| known == id.0) {
        return (*name).to_owned();
    }
    assert!(id.is_response(), "{id:?}");
    format!("{}_resp", name(id.request()))
}

fn arrow(side: Side) -> char {
    if side == Side::Opener { '>' } else { '<' }
}

pub(super) fn side(word: &str) -> Option<Side> {
    match word {
        ">" => Some(Side::Opener),
        "<" => Some(Side::Accepter),
        _ => None,
    }
}

pub(super) fn seconds(word: &str) -> Option<Timestamp> {
    let (whole, part) = word.split_once('.').unwrap_or((word, ""));
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    Some(Timestamp::from_parts(whole, 0).plus(Duration::from_millis(part)))
}

fn number(word: &str) -> Option<u32> {
    word.strip_prefix("0x").map_or_else(|| word.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())
}

/// The rules that pairing alone judges. Scripts of pairing do without binds, and are not to be read for their state.
pub(super) fn is_of_pairing(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::SESSION_PDU_WRONG_DIRECTION
            | RuleId::SESSION_SEQUENCE_NUMBER_REUSED
            | RuleId::RESPONSE_UNMATCHED
            | RuleId::RESPONSE_DUPLICATE
            | RuleId::RESPONSE_WRONG_TYPE
    )
}

/// What came out, in words and as it is.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) lines: Vec<String>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) unsolicited: Vec<Unsolicited>,
    pub(super) findings: Vec<(&'static str, Place)>,
    pub(super) messages: Vec<String>,
    pub(super) ended: Vec<SessionEnd>,
    /// Every rule counts, and these facts of an end are told; `None`: rules of pairing alone.
    pub(super) shown: Option<BTreeSet<String>>,
}

impl Sink for Heard {
    fn transaction(&mut self, t: &Transaction) {
        let what = match t.outcome {
            Outcome::Answered { .. } => "answered",
            Outcome::Nacked { .. } => "nacked",
            Outcome::Unanswered(why) => why.name(),
            Outcome::OneWay => "one_way",
        };
        let mut line = format!("{what} {} {} {}", name(t.command), t.sequence_number, arrow(t.side));
        if let Some(latency) = t.outcome.latency() {
            write!(line, " {}ms", latency.millis()).unwrap();
        }
        if let Some(status) = t.outcome.status().filter(|&status| status != CommandStatus::OK) {
            write!(line, " {:#x}", status.0).unwrap();
        }
        let partial_response = t.response.is_some_and(|response| response.partial);
        for (mark, is) in [
            ("late", t.late),
            ("early", t.early),
            ("partial_request", t.partial),
            ("partial_response", partial_response),
        ] {
            if is {
                write!(line, " {mark}").unwrap();
            }
        }
        if t.session.n > 0 {
            write!(line, " {}", t.session).unwrap();
        }
        self.lines.push(line);
        self.transactions.push(*t);
    }

    fn unsolicited(&mut self, u: &Unsolicited) {
        let mut line = format!(
            "unsolicited {} {} {} {}",
            name(u.command),
            u.sequence_number,
            arrow(u.side),
            u.why.name()
        );
        if u.session.n > 0 {
            write!(line, " {}", u.session).unwrap();
        }
        self.lines.push(line);
        self.unsolicited.push(*u);
    }

    fn finding(&mut self, rule: RuleId, place: Place, _at: Timestamp, side: Side, message: &dyn Display) {
        if self.shown.is_none() && !is_of_pairing(rule) {
            return;
        }
        self.lines.push(format!("finding {} {}", rule.rule().id, arrow(side)));
        self.findings.push((rule.rule().id, place));
        self.messages.push(message.to_string());
    }

    fn ended(&mut self, s: SessionEnd) {
        let text = |octets: &Option<Box<[u8]>>| {
            octets.as_ref().map(|octets| String::from_utf8_lossy(octets).into_owned())
        };
        let version = s.version.map(|version| match version {
            Version::V33 => "3.3",
            Version::V34 => "3.4",
            Version::V50 => "5.0",
        });
        let facts = [
            ("end", s.end.map(|end| end.name().to_owned())),
            ("by", s.ended_by.map(|side| arrow(side).to_string())),
            ("esme", s.esme.map(|side| arrow(side).to_string())),
            ("system_id", text(&s.system_id)),
            ("smsc", text(&s.smsc_system_id)),
            ("bind", s.bind.map(|bind| bind.name().to_owned())),
            ("from", s.bind_from.filter(|&from| from != BindFrom::Bind).map(|from| from.name().to_owned())),
            ("asked", s.bind_asked.filter(|_| s.bind.is_none()).map(|bind| bind.name().to_owned())),
            ("refused", s.bind_status.filter(|_| s.refused).map(|status| format!("{:#x}", status.0))),
            ("version", version.map(str::to_owned)),
        ];
        let mut line = format!("ended {} {}", s.id, s.start.name());
        for (key, value) in facts {
            if let Some(value) = value {
                write!(line, " {key}={value}").unwrap();
            }
        }
        self.lines.push(line);
        for fact in self.shown.iter().flatten() {
            let lines = fact_lines(&s, fact);
            self.lines.extend(lines);
        }
        self.ended.push(s);
    }
}

/// One of the facts of a session, in lines; what is 0 is left out.
fn fact_lines(s: &SessionEnd, fact: &str) -> Vec<String> {
    let sides = [Side::Opener, Side::Accepter];
    let counts = |begin: String, counts: &[(&str, u64)]| {
        let mut line = begin;
        for (name, count) in counts.iter().filter(|(_, count)| *count > 0) {
            write!(line, " {name}={count}").unwrap();
        }
        line
    };
    let ms = |span: Duration| u64::try_from(span.millis()).unwrap();
    match fact {
        "numbers" => sides
            .map(|side| {
                let n = s.numbers.of(side);
                counts(
                    format!("numbers {}", arrow(side)),
                    &[
                        ("zero", n.zero),
                        ("out_of_range", n.out_of_range),
                        ("wraps", n.wraps),
                        ("resets", n.resets),
                        ("repeated", n.repeated),
                        ("backward", n.backward),
                        ("jumps", n.jumps),
                        ("own_kind", n.own_kind),
                        ("of_other_side", n.of_other_side),
                        ("reused", n.reused),
                    ],
                )
            })
            .into(),
        "links" => sides
            .map(|side| {
                let l = s.enquire_links.of(side);
                counts(
                    format!("links {}", arrow(side)),
                    &[
                        ("sent", l.sent),
                        ("answered", l.answered),
                        ("missed", l.missed),
                        ("intervals", l.interval.count),
                        ("median_ms", l.median_interval.map_or(0, ms)),
                        ("rtts", l.rtt.count),
                        ("rtt_max_ms", ms(l.rtt.max)),
                    ],
                )
            })
            .into(),
        "responses" => {
            let r = &s.responses;
            vec![counts(
                "responses".to_owned(),
                &[
                    ("late", r.late),
                    ("early", r.early),
                    ("out_of_order", r.out_of_order),
                    ("duplicate", r.duplicate),
                    ("wrong_type", r.wrong_type),
                    ("unmatched", r.unmatched),
                    ("before_capture", r.before_capture),
                    ("in_gap", r.in_gap),
                    ("given_up", r.given_up),
                    ("without_number", r.without_number),
                ],
            )]
        }
        "flight" => sides
            .map(|side| {
                let f = s.flights.of(side);
                counts(
                    format!("flight {}", arrow(side)),
                    &[
                        ("max", f.peak.map_or(0, |peak| peak.count.into())),
                        ("ms", ms(f.observed)),
                        ("ms_at_max", ms(f.at_peak)),
                        ("request_ms", u64::try_from(f.request_nanos / 1_000_000).unwrap()),
                    ],
                )
            })
            .into(),
        "silence" => s.silence.map(|s| format!("silence {}ms", ms(s.span))).into_iter().collect(),
        "rate" => {
            let r = s.rate_use;
            let peak = s.rate.map_or(0, |peak| peak.count.into());
            let all =
                [("peak", peak), ("requests", r.requests), ("seconds", r.seconds), ("bursts", r.bursts)];
            vec![counts("rate".to_owned(), &all)]
        }
        "bind" => {
            vec![counts("bind".to_owned(), &[("binds", s.binds.into()), ("outbind", s.outbound.into())])]
        }
        other => panic!("fact {other}"),
    }
}

/// A connection under test.
pub(super) struct Run {
    pub(super) sessions: Sessions,
    pub(super) heard: Heard,
    pub(super) at: Timestamp,
    frame: u64,
    requests: usize,
    responses: usize,
}

impl Run {
    pub(super) fn new(handshake: bool, limits: Limits) -> Self {
        let run = Self::of(Sessions::new(ConnectionNumber(0), handshake, limits), BTreeSet::new());
        Self { heard: Heard::default(), ..run }
    }

    /// Of any connection, judged by all rules.
    pub(super) fn of(sessions: Sessions, shown: BTreeSet<String>) -> Self {
        Self {
            sessions,
            heard: Heard { shown: Some(shown), ..Heard::default() },
            at: Timestamp::from_parts(0, 0),
            frame: 0,
            requests: 0,
            responses: 0,
        }
    }

    /// Obeys one line of a script.
    pub(super) fn obey(&mut self, line: &str) {
        let mut words = line.split_whitespace().peekable();
        self.at = self.at.plus(Duration::from_millis(1));
        if let Some(at) = words.peek().and_then(|word| seconds(word)) {
            self.at = at;
            words.next();
        }
        let (first, rest) = (words.next().unwrap(), words.collect::<Vec<_>>());
        let heard = &mut self.heard;
        match (first, &rest[..]) {
            ("gap", &[whose]) => self.sessions.gap(side(whose).unwrap(), self.at),
            ("tick", &[at]) => {
                self.at = seconds(at).unwrap();
                self.sessions.tick(self.at, heard);
            }
            ("finish", &[at]) => {
                self.at = seconds(at).unwrap();
                self.sessions.finish(self.at, heard);
            }
            ("close", &[end, ref by @ ..]) => {
                let end = [End::Fin, End::Rst, End::Idle].into_iter().find(|e| e.name() == end).unwrap();
                self.sessions.close(end, by.first().and_then(|by| side(by)), self.at, heard);
            }
            (sender, &[command_name, sequence_number, ref more @ ..]) => {
                self.pdu(
                    side(sender).unwrap_or_else(|| panic!("{line}")),
                    command_name,
                    sequence_number,
                    more,
                );
            }
            _ => panic!("cannot read {line}"),
        }
    }

    fn pdu(&mut self, side: Side, command_name: &str, sequence_number: &str, more: &[&str]) {
        let command_id = command(command_name);
        let (mut status, mut whole, mut tlvs, mut bind) = (0, true, false, Bind::default());
        for &word in more {
            if word == "partial" {
                whole = false;
            } else if word == "tlvs" {
                tlvs = true;
            } else if let Some(version) = word.strip_prefix('v').and_then(number) {
                bind.interface_version = Some(u8::try_from(version).unwrap());
            } else if let Some(value) = number(word) {
                status = value;
            } else {
                bind.system_id = Some(word.as_bytes());
            }
        }
        self.frame += 1;
        if command_id.is_response() {
            self.responses += 1;
        } else {
            self.requests += 1;
        }
        let greets = command_id.request().is_bind() || command_id == CommandId::OUTBIND;
        let seen = Seen {
            side,
            header: Header {
                command_length: 16,
                command_id,
                command_status: CommandStatus(status),
                sequence_number: SequenceNumber(number(sequence_number).unwrap()),
            },
            at: self.at,
            begun: self.at,
            wait: None,
            place: Place { frame: self.frame, index: 0, offset: 0 },
            whole,
            tlvs,
            bind: greets.then_some(bind),
        };
        self.sessions.push(&seen, &mut self.heard);
    }

    /// Everything pushed came out once. Only true once the connection is closed or the capture is over.
    pub(super) fn check_sums(&self) {
        let Heard { transactions, unsolicited, ended, .. } = &self.heard;
        assert_eq!(transactions.len(), self.requests, "a transaction for each request");
        let answers = transactions.iter().filter(|t| t.response.is_some()).count();
        assert_eq!(answers + unsolicited.len(), self.responses, "each response once");
        let mut places: Vec<_> = transactions.iter().map(|t| t.place).collect();
        places.extend(transactions.iter().filter_map(|t| t.response.map(|r| r.place)));
        places.extend(unsolicited.iter().map(|u| u.place));
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), self.requests + self.responses, "no PDU twice");
        let counted: u64 = ended.iter().map(|s| s.pdus() + s.partial_pdus).sum();
        assert_eq!(counted, self.frame, "each PDU counted in a session");
        let ids: Vec<_> = ended.iter().map(|s| s.id).collect();
        let expected: Vec<_> =
            (0..).map(|n| SessionId { connection: ConnectionNumber(0), n }).take(ids.len()).collect();
        assert_eq!(ids, expected, "sessions numbered from 0");
        assert!(self.sessions.is_quiet());
    }
}

/// Runs a script of a connection seen from its handshake.
pub(super) fn check(script: &str) -> Heard {
    check_with(true, Limits::default(), script)
}

/// Runs a script and compares the events of each of its lines. At its end the capture ends, unsaid.
pub(super) fn check_with(handshake: bool, limits: Limits, script: &str) -> Heard {
    let mut run = Run::new(handshake, limits);
    let mut lines = script.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let before = run.heard.lines.len();
        run.obey(line);
        let mut expected = Vec::new();
        while let Some(event) = lines.next_if(|line| line.starts_with('=')) {
            expected.push(event.trim_start_matches(['=', ' ']));
        }
        assert_eq!(run.heard.lines[before..], expected, "after `{line}`");
    }
    let at = run.at;
    run.sessions.finish(at, &mut run.heard);
    run.check_sums();
    run.heard
}
