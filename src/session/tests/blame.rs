//! The parts of a latency against a naive model: everything that happened in a list, and a latency as a row of
//! milliseconds, each of which has one owner.

use proptest::prelude::*;

use super::super::blame::{Asked, Delay, Delays};
use crate::smpp::CommandId;
use crate::tcp::{Event, Late, Side, Wait};
use crate::time::{Duration, Timestamp};

/// Milliseconds that a history lasts.
const LONG: i64 = 240;
/// What the machine adds to a round trip, in milliseconds.
const PAUSE: i64 = 10;

#[derive(Clone, Copy, Debug)]
enum Op {
    Again(u64),
    Closed,
    Opened,
    /// A PDU of the answering side.
    Pdu,
}

fn millis(n: i64) -> Duration {
    Duration::from_millis(n)
}

fn at(n: i64) -> Timestamp {
    Timestamp::default().plus(millis(n))
}

#[derive(Clone, Copy, Debug)]
struct Query {
    end: u64,
    asked: i64,
    answered: i64,
    wait: Option<(i64, Late)>,
}

/// A closed window with what followed its opening, by scanning.
#[derive(Debug)]
struct Closure {
    closed: i64,
    opened: Option<i64>,
    served: i64,
    goes_on: bool,
}

/// `sent`: when the response was, which is looked at last.
fn closures(ops: &[(i64, Op)], sent: i64, round_trip: i64) -> Vec<Closure> {
    let pause = PAUSE + round_trip;
    let mut list: Vec<Closure> = Vec::new();
    for &(now, op) in ops {
        match op {
            Op::Closed => {
                if let Some(last) = list.last_mut() {
                    last.goes_on = last.opened.is_some() && now - last.served <= pause;
                }
                list.push(Closure { closed: now, opened: None, served: now, goes_on: false });
            }
            Op::Opened => {
                if let Some(last) = list.last_mut().filter(|last| last.opened.is_none()) {
                    (last.opened, last.served) = (Some(now), now);
                }
            }
            Op::Again(_) | Op::Pdu => {}
        }
    }
    // What followed each opening, up to the next one.
    for n in 0..list.len() {
        let Some(opened) = list[n].opened else { continue };
        let next = list[n + 1..].iter().find_map(|next| next.opened).unwrap_or(i64::MAX);
        let most = (opened - list[n].closed).max(pause);
        let (mut served, mut flows) = (opened, true);
        for &(now, op) in ops {
            if matches!(op, Op::Pdu) && now > opened && now < next {
                if now - served > pause || now - opened > most {
                    flows = false;
                    break;
                }
                served = now;
            }
        }
        let reclosed = list.get(n + 1).map_or(i64::MAX, |next| next.closed);
        let by_then =
            ops.iter().filter(|(now, op)| matches!(op, Op::Pdu) && *now < reclosed && *now <= served);
        let served_then = by_then.map(|&(now, _)| now).fold(opened, i64::max);
        let is_last = next == i64::MAX;
        if is_last && flows && sent - served <= pause && sent - opened <= most {
            served = served.max(sent);
        }
        list[n].served = served;
        list[n].goes_on = reclosed != i64::MAX && reclosed - served_then <= pause;
    }
    list
}

