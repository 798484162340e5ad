//! Files that follow each other while they are written, as `tcpdump -C`, `-G` and `-W` make them: which comes next.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::inputs::{self, Given};
use super::source::Input;

/// Octets at the start of a file that tell whether it was begun anew under the same name: the file's header, and
/// the time of its first record.
pub(super) const START: usize = 64;

/// Octets of the shortest header of a capture.
const SHORTEST: usize = 24;

/// Files that are watched, and what was seen of them.
#[derive(Debug)]
pub(super) struct Ring {
    /// Files and directories.
    watched: Vec<PathBuf>,
    /// How the files began that are done with, or being read.
    seen: HashMap<(u64, u64), Vec<u8>>,
}

/// The ring behind `lock`, also where a thread panicked that held it: it is never left half changed.
pub(super) fn lock(ring: &Mutex<Ring>) -> MutexGuard<'_, Ring> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ring {
    pub(super) fn new(watched: Vec<PathBuf>) -> Self {
        Self { watched, seen: HashMap::new() }
    }

    /// `path` is being read from now on, or needs no further look.
    pub(super) fn mark(&mut self, path: &Path) {
        if let Some((identity, start)) = look(path) {
            self.seen.insert(identity, start);
        }
    }

    /// Whether there is a file that was not there, or not with this content, when it was marked.
    pub(super) fn has_next(&self) -> bool {
        !self.news().is_empty()
    }

    /// Those files, marked.
    pub(super) fn take_next(&mut self) -> Vec<Given> {
        let news = self.news();
        for given in &news {
            if let Input::File(path) = &given.input {
                self.mark(path);
            }
        }
        news
    }

    fn news(&self) -> Vec<Given> {
        let inputs = self.watched.iter().map(|path| Input::File(path.clone())).collect();
        let mut files = inputs::expand(inputs, &mut Vec::new(), &mut Vec::new());
        files.retain(|given| {
            let Input::File(path) = &given.input else { return false };
            // One without a header is one that somebody is about to write.
            let Some((identity, start)) = look(path).filter(|(_, start)| start.len() >= SHORTEST) else {
                return false;
            };
            self.seen.get(&identity).is_none_or(|before| !start.starts_with(before))
        });
        files
    }
}

/// What tells the file from all others, and how it begins.
fn look(path: &Path) -> Option<((u64, u64), Vec<u8>)> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    #[expect(clippy::disallowed_methods, reason = "captures are opened by capture/")]
    let file = File::open(path).ok()?;
    let mut start = Vec::with_capacity(START);
    file.take(crate::num::count(START)).read_to_end(&mut start).ok()?;
    let identity = Input::File(path.to_owned()).identity()?;
    Some((identity, start))
}
