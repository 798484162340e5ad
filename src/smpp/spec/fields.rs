//! The fields of PDU bodies, each stated once and shared by the commands that have it.
//!
//! Maxima of C-Octet Strings include the NUL and stand for 3.3, 3.4 and 5.0 in this order. Variants of one field differ in
//! that: `_LONG` has 65 octets (data_sm, alert_notification), `_DIGITS` is typed decimal in 3.3.

use super::{Charset, Field, Kind, Slot, TimeUse, plain, section, text, values};
use crate::smpp::RuleId;

/// Type of number of the destination.
pub static DEST_ADDR_TON: Field = Field {
    name: "dest_addr_ton",
    kind: Kind::U8,
    values: Some(&values::TON),
    slot: Some(Slot::DestTon),
    ..plain(section("6.3.3.1", "5.2.5", "4.7.1"), "Type of number of the destination.")
};

/// Numbering plan of the destination.
pub static DEST_ADDR_NPI: Field = Field {
    name: "dest_addr_npi",
    kind: Kind::U8,
    values: Some(&values::NPI),
    slot: Some(Slot::DestNpi),
    ..plain(section("6.3.3.1", "5.2.6", "4.7.2"), "Numbering plan of the destination.")
};

/// Address that the message goes to.
pub static DESTINATION_ADDR: Field = Field {
    name: "destination_addr",
    kind: text(21, 21, 21, Charset::Any),
    slot: Some(Slot::DestinationAddr),
    ..plain(section("6.3.4", "5.2.9", "4.7.8"), "Address that the message goes to.")
};

/// Address that the message goes to.
pub static DESTINATION_ADDR_DIGITS: Field = Field {
    name: "destination_addr",
    kind: text(21, 21, 21, Charset::Decimal),
    slot: Some(Slot::DestinationAddr),
    ..plain(section("6.3.3.1", "5.2.9", "4.7.8"), "Address that the message goes to.")
};

/// Address that the message goes to.
pub static DESTINATION_ADDR_LONG: Field = Field {
    name: "destination_addr",
    kind: text(65, 65, 65, Charset::Any),
    slot: Some(Slot::DestinationAddr),
    ..plain(section("", "5.2.9", "4.7.8"), "Address that the message goes to.")
};

/// Name of a distribution list.
pub static DL_NAME: Field = Field {
    name: "dl_name",
    kind: text(21, 21, 21, Charset::Any),
    ..plain(section("Table 6-8", "5.2.27", "4.7.10"), "Name of a distribution list.")
};

/// Why the destination was refused, as a command_status.
pub static ERROR_STATUS_CODE: Field = Field {
    name: "error_status_code",
    kind: Kind::U32,
    slot: Some(Slot::ErrorStatusCode),
    ..plain(
        section("Table 6-10", "4.5.2.1", "4.2.3.2"),
        "Why the destination was refused, as a command_status.",
    )
};

/// Id of a message.
pub static MSGID_HEX: Field = Field {
    name: "msgid",
    kind: text(9, 9, 9, Charset::Hex),
    ..plain(section("6.3.4", "", ""), "Id of a message.")
};

/// Id of a message.
pub static MSGID: Field = Field {
    name: "msgid",
    kind: text(9, 9, 9, Charset::Any),
    ..plain(section("6.3.6.9", "", ""), "Id of a message.")
};

/// Name of the side: of the ESME in a bind, of the message centre in its response.
pub static SYSTEM_ID: Field = Field {
    name: "system_id",
    kind: text(16, 16, 16, Charset::Any),
    slot: Some(Slot::SystemId),
    ..plain(
        section("6.3.1.1", "5.2.1", "4.7.30"),
        "Name of the side: of the ESME in a bind, of the message centre in its response.",
    )
};

/// Proof that the system_id may bind. Secret.
pub static PASSWORD: Field = Field {
    name: "password",
    kind: text(9, 9, 9, Charset::Any),
    secret: true,
    ..plain(section("6.3.1.1", "5.2.2", "4.7.18"), "Proof that the system_id may bind. Secret.")
};

