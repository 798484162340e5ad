//! The checked expression, asked of facts.

use std::net::IpAddr;

use regex::bytes::Regex;

use super::facts::{Facts, Value};
use super::field::Fact;
use crate::time::Timestamp;

/// A node of the checked expression.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Or(Vec<Self>),
    /// An odd number of them holds.
    Xor(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    /// The field has a value, with a mask one that has a bit of it.
    Exists(Asked),
    /// A value of the field compares so.
    Any(Asked, Test),
    /// The field has values, and all compare so.
    All(Asked, Test),
}

/// The field that a test is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) fact: Fact,
    /// Bits of the integer that count.
    pub(super) mask: Option<u64>,
}

/// What is asked of one value.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Equal(Literal),
    Differs(Literal),
    Less(Literal),
    AtMost(Literal),
    Greater(Literal),
    AtLeast(Literal),
    /// In one of the ranges, ends included.
    In(Vec<(Literal, Literal)>),
    Contains(Box<[u8]>),
    Matches(Regex),
}

/// A value of the expression, of the field's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Integer(u64),
    Octets(Box<[u8]>),
    /// An address and how many leading bits count.
    Network(IpAddr, u8),
    Time(Timestamp),
    Choice(u8),
}

impl Node {
    pub(super) fn holds(&self, facts: &impl Facts) -> bool {
        match self {
            Self::Or(nodes) => nodes.iter().any(|node| node.holds(facts)),
            Self::Xor(nodes) => nodes.iter().filter(|node| node.holds(facts)).count() % 2 == 1,
            Self::And(nodes) => nodes.iter().all(|node| node.holds(facts)),
            Self::Not(node) => !node.holds(facts),
            Self::Exists(asked) => {
                let mut found = false;
                asked.each(facts, &mut |value| {
                    found |= asked.mask.is_none() || value != Value::Integer(0);
                });
                found
            }
            Self::Any(asked, test) => {
                let mut found = false;
                asked.each(facts, &mut |value| found = found || test.holds(value));
                found
            }
            Self::All(asked, test) => {
                let (mut found, mut all) = (false, true);
                asked.each(facts, &mut |value| {
                    found = true;
                    all = all && test.holds(value);
                });
                found && all
            }
        }
    }

    /// Shows `see` every fact of the expression, in its order.
    pub(super) fn each_fact(&self, see: &mut dyn FnMut(Fact)) {
        match self {
            Self::Or(nodes) | Self::Xor(nodes) | Self::And(nodes) => {
                nodes.iter().for_each(|node| node.each_fact(see));
            }
            Self::Not(node) => node.each_fact(see),
            Self::Exists(asked) | Self::Any(asked, _) | Self::All(asked, _) => see(asked.fact),
        }
    }
}

impl Asked {
    fn each(self, facts: &impl Facts, take: &mut dyn FnMut(Value<'_>)) {
        match self.mask {
            None => facts.each(self.fact, take),
            Some(mask) => facts.each(self.fact, &mut |value| match value {
                Value::Integer(number) => take(Value::Integer(number & mask)),
                other => take(other),
            }),
        }
    }
}

impl Test {
    fn holds(&self, value: Value<'_>) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match self {
            Self::Equal(literal) => literal.order(value) == Some(Equal),
            Self::Differs(literal) => literal.order(value).is_some_and(|order| order != Equal),
            Self::Less(literal) => literal.order(value) == Some(Less),
            Self::AtMost(literal) => matches!(literal.order(value), Some(Less | Equal)),
            Self::Greater(literal) => literal.order(value) == Some(Greater),
            Self::AtLeast(literal) => matches!(literal.order(value), Some(Greater | Equal)),
            Self::In(ranges) => ranges.iter().any(|(first, last)| {
                matches!(first.order(value), Some(Greater | Equal))
                    && matches!(last.order(value), Some(Less | Equal))
            }),
            Self::Contains(needle) => match value {
                Value::Octets(octets) => contains(octets, needle),
                _ => false,
            },
            Self::Matches(regex) => match value {
                Value::Octets(octets) => regex.is_match(octets),
                _ => false,
            },
        }
    }
}

impl Literal {
    /// How `value` stands to this one; `None` where they are of different types. An address in the network is equal.
    pub(super) fn order(&self, value: Value<'_>) -> Option<std::cmp::Ordering> {
        match (value, self) {
            (Value::Integer(value), Self::Integer(literal)) => Some(value.cmp(literal)),
            (Value::Octets(value), Self::Octets(literal)) => Some(value.cmp(literal)),
            (Value::Time(value), Self::Time(literal)) => Some(value.cmp(literal)),
            (Value::Choice(value), Self::Choice(literal)) => Some(value.cmp(literal)),
            (Value::Address(value), Self::Network(literal, bits)) => {
                Some(leading(value, *bits).cmp(&leading(*literal, *bits)))
            }
            _ => None,
        }
    }
}

/// The family and the leading bits of an address, the rest 0.
fn leading(address: IpAddr, bits: u8) -> (bool, u128) {
    let (is_v6, number, width) = match address {
        IpAddr::V4(address) => (false, u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (true, u128::from(address), 128),
    };
    let rest = u32::from(128_u8.min(width).saturating_sub(bits));
    (is_v6, number.checked_shr(rest).and_then(|number| number.checked_shl(rest)).unwrap_or(0))
}

fn contains(octets: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || octets.windows(needle.len()).any(|window| window == needle)
}
