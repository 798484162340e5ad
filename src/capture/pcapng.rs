//! The pcapng format: sections of blocks; a section has its own byte order and its own interfaces.
//!
//! pcap-parser reads the section header and the interface description. Packet blocks are read here: pcap-parser
//! collects the options of each packet in a vector, answers "incomplete" for lengths that contradict each other
//! inside a whole block, and does not know the obsolete Packet Block. Time is computed here from the raw options,
//! because pcap-parser cuts seconds to 32 bits and knows no resolution of 2^-n.

use pcap_parser::{
    InterfaceDescriptionBlock, OptionCode, parse_interfacedescriptionblock_be,
    parse_interfacedescriptionblock_le, parse_sectionheaderblock,
};

use super::format::{ByteOrder, Found, HEADER, Step, Unrecognised, header_cut};
use super::{Interface, LinkType};
use crate::num;
use crate::time::Timestamp;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// Octets that a statistics block is read up to; a longer one is passed over.
const MOST_STATISTICS: u32 = 65_536;

/// Blocks that are no packets, but that Wireshark gives a frame number: systemd journal entries, sysdig events,
/// custom blocks.
const NUMBERED: [u32; 6] = [0x9, 0x204, 0x216, 0x221, 0x0bad, 0x4000_0bad];

/// Option of an Enhanced Packet Block: packets lost between it and the one before.
const EPB_DROPCOUNT: u16 = 4;
/// Options of an Interface Statistics Block.
const ISB_IFDROP: u16 = 5;
const ISB_OSDROP: u16 = 7;

/// Octets of the fields that every block has: type, length, and the length again at its end.
const FRAMING: usize = 12;

/// pcap-parser's own words would repeat the octets of the whole block.
const NOT_UNDERSTOOD: &str = "not understood";

/// Interfaces of one section that are kept; a file with more is taken for damaged.
const MAX_INTERFACES: usize = 65_536;

/// Characters of an interface's name that are kept.
const MAX_NAME: usize = 256;

/// What the blocks so far said.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: ByteOrder,
    interfaces: Vec<Described>,
    /// Interfaces of this section and those before it.
    described: u16,
    new_interface: Option<Interface>,
    /// Frames that the interfaces of earlier sections lost.
    dropped_before: Option<u64>,
}

/// What an interface description says about the packets that name it.
#[derive(Clone, Copy, Debug)]
struct Described {
    /// From 0, over all sections.
    number: u16,
    link: LinkType,
    /// 0 for no limit.
    snaplen: u32,
    clock: Clock,
    drops: Drops,
}

/// Frames that were not captured, by the capturing system's account.
#[derive(Clone, Copy, Debug, Default)]
struct Drops {
    /// By the last statistics of the interface, which count from the start of the capture.
    in_statistics: Option<u64>,
    /// By the packets themselves, each of which tells how many were lost before it.
    in_packets: Option<u64>,
}

impl Drops {
    /// Both count the same frames.
    fn count(self) -> Option<u64> {
        self.in_statistics.max(self.in_packets)
    }
}

/// How the time stamps of an interface count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    unit: Unit,
    /// Nanoseconds to add (`if_tsoffset`).
    offset: i128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A unit is so many nanoseconds.
    Nanos(u64),
    /// So many units are a nanosecond.
    PerNano(u128),
    /// A unit is 2^-n seconds.
    Binary(u32),
}

impl Pcapng {
    /// `None` where `start` does not begin with a section header.
    pub(super) fn recognise(start: &[u8]) -> Result<Option<Self>, Unrecognised> {
        if start.first_chunk() != Some(&SECTION_HEADER.to_be_bytes()) {
            return Ok(None);
        }
        if start.len() < HEADER {
            return Err(header_cut("pcapng", HEADER, start.len()));
        }
        let order = byte_order(start).map_err(|what| Unrecognised::Header(format!("{what}, at octet 8")))?;
        Ok(Some(Self {
            order,
            interfaces: Vec::new(),
            described: 0,
            new_interface: None,
            dropped_before: None,
        }))
    }

