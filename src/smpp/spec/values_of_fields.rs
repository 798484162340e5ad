//! Values of the mandatory fields.

use super::values::{Values, group, one, range};
use super::{Versions, section};
use crate::smpp::RuleId;

/// Type of number.
pub static TON: Values = Values::new(
    "ton",
    Some(RuleId::FIELD_TON_RESERVED),
    section("", "5.2.5", "4.7.1"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Unknown"),
            one(0x01, "International"),
            one(0x02, "National"),
            one(0x03, "Network Specific"),
            one(0x04, "Subscriber Number"),
            one(0x05, "Alphanumeric"),
            one(0x06, "Abbreviated"),
        ],
    )],
    0x00,
    &[],
);

/// Numbering plan indicator.
pub static NPI: Values = Values::new(
    "npi",
    Some(RuleId::FIELD_NPI_RESERVED),
    section("", "5.2.6", "4.7.2"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Unknown"),
            one(0x01, "ISDN (E.163/E.164)"),
            one(0x03, "Data (X.121)"),
            one(0x04, "Telex (F.69)"),
            one(0x06, "Land Mobile (E.212)"),
            one(0x08, "National"),
            one(0x09, "Private"),
            one(0x0A, "ERMES"),
            one(0x0E, "Internet (IP)"),
            one(0x12, "WAP Client Id"),
        ],
    )],
    0x00,
    &[],
);

/// Version of SMPP that a side speaks.
pub static INTERFACE_VERSION: Values = Values::new(
    "interface_version",
    Some(RuleId::FIELD_INTERFACE_VERSION_RESERVED),
    section("", "5.2.4", "4.7.13"),
    &[group(
        "",
        u32::MAX,
        &[range(0x00, 0x33, "3.3 or earlier"), one(0x34, "3.4"), one(0x50, "5.0").of(Versions::ONLY_50)],
    )],
    0x00,
    &[],
);

/// esm_class as an ESME sends it: mode, message type, features.
pub static ESM_CLASS_SUBMIT: Values = Values::new(
    "esm_class_submit",
    Some(RuleId::FIELD_ESM_CLASS_RESERVED_MESSAGE_TYPE),
    section("", "5.2.12", "4.7.12"),
    &[
        group(
            "mode",
            0x03,
            &[
                one(0x00, "Default MC mode"),
                one(0x01, "Datagram"),
                one(0x02, "Forward (transaction)"),
                one(0x03, "Store and Forward"),
            ],
        ),
        group(
            "type",
            0x3C,
            &[
                one(0x00, "Default (normal message)"),
                one(0x04, "MC Delivery Receipt").of(Versions::ONLY_50),
                one(0x08, "Delivery Acknowledgement"),
                one(0x10, "Manual/User Acknowledgement"),
                one(0x18, "Conversation Abort (Korean CDMA)").of(Versions::ONLY_50),
                one(0x20, "Intermediate Delivery Notification").of(Versions::ONLY_50),
            ],
        ),
        group(
            "features",
            0xC0,
            &[
                one(0x00, "none"),
                one(0x40, "UDHI"),
                one(0x80, "Reply Path"),
                one(0xC0, "UDHI and Reply Path"),
            ],
        ),
    ],
    0x00,
    &[],
);

/// esm_class as a message centre sends it: message type, features.
pub static ESM_CLASS_DELIVER: Values = Values::new(
    "esm_class_deliver",
    Some(RuleId::FIELD_ESM_CLASS_RESERVED_MESSAGE_TYPE),
    section("", "5.2.12", "4.7.12 (the same table)"),
    &[
        group("mode", 0x03, &[range(0x00, 0x03, "not applicable")]),
        group(
            "type",
            0x3C,
            &[
                one(0x00, "Default (normal message)"),
                one(0x04, "MC Delivery Receipt"),
                one(0x08, "SME Delivery Acknowledgement"),
                one(0x10, "SME Manual/User Acknowledgement"),
                one(0x18, "Conversation Abort (Korean CDMA)"),
                one(0x20, "Intermediate Delivery Notification"),
            ],
        ),
        group(
            "features",
            0xC0,
            &[
                one(0x00, "none"),
                one(0x40, "UDHI"),
                one(0x80, "Reply Path"),
                one(0xC0, "UDHI and Reply Path"),
            ],
        ),
    ],
    0x00,
    &[],
);

