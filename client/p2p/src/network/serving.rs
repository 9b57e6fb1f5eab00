//! Answering streams: as many as may be at a time, each in a task of its own.

use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;

use futures::{FutureExt, StreamExt};
use libp2p::{PeerId, Stream, StreamProtocol};
use tokio::task::JoinHandle;

use super::Network;
use super::paths::Path;

/// Bounds of what one protocol serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeLimits {
    /// Streams at a time.
    pub streams: NonZeroUsize,
    /// Streams of one peer at a time.
    pub streams_per_peer: NonZeroUsize,
}

impl Network {
    /// Answers streams of `protocol` with `handler`, each in its own task, until the guard is dropped.
    ///
    /// `None` when the protocol is served already.
    pub(crate) fn serve<H, F>(
        &self,
        protocol: StreamProtocol,
        limits: ServeLimits,
        handler: H,
    ) -> Option<Serving>
    where
        H: Fn(PeerId, Stream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let direct = self.controls.of(Path::Direct).accept(protocol.clone());
        let relayed = self.controls.of(Path::Relayed).accept(protocol);
        let incoming = futures::stream::select(direct.ok()?, relayed.ok()?);
        Some(Serving(tokio::spawn(accept(incoming, limits, handler))))
    }
}

/// Ends serving a protocol when dropped; streams that are being answered are ended too.
#[must_use = "a protocol is served only as long as this is kept"]
pub struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// libp2p-stream drops streams when this loop is slow, so it does nothing but hand them on.
pub(crate) async fn accept<H, F>(
    mut incoming: impl futures::Stream<Item = (PeerId, Stream)> + Unpin,
    limits: ServeLimits,
    handler: H,
) where
    H: Fn(PeerId, Stream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut answering = tokio::task::JoinSet::new();
    let mut by_peer = std::collections::HashMap::<PeerId, usize>::new();
    loop {
        tokio::select! {
            next = incoming.next() => {
                let Some((peer, stream)) = next else { break };
                let of_peer = by_peer.entry(peer).or_default();
                if *of_peer >= limits.streams_per_peer.get() || answering.len() >= limits.streams.get() {
                    tracing::debug!(%peer, "stream dropped: as many as may be are open");
                    if *of_peer == 0 {
                        by_peer.remove(&peer);
                    }
                    continue;
                }
                *of_peer += 1;
                let answer = handler(peer, stream);
                answering.spawn(async move {
                    // A defect in an answer ends that answer, and its place must be given back.
                    let _ = AssertUnwindSafe(answer).catch_unwind().await;
                    peer
                });
            }
            Some(ended) = answering.join_next(), if !answering.is_empty() => {
                if let Ok(peer) = ended
                    && let Some(of_peer) = by_peer.get_mut(&peer)
                {
                    *of_peer -= 1;
                    if *of_peer == 0 {
                        by_peer.remove(&peer);
                    }
                }
            }
        }
    }
}