/// Kind of ESME, by agreement.
pub static SYSTEM_TYPE: Field = Field {
    name: "system_type",
    kind: text(13, 13, 13, Charset::Any),
    slot: Some(Slot::SystemType),
    ..plain(section("6.3.1.1", "5.2.3", "4.7.31"), "Kind of ESME, by agreement.")
};

/// Version of SMPP that the ESME speaks.
pub static INTERFACE_VERSION: Field = Field {
    name: "interface_version",
    kind: Kind::U8,
    values: Some(&values::INTERFACE_VERSION),
    slot: Some(Slot::InterfaceVersion),
    ..plain(section("6.3.1.1", "5.2.4", "4.7.13"), "Version of SMPP that the ESME speaks.")
};

/// Type of number of the addresses that the ESME serves.
pub static ADDR_TON: Field = Field {
    name: "addr_ton",
    kind: Kind::U8,
    values: Some(&values::TON),
    ..plain(section("6.3.1.1", "5.2.5", "4.7.1"), "Type of number of the addresses that the ESME serves.")
};

/// Numbering plan of the addresses that the ESME serves.
pub static ADDR_NPI: Field = Field {
    name: "addr_npi",
    kind: Kind::U8,
    values: Some(&values::NPI),
    ..plain(section("6.3.1.1", "5.2.6", "4.7.2"), "Numbering plan of the addresses that the ESME serves.")
};

/// Addresses that the ESME serves: one address or a UNIX regular expression.
pub static ADDRESS_RANGE: Field = Field {
    name: "address_range",
    kind: text(41, 41, 41, Charset::Any),
    ..plain(
        section("6.3.1.1", "5.2.7", "4.7.3"),
        "Addresses that the ESME serves: one address or a UNIX regular expression.",
    )
};

/// Id that the message centre gave to the message.
pub static MESSAGE_ID: Field = Field {
    name: "message_id",
    kind: text(9, 65, 65, Charset::Hex),
    slot: Some(Slot::MessageId),
    aliases: &["original_message_id"],
    ..plain(section("6.3.6.2", "5.2.23", "4.7.14"), "Id that the message centre gave to the message.")
};

/// Type of number of the source.
pub static SOURCE_ADDR_TON: Field = Field {
    name: "source_addr_ton",
    kind: Kind::U8,
    values: Some(&values::TON),
    slot: Some(Slot::SourceTon),
    aliases: &["orig_addr_ton", "originating_ton"],
    ..plain(section("6.3.6.2", "5.2.5", "4.7.1"), "Type of number of the source.")
};

/// Numbering plan of the source.
pub static SOURCE_ADDR_NPI: Field = Field {
    name: "source_addr_npi",
    kind: Kind::U8,
    values: Some(&values::NPI),
    slot: Some(Slot::SourceNpi),
    aliases: &["orig_addr_npi", "originating_npi"],
    ..plain(section("6.3.6.2", "5.2.6", "4.7.2"), "Numbering plan of the source.")
};

/// Address that the message comes from; NULL lets the message centre fill it in.
pub static SOURCE_ADDR_DIGITS: Field = Field {
    name: "source_addr",
    kind: text(21, 21, 21, Charset::Decimal),
    slot: Some(Slot::SourceAddr),
    aliases: &["originating_addr"],
    ..plain(
        section("6.3.6.2", "5.2.8", "4.7.29"),
        "Address that the message comes from; NULL lets the message centre fill it in.",
    )
};

/// Address that the message comes from; NULL lets the message centre fill it in.
pub static SOURCE_ADDR: Field = Field {
    name: "source_addr",
    kind: text(21, 21, 21, Charset::Any),
    slot: Some(Slot::SourceAddr),
    aliases: &["originating_addr"],
    ..plain(
        section("6.3.8.1", "5.2.8", "4.7.29"),
        "Address that the message comes from; NULL lets the message centre fill it in.",
    )
};

