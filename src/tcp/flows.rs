//! Which connection a segment belongs to, and from which side: numbered as Wireshark numbers `tcp.stream`.

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::quality::RandomState;

use super::twins::Recent;
use super::{ConnectionNumber, Side};
use crate::decap::{Endpoint, Flags, Segment};

/// All connections that are remembered, by their pair of endpoints.
///
/// VLANs and tunnels are no part of the key: a mirror may show the two directions under different ones. Holds at
/// most `limit` connections; when full, half of them are forgotten and reported, so that the cost stays constant per
/// connection: first those that never carried an octet (scans, floods), then those silent longest.
///
/// Where a capture holds both sides of an address translation, the connection whose octets come second keeps its
/// number, but its segments count as frames of the first one.
#[derive(Debug)]
pub struct Flows {
    flows: HashMap<Key, Flow, RandomState>,
    recent: Recent,
    next: u32,
    limit: usize,
    smpp_ports: Vec<(u16, u16)>,
}

/// What [`Flows::assign`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The connection.
    pub connection: ConnectionNumber,
    /// The sender.
    pub side: Side,
    /// Whether this segment is the connection's first.
    pub is_new: bool,
    /// 0, or the number of the other pair of addresses under which it was captured.
    pub copy: u8,
}

/// Endpoints in a fixed order, so that both directions have one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    low: u128,
    high: u128,
    ports: u32,
    is_v6: bool,
}

impl Key {
    /// That of no connection: two ends that are one.
    pub(super) const NONE: Self = Self { low: 0, high: 0, ports: 0, is_v6: false };
}

#[derive(Clone, Copy, Debug)]
struct Flow {
    number: u32,
    opener_is_low: bool,
    /// Sequence number of the first segment seen from the lower and from the higher endpoint.
    first: [Option<u32>; 2],
    last_frame: u64,
    has_payload: bool,
    /// Other pairs of addresses under which it was captured.
    copies: u8,
    /// The connection that this one is a copy of, and which.
    twin: Option<Twin>,
    /// Nobody was told that it is new, because it was a copy.
    is_untold: bool,
}

#[derive(Clone, Copy, Debug)]
struct Twin {
    number: u32,
    copy: u8,
    /// Who sends there what the lower endpoint sends here.
    low: Side,
}

impl Flow {
    /// What is worth keeping sorts high.
    const fn worth(&self) -> (bool, u64) {
        (self.has_payload, self.last_frame)
    }
}

impl Flows {
    /// Connections remembered at once unless told otherwise: the most that fit 2^17 buckets.
    pub const DEFAULT_LIMIT: usize = 114_688;

    /// No connections yet; `smpp_ports` are inclusive ranges that tell the accepter of a connection seen mid-stream.
    #[must_use]
    pub fn new(limit: usize, smpp_ports: &[(u16, u16)]) -> Self {
        let (limit, smpp_ports) = (limit.max(2), smpp_ports.to_vec());
        Self { flows: HashMap::default(), recent: Recent::new(), next: 0, limit, smpp_ports }
    }

