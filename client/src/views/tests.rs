use chainflix_primitives::delegation::{Delegation, SignedDelegation};
use chainflix_primitives::merkle;
use chainflix_primitives::play_data;
use chainflix_primitives::ratio::MiningRatio;
use chainflix_primitives::registry::{SettledRound, VideoTerms};
use chainflix_primitives::report::TicketsRoot;
use chainflix_primitives::view::{Delivery, VIEW_VERSION, ViewClaim};
use chainflix_primitives::{Magnet, PlayCode, RandomConstant, Signature64};
use ed25519_zebra::SigningKey;

use super::*;
use crate::wallet::Wallet;

const GENESIS: Hash32 = [7; 32];
const ISSUER: AccountId = AccountId([1; 32]);
const ROUND: Round = 100;
const REWARD: u128 = 1_000_000;

/// Facts and a record that fit: the third of five views of a block that was paid.
fn honest() -> (ViewRecord, ViewFacts) {
    let wallet = Wallet::from_uri("//Viewer").unwrap();
    let session = SigningKey::from([9; 32]);
    let clock = RoundClock {
        genesis_ms: 1_800_000_000_000,
        round_ms: 7_200,
    };
    let parameters = PovParameters {
        difficulty: 8,
        ..PovParameters::default()
    };
    let delegation = Delegation {
        genesis: GENESIS,
        account: wallet.account(),
        session_key: session.verification_key().into(),
        exchange_key: [3; 32],
        first_round: 0,
        last_round: 10_000,
    };
    let accepted_ms = clock.start_of(ROUND).unwrap() + 100;
    let mut leaf = ViewLeaf {
        claim: ViewClaim {
            version: VIEW_VERSION,
            viewer: wallet.account(),
            delegation: delegation.hash::<Sha256>(),
            video: Magnet([4; 32]),
            minute: 1,
            rendition: 0,
            issue_ms: accepted_ms - 60_000,
            constant: RandomConstant([5; 32]),
            play_code: PlayCode([6; 16]),
            acc: [8; 32],
            nonce: 0,
            deliveries: vec![Delivery {
                provider: 0,
                bytes: 10,
            }]
            .try_into()
            .unwrap(),
            enhancements: Default::default(),
            ad: None,
        },
        signature: Signature64([0; 64]),
        elapsed_ms: 60_000,
        ticket_index: 0,
        address_tag: chainflix_primitives::ids::AddressTag([0; 8]),
    };
    let input = leaf.claim.nonce_input::<Sha256>(GENESIS, 0);
    leaf.claim.nonce = input.mine::<Sha256>(8, 0..u64::MAX).unwrap();
    sign(&mut leaf);
    let signature = wallet.sign(&delegation.text());
    let mut hashes: Vec<Hash32> = (0..5u8).map(|n| [n; 32]).collect();
    hashes[2] = leaf.leaf_hash::<Sha256>();
    let path = play_data::path(merkle::proof::<Sha256>(&hashes, 2).unwrap()).unwrap();
    let none = TicketsRoot {
        root: merkle::empty_root::<Sha256>(),
        count: 0,
    };
    let header = Header {
        root: merkle::root::<Sha256>(&hashes),
        count: 5,
        playtime_ms: 240_000,
        debits: Default::default(),
        tickets: none,
        late_tickets: Default::default(),
    };
    let block = SettledBlock {
        issuer: ISSUER,
        root: header.root,
        count: 5,
        playtime_ms: 240_000,
        approved: true,
        voided: false,
        weight_ms: 240_000,
        reward: REWARD,
    };
    let settled = SettledRound {
        round: ROUND,
        emission: REWARD,
        settled: REWARD,
        blocks: vec![block].try_into().unwrap(),
        reporters: Default::default(),
        ads: Default::default(),
    };
    let terms = VideoTerms {
        producer: AccountId([10; 32]),
        supervisor: AccountId([11; 32]),
        title: Default::default(),
        total_playtime_ms: 120_000,
        renditions: 1,
        manifest_root: [12; 32],
        ratio: MiningRatio {
            producer: 0,
            viewer: 0,
            enhancers: 0,
            verifier: 0,
            storage: 0,
            supervisor: 0,
        },
        key_epoch: 0,
        upload_id: chainflix_primitives::ids::UploadId([0; 16]),
        from_round: 0,
    };
    let record = ViewRecord {
        view: ViewPlace::InBlock {
            issuer: ISSUER,
            round: ROUND,
            placed: PlacedLeaf {
                index: 2,
                leaf,
                path,
            },
        },
        delegation: Some(SignedDelegation {
            delegation,
            signature,
        }),
        fate: Some(ViewFate::Settled {
            value: REWARD / 4,
            viewer_part: 1,
        }),
    };
    let facts = ViewFacts {
        genesis: GENESIS,
        block: 1,
        clock,
        rule: CycleRule::from_genesis(10_000),
        seed: Some([2; 32]),
        parameters,
        set: vec![ISSUER],
        terms: Some(terms),
        enhancements: Vec::new(),
        header: Some(header),
        carried_from: ROUND - 20,
        settled: Some(settled),
    };
    (record, facts)
}

fn sign(leaf: &mut ViewLeaf) {
    let session = SigningKey::from([9; 32]);
    let signature = session.sign(&leaf.claim.signing_payload(&GENESIS));
    leaf.signature = Signature64(signature.to_bytes());
}

fn placed(record: &mut ViewRecord) -> &mut PlacedLeaf {
    match &mut record.view {
        ViewPlace::InBlock { placed, .. } => placed,
        ViewPlace::Nowhere(_) => panic!("it stands somewhere"),
    }
}

