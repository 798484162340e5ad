//! A connection over a path with known faults: two hosts that send, acknowledge, wait for windows and send again, a
//! place of capture between them, and for each request what its latency consists of, told by the hosts themselves.
//!
//! ```text
//!  opener ──── legs[0] ──── capture ──── legs[1] ──── accepter
//! ```
//!
//! The hosts acknowledge at once, send as much as the window allows, and send the first unacknowledged segment again
//! when nothing was acknowledged for [`Path::resend`]. There is no other cleverness, so that the truth is plain.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::Rng;
use super::pdu::{self, Address, Message, command};
use super::tcp::{ACK, Frame, Headers, PSH, SYN, index};
use crate::tcp::Side;

/// What happens on a connection.
#[derive(Clone, Debug)]
pub struct Path {
    /// Of all chance.
    pub seed: u64,
    /// When the connection opens, nanoseconds since the epoch.
    pub start: i64,
    /// From the capture to the opener and to the accepter.
    pub legs: [i64; 2],
    /// Who asks, after the opener has bound: the opener submit_sm, the accepter deliver_sm.
    pub asking: Side,
    /// Requests.
    pub requests: u32,
    /// Between them.
    pub interval: i64,
    /// How long the answering side works on one: between these.
    pub service: (i64, i64),
    /// After this long without an acknowledgement a host sends again.
    pub resend: i64,
    /// Whether the capture has the handshake.
    pub handshake: bool,
    /// Per mille of the segments with requests that are lost before and beyond the capture.
    pub requests_lost: [u32; 2],
    /// Per mille of the segments with responses that are lost before and beyond the capture.
    pub responses_lost: [u32; 2],
    /// Per mille of the segments with responses that others overtake before the capture, and by how much at most.
    pub responses_overtaken: (u32, i64),
    /// Per mille of the segments with responses that are captured late, after their acknowledgement, and by how much.
    pub captured_late: (u32, i64),
    /// From when to when, since the start, the asking side takes no octets.
    pub asking_closed: Vec<(i64, i64)>,
    /// From when to when, since the start, the answering side takes no octets.
    pub answering_closed: Vec<(i64, i64)>,
}

/// What latencies consist of, summed up in nanoseconds: `latency` is the sum of the next six.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Response readable at the capture less request readable there.
    pub latency: i64,
    /// Waiting for octets that were lost and sent again.
    pub retransmission: i64,
    /// Waiting for octets that others overtook.
    pub reordering: i64,
    /// Responses ready, and the window closed.
    pub zero_window: i64,
    /// Octets late in the capture only.
    pub capture: i64,
    /// From the capture to the answering side and back, undisturbed.
    pub network: i64,
    /// The answering side at work.
    pub peer: i64,
    /// From when requests would have been captured to when they were readable there.
    pub before: i64,
    /// From when responses would have been delivered to when they were.
    pub after: i64,
    /// Requests.
    pub count: u64,
    /// Responses that were written after one to a later request.
    pub out_of_order: u64,
    /// By how many requests at most.
    pub largest_overtake: u64,
}

/// Why a packet comes when it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    InTurn,
    Again,
    Overtaken,
    Late,
}

#[derive(Clone, Debug)]
struct Packet {
    from: Side,
    offset: u64,
    payload: Vec<u8>,
    acknowledged: u64,
    window: u16,
    flags: u8,
    ip_id: u16,
    why: Why,
}

#[derive(Clone, Debug)]
enum Event {
    Send(Side, usize, bool),
    /// A packet passes the capture, which takes note of it so much later.
    Pass(Packet, i64),
    Note(Packet),
    Arrive(Packet),
    Resend(Side, u64),
    Window(Side, bool),
}

/// A PDU on its way.
#[derive(Clone, Copy, Debug, Default)]
struct Mile {
    /// Which request, from 1; 0: the bind.
    n: usize,
    answers: bool,
    end: u64,
    written: i64,
    /// When its last octet left for the first time.
    left: Option<i64>,
    captured: Option<(i64, Why)>,
    delivered: Option<(i64, Why)>,
}

/// Octets put in order.
#[derive(Debug, Default)]
struct Order {
    next: u64,
    held: BTreeMap<u64, u64>,
}

impl Order {
    fn add(&mut self, from: u64, until: u64) -> u64 {
        if until > self.next {
            let held = self.held.entry(from).or_default();
            *held = until.max(*held);
        }
        while let Some(first) = self.held.first_entry().filter(|first| *first.key() <= self.next) {
            self.next = self.next.max(first.remove());
        }
        self.next
    }
}

