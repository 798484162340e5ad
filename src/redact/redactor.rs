//! What is redacted, and the tokens for it.

use std::fmt;
use std::net::IpAddr;

use super::addresses::Addresses;
use super::names::Names;
use super::texts::Texts;
use super::{Key, Numbers};
use crate::smpp::text::{self, Charset};
use crate::smpp::{Context, Silent, walk_with};

/// What is redacted. Passwords are, whatever else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subjects {
    /// Addresses of subscribers and services: tokens.
    pub numbers: bool,
    /// Texts of messages: characters that say nothing.
    pub text: bool,
    /// system_id, system_type, names of accounts and of lists: tokens.
    pub names: bool,
    /// IP addresses: tokens.
    pub ips: bool,
}

impl Subjects {
    /// All of them.
    pub const ALL: Self = Self { numbers: true, text: true, names: true, ips: true };
    /// None of them.
    pub const NONE: Self = Self { numbers: false, text: false, names: false, ips: false };

    /// Their names on a command line, each with whether it is among them.
    #[must_use]
    pub const fn named(self) -> [(&'static str, bool); 4] {
        [("numbers", self.numbers), ("text", self.text), ("names", self.names), ("ips", self.ips)]
    }

    /// Whether any octet of a PDU may be redacted.
    #[must_use]
    pub const fn of_pdus(self) -> bool {
        self.numbers || self.text || self.names
    }
}

/// Lists them: `numbers, text`.
impl fmt::Display for Subjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.named().into_iter().filter_map(|(name, is)| is.then_some(name)).collect();
        f.write_str(&names.join(", "))
    }
}

/// Redacts PDUs, numbers, names and addresses.
pub struct Redactor {
    pub(super) subjects: Subjects,
    keep: u8,
    is_fresh: bool,
    numbers: Numbers,
    names: Names,
    addresses: Addresses,
    texts: Texts,
}

impl Redactor {
    /// Of `subjects`, by tokens under `key`, which is `is_fresh` where nobody keeps it; of numbers the first `keep` digits stay, see [`Numbers::new`].
    #[must_use]
    pub fn new(key: &Key, is_fresh: bool, subjects: Subjects, keep: u8) -> Self {
        Self {
            subjects,
            keep,
            is_fresh,
            numbers: Numbers::new(key, usize::from(keep)),
            names: Names::new(key),
            addresses: Addresses::new(key),
            texts: Texts::new(key),
        }
    }

    /// What it redacts.
    #[must_use]
    pub const fn subjects(&self) -> Subjects {
        self.subjects
    }

    /// Whether nobody keeps the key.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Digits at the beginning of numbers that stay.
    #[must_use]
    pub const fn keep(&self) -> u8 {
        self.keep
    }

    /// A number, or the name that stands in the place of one, in as many octets.
    #[must_use]
    pub fn number(&self, number: &str) -> String {
        if !self.subjects.numbers {
            return number.to_owned();
        }
        String::from_utf8(self.number_token(number.as_bytes())).unwrap_or_default()
    }

    /// The token of the text of a message, where texts are redacted: the same for the same characters, in whatever
    /// coding they were sent.
    #[must_use]
    pub fn text(&self, octets: &[u8], context: Context, default_charset: Charset) -> Option<Box<str>> {
        if !self.subjects.text {
            return None;
        }
        let facts = walk_with(octets, context, default_charset, &mut Silent);
        let text = text::text(&facts, octets, context.version, default_charset)?.text?;
        Some(self.texts.token(&text).into())
    }

    /// A name, in as many octets.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        if !self.subjects.names {
            return name.to_owned();
        }
        String::from_utf8(self.names.token(name.as_bytes())).unwrap_or_default()
    }

    /// The name of an account: it may be the address of the peer, without another name.
    #[must_use]
    pub fn account(&self, name: &str) -> String {
        match name.parse() {
            Ok(address) => self.ip(address).to_string(),
            Err(_) => self.name(name),
        }
    }

    /// An address, by one of its family.
    #[must_use]
    pub fn ip(&self, address: IpAddr) -> IpAddr {
        if self.subjects.ips { self.addresses.token(address) } else { address }
    }

    /// The token of the octets of an address field.
    pub(super) fn number_token(&self, octets: &[u8]) -> Vec<u8> {
        let token = std::str::from_utf8(octets).ok().and_then(|number| self.numbers.token(number).ok());
        match token {
            Some(token) if token.len() == octets.len() => token.into_bytes(),
            _ => self.names.token(octets),
        }
    }

    /// The token of the octets of a name.
    pub(super) fn name_token(&self, octets: &[u8]) -> Vec<u8> {
        self.names.token(octets)
    }
}

/// Never the key.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("subjects", &self.subjects)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}

/// What was done, in a line: `numbers, text redacted, under a key of this run; the first 4 digits of numbers are kept`.
impl fmt::Display for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.is_fresh { "a key of this run alone" } else { "a key that was given" };
        write!(f, "{} redacted, tokens under {key}", self.subjects)?;
        match self.keep {
            0 => Ok(()),
            keep if self.subjects.numbers => write!(f, "; the first {keep} digits of numbers are kept"),
            _ => Ok(()),
        }
    }
}
