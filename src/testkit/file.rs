//! Writers for captures: pcap in both octet orders and resolutions, pcapng, several link types.

use std::io::{self, Write};

use super::tcp::Frame;
use crate::tcp::Side;

/// What stands before the IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Ethernet; the opener's short frames are padded to 60 octets, as they arrive on a wire.
    Ethernet,
    /// Ethernet with an IEEE 802.1Q tag.
    Vlan(u16),
    /// Linux cooked capture, version 1.
    Cooked,
    /// Nothing.
    RawIp,
    /// Frames have their link header already, of the link type with this number: see [`super::wrap`].
    Given(u16),
}

impl Link {
    const fn number(self) -> u16 {
        match self {
            Self::Ethernet | Self::Vlan(_) => 1,
            Self::Cooked => 113,
            Self::RawIp => 101,
            Self::Given(number) => number,
        }
    }
}

/// The format of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The format of libpcap.
    Pcap {
        /// Nanoseconds rather than microseconds.
        nanos: bool,
        /// Octet order of the headers.
        big_endian: bool,
    },
    /// pcapng with Enhanced Packet Blocks.
    Pcapng {
        /// Decimal digits of a second: 6, or 9 with the option if_tsresol.
        digits: u8,
        /// Octet order.
        big_endian: bool,
    },
}

impl Format {
    /// Little endian pcap with microseconds: what `tcpdump -w` writes.
    pub const PCAP: Self = Self::Pcap { nanos: false, big_endian: false };

    /// Nanoseconds of the last digit of a time.
    #[must_use]
    pub const fn resolution(self) -> i64 {
        match self {
            Self::Pcap { nanos: true, .. } | Self::Pcapng { digits: 9, .. } => 1,
            Self::Pcap { .. } | Self::Pcapng { .. } => 1_000,
        }
    }

    const fn big_endian(self) -> bool {
        match self {
            Self::Pcap { big_endian, .. } | Self::Pcapng { big_endian, .. } => big_endian,
        }
    }
}

/// Writes a capture, a frame at a time.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    format: Format,
    link: Link,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes the file's header.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn new(out: W, format: Format, link: Link) -> io::Result<Self> {
        let mut writer = Self { out, format, link, buffer: Vec::with_capacity(2_048) };
        match format {
            Format::Pcap { nanos, .. } => {
                writer.u32(if nanos { 0xA1B2_3C4D } else { 0xA1B2_C3D4 });
                writer.u16(2);
                writer.u16(4);
                writer.u32(0);
                writer.u32(0);
                writer.u32(262_144);
                writer.u32(u32::from(link.number()));
            }
            Format::Pcapng { digits, .. } => {
                // Section Header Block, its length unknown.
                writer.u32(0x0A0D_0D0A);
                writer.u32(28);
                writer.u32(0x1A2B_3C4D);
                writer.u16(1);
                writer.u16(0);
                writer.u32(u32::MAX);
                writer.u32(u32::MAX);
                writer.u32(28);
                // Interface Description Block: if_tsresol, end of options.
                writer.u32(1);
                writer.u32(32);
                writer.u16(link.number());
                writer.u16(0);
                writer.u32(262_144);
                writer.u16(9);
                writer.u16(1);
                writer.buffer.extend([digits, 0, 0, 0]);
                writer.u32(0);
                writer.u32(32);
            }
        }
        writer.flush_buffer()?;
        Ok(writer)
    }

    /// Writes a frame.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn frame(&mut self, frame: &Frame) -> io::Result<()> {
        let link_len = match self.link {
            Link::Ethernet => 14,
            Link::Vlan(_) => 18,
            Link::Cooked => 16,
            Link::RawIp | Link::Given(_) => 0,
        };
        let len = frame.packet.len() + link_len;
        let padding = match (self.link, frame.side) {
            (Link::Ethernet | Link::Vlan(_), Side::Opener) => 60_usize.saturating_sub(len),
            _ => 0,
        };
        let len = (len + padding) as u32;
        let block_padding = (4 - len as usize % 4) % 4;
        match self.format {
            Format::Pcap { nanos, .. } => {
                let fraction = frame.at.rem_euclid(1_000_000_000) as u32;
                self.u32(frame.at.div_euclid(1_000_000_000) as u32);
                self.u32(if nanos { fraction } else { fraction / 1_000 });
                self.u32(len);
                self.u32(len);
            }
            Format::Pcapng { .. } => {
                let units = frame.at.div_euclid(self.format.resolution()) as u64;
                self.u32(6);
                self.u32(32 + len + block_padding as u32);
                self.u32(0);
                self.u32((units >> 32) as u32);
                self.u32(units as u32);
                self.u32(len);
                self.u32(len);
            }
        }
        self.link_header(frame);
        self.buffer.extend(&frame.packet);
        self.buffer.extend(std::iter::repeat_n(0, padding));
        if let Format::Pcapng { .. } = self.format {
            self.buffer.extend(std::iter::repeat_n(0, block_padding));
            self.u32(32 + len + block_padding as u32);
        }
        self.flush_buffer()
    }

    /// Flushes, and gives the output back.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn link_header(&mut self, frame: &Frame) {
        let ether_type: u16 = if frame.packet[0] >> 4 == 4 { 0x0800 } else { 0x86DD };
        // Locally administered addresses, one a side.
        let mac = |side: Side| [2, 0, 0, 0, 0, if side == Side::Opener { 1 } else { 2 }];
        match self.link {
            Link::Ethernet | Link::Vlan(_) => {
                self.buffer.extend(mac(frame.side.other()));
                self.buffer.extend(mac(frame.side));
                if let Link::Vlan(id) = self.link {
                    self.buffer.extend(0x8100_u16.to_be_bytes());
                    self.buffer.extend(id.to_be_bytes());
                }
            }
            Link::Cooked => {
                // Packet type 0 (to us) or 4 (from us): the capture is taken at the accepter.
                self.buffer.extend([0, if frame.side == Side::Opener { 0 } else { 4 }, 0, 1, 0, 6]);
                self.buffer.extend(mac(frame.side));
                self.buffer.extend([0, 0]);
            }
            Link::RawIp | Link::Given(_) => return,
        }
        self.buffer.extend(ether_type.to_be_bytes());
    }

    fn u32(&mut self, value: u32) {
        let octets = if self.format.big_endian() { value.to_be_bytes() } else { value.to_le_bytes() };
        self.buffer.extend(octets);
    }

    fn u16(&mut self, value: u16) {
        let octets = if self.format.big_endian() { value.to_be_bytes() } else { value.to_le_bytes() };
        self.buffer.extend(octets);
    }

    fn flush_buffer(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// A whole capture in memory.
///
/// # Panics
///
/// Never: writing to memory cannot fail.
#[must_use]
pub fn capture(frames: &[Frame], format: Format, link: Link) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), format, link).expect("writing to memory cannot fail");
    for frame in frames {
        writer.frame(frame).expect("writing to memory cannot fail");
    }
    writer.finish().expect("writing to memory cannot fail")
}
