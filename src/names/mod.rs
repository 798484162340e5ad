//! Whose sessions they are, where the capture does not say: a names file, and our own addresses.
//!
//! In the files of a ring hardly any bind is present, so that neither system_id nor account of a session can be seen.
//! A [`Names`] says them by the peer's address, [`parse`](Names::parse) reads it:
//!
//! ```toml
//! "10.40.7.21:2775" = { account = "norfone", system_id = "agg_tx2", side = "operator", version = "3.4" }
//! "172.16.4.0/24" = { account = "acme-otp", side = "customer" }
//!
//! [system_id.bravo]        # whoever binds by this name, from anywhere
//! account = "bravo"
//! ```
//!
//! Of several that fit, a system_id seen in a bind rules over an address, an address with a port over one without,
//! and a longer prefix over a shorter one.

mod prefix;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use prefix::Prefix;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::decap::Endpoint;
use crate::smpp::Version;
use crate::smpp::text::Charset;

/// What is told of peers, and which addresses are our own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    peers: Vec<Peer>,
    endpoints: BTreeMap<(IpAddr, u16), PeerId>,
    prefixes: BTreeMap<Prefix, PeerId>,
    /// Lengths of the prefixes.
    lengths: BTreeSet<u8>,
    system_ids: BTreeMap<String, PeerId>,
    local: Vec<IpAddr>,
    /// Whether our own addresses were learnt from the capture, and if so whether they tell sides.
    learnt: Option<bool>,
}

/// A peer of a [`Names`], in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(u32);

/// What is told of one peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// Whose sessions they are.
    pub account: Option<String>,
    /// system_id of binds that are not in the capture.
    pub system_id: Option<String>,
    /// What the peer is to us.
    pub side: Option<Party>,
    /// What sessions without a bind in the capture speak.
    pub version: Option<Version>,
    /// What the message centre means by data_coding 0.
    pub default_charset: Option<Charset>,
}

/// What a peer is to a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// It sends its messages to us: as a rule it binds to us.
    Customer,
    /// It takes messages from us: as a rule we bind to it.
    Operator,
}

impl Party {
    /// `customer` or `operator`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Operator => "operator",
        }
    }
}

/// What a key of the file names.
enum Key {
    Endpoint(IpAddr, u16),
    Prefix(Prefix),
}

