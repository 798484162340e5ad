//! The rules about texts, user data headers and receipts, which are judged after the fields and TLVs.

use super::gsm7::{self, Oddity};
use super::receipt::{self, Receipt, ReceiptText};
use super::udh::{self, Element, Meaning};
use super::{Charset, Coding, Header, UDHI, UserData, UserDataHeader};
use crate::num;
use crate::smpp::reader::{Reader, slice};
use crate::smpp::spec::{Command, Lengths, Slot, TlvSlot, values};
use crate::smpp::walk::Walk;
use crate::smpp::{CommandId, Detail, Finding, Role, RuleId, Span, TlvTag, Version, Visitor};

/// Septets of one short message: 3GPP TS 23.040 §9.2.3.16.
const SEPTETS: u32 = 160;
/// Octets of one short message, the header included.
const OCTETS: u32 = 140;

impl<V: Visitor + ?Sized> Walk<'_, '_, V> {
    /// The rules about the text of a message.
    pub(in crate::smpp) fn text_rules(&mut self, command: &'static Command) {
        let user_data = UserData::of(self.facts, self.pdu, Some(self.layout), self.default_charset);
        if let Some(user_data) = &user_data {
            let coding = user_data.coding.filter(|coding| !coding.reserved);
            if !user_data.is_payload {
                self.length_rule(command, user_data, coding);
                self.nul_rule(command, user_data);
            }
            match &user_data.header {
                Header::Whole(header) => self.header_rules(header, user_data),
                Header::Overrun => self.header_overrun(user_data),
                Header::None => {}
            }
            // Octets of which some are a header that cannot be told from the text are no text to judge.
            if let Some(coding) = coding
                && !matches!(user_data.header, Header::Overrun)
            {
                self.character_rules(user_data, coding);
            }
        } else if self.facts.esm_class().unwrap_or(0) & UDHI != 0 {
            self.report_slot(command, RuleId::UDH_LENGTH_OVERRUN, Slot::EsmClass, Detail::Plain);
        }
        self.receipt_rules(command, user_data.as_ref());
    }

    /// What fits into one short message of GSM, where the message centre has to send one.
    fn length_rule(&mut self, command: &'static Command, user_data: &UserData<'_>, coding: Option<Coding>) {
        let to_network =
            matches!(command.id, CommandId::SUBMIT_SM | CommandId::SUBMIT_MULTI | CommandId::REPLACE_SM);
        let text = user_data.text.left();
        let header = match &user_data.header {
            Header::Whole(header) => header.len(),
            Header::None | Header::Overrun => 0,
        };
        let octets = header.saturating_add(text);
        // 140 octets are 160 septets: so many fit in any case.
        if !to_network || octets <= OCTETS {
            return;
        }
        // Where the coding is not known, what no coding allows.
        let (found, most) = if coding.is_none_or(Coding::is_characters) {
            (header.saturating_mul(8).div_ceil(7).saturating_add(text), SEPTETS)
        } else {
            (octets, OCTETS)
        };
        if found > most {
            let end = user_data.text.rest_span().end;
            let span = Span { start: end.saturating_sub(octets), end };
            self.judge(RuleId::TEXT_TOO_LONG_FOR_NETWORK, user_data, span, Detail::AtMost { found, most });
        }
    }

    /// A NUL at the end of a text of characters, which sm_length counts.
    fn nul_rule(&mut self, command: &'static Command, user_data: &UserData<'_>) {
        if user_data.text.rest().last() == Some(&0)
            && user_data.coding.is_none_or(Coding::is_characters)
            && !matches!(user_data.header, Header::Overrun)
        {
            let rule = RuleId::SHORT_MESSAGE_NUL_TERMINATED;
            self.report_slot(command, rule, Slot::ShortMessage, Detail::Plain);
        }
    }