/// Address that the message comes from; NULL lets the message centre fill it in.
pub static SOURCE_ADDR_LONG: Field = Field {
    name: "source_addr",
    kind: text(65, 65, 65, Charset::Any),
    slot: Some(Slot::SourceAddr),
    ..plain(
        section("", "5.2.8", "4.7.29"),
        "Address that the message comes from; NULL lets the message centre fill it in.",
    )
};

/// When the message reached its final state; NULL until then.
pub static FINAL_DATE: Field = Field {
    name: "final_date",
    kind: Kind::Time(TimeUse::Reported),
    slot: Some(Slot::FinalDate),
    ..plain(
        section("6.3.6.3", "4.8.2", "4.7.23.3"),
        "When the message reached its final state; NULL until then.",
    )
};

/// State of the message.
pub static MESSAGE_STATE: Field = Field {
    name: "message_state",
    kind: Kind::U8,
    values: Some(&values::MESSAGE_STATE),
    slot: Some(Slot::MessageState),
    aliases: &["message_status"],
    ..plain(section("6.3.6.3", "5.2.28", "4.7.15"), "State of the message.")
};

/// Why the message failed, as the network puts it.
pub static ERROR_CODE: Field = Field {
    name: "error_code",
    kind: Kind::U8,
    slot: Some(Slot::ErrorCode),
    ..plain(section("6.3.6.3", "4.8.2", "4.5.2.2"), "Why the message failed, as the network puts it.")
};

/// Service that the message belongs to; NULL for the default.
pub static SERVICE_TYPE: Field = Field {
    name: "service_type",
    kind: text(6, 6, 6, Charset::Any),
    slot: Some(Slot::ServiceType),
    ..plain(
        section("6.3.3.1", "5.2.11", "4.7.25"),
        "Service that the message belongs to; NULL for the default.",
    )
};

/// Mode, message type and features of the message.
pub static ESM_CLASS: Field = Field {
    name: "esm_class",
    kind: Kind::U8,
    values: Some(&values::ESM_CLASS_SUBMIT),
    slot: Some(Slot::EsmClass),
    ..plain(section("6.3.3.1", "5.2.12", "4.7.12"), "Mode, message type and features of the message.")
};

/// Mode, message type and features of the message.
pub static ESM_CLASS_OF_DELIVER: Field = Field {
    name: "esm_class",
    kind: Kind::U8,
    values: Some(&values::ESM_CLASS_DELIVER),
    slot: Some(Slot::EsmClass),
    ..plain(section("6.3.5.1", "5.2.12", "4.7.12"), "Mode, message type and features of the message.")
};

/// Mode, message type and features of the message.
pub static ESM_CLASS_OF_DATA: Field = Field {
    name: "esm_class",
    kind: Kind::U8,
    values: Some(&values::ESM_CLASS_SUBMIT),
    values_from_smsc: Some(&values::ESM_CLASS_DELIVER),
    slot: Some(Slot::EsmClass),
    ..plain(section("", "5.2.12", "4.7.12"), "Mode, message type and features of the message.")
};

/// Protocol identifier of the network (TP-PID in GSM).
pub static PROTOCOL_ID: Field = Field {
    name: "protocol_id",
    kind: Kind::U8,
    values: Some(&values::PROTOCOL_ID),
    slot: Some(Slot::ProtocolId),
    ..plain(section("6.3.3.1", "5.2.13", "4.7.20"), "Protocol identifier of the network (TP-PID in GSM).")
};

/// Priority level; its meaning depends on the network.
pub static PRIORITY_FLAG: Field = Field {
    name: "priority_flag",
    kind: Kind::U8,
    values: Some(&values::PRIORITY_FLAG),
    slot: Some(Slot::PriorityFlag),
    ..plain(section("6.3.3.1", "5.2.14", "4.7.19"), "Priority level; its meaning depends on the network.")
};

/// When to send the message first; NULL at once.
pub static SCHEDULE_DELIVERY_TIME: Field = Field {
    name: "schedule_delivery_time",
    kind: Kind::Time(TimeUse::Plain),
    slot: Some(Slot::ScheduleDeliveryTime),
    ..plain(section("6.3.3.1", "5.2.15", "4.7.23.1"), "When to send the message first; NULL at once.")
};