impl Names {
    /// Reads a names file: a table for each peer, its key an IP address, one with a port or a CIDR prefix; in it
    /// `account`, `system_id`, `side` (`customer`, `operator`), `version` (`3.3`, `3.4`, `5.0`) and
    /// `default_charset`, at least one of them. Tables below `system_id` have the system_id of a bind as key.
    ///
    /// # Errors
    ///
    /// What is wrong, after the line and the key: `line 3: "10.0.0.0/40": …`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let line = |at: usize| text.bytes().take(at).filter(|octet| *octet == b'\n').count() + 1;
        let table = DeTable::parse(text).map_err(|error| {
            let place = error.span().map_or_else(String::new, |span| format!("line {}: ", line(span.start)));
            format!("{place}{}", error.message().trim_end().replace('\n', ", "))
        })?;
        let mut names = Self::default();
        for (key, value) in table.get_ref() {
            let fault = |at: usize, what: &str| format!("line {}: \"{}\": {what}", line(at), key.get_ref());
            let Some(fields) = value.get_ref().as_table() else {
                return Err(fault(key.span().start, "a table is needed, as { account = \"acme\" }"));
            };
            if key.get_ref() == "system_id" {
                for (name, value) in fields {
                    let at = name.span().start;
                    let fault = |at: usize, what: &str| {
                        format!("line {}: system_id.\"{}\": {what}", line(at), name.get_ref())
                    };
                    let Some(fields) = value.get_ref().as_table() else {
                        return Err(fault(at, "a table is needed, as { account = \"acme\" }"));
                    };
                    let mut peer = peer(fields, at).map_err(|(at, what)| fault(at, &what))?;
                    peer.system_id.get_or_insert_with(|| name.get_ref().to_string());
                    let id = names.add(peer);
                    names.system_ids.insert(name.get_ref().to_string(), id);
                }
                continue;
            }
            let at = key.span().start;
            let whom = whom(key.get_ref()).map_err(|what| fault(at, &what))?;
            let peer = peer(fields, at).map_err(|(at, what)| fault(at, &what))?;
            let id = names.add(peer);
            let former = match whom {
                Key::Endpoint(ip, port) => names.endpoints.insert((ip, port), id),
                Key::Prefix(prefix) => {
                    names.lengths.insert(prefix.len());
                    names.prefixes.insert(prefix, id)
                }
            };
            if former.is_some() {
                return Err(fault(at, "an earlier key says the same address, one is needed"));
            }
        }
        Ok(names)
    }

    /// The same with our own addresses stated.
    #[must_use]
    pub fn with_local(mut self, mut local: Vec<IpAddr>) -> Self {
        local.sort_unstable();
        local.dedup();
        self.local = local;
        self
    }

    /// The same with our own addresses as a capture shows them: they name peers, and tell sides if `tells_sides`.
    #[must_use]
    pub fn with_learnt(self, local: Vec<IpAddr>, tells_sides: bool) -> Self {
        Self { learnt: Some(tells_sides), ..self.with_local(local) }
    }

    /// Whether our own addresses were learnt from the capture rather than stated.
    #[must_use]
    pub const fn is_learnt(&self) -> bool {
        self.learnt.is_some()
    }

    /// Whether who binds to whom tells what a peer is, as far as our own addresses are there.
    #[must_use]
    pub fn tells_sides(&self) -> bool {
        !self.local.is_empty() && self.learnt.unwrap_or(true)
    }

    /// Our own addresses, where they were stated or learnt; in order.
    #[must_use]
    pub fn local(&self) -> &[IpAddr] {
        &self.local
    }

    /// What is told of a peer.
    #[must_use]
    pub fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.peers.get(usize::try_from(id.0).ok()?)
    }

    /// The peer of a session between `esme` and `smsc`, whose bind named `system_id` if it is in the capture.
    ///
    /// Where both ends are named, it is the one that is not ours; else the one named more exactly, then one whose
    /// side is told, then one whose side fits (customers bind), then the ESME.
    #[must_use]
    pub fn find(&self, esme: Endpoint, smsc: Endpoint, system_id: Option<&str>) -> Option<PeerId> {
        if self.peers.is_empty() {
            return None;
        }
        if let Some(id) = system_id.and_then(|name| self.system_ids.get(name)) {
            return Some(*id);
        }
        let is_local = |end: Endpoint| self.local.contains(&end.ip);
        let both = is_local(esme) == is_local(smsc);
        [(esme, Party::Customer), (smsc, Party::Operator)]
            .into_iter()
            .filter(|&(end, _)| both || !is_local(end))
            .filter_map(|(end, fits)| {
                let (exact, id) = self.at(end)?;
                let side = self.peer(id).and_then(|peer| peer.side);
                Some(((exact, side.is_some(), side == Some(fits), fits == Party::Customer), id))
            })
            .max()
            .map(|(_, id)| id)
    }

    /// Who is at an end, and how exactly that is told.
    fn at(&self, end: Endpoint) -> Option<(u8, PeerId)> {
        if let Some(id) = self.endpoints.get(&(end.ip.to_canonical(), end.port)) {
            return Some((u8::MAX, *id));
        }
        self.lengths.iter().rev().find_map(|&length| {
            let id = self.prefixes.get(&Prefix::new(end.ip, length))?;
            Some((length, *id))
        })
    }

    fn add(&mut self, peer: Peer) -> PeerId {
        let id = PeerId(crate::num::short(self.peers.len()));
        self.peers.push(peer);
        id
    }
}

