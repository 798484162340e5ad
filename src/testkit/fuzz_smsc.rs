//! The body of the fuzz target `smsc`: arbitrary octets at arbitrary times on a few connections.

use crate::smpp::Header;
use crate::smsc::{ConnectionId, Delay, Engine, Options};
use crate::time::{Duration, Timestamp};

/// Octets that may wait to be sent on a connection: [`Engine::is_full`] says so well before, and one read is answered
/// whole.
const MOST: usize = 2 << 20;

/// Feeds a message centre.
///
/// Each step is two octets and what they say: a connection and an action, a length or a time.
///
/// # Panics
/// When more responses are sent than requests came, when what waits to be sent is not bounded, or when octets that are
/// no whole PDUs are sent.
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
    let mut responses = 0_u64;
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
                responses += u64::from(header.command_id.is_response());
                sent = &sent[length..];
            }
            assert!(sent.is_empty(), "{} octets after the last PDU", sent.len());
            if close.is_some() {
                engine.closed(ready, "fuzz", at);
                open.retain(|one| *one != ready);
            }
        }
        let counters = engine.counters();
        assert!(responses <= counters.requests, "{responses} responses to {} requests", counters.requests);
    }
}
