//! A file that is read from its start to its end, on a machine that has other work: what is read is asked for ahead
//! and not kept in the system's cache behind, and a file that changes meanwhile is told of.

use std::fs::File;
use std::io::{self, Read};

use super::source::Changed;
use crate::num::count;

/// Octets after which those read are given up.
const STEP: u64 = 8 << 20;

/// A regular file.
pub(super) struct Stored {
    file: File,
    /// Octets when it was opened.
    length: u64,
    position: u64,
    /// Where the step began that is being read.
    step: u64,
    /// Whether the system had it in its cache before: somebody else reads or writes it.
    was_cached: bool,
    changed: Changed,
}

impl Stored {
    pub(super) fn new(file: File, changed: Changed) -> io::Result<Self> {
        let length = file.metadata()?.len();
        advice::will_read(&file);
        let was_cached = advice::is_cached(&file, length.min(STEP).saturating_sub(1));
        Ok(Self { file, length, position: 0, step: 0, was_cached, changed })
    }

    /// At the end: whether it is still what it was when it was opened.
    fn look(&self) -> io::Result<()> {
        let facts = self.file.metadata()?;
        let now = facts.len();
        let what = match now.cmp(&self.length) {
            std::cmp::Ordering::Less => "shrank",
            std::cmp::Ordering::Greater => "grew",
            std::cmp::Ordering::Equal if is_removed(&facts) => {
                let _ = self.changed.set("was removed while it was read".to_owned());
                return Ok(());
            }
            std::cmp::Ordering::Equal => return Ok(()),
        };
        let _ = self
            .changed
            .set(format!("{what} while it was read: {} octets at first, {now} at the end", self.length));
        Ok(())
    }
}

impl Read for Stored {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(room)?;
        if read == 0 {
            self.look()?;
        }
        self.position = self.position.saturating_add(count(read));
        if self.position.saturating_sub(self.step) >= STEP || read == 0 {
            if !self.was_cached {
                advice::give_up(&self.file, self.step, self.position);
            }
            self.step = self.position;
            // Far beyond what is read ahead, so that it tells of others' reading and not of ours.
            let end = self.length.min(self.position.saturating_add(STEP));
            self.was_cached = advice::is_cached(&self.file, end.saturating_sub(1));
        }
        Ok(read)
    }
}

#[cfg(unix)]
fn is_removed(facts: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(facts) == 0
}

#[cfg(not(unix))]
fn is_removed(_: &std::fs::Metadata) -> bool {
    false
}

/// What the system is told about a file; it may ignore all of it.
#[cfg(target_os = "linux")]
mod advice {
    use std::fs::File;
    use std::io::IoSliceMut;
    use std::num::NonZeroU64;

    use rustix::fs::{Advice, fadvise};
    use rustix::io::{Errno, ReadWriteFlags, preadv2};

    pub(super) fn will_read(file: &File) {
        let _ = fadvise(file, 0, None, Advice::Sequential);
    }

    pub(super) fn give_up(file: &File, from: u64, until: u64) {
        if let Some(octets) = NonZeroU64::new(until.saturating_sub(from)) {
            let _ = fadvise(file, from, Some(octets), Advice::DontNeed);
        }
    }

    /// Whether the octet at `offset` can be had without reading from the disk.
    pub(super) fn is_cached(file: &File, offset: u64) -> bool {
        let mut octet = [0];
        let read = preadv2(file, &mut [IoSliceMut::new(&mut octet)], offset, ReadWriteFlags::NOWAIT);
        !matches!(read, Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS))
    }
}

#[cfg(not(target_os = "linux"))]
mod advice {
    use std::fs::File;

    pub(super) fn will_read(_: &File) {}

    pub(super) fn give_up(_: &File, _: u64, _: u64) {}

    pub(super) fn is_cached(_: &File, _: u64) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;

    fn read_with(change: impl FnOnce(&std::path::Path)) -> (usize, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, [7; 1_000]).unwrap();
        let changed = Changed::default();
        #[expect(clippy::disallowed_methods, reason = "a test reads what it wrote")]
        let mut stored = Stored::new(File::open(&path).unwrap(), Arc::clone(&changed)).unwrap();
        let mut total = stored.read(&mut [0; 300]).unwrap();
        change(&path);
        loop {
            match stored.read(&mut [0; 300]).unwrap() {
                0 => return (total, changed.get().cloned()),
                read => total += read,
            }
        }
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_told_of() {
        let cut = |octets: u64| {
            move |path: &std::path::Path| {
                fs::OpenOptions::new().write(true).open(path).unwrap().set_len(octets).unwrap();
            }
        };
        let said = |what: &str| Some(what.to_owned());
        assert_eq!(read_with(|_| ()), (1_000, None));
        assert_eq!(
            read_with(cut(100)),
            (300, said("shrank while it was read: 1000 octets at first, 100 at the end"))
        );
        assert_eq!(
            read_with(cut(1_500)),
            (1_500, said("grew while it was read: 1000 octets at first, 1500 at the end"))
        );
        if cfg!(unix) {
            let removed = read_with(|path| fs::remove_file(path).unwrap());
            assert_eq!(removed, (1_000, said("was removed while it was read")));
        }
    }
}
