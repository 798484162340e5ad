//! `smpp-inspect replay`: captured requests once more, to a test SMSC.

mod arguments;
mod as_smsc;
mod going;
mod prepare;

pub(super) use arguments::Arguments;
