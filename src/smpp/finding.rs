//! What a walk found wrong: a rule, a place and the fact, without an allocation; the words come when it is printed.

use std::fmt;

use super::spec::Lengths;
use super::{CommandId, CommandStatus, RuleId, Span, TlvTag, Version};

/// One thing wrong with a PDU.
///
/// Prints as thing, fact and clause: `source_addr: 23 octets, at most 21 (SMPP 3.4 5.2.8)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: RuleId,
    /// The octets that break it.
    pub span: Span,
    /// The field or TLV, by name.
    pub field: Option<&'static str>,
    /// The fact.
    pub detail: Detail,
    /// Where the field is defined; `None`: the clause of the rule counts.
    pub clause: Option<Clause>,
}

/// A section of a version of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The version.
    pub version: Version,
    /// Its section.
    pub section: &'static str,
}

/// The fact of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing beyond what the rule says.
    Plain,
    /// More octets, or a higher number, than allowed.
    AtMost {
        /// What is there.
        found: u32,
        /// What is allowed.
        most: u32,
    },
    /// A length that the definition does not have.
    Length {
        /// Octets that are there.
        found: u32,
        /// Octets that are allowed.
        allowed: Lengths,
    },
    /// More is stated than is left.
    Beyond {
        /// Octets that are stated.
        stated: u32,
        /// Octets that are left.
        left: u32,
    },
    /// A value.
    Value(u32),
    /// Two numbers that should agree.
    Counts(u32, u32),
    /// A command_id.
    Command(CommandId),
    /// A status.
    Status(CommandStatus),
    /// An information element of a length that it does not have.
    Element {
        /// Its identifier.
        id: u8,
        /// Octets of its value.
        found: u32,
        /// Octets that are allowed.
        allowed: Lengths,
    },
    /// A TLV that no version defines.
    Tag(TlvTag),
    /// Another field or TLV that plays a part.
    With(&'static str),
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SMPP {} {}", self.version, self.section)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field, self.detail) {
            (Some(field), _) => write!(f, "{field}: ")?,
            (None, Detail::Tag(tag)) => write!(f, "TLV {tag}: ")?,
            (None, _) => {}
        }
        let phrase = phrase(self.rule);
        match self.detail {
            Detail::Plain | Detail::Tag(_) => f.write_str(phrase)?,
            Detail::AtMost { found, most } if self.rule == RuleId::TEXT_TOO_LONG_FOR_NETWORK => {
                let unit = if most == 160 { "septets" } else { "octets" };
                write!(f, "{found} {unit}, at most {most} {phrase}")?;
            }
            Detail::AtMost { found, most } if self.rule == RuleId::CSTRING_TOO_LONG => {
                write!(f, "{}, at most {most}", Octets(found))?;
            }
            Detail::AtMost { found: 0, .. } => f.write_str("0, at least 1")?,
            Detail::AtMost { found, most } => write!(f, "{found}, at most {most}")?,
            Detail::Length { found, allowed } => write!(f, "{}, {allowed} expected", Octets(found))?,
            Detail::Beyond { stated, left } if self.rule == RuleId::UDH_LENGTH_OVERRUN => {
                write!(f, "a header of {} stated, {left} left", Octets(stated))?;
            }
            Detail::Beyond { stated, left } => write!(f, "{} stated, {left} left", Octets(stated))?,
            Detail::Element { id, found, allowed } => {
                write!(f, "element 0x{id:02x}: {}, {allowed} expected", Octets(found))?;
            }
            Detail::Value(value) if self.rule == RuleId::FIELD_TIME_LENGTH => write!(f, "{value} {phrase}")?,
            Detail::Value(value) if self.rule == RuleId::TEXT_UCS2_ODD_LENGTH => {
                write!(f, "{} {phrase}", Octets(value))?;
            }
            Detail::Value(unit) if self.rule == RuleId::TEXT_UCS2_SURROGATE => {
                write!(f, "0x{unit:04x} is half a surrogate pair, and the other half is missing")?;
            }
            Detail::Value(code) if self.rule == RuleId::TEXT_GSM7_ESCAPE => {
                write!(f, "0x{code:02x} after an escape, which the extension table does not have")?;
            }
            Detail::Value(value) => write!(f, "0x{value:02x} {phrase}")?,
            Detail::Counts(a, b) => write!(f, "{a} against {b}, {phrase}")?,
            Detail::Command(id) => write!(f, "{id} {phrase}")?,
            Detail::Status(status) => write!(f, "{status} {phrase}")?,
            Detail::With(part) if self.rule == RuleId::RECEIPT_TEXT_MALFORMED => {
                write!(f, "{phrase}: {part}")?;
            }
            Detail::With(other) => write!(f, "{phrase} {other}")?,
        }
        match self.clause {
            Some(clause) => write!(f, " ({clause})"),
            None => write!(f, " ({})", self.rule.clause()),
        }
    }
}

