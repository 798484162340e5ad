//! PDUs drawn from the tables of the protocol, as well-formed as they come: what a strict decoder finds nothing wrong
//! with.
//!
//! Unlike the rest of the testkit this module uses the tables, and so cannot judge them; it judges what is driven by
//! them, and other decoders.

mod message;

use super::Rng;
use crate::smpp::spec::{
    Charset, Command, Field, Judged, Kind, Lengths, SERVICE_TYPES, STATUSES, Slot, TimeUse, Tlv, TlvSet,
    Values, Versions, values,
};
use crate::smpp::{
    CommandId, CommandStatus, Content, Entry, Record, Role, SequenceNumber, TlvEntry, TlvTag, Version, encode,
};
use message::Receipt;

/// A PDU in values and in octets.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Its values; command_length is not stated.
    pub record: Record,
    /// Its octets.
    pub octets: Vec<u8>,
    /// Who sends it.
    pub from: Role,
}

/// Draws a PDU of a command in a version: the next one of the generator's sequence.
///
/// # Panics
///
/// When the version does not define the command.
#[must_use]
pub fn generate(rng: &mut Rng, command: &'static Command, version: Version) -> Generated {
    generate_with(rng, command, version, TlvSet::NONE)
}

/// Draws a PDU that has these TLVs, and with them those that they need. A TLV that the command does not permit in the
/// version is left out.
///
/// # Panics
///
/// When the version does not define the command.
#[must_use]
pub fn generate_with(
    rng: &mut Rng,
    command: &'static Command,
    version: Version,
    wanted: TlvSet,
) -> Generated {
    assert!(command.versions.contains(version), "{} is not in {version}", command.name);
    let from = match command.from {
        Some(from) => from,
        None => *rng.pick(&[Role::Esme, Role::Smsc]),
    };
    let tlvs = tlvs(rng, command, version, wanted);
    let fails = fails(rng, command, version, tlvs);
    let mut status = 0;
    if fails {
        let statuses: Vec<u32> = statuses(version);
        status = *rng.pick(&statuses);
    }
    let sequence = 1 + rng.below(0x7FFF_FFFF) as u32;
    let mut record = Record::new(command.id, CommandStatus(status), SequenceNumber(sequence));
    let is_bare = fails && !command.body.is_empty() && command.absent_on_error.contains(version);
    if !is_bare {
        let in_payload = tlvs.contains(TlvTag::MESSAGE_PAYLOAD);
        let mut draw = Draw {
            rng,
            command,
            version,
            from,
            tlvs,
            ton: 0,
            esm_class: 0,
            data_coding: 0,
            schedule: Form::Null,
            has_date: false,
            receipt: None,
            in_payload,
            count: 0,
            message: Vec::new(),
        };
        record.fields = draw.fields(command.body);
        record.tlvs = draw.tlvs();
    }
    let octets = encode(&record, version).unwrap_or_else(|error| panic!("{}: {error}", command.name));
    Generated { record, octets, from }
}

/// The TLVs that a command permits in a version.
#[must_use]
pub fn permitted(command: &Command, version: Version) -> TlvSet {
    match version {
        Version::V33 => TlvSet::NONE,
        Version::V34 => command.tlvs_v34,
        // 5.0 §4.8.4.18: in any response.
        Version::V50 if command.is_response() => command.tlvs_v50.or(TlvSet::only(TlvTag::CONGESTION_STATE)),
        Version::V50 => command.tlvs_v50,
    }
}

/// Statuses other than success; 3.3 prints no numbers and takes those of 3.4.
fn statuses(version: Version) -> Vec<u32> {
    let version = if version == Version::V33 { Version::V34 } else { version };
    let defined = STATUSES.iter().filter(|status| status.versions.contains(version));
    defined.map(|status| status.value.0).filter(|status| *status != 0).collect()
}

