//! Claims: the lifetime total of an account, proved under an adopted root, and paid by the chain.

use chainflix_primitives::{AccountId, api::ClaimProof};
use codec::Encode;
use subxt::dynamic::Value;

use super::{Chain, ChainError, Finalized};
use crate::wallet::Wallet;

/// Least amount of a claim that is free, in units: 0.01 CFX, which is also the least that an account holds.
const LEAST_FEELESS: u128 = 10_000_000_000;

/// What a claim came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// Paid, in units.
    Paid {
        /// How much.
        amount: u128,
        /// The transaction.
        finalized: Finalized,
    },
    /// Everything that can be claimed has been.
    NothingNew,
}

impl Chain {
    /// What was ever paid to `account` out of mining, in units.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn claimed(&self, account: &AccountId) -> Result<u128, ChainError> {
        let key = Value::from_bytes(account.0);
        let claimed: Option<u128> = self.stored("Rewards", "Claimed", vec![key]).await?;
        Ok(claimed.unwrap_or(0))
    }

    /// Claims what a proof shows, by a transaction that needs neither account nor fee; for amounts that the chain pays for
    /// a fee only, by one that `payer` signs.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn claim(
        &self,
        proof: &ClaimProof,
        payer: Option<&Wallet>,
    ) -> Result<ClaimOutcome, ChainError> {
        let before = self.claimed(&proof.account).await?;
        let Some(amount) = proof.total.checked_sub(before).filter(|amount| *amount > 0) else {
            return Ok(ClaimOutcome::NothingNew);
        };
        let call = ("Rewards", "claim", proof.encode());
        let finalized = match payer.filter(|_| amount < LEAST_FEELESS) {
            Some(payer) => self.submit(payer, call.0, call.1, &call.2).await?,
            None => self.submit_authorized(call.0, call.1, &call.2).await?,
        };
        Ok(ClaimOutcome::Paid { amount, finalized })
    }
}
