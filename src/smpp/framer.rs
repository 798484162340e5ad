//! Cuts one side's octets into PDUs, and finds the next PDU when framing is lost.
//!
//! Every octet pushed is in exactly one [`Framed`] or one skipped range with its reason. Framing is lost where a
//! command_length cannot be, after a gap that no header leads over, and at the start of a stream seen mid-way. The
//! framer then looks for the next *plausible* header: a known command with a sane length and status, whose whole PDU
//! decodes without an error.
//!
//! An unknown command_id with a sane length does not lose framing.

use std::fmt;

use super::foreign::protocol;
use super::header::Header;
use super::ids::CommandId;
use super::spec::{self, MAX_COMMAND_LENGTH};
use super::{Context, Place, RuleId, Silent, walk};
use crate::num::{count, index};
use crate::tcp::{Missing, Origin, Wait};
use crate::time::Timestamp;

/// Takes what the framer cuts.
pub trait Framing {
    /// A PDU, or the part of one that is in the capture.
    fn pdu(&mut self, pdu: &Framed<'_>);
    /// `octets` belong to no whole PDU.
    fn skipped(&mut self, why: Skipped, octets: u64);
    /// Framing was lost here, or the stream ended inside a PDU; `octets` begin there.
    fn lost(&mut self, rule: RuleId, octets: &[u8], place: Place, at: Timestamp);
}

/// A PDU as it was cut out.
#[derive(Clone, Copy, Debug)]
pub struct Framed<'a> {
    /// Its header.
    pub header: Header,
    /// The whole PDU, or what is there of it; at least the header.
    pub octets: &'a [u8],
    /// Where it stands.
    pub place: Place,
    /// When it became readable: the latest first-capture time of its side's contiguous run up to its end.
    pub at: Timestamp,
    /// When its first octets could be read.
    pub begun: Timestamp,
    /// The earliest frame with octets of it, or of what was delivered with its first ones.
    pub since: u64,
    /// For what its last octets waited before it became readable.
    pub wait: Option<Wait>,
    /// Why the rest of it is missing, if it is.
    pub partial: Option<Partial>,
}

/// Why only a part of a PDU is there. Its octets count as skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partial {
    /// Octets are missing from the capture.
    Gap,
    /// Snaplen cut the frame.
    Snaplen,
    /// The capture, or the connection, ends inside.
    CaptureEnd,
}

/// Why octets of a stream are in no whole PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skipped {
    /// Passed over after a command_length that cannot be, until the next plausible header.
    LostFraming,
    /// Between a gap and the next plausible header, or a header that a gap cuts.
    AroundGap,
    /// Before the first header of a stream seen mid-way.
    MidStream,
    /// Of PDUs of which not everything is there.
    PartialPdu,
    /// The stream ends inside a header of which nothing is wrong.
    StreamEnd,
}

impl Skipped {
    /// The reason as JSON prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LostFraming => "lost_framing",
            Self::AroundGap => "around_gap",
            Self::MidStream => "mid_stream",
            Self::PartialPdu => "partial_pdu",
            Self::StreamEnd => "stream_end",
        }
    }
}

/// The framer of one side.
#[derive(Debug)]
pub struct Framer {
    mode: Mode,
    /// Octets not yet accounted for, when a PDU or the search spans deliveries.
    buffer: Vec<u8>,
    /// Stream offset of the first octet not yet accounted for.
    offset: u64,
    /// The newest frame, and the latest time, of the contiguous run.
    run: Origin,
    /// When the first octet of the buffer could be read.
    begun: Timestamp,
    /// The earliest frame with octets of the buffer, and the frame of the newest delivery.
    since: u64,
    newest: u64,
    /// PDUs that `run.frame` made readable.
    index: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The next octet begins a header. `proven`: false right after a hole, when it must be plausible.
    Synced { proven: bool },
    /// Looking for a header; octets passed over count as `why`.
    Searching { why: Skipped },
    /// Inside a PDU whose start was cut by a hole; `left` octets of it follow.
    Leaving { left: u64 },
}