/// `10.0.0.1`, `10.0.0.1:2775`, `2001:db8::1`, `[2001:db8::1]:2775`, `10.0.0.0/8`.
fn whom(text: &str) -> Result<Key, String> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(Key::Prefix(Prefix::of(ip)));
    }
    if let Ok(end) = text.parse::<std::net::SocketAddr>() {
        return Ok(Key::Endpoint(end.ip().to_canonical(), end.port()));
    }
    match text.split_once('/') {
        Some((ip, length)) => match (ip.parse::<IpAddr>(), length.parse::<u8>()) {
            (Ok(ip), Ok(length)) => Prefix::within(ip, length).map(Key::Prefix),
            _ => Err("a CIDR prefix is needed, as 10.0.0.0/8".to_owned()),
        },
        None => Err("an IP address, one with a port, or a CIDR prefix is needed".to_owned()),
    }
}

/// The fields of a table whose key stands at `at`; an error has its place.
fn peer(fields: &DeTable<'_>, at: usize) -> Result<Peer, (usize, String)> {
    let mut peer = Peer::default();
    for (key, value) in fields {
        let place = key.span().start;
        let fault = |what: &str| (place, format!("{}: {what}", key.get_ref()));
        let text = words(value).ok_or_else(|| fault("text of 1 to 64 characters is needed"));
        match key.get_ref().as_ref() {
            "account" => peer.account = Some(text?.to_owned()),
            "system_id" => peer.system_id = Some(text?.to_owned()),
            "default_charset" => {
                let charset = Charset::named(text?).map_err(|what| fault(&what))?;
                peer.default_charset = Some(charset);
            }
            "side" => {
                peer.side = Some(match text? {
                    "customer" => Party::Customer,
                    "operator" => Party::Operator,
                    _ => return Err(fault("customer or operator is needed")),
                });
            }
            "version" => {
                peer.version = Some(match text? {
                    "3.3" => Version::V33,
                    "3.4" => Version::V34,
                    "5.0" => Version::V50,
                    _ => return Err(fault("\"3.3\", \"3.4\" or \"5.0\" is needed")),
                });
            }
            _ => {
                return Err(fault(
                    "unknown, there are account, system_id, side, version and default_charset",
                ));
            }
        }
    }
    if peer == Peer::default() {
        return Err((at, "says nothing, at least an account or a side is needed".to_owned()));
    }
    Ok(peer)
}

