//! Values of the TLVs.

use super::values::{Values, group, one, range};
use super::{Versions, section};

/// Values of addr_subunit.
pub static ADDR_SUBUNIT: Values = Values::new(
    "addr_subunit",
    None,
    section("", "5.3.2.1", "4.8.4.23"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Unknown (default)"),
            one(0x01, "MS Display"),
            one(0x02, "Mobile Equipment"),
            one(0x03, "Smart Card 1"),
            one(0x04, "External Unit 1"),
        ],
    )],
    0x00,
    &[],
);

/// Values of network_type.
pub static NETWORK_TYPE: Values = Values::new(
    "network_type",
    None,
    section("", "5.3.2.3", "4.8.4.26"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Unknown"),
            one(0x01, "GSM"),
            one(0x02, "ANSI-136/TDMA"),
            one(0x03, "IS-95/CDMA"),
            one(0x04, "PDC"),
            one(0x05, "PHS"),
            one(0x06, "iDEN"),
            one(0x07, "AMPS"),
            one(0x08, "Paging Network"),
        ],
    )],
    0x00,
    &[],
);

/// Values of bearer_type.
pub static BEARER_TYPE: Values = Values::new(
    "bearer_type",
    None,
    section("", "5.3.2.5", "4.8.4.24"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Unknown"),
            one(0x01, "SMS"),
            one(0x02, "Circuit Switched Data (CSD)"),
            one(0x03, "Packet Data"),
            one(0x04, "USSD"),
            one(0x05, "CDPD"),
            one(0x06, "DataTAC"),
            one(0x07, "FLEX/ReFLEX"),
            one(0x08, "Cell Broadcast"),
        ],
    )],
    0x00,
    &[],
);

/// Values of payload_type.
pub static PAYLOAD_TYPE: Values = Values::new(
    "payload_type",
    None,
    section("", "5.3.2.10", "4.8.4.44"),
    &[group("", u32::MAX, &[one(0x00, "Default (WAP: WDP message)"), one(0x01, "WCMP message")])],
    0x00,
    &[],
);

/// Values of ms_msg_wait_facilities.
pub static MS_MSG_WAIT_FACILITIES: Values = Values::new(
    "ms_msg_wait_facilities",
    None,
    section("", "5.3.2.13", "4.8.4.40"),
    &[
        group("indication", 0x80, &[one(0x00, "inactive"), one(0x80, "active")]),
        group(
            "type",
            0x03,
            &[one(0x00, "Voicemail"), one(0x01, "Fax"), one(0x02, "Electronic Mail"), one(0x03, "Other")],
        ),
    ],
    0x7C,
    &[],
);

/// Values of privacy_indicator.
pub static PRIVACY_INDICATOR: Values = Values::new(
    "privacy_indicator",
    None,
    section("", "5.3.2.14", "4.8.4.45"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Not Restricted (default)"),
            one(0x01, "Restricted"),
            one(0x02, "Confidential"),
            one(0x03, "Secret"),
        ],
    )],
    0x00,
    &[],
);

/// Values of subaddress_type.
pub static SUBADDRESS_TYPE: Values = Values::new(
    "subaddress_type",
    None,
    section("", "5.3.2.15", "4.8.4.60"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x01, "reserved").reserved(),
            one(0x02, "reserved").reserved(),
            one(0x80, "NSAP (Even)"),
            one(0x88, "NSAP (Odd)"),
            one(0xA0, "User Specified"),
        ],
    )],
    0x00,
    &[],
);

/// Values of language_indicator.
pub static LANGUAGE_INDICATOR: Values = Values::new(
    "language_indicator",
    None,
    section("", "5.3.2.19", "4.8.4.35"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "unspecified (default)"),
            one(0x01, "English"),
            one(0x02, "French"),
            one(0x03, "Spanish"),
            one(0x04, "German"),
            one(0x05, "Portuguese"),
        ],
    )],
    0x00,
    &[],
);

