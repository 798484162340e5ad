//! Octets as people have them: hex with anything between its digits, dumps with offsets and characters beside them,
//! base64, and lines that say who sent what.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::smpp::Role;
use crate::time::Timestamp;

/// Octets of one sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Who sent them; `None`: it was not said.
    pub from: Option<Role>,
    /// When, from the start of the connection; `None`: it was not said.
    pub at: Option<Timestamp>,
    /// The octets.
    pub octets: Vec<u8>,
}

/// Reads text in whatever form it is: lines that begin with `E>` (from the ESME) or `M>` (from the message centre), with
/// `@SECONDS` before that if the time is known; a dump of xxd, hexdump, tcpdump or Wireshark; hex digits with blanks,
/// colons, commas, `0x` or `\x` between them; base64. A line that begins with `#` says nothing, nor does what stands
/// behind ` #`.
///
/// # Errors
///
/// Line, column and what was there instead, as `line 2, column 7: 'x' is no hex digit`.
pub fn parse(text: &str) -> Result<Vec<Line>, String> {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .map(|line| line.split(" #").next().unwrap_or_default().trim_end())
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .collect();
    if lines.iter().any(|(_, line)| directed(line).is_some()) {
        return lines.into_iter().map(|(number, line)| session_line(number, line)).collect();
    }
    if let Some(octets) = dump(&lines) {
        return Ok(bare(octets));
    }
    let mut octets = Vec::new();
    let mut failed = None;
    for &(number, line) in &lines {
        match hex(line) {
            Ok(mut more) => octets.append(&mut more),
            Err(what) => {
                failed = Some(format!("line {}, {what}", number + 1));
                break;
            }
        }
    }
    match failed {
        None => Ok(bare(octets)),
        Some(what) => from_base64(&lines).map(bare).ok_or(what),
    }
}

/// The payload where `octets` are a whole packet, as dumps of tcpdump and Wireshark are.
#[must_use]
pub fn payload(octets: &[u8]) -> Option<Vec<u8>> {
    use crate::capture::{Frame, LinkType};
    use crate::decap::{Decap, Limits};
    // Raw IP, Ethernet, Linux cooked: from the plainest to the least.
    [101, 1, 113, 276].into_iter().find_map(|link| {
        let frame = Frame {
            number: 1,
            at: Timestamp::default(),
            link: LinkType(link),
            octets,
            original_len: crate::num::short(octets.len()),
        };
        let mut decap = Decap::new(false, Limits::default());
        let segment = decap.segment(&frame).ok().flatten()?;
        (!segment.payload.is_empty()).then(|| segment.payload.to_vec())
    })
}

fn bare(octets: Vec<u8>) -> Vec<Line> {
    if octets.is_empty() { Vec::new() } else { vec![Line { from: None, at: None, octets }] }
}

/// Seconds, sender and hex of a line of a session.
fn directed(line: &str) -> Option<(Option<&str>, Role, &str)> {
    let line = line.trim_start();
    let (at, rest) = match line.strip_prefix('@') {
        Some(rest) => {
            let (at, rest) = rest.split_once(char::is_whitespace)?;
            (Some(at), rest.trim_start())
        }
        None => (None, line),
    };
    let (role, hex) = match (rest.strip_prefix("E>"), rest.strip_prefix("M>")) {
        (Some(hex), _) => (Role::Esme, hex),
        (_, Some(hex)) => (Role::Smsc, hex),
        _ => return None,
    };
    Some((at, role, hex))
}

fn session_line(number: usize, line: &str) -> Result<Line, String> {
    let place = |what: &str| format!("line {}, {what}", number + 1);
    let Some((at, role, digits)) = directed(line) else {
        return Err(place("column 1: E> or M> is needed, as on the other lines"));
    };
    let at = match at.map(str::parse::<f64>) {
        None => None,
        // Nanoseconds of a number of seconds that people write down.
        Some(Ok(seconds)) if (0.0..=1e9).contains(&seconds) => {
            Some(Timestamp::from_nanos((seconds * 1e9).round() as i64))
        }
        Some(_) => return Err(place("column 1: @ needs a number of seconds")),
    };
    Ok(Line { from: Some(role), at, octets: hex(digits).map_err(|what| place(&what))? })
}

/// Hex digits in pairs, whatever stands between them.
fn hex(line: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::with_capacity(line.len() / 2);
    let mut half: Option<u8> = None;
    let mut characters = line.chars().enumerate().peekable();
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

/// A dump: each line has the offset of its first octet, the octets, and perhaps their characters. Lines without an
/// offset are those that tcpdump puts before a packet.
fn dump(lines: &[(usize, &str)]) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let mut packet = 0_usize;
    let mut rows = 0;
    for (_, line) in lines {
        let Some((offset, rest)) = dump_row(line) else { continue };
        if offset == 0 {
            packet = 0;
        } else if offset != packet {
            // The last line of hexdump is an offset alone.
            return None;
        }
        let row = row_octets(rest);
        if row.is_empty() && !rest.trim().is_empty() {
            return None;
        }
        packet += row.len();
        octets.extend(row);
        rows += 1;
    }
    (rows > 0 && !octets.is_empty()).then_some(octets)
}

