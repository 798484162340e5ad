//! What wakes the engine at a point in time: a thread, since the timers of the runtime are exact to a millisecond or two,
//! and those of a condition variable to less than a tenth of that.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration as Span;

use crate::time::Timestamp;

/// Until when somebody sleeps, which may become earlier.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Until when the thread sleeps; `None`: it does not sleep, or has nothing to wait for.
    until: Option<Timestamp>,
    is_awake: bool,
    is_changed: bool,
    is_over: bool,
}

impl Alarm {
    /// Something is due at this time.
    pub(super) fn set(&self, due: Option<Timestamp>) {
        let Some(due) = due else { return };
        let mut state = self.lock();
        if state.is_awake || state.until.is_none_or(|until| due < until) {
            state.is_changed = true;
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Nobody has to be woken any more.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.changed.notify_one();
    }

    /// Sleeps until `due`, which is `wait` from now, or until something is due earlier; false when all is over.
    pub(super) fn sleep(&self, due: Option<Timestamp>, wait: Span) -> bool {
        let mut state = self.lock();
        state.until = due;
        state.is_awake = false;
        if !state.is_changed && !state.is_over {
            state = match due {
                Some(_) => self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        state.is_awake = true;
        state.is_changed = false;
        !state.is_over
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
