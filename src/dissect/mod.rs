//! PDUs one by one into trees: every field and TLV with its value, its meaning and its place, and every finding.
//!
//! The report keeps what it counts of a PDU; here everything is kept, of a few PDUs that somebody asks for: octets given
//! by hand (`decode`), or the PDUs of one frame of a capture (`show`).
//!
//! - [`input`]: hex in the forms in which people have it, base64, dumps, and lines that say who sent what when;
//! - [`dissect`]: lines into PDUs, both sides framed, the session's version followed;
//! - [`Wanted`]: the PDUs of one frame of a capture, picked out while it is read;
//! - [`dictionary`]: what vendors' TLVs and statuses are, where somebody says whose they are;
//! - [`explain`]: what a number or a name stands for in the protocol's tables;
//! - `tree`: the visitor that keeps every field of a walk;
//! - [`model`]: what comes out, in the shape of `decode --format json`.

pub mod dictionary;
pub mod explain;
pub mod input;
pub mod model;
mod tree;
mod wanted;

use crate::session::{self, Bind, Seen, SessionEnd, Sessions, Sink, Transaction, Unsolicited};
use crate::smpp::framer::{Framed, Framer, Framing, Lost, Skipped};
use crate::smpp::{CommandId, Context, Essentials, Place, Role, RuleId, Version, walk};
use crate::tcp::{ConnectionNumber, Origin, PerSide, Side};
use crate::time::Timestamp;

pub use input::Line;
use model::{Dissection, Finding, Pdu};
pub use tree::pdu;
pub use wanted::{Found, Wanted};

/// What is known beside the octets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given {
    /// The version that the session speaks; `None`: what its bind says, if there is one.
    pub version: Option<Version>,
    /// Who sent the octets of lines that do not say.
    pub from: Option<Role>,
    /// Whether the connection ended after the last line.
    pub is_closed: bool,
    /// Whether passwords are shown.
    pub secrets: bool,
}

/// Frames and walks `lines`, those of either side as one stream, in their order.
#[must_use]
pub fn dissect(lines: &[Line], given: Given) -> Dissection {
    let sessions = Sessions::new(ConnectionNumber(0), false, session::Limits::default());
    let roles = PerSide { opener: None, accepter: None };
    let mut bench = Bench { given, sessions, side: Side::Opener, roles, out: Dissection::default() };
    let mut framers = PerSide { opener: Framer::new(false), accepter: Framer::new(false) };
    let mut offsets = PerSide { opener: 0_u64, accepter: 0_u64 };
    for (line, frame) in lines.iter().zip(1..) {
        let role = line.from.or(given.from);
        bench.side = side_of(role);
        *bench.roles.of_mut(bench.side) = role;
        let origin = Origin { frame, at: line.at.unwrap_or_default(), wait: None };
        let offset = offsets.of_mut(bench.side);
        framers.of_mut(bench.side).push(*offset, &line.octets, origin, &mut bench);
        *offset = offset.saturating_add(crate::num::count(line.octets.len()));
    }
    let are_timed = lines.iter().any(|line| line.at.is_some());
    for side in [Side::Opener, Side::Accepter] {
        bench.side = side;
        framers.of_mut(side).finish(given.is_closed, &mut bench);
    }
    let mut out = bench.out;
    for pdu in &mut out.pdus {
        pdu.at = pdu.at.filter(|_| are_timed);
    }
    out
}

/// The ESME opens the connection, so far as anybody knows.
const fn side_of(role: Option<Role>) -> Side {
    match role {
        Some(Role::Smsc) => Side::Accepter,
        Some(Role::Esme) | None => Side::Opener,
    }
}

struct Bench {
    given: Given,
    sessions: Sessions,
    side: Side,
    /// Who sends on either side, where it was said.
    roles: PerSide<Option<Role>>,
    out: Dissection,
}

impl Framing for Bench {
    fn pdu(&mut self, framed: &Framed<'_>) {
        let version = self.given.version.or_else(|| self.sessions.version());
        let context = Context { version, from: *self.roles.of(self.side) };
        let index = u32::try_from(self.out.pdus.len()).unwrap_or(u32::MAX);
        let (mut pdu, findings) = pdu(framed.octets, context, framed.partial.is_some(), self.given.secrets);
        pdu.index = index;
        pdu.at = Some(framed.at);
        pdu.offset = framed.place.offset;
        self.out.pdus.push(pdu);
        self.out.findings.extend(findings.into_iter().map(|finding| Finding { pdu: Some(index), ..finding }));
        self.follow(framed);
    }

    fn skipped(&mut self, why: Skipped, octets: u64) {
        // What a PDU that is not whole leaves is shown with it.
        if why == Skipped::PartialPdu {
            return;
        }
        match self.out.skipped.last_mut().filter(|last| last.why == why.name()) {
            Some(last) => last.octets = last.octets.saturating_add(octets),
            None => self.out.skipped.push(model::SkippedOctets { why: why.name().to_owned(), octets }),
        }
    }

    fn lost(&mut self, rule: RuleId, octets: &[u8], place: Place, _: Timestamp) {
        // A PDU whose rest is missing was shown as far as it goes.
        let from = self.roles.of(self.side).map(model::Role::from);
        let shown = self.out.pdus.iter().find(|pdu| pdu.from == from && pdu.offset == place.offset);
        let lost = Lost { rule, octets };
        let finding = Finding {
            rule: rule.rule().id.to_owned(),
            severity: rule.rule().severity.into(),
            clause: rule.clause().to_owned(),
            pdu: shown.map(|pdu| pdu.index),
            field: Some("command_length".to_owned()),
            span: [0, if octets.len() < 16 { crate::num::short(octets.len()) } else { 4 }],
            message: lost.to_string(),
        };
        self.out.findings.push(finding);
    }
}

impl Bench {
    /// Lets the session see the PDU, for the version that its bind sets.
    fn follow(&mut self, framed: &Framed<'_>) {
        let command = framed.header.command_id;
        let mut essentials = Essentials::new(framed.octets, |_| ());
        let binds = command.request().is_bind() || command == CommandId::OUTBIND;
        if binds {
            walk(framed.octets, Context::default(), &mut essentials);
        }
        let interface_version = if command.is_response() {
            essentials.sc_interface_version()
        } else {
            essentials.interface_version()
        };
        let seen = Seen {
            side: self.side,
            header: framed.header,
            at: framed.at,
            begun: framed.begun,
            wait: framed.wait,
            place: framed.place,
            whole: framed.partial.is_none(),
            bind: binds.then(|| Bind { system_id: essentials.system_id(), interface_version }),
        };
        self.sessions.push(&seen, &mut Unheard);
    }
}

/// Rules of sessions need to know what came before.
struct Unheard;

impl Sink for Unheard {
    fn transaction(&mut self, _: &Transaction) {}
    fn unsolicited(&mut self, _: &Unsolicited) {}
    fn finding(&mut self, _: RuleId, _: Place, _: Timestamp, _: Side, _: &dyn std::fmt::Display) {}
    fn ended(&mut self, _: SessionEnd) {}
}

impl Dissection {
    /// The findings of one PDU.
    pub fn findings_of(&self, pdu: &Pdu) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.pdu == Some(pdu.index))
    }
}
