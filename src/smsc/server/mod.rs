//! Drives an [`Engine`], or another [`Machine`], over TCP and TLS: the only part with sockets, a clock and threads.
//!
//! ```no_run
//! use smpp_inspect::smsc::server::{Server, Settings};
//!
//! let server = Server::start(Settings::default()).unwrap();
//! println!("bind to {}", server.address());
//! // … the code under test …
//! let counters = server.stop();
//! assert_eq!(counters.violations, 0);
//! ```

mod clock;
mod connection;
mod machine;
mod tls;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration as Span;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

pub(crate) use clock::Clock;
pub use machine::Machine;
pub use tls::Identity;

use super::{Close, ConnectionId, Counters, Engine, Event, Options};
use crate::time::Timestamp;

/// How long an end in good order may take.
const STOP: Span = Span::from_secs(3);

/// Where to listen, and who is told what.
pub struct Settings {
    /// What the message centre does.
    pub options: Options,
    /// Where it listens; port 0: one that is free.
    pub listen: SocketAddr,
    /// Certificate and key; `None`: no TLS.
    pub tls: Option<Identity>,
    /// ESMEs to which a connection is opened at once, to send them an outbind.
    pub outbind: Vec<SocketAddr>,
    /// Is told everything that happens.
    pub log: Option<Box<dyn FnMut(Vec<Event>) + Send>>,
    /// Sees all octets as they come and go.
    pub tap: Option<Box<dyn Tap>>,
    /// Threads.
    pub threads: usize,
}

