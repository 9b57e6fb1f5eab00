use chainflix_primitives::archive::{ARCHIVE_MAGIC, ARCHIVE_VERSION, digest};
use chainflix_primitives::delegation::{Delegation, SignedDelegation};
use chainflix_primitives::registry::{SettledBlock, SettledRound};
use chainflix_primitives::view::{VIEW_VERSION, ViewClaim};
use chainflix_primitives::{
    AccountId, Hash32, Magnet, PlayCode, RandomConstant, Signature64, merkle,
};
use codec::Encode;
use ed25519_zebra::SigningKey;

use super::*;
use crate::wallet::Wallet;

const GENESIS: Hash32 = [7; 32];
const ISSUER: AccountId = AccountId([1; 32]);

/// A view of the minute with this number, signed.
fn leaf(wallet: &Wallet, session: &SigningKey, delegation: &Delegation, minute: u16) -> ViewLeaf {
    let claim = ViewClaim {
        version: VIEW_VERSION,
        viewer: wallet.account(),
        delegation: delegation.hash::<Sha256>(),
        video: Magnet([4; 32]),
        minute,
        rendition: 0,
        issue_ms: u64::from(minute) * 60_000,
        constant: RandomConstant([5; 32]),
        play_code: PlayCode([6; 16]),
        acc: [8; 32],
        nonce: 0,
        deliveries: Default::default(),
        enhancements: Default::default(),
        ad: None,
    };
    let signature = session.sign(&claim.signing_payload(&GENESIS));
    ViewLeaf {
        claim,
        signature: Signature64(signature.to_bytes()),
        elapsed_ms: 60_000,
        ticket_index: 0,
        address_tag: chainflix_primitives::ids::AddressTag([0; 8]),
    }
}

/// The records of a round with one block, up to the last; `change` spoils them before they are settled.
fn records(change: impl FnOnce(&mut SignedDelegation, &mut [ViewLeaf])) -> Vec<ArchiveRecord> {
    let wallet = Wallet::from_uri("//Viewer").unwrap();
    let session = SigningKey::from([9; 32]);
    let delegation = Delegation {
        genesis: GENESIS,
        account: wallet.account(),
        session_key: session.verification_key().into(),
        exchange_key: [3; 32],
        first_round: 0,
        last_round: 10_000,
    };
    let mut leaves: Vec<ViewLeaf> = (0..3)
        .map(|minute| leaf(&wallet, &session, &delegation, minute))
        .collect();
    let mut signed = SignedDelegation {
        signature: wallet.sign(&delegation.text()),
        delegation,
    };
    change(&mut signed, &mut leaves);
    let hashes: Vec<Hash32> = leaves.iter().map(ViewLeaf::leaf_hash::<Sha256>).collect();
    let block = SettledBlock {
        issuer: ISSUER,
        root: merkle::root::<Sha256>(&hashes),
        count: 3,
        playtime_ms: 180_000,
        approved: true,
        voided: false,
        weight_ms: 180_000,
        reward: 1,
    };
    let settled = SettledRound {
        round: 7,
        emission: 1,
        settled: 1,
        blocks: vec![block].try_into().unwrap(),
        reporters: Default::default(),
        ads: Default::default(),
    };
    vec![
        ArchiveRecord::Begin {
            magic: ARCHIVE_MAGIC,
            version: ARCHIVE_VERSION,
            genesis: GENESIS,
            settled,
        },
        ArchiveRecord::Block {
            issuer: ISSUER,
            is_held: true,
        },
        ArchiveRecord::Delegations(vec![signed].try_into().unwrap()),
        ArchiveRecord::Leaves(leaves.try_into().unwrap()),
    ]
}

/// The file of records, with its end.
fn file(mut records: Vec<ArchiveRecord>) -> Vec<u8> {
    let all = records.iter();
    let digest = all.fold([0; 32], |before, record| digest::<Sha256>(&before, record));
    let count = records.len() as u64;
    records.push(ArchiveRecord::End {
        records: count,
        digest,
    });
    records.encode().split_off(1)
}

fn checked(records: Vec<ArchiveRecord>) -> Result<ArchiveSummary, ArchiveError> {
    check(file(records).as_slice())
}

#[test]
fn an_archive_holds_when_roots_consent_and_signatures_do() {
    let summary = checked(records(|_, _| {})).unwrap();
    assert_eq!(
        (summary.held, summary.views, summary.without_delegation),
        (1, 3, 0)
    );
    assert_eq!(summary.settled.round, 7);
}

#[test]
fn a_view_that_its_viewer_did_not_sign_spoils_an_archive_whose_digest_and_roots_are_right() {
    let forged = records(|_, leaves| leaves[1].claim.minute = 40);
    assert_eq!(checked(forged), Err(ArchiveError::Signature));
    let unsigned = records(|signed, _| {
        signed.signature = Wallet::from_uri("//Other")
            .unwrap()
            .sign(&signed.delegation.text());
    });
    assert_eq!(checked(unsigned), Err(ArchiveError::Signature));
    let others = records(|_, leaves| leaves[1].claim.viewer = AccountId([9; 32]));
    assert!(checked(others).is_err());
}

#[test]
fn a_view_more_or_less_or_in_another_place_spoils_an_archive_whose_digest_is_right() {
    let with = |change: fn(&mut Vec<ViewLeaf>)| {
        let mut records = records(|_, _| {});
        let Some(ArchiveRecord::Leaves(leaves)) = records.pop() else {
            panic!("leaves come last");
        };
        let mut leaves = leaves.into_inner();
        change(&mut leaves);
        records.push(ArchiveRecord::Leaves(leaves.try_into().unwrap()));
        checked(records)
    };
    assert!(with(|_| {}).is_ok());
    assert_eq!(with(|leaves| drop(leaves.pop())), Err(ArchiveError::Count));
    assert_eq!(
        with(|leaves| leaves.swap(0, 1)),
        Err(ArchiveError::LeafOrder)
    );
    assert_eq!(
        with(|leaves| leaves[0].elapsed_ms += 1),
        Err(ArchiveError::Root)
    );
    let twice = with(|leaves| leaves.push(leaves[2].clone()));
    assert_eq!(twice, Err(ArchiveError::Count));
}

#[test]
fn records_that_are_missing_or_of_another_chain_spoil_an_archive() {
    let without = |place: usize| {
        let mut records = records(|_, _| {});
        records.remove(place);
        checked(records)
    };
    assert_eq!(without(0), Err(ArchiveError::NoArchive));
    assert_eq!(without(1), Err(ArchiveError::OutOfOrder));
    assert_eq!(without(2).map(|summary| summary.without_delegation), Ok(3));
    assert_eq!(without(3), Err(ArchiveError::Count));
    let foreign = records(|signed, _| signed.delegation.genesis = [8; 32]);
    assert_eq!(checked(foreign), Err(ArchiveError::OtherChain));
    let mut version = records(|_, _| {});
    if let ArchiveRecord::Begin { version, .. } = &mut version[0] {
        *version = 9;
    }
    assert_eq!(checked(version), Err(ArchiveError::Version(9)));
    let mut cut = file(records(|_, _| {}));
    cut.pop();
    assert_eq!(check(cut.as_slice()), Err(ArchiveError::Unreadable));
}
