//! `smpp-inspect smsc`: a test SMSC.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration as Span, Instant};

use clap::Args;

use super::identity::Certificate;
use super::interrupt::Interrupt;
use super::recorded::Recorded;
use super::{DONE, Failure, complain, unless_closed};
use crate::extract::{Conversation, Party, Writer};
use crate::smpp::{CommandStatus, Version};
use crate::smsc::server::{Server, Settings, Tap};
use crate::smsc::{
    Account, ConnectionId, Delay, Event, Faults, FinalState, IdNotation, Mix, Options, Recording, span,
};
use crate::time::{Duration, Timestamp};
use crate::view;

/// Run a test SMSC that accepts binds, answers every request and sends receipts
#[derive(Debug, Args)]
#[command(
    after_help = "Spans: 250us, 20ms, 1.5s, 2m. DELAY: a span, 10ms..50ms, exp:20ms, or p50:20ms,p99:200ms.\n\nExamples:\n  \
                        smpp-inspect smsc\n  smpp-inspect smsc --account acme:secret --latency 10ms..50ms --rate 100\n  \
                        smpp-inspect smsc --states UNDELIV=5,EXPIRED=1 --receipt-delay exp:2s --capture out.pcapng\n  \
                        smpp-inspect smsc --fault split,duplicate=1"
)]
pub(super) struct Arguments {
    /// Where to listen; port 0: one that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:2775")]
    listen: SocketAddr,
    /// Who may bind, may be given several times [default: everybody]
    #[arg(long, value_name = "ID:PASSWORD")]
    account: Vec<Account>,
    /// What it calls itself
    #[arg(long, value_name = "ID", default_value = "smpp-inspect")]
    system_id: String,
    /// The highest version that it speaks
    #[arg(long, value_name = "VERSION", default_value = "5.0", value_parser = version)]
    version: Version,
    /// Accept requests that break only rules of severity warning
    #[arg(long)]
    lenient: bool,
    /// How message ids are written: padded (10 digits), decimal, hex, hex-padded or uuid; in 3.3 always hex-padded
    #[arg(long, value_name = "NOTATION", default_value = "padded")]
    ids: IdNotation,
    /// How receipts write them [default: as --ids]
    #[arg(long, value_name = "NOTATION")]
    receipt_ids: Option<IdNotation>,
    /// The number of the first message
    #[arg(long, value_name = "N", default_value_t = 1)]
    first_id: u64,
    /// How long requests about messages wait for their response
    #[arg(long, value_name = "DELAY", default_value = "0")]
    latency: Delay,
    /// Statuses for a share of the submissions, in percent: RSUBMITFAIL=2,0x58=0.5
    #[arg(long, value_name = "STATUS=PERCENT,...", default_value = "", hide_default_value = true)]
    errors: Mix<CommandStatus>,
    /// Final states by share, in percent; the rest is delivered: UNDELIV=5,EXPIRED=1
    #[arg(long, value_name = "STATE=PERCENT,...", default_value = "", hide_default_value = true)]
    states: Mix<FinalState>,
    /// How long after its response a message is final, and its receipt sent if one was asked for
    #[arg(long, value_name = "DELAY", default_value = "1s")]
    receipt_delay: Delay,
    /// Submissions a second of a session; more are answered ESME_RTHROTTLED
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Requests of a session that may wait for their response; more are answered ESME_RMSGQFUL
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    window: Option<u32>,
    /// Deliveries to a session that may wait for their response
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    deliver_window: u32,
    /// Destinations with a meaning: 111 is answered after 10 s, 222 never, 333 ESME_RSUBMITFAIL, 444 ESME_RTHROTTLED,
    /// 555 ESME_RMSGQFUL, 666 accepted, then undeliverable
    #[arg(long)]
    magic: bool,
    /// Messages a second that mobiles send, over all sessions that receive
    #[arg(long, value_name = "N[/s]", value_parser = rate)]
    mo: Option<f64>,
    /// The number that they send to
    #[arg(long, value_name = "NUMBER", default_value = "80123", requires = "mo")]
    mo_to: String,
    /// Silence after which a session is sent enquire_link; 0: never
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = span)]
    enquire_link: Duration,
    /// How long the ESME may take to answer; then deliveries are sent again, and after enquire_link the connection ends
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = span)]
    response_timeout: Duration,
    /// How long a connection may be without a bind
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = span)]
    bind_timeout: Duration,
    /// Connect to this ESME and send it an outbind, may be given several times
    #[arg(long, value_name = "ADDRESS:PORT")]
    outbind: Vec<SocketAddr>,
    /// system_id and password of the outbind [default: --system-id, without a password]
    #[arg(long, value_name = "ID:PASSWORD", requires = "outbind")]
    outbind_as: Option<Account>,
    #[command(flatten)]
    recorded: Recorded,
    /// Misbehave once bound, always or in a share of the PDUs: split, coalesce, silence, rst, half-close,
    /// wrong-sequence, duplicate, late, garbage, slow
    #[arg(long, value_name = "FAULT[=PERCENT],...")]
    fault: Option<Faults>,
    #[command(flatten)]
    certificate: Certificate,
    /// Write what came and went as pcapng; with TLS, its secrets as well
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
    /// Write what happened as NDJSON; - is standard output
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Overwrite --capture and --log
    #[arg(long)]
    force: bool,
    /// Connections at a time; more are refused
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    max_connections: usize,
    /// Messages kept; the oldest final ones make way, without any the answer is ESME_RMSGQFUL
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    max_messages: usize,
    /// Where the random numbers begin
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// End after this long [default: at Ctrl-C]
    #[arg(long, value_name = "SPAN", value_parser = span)]
    duration: Option<Duration>,
    /// Nothing on standard error but errors
    #[arg(short, long)]
    quiet: bool,
}

