//! What the formats have in common: recognising them, and the answer that they give for one record.

use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::{Interface, LinkType};
use crate::time::Timestamp;

/// Octets that decide which format it is and hold the fixed part of either header.
pub(super) const HEADER: usize = 28;

/// A recognised format, with what its headers said so far.
#[derive(Debug)]
pub(super) enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// What lies at the start of the octets that were given.
#[derive(Debug)]
pub(super) enum Step {
    /// A packet.
    Frame(Found),
    /// No packet in so many octets, at least 1; they need not have been read yet. `numbered`: takes a frame number.
    Passed { octets: u64, what: &'static str, numbered: bool },
    /// The thing here is `needed` octets long, more than were given.
    Short { what: &'static str, needed: u64 },
    /// Nothing can be read from here on.
    Damaged(String),
}

/// A packet record, and where its frame lies.
#[derive(Debug)]
pub(super) struct Found {
    /// Octets of the whole record.
    pub(super) used: usize,
    /// First octet of the frame, from the start of the record.
    pub(super) start: usize,
    /// Octets of the frame.
    pub(super) len: usize,
    /// Octets on the wire, as the record says.
    pub(super) original_len: u32,
    /// When; `None` where the record has no time.
    pub(super) at: Option<Timestamp>,
    /// How to read it.
    pub(super) link: LinkType,
    /// Number of its interface, from 0 in the order of the file; those behind the last number share it.
    pub(super) interface: u16,
}

/// Why the start of a file is no header.
#[derive(Debug)]
pub(super) enum Unrecognised {
    /// No magic number.
    Magic,
    /// A magic number, and then something wrong.
    Header(String),
}

impl Format {
    /// Recognises a file by `start`, its first [`HEADER`] octets or all that it has; gives the octets of the
    /// header that are done with.
    pub(super) fn recognise(start: &[u8]) -> Result<(Self, usize), Unrecognised> {
        if let Some(pcap) = Pcap::recognise(start)? {
            return Ok((Self::Pcap(pcap), super::pcap::HEADER));
        }
        Pcapng::recognise(start)?.map(|pcapng| (Self::Pcapng(pcapng), 0)).ok_or(Unrecognised::Magic)
    }

    /// `pcap` or `pcapng`.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Pcap(_) => "pcap",
            Self::Pcapng(_) => "pcapng",
        }
    }

    /// The interface that the last header or interface description brought, once.
    pub(super) fn take_interface(&mut self) -> Option<Interface> {
        match self {
            Self::Pcap(pcap) => pcap.take_interface(),
            Self::Pcapng(pcapng) => pcapng.take_interface(),
        }
    }

    /// Frames that the capturing system lost, by its own account so far.
    pub(super) fn dropped(&self) -> Option<u64> {
        match self {
            Self::Pcap(_) => None,
            Self::Pcapng(pcapng) => pcapng.dropped(),
        }
    }

    /// Reads the record at the start of `octets`.
    #[inline]
    pub(super) fn step(&mut self, octets: &[u8]) -> Step {
        match self {
            Self::Pcap(pcap) => pcap.step(octets),
            Self::Pcapng(pcapng) => pcapng.step(octets),
        }
    }
}

/// The message for a header of `needed` octets of which `there` exist.
pub(super) fn header_cut(format: &str, needed: usize, there: usize) -> Unrecognised {
    Unrecognised::Header(format!("{format} header cut: {needed} octets needed, {there} there, at octet 0"))
}

/// The order of the octets in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    #[inline]
    pub(super) const fn u16(self, octets: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(octets),
            Self::Big => u16::from_be_bytes(octets),
        }
    }

    #[inline]
    pub(super) const fn u32(self, octets: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(octets),
            Self::Big => u32::from_be_bytes(octets),
        }
    }

    pub(super) const fn i64(self, octets: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(octets),
            Self::Big => i64::from_be_bytes(octets),
        }
    }
}
