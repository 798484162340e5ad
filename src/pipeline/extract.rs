//! Captures cut down to what is kept: read once or twice to find it, and once more to copy its frames; or read to write
//! clean TCP around its PDUs.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use super::{BLOCK, Outcome, Progress, Settings, records};
use crate::capture::{Block, Capture};
use crate::decap::{Decap, Limits as FragmentLimits};
use crate::extract::{Conversation, Party, Writer};
use crate::filter::facts::Value;
use crate::filter::field::{End as Ends, Fact};
use crate::filter::{Facts, Filter, PduFacts};
use crate::redact::Redactor;
use crate::report::model::{End, Endpoint};
use crate::report::record::{PduRecord, Record, RecordType, SessionRecord};
use crate::smpp::text::Charset;
use crate::smpp::{Context, Finding, Header, Severity, Visitor, walk_with};
use crate::tcp::Flows;
use crate::time::Timestamp;

/// What is kept, and how it is written.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// Holds for the PDUs that are looked for; `None`: all.
    pub filter: Option<Filter>,
    /// What is kept with each of them.
    pub keep: Keep,
    /// PDUs that are looked for at most, the first.
    pub limit: u64,
    /// Whether clean TCP is written around PDUs, in place of their frames. So it always is where PDUs are redacted.
    pub repair: bool,
}

/// What is kept with a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing else.
    Pdu,
    /// The request or response that it pairs with.
    Transaction,
    /// Its session.
    Session,
}

/// What became of it.
#[derive(Debug)]
pub struct Extracted {
    /// Of the last pass over the capture that looked at PDUs.
    pub outcome: Outcome,
    /// PDUs kept.
    pub pdus: u64,
    /// Packets written.
    pub packets: u64,
    /// PDUs not written because octets of them are missing.
    pub partial: u64,
    /// Findings that found no room: comments take at most 64 MiB.
    pub findings_left_out: u64,
}

/// Octets of comments that are held until their frames are copied.
const MOST_COMMENTS: usize = 64 << 20;

/// LINKTYPE_RAW: packets begin with their IP header.
const RAW_IP: u16 = 101;

/// A PDU among all: connection, frame of its file, place in it.
type Key = (u32, u64, Option<u32>);

/// Writes what `extraction` keeps of the capture that `open` opens, again and again the same.
///
/// # Errors
/// Those of `out`.
pub fn extract(
    open: &dyn Fn() -> Capture,
    settings: &Settings,
    extraction: &Extraction,
    out: &mut dyn Write,
    progress: &mut Progress<'_>,
) -> io::Result<Extracted> {
    let redactor = settings.redactor.clone();
    // What is looked for is looked for in what was captured.
    let settings = Settings { redactor: None, ..settings.clone() };
    let mut wanted = Wanted::find(open, &settings, extraction, progress);
    let comment = redactor.as_ref().map(|redactor| format!("smpp-inspect: {redactor}"));
    let mut writer = Writer::bare(out, comment.as_deref())?;
    if extraction.repair || redactor.is_some() {
        return rebuild(open, &settings, &mut wanted, redactor.as_deref(), &mut writer, progress);
    }
    let mut frames = Frames::default();
    let mut pdus = 0;
    let whole = extraction.keep == Keep::Session || extraction.filter.is_none();
    let mut take = |record: &Record| {
        let Record::Pdu(pdu) = record else { return true };
        let kept = wanted.takes(pdu);
        if kept {
            pdus += 1;
            frames.comment(pdu);
        }
        if whole {
            frames.session(pdu, kept);
        } else {
            frames.pdu(pdu, kept);
        }
        !wanted.is_done()
    };
    let outcome = records(open(), &settings, &[RecordType::Pdu], &mut take, progress);
    let packets = copy(open(), &settings, &mut frames, &mut writer, progress)?;
    writer.flush()?;
    Ok(Extracted { outcome, pdus, packets, partial: 0, findings_left_out: frames.left_out })
}

/// Which PDUs are kept.
struct Wanted<'a> {
    extraction: &'a Extraction,
    /// PDUs that are looked for and may still be found.
    left: u64,
    sessions: HashSet<String>,
    transactions: HashSet<Key>,
}