/// Values of callback_num_pres_ind.
pub static CALLBACK_NUM_PRES_IND: Values = Values::new(
    "callback_num_pres_ind",
    None,
    section("", "5.3.2.37", "4.8.4.17"),
    &[
        group(
            "presentation",
            0x0C,
            &[
                one(0x00, "Presentation Allowed"),
                one(0x04, "Presentation Restricted"),
                one(0x08, "Number Not Available"),
                one(0x0C, "Reserved").reserved(),
            ],
        ),
        group(
            "screening",
            0x03,
            &[
                one(0x00, "User provided, not screened"),
                one(0x01, "User provided, verified and passed"),
                one(0x02, "User provided, verified and failed"),
                one(0x03, "Network Provided"),
            ],
        ),
    ],
    0xF0,
    &[],
);

/// Values of dpf_result.
pub static DPF_RESULT: Values = Values::new(
    "dpf_result",
    None,
    section("", "5.3.2.28", "4.8.4.32"),
    &[group("", u32::MAX, &[one(0x00, "DPF not set"), one(0x01, "DPF set")])],
    0x00,
    &[],
);

/// Values of set_dpf.
pub static SET_DPF: Values = Values::new(
    "set_dpf",
    None,
    section("", "5.3.2.29", "4.8.4.52"),
    &[group("", u32::MAX, &[one(0x00, "not requested"), one(0x01, "requested (default)")])],
    0x00,
    &[],
);

/// Values of ms_availability_status.
pub static MS_AVAILABILITY_STATUS: Values = Values::new(
    "ms_availability_status",
    None,
    section("", "5.3.2.30", "4.8.4.39"),
    &[group(
        "",
        u32::MAX,
        &[one(0x00, "Available (default)"), one(0x01, "Denied"), one(0x02, "Unavailable")],
    )],
    0x00,
    &[],
);

/// Values of network_error_type.
pub static NETWORK_ERROR_TYPE: Values = Values::new(
    "network_error_type",
    None,
    section("", "5.3.2.31", "4.8.4.42"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x01, "ANSI-136 Access Denied Reason (3.4: ANSI-136)"),
            one(0x02, "IS-95 Access Denied Reason (3.4: IS-95)"),
            one(0x03, "GSM"),
            one(0x04, "ANSI-136 Cause Code").of(Versions::ONLY_50),
            one(0x05, "IS-95 Cause Code").of(Versions::ONLY_50),
            one(0x06, "ANSI-41 Error").of(Versions::ONLY_50),
            one(0x07, "SMPP Error").of(Versions::ONLY_50),
            one(0x08, "Message Center Specific").of(Versions::ONLY_50),
        ],
    )],
    0x00,
    &[],
);

/// Values of delivery_failure_reason.
pub static DELIVERY_FAILURE_REASON: Values = Values::new(
    "delivery_failure_reason",
    None,
    section("", "5.3.2.33", "4.8.4.19"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Destination unavailable"),
            one(0x01, "Destination Address Invalid"),
            one(0x02, "Permanent network error"),
            one(0x03, "Temporary network error"),
        ],
    )],
    0x00,
    &[],
);

/// Values of more_messages_to_send.
pub static MORE_MESSAGES_TO_SEND: Values = Values::new(
    "more_messages_to_send",
    None,
    section("", "5.3.2.34", "4.8.4.38"),
    &[group("", u32::MAX, &[one(0x00, "No more messages"), one(0x01, "More messages (default)")])],
    0x00,
    &[],
);

/// Values of congestion_state.
pub static CONGESTION_STATE: Values = Values::new(
    "congestion_state",
    None,
    section("", "", "4.8.4.18"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Idle"),
            range(0x01, 0x1D, "Low Load"),
            range(0x1E, 0x31, "Medium Load"),
            range(0x32, 0x4F, "High Load"),
            range(0x50, 0x59, "Optimum Load"),
            one(0x5A, "Optimum Load or Nearing Congestion"),
            range(0x5B, 0x63, "Nearing Congestion"),
            one(0x64, "Congested / Maximum Load"),
        ],
    )],
    0x00,
    &[],
);

/// Values of ussd_service_op.
pub static USSD_SERVICE_OP: Values = Values::new(
    "ussd_service_op",
    None,
    section("", "5.3.2.44", "4.8.4.64"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "PSSD indication"),
            one(0x01, "PSSR indication"),
            one(0x02, "USSR request"),
            one(0x03, "USSN request"),
            range(0x04, 0x0F, "reserved").reserved(),
            one(0x10, "PSSD response"),
            one(0x11, "PSSR response"),
            one(0x12, "USSR confirm"),
            one(0x13, "USSN confirm"),
            range(0x14, 0x1F, "reserved").reserved(),
            range(0x20, 0xFF, "vendor specific"),
        ],
    )],
    0x00,
    &[],
);

