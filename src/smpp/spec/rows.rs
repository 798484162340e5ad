//! The shapes of the rows.

use crate::smpp::{CommandId, CommandStatus, RuleId, TlvTag, Version};

use super::{Allowed, States, TlvSet, Values, Versions};

/// Longest PDU that this crate takes for one. No version prints a limit; the largest body built from parts that do not
/// repeat stays below 0x0002_0000.
pub const MAX_COMMAND_LENGTH: u32 = 0x0010_0000;

/// Longest PDU of a command that has no body: the header and room for a few TLVs (5.0 §4.8.4.18, vendors).
const MAX_HEADER_ONLY_LENGTH: u32 = 144;

/// One command: a PDU that a version defines.
#[derive(Debug)]
pub struct Command {
    /// command_id.
    pub id: CommandId,
    /// Name as the specification spells it.
    pub name: &'static str,
    /// Other spellings, of earlier versions.
    pub aliases: &'static [&'static str],
    /// What it asks for or answers.
    pub pairing: Pairing,
    /// Who may send it; `None` for both.
    pub from: Option<crate::smpp::Role>,
    /// Versions that define it.
    pub versions: Versions,
    /// Mandatory fields, in order.
    pub body: &'static [&'static Field],
    /// TLVs that 3.4 permits.
    pub tlvs_v34: TlvSet,
    /// TLVs that 5.0 permits; congestion_state, which every response may have, is not among them.
    pub tlvs_v50: TlvSet,
    /// TLVs that 5.0 demands.
    pub mandatory_v50: TlvSet,
    /// States in which each side may send it: 3.4 Table 2-1, with replace_sm as 3.4 §2.7 has it. `None` in 3.3.
    pub states_v34: Option<Allowed>,
    /// States in which each side may send it: 5.0 Table 2-1.
    pub states_v50: Option<Allowed>,
    /// Versions that want no body when the status is not 0.
    pub absent_on_error: Versions,
    /// Where it is defined.
    pub section: Section,
    /// What it is for.
    pub doc: &'static str,
}

impl Command {
    /// Octets of the shortest body: every string NULL, every list empty.
    #[must_use]
    pub fn min_body_len(&self) -> u32 {
        self.body.iter().map(|field| field.kind.min_len()).fold(0, u32::saturating_add)
    }

    /// Whether a header with this command and length may be a PDU: long enough for the mandatory fields (a response may
    /// go without, as failing ones do), and not longer than PDUs get.
    #[must_use]
    pub fn plausible_length(&self, command_length: u32) -> bool {
        let header = 16_u32;
        let least = if self.id.is_response() { header } else { header.saturating_add(self.min_body_len()) };
        let most = if self.body.is_empty() { MAX_HEADER_ONLY_LENGTH } else { MAX_COMMAND_LENGTH };
        (least..=most).contains(&command_length)
    }

    /// Whether it is a response, generic_nack among them.
    #[must_use]
    pub const fn is_response(&self) -> bool {
        self.id.is_response()
    }
}

/// How a command relates to the other side's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Has no response: outbind, alert_notification.
    OneWay,
    /// A request, answered by this command or by generic_nack.
    Asks(CommandId),
    /// The response to this command.
    Answers(CommandId),
    /// generic_nack: refuses any request.
    AnswersAny,
}

/// A mandatory field of a body, or the value of a TLV.
#[derive(Debug)]
pub struct Field {
    /// Name as the specification spells it, also the key in JSON.
    pub name: &'static str,
    /// How it is laid out.
    pub kind: Kind,
    /// What its values mean.
    pub values: Option<&'static Values>,
    /// What they mean when the message centre sends them, where that differs.
    pub values_from_smsc: Option<&'static Values>,
    /// Whether it must never be printed: passwords.
    pub secret: bool,
    /// Where [`Facts`](crate::smpp::Facts) keep it.
    pub slot: Option<Slot>,
    /// Other spellings, of earlier versions.
    pub aliases: &'static [&'static str],
    /// Where it is defined.
    pub section: Section,
    /// What it is for.
    pub doc: &'static str,
}

/// How a field is laid out.
#[derive(Debug)]
pub enum Kind {
    /// Integer of 1 octet.
    U8,
    /// Integer of 2 octets, big endian.
    U16,
    /// Integer of 4 octets, big endian.
    U32,
    /// C-Octet String: characters and a NUL.
    CString {
        /// Most octets with the NUL, in 3.3, 3.4 and 5.0.
        max: [u16; 3],
        /// What 3.3 takes for characters; later versions take ASCII.
        charset_v33: Charset,
    },
    /// Octet String of as many octets as an earlier field of the body says.
    Octets {
        /// The earlier field.
        length: &'static Field,
    },
    /// Octet String up to the end of the TLV.
    Rest,
    /// C-Octet String that is NULL or a time of 16 characters.
    Time(TimeUse),
    /// As many items as an earlier field of the body says.
    List {
        /// The earlier field.
        count: &'static Field,
        /// Fields of an item.
        item: &'static [&'static Field],
        /// What a body breaks that ends within the list.
        overrun: RuleId,
    },
    /// Fields that depend on an octet before them.
    OneOf {
        /// The octet.
        flag: &'static Field,
        /// Its values and the fields that follow.
        cases: &'static [(u8, &'static [&'static Field])],
        /// What any other value breaks.
        invalid: RuleId,
    },
}

