//! Requests and notifications: what a side sends of its own accord.

use super::fields::{
    ADDR_NPI, ADDR_TON, ADDRESS_RANGE, DATA_CODING, DEST_ADDR_NPI, DEST_ADDR_TON, DEST_ADDRESS,
    DESTINATION_ADDR_DIGITS, DESTINATION_ADDR_LONG, ESM_CLASS, ESM_CLASS_OF_DATA, ESM_CLASS_OF_DELIVER,
    ESME_ADDR, ESME_ADDR_NPI, ESME_ADDR_TON, INTERFACE_VERSION, MESSAGE_ID, NUM_MESSAGES, NUMBER_OF_DESTS,
    ORIGINAL_MESSAGE_ID, PARAM_NAME, PASSWORD, PRIORITY_FLAG, PROTOCOL_ID, REGISTERED_DELIVERY,
    REPLACE_IF_PRESENT_FLAG, SCHEDULE_DELIVERY_TIME, SCHEDULE_DELIVERY_TIME_OF_DELIVER, SERVICE_TYPE,
    SHORT_MESSAGE, SM_DEFAULT_MSG_ID, SM_LENGTH, SOURCE_ADDR, SOURCE_ADDR_DIGITS, SOURCE_ADDR_LONG,
    SOURCE_ADDR_NPI, SOURCE_ADDR_TON, SYSTEM_ID, SYSTEM_TYPE, VALIDITY_PERIOD, VALIDITY_PERIOD_OF_DELIVER,
};
use super::permitted::{
    BROADCAST_SM_TLVS_V50, DATA_SM_TLVS_V34, DATA_SM_TLVS_V50, DELIVER_SM_TLVS_V34, DELIVER_SM_TLVS_V50,
    SUBMIT_MULTI_TLVS_V34, SUBMIT_SM_TLVS_V34, SUBMIT_SM_TLVS_V50,
};
use super::{Command, Field, Pairing, States, TlvSet, Versions, allowed, section, undescribed};
use crate::smpp::{CommandId, Role, TlvTag};

const BODY_BIND: &[&Field] =
    &[&SYSTEM_ID, &PASSWORD, &SYSTEM_TYPE, &INTERFACE_VERSION, &ADDR_TON, &ADDR_NPI, &ADDRESS_RANGE];

const BODY_QUERY_SM: &[&Field] = &[&MESSAGE_ID, &SOURCE_ADDR_TON, &SOURCE_ADDR_NPI, &SOURCE_ADDR_DIGITS];

const BODY_SUBMIT_SM: &[&Field] = &[
    &SERVICE_TYPE,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR_DIGITS,
    &DEST_ADDR_TON,
    &DEST_ADDR_NPI,
    &DESTINATION_ADDR_DIGITS,
    &ESM_CLASS,
    &PROTOCOL_ID,
    &PRIORITY_FLAG,
    &SCHEDULE_DELIVERY_TIME,
    &VALIDITY_PERIOD,
    &REGISTERED_DELIVERY,
    &REPLACE_IF_PRESENT_FLAG,
    &DATA_CODING,
    &SM_DEFAULT_MSG_ID,
    &SM_LENGTH,
    &SHORT_MESSAGE,
];

const BODY_DELIVER_SM: &[&Field] = &[
    &SERVICE_TYPE,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR_DIGITS,
    &DEST_ADDR_TON,
    &DEST_ADDR_NPI,
    &DESTINATION_ADDR_DIGITS,
    &ESM_CLASS_OF_DELIVER,
    &PROTOCOL_ID,
    &PRIORITY_FLAG,
    &SCHEDULE_DELIVERY_TIME_OF_DELIVER,
    &VALIDITY_PERIOD_OF_DELIVER,
    &REGISTERED_DELIVERY,
    &REPLACE_IF_PRESENT_FLAG,
    &DATA_CODING,
    &SM_DEFAULT_MSG_ID,
    &SM_LENGTH,
    &SHORT_MESSAGE,
];

const BODY_REPLACE_SM: &[&Field] = &[
    &MESSAGE_ID,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR,
    &SCHEDULE_DELIVERY_TIME,
    &VALIDITY_PERIOD,
    &REGISTERED_DELIVERY,
    &SM_DEFAULT_MSG_ID,
    &SM_LENGTH,
    &SHORT_MESSAGE,
];

const BODY_CANCEL_SM: &[&Field] = &[
    &SERVICE_TYPE,
    &MESSAGE_ID,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR_DIGITS,
    &DEST_ADDR_TON,
    &DEST_ADDR_NPI,
    &DESTINATION_ADDR_DIGITS,
];