/// Values of display_time.
pub static DISPLAY_TIME: Values = Values::new(
    "display_time",
    None,
    section("", "5.3.2.26", "4.8.4.31"),
    &[group("", u32::MAX, &[one(0x00, "Temporary"), one(0x01, "Default (default)"), one(0x02, "Invoke")])],
    0x00,
    &[],
);

/// Values of ms_validity.
pub static MS_VALIDITY: Values = Values::new(
    "ms_validity",
    None,
    section("", "5.3.2.27", "4.8.4.41"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Store Indefinitely (default)"),
            one(0x01, "Power Down"),
            one(0x02, "Valid until registration area changes (3.4: SID based registration area)"),
            one(0x03, "Display Only"),
            one(0x04, "Relative time period").of(Versions::ONLY_50),
        ],
    )],
    0x00,
    &[],
);

/// Values of alert_on_message_delivery.
pub static ALERT_ON_MESSAGE_DELIVERY: Values = Values::new(
    "alert_on_message_delivery",
    None,
    section("", "5.3.2.41 (no value)", "4.8.4.2"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "mobile default alert (default)").of(Versions::ONLY_50),
            one(0x01, "low-priority alert").of(Versions::ONLY_50),
            one(0x02, "medium-priority alert").of(Versions::ONLY_50),
            one(0x03, "high-priority alert").of(Versions::ONLY_50),
        ],
    )],
    0x00,
    &[],
);

/// Values of its_reply_type.
pub static ITS_REPLY_TYPE: Values = Values::new(
    "its_reply_type",
    None,
    section("", "5.3.2.42", "4.8.4.33"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Digit"),
            one(0x01, "Number"),
            one(0x02, "Telephone No."),
            one(0x03, "Password"),
            one(0x04, "Character Line"),
            one(0x05, "Menu"),
            one(0x06, "Date"),
            one(0x07, "Time"),
            one(0x08, "Continue"),
        ],
    )],
    0x00,
    &[],
);

/// Values of dest_addr_np_resolution.
pub static DEST_ADDR_NP_RESOLUTION: Values = Values::new(
    "dest_addr_np_resolution",
    None,
    section("", "", "4.8.4.22"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "query not performed (default)"),
            one(0x01, "query performed, not ported"),
            one(0x02, "query performed, ported"),
        ],
    )],
    0x00,
    &[],
);

/// Values of broadcast_area_format.
pub static BROADCAST_AREA_FORMAT: Values = Values::new(
    "broadcast_area_format",
    None,
    section("", "", "4.8.4.4.1"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "alias / name"),
            one(0x01, "ellipsoid arc (TS 23.032)"),
            one(0x02, "polygon (TS 23.032)"),
        ],
    )],
    0x00,
    &[],
);

/// Values of broadcast_area_success.
pub static BROADCAST_AREA_SUCCESS: Values = Values::new(
    "broadcast_area_success",
    None,
    section("", "", "4.8.4.5"),
    &[group(
        "",
        u32::MAX,
        &[range(0x00, 0x64, "percent of base stations"), one(0xFF, "information not available")],
    )],
    0x00,
    &[],
);

/// Values of broadcast_channel_indicator.
pub static BROADCAST_CHANNEL_INDICATOR: Values = Values::new(
    "broadcast_channel_indicator",
    None,
    section("", "", "4.8.4.7"),
    &[group(
        "",
        u32::MAX,
        &[one(0x00, "Basic Broadcast Channel (default)"), one(0x01, "Extended Broadcast Channel")],
    )],
    0x00,
    &[],
);

/// Values of broadcast_message_class.
pub static BROADCAST_MESSAGE_CLASS: Values = Values::new(
    "broadcast_message_class",
    None,
    section("", "", "4.8.4.12"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "No class specified (default)"),
            one(0x01, "Class 1 (User Defined)"),
            one(0x02, "Class 2 (User Defined)"),
            one(0x03, "Class 3 (Terminal Equipment)"),
        ],
    )],
    0x00,
    &[],
);

