//! What a word stands for: a command, status, TLV, field or rule of the tables, by its number or name, or a field of
//! filters.

use std::fmt::Write;

use crate::filter::field::{self as filtered, FIELDS, Type};
use crate::smpp::spec::{
    self, COMMANDS, Command, Field, Kind, Lengths, Pairing, Retry, STATUSES, Section, Status, TLVS, Tlv,
    TlvSet, Values, Versions,
};
use crate::smpp::{CommandId, CommandStatus, RULES, Role, Rule, Scope, TlvTag, Version};

/// What something in the tables is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What kind of thing: `command`, `status`, `TLV`, `field`, `rule`, `filter field`.
    pub kind: &'static str,
    /// Its name, and its number where it has one.
    pub title: String,
    /// What it is for.
    pub doc: String,
    /// Further facts: what, and which.
    pub facts: Vec<(String, String)>,
}

/// All that `word` stands for: a number (decimal, or hex with `0x`) or a name, in any case, a status also without
/// `ESME_` or `ESME_R`, as filters have it.
#[must_use]
pub fn explain(word: &str) -> Vec<Entry> {
    let word = word.trim();
    if word.is_empty() {
        return Vec::new();
    }
    match number(word) {
        Some(number) => by_number(number),
        None => {
            let mut entries = by_name(word);
            // What the tables have is asked for by the same name.
            if entries.is_empty() {
                entries.extend(filtered::named(word).as_ref().map(filter_field));
            }
            entries
        }
    }
}

/// A number, decimal or hex with `0x`.
pub(super) fn number(word: &str) -> Option<u32> {
    let word = word.trim();
    let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    digits.map_or_else(|| word.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())
}

/// Names that are nearly `word`, the nearest first.
#[must_use]
pub fn suggestions(word: &str) -> Vec<String> {
    let word = word.to_ascii_lowercase();
    let mut near: Vec<(f64, String)> = names()
        .map(|name| {
            let lower = name.to_ascii_lowercase();
            let likeness = match lower.strip_prefix("esme_") {
                // What all statuses begin with says nothing.
                Some(status) => ["esme_", "esme_r", ""]
                    .iter()
                    .filter_map(|start| word.strip_prefix(start))
                    .flat_map(|rest| {
                        [status, status.strip_prefix('r').unwrap_or(status)].map(|own| likeness(own, rest))
                    })
                    .fold(0.0, f64::max),
                // A part of a dotted name is as good as the whole.
                None => {
                    likeness(&lower, &word).max(likeness(lower.rsplit('.').next().unwrap_or(&lower), &word))
                }
            };
            (likeness, name.to_owned())
        })
        .filter(|(likeness, _)| *likeness > 0.84)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.dedup_by(|a, b| a.1 == b.1);
    near.into_iter().take(5).map(|(_, name)| name).collect()
}

fn likeness(name: &str, word: &str) -> f64 {
    strsim::jaro_winkler(name, word)
}

/// Every name that is explained.
fn names() -> impl Iterator<Item = &'static str> {
    let commands = COMMANDS.iter().map(|command| command.name);
    let statuses = STATUSES.iter().map(|status| status.name);
    let tlvs = TLVS.iter().map(|tlv| tlv.name());
    let fields = fields().into_iter().map(|(field, _)| field.name);
    let filters = FIELDS.iter().map(|field| field.name);
    commands.chain(statuses).chain(tlvs).chain(fields).chain(RULES.iter().map(|rule| rule.id)).chain(filters)
}

fn by_number(number: u32) -> Vec<Entry> {
    let mut entries = Vec::new();
    entries.extend(spec::command(CommandId(number)).map(command));
    entries.extend(spec::status(CommandStatus(number)).map(status));
    let tag = u16::try_from(number).ok().map(TlvTag);
    entries.extend(tag.and_then(spec::tlv).map(tlv));
    let range = |kind: &'static str, of: &str, doc: &str| Entry {
        kind,
        title: if kind == "TLV" { format!("0x{number:04x}") } else { format!("0x{number:08x}") },
        doc: format!("{of}: {doc}"),
        facts: Vec::new(),
    };
    if spec::is_vendor_command(CommandId(number)) {
        entries.push(range(
            "command",
            "of the vendor of the message centre",
            "the body means what the vendor says",
        ));
    }
    if spec::is_vendor_status(CommandStatus(number)) {
        entries.push(range(
            "status",
            "of the vendor of the message centre",
            "ask the operator what it means",
        ));
    }
    if tag.is_some_and(spec::is_vendor_tlv) {
        entries.push(range(
            "TLV",
            "of the vendor of the message centre",
            "the value means what the vendor says",
        ));
    }
    entries
}

