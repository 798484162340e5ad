//! The one cutter: nothing else in `smpp` slices octets.
//!
//! A [`Reader`] knows where its octets stand in the PDU, so every piece that it hands out has its [`Span`]. A nested
//! item gets a reader of exactly its declared length ([`Reader::sub`]).

use super::Span;
use crate::num;

/// Octets not yet read, and where they stand in the PDU.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    octets: &'a [u8],
    at: u32,
}

/// A C-Octet String as [`Reader::until_nul`] found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Characters<'a> {
    /// The characters, without the NUL.
    pub octets: &'a [u8],
    /// Whether all are printable ASCII, 0x20 to 0x7E.
    pub printable: bool,
}

impl<'a> Reader<'a> {
    /// A reader of `octets`, the first of which is octet `at` of the PDU.
    #[inline]
    #[must_use]
    pub const fn new(octets: &'a [u8], at: u32) -> Self {
        Self { octets, at }
    }

    /// Offset of the next octet from the start of the PDU.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> u32 {
        self.at
    }

    /// Octets left.
    #[inline]
    #[must_use]
    pub fn left(&self) -> u32 {
        num::short(self.octets.len())
    }

    /// Whether no octet is left.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// The octets left, without taking them.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.octets
    }

    /// Takes all octets left.
    #[inline]
    pub fn all(&mut self) -> &'a [u8] {
        let octets = self.octets;
        self.skip(octets.len());
        octets
    }

    /// Takes `n` octets; `None`, and nothing taken, when fewer are left.
    #[inline]
    pub fn take(&mut self, n: u32) -> Option<&'a [u8]> {
        let (taken, rest) = self.octets.split_at_checked(num::index(n))?;
        self.octets = rest;
        self.at = self.at.saturating_add(n);
        Some(taken)
    }

    /// Takes `N` octets; `None`, and nothing taken, when fewer are left.
    #[inline]
    pub fn take_array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.octets.split_first_chunk()?;
        self.octets = rest;
        self.at = self.at.saturating_add(num::short(N));
        Some(*taken)
    }

    /// Takes one octet.
    #[inline]
    pub fn u8(&mut self) -> Option<u8> {
        self.take_array().map(|[octet]| octet)
    }

    /// Takes an integer of 2 octets.
    #[inline]
    pub fn u16(&mut self) -> Option<u16> {
        self.take_array().map(u16::from_be_bytes)
    }

    /// Takes an integer of 4 octets.
    #[inline]
    pub fn u32(&mut self) -> Option<u32> {
        self.take_array().map(u32::from_be_bytes)
    }

    /// Takes a NUL, if one is next.
    #[inline]
    pub fn nul(&mut self) -> bool {
        let Some((0, rest)) = self.octets.split_first() else { return false };
        self.octets = rest;
        self.at = self.at.saturating_add(1);
        true
    }

    /// Takes characters up to a NUL, and the NUL; `None`, and nothing taken, when there is no NUL.
    #[inline]
    pub fn until_nul(&mut self) -> Option<Characters<'a>> {
        let mut printable = true;
        let mut n = 0_usize;
        // Most of the cost of a walk is here: eight octets at a time.
        let (words, rest) = self.octets.as_chunks::<8>();
        for word in words {
            let word = u64::from_le_bytes(*word);
            let nuls = word.wrapping_sub(EACH) & !word & HIGH;
            if nuls != 0 {
                let before = nuls.trailing_zeros() & !7;
                // The octets from the NUL on count as blanks.
                let mask = u64::MAX.wrapping_shl(before);
                printable &= is_printable(word & !mask | BLANKS & mask);
                n = n.saturating_add(num::index(before >> 3));
                return self.characters(n, printable);
            }
            printable &= is_printable(word);
            n = n.saturating_add(8);
        }
        for octet in rest {
            if *octet == 0 {
                return self.characters(n, printable);
            }
            printable &= matches!(octet, 0x20..=0x7E);
            n = n.saturating_add(1);
        }
        None
    }

    /// Takes `n` characters and the NUL behind them.
    #[inline]
    fn characters(&mut self, n: usize, printable: bool) -> Option<Characters<'a>> {
        let (octets, _) = self.octets.split_at_checked(n)?;
        self.skip(n.saturating_add(1));
        Some(Characters { octets, printable })
    }

    /// A reader of the next `n` octets, which are taken; `None`, and nothing taken, when fewer are left.
    #[inline]
    pub fn sub(&mut self, n: u32) -> Option<Self> {
        let at = self.at;
        self.take(n).map(|octets| Self { octets, at })
    }

    /// From `start` up to the next octet.
    #[inline]
    #[must_use]
    pub const fn since(&self, start: u32) -> Span {
        Span { start, end: self.at }
    }

    /// The octets left, as a span.
    #[inline]
    #[must_use]
    pub fn rest_span(&self) -> Span {
        Span { start: self.at, end: self.at.saturating_add(self.left()) }
    }

    #[inline]
    fn skip(&mut self, n: usize) {
        if let Some((_, rest)) = self.octets.split_at_checked(n) {
            self.octets = rest;
            self.at = self.at.saturating_add(num::short(n));
        }
    }
}

