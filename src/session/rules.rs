//! Rules of session scope that a PDU breaks by its direction, its state, its number and its time.
//!
//! The order of judgement: direction, then state, then the rest; a PDU in the wrong direction is judged no further, and
//! the response to a request that is at fault itself is not blamed for the same. The state is judged only where it is
//! known: from the handshake on, from a bind or an unbind that was granted on, or because somebody said it; a gap pauses
//! that until the next bind or unbind that is granted. A rule that not all versions have is judged only where the version
//! is known.

use crate::smpp::spec::{self, Allowed, Command};
use crate::smpp::{CommandId, Role, RuleId, Version};
use crate::tcp::Side;
use crate::time::Duration;

use super::binding::{State, sender};
use super::correlator::Sessions;
use super::open::{Fault, Request};
use super::{Seen, Sink};

/// More than so many requests of a side that wait break session.window_over_10 (SMPP 3.4 §2.5.2).
pub(super) const WINDOW: u32 = 10;

/// What a session was before a PDU changed it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    /// Its state, where that is known.
    standing: Option<spec::State>,
    /// An outbind has not been answered by a bind yet.
    greeted: bool,
    /// The sender has sent an unbind that is not answered yet.
    unbinding: bool,
    /// Time since the PDU before, where nothing is missing between.
    silence: Option<Duration>,
    /// No bind was seen before.
    unasked: bool,
}

/// How a PDU is at fault by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breach {
    /// The only role that sends the command, which is not the sender's.
    pub(super) alien: Option<Role>,
    /// The state in which the sender must not send it.
    pub(super) state: Option<spec::State>,
}

impl Breach {
    pub(super) const fn fault(&self) -> Fault {
        match (self.alien, self.state) {
            (Some(_), _) => Fault::Direction,
            (None, Some(_)) => Fault::State,
            (None, None) => Fault::None,
        }
    }
}

/// Whether a rule is one of the session's version; of an unknown one only if all versions have it.
pub(super) fn applies(rule: RuleId, version: Option<Version>) -> bool {
    let versions = rule.rule().versions;
    version.map_or(versions.len() == 3, |version| versions.contains(&version))
}

impl Sessions {
    /// Looks at the session before `seen` changes it.
    pub(super) fn before(&self, seen: &Seen<'_>) -> Before {
        let Some(life) = &self.life else { return Before::default() };
        let binding = &life.binding;
        Before {
            standing: self.standing(seen),
            greeted: binding.greeted,
            unbinding: binding.state() == State::Unbinding && self.unbinds(seen.side),
            silence: life.silence(seen.at, self.gaps()),
            unasked: self.n == 0 && binding.asked.is_none() && binding.bound.is_none(),
        }
    }

    /// The state in which `seen` finds the session, if the capture has all that bears on it.
    fn standing(&self, seen: &Seen<'_>) -> Option<spec::State> {
        let life = self.life.as_ref().filter(|_| self.is_settled())?;
        let (binding, other) = (&life.binding, self.half(seen.side.other()));
        let is_certain = match binding.state() {
            _ if self.is_told => true,
            // What would change the state may wait behind a hole, or have been captured early.
            State::Open | State::Binding if other.waits || !self.half(seen.side).held.is_empty() => false,
            // Where a direction is not captured, a bind or its response may have passed there unseen.
            State::Open => sender(seen.header.command_id) == Some(Role::Esme) || other.pdus > 0,
            State::Binding => binding.binding_side().is_some_and(|side| self.half(side.other()).pdus > 0),
            State::Bound | State::Refused | State::Unbinding | State::Unbound => true,
        };
        is_certain.then(|| binding.standing())
    }

    /// How `seen` is at fault, whose session was as in `before`.
    pub(super) fn breach(&self, seen: &Seen<'_>, before: &Before) -> Breach {
        let Some(life) = &self.life else { return Breach { alien: None, state: None } };
        let id = seen.header.command_id;
        // One role sends the command, the bind made this side the other one.
        let role = life.binding.role_by_bind(seen.side);
        let alien = sender(id).filter(|&only| role.is_some_and(|role| role != only));
        let state = before.standing.filter(|&state| {
            alien.is_none()
                && spec::command(id).is_some_and(|command| {
                    let role = life.binding.role(seen.side);
                    forbids(command, state, role, self.version())
                })
        });
        Breach { alien, state }
    }

