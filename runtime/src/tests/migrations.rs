//! From one storage version to the next.
//!
//! `Pov` alone has had another format (`counted_ages`), on no chain that anybody keeps. What proves the mechanism is the last
//! format change of a pallet that verifiers depend on: `Session` once kept the places of disabled verifiers alone, and
//! keeps how bad each offence was since. A verifier that equivocated must not write blocks again because of an upgrade.

mod counted_ages;
mod example;

use super::{
    chain,
    money::{lived, storage::Storage},
};
use crate::{
    AccountId, Ads, AllPalletsWithSystem, Authorities, Executive, Funds, Motions, Pov, Rewards,
    Runtime, Session, StorageProviders, Supervisors, System, VERSION, VerifierCollective, Videos,
    constants::block::MAX_WEIGHT, invariants, simulation::walk::walk,
};
use codec::Encode;
use frame_support::{
    assert_ok,
    dispatch::DispatchClass,
    storage::unhashed,
    traits::{
        DisabledValidators, GetStorageVersion, PalletInfoAccess, PalletsInfoAccess,
        STORAGE_VERSION_STORAGE_KEY_POSTFIX, StorageVersion,
    },
};
use frame_system::LastRuntimeUpgradeInfo;
use sp_staking::offence::OffenceSeverity;

/// The place of a verifier that was disabled before the upgrade.
const DISABLED: u32 = 2;

/// The version of a pallet's storage that the chain has; none when it never noted one.
fn noted(pallet: &str) -> Option<StorageVersion> {
    let key = frame_support::storage::storage_prefix(
        pallet.as_bytes(),
        STORAGE_VERSION_STORAGE_KEY_POSTFIX,
    );
    unhashed::get(&key)
}

/// Name and version in the code of a pallet of this project.
fn own<P: PalletInfoAccess + GetStorageVersion<InCodeStorageVersion = StorageVersion>>()
-> (&'static str, StorageVersion) {
    (P::name(), P::in_code_storage_version())
}

/// The pallets of this project.
pub(super) fn ours() -> [(&'static str, StorageVersion); 9] {
    [
        own::<Authorities>(),
        own::<Supervisors>(),
        own::<Videos>(),
        own::<StorageProviders>(),
        own::<Pov>(),
        own::<Rewards>(),
        own::<Ads>(),
        own::<Motions>(),
        own::<Funds>(),
    ]
}

/// The last block was one of the release before this.
fn version_before() {
    let earlier = LastRuntimeUpgradeInfo {
        spec_version: (VERSION.spec_version - 1).into(),
        spec_name: VERSION.spec_name,
    };
    frame_system::LastRuntimeUpgrade::<Runtime>::put(earlier);
}

#[test]
fn every_pallet_of_ours_has_a_storage_version_and_genesis_notes_it() {
    for preset in ["development", "local_testnet"] {
        chain(preset).execute_with(|| {
            for (pallet, in_code) in ours() {
                assert!(in_code >= 1, "{pallet}");
                assert_eq!(noted(pallet), Some(in_code), "{pallet}");
            }
        });
    }
    // None was left out: the crates of all others are of the SDK.
    let names = ours().map(|(name, _)| name);
    let others: Vec<_> = AllPalletsWithSystem::infos()
        .into_iter()
        // This project is at 0.1; no pallet of the SDK that we use is below 1.
        .filter(|pallet| pallet.crate_version.major == 0 && !names.contains(&pallet.name))
        .map(|pallet| pallet.name)
        .collect();
    assert!(others.is_empty(), "{others:?} have no storage version");
}

#[test]
fn an_upgrade_takes_an_earlier_storage_version_to_this_one_once_and_loses_nothing() {
    walk("local_testnet", |chain| {
        chain.block([]);
        assert_eq!(noted("Session"), Some(StorageVersion::new(1)));

        // As the version before kept it: places alone.
        StorageVersion::new(0).put::<Session>();
        let key = pallet_session::DisabledValidators::<Runtime>::hashed_key();
        sp_io::storage::set(&key, &vec![DISABLED].encode());
        // The code of today can't read it.
        assert_eq!(
            pallet_session::DisabledValidators::<Runtime>::get(),
            Vec::new()
        );
        version_before();
        assert_eq!(invariants::check(), Ok(()));

        // The first block of this runtime.
        while chain.slot % 4 == u64::from(DISABLED) - 1 {
            chain.slot += 1;
        }
        chain.block([]);
        assert_eq!(noted("Session"), Some(StorageVersion::new(1)));
        let severity = OffenceSeverity::max_severity();
        assert_eq!(
            pallet_session::DisabledValidators::<Runtime>::get(),
            [(DISABLED, severity)]
        );
        assert!(<Session as DisabledValidators>::is_disabled(DISABLED));
        assert_eq!(
            System::last_runtime_upgrade_spec_version(),
            VERSION.spec_version
        );
        assert_eq!(invariants::check(), Ok(()));

        // Once more changes nothing, and a later block is not the first one any more.
        let before = Storage::read();
        let weight = Executive::execute_on_runtime_upgrade();
        before.assert_unchanged_but_for_the_fee(&[]);
        assert!(weight.all_lte(MAX_WEIGHT));
        chain.block([]);
        assert!(<Session as DisabledValidators>::is_disabled(DISABLED));
    });
}

#[test]
fn an_upgrade_with_nothing_to_migrate_leaves_every_item_of_a_living_chain_as_it_is() {
    lived(|chain| {
        // Something of every pallet: also of the one whose calls move no money.
        let origin =
            pallet_collective::RawOrigin::<AccountId, VerifierCollective>::Members(3, 4).into();
        let code_hash = sp_core::H256::repeat_byte(1);
        let upgrade = frame_system::Call::authorize_upgrade { code_hash };
        assert_ok!(Motions::schedule(origin, Box::new(upgrade.into())));
        let before = Storage::read();
        for (pallet, in_code) in ours() {
            assert_eq!(noted(pallet), Some(in_code), "{pallet}");
            let entries = before.entries_of(pallet);
            assert!(entries > 2, "{pallet} keeps {entries} entries");
        }

        // What an upgrade runs.
        let weight = Executive::execute_on_runtime_upgrade();
        before.assert_unchanged();
        assert!(weight.ref_time() > 0 && weight.all_lte(MAX_WEIGHT));

        // The first block after it is, but for its weight, the block that it would have been.
        let block = |chain: &mut crate::simulation::walk::Walk| {
            chain.begin_block();
            let charged = *System::block_weight().get(DispatchClass::Mandatory);
            chain.end_block();
            (charged, Storage::read())
        };
        let (plain_weight, plain) = chain.undone(block);
        before.assert_unchanged();
        version_before();
        let (upgraded_weight, upgraded) = block(chain);
        let of_weight = frame_system::BlockWeight::<Runtime>::hashed_key().to_vec();
        let differences: Vec<_> = plain.differences(&upgraded).into_iter().collect();
        assert_eq!(differences, [of_weight]);
        assert_eq!(upgraded_weight, plain_weight + weight);
        assert_eq!(
            System::last_runtime_upgrade_spec_version(),
            VERSION.spec_version
        );
        assert_eq!(invariants::check(), Ok(()));
    });
}
