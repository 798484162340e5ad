//! Periods of capture time: their ends as people write them, and as points of time.

use std::fmt;
use std::str::FromStr;

use jiff::civil;

use super::{Duration, Timestamp, Zone};

/// A period of capture time, from its first moment to the one before `until`. Without ends it is all time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub since: Option<Timestamp>,
    /// The first moment after it.
    pub until: Option<Timestamp>,
}

/// An end of a period, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    text: Box<str>,
    kind: Kind,
}

/// What a capture has of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Time of the first frame.
    pub first: Timestamp,
    /// Time of the latest frame, where all were read.
    pub last: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// RFC 3339 with an offset.
    At(Timestamp),
    /// The same without, or a date: its beginning.
    Shown(civil::DateTime),
    /// A time of day.
    Clock(civil::Time),
    /// From the first frame.
    AfterFirst(Duration),
    /// From the latest frame.
    BeforeLast(Duration),
}

/// What a bound is, in words.
const FORMS: &str = "a time is needed: 2026-11-22T10:42:00Z, 2026-11-22, 10:42, 10:42:30, +90s from the first frame or \
                     -10m from the last one";

impl Bound {
    /// Whether it is counted from the latest frame, so that the capture has to be read to its end to know it.
    #[must_use]
    pub const fn is_from_last(&self) -> bool {
        matches!(self.kind, Kind::BeforeLast(_))
    }

    /// The point of time; of a time of day the one on the first frame's day. An error says what is missing.
    fn point(&self, extent: Option<Extent>, zone: &Zone) -> Result<Option<Timestamp>, String> {
        let beyond = || format!("{self}: beyond the years 1678 to 2261");
        Ok(match (self.kind, extent) {
            (Kind::At(at), _) => Some(at),
            (Kind::Shown(shown), _) => Some(zone.point(shown).ok_or_else(beyond)?),
            (_, None) => None,
            (Kind::Clock(time), Some(extent)) => {
                let day = zone.shown(extent.first).date();
                Some(zone.point(day.to_datetime(time)).ok_or_else(beyond)?)
            }
            (Kind::AfterFirst(span), Some(extent)) => Some(extent.first.plus(span)),
            (Kind::BeforeLast(span), Some(extent)) => {
                let last = extent.last.ok_or_else(|| format!("{self}: the last frame is not known"))?;
                Some(last.plus(Duration::from_nanos(span.nanos().saturating_neg())))
            }
        })
    }
}

impl FromStr for Bound {
    type Err = String;

    /// Reads RFC 3339 (a blank may stand for the T, the offset may be missing), a date, a time of day, or a span of time
    /// behind `+` or `-`.
    ///
    /// # Errors
    /// What is needed.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_zoned = text.parse::<jiff::Timestamp>().is_ok();
        let kind = if let Some(span) = text.strip_prefix('+') {
            Kind::AfterFirst(self::span(span)?)
        } else if let Some(span) = text.strip_prefix('-') {
            Kind::BeforeLast(self::span(span)?)
        } else if text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.')) {
            Kind::Clock(
                clock(text).ok_or("a time of day goes from 00:00 to 23:59:59, as in 10:42 or 10:42:30")?,
            )
        } else if text.contains('[') {
            return Err(
                "a zone is named by --tz, an offset stands behind the time: 2026-11-22T10:42:00+01:00"
                    .to_owned(),
            );
        } else if is_zoned {
            let at = Timestamp::parse(text, &Zone::default());
            Kind::At(at.ok_or("the years go from 1678 to 2261")?)
        } else {
            Kind::Shown(text.parse().map_err(|_| FORMS)?)
        };
        Ok(Self { text: text.into(), kind })
    }
}

