//! The loop that fills blocks: the only one, so that its progress can be seen in one place.

use std::collections::VecDeque;

use super::LinkType;
use super::block::Block;
use super::compressed::Compression;
use super::error::Error;
use super::format::{Format, HEADER, Step, Unrecognised};
use super::source::{Input, Source};
use crate::num;
use crate::time::Timestamp;

/// Octets that a block is filled with, unless a record is larger.
pub const READ_SIZE: usize = 1 << 20;

/// The largest record that is read, in octets; a larger one is taken for damage.
pub const MAX_RECORD: usize = 16 << 20;

/// Several inputs read one after the other, frame numbers running on.
#[derive(Debug)]
pub struct Capture {
    inputs: VecDeque<Input>,
    read_size: usize,
    open: Option<Open>,
    files: Vec<FileFacts>,
    errors: Vec<Error>,
    frames: u64,
    /// Frame numbers given so far: frames, and records that Wireshark numbers but that are no packets.
    numbered: u64,
    octets: u64,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    read: u64,
    total: Option<u64>,
}

/// What is known of an input that could be read at least in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// As given; `-` for standard input.
    pub path: String,
    /// `pcap` or `pcapng`.
    pub format: &'static str,
    /// `gzip`, `zstd` or `lz4`; `None`: not compressed.
    pub compression: Option<&'static str>,
    /// Link types that its headers name, ascending.
    pub link_types: Vec<LinkType>,
    /// Frame numbers begin here in it: a frame's number in the file alone is its number less this plus 1.
    pub first_number: u64,
    /// Frames read from it.
    pub frames: u64,
    /// Octets captured in those frames.
    pub octets: u64,
    /// Frames whose records have no time; they take the time of the frame before them in the file.
    pub untimed_frames: u64,
    /// What is wrong with it and at which octet; nothing behind that was read.
    pub damage: Option<String>,
}

/// The file being read.
struct Open {
    source: Source,
    /// What [`Source::taken`] was by the last count.
    taken: u64,
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
}

impl Capture {
    /// Reads `inputs` in this order. Nothing is opened before the first [`Capture::read_block`].
    #[must_use]
    pub fn open(inputs: Vec<Input>) -> Self {
        let total =
            inputs.iter().map(Input::size).try_fold(0_u64, |sum, size| Some(sum.saturating_add(size?)));
        Self {
            inputs: inputs.into(),
            read_size: READ_SIZE,
            open: None,
            files: Vec::new(),
            errors: Vec::new(),
            frames: 0,
            numbered: 0,
            octets: 0,
            first_at: None,
            last_at: None,
            read: 0,
            total,
        }
    }

    /// The same with blocks of about `octets` octets instead of [`READ_SIZE`].
    #[must_use]
    pub fn with_read_size(mut self, octets: usize) -> Self {
        self.read_size = octets.clamp(1, MAX_RECORD);
        self
    }

    /// Fills `block` with frames, at least one, all of the same file; false at the end of the last input. From
    /// standard input and pipes a block holds what one read gave, so that frames do not wait for later ones.
    pub fn read_block(&mut self, block: &mut Block) -> bool {
        block.clear();
        // Each turn opens an input, ends one, or returns.
        loop {
            let Some(mut open) = self.open.take() else {
                match self.inputs.pop_front() {
                    Some(input) => self.open = self.begin(input),
                    None => return false,
                }
                continue;
            };
            match self.fill(&mut open, block) {
                Filled::More => self.open = Some(open),
                Filled::Ended(damage) => {
                    if let Some(facts) = self.files.last_mut() {
                        facts.damage = damage;
                    }
                }
            }
            if !block.is_empty() {
                return true;
            }
        }
    }

    /// The inputs that could be read at least in part, in order, as far as they have been read.
    #[must_use]
    pub fn files(&self) -> &[FileFacts] {
        &self.files
    }

    /// The inputs that could not be read, or not to their end for a reason outside the file.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// Frames read so far.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// Octets captured in those frames.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// The earliest time of a frame so far; frames are not always in the order of time.
    #[must_use]
    pub const fn first_at(&self) -> Option<Timestamp> {
        self.first_at
    }

    /// The latest time of a frame so far.
    #[must_use]
    pub const fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// Octets read so far, and octets in all inputs if the sizes of all of them are known.
    #[must_use]
    pub const fn position(&self) -> (u64, Option<u64>) {
        (self.read, self.total)
    }

