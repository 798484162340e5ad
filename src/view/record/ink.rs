//! JSON into memory, piece by piece, without allocations: what `serde_json` would write.

use crate::time::Timestamp;

/// Two small hex digits of each octet.
const HEX: [[u8; 2]; 256] = {
    let digits = *b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = [digits[at >> 4], digits[at & 15]];
        at += 1;
    }
    table
};

/// Two decimal digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let digits = *b"0123456789";
    let mut table = [[0; 2]; 100];
    let mut at = 0;
    while at < 100 {
        table[at] = [digits[at / 10], digits[at % 10]];
        at += 1;
    }
    table
};

/// What an octet of a string is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It stands as it is.
    Plain,
    /// A reverse solidus goes before it.
    Quoted,
    /// Not printable ASCII.
    Other,
}

const KINDS: [Kind; 256] = {
    let mut table = [Kind::Other; 256];
    let mut at = 0x20;
    while at < 0x7F {
        table[at] = Kind::Plain;
        at += 1;
    }
    table[0x22] = Kind::Quoted;
    table[0x5C] = Kind::Quoted;
    table
};

/// Appends a number.
#[inline]
pub(super) fn number(out: &mut Vec<u8>, mut n: u64) {
    // Most are flags and types.
    if n < 10 {
        out.push(PAIRS[crate::num::index(crate::num::short_of(n))][1]);
        return;
    }
    let mut digits = [0; 20];
    let mut at = digits.len();
    while n >= 10 {
        let pair = PAIRS[crate::num::index(crate::num::short_of(n % 100))];
        n /= 100;
        at -= 2;
        digits[at..at + 2].copy_from_slice(&pair);
    }
    if n > 0 {
        at -= 1;
        digits[at] = PAIRS[crate::num::index(crate::num::short_of(n))][1];
    }
    // Of two digits the first may be a zero that does not belong there.
    let from = if digits[at] == b'0' { at + 1 } else { at };
    out.extend_from_slice(&digits[from..]);
}

/// Appends a string of which nothing but what is printable ASCII is known; hex, where it is more.
#[inline]
pub(super) fn characters(out: &mut Vec<u8>, octets: &[u8]) {
    let mut worst = Kind::Plain;
    for octet in octets {
        match KINDS[usize::from(*octet)] {
            Kind::Plain => {}
            Kind::Quoted => worst = Kind::Quoted,
            Kind::Other => return hex(out, octets),
        }
    }
    out.push(b'"');
    if worst == Kind::Plain {
        out.extend_from_slice(octets);
    } else {
        for octet in octets {
            if KINDS[usize::from(*octet)] == Kind::Quoted {
                out.push(b'\\');
            }
            out.push(*octet);
        }
    }
    out.push(b'"');
}

/// Appends octets as a string of hex.
pub(super) fn hex(out: &mut Vec<u8>, octets: &[u8]) {
    out.push(b'"');
    out.reserve(octets.len() * 2 + 1);
    for octet in octets {
        out.extend_from_slice(&HEX[usize::from(*octet)]);
    }
    out.push(b'"');
}

/// Appends a number in hex: without zeros before it, or with as many as make 16 digits.
pub(super) fn hex_number(out: &mut Vec<u8>, n: u64, is_padded: bool) {
    let mut digits = [0; 16];
    for (pair, octet) in digits.chunks_exact_mut(2).zip(n.to_be_bytes()) {
        pair.copy_from_slice(&HEX[usize::from(octet)]);
    }
    let zeros =
        if is_padded { 0 } else { digits.iter().take(15).take_while(|digit| **digit == b'0').count() };
    out.extend_from_slice(&digits[zeros..]);
}

/// Appends any text as a string.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|octet| KINDS[usize::from(octet)] == Kind::Plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(out, text);
    }
}

/// Writes times; of one second after the other many are in the same.
#[derive(Debug)]
pub(super) struct Clock {
    second: i64,
    /// What stands before the fraction.
    until: Vec<u8>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { second: i64::MIN, until: Vec::new() }
    }
}

impl Clock {
    /// Appends a time as a string.
    pub(super) fn time(&mut self, out: &mut Vec<u8>, at: Timestamp) {
        let second = at.second();
        if self.second != second {
            self.until = format!("\"{}", Timestamp::from_parts(second, 0)).into_bytes();
            self.until.truncate(self.until.len().saturating_sub(7));
            self.second = second;
        }
        out.extend_from_slice(&self.until);
        let nanos = crate::num::short_of(at.nanos().rem_euclid(1_000_000_000).unsigned_abs());
        let pair = |n: u32| PAIRS[crate::num::index(n % 100)];
        let ([a, b], [c, d], [e, f]) = (pair(nanos / 10_000_000), pair(nanos / 100_000), pair(nanos / 1_000));
        out.extend_from_slice(&[a, b, c, d, e, f]);
        let rest = nanos % 1_000;
        if rest > 0 {
            let ([_, g], [h, i]) = (pair(rest / 100), pair(rest));
            out.extend_from_slice(&[g, h, i]);
        }
        out.extend_from_slice(b"Z\"");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dissect;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_number_of_few_digits_is_written_as_it_is() {
        for n in (0..100_000).chain([u64::MAX, u64::MAX - 1, 1 << 32, 10_u64.pow(19), 10_u64.pow(18) - 1]) {
            assert_eq!(written(|out| number(out, n)), n.to_string());
        }
    }

    proptest! {
        #[test]
        fn pieces_are_written_as_serde_json_writes_them(
            n in any::<u64>(),
            shift in 0_u32..64,
            nanos in any::<i64>(),
            octets in proptest::collection::vec(any::<u8>(), 0..40),
            ascii in "[ -~]{0,40}",
            any_text in ".{0,40}",
        ) {
            let n = n >> shift;
            prop_assert_eq!(written(|out| number(out, n)), n.to_string());
            prop_assert_eq!(written(|out| hex_number(out, n, false)), format!("{n:x}"));
            prop_assert_eq!(written(|out| hex_number(out, n, true)), format!("{n:016x}"));
            let mut clock = Clock::default();
            for nanos in [nanos, nanos / 1_000 * 1_000, nanos.saturating_add(1), nanos >> 20] {
                let at = Timestamp::from_nanos(nanos);
                prop_assert_eq!(written(|out| clock.time(out, at)), serde_json::to_string(&at).unwrap());
            }
            for octets in [octets.as_slice(), ascii.as_bytes(), any_text.as_bytes()] {
                let want = serde_json::to_string(&dissect::characters(octets)).unwrap();
                prop_assert_eq!(written(|out| characters(out, octets)), want);
                let want = serde_json::to_string(&dissect::hex(octets)).unwrap();
                prop_assert_eq!(written(|out| hex(out, octets)), want);
            }
            for any in [ascii.as_str(), any_text.as_str()] {
                prop_assert_eq!(written(|out| text(out, any)), serde_json::to_string(any).unwrap());
            }
        }
    }
}
