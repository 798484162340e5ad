//! The values of command_status, error_status_code and broadcast_error_status. 3.3 prints no numbers.

use super::Versions;
use super::rows::{Retry, Status, status};
use crate::smpp::CommandStatus;

/// Every status that a version defines, by value.
pub static STATUSES: [Status; 67] = [
    status(CommandStatus::OK, "ESME_ROK", Retry::Success, "no error"),
    status(
        CommandStatus::RINVMSGLEN,
        "ESME_RINVMSGLEN",
        Retry::Permanent,
        "message text has an invalid length, usually too long",
    ),
    status(CommandStatus::RINVCMDLEN, "ESME_RINVCMDLEN", Retry::Permanent, "PDU length invalid for this PDU"),
    status(
        CommandStatus::RINVCMDID,
        "ESME_RINVCMDID",
        Retry::Permanent,
        "command not recognised or not supported",
    ),
    status(
        CommandStatus::RINVBNDSTS,
        "ESME_RINVBNDSTS",
        Retry::Session,
        "PDU not allowed in the present session state",
    ),
    status(CommandStatus::RALYBND, "ESME_RALYBND", Retry::Session, "bind on a session that is already bound"),
    status(CommandStatus::RINVPRTFLG, "ESME_RINVPRTFLG", Retry::Permanent, "priority_flag invalid"),
    status(
        CommandStatus::RINVREGDLVFLG,
        "ESME_RINVREGDLVFLG",
        Retry::Permanent,
        "registered_delivery invalid or not allowed",
    ),
    status(
        CommandStatus::RSYSERR,
        "ESME_RSYSERR",
        Retry::Temporary,
        "system error, MC partly or wholly unavailable",
    ),
    status(CommandStatus::RINVSRCADR, "ESME_RINVSRCADR", Retry::Permanent, "source address invalid"),
    status(
        CommandStatus::RINVDSTADR,
        "ESME_RINVDSTADR",
        Retry::Permanent,
        "destination address invalid (5.0: zero length, too long or bad characters)",
    ),
    status(CommandStatus::RINVMSGID, "ESME_RINVMSGID", Retry::Permanent, "message_id invalid"),
    status(CommandStatus::RBINDFAIL, "ESME_RBINDFAIL", Retry::Session, "bind failed"),
    status(
        CommandStatus::RINVPASWD,
        "ESME_RINVPASWD",
        Retry::Session,
        "password invalid (5.0: its form, not a wrong password)",
    ),
    status(
        CommandStatus::RINVSYSID,
        "ESME_RINVSYSID",
        Retry::Session,
        "system_id invalid (5.0: its form, not an unknown one)",
    ),
    status(CommandStatus::RCANCELFAIL, "ESME_RCANCELFAIL", Retry::Permanent, "cancel_sm failed"),
    status(CommandStatus::RREPLACEFAIL, "ESME_RREPLACEFAIL", Retry::Permanent, "replace_sm failed"),
    status(CommandStatus::RMSGQFUL, "ESME_RMSGQFUL", Retry::Congestion, "message queue full"),
    status(CommandStatus::RINVSERTYP, "ESME_RINVSERTYP", Retry::Permanent, "service_type invalid"),
    status(CommandStatus::RINVNUMDESTS, "ESME_RINVNUMDESTS", Retry::Permanent, "number_of_dests invalid"),
    status(CommandStatus::RINVDLNAME, "ESME_RINVDLNAME", Retry::Permanent, "dl_name invalid or unknown"),
    status(CommandStatus::RINVDESTFLAG, "ESME_RINVDESTFLAG", Retry::Permanent, "dest_flag invalid"),
    status(
        CommandStatus::RINVSUBREP,
        "ESME_RINVSUBREP",
        Retry::Permanent,
        "submit with replace not supported, not allowed or not fitting",
    ),
    status(
        CommandStatus::RINVESMCLASS,
        "ESME_RINVESMCLASS",
        Retry::Permanent,
        "esm_class invalid or unsupported",
    ),
    status(
        CommandStatus::RCNTSUBDL,
        "ESME_RCNTSUBDL",
        Retry::Permanent,
        "cannot submit to a distribution list",
    ),
    status(
        CommandStatus::RSUBMITFAIL,
        "ESME_RSUBMITFAIL",
        Retry::Temporary,
        "submission failed (3.4: submit_sm or submit_multi; 5.0: data_sm too)",
    ),
    status(CommandStatus::RINVSRCTON, "ESME_RINVSRCTON", Retry::Permanent, "source TON invalid"),
    status(CommandStatus::RINVSRCNPI, "ESME_RINVSRCNPI", Retry::Permanent, "source NPI invalid"),
    status(CommandStatus::RINVDSTTON, "ESME_RINVDSTTON", Retry::Permanent, "destination TON invalid"),
    status(CommandStatus::RINVDSTNPI, "ESME_RINVDSTNPI", Retry::Permanent, "destination NPI invalid"),
    status(CommandStatus::RINVSYSTYP, "ESME_RINVSYSTYP", Retry::Session, "system_type invalid"),
    status(
        CommandStatus::RINVREPFLAG,
        "ESME_RINVREPFLAG",
        Retry::Permanent,
        "replace_if_present_flag invalid",
    ),
    status(
        CommandStatus::RINVNUMMSGS,
        "ESME_RINVNUMMSGS",
        Retry::Permanent,
        "number of messages invalid (a 3.3 code for query_last_msgs)",
    ),
    status(
        CommandStatus::RTHROTTLED,
        "ESME_RTHROTTLED",
        Retry::Congestion,
        "throttling, the ESME exceeded its rate",
    ),
    status(CommandStatus::RINVSCHED, "ESME_RINVSCHED", Retry::Permanent, "schedule_delivery_time invalid"),
    status(CommandStatus::RINVEXPIRY, "ESME_RINVEXPIRY", Retry::Permanent, "validity_period invalid"),
    status(
        CommandStatus::RINVDFTMSGID,
        "ESME_RINVDFTMSGID",
        Retry::Permanent,
        "predefined message invalid or not found",
    ),
    status(
        CommandStatus::RX_T_APPN,
        "ESME_RX_T_APPN",
        Retry::Temporary,
        "receiving ESME: temporary error, try again later",
    ),
    status(
        CommandStatus::RX_P_APPN,
        "ESME_RX_P_APPN",
        Retry::Permanent,
        "receiving ESME: permanent error for this destination, drop all its messages",
    ),
    status(
        CommandStatus::RX_R_APPN,
        "ESME_RX_R_APPN",
        Retry::Permanent,
        "receiving ESME: rejects this message, do not retry",
    ),
    status(CommandStatus::RQUERYFAIL, "ESME_RQUERYFAIL", Retry::Permanent, "query failed"),
    status(
        CommandStatus::RINVTLVSTREAM,
        "ESME_RINVTLVSTREAM",
        Retry::Permanent,
        "TLV part cannot be decoded (1-3 octets left, or a length beyond the PDU)",
    ),
    status(CommandStatus::RTLVNOTALLWD, "ESME_RTLVNOTALLWD", Retry::Permanent, "TLV not allowed here"),
    status(CommandStatus::RINVTLVLEN, "ESME_RINVTLVLEN", Retry::Permanent, "TLV or parameter length invalid"),
    status(CommandStatus::RMISSINGTLV, "ESME_RMISSINGTLV", Retry::Permanent, "an expected TLV is missing"),
    status(CommandStatus::RINVTLVVAL, "ESME_RINVTLVVAL", Retry::Permanent, "TLV value invalid"),
    status(
        CommandStatus::RDELIVERYFAILURE,
        "ESME_RDELIVERYFAILURE",
        Retry::Temporary,
        "delivery failed in transaction mode (3.4: data_sm_resp; 5.0: submit_sm_resp too)",
    ),
    status(CommandStatus::RUNKNOWNERR, "ESME_RUNKNOWNERR", Retry::Temporary, "unknown error"),
    status(
        CommandStatus::RSERTYPUNAUTH,
        "ESME_RSERTYPUNAUTH",
        Retry::Permanent,
        "ESME may not use this service_type",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RPROHIBITED,
        "ESME_RPROHIBITED",
        Retry::Permanent,
        "ESME may not use this operation",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RSERTYPUNAVAIL,
        "ESME_RSERTYPUNAVAIL",
        Retry::Temporary,
        "service_type unavailable",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RSERTYPDENIED,
        "ESME_RSERTYPDENIED",
        Retry::Permanent,
        "service_type denied for this content",
    )
    .of(Versions::ONLY_50),
    status(CommandStatus::RINVDCS, "ESME_RINVDCS", Retry::Permanent, "data_coding invalid or unsupported")
        .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVSRCADDRSUBUNIT,
        "ESME_RINVSRCADDRSUBUNIT",
        Retry::Permanent,
        "source_addr_subunit invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVDSTADDRSUBUNIT,
        "ESME_RINVDSTADDRSUBUNIT",
        Retry::Permanent,
        "dest_addr_subunit invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVBCASTFREQINT,
        "ESME_RINVBCASTFREQINT",
        Retry::Permanent,
        "broadcast_frequency_interval invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVBCASTALIAS_NAME,
        "ESME_RINVBCASTALIAS_NAME",
        Retry::Permanent,
        "broadcast alias name invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVBCASTAREAFMT,
        "ESME_RINVBCASTAREAFMT",
        Retry::Permanent,
        "broadcast area format invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVNUMBCAST_AREAS,
        "ESME_RINVNUMBCAST_AREAS",
        Retry::Permanent,
        "number of broadcast areas invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVBCASTCNTTYPE,
        "ESME_RINVBCASTCNTTYPE",
        Retry::Permanent,
        "broadcast_content_type invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVBCASTMSGCLASS,
        "ESME_RINVBCASTMSGCLASS",
        Retry::Permanent,
        "broadcast_message_class invalid",
    )
    .of(Versions::ONLY_50),
    status(CommandStatus::RBCASTFAIL, "ESME_RBCASTFAIL", Retry::Temporary, "broadcast_sm failed")
        .of(Versions::ONLY_50),
    status(
        CommandStatus::RBCASTQUERYFAIL,
        "ESME_RBCASTQUERYFAIL",
        Retry::Permanent,
        "query_broadcast_sm failed",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RBCASTCANCELFAIL,
        "ESME_RBCASTCANCELFAIL",
        Retry::Permanent,
        "cancel_broadcast_sm failed",
    )
    .of(Versions::ONLY_50),
    status(CommandStatus::RINVBCAST_REP, "ESME_RINVBCAST_REP", Retry::Permanent, "broadcast_rep_num invalid")
        .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVBCASTSRVGRP,
        "ESME_RINVBCASTSRVGRP",
        Retry::Permanent,
        "broadcast_service_group invalid",
    )
    .of(Versions::ONLY_50),
    status(
        CommandStatus::RINVBCASTCHANIND,
        "ESME_RINVBCASTCHANIND",
        Retry::Permanent,
        "broadcast_channel_indicator invalid",
    )
    .of(Versions::ONLY_50),
];
