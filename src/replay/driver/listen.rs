//! Drives a [`Player`] over TCP, on the server of the test SMSC.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration as Span;

use crate::replay::as_smsc::{Counters, Played, Player};
use crate::smsc::server::{Identity, Server};
use crate::time::Duration;

/// Where to listen, and until when.
#[derive(Debug)]
pub struct Listen {
    /// The address; port 0: one that is free.
    pub at: SocketAddr,
    /// Certificate and key; `None`: no TLS.
    pub tls: Option<Identity>,
    /// When to end, from the start.
    pub duration: Option<Duration>,
    /// Set: end now.
    pub interrupt: Arc<AtomicBool>,
}

/// Listens, and plays until everything was played, the time is over, or it is interrupted; then unbinds everybody.
/// `started` is told the address, `take` what was done, `show` ten times a second how far it is.
///
/// # Errors
/// The address cannot be listened on, or the certificate and key do not fit.
pub fn listen(
    player: Player,
    settings: Listen,
    started: &mut dyn FnMut(SocketAddr),
    take: &mut dyn FnMut(Vec<Played>),
    show: &mut dyn FnMut(&Counters),
) -> io::Result<Counters> {
    let mut server = Server::serve(player, settings.at, settings.tls)?;
    started(server.address());
    let began = server.with(|_, at| at);
    for turn in 0_u64.. {
        std::thread::sleep(Span::from_millis(20));
        let (played, counters, is_done, now) =
            server.with(|player, at| (player.played(), player.counters(), player.is_done(), at));
        if !played.is_empty() {
            take(played);
        }
        if turn % 5 == 0 {
            show(&counters);
        }
        let is_over = settings.duration.is_some_and(|duration| now.since(began) >= duration);
        if is_done || is_over || settings.interrupt.load(Ordering::Relaxed) {
            break;
        }
    }
    server.end();
    Ok(server.with(|player, _| {
        player.finish();
        take(player.played());
        player.counters()
    }))
}