/// Whether a PDU is a failing response.
fn fails(rng: &mut Rng, command: &Command, version: Version, tlvs: TlvSet) -> bool {
    if command.id == CommandId::GENERIC_NACK || tlvs.contains(TlvTag::DELIVERY_FAILURE_REASON) {
        return true;
    }
    let has_tlvs = !tlvs.without(command.mandatory_v50).is_empty();
    command.is_response()
        && command.id != CommandId::ENQUIRE_LINK_RESP
        && !(has_tlvs && command.absent_on_error.contains(version))
        && rng.chance(200)
}

/// The TLVs of a PDU: some at random, those wanted, and those that they need.
fn tlvs(rng: &mut Rng, command: &Command, version: Version, wanted: TlvSet) -> TlvSet {
    let permitted = permitted(command, version);
    let mut set = wanted.and(permitted);
    let share = *rng.pick(&[0, 0, 100, 300]);
    for tlv in permitted.iter() {
        if rng.chance(share) {
            set = set.or(TlvSet::only(tlv.tag));
        }
    }
    if version == Version::V50 {
        set = set.or(command.mandatory_v50);
    }
    let all = |tags: &[TlvTag]| tags.iter().fold(TlvSet::NONE, |all, tag| all.or(TlvSet::only(*tag)));
    let sar = all(&[TlvTag::SAR_MSG_REF_NUM, TlvTag::SAR_TOTAL_SEGMENTS, TlvTag::SAR_SEGMENT_SEQNUM]);
    let numbers = all(&[TlvTag::CALLBACK_NUM_PRES_IND, TlvTag::CALLBACK_NUM_ATAG]);
    let areas = all(&[TlvTag::BROADCAST_ERROR_STATUS, TlvTag::BROADCAST_AREA_IDENTIFIER]);
    for (any, needed) in [
        (sar, sar),
        (numbers, TlvSet::only(TlvTag::CALLBACK_NUM)),
        (TlvSet::only(TlvTag::SOURCE_NETWORK_ID), TlvSet::only(TlvTag::SOURCE_NODE_ID)),
        (TlvSet::only(TlvTag::DEST_NETWORK_ID), TlvSet::only(TlvTag::DEST_NODE_ID)),
    ] {
        if set.meets(any) {
            set = set.or(needed.and(permitted));
        }
    }
    if command.id == CommandId::BROADCAST_SM_RESP && set.meets(areas) {
        set = set.or(areas.and(permitted));
    }
    // Meant for failing responses, of which some have no body.
    let failure = TlvSet::only(TlvTag::DELIVERY_FAILURE_REASON);
    if command.absent_on_error.contains(version) || !wanted.meets(failure) {
        set = set.without(failure);
    }
    let takes_payload = permitted.contains(TlvTag::MESSAGE_PAYLOAD);
    let takes_text = command.body.iter().any(|field| field.slot == Some(Slot::ShortMessage));
    if takes_payload && !takes_text {
        set = set.or(TlvSet::only(TlvTag::MESSAGE_PAYLOAD));
    }
    if command.id.is_response() && permitted.contains(TlvTag::SC_INTERFACE_VERSION) {
        set = set.or(TlvSet::only(TlvTag::SC_INTERFACE_VERSION));
    }
    set
}

/// The form of a time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Null,
    Absolute,
    Relative,
}

/// A PDU being drawn; what was drawn bounds what may follow.
struct Draw<'r> {
    rng: &'r mut Rng,
    command: &'static Command,
    version: Version,
    from: Role,
    tlvs: TlvSet,
    ton: u32,
    esm_class: u32,
    data_coding: u32,
    schedule: Form,
    has_date: bool,
    /// What the message reports, if it is a receipt or a notification.
    receipt: Option<Receipt>,
    /// The text is in message_payload.
    in_payload: bool,
    /// The last length or count.
    count: usize,
    message: Vec<u8>,
}

