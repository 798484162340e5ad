//! The end of a session: what is open is closed, and all that was learnt is said.

use crate::tcp::{PerSide, Side};
use crate::time::Timestamp;

use super::correlator::Sessions;
use super::open::{Open, Request};
use super::{BindFrom, BindType, End, SessionEnd, Sink, Start, Why};

impl Sessions {
    /// Ends the session that is on; `is_over`: no response can come any more.
    pub(super) fn end(
        &mut self,
        end: Option<End>,
        by: Option<Side>,
        at: Timestamp,
        is_over: bool,
        why: impl Fn(&Request) -> Why,
        sink: &mut impl Sink,
    ) {
        for asking in [Side::Opener, Side::Accepter] {
            while let Some(request) = self.half_mut(asking).open.pop_oldest() {
                let why = self.unanswered(asking, &request, why(&request), sink);
                if is_over && why == Why::Closed {
                    self.judge_missing(asking, &request, sink);
                }
            }
            let half = self.half_mut(asking);
            half.open = Open::default();
            half.recent.clear();
            half.forgot = false;
        }
        let id = self.id();
        let Some(mut life) = self.life.take() else { return };
        self.n = self.n.saturating_add(1);
        let last_at = life.last_at;
        for side in [Side::Opener, Side::Accepter] {
            life.windows.of_mut(side).run(last_at);
        }
        let (last_pdus, silence) = (life.last_pdus(), life.longest_silence());
        let version = self.told.version.or_else(|| life.binding.version());
        let esme = life.binding.esme();
        let has_gaps = life.former_gaps != self.gaps();
        let (bind, served, rate) = (life.binding, life.served, life.rate.peak);
        // Only a transceiver is served both ways. A gap may hide that it was first the one and then the other.
        let is_inferred = bind.bound.is_none()
            && bind.asked.is_none()
            && served.esme
            && served.smsc
            && life.start == Start::MidStream
            && !has_gaps;
        let inferred = is_inferred.then_some((BindType::Transceiver, BindFrom::Inferred));
        let PerSide { opener, accepter } = life.windows;
        let flights = PerSide { opener: opener.flight, accepter: accepter.flight };
        let PerSide { opener, accepter } = life.numbers;
        let numbers = PerSide { opener: opener.counts, accepter: accepter.counts };
        let PerSide { opener, accepter } = life.links;
        let enquire_links = PerSide { opener: opener.finish(), accepter: accepter.finish() };
        sink.ended(SessionEnd {
            id,
            esme,
            system_id: bind.system_id,
            smsc_system_id: bind.smsc_system_id,
            bind: bind.bound.or(inferred.map(|(bind, _)| bind)),
            bind_from: bind.from.or(inferred.map(|(_, from)| from)),
            bind_asked: bind.asked,
            bind_status: bind.status,
            refused: bind.refused,
            interface_version: bind.interface_version,
            sc_interface_version: bind.sc_interface_version,
            version,
            first_at: life.first_at,
            last_at,
            start: life.start,
            end,
            end_at: at,
            ended_by: by,
            idle_before_end_ms: u64::try_from(at.since(last_at).millis()).unwrap_or(0),
            last_pdus,
            by_command: life.by_command,
            other_pdus: life.other_pdus,
            partial_pdus: life.partial_pdus,
            opener_window: flights.opener.peak,
            accepter_window: flights.accepter.peak,
            flights,
            numbers,
            enquire_links,
            responses: life.responses,
            silence,
            binds: life.binds,
            outbound: bind.outbound,
            rate,
            rate_use: life.rate.finish(),
            opener_gaps: self.opener.gaps.saturating_sub(life.former_gaps.0),
            accepter_gaps: self.accepter.gaps.saturating_sub(life.former_gaps.1),
            given_up: life.given_up,
            opener_answers: self.opener.answers.take(),
            accepter_answers: self.accepter.answers.take(),
            delays_forgotten: self.delays.end(),
        });
    }
}