impl<'a> Wanted<'a> {
    /// Where what is kept with a PDU may stand before it, reads the capture to know it.
    fn find(
        open: &dyn Fn() -> Capture,
        settings: &Settings,
        extraction: &'a Extraction,
        progress: &mut Progress<'_>,
    ) -> Self {
        let mut wanted = Self {
            extraction,
            left: extraction.limit,
            sessions: HashSet::new(),
            transactions: HashSet::new(),
        };
        if extraction.keep == Keep::Pdu || extraction.filter.is_none() {
            return wanted;
        }
        let mut found: HashSet<Key> = HashSet::new();
        let mut take = |record: &Record| {
            match record {
                Record::Pdu(pdu) if wanted.matches(pdu) => {
                    if extraction.keep == Keep::Session {
                        wanted.sessions.insert(pdu.of.session.clone());
                    } else {
                        found.insert(key(pdu));
                        wanted.transactions.insert(key(pdu));
                    }
                }
                Record::Transaction(transaction) => {
                    let connection = transaction.of.connection;
                    let request = (connection, transaction.request.frame, transaction.request.index);
                    let response = transaction.response.as_ref();
                    let response = response.map(|place| (connection, place.frame, place.index));
                    let is_found = found.remove(&request);
                    if response.is_some_and(|response| found.remove(&response)) || is_found {
                        wanted.transactions.insert(request);
                        wanted.transactions.extend(response);
                    }
                }
                _ => {}
            }
            true
        };
        let types = [RecordType::Pdu, RecordType::Transaction];
        records(open(), settings, &types, &mut take, progress);
        wanted
    }

    /// Whether the filter holds, and still may.
    fn matches(&mut self, pdu: &PduRecord) -> bool {
        let holds = self.left > 0
            && self.extraction.filter.as_ref().is_none_or(|filter| filter.matches(&Captured(pdu)));
        self.left -= u64::from(holds);
        holds
    }

    /// Whether a PDU is kept.
    fn takes(&mut self, pdu: &PduRecord) -> bool {
        match self.extraction.keep {
            _ if self.extraction.filter.is_none() => self.matches(pdu),
            Keep::Pdu => self.matches(pdu),
            Keep::Transaction => self.transactions.contains(&key(pdu)),
            Keep::Session => self.sessions.contains(&pdu.of.session),
        }
    }

    /// Whether no other PDU can be kept.
    fn is_done(&self) -> bool {
        self.left == 0 && (self.extraction.keep == Keep::Pdu || self.extraction.filter.is_none())
    }
}

fn key(pdu: &PduRecord) -> Key {
    (pdu.of.connection, pdu.place.frame, pdu.place.index)
}

/// A PDU of a capture, for a filter.
struct Captured<'a>(&'a PduRecord);

impl Facts for Captured<'_> {
    fn each(&self, fact: Fact, take: &mut dyn FnMut(Value<'_>)) {
        let pdu = self.0;
        let ends = |which: Ends, take: &mut dyn FnMut(&Endpoint)| {
            if which != Ends::Destination {
                take(&pdu.source);
            }
            if which != Ends::Source {
                take(&pdu.destination);
            }
        };
        match fact {
            Fact::FrameNumber => take(Value::Integer(pdu.place.frame)),
            Fact::FrameTime => pdu.place.at.into_iter().for_each(|at| take(Value::Time(at))),
            Fact::Stream => take(Value::Integer(pdu.of.connection.into())),
            Fact::Address(which) => ends(which, &mut |end| take(Value::Address(end.ip))),
            Fact::Port(which) => ends(which, &mut |end| take(Value::Integer(end.port.into()))),
            Fact::Session => take(Value::Octets(pdu.of.session.as_bytes())),
            Fact::SystemId => {
                pdu.of.system_id.iter().for_each(|name| take(Value::Octets(name.as_bytes())));
            }
            _ => PduFacts::new(&pdu.octets, pdu.context, pdu.partial.is_some(), pdu.default_charset)
                .sent_by(pdu.from)
                .each(fact, take),
        }
    }
}

/// What is wrong with a PDU, a line each, each with the PDU that it is about.
fn comments(octets: &[u8], context: Context, default_charset: Charset) -> Vec<String> {
    struct Said<'a>(&'a str, Vec<String>);
    impl Visitor for Said<'_> {
        fn finding(&mut self, finding: Finding) {
            let rule = finding.rule.rule();
            let severity = match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            self.1.push(format!("{}: {}: {} [{}]", self.0, severity, finding, rule.id));
        }
    }
    let of = Header::parse(octets)
        .map_or_else(String::new, |header| format!("{} {}", header.command_id, header.sequence_number.0));
    let mut said = Said(&of, Vec::new());
    walk_with(octets, context, default_charset, &mut said);
    said.1
}

