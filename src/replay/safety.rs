//! Whether anything may be sent, and where to. A real SMS sent by accident is the worst that a replay can do, so every rule
//! here refuses unless it was told otherwise in so many words.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::plan::Session;

/// Requests a second off loopback, unless told otherwise.
pub const RATE_CAP: f64 = 100.0;

/// Where to send to.
#[derive(Clone, Debug)]
pub struct Target {
    /// As it was named.
    pub host: String,
    /// The port.
    pub port: u16,
    /// All that the name resolves to.
    pub addresses: Vec<IpAddr>,
}

/// What was allowed.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    /// Hosts outside loopback that may be sent to, spelled as in the target.
    pub allow_hosts: Vec<String>,
    /// Whether every destination is replaced: by rules, or by test numbers.
    pub destinations_mapped: bool,
    /// Whether destinations may be sent as captured.
    pub keep_destinations: bool,
    /// The destinations that may be sent to.
    pub dest_allow: Vec<String>,
    /// The system_id that the message centre has to have.
    pub expect_system_id: Option<String>,
    /// Requests a second off loopback.
    pub rate_cap: Option<f64>,
}

/// What the capture says about who must not be reached.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Both ends of every session in the capture, selected or not; `None`: too many to know them all.
    pub ends: Option<&'a BTreeSet<SocketAddr>>,
    /// The sessions to be replayed.
    pub sessions: &'a [Session],
}

/// Addresses that were checked, and the conditions. The driver connects to nothing else, and only
/// [`check`] makes one.
#[derive(Clone, Debug)]
pub struct Cleared {
    addresses: Vec<SocketAddr>,
    is_loopback: bool,
    rate_cap: Option<f64>,
    expect: Option<String>,
    forbidden: Vec<String>,
}

impl Cleared {
    /// The addresses.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether all of them are of this machine alone.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// Requests a second, at most.
    #[must_use]
    pub const fn rate_cap(&self) -> Option<f64> {
        self.rate_cap
    }

    /// The system_id that every bind response has to have.
    #[must_use]
    pub fn expect(&self) -> Option<&str> {
        self.expect.as_deref()
    }

    /// system_ids that no bind response may have: those of captured message centres on other machines.
    #[must_use]
    pub fn forbidden(&self) -> &[String] {
        &self.forbidden
    }

    /// Whom requests may reach.
    #[must_use]
    pub const fn needs_safe_destinations(&self) -> bool {
        !self.is_loopback
    }
}

/// Why nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The name resolves to nothing.
    Nowhere(String),
    /// The address belongs to no single machine: unspecified, multicast, broadcast.
    NoMachine(IpAddr),
    /// The host is not on loopback and was not allowed.
    HostNotAllowed(String),
    /// The address is an end of the capture.
    EndOfCapture(IpAddr),
    /// Address and port are an end of the capture.
    SameEnd(SocketAddr),
    /// There are too many ends to know that the target is none.
    EndsUnknown,
    /// Destinations would be sent as captured.
    DestinationsNotSafe,
    /// Destinations would be kept, and nobody said which.
    NoDestAllow,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere(host) => write!(f, "{host} resolves to no address"),
            Self::NoMachine(ip) => write!(f, "{ip} is not the address of one machine"),
            Self::HostNotAllowed(host) => write!(
                f,
                "{host} is not this machine: if it really is a test SMSC, repeat the host with --allow-host {host}"
            ),
            Self::EndOfCapture(ip) => write!(f, "{ip} is an end of the capture: it may be the real message centre"),
            Self::SameEnd(end) => write!(f, "{end} is an end of the capture, the same port included"),
            Self::EndsUnknown => {
                f.write_str("the capture has too many ends to be sure that the target is none of them: select sessions")
            }
            Self::DestinationsNotSafe => f.write_str(
                "the captured destinations may be people's: replace them by --test-numbers or --map-dest, or say \
                 --keep-destinations with the --dest-allow list of those that may be reached",
            ),
            Self::NoDestAllow => {
                f.write_str("--keep-destinations needs a --dest-allow list outside this machine")
            }
        }
    }
}

