//! Whether a connection on no known port carries SMPP.
//!
//! A [`Probe`] takes what the framers of both sides cut, searching, until the matter is decided. It is SMPP when two
//! known headers are chained, or when one whole PDU fills its segment and decodes without an error. What was cut by
//! then is handed on; what cannot be SMPP any more is dropped.

use super::framer::{Framed, Framing, Partial, Skipped, is_plausible};
use super::header::Header;
use super::{Place, RuleId, spec};
use crate::num::count;
use crate::tcp::{PerSide, Side};
use crate::time::Timestamp;

/// Octets of a side that are looked at before a connection is given up as not SMPP.
pub const MOST_OCTETS: u64 = 64 * 1024;

/// What a connection carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not decided.
    Undecided,
    /// SMPP.
    Smpp,
    /// TLS, whatever is inside.
    Tls,
    /// Something else.
    Other,
}

/// Whether a side's first octets are those of a TLS record (RFC 8446 §5.1).
#[must_use]
pub const fn is_tls(first: &[u8]) -> bool {
    matches!(first, [0x14..=0x17, 0x03, 0x00..=0x04, ..])
}

/// The evidence so far of one connection.
#[derive(Debug)]
pub struct Probe {
    verdict: Verdict,
    handshake: bool,
    side: Side,
    sides: PerSide<Evidence>,
    held: Vec<Held>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    octets: u64,
    /// Where the last known PDU ended in the stream.
    chained_at: Option<u64>,
    /// The delivery that is being looked at.
    delivery: (u64, u64),
}

/// Something that a framer cut while the matter was open.
#[derive(Debug)]
pub enum Held {
    /// A PDU.
    Pdu {
        /// Its side.
        side: Side,
        /// Its header.
        header: Header,
        /// Its octets.
        octets: Box<[u8]>,
        /// Where it stands.
        place: Place,
        /// When it became readable.
        at: Timestamp,
        /// The earliest frame with octets of it.
        since: u64,
        /// Why the rest is missing.
        partial: Option<Partial>,
    },
    /// Octets in no PDU.
    Skipped {
        /// Why.
        why: Skipped,
        /// How many.
        octets: u64,
    },
    /// Framing was lost.
    Lost {
        /// The rule that tells why.
        rule: RuleId,
        /// The first octets of what could not be framed.
        octets: Box<[u8]>,
        /// Where.
        place: Place,
        /// When.
        at: Timestamp,
    },
    /// Octets are missing, and PDUs may lie in them.
    Gap {
        /// The side.
        side: Side,
        /// The time of the segment before which they are missing.
        at: Timestamp,
    },
}

impl Probe {
    /// No evidence yet. `handshake`: the connection was seen from its first octet.
    #[must_use]
    pub fn new(handshake: bool) -> Self {
        let sides = PerSide { opener: Evidence::default(), accepter: Evidence::default() };
        Self { verdict: Verdict::Undecided, handshake, side: Side::Opener, sides, held: Vec::new() }
    }

    /// Octets of `side` from `offset` on are about to be framed: they fill a segment, or what is new of it.
    pub fn begin(&mut self, side: Side, offset: u64, octets: &[u8]) {
        self.side = side;
        let evidence = self.sides.of_mut(side);
        let is_first = evidence.octets == 0;
        evidence.octets = evidence.octets.saturating_add(count(octets.len()));
        evidence.delivery = (offset, offset.saturating_add(count(octets.len())));
        let over = evidence.octets > MOST_OCTETS;
        if is_first && is_tls(octets) {
            self.verdict = Verdict::Tls;
        } else if is_first
            && offset == 0
            && self.handshake
            && !Header::parse(octets).is_none_or(|header| is_plausible(&header))
        {
            // Seen from its first octet on, an SMPP side begins with a header.
            self.verdict = Verdict::Other;
        } else if over && self.verdict == Verdict::Undecided {
            self.verdict = Verdict::Other;
        }
    }

    /// Octets of `side` are missing, and whole PDUs may lie in them.
    pub fn gap(&mut self, side: Side, at: Timestamp) {
        self.sides.of_mut(side).chained_at = None;
        self.hold(Held::Gap { side, at });
    }

    /// What is known so far.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Octets of both sides so far.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.sides.opener.octets.saturating_add(self.sides.accepter.octets)
    }

    /// What was cut, in order.
    #[must_use]
    pub fn into_held(self) -> Vec<Held> {
        self.held
    }

    fn hold(&mut self, held: Held) {
        // Adjacent ranges passed over for one reason are one: a search drops an octet at a time.
        if let (Some(Held::Skipped { why, octets }), Held::Skipped { why: same, octets: more }) =
            (self.held.last_mut(), &held)
            && why == same
        {
            *octets = octets.saturating_add(*more);
            return;
        }
        self.held.push(held);
    }
}

impl Framing for Probe {
    fn pdu(&mut self, pdu: &Framed<'_>) {
        let side = self.side;
        let evidence = self.sides.of_mut(side);
        let known = spec::command(pdu.header.command_id).is_some();
        if known {
            let (begin, end) = evidence.delivery;
            let pdu_end = pdu.place.offset.saturating_add(u64::from(pdu.header.command_length));
            let fills = pdu.partial.is_none() && pdu.place.offset == begin && pdu_end == end;
            if fills || evidence.chained_at == Some(pdu.place.offset) {
                self.verdict = Verdict::Smpp;
            }
            self.sides.of_mut(side).chained_at = Some(pdu_end);
        }
        self.hold(Held::Pdu {
            side,
            header: pdu.header,
            octets: pdu.octets.into(),
            place: pdu.place,
            at: pdu.at,
            since: pdu.since,
            partial: pdu.partial,
        });
    }

    fn skipped(&mut self, why: Skipped, octets: u64) {
        self.hold(Held::Skipped { why, octets });
    }

    fn lost(&mut self, rule: RuleId, octets: &[u8], place: Place, at: Timestamp) {
        let side = self.side;
        let chained = self.sides.of(side).chained_at == Some(place.offset);
        let known = Header::parse(octets).is_some_and(|header| spec::command(header.command_id).is_some());
        if chained && known {
            self.verdict = Verdict::Smpp;
        }
        let octets = octets.get(..Header::LEN).unwrap_or(octets).into();
        self.hold(Held::Lost { rule, octets, place, at });
    }
}
