//! Capture files and standard input into frames. The only module that reads files and names pcap-parser.

use crate::time::Timestamp;

/// Link type of a frame: a `LINKTYPE_` number (1 Ethernet, 101 raw IP, 113 Linux cooked v1, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

/// One captured frame, borrowing from the [`Block`] that was read.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Number from 1 over all frames read, as Wireshark counts in one file.
    pub number: u64,
    /// When it was captured.
    pub at: Timestamp,
    /// How to read `octets`.
    pub link: LinkType,
    /// What was captured of it.
    pub octets: &'a [u8],
    /// Octets on the wire, at least `octets.len()`.
    pub original_len: u32,
}
