//! Tokens for what says who somebody is, and nothing for what somebody said.
//!
//! The same thing always gives the same token under one key, two things never give one, and without the key nobody
//! tells which thing a token stands for. The only module that names aes and fpe. FF1 (NIST SP 800-38G) is the crate's;
//! what is ours is which octets are permuted and which stay.
//!
//! A [`Redactor`] works on octets and on values, never on what is printed: a PDU is redacted before anything reads it,
//! so that whatever is made of it, tree, hex dump, record or frame, is made of the redacted one.
//!
//! - `numbers`, `names`, `addresses`: tokens of each, by a `permutation`;
//! - `pdu`: which octets of a PDU are which; `message`: its text, header and receipt.

mod addresses;
mod key;
mod message;
mod names;
mod numbers;
mod pdu;
mod permutation;
mod redactor;
mod texts;

pub use key::{Key, KeyError};
pub use numbers::{Numbers, Unnumbered};
pub use pdu::may_be_text;
pub use redactor::{Redactor, Subjects};
