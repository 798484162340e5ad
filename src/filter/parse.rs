//! Characters into a syntax tree: the grammar.
//!
//! ```text
//!  or    = xor ( ("or" | "||") xor )*
//!  xor   = and ( ("xor" | "^^") and )*
//!  and   = not ( ("and" | "&&") not )*
//!  not   = ("not" | "!") not | "(" or ")" | test
//!  test  = field [ "&" mask ] [ op value | ["not"] "in" "{" value [ ".." value ] ("," …)* "}" ]
//!  op    = == != === !== < <= > >= contains matches ~ eq ne any_eq any_ne all_eq all_ne lt le gt ge
//!  value = word | "…" | '…' | r"…"
//! ```

use winnow::combinator::{alt, opt, preceded};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{Location, Stream};
use winnow::token::{any, literal, take_while};
use winnow::{LocatingSlice, Parser};

use super::{Filter, FilterError};

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    Or(Vec<Self>),
    Xor(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Test { field: Word, mask: Option<Word>, what: What },
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Whether it is there, or has a bit of the mask.
    Exists,
    Compare {
        op: Op,
        at: usize,
        value: Word,
    },
    /// Ranges, both ends included; of a single value both are the same.
    In {
        at: usize,
        items: Vec<(Word, Word)>,
    },
}

/// An operator between a field and a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    AnyEqual,
    AllEqual,
    AnyDiffers,
    AllDiffer,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Contains,
    Matches,
}

/// A word or string, and where it begins, in octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) at: usize,
    pub(super) text: String,
    pub(super) is_quoted: bool,
    /// The last escape in it that only a regular expression knows.
    pub(super) escape: Option<char>,
}

/// Most values in braces.
const MOST_VALUES: usize = 1_000;

type Input<'a> = LocatingSlice<&'a str>;
type Parsed<T> = Result<T, ErrMode<Wrong>>;

/// Where and why parsing stopped.
#[derive(Clone, Debug)]
struct Wrong {
    at: usize,
    message: String,
}

impl<'a> ParserError<Input<'a>> for Wrong {
    type Inner = Self;

