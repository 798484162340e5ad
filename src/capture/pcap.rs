//! The pcap format: one header, then records of a header and a frame each.

use pcap_parser::nom::{Err, IResult, Needed};
use pcap_parser::{
    LegacyPcapBlock, PcapError, PcapHeader, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified,
    parse_pcap_header,
};

use super::format::{ByteOrder, Found, Step, Unrecognised, header_cut};
use super::{Interface, LinkType};
use crate::num;
use crate::time::Timestamp;

/// Octets of the file's header.
pub(super) const HEADER: usize = 24;

/// Octets of a record's header.
const RECORD: usize = 16;
/// Octets of a record's header in the modified format: interface, protocol, packet type and padding follow.
const RECORD_MODIFIED: usize = 24;

type Parse = fn(&[u8]) -> IResult<&[u8], LegacyPcapBlock<'_>, PcapError<&[u8]>>;

/// What the header of a pcap file said.
#[derive(Debug)]
pub(super) struct Pcap {
    link: LinkType,
    snaplen: u32,
    is_told: bool,
    /// Nanoseconds in a unit of the fraction of a second.
    unit: i64,
    record: usize,
    parse: Parse,
}

impl Pcap {
    /// `None` where `start` does not begin with a magic number of pcap.
    pub(super) fn recognise(start: &[u8]) -> Result<Option<Self>, Unrecognised> {
        let Some(magic) = start.first_chunk() else { return Ok(None) };
        let (order, modified) = match u32::from_le_bytes(*magic) {
            0xa1b2_c3d4 | 0xa1b2_3c4d => (ByteOrder::Little, false),
            0xd4c3_b2a1 | 0x4d3c_b2a1 => (ByteOrder::Big, false),
            0xa1b2_cd34 => (ByteOrder::Little, true),
            0x34cd_b2a1 => (ByteOrder::Big, true),
            _ => return Ok(None),
        };
        let Some(mut header) = start.first_chunk::<HEADER>().copied() else {
            return Err(header_cut("pcap", HEADER, start.len()));
        };
        if order == ByteOrder::Big && modified {
            // pcap-parser knows the modified format in little endian only; the header is the same but for this.
            header[..4].copy_from_slice(&0xa1b2_c3d4_u32.to_be_bytes());
        }
        let (_, header) = parse_pcap_header(&header)
            .map_err(|_| Unrecognised::Header("pcap header not understood, at octet 0".to_owned()))?;
        if header.version_major != 2 {
            let PcapHeader { version_major, version_minor, .. } = header;
            let what =
                format!("pcap version {version_major}.{version_minor}: version 2 is needed, at octet 4");
            return Err(Unrecognised::Header(what));
        }
        Ok(Some(Self {
            link: link_type(header.network.0),
            snaplen: header.snaplen,
            is_told: false,
            unit: if header.is_nanosecond_precision() { 1 } else { 1_000 },
            record: if modified { RECORD_MODIFIED } else { RECORD },
            parse: match (order, modified) {
                (ByteOrder::Little, false) => parse_pcap_frame,
                (ByteOrder::Big, false) => parse_pcap_frame_be,
                (ByteOrder::Little, true) => parse_pcap_frame_modified,
                (ByteOrder::Big, true) => parse_modified_big,
            },
        }))
    }

    /// What all frames were captured on, the first time it is asked for.
    pub(super) fn take_interface(&mut self) -> Option<Interface> {
        let is_told = std::mem::replace(&mut self.is_told, true);
        (!is_told).then_some(Interface { name: None, link: self.link, snaplen: self.snaplen })
    }

    /// Reads the record at the start of `octets`.
    #[inline]
    pub(super) fn step(&self, octets: &[u8]) -> Step {
        match (self.parse)(octets) {
            Ok((_, record)) => Step::Frame(Found {
                used: self.record + record.data.len(),
                start: self.record,
                len: record.data.len(),
                original_len: record.origlen,
                at: Some(Timestamp::from_parts(
                    i64::from(record.ts_sec),
                    i64::from(record.ts_usec).saturating_mul(self.unit),
                )),
                link: self.link,
                interface: 0,
            }),
            Err(Err::Incomplete(_)) if octets.len() < self.record => {
                Step::Short { what: "record header", needed: num::count(self.record) }
            }
            Err(Err::Incomplete(Needed::Size(missing))) => {
                Step::Short { what: "record", needed: num::count(octets.len()) + num::count(missing.get()) }
            }
            // pcap-parser's own words would repeat the octets that it was given.
            Err(_) => Step::Damaged("record not understood".to_owned()),
        }
    }
}

/// The number without the bits that tell of a frame check sequence.
fn link_type(network: i32) -> LinkType {
    let [low, high, ..] = network.to_le_bytes();
    LinkType(u16::from_le_bytes([low, high]))
}

/// The record of the modified format in big endian, which pcap-parser lacks.
fn parse_modified_big(octets: &[u8]) -> IResult<&[u8], LegacyPcapBlock<'_>, PcapError<&[u8]>> {
    let (head, Some((_, rest))) = (octets, octets.split_at_checked(RECORD_MODIFIED)) else {
        return Err(Err::Incomplete(Needed::new(RECORD_MODIFIED - octets.len())));
    };
    let word = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let caplen = word(8);
    let Some((data, rest)) = rest.split_at_checked(num::index(caplen)) else {
        return Err(Err::Incomplete(Needed::new(num::index(caplen) - rest.len())));
    };
    Ok((rest, LegacyPcapBlock { ts_sec: word(0), ts_usec: word(4), caplen, origlen: word(12), data }))
}