    fn character_rules(&mut self, user_data: &UserData<'_>, coding: Coding) {
        if coding.compressed {
            return;
        }
        match coding.charset {
            Charset::Gsm7 => self.gsm7_rules(user_data),
            Charset::Ascii => {
                let octets = user_data.text.rest();
                if !octets.is_ascii()
                    && let Some((at, octet)) = (0_u32..).zip(octets).find(|(_, octet)| **octet > 0x7F)
                {
                    let detail = Detail::Value(u32::from(*octet));
                    self.judge(RuleId::TEXT_ASCII_HIGH_BIT, user_data, place(user_data, at, 1), detail);
                }
            }
            Charset::Ucs2 => self.ucs2_rules(user_data),
            _ => {}
        }
    }

    #[inline]
    fn gsm7_rules(&mut self, user_data: &UserData<'_>) {
        let octets = user_data.text.rest();
        if gsm7::is_plain(octets) {
            return;
        }
        let Some(oddity) = gsm7::oddity(octets, user_data.shifts()) else { return };
        let (rule, at, octets, detail) = match oddity {
            Oddity::Octet { at, octet } => {
                (RuleId::TEXT_GSM7_INVALID_OCTET, at, 1, Detail::Value(u32::from(octet)))
            }
            Oddity::LastEscape { at } => (RuleId::TEXT_GSM7_ESCAPE, at, 1, Detail::Plain),
            Oddity::Escape { at, code } => (RuleId::TEXT_GSM7_ESCAPE, at, 2, Detail::Value(u32::from(code))),
        };
        self.judge(rule, user_data, place(user_data, num::short(at), octets), detail);
    }

    fn ucs2_rules(&mut self, user_data: &UserData<'_>) {
        let (units, rest) = user_data.text.rest().as_chunks::<2>();
        if !rest.is_empty() {
            let detail = Detail::Value(user_data.text.left());
            self.judge(RuleId::TEXT_UCS2_ODD_LENGTH, user_data, user_data.text.rest_span(), detail);
            return;
        }
        if !may_have_surrogates(user_data.text.rest()) {
            return;
        }
        let is_surrogate = |unit: &[u8; 2]| unit[0] & 0xF8 == 0xD8;
        // A lone half says more than a pair: it counts if there is one.
        let mut pair = None;
        let mut lone = None;
        let mut units = (0_u32..).step_by(2).zip(units).peekable();
        while let Some((at, unit)) = units.next() {
            if !is_surrogate(unit) {
                continue;
            }
            let high = unit[0] < 0xDC;
            if high && units.next_if(|(_, low)| low[0] & 0xFC == 0xDC).is_some() {
                pair = pair.or(Some(at));
            } else {
                lone = Some((at, u16::from_be_bytes(*unit)));
                break;
            }
        }
        let (at, octets, detail) = match (lone, pair) {
            (Some((at, unit)), _) => (at, 2, Detail::Value(u32::from(unit))),
            (None, Some(at)) => (at, 4, Detail::Plain),
            (None, None) => return,
        };
        self.judge(RuleId::TEXT_UCS2_SURROGATE, user_data, place(user_data, at, octets), detail);
    }

    #[cold]
    fn header_overrun(&mut self, user_data: &UserData<'_>) {
        let mut rest = user_data.text.clone();
        let stated = rest.u8().map_or(0, u32::from);
        let detail = Detail::Beyond { stated, left: rest.left() };
        self.judge(RuleId::UDH_LENGTH_OVERRUN, user_data, user_data.text.rest_span(), detail);
    }

    fn header_rules(&mut self, header: &UserDataHeader<'_>, user_data: &UserData<'_>) {
        // Of those that may not be repeated, which were seen; 08 counts as 00, 05 as 04, which they exclude.
        let mut seen = 0_u64;
        for element in header.elements() {
            let element = match element {
                Ok(element) => element,
                Err(broken) => {
                    self.judge(RuleId::UDH_IE_OVERRUN, user_data, broken.span, Detail::Plain);
                    return;
                }
            };
            let known = udh::known(element.id);
            let id = Detail::Value(u32::from(element.id));
            if known.reserved {
                self.judge(RuleId::UDH_IE_RESERVED, user_data, element.span, id);
                continue;
            }
            let found = num::short(element.value.len());
            if let Some(length) = known.length
                && found != u32::from(length)
            {
                let allowed = Lengths::Exact(u16::from(length));
                let detail = Detail::Element { id: element.id, found, allowed };
                self.judge(RuleId::UDH_IE_LENGTH, user_data, element.span, detail);
                continue;
            }
            if !known.repeatable {
                let kind = match element.id {
                    0x08 => 0x00,
                    0x05 => 0x04,
                    id => u32::from(id),
                };
                let bit = 1_u64.checked_shl(kind).unwrap_or(0);
                if seen & bit != 0 {
                    self.judge(RuleId::UDH_IE_DUPLICATE, user_data, element.span, id);
                }
                seen |= bit;
            }
            self.meaning_rules(element, user_data);
        }
    }

