//! Several nodes of one chain: the one in use, and the next when it does not answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chainflix_primitives::Hash32;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use subxt::backend::LegacyBackend;
use subxt::rpcs::RpcClient;
use subxt::rpcs::client::RpcParams;
use subxt::{OnlineClient, SubstrateConfig};
use tokio::time::timeout;

use super::{Block, ChainError, PALLETS, RUNTIME_API, cause};

/// A node answers within this time, or the next is asked.
const PATIENCE: Duration = Duration::from_secs(8);

/// A connection to one node.
#[derive(Clone)]
struct InUse {
    index: usize,
    client: OnlineClient<SubstrateConfig>,
    rpc: RpcClient,
}

/// A block as a node shows it, whose state it need not have any more.
#[derive(Deserialize)]
struct Shown {
    block: Body,
}

#[derive(Deserialize)]
struct Body {
    extrinsics: Vec<String>,
}

/// Nodes of one chain.
pub(super) struct Nodes {
    urls: Vec<String>,
    genesis: Hash32,
    in_use: Mutex<InUse>,
}

impl Nodes {
    pub(super) async fn connect(urls: &[String]) -> Result<Self, ChainError> {
        let in_use = connect_from(urls, 0).await?;
        Ok(Self {
            urls: urls.to_vec(),
            genesis: in_use.client.genesis_hash().0,
            in_use: Mutex::new(in_use),
        })
    }

    pub(super) fn genesis(&self) -> Hash32 {
        self.genesis
    }

    fn current(&self) -> InUse {
        let in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.clone()
    }

    /// The last finalized block of a node that answers.
    pub(super) async fn block(&self) -> Result<Block, ChainError> {
        let InUse { index, client, .. } = self.current();
        if let Ok(Ok(block)) = timeout(PATIENCE, client.at_current_block()).await {
            return Ok(block);
        }
        tracing::debug!(node = index, "node does not answer, trying the next");
        let next = connect_from(&self.urls, index.saturating_add(1)).await?;
        if next.client.genesis_hash().0 != self.genesis {
            return Err(ChainError::DifferentChains);
        }
        let block = timeout(PATIENCE, next.client.at_current_block())
            .await
            .map_err(|_| self.unreachable("no answer"))?
            .map_err(|error| self.unreachable(&error.to_string()))?;
        *self.in_use.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(block)
    }

    /// Block `number` of the node in use; `None` when it can't be read there.
    pub(super) async fn block_at(&self, number: u64) -> Option<Block> {
        let found = timeout(PATIENCE, self.current().client.at_block(number)).await;
        found.ok().and_then(Result::ok)
    }

    /// Transactions of block `number`, which a node keeps for longer than states; `None` when they can't be read there.
    pub(super) async fn body(&self, number: u64) -> Option<Vec<Vec<u8>>> {
        let rpc = self.current().rpc;
        let asked = async {
            let hash: Option<String> = ask(&rpc, "chain_getBlockHash", number).await?;
            let shown: Option<Shown> = ask(&rpc, "chain_getBlock", hash?).await?;
            shown
        };
        let shown = timeout(PATIENCE, asked).await.ok()??;
        let transactions = shown.block.extrinsics.iter();
        transactions
            .map(|text| hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok())
            .collect()
    }

    fn unreachable(&self, reason: &str) -> ChainError {
        ChainError::Unreachable {
            urls: self.urls.join(", "),
            reason: reason.to_owned(),
        }
    }
}

async fn ask<T: DeserializeOwned>(
    rpc: &RpcClient,
    method: &str,
    param: impl Serialize,
) -> Option<T> {
    let mut params = RpcParams::new();
    params.push(param).ok()?;
    rpc.request(method, params).await.ok()
}

/// Connects to the first node that answers, beginning with number `first`.
async fn connect_from(urls: &[String], first: usize) -> Result<InUse, ChainError> {
    let mut reason = "no node is named".to_owned();
    for step in 0..urls.len() {
        let index = first
            .saturating_add(step)
            .checked_rem(urls.len())
            .unwrap_or(0);
        let Some(url) = urls.get(index) else { continue };
        match timeout(PATIENCE, connect(url)).await {
            Ok(Ok((client, rpc))) => {
                return Ok(InUse { index, client, rpc });
            }
            Ok(Err(error @ ChainError::OtherChain { .. })) => return Err(error),
            Ok(Err(ChainError::Read(why))) => reason = why,
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => reason = "no answer".to_owned(),
        }
    }
    Err(ChainError::Unreachable {
        urls: urls.join(", "),
        reason,
    })
}

async fn connect(url: &str) -> Result<(OnlineClient<SubstrateConfig>, RpcClient), ChainError> {
    let failed = |reason: String| ChainError::Read(reason);
    // Plain ws:// is fine: what matters is signed or checked against finalized state, and local nodes speak nothing else.
    let rpc = RpcClient::from_insecure_url(url)
        .await
        .map_err(|error| failed(cause(&error)))?;
    // The older methods: one answer for one question. Those of `chainHead` follow every block, and end with the
    // subscription when a client is slower than the chain.
    let backend: LegacyBackend<SubstrateConfig> = LegacyBackend::builder().build(rpc.clone());
    let client = OnlineClient::from_backend(Arc::new(backend))
        .await
        .map_err(|error| failed(error.to_string()))?;
    let block = client
        .at_current_block()
        .await
        .map_err(|error| failed(error.to_string()))?;
    let metadata = block.metadata_ref();
    let missing_pallet = PALLETS
        .iter()
        .find(|pallet| metadata.pallet_by_name(pallet).is_none())
        .map(|pallet| format!("pallet {pallet}"));
    let missing_api = metadata
        .runtime_api_trait_by_name(RUNTIME_API)
        .is_none()
        .then(|| format!("runtime interface {RUNTIME_API}"));
    match missing_pallet.or(missing_api) {
        Some(missing) => Err(ChainError::OtherChain {
            url: url.to_owned(),
            missing,
        }),
        None => Ok((client, rpc)),
    }
}