fn naive(ops: &[(i64, Op)], query: &Query, round_trip: i64) -> [i64; 4] {
    let since = query.wait.map_or(query.answered, |(since, _)| since.min(query.answered));
    let sent = since.max(query.asked);
    let reached = ops
        .iter()
        .filter_map(|&(now, op)| match op {
            Op::Again(from) if from < query.end && now > query.asked && 2 * now <= 2 * sent - round_trip => {
                Some(now)
            }
            _ => None,
        })
        .max()
        .unwrap_or(query.asked);
    let list = closures(ops, since, round_trip);
    let mut serves = vec![false; list.len()];
    for n in (0..list.len()).rev() {
        let Some(opened) = list[n].opened else { continue };
        let next = (n + 1..list.len()).find(|&next| list[next].opened.is_some());
        serves[n] = opened <= sent && sent <= list[n].served
            || list[n].goes_on && next.is_some_and(|next| serves[next]);
    }
    let mut parts = [0; 4];
    for moment in query.asked..query.answered {
        let closed = list
            .iter()
            .zip(&serves)
            .any(|(one, serves)| *serves && one.closed <= moment && one.opened.is_some_and(|o| moment < o));
        let owner = if moment < reached {
            Some(0)
        } else if moment >= sent {
            query.wait.map(|(_, why)| match why {
                Late::Retransmitted => 0,
                Late::Reordered => 1,
                Late::Captured => 3,
            })
        } else {
            closed.then_some(2)
        };
        if let Some(owner) = owner {
            parts[owner] += 1;
        }
    }
    parts
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0..20_u64).prop_map(Op::Again),
        2 => Just(Op::Closed),
        2 => Just(Op::Opened),
        6 => Just(Op::Pdu),
    ]
}

fn late() -> impl Strategy<Value = Late> {
    prop_oneof![Just(Late::Reordered), Just(Late::Retransmitted), Just(Late::Captured)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_moment_of_a_latency_has_the_owner_that_a_list_of_everything_gives_it(
        steps in prop::collection::vec((1..12_i64, op()), 0..60),
        (end, asked, lasts) in (0..22_u64, 0..LONG, 0..LONG),
        wait in prop::option::of((0..LONG, late())),
        round_trip in prop_oneof![Just(0), 2..30_i64],
    ) {
        let mut now = 0;
        let mut ops: Vec<(i64, Op)> = Vec::new();
        for (step, op) in steps {
            now += step;
            ops.push((now, op));
        }
        // The response is the last thing that happens, as far as its transaction is concerned.
        let answered = asked + lasts;
        ops.retain(|(at, _)| *at < answered);
        let wait = wait.map(|(back, why)| ((answered - back).max(0), why));
        let query = Query { end, asked, answered, wait };

        let mut delays = Delays::default();
        let nothing = |_| panic!("nothing was answered before");
        delays.event(
            Side::Accepter,
            at(0),
            Event::RoundTrip { span: millis(round_trip), handshake: true },
            nothing,
        );
        let mut closed = false;
        for &(moment, op) in &ops {
            match op {
                Op::Again(from) => delays.event(Side::Opener, at(moment), Event::SentAgain { from }, nothing),
                // As from TCP: a window closes when it is open.
                Op::Closed if !closed => {
                    closed = true;
                    delays.event(Side::Opener, at(moment), Event::WindowClosed, nothing);
                }
                Op::Opened if closed => {
                    closed = false;
                    delays.event(Side::Opener, at(moment), Event::WindowOpened, nothing);
                }
                Op::Closed | Op::Opened => {}
                Op::Pdu => delays.see(Side::Accepter, at(moment), None),
            }
        }
        let wait_of = |wait: Option<(i64, Late)>| wait.map(|(since, why)| Wait { since: at(since), why });
        delays.see(Side::Accepter, at(answered), wait_of(wait));
        let request = Asked {
            side: Side::Opener,
            command: CommandId::SUBMIT_SM,
            end,
            at: at(asked),
            unseen: Duration::ZERO,
        };
        let delay = delays.of(&request, at(answered), wait_of(wait));

        let mut closed = false;
        ops.retain(|(_, op)| match op {
            Op::Closed => !std::mem::replace(&mut closed, true),
            Op::Opened => std::mem::replace(&mut closed, false),
            _ => true,
        });
        let [retransmission, reordering, zero_window, capture] = naive(&ops, &query, round_trip).map(millis);
        prop_assert_eq!(
            Delay { network: None, ..delay },
            Delay { retransmission, reordering, zero_window, capture, network: None, unseen: Duration::ZERO }
        );
        let parts = [delay.tcp(), delay.capture, delay.network.unwrap_or_default()];
        let sum: i64 = parts.iter().map(|part| part.nanos()).sum();
        prop_assert!(sum <= millis(lasts).nanos(), "{delay:?}");
    }
}
