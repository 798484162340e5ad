//! Records as facts that a filter is asked of.

use std::net::IpAddr;

use super::model::Leg;
use super::record::Owned;
use super::rows::SeenPdu;
use super::single::{Raw, SeenTransaction};
use crate::filter::facts::Value;
use crate::filter::field::{End, Fact};
use crate::filter::{Facts, PduFacts};
use crate::session::Outcome;
use crate::smpp::Role;
use crate::time::Timestamp;

/// A PDU, or a transaction as its request and response together.
///
/// Of a transaction a field has the values of both PDUs; but `status` and `response` are the response's, `from` and
/// source and destination the request's.
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
    Pdu(&'a SeenPdu),
    Transaction(&'a SeenTransaction),
}

impl<'a> Subject<'a> {
    pub(super) const fn pdu(of: &'a Owned, pdu: &'a SeenPdu) -> Self {
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
        (source, destination): (super::model::Endpoint, super::model::Endpoint),
    ) -> Self {
        Self {
            of,
            what: What::Transaction(seen),
            source: (source.ip, source.port),
            destination: (destination.ip, destination.port),
        }
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
                PduFacts::new(&pdu.octets, pdu.context, pdu.partial.is_some(), pdu.default_charset)
                    .sent_by(pdu.role)
                    .each(fact, take);
            }
            (_, What::Transaction(seen)) => of_transaction(seen, fact, take),
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
                let Raw { octets, context, is_partial, default_charset } = raw;
                PduFacts::new(octets, *context, *is_partial, *default_charset).each(fact, take);
            }
        }
    }
}