    /// Blames a request for its direction, its state, an outbind that it does not answer, and its TLVs.
    pub(super) fn judge_request(
        &mut self,
        seen: &Seen<'_>,
        before: &Before,
        breach: &Breach,
        sink: &mut impl Sink,
    ) {
        if let Some(role) = breach.alien {
            blame_direction(seen, role, sink);
            return;
        }
        let version = self.version();
        let Some(life) = &mut self.life else { return };
        let id = seen.header.command_id;
        let is_esme = life.binding.role(seen.side) == Some(Role::Esme);
        let mut greets = false;
        if before.greeted && is_esme {
            life.binding.greeted = false;
            let fits = match version {
                Some(Version::V33 | Version::V34) => id == CommandId::BIND_RECEIVER,
                Some(Version::V50) | None => id.is_bind(),
            };
            if !fits && before.standing.is_some() {
                greets = true;
                let message = format_args!("{id} after outbind, which a bind has to answer");
                sink.finding(
                    RuleId::SESSION_OUTBIND_NOT_ANSWERED_BY_BIND,
                    seen.place,
                    seen.at,
                    seen.side,
                    &message,
                );
            }
        }
        if let Some(state) = breach.state.filter(|_| !greets) {
            blame_state(seen, state, sink);
        }
        let is_exempt =
            id == CommandId::ENQUIRE_LINK && !matches!(version, Some(Version::V33 | Version::V34));
        if before.unbinding && before.standing.is_some() && !is_exempt {
            let message = format_args!("{id} after the same side's unbind");
            sink.finding(RuleId::SESSION_REQUEST_AFTER_UNBIND, seen.place, seen.at, seen.side, &message);
        }
        let rule = RuleId::SESSION_TLV_WITHOUT_SC_INTERFACE_VERSION;
        if seen.tlvs
            && is_esme
            && life.binding.lacks_version
            && before.standing.is_some()
            && applies(rule, version)
        {
            let message = format_args!(
                "{id} has TLVs, and the bind response had no sc_interface_version to allow them"
            );
            sink.finding(rule, seen.place, seen.at, seen.side, &message);
        }
    }

    /// Blames a request whose number is not above the one before. `is_reused`: it is an open one's, which is worse.
    pub(super) fn judge_number(
        &self,
        seen: &Seen<'_>,
        former: Option<u32>,
        is_reused: bool,
        sink: &mut impl Sink,
    ) {
        if let Some(former) = former.filter(|_| !is_reused) {
            let number = seen.header.sequence_number;
            let message = format_args!("number {number} after {former}");
            let rule = RuleId::SESSION_SEQUENCE_NUMBER_NOT_MONOTONIC;
            sink.finding(rule, seen.place, seen.at, seen.side, &message);
        }
    }

    /// Blames a PDU for the time that has passed before it.
    pub(super) fn judge_time(&mut self, seen: &Seen<'_>, before: &Before, sink: &mut impl Sink) {
        let timers = self.limits.timers;
        let version = self.version();
        if let Some(silence) = before.silence {
            let is_unbound = before.standing == Some(spec::State::Unbound);
            for (rule, limit) in [
                (RuleId::TIMER_INACTIVITY, timers.inactivity.filter(|_| !is_unbound)),
                (RuleId::TIMER_ENQUIRE_LINK, timers.enquire_link),
            ] {
                if let Some(limit) = limit.filter(|&limit| silence > limit)
                    && applies(rule, version)
                {
                    let message = format_args!(
                        "nothing was sent for {}, more than {}",
                        Seconds(silence),
                        Seconds(limit)
                    );
                    sink.finding(rule, seen.place, seen.at, seen.side, &message);
                }
            }
        }
        let rule = RuleId::TIMER_SESSION_INIT;
        let Some((opened_at, limit)) = self.opened_at.zip(timers.session_init) else { return };
        let is_late = before.unasked && seen.at.since(opened_at) > limit;
        if is_late && applies(rule, version) {
            let message = format_args!(
                "no bind for {} after the connection, more than {}",
                Seconds(seen.at.since(opened_at)),
                Seconds(limit)
            );
            sink.finding(rule, seen.place, seen.at, seen.side, &message);
        }
        // Once is enough, and a bind stops the timer.
        if is_late || !before.unasked || seen.header.command_id.is_bind() {
            self.opened_at = None;
        }
    }

    /// Blames a response for coming before that of an older request, or late.
    pub(super) fn judge_response(
        &self,
        seen: &Seen<'_>,
        request: &Request,
        in_turn: bool,
        sink: &mut impl Sink,
    ) {
        let (version, id) = (self.version(), seen.header.command_id);
        let rule = RuleId::RESPONSE_OUT_OF_ORDER;
        // The response to the older one may lie in a gap.
        let half = self.half(seen.side.other());
        let gaps = self.half(seen.side).gaps;
        let waits = !in_turn && half.open.oldest().is_some_and(|oldest| oldest.answering_gaps == gaps);
        if waits && id != CommandId::GENERIC_NACK && applies(rule, version) {
            let message = format_args!(
                "{id} number {} while an older request of that side waits",
                seen.header.sequence_number
            );
            sink.finding(rule, seen.place, seen.at, seen.side, &message);
        }
        let rule = RuleId::TIMER_RESPONSE;
        let waited = seen.at.since(request.at);
        if let Some(limit) = self.limits.timers.response.filter(|&limit| waited > limit)
            && applies(rule, version)
        {
            let message = format_args!(
                "{id} {} after its request in frame {}, more than {}",
                Seconds(waited),
                request.place.frame,
                Seconds(limit)
            );
            sink.finding(rule, seen.place, seen.at, seen.side, &message);
        }
    }