/// 1 in each octet of a word.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each.
const HIGH: u64 = 0x8080_8080_8080_8080;
/// A blank in each.
const BLANKS: u64 = 0x2020_2020_2020_2020;

/// Whether all octets of a word are 0x20 to 0x7E. Where none has its highest bit, nothing is carried or borrowed from one
/// octet to the next.
#[inline]
const fn is_printable(word: u64) -> bool {
    let low = word & !HIGH;
    let above_blank = (low | HIGH).wrapping_sub(BLANKS);
    let above_tilde = low.wrapping_add(EACH);
    (word | !above_blank | above_tilde) & HIGH == 0
}

/// The octets of `span`; those of them that the PDU has.
#[inline]
#[must_use]
pub fn slice(pdu: &[u8], span: Span) -> &[u8] {
    let end = num::index(span.end).min(pdu.len());
    let start = num::index(span.start).min(end);
    pdu.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_there_and_nothing_more() {
        let mut reader = Reader::new(&[1, 2, 3, 4, 5, 6, 7], 16);
        assert_eq!(reader.u16(), Some(0x0102));
        assert_eq!(reader.take(6), None);
        assert_eq!(reader.u32(), Some(0x0304_0506));
        assert_eq!((reader.at(), reader.left()), (22, 1));
        assert_eq!(reader.u16(), None);
        assert_eq!(reader.u8(), Some(7));
        assert_eq!(reader.u8(), None);
        assert_eq!(reader.since(16), Span { start: 16, end: 23 });
    }

    #[test]
    fn a_c_octet_string_ends_at_its_first_nul() {
        let mut reader = Reader::new(b"ab\0\0c\xE9\0d", 0);
        assert_eq!(reader.until_nul(), Some(Characters { octets: b"ab", printable: true }));
        assert_eq!(reader.until_nul(), Some(Characters { octets: b"", printable: true }));
        assert_eq!(reader.until_nul(), Some(Characters { octets: b"c\xE9", printable: false }));
        assert_eq!(reader.until_nul(), None);
        assert_eq!(reader.all(), b"d");
        assert!(reader.is_empty());
    }

    #[test]
    fn strings_of_any_length_are_found_and_judged_octet_by_octet() {
        for length in 0..20_usize {
            for at in 0..length.max(1) {
                for octet in 1..=0xFF_u8 {
                    let mut octets = vec![b'a'; length];
                    if let Some(there) = octets.get_mut(at) {
                        *there = octet;
                    }
                    let printable = octets.iter().all(|octet| matches!(octet, 0x20..=0x7E));
                    // What stands behind the NUL has no say.
                    let stream = [&octets[..], b"\0", &[octet.wrapping_mul(3); 9]].concat();
                    let mut reader = Reader::new(&stream, 0);
                    assert_eq!(reader.until_nul(), Some(Characters { octets: &octets, printable }));
                    assert_eq!(reader.left(), 9);
                    assert_eq!(Reader::new(&octets, 0).until_nul(), None);
                }
            }
        }
    }

    #[test]
    fn a_sub_reader_has_its_length_and_place() {
        let mut reader = Reader::new(&[1, 2, 3, 4], 100);
        assert_eq!(reader.u8(), Some(1));
        let sub = reader.sub(2).unwrap();
        assert_eq!((sub.rest(), sub.at()), (&[2_u8, 3][..], 101));
        assert_eq!(reader.rest(), &[4]);
        assert!(reader.sub(2).is_none());
    }

    #[test]
    fn a_slice_never_leaves_the_pdu() {
        assert_eq!(slice(&[1, 2, 3], Span { start: 1, end: 9 }), &[2, 3]);
        assert_eq!(slice(&[1, 2, 3], Span { start: 7, end: 9 }), &[] as &[u8]);
        assert_eq!(slice(&[1, 2, 3], Span { start: 2, end: 1 }), &[] as &[u8]);
    }
}
