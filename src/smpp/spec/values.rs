//! Tables of values: what a number means, and whether a version allows it.

use super::values_of_fields::OF_FIELDS;
pub use super::values_of_fields::*;
use super::values_of_tlvs::OF_TLVS;
pub use super::values_of_tlvs::*;
use super::{Section, Versions};
use crate::smpp::{RuleId, Version};

/// A table of values, of an enumeration or of a bit field.
#[derive(Debug)]
pub struct Values {
    /// Name of the table, unique.
    pub name: &'static str,
    /// What a value outside of the table breaks, where a rule of its own judges it.
    pub rule: Option<RuleId>,
    /// Where the values are defined.
    pub section: Section,
    /// One group for an enumeration; one for each part of a bit field.
    pub groups: &'static [Group],
    /// For each octet, the versions that allow it.
    allowed: [Versions; 256],
}

/// The entries for the bits of a mask.
#[derive(Debug)]
pub struct Group {
    /// Name of the part of a bit field; empty for an enumeration.
    pub name: &'static str,
    /// The bits that the entries are compared with.
    pub mask: u32,
    /// Values that mean something.
    pub entries: &'static [Entry],
}

/// A range of values with one meaning.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// First value.
    pub from: u32,
    /// Last value.
    pub to: u32,
    /// What it means.
    pub name: &'static str,
    /// Versions that define it.
    pub versions: Versions,
    /// Whether the table names the range only to reserve it.
    pub reserved: bool,
}

/// Every table.
pub fn all() -> impl Iterator<Item = &'static Values> {
    OF_FIELDS.iter().chain(OF_TLVS).copied()
}

impl Values {
    /// A table of octets. Bits of `zero_bits` have to be 0; `v33` are the ranges that 3.3 allows where its table differs.
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        reason = "evaluated at compile time only"
    )]
    pub(super) const fn new(
        name: &'static str,
        rule: Option<RuleId>,
        section: Section,
        groups: &'static [Group],
        zero_bits: u32,
        v33: &[(u32, u32)],
    ) -> Self {
        let mut allowed = [Versions::NONE; 256];
        let mut value = 0;
        while value < 256 {
            let mut versions = if value as u32 & zero_bits == 0 { Versions::ALL } else { Versions::NONE };
            let mut at = 0;
            while at < groups.len() {
                versions = versions.and(groups[at].versions(value as u32));
                at += 1;
            }
            let mut at = 0;
            while at < v33.len() {
                if v33[at].0 <= value as u32 && value as u32 <= v33[at].1 {
                    versions = Versions(versions.0 | Versions::ONLY_33.0);
                }
                at += 1;
            }
            allowed[value] = versions;
            value += 1;
        }
        Self { name, rule, section, groups, allowed }
    }

    /// The versions that allow this value. 3.3 only where its own table is known.
    #[inline]
    #[must_use]
    pub fn allowed(&self, value: u32) -> Versions {
        match u8::try_from(value) {
            Ok(octet) => self.allowed_octet(octet),
            Err(_) => self.groups.iter().fold(Versions::ALL, |all, group| all.and(group.versions(value))),
        }
    }

    /// [`allowed`](Self::allowed) of a single octet.
    #[inline]
    #[must_use]
    pub fn allowed_octet(&self, octet: u8) -> Versions {
        self.allowed.get(usize::from(octet)).copied().unwrap_or(Versions::NONE)
    }

    /// What the value means in that version (`None`: in any), one part for each group that says something.
    pub fn meanings(
        &self,
        value: u32,
        version: Option<Version>,
    ) -> impl Iterator<Item = (&'static Group, &'static str)> + use<> {
        self.groups.iter().filter_map(move |group| group.meaning(value, version).map(|name| (group, name)))
    }

    /// What the value of an enumeration means in that version (`None`: in any).
    #[must_use]
    pub fn meaning(&self, value: u32, version: Option<Version>) -> Option<&'static str> {
        self.meanings(value, version).map(|(_, name)| name).next()
    }
}

impl Group {
    /// The versions whose table has this value.
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "`at` is below the length")]
    const fn versions(&self, value: u32) -> Versions {
        let mut versions = Versions::NONE;
        let mut at = 0;
        while at < self.entries.len() {
            let entry = &self.entries[at];
            let part = value & self.mask;
            if entry.from <= part && part <= entry.to && !entry.reserved {
                versions = Versions(versions.0 | entry.versions.0);
            }
            at += 1;
        }
        versions
    }

    /// The name of a value; 3.3, whose tables print few names, takes those of later versions.
    fn meaning(&self, value: u32, version: Option<Version>) -> Option<&'static str> {
        let part = value & self.mask;
        let mut fits = self.entries.iter().filter(|entry| (entry.from..=entry.to).contains(&part));
        match version {
            None | Some(Version::V33) => fits.next(),
            Some(version) => fits.find(|entry| entry.versions.contains(version)),
        }
        .map(|entry| entry.name)
    }
}

/// The entries for the bits of `mask`.
pub(super) const fn group(name: &'static str, mask: u32, entries: &'static [Entry]) -> Group {
    Group { name, mask, entries }
}

/// One value of 3.4 and 5.0.
pub(super) const fn one(value: u32, name: &'static str) -> Entry {
    range(value, value, name)
}

/// A range of values of 3.4 and 5.0.
pub(super) const fn range(from: u32, to: u32, name: &'static str) -> Entry {
    Entry { from, to, name, versions: Versions::SINCE_34, reserved: false }
}

impl Entry {
    /// The same entry for these versions.
    pub(super) const fn of(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// The same entry, reserved.
    pub(super) const fn reserved(mut self) -> Self {
        self.reserved = true;
        self
    }
}
