//! Sessions counted by whose they are, so that accounts, sides and legs can be told when our own addresses are.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::counts::Counts;
use super::exchanges::Exchanges;
use super::history::{History, Stay};
use super::model::{self, AccountFrom, Leg};
use super::owners::{Name, Owner};
use super::rows::{Ended, statuses, transactions};
use super::tally::Tally;
use crate::names::Party;

/// Sessions by owner, bounded: keys come from the traffic.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: BTreeMap<Owner, Group>,
    histories: BTreeMap<(Name, Option<Party>), History>,
    /// Sessions of owners that found no room.
    pub(super) crowded: u64,
}

/// The sessions of one owner.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// What came of its requests.
    pub(super) exchanges: Exchanges,
    /// What was counted apart, where there is a selection.
    pub(super) part: Option<Box<Tally>>,
    pub(super) sessions: u64,
    binds: u64,
    refused: u64,
    drops: u64,
    ends: Counts<(Option<model::End>, Option<model::EndedBy>)>,
    window_max: Option<u64>,
    system_id: Single,
}

/// None, one, or several different texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Single {
    #[default]
    None,
    One(String),
    Several,
}

/// Name and side of an account.
type Identity = (Option<String>, Option<Party>);

/// Most owners told apart.
const MOST: usize = 4_096;

impl Groups {
    /// Counts a session; returns under which owner.
    pub(super) fn add(&mut self, owner: Owner, ended: &Ended, system_id: Option<&str>) -> Owner {
        let owner = self.room(owner, 1);
        let session = &ended.session;
        let group = self.groups.entry(owner.clone()).or_default();
        let add = |n: &mut u64, is: bool| *n = n.saturating_add(u64::from(is));
        add(&mut group.sessions, true);
        add(&mut group.binds, ended.is_bound);
        add(&mut group.refused, ended.is_refused);
        let dropped = matches!(session.end, Some(model::End::Fin | model::End::Rst | model::End::Idle));
        add(&mut group.drops, ended.is_bound && dropped);
        group.ends.add((session.end, session.ended_by), 1);
        group.window_max = group.window_max.max(session.window.max);
        if let Some(system_id) = system_id {
            group.system_id.add(system_id);
        }
        group.exchanges.merge(&ended.exchanges);
        let history = self.histories.entry((owner.name.clone(), owner.side)).or_default();
        if owner.name != Name::Others {
            history.add(Stay {
                span: ended.span,
                has_ended: session.end != Some(model::End::CaptureEnd),
                is_bound_here: ended.is_bound_here,
                is_refused: ended.is_refused,
            });
        }
        owner
    }

    /// Counts what was counted apart for one of the owner's connections.
    pub(super) fn part(&mut self, owner: Owner, part: &Tally) {
        let owner = self.room(owner, 0);
        self.groups.entry(owner).or_default().part.get_or_insert_default().merge(part);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Owner, &Group)> {
        self.groups.iter()
    }

    /// Leaves those that `take` selects.
    pub(super) fn retain(&mut self, mut take: impl FnMut(&Owner) -> bool) {
        self.groups.retain(|owner, _| take(owner));
    }

    /// The owner itself, or the others of its side.
    fn room(&mut self, owner: Owner, sessions: u64) -> Owner {
        if self.groups.len() < MOST || self.groups.contains_key(&owner) {
            return owner;
        }
        self.crowded = self.crowded.saturating_add(sessions);
        Owner { name: Name::Others, from: AccountFrom::Address, side: owner.side, ends: None }
    }

