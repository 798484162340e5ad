//! Where records leave the shards: each made, or written, on the thread that completes it.

use std::sync::Arc;

use crate::capture::Locator;
use crate::report::record::{Record, RecordType, Recorder, Scribe, Whose};
use crate::report::{Asked, Ended, SeenFinding, SeenPdu, SeenTransaction, Sign, Who};
use crate::smpp::Role;

use super::setup::Singly;

/// Octets, and records, for which a sheet keeps room.
const ROOM: usize = 8 << 20;
const SLIPS: usize = 1 << 16;

/// A thread's records of one batch, until the leading thread takes them.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// One for each record, in the order in which the thread's shards completed them.
    pub(super) slips: Vec<Slip>,
    /// What was written, end to end.
    pub(super) octets: Vec<u8>,
    /// What was made, where nothing is written.
    pub(super) records: Vec<Record>,
    /// What the filter says, where nothing is made either.
    pub(super) signs: Vec<Sign>,
    /// Bounds that were reached: when, which, how often.
    pub(super) limits: Vec<(u64, &'static str, u64)>,
}

/// A record's place in the order of the capture, and on its sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slip {
    /// The frame that completed it; `u64::MAX`: the end of the capture.
    pub(super) frame: u64,
    pub(super) connection: u32,
    pub(super) kind: RecordType,
    /// Where its octets begin, or which of the records it is.
    pub(super) at: usize,
    /// How many octets.
    pub(super) len: usize,
}

/// What becomes of records.
pub(super) enum How {
    /// They are made.
    Made,
    /// They are written.
    Written(Box<dyn Scribe>),
    /// The filter is asked of them, and they go no further.
    Asked(Asked),
}

/// Makes or writes the records of a thread.
pub(super) struct Desk {
    recorder: Arc<Recorder>,
    locator: Locator,
    how: How,
    singly: Singly,
    sheet: Sheet,
}

impl Desk {
    pub(super) fn new(recorder: Arc<Recorder>, locator: Locator, how: How, singly: Singly) -> Self {
        Self { recorder, locator, how, singly, sheet: Sheet::default() }
    }

    /// Which records are wanted.
    pub(super) const fn singly(&self) -> Singly {
        self.singly
    }

    /// Whether there is so much on the sheet that it should be taken.
    pub(super) fn is_full(&self) -> bool {
        self.sheet.octets.len() > ROOM || self.sheet.slips.len() > SLIPS
    }

    /// Gives the sheet for an empty one, whose allocations serve again.
    pub(super) fn turn(&mut self, mut empty: Sheet) -> Sheet {
        empty.clear();
        std::mem::replace(&mut self.sheet, empty)
    }

    /// Whose the records of a session are, if any of it is taken.
    pub(super) fn whose(&mut self, who: &Who) -> Option<Whose> {
        let scribe = match &mut self.how {
            How::Written(scribe) => Some(&mut **scribe),
            How::Made | How::Asked(_) => None,
        };
        self.recorder.whose(who, scribe)
    }

    pub(super) fn pdu(&mut self, (frame, connection): (u64, u32), whose: &Whose, pdu: &SeenPdu<'_>) {
        if let How::Asked(asked) = self.how {
            let sign = self.recorder.sign_of_pdu(whose, pdu, asked);
            return self.sign((frame, connection), RecordType::Pdu, sign);
        }
        let Some(shown) = self.recorder.pdu(whose, pdu, &mut self.locator) else { return };
        let kind = RecordType::Pdu;
        let Sheet { slips, octets, records, .. } = &mut self.sheet;
        let (at, len) = match &mut self.how {
            How::Written(scribe) => {
                let at = octets.len();
                scribe.pdu(&shown, octets);
                (at, octets.len() - at)
            }
            How::Made | How::Asked(_) => {
                records.push(Record::Pdu(Box::new(shown.record())));
                (records.len() - 1, 0)
            }
        };
        slips.push(Slip { frame, connection, kind, at, len });
    }

    pub(super) fn transaction(&mut self, at: (u64, u32), whose: &Whose, seen: &SeenTransaction) {
        if let How::Asked(asked) = self.how {
            let sign = self.recorder.sign_of_transaction(whose, seen, asked);
            return self.sign(at, RecordType::Transaction, Some(sign));
        }
        let record = self.recorder.transaction(whose, seen, &mut self.locator);
        self.put(at, record);
    }

    pub(super) fn finding(&mut self, at: (u64, u32), whose: &Whose, role: Option<Role>, seen: &SeenFinding) {
        if let How::Asked(asked) = self.how {
            let sign = self.recorder.sign_of_finding(whose, role, seen, asked);
            return self.sign(at, RecordType::Finding, sign);
        }
        let record = self.recorder.finding(whose, role, seen, &mut self.locator);
        self.put(at, record);
    }

    pub(super) fn session(&mut self, at: (u64, u32), ended: &Ended) {
        if let How::Asked(asked) = self.how {
            let sign = self.recorder.sign_of_session(ended, asked);
            self.sign(at, RecordType::Session, sign);
        } else if self.singly.sessions {
            let record = self.recorder.session(ended);
            self.put(at, record);
        }
    }

    /// A bound was reached `n` times at `frame`.
    pub(super) fn limit(&mut self, frame: u64, limit: &'static str, n: u64) {
        self.sheet.limits.push((frame, limit, n));
    }

    fn sign(&mut self, (frame, connection): (u64, u32), kind: RecordType, sign: Option<Sign>) {
        let Sheet { slips, signs, .. } = &mut self.sheet;
        if let Some(sign) = sign {
            slips.push(Slip { frame, connection, kind, at: signs.len(), len: 0 });
            signs.push(sign);
        }
    }

    fn put(&mut self, (frame, connection): (u64, u32), record: Option<Record>) {
        let Some(record) = record else { return };
        let kind = record.kind();
        let Sheet { slips, octets, records, .. } = &mut self.sheet;
        let (at, len) = match &mut self.how {
            How::Written(scribe) => {
                let at = octets.len();
                scribe.record(&record, octets);
                (at, octets.len() - at)
            }
            How::Made | How::Asked(_) => {
                records.push(record);
                (records.len() - 1, 0)
            }
        };
        slips.push(Slip { frame, connection, kind, at, len });
    }
}

impl Sheet {
    /// What was written of a record.
    pub(super) fn written(&self, slip: &Slip) -> &[u8] {
        self.octets.get(slip.at..slip.at.saturating_add(slip.len)).unwrap_or_default()
    }

    fn clear(&mut self) {
        let Self { slips, octets, records, signs, limits } = self;
        slips.clear();
        octets.clear();
        octets.shrink_to(ROOM);
        slips.shrink_to(SLIPS);
        records.clear();
        signs.clear();
        limits.clear();
    }
}
