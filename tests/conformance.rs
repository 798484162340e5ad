//! Every example of `conformance/rules.md`: through the walk, each PDU on its own, with the version and the direction
//! that its block states; and as a session, through the library and through `smpp-inspect decode`.
//!
//! What a block is held to is the set of rules that it breaks, exactly. Of the walk only rules of single PDUs are
//! expected, of the session all but those of messages across connections, which nothing judges yet.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use smpp_inspect::dissect::{self, Given, input};
use smpp_inspect::session::Timers;
use smpp_inspect::smpp::spec::State;
use smpp_inspect::smpp::{Context, Finding, RULES, Role, Scope, Version, Visitor, walk};
use smpp_inspect::time::Duration;

/// Rules that the framer judges, which has the stream. A line whose command_length is not its length is its business,
/// too, and is left out here.
const FRAMING: &[&str] = &[
    "header.truncated",
    "header.command_length.too_small",
    "header.command_length.too_large",
    "header.command_length.beyond_capture",
];

const SUITE: &str = include_str!("conformance/rules.md");

/// One example.
struct Block {
    line: usize,
    rule: String,
    bad: bool,
    version: Version,
    also: Vec<String>,
    state: Option<String>,
    is_closed: bool,
    /// Names and seconds.
    timers: Vec<(&'static str, String)>,
    text: String,
    pdus: Vec<(Role, Vec<u8>)>,
}

impl Block {
    /// The rules that it breaks, of those in `judged`.
    fn expected(&self, judged: &BTreeSet<&str>) -> BTreeSet<String> {
        let stated = self.also.iter().chain(self.bad.then_some(&self.rule));
        stated.filter(|rule| judged.contains(rule.as_str())).cloned().collect()
    }

    fn version_name(&self) -> &'static str {
        match self.version {
            Version::V33 => "3.3",
            Version::V34 => "3.4",
            Version::V50 => "5.0",
        }
    }
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut rule = String::new();
    let mut open = false;
    for (line, text) in SUITE.lines().enumerate() {
        if let Some(heading) = text.strip_prefix("### ") {
            rule = heading.split('`').nth(1).expect("a rule in the heading").to_owned();
        } else if let Some(attributes) = text.strip_prefix("```smpp ") {
            let attribute = |name: &str| {
                attributes
                    .split(' ')
                    .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
                    .map(str::to_owned)
            };
            let version = match attribute("v").as_deref() {
                Some("3.3") => Version::V33,
                Some("3.4") => Version::V34,
                Some("5.0") => Version::V50,
                other => panic!("line {}: version {other:?}", line + 1),
            };
            let also =
                attribute("also").map_or(Vec::new(), |also| also.split(',').map(str::to_owned).collect());
            let bad = attributes.starts_with("bad ");
            let timers = ["session_init", "response", "enquire_link", "inactivity"];
            blocks.push(Block {
                line: line + 1,
                rule: rule.clone(),
                bad,
                version,
                also,
                state: attribute("state"),
                is_closed: attribute("end").as_deref() == Some("closed"),
                timers: timers.into_iter().filter_map(|name| Some((name, attribute(name)?))).collect(),
                text: String::new(),
                pdus: Vec::new(),
            });
            open = true;
        } else if text == "```" {
            open = false;
        } else if open {
            let (sender, hex) = text.split_once("> ").expect("a direction");
            let role = if sender.ends_with('E') { Role::Esme } else { Role::Smsc };
            let block = blocks.last_mut().expect("a block");
            block.text.push_str(text);
            block.text.push('\n');
            block.pdus.push((role, octets(hex)));
        }
    }
    blocks
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<_> =
        hex.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).expect("hex")).collect();
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("an octet")).collect()
}

