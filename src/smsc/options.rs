//! What the message centre is told to do. Every value can be read from text, as the command line has it.

use std::fmt;
use std::str::FromStr;

use super::fault::Faults;
use super::ids::IdNotation;
use super::random::Random;
use super::recorded::Recording;
use crate::smpp::{CommandStatus, Version, spec};
use crate::time::Duration;

/// What the message centre does. The default accepts everybody and delivers every message after a second.
#[derive(Clone, Debug)]
pub struct Options {
    /// What it calls itself in bind responses and outbind: at most 15 characters.
    pub system_id: String,
    /// Who may bind; empty: everybody.
    pub accounts: Vec<Account>,
    /// The highest version it speaks.
    pub version: Version,
    /// Whether requests that break a rule of severity warning are accepted; errors are always refused.
    pub lenient: bool,
    /// How message ids are written in responses.
    pub ids: IdNotation,
    /// How they are written in receipts.
    pub receipt_ids: IdNotation,
    /// The number of the first message.
    pub first_id: u64,
    /// How long a request waits for its response.
    pub latency: Delay,
    /// Statuses for a share of the messages submitted.
    pub errors: Mix<CommandStatus>,
    /// Final states by share; the rest is delivered.
    pub states: Mix<FinalState>,
    /// How long after its response a message becomes final.
    pub receipt_delay: Delay,
    /// Messages a second that a session may submit; more are answered ESME_RTHROTTLED.
    pub rate: Option<u32>,
    /// Requests of a session that may wait for their response; more are answered ESME_RMSGQFUL.
    pub window: Option<u32>,
    /// Requests to a session that may wait for their response.
    pub deliver_window: u32,
    /// Whether destinations 111 to 666 do what Melrose Labs' simulator does with them.
    pub magic: bool,
    /// Messages a second that mobiles send, over all sessions that receive.
    pub mo: f64,
    /// Where they send them to.
    pub mo_destination: String,
    /// Silence after which an enquire_link is sent; zero: never.
    pub enquire_link: Duration,
    /// How long a response to us may take.
    pub response_timeout: Duration,
    /// How long a connection may be without a bind.
    pub bind_timeout: Duration,
    /// system_id and password of the outbind sent on connections that we opened.
    pub outbind: Account,
    /// Misbehaviour.
    pub faults: Faults,
    /// What was recorded of another message centre, to answer as it did.
    pub recording: Option<Recording>,
    /// Connections at a time; more are refused.
    pub max_connections: usize,
    /// Messages kept; the oldest final ones make way, and without any the answer is ESME_RMSGQFUL.
    pub max_messages: usize,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            system_id: "smpp-inspect".to_owned(),
            accounts: Vec::new(),
            version: Version::V50,
            lenient: false,
            ids: IdNotation::default(),
            receipt_ids: IdNotation::default(),
            first_id: 1,
            latency: Delay::NONE,
            errors: Mix::default(),
            states: Mix::default(),
            receipt_delay: Delay::Fixed(Duration::from_secs(1)),
            rate: None,
            window: None,
            deliver_window: 10,
            magic: false,
            mo: 0.0,
            mo_destination: "80123".to_owned(),
            enquire_link: Duration::from_secs(30),
            response_timeout: Duration::from_secs(10),
            bind_timeout: Duration::from_secs(30),
            outbind: Account { system_id: "smpp-inspect".to_owned(), password: String::new() },
            faults: Faults::default(),
            recording: None,
            max_connections: 1_000,
            max_messages: 1_000_000,
            seed: 0,
        }
    }
}

/// Who may bind.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// system_id.
    pub system_id: String,
    /// password.
    pub password: String,
}

/// Passwords are not printed.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.system_id)
    }
}

impl FromStr for Account {
    type Err = String;

    /// `id:password`; the password may hold colons. Lengths are those of 3.4 §5.2.1 and §5.2.2.
    fn from_str(text: &str) -> Result<Self, String> {
        let (id, password) = text.split_once(':').ok_or("id:password is needed")?;
        if id.is_empty() || id.len() > 15 || !id.is_ascii() {
            return Err("a system_id has 1 to 15 ASCII characters".to_owned());
        }
        if password.len() > 8 || !password.is_ascii() {
            return Err("a password has at most 8 ASCII characters".to_owned());
        }
        Ok(Self { system_id: id.to_owned(), password: password.to_owned() })
    }
}

/// A span of time, the same or another each time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delay {
    /// Always the same: `20ms`.
    Fixed(Duration),
    /// Any between two, each as likely: `10ms..50ms`.
    Uniform(Duration, Duration),
    /// Exponential with this mean: `exp:20ms`.
    Exponential(Duration),
    /// Log-normal with this median and this 99th percentile: `p50:20ms,p99:200ms`.
    LogNormal(Duration, Duration),
}

/// No delay is longer.
const LONGEST: Duration = Duration::from_secs(86_400);

impl Delay {
    /// None.
    pub const NONE: Self = Self::Fixed(Duration::ZERO);

