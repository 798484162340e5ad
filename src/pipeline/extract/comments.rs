//! What is found wrong, for packets to carry as comments.

use std::collections::HashMap;

use crate::redact::Redactor;
use crate::report::record::{FindingRecord, PduRecord, message};
use crate::smpp::Header;
use crate::tcp::Side;

/// Octets of comments that are held until their frames are copied.
const MOST: usize = 64 << 20;

/// What a comment costs beside its own octets, about.
const COST: usize = 64;

/// A PDU that findings may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct About {
    /// Its connection, the side that sent it, and the octets of the side before it.
    key: (u32, Side, u64),
    name: String,
}

impl About {
    pub(super) fn new(pdu: &PduRecord) -> Self {
        let header = Header::parse(&pdu.octets);
        let name = |header: Header| format!("{} {}: ", header.command_id, header.sequence_number.0);
        Self {
            key: (pdu.of.connection, pdu.by, pdu.stream_offset),
            name: header.map_or_else(String::new, name),
        }
    }

    /// The comment that `finding` makes, if it is about this PDU.
    pub(super) fn comment(&self, finding: &FindingRecord, redactor: Option<&Redactor>) -> Option<String> {
        if self.key != (finding.of.connection, finding.by, finding.stream_offset) {
            return None;
        }
        Some(format!("{}{}", self.name, said(finding, redactor)))
    }
}

/// What a finding says, its PDU aside.
fn said(finding: &FindingRecord, redactor: Option<&Redactor>) -> String {
    let rule = finding.rule.rule();
    let said = message(finding.rule, &finding.message, redactor);
    format!("{}: {said} [{}]", rule.severity.name(), rule.id)
}

/// Comments by frame.
#[derive(Default)]
pub(super) struct Comments {
    held: HashMap<u64, Vec<String>>,
    room: usize,
    /// The PDU that was kept last: findings come right behind the PDU that they are about.
    last: Option<About>,
    /// Findings that found no room.
    pub(super) left_out: u64,
}

impl Comments {
    /// Findings about `pdu` will be held.
    pub(super) fn see(&mut self, pdu: &PduRecord) {
        self.last = Some(About::new(pdu));
    }

    /// Holds a finding, if it is about the last PDU, or in any case: some are about octets that are no PDU.
    pub(super) fn add(&mut self, finding: &FindingRecord, in_any_case: bool) {
        let about_last = self.last.as_ref().and_then(|last| last.comment(finding, None));
        let Some(comment) = about_last.or_else(|| in_any_case.then(|| said(finding, None))) else { return };
        let room = self.room.saturating_add(comment.len()).saturating_add(COST);
        if room > MOST {
            self.left_out += 1;
        } else {
            self.room = room;
            self.held.entry(finding.frame).or_default().push(comment);
        }
    }

    /// Those of a frame.
    pub(super) fn take(&mut self, frame: u64) -> Vec<String> {
        self.held.remove(&frame).unwrap_or_default()
    }
}
