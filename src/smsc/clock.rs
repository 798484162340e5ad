//! Points in time as SMPP writes them: SMPP 3.4 §7.1.1 and Appendix B. Always UTC.

use crate::smpp::Moment;
use crate::time::{Duration, Timestamp};

/// 2000-01-01T00:00:00Z in seconds since 1970.
const EPOCH_2000: i64 = 946_684_800;

/// `YYMMDDhhmmss000+`.
pub(crate) fn absolute(at: Timestamp) -> [u8; 16] {
    let mut text = *b"YYMMDDhhmmss000+";
    for (place, digit) in text.iter_mut().zip(digits(at)) {
        *place = digit;
    }
    text
}

/// `YYMMDDhhmm`, as in the text of a receipt.
pub(super) fn minute(at: Timestamp) -> [u8; 10] {
    let mut text = [b'0'; 10];
    for (place, digit) in text.iter_mut().zip(digits(at)) {
        *place = digit;
    }
    text
}

/// The point in time that a time field says, `None` where it is NULL, says nothing, or nothing that can be compared with
/// a clock. A month counts 30 days, a year 365: no version says how long they are.
pub(super) fn point(characters: &[u8], now: Timestamp) -> Option<Timestamp> {
    match Moment::parse(characters)? {
        Moment::Absolute(tenths) => {
            Some(Timestamp::from_parts(EPOCH_2000, 0).plus(Duration::from_millis(tenths.saturating_mul(100))))
        }
        Moment::Relative(parts) => {
            let units = [365 * 86_400, 30 * 86_400, 86_400, 3_600, 60, 1];
            let seconds = parts.iter().zip(units).map(|(&n, unit)| i64::from(n).saturating_mul(unit));
            Some(now.plus(Duration::from_secs(seconds.fold(0, i64::saturating_add))))
        }
        Moment::Local => None,
    }
}

/// The digits of `YYMMDDhhmmss`.
fn digits(at: Timestamp) -> [u8; 12] {
    let second = at.second();
    let (day, rest) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    let (year, month, date) = civil(day);
    let pairs = [year.rem_euclid(100), month, date, rest / 3_600, rest / 60 % 60, rest % 60];
    let mut digits = [b'0'; 12];
    for (place, value) in digits.chunks_exact_mut(2).zip(pairs) {
        if let [tens, ones] = place {
            let value = u8::try_from(value).unwrap_or(0);
            *tens = b'0'.saturating_add(value / 10);
            *ones = b'0'.saturating_add(value % 10);
        }
    }
    digits
}

/// Year, month and day of a day since 1970-01-01, by the proleptic Gregorian calendar. In eras of 400 years that begin
/// on a 1 March, so that a leap day is the last of its year.
const fn civil(day: i64) -> (i64, i64, i64) {
    let day = day.saturating_add(719_468);
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year;
    (if month <= 2 { year + 1 } else { year }, month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_agree_with_the_calendar_of_the_library() {
        for at in
            ["2026-11-27T02:11:05Z", "2024-02-29T23:59:59Z", "2000-03-01T00:00:00Z", "2099-12-31T12:00:00Z"]
        {
            let parsed: jiff::Timestamp = at.parse().unwrap();
            let time = Timestamp::from_parts(parsed.as_second(), 0);
            let want: String = at[2..].chars().filter(char::is_ascii_digit).collect();
            let text = absolute(time);
            assert_eq!(std::str::from_utf8(&text[..12]).unwrap(), want);
            assert_eq!(point(&text, Timestamp::MIN), Some(time));
            assert_eq!(minute(time), text[..10]);
        }
    }

    #[test]
    fn relative_times_count_from_now() {
        let now = Timestamp::from_parts(1_000, 0);
        assert_eq!(point(b"000001020304000R", now), Some(Timestamp::from_parts(1_000 + 93_784, 0)));
        assert_eq!(point(b"", now), None);
        assert_eq!(point(b"nonsense", now), None);
    }
}
