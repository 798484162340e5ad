//! The protocol, declared once: commands, fields, TLVs, statuses and values of SMPP 3.3, 3.4 and 5.0 as constant tables.
//!
//! Everything else about the protocol comes from these rows: [`walk`](crate::smpp::walk) decodes and judges with them,
//! names and meanings are printed from them. Adding a TLV is one row in `tlvs.rs` and one example.

pub mod fields;

mod permitted;

mod requests;

mod responses;

mod rows;

mod statuses;

mod sets;

mod tlvs;

mod tlvs_v50;

pub mod values;

mod values_of_fields;

mod values_of_tlvs;

pub use rows::{
    Charset, Command, Field, Judged, Kind, Lengths, MAX_COMMAND_LENGTH, Pairing, Retry, Section, Slot,
    Status, TimeUse, Tlv, TlvSlot,
};
use rows::{allowed, plain, section, text, undescribed};
pub use sets::{Allowed, State, States, TlvSet, Versions};
pub use statuses::STATUSES;
pub use values::{Entry, Group, Values};

use super::{CommandId, CommandStatus, TlvTag};
use crate::num;

/// Every command, requests before responses, each by id.
pub static COMMANDS: [&Command; REQUESTS_LEN + RESPONSES_LEN] = all_commands();

/// Every TLV: those of 3.4 before those of 5.0, each by tag.
pub static TLVS: [&Tlv; TLVS_34_LEN + TLVS_50_LEN] = all_tlvs();

/// Names of service_type that the specifications print: SMPP 3.4 §5.2.11, 5.0 §4.7.25.
pub static SERVICE_TYPES: &[(&str, &str, Versions)] = &[
    ("", "Default", Versions::SINCE_34),
    ("CMT", "Cellular Messaging", Versions::SINCE_34),
    ("CPT", "Cellular Paging", Versions::SINCE_34),
    ("VMN", "Voice Mail Notification", Versions::SINCE_34),
    ("VMA", "Voice Mail Alerting", Versions::SINCE_34),
    ("WAP", "Wireless Application Protocol", Versions::SINCE_34),
    ("USSD", "Unstructured Supplementary Services Data", Versions::SINCE_34),
    ("CBS", "Cell Broadcast Service", Versions::ONLY_50),
    ("GUTS", "Generic UDP Transport Service", Versions::ONLY_50),
];

const REQUESTS_LEN: usize = requests::REQUESTS.len();
const RESPONSES_LEN: usize = responses::RESPONSES.len();
const TLVS_34_LEN: usize = tlvs::SINCE_34.len();
const TLVS_50_LEN: usize = tlvs_v50::SINCE_50.len();

/// No row: the end of the indexes below.
const NONE: u8 = u8::MAX;

/// Place in [`COMMANDS`] by the lower bits of the id, requests and responses apart.
static REQUEST_INDEX: [u8; 0x114] = command_index(false);
static RESPONSE_INDEX: [u8; 0x114] = command_index(true);
/// Place in [`TLVS`] by tag.
static TLV_INDEX: [u8; 0x1400] = tlv_index();
/// Place in [`STATUSES`] by value.
static STATUS_INDEX: [u8; 0x120] = status_index();

/// The row of a command; `None` for ids that no version defines.
#[inline]
#[must_use]
pub fn command(id: CommandId) -> Option<&'static Command> {
    let index = if id.is_response() { &RESPONSE_INDEX } else { &REQUEST_INDEX };
    let row = index.get(num::index(id.request().0))?;
    COMMANDS.get(usize::from(*row)).copied()
}

/// The row of a TLV; `None` for tags that no version defines.
#[inline]
#[must_use]
pub fn tlv(tag: TlvTag) -> Option<&'static Tlv> {
    TLVS.get(usize::from(tlv_row(tag)?)).copied()
}

/// Place of a TLV in [`TLVS`].
#[inline]
fn tlv_row(tag: TlvTag) -> Option<u8> {
    TLV_INDEX.get(usize::from(tag.0)).copied().filter(|row| *row != NONE)
}

/// The row of a status; `None` for values that no version defines.
#[inline]
#[must_use]
pub fn status(value: CommandStatus) -> Option<&'static Status> {
    STATUSES.get(usize::from(*STATUS_INDEX.get(num::index(value.0))?))
}

/// Whether the specification leaves these values to the vendor of the message centre: SMPP 3.4 Table 5-2.
#[must_use]
pub const fn is_vendor_status(value: CommandStatus) -> bool {
    matches!(value.0, 0x400..=0x4FF)
}

/// Whether the specification leaves these ids to the vendor of the message centre: SMPP 3.4 Table 5-1.
#[must_use]
pub const fn is_vendor_command(id: CommandId) -> bool {
    matches!(id.request().0, 0x0001_0200..=0x0001_02FF)
}

/// Whether the specification leaves these tags to the vendor of the message centre: SMPP 3.4 §5.3.1.
#[must_use]
pub const fn is_vendor_tlv(tag: TlvTag) -> bool {
    matches!(tag.0, 0x1400..=0x3FFF)
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at compile time only"
)]
const fn all_tlvs() -> [&'static Tlv; TLVS_34_LEN + TLVS_50_LEN] {
    let mut all = [&tlvs::SINCE_34[0]; TLVS_34_LEN + TLVS_50_LEN];
    let mut at = 0;
    while at < TLVS_34_LEN {
        all[at] = &tlvs::SINCE_34[at];
        at += 1;
    }
    while at < all.len() {
        all[at] = &tlvs_v50::SINCE_50[at - TLVS_34_LEN];
        at += 1;
    }
    all
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at compile time only"
)]
const fn all_commands() -> [&'static Command; REQUESTS_LEN + RESPONSES_LEN] {
    let mut all = [&requests::REQUESTS[0]; REQUESTS_LEN + RESPONSES_LEN];
    let mut at = 0;
    while at < REQUESTS_LEN {
        all[at] = &requests::REQUESTS[at];
        at += 1;
    }
    while at < all.len() {
        all[at] = &responses::RESPONSES[at - REQUESTS_LEN];
        at += 1;
    }
    all
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "evaluated at compile time only"
)]
const fn command_index(response: bool) -> [u8; 0x114] {
    let mut index = [NONE; 0x114];
    let commands = all_commands();
    let mut at = 0;
    while at < commands.len() {
        let id = commands[at].id;
        if id.is_response() == response {
            index[id.request().0 as usize] = at as u8;
        }
        at += 1;
    }
    index
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "evaluated at compile time only"
)]
const fn tlv_index() -> [u8; 0x1400] {
    let mut index = [NONE; 0x1400];
    let mut at = 0;
    while at < TLVS.len() {
        index[TLVS[at].tag.0 as usize] = at as u8;
        at += 1;
    }
    index
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "evaluated at compile time only"
)]
const fn status_index() -> [u8; 0x120] {
    let mut index = [NONE; 0x120];
    let mut at = 0;
    while at < STATUSES.len() {
        index[STATUSES[at].value.0 as usize] = at as u8;
        at += 1;
    }
    index
}
