//! Captures written: pcapng files, and the TCP conversations in them.

pub mod conversation;
pub mod pcapng;

pub use conversation::{Conversation, Party};
pub use pcapng::Writer;
