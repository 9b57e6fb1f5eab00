//! Transactions: built by metadata, signed, sent, and watched until they are finalized.

use std::time::Duration;

use subxt::SubstrateConfig;
use subxt::client::OnlineClientAtBlockImpl;
use subxt::config::DefaultExtrinsicParamsBuilder;
use subxt::error::{BackendError, ExtrinsicError, RpcError};
use subxt::ext::scale_value::Composite;
use subxt::transactions::{DynamicPayload, SubmittableTransaction, TransactionStatus};
use subxt::utils::{AccountId32, MultiSignature};

use super::{Block, Chain, ChainError};
use crate::account;
use crate::wallet::Wallet;

/// A transaction is finalized within this time, or given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// Blocks in which a signed transaction may be included.
const MORTAL_BLOCKS: u64 = 64;

type Call = DynamicPayload<Composite<()>>;
type Submittable =
    SubmittableTransaction<SubstrateConfig, OnlineClientAtBlockImpl<SubstrateConfig>>;

/// A finalized transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finalized {
    /// Its block.
    pub block: [u8; 32],
    /// Its hash.
    pub transaction: [u8; 32],
    /// Its events.
    pub events: Vec<ChainEvent>,
}

/// One event of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainEvent {
    /// Pallet that made it.
    pub pallet: String,
    /// Name.
    pub name: String,
    /// Its fields, SCALE-encoded.
    pub fields: Vec<u8>,
}

impl Finalized {
    /// Fields of the first event `name` of `pallet`.
    #[must_use]
    pub fn event(&self, pallet: &str, name: &str) -> Option<&[u8]> {
        self.events
            .iter()
            .find(|event| event.pallet == pallet && event.name == name)
            .map(|event| event.fields.as_slice())
    }
}

impl Chain {
    /// Sends a call with SCALE-encoded arguments, signed by `wallet`, and waits until it is finalized.
    ///
    /// # Errors
    /// When the runtime has no such call with such arguments, or it is refused or fails.
    pub async fn submit(
        &self,
        wallet: &Wallet,
        pallet: &str,
        call: &str,
        arguments: &[u8],
    ) -> Result<Finalized, ChainError> {
        let block = self.block().await?;
        let payload = payload(&block, pallet, call, arguments)?;
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .mortal(MORTAL_BLOCKS)
            .build();
        let transaction = block
            .tx()
            .create_signed(&payload, wallet.pair(), params)
            .await
            .map_err(|error| ChainError::Refused(error.to_string()))?;
        let payer = account::address(&wallet.account());
        watch(transaction, &payer).await
    }

    /// Sends a call that authorizes itself: a general transaction without account, nonce or fee.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub(super) async fn submit_authorized(
        &self,
        pallet: &str,
        call: &str,
        arguments: &[u8],
    ) -> Result<Finalized, ChainError> {
        let block = self.block().await?;
        let payload = payload(&block, pallet, call, arguments)?;
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(0)
            .immortal()
            .build();
        let refused = |error: subxt::error::ExtrinsicError| ChainError::Refused(error.to_string());
        let mut signable = block
            .tx()
            .create_v5_signable_offline(&payload, params)
            .map_err(refused)?;
        // The runtime has no extension that takes a signature, so none of this enters the transaction.
        let nobody = AccountId32([0; 32]);
        let nothing = MultiSignature::Sr25519([0; 64]);
        let transaction = signable
            .sign_with_account_and_signature(&nobody, &nothing)
            .map_err(refused)?;
        watch(transaction, "").await
    }
}

/// The call, checked against the runtime's metadata.
fn payload(block: &Block, pallet: &str, call: &str, arguments: &[u8]) -> Result<Call, ChainError> {
    let other = || ChainError::OtherTypes(format!("call {pallet}.{call}"));
    let metadata = block.metadata_ref();
    let found = metadata.pallet_by_name(pallet).ok_or_else(other)?;
    let variant = found.call_variant_by_name(call).ok_or_else(other)?;
    let mut bytes = vec![found.call_index(), variant.index];
    bytes.extend_from_slice(arguments);
    block.tx().from_call_data_bytes(&bytes).map_err(|_| other())
}

async fn watch(transaction: Submittable, payer: &str) -> Result<Finalized, ChainError> {
    tokio::time::timeout(PATIENCE, until_finalized(transaction, payer))
        .await
        .map_err(|_| ChainError::TimedOut(PATIENCE.as_secs()))?
}

async fn until_finalized(transaction: Submittable, payer: &str) -> Result<Finalized, ChainError> {
    let mut progress = transaction
        .submit_and_watch()
        .await
        .map_err(|error| unsubmitted(&error, payer))?;
    let included = loop {
        match progress.next().await {
            Some(Ok(TransactionStatus::InFinalizedBlock(block))) => break block,
            Some(Ok(
                TransactionStatus::Error { message }
                | TransactionStatus::Invalid { message }
                | TransactionStatus::Dropped { message },
            )) => return Err(refusal(&message, payer)),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(ChainError::Read(error.to_string())),
            None => {
                return Err(ChainError::Read(
                    "the node closed the connection".to_owned(),
                ));
            }
        }
    };
    let events = included
        .wait_for_success()
        .await
        .map_err(|error| ChainError::Failed(failure(&error.to_string())))?;
    let events = events
        .iter()
        .filter_map(Result::ok)
        .map(|event| ChainEvent {
            pallet: event.pallet_name().to_owned(),
            name: event.event_name().to_owned(),
            fields: event.field_bytes().to_vec(),
        })
        .collect();
    Ok(Finalized {
        block: included.block_hash().0,
        transaction: included.extrinsic_hash().0,
        events,
    })
}

/// Why a transaction was not taken: what the pool said, without what it was wrapped in on its way.
fn unsubmitted(error: &ExtrinsicError, payer: &str) -> ChainError {
    refusal(
        &pool_words(error).unwrap_or_else(|| error.to_string()),
        payer,
    )
}

/// The pool's own words are in the data of its answer.
fn pool_words(error: &ExtrinsicError) -> Option<String> {
    let ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(RpcError::ClientError(
        subxt::rpcs::Error::User(answer),
    ))) = error
    else {
        return None;
    };
    let data = answer.data.as_ref()?;
    serde_json::from_str(data.get()).ok()
}

/// The pool's words for an account that can't pay are about "some fees"; ours name the account.
fn refusal(message: &str, payer: &str) -> ChainError {
    let poor = ["Inability to pay", "Payment"];
    if !payer.is_empty() && poor.iter().any(|words| message.contains(words)) {
        ChainError::NoFunds(payer.to_owned())
    } else {
        ChainError::Refused(message.to_owned())
    }
}

/// The innermost part of a nested error message names the pallet and its error.
fn failure(message: &str) -> String {
    message
        .rsplit("Pallet error: ")
        .next()
        .unwrap_or(message)
        .to_owned()
}
