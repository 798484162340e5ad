//! Responses, generic_nack among them.

use super::fields::{
    DATA_CODING, DEST_ADDRESS, ERROR_CODE, FINAL_DATE, MESSAGE_DETAILS, MESSAGE_ID, MESSAGE_STATE,
    MESSAGE_STATUS, MSGID, NO_UNSUCCESS, NUMBER_MSGS, NUMBER_OF_DESTS, PARAM_VALUE, PRIORITY_FLAG,
    PROTOCOL_ID, REGISTERED_DELIVERY_FLAG, SCHEDULE_DELIVERY_TIME, SERVICE_TYPE, SHORT_MESSAGE, SM_LENGTH,
    SOURCE_ADDR, SOURCE_ADDR_NPI, SOURCE_ADDR_TON, SYSTEM_ID, UNSUCCESS_SME, VALIDITY_PERIOD,
};
use super::permitted::QUERY_BROADCAST_SM_RESP_TLVS_V50;
use super::{Command, Field, Pairing, States, TlvSet, Versions, allowed, section, undescribed};
use crate::smpp::{CommandId, Role, TlvTag};

const BODY_QUERY_SM_RESP: &[&Field] = &[&MESSAGE_ID, &FINAL_DATE, &MESSAGE_STATE, &ERROR_CODE];

const BODY_QUERY_MSG_DETAILS_RESP: &[&Field] = &[
    &SERVICE_TYPE,
    &SOURCE_ADDR_TON,
    &SOURCE_ADDR_NPI,
    &SOURCE_ADDR,
    &NUMBER_OF_DESTS,
    &DEST_ADDRESS,
    &PROTOCOL_ID,
    &PRIORITY_FLAG,
    &SCHEDULE_DELIVERY_TIME,
    &VALIDITY_PERIOD,
    &REGISTERED_DELIVERY_FLAG,
    &DATA_CODING,
    &SM_LENGTH,
    &SHORT_MESSAGE,
    &MSGID,
    &FINAL_DATE,
    &MESSAGE_STATUS,
    &ERROR_CODE,
];

