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
mod derive;
mod held;
pub(crate) mod setup;

pub(crate) use self::derive::SetSecret;
pub use self::held::{HeldSecret, held_secrets};

/// The secrets that are in force and held here.
#[derive(Default)]
pub(crate) struct Secrets {
    epochs: RwLock<BTreeMap<u32, Held>>,
}

#[derive(Clone)]
struct Held {
    since: Round,
    secret: Arc<SetSecret>,
}

impl Secrets {
    /// Takes a secret into use that is in force since `since`.
    pub(crate) fn hold(&self, epoch: u32, since: Round, secret: Zeroizing<[u8; 32]>) {
        let held = Held {
            since,
            secret: Arc::new(SetSecret::new(epoch, secret)),
        };
        self.epochs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(epoch, held);
    }

    /// The secret of an epoch.
    pub(crate) fn of(&self, epoch: u32) -> Option<Arc<SetSecret>> {
        let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        epochs.get(&epoch).map(|held| Arc::clone(&held.secret))
    }

    /// The secret of the latest epoch: for what begins now.
    pub(crate) fn latest(&self) -> Option<Arc<SetSecret>> {
        let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        let (_, held) = epochs.last_key_value()?;
        Some(Arc::clone(&held.secret))
    }

    /// The secret from which PlayCodes of a cycle are derived: that of the epoch at the cycle's start; in the cycle in
    /// which the first epoch began, the first.
    pub(crate) fn of_cycle(&self, rule: &CycleRule, cycle: Cycle) -> Option<Arc<SetSecret>> {
        let start = rule.first_round_of(cycle)?;
        let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        let at_start = epochs.values().rev().find(|held| held.since <= start);
        let held = at_start.or_else(|| epochs.values().next())?;
        Some(Arc::clone(&held.secret))
    }
}

/// Commitment to the secret of an epoch, as it stands on chain.
pub(crate) fn commitment(epoch: u32, secret: &[u8; 32]) -> Hash32 {
    let preimage = Zeroizing::new(set_secret_commitment_preimage(epoch, secret));
    Sha256::sha256(&preimage)
}