/// What [`Framing::lost`] was told, in words: thing, fact, need and clause.
#[derive(Clone, Copy, Debug)]
pub struct Lost<'a> {
    /// The rule.
    pub rule: RuleId,
    /// The octets from where framing was lost.
    pub octets: &'a [u8],
}

impl fmt::Display for Lost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = self.octets.len();
        let clause = self.rule.clause();
        let header = Header::parse(self.octets);
        let length = stated_length(self.octets).unwrap_or(0);
        match self.rule {
            RuleId::HEADER_COMMAND_LENGTH_TOO_SMALL => write!(f, "command_length: {length}, at least 16")?,
            RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE => {
                let most = header.map_or(MAX_COMMAND_LENGTH, |header| most(&header));
                write!(f, "command_length: {length} (0x{length:08x}), at most {most}")?;
                if let Some(protocol) = protocol(self.octets) {
                    write!(f, ", the octets of {protocol}")?;
                }
            }
            RuleId::HEADER_COMMAND_LENGTH_BEYOND_CAPTURE => {
                let id = header.map_or(CommandId(0), |header| header.command_id);
                write!(f, "{id}: {length} octets stated, {there} there before the end of the connection")?;
            }
            _ => write!(f, "header: {there} octets before the end of the connection, 16 needed")?,
        }
        write!(f, " ({clause})")
    }
}

/// What the octets at a place say.
enum Look {
    /// A PDU of this many octets begins here.
    Pdu(Header, usize),
    /// More octets are needed.
    More,
    /// No PDU begins here.
    No,
}

const NEVER: Origin = Origin { frame: 0, at: Timestamp::MIN, wait: None };

impl Framer {
    /// A framer at the start of a stream (`mid_stream`: at any place of one).
    #[must_use]
    pub const fn new(mid_stream: bool) -> Self {
        let mode = if mid_stream {
            Mode::Searching { why: Skipped::MidStream }
        } else {
            Mode::Synced { proven: true }
        };
        Self {
            mode,
            buffer: Vec::new(),
            offset: 0,
            run: NEVER,
            begun: Timestamp::MIN,
            since: 0,
            newest: 0,
            index: 0,
        }
    }

    /// Octets that follow what came before; `offset` is that of the first one in the side's stream.
    pub fn push(&mut self, offset: u64, octets: &[u8], origin: Origin, sink: &mut impl Framing) {
        if origin.frame > self.run.frame {
            self.index = 0;
            self.run.frame = origin.frame;
        }
        self.run.at = self.run.at.max(origin.at);
        self.run.wait = origin.wait;
        self.newest = origin.frame;
        self.since = self.since.min(origin.frame);
        if self.buffer.is_empty() {
            self.begun = self.run.at;
            self.since = origin.frame;
            self.offset = offset;
            let used = self.consume(octets, false, sink);
            let rest = octets.get(used..).unwrap_or_default();
            self.buffer.extend_from_slice(rest);
            return;
        }
        // A PDU spans deliveries. Its rest is appended and nothing more, so that what follows is cut in place.
        let mut rest = octets;
        if matches!(self.mode, Mode::Synced { .. }) {
            rest = self.complete(rest, sink);
            if rest.is_empty() {
                return;
            }
            if self.buffer.is_empty() {
                let used = self.consume(rest, false, sink);
                self.buffer.extend_from_slice(rest.get(used..).unwrap_or_default());
                return;
            }
        }
        self.buffer.extend_from_slice(rest);
        self.consume_buffer(false, sink);
    }

