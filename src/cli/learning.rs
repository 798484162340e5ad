//! Whose sessions are before all of them are seen: the capture is read once more where what is asked for hangs on that.

use std::sync::Arc;

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
    /// them. They are learnt once, however often the capture is read. Of what comes as it is read they cannot be known,
    /// which is said.
    pub(super) fn knowing_us(&self, settings: Settings, asked: Whose<'_>, interrupt: &Interrupt) -> Settings {
        if !hangs_on_us(&settings, asked) {
            return settings;
        }
        if self.read_again().is_err() {
            if settings.selection.side.is_some() && matches!(asked, Whose::BySessionOr(_)) {
                complain("--side: of what comes as it is read, sides are known by --names and --local alone");
            }
            return settings;
        }
        let learn = || {
            let mut progress = Progress::new();
            let mut tell = |read, of| progress.update(read, of);
            pipeline::learn(self.capture(interrupt), &settings, &mut tell)
        };
        let names = Arc::clone(self.learnt().get_or_init(learn));
        Settings { names, ..settings }
    }
}

/// Whether accounts or sides are asked for that hang on our own addresses, and nobody states these.
pub(super) fn hangs_on_us(settings: &Settings, asked: Whose<'_>) -> bool {
    let (filter, selects) = match asked {
        Whose::By(filter) => (filter, false),
        Whose::BySessionOr(filter) => (filter, true),
    };
    let selection = &settings.selection;
    let selects_whose = selects && (selection.side.is_some() || !selection.accounts.is_empty());
    settings.names.local().is_empty() && (selects_whose || filter.is_some_and(Filter::asks_whose))
}