    /// The interface described since it was last asked for.
    pub(super) const fn take_interface(&mut self) -> Option<Interface> {
        self.new_interface.take()
    }

    /// Frames that the capturing system lost, if it says.
    pub(super) fn dropped(&self) -> Option<u64> {
        let now = self.interfaces.iter().filter_map(|interface| interface.drops.count());
        now.chain(self.dropped_before).reduce(u64::saturating_add)
    }

    /// Reads the block at the start of `octets`.
    #[inline]
    pub(super) fn step(&mut self, octets: &[u8]) -> Step {
        let Some(head) = octets.first_chunk::<FRAMING>() else {
            return Step::Short { what: "block header", needed: num::count(FRAMING) };
        };
        let [t0, t1, t2, t3, l0, l1, l2, l3, ..] = *head;
        if [t0, t1, t2, t3] == SECTION_HEADER.to_be_bytes() {
            // From here on another byte order may rule, beginning with this block's length.
            match byte_order(octets) {
                Ok(order) => self.order = order,
                Err(what) => return Step::Damaged(what),
            }
        }
        let kind = self.order.u32([t0, t1, t2, t3]);
        let length = self.order.u32([l0, l1, l2, l3]);
        let (what, least) = match kind {
            SECTION_HEADER => ("section header block", 28),
            INTERFACE_DESCRIPTION => ("interface description block", 20),
            PACKET => ("packet block", 32),
            SIMPLE_PACKET => ("simple packet block", 16),
            INTERFACE_STATISTICS => ("interface statistics block", 24),
            ENHANCED_PACKET => ("enhanced packet block", 32),
            _ => ("block", FRAMING),
        };
        let whole = num::index(length);
        if whole < least {
            return Step::Damaged(format!(
                "{what} too short: {least} octets needed, its length says {length}"
            ));
        }
        if !length.is_multiple_of(4) {
            return Step::Damaged(format!("{what}: its length {length} is no multiple of 4"));
        }
        let is_read = match kind {
            SECTION_HEADER | INTERFACE_DESCRIPTION | PACKET | SIMPLE_PACKET | ENHANCED_PACKET => true,
            INTERFACE_STATISTICS => length <= MOST_STATISTICS,
            _ => false,
        };
        if !is_read {
            return Step::Passed { octets: u64::from(length), what, numbered: NUMBERED.contains(&kind) };
        }
        let Some(block) = octets.get(..whole) else {
            return Step::Short { what, needed: u64::from(length) };
        };
        if block.last_chunk::<4>().is_none_or(|end| self.order.u32(*end) != length) {
            return Step::Damaged(format!("{what}: its length {length} is not repeated at its end"));
        }
        let done = match kind {
            SECTION_HEADER => self.section(block),
            INTERFACE_DESCRIPTION => self.interface(block),
            PACKET => self.packet(block, true),
            SIMPLE_PACKET => self.simple_packet(block),
            INTERFACE_STATISTICS => self.statistics(block),
            _ => self.packet(block, false),
        };
        done.unwrap_or_else(|why| Step::Damaged(format!("{what}: {why}")))
    }

    /// Begins a section: its interfaces number from 0 again.
    fn section(&mut self, block: &[u8]) -> Result<Step, String> {
        let (_, header) = parse_sectionheaderblock(block).map_err(|_| NOT_UNDERSTOOD.to_owned())?;
        if header.major_version != 1 {
            return Err(format!(
                "pcapng version {}.{}, version 1 is needed",
                header.major_version, header.minor_version
            ));
        }
        self.dropped_before = self.dropped();
        self.interfaces.clear();
        Ok(passed(block, "section header block"))
    }

