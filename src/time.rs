//! Points and spans of capture time: nanoseconds in an `i64`, saturating, and no `now()`.

mod period;
mod zone;

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use period::{Bound, Extent, Period};
pub use zone::Zone;

/// Nanoseconds since 1970-01-01T00:00:00Z, negative before; reaches from 1677 to 2262 and saturates there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A span of capture time in nanoseconds; negative when captures disagree about order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

const NANOS_PER_SECOND: i64 = 1_000_000_000;

impl Timestamp {
    /// The earliest representable time.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest representable time.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From RFC 3339; a blank may stand for the T, and without an offset it is of `zone`; a date is its beginning.
    /// `None` where it is neither, or out of range.
    #[must_use]
    pub fn parse(text: &str, zone: &Zone) -> Option<Self> {
        // What RFC 9557 puts behind would be passed over.
        if text.contains('[') {
            return None;
        }
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return i64::try_from(at.as_nanosecond()).ok().map(Self);
        }
        zone.point(text.parse().ok()?)
    }

    /// From whole seconds since the epoch and nanoseconds within the second.
    #[must_use]
    pub const fn from_parts(seconds: i64, nanos: i64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SECOND).saturating_add(nanos))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// The whole second that this time lies in, rounded down.
    #[must_use]
    pub const fn second(self) -> i64 {
        self.0.div_euclid(NANOS_PER_SECOND)
    }

    /// The span from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// This time moved by `span`.
    #[must_use]
    pub const fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// From milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// From seconds.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// From numbers with a unit: `90s`, `1.5s`, `500ms`, `1h30m`, in ns, us, ms, s, m or min, h, d. `None` where it is
    /// anything else, or out of range.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut sum: i64 = 0;
        let mut rest = Some(text).filter(|text| !text.is_empty())?;
        while !rest.is_empty() {
            let (figures, behind) = rest.split_at_checked(rest.find(|c: char| c.is_ascii_alphabetic())?)?;
            let end = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
            let (unit, behind) = behind.split_at_checked(end)?;
            sum = sum.checked_add(part(figures, unit)?)?;
            rest = behind;
        }
        Some(Self(sum))
    }

    /// Nanoseconds.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole milliseconds, towards zero.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0.wrapping_div(1_000_000)
    }

    /// Whether the span runs backwards.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

/// `1.5` of `s`, in nanoseconds.
fn part(figures: &str, unit: &str) -> Option<i64> {
    let unit: i64 = match unit {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => NANOS_PER_SECOND,
        "m" | "min" => 60 * NANOS_PER_SECOND,
        "h" => 3_600 * NANOS_PER_SECOND,
        "d" => 86_400 * NANOS_PER_SECOND,
        _ => return None,
    };
    let (whole, fraction) = figures.split_once('.').unwrap_or((figures, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let tenths = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let fraction = fraction.checked_mul(unit.into())?.checked_div(tenths)?;
    whole.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(i64::try_from(fraction).ok()?)
}

/// RFC 3339, UTC: microseconds, or nanoseconds where there are any (`2026-11-22T09:58:12.250000Z`).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.0 % 1_000 == 0 { 6 } else { 9 };
        // Every `i64` of nanoseconds is within jiff's range of years.
        let at = jiff::Timestamp::from_nanosecond(self.0.into()).map_err(|_| fmt::Error)?;
        write!(f, "{at:.digits$}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let at: jiff::Timestamp = text.parse().map_err(de::Error::custom)?;
        i64::try_from(at.as_nanosecond()).map(Self).map_err(de::Error::custom)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339, UTC: six fractional digits, nine where the capture has nanoseconds.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_saturate_and_never_wrap() {
        assert_eq!(Timestamp::from_parts(i64::MAX, 0), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.since(Timestamp::MAX).nanos(), i64::MIN);
        assert_eq!(Timestamp::MAX.plus(Duration::from_secs(1)), Timestamp::MAX);
    }

    #[test]
    fn spans_are_numbers_with_units() {
        for (text, nanos) in [
            ("0s", 0),
            ("1ns", 1),
            ("250us", 250_000),
            ("1.5s", 1_500_000_000),
            ("0.000000001s", 1),
            ("2min", 120_000_000_000),
            ("2m", 120_000_000_000),
            ("1h30m0.5s", 5_400_500_000_000),
            ("106751d", 106_751 * 86_400_000_000_000),
        ] {
            assert_eq!(Duration::parse(text), Some(Duration::from_nanos(nanos)), "{text}");
        }
        for text in [
            "",
            "s",
            "5",
            "5 s",
            "-5s",
            "+5s",
            "1e3s",
            ".5s",
            "1.2.3s",
            "5x",
            "5s3",
            "5S",
            "1.0000000001s",
            "106752d",
        ] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_before_1970_round_down() {
        assert_eq!(Timestamp::from_nanos(-1).second(), -1);
        assert_eq!(Timestamp::from_parts(-1, 500).second(), -1);
        assert_eq!(Timestamp::from_parts(3, 999_999_999).second(), 3);
    }

    #[test]
    fn times_print_as_rfc_3339_with_the_digits_they_have() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_000, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
        ] {
            let at = Timestamp::from_nanos(nanos);
            assert_eq!(at.to_string(), text);
            let json = serde_json::to_string(&at).unwrap();
            assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
        }
    }
}
