//! PDUs as trees: each field with its place, value and meaning, what is wrong below it, and the octets with the wrong
//! ones marked.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::page::{Page, Tone, wrapped};
use super::text::{Options, skipped_words};
use crate::dissect::model::{Dissection, Finding, Pdu, Role, Severity, Text, Value};

/// Octets in a row of a dump.
const ROW: usize = 16;

/// Writes the PDUs of `dissection` one after the other.
///
/// # Errors
/// Those of `out`.
pub fn write_dissection(dissection: &Dissection, options: &Options, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    for pdu in &dissection.pdus {
        let findings: Vec<&Finding> = dissection.findings_of(pdu).collect();
        write_pdu(pdu, &findings, &mut page)?;
    }
    let nowhere: Vec<&Finding> = dissection.findings.iter().filter(|finding| finding.pdu.is_none()).collect();
    if !nowhere.is_empty() || !dissection.skipped.is_empty() {
        page.heading("IN NO PDU", "")?;
    }
    for finding in nowhere {
        write_finding(finding, &mut page)?;
    }
    for skipped in &dissection.skipped {
        let unit = if skipped.octets == 1 { "octet" } else { "octets" };
        page.item(&format!("{} {unit} skipped: {}", skipped.octets, skipped_words(&skipped.why)), None)?;
    }
    Ok(())
}

fn write_pdu<W: Write>(pdu: &Pdu, findings: &[&Finding], page: &mut Page<'_, W>) -> io::Result<()> {
    let from = match pdu.from {
        Some(Role::Esme) => ", from the ESME",
        Some(Role::Smsc) => ", from the SMSC",
        None => "",
    };
    let cut =
        if pdu.partial { format!(" of {}, the rest is missing", pdu.command_length) } else { String::new() };
    let frame = pdu.frame.map(|frame| format!("frame {frame}, ")).unwrap_or_default();
    let place = format!("{frame}PDU {}, {} octets{cut}, offset {}{from}", pdu.index, pdu.octets, pdu.offset);
    page.heading(&pdu.command, &place)?;
    if let Some(way) = way(pdu, page) {
        page.item(&way, Some(Tone::Faint))?;
    }
    let status = match &pdu.command_status.name {
        Some(name) => name.clone(),
        None => "of no version".to_owned(),
    };
    let mut rows = vec![
        row([0, 4], "command_length", pdu.command_length.to_string(), None),
        row([4, 8], "command_id", format!("0x{:08x}", pdu.command_id), Some(&pdu.command)),
        row([8, 12], "command_status", format!("0x{:08x}", pdu.command_status.value), Some(&status)),
        row([12, 16], "sequence_number", pdu.sequence_number.to_string(), None),
    ];
    for field in &pdu.fields {
        let value = match &field.value {
            Some(value) => shown(value, pdu, field.span[0]),
            None => "*".repeat(8),
        };
        rows.push(row(field.span, &field.name, value, field.meaning.as_ref()));
    }
    for tlv in &pdu.tlvs {
        let name = match &tlv.name {
            Some(name) => format!("TLV {name} (0x{:04x})", tlv.tag),
            None => format!("TLV 0x{:04x}", tlv.tag),
        };
        rows.push(row(
            tlv.span,
            &name,
            shown(&tlv.value, pdu, tlv.span[0].saturating_add(4)),
            tlv.meaning.as_ref(),
        ));
    }
    let name_width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut told = vec![false; findings.len()];
    for row in &rows {
        let [start, end] = row.span;
        write_row(row, name_width, page)?;
        // Below the field that it is about, or the one that its octets lie in.
        for (finding, told) in findings.iter().zip(&mut told) {
            let is_here =
                (start..end).contains(&finding.span[0]) && finding.span[1] <= end || finding.span == row.span;
            if is_here && !*told {
                *told = true;
                write_finding(finding, page)?;
            }
        }
    }
    for (finding, _) in findings.iter().zip(&told).filter(|(_, told)| !**told) {
        write_finding(finding, page)?;
    }
    if let Some(text) = &pdu.text {
        write_text(text, pdu, page)?;
    }
    dump(&pdu.raw, findings, page)
}

