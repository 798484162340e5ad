//! What happens in a capture: sessions, their messages, answers, refusals, receipts and ends.

use std::net::SocketAddr;

use super::Rng;
use super::engine::Engine;
use super::tcp::Frame;
use crate::tcp::Side;

/// Nanoseconds of a microsecond.
pub const MICROS: i64 = 1_000;
/// Nanoseconds of a millisecond.
pub const MILLIS: i64 = 1_000_000;
/// Nanoseconds of a second.
pub const SECONDS: i64 = 1_000_000_000;

/// Sessions, each on its own connection, and the seed of all chance in them.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The same seed gives the same capture.
    pub seed: u64,
    /// When it begins, nanoseconds since the epoch; all other times of a plan count from here.
    pub start: i64,
    /// What each session does.
    pub sessions: Vec<Session>,
}

/// A session of an ESME that opens the connection.
#[derive(Clone, Debug)]
pub struct Session {
    /// The ESME's end.
    pub esme: SocketAddr,
    /// The message centre's end.
    pub smsc: SocketAddr,
    /// Of the bind.
    pub system_id: String,
    /// Of the bind; at most 8 characters.
    pub password: String,
    /// How it binds.
    pub bind: Bind,
    /// Status of the bind's response; other than 0, the message centre closes the connection.
    pub bind_status: u32,
    /// When the connection opens.
    pub opens_at: i64,
    /// Initial sequence numbers of the two sides; by chance if absent.
    pub initial: Option<[u32; 2]>,
    /// Largest segment.
    pub mss: usize,
    /// From the place of the capture to either end.
    pub one_way: i64,
    /// Messages that the ESME has to send.
    pub messages: u64,
    /// Mean time between them.
    pub interval: i64,
    /// Requests that the ESME lets wait for an answer.
    pub window: usize,
    /// Per mille of messages that are sent as two parts with a user data header.
    pub concatenated: u32,
    /// Per mille of messages that are another request than submit_sm: data_sm, query_sm, cancel_sm, replace_sm,
    /// submit_multi in turn.
    pub others: u32,
    /// How the message centre behaves; the last one that has begun counts.
    pub behaviour: Vec<Behaviour>,
    /// After what time the ESME gives an unanswered request up.
    pub gives_up: i64,
    /// Receipts for accepted messages.
    pub receipts: Option<Receipts>,
    /// The message centre is a gateway: it submits the messages again in the session of this number, and answers
    /// when that answered.
    pub forwards_to: Option<usize>,
    /// Between the enquire_links that either side sends.
    pub enquires: Option<i64>,
    /// Per mille of PDUs that wait up to 2 ms for others to share a segment.
    pub coalesced: u32,
    /// Per mille of segments that are cut in two to four, at any place.
    pub split: u32,
    /// Per mille of segments that are acknowledged at once rather than 40 ms later.
    pub acknowledged_at_once: u32,
    /// How it ends.
    pub ending: Ending,
    /// When it ends; if absent, 200 ms after everything is done.
    pub ends_at: Option<i64>,
}

/// How an ESME binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// To send only.
    Transmitter,
    /// To receive only.
    Receiver,
    /// Both.
    Transceiver,
}

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// unbind, its response, and the connection is closed.
    Unbind,
    /// The ESME closes the connection.
    Fin,
    /// This side aborts the connection.
    Rst(Side),
    /// Not in the capture.
    Open,
}

/// What a message centre does with requests.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// From when on.
    pub from: i64,
    /// Until the answer.
    pub latency: Latency,
    /// Statuses other than 0, each with its share per mille.
    pub refusals: Vec<(u32, u32)>,
    /// Per mille of requests answered with generic_nack.
    pub nacked: u32,
    /// Per mille of requests that are never answered.
    pub silent: u32,
}

/// A distribution of delays: most near `least`, few up to `least + spread`, a tail eight times as long.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    /// The shortest.
    pub least: i64,
    /// What chance adds at most.
    pub spread: i64,
    /// Per mille that take eight times as long.
    pub tail: u32,
}

/// Receipts for accepted messages.
#[derive(Clone, Copy, Debug)]
pub struct Receipts {
    /// Per mille of messages that ask for one.
    pub share: u32,
    /// From the answer to the receipt.
    pub delay: Latency,
    /// Number of the session that carries them.
    pub through: usize,
    /// Per mille of receipts that report a failure.
    pub failed: u32,
}

/// A PDU that a side has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Of its first octet in the side's stream.
    pub offset: u64,
    /// Its command_length.
    pub len: u64,
    /// Its command_id.
    pub command: u32,
    /// Its command_status.
    pub status: u32,
    /// Its sequence_number.
    pub sequence: u32,
}

/// The frames of a scenario as they were sent, and the PDUs in them by connection and side.
#[derive(Clone, Debug)]
pub struct Recording {
    /// In the order of time.
    pub frames: Vec<Frame>,
    /// By connection: what the opener and the accepter sent.
    pub sent: Vec<[Vec<Sent>; 2]>,
}

impl Scenario {
    /// Plays the scenario to its end.
    #[must_use]
    pub fn record(&self) -> Recording {
        let mut frames = Vec::new();
        let mut engine = Engine::new(self, true);
        engine.run(&mut |frame| {
            frames.push(frame);
            true
        });
        Recording { frames, sent: engine.into_sent() }
    }

    /// Plays the scenario without keeping anything: `sink` takes the frames in the order of time until it returns
    /// false.
    pub fn stream(&self, sink: &mut dyn FnMut(Frame) -> bool) {
        Engine::new(self, false).run(sink);
    }
}