    fn interface(&mut self, block: &[u8]) -> Result<Step, String> {
        let (_, description) = match self.order {
            ByteOrder::Little => parse_interfacedescriptionblock_le(block),
            ByteOrder::Big => parse_interfacedescriptionblock_be(block),
        }
        .map_err(|_| NOT_UNDERSTOOD.to_owned())?;
        if self.interfaces.len() >= MAX_INTERFACES {
            return Err(format!("more than {MAX_INTERFACES} interfaces in a section"));
        }
        let [low, high, ..] = description.linktype.0.to_le_bytes();
        let link = LinkType(u16::from_le_bytes([low, high]));
        let clock = Clock::of(&description, self.order);
        let name = match description.if_name() {
            Some(Ok(name)) => Some(name.chars().take(MAX_NAME).collect()),
            _ => None,
        };
        let (number, snaplen) = (self.described, description.snaplen);
        self.described = number.saturating_add(1);
        self.interfaces.push(Described { number, link, snaplen, clock, drops: Drops::default() });
        self.new_interface = Some(Interface { name, link, snaplen });
        Ok(passed(block, "interface description block"))
    }

    /// An Enhanced Packet Block, or with `obsolete` a Packet Block, whose only difference is an interface of 16
    /// bits with a drop count behind it.
    #[inline]
    fn packet(&mut self, block: &[u8], obsolete: bool) -> Result<Step, String> {
        const START: usize = 28;
        let Some(head) = block.first_chunk::<START>() else { return Err("its header is cut".to_owned()) };
        let word = |at: usize| self.order.u32([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let number = if obsolete { u32::from(self.order.u16([head[8], head[9]])) } else { word(8) };
        let interface = self.described(number)?;
        let (captured, original_len) = (word(20), word(24));
        let room = block.len() - START - 4;
        let len = num::index(captured);
        if len > room {
            return Err(format!("{captured} octets captured, {room} have room in the block"));
        }
        let ticks = (u64::from(word(12)) << 32) | u64::from(word(16));
        let found = Found {
            used: block.len(),
            start: START,
            len,
            original_len,
            at: Some(interface.clock.time(ticks)),
            link: interface.link,
            interface: interface.number,
        };
        if obsolete {
            // All ones: not known.
            let lost = self.order.u16([head[10], head[11]]);
            self.lost(number, (lost != u16::MAX).then_some(u64::from(lost)));
        } else if room > len + 3 {
            let lost = self.option(&block[START + len.next_multiple_of(4)..block.len() - 4], EPB_DROPCOUNT);
            self.lost(number, lost);
        }
        Ok(Step::Frame(found))
    }

    /// Adds to the frames that were lost before those of an interface.
    fn lost(&mut self, interface: u32, lost: Option<u64>) {
        if let (Some(lost), Some(interface)) = (lost, self.interfaces.get_mut(num::index(interface))) {
            let drops = &mut interface.drops.in_packets;
            *drops = Some(drops.unwrap_or(0).saturating_add(lost));
        }
    }

    /// An Interface Statistics Block: frames lost by the interface and by the system, since the capture began.
    fn statistics(&mut self, block: &[u8]) -> Result<Step, String> {
        const START: usize = 20;
        let Some((&[_, _, _, _, _, _, _, _, a, b, c, d, ..], rest)) = block.split_first_chunk::<START>()
        else {
            return Err("its header is cut".to_owned());
        };
        let options = &rest[..rest.len() - 4];
        let lost = [ISB_IFDROP, ISB_OSDROP].map(|code| self.option(options, code));
        let lost = lost.into_iter().flatten().reduce(u64::saturating_add);
        // One that describes no interface says nothing, and hurts nothing.
        if let Some(interface) = self.interfaces.get_mut(num::index(self.order.u32([a, b, c, d]))) {
            interface.drops.in_statistics = interface.drops.in_statistics.max(lost);
        }
        Ok(passed(block, "interface statistics block"))
    }

    /// The value of the option `code` where it is there and a number of 64 bits.
    fn option(&self, mut options: &[u8], code: u16) -> Option<u64> {
        // Each turn passes an option.
        while let Some((&[a, b, c, d], rest)) = options.split_first_chunk::<4>() {
            let len = usize::from(self.order.u16([c, d]));
            match self.order.u16([a, b]) {
                0 => return None,
                found if found == code => {
                    let value = rest.get(..len)?.try_into().ok()?;
                    return u64::try_from(self.order.i64(value)).ok();
                }
                _ => options = rest.get(len.next_multiple_of(4)..)?,
            }
        }
        None
    }

    /// A Simple Packet Block: of interface 0, without a time, cut at that interface's snaplen.
    fn simple_packet(&self, block: &[u8]) -> Result<Step, String> {
        const START: usize = 12;
        let Some(&[.., a, b, c, d]) = block.first_chunk::<START>() else {
            return Err("its header is cut".to_owned());
        };
        let interface = self.described(0)?;
        let original_len = self.order.u32([a, b, c, d]);
        let snaplen = if interface.snaplen == 0 { u32::MAX } else { interface.snaplen };
        let captured = num::index(original_len.min(snaplen));
        let room = block.len() - START - 4;
        if captured > room {
            return Err(format!("{captured} octets captured, {room} have room in the block"));
        }
        Ok(Step::Frame(Found {
            used: block.len(),
            start: START,
            len: captured,
            original_len,
            at: None,
            link: interface.link,
            interface: interface.number,
        }))
    }

    #[inline]
    fn described(&self, number: u32) -> Result<&Described, String> {
        self.interfaces.get(num::index(number)).ok_or_else(|| {
            format!("of interface {number}, {} are described in its section", self.interfaces.len())
        })
    }
}

impl Clock {
    /// From `if_tsresol` (microseconds if absent) and `if_tsoffset`; options of a wrong length count as absent.
    fn of(description: &InterfaceDescriptionBlock<'_>, order: ByteOrder) -> Self {
        let options = || description.options.iter().take_while(|option| option.code != OptionCode::EndOfOpt);
        let raw =
            |code| options().find(|option| option.code == code).and_then(|option| option.as_bytes().ok());
        let resolution = match raw(OptionCode::IfTsresol) {
            Some(&[resolution]) => resolution,
            _ => 6,
        };
        let seconds = match raw(OptionCode::IfTsoffset).map(<[u8; 8]>::try_from) {
            Some(Ok(octets)) => order.i64(octets),
            _ => 0,
        };
        Self { unit: Unit::of(resolution), offset: i128::from(seconds) * 1_000_000_000 }
    }

    /// Saturates at the ends of what a [`Timestamp`] can hold.
    #[inline]
    fn time(self, ticks: u64) -> Timestamp {
        let nanos = match self.unit {
            Unit::Nanos(factor) => u128::from(ticks) * u128::from(factor),
            Unit::PerNano(divisor) => u128::from(ticks) / divisor,
            Unit::Binary(shift) => (u128::from(ticks) * 1_000_000_000) >> shift,
        };
        // Below 2^94 whatever the unit, so the sum cannot overflow either.
        let nanos = i128::try_from(nanos).unwrap_or(i128::MAX).saturating_add(self.offset);
        Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }
}

impl Unit {
    /// `if_tsresol`: 10^-n seconds, or with the top bit set 2^-n.
    const fn of(resolution: u8) -> Self {
        // Lossless: From is not const.
        let power = (resolution & 0x7f) as u32;
        if resolution & 0x80 != 0 {
            return Self::Binary(power);
        }
        match power {
            0..=9 => Self::Nanos(10_u64.pow(9 - power)),
            // Past 10^38 every time stamp of 64 bits is less than a nanosecond.
            _ => Self::PerNano(10_u128.saturating_pow(power - 9)),
        }
    }
}

fn passed(block: &[u8], what: &'static str) -> Step {
    Step::Passed { octets: num::count(block.len()), what, numbered: false }
}

/// From the magic number at octet 8 of a section header.
fn byte_order(block: &[u8]) -> Result<ByteOrder, String> {
    match block.get(8..12) {
        Some([0x4d, 0x3c, 0x2b, 0x1a]) => Ok(ByteOrder::Little),
        Some([0x1a, 0x2b, 0x3c, 0x4d]) => Ok(ByteOrder::Big),
        _ => Err("section header block: no byte-order magic number".to_owned()),
    }
}
