//! The numbers of a PDU header as newtypes with named constants. Unknown numbers are ordinary values.

use std::fmt;

use super::spec;

/// command_id: SMPP 3.4 §5.1.2, 5.0 §4.7.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u32);

impl CommandId {
    /// The bit that makes a response of a request's id.
    pub const RESPONSE: u32 = 0x8000_0000;
    /// generic_nack
    pub const GENERIC_NACK: Self = Self(0x80000000);
    /// bind_receiver
    pub const BIND_RECEIVER: Self = Self(0x00000001);
    /// bind_receiver_resp
    pub const BIND_RECEIVER_RESP: Self = Self(0x80000001);
    /// bind_transmitter
    pub const BIND_TRANSMITTER: Self = Self(0x00000002);
    /// bind_transmitter_resp
    pub const BIND_TRANSMITTER_RESP: Self = Self(0x80000002);
    /// query_sm
    pub const QUERY_SM: Self = Self(0x00000003);
    /// query_sm_resp
    pub const QUERY_SM_RESP: Self = Self(0x80000003);
    /// submit_sm
    pub const SUBMIT_SM: Self = Self(0x00000004);
    /// submit_sm_resp
    pub const SUBMIT_SM_RESP: Self = Self(0x80000004);
    /// deliver_sm
    pub const DELIVER_SM: Self = Self(0x00000005);
    /// deliver_sm_resp
    pub const DELIVER_SM_RESP: Self = Self(0x80000005);
    /// unbind
    pub const UNBIND: Self = Self(0x00000006);
    /// unbind_resp
    pub const UNBIND_RESP: Self = Self(0x80000006);
    /// replace_sm
    pub const REPLACE_SM: Self = Self(0x00000007);
    /// replace_sm_resp
    pub const REPLACE_SM_RESP: Self = Self(0x80000007);
    /// cancel_sm
    pub const CANCEL_SM: Self = Self(0x00000008);
    /// cancel_sm_resp
    pub const CANCEL_SM_RESP: Self = Self(0x80000008);
    /// bind_transceiver
    pub const BIND_TRANSCEIVER: Self = Self(0x00000009);
    /// bind_transceiver_resp
    pub const BIND_TRANSCEIVER_RESP: Self = Self(0x80000009);
    /// outbind
    pub const OUTBIND: Self = Self(0x0000000B);
    /// enquire_link
    pub const ENQUIRE_LINK: Self = Self(0x00000015);
    /// enquire_link_resp
    pub const ENQUIRE_LINK_RESP: Self = Self(0x80000015);
    /// submit_multi
    pub const SUBMIT_MULTI: Self = Self(0x00000021);
    /// submit_multi_resp
    pub const SUBMIT_MULTI_RESP: Self = Self(0x80000021);
    /// param_retrieve
    pub const PARAM_RETRIEVE: Self = Self(0x00000022);
    /// param_retrieve_resp
    pub const PARAM_RETRIEVE_RESP: Self = Self(0x80000022);
    /// query_last_msgs
    pub const QUERY_LAST_MSGS: Self = Self(0x00000023);
    /// query_last_msgs_resp
    pub const QUERY_LAST_MSGS_RESP: Self = Self(0x80000023);
    /// query_msg_details
    pub const QUERY_MSG_DETAILS: Self = Self(0x00000024);
    /// query_msg_details_resp
    pub const QUERY_MSG_DETAILS_RESP: Self = Self(0x80000024);
    /// alert_notification
    pub const ALERT_NOTIFICATION: Self = Self(0x00000102);
    /// data_sm
    pub const DATA_SM: Self = Self(0x00000103);
    /// data_sm_resp
    pub const DATA_SM_RESP: Self = Self(0x80000103);
    /// broadcast_sm
    pub const BROADCAST_SM: Self = Self(0x00000111);
    /// broadcast_sm_resp
    pub const BROADCAST_SM_RESP: Self = Self(0x80000111);
    /// query_broadcast_sm
    pub const QUERY_BROADCAST_SM: Self = Self(0x00000112);
    /// query_broadcast_sm_resp
    pub const QUERY_BROADCAST_SM_RESP: Self = Self(0x80000112);
    /// cancel_broadcast_sm
    pub const CANCEL_BROADCAST_SM: Self = Self(0x00000113);
    /// cancel_broadcast_sm_resp
    pub const CANCEL_BROADCAST_SM_RESP: Self = Self(0x80000113);

