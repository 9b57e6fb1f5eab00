//! The off-chain worker: from the node's local storage to the chain.
//!
//! The verifier service leaves its duties in persistent local storage. At each best block the worker compares them
//! with chain state and submits what the chain does not show yet. Only chain state counts as success: the pool says yes
//! to transactions that it drops later, so a duty is submitted again until its effect is there. The pool knows a
//! transaction that it has already, so that this costs a signature a block at most.

use chainflix_primitives::{
    duty::{ANNOUNCEMENT_KEY, SET_SECRET_KEY, SetSecretDuty},
    registry::{VerifierAnnouncement, VerifierKeys},
};
use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use sp_runtime::offchain::storage::StorageValueRef;

use crate::{AnnouncementCount, Call, Config, Pallet};

impl<T: Config> Pallet<T> {
    /// Submits what the local verifier has to say and the chain does not show yet; off-chain only. The number of
    /// transactions that the pool took.
    pub fn submit_due() -> u32 {
        let Some(local) = T::VerifierKeys::local_verifier() else {
            return 0;
        };
        let verifier = T::AccountId::from(local.0);
        [
            Self::announcement_due(&verifier),
            Self::set_secret_due(&verifier),
        ]
        .into_iter()
        .flatten()
        .map(Self::submit)
        .fold(0, u32::saturating_add)
    }

    /// The announcement that the service left, when the chain shows another or none.
    fn announcement_due(verifier: &T::AccountId) -> Option<Call<T>> {
        let announcement: VerifierAnnouncement = Self::duty(ANNOUNCEMENT_KEY)?;
        let sequence = AnnouncementCount::<T>::get(verifier);
        Self::check_announcement(verifier, &announcement, sequence).ok()?;
        let payload = Self::announcement_payload(verifier, &announcement, sequence);
        let signature = T::VerifierKeys::sign(&Self::raw(verifier), &payload)?;
        Some(Call::announce {
            announcement,
            verifier: verifier.clone(),
            sequence,
            signature,
        })
    }

    /// The commitment or acknowledgement that the service left, when it is due.
    fn set_secret_due(verifier: &T::AccountId) -> Option<Call<T>> {
        let duty: SetSecretDuty = Self::duty(SET_SECRET_KEY)?;
        Self::check_set_secret(verifier, &duty).ok()?;
        let payload = Self::set_secret_payload(verifier, &duty);
        let signature = T::VerifierKeys::sign(&Self::raw(verifier), &payload)?;
        Some(Call::set_secret {
            verifier: verifier.clone(),
            duty,
            signature,
        })
    }

    /// What the service left under `key`. `None` when there is nothing, or nothing that can be read.
    fn duty<D: codec::Decode>(key: &[u8]) -> Option<D> {
        StorageValueRef::persistent(key).get::<D>().ok().flatten()
    }

    /// 1 when the pool took the call.
    pub(crate) fn submit(call: Call<T>) -> u32 {
        let transaction =
            <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).map_or(0, |()| 1)
    }
}
