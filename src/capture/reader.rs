//! Several inputs merged by the times of their frames.
//!
//! Files of a ring follow each other in time, so nearly always one file is read and its blocks are handed on as they
//! are. Only where the times of files overlap, frames are copied one by one into a block of their own. A file is
//! opened twice when there are several: once for the time of its first frame, and again when that time has come.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::block::Block;
use super::error::Error;
use super::inputs::{self, Given, Skipped};
use super::lane::{FileFacts, Lane};
use super::places::{Locator, Places};
use super::ring::{self, Ring};
use super::source::{How, Input};
use super::waiting::PAUSE;
use crate::time::Timestamp;

/// Octets that a block is filled with, unless a record is larger.
pub const READ_SIZE: usize = 1 << 20;

/// Frames that are copied into a block at most: they may be empty.
const MOST_COPIED: usize = 1 << 16;

/// Why a file is passed over that is read already.
const GIVEN_BEFORE: &str = "the same file was given before";

/// Inputs whose frames come in the order of their times; frames of one input stay in its order.
#[derive(Debug)]
pub struct Capture {
    given: Vec<Input>,
    /// Those of them that are directories, until it is known which have a capture.
    directories: Vec<PathBuf>,
    has_begun: bool,
    read_size: usize,
    interrupt: Arc<AtomicBool>,
    follows: bool,
    /// Where the next files come from, while the newest is read as it grows.
    ring: Option<Arc<Mutex<Ring>>>,
    is_pdus: bool,
    /// Not open yet, in the order in which they will be.
    waiting: VecDeque<Waiting>,
    active: Vec<Active>,
    several: bool,
    files: Vec<FileFacts>,
    skipped: Vec<Skipped>,
    errors: Vec<Error>,
    places: Arc<RwLock<Places>>,
    span: Option<(Timestamp, Timestamp)>,
    /// Frame numbers given so far.
    numbered: u64,
    /// The first block, where it was read to look at.
    ahead: Option<Block>,
    /// Octets taken from inputs that are done with.
    read: u64,
    total: Option<u64>,
}

/// An input that is not read yet.
#[derive(Debug)]
struct Waiting {
    input: Given,
    /// Time of its first frame, where it was looked at.
    begins_at: Option<Timestamp>,
}

/// An input being read, with the block that it is at.
struct Active {
    lane: Lane,
    /// Place in `files`.
    file: usize,
    from_directory: bool,
    block: Block,
    /// The next frame of `block`.
    next: usize,
    /// Number in its file of the last frame handed on.
    handed: u64,
}

impl Capture {
    /// Reads `inputs`, merged by time; ties go by the files' first frames, then their names. Nothing is opened before
    /// the first [`Capture::read_block`].
    #[must_use]
    pub fn open(inputs: Vec<Input>) -> Self {
        let total = inputs.iter().try_fold(0_u64, |sum, input| Some(sum.saturating_add(input.size()?)));
        Self {
            given: inputs,
            directories: Vec::new(),
            has_begun: false,
            read_size: READ_SIZE,
            interrupt: Arc::default(),
            follows: false,
            ring: None,
            is_pdus: false,
            waiting: VecDeque::new(),
            active: Vec::new(),
            several: false,
            files: Vec::new(),
            skipped: Vec::new(),
            errors: Vec::new(),
            places: Arc::default(),
            span: None,
            numbered: 0,
            ahead: None,
            read: 0,
            total,
        }
    }

    /// The same with blocks of about `octets` octets instead of [`READ_SIZE`].
    #[must_use]
    pub fn with_read_size(mut self, octets: usize) -> Self {
        self.read_size = octets.clamp(1, super::lane::MAX_RECORD);
        self
    }

    /// The same, but whatever waits for octets to come, standard input or a file that grows, is at its end when
    /// `interrupt` is set.
    #[must_use]
    pub fn with_interrupt(mut self, interrupt: Arc<AtomicBool>) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// The same, but the newest file is read on as it grows, and after it the ones that its directory gets, until the
    /// interrupt is set.
    #[must_use]
    pub const fn following(mut self) -> Self {
        self.follows = true;
        self
    }

    /// The same, but the inputs are bare PDUs one after the other, each input one side of a connection. A frame is a
    /// PDU then, and there are no times.
    #[must_use]
    pub const fn of_pdus(mut self) -> Self {
        self.is_pdus = true;
        self
    }

