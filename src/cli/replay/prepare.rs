//! What is to be sent, found by reading the capture once before anything is opened.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use super::super::interrupt::Interrupt;
use super::super::learning::Whose;
use super::super::reading::complain_of;
use super::super::{Failure, complain};
use super::arguments::{Arguments, Receipts};
use crate::pipeline::{self, Outcome};
use crate::replay::FileName;
use crate::replay::pace::{Pace, Schedule};
use crate::replay::plan::{Captured, Planned, Planner, Recorded};
use crate::replay::rewrite::{self, Rules, TestNumbers, Withheld};
use crate::replay::safety::Target;
use crate::report::model::{Endpoint, Place};
use crate::report::record::{Record, RecordType};
use crate::smpp::Role;
use crate::time::{Duration, Period, Timestamp};

/// What one time through the capture gives.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) requests: u64,
    pub(super) by_session: Vec<OfSession>,
    pub(super) by_command: BTreeMap<String, u64>,
    pub(super) withheld: BTreeMap<Withheld, u64>,
    /// Until the last request is due, on the schedule.
    pub(super) span: Duration,
    /// The most that are due within one second.
    pub(super) busiest: u64,
    pub(super) first_at: Option<Timestamp>,
    /// Of recorded responses.
    pub(super) latency: (i64, u64),
    /// Destinations whose test number is longer than they are.
    pub(super) longer: u64,
    second: (i64, u64),
}

/// The requests of one session.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfSession {
    pub(super) requests: u64,
    pub(super) first_due: Duration,
    pub(super) last_due: Duration,
    pub(super) last_at: Timestamp,
}

impl Counted {
    fn add(&mut self, planned: &Planned) {
        self.requests += 1;
        let session = crate::num::index(planned.session);
        if self.by_session.len() <= session {
            self.by_session.resize(session + 1, OfSession::default());
        }
        if let Some(of) = self.by_session.get_mut(session) {
            if of.requests == 0 {
                of.first_due = planned.due;
            }
            of.requests += 1;
            of.last_due = planned.due;
            of.last_at = planned.at;
        }
        *self.by_command.entry(planned.command.to_string()).or_default() += 1;
        self.span = self.span.max(planned.due);
        self.first_at.get_or_insert(planned.at);
        let second = planned.due.nanos().div_euclid(1_000_000_000);
        let (last, count) = self.second;
        self.second = (second, if second == last { count + 1 } else { 1 });
        self.busiest = self.busiest.max(self.second.1);
        if let Recorded::Answered { latency, .. } = &planned.recorded {
            self.latency.0 = self.latency.0.saturating_add(latency.nanos());
            self.latency.1 += 1;
        }
    }
}

/// Lets requests through: as many as are wanted, changed by the rules, with their time.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) rules: Rules,
    pub(super) schedule: Schedule,
    selected: Option<Arc<Selected>>,
    period: Period,
    limit: u64,
    given: u64,
}

/// Requests that -Y selects: number of the file's name, frame, place among the PDUs of the frame.
#[derive(Debug, Default)]
pub(super) struct Selected {
    files: Vec<FileName>,
    places: HashSet<(usize, u64, u32)>,
}

impl Selected {
    fn number(&self, file: Option<&str>) -> usize {
        let known = |name: &FileName| Some(&**name) == file;
        self.files.iter().position(known).unwrap_or(self.files.len())
    }

    fn insert(&mut self, place: &Place) {
        let file = place.file.as_deref();
        let number = self.number(file);
        if let Some(file) = file.filter(|_| number == self.files.len()) {
            self.files.push(file.into());
        }
        self.places.insert((number, place.frame, place.index.unwrap_or(0)));
    }

    fn has(&self, planned: &Planned) -> bool {
        self.places.contains(&(self.number(planned.file.as_deref()), planned.frame, planned.index))
    }
}

/// Requests that -Y may select.
const MOST_SELECTED: usize = 10_000_000;

impl Gate {
    pub(super) fn new(
        arguments: &Arguments,
        rules: Rules,
        selected: Option<Arc<Selected>>,
        period: Period,
    ) -> Self {
        let schedule = Schedule::new(arguments.pace(), arguments.max_gap);
        Self { rules, schedule, selected, period, limit: arguments.limit.unwrap_or(u64::MAX), given: 0 }
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.given >= self.limit
    }

    pub(super) const fn next_pass(&mut self) {
        self.given = 0;
        self.schedule.restart();
    }

