//! Flags that choose what vendors' numbers mean.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::dissect::dictionary::Dictionary;

#[derive(Debug, Args)]
pub(super) struct Dictionaries {
    /// What a vendor's TLVs and statuses are, a dictionary that comes with the tool: india-dlt, osmocom
    #[arg(long, value_name = "NAME", value_parser = |name: &str| Dictionary::profile(name))]
    profile: Vec<Dictionary>,
    /// The same, a file of [[tlv]] (tag, name, type, length, values) and [[status]] (value, name)
    #[arg(long, value_name = "FILE.toml")]
    tlv_file: Vec<PathBuf>,
}

impl Dictionaries {
    /// All of them, later ones first; files before those that come with the tool.
    pub(super) fn read(&self) -> Result<Dictionary, Failure> {
        let profiles = self.profile.iter().cloned().fold(Dictionary::default(), Dictionary::with);
        self.tlv_file.iter().try_fold(profiles, |all, path| {
            let text = std::fs::read_to_string(path).map_err(|error| Failure::new(path.display(), error))?;
            let own = Dictionary::parse(&text).map_err(|what| Failure::new(path.display(), what))?;
            Ok(all.with(own))
        })
    }
}