#[derive(Debug, Default)]
struct Host {
    stream: Vec<u8>,
    miles: Vec<Mile>,
    sent: u64,
    acknowledged: u64,
    /// Segments under way, by offset.
    segments: BTreeMap<u64, u64>,
    peer_takes: bool,
    takes: bool,
    received: Order,
    at_capture: Order,
    ip_id: u16,
    /// Counts what makes a timer void.
    timer: u64,
}

struct Play<'a> {
    path: &'a Path,
    rng: Rng,
    hosts: [Host; 2],
    events: BTreeSet<(i64, u64)>,
    what: BTreeMap<u64, Event>,
    order: u64,
    frames: Vec<Frame>,
}

const MSS: usize = 1_448;
const ENDS: [([u8; 4], u16); 2] = [([192, 0, 2, 1], 50_000), ([192, 0, 2, 2], 2_775)];
const INITIAL: [u32; 2] = [u32::MAX - 2_000, 77_000];

impl Path {
    /// 1,000 requests of the opener, one a millisecond, worked on for 3 to 8 ms, on a path without faults.
    #[must_use]
    pub fn new(seed: u64, legs: [i64; 2]) -> Self {
        const MILLIS: i64 = 1_000_000;
        Self {
            seed,
            start: 1_795_390_000_000_000_000,
            legs,
            asking: Side::Opener,
            requests: 1_000,
            interval: MILLIS,
            service: (3 * MILLIS, 8 * MILLIS),
            resend: 200 * MILLIS,
            handshake: true,
            requests_lost: [0, 0],
            responses_lost: [0, 0],
            responses_overtaken: (0, 0),
            captured_late: (0, 0),
            asking_closed: Vec::new(),
            answering_closed: Vec::new(),
        }
    }

    /// Plays it to its end: the frames in the order of the capture, and what the latencies consist of.
    #[must_use]
    pub fn play(&self) -> (Vec<Frame>, Parts) {
        let host = || Host { peer_takes: true, takes: true, ip_id: 1_000, ..Host::default() };
        let mut play = Play {
            path: self,
            rng: Rng::new(self.seed),
            hosts: [host(), host()],
            events: BTreeSet::new(),
            what: BTreeMap::new(),
            order: 0,
            frames: Vec::new(),
        };
        play.begin();
        while let Some((at, order)) = play.events.pop_first() {
            let Some(event) = play.what.remove(&order) else { continue };
            play.happen(at, event);
        }
        let parts = play.parts();
        play.frames.sort_by_key(|frame| frame.at);
        (play.frames, parts)
    }

    fn leg(&self, side: Side) -> i64 {
        self.legs[index(side)]
    }

    /// Nanoseconds from one end to the other and back.
    fn round(&self) -> i64 {
        2 * (self.legs[0] + self.legs[1])
    }
}

