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
    /// It is a directory, and no file in it is a capture.
    NoCaptureIn {
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
            | Self::NoCaptureIn { path }
            | Self::NotACapture { path, .. }
            | Self::Header { path, .. } => path,
        }
    }

    /// Why a file of a directory was passed over that is no capture.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::NotACapture { begins, .. } => Known::of(begins)
                .map_or_else(|| "not a capture".to_owned(), |known| format!("not a capture: {}", known.name)),
            Self::Empty { .. } => "empty".to_owned(),
            _ => "not a capture".to_owned(),
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

/// What is often handed over in place of a capture, or around one.
#[derive(Clone, Copy)]
struct Known {
    name: &'static str,
    advice: &'static str,
}

impl Known {
    /// By the first octets.
    fn of(begins: &[u8]) -> Option<Self> {
        const LAYER: &str = "one layer of compression is taken off";
        const UNPACK: &str = "plain, gzip, zstd and lz4 are read: unpack it first";
        const CONVERT: &str = "editcap of Wireshark converts it";
        let (name, advice) = match begins {
            [0x1F, 0x8B, ..] => ("gzip", LAYER),
            [0x28, 0xB5, 0x2F, 0xFD] => ("zstd", LAYER),
            [0x04, 0x22, 0x4D, 0x18] | [0x02, 0x21, 0x4C, 0x18] => ("lz4", LAYER),
            [0xFD, b'7', b'z', b'X'] => ("xz", UNPACK),
            [b'B', b'Z', b'h', _] => ("bzip2", UNPACK),
            [b'P', b'K', 3, 4] => ("zip", UNPACK),
            [b'7', b'z', 0xBC, 0xAF] => ("7z", UNPACK),
            [0x1F, 0x9D, ..] => ("compress", UNPACK),
            b"snoo" => ("snoop", CONVERT),
            b"GMBU" | b"RTSS" => ("Network Monitor", CONVERT),
            b"XCP\0" => ("Sniffer", CONVERT),
            _ => return None,
        };
        Some(Self { name, advice })
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
            Self::NoCaptureIn { .. } => {
                f.write_str("no capture in this directory: its files are read, not its subdirectories")
            }
            Self::NotACapture { begins, .. } => {
                f.write_str("not a capture: begins with")?;
                for octet in begins {
                    write!(f, " {octet:02x}")?;
                }
                let known = Known::of(begins);
                if let Some(Known { name, .. }) = known {
                    write!(f, " ({name})")?;
                }
                f.write_str(", a pcap or pcapng magic number is needed")?;
                known.map_or(Ok(()), |known| write!(f, "; {}", known.advice))
            }
            Self::Header { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } => Some(source),
            Self::Empty { .. }
            | Self::NoCaptureIn { .. }
            | Self::NotACapture { .. }
            | Self::Header { .. } => None,
        }
    }
}
