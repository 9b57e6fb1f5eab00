//! Session keys of a verifier: made by its own node, proved to be in its keystore, registered by its account.

use codec::Encode;
use subxt::rpcs::{RpcClient, rpc_params};

use super::{Chain, ChainError, Finalized, PATIENCE, cause};
use crate::wallet::Wallet;

/// Session keys that a node has made, and the proof that it holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeKeys {
    /// The public keys, as the runtime encodes them.
    pub keys: Vec<u8>,
    /// Signatures by each key over the account that registers them.
    pub proof: Vec<u8>,
}

#[derive(serde::Deserialize)]
struct Made {
    keys: String,
    proof: Option<String>,
}

/// Has the node at `url` make new session keys for `account`. They stay in its keystore, those before too.
///
/// # Errors
/// When the node does not answer, or does not make keys for whoever asks from here: nodes do so on loopback only.
pub async fn rotate_session_keys(url: &str, account: &[u8; 32]) -> Result<NodeKeys, ChainError> {
    let connected = tokio::time::timeout(PATIENCE, RpcClient::from_insecure_url(url)).await;
    let unreachable = |reason: String| ChainError::Unreachable {
        urls: url.to_owned(),
        reason,
    };
    let rpc = connected
        .map_err(|_| unreachable("no answer".to_owned()))?
        .map_err(|error| unreachable(cause(&error)))?;
    let owner = format!("0x{}", hex::encode(account));
    let made = rpc.request::<Made>("author_rotateKeysWithOwner", rpc_params![owner]);
    let made = tokio::time::timeout(PATIENCE, made).await;
    let made = made.map_or_else(
        |_| Err("no answer".to_owned()),
        |made| made.map_err(|error| cause(&error)),
    );
    let made = made.map_err(|why| {
        ChainError::Read(format!(
            "the node at {url} makes no session keys: {why}; run this on the verifier's own machine, where its node serves \
             unsafe methods"
        ))
    })?;
    let bytes = |text: &str| hex::decode(text.trim_start_matches("0x")).ok();
    let unreadable = || ChainError::OtherTypes("form of session keys".to_owned());
    let proof = made.proof.as_deref().ok_or_else(unreadable)?;
    Ok(NodeKeys {
        keys: bytes(&made.keys).ok_or_else(unreadable)?,
        proof: bytes(proof).ok_or_else(unreadable)?,
    })
}

impl Chain {
    /// Registers session keys for the wallet's account, with the proof that its node holds them. They are in use from
    /// the session after the next on, if the account is a verifier then.
    ///
    /// # Errors
    /// When the proof does not fit, another verifier uses one of the keys, or the account can't pay the fee.
    pub async fn set_session_keys(
        &self,
        wallet: &Wallet,
        made: &NodeKeys,
    ) -> Result<Finalized, ChainError> {
        let mut arguments = made.keys.clone();
        made.proof.encode_to(&mut arguments);
        self.submit(wallet, "Session", "set_keys", &arguments).await
    }
}