    pub(super) fn draw(self, random: &mut Random) -> Duration {
        let drawn = match self {
            Self::Fixed(delay) => delay,
            Self::Uniform(from, to) => {
                let width = to.nanos().saturating_sub(from.nanos()).max(0);
                let width = u64::try_from(width).unwrap_or(0).saturating_add(1);
                let more = i64::try_from(random.below(width)).unwrap_or(i64::MAX);
                Duration::from_nanos(from.nanos().saturating_add(more))
            }
            Self::Exponential(mean) => scaled(mean, -random.fraction().ln()),
            Self::LogNormal(median, p99) => {
                // Box and Muller's normal deviate; 2.326 of them lie at the 99th percentile.
                let angle = std::f64::consts::TAU * random.fraction();
                let normal = (-2.0 * random.fraction().ln()).sqrt() * angle.cos();
                let spread = (ratio(p99, median)).ln() / 2.326_347_874;
                scaled(median, (normal * spread).exp())
            }
        };
        drawn.clamp(Duration::ZERO, LONGEST)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "a random span; the cast saturates"
)]
fn scaled(span: Duration, by: f64) -> Duration {
    Duration::from_nanos((span.nanos() as f64 * by) as i64)
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a random span's spread")]
fn ratio(one: Duration, other: Duration) -> f64 {
    one.nanos().max(1) as f64 / other.nanos().max(1) as f64
}

impl FromStr for Delay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(mean) = text.strip_prefix("exp:") {
            return Ok(Self::Exponential(span(mean)?));
        }
        if let Some(rest) = text.strip_prefix("p50:") {
            let (median, p99) = rest.split_once(",p99:").ok_or("p50:SPAN,p99:SPAN is needed")?;
            let (median, p99) = (span(median)?, span(p99)?);
            if median == Duration::ZERO || p99 < median {
                return Err("the median is above 0, the 99th percentile at least the median".to_owned());
            }
            return Ok(Self::LogNormal(median, p99));
        }
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (span(from)?, span(to)?);
            if to < from {
                return Err("the second span is at least the first".to_owned());
            }
            return Ok(Self::Uniform(from, to));
        }
        span(text).map(Self::Fixed)
    }
}

/// A span of time from text: `250us`, `20ms`, `1.5s`, `2m`, `1h`; `0` needs no unit.
///
/// # Errors
/// No number, no unit, or more than a day.
pub fn span(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let span = Duration::parse(text).ok_or("a number with us, ms, s, m or h is needed, such as 20ms")?;
    if span > Duration::from_secs(86_400) {
        return Err("a day at most".to_owned());
    }
    Ok(span)
}

/// Things with their shares; what the shares leave is none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix<T>(Vec<(T, u32)>);

/// Parts of a share in the whole.
const WHOLE: u32 = 1_000_000;

impl<T> Default for Mix<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Mix<T> {
    pub(super) fn draw(&self, random: &mut Random) -> Option<T> {
        if self.0.is_empty() {
            return None;
        }
        let mut left = random.below(u64::from(WHOLE));
        for &(thing, share) in &self.0 {
            match left.checked_sub(u64::from(share)) {
                None => return Some(thing),
                Some(less) => left = less,
            }
        }
        None
    }
}

impl<T: FromStr<Err = String>> FromStr for Mix<T> {
    type Err = String;

    /// `THING=PERCENT,THING=PERCENT`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut shares = Vec::new();
        let mut sum: u32 = 0;
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (thing, percent) = part.split_once('=').ok_or("NAME=PERCENT is needed")?;
            let share = share(percent)?;
            sum = sum.saturating_add(share);
            shares.push((thing.parse()?, share));
        }
        if sum > WHOLE { Err("the shares are more than 100 %".to_owned()) } else { Ok(Self(shares)) }
    }
}

/// Parts in a million from `2`, `0.5` or `2%`.
pub(super) fn share(percent: &str) -> Result<u32, String> {
    let number = percent.strip_suffix('%').unwrap_or(percent);
    let number: f64 = number.parse().map_err(|_| format!("{percent:?} is no percentage"))?;
    if !(0.0..=100.0).contains(&number) {
        return Err(format!("{percent}: 0 to 100 is needed"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "0 to 1,000,000"
    )]
    Ok((number * 10_000.0).round() as u32)
}

/// Whether something with this share happens.
pub(super) fn happens(share: u32, random: &mut Random) -> bool {
    share > 0 && random.below(u64::from(WHOLE)) < u64::from(share)
}

impl FromStr for CommandStatus {
    type Err = String;

    /// A name (`ESME_RTHROTTLED`, `RTHROTTLED`) or a number (`88`, `0x58`), not success.
    fn from_str(text: &str) -> Result<Self, String> {
        let named = spec::STATUSES.iter().find(|status| {
            status.name.eq_ignore_ascii_case(text)
                || status.name.strip_prefix("ESME_").is_some_and(|name| name.eq_ignore_ascii_case(text))
        });
        let number = match text.strip_prefix("0x") {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        };
        match named.map(|status| status.value).or(number.map(CommandStatus)) {
            Some(CommandStatus::OK) => Err("0 is no error".to_owned()),
            Some(status) => Ok(status),
            None => Err(format!("{text}: no status has this name or number")),
        }
    }
}

/// A state in which a message stays: SMPP 3.4 §5.2.28.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalState {
    /// DELIVRD
    Delivered,
    /// EXPIRED
    Expired,
    /// DELETED
    Deleted,
    /// UNDELIV
    Undeliverable,
    /// ACCEPTD
    Accepted,
    /// UNKNOWN
    Unknown,
    /// REJECTD
    Rejected,
}

