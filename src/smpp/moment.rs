//! Times as SMPP writes them, `YYMMDDhhmmsstnnp`: SMPP 3.4 §7.1.1, 5.0 §4.7.23.4 and §4.7.23.5.

/// A time of 16 characters, or of 12 as message centres report it until 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A point in time: tenths of a second since 2000-01-01 00:00 UTC.
    Absolute(i64),
    /// A time from now: years, months, days, hours, minutes, seconds.
    Relative([u8; 6]),
    /// 12 characters in the local time of the message centre, which it does not state.
    Local,
}

impl Moment {
    /// Reads a time; `None` when the characters make none. The day has to exist in its month; a relative time may have
    /// month 00 and day 00, else seven days could not be said.
    #[must_use]
    pub fn parse(characters: &[u8]) -> Option<Self> {
        let (pairs, rest) = characters.split_first_chunk::<12>()?;
        let mut parts = [0_u8; 6];
        for (part, pair) in parts.iter_mut().zip(pairs.chunks_exact(2)) {
            *part = two_digits(pair)?;
        }
        let [year, month, day, hour, minute, second] = parts;
        if hour > 23 || minute > 59 || second > 59 || month > 12 || day > 31 {
            return None;
        }
        match rest {
            [] => (month > 0 && day > 0).then_some(Self::Local),
            b"000R" => Some(Self::Relative(parts)),
            [tenth @ b'0'..=b'9', quarters @ .., sign @ (b'+' | b'-')] => {
                let quarters = two_digits(quarters)?;
                let days = days_since_2000(year, month, day)?;
                if quarters > 48 {
                    return None;
                }
                let seconds = [(days, 86_400_i64), (i64::from(hour), 3_600), (i64::from(minute), 60)]
                    .into_iter()
                    .fold(i64::from(second), |sum, (n, unit)| sum.saturating_add(n.saturating_mul(unit)));
                let offset = i64::from(quarters).saturating_mul(900);
                let utc = if *sign == b'+' {
                    seconds.saturating_sub(offset)
                } else {
                    seconds.saturating_add(offset)
                };
                Some(Self::Absolute(
                    utc.saturating_mul(10).saturating_add(i64::from(tenth.saturating_sub(b'0'))),
                ))
            }
            _ => None,
        }
    }

    /// Whether it is certainly before another one: both are of the same kind, and neither needs a clock.
    #[must_use]
    pub fn is_before(self, other: Self) -> bool {
        match (self, other) {
            (Self::Absolute(a), Self::Absolute(b)) => a < b,
            (Self::Relative(a), Self::Relative(b)) => a < b,
            _ => false,
        }
    }
}

/// Two decimal digits.
fn two_digits(pair: &[u8]) -> Option<u8> {
    match pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(tens.saturating_sub(b'0').saturating_mul(10).saturating_add(ones.saturating_sub(b'0')))
        }
        _ => None,
    }
}

/// Days from 2000-01-01 to a day of 2000 to 2099; `None` when the month has no such day.
fn days_since_2000(year: u8, month: u8, day: u8) -> Option<i64> {
    const BEFORE: [u16; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    // Every fourth year from 2000 to 2099 is a leap year.
    let leap = year & 3 == 0;
    let month = usize::from(month).checked_sub(1)?;
    let before = *BEFORE.get(month)?;
    let length = BEFORE.get(month.saturating_add(1))?.saturating_sub(before);
    let length = if leap && month == 1 { 29 } else { length };
    let day = u16::from(day);
    if day == 0 || day > length {
        return None;
    }
    let leaps = i64::from(year).saturating_add(3) >> 2;
    let passed = i64::from(leap && month > 1);
    Some(
        i64::from(year)
            .saturating_mul(365)
            .saturating_add(leaps)
            .saturating_add(passed)
            .saturating_add(i64::from(before))
            .saturating_add(i64::from(day.saturating_sub(1))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_forms() {
        assert_eq!(Moment::parse(b"000101000000000+"), Some(Moment::Absolute(0)));
        assert_eq!(Moment::parse(b"000101010000500+"), Some(Moment::Absolute(36_005)));
        assert_eq!(Moment::parse(b"000101010000004+"), Some(Moment::Absolute(0)));
        assert_eq!(Moment::parse(b"000101000000004-"), Some(Moment::Absolute(36_000)));
        assert_eq!(Moment::parse(b"000007000000000R"), Some(Moment::Relative([0, 0, 7, 0, 0, 0])));
        assert_eq!(Moment::parse(b"260101000000"), Some(Moment::Local));
    }

    #[test]
    fn days_count_as_the_calendar_has_them() {
        // 2026-11-22 is 9822 days after 2000-01-01, 2024-02-29 is 8825, 2099-12-31 is 36524.
        for (text, days) in
            [(b"261122000000000+", 9_822), (b"240229000000000+", 8_825), (b"991231000000000+", 36_524)]
        {
            assert_eq!(Moment::parse(text), Some(Moment::Absolute(days * 864_000)));
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            &b""[..],
            b"26010100000000+",
            b"261301000000000+",
            b"260132000000000+",
            b"260101240000000+",
            b"260101006000000+",
            b"260101000000049-",
            b"260101000000000Z",
            b"260230000000000+",
            b"250229000000000+",
            b"260100000000000+",
            b"000007000000001R",
            b"2601010000x0000+",
            b"260001000000",
        ] {
            assert_eq!(Moment::parse(text), None, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn only_times_of_one_kind_compare() {
        let early = Moment::parse(b"260101000000000+").unwrap();
        let late = Moment::parse(b"260101000000004-").unwrap();
        let relative = Moment::parse(b"000001000000000R").unwrap();
        assert!(early.is_before(late) && !late.is_before(early));
        assert!(!relative.is_before(late) && !late.is_before(relative));
        assert!(!Moment::Local.is_before(Moment::Local));
    }
}
