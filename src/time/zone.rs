//! Capture time in a time zone: as people read it, and as they write it. JSON stays UTC.

use jiff::civil;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use super::{Period, Timestamp};

/// The time zone that texts are written in, and times without an offset are read in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Default for Zone {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".to_owned() }
    }
}

impl Zone {
    /// The zone of that name in the system's time zone database (`Europe/Berlin`), of an offset (`+01:00`), or of a rule
    /// as POSIX writes them (`CET-1CEST,M3.5.0,M10.5.0/3`), which need none.
    ///
    /// # Errors
    /// No such zone, in words.
    pub fn named(name: &str) -> Result<Self, String> {
        if name == "UTC" {
            return Ok(Self::default());
        }
        match DateTimeParser::new().parse_time_zone(name) {
            Ok(zone) => Ok(Self { zone, name: name.to_owned() }),
            Err(_) => {
                Err("not in the time zone database of this system, and no offset such as +01:00".to_owned())
            }
        }
    }

    /// `2026-11-22`
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d")
    }

    /// `09:58:12`
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// `09:58:12.000125`
    #[must_use]
    pub fn exact_time(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S%.6f")
    }

    /// How the times from `first` to `last` are to be read: `UTC`, `+01:00`, or the zone's name where its offset
    /// changes between.
    #[must_use]
    pub fn label(&self, first: Timestamp, last: Timestamp) -> String {
        let [offset, other] = [first, last].map(|at| self.format(at, "%:z"));
        if self.name == "UTC" || offset != other { self.name.clone() } else { offset }
    }

    /// `2026-11-22 09:58:12`, with a fraction as far as there is one.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S%.f")
    }

    /// `since 2026-11-22 10:42:00, until 10:43:00 UTC`; nothing of all time.
    #[must_use]
    pub fn words(&self, period: Period) -> String {
        let Period { since, until } = period;
        let Some((first, last)) = since.or(until).zip(until.or(since)) else { return String::new() };
        let same_day = since.is_some() && self.date(first) == self.date(last);
        let end = |at| if same_day { self.format(at, "%H:%M:%S%.f") } else { self.moment(at) };
        let since = since.map(|at| format!("since {}", self.moment(at)));
        let until = until.map(|at| format!("until {}", end(at)));
        let words: Vec<String> = since.into_iter().chain(until).collect();
        format!("{} {}", words.join(", "), self.label(first, last))
    }

    /// The point of time that clocks of the zone show so. Of a time that they show twice, when they are put back, it is
    /// the first; one that they leave out is as long after the hour before. `None`: out of range.
    pub(super) fn point(&self, shown: civil::DateTime) -> Option<Timestamp> {
        let zoned = shown.to_zoned(self.zone.clone()).ok()?;
        i64::try_from(zoned.timestamp().as_nanosecond()).ok().map(Timestamp::from_nanos)
    }

    /// What clocks of the zone show.
    pub(super) fn shown(&self, at: Timestamp) -> civil::DateTime {
        self.zoned(at).datetime()
    }

    fn format(&self, at: Timestamp, format: &str) -> String {
        self.zoned(at).strftime(format).to_string()
    }

    fn zoned(&self, at: Timestamp) -> jiff::Zoned {
        // Every `i64` of nanoseconds is a time to jiff.
        let at = jiff::Timestamp::from_nanosecond(at.nanos().into()).unwrap_or_default();
        at.to_zoned(self.zone.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_the_zone_and_say_which() {
        // 2026-10-25T00:30:00Z, an hour before clocks go back in Berlin.
        let at = Timestamp::from_parts(1_792_888_200, 250_000_000);
        let later = Timestamp::from_parts(1_792_888_200 + 7_200, 0);
        let utc = Zone::default();
        assert_eq!((utc.date(at), utc.time(at)), ("2026-10-25".to_owned(), "00:30:00".to_owned()));
        assert_eq!(utc.label(at, later), "UTC");
        assert_eq!(utc.moment(at), "2026-10-25 00:30:00.25");
        assert_eq!(utc.moment(later), "2026-10-25 02:30:00");

        let berlin = Zone { name: "Berlin".to_owned(), ..Zone::named("CET-1CEST,M3.5.0,M10.5.0/3").unwrap() };
        assert_eq!(berlin.time(at), "02:30:00");
        assert_eq!(berlin.label(at, at), "+02:00");
        assert_eq!(berlin.label(at, later), "Berlin");
        let hours = Zone::named("-03:30").unwrap();
        assert_eq!((hours.time(at), hours.label(at, later)), ("21:00:00".to_owned(), "-03:30".to_owned()));
        for name in ["Middle-earth/Shire", "", "+26:00", "now"] {
            assert!(Zone::named(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_period_is_told_with_what_is_needed_of_its_ends() {
        let at = |seconds: i64| Some(Timestamp::from_parts(1_792_888_200 + seconds, 0));
        let words = |since, until| Zone::default().words(Period { since, until });
        assert_eq!(words(at(0), at(60)), "since 2026-10-25 00:30:00, until 00:31:00 UTC");
        assert_eq!(words(at(0), at(86_400)), "since 2026-10-25 00:30:00, until 2026-10-26 00:30:00 UTC");
        assert_eq!(words(at(0), None), "since 2026-10-25 00:30:00 UTC");
        assert_eq!(words(None, at(0)), "until 2026-10-25 00:30:00 UTC");
        assert_eq!(words(None, None), "");
    }

    #[test]
    fn the_ends_of_time_are_printed_too() {
        assert_eq!(Zone::default().date(Timestamp::MIN), "1677-09-21");
        assert_eq!(Zone::default().date(Timestamp::MAX), "2262-04-11");
    }
}
