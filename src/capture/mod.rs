//! Capture files and standard input into frames. The only module that reads files and names pcap-parser.
//!
//! Layers, each knowing only those below it:
//!
//! ```text
//!  source    an Input opened and decompressed: Box<dyn Read + Send>, its size if known, live or not;
//!            stored reads files, waiting pipes and files that grow, pdus wraps what is no capture
//!  format    octets → one record at a time (pcap, pcapng); no I/O, no loop
//!  lane      one file: the only loop, fills a Block, cuts it into frames, keeps the facts
//!  reader    several files merged by time; ring says which comes next, places which file a frame is in
//! ```
//!
//! Reading does not stop at an error: a file that cannot be read at all gives an [`Error`] and the next one
//! follows; a file that is cut or damaged midway gives every frame before that place, and
//! [`FileFacts::damage`] says what and where.

use crate::time::Timestamp;

mod block;
mod compressed;
mod error;
mod format;
mod inputs;
mod lane;
mod pcap;
mod pcapng;
mod pdus;
mod places;
mod reader;
mod ring;
mod source;
mod stored;
mod waiting;

pub use block::Block;
pub use error::Error;
pub use inputs::Skipped;
pub use lane::{FileFacts, MAX_RECORD};
pub use places::Locator;
pub use reader::{Capture, READ_SIZE};
pub use source::Input;

/// Link type of a frame: a `LINKTYPE_` number (1 Ethernet, 101 raw IP, 113 Linux cooked v1, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

/// One captured frame, borrowing from the [`Block`] that was read.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Number from 1, ascending over all inputs, as Wireshark numbers in one file: records of a pcapng file that
    /// are no packets can leave holes.
    pub number: u64,
    /// When it was captured.
    pub at: Timestamp,
    /// How to read `octets`.
    pub link: LinkType,
    /// What was captured of it.
    pub octets: &'a [u8],
    /// Octets on the wire, at least `octets.len()`.
    pub original_len: u32,
    /// Place of its interface among the [`FileFacts::interfaces`] of its file; one that is not there was not kept.
    pub interface: u16,
}

/// An interface that frames were captured on, as its file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// `if_name`; `None`: it is not told, as never in pcap.
    pub name: Option<String>,
    /// How its frames are read.
    pub link: LinkType,
    /// Octets of a frame that are captured at most; 0: all.
    pub snaplen: u32,
}

#[cfg(test)]
mod tests;
