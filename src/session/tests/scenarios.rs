//! The scenario files of `tests/scenarios/`: a session a file, one line a PDU, with what is said of it below.
//!
//! `UPDATE_SCENARIOS=1 cargo test scenario` writes what is said anew; it is to be read before it is kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::{Limits, NoRequest, Sessions, Why};
use super::script::{Run, seconds, side};
use crate::smpp::spec::State;
use crate::smpp::{RULES, Scope, Version};
use crate::tcp::ConnectionNumber;
use crate::time::Timestamp;

fn files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "txt"))
        .map(|path| (path.clone(), read(&path)))
        .collect();
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
fn read(path: &Path) -> String {
    String::from_utf8(std::fs::read(path).unwrap()).unwrap()
}

/// What a file says is given: the session before its first line, and the facts to show of its end.
fn begin(text: &str) -> Run {
    let mut limits = Limits::default();
    let (mut handshake, mut state, mut version, mut esme, mut opened) = (true, None, None, None, None);
    let mut shown = BTreeSet::new();
    for line in text.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            ["given", "midstream"] => handshake = false,
            ["given", "state", name] => state = Some(state_named(name)),
            ["given", "version", "3.3"] => version = Some(Version::V33),
            ["given", "version", "3.4"] => version = Some(Version::V34),
            ["given", "version", "5.0"] => version = Some(Version::V50),
            ["given", "esme", arrow] => esme = side(arrow),
            ["given", "opened", at] => opened = seconds(at),
            ["given", "outstanding", count] => limits.outstanding = count.parse().unwrap(),
            ["given", "timer", name, limit] => {
                let limit = seconds(limit).map(|at| at.since(Timestamp::default()));
                match name {
                    "session_init" => limits.timers.session_init = limit,
                    "response" => limits.timers.response = limit,
                    "enquire_link" => limits.timers.enquire_link = limit,
                    "inactivity" => limits.timers.inactivity = limit,
                    other => panic!("timer {other}"),
                }
            }
            ["show", ref facts @ ..] => shown.extend(facts.iter().map(|&fact| fact.to_owned())),
            ["given", ..] => panic!("cannot read {line}"),
            _ => {}
        }
    }
    let mut sessions = Sessions::new(ConnectionNumber(0), handshake, limits);
    if let Some(state) = state {
        sessions = sessions.in_state(state);
    }
    if let Some(version) = version {
        sessions = sessions.speaking(version);
    }
    if let Some(esme) = esme {
        sessions = sessions.with_esme(esme);
    }
    if let Some(at) = opened {
        sessions = sessions.opened_at(at);
    }
    Run::of(sessions, shown)
}

fn state_named(name: &str) -> State {
    match name {
        "OPEN" => State::Open,
        "OUTBOUND" => State::Outbound,
        "BOUND_TX" => State::BoundTx,
        "BOUND_RX" => State::BoundRx,
        "BOUND_TRX" => State::BoundTrx,
        "UNBOUND" => State::Unbound,
        other => panic!("state {other}"),
    }
}

/// The file as it would be if all that it says of its PDUs was so.
fn played(text: &str) -> String {
    let mut run = begin(text);
    let mut said = String::new();
    for line in text.lines() {
        let first = line.split_whitespace().next().unwrap_or("#");
        if first == "=" {
            continue;
        }
        said.push_str(line);
        said.push('\n');
        if first.starts_with('#') || first == "given" || first == "show" {
            continue;
        }
        let before = run.heard.lines.len();
        run.obey(line);
        for event in &run.heard.lines[before..] {
            said.push_str(&format!("    = {event}\n"));
        }
    }
    run.check_sums();
    said
}

#[test]
fn every_scenario_is_told_as_its_file_says() {
    for (path, text) in files() {
        println!("{}", path.display());
        let played = played(&text);
        if std::env::var_os("UPDATE_SCENARIOS").is_some() {
            std::fs::write(&path, &played).unwrap();
        } else {
            assert_eq!(played, text, "{}", path.display());
        }
    }
}

#[test]
fn every_rule_of_sessions_and_every_outcome_is_in_a_scenario() {
    let all: String = files().into_iter().map(|(_, text)| text).collect();
    let has = |what: &str| all.lines().any(|line| line.trim_start().starts_with(&format!("= {what}")));
    for rule in RULES.iter().filter(|rule| rule.scope == Scope::Session) {
        assert!(has(&format!("finding {} ", rule.id)), "{}", rule.id);
    }
    let whys = [Why::Closed, Why::CaptureEnded, Why::TimedOut, Why::Superseded, Why::ReplyInGap];
    for what in ["answered ", "nacked ", "one_way "] {
        assert!(has(what), "{what}");
    }
    for why in whys {
        assert!(has(why.name()), "{}", why.name());
    }
    for why in [
        NoRequest::BeforeCapture,
        NoRequest::InGap,
        NoRequest::Duplicate,
        NoRequest::WrongType,
        NoRequest::GivenUp,
        NoRequest::WithoutNumber,
        NoRequest::Unmatched,
    ] {
        let told = |line: &str| {
            line.trim_start().starts_with("= unsolicited") && line.split(' ').any(|word| word == why.name())
        };
        assert!(all.lines().any(told), "{}", why.name());
    }
    for end in ["unbind", "fin", "rst", "idle", "capture_end"] {
        assert!(
            all.lines().any(|line| line.contains("= ended ") && line.contains(&format!(" end={end}"))),
            "{end}"
        );
    }
}

#[test]
fn a_scenario_that_is_told_otherwise_fails() {
    let text = "1.0 > enquire_link 1\n1.5 < enquire_link_resp 1\n    = answered enquire_link 1 > 400ms\nfinish 2.0\n";
    assert_ne!(played(text), text);
}