/// When to send the message first; NULL at once.
pub static SCHEDULE_DELIVERY_TIME_OF_DELIVER: Field = Field {
    name: "schedule_delivery_time",
    kind: Kind::Time(TimeUse::UnusedIn34),
    slot: Some(Slot::ScheduleDeliveryTime),
    ..plain(section("6.3.5.1", "5.2.15", "4.7.23.1"), "When to send the message first; NULL at once.")
};

/// How long to try to deliver; NULL for the default of the message centre.
pub static VALIDITY_PERIOD: Field = Field {
    name: "validity_period",
    kind: Kind::Time(TimeUse::Plain),
    slot: Some(Slot::ValidityPeriod),
    ..plain(
        section("6.3.3.1", "5.2.16", "4.7.23.2"),
        "How long to try to deliver; NULL for the default of the message centre.",
    )
};

/// How long to try to deliver; NULL for the default of the message centre.
pub static VALIDITY_PERIOD_OF_DELIVER: Field = Field {
    name: "validity_period",
    kind: Kind::Time(TimeUse::UnusedIn34),
    slot: Some(Slot::ValidityPeriod),
    ..plain(
        section("6.3.5.1", "5.2.16", "4.7.23.2"),
        "How long to try to deliver; NULL for the default of the message centre.",
    )
};

/// Which receipts and acknowledgements are asked for.
pub static REGISTERED_DELIVERY: Field = Field {
    name: "registered_delivery",
    kind: Kind::U8,
    values: Some(&values::REGISTERED_DELIVERY),
    slot: Some(Slot::RegisteredDelivery),
    aliases: &["registered_delivery_flag"],
    ..plain(section("6.3.3.1", "5.2.17", "4.7.21"), "Which receipts and acknowledgements are asked for.")
};

/// Whether to replace a pending message of the same source, destination and service.
pub static REPLACE_IF_PRESENT_FLAG: Field = Field {
    name: "replace_if_present_flag",
    kind: Kind::U8,
    values: Some(&values::REPLACE_IF_PRESENT_FLAG),
    slot: Some(Slot::ReplaceIfPresentFlag),
    ..plain(
        section("6.3.3.1", "5.2.18", "4.7.22"),
        "Whether to replace a pending message of the same source, destination and service.",
    )
};

/// Coding of the user data.
pub static DATA_CODING: Field = Field {
    name: "data_coding",
    kind: Kind::U8,
    values: Some(&values::DATA_CODING),
    slot: Some(Slot::DataCoding),
    ..plain(section("6.3.3.1", "5.2.19", "4.7.7"), "Coding of the user data.")
};

/// Number of a predefined message.
pub static SM_DEFAULT_MSG_ID: Field = Field {
    name: "sm_default_msg_id",
    kind: Kind::U8,
    values: Some(&values::SM_DEFAULT_MSG_ID),
    slot: Some(Slot::SmDefaultMsgId),
    ..plain(section("6.3.3.1", "5.2.20", "4.7.27"), "Number of a predefined message.")
};

/// Octets of short_message.
pub static SM_LENGTH: Field = Field {
    name: "sm_length",
    kind: Kind::U8,
    slot: Some(Slot::SmLength),
    ..plain(section("6.3.3.1", "5.2.21", "4.7.28"), "Octets of short_message.")
};

/// User data, up to 254 octets (5.0: 255); longer in message_payload.
pub static SHORT_MESSAGE: Field = Field {
    name: "short_message",
    kind: Kind::Octets { length: &SM_LENGTH },
    slot: Some(Slot::ShortMessage),
    ..plain(
        section("6.3.3.1", "5.2.22", "4.7.26"),
        "User data, up to 254 octets (5.0: 255); longer in message_payload.",
    )
};

/// Entries in dest_address.
pub static NUMBER_OF_DESTS: Field = Field {
    name: "number_of_dests",
    kind: Kind::U8,
    slot: Some(Slot::NumberOfDests),
    ..plain(section("6.3.4", "5.2.24", "4.7.17"), "Entries in dest_address.")
};

