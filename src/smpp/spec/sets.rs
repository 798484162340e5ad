//! Sets of versions, TLVs and session states, a bit each.

use super::{TLVS, Tlv, tlv_row};
use crate::smpp::{TlvTag, Version};

/// A set of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions(pub(crate) u8);

impl Versions {
    /// None.
    pub const NONE: Self = Self(0);
    /// 3.3 only.
    pub const ONLY_33: Self = Self(1);
    /// 3.4 only.
    pub const ONLY_34: Self = Self(2);
    /// 3.3 and 3.4.
    pub const UNTIL_34: Self = Self(3);
    /// 5.0 only.
    pub const ONLY_50: Self = Self(4);
    /// 3.4 and 5.0.
    pub const SINCE_34: Self = Self(6);
    /// 3.3, 3.4 and 5.0.
    pub const ALL: Self = Self(7);

    /// The set of one version.
    #[inline]
    #[must_use]
    pub const fn only(version: Version) -> Self {
        match version {
            Version::V33 => Self::ONLY_33,
            Version::V34 => Self::ONLY_34,
            Version::V50 => Self::ONLY_50,
        }
    }

    /// Whether the version is in the set.
    #[inline]
    #[must_use]
    pub const fn contains(self, version: Version) -> bool {
        self.0 & Self::only(version).0 != 0
    }

    /// The versions in both.
    #[inline]
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether no version is in the set.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The earliest version in the set.
    #[must_use]
    pub const fn first(self) -> Option<Version> {
        if self.contains(Version::V33) {
            Some(Version::V33)
        } else if self.contains(Version::V34) {
            Some(Version::V34)
        } else if self.contains(Version::V50) {
            Some(Version::V50)
        } else {
            None
        }
    }
}

/// A set of the TLVs of [`TLVS`], a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlvSet(u64);

const _: () = assert!(TLVS.len() <= 64, "a TlvSet has 64 bits");

impl TlvSet {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// The set of these tags. Evaluated at compile time, where an unknown tag is an error.
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "evaluated at compile time only"
    )]
    pub(in crate::smpp) const fn of(tags: &[TlvTag]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < tags.len() {
            let mut row = 0;
            while TLVS[row].tag.0 != tags[at].0 {
                row += 1;
                assert!(row < TLVS.len(), "no such TLV");
            }
            bits |= 1 << row;
            at += 1;
        }
        Self(bits)
    }

    /// The set of one TLV; empty for tags that no version defines.
    #[must_use]
    pub fn only(tag: TlvTag) -> Self {
        tlv_row(tag).map_or(Self::NONE, Self::at)
    }

    /// The set of the TLV at this place of [`TLVS`].
    fn at(row: u8) -> Self {
        Self(1_u64.checked_shl(u32::from(row)).unwrap_or(0))
    }

    /// Whether the TLV is in the set.
    #[must_use]
    pub fn contains(self, tag: TlvTag) -> bool {
        self.meets(Self::only(tag))
    }

    /// The TLVs in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The TLVs in either.
    #[inline]
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The TLVs of this set that are not in the other.
    #[inline]
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether both have a TLV in common.
    #[inline]
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no TLV is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its TLVs, by tag.
    pub fn iter(self) -> impl Iterator<Item = &'static Tlv> {
        let mut left = self.0;
        // Most sets have few members or none: from bit to bit, rather than over all rows.
        let rows = std::iter::from_fn(move || {
            let row = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (row < u64::BITS).then(|| crate::num::index(row))
        });
        rows.filter_map(|row| TLVS.get(row).copied())
    }
}

/// A state of a session: SMPP 3.4 §2.2, 5.0 §2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Connected, not bound.
    Open,
    /// The message centre has sent outbind.
    Outbound,
    /// Bound as transmitter.
    BoundTx,
    /// Bound as receiver.
    BoundRx,
    /// Bound as transceiver.
    BoundTrx,
    /// Unbound, the connection still open.
    Unbound,
}

/// A set of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct States(u8);

impl States {
    /// No state.
    pub const NONE: Self = Self(0);
    /// OPEN.
    pub const OPEN: Self = Self(1);
    /// OUTBOUND.
    pub const OUTBOUND: Self = Self(2);
    /// BOUND_TX and BOUND_TRX.
    pub const SUBMITTING: Self = Self(4 | 16);
    /// BOUND_RX and BOUND_TRX.
    pub const RECEIVING: Self = Self(8 | 16);
    /// BOUND_TX, BOUND_RX and BOUND_TRX.
    pub const BOUND: Self = Self(4 | 8 | 16);
    /// Every state.
    pub const ANY: Self = Self(63);

    /// The states in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the state is in the set.
    #[must_use]
    pub const fn contains(self, state: State) -> bool {
        let bit = match state {
            State::Open => 1,
            State::Outbound => 2,
            State::BoundTx => 4,
            State::BoundRx => 8,
            State::BoundTrx => 16,
            State::Unbound => 32,
        };
        self.0 & bit != 0
    }
}

/// The states in which each side may send a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The ESME.
    pub esme: States,
    /// The message centre.
    pub smsc: States,
}
