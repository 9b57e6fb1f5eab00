//! `--share`: a viewer serves what it has watched to other viewers, as a storage node does.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use chainflix_client::chain::{Chain, ProviderTerms};
use chainflix_client::sharing::FetchedCell;
use chainflix_client::{Client, account};
use chainflix_p2p::Multiaddr;
use chainflix_p2p::network::everywhere;
use chainflix_primitives::Round;
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_storage_node::keys::NodeKeys;
use chainflix_storage_node::store::{ImportError, Store};
use chainflix_storage_node::{Config, StorageNode};
use clap::Args;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::options::{ClientOptions, region, space, state_folder};
use crate::storage::controllers::controllers;
use crate::storage::run::ChainVerifiers;
use crate::storage::{make_keys, store_folder};

/// How often the chain is asked whether the registration counts by now.
const LOOK: Duration = Duration::from_secs(2);
/// Where it listens when nothing is said: at any port, so that a storage node on the same machine keeps its own.
const PORT: u16 = 0;

/// Sharing what was watched, off unless asked for.
#[derive(Debug, Args)]
pub(crate) struct ShareOptions {
    /// Share what is watched with other viewers, encrypted as it was fetched, as long as the command runs. Controllers and
    /// viewers then learn this machine's address and what was watched on it. It makes the wallet's account a storage
    /// provider, once, for a fee and a deposit; receipts pay it like any other.
    #[arg(long)]
    share: bool,

    /// Folder of keys and cells; one below the user's own state if not given.
    #[arg(long, value_name = "DIR", requires = "share")]
    share_folder: Option<PathBuf>,

    /// Space for cells; when it is used up, the oldest go.
    #[arg(long, value_name = "SPACE", value_parser = space, default_value = "5GB", requires = "share")]
    share_space: u64,

    /// Upload in bytes per second, over all viewers.
    #[arg(long, value_name = "SPACE", value_parser = space, default_value = "1MB", requires = "share")]
    share_upload: u64,

    /// Streams to other viewers at a time, at most.
    #[arg(long, value_name = "NUMBER", default_value = "8", requires = "share")]
    share_viewers: NonZeroUsize,

    /// Where it stands, as a country code of two letters; said once, when it is registered. ZZ says nothing.
    #[arg(long, value_name = "CC", value_parser = region, default_value = "ZZ", requires = "share")]
    share_region: [u8; 2],

    /// Where it listens; may be given several times. Any UDP and TCP port of all interfaces if not given.
    #[arg(long, value_name = "MULTIADDRESS", requires = "share")]
    share_listen: Vec<Multiaddr>,
}

/// Sharing that runs. Dropping it stops it.
pub(crate) struct Sharing {
    node: Option<StorageNode>,
    tasks: Vec<JoinHandle<()>>,
}

impl ShareOptions {
    /// Begins to share what `client` fetches from now on, when asked to.
    pub(crate) async fn start(
        &self,
        options: &ClientOptions,
        client: &Client,
    ) -> anyhow::Result<Option<Sharing>> {
        if !self.share {
            return Ok(None);
        }
        let folder = match &self.share_folder {
            Some(folder) => folder.clone(),
            None => state_folder(None)?.join("share"),
        };
        eprintln!("{}", self.notice(&folder));
        let keys = make_keys(&folder)?;
        let (index, record) = self.registered(client, &keys).await?;
        let chain = client.chain();
        let mut config = Config::new(
            store_folder(&folder),
            self.share_space,
            chain.genesis(),
            index,
        );
        config.shares = true;
        config.upload_bytes_per_second = self.share_upload;
        config.viewers = self.share_viewers;
        if self.share_listen.is_empty() {
            (config.listen, config.listen_if_possible) = everywhere(PORT);
        } else {
            config.listen_at(self.share_listen.clone());
        }
        let named: Vec<String> = options.controller.iter().cloned().collect();
        config.controllers = controllers(chain, &named).await?;
        let (counts, may_link) = watch::channel(false);
        config.may_link = Some(may_link);
        let verifiers = Arc::new(ChainVerifiers(chain.clone()));
        let peer_id = keys.peer().peer_id();
        let node = StorageNode::start(config, keys, verifiers).await?;
        eprintln!("sharing as provider {index}, {peer_id}");
        let tasks = vec![
            tokio::spawn(keep(node.store().clone(), client.fetched_cells())),
            tokio::spawn(tell_when(chain.clone(), record.from_round, counts)),
        ];
        Ok(Some(Sharing {
            node: Some(node),
            tasks,
        }))
    }

    /// The provider that shares: the one whose keys are in the folder, registered when it is not yet.
    async fn registered(
        &self,
        client: &Client,
        keys: &NodeKeys,
    ) -> anyhow::Result<(u32, ProviderRecord)> {
        let chain = client.chain();
        let peer_key = keys.peer().public();
        if chain.provider_with(&peer_key).await?.is_none() {
            let account = account::address(&client.account());
            eprintln!("registering {account} as a storage provider that shares what it watches");
            let terms = ProviderTerms {
                peer_key,
                exchange_key: keys.exchange_key(),
                class: ProviderClass::Home,
                region: self.share_region,
                space_bytes: self.share_space,
            };
            chain.register_provider(client.wallet(), &terms).await?;
        }
        let Some((index, record)) = chain.provider_with(&peer_key).await? else {
            bail!(
                "the chain took the registration, but does not show it; ask another node with --chain"
            );
        };
        if record.exchange_key != keys.exchange_key() {
            bail!("the exchange key in the folder is not the registered one; take another folder");
        }
        Ok((index, record))
    }

    fn notice(&self, folder: &Path) -> String {
        format!(
            "what is watched is shared with other viewers, from {}\n  \
             what others learn: this machine's address, and which minutes of which videos were watched here; the chain \
             names the account beside the peer id that they see\n  \
             at most {} bytes on disk, {} bytes per second, {} viewers at a time; it ends with this command, and deleting \
             the folder forgets everything",
            folder.display(),
            self.share_space,
            self.share_upload,
            self.share_viewers,
        )
    }
}

impl Sharing {
    /// Ends it, with what was served on record.
    pub(crate) async fn stop(mut self) {
        for task in &self.tasks {
            task.abort();
        }
        for task in std::mem::take(&mut self.tasks) {
            // It was aborted, or had ended.
            let _ = task.await;
        }
        if let Some(node) = self.node.take() {
            node.stop().await;
        }
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Keeps every cell that was fetched.
async fn keep(store: Store, mut fetched: mpsc::Receiver<FetchedCell>) {
    while let Some(FetchedCell {
        cell,
        entry,
        ciphertext,
    }) = fetched.recv().await
    {
        let store = store.clone();
        let kept = spawn_blocking(move || store.cache(cell, entry, &ciphertext)).await;
        match kept {
            Ok(Ok(()) | Err(ImportError::Held)) => {}
            Ok(Err(error)) => eprintln!("minute {} is not shared: {error}", cell.cell),
            // The runtime ends.
            Err(_) => return,
        }
    }
}

/// Says when receipts of a provider count that is registered from `from` on.
async fn tell_when(chain: Chain, from: Round, counts: watch::Sender<bool>) {
    loop {
        // Of a chain that can't be reached nothing is known; it is asked again.
        let standing = chain.standing().await;
        if standing.is_ok_and(|standing| standing.round >= from) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    counts.send_replace(true);
    // The other end goes on looking at it.
    counts.closed().await;
}
