//! What a tool that makes no mistake finds in a list of frames: computed octet by octet, and by looking each
//! response up, from the PDUs that were sent and the frames that are left of them.
//!
//! **Time.** A PDU's time is when it became readable in order: the latest first-capture time of any octet of its
//! side's contiguous run up to its end. Octets captured again change nothing. After octets that are never captured a
//! new run begins.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::pdu::command;
use super::scenario::Sent;
use super::tcp::{FIN, Frame, RST, SYN, index};
use crate::tcp::Side;

/// The truth of a list of frames.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// By connection, in the order of the scenario.
    pub connections: Vec<Connection>,
}

/// The truth of one connection.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// Whole PDUs by command_id.
    pub pdus: BTreeMap<u32, u64>,
    /// PDUs whose header is captured and whose rest is not, or not all.
    pub partial: u64,
    /// Requests by command_id.
    pub transactions: BTreeMap<u32, Transactions>,
    /// Responses by command_id that answer no request in the capture.
    pub unsolicited: BTreeMap<u32, u64>,
    /// Responses by command_id and command_status, of PDUs whose header is captured.
    pub statuses: BTreeMap<(u32, u32), u64>,
    /// Segments, those without octets included.
    pub segments: u64,
    /// Segments all of whose octets had been captured before, in another frame than a duplicate.
    pub retransmitted: u64,
    /// IPv4 frames equal to an earlier one. IPv6 packets have no identification, so that a retransmission can be
    /// equal too; there, equal frames count as duplicates when they come at once.
    pub duplicate_frames: u64,
    /// Opener and accepter.
    pub sides: [Stream; 2],
}

/// The octets of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// Captured octets, each once.
    pub octets: u64,
    /// Those in whole PDUs.
    pub in_pdus: u64,
    /// Stretches that were sent, as captured octets or acknowledgements show, and not captured.
    pub gaps: u64,
    /// Octets in them.
    pub gap_octets: u64,
}

/// The requests of one command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transactions {
    /// Requests.
    pub count: u64,
    /// Answered by their own response.
    pub answered: u64,
    /// Answered by generic_nack.
    pub nacked: u64,
    /// Answered or nacked with a status other than 0.
    pub failed: u64,
    /// Not answered, by reason.
    pub unanswered: BTreeMap<&'static str, u64>,
    /// Nanoseconds from request to response, ascending; without those of responses readable before their request.
    pub latencies: Vec<i64>,
    /// Responses readable before their request.
    pub early: u64,
}

/// A PDU that can be told from the frames: its header is there.
#[derive(Clone, Copy)]
struct Seen {
    sent: Sent,
    at: i64,
}

/// Waits longer than this are `timed_out` rather than `capture_ended`.
const TIMEOUT: i64 = 10_000_000_000;

impl Truth {
    /// The truth of `frames`, in capture order, in which `sent` is what the sides of each connection sent.
    #[must_use]
    pub fn of(frames: &[Frame], sent: &[[Vec<Sent>; 2]]) -> Self {
        let mut by_connection = vec![Vec::new(); sent.len()];
        for frame in frames {
            by_connection[frame.connection].push(frame);
        }
        let end = frames.iter().map(|frame| frame.at).max().unwrap_or(0);
        Self {
            connections: by_connection
                .iter()
                .zip(sent)
                .map(|(frames, sent)| connection(frames, sent, end))
                .collect(),
        }
    }

    /// Whole PDUs by command_id, over all connections.
    #[must_use]
    pub fn pdus(&self) -> BTreeMap<u32, u64> {
        sum(self.connections.iter().flat_map(|connection| &connection.pdus))
    }

    /// Statuses over all connections.
    #[must_use]
    pub fn statuses(&self) -> BTreeMap<(u32, u32), u64> {
        sum(self.connections.iter().flat_map(|connection| &connection.statuses))
    }