/// As it was written.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Period {
    /// Whether it is all time.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// Whether `at` is within.
    #[must_use]
    pub fn has(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }

    /// Whether something that goes on from `first` to `last`, both included, does so within.
    #[must_use]
    pub fn touches(&self, first: Timestamp, last: Timestamp) -> bool {
        self.since.is_none_or(|since| last >= since) && self.until.is_none_or(|until| first < until)
    }

    /// The period between two bounds, in a capture that goes so far (`None`: it has no frame, and bounds that hang on one
    /// are none). Dates and times without an offset are of `zone`. A time of day is that of the first frame's day; as an
    /// end it is the next one after the beginning, without a beginning the next one after the first frame. Two times of
    /// day that are both over when the capture begins are those of the next day.
    ///
    /// # Errors
    /// The end is not after the beginning, or a bound is out of range.
    pub fn between(
        since: Option<&Bound>,
        until: Option<&Bound>,
        extent: Option<Extent>,
        zone: &Zone,
    ) -> Result<Self, String> {
        let point = |bound: Option<&Bound>| match bound {
            Some(bound) => bound.point(extent, zone),
            None => Ok(None),
        };
        let mut period = Self { since: point(since)?, until: point(until)? };
        let is_clock =
            |bound: Option<&Bound>| bound.is_some_and(|bound| matches!(bound.kind, Kind::Clock(_)));
        if let (true, Some(first)) = (is_clock(until), extent.map(|extent| extent.first)) {
            let after = period.since.unwrap_or(first);
            if period.until.is_some_and(|until| until <= after) {
                period.until = next(until, after, zone);
            }
            if is_clock(since) && period.until.is_some_and(|until| until <= first) {
                period.since = period.since.and_then(|at| next(since, at, zone));
                period.until = period.until.and_then(|at| next(until, at, zone));
            }
        }
        match (since, until, period.since.zip(period.until)) {
            (Some(from), Some(to), Some((since, until))) if since >= until => Err(format!(
                "{from}, which is {}, is not before --until {to}, {} {}",
                zone.moment(since),
                zone.moment(until),
                zone.label(since, until)
            )),
            _ => Ok(period),
        }
    }
}

/// `since 2026-11-22T10:42:00.000000Z, until 2026-11-22T10:43:00.000000Z`; nothing of all time.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (Some(since), Some(until)) => write!(f, "since {since}, until {until}"),
            (Some(since), None) => write!(f, "since {since}"),
            (None, Some(until)) => write!(f, "until {until}"),
            (None, None) => Ok(()),
        }
    }
}

/// The first time after `at` that clocks show what `bound` says; `None`: there is none in the years that there are.
fn next(bound: Option<&Bound>, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let Some(Bound { kind: Kind::Clock(time), .. }) = bound else { return None };
    let mut day = zone.shown(at).date();
    loop {
        let point = zone.point(day.to_datetime(*time))?;
        if point > at {
            return Some(point);
        }
        day = day.tomorrow().ok()?;
    }
}

/// `10:42`, `10:42:30`, `10:42:30.5`.
fn clock(text: &str) -> Option<civil::Time> {
    let (time, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<&str> = time.split(':').collect();
    let whole = |part: &str| part.parse::<i8>().ok().filter(|_| matches!(part.len(), 1 | 2));
    let two = |part: &&str| part.len() == 2;
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] if fraction.is_empty() && time == text => (hour, minute, &"00"),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let is_cut = time != text && fraction.is_empty();
    if !two(minute) || !two(second) || is_cut || fraction.len() > 9 {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}").parse().ok()?;
    civil::Time::new(whole(hour)?, whole(minute)?, whole(second)?, nanos).ok()
}

