//! Claims: the lifetime total of an account, proved under an adopted root, and paid by the chain.

use chainflix_primitives::{AccountId, api::ClaimProof};
use codec::Encode;
use subxt::dynamic::Value;

use super::{Chain, ChainError, Finalized};
use crate::wallet::Wallet;

/// Least amount of a claim that is free, in units: 0.01 CFX, which is also the least that an account holds.
const LEAST_FEELESS: u128 = 10_000_000_000;
/// Most accounts that one transaction claims for.
const BATCH: usize = 20;

/// A claim with what it pays, in units.
type Due = (ClaimProof, u128);

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

    /// Claims for several accounts, twenty in a transaction: those of which each pays enough for free, the others for a fee
    /// that `payer` signs. What each account was paid, in units, ascending by account; an account that has claimed everything
    /// is left out.
    ///
    /// # Errors
    /// When the chain refuses; earlier transactions stay.
    pub async fn claim_batch(
        &self,
        proofs: Vec<ClaimProof>,
        payer: &Wallet,
    ) -> Result<Vec<(AccountId, u128)>, ChainError> {
        let mut due = Vec::new();
        for proof in proofs {
            let before = self.claimed(&proof.account).await?;
            if let Some(amount) = proof.total.checked_sub(before).filter(|amount| *amount > 0) {
                due.push((proof, amount));
            }
        }
        let mut paid = Vec::new();
        for (batch, is_free) in batches(due) {
            let claims: Vec<&ClaimProof> = batch.iter().map(|(proof, _)| proof).collect();
            let claims = claims.encode();
            if is_free {
                self.submit_authorized("Rewards", "claim_batch", &claims)
                    .await?;
            } else {
                self.submit(payer, "Rewards", "claim_batch", &claims)
                    .await?;
            }
            paid.extend(batch.iter().map(|(proof, amount)| (proof.account, *amount)));
        }
        paid.sort_unstable();
        Ok(paid)
    }
}

/// Batches of claims, each by ascending account and none of them twice, and whether they are free.
fn batches(mut due: Vec<Due>) -> Vec<(Vec<Due>, bool)> {
    due.sort_by_key(|(proof, _)| proof.account);
    due.dedup_by_key(|(proof, _)| proof.account);
    let (free, for_a_fee): (Vec<Due>, Vec<Due>) = due
        .into_iter()
        .partition(|(_, amount)| *amount >= LEAST_FEELESS);
    let free = free.chunks(BATCH).map(|batch| (batch.to_vec(), true));
    let for_a_fee = for_a_fee.chunks(BATCH).map(|batch| (batch.to_vec(), false));
    free.chain(for_a_fee).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_go_by_twenty_ascending_once_for_each_account_and_small_ones_apart() {
        let claim = |account: u8, amount: u128| -> Due {
            let proof = ClaimProof {
                account: AccountId([account; 32]),
                as_of: 7,
                total: amount,
                index: 0,
                count: 1,
                path: Vec::new(),
            };
            (proof, amount)
        };
        let mut due: Vec<Due> = (1..=43).rev().map(|n| claim(n, LEAST_FEELESS)).collect();
        due.push(claim(5, LEAST_FEELESS));
        due.push(claim(50, LEAST_FEELESS - 1));
        let batches = batches(due);
        let sizes: Vec<(usize, bool)> = batches
            .iter()
            .map(|(all, free)| (all.len(), *free))
            .collect();
        assert_eq!(sizes, [(20, true), (20, true), (3, true), (1, false)]);
        for (batch, _) in &batches {
            let ascending = |pair: &[Due]| pair[0].0.account < pair[1].0.account;
            assert!(batch.windows(2).all(ascending));
        }
    }
}