    /// Transactions over all connections.
    #[must_use]
    pub fn transactions(&self) -> BTreeMap<u32, Transactions> {
        let mut all: BTreeMap<u32, Transactions> = BTreeMap::new();
        for (&command, one) in self.connections.iter().flat_map(|connection| &connection.transactions) {
            let total = all.entry(command).or_default();
            total.count += one.count;
            total.answered += one.answered;
            total.nacked += one.nacked;
            total.failed += one.failed;
            total.early += one.early;
            total.latencies.extend(&one.latencies);
            for (&why, &count) in &one.unanswered {
                *total.unanswered.entry(why).or_default() += count;
            }
        }
        all.values_mut().for_each(|total| total.latencies.sort_unstable());
        all
    }

    /// Over all streams.
    #[must_use]
    pub fn stream(&self) -> Stream {
        let mut total = Stream::default();
        for side in self.connections.iter().flat_map(|connection| &connection.sides) {
            total.octets += side.octets;
            total.in_pdus += side.in_pdus;
            total.gaps += side.gaps;
            total.gap_octets += side.gap_octets;
        }
        total
    }
}

fn sum<'a, K: Ord + Copy + 'a>(rows: impl Iterator<Item = (&'a K, &'a u64)>) -> BTreeMap<K, u64> {
    let mut all = BTreeMap::new();
    for (&key, &count) in rows {
        *all.entry(key).or_default() += count;
    }
    all
}

/// Which frames were seen before.
fn duplicates(frames: &[&Frame]) -> Vec<bool> {
    let mut packets: HashMap<&[u8], i64> = HashMap::new();
    let mut any = false;
    let mut is_duplicate = Vec::with_capacity(frames.len());
    for &frame in frames {
        // The step of time in which a frame without an identification counts as the same, that or the next one.
        let moment = frame.at.div_euclid(500_000);
        let again = match packets.get(frame.packet.as_slice()) {
            None => false,
            Some(_) if frame.packet[0] >> 4 == 4 => true,
            // Acknowledgements may be repeated at once, unless everything is.
            Some(before) => {
                moment - before <= 1 && (frame.len > 0 || frame.flags & (SYN | FIN | RST) != 0 || any)
            }
        };
        if !again {
            packets.insert(&frame.packet, moment);
        }
        any |= again;
        is_duplicate.push(again);
    }
    is_duplicate
}

fn connection(frames: &[&Frame], sent: &[Vec<Sent>; 2], capture_end: i64) -> Connection {
    let (segments, duplicates) = (frames.len() as u64, duplicates(frames));
    let duplicate_frames = duplicates.iter().filter(|&&is_duplicate| is_duplicate).count() as u64;
    let mut truth = Connection { segments, duplicate_frames, ..Connection::default() };
    let mut seen = [Vec::new(), Vec::new()];
    for side in [Side::Opener, Side::Accepter] {
        let sent = &sent[index(side)];
        let mut first = vec![None; sent.last().map_or(0, |pdu| pdu.offset + pdu.len) as usize];
        let own = frames.iter().zip(&duplicates);
        for (frame, _) in own.filter(|(frame, is_duplicate)| frame.side == side && !**is_duplicate) {
            let octets = &mut first[frame.offset as usize..(frame.offset + u64::from(frame.len)) as usize];
            truth.retransmitted += u64::from(!octets.is_empty() && octets.iter().all(Option::is_some));
            for octet in octets {
                octet.get_or_insert(frame.at);
            }
        }
        let readable = readable(&first);
        truth.sides[index(side)] = stream(frames, side, &first);
        for &pdu in sent {
            let (start, end) = (pdu.offset as usize, (pdu.offset + pdu.len) as usize);
            if first[start..start + 16].iter().any(Option::is_none) {
                continue;
            }
            if first[start..end].iter().all(Option::is_some) {
                *truth.pdus.entry(pdu.command).or_default() += 1;
                truth.sides[index(side)].in_pdus += pdu.len;
                seen[index(side)].push(Seen { sent: pdu, at: readable[end - 1] });
            } else {
                truth.partial += 1;
                let until = (start..end).find(|&at| first[at].is_none()).unwrap_or(end);
                seen[index(side)].push(Seen { sent: pdu, at: readable[until - 1] });
            }
        }
    }
    let is_closed = frames.iter().any(|frame| frame.flags & (FIN | RST) != 0);
    for side in [Side::Opener, Side::Accepter] {
        let everything = &sent[index(side.other())];
        pair(&seen[index(side)], &seen[index(side.other())], everything, is_closed, capture_end, &mut truth);
    }
    truth
}

