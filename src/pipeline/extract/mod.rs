//! Captures cut down to what is kept: read once or twice to find it, and once more to copy its frames; or read to write
//! clean TCP around its PDUs.
//!
//! ```text
//!  wanted    which PDUs are kept
//!  frames    which frames those are
//!  comments  what is found wrong with them
//!  copy      frames as they are
//!  rebuild   clean TCP, and always where PDUs are redacted: nothing but what was looked at is written then
//! ```

mod comments;
mod copy;
mod frames;
mod rebuild;
mod wanted;

use std::collections::HashSet;
use std::io::{self, Write};
use std::net::SocketAddr;

use comments::Comments;
use frames::Frames;
use rebuild::rebuild;
use wanted::Wanted;

use super::{Outcome, Progress, Settings, records};
use crate::capture::Capture;
use crate::extract::Writer;
use crate::filter::Filter;
use crate::report::model::Endpoint;
use crate::report::record::{Record, RecordType};
use crate::time::Period;

/// Ranges of frames that are told apart.
const MOST_RANGES: usize = 4 << 20;

/// What is kept, and how it is written.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// Holds for the PDUs that are looked for; `None`: all. A time that [`Settings::selection`] asks for limits them, too;
    /// without a filter, and nothing kept with them, it is the frames of sessions that it limits.
    pub filter: Option<Filter>,
    /// What is kept with each of them.
    pub keep: Keep,
    /// PDUs that are looked for at most, the first.
    pub limit: u64,
    /// Whether clean TCP is written around PDUs, in place of their frames. So it always is where PDUs are redacted.
    pub repair: bool,
}

/// What is kept with a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing else.
    Pdu,
    /// The request or response that it pairs with.
    Transaction,
    /// Its session.
    Session,
}

/// What became of it.
#[derive(Debug)]
pub struct Extracted {
    /// Of the last pass over the capture that looked at PDUs.
    pub outcome: Outcome,
    /// PDUs kept.
    pub pdus: u64,
    /// Packets written.
    pub packets: u64,
    /// PDUs not written because octets of them are missing.
    pub partial: u64,
    /// Findings that found no room: comments take at most 64 MiB.
    pub findings_left_out: u64,
    /// PDUs that found no room among those whose transactions are kept, and fragments of IP packets.
    pub left_out: u64,
    /// Whether frames between those that are kept were kept, too, for want of room to tell them apart.
    pub is_wider: bool,
}

impl Extraction {
    /// Whether all PDUs are looked for.
    fn is_of_all(&self, period: Period) -> bool {
        self.filter.is_none() && period.is_all()
    }

    /// Whether frames are kept by their own time.
    fn is_of_frames(&self, period: Period) -> bool {
        self.filter.is_none() && !period.is_all() && self.keep == Keep::Pdu && self.limit == u64::MAX
    }
}

impl Extracted {
    fn of(outcome: Outcome) -> Self {
        Self { outcome, pdus: 0, packets: 0, partial: 0, findings_left_out: 0, left_out: 0, is_wider: false }
    }
}

/// Writes what `extraction` keeps of the capture that `open` opens, again and again the same.
///
/// # Errors
/// Those of `out`.
pub fn extract(
    open: &dyn Fn() -> Capture,
    settings: &Settings,
    extraction: &Extraction,
    out: &mut dyn Write,
    progress: &mut Progress<'_>,
) -> io::Result<Extracted> {
    let redactor = settings.redactor.clone();
    // What is looked for is looked for in what was captured, at any time.
    let mut settings = Settings { redactor: None, ..settings.clone() };
    let period = std::mem::take(&mut settings.selection.period);
    let mut wanted = Wanted::find(open, &settings, (extraction, period), progress);
    let comment = redactor.as_ref().map(|redactor| format!("smpp-inspect: {redactor}"));
    let mut writer = Writer::bare(out, comment.as_deref())?;
    if extraction.repair || redactor.is_some() {
        let rebuilt = rebuild(open, &settings, &mut wanted, redactor.as_deref(), &mut writer, progress)?;
        return Ok(Extracted { left_out: wanted.left_out, ..rebuilt });
    }
    let by_time = extraction.is_of_frames(period);
    let of_sessions = if by_time { period } else { Period::default() };
    let (mut frames, mut comments) = (Frames::new(MOST_RANGES, of_sessions), Comments::new());
    let mut pdus = 0;
    let whole = extraction.keep == Keep::Session || extraction.is_of_all(period);
    let mut is_done = false;
    let mut take = |record: &Record| {
        match record {
            // What follows the last PDU that is kept may still be about it.
            Record::Pdu(_) if is_done => return false,
            Record::Pdu(pdu) => {
                let kept = wanted.takes(pdu);
                if kept {
                    pdus += 1;
                    comments.see(pdu);
                }
                if whole || by_time {
                    frames.session(pdu, kept || by_time);
                }
                if !whole {
                    frames.pdu(pdu, kept);
                }
                is_done = wanted.is_done();
            }
            Record::Finding(finding) => comments.add(finding, wanted.takes_whole(&finding.of)),
            _ => {}
        }
        true
    };
    let outcome = records(open(), &settings, &[RecordType::Pdu, RecordType::Finding], &mut take, progress);
    let (fragments, no_room) = if outcome.report.capture.fragments.is_some() {
        copy::fragments(open(), &settings, &frames, progress)
    } else {
        (HashSet::new(), 0)
    };
    let kept = (&frames, &fragments);
    let packets = copy::copy(open(), &settings, kept, &mut comments, &mut writer, progress)?;
    writer.flush()?;
    Ok(Extracted {
        pdus,
        packets,
        findings_left_out: comments.left_out,
        left_out: wanted.left_out + no_room,
        is_wider: frames.widened > 0,
        ..Extracted::of(outcome)
    })
}

fn address(end: Endpoint) -> SocketAddr {
    SocketAddr::new(end.ip, end.port)
}
