//! PDUs of a capture that are looked for: those that one frame made readable, or the first that somebody selects.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{Dissection, End, Finding};
use crate::redact::Redactor;
use crate::smpp::framer::Framed;
use crate::smpp::text::Charset;
use crate::smpp::{Context, Place, Role};
use crate::time::Timestamp;

/// The PDUs of one frame that is looked for, as far as they were found.
#[derive(Clone, Debug)]
pub struct Wanted {
    frame: u64,
    /// Who redacts what is found before it is kept.
    redactor: Option<Arc<Redactor>>,
    found: Vec<Found>,
    /// The frames nearest to the one looked for that made PDUs readable.
    before: Option<u64>,
    after: Option<u64>,
}

/// The first so many of the PDUs that it is shown, which somebody selected, in the order of the capture.
#[derive(Clone, Debug)]
pub struct First {
    most: usize,
    found: BTreeMap<(u64, u32, u32, u64), Found>,
    seen: u64,
}

/// Between whom a PDU went.
#[derive(Clone, Debug)]
pub struct Way {
    /// Id of its session.
    pub session: String,
    /// Who sent it, as far as it and those before it say.
    pub from: Option<Role>,
    /// The end that sent it.
    pub source: End,
    /// The end that it was sent to.
    pub destination: End,
}

/// A PDU that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its connection.
    pub connection: u32,
    /// Between whom it went, as it may be shown.
    pub way: Way,
    /// The frame that made it readable, its place in there, the octets of its side before it.
    pub place: Place,
    /// When.
    pub at: Option<Timestamp>,
    /// What it was decoded by.
    pub context: Context,
    /// What data_coding 0 means.
    pub default_charset: Charset,
    /// Whether its rest is missing.
    pub is_partial: bool,
    /// Its octets, as they may be shown.
    pub octets: Box<[u8]>,
}

impl Wanted {
    /// Nothing found yet; what is found is kept as `redactor` leaves it.
    #[must_use]
    pub const fn new(frame: u64, redactor: Option<Arc<Redactor>>) -> Self {
        Self { frame, redactor, found: Vec::new(), before: None, after: None }
    }

    /// Looks at a PDU of a connection; `way` tells between whom it went.
    pub fn see(
        &mut self,
        connection: u32,
        pdu: &Framed<'_>,
        (context, default_charset): (Context, Charset),
        way: impl FnOnce() -> Way,
    ) {
        let frame = pdu.place.frame;
        if frame < self.frame {
            self.before = self.before.max(Some(frame));
        } else if frame > self.frame {
            self.after = Some(self.after.map_or(frame, |after| after.min(frame)));
        } else {
            let way = way();
            let shown = |end: End| {
                let ip = self.redactor.as_ref().map_or(end.ip, |redactor| redactor.ip(end.ip));
                End { ip, ..end }
            };
            let way = Way { source: shown(way.source), destination: shown(way.destination), ..way };
            self.found.push(Found {
                connection,
                way,
                place: pdu.place,
                at: Some(pdu.at),
                context,
                default_charset,
                is_partial: pdu.partial.is_some(),
                octets: match &self.redactor {
                    Some(redactor) => redactor.pdu(pdu.octets, context, default_charset).into(),
                    None => pdu.octets.into(),
                },
            });
        }
    }

    /// Adds what another one found of the same.
    pub fn merge(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.found.sort_by_key(Found::order);
        self.before = self.before.max(other.before);
        self.after = match (self.after, other.after) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// PDUs that were found.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.found.len()
    }

    /// The frames before and after the one looked for that made PDUs readable, the nearest ones.
    #[must_use]
    pub const fn neighbours(&self) -> (Option<u64>, Option<u64>) {
        (self.before, self.after)
    }

    /// The PDUs that were found, or of them those numbered `index` in their frame, as trees, in the order of the capture.
    #[must_use]
    pub fn dissect(&self, index: Option<u32>, secrets: bool) -> Dissection {
        let found = self.found.iter().filter(|found| index.is_none_or(|index| found.place.index == index));
        trees(found.map(|found| (found.place.index, found)), secrets && self.redactor.is_none())
    }
}

impl First {
    /// None yet, of at most so many.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { most, found: BTreeMap::new(), seen: 0 }
    }

    /// Takes one more.
    pub fn take(&mut self, found: Found) {
        self.seen = self.seen.saturating_add(1);
        self.found.insert(found.order(), found);
        if self.found.len() > self.most {
            self.found.pop_last();
        }
    }

    /// All that it was shown, those beyond the number included.
    #[must_use]
    pub const fn seen(&self) -> u64 {
        self.seen
    }

    /// They as trees, numbered from 0, with passwords or without.
    #[must_use]
    pub fn dissect(&self, secrets: bool) -> Dissection {
        trees((0..).zip(self.found.values()), secrets)
    }
}

impl Found {
    const fn order(&self) -> (u64, u32, u32, u64) {
        (self.place.frame, self.connection, self.place.index, self.place.offset)
    }
}

fn trees<'a>(found: impl Iterator<Item = (u32, &'a Found)>, secrets: bool) -> Dissection {
    let mut out = Dissection::default();
    for (index, found) in found {
        let (mut pdu, findings) =
            super::pdu(&found.octets, found.context, found.is_partial, secrets, found.default_charset);
        pdu.index = index;
        pdu.frame = Some(found.place.frame);
        pdu.at = found.at;
        pdu.from = pdu.from.or(found.way.from.map(Into::into));
        pdu.session = Some(found.way.session.clone());
        (pdu.source, pdu.destination) = (Some(found.way.source), Some(found.way.destination));
        pdu.offset = found.place.offset;
        out.findings.extend(findings.into_iter().map(|finding| Finding { pdu: Some(index), ..finding }));
        out.pdus.push(pdu);
    }
    out
}