impl Play<'_> {
    fn at(&mut self, at: i64, event: Event) {
        self.order += 1;
        self.events.insert((at, self.order));
        self.what.insert(self.order, event);
    }

    /// The handshake, and all that is planned.
    fn begin(&mut self) {
        let path = self.path;
        let (start, [to_opener, to_accepter]) = (path.start, path.legs);
        if path.handshake {
            let opened = start + to_opener;
            for (side, at, flags) in [
                (Side::Opener, opened, SYN),
                (Side::Accepter, opened + 2 * to_accepter, SYN | ACK),
                (Side::Opener, opened + path.round(), ACK),
            ] {
                let packet = self.packet(side, 0, 0, flags);
                self.note(at, &packet);
            }
        }
        let first = start + path.round() + 1_000_000;
        self.at(first, Event::Send(Side::Opener, 0, false));
        for n in 0..path.requests {
            let at = first + path.round() + 300_000_000 + i64::from(n) * path.interval;
            self.at(at, Event::Send(path.asking, n as usize + 1, false));
        }
        for (side, closed) in
            [(path.asking, &path.asking_closed), (path.asking.other(), &path.answering_closed)]
        {
            for &(from, until) in closed {
                self.at(start + from, Event::Window(side, false));
                self.at(start + until, Event::Window(side, true));
            }
        }
    }

    fn happen(&mut self, now: i64, event: Event) {
        match event {
            Event::Send(side, n, answers) => self.write(now, side, n, answers),
            Event::Pass(packet, late) => {
                let why = if late > 0 { Why::Late } else { packet.why };
                self.at(now + late, Event::Note(Packet { why, ..packet.clone() }));
                let (beyond, _) = self.lost(&packet, 1);
                if !beyond {
                    let leg = self.path.leg(packet.from.other());
                    self.at(now + leg, Event::Arrive(packet));
                }
            }
            Event::Note(packet) => self.note(now, &packet),
            Event::Arrive(packet) => self.arrive(now, packet),
            Event::Resend(side, timer) => {
                let host = &self.hosts[index(side)];
                let first = host.segments.first_key_value().map(|(&from, &until)| (from, until));
                if let Some((from, until)) = first.filter(|_| host.timer == timer) {
                    self.transmit(now, side, from, until, Why::Again);
                    self.wind(now, side);
                }
            }
            Event::Window(side, takes) => {
                self.hosts[index(side)].takes = takes;
                self.transmit(now, side, 0, 0, Why::InTurn);
            }
        }
    }

    /// `side` writes the `n`-th PDU of the exchange: request or response.
    fn write(&mut self, now: i64, side: Side, n: usize, answers: bool) {
        let sequence = n as u32 + 1;
        let address = Address::international("447700900123");
        let message = Message {
            source: &address,
            destination: &address,
            esm_class: 0,
            registered_delivery: 0,
            data_coding: 0,
            short_message: b"known faults",
        };
        let by_opener = self.path.asking == Side::Opener;
        let octets = match (n, answers, by_opener) {
            (0, false, _) => pdu::bind(command::BIND_TRANSCEIVER, sequence, "path", "secret"),
            (0, true, _) => pdu::bind_resp(command::BIND_TRANSCEIVER, 0, sequence, "gateway"),
            (_, false, true) => pdu::submit_sm(sequence, &message),
            (_, true, true) => pdu::submit_sm_resp(0, sequence, &pdu::message_id(u64::from(sequence))),
            (_, false, false) => pdu::deliver_sm(sequence, &message),
            (_, true, false) => pdu::deliver_sm_resp(0, sequence),
        };
        let host = &mut self.hosts[index(side)];
        host.stream.extend(octets);
        host.miles.push(Mile { n, answers, end: host.stream.len() as u64, written: now, ..Mile::default() });
        self.pump(now, side);
    }

    /// Sends what the window allows.
    fn pump(&mut self, now: i64, side: Side) {
        loop {
            let host = &mut self.hosts[index(side)];
            let until = (host.stream.len() as u64).min(host.sent + MSS as u64);
            if until == host.sent || !host.peer_takes {
                return;
            }
            let from = std::mem::replace(&mut host.sent, until);
            let was_idle = host.segments.is_empty();
            host.segments.insert(from, until);
            for mile in host.miles.iter_mut().filter(|mile| mile.end > from && mile.end <= until) {
                mile.left = Some(now);
            }
            let overtaken = self.path.responses_overtaken;
            let is_response = side != self.path.asking && from > 0;
            let why = if is_response && self.rng.chance(overtaken.0) { Why::Overtaken } else { Why::InTurn };
            self.transmit(now, side, from, until, why);
            if was_idle {
                self.wind(now, side);
            }
        }
    }

    /// Starts the timer of a side anew.
    fn wind(&mut self, now: i64, side: Side) {
        let host = &mut self.hosts[index(side)];
        host.timer += 1;
        let timer = host.timer;
        if !host.segments.is_empty() {
            self.at(now + self.path.resend, Event::Resend(side, timer));
        }
    }

    fn packet(&mut self, side: Side, from: u64, until: u64, flags: u8) -> Packet {
        let host = &mut self.hosts[index(side)];
        host.ip_id = host.ip_id.checked_add(1).unwrap_or(1);
        Packet {
            from: side,
            offset: if from == until { host.sent } else { from },
            payload: host.stream[from as usize..until as usize].to_vec(),
            acknowledged: host.received.next,
            window: if host.takes { 64_240 } else { 0 },
            flags,
            ip_id: host.ip_id,
            why: Why::InTurn,
        }
    }

    fn transmit(&mut self, now: i64, side: Side, from: u64, until: u64, why: Why) {
        let flags = if from == until { ACK } else { PSH | ACK };
        let packet = Packet { why, ..self.packet(side, from, until, flags) };
        let (lost, is_response) = self.lost(&packet, 0);
        if lost {
            return;
        }
        let mut at = now + self.path.leg(side);
        if why == Why::Overtaken {
            at += self.rng.between(self.path.responses_overtaken.1 / 2, self.path.responses_overtaken.1);
        }
        let late = self.path.captured_late;
        let late = if is_response && self.rng.chance(late.0) { late.1 } else { 0 };
        self.at(at, Event::Pass(packet, late));
    }

    /// Whether the network loses a packet before (0) or beyond (1) the capture, and whether it carries responses.
    fn lost(&mut self, packet: &Packet, leg: usize) -> (bool, bool) {
        let carries = !packet.payload.is_empty() && packet.offset > 0 && packet.why != Why::Again;
        let is_request = packet.from == self.path.asking;
        let lost = if is_request { self.path.requests_lost } else { self.path.responses_lost };
        (carries && self.rng.chance(lost[leg]), carries && !is_request)
    }

    /// The capture takes note of a packet.
    fn note(&mut self, now: i64, packet: &Packet) {
        let (own, peer) = (index(packet.from), index(packet.from.other()));
        let end = |n: usize| SocketAddr::from(ENDS[n]);
        let syn = packet.flags & SYN != 0;
        let number = |n: usize, offset: u64| INITIAL[n].wrapping_add(1).wrapping_add(offset as u32);
        let headers = Headers {
            source: end(own),
            destination: end(peer),
            sequence: if syn { INITIAL[own] } else { number(own, packet.offset) },
            acknowledgement: if packet.flags & ACK == 0 { 0 } else { number(peer, packet.acknowledged) },
            flags: packet.flags,
            ip_id: packet.ip_id,
            mss: syn.then_some(MSS as u16),
            clock: (now / 1_000_000) as u32,
            window: packet.window,
        };
        self.frames.push(Frame {
            at: now,
            packet: headers.packet(&packet.payload),
            connection: 0,
            side: packet.from,
            offset: packet.offset,
            len: packet.payload.len() as u32,
            flags: packet.flags,
            acknowledged: packet.acknowledged,
        });
        let host = &mut self.hosts[own];
        let until = host.at_capture.add(packet.offset, packet.offset + packet.payload.len() as u64);
        for mile in host.miles.iter_mut().filter(|mile| mile.captured.is_none() && mile.end <= until) {
            mile.captured = Some((now, packet.why));
        }
    }

    fn arrive(&mut self, now: i64, packet: Packet) {
        let (sender, side) = (packet.from, packet.from.other());
        let host = &mut self.hosts[index(side)];
        host.peer_takes = packet.window > 0;
        if packet.acknowledged > host.acknowledged {
            host.acknowledged = packet.acknowledged;
            host.segments.retain(|_, until| *until > packet.acknowledged);
            self.wind(now, side);
        }
        if !packet.payload.is_empty() {
            let host = &mut self.hosts[index(side)];
            let until = host.received.add(packet.offset, packet.offset + packet.payload.len() as u64);
            let mut read = Vec::new();
            for mile in &mut self.hosts[index(sender)].miles {
                if mile.delivered.is_none() && mile.end <= until {
                    mile.delivered = Some((now, packet.why));
                    read.extend((!mile.answers).then_some(mile.n));
                }
            }
            self.transmit(now, side, 0, 0, Why::InTurn);
            for n in read {
                let (least, most) = self.path.service;
                let work = self.rng.between(least, most);
                self.at(now + work, Event::Send(side, n, true));
            }
        }
        self.pump(now, side);
    }

    /// What the hosts know of each request, summed up.
    fn parts(&self) -> Parts {
        let asking = self.path.asking;
        let (to_asking, to_answering) = (self.path.leg(asking), self.path.leg(asking.other()));
        let responses: BTreeMap<usize, Mile> = self.hosts[index(asking.other())]
            .miles
            .iter()
            .filter(|mile| mile.answers && mile.n > 0)
            .map(|&mile| (mile.n, mile))
            .collect();
        let mut parts = Parts::default();
        let mut newest = 0;
        // In the order of the stream.
        for response in self.hosts[index(asking.other())].miles.iter().filter(|mile| mile.answers) {
            let behind = newest.max(response.n) - response.n;
            newest = newest.max(response.n);
            parts.out_of_order += u64::from(behind > 0);
            parts.largest_overtake = parts.largest_overtake.max(behind as u64);
        }
        for request in self.hosts[index(asking)].miles.iter().filter(|mile| !mile.answers && mile.n > 0) {
            let response = responses[&request.n];
            let (asked, _) = request.captured.expect("sent until it is captured");
            let (read, why_read) = request.delivered.expect("sent until it is delivered");
            let (answered, why_answered) = response.captured.expect("sent until it is captured");
            let (got, _) = response.delivered.expect("sent until it is delivered");
            let (sent, left) = (request.left.expect("sent"), response.left.expect("sent"));
            parts.count += 1;
            parts.latency += answered - asked;
            parts.add(why_read, read - (asked + to_answering));
            parts.peer += response.written - read;
            parts.zero_window += left - response.written;
            parts.add(why_answered, answered - (left + to_answering));
            parts.network += 2 * to_answering;
            parts.before += asked - (sent + to_asking);
            if why_answered != Why::Late {
                parts.after += got - (answered + to_asking);
            }
        }
        let Parts { retransmission, reordering, zero_window, capture, network, peer, latency, .. } = parts;
        assert_eq!(retransmission + reordering + zero_window + capture + network + peer, latency);
        parts
    }
}

impl Parts {
    fn add(&mut self, why: Why, span: i64) {
        match why {
            Why::Again => self.retransmission += span,
            Why::Overtaken => self.reordering += span,
            Why::Late => self.capture += span,
            Why::InTurn => assert_eq!(span, 0, "what comes in its turn comes in time"),
        }
    }
}