    pub(super) fn admit(&mut self, mut planned: Planned) -> Result<Planned, Withheld> {
        if !self.period.has(planned.at) {
            return Err(Withheld::OtherTime);
        }
        if self.selected.as_ref().is_some_and(|selected| !selected.has(&planned)) {
            return Err(Withheld::NotSelected);
        }
        self.rules.apply(&mut planned)?;
        self.given += 1;
        planned.due = self.schedule.next(planned.at);
        Ok(planned)
    }
}

/// What the first time through the capture gives.
pub(super) struct Prepared {
    pub(super) planner: Planner,
    pub(super) counted: Counted,
    pub(super) target: Target,
    pub(super) unread: bool,
    pub(super) selected: Option<Arc<Selected>>,
    /// Of which time the requests are that are sent.
    pub(super) period: Period,
}

impl Arguments {
    pub(super) fn pace(&self) -> Pace {
        match (self.rate, self.max || self.step) {
            (Some(rate), _) => Pace::Rate(rate),
            (None, true) => Pace::Max,
            (None, false) => Pace::Captured(self.speed.unwrap_or(1.0)),
        }
    }

    pub(super) fn rules(&self, guard: bool, shift: Option<Duration>) -> Rules {
        Rules {
            map_dest: self.map_dest.clone(),
            map_source: self.map_source.clone(),
            test_numbers: self.test_numbers.then(TestNumbers::default),
            receipts: match self.registered_delivery {
                Receipts::Keep => rewrite::Receipts::Keep,
                Receipts::Off => rewrite::Receipts::Off,
                Receipts::On => rewrite::Receipts::On,
            },
            set_tlvs: self.set_tlv.clone(),
            drop_tlvs: self.drop_tlv.clone(),
            shift: shift.filter(|_| !self.keep_times),
            guard,
            dest_allow: self.dest_allow.clone(),
        }
    }

    /// Reads the capture and counts what would be sent. Nothing is opened but the capture.
    pub(super) fn prepare(&self, interrupt: &Interrupt) -> Result<Prepared, Failure> {
        if self.reading.inputs().iter().any(|input| input.as_os_str() == "-") || self.reading.is_live() {
            let need = "replay reads a capture twice, first to say what it will send: a file is needed";
            return Err(Failure::new("-", need));
        }
        let target = self.target()?;
        let guard =
            !target.addresses.iter().all(|ip| ip.to_canonical().is_loopback()) || target.addresses.is_empty();
        let mut planner = self.planner();
        let period = self.reading.settings(interrupt, &mut self.reading.capture(interrupt))?.selection.period;
        let selected = self.selected(interrupt)?;
        let mut gate = Gate::new(self, self.rules(guard, None), selected.clone(), period);
        let mut counted = Counted::default();
        let unread = self.read(interrupt, &mut planner, &mut |planned| {
            if !gate.is_closed() {
                match gate.admit(planned) {
                    Ok(planned) => counted.add(&planned),
                    Err(why) => *counted.withheld.entry(why).or_default() += 1,
                }
            }
            true
        })?;
        counted.longer = gate.rules.test_numbers.as_ref().map_or(0, TestNumbers::longer);
        counted.by_session.resize(planner.sessions().len(), OfSession::default());
        Ok(Prepared { planner, counted, target, unread, selected, period })
    }

    /// The requests of the transactions for which -Y holds.
    fn selected(&self, interrupt: &Interrupt) -> Result<Option<Arc<Selected>>, Failure> {
        let filter = self.reading.selecting().filter(self.filter.as_ref())?;
        if filter.is_none() {
            return Ok(None);
        }
        let mut capture = self.reading.capture(interrupt);
        let settings =
            pipeline::Settings { filter, redactor: None, ..self.reading.settings(interrupt, &mut capture)? };
        let asked = Whose::BySessionOr(self.filter.as_ref());
        let settings = self.reading.knowing_us(settings, asked, interrupt);
        let mut selected = Selected::default();
        let mut take = |record: &Record| {
            if let Record::Transaction(transaction) = record {
                selected.insert(&transaction.request);
            }
            selected.places.len() <= MOST_SELECTED
        };
        pipeline::records(capture, &settings, &[RecordType::Transaction], &mut take, &mut |_, _| {});
        if selected.places.len() > MOST_SELECTED {
            let need =
                format_args!("it holds of more than {MOST_SELECTED} transactions: a narrower one is needed");
            return Err(Failure::new("-Y", need));
        }
        Ok(Some(Arc::new(selected)))
    }

