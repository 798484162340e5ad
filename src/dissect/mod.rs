//! PDUs one by one into trees: every field and TLV with its value, its meaning and its place, and every finding.
//!
//! The report keeps what it counts of a PDU; here everything is kept, of a few PDUs that somebody asks for: octets given
//! by hand (`decode`), or the PDUs of one frame of a capture (`show`).
//!
//! - [`input`]: hex in the forms in which people have it, base64, dumps, and lines that say who sent what when;
//! - [`dissect`]: lines into PDUs, both sides framed, the session's version followed;
//! - [`Wanted`]: the PDUs of one frame of a capture, picked out while it is read; [`First`]: of those that are selected;
//! - [`dictionary`]: what vendors' TLVs and statuses are, where somebody says whose they are;
//! - [`explain`]: what a number or a name stands for in the protocol's tables;
//! - `tree`: the visitor that keeps every field of a walk; `message`: the text in it;
//! - [`model`]: what comes out, in the shape of `decode --format json`.

pub mod dictionary;
pub mod explain;
pub mod input;
mod message;
pub mod model;
mod tree;
pub mod wanted;

use std::collections::HashSet;

use crate::filter::{Filter, PduFacts};
use crate::redact::Redactor;
use crate::session::{self, Bind, End, Seen, SessionEnd, Sessions, Sink, Timers, Transaction, Unsolicited};
use crate::smpp::framer::{Framed, Framer, Framing, Lost, Skipped};
use crate::smpp::spec::State;
use crate::smpp::text::Charset;
use crate::smpp::{CommandId, Context, Essentials, Place, Role, RuleId, Scope, Version, walk};
use crate::tcp::{ConnectionNumber, Origin, PerSide, Side};
use crate::time::{Duration, Timestamp};

pub use input::Line;
use model::{Dissection, Finding, Pdu};
pub use tree::{characters, hex, pdu, shown};
pub use wanted::{First, Found, Wanted, Way};

/// What is known beside the octets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The version that the session speaks; `None`: what its bind says, if there is one.
    pub version: Option<Version>,
    /// Who sent the octets of lines that do not say.
    pub from: Option<Role>,
    /// The state of the session before the first line. `None`: nothing that needs it is judged, but the direction is.
    pub state: Option<State>,
    /// Limits on the timers of the session; judged where lines have a time and the state is given.
    pub timers: Timers,
    /// Whether the connection ended after the last line.
    pub is_closed: bool,
    /// Whether passwords are shown.
    pub secrets: bool,
    /// What the message centre means by data_coding 0.
    pub default_charset: Charset,
    /// Which PDUs are kept, with their findings; `None`: all. The others are followed all the same.
    pub filter: Option<&'a Filter>,
    /// Who redacts them, if anybody.
    pub redactor: Option<&'a Redactor>,
}

/// Frames and walks `lines`, those of either side as one stream, in their order, and judges the session that they make.
#[must_use]
pub fn dissect(lines: &[Line], given: Given<'_>) -> Dissection {
    let roles = PerSide { opener: None, accepter: None };
    let are_timed = lines.iter().any(|line| line.at.is_some());
    let mut bench = Bench {
        given,
        sessions: sessions(lines, &given),
        side: Side::Opener,
        roles,
        places: PerSide { opener: Vec::new(), accepter: Vec::new() },
        left_out: HashSet::new(),
        out: Dissection::default(),
    };
    let mut framers = PerSide { opener: Framer::new(false), accepter: Framer::new(false) };
    let mut offsets = PerSide { opener: 0_u64, accepter: 0_u64 };
    let mut at = Timestamp::default();
    for (line, frame) in lines.iter().zip(1..) {
        let role = line.from.or(given.from);
        bench.side = side_of(role);
        *bench.roles.of_mut(bench.side) = role;
        at = line.at.unwrap_or(at);
        let offset = offsets.of_mut(bench.side);
        framers.of_mut(bench.side).push(*offset, &line.octets, Origin { frame, at, wait: None }, &mut bench);
        *offset = offset.saturating_add(crate::num::count(line.octets.len()));
    }
    for side in [Side::Opener, Side::Accepter] {
        bench.side = side;
        framers.of_mut(side).finish(given.is_closed, &mut bench);
    }
    let Bench { mut sessions, roles, places, left_out, mut out, .. } = bench;
    let mut judge = Judge { given: &given, roles: &roles, places: &places, out: &mut out };
    if given.is_closed {
        sessions.close(End::Fin, None, at, &mut judge);
    } else {
        sessions.finish(at, &mut judge);
    }
    for pdu in &mut out.pdus {
        pdu.at = pdu.at.filter(|_| are_timed);
    }
    out.pdus.retain(|pdu| !left_out.contains(&pdu.index));
    out.findings.retain(|finding| finding.pdu.is_none_or(|pdu| !left_out.contains(&pdu)));
    out
}

/// The session of `lines`, before the first of them.
fn sessions(lines: &[Line], given: &Given<'_>) -> Sessions {
    let limits = session::Limits {
        // Lines come in their order: no response is before its request.
        early: Duration::from_nanos(-1),
        timers: given.timers,
        ..session::Limits::default()
    };
    let mut sessions = Sessions::new(ConnectionNumber(0), false, limits);
    if let Some(state) = given.state {
        sessions = sessions.in_state(state);
        if lines.iter().any(|line| line.at.is_some()) {
            sessions = sessions.opened_at(Timestamp::default());
        }
    }
    if let Some(version) = given.version {
        sessions = sessions.speaking(version);
    }
    if lines.iter().any(|line| line.from.or(given.from).is_some()) {
        sessions = sessions.with_esme(side_of(Some(Role::Esme)));
    }
    sessions
}