impl Default for Settings {
    /// A free port of 127.0.0.1.
    fn default() -> Self {
        Self {
            options: Options::default(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            outbind: Vec::new(),
            log: None,
            tap: None,
            threads: 2,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("options", &self.options)
            .field("listen", &self.listen)
            .field("outbind", &self.outbind)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// Sees the octets of all connections in the order in which they came and went: with TLS, those on the wire.
pub trait Tap: Send {
    /// A connection was opened, by `opener`.
    fn opened(&mut self, connection: ConnectionId, opener: SocketAddr, accepter: SocketAddr, at: Timestamp);
    /// Octets came from the opener, or went to it.
    fn octets(&mut self, connection: ConnectionId, from_opener: bool, octets: &[u8], at: Timestamp);
    /// A side sends nothing more.
    fn finished(&mut self, connection: ConnectionId, by_opener: bool, at: Timestamp);
    /// The connection is gone; `reset`: without notice.
    fn closed(&mut self, connection: ConnectionId, reset: bool, at: Timestamp);
    /// A line of the TLS key log.
    fn secret(&mut self, line: &str);
}

/// A message centre at work. Dropped, it ends at once; [`stop`](Self::stop) unbinds everybody first.
#[derive(Debug)]
pub struct Server<M = Engine> {
    address: SocketAddr,
    shared: Arc<Shared<M>>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Listens and serves, on threads of its own, until stopped.
    ///
    /// # Errors
    /// The address cannot be listened on, an ESME to send an outbind to cannot be reached, or the certificate and
    /// key do not fit.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let mut engine = Engine::new(settings.options);
        if settings.log.is_some() {
            engine.keep_events();
        }
        let server = Self::listen(
            engine,
            settings.listen,
            settings.tls,
            settings.log,
            settings.tap,
            settings.threads,
        )?;
        let Some(runtime) = &server.runtime else { return Ok(server) };
        for esme in settings.outbind {
            let stream = runtime
                .block_on(TcpStream::connect(esme))
                .map_err(|error| io::Error::new(error.kind(), format!("outbind to {esme}: {error}")))?;
            runtime.block_on(async { connection::outbind(&server.shared, stream) })?;
        }
        Ok(server)
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.lock().engine.counters()
    }

    /// Unbinds everybody, waits for the answers (3 s at most) and ends.
    #[must_use]
    pub fn stop(mut self) -> Counters {
        self.end();
        self.counters()
    }
}

impl<M: Machine> Server<M> {
    /// Listens and has another machine serve, on two threads of its own, until it is stopped; without `tls`, it speaks none.
    ///
    /// # Errors
    /// The address cannot be listened on, or the certificate and key do not fit.
    pub fn serve(machine: M, listen: SocketAddr, tls: Option<Identity>) -> io::Result<Self> {
        Self::listen(machine, listen, tls, None, None, 2)
    }

    fn listen(
        engine: M,
        listen: SocketAddr,
        identity: Option<Identity>,
        log: Option<Box<dyn FnMut(Vec<Event>) + Send>>,
        tap: Option<Box<dyn Tap>>,
        threads: usize,
    ) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(threads.max(1)).enable_all().build()?;
        let is_tapped = tap.is_some();
        let shared = Arc::new(Shared {
            state: Mutex::new(State { engine, notifies: HashMap::default(), log, tap, armed: None }),
            timer: Notify::new(),
            idle: Notify::new(),
            clock: Clock::new(),
            is_tapped,
        });
        let acceptor = identity.map(|identity| tls::acceptor(identity, &shared)).transpose()?;
        let listener = runtime.block_on(TcpListener::bind(listen))?;
        let address = listener.local_addr()?;
        runtime.spawn(accept(Arc::clone(&shared), listener, acceptor));
        runtime.spawn(keep_time(Arc::clone(&shared)));
        Ok(Self { address, shared, runtime: Some(runtime) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has the machine do something, or tell something, at the server's time; what it wants then is seen to.
    pub fn with<R>(&self, act: impl FnOnce(&mut M, Timestamp) -> R) -> R {
        self.shared.with(None, act)
    }

    /// Unbinds everybody, waits for the answers (3 s at most) and ends; the machine can still be asked.
    pub fn end(&mut self) {
        self.shared.with(None, |engine, at| engine.stop(at));
        if let Some(runtime) = self.runtime.take() {
            let shared = &self.shared;
            runtime.block_on(async {
                let ended = async {
                    while !shared.lock().engine.is_idle() {
                        let _ = tokio::time::timeout(Span::from_millis(20), shared.idle.notified()).await;
                    }
                };
                let _ = tokio::time::timeout(STOP, ended).await;
            });
            runtime.shutdown_timeout(Span::from_millis(200));
        }
    }
}

impl<M> Drop for Server<M> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What the tasks share.
struct Shared<M> {
    state: Mutex<State<M>>,
    /// The engine has something to do earlier than was known.
    timer: Notify,
    /// A connection is gone.
    idle: Notify,
    clock: Clock,
    is_tapped: bool,
}

impl<M> fmt::Debug for Shared<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

struct State<M> {
    engine: M,
    notifies: HashMap<ConnectionId, Arc<Notify>, foldhash::fast::RandomState>,
    log: Option<Box<dyn FnMut(Vec<Event>) + Send>>,
    tap: Option<Box<dyn Tap>>,
    /// When the task that keeps time wakes.
    armed: Option<Timestamp>,
}

impl<M: Machine> Shared<M> {
    fn lock(&self) -> MutexGuard<'_, State<M>> {
        // The engine does not panic; were it poisoned, the counters would still be worth having.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the engine do something, and wakes those who have something to do then; `own` looks for itself.
    fn with<R>(&self, own: Option<ConnectionId>, act: impl FnOnce(&mut M, Timestamp) -> R) -> R {
        let mut state = self.lock();
        let at = self.clock.now();
        let result = act(&mut state.engine, at);
        self.settle(&mut state, own);
        result
    }

    /// As [`with`](Self::with), then takes what is to be sent on `own`.
    fn with_own(
        &self,
        own: ConnectionId,
        into: &mut Vec<u8>,
        act: impl FnOnce(&mut M, Timestamp),
    ) -> (Option<Close>, bool) {
        let mut state = self.lock();
        let at = self.clock.now();
        act(&mut state.engine, at);
        self.settle(&mut state, Some(own));
        let close = state.engine.take(own, into);
        (close, state.engine.is_full(own))
    }

    fn settle(&self, state: &mut State<M>, own: Option<ConnectionId>) {
        while let Some(ready) = state.engine.ready() {
            if Some(ready) != own
                && let Some(notify) = state.notifies.get(&ready)
            {
                notify.notify_one();
            }
        }
        let next = state.engine.timeout();
        if next.is_some_and(|next| state.armed.is_none_or(|armed| next < armed)) {
            state.armed = next;
            self.timer.notify_one();
        }
        if let Some(log) = &mut state.log {
            let events = state.engine.events();
            if !events.is_empty() {
                log(events);
            }
        }
    }

    /// Shows the tap something.
    fn tap(&self, show: impl FnOnce(&mut dyn Tap, Timestamp)) {
        if self.is_tapped {
            let mut state = self.lock();
            let at = self.clock.now();
            if let Some(tap) = &mut state.tap {
                show(&mut **tap, at);
            }
        }
    }
}

/// Takes connections as they come.
async fn accept<M: Machine>(shared: Arc<Shared<M>>, listener: TcpListener, acceptor: Option<tls::Acceptor>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => connection::accepted(&shared, stream, peer, acceptor.clone()),
            // Out of file descriptors, or the peer went away again: neither is the end.
            Err(_) => tokio::time::sleep(Span::from_millis(20)).await,
        }
    }
}

/// Tells the engine when something is due.
async fn keep_time<M: Machine>(shared: Arc<Shared<M>>) {
    loop {
        let wait = {
            let mut state = shared.lock();
            let next = state.engine.timeout();
            state.armed = next;
            next.map(|next| {
                Span::from_nanos(u64::try_from(next.since(shared.clock.now()).nanos()).unwrap_or(0))
            })
        };
        match wait {
            Some(wait) if wait.is_zero() => {}
            Some(wait) => {
                let _ = tokio::time::timeout(wait, shared.timer.notified()).await;
            }
            None => shared.timer.notified().await,
        }
        shared.with(None, M::tick);
        // Those who were woken go first.
        tokio::task::yield_now().await;
    }
}
