//! Conversions between integer widths that cannot lose anything, so that the rest of the crate needs no `as`.

const _: () = assert!(usize::BITS >= 32 && usize::BITS <= 64, "usize holds a u32 and fits a u64");

/// A 32-bit count or offset as an index.
#[must_use]
#[expect(clippy::as_conversions, reason = "usize has at least 32 bits, asserted above")]
pub const fn index(n: u32) -> usize {
    n as usize
}

/// A length in memory as a 64-bit count.
#[must_use]
#[expect(clippy::as_conversions, reason = "usize has at most 64 bits, asserted above")]
pub const fn count(n: usize) -> u64 {
    n as u64
}

/// A 64-bit number as a 32-bit one; those past 2^32 saturate.
#[must_use]
pub fn short_of(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A length in memory as a 32-bit count; lengths past 2^32 saturate.
#[must_use]
pub fn short(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
