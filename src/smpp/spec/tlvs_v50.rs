//! The TLVs that came with SMPP 5.0, by tag.

use super::{Charset, Field, Judged, Kind, Lengths, TimeUse, Tlv, TlvSlot, plain, section, text, values};
use crate::smpp::TlvTag;

/// The rows, by tag.
pub(super) static SINCE_50: [Tlv; 20] = [
    Tlv {
        tag: TlvTag::CONGESTION_STATE,
        field: Field {
            name: "congestion_state",
            kind: Kind::U8,
            values: Some(&values::CONGESTION_STATE),
            ..plain(section("", "", "4.8.4.18"), "Load of the message centre, in percent.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_CHANNEL_INDICATOR,
        field: Field {
            name: "broadcast_channel_indicator",
            kind: Kind::U8,
            values: Some(&values::BROADCAST_CHANNEL_INDICATOR),
            ..plain(section("", "", "4.8.4.7"), "Cell broadcast channel.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_CONTENT_TYPE,
        field: Field {
            name: "broadcast_content_type",
            kind: Kind::Rest,
            values: Some(&values::BROADCAST_CONTENT_TYPE),
            ..plain(section("", "", "4.8.4.8"), "Kind of content of the broadcast.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(3)),
        repeat: false,
        judged: Judged::ContentType,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_CONTENT_TYPE_INFO,
        field: Field {
            name: "broadcast_content_type_info",
            kind: Kind::Rest,
            ..plain(section("", "", "4.8.4.6"), "More about the kind of content.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Between(1, 255)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_MESSAGE_CLASS,
        field: Field {
            name: "broadcast_message_class",
            kind: Kind::U8,
            values: Some(&values::BROADCAST_MESSAGE_CLASS),
            ..plain(section("", "", "4.8.4.12"), "Class of the broadcast.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_REP_NUM,
        field: Field {
            name: "broadcast_rep_num",
            kind: Kind::U16,
            ..plain(section("", "", "4.8.4.13"), "How often to repeat the broadcast.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(2)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_FREQUENCY_INTERVAL,
        field: Field {
            name: "broadcast_frequency_interval",
            kind: Kind::Rest,
            values: Some(&values::BROADCAST_FREQUENCY_UNIT),
            ..plain(section("", "", "4.8.4.11"), "Time between repetitions.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(3)),
        repeat: false,
        judged: Judged::FirstOctet,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_AREA_IDENTIFIER,
        field: Field {
            name: "broadcast_area_identifier",
            kind: Kind::Rest,
            values: Some(&values::BROADCAST_AREA_FORMAT),
            aliases: &["failed_broadcast_area_identifier"],
            ..plain(
                section("", "", "4.8.4.4"),
                "Area of the broadcast; in broadcast_sm_resp an area that failed.",
            )
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Between(1, 101)),
        repeat: true,
        judged: Judged::FirstOctet,
        slot: Some(TlvSlot::BroadcastAreaIdentifier),
    },
    Tlv {
        tag: TlvTag::BROADCAST_ERROR_STATUS,
        field: Field {
            name: "broadcast_error_status",
            kind: Kind::U32,
            ..plain(section("", "", "4.8.4.10"), "Why the area failed, as a command_status.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(4)),
        repeat: true,
        judged: Judged::Status,
        slot: Some(TlvSlot::BroadcastErrorStatus),
    },
    Tlv {
        tag: TlvTag::BROADCAST_AREA_SUCCESS,
        field: Field {
            name: "broadcast_area_success",
            kind: Kind::U8,
            values: Some(&values::BROADCAST_AREA_SUCCESS),
            ..plain(section("", "", "4.8.4.5"), "Share of the area that was reached, in percent.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: true,
        judged: Judged::Value,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_END_TIME,
        field: Field {
            name: "broadcast_end_time",
            kind: Kind::Time(TimeUse::Reported),
            ..plain(section("", "", "4.8.4.9"), "When the broadcast ended.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Either(16, 17)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BROADCAST_SERVICE_GROUP,
        field: Field {
            name: "broadcast_service_group",
            kind: Kind::Rest,
            ..plain(section("", "", "4.8.4.14"), "Group of receivers.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Between(1, 255)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::BILLING_IDENTIFICATION,
        field: Field {
            name: "billing_identification",
            kind: Kind::Rest,
            ..plain(section("", "", "4.8.4.3"), "Billing information, by agreement.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Between(1, 1024)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_NETWORK_ID,
        field: Field {
            name: "source_network_id",
            kind: text(65, 65, 65, Charset::Any),
            ..plain(section("", "", "4.8.4.56"), "Network of the source.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Between(7, 65)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_NETWORK_ID,
        field: Field {
            name: "dest_network_id",
            kind: text(65, 65, 65, Charset::Any),
            ..plain(section("", "", "4.8.4.25"), "Network of the destination.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Between(7, 65)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::SOURCE_NODE_ID,
        field: Field {
            name: "source_node_id",
            kind: Kind::Rest,
            ..plain(section("", "", "4.8.4.58"), "Node of the source.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(6)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_NODE_ID,
        field: Field {
            name: "dest_node_id",
            kind: Kind::Rest,
            ..plain(section("", "", "4.8.4.27"), "Node of the destination.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(6)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_ADDR_NP_RESOLUTION,
        field: Field {
            name: "dest_addr_np_resolution",
            kind: Kind::U8,
            values: Some(&values::DEST_ADDR_NP_RESOLUTION),
            ..plain(section("", "", "4.8.4.22"), "Whether number portability was looked up.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(1)),
        repeat: false,
        judged: Judged::Value,
        slot: Some(TlvSlot::DestAddrNpResolution),
    },
    Tlv {
        tag: TlvTag::DEST_ADDR_NP_INFORMATION,
        field: Field {
            name: "dest_addr_np_information",
            kind: Kind::Rest,
            ..plain(section("", "", "4.8.4.21"), "Routing number of a ported destination.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Exact(10)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
    Tlv {
        tag: TlvTag::DEST_ADDR_NP_COUNTRY,
        field: Field {
            name: "dest_addr_np_country",
            kind: Kind::Rest,
            ..plain(section("", "", "4.8.4.20"), "Country of the destination for number portability.")
        },
        lengths_v34: None,
        lengths_v50: Some(Lengths::Between(1, 5)),
        repeat: false,
        judged: Judged::Nothing,
        slot: None,
    },
];