/// `2026-11-22 10:40:02.909832 UTC, s2, 10.20.0.11:41202 to 10.40.7.21:2775` of a PDU of a capture.
fn way<W: Write>(pdu: &Pdu, page: &Page<'_, W>) -> Option<String> {
    let (source, destination) = pdu.source.zip(pdu.destination)?;
    let mut parts = Vec::new();
    if let Some(at) = pdu.at {
        let zone = &page.options().zone;
        parts.push(format!("{} {} {}", zone.date(at), zone.exact_time(at), zone.label(at, at)));
    }
    parts.extend(pdu.session.as_deref().map(|session| page.plain(session).into_owned()));
    let [source, destination] =
        [source, destination].map(|end| SocketAddr::new(end.ip, end.port).to_string());
    parts.push(format!("{source} to {destination}"));
    Some(parts.join(", "))
}

/// The text of the message, how it was read, what stands before it and what a receipt says.
fn write_text<W: Write>(text: &Text, pdu: &Pdu, page: &mut Page<'_, W>) -> io::Result<()> {
    page.line("")?;
    let read = text.text.as_ref().map_or_else(|| "no characters".to_owned(), |text| format!("\"{text}\""));
    said("text", &read, page)?;
    said("charset", &format!("{}: {}", text.charset, text.why), page)?;
    if let Some(declared) = &text.as_declared {
        said("as declared", &format!("\"{}\"  {}", declared.text, declared.charset), page)?;
    }
    for note in &text.notes {
        said("note", note, page)?;
    }
    for (title, fields) in [("header", &text.header), ("receipt", &text.receipt)] {
        if fields.is_empty() {
            continue;
        }
        page.line(&format!("  {title}"))?;
        let width = fields.iter().map(|field| field.name.chars().count()).max().unwrap_or(0);
        for field in fields {
            let value = match (&field.value, title) {
                (None, _) => String::new(),
                // Characters, in whatever coding their octets are.
                (Some(Value::Text(text)), "receipt") => format!("\"{text}\""),
                (Some(value), _) => shown(value, pdu, field.span[0]),
            };
            write_row(&row(field.span, &field.name, value, field.meaning.as_ref()), width, page)?;
        }
    }
    Ok(())
}

fn said<W: Write>(name: &str, words: &str, page: &mut Page<'_, W>) -> io::Result<()> {
    let prefix = format!("  {name:11}  ");
    write_wrapped(&prefix, words, page)
}

fn write_row<W: Write>(row: &Row, name_width: usize, page: &mut Page<'_, W>) -> io::Result<()> {
    let [start, end] = row.span;
    let meaning = row.meaning.as_ref().map(|meaning| format!("  {meaning}")).unwrap_or_default();
    let prefix = page.plain(&format!("{start:>5}..{end:<5} {:name_width$}  ", row.name)).into_owned();
    write_wrapped(&prefix, &format!("{}{meaning}", row.value), page)
}

fn write_wrapped<W: Write>(prefix: &str, words: &str, page: &mut Page<'_, W>) -> io::Result<()> {
    let indent = prefix.chars().count();
    let said = page.plain(words).into_owned();
    let lines = wrapped(&said, page.width(), u16::try_from(indent).unwrap_or(0));
    for (number, line) in lines.enumerate() {
        let rest = line.get(indent..).unwrap_or_default();
        page.line(&if number == 0 { format!("{prefix}{rest}") } else { line })?;
    }
    Ok(())
}

struct Row {
    span: [u32; 2],
    name: String,
    value: String,
    meaning: Option<String>,
}

fn row(span: [u32; 2], name: &str, value: String, meaning: Option<&String>) -> Row {
    Row { span, name: name.to_owned(), value, meaning: meaning.cloned() }
}

/// A value that begins at octet `at`: characters in quotes, octets in hex without.
fn shown(value: &Value, pdu: &Pdu, at: u32) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => {
            let octets = pdu.raw.iter().skip(usize::try_from(at).unwrap_or(usize::MAX));
            let is_text = octets.take(text.len()).copied().eq(text.bytes().map(Some));
            if is_text { format!("\"{text}\"") } else { text.clone() }
        }
    }
}