const BODY_SUBMIT_MULTI: &[&Field] = &[
    &SERVICE_TYPE,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR,
    &NUMBER_OF_DESTS,
    &DEST_ADDRESS,
    &ESM_CLASS,
    &PROTOCOL_ID,
    &PRIORITY_FLAG,
    &SCHEDULE_DELIVERY_TIME,
    &VALIDITY_PERIOD,
    &REGISTERED_DELIVERY,
    &REPLACE_IF_PRESENT_FLAG,
    &DATA_CODING,
    &SM_DEFAULT_MSG_ID,
    &SM_LENGTH,
    &SHORT_MESSAGE,
];

const BODY_QUERY_LAST_MSGS: &[&Field] = &[&SOURCE_ADDR_TON, &SOURCE_ADDR_NPI, &SOURCE_ADDR, &NUM_MESSAGES];

const BODY_QUERY_MSG_DETAILS: &[&Field] =
    &[&ORIGINAL_MESSAGE_ID, &SOURCE_ADDR_TON, &SOURCE_ADDR_NPI, &SOURCE_ADDR, &SM_LENGTH];

const BODY_ALERT_NOTIFICATION: &[&Field] =
    &[&SOURCE_ADDR_TON, &SOURCE_ADDR_NPI, &SOURCE_ADDR_LONG, &ESME_ADDR_TON, &ESME_ADDR_NPI, &ESME_ADDR];

const BODY_DATA_SM: &[&Field] = &[
    &SERVICE_TYPE,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR_LONG,
    &DEST_ADDR_TON,
    &DEST_ADDR_NPI,
    &DESTINATION_ADDR_LONG,
    &ESM_CLASS_OF_DATA,
    &REGISTERED_DELIVERY,
    &DATA_CODING,
];

const BODY_BROADCAST_SM: &[&Field] = &[
    &SERVICE_TYPE,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR_DIGITS,
    &MESSAGE_ID,
    &PRIORITY_FLAG,
    &SCHEDULE_DELIVERY_TIME,
    &VALIDITY_PERIOD,
    &REPLACE_IF_PRESENT_FLAG,
    &DATA_CODING,
    &SM_DEFAULT_MSG_ID,
];

const BODY_CANCEL_BROADCAST_SM: &[&Field] =
    &[&SERVICE_TYPE, &MESSAGE_ID, &SOURCE_ADDR_TON, &SOURCE_ADDR_NPI, &SOURCE_ADDR_DIGITS];

