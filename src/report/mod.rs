//! Everything that was found into numbers: tallies that merge, then one plain [`Report`] that every view reads.
//!
//! A shard counts in a [`Tally`]; what is complete leaves it as a [`Row`]. [`Assembly`] takes rows in the order of
//! the capture, and the tallies, and makes the report.

mod assembly;
mod conduct;
pub mod counts;
mod latency;
pub mod model;
mod rows;
mod tally;

pub use assembly::{Assembly, PlaceOf, Whole};
pub use latency::{EXACT, Latencies};
pub use model::Report;
pub use rows::{Row, SessionRow};
pub use tally::{Exchanges, Finding, Findings, Found, Requests, Tally, add_health};
