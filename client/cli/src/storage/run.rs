//! `chainflix storage run`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use chainflix_client::chain::{Chain, ChainError};
use chainflix_p2p::Multiaddr;
use chainflix_primitives::Hash32;
use chainflix_primitives::heartbeat::period_of;
use chainflix_storage_node::keys::{Turn, VerifierEndpoint, Verifiers, VerifiersError};
use chainflix_storage_node::link::LinkState;
use chainflix_storage_node::{Config, StorageNode};
use clap::Args;
use futures::future::{BoxFuture, FutureExt};
use serde_json::json;

use super::controllers::{PAUSES, controllers, follow, registered};
use super::{leaving_file, moving_file, registered_keys, store_folder};
use crate::metrics;
use crate::options::{ChainOptions, space};
use crate::signals::asked_to_stop;

/// The node says where it stands so often, when that changed.
const LOOK: Duration = Duration::from_secs(2);

/// Options of `chainflix storage run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix storage run --folder /srv/chainflix\n  \
    chainflix storage run --folder /srv/chainflix --listen /ip4/0.0.0.0/udp/4001/quic-v1 --upload-limit 10MB\n\n\
    The node must be registered (`chainflix storage register`). It works for every controller that is registered on \
    chain, also later; none of them has to be up, or registered, when it starts. Ctrl-C ends it; what it holds stays.")]
pub(super) struct Run {
    /// The node's folder: keys, cells and index.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    #[command(flatten)]
    chain: ChainOptions,

    /// Space for cells, if less than was registered. When it is lowered, cells go at the next start that no controller counts
    /// on; the others stay, over it.
    #[arg(long, value_name = "SPACE", value_parser = space)]
    space: Option<u64>,

    /// Upload in bytes per second, over all streams; no limit if not given.
    #[arg(long, value_name = "SPACE", value_parser = space)]
    upload_limit: Option<u64>,

    /// Streams to viewers at a time, at most.
    #[arg(long, value_name = "NUMBER", default_value = "256")]
    viewers: NonZeroUsize,

    /// Where it listens; may be given several times. UDP (QUIC) and TCP port 4001 of all interfaces if not given.
    #[arg(long, value_name = "MULTIADDRESS")]
    listen: Vec<Multiaddr>,

    /// Address that others reach it by, when that is not where it listens; may be given several times.
    #[arg(long, value_name = "MULTIADDRESS")]
    announce: Vec<Multiaddr>,

    /// Controller to work for, instead of all that are registered; may be given several times.
    #[arg(long, value_name = "URL")]
    controller: Vec<String>,

    /// Where Prometheus reads /metrics; nowhere if not given.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Run {
    /// What the node is started with, but for its controllers.
    fn config(&self, genesis: Hash32, index: u32, registered_bytes: u64) -> Config {
        let quota = self
            .space
            .map_or(registered_bytes, |space| space.min(registered_bytes));
        let mut config = Config::new(store_folder(&self.folder), quota, genesis, index);
        config.upload_bytes_per_second = self.upload_limit.unwrap_or(0);
        config.viewers = self.viewers;
        if !self.listen.is_empty() {
            config.listen_at(self.listen.clone());
        }
        config.announce = self.announce.iter().map(ToString::to_string).collect();
        config.leaving = Some(leaving_file(&self.folder));
        config
    }

    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let keys = registered_keys(&self.folder)?;
        if moving_file(&self.folder).exists() {
            bail!(
                "a node is being moved to {}; run the same `chainflix storage move` again, which ends it",
                self.folder.display()
            );
        }
        let peer_id = keys.peer().peer_id();
        let chain = Chain::connect(&self.chain.chain).await?;
        let Some((index, record)) = chain.provider_with(&keys.peer().public()).await? else {
            bail!(
                "the node is not registered on this chain; run `chainflix storage register --folder {}` first",
                self.folder.display()
            );
        };
        if record.exchange_key != keys.exchange_key() {
            bail!(
                "the exchange key in {} is not the registered one; put the right file back",
                self.folder.display()
            );
        }
        let mut config = self.config(chain.genesis(), index, record.space_bytes);
        config.controllers = if self.controller.is_empty() {
            registered(&chain).await?
        } else {
            controllers(&chain, &self.controller).await?
        };
        if config.controllers.is_empty() {
            eprintln!(
                "no controller is registered on chain yet, so nobody sends viewers to this node; it looks for one every few seconds"
            );
        }
        let verifiers = Arc::new(ChainVerifiers(chain.clone()));
        let node = StorageNode::start(config, keys, verifiers).await?;
        let addresses: Vec<String> = node
            .address()
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect();
        if self.json {
            println!(
                "{}",
                json!({ "provider": index, "peer_id": peer_id.to_string(), "addresses": addresses })
            );
        } else {
            println!(
                "provider {index} serves as {peer_id} at {}",
                addresses.join(", ")
            );
        }
        let followed = async {
            if self.controller.is_empty() {
                match follow(&node, PAUSES, async || registered(&chain).await).await {}
            }
            std::future::pending::<Infallible>().await
        };
        let stopped = tokio::select! {
            stop = asked_to_stop() => Some(stop),
            () = node.failed() => None,
            served = metrics::serve(self.metrics, node.metrics_page()) => match served {
                Ok(never) => match never {},
                Err(error) => Some(Err(error)),
            },
            never = report_changes(&node) => match never {},
            never = followed => match never {},
        };
        node.stop().await;
        match stopped {
            Some(stop) => stop.map(|()| String::new()),
            None => bail!(
                "the node's index can't be written; look at the disk of {}",
                self.folder.display()
            ),
        }
    }
}

