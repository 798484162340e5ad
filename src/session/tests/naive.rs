//! Facts of a session from the list of its PDUs, in the plainest way.

use std::collections::BTreeMap;

use super::super::{EnquireLinks, Flight, Numbers, Peak, RateUse, Silence};
use super::model::{Pdu, ix};
use crate::tcp::{Side, Spans};
use crate::time::{Duration, Timestamp};

/// PDUs with the gaps of both sides before them.
type Pdus = [(Pdu, [u32; 2])];

fn requests(pdus: &Pdus, side: Side) -> Vec<(Pdu, u32)> {
    let of_side = pdus.iter().filter(|(pdu, _)| pdu.side == side && !pdu.command.is_response());
    of_side.map(|&(pdu, gaps)| (pdu, gaps[ix(side)])).collect()
}

/// The number before that of the last request, where that does not go up.
pub(super) fn below(pdus: &Pdus, side: Side) -> Option<u32> {
    let requests = requests(pdus, side);
    let [.., (before, gaps), (last, last_gaps)] = requests[..] else { return None };
    let wraps = before.number == 0x7fff_ffff && last.number == 1;
    (gaps == last_gaps && last.number <= before.number && !wraps).then_some(before.number)
}

pub(super) fn numbers(pdus: &Pdus, side: Side) -> Numbers {
    let all = requests(pdus, side);
    let mut numbers = Numbers::default();
    for (index, &(pdu, gaps)) in all.iter().enumerate() {
        let number = pdu.number;
        numbers.zero += u64::from(number == 0);
        numbers.out_of_range += u64::from(number > 0x7fff_ffff);
        let earlier = all[..index].iter().rev().take_while(|(_, former)| *former == gaps);
        let Some((before, _)) = earlier.clone().next() else { continue };
        if before.number + 1 == number {
            continue;
        }
        let is_link = |pdu: &Pdu| pdu.command.0 == 0x15;
        let kind = earlier.clone().find(|(other, _)| is_link(other) == is_link(&pdu));
        numbers.own_kind += u64::from(kind.is_some_and(|(other, _)| other.number + 1 == number));
        let other = requests(pdus, side.other());
        let other = other.iter().rev().find(|(other, _)| other.frame < pdu.frame);
        numbers.of_other_side += u64::from(other.is_some_and(|(other, _)| other.number + 1 == number));
        *match (before.number, number) {
            (before, number) if number > before => &mut numbers.jumps,
            (0x7fff_ffff.., 0 | 1) => &mut numbers.wraps,
            (before, number) if number == before => &mut numbers.repeated,
            (_, 0 | 1) => &mut numbers.resets,
            _ => &mut numbers.backward,
        } += 1;
    }
    numbers
}

pub(super) fn begins_with_bind(pdus: &Pdus) -> bool {
    pdus.first().is_some_and(|(pdu, _)| [1, 2, 9].contains(&pdu.command.0))
}

pub(super) fn count(pdus: &Pdus, is: impl Fn(&Pdu) -> bool) -> u32 {
    u32::try_from(pdus.iter().filter(|(pdu, _)| is(pdu)).count()).unwrap()
}

pub(super) fn flight(counts: &[(u32, Timestamp)], last: Timestamp) -> Flight {
    let Some(most) = counts.iter().map(|(count, _)| *count).max() else { return Flight::default() };
    let mut spans = Vec::new();
    let mut since = counts[0].1;
    let ends = counts[1..].iter().map(|&(_, at)| at).chain([last]);
    for (&(count, _), at) in counts.iter().zip(ends) {
        if at >= since {
            spans.push((count, at.since(since).nanos()));
            since = at;
        }
    }
    let sum = |of: &dyn Fn(u32) -> bool| {
        let nanos = spans.iter().filter(|(count, _)| of(*count)).map(|(_, nanos)| *nanos).sum();
        Duration::from_nanos(nanos)
    };
    let first = counts.iter().find(|(count, _)| *count == most).unwrap();
    Flight {
        peak: Some(Peak { count: most, at: first.1 }),
        observed: sum(&|_| true),
        at_peak: sum(&|count| count == most),
        request_nanos: spans
            .iter()
            .map(|&(count, nanos)| u128::from(count) * u128::from(nanos.unsigned_abs()))
            .sum(),
    }
}

fn spans(spans: &[Duration]) -> Spans {
    Spans {
        count: spans.len() as u64,
        sum: Duration::from_nanos(spans.iter().map(|span| span.nanos()).sum()),
        min: spans.iter().min().copied().unwrap_or_default(),
        max: spans.iter().max().copied().unwrap_or_default(),
    }
}

pub(super) fn links(pdus: &Pdus, side: Side, answered: &[Option<Duration>]) -> EnquireLinks {
    let sent: Vec<_> = requests(pdus, side).into_iter().filter(|(pdu, _)| pdu.command.0 == 0x15).collect();
    let intervals: Vec<_> = sent
        .windows(2)
        .filter(|pair| pair[0].1 == pair[1].1)
        .map(|pair| pair[1].0.at.since(pair[0].0.at))
        .filter(|interval| !interval.is_negative())
        .collect();
    let mut last = intervals[intervals.len().saturating_sub(32)..].to_vec();
    last.sort_unstable();
    let rtts: Vec<_> = answered.iter().copied().flatten().collect();
    EnquireLinks {
        sent: sent.len() as u64,
        answered: answered.len() as u64,
        missed: 0,
        interval: spans(&intervals),
        median_interval: last.get(last.len().saturating_sub(1) / 2).copied(),
        rtt: spans(&rtts),
    }
}

pub(super) fn silence(pdus: &Pdus) -> Option<Silence> {
    let mut longest: Option<Silence> = None;
    for index in 1..pdus.len() {
        let since = pdus[..index].iter().map(|(pdu, _)| pdu.at).max().unwrap();
        let span = pdus[index].0.at.since(since).max(Duration::ZERO);
        if pdus[index].1 == pdus[index - 1].1 && longest.is_none_or(|longest| longest.span < span) {
            longest = Some(Silence { span, since });
        }
    }
    longest
}

pub(super) fn rate(per_second: &BTreeMap<i64, u32>) -> RateUse {
    let Some((first, last)) = per_second.keys().next().zip(per_second.keys().next_back()) else {
        return RateUse::default();
    };
    let before = |second| per_second.range(..second).map(|(_, count)| u64::from(*count)).sum::<u64>();
    let is_burst = |&(second, count): &(&i64, &u32)| {
        let elapsed = u64::try_from(second - first).unwrap();
        elapsed >= 10 && u64::from(*count) * elapsed > 3 * before(*second)
    };
    RateUse {
        requests: before(last + 1),
        seconds: u64::try_from(last - first + 1).unwrap(),
        bursts: per_second.iter().filter(is_burst).count() as u64,
    }
}
