//! yamux with a bounded receive window.
//!
//! libp2p's own wrapper leaves yamux's default, by which one peer can make a connection hold a gibibyte. That bound can't
//! be reached through it, hence this wrapper around the same implementation.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::future::{Ready, ready};
use futures::{AsyncRead, AsyncWrite, ready};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo};
use yamux::{Connection, ConnectionError, Mode};

/// Bytes that a connection holds for all of its streams, at most.
const MAX_RECEIVE_WINDOW: usize = 32 * 1024 * 1024;
/// Streams of a connection, at most; yamux grants each 256 KiB of the window.
const MAX_STREAMS: usize = 64;
/// Streams from the other side that wait to be accepted; more are reset.
const MAX_WAITING_STREAMS: usize = MAX_STREAMS;

/// Upgrades a connection to yamux.
#[derive(Clone)]
pub(crate) struct Config(yamux::Config);

impl Default for Config {
    fn default() -> Self {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(MAX_STREAMS);
        config.set_max_connection_receive_window(Some(MAX_RECEIVE_WINDOW));
        Self(config)
    }
}

impl UpgradeInfo for Config {
    type Info = &'static str;
    type InfoIter = std::iter::Once<Self::Info>;

    fn protocol_info(&self) -> Self::InfoIter {
        std::iter::once("/yamux/1.0.0")
    }
}

impl<C> InboundConnectionUpgrade<C> for Config
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = Muxer<C>;
    type Error = io::Error;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, io: C, _: Self::Info) -> Self::Future {
        ready(Ok(Muxer::new(Connection::new(io, self.0, Mode::Server))))
    }
}

impl<C> OutboundConnectionUpgrade<C> for Config
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = Muxer<C>;
    type Error = io::Error;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_outbound(self, io: C, _: Self::Info) -> Self::Future {
        ready(Ok(Muxer::new(Connection::new(io, self.0, Mode::Client))))
    }
}

/// A yamux connection.
pub(crate) struct Muxer<C> {
    connection: Connection<C>,
    /// Streams that came while nobody was accepting: yamux goes on only by accepting.
    waiting: VecDeque<yamux::Stream>,
    acceptor: Option<Waker>,
}

impl<C> Muxer<C> {
    fn new(connection: Connection<C>) -> Self {
        Self {
            connection,
            waiting: VecDeque::new(),
            acceptor: None,
        }
    }
}

impl<C> Muxer<C>
where
    C: AsyncRead + AsyncWrite + Unpin + 'static,
{
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<yamux::Stream, Error>> {
        let next = ready!(self.connection.poll_next_inbound(context));
        Poll::Ready(next.unwrap_or(Err(ConnectionError::Closed)).map_err(Error))
    }
}

impl<C> StreamMuxer for Muxer<C>
where
    C: AsyncRead + AsyncWrite + Unpin + 'static,
{
    type Substream = yamux::Stream;
    type Error = Error;

    fn poll_inbound(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        if let Some(stream) = self.waiting.pop_front() {
            return Poll::Ready(Ok(stream));
        }
        if let Poll::Ready(next) = self.poll_next(context) {
            return Poll::Ready(next);
        }
        self.acceptor = Some(context.waker().clone());
        Poll::Pending
    }

    fn poll_outbound(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        self.connection.poll_new_outbound(context).map_err(Error)
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Self::Error>> {
        self.connection.poll_close(context).map_err(Error)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<StreamMuxerEvent, Self::Error>> {
        let stream = ready!(self.poll_next(context))?;
        if self.waiting.len() < MAX_WAITING_STREAMS {
            self.waiting.push_back(stream);
            if let Some(acceptor) = self.acceptor.take() {
                acceptor.wake();
            }
        } else {
            // Dropping resets it.
            tracing::debug!("stream dropped: too many wait to be accepted");
        }
        // There may be more; others get their turn first.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A yamux connection broke.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Error(ConnectionError);
