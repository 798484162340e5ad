//! The rules of a strict decoder: what a finding can say, how grave it is, and where the specification says so.

use super::Version;

/// How grave a breach is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Legal, or undecided by the specifications, but suspicious.
    Note,
    /// Violates the specification; the PDU can still be decoded.
    Warning,
    /// Framing, or the layout of the rest of the PDU, is lost.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What has to be known to judge a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One PDU and the version of its session.
    Pdu,
    /// The PDUs of one connection, both sides.
    Session,
    /// Messages across connections.
    Journey,
}

/// One rule; see [`RULES`].
#[derive(Debug)]
pub struct Rule {
    /// Stable dotted name, what findings print.
    pub id: &'static str,
    /// How grave a breach is.
    pub severity: Severity,
    /// What has to be known to judge it.
    pub scope: Scope,
    /// The versions it applies to.
    pub versions: &'static [Version],
    /// Where the specification says so.
    pub clause: &'static str,
    /// What it demands, in a sentence or two.
    pub doc: &'static str,
}

/// A rule by its place in [`RULES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(u8);

impl RuleId {
    /// The rule itself.
    ///
    /// Total: the constants below are the only way to make a `RuleId`, and a test proves each in range.
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        RULES.get(usize::from(self.0)).unwrap_or(&RULES[0])
    }

    /// The rule's clause up to its first remark in brackets: what a finding quotes.
    #[must_use]
    pub fn clause(self) -> &'static str {
        let clause = self.rule().clause;
        clause.split_once(" (").map_or(clause, |(clause, _)| clause)
    }

    /// Place in [`RULES`], for tables indexed by rule.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The rule with this dotted name.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        RULES.iter().zip(0_u8..).find(|(rule, _)| rule.id == id).map(|(_, number)| Self(number))
    }
}

