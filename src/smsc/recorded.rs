//! What another message centre did, to do the same.
//!
//! A request is known when one with the same command and destination was recorded (with the same command, where it has
//! no destination). Of these, those with the same source count before others, and of those, the ones with the same text.
//! Equally similar ones serve in turn, in the order in which they were recorded.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::str::FromStr;

use foldhash::fast::FixedState;

use super::options::FinalState;
use crate::smpp::spec::{Slot, TlvSlot};
use crate::smpp::text::{Charset, Receipt, UserData};
use crate::smpp::{CommandId, CommandStatus, Context, Facts, Header, Role, Silent, reader, walk};
use crate::time::{Duration, Timestamp};

/// A PDU of a recording.
#[derive(Clone, Copy, Debug)]
pub struct RecordedPdu<'a> {
    /// Tells connections apart.
    pub connection: u64,
    /// Who sent it.
    pub from: Role,
    /// When.
    pub at: Timestamp,
    /// The whole PDU.
    pub octets: &'a [u8],
}

/// Requests that are kept of a recording.
const MOST: usize = 1_000_000;

/// Receipts of one request that are kept.
const RECEIPTS: usize = 4;

/// What is done with requests that were not recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extra {
    /// They are answered as without a recording.
    #[default]
    Ok,
    /// They are refused with ESME_RSYSERR.
    Nack,
    /// They are not answered.
    Drop,
}

impl FromStr for Extra {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ok" => Ok(Self::Ok),
            "nack" => Ok(Self::Nack),
            "drop" => Ok(Self::Drop),
            _ => Err("ok, nack or drop is needed".to_owned()),
        }
    }
}

/// A recorded request with what came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchange {
    asked_at: Timestamp,
    /// The status of the answer; `None`: it was not answered.
    pub(super) status: Option<CommandStatus>,
    /// How long the answer took.
    pub(super) latency: Duration,
    /// The receipts: how long after the answer, and the state where it is a final one.
    pub(super) receipts: Vec<(Duration, Option<FinalState>)>,
}

impl Exchange {
    /// The final receipt, if there was one.
    pub(super) fn outcome(&self) -> Option<(Duration, FinalState)> {
        self.receipts.iter().rev().find_map(|&(delay, state)| Some((delay, state?)))
    }

    /// When the first notification on the way came, if one did.
    pub(super) fn notification(&self) -> Option<Duration> {
        self.receipts.iter().find(|(_, state)| state.is_none()).map(|&(delay, _)| delay)
    }
}

/// A recording, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    exchanges: Vec<Exchange>,
    /// Exchanges by what they have in common; the second counts how often they served.
    by_key: HashMap<u64, (Vec<u32>, u32), FixedState>,
    /// What is done with the others.
    pub extra: Extra,
    /// Requests that found no room any more.
    pub left_out: u64,
}

/// A recording being read.
#[derive(Debug, Default)]
pub struct Recorder {
    recording: Recording,
    waiting: HashMap<(u64, u32), u32>,
    by_id: HashMap<Vec<u8>, u32>,
}

impl Recorder {
    /// A PDU, in the order of the recording.
    pub fn push(&mut self, pdu: &RecordedPdu<'_>) {
        let context = Context { version: None, from: Some(pdu.from) };
        let Some(header) = Header::parse(pdu.octets) else { return };
        let sequence = header.sequence_number.0;
        match (pdu.from, header.command_id.is_response()) {
            (Role::Esme, false) if has_recorded_answer(header.command_id) => {
                let facts = walk(pdu.octets, context, &mut Silent);
                let number = self.recording.exchanges.len();
                if number >= MOST {
                    self.recording.left_out = self.recording.left_out.saturating_add(1);
                    return;
                }
                self.recording.exchanges.push(Exchange { asked_at: pdu.at, ..Exchange::default() });
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                for key in keys(header.command_id, &facts, pdu.octets).into_iter().flatten() {
                    self.recording.by_key.entry(key).or_default().0.push(number);
                }
                self.waiting.insert((pdu.connection, sequence), number);
            }
            (Role::Smsc, true) => {
                let Some(number) = self.waiting.remove(&(pdu.connection, sequence)) else { return };
                let Some(exchange) = self.exchange(number) else { return };
                exchange.status = Some(header.command_status);
                exchange.latency = pdu.at.since(exchange.asked_at).max(Duration::ZERO);
                let facts = walk(pdu.octets, context, &mut Silent);
                if let Some(id) = facts.text(pdu.octets, Slot::MessageId).filter(|id| !id.is_empty()) {
                    self.by_id.insert(id.to_ascii_lowercase(), number);
                }
            }
            (Role::Smsc, false) if header.command_id == CommandId::DELIVER_SM => {
                let facts = walk(pdu.octets, context, &mut Silent);
                self.receipt(&facts, pdu);
            }
            _ => {}
        }
    }

    /// What was read; `extra` says what is done with requests that were not recorded.
    #[must_use]
    pub fn finish(self, extra: Extra) -> Recording {
        Recording { extra, ..self.recording }
    }

