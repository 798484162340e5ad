//! The test SMSC in simulated time: every option, every request of the tables, and that nothing it ever sends breaks
//! a rule of its own decoder.

mod behaviour;
mod bench;
mod messages;
mod receipts;
mod recorded;
mod requests;
