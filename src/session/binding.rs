//! The bind state of a session: who is who, bound as what, in which version.

use crate::smpp::spec;
use crate::smpp::{CommandId, CommandStatus, Role, SequenceNumber, Version};
use crate::tcp::Side;

use super::{Bind, BindFrom, BindType, Seen};

/// Octets of a system_id that are kept; the specification allows 15 (SMPP 3.4 §5.2.1).
const SYSTEM_ID: usize = 64;

/// Where a session stands: SMPP 3.4 §2.2, 5.0 §2.3.
///
/// ```text
///              bind_*              bind_*_resp, status 0           unbind               unbind_resp
///    Open ───────────────► Binding ───────────────► Bound ───────────────► Unbinding ───────────────► Unbound
///     │ │                   │   ▲                     ▲                     │  ▲                         ▲ │
///     │ │             other │   │ bind_*              │ refused, if it was  │  │ unbind                  │ │
///     │ │            status,│   │ (the ESME tries     │ bound before        │  │                         │ │
///     │ │              nack ▼   │ again)              └─────────────────────┘  │                         │ │
///     │ │                 Refused ── bind_* ──► the next session ◄── bind_* ──┘ (from Unbinding, too) ◄──┼─┘
///     │ └─────────────── unbind (seen from the middle on) ────────────────────┘                         │
///     └──────────────── unbind_resp whose unbind was not captured ──────────────────────────────────────┘
///
///    this machine                       the specification's state, by which PDUs are judged
///    Open, Binding, Refused             OPEN, or OUTBOUND once the message centre has sent outbind
///    Bound, Unbinding                   BOUND_TX, BOUND_RX or BOUND_TRX
///    Unbinding, never bound             OPEN or OUTBOUND
///    Unbound                            UNBOUND
/// ```
///
/// A bind request in `Refused`, `Unbinding` or `Unbound` opens the next session of the connection. One in `Bound` is a
/// transaction and nothing else, unless a gap may hide the unbind before it. A session seen from its middle on stays
/// `Open`: it is bound, but nobody knows how, and its PDUs are not judged for their state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Binding,
    Bound,
    Refused,
    Unbinding,
    Unbound,
}

/// How much the knowledge of roles is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// A command that only one role sends.
    Command,
    /// An outbind.
    Outbind,
    /// A bind or its response.
    Bind,
}

/// What is known of the bind.
#[derive(Debug)]
pub(super) struct Binding {
    state: State,
    esme: Option<(Side, Trust)>,
    /// Side and number of the bind request that the state waits for, or that decided it.
    attempt: Option<(Side, SequenceNumber)>,
    unbind_by: Option<Side>,
    pub(super) asked: Option<BindType>,
    pub(super) bound: Option<BindType>,
    /// Whether the bind was seen, or its response alone.
    pub(super) from: Option<BindFrom>,
    /// The message centre has sent outbind.
    pub(super) outbound: bool,
    /// It has, and the ESME has sent no request since.
    pub(super) greeted: bool,
    /// The bind response was whole and had no sc_interface_version.
    pub(super) lacks_version: bool,
    pub(super) status: Option<CommandStatus>,
    pub(super) refused: bool,
    pub(super) system_id: Option<Box<[u8]>>,
    pub(super) smsc_system_id: Option<Box<[u8]>>,
    pub(super) interface_version: Option<u8>,
    pub(super) sc_interface_version: Option<u8>,
}

impl Binding {
    /// Nothing known but who the ESME is, where somebody said so.
    pub(super) fn new(esme: Option<Side>) -> Self {
        Self {
            state: State::Open,
            esme: esme.map(|side| (side, Trust::Bind)),
            attempt: None,
            unbind_by: None,
            asked: None,
            bound: None,
            from: None,
            outbound: false,
            greeted: false,
            lacks_version: false,
            status: None,
            refused: false,
            system_id: None,
            smsc_system_id: None,
            interface_version: None,
            sc_interface_version: None,
        }
    }

    /// As [`new`](Self::new), in a state that somebody said.
    pub(super) fn in_state(esme: Option<Side>, state: spec::State) -> Self {
        let bound = match state {
            spec::State::BoundTx => Some(BindType::Transmitter),
            spec::State::BoundRx => Some(BindType::Receiver),
            spec::State::BoundTrx => Some(BindType::Transceiver),
            spec::State::Open | spec::State::Outbound | spec::State::Unbound => None,
        };
        let outbound = state == spec::State::Outbound;
        let state = match (bound, state) {
            (Some(_), _) => State::Bound,
            (None, spec::State::Unbound) => State::Unbound,
            (None, _) => State::Open,
        };
        Self { state, bound, outbound, ..Self::new(esme) }
    }

