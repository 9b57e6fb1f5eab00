//! The verifier set from the side of its operators: applying, bonds, leaving, and where an account stands.

use chainflix_primitives::registry::Endpoint;
use chainflix_primitives::{AccountId, Round};
use codec::{Decode, Encode};
use subxt::dynamic::Value;

use super::{Chain, ChainError, Finalized};
use crate::wallet::Wallet;

/// What a candidate says of itself, for the verifiers that vote on it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct VerifierProfile {
    /// Where its API is going to be, a `ws://` or `wss://` URL.
    pub endpoint: Endpoint,
    /// Region code, ISO 3166-1 alpha-2.
    pub region: [u8; 2],
    /// X25519 key for what is sealed to it.
    pub exchange_key: [u8; 32],
    /// BLAKE2-256 hashing by one core, in MiB/s, as its operator says: `chainflix verifier apply` measures it.
    pub hardware_score: u32,
    /// What its line carries upstream, in kbit/s, as its operator says.
    pub bandwidth_kbps: u32,
}

/// Where an account stands on its way into the set and out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode)]
pub enum VerifierStatus {
    /// It applied.
    #[codec(index = 0)]
    Candidate,
    /// It is in the set, or will be two sessions after its admission.
    #[codec(index = 1)]
    Member,
    /// It equivocated while the set was at its minimum: out as soon as another is admitted.
    #[codec(index = 2)]
    Expelled,
    /// It is to leave.
    #[codec(index = 3)]
    Leaving,
    /// It left.
    #[codec(index = 4)]
    Left,
}

/// What the chain keeps of a candidate or verifier.
#[derive(Clone, Debug, PartialEq, Eq, Decode)]
pub struct VerifierStanding {
    /// Where it stands.
    pub status: VerifierStatus,
    /// What it said of itself. `None` of verifiers of genesis that said nothing since.
    pub profile: Option<VerifierProfile>,
    /// Held for the record, in units.
    pub deposit: u128,
    /// Held as its bond, in units.
    pub bond: u128,
    /// From this round on the bond may be withdrawn, unless the account is in the set or leaving it.
    pub unlocks: Round,
    /// Whether it is suspended: it neither issues nor judges.
    pub suspended: bool,
}

impl Chain {
    /// What the chain keeps of an account as a candidate or verifier.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn verifier_standing(
        &self,
        account: &AccountId,
    ) -> Result<Option<VerifierStanding>, ChainError> {
        let key = Value::from_bytes(account.0);
        self.stored("Authorities", "Verifiers", vec![key]).await
    }

    /// The session until which an account may not enter the set, after it equivocated.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn barred_until(&self, account: &AccountId) -> Result<Option<u32>, ChainError> {
        let key = Value::from_bytes(account.0);
        self.stored("Authorities", "BarredUntil", vec![key]).await
    }

    /// The bond that the next admission takes, in units.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn bond_of_next_verifier(&self) -> Result<u128, ChainError> {
        self.view("Authorities", "bond_of_next", ()).await
    }

    /// Applies for a place in the set. The account needs session keys first.
    ///
    /// # Errors
    /// When the chain refuses, for want of session keys or funds for one.
    pub async fn apply_as_verifier(
        &self,
        wallet: &Wallet,
        profile: &VerifierProfile,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Authorities", "apply", &profile.encode())
            .await
    }

    /// Says something else of a candidate or verifier than it said when it applied.
    ///
    /// # Errors
    /// When the account is neither.
    pub async fn change_verifier_profile(
        &self,
        wallet: &Wallet,
        profile: &VerifierProfile,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Authorities", "update_profile", &profile.encode())
            .await
    }

    /// Takes the session keys of an account back that is no verifier any more, and with them their deposit.
    ///
    /// # Errors
    /// When they are in use, or there are none.
    pub async fn forget_session_keys(&self, wallet: &Wallet) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Authorities", "forget_session_keys", &[])
            .await
    }

    /// Takes an application back.
    ///
    /// # Errors
    /// When there is none.
    pub async fn withdraw_verifier_application(
        &self,
        wallet: &Wallet,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Authorities", "withdraw_application", &[])
            .await
    }

    /// Leaves the set, two sessions later.
    ///
    /// # Errors
    /// When the account is not in it, or it would fall below its minimum.
    pub async fn leave_verifiers(&self, wallet: &Wallet) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Authorities", "exit", &[]).await
    }

    /// Adds to the bond, in units.
    ///
    /// # Errors
    /// When the account has no bond to add to, or not the funds.
    pub async fn top_up_verifier_bond(
        &self,
        wallet: &Wallet,
        amount: u128,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Authorities", "top_up_bond", &amount.encode())
            .await
    }

    /// Takes the bond back, two cycles after leaving.
    ///
    /// # Errors
    /// When it is locked.
    pub async fn withdraw_verifier_bond(&self, wallet: &Wallet) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Authorities", "withdraw_bond", &[])
            .await
    }
}