    fn meaning_rules(&mut self, element: Element<'_>, user_data: &UserData<'_>) {
        let (rule, detail) = match element.meaning() {
            Some(Meaning::Part(part)) if !part.is_valid() => {
                let detail = Detail::Counts(u32::from(part.number), u32::from(part.total));
                (RuleId::UDH_CONCAT_RANGE, detail)
            }
            Some(Meaning::SingleShift(id)) if gsm7::Language::of(id).is_none() => {
                (RuleId::UDH_NATIONAL_LANGUAGE_RESERVED, Detail::Value(u32::from(id)))
            }
            Some(Meaning::LockingShift(id)) if !gsm7::Language::of(id).is_some_and(gsm7::Language::locks) => {
                (RuleId::UDH_NATIONAL_LANGUAGE_RESERVED, Detail::Value(u32::from(id)))
            }
            _ => return,
        };
        self.judge(rule, user_data, element.span, detail);
    }

    /// Delivery receipts and intermediate notifications.
    fn receipt_rules(&mut self, command: &'static Command, user_data: Option<&UserData<'_>>) {
        let kind = self.facts.esm_class().unwrap_or(0) & 0x3C;
        let is_receipt = matches!(kind, 0x04 | 0x20)
            && self.from == Some(Role::Smsc)
            && matches!(command.id, CommandId::DELIVER_SM | CommandId::DATA_SM);
        // 3.3 has neither the TLVs nor Appendix B.
        if !is_receipt || self.layout == Version::V33 {
            return;
        }
        // TLVs that could not be read may be there all the same.
        if !self.facts.has_errors() {
            let missing = [TlvTag::RECEIPTED_MESSAGE_ID, TlvTag::MESSAGE_STATE]
                .into_iter()
                .find(|tag| !self.facts.seen.contains(*tag));
            if let Some(tag) = missing {
                self.report_tlv(RuleId::RECEIPT_MISSING_TLVS, tag, None, Detail::Plain);
            }
        }
        let text = user_data.map(ReceiptText::of);
        let receipt = text.as_ref().and_then(|text| Receipt::parse(text.octets(), 0));
        if let (Some(user_data), Some(text)) = (user_data.filter(|it| !it.text.is_empty()), &text) {
            self.form_rule(user_data, text, receipt);
        }
        let of = |span: Span| text.as_ref().map(|text| slice(text.octets(), span)).unwrap_or_default();
        let stat = receipt.and_then(|receipt| receipt.stat);
        let text_state = stat.and_then(|stat| receipt::state(of(stat)));
        if let (Some(stat), None, Some(user_data), Some(text)) = (stat, text_state, user_data, &text) {
            self.judge(RuleId::RECEIPT_TEXT_STAT_UNKNOWN, user_data, text.place(stat), Detail::Plain);
        }
        let id = receipt.and_then(|receipt| receipt.id).map(of);
        let receipted = self.value(TlvSlot::ReceiptedMessageId);
        let receipted = receipted.map(|id| id.strip_suffix(&[0]).unwrap_or(id)).filter(|id| !id.is_empty());
        if let (Some(id), Some(receipted)) = (id, receipted)
            && !receipt::is_same_id(id, receipted)
        {
            let slot = Some(TlvSlot::ReceiptedMessageId);
            self.report_tlv(RuleId::RECEIPT_ID_MISMATCH, TlvTag::RECEIPTED_MESSAGE_ID, slot, Detail::Plain);
        }
        self.state_rules(command, kind, text_state);
    }

