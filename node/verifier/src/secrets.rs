//! The verifiers' set secret, by key epoch, and everything derived from it.
//!
//! All verifiers hold the same secret, so all derive the same keys: a re-download gets the same DownloadKey from
//! whichever verifier is asked. A secret lies in the store under the service's store key, is wiped from memory when it is
//! dropped, and leaves this module only as derived keys, or sealed to another verifier in force.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use chainflix_primitives::{
    Cycle, Hasher, Round, Sha256, duty::set_secret_commitment_preimage, hash::Hash32,
    rounds::CycleRule,
};
use zeroize::Zeroizing;

pub(crate) mod at_rest;
mod backup;
pub(crate) mod copies;
mod derive;
mod held;
pub(crate) mod setup;

pub use self::backup::{BackupError, back_up, restore};
pub(crate) use self::derive::SetSecret;
pub use self::held::{HeldSecret, held_secrets};

/// The key epochs that came in force on this chain, with their secrets as far as they are held here.
///
/// What holds in a round is decided by the chain's record alone: a verifier that lacks a secret has no answer, and never
/// one by the secret of another epoch.
#[derive(Default)]
pub(crate) struct Secrets {
    epochs: RwLock<BTreeMap<u32, InForce>>,
}

struct InForce {
    from_round: Round,
    secret: Option<Arc<SetSecret>>,
}

impl Secrets {
    /// Takes note of an epoch that is in force, and holds in rounds from `from_round` on.
    pub(crate) fn note(&self, epoch: u32, from_round: Round) {
        let mut epochs = self.epochs.write().unwrap_or_else(PoisonError::into_inner);
        let known = epochs.entry(epoch).or_insert(InForce {
            from_round,
            secret: None,
        });
        // On another branch of the chain it may have come in force in another round.
        known.from_round = from_round;
    }

    /// Takes the secret of such an epoch into use.
    pub(crate) fn hold(&self, epoch: u32, from_round: Round, secret: &Zeroizing<[u8; 32]>) {
        let held = InForce {
            from_round,
            secret: Some(Arc::new(SetSecret::new(epoch, secret))),
        };
        self.epochs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(epoch, held);
    }

    /// The secret of an epoch.
    pub(crate) fn of(&self, epoch: u32) -> Option<Arc<SetSecret>> {
        self.read().get(&epoch)?.secret.clone()
    }

    /// The secret of the last epoch in force: for what is published now. `None` while it is not held here.
    pub(crate) fn newest(&self) -> Option<Arc<SetSecret>> {
        let epochs = self.read();
        let (_, newest) = epochs.last_key_value()?;
        newest.secret.clone()
    }

    /// The latest secret that is held here, if its epoch is not older than the one that holds in `round`: for tokens and
    /// providers' keys, which name their epoch.
    pub(crate) fn latest_for(&self, round: Round) -> Option<Arc<SetSecret>> {
        let due = self.epoch_in(round)?;
        let epochs = self.read();
        let mut held = epochs.range(due..).rev();
        held.find_map(|(_, epoch)| epoch.secret.clone())
    }

    /// The epoch that holds in `round`; before the first, the first.
    pub(crate) fn epoch_in(&self, round: Round) -> Option<u32> {
        let epochs = self.read();
        let mut begun = epochs.iter().rev();
        let last = begun.find(|(_, epoch)| epoch.from_round <= round);
        let (epoch, _) = last.or_else(|| epochs.first_key_value())?;
        Some(*epoch)
    }

    /// The secret of the epoch that holds in `round`: for address tags. `None` while it is not held here.
    pub(crate) fn of_round(&self, round: Round) -> Option<Arc<SetSecret>> {
        self.of(self.epoch_in(round)?)
    }

    /// The secret from which PlayCodes of a cycle are derived: that of the epoch that holds in the cycle's first round; in
    /// the cycle in which the first epoch began, the first. `None` while it is not held here.
    pub(crate) fn of_cycle(&self, rule: &CycleRule, cycle: Cycle) -> Option<Arc<SetSecret>> {
        self.of_round(rule.first_round_of(cycle)?)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<u32, InForce>> {
        self.epochs.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Commitment to the secret of an epoch, as it stands on chain.
pub(crate) fn commitment(epoch: u32, secret: &[u8; 32]) -> Hash32 {
    let preimage = Zeroizing::new(set_secret_commitment_preimage(epoch, secret));
    Sha256::sha256(&preimage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Zeroizing<[u8; 32]> {
        Zeroizing::new([byte; 32])
    }

    fn epoch_of(secret: Option<Arc<SetSecret>>) -> Option<u32> {
        secret.map(|secret| secret.epoch())
    }

    #[test]
    fn each_purpose_takes_the_epoch_of_its_own_round() {
        let secrets = Secrets::default();
        assert_eq!(secrets.epoch_in(0), None);
        secrets.hold(0, 12, &secret(1));
        secrets.hold(2, 250, &secret(2));
        let rule = CycleRule::from_genesis(100);
        assert_eq!(epoch_of(secrets.of_round(3)), Some(0), "before the first");
        assert_eq!(epoch_of(secrets.of_round(249)), Some(0));
        assert_eq!(epoch_of(secrets.of_round(250)), Some(2));
        let of_cycle = |cycle| epoch_of(secrets.of_cycle(&rule, cycle));
        assert_eq!([0, 1, 2, 3].map(of_cycle), [0, 0, 0, 2].map(Some));
        assert_eq!(epoch_of(secrets.newest()), Some(2));
        assert_eq!(epoch_of(secrets.latest_for(249)), Some(2));
    }

    #[test]
    fn without_the_secret_that_holds_there_is_no_answer_by_another() {
        let secrets = Secrets::default();
        secrets.hold(0, 0, &secret(1));
        secrets.note(1, 50);
        assert_eq!(epoch_of(secrets.of_round(49)), Some(0));
        assert_eq!(epoch_of(secrets.of_round(50)), None);
        assert_eq!(epoch_of(secrets.newest()), None);
        assert_eq!(epoch_of(secrets.latest_for(49)), Some(0));
        assert_eq!(epoch_of(secrets.latest_for(50)), None);
        assert_eq!(epoch_of(secrets.of(0)), Some(0), "old epochs are kept");
        secrets.hold(1, 50, &secret(2));
        secrets.note(1, 51);
        assert_eq!(epoch_of(secrets.of_round(51)), Some(1));
    }
}
