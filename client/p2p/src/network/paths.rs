//! Which peers are connected, and by which path.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use libp2p::PeerId;
use tokio::sync::Notify;

/// How a connection to a peer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// From machine to machine.
    Direct,
    /// Through a relay, which carries every byte twice.
    Relayed,
}

/// Connections of one peer.
#[derive(Clone, Copy, Debug, Default)]
struct Connections {
    direct: u32,
    relayed: u32,
}

impl Connections {
    fn of(&mut self, path: Path) -> &mut u32 {
        match path {
            Path::Direct => &mut self.direct,
            Path::Relayed => &mut self.relayed,
        }
    }
}

/// Connections by peer; as many entries as there are connected peers.
#[derive(Default)]
pub(super) struct Paths {
    peers: Mutex<HashMap<PeerId, Connections>>,
    changed: Notify,
}

impl Paths {
    fn peers(&self) -> MutexGuard<'_, HashMap<PeerId, Connections>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the peer's connections by this path.
    pub(super) fn opened(&self, peer: PeerId, path: Path) -> u32 {
        let mut peers = self.peers();
        let count = peers.entry(peer).or_default().of(path);
        *count = count.saturating_add(1);
        let now = *count;
        drop(peers);
        self.changed.notify_waiters();
        now
    }

    pub(super) fn closed(&self, peer: PeerId, path: Path) {
        let mut peers = self.peers();
        if let Some(connections) = peers.get_mut(&peer) {
            let count = connections.of(path);
            *count = count.saturating_sub(1);
            if connections.direct == 0 && connections.relayed == 0 {
                peers.remove(&peer);
            }
        }
        drop(peers);
        self.changed.notify_waiters();
    }

    /// The best path to a connected peer.
    pub(super) fn best(&self, peer: &PeerId) -> Option<Path> {
        let connections = self.peers().get(peer).copied()?;
        Some(if connections.direct > 0 {
            Path::Direct
        } else {
            Path::Relayed
        })
    }

    /// Waits until the peer is connected directly, `limit` at most; whether it is.
    pub(super) async fn direct_within(&self, peer: &PeerId, limit: Duration) -> bool {
        let direct = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                // Registered before looking, so that no change is missed.
                changed.as_mut().enable();
                if self.best(peer) == Some(Path::Direct) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(limit, direct).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_direct_path_is_the_best_as_long_as_there_is_one() {
        let (paths, peer) = (Paths::default(), PeerId::random());
        assert_eq!(paths.best(&peer), None);
        paths.opened(peer, Path::Relayed);
        assert_eq!(paths.best(&peer), Some(Path::Relayed));
        paths.opened(peer, Path::Direct);
        assert_eq!(paths.best(&peer), Some(Path::Direct));
        paths.closed(peer, Path::Direct);
        assert_eq!(paths.best(&peer), Some(Path::Relayed));
        paths.closed(peer, Path::Relayed);
        assert!(paths.peers().is_empty());
    }
}
