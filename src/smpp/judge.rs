//! TLVs, and the rules across fields that judge [`Facts`](super::Facts) after the walk.

use super::moment::Moment;
use super::reader::{Reader, slice};
use super::spec::{
    self, Command, Judged, Kind, Slot, TimeUse, Tlv, TlvSet, TlvSlot, Versions, is_vendor_tlv, values,
};
use super::walk::Walk;
use super::{CommandId, CommandStatus, Detail, Role, RuleId, Span, TlvTag, Value, Version, Visitor};

/// UDHI: the user data begins with a header.
const UDHI: u8 = 0x40;

/// Whether the octets are a chain of TLVs.
pub(super) fn are_tlvs(mut reader: Reader<'_>) -> bool {
    while !reader.is_empty() {
        let Some([_, _, high, low]) = reader.take_array() else { return false };
        if reader.take(u32::from(u16::from_be_bytes([high, low]))).is_none() {
            return false;
        }
    }
    true
}

impl<'p, V: Visitor + ?Sized> Walk<'p, '_, V> {
    /// The TLVs up to the end of the body.
    pub(super) fn tlvs(&mut self, command: &'static Command, reader: &mut Reader<'_>) {
        let quiet = self.quiet;
        if self.layout == Version::V33 && !reader.is_empty() {
            // Shown as 3.4 reads them, and not judged. 3.3 leaves room for a NUL after short_message that sm_length does not count.
            if reader.rest() != [0] || self.facts.short_message().is_none() {
                self.report(RuleId::TLV_IN_V33_SESSION, reader.rest_span(), None, Detail::Plain);
            }
            self.quiet = true;
        }
        while !reader.is_empty() {
            let start = reader.at();
            let rest = reader.rest_span();
            let Some([a, b, high, low]) = reader.take_array() else {
                self.report(RuleId::TLV_TRAILING_OCTETS, rest, None, Detail::Plain);
                break;
            };
            let tag = TlvTag(u16::from_be_bytes([a, b]));
            let stated = u32::from(u16::from_be_bytes([high, low]));
            let left = reader.left();
            let Some(octets) = reader.take(stated) else {
                let field = spec::tlv(tag).map(|tlv| &tlv.field);
                self.report(RuleId::TLV_LENGTH_OVERRUN, rest, field, Detail::Beyond { stated, left });
                break;
            };
            self.tlv(command, tag, octets, reader.since(start));
        }
        self.quiet = quiet;
    }

    fn tlv(&mut self, command: &'static Command, tag: TlvTag, octets: &[u8], span: Span) {
        let Some(tlv) = spec::tlv(tag) else {
            self.facts.unknown_tlvs = self.facts.unknown_tlvs.saturating_add(1);
            self.visitor.tlv(tag, None, octets, Value::Octets(octets), span);
            let rule = if is_vendor_tlv(tag) { RuleId::TLV_TAG_VENDOR } else { RuleId::TLV_TAG_RESERVED };
            self.report(rule, span, None, Detail::Tag(tag));
            return;
        };
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        let lengths = match self.version {
            Some(Version::V34 | Version::V33) => [tlv.lengths_v34, None],
            Some(Version::V50) => [tlv.lengths_v50, None],
            None => [tlv.lengths_v34, tlv.lengths_v50],
        };
        let fits = lengths.iter().flatten().any(|lengths| lengths.allow(length));
        let value = if fits { value_of(tlv, octets) } else { Value::Octets(octets) };
        self.visitor.tlv(tag, Some(tlv), octets, value, span);

        let again = self.facts.keep_tlv(tlv, Span { start: span.start.saturating_add(4), end: span.end });
        let field = Some(&tlv.field);
        let Some(allowed) = lengths.iter().flatten().next() else {
            self.report(RuleId::TLV_NOT_IN_VERSION, span, field, Detail::Plain);
            return;
        };
        let mut permitted = match self.version {
            Some(Version::V34 | Version::V33) => command.tlvs_v34,
            Some(Version::V50) => command.tlvs_v50,
            None => command.tlvs_v34.or(command.tlvs_v50),
        };
        if command.is_response() && self.version != Some(Version::V34) {
            permitted = permitted.or(CONGESTION_STATE);
        }
        if !permitted.contains(tag) {
            self.report(RuleId::TLV_NOT_PERMITTED, span, field, Detail::With(command.name));
        }
        if again && !tlv.repeat {
            self.report(RuleId::TLV_DUPLICATE, span, field, Detail::Plain);
        }
        if !fits {
            let detail = Detail::Length { found: u32::from(length), allowed: *allowed };
            self.report(RuleId::TLV_LENGTH_INVALID, span, field, detail);
            return;
        }
        self.tlv_value(tlv, octets, value, span);
    }

    /// Judges the value of a TLV of the right length.
    fn tlv_value(&mut self, tlv: &'static Tlv, octets: &[u8], value: Value<'_>, span: Span) {
        let field = &tlv.field;
        match &field.kind {
            Kind::CString { .. } => {
                let whole = octets.split_last().is_some_and(|(last, rest)| *last == 0 && !rest.contains(&0));
                if !whole {
                    self.report(RuleId::TLV_CSTRING_UNTERMINATED, span, Some(field), Detail::Plain);
                }
            }
            Kind::Time(_) => {
                if let Value::Text(characters) = value {
                    if characters.len() == 16 {
                        self.moment(field, TimeUse::Reported, characters, span);
                    } else {
                        self.report(RuleId::FIELD_TIME_MALFORMED, span, Some(field), Detail::Plain);
                    }
                }
            }
            _ => {}
        }
        let integer = value.integer();
        let first = octets.first().copied().map(u32::from);
        let versions = match tlv.judged {
            Judged::Nothing => return,
            Judged::Value => integer.and_then(|value| Some(field.values?.allowed(value))),
            Judged::FirstOctet => first.and_then(|value| Some(field.values?.allowed(value))),
            Judged::AtMost(most) => {
                integer.map(|value| if value <= most { Versions::ALL } else { Versions::NONE })
            }
            Judged::CallbackNumber => callback_number(octets),
            Judged::ContentType => content_type(octets),
            Judged::Status => {
                if let Some(value) = integer
                    && value != 0
                {
                    self.status(CommandStatus(value), span, field.name, Some(field));
                }
                return;
            }
        };
        if versions.is_some_and(|versions| versions.and(self.candidates).is_empty()) {
            let state =
                field.values.and_then(|values| values.rule).filter(|_| tlv.tag == TlvTag::MESSAGE_STATE);
            let rule = state.unwrap_or(RuleId::TLV_VALUE_RESERVED);
            let detail = integer.or(first).map_or(Detail::Plain, Detail::Value);
            self.report(rule, span, Some(field), detail);
        }
    }

    /// The rules that need more than one field, or a field and the command.
    pub(super) fn across_fields(&mut self, command: &'static Command) {
        self.bind_rules(command);
        self.field_rules(command);
        if self.facts.seen.meets(RULED) || !command.mandatory_v50.is_empty() {
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
            | CommandId::BIND_TRANSCEIVER_RESP => {
                if self.facts.tlv(TlvSlot::ScInterfaceVersion).is_none() {
                    let rule = RuleId::TLV_SC_INTERFACE_VERSION_MISSING;
                    self.report_tlv(rule, TlvTag::SC_INTERFACE_VERSION, None, Detail::Plain);
                }
            }
            _ => {}
        }
    }

    fn field_rules(&mut self, command: &'static Command) {
        let filled = |slot| self.facts.filled(slot);
        let set = |slot| self.facts.integer(slot).is_some_and(|value| value != 0);
        let identified = filled(Slot::MessageId);
        match command.id {
            CommandId::SUBMIT_MULTI if set(Slot::ReplaceIfPresentFlag) => {
                let several = self.facts.integer(Slot::NumberOfDests) != Some(1) || self.sends_to_a_list();
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
        let payload = self.value(TlvSlot::MessagePayload).is_some_and(|octets| !octets.is_empty());
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
        if short {
            self.nul_rule(command, esm_class);
        }
    }

    /// A NUL at the end of a text of characters, which sm_length counts.
    fn nul_rule(&mut self, command: &'static Command, esm_class: u8) {
        let Some(text) = self.facts.text(self.pdu, Slot::ShortMessage) else { return };
        if text.last() != Some(&0) || !self.is_characters(self.facts.data_coding().unwrap_or(0)) {
            return;
        }
        let mut user_data = Reader::new(text, 0);
        if esm_class & UDHI != 0 && self.layout != Version::V33 && !skip_user_data_header(&mut user_data) {
            return;
        }
        if !user_data.is_empty() {
            let rule = RuleId::SHORT_MESSAGE_NUL_TERMINATED;
            self.report_slot(command, rule, Slot::ShortMessage, Detail::Plain);
        }
    }

    /// Whether the user data is characters of one octet: GSM 7 bit, ASCII or Latin 1.
    fn is_characters(&self, data_coding: u8) -> bool {
        let scheme = match data_coding {
            0x00..=0x7F => data_coding & 0x0C == 0,
            0x80..=0xBF | 0xE0..=0xEF => false,
            0xC0..=0xDF => true,
            0xF0..=0xFF => data_coding & 4 == 0,
        };
        match self.version {
            Some(Version::V33) => scheme,
            _ => matches!(data_coding, 0 | 1 | 3) || data_coding >= 0xC0 && scheme,
        }
    }

    /// Whether an item of dest_address is a distribution list.
    fn sends_to_a_list(&self) -> bool {
        // With one destination: an SME address would have been kept.
        self.facts.span(Slot::DestinationAddr).is_none()
    }

    fn saw(&self, tag: TlvTag) -> bool {
        self.facts.seen.contains(tag)
    }

    /// The value of the first of a kept TLV.
    fn value(&self, slot: TlvSlot) -> Option<&'p [u8]> {
        self.facts.tlv(slot).map(|fact| slice(self.pdu, fact.value))
    }

    #[cold]
    fn report_slot(&mut self, command: &'static Command, rule: RuleId, slot: Slot, detail: Detail) {
        let field = command.body.iter().find(|field| field.slot == Some(slot)).copied();
        let span = self.facts.place(slot, field.map(|field| &field.kind));
        self.report(rule, span, field, detail);
    }

    #[cold]
    fn report_tlv(&mut self, rule: RuleId, tag: TlvTag, slot: Option<TlvSlot>, detail: Detail) {
        let end = crate::num::short(self.pdu.len()).max(16);
        let absent = Span { start: end, end };
        let span = slot.and_then(|slot| self.facts.tlv(slot)).map_or(absent, |fact| fact.value);
        self.report(rule, span, spec::tlv(tag).map(|tlv| &tlv.field), detail);
    }
}

