//! A report as text for a terminal or a ticket, as JSON, and the JSON Schema. The only module that names comfy-table,
//! quick-junit and serde_json.
//!
//! A view gets a [`Report`](crate::report::Report) and options and writes to a [`Write`](std::io::Write). It adds no
//! facts: whatever it prints stands in the report. Text of the traffic's own (a system_id, say) reaches a terminal
//! only with control characters escaped.

pub mod as_smsc;
pub mod entries;
mod figures;
pub mod json;
mod page;
mod plain;
pub mod prom;
pub mod record;
pub mod records;
pub mod replay;
pub mod schema;
pub mod smsc;
#[cfg(test)]
mod snapshot;
mod table;
pub mod text;
pub mod tree;

pub use plain::plain;