    /// `len` octets are missing from here on. Returns whether whole PDUs may lie in them: not when the PDU whose
    /// header was seen reaches over all of them.
    pub fn gap(&mut self, len: u64, why: Missing, sink: &mut impl Framing) -> bool {
        self.consume_buffer(true, sink);
        let held = count(self.buffer.len());
        let header = Header::parse(&self.buffer);
        let after = match (self.mode, header) {
            (Mode::Leaving { left }, _) => leaving(left, len),
            (Mode::Synced { .. } | Mode::Searching { .. }, Some(header)) => {
                // Searching leaves octets in the buffer only from a plausible header on.
                let left = u64::from(header.command_length).saturating_sub(held);
                let partial = match why {
                    Missing::Lost => Partial::Gap,
                    Missing::Snaplen => Partial::Snaplen,
                };
                self.emit_partial(header, partial, sink);
                leaving(left, len)
            }
            (Mode::Synced { .. } | Mode::Searching { .. }, None) => {
                self.skip(Skipped::AroundGap, held, sink);
                Mode::Searching { why: Skipped::AroundGap }
            }
        };
        self.buffer = Vec::new();
        self.mode = after;
        self.offset = self.offset.saturating_add(len);
        self.run = NEVER;
        matches!(after, Mode::Searching { .. })
    }

