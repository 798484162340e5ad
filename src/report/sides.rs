//! Our own addresses, and what follows from them: sides and the legs of a gateway.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::counts::Counts;
use super::model::{self, Leg, LocalFrom};
use super::owners::{Owner, side};
use super::rows::{Ended, Facing, Who};
use crate::names::{Names, Party};

/// What the sessions say of our own addresses.
#[derive(Debug, Default)]
pub(super) struct Local {
    /// Sessions by the addresses of their ends.
    addresses: Counts<IpAddr>,
    sessions: u64,
    /// What packet types say of an address.
    facing: BTreeMap<IpAddr, Facing>,
    /// Sides that are told.
    told: BTreeSet<Party>,
    /// ESME and message centre of sessions whose side hangs on our own addresses.
    ends: BTreeSet<(IpAddr, IpAddr)>,
}

/// Most addresses whose packet types are kept.
const MOST_FACING: usize = 4_096;
/// Most pairs of ends that are kept.
const MOST_ENDS: usize = 4_096;

impl Local {
    /// Takes a session, whether it is selected or not.
    pub(super) fn see(&mut self, who: &Who, owner: &Owner) {
        self.told.extend(owner.side);
        if self.ends.len() < MOST_ENDS {
            self.ends.extend(owner.ends);
        }
        self.sessions = self.sessions.saturating_add(1);
        let (esme, smsc) = (who.esme.ip, who.smsc.ip);
        self.addresses.add(esme, 1);
        if smsc == esme {
            // On the host itself: sent and received are one.
            return;
        }
        self.addresses.add(smsc, 1);
        for (ip, facing) in [(esme, who.facing.0), (smsc, who.facing.1)] {
            if facing == Facing::default() {
                continue;
            }
            if self.facing.len() < MOST_FACING || self.facing.contains_key(&ip) {
                let known = self.facing.entry(ip).or_default();
                known.ours |= facing.ours;
                known.theirs |= facing.theirs;
            }
        }
    }

    /// Our own addresses by packet types: those that only ever sent from here and received here. A router both
    /// receives and sends what it forwards, so nothing that it forwards is its own.
    fn by_packet_types(&self) -> Vec<IpAddr> {
        let ours = self.facing.iter().filter(|(_, facing)| facing.ours && !facing.theirs);
        ours.map(|(ip, _)| *ip).collect()
    }

    /// The address that is an end of more than half of the sessions, if there is just one: a capture is taken where
    /// its traffic meets.
    fn common(&self) -> Option<IpAddr> {
        let most = self.addresses.iter().map(|(_, sessions)| sessions).max().unwrap_or(0);
        let mut common = self.addresses.iter().filter(|&(_, sessions)| sessions == most);
        match (common.next(), common.next()) {
            (Some((address, _)), None) if most.saturating_mul(2) > self.sessions => Some(address),
            _ => None,
        }
    }
}

/// Sides and legs, once all sessions were seen.
#[derive(Debug)]
pub(super) struct Sides {
    /// Our own addresses.
    pub(super) local: Vec<IpAddr>,
    /// How they are known.
    pub(super) local_from: Option<LocalFrom>,
    /// Whether sides are inferred from our own addresses.
    infers: bool,
    /// Whether both sides are there: only then a gateway is known.
    is_gateway: bool,
}

impl Sides {
    /// Decides what is ours, and whether that makes a gateway.
    ///
    /// That an address is common to most sessions makes it ours only as far as it goes: all ends of a capture at a
    /// customer's may have one operator in common. It tells sides where it both binds and is bound to.
    pub(super) fn new(seen: &Local, names: &Names) -> Self {
        let by_packet_types = seen.by_packet_types();
        let (local, local_from) = if !names.local().is_empty() && !names.is_learnt() {
            (names.local().to_vec(), Some(LocalFrom::Stated))
        } else if !by_packet_types.is_empty() {
            (by_packet_types, Some(LocalFrom::PacketTypes))
        } else {
            let common: Vec<IpAddr> = seen.common().into_iter().collect();
            let from = (!common.is_empty()).then_some(LocalFrom::Common);
            (common, from)
        };
        let has = |party: Party| {
            let mut inferred = seen.ends.iter().map(|&(esme, smsc)| side(&local, esme, smsc));
            seen.told.contains(&party) || inferred.any(|side| side == Some(party))
        };
        let is_gateway = has(Party::Customer) && has(Party::Operator);
        let infers = is_gateway || local_from != Some(LocalFrom::Common);
        Self { local, local_from, infers, is_gateway }
    }

    /// The side of an owner's sessions.
    pub(super) fn of(&self, owner: &Owner) -> Option<Party> {
        if self.infers { owner.side(&self.local) } else { owner.told_side() }
    }

    /// The leg that a side is.
    pub(super) fn leg(&self, side: Option<Party>) -> Option<Leg> {
        side.filter(|_| self.is_gateway).map(Leg::from)
    }

    /// What the report lists of a session.
    pub(super) fn session(&self, owner: &Owner, ended: Ended) -> model::Session {
        let side = self.of(owner);
        let leg = self.leg(side);
        let mut session = ended.session;
        session.account = owner.name(&self.local);
        session.account_from = session.account.is_some().then(|| owner.name_from());
        session.side = side.map(Leg::from);
        session.transactions.iter_mut().for_each(|row| row.leg = leg);
        session.statuses.iter_mut().for_each(|row| row.leg = leg);
        session
    }
}
