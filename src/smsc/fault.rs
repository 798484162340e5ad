//! Misbehaviour on demand.

use std::fmt;
use std::str::FromStr;

use super::options::{happens, share};
use super::random::Random;
use crate::time::Duration;

/// One way to misbehave. Faults begin once a session is bound; its bind response is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A PDU comes in up to four pieces, 20 ms apart.
    Split,
    /// PDUs wait for up to seven others, 200 ms at most, and come at once.
    Coalesce,
    /// From here on nothing is sent; the connection stays.
    Silence,
    /// The connection is reset instead of a response.
    Reset,
    /// After a response our side of the connection is closed; what the peer sends is still read.
    HalfClose,
    /// A response has a sequence_number that nobody asked with.
    WrongSequence,
    /// A response comes twice.
    Duplicate,
    /// A response comes 15 s late.
    Late,
    /// 1 to 32 random octets stand before a PDU.
    Garbage,
    /// A PDU comes octet by octet, 5 ms apart.
    Slow,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 10] = [
        Self::Split,
        Self::Coalesce,
        Self::Silence,
        Self::Reset,
        Self::HalfClose,
        Self::WrongSequence,
        Self::Duplicate,
        Self::Late,
        Self::Garbage,
        Self::Slow,
    ];

    /// Between pieces of a split PDU.
    pub(super) const SPLIT: Duration = Duration::from_millis(20);
    /// How long a PDU waits for others.
    pub(super) const COALESCE: Duration = Duration::from_millis(200);
    /// PDUs that come at once at most.
    pub(super) const TOGETHER: u32 = 8;
    /// How late a late response is.
    pub(super) const LATE: Duration = Duration::from_secs(15);
    /// Between octets of a slow PDU.
    pub(super) const SLOW: Duration = Duration::from_millis(5);

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Coalesce => "coalesce",
            Self::Silence => "silence",
            Self::Reset => "rst",
            Self::HalfClose => "half-close",
            Self::WrongSequence => "wrong-sequence",
            Self::Duplicate => "duplicate",
            Self::Late => "late",
            Self::Garbage => "garbage",
            Self::Slow => "slow",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often each fault happens, by PDU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<(Fault, u32)>);

impl Faults {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn strikes(&self, fault: Fault, random: &mut Random) -> bool {
        self.0.iter().any(|&(one, share)| one == fault && happens(share, random))
    }
}

impl FromStr for Faults {
    type Err = String;

    /// `NAME[=PERCENT],…`; without a share always.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut faults = Vec::new();
        for part in text.split(',') {
            let (name, share) = match part.split_once('=') {
                Some((name, percent)) => (name, share(percent)?),
                None => (part, share("100")?),
            };
            let fault = Fault::ALL.into_iter().find(|fault| fault.name() == name).ok_or_else(|| {
                let names = Fault::ALL.map(Fault::name).join(", ");
                format!("{name}: one of {names} is needed")
            })?;
            if faults.iter().any(|&(one, _)| one == fault) {
                return Err(format!("{name} stands there twice"));
            }
            faults.push((fault, share));
        }
        Ok(Self(faults))
    }
}
