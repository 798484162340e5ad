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
