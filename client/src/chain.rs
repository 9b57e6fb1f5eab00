//! The chain, as a client reads and writes it: through any of several nodes, by metadata and shared types.
//!
//! Reads go through the runtime's `VerifierApi` and storage; everything read is decoded into the types of
//! `chainflix-primitives`. Only finalized state is read, so nothing here has to be taken back.

mod campaigns;
mod claim;
mod enhancements;
mod events;
mod missing;
mod nodes;
mod reads;
mod records;
mod refusals;
mod session_keys;
mod supervision;
mod transactions;
mod verifiers;
mod views;

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::Hash32;
use codec::{Decode, DecodeAll};
use subxt::SubstrateConfig;
use subxt::client::OnlineClientAtBlock;
use subxt::dynamic::Value;

#[cfg(test)]
pub(crate) use campaigns::tests::campaign;
pub use campaigns::{Campaign, CampaignAct, CampaignFunds, NewCampaign, OpenedCampaign};
pub use claim::ClaimOutcome;
pub use enhancements::{Enhancement, EnhancementKind, EnhancementState, Proposed};
pub use events::{EventsPage, RegistryEvent, RegistrySubject};
pub use records::{Balance, ControllerRecord, NewVideo, ProviderLiveness, ProviderTerms};
pub use refusals::{RefusedHeader, RefusedPage};
pub use session_keys::{NodeKeys, rotate_session_keys};
pub use supervision::{
    Application, ApplicationState, Decision, RefusalReason, ReinstatementReason, RestrictionReason,
};
pub use transactions::Finalized;
pub use verifiers::{VerifierProfile, VerifierStanding, VerifierStatus};

use nodes::Nodes;

/// Pallets without which nothing here works.
const PALLETS: &[&str] = &[
    "System",
    "Balances",
    "Authorities",
    "Videos",
    "Supervisors",
    "StorageProviders",
    "Pov",
    "Rewards",
];
/// The runtime interface that is read.
const RUNTIME_API: &str = "VerifierApi";

type Block = OnlineClientAtBlock<SubstrateConfig>;

/// Why the chain could not be read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ChainError {
    /// No node answers.
    #[error(
        "no node of the chain answers at {urls}: {reason}; start one, or name another with --chain"
    )]
    Unreachable {
        /// Where nodes were looked for.
        urls: String,
        /// What the last one said.
        reason: String,
    },
    /// The node belongs to a chain without our pallets.
    #[error(
        "the node at {url} runs another chain: it has no {missing}; name a Chainflix node with --chain"
    )]
    OtherChain {
        /// Which node.
        url: String,
        /// What is missing.
        missing: String,
    },
    /// Nodes of different chains are named.
    #[error("the nodes belong to different chains; name only nodes of one")]
    DifferentChains,
    /// The runtime has other types than this program.
    #[error("the chain's {0} is not as this program knows it; update the program")]
    OtherTypes(String),
    /// The transaction was refused before it was included.
    #[error("the chain refused the transaction: {0}")]
    Refused(String),
    /// The transaction was included and failed.
    #[error("the transaction failed: {0}")]
    Failed(String),
    /// A read failed.
    #[error("the chain can't be read: {0}")]
    Read(String),
    /// The account can't pay.
    #[error("the account {0} has no funds for the transaction's fee and deposit")]
    NoFunds(String),
    /// It took too long.
    #[error(
        "the transaction was not finalized within {0} s; look at the chain before you send it again"
    )]
    TimedOut(u64),
}

/// A node answers one question within this time.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a node answers, unless it takes too long.
async fn in_time<T, E: Display>(
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, ChainError> {
    tokio::time::timeout(PATIENCE, asked)
        .await
        .map_err(|_| ChainError::Read(format!("no answer within {} s", PATIENCE.as_secs())))?
        .map_err(|error| ChainError::Read(cause(&error)))
}

/// The last cause in a transport's message, which repeats itself on the way there.
fn cause(error: &impl Display) -> String {
    let text = error.to_string();
    let last = text.rsplit("client error: ").next();
    last.unwrap_or_default().to_owned()
}

/// A connection to the chain.
#[derive(Clone)]
pub struct Chain {
    nodes: Arc<Nodes>,
}

impl Chain {
    /// Connects to the first of `urls` (`ws://` or `wss://`) that answers; the others stand in when it goes.
    ///
    /// # Errors
    /// When none answers, or one runs another chain.
    pub async fn connect(urls: &[String]) -> Result<Self, ChainError> {
        let nodes = Nodes::connect(urls).await?;
        Ok(Self {
            nodes: Arc::new(nodes),
        })
    }

    /// Hash of the chain's first block.
    #[must_use]
    pub fn genesis(&self) -> Hash32 {
        self.nodes.genesis()
    }

    /// Number of the last finalized block.
    ///
    /// # Errors
    /// When no node answers.
    pub async fn finalized_number(&self) -> Result<u64, ChainError> {
        Ok(self.block().await?.block_number())
    }

    /// The last finalized block.
    async fn block(&self) -> Result<Block, ChainError> {
        self.nodes.block().await
    }

    /// At most `limit` entries of a map by number, with a hash of the number before each, in no order that anybody could choose.
    async fn numbered<T: Decode>(
        &self,
        pallet: &'static str,
        map: &'static str,
        limit: usize,
    ) -> Result<Vec<(u32, T)>, ChainError> {
        let other = || ChainError::OtherTypes(format!("{pallet}.{map}"));
        let block = self.block().await?;
        let address = subxt::dynamic::storage::<Vec<Value>, Value>(pallet, map);
        let mut entries = in_time(block.storage().iter(address, Vec::<Value>::new())).await?;
        let mut found = Vec::new();
        while found.len() < limit {
            let Some(pair) = in_time(async { entries.next().await.transpose() }).await? else {
                break;
            };
            // The hash of the number comes first.
            let number = pair.key_bytes().last_chunk().copied().ok_or_else(other)?;
            let kept = T::decode_all(&mut pair.value().bytes()).map_err(|_| other())?;
            found.push((u32::from_le_bytes(number), kept));
        }
        Ok(found)
    }
}