    /// Connections numbered so far.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.next
    }

    /// The connection and side of `segment`. `forgotten` is told each connection that had to make room.
    ///
    /// A SYN whose sequence number is not that side's first opens a new connection on the same endpoints (port
    /// reuse); the same SYN again is a retransmission.
    pub fn assign(&mut self, segment: &Segment<'_>, mut forgotten: impl FnMut(ConnectionNumber)) -> Assigned {
        let (key, source_is_low) = key_of(segment.source, segment.destination);
        if let Some(flow) = self.flows.get_mut(&key)
            && !reuses(segment, flow, source_is_low)
        {
            let is_first = segment.wire_len > 0 && !flow.has_payload;
            let assigned = flow.seen(segment, source_is_low);
            return self.carrying(segment, key, source_is_low, is_first, assigned);
        }
        if self.flows.len() >= self.limit && !self.flows.contains_key(&key) {
            self.forget_half(&mut forgotten);
        }
        let mut flow = Flow {
            number: self.next,
            opener_is_low: self.sender_opens(segment) == source_is_low,
            first: [None; 2],
            last_frame: segment.frame,
            has_payload: false,
            copies: 0,
            twin: None,
            is_untold: false,
        };
        self.next = self.next.saturating_add(1);
        let assigned = Assigned { is_new: true, ..flow.seen(segment, source_is_low) };
        self.flows.insert(key, flow);
        self.carrying(segment, key, source_is_low, segment.wire_len > 0, assigned)
    }

    /// Remembers a segment with octets; with the first ones of a connection it shows whether it is a copy.
    #[inline]
    fn carrying(
        &mut self,
        segment: &Segment<'_>,
        key: Key,
        source_is_low: bool,
        is_first: bool,
        assigned: Assigned,
    ) -> Assigned {
        if segment.wire_len == 0 {
            return assigned;
        }
        let assigned = if is_first { self.compare(segment, key, source_is_low, assigned) } else { assigned };
        if assigned.copy == 0 {
            self.recent.note(segment, key, assigned.side);
        }
        assigned
    }

    /// Whether the first octets of a connection were just seen under other addresses: then it is a copy.
    fn compare(
        &mut self,
        segment: &Segment<'_>,
        key: Key,
        source_is_low: bool,
        assigned: Assigned,
    ) -> Assigned {
        let Some(seen) = self.recent.twin(segment).filter(|seen| seen.key != key) else { return assigned };
        let Some(original) = self.flows.get_mut(&seen.key).filter(|flow| flow.twin.is_none()) else {
            return assigned;
        };
        original.copies = original.copies.saturating_add(1);
        let (number, copy) = (original.number, original.copies);
        let low = if source_is_low { seen.side } else { seen.side.other() };
        if let Some(flow) = self.flows.get_mut(&key) {
            flow.twin = Some(Twin { number, copy, low });
            flow.is_untold = assigned.is_new;
        }
        Assigned { connection: ConnectionNumber(number), side: seen.side, is_new: false, copy }
    }

    fn forget_half(&mut self, forgotten: &mut impl FnMut(ConnectionNumber)) {
        let mut worths: Vec<(bool, u64)> = self.flows.values().map(Flow::worth).collect();
        let middle = worths.len().wrapping_div(2);
        let (_, median, _) = worths.select_nth_unstable(middle);
        let median = *median;
        let mut gone = Vec::new();
        self.flows.retain(|_, flow| {
            let keep = flow.worth() > median;
            if !keep {
                gone.push(flow.number);
            }
            keep
        });
        // The table's order is random by design; what leaves here must not be.
        gone.sort_unstable();
        // Of a copy whose original is forgotten, what comes is its own again.
        for flow in self.flows.values_mut() {
            flow.twin = flow.twin.filter(|twin| gone.binary_search(&twin.number).is_err());
        }
        gone.into_iter().for_each(|number| forgotten(ConnectionNumber(number)));
    }

    fn sender_opens(&self, segment: &Segment<'_>) -> bool {
        if segment.flags.has(Flags::SYN) {
            return !segment.flags.has(Flags::ACK);
        }
        let is_smpp = |port: u16| self.smpp_ports.iter().any(|&(from, to)| (from..=to).contains(&port));
        let (source, destination) = (segment.source.port, segment.destination.port);
        match (is_smpp(source), is_smpp(destination)) {
            (true, false) => false,
            (false, true) => true,
            // Servers listen below the ephemeral range.
            _ => !(source < 32_768 && destination >= 32_768),
        }
    }
}

impl Flow {
    fn seen(&mut self, segment: &Segment<'_>, source_is_low: bool) -> Assigned {
        self.last_frame = segment.frame;
        self.has_payload |= segment.wire_len > 0;
        let first = match (&mut self.first, source_is_low) {
            ([low, _], true) => low,
            ([_, high], false) => high,
        };
        first.get_or_insert(segment.sequence);
        if let Some(twin) = self.twin {
            let side = if source_is_low { twin.low } else { twin.low.other() };
            return Assigned {
                connection: ConnectionNumber(twin.number),
                side,
                is_new: false,
                copy: twin.copy,
            };
        }
        let side = if source_is_low == self.opener_is_low { Side::Opener } else { Side::Accepter };
        let is_new = std::mem::take(&mut self.is_untold);
        Assigned { connection: ConnectionNumber(self.number), side, is_new, copy: 0 }
    }
}

fn reuses(segment: &Segment<'_>, flow: &Flow, source_is_low: bool) -> bool {
    if !segment.flags.has(Flags::SYN) || segment.flags.has(Flags::ACK) {
        return false;
    }
    let [low, high] = flow.first;
    let first = if source_is_low { low } else { high };
    first.is_some_and(|first| first != segment.sequence)
}

fn key_of(source: Endpoint, destination: Endpoint) -> (Key, bool) {
    let (source_ip, source_v6) = number_of(source.ip);
    let (destination_ip, destination_v6) = number_of(destination.ip);
    let source_is_low = (source_ip, source.port) <= (destination_ip, destination.port);
    let pair = |low: u16, high: u16| u32::from(low).wrapping_shl(16) | u32::from(high);
    let is_v6 = source_v6 || destination_v6;
    let key = if source_is_low {
        Key { low: source_ip, high: destination_ip, ports: pair(source.port, destination.port), is_v6 }
    } else {
        Key { low: destination_ip, high: source_ip, ports: pair(destination.port, source.port), is_v6 }
    };
    (key, source_is_low)
}

