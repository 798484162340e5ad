//! Every example of `conformance/rules.md` through the walk: each PDU on its own, with the version and the direction
//! that its block states.
//!
//! What a block is held to is the set of rules that it breaks, exactly, restricted to the rules that a walk of single
//! PDUs judges: rules of session and journey scope are their machines', framing rules are the framer's.

use std::collections::BTreeSet;

use smpp_inspect::smpp::{Context, Finding, RULES, Role, Scope, Version, Visitor, walk};

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
    pdus: Vec<(Role, Vec<u8>)>,
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
            blocks.push(Block { line: line + 1, rule: rule.clone(), bad, version, also, pdus: Vec::new() });
            open = true;
        } else if text == "```" {
            open = false;
        } else if open {
            let (sender, hex) = text.split_once("> ").expect("a direction");
            let role = if sender.ends_with('E') { Role::Esme } else { Role::Smsc };
            blocks.last_mut().expect("a block").pdus.push((role, octets(hex)));
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
    let judged = judged();
    let mut wrong = Vec::new();
    let blocks = blocks();
    assert_eq!(blocks.len(), 284);
    for block in &blocks {
        let stated = block.also.iter().chain(block.bad.then_some(&block.rule)).map(String::as_str);
        let expected: BTreeSet<_> = stated.filter(|rule| judged.contains(rule)).collect();
        let findings = findings(block);
        let found: BTreeSet<_> = findings.iter().map(|finding| finding.rule.rule().id).collect();
        if found != expected {
            wrong.push(format!(
                "line {} ({}): expected {expected:?}, found {found:?}",
                block.line, block.rule
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} blocks:\n{}", wrong.len(), blocks.len(), wrong.join("\n"));
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