/// Which receipts and acknowledgements the sender asks for.
pub static REGISTERED_DELIVERY: Values = Values::new(
    "registered_delivery",
    Some(RuleId::FIELD_REGISTERED_DELIVERY_RESERVED),
    section("6.3.3.1", "5.2.17", "4.7.21"),
    &[
        group(
            "receipt",
            0x03,
            &[
                one(0x00, "no MC delivery receipt"),
                one(0x01, "receipt on success or failure"),
                one(0x02, "receipt on failure"),
                one(0x03, "receipt on success").of(Versions::ONLY_50),
            ],
        ),
        group(
            "sme_ack",
            0x0C,
            &[
                one(0x00, "none"),
                one(0x04, "SME Delivery Acknowledgement"),
                one(0x08, "SME Manual/User Acknowledgement"),
                one(0x0C, "both"),
            ],
        ),
        group(
            "intermediate",
            0x10,
            &[one(0x00, "no intermediate notification"), one(0x10, "intermediate notification")],
        ),
    ],
    0xE0,
    &[(0, 1)],
);

/// Priority of a message; its meaning depends on the network.
pub static PRIORITY_FLAG: Values = Values::new(
    "priority_flag",
    Some(RuleId::FIELD_PRIORITY_FLAG_RESERVED),
    section("6.3.3.1", "5.2.14", "4.7.19"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "level 0 (lowest)").of(Versions::ALL),
            one(0x01, "level 1").of(Versions::ALL),
            one(0x02, "level 2").of(Versions::SINCE_34),
            one(0x03, "level 3 (highest)").of(Versions::SINCE_34),
            one(0x04, "level 4").of(Versions::ONLY_50),
        ],
    )],
    0x00,
    &[],
);

/// Values of replace_if_present_flag.
pub static REPLACE_IF_PRESENT_FLAG: Values = Values::new(
    "replace_if_present_flag",
    Some(RuleId::FIELD_REPLACE_IF_PRESENT_FLAG_RESERVED),
    section("6.3.3.1", "5.2.18", "4.7.22"),
    &[group(
        "",
        u32::MAX,
        &[one(0x00, "do not replace").of(Versions::ALL), one(0x01, "replace").of(Versions::ALL)],
    )],
    0x00,
    &[],
);

/// Values of sm_default_msg_id.
pub static SM_DEFAULT_MSG_ID: Values = Values::new(
    "sm_default_msg_id",
    Some(RuleId::FIELD_SM_DEFAULT_MSG_ID_RESERVED),
    section("6.3.3.1", "5.2.20", "4.7.27"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "not used (3.4: reserved)"),
            range(0x01, 0x64, "predefined message").of(Versions::ALL),
            range(0x65, 0xFE, "predefined message").of(Versions::SINCE_34),
            one(0xFF, "predefined message").of(Versions::ONLY_50),
        ],
    )],
    0x00,
    &[(0x00, 0x64)],
);

/// TP-PID of GSM (TS 23.040 9.2.3.9); SMPP judges none of it.
pub static PROTOCOL_ID: Values = Values::new(
    "protocol_id",
    None,
    section("6.3.3.1", "5.2.13", "4.7.20"),
    &[group(
        "",
        u32::MAX,
        &[
            range(0x00, 0x3F, "see TS 23.040 9.2.3.9"),
            one(0x40, "Short Message Type 0"),
            range(0x41, 0x47, "Replace Short Message Type 1-7"),
            one(0x5F, "Return Call Message"),
            one(0x7C, "ANSI-136 R-DATA"),
            one(0x7D, "ME Data download"),
            one(0x7E, "ME De-personalization"),
            one(0x7F, "(U)SIM Data download"),
            range(0xC0, 0xFF, "SC specific use"),
        ],
    )],
    0x00,
    &[],
);

