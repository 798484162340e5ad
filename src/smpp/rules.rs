//! The rules of a strict decoder: what a finding can say, how grave it is, and where the specification says so.

mod fields;
mod header;
mod ids;
mod messages;
mod receipts;
mod sessions;
mod tlvs;

use super::Version;

/// How grave a breach is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Legal, or undecided by the specifications, but suspicious.
    Note,
    /// Violates the specification; the PDU can still be decoded.
    Warning,
    /// Framing, or the layout of the rest of the PDU, is lost.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What has to be known to judge a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One PDU and the version of its session.
    Pdu,
    /// The PDUs of one connection, both sides.
    Session,
    /// Messages across connections.
    Journey,
}

/// One rule; see [`RULES`].
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable dotted name, what findings print.
    pub id: &'static str,
    /// How grave a breach is.
    pub severity: Severity,
    /// What has to be known to judge it.
    pub scope: Scope,
    /// The versions it applies to.
    pub versions: &'static [Version],
    /// Where the specification says so.
    pub clause: &'static str,
    /// What it demands, in a sentence or two.
    pub doc: &'static str,
}

/// A rule by its place in [`RULES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(u8);

impl RuleId {
    /// The rule itself.
    ///
    /// Total: the constants are the only way to make a `RuleId`, and a test proves each in range.
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        RULES.get(usize::from(self.0)).unwrap_or(&RULES[0])
    }

    /// The rule's clause up to its first remark in brackets: what a finding quotes.
    #[must_use]
    pub fn clause(self) -> &'static str {
        let clause = self.rule().clause;
        clause.split_once(" (").map_or(clause, |(clause, _)| clause)
    }

    /// Place in [`RULES`], for tables indexed by rule.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The rule with this dotted name.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        RULES.iter().zip(0_u8..).find(|(rule, _)| rule.id == id).map(|(_, number)| Self(number))
    }
}

/// Every rule, in the order of the conformance suite.
pub static RULES: [Rule; LEN] = all_rules();

const LEN: usize = header::ROWS.len()
    + fields::ROWS.len()
    + tlvs::ROWS.len()
    + messages::ROWS.len()
    + receipts::ROWS.len()
    + sessions::ROWS.len();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at compile time only"
)]
const fn all_rules() -> [Rule; LEN] {
    let groups: [&[Rule]; 6] =
        [&header::ROWS, &fields::ROWS, &tlvs::ROWS, &messages::ROWS, &receipts::ROWS, &sessions::ROWS];
    let mut all = [header::ROWS[0]; LEN];
    let (mut group, mut at) = (0, 0);
    while group < groups.len() {
        let mut row = 0;
        while row < groups[group].len() {
            all[at] = groups[group][row];
            row += 1;
            at += 1;
        }
        group += 1;
    }
    all
}

const ALL: &[Version] = &[Version::V33, Version::V34, Version::V50];
const SINCE_34: &[Version] = &[Version::V34, Version::V50];
const ONLY_33: &[Version] = &[Version::V33];
const ONLY_34: &[Version] = &[Version::V34];
const ONLY_50: &[Version] = &[Version::V50];
const UNTIL_34: &[Version] = &[Version::V33, Version::V34];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_names_a_rule_and_ids_are_unique() {
        let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        for rule in &RULES {
            assert_eq!(RuleId::named(rule.id).unwrap().rule().id, rule.id);
            assert!(!rule.clause.is_empty() && !rule.doc.is_empty(), "{}", rule.id);
        }
        assert_eq!(RuleId::TIMER_INACTIVITY.rule().id, "timer.inactivity");
    }
}
