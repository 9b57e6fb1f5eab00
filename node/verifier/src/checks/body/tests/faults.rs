//! Faults in bodies: found wherever they stand, and nothing is made of what is right or proves nothing.

use chainflix_primitives::{fault::FaultKind, merkle};

use super::super::*;
use super::block::*;
use crate::checks::faults::{Earlier, FaultSearch, Inactive};
use crate::checks::recent::RecentViews;

/// What is found in a block when a leaf is under suspicion, under the root that its leaves really have.
fn found(block: &mut Block, suspected: usize) -> Option<FaultKind> {
    let hashes = block.hashes();
    block.header.root = merkle::root::<Sha256>(&hashes);
    block.header.count = u32::try_from(hashes.len()).expect("few");
    let inactive: HashMap<(Magnet, Round), Inactive> = HashMap::new();
    let context = block.context();
    let search = FaultSearch {
        context: &context,
        leaves: &block.leaves,
        hashes: &hashes,
        inactive: &inactive,
    };
    let proof = search.find(suspected)?;
    assert_eq!((proof.issuer, proof.round), (ISSUER, ROUND));
    Some(proof.evidence.kind())
}

fn spoil_nonce(leaf: &mut ViewLeaf) {
    let input = leaf.claim.nonce_input::<Sha256>(GENESIS, 0);
    let wrong = (0..).find(|nonce| !input.is_met::<Sha256>(*nonce, 8));
    leaf.claim.nonce = wrong.expect("most are");
}

/// Falsifies leaf `index`; the fault that this is.
fn falsify(block: &mut Block, index: usize, kind: FaultKind) {
    let leaf = &mut block.leaves[index];
    match kind {
        FaultKind::WrongNonce => spoil_nonce(leaf),
        FaultKind::OutsideWindow => leaf.elapsed_ms = 59_999,
        FaultKind::TicketElsewhere => leaf.ticket_index += 40,
        FaultKind::VideoInactive => {
            leaf.claim.video = Magnet([8; 32]);
            mine_and_sign(leaf);
        }
        FaultKind::NotAssigned => {
            for facts in block.rounds.values_mut() {
                Arc::make_mut(facts).set = (2..9).map(|n| AccountId([n; 32])).collect();
            }
        }
        FaultKind::EnhancementInactive => {
            leaf.claim.enhancements = vec![7, 8].try_into().expect("two");
            mine_and_sign(leaf);
            (ISSUED..ISSUED + 2).for_each(|round| block.enhance(round));
        }
        FaultKind::SameMinute | FaultKind::Overlap | FaultKind::WrongPossession => {}
    }
}

#[test]
fn every_false_leaf_is_found_at_whatever_place_and_whichever_leaf_was_suspected_first() {
    let kinds = [
        FaultKind::WrongNonce,
        FaultKind::OutsideWindow,
        FaultKind::TicketElsewhere,
        FaultKind::VideoInactive,
        FaultKind::NotAssigned,
        FaultKind::EnhancementInactive,
    ];
    let (mut injected, mut caught) = (0, 0);
    for kind in kinds {
        for index in 0..5 {
            for suspected in 0..5 {
                let mut block = Block::honest();
                falsify(&mut block, index, kind);
                injected += 1;
                caught += u32::from(found(&mut block, suspected) == Some(kind));
            }
        }
    }
    println!("false leaves found: {caught} of {injected}");
    assert_eq!(caught, injected);
}

#[test]
fn two_leaves_of_one_minute_or_time_are_found_and_an_ad_spends_no_minute() {
    let same_minute = |block: &mut Block| {
        let secret = block.secrets.of(0).expect("held");
        let leaf = &mut block.leaves[1];
        leaf.claim.minute = 0;
        leaf.claim.play_code = secret.play_code(&VIDEO, 0, &leaf.claim.viewer, 0);
        mine_and_sign(leaf);
        block.list_ticket(1);
    };
    let mut block = Block::honest();
    same_minute(&mut block);
    assert_eq!(found(&mut block, 4), Some(FaultKind::SameMinute));
    let mut block = Block::honest();
    block.leaves[0].elapsed_ms = 60_001;
    assert_eq!(found(&mut block, 4), Some(FaultKind::Overlap));
    let mut block = Block::honest();
    same_minute(&mut block);
    block.leaves[1].claim.ad = Some(AdShown {
        campaign: CAMPAIGN,
        host_video: VIDEO,
        clicked: false,
    });
    mine_and_sign(&mut block.leaves[1]);
    block.list_ticket(1);
    assert_eq!(found(&mut block, 1), None);
}

