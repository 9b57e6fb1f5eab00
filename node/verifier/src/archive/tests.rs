//! The archive over damage, full disks and crashes.

use std::os::unix::fs::symlink;

use chainflix_primitives::{
    AccountId, Sha256, Signature64,
    archive::{self, ArchiveError, ArchiveSummary},
    delegation::{Delegation, SignedDelegation, WalletSignature},
    merkle,
    registry::{SettledBlock, SettledRound},
    view::ViewLeaf,
};

use super::*;
use crate::store::Store;
use crate::store::tests::{open as open_store, sample::acceptable};

const GENESIS: Hash32 = [1; 32];
const ROUNDS: [Round; 3] = [7, 8, 11];

fn archive_in(directory: &Path, max_bytes: Option<u64>) -> Archive {
    let config = ArchiveConfig {
        directory: directory.join("archive"),
        max_bytes,
    };
    Archive::open(&config).expect("it opens")
}

fn delegation(account: AccountId) -> SignedDelegation {
    SignedDelegation {
        delegation: Delegation {
            genesis: GENESIS,
            account,
            session_key: [5; 32],
            exchange_key: [6; 32],
            first_round: 0,
            last_round: 100,
        },
        signature: WalletSignature::Ed25519(Signature64([0; 64])),
    }
}

/// Leaves of a round, as they stand in a view block; `known` of their delegations are in the store.
fn leaves(round: Round) -> Vec<ViewLeaf> {
    let ids = u64::from(round) * 1_000..u64::from(round) * 1_000 + 1_200;
    let leaf = |id| {
        let mut leaf = acceptable(id).leaf;
        leaf.claim.delegation = delegation(leaf.claim.viewer).delegation.hash::<Sha256>();
        leaf
    };
    let mut leaves: Vec<ViewLeaf> = ids.map(leaf).collect();
    leaves.sort_by_key(ViewLeaf::sort_key);
    leaves
}

fn block(issuer: u8, root: Hash32, count: usize) -> SettledBlock {
    SettledBlock {
        issuer: AccountId([issuer; 32]),
        root,
        count: u32::try_from(count).expect("few"),
        playtime_ms: 60_000,
        approved: true,
        voided: false,
        weight_ms: 60_000,
        reward: 1,
    }
}

/// A settled round of three blocks: one that is held, one that nobody gave, and one without views. The store has it.
fn settle(store: &Store, round: Round) -> SettledRound {
    let leaves = leaves(round);
    let hashes: Vec<Hash32> = leaves.iter().map(ViewLeaf::leaf_hash::<Sha256>).collect();
    let root = merkle::root::<Sha256>(&hashes);
    let written = store.write_now(|batch| {
        batch.put_leaves(hashes.iter().zip(&leaves))?;
        for leaf in &leaves {
            let signed = delegation(leaf.claim.viewer);
            // One of five viewers' was forgotten.
            if leaf.claim.viewer != acceptable(0).view.viewer {
                batch.put_delegation(&leaf.claim.delegation, &signed)?;
            }
        }
        batch.put_body(&root, round, &hashes)
    });
    written.expect("written");
    let blocks = vec![
        block(1, root, leaves.len()),
        block(2, [0xee; 32], 3),
        block(3, merkle::empty_root::<Sha256>(), 0),
    ];
    SettledRound {
        round,
        emission: 1,
        settled: 1,
        blocks: blocks.try_into().expect("three"),
        reporters: Default::default(),
        ads: Default::default(),
    }
}

fn check(bytes: &[u8]) -> Result<ArchiveSummary, ArchiveError> {
    archive::read::<Sha256>(&mut &*bytes, |_, _| true)
}

fn bytes_of(archive: &Archive, round: Round) -> Vec<u8> {
    fs::read(archive.directory.join(name_of(round))).expect("readable")
}

fn rounds_in(archive: &Archive) -> Vec<Round> {
    let files = files_in(&archive.directory).expect("readable");
    files.into_iter().map(|(round, _)| round).collect()
}

#[test]
fn a_round_is_archived_with_all_that_is_held_of_it_and_read_record_by_record() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open_store(directory.path());
    let archive = archive_in(directory.path(), None);
    assert_eq!(archive.last(), None);
    let settled = settle(&store, 7);
    let view = store.view().expect("a view");
    archive.add(&GENESIS, &settled, &view).expect("room");
    let mut found = Vec::new();
    let bytes = bytes_of(&archive, 7);
    let summary = archive::read::<Sha256>(&mut &*bytes, |check, record| {
        if let archive::ArchiveRecord::Leaves(leaves) = record {
            let is_known = |leaf: &ViewLeaf| check.delegation_of(leaf).is_some();
            let expected = |leaf: &ViewLeaf| leaf.claim.viewer != acceptable(0).view.viewer;
            assert!(leaves.iter().all(|leaf| is_known(leaf) == expected(leaf)));
            found.extend(leaves.iter().cloned());
        }
        true
    });
    let expected = ArchiveSummary {
        genesis: GENESIS,
        settled,
        held: 2,
        views: 1_200,
        without_delegation: 240,
    };
    assert_eq!(summary, Ok(expected));
    assert_eq!(found, leaves(7));
    assert_eq!(archive.last(), Some(7));
}

