//! The report as text, worst first: what was read, what is wrong, where, and how far to trust it.
//!
//! Nothing empty is printed, no line is longer than the width, and what is left out for room is counted.

mod accounts;
mod blame;
mod commands;
mod findings;
mod head;
mod sessions;
mod slowest;
mod trust;

pub(super) use trust::skipped_words;

use std::io::{self, Write};

use super::page::Page;
use crate::report::Report;
use crate::time::Zone;

/// How a text is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// Columns that a line may take; 40 at least.
    pub width: u16,
    /// Whether escape sequences for colour are written.
    pub color: bool,
    /// Whether everything outside ASCII is replaced or escaped.
    pub ascii: bool,
    /// The time zone of all times.
    pub zone: Zone,
    /// The most rows of one table.
    pub rows: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 100, color: false, ascii: false, zone: Zone::default(), rows: 20 }
    }
}

/// Writes `report` as text.
///
/// # Errors
/// Those of `out`.
pub fn write_report(report: &Report, options: &Options, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    head::write(report, &mut page)?;
    if report.capture.frames == 0 {
        return Ok(());
    }
    let sessions = report.sessions_omitted > 0 || !report.sessions.is_empty();
    if !sessions && report.capture.selection.is_some() {
        head::nothing_selected(&mut page)?;
    } else if !sessions && report.pdus.total == 0 && report.findings.is_empty() {
        head::nothing_found(report, &mut page)?;
    }
    // WHAT IS WRONG (diagnoses) and TIME LINE will stand here.
    accounts::write(report, &mut page)?;
    sessions::write(report, &mut page)?;
    commands::write(report, &mut page)?;
    blame::write(report, &mut page)?;
    commands::write_statuses(report, &mut page)?;
    slowest::write(report, &mut page)?;
    findings::write(report, &mut page)?;
    trust::write(report, &mut page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::snapshot;

    fn text(report: &Report, options: &Options) -> String {
        let mut text = Vec::new();
        write_report(report, options, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn reports_read_as_they_should() {
        let narrow = Options { width: 72, ascii: true, ..Options::default() };
        let color = Options { color: true, ..Options::default() };
        let few = Options { rows: 2, ..Options::default() };
        for (name, report, options) in [
            ("two_sessions", snapshot::two_sessions(), Options::default()),
            ("everything", snapshot::everything(), Options::default()),
            ("everything_narrow", snapshot::everything(), narrow),
            ("everything_in_color", snapshot::everything(), color),
            ("everything_two_rows", snapshot::everything(), few),
            ("nothing_found", snapshot::nothing_found(), Options::default()),
            ("no_frames", snapshot::no_frames(), Options::default()),
        ] {
            snapshot::assert_matches(&format!("{name}.txt"), text(&report, &options).as_bytes());
        }
    }

    #[test]
    fn no_line_is_longer_than_the_width_and_ascii_is_ascii() {
        for report in [snapshot::two_sessions(), snapshot::everything(), snapshot::nothing_found()] {
            for width in 40..=140 {
                for ascii in [false, true] {
                    let text = text(&report, &Options { width, ascii, ..Options::default() });
                    for line in text.lines() {
                        assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
                        assert_eq!(line.trim_end(), line);
                    }
                    assert!(!ascii || text.is_ascii(), "{text}");
                    assert!(!text.contains('\x1b'), "{text}");
                }
            }
        }
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let report = snapshot::everything();
        let colored = text(&report, &Options { color: true, ..Options::default() });
        let mut bare = String::new();
        let mut parts = colored.split('\x1b');
        bare.push_str(parts.next().unwrap());
        for part in parts {
            bare.push_str(part.split_once('m').unwrap().1);
        }
        assert_eq!(bare, text(&report, &Options::default()));
    }
}