/// Frames that are kept.
#[derive(Default)]
struct Frames {
    /// Of the connections, by whether the ESME sends: the first and the last frame of each range, in their order.
    ranges: HashMap<(u32, SocketAddr), Vec<(u64, u64)>>,
    /// Of connections that are kept whole, or but for some of their sessions.
    sessions: HashMap<u32, Vec<Part>>,
    /// Where the PDUs before began that share a frame with the next one, and the frame where they end.
    chains: HashMap<(u32, SocketAddr), (u64, u64)>,
    comments: HashMap<u64, Vec<String>>,
    room: usize,
    left_out: u64,
}

/// A part of a connection that is one session.
struct Part {
    session: String,
    from: u64,
    is_kept: bool,
}

impl Frames {
    /// Keeps the frames of a PDU, and those before which are needed to find where it begins: a frame that is kept
    /// begins with a PDU that is there.
    fn pdu(&mut self, pdu: &PduRecord, kept: bool) {
        let (from, to) = pdu.frames;
        let sender = (pdu.of.connection, address(pdu.source));
        let chain = self.chains.entry(sender).or_insert((from, 0));
        let begins = if from <= chain.1 { chain.0 } else { from };
        *chain = (begins, to);
        if kept {
            let ranges = self.ranges.entry(sender).or_default();
            match ranges.last_mut().filter(|last| begins <= last.1.saturating_add(1)) {
                Some(last) => *last = (last.0.min(begins), last.1.max(to)),
                None => ranges.push((begins, to)),
            }
        }
    }

    /// Keeps the connection from the first PDU of a session on, from its beginning if that is the first one.
    fn session(&mut self, pdu: &PduRecord, is_kept: bool) {
        let parts = self.sessions.entry(pdu.of.connection).or_default();
        if parts.last().is_none_or(|last| last.session != pdu.of.session) {
            let from = if parts.is_empty() { 0 } else { pdu.frames.0 };
            parts.push(Part { session: pdu.of.session.clone(), from, is_kept });
        }
    }

    fn comment(&mut self, pdu: &PduRecord) {
        if pdu.partial.is_some() {
            return;
        }
        for comment in comments(&pdu.octets, pdu.context, pdu.default_charset) {
            if self.room.saturating_add(comment.len()) > MOST_COMMENTS {
                self.left_out += 1;
            } else {
                self.room += comment.len();
                self.comments.entry(pdu.frames.1).or_default().push(comment);
            }
        }
    }

    fn keeps(&self, connection: u32, sender: SocketAddr, frame: u64) -> bool {
        if let Some(parts) = self.sessions.get(&connection) {
            let after = parts.partition_point(|part| part.from <= frame);
            return after.checked_sub(1).and_then(|at| parts.get(at)).is_some_and(|part| part.is_kept);
        }
        let Some(ranges) = self.ranges.get(&(connection, sender)) else { return false };
        let after = ranges.partition_point(|(from, _)| *from <= frame);
        after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, to)| frame <= *to)
    }
}

fn address(end: Endpoint) -> SocketAddr {
    SocketAddr::new(end.ip, end.port)
}

/// Copies the frames that are kept, in the order of the capture, each as it is.
fn copy<W: Write>(
    mut capture: Capture,
    settings: &Settings,
    frames: &mut Frames,
    writer: &mut Writer<W>,
    progress: &mut Progress<'_>,
) -> io::Result<u64> {
    let mut decap = Decap::new(settings.verify_checksums, FragmentLimits::default());
    let mut flows = Flows::new(Flows::DEFAULT_LIMIT, &settings.ports);
    let mut block = Block::with_capacity(BLOCK);
    let mut interfaces: Vec<(String, u16)> = Vec::new();
    let mut packets = 0;
    while !settings.interrupt.load(Ordering::Relaxed) && capture.read_block(&mut block) {
        for frame in block.frames() {
            let Ok(Some(segment)) = decap.segment(&frame) else { continue };
            let assigned = flows.assign(&segment, |_| {});
            let sender = SocketAddr::new(segment.source.ip, segment.source.port);
            if !frames.keeps(assigned.connection.0, sender, frame.number) {
                continue;
            }
            let file = capture.place(frame.number).map_or("", |(file, _)| file.path.as_str());
            let known = interfaces.iter().position(|(path, link)| path == file && *link == frame.link.0);
            let interface = match known {
                Some(interface) => interface,
                None => {
                    writer.interface(frame.link.0, file)?;
                    interfaces.push((file.to_owned(), frame.link.0));
                    interfaces.len() - 1
                }
            };
            let comments = frames.comments.remove(&frame.number).unwrap_or_default();
            let interface = crate::num::short(interface);
            writer.packet_of(interface, frame.at, frame.octets, frame.original_len, &comments)?;
            packets += 1;
        }
        let (read, of) = capture.position();
        progress(read, of);
    }
    Ok(packets)
}