    /// Time of the first frame: frames are read for it, as many as one block has, which the next
    /// [`read_block`](Self::read_block) gives. `None`: there is no frame, or none of those has a time.
    pub fn first_frame(&mut self) -> Option<Timestamp> {
        if !self.has_begun {
            let mut block = Block::with_capacity(self.read_size);
            if self.read_block(&mut block) {
                self.ahead = Some(block);
            }
        }
        // A frame without a time has that of the one before it, and before all there is none.
        self.ahead.as_ref()?.frames().map(|frame| frame.at).find(|at| *at != Timestamp::default())
    }

    /// Fills `block` with frames, at least one; false at the end of the last input. From standard input and pipes a
    /// block holds what one read gave, so that frames do not wait for later ones.
    pub fn read_block(&mut self, block: &mut Block) -> bool {
        if let Some(mut ahead) = self.ahead.take() {
            std::mem::swap(block, &mut ahead);
            return true;
        }
        if !self.has_begun {
            self.has_begun = true;
            self.begin();
        }
        // Each turn opens an input, ends one, or returns.
        loop {
            block.clear();
            match self.active.as_mut_slice() {
                [] => {
                    if self.waiting.is_empty() && !self.wait_for_next() {
                        self.miss_captures();
                        return false;
                    }
                    self.open_next();
                }
                [one] if one.next >= one.block.len() => {
                    if !one.lane.read_block(block, self.read_size) {
                        self.end(0);
                        continue;
                    }
                    self.note(0);
                    if self.is_alone(block) {
                        self.hand_on(block);
                        return true;
                    }
                    if let [one] = self.active.as_mut_slice() {
                        std::mem::swap(&mut one.block, block);
                        one.next = 0;
                    }
                }
                _ => {
                    self.merge(block);
                    if !block.is_empty() {
                        return true;
                    }
                }
            }
        }
    }

    /// The inputs that could be read at least in part, in the order of their first frames, as far as they have been
    /// read.
    #[must_use]
    pub fn files(&self) -> &[FileFacts] {
        &self.files
    }

    /// What was passed over: no capture in a directory, or a file given twice.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The inputs that could not be read, or not to their end for a reason outside the file.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// The file that a frame is in, and its number there; `None` where files alternated too often to remember.
    #[must_use]
    pub fn place(&self, frame: u64) -> Option<(&FileFacts, u64)> {
        let (file, number) = self.places.read().unwrap_or_else(PoisonError::into_inner).find(frame)?;
        Some((self.files.get(file)?, number))
    }

