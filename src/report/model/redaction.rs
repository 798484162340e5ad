//! A report redacted, and what was done to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Report;
use crate::redact::Redactor;
use crate::smpp::RuleId;

/// What was redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// `numbers`, `text`, `names`, `ips`: those that were.
    pub subjects: Vec<String>,
    /// Digits at the beginning of numbers that stand as they were, where six follow.
    pub keep_prefix: u8,
    /// Whose key the tokens are under.
    pub key: KeyFrom,
}

/// Where a key is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyFrom {
    /// Made for this run and kept by nobody: tokens of another run are others.
    Fresh,
    /// Of a file: tokens under the same key are the same.
    File,
}

impl From<&Redactor> for Redaction {
    fn from(redactor: &Redactor) -> Self {
        let subjects = redactor.subjects().named().into_iter();
        Self {
            subjects: subjects.filter(|(_, is)| *is).map(|(name, _)| name.to_owned()).collect(),
            keep_prefix: redactor.keep(),
            key: if redactor.is_fresh() { KeyFrom::Fresh } else { KeyFrom::File },
        }
    }
}

impl Report {
    /// Puts tokens for names and addresses, and says so.
    pub fn redact(&mut self, redactor: &Redactor) {
        let account = |name: &mut Option<String>| *name = name.take().map(|name| redactor.account(&name));
        let name = |name: &mut Option<String>| *name = name.take().map(|name| redactor.name(&name));
        self.capture.local.iter_mut().for_each(|ip| *ip = redactor.ip(*ip));
        // A filter may name anything.
        if let Some(selected) = self.capture.selected_besides()
            && (redactor.subjects().names || selected.contains("-Y "))
        {
            let period = self.capture.period();
            let comma = if period.is_all() { "" } else { ", " };
            self.capture.selection = Some(format!("{period}{comma}what was selected"));
        }
        for row in &mut self.accounts {
            account(&mut row.name);
            name(&mut row.system_id);
        }
        for worst in &mut self.worst {
            account(&mut worst.account);
        }
        for session in &mut self.sessions {
            account(&mut session.account);
            name(&mut session.system_id);
            for end in [&mut session.esme, &mut session.smsc] {
                end.ip = redactor.ip(end.ip);
            }
        }
        for finding in &mut self.findings {
            // The length that cannot be is the first octets of whatever stands there.
            let rules = [RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE, RuleId::HEADER_COMMAND_LENGTH_TOO_SMALL];
            let rule = rules.iter().find(|rule| rule.rule().id == finding.rule);
            if let Some(rule) = rule.filter(|_| redactor.subjects().of_pdus()) {
                finding.message = format!("command_length: not shown ({})", rule.clause());
            }
        }
        self.redaction = Some(redactor.into());
    }
}