fn by_name(word: &str) -> Vec<Entry> {
    let is = |name: &str| name.eq_ignore_ascii_case(word);
    let named = |name: &str, aliases: &[&str]| is(name) || aliases.iter().any(|alias| is(alias));
    let mut entries: Vec<Entry> = COMMANDS
        .iter()
        .filter(|row| named(row.name, row.aliases))
        .map(|row| command(row))
        .chain(
            STATUSES
                .iter()
                .filter(|row| {
                    ["", "ESME_", "ESME_R"].iter().any(|start| row.name.strip_prefix(start).is_some_and(is))
                })
                .map(status),
        )
        .chain(TLVS.iter().filter(|row| named(row.name(), row.field.aliases)).map(|row| tlv(row)))
        .collect();
    entries.extend(
        fields()
            .into_iter()
            .filter(|(field, _)| named(field.name, field.aliases))
            .map(|(field, commands)| mandatory(field, &commands)),
    );
    entries.extend(RULES.iter().filter(|rule| is(rule.id)).map(rule));
    entries
}

/// Mandatory fields with the commands that have them, in the order of the tables; fields that are alike but for their
/// place are one.
fn fields() -> Vec<(&'static Field, Vec<&'static str>)> {
    let mut all: Vec<(&'static Field, Vec<&'static str>)> = Vec::new();
    for command in &COMMANDS {
        let mut open: Vec<&'static Field> = command.body.to_vec();
        while let Some(field) = open.pop() {
            match field.kind {
                Kind::List { item, .. } => open.extend(item),
                Kind::OneOf { cases, .. } => open.extend(cases.iter().flat_map(|(_, fields)| fields.iter())),
                _ => {}
            }
            match all.iter_mut().find(|(other, _)| std::ptr::eq(*other, field)) {
                Some((_, commands)) if commands.last() != Some(&command.name) => commands.push(command.name),
                Some(_) => {}
                None => all.push((field, vec![command.name])),
            }
        }
    }
    all
}

fn command(command: &Command) -> Entry {
    let from = match command.from {
        None => "both sides",
        Some(Role::Esme) => "the ESME",
        Some(Role::Smsc) => "the message centre",
    };
    let pairing = match command.pairing {
        Pairing::OneWay => "nothing".to_owned(),
        Pairing::Asks(id) => format!("{id}, or generic_nack"),
        Pairing::Answers(id) => format!("it answers {id}"),
        Pairing::AnswersAny => "it answers any request".to_owned(),
    };
    let body: Vec<String> =
        command.body.iter().map(|field| format!("{} ({})", field.name, layout(&field.kind))).collect();
    let mut facts = vec![
        ("sent by".to_owned(), from.to_owned()),
        ("answered by".to_owned(), pairing),
        ("versions".to_owned(), versions(command.versions)),
        ("clause".to_owned(), section(command.section)),
        ("fields".to_owned(), if body.is_empty() { "none".to_owned() } else { body.join(", ") }),
    ];
    for (name, set) in [("TLVs in 3.4", command.tlvs_v34), ("TLVs in 5.0", command.tlvs_v50)] {
        let permitted = permitted(set);
        if !permitted.is_empty() {
            facts.push((name.to_owned(), permitted.join(", ")));
        }
    }
    Entry {
        kind: "command",
        title: format!("{} 0x{:08x}", command.name, command.id.0),
        doc: command.doc.to_owned(),
        facts,
    }
}

fn status(status: &Status) -> Entry {
    let advice = match status.retry {
        Retry::Success => "nothing failed",
        Retry::Permanent => "the same message will fail again: do not repeat it",
        Retry::Temporary => "repeat later",
        Retry::Congestion => "slow down, then repeat",
        Retry::Session => "repair the bind or the session first",
    };
    let number = status.value.0;
    Entry {
        kind: "status",
        title: format!("{} 0x{number:08x} ({number})", status.name),
        doc: status.doc.to_owned(),
        facts: vec![
            ("what to do".to_owned(), advice.to_owned()),
            ("versions".to_owned(), versions(status.versions)),
            ("clause".to_owned(), section_of(status.section, status.versions)),
        ],
    }
}

