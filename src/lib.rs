//! smpp-inspect: what happened to the SMPP traffic in a capture.
//!
//! # The path of the data
//!
//! ```text
//!  file, stdin ─► capture ─► decap ─► tcp ─► smpp ─► session ─► report ─► view
//!                 frames     segments  octets  PDUs    trans-     numbers   text, JSON
//!                                      in order        actions    in words
//! ```
//!
//! The modules below stand in that order, and a module uses only those before it, plus [`time`] and [`num`];
//! `pipeline` wires them over threads, `cli` is the command line. `tests/architecture.rs` checks the rule.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`capture`] | files, standard input | frames: number, time, link type, octets. The only one that names pcap-parser |
//! | [`decap`] | a frame of any network; fragments | a TCP segment, or the reason why not. The only one that names etherparse |
//! | [`tcp`] | segments | numbered connections; octets in order per side, gaps, open and close, health |
//! | [`smpp`] | octets | PDUs: fields with spans, TLVs, findings, text. The protocol itself is the tables in `smpp/spec/` |
//! | [`session`] | PDUs of one connection | bind state, transactions with their outcome, window |
//! | [`filter`] | an expression | a checked predicate over the fields of PDUs. The only one that names winnow and regex |
//! | [`redact`] | numbers | tokens, under a key. The only one that names aes and fpe |
//! | [`names`] | a names file | whose sessions they are: account, system_id and side by the peer's address |
//! | [`dissect`] | single PDUs | trees: every field, TLV and finding of them, for `decode` and `show` |
//! | [`report`] | all of the above | mergeable tallies, then one plain [`report::Report`] |
//! | [`extract`] | packets, and octets of connections | a pcapng file |
//! | [`smsc`] | a live peer's requests | answers, receipts: a test SMSC. `smsc::server` is the only one with sockets and tokio; uses [`smpp`] and [`session`] alone |
//! | [`replay`] | captured requests, a live message centre | a session anew, and what is answered differently. `replay::driver` has its sockets; handed PDUs, it uses [`smpp`], [`session`] and [`smsc`] alone |
//! | [`view`] | a report | text for a terminal or a ticket, JSON, its schema |
//! | [`pipeline`] | the wiring | reader, 32 logical shards, which also write records, merger; the same output for any number of threads |
//! | [`cli`] | the command line | files opened, exit status |
//! | `testkit` (feature) | a scenario and a seed | captures with their truth, for tests, samples, benches and fuzzing |
//!
//! Messages and their receipts (`journey`), and what is wrong in words (`diagnosis`), will stand between
//! `session` and `report`.
//!
//! # Decisions that everything else leans on
//!
//! - **Time is data.** It comes with the frames ([`time::Timestamp`]); nothing on the path reads a clock, so the
//!   same octets in give the same octets out.
//! - **State machines have no sockets and no clocks**: facts are pushed in, values come out, memory is bounded and
//!   a bound that bites is reported.
//! - **Decoding never fails.** It yields what could be read and what is wrong. Every octet of a stream is in a PDU,
//!   in a gap, or in a skipped range with a reason.
//! - **Side is not role.** [`tcp::Side`] is TCP's (who opened the connection); [`smpp::Role`] is learnt from binds
//!   and commands.
//! - **Threads do not show.** Connections are numbered by the reader and dealt over 32 logical shards, whatever the
//!   number of threads; results are put in order by the frame that completed them.

// A blank line between the modules keeps rustfmt from sorting them: the order is the path of the data.

pub mod time;

pub mod num;

pub mod capture;

pub mod decap;

pub mod tcp;

pub mod smpp;

pub mod session;

pub mod filter;

pub mod redact;

pub mod names;

pub mod dissect;

pub mod report;

pub mod extract;

pub mod smsc;

pub mod replay;

pub mod view;

pub mod pipeline;

pub mod cli;

#[cfg(feature = "testkit")]
pub mod testkit;