impl Arguments {
    /// Serves until interrupted, or for the time given.
    pub(super) fn run(self) -> Result<u8, Failure> {
        let interrupt = Interrupt::listen().map_err(|error| Failure::new("smsc", error))?;
        let recording = self.recorded.read(&interrupt, self.quiet)?;
        let capture = match &self.capture {
            Some(path) => {
                let file = create(path, self.force)?;
                let writer = Writer::new(BufWriter::new(file)).map_err(|error| unwritable(path, &error))?;
                Some(Arc::new(Mutex::new(Capture { writer, conversations: HashMap::new(), failure: None })))
            }
            None => None,
        };
        let log = match &self.log {
            Some(path) if path.as_os_str() == "-" => Some(Log::new(Box::new(io::stdout()))),
            Some(path) => Some(Log::new(Box::new(create(path, self.force)?))),
            None => None,
        };
        let settings = Settings {
            tls: self.certificate.identity()?,
            listen: self.listen,
            outbind: self.outbind.clone(),
            log: log.clone().map(|log| {
                let write: Box<dyn FnMut(Vec<Event>) + Send> = Box::new(move |events| log.write(&events));
                write
            }),
            tap: capture.clone().map(|capture| {
                let tap: Box<dyn Tap> = Box::new(capture);
                tap
            }),
            threads: 2,
            options: self.options(recording),
        };
        let server = Server::start(settings).map_err(|error| Failure::new(self.listen, error))?;
        if !self.quiet {
            complain(&format!("listening on {}", server.address()));
        }
        self.serve(&server, &interrupt, capture.as_ref(), log.as_ref());
        let counters = server.stop();
        // Standard output is the log's where it is asked for.
        let mut out: Box<dyn Write> = if self.log.as_deref() == Some(Path::new("-")) {
            Box::new(io::stderr())
        } else {
            Box::new(io::stdout())
        };
        let summary = view::smsc::write_summary(&counters, &mut out);
        unless_closed(summary).map_err(|error| Failure::new("summary", error))?;
        for (path, failure) in [
            (&self.capture, capture.and_then(|capture| lock(&capture).finish())),
            (&self.log, log.and_then(|log| log.finish())),
        ] {
            if let (Some(path), Some(error)) = (path, failure) {
                return Err(unwritable(path, &error));
            }
        }
        Ok(interrupt.status().unwrap_or(DONE))
    }

    /// A line each second until the end.
    fn serve(
        &self,
        server: &Server,
        interrupt: &Interrupt,
        capture: Option<&Arc<Mutex<Capture>>>,
        log: Option<&Log>,
    ) {
        let flag = interrupt.flag();
        let limit = self.duration.map(|span| Span::from_nanos(u64::try_from(span.nanos()).unwrap_or(0)));
        #[expect(clippy::disallowed_methods, reason = "the line each second, and the end that was asked for")]
        let began = Instant::now();
        let (mut seconds, mut before) = (1, server.counters());
        while !flag.load(Ordering::Relaxed) && limit.is_none_or(|limit| began.elapsed() < limit) {
            std::thread::sleep(Span::from_millis(50));
            if began.elapsed() < Span::from_secs(seconds) {
                continue;
            }
            seconds += 1;
            let now = server.counters();
            if !self.quiet && (now != before || now.open > 0) {
                // With standard error closed there is nobody left to tell.
                let _ = view::smsc::write_second(&now, &before, &mut io::stderr());
            }
            before = now;
            if let Some(capture) = capture {
                lock(capture).flush();
            }
            if let Some(log) = log {
                log.flush();
            }
        }
    }

    fn options(&self, recording: Option<Recording>) -> Options {
        let nobody = Account { system_id: self.system_id.clone(), password: String::new() };
        Options {
            system_id: self.system_id.clone(),
            accounts: self.account.clone(),
            version: self.version,
            lenient: self.lenient,
            ids: self.ids,
            receipt_ids: self.receipt_ids.unwrap_or(self.ids),
            first_id: self.first_id,
            latency: self.latency,
            errors: self.errors.clone(),
            states: self.states.clone(),
            receipt_delay: self.receipt_delay,
            rate: self.rate,
            window: self.window,
            deliver_window: self.deliver_window,
            magic: self.magic,
            mo: self.mo.unwrap_or(0.0),
            mo_destination: self.mo_to.clone(),
            enquire_link: self.enquire_link,
            response_timeout: self.response_timeout,
            bind_timeout: self.bind_timeout,
            outbind: self.outbind_as.clone().unwrap_or(nobody),
            faults: self.fault.clone().unwrap_or_default(),
            recording,
            max_connections: self.max_connections,
            max_messages: self.max_messages,
            seed: self.seed,
        }
    }
}

