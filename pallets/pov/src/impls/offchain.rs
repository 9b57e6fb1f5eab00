//! The off-chain worker: puts on chain what the verifier service has left for it.
//!
//! Chain state alone says what is due and what is done: the pool may take a transaction and drop it later. So the same
//! is tried at every block until the report is in, or its window has closed.

use alloc::{boxed::Box, format};
use chainflix_primitives::{
    AccountId, Round,
    duty::{ACCOUNT_KEY, FAULT_KEY, MAX_DUTY_BYTES, report_key},
    fault::FaultProof,
    registry::VerifierKeys,
    report::Report,
};
use codec::DecodeAll;
use frame_system::offchain::SubmitTransaction;
use sp_core::{RuntimeInterfaceLogLevel, offchain::StorageKind};

use crate::{Call, Config, Faults, Pallet, Reports, impls::session::sign_with};

impl<T: Config> Pallet<T> {
    /// Submits the report that is due, if this node's verifier has left one and it is not on chain, and the proof of a
    /// fault that it left. The number of transactions handed to the pool. Off-chain only.
    pub fn submit_due() -> u32 {
        let submitted = [Self::submit_report(), Self::submit_fault()];
        submitted
            .into_iter()
            .map(|one| u32::from(one.is_some()))
            .fold(0, u32::saturating_add)
    }

    fn submit_fault() -> Option<()> {
        let verifier = Self::local_verifier()?;
        let proof: FaultProof = mirrored(FAULT_KEY)?;
        if Faults::<T>::contains_key(proof.round, proof.issuer) {
            return None;
        }
        let holds = Self::fault_holds(&proof).unwrap_or(false);
        if !holds {
            let FaultProof { issuer, round, .. } = proof;
            warn(&format!(
                "proof of a fault of {issuer} in round {round} does not hold, or not any more"
            ));
            return None;
        }
        let payload = proof.signing_payload(&Self::genesis_hash(), &verifier);
        let signature = <Self as VerifierKeys>::sign(&verifier, &payload)?;
        let call = Call::<T>::prove_fault {
            proof: Box::new(proof),
            verifier,
            signature,
        };
        let transaction = T::create_authorized_transaction(call.into());
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).ok()
    }

    fn submit_report() -> Option<()> {
        let due = Self::due()?;
        let verifier = mirrored_account().or_else(Self::local_verifier)?;
        if Reports::<T>::contains_key(due.header, verifier) {
            return None;
        }
        let report = mirrored_report(due.header).filter(|report| report.verifier == verifier)?;
        // What the chain would refuse need not be signed.
        let admitted = Self::admit(&report)
            .inspect_err(|error| {
                warn(&format!(
                    "report of round {} refused: {error:?}",
                    due.header
                ))
            })
            .ok()?;
        let signature = sign_with(
            &admitted.key,
            &report.signing_payload(&Self::genesis_hash()),
        )?;
        let call = Call::<T>::report {
            report: Box::new(report),
            signature,
        };
        let transaction = T::create_authorized_transaction(call.into());
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).ok()
    }
}

/// The account that this node verifies for, as its verifier service says. It needs no place in the set: one that has
/// just left still reports.
fn mirrored_account() -> Option<AccountId> {
    let bytes = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, ACCOUNT_KEY)?;
    AccountId::decode_all(&mut bytes.as_slice()).ok()
}

/// The report of `round` that the verifier service has left.
fn mirrored_report(round: Round) -> Option<Report> {
    mirrored(&report_key(round))
}

/// What the verifier service has left under `key`, if it can be read.
fn mirrored<D: DecodeAll>(key: &[u8]) -> Option<D> {
    let bytes = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, key)?;
    (bytes.len() <= MAX_DUTY_BYTES)
        .then(|| D::decode_all(&mut bytes.as_slice()).ok())
        .flatten()
}

/// Tells the node's operator.
fn warn(message: &str) {
    sp_io::logging::log(RuntimeInterfaceLogLevel::Warn, "pov", message.as_bytes());
}