/// The offset of a row of a dump, and what follows: `0x0010:  4500`, `00000010: 4500`, `0010  45 00`.
fn dump_row(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_start();
    let (offset, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let (bare, has_colon) = match offset.strip_suffix(':') {
        Some(bare) => (bare, true),
        None => (offset, false),
    };
    let digits = bare.strip_prefix("0x").unwrap_or(bare);
    let is_offset = (4..=8).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit());
    // Without a colon the octets stand apart by two blanks, or the offset stands alone.
    if !is_offset || !(has_colon || rest.starts_with(' ') || rest.is_empty()) {
        return None;
    }
    Some((usize::from_str_radix(digits, 16).ok()?, rest))
}

/// The octets of a row, up to the column of characters: sixteen at most, in groups of whole octets, parted by fewer than
/// two blanks (hexdump has two in the middle).
fn row_octets(row: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(16);
    let mut rest = row.trim_start();
    while octets.len() < 16 {
        let group = rest.split(' ').next().unwrap_or_default();
        let is_hex = !group.is_empty()
            && group.len().is_multiple_of(2)
            && group.chars().all(|c| c.is_ascii_hexdigit());
        if !is_hex || group.len() > 8 {
            break;
        }
        let Ok(mut more) = hex(group) else { break };
        octets.append(&mut more);
        let after = rest.get(group.len()..).unwrap_or_default();
        let blanks = after.len() - after.trim_start_matches(' ').len();
        if blanks == 0 || blanks > 1 && !(blanks == 2 && octets.len() == 8) {
            break;
        }
        rest = after.trim_start_matches(' ');
    }
    octets
}

fn from_base64(lines: &[(usize, &str)]) -> Option<Vec<u8>> {
    let text: String = lines.iter().flat_map(|(_, line)| line.split_whitespace()).collect();
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(&text).ok())
        .filter(|octets| octets.len() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENQUIRE: [u8; 16] = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1];

    fn octets(text: &str) -> Vec<u8> {
        parse(text).unwrap().into_iter().flat_map(|line| line.octets).collect()
    }

    #[test]
    fn octets_are_read_in_every_usual_form() {
        for text in [
            "00000010000000150000000000000001",
            "00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01",
            "00:00:00:10:00:00:00:15:00:00:00:00:00:00:00:01",
            "0x00000010 0x00000015 0x00000000 0x00000001",
            "0x00, 0x00, 0x00, 0x10, 0, 0, 0, 0, 0x00,0x15 0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x01",
            r"\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01",
            r#"b"\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01""#.trim_start_matches('b'),
            "AAAAEAAAABUAAAAAAAAAAQ==",
            "AAAAEAAAABUAAAAAAAAAAQ",
            "# a heading\n0000001000000015 # the first half\n\n0000000000000001",
            "00000000: 0000 0010 0000 0015 0000 0000 0000 0001  ................",
            "00000000  00 00 00 10 00 00 00 15  00 00 00 00 00 00 00 01  |................|\n00000010",
            "0000   00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01   ................",
            "12:00:00.5 IP a.1 > b.2775: Flags [P.], length 16\n\t0x0000:  0000 0010 0000 0015 0000 0000 0000 0001  ................",
            "0000   00 00 00 10 00 00 00 15   ........\n0008   00 00 00 00 00 00 00 01   ........",
        ] {
            assert_eq!(octets(text), ENQUIRE, "{text}");
        }
    }

    #[test]
    fn characters_beside_a_dump_are_no_octets() {
        // The characters look like hex themselves.
        let text = "00000000: 6162 6364 6566 3031 3233 3435 3637 3839  abcdef0123456789\n00000010: 6162  ab";
        assert_eq!(octets(text), b"abcdef0123456789ab");
        assert_eq!(octets("00000000  61 62 63                                          |abc|"), b"abc");
    }

    #[test]
    fn lines_say_who_sent_what_and_when() {
        let lines = parse("E> 0000\n@1.5 M> 01 02\n  @2 E>03").unwrap();
        let at = |nanos| Some(Timestamp::from_nanos(nanos));
        assert_eq!(
            lines,
            [
                Line { from: Some(Role::Esme), at: None, octets: vec![0, 0] },
                Line { from: Some(Role::Smsc), at: at(1_500_000_000), octets: vec![1, 2] },
                Line { from: Some(Role::Esme), at: at(2_000_000_000), octets: vec![3] },
            ]
        );
    }

    #[test]
    fn what_is_no_octets_is_told_with_its_place() {
        for (text, what) in [
            ("00\nxyz!", "line 2, column 1: 'x' is no hex digit"),
            ("0001 0", "line 1, column 6: a single hex digit, an octet has two"),
            ("E> 00\n0102", "line 2, column 1: E> or M> is needed, as on the other lines"),
            ("@soon E> 00", "line 1, column 1: @ needs a number of seconds"),
        ] {
            assert_eq!(parse(text).unwrap_err(), what, "{text}");
        }
        assert_eq!(parse("\n# nothing\n").unwrap(), []);
    }
}
