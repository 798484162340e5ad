//! What a capture has of another message centre, for the test SMSC to do the same.

use super::{Outcome, Progress, Settings, records};
use crate::capture::Capture;
use crate::report::record::{Record, RecordType};
use crate::smsc::{Extra, RecordedPdu, Recorder, Recording};

/// Reads `capture` to its end for the requests of ESMEs in it and what came of them. PDUs that are not whole, and those
/// of which nobody knows who sent them, are left out. `extra` says what is done with requests that were not recorded.
pub fn recording(
    capture: Capture,
    settings: &Settings,
    extra: Extra,
    progress: &mut Progress<'_>,
) -> (Recording, Outcome) {
    let mut recorder = Recorder::default();
    let mut take = |record: &Record| {
        if let Record::Pdu(pdu) = record
            && let (Some(from), None, Some(at)) = (pdu.from, pdu.partial, pdu.place.at)
        {
            recorder.push(&RecordedPdu {
                connection: u64::from(pdu.of.connection),
                from,
                at,
                octets: &pdu.octets,
            });
        }
        true
    };
    let outcome = records(capture, settings, &[RecordType::Pdu], &mut take, progress);
    (recorder.finish(extra), outcome)
}