/// TLVs that rules across fields are about.
const RULED: TlvSet = WITHOUT_UDHI.or(TlvSet::of(&[
    TlvTag::CALLBACK_NUM_PRES_IND,
    TlvTag::CALLBACK_NUM_ATAG,
    TlvTag::SOURCE_NETWORK_ID,
    TlvTag::DEST_NETWORK_ID,
    TlvTag::DEST_ADDR_NP_RESOLUTION,
    TlvTag::MS_VALIDITY,
    TlvTag::BROADCAST_AREA_IDENTIFIER,
    TlvTag::BROADCAST_ERROR_STATUS,
    TlvTag::DELIVERY_FAILURE_REASON,
]));

const CONGESTION_STATE: TlvSet = TlvSet::of(&[TlvTag::CONGESTION_STATE]);

/// TLVs that belong into the user data header when there is one.
const WITHOUT_UDHI: TlvSet = TlvSet::of(&[
    TlvTag::SAR_MSG_REF_NUM,
    TlvTag::SAR_TOTAL_SEGMENTS,
    TlvTag::SAR_SEGMENT_SEQNUM,
    TlvTag::SOURCE_PORT,
    TlvTag::DEST_PORT,
]);

/// The value of a TLV of the right length, as its row lays it out.
fn value_of<'a>(tlv: &Tlv, octets: &'a [u8]) -> Value<'a> {
    match (&tlv.field.kind, octets) {
        (Kind::U8, [a]) => Value::Integer(u32::from(*a)),
        (Kind::U16, [a, b]) => Value::Integer(u32::from(u16::from_be_bytes([*a, *b]))),
        (Kind::U32, [a, b, c, d]) => Value::Integer(u32::from_be_bytes([*a, *b, *c, *d])),
        (Kind::CString { .. } | Kind::Time(_), [characters @ .., 0]) => Value::Text(characters),
        (Kind::CString { .. } | Kind::Time(_), characters) => Value::Text(characters),
        _ => Value::Octets(octets),
    }
}

