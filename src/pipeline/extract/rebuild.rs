//! Clean TCP written around PDUs.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::SocketAddr;

use super::Extracted;
use super::comments::{Recent, name, said};
use super::wanted::Wanted;
use crate::capture::Capture;
use crate::extract::pcapng::RAW_IP;
use crate::extract::{Conversation, Party, Writer};
use crate::pipeline::{Progress, Settings, records};
use crate::redact::Redactor;
use crate::report::model::{End, Endpoint};
use crate::report::record::{FindingRecord, PduRecord, Record, RecordType, SessionRecord};
use crate::smpp::RuleId;
use crate::tcp::Side;
use crate::time::Timestamp;

/// Writes PDUs in TCP that has nothing wrong with it: handshake, segments in order, end.
pub(super) fn rebuild<W: Write>(
    open: &dyn Fn() -> Capture,
    settings: &Settings,
    wanted: &mut Wanted<'_>,
    redactor: Option<&Redactor>,
    writer: &mut Writer<W>,
    progress: &mut Progress<'_>,
) -> io::Result<Extracted> {
    writer.interface(RAW_IP, 0, "smpp-inspect")?;
    let mut rebuilt = Rebuilt {
        writer,
        redactor,
        conversations: HashMap::new(),
        recent: Recent::new(),
        packets: 0,
        pdus: 0,
        partial: 0,
    };
    let mut written = Ok(());
    let mut is_done = false;
    let mut take = |record: &Record| {
        written = match record {
            // What follows the last PDU that is kept may still be about it.
            Record::Pdu(_) if is_done => return false,
            Record::Pdu(pdu) if wanted.takes(pdu) => rebuilt.pdu(pdu),
            Record::Finding(finding) => {
                if let Some((pdu, comments)) = rebuilt.recent.find(finding) {
                    comments.push(format!("{}{}", name(pdu), said(finding, redactor)));
                } else if wanted.takes_whole(&finding.of) {
                    rebuilt.late(finding);
                }
                Ok(())
            }
            Record::Session(session) => rebuilt.end(session),
            _ => Ok(()),
        };
        is_done = wanted.is_done();
        written.is_ok()
    };
    let types = [RecordType::Pdu, RecordType::Session, RecordType::Finding];
    let outcome = records(open(), settings, &types, &mut take, progress);
    written?;
    rebuilt.write_recent()?;
    let Rebuilt { packets, pdus, partial, conversations, .. } = rebuilt;
    let untold = conversations.values().map(|(_, late)| crate::num::count(late.len())).sum();
    writer.flush()?;
    Ok(Extracted { pdus, packets, partial, findings_left_out: untold, ..Extracted::of(outcome) })
}

struct Rebuilt<'a, W: Write> {
    writer: &'a mut Writer<W>,
    redactor: Option<&'a Redactor>,
    /// Those under way, by connection, each with what its next packet tells besides.
    conversations: HashMap<u32, (Conversation, Vec<String>)>,
    /// PDUs that come next, and what is wrong with them, which is told behind them.
    recent: Recent<(PduRecord, Vec<String>)>,
    packets: u64,
    pdus: u64,
    partial: u64,
}

impl<W: Write> Rebuilt<'_, W> {
    fn pdu(&mut self, pdu: &PduRecord) -> io::Result<()> {
        for (_, over) in self.recent.over(pdu) {
            self.write_pdu(&over.0, &over.1)?;
        }
        // Without the rest of it, what follows could not be found.
        if pdu.partial.is_some() {
            self.partial += 1;
            return Ok(());
        }
        self.pdus += 1;
        self.recent.push(pdu, (pdu.clone(), Vec::new()));
        Ok(())
    }

    fn write_recent(&mut self) -> io::Result<()> {
        for (_, (pdu, comments)) in self.recent.take() {
            self.write_pdu(&pdu, &comments)?;
        }
        Ok(())
    }

    /// What is found wrong when more was seen than the PDU, such as a connection that ends: the next packet tells it.
    /// Octets that are no PDU are not written, nor what is wrong with them.
    fn late(&mut self, finding: &FindingRecord) {
        let is_framing = [RuleId::HEADER_COMMAND_LENGTH_TOO_LARGE, RuleId::HEADER_COMMAND_LENGTH_TOO_SMALL]
            .contains(&finding.rule);
        if let Some((_, late)) = self.conversations.get_mut(&finding.of.connection).filter(|_| !is_framing) {
            late.push(said(finding, self.redactor));
        }
    }

    fn write_pdu(&mut self, pdu: &PduRecord, comments: &[String]) -> io::Result<()> {
        let connection = pdu.of.connection;
        let is_new = !self.conversations.contains_key(&connection);
        let end = |end: Endpoint| {
            SocketAddr::new(self.redactor.map_or(end.ip, |redactor| redactor.ip(end.ip)), end.port)
        };
        let (from, ends) = match pdu.by {
            Side::Opener => (Party::Opener, [end(pdu.source), end(pdu.destination)]),
            Side::Accepter => (Party::Accepter, [end(pdu.destination), end(pdu.source)]),
        };
        let begin = || (Conversation::new(ends[0], ends[1], [1, 1]), Vec::new());
        let (conversation, late) = self.conversations.entry(connection).or_insert_with(begin);
        let mut packets: Vec<Vec<u8>> = Vec::new();
        if is_new {
            conversation.open(|packet| packets.push(packet.to_vec()));
        }
        let redacted =
            self.redactor.map(|redactor| redactor.pdu(&pdu.octets, pdu.context, pdu.default_charset));
        let octets = redacted.as_deref().unwrap_or(&pdu.octets);
        conversation.send(from, octets, |packet| packets.push(packet.to_vec()));
        let comments = [std::mem::take(late), comments.to_vec()].concat();
        self.write(pdu.place.at.unwrap_or_default(), &packets, &comments)
    }

    fn end(&mut self, session: &SessionRecord) -> io::Result<()> {
        let (end, at) = (session.session.end, session.session.last_at);
        let closes = matches!(end, Some(End::Fin | End::Rst | End::Idle));
        if !closes {
            return Ok(());
        }
        self.write_recent()?;
        let Some((mut conversation, late)) = self.conversations.remove(&session.of.connection) else {
            return Ok(());
        };
        let mut packets: Vec<Vec<u8>> = Vec::new();
        if end == Some(End::Rst) {
            conversation.reset(Party::Opener, |packet| packets.push(packet.to_vec()));
        } else {
            conversation.finish(Party::Opener, |packet| packets.push(packet.to_vec()));
            conversation.finish(Party::Accepter, |packet| packets.push(packet.to_vec()));
        }
        self.write(at.unwrap_or_default(), &packets, &late)
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
