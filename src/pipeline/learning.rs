//! Our own addresses, learnt by a reading of its own: a session that is over before they are known is told by them too.

use std::sync::Arc;

use super::{Progress, Settings, run};
use crate::capture::Capture;
use crate::names::Names;
use crate::report::Selection;
use crate::report::model::{Leg, LocalFrom, Report};

/// The names of `settings` with our own addresses as a report on all of `capture` has them, where none are stated;
/// without, they are as they were. `progress` is told as [`run`] does.
pub fn learn(capture: Capture, settings: &Settings, progress: &mut Progress<'_>) -> Arc<Names> {
    let all = Settings {
        selection: Selection::default(),
        filter: None,
        redactor: None,
        show: None,
        belonging: None,
        ..settings.clone()
    };
    let report = run(capture, &all, progress).report;
    if report.capture.local.is_empty() {
        return Arc::clone(&settings.names);
    }
    let names = Names::clone(&settings.names);
    Arc::new(names.with_learnt(report.capture.local.clone(), tells_sides(&report)))
}

/// Whether what is common to most sessions makes sides: where it both binds and is bound to.
fn tells_sides(report: &Report) -> bool {
    let has = |leg: Leg| report.accounts.iter().any(|account| account.side == Some(leg));
    report.capture.local_from != Some(LocalFrom::Common) || (has(Leg::Customer) && has(Leg::Operator))
}
