//! Capture time in a time zone, for people. JSON stays UTC.

use jiff::tz::TimeZone;

use crate::time::Timestamp;

/// The time zone that a text is written in.
#[derive(Clone, Debug)]
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
    /// The zone of that name in the system's time zone database (`Europe/Berlin`).
    ///
    /// # Errors
    /// No such zone, in words.
    pub fn named(name: &str) -> Result<Self, String> {
        if name == "UTC" {
            return Ok(Self::default());
        }
        match TimeZone::get(name) {
            Ok(zone) => Ok(Self { zone, name: name.to_owned() }),
            Err(_) => Err("not in the time zone database of this system".to_owned()),
        }
    }

    /// `2026-11-22`
    pub(super) fn date(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d")
    }

    /// `09:58:12`
    pub(super) fn time(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// `09:58:12.000125`
    pub(super) fn exact_time(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S%.6f")
    }

    /// How the times from `first` to `last` are to be read: `UTC`, `+01:00`, or the zone's name where its offset
    /// changes between.
    pub(super) fn label(&self, first: Timestamp, last: Timestamp) -> String {
        let [offset, other] = [first, last].map(|at| self.format(at, "%:z"));
        if self.name == "UTC" || offset != other { self.name.clone() } else { offset }
    }

    fn format(&self, at: Timestamp, format: &str) -> String {
        // Every `i64` of nanoseconds is a time to jiff.
        let at = jiff::Timestamp::from_nanosecond(at.nanos().into()).unwrap_or_default();
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
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

        let rule = "CET-1CEST,M3.5.0,M10.5.0/3";
        let berlin = Zone { zone: TimeZone::posix(rule).unwrap(), name: "Berlin".to_owned() };
        assert_eq!(berlin.time(at), "02:30:00");
        assert_eq!(berlin.label(at, at), "+02:00");
        assert_eq!(berlin.label(at, later), "Berlin");
        assert!(Zone::named("Middle-earth/Shire").is_err());
    }

    #[test]
    fn the_ends_of_time_are_printed_too() {
        assert_eq!(Zone::default().date(Timestamp::MIN), "1677-09-21");
        assert_eq!(Zone::default().date(Timestamp::MAX), "2262-04-11");
    }
}
