//! What the decoder finds wrong with a request, and the status that answers it.

use crate::smpp::spec::{Field, Tlv};
use crate::smpp::{
    CommandId, CommandStatus, Finding, RuleId, Severity, Span, TlvTag, Value, Version, Visitor,
};

/// Destinations of a submit_multi that are looked at; the specification has at most 254 (255 in 5.0).
const DESTINATIONS: usize = 255;

/// A destination of submit_multi.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) ton: u8,
    pub(super) npi: u8,
    pub(super) address: Vec<u8>,
    /// Whether it is a distribution list; `address` is then its name.
    pub(super) is_list: bool,
}

/// A visitor that judges a request and keeps what the facts of a walk do not.
#[derive(Debug)]
pub(super) struct Judge {
    command: CommandId,
    version: Version,
    lenient: bool,
    /// The first breach that is refused, and the answer.
    pub(super) refusal: Option<(RuleId, CommandStatus)>,
    pub(super) destinations: Vec<Destination>,
    /// Mandatory fields without a slot: password of binds, param_name.
    pub(super) password: Vec<u8>,
    pub(super) param_name: Vec<u8>,
    /// The value of the first broadcast_area_identifier.
    pub(super) area: Vec<u8>,
    in_list: bool,
}

impl Judge {
    pub(super) const fn new(command: CommandId, version: Version, lenient: bool) -> Self {
        Self {
            command,
            version,
            lenient,
            refusal: None,
            destinations: Vec::new(),
            password: Vec::new(),
            param_name: Vec::new(),
            area: Vec::new(),
            in_list: false,
        }
    }
}

impl Visitor for Judge {
    fn field(&mut self, field: &'static Field, value: Value<'_>, _: Span) {
        if self.in_list {
            let Some(destination) = self.destinations.last_mut() else { return };
            let octet = value.integer().and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
            match field.name {
                "dest_addr_ton" => destination.ton = octet,
                "dest_addr_npi" => destination.npi = octet,
                "dest_flag" => destination.is_list = octet == 2,
                "destination_addr" | "dl_name" => {
                    destination.address = value.octets().unwrap_or_default().to_vec();
                }
                _ => {}
            }
        } else if field.slot.is_none() {
            match field.name {
                "password" => self.password = value.octets().unwrap_or_default().to_vec(),
                "param_name" => self.param_name = value.octets().unwrap_or_default().to_vec(),
                _ => {}
            }
        }
    }

    fn list(&mut self, _: &'static Field, _: u32) {
        self.in_list = true;
    }

    fn item(&mut self, _: &'static Field, _: u32) {
        if self.destinations.len() < DESTINATIONS {
            self.destinations.push(Destination::default());
        } else {
            self.in_list = false;
        }
    }

    fn list_end(&mut self, _: &'static Field, _: Span) {
        self.in_list = false;
    }

    fn tlv(&mut self, tag: TlvTag, _: Option<&'static Tlv>, octets: &[u8], _: Value<'_>, _: Span) {
        if tag == TlvTag::BROADCAST_AREA_IDENTIFIER && self.area.is_empty() {
            self.area = octets.to_vec();
        }
    }

    fn finding(&mut self, finding: Finding) {
        let severity = finding.rule.rule().severity;
        if self.refusal.is_some() || severity == Severity::Note {
            return;
        }
        let status = match severity {
            Severity::Error => status(&finding, self.command, self.version).or(Some(fallback(self.command))),
            Severity::Warning if !self.lenient => status(&finding, self.command, self.version),
            Severity::Warning | Severity::Note => None,
        };
        if let Some(status) = status {
            self.refusal = Some((finding.rule, status));
        }
    }
}

/// The answer to an error that no status is about.
const fn fallback(command: CommandId) -> CommandStatus {
    match command {
        command if command.is_bind() => CommandStatus::RBINDFAIL,
        CommandId::SUBMIT_SM | CommandId::SUBMIT_MULTI | CommandId::DATA_SM => CommandStatus::RSUBMITFAIL,
        CommandId::QUERY_SM => CommandStatus::RQUERYFAIL,
        CommandId::CANCEL_SM => CommandStatus::RCANCELFAIL,
        CommandId::REPLACE_SM => CommandStatus::RREPLACEFAIL,
        _ => CommandStatus::RSYSERR,
    }
}

