//! Captures made octet by octet, read in every way.

use std::io::{self, Read};

use super::*;

mod formats;
mod reader;

/// A frame as the tests compare it: number, nanoseconds, link type, octets, original length.
type Seen = (u64, i64, u16, Vec<u8>, u32);

/// Builds captures in either byte order.
#[derive(Clone, Copy)]
struct Make {
    big: bool,
}

const LITTLE: Make = Make { big: false };
const BIG: Make = Make { big: true };

impl Make {
    fn u16(self, n: u16) -> [u8; 2] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn u32(self, n: u32) -> [u8; 4] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn words(self, words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| self.u32(*word)).collect()
    }

    fn pcap(self, magic: u32, network: u32) -> Vec<u8> {
        let mut octets = self.u32(magic).to_vec();
        octets.extend([self.u16(2), self.u16(4)].concat());
        octets.extend(self.words(&[0, 0, 65_535, network]));
        octets
    }

    fn record(self, seconds: u32, fraction: u32, data: &[u8], original_len: u32) -> Vec<u8> {
        [self.words(&[seconds, fraction, data.len() as u32, original_len]), data.to_vec()].concat()
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let length = self.u32(padded as u32 + 12);
        let mut octets = [self.u32(kind), length].concat();
        octets.extend(body);
        octets.resize(8 + padded, 0);
        octets.extend(length);
        octets
    }

    fn section(self) -> Vec<u8> {
        let mut body = self.u32(0x1a2b_3c4d).to_vec();
        body.extend([self.u16(1), self.u16(0)].concat());
        body.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, &body)
    }

    fn interface(self, link: u16, snaplen: u32, options: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut body = [self.u16(link), self.u16(0)].concat();
        body.extend(self.u32(snaplen));
        for (code, value) in options {
            body.extend([self.u16(*code), self.u16(value.len() as u16)].concat());
            body.extend(value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        self.block(1, &body)
    }

    fn enhanced(self, interface: u32, ticks: u64, data: &[u8], original_len: u32) -> Vec<u8> {
        let words = [interface, (ticks >> 32) as u32, ticks as u32, data.len() as u32, original_len];
        self.block(6, &[self.words(&words), data.to_vec()].concat())
    }

    fn simple(self, data: &[u8], original_len: u32) -> Vec<u8> {
        self.block(3, &[self.u32(original_len).to_vec(), data.to_vec()].concat())
    }

    fn obsolete(self, interface: u16, drops: u16, ticks: u64, data: &[u8], original_len: u32) -> Vec<u8> {
        let mut body = [self.u16(interface), self.u16(drops)].concat();
        body.extend(self.words(&[(ticks >> 32) as u32, ticks as u32, data.len() as u32, original_len]));
        body.extend(data);
        self.block(2, &body)
    }
}

/// Gives its octets in reads of at most `step` octets, then `end`.
struct Slow {
    octets: Vec<u8>,
    done: usize,
    step: usize,
    end: Option<io::ErrorKind>,
}

impl Read for Slow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let rest = &self.octets[self.done..];
        if let (true, Some(kind)) = (rest.is_empty(), self.end) {
            return Err(io::Error::new(kind, "the disk is on fire"));
        }
        let n = rest.len().min(self.step).min(room.len());
        room[..n].copy_from_slice(&rest[..n]);
        self.done += n;
        Ok(n)
    }
}

fn slow(octets: &[u8], step: usize) -> Input {
    input(Slow { octets: octets.to_vec(), done: 0, step, end: None })
}

fn input(octets: impl Read + Send + 'static) -> Input {
    Input::Reader { name: "made".to_owned(), octets: Box::new(octets), live: false }
}

fn seen(frame: Frame<'_>) -> Seen {
    (frame.number, frame.at.nanos(), frame.link.0, frame.octets.to_vec(), frame.original_len)
}

/// Reads everything, with the number of blocks bounded, so that a reader that makes no progress fails.
fn drain(capture: &mut Capture) -> Vec<Seen> {
    let mut block = Block::default();
    let mut frames = Vec::new();
    for _ in 0..10_000 {
        if !capture.read_block(&mut block) {
            assert!(block.is_empty());
            return frames;
        }
        assert!(!block.is_empty(), "a block without frames");
        assert_eq!(block.len(), block.frames().len());
        assert_eq!(block.frame(block.len() - 1).map(seen), block.frames().last().map(seen));
        frames.extend(block.frames().map(seen));
    }
    panic!("the reader does not come to an end");
}

fn read(octets: &[u8]) -> (Vec<Seen>, Capture) {
    let mut capture = Capture::open(vec![slow(octets, usize::MAX)]);
    (drain(&mut capture), capture)
}

fn damage(capture: &Capture) -> Option<&str> {
    capture.files().first().and_then(|facts| facts.damage.as_deref())
}

fn error(octets: &[u8]) -> String {
    let (frames, capture) = read(octets);
    assert!(frames.is_empty() && capture.files().is_empty());
    capture.errors().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A small pcap and the octets at which its records end, from the header's end on.
fn small_pcap() -> (Vec<u8>, Vec<usize>) {
    let mut octets = LITTLE.pcap(0xa1b2_c3d4, 1);
    let mut ends = vec![octets.len()];
    for (second, data) in [(1, vec![1; 5]), (2, vec![]), (3, vec![3; 20])] {
        octets.extend(LITTLE.record(second, 7, &data, 60));
        ends.push(octets.len());
    }
    (octets, ends)
}

/// A small pcapng with every kind of packet block; the octets at which its blocks end, and the frames up to there.
fn small_pcapng() -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut octets = Vec::new();
    let mut ends = Vec::new();
    for (block, frames) in [
        (LITTLE.section(), 0),
        (LITTLE.interface(1, 0, &[(9, vec![9])]), 0),
        (LITTLE.enhanced(0, 5, &[6; 7], 9), 1),
        (LITTLE.block(0x0bad, &[0; 9]), 1),
        (LITTLE.simple(&[3; 6], 6), 2),
        (BIG.section(), 2),
        (BIG.interface(113, 0, &[]), 2),
        (BIG.obsolete(0, 1, 9, &[2; 3], 3), 3),
    ] {
        octets.extend(block);
        ends.push((octets.len(), frames));
    }
    (octets, ends)
}
