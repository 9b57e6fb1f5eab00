//! Blocks one after the other, each by the verifier of its slot.

use super::chain;
use crate::{
    AccountId, Executive, Header, Runtime, Session, SignedPayload, System, UncheckedExtrinsic,
    constants::time::SLOT_MS,
};
use codec::{Decode, Encode};
use frame_support::traits::DisabledValidators;
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_consensus_aura::{AURA_ENGINE_ID, Slot};
use sp_core::{
    H256,
    offchain::{
        OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
        testing::{TestOffchainExt, TestTransactionPoolExt},
    },
};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{ApplyExtrinsicResult, Digest, DigestItem, MultiAddress, MultiSignature};

/// A chain that is being written.
pub(super) struct Walk {
    parent: H256,
    /// Slot of the last block.
    pub(super) slot: u64,
    /// Takes what off-chain code submitted.
    submitted: Box<dyn Fn() -> Vec<Vec<u8>>>,
}

/// Writes blocks on a chain of the preset, with a transaction pool for what the runtime submits.
pub(super) fn walk(preset: &str, test: impl FnOnce(&mut Walk)) {
    let mut chain = chain(preset);
    let (offchain, _) = TestOffchainExt::new();
    let (pool, state) = TestTransactionPoolExt::new();
    chain.register_extension(OffchainDbExt::new(offchain.clone()));
    chain.register_extension(OffchainWorkerExt::new(offchain));
    chain.register_extension(TransactionPoolExt::new(pool));
    chain.execute_with(|| {
        test(&mut Walk {
            parent: System::block_hash(0),
            slot: 700_000_000,
            submitted: Box::new(move || std::mem::take(&mut state.write().transactions)),
        });
    });
}

impl Walk {
    /// Writes one block in the next slot whose verifier may write.
    pub(super) fn block(
        &mut self,
        extrinsics: impl IntoIterator<Item = UncheckedExtrinsic>,
    ) -> Vec<ApplyExtrinsicResult> {
        loop {
            self.slot += 1;
            let verifiers = pallet_aura::Authorities::<Runtime>::decode_len().expect("verifiers");
            let author = self.slot % verifiers as u64;
            if !<Session as DisabledValidators>::is_disabled(author as u32) {
                break;
            }
        }
        let slot = Slot::from(self.slot);
        let header = Header {
            parent_hash: self.parent,
            number: System::block_number() + 1,
            state_root: Default::default(),
            extrinsics_root: Default::default(),
            digest: Digest {
                logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())],
            },
        };
        Executive::initialize_block(&header);
        let now = pallet_timestamp::Call::set {
            now: self.slot * SLOT_MS,
        };
        let inherent = UncheckedExtrinsic::new_bare(now.into());
        assert_eq!(Executive::apply_extrinsic(inherent), Ok(Ok(())));
        let results = extrinsics
            .into_iter()
            .map(Executive::apply_extrinsic)
            .collect();
        self.parent = Executive::finalize_block().hash();
        results
    }

    /// Writes empty blocks until a session has begun.
    pub(super) fn walk_to_session(&mut self, session: u32) {
        while Session::current_index() < session {
            self.block([]);
        }
    }

    /// Writes a block of what off-chain code submitted.
    pub(super) fn block_of_submitted(&mut self) -> Vec<ApplyExtrinsicResult> {
        let submitted = self.submitted();
        self.block(submitted)
    }

    /// What off-chain code submitted.
    pub(super) fn submitted(&self) -> Vec<UncheckedExtrinsic> {
        let decode = |bytes: Vec<u8>| UncheckedExtrinsic::decode(&mut &bytes[..]).expect("ours");
        (self.submitted)().into_iter().map(decode).collect()
    }
}

/// A transaction of an account, as a wallet makes it.
pub(super) fn signed(
    signer: Sr25519Keyring,
    call: impl Into<crate::RuntimeCall>,
) -> UncheckedExtrinsic {
    let call = call.into();
    let mut extension =
        <Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::create_extension();
    let account: AccountId = signer.to_account_id();
    extension.6 = frame_system::CheckNonce::from(System::account_nonce(&account));
    let payload = SignedPayload::new(call.clone(), extension.clone()).expect("it is complete");
    let signature = payload.using_encoded(|bytes| signer.sign(bytes));
    UncheckedExtrinsic::new_signed(
        call,
        MultiAddress::Id(account),
        MultiSignature::Sr25519(signature),
        extension,
    )
}
