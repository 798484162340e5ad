//! Scenarios: a script of PDUs, gaps, ticks and ends, with the events that each line causes below it.
//!
//! ```text
//! 12.003 > submit_sm 7                  the opener sends submit_sm number 7; without a time: 1 ms after the line before
//! 12.010 < submit_sm_resp 7 0x58        a status; `partial`: not all of it was captured
//!        = answered submit_sm 7 > 7ms 0x58
//! > bind_transceiver 1 acme v0x34       system_id, interface_version
//! gap <                                 octets of the accepter are missing
//! tick 20.0 | close fin > | finish 30
//! ```

mod blame;
mod histories;
mod model;
mod naive;
mod scenarios;
mod script;
mod sessions;
mod transactions;
