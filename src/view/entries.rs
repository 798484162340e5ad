//! Entries of the protocol's tables as text.

use std::io::{self, Write};

use super::page::{Page, wrapped};
use super::text::Options;
use crate::dissect::explain::Entry;

/// Writes `entries` one after the other.
///
/// # Errors
/// Those of `out`.
pub fn write(entries: &[Entry], options: &Options, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    for entry in entries {
        page.heading(&entry.title, entry.kind)?;
        page.item(&page.plain(&entry.doc), None)?;
        let width = entry.facts.iter().map(|(what, _)| what.len()).max().unwrap_or(0);
        for (what, which) in &entry.facts {
            let indent = width + 4;
            let which = page.plain(which).into_owned();
            for (number, line) in
                wrapped(&which, page.width(), u16::try_from(indent).unwrap_or(0)).enumerate()
            {
                let rest = line.get(indent..).unwrap_or_default();
                page.line(&if number == 0 { format!("  {what:width$}  {rest}") } else { line })?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::explain::explain;
    use crate::view::snapshot;

    #[test]
    fn entries_are_written_one_after_the_other() {
        let entries: Vec<Entry> = ["5", "registered_delivery", "tlv.value.reserved"]
            .iter()
            .flat_map(|word| explain(word))
            .collect();
        let mut text = Vec::new();
        write(&entries, &Options::default(), &mut text).unwrap();
        snapshot::assert_matches("entries.txt", &text);
    }
}
