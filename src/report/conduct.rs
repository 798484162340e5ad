//! How a session was conducted, as the report says it.

use super::latency::micros;
use super::model::{
    BySide, Conduct, EnquireLinks, InFlight, Numbers, RateUse, Refused, Responses, Silence,
    Spans as ModelSpans,
};
use crate::session::{self, Flight, SessionEnd};
use crate::tcp::{PerSide, Side, Spans};
use crate::time::Duration;

/// The facts of a session whose ESME is `esme`.
pub(super) fn conduct(end: &SessionEnd, esme: Side) -> Conduct {
    let refused = end.bind_status.filter(|_| end.refused);
    Conduct {
        binds: end.binds.into(),
        outbind: end.outbound,
        refused: refused.map(|status| Refused { status: status.0, name: status.name().map(str::to_owned) }),
        longest_silence: end
            .silence
            .map(|silence| Silence { ms: span(silence.span) / 1_000.0, since: silence.since }),
        enquire_links: by_side(&end.enquire_links, esme, enquire_links),
        responses: responses(&end.responses),
        numbers: by_side(&end.numbers, esme, numbers),
        in_flight: by_side(&end.flights, esme, in_flight),
        rate: rate(&end.rate_use),
    }
}

fn by_side<T, U>(sides: &PerSide<T>, esme: Side, of: fn(&T) -> U) -> BySide<U> {
    BySide { esme: of(sides.of(esme)), smsc: of(sides.of(esme.other())) }
}

fn enquire_links(links: &session::EnquireLinks) -> EnquireLinks {
    EnquireLinks {
        sent: links.sent,
        answered: links.answered,
        missed: links.missed,
        interval_us: spans(&links.interval),
        median_interval_us: links.median_interval.map(span),
        rtt_us: spans(&links.rtt),
    }
}

fn responses(responses: &session::Responses) -> Responses {
    let session::Responses {
        late,
        early,
        out_of_order,
        duplicate,
        wrong_type,
        unmatched,
        before_capture,
        in_gap,
        given_up,
        without_number,
    } = *responses;
    Responses {
        late,
        early,
        out_of_order,
        duplicate,
        wrong_type,
        unmatched,
        before_capture,
        in_gap,
        given_up,
        without_number,
    }
}

fn numbers(numbers: &session::Numbers) -> Numbers {
    let session::Numbers {
        zero,
        out_of_range,
        wraps,
        resets,
        repeated,
        backward,
        jumps,
        own_kind,
        of_other_side,
        reused,
    } = *numbers;
    Numbers { zero, out_of_range, wraps, resets, repeated, backward, jumps, own_kind, of_other_side, reused }
}

fn in_flight(flight: &Flight) -> InFlight {
    let observed = flight.observed.nanos() as f64;
    let over_time = |sum: f64| (observed > 0.0).then_some(sum / observed);
    InFlight {
        max: flight.peak.map(|peak| u64::from(peak.count)),
        max_at: flight.peak.map(|peak| peak.at),
        share_at_max: over_time(flight.at_peak.nanos() as f64),
        mean: over_time(flight.request_nanos as f64),
    }
}

fn rate(rate: &session::RateUse) -> RateUse {
    let is_any = rate.seconds > 0;
    RateUse {
        mean_per_s: is_any.then(|| rate.requests as f64 / rate.seconds as f64),
        bursts: is_any.then_some(rate.bursts),
    }
}

pub(super) fn span(span: Duration) -> f64 {
    micros(span.nanos().max(0).unsigned_abs())
}

pub(super) fn spans(spans: &Spans) -> ModelSpans {
    let known = |value: f64| (spans.count > 0).then_some(value);
    ModelSpans {
        count: spans.count,
        min: known(span(spans.min)),
        mean: known(span(spans.sum) / spans.count.max(1) as f64),
        max: known(span(spans.max)),
    }
}
