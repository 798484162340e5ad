//! `--noise-run=FILE`: what differed in an earlier run.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::super::Failure;
use super::arguments::Arguments;
use crate::replay::verdict::Noise;
use crate::view::replay::Earlier;

impl Arguments {
    /// Whether everything is sent twice.
    pub(super) const fn is_twice(&self) -> bool {
        matches!(self.noise_run, Some(None))
    }

    /// The file with an earlier run.
    pub(super) fn earlier_file(&self) -> Option<&Path> {
        self.noise_run.as_ref()?.as_deref()
    }

    /// Reads it.
    pub(super) fn earlier(&self) -> Result<Option<Noise>, Failure> {
        let Some(path) = self.earlier_file() else { return Ok(None) };
        let failed = |error: &dyn std::fmt::Display| Failure::new(path.display(), error);
        #[expect(clippy::disallowed_methods, reason = "an earlier result is no capture")]
        let file = File::open(path).map_err(|error| failed(&error))?;
        let (mut noise, mut is_empty) = (Noise::default(), true);
        for (number, line) in (1_u64..).zip(BufReader::new(file).lines()) {
            let line = line.map_err(|error| failed(&error))?;
            if line.trim().is_empty() {
                continue;
            }
            let earlier =
                Earlier::read(&line).map_err(|error| failed(&format_args!("line {number}: {error}")))?;
            if let Some(earlier) = earlier {
                is_empty = false;
                noise.know(earlier.file.as_deref(), earlier.frame, earlier.index, &earlier.fields);
            }
        }
        if is_empty {
            return Err(failed(
                &"no request in it was sent: `replay --format ndjson` writes a line for each",
            ));
        }
        Ok(Some(noise))
    }
}
