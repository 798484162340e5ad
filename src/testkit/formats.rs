//! The same frames in every format that a capture can have, written from the formats' descriptions.

/// A frame as files hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Nanoseconds since the epoch.
    pub at: i64,
    /// From the link header on.
    pub octets: Vec<u8>,
}

/// A format and its particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// pcap.
    Pcap {
        /// Octet order.
        big_endian: bool,
        /// Nanoseconds rather than microseconds.
        nanos: bool,
        /// With the longer record headers of a patched libpcap (0xa1b2cd34); microseconds.
        modified: bool,
    },
    /// pcapng.
    Pcapng(Pcapng),
}

/// How a pcapng file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pcapng {
    /// Octet order of the first section.
    pub big_endian: bool,
    /// `if_tsresol` as it stands in the file: 10^-n, or with the top bit 2^-n; `None`: no option, microseconds.
    pub resolution: Option<u8>,
    /// `if_tsoffset`, seconds.
    pub offset: Option<i64>,
    /// Obsolete Packet Blocks rather than Enhanced ones.
    pub obsolete: bool,
    /// Frames in a section, after which another one begins in the other octet order; 0: one section.
    pub section: usize,
    /// Interfaces of a section, which take turns; each but the first has a resolution of nanoseconds.
    pub interfaces: u32,
    /// With name resolution, statistics, decryption secrets and unknown blocks between the frames, and options at each.
    pub talkative: bool,
}

impl Pcapng {
    /// Little endian, microseconds, one section, one interface.
    pub const PLAIN: Self = Self {
        big_endian: false,
        resolution: None,
        offset: None,
        obsolete: false,
        section: 0,
        interfaces: 1,
        talkative: false,
    };
}

/// The frames of a little endian pcap with nanoseconds, as [`super::file`] writes it.
#[must_use]
pub fn frames(pcap: &[u8]) -> Vec<Captured> {
    let word = |at: usize| u32::from_le_bytes([pcap[at], pcap[at + 1], pcap[at + 2], pcap[at + 3]]);
    assert_eq!(word(0), 0xA1B2_3C4D, "nanoseconds");
    let (mut frames, mut at) = (Vec::new(), 24);
    while at < pcap.len() {
        let len = word(at + 8) as usize;
        frames.push(Captured {
            at: i64::from(word(at)) * 1_000_000_000 + i64::from(word(at + 4)),
            octets: pcap[at + 16..at + 16 + len].to_vec(),
        });
        at += 16 + len;
    }
    frames
}

/// A file of `frames`; times must be whole units of the resolution.
#[must_use]
pub fn write(frames: &[Captured], link: u16, container: Container) -> Vec<u8> {
    match container {
        Container::Pcap { big_endian, nanos, modified } => {
            pcap(frames, link, Order { big_endian }, nanos, modified)
        }
        Container::Pcapng(layout) => pcapng(frames, link, layout),
    }
}

#[derive(Clone, Copy)]
struct Order {
    big_endian: bool,
}

impl Order {
    fn u16(self, out: &mut Vec<u8>, n: u16) {
        out.extend(if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() });
    }

    fn u32(self, out: &mut Vec<u8>, n: u32) {
        out.extend(if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() });
    }

    fn words(self, out: &mut Vec<u8>, words: &[u32]) {
        words.iter().for_each(|&word| self.u32(out, word));
    }

    fn u64(self, n: u64) -> Vec<u8> {
        if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() }.to_vec()
    }

    /// An option, padded.
    fn option(self, out: &mut Vec<u8>, code: u16, value: &[u8]) {
        self.u16(out, code);
        self.u16(out, value.len() as u16);
        out.extend(value);
        out.resize(out.len().next_multiple_of(4), 0);
    }

    /// A block with its body, padded.
    fn block(self, out: &mut Vec<u8>, kind: u32, body: &[u8]) {
        let len = (body.len().next_multiple_of(4) + 12) as u32;
        self.words(out, &[kind, len]);
        out.extend(body);
        out.resize(out.len() + body.len().next_multiple_of(4) - body.len(), 0);
        self.u32(out, len);
    }
}

fn pcap(frames: &[Captured], link: u16, order: Order, nanos: bool, modified: bool) -> Vec<u8> {
    let mut out = Vec::new();
    order.u32(&mut out, if modified { 0xA1B2_CD34 } else { [0xA1B2_C3D4, 0xA1B2_3C4D][usize::from(nanos)] });
    order.u16(&mut out, 2);
    order.u16(&mut out, 4);
    order.words(&mut out, &[0, 0, 262_144, u32::from(link)]);
    for frame in frames {
        let (seconds, rest) = (frame.at.div_euclid(1_000_000_000), frame.at.rem_euclid(1_000_000_000));
        let fraction = if nanos && !modified { rest } else { rest / 1_000 };
        let len = frame.octets.len() as u32;
        order.words(&mut out, &[seconds as u32, fraction as u32, len, len]);
        if modified {
            // Interface, protocol, packet type, padding.
            order.u32(&mut out, 2);
            order.u16(&mut out, 0x0008);
            out.extend([4, 0]);
        }
        out.extend(&frame.octets);
    }
    out
}