fn number_of(ip: IpAddr) -> (u128, bool) {
    match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), false),
        IpAddr::V6(ip) => (u128::from(ip), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn segment(
        source: (u8, u16),
        destination: (u8, u16),
        flags: u8,
        sequence: u32,
        frame: u64,
    ) -> Segment<'static> {
        let endpoint = |(host, port): (u8, u16)| Endpoint { ip: IpAddr::from([192, 0, 2, host]), port };
        Segment {
            frame,
            at: Timestamp::from_nanos(0),
            source: endpoint(source),
            destination: endpoint(destination),
            sequence,
            acknowledgement: 0,
            flags: Flags(flags),
            window: 0,
            ip_id: None,
            ttl: 64,
            payload: &[],
            wire_len: 0,
        }
    }

    fn assign(flows: &mut Flows, segment: &Segment<'_>) -> (u32, Side, bool) {
        let assigned = flows.assign(segment, |_| panic!("nothing is forgotten here"));
        (assigned.connection.0, assigned.side, assigned.is_new)
    }

    #[test]
    fn both_directions_are_one_connection_and_the_syn_tells_the_opener() {
        let mut flows = Flows::new(100, &[(2775, 2775)]);
        let (a, b) = ((9, 40_000), (1, 2775));
        assert_eq!(assign(&mut flows, &segment(a, b, Flags::SYN, 7, 1)), (0, Side::Opener, true));
        assert_eq!(
            assign(&mut flows, &segment(b, a, Flags::SYN | Flags::ACK, 9, 2)),
            (0, Side::Accepter, false)
        );
        assert_eq!(assign(&mut flows, &segment(a, b, Flags::ACK, 8, 3)), (0, Side::Opener, false));
        assert_eq!(assign(&mut flows, &segment((9, 40_001), b, Flags::SYN, 7, 4)), (1, Side::Opener, true));
        assert_eq!(assign(&mut flows, &segment(a, b, Flags::ACK, 8, 5)), (0, Side::Opener, false));
    }

    #[test]
    fn mid_stream_the_listening_port_tells_the_accepter() {
        let mut flows = Flows::new(100, &[(2775, 2775), (50_000, 50_010)]);
        assert_eq!(assign(&mut flows, &segment((1, 2775), (9, 40_000), Flags::ACK, 7, 1)).1, Side::Accepter);
        assert_eq!(assign(&mut flows, &segment((2, 50_001), (9, 1_999), Flags::ACK, 7, 1)).1, Side::Accepter);
        assert_eq!(assign(&mut flows, &segment((3, 8_080), (9, 40_000), Flags::ACK, 7, 1)).1, Side::Accepter);
        assert_eq!(assign(&mut flows, &segment((4, 40_000), (9, 41_000), Flags::ACK, 7, 1)).1, Side::Opener);
        let synack = segment((5, 40_000), (9, 41_000), Flags::ACK | Flags::SYN, 7, 1);
        assert_eq!(assign(&mut flows, &synack).1, Side::Accepter);
    }

    #[test]
    fn a_syn_with_another_sequence_number_opens_a_new_connection_and_a_repeated_one_does_not() {
        let mut flows = Flows::new(100, &[]);
        let (a, b) = ((9, 40_000), (1, 2775));
        assert_eq!(assign(&mut flows, &segment(a, b, Flags::SYN, 7, 1)).0, 0);
        assert_eq!(assign(&mut flows, &segment(a, b, Flags::SYN, 7, 2)).0, 0);
        assert_eq!(assign(&mut flows, &segment(a, b, Flags::SYN, 70_000, 3)), (1, Side::Opener, true));
        assert_eq!(assign(&mut flows, &segment(b, a, Flags::ACK, 1, 4)), (1, Side::Accepter, false));
    }

    #[test]
    fn a_flood_of_empty_connections_drives_out_none_that_carried_octets() {
        let mut flows = Flows::new(10, &[]);
        let talk = Segment { wire_len: 5, ..segment((9, 50_000), (1, 2775), Flags::ACK, 7, 1) };
        let first = flows.assign(&talk, |_| ());
        for port in 0..1_000_u16 {
            let syn = segment((8, 10_000 + port), (1, 2775), Flags::SYN, 7, u64::from(port) + 2);
            flows.assign(&syn, |gone| assert_ne!(gone, first.connection));
        }
        assert_eq!(flows.assign(&talk, |_| ()).connection, first.connection);
    }

    #[test]
    fn a_full_table_forgets_the_silent_half_and_says_which() {
        let mut flows = Flows::new(10, &[]);
        let mut gone = Vec::new();
        for port in 0..11_u16 {
            let segment = segment((9, 40_000 + port), (1, 2775), Flags::SYN, 7, u64::from(port) + 1);
            flows.assign(&segment, |number| gone.push(number.0));
        }
        assert_eq!(gone, [0, 1, 2, 3, 4, 5]);
        assert_eq!(flows.count(), 11);
        let again = flows.assign(&segment((9, 40_000), (1, 2775), Flags::ACK, 8, 20), |_| ());
        assert_eq!((again.connection.0, again.is_new), (11, true));
    }

    /// A segment with octets between two endpoints given as above, `at` microseconds.
    fn octets(source: (u8, u16), destination: (u8, u16), numbers: (u32, u32), at: i64) -> Segment<'static> {
        Segment {
            at: Timestamp::from_nanos(at * 1_000),
            acknowledgement: numbers.1,
            payload: b"octets that are the same",
            wire_len: 24,
            ..segment(source, destination, Flags::ACK, numbers.0, 1)
        }
    }

    /// The same, a router further on.
    fn hop(segment: Segment<'static>) -> Segment<'static> {
        Segment { ttl: segment.ttl - 1, ..segment }
    }

    #[test]
    fn both_sides_of_a_translation_are_one_connection() {
        let mut flows = Flows::new(100, &[(2775, 2775)]);
        let (pod, host, smsc) = ((9, 40_000), (5, 61_000), (1, 2775));
        let mut push = |segment: &Segment<'_>| {
            let got = flows.assign(segment, |_| panic!("nothing is forgotten here"));
            (got.connection.0, got.side, got.is_new, got.copy)
        };
        // The handshake is seen on both sides, so both are numbered.
        assert_eq!(push(&segment(pod, smsc, Flags::SYN, 7, 1)), (0, Side::Opener, true, 0));
        assert_eq!(push(&segment(host, smsc, Flags::SYN, 7, 2)), (1, Side::Opener, true, 0));
        // With the first octets the second one is known as a copy.
        assert_eq!(push(&octets(pod, smsc, (8, 9), 0)), (0, Side::Opener, false, 0));
        assert_eq!(push(&hop(octets(host, smsc, (8, 9), 30))), (0, Side::Opener, false, 1));
        assert_eq!(push(&octets(smsc, host, (9, 32), 900)), (0, Side::Accepter, false, 1));
        assert_eq!(push(&octets(smsc, pod, (9, 32), 910)), (0, Side::Accepter, false, 0));
        // A third pair of addresses is another copy; another connection is none.
        assert_eq!(push(&octets((6, 61_000), smsc, (32, 33), 2_000)), (2, Side::Opener, true, 0));
        assert_eq!(push(&octets(pod, (2, 2775), (8, 9), 90_000)), (3, Side::Opener, true, 0));
    }

    #[test]
    fn equal_numbers_long_after_are_no_copy_and_a_copy_outlives_its_original() {
        let mut flows = Flows::new(100, &[(2775, 2775)]);
        let first = flows.assign(&octets((9, 40_000), (1, 2775), (8, 9), 0), |_| ());
        let later = flows.assign(&octets((5, 40_000), (1, 2775), (8, 9), 50_001), |_| ());
        assert_ne!(first.connection, later.connection);
        // Nor are those that crossed no router.
        let other = flows.assign(&octets((6, 40_000), (1, 2775), (8, 9), 50_100), |_| ());
        assert!(other.connection > later.connection);
        let copy = flows.assign(&hop(octets((6, 40_001), (1, 2775), (8, 9), 50_100)), |_| ());
        assert_eq!((copy.connection, copy.copy), (later.connection, 1));
        // Whatever is forgotten, no segment goes to a connection that is.
        let mut flows = Flows::new(4, &[(2775, 2775)]);
        flows.assign(&octets((9, 40_000), (1, 2775), (8, 9), 0), |_| ());
        flows.assign(&hop(Segment { frame: 9, ..octets((5, 40_000), (1, 2775), (8, 9), 9) }), |_| ());
        let mut gone = Vec::new();
        for port in 0..3 {
            let other = Segment { frame: 5, ..octets((7, 50_000 + port), (1, 2775), (70, 71), 90_000) };
            flows.assign(&other, |number| gone.push(number));
        }
        assert!(gone.contains(&ConnectionNumber(0)));
        let copy = flows.assign(&octets((5, 40_000), (1, 2775), (32, 33), 99_000), |_| ());
        assert!(!gone.contains(&copy.connection) && copy.is_new, "{copy:?} {gone:?}");
    }
}