impl RuleId {
    /// `header.truncated`
    pub const HEADER_TRUNCATED: Self = Self(0);
    /// `header.command_length.too_small`
    pub const HEADER_COMMAND_LENGTH_TOO_SMALL: Self = Self(1);
    /// `header.command_length.too_large`
    pub const HEADER_COMMAND_LENGTH_TOO_LARGE: Self = Self(2);
    /// `header.command_length.beyond_capture`
    pub const HEADER_COMMAND_LENGTH_BEYOND_CAPTURE: Self = Self(3);
    /// `header.command_id.unknown`
    pub const HEADER_COMMAND_ID_UNKNOWN: Self = Self(4);
    /// `header.command_id.vendor`
    pub const HEADER_COMMAND_ID_VENDOR: Self = Self(5);
    /// `header.command_id.not_in_version`
    pub const HEADER_COMMAND_ID_NOT_IN_VERSION: Self = Self(6);
    /// `header.command_status.nonzero_in_request`
    pub const HEADER_COMMAND_STATUS_NONZERO_IN_REQUEST: Self = Self(7);
    /// `header.command_status.reserved`
    pub const HEADER_COMMAND_STATUS_RESERVED: Self = Self(8);
    /// `header.command_status.vendor`
    pub const HEADER_COMMAND_STATUS_VENDOR: Self = Self(9);
    /// `header.sequence_number.zero`
    pub const HEADER_SEQUENCE_NUMBER_ZERO: Self = Self(10);
    /// `header.sequence_number.out_of_range`
    pub const HEADER_SEQUENCE_NUMBER_OUT_OF_RANGE: Self = Self(11);
    /// `header.generic_nack.status_zero`
    pub const HEADER_GENERIC_NACK_STATUS_ZERO: Self = Self(12);
    /// `header.enquire_link_resp.status_nonzero`
    pub const HEADER_ENQUIRE_LINK_RESP_STATUS_NONZERO: Self = Self(13);
    /// `body.unexpected`
    pub const BODY_UNEXPECTED: Self = Self(14);
    /// `body.truncated`
    pub const BODY_TRUNCATED: Self = Self(15);
    /// `response.body_present_on_error`
    pub const RESPONSE_BODY_PRESENT_ON_ERROR: Self = Self(16);
    /// `response.body_absent_on_success`
    pub const RESPONSE_BODY_ABSENT_ON_SUCCESS: Self = Self(17);
    /// `cstring.unterminated`
    pub const CSTRING_UNTERMINATED: Self = Self(18);
    /// `cstring.too_long`
    pub const CSTRING_TOO_LONG: Self = Self(19);
    /// `cstring.non_ascii`
    pub const CSTRING_NON_ASCII: Self = Self(20);
    /// `cstring.not_decimal`
    pub const CSTRING_NOT_DECIMAL: Self = Self(21);
    /// `cstring.not_hex`
    pub const CSTRING_NOT_HEX: Self = Self(22);
    /// `field.interface_version.reserved`
    pub const FIELD_INTERFACE_VERSION_RESERVED: Self = Self(23);
    /// `field.interface_version.too_low`
    pub const FIELD_INTERFACE_VERSION_TOO_LOW: Self = Self(24);
    /// `field.ton.reserved`
    pub const FIELD_TON_RESERVED: Self = Self(25);
    /// `field.npi.reserved`
    pub const FIELD_NPI_RESERVED: Self = Self(26);
    /// `field.service_type.unknown`
    pub const FIELD_SERVICE_TYPE_UNKNOWN: Self = Self(27);
    /// `field.esm_class.reserved_message_type`
    pub const FIELD_ESM_CLASS_RESERVED_MESSAGE_TYPE: Self = Self(28);
    /// `field.esm_class.transaction_mode_in_submit`
    pub const FIELD_ESM_CLASS_TRANSACTION_MODE_IN_SUBMIT: Self = Self(29);
    /// `field.esm_class.nonzero_v33`
    pub const FIELD_ESM_CLASS_NONZERO_V33: Self = Self(30);
    /// `field.priority_flag.reserved`
    pub const FIELD_PRIORITY_FLAG_RESERVED: Self = Self(31);
    /// `field.registered_delivery.reserved`
    pub const FIELD_REGISTERED_DELIVERY_RESERVED: Self = Self(32);
    /// `field.replace_if_present_flag.reserved`
    pub const FIELD_REPLACE_IF_PRESENT_FLAG_RESERVED: Self = Self(33);
    /// `field.replace_if_present_flag.in_submit_multi`
    pub const FIELD_REPLACE_IF_PRESENT_FLAG_IN_SUBMIT_MULTI: Self = Self(34);
    /// `field.data_coding.reserved`
    pub const FIELD_DATA_CODING_RESERVED: Self = Self(35);
    /// `field.sm_default_msg_id.reserved`
    pub const FIELD_SM_DEFAULT_MSG_ID_RESERVED: Self = Self(36);
    /// `field.sm_default_msg_id.with_text`
    pub const FIELD_SM_DEFAULT_MSG_ID_WITH_TEXT: Self = Self(37);
    /// `field.sm_length.over_254`
    pub const FIELD_SM_LENGTH_OVER_254: Self = Self(38);
    /// `field.sm_length.over_160_v33`
    pub const FIELD_SM_LENGTH_OVER_160_V33: Self = Self(39);
    /// `field.sm_length.overrun`
    pub const FIELD_SM_LENGTH_OVERRUN: Self = Self(40);
    /// `field.number_of_dests.range`
    pub const FIELD_NUMBER_OF_DESTS_RANGE: Self = Self(41);
    /// `field.dest_address.list_overrun`
    pub const FIELD_DEST_ADDRESS_LIST_OVERRUN: Self = Self(42);
    /// `field.dest_flag.invalid`
    pub const FIELD_DEST_FLAG_INVALID: Self = Self(43);
    /// `field.unsuccess_sme.list_overrun`
    pub const FIELD_UNSUCCESS_SME_LIST_OVERRUN: Self = Self(44);
    /// `field.unsuccess_sme.status_zero`
    pub const FIELD_UNSUCCESS_SME_STATUS_ZERO: Self = Self(45);
    /// `field.message_state.reserved`
    pub const FIELD_MESSAGE_STATE_RESERVED: Self = Self(46);
    /// `field.time.length`
    pub const FIELD_TIME_LENGTH: Self = Self(47);
    /// `field.time.malformed`
    pub const FIELD_TIME_MALFORMED: Self = Self(48);
    /// `field.time.relative_not_allowed`
    pub const FIELD_TIME_RELATIVE_NOT_ALLOWED: Self = Self(49);
    /// `field.deliver_sm.unused_field`
    pub const FIELD_DELIVER_SM_UNUSED_FIELD: Self = Self(50);
    /// `field.address.plus_sign`
    pub const FIELD_ADDRESS_PLUS_SIGN: Self = Self(51);
    /// `field.address.ton_mismatch`
    pub const FIELD_ADDRESS_TON_MISMATCH: Self = Self(52);
    /// `field.destination_addr.empty`
    pub const FIELD_DESTINATION_ADDR_EMPTY: Self = Self(53);
    /// `field.message_id.not_null_in_deliver_sm_resp`
    pub const FIELD_MESSAGE_ID_NOT_NULL_IN_DELIVER_SM_RESP: Self = Self(54);
    /// `field.final_date.inconsistent`
    pub const FIELD_FINAL_DATE_INCONSISTENT: Self = Self(55);
    /// `field.cancel_sm.no_target`
    pub const FIELD_CANCEL_SM_NO_TARGET: Self = Self(56);
    /// `field.broadcast_sm.message_id_with_reference`
    pub const FIELD_BROADCAST_SM_MESSAGE_ID_WITH_REFERENCE: Self = Self(57);
    /// `field.query_broadcast_sm.no_id`
    pub const FIELD_QUERY_BROADCAST_SM_NO_ID: Self = Self(58);
    /// `field.query_last_msgs.num_messages`
    pub const FIELD_QUERY_LAST_MSGS_NUM_MESSAGES: Self = Self(59);
    /// `tlv.trailing_octets`
    pub const TLV_TRAILING_OCTETS: Self = Self(60);
    /// `tlv.length.overrun`
    pub const TLV_LENGTH_OVERRUN: Self = Self(61);
    /// `tlv.length.invalid`
    pub const TLV_LENGTH_INVALID: Self = Self(62);
    /// `tlv.tag.reserved`
    pub const TLV_TAG_RESERVED: Self = Self(63);
    /// `tlv.tag.vendor`
    pub const TLV_TAG_VENDOR: Self = Self(64);
    /// `tlv.not_permitted`
    pub const TLV_NOT_PERMITTED: Self = Self(65);
    /// `tlv.not_in_version`
    pub const TLV_NOT_IN_VERSION: Self = Self(66);
    /// `tlv.in_v33_session`
    pub const TLV_IN_V33_SESSION: Self = Self(67);
    /// `tlv.duplicate`
    pub const TLV_DUPLICATE: Self = Self(68);
    /// `tlv.missing_mandatory`
    pub const TLV_MISSING_MANDATORY: Self = Self(69);
    /// `tlv.value.reserved`
    pub const TLV_VALUE_RESERVED: Self = Self(70);
    /// `tlv.cstring.unterminated`
    pub const TLV_CSTRING_UNTERMINATED: Self = Self(71);
    /// `tlv.callback_num.count_mismatch`
    pub const TLV_CALLBACK_NUM_COUNT_MISMATCH: Self = Self(72);
    /// `tlv.sar.incomplete`
    pub const TLV_SAR_INCOMPLETE: Self = Self(73);
    /// `tlv.sar.range`
    pub const TLV_SAR_RANGE: Self = Self(74);
    /// `tlv.with_udhi`
    pub const TLV_WITH_UDHI: Self = Self(75);
    /// `tlv.network_id.without_node_id`
    pub const TLV_NETWORK_ID_WITHOUT_NODE_ID: Self = Self(76);
    /// `tlv.dest_addr_np.incomplete`
    pub const TLV_DEST_ADDR_NP_INCOMPLETE: Self = Self(77);
    /// `tlv.ms_validity.inconsistent`
    pub const TLV_MS_VALIDITY_INCONSISTENT: Self = Self(78);
    /// `tlv.broadcast_error_status.count`
    pub const TLV_BROADCAST_ERROR_STATUS_COUNT: Self = Self(79);
    /// `tlv.sc_interface_version.missing`
    pub const TLV_SC_INTERFACE_VERSION_MISSING: Self = Self(80);
    /// `tlv.delivery_failure_reason.on_success`
    pub const TLV_DELIVERY_FAILURE_REASON_ON_SUCCESS: Self = Self(81);
    /// `short_message.with_message_payload`
    pub const SHORT_MESSAGE_WITH_MESSAGE_PAYLOAD: Self = Self(82);
    /// `short_message.nul_terminated`
    pub const SHORT_MESSAGE_NUL_TERMINATED: Self = Self(83);
    /// `message.no_text`
    pub const MESSAGE_NO_TEXT: Self = Self(84);
    /// `message.validity_before_schedule`
    pub const MESSAGE_VALIDITY_BEFORE_SCHEDULE: Self = Self(85);
    /// `message.datagram_with_options`
    pub const MESSAGE_DATAGRAM_WITH_OPTIONS: Self = Self(86);
    /// `text.gsm7.invalid_octet`
    pub const TEXT_GSM7_INVALID_OCTET: Self = Self(87);
    /// `text.gsm7.escape`
    pub const TEXT_GSM7_ESCAPE: Self = Self(88);
    /// `text.ascii.high_bit`
    pub const TEXT_ASCII_HIGH_BIT: Self = Self(89);
    /// `text.ucs2.odd_length`
    pub const TEXT_UCS2_ODD_LENGTH: Self = Self(90);
    /// `text.ucs2.surrogate`
    pub const TEXT_UCS2_SURROGATE: Self = Self(91);
    /// `text.too_long_for_network`
    pub const TEXT_TOO_LONG_FOR_NETWORK: Self = Self(92);
    /// `udh.length.overrun`
    pub const UDH_LENGTH_OVERRUN: Self = Self(93);
    /// `udh.ie.overrun`
    pub const UDH_IE_OVERRUN: Self = Self(94);
    /// `udh.ie.length`
    pub const UDH_IE_LENGTH: Self = Self(95);
    /// `udh.ie.reserved`
    pub const UDH_IE_RESERVED: Self = Self(96);
    /// `udh.ie.duplicate`
    pub const UDH_IE_DUPLICATE: Self = Self(97);
    /// `udh.concat.range`
    pub const UDH_CONCAT_RANGE: Self = Self(98);
    /// `udh.national_language.reserved`
    pub const UDH_NATIONAL_LANGUAGE_RESERVED: Self = Self(99);
    /// `concat.inconsistent_total`
    pub const CONCAT_INCONSISTENT_TOTAL: Self = Self(100);
    /// `concat.missing_segment`
    pub const CONCAT_MISSING_SEGMENT: Self = Self(101);
    /// `receipt.missing_tlvs`
    pub const RECEIPT_MISSING_TLVS: Self = Self(102);
    /// `receipt.text.malformed`
    pub const RECEIPT_TEXT_MALFORMED: Self = Self(103);
    /// `receipt.text.stat_unknown`
    pub const RECEIPT_TEXT_STAT_UNKNOWN: Self = Self(104);
    /// `receipt.state_mismatch`
    pub const RECEIPT_STATE_MISMATCH: Self = Self(105);
    /// `receipt.id_mismatch`
    pub const RECEIPT_ID_MISMATCH: Self = Self(106);
    /// `receipt.state_kind`
    pub const RECEIPT_STATE_KIND: Self = Self(107);
    /// `receipt.unknown_message`
    pub const RECEIPT_UNKNOWN_MESSAGE: Self = Self(108);
    /// `receipt.not_requested`
    pub const RECEIPT_NOT_REQUESTED: Self = Self(109);
    /// `receipt.address_not_swapped`
    pub const RECEIPT_ADDRESS_NOT_SWAPPED: Self = Self(110);
    /// `session.pdu_wrong_direction`
    pub const SESSION_PDU_WRONG_DIRECTION: Self = Self(111);
    /// `session.pdu_in_wrong_state`
    pub const SESSION_PDU_IN_WRONG_STATE: Self = Self(112);
    /// `session.request_after_unbind`
    pub const SESSION_REQUEST_AFTER_UNBIND: Self = Self(113);
    /// `session.closed_without_unbind`
    pub const SESSION_CLOSED_WITHOUT_UNBIND: Self = Self(114);
    /// `session.outbind_not_answered_by_bind`
    pub const SESSION_OUTBIND_NOT_ANSWERED_BY_BIND: Self = Self(115);
    /// `session.tlv_without_sc_interface_version`
    pub const SESSION_TLV_WITHOUT_SC_INTERFACE_VERSION: Self = Self(116);
    /// `session.sequence_number.reused`
    pub const SESSION_SEQUENCE_NUMBER_REUSED: Self = Self(117);
    /// `session.sequence_number.not_monotonic`
    pub const SESSION_SEQUENCE_NUMBER_NOT_MONOTONIC: Self = Self(118);
    /// `session.window_over_10`
    pub const SESSION_WINDOW_OVER_10: Self = Self(119);
    /// `response.unmatched`
    pub const RESPONSE_UNMATCHED: Self = Self(120);
    /// `response.duplicate`
    pub const RESPONSE_DUPLICATE: Self = Self(121);
    /// `response.wrong_type`
    pub const RESPONSE_WRONG_TYPE: Self = Self(122);
    /// `response.missing`
    pub const RESPONSE_MISSING: Self = Self(123);
    /// `response.out_of_order`
    pub const RESPONSE_OUT_OF_ORDER: Self = Self(124);
    /// `timer.session_init`
    pub const TIMER_SESSION_INIT: Self = Self(125);
    /// `timer.response`
    pub const TIMER_RESPONSE: Self = Self(126);
    /// `timer.enquire_link`
    pub const TIMER_ENQUIRE_LINK: Self = Self(127);
    /// `timer.inactivity`
    pub const TIMER_INACTIVITY: Self = Self(128);
}

