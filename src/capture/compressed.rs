//! Compressed inputs, recognised by their first octets: gzip of several members, zstd and lz4 of several frames. One
//! layer only: what is inside is a capture or none.

use std::io::{self, BufReader, Cursor, ErrorKind, Read, Write};

use lz4_flex::frame::FrameDecoder;

use super::source::Octets;
use crate::num;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
    /// LZ4 frames.
    Lz4,
}

/// The widest window that a zstd frame may ask for, as a power of two: 128 MiB, what `zstd --long` makes.
const WINDOW: u32 = 27;

/// Octets that tell how an input is compressed.
pub(super) const MAGIC: usize = 4;

/// Frames of user data, which zstd and lz4 have in common: passed over.
const SKIPPABLE: [u8; 3] = [0x2A, 0x4D, 0x18];
/// A frame of lz4 as it was before 2013, which `lz4 -l` and Linux still make: nothing marks its end.
const LZ4_LEGACY: [u8; MAGIC] = [0x02, 0x21, 0x4C, 0x18];
/// Octets of the shortest header of another lz4 frame.
const LZ4_HEADER: usize = 7;

impl Compression {
    /// By the first [`MAGIC`] octets.
    pub(super) const fn of(first: &[u8]) -> Option<Self> {
        match first {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstd),
            [0x04, 0x22, 0x4D, 0x18, ..] | [0x02, 0x21, 0x4C, 0x18, ..] => Some(Self::Lz4),
            _ => None,
        }
    }

    /// `gzip`, `zstd` or `lz4`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
        }
    }

    /// What is inside `octets`.
    pub(super) fn decoder(self, octets: Octets) -> io::Result<Octets> {
        Ok(match self {
            Self::Gzip => Box::new(Gunzip::new(octets)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(octets)?;
                decoder.window_log_max(WINDOW)?;
                Box::new(decoder)
            }
            Self::Lz4 => Box::new(Lz4Frames(Lz4::Between(Watched::new(octets)))),
        })
    }
}

/// Reads the first [`MAGIC`] octets behind any skippable frames into `first`, fewer at the end only.
///
/// # Errors
///
/// What reading failed with; `first` has what came before then.
pub(super) fn begin(octets: &mut impl Read, first: &mut Vec<u8>) -> io::Result<()> {
    // Each turn takes octets, or returns.
    loop {
        first.clear();
        fill(octets, first, MAGIC)?;
        if !is_skippable(first) {
            return Ok(());
        }
        skip(octets)?;
    }
}

/// Reads up to `most` octets in all into `into`, fewer at the end only.
fn fill(octets: &mut impl Read, into: &mut Vec<u8>, most: usize) -> io::Result<()> {
    octets.take(num::count(most.saturating_sub(into.len()))).read_to_end(into).map(drop)
}

fn is_skippable(magic: &[u8]) -> bool {
    matches!(magic, [0x50..=0x5F, rest @ ..] if rest == SKIPPABLE)
}