/// Destinations: SME addresses and distribution lists.
pub static DEST_ADDRESS: Field = Field {
    name: "dest_address",
    kind: Kind::List {
        count: &NUMBER_OF_DESTS,
        item: &[&DEST_ADDRESS_ENTRY],
        overrun: RuleId::FIELD_DEST_ADDRESS_LIST_OVERRUN,
    },
    ..plain(
        section("Tables 6-7, 6-8", "4.5.1.1", "4.2.3.1"),
        "Destinations: SME addresses and distribution lists.",
    )
};

/// Entries in unsuccess_sme.
pub static NO_UNSUCCESS: Field = Field {
    name: "no_unsuccess",
    kind: Kind::U8,
    slot: Some(Slot::NoUnsuccess),
    ..plain(section("6.3.4.1", "5.2.26", "4.7.16"), "Entries in unsuccess_sme.")
};

/// Destinations that the message centre refused.
pub static UNSUCCESS_SME: Field = Field {
    name: "unsuccess_sme",
    kind: Kind::List {
        count: &NO_UNSUCCESS,
        item: &[&DEST_ADDR_TON, &DEST_ADDR_NPI, &DESTINATION_ADDR, &ERROR_STATUS_CODE],
        overrun: RuleId::FIELD_UNSUCCESS_SME_LIST_OVERRUN,
    },
    ..plain(section("Table 6-10", "4.5.2.1", "4.2.3.2"), "Destinations that the message centre refused.")
};

/// Name of the parameter asked for.
pub static PARAM_NAME: Field = Field {
    name: "param_name",
    kind: text(32, 32, 32, Charset::Any),
    ..plain(section("6.3.10.1", "", ""), "Name of the parameter asked for.")
};

/// Value of the parameter.
pub static PARAM_VALUE: Field = Field {
    name: "param_value",
    kind: text(101, 101, 101, Charset::Any),
    ..plain(section("6.3.10.2", "", ""), "Value of the parameter.")
};

/// How many of the last messages to list, 1 to 100.
pub static NUM_MESSAGES: Field = Field {
    name: "num_messages",
    kind: Kind::U8,
    slot: Some(Slot::NumMessages),
    ..plain(section("6.3.6.5", "", ""), "How many of the last messages to list, 1 to 100.")
};

/// Entries in message_details.
pub static NUMBER_MSGS: Field = Field {
    name: "number_msgs",
    kind: Kind::U8,
    slot: Some(Slot::NumberMsgs),
    ..plain(section("6.3.6.6", "", ""), "Entries in message_details.")
};

/// The last messages of the source.
pub static MESSAGE_DETAILS: Field = Field {
    name: "message_details",
    kind: Kind::List { count: &NUMBER_MSGS, item: &[&MSGID_HEX], overrun: RuleId::BODY_TRUNCATED },
    ..plain(section("Table 6-15", "", ""), "The last messages of the source.")
};

/// Id of the message asked about.
pub static ORIGINAL_MESSAGE_ID: Field = Field {
    name: "original_message_id",
    kind: text(9, 9, 9, Charset::Hex),
    ..plain(section("6.3.6.8", "", ""), "Id of the message asked about.")
};

/// Whether a receipt was asked for.
pub static REGISTERED_DELIVERY_FLAG: Field = Field {
    name: "registered_delivery_flag",
    kind: Kind::U8,
    values: Some(&values::REGISTERED_DELIVERY),
    slot: Some(Slot::RegisteredDelivery),
    ..plain(section("6.3.6.9", "", ""), "Whether a receipt was asked for.")
};

/// State of the message.
pub static MESSAGE_STATUS: Field = Field {
    name: "message_status",
    kind: Kind::U8,
    values: Some(&values::MESSAGE_STATE),
    ..plain(section("6.3.6.9", "", ""), "State of the message.")
};

/// Type of number of the ESME.
pub static ESME_ADDR_TON: Field = Field {
    name: "esme_addr_ton",
    kind: Kind::U8,
    values: Some(&values::TON),
    slot: Some(Slot::EsmeTon),
    ..plain(section("", "5.2.5", "4.7.1"), "Type of number of the ESME.")
};

