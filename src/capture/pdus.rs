//! Bare PDUs, one after the other, as a capture of one connection: each PDU is a frame of its own, so that a place in
//! the report is the number of a PDU. There are no times, and one side sends everything.

use std::io::{self, Cursor, Read};

use super::format::{Format, HEADER};
use super::source::Octets;
use crate::num;

/// Octets of payload in a frame at most: what an IP packet holds less its headers.
const MOST: usize = 65_535 - HEADERS;
/// Octets of the IPv4 and TCP headers.
pub(super) const HEADERS: usize = 40;
/// Octets of a PDU's length.
const LENGTH: usize = 4;
/// Octets of a frame where no PDU's length stands.
const UNKNOWN: usize = 1_020;
/// The link type of packets without a header before them.
const RAW_IP: u32 = 101;
/// From port 1, which nobody uses, to the one of SMPP.
const PORTS: u32 = 1 << 16 | 2775;

/// A capture of raw IP packets without times around the octets of another input.
pub(super) struct Wrapped {
    octets: Octets,
    /// Tells the connections of several inputs apart.
    number: u32,
    /// Octets of payload so far.
    sent: u64,
    /// What is to be given next, and how much of it was.
    ready: Vec<u8>,
    given: usize,
}

impl Wrapped {
    /// # Errors
    ///
    /// When `octets` are a capture: its header would be read as a PDU.
    pub(super) fn new(octets: Octets, number: u32) -> io::Result<Self> {
        let mut start = Vec::with_capacity(HEADER);
        let mut octets = octets;
        (&mut octets).take(num::count(HEADER)).read_to_end(&mut start)?;
        if Format::recognise(&start).is_ok() {
            let what = "it is a capture, and --input pdus needs bare PDUs";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let octets = Box::new(Cursor::new(start).chain(octets));
        let mut wrapped = Self { octets, number, sent: 0, ready: Vec::with_capacity(MOST), given: 0 };
        wrapped.words(&[0x0a0d_0d0a, 28, 0x1a2b_3c4d, 0x0001_0000, u32::MAX, u32::MAX, 28]);
        wrapped.words(&[1, 20, RAW_IP << 16, 0, 20]);
        Ok(wrapped)
    }

    /// Makes the next frame ready, of a whole PDU where its length is that of one.
    fn next(&mut self) -> io::Result<()> {
        let mut payload = Vec::new();
        self.fill(&mut payload, LENGTH)?;
        if let Some(length) = payload.first_chunk::<LENGTH>() {
            let length = num::index(u32::from_be_bytes(*length));
            // What is no length of a PDU goes on with some of the octets behind it, for the framer to judge.
            self.fill(&mut payload, if (16..=MOST).contains(&length) { length - LENGTH } else { UNKNOWN })?;
        }
        self.given = 0;
        self.ready.clear();
        if !payload.is_empty() {
            self.frame(&payload);
            self.sent = self.sent.wrapping_add(num::count(payload.len()));
        }
        Ok(())
    }

    /// Reads up to `octets` octets, fewer at the end only.
    fn fill(&mut self, payload: &mut Vec<u8>, octets: usize) -> io::Result<()> {
        (&mut self.octets).take(num::count(octets)).read_to_end(payload).map(drop)
    }

    /// A Simple Packet Block, which has no time, of interface 0.
    fn frame(&mut self, payload: &[u8]) {
        let total = HEADERS + payload.len();
        let padding = total.next_multiple_of(4) - total;
        let (length, block) = (num::short(total), num::short(total + padding + 16));
        // The first octets open the connection, so that they are judged as its beginning and not as a middle.
        let (sequence, flags) =
            if self.sent == 0 { (0, 0x5002_ffff) } else { (self.sent.wrapping_add(1), 0x5018_ffff) };
        let [.., s0, s1, s2, s3] = sequence.to_be_bytes();
        // The first octet of an IPv4 address must not be 0 for some.
        let source = 0x0a00_0000 | (self.number & 0x00ff_ffff);
        self.words(&[3, block, length]);
        self.words(&[0x4500_0000 | length, 0x4000, 0x4006_0000, source, 0x0aff_ffff]);
        self.words(&[PORTS, u32::from_be_bytes([s0, s1, s2, s3]), 0, flags, 0]);
        self.ready.extend(payload);
        self.ready.extend(std::iter::repeat_n(0, padding));
        self.words(&[block]);
    }

    fn words(&mut self, words: &[u32]) {
        self.ready.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    }
}

impl Read for Wrapped {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.next()?;
        }
        let mut ready = self.ready.get(self.given..).unwrap_or_default();
        let read = ready.read(room)?;
        self.given += read;
        Ok(read)
    }
}