    /// The accounts, worst first, then by name; at most `most`, what is beyond in a row for each side. Returns also
    /// how many accounts those rows stand for, as far as they were told apart.
    pub(super) fn accounts(
        &self,
        side: impl Fn(&Owner) -> Option<Party>,
        local: &[IpAddr],
        leg: impl Fn(Option<Party>) -> Option<Leg>,
        most: usize,
    ) -> (Vec<model::Account>, u64) {
        let mut accounts: BTreeMap<Identity, Account<'_>> = BTreeMap::new();
        // By history, the accounts that it is of.
        let mut claims: BTreeMap<(&Name, Option<Party>), BTreeSet<Identity>> = BTreeMap::new();
        for (owner, group) in &self.groups {
            let key = (owner.name(local), side(owner));
            let history = (&owner.name, owner.side);
            claims.entry(history).or_default().insert(key.clone());
            let account = accounts.entry(key).or_default();
            account.groups.push((owner.from, group));
            account.histories.insert(history);
        }
        let mut rows: Vec<_> = accounts.into_iter().collect();
        rows.sort_by_cached_key(|((name, side), account)| {
            (name.is_none(), std::cmp::Reverse(account.trouble()), name.clone(), *side)
        });
        let named = rows.iter().filter(|((name, _), _)| name.is_some()).count();
        let beyond = rows.split_off(named.min(most));
        let omitted = crate::num::count(named.saturating_sub(most));
        let mut list: Vec<model::Account> = rows
            .into_iter()
            .map(|((name, party), account)| {
                // A history that several accounts share, or several histories, tell nothing of one account.
                let mut histories = account.histories.iter();
                let history = match (histories.next(), histories.next()) {
                    (Some(history), None)
                        if claims.get(history).is_some_and(|accounts| accounts.len() == 1) =>
                    {
                        self.histories.get(&(history.0.clone(), history.1))
                    }
                    _ => None,
                };
                account.row(name, party, leg(party), history)
            })
            .collect();
        let mut others: BTreeMap<Option<Party>, Account<'_>> = BTreeMap::new();
        for ((_, party), account) in beyond {
            others.entry(party).or_default().groups.extend(account.groups);
        }
        list.extend(others.into_iter().map(|(party, account)| account.row(None, party, leg(party), None)));
        (list, omitted)
    }
}

/// The groups of one account.
#[derive(Default)]
struct Account<'a> {
    groups: Vec<(AccountFrom, &'a Group)>,
    histories: BTreeSet<(&'a Name, Option<Party>)>,
}

impl Account<'_> {
    fn sum(&self, of: impl Fn(&Group) -> u64) -> u64 {
        self.groups.iter().map(|(_, group)| of(group)).fold(0, u64::saturating_add)
    }

    /// Failed and unanswered requests.
    fn trouble(&self) -> u64 {
        self.sum(|group| {
            let (_, failed, unanswered) = group.exchanges.totals();
            failed.saturating_add(unanswered)
        })
    }

    fn row(
        &self,
        name: Option<String>,
        side: Option<Party>,
        leg: Option<Leg>,
        history: Option<&History>,
    ) -> model::Account {
        let mut exchanges = Exchanges::default();
        let mut ends = Counts::default();
        let mut system_id = Single::None;
        for (_, group) in &self.groups {
            exchanges.merge(&group.exchanges);
            ends.merge(&group.ends);
            system_id.merge(&group.system_id);
        }
        let name_from = self.groups.iter().map(|(from, _)| *from).min().filter(|_| name.is_some());
        model::Account {
            name_from,
            system_id: match system_id {
                Single::One(system_id) if name.is_some() => Some(system_id),
                _ => None,
            },
            name,
            side: side.map(Leg::from),
            sessions: self.sum(|group| group.sessions),
            binds: self.sum(|group| group.binds),
            refused: self.sum(|group| group.refused),
            max_concurrent: history.map(History::most_at_once),
            drops: self.sum(|group| group.drops),
            churn: model::Churn {
                rebinds: history.map(History::rebinds),
                ends: ends
                    .iter()
                    .map(|((end, ended_by), count)| model::EndCount { end, ended_by, count })
                    .collect(),
                period: history.and_then(History::period),
            },
            window_max: self.groups.iter().filter_map(|(_, group)| group.window_max).max(),
            transactions: transactions(&exchanges, leg),
            latency_us: exchanges.latencies().summary(),
            statuses: statuses(&exchanges, leg),
        }
    }
}

impl Single {
    fn add(&mut self, text: &str) {
        match self {
            Self::None => *self = Self::One(text.to_owned()),
            Self::One(one) if one == text => {}
            Self::One(_) | Self::Several => *self = Self::Several,
        }
    }

    fn merge(&mut self, other: &Self) {
        match other {
            Self::None => {}
            Self::One(text) => self.add(text),
            Self::Several => *self = Self::Several,
        }
    }
}
