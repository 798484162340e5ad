//! The TLVs of SMPP 3.4 (where they are called optional parameters), which 5.0 has as well, by tag. 3.3 has none.

use super::{Charset, Field, Judged, Kind, Lengths, Tlv, TlvSlot, plain, section, text, values};
use crate::smpp::TlvTag;

/// The rows, by tag.
pub(super) static SINCE_34: [Tlv; 44] = [
    Tlv {
        tag: TlvTag::DEST_ADDR_SUBUNIT,
        field: Field {
            name: "dest_addr_subunit",
            kind: Kind::U8,
            values: Some(&values::ADDR_SUBUNIT),
            ..plain(
                section("", "5.3.2.1", "4.8.4.23"),
                "Part of the destination device that the message is for.",
            )
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_NETWORK_TYPE,
        field: Field {
            name: "dest_network_type",
            kind: Kind::U8,
            values: Some(&values::NETWORK_TYPE),
            ..plain(section("", "5.3.2.3", "4.8.4.26"), "Network of the destination.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_BEARER_TYPE,
        field: Field {
            name: "dest_bearer_type",
            kind: Kind::U8,
            values: Some(&values::BEARER_TYPE),
            ..plain(section("", "5.3.2.5", "4.8.4.24"), "Bearer of the destination.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_TELEMATICS_ID,
        field: Field {
            name: "dest_telematics_id",
            kind: Kind::U16,
            ..plain(section("", "5.3.2.7", "4.8.4.29"), "Telematic interworking at the destination.")
        },
        lengths_v34: Some(Lengths::Exact(2)),
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_ADDR_SUBUNIT,
        field: Field {
            name: "source_addr_subunit",
            kind: Kind::U8,
            values: Some(&values::ADDR_SUBUNIT),
            ..plain(
                section("", "5.3.2.2", "4.8.4.54"),
                "Part of the source device that the message comes from.",
            )
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_NETWORK_TYPE,
        field: Field {
            name: "source_network_type",
            kind: Kind::U8,
            values: Some(&values::NETWORK_TYPE),
            ..plain(section("", "5.3.2.4", "4.8.4.57"), "Network of the source.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_BEARER_TYPE,
        field: Field {
            name: "source_bearer_type",
            kind: Kind::U8,
            values: Some(&values::BEARER_TYPE),
            ..plain(section("", "5.3.2.6", "4.8.4.55"), "Bearer of the source.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_TELEMATICS_ID,
        field: Field {
            name: "source_telematics_id",
            kind: Kind::U8,
            ..plain(section("", "5.3.2.8", "4.8.4.61"), "Telematic interworking at the source.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::QOS_TIME_TO_LIVE,
        field: Field {
            name: "qos_time_to_live",
            kind: Kind::U32,
            ..plain(section("", "5.3.2.9", "4.8.4.46"), "Seconds that the message stays valid.")
        },
        lengths_v34: Some(Lengths::Exact(4)),
        lengths_v50: Some(Lengths::Exact(4)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::PAYLOAD_TYPE,
        field: Field {
            name: "payload_type",
            kind: Kind::U8,
            values: Some(&values::PAYLOAD_TYPE),
            ..plain(section("", "5.3.2.10", "4.8.4.44"), "Kind of payload: WDP or WCMP.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::ADDITIONAL_STATUS_INFO_TEXT,
        field: Field {
            name: "additional_status_info_text",
            kind: text(256, 256, 256, Charset::Any),
            ..plain(section("", "5.3.2.11", "4.8.4.1"), "Text that explains the status.")
        },
        lengths_v34: Some(Lengths::Between(1, 256)),
        lengths_v50: Some(Lengths::Between(1, 256)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::RECEIPTED_MESSAGE_ID,
        field: Field {
            name: "receipted_message_id",
            kind: text(65, 65, 65, Charset::Any),
            ..plain(section("", "5.3.2.12", "4.8.4.47"), "Id of the message that the receipt is about.")
        },
        lengths_v34: Some(Lengths::Between(1, 65)),
        lengths_v50: Some(Lengths::Between(1, 65)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::ReceiptedMessageId),
    },
    Tlv {
        tag: TlvTag::MS_MSG_WAIT_FACILITIES,
        field: Field {
            name: "ms_msg_wait_facilities",
            kind: Kind::U8,
            values: Some(&values::MS_MSG_WAIT_FACILITIES),
            ..plain(section("", "5.3.2.13", "4.8.4.40"), "Message waiting indication.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::PRIVACY_INDICATOR,
        field: Field {
            name: "privacy_indicator",
            kind: Kind::U8,
            values: Some(&values::PRIVACY_INDICATOR),
            ..plain(section("", "5.3.2.14", "4.8.4.45"), "Level of privacy.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_SUBADDRESS,
        field: Field {
            name: "source_subaddress",
            kind: Kind::Rest,
            values: Some(&values::SUBADDRESS_TYPE),
            ..plain(section("", "5.3.2.15", "4.8.4.60"), "Subaddress of the source.")
        },
        lengths_v34: Some(Lengths::Between(2, 23)),
        lengths_v50: Some(Lengths::Between(2, 23)),
        repeat: false,
        judged: Judged::FirstOctet,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_SUBADDRESS,
        field: Field {
            name: "dest_subaddress",
            kind: Kind::Rest,
            values: Some(&values::SUBADDRESS_TYPE),
            ..plain(section("", "5.3.2.16", "4.8.4.28"), "Subaddress of the destination.")
        },
        lengths_v34: Some(Lengths::Between(2, 23)),
        lengths_v50: Some(Lengths::Between(2, 23)),
        repeat: false,
        judged: Judged::FirstOctet,
        slot: None,
    },
    Tlv {
        tag: TlvTag::USER_MESSAGE_REFERENCE,
        field: Field {
            name: "user_message_reference",
            kind: Kind::U16,
            ..plain(section("", "5.3.2.17", "4.8.4.62"), "The ESME's own reference.")
        },
        lengths_v34: Some(Lengths::Exact(2)),
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::UserMessageReference),
    },
    Tlv {
        tag: TlvTag::USER_RESPONSE_CODE,
        field: Field {
            name: "user_response_code",
            kind: Kind::U8,
            ..plain(section("", "5.3.2.18", "4.8.4.63"), "Response code of the user.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_PORT,
        field: Field {
            name: "source_port",
            kind: Kind::U16,
            ..plain(section("", "5.3.2.20", "4.8.4.59"), "Application port of the source.")
        },
        lengths_v34: Some(Lengths::Exact(2)),
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::SourcePort),
    },
    Tlv {
        tag: TlvTag::DEST_PORT,
        field: Field {
            name: "dest_port",
            kind: Kind::U16,
            aliases: &["destination_port"],
            ..plain(section("", "5.3.2.21", "4.8.4.30"), "Application port of the destination.")
        },
        lengths_v34: Some(Lengths::Exact(2)),
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::DestPort),
    },
    Tlv {
        tag: TlvTag::SAR_MSG_REF_NUM,
        field: Field {
            name: "sar_msg_ref_num",
            kind: Kind::U16,
            ..plain(section("", "5.3.2.22", "4.8.4.48"), "Reference that the parts of one message share.")
        },
        lengths_v34: Some(Lengths::Exact(2)),
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::SarMsgRefNum),
    },
    Tlv {
        tag: TlvTag::LANGUAGE_INDICATOR,
        field: Field {
            name: "language_indicator",
            kind: Kind::U8,
            values: Some(&values::LANGUAGE_INDICATOR),
            ..plain(section("", "5.3.2.19", "4.8.4.35"), "Language of the text.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SAR_TOTAL_SEGMENTS,
        field: Field {
            name: "sar_total_segments",
            kind: Kind::U8,
            ..plain(section("", "5.3.2.23", "4.8.4.50"), "Number of parts of the message.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::SarTotalSegments),
    },
    Tlv {
        tag: TlvTag::SAR_SEGMENT_SEQNUM,
        field: Field {
            name: "sar_segment_seqnum",
            kind: Kind::U8,
            ..plain(section("", "5.3.2.24", "4.8.4.49"), "Number of this part, from 1.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::SarSegmentSeqnum),
    },
    Tlv {
        tag: TlvTag::SC_INTERFACE_VERSION,
        field: Field {
            name: "sc_interface_version",
            kind: Kind::U8,
            values: Some(&values::INTERFACE_VERSION),
            ..plain(section("", "5.3.2.25", "4.8.4.51"), "Version of SMPP that the message centre speaks.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: Some(TlvSlot::ScInterfaceVersion),
    },
    Tlv {
        tag: TlvTag::CALLBACK_NUM_PRES_IND,
        field: Field {
            name: "callback_num_pres_ind",
            kind: Kind::U8,
            values: Some(&values::CALLBACK_NUM_PRES_IND),
            ..plain(section("", "5.3.2.37", "4.8.4.17"), "Presentation and screening of callback_num.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: true,
        judged: Judged::Value,
        slot: Some(TlvSlot::CallbackNumPresInd),
    },
    Tlv {
        tag: TlvTag::CALLBACK_NUM_ATAG,
        field: Field {
            name: "callback_num_atag",
            kind: Kind::Rest,
            ..plain(section("", "5.3.2.38", "4.8.4.16"), "Text to show with callback_num.")
        },
        lengths_v34: Some(Lengths::Between(0, 65)),
        lengths_v50: Some(Lengths::Between(0, 65)),
        repeat: true,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::CallbackNumAtag),
    },
    Tlv {
        tag: TlvTag::NUMBER_OF_MESSAGES,
        field: Field {
            name: "number_of_messages",
            kind: Kind::U8,
            ..plain(section("", "5.3.2.39", "4.8.4.43"), "Messages waiting in the mailbox.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::AtMost(99),
        slot: None,
    },
    Tlv {
        tag: TlvTag::CALLBACK_NUM,
        field: Field {
            name: "callback_num",
            kind: Kind::Rest,
            ..plain(section("", "5.3.2.36", "4.8.4.15"), "Number to call back.")
        },
        lengths_v34: Some(Lengths::Between(4, 19)),
        lengths_v50: Some(Lengths::Between(4, 19)),
        repeat: true,
        judged: Judged::CallbackNumber,
        slot: Some(TlvSlot::CallbackNum),
    },
    Tlv {
        tag: TlvTag::DPF_RESULT,
        field: Field {
            name: "dpf_result",
            kind: Kind::U8,
            values: Some(&values::DPF_RESULT),
            ..plain(section("", "5.3.2.28", "4.8.4.32"), "Whether the delivery pending flag was set.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SET_DPF,
        field: Field {
            name: "set_dpf",
            kind: Kind::U8,
            values: Some(&values::SET_DPF),
            ..plain(section("", "5.3.2.29", "4.8.4.52"), "Asks to set the delivery pending flag.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::MS_AVAILABILITY_STATUS,
        field: Field {
            name: "ms_availability_status",
            kind: Kind::U8,
            values: Some(&values::MS_AVAILABILITY_STATUS),
            ..plain(section("", "5.3.2.30", "4.8.4.39"), "Whether the subscriber can be reached.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::NETWORK_ERROR_CODE,
        field: Field {
            name: "network_error_code",
            kind: Kind::Rest,
            values: Some(&values::NETWORK_ERROR_TYPE),
            ..plain(section("", "5.3.2.31", "4.8.4.42"), "Error of the network, with the kind of network.")
        },
        lengths_v34: Some(Lengths::Exact(3)),
        lengths_v50: Some(Lengths::Exact(3)),
        repeat: false,
        judged: Judged::FirstOctet,
        slot: Some(TlvSlot::NetworkErrorCode),
    },
    Tlv {
        tag: TlvTag::MESSAGE_PAYLOAD,
        field: Field {
            name: "message_payload",
            kind: Kind::Rest,
            ..plain(section("", "5.3.2.32", "4.8.4.36"), "User data, up to 64K octets.")
        },
        lengths_v34: Some(Lengths::Between(0, 65535)),
        lengths_v50: Some(Lengths::Between(0, 65535)),
        repeat: false,
        judged: Judged::Nothing,
        slot: Some(TlvSlot::MessagePayload),
    },
    Tlv {
        tag: TlvTag::DELIVERY_FAILURE_REASON,
        field: Field {
            name: "delivery_failure_reason",
            kind: Kind::U8,
            values: Some(&values::DELIVERY_FAILURE_REASON),
            ..plain(section("", "5.3.2.33", "4.8.4.19"), "Why the delivery failed.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: Some(TlvSlot::DeliveryFailureReason),
    },
    Tlv {
        tag: TlvTag::MORE_MESSAGES_TO_SEND,
        field: Field {
            name: "more_messages_to_send",
            kind: Kind::U8,
            values: Some(&values::MORE_MESSAGES_TO_SEND),
            ..plain(section("", "5.3.2.34", "4.8.4.38"), "Whether more messages for the destination follow.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::MESSAGE_STATE,
        field: Field {
            name: "message_state",
            kind: Kind::U8,
            values: Some(&values::MESSAGE_STATE),
            ..plain(section("", "5.3.2.35", "4.8.4.37"), "State of the message that the receipt is about.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: Some(TlvSlot::MessageState),
    },
    Tlv {
        tag: TlvTag::USSD_SERVICE_OP,
        field: Field {
            name: "ussd_service_op",
            kind: Kind::U8,
            values: Some(&values::USSD_SERVICE_OP),
            ..plain(section("", "5.3.2.44", "4.8.4.64"), "USSD operation.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DISPLAY_TIME,
        field: Field {
            name: "display_time",
            kind: Kind::U8,
            values: Some(&values::DISPLAY_TIME),
            ..plain(section("", "5.3.2.26", "4.8.4.31"), "How to show the message.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SMS_SIGNAL,
        field: Field {
            name: "sms_signal",
            kind: Kind::U16,
            ..plain(section("", "5.3.2.40", "4.8.4.53"), "Tone of the handset.")
        },
        lengths_v34: Some(Lengths::Exact(2)),
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::MS_VALIDITY,
        field: Field {
            name: "ms_validity",
            kind: Kind::Rest,
            values: Some(&values::MS_VALIDITY),
            ..plain(section("", "5.3.2.27", "4.8.4.41"), "How long the handset keeps the message.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Either(1, 4)),
        repeat: false,
        judged: Judged::FirstOctet,
        slot: Some(TlvSlot::MsValidity),
    },
    Tlv {
        tag: TlvTag::ALERT_ON_MESSAGE_DELIVERY,
        field: Field {
            name: "alert_on_message_delivery",
            kind: Kind::U8,
            values: Some(&values::ALERT_ON_MESSAGE_DELIVERY),
            aliases: &["alert_on_msg_delivery"],
            ..plain(section("", "5.3.2.41", "4.8.4.2"), "Alert of the handset.")
        },
        lengths_v34: Some(Lengths::Exact(0)),
        lengths_v50: Some(Lengths::Either(0, 1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::ITS_REPLY_TYPE,
        field: Field {
            name: "its_reply_type",
            kind: Kind::U8,
            values: Some(&values::ITS_REPLY_TYPE),
            ..plain(section("", "5.3.2.42", "4.8.4.33"), "Kind of reply in an interactive session.")
        },
        lengths_v34: Some(Lengths::Exact(1)),
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::ITS_SESSION_INFO,
        field: Field {
            name: "its_session_info",
            kind: Kind::Rest,
            ..plain(section("", "5.3.2.43", "4.8.4.34"), "Session and step of an interactive session.")
        },
        lengths_v34: Some(Lengths::Exact(2)),
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
];