#[test]
fn what_is_right_or_only_not_to_be_believed_proves_nothing() {
    assert_eq!(found(&mut Block::honest(), 0), None);
    let mut forged = Block::honest();
    forged.leaves[2].signature.0[0] ^= 1;
    assert_eq!(found(&mut forged, 2), None);
    let mut enhanced = Block::honest();
    enhanced.enhance(ISSUED);
    enhanced.leaves[2].claim.enhancements = vec![7, 9].try_into().expect("two");
    mine_and_sign(&mut enhanced.leaves[2]);
    assert_eq!(found(&mut enhanced, 2), None);
    enhanced.leaves[2].claim.enhancements = vec![9, 7].try_into().expect("two");
    mine_and_sign(&mut enhanced.leaves[2]);
    assert_eq!(found(&mut enhanced, 2), None, "out of order is no fault");
    let mut derived = Block::honest();
    derived.leaves[3].claim.play_code.0[0] ^= 1;
    mine_and_sign(&mut derived.leaves[3]);
    derived.list_ticket(3);
    assert_eq!(found(&mut derived, 3), None);
    let mut unknown = Block::honest();
    unknown.rounds.clear();
    spoil_nonce(&mut unknown.leaves[0]);
    assert_eq!(
        found(&mut unknown, 0),
        None,
        "without facts nothing is said"
    );
}

#[test]
fn a_leaf_is_held_against_earlier_blocks_of_its_issuer_and_not_against_itself_or_others() {
    let earlier = Block::honest();
    let recent = RecentViews::default();
    let root = merkle::root::<Sha256>(&earlier.hashes());
    recent.add(ISSUER, (0, ROUND), root, &earlier.leaves);
    let hits = |issuer, leaves: &[ViewLeaf]| recent.hits(issuer, ROUND + 1, leaves, 9);
    assert!(hits(ISSUER, &earlier.leaves).is_empty(), "carried");
    let mut later = Block::honest();
    later.leaves.truncate(1);
    later.leaves[0].claim.issue_ms += 59_999;
    mine_and_sign(&mut later.leaves[0]);
    assert!(hits(AccountId([2; 32]), &later.leaves).is_empty());
    let hit = hits(ISSUER, &later.leaves);
    assert_eq!((hit[0].index, hit[0].round, hit[0].earlier), (0, ROUND, 0));
    later.leaves[0].claim.issue_ms += 1_000_000;
    later.leaves[0].claim.minute = 2;
    assert!(
        hits(ISSUER, &later.leaves).is_empty(),
        "another minute, later"
    );
}

#[test]
fn an_overlap_with_an_earlier_block_is_proven_by_both_leaves() {
    let mut earlier = Block::honest();
    let before = earlier.hashes();
    earlier.header.root = merkle::root::<Sha256>(&before);
    let mut block = Block::honest();
    block.leaves.truncate(1);
    let leaf = &mut block.leaves[0];
    leaf.claim.minute = 2;
    leaf.claim.issue_ms += 119_999;
    mine_and_sign(leaf);
    let hashes = block.hashes();
    block.header.root = merkle::root::<Sha256>(&hashes);
    block.header.count = 1;
    block.rounds.insert(ISSUED + 2, Arc::new(facts(ISSUED + 2)));
    let inactive = HashMap::new();
    let context = BodyContext {
        round: ROUND + 1,
        ..block.context()
    };
    let search = FaultSearch {
        context: &context,
        leaves: &block.leaves,
        hashes: &hashes,
        inactive: &inactive,
    };
    let against = |index: usize| {
        let earlier = Earlier {
            round: ROUND,
            header: &earlier.header,
            hashes: &before,
            index: u32::try_from(index).expect("few"),
            leaf: earlier.leaves[index].clone(),
            cycle: 0,
        };
        search
            .against(0, &earlier)
            .map(|proof| proof.evidence.kind())
    };
    // Minute 1 of the viewer ends a millisecond after this one begins; minute 0 was over long before.
    assert_eq!(against(1), Some(FaultKind::Overlap));
    assert_eq!(against(0), None);
    assert_eq!(against(2), None, "another viewer");
}
