//! What wallets and tools rely on.

use crate::{AllPalletsWithSystem, Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic};
use codec::{Decode, Encode};
use frame_support::traits::PalletsInfoAccess;
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_runtime::{
    generic::Preamble,
    traits::{ExtensionVariant, OpaqueKeys, TransactionExtension},
};

#[test]
fn every_pallet_has_the_index_that_is_written_down_and_none_is_a_superuser() {
    let pallets: Vec<(usize, &str)> = AllPalletsWithSystem::infos()
        .iter()
        .map(|pallet| (pallet.index, pallet.name))
        .collect();
    assert_eq!(
        pallets,
        [
            (0, "System"),
            (1, "Timestamp"),
            (2, "Aura"),
            (4, "Authorship"),
            (5, "Session"),
            (6, "Historical"),
            (7, "Grandpa"),
            (8, "Balances"),
            (9, "TransactionPayment"),
            (10, "Utility"),
            (11, "Multisig"),
            (12, "Proxy"),
            (13, "Offences"),
            (14, "TechnicalCommittee"),
            (15, "Scheduler"),
            (16, "Motions"),
            (17, "Funds"),
            (18, "Vesting"),
            (19, "Authorities"),
            (20, "Supervisors"),
            (21, "Videos"),
            (22, "StorageProviders"),
            (23, "Pov"),
            (24, "Rewards"),
            (25, "Ads"),
        ],
    );
}

#[test]
fn a_transaction_is_checked_in_the_documented_order() {
    let names: Vec<&str> = TxExtension::metadata()
        .into_iter()
        .map(|extension| extension.identifier)
        .collect();
    assert_eq!(
        names,
        [
            "AuthorizeCall",
            "CheckNonZeroSender",
            "CheckSpecVersion",
            "CheckTxVersion",
            "CheckGenesis",
            "CheckMortality",
            "CheckNonce",
            "CheckWeight",
            "ChargeTransactionPayment",
            "CheckMetadataHash",
            "WeightReclaim",
        ],
    );
}

#[test]
fn session_keys_are_aura_grandpa_and_pov_in_this_order() {
    let expected = [*b"aura", *b"gran", *b"povv"].map(sp_core::crypto::KeyTypeId);
    assert_eq!(crate::SessionKeys::key_ids(), expected);
    assert_eq!(pallet_pov::crypto::KEY_TYPE, expected[2]);
}

#[test]
fn an_authorized_transaction_carries_no_signature_and_survives_encoding() {
    let call = RuntimeCall::System(frame_system::Call::remark {
        remark: vec![1, 2, 3],
    });
    let transaction = <Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>
        ::create_authorized_transaction(call);
    assert!(matches!(
        transaction.preamble,
        Preamble::General(ExtensionVariant::V0(_))
    ));
    assert_eq!(
        UncheckedExtrinsic::decode(&mut &transaction.encode()[..]),
        Ok(transaction)
    );
}

#[test]
fn metadata_of_every_stable_version_is_served() {
    let versions = Runtime::metadata_versions();
    for version in [14, 15, 16] {
        assert!(versions.contains(&version), "{versions:?}");
        assert!(Runtime::metadata_at_version(version).is_some());
    }
}