/// Values of broadcast_frequency_unit.
pub static BROADCAST_FREQUENCY_UNIT: Values = Values::new(
    "broadcast_frequency_unit",
    None,
    section("", "", "4.8.4.11"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "As frequently as possible"),
            one(0x08, "seconds"),
            one(0x09, "minutes"),
            one(0x0A, "hours"),
            one(0x0B, "days"),
            one(0x0C, "weeks"),
            one(0x0D, "months"),
            one(0x0E, "years"),
        ],
    )],
    0x00,
    &[],
);

/// Values of broadcast_content_type.
pub static BROADCAST_CONTENT_TYPE: Values = Values::new(
    "broadcast_content_type",
    None,
    section("", "", "4.8.4.8"),
    &[group(
        "",
        u32::MAX,
        &[
            one(0x00, "Index"),
            one(0x01, "Emergency Broadcasts"),
            one(0x02, "IRDB Download"),
            one(0x10, "News Flashes"),
            one(0x11, "General News (Local)"),
            one(0x12, "General News (Regional)"),
            one(0x13, "General News (National)"),
            one(0x14, "General News (International)"),
            one(0x15, "Business/Financial News (Local)"),
            one(0x16, "Business/Financial News (Regional)"),
            one(0x17, "Business/Financial News (National)"),
            one(0x18, "Business/Financial News (International)"),
            one(0x19, "Sports News (Local)"),
            one(0x1A, "Sports News (Regional)"),
            one(0x1B, "Sports News (National)"),
            one(0x1C, "Sports News (International)"),
            one(0x1D, "Entertainment News (Local)"),
            one(0x1E, "Entertainment News (Regional)"),
            one(0x1F, "Entertainment News (National)"),
            one(0x20, "Entertainment News (International)"),
            one(0x21, "Medical/Health/Hospitals"),
            one(0x22, "Doctors"),
            one(0x23, "Pharmacy"),
            one(0x30, "Local Traffic/Road Reports"),
            one(0x31, "Long Distance Traffic/Road Reports"),
            one(0x32, "Taxis"),
            one(0x33, "Weather"),
            one(0x34, "Local Airport Flight Schedules"),
            one(0x35, "Restaurants"),
            one(0x36, "Lodgings"),
            one(0x37, "Retail Directory"),
            one(0x38, "Advertisements"),
            one(0x39, "Stock Quotes"),
            one(0x40, "Employment Opportunities"),
            one(0x41, "Technology News"),
            one(0x70, "District (Base Station Info)"),
            one(0x71, "Network Information"),
            one(0x80, "Operator Services"),
            one(0x81, "Directory Enquiries (National)"),
            one(0x82, "Directory Enquiries (International)"),
            one(0x83, "Customer Care (National)"),
            one(0x84, "Customer Care (International)"),
            one(0x85, "Local Date/Time/Time Zone"),
            one(0x100, "Multi Category Services"),
        ],
    )],
    0x00,
    &[],
);

/// The tables above.
pub(super) static OF_TLVS: &[&Values] = &[
    &ADDR_SUBUNIT,
    &NETWORK_TYPE,
    &BEARER_TYPE,
    &PAYLOAD_TYPE,
    &MS_MSG_WAIT_FACILITIES,
    &PRIVACY_INDICATOR,
    &SUBADDRESS_TYPE,
    &LANGUAGE_INDICATOR,
    &CALLBACK_NUM_PRES_IND,
    &DPF_RESULT,
    &SET_DPF,
    &MS_AVAILABILITY_STATUS,
    &NETWORK_ERROR_TYPE,
    &DELIVERY_FAILURE_REASON,
    &MORE_MESSAGES_TO_SEND,
    &CONGESTION_STATE,
    &USSD_SERVICE_OP,
    &DISPLAY_TIME,
    &MS_VALIDITY,
    &ALERT_ON_MESSAGE_DELIVERY,
    &ITS_REPLY_TYPE,
    &DEST_ADDR_NP_RESOLUTION,
    &BROADCAST_AREA_FORMAT,
    &BROADCAST_AREA_SUCCESS,
    &BROADCAST_CHANNEL_INDICATOR,
    &BROADCAST_MESSAGE_CLASS,
    &BROADCAST_FREQUENCY_UNIT,
    &BROADCAST_CONTENT_TYPE,
];