    pub(super) fn planner(&self) -> Planner {
        let mut planner = Planner::default();
        planner.raw = self.raw;
        planner.keep_passwords = self.use_captured_credentials;
        planner
    }

    /// One time through the capture; `give` says whether more is wanted. Whether an input could not be read.
    pub(super) fn read(
        &self,
        interrupt: &Interrupt,
        planner: &mut Planner,
        give: &mut dyn FnMut(Planned) -> bool,
    ) -> Result<bool, Failure> {
        let mut goes_on = true;
        let outcome = self.pdus(interrupt, &mut |captured| {
            planner.push(captured, &mut |planned| goes_on = goes_on && give(planned));
            goes_on
        })?;
        planner.finish(&mut |planned| goes_on = goes_on && give(planned));
        for session in &outcome.report.sessions {
            planner.end(SocketAddr::new(session.esme.ip, session.esme.port));
            planner.end(SocketAddr::new(session.smsc.ip, session.smsc.port));
        }
        if outcome.report.sessions_omitted > 0 {
            planner.has_more_ends();
        }
        self.reading.selecting().complain_of(&outcome);
        Ok(is_unread(&outcome))
    }

    /// One time through the capture, PDU by PDU. Whether an input could not be read.
    pub(super) fn captured(
        &self,
        interrupt: &Interrupt,
        take: &mut dyn FnMut(&Captured<'_>) -> bool,
    ) -> Result<bool, Failure> {
        self.pdus(interrupt, take).map(|outcome| is_unread(&outcome))
    }

    fn pdus(
        &self,
        interrupt: &Interrupt,
        give: &mut dyn FnMut(&Captured<'_>) -> bool,
    ) -> Result<Outcome, Failure> {
        let mut capture = self.reading.capture(interrupt);
        let mut settings = pipeline::Settings {
            max_sessions: MOST_SESSIONS,
            ..self.reading.settings(interrupt, &mut capture)?
        };
        // Binds before the time that is selected say who binds, and how.
        settings.selection.period = Period::default();
        let settings = self.reading.knowing_us(settings, Whose::BySessionOr(None), interrupt);
        let mut file: Option<FileName> = None;
        let mut take = |record: &Record| {
            let Record::Pdu(pdu) = record else { return true };
            let name = pdu.place.file.as_deref();
            if file.as_deref() != name {
                file = name.map(Arc::from);
            }
            let end = |end: &Endpoint| SocketAddr::new(end.ip, end.port);
            let captured = Captured {
                session: &pdu.of.session,
                account: &pdu.of.account,
                from_esme: pdu.from.map_or(pdu.source == pdu.of.esme, |role| role == Role::Esme),
                esme: end(&pdu.of.esme),
                smsc: end(&pdu.of.smsc),
                at: pdu.place.at.unwrap_or_default(),
                octets: &pdu.octets,
                whole: pdu.partial.is_none(),
                version: pdu.context.version,
                file: file.as_ref(),
                frame: pdu.place.frame,
                index: pdu.place.index.unwrap_or(0),
            };
            give(&captured)
        };
        Ok(pipeline::records(capture, &settings, &[RecordType::Pdu], &mut take, &mut |_, _| {}))
    }

    /// Where to send to, resolved; a dry run asks nobody.
    fn target(&self) -> Result<Target, Failure> {
        let wrong = || Failure::new("--to", format_args!("{}: HOST:PORT is needed", self.to()));
        let (host, port) = self.to().rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
        let bare = host.trim_matches(['[', ']']);
        if bare.is_empty() {
            return Err(wrong());
        }
        let addresses: Vec<IpAddr> = match bare.parse() {
            Ok(ip) => vec![ip],
            Err(_) if self.dry_run && !bare.eq_ignore_ascii_case("localhost") => {
                complain(&format!("{bare}: not resolved, a dry run asks nobody"));
                Vec::new()
            }
            Err(_) => (bare, port)
                .to_socket_addrs()
                .map_err(|error| Failure::new(bare, error))?
                .map(|address| address.ip())
                .collect(),
        };
        Ok(Target { host: bare.to_owned(), port, addresses })
    }
}

fn is_unread(outcome: &Outcome) -> bool {
    complain_of(outcome) || outcome.report.capture.files.is_empty()
}

/// Sessions of the capture whose ends are known; with more, none can be ruled out as the target.
const MOST_SESSIONS: usize = 50_000;
