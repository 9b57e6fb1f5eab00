//! Who opens sessions: the account, its session key, and the wallet's consent.

use std::sync::{PoisonError, RwLock};

use chainflix_primitives::delegation::{Delegation, SignedDelegation};
use chainflix_primitives::rounds::{CYCLE_ROUNDS, Round};
use chainflix_primitives::{AccountId, Hash32, Sha256, Signature64};
use ed25519_zebra::SigningKey;
use x25519_dalek::{PublicKey, StaticSecret};

use super::VerifierError;
use crate::chain::Chain;
use crate::secrets;
use crate::wallet::Wallet;

/// A session key with the wallet's consent. It mines for the account and can do nothing else; it lives in memory only.
pub struct Identity {
    wallet: Wallet,
    genesis: Hash32,
    key: SigningKey,
    exchange_key: [u8; 32],
    delegation: RwLock<SignedDelegation>,
}

impl Identity {
    /// Draws a session key and has `wallet` consent to it, from the chain's current round on.
    ///
    /// # Errors
    /// When the chain can't be read, or there is no randomness.
    pub async fn new(wallet: Wallet, chain: &Chain) -> Result<Self, VerifierError> {
        let round = chain.standing().await?.round;
        Self::from_round(wallet, chain.genesis(), round)
    }

    fn from_round(wallet: Wallet, genesis: Hash32, round: Round) -> Result<Self, VerifierError> {
        let draw = || secrets::random_key().map_err(|_| VerifierError::NoRandomness);
        let key = SigningKey::from(*draw()?);
        let exchange = StaticSecret::from(*draw()?);
        let exchange_key = PublicKey::from(&exchange).to_bytes();
        let signed = sign(&wallet, &genesis, &key, exchange_key, round);
        Ok(Self {
            wallet,
            genesis,
            key,
            exchange_key,
            delegation: RwLock::new(signed),
        })
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.wallet.account()
    }

    /// Genesis hash of the chain.
    #[must_use]
    pub fn genesis(&self) -> Hash32 {
        self.genesis
    }

    /// The session key: signs views and countersigns receipts.
    #[must_use]
    pub fn session_key(&self) -> &SigningKey {
        &self.key
    }

    /// The wallet.
    #[must_use]
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    /// The consent in force, and its hash.
    pub(super) fn delegation(&self) -> (SignedDelegation, Hash32) {
        let signed = self
            .delegation
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let hash = signed.delegation.hash::<Sha256>();
        (signed, hash)
    }

    /// Consents anew, from the chain's current round on.
    pub(super) async fn renew(&self, chain: &Chain) -> Result<(), VerifierError> {
        let round = chain.standing().await?.round;
        let key = &self.key;
        let signed = sign(&self.wallet, &self.genesis, key, self.exchange_key, round);
        *self
            .delegation
            .write()
            .unwrap_or_else(PoisonError::into_inner) = signed;
        Ok(())
    }

    pub(super) fn sign(&self, payload: &[u8]) -> Signature64 {
        Signature64(self.key.sign(payload).to_bytes())
    }
}

fn sign(
    wallet: &Wallet,
    genesis: &Hash32,
    key: &SigningKey,
    exchange_key: [u8; 32],
    first_round: Round,
) -> SignedDelegation {
    let delegation = Delegation {
        genesis: *genesis,
        account: wallet.account(),
        session_key: key.verification_key().into(),
        exchange_key,
        first_round,
        last_round: first_round.saturating_add(CYCLE_ROUNDS),
    };
    let signature = wallet.sign(&delegation.text());
    SignedDelegation {
        delegation,
        signature,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_controller::signing::is_signed_by_wallet;

    #[test]
    fn the_wallet_consents_to_one_cycle_of_one_key_for_its_own_account() {
        let wallet = Wallet::from_uri("//Viewer").unwrap();
        let identity = Identity::from_round(wallet.clone(), [4; 32], 70).unwrap();
        let (signed, hash) = identity.delegation();
        let delegation = &signed.delegation;
        assert!(delegation.holds_in(70) && delegation.holds_in(70 + CYCLE_ROUNDS));
        assert!(!delegation.holds_in(69) && !delegation.holds_in(71 + CYCLE_ROUNDS));
        assert_eq!(hash, delegation.hash::<Sha256>());
        let account = wallet.account();
        assert!(is_signed_by_wallet(
            &account,
            &delegation.text(),
            &signed.signature
        ));
        let other = Wallet::from_uri("//Other").unwrap().account();
        assert!(!is_signed_by_wallet(
            &other,
            &delegation.text(),
            &signed.signature
        ));
        let again = Identity::from_round(wallet, [4; 32], 70).unwrap();
        assert_ne!(
            again.delegation().1,
            hash,
            "each process has its own session key"
        );
    }
}
