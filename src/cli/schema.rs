//! `smpp-inspect schema`: the JSON Schema of what the tool writes.

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{DONE, Failure};
use crate::view;

/// Print the JSON Schema of a document that the tool writes
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  smpp-inspect schema report > report.schema.json")]
pub(super) struct Arguments {
    /// The document
    #[arg(value_name = "DOCUMENT")]
    document: Document,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Document {
    /// Of `report --format json`
    Report,
    /// Of `decode --format json`
    Decode,
    /// Of a line of `records --format ndjson`
    Records,
    /// Of `replay --format json`
    Replay,
    /// Of a line of `replay --format ndjson`
    Replayed,
    /// Of `replay --as smsc --format json`
    PlayedSummary,
    /// Of a line of `replay --as smsc --format ndjson`
    Played,
}

impl Arguments {
    pub(super) fn run(self) -> Result<u8, Failure> {
        Output::Stdout.write(|mut out| match self.document {
            Document::Report => view::schema::write_report(&mut out),
            Document::Decode => view::schema::write_dissection(&mut out),
            Document::Records => view::schema::write_record(&mut out),
            Document::Replay => view::schema::write_replay(&mut out),
            Document::Replayed => view::schema::write_replayed(&mut out),
            Document::PlayedSummary => view::schema::write_played_summary(&mut out),
            Document::Played => view::schema::write_played(&mut out),
        })?;
        Ok(DONE)
    }
}
