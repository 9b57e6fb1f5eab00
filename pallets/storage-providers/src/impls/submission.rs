//! The off-chain worker: from the node's local storage to the chain.
//!
//! The verifier service leaves the heartbeat of the last period in persistent local storage. At each best block the
//! worker submits it until the chain shows it. Only chain state counts as success: the pool says yes to transactions
//! that it drops later. It knows a transaction that it has already, so that this costs a signature a block at most.

use chainflix_primitives::{duty::HEARTBEAT_KEY, heartbeat::Heartbeat, registry::VerifierKeys};
use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use sp_runtime::offchain::storage::StorageValueRef;

use crate::{Call, Config, Pallet};

impl<T: Config> Pallet<T> {
    /// Submits the local verifier's heartbeat when it is due; off-chain only. The number of transactions that the pool
    /// took.
    pub fn submit_due() -> u32 {
        let Some(call) = Self::heartbeat_due() else {
            return 0;
        };
        let transaction =
            <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).map_or(0, |()| 1)
    }

    /// The heartbeat that the service left, when it is of the last period and not on chain.
    fn heartbeat_due() -> Option<Call<T>> {
        let local = T::VerifierKeys::local_verifier()?;
        let verifier = T::AccountId::from(local.0);
        let heartbeat = StorageValueRef::persistent(HEARTBEAT_KEY)
            .get::<Heartbeat>()
            .ok()
            .flatten()?;
        Self::check_heartbeat(&verifier, &heartbeat).ok()?;
        let payload = Self::heartbeat_payload(&verifier, &heartbeat);
        let signature = T::VerifierKeys::sign(&local, &payload)?;
        Some(Call::attest {
            verifier,
            heartbeat,
            signature,
        })
    }
}
