//! Blocks as the chain executes them.

use super::chain;
use crate::{
    AccountId, Balances, Executive, Header, Runtime, RuntimeCall, SignedPayload, TreasuryAccount,
    TxExtension, UncheckedExtrinsic,
    constants::{currency::CFX, time::SLOT_MS},
    presets::ENDOWMENT,
};
use codec::Encode;
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_consensus_aura::{AURA_ENGINE_ID, Slot};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    Digest, DigestItem, MultiAddress, MultiSignature,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

const SLOT: u64 = 700_000_000;

/// Starts block 1 in [`SLOT`], with its timestamp set.
fn start_block() {
    let header = Header {
        parent_hash: Default::default(),
        number: 1,
        state_root: Default::default(),
        extrinsics_root: Default::default(),
        digest: Digest {
            logs: vec![DigestItem::PreRuntime(
                AURA_ENGINE_ID,
                Slot::from(SLOT).encode(),
            )],
        },
    };
    Executive::initialize_block(&header);
    let timestamp = pallet_timestamp::Call::set {
        now: SLOT * SLOT_MS,
    };
    let inherent = UncheckedExtrinsic::new_bare(timestamp.into());
    assert_eq!(Executive::apply_extrinsic(inherent), Ok(Ok(())));
}

fn unsigned_extension() -> TxExtension {
    <Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::create_extension()
}

fn sign(signer: Sr25519Keyring, call: RuntimeCall) -> UncheckedExtrinsic {
    let extension = unsigned_extension();
    let payload = SignedPayload::new(call.clone(), extension.clone()).expect("payload is complete");
    let signature = payload.using_encoded(|bytes| signer.sign(bytes));
    UncheckedExtrinsic::new_signed(
        call,
        MultiAddress::Id(signer.to_account_id()),
        MultiSignature::Sr25519(signature),
        extension,
    )
}

fn transfer(to: AccountId, value: u128) -> RuntimeCall {
    pallet_balances::Call::transfer_keep_alive {
        dest: MultiAddress::Id(to),
        value,
    }
    .into()
}

#[test]
fn the_fee_of_a_transfer_goes_to_the_treasury_and_nothing_is_lost() {
    let (alice, bob) = (Sr25519Keyring::Alice, Sr25519Keyring::Bob.to_account_id());
    chain("development").execute_with(|| {
        start_block();
        let issued = Balances::total_issuance();

        let result = Executive::apply_extrinsic(sign(alice, transfer(bob.clone(), 5 * CFX)));
        assert_eq!(result, Ok(Ok(())));
        Executive::finalize_block();

        let fee = Balances::free_balance(TreasuryAccount::get()) - ENDOWMENT;
        assert!(
            fee > 0 && fee < CFX / 100,
            "a transfer costs less than a cent of a CFX: {fee}"
        );
        assert_eq!(
            Balances::free_balance(alice.to_account_id()),
            ENDOWMENT - 5 * CFX - fee
        );
        assert_eq!(Balances::free_balance(bob), ENDOWMENT + 5 * CFX);
        assert_eq!(Balances::total_issuance(), issued);
    });
}

#[test]
fn a_call_that_nobody_signed_and_that_does_not_authorize_itself_is_refused() {
    chain("development").execute_with(|| {
        start_block();
        let call = transfer(Sr25519Keyring::Bob.to_account_id(), CFX);
        let transaction = UncheckedExtrinsic::new_transaction(call, unsigned_extension());
        assert_eq!(
            Executive::apply_extrinsic(transaction),
            Err(TransactionValidityError::Invalid(
                InvalidTransaction::UnknownOrigin
            )),
        );
    });
}