    /// Who finds frames in their files from other threads.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator::new(Arc::clone(&self.places))
    }

    /// Frames read so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.files.iter().map(|file| file.frames).sum()
    }

    /// Octets captured in those frames.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.files.iter().map(|file| file.octets).sum()
    }

    /// The earliest time of a frame so far; frames are not always in the order of time.
    #[must_use]
    pub fn first_at(&self) -> Option<Timestamp> {
        self.span.map(|(first, _)| first)
    }

    /// The latest time of a frame so far.
    #[must_use]
    pub fn last_at(&self) -> Option<Timestamp> {
        self.span.map(|(_, last)| last)
    }

    /// Octets read so far, and octets in all inputs if the sizes of all of them are known; as they are stored.
    #[must_use]
    pub fn position(&self) -> (u64, Option<u64>) {
        let active: u64 = self.active.iter().map(|active| active.lane.taken()).sum();
        (self.read.saturating_add(active), self.total)
    }

    /// Finds out what there is to read, and in which order.
    fn begin(&mut self) {
        if self.follows {
            let paths = self.given.iter().filter_map(|input| match input {
                // A pipe has nothing behind its end.
                Input::File(path) if path.is_file() || path.is_dir() => Some(path.clone()),
                Input::File(_) | Input::Stdin | Input::Reader { .. } => None,
            });
            let watched: Vec<PathBuf> = paths.collect();
            self.ring = (!watched.is_empty()).then(|| Arc::new(Mutex::new(Ring::new(watched))));
        } else {
            // Where the next file is waited for, a directory may be empty.
            let named = self.given.iter().filter_map(|input| match input {
                Input::File(path) if path.is_dir() => Some(path.clone()),
                Input::File(_) | Input::Stdin | Input::Reader { .. } => None,
            });
            self.directories = named.collect();
        }
        let inputs = inputs::expand(std::mem::take(&mut self.given), &mut self.skipped, &mut self.errors);
        self.several = inputs.len() > 1 || inputs.iter().any(|given| given.from_directory);
        self.queue(inputs);
        self.total = self.waiting.iter().map(|waiting| waiting.input.input.size()).sum();
    }

    /// Puts `inputs` in the order in which they will be read.
    fn queue(&mut self, inputs: Vec<Given>) {
        let mut waiting = Vec::new();
        let mut seen = HashSet::new();
        let looks = inputs.len() > 1;
        for given in inputs {
            if let Some(identity) = given.input.identity()
                && !seen.insert(identity)
            {
                let path = given.input.path();
                self.skipped.push(Skipped { path, reason: GIVEN_BEFORE.to_owned() });
                continue;
            }
            let again = given.input.again().filter(|_| looks && !self.is_pdus);
            let begins_at = match again.map(|input| Lane::open(input, &How::default())) {
                None => None,
                Some(Ok(mut lane)) => {
                    let mut block = Block::with_capacity(0);
                    lane.read_block(&mut block, 4_096);
                    block.frames().next().map(|frame| frame.at)
                }
                // Somebody is about to write it; the ring will tell.
                Some(Err(Error::Empty { .. })) if self.ring.is_some() => continue,
                Some(Err(error)) => {
                    if let (Some(ring), Input::File(path)) = (&self.ring, &given.input) {
                        ring::lock(ring).mark(path);
                    }
                    self.fail(error, given.from_directory);
                    continue;
                }
            };
            waiting.push(Waiting { input: given, begins_at });
        }
        // Streams have no time yet and come first: they are open anyway.
        waiting.sort_by_cached_key(|waiting| (waiting.begins_at, waiting.input.input.path()));
        self.waiting = waiting.into();
    }

    /// Opens the next input and reads up to its first frame.
    fn open_next(&mut self) {
        let Some(Waiting { input: Given { input, from_directory }, .. }) = self.waiting.pop_front() else {
            return;
        };
        let how = How {
            interrupt: Arc::clone(&self.interrupt),
            follow: self.ring.clone().filter(|_| self.waiting.is_empty()),
            pdus: self.is_pdus.then(|| u32::try_from(self.files.len()).unwrap_or(u32::MAX)),
        };
        if let (Some(ring), Input::File(path)) = (&self.ring, &input) {
            ring::lock(ring).mark(path);
        }
        match Lane::open(input, &how) {
            Ok(lane) => {
                self.files.push(lane.facts.clone());
                let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
                places.file(&lane.facts.path);
                drop(places);
                let file = self.files.len() - 1;
                self.active.push(Active {
                    lane,
                    file,
                    from_directory,
                    block: Block::default(),
                    next: 0,
                    handed: 0,
                });
            }
            Err(error) => self.fail(error, from_directory),
        }
    }

    /// Waits until the ring has a file that was not read; false when there is none to wait for.
    fn wait_for_next(&mut self) -> bool {
        let Some(ring) = self.ring.clone() else { return false };
        while !self.interrupt.load(Ordering::Relaxed) {
            let news = ring::lock(&ring).take_next();
            self.queue(news);
            if !self.waiting.is_empty() {
                return true;
            }
            std::thread::sleep(PAUSE);
        }
        false
    }

    /// Says of each directory in which no capture was found that it could not be read.
    fn miss_captures(&mut self) {
        for directory in std::mem::take(&mut self.directories) {
            let is_in = |path: &str| Path::new(path).parent() == Some(&directory);
            let given_before = |skipped: &Skipped| skipped.reason == GIVEN_BEFORE && is_in(&skipped.path);
            let path = directory.to_string_lossy().into_owned();
            let is_told = self.errors.iter().any(|error| is_in(error.path()) || error.path() == path);
            if !is_told
                && !self.files.iter().any(|file| is_in(&file.path))
                && !self.skipped.iter().any(given_before)
            {
                self.errors.push(Error::NoCaptureIn { path });
            }
        }
    }

    fn fail(&mut self, error: Error, from_directory: bool) {
        if from_directory && matches!(error, Error::NotACapture { .. } | Error::Empty { .. }) {
            self.skipped.push(Skipped { path: error.path().to_owned(), reason: error.reason() });
        } else if from_directory && error.is_vanished() {
            let reason = "removed before it was read".to_owned();
            self.skipped.push(Skipped { path: error.path().to_owned(), reason });
        } else {
            self.errors.push(error);
        }
    }

    /// Whether no other input has a frame before the last one of `block`, the only active input's.
    fn is_alone(&self, block: &Block) -> bool {
        let Some(next) = self.waiting.front() else { return true };
        let Some(begins_at) = next.begins_at else { return false };
        block.frames().all(|frame| frame.at < begins_at)
    }

    /// A block of one input, as it is.
    fn hand_on(&mut self, block: &mut Block) {
        let [one] = self.active.as_mut_slice() else { return };
        let Some(first) = block.frames().next().map(|frame| frame.number) else { return };
        // Numbers keep the holes that records leave which are no packets.
        let shift = self.numbered.wrapping_sub(one.handed);
        self.numbered = block.renumber(shift);
        one.handed = self.numbered.wrapping_sub(shift);
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        places.add(first.wrapping_add(shift), self.numbered, one.file, first);
    }

    /// Frames of several inputs in the order of their times, until `block` is full or one input is left.
    fn merge(&mut self, block: &mut Block) {
        while block.octets().len() < self.read_size && block.len() < MOST_COPIED {
            self.fill_up();
            while let Some(next) = self.waiting.front()
                && self.earliest().is_none_or(|(at, _)| next.begins_at.is_none_or(|begins| begins <= at))
            {
                self.open_next();
                self.fill_up();
            }
            let Some((_, index)) = self.earliest() else { return };
            let Some(active) = self.active.get_mut(index) else { return };
            if let Some(frame) = active.block.frame(active.next) {
                self.numbered += 1;
                self.places.write().unwrap_or_else(PoisonError::into_inner).add(
                    self.numbered,
                    self.numbered,
                    active.file,
                    frame.number,
                );
                block.copy(self.numbered, &frame);
                active.handed = frame.number;
                active.next += 1;
            }
            if let [one] = self.active.as_slice()
                && one.next >= one.block.len()
            {
                return;
            }
        }
    }

    /// Reads on where a block is used up, and ends the inputs that have no more.
    fn fill_up(&mut self) {
        let mut index = 0;
        while let Some(active) = self.active.get_mut(index) {
            if active.next < active.block.len() {
                index += 1;
            } else {
                active.next = 0;
                if active.lane.read_block(&mut active.block, self.read_size) {
                    self.note(index);
                    index += 1;
                } else {
                    self.end(index);
                }
            }
        }
    }

    /// Time of the earliest frame at hand, and whose it is; ties go to the input that was opened first.
    fn earliest(&self) -> Option<(Timestamp, usize)> {
        let heads =
            self.active.iter().enumerate().filter_map(|(index, active)| {
                Some((active.block.frame(active.next)?.at, active.file, index))
            });
        heads.min().map(|(at, _, index)| (at, index))
    }

    /// Takes over what an input says of itself.
    fn note(&mut self, index: usize) {
        let Some(active) = self.active.get(index) else { return };
        if let Some(facts) = self.files.get_mut(active.file) {
            facts.clone_from(&active.lane.facts);
        }
        if let Some((first, last)) = active.lane.span {
            self.span = Some(self.span.map_or((first, last), |(f, l)| (f.min(first), l.max(last))));
        }
    }

    /// An input has no more frames.
    fn end(&mut self, index: usize) {
        self.note(index);
        let mut active = self.active.remove(index);
        self.read = self.read.saturating_add(active.lane.taken());
        // Of several files the newest is still being written when its last record, or its compression, is not all
        // there; and somebody who is asked to end does not wait for the rest.
        let is_newest = self.several && self.waiting.is_empty() && active.file + 1 == self.files.len();
        let may_be_torn = is_newest || self.interrupt.load(Ordering::Relaxed);
        let error = active.lane.error.take();
        let is_cut = error.as_ref().is_some_and(Error::is_cut);
        if let Some(error) = error.filter(|_| !(may_be_torn && is_cut)) {
            self.fail(error, active.from_directory);
        }
        if let Some(facts) = self.files.get_mut(active.file) {
            facts.is_torn |= is_cut;
            facts.is_torn &= may_be_torn;
            if facts.is_torn {
                facts.damage = None;
            }
        }
    }
}

impl std::fmt::Debug for Active {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Active").field("file", &self.file).field("next", &self.next).finish_non_exhaustive()
    }
}
