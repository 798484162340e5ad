//! Who writes records down, where they become complete; and a PDU as it is shown to them.

use std::borrow::Cow;

use super::model::Endpoint;
use super::record::{Owned, PduRecord, Record, place};
use crate::smpp::framer::Partial;
use crate::smpp::text::Charset;
use crate::smpp::{self, Context};
use crate::tcp::Side;
use crate::time::Timestamp;

/// Writes records as octets. Each thread has one of its own; what they write of a record hangs on that record alone, or
/// on others of the same connection.
pub trait Scribe: Send {
    /// Appends a record to `out`.
    fn record(&mut self, record: &Record, out: &mut Vec<u8>);

    /// Appends a PDU to `out`, as [`record`](Self::record) would.
    fn pdu(&mut self, pdu: &ShownPdu<'_>, out: &mut Vec<u8>) {
        self.record(&Record::Pdu(Box::new(pdu.record())), out);
    }

    /// What is the same in all records of what `source` sent in a session, to be had again with each.
    fn stamp(&mut self, of: &Owned, source: Endpoint, destination: Endpoint) -> Stamp {
        let _ = (of, source, destination);
        Stamp::default()
    }
}

/// What a [`Scribe`] made of a session once for all its records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// What they begin with.
    pub head: Vec<u8>,
    /// What stands further on.
    pub keys: Vec<u8>,
}

/// A PDU with all that a [`PduRecord`] has, borrowed.
#[derive(Clone, Debug)]
pub struct ShownPdu<'a> {
    /// Whose it is.
    pub of: &'a Owned,
    /// What the scribe made of its session and sender.
    pub stamp: &'a Stamp,
    /// Who sent it, where roles are known.
    pub from: Option<smpp::Role>,
    /// The side that sent it.
    pub by: Side,
    /// The end that sent it.
    pub source: Endpoint,
    /// The end that received it.
    pub destination: Endpoint,
    /// What it was judged by.
    pub context: Context,
    /// What data_coding 0 stands for.
    pub default_charset: Charset,
    /// Its octets: all of them, or of a partial one those that are there, at least the header.
    pub octets: Cow<'a, [u8]>,
    /// What stands for its text, where that is redacted.
    pub text_token: Option<Box<str>>,
    /// Why the rest of it is missing, if it is.
    pub partial: Option<Partial>,
    /// Where it stands, by frames of all files together.
    pub place: smpp::Place,
    /// When it became readable.
    pub at: Timestamp,
    /// The earliest frame with octets of it.
    pub since: u64,
    /// The file of its frame.
    pub file: Option<&'a str>,
    /// The frame's number in that file; among all where that is not known.
    pub frame: u64,
}

impl ShownPdu<'_> {
    /// The same for keeping.
    #[must_use]
    pub fn record(&self) -> PduRecord {
        PduRecord {
            of: self.of.clone(),
            from: self.from,
            by: self.by,
            source: self.source,
            destination: self.destination,
            context: self.context,
            default_charset: self.default_charset,
            octets: self.octets.as_ref().into(),
            text_token: self.text_token.clone(),
            partial: self.partial,
            stream_offset: self.place.offset,
            place: place(
                self.file.map(|path| (path.to_owned(), self.frame)),
                (self.place, self.at),
                self.of.connection,
            ),
            frames: (self.since.min(self.place.frame), self.place.frame),
        }
    }
}