fn tlv(tlv: &Tlv) -> Entry {
    let mut facts = Vec::new();
    for (version, lengths) in [("octets in 3.4", tlv.lengths_v34), ("octets in 5.0", tlv.lengths_v50)] {
        if let Some(lengths) = lengths {
            facts.push((version.to_owned(), length(lengths)));
        }
    }
    let commands: Vec<&str> = COMMANDS
        .iter()
        .filter(|command| {
            permitted(command.tlvs_v34).contains(&tlv.name())
                || permitted(command.tlvs_v50).contains(&tlv.name())
        })
        .map(|command| command.name)
        .collect();
    facts.push(("in".to_owned(), commands.join(", ")));
    facts.push(("clause".to_owned(), section(tlv.field.section)));
    facts.extend(values(tlv.field.values));
    Entry {
        kind: "TLV",
        title: format!("{} 0x{:04x}", tlv.name(), tlv.tag.0),
        doc: tlv.field.doc.to_owned(),
        facts,
    }
}

fn mandatory(field: &Field, commands: &[&str]) -> Entry {
    let mut facts = vec![
        ("layout".to_owned(), layout(&field.kind)),
        ("in".to_owned(), commands.join(", ")),
        ("clause".to_owned(), section(field.section)),
    ];
    facts.extend(values(field.values));
    facts
        .extend(values(field.values_from_smsc).map(|(_, said)| ("from the message centre".to_owned(), said)));
    Entry { kind: "field", title: field.name.to_owned(), doc: field.doc.to_owned(), facts }
}

fn rule(rule: &Rule) -> Entry {
    let scope = match rule.scope {
        Scope::Pdu => "a PDU",
        Scope::Session => "a session",
        Scope::Journey => "a message on its way",
    };
    let versions: Vec<String> = rule.versions.iter().map(ToString::to_string).collect();
    Entry {
        kind: "rule",
        title: rule.id.to_owned(),
        doc: rule.doc.to_owned(),
        facts: vec![
            ("severity".to_owned(), rule.severity.name().to_owned()),
            ("judges".to_owned(), scope.to_owned()),
            ("versions".to_owned(), versions.join(", ")),
            ("clause".to_owned(), rule.clause.to_owned()),
        ],
    }
}

fn filter_field(field: &filtered::Field) -> Entry {
    let values = match field.kind {
        Type::Integer(_) => "numbers, those of tables also by name".to_owned(),
        Type::Text => "text: \"…\"; also contains and matches".to_owned(),
        Type::Octets => "octets: 05:00:03 or \"…\"; also contains and matches".to_owned(),
        Type::Address => "addresses and networks: 10.1.2.3, 10.0.0.0/8".to_owned(),
        Type::Time => "times: \"2026-11-22T09:58:12Z\"".to_owned(),
        Type::Span => "spans of time: 500ms, 2s, 250us".to_owned(),
        Type::Choice(choices) => choices.join(", "),
    };
    let mut facts = vec![("values".to_owned(), values)];
    if !field.aliases.is_empty() {
        facts.push(("also".to_owned(), field.aliases.replace(' ', ", ")));
    }
    let clause = field.section.map_or_else(|| "none: of this tool".to_owned(), section);
    facts.push(("clause".to_owned(), clause));
    Entry { kind: "filter field", title: field.name.to_owned(), doc: field.doc.to_owned(), facts }
}

fn permitted(set: TlvSet) -> Vec<&'static str> {
    TLVS.iter().filter(|tlv| set.contains(tlv.tag)).map(|tlv| tlv.name()).collect()
}

fn values(values: Option<&'static Values>) -> Option<(String, String)> {
    let mut said = String::new();
    for group in values?.groups {
        for entry in group.entries {
            let part = if group.name.is_empty() { String::new() } else { format!("{} ", group.name) };
            let range = if entry.from == entry.to {
                format!("0x{:02x}", entry.from)
            } else {
                format!("0x{:02x}-0x{:02x}", entry.from, entry.to)
            };
            let separator = if said.is_empty() { "" } else { "; " };
            // Writing to a string cannot fail.
            let _ = write!(said, "{separator}{part}{range} {}", entry.name);
        }
    }
    (!said.is_empty()).then(|| ("values".to_owned(), said))
}

