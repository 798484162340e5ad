//! Inputs opened as plain streams of octets, decompressed where they are compressed.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::compressed::{self, Compression, MAGIC};
use super::pdus::Wrapped;
use super::ring::Ring;
use super::stored::Stored;
use super::waiting::{Growing, Piped};

/// Something to read frames from.
pub enum Input {
    /// A file, or anything else that can be opened by its path.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// Any reader.
    Reader {
        /// Named so in facts and errors.
        name: String,
        /// What to read.
        octets: Box<dyn Read + Send>,
        /// Whether octets may come with pauses between, so that whole frames must not wait for later ones.
        live: bool,
    },
}

impl Input {
    /// `-` is standard input, everything else a path.
    #[must_use]
    pub fn from_argument(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdin } else { Self::File(argument.to_owned()) }
    }

    /// The path as given, `-` for standard input, the name of a reader. Octets that are no UTF-8 are replaced.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Stdin => "-".to_owned(),
            Self::Reader { name, .. } => name.clone(),
        }
    }

    /// The same input to be opened once more: a file, or the name of none. Not a pipe, which gives its octets once.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Self::File(path) if path.is_file() || !path.exists() => Some(Self::File(path.clone())),
            _ => None,
        }
    }

    /// What tells a file from all others, whatever it is called.
    pub(super) fn identity(&self) -> Option<(u64, u64)> {
        #[cfg(unix)]
        if let Self::File(path) = self {
            use std::os::unix::fs::MetadataExt;
            return std::fs::metadata(path)
                .ok()
                .filter(std::fs::Metadata::is_file)
                .map(|facts| (facts.dev(), facts.ino()));
        }
        None
    }

    /// Octets to be read, if the system knows.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::File(path) => match std::fs::metadata(path) {
                Ok(facts) => facts.is_file().then_some(facts.len()),
                // It will not be read, and opening it will say why.
                Err(_) => Some(0),
            },
            Self::Stdin | Self::Reader { .. } => None,
        }
    }

    /// Opens it.
    pub(super) fn open(self, how: &How) -> io::Result<Source> {
        let changed = Arc::default();
        let (octets, live): (Octets, bool) = match self {
            Self::File(path) => {
                #[expect(clippy::disallowed_methods, reason = "captures are opened here and nowhere else")]
                let file = File::open(path)?;
                match &how.follow {
                    // A named pipe or a device gives what is there, and more later.
                    _ if !file.metadata()?.is_file() => (Piped::open(file, how.interrupt.clone()), true),
                    None => (Box::new(Stored::new(file, Arc::clone(&changed))?), false),
                    Some(ring) => {
                        (Box::new(Growing::new(file, Arc::clone(ring), how.interrupt.clone())), true)
                    }
                }
            }
            Self::Stdin => (Piped::stdin(how.interrupt.clone())?, true),
            Self::Reader { octets, live, .. } => (octets, live),
        };
        Source::new(octets, live, changed, how.pdus)
    }
}

/// How inputs are opened.
#[derive(Clone, Default)]
pub(super) struct How {
    /// Set when whatever waits for octets shall wait no longer.
    pub(super) interrupt: Arc<AtomicBool>,
    /// A file is read on as it grows, until the ring has a next one.
    pub(super) follow: Option<Arc<Mutex<Ring>>>,
    /// They are no captures but bare PDUs.
    pub(super) pdus: Option<u32>,
}

/// What happened to a file while it was read.
pub(super) type Changed = Arc<OnceLock<String>>;

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Input").field(&self.path()).finish()
    }
}

/// A stream of octets.
pub(super) type Octets = Box<dyn Read + Send>;

/// An input that is open.
pub(super) struct Source {
    octets: Octets,
    /// As in [`Input::Reader`].
    pub(super) live: bool,
    /// How it is compressed; `read` gives what is inside.
    pub(super) compression: Option<Compression>,
    /// Octets taken from the input as it is stored.
    taken: Arc<AtomicU64>,
    changed: Changed,
}

impl Source {
    /// Looks at the first octets for a compression; what was looked at is read again.
    fn new(octets: Octets, live: bool, changed: Changed, pdus: Option<u32>) -> io::Result<Self> {
        let taken = Arc::new(AtomicU64::new(0));
        let mut octets = Counted { octets, taken: Arc::clone(&taken) };
        let mut first = Vec::with_capacity(MAGIC);
        // Said in its place, behind the octets that came before.
        let failed = compressed::begin(&mut octets, &mut first).err();
        let compression = Compression::of(&first);
        let is_empty = first.is_empty() && failed.is_none();
        let whole: Octets = Box::new(Cursor::new(first).chain(Failed(failed)).chain(octets));
        let octets = match compression {
            None => whole,
            Some(compression) => compression.decoder(whole)?,
        };
        let octets = match pdus {
            Some(number) if !is_empty => Box::new(Wrapped::new(octets, number)?),
            _ => octets,
        };
        Ok(Self { octets, live, compression, taken, changed })
    }

    /// What happened to the file while it was read, known at its end.
    pub(super) fn changed(&self) -> Option<&str> {
        self.changed.get().map(String::as_str)
    }

    /// Octets taken from the input so far, as it is stored: fewer than were read where it is compressed.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Reads at least one octet into `room`, 0 at the end only. `room` is not empty.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.octets.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A reader that claims more than it was given room for is broken; believe the room.
                other => return other.map(|read| read.min(room.len())),
            }
        }
    }
}

/// Counts what is taken from an input as it is stored.
struct Counted {
    octets: Octets,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.octets.read(room)?;
        self.taken.fetch_add(crate::num::count(read), Ordering::Relaxed);
        Ok(read)
    }
}

/// An error kept for the read that it belongs to.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
