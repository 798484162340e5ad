//! `--redact` and what goes with it, the same for every command that shows traffic.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::{Failure, tokenize};
use crate::redact::{Key, Redactor, Subjects};

/// What is redacted, and under which key.
#[derive(Debug, Args)]
pub(super) struct Redaction {
    /// Put tokens for numbers, names and IP addresses, and wipe texts [default without a list: all]
    #[arg(long, value_name = "LIST", value_enum, value_delimiter = ',', num_args = 0.., require_equals = true)]
    redact: Option<Vec<Subject>>,
    /// Digits at the beginning of numbers that stay as they are, where six are left
    #[arg(long, value_name = "N", default_value_t = 0, requires = "redact",
        value_parser = clap::value_parser!(u8).range(0..=9))]
    keep_prefix: u8,
    /// The key of the tokens, 64 hexadecimal digits [default: one that nobody has, made for this run]
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_key_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Addresses of subscribers and services
    Numbers,
    /// Texts of messages
    Text,
    /// system_id, system_type, accounts
    Names,
    /// IP addresses
    Ips,
}

impl Redaction {
    /// Who redacts, if that was asked for.
    ///
    /// # Errors
    /// The key cannot be read, or the system has none to give.
    pub(super) fn redactor(&self) -> Result<Option<Arc<Redactor>>, Failure> {
        let Some(list) = &self.redact else { return Ok(None) };
        let has = |subject| list.is_empty() || list.contains(&subject);
        let subjects = Subjects {
            numbers: has(Subject::Numbers),
            text: has(Subject::Text),
            names: has(Subject::Names),
            ips: has(Subject::Ips),
        };
        let key = match &self.redact_key_file {
            Some(path) => tokenize::read(path)?,
            None => Key::fresh().map_err(|error| Failure::new("--redact", error))?,
        };
        let is_fresh = self.redact_key_file.is_none();
        Ok(Some(Arc::new(Redactor::new(&key, is_fresh, subjects, self.keep_prefix))))
    }
}