    /// Whether the text of a receipt has the form of Appendix B.
    fn form_rule(&mut self, user_data: &UserData<'_>, text: &ReceiptText<'_>, receipt: Option<Receipt>) {
        let whole = user_data.text.rest_span();
        let (detail, span) = match receipt {
            None => (Detail::Plain, whole),
            Some(receipt) => {
                let Some((words, field)) = receipt.departure(text.octets()) else { return };
                (Detail::With(words), field.map_or(whole, |field| text.place(field)))
            }
        };
        self.judge(RuleId::RECEIPT_TEXT_MALFORMED, user_data, span, detail);
    }

    /// The state by the text and the TLV, and whether this kind of message reports such a state.
    fn state_rules(&mut self, command: &'static Command, kind: u8, text_state: Option<u8>) {
        let slot = Some(TlvSlot::MessageState);
        let tlv_state = match self.value(TlvSlot::MessageState) {
            Some([state]) => Some(*state),
            _ => None,
        };
        // A state that the version reserves has been reported as such.
        let allowed = |state: u8| values::MESSAGE_STATE.allowed(u32::from(state)).and(self.candidates);
        let tlv_state = tlv_state.filter(|state| !allowed(*state).is_empty());
        if let (Some(by_text), Some(by_tlv)) = (text_state, tlv_state)
            && by_text != by_tlv
        {
            let detail = Detail::Value(u32::from(by_tlv));
            self.report_tlv(RuleId::RECEIPT_STATE_MISMATCH, TlvTag::MESSAGE_STATE, slot, detail);
            return;
        }
        let Some(state) = tlv_state.or(text_state) else { return };
        // 7, UNKNOWN, is of neither kind.
        let wrong = match kind {
            0x04 => matches!(state, 0 | 1),
            _ => matches!(state, 2..=6 | 8 | 9),
        };
        if wrong {
            let detail = Detail::Value(u32::from(state));
            self.report_slot(command, RuleId::RECEIPT_STATE_KIND, Slot::EsmClass, detail);
        }
    }

    /// Reports something about short_message or message_payload. The clause is the rule's: the field's says nothing of
    /// its contents.
    #[cold]
    fn judge(&mut self, rule: RuleId, user_data: &UserData<'_>, span: Span, detail: Detail) {
        let field = Some(if user_data.is_payload { "message_payload" } else { "short_message" });
        self.emit(Finding { rule, span, field, detail, clause: None });
    }
}

/// Whether there may be surrogates among units of UCS2; where there are, always.
#[inline]
fn may_have_surrogates(octets: &[u8]) -> bool {
    const HIGH: u64 = 0x00F8_00F8_00F8_00F8;
    const MARK: u64 = 0x00D8_00D8_00D8_00D8;
    const ONES: u64 = 0x0001_0001_0001_0001;
    // Four units at a time: the high octet of each is the low one of its lane. A lane that becomes 0 borrows from the
    // bit above it, which no lane has set.
    let (words, rest) = octets.as_chunks::<8>();
    let seen = words.iter().fold(0, |seen, word| {
        let lanes = (u64::from_le_bytes(*word) & HIGH) ^ MARK;
        seen | (lanes.wrapping_sub(ONES) & !lanes & (ONES << 15))
    });
    seen != 0 || !rest.is_empty() && rest.iter().step_by(2).any(|octet| octet & 0xF8 == 0xD8)
}

/// Octets of the text, from its octet `at` on.
fn place(user_data: &UserData<'_>, at: u32, octets: u32) -> Span {
    let start = Reader::at(&user_data.text).saturating_add(at);
    Span { start, end: start.saturating_add(octets) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surrogate_is_seen_wherever_it_stands_and_nothing_else_is() {
        for units in 0..12_usize {
            for at in 0..units {
                for high in 0..=0xFF_u8 {
                    let mut octets = vec![0xD8; units * 2];
                    octets.iter_mut().step_by(2).for_each(|octet| *octet = 0x04);
                    octets[at * 2] = high;
                    let is = (0xD8..=0xDF).contains(&high);
                    assert_eq!(may_have_surrogates(&octets), is, "{octets:02x?}");
                }
            }
        }
    }
}