fn version(text: &str) -> Result<Version, String> {
    match text {
        "3.3" => Ok(Version::V33),
        "3.4" => Ok(Version::V34),
        "5.0" => Ok(Version::V50),
        _ => Err("3.3, 3.4 or 5.0 is needed".to_owned()),
    }
}

/// `10`, `0.5/s`.
fn rate(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse().ok();
    number
        .filter(|rate| *rate > 0.0 && *rate <= 100_000.0)
        .ok_or_else(|| "above 0, at most 100000".to_owned())
}

/// A file for its owner alone.
fn create(path: &Path, force: bool) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(path.display(), "is there already, only --force overwrites it")
        }
        _ => unwritable(path, &error),
    })
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(path.display(), format_args!("cannot be written: {error}"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The log under way; its first failure ends it.
#[derive(Clone)]
struct Log(Arc<Mutex<Logged>>);

/// Where it goes, and what went wrong.
type Logged = (BufWriter<Box<dyn Write + Send>>, Option<io::Error>);

impl Log {
    fn new(out: Box<dyn Write + Send>) -> Self {
        Self(Arc::new(Mutex::new((BufWriter::new(out), None))))
    }

    fn write(&self, events: &[Event]) {
        let (out, failure) = &mut *lock(&self.0);
        if failure.is_none() {
            *failure = events.iter().try_for_each(|event| view::smsc::write_event(event, out)).err();
        }
    }

    fn flush(&self) {
        let (out, failure) = &mut *lock(&self.0);
        if failure.is_none() {
            *failure = out.flush().err();
        }
    }

    fn finish(&self) -> Option<io::Error> {
        self.flush();
        lock(&self.0).1.take().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }
}

/// The capture under way; its first failure ends it.
struct Capture {
    writer: Writer<BufWriter<File>>,
    conversations: HashMap<ConnectionId, Conversation>,
    failure: Option<io::Error>,
}

impl Capture {
    fn flush(&mut self) {
        if self.failure.is_none() {
            self.failure = self.writer.flush().err();
        }
    }

    fn finish(&mut self) -> Option<io::Error> {
        self.flush();
        self.failure.take()
    }

    /// Writes the packets that `act` makes of a conversation.
    fn packets(
        &mut self,
        connection: ConnectionId,
        at: Timestamp,
        act: impl FnOnce(&mut Conversation, &mut dyn FnMut(&[u8])),
    ) {
        let Some(conversation) = self.conversations.get_mut(&connection) else { return };
        let (writer, failure) = (&mut self.writer, &mut self.failure);
        act(conversation, &mut |packet| {
            if failure.is_none() {
                *failure = writer.packet(at, packet).err();
            }
        });
    }
}

const fn party(is_opener: bool) -> Party {
    if is_opener { Party::Opener } else { Party::Accepter }
}

impl Tap for Arc<Mutex<Capture>> {
    fn opened(&mut self, connection: ConnectionId, opener: SocketAddr, accepter: SocketAddr, at: Timestamp) {
        let mut capture = lock(self);
        // Any number does; of connections with the same ports, no two are the same.
        let initial = u32::try_from(connection.0 & 0xFFF).unwrap_or(0).wrapping_mul(0x0010_0000);
        let conversation = Conversation::new(opener, accepter, [initial, initial.wrapping_add(0x0800_0000)]);
        capture.conversations.insert(connection, conversation);
        capture.packets(connection, at, |conversation, packet| conversation.open(packet));
    }

    fn octets(&mut self, connection: ConnectionId, from_opener: bool, octets: &[u8], at: Timestamp) {
        lock(self).packets(connection, at, |conversation, packet| {
            conversation.send(party(from_opener), octets, packet);
        });
    }

    fn finished(&mut self, connection: ConnectionId, by_opener: bool, at: Timestamp) {
        lock(self).packets(connection, at, |conversation, packet| {
            conversation.finish(party(by_opener), packet);
        });
    }

    fn closed(&mut self, connection: ConnectionId, reset: bool, at: Timestamp) {
        let mut capture = lock(self);
        if reset {
            capture.packets(connection, at, |conversation, packet| {
                conversation.reset(Party::Accepter, packet);
            });
        }
        capture.conversations.remove(&connection);
    }

    fn secret(&mut self, line: &str) {
        let mut capture = lock(self);
        if capture.failure.is_none() {
            capture.failure = capture.writer.secrets(format!("{line}\n").as_bytes()).err();
        }
    }
}
