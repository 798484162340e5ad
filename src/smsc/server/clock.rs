//! Where a driver reads the time that its engine is told.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::time::{Duration, Timestamp};

/// The time of day at the start, and what a clock that never jumps says has passed since.
pub(crate) struct Clock {
    started: Instant,
    at: Timestamp,
}

impl Clock {
    /// A clock that starts now.
    #[expect(clippy::disallowed_methods, reason = "the driver is where the engine's time comes from")]
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanos = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        Self { started: Instant::now(), at: Timestamp::from_nanos(nanos) }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.started.elapsed().as_nanos()).unwrap_or(i64::MAX);
        self.at.plus(Duration::from_nanos(passed))
    }
}
