//! One input cut into frames: the loop that reads, and the only one, so that its progress can be seen in one place.

use super::block::Block;
use super::compressed::Compression;
use super::error::Error;
use super::format::{Format, HEADER, Step, Unrecognised};
use super::pdus;
use super::source::{How, Input, Source};
use super::{Interface, LinkType};
use crate::num;
use crate::time::Timestamp;

/// The largest record that is read, in octets; a larger one is taken for damage.
pub const MAX_RECORD: usize = 16 << 20;

/// What is known of an input that could be read at least in part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// As given; `-` for standard input.
    pub path: String,
    /// `pcap` or `pcapng`.
    pub format: &'static str,
    /// `gzip`, `zstd` or `lz4`; `None`: not compressed.
    pub compression: Option<&'static str>,
    /// Link types that its headers name, ascending.
    pub link_types: Vec<LinkType>,
    /// Interfaces that its headers describe, in their order: the first 1,024.
    pub interfaces: Vec<Interface>,
    /// Frames read from it.
    pub frames: u64,
    /// Octets captured in those frames.
    pub octets: u64,
    /// Frames whose records have no time; they take the time of the frame before them in the file.
    pub untimed_frames: u64,
    /// What is wrong with it and at which octet; nothing behind that was read.
    pub damage: Option<String>,
    /// Its last record is not all there, which of the newest of several files is no damage: it is still being written.
    pub is_torn: bool,
    /// What happened to it while it was read: it grew, shrank or was removed.
    pub changed: Option<String>,
    /// Frames that the capturing system lost, by its own account; `None`: it does not say.
    pub dropped: Option<u64>,
}

/// Interfaces of a file that are kept.
const MOST_INTERFACES: usize = 1_024;

impl FileFacts {
    /// Takes an interface that a header describes, if it does.
    fn take(&mut self, interface: Option<Interface>) {
        let Some(interface) = interface else { return };
        if let Err(place) = self.link_types.binary_search(&interface.link) {
            self.link_types.insert(place, interface.link);
        }
        if self.interfaces.len() < MOST_INTERFACES {
            self.interfaces.push(interface);
        }
    }
}

/// An input being read. Frames are numbered from 1, as Wireshark numbers them in this file.
pub(super) struct Lane {
    source: Source,
    format: Format,
    /// Read, but not yet cut into frames: the incomplete tail of the block before.
    carry: Vec<u8>,
    /// Octet of the file at which `carry`, or the block being filled, begins.
    offset: u64,
    /// Octets still to be passed over, of what, and at which octet that begins.
    pass: u64,
    passing: (&'static str, u64),
    /// Time of its last frame, for records that have none.
    last_at: Timestamp,
    /// Frame numbers given so far: frames, and records that Wireshark numbers but that are no packets.
    numbered: u64,
    has_ended: bool,
    /// Octets of each frame that were not in the input.
    added: usize,
    /// Earliest and latest time of its frames so far.
    pub(super) span: Option<(Timestamp, Timestamp)>,
    pub(super) facts: FileFacts,
    /// Why it could not be read to its end, for a reason outside the file.
    pub(super) error: Option<Error>,
}

impl Lane {
    /// Opens `input` and reads as much as it takes to recognise its format.
    pub(super) fn open(input: Input, how: &How) -> Result<Self, Error> {
        let path = input.path();
        let (source, mut format, start, used) = recognise(input, how, &path)?;
        let mut facts = FileFacts {
            path,
            format: if how.pdus.is_some() { "pdus" } else { format.name() },
            compression: source.compression.map(Compression::name),
            ..FileFacts::default()
        };
        facts.take(format.take_interface());
        Ok(Self {
            facts,
            added: if how.pdus.is_some() { pdus::HEADERS } else { 0 },
            source,
            format,
            carry: start.get(used..).unwrap_or_default().to_vec(),
            offset: num::count(used),
            pass: 0,
            passing: ("", 0),
            last_at: Timestamp::default(),
            numbered: 0,
            has_ended: false,
            span: None,
            error: None,
        })
    }

    /// Octets taken from the input so far, as it is stored.
    pub(super) fn taken(&self) -> u64 {
        self.source.taken()
    }

    /// Fills `block` with frames, at least one; false at the end. `read_size`: about how many octets.
    pub(super) fn read_block(&mut self, block: &mut Block, read_size: usize) -> bool {
        block.clear();
        // Each turn ends the input, or returns.
        while !self.has_ended {
            if let Filled::Ended(damage) = self.fill(block, read_size) {
                self.has_ended = true;
                self.facts.damage = damage;
                self.facts.changed = self.source.changed().map(str::to_owned);
                self.facts.dropped = self.format.dropped();
            }
            if !block.is_empty() {
                return true;
            }
        }
        false
    }

