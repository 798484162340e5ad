//! `smpp-inspect replay`: captured requests once more, to a test SMSC.

mod arguments;
mod as_smsc;
mod going;
mod noise;
mod prepare;
mod sending;

pub(super) use arguments::Arguments;
