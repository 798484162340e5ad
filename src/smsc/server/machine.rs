//! What the server drives.

use crate::smsc::{Close, ConnectionId, Engine, Event};
use crate::time::Timestamp;

/// A state machine of a message centre: connections, octets and time go in, octets and closings come out. It has no
/// sockets and no clock. [`Engine`] says what each of these means.
pub trait Machine: Send + 'static {
    /// A connection was made to us; `None` where it is to be refused.
    fn connected(&mut self, peer: &str, at: Timestamp) -> Option<ConnectionId>;
    /// Octets came.
    fn received(&mut self, connection: ConnectionId, octets: &[u8], at: Timestamp);
    /// The peer sends nothing more.
    fn ended(&mut self, connection: ConnectionId, at: Timestamp);
    /// The connection is gone.
    fn closed(&mut self, connection: ConnectionId, why: &'static str, at: Timestamp);
    /// A connection with something to send, or to be closed.
    fn ready(&mut self) -> Option<ConnectionId>;
    /// Appends what is to be sent; says how to close the connection then.
    fn take(&mut self, connection: ConnectionId, into: &mut Vec<u8>) -> Option<Close>;
    /// Whether nothing should be read from a connection now.
    fn is_full(&self, connection: ConnectionId) -> bool;
    /// When [`tick`](Self::tick) has something to do.
    fn timeout(&self) -> Option<Timestamp>;
    /// What is due is done.
    fn tick(&mut self, at: Timestamp);
    /// Everybody is unbound, and new connections are refused.
    fn stop(&mut self, at: Timestamp);
    /// Whether no connection is left.
    fn is_idle(&self) -> bool;
    /// What happened since the last call, for a log.
    fn events(&mut self) -> Vec<Event> {
        Vec::new()
    }
}

impl Machine for Engine {
    fn connected(&mut self, peer: &str, at: Timestamp) -> Option<ConnectionId> {
        self.connected(peer, at)
    }

    fn received(&mut self, connection: ConnectionId, octets: &[u8], at: Timestamp) {
        self.received(connection, octets, at);
    }

    fn ended(&mut self, connection: ConnectionId, at: Timestamp) {
        self.ended(connection, at);
    }

    fn closed(&mut self, connection: ConnectionId, why: &'static str, at: Timestamp) {
        self.closed(connection, why, at);
    }

    fn ready(&mut self) -> Option<ConnectionId> {
        self.ready()
    }

    fn take(&mut self, connection: ConnectionId, into: &mut Vec<u8>) -> Option<Close> {
        self.take(connection, into)
    }

    fn is_full(&self, connection: ConnectionId) -> bool {
        self.is_full(connection)
    }

    fn timeout(&self) -> Option<Timestamp> {
        self.timeout()
    }

    fn tick(&mut self, at: Timestamp) {
        self.tick(at);
    }

    fn stop(&mut self, at: Timestamp) {
        self.stop(at);
    }

    fn is_idle(&self) -> bool {
        self.is_idle()
    }

    fn events(&mut self) -> Vec<Event> {
        self.events()
    }
}