fn span(text: &str) -> Result<Duration, String> {
    Duration::parse(text)
        .ok_or_else(|| format!("{text:?} is no span of time, as in 90s, 10m, 1h30m or 500ms: {FORMS}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As POSIX writes it: no database is needed.
    const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text, &Zone::default()).unwrap()
    }

    /// The period between two times; an empty one is none.
    fn ends((since, until): (&str, &str)) -> Period {
        let [since, until] = [since, until].map(|text| (!text.is_empty()).then(|| at(text)));
        Period { since, until }
    }

    /// The period that is asked for in a capture from `first` to `last`; of errors what they say.
    fn period(since: &str, until: &str, (first, last): (&str, &str), zone: &str) -> Result<Period, String> {
        let bound = |text: &str| (!text.is_empty()).then(|| text.parse::<Bound>().unwrap());
        let extent = Extent { first: at(first), last: (!last.is_empty()).then(|| at(last)) };
        Period::between(
            bound(since).as_ref(),
            bound(until).as_ref(),
            Some(extent),
            &Zone::named(zone).unwrap(),
        )
    }

    #[test]
    fn bounds_are_read_in_all_their_forms() {
        let capture = ("2026-11-22T10:40:00.5Z", "2026-11-22T10:45:00Z");
        for (text, zone, want) in [
            ("2026-11-22T10:42:00Z", "UTC", "2026-11-22T10:42:00Z"),
            ("2026-11-22T10:42Z", "UTC", "2026-11-22T10:42:00Z"),
            ("2026-11-22T10:42:00.000000001Z", "UTC", "2026-11-22T10:42:00.000000001Z"),
            ("2026-11-22T11:42:00+01:00", "+09:00", "2026-11-22T10:42:00Z"),
            ("2026-11-22t10:42:00z", "+09:00", "2026-11-22T10:42:00Z"),
            ("2026-11-22 10:42:00", "UTC", "2026-11-22T10:42:00Z"),
            ("2026-11-22T10:42", "UTC", "2026-11-22T10:42:00Z"),
            ("2026-11-22T10:42:00", BERLIN, "2026-11-22T09:42:00Z"),
            ("2026-11-22", "UTC", "2026-11-22T00:00:00Z"),
            ("2026-11-22", "EST5EDT,M3.2.0,M11.1.0", "2026-11-22T05:00:00Z"),
            ("10:42", "UTC", "2026-11-22T10:42:00Z"),
            ("9:42", "UTC", "2026-11-22T09:42:00Z"),
            ("10:42:30", "UTC", "2026-11-22T10:42:30Z"),
            ("10:42:30.25", "UTC", "2026-11-22T10:42:30.25Z"),
            ("19:42", "+09:00", "2026-11-22T10:42:00Z"),
            ("16:12", "+05:30", "2026-11-22T10:42:00Z"),
            // The first frame is of the 23rd there.
            ("00:42", "NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-11-21T11:42:00Z"),
            ("+90s", "+09:00", "2026-11-22T10:41:30.5Z"),
            ("+0s", "UTC", "2026-11-22T10:40:00.5Z"),
            ("+1.5s", "UTC", "2026-11-22T10:40:02Z"),
            ("+1m30s", "UTC", "2026-11-22T10:41:30.5Z"),
            ("-2m", "+09:00", "2026-11-22T10:43:00Z"),
            ("-500ms", "UTC", "2026-11-22T10:44:59.5Z"),
        ] {
            let found = period(text, "", capture, zone);
            assert_eq!(found, Ok(Period { since: Some(at(want)), until: None }), "{text} {zone}");
        }
    }

    #[test]
    fn what_is_no_bound_says_what_is_needed() {
        for (text, need) in [
            ("", "a time is needed: 2026-11-22T10:42:00Z"),
            ("now", "a time is needed"),
            ("10", "a time is needed"),
            ("2026-13-01", "a time is needed"),
            ("2026-11-22T25:00:00Z", "a time is needed"),
            ("1795341492", "a time is needed"),
            ("24:00", "from 00:00 to 23:59:59"),
            ("10:60", "from 00:00 to 23:59:59"),
            ("10:4", "from 00:00 to 23:59:59"),
            ("10:42:3", "from 00:00 to 23:59:59"),
            ("10:42:30.", "from 00:00 to 23:59:59"),
            ("10:42.5", "from 00:00 to 23:59:59"),
            (":42", "from 00:00 to 23:59:59"),
            ("1:2:3:4", "from 00:00 to 23:59:59"),
            ("+90", "\"90\" is no span of time, as in 90s"),
            ("+", "\"\" is no span of time"),
            ("-10 m", "\"10 m\" is no span of time"),
            ("--10m", "\"-10m\" is no span of time"),
            ("2026-11-22T10:42:00[Europe/Berlin]", "a zone is named by --tz"),
            ("1600-01-01T00:00:00Z", "the years go from 1678 to 2261"),
        ] {
            let said = text.parse::<Bound>().unwrap_err();
            assert!(said.contains(need), "{text}: {said}");
        }
        let capture = ("2026-11-22T10:40:00Z", "");
        let said = period("1600-01-01", "", capture, "UTC").unwrap_err();
        assert_eq!(said, "1600-01-01: beyond the years 1678 to 2261");
        assert_eq!(period("-10m", "", capture, "UTC").unwrap_err(), "-10m: the last frame is not known");
    }

    #[test]
    fn a_time_of_day_is_of_the_first_frames_day_and_an_end_follows_its_beginning() {
        let morning = ("2026-11-22T10:40:00Z", "");
        let night = ("2026-11-22T23:30:00Z", "");
        for (since, until, capture, want) in [
            ("10:42", "10:43", morning, ("2026-11-22T10:42:00Z", "2026-11-22T10:43:00Z")),
            // Over midnight.
            ("23:50", "00:10", night, ("2026-11-22T23:50:00Z", "2026-11-23T00:10:00Z")),
            ("", "00:10", night, ("", "2026-11-23T00:10:00Z")),
            ("+10m", "00:10", night, ("2026-11-22T23:40:00Z", "2026-11-23T00:10:00Z")),
            ("2026-11-24", "00:10", night, ("2026-11-24T00:00:00Z", "2026-11-24T00:10:00Z")),
            ("", "23:30", night, ("", "2026-11-23T23:30:00Z")),
            // Over before the capture begins: the next day's.
            ("00:05", "00:10", night, ("2026-11-23T00:05:00Z", "2026-11-23T00:10:00Z")),
            // Such a beginning alone selects from the first frame on.
            ("00:05", "", night, ("2026-11-22T00:05:00Z", "")),
            ("10:00", "10:41", morning, ("2026-11-22T10:00:00Z", "2026-11-22T10:41:00Z")),
            ("10:42", "10:42", morning, ("2026-11-22T10:42:00Z", "2026-11-23T10:42:00Z")),
        ] {
            assert_eq!(period(since, until, capture, "UTC"), Ok(ends(want)), "{since} to {until}");
        }
    }

    #[test]
    fn clocks_that_are_changed_are_followed() {
        // On 25 October 2026 Berlin shows 02:00 to 03:00 twice, on 29 March not at all.
        let autumn = ("2026-10-24T22:30:00Z", "");
        let spring = ("2026-03-28T23:30:00Z", "");
        for (since, until, capture, want) in [
            ("02:30", "", autumn, ("2026-10-25T00:30:00Z", "")),
            ("02:30", "03:30", autumn, ("2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z")),
            ("03:00", "", autumn, ("2026-10-25T02:00:00Z", "")),
            ("2026-10-25", "2026-10-26", autumn, ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")),
            ("2026-10-25T02:30:00+01:00", "", autumn, ("2026-10-25T01:30:00Z", "")),
            ("01:30", "03:30", spring, ("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")),
            ("02:30", "", spring, ("2026-03-29T01:30:00Z", "")),
            ("2026-03-29", "2026-03-30", spring, ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")),
            // A day later by the clock is 25 hours later.
            ("01:00", "01:00", autumn, ("2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z")),
        ] {
            assert_eq!(period(since, until, capture, BERLIN), Ok(ends(want)), "{since} to {until}");
        }
    }

    #[test]
    fn an_end_that_is_not_after_the_beginning_is_refused() {
        let capture = ("2026-11-22T10:40:00Z", "2026-11-22T10:50:00Z");
        let said = period("2026-11-22T10:42:00Z", "2026-11-22T10:42:00Z", capture, "UTC").unwrap_err();
        let both = "2026-11-22 10:42:00";
        assert_eq!(
            said,
            format!(
                "2026-11-22T10:42:00Z, which is {both}, is not before --until 2026-11-22T10:42:00Z, {both} UTC"
            )
        );
        assert!(period("+10m", "-5m", capture, "UTC").is_err());
        assert!(period("+1m", "-5m", capture, "UTC").is_ok());
        assert!(period("-1m", "+2m", capture, "UTC").is_err());
    }

    #[test]
    fn the_beginning_is_within_and_the_end_is_not() {
        let [first, last] = ["2026-11-22T10:42:00Z", "2026-11-22T10:43:00Z"].map(at);
        let before = |at: Timestamp| at.plus(Duration::from_nanos(-1));
        let period = Period { since: Some(first), until: Some(last) };
        assert!(period.has(first) && period.has(before(last)));
        assert!(!period.has(before(first)) && !period.has(last));
        assert!(period.touches(Timestamp::MIN, first) && period.touches(before(last), Timestamp::MAX));
        assert!(!period.touches(Timestamp::MIN, before(first)) && !period.touches(last, Timestamp::MAX));
        let all = Period::default();
        assert!(all.is_all() && all.has(Timestamp::MIN) && all.has(Timestamp::MAX));
        let without_frames = Period::between(Some(&"+1s".parse().unwrap()), None, None, &Zone::default());
        assert_eq!(without_frames, Ok(all));
    }
}