fn write_finding<W: Write>(finding: &Finding, page: &mut Page<'_, W>) -> io::Result<()> {
    let (word, tone) = match finding.severity {
        Severity::Error => ("error", Some(Tone::Bad)),
        Severity::Warning => ("warning", Some(Tone::Doubtful)),
        Severity::Note => ("note", None),
    };
    const MARK: &str = "      ! ";
    let said = page.plain(&format!("{word} {}: {}", finding.rule, finding.message)).into_owned();
    for (number, line) in wrapped(&said, page.width(), 8).enumerate() {
        let rest = line.get(MARK.len()..).unwrap_or_default();
        let line = if number == 0 { format!("{MARK}{rest}") } else { line };
        match tone {
            Some(tone) => page.line(&page.toned(&line, tone))?,
            None => page.line(&line)?,
        }
    }
    Ok(())
}

/// Rows of sixteen octets with their characters; below a row, what is wrong in it.
fn dump<W: Write>(raw: &[Option<u8>], findings: &[&Finding], page: &mut Page<'_, W>) -> io::Result<()> {
    let is_wrong = |at: usize| {
        findings.iter().filter(|finding| finding.severity != Severity::Note).any(|finding| {
            let [start, end] = finding.span.map(|at| usize::try_from(at).unwrap_or(usize::MAX));
            (start..end).contains(&at)
        })
    };
    page.line("")?;
    for (number, octets) in raw.chunks(ROW).enumerate() {
        let first = number * ROW;
        let mut line = format!("  {first:04x}  ");
        let mut marks = " ".repeat(line.len());
        for at in 0..ROW {
            match octets.get(at) {
                Some(Some(octet)) => line.push_str(&format!("{octet:02x} ")),
                Some(None) => line.push_str("** "),
                None => line.push_str("   "),
            }
            marks.push_str(if at < octets.len() && is_wrong(first + at) { "^^ " } else { "   " });
        }
        line.push(' ');
        for octet in octets {
            line.push(match octet {
                Some(octet @ b' '..=b'~') => char::from(*octet),
                Some(_) => '.',
                None => '*',
            });
        }
        page.line(&line)?;
        if marks.contains('^') {
            let marks = page.toned(marks.trim_end(), Tone::Bad);
            page.line(&marks)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::{Given, dissect, input};
    use crate::view::snapshot;

    /// A session with a bind, a reserved value, a long vendor TLV, a PDU cut off and octets of something else.
    const SESSION: &str = "E> 00000025 00000009 00000000 00000001 61636D6500 73656372657400 1b5b326d00 34 00 00 00\n\
        E> 00000054 00000004 00000000 00000002 000701 343437373030393030303031 00 0101 343437373030393030313233 00\
           40 00 00 00 00 01 00 00 00 05 68656C6C6F 1401 0012 30313233343536373839616263646566 6768\n\
        M> 0000001A 80000004 00000000 00000002 31413242 00 0427 0001 63\n\
        M> 474554202F20485454502F312E310D0A\n\
        E> 0000003E 00000004 00000000 00000003 0001";

    fn text(options: &Options) -> Vec<u8> {
        let given = Given { is_closed: true, ..Given::default() };
        let dissection = dissect(&input::parse(SESSION).unwrap(), given);
        let mut text = Vec::new();
        write_dissection(&dissection, options, &mut text).unwrap();
        text
    }

    #[test]
    fn trees_are_written_with_what_is_wrong_in_its_place() {
        snapshot::assert_matches("tree.txt", &text(&Options::default()));
    }

    #[test]
    fn narrow_and_in_colour() {
        snapshot::assert_matches("tree_narrow.txt", &text(&Options { width: 60, ..Options::default() }));
        let color = text(&Options { color: true, ascii: true, ..Options::default() });
        snapshot::assert_matches("tree_in_color.txt", &color);
        assert!(color.is_ascii());
    }

    #[test]
    fn nothing_of_the_traffic_steers_a_terminal() {
        for options in [Options::default(), Options { ascii: true, ..Options::default() }] {
            assert!(!text(&options).iter().any(|octet| octet.is_ascii_control() && *octet != b'\n'));
        }
    }
}
