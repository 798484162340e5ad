//! What a walk learns about a PDU beside its fields: fixed in size, for rules across fields and for callers that need
//! a few keys only.

use super::header::Header;
use super::spec::{Command, Kind, Slot, Tlv, TlvSet, TlvSlot};
use super::{CommandStatus, Span};

/// What a walk learnt about one PDU.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The header; `None` when the PDU has fewer than 16 octets.
    pub header: Option<Header>,
    /// The row of its command; `None` for ids that no version defines.
    pub command: Option<&'static Command>,
    /// Whether all mandatory fields were found, and the body was judged: false for failing responses.
    pub laid_out: bool,
    /// Findings of severity error.
    pub errors: u32,
    /// Findings of severity warning.
    pub warnings: u32,
    /// Findings of severity note.
    pub notes: u32,
    /// TLVs of the tables that were seen, whatever their length.
    pub seen: TlvSet,
    /// TLVs that no version defines.
    pub unknown_tlvs: u32,
    repeated: TlvSet,
    kept: [Kept; Slot::COUNT],
    /// [`Slot::bit`] of those that are kept.
    present: u64,
    tlvs: [TlvFact; TlvSlot::COUNT],
}

/// An integer `a` that starts at octet `b`, or a span from `a` to `b`: the field's kind tells.
#[derive(Clone, Copy, Debug)]
struct Kept {
    a: u32,
    b: u32,
}

/// The first of a kept TLV, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvFact {
    /// The octets of the first one's value.
    pub value: Span,
    /// How many there are.
    pub count: u32,
}

impl Facts {
    /// Nothing known.
    pub(super) const EMPTY: Self = Self {
        header: None,
        command: None,
        laid_out: false,
        errors: 0,
        warnings: 0,
        notes: 0,
        seen: TlvSet::NONE,
        unknown_tlvs: 0,
        repeated: TlvSet::NONE,
        kept: [Kept { a: 0, b: 0 }; Slot::COUNT],
        present: 0,
        tlvs: [TlvFact { value: Span { start: 0, end: 0 }, count: 0 }; TlvSlot::COUNT],
    };

    /// An integer field. In a list the last item's counts.
    #[inline]
    #[must_use]
    pub fn integer(&self, slot: Slot) -> Option<u32> {
        self.kept(slot).map(|kept| kept.a)
    }

    /// The octets of a string field, without NUL. In a list the last item's count.
    #[inline]
    #[must_use]
    pub fn span(&self, slot: Slot) -> Option<Span> {
        self.kept(slot).map(|kept| Span { start: kept.a, end: kept.b })
    }

    /// A kept TLV; `None` when it was not seen.
    #[inline]
    #[must_use]
    pub fn tlv(&self, slot: TlvSlot) -> Option<TlvFact> {
        self.tlvs.get(slot.place()).copied().filter(|fact| fact.count > 0)
    }

    /// How often a kept TLV was seen.
    #[inline]
    #[must_use]
    pub fn count(&self, slot: TlvSlot) -> u32 {
        self.tlv(slot).map_or(0, |fact| fact.count)
    }

    /// esm_class.
    #[inline]
    #[must_use]
    pub fn esm_class(&self) -> Option<u8> {
        self.octet(Slot::EsmClass)
    }

    /// data_coding.
    #[inline]
    #[must_use]
    pub fn data_coding(&self) -> Option<u8> {
        self.octet(Slot::DataCoding)
    }

    /// registered_delivery.
    #[inline]
    #[must_use]
    pub fn registered_delivery(&self) -> Option<u8> {
        self.octet(Slot::RegisteredDelivery)
    }

    /// The octets of short_message.
    #[inline]
    #[must_use]
    pub fn short_message(&self) -> Option<Span> {
        self.span(Slot::ShortMessage)
    }

    /// The octets of the first message_payload.
    #[must_use]
    pub fn message_payload(&self) -> Option<Span> {
        self.tlv(TlvSlot::MessagePayload).map(|fact| fact.value)
    }

    /// The octets of the user data: short_message, or message_payload when that is empty or absent.
    #[must_use]
    pub fn user_data(&self) -> Option<Span> {
        self.short_message().filter(|span| span.end > span.start).or(self.message_payload())
    }

    /// Whether there is any TLV.
    #[inline]
    #[must_use]
    pub const fn has_tlvs(&self) -> bool {
        !self.seen.is_empty() || self.unknown_tlvs > 0
    }

    /// Whether there is a finding of severity error.
    #[must_use]
    pub const fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The status of the header; 0 when there is none.
    #[inline]
    pub(super) fn status(&self) -> CommandStatus {
        self.header.map_or(CommandStatus::OK, |header| header.command_status)
    }

    /// An integer of one octet.
    #[inline]
    pub(super) fn octet(&self, slot: Slot) -> Option<u8> {
        self.integer(slot).and_then(|value| u8::try_from(value).ok())
    }

    /// Whether a string field is there and not NULL.
    #[inline]
    pub(super) fn filled(&self, slot: Slot) -> bool {
        self.span(slot).is_some_and(|span| span.end > span.start)
    }

    #[inline]
    pub(super) fn keep_integer(&mut self, slot: Slot, value: u32, start: u32) {
        self.keep(slot, Kept { a: value, b: start });
    }

    #[inline]
    pub(super) fn keep_span(&mut self, slot: Slot, span: Span) {
        self.keep(slot, Kept { a: span.start, b: span.end });
    }

    /// Notes a TLV; returns whether it is the second of its tag.
    #[inline]
    pub(super) fn keep_tlv(&mut self, tlv: &'static Tlv, value: Span) -> bool {
        let this = TlvSet::only(tlv.tag);
        let second = self.seen.meets(this) && !self.repeated.meets(this);
        if second {
            self.repeated = self.repeated.or(this);
        }
        self.seen = self.seen.or(this);
        if let Some(fact) = tlv.slot.and_then(|slot| self.tlvs.get_mut(slot.place())) {
            if fact.count == 0 {
                fact.value = value;
            }
            fact.count = fact.count.saturating_add(1);
        }
        second
    }

    /// Where the field of a slot stands, without NUL; empty where it is not there.
    pub(super) fn place(&self, slot: Slot, kind: Option<&Kind>) -> Span {
        let kept = self.kept(slot).unwrap_or(Kept { a: 0, b: 0 });
        match kind {
            Some(kind @ (Kind::U8 | Kind::U16 | Kind::U32)) => {
                Span { start: kept.b, end: kept.b.saturating_add(kind.min_len()) }
            }
            _ => Span { start: kept.a, end: kept.b },
        }
    }

    #[inline]
    fn keep(&mut self, slot: Slot, value: Kept) {
        if let Some(kept) = self.kept.get_mut(slot.place()) {
            *kept = value;
            self.present |= slot.bit();
        }
    }

    #[inline]
    fn kept(&self, slot: Slot) -> Option<Kept> {
        if self.present & slot.bit() == 0 { None } else { self.kept.get(slot.place()).copied() }
    }
}
