//! Tokens for what says who somebody is: the same thing always gives the same token under one key, two things never
//! give one, and without the key nobody tells which thing a token stands for.
//!
//! The only module that names aes and fpe. FF1 (NIST SP 800-38G) is the crate's; what is ours is which octets are
//! permuted and which stay.

mod key;
mod numbers;

pub use key::{Key, KeyError};
pub use numbers::{Numbers, Unnumbered};
