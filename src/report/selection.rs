//! What is reported: of which sessions, and of which time.

use std::fmt;

use crate::names::Party;
use crate::time::Period;

/// What a session has to be to be reported: each list that is not empty has to name it. Empty, it selects all. And of
/// which time what is reported of it is: PDUs by their own, transactions by their request's, findings by their PDU's;
/// sessions are those that were there at some moment of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids.
    pub sessions: Vec<String>,
    /// system_ids.
    pub system_ids: Vec<String>,
    /// Names of accounts.
    pub accounts: Vec<String>,
    /// What the peer is to us.
    pub side: Option<Party>,
    /// The period.
    pub period: Period,
}

impl Selection {
    /// Whether it selects all.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.period.is_all()
            && self.sessions.is_empty()
            && self.system_ids.is_empty()
            && self.accounts.is_empty()
            && self.side.is_none()
    }

    /// Whether the session of that id and system_id may be selected, whoever's it is.
    #[must_use]
    pub fn may_take(&self, id: &dyn fmt::Display, system_id: Option<&str>) -> bool {
        let id = || id.to_string();
        (self.sessions.is_empty() || self.sessions.contains(&id()))
            && (self.system_ids.is_empty()
                || system_id.is_some_and(|name| self.system_ids.iter().any(|wanted| wanted == name)))
    }

    /// Whether sessions of that account may be selected.
    #[must_use]
    pub fn takes_account(&self, name: &str) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|wanted| wanted == name)
    }

    /// Whether sessions on that side may be selected.
    #[must_use]
    pub fn takes_side(&self, side: Option<Party>) -> bool {
        self.side.is_none() || self.side == side
    }
}

impl fmt::Display for Selection {
    /// `since 2026-11-22T10:42:00.000000Z, session s7 or s9, account norfone, side operator`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side: Vec<String> = self.side.iter().map(|side| side.name().to_owned()).collect();
        let mut begun = !self.period.is_all();
        write!(f, "{}", self.period)?;
        for (what, list) in [
            ("session", &self.sessions),
            ("system_id", &self.system_ids),
            ("account", &self.accounts),
            ("side", &side),
        ] {
            if !list.is_empty() {
                let comma = if begun { ", " } else { "" };
                write!(f, "{comma}{what} {}", list.join(" or "))?;
                begun = true;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn every_list_has_to_name_a_session() {
        let selection = Selection {
            sessions: vec!["s1".to_owned(), "s2".to_owned()],
            system_ids: vec!["acme".to_owned()],
            accounts: vec!["a".to_owned()],
            side: Some(Party::Operator),
            period: Period::default(),
        };
        assert!(selection.may_take(&"s2", Some("acme")));
        assert!(!selection.may_take(&"s3", Some("acme")) && !selection.may_take(&"s1", None));
        assert!(selection.takes_account("a") && !selection.takes_account("b"));
        assert!(selection.takes_side(Some(Party::Operator)) && !selection.takes_side(None));
        assert_eq!(selection.to_string(), "session s1 or s2, system_id acme, account a, side operator");
        let since = Some(Timestamp::from_parts(60, 0));
        let period = Period { since, until: None };
        let timed = Selection { period, sessions: vec!["s1".to_owned()], ..Selection::default() };
        assert_eq!(timed.to_string(), "since 1970-01-01T00:01:00.000000Z, session s1");
        let timed = Selection { period, ..Selection::default() };
        assert!(!timed.is_all() && timed.to_string() == "since 1970-01-01T00:01:00.000000Z");
        let all = Selection::default();
        assert!(all.is_all() && all.may_take(&"s1", None) && all.takes_account("b") && all.takes_side(None));
    }
}
