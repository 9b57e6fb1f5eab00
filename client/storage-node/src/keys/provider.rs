//! Token keys: one for each verifier and key epoch, sealed to the node once, in memory only.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chainflix_content::DownloadKey;
use chainflix_primitives::{
    AccountId, Hash32, api::session_info, receipt::DeliveryToken, report::MAX_VERIFIERS,
};
use futures::future::{BoxFuture, join_all};
use zeroize::Zeroizing;

use super::{CallError, NodeKeys, rpc, tokens};

/// A verifier, or the chain, is asked again no sooner than this.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// Epochs of one verifier whose keys are remembered.
const EPOCHS: usize = 4;

/// Where one verifier is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierEndpoint {
    /// Its account.
    pub account: AccountId,
    /// Its announced endpoint, a `wss://`, `https://`, `ws://` or `http://` URL.
    pub endpoint: String,
}

/// The verifiers can't be listed now.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the chain does not tell its verifiers: {0}")]
pub struct VerifiersError(pub String);

/// Which storage providers verifiers look at now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The period.
    pub period: u32,
    /// The page of providers whose turn it is.
    pub page: u32,
}

/// The verifiers in force, however they are learned; the chain announces them.
pub trait Verifiers: Send + Sync {
    /// All of them.
    fn list(&self) -> BoxFuture<'_, Result<Vec<VerifierEndpoint>, VerifiersError>>;

    /// Which providers they look at now.
    fn turn(&self) -> BoxFuture<'_, Result<Turn, VerifiersError>>;
}

/// A list that does not change, in the first period of a chain.
impl Verifiers for Vec<VerifierEndpoint> {
    fn list(&self) -> BoxFuture<'_, Result<Vec<VerifierEndpoint>, VerifiersError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }

    fn turn(&self) -> BoxFuture<'_, Result<Turn, VerifiersError>> {
        Box::pin(std::future::ready(Ok(Turn::default())))
    }
}

/// Why a token can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum TokenKeyError {
    /// Its issuer is no verifier.
    #[error("the token's issuer is not a verifier of this chain")]
    NotAVerifier,
    /// It was not made by its issuer for this node.
    #[error("the token was not made by its issuer for this node")]
    Forged,
    /// The verifier has no key of that epoch, or was asked just now without success.
    #[error("the verifier's key of this epoch is not at hand; try again in a moment")]
    NotAtHand,
    /// The verifiers are not known.
    #[error(transparent)]
    Verifiers(#[from] VerifiersError),
    /// The verifier gives none.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What it gives is sealed to another key.
    #[error(
        "the verifier at {0} answers with something that is no key for this node; is the registered exchange key this node's?"
    )]
    NotForThisNode(String),
}

/// The keys under which verifiers make this node's tokens.
pub struct ProviderKeys {
    genesis: Hash32,
    provider: u32,
    keys: Arc<NodeKeys>,
    verifiers: Arc<dyn Verifiers>,
    http: reqwest::Client,
    known: Mutex<HashMap<AccountId, Arc<Issuer>>>,
    /// When the verifiers were listed last; held while they are.
    listed: tokio::sync::Mutex<Option<Instant>>,
}

