//! Records as facts that a filter is asked of.

use std::net::IpAddr;

use super::model::{Endpoint, Leg};
use super::record::Owned;
use super::rows::{Ended, SeenPdu};
use super::single::{Raw, SeenFinding, SeenTransaction};
use crate::filter::facts::Value;
use crate::filter::field::{End, Fact, severity};
use crate::filter::{Facts, PduFacts};
use crate::session::Outcome;
use crate::smpp::text::Charset;
use crate::smpp::{Context, Role};
use crate::time::Timestamp;

/// A PDU, a transaction as its request and response together, a finding with its PDU, or a session.
///
/// Of a transaction a field has the values of both PDUs; but `status` and `response` are the response's, `from` and
/// source and destination the request's. A finding has the fields of its PDU, and of `finding` and `finding.severity` its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    of: &'a Owned,
    what: What<'a>,
    /// Sender and receiver, of the request.
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    Pdu(&'a SeenPdu<'a>),
    Transaction(&'a SeenTransaction),
    Finding(&'a SeenFinding, Option<Role>),
    Session(&'a Ended),
}

impl<'a> Subject<'a> {
    pub(super) const fn pdu(of: &'a Owned, pdu: &'a SeenPdu<'a>) -> Self {
        let (source, destination) = (pdu.source, pdu.destination);
        Self {
            of,
            what: What::Pdu(pdu),
            source: (source.ip, source.port),
            destination: (destination.ip, destination.port),
        }
    }

    pub(super) const fn transaction(
        of: &'a Owned,
        seen: &'a SeenTransaction,
        ends: (Endpoint, Endpoint),
    ) -> Self {
        Self::of(of, What::Transaction(seen), ends)
    }

    /// `role` is the sender's.
    pub(super) const fn finding(
        of: &'a Owned,
        seen: &'a SeenFinding,
        role: Option<Role>,
        ends: (Endpoint, Endpoint),
    ) -> Self {
        Self::of(of, What::Finding(seen, role), ends)
    }

    pub(super) const fn session(of: &'a Owned, ended: &'a Ended) -> Self {
        Self::of(of, What::Session(ended), (of.esme, of.smsc))
    }

    const fn of(of: &'a Owned, what: What<'a>, (source, destination): (Endpoint, Endpoint)) -> Self {
        Self { of, what, source: (source.ip, source.port), destination: (destination.ip, destination.port) }
    }

    fn each_end(&self, end: End, take: &mut dyn FnMut((IpAddr, u16))) {
        if end != End::Destination {
            take(self.source);
        }
        if end != End::Source {
            take(self.destination);
        }
    }

    /// Frames and times of its PDUs.
    fn each_place(&self, take: &mut dyn FnMut(u64, Timestamp)) {
        match self.what {
            What::Pdu(pdu) => take(pdu.place.frame, pdu.at),
            What::Finding(seen, _) => take(seen.place.frame, seen.at),
            What::Session(_) => {}
            What::Transaction(seen) => {
                take(seen.transaction.place.frame, seen.transaction.at);
                if let Some(response) = seen.transaction.response {
                    take(response.place.frame, response.at);
                }
            }
        }
    }
}

impl Facts for Subject<'_> {
    fn each(&self, fact: Fact, take: &mut dyn FnMut(Value<'_>)) {
        match (fact, self.what) {
            (Fact::FrameNumber, _) => self.each_place(&mut |frame, _| take(Value::Integer(frame))),
            (Fact::FrameTime, What::Session(ended)) => {
                let (first, last) = (ended.session.first_at, ended.session.last_at);
                first.into_iter().chain(last).for_each(|at| take(Value::Time(at)));
            }
            (Fact::FrameTime, _) => self.each_place(&mut |_, at| take(Value::Time(at))),
            (Fact::Stream, _) => take(Value::Integer(self.of.connection.into())),
            (Fact::Address(end), _) => self.each_end(end, &mut |(ip, _)| take(Value::Address(ip))),
            (Fact::Port(end), _) => self.each_end(end, &mut |(_, port)| take(Value::Integer(port.into()))),
            (Fact::Session, _) => take(Value::Octets(self.of.session.as_bytes())),
            (Fact::SystemId, _) => {
                if let Some(system_id) = &self.of.system_id {
                    take(Value::Octets(system_id.as_bytes()));
                }
            }
            (Fact::Account, _) => take(Value::Octets(self.of.account.as_bytes())),
            (Fact::Side, _) => match self.of.side {
                Some(Leg::Customer) => take(Value::Choice(0)),
                Some(Leg::Operator) => take(Value::Choice(1)),
                None => {}
            },
            (_, What::Pdu(pdu)) => {
                PduFacts::new(pdu.octets, pdu.context, pdu.partial.is_some(), pdu.default_charset)
                    .sent_by(pdu.role)
                    .each(fact, take);
            }
            (_, What::Transaction(seen)) => of_transaction(seen, fact, take),
            (_, What::Finding(seen, role)) => of_finding(seen, role, fact, take),
            (_, What::Session(_)) => {}
        }
    }
}

fn of_finding(seen: &SeenFinding, role: Option<Role>, fact: Fact, take: &mut dyn FnMut(Value<'_>)) {
    let rule = seen.rule.rule();
    match fact {
        Fact::FindingRule => take(Value::Octets(rule.id.as_bytes())),
        Fact::FindingSeverity => take(Value::Choice(severity(rule.severity))),
        _ => {
            // Without the PDU its sender is known still.
            let (octets, context, is_partial, default_charset) = match &seen.raw {
                Some(raw) => (&*raw.octets, raw.context, raw.is_partial, raw.default_charset),
                None => (&[][..], Context::default(), true, Charset::default()),
            };
            PduFacts::new(octets, context, is_partial, default_charset).sent_by(role).each(fact, take);
        }
    }
}

fn of_transaction(seen: &SeenTransaction, fact: Fact, take: &mut dyn FnMut(Value<'_>)) {
    let transaction = &seen.transaction;
    match fact {
        Fact::CommandStatus => {
            if let Some(status) = transaction.outcome.status() {
                take(Value::Integer(status.0.into()));
            }
        }
        Fact::Latency => {
            if let Some(latency) = transaction.outcome.latency() {
                take(Value::Integer(latency.nanos().max(0).unsigned_abs()));
            }
        }
        Fact::Outcome => take(Value::Choice(match transaction.outcome {
            Outcome::Answered { .. } => 0,
            Outcome::Nacked { .. } => 1,
            Outcome::Unanswered(_) => 2,
            Outcome::OneWay => 3,
        })),
        Fact::From => match transaction.role {
            Some(Role::Esme) => take(Value::Choice(0)),
            Some(Role::Smsc) => take(Value::Choice(1)),
            None => {}
        },
        // Said by the session, whether or not the octets are still there.
        Fact::SequenceNumber => take(Value::Integer(transaction.sequence_number.0.into())),
        Fact::CommandId => {
            take(Value::Integer(transaction.command.0.into()));
            if let Some(response) = transaction.response {
                take(Value::Integer(response.command.0.into()));
            }
        }
        _ => {
            for raw in seen.request.iter().chain(&seen.response) {
                let Raw { octets, context, is_partial, default_charset, .. } = raw;
                PduFacts::new(octets, *context, *is_partial, *default_charset).each(fact, take);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decap::Endpoint as End;
    use crate::filter::Filter;
    use crate::report::model::AccountFrom;
    use crate::session::SessionId;
    use crate::smpp::Place;
    use crate::tcp::{ConnectionNumber, Side};
    use crate::time::Zone;

    #[test]
    fn fields_of_the_capture_are_those_of_the_pdu_and_its_session() {
        let octets = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1];
        let end = |ip: &str, port| End { ip: ip.parse().unwrap(), port };
        let (source, destination) = (end("10.1.2.3", 40_000), end("2001:db8::1", 2775));
        let [esme, smsc] = [source, destination].map(|end| Endpoint { ip: end.ip, port: end.port });
        let id = SessionId { connection: ConnectionNumber(7), n: 1 };
        let of = Owned {
            session: id.to_string(),
            connection: 7,
            since: Timestamp::default(),
            esme,
            smsc,
            account: "acme".to_owned(),
            account_from: AccountFrom::SystemId,
            system_id: Some("acme".to_owned()),
            side: None,
        };
        let pdu = SeenPdu {
            session: id,
            side: Side::Opener,
            source,
            destination,
            role: None,
            context: Context::default(),
            default_charset: Charset::Gsm7,
            octets: &octets,
            partial: None,
            place: Place { frame: 274_113, index: 0, offset: 40 },
            since: 274_113,
            at: Timestamp::parse("2026-11-22T09:58:12.25Z", &Zone::default()).unwrap(),
        };
        let seen = Subject::pdu(&of, &pdu);
        for (filter, holds) in [
            ("ip.addr == 10.1.2.3", true),
            ("ip.addr == 10.0.0.0/8", true),
            ("ip.addr == 2001:db8::/32", true),
            ("ip.addr == 0.0.0.0/0", true),
            ("ip.addr == 192.168.0.0/16", false),
            ("ip.addr != 10.1.2.3", false),
            ("ip.addr !== 10.1.2.3", true),
            ("ip.addr in {192.168.0.0/16, 10.1.0.0/16}", true),
            ("ip.src == 10.1.2.3", true),
            ("ip.dst == 10.1.2.3", false),
            ("ipv6.dst == 2001:db8::1", true),
            ("ip.dst == 0.0.0.0/0", false),
            ("tcp.port == 2775", true),
            ("tcp.port == 40000 and tcp.port == 2775", true),
            ("tcp.port != 2775", false),
            ("tcp.srcport == 2775", false),
            ("tcp.dstport in {2700..2800}", true),
            ("tcp.stream == 7", true),
            ("tcp.stream != 7", false),
            ("frame.number == 274113", true),
            ("frame.number > 274113", false),
            ("frame.time >= \"2026-11-22 09:58:12\"", true),
            ("frame.time < 2026-11-22T09:58:12.25Z", false),
            ("frame.time == 2026-11-22T10:58:12.25+01:00", true),
            ("session == s7.1", true),
            ("session == \"s7\"", false),
            ("system_id in {\"a\", \"acme\"}", true),
            ("system_id == \"other\"", false),
            ("smpp.system_id", false),
            ("command == enquire_link and tcp.stream == 7", true),
        ] {
            let parsed: Filter = filter.parse().unwrap_or_else(|error| panic!("{filter}: {error}"));
            assert_eq!(parsed.matches(&seen), holds, "{filter}");
        }
    }
    #[test]
    fn times_without_an_offset_are_of_the_zone_that_is_stated() {
        let holds = |filter: &str, zone: &str| {
            let filter = Filter::parse(filter, &Zone::named(zone).unwrap()).unwrap();
            let at = Timestamp::parse("2026-11-22T09:58:12Z", &Zone::default()).unwrap();
            struct At(Timestamp);
            impl Facts for At {
                fn each(&self, _: Fact, take: &mut dyn FnMut(Value<'_>)) {
                    take(Value::Time(self.0));
                }
            }
            filter.matches(&At(at))
        };
        assert!(holds("frame.time == \"2026-11-22 09:58:12\"", "UTC"));
        assert!(holds("frame.time == \"2026-11-22 10:58:12\"", "CET-1CEST,M3.5.0,M10.5.0/3"));
        assert!(holds("frame.time == 2026-11-22T10:58:12", "+01:00"));
        assert!(holds("frame.time == 2026-11-22T09:58:12Z", "+01:00"));
        assert!(!holds("frame.time == 2026-11-22T09:58:12", "+01:00"));
    }
}
