//! The rules by name.

use super::RuleId;

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
