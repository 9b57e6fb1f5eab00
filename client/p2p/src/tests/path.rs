//! The way to a node, as it looks to a viewer whose address changes: what was on its way comes to nothing, without a word.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::node::Node;
use crate::Multiaddr;
use crate::peer::PeerAddress;

/// Carries TCP connections to a node.
pub(super) struct Path {
    port: u16,
    /// How often it has changed.
    changed: Arc<watch::Sender<u32>>,
}

impl Path {
    pub(super) async fn to(node: &Node) -> Self {
        let addresses = node.network.addresses();
        let to = addresses
            .iter()
            .find_map(|address| address.to_string().split_once("/tcp/")?.1.parse().ok())
            .expect("it listens at a TCP port");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let changed = Arc::new(watch::Sender::new(0));
        let changes = Arc::clone(&changed);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", to)).await.expect("there");
                let (near_from, near_to) = near.into_split();
                let (far_from, far_to) = far.into_split();
                tokio::spawn(carry(near_from, far_to, changes.subscribe()));
                tokio::spawn(carry(far_from, near_to, changes.subscribe()));
            }
        });
        Self { port, changed }
    }

    /// The node at the near end of the path.
    pub(super) fn address(&self, node: &Node) -> PeerAddress {
        let address: Multiaddr = format!("/ip4/127.0.0.1/tcp/{}", self.port)
            .parse()
            .expect("an address");
        PeerAddress {
            addresses: vec![address],
            ..node.network.address()
        }
    }

    /// Nothing goes any further on the connections that there are, and nobody is told.
    pub(super) fn changes(&self) {
        self.changed.send_modify(|times| *times += 1);
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut changed: watch::Receiver<u32>,
) {
    changed.mark_unchanged();
    let mut buffer = vec![0u8; 16_384];
    loop {
        tokio::select! {
            biased;
            _ = changed.changed() => break,
            read = from.read(&mut buffer) => match read {
                Ok(0) | Err(_) => return,
                Ok(read) => if to.write_all(&buffer[..read]).await.is_err() { return },
            },
        }
    }
    // Both ends stay open, so that neither hears of it.
    std::future::pending::<()>().await;
}