/// A number of octets in words.
struct Octets(u32);

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} octet{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(n) => write!(f, "{n}"),
            Self::Between(least, most) => write!(f, "{least} to {most}"),
            Self::Either(a, b) => write!(f, "{a} or {b}"),
        }
    }
}

/// What a finding of the rule says, after the thing and the value.
fn phrase(rule: RuleId) -> &'static str {
    match rule {
        RuleId::HEADER_COMMAND_ID_UNKNOWN => "is defined by no version",
        RuleId::HEADER_COMMAND_ID_VENDOR => "belongs to the vendor of the message centre",
        RuleId::HEADER_COMMAND_ID_NOT_IN_VERSION => "is not in the version of the session",
        RuleId::HEADER_COMMAND_STATUS_NONZERO_IN_REQUEST => "in a request, which has no status",
        RuleId::HEADER_COMMAND_STATUS_RESERVED => "is not in the table of the version",
        RuleId::HEADER_COMMAND_STATUS_VENDOR => "means what the vendor says",
        RuleId::HEADER_SEQUENCE_NUMBER_ZERO => "0, the range starts at 1",
        RuleId::HEADER_SEQUENCE_NUMBER_OUT_OF_RANGE => "is above 0x7fffffff",
        RuleId::HEADER_GENERIC_NACK_STATUS_ZERO => "ESME_ROK in generic_nack, which refuses",
        RuleId::HEADER_ENQUIRE_LINK_RESP_STATUS_NONZERO => "in enquire_link_resp, where it is always 0",
        RuleId::BODY_UNEXPECTED => "body in a PDU that consists of a header only",
        RuleId::BODY_TRUNCATED => "the body ends before or within this field",
        RuleId::RESPONSE_BODY_PRESENT_ON_ERROR => "body in a failing response",
        RuleId::RESPONSE_BODY_ABSENT_ON_SUCCESS => "no body in a successful response",
        RuleId::CSTRING_UNTERMINATED => "no NUL up to the end of the body",
        RuleId::CSTRING_NON_ASCII => "octets that are no printable ASCII",
        RuleId::CSTRING_NOT_DECIMAL => "characters other than decimal digits",
        RuleId::CSTRING_NOT_HEX => "characters other than hexadecimal digits",
        RuleId::FIELD_INTERFACE_VERSION_TOO_LOW => "is before 3.4, which bind_transceiver came with",
        RuleId::FIELD_SERVICE_TYPE_UNKNOWN => "not one of the names of the specification",
        RuleId::FIELD_ESM_CLASS_RESERVED_MESSAGE_TYPE => "has a reserved message type",
        RuleId::FIELD_ESM_CLASS_TRANSACTION_MODE_IN_SUBMIT => "is transaction mode, which only data_sm has",
        RuleId::FIELD_ESM_CLASS_NONZERO_V33 => "where 3.3 has NULL",
        RuleId::FIELD_REPLACE_IF_PRESENT_FLAG_IN_SUBMIT_MULTI => "in submit_multi, where it is NULL",
        RuleId::FIELD_SM_DEFAULT_MSG_ID_WITH_TEXT => "names a predefined message, and a text is sent as well",
        RuleId::FIELD_NUMBER_OF_DESTS_RANGE => "destinations",
        RuleId::FIELD_DEST_ADDRESS_LIST_OVERRUN => "the body ends within the list of destinations",
        RuleId::FIELD_DEST_FLAG_INVALID => "is neither an SME address nor a distribution list",
        RuleId::FIELD_UNSUCCESS_SME_LIST_OVERRUN => "the body ends within the list of failures",
        RuleId::FIELD_UNSUCCESS_SME_STATUS_ZERO => "the status of success in the list of failures",
        RuleId::FIELD_TIME_LENGTH => "octets, neither 1 nor 17",
        RuleId::FIELD_TIME_MALFORMED => "the characters make no time",
        RuleId::FIELD_TIME_RELATIVE_NOT_ALLOWED => "a relative time where only an absolute one is allowed",
        RuleId::FIELD_DELIVER_SM_UNUSED_FIELD => "not NULL, though unused in deliver_sm",
        RuleId::FIELD_ADDRESS_PLUS_SIGN => "starts with an international prefix, which TON 1 expresses",
        RuleId::FIELD_ADDRESS_TON_MISMATCH => "letters without TON 5, or TON 5 with a numbering plan",
        RuleId::FIELD_DESTINATION_ADDR_EMPTY => "no destination",
        RuleId::FIELD_MESSAGE_ID_NOT_NULL_IN_DELIVER_SM_RESP => "not NULL, though unused in deliver_sm_resp",
        RuleId::FIELD_FINAL_DATE_INCONSISTENT => "contradicts message_state",
        RuleId::FIELD_CANCEL_SM_NO_TARGET => "neither message_id nor destination_addr says what to cancel",
        RuleId::FIELD_BROADCAST_SM_MESSAGE_ID_WITH_REFERENCE => "together with",
        RuleId::FIELD_QUERY_BROADCAST_SM_NO_ID => "neither message_id nor user_message_reference",
        RuleId::FIELD_QUERY_LAST_MSGS_NUM_MESSAGES => "is not 1 to 100",
        RuleId::TLV_TRAILING_OCTETS => "too few octets for a tag and a length after the last field or TLV",
        RuleId::TLV_TAG_RESERVED => "reserved, defined by no version",
        RuleId::TLV_TAG_VENDOR => "vendor specific",
        RuleId::TLV_NOT_PERMITTED => "is not permitted in",
        RuleId::TLV_NOT_IN_VERSION => "is not in the version of the session",
        RuleId::TLV_IN_V33_SESSION => "octets after the mandatory fields in a 3.3 session",
        RuleId::TLV_DUPLICATE => "occurs twice",
        RuleId::TLV_MISSING_MANDATORY => "missing, though mandatory",
        RuleId::TLV_CSTRING_UNTERMINATED => "no NUL at the end, or one before it",
        RuleId::TLV_CALLBACK_NUM_COUNT_MISMATCH => "as many as callback_num expected",
        RuleId::TLV_SAR_INCOMPLETE => {
            "not all three of sar_msg_ref_num, sar_total_segments, sar_segment_seqnum"
        }
        RuleId::TLV_SAR_RANGE => "segment of so many in all",
        RuleId::TLV_WITH_UDHI => "together with the UDH indicator of",
        RuleId::TLV_NETWORK_ID_WITHOUT_NODE_ID => "without",
        RuleId::TLV_DEST_ADDR_NP_INCOMPLETE => "ported, without",
        RuleId::TLV_MS_VALIDITY_INCONSISTENT => "behaviour and length do not fit",
        RuleId::TLV_BROADCAST_ERROR_STATUS_COUNT => "as many as failed areas expected",
        RuleId::TLV_SC_INTERFACE_VERSION_MISSING => "missing, so that the ESME has to do without TLVs",
        RuleId::TLV_DELIVERY_FAILURE_REASON_ON_SUCCESS => "in a successful response",
        RuleId::SHORT_MESSAGE_WITH_MESSAGE_PAYLOAD => "a text in both this and",
        RuleId::SHORT_MESSAGE_NUL_TERMINATED => "ends with a NUL that sm_length counts",
        RuleId::MESSAGE_NO_TEXT => "no short_message, message_payload or sm_default_msg_id: an empty message",
        RuleId::MESSAGE_VALIDITY_BEFORE_SCHEDULE => "ends before",
        RuleId::MESSAGE_DATAGRAM_WITH_OPTIONS => "datagram mode with",
        RuleId::TEXT_GSM7_INVALID_OCTET => "is no code of the GSM 7-bit alphabet",
        RuleId::TEXT_GSM7_ESCAPE => "an escape as the last character",
        RuleId::TEXT_ASCII_HIGH_BIT => "is no ASCII",
        RuleId::TEXT_UCS2_ODD_LENGTH => "of UCS2, where a character has two",
        RuleId::TEXT_UCS2_SURROGATE => "a surrogate pair, which UTF-16 has and UCS2 has not",
        RuleId::TEXT_TOO_LONG_FOR_NETWORK => "in one short message",
        RuleId::UDH_LENGTH_OVERRUN => "promises a user data header, and there is no text",
        RuleId::UDH_IE_OVERRUN => "an element of the user data header goes beyond its end",
        RuleId::UDH_IE_RESERVED => "is a reserved element of the user data header",
        RuleId::UDH_IE_DUPLICATE => {
            "occurs twice in the user data header, or with an element that it excludes"
        }
        RuleId::UDH_CONCAT_RANGE => "part and number of parts of the user data header",
        RuleId::UDH_NATIONAL_LANGUAGE_RESERVED => "is no national language that has such a table",
        RuleId::RECEIPT_MISSING_TLVS => "missing in a receipt",
        RuleId::RECEIPT_TEXT_MALFORMED => "a receipt in another form than that of Appendix B",
        RuleId::RECEIPT_TEXT_STAT_UNKNOWN => "a stat that Appendix B does not have",
        RuleId::RECEIPT_STATE_MISMATCH => "contradicts stat of the text",
        RuleId::RECEIPT_ID_MISMATCH => "differs from id of the text",
        RuleId::RECEIPT_STATE_KIND => {
            "is a state that another type of message reports: final ones a receipt, others a notification"
        }
        _ if rule.rule().id.ends_with(".reserved") => "is reserved",
        _ => rule.rule().doc,
    }
}