impl FinalState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Delivered,
        Self::Expired,
        Self::Deleted,
        Self::Undeliverable,
        Self::Accepted,
        Self::Unknown,
        Self::Rejected,
    ];

    /// message_state.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Delivered => 2,
            Self::Expired => 3,
            Self::Deleted => 4,
            Self::Undeliverable => 5,
            Self::Accepted => 6,
            Self::Unknown => 7,
            Self::Rejected => 8,
        }
    }

    /// The seven capitals of SMPP 3.4 Appendix B.
    #[must_use]
    pub const fn stat(self) -> &'static str {
        match self {
            Self::Delivered => "DELIVRD",
            Self::Expired => "EXPIRED",
            Self::Deleted => "DELETED",
            Self::Undeliverable => "UNDELIV",
            Self::Accepted => "ACCEPTD",
            Self::Unknown => "UNKNOWN",
            Self::Rejected => "REJECTD",
        }
    }
}

impl FromStr for FinalState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.stat().eq_ignore_ascii_case(text)).ok_or_else(|| {
            format!("{text}: DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD, UNKNOWN or REJECTD is needed")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_delays_are_read_from_text() {
        for (text, want) in [
            ("0", Delay::NONE),
            ("20ms", Delay::Fixed(Duration::from_millis(20))),
            ("1.5s", Delay::Fixed(Duration::from_millis(1_500))),
            ("10ms..50ms", Delay::Uniform(Duration::from_millis(10), Duration::from_millis(50))),
            ("exp:2m", Delay::Exponential(Duration::from_secs(120))),
            ("p50:1ms,p99:1s", Delay::LogNormal(Duration::from_millis(1), Duration::from_secs(1))),
        ] {
            assert_eq!(text.parse(), Ok(want), "{text}");
        }
        for text in
            ["", "20", "ms", "-1s", "50ms..10ms", "2d", "p50:0,p99:1s", "p50:1s", "25h", "1.2.3s", "1e3s"]
        {
            assert!(text.parse::<Delay>().is_err(), "{text}");
        }
    }

    #[test]
    fn drawn_delays_have_the_distribution_asked_for() {
        let mut random = Random::new(1);
        let mut drawn = |text: &str| {
            let delay: Delay = text.parse().unwrap();
            let mut all: Vec<i64> = (0..20_000).map(|_| delay.draw(&mut random).nanos() / 1_000).collect();
            all.sort_unstable();
            (all[10_000], all[19_800], all.iter().sum::<i64>() / 20_000)
        };
        assert_eq!(drawn("7ms"), (7_000, 7_000, 7_000));
        let (median, p99, mean) = drawn("10ms..50ms");
        assert!((29_000..31_000).contains(&median) && (49_000..50_000).contains(&p99), "{median} {p99}");
        assert!((29_500..30_500).contains(&mean), "{mean}");
        let (median, _, mean) = drawn("exp:20ms");
        assert!((19_500..20_500).contains(&mean) && (13_300..14_400).contains(&median), "{median} {mean}");
        let (median, p99, _) = drawn("p50:20ms,p99:200ms");
        assert!((19_000..21_000).contains(&median) && (180_000..220_000).contains(&p99), "{median} {p99}");
    }

    #[test]
    fn mixes_are_drawn_by_share() {
        let mix: Mix<CommandStatus> = "RTHROTTLED=10%,0x45=0.5".parse().unwrap();
        let mut random = Random::new(2);
        let mut counts = [0; 3];
        for _ in 0..100_000 {
            match mix.draw(&mut random) {
                Some(CommandStatus::RTHROTTLED) => counts[0] += 1,
                Some(CommandStatus::RSUBMITFAIL) => counts[1] += 1,
                Some(other) => panic!("{other}"),
                None => counts[2] += 1,
            }
        }
        assert!((9_700..10_300).contains(&counts[0]) && (420..580).contains(&counts[1]), "{counts:?}");
        for text in ["RTHROTTLED", "RTHROTTLED=101", "nonsense=1", "0=1", "88=60,69=60", "88=x"] {
            assert!(text.parse::<Mix<CommandStatus>>().is_err(), "{text}");
        }
        assert!("UNDELIV=5,EXPIRED=1".parse::<Mix<FinalState>>().is_ok());
    }

    #[test]
    fn accounts_do_not_print_their_password() {
        let account: Account = "acme:s3c:ret".parse().unwrap();
        assert_eq!((account.system_id.as_str(), account.password.as_str()), ("acme", "s3c:ret"));
        assert!(!format!("{account:?}").contains("s3c"));
        for text in ["acme", ":x", "sixteencharacter:x", "acme:ninechars"] {
            assert!(text.parse::<Account>().is_err(), "{text}");
        }
    }
}
