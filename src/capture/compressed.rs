//! Compressed inputs, recognised by their first octets: gzip of several members, zstd and lz4 of several frames. One
//! layer only: what is inside is a capture or none.

use std::io::{self, BufRead, BufReader, Read, Write};

use super::source::Octets;

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

impl Compression {
    /// By the first [`MAGIC`] octets.
    pub(super) const fn of(first: &[u8]) -> Option<Self> {
        match first {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A zstd stream may begin with a skippable frame.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [0x04, 0x22, 0x4D, 0x18, ..] => Some(Self::Lz4),
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
            Self::Lz4 => Box::new(Lz4Frames::new(BufReader::new(octets))),
        })
    }
}

/// gzip members one after the other. Octets are pushed into the decoder, because those that can be pulled from ask for
/// more input while they still hold output: of a live input, the last frames would wait for the next ones.
struct Gunzip {
    octets: Octets,
    decoder: flate2::write::MultiGzDecoder<Vec<u8>>,
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
            decoder: flate2::write::MultiGzDecoder::new(Vec::new()),
            given: 0,
            failed: None,
            has_ended: false,
            room: vec![0; Self::STEP].into(),
        }
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
            let pushed = match self.room.get(..read).unwrap_or_default() {
                [] => self.decoder.try_finish(),
                octets => self.decoder.write_all(octets).and_then(|()| self.decoder.flush()),
            };
            self.has_ended = read == 0 || pushed.is_err();
            self.failed = pushed.err();
        }
    }
}

/// lz4 frames one after the other, each with a decoder of its own: one that goes on to a frame of another block size
/// breaks its own word.
struct Lz4Frames(Option<lz4_flex::frame::FrameDecoder<BufReader<Octets>>>);

impl Lz4Frames {
    fn new(octets: BufReader<Octets>) -> Self {
        Self(Some(lz4_flex::frame::FrameDecoder::new(octets)))
    }
}

impl Read for Lz4Frames {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        // Each turn takes octets from the input, or it is at its end.
        while let Some(frame) = &mut self.0 {
            let read = frame.read(room)?;
            if read > 0 || room.is_empty() || frame.get_mut().fill_buf()?.is_empty() {
                return Ok(read);
            }
            *self = self.0.take().map_or(Self(None), |frame| Self::new(frame.into_inner()));
        }
        Ok(0)
    }
}
