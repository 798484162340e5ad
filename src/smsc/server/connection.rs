//! One connection: reads and writes, and nothing else.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration as Span;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::{Machine, Shared, tls};
use crate::smsc::{Close, ConnectionId, Engine};

/// Octets that are read at once.
const READ: usize = 64 << 10;

/// How long a peer may take to read what is sent, to shake hands, or to close after us.
const WRITE: Span = Span::from_secs(30);
const HANDSHAKE: Span = Span::from_secs(10);
const LINGER: Span = Span::from_secs(1);
const HALF: Span = Span::from_secs(60);

/// A connection was made to us.
pub(super) fn accepted<M: Machine>(
    shared: &Arc<Shared<M>>,
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<tls::Acceptor>,
) {
    let Some(id) = shared.with(None, |engine, at| engine.connected(&peer.to_string(), at)) else { return };
    let Ok(local) = stream.local_addr() else {
        return shared.with(None, |engine, at| engine.closed(id, "rst", at));
    };
    shared.tap(|tap, at| tap.opened(id, peer, local, at));
    spawn(shared, stream, id, true, acceptor);
}

/// A connection that we made: an outbind is sent on it.
pub(super) fn outbind(shared: &Arc<Shared<Engine>>, stream: TcpStream) -> io::Result<()> {
    let (peer, local) = (stream.peer_addr()?, stream.local_addr()?);
    let id = shared.with(None, |engine, at| engine.connected_to(&peer.to_string(), at));
    let Some(id) = id else { return Err(io::Error::other("as many connections as may be")) };
    shared.tap(|tap, at| tap.opened(id, local, peer, at));
    spawn(shared, stream, id, false, None);
    Ok(())
}

fn spawn<M: Machine>(
    shared: &Arc<Shared<M>>,
    stream: TcpStream,
    id: ConnectionId,
    peer_opened: bool,
    acceptor: Option<tls::Acceptor>,
) {
    // Responses are small, and somebody waits for each.
    let _ = stream.set_nodelay(true);
    let notify = Arc::new(Notify::new());
    shared.lock().notifies.insert(id, Arc::clone(&notify));
    let shared = Arc::clone(shared);
    let stream = Tapped { stream, shared: Arc::clone(&shared), id, peer_opened };
    tokio::spawn(async move {
        let why = match acceptor {
            None => serve(&shared, id, stream, &notify).await,
            Some(acceptor) => match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => serve(&shared, id, stream, &notify).await,
                Ok(Err(_)) | Err(_) => "tls",
            },
        };
        shared.tap(|tap, at| tap.closed(id, matches!(why, "rst" | "stalled"), at));
        shared.lock().notifies.remove(&id);
        shared.with(None, |engine, at| engine.closed(id, why, at));
        shared.idle.notify_one();
    });
}

/// Serves a connection until it is gone; says why it is.
async fn serve<M: Machine, S: Stream>(
    shared: &Shared<M>,
    id: ConnectionId,
    mut stream: S,
    notify: &Notify,
) -> &'static str {
    let mut input = vec![0; READ];
    let mut output = Vec::new();
    let (mut close, mut is_full) = shared.with_own(id, &mut output, |_, _| {});
    loop {
        if close == Some(Close::Reset) {
            // What is in the buffers is dropped, and the peer sees RST.
            let _ = stream.tcp().set_zero_linger();
            return "rst";
        }
        if !output.is_empty() {
            let written = async {
                stream.write_all(&output).await?;
                stream.flush().await
            };
            match tokio::time::timeout(WRITE, written).await {
                Ok(Ok(())) => output.clear(),
                Ok(Err(_)) => return "rst",
                Err(_) => return "stalled",
            }
        }
        match close {
            Some(how) => {
                let limit = if how == Close::Half { HALF } else { LINGER };
                return finish(stream, limit, &mut input).await;
            }
            None => {
                let read = tokio::select! {
                    biased;
                    read = stream.read(&mut input), if !is_full => Some(read),
                    () = notify.notified() => None,
                };
                (close, is_full) = match read {
                    None => shared.with_own(id, &mut output, |_, _| {}),
                    Some(Ok(0)) => shared.with_own(id, &mut output, |engine, at| engine.ended(id, at)),
                    Some(Ok(count)) => {
                        let octets = input.get(..count).unwrap_or_default();
                        shared.with_own(id, &mut output, |engine, at| engine.received(id, octets, at))
                    }
                    Some(Err(_)) => return "rst",
                };
            }
        }
    }
}

/// Closes our side and lets the peer close its own, so that what was sent last is not lost in a reset.
async fn finish<S: Stream>(mut stream: S, limit: Span, input: &mut [u8]) -> &'static str {
    let ended = async {
        stream.shutdown().await?;
        while stream.read(input).await? > 0 {}
        io::Result::Ok(())
    };
    match tokio::time::timeout(limit, ended).await {
        Ok(Ok(())) | Err(_) => "fin",
        Ok(Err(_)) => "rst",
    }
}

/// A stream over TCP.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl<M: Machine> Stream for Tapped<M> {
    fn tcp(&self) -> &TcpStream {
        &self.stream
    }
}

impl<M: Machine> Stream for tls::TlsStream<Tapped<M>> {
    fn tcp(&self) -> &TcpStream {
        &self.get_ref().0.stream
    }
}

/// A TCP connection whose octets the tap sees.
pub(super) struct Tapped<M> {
    stream: TcpStream,
    shared: Arc<Shared<M>>,
    id: ConnectionId,
    peer_opened: bool,
}

impl<M: Machine> AsyncRead for Tapped<M> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, into);
        if let Poll::Ready(Ok(())) = &result
            && self.shared.is_tapped
        {
            let octets = into.filled().get(before..).unwrap_or_default();
            let (id, from_opener) = (self.id, self.peer_opened);
            self.shared.tap(|tap, at| {
                if octets.is_empty() {
                    tap.finished(id, from_opener, at);
                } else {
                    tap.octets(id, from_opener, octets, at);
                }
            });
        }
        result
    }
}

impl<M: Machine> AsyncWrite for Tapped<M> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, octets);
        if let Poll::Ready(Ok(count)) = &result
            && self.shared.is_tapped
        {
            let octets = octets.get(..*count).unwrap_or_default();
            self.shared.tap(|tap, at| tap.octets(self.id, !self.peer_opened, octets, at));
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        if let Poll::Ready(Ok(())) = &result {
            self.shared.tap(|tap, at| tap.finished(self.id, !self.peer_opened, at));
        }
        result
    }
}
