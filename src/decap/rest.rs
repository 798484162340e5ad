//! What has not been read of a frame: the only code of the slow path that cuts octets.

use super::NotUsed;
use crate::num;

/// Octets that were captured, and how many there were on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a> {
    octets: &'a [u8],
    /// At least `octets.len()`.
    wire: u32,
}

impl<'a> Rest<'a> {
    /// `octets` were captured of `wire`.
    #[inline]
    pub(super) fn new(octets: &'a [u8], wire: u32) -> Self {
        Self { octets, wire: wire.max(num::short(octets.len())) }
    }

    /// What was captured.
    #[inline]
    pub(super) const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Octets on the wire.
    #[inline]
    pub(super) const fn wire(&self) -> u32 {
        self.wire
    }

    /// Whether octets of the wire are missing.
    pub(super) fn is_cut(&self) -> bool {
        self.wire > num::short(self.octets.len())
    }

    /// The octet at `at`, which stays.
    pub(super) fn peek(&self, at: usize) -> Option<u8> {
        self.octets.get(at).copied()
    }

    /// The number in network order at `at`, which stays.
    pub(super) fn peek_u16(&self, at: usize) -> Option<u16> {
        self.octets.get(at..)?.first_chunk().map(|pair| u16::from_be_bytes(*pair))
    }

    /// The next `N` octets.
    #[inline]
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], NotUsed> {
        match self.octets.split_first_chunk() {
            Some((head, rest)) => {
                self.octets = rest;
                self.wire = self.wire.saturating_sub(num::short(N));
                Ok(*head)
            }
            None => Err(self.lacks(N)),
        }
    }

    /// Passes over `n` octets.
    pub(super) fn skip(&mut self, n: usize) -> Result<(), NotUsed> {
        let Some(rest) = self.octets.get(n..) else { return Err(self.lacks(n)) };
        self.octets = rest;
        self.wire = self.wire.saturating_sub(num::short(n));
        Ok(())
    }

    /// Passes over `head`, if that is what comes next.
    pub(super) fn skip_if(&mut self, head: &[u8]) -> Result<bool, NotUsed> {
        if !self.octets.starts_with(head) {
            // Too short to tell.
            let undecided = head.starts_with(self.octets) && self.is_cut();
            return if undecided { Err(NotUsed::HeaderCut) } else { Ok(false) };
        }
        self.skip(head.len())?;
        Ok(true)
    }

    /// Ends after `n` octets if it does not end before: what follows is a trailer of the layer around it.
    pub(super) fn limit(&mut self, n: u32) {
        self.octets = self.octets.get(..num::index(n)).unwrap_or(self.octets);
        self.wire = self.wire.min(n);
    }

    /// Has `n` octets by its own header: what is not there of them was cut off, whatever the layer around it says.
    pub(super) fn declare(&mut self, n: u32) {
        self.limit(n);
        self.wire = n;
    }

    /// Why the next `n` octets cannot be read.
    pub(super) fn lacks(&self, n: usize) -> NotUsed {
        if num::short(n) <= self.wire { NotUsed::HeaderCut } else { NotUsed::Malformed }
    }
}
