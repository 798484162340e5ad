//! What is changed in a request before it is sent again, and whom it may reach.
//!
//! Without a rule the octets stay as they were. Where something is changed, everything else stays: the PDU is taken
//! apart into values, and put together again by the same tables.

mod test_numbers;

use std::fmt;
use std::str::FromStr;

use regex::Regex;

use crate::num;
use crate::smpp::reader::Reader;
use crate::smpp::spec::fields;
use crate::smpp::text::udh::{Meaning, UserDataHeader};
use crate::smpp::{
    CommandId, Content, Context, Entry, Moment, Record, Role, TlvEntry, TlvTag, Version, encode,
};
use crate::time::{Duration, Timestamp};

pub use test_numbers::TestNumbers;

use super::plan::Planned;

/// `REGEX=TEMPLATE`: numbers that the expression matches wholly become what the template makes of its groups (`$1`).
#[derive(Clone, Debug)]
pub struct Mapping {
    from: Regex,
    to: String,
}

impl FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) =
            text.rsplit_once('=').ok_or("REGEX=TEMPLATE is needed, such as 4477(\\d+)=99977$1")?;
        let from = Regex::new(&format!("^(?:{from})$")).map_err(|error| error.to_string())?;
        if to.is_empty() {
            return Err("the template is empty".to_owned());
        }
        Ok(Self { from, to: to.to_owned() })
    }
}

/// What becomes of registered_delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Receipts {
    /// It stays.
    #[default]
    Keep,
    /// No receipts are asked for.
    Off,
    /// Receipts of every final state are asked for.
    On,
}

/// A TLV to set: tag and octets, `0x1400=0a0b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetTlv {
    /// The tag.
    pub tag: TlvTag,
    /// The octets of its value.
    pub octets: Vec<u8>,
}

impl FromStr for SetTlv {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, hex) = text.split_once('=').ok_or("TAG=HEX is needed, such as 0x1400=0a0b")?;
        let is_hex = hex.len().is_multiple_of(2) && hex.bytes().all(|octet| octet.is_ascii_hexdigit());
        if !is_hex {
            return Err(format!("{hex}: pairs of hex digits are needed"));
        }
        let octets = hex
            .as_bytes()
            .chunks_exact(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Ok(Self { tag: tag(name)?, octets })
    }
}

/// A tag by number or name: `0x1400`, `5120`, `source_port`.
///
/// # Errors
/// There is none.
pub fn tag(text: &str) -> Result<TlvTag, String> {
    let number = match text.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    let named = || crate::smpp::spec::TLVS.iter().find(|tlv| tlv.field.name == text).map(|tlv| tlv.tag);
    number.map(TlvTag).or_else(named).ok_or_else(|| format!("{text}: a tag is needed, by name or number"))
}

/// The rules.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// For destinations; the first that matches counts.
    pub map_dest: Vec<Mapping>,
    /// For sources.
    pub map_source: Vec<Mapping>,
    /// Whether destinations that no mapping replaced become numbers of +999, which is not assigned to anybody, and which.
    pub test_numbers: Option<TestNumbers>,
    /// What becomes of registered_delivery.
    pub receipts: Receipts,
    /// TLVs to set, in place of what was there.
    pub set_tlvs: Vec<SetTlv>,
    /// TLVs to drop.
    pub drop_tlvs: Vec<TlvTag>,
    /// By how much absolute times are moved.
    pub shift: Option<Duration>,
    /// Whether destinations have to be mapped, or to be on the list: off loopback.
    pub guard: bool,
    /// Destinations that may be reached: numbers, or their beginnings with `*`; empty: all that the guard lets through.
    pub dest_allow: Vec<String>,
}

/// Why a request must not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withheld {
    /// It was not asked for.
    NotSelected,
    /// It is of another time than was asked for.
    OtherTime,
    /// A destination that no rule maps.
    NotMapped,
    /// A destination that is not on the list.
    NotAllowed,
    /// Where it goes cannot be told: a broadcast, a distribution list, a command of a vendor, octets with errors.
    Unclear,
    /// What the rules make of it cannot be laid out.
    NoLayout,
    /// There are too many destinations to give each a test number of its own.
    NoTestNumber,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSelected => "-Y does not hold",
            Self::OtherTime => "of another time than --since and --until say",
            Self::NotMapped => "a destination that no --map-dest matches",
            Self::NotAllowed => "a destination that --dest-allow does not list",
            Self::Unclear => "it cannot be told whom it reaches",
            Self::NoLayout => "the new values do not fit their fields",
            Self::NoTestNumber => "more than a million destinations, so no test number of its own is left",
        })
    }
}