/// The rows, by id.
pub(super) static RESPONSES: [Command; 19] = [
    Command {
        id: CommandId::GENERIC_NACK,
        name: "generic_nack",
        aliases: &["generic_nak"],
        pairing: Pairing::AnswersAny,
        from: None,
        versions: Versions::ALL,
        states_v34: allowed(States::BOUND, States::BOUND),
        states_v50: allowed(States::ANY, States::ANY),
        ..undescribed(
            section("6.2.1", "4.3.1", "4.1.4.1"),
            "Refusal of a PDU whose header or command could not be understood.",
        )
    },
    Command {
        id: CommandId::BIND_RECEIVER_RESP,
        name: "bind_receiver_resp",
        pairing: Pairing::Answers(CommandId::BIND_RECEIVER),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        body: &[&SYSTEM_ID],
        tlvs_v34: TlvSet::of(&[TlvTag::SC_INTERFACE_VERSION]),
        tlvs_v50: TlvSet::of(&[TlvTag::SC_INTERFACE_VERSION]),
        states_v34: allowed(States::NONE, States::OPEN),
        states_v50: allowed(States::NONE, States::OPEN.or(States::OUTBOUND)),
        absent_on_error: Versions::SINCE_34,
        ..undescribed(section("6.3.1.2", "4.1.4", "4.1.1.4"), "The answer to bind_receiver.")
    },
    Command {
        id: CommandId::BIND_TRANSMITTER_RESP,
        name: "bind_transmitter_resp",
        pairing: Pairing::Answers(CommandId::BIND_TRANSMITTER),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        body: &[&SYSTEM_ID],
        tlvs_v34: TlvSet::of(&[TlvTag::SC_INTERFACE_VERSION]),
        tlvs_v50: TlvSet::of(&[TlvTag::SC_INTERFACE_VERSION]),
        states_v34: allowed(States::NONE, States::OPEN),
        states_v50: allowed(States::NONE, States::OPEN.or(States::OUTBOUND)),
        absent_on_error: Versions::SINCE_34,
        ..undescribed(section("6.3.1.4", "4.1.2", "4.1.1.2"), "The answer to bind_transmitter.")
    },
    Command {
        id: CommandId::QUERY_SM_RESP,
        name: "query_sm_resp",
        pairing: Pairing::Answers(CommandId::QUERY_SM),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        body: BODY_QUERY_SM_RESP,
        states_v34: allowed(States::NONE, States::SUBMITTING),
        states_v50: allowed(States::NONE, States::SUBMITTING),
        absent_on_error: Versions::ONLY_50,
        ..undescribed(section("6.3.6.3", "4.8.2", "4.5.2.2"), "The answer to query_sm.")
    },
    Command {
        id: CommandId::SUBMIT_SM_RESP,
        name: "submit_sm_resp",
        pairing: Pairing::Answers(CommandId::SUBMIT_SM),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        body: &[&MESSAGE_ID],
        tlvs_v50: TlvSet::of(&[
            TlvTag::ADDITIONAL_STATUS_INFO_TEXT,
            TlvTag::DELIVERY_FAILURE_REASON,
            TlvTag::DPF_RESULT,
            TlvTag::NETWORK_ERROR_CODE,
        ]),
        states_v34: allowed(States::NONE, States::SUBMITTING),
        states_v50: allowed(States::NONE, States::SUBMITTING),
        absent_on_error: Versions::SINCE_34,
        ..undescribed(section("6.3.3.2", "4.4.2", "4.2.1.2"), "The answer to submit_sm.")
    },
    Command {
        id: CommandId::DELIVER_SM_RESP,
        name: "deliver_sm_resp",
        pairing: Pairing::Answers(CommandId::DELIVER_SM),
        from: Some(Role::Esme),
        versions: Versions::ALL,
        body: &[&MESSAGE_ID],
        tlvs_v50: TlvSet::of(&[
            TlvTag::ADDITIONAL_STATUS_INFO_TEXT,
            TlvTag::DELIVERY_FAILURE_REASON,
            TlvTag::NETWORK_ERROR_CODE,
        ]),
        states_v34: allowed(States::RECEIVING, States::NONE),
        states_v50: allowed(States::RECEIVING, States::NONE),
        absent_on_error: Versions::ONLY_50,
        ..undescribed(section("6.3.5.2", "4.6.2", "4.3.1.2"), "The answer to deliver_sm.")
    },
    Command {
        id: CommandId::UNBIND_RESP,
        name: "unbind_resp",
        pairing: Pairing::Answers(CommandId::UNBIND),
        from: None,
        versions: Versions::ALL,
        states_v34: allowed(States::BOUND, States::BOUND),
        states_v50: allowed(States::BOUND, States::BOUND),
        ..undescribed(section("6.3.2.2", "4.2.2", "4.1.1.9"), "The answer to unbind.")
    },
    Command {
        id: CommandId::REPLACE_SM_RESP,
        name: "replace_sm_resp",
        pairing: Pairing::Answers(CommandId::REPLACE_SM),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        states_v34: allowed(States::NONE, States::SUBMITTING),
        states_v50: allowed(States::NONE, States::SUBMITTING),
        ..undescribed(section("6.3.8.2", "4.10.2", "4.5.3.2"), "The answer to replace_sm.")
    },
    Command {
        id: CommandId::CANCEL_SM_RESP,
        name: "cancel_sm_resp",
        pairing: Pairing::Answers(CommandId::CANCEL_SM),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        states_v34: allowed(States::NONE, States::SUBMITTING),
        states_v50: allowed(States::NONE, States::SUBMITTING),
        ..undescribed(section("6.3.7.2", "4.9.2", "4.5.1.2"), "The answer to cancel_sm.")
    },
    Command {
        id: CommandId::BIND_TRANSCEIVER_RESP,
        name: "bind_transceiver_resp",
        pairing: Pairing::Answers(CommandId::BIND_TRANSCEIVER),
        from: Some(Role::Smsc),
        versions: Versions::SINCE_34,
        body: &[&SYSTEM_ID],
        tlvs_v34: TlvSet::of(&[TlvTag::SC_INTERFACE_VERSION]),
        tlvs_v50: TlvSet::of(&[TlvTag::SC_INTERFACE_VERSION]),
        states_v34: allowed(States::NONE, States::OPEN),
        states_v50: allowed(States::NONE, States::OPEN.or(States::OUTBOUND)),
        absent_on_error: Versions::ONLY_50,
        ..undescribed(section("", "4.1.6", "4.1.1.6"), "The answer to bind_transceiver.")
    },
    Command {
        id: CommandId::ENQUIRE_LINK_RESP,
        name: "enquire_link_resp",
        pairing: Pairing::Answers(CommandId::ENQUIRE_LINK),
        from: None,
        versions: Versions::ALL,
        states_v34: allowed(States::BOUND, States::BOUND),
        states_v50: allowed(States::ANY, States::ANY),
        ..undescribed(section("6.3.9.2", "4.11.2", "4.1.2.2"), "The answer to enquire_link.")
    },
    Command {
        id: CommandId::SUBMIT_MULTI_RESP,
        name: "submit_multi_resp",
        pairing: Pairing::Answers(CommandId::SUBMIT_MULTI),
        from: Some(Role::Smsc),
        versions: Versions::ALL,
        body: &[&MESSAGE_ID, &NO_UNSUCCESS, &UNSUCCESS_SME],
        tlvs_v50: TlvSet::of(&[
            TlvTag::ADDITIONAL_STATUS_INFO_TEXT,
            TlvTag::DELIVERY_FAILURE_REASON,
            TlvTag::DPF_RESULT,
            TlvTag::NETWORK_ERROR_CODE,
        ]),
        states_v34: allowed(States::NONE, States::SUBMITTING),
        states_v50: allowed(States::NONE, States::SUBMITTING),
        absent_on_error: Versions::ONLY_50,
        ..undescribed(section("6.3.4.1", "4.5.2", "4.2.3.2"), "The answer to submit_multi.")
    },
    Command {
        id: CommandId::PARAM_RETRIEVE_RESP,
        name: "param_retrieve_resp",
        pairing: Pairing::Answers(CommandId::PARAM_RETRIEVE),
        from: Some(Role::Smsc),
        versions: Versions::ONLY_33,
        body: &[&PARAM_VALUE],
        ..undescribed(section("6.3.10.2", "", ""), "The answer to param_retrieve.")
    },
    Command {
        id: CommandId::QUERY_LAST_MSGS_RESP,
        name: "query_last_msgs_resp",
        pairing: Pairing::Answers(CommandId::QUERY_LAST_MSGS),
        from: Some(Role::Smsc),
        versions: Versions::ONLY_33,
        body: &[&NUMBER_MSGS, &MESSAGE_DETAILS],
        ..undescribed(section("6.3.6.6", "", ""), "The answer to query_last_msgs.")
    },
    Command {
        id: CommandId::QUERY_MSG_DETAILS_RESP,
        name: "query_msg_details_resp",
        pairing: Pairing::Answers(CommandId::QUERY_MSG_DETAILS),
        from: Some(Role::Smsc),
        versions: Versions::ONLY_33,
        body: BODY_QUERY_MSG_DETAILS_RESP,
        ..undescribed(section("6.3.6.9", "", ""), "The answer to query_msg_details.")
    },
    Command {
        id: CommandId::DATA_SM_RESP,
        name: "data_sm_resp",
        pairing: Pairing::Answers(CommandId::DATA_SM),
        from: None,
        versions: Versions::SINCE_34,
        body: &[&MESSAGE_ID],
        tlvs_v34: TlvSet::of(&[
            TlvTag::DELIVERY_FAILURE_REASON,
            TlvTag::NETWORK_ERROR_CODE,
            TlvTag::ADDITIONAL_STATUS_INFO_TEXT,
            TlvTag::DPF_RESULT,
        ]),
        tlvs_v50: TlvSet::of(&[
            TlvTag::ADDITIONAL_STATUS_INFO_TEXT,
            TlvTag::DELIVERY_FAILURE_REASON,
            TlvTag::DPF_RESULT,
            TlvTag::NETWORK_ERROR_CODE,
        ]),
        states_v34: allowed(States::BOUND, States::BOUND),
        states_v50: allowed(States::RECEIVING, States::SUBMITTING),
        absent_on_error: Versions::ONLY_50,
        ..undescribed(section("", "4.7.2", "4.2.2.2"), "The answer to data_sm.")
    },
    Command {
        id: CommandId::BROADCAST_SM_RESP,
        name: "broadcast_sm_resp",
        pairing: Pairing::Answers(CommandId::BROADCAST_SM),
        from: Some(Role::Smsc),
        versions: Versions::ONLY_50,
        body: &[&MESSAGE_ID],
        tlvs_v50: TlvSet::of(&[TlvTag::BROADCAST_ERROR_STATUS, TlvTag::BROADCAST_AREA_IDENTIFIER]),
        states_v50: allowed(States::NONE, States::SUBMITTING),
        absent_on_error: Versions::ONLY_50,
        ..undescribed(section("", "", "4.4.1.2"), "The answer to broadcast_sm.")
    },
    Command {
        id: CommandId::QUERY_BROADCAST_SM_RESP,
        name: "query_broadcast_sm_resp",
        pairing: Pairing::Answers(CommandId::QUERY_BROADCAST_SM),
        from: Some(Role::Smsc),
        versions: Versions::ONLY_50,
        body: &[&MESSAGE_ID],
        tlvs_v50: QUERY_BROADCAST_SM_RESP_TLVS_V50,
        mandatory_v50: TlvSet::of(&[
            TlvTag::MESSAGE_STATE,
            TlvTag::BROADCAST_AREA_IDENTIFIER,
            TlvTag::BROADCAST_AREA_SUCCESS,
        ]),
        states_v50: allowed(States::NONE, States::SUBMITTING),
        absent_on_error: Versions::ONLY_50,
        ..undescribed(section("", "", "4.6.1.3"), "The answer to query_broadcast_sm.")
    },
    Command {
        id: CommandId::CANCEL_BROADCAST_SM_RESP,
        name: "cancel_broadcast_sm_resp",
        pairing: Pairing::Answers(CommandId::CANCEL_BROADCAST_SM),
        from: Some(Role::Smsc),
        versions: Versions::ONLY_50,
        states_v50: allowed(States::NONE, States::SUBMITTING),
        ..undescribed(section("", "", "4.6.2.3"), "The answer to cancel_broadcast_sm.")
    },
];