    /// Octets of memory that hold octets until more of their PDU come.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.buffer.capacity()
    }

    /// Whether a PDU has begun whose rest is to come.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Gives back memory that holds nothing.
    pub fn shrink(&mut self) {
        self.buffer.shrink_to_fit();
    }

    /// No octets follow. `closed`: the connection ended, rather than the capture.
    pub fn finish(&mut self, closed: bool, sink: &mut impl Framing) {
        self.consume_buffer(true, sink);
        let held = count(self.buffer.len());
        if held == 0 {
            return;
        }
        let (place, at) = (self.place(), self.run.at);
        let rule = if let Some(header) = Header::parse(&self.buffer) {
            self.emit_partial(header, Partial::CaptureEnd, sink);
            RuleId::HEADER_COMMAND_LENGTH_BEYOND_CAPTURE
        } else {
            // Four octets tell a length that cannot be, as other protocols have it in their place.
            let (rule, why) = match stated_length(&self.buffer).map(impossible) {
                Some(Some(rule)) => (rule, Skipped::LostFraming),
                Some(None) | None => (RuleId::HEADER_TRUNCATED, Skipped::StreamEnd),
            };
            self.skip(why, held, sink);
            rule
        };
        let ends = [RuleId::HEADER_COMMAND_LENGTH_BEYOND_CAPTURE, RuleId::HEADER_TRUNCATED];
        if closed || !ends.contains(&rule) {
            sink.lost(rule, &self.buffer, place, at);
        }
        self.buffer = Vec::new();
    }

    /// Appends to the buffered start of a PDU what completes its header, then what completes it; emits it when
    /// whole. Gives back what was not needed.
    fn complete<'a>(&mut self, octets: &'a [u8], sink: &mut impl Framing) -> &'a [u8] {
        let mut rest = octets;
        loop {
            let need = match Header::parse(&self.buffer) {
                None => Header::LEN,
                Some(header) => match self.judge(&header) {
                    Judged::Whole(len) => len,
                    Judged::Lost(..) => return rest,
                },
            };
            let missing = need.saturating_sub(self.buffer.len());
            if missing == 0 && need > Header::LEN || self.is_header_only(need) {
                break;
            }
            let (now, later) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            self.buffer.extend_from_slice(now);
            rest = later;
            if now.len() < missing {
                return rest;
            }
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let used = self.consume(&buffer, false, sink);
        if used < buffer.len() {
            buffer.drain(..used);
            self.buffer = buffer;
        } else {
            self.reuse(buffer);
        }
        rest
    }

    fn is_header_only(&self, need: usize) -> bool {
        need == Header::LEN
            && self.buffer.len() == Header::LEN
            && Header::parse(&self.buffer).is_some_and(|header| header.command_length == 16)
    }

    fn consume_buffer(&mut self, at_end: bool, sink: &mut impl Framing) {
        if self.buffer.is_empty() {
            return;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let used = self.consume(&buffer, at_end, sink);
        buffer.drain(..used.min(buffer.len()));
        self.buffer = buffer;
    }

    /// Keeps the allocation of an emptied buffer, unless it is an unusually large one.
    fn reuse(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= 1_024 {
            buffer.clear();
            self.buffer = buffer;
        }
    }

    /// Cuts what can be cut off the front of `octets`; returns how many are accounted for. `at_end`: nothing
    /// follows them directly.
    fn consume(&mut self, octets: &[u8], at_end: bool, sink: &mut impl Framing) -> usize {
        let mut used = 0_usize;
        loop {
            let rest = octets.get(used..).unwrap_or_default();
            if rest.is_empty() {
                return used;
            }
            let step = match self.mode {
                Mode::Leaving { left } => self.leave(left, rest, sink),
                Mode::Synced { proven } => self.cut(proven, rest, sink),
                Mode::Searching { why } => self.search(why, rest, at_end, sink),
            };
            match step {
                Some(step) => used = used.saturating_add(step),
                None => return used,
            }
        }
    }

    fn leave(&mut self, left: u64, rest: &[u8], sink: &mut impl Framing) -> Option<usize> {
        let step = count(rest.len()).min(left);
        self.mode = match left.saturating_sub(step) {
            0 => Mode::Synced { proven: false },
            left => Mode::Leaving { left },
        };
        self.skip(Skipped::PartialPdu, step, sink);
        Some(usize::try_from(step).unwrap_or(rest.len()))
    }

    fn cut(&mut self, proven: bool, rest: &[u8], sink: &mut impl Framing) -> Option<usize> {
        let header = Header::parse(rest)?;
        if !proven && !is_plausible(&header) {
            self.mode = Mode::Searching { why: Skipped::AroundGap };
            return Some(0);
        }
        match self.judge(&header) {
            Judged::Whole(len) => {
                let octets = rest.get(..len)?;
                self.emit(header, octets, sink);
                self.mode = Mode::Synced { proven: true };
                Some(len)
            }
            Judged::Lost(rule) => {
                sink.lost(rule, rest, self.place(), self.run.at);
                self.mode = Mode::Searching { why: Skipped::LostFraming };
                // The header that cannot be is passed over; the next may begin at any octet after its first.
                self.skip(Skipped::LostFraming, 1, sink);
                Some(1)
            }
        }
    }

    fn search(&mut self, why: Skipped, rest: &[u8], at_end: bool, sink: &mut impl Framing) -> Option<usize> {
        let mut passed = 0_usize;
        let found = loop {
            let candidate = rest.get(passed..).unwrap_or_default();
            match look(candidate, at_end) {
                Look::No => passed = passed.saturating_add(1),
                Look::More => break None,
                Look::Pdu(header, len) => break Some((header, len)),
            }
        };
        if passed > 0 {
            self.skip(why, count(passed), sink);
        }
        let Some((header, len)) = found else {
            return (passed > 0).then_some(passed);
        };
        self.emit(header, rest.get(passed..passed.saturating_add(len))?, sink);
        self.mode = Mode::Synced { proven: true };
        Some(passed.saturating_add(len))
    }

    fn judge(&self, header: &Header) -> Judged {
        let length = header.command_length;
        match impossible(length) {
            Some(rule) => Judged::Lost(rule),
            None if length > most(header) => Judged::Lost(RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE),
            None => Judged::Whole(index(length)),
        }
    }

    fn emit(&mut self, header: Header, octets: &[u8], sink: &mut impl Framing) {
        sink.pdu(&self.framed(header, octets, None));
        // What follows in this delivery begins with it.
        self.begun = self.run.at;
        self.since = self.newest;
        self.index = self.index.saturating_add(1);
        self.offset = self.offset.saturating_add(count(octets.len()));
    }

    const fn framed<'a>(&self, header: Header, octets: &'a [u8], partial: Option<Partial>) -> Framed<'a> {
        let Origin { at, wait, .. } = self.run;
        Framed {
            header,
            octets,
            place: self.place(),
            at,
            begun: self.begun,
            since: self.since,
            wait,
            partial,
        }
    }

    fn emit_partial(&mut self, header: Header, why: Partial, sink: &mut impl Framing) {
        sink.pdu(&self.framed(header, &self.buffer, Some(why)));
        self.index = self.index.saturating_add(1);
        let held = count(self.buffer.len());
        self.skip(Skipped::PartialPdu, held, sink);
    }

    fn skip(&mut self, why: Skipped, octets: u64, sink: &mut impl Framing) {
        if octets > 0 {
            sink.skipped(why, octets);
            self.offset = self.offset.saturating_add(octets);
        }
    }

    const fn place(&self) -> Place {
        Place { frame: self.run.frame, index: self.index, offset: self.offset }
    }
}

