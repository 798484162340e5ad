//! Everything that was found into numbers: tallies that merge, then one plain [`Report`] that every view reads.
//!
//! A shard counts in a [`Tally`]; what is complete leaves it as a [`Row`]. [`Assembly`] takes rows in the order of
//! the capture, and the tallies, and makes the report.

mod accounts;
mod assembly;
mod belonging;
mod blame;
mod conduct;
pub mod counts;
mod exchanges;
mod history;
mod latency;
mod matching;
pub mod model;
mod owners;
pub mod record;
mod recorder;
mod rows;
mod scribe;
mod selection;
mod sides;
mod sieve;
mod single;
mod slowest;
mod tally;

pub use assembly::{Assembly, PlaceOf, Whole};
pub use belonging::{Asked, Belonging, KeptWhole, Sign};
pub use blame::Blame;
pub use exchanges::{Exchanges, Requests};
pub use latency::{EXACT, Latencies};
pub use model::Report;
pub use owners::{Owner, owner};
pub use rows::{Ended, Facing, Row, SeenPdu, SessionRow, What, Who, text};
pub use selection::Selection;
pub use sieve::{Kept, Sieve};
pub use single::{Exchanged, Raw, SeenFinding, SeenTransaction, Singled};
pub use tally::{Finding, Findings, Found, Tally, add_health};
