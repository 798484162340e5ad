//! The body of the fuzz target `smsc`: arbitrary octets at arbitrary times on a few connections.

use std::collections::HashMap;

use crate::smpp::Header;
use crate::smsc::{ConnectionId, Delay, Engine, Options};
use crate::time::{Duration, Timestamp};

/// Octets that may wait to be sent on a connection: [`Engine::is_full`] says so well before, and one read is answered
/// whole.
const MOST: usize = 2 << 20;

/// Octets of the longest PDU that is taken.
const LONGEST: usize = 0x0002_0000;

/// The body of the target: feeds a message centre.
///
/// The first octet sets options. Each step is two octets and what they say: a connection and an action (0: connect,
/// 1: time passes, 2: the peer ends, 3: it is gone, 4 with size 255: stop, else: octets come), a length or a time.
///
/// # Panics
/// When a request is answered twice or a response answers none, when what waits to be sent is not bounded, or when
/// octets that are no whole PDUs are sent.
pub fn smsc(input: &[u8]) {
    let mut options =
        Options { receipt_delay: Delay::Fixed(Duration::from_millis(500)), ..Options::default() };
    let (&setup, mut rest) = input.split_first().unwrap_or((&0, &[]));
    options.magic = setup & 1 != 0;
    options.lenient = setup & 2 != 0;
    options.mo = if setup & 4 != 0 { 5.0 } else { 0.0 };
    options.window = (setup & 8 != 0).then_some(2);
    options.rate = (setup & 16 != 0).then_some(3);
    options.latency = Delay::Fixed(Duration::from_millis(if setup & 32 != 0 { 40 } else { 0 }));
    (options.max_connections, options.max_messages) = (3, 16);
    let mut engine = Engine::new(options);
    let mut at = Timestamp::from_parts(1_800_000_000, 0);
    let mut open: Vec<ConnectionId> = Vec::new();
    let mut asked: HashMap<ConnectionId, Asked> = HashMap::new();
    while let Some((&[action, size], more)) = rest.split_first_chunk::<2>() {
        rest = more;
        let connection = open.get(usize::from(action >> 4)).copied();
        match (action & 7, connection) {
            (0, _) => open.extend(engine.connected("fuzz", at)),
            (1, _) => {
                at = at.plus(Duration::from_millis(i64::from(size) * 100));
                engine.tick(at);
            }
            (2, Some(connection)) => engine.ended(connection, at),
            (3, Some(connection)) => {
                engine.closed(connection, "fuzz", at);
                open.retain(|one| *one != connection);
            }
            (4, _) if size == 255 => engine.stop(at),
            (_, Some(connection)) => {
                let (octets, more) = rest.split_at_checked(size.into()).unwrap_or((rest, &[]));
                rest = more;
                if !engine.is_full(connection) {
                    asked.entry(connection).or_default().received(octets);
                    engine.received(connection, octets, at);
                }
            }
            _ => {}
        }
        while let Some(ready) = engine.ready() {
            let mut octets = Vec::new();
            let close = engine.take(ready, &mut octets);
            assert!(octets.len() <= MOST, "{} octets wait", octets.len());
            let mut sent = &octets[..];
            while let Some(header) = Header::parse(sent) {
                let length = usize::try_from(header.command_length).expect("32 bits");
                assert!((16..=sent.len()).contains(&length), "no whole PDU: {header:?}");
                if header.command_id.is_response() {
                    asked.entry(ready).or_default().answered(header);
                }
                sent = &sent[length..];
            }
            assert!(sent.is_empty(), "{} octets after the last PDU", sent.len());
            if close.is_some() {
                engine.closed(ready, "fuzz", at);
                open.retain(|one| *one != ready);
            }
        }
    }
}

/// What came on a connection and is not answered yet, cut into PDUs apart from the message centre.
#[derive(Default)]
pub(super) struct Asked {
    partial: Vec<u8>,
    is_lost: bool,
    /// Requests by sequence_number.
    open: HashMap<u32, u32>,
}

impl Asked {
    pub(super) fn received(&mut self, octets: &[u8]) {
        self.partial.extend_from_slice(octets);
        while !self.is_lost
            && let Some(header) = Header::parse(&self.partial)
        {
            let length = usize::try_from(header.command_length).expect("32 bits");
            // Such a length is answered, and nothing after it.
            self.is_lost = !(16..=LONGEST).contains(&length);
            if !self.is_lost && length > self.partial.len() {
                return;
            }
            if self.is_lost || !header.command_id.is_response() {
                *self.open.entry(header.sequence_number.0).or_default() += 1;
            }
            self.partial.drain(..length.min(self.partial.len()));
        }
    }

    pub(super) fn answered(&mut self, header: Header) {
        let open = self.open.get_mut(&header.sequence_number.0);
        let open = open.filter(|open| **open > 0);
        *open.unwrap_or_else(|| panic!("nobody asked for {header:?}, or it is the second answer")) -= 1;
    }
}

/// A connection on which these PDUs come, one after the other, and then ten seconds pass.
#[must_use]
pub fn script(setup: u8, pdus: &[&[u8]]) -> Vec<u8> {
    let mut script = vec![setup, 0, 0];
    for part in pdus.iter().flat_map(|pdu| pdu.chunks(255)) {
        script.extend([5, u8::try_from(part.len()).expect("at most 255")]);
        script.extend_from_slice(part);
    }
    script.extend([1, 6].repeat(2));
    script.extend([1, 100]);
    script
}
