//! Inputs opened as plain streams of octets. Decompression and files that still grow belong here, below the
//! formats.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

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
    pub(super) fn open(self) -> io::Result<Source> {
        match self {
            Self::File(path) => {
                #[expect(clippy::disallowed_methods, reason = "captures are opened here and nowhere else")]
                let file = File::open(path)?;
                // A named pipe or a device gives what is there, and more later.
                let live = !file.metadata()?.is_file();
                Ok(Source { octets: Box::new(file), live })
            }
            Self::Stdin => Ok(Source { octets: Box::new(io::stdin()), live: true }),
            Self::Reader { octets, live, .. } => Ok(Source { octets, live }),
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Input").field(&self.path()).finish()
    }
}

/// An input that is open.
pub(super) struct Source {
    /// Its octets.
    pub(super) octets: Box<dyn Read + Send>,
    /// As in [`Input::Reader`].
    pub(super) live: bool,
}

impl Source {
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
