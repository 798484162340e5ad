//! A test SMSC: a message centre that does what it is told, and tells what it did.
//!
//! [`Engine`] is the state machine: connections, octets and time go in, octets and closings come out; it has neither
//! sockets nor a clock, and its random numbers come from a seed, so the same input gives the same output.
//! [`server`] drives it over TCP and TLS.
//!
//! ```text
//!  octets ─► cut ─► judge ─► plan ─────────► answer, now or later ─► faults ─► octets
//!                   (smpp)   rate, window,      │
//!                            recording, magic,  └─► message ─► receipt ─► session with room
//!                            error mix
//! ```
//!
//! Every request is judged by the decoder of [`crate::smpp`] in the version of its session. What is out of place is
//! refused with the status of the specification that is about it: by the response, or by generic_nack where the
//! command is unknown, foreign to the version, or of the message centre's side.
//!
//! Everything is bounded: connections, messages, octets that wait to be sent, responses and deliveries that wait.

#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

mod clock;
mod deliveries;
mod engine;
mod event;
mod fault;
mod ids;
mod messages;
mod options;
mod random;
mod recorded;
mod requests;
pub mod server;
mod session;
mod store;
mod timers;
mod verdict;
mod write;

pub(crate) use clock::absolute as absolute_time;
pub use engine::{Close, ConnectionId, Engine};
pub use event::{Counters, Event, What};
pub use fault::{Fault, Faults};
pub use ids::IdNotation;
pub use options::{Account, Delay, FinalState, Mix, Options, span};
pub use recorded::{Extra, RecordedPdu, Recorder, Recording};
pub(crate) use recorded::{reported, spellings};
pub use timers::Timers;
pub(crate) use write::Pdu;