/// The status that is about a breach; `None` where the specification has the receiver accept or ignore what breaks the
/// rule (unknown TLVs: 3.4 §3.3), or has no status for it. A status that only 5.0 has is not sent to older sessions.
fn status(finding: &Finding, command: CommandId, version: Version) -> Option<CommandStatus> {
    use CommandStatus as S;
    use RuleId as R;

    let field = finding.field.unwrap_or_default();
    let is_source = field.starts_with("source_");
    let by_end = |source: S, destination: S| if is_source { source } else { destination };
    Some(match finding.rule {
        R::BODY_TRUNCATED | R::BODY_UNEXPECTED | R::CSTRING_UNTERMINATED | R::TLV_IN_V33_SESSION => {
            S::RINVCMDLEN
        }
        R::CSTRING_TOO_LONG | R::CSTRING_NON_ASCII | R::CSTRING_NOT_DECIMAL | R::CSTRING_NOT_HEX => {
            return status_of_field(field);
        }
        R::FIELD_TON_RESERVED if command.is_bind() => return None,
        R::FIELD_NPI_RESERVED if command.is_bind() => return None,
        R::FIELD_TON_RESERVED => by_end(S::RINVSRCTON, S::RINVDSTTON),
        R::FIELD_NPI_RESERVED => by_end(S::RINVSRCNPI, S::RINVDSTNPI),
        R::FIELD_ADDRESS_PLUS_SIGN => by_end(S::RINVSRCADR, S::RINVDSTADR),
        R::FIELD_DESTINATION_ADDR_EMPTY => S::RINVDSTADR,
        R::FIELD_ESM_CLASS_RESERVED_MESSAGE_TYPE
        | R::FIELD_ESM_CLASS_TRANSACTION_MODE_IN_SUBMIT
        | R::FIELD_ESM_CLASS_NONZERO_V33
        | R::MESSAGE_DATAGRAM_WITH_OPTIONS
        | R::TLV_WITH_UDHI => S::RINVESMCLASS,
        R::FIELD_PRIORITY_FLAG_RESERVED => S::RINVPRTFLG,
        R::FIELD_REGISTERED_DELIVERY_RESERVED => S::RINVREGDLVFLG,
        R::FIELD_REPLACE_IF_PRESENT_FLAG_RESERVED | R::FIELD_REPLACE_IF_PRESENT_FLAG_IN_SUBMIT_MULTI => {
            S::RINVREPFLAG
        }
        R::FIELD_DATA_CODING_RESERVED if version == Version::V50 => S::RINVDCS,
        R::FIELD_SM_DEFAULT_MSG_ID_RESERVED => S::RINVDFTMSGID,
        R::FIELD_SM_LENGTH_OVER_254
        | R::FIELD_SM_LENGTH_OVER_160_V33
        | R::FIELD_SM_LENGTH_OVERRUN
        | R::TEXT_UCS2_ODD_LENGTH
        | R::UDH_LENGTH_OVERRUN
        | R::UDH_IE_OVERRUN => S::RINVMSGLEN,
        R::FIELD_NUMBER_OF_DESTS_RANGE | R::FIELD_DEST_ADDRESS_LIST_OVERRUN => S::RINVNUMDESTS,
        R::FIELD_DEST_FLAG_INVALID => S::RINVDESTFLAG,
        R::FIELD_TIME_LENGTH | R::FIELD_TIME_MALFORMED | R::FIELD_TIME_RELATIVE_NOT_ALLOWED => {
            return status_of_field(field);
        }
        R::MESSAGE_VALIDITY_BEFORE_SCHEDULE => S::RINVEXPIRY,
        R::FIELD_CANCEL_SM_NO_TARGET => S::RCANCELFAIL,
        R::FIELD_BROADCAST_SM_MESSAGE_ID_WITH_REFERENCE | R::FIELD_QUERY_BROADCAST_SM_NO_ID => S::RINVMSGID,
        R::FIELD_QUERY_LAST_MSGS_NUM_MESSAGES => S::RINVNUMMSGS,
        R::TLV_TRAILING_OCTETS | R::TLV_LENGTH_OVERRUN => S::RINVTLVSTREAM,
        R::TLV_LENGTH_INVALID => S::RINVTLVLEN,
        R::TLV_NOT_PERMITTED | R::SHORT_MESSAGE_WITH_MESSAGE_PAYLOAD => S::RTLVNOTALLWD,
        R::TLV_MISSING_MANDATORY
        | R::TLV_SAR_INCOMPLETE
        | R::TLV_NETWORK_ID_WITHOUT_NODE_ID
        | R::TLV_DEST_ADDR_NP_INCOMPLETE => S::RMISSINGTLV,
        R::TLV_VALUE_RESERVED
        | R::TLV_CSTRING_UNTERMINATED
        | R::TLV_CALLBACK_NUM_COUNT_MISMATCH
        | R::TLV_SAR_RANGE
        | R::TLV_MS_VALIDITY_INCONSISTENT => S::RINVTLVVAL,
        _ => return None,
    })
}

/// The status that says which field is wrong.
fn status_of_field(field: &str) -> Option<CommandStatus> {
    use CommandStatus as S;

    Some(match field {
        "system_id" => S::RINVSYSID,
        "password" => S::RINVPASWD,
        "system_type" => S::RINVSYSTYP,
        "address_range" => S::RBINDFAIL,
        "service_type" => S::RINVSERTYP,
        "source_addr" => S::RINVSRCADR,
        "destination_addr" => S::RINVDSTADR,
        "dl_name" => S::RINVDLNAME,
        "message_id" | "original_message_id" => S::RINVMSGID,
        "schedule_delivery_time" => S::RINVSCHED,
        "validity_period" => S::RINVEXPIRY,
        _ => return None,
    })
}
