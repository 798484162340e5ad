//! What was read, and how far it reaches.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fragments;
use crate::time::{Period, Timestamp};

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The files, in the order they were read.
    pub files: Vec<File>,
    /// What was given and passed over: what is no capture in a directory, and files given twice.
    pub skipped_files: Vec<SkippedFile>,
    /// Frames in all files.
    pub frames: u64,
    /// Octets captured in all frames.
    pub octets: u64,
    /// Time of the earliest frame.
    pub first_at: Option<Timestamp>,
    /// Time of the latest frame.
    pub last_at: Option<Timestamp>,
    /// From the earliest to the latest frame, in milliseconds.
    pub duration_ms: Option<f64>,
    /// Our own addresses, in order.
    pub local: Vec<IpAddr>,
    /// How our own addresses are known; `null`: they are not.
    pub local_from: Option<LocalFrom>,
    /// Frames that gave no TCP segment, by reason.
    pub skipped_frames: Vec<ReasonCount>,
    /// Fragments of IP packets that were put together; there only if any was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragments: Option<Fragments>,
    /// What the frames carried, most frames first; at most ten rows.
    pub seen: Vec<Seen>,
    /// The selection in force; `null`: everything is reported.
    pub selection: Option<String>,
    /// Of the selection: what is reported is of this time or later; there only if that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Of the selection: what is reported is of an earlier time than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Capture {
    /// The time that is reported.
    #[must_use]
    pub const fn period(&self) -> Period {
        Period { since: self.since, until: self.until }
    }

    /// What is selected besides a time.
    #[must_use]
    pub fn selected_besides(&self) -> Option<&str> {
        let selection = self.selection.as_deref()?;
        let rest = selection.strip_prefix(&self.period().to_string()).unwrap_or(selection);
        Some(rest.strip_prefix(", ").unwrap_or(rest)).filter(|rest| !rest.is_empty())
    }
}

/// How our own addresses are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LocalFrom {
    /// They were stated.
    Stated,
    /// Cooked captures tell which frames were sent and which received.
    PacketTypes,
    /// The one address that is an end of most sessions.
    Common,
}

/// One file, or standard input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// As named on the command line; `-` for standard input.
    pub path: String,
    /// `pcap`, `pcapng`, or `pdus`: no capture but bare PDUs, one a frame.
    pub format: Option<String>,
    /// `gzip`, `zstd` or `lz4`; `null`: not compressed.
    pub compression: Option<String>,
    /// `LINKTYPE_` numbers, in the order they were met.
    pub link_types: Vec<u16>,
    /// Frames in the file.
    pub frames: u64,
    /// Octets captured in its frames.
    pub octets: u64,
    /// Where and how the file is damaged or cut off; `null`: it is whole.
    pub damage: Option<String>,
    /// The newest of several files ends inside a record: it is still being written, which is no damage.
    pub still_being_written: bool,
    /// What happened to it while it was read: it grew, shrank or was removed; `null`: nothing.
    pub changed: Option<String>,
    /// Frames that the capturing interface or system lost, by the file's own account; `null`: it does not say.
    pub dropped: Option<u64>,
    /// Frames whose records have no time; they count with the time of the frame before them.
    pub untimed_frames: u64,
}

/// An input that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkippedFile {
    /// As named on the command line, or as found in a directory.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// A reason and how often it applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonCount {
    /// The reason.
    pub reason: String,
    /// Frames, or octets where the list is of octets.
    pub count: u64,
}

/// A protocol and port that frames belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// `tcp`, `udp`, `arp`, ….
    pub protocol: String,
    /// The port of the side that accepted the connection, else the lower one; `null` where there are no ports.
    pub port: Option<u16>,
    /// Frames.
    pub frames: u64,
}

/// Octets delivered in order: `stream` = `in_pdus` + `skipped`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Octets {
    /// All.
    pub stream: u64,
    /// In whole PDUs.
    pub in_pdus: u64,
    /// In none.
    pub skipped: u64,
    /// Why they were skipped; the counts add up to `skipped`.
    pub skipped_why: Vec<ReasonCount>,
}

/// A bound on memory that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What had to be given up.
    pub limit: String,
    /// How often.
    pub count: u64,
}
