//! What is reported of what is read: which sessions, and which time. The same for all commands that read captures.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;

use clap::{Args, ValueEnum};

use super::{Failure, complain};
use crate::capture::{Block, Capture};
use crate::filter::Filter;
use crate::names::{Names, Party};
use crate::pipeline::Outcome;
use crate::report::Selection;
use crate::time::{Bound, Extent, Period, Zone};

#[derive(Debug, Args)]
pub(super) struct Selecting {
    /// Whose sessions they are by address: account, system_id, side and version of peers
    #[arg(long, value_name = "FILE.toml")]
    names: Option<PathBuf>,
    /// Our own addresses [default: by the packet types of cooked captures, else what most sessions have in common]
    #[arg(long, value_name = "IP,...", value_delimiter = ',')]
    local: Vec<IpAddr>,
    /// Only the session of this id, as in a report
    #[arg(long, value_name = "ID")]
    session: Vec<String>,
    /// Only sessions of this system_id
    #[arg(long, value_name = "ID")]
    system_id: Vec<String>,
    /// Only sessions of this account, as in a report
    #[arg(long, value_name = "NAME")]
    account: Vec<String>,
    /// Only sessions with peers on this side
    #[arg(long, value_enum)]
    side: Option<Side>,
    /// Only what is of this time or later: PDUs, transactions by their request, findings by their PDU; sessions that were
    /// there then. 2026-11-22T10:42:00Z, 2026-11-22, 10:42[:30] on the first frame's day, +90s from the first frame or
    /// -10m from the last. What is before is read all the same
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: Option<Bound>,
    /// Only what is of an earlier time than this, written as for --since; a time of day is the next one after --since
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<Bound>,
    /// Time zone of the text, and of times in --since, --until and -Y that state no offset: Europe/Berlin, +01:00
    /// [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = Zone::named)]
    tz: Option<Zone>,
    /// The time selected, once it is known.
    #[arg(skip)]
    period: OnceLock<Period>,
}

/// What a peer is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Side {
    /// It binds to us, or is named so
    Customer,
    /// We bind to it, or it is named so
    Operator,
}

impl Selecting {
    /// Whose sessions they are.
    ///
    /// # Errors
    /// The names file cannot be read, or is wrong.
    pub(super) fn names(&self) -> Result<Arc<Names>, Failure> {
        let names = match &self.names {
            None => Names::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Failure::new(path.display(), format_args!("--names needs a TOML file: {error}"))
                })?;
                Names::parse(&text).map_err(|what| Failure::new(path.display(), what))?
            }
        };
        Ok(Arc::new(names.with_local(self.local.clone())))
    }

    /// The time zone.
    pub(super) fn zone(&self) -> Zone {
        self.tz.clone().unwrap_or_default()
    }

    /// A filter with its times in the time zone.
    ///
    /// # Errors
    /// A time in it is out of range there.
    pub(super) fn filter(&self, filter: Option<&Filter>) -> Result<Option<Filter>, Failure> {
        let again = |filter: &Filter| Filter::parse(filter.text(), &self.zone());
        filter.map(again).transpose().map_err(|error| Failure::new("-Y", error))
    }

    /// Whether a time is selected.
    pub(super) const fn is_timed(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// The option that has to be counted from the last frame, as it was given.
    pub(super) fn end_relative(&self) -> Option<String> {
        [("--since", &self.since), ("--until", &self.until)].into_iter().find_map(|(option, bound)| {
            bound.as_ref().filter(|b| b.is_from_last()).map(|b| format!("{option} {b}"))
        })
    }

    /// What is reported. Where a time is selected, `capture` is asked for its first frame, which it still gives; `again`
    /// opens it once more where it has to be read to its end to know it.
    ///
    /// # Errors
    /// The time selected is none, or the capture's frames have no times.
    pub(super) fn selection(
        &self,
        capture: &mut Capture,
        again: impl FnOnce() -> Capture,
    ) -> Result<Selection, Failure> {
        Ok(Selection {
            sessions: self.session.clone(),
            system_ids: self.system_id.clone(),
            accounts: self.account.clone(),
            side: self.side.map(|side| match side {
                Side::Customer => Party::Customer,
                Side::Operator => Party::Operator,
            }),
            period: self.period(capture, again)?,
        })
    }

    fn period(&self, capture: &mut Capture, again: impl FnOnce() -> Capture) -> Result<Period, Failure> {
        if !self.is_timed() {
            return Ok(Period::default());
        }
        if let Some(period) = self.period.get() {
            return Ok(*period);
        }
        let option = if self.since.is_some() { "--since" } else { "--until" };
        let first = capture.first_frame();
        if first.is_none() && capture.frames() > 0 {
            return Err(Failure::new(
                option,
                "frames without a time cannot be selected by it: these have none",
            ));
        }
        let last = self.end_relative().and_then(|_| last_frame(again()));
        let extent = first.map(|first| Extent { first, last });
        let period = Period::between(self.since.as_ref(), self.until.as_ref(), extent, &self.zone())
            .map_err(|what| Failure::new(option, what))?;
        Ok(*self.period.get_or_init(|| period))
    }

    /// Says so where no frame is of the time selected.
    pub(super) fn complain_of(&self, outcome: &Outcome) {
        let capture = &outcome.report.capture;
        let Some((period, (first, last))) = self.period.get().zip(capture.first_at.zip(capture.last_at))
        else {
            return;
        };
        if !period.touches(first, last) {
            let zone = self.zone();
            complain(&format!(
                "no frame is of the time that is selected, {}: they go from {} to {} {}",
                zone.words(*period),
                zone.moment(first),
                zone.moment(last),
                zone.label(first, last)
            ));
        }
    }
}

/// Time of the latest frame.
fn last_frame(mut capture: Capture) -> Option<crate::time::Timestamp> {
    let mut block = Block::default();
    while capture.read_block(&mut block) {}
    capture.last_at()
}
