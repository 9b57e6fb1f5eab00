//! Earnings and their proofs: public, so that they take no session.

use chainflix_primitives::api::ClaimProof;
use chainflix_primitives::{AccountId, Round};
use serde::Deserialize;

use super::{VerifierError, Verifiers};

/// Lifetime earnings as one verifier computed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifetimeEarnings {
    /// Up to which settled round, and how much, in units.
    pub computed: Option<(Round, u128)>,
    /// The same under the last adopted root that can be claimed from.
    pub claimable: Option<(Round, u128)>,
}

impl Verifiers {
    /// The proof with which an account's lifetime earnings are claimed, from any verifier that has the adopted root.
    ///
    /// # Errors
    /// When there is nothing to prove, or no verifier answers.
    pub async fn claim_proof(&self, account: &AccountId) -> Result<ClaimProof, VerifierError> {
        let params = vec![serde_json::json!(account.to_string())];
        self.directory
            .plain("verifier_claimProof", params)
            .await
            .map(|(_, proof)| proof)
    }

    /// Lifetime earnings of an account, from any verifier.
    ///
    /// # Errors
    /// When none answers.
    pub async fn earnings(&self, account: &AccountId) -> Result<LifetimeEarnings, VerifierError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct AsOf {
            as_of: Round,
            total: String,
        }
        #[derive(Deserialize)]
        struct Earnings {
            lifetime: Option<AsOf>,
            claimable: Option<AsOf>,
        }
        let params = vec![serde_json::json!(account.to_string())];
        let (from, found): (AccountId, Earnings) =
            self.directory.plain("verifier_earnings", params).await?;
        let read = |as_of: Option<AsOf>| -> Result<Option<(Round, u128)>, VerifierError> {
            as_of
                .map(|as_of| Ok((as_of.as_of, as_of.total.parse()?)))
                .transpose()
                .map_err(|_: std::num::ParseIntError| VerifierError::Protocol(from))
        };
        Ok(LifetimeEarnings {
            computed: read(found.lifetime)?,
            claimable: read(found.claimable)?,
        })
    }
}
