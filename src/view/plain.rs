//! Text of unknown origin made fit for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` without anything that could steer a terminal or reorder a line: control characters, invisible ones and
/// those that set the writing direction are escaped (`\x1b`, `\u{202e}`). With `ascii` everything outside ASCII is
/// replaced or escaped too.
#[must_use]
pub fn plain(text: &str, ascii: bool) -> Cow<'_, str> {
    if text.chars().all(|c| is_plain(c, ascii)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            c if is_plain(c, ascii) => out.write_char(c),
            '§' => out.write_str("section "),
            '…' => out.write_str("..."),
            '–' => out.write_char('-'),
            c if u32::from(c) < 0x100 => write!(out, "\\x{:02x}", u32::from(c)),
            c => write!(out, "\\u{{{:x}}}", u32::from(c)),
        };
    }
    Cow::Owned(out)
}

fn is_plain(c: char, ascii: bool) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    !ascii
        && !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        for (text, utf8, ascii) in [
            ("acme-otp", "acme-otp", "acme-otp"),
            ("a\x1b[2Jb", "a\\x1b[2Jb", "a\\x1b[2Jb"),
            ("a\r\n\tb\x7f", "a\\x0d\\x0a\\x09b\\x7f", "a\\x0d\\x0a\\x09b\\x7f"),
            ("\u{9b}2J", "\\x9b2J", "\\x9b2J"),
            ("\u{202e}cba", "\\u{202e}cba", "\\u{202e}cba"),
            ("né §3.2 …", "né §3.2 …", "n\\xe9 section 3.2 ..."),
            ("日本", "日本", "\\u{65e5}\\u{672c}"),
        ] {
            assert_eq!(plain(text, false), utf8);
            assert_eq!(plain(text, true), ascii);
        }
    }
}
