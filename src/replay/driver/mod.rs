//! Drives an [`Engine`] over TCP and TLS: the only part with sockets and a clock. It connects to addresses of a
//! [`Cleared`] and to nothing else.

mod alarm;
mod listen;
mod tls;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration as Span;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Notify, mpsc};

pub use listen::{Listen, listen};
pub use tls::{Tls, Trust};

use alarm::Alarm;

use super::engine::{Close, Counters, Engine, Exchange, Failure, LinkId, Options};
use super::plan::Planned;
use super::safety::Cleared;
use crate::num;
use crate::smsc::server::Clock;
use crate::time::{Duration, Timestamp};

/// Octets that are read at once.
const READ: usize = 64 << 10;

/// How long a peer may take to read what is sent, and to close after us.
const WRITE: Span = Span::from_secs(30);
const LINGER: Span = Span::from_millis(500);

/// Requests that go to the engine at once.
pub type Batch = Vec<Planned>;

/// Where the requests come from.
pub type Source = mpsc::Receiver<Batch>;

/// A way for requests, with room for so many batches.
#[must_use]
pub fn channel(batches: usize) -> (mpsc::Sender<Batch>, Source) {
    mpsc::channel(batches.max(1))
}

/// Where permits come from, one for each request.
pub type Steps = mpsc::UnboundedReceiver<()>;

/// A way for permits.
#[must_use]
pub fn steps() -> (mpsc::UnboundedSender<()>, Steps) {
    mpsc::unbounded_channel()
}

/// What a run is told.
#[derive(Debug)]
pub struct Settings {
    /// What the engine does; its names of message centres and its cap are those of `target`, whatever stands here.
    pub options: Options,
    /// Where to connect.
    pub target: Cleared,
    /// Whether to speak TLS, and how.
    pub tls: Option<Tls>,
    /// Set from outside when the run shall end.
    pub interrupt: Arc<AtomicBool>,
    /// One for each request that may go, where each waits for that.
    pub steps: Option<Steps>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What happened.
    pub counters: Counters,
    /// Why it could not go on.
    pub failure: Option<(LinkId, Failure)>,
    /// From when the first request was due to when the last one was sent.
    pub lasted: Option<Duration>,
}

/// Sends what comes from `source`, tells `take` what became of it, and ends when all is said. `show` is told ten times a
/// second how far it is.
///
/// # Errors
/// There is no runtime for it.
pub fn run(
    settings: Settings,
    source: Source,
    take: &mut dyn FnMut(Vec<Exchange>),
    show: &mut dyn FnMut(&Counters),
) -> io::Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let clock = Clock::new();
    let target = &settings.target;
    let options = Options {
        expect: target.expect().map(str::to_owned),
        forbidden: target.forbidden().to_vec(),
        rate_cap: match (target.rate_cap(), settings.options.rate_cap) {
            (Some(cap), Some(asked)) => Some(cap.min(asked)),
            (cap, asked) => cap.or(asked),
        },
        ..settings.options
    };
    let current = options.links.iter().map(|_| AtomicU64::new(0)).collect();
    let notifies = options.links.iter().map(|_| Arc::new(Notify::new())).collect();
    let shared = Arc::new(Shared {
        engine: Mutex::new(Engine::new(options, clock.now())),
        notifies,
        current,
        alarm: Alarm::default(),
        room: Notify::new(),
        done: Notify::new(),
        clock,
        target: settings.target,
        tls: settings.tls,
    });
    let (keeper, handle) = (Arc::clone(&shared), runtime.handle().clone());
    let keeper =
        std::thread::Builder::new().name("clock".to_owned()).spawn(move || keeper.keep_time(&handle))?;
    runtime.block_on(async {
        shared.with(|_, _| {});
        tokio::spawn(Arc::clone(&shared).feed(source));
        if let Some(steps) = settings.steps {
            tokio::spawn(Arc::clone(&shared).step(steps));
        }
        let mut shown = Span::ZERO;
        let mut stopped = false;
        loop {
            let _ = tokio::time::timeout(Span::from_millis(20), shared.done.notified()).await;
            let (exchanges, counters, is_done) = {
                let mut engine = shared.lock();
                (engine.exchanges(), engine.counters(), engine.is_done())
            };
            if !exchanges.is_empty() {
                take(exchanges);
            }
            shown = shown.saturating_add(Span::from_millis(20));
            if shown >= Span::from_millis(100) {
                shown = Span::ZERO;
                show(&counters);
            }
            if is_done {
                break;
            }
            if !stopped && settings.interrupt.load(Ordering::Relaxed) {
                stopped = true;
                shared.with(Engine::stop);
            }
        }
        // Octets said last, such as an unbind, are still written.
        tokio::time::sleep(Span::from_millis(10)).await;
    });
    let (rest, outcome) = {
        let mut engine = shared.lock();
        let lasted = engine.sent_for();
        let failure = engine.failure().cloned();
        (engine.exchanges(), Outcome { counters: engine.counters(), failure, lasted })
    };
    if !rest.is_empty() {
        take(rest);
    }
    shared.alarm.end();
    // It does not panic; were it to, everything is told by now.
    let _ = keeper.join();
    runtime.shutdown_timeout(Span::from_millis(200));
    Ok(outcome)
}