/// When each octet could be read in order; 0 where it was not captured.
fn readable(first: &[Option<i64>]) -> Vec<i64> {
    let mut run = None;
    first
        .iter()
        .map(|&at| {
            run = at.map(|at| at.max(run.unwrap_or(at)));
            run.unwrap_or(0)
        })
        .collect()
}

fn stream(frames: &[&Frame], side: Side, first: &[Option<i64>]) -> Stream {
    let captured = |at: &usize| first[*at].is_some();
    let mut truth = Stream { octets: first.iter().flatten().count() as u64, ..Stream::default() };
    let Some(lowest) = (0..first.len()).find(captured) else { return truth };
    // The SYN, or the acknowledgement of it, shows where the stream begins.
    let begins = if frames.iter().any(|frame| frame.flags & SYN != 0) { 0 } else { lowest };
    let highest = (0..first.len()).rfind(captured).map_or(0, |at| at + 1);
    let acknowledged = frames
        .iter()
        .filter(|frame| frame.side != side)
        .map(|frame| frame.acknowledged as usize)
        .max()
        .unwrap_or(0);
    let mut is_gap = false;
    for at in &first[begins..highest.max(acknowledged)] {
        if at.is_none() {
            truth.gaps += u64::from(!is_gap);
            truth.gap_octets += 1;
        }
        is_gap = at.is_none();
    }
    truth
}

/// Finds the response of each request of a side among what the other side sent.
fn pair(
    requests: &[Seen],
    responses: &[Seen],
    sent: &[Sent],
    is_closed: bool,
    capture_end: i64,
    truth: &mut Connection,
) {
    let responses: HashMap<u32, Seen> = responses
        .iter()
        .filter(|seen| seen.sent.command & command::RESPONSE != 0)
        .map(|&seen| (seen.sent.sequence, seen))
        .collect();
    let answers: HashSet<u32> =
        sent.iter().filter(|pdu| pdu.command & command::RESPONSE != 0).map(|pdu| pdu.sequence).collect();
    let mut answered = BTreeSet::new();
    for request in requests.iter().filter(|seen| seen.sent.command & command::RESPONSE == 0) {
        let row = truth.transactions.entry(request.sent.command).or_default();
        row.count += 1;
        let Some(response) = responses.get(&request.sent.sequence) else {
            let why = if answers.contains(&request.sent.sequence) {
                "reply_in_gap"
            } else if is_closed {
                "closed"
            } else if capture_end - request.at > TIMEOUT {
                "timed_out"
            } else {
                "capture_ended"
            };
            *row.unanswered.entry(why).or_default() += 1;
            continue;
        };
        answered.insert(request.sent.sequence);
        match response.sent.command {
            command::RESPONSE => row.nacked += 1,
            _ => row.answered += 1,
        }
        row.failed += u64::from(response.sent.status != 0);
        if response.at < request.at {
            row.early += 1;
        } else {
            row.latencies.push(response.at - request.at);
        }
    }
    for response in responses.values() {
        *truth.statuses.entry((response.sent.command, response.sent.status)).or_default() += 1;
        if !answered.contains(&response.sent.sequence) {
            *truth.unsolicited.entry(response.sent.command).or_default() += 1;
        }
    }
    truth.transactions.values_mut().for_each(|row| row.latencies.sort_unstable());
}