/// Writes PDUs in TCP that has nothing wrong with it: handshake, segments in order, end.
fn rebuild<W: Write>(
    open: &dyn Fn() -> Capture,
    settings: &Settings,
    wanted: &mut Wanted<'_>,
    redactor: Option<&Redactor>,
    writer: &mut Writer<W>,
    progress: &mut Progress<'_>,
) -> io::Result<Extracted> {
    writer.interface(RAW_IP, "smpp-inspect")?;
    let mut rebuilt =
        Rebuilt { writer, redactor, conversations: HashMap::new(), packets: 0, pdus: 0, partial: 0 };
    let mut written = Ok(());
    let mut take = |record: &Record| {
        match record {
            Record::Pdu(pdu) if wanted.takes(pdu) => written = rebuilt.pdu(pdu),
            Record::Session(session) => written = rebuilt.end(session),
            _ => {}
        }
        written.is_ok() && !wanted.is_done()
    };
    let types = [RecordType::Pdu, RecordType::Session];
    let outcome = records(open(), settings, &types, &mut take, progress);
    written?;
    let Rebuilt { packets, pdus, partial, .. } = rebuilt;
    writer.flush()?;
    Ok(Extracted { outcome, pdus, packets, partial, findings_left_out: 0 })
}

struct Rebuilt<'a, W: Write> {
    writer: &'a mut Writer<W>,
    redactor: Option<&'a Redactor>,
    /// Those under way, by connection, each with who opened it.
    conversations: HashMap<u32, (Conversation, SocketAddr)>,
    packets: u64,
    pdus: u64,
    partial: u64,
}

impl<W: Write> Rebuilt<'_, W> {
    fn pdu(&mut self, pdu: &PduRecord) -> io::Result<()> {
        // Without the rest of it, what follows could not be found.
        if pdu.partial.is_some() {
            self.partial += 1;
            return Ok(());
        }
        self.pdus += 1;
        let at = pdu.place.at.unwrap_or_default();
        let connection = pdu.of.connection;
        let opener = address(pdu.of.esme);
        let is_new = !self.conversations.contains_key(&connection);
        let end = |end: Endpoint| {
            SocketAddr::new(self.redactor.map_or(end.ip, |redactor| redactor.ip(end.ip)), end.port)
        };
        let (conversation, opener) = self
            .conversations
            .entry(connection)
            .or_insert_with(|| (Conversation::new(end(pdu.of.esme), end(pdu.of.smsc), [1, 1]), opener));
        let mut packets: Vec<Vec<u8>> = Vec::new();
        if is_new {
            conversation.open(|packet| packets.push(packet.to_vec()));
        }
        let redacted =
            self.redactor.map(|redactor| redactor.pdu(&pdu.octets, pdu.context, pdu.default_charset));
        let octets = redacted.as_deref().unwrap_or(&pdu.octets);
        let from = if address(pdu.source) == *opener { Party::Opener } else { Party::Accepter };
        conversation.send(from, octets, |packet| packets.push(packet.to_vec()));
        // Said of what is written, so that nothing else is told.
        let comments = comments(octets, pdu.context, pdu.default_charset);
        self.write(at, &packets, &comments)
    }

    fn end(&mut self, session: &SessionRecord) -> io::Result<()> {
        let (end, at) = (session.session.end, session.session.last_at);
        let closes = matches!(end, Some(End::Fin | End::Rst | End::Idle));
        if !closes {
            return Ok(());
        }
        let Some((mut conversation, _)) = self.conversations.remove(&session.of.connection) else {
            return Ok(());
        };
        let mut packets: Vec<Vec<u8>> = Vec::new();
        if end == Some(End::Rst) {
            conversation.reset(Party::Opener, |packet| packets.push(packet.to_vec()));
        } else {
            conversation.finish(Party::Opener, |packet| packets.push(packet.to_vec()));
            conversation.finish(Party::Accepter, |packet| packets.push(packet.to_vec()));
        }
        self.write(at.unwrap_or_default(), &packets, &[])
    }

    /// The comments are of the last packet.
    fn write(&mut self, at: Timestamp, packets: &[Vec<u8>], comments: &[String]) -> io::Result<()> {
        for (packet, left) in packets.iter().zip((0..packets.len()).rev()) {
            let comments = if left == 0 { comments } else { &[] };
            self.writer.packet_of(0, at, packet, crate::num::short(packet.len()), comments)?;
            self.packets += 1;
        }
        Ok(())
    }
}
