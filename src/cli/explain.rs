//! `smpp-inspect explain`: what a number or name of the protocol stands for.

use clap::Args;

use super::dictionaries::Dictionaries;
use super::output::Output;
use super::terminal::{self, Color};
use super::{DONE, FOUND, Failure, complain};
use crate::dissect::explain::{explain, suggestions};
use crate::view;

/// Explain a command, status, TLV, field, rule or filter field, by its number or name
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  smpp-inspect explain ESME_RTHROTTLED\n  smpp-inspect explain 0x58\n  \
                        smpp-inspect explain esm_class\n  smpp-inspect explain --profile india-dlt 0x1400")]
pub(super) struct Arguments {
    /// A number (hex with 0x) or a name
    #[arg(value_name = "WORD")]
    word: String,
    #[command(flatten)]
    dictionaries: Dictionaries,
    /// When the text has colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    /// Nothing but ASCII in the text; so without asking where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
}

impl Arguments {
    /// Prints what the word stands for; status 1 where it stands for nothing.
    pub(super) fn run(self) -> Result<u8, Failure> {
        let mut entries = self.dictionaries.read()?.explain(&self.word);
        // Where the vendor's word is known, it need not be said that it is a vendor's.
        let named: Vec<&str> = entries.iter().map(|entry| entry.kind).collect();
        let general = explain(&self.word);
        let general =
            general.into_iter().filter(|entry| !entry.facts.is_empty() || !named.contains(&entry.kind));
        let general: Vec<_> = general.collect();
        entries.extend(general);
        if entries.is_empty() {
            let near = suggestions(&self.word);
            let hint =
                if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
            complain(&format!("{}: in no table of SMPP 3.3, 3.4 or 5.0{hint}", self.word));
            return Ok(FOUND);
        }
        let options = terminal::options(self.color, self.ascii);
        Output::Stdout.write(|mut out| view::entries::write(&entries, &options, &mut out))?;
        Ok(DONE)
    }
}
