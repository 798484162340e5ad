//! The syntax tree against the fields and their types.

use std::net::IpAddr;

use regex::bytes::{Regex, RegexBuilder};

use super::FilterError;
use super::eval::{Asked, Literal, Node, Test};
use super::field::{self, Fact, Field, Names, Type};
use super::parse::{Op, Tree, What, Word};
use crate::smpp::spec::{COMMANDS, STATUSES};
use crate::time::{Duration, Timestamp, Zone};

/// Most octets that a compiled regular expression takes.
const LARGEST_REGEX: usize = 256 << 10;
/// Most regular expressions in one filter.
const MOST_REGEXES: usize = 16;

/// Checks `tree`, which was parsed from `text`; its times without an offset are of `zone`.
pub(super) fn check(text: &str, tree: &Tree, zone: &Zone) -> Result<Node, FilterError> {
    Checker { text, zone, regexes: 0 }.node(tree)
}

struct Checker<'a> {
    text: &'a str,
    zone: &'a Zone,
    regexes: usize,
}

type Checked<T> = Result<T, FilterError>;

impl Checker<'_> {
    fn node(&mut self, tree: &Tree) -> Checked<Node> {
        Ok(match tree {
            Tree::Or(trees) => Node::Or(self.nodes(trees)?),
            Tree::Xor(trees) => Node::Xor(self.nodes(trees)?),
            Tree::And(trees) => Node::And(self.nodes(trees)?),
            Tree::Not(tree) => Node::Not(Box::new(self.node(tree)?)),
            Tree::Test { field, mask, what } => self.test(field, mask.as_ref(), what)?,
        })
    }

    fn nodes(&mut self, trees: &[Tree]) -> Checked<Vec<Node>> {
        trees.iter().map(|tree| self.node(tree)).collect()
    }

    fn test(&mut self, word: &Word, mask: Option<&Word>, what: &What) -> Checked<Node> {
        // The protocol's own name, as Wireshark has it: every PDU is one.
        if word.text.eq_ignore_ascii_case("smpp") && mask.is_none() && matches!(what, What::Exists) {
            return Ok(Node::And(Vec::new()));
        }
        let field = self.field(word)?;
        let mask = mask.map(|mask| self.mask(&field, word, mask)).transpose()?;
        let asked = Asked { fact: field.fact, mask };
        let name = &word.text;
        let (op, at, value) = match what {
            What::Exists => return Ok(Node::Exists(asked)),
            What::In { at, items } => {
                let items = items.iter().map(|(first, last)| {
                    let (from, to) = (self.value(&field, name, first)?, self.value(&field, name, last)?);
                    if first != last && matches!(field.kind, Type::Address) {
                        return Err(
                            self.wrong(*at, "addresses have no ranges: write a network, as in 10.0.0.0/8")
                        );
                    }
                    Ok((from, to))
                });
                return Ok(Node::Any(asked, Test::In(items.collect::<Checked<_>>()?)));
            }
            What::Compare { op, at, value } => (*op, *at, value),
        };
        let is_text = matches!(field.kind, Type::Text | Type::Octets);
        let test: fn(Literal) -> Test = match op {
            Op::Contains | Op::Matches if !is_text => {
                let has = words(&field.kind);
                return Err(
                    self.wrong(at, format!("{name} is {has}: contains and matches are for text and octets"))
                );
            }
            Op::Contains => {
                let Literal::Octets(needle) = self.value(&field, name, value)? else {
                    return Err(self.wrong(value.at, "text is needed"));
                };
                return Ok(Node::Any(asked, Test::Contains(needle)));
            }
            Op::Matches => return Ok(Node::Any(asked, Test::Matches(self.regex(value)?))),
            Op::Less | Op::AtMost | Op::Greater | Op::AtLeast if matches!(field.kind, Type::Address) => {
                return Err(
                    self.wrong(at, format!("{name}: addresses have no order: == or in {{10.0.0.0/8}}"))
                );
            }
            Op::AnyEqual | Op::AllEqual => Test::Equal,
            Op::AnyDiffers | Op::AllDiffer => Test::Differs,
            Op::Less => Test::Less,
            Op::AtMost => Test::AtMost,
            Op::Greater => Test::Greater,
            Op::AtLeast => Test::AtLeast,
        };
        let test = test(self.value(&field, name, value)?);
        Ok(match op {
            Op::AllEqual | Op::AllDiffer => Node::All(asked, test),
            _ => Node::Any(asked, test),
        })
    }

    fn field(&self, word: &Word) -> Checked<Field> {
        let name = &word.text;
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(
                self.wrong(word.at, format!("{name}: a field is needed; values stand behind the operator"))
            );
        }
        field::named(name).ok_or_else(|| {
            let mut message = format!("{name}: no such field");
            if let Some(ours) = field::our_way(name) {
                message = format!("{name}: {ours}");
            } else if let Some(meant) = field::suggestion(name) {
                message = format!("{message}; did you mean {meant}?");
            }
            self.wrong(word.at, message)
        })
    }

    fn mask(&self, field: &Field, word: &Word, mask: &Word) -> Checked<u64> {
        if !matches!(field.kind, Type::Integer(_)) {
            let has = words(&field.kind);
            return Err(self.wrong(mask.at, format!("{} is {has}: only numbers have bits", word.text)));
        }
        number(&mask.text).filter(|mask| *mask > 0).ok_or_else(|| {
            self.wrong(mask.at, format!("{}: a mask is a number above 0, as in 0x40", mask.text))
        })
    }

    fn regex(&mut self, value: &Word) -> Checked<Regex> {
        self.regexes = self.regexes.saturating_add(1);
        if self.regexes > MOST_REGEXES {
            return Err(
                self.wrong(value.at, format!("at most {MOST_REGEXES} regular expressions in a filter"))
            );
        }
        RegexBuilder::new(&value.text)
            .case_insensitive(true)
            .size_limit(LARGEST_REGEX)
            .dfa_size_limit(LARGEST_REGEX)
            .build()
            .map_err(|error| {
                let what = match error {
                    regex::Error::CompiledTooBig(_) => {
                        format!("too large: at most {LARGEST_REGEX} octets when compiled")
                    }
                    other => {
                        // The last line says what; those before it show where.
                        let whole = other.to_string();
                        let last = whole.lines().last().unwrap_or_default();
                        last.trim_start_matches("error: ").to_owned()
                    }
                };
                self.wrong(value.at, format!("regular expression: {what}"))
            })
    }

    /// `word` as a value of `field`, which was called `name`.
    fn value(&self, field: &Field, name: &str, word: &Word) -> Checked<Literal> {
        let text = word.text.as_str();
        if let Some(escape) = word.escape {
            return Err(self.wrong(word.at, format!("\\{escape}: no escape outside of regular expressions")));
        }
        if !word.is_quoted && is_field(field, text) {
            return Err(self.wrong(
                word.at,
                format!("{text} is a field: two fields are not compared; quote it to mean the text"),
            ));
        }
        let wrong = |needs: String| Err(self.wrong(word.at, format!("{text}: {name} is {needs}")));
        match field.kind {
            Type::Integer(names) => match number(text).or_else(|| named(names, field.fact, text)) {
                Some(value) => Ok(Literal::Integer(value)),
                None => wrong(match nearest(names, field.fact, text) {
                    Some(near) => format!("a number or a name of one; did you mean {near}?"),
                    None => match names {
                        Names::None => "a number, as in 4 or 0x04".to_owned(),
                        Names::Commands => "a command, by number or name".to_owned(),
                        Names::Statuses => "a status, by number or name".to_owned(),
                        Names::Values(..) => "a number or a name of one".to_owned(),
                    },
                }),
            },
            Type::Text => Ok(Literal::Octets(text.as_bytes().into())),
            Type::Octets if word.is_quoted => Ok(Literal::Octets(text.as_bytes().into())),
            Type::Octets => match hex(text) {
                Some(octets) => Ok(Literal::Octets(octets.into())),
                None => wrong("octets, as in 05:00:03, 0x050003 or \"text\"".to_owned()),
            },
            Type::Address => match network(text) {
                Some((address, bits)) => Ok(Literal::Network(address, bits)),
                None => wrong("an address or a network, as in 10.1.2.3 or 10.0.0.0/8".to_owned()),
            },
            Type::Time => match Timestamp::parse(text, self.zone) {
                Some(at) => Ok(Literal::Time(at)),
                None => wrong("a time, as in \"2026-11-22T09:58:12Z\"".to_owned()),
            },
            Type::Span => match Duration::parse(text) {
                Some(span) => Ok(Literal::Integer(span.nanos().unsigned_abs())),
                None => wrong("a span of time, as in 500ms, 2s or 250us".to_owned()),
            },
            Type::Choice(choices) => {
                let place = choices.iter().zip(0_u8..).find(|(choice, _)| choice.eq_ignore_ascii_case(text));
                match place {
                    Some((_, place)) => Ok(Literal::Choice(place)),
                    None => wrong(format!("one of {}", choices.join(", "))),
                }
            }
        }
    }

    fn wrong(&self, at: usize, message: impl Into<String>) -> FilterError {
        FilterError::new(self.text, at, message)
    }
}

