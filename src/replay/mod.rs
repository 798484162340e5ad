//! Resends what an ESME sent in a capture to a test SMSC, and says what it answered differently.
//!
//! ```text
//!  captured PDUs ─► plan ─► rewrite ─► pace ─► engine ⇄ driver ⇄ SMSC
//!                    │         │                 │
//!                    └► safety ┘                 └► exchanges ─► verdict
//! ```
//!
//! - [`plan`]: which PDUs are requests of the ESME, with what was answered then. Pure and streamed: a request waits for
//!   its recorded response, within bounds, and nothing else is kept.
//! - [`rewrite`]: numbers, times, TLVs and references of a request; whom it may reach.
//! - [`pace`]: when each is to be sent.
//! - [`safety`]: whether any of it may be sent, and to which addresses. Only it makes a [`safety::Cleared`], and the
//!   driver connects to nothing else.
//! - [`engine`]: the state machine of the live sessions: no sockets, no clock.
//! - [`driver`]: the only part with sockets, a clock and tokio.
//! - [`verdict`]: same, expected difference, different, missing, extra.
//! - [`as_smsc`]: the other way round, the message centre's side of a capture played to an ESME under test.
//!
//! Captured binds, unbinds, enquire_links and responses are never sent again; nothing is ever sent twice.

#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod as_smsc;
pub mod driver;
pub mod engine;
mod exchange;
mod link;
pub mod pace;
pub mod plan;
pub mod rewrite;
pub mod safety;
#[cfg(test)]
mod tests;
pub mod verdict;

use std::fmt;
use std::sync::Arc;

/// A password. Printed, it is dots.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A file's name, shared by all that was read from it.
pub type FileName = Arc<str>;
