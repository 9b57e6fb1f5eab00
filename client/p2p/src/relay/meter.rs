//! Counts what goes over a relay's connections, and stops it when an account is empty.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use futures::{AsyncRead, AsyncWrite};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerBox, StreamMuxerEvent, SubstreamBox};

use super::gate::{Account, Gate};
use super::metrics::count;

/// Bytes of each stream that are free: a peer whose account is empty can still show a new pass.
const FREE_BYTES: u64 = 4_096;

/// A connection whose streams are counted.
pub(super) struct Metered {
    pub(super) inner: StreamMuxerBox,
    pub(super) account: Arc<Account>,
    pub(super) books: Arc<Gate>,
}

impl Metered {
    fn stream(&self, inner: SubstreamBox) -> MeteredStream {
        MeteredStream {
            inner,
            free: FREE_BYTES,
            account: Arc::clone(&self.account),
            books: Arc::clone(&self.books),
        }
    }
}

impl StreamMuxer for Metered {
    type Substream = MeteredStream;
    type Error = io::Error;

    fn poll_inbound(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<MeteredStream>> {
        let stream = ready!(Pin::new(&mut self.inner).poll_inbound(context))?;
        Poll::Ready(Ok(self.stream(stream)))
    }

    fn poll_outbound(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<MeteredStream>> {
        let stream = ready!(Pin::new(&mut self.inner).poll_outbound(context))?;
        Poll::Ready(Ok(self.stream(stream)))
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<StreamMuxerEvent>> {
        Pin::new(&mut self.inner).poll(context)
    }
}

/// A stream that is counted.
pub(super) struct MeteredStream {
    inner: SubstreamBox,
    free: u64,
    account: Arc<Account>,
    books: Arc<Gate>,
}

impl MeteredStream {
    fn spend(&mut self, bytes: usize) -> io::Result<usize> {
        let carried = bytes as u64;
        let free = self.free.min(carried);
        self.free -= free;
        let paid = carried.saturating_sub(free);
        if paid > 0 && !self.account.spend(paid) {
            count(&self.books.counters.cut_off);
            return Err(io::Error::other("the relay's bytes are used up"));
        }
        Ok(bytes)
    }
}

impl AsyncRead for MeteredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let read = ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        Poll::Ready(self.spend(read))
    }
}

impl AsyncWrite for MeteredStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, buffer))?;
        let bytes = &self.books.counters.bytes;
        bytes.fetch_add(written as u64, Ordering::Relaxed);
        Poll::Ready(self.spend(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }
}