/// Passes over the rest of a skippable frame: its length and so many octets.
fn skip(octets: &mut impl Read) -> io::Result<()> {
    let mut length = [0; 4];
    octets.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    let passed = io::copy(&mut octets.take(length), &mut io::sink())?;
    if passed == length { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// gzip members one after the other. Octets are pushed into the decoder, because those that can be pulled from ask for
/// more input while they still hold output: of a live input, the last frames would wait for the next ones.
struct Gunzip {
    octets: Octets,
    decoder: flate2::write::GzDecoder<Vec<u8>>,
    /// A member is complete, and nothing of the next one has come.
    is_between: bool,
    /// Octets of the decoder's output that were given.
    given: usize,
    /// Told when the output before it was given.
    failed: Option<io::Error>,
    has_ended: bool,
    room: Box<[u8]>,
}

impl Gunzip {
    /// Octets pushed at once: they can be a thousand times as many when they come out.
    const STEP: usize = 16 << 10;

    fn new(octets: Octets) -> Self {
        Self {
            octets,
            decoder: flate2::write::GzDecoder::new(Vec::new()),
            is_between: false,
            given: 0,
            failed: None,
            has_ended: false,
            room: vec![0; Self::STEP].into(),
        }
    }

    /// Takes `read` octets of the room; none: the input is at its end.
    fn push(&mut self, read: usize) -> io::Result<()> {
        let mut octets = self.room.get(..read).unwrap_or_default();
        if octets.is_empty() && !self.is_between {
            return self.decoder.try_finish();
        }
        // Each turn takes octets, or goes on to another member.
        while !octets.is_empty() {
            if self.is_between {
                // Tapes and devices fill up with zeros.
                let padding = octets.iter().take_while(|octet| **octet == 0).count();
                octets = octets.get(padding..).unwrap_or_default();
                match octets.first() {
                    None => return Ok(()),
                    Some(0x1F) => self.is_between = false,
                    Some(_) => {
                        let what = "what follows the last gzip member is none";
                        return Err(io::Error::new(ErrorKind::InvalidData, what));
                    }
                }
            }
            match self.decoder.write(octets)? {
                0 => {
                    self.decoder.try_finish()?;
                    let out = std::mem::take(self.decoder.get_mut());
                    self.decoder = flate2::write::GzDecoder::new(out);
                    self.is_between = true;
                }
                taken => octets = octets.get(taken..).unwrap_or_default(),
            }
        }
        self.decoder.flush()
    }
}

impl Read for Gunzip {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        // Each turn takes octets from the input, or returns.
        loop {
            let mut ready = self.decoder.get_ref().get(self.given..).unwrap_or_default();
            if !ready.is_empty() || room.is_empty() {
                let read = ready.read(room)?;
                self.given += read;
                return Ok(read);
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if self.has_ended {
                return Ok(0);
            }
            self.decoder.get_mut().clear();
            self.given = 0;
            let read = self.octets.read(&mut self.room)?;
            let pushed = self.push(read);
            self.has_ended = read == 0 || pushed.is_err();
            self.failed = pushed.err();
        }
    }
}

/// lz4 frames one after the other, each with a decoder of its own: one that goes on to a frame of another block size
/// breaks its own word.
struct Lz4Frames(Lz4);

enum Lz4 {
    /// Before a frame, or at the end.
    Between(Watched),
    /// In a frame, whose header is read again; `true`: it has an end mark.
    Within(Box<FrameDecoder<io::Chain<Cursor<Vec<u8>>, Watched>>>, bool),
    /// What it read from failed.
    Failed,
}

/// Octets of which is known whether they have come to their end: the decoder takes it for the end of a frame.
struct Watched {
    octets: BufReader<Octets>,
    is_at_end: bool,
}

impl Watched {
    fn new(octets: Octets) -> Self {
        Self { octets: BufReader::new(octets), is_at_end: false }
    }
}

impl Read for Watched {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.octets.read(room)?;
        self.is_at_end |= read == 0 && !room.is_empty();
        Ok(read)
    }
}

impl Lz4 {
    /// Begins the frame that comes next; itself at the end.
    fn begin(mut octets: Watched) -> io::Result<Self> {
        let mut head = Vec::with_capacity(LZ4_HEADER);
        begin(&mut octets, &mut head)?;
        if head.is_empty() {
            return Ok(Self::Between(octets));
        }
        let has_end = head != LZ4_LEGACY;
        if has_end {
            fill(&mut octets, &mut head, LZ4_HEADER)?;
            if head.len() < LZ4_HEADER {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        octets.is_at_end = false;
        Ok(Self::Within(Box::new(FrameDecoder::new(Cursor::new(head).chain(octets))), has_end))
    }
}

impl Read for Lz4Frames {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        // Each turn begins a frame, ends one, or returns.
        loop {
            self.0 = match std::mem::replace(&mut self.0, Lz4::Failed) {
                Lz4::Failed => return Ok(0),
                Lz4::Between(octets) => match Lz4::begin(octets)? {
                    Lz4::Between(octets) => {
                        self.0 = Lz4::Between(octets);
                        return Ok(0);
                    }
                    frame => frame,
                },
                Lz4::Within(mut frame, has_end) => {
                    let read = frame.read(room)?;
                    if read > 0 || room.is_empty() {
                        self.0 = Lz4::Within(frame, has_end);
                        return Ok(read);
                    }
                    let (_, octets) = frame.into_inner().into_inner();
                    if octets.is_at_end && has_end {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                    Lz4::Between(octets)
                }
            };
        }
    }
}