impl Rules {
    /// Whether destinations are replaced.
    #[must_use]
    pub fn maps_destinations(&self) -> bool {
        self.test_numbers.is_some() || !self.map_dest.is_empty()
    }

    /// Changes a request as the rules say.
    ///
    /// # Errors
    /// It must not be sent.
    pub fn apply(&mut self, planned: &mut Planned) -> Result<(), Withheld> {
        let version = planned.version;
        let changes = self.maps_destinations()
            || !self.map_source.is_empty()
            || self.receipts != Receipts::Keep
            || !self.set_tlvs.is_empty()
            || !self.drop_tlvs.is_empty()
            || self.shift.is_some()
            || planned.pass > 0;
        if !changes && !self.guard && self.dest_allow.is_empty() {
            return Ok(());
        }
        let context = Context { version, from: Some(Role::Esme) };
        let Some((mut record, facts)) = Record::decode(&planned.octets, context) else {
            return Err(Withheld::Unclear);
        };
        let is_clear = facts.laid_out && !facts.has_errors();
        if !is_clear {
            // What cannot be read cannot be changed; on loopback it goes as it is.
            return if self.guard { Err(Withheld::Unclear) } else { Ok(()) };
        }
        let reaches_anybody = matches!(
            planned.command,
            CommandId::BROADCAST_SM | CommandId::CANCEL_BROADCAST_SM | CommandId::QUERY_BROADCAST_SM
        );
        if reaches_anybody && self.guard {
            return Err(Withheld::Unclear);
        }
        let before = record.clone();
        self.numbers(&mut record.fields)?;
        self.fields(&mut record);
        self.tlvs(&mut record);
        if planned.pass > 0 {
            renew_reference(&mut record, planned.pass);
        }
        if record.fields == before.fields && record.tlvs == before.tlvs {
            return Ok(());
        }
        record.command_length = None;
        planned.octets = encode(&record, version.unwrap_or(Version::V34)).map_err(|_| Withheld::NoLayout)?;
        if planned.message_id.is_some() {
            let facts = crate::smpp::walk(&planned.octets, context, &mut crate::smpp::Silent);
            planned.message_id = facts.span(crate::smpp::spec::Slot::MessageId);
        }
        Ok(())
    }

    /// Addresses, in lists as well.
    fn numbers(&mut self, entries: &mut [Entry]) -> Result<(), Withheld> {
        let mut international = false;
        for entry in entries.iter_mut() {
            match (entry.field.name, &mut entry.content) {
                ("destination_addr", Content::Text(number)) => international |= self.destination(number)?,
                ("source_addr", Content::Text(number)) => {
                    if let Some(mapped) = map(&self.map_source, number) {
                        *number = mapped;
                    }
                }
                ("dl_name", _) if self.guard => return Err(Withheld::Unclear),
                (_, Content::Items(items)) => {
                    for item in items {
                        self.numbers(item)?;
                    }
                }
                _ => {}
            }
        }
        for entry in entries.iter_mut().filter(|_| international) {
            if [fields::DEST_ADDR_TON.name, fields::DEST_ADDR_NPI.name].contains(&entry.field.name) {
                // International, of E.164: nothing else makes 999 the range that nobody has.
                entry.content = Content::Integer(1);
            }
        }
        Ok(())
    }

    /// Replaces a destination; whether it has to be said that the new one is international.
    fn destination(&mut self, number: &mut Vec<u8>) -> Result<bool, Withheld> {
        // cancel_sm of one message may leave it out.
        if number.is_empty() {
            return Ok(false);
        }
        let mapped = map(&self.map_dest, number);
        let is_test = mapped.is_none() && self.test_numbers.is_some();
        let is_mapped = mapped.is_some() || is_test;
        if let Some(mapped) = mapped {
            *number = mapped;
        } else if let Some(numbers) = &mut self.test_numbers {
            *number = numbers.of(number).ok_or(Withheld::NoTestNumber)?;
        }
        if !self.dest_allow.is_empty() {
            if !self.dest_allow.iter().any(|pattern| allows(pattern, number)) {
                return Err(Withheld::NotAllowed);
            }
        } else if self.guard && !is_mapped {
            return Err(Withheld::NotMapped);
        }
        Ok(is_test)
    }

