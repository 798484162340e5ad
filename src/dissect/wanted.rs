//! PDUs of a capture that are looked for: those that one frame made readable, or those that a filter keeps.

use std::net::IpAddr;
use std::sync::Arc;

use super::model::{Dissection, Finding};
use crate::filter::facts::Value;
use crate::filter::field::{End, Fact};
use crate::filter::{Facts, Filter, PduFacts};
use crate::redact::Redactor;
use crate::session::SessionId;
use crate::smpp::framer::Framed;
use crate::smpp::text::Charset;
use crate::smpp::{Context, Place, Role};
use crate::time::Timestamp;

/// What is looked for, and what was found so far.
#[derive(Clone, Debug)]
pub struct Wanted {
    what: Sought,
    /// Who redacts what is found before it is kept.
    redactor: Option<Arc<Redactor>>,
    found: Vec<Found>,
    matches: u64,
    /// The frames nearest to the one looked for that made PDUs readable.
    before: Option<u64>,
    after: Option<u64>,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Sought {
    /// The PDUs that a frame made readable.
    Frame(u64),
    /// The PDUs that a filter keeps; of them so many, the first.
    Matching(Filter, usize),
}

/// A PDU that was looked for.
#[derive(Clone, Debug)]
pub struct Found {
    connection: u32,
    place: Place,
    at: Timestamp,
    context: Context,
    is_partial: bool,
    octets: Vec<u8>,
}

/// A PDU of a capture, and what is known around it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The PDU.
    pub pdu: &'a Framed<'a>,
    /// What it was decoded by.
    pub context: Context,
    /// Who sent it, as far as it and those before it say.
    pub role: Option<Role>,
    /// What data_coding 0 means.
    pub default_charset: Charset,
    /// Its session.
    pub session: SessionId,
    /// system_id that the session's ESME gave.
    pub system_id: Option<&'a [u8]>,
    /// Address and port of its sender.
    pub source: (IpAddr, u16),
    /// Address and port of its receiver.
    pub destination: (IpAddr, u16),
}

impl Facts for Seen<'_> {
    fn each(&self, fact: Fact, take: &mut dyn FnMut(Value<'_>)) {
        match fact {
            Fact::FrameNumber => take(Value::Integer(self.pdu.place.frame)),
            Fact::FrameTime => take(Value::Time(self.pdu.at)),
            Fact::Stream => take(Value::Integer(self.session.connection.0.into())),
            Fact::Address(end) => {
                self.each_end(end, &mut |(address, _)| take(Value::Address(address)));
            }
            Fact::Port(end) => self.each_end(end, &mut |(_, port)| take(Value::Integer(port.into()))),
            Fact::Session => take(Value::Octets(self.session.to_string().as_bytes())),
            Fact::SystemId => {
                if let Some(system_id) = self.system_id {
                    take(Value::Octets(system_id));
                }
            }
            _ => {
                PduFacts::new(self.pdu.octets, self.context, self.pdu.partial.is_some(), self.default_charset)
                    .sent_by(self.role)
                    .each(fact, take)
            }
        }
    }
}

impl Seen<'_> {
    fn each_end(&self, end: End, take: &mut dyn FnMut((IpAddr, u16))) {
        if end != End::Destination {
            take(self.source);
        }
        if end != End::Source {
            take(self.destination);
        }
    }
}

impl Wanted {
    /// Nothing found yet; what is found is kept as `redactor` leaves it.
    #[must_use]
    pub const fn new(what: Sought, redactor: Option<Arc<Redactor>>) -> Self {
        Self { what, redactor, found: Vec::new(), matches: 0, before: None, after: None }
    }

    /// Looks at a PDU.
    pub fn see(&mut self, seen: &Seen<'_>) {
        let frame = seen.pdu.place.frame;
        match &self.what {
            Sought::Frame(wanted) if frame < *wanted => self.before = self.before.max(Some(frame)),
            Sought::Frame(wanted) if frame > *wanted => {
                self.after = Some(self.after.map_or(frame, |after| after.min(frame)));
            }
            Sought::Frame(_) => self.keep(seen),
            Sought::Matching(filter, most) => {
                if filter.matches(seen) {
                    self.matches = self.matches.saturating_add(1);
                    if self.found.len() < *most {
                        self.keep(seen);
                    }
                }
            }
        }
    }

    fn keep(&mut self, seen: &Seen<'_>) {
        self.found.push(Found {
            connection: seen.session.connection.0,
            place: seen.pdu.place,
            at: seen.pdu.at,
            context: seen.context,
            is_partial: seen.pdu.partial.is_some(),
            octets: match &self.redactor {
                Some(redactor) => redactor.pdu(seen.pdu.octets, seen.context, seen.default_charset),
                None => seen.pdu.octets.to_vec(),
            },
        });
    }

    /// Adds what another one found of the same.
    pub fn merge(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.matches = self.matches.saturating_add(other.matches);
        self.found.sort_by_key(|found| {
            (found.place.frame, found.connection, found.place.index, found.place.offset)
        });
        if let Sought::Matching(_, most) = self.what {
            self.found.truncate(most);
        }
        self.before = self.before.max(other.before);
        self.after = match (self.after, other.after) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// PDUs that the filter keeps, those beyond the number looked for included.
    #[must_use]
    pub const fn matches(&self) -> u64 {
        self.matches
    }

    /// The frames before and after the one looked for that made PDUs readable, the nearest ones.
    #[must_use]
    pub const fn neighbours(&self) -> (Option<u64>, Option<u64>) {
        (self.before, self.after)
    }

    /// The PDUs that were found, or of them those numbered `index` in their frame, as trees, in the order of the capture;
    /// data_coding 0 means `default_charset`.
    #[must_use]
    pub fn dissect(&self, index: Option<u32>, secrets: bool, default_charset: Charset) -> Dissection {
        let secrets = secrets && self.redactor.is_none();
        let mut out = Dissection::default();
        for found in self.found.iter().filter(|found| index.is_none_or(|index| found.place.index == index)) {
            let (mut pdu, findings) =
                super::pdu(&found.octets, found.context, found.is_partial, secrets, default_charset);
            pdu.index = match self.what {
                Sought::Frame(_) => found.place.index,
                Sought::Matching(..) => u32::try_from(out.pdus.len()).unwrap_or(u32::MAX),
            };
            pdu.frame = Some(found.place.frame);
            pdu.at = Some(found.at);
            pdu.offset = found.place.offset;
            let index = Some(pdu.index);
            out.findings.extend(findings.into_iter().map(|finding| Finding { pdu: index, ..finding }));
            out.pdus.push(pdu);
        }
        out
    }
}
