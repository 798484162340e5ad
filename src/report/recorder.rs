//! Makes records of what is complete, on the thread that completed it.

use std::borrow::Cow;
use std::sync::Arc;

use super::belonging::{Asked, Belonging, Sign};
use super::latency::micros;
use super::matching::Subject;
use super::model::{self, Endpoint, Leg, Place};
use super::owners::owner;
use super::record::{FindingRecord, Owned, Record, RecordOutcome, SessionRecord, TransactionRecord, place};
use super::rows::{Ended, SeenPdu, Who};
use super::scribe::{Scribe, ShownPdu, Stamp};
use super::selection::Selection;
use super::single::{Raw, SeenFinding, SeenTransaction};
use crate::capture::Locator;
use crate::filter::Filter;
use crate::names::{Names, Party};
use crate::redact::Redactor;
use crate::session::{Outcome, SessionId, Transaction};
use crate::smpp::{self, RuleId};
use crate::tcp::Side;
use crate::time::Timestamp;

/// Makes records of what the selection takes.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// Whose sessions they are.
    pub names: Arc<Names>,
    /// What is taken, by whose it is and by its time.
    pub selection: Selection,
    /// Who redacts it.
    pub redactor: Option<Arc<Redactor>>,
    /// Which records are taken, by what they are before anything is redacted.
    pub filter: Option<Filter>,
    /// What alone is taken, in the place of what the filter holds for.
    pub belonging: Option<Arc<Belonging>>,
}

/// Whose the records of a session are, worked out once for many of them.
#[derive(Clone, Debug)]
pub struct Whose {
    /// Its session.
    id: SessionId,
    /// As it is.
    plain: Owned,
    /// As it may be shown.
    of: Owned,
    /// What is the same in all records of what the ESME sent, and of what the message centre sent.
    stamps: [Stamp; 2],
}

impl Whose {
    /// As records show it.
    #[must_use]
    pub const fn shown(&self) -> &Owned {
        &self.of
    }
}