    fn fields(&self, record: &mut Record) {
        for entry in &mut record.fields {
            match (entry.field.name, &mut entry.content) {
                ("registered_delivery" | "registered_delivery_flag", Content::Integer(value)) => {
                    match self.receipts {
                        Receipts::Keep => {}
                        Receipts::Off => *value &= !0x13,
                        Receipts::On => *value = *value & !0x03 | 1,
                    }
                }
                ("schedule_delivery_time" | "validity_period", Content::Text(time)) => {
                    if let (Some(shift), Some(Moment::Absolute(tenths))) = (self.shift, Moment::parse(time)) {
                        let at = crate::smsc::absolute_time(moved(tenths, shift));
                        *time = at.to_vec();
                    }
                }
                _ => {}
            }
        }
    }

    fn tlvs(&self, record: &mut Record) {
        record.tlvs.retain(|tlv| !self.drop_tlvs.contains(&tlv.tag));
        for set in &self.set_tlvs {
            let new = TlvEntry::new(set.tag, set.octets.clone());
            match record.tlvs.iter_mut().find(|tlv| tlv.tag == set.tag) {
                Some(old) => *old = new,
                None => record.tlvs.push(new),
            }
        }
    }
}

/// The point in time of so many tenths of a second since 2000, moved.
fn moved(tenths: i64, shift: Duration) -> Timestamp {
    const EPOCH_2000: i64 = 946_684_800;
    Timestamp::from_parts(EPOCH_2000, 0).plus(Duration::from_millis(tenths.saturating_mul(100))).plus(shift)
}

fn map(rules: &[Mapping], number: &[u8]) -> Option<Vec<u8>> {
    let number = std::str::from_utf8(number).ok()?;
    let rule = rules.iter().find(|rule| rule.from.is_match(number))?;
    Some(rule.from.replace(number, rule.to.as_str()).into_owned().into_bytes())
}

/// Whether a pattern of the list lets a destination through.
fn allows(pattern: &str, number: &[u8]) -> bool {
    let bare = |octets: &[u8]| octets.strip_prefix(b"+").unwrap_or(octets).to_vec();
    let (pattern, number) = (bare(pattern.as_bytes()), bare(number));
    match pattern.strip_suffix(b"*") {
        Some(beginning) => !beginning.is_empty() && number.starts_with(beginning),
        None => pattern == number,
    }
}

/// Gives a part of a message another reference on each pass through the capture, the same to all parts of one message:
/// handsets would put parts of two passes together.
fn renew_reference(record: &mut Record, pass: u32) {
    let [.., high, low] = pass.to_be_bytes();
    change_reference(record, &|reference| reference.wrapping_add(u16::from_be_bytes([high, low])));
}

/// Whether two PDUs of an ESME that differ are the same but for the reference of a part.
pub(super) fn differs_in_reference_alone(one: &[u8], other: &[u8]) -> bool {
    let context = Context { version: None, from: Some(Role::Esme) };
    let without = |pdu| {
        let (mut record, _) = Record::decode(pdu, context)?;
        without_reference(&mut record);
        let text = record.field("short_message").cloned();
        let payload = record.tlvs.into_iter().find(|tlv| tlv.tag == TlvTag::MESSAGE_PAYLOAD);
        Some((text, payload.map(|tlv| tlv.octets)))
    };
    without(one).is_some_and(|one| without(other) == Some(one))
}

/// Takes the reference of a part away, which numbers messages and says nothing.
pub(super) fn without_reference(record: &mut Record) {
    change_reference(record, &|_| 0);
}

/// Changes the reference of a part, in TLVs and in the user data header; one of 8 bits keeps the lower half.
fn change_reference(record: &mut Record, change: &dyn Fn(u16) -> u16) {
    for tlv in record.tlvs.iter_mut().filter(|tlv| tlv.tag == TlvTag::SAR_MSG_REF_NUM) {
        if let [high, low] = tlv.octets[..] {
            let reference = change(u16::from_be_bytes([high, low]));
            *tlv = TlvEntry::new(tlv.tag, reference.to_be_bytes().to_vec());
        }
    }
    let has_header = matches!(record.field("esm_class"), Some(Content::Integer(class)) if class & 0x40 != 0);
    if !has_header {
        return;
    }
    for entry in record.fields.iter_mut().filter(|entry| entry.field.name == "short_message") {
        if let Content::Octets(octets) = &mut entry.content {
            change_in_header(octets, change);
        }
    }
    for tlv in record.tlvs.iter_mut().filter(|tlv| tlv.tag == TlvTag::MESSAGE_PAYLOAD) {
        let mut octets = tlv.octets.clone();
        change_in_header(&mut octets, change);
        *tlv = TlvEntry::new(tlv.tag, octets);
    }
}