/// Numbering plan of the ESME.
pub static ESME_ADDR_NPI: Field = Field {
    name: "esme_addr_npi",
    kind: Kind::U8,
    values: Some(&values::NPI),
    slot: Some(Slot::EsmeNpi),
    ..plain(section("", "5.2.6", "4.7.2"), "Numbering plan of the ESME.")
};

/// Address of the ESME that asked for the alert.
pub static ESME_ADDR: Field = Field {
    name: "esme_addr",
    kind: text(65, 65, 65, Charset::Any),
    slot: Some(Slot::EsmeAddr),
    ..plain(section("", "5.2.10", "4.7.11"), "Address of the ESME that asked for the alert.")
};

/// Whether the entry is an SME address or a distribution list.
pub static DEST_FLAG: Field = Field {
    name: "dest_flag",
    kind: Kind::U8,
    values: Some(&values::DEST_FLAG),
    ..plain(
        section("Table 6-7", "5.2.25", "4.7.9"),
        "Whether the entry is an SME address or a distribution list.",
    )
};

/// One destination: an SME address or a distribution list.
pub static DEST_ADDRESS_ENTRY: Field = Field {
    name: "dest_address_entry",
    kind: Kind::OneOf {
        flag: &DEST_FLAG,
        cases: &[(1, &[&DEST_ADDR_TON, &DEST_ADDR_NPI, &DESTINATION_ADDR]), (2, &[&DL_NAME])],
        invalid: RuleId::FIELD_DEST_FLAG_INVALID,
    },
    ..plain(
        section("Tables 6-7, 6-8", "4.5.1.1", "4.2.3.1"),
        "One destination: an SME address or a distribution list.",
    )
};

/// Every field of every body.
pub static FIELDS: &[&Field] = &[
    &DEST_ADDR_TON,
    &DEST_ADDR_NPI,
    &DESTINATION_ADDR,
    &DESTINATION_ADDR_DIGITS,
    &DESTINATION_ADDR_LONG,
    &DL_NAME,
    &ERROR_STATUS_CODE,
    &MSGID_HEX,
    &MSGID,
    &SYSTEM_ID,
    &PASSWORD,
    &SYSTEM_TYPE,
    &INTERFACE_VERSION,
    &ADDR_TON,
    &ADDR_NPI,
    &ADDRESS_RANGE,
    &MESSAGE_ID,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR_DIGITS,
    &SOURCE_ADDR,
    &SOURCE_ADDR_LONG,
    &FINAL_DATE,
    &MESSAGE_STATE,
    &ERROR_CODE,
    &SERVICE_TYPE,
    &ESM_CLASS,
    &ESM_CLASS_OF_DELIVER,
    &ESM_CLASS_OF_DATA,
    &PROTOCOL_ID,
    &PRIORITY_FLAG,
    &SCHEDULE_DELIVERY_TIME,
    &SCHEDULE_DELIVERY_TIME_OF_DELIVER,
    &VALIDITY_PERIOD,
    &VALIDITY_PERIOD_OF_DELIVER,
    &REGISTERED_DELIVERY,
    &REPLACE_IF_PRESENT_FLAG,
    &DATA_CODING,
    &SM_DEFAULT_MSG_ID,
    &SM_LENGTH,
    &SHORT_MESSAGE,
    &NUMBER_OF_DESTS,
    &DEST_ADDRESS,
    &NO_UNSUCCESS,
    &UNSUCCESS_SME,
    &PARAM_NAME,
    &PARAM_VALUE,
    &NUM_MESSAGES,
    &NUMBER_MSGS,
    &MESSAGE_DETAILS,
    &ORIGINAL_MESSAGE_ID,
    &REGISTERED_DELIVERY_FLAG,
    &MESSAGE_STATUS,
    &ESME_ADDR_TON,
    &ESME_ADDR_NPI,
    &ESME_ADDR,
    &DEST_FLAG,
    &DEST_ADDRESS_ENTRY,
];
