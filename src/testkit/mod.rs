//! Captures made from a scenario and a seed, with their truth: what a tool that makes no mistake would count and
//! measure in them. For tests, samples, benches and fuzzing.
//!
//! ```text
//!  scenario + seed ─► PDUs ─► TCP segments ─► network effects ─► capture file
//!       [`Scenario`]  [`pdu`]  [`tcp`]     [`network`], [`wrap`]   [`file`]
//!                                                   └─► [`Truth`]
//! ```
//!
//! Nothing here, [`generate`] and the bodies of fuzz targets aside, uses the tables of [`crate::smpp`] or the reassembly of [`crate::tcp`]: PDUs are built octet by
//! octet from the text of the specification, and the truth is computed from the list of frames in the most naive
//! way, so that both can judge the tool. All arithmetic is on integers: a seed gives the same octets on every
//! machine.

mod engine;

pub mod file;

pub mod formats;

pub mod fuzz;

pub mod fuzz_as_smsc;

pub mod fuzz_pdu;

pub mod fuzz_replay;

pub mod fuzz_session;

pub mod fuzz_smsc;

pub mod fuzz_tcp;

pub mod fuzz_text;

pub mod generate;

mod job;

pub mod network;

pub mod path;

pub mod pdu;

pub mod rng;

pub mod samples;

pub mod scenario;

pub mod sentences;

pub mod tcp;

pub mod truth;

pub mod wrap;

pub use rng::Rng;
pub use scenario::Scenario;
pub use truth::Truth;
