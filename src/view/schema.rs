//! JSON Schemas (draft 2020-12) of what the tool writes, generated from the types.

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::dissect::model::Dissection;
use crate::report::Report;
use crate::view::record::model::Document;
use crate::view::{as_smsc, replay};

/// Writes the JSON Schema of `report --format json`.
///
/// # Errors
/// Those of `out`.
pub fn write_report(out: &mut impl Write) -> io::Result<()> {
    write::<Report>(out)
}

/// Writes the JSON Schema of `decode --format json`.
///
/// # Errors
/// Those of `out`.
pub fn write_dissection(out: &mut impl Write) -> io::Result<()> {
    write::<Dissection>(out)
}

/// Writes the JSON Schema of a line of `records --format ndjson`.
///
/// # Errors
/// Those of `out`.
pub fn write_record(out: &mut impl Write) -> io::Result<()> {
    write::<Document>(out)
}

/// Writes the JSON Schema of `replay --format json`.
///
/// # Errors
/// Those of `out`.
pub fn write_replay(out: &mut impl Write) -> io::Result<()> {
    write::<replay::model::Run>(out)
}

/// Writes the JSON Schema of a line of `replay --format ndjson`, the last one aside.
///
/// # Errors
/// Those of `out`.
pub fn write_replayed(out: &mut impl Write) -> io::Result<()> {
    write::<replay::model::Request<'_>>(out)
}

/// Writes the JSON Schema of `replay --as smsc --format json`.
///
/// # Errors
/// Those of `out`.
pub fn write_played_summary(out: &mut impl Write) -> io::Result<()> {
    write::<as_smsc::model::Run>(out)
}

/// Writes the JSON Schema of a line of `replay --as smsc --format ndjson`, the last one aside.
///
/// # Errors
/// Those of `out`.
pub fn write_played(out: &mut impl Write) -> io::Result<()> {
    write::<as_smsc::model::Played<'_>>(out)
}

/// The schema of what is written of a type.
pub(super) fn of<T: JsonSchema>() -> serde_json::Value {
    // Of what is written: a key that may be null is there nonetheless, so it is required.
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value()
}

fn write<T: JsonSchema>(out: &mut impl Write) -> io::Result<()> {
    super::json::write(&of::<T>(), out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::snapshot;

    #[test]
    fn reports_are_valid() {
        let validator = snapshot::validator(write_report);
        for report in
            [Report::default(), snapshot::two_sessions(), snapshot::nothing_found(), snapshot::everything()]
        {
            validator.validate(&serde_json::to_value(report).unwrap()).unwrap();
        }
    }

    #[test]
    fn keys_that_lack_or_are_unknown_are_not_valid() {
        let validator = snapshot::validator(write_report);
        let report = serde_json::to_value(Report::default()).unwrap();
        let mut lacking = report.clone();
        lacking["capture"].as_object_mut().unwrap().remove("first_at");
        assert!(!validator.is_valid(&lacking));
        let mut unknown = report.clone();
        unknown["surprise"] = 1.into();
        assert!(!validator.is_valid(&unknown));
        let mut wrong = report;
        wrong["pdus"]["total"] = "1".into();
        assert!(!validator.is_valid(&wrong));
    }
}