impl Recorder {
    /// Whose the records of a session are; `None`: the selection does not take it.
    #[must_use]
    pub fn whose(&self, who: &Who, scribe: Option<&mut (dyn Scribe + '_)>) -> Option<Whose> {
        let plain = self.owned(who)?;
        let of = match &self.redactor {
            None => plain.clone(),
            Some(redactor) => Owned {
                esme: self.end(plain.esme),
                smsc: self.end(plain.smsc),
                account: redactor.account(&plain.account),
                system_id: plain.system_id.as_deref().map(|name| redactor.name(name)),
                ..plain.clone()
            },
        };
        let stamps = match scribe {
            Some(scribe) => [scribe.stamp(&of, of.esme, of.smsc), scribe.stamp(&of, of.smsc, of.esme)],
            None => Default::default(),
        };
        Some(Whose { id: who.id, plain, of, stamps })
    }

    /// The record of a transaction, if it is taken.
    #[must_use]
    pub fn transaction(&self, whose: &Whose, seen: &SeenTransaction, find: &mut Locator) -> Option<Record> {
        let transaction = &seen.transaction;
        if !self.takes_transaction(whose, seen) {
            return None;
        }
        let of = whose.of.clone();
        let connection = of.connection;
        let (source, destination) = ends(&of, transaction.role, transaction.side);
        Some(Record::Transaction(Box::new(TransactionRecord {
            of,
            asked_by: transaction.role.map(model::Role::from),
            source,
            destination,
            stream_offset: transaction.place.offset,
            request_pdu: seen.request.as_ref().map(|raw| self.raw(raw)),
            response_pdu: seen.response.as_ref().map(|raw| self.raw(raw)),
            command: transaction.command.to_string(),
            sequence_number: transaction.sequence_number.0,
            outcome: match transaction.outcome {
                Outcome::Answered { .. } => RecordOutcome::Answered,
                Outcome::Nacked { .. } => RecordOutcome::Nacked,
                Outcome::Unanswered(why) => RecordOutcome::Unanswered(super::exchanges::why_of(why)),
                Outcome::OneWay => RecordOutcome::OneWay,
            },
            status: transaction.outcome.status(),
            latency_us: transaction.outcome.latency().map(|span| micros(span.nanos().max(0).unsigned_abs())),
            is_late: transaction.late,
            request: located(find, (transaction.place, transaction.at), connection),
            response: transaction
                .response
                .map(|response| located(find, (response.place, response.at), connection)),
        })))
    }

    /// A PDU as it is shown, if it is taken.
    #[must_use]
    pub fn pdu<'a>(
        &self,
        whose: &'a Whose,
        pdu: &SeenPdu<'a>,
        find: &'a mut Locator,
    ) -> Option<ShownPdu<'a>> {
        if !self.takes_pdu(whose, pdu) {
            return None;
        }
        let redacted =
            |redactor: &Arc<Redactor>| Cow::Owned(redactor.pdu(pdu.octets, pdu.context, pdu.default_charset));
        let is_esme = (pdu.source.ip, pdu.source.port) == (whose.plain.esme.ip, whose.plain.esme.port);
        let of = &whose.of;
        let (source, destination) = if is_esme { (of.esme, of.smsc) } else { (of.smsc, of.esme) };
        let found = find.find(pdu.place.frame);
        Some(ShownPdu {
            of,
            stamp: &whose.stamps[usize::from(!is_esme)],
            from: pdu.role,
            by: pdu.side,
            source,
            destination,
            context: pdu.context,
            default_charset: pdu.default_charset,
            octets: self.redactor.as_ref().map_or(Cow::Borrowed(pdu.octets), redacted),
            text_token: self
                .redactor
                .as_ref()
                .and_then(|redactor| redactor.text(pdu.octets, pdu.context, pdu.default_charset)),
            partial: pdu.partial,
            place: pdu.place,
            at: pdu.at,
            since: pdu.since,
            file: found.map(|(path, _)| path),
            frame: found.map_or(pdu.place.frame, |(_, number)| number),
        })
    }

    /// The record of a finding, if it is taken.
    #[must_use]
    pub fn finding(
        &self,
        whose: &Whose,
        role: Option<smpp::Role>,
        seen: &SeenFinding,
        find: &mut Locator,
    ) -> Option<Record> {
        if !self.takes_finding(whose, role, seen) {
            return None;
        }
        let of = whose.of.clone();
        let connection = of.connection;
        let (source, destination) = ends(&of, role, seen.side);
        Some(Record::Finding(Box::new(FindingRecord {
            of,
            from: role,
            by: seen.side,
            source,
            destination,
            rule: seen.rule,
            message: message(seen.rule, &seen.message, self.redactor.as_deref()).into_owned(),
            stream_offset: seen.place.offset,
            place: Place {
                offset: seen.offset.map(u64::from),
                field: seen.field.map(str::to_owned),
                ..located(find, (seen.place, seen.at), connection)
            },
            frame: seen.place.frame,
        })))
    }

    /// The record of a session, if it is taken.
    #[must_use]
    pub fn session(&self, ended: &Ended) -> Option<Record> {
        let whose = self.whose(&ended.who, None)?;
        if !self.takes_session(&whose, ended) {
            return None;
        }
        let of = whose.of;
        let mut session = ended.session.clone();
        if session.system_id.is_none() && of.system_id.is_some() {
            session.system_id.clone_from(&of.system_id);
            session.system_id_from = Some(model::SystemIdFrom::Names);
        }
        session.account = Some(of.account.clone());
        session.account_from = Some(of.account_from);
        session.side = of.side;
        // What `of` has is redacted already.
        (session.esme, session.smsc) = (of.esme, of.smsc);
        session.system_id.clone_from(&of.system_id);
        Some(Record::Session(Box::new(SessionRecord { of, session })))
    }

    /// Whether a PDU is of the time selected, and the filter holds for it.
    pub(super) fn takes_pdu(&self, whose: &Whose, pdu: &SeenPdu<'_>) -> bool {
        if let Some(belonging) = &self.belonging {
            return belonging.has(whose.id, pdu.place);
        }
        self.takes(pdu.at, |filter| filter.matches(&Subject::pdu(&whose.plain, pdu)))
    }

    /// Whether a session was there in the time selected, from its first PDU to its end, and the filter holds for it.
    pub(super) fn takes_session(&self, whose: &Whose, ended: &Ended) -> bool {
        if let Some(belonging) = &self.belonging {
            return belonging.has_session(whose.id);
        }
        let (first, last) = ended.span;
        self.selection.period.touches(first, last)
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.matches(&Subject::session(&whose.plain, ended)))
    }

    /// Whether a transaction's request is of the time selected, and the filter holds for it.
    pub(super) fn takes_transaction(&self, whose: &Whose, seen: &SeenTransaction) -> bool {
        let Transaction { role, side, place, at, .. } = seen.transaction;
        if let Some(belonging) = &self.belonging {
            return belonging.has(whose.id, place);
        }
        let of = &whose.plain;
        self.takes(at, |filter| filter.matches(&Subject::transaction(of, seen, ends(of, role, side))))
    }

    /// Whether a finding's PDU is of the time selected, and the filter holds for it.
    pub(super) fn takes_finding(&self, whose: &Whose, role: Option<smpp::Role>, seen: &SeenFinding) -> bool {
        if let Some(belonging) = &self.belonging {
            return belonging.has(whose.id, seen.place);
        }
        let of = &whose.plain;
        self.takes(seen.at, |filter| {
            filter.matches(&Subject::finding(of, seen, role, ends(of, role, seen.side)))
        })
    }

    /// What a filter says of a PDU, where it is asked.
    #[must_use]
    pub fn sign_of_pdu(&self, whose: &Whose, pdu: &SeenPdu<'_>, asked: Asked) -> Option<Sign> {
        (asked.pdus && self.takes_pdu(whose, pdu)).then_some(Sign::Pdu(whose.id, pdu.place))
    }

    /// Of a finding.
    #[must_use]
    pub fn sign_of_finding(
        &self,
        whose: &Whose,
        role: Option<smpp::Role>,
        seen: &SeenFinding,
        asked: Asked,
    ) -> Option<Sign> {
        let takes = asked.findings && self.takes_finding(whose, role, seen);
        takes.then_some(Sign::Pdu(whose.id, seen.place))
    }

    /// Of a transaction; that it is complete is told whatever the filter says.
    #[must_use]
    pub fn sign_of_transaction(&self, whose: &Whose, seen: &SeenTransaction, asked: Asked) -> Sign {
        let Transaction { place, response, .. } = seen.transaction;
        let response = response.map(|response| response.place);
        let matches = asked.transactions && self.takes_transaction(whose, seen);
        Sign::Transaction { session: whose.id, request: place, response, matches }
    }

    /// Of a session.
    #[must_use]
    pub fn sign_of_session(&self, ended: &Ended, asked: Asked) -> Option<Sign> {
        let whose = self.whose(&ended.who, None)?;
        (asked.sessions && self.takes_session(&whose, ended)).then_some(Sign::Session(whose.id))
    }

    /// Whether `at` is of the time selected; then asks the filter, if there is one, before anything is redacted.
    fn takes(&self, at: Timestamp, asks: impl FnOnce(&Filter) -> bool) -> bool {
        self.selection.period.has(at) && self.filter.as_ref().is_none_or(asks)
    }

    /// The octets of a PDU as they may be shown.
    fn raw(&self, raw: &Raw) -> Raw {
        let redacted =
            |redactor: &Arc<Redactor>| redactor.pdu(&raw.octets, raw.context, raw.default_charset).into();
        Raw {
            octets: self.redactor.as_ref().map_or_else(|| raw.octets.clone(), redacted),
            text_token: self
                .redactor
                .as_ref()
                .and_then(|redactor| redactor.text(&raw.octets, raw.context, raw.default_charset)),
            ..raw.clone()
        }
    }

    fn end(&self, end: Endpoint) -> Endpoint {
        Endpoint { ip: self.redactor.as_ref().map_or(end.ip, |redactor| redactor.ip(end.ip)), ..end }
    }

    /// Whose it is, as it is.
    fn owned(&self, who: &Who) -> Option<Owned> {
        let (owner, peer) = owner(&self.names, who);
        let told = || self.names.peer(peer?)?.system_id.clone();
        let system_id = who.system_id.clone().or_else(told);
        let account = owner.name(self.names.local())?;
        let side: Option<Party> = owner.told_side();
        let taken = self.selection.may_take(&who.id, system_id.as_deref())
            && (self.selection.accounts.is_empty()
                || self.selection.accounts.iter().any(|wanted| owner.may_be(wanted)))
            && self.selection.takes_side(side);
        taken.then(|| Owned {
            session: who.id.to_string(),
            connection: who.id.connection.0,
            since: who.since,
            esme: Endpoint { ip: who.esme.ip, port: who.esme.port },
            smsc: Endpoint { ip: who.smsc.ip, port: who.smsc.port },
            account,
            account_from: owner.name_from(),
            system_id,
            side: side.map(Leg::from),
        })
    }
}

/// What a finding says, as far as it may be shown.
#[must_use]
pub fn message<'a>(rule: RuleId, said: &'a str, redactor: Option<&Redactor>) -> Cow<'a, str> {
    // The length that cannot be is the first octets of whatever stands there.
    let is_octets =
        [RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE, RuleId::HEADER_COMMAND_LENGTH_TOO_SMALL].contains(&rule);
    match redactor {
        Some(redactor) if is_octets && redactor.subjects().of_pdus() => {
            format!("command_length: not shown ({})", rule.clause()).into()
        }
        _ => said.into(),
    }
}

/// Sender and receiver of what `side` sends in this role. Where roles are not known the ESME stands for the opener.
fn ends(of: &Owned, role: Option<smpp::Role>, side: Side) -> (Endpoint, Endpoint) {
    let is_esme = match role {
        Some(role) => role == smpp::Role::Esme,
        None => side == Side::Opener,
    };
    if is_esme { (of.esme, of.smsc) } else { (of.smsc, of.esme) }
}

fn located(find: &mut Locator, what: (smpp::Place, crate::time::Timestamp), connection: u32) -> Place {
    let found = find.find(what.0.frame).map(|(path, number)| (path.to_owned(), number));
    place(found, what, connection)
}