/// Digit mode, TON and NPI of callback_num: SMPP 3.4 §5.3.2.36.
fn callback_number(octets: &[u8]) -> Option<Versions> {
    let [mode, ton, npi, ..] = octets else { return None };
    let reserved = mode & 0xFE != 0 || ton & 0xF8 != 0 || npi & 0xF0 != 0;
    let known = values::TON.allowed(u32::from(*ton)).and(values::NPI.allowed(u32::from(*npi)));
    Some(if reserved { Versions::NONE } else { known })
}

/// Network and content of broadcast_content_type: SMPP 5.0 §4.8.4.8. The contents are of the generic network.
fn content_type(octets: &[u8]) -> Option<Versions> {
    let [network, high, low] = octets else { return None };
    Some(match network {
        0 => values::BROADCAST_CONTENT_TYPE.allowed(u32::from(u16::from_be_bytes([*high, *low]))),
        1..=3 => Versions::ALL,
        _ => Versions::NONE,
    })
}

/// Takes a user data header; false when it, or an element of it, does not fit.
fn skip_user_data_header(user_data: &mut Reader<'_>) -> bool {
    let Some(mut header) = user_data.u8().and_then(|length| user_data.sub(u32::from(length))) else {
        return false;
    };
    while !header.is_empty() {
        let Some([_, length]) = header.take_array() else { return false };
        if header.take(u32::from(length)).is_none() {
            return false;
        }
    }
    true
}
