//! Octets as people have them: hex with anything between its digits, dumps with offsets and characters beside them,
//! base64, and lines that say who sent what.

mod dump;
mod forms;
mod strings;

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
/// `@SECONDS` before that if the time is known; a dump of xxd, hexdump, od, tcpdump, Wireshark or Kannel; a list or an array
/// as programs have it; a string with `\x` in it; hex digits with blanks, colons, commas, `0x` or `\x` between them; base64.
/// A line that begins with `#` says nothing, nor does what stands behind ` #`, strings aside. Each packet of a dump is a
/// line of its own.
///
/// # Errors
///
/// Line, column and what was there instead, as `line 2, column 7: 'x' is no hex digit`.
pub fn parse(text: &str) -> Result<Vec<Line>, String> {
    let whole = text.lines().enumerate();
    let whole = whole.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let whole: Vec<(usize, &str)> = whole.collect();
    let without_remark = |line: &'_ str| line.split(" #").next().map_or(0, str::len);
    let lines: Vec<(usize, &str)> = whole
        .iter()
        .map(|(number, line)| (*number, line.get(..without_remark(line)).unwrap_or_default().trim_end()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    if lines.iter().any(|(_, line)| directed(line).is_some()) {
        return lines.into_iter().map(|(number, line)| session_line(number, line)).collect();
    }
    if let Some(packets) = dump::packets(&lines) {
        return Ok(packets.into_iter().flat_map(bare).collect());
    }
    if strings::are_in(text) {
        return each(&whole, strings::octets).map(bare);
    }
    if let Some(octets) = forms::list(&lines) {
        return Ok(bare(octets));
    }
    match each(&lines, forms::hex) {
        Ok(octets) => Ok(bare(octets)),
        Err(what) => forms::from_base64(&lines).map(bare).ok_or(what),
    }
}

/// The octets of all lines; what is wrong with its line before it.
fn each(
    lines: &[(usize, &str)],
    octets: impl Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    for &(number, line) in lines {
        all.append(&mut octets(line).map_err(|what| format!("line {}, {what}", number + 1))?);
    }
    Ok(all)
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
            interface: 0,
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
    let octets = if strings::are_in(digits) { strings::octets(digits) } else { forms::hex(digits) };
    Ok(Line { from: Some(role), at, octets: octets.map_err(|what| place(&what))? })
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
            "0x00, 0x00, 0x00, 0x10, 0, 0, 0, 0x15, 0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x01",
            "0x00,0x00,0x00,0x10 0x00,0x00,0x00,0x15 0x00000000 0x00000001",
            "unsigned char pdu[] = {\n  0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x15, /* ........ */\n  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01 // a, b\n};\nunsigned int pdu_len = 16;",
            "static const unsigned char pkt1[16] = {\n0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x15,\n0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01\n};",
            "[0, 0, 0, 16, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 1]",
            r#"{"type":"Buffer","data":[0,0,0,16,0,0,0,21,0,0,0,0,0,0,0,1]}"#,
            "<Buffer 00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01>",
            r"\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01",
            r#"b"\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01""#,
            r"\x00 \x00 \x00 \x10, \x00\x00\x00\x15 \x00\x00\x00\x00 \x00\x00\x00\x01",
            r"pdu = b'\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01'",
            "char packet_bytes[] = \\\n  \"\\x00\\x00\\x00\\x10\\x00\\x00\\x00\\x15\" \\\n  \"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\";",
            "AAAAEAAAABUAAAAAAAAAAQ==",
            "AAAAEAAAABUAAAAAAAAAAQ",
            "# a heading\n0000001000000015 # the first half\n\n0000000000000001",
            "00000000: 0000 0010 0000 0015 0000 0000 0000 0001  ................",
            "00000000  00 00 00 10 00 00 00 15  00 00 00 00 00 00 00 01  |................|\n00000010",
            "0000   00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01   ................",
            "12:00:00.5 IP a.1 > b.2775: Flags [P.], length 16\n\t0x0000:  0000 0010 0000 0015 0000 0000 0000 0001  ................",
            "0000   00 00 00 10 00 00 00 15   ........\n0008   00 00 00 00 00 00 00 01   ........",
            "0000000 00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01\n0000020",
            "000000 00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01\n000010",
            "000000 00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01  >................<\n000010",
            "0000000 0000 1000 0000 1500 0000 0000 0000 0100\n0000010",
            "2026-11-27 02:00:00 [1] [6] DEBUG:   Octet string at 0x5581:\nDEBUG:     len:  16\nDEBUG:     data: 00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01   ................\nDEBUG:   Octet string dump ends.",
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
    fn rows_that_a_dump_leaves_out_are_those_before_it() {
        let row = "11 ".repeat(16);
        let squeezed = format!("00000000  {row}\n*\n00000030  22\n00000031");
        assert_eq!(octets(&squeezed), [[0x11; 48].as_slice(), &[0x22]].concat());
        // hexdump fills its last word.
        assert_eq!(octets("0000000 6261 6463 0065\n0000005"), b"abcde");
    }

    #[test]
    fn a_string_has_its_characters_as_they_are() {
        assert_eq!(octets(r"b'\x00\x00>\n\t\'\\ #1 a\0'"), b"\0\0>\n\t'\\ #1 a\0");
        assert_eq!(octets(r#"  "\x01>" "\u0002\303\251é\e"; "#), b"\x01>\x02\xC3\xA9\xC3\xA9\x1B");
        assert_eq!(octets(r"\x00\x00>\x00 a"), b"\0\0>\0 a");
        let lines = parse(r"E> b'\x00\x00\x00>'").unwrap();
        assert_eq!(lines[0].octets, [0, 0, 0, 0x3E]);
    }

    #[test]
    fn each_packet_of_a_dump_is_a_line() {
        let lines = parse("a\n0x0000:  0102\nb\n0x0000:  0304 05\n").unwrap();
        assert_eq!(lines.iter().map(|line| line.octets.len()).collect::<Vec<_>>(), [2, 3]);
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
            (r"b'\x00\q'", r"line 1, column 7: \q is no escape"),
            (r"\x00\xg", r"line 1, column 5: \xg is no escape"),
            ("@soon E> 00", "line 1, column 1: @ needs a number of seconds"),
        ] {
            assert_eq!(parse(text).unwrap_err(), what, "{text}");
        }
        assert_eq!(parse("\n# nothing\n").unwrap(), []);
    }
}
