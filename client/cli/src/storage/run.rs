//! `chainflix storage run`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use chainflix_client::chain::{Chain, ChainError};
use chainflix_client::controllers::Controller;
use chainflix_client::secrets::SecretError;
use chainflix_p2p::Multiaddr;
use chainflix_primitives::heartbeat::period_of;
use chainflix_storage_node::keys::{Turn, VerifierEndpoint, Verifiers, VerifiersError};
use chainflix_storage_node::link::{ControllerEndpoint, LinkState};
use chainflix_storage_node::{Config, StorageNode};
use clap::Args;
use futures::future::{BoxFuture, FutureExt};
use serde_json::json;

use super::read_keys;
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
    chain; none of them has to be up when it starts. Ctrl-C ends it; what it holds stays.")]
pub(super) struct Run {
    /// The node's folder: keys, cells and index.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    #[command(flatten)]
    chain: ChainOptions,

    /// Space for cells, if less than was registered.
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

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Run {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let keys = match read_keys(&self.folder) {
            Ok(keys) => keys,
            Err(SecretError::Missing(_)) => {
                let folder = self.folder.display();
                bail!(
                    "{folder} is no registered node's folder; run `chainflix storage register --folder {folder}` first"
                );
            }
            Err(error) => return Err(error.into()),
        };
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
        let quota = self
            .space
            .map_or(record.space_bytes, |space| space.min(record.space_bytes));
        let cells = self.folder.join("store");
        let mut config = Config::new(cells, quota, chain.genesis(), index);
        config.upload_bytes_per_second = self.upload_limit.unwrap_or(0);
        config.viewers = self.viewers;
        if !self.listen.is_empty() {
            config.listen.clone_from(&self.listen);
        }
        config.announce = self.announce.iter().map(ToString::to_string).collect();
        config.controllers = controllers(&chain, &self.controller).await?;
        let verifiers = Arc::new(ChainVerifiers(chain));
        let mut node = StorageNode::start(config, keys, verifiers).await?;
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
        let mut said = String::new();
        let asked = asked_to_stop();
        tokio::pin!(asked);
        let stopped = loop {
            report(&node, &mut said);
            tokio::select! {
                stop = &mut asked => break Some(stop),
                () = node.failed() => break None,
                () = tokio::time::sleep(LOOK) => {}
            }
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

/// Controllers by their registered keys: those that are named, or all.
pub(crate) async fn controllers(
    chain: &Chain,
    named: &[String],
) -> anyhow::Result<Vec<ControllerEndpoint>> {
    let mut found = Vec::new();
    for url in named {
        let controller = Controller::connect(url, chain.genesis()).await?;
        if !chain.is_controller(controller.key()).await? {
            bail!("the controller at {url} is not registered on chain; name another");
        }
        found.push(ControllerEndpoint {
            url: url.clone(),
            key: controller.key(),
        });
    }
    if named.is_empty() {
        let registered = chain.controllers().await?.into_iter();
        found.extend(registered.map(|record| ControllerEndpoint {
            url: record.endpoint,
            key: record.key,
        }));
    }
    if found.is_empty() {
        bail!("no controller is registered on chain, so nobody would send viewers to this node");
    }
    Ok(found)
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