    pub(super) const fn state(&self) -> State {
        self.state
    }

    /// The state in the words of the specification.
    pub(super) const fn standing(&self) -> spec::State {
        match (self.state, self.bound) {
            (State::Unbound, _) => spec::State::Unbound,
            (State::Bound | State::Unbinding, Some(BindType::Transmitter)) => spec::State::BoundTx,
            (State::Bound | State::Unbinding, Some(BindType::Receiver)) => spec::State::BoundRx,
            (State::Bound | State::Unbinding, Some(BindType::Transceiver)) => spec::State::BoundTrx,
            _ if self.outbound => spec::State::Outbound,
            _ => spec::State::Open,
        }
    }

    /// The side that has asked to bind and waits for the response.
    pub(super) fn binding_side(&self) -> Option<Side> {
        self.attempt.filter(|_| self.state == State::Binding).map(|(side, _)| side)
    }

    pub(super) fn esme(&self) -> Option<Side> {
        self.esme.map(|(side, _)| side)
    }

    pub(super) fn role(&self, side: Side) -> Option<Role> {
        self.esme.map(|(esme, _)| if esme == side { Role::Esme } else { Role::Smsc })
    }

    /// Role of a side, where a bind told it: good enough to blame a PDU for its direction.
    pub(super) fn role_by_bind(&self, side: Side) -> Option<Role> {
        self.esme.filter(|&(_, trust)| trust == Trust::Bind).and_then(|_| self.role(side))
    }

    /// Whether a bind request opens the next session of the connection; `gaps`: octets of this one are missing.
    pub(super) const fn makes_way(&self, gaps: bool) -> bool {
        match self.state {
            State::Refused | State::Unbinding | State::Unbound => true,
            State::Bound => gaps,
            State::Open | State::Binding => false,
        }
    }

    /// The side whose unbind ended the session, or is about to.
    pub(super) const fn unbind_by(&self) -> Option<Side> {
        self.unbind_by
    }

    /// What the session speaks from here on: the lower of the bind's version and the response's.
    pub(super) fn version(&self) -> Option<Version> {
        let asked = self.interface_version.map(version)?;
        Some(self.sc_interface_version.map(version).map_or(asked, |granted| asked.min(granted)))
    }

    /// Learns from a PDU what it says by itself.
    pub(super) fn see(&mut self, seen: &Seen<'_>) {
        let id = seen.header.command_id;
        if let Some(sender) = sender(id) {
            let trust = match id {
                CommandId::OUTBIND => Trust::Outbind,
                id if id.request().is_bind() => Trust::Bind,
                _ => Trust::Command,
            };
            if self.esme.is_none_or(|(_, known)| known < trust) {
                let esme = if sender == Role::Esme { seen.side } else { seen.side.other() };
                self.esme = Some((esme, trust));
            }
        }
        if id.is_bind() {
            self.bind(seen);
        } else if id == CommandId::UNBIND {
            if self.state != State::Unbound {
                self.state = State::Unbinding;
                self.unbind_by = Some(seen.side);
            }
        } else if let Some(bind) = &seen.bind {
            if id == CommandId::OUTBIND && matches!(self.state, State::Open | State::Refused) {
                self.outbound = true;
                self.greeted = true;
            }
            self.greet(seen, bind);
        }
    }

    /// A bind request.
    fn bind(&mut self, seen: &Seen<'_>) {
        if !matches!(self.state, State::Open | State::Binding) {
            return;
        }
        self.state = State::Binding;
        self.attempt = Some((seen.side, seen.header.sequence_number));
        self.asked = BindType::of(seen.header.command_id);
        let bind = seen.bind.as_ref();
        self.system_id = bind.and_then(|bind| bind.system_id).map(kept);
        self.interface_version = bind.and_then(|bind| bind.interface_version);
    }

    /// A bind response or an outbind: what the SMSC says of itself. A refusal says nothing, nor does a response to a
    /// bind that is not this session's.
    fn greet(&mut self, seen: &Seen<'_>, bind: &Bind<'_>) {
        let (id, status) = (seen.header.command_id, seen.header.command_status);
        if id.is_response()
            && (status != CommandStatus::OK || !matches!(self.state, State::Open | State::Binding))
        {
            return;
        }
        if let Some(name) = bind.system_id {
            self.smsc_system_id = Some(kept(name));
        }
        if id.is_response() {
            self.sc_interface_version = bind.interface_version.or(self.sc_interface_version);
            self.lacks_version = seen.whole && bind.interface_version.is_none();
        }
    }

