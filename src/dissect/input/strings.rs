//! Strings of programming languages: `b'\x00\x00\x00>'`.

use std::iter::Peekable;

type Characters<'a> = Peekable<std::iter::Enumerate<std::str::Chars<'a>>>;

/// Whether there are escaped octets in the text.
pub(super) fn are_in(text: &str) -> bool {
    ["\\x", "\\u00", "\\0"].iter().any(|escape| text.contains(escape))
}

/// The octets of a line: of what stands in quotes, or of the line where nothing does. There, blanks and commas between
/// escapes are no octets, unless other characters are.
pub(super) fn octets(line: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let mut characters: Characters<'_> = line.chars().enumerate().peekable();
    let first = line.find(['\'', '"']);
    if first.is_some_and(|quote| line.find('\\').is_none_or(|escape| quote < escape)) {
        while let Some((_, quote)) = characters.find(|(_, character)| matches!(character, '\'' | '"')) {
            loop {
                match characters.next() {
                    None => return Err(format!("column {}: the string does not end", line.chars().count())),
                    Some((_, character)) if character == quote => break,
                    Some((at, '\\')) => escape(at, &mut characters, &mut octets)?,
                    Some((_, character)) => literal(character, &mut octets),
                }
            }
        }
        return Ok(octets);
    }
    // A declaration before strings on the lines below, or what continues it.
    if line.trim_end().ends_with("= \\") || line.trim() == "\\" {
        return Ok(octets);
    }
    let is_text = has_text(line);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => escape(at, &mut characters, &mut octets)?,
            ' ' | '\t' | ',' | ';' if !is_text => {}
            _ => literal(character, &mut octets),
        }
    }
    Ok(octets)
}

/// Whether there is anything between escapes but blanks and commas.
fn has_text(line: &str) -> bool {
    let mut characters: Characters<'_> = line.chars().enumerate().peekable();
    let mut ignored = Vec::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if escape(at, &mut characters, &mut ignored).is_err() => return true,
            '\\' | ' ' | '\t' | ',' | ';' => {}
            _ => return true,
        }
    }
    false
}

fn literal(character: char, octets: &mut Vec<u8>) {
    octets.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// What stands behind a backslash at character `at`.
fn escape(at: usize, characters: &mut Characters<'_>, octets: &mut Vec<u8>) -> Result<(), String> {
    let wrong = |said: String| format!("column {}: \\{said} is no escape", at + 1);
    let Some((_, kind)) = characters.next() else { return Err(wrong(String::new())) };
    let value = match kind {
        'x' | 'X' => digits(characters, 16, 2),
        'u' => digits(characters, 16, 4),
        '0'..='7' => {
            // The first digit has been taken.
            let first = kind.to_digit(8).unwrap_or(0);
            let mut value = first;
            for _ in 0..2 {
                let Some((_, digit)) = characters.next_if(|(_, next)| next.is_digit(8)) else { break };
                value = value * 8 + digit.to_digit(8).unwrap_or(0);
            }
            Some(value)
        }
        'n' => Some(0x0A),
        'r' => Some(0x0D),
        't' => Some(0x09),
        'a' => Some(0x07),
        'b' => Some(0x08),
        'f' => Some(0x0C),
        'v' => Some(0x0B),
        'e' => Some(0x1B),
        '\\' | '\'' | '"' | '?' => Some(u32::from(kind)),
        _ => None,
    };
    let Some(value) = value else {
        let next = characters.peek().filter(|_| matches!(kind, 'x' | 'X' | 'u'));
        return Err(wrong(std::iter::once(kind).chain(next.map(|(_, next)| *next)).collect()));
    };
    match (u8::try_from(value), char::from_u32(value)) {
        (Ok(octet), _) => octets.push(octet),
        (Err(_), Some(character)) => literal(character, octets),
        (Err(_), None) => return Err(wrong(format!("{kind}{value:x}"))),
    }
    Ok(())
}

/// A number of one to `most` digits.
fn digits(characters: &mut Characters<'_>, radix: u32, most: u32) -> Option<u32> {
    let mut value = None;
    for _ in 0..most {
        let Some((_, digit)) = characters.next_if(|(_, next)| next.is_digit(radix)) else { break };
        value = Some(value.unwrap_or(0) * radix + digit.to_digit(radix).unwrap_or(0));
    }
    value
}