    /// Blames the window for having grown to `waiting` by `seen`.
    pub(super) fn judge_window(&self, seen: &Seen<'_>, waiting: u32, sink: &mut impl Sink) {
        let rule = RuleId::SESSION_WINDOW_OVER_10;
        if waiting == WINDOW.saturating_add(1) && applies(rule, self.version()) {
            let message = format_args!("{waiting} requests of this side wait for an answer");
            sink.finding(rule, seen.place, seen.at, seen.side, &message);
        }
    }

    /// Blames a request that the end of the connection leaves without a response.
    pub(super) fn judge_missing(&self, asking: Side, request: &Request, sink: &mut impl Sink) {
        // Where the other side is not captured at all, the response may have come. An ESME may answer enquire_link
        // with any PDU (SMPP 3.4 §4.11, 5.0 §4.1.2).
        if !self.is_captured(asking.other())
            || request.fault == Fault::Direction
            || self.is_excused(asking, request)
        {
            return;
        }
        let message = format_args!(
            "no response to {} number {} before the connection ended",
            request.command, request.sequence_number
        );
        sink.finding(RuleId::RESPONSE_MISSING, request.place, request.at, asking, &message);
    }

    /// Whether an enquire_link needs no enquire_link_resp: the ESME has sent another PDU since.
    pub(super) fn is_excused(&self, asking: Side, request: &Request) -> bool {
        request.command == CommandId::ENQUIRE_LINK
            && self.role(asking.other()) == Some(Role::Esme)
            && self.half(asking.other()).pdus > request.answering_pdus
    }

    /// Blames a connection that ends while its session is bound.
    pub(super) fn judge_close(&self, by: Option<Side>, sink: &mut impl Sink) {
        let Some(life) = self.life.as_ref().filter(|_| self.is_settled()) else { return };
        let Some(last) = life.last_pdu() else { return };
        let bound = match life.binding.standing() {
            spec::State::BoundTx | spec::State::BoundRx | spec::State::BoundTrx => life.binding.standing(),
            spec::State::Open | spec::State::Outbound | spec::State::Unbound => return,
        };
        let by = by.and_then(|side| self.role(side)).map_or("", |role| match role {
            Role::Esme => " by the ESME",
            Role::Smsc => " by the SMSC",
        });
        let message = format_args!("closed{by} in state {}", name(bound));
        sink.finding(RuleId::SESSION_CLOSED_WITHOUT_UNBIND, last.place, last.at, last.side, &message);
    }

    fn unbinds(&self, side: Side) -> bool {
        self.life.as_ref().and_then(|life| life.binding.unbind_by()) == Some(side)
    }
}

/// Whether a side of that role must not send the command in that state: SMPP 3.4 Table 2-1, which serves for 3.3, and 5.0
/// Table 2-1. Of an unknown version: whether it must not in any; of an unknown role likewise.
fn forbids(command: &Command, state: spec::State, role: Option<Role>, version: Option<Version>) -> bool {
    // 3.4 has no OUTBOUND.
    let state_v34 = if state == spec::State::Outbound { spec::State::Open } else { state };
    let forbids = |allowed: Allowed, state| {
        let (esme, smsc) = (!allowed.esme.contains(state), !allowed.smsc.contains(state));
        match role {
            Some(Role::Esme) => esme,
            Some(Role::Smsc) => smsc,
            None => esme && smsc,
        }
    };
    let v34 = command.states_v34.map(|allowed| forbids(allowed, state_v34));
    let v50 = command.states_v50.map(|allowed| forbids(allowed, state));
    match version {
        Some(Version::V33 | Version::V34) => v34 == Some(true),
        Some(Version::V50) => v50 == Some(true),
        None => v34.or(v50) == Some(true) && v50.or(v34) == Some(true),
    }
}

pub(super) fn blame_direction(seen: &Seen<'_>, role: Role, sink: &mut impl Sink) {
    let (only, this) = match role {
        Role::Esme => ("ESME", "SMSC"),
        Role::Smsc => ("SMSC", "ESME"),
    };
    sink.finding(
        RuleId::SESSION_PDU_WRONG_DIRECTION,
        seen.place,
        seen.at,
        seen.side,
        &format_args!("{} from the {this}; only an {only} sends it", seen.header.command_id),
    );
}

pub(super) fn blame_state(seen: &Seen<'_>, state: spec::State, sink: &mut impl Sink) {
    sink.finding(
        RuleId::SESSION_PDU_IN_WRONG_STATE,
        seen.place,
        seen.at,
        seen.side,
        &format_args!(
            "{} in state {}, where this side must not send it",
            seen.header.command_id,
            name(state)
        ),
    );
}

/// As the specification spells it.
const fn name(state: spec::State) -> &'static str {
    match state {
        spec::State::Open => "OPEN",
        spec::State::Outbound => "OUTBOUND",
        spec::State::BoundTx => "BOUND_TX",
        spec::State::BoundRx => "BOUND_RX",
        spec::State::BoundTrx => "BOUND_TRX",
        spec::State::Unbound => "UNBOUND",
    }
}

/// A span in seconds, for messages.
struct Seconds(Duration);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = self.0.millis();
        write!(f, "{}.{:03} s", millis.wrapping_div(1_000), millis.wrapping_rem(1_000).unsigned_abs())
    }
}
