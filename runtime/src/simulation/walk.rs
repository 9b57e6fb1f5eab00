//! Blocks one after the other, each by the verifier of its slot.

use super::genesis::{chain_of, genesis_json};
use crate::{
    AccountId, Executive, Header, Runtime, RuntimeCall, Session, SignedPayload, System,
    TxExtension, UncheckedExtrinsic, constants::time::SLOT_MS,
};
use codec::{Decode, Encode};
use frame_support::{storage::with_transaction_unchecked, traits::DisabledValidators};
use frame_system::offchain::CreateAuthorizedTransaction;
use serde_json::Value;
use sp_consensus_aura::{
    AURA_ENGINE_ID, Slot, digests::CompatibleDigestItem, sr25519::AuthoritySignature,
};
use sp_core::{
    H256,
    offchain::{
        OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
        testing::{TestOffchainExt, TestTransactionPoolExt},
    },
};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    ApplyExtrinsicResult, Digest, DigestItem, MultiAddress, MultiSignature, TransactionOutcome,
};

/// A chain that is being written.
pub struct Walk {
    parent: H256,
    /// Slot of the last block.
    pub slot: u64,
    /// Takes what off-chain code submitted.
    submitted: Box<dyn Fn() -> Vec<Vec<u8>>>,
}

/// Writes blocks on a chain of the preset, with a transaction pool for what the runtime submits.
pub fn walk(preset: &str, test: impl FnOnce(&mut Walk)) {
    walk_on(&genesis_json(preset), test);
}

/// Writes blocks on a chain with this genesis, with a transaction pool for what the runtime submits.
pub fn walk_on<R>(genesis: &Value, test: impl FnOnce(&mut Walk) -> R) -> R {
    walk_in(chain_of(genesis), test)
}

/// Writes blocks on a chain before its first block, with a transaction pool for what the runtime submits.
pub fn walk_in<R>(mut chain: TestExternalities, test: impl FnOnce(&mut Walk) -> R) -> R {
    let mut walk = Walk::on(&mut chain);
    chain.execute_with(|| test(&mut walk))
}

impl Walk {
    /// Begins on a chain before its first block, with a transaction pool for what the runtime submits. Whoever calls the rest does
    /// so within that chain.
    pub fn on(chain: &mut TestExternalities) -> Self {
        let (offchain, _) = TestOffchainExt::new();
        let (pool, state) = TestTransactionPoolExt::new();
        chain.register_extension(OffchainDbExt::new(offchain.clone()));
        chain.register_extension(OffchainWorkerExt::new(offchain));
        chain.register_extension(TransactionPoolExt::new(pool));
        Self {
            parent: chain.execute_with(|| System::block_hash(0)),
            slot: 700_000_000,
            submitted: Box::new(move || std::mem::take(&mut state.write().transactions)),
        }
    }

    /// Writes one block in the next slot whose verifier may write.
    pub fn block(
        &mut self,
        extrinsics: impl IntoIterator<Item = UncheckedExtrinsic>,
    ) -> Vec<ApplyExtrinsicResult> {
        self.begin_block();
        let results = extrinsics
            .into_iter()
            .map(Executive::apply_extrinsic)
            .collect();
        self.end_block();
        results
    }

    /// Begins a block in the next slot whose verifier may write, with its time set.
    ///
    /// # Panics
    /// When the runtime refuses the block.
    pub fn begin_block(&mut self) {
        self.begin_block_by(|header| {
            Executive::initialize_block(header);
        });
    }

    /// The same, where `initialize` begins the block: the executive of another release.
    ///
    /// # Panics
    /// When the runtime refuses the block.
    pub fn begin_block_by(&mut self, initialize: impl FnOnce(&Header)) {
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
        initialize(&header);
        let now = pallet_timestamp::Call::set {
            now: self.slot * SLOT_MS,
        };
        let inherent = UncheckedExtrinsic::new_bare(now.into());
        assert_eq!(Executive::apply_extrinsic(inherent), Ok(Ok(())));
    }

    /// Ends the block that was begun.
    pub fn end_block(&mut self) {
        self.parent = Executive::finalize_block().hash();
    }

    /// Writes blocks that never were: nothing remains of them but what `blocks` returns.
    pub fn undone<R>(&mut self, blocks: impl FnOnce(&mut Self) -> R) -> R {
        let (parent, slot) = (self.parent, self.slot);
        let found = with_transaction_unchecked(|| TransactionOutcome::Rollback(blocks(self)));
        (self.parent, self.slot) = (parent, slot);
        found
    }

    /// Writes empty blocks until a session has begun.
    pub fn walk_to_session(&mut self, session: u32) {
        while Session::current_index() < session {
            self.block([]);
        }
    }

    /// Writes a block of what off-chain code submitted.
    pub fn block_of_submitted(&mut self) -> Vec<ApplyExtrinsicResult> {
        let submitted = self.submitted();
        self.block(submitted)
    }

    /// What off-chain code submitted.
    ///
    /// # Panics
    /// When that is no transaction of the chain.
    #[must_use]
    pub fn submitted(&self) -> Vec<UncheckedExtrinsic> {
        let decode = |bytes: Vec<u8>| UncheckedExtrinsic::decode(&mut &bytes[..]).expect("ours");
        (self.submitted)().into_iter().map(decode).collect()
    }
}

/// A transaction of an account, as a wallet makes it.
///
/// # Panics
/// Never: whatever the signed payload needs is there.
pub fn signed(signer: Sr25519Keyring, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
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

/// A call that authorizes itself, as off-chain workers submit it.
#[must_use]
pub fn authorized(call: RuntimeCall) -> UncheckedExtrinsic {
    let extension: TxExtension =
        <Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::create_extension();
    UncheckedExtrinsic::new_transaction(call, extension)
}

/// Somebody seals two blocks of one slot.
#[must_use]
pub fn two_blocks(author: Sr25519Keyring, slot: u64) -> [Header; 2] {
    [1, 2].map(|content| {
        let slot =
            <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot.into());
        let mut header = Header {
            parent_hash: H256::zero(),
            number: 9,
            state_root: H256::repeat_byte(content),
            extrinsics_root: H256::zero(),
            digest: Digest { logs: vec![slot] },
        };
        let signature = author.sign(header.hash().as_bytes());
        let seal = AuthoritySignature::from(signature);
        header.digest.push(DigestItem::aura_seal(seal));
        header
    })
}
