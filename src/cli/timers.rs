//! `--timer NAME=SECONDS`: limits on the timers of sessions.

use clap::Args;

use crate::session;
use crate::time::Duration;

/// The timers whose limits are set.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Timers {
    /// A limit on session_init, response, enquire_link or inactivity; longer is a finding. May be given several times
    #[arg(long = "timer", value_name = "NAME=SECONDS", value_parser = timer)]
    timers: Vec<(Timer, Duration)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timer {
    SessionInit,
    Response,
    EnquireLink,
    Inactivity,
}

impl Timers {
    /// The limits; of a timer that was given twice the last.
    pub(super) fn limits(&self) -> session::Timers {
        let mut limits = session::Timers::default();
        for &(timer, limit) in &self.timers {
            let slot = match timer {
                Timer::SessionInit => &mut limits.session_init,
                Timer::Response => &mut limits.response,
                Timer::EnquireLink => &mut limits.enquire_link,
                Timer::Inactivity => &mut limits.inactivity,
            };
            *slot = Some(limit);
        }
        limits
    }
}

fn timer(text: &str) -> Result<(Timer, Duration), String> {
    let (name, limit) = text.split_once('=').ok_or("NAME=SECONDS is needed")?;
    let timer = match name.trim() {
        "session_init" => Timer::SessionInit,
        "response" => Timer::Response,
        "enquire_link" => Timer::EnquireLink,
        "inactivity" => Timer::Inactivity,
        other => {
            return Err(format!(
                "{other}: no timer; session_init, response, enquire_link or inactivity is needed"
            ));
        }
    };
    Ok((timer, seconds(limit.trim())?))
}

/// A positive number of seconds, fractions allowed.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let span = text.parse().ok().and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok());
    span.and_then(|span| i64::try_from(span.as_nanos()).ok())
        .filter(|&nanos| nanos > 0)
        .map(Duration::from_nanos)
        .ok_or_else(|| "a number of seconds above 0 is needed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_a_name_and_seconds() {
        assert_eq!(timer("response=10"), Ok((Timer::Response, Duration::from_secs(10))));
        assert_eq!(timer(" enquire_link = 0.5"), Ok((Timer::EnquireLink, Duration::from_millis(500))));
        for text in ["", "response", "response=", "response=0", "respons=1", "inactivity=soon"] {
            assert!(timer(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_of_a_timer_counts() {
        let timers = Timers {
            timers: ["response=1", "session_init=2", "response=3"].map(|text| timer(text).unwrap()).into(),
        };
        let expected = session::Timers {
            response: Some(Duration::from_secs(3)),
            session_init: Some(Duration::from_secs(2)),
            ..session::Timers::default()
        };
        assert_eq!(timers.limits(), expected);
    }

    #[test]
    fn spans_are_positive_seconds() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("10"), Ok(Duration::from_secs(10)));
        for text in ["0", "-1", "nan", "inf", "1e300", "ten", ""] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