/// Checks everything that can be known before a connection is opened.
///
/// # Errors
/// All that speaks against it.
pub fn check(
    target: &Target,
    allowed: &Permissions,
    evidence: &Evidence<'_>,
) -> Result<Cleared, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let addresses: Vec<IpAddr> = target.addresses.iter().map(IpAddr::to_canonical).collect();
    if addresses.is_empty() {
        refusals.push(Refusal::Nowhere(target.host.clone()));
    }
    refusals.extend(addresses.iter().filter(|ip| !is_machine(**ip)).map(|ip| Refusal::NoMachine(*ip)));
    let is_loopback = !addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback);
    if !is_loopback && !allowed.allow_hosts.iter().any(|host| same_host(host, &target.host)) {
        refusals.push(Refusal::HostNotAllowed(target.host.clone()));
    }
    for &ip in &addresses {
        let meets =
            |test: &dyn Fn(&SocketAddr) -> bool| evidence.ends.is_some_and(|ends| ends.iter().any(test));
        if ip.is_loopback() {
            // Whatever address of it: one listener serves them all as a rule.
            if meets(&|end| end.ip().to_canonical().is_loopback() && end.port() == target.port) {
                refusals.push(Refusal::SameEnd(SocketAddr::new(ip, target.port)));
            }
        } else if meets(&|end| end.ip().to_canonical() == ip) {
            refusals.push(Refusal::EndOfCapture(ip));
        }
    }
    if evidence.ends.is_none() {
        refusals.push(Refusal::EndsUnknown);
    }
    if !is_loopback && !allowed.destinations_mapped {
        if !allowed.keep_destinations {
            refusals.push(Refusal::DestinationsNotSafe);
        } else if allowed.dest_allow.is_empty() {
            refusals.push(Refusal::NoDestAllow);
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let forbidden: BTreeSet<String> = evidence
        .sessions
        .iter()
        .filter(|session| !session.smsc.ip().to_canonical().is_loopback())
        .filter_map(|session| session.smsc_system_id.as_deref().filter(|name| !name.is_empty()))
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    Ok(Cleared {
        addresses: addresses.iter().map(|&ip| SocketAddr::new(ip, target.port)).collect(),
        is_loopback,
        rate_cap: (!is_loopback).then(|| allowed.rate_cap.unwrap_or(RATE_CAP)),
        expect: allowed.expect_system_id.clone(),
        forbidden: forbidden.into_iter().collect(),
    })
}

fn is_machine(ip: IpAddr) -> bool {
    let is_broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !ip.is_unspecified() && !ip.is_multicast() && !is_broadcast
}

fn same_host(one: &str, other: &str) -> bool {
    let plain = |host: &str| host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::plan::{Captured, Planner};
    use crate::time::Timestamp;

    fn target(host: &str, addresses: &[&str]) -> Target {
        let addresses = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
        Target { host: host.to_owned(), port: 2_775, addresses }
    }

    /// A session of 10.0.0.5 with the message centre 10.0.0.9 that calls itself `Production`, and one on loopback.
    fn planner() -> Planner {
        let mut planner = Planner::default();
        let response = b"\0\0\0\x1b\x80\0\0\x09\0\0\0\0\0\0\0\x01Production\0";
        for (session, esme, smsc) in
            [("s0", "10.0.0.5:40000", "10.0.0.9:2775"), ("s1", "127.0.0.1:40000", "127.0.0.1:9000")]
        {
            let pdu = Captured {
                session,
                account: "a",
                from_esme: false,
                esme: esme.parse().unwrap(),
                smsc: smsc.parse().unwrap(),
                at: Timestamp::from_parts(1, 0),
                octets: response,
                whole: true,
                version: None,
                file: None,
                frame: 1,
                index: 0,
            };
            planner.push(&pdu, &mut |_| {});
        }
        planner
    }

    fn outcome(target: &Target, allowed: &Permissions) -> Result<Cleared, Vec<Refusal>> {
        let planner = planner();
        check(target, allowed, &Evidence { ends: planner.ends(), sessions: planner.sessions() })
    }

    fn remote() -> Permissions {
        Permissions {
            allow_hosts: vec!["lab.example".to_owned()],
            destinations_mapped: true,
            ..Permissions::default()
        }
    }

    #[test]
    fn a_target_outside_loopback_needs_its_host_repeated() {
        // Private and documentation ranges, too.
        for ip in ["192.0.2.1", "192.168.1.1", "10.1.1.1", "2001:db8::1", "fe80::1"] {
            let target = target("lab.example", &[ip]);
            let allowed = Permissions { allow_hosts: Vec::new(), ..remote() };
            let refused = outcome(&target, &allowed).unwrap_err();
            assert_eq!(refused, [Refusal::HostNotAllowed("lab.example".to_owned())], "{ip}");
            let allowed = Permissions { allow_hosts: vec!["other.example".to_owned()], ..remote() };
            assert!(outcome(&target, &allowed).is_err());
            assert!(outcome(&target, &remote()).is_ok());
        }
    }

    #[test]
    fn one_address_outside_loopback_makes_the_target_so() {
        let target = target("lab.example", &["127.0.0.1", "192.0.2.1"]);
        let allowed = Permissions { allow_hosts: Vec::new(), ..remote() };
        assert_eq!(outcome(&target, &allowed).unwrap_err().len(), 1);
        assert!(!outcome(&target, &remote()).unwrap().is_loopback());
    }

    #[test]
    fn destinations_off_loopback_are_mapped_or_listed() {
        let target = target("lab.example", &["192.0.2.1"]);
        let kept = Permissions { destinations_mapped: false, ..remote() };
        assert_eq!(outcome(&target, &kept).unwrap_err(), [Refusal::DestinationsNotSafe]);
        let listed = Permissions { dest_allow: vec!["4477009*".to_owned()], ..kept.clone() };
        assert_eq!(outcome(&target, &listed).unwrap_err(), [Refusal::DestinationsNotSafe]);
        let unlisted = Permissions { keep_destinations: true, ..kept };
        assert_eq!(outcome(&target, &unlisted).unwrap_err(), [Refusal::NoDestAllow]);
        assert!(outcome(&target, &Permissions { keep_destinations: true, ..listed }).is_ok());
    }

    #[test]
    fn an_address_that_is_an_end_of_the_capture_is_refused_whatever_is_allowed() {
        for ip in ["10.0.0.9", "10.0.0.5", "::ffff:10.0.0.9"] {
            let target = target("lab.example", &["192.0.2.1", ip]);
            let refused = outcome(&target, &remote()).unwrap_err();
            assert!(matches!(refused[..], [Refusal::EndOfCapture(_)]), "{ip}: {refused:?}");
        }
    }

    #[test]
    fn on_loopback_the_same_port_is_refused() {
        for ip in ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"] {
            let mut target = target("localhost", &[ip]);
            assert!(outcome(&target, &Permissions::default()).is_ok(), "{ip}");
            target.port = 9_000;
            let refused = outcome(&target, &Permissions::default()).unwrap_err();
            assert!(matches!(refused[..], [Refusal::SameEnd(_)]), "{ip}: {refused:?}");
        }
    }

    #[test]
    fn what_is_no_machine_or_nothing_is_refused() {
        for ip in ["0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1"] {
            let refused = outcome(&target("lab.example", &[ip]), &remote()).unwrap_err();
            assert!(matches!(refused[..], [Refusal::NoMachine(_)]), "{ip}: {refused:?}");
        }
        let refused = outcome(&target("lab.example", &[]), &remote()).unwrap_err();
        assert_eq!(refused, [Refusal::Nowhere("lab.example".to_owned())]);
    }

    #[test]
    fn ends_that_are_not_known_refuse() {
        let evidence = Evidence { ends: None, sessions: &[] };
        let refused = check(&target("lab.example", &["192.0.2.1"]), &remote(), &evidence).unwrap_err();
        assert_eq!(refused, [Refusal::EndsUnknown]);
    }

    #[test]
    fn the_rate_is_capped_off_loopback_only() {
        let remote_target = target("lab.example", &["192.0.2.1"]);
        assert_eq!(outcome(&remote_target, &remote()).unwrap().rate_cap(), Some(100.0));
        let more = Permissions { rate_cap: Some(7.0), ..remote() };
        assert_eq!(outcome(&remote_target, &more).unwrap().rate_cap(), Some(7.0));
        let local = outcome(&target("localhost", &["::1"]), &Permissions::default()).unwrap();
        assert_eq!(local.rate_cap(), None);
    }

    #[test]
    fn the_name_of_a_captured_message_centre_elsewhere_is_forbidden() {
        let cleared = outcome(&target("localhost", &["127.0.0.1"]), &Permissions::default()).unwrap();
        assert_eq!(cleared.forbidden(), ["Production"]);
        assert_eq!(cleared.addresses(), ["127.0.0.1:2775".parse().unwrap()]);
    }
}
