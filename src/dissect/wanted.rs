//! The PDUs that one frame of a capture made readable.

use super::model::{Dissection, Finding};
use crate::smpp::framer::Framed;
use crate::smpp::text::Charset;
use crate::smpp::{Context, Place};
use crate::time::Timestamp;

/// What is looked for, and what was found so far.
#[derive(Clone, Debug)]
pub struct Wanted {
    frame: u64,
    found: Vec<Found>,
    /// The frames nearest to it that made PDUs readable.
    before: Option<u64>,
    after: Option<u64>,
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

impl Wanted {
    /// The PDUs of `frame`, nothing found yet.
    #[must_use]
    pub const fn frame(frame: u64) -> Self {
        Self { frame, found: Vec::new(), before: None, after: None }
    }

    /// Looks at a PDU of `connection`.
    pub fn see(&mut self, pdu: &Framed<'_>, context: Context, connection: u32) {
        let frame = pdu.place.frame;
        match frame.cmp(&self.frame) {
            std::cmp::Ordering::Less => self.before = self.before.max(Some(frame)),
            std::cmp::Ordering::Greater => {
                self.after = Some(self.after.map_or(frame, |after| after.min(frame)));
            }
            std::cmp::Ordering::Equal => self.found.push(Found {
                connection,
                place: pdu.place,
                at: pdu.at,
                context,
                is_partial: pdu.partial.is_some(),
                octets: pdu.octets.to_vec(),
            }),
        }
    }

    /// Adds what another one found of the same frame.
    pub fn merge(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.before = self.before.max(other.before);
        self.after = match (self.after, other.after) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// The frames before and after it that made PDUs readable, the nearest ones.
    #[must_use]
    pub const fn neighbours(&self) -> (Option<u64>, Option<u64>) {
        (self.before, self.after)
    }

    /// The PDUs that were found, or of them the one numbered `index`, as trees; data_coding 0 means `default_charset`.
    #[must_use]
    pub fn dissect(&self, index: Option<u32>, secrets: bool, default_charset: Charset) -> Dissection {
        let mut found: Vec<&Found> = self.found.iter().collect();
        found.sort_by_key(|found| (found.connection, found.place.offset));
        let mut out = Dissection::default();
        for found in found.into_iter().filter(|found| index.is_none_or(|index| found.place.index == index)) {
            let (mut pdu, findings) =
                super::pdu(&found.octets, found.context, found.is_partial, secrets, default_charset);
            pdu.index = found.place.index;
            pdu.at = Some(found.at);
            pdu.offset = found.place.offset;
            let index = Some(pdu.index);
            out.findings.extend(findings.into_iter().map(|finding| Finding { pdu: index, ..finding }));
            out.pdus.push(pdu);
        }
        out
    }
}
