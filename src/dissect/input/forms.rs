//! Hex digits, lists of numbers, base64.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// Hex digits in pairs, whatever stands between them.
pub(super) fn hex(line: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::with_capacity(line.len() / 2);
    let mut half: Option<u8> = None;
    // How Node.js prints octets.
    let prefix =
        if line.trim_start().starts_with("<Buffer ") { line.find('r').map_or(0, |at| at + 1) } else { 0 };
    let mut characters = line.chars().enumerate().skip(prefix).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            // Prefixes: 0x2f, \x2f.
            '0' if half.is_none() && characters.next_if(|(_, next)| matches!(next, 'x' | 'X')).is_some() => {}
            '\\' if characters.next_if(|(_, next)| matches!(next, 'x' | 'X')).is_some() => {}
            ' ' | '\t' | ':' | ',' | ';' | '-' | '_' | '.' | '"' | '\'' | '[' | ']' | '{' | '}' | '('
            | ')' | '<' | '>' | '|' => {}
            _ => match character.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) {
                None => return Err(format!("column {}: {character:?} is no hex digit", at + 1)),
                Some(digit) => match half.take() {
                    None => half = Some(digit),
                    Some(high) => octets.push(high << 4 | digit),
                },
            },
        }
    }
    match half {
        None => Ok(octets),
        Some(_) => Err(format!("column {}: a single hex digit, an octet has two", line.chars().count())),
    }
}

/// Numbers of an octet each with commas between them, as programs have them: those with `0x` are hex, and where none is
/// they are decimal if they look like it, which octets in hex, two digits each, do not. Declarations and comments around
/// them are passed over.
pub(super) fn list(lines: &[(usize, &str)]) -> Option<Vec<u8>> {
    let text: Vec<&str> = lines.iter().map(|(_, line)| line.split("//").next().unwrap_or_default()).collect();
    let text = without_comments(&text.join("\n"));
    let numbers = inside(&text);
    let numbers = numbers.split(',').map(str::trim).filter(|number| !number.is_empty());
    let numbers: Vec<&str> =
        numbers.map(|number| number.strip_prefix("(byte)").unwrap_or(number).trim_start()).collect();
    let is_hex = numbers.iter().any(|number| number.starts_with("0x") || number.starts_with("0X"));
    let is_decimal = numbers.iter().any(|number| number.len() != 2);
    if numbers.len() < 2 || !is_hex && !is_decimal {
        return None;
    }
    numbers.into_iter().map(octet).collect()
}

/// 0x0f, 15 or, where octets have signs, -113.
fn octet(number: &str) -> Option<u8> {
    match number.strip_prefix("0x").or_else(|| number.strip_prefix("0X")) {
        Some(digits) if digits.len() <= 2 => u8::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => number.parse().ok().or_else(|| number.parse::<i8>().ok().map(i8::cast_unsigned)),
    }
}

fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// What stands in the longest pair of braces or brackets; all where there is none.
fn inside(text: &str) -> &str {
    text.split(['{', '['])
        .skip(1)
        .filter_map(|part| part.split_once(['}', ']']))
        .map(|(inside, _)| inside)
        .max_by_key(|inside| inside.len())
        .unwrap_or(text)
}

pub(super) fn from_base64(lines: &[(usize, &str)]) -> Option<Vec<u8>> {
    let text: String = lines.iter().flat_map(|(_, line)| line.split_whitespace()).collect();
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(&text).ok())
        .filter(|octets| octets.len() >= 4)
}
