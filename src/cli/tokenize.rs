//! `smpp-inspect tokenize`: the tokens of numbers under a key.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::Output;
use super::{DONE, Failure};
use crate::redact::{Key, Numbers};

/// Octets of a key file that are read: a key and blanks around it are far fewer.
const MOST: u64 = 4_096;

/// Print the tokens that stand for numbers under a key
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  openssl rand -hex 32 > key && chmod 600 key\n  smpp-inspect tokenize --redact-key-file \
                        key 447700900123\n  smpp-inspect tokenize --redact-key-file key --keep-prefix 4 +447700900123"
)]
pub(super) struct Arguments {
    /// A number in any form: 447700900123, +447700900123, 00447700900123; the token has the same form
    #[arg(value_name = "NUMBER", required = true)]
    numbers: Vec<String>,
    /// The key, 64 hexadecimal digits: the same key gives the same tokens
    #[arg(long, value_name = "FILE")]
    redact_key_file: PathBuf,
    /// Digits at the beginning that stay as they are, where six are left
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=9))]
    keep_prefix: u8,
}

impl Arguments {
    /// Prints a token a line, in the order of the numbers.
    pub(super) fn run(self) -> Result<u8, Failure> {
        let numbers = Numbers::new(&read(&self.redact_key_file)?, usize::from(self.keep_prefix));
        let tokens: Result<Vec<String>, Failure> = self
            .numbers
            .iter()
            .map(|number| numbers.token(number).map_err(|error| Failure::new(number, error)))
            .collect();
        let tokens = tokens?;
        Output::Stdout.write(|out| tokens.iter().try_for_each(|token| writeln!(out, "{token}")))?;
        Ok(DONE)
    }
}

/// The key in a file.
pub(super) fn read(path: &Path) -> Result<Key, Failure> {
    #[expect(clippy::disallowed_methods, reason = "the key is read here")]
    let file = std::fs::File::open(path).map_err(|error| Failure::new(path.display(), error))?;
    let mut text = String::new();
    file.take(MOST).read_to_string(&mut text).map_err(|error| Failure::new(path.display(), error))?;
    Key::parse(&text).map_err(|error| Failure::new(path.display(), error))
}