impl Kind {
    /// Fewest octets it takes.
    #[must_use]
    pub const fn min_len(&self) -> u32 {
        match self {
            Self::U8 | Self::CString { .. } | Self::Time(_) | Self::OneOf { .. } => 1,
            Self::U16 => 2,
            Self::U32 => 4,
            Self::Octets { .. } | Self::Rest | Self::List { .. } => 0,
        }
    }
}

/// What the characters of a C-Octet String are in 3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// ASCII.
    Any,
    /// Decimal digits.
    Decimal,
    /// Hexadecimal digits, with leading spaces.
    Hex,
}

/// What a time field is for; it decides which forms are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUse {
    /// Absolute or relative (3.3: absolute only).
    Plain,
    /// Reported by the message centre: absolute; until 3.4 also the local form of 12 characters.
    Reported,
    /// As plain, but unused in 3.4: NULL.
    UnusedIn34,
}

/// Lengths that a TLV may have, in octets of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lengths {
    /// Exactly this many.
    Exact(u16),
    /// From the first to the second.
    Between(u16, u16),
    /// One of the two.
    Either(u16, u16),
}

impl Lengths {
    /// Whether a value of `octets` is allowed.
    #[must_use]
    pub const fn allow(self, octets: u16) -> bool {
        match self {
            Self::Exact(n) => octets == n,
            Self::Between(least, most) => least <= octets && octets <= most,
            Self::Either(a, b) => octets == a || octets == b,
        }
    }
}

/// One TLV.
#[derive(Debug)]
pub struct Tlv {
    /// Its tag.
    pub tag: TlvTag,
    /// Name, layout and meaning of the value.
    pub field: Field,
    /// Lengths in 3.4; `None` where 3.4 does not define it.
    pub lengths_v34: Option<Lengths>,
    /// Lengths in 5.0.
    pub lengths_v50: Option<Lengths>,
    /// Whether several in one PDU are foreseen.
    pub repeat: bool,
    /// How its value is judged.
    pub judged: Judged,
    /// Where [`Facts`](crate::smpp::Facts) keep it.
    pub slot: Option<TlvSlot>,
}

impl Tlv {
    /// Name as the specification (5.0) spells it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.field.name
    }

    /// The versions that define it.
    #[must_use]
    pub const fn versions(&self) -> Versions {
        match (self.lengths_v34, self.lengths_v50) {
            (Some(_), Some(_)) => Versions::SINCE_34,
            (Some(_), None) => Versions::ONLY_34,
            (None, _) => Versions::ONLY_50,
        }
    }
}

/// How the value of a TLV is judged against its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Every value is allowed, or rules of its own judge it.
    Nothing,
    /// The integer is a value of the table.
    Value,
    /// The first octet is a value of the table.
    FirstOctet,
    /// The integer is at most this.
    AtMost(u32),
    /// Digit mode, TON and NPI of callback_num, reserved bits 0.
    CallbackNumber,
    /// Network and content of broadcast_content_type.
    ContentType,
    /// The integer is a command_status.
    Status,
}

/// One value of command_status.
#[derive(Debug)]
pub struct Status {
    /// The value.
    pub value: CommandStatus,
    /// Name as the specification (5.0) spells it.
    pub name: &'static str,
    /// Versions that print its number. 3.3 prints names only.
    pub versions: Versions,
    /// What a sender may do about it; a judgement of this crate, not of the specifications.
    pub retry: Retry,
    /// Where it is defined.
    pub section: Section,
    /// What it says.
    pub doc: &'static str,
}

/// What a sender may do about a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Nothing failed.
    Success,
    /// Repeating the same message is no use.
    Permanent,
    /// Repeat later.
    Temporary,
    /// Slow down, then repeat.
    Congestion,
    /// Repair the bind or the session first.
    Session,
}

/// Where the specifications define something; empty where a version does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// In SMPP 3.3.
    pub v33: &'static str,
    /// In SMPP 3.4.
    pub v34: &'static str,
    /// In SMPP 5.0.
    pub v50: &'static str,
}