/// Says on stderr where the node stands, whenever that has changed.
async fn report_changes(node: &StorageNode) -> Infallible {
    let mut said = String::new();
    loop {
        report(node, &mut said);
        tokio::time::sleep(LOOK).await;
    }
}

/// Says on stderr where the node stands, when that is not what was `said` last.
fn report(node: &StorageNode, said: &mut String) {
    let status = node.status();
    let links: Vec<String> = status
        .links
        .iter()
        .map(|(url, state)| match state {
            LinkState::Connected => format!("connected to {url}"),
            LinkState::Connecting => format!("connecting to {url}"),
            LinkState::Refused(why) => format!("{url}: {why}"),
        })
        .collect();
    let now = format!(
        "{} cells, {} of {} bytes used, keys of {} verifiers, seen alive by {} of {}, {}",
        status.cells,
        status.space.used,
        status.space.quota,
        status.verifiers,
        status.shown.seen_by,
        status.shown.verifiers,
        links.join(", ")
    );
    if now != *said {
        eprintln!("{now}");
        *said = now;
    }
}

/// Verifiers as they announced themselves on chain.
pub(crate) struct ChainVerifiers(pub(crate) Chain);

impl Verifiers for ChainVerifiers {
    fn list(&self) -> BoxFuture<'_, Result<Vec<VerifierEndpoint>, VerifiersError>> {
        async move {
            let failed = |error: ChainError| VerifiersError(error.to_string());
            let round = self.0.standing().await.map_err(failed)?.round;
            let in_force = self.0.verifier_set(round).await.map_err(failed)?;
            let announced = self.0.announcements().await.map_err(failed)?;
            let announced = announced.into_iter();
            Ok(announced
                .filter(|(account, _)| in_force.contains(account))
                .map(|(account, announcement)| VerifierEndpoint {
                    account,
                    endpoint: String::from_utf8_lossy(&announcement.endpoint).into_owned(),
                })
                .collect())
        }
        .boxed()
    }

    fn turn(&self) -> BoxFuture<'_, Result<Turn, VerifiersError>> {
        async move {
            let failed = |error: ChainError| VerifiersError(error.to_string());
            let period = period_of(self.0.standing().await.map_err(failed)?.round);
            let page = self.0.heartbeat_page(period).await.map_err(failed)?;
            Ok(Turn { period, page })
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::leave::Leave;
    use crate::storage::make_keys;
    use clap::Parser;
    use std::path::Path;

    #[derive(Parser)]
    struct Command<T: Args> {
        #[command(flatten)]
        options: T,
    }

    fn given<T: Args>(folder: &Path, more: &[&str]) -> T {
        let folder = folder.to_str().unwrap();
        let words = ["chainflix", "--folder", folder];
        Command::parse_from(words.iter().chain(more)).options
    }

    #[tokio::test]
    async fn a_node_that_is_told_to_leave_finds_it_where_the_command_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        make_keys(folder.path()).unwrap();
        let config = given::<Run>(folder.path(), &[]).config([9; 32], 7, 1_000);
        let leaving = config.leaving.unwrap();
        given::<Leave>(folder.path(), &[]).run().await.unwrap();
        assert!(leaving.exists());
        let stay = given::<Leave>(folder.path(), &["--stay"]);
        stay.run().await.unwrap();
        assert!(!leaving.exists());
    }

    #[test]
    fn a_node_listens_on_both_families_unless_it_is_told_where() {
        let folder = Path::new("/srv");
        let config = |more: &[&str]| given::<Run>(folder, more).config([9; 32], 7, 1_000);
        let addresses = |addresses: &[Multiaddr]| {
            let texts = addresses.iter().map(Multiaddr::to_string);
            texts.collect::<Vec<_>>()
        };
        let both = config(&[]);
        assert_eq!(
            addresses(&both.listen),
            ["/ip4/0.0.0.0/udp/4001/quic-v1", "/ip4/0.0.0.0/tcp/4001"]
        );
        assert_eq!(
            addresses(&both.listen_if_possible),
            ["/ip6/::/udp/4001/quic-v1", "/ip6/::/tcp/4001"]
        );
        let one = config(&["--listen", "/ip4/127.0.0.1/tcp/7"]);
        assert_eq!(addresses(&one.listen), ["/ip4/127.0.0.1/tcp/7"]);
        assert!(one.listen_if_possible.is_empty());
        assert_eq!(config(&["--space", "1TB"]).quota_bytes, 1_000);
    }
}