    /// The request of `asking` with that number was answered; also a response whose request the capture lacks.
    pub(super) fn answered(
        &mut self,
        command: CommandId,
        asking: Side,
        number: SequenceNumber,
        status: CommandStatus,
        nacked: bool,
    ) {
        let granted = status == CommandStatus::OK && !nacked;
        if let Some(bind) = BindType::of(command) {
            if granted && matches!(self.state, State::Open | State::Binding | State::Refused) {
                self.state = State::Bound;
                self.bound = Some(bind);
                let is_asked = self.attempt == Some((asking, number));
                self.from = Some(if is_asked { BindFrom::Bind } else { BindFrom::Response });
                self.status = Some(status);
                self.refused = false;
            } else if !granted && self.state == State::Binding && self.attempt == Some((asking, number)) {
                self.state = State::Refused;
                self.status = Some(status);
                self.refused = true;
            }
        } else if command == CommandId::UNBIND {
            if granted {
                self.state = State::Unbound;
                self.unbind_by = Some(asking);
            } else if self.state == State::Unbinding && self.unbind_by == Some(asking) {
                self.state = if self.bound.is_some() { State::Bound } else { State::Open };
                self.unbind_by = None;
            }
        }
    }
}

/// Who alone sends a command: SMPP 3.4 §2.3 Table 2-1, 5.0 §2.4 Table 2-1, 3.3 §5.5. `None`: both do, or it is unknown.
pub(super) const fn sender(command: CommandId) -> Option<Role> {
    let asks = match command.request() {
        CommandId::BIND_RECEIVER
        | CommandId::BIND_TRANSMITTER
        | CommandId::BIND_TRANSCEIVER
        | CommandId::QUERY_SM
        | CommandId::SUBMIT_SM
        | CommandId::REPLACE_SM
        | CommandId::CANCEL_SM
        | CommandId::SUBMIT_MULTI
        // param_retrieve, query_last_msgs, query_msg_details of 3.3; broadcast_sm, query_broadcast_sm,
        // cancel_broadcast_sm of 5.0.
        | CommandId(0x22..=0x24 | 0x111..=0x113) => Role::Esme,
        CommandId::DELIVER_SM => Role::Smsc,
        CommandId::OUTBIND | CommandId::ALERT_NOTIFICATION if !command.is_response() => Role::Smsc,
        _ => return None,
    };
    Some(if command.is_response() { asks.other() } else { asks })
}

/// interface_version: SMPP 3.4 §5.2.4, 5.0 §4.7.13; the values between are reserved and read as the one below.
const fn version(interface_version: u8) -> Version {
    match interface_version {
        0x00..=0x33 => Version::V33,
        0x34..=0x4f => Version::V34,
        0x50.. => Version::V50,
    }
}

fn kept(system_id: &[u8]) -> Box<[u8]> {
    system_id.get(..SYSTEM_ID).unwrap_or(system_id).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_version_counts() {
        let cases = [
            (None, None, None),
            (None, Some(0x34), None),
            (Some(0x00), None, Some(Version::V33)),
            (Some(0x33), Some(0x34), Some(Version::V33)),
            (Some(0x34), None, Some(Version::V34)),
            (Some(0x4f), Some(0x50), Some(Version::V34)),
            (Some(0x50), Some(0x34), Some(Version::V34)),
            (Some(0x50), Some(0xff), Some(Version::V50)),
        ];
        for (interface_version, sc_interface_version, expected) in cases {
            let binding = Binding { interface_version, sc_interface_version, ..Binding::new(None) };
            assert_eq!(binding.version(), expected, "{interface_version:?} {sc_interface_version:?}");
        }
    }

    #[test]
    fn directions_are_those_of_the_tables() {
        let esme = [1, 2, 3, 4, 7, 8, 9, 0x21, 0x22, 0x23, 0x24, 0x111, 0x112, 0x113, 0x8000_0005];
        let smsc = [5, 0x0b, 0x102, 0x8000_0001, 0x8000_0004, 0x8000_0009, 0x8000_0113];
        let both =
            [0, 6, 0x15, 0x103, 0x8000_0000, 0x8000_0006, 0x8000_0015, 0x8000_0103, 0x1_0200, 0x8000_000b];
        for (ids, expected) in [(&esme[..], Some(Role::Esme)), (&smsc, Some(Role::Smsc)), (&both, None)] {
            for &id in ids {
                assert_eq!(sender(CommandId(id)), expected, "{id:#x}");
            }
        }
    }
}