/// Puts a changed leaf under the header, as an issuer that lies would.
fn put_under_header(record: &mut ViewRecord, facts: &mut ViewFacts) {
    let mut hashes: Vec<Hash32> = (0..5u8).map(|n| [n; 32]).collect();
    hashes[2] = placed(record).leaf.leaf_hash::<Sha256>();
    facts.header.as_mut().unwrap().root = merkle::root::<Sha256>(&hashes);
}

#[test]
fn an_honest_view_holds_and_is_worth_its_share_of_the_block() {
    let (record, facts) = honest();
    let Ok(Outcome::Approved { block, value }) = check(&record, &facts) else {
        panic!("{:?}", check(&record, &facts));
    };
    assert_eq!((block.reward, value), (REWARD, Some(REWARD / 4)));
}

#[test]
fn a_block_that_is_not_settled_is_rejected_or_is_void_is_said_to_be_so() {
    let (record, mut facts) = honest();
    let block = |facts: &mut ViewFacts, approved, voided| {
        let block = &mut facts.settled.as_mut().unwrap().blocks[0];
        (block.approved, block.voided) = (approved, voided);
    };
    block(&mut facts, false, false);
    assert_eq!(check(&record, &facts), Ok(Outcome::Rejected));
    block(&mut facts, false, true);
    assert_eq!(check(&record, &facts), Ok(Outcome::Voided));
    facts.settled = None;
    assert_eq!(check(&record, &facts), Ok(Outcome::Waiting));
}

#[test]
fn m3_a_view_shown_with_another_path_place_or_leaf_than_the_chain_commits_to_is_refused() {
    let (record, facts) = honest();
    let refused = |change: &dyn Fn(&mut PlacedLeaf)| {
        let mut record = record.clone();
        change(placed(&mut record));
        check(&record, &facts)
    };
    let wrong = Err(ViewProblem::NotUnderRoot);
    assert_eq!(refused(&|placed| placed.index = 3), wrong);
    assert_eq!(refused(&|placed| placed.path[0][0] ^= 1), wrong);
    assert_eq!(refused(&|placed| placed.path.truncate(1)), wrong);
    assert_eq!(refused(&|placed| placed.leaf.claim.minute = 0), wrong);
    let mut elsewhere = facts.clone();
    elsewhere.header = None;
    let missing = Err(ViewProblem::NoHeader(ROUND));
    assert_eq!(check(&record, &elsewhere), missing);
    let mut nowhere = record.clone();
    nowhere.view = ViewPlace::Nowhere(record.view.leaf().clone());
    assert_eq!(check(&nowhere, &facts), Err(ViewProblem::Nowhere));
}

#[test]
fn j3_what_the_issuer_rewrites_in_a_view_is_not_what_the_viewer_signed() {
    let (mut record, mut facts) = honest();
    placed(&mut record).leaf.claim.deliveries[0].provider = 1;
    put_under_header(&mut record, &mut facts);
    assert_eq!(check(&record, &facts), Err(ViewProblem::Signature));
    let (mut record, facts) = honest();
    record.delegation.as_mut().unwrap().delegation.session_key = [1; 32];
    assert_eq!(check(&record, &facts), Err(ViewProblem::Delegation));
    record.delegation = None;
    assert_eq!(check(&record, &facts), Err(ViewProblem::NoDelegation));
}

#[test]
fn rules_that_a_leaf_breaks_by_itself_are_named() {
    let (mut record, mut facts) = honest();
    placed(&mut record).leaf.elapsed_ms = 59_999;
    put_under_header(&mut record, &mut facts);
    let fast = Err(ViewProblem::Leaf(LeafError::OutsideWindow));
    assert_eq!(check(&record, &facts), fast);
    let (mut record, mut facts) = honest();
    let leaf = &mut placed(&mut record).leaf;
    leaf.claim.nonce += 1;
    sign(leaf);
    put_under_header(&mut record, &mut facts);
    facts.parameters.difficulty = 24;
    let nonce = Err(ViewProblem::Leaf(LeafError::WrongNonce));
    assert_eq!(check(&record, &facts), nonce);
}

#[test]
fn k2_an_issuer_that_was_not_assigned_and_another_value_are_noticed() {
    let (record, mut facts) = honest();
    facts.set = vec![AccountId([2; 32]), AccountId([3; 32])];
    assert_eq!(check(&record, &facts), Err(ViewProblem::NotAssigned));
    let (mut record, facts) = honest();
    record.fate = Some(ViewFate::Settled {
        value: 5,
        viewer_part: 1,
    });
    let other = ViewProblem::OtherValue {
        said: 5,
        value: REWARD / 4,
    };
    assert_eq!(check(&record, &facts), Err(other));
}

#[test]
fn a_view_is_held_against_the_enhancements_of_its_video_in_the_round_of_issue() {
    let naming = |named: &[u32], attached: &[u32]| {
        let (mut record, mut facts) = honest();
        placed(&mut record).leaf.claim.enhancements = named.to_vec().try_into().unwrap();
        sign(&mut placed(&mut record).leaf);
        put_under_header(&mut record, &mut facts);
        let counted = |id: &u32| CountedEnhancement {
            id: *id,
            owner: AccountId([20; 32]),
            hash: [21; 32],
        };
        facts.enhancements = attached.iter().map(counted).collect();
        check(&record, &facts).map(|_| ())
    };
    assert_eq!(naming(&[7, 9], &[3, 7, 9]), Ok(()));
    assert_eq!(naming(&[], &[7]), Ok(()));
    assert_eq!(naming(&[7, 9], &[7]), Err(ViewProblem::Enhancement(9)));
    assert_eq!(naming(&[7], &[]), Err(ViewProblem::Enhancement(7)));
}
