//! `smpp-inspect replay`: captured requests once more, to a test SMSC.

mod arguments;
mod going;
mod prepare;

pub(super) use arguments::Arguments;
