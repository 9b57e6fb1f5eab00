//! How a change of a storage format is brought to a chain that lives, shown on two that never were: the pattern that
//! `CONTRIBUTING.md` asks of a real one, from the state of the version before to the checks after it.
//!
//! Once, says the example, an approval named for how many rounds it holds, where it names its last round now. Both are a number of
//! the same length: code of today reads the old bytes without a word, and takes approvals for lapsed that hold. The second step
//! rewrites nothing, as when an item is new or a bound grows.

use super::{noted, version_before};
use crate::{
    AccountId, AllPalletsWithSystem, Block, Runtime, Supervisors,
    constants::block::MAX_WEIGHT,
    invariants,
    simulation::walk::Walk,
    tests::money::{lived, storage::Storage},
};
use chainflix_primitives::{Round, hash::Hash32};
use codec::{Decode, Encode};
use frame_support::{
    Blake2_128Concat,
    dispatch::DispatchClass,
    migrations::VersionedMigration,
    storage_alias,
    traits::{OnRuntimeUpgrade, StorageVersion, UncheckedOnRuntimeUpgrade},
    weights::{RuntimeDbWeight, Weight},
};
use pallet_supervisors::{Approval, Approvals, RefusalReason};
use std::collections::BTreeMap;

/// An approval at the version before.
#[derive(Encode, Decode)]
struct Earlier {
    supervisor: AccountId,
    dossier_hash: Hash32,
    since: Round,
    holds_for: u32,
    revoked: Option<RefusalReason>,
    deposit: u128,
}

/// The same item as it was then: the types of a version that is gone are the migration's own.
mod then {
    use super::*;

    #[storage_alias]
    pub(super) type Approvals = StorageMap<Supervisors, Blake2_128Concat, AccountId, Earlier>;
}

/// What the step does, without a look at versions.
struct FromLengthToEnd;

impl UncheckedOnRuntimeUpgrade for FromLengthToEnd {
    fn on_runtime_upgrade() -> Weight {
        let mut entries = 0;
        Approvals::<Runtime>::translate_values::<Earlier, _>(|earlier| {
            entries += 1;
            Some(Approval {
                supervisor: earlier.supervisor,
                dossier_hash: earlier.dossier_hash,
                since: earlier.since,
                until: earlier.since.saturating_add(earlier.holds_for),
                revoked: earlier.revoked,
                deposit: earlier.deposit,
            })
        });
        database().reads_writes(entries, entries)
    }
}

/// A step that has nothing to rewrite.
struct NothingToRewrite;

impl UncheckedOnRuntimeUpgrade for NothingToRewrite {}

type Database = <Runtime as frame_system::Config>::DbWeight;
/// Each step runs on a chain of the version that it starts from, and on no other.
type First = VersionedMigration<0, 1, FromLengthToEnd, Supervisors, Database>;
type Second = VersionedMigration<1, 2, NothingToRewrite, Supervisors, Database>;
/// In the order of versions, so that a chain that left a release out gets through all.
type Steps = (First, Second);

/// The executive of the release that brings them.
type NextRelease = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
    Steps,
>;

fn database() -> RuntimeDbWeight {
    Database::get()
}

/// What the test compares: every approval as the code of today reads it.
fn approvals() -> BTreeMap<AccountId, Approval<AccountId>> {
    Approvals::<Runtime>::iter().collect()
}

/// Writes the approvals as the version before had them, and its number.
fn go_back_to_version_0() {
    for (producer, approval) in approvals() {
        let earlier = Earlier {
            supervisor: approval.supervisor,
            dossier_hash: approval.dossier_hash,
            since: approval.since,
            holds_for: approval.until - approval.since,
            revoked: approval.revoked,
            deposit: approval.deposit,
        };
        then::Approvals::insert(producer, earlier);
    }
    StorageVersion::new(0).put::<Supervisors>();
    version_before();
}

/// The first block of the next release: its weight that no transaction took.
fn first_block(chain: &mut Walk) -> Weight {
    chain.begin_block_by(|header| {
        NextRelease::initialize_block(header);
    });
    let charged = crate::System::block_weight();
    chain.end_block();
    *charged.get(DispatchClass::Mandatory)
}

#[test]
fn an_example_takes_a_living_chain_two_versions_on_once_with_its_weight_and_every_invariant() {
    lived(|chain| {
        let expected = approvals();
        assert!(expected.len() >= 2, "a state of real content");
        go_back_to_version_0();

        // Why it is needed: today's code reads other approvals, and knows nothing of it.
        let misread = approvals();
        assert!(misread.len() == expected.len() && misread != expected);

        // The same block without the upgrade, for what the upgrade adds to it.
        let plain = chain.undone(|chain| {
            let current = frame_system::LastRuntimeUpgradeInfo::from(crate::VERSION);
            frame_system::LastRuntimeUpgrade::<Runtime>::put(current);
            first_block(chain)
        });
        let upgrade = chain.undone(|_| NextRelease::execute_on_runtime_upgrade());
        let with = first_block(chain);
        assert_eq!(with, plain + upgrade, "the block is charged for it");

        // After it.
        assert_eq!(approvals(), expected);
        assert_eq!(noted("Supervisors"), Some(StorageVersion::new(2)));
        assert_eq!(invariants::check(), Ok(()));

        // What it read and wrote is what it says that it weighs; a block has room for it.
        let entries = expected.len() as u64;
        let steps = chain.undone(|_| {
            go_back_to_version_0();
            Steps::on_runtime_upgrade()
        });
        assert_eq!(steps, database().reads_writes(entries + 2, entries + 2));
        assert!(steps.all_lte(MAX_WEIGHT));

        // Once more, and on a chain of the version in between.
        let before = Storage::read();
        assert_eq!(Steps::on_runtime_upgrade(), database().reads(2));
        before.assert_unchanged();
        StorageVersion::new(1).put::<Supervisors>();
        let second_alone = Steps::on_runtime_upgrade();
        assert_eq!(second_alone, database().reads_writes(2, 1));
        before.assert_unchanged();

        // The chain goes on.
        chain.block([]);
        assert_eq!(invariants::check(), Ok(()));
    });
}