/// Whether a bare word in the place of a text is the name of a field.
fn is_field(field: &Field, text: &str) -> bool {
    matches!(field.kind, Type::Text) && text.starts_with(|c: char| c.is_ascii_alphabetic()) && {
        field::named(text).is_some() && (text.contains('_') || text.contains('.'))
    }
}

/// What a type's values are called.
const fn words(kind: &Type) -> &'static str {
    match kind {
        Type::Integer(_) => "a number",
        Type::Text => "text",
        Type::Octets => "octets",
        Type::Address => "an address",
        Type::Time => "a time",
        Type::Span => "a span of time",
        Type::Choice(_) => "one of a few words",
    }
}

/// Decimal, or hex with `0x`; also true and false, for flags.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.starts_with('+') => None,
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if text.eq_ignore_ascii_case("true") => Some(1),
        None if text.eq_ignore_ascii_case("false") => Some(0),
        None if text.starts_with('+') => None,
        None => text.parse().ok(),
    }
}

/// The names that integers of a field have, with their values.
fn all_names(names: Names, fact: Fact) -> Vec<(String, u64)> {
    match names {
        Names::None => Vec::new(),
        Names::Commands => {
            let rows = COMMANDS.iter();
            let spelled = rows.flat_map(|row| {
                std::iter::once(row.name)
                    .chain(row.aliases.iter().copied())
                    .map(|name| (name.to_owned(), row.id.0.into()))
            });
            spelled.collect()
        }
        Names::Statuses => {
            let rows = STATUSES.iter().flat_map(|status| {
                let value = u64::from(status.value.0);
                let bare = status.name.strip_prefix("ESME_").unwrap_or(status.name);
                let short = bare.strip_prefix('R').unwrap_or(bare);
                [status.name, bare, short].map(|name| (name.to_owned(), value))
            });
            rows.collect()
        }
        Names::Values(values, mask) => {
            let shift = match fact {
                Fact::Bits(_, mask) => mask.trailing_zeros(),
                _ => 0,
            };
            let groups = values.groups.iter().filter(|group| match mask {
                Some(mask) => group.mask == mask,
                None => group.name.is_empty(),
            });
            let entries = groups.flat_map(|group| group.entries).filter(|entry| entry.from == entry.to);
            entries
                .map(|entry| (plain(entry.name), u64::from(entry.from.checked_shr(shift).unwrap_or(0))))
                .collect()
        }
    }
}

