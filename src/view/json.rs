//! JSON: the report as it is, keys in the order of the model.

use std::io::{self, Write};

use serde::Serialize;

use crate::dissect::model::Dissection;
use crate::report::Report;

/// Writes `report` as indented JSON with a line feed at the end.
///
/// # Errors
/// Those of `out`.
pub fn write_report(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write(report, out)
}

/// Writes PDUs as indented JSON with a line feed at the end.
///
/// # Errors
/// Those of `out`.
pub fn write_dissection(dissection: &Dissection, out: &mut impl Write) -> io::Result<()> {
    write(dissection, out)
}

/// Writes any value as indented JSON with a line feed at the end.
pub(super) fn write(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::snapshot;

    #[test]
    fn a_report_is_written_key_by_key() {
        for (name, report) in [("empty", Report::default()), ("two_sessions", snapshot::two_sessions())] {
            let mut json = Vec::new();
            write_report(&report, &mut json).unwrap();
            snapshot::assert_matches(&format!("{name}.json"), &json);
            assert_eq!(serde_json::from_slice::<Report>(&json).unwrap(), report);
        }
    }
}
