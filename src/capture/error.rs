//! Why an input could not be read.

use std::fmt;
use std::io;

/// An input that could not be read, or not to its end. Reads `path: what, need, place`.
#[derive(Debug)]
pub enum Error {
    /// It could not be opened.
    Open {
        /// As given by the caller.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed. If its format was known by then, the frames before were delivered and
    /// [`FileFacts::damage`](super::FileFacts::damage) tells of it too.
    Read {
        /// As given by the caller.
        path: String,
        /// Octets read before.
        at: u64,
        /// What the system said.
        source: io::Error,
    },
    /// It has no octets.
    Empty {
        /// As given by the caller.
        path: String,
    },
    /// Its content is neither pcap nor pcapng.
    NotACapture {
        /// As given by the caller.
        path: String,
        /// Its first octets, at most 4.
        begins: Vec<u8>,
    },
    /// It begins like a capture, but the header of the file cannot be used.
    Header {
        /// As given by the caller.
        path: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Error {
    /// The input, as given by the caller; `-` for standard input.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Open { path, .. }
            | Self::Read { path, .. }
            | Self::Empty { path }
            | Self::NotACapture { path, .. }
            | Self::Header { path, .. } => path,
        }
    }

    /// Whether the file is not there any more.
    pub(super) fn is_vanished(&self) -> bool {
        matches!(self, Self::Open { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Whether a compressed input ends before its content does.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Self::Read { source, .. } if source.kind() == io::ErrorKind::UnexpectedEof)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "-" => f.write_str("standard input: ")?,
            path => write!(f, "{path}: ")?,
        }
        match self {
            Self::Open { source, .. } => write!(f, "cannot be opened: {source}"),
            Self::Read { at, source, .. } => write!(f, "cannot be read: {source}, at octet {at}"),
            Self::Empty { .. } => {
                f.write_str("not a capture: empty, a pcap or pcapng magic number is needed")
            }
            Self::NotACapture { begins, .. } => {
                f.write_str("not a capture: begins with")?;
                for octet in begins {
                    write!(f, " {octet:02x}")?;
                }
                f.write_str(", a pcap or pcapng magic number is needed")
            }
            Self::Header { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } => Some(source),
            Self::Empty { .. } | Self::NotACapture { .. } | Self::Header { .. } => None,
        }
    }
}