/// The ESME opens the connection, so far as anybody knows.
const fn side_of(role: Option<Role>) -> Side {
    match role {
        Some(Role::Smsc) => Side::Accepter,
        Some(Role::Esme) | None => Side::Opener,
    }
}

struct Bench<'a> {
    given: Given<'a>,
    sessions: Sessions,
    side: Side,
    /// Who sends on either side, where it was said.
    roles: PerSide<Option<Role>>,
    /// Offset and index of the PDUs of either side, by offset.
    places: PerSide<Vec<(u64, u32)>>,
    /// Indices of the PDUs for which the filter does not hold.
    left_out: HashSet<u32>,
    out: Dissection,
}

impl Framing for Bench<'_> {
    fn pdu(&mut self, framed: &Framed<'_>) {
        let version = self.given.version.or_else(|| self.sessions.version());
        let context = Context { version, from: *self.roles.of(self.side) };
        let index = u32::try_from(self.out.pdus.len()).unwrap_or(u32::MAX);
        let Given { secrets, default_charset, filter, redactor, .. } = self.given;
        let facts = PduFacts::new(framed.octets, context, framed.partial.is_some(), default_charset);
        if filter.is_some_and(|filter| !filter.matches(&facts)) {
            self.left_out.insert(index);
        }
        let octets = redactor.map(|redactor| redactor.pdu(framed.octets, context, default_charset));
        let octets = octets.as_deref().unwrap_or(framed.octets);
        let secrets = secrets && redactor.is_none();
        let (mut pdu, findings) = pdu(octets, context, framed.partial.is_some(), secrets, default_charset);
        pdu.index = index;
        pdu.at = Some(framed.at);
        pdu.offset = framed.place.offset;
        self.out.pdus.push(pdu);
        self.places.of_mut(self.side).push((framed.place.offset, index));
        // Direction and state are judged before the body.
        self.follow(framed);
        self.out.findings.extend(findings.into_iter().map(|finding| Finding { pdu: Some(index), ..finding }));
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
            span: [0, if rule == RuleId::HEADER_TRUNCATED { crate::num::short(octets.len()) } else { 4 }],
            message: lost.to_string(),
        };
        self.out.findings.push(finding);
    }
}

impl Bench<'_> {
    /// Lets the session see the PDU, for the version that its bind sets and for the rules of sessions.
    fn follow(&mut self, framed: &Framed<'_>) {
        let command = framed.header.command_id;
        let mut essentials = Essentials::new(framed.octets, |_| ());
        let binds = command.request().is_bind() || command == CommandId::OUTBIND;
        let facts = walk(framed.octets, Context::default(), &mut essentials);
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
            tlvs: facts.has_tlvs(),
            bind: binds.then(|| Bind { system_id: essentials.system_id(), interface_version }),
        };
        let Self { given, sessions, roles, places, out, .. } = self;
        sessions.push(&seen, &mut Judge { given, roles, places, out });
    }
}

/// Takes the findings of the session.
struct Judge<'a> {
    given: &'a Given<'a>,
    roles: &'a PerSide<Option<Role>>,
    places: &'a PerSide<Vec<(u64, u32)>>,
    out: &'a mut Dissection,
}

impl Sink for Judge<'_> {
    fn transaction(&mut self, _: &Transaction) {}

    fn unsolicited(&mut self, _: &Unsolicited) {}

    fn finding(
        &mut self,
        rule: RuleId,
        place: Place,
        _: Timestamp,
        side: Side,
        message: &dyn std::fmt::Display,
    ) {
        // Who sent a PDU the lines say; all else needs to know what came before.
        let is_known = match rule {
            RuleId::SESSION_PDU_WRONG_DIRECTION => self.roles.of(side).is_some(),
            _ => self.given.state.is_some(),
        };
        if !is_known {
            return;
        }
        let places = self.places.of(side);
        let pdu = places.binary_search_by_key(&place.offset, |&(offset, _)| offset).ok();
        let (field, span) = header_field(rule);
        self.out.findings.push(Finding {
            rule: rule.rule().id.to_owned(),
            severity: rule.rule().severity.into(),
            clause: rule.clause().to_owned(),
            pdu: pdu.and_then(|at| places.get(at)).map(|&(_, index)| index),
            field: field.map(str::to_owned),
            span,
            message: format!("{message} ({})", rule.clause()),
        });
    }

    fn ended(&mut self, _: SessionEnd) {}
}

/// The field of the header that breaks a rule of session scope, and its octets; the whole header for rules that no field
/// breaks.
fn header_field(rule: RuleId) -> (Option<&'static str>, [u32; 2]) {
    debug_assert_eq!(rule.rule().scope, Scope::Session);
    match rule {
        RuleId::SESSION_PDU_WRONG_DIRECTION
        | RuleId::SESSION_PDU_IN_WRONG_STATE
        | RuleId::SESSION_REQUEST_AFTER_UNBIND
        | RuleId::SESSION_OUTBIND_NOT_ANSWERED_BY_BIND
        | RuleId::RESPONSE_WRONG_TYPE => (Some("command_id"), [4, 8]),
        RuleId::SESSION_SEQUENCE_NUMBER_REUSED
        | RuleId::SESSION_SEQUENCE_NUMBER_NOT_MONOTONIC
        | RuleId::RESPONSE_UNMATCHED
        | RuleId::RESPONSE_DUPLICATE => (Some("sequence_number"), [12, 16]),
        _ => (None, [0, 16]),
    }
}

impl Dissection {
    /// The findings of one PDU.
    pub fn findings_of(&self, pdu: &Pdu) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.pdu == Some(pdu.index))
    }
}