/// The rows, by id.
pub(super) static REQUESTS: [Command; 20] = [
    Command {
        id: CommandId::BIND_RECEIVER,
        name: "bind_receiver",
        pairing: Pairing::Asks(CommandId::BIND_RECEIVER_RESP),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: BODY_BIND,
        states_v34: allowed(States::OPEN, States::NONE),
        states_v50: allowed(States::OPEN.or(States::OUTBOUND), States::NONE),
        ..undescribed(section("6.3.1.1", "4.1.3", "4.1.1.3"), "Opens a session in which the ESME receives.")
    },
    Command {
        id: CommandId::BIND_TRANSMITTER,
        name: "bind_transmitter",
        pairing: Pairing::Asks(CommandId::BIND_TRANSMITTER_RESP),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: BODY_BIND,
        states_v34: allowed(States::OPEN, States::NONE),
        states_v50: allowed(States::OPEN.or(States::OUTBOUND), States::NONE),
        ..undescribed(section("6.3.1.3", "4.1.1", "4.1.1.1"), "Opens a session in which the ESME submits.")
    },
    Command {
        id: CommandId::QUERY_SM,
        name: "query_sm",
        pairing: Pairing::Asks(CommandId::QUERY_SM_RESP),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: BODY_QUERY_SM,
        states_v34: allowed(States::SUBMITTING, States::NONE),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(section("6.3.6.2", "4.8.1", "4.5.2.1"), "Asks for the state of a message.")
    },
    Command {
        id: CommandId::SUBMIT_SM,
        name: "submit_sm",
        pairing: Pairing::Asks(CommandId::SUBMIT_SM_RESP),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: BODY_SUBMIT_SM,
        tlvs_v34: SUBMIT_SM_TLVS_V34,
        tlvs_v50: SUBMIT_SM_TLVS_V50,
        states_v34: allowed(States::SUBMITTING, States::NONE),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(section("6.3.3.1", "4.4.1", "4.2.1.1"), "Submits a message to one destination.")
    },
    Command {
        id: CommandId::DELIVER_SM,
        name: "deliver_sm",
        pairing: Pairing::Asks(CommandId::DELIVER_SM_RESP),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        body: BODY_DELIVER_SM,
        tlvs_v34: DELIVER_SM_TLVS_V34,
        tlvs_v50: DELIVER_SM_TLVS_V50,
        states_v34: allowed(States::NONE, States::RECEIVING),
        states_v50: allowed(States::NONE, States::RECEIVING),
        ..undescribed(section("6.3.5.1", "4.6.1", "4.3.1.1"), "Delivers a message or a receipt to the ESME.")
    },
    Command {
        id: CommandId::UNBIND,
        name: "unbind",
        pairing: Pairing::Asks(CommandId::UNBIND_RESP),
        from: None,
        versions: Versions::ALL,
        states_v34: allowed(States::BOUND, States::BOUND),
        states_v50: allowed(States::BOUND, States::BOUND),
        ..undescribed(section("6.3.2.1", "4.2.1", "4.1.1.8"), "Closes the session.")
    },
    Command {
        id: CommandId::REPLACE_SM,
        name: "replace_sm",
        pairing: Pairing::Asks(CommandId::REPLACE_SM_RESP),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: BODY_REPLACE_SM,
        tlvs_v50: TlvSet::of(&[TlvTag::MESSAGE_PAYLOAD]),
        states_v34: allowed(States::SUBMITTING, States::NONE),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(section("6.3.8.1", "4.10.1", "4.5.3.1"), "Replaces a pending message.")
    },
    Command {
        id: CommandId::CANCEL_SM,
        name: "cancel_sm",
        pairing: Pairing::Asks(CommandId::CANCEL_SM_RESP),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: BODY_CANCEL_SM,
        states_v34: allowed(States::SUBMITTING, States::NONE),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(section("6.3.7.1", "4.9.1", "4.5.1.1"), "Cancels one or several pending messages.")
    },
    Command {
        id: CommandId::BIND_TRANSCEIVER,
        name: "bind_transceiver",
        pairing: Pairing::Asks(CommandId::BIND_TRANSCEIVER_RESP),
        from: Some(Role::Esme),
        versions: Versions::SINCE_34,
        body: BODY_BIND,
        states_v34: allowed(States::OPEN, States::NONE),
        states_v50: allowed(States::OPEN.or(States::OUTBOUND), States::NONE),
        ..undescribed(
            section("", "4.1.5", "4.1.1.5"),
            "Opens a session in which the ESME submits and receives.",
        )
    },
    Command {
        id: CommandId::OUTBIND,
        name: "outbind",
        pairing: Pairing::OneWay,
        from: Some(Role::Smsc),
        versions: Versions::SINCE_34,
        body: &[&SYSTEM_ID, &PASSWORD],
        states_v34: allowed(States::NONE, States::OPEN),
        states_v50: allowed(States::NONE, States::OPEN),
        ..undescribed(section("", "4.1.7.1", "4.1.1.7"), "Asks the ESME to bind as a receiver.")
    },
    Command {
        id: CommandId::ENQUIRE_LINK,
        name: "enquire_link",
        pairing: Pairing::Asks(CommandId::ENQUIRE_LINK_RESP),
        from: None,
        versions: Versions::ALL,
        states_v34: allowed(States::BOUND, States::BOUND),
        states_v50: allowed(States::ANY, States::ANY),
        ..undescribed(section("6.3.9.1", "4.11.1", "4.1.2.1"), "Checks that the other side is alive.")
    },
    Command {
        id: CommandId::SUBMIT_MULTI,
        name: "submit_multi",
        pairing: Pairing::Asks(CommandId::SUBMIT_MULTI_RESP),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: BODY_SUBMIT_MULTI,
        tlvs_v34: SUBMIT_MULTI_TLVS_V34,
        tlvs_v50: SUBMIT_SM_TLVS_V50,
        states_v34: allowed(States::SUBMITTING, States::NONE),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(
            section("6.3.4", "4.5.1", "4.2.3.1"),
            "Submits a message to several destinations or distribution lists.",
        )
    },
    Command {
        id: CommandId::PARAM_RETRIEVE,
        name: "param_retrieve",
        pairing: Pairing::Asks(CommandId::PARAM_RETRIEVE_RESP),
        from: Some(Role::Esme),
        versions: Versions::ONLY_33,
        body: &[&PARAM_NAME],
        ..undescribed(section("6.3.10.1", "", ""), "Asks for a parameter of the message centre.")
    },
    Command {
        id: CommandId::QUERY_LAST_MSGS,
        name: "query_last_msgs",
        pairing: Pairing::Asks(CommandId::QUERY_LAST_MSGS_RESP),
        from: Some(Role::Esme),
        versions: Versions::ONLY_33,
        body: BODY_QUERY_LAST_MSGS,
        ..undescribed(section("6.3.6.5", "", ""), "Asks for the ids of the last messages of a source.")
    },
    Command {
        id: CommandId::QUERY_MSG_DETAILS,
        name: "query_msg_details",
        pairing: Pairing::Asks(CommandId::QUERY_MSG_DETAILS_RESP),
        from: Some(Role::Esme),
        versions: Versions::ONLY_33,
        body: BODY_QUERY_MSG_DETAILS,
        ..undescribed(section("6.3.6.8", "", ""), "Asks for everything about a message.")
    },
    Command {
        id: CommandId::ALERT_NOTIFICATION,
        name: "alert_notification",
        pairing: Pairing::OneWay,
        from: Some(Role::Smsc),
        versions: Versions::SINCE_34,
        body: BODY_ALERT_NOTIFICATION,
        tlvs_v34: TlvSet::of(&[TlvTag::MS_AVAILABILITY_STATUS]),
        tlvs_v50: TlvSet::of(&[TlvTag::MS_AVAILABILITY_STATUS]),
        states_v34: allowed(States::NONE, States::RECEIVING),
        states_v50: allowed(States::NONE, States::RECEIVING),
        ..undescribed(
            section("", "4.12.1", "4.1.3.1"),
            "Tells the ESME that a subscriber can be reached again.",
        )
    },
    Command {
        id: CommandId::DATA_SM,
        name: "data_sm",
        pairing: Pairing::Asks(CommandId::DATA_SM_RESP),
        from: None,
        versions: Versions::SINCE_34,
        body: BODY_DATA_SM,
        tlvs_v34: DATA_SM_TLVS_V34,
        tlvs_v50: DATA_SM_TLVS_V50,
        states_v34: allowed(States::BOUND, States::BOUND),
        states_v50: allowed(States::SUBMITTING, States::RECEIVING),
        ..undescribed(
            section("", "4.7.1", "4.2.2.1"),
            "Carries a message or a receipt in either direction, its text in message_payload.",
        )
    },
    Command {
        id: CommandId::BROADCAST_SM,
        name: "broadcast_sm",
        pairing: Pairing::Asks(CommandId::BROADCAST_SM_RESP),
        from: Some(Role::Esme),
        versions: Versions::ONLY_50,
        body: BODY_BROADCAST_SM,
        tlvs_v50: BROADCAST_SM_TLVS_V50,
        mandatory_v50: TlvSet::of(&[
            TlvTag::BROADCAST_AREA_IDENTIFIER,
            TlvTag::BROADCAST_CONTENT_TYPE,
            TlvTag::BROADCAST_REP_NUM,
            TlvTag::BROADCAST_FREQUENCY_INTERVAL,
        ]),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(section("", "", "4.4.1.1"), "Submits a cell broadcast.")
    },
    Command {
        id: CommandId::QUERY_BROADCAST_SM,
        name: "query_broadcast_sm",
        pairing: Pairing::Asks(CommandId::QUERY_BROADCAST_SM_RESP),
        from: Some(Role::Esme),
        versions: Versions::ONLY_50,
        body: BODY_QUERY_SM,
        tlvs_v50: TlvSet::of(&[TlvTag::USER_MESSAGE_REFERENCE]),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(section("", "", "4.6.1.1"), "Asks for the state of a broadcast.")
    },
    Command {
        id: CommandId::CANCEL_BROADCAST_SM,
        name: "cancel_broadcast_sm",
        pairing: Pairing::Asks(CommandId::CANCEL_BROADCAST_SM_RESP),
        from: Some(Role::Esme),
        versions: Versions::ONLY_50,
        body: BODY_CANCEL_BROADCAST_SM,
        tlvs_v50: TlvSet::of(&[TlvTag::BROADCAST_CONTENT_TYPE, TlvTag::USER_MESSAGE_REFERENCE]),
        states_v50: allowed(States::SUBMITTING, States::NONE),
        ..undescribed(section("", "", "4.6.2.1"), "Cancels a broadcast.")
    },
];
