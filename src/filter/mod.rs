//! Filters: an expression over the fields of PDUs, checked once, then asked of many.
//!
//! The language is Wireshark's display filters with our names beside Wireshark's: `smpp.command_id == 4`,
//! `command == submit_sm and dest_addr matches "^4477"`, `status != ok`, `tlv.0x1400`, `finding.severity >= warning`.
//! The only module that names winnow and regex.
//!
//! - [`field`]: what can be asked for, mostly from the tables of the protocol;
//! - `parse`: characters into a syntax tree, with the column of every word;
//! - `check`: the tree against the fields and their types;
//! - [`facts`]: where the values come from; [`facts::PduFacts`] reads them from octets;
//! - `eval`: the checked expression asked of facts.
//!
//! A field may have several values (the tags of TLVs, the destinations of submit_multi) or none. As in Wireshark, `==`
//! and the orders hold when one value does, `!=` when there are values and all differ; `!==` holds when one differs,
//! `===` when there are values and all are equal. A field alone holds when it has a value. A field without a value
//! makes every comparison false.

mod check;
mod error;
mod eval;
pub mod facts;
pub mod field;
mod parse;
#[cfg(test)]
mod tests;

use std::str::FromStr;

pub use error::FilterError;
pub use facts::{Facts, PduFacts, Value};
pub use field::{Fact, Field, Level};

use crate::time::Zone;

/// A filter that was checked.
#[derive(Clone, Debug)]
pub struct Filter {
    root: eval::Node,
    text: Box<str>,
}

impl Filter {
    /// Most octets of an expression.
    pub const LONGEST: usize = 4_096;
    /// Most parentheses and negations within each other.
    pub const DEEPEST: usize = 64;

    /// Parses and checks an expression; times in it that state no offset are of `zone`.
    ///
    /// # Errors
    /// What is wrong, with its column: characters that are no expression, an unknown field (with the one that was
    /// meant), a value or an operator that the field's type does not have, bounds on size and depth.
    pub fn parse(text: &str, zone: &Zone) -> Result<Self, FilterError> {
        let tree = parse::parse(text)?;
        Ok(Self { root: check::check(text, &tree, zone)?, text: text.into() })
    }

    /// Whether `facts` are what the filter asks for.
    #[must_use]
    pub fn matches(&self, facts: &impl Facts) -> bool {
        self.root.holds(facts)
    }

    /// The expression, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first field of the expression that only transactions have, if there is one.
    #[must_use]
    pub fn of_transactions(&self) -> Option<&'static str> {
        self.first(|fact| matches!(fact, Fact::Latency | Fact::Outcome))
    }

    /// Whether the expression asks for an account or a side, which may hang on our own addresses.
    #[must_use]
    pub fn asks_whose(&self) -> bool {
        self.first(|fact| matches!(fact, Fact::Account | Fact::Side)).is_some()
    }

    /// The first field of the expression that a session as a whole does not have, if there is one.
    #[must_use]
    pub fn beyond_sessions(&self) -> Option<&'static str> {
        self.first(|fact| !fact.is_of_sessions())
    }

    /// The first field of the expression that stands for more than `level` knows, if there is one.
    #[must_use]
    pub fn beyond(&self, level: Level) -> Option<&'static str> {
        self.first(|fact| fact.level() > level)
    }

    fn first(&self, is: impl Fn(Fact) -> bool) -> Option<&'static str> {
        let mut found = None;
        self.root.each_fact(&mut |fact| {
            if found.is_none() && is(fact) {
                found = field::name_of(fact);
            }
        });
        found
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    /// [`Filter::parse`] in UTC.
    ///
    /// # Errors
    /// As there.
    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text, &Zone::default())
    }
}