fn change_in_header(octets: &mut [u8], change: &dyn Fn(u16) -> u16) {
    let copy = octets.to_vec();
    let Some(header) = UserDataHeader::take(&mut Reader::new(&copy, 0)) else { return };
    for element in header.elements().map_while(Result::ok) {
        let Some(Meaning::Part(part)) = element.meaning() else { continue };
        // After identifier and length.
        let start = num::index(element.span.start).saturating_add(2);
        let [high, low] = change(part.reference).to_be_bytes();
        if part.wide {
            if let Some(place) = octets.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
                *place = [high, low];
            }
        } else if let Some(place) = octets.get_mut(start) {
            *place = low;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::plan::Recorded;
    use crate::smpp::{CommandStatus, SequenceNumber, spec};

    /// A submit_sm to `destination` from "ours", with these TLVs and this text.
    fn submit(destination: &str, esm_class: u32, text: &[u8], tlvs: &[(TlvTag, &[u8])]) -> Planned {
        let command = CommandId::SUBMIT_SM;
        let mut record = Record::new(command, CommandStatus::OK, SequenceNumber(1));
        for field in spec::command(command).unwrap().body {
            let content = match field.name {
                "destination_addr" => Content::Text(destination.as_bytes().to_vec()),
                "source_addr" => Content::Text(b"ours".to_vec()),
                "dest_addr_ton" => Content::Integer(2),
                "esm_class" => Content::Integer(esm_class),
                "registered_delivery" => Content::Integer(1),
                "schedule_delivery_time" => Content::Text(b"260101000000000+".to_vec()),
                "service_type" | "validity_period" => Content::Text(Vec::new()),
                "short_message" => Content::Octets(text.to_vec()),
                "sm_length" => continue,
                _ => Content::Integer(0),
            };
            record.fields.push(Entry::new(field, content));
        }
        record.tlvs = tlvs.iter().map(|(tag, octets)| TlvEntry::new(*tag, octets.to_vec())).collect();
        Planned {
            number: 0,
            session: 0,
            pass: 0,
            at: Timestamp::MIN,
            due: Duration::ZERO,
            command,
            version: None,
            sequence: 1,
            octets: encode(&record, Version::V34).unwrap(),
            message_id: None,
            recorded: Recorded::Unknown,
            file: None,
            frame: 1,
            index: 0,
        }
    }

    fn field(planned: &Planned, name: &str) -> Content {
        let context = Context { version: None, from: Some(Role::Esme) };
        Record::decode(&planned.octets, context).unwrap().0.field(name).unwrap().clone()
    }

    fn text(planned: &Planned, name: &str) -> String {
        match field(planned, name) {
            Content::Text(text) => String::from_utf8(text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn guarded() -> Rules {
        Rules { guard: true, ..Rules::default() }
    }

    #[test]
    fn without_rules_the_octets_stay() {
        let mut planned = submit("447700900123", 0, b"hello", &[]);
        let before = planned.octets.clone();
        assert_eq!(Rules::default().apply(&mut planned), Ok(()));
        assert_eq!(planned.octets, before);
    }

    #[test]
    fn off_loopback_a_destination_that_is_not_mapped_is_withheld() {
        let mut rules = Rules { map_dest: vec!["4477(\\d+)=99977$1".parse().unwrap()], ..guarded() };
        let mut planned = submit("447700900123", 0, b"hello", &[]);
        assert_eq!(rules.apply(&mut planned), Ok(()));
        assert_eq!(text(&planned, "destination_addr"), "9997700900123");
        assert_eq!(rules.apply(&mut submit("33600000000", 0, b"hello", &[])), Err(Withheld::NotMapped));
        // Only a whole number matches.
        assert_eq!(rules.apply(&mut submit("1447700", 0, b"", &[])), Err(Withheld::NotMapped));
    }

    #[test]
    fn a_destination_that_is_not_listed_is_withheld_also_after_mapping() {
        let mut listed = Rules { dest_allow: vec!["4477009*".to_owned(), "80123".to_owned()], ..guarded() };
        for (number, outcome) in [
            ("447700900123", Ok(())),
            ("+447700900123", Ok(())),
            ("80123", Ok(())),
            ("801234", Err(Withheld::NotAllowed)),
            ("4477008", Err(Withheld::NotAllowed)),
        ] {
            assert_eq!(listed.apply(&mut submit(number, 0, b"", &[])), outcome, "{number}");
        }
        let mut mapped = Rules { map_dest: vec!["(.*)=33$1".parse().unwrap()], ..listed.clone() };
        assert_eq!(mapped.apply(&mut submit("447700900123", 0, b"", &[])), Err(Withheld::NotAllowed));
        let mut everything = Rules { dest_allow: vec!["*".to_owned()], ..guarded() };
        assert_eq!(everything.apply(&mut submit("1", 0, b"", &[])), Err(Withheld::NotAllowed));
    }

    #[test]
    fn test_numbers_are_international_ones_of_the_range_that_nobody_has() {
        let mut rules = Rules { test_numbers: Some(TestNumbers::default()), ..guarded() };
        for (number, want) in
            [("447700900123", "999700900123"), ("+447700900123", "+999700900123"), ("112", "9990000")]
        {
            let mut planned = submit(number, 0, b"", &[]);
            assert_eq!(rules.apply(&mut planned), Ok(()));
            assert_eq!(text(&planned, "destination_addr"), want);
            assert_eq!(field(&planned, "dest_addr_ton"), Content::Integer(1));
            assert_eq!(field(&planned, "dest_addr_npi"), Content::Integer(1));
        }
    }

    #[test]
    fn what_cannot_be_read_is_withheld_off_loopback() {
        let mut cut = submit("447700900123", 0, b"hello", &[]);
        cut.octets.truncate(30);
        cut.octets[3] = 30;
        let mut rules = Rules { test_numbers: Some(TestNumbers::default()), ..guarded() };
        assert_eq!(rules.apply(&mut cut.clone()), Err(Withheld::Unclear));
        let mut vendor = submit("447700900123", 0, b"hello", &[]);
        vendor.octets[4..8].copy_from_slice(&[0, 1, 2, 0]);
        assert_eq!(rules.apply(&mut vendor), Err(Withheld::Unclear));
        let before = cut.octets.clone();
        assert_eq!(
            Rules { test_numbers: Some(TestNumbers::default()), ..Rules::default() }.apply(&mut cut),
            Ok(())
        );
        assert_eq!(cut.octets, before);
    }

    #[test]
    fn receipts_times_and_tlvs_become_what_was_asked() {
        let mut rules = Rules {
            receipts: Receipts::Off,
            shift: Some(Duration::from_secs(86_400)),
            set_tlvs: vec!["source_port=2328".parse().unwrap()],
            drop_tlvs: vec![TlvTag::DEST_PORT],
            map_source: vec!["ours=theirs".parse().unwrap()],
            ..Rules::default()
        };
        let mut planned =
            submit("1", 0, b"hello", &[(TlvTag::DEST_PORT, &[0, 1]), (TlvTag::SOURCE_PORT, &[0, 2])]);
        assert_eq!(rules.apply(&mut planned), Ok(()));
        assert_eq!(field(&planned, "registered_delivery"), Content::Integer(0));
        assert_eq!(text(&planned, "schedule_delivery_time"), "260102000000000+");
        assert_eq!(text(&planned, "source_addr"), "theirs");
        let context = Context { version: None, from: None };
        let record = Record::decode(&planned.octets, context).unwrap().0;
        assert_eq!(record.tlvs, [TlvEntry::new(TlvTag::SOURCE_PORT, vec![0x23, 0x28])]);
    }

    #[test]
    fn each_pass_has_its_own_references_of_parts() {
        let mut in_header = submit("1", 0x40, b"\x05\x00\x03\xFF\x02\x01hello", &[]);
        in_header.pass = 2;
        assert_eq!(Rules::default().apply(&mut in_header), Ok(()));
        assert_eq!(
            field(&in_header, "short_message"),
            Content::Octets(b"\x05\x00\x03\x01\x02\x01hello".to_vec())
        );
        let sar: [(TlvTag, &[u8]); 3] = [
            (TlvTag::SAR_MSG_REF_NUM, &[0, 9]),
            (TlvTag::SAR_TOTAL_SEGMENTS, &[2]),
            (TlvTag::SAR_SEGMENT_SEQNUM, &[1]),
        ];
        let mut in_tlvs = submit("1", 0, b"hello", &sar);
        in_tlvs.pass = 1;
        assert_eq!(Rules::default().apply(&mut in_tlvs), Ok(()));
        let record = Record::decode(&in_tlvs.octets, Context { version: None, from: None }).unwrap().0;
        assert_eq!(record.tlvs[0].octets, [0, 10]);
    }
}