fn named(names: Names, fact: Fact, text: &str) -> Option<u64> {
    let text = plain(text);
    all_names(names, fact).into_iter().find(|(name, _)| plain(name) == text).map(|(_, value)| value)
}

fn nearest(names: Names, fact: Fact, text: &str) -> Option<String> {
    let text = plain(text);
    let near = all_names(names, fact)
        .into_iter()
        .map(|(name, _)| (strsim::jaro_winkler(&plain(&name), &text), name));
    near.filter(|(likeness, _)| *likeness > 0.84).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// A name in lower case, with underscores for what is neither letter nor digit.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// `05:00:03`, `05-00-03`, `0x050003` or `050003`.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: String = text
        .strip_prefix("0x")
        .unwrap_or(text)
        .split([':', '-', '.'])
        .map(|part| if text.contains([':', '-', '.']) && part.len() != 2 { "?" } else { part })
        .collect();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let nibbles =
                pair.iter().map(|digit| char::from(*digit).to_digit(16)).collect::<Option<Vec<_>>>()?;
            let octet =
                nibbles.iter().fold(0_u32, |octet, nibble| octet.saturating_mul(16).saturating_add(*nibble));
            u8::try_from(octet).ok()
        })
        .collect()
}

/// An address, or a network.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(width);
    (bits <= width).then_some((address, bits))
}