struct Shared {
    engine: Mutex<Engine>,
    notifies: Vec<Arc<Notify>>,
    /// Which connection of each session is the one in use.
    current: Vec<AtomicU64>,
    alarm: Alarm,
    room: Notify,
    done: Notify,
    clock: Clock,
    target: Cleared,
    tls: Option<Tls>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Engine> {
        // The engine does not panic; were it poisoned, the counters would still be worth having.
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the engine do something, and sees to what it wants then.
    fn with<R>(self: &Arc<Self>, act: impl FnOnce(&mut Engine, Timestamp) -> R) -> R {
        let mut engine = self.lock();
        let result = act(&mut engine, self.clock.now());
        self.settle(&mut engine);
        result
    }

    fn settle(self: &Arc<Self>, engine: &mut Engine) {
        while let Some(link) = engine.connect() {
            tokio::spawn(Arc::clone(self).serve(link));
        }
        while let Some(ready) = engine.ready() {
            if let Some(notify) = self.notifies.get(num::index(ready)) {
                notify.notify_one();
            }
        }
        self.alarm.set(engine.timeout());
        if engine.wants() {
            self.room.notify_one();
        }
        if engine.is_done() {
            self.done.notify_one();
        }
    }

    fn take(self: &Arc<Self>, link: LinkId, into: &mut Vec<u8>) -> Option<Close> {
        let mut engine = self.lock();
        let close = engine.take(link, into);
        self.settle(&mut engine);
        close
    }

    /// Hands requests over as long as there is room for them.
    async fn feed(self: Arc<Self>, mut source: Source) {
        while let Some(batch) = source.recv().await {
            loop {
                if self.lock().wants() {
                    break;
                }
                self.room.notified().await;
            }
            let is_closed = self.with(|engine, at| {
                engine.feed(batch, at);
                engine.is_closed_to_requests()
            });
            if is_closed {
                break;
            }
        }
        self.with(Engine::fed_all);
    }

    async fn step(self: Arc<Self>, mut steps: mpsc::UnboundedReceiver<()>) {
        while steps.recv().await.is_some() {
            self.with(Engine::step);
        }
        self.with(Engine::no_more_steps);
    }

    /// Tells the engine when something is due, until all is over.
    fn keep_time(self: Arc<Self>, runtime: &Handle) {
        // For the connections that the engine wants then.
        let _runtime = runtime.enter();
        loop {
            let due = self.lock().timeout();
            let wait = due.map_or(Duration::ZERO, |due| due.since(self.clock.now()));
            if due.is_some() && wait <= Duration::ZERO {
                self.with(Engine::tick);
            } else if !self.alarm.sleep(due, Span::from_nanos(u64::try_from(wait.nanos()).unwrap_or(0))) {
                return;
            }
        }
    }

    /// Connects a session and serves its connection until it is gone.
    async fn serve(self: Arc<Self>, link: LinkId) {
        let mut last = None;
        let mut stream = None;
        for address in self.target.addresses() {
            match tokio::time::timeout(Span::from_secs(5), TcpStream::connect(address)).await {
                Ok(Ok(connected)) => {
                    stream = Some(connected);
                    break;
                }
                Ok(Err(error)) => last = Some(format!("{address}: {error}")),
                Err(_) => last = Some(format!("{address}: no connection in 5 s")),
            }
        }
        let Some(stream) = stream else {
            let why = last.unwrap_or_default();
            return self.with(|engine, at| engine.unreachable(link, &why, at));
        };
        // Requests are small, and their time matters.
        let _ = stream.set_nodelay(true);
        match &self.tls {
            None => self.exchange(link, stream).await,
            Some(tls) => {
                let shaking = tls.connector.connect(tls.name.clone(), stream);
                match tokio::time::timeout(Span::from_secs(5), shaking).await {
                    Ok(Ok(stream)) => self.exchange(link, stream).await,
                    Ok(Err(error)) => {
                        let why = format!("TLS: {error}");
                        self.with(|engine, at| engine.unreachable(link, &why, at));
                    }
                    Err(_) => {
                        self.with(|engine, at| engine.unreachable(link, "TLS: no handshake in 5 s", at))
                    }
                }
            }
        }
    }

    async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(self: &Arc<Self>, link: LinkId, stream: S) {
        let Some(notify) = self.notifies.get(num::index(link)).map(Arc::clone) else { return };
        if !self.with(|engine, at| engine.connected(link, at)) {
            return;
        }
        let Some(current) = self.current.get(num::index(link)) else { return };
        let own = current.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        // Whether the session still has this connection and no other.
        let is_own = || current.load(Ordering::Relaxed) == own;
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut input = vec![0; READ];
        let mut output = Vec::new();
        while is_own() {
            output.clear();
            let close = self.take(link, &mut output);
            if close == Some(Close::Reset) {
                return;
            }
            if !output.is_empty() {
                let write = async {
                    writer.write_all(&output).await?;
                    writer.flush().await
                };
                // A peer may not read before somebody reads what it writes.
                let both = async {
                    tokio::pin!(write);
                    loop {
                        tokio::select! {
                            biased;
                            written = &mut write => return written.is_ok(),
                            read = reader.read(&mut input), if close.is_none() => {
                                if !(is_own() && self.read(link, read, &input)) {
                                    return false;
                                }
                            }
                        }
                    }
                };
                if !matches!(tokio::time::timeout(WRITE, both).await, Ok(true)) {
                    if close.is_none() && is_own() {
                        self.with(|engine, at| engine.closed(link, at));
                    }
                    return;
                }
                // The rest of what is due may have come in the meantime.
                if close.is_none() && output.len() >= READ {
                    tokio::task::yield_now().await;
                }
            }
            if close.is_some() {
                let ended = async {
                    writer.shutdown().await?;
                    while reader.read(&mut input).await? > 0 {}
                    io::Result::Ok(())
                };
                let _ = tokio::time::timeout(LINGER, ended).await;
                return;
            }
            tokio::select! {
                read = reader.read(&mut input) => if !(is_own() && self.read(link, read, &input)) {
                    return;
                },
                () = notify.notified() => {}
            }
        }
    }

    /// What was read goes to the engine; false where the connection is at its end, which the engine is told.
    fn read(self: &Arc<Self>, link: LinkId, read: io::Result<usize>, input: &[u8]) -> bool {
        match read {
            Ok(0) | Err(_) => {
                self.with(|engine, at| engine.closed(link, at));
                false
            }
            Ok(count) => {
                let octets = input.get(..count).unwrap_or_default();
                self.with(|engine, at| engine.received(link, octets, at));
                true
            }
        }
    }
}