/// Coding of the user data.
pub static DATA_CODING: Values = Values::new(
    "data_coding",
    Some(RuleId::FIELD_DATA_CODING_RESERVED),
    section("6.3.3.1 (GSM 03.40 9.2.3.10: the GSM data coding scheme itself)", "5.2.19", "4.7.7"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "MC default alphabet (5.0: MC specific)"),
            one(0x01, "IA5 / ASCII"),
            one(0x02, "Octet unspecified (8-bit)"),
            one(0x03, "Latin 1 (ISO-8859-1)"),
            one(0x04, "Octet unspecified (8-bit)"),
            one(0x05, "JIS (X 0208-1990)"),
            one(0x06, "Cyrillic (ISO-8859-5)"),
            one(0x07, "Latin/Hebrew (ISO-8859-8)"),
            one(0x08, "UCS2 (ISO/IEC-10646)"),
            one(0x09, "Pictogram Encoding"),
            one(0x0A, "ISO-2022-JP (Music Codes)"),
            one(0x0B, "reserved").reserved(),
            one(0x0C, "reserved").reserved(),
            one(0x0D, "Extended Kanji JIS (X 0212-1990)"),
            one(0x0E, "KS C 5601"),
            range(0x0F, 0xBF, "reserved").reserved(),
            range(0xC0, 0xCF, "GSM MWI control: discard message"),
            range(0xD0, 0xDF, "GSM MWI control: store message"),
            range(0xE0, 0xEF, "reserved by SMPP (GSM: MWI store, UCS2)").reserved(),
            range(0xF0, 0xFF, "GSM message class control"),
        ],
    )],
    0x00,
    &[(0x00, 0x7F), (0xC0, 0xFF)],
);

/// State of a message.
pub static MESSAGE_STATE: Values = Values::new(
    "message_state",
    Some(RuleId::FIELD_MESSAGE_STATE_RESERVED),
    section(
        "7.4 (names only: EN_ROUTE DELIVERED EXPIRED DELETED UNDELIVERABLE ACCEPTED INVALID)",
        "5.2.28",
        "4.7.15",
    ),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "SCHEDULED").of(Versions::ONLY_50),
            one(0x01, "ENROUTE"),
            one(0x02, "DELIVERED"),
            one(0x03, "EXPIRED"),
            one(0x04, "DELETED"),
            one(0x05, "UNDELIVERABLE"),
            one(0x06, "ACCEPTED"),
            one(0x07, "UNKNOWN"),
            one(0x08, "REJECTED"),
            one(0x09, "SKIPPED").of(Versions::ONLY_50),
        ],
    )],
    0x00,
    &[],
);

/// Which form an entry of a list of destinations has.
pub static DEST_FLAG: Values = Values::new(
    "dest_flag",
    None,
    section("Table 6-7", "5.2.25", "4.7.9"),
    &[group(
        "",
        u32::MAX,
        &[one(0x01, "SME address").of(Versions::ALL), one(0x02, "distribution list name").of(Versions::ALL)],
    )],
    0x00,
    &[],
);

/// The tables above.
pub(super) static OF_FIELDS: &[&Values] = &[
    &TON,
    &NPI,
    &INTERFACE_VERSION,
    &ESM_CLASS_SUBMIT,
    &ESM_CLASS_DELIVER,
    &REGISTERED_DELIVERY,
    &PRIORITY_FLAG,
    &REPLACE_IF_PRESENT_FLAG,
    &SM_DEFAULT_MSG_ID,
    &PROTOCOL_ID,
    &DATA_CODING,
    &MESSAGE_STATE,
    &DEST_FLAG,
];
