//! Dumps: rows of an offset, octets and their characters.

use super::forms::hex;

/// The octets of each packet of a dump; `None` where the lines are none.
pub(super) fn packets(lines: &[(usize, &str)]) -> Option<Vec<Vec<u8>>> {
    of_packets(lines)
        .or_else(|| of_a_file(lines, 16).or_else(|| of_a_file(lines, 8)).map(|octets| vec![octets]))
        .or_else(|| of_a_log(lines).map(|octets| vec![octets]))
}

/// xxd, hexdump -C, tcpdump, Wireshark: a colon or two blanks behind the offset. Lines without an offset are those that
/// tcpdump puts before a packet.
fn of_packets(lines: &[(usize, &str)]) -> Option<Vec<Vec<u8>>> {
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let mut squeezed = false;
    for (_, line) in lines {
        if line.trim() == "*" {
            squeezed = true;
            continue;
        }
        let Some((offset, rest)) = row(line) else { continue };
        if offset == 0 {
            packets.push(Vec::new());
        }
        let packet = packets.last_mut()?;
        let said = std::mem::take(&mut squeezed);
        if said {
            repeat_row(packet, offset)?;
        }
        // The last line of hexdump is an offset alone.
        if offset != packet.len() {
            return None;
        }
        let octets = row_octets(rest);
        if octets.is_empty() && !rest.trim().is_empty() {
            return None;
        }
        packet.extend(octets);
    }
    packets.retain(|packet| !packet.is_empty());
    (!packets.is_empty()).then_some(packets)
}

/// od and hexdump without -C: one blank behind an offset of six digits or more, which od has in octal; words of 16 bits, as
/// `od -x` and hexdump have them, are those of a little-endian machine. The last line is the length.
fn of_a_file(lines: &[(usize, &str)], radix: u32) -> Option<Vec<u8>> {
    let mut octets: Vec<u8> = Vec::new();
    let mut squeezed = false;
    let ((_, last), rows) = lines.split_last()?;
    let offset = |digits: &str| {
        let is_offset = (6..=8).contains(&digits.len());
        is_offset.then(|| usize::from_str_radix(digits, radix).ok()).flatten()
    };
    if rows.is_empty() {
        return None;
    }
    for (_, line) in rows {
        if line.trim() == "*" {
            squeezed = true;
            continue;
        }
        let (at, rest) = line.split_once(' ')?;
        let at = offset(at)?;
        if std::mem::take(&mut squeezed) {
            repeat_row(&mut octets, at)?;
        }
        if at != octets.len() {
            return None;
        }
        let mut row = row_octets(rest);
        let has_words = rest.split_whitespace().next().is_some_and(|word| word.len() == 4);
        if has_words {
            row.as_chunks_mut::<2>().0.iter_mut().for_each(|word| word.reverse());
        }
        if row.is_empty() {
            return None;
        }
        octets.append(&mut row);
    }
    let length = offset(last.trim())?;
    if squeezed {
        repeat_row(&mut octets, length)?;
    }
    // The last word may be filled up.
    if length == octets.len() || length.checked_add(1) == Some(octets.len()) {
        octets.truncate(length);
        return Some(octets);
    }
    None
}

/// The log of Kannel: rows of `data: 00 00 ...`, with anything before them.
fn of_a_log(lines: &[(usize, &str)]) -> Option<Vec<u8>> {
    let rows = lines.iter().filter_map(|(_, line)| line.split_once("data: "));
    let octets: Vec<u8> = rows.flat_map(|(_, rest)| row_octets(rest)).collect();
    (!octets.is_empty()).then_some(octets)
}

/// Octets of a dump at most: a `*` may stand for any number of rows.
const MOST: usize = 1 << 24;

/// Repeats the last row up to `offset`, in place of the rows that are equal to it.
fn repeat_row(octets: &mut Vec<u8>, offset: usize) -> Option<()> {
    let row = octets.last_chunk::<16>().copied()?;
    if offset > MOST {
        return None;
    }
    while octets.len() < offset {
        octets.extend(row);
    }
    Some(())
}

/// The offset of a row of a dump, and what follows: `0x0010:  4500`, `00000010: 4500`, `0010  45 00`.
fn row(line: &str) -> Option<(usize, &str)> {
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