    /// Whether the response bit is set (generic_nack included).
    #[inline]
    #[must_use]
    pub const fn is_response(self) -> bool {
        self.0 & Self::RESPONSE != 0
    }

    /// The id with the response bit set: the response that a request asks for, if it asks for one.
    #[must_use]
    pub const fn response(self) -> Self {
        Self(self.0 | Self::RESPONSE)
    }

    /// The id with the response bit cleared.
    #[inline]
    #[must_use]
    pub const fn request(self) -> Self {
        Self(self.0 & !Self::RESPONSE)
    }

    /// bind_receiver, bind_transmitter or bind_transceiver.
    #[must_use]
    pub const fn is_bind(self) -> bool {
        matches!(self, Self::BIND_RECEIVER | Self::BIND_TRANSMITTER | Self::BIND_TRANSCEIVER)
    }
}

/// command_status: SMPP 3.4 §5.1.3, 5.0 §4.7.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandStatus(pub u32);

impl CommandStatus {
    /// ESME_ROK: no error.
    pub const OK: Self = Self(0);
    /// ESME_RINVMSGLEN: message text has an invalid length, usually too long.
    pub const RINVMSGLEN: Self = Self(0x00000001);
    /// ESME_RINVCMDLEN: PDU length invalid for this PDU.
    pub const RINVCMDLEN: Self = Self(0x00000002);
    /// ESME_RINVCMDID: command not recognised or not supported.
    pub const RINVCMDID: Self = Self(0x00000003);
    /// ESME_RINVBNDSTS: PDU not allowed in the present session state.
    pub const RINVBNDSTS: Self = Self(0x00000004);
    /// ESME_RALYBND: bind on a session that is already bound.
    pub const RALYBND: Self = Self(0x00000005);
    /// ESME_RINVPRTFLG: priority_flag invalid.
    pub const RINVPRTFLG: Self = Self(0x00000006);
    /// ESME_RINVREGDLVFLG: registered_delivery invalid or not allowed.
    pub const RINVREGDLVFLG: Self = Self(0x00000007);
    /// ESME_RSYSERR: system error, MC partly or wholly unavailable.
    pub const RSYSERR: Self = Self(0x00000008);
    /// ESME_RINVSRCADR: source address invalid.
    pub const RINVSRCADR: Self = Self(0x0000000A);
    /// ESME_RINVDSTADR: destination address invalid (5.0: zero length, too long or bad characters).
    pub const RINVDSTADR: Self = Self(0x0000000B);
    /// ESME_RINVMSGID: message_id invalid.
    pub const RINVMSGID: Self = Self(0x0000000C);
    /// ESME_RBINDFAIL: bind failed.
    pub const RBINDFAIL: Self = Self(0x0000000D);
    /// ESME_RINVPASWD: password invalid (5.0: its form, not a wrong password).
    pub const RINVPASWD: Self = Self(0x0000000E);
    /// ESME_RINVSYSID: system_id invalid (5.0: its form, not an unknown one).
    pub const RINVSYSID: Self = Self(0x0000000F);
    /// ESME_RCANCELFAIL: cancel_sm failed.
    pub const RCANCELFAIL: Self = Self(0x00000011);
    /// ESME_RREPLACEFAIL: replace_sm failed.
    pub const RREPLACEFAIL: Self = Self(0x00000013);
    /// ESME_RMSGQFUL: message queue full.
    pub const RMSGQFUL: Self = Self(0x00000014);
    /// ESME_RINVSERTYP: service_type invalid.
    pub const RINVSERTYP: Self = Self(0x00000015);
    /// ESME_RINVNUMDESTS: number_of_dests invalid.
    pub const RINVNUMDESTS: Self = Self(0x00000033);
    /// ESME_RINVDLNAME: dl_name invalid or unknown.
    pub const RINVDLNAME: Self = Self(0x00000034);
    /// ESME_RINVDESTFLAG: dest_flag invalid.
    pub const RINVDESTFLAG: Self = Self(0x00000040);
    /// ESME_RINVSUBREP: submit with replace not supported, not allowed or not fitting.
    pub const RINVSUBREP: Self = Self(0x00000042);
    /// ESME_RINVESMCLASS: esm_class invalid or unsupported.
    pub const RINVESMCLASS: Self = Self(0x00000043);
    /// ESME_RCNTSUBDL: cannot submit to a distribution list.
    pub const RCNTSUBDL: Self = Self(0x00000044);
    /// ESME_RSUBMITFAIL: submission failed (3.4: submit_sm or submit_multi; 5.0: data_sm too).
    pub const RSUBMITFAIL: Self = Self(0x00000045);
    /// ESME_RINVSRCTON: source TON invalid.
    pub const RINVSRCTON: Self = Self(0x00000048);
    /// ESME_RINVSRCNPI: source NPI invalid.
    pub const RINVSRCNPI: Self = Self(0x00000049);
    /// ESME_RINVDSTTON: destination TON invalid.
    pub const RINVDSTTON: Self = Self(0x00000050);
    /// ESME_RINVDSTNPI: destination NPI invalid.
    pub const RINVDSTNPI: Self = Self(0x00000051);
    /// ESME_RINVSYSTYP: system_type invalid.
    pub const RINVSYSTYP: Self = Self(0x00000053);
    /// ESME_RINVREPFLAG: replace_if_present_flag invalid.
    pub const RINVREPFLAG: Self = Self(0x00000054);
    /// ESME_RINVNUMMSGS: number of messages invalid (a 3.3 code for query_last_msgs).
    pub const RINVNUMMSGS: Self = Self(0x00000055);
    /// ESME_RTHROTTLED: throttling, the ESME exceeded its rate.
    pub const RTHROTTLED: Self = Self(0x00000058);
    /// ESME_RINVSCHED: schedule_delivery_time invalid.
    pub const RINVSCHED: Self = Self(0x00000061);
    /// ESME_RINVEXPIRY: validity_period invalid.
    pub const RINVEXPIRY: Self = Self(0x00000062);
    /// ESME_RINVDFTMSGID: predefined message invalid or not found.
    pub const RINVDFTMSGID: Self = Self(0x00000063);
    /// ESME_RX_T_APPN: receiving ESME: temporary error, try again later.
    pub const RX_T_APPN: Self = Self(0x00000064);
    /// ESME_RX_P_APPN: receiving ESME: permanent error for this destination, drop all its messages.
    pub const RX_P_APPN: Self = Self(0x00000065);
    /// ESME_RX_R_APPN: receiving ESME: rejects this message, do not retry.
    pub const RX_R_APPN: Self = Self(0x00000066);
    /// ESME_RQUERYFAIL: query failed.
    pub const RQUERYFAIL: Self = Self(0x00000067);
    /// ESME_RINVTLVSTREAM: TLV part cannot be decoded (1-3 octets left, or a length beyond the PDU).
    pub const RINVTLVSTREAM: Self = Self(0x000000C0);
    /// ESME_RTLVNOTALLWD: TLV not allowed here.
    pub const RTLVNOTALLWD: Self = Self(0x000000C1);
    /// ESME_RINVTLVLEN: TLV or parameter length invalid.
    pub const RINVTLVLEN: Self = Self(0x000000C2);
    /// ESME_RMISSINGTLV: an expected TLV is missing.
    pub const RMISSINGTLV: Self = Self(0x000000C3);
    /// ESME_RINVTLVVAL: TLV value invalid.
    pub const RINVTLVVAL: Self = Self(0x000000C4);
    /// ESME_RDELIVERYFAILURE: delivery failed in transaction mode (3.4: data_sm_resp; 5.0: submit_sm_resp too).
    pub const RDELIVERYFAILURE: Self = Self(0x000000FE);
    /// ESME_RUNKNOWNERR: unknown error.
    pub const RUNKNOWNERR: Self = Self(0x000000FF);
    /// ESME_RSERTYPUNAUTH: ESME may not use this service_type.
    pub const RSERTYPUNAUTH: Self = Self(0x00000100);
    /// ESME_RPROHIBITED: ESME may not use this operation.
    pub const RPROHIBITED: Self = Self(0x00000101);
    /// ESME_RSERTYPUNAVAIL: service_type unavailable.
    pub const RSERTYPUNAVAIL: Self = Self(0x00000102);
    /// ESME_RSERTYPDENIED: service_type denied for this content.
    pub const RSERTYPDENIED: Self = Self(0x00000103);
    /// ESME_RINVDCS: data_coding invalid or unsupported.
    pub const RINVDCS: Self = Self(0x00000104);
    /// ESME_RINVSRCADDRSUBUNIT: source_addr_subunit invalid.
    pub const RINVSRCADDRSUBUNIT: Self = Self(0x00000105);
    /// ESME_RINVDSTADDRSUBUNIT: dest_addr_subunit invalid.
    pub const RINVDSTADDRSUBUNIT: Self = Self(0x00000106);
    /// ESME_RINVBCASTFREQINT: broadcast_frequency_interval invalid.
    pub const RINVBCASTFREQINT: Self = Self(0x00000107);
    /// ESME_RINVBCASTALIAS_NAME: broadcast alias name invalid.
    pub const RINVBCASTALIAS_NAME: Self = Self(0x00000108);
    /// ESME_RINVBCASTAREAFMT: broadcast area format invalid.
    pub const RINVBCASTAREAFMT: Self = Self(0x00000109);
    /// ESME_RINVNUMBCAST_AREAS: number of broadcast areas invalid.
    pub const RINVNUMBCAST_AREAS: Self = Self(0x0000010A);
    /// ESME_RINVBCASTCNTTYPE: broadcast_content_type invalid.
    pub const RINVBCASTCNTTYPE: Self = Self(0x0000010B);
    /// ESME_RINVBCASTMSGCLASS: broadcast_message_class invalid.
    pub const RINVBCASTMSGCLASS: Self = Self(0x0000010C);
    /// ESME_RBCASTFAIL: broadcast_sm failed.
    pub const RBCASTFAIL: Self = Self(0x0000010D);
    /// ESME_RBCASTQUERYFAIL: query_broadcast_sm failed.
    pub const RBCASTQUERYFAIL: Self = Self(0x0000010E);
    /// ESME_RBCASTCANCELFAIL: cancel_broadcast_sm failed.
    pub const RBCASTCANCELFAIL: Self = Self(0x0000010F);
    /// ESME_RINVBCAST_REP: broadcast_rep_num invalid.
    pub const RINVBCAST_REP: Self = Self(0x00000110);
    /// ESME_RINVBCASTSRVGRP: broadcast_service_group invalid.
    pub const RINVBCASTSRVGRP: Self = Self(0x00000111);
    /// ESME_RINVBCASTCHANIND: broadcast_channel_indicator invalid.
    pub const RINVBCASTCHANIND: Self = Self(0x00000112);
}

