//! The verifiers in force, as they announced themselves on chain.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chainflix_primitives::AccountId;
use chainflix_primitives::refusal::Refusal;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::session::Verifier;
use super::transport::{self, CallError};
use super::{Identity, VerifierError};
use crate::chain::Chain;

/// Verifiers by account.
pub(super) struct Directory {
    chain: Chain,
    identity: Arc<Identity>,
    verifiers: Arc<RwLock<BTreeMap<AccountId, Arc<Verifier>>>>,
    refreshing: Arc<AtomicBool>,
}

impl Directory {
    pub(super) async fn new(chain: Chain, identity: Arc<Identity>) -> Result<Self, VerifierError> {
        let directory = Self {
            chain,
            identity,
            verifiers: Arc::default(),
            refreshing: Arc::default(),
        };
        refresh(&directory.chain, &directory.verifiers).await?;
        if directory.all().is_empty() {
            let reason = "no verifier has announced itself on chain yet";
            return Err(VerifierError::Unreachable(reason.to_owned()));
        }
        Ok(directory)
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(super) fn all(&self) -> Vec<Arc<Verifier>> {
        let verifiers = self
            .verifiers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        verifiers.values().cloned().collect()
    }

    /// Those of `accounts` that are known, in that order; those that did not answer just now last.
    pub(super) fn of(&self, accounts: &[AccountId]) -> Vec<Arc<Verifier>> {
        let verifiers = self
            .verifiers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Arc<Verifier>> = accounts
            .iter()
            .filter_map(|account| verifiers.get(account).cloned())
            .collect();
        found.sort_by_key(|verifier| verifier.is_shunned());
        found
    }

    /// All: first those not among `last`, in an order of the account's own so that viewers spread; those that did not
    /// answer just now at the end.
    pub(super) fn by_health(&self, last: &[AccountId]) -> Vec<Arc<Verifier>> {
        let mut all = self.all();
        let own = self.identity.account();
        all.sort_by_key(|verifier| {
            let account = verifier.account();
            let spread = rotate(&account, &own);
            (verifier.is_shunned(), last.contains(&account), spread)
        });
        all
    }

    /// Reads the announcements again in the background, unless that is under way: a restarted verifier has new keys.
    pub(super) fn refresh_soon(&self) {
        if self.refreshing.swap(true, Ordering::SeqCst) {
            return;
        }
        let (chain, verifiers) = (self.chain.clone(), self.verifiers.clone());
        let refreshing = self.refreshing.clone();
        tokio::spawn(async move {
            if let Err(error) = refresh(&chain, &verifiers).await {
                tracing::debug!(%error, "announcements not read");
            }
            refreshing.store(false, Ordering::SeqCst);
        });
    }

    /// Has the wallet consent anew: what it signed has run out.
    pub(super) async fn renew(&self) -> Result<(), VerifierError> {
        self.identity.renew(&self.chain).await
    }

    /// Calls a method that needs no session, at one verifier.
    pub(super) async fn plain_at<T: DeserializeOwned>(
        &self,
        verifier: &AccountId,
        method: &str,
        params: Vec<Value>,
    ) -> Result<T, VerifierError> {
        let found = self.of(&[*verifier]).into_iter().next();
        let verifier =
            found.ok_or_else(|| VerifierError::Unreachable("it is not known".to_owned()))?;
        let client = transport::connect(&verifier.endpoint()).await;
        verifier.note(client.is_ok());
        Ok(transport::request(&client?, method, params).await?)
    }

    /// Calls a method that needs no session, at the first verifier that has an answer.
    pub(super) async fn plain<T: DeserializeOwned>(
        &self,
        method: &str,
        params: Vec<Value>,
    ) -> Result<(AccountId, T), VerifierError> {
        let mut last = VerifierError::Unreachable("none is known".to_owned());
        for verifier in self.by_health(&[]) {
            let client = match transport::connect(&verifier.endpoint()).await {
                Ok(client) => client,
                Err(error) => {
                    verifier.note(false);
                    last = error;
                    continue;
                }
            };
            match transport::request(&client, method, params.clone()).await {
                Ok(answer) => return Ok((verifier.account(), answer)),
                // What one does not have, another may.
                Err(error @ CallError::Nothing(_)) => last = error.into(),
                Err(CallError::Refused(refusal)) if refusal == Refusal::Malformed => {
                    return Err(VerifierError::Refused(refusal));
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }
}

/// An order of accounts that differs from viewer to viewer.
fn rotate(account: &AccountId, own: &AccountId) -> [u8; 32] {
    let mut mixed = account.0;
    for (byte, other) in mixed.iter_mut().zip(own.0) {
        *byte ^= other;
    }
    mixed
}

/// Reads who is in force and how to reach them. A verifier whose announcement is the same keeps its session.
async fn refresh(
    chain: &Chain,
    verifiers: &RwLock<BTreeMap<AccountId, Arc<Verifier>>>,
) -> Result<(), VerifierError> {
    let announcements = chain.announcements().await?;
    let round = chain.standing().await?.round;
    let in_force = chain.verifier_set(round).await?;
    let mut current = verifiers.write().unwrap_or_else(PoisonError::into_inner);
    let before = std::mem::take(&mut *current);
    for (account, announcement) in announcements {
        if !in_force.contains(&account) {
            continue;
        }
        let kept = before
            .get(&account)
            .filter(|verifier| *verifier.announcement() == announcement)
            .cloned();
        let verifier =
            kept.unwrap_or_else(|| Arc::new(Verifier::new(account, chain.genesis(), announcement)));
        current.insert(account, verifier);
    }
    Ok(())
}
