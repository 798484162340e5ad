//! Whose a session is: the account and side that a names file, the bind and the addresses give.

use std::net::IpAddr;

use super::model::AccountFrom;
use super::rows::Who;
use crate::names::{Names, Party, PeerId};

/// The account of a session, as far as it is known when the session is seen: what depends on our own addresses may
/// be told only when all sessions are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// Name of the account.
    pub(super) name: Name,
    /// Where the name is from.
    pub(super) from: AccountFrom,
    /// What the peer is to us, where that is told.
    pub(super) side: Option<Party>,
    /// Addresses of ESME and message centre, where the side hangs on them.
    pub(super) ends: Option<(IpAddr, IpAddr)>,
}

/// The name of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// Known.
    Known(String),
    /// The address of the peer: the ESME's, or the message centre's if the ESME's is ours.
    Peer(IpAddr, IpAddr),
    /// One of many.
    Others,
}

/// Whose a session is, and what is told of the peer.
#[must_use]
pub fn owner(names: &Names, who: &Who) -> (Owner, Option<PeerId>) {
    let id = names.find(who.esme, who.smsc, who.system_id.as_deref());
    let peer = id.and_then(|id| names.peer(id));
    let (esme, smsc) = (who.esme.ip, who.smsc.ip);
    let told = peer.and_then(|peer| peer.side);
    // Roles that nothing says are no proof of who bound to whom.
    let stated = (names.tells_sides() && who.has_roles).then(|| side(names.local(), esme, smsc)).flatten();
    let system_id = who.system_id.as_deref().or_else(|| peer.and_then(|peer| peer.system_id.as_deref()));
    let (name, from) = match (peer.and_then(|peer| peer.account.as_deref()), system_id) {
        (Some(account), _) => (Name::Known(account.to_owned()), AccountFrom::Names),
        (None, Some(system_id)) => (Name::Known(system_id.to_owned()), AccountFrom::SystemId),
        (None, None) if names.local().is_empty() => (Name::Peer(esme, smsc), AccountFrom::Address),
        (None, None) => (Name::Known(address(names.local(), esme, smsc)), AccountFrom::Address),
    };
    let hangs = told.is_none() && names.local().is_empty() && who.has_roles;
    (Owner { name, from, side: told.or(stated), ends: hangs.then_some((esme, smsc)) }, id)
}

/// What the peer of a session is to us: we bind to operators, customers bind to us.
pub(super) fn side(local: &[IpAddr], esme: IpAddr, smsc: IpAddr) -> Option<Party> {
    match (local.contains(&esme), local.contains(&smsc)) {
        (true, false) => Some(Party::Operator),
        (false, true) => Some(Party::Customer),
        (true, true) | (false, false) => None,
    }
}

/// The peer's address.
fn address(local: &[IpAddr], esme: IpAddr, smsc: IpAddr) -> String {
    let is_ours = local.contains(&esme) && !local.contains(&smsc);
    (if is_ours { smsc } else { esme }).to_string()
}

impl Owner {
    /// The name, where it is known without our own addresses.
    #[must_use]
    pub fn known_name(&self) -> Option<&str> {
        match &self.name {
            Name::Known(name) => Some(name),
            Name::Peer(..) | Name::Others => None,
        }
    }

    /// Where the name is from.
    #[must_use]
    pub const fn name_from(&self) -> AccountFrom {
        self.from
    }

    /// The side, where it is told.
    #[must_use]
    pub const fn told_side(&self) -> Option<Party> {
        self.side
    }

    /// The name; `None`: one of many.
    #[must_use]
    pub fn name(&self, local: &[IpAddr]) -> Option<String> {
        match &self.name {
            Name::Known(name) => Some(name.clone()),
            Name::Peer(esme, smsc) => Some(address(local, *esme, *smsc)),
            Name::Others => None,
        }
    }

    /// The side, by what is told and by our own addresses.
    pub(super) fn side(&self, local: &[IpAddr]) -> Option<Party> {
        self.side.or_else(|| self.ends.and_then(|(esme, smsc)| side(local, esme, smsc)))
    }

    /// Whether the account may be the one of that name.
    pub(super) fn may_be(&self, wanted: &str) -> bool {
        match &self.name {
            Name::Known(name) => name == wanted,
            Name::Peer(esme, smsc) => esme.to_string() == wanted || smsc.to_string() == wanted,
            Name::Others => false,
        }
    }
}