    /// Fills `block`, which is empty, until it is full, until a live source pauses, or to the end of the file.
    fn fill(&mut self, block: &mut Block, read_size: usize) -> Filled {
        block.put(&self.carry);
        self.carry.clear();
        let mut limit = read_size.max(block.octets().len());
        let mut done = 0;
        // Each turn reads at least one octet, or returns: `limit` is kept above what is filled.
        loop {
            let (what, begins, needed) = match self.cut(block, &mut done) {
                Cut::Short { what, needed } => (what, self.offset + num::count(done), needed),
                Cut::Passing => (self.passing.0, self.passing.1, 1),
                Cut::Damaged(what) => {
                    let at = self.offset + num::count(done);
                    block.truncate(done);
                    return Filled::Ended(Some(format!("{what}, at octet {at}")));
                }
            };
            // Judged before the file's end is: what is said must not depend on how much a read gave.
            let Some(room) = usize::try_from(needed).ok().filter(|&needed| needed <= MAX_RECORD) else {
                block.truncate(done);
                return Filled::Ended(Some(format!(
                    "{what} too large: {needed} octets, at most {MAX_RECORD} are read, at octet {begins}"
                )));
            };
            if block.is_empty() {
                block.shift(done);
                self.offset += num::count(done);
                done = 0;
                limit = limit.max(room);
            } else if self.source.live || block.octets().len() >= limit {
                self.carry.extend_from_slice(&block.octets()[done..]);
                self.offset += num::count(done);
                block.truncate(done);
                return Filled::More;
            }
            match self.source.read(block.free(limit)) {
                Ok(0) => {
                    let there = self.offset + num::count(block.octets().len()) - begins;
                    let needed = if self.pass > 0 { there + self.pass } else { needed };
                    block.truncate(done);
                    self.facts.is_torn = there > 0;
                    return Filled::Ended((there > 0).then(|| {
                        format!("{what} cut: {needed} octets needed, {there} there, at octet {begins}")
                    }));
                }
                Ok(read) => {
                    block.filled_by(read);
                }
                Err(source) => {
                    let at = self.offset + num::count(block.octets().len());
                    let damage = format!("cannot be read: {source}, at octet {at}");
                    let path = self.facts.path.clone();
                    self.error = Some(Error::Read { path, at, source });
                    block.truncate(done);
                    return Filled::Ended(Some(damage));
                }
            }
        }
    }

    /// Cuts the octets of `block` behind the first `done` into frames, as far as they go, and moves `done` on.
    fn cut(&mut self, block: &mut Block, done: &mut usize) -> Cut {
        // Each turn moves `done` on, or returns.
        loop {
            let rest = block.octets().get(*done..).unwrap_or_default();
            if self.pass > 0 {
                let step = num::count(rest.len()).min(self.pass);
                self.pass -= step;
                *done += usize::try_from(step).unwrap_or(rest.len());
                if self.pass > 0 {
                    return Cut::Passing;
                }
                continue;
            }
            match self.format.step(rest) {
                Step::Frame(found) => {
                    let at = found.at.unwrap_or(self.last_at);
                    self.numbered += 1;
                    block.push(self.numbered, at, *done, &found);
                    *done += found.used;
                    self.facts.frames += 1;
                    self.facts.octets += num::count(found.len.saturating_sub(self.added));
                    if found.at.is_some() {
                        self.last_at = at;
                        self.span =
                            Some(self.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
                    } else {
                        self.facts.untimed_frames += 1;
                    }
                }
                Step::Passed { octets, what, numbered } => {
                    self.numbered += u64::from(numbered);
                    self.passing = (what, self.offset + num::count(*done));
                    self.pass = octets;
                    self.facts.take(self.format.take_interface().filter(|_| self.added == 0));
                }
                Step::Short { what, needed } => return Cut::Short { what, needed },
                Step::Damaged(what) => return Cut::Damaged(what),
            }
        }
    }
}

enum Filled {
    /// The file may go on.
    More,
    /// It is at its end, or is damaged.
    Ended(Option<String>),
}

/// Why no further frame can be cut from what is there.
enum Cut {
    /// The thing behind the last frame needs so many octets.
    Short {
        what: &'static str,
        needed: u64,
    },
    /// Everything there is done with, and more is to be passed over.
    Passing,
    Damaged(String),
}

/// Opens `input` and reads its first [`HEADER`] octets, or all that it has; gives them back with the octets of the
/// header that are done with.
fn recognise(input: Input, how: &How, path: &str) -> Result<(Source, Format, Vec<u8>, usize), Error> {
    let path = || path.to_owned();
    let mut source = input.open(how).map_err(|source| Error::Open { path: path(), source })?;
    let mut start = [0; HEADER];
    let mut filled = 0;
    while let Some(room @ [_, ..]) = start.get_mut(filled..) {
        match source.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(source) => return Err(Error::Read { path: path(), at: num::count(filled), source }),
        }
    }
    let start = start.get(..filled).unwrap_or_default();
    if start.is_empty() {
        return Err(Error::Empty { path: path() });
    }
    match Format::recognise(start) {
        Ok((format, used)) => Ok((source, format, start.to_vec(), used)),
        Err(Unrecognised::Magic) => {
            Err(Error::NotACapture { path: path(), begins: start.get(..4).unwrap_or(start).to_vec() })
        }
        Err(Unrecognised::Header(what)) => Err(Error::Header { path: path(), what }),
    }
}
