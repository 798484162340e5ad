//! The rules across fields, which judge [`Facts`](super::Facts) after the fields and TLVs have been read.

use super::moment::Moment;
use super::reader::{Reader, slice};
use super::spec::{self, Command, Field, Kind, Slot, TlvSet, TlvSlot};
use super::text::UDHI;
use super::walk::Walk;
use super::{CommandId, CommandStatus, Detail, Role, RuleId, Span, TlvTag, Version, Visitor};

impl<'p, V: Visitor + ?Sized> Walk<'p, '_, V> {
    /// The rules that need more than one field, or a field and the command.
    pub(super) fn across_fields(&mut self, command: &'static Command) {
        self.bind_rules(command);
        self.address_rules(command);
        self.field_rules(command);
        let has_header = self.facts.esm_class().unwrap_or(0) & UDHI != 0;
        let ruled = if has_header { RULED.or(WITHOUT_UDHI) } else { RULED };
        if self.facts.seen.meets(ruled) || !command.mandatory_v50.is_empty() {
            self.tlv_rules(command);
        }
        self.message_rules(command);
    }

    fn bind_rules(&mut self, command: &'static Command) {
        match command.id {
            CommandId::BIND_TRANSCEIVER => {
                if let Some(version) = self.facts.integer(Slot::InterfaceVersion)
                    && version < 0x34
                {
                    let rule = RuleId::FIELD_INTERFACE_VERSION_TOO_LOW;
                    self.report_slot(command, rule, Slot::InterfaceVersion, Detail::Value(version));
                }
            }
            CommandId::BIND_RECEIVER_RESP
            | CommandId::BIND_TRANSMITTER_RESP
            | CommandId::BIND_TRANSCEIVER_RESP
                if self.facts.tlv(TlvSlot::ScInterfaceVersion).is_none() =>
            {
                let rule = RuleId::TLV_SC_INTERFACE_VERSION_MISSING;
                self.report_tlv(rule, TlvTag::SC_INTERFACE_VERSION, None, Detail::Plain);
            }
            _ => {}
        }
    }

    /// The addresses of the body, then those of its list's items, which are read again.
    fn address_rules(&mut self, command: &'static Command) {
        let kept = [Slot::SourceAddr, Slot::DestinationAddr, Slot::EsmeAddr, Slot::List]
            .map(|slot| u8::from(self.facts.span(slot).is_some()));
        // Addresses stand at the beginning of bodies, so the rest of them need not be looked through.
        let mut left = kept.iter().fold(0_u8, |sum, one| sum.saturating_add(*one));
        for field in command.body {
            if left == 0 {
                return;
            }
            match (&field.kind, field.slot) {
                (
                    Kind::CString { .. },
                    Some(slot @ (Slot::SourceAddr | Slot::DestinationAddr | Slot::EsmeAddr)),
                ) => {
                    if let Some(span) = self.facts.span(slot) {
                        left = left.saturating_sub(1);
                        self.address(field, slice(self.pdu, span), span);
                    }
                }
                (Kind::List { item, .. }, _) => {
                    let Some(span) = self.facts.span(Slot::List) else { continue };
                    let mut items = Reader::new(slice(self.pdu, span), span.start);
                    while !items.is_empty() {
                        if self.item_addresses(&mut items, item).is_none() {
                            break;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The addresses of one item; `None` at its end or where it cannot be read.
    fn item_addresses(&mut self, items: &mut Reader<'_>, fields: &'static [&'static Field]) -> Option<()> {
        for field in fields {
            let start = items.at();
            match &field.kind {
                Kind::U8 => {
                    let value = u32::from(items.u8()?);
                    if let Some(slot) = field.slot {
                        self.facts.keep_integer(slot, value, start);
                    }
                }
                Kind::CString { .. } => {
                    let octets = items.until_nul()?.octets;
                    if field.slot == Some(Slot::DestinationAddr) {
                        self.address(field, octets, items.since(start));
                    }
                }
                Kind::OneOf { cases, .. } => {
                    let flag = items.u8()?;
                    let (_, fields) = cases.iter().find(|(case, _)| *case == flag)?;
                    self.item_addresses(items, fields)?;
                }
                other => {
                    items.take(other.min_len())?;
                }
            }
        }
        Some(())
    }

    /// Judges an address by the TON and NPI that stand before it.
    #[inline]
    fn address(&mut self, field: &'static Field, octets: &[u8], span: Span) {
        let (ton, npi) = match field.slot {
            Some(Slot::SourceAddr) => (Slot::SourceTon, Slot::SourceNpi),
            Some(Slot::DestinationAddr) => (Slot::DestTon, Slot::DestNpi),
            _ => (Slot::EsmeTon, Slot::EsmeNpi),
        };
        if octets.is_empty() {
            let submits = self.facts.command.is_some_and(|command| match command.id {
                CommandId::SUBMIT_SM | CommandId::SUBMIT_MULTI => true,
                CommandId::DATA_SM => self.from == Some(Role::Esme),
                _ => false,
            });
            if ton == Slot::DestTon && submits {
                self.report(RuleId::FIELD_DESTINATION_ADDR_EMPTY, span, Some(field), Detail::Plain);
            }
            return;
        }
        let ton = self.facts.integer(ton);
        let npi = self.facts.integer(npi);
        if octets.starts_with(b"+") || ton == Some(1) && octets.starts_with(b"00") {
            self.report(RuleId::FIELD_ADDRESS_PLUS_SIGN, span, Some(field), Detail::Plain);
            return;
        }
        let alphanumeric = ton == Some(5);
        let mismatch = if alphanumeric { npi != Some(0) } else { has_letters(octets) };
        // IP addresses and WAP client ids have letters whatever the TON.
        if mismatch && !matches!(npi, Some(14 | 18)) {
            self.report(RuleId::FIELD_ADDRESS_TON_MISMATCH, span, Some(field), Detail::Plain);
        }
    }

    fn field_rules(&mut self, command: &'static Command) {
        let filled = |slot| self.facts.filled(slot);
        let set = |slot| self.facts.integer(slot).is_some_and(|value| value != 0);
        let identified = filled(Slot::MessageId);
        match command.id {
            CommandId::SUBMIT_MULTI if set(Slot::ReplaceIfPresentFlag) => {
                let count = self.facts.integer(Slot::NumberOfDests).unwrap_or(0);
                // A single SME address would have been kept.
                let several = count > 1 || count == 1 && self.facts.span(Slot::DestinationAddr).is_none();
                if self.version == Some(Version::V34) || several {
                    let rule = RuleId::FIELD_REPLACE_IF_PRESENT_FLAG_IN_SUBMIT_MULTI;
                    self.report_slot(command, rule, Slot::ReplaceIfPresentFlag, Detail::Plain);
                }
            }
            CommandId::DELIVER_SM => {
                let unused =
                    [Slot::ScheduleDeliveryTime, Slot::ValidityPeriod].into_iter().find(|slot| filled(*slot));
                let unused = unused.or([Slot::ReplaceIfPresentFlag, Slot::SmDefaultMsgId]
                    .into_iter()
                    .find(|slot| set(*slot)));
                if let Some(slot) = unused {
                    self.report_slot(command, RuleId::FIELD_DELIVER_SM_UNUSED_FIELD, slot, Detail::Plain);
                }
            }
            CommandId::DELIVER_SM_RESP if identified => {
                let rule = RuleId::FIELD_MESSAGE_ID_NOT_NULL_IN_DELIVER_SM_RESP;
                self.report_slot(command, rule, Slot::MessageId, Detail::Plain);
            }
            CommandId::QUERY_SM_RESP => {
                let dated = filled(Slot::FinalDate);
                let inconsistent = match (self.facts.integer(Slot::MessageState), self.version) {
                    (Some(1), _) | (Some(0), Some(Version::V50)) => dated,
                    (Some(2..=6 | 8), _) | (Some(9), Some(Version::V50)) => !dated,
                    _ => false,
                };
                // 3.3 does not print the numbers of the states.
                if inconsistent && self.layout != Version::V33 {
                    self.report_slot(
                        command,
                        RuleId::FIELD_FINAL_DATE_INCONSISTENT,
                        Slot::FinalDate,
                        Detail::Plain,
                    );
                }
            }
            CommandId::CANCEL_SM if !identified && !filled(Slot::DestinationAddr) => {
                self.report_slot(command, RuleId::FIELD_CANCEL_SM_NO_TARGET, Slot::MessageId, Detail::Plain);
            }
            CommandId::BROADCAST_SM | CommandId::QUERY_BROADCAST_SM | CommandId::CANCEL_BROADCAST_SM => {
                let reference = self.facts.tlv(TlvSlot::UserMessageReference).is_some();
                if identified && reference {
                    let rule = RuleId::FIELD_BROADCAST_SM_MESSAGE_ID_WITH_REFERENCE;
                    let detail = Detail::With("user_message_reference");
                    self.report_slot(command, rule, Slot::MessageId, detail);
                }
                if command.id == CommandId::QUERY_BROADCAST_SM && !identified && !reference {
                    let rule = RuleId::FIELD_QUERY_BROADCAST_SM_NO_ID;
                    self.report_slot(command, rule, Slot::MessageId, Detail::Plain);
                }
            }
            _ => {}
        }
        if self.facts.filled(Slot::ScheduleDeliveryTime) && self.facts.filled(Slot::ValidityPeriod) {
            let time = |slot| Moment::parse(self.facts.text(self.pdu, slot)?);
            if let (Some(schedule), Some(validity)) =
                (time(Slot::ScheduleDeliveryTime), time(Slot::ValidityPeriod))
                && validity.is_before(schedule)
            {
                let detail = Detail::With("schedule_delivery_time");
                self.report_slot(
                    command,
                    RuleId::MESSAGE_VALIDITY_BEFORE_SCHEDULE,
                    Slot::ValidityPeriod,
                    detail,
                );
            }
        }
    }

    fn tlv_rules(&mut self, command: &'static Command) {
        if let Some(missing) = command.mandatory_v50.without(self.facts.seen).iter().next() {
            self.report_tlv(RuleId::TLV_MISSING_MANDATORY, missing.tag, None, Detail::Plain);
        }
        let numbers = self.facts.count(TlvSlot::CallbackNum);
        for (slot, tag) in [
            (TlvSlot::CallbackNumPresInd, TlvTag::CALLBACK_NUM_PRES_IND),
            (TlvSlot::CallbackNumAtag, TlvTag::CALLBACK_NUM_ATAG),
        ] {
            let count = self.facts.count(slot);
            if count > 0 && count != numbers {
                let rule = RuleId::TLV_CALLBACK_NUM_COUNT_MISMATCH;
                self.report_tlv(rule, tag, Some(slot), Detail::Counts(count, numbers));
            }
        }
        self.sar_rules();
        if self.facts.esm_class().unwrap_or(0) & UDHI != 0
            && let Some(tlv) = WITHOUT_UDHI.and(self.facts.seen).iter().next()
        {
            self.report_tlv(RuleId::TLV_WITH_UDHI, tlv.tag, tlv.slot, Detail::With("esm_class"));
        }
        for (network, node, name) in [
            (TlvTag::SOURCE_NETWORK_ID, TlvTag::SOURCE_NODE_ID, "source_node_id"),
            (TlvTag::DEST_NETWORK_ID, TlvTag::DEST_NODE_ID, "dest_node_id"),
        ] {
            if self.saw(network) && !self.saw(node) {
                self.report_tlv(RuleId::TLV_NETWORK_ID_WITHOUT_NODE_ID, network, None, Detail::With(name));
            }
        }
        if self.value(TlvSlot::DestAddrNpResolution) == Some(&[2]) {
            let missing = [
                (TlvTag::DEST_ADDR_NP_INFORMATION, "dest_addr_np_information"),
                (TlvTag::DEST_ADDR_NP_COUNTRY, "dest_addr_np_country"),
            ]
            .into_iter()
            .find(|(tag, _)| !self.saw(*tag));
            if let Some((_, name)) = missing {
                let (rule, slot) = (RuleId::TLV_DEST_ADDR_NP_INCOMPLETE, TlvSlot::DestAddrNpResolution);
                self.report_tlv(rule, TlvTag::DEST_ADDR_NP_RESOLUTION, Some(slot), Detail::With(name));
            }
        }
        if let Some([behaviour, rest @ ..]) = self.value(TlvSlot::MsValidity)
            && (*behaviour == 4) != (rest.len() == 3)
        {
            let rule = RuleId::TLV_MS_VALIDITY_INCONSISTENT;
            self.report_tlv(rule, TlvTag::MS_VALIDITY, Some(TlvSlot::MsValidity), Detail::Plain);
        }
        if command.id == CommandId::BROADCAST_SM_RESP {
            let areas = self.facts.count(TlvSlot::BroadcastAreaIdentifier);
            let statuses = self.facts.count(TlvSlot::BroadcastErrorStatus);
            if areas != statuses {
                let rule = RuleId::TLV_BROADCAST_ERROR_STATUS_COUNT;
                let slot = Some(TlvSlot::BroadcastErrorStatus);
                self.report_tlv(rule, TlvTag::BROADCAST_ERROR_STATUS, slot, Detail::Counts(statuses, areas));
            }
        }
        let succeeded = command.is_response() && self.facts.status() == CommandStatus::OK;
        if succeeded && self.facts.tlv(TlvSlot::DeliveryFailureReason).is_some() {
            let rule = RuleId::TLV_DELIVERY_FAILURE_REASON_ON_SUCCESS;
            let slot = Some(TlvSlot::DeliveryFailureReason);
            self.report_tlv(rule, TlvTag::DELIVERY_FAILURE_REASON, slot, Detail::Plain);
        }
    }

    fn sar_rules(&mut self) {
        let [reference, total, segment] = [
            (TlvSlot::SarMsgRefNum, TlvTag::SAR_MSG_REF_NUM),
            (TlvSlot::SarTotalSegments, TlvTag::SAR_TOTAL_SEGMENTS),
            (TlvSlot::SarSegmentSeqnum, TlvTag::SAR_SEGMENT_SEQNUM),
        ]
        .map(|(slot, tag)| (self.value(slot), slot, tag));
        match (reference.0, total.0, segment.0) {
            (None, None, None) => {}
            (Some(_), Some([total]), Some([number])) => {
                if !(1..=*total).contains(number) {
                    let detail = Detail::Counts(u32::from(*number), u32::from(*total));
                    self.report_tlv(RuleId::TLV_SAR_RANGE, segment.2, Some(segment.1), detail);
                }
            }
            (Some(_), Some(_), Some(_)) => {}
            _ => {
                if let Some((_, slot, tag)) =
                    [reference, total, segment].into_iter().find(|(value, ..)| value.is_some())
                {
                    self.report_tlv(RuleId::TLV_SAR_INCOMPLETE, tag, Some(slot), Detail::Plain);
                }
            }
        }
    }

    fn message_rules(&mut self, command: &'static Command) {
        if !matches!(
            command.id,
            CommandId::SUBMIT_SM
                | CommandId::SUBMIT_MULTI
                | CommandId::DELIVER_SM
                | CommandId::DATA_SM
                | CommandId::REPLACE_SM
                | CommandId::BROADCAST_SM
        ) {
            return;
        }
        let esm_class = self.facts.esm_class().unwrap_or(0);
        let short = self.facts.filled(Slot::ShortMessage);
        // 3.3 has no message_payload; one that is there all the same is not read.
        let payload = self.layout != Version::V33
            && self.value(TlvSlot::MessagePayload).is_some_and(|octets| !octets.is_empty());
        let predefined = self.facts.integer(Slot::SmDefaultMsgId).is_some_and(|id| id != 0);
        if short && payload {
            let detail = Detail::With("message_payload");
            self.report_slot(command, RuleId::SHORT_MESSAGE_WITH_MESSAGE_PAYLOAD, Slot::ShortMessage, detail);
        }
        if predefined && (short || payload) {
            let rule = RuleId::FIELD_SM_DEFAULT_MSG_ID_WITH_TEXT;
            let id = self.facts.integer(Slot::SmDefaultMsgId).unwrap_or(0);
            self.report_slot(command, rule, Slot::SmDefaultMsgId, Detail::Value(id));
        }
        // Delivery receipts and intermediate notifications may do with TLVs alone.
        let receipt = self.from == Some(Role::Smsc)
            && matches!(esm_class & 0x3C, 0x04 | 0x20)
            && matches!(command.id, CommandId::DELIVER_SM | CommandId::DATA_SM);
        let exempt =
            predefined || receipt && !self.facts.seen.is_empty() || command.id == CommandId::REPLACE_SM;
        if !short && !payload && !exempt {
            let body = Span { start: 16, end: crate::num::short(self.pdu.len()).max(16) };
            self.report(RuleId::MESSAGE_NO_TEXT, body, None, Detail::Plain);
        }
        if esm_class & 3 == 1 && self.from == Some(Role::Esme) {
            let option = if self.facts.filled(Slot::ScheduleDeliveryTime) {
                Some("schedule_delivery_time")
            } else if self.facts.registered_delivery().unwrap_or(0) & 0x1F != 0 {
                Some("registered_delivery")
            } else {
                None
            };
            if let Some(option) = option {
                let rule = RuleId::MESSAGE_DATAGRAM_WITH_OPTIONS;
                self.report_slot(command, rule, Slot::EsmClass, Detail::With(option));
            }
        }
        self.text_rules(command);
    }

    fn saw(&self, tag: TlvTag) -> bool {
        self.facts.seen.contains(tag)
    }

    /// The value of the first of a kept TLV.
    pub(super) fn value(&self, slot: TlvSlot) -> Option<&'p [u8]> {
        self.facts.tlv(slot).map(|fact| slice(self.pdu, fact.value))
    }

    #[cold]
    pub(super) fn report_slot(
        &mut self,
        command: &'static Command,
        rule: RuleId,
        slot: Slot,
        detail: Detail,
    ) {
        let field = command.body.iter().find(|field| field.slot == Some(slot)).copied();
        let span = self.facts.place(slot, field.map(|field| &field.kind));
        self.report(rule, span, field, detail);
    }

    #[cold]
    pub(super) fn report_tlv(&mut self, rule: RuleId, tag: TlvTag, slot: Option<TlvSlot>, detail: Detail) {
        let end = crate::num::short(self.pdu.len()).max(16);
        let absent = Span { start: end, end };
        let span = slot.and_then(|slot| self.facts.tlv(slot)).map_or(absent, |fact| fact.value);
        self.report(rule, span, spec::tlv(tag).map(|tlv| &tlv.field), detail);
    }
}

/// Whether there are letters of ASCII.
#[inline]
fn has_letters(octets: &[u8]) -> bool {
    // Letters have the bit 0x40 and digits have not: most addresses need no second look.
    let (words, rest) = octets.as_chunks::<8>();
    let words = words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word)) & 0x4040_4040_4040_4040;
    let rest = rest.iter().fold(0, |all, octet| all | octet) & 0x40;
    (words != 0 || rest != 0) && octets.iter().any(u8::is_ascii_alphabetic)
}

/// TLVs that rules across fields are about, whatever esm_class says.
const RULED: TlvSet = TlvSet::of(&[
    TlvTag::SAR_MSG_REF_NUM,
    TlvTag::SAR_TOTAL_SEGMENTS,
    TlvTag::SAR_SEGMENT_SEQNUM,
    TlvTag::CALLBACK_NUM_PRES_IND,
    TlvTag::CALLBACK_NUM_ATAG,
    TlvTag::SOURCE_NETWORK_ID,
    TlvTag::DEST_NETWORK_ID,
    TlvTag::DEST_ADDR_NP_RESOLUTION,
    TlvTag::MS_VALIDITY,
    TlvTag::BROADCAST_AREA_IDENTIFIER,
    TlvTag::BROADCAST_ERROR_STATUS,
    TlvTag::DELIVERY_FAILURE_REASON,
]);

/// TLVs that belong into the user data header when there is one.
const WITHOUT_UDHI: TlvSet = TlvSet::of(&[
    TlvTag::SAR_MSG_REF_NUM,
    TlvTag::SAR_TOTAL_SEGMENTS,
    TlvTag::SAR_SEGMENT_SEQNUM,
    TlvTag::SOURCE_PORT,
    TlvTag::DEST_PORT,
]);