fn judged() -> BTreeSet<&'static str> {
    RULES
        .iter()
        .filter(|rule| rule.scope == Scope::Pdu && !FRAMING.contains(&rule.id))
        .map(|rule| rule.id)
        .collect()
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Visitor for Findings {
    fn finding(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

fn findings(block: &Block) -> Vec<Finding> {
    let mut findings = Findings::default();
    for (from, pdu) in &block.pdus {
        let whole = pdu.first_chunk().is_some_and(|length| u32::from_be_bytes(*length) as usize == pdu.len());
        if whole && pdu.len() >= 16 {
            walk(pdu, Context { version: Some(block.version), from: Some(*from) }, &mut findings);
        }
    }
    findings.0
}

#[test]
fn every_block_breaks_exactly_the_rules_that_it_says() {
    hold(&judged(), |block| {
        findings(block).iter().map(|finding| finding.rule.rule().id.to_owned()).collect()
    });
}

/// Compares what `found` says of each block with what the block says.
fn hold(judged: &BTreeSet<&str>, found: impl Fn(&Block) -> BTreeSet<String>) {
    let mut wrong = Vec::new();
    let blocks = blocks();
    assert_eq!(blocks.len(), 284);
    for block in &blocks {
        let (expected, found) = (block.expected(judged), found(block));
        if found != expected {
            wrong.push(format!(
                "line {} ({}): expected {expected:?}, found {found:?}",
                block.line, block.rule
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} blocks:\n{}", wrong.len(), blocks.len(), wrong.join("\n"));
}

/// All rules but those of messages across connections.
fn of_sessions() -> BTreeSet<&'static str> {
    RULES.iter().filter(|rule| rule.scope != Scope::Journey).map(|rule| rule.id).collect()
}

fn given(block: &Block) -> Given<'static> {
    let state = block.state.as_deref().map(|state| match state {
        "OPEN" => State::Open,
        "OUTBOUND" => State::Outbound,
        "BOUND_TX" => State::BoundTx,
        "BOUND_RX" => State::BoundRx,
        "BOUND_TRX" => State::BoundTrx,
        "UNBOUND" => State::Unbound,
        other => panic!("line {}: state {other}", block.line),
    });
    let timer = |name| {
        let (_, limit) = block.timers.iter().find(|(other, _)| *other == name)?;
        Some(Duration::from_secs(limit.parse().expect("seconds")))
    };
    let timers = Timers {
        session_init: timer("session_init"),
        response: timer("response"),
        enquire_link: timer("enquire_link"),
        inactivity: timer("inactivity"),
    };
    Given { version: Some(block.version), state, timers, is_closed: block.is_closed, ..Given::default() }
}

#[test]
fn every_block_breaks_exactly_its_rules_as_a_session() {
    hold(&of_sessions(), |block| {
        let lines = input::parse(&block.text).expect("lines of a session");
        dissect::dissect(&lines, given(block)).findings.into_iter().map(|finding| finding.rule).collect()
    });
}

#[test]
fn every_block_breaks_exactly_its_rules_through_decode() {
    hold(&of_sessions(), decoded);
}

/// What `smpp-inspect decode` finds in a block.
fn decoded(block: &Block) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    command.args(["decode", "--format", "json", "--version", block.version_name()]);
    command.args(["--end", if block.is_closed { "closed" } else { "open" }]);
    if let Some(state) = &block.state {
        command.args(["--state", state]);
    }
    for (name, seconds) in &block.timers {
        command.args(["--timer", &format!("{name}={seconds}")]);
    }
    let mut run = command
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("decode starts");
    run.stdin.take().expect("its input").write_all(block.text.as_bytes()).expect("decode reads");
    let output = run.wait_with_output().expect("decode ends");
    assert!(output.status.success(), "line {}: {}", block.line, String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let pdus = json["pdus"].as_array().expect("pdus").len() as u64;
    for finding in findings {
        assert!(finding["pdu"].as_u64().is_none_or(|pdu| pdu < pdus), "line {}: {finding}", block.line);
    }
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
}

#[test]
fn every_rule_of_sessions_has_a_block_that_breaks_it_and_one_that_does_not() {
    for rule in RULES.iter().filter(|rule| rule.scope == Scope::Session) {
        for bad in [true, false] {
            assert!(blocks().iter().any(|block| block.rule == rule.id && block.bad == bad), "{}", rule.id);
        }
    }
}

#[test]
fn without_a_state_only_the_direction_is_judged() {
    let judged: BTreeSet<_> =
        RULES.iter().filter(|rule| rule.scope == Scope::Session).map(|rule| rule.id).collect();
    for block in &blocks() {
        let lines = input::parse(&block.text).expect("lines of a session");
        let dissection = dissect::dissect(&lines, Given { state: None, ..given(block) });
        for finding in dissection.findings.iter().filter(|finding| judged.contains(finding.rule.as_str())) {
            assert_eq!(finding.rule, "session.pdu_wrong_direction", "line {}", block.line);
        }
    }
}

#[test]
fn every_judged_rule_has_a_block_that_breaks_it() {
    let broken: BTreeSet<_> =
        blocks().iter().flat_map(findings).map(|finding| finding.rule.rule().id).collect();
    assert_eq!(broken, judged());
}

#[test]
fn the_rules_of_the_framer_exist() {
    for id in FRAMING {
        assert!(RULES.iter().any(|rule| rule.id == *id && rule.scope == Scope::Pdu), "{id}");
    }
}

#[test]
fn messages_name_the_thing_the_fact_and_the_clause() {
    for block in blocks().iter().filter(|block| block.bad) {
        for finding in findings(block) {
            let text = finding.to_string();
            assert!(text.ends_with(')') && !text.contains("  ") && !text.contains(": :"), "{text}");
            assert!(finding.field.is_none_or(|field| text.starts_with(&format!("{field}: "))), "{text}");
        }
    }
}