struct Issuer {
    endpoint: String,
    epochs: Mutex<BTreeMap<u32, Zeroizing<[u8; 32]>>>,
    /// When it was asked last; held while it is.
    asked: tokio::sync::Mutex<Option<Instant>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Issuer {
    fn key(&self, epoch: u32) -> Option<Zeroizing<[u8; 32]>> {
        lock(&self.epochs).get(&epoch).cloned()
    }
}

impl ProviderKeys {
    /// Keys of the provider with this index on the chain of `genesis`; none is fetched yet.
    ///
    /// # Errors
    /// When the system gives no sockets.
    pub fn new(
        genesis: Hash32,
        provider: u32,
        keys: Arc<NodeKeys>,
        verifiers: Arc<dyn Verifiers>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            genesis,
            provider,
            keys,
            verifiers,
            http: rpc::client()?,
            known: Mutex::default(),
            listed: tokio::sync::Mutex::default(),
        })
    }

    /// The DownloadKey in a token: opening it proves that its issuer made it for this node, with these terms.
    ///
    /// A verifier that was not heard of yet is asked for its key first; whoever sends forged tokens makes the node ask no
    /// more than once in five seconds.
    ///
    /// # Errors
    /// When the token is forged, or its key can't be had now.
    pub async fn open(&self, token: &DeliveryToken) -> Result<DownloadKey, TokenKeyError> {
        let key = self.key(&token.terms.issuer, token.terms.epoch).await?;
        tokens::open(token, &key).ok_or(TokenKeyError::Forged)
    }

    /// Fetches the keys of all verifiers that were not heard of yet. Failures are logged: they are asked again.
    pub async fn fetch_all(&self) {
        if let Err(error) = self.list().await {
            tracing::warn!(%error, "verifiers not listed");
        }
        let known: Vec<_> = {
            let known = lock(&self.known);
            known.iter().map(|(a, i)| (*a, Arc::clone(i))).collect()
        };
        let missing = known
            .into_iter()
            .filter(|(_, issuer)| lock(&issuer.epochs).is_empty());
        let fetches = missing.map(|(account, issuer)| async move {
            let mut asked = issuer.asked.lock().await;
            let fetched = self.fetch(&account, &issuer).await;
            *asked = Some(Instant::now());
            if let Err(error) = fetched {
                tracing::warn!(verifier = %account, %error, "token key not fetched");
            }
        });
        join_all(fetches).await;
    }

    /// Verifiers whose key is at hand.
    #[must_use]
    pub fn count(&self) -> usize {
        let known = lock(&self.known);
        let issuers = known.values();
        issuers
            .filter(|issuer| !lock(&issuer.epochs).is_empty())
            .count()
    }

    async fn key(
        &self,
        verifier: &AccountId,
        epoch: u32,
    ) -> Result<Zeroizing<[u8; 32]>, TokenKeyError> {
        let issuer = self.issuer(verifier).await?;
        if let Some(key) = issuer.key(epoch) {
            return Ok(key);
        }
        let mut asked = issuer.asked.lock().await;
        // Somebody else may have fetched it while this one waited.
        if let Some(key) = issuer.key(epoch) {
            return Ok(key);
        }
        if asked.is_some_and(|at| at.elapsed() < ASK_AGAIN) {
            return Err(TokenKeyError::NotAtHand);
        }
        let fetched = self.fetch(verifier, &issuer).await;
        *asked = Some(Instant::now());
        fetched?;
        issuer.key(epoch).ok_or(TokenKeyError::NotAtHand)
    }

    async fn issuer(&self, verifier: &AccountId) -> Result<Arc<Issuer>, TokenKeyError> {
        let known = || lock(&self.known).get(verifier).cloned();
        if let Some(issuer) = known() {
            return Ok(issuer);
        }
        self.list().await?;
        known().ok_or(TokenKeyError::NotAVerifier)
    }

    async fn list(&self) -> Result<(), TokenKeyError> {
        let mut listed = self.listed.lock().await;
        if listed.is_some_and(|at| at.elapsed() < ASK_AGAIN) {
            return Ok(());
        }
        let verifiers = self.verifiers.list().await;
        *listed = Some(Instant::now());
        let verifiers = verifiers?;
        let mut known = lock(&self.known);
        // Tokens of one that left the set expire by themselves; its key stays at hand until then.
        for VerifierEndpoint { account, endpoint } in verifiers {
            let room = known.len() < MAX_VERIFIERS as usize * 2;
            let moved = known.get(&account).is_none_or(|i| i.endpoint != endpoint);
            if !moved || !(room || known.contains_key(&account)) {
                continue;
            }
            let epochs = known
                .get(&account)
                .map(|issuer| lock(&issuer.epochs).clone());
            let issuer = Issuer {
                endpoint,
                epochs: Mutex::new(epochs.unwrap_or_default()),
                asked: tokio::sync::Mutex::default(),
            };
            known.insert(account, Arc::new(issuer));
        }
        Ok(())
    }

    async fn fetch(&self, verifier: &AccountId, issuer: &Issuer) -> Result<(), TokenKeyError> {
        let sealed = rpc::provider_key(&self.http, &issuer.endpoint, self.provider).await?;
        let info = session_info(&self.genesis, verifier);
        let key = self
            .keys
            .open_sealed(&sealed.encapsulated, &info, &sealed.sealed)
            .ok_or_else(|| TokenKeyError::NotForThisNode(issuer.endpoint.clone()))?;
        let mut epochs = lock(&issuer.epochs);
        epochs.insert(sealed.epoch, key);
        while epochs.len() > EPOCHS {
            epochs.pop_first();
        }
        Ok(())
    }
}
