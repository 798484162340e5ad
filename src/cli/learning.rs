//! Whose sessions are before all of them are seen: the capture is read once more where what is asked for hangs on that.

use super::complain;
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::reading::Reading;
use crate::filter::Filter;
use crate::pipeline::{self, Settings};

/// Who is asked for.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    /// By a filter alone: the rest is known once all was read.
    By(Option<&'a Filter>),
    /// By a filter, or by the account or side of sessions.
    BySessionOr(Option<&'a Filter>),
}

impl Reading {
    /// `settings` with our own addresses, where accounts or sides are `asked` for that hang on them and nobody states
    /// them. Of what comes as it is read they cannot be known, which is said.
    pub(super) fn knowing_us(&self, settings: Settings, asked: Whose<'_>, interrupt: &Interrupt) -> Settings {
        let (filter, selects) = match asked {
            Whose::By(filter) => (filter, false),
            Whose::BySessionOr(filter) => (filter, true),
        };
        let side = selects && settings.selection.side.is_some();
        let account = selects && !settings.selection.accounts.is_empty();
        if !settings.names.local().is_empty() || !(side || account || filter.is_some_and(Filter::asks_whose))
        {
            return settings;
        }
        if self.read_again().is_err() {
            if side {
                complain("--side: of what comes as it is read, sides are known by --names and --local alone");
            }
            return settings;
        }
        let mut progress = Progress::new();
        let mut tell = |read, of| progress.update(read, of);
        let names = pipeline::learn(self.capture(interrupt), &settings, &mut tell);
        Settings { names, ..settings }
    }
}