impl Draw<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.rng.below(bound as u64) as usize
    }

    fn fields(&mut self, layout: &'static [&'static Field]) -> Vec<Entry> {
        let mut entries = Vec::new();
        for field in layout {
            self.field(field, layout, &mut entries);
        }
        entries
    }

    fn field(&mut self, field: &'static Field, layout: &'static [&'static Field], entries: &mut Vec<Entry>) {
        let content = match &field.kind {
            Kind::U8 => Content::Integer(self.octet(field, layout)),
            Kind::U16 => Content::Integer(self.rng.below(0x1_0000) as u32),
            Kind::U32 if field.slot == Some(Slot::ErrorStatusCode) => {
                Content::Integer(*self.rng.pick(&statuses(self.version)))
            }
            Kind::U32 => Content::Integer(self.rng.bits() as u32),
            Kind::CString { max, charset_v33 } => {
                let most = usize::from(match self.version {
                    Version::V33 => max[0],
                    Version::V34 => max[1],
                    Version::V50 => max[2],
                });
                let charset = if self.version == Version::V33 { *charset_v33 } else { Charset::Any };
                Content::Text(self.text(field, most - 1, charset))
            }
            Kind::Time(of) => Content::Text(self.time(field, *of)),
            Kind::Octets { .. } => Content::Octets(std::mem::take(&mut self.message)),
            Kind::Rest => {
                let length = self.below(20);
                Content::Octets(self.octets(length))
            }
            Kind::List { item, .. } => Content::Items((0..self.count).map(|_| self.fields(item)).collect()),
            Kind::OneOf { flag, cases, .. } => {
                let (value, fields) = *self.rng.pick(cases);
                entries.push(Entry::new(flag, Content::Integer(u32::from(value))));
                entries.extend(self.fields(fields));
                return;
            }
        };
        entries.push(Entry::new(field, content));
    }

    /// The value of a field of one octet.
    fn octet(&mut self, field: &'static Field, layout: &'static [&'static Field]) -> u32 {
        let counted = layout.iter().find(|other| match &other.kind {
            Kind::Octets { length } => std::ptr::eq(*length, field),
            Kind::List { count, .. } => std::ptr::eq(*count, field),
            _ => false,
        });
        match counted.map(|counted| &counted.kind) {
            Some(Kind::Octets { .. }) => {
                self.count = self.message.len();
                return self.count as u32;
            }
            Some(_) => {
                let most = if self.rng.chance(20) { 254 } else { 4 };
                self.count = self.below(most) + usize::from(field.slot == Some(Slot::NumberOfDests));
                return self.count as u32;
            }
            None => {}
        }
        match field.slot {
            Some(Slot::SmLength) => self.rng.below(161) as u32,
            Some(Slot::NumMessages) => 1 + self.rng.below(100) as u32,
            Some(Slot::InterfaceVersion) => match self.version {
                Version::V33 => 0x33,
                Version::V34 => 0x34,
                Version::V50 => 0x50,
            },
            Some(Slot::ReplaceIfPresentFlag)
                if matches!(self.command.id, CommandId::SUBMIT_MULTI | CommandId::DELIVER_SM) =>
            {
                0
            }
            Some(Slot::SmDefaultMsgId) => self.predefined(field),
            Some(Slot::MessageState) => {
                // A date says that the state is final: 3.4 §5.2.28.
                *self.rng.pick(if self.has_date { &[2, 3, 4, 5, 6, 8] } else { &[1] })
            }
            Some(Slot::RegisteredDelivery) if self.is_datagram() => 0,
            Some(Slot::EsmClass) => {
                self.esm_class = self.esm_class(field);
                self.receipt = match self.esm_class & 0x3C {
                    0x04 => Some(Receipt::of_final_state(self.rng)),
                    0x20 => Some(Receipt::of_intermediate_state(self.rng)),
                    _ => None,
                };
                self.esm_class
            }
            Some(Slot::DataCoding) => {
                self.data_coding = if self.is_receipt() { 0 } else { self.value(field) };
                // Where nothing follows that could bound it, the text can be written.
                if !layout.iter().any(|field| field.slot == Some(Slot::SmDefaultMsgId)) {
                    self.message = self.message();
                }
                self.data_coding
            }
            _ if std::ptr::eq(field.values.unwrap_or(&values::DEST_FLAG), &raw const values::TON) => {
                self.ton = self.value(field);
                self.ton
            }
            // Alphanumeric addresses have no numbering plan.
            _ if std::ptr::eq(field.values.unwrap_or(&values::DEST_FLAG), &raw const values::NPI)
                && self.ton == 5 =>
            {
                0
            }
            _ => self.value(field),
        }
    }

    /// A value of the field's table, or any where it has none.
    fn value(&mut self, field: &'static Field) -> u32 {
        let table = match (field.values_from_smsc, self.from) {
            (Some(values), Role::Smsc) => Some(values),
            _ => field.values,
        };
        match table {
            Some(values) => self.value_of(values),
            None => self.rng.below(256) as u32,
        }
    }

    fn value_of(&mut self, values: &Values) -> u32 {
        let of = |versions: Versions| -> Vec<u32> {
            (0..256).filter(|value| !values.allowed(*value).and(versions).is_empty()).collect()
        };
        let mut allowed = of(Versions::only(self.version));
        if allowed.is_empty() {
            // 3.3 prints few tables.
            allowed = of(Versions::SINCE_34);
        }
        *self.rng.pick(&allowed)
    }

    /// sm_default_msg_id; it is the last field before the text, which is drawn with it.
    fn predefined(&mut self, field: &'static Field) -> u32 {
        // A header has to be there, and so has a receipt.
        let may = !self.in_payload
            && self.command.id != CommandId::DELIVER_SM
            && !self.is_receipt()
            && self.esm_class & 0x40 == 0;
        if may && self.rng.chance(100) {
            let id = self.value(field);
            if id != 0 {
                return id;
            }
        }
        if !self.in_payload {
            self.message = self.message();
        }
        0
    }

    fn esm_class(&mut self, field: &'static Field) -> u32 {
        if self.version == Version::V33 {
            return 0;
        }
        let in_tlvs = [
            TlvTag::SAR_MSG_REF_NUM,
            TlvTag::SAR_TOTAL_SEGMENTS,
            TlvTag::SAR_SEGMENT_SEQNUM,
            TlvTag::SOURCE_PORT,
            TlvTag::DEST_PORT,
        ]
        .into_iter()
        .any(|tag| self.tlvs.contains(tag));
        let mut value = self.value(field);
        if value & 3 == 2 && self.command.id != CommandId::DATA_SM {
            value &= !3;
        }
        // Ports and segments are in TLVs or in the user data header, and a receipt is a text.
        if in_tlvs || matches!(value & 0x3C, 0x04 | 0x20) {
            value &= !0x40;
        }
        value
    }

    fn is_datagram(&self) -> bool {
        self.esm_class & 3 == 1 && self.from == Role::Esme
    }

    fn is_receipt(&self) -> bool {
        self.receipt.is_some()
    }

    fn octets(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.rng.bits() as u8).collect()
    }

    fn printable(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| 0x20 + self.rng.below(0x5F) as u8).collect()
    }

    fn digits(&mut self, length: usize) -> Vec<u8> {
        // None begins with 0, which would be an international prefix.
        (0..length).map(|_| b'1' + self.rng.below(9) as u8).collect()
    }

    /// A C-Octet String of at most `most` characters.
    fn text(&mut self, field: &'static Field, most: usize, charset: Charset) -> Vec<u8> {
        let length = if self.rng.chance(50) { most } else { 1 + self.below(most.min(16)) };
        match field.slot {
            Some(Slot::ServiceType) => {
                let version = self.version;
                let names: Vec<_> =
                    SERVICE_TYPES.iter().filter(|(_, _, versions)| versions.contains(version)).collect();
                if names.is_empty() { Vec::new() } else { self.rng.pick(&names).0.as_bytes().to_vec() }
            }
            Some(Slot::MessageId) => self.message_id(length, charset),
            Some(slot @ (Slot::SourceAddr | Slot::DestinationAddr | Slot::EsmeAddr)) => {
                if slot == Slot::SourceAddr && self.rng.chance(100) {
                    Vec::new()
                } else if self.ton == 5 && charset == Charset::Any {
                    (0..length).map(|_| b'A' + self.rng.below(26) as u8).collect()
                } else {
                    self.digits(length)
                }
            }
            _ if charset != Charset::Any => self.digits(length),
            _ => self.printable(length),
        }
    }

    fn message_id(&mut self, length: usize, charset: Charset) -> Vec<u8> {
        let reference = self.tlvs.contains(TlvTag::USER_MESSAGE_REFERENCE);
        match self.command.id {
            CommandId::DELIVER_SM_RESP => Vec::new(),
            CommandId::BROADCAST_SM | CommandId::QUERY_BROADCAST_SM | CommandId::CANCEL_BROADCAST_SM
                if reference =>
            {
                Vec::new()
            }
            _ if charset == Charset::Any => self.printable(length),
            _ => (0..length).map(|_| *self.rng.pick(b"0123456789ABCDEF")).collect(),
        }
    }

    fn time(&mut self, field: &'static Field, of: TimeUse) -> Vec<u8> {
        let unused = of == TimeUse::UnusedIn34 && self.version == Version::V34;
        let is_schedule = field.slot == Some(Slot::ScheduleDeliveryTime);
        if unused || is_schedule && self.is_datagram() || self.rng.chance(500) {
            return Vec::new();
        }
        if of == TimeUse::Reported {
            self.has_date = true;
            if self.version != Version::V50 && self.rng.chance(200) {
                return self.date(25)[..12].to_vec();
            }
            return self.date(25);
        }
        // What is scheduled begins before it ends.
        let is_end = field.slot == Some(Slot::ValidityPeriod);
        let form = if self.version == Version::V33 || self.rng.chance(500) {
            Form::Absolute
        } else {
            Form::Relative
        };
        if is_schedule {
            self.schedule = form;
        }
        match form {
            Form::Relative => {
                let days = self.rng.below(7) + if is_end { 8 } else { 0 };
                let (hours, minutes) = (self.rng.below(24), self.rng.below(60));
                format!("0000{days:02}{hours:02}{minutes:02}00000R").into_bytes()
            }
            _ => self.date(if is_end { 60 } else { 20 }),
        }
    }

    /// A time of 16 characters in one of 20 years.
    fn date(&mut self, first_year: u64) -> Vec<u8> {
        let mut draw = |from: u64, bound: u64| from + self.rng.below(bound);
        let (year, month, day) = (draw(first_year, 20), draw(1, 12), draw(1, 28));
        let (hour, minute, second, tenth) = (draw(0, 24), draw(0, 60), draw(0, 60), draw(0, 10));
        let (quarters, sign) = (draw(0, 49), [b'+', b'-'][draw(0, 2) as usize]);
        let mut date =
            format!("{year:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}{tenth}{quarters:02}")
                .into_bytes();
        date.push(sign);
        date
    }

    /// The TLVs of the set, by tag; those that may repeat up to three times.
    fn tlvs(&mut self) -> Vec<TlvEntry> {
        let mut entries = Vec::new();
        let repeats = 1 + self.below(3);
        let mut segments = 1;
        for tlv in self.tlvs.iter() {
            let times = if tlv.repeat { repeats } else { 1 };
            for _ in 0..times {
                let octets = match (tlv.tag, &self.receipt) {
                    (TlvTag::RECEIPTED_MESSAGE_ID, Some(receipt)) => receipt.id_and_nul(),
                    (TlvTag::MESSAGE_STATE, Some(receipt)) => vec![receipt.state],
                    (TlvTag::SAR_TOTAL_SEGMENTS, _) => {
                        segments = 1 + self.rng.below(255);
                        vec![segments as u8]
                    }
                    (TlvTag::SAR_SEGMENT_SEQNUM, _) => vec![1 + self.rng.below(segments) as u8],
                    (TlvTag::MESSAGE_PAYLOAD, _) => self.message(),
                    (TlvTag::DEST_ADDR_NP_RESOLUTION, _) => self.portability(),
                    _ => self.tlv(tlv),
                };
                entries.push(TlvEntry::new(tlv.tag, octets));
            }
        }
        entries
    }

    /// dest_addr_np_resolution: 2 (ported) only with what it needs.
    fn portability(&mut self) -> Vec<u8> {
        let is_whole = [TlvTag::DEST_ADDR_NP_INFORMATION, TlvTag::DEST_ADDR_NP_COUNTRY]
            .into_iter()
            .all(|tag| self.tlvs.contains(tag));
        vec![self.rng.below(if is_whole { 3 } else { 2 }) as u8]
    }

    fn tlv(&mut self, tlv: &'static Tlv) -> Vec<u8> {
        let lengths = if self.version == Version::V34 { tlv.lengths_v34 } else { tlv.lengths_v50 };
        let length = usize::from(match lengths.expect("permitted where it is defined") {
            Lengths::Exact(n) => n,
            Lengths::Between(least, most) => {
                let most = if self.rng.chance(50) { most.min(1_024) } else { most.min(least + 30) };
                least + self.rng.below(u64::from(most - least) + 1) as u16
            }
            Lengths::Either(a, b) => *self.rng.pick(&[a, b]),
        });
        let mut octets = match &tlv.field.kind {
            Kind::U8 | Kind::U16 | Kind::U32 if length == 0 => Vec::new(),
            Kind::U8 => vec![match (tlv.judged, tlv.field.values) {
                (Judged::AtMost(most), _) => self.rng.below(u64::from(most) + 1) as u8,
                (_, Some(values)) => self.value_of(values) as u8,
                (_, None) => self.rng.bits() as u8,
            }],
            Kind::U16 => self.octets(2),
            Kind::U32 if tlv.judged == Judged::Status => {
                self.rng.pick(&statuses(self.version)).to_be_bytes().to_vec()
            }
            Kind::U32 => self.octets(4),
            Kind::CString { .. } => {
                let mut text = self.printable(length - 1);
                text.push(0);
                text
            }
            Kind::Time(_) => {
                let mut date = self.date(25);
                date.resize(length, 0);
                date
            }
            Kind::Rest | Kind::Octets { .. } | Kind::List { .. } | Kind::OneOf { .. } => self.octets(length),
        };
        match tlv.judged {
            Judged::FirstOctet => {
                if let (Some(first), Some(values)) = (octets.first_mut(), tlv.field.values) {
                    *first = self.value_of(values) as u8;
                }
                if tlv.tag == TlvTag::MS_VALIDITY {
                    // Only behaviour 4 has a period.
                    let has_period = octets[0] == 4;
                    octets.resize(if has_period { 4 } else { 1 }, 0);
                }
            }
            Judged::CallbackNumber => {
                octets[0] &= 1;
                octets[1] = self.value_of(&values::TON) as u8;
                // Its upper bits are reserved here, so that WAP Client Id has no place.
                octets[2] = self.value_of(&values::NPI) as u8;
                if octets[2] > 0x0F {
                    octets[2] = 0;
                }
            }
            Judged::ContentType => {
                let entries: Vec<_> = values::BROADCAST_CONTENT_TYPE
                    .groups
                    .iter()
                    .flat_map(|group| group.entries)
                    .filter(|entry| !entry.reserved && entry.versions.contains(self.version))
                    .collect();
                let content = self.rng.pick(&entries).from as u16;
                octets = vec![0];
                octets.extend(content.to_be_bytes());
            }
            Judged::Nothing | Judged::Value | Judged::AtMost(_) | Judged::Status => {}
        }
        octets
    }
}