/// The command_length that octets begin with.
fn stated_length(octets: &[u8]) -> Option<u32> {
    octets.first_chunk().copied().map(u32::from_be_bytes)
}

/// What is wrong with a command_length that no command can have.
const fn impossible(length: u32) -> Option<RuleId> {
    match length {
        0..16 => Some(RuleId::HEADER_COMMAND_LENGTH_TOO_SMALL),
        16..=MAX_COMMAND_LENGTH => None,
        _ => Some(RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE),
    }
}

/// The command_length up to which framing is trusted.
fn most(header: &Header) -> u32 {
    if spec::command(header.command_id).is_some() { MAX_COMMAND_LENGTH } else { MAX_UNKNOWN }
}

/// The longest PDU with an unknown command_id that framing is trusted over.
const MAX_UNKNOWN: u32 = 0x0001_0000;

enum Judged {
    Whole(usize),
    Lost(RuleId),
}

/// What a hole of `len` octets does to a PDU of which `left` octets are still to come.
const fn leaving(left: u64, len: u64) -> Mode {
    if len < left {
        Mode::Leaving { left: left.saturating_sub(len) }
    } else if len == left {
        Mode::Synced { proven: false }
    } else {
        Mode::Searching { why: Skipped::AroundGap }
    }
}

/// A header that a resynchronising framer, or the detection of SMPP, believes: a known command, a length that the
/// command can have, 0 as a request's status, a defined or vendor status in a response.
#[must_use]
pub fn is_plausible(header: &Header) -> bool {
    let Some(command) = spec::command(header.command_id) else { return false };
    let status = header.command_status;
    let status_fits = if header.command_id.is_response() {
        spec::status(status).is_some() || (0x400..=0x4FF).contains(&status.0)
    } else {
        status.0 == 0
    };
    let nack_fits = header.command_id != CommandId::GENERIC_NACK || header.command_length == 16;
    status_fits && nack_fits && command.plausible_length(header.command_length)
}

/// Whether a PDU is believed to begin at the start of `octets`.
fn look(octets: &[u8], at_end: bool) -> Look {
    // Most octets are ruled out by one of the first two: a sane command_length is below 2^21.
    match octets {
        [] => return Look::More,
        [0] | [0, 0..=0x10] => {}
        [0, 0..=0x10, ..] => {}
        _ => return Look::No,
    }
    let Some(header) = Header::parse(octets) else {
        return if at_end { Look::No } else { Look::More };
    };
    if !is_plausible(&header) {
        return Look::No;
    }
    let len = index(header.command_length);
    let Some(pdu) = octets.get(..len) else {
        // Left in the buffer: at a gap it is a partial PDU whose header leads over the hole.
        return Look::More;
    };
    // What follows has no say: it may not be there yet, and how octets are delivered must not show.
    if decodes(pdu) { Look::Pdu(header, len) } else { Look::No }
}

/// Whether a whole PDU decodes without an error.
#[must_use]
pub fn decodes(pdu: &[u8]) -> bool {
    walk(pdu, Context { version: None, from: None }, &mut Silent).errors == 0
}

#[cfg(test)]
mod tests;
