//! Numbers as people read them: thousands separators, milliseconds with sensible digits, spans in words.

/// `1234567` as `1,234,567`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with its noun: `1 frame`, `2 frames`; a noun in `-y`, `-s` or `-x` takes its plural spelt out by the
/// caller, who writes it instead.
pub(super) fn of(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Microseconds as milliseconds without the unit: `0.042`, `0.42`, `4.2`, `42`, `4,200`; `-` where unknown.
pub(super) fn millis(micros: Option<f64>) -> String {
    let Some(micros) = micros else { return "-".to_owned() };
    let millis = micros / 1_000.0;
    // The bounds are where the next form would round up to a digit more.
    match millis.abs() {
        0.0 => "0".to_owned(),
        m if m < 0.0995 => format!("{millis:.3}"),
        m if m < 0.995 => format!("{millis:.2}"),
        m if m < 9.95 => format!("{millis:.1}"),
        _ => whole(millis),
    }
}

/// `part` of `whole` in percent without the sign: `70.2`; `-` of nothing.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    // Tenths of a percent, rounded half up, in integers: no double can show in the last digit.
    let tenths = (u128::from(part) * 2_000 + u128::from(whole)) / (u128::from(whole) * 2);
    // Something is never shown as nothing, nor nearly all as all.
    match tenths {
        0 if part > 0 => "<0.1".to_owned(),
        1_000 if part < whole => ">99.9".to_owned(),
        tenths => format!("{}.{}", tenths / 10, tenths % 10),
    }
}

/// Octets: `512 octets`, `3.10 GB`.
pub(super) fn octets(n: u64) -> String {
    let mut unit = 1_000_u64;
    for name in ["kB", "MB", "GB", "TB", "PB"] {
        let hundredths = (u128::from(n) * 200 + u128::from(unit)) / (u128::from(unit) * 2);
        if n >= 1_000 && hundredths < 100_000 {
            return match hundredths {
                ..1_000 => format!("{}.{:02} {name}", hundredths / 100, hundredths % 100),
                1_000..10_000 => format!("{}.{} {name}", hundredths / 100, hundredths / 10 % 10),
                _ => format!("{} {name}", hundredths / 100),
            };
        }
        unit = unit.saturating_mul(1_000);
    }
    of(n, "octet")
}

/// A span given in milliseconds: `0.4 ms`, `850 ms`, `4.2 s`, `69 min 28 s`, `3 h 20 min`, `2 d 3 h`.
pub(super) fn span(millis: f64) -> String {
    if millis < 1_000.0 {
        return format!("{} ms", self::millis(Some(millis * 1_000.0)));
    }
    if millis < 59_950.0 {
        return format!("{:.1} s", millis / 1_000.0);
    }
    let seconds = rounded(millis / 1_000.0);
    match seconds {
        ..7_200 => format!("{} min {} s", seconds / 60, seconds % 60),
        7_200..172_800 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// As [`span`], in one unit: `850 ms`, `4.2 s`, `69 min`, `3.3 h`, `2.1 d`.
pub(super) fn short_span(millis: f64) -> String {
    let seconds = millis / 1_000.0;
    match seconds {
        ..59.95 => span(millis),
        ..99.5 => format!("{seconds:.0} s"),
        ..7_170.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3_600.0),
        _ => format!("{:.1} d", seconds / 86_400.0),
    }
}

fn whole(n: f64) -> String {
    let digits = count(rounded(n.abs()));
    if n < 0.0 { format!("-{digits}") } else { digits }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the standard library has no other way; it saturates, and the figure is for reading only"
)]
fn rounded(n: f64) -> u64 {
    n.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (999_999, "999,999"),
            (1_000_000, "1,000,000"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(count(n), text);
        }
        assert_eq!((of(1, "frame"), of(2, "frame")), ("1 frame".to_owned(), "2 frames".to_owned()));
    }

    #[test]
    fn milliseconds_have_two_or_three_digits_that_matter() {
        for (micros, text) in [
            (0.0, "0"),
            (1.0, "0.001"),
            (42.4, "0.042"),
            (99.4, "0.099"),
            (99.6, "0.10"),
            (424.0, "0.42"),
            (994.9, "0.99"),
            (996.0, "1.0"),
            (4_240.0, "4.2"),
            (9_949.0, "9.9"),
            (9_960.0, "10"),
            (42_400.0, "42"),
            (1_060_000.0, "1,060"),
            (-4_240.0, "-4.2"),
        ] {
            assert_eq!(millis(Some(micros)), text, "{micros}");
        }
        assert_eq!(millis(None), "-");
    }

    #[test]
    fn percentages_never_round_to_nothing_or_all() {
        for (part, whole, text) in [
            (0, 0, "-"),
            (0, 7, "0.0"),
            (180_894, 257_544, "70.2"),
            (1, 100_000, "<0.1"),
            (99_999, 100_000, ">99.9"),
            (7, 7, "100.0"),
            (1, 3, "33.3"),
            (u64::MAX, u64::MAX, "100.0"),
        ] {
            assert_eq!(percent(part, whole), text);
        }
    }

    #[test]
    fn octets_take_the_unit_that_leaves_three_digits() {
        for (n, text) in [
            (0, "0 octets"),
            (1, "1 octet"),
            (999, "999 octets"),
            (1_000, "1.00 kB"),
            (12_345, "12.3 kB"),
            (123_456, "123 kB"),
            (999_996, "1.00 MB"),
            (3_100_000_000, "3.10 GB"),
        ] {
            assert_eq!(octets(n), text);
        }
    }

    #[test]
    fn spans_read_as_people_say_them() {
        for (millis, long, short) in [
            (0.0, "0 ms", "0 ms"),
            (0.4, "0.40 ms", "0.40 ms"),
            (850.0, "850 ms", "850 ms"),
            (4_230.0, "4.2 s", "4.2 s"),
            (72_000.0, "1 min 12 s", "72 s"),
            (4_168_000.0, "69 min 28 s", "69 min"),
            (12_000_000.0, "3 h 20 min", "3.3 h"),
            (183_600_000.0, "2 d 3 h", "2.1 d"),
        ] {
            assert_eq!((span(millis).as_str(), short_span(millis).as_str()), (long, short));
        }
    }
}