#[test]
fn a_file_that_was_changed_cut_or_added_to_is_never_taken_for_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open_store(directory.path());
    let archive = archive_in(directory.path(), None);
    let settled = settle(&store, 7);
    let view = store.view().expect("a view");
    archive.add(&GENESIS, &settled, &view).expect("room");
    let whole = bytes_of(&archive, 7);
    assert!(check(&whole).is_ok());
    // Every byte of the first records and the last, and some between.
    let ends = (0..600).chain(whole.len() - 600..whole.len());
    for place in ends.chain((600..whole.len()).step_by(4_999)) {
        let mut changed = whole.clone();
        changed[place] ^= 0x10;
        assert!(check(&changed).is_err(), "byte {place} of {}", whole.len());
        if place.is_multiple_of(7) {
            assert!(check(&whole[..place]).is_err(), "cut at {place}");
        }
    }
    let twice = [whole.clone(), whole.clone()].concat();
    assert_eq!(check(&twice), Err(ArchiveError::NoEnd));
    assert_eq!(check(b"something else"), Err(ArchiveError::NoArchive));
}

#[test]
fn a_full_disk_leaves_no_half_file_and_the_round_is_archived_when_there_is_room() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open_store(directory.path());
    let archive = archive_in(directory.path(), None);
    let settled = settle(&store, 7);
    let view = store.view().expect("a view");
    let part = archive.directory.join(format!("{}{PART}", name_of(7)));
    symlink("/dev/full", &part).expect("linked");
    let full = archive.add(&GENESIS, &settled, &view);
    let Err(ArchiveFailure::Disk { source, .. }) = full else {
        panic!("{full:?}");
    };
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    assert!(rounds_in(&archive).is_empty());
    assert_eq!(archive.last(), None, "the store must not forget it");
    assert!(fs::symlink_metadata(&part).is_err());

    archive.add(&GENESIS, &settled, &view).expect("room");
    assert!(check(&bytes_of(&archive, 7)).is_ok());
    assert_eq!(archive.last(), Some(7));
}

#[test]
fn a_kill_between_writing_and_naming_a_file_costs_nothing_but_writing_it_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open_store(directory.path());
    let settled: Vec<SettledRound> = ROUNDS.map(|round| settle(&store, round)).into();
    let view = store.view().expect("a view");
    let archive = archive_in(directory.path(), None);
    archive.add(&GENESIS, &settled[0], &view).expect("room");
    let first = bytes_of(&archive, 7);
    // All of the next was written, or half of it, and it has no name yet.
    for written in [first.len(), first.len() / 2] {
        let part = archive.directory.join(format!("{}{PART}", name_of(8)));
        fs::write(&part, &first[..written]).expect("written");
        fs::write(archive.directory.join("notes.part"), "of the operator").expect("written");
        let again = archive_in(directory.path(), None);
        assert_eq!(again.last(), Some(7));
        assert!(!part.exists());
        assert!(archive.directory.join("notes.part").exists());
    }
    let again = archive_in(directory.path(), None);
    for settled in &settled {
        // The first is there: it is left as it is.
        again.add(&GENESIS, settled, &view).expect("room");
    }
    assert_eq!(rounds_in(&again), ROUNDS);
    assert_eq!(bytes_of(&again, 7), first);
    for round in ROUNDS {
        let summary = check(&bytes_of(&again, round)).expect("whole");
        assert_eq!(summary.settled.round, round);
    }
}

#[test]
fn the_oldest_files_go_when_the_archive_is_larger_than_it_may_be() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open_store(directory.path());
    let settled: Vec<SettledRound> = ROUNDS.map(|round| settle(&store, round)).into();
    let view = store.view().expect("a view");
    let unbounded = archive_in(directory.path(), None);
    unbounded.add(&GENESIS, &settled[0], &view).expect("room");
    let one = bytes_of(&unbounded, 7).len() as u64;
    let two = archive_in(directory.path(), Some(2 * one + one / 2));
    for settled in &settled {
        two.add(&GENESIS, settled, &view).expect("room");
    }
    assert_eq!(rounds_in(&two), [8, 11]);
    let none = archive_in(directory.path(), Some(1));
    none.add(&GENESIS, &settled[2], &view).expect("room");
    assert_eq!(rounds_in(&none), [11], "the last one stays");
    assert_eq!(none.last(), Some(11));
}