/// Tag of a TLV: SMPP 3.4 §5.3, 5.0 §4.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlvTag(pub u16);

impl TlvTag {
    /// dest_addr_subunit
    pub const DEST_ADDR_SUBUNIT: Self = Self(0x0005);
    /// dest_network_type
    pub const DEST_NETWORK_TYPE: Self = Self(0x0006);
    /// dest_bearer_type
    pub const DEST_BEARER_TYPE: Self = Self(0x0007);
    /// dest_telematics_id
    pub const DEST_TELEMATICS_ID: Self = Self(0x0008);
    /// source_addr_subunit
    pub const SOURCE_ADDR_SUBUNIT: Self = Self(0x000D);
    /// source_network_type
    pub const SOURCE_NETWORK_TYPE: Self = Self(0x000E);
    /// source_bearer_type
    pub const SOURCE_BEARER_TYPE: Self = Self(0x000F);
    /// source_telematics_id
    pub const SOURCE_TELEMATICS_ID: Self = Self(0x0010);
    /// qos_time_to_live
    pub const QOS_TIME_TO_LIVE: Self = Self(0x0017);
    /// payload_type
    pub const PAYLOAD_TYPE: Self = Self(0x0019);
    /// additional_status_info_text
    pub const ADDITIONAL_STATUS_INFO_TEXT: Self = Self(0x001D);
    /// receipted_message_id
    pub const RECEIPTED_MESSAGE_ID: Self = Self(0x001E);
    /// ms_msg_wait_facilities
    pub const MS_MSG_WAIT_FACILITIES: Self = Self(0x0030);
    /// privacy_indicator
    pub const PRIVACY_INDICATOR: Self = Self(0x0201);
    /// source_subaddress
    pub const SOURCE_SUBADDRESS: Self = Self(0x0202);
    /// dest_subaddress
    pub const DEST_SUBADDRESS: Self = Self(0x0203);
    /// user_message_reference
    pub const USER_MESSAGE_REFERENCE: Self = Self(0x0204);
    /// user_response_code
    pub const USER_RESPONSE_CODE: Self = Self(0x0205);
    /// source_port
    pub const SOURCE_PORT: Self = Self(0x020A);
    /// dest_port
    pub const DEST_PORT: Self = Self(0x020B);
    /// sar_msg_ref_num
    pub const SAR_MSG_REF_NUM: Self = Self(0x020C);
    /// language_indicator
    pub const LANGUAGE_INDICATOR: Self = Self(0x020D);
    /// sar_total_segments
    pub const SAR_TOTAL_SEGMENTS: Self = Self(0x020E);
    /// sar_segment_seqnum
    pub const SAR_SEGMENT_SEQNUM: Self = Self(0x020F);
    /// sc_interface_version
    pub const SC_INTERFACE_VERSION: Self = Self(0x0210);
    /// callback_num_pres_ind
    pub const CALLBACK_NUM_PRES_IND: Self = Self(0x0302);
    /// callback_num_atag
    pub const CALLBACK_NUM_ATAG: Self = Self(0x0303);
    /// number_of_messages
    pub const NUMBER_OF_MESSAGES: Self = Self(0x0304);
    /// callback_num
    pub const CALLBACK_NUM: Self = Self(0x0381);
    /// dpf_result
    pub const DPF_RESULT: Self = Self(0x0420);
    /// set_dpf
    pub const SET_DPF: Self = Self(0x0421);
    /// ms_availability_status
    pub const MS_AVAILABILITY_STATUS: Self = Self(0x0422);
    /// network_error_code
    pub const NETWORK_ERROR_CODE: Self = Self(0x0423);
    /// message_payload
    pub const MESSAGE_PAYLOAD: Self = Self(0x0424);
    /// delivery_failure_reason
    pub const DELIVERY_FAILURE_REASON: Self = Self(0x0425);
    /// more_messages_to_send
    pub const MORE_MESSAGES_TO_SEND: Self = Self(0x0426);
    /// message_state
    pub const MESSAGE_STATE: Self = Self(0x0427);
    /// congestion_state
    pub const CONGESTION_STATE: Self = Self(0x0428);
    /// ussd_service_op
    pub const USSD_SERVICE_OP: Self = Self(0x0501);
    /// broadcast_channel_indicator
    pub const BROADCAST_CHANNEL_INDICATOR: Self = Self(0x0600);
    /// broadcast_content_type
    pub const BROADCAST_CONTENT_TYPE: Self = Self(0x0601);
    /// broadcast_content_type_info
    pub const BROADCAST_CONTENT_TYPE_INFO: Self = Self(0x0602);
    /// broadcast_message_class
    pub const BROADCAST_MESSAGE_CLASS: Self = Self(0x0603);
    /// broadcast_rep_num
    pub const BROADCAST_REP_NUM: Self = Self(0x0604);
    /// broadcast_frequency_interval
    pub const BROADCAST_FREQUENCY_INTERVAL: Self = Self(0x0605);
    /// broadcast_area_identifier
    pub const BROADCAST_AREA_IDENTIFIER: Self = Self(0x0606);
    /// broadcast_error_status
    pub const BROADCAST_ERROR_STATUS: Self = Self(0x0607);
    /// broadcast_area_success
    pub const BROADCAST_AREA_SUCCESS: Self = Self(0x0608);
    /// broadcast_end_time
    pub const BROADCAST_END_TIME: Self = Self(0x0609);
    /// broadcast_service_group
    pub const BROADCAST_SERVICE_GROUP: Self = Self(0x060A);
    /// billing_identification
    pub const BILLING_IDENTIFICATION: Self = Self(0x060B);
    /// source_network_id
    pub const SOURCE_NETWORK_ID: Self = Self(0x060D);
    /// dest_network_id
    pub const DEST_NETWORK_ID: Self = Self(0x060E);
    /// source_node_id
    pub const SOURCE_NODE_ID: Self = Self(0x060F);
    /// dest_node_id
    pub const DEST_NODE_ID: Self = Self(0x0610);
    /// dest_addr_np_resolution
    pub const DEST_ADDR_NP_RESOLUTION: Self = Self(0x0611);
    /// dest_addr_np_information
    pub const DEST_ADDR_NP_INFORMATION: Self = Self(0x0612);
    /// dest_addr_np_country
    pub const DEST_ADDR_NP_COUNTRY: Self = Self(0x0613);
    /// display_time
    pub const DISPLAY_TIME: Self = Self(0x1201);
    /// sms_signal
    pub const SMS_SIGNAL: Self = Self(0x1203);
    /// ms_validity
    pub const MS_VALIDITY: Self = Self(0x1204);
    /// alert_on_message_delivery
    pub const ALERT_ON_MESSAGE_DELIVERY: Self = Self(0x130C);
    /// its_reply_type
    pub const ITS_REPLY_TYPE: Self = Self(0x1380);
    /// its_session_info
    pub const ITS_SESSION_INFO: Self = Self(0x1383);
}

/// sequence_number: SMPP 3.4 §5.1.4, 5.0 §4.7.24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber(pub u32);

impl CommandId {
    /// Name as the specification spells it; `None` for ids that no version defines.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        spec::command(self).map(|command| command.name)
    }
}

impl CommandStatus {
    /// Name as the specification spells it, `ESME_RTHROTTLED`; `None` for values that no version defines.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        spec::status(self).map(|status| status.name)
    }
}

impl TlvTag {
    /// Name as the specification (5.0) spells it; `None` for tags that no version defines.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        spec::tlv(self).map(spec::Tlv::name)
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "0x{:08x}", self.0),
        }
    }
}

impl fmt::Display for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None if spec::is_vendor_status(*self) => write!(f, "0x{:08x} (vendor)", self.0),
            None => write!(f, "0x{:08x} (reserved)", self.0),
        }
    }
}

impl fmt::Display for TlvTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:04x}", self.0)
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