    fn from_input(input: &Input<'a>) -> Self {
        Self { at: input.current_token_start(), message: "not understood".to_owned() }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Parses a whole expression.
pub(super) fn parse(text: &str) -> Result<Tree, FilterError> {
    if text.len() > Filter::LONGEST {
        let message = format!("{} octets, at most {} in an expression", text.len(), Filter::LONGEST);
        return Err(FilterError::new(text, 0, message));
    }
    let mut input = LocatingSlice::new(text);
    whole(&mut input).map_err(|error| match error {
        ErrMode::Cut(wrong) | ErrMode::Backtrack(wrong) => FilterError::new(text, wrong.at, wrong.message),
        ErrMode::Incomplete(_) => FilterError::new(text, text.len(), "the expression breaks off"),
    })
}

fn whole(input: &mut Input<'_>) -> Parsed<Tree> {
    let tree = or(input, 0)?;
    blank(input)?;
    let at = input.current_token_start();
    match input.peek_token() {
        None => Ok(tree),
        Some(')') => cut(at, ") without ("),
        Some('[') => cut(at, "slices are not taken: use contains or matches"),
        Some('&') => cut(at, "&: stands before the operator, as in esm_class & 0x40 == 0x40"),
        Some(_) => {
            let rest = **input;
            let word: String = rest.chars().take_while(|c| !c.is_whitespace()).take(20).collect();
            cut(at, format!("{word}: and, or, or the end is needed"))
        }
    }
}

fn or(input: &mut Input<'_>, depth: usize) -> Parsed<Tree> {
    chain(input, depth, &["or", "||"], xor, Tree::Or)
}

fn xor(input: &mut Input<'_>, depth: usize) -> Parsed<Tree> {
    chain(input, depth, &["xor", "^^"], and, Tree::Xor)
}

fn and(input: &mut Input<'_>, depth: usize) -> Parsed<Tree> {
    chain(input, depth, &["and", "&&"], not, Tree::And)
}

/// One or more of `inner`, joined by any of `by`.
fn chain(
    input: &mut Input<'_>,
    depth: usize,
    by: &[&'static str],
    inner: fn(&mut Input<'_>, usize) -> Parsed<Tree>,
    join: fn(Vec<Tree>) -> Tree,
) -> Parsed<Tree> {
    let first = inner(input, depth)?;
    let mut all = vec![first];
    while by.iter().any(|sign| is_sign(input, sign)) {
        all.push(inner(input, depth)?);
    }
    Ok(if all.len() == 1 { all.remove(0) } else { join(all) })
}

fn not(input: &mut Input<'_>, depth: usize) -> Parsed<Tree> {
    blank(input)?;
    let at = input.current_token_start();
    if depth > Filter::DEEPEST {
        return cut(at, format!("parentheses and negations are at most {} deep", Filter::DEEPEST));
    }
    let deeper = depth.saturating_add(1);
    if is_sign(input, "not") || is_sign(input, "!") {
        return Ok(Tree::Not(Box::new(not(input, deeper)?)));
    }
    if is_sign(input, "(") {
        let inner = or(input, deeper)?;
        return if is_sign(input, ")") {
            Ok(inner)
        } else {
            cut(
                input.current_token_start(),
                format!(") is needed for the ( at column {}", at.saturating_add(1)),
            )
        };
    }
    test(input)
}

fn test(input: &mut Input<'_>) -> Parsed<Tree> {
    let field = word(input, "a field")?;
    if field.is_quoted {
        return cut(field.at, "a field is needed; values stand behind the operator");
    }
    blank(input)?;
    if is_next(input, "(") {
        return cut(field.at, format!("{}: there are no functions", field.text));
    }
    let mask = if !is_next(input, "&&") && is_sign(input, "&") { Some(word(input, "a mask")?) } else { None };
    blank(input)?;
    let at = input.current_token_start();
    let what = if is_sign(input, "in") {
        What::In { at, items: set(input)? }
    } else if is_not_in(input) {
        let what = What::In { at, items: set(input)? };
        return Ok(Tree::Not(Box::new(Tree::Test { field, mask, what })));
    } else if let Some(op) = op(input) {
        What::Compare { op, at, value: word(input, "a value")? }
    } else {
        What::Exists
    };
    Ok(Tree::Test { field, mask, what })
}

/// `not in`; anything else is left alone.
fn is_not_in(input: &mut Input<'_>) -> bool {
    let start = input.checkpoint();
    let found = is_sign(input, "not") && is_sign(input, "in");
    if !found {
        input.reset(&start);
    }
    found
}

fn set(input: &mut Input<'_>) -> Parsed<Vec<(Word, Word)>> {
    let open = input.current_token_start();
    if !is_sign(input, "{") {
        return cut(open, "{ is needed, as in {1, 2} or {\"a\", \"b\"}");
    }
    let mut items = Vec::new();
    loop {
        let first = word(input, "a value")?;
        let last = if is_sign(input, "..") { word(input, "the end of the range")? } else { first.clone() };
        items.push((first, last));
        if items.len() > MOST_VALUES {
            return cut(open, format!("at most {MOST_VALUES} values in braces"));
        }
        if is_sign(input, "}") {
            return Ok(items);
        }
        // Wireshark once took blanks between values, so they are taken too.
        let _ = is_sign(input, ",");
        blank(input)?;
        if input.is_empty() {
            return cut(input.current_token_start(), "} is needed");
        }
    }
}

fn op(input: &mut Input<'_>) -> Option<Op> {
    const OPS: [(&str, Op); 24] = [
        ("===", Op::AllEqual),
        ("!==", Op::AnyDiffers),
        ("==", Op::AnyEqual),
        ("!=", Op::AllDiffer),
        ("~=", Op::AnyDiffers),
        ("<=", Op::AtMost),
        (">=", Op::AtLeast),
        ("<", Op::Less),
        (">", Op::Greater),
        ("~", Op::Matches),
        ("eq", Op::AnyEqual),
        ("ne", Op::AllDiffer),
        ("any_eq", Op::AnyEqual),
        ("any_ne", Op::AnyDiffers),
        ("all_eq", Op::AllEqual),
        ("all_ne", Op::AllDiffer),
        ("lt", Op::Less),
        ("le", Op::AtMost),
        ("gt", Op::Greater),
        ("ge", Op::AtLeast),
        ("contains", Op::Contains),
        ("matches", Op::Matches),
        ("=~", Op::Matches),
        ("=", Op::AnyEqual),
    ];
    OPS.iter().find(|(sign, _)| is_sign(input, sign)).map(|(_, op)| *op)
}

/// A word, or a string in quotes.
fn word(input: &mut Input<'_>, wanted: &str) -> Parsed<Word> {
    blank(input)?;
    let at = input.current_token_start();
    let raw = opt(alt((literal("r\""), literal("R\"")))).parse_next(input)?.is_some();
    let quote = if raw { Some('"') } else { opt(alt(('"', '\''))).parse_next(input)? };
    if let Some(quote) = quote {
        let (text, escape) = string(input, at, quote, raw)?;
        return Ok(Word { at, text, is_quoted: true, escape });
    }
    let rest = **input;
    let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
    // Two dots are a range: they end a word.
    let end = rest.find("..").map_or(end, |dots| dots.min(end));
    if end == 0 {
        let found = match input.peek_token() {
            None => "the expression ends here".to_owned(),
            Some(c) => format!("{} stands here", c.escape_default()),
        };
        return cut(at, format!("{wanted} is needed, and {found}"));
    }
    let text = input.next_slice(end).to_owned();
    Ok(Word { at, text, is_quoted: false, escape: None })
}

/// What stands between quotes; the first is taken already.
fn string(input: &mut Input<'_>, at: usize, quote: char, raw: bool) -> Parsed<(String, Option<char>)> {
    let mut text = String::new();
    let mut escape = None;
    loop {
        let Some(c) = opt(any).parse_next(input)? else {
            return cut(at, "the string that begins here has no end");
        };
        if c == quote {
            return Ok((text, escape));
        }
        if c != '\\' || raw {
            text.push(c);
            continue;
        }
        match opt(any).parse_next(input)? {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some(c @ ('"' | '\'')) => text.push(c),
            Some('\\') => text.push('\\'),
            Some(c) => {
                text.extend(['\\', c]);
                escape = Some(c);
            }
            None => return cut(at, "the string that begins here has no end"),
        }
    }
}

/// Takes `sign` if it is next, behind blanks; one of letters only as a whole word.
fn is_sign(input: &mut Input<'_>, sign: &'static str) -> bool {
    let start = input.checkpoint();
    if blank(input).is_ok() && is_next(input, sign) {
        let taken: Parsed<_> = literal(sign).parse_next(input);
        if taken.is_ok() {
            return true;
        }
    }
    input.reset(&start);
    false
}

fn is_next(input: &Input<'_>, sign: &str) -> bool {
    input.strip_prefix(sign).is_some_and(|rest| {
        !sign.starts_with(|c: char| c.is_ascii_alphabetic()) || !rest.starts_with(is_of_word)
    })
}

fn blank(input: &mut Input<'_>) -> Parsed<()> {
    preceded(take_while(0.., char::is_whitespace), winnow::combinator::empty).parse_next(input)
}

/// Names, numbers, times, addresses, networks.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '+' | '-')
}

fn cut<T>(at: usize, message: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Wrong { at, message: message.into() }))
}
