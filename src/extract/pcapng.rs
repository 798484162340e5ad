//! pcapng files with times in nanoseconds: draft-ietf-opsawg-pcapng.

use std::io::{self, Write};

use crate::time::Timestamp;

/// LINKTYPE_RAW: packets begin with their IP header.
pub const RAW_IP: u16 = 101;

/// Writes blocks one after another.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// A file with its section header and its interface.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Self::bare(out, None)?;
        writer.interface(RAW_IP, 0, "smsc")?;
        Ok(writer)
    }

    /// A file with its section header, which says `comment`, and no interface yet.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn bare(out: W, comment: Option<&str>) -> io::Result<Self> {
        let mut writer = Self { out };
        let mut section = Vec::new();
        section.extend(0x1A2B_3C4D_u32.to_le_bytes());
        section.extend([1, 0, 0, 0]);
        // The length of the section is not stated.
        section.extend([0xFF; 8]);
        if let Some(comment) = comment {
            option(&mut section, COMMENT, shortened(comment));
        }
        option(&mut section, 4, b"smpp-inspect");
        option(&mut section, 0, b"");
        writer.block(0x0A0D_0D0A, &[&section])?;
        Ok(writer)
    }

    /// An interface of this link type, which captured at most `snaplen` octets of a packet (0: all), with times in
    /// nanoseconds; interfaces number from 0 in the order of their calls.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn interface(&mut self, link: u16, snaplen: u32, name: &str) -> io::Result<()> {
        let mut interface = Vec::new();
        interface.extend(link.to_le_bytes());
        interface.extend([0; 2]);
        interface.extend(snaplen.to_le_bytes());
        option(&mut interface, 2, shortened(name));
        // if_tsresol: nanoseconds.
        option(&mut interface, 9, &[9]);
        option(&mut interface, 0, b"");
        self.block(1, &[&interface])
    }

    /// A packet of an interface, of which `octets` were captured; times before 1970 count as 1970.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn packet_of(
        &mut self,
        interface: u32,
        at: Timestamp,
        octets: &[u8],
        original_len: u32,
        comments: &[String],
    ) -> io::Result<()> {
        let nanos = u64::try_from(at.nanos()).unwrap_or(0).to_le_bytes();
        let (low, high) = nanos.split_at(4);
        let length = crate::num::short(octets.len()).to_le_bytes();
        let padding = octets.len().next_multiple_of(4).saturating_sub(octets.len());
        let padding = [0; 3].get(..padding).unwrap_or_default();
        let mut options = Vec::new();
        for comment in comments {
            option(&mut options, COMMENT, shortened(comment));
        }
        if !comments.is_empty() {
            option(&mut options, 0, b"");
        }
        let (interface, original) = (interface.to_le_bytes(), original_len.to_le_bytes());
        self.block(6, &[&interface, high, low, &length, &original, octets, padding, &options])
    }

    /// A packet. Times before 1970 count as 1970.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn packet(&mut self, at: Timestamp, octets: &[u8]) -> io::Result<()> {
        self.packet_of(0, at, octets, crate::num::short(octets.len()), &[])
    }

    /// Lines of a TLS key log, for the packets that follow.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn secrets(&mut self, key_log: &[u8]) -> io::Result<()> {
        let length = crate::num::short(key_log.len()).to_le_bytes();
        self.block(0x0000_000A, &[b"KSLT", &length, key_log])
    }

    /// Everything written reaches the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn block(&mut self, kind: u32, parts: &[&[u8]]) -> io::Result<()> {
        let body: usize = parts.iter().map(|part| part.len()).sum();
        let padding = body.next_multiple_of(4).saturating_sub(body);
        let length = crate::num::short(body.saturating_add(padding).saturating_add(12)).to_le_bytes();
        self.out.write_all(&kind.to_le_bytes())?;
        self.out.write_all(&length)?;
        for part in parts {
            self.out.write_all(part)?;
        }
        self.out.write_all([0; 3].get(..padding).unwrap_or_default())?;
        self.out.write_all(&length)
    }
}

/// opt_comment.
const COMMENT: u16 = 1;

/// As much of a text as an option takes, at most; whole characters.
fn shortened(text: &str) -> &[u8] {
    const MOST: usize = 60_000;
    let end = (0..=MOST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().as_bytes()
}

fn option(block: &mut Vec<u8>, code: u16, value: &[u8]) {
    block.extend(code.to_le_bytes());
    block.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    block.extend_from_slice(value);
    while !block.len().is_multiple_of(4) {
        block.push(0);
    }
}