    /// Opens `input` and reads as much as it takes to recognise its format.
    fn begin(&mut self, input: Input) -> Option<Open> {
        let path = input.path();
        match recognise(input, &path) {
            Ok((source, mut format, start, used)) => {
                let taken = source.taken();
                self.read = self.read.saturating_add(taken);
                self.files.push(FileFacts {
                    path,
                    format: format.name(),
                    compression: source.compression.map(Compression::name),
                    link_types: format.take_link_type().into_iter().collect(),
                    first_number: self.numbered + 1,
                    frames: 0,
                    octets: 0,
                    untimed_frames: 0,
                    damage: None,
                });
                Some(Open {
                    source,
                    taken,
                    format,
                    carry: start.get(used..).unwrap_or_default().to_vec(),
                    offset: num::count(used),
                    pass: 0,
                    passing: ("", 0),
                    last_at: Timestamp::default(),
                })
            }
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    /// Fills `block`, which is empty, until it is full, until a live source pauses, or to the end of the file.
    fn fill(&mut self, open: &mut Open, block: &mut Block) -> Filled {
        block.put(&open.carry);
        open.carry.clear();
        let mut limit = self.read_size.max(block.octets().len());
        let mut done = 0;
        // Each turn reads at least one octet, or returns: `limit` is kept above what is filled.
        loop {
            let (what, begins, needed) = match self.cut(open, block, &mut done) {
                Cut::Short { what, needed } => (what, open.offset + num::count(done), needed),
                Cut::Passing => (open.passing.0, open.passing.1, 1),
                Cut::Damaged(what) => {
                    let at = open.offset + num::count(done);
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
                open.offset += num::count(done);
                done = 0;
                limit = limit.max(room);
            } else if open.source.live || block.octets().len() >= limit {
                open.carry.extend_from_slice(&block.octets()[done..]);
                open.offset += num::count(done);
                block.truncate(done);
                return Filled::More;
            }
            match open.source.read(block.free(limit)) {
                Ok(0) => {
                    let there = open.offset + num::count(block.octets().len()) - begins;
                    let needed = if open.pass > 0 { there + open.pass } else { needed };
                    block.truncate(done);
                    return Filled::Ended((there > 0).then(|| {
                        format!("{what} cut: {needed} octets needed, {there} there, at octet {begins}")
                    }));
                }
                Ok(read) => {
                    block.filled_by(read);
                    let taken = open.source.taken();
                    self.read = self.read.saturating_add(taken.saturating_sub(open.taken));
                    open.taken = taken;
                }
                Err(source) => {
                    let at = open.offset + num::count(block.octets().len());
                    let damage = format!("cannot be read: {source}, at octet {at}");
                    let path = self.files.last().map(|facts| facts.path.clone()).unwrap_or_default();
                    self.errors.push(Error::Read { path, at, source });
                    block.truncate(done);
                    return Filled::Ended(Some(damage));
                }
            }
        }
    }

    /// Cuts the octets of `block` behind the first `done` into frames, as far as they go, and moves `done` on.
    fn cut(&mut self, open: &mut Open, block: &mut Block, done: &mut usize) -> Cut {
        let Some(facts) = self.files.last_mut() else { return Cut::Damaged("no file is open".to_owned()) };
        // Each turn moves `done` on, or returns.
        loop {
            let rest = block.octets().get(*done..).unwrap_or_default();
            if open.pass > 0 {
                let step = num::count(rest.len()).min(open.pass);
                open.pass -= step;
                *done += usize::try_from(step).unwrap_or(rest.len());
                if open.pass > 0 {
                    return Cut::Passing;
                }
                continue;
            }
            match open.format.step(rest) {
                Step::Frame(found) => {
                    let at = found.at.unwrap_or(open.last_at);
                    self.frames += 1;
                    self.numbered += 1;
                    block.push(self.numbered, at, *done, &found);
                    *done += found.used;
                    facts.frames += 1;
                    facts.octets += num::count(found.len);
                    self.octets += num::count(found.len);
                    if found.at.is_some() {
                        open.last_at = at;
                        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
                        self.last_at = self.last_at.max(Some(at));
                    } else {
                        facts.untimed_frames += 1;
                    }
                }
                Step::Passed { octets, what, numbered } => {
                    self.numbered += u64::from(numbered);
                    open.passing = (what, open.offset + num::count(*done));
                    open.pass = octets;
                    if let Some(link) = open.format.take_link_type()
                        && let Err(place) = facts.link_types.binary_search(&link)
                    {
                        facts.link_types.insert(place, link);
                    }
                }
                Step::Short { what, needed } => return Cut::Short { what, needed },
                Step::Damaged(what) => return Cut::Damaged(what),
            }
        }
    }
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open")
            .field("format", &self.format)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
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
fn recognise(input: Input, path: &str) -> Result<(Source, Format, Vec<u8>, usize), Error> {
    let path = || path.to_owned();
    let mut source = input.open().map_err(|source| Error::Open { path: path(), source })?;
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