fn words<'a>(value: &'a Spanned<DeValue<'_>>) -> Option<&'a str> {
    value.get_ref().as_str().filter(|text| !text.is_empty() && text.chars().count() <= 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Endpoint {
        let end: std::net::SocketAddr = text.parse().unwrap();
        Endpoint { ip: end.ip(), port: end.port() }
    }

    fn account(names: &Names, esme: &str, smsc: &str, system_id: Option<&str>) -> String {
        let id = names.find(end(esme), end(smsc), system_id);
        id.and_then(|id| names.peer(id)?.account.clone()).unwrap_or_else(|| "-".to_owned())
    }

    #[test]
    fn the_most_exact_name_wins() {
        let names = Names::parse(
            "\"10.0.0.0/8\" = { account = \"all\" }\n\"10.1.0.0/16\" = { account = \"some\" }\n\
             \"10.1.2.3\" = { account = \"host\" }\n\"10.1.2.3:2775\" = { account = \"port\" }\n\
             \"2001:db8::/32\" = { account = \"six\" }\n\"[2001:db8::7]:2775\" = { account = \"six port\" }\n\
             [system_id.bravo]\naccount = \"bound\"\n",
        )
        .unwrap();
        for (smsc, want) in [
            ("10.9.9.9:1", "all"),
            ("10.1.9.9:1", "some"),
            ("10.1.2.3:1", "host"),
            ("10.1.2.3:2775", "port"),
            ("[2001:db8::8]:2775", "six"),
            ("[2001:db8::7]:2775", "six port"),
            ("[::ffff:10.1.2.3]:2775", "port"),
            ("11.0.0.1:2775", "-"),
        ] {
            assert_eq!(account(&names, "192.0.2.1:5", smsc, None), want, "{smsc}");
            assert_eq!(account(&names, "192.0.2.1:5", smsc, Some("bravo")), "bound", "{smsc}");
            let unknown = account(&names, "192.0.2.1:5", smsc, Some("other"));
            assert_eq!(unknown, want, "{smsc}");
        }
    }

    #[test]
    fn where_both_ends_are_named_the_peer_is_the_one_that_is_not_ours() {
        let text = "\"10.0.0.1\" = { account = \"we\" }\n\"10.0.0.2\" = { account = \"they\", side = \"operator\" }\n\
                    \"10.0.0.3\" = { account = \"cust\", side = \"customer\" }\n";
        let names = Names::parse(text).unwrap();
        assert_eq!(account(&names, "10.0.0.1:9", "10.0.0.2:2775", None), "they");
        assert_eq!(account(&names, "10.0.0.3:9", "10.0.0.1:2775", None), "cust");
        // A customer and an operator: whoever binds, unless one is ours.
        assert_eq!(account(&names, "10.0.0.3:9", "10.0.0.2:2775", None), "cust");
        let local = names.with_local(vec!["10.0.0.3".parse().unwrap()]);
        assert_eq!(account(&local, "10.0.0.3:9", "10.0.0.2:2775", None), "they");
    }

    #[test]
    fn everything_said_of_a_peer_is_kept() {
        let text = "[\"10.0.0.1\"]\naccount = \"a\"\nsystem_id = \"s\"\nside = \"customer\"\nversion = \"5.0\"\n\
                    default_charset = \"latin1\"\n";
        let names = Names::parse(text).unwrap();
        let id = names.find(end("10.0.0.1:1"), end("10.0.0.9:2"), None).unwrap();
        let want = Peer {
            account: Some("a".to_owned()),
            system_id: Some("s".to_owned()),
            side: Some(Party::Customer),
            version: Some(Version::V50),
            default_charset: Charset::named("latin1").ok(),
        };
        assert_eq!(names.peer(id), Some(&want));
    }

    #[test]
    fn errors_name_line_and_key() {
        for (text, want) in [
            (
                "\n\"10.0.0.300\" = { account = \"a\" }",
                "line 2: \"10.0.0.300\": an IP address, one with a port",
            ),
            ("\"10.0.0.0/40\" = { account = \"a\" }", "line 1: \"10.0.0.0/40\": a prefix of at most 32 bits"),
            (
                "\"10.0.0.1/8\" = { account = \"a\" }",
                "line 1: \"10.0.0.1/8\": has bits set behind the prefix",
            ),
            ("\"10.0.0.1\" = \"a\"", "line 1: \"10.0.0.1\": a table is needed"),
            ("[\"10.0.0.1\"]\n\nname = \"a\"", "line 3: \"10.0.0.1\": name: unknown"),
            ("[\"10.0.0.1\"]\nside = \"north\"", "line 2: \"10.0.0.1\": side: customer or operator"),
            ("[\"10.0.0.1\"]\ndefault_charset = \"x\"", "line 2: \"10.0.0.1\": default_charset: "),
            ("[\"10.0.0.1\"]\nversion = 3.4", "line 2: \"10.0.0.1\": version: text"),
            ("[\"10.0.0.1\"]\nversion = \"4\"", "line 2: \"10.0.0.1\": version: \"3.3\""),
            ("[\"10.0.0.1\"]\naccount = \"\"", "line 2: \"10.0.0.1\": account: text of 1 to 64"),
            ("[\"10.0.0.1\"]", "line 1: \"10.0.0.1\": says nothing"),
            (
                "\"10.0.0.1\" = { account = \"a\" }\n\"10.0.0.1/32\" = { account = \"b\" }",
                "line 2: \"10.0.0.1/32\": an earlier key",
            ),
            ("[system_id.x]\nside = \"up\"", "line 2: system_id.\"x\": side: customer or operator"),
            ("[\"10.0.0.1\"]\n[\"10.0.0.1\"]", "line 2: duplicate"),
            ("account = ", "line 1: "),
        ] {
            let found = Names::parse(text).unwrap_err();
            assert!(found.starts_with(want), "{text}\n{found}\n{want}");
        }
    }
}