impl Session {
    /// A transceiver on a good network that sends `messages`, gets answers in 3 to 43 ms, and unbinds.
    #[must_use]
    pub fn new(esme: SocketAddr, smsc: SocketAddr, system_id: &str, messages: u64) -> Self {
        Self {
            esme,
            smsc,
            system_id: system_id.to_owned(),
            password: "secret".to_owned(),
            bind: Bind::Transceiver,
            bind_status: 0,
            opens_at: 0,
            initial: None,
            mss: 1_448,
            one_way: 100 * MICROS,
            messages,
            interval: 20 * MILLIS,
            window: 10,
            concatenated: 0,
            others: 0,
            behaviour: vec![Behaviour::default()],
            gives_up: 10 * SECONDS,
            receipts: None,
            forwards_to: None,
            enquires: Some(30 * SECONDS),
            coalesced: 0,
            split: 0,
            acknowledged_at_once: 500,
            ending: Ending::Unbind,
            ends_at: None,
        }
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            from: 0,
            latency: Latency { least: 3 * MILLIS, spread: 40 * MILLIS, tail: 0 },
            refusals: Vec::new(),
            nacked: 0,
            silent: 0,
        }
    }
}

impl Latency {
    pub(super) fn sample(&self, rng: &mut Rng) -> i64 {
        let chance = rng.below(1_024) as i64;
        let delay = self.least + ((self.spread * chance) >> 10) * chance / 1_024 * chance / 1_024;
        if rng.chance(self.tail) { delay * 8 } else { delay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::network::Effects;
    use crate::testkit::pdu::command;
    use crate::testkit::tcp::{index, tcp_checksum};

    fn scenario(seed: u64) -> Scenario {
        let session = Session {
            concatenated: 100,
            others: 200,
            coalesced: 500,
            split: 500,
            initial: Some([u32::MAX - 3_000, 17]),
            receipts: Some(Receipts {
                share: 500,
                delay: Latency { least: 100 * MILLIS, spread: SECONDS, tail: 0 },
                through: 0,
                failed: 200,
            }),
            ..Session::new(([192, 0, 2, 1], 50_000).into(), ([192, 0, 2, 2], 2_775).into(), "esme", 200)
        };
        Scenario { seed, start: 1_795_390_000 * SECONDS, sessions: vec![session] }
    }

    /// The PDUs in the payloads of one side, put together in the order of their offsets.
    fn read(frames: &[Frame], side: Side) -> Vec<Sent> {
        let mut octets = Vec::new();
        for frame in frames.iter().filter(|frame| frame.side == side && frame.len > 0) {
            let (start, len) = (frame.offset as usize, frame.len as usize);
            octets.resize(octets.len().max(start + len), 0);
            octets[start..start + len].copy_from_slice(&frame.packet[frame.packet.len() - len..]);
        }
        let mut pdus = Vec::new();
        let mut at = 0;
        while at < octets.len() {
            let word = |n: usize| {
                let place = at + 4 * n;
                u32::from_be_bytes(octets[place..place + 4].try_into().unwrap())
            };
            let len = u64::from(word(0));
            pdus.push(Sent { offset: at as u64, len, command: word(1), status: word(2), sequence: word(3) });
            at += len as usize;
        }
        pdus
    }

    #[test]
    fn a_naive_reader_finds_in_the_segments_what_was_sent() {
        let Recording { mut frames, sent } = scenario(1).record();
        for shuffled in [false, true] {
            if shuffled {
                let effects = Effects {
                    displaced: 300,
                    displaced_by: 90 * MILLIS,
                    retransmitted: 300,
                    retransmitted_after: 50 * MILLIS,
                    duplicated: 100,
                    ..Effects::default()
                };
                let before = frames.len();
                effects.apply(&mut frames, &mut Rng::new(3));
                assert!(frames.len() > before + before / 5);
            }
            assert!(frames.is_sorted_by_key(|frame| frame.at));
            assert!(frames.iter().all(|frame| tcp_checksum(&frame.packet) == 0));
            for side in [Side::Opener, Side::Accepter] {
                assert_eq!(read(&frames, side), sent[0][index(side)], "{side:?}");
            }
        }
        let count = |id: u32| sent[0].iter().flatten().filter(|pdu| pdu.command == id).count();
        assert!(count(command::DELIVER_SM) > 30 && count(command::REPLACE_SM) > 2);
        let requests = |id: u32| (count(id), count(id | command::RESPONSE));
        for id in [command::BIND_TRANSCEIVER, command::UNBIND, command::SUBMIT_SM, command::DELIVER_SM] {
            assert_eq!(requests(id).0, requests(id).1, "{}", command::name(id));
        }
    }

    #[test]
    fn the_seed_alone_decides() {
        let packets = |seed: u64| -> Vec<_> {
            scenario(seed).record().frames.into_iter().map(|frame| (frame.at, frame.packet)).collect()
        };
        assert!(packets(1) == packets(1));
        assert!(packets(1) != packets(2));
    }

    #[test]
    fn streaming_gives_the_recorded_frames_and_stops_when_told() {
        let recorded: Vec<_> = scenario(4).record().frames.into_iter().map(|frame| frame.packet).collect();
        let mut streamed = Vec::new();
        scenario(4).stream(&mut |frame| {
            streamed.push(frame.packet);
            streamed.len() < 100
        });
        assert_eq!(streamed, recorded[..100]);
    }
}