fn pcapng(frames: &[Captured], link: u16, layout: Pcapng) -> Vec<u8> {
    let mut out = Vec::new();
    let mut order = Order { big_endian: layout.big_endian };
    for (number, frame) in frames.iter().enumerate() {
        if number == 0 || layout.section > 0 && number % layout.section == 0 {
            if number > 0 {
                order.big_endian = !order.big_endian;
            }
            section(&mut out, link, layout, order);
        }
        let interface = number as u32 % layout.interfaces;
        if layout.talkative && number % 7 == 3 {
            chatter(&mut out, order, interface, number as u64);
        }
        let resolution = if interface == 0 { layout.resolution } else { Some(9) };
        let ticks = ticks(frame.at - layout.offset.unwrap_or(0) * 1_000_000_000, resolution.unwrap_or(6));
        let len = frame.octets.len() as u32;
        let mut body = Vec::new();
        if layout.obsolete {
            order.u16(&mut body, interface as u16);
            order.u16(&mut body, u16::MAX);
        } else {
            order.u32(&mut body, interface);
        }
        order.words(&mut body, &[(ticks >> 32) as u32, ticks as u32, len, len]);
        body.extend(&frame.octets);
        if layout.talkative {
            body.resize(body.len().next_multiple_of(4), 0);
            order.option(&mut body, 1, b"a comment");
            order.option(&mut body, 2, &[0, 0, 0, 1]);
            order.option(&mut body, 0, &[]);
        }
        order.block(&mut out, if layout.obsolete { 2 } else { 6 }, &body);
    }
    out
}

fn section(out: &mut Vec<u8>, link: u16, layout: Pcapng, order: Order) {
    let mut body = Vec::new();
    order.u32(&mut body, 0x1A2B_3C4D);
    order.u16(&mut body, 1);
    order.u16(&mut body, 0);
    order.words(&mut body, &[u32::MAX, u32::MAX]);
    if layout.talkative {
        order.option(&mut body, 4, b"a capturing program");
        order.option(&mut body, 0, &[]);
    }
    order.block(out, 0x0A0D_0D0A, &body);
    for interface in 0..layout.interfaces {
        let mut body = Vec::new();
        order.u16(&mut body, link);
        order.u16(&mut body, 0);
        order.u32(&mut body, 262_144);
        if layout.talkative {
            order.option(&mut body, 2, b"any");
        }
        if let Some(resolution) = if interface == 0 { layout.resolution } else { Some(9) } {
            order.option(&mut body, 9, &[resolution]);
        }
        if let Some(offset) = layout.offset {
            order.option(&mut body, 14, &order.u64(offset as u64));
        }
        order.option(&mut body, 0, &[]);
        order.block(out, 1, &body);
    }
}

/// Blocks that are no packets.
fn chatter(out: &mut Vec<u8>, order: Order, interface: u32, number: u64) {
    let mut names = Vec::new();
    order.option(&mut names, 1, &[192, 0, 2, 1, b'h', 0]);
    order.option(&mut names, 0, &[]);
    order.block(out, 4, &names);
    let mut secrets = Vec::new();
    order.words(&mut secrets, &[0x544C_534B, 8]);
    secrets.extend(b"CLIENT_R");
    order.block(out, 10, &secrets);
    order.block(out, 0x7FFF_0001, &[7; 21]);
    let mut statistics = Vec::new();
    order.words(&mut statistics, &[interface, 0, 0]);
    order.option(&mut statistics, 4, &order.u64(number));
    order.option(&mut statistics, 5, &order.u64(0));
    order.option(&mut statistics, 0, &[]);
    order.block(out, 5, &statistics);
}

/// Nanoseconds in units of `if_tsresol`; rounded up where units are shorter than one, so that whole nanoseconds come
/// out of it again.
fn ticks(nanos: i64, resolution: u8) -> u64 {
    let nanos = i128::from(nanos);
    let power = u32::from(resolution & 0x7F);
    let ticks = match resolution {
        0x80.. => ((nanos << power) + 999_999_999) / 1_000_000_000,
        0..=9 => nanos / 10_i128.pow(9 - power),
        10.. => nanos * 10_i128.pow(power - 9),
    };
    u64::try_from(ticks).expect("the time has room in 64 bits")
}