fn layout(kind: &Kind) -> String {
    match kind {
        Kind::U8 => "integer of 1 octet".to_owned(),
        Kind::U16 => "integer of 2 octets".to_owned(),
        Kind::U32 => "integer of 4 octets".to_owned(),
        Kind::CString { max: [_, v34, v50], .. } if v34 == v50 => {
            format!("C-Octet String, at most {v34} octets")
        }
        Kind::CString { max: [_, v34, v50], .. } => {
            format!("C-Octet String, at most {v34} octets, in 5.0 {v50}")
        }
        Kind::Octets { length } => format!("octets, as many as {} says", length.name),
        Kind::Rest => "octets up to the end".to_owned(),
        Kind::Time(_) => "time, 1 or 17 octets".to_owned(),
        Kind::List { count, .. } => format!("list, as many as {} says", count.name),
        Kind::OneOf { flag, .. } => format!("what {} says", flag.name),
    }
}

fn length(lengths: Lengths) -> String {
    match lengths {
        Lengths::Exact(n) => n.to_string(),
        Lengths::Between(least, most) => format!("{least} to {most}"),
        Lengths::Either(a, b) => format!("{a} or {b}"),
    }
}

fn versions(versions: Versions) -> String {
    let all = [Version::V33, Version::V34, Version::V50];
    let named: Vec<String> =
        all.iter().filter(|version| versions.contains(**version)).map(ToString::to_string).collect();
    named.join(", ")
}

fn section(section: Section) -> String {
    section_of(section, Versions::ALL)
}

/// The clauses of `section`, those of other than `versions` left out.
fn section_of(section: Section, versions: Versions) -> String {
    let all = [(Version::V33, section.v33), (Version::V34, section.v34), (Version::V50, section.v50)];
    let named: Vec<String> = all
        .iter()
        .filter(|(version, section)| versions.contains(*version) && !section.is_empty())
        .map(|(version, section)| format!("SMPP {version} {section}"))
        .collect();
    named.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(word: &str) -> Vec<(&'static str, String)> {
        explain(word).into_iter().map(|entry| (entry.kind, entry.title)).collect()
    }

    #[test]
    fn a_word_is_found_in_every_table_by_number_and_by_name() {
        let said = |kind, title: &str| (kind, title.to_owned());
        assert_eq!(kinds("ESME_RTHROTTLED"), [said("status", "ESME_RTHROTTLED 0x00000058 (88)")]);
        assert_eq!(kinds("rthrottled"), kinds("ESME_RTHROTTLED"));
        assert_eq!(kinds("throttled"), kinds("ESME_RTHROTTLED"));
        assert_eq!(kinds("ok"), kinds("ESME_ROK"));
        assert_eq!(kinds(" "), []);
        assert_eq!(kinds("88"), kinds("0x58"));
        assert!(kinds("88").contains(&said("status", "ESME_RTHROTTLED 0x00000058 (88)")));
        assert_eq!(kinds("submit_sm"), [said("command", "submit_sm 0x00000004")]);
        // A number may be a command, a status and a TLV.
        let four: Vec<&str> = explain("4").iter().map(|entry| entry.kind).collect();
        assert_eq!(four, ["command", "status"]);
        assert_eq!(kinds("0x0427"), [said("TLV", "message_state 0x0427"), said("status", "0x00000427")]);
        assert_eq!(kinds("esm_class")[0], said("field", "esm_class"));
        assert_eq!(kinds("header.truncated"), [said("rule", "header.truncated")]);
        assert_eq!(kinds("0x1401"), [said("TLV", "0x1401")]);
        assert_eq!(kinds("nonsense"), []);
    }

    #[test]
    fn everything_in_the_tables_has_an_explanation_with_a_clause() {
        for name in names() {
            let entries = explain(name);
            assert!(!entries.is_empty(), "{name}");
            for entry in entries {
                assert!(!entry.doc.is_empty(), "{name}");
                let clause = entry.facts.iter().find(|(what, _)| what == "clause");
                assert!(clause.is_some_and(|(_, clause)| !clause.is_empty()), "{name}");
            }
        }
    }

    #[test]
    fn what_is_nearly_right_is_suggested() {
        for (word, name) in [
            ("sumbit_sm", "submit_sm"),
            ("RTHROTLED", "ESME_RTHROTTLED"),
            ("ESME_RTHROTLED", "ESME_RTHROTTLED"),
            ("throtled", "ESME_RTHROTTLED"),
            ("mesage_state", "message_state"),
            ("esmclass", "esm_class"),
            ("ton_mismach", "field.address.ton_mismatch"),
        ] {
            assert!(suggestions(word).contains(&name.to_owned()), "{word}: {:?}", suggestions(word));
        }
        assert_eq!(suggestions("xyzzy"), Vec::<String>::new());
    }
}
