//! What a replay said before, read back: the lines of `--format ndjson`, as far as they say what differed.

use serde::Deserialize;

use super::model::{REQUEST, RUN};
use crate::replay::verdict::{RESPONSE, Verdict};

/// A request of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The file that it was captured in.
    pub file: Option<String>,
    /// Number of its frame there.
    pub frame: u64,
    /// Place among the PDUs of the frame.
    pub index: u32,
    /// The fields that differed, counted or not; [`RESPONSE`] where there was no response.
    pub fields: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    schema: String,
}

#[derive(Deserialize)]
struct Request {
    verdict: String,
    differences: Vec<String>,
    expected_differences: Vec<Reasoned>,
    pcap: Place,
}

#[derive(Deserialize)]
struct Reasoned {
    field: String,
}

#[derive(Deserialize)]
struct Place {
    file: Option<String>,
    frame: u64,
    index: u32,
}

impl Earlier {
    /// Reads a line; `None`: it says nothing of a request that was sent.
    ///
    /// # Errors
    /// It is no line of a replay.
    pub fn read(line: &str) -> Result<Option<Self>, String> {
        let wrong = |error| format!("no line of `replay --format ndjson`: {error}");
        let Line { schema } = serde_json::from_str(line).map_err(wrong)?;
        if schema == RUN {
            return Ok(None);
        }
        if schema != REQUEST {
            return Err(format!("schema {REQUEST} is needed, it is {schema}"));
        }
        let request: Request = serde_json::from_str(line).map_err(wrong)?;
        if request.verdict == Verdict::NotSent.name() {
            return Ok(None);
        }
        let mut fields = request.differences;
        fields.extend(request.expected_differences.into_iter().map(|reasoned| reasoned.field));
        if request.verdict == Verdict::Missing.name() {
            fields.push(RESPONSE.to_owned());
        }
        let Place { file, frame, index } = request.pcap;
        Ok(Some(Self { file, frame, index, fields }))
    }
}