impl Section {
    /// The section in that version, else in the nearest one that has it.
    #[must_use]
    pub const fn of(self, version: Version) -> (Version, &'static str) {
        let order = match version {
            Version::V33 => [(Version::V33, self.v33), (Version::V34, self.v34), (Version::V50, self.v50)],
            Version::V34 => [(Version::V34, self.v34), (Version::V50, self.v50), (Version::V33, self.v33)],
            Version::V50 => [(Version::V50, self.v50), (Version::V34, self.v34), (Version::V33, self.v33)],
        };
        let [first, second, third] = order;
        if !first.1.is_empty() {
            first
        } else if !second.1.is_empty() {
            second
        } else {
            third
        }
    }
}

/// Declares [`Slot`] or [`TlvSlot`] with its number of slots.
macro_rules! slots {
    ($(#[$doc:meta])* $name:ident { $($slot:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name {
            $(
                #[doc = concat!("`", stringify!($slot), "`")]
                $slot
            ),*
        }

        impl $name {
            /// How many there are.
            pub const COUNT: usize = [$(Self::$slot),*].len();

            /// Its place among them.
            #[inline]
            #[expect(clippy::as_conversions, reason = "the discriminant of an enum without fields")]
            pub(crate) const fn place(self) -> usize {
                self as usize
            }
        }
    };
}

slots! {
    /// The fields that [`Facts`](crate::smpp::Facts) keep: those that rules across fields, layouts and callers need.
    Slot {
        ServiceType, SourceTon, SourceNpi, SourceAddr, DestTon, DestNpi, DestinationAddr, EsmeTon, EsmeNpi, EsmeAddr,
        EsmClass, ProtocolId, PriorityFlag, ScheduleDeliveryTime, ValidityPeriod, RegisteredDelivery,
        ReplaceIfPresentFlag, DataCoding, SmDefaultMsgId, SmLength, ShortMessage, MessageId, NumberOfDests,
        NoUnsuccess, NumberMsgs, NumMessages, ErrorStatusCode, FinalDate, MessageState, ErrorCode, SystemId,
        SystemType, InterfaceVersion, List,
    }
}

const _: () = assert!(Slot::COUNT <= 64, "a set of slots has 64 bits");

impl Slot {
    /// The bit of its place.
    #[inline]
    pub(crate) const fn bit(self) -> u64 {
        1 << self.place()
    }
}

slots! {
    /// The TLVs that [`Facts`](crate::smpp::Facts) keep the place and the number of.
    TlvSlot {
        SarMsgRefNum, SarTotalSegments, SarSegmentSeqnum, UserMessageReference, MessagePayload, ReceiptedMessageId,
        MessageState, ScInterfaceVersion, DestAddrNpResolution, MsValidity, CallbackNum, CallbackNumPresInd,
        CallbackNumAtag, BroadcastAreaIdentifier, BroadcastErrorStatus, DeliveryFailureReason, NetworkErrorCode,
        SourcePort, DestPort,
    }
}

/// A section by version; empty where a version does not define it.
pub(super) const fn section(v33: &'static str, v34: &'static str, v50: &'static str) -> Section {
    Section { v33, v34, v50 }
}

/// The rest of a [`Field`] without values, slot and aliases.
pub(super) const fn plain(section: Section, doc: &'static str) -> Field {
    Field {
        name: "",
        kind: Kind::Rest,
        values: None,
        values_from_smsc: None,
        secret: false,
        slot: None,
        aliases: &[],
        section,
        doc,
    }
}

/// The rest of a [`Command`] with neither body nor TLVs nor states.
pub(super) const fn undescribed(section: Section, doc: &'static str) -> Command {
    Command {
        id: CommandId::GENERIC_NACK,
        name: "",
        aliases: &[],
        pairing: Pairing::OneWay,
        from: None,
        versions: Versions::ALL,
        body: &[],
        tlvs_v34: TlvSet::NONE,
        tlvs_v50: TlvSet::NONE,
        mandatory_v50: TlvSet::NONE,
        states_v34: None,
        states_v50: None,
        absent_on_error: Versions::NONE,
        section,
        doc,
    }
}

/// States of the ESME, then of the message centre.
pub(super) const fn allowed(esme: States, smsc: States) -> Option<Allowed> {
    Some(Allowed { esme, smsc })
}

/// A C-Octet String of at most so many octets in 3.3, 3.4 and 5.0.
pub(super) const fn text(v33: u16, v34: u16, v50: u16, charset_v33: Charset) -> Kind {
    Kind::CString { max: [v33, v34, v50], charset_v33 }
}

/// A status of 3.4 and 5.0.
pub(super) const fn status(
    value: CommandStatus,
    name: &'static str,
    retry: Retry,
    doc: &'static str,
) -> Status {
    let section = section("7.1", "5.1.3", "4.7.6");
    Status { value, name, versions: Versions::SINCE_34, retry, section, doc }
}

impl Status {
    /// The same row for these versions.
    pub(super) const fn of(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }
}