const ALL: &[Version] = &[Version::V33, Version::V34, Version::V50];
const SINCE_34: &[Version] = &[Version::V34, Version::V50];
const ONLY_33: &[Version] = &[Version::V33];
const ONLY_34: &[Version] = &[Version::V34];
const ONLY_50: &[Version] = &[Version::V50];
const UNTIL_34: &[Version] = &[Version::V33, Version::V34];

/// Every rule, in the order of the conformance suite.
pub const RULES: &[Rule; 129] = &[
    Rule {
        id: "header.truncated",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.2, §3.2.2; SMPP 5.0 §3.2, §3.2.1.1; SMPP 3.3 §6.2",
        doc: "Fewer than 16 octets are left where a header has to be (the stream or the capture ends inside the header).",
    },
    Rule {
        id: "header.command_length.too_small",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.2, §5.1.1; SMPP 5.0 §3.2.1.1, §4.7.4; SMPP 3.3 §6.2",
        doc: "command_length counts the 16 octets of the header, so it cannot be below 16. Nothing after it can be framed; resynchronise or stop.",
    },
    Rule {
        id: "header.command_length.too_large",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 5.0 §2.8.2 (the fact that a length may be \"too large\" and the answer ESME_RINVCMDLEN); the limit is ours",
        doc: "No version prints a maximum. The limit is a setting of the tool; 1 MiB (0x00100000) is proposed: the largest body built from non-repeatable parts stays below 0x00020000. Usual causes: lost framing, or another protocol (0x16030100 is TLS, 0x47455420 is \"GET \").",
    },
    Rule {
        id: "header.command_length.beyond_capture",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.2; SMPP 5.0 §3.2.1.1; SMPP 3.3 §6.2",
        doc: "The header is whole, but the stream ends before command_length octets. Report it apart from malformed PDUs: the capture may have been cut.",
    },
    Rule {
        id: "header.command_id.unknown",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.1.2.1 Table 5-1, §3.3; SMPP 5.0 §4.7.5 Table 4-44, §2.11.1; SMPP 3.3 §6.2",
        doc: "A command_id that no version defines and that is not in the vendor ranges. The body cannot be decoded. A receiver answers with generic_nack and ESME_RINVCMDID.",
    },
    Rule {
        id: "header.command_id.vendor",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.1.2.1 Table 5-1; SMPP 5.0 §4.7.5 Table 4-44",
        doc: "command_id 0x00010200-0x000102FF (responses 0x80010200-0x800102FF) belongs to the vendor of the message centre; the body is opaque.",
    },
    Rule {
        id: "header.command_id.not_in_version",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.3, §3.4; SMPP 5.0 §2.11; commands.toml \"versions\"",
        doc: "The command exists, but not in the version of this session (bind_transceiver, data_sm, outbind and alert_notification are not in 3.3; broadcast_sm and its companions only in 5.0; query_last_msgs, query_msg_details and param_retrieve only in 3.3). Decode it by the version that has it.",
    },
    Rule {
        id: "header.command_status.nonzero_in_request",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.1; SMPP 5.0 §3.2.1.3; SMPP 3.3 §6.2",
        doc: "command_status means something in responses only; a request, outbind and alert_notification carry 0.",
    },
    Rule {
        id: "header.command_status.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.1.3 Table 5-2; SMPP 5.0 §4.7.6 Table 4-45",
        doc: "A status outside the table of the session's version and outside the vendor range. 3.3 prints no numbers, so the rule does not apply there. The same check serves error_status_code of unsuccess_sme and the broadcast_error_status TLV.",
    },
    Rule {
        id: "header.command_status.vendor",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.1.3 Table 5-2; SMPP 5.0 §4.7.6 Table 4-45",
        doc: "0x400-0x4FF is set aside for the vendor of the message centre; its meaning has to be asked for.",
    },
    Rule {
        id: "header.sequence_number.zero",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.1.4, §4.3.1; SMPP 5.0 §4.7.24; SMPP 3.3 §6.2",
        doc: "The range starts at 1. Only generic_nack may carry 0, when the number of the offending PDU could not be read.",
    },
    Rule {
        id: "header.sequence_number.out_of_range",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.1.4; SMPP 5.0 §4.7.24; SMPP 3.3 §6.2",
        doc: "The range ends at 0x7FFFFFFF; after it 5.0 wraps to 1.",
    },
    Rule {
        id: "header.generic_nack.status_zero",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §4.3.1; SMPP 5.0 §4.1.4.1",
        doc: "generic_nack carries the reason for the refusal, so ESME_ROK makes no sense in it.",
    },
    Rule {
        id: "header.enquire_link_resp.status_nonzero",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §4.11.2; SMPP 5.0 §4.1.2.2",
        doc: "enquire_link_resp has a fixed status of 0 in both tables.",
    },
    Rule {
        id: "body.unexpected",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.1, §4.2, §4.3.1, §4.9.2, §4.10.2, §4.11; SMPP 5.0 §4.1.1.8, §4.1.2, §4.1.4.1; SMPP 3.3 §6.2.1.1, §6.3.2, §6.3.9",
        doc: "A PDU that consists of a header only has a body. In 5.0 a response of this kind may still carry TLVs (congestion_state, §4.8.4.18).",
    },
    Rule {
        id: "body.truncated",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.1, §4; SMPP 5.0 §3.2.1.5, §2.8.2; SMPP 3.3 §6.3",
        doc: "The body ends before the last mandatory field. Mandatory fields are always encoded, if only as NULL.",
    },
    Rule {
        id: "response.body_present_on_error",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §4.1.2, §4.1.4, §4.4.2 (must be absent); SMPP 5.0 §3.2.1.3 (should be absent, the receiver ignores it)",
        doc: "A response with a non-zero status has a body. 3.4 forbids it for bind_transmitter_resp, bind_receiver_resp and submit_sm_resp and is silent about the others; 5.0 advises against it for all. data_sm_resp is left out in 3.4: its TLVs describe failures. In 3.3 the missing message_id is one NULL octet, which is right there (§6.3.3.2).",
    },
    Rule {
        id: "response.body_absent_on_success",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §4.4.2, §4.6.2 etc.; SMPP 5.0 §4.2.1.2, §4.3.1.2 etc.; SMPP 3.3 §6.3.3.2",
        doc: "A successful response lacks its mandatory body. Frequent for deliver_sm_resp, whose message_id is unused but still one NULL octet. Reported instead of body.truncated when the body is wholly missing.",
    },
    Rule {
        id: "cstring.unterminated",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.1; SMPP 5.0 §3.1; SMPP 3.3 §6.1",
        doc: "No NUL octet up to the end of the body; the fields that follow cannot be found.",
    },
    Rule {
        id: "cstring.too_long",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.1.1, §3.3; SMPP 5.0 §3.1.2, §2.8.2; SMPP 3.3 §6.3",
        doc: "The string with its NUL is longer than the field allows (see the len_ keys of commands.toml per version: message_id 9 octets in 3.3 and 65 later; system_id 16, password 9, system_type 13, service_type 6, addresses 21, in data_sm and alert_notification 65). A reader bounded by the maximum loses its place, hence an error; going on after the NUL is a sensible recovery.",
    },
    Rule {
        id: "cstring.non_ascii",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.1; SMPP 5.0 §3.1; SMPP 3.3 §6.1",
        doc: "C-Octet Strings consist of ASCII characters; an octet above 0x7F or a control character is outside of it.",
    },
    Rule {
        id: "cstring.not_decimal",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_33,
        clause: "SMPP 3.3 §6.1, §6.3.3.1",
        doc: "3.3 types the addresses of submit_sm and its relatives as decimal C-Octet Strings: digits only. 3.4 and 5.0 dropped this.",
    },
    Rule {
        id: "cstring.not_hex",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_33,
        clause: "SMPP 3.3 §6.1, §6.3.3.2, §6.3.6.2, §6.3.6.3",
        doc: "3.3 types message ids as hexadecimal C-Octet Strings; query_sm_resp may have leading spaces. 3.4 and 5.0 treat the id as opaque.",
    },
    Rule {
        id: "field.interface_version.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.4; SMPP 5.0 §4.7.13",
        doc: "Defined are 0x00-0x33 (3.3 or earlier), 0x34 and, in 5.0, 0x50. 0x35 and 0x40 are seen in the field and reserved.",
    },
    Rule {
        id: "field.interface_version.too_low",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "our reading of SMPP 3.4 §4.1.5, §5.2.4; SMPP 5.0 §2.11, §4.7.13",
        doc: "bind_transceiver came with 3.4, yet the ESME announces 3.3 or earlier in it. The message centre would then have to leave out all TLVs.",
    },
    Rule {
        id: "field.ton.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.5; SMPP 5.0 §4.7.1",
        doc: "Type of number above 6. (3.3 refers to GSM 03.40, whose values 0-6 are the same; 7 is reserved for extension there.)",
    },
    Rule {
        id: "field.npi.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.6; SMPP 5.0 §4.7.2",
        doc: "Numbering plan other than 0, 1, 3, 4, 6, 8, 9, 10, 14 and 18.",
    },
    Rule {
        id: "field.service_type.unknown",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.11; SMPP 5.0 §4.7.25",
        doc: "Not one of the names of the table (values.toml service_type); carriers define their own, so this is for information only.",
    },
    Rule {
        id: "field.esm_class.reserved_message_type",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.12; SMPP 5.0 §4.7.12",
        doc: "The message type (bits 5-2) is not defined for this version and direction. 3.4 from the ESME: 0, 2 and 4 (0x00, 0x08, 0x10); otherwise 0x00, 0x04, 0x08, 0x10, 0x18, 0x20.",
    },
    Rule {
        id: "field.esm_class.transaction_mode_in_submit",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_34,
        clause: "SMPP 3.4 §2.10.3, §4.4, §4.5",
        doc: "Mode 2 (forward, transaction) exists for data_sm only in 3.4. 5.0 §4.2.10.4 shows submit_sm in this mode, so the rule ends with 3.4.",
    },
    Rule {
        id: "field.esm_class.nonzero_v33",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_33,
        clause: "SMPP 3.3 §6.3.3.1, §6.3.4",
        doc: "esm_class is unused and NULL in submit_sm and submit_multi of 3.3. (In deliver_sm it may mark a receipt; the coding is in a guide we have not found.)",
    },
    Rule {
        id: "field.priority_flag.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.14; SMPP 5.0 §4.7.19; SMPP 3.3 §6.3.3.1",
        doc: "Highest value: 1 in 3.3, 3 in 3.4, 4 in 5.0 (4 for GSM cell broadcast only).",
    },
    Rule {
        id: "field.registered_delivery.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.17; SMPP 5.0 §4.7.21; SMPP 3.3 §6.3.3.1",
        doc: "Bits 7-5 are reserved; receipt value 3 (on success only) came with 5.0; 3.3 knows 0 and 1 only.",
    },
    Rule {
        id: "field.replace_if_present_flag.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.18; SMPP 5.0 §4.7.22; SMPP 3.3 §6.3.3.1",
        doc: "Only 0 and 1 are defined.",
    },
    Rule {
        id: "field.replace_if_present_flag.in_submit_multi",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: UNTIL_34,
        clause: "SMPP 3.4 §4.5.1; SMPP 3.3 Table 6-6; SMPP 5.0 §4.2.3.1 has no such limit",
        doc: "3.4 reserves the flag in submit_multi: NULL. 3.3 supports it for a single message only, not for a distribution list or several destinations.",
    },
    Rule {
        id: "field.data_coding.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7; SMPP 3.3 §6.3.3.1 (GSM 03.38)",
        doc: "3.4 and 5.0 reserve 0x0B, 0x0C, 0x0F-0xBF and 0xE0-0xEF. In 3.3 the octet is the GSM data coding scheme, where 0x80-0xBF is reserved. 0x10-0x1F and 0xE0-0xEF are common mistakes: GSM values that 3.4 does not pass through.",
    },
    Rule {
        id: "field.sm_default_msg_id.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: UNTIL_34,
        clause: "SMPP 3.4 §5.2.20; SMPP 3.3 §6.3.3.1",
        doc: "3.4 reserves 255; 3.3 ends at 0x64. 5.0 allows 1-255.",
    },
    Rule {
        id: "field.sm_default_msg_id.with_text",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §4.4.1, §5.2.20; SMPP 5.0 §4.2.1.1, §4.7.27; SMPP 3.3 §6.3.3.1",
        doc: "A predefined message is named and a text is sent as well. The specifications say the index is NULL when it is not used; which of the two wins is not said.",
    },
    Rule {
        id: "field.sm_length.over_254",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_34,
        clause: "SMPP 3.4 §3.2.3, §5.2.21",
        doc: "sm_length 255 is not allowed in 3.4; longer texts use message_payload. 5.0 allows 255.",
    },
    Rule {
        id: "field.sm_length.over_160_v33",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_33,
        clause: "SMPP 3.3 §6.3.3.1, §6.3.5.1",
        doc: "3.3 carries up to 160 octets of data in short_message.",
    },
    Rule {
        id: "field.sm_length.overrun",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.1, §5.2.21; SMPP 5.0 §3.1, §4.7.28; SMPP 3.3 §6.3.3.1",
        doc: "sm_length points beyond the end of the PDU.",
    },
    Rule {
        id: "field.number_of_dests.range",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.24; SMPP 5.0 §4.7.17; SMPP 3.3 Table 6-6",
        doc: "No destination at all, or more than 254 in 3.4 (5.0: 255; 3.3 names no maximum).",
    },
    Rule {
        id: "field.dest_address.list_overrun",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §4.5.1, §4.5.1.1; SMPP 5.0 §4.2.3.1; SMPP 3.3 Tables 6-6, 6-7",
        doc: "number_of_dests announces more addresses than the body holds.",
    },
    Rule {
        id: "field.dest_flag.invalid",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.25; SMPP 5.0 §4.7.9; SMPP 3.3 Table 6-7",
        doc: "dest_flag is neither 1 (SME address) nor 2 (distribution list); the layout of what follows is unknown.",
    },
    Rule {
        id: "field.unsuccess_sme.list_overrun",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §4.5.2, §4.5.2.1; SMPP 5.0 §4.2.3.2; SMPP 3.3 §6.3.4.1",
        doc: "no_unsuccess announces more entries than the body holds.",
    },
    Rule {
        id: "field.unsuccess_sme.status_zero",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §4.5.2.1; SMPP 5.0 §4.2.3.2",
        doc: "An entry of the list of failures has the status of success.",
    },
    Rule {
        id: "field.message_state.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.28; SMPP 5.0 §4.7.15",
        doc: "Defined are 1-8, in 5.0 also 0 (SCHEDULED) and 9 (SKIPPED). 3.3 prints names only. The same table serves the message_state TLV.",
    },
    Rule {
        id: "field.time.length",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.1.1, §5.2.15, §7.1.1; SMPP 5.0 §2.8.2, §3.1.2, §4.7.23; SMPP 3.3 §7.5",
        doc: "A time field is neither one NULL octet nor 16 characters with a NUL. The 12-character local form (YYMMDDhhmmss) that 3.3 §7.5 and 3.4 §7.1.1 foresee for times reported by the message centre is accepted in final_date.",
    },
    Rule {
        id: "field.time.malformed",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §7.1.1; SMPP 5.0 §4.7.23.4, §4.7.23.5; SMPP 3.3 §7.5",
        doc: "The characters do not make a time: non-digits, month 13, day 32, hour 24, an offset above 48 quarter hours, a last character other than +, - or R. A relative time may have month 00 and day 00 (see values.toml time_format).",
    },
    Rule {
        id: "field.time.relative_not_allowed",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.3 §6.3.3.1, §7.5; SMPP 5.0 §4.7.23.3, §4.8.4.9",
        doc: "A relative time in 3.3, which has only absolute ones, or in final_date or broadcast_end_time, which report a moment in the past.",
    },
    Rule {
        id: "field.deliver_sm.unused_field",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_34,
        clause: "SMPP 3.4 §4.6.1",
        doc: "schedule_delivery_time, validity_period, replace_if_present_flag and sm_default_msg_id are unused in deliver_sm of 3.4 and have to be NULL. 5.0 (§4.3.1.1) uses them when a message centre forwards the message to another one.",
    },
    Rule {
        id: "field.address.plus_sign",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 5.0 §4.2.6.1.1; for 3.4 our reading of §5.2.5",
        doc: "The address starts with \"+\" or, with TON 1, with \"00\". The prefix is expressed by TON 1 and is not part of the address.",
    },
    Rule {
        id: "field.address.ton_mismatch",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.5, §5.2.6; SMPP 5.0 §4.2.6.1.2",
        doc: "Letters in an address whose TON is not 5 (alphanumeric), or TON 5 with an NPI other than 0 (5.0 calls 0 usual). IP addresses (NPI 14) and WAP client ids (NPI 18) are exempt.",
    },
    Rule {
        id: "field.destination_addr.empty",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "our reading of SMPP 3.4 §4.4.1, §5.2.9; SMPP 5.0 §4.2.1.1, §4.7.8; SMPP 3.3 §6.3.3.1 (they allow NULL for the source in words, not for the destination)",
        doc: "submit_sm, data_sm or an SME entry of submit_multi without a destination. source_addr may be NULL (the message centre fills it in), the destination may not.",
    },
    Rule {
        id: "field.message_id.not_null_in_deliver_sm_resp",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §4.6.2; SMPP 5.0 §4.3.1.2",
        doc: "message_id is unused in deliver_sm_resp: one NULL octet. A message centre ignores it.",
    },
    Rule {
        id: "field.final_date.inconsistent",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §4.8.2; SMPP 5.0 §4.5.2.2; SMPP 3.3 §6.3.6.3",
        doc: "final_date is NULL exactly as long as no final state is reached. A date with ENROUTE (or SCHEDULED), or a final state without a date, contradicts itself. UNKNOWN is left alone. In 3.3 the numbers of the states are not printed, so the rule needs 3.4 numbers.",
    },
    Rule {
        id: "field.cancel_sm.no_target",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §4.9, §4.9.1; SMPP 5.0 §4.5.1",
        doc: "message_id and destination_addr are both NULL. The destination may be left out only when message_id is there; otherwise source and destination select the group to cancel.",
    },
    Rule {
        id: "field.broadcast_sm.message_id_with_reference",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_50,
        clause: "SMPP 5.0 §4.4.1.1, §4.4.4, §4.6.1.1, §4.6.2.2",
        doc: "message_id and user_message_reference exclude each other in broadcast_sm, query_broadcast_sm and cancel_broadcast_sm.",
    },
    Rule {
        id: "field.query_broadcast_sm.no_id",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_50,
        clause: "SMPP 5.0 §4.6.1.1, §4.6.1.2",
        doc: "Neither message_id nor user_message_reference says which broadcast is asked for.",
    },
    Rule {
        id: "field.query_last_msgs.num_messages",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_33,
        clause: "SMPP 3.3 §6.3.6.5",
        doc: "num_messages is 1 to 100.",
    },
    Rule {
        id: "tlv.trailing_octets",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.2.4.1; SMPP 5.0 §3.1, §4.8",
        doc: "One to three octets are left after the last field or TLV, too few for tag and length. A single 00 after short_message is usually a terminator that sm_length did not count. (3.3 allows it: short_message is up to 161 octets, of which only sm_length are used.)",
    },
    Rule {
        id: "tlv.length.overrun",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.2.4.1; SMPP 5.0 §3.1, §4.8.2",
        doc: "The length of a TLV points beyond the end of the PDU.",
    },
    Rule {
        id: "tlv.length.invalid",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.3.2.x; SMPP 5.0 §4.8.4.x",
        doc: "The length is not one the definition allows (tlvs.toml len_v34, len_v50, accept_v50), so the value cannot be read as its type. Example in the field: receipts with a user_message_reference of 1 octet.",
    },
    Rule {
        id: "tlv.tag.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.3.1; SMPP 5.0 §4.8.1",
        doc: "A tag that no version defines, outside 0x1400-0x3FFF. A receiver skips it.",
    },
    Rule {
        id: "tlv.tag.vendor",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.3.1; SMPP 5.0 §4.8.1",
        doc: "A tag of the vendor range 0x1400-0x3FFF. tlvs.toml vendor_tlv names some; the same tag means different things to different vendors.",
    },
    Rule {
        id: "tlv.not_permitted",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.3, Tables of §4.x; SMPP 5.0 §2.11.1, §4.2.4, §4.2.5, §4.3.3, §4.3.4, §4.4.2, §4.4.3, §4.5.3.3, §4.6.1.2, §4.6.1.4, §4.6.2.2",
        doc: "A known TLV in a PDU whose table does not list it (tlvs.toml carried_by_v34, carried_by_v50). A receiver ignores it.",
    },
    Rule {
        id: "tlv.not_in_version",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_34,
        clause: "SMPP 3.4 §3.4, §5.3.1; SMPP 5.0 §4.8.1",
        doc: "A TLV that came with 5.0 (0x0428, 0x0600-0x0613) in a 3.4 session, where its tag is reserved.",
    },
    Rule {
        id: "tlv.in_v33_session",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_33,
        clause: "SMPP 3.4 §3.4; SMPP 5.0 §2.11.2",
        doc: "TLVs after the mandatory fields although the session is 3.3 (interface_version below 0x34). They must not be sent to such a peer.",
    },
    Rule {
        id: "tlv.duplicate",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "our reading of SMPP 3.4 §5.3.2; SMPP 5.0 §4.8.4: repetition is foreseen only for the TLVs that say so (tlvs.toml multiple)",
        doc: "A TLV occurs twice that the text foresees once. No clause forbids it or says which one counts.",
    },
    Rule {
        id: "tlv.missing_mandatory",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_50,
        clause: "SMPP 5.0 §4.4.1.1, §4.6.1.3, §2.11.1, §3.2.1.6",
        doc: "A mandatory TLV is missing: broadcast_sm needs broadcast_area_identifier, broadcast_content_type, broadcast_rep_num and broadcast_frequency_interval; query_broadcast_sm_resp needs message_state, broadcast_area_identifier and broadcast_area_success. Status: ESME_RMISSINGTLV.",
    },
    Rule {
        id: "tlv.value.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.3.2.x, §3.3; SMPP 5.0 §4.8.4.x, §2.11.1",
        doc: "A reserved value, out-of-range number or non-zero reserved bit in a TLV (values.toml tables named by tlvs.toml values; range; zero_bits).",
    },
    Rule {
        id: "tlv.cstring.unterminated",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.1, §5.3.2.11, §5.3.2.12; SMPP 5.0 §3.1, §4.8.4.1, §4.8.4.47",
        doc: "A TLV of type C-Octet String without its NUL, or with one before the end (receipted_message_id, additional_status_info_text, source_network_id, dest_network_id; broadcast_end_time is exempt, see tlvs.toml). The length bounds it, so decoding goes on.",
    },
    Rule {
        id: "tlv.callback_num.count_mismatch",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.3.2.36-38; SMPP 5.0 §4.8.4.15-17",
        doc: "callback_num_pres_ind or callback_num_atag without callback_num, or, with several callback_num, in another number. They are matched by their order.",
    },
    Rule {
        id: "tlv.sar.incomplete",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.3.2.22-24; SMPP 5.0 §4.8.4.48-50",
        doc: "One or two of sar_msg_ref_num, sar_total_segments and sar_segment_seqnum are there, not all three; such a set is ignored.",
    },
    Rule {
        id: "tlv.sar.range",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.3.2.23, §5.3.2.24; SMPP 5.0 §4.8.4.49, §4.8.4.50",
        doc: "sar_total_segments or sar_segment_seqnum is 0, or the segment number is above the total.",
    },
    Rule {
        id: "tlv.with_udhi",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.12; SMPP 5.0 §4.7.12",
        doc: "The UDH indicator is set and concatenation (sar_*) or port TLVs are present as well; with UDHI both belong into the header.",
    },
    Rule {
        id: "tlv.network_id.without_node_id",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_50,
        clause: "SMPP 5.0 §4.8.4.25, §4.8.4.27, §4.8.4.56, §4.8.4.58",
        doc: "source_network_id needs source_node_id, dest_network_id needs dest_node_id.",
    },
    Rule {
        id: "tlv.dest_addr_np.incomplete",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_50,
        clause: "SMPP 5.0 §4.8.4.20-22",
        doc: "dest_addr_np_resolution 2 (queried, ported) without dest_addr_np_information or dest_addr_np_country.",
    },
    Rule {
        id: "tlv.ms_validity.inconsistent",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_50,
        clause: "SMPP 5.0 §4.8.4.41",
        doc: "Behaviour 4 (relative period) needs the unit and the count that follow it: 4 octets. The other behaviours need 1.",
    },
    Rule {
        id: "tlv.broadcast_error_status.count",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ONLY_50,
        clause: "SMPP 5.0 §4.4.1.2, §4.4.3, §4.8.4.10",
        doc: "As many broadcast_error_status as failed_broadcast_area_identifier, in the same order.",
    },
    Rule {
        id: "tlv.sc_interface_version.missing",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.4; SMPP 5.0 §2.11.2",
        doc: "A successful bind response without sc_interface_version. The ESME then has to assume that the message centre does not take TLVs.",
    },
    Rule {
        id: "tlv.delivery_failure_reason.on_success",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §4.7.2, §5.3.2.33; SMPP 5.0 §4.2.5, §4.8.4.19",
        doc: "delivery_failure_reason is not included when the delivery succeeded.",
    },
    Rule {
        id: "short_message.with_message_payload",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.2.3, §4.4.1, §5.3.2.32; SMPP 5.0 §4.2.1.1, §4.3.1.1, §4.8.4.36",
        doc: "A text in short_message and another in message_payload. With the TLV, sm_length has to be 0. (5.0: the TLV supersedes the field.)",
    },
    Rule {
        id: "short_message.nul_terminated",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §3.1, §5.2.22; SMPP 5.0 §3.1, §4.7.26; GSM/UMTS implementation guide §2.2.1.2 (wants a NUL)",
        doc: "The text ends with 00, and sm_length counts it. An Octet String needs no terminator; in the GSM alphabet 00 is \"@\". Not applied to binary text, nor to UCS2, where the last character may well end in 00.",
    },
    Rule {
        id: "message.no_text",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.2.3, §4.7.1; SMPP 5.0 §4.2.4, §4.7.6 (ESME_RMISSINGTLV: data_sm needs message_payload)",
        doc: "Neither short_message nor message_payload nor sm_default_msg_id: an empty message. Legal (a USSD or wake-up message may be empty), often a mistake. 5.0 calls message_payload mandatory in data_sm, if only in the description of a status code. A receipt with TLVs only is exempt.",
    },
    Rule {
        id: "message.validity_before_schedule",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.15, §5.2.16; SMPP 5.0 §4.7.23.1, §4.7.23.2; SMPP 3.3 §6.3.3.1",
        doc: "validity_period ends before schedule_delivery_time. Only two times of the same kind can be compared without knowing the clock.",
    },
    Rule {
        id: "message.datagram_with_options",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.10.2; SMPP 5.0 §4.2.10.3",
        doc: "Datagram mode (esm_class mode 1) with a schedule or a request for a receipt; neither applies there.",
    },
    Rule {
        id: "text.gsm7.invalid_octet",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "3GPP TS 23.038 §6.2.1; SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7",
        doc: "An octet above 0x7F in a text of the default alphabet (unpacked, one septet per octet). 3.4 and 5.0 leave the default alphabet of data_coding 0 to the message centre, so it may be another one (Latin 1, for instance) or packed septets.",
    },
    Rule {
        id: "text.gsm7.escape",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "3GPP TS 23.038 §6.2.1, §6.2.1.1",
        doc: "An escape (0x1B) as the last character, or before a code that the extension table in force does not have; the receiver then shows the character of the main table or a space.",
    },
    Rule {
        id: "text.ascii.high_bit",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7",
        doc: "data_coding 1 (IA5/ASCII) with an octet above 0x7F.",
    },
    Rule {
        id: "text.ucs2.odd_length",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7; 3GPP TS 23.038 §6.2.3",
        doc: "data_coding 8 (UCS2) and an odd number of octets after the user data header, if there is one.",
    },
    Rule {
        id: "text.ucs2.surrogate",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 3.4 §5.2.19; SMPP 5.0 §4.7.7; 3GPP TS 23.038 §6.2.3 (UCS2, not UTF-16)",
        doc: "UCS2 has no surrogates. A pair (0xD800-0xDBFF, 0xDC00-0xDFFF) shows that the sender uses UTF-16, which most handsets accept; a lone half comes from a split in the middle of a character.",
    },
    Rule {
        id: "text.too_long_for_network",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: ALL,
        clause: "SMPP 5.0 §4.2.8; SMPP 3.4 §3.2.3, §6.2; 3GPP TS 23.040 §9.2.3.16, §9.2.3.24",
        doc: "Longer than one GSM short message: 160 septets or 140 octets, the header included (values.toml udh.limits). The message centre splits, cuts or refuses it. Not applied to message_payload.",
    },
    Rule {
        id: "udh.length.overrun",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24; SMPP 3.4 §5.2.12; SMPP 5.0 §4.7.12",
        doc: "UDHI is set, and the header length points beyond the text, or there is no text at all.",
    },
    Rule {
        id: "udh.ie.overrun",
        severity: Severity::Error,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24",
        doc: "An information element points beyond the end of the header, or its length octet is missing.",
    },
    Rule {
        id: "udh.ie.length",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.3, §9.2.3.24.4, §9.2.3.24.8, §9.2.3.24.15, §9.2.3.24.16",
        doc: "An element of fixed length has another one: 00 has 3, 08 has 4, 04 has 2, 05 has 4, 24 and 25 have 1 (values.toml udh). It is then ignored.",
    },
    Rule {
        id: "udh.ie.reserved",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24",
        doc: "An element identifier that is reserved. A receiver skips it by its length.",
    },
    Rule {
        id: "udh.ie.duplicate",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24",
        doc: "A non-repeatable element occurs twice, or two exclude each other (00 and 08; 04 and 05). The last one counts.",
    },
    Rule {
        id: "udh.concat.range",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8",
        doc: "Total 0, sequence number 0, or sequence number above the total. The element is ignored.",
    },
    Rule {
        id: "udh.national_language.reserved",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24.15, §9.2.3.24.16; 3GPP TS 23.038 §6.2.1.2.4",
        doc: "A language identifier of 0 or above 13, or a locking shift to Spanish (2), which has no locking table. The default alphabet is used instead.",
    },
    Rule {
        id: "concat.inconsistent_total",
        severity: Severity::Warning,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24.1; SMPP 3.4 §5.3.2.23; SMPP 5.0 §4.8.4.50",
        doc: "Two parts of one message (same source, destination and reference) name different totals.",
    },
    Rule {
        id: "concat.missing_segment",
        severity: Severity::Note,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "3GPP TS 23.040 §9.2.3.24.1; SMPP 3.4 §5.3.2.24; SMPP 5.0 §4.8.4.49",
        doc: "The capture ends with a multi-part message incomplete.",
    },
    Rule {
        id: "receipt.missing_tlvs",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11, §4.6.1; SMPP 5.0 §4.3.5.1, §4.3.5.2",
        doc: "A receipt or an intermediate notification (esm_class type 0x04, 0x20) without receipted_message_id or message_state.",
    },
    Rule {
        id: "receipt.text.malformed",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B (an example of one format, vendor specific); SMPP 5.0 §4.3.5.1 (format left to the product)",
        doc: "The text of a receipt does not match the Appendix B form (values.toml delivery_receipt_text strict_regex); try lenient_regex before giving up. No text at all is fine when the TLVs are there.",
    },
    Rule {
        id: "receipt.text.stat_unknown",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B Table B-2",
        doc: "stat is none of DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD, UNKNOWN, REJECTD (and ENROUTE, which is used in intermediate notifications).",
    },
    Rule {
        id: "receipt.state_mismatch",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B, §5.2.28, §5.3.2.35; SMPP 5.0 §4.7.15, §4.8.4.37",
        doc: "stat of the text and the message_state TLV do not mean the same (values.toml delivery_receipt_text.stat).",
    },
    Rule {
        id: "receipt.id_mismatch",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B, §5.3.2.12; SMPP 5.0 §4.8.4.47",
        doc: "id of the text and receipted_message_id differ. Decimal against hexadecimal spellings of one number, and leading zeros, do not count as different.",
    },
    Rule {
        id: "receipt.state_kind",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11; SMPP 5.0 §4.3.5.1, §4.3.5.2, §4.7.15",
        doc: "A delivery receipt (0x04) reports the final state, an intermediate notification (0x20) an intermediate one; here it is the other way round.",
    },
    Rule {
        id: "receipt.unknown_message",
        severity: Severity::Note,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11, §5.3.2.12; SMPP 5.0 §4.3.5.1",
        doc: "The message of the receipt was not submitted in this capture. Other sessions and earlier times explain it; an id in another radix (hexadecimal in submit_sm_resp, decimal in the receipt) does so often: compare both ways first.",
    },
    Rule {
        id: "receipt.not_requested",
        severity: Severity::Warning,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11, §5.2.17; SMPP 5.0 §4.3.5.1, §4.7.21",
        doc: "A receipt for a message whose registered_delivery did not ask for one, or not for this outcome (2: failures only; 3: success only).",
    },
    Rule {
        id: "receipt.address_not_swapped",
        severity: Severity::Note,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11; SMPP 5.0 §4.3.5.1",
        doc: "The source of a receipt is the destination of the original message and the other way round; here they differ. A message centre may rewrite TON, NPI or the number.",
    },
    Rule {
        id: "session.pdu_wrong_direction",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §2.3 Table 2-1; SMPP 5.0 §2.4 Table 2-1; SMPP 3.3 §5.5",
        doc: "The PDU is only ever sent by the other side (deliver_sm by an ESME, submit_sm by a message centre). Often the two directions of a capture are mixed up.",
    },
    Rule {
        id: "session.pdu_in_wrong_state",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §2.2, §2.3 Table 2-1; SMPP 5.0 §2.3, §2.4 Table 2-1, §2.8.2; SMPP 3.3 §5.1",
        doc: "The PDU is not allowed in this session state (commands.toml states_v34, states_v50): a submit_sm before the bind or in BOUND_RX, a second bind, a deliver_sm in BOUND_TX. The answer is ESME_RINVBNDSTS (ESME_RALYBND for a second bind). 3.4 allows enquire_link only in bound states, 5.0 in all. 3.3 has no table; the 3.4 one serves. 3.4 prints replace_sm for BOUND_TX only; accept BOUND_TRX too (states_v34_accept).",
    },
    Rule {
        id: "session.request_after_unbind",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §4.2; SMPP 5.0 §2.3.5, §4.1.1.8; SMPP 3.3 §5.3, §6.3.2",
        doc: "A side sends a new request after its own unbind and before the unbind_resp. enquire_link is exempt in 5.0, which allows it in UNBOUND. (After the unbind_resp session.pdu_in_wrong_state speaks.)",
    },
    Rule {
        id: "session.closed_without_unbind",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §4.2, §2.2; SMPP 5.0 §2.3.5, §2.3.6; SMPP 3.3 §5.3",
        doc: "The connection of a bound session ends without unbind and unbind_resp.",
    },
    Rule {
        id: "session.outbind_not_answered_by_bind",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.2.1, §4.1.7; SMPP 5.0 §2.3.7, §2.4, §4.1.1.7",
        doc: "After outbind the next PDU of the ESME has to be a bind: bind_receiver in 3.4; 5.0 allows all three.",
    },
    Rule {
        id: "session.tlv_without_sc_interface_version",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §3.4; SMPP 5.0 §2.11.2",
        doc: "The ESME sends TLVs although the bind response lacked sc_interface_version, so that it had to assume a message centre without TLVs.",
    },
    Rule {
        id: "session.sequence_number.reused",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 5.0 §2.6.1, §2.6.2; SMPP 3.4 §3.2.1, §4.x (unique number); SMPP 3.3 §5.4, §6.2",
        doc: "A request has the number of an earlier request of the same side that is still unanswered. Using a number again after the answer is allowed in 5.0. Each side has its own numbers.",
    },
    Rule {
        id: "session.sequence_number.not_monotonic",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.1 (should); SMPP 5.0 §2.6.1, §2.6.2 (recommended, not mandatory); SMPP 3.3 §5.4, §6.2",
        doc: "A request has a lower number than the request before it from the same side. The wrap from 0x7FFFFFFF to 1 is fine.",
    },
    Rule {
        id: "session.window_over_10",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.5.2, §2.6.2, §2.7.1 (a guideline of 10); 5.0 §2.9 names no number",
        doc: "More than 10 requests of one side wait for an answer.",
    },
    Rule {
        id: "response.unmatched",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.1, §5.1.4; SMPP 5.0 §2.6.1, §4.7.24; SMPP 3.3 §6.2",
        doc: "A response whose number belongs to no request of the other side. At the start of a capture that begins in the middle of a session this is expected. A generic_nack with number 0 is exempt.",
    },
    Rule {
        id: "response.duplicate",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §2.8, §5.1.4; SMPP 5.0 §2.6.1",
        doc: "A second response to a request that has been answered.",
    },
    Rule {
        id: "response.wrong_type",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §3.2.1, §5.1.2.1; SMPP 5.0 §3.2.1.2; SMPP 3.3 §6.2",
        doc: "The number matches a request, but the command_id is not that request's with bit 31 set. generic_nack fits every request.",
    },
    Rule {
        id: "response.missing",
        severity: Severity::Warning,
        scope: Scope::Session,
        versions: ALL,
        clause: "SMPP 3.4 §2.8; SMPP 5.0 §2.6.1, §2.6.3, §2.7; SMPP 3.3 §5.2",
        doc: "The connection ends and a request was never answered. alert_notification and outbind have no response. A response cannot come in another session. An ESME may answer enquire_link with any other PDU (3.4 §4.11, 5.0 §4.1.2), which counts as an answer here.",
    },
    Rule {
        id: "response.out_of_order",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.5.2, §2.6.2 (in order if possible, not mandatory); SMPP 5.0 §2.6.4",
        doc: "A request is answered while an older one of the same side still waits. Legal and common; many tools want to count it.",
    },
    Rule {
        id: "timer.session_init",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.9, §7.2; SMPP 5.0 §2.7",
        doc: "No bind within the session init time after the connection (@0 in the example; limit `session_init`). No version gives values for any timer; they are settings.",
    },
    Rule {
        id: "timer.response",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.9, §7.2; SMPP 5.0 §2.7",
        doc: "A response comes later than the response time after its request (limit `response`); the requester may have given up and repeated it, with a duplicate message as the result.",
    },
    Rule {
        id: "timer.enquire_link",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.9, §7.2; SMPP 5.0 §2.7",
        doc: "Nothing was sent for longer than the enquire link time (limit `enquire_link`), and neither side probed the link.",
    },
    Rule {
        id: "timer.inactivity",
        severity: Severity::Note,
        scope: Scope::Session,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.9, §7.2; SMPP 5.0 §2.7",
        doc: "Nothing was exchanged for longer than the inactivity time (limit `inactivity`), and the session was neither unbound nor closed.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_names_a_rule_and_ids_are_unique() {
        let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        for rule in RULES {
            assert_eq!(RuleId::named(rule.id).unwrap().rule().id, rule.id);
            assert!(!rule.clause.is_empty() && !rule.doc.is_empty(), "{}", rule.id);
        }
        assert_eq!(RuleId::TIMER_INACTIVITY.rule().id, "timer.inactivity");
    }
}