    fn exchange(&mut self, number: u32) -> Option<&mut Exchange> {
        self.recording.exchanges.get_mut(crate::num::index(number))
    }

    fn receipt(&mut self, facts: &Facts, pdu: &RecordedPdu<'_>) {
        let Some(reported) = reported(facts, pdu.octets) else { return };
        let number = reported.ids.into_iter().flatten().find_map(|id| self.number(id));
        let (Some(number), at) = (number, pdu.at) else { return };
        let Some(exchange) = self.exchange(number) else { return };
        let answered_at = exchange.asked_at.plus(exchange.latency);
        if exchange.receipts.len() < RECEIPTS {
            exchange.receipts.push((at.since(answered_at).max(Duration::ZERO), reported.state));
        }
    }

    /// The request whose message has this id, also where receipts write it in the other base.
    fn number(&self, id: &[u8]) -> Option<u32> {
        spellings(id).find_map(|spelling| self.by_id.get(&spelling).copied())
    }
}

/// What a receipt or an intermediate notification says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported<'a> {
    /// The id of its message: of the TLV, and of the text.
    pub(crate) ids: [Option<&'a [u8]>; 2],
    /// The state, where it is a final one.
    pub(crate) state: Option<FinalState>,
}

/// What a PDU reports of a message; `None` where it is no receipt or notification by its esm_class.
pub(crate) fn reported<'a>(facts: &Facts, octets: &'a [u8]) -> Option<Reported<'a>> {
    facts.esm_class().filter(|class| matches!(class & 0x3C, 0x04 | 0x20))?;
    let user_data = UserData::of(facts, octets, None, Charset::default());
    let text = user_data.and_then(|user_data| {
        let span = user_data.text.rest_span();
        Receipt::parse(reader::slice(octets, span), span.start)
    });
    let spelled = text.as_ref().and_then(|text| text.id).map(|span| reader::slice(octets, span));
    let tlv = facts.tlv(TlvSlot::ReceiptedMessageId).map(|tlv| reader::slice(octets, tlv.value));
    let tlv = tlv.map(|octets| octets.strip_suffix(b"\0").unwrap_or(octets));
    let state = facts
        .tlv(TlvSlot::MessageState)
        .and_then(|tlv| reader::slice(octets, tlv.value).first().copied())
        .and_then(|code| FinalState::ALL.into_iter().find(|state| state.code() == code));
    let stat = text
        .as_ref()
        .and_then(|text| text.stat)
        .and_then(|span| std::str::from_utf8(reader::slice(octets, span)).ok()?.parse().ok());
    Some(Reported { ids: [tlv, spelled], state: state.or(stat) })
}

/// How a message id may be written elsewhere: as it is, in lower case, then in the other base.
pub(crate) fn spellings(id: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let exact = id.to_ascii_lowercase();
    let text = std::str::from_utf8(&exact).unwrap_or_default();
    let decimal = text.parse::<u64>().ok();
    let hex = u64::from_str_radix(text, 16).ok();
    let others = [
        decimal.map(|n| format!("{n:x}")),
        decimal.map(|n| format!("{n:08x}")),
        decimal.map(|n| n.to_string()),
        hex.map(|n| n.to_string()),
        hex.map(|n| format!("{n:010}")),
    ];
    std::iter::once(exact).chain(others.into_iter().flatten().map(String::into_bytes))
}

impl Recording {
    /// How many requests it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }

    /// What came of the most similar request; the next one in turn where several are.
    pub(super) fn most_similar(&mut self, id: CommandId, facts: &Facts, pdu: &[u8]) -> Option<&Exchange> {
        let key = keys(id, facts, pdu).into_iter().flatten().find(|key| self.by_key.contains_key(key))?;
        let (exchanges, served) = self.by_key.get_mut(&key)?;
        let turn = crate::num::index(*served).checked_rem(exchanges.len())?;
        *served = served.wrapping_add(1);
        let number = *exchanges.get(turn)?;
        self.exchanges.get(crate::num::index(number))
    }
}

/// Whether requests of this command are answered as recorded. Binds, unbind and enquire_link are not: the session is
/// ours.
pub(super) const fn has_recorded_answer(id: CommandId) -> bool {
    !(id.is_bind() || matches!(id, CommandId::UNBIND | CommandId::ENQUIRE_LINK))
}

/// What a request has in common with another, the most telling first.
fn keys(id: CommandId, facts: &Facts, pdu: &[u8]) -> [Option<u64>; 3] {
    let part = |slot| facts.text(pdu, slot).unwrap_or_default();
    let (source, destination) = (part(Slot::SourceAddr), part(Slot::DestinationAddr));
    let text = facts.user_data().map(|span| reader::slice(pdu, span)).unwrap_or_default();
    let key = |level: u8, parts: [&[u8]; 3]| Some(FixedState::default().hash_one((level, id.0, parts)));
    [key(0, [destination, source, text]), key(1, [destination, source, b""]), key(2, [destination, b"", b""])]
}
