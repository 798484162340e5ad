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

/// A PDU among all: its connection, the side that sent it, the octets of that side before it.
type Key = (u32, Side, u64);

/// The PDUs that findings may still be about: those of the last frame, in their order, with what is known of each.
/// Their findings come behind all of them, in the same order.
pub(super) struct Recent<T> {
    pdus: Vec<(Key, T)>,
    frame: u64,
    /// Where the last one was found.
    at: usize,
}

impl<T> Recent<T> {
    pub(super) const fn new() -> Self {
        Self { pdus: Vec::new(), frame: 0, at: 0 }
    }

    /// Those of another frame than the one that `pdu` has, which are over.
    pub(super) fn over(&mut self, pdu: &PduRecord) -> Vec<(Key, T)> {
        let is_over = self.pdus.last().is_some_and(|((connection, ..), _)| {
            (*connection, self.frame) != (pdu.of.connection, pdu.frames.1)
        });
        if is_over { self.take() } else { Vec::new() }
    }

    pub(super) fn push(&mut self, pdu: &PduRecord, what: T) {
        self.frame = pdu.frames.1;
        self.pdus.push(((pdu.of.connection, pdu.by, pdu.stream_offset), what));
    }

    /// All.
    pub(super) fn take(&mut self) -> Vec<(Key, T)> {
        self.at = 0;
        std::mem::take(&mut self.pdus)
    }

    /// The one that `finding` is about.
    pub(super) fn find(&mut self, finding: &FindingRecord) -> Option<&mut T> {
        let key = (finding.of.connection, finding.by, finding.stream_offset);
        let (before, behind) = self.pdus.split_at(self.at.min(self.pdus.len()));
        let found = behind.iter().position(|(pdu, _)| *pdu == key).map(|at| at + before.len());
        self.at = found.or_else(|| before.iter().position(|(pdu, _)| *pdu == key))?;
        self.pdus.get_mut(self.at).map(|(_, what)| what)
    }
}

/// What a PDU is called in front of what is wrong with it.
pub(super) fn name(pdu: &PduRecord) -> String {
    Header::parse(&pdu.octets)
        .map_or_else(String::new, |header| format!("{} {}: ", header.command_id, header.sequence_number.0))
}

/// What a finding says, its PDU aside.
pub(super) fn said(finding: &FindingRecord, redactor: Option<&Redactor>) -> String {
    let rule = finding.rule.rule();
    let said = message(finding.rule, &finding.message, redactor);
    format!("{}: {said} [{}]", rule.severity.name(), rule.id)
}

/// Comments by frame.
pub(super) struct Comments {
    held: HashMap<u64, Vec<String>>,
    room: usize,
    recent: Recent<String>,
    /// Findings that found no room.
    pub(super) left_out: u64,
}

impl Comments {
    pub(super) fn new() -> Self {
        Self { held: HashMap::new(), room: 0, recent: Recent::new(), left_out: 0 }
    }

    /// Findings about `pdu` will be held.
    pub(super) fn see(&mut self, pdu: &PduRecord) {
        self.recent.over(pdu);
        self.recent.push(pdu, name(pdu));
    }

    /// Holds a finding, if it is about such a PDU, or in any case: some are about octets that are no PDU.
    pub(super) fn add(&mut self, finding: &FindingRecord, in_any_case: bool) {
        let comment = match self.recent.find(finding) {
            Some(name) => format!("{name}{}", said(finding, None)),
            None if in_any_case => said(finding, None),
            None => return,
        };
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
