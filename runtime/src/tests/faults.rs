//! A proven fault reaches the verifier that committed it.

use super::chain;
use crate::{
    Authorities, Balances, Pov, Runtime, RuntimeOrigin, TreasuryAccount,
    constants::currency::CFX,
    presets::{LOCAL_VERIFIERS, accounts::DevelopmentVerifier},
};
use chainflix_primitives::{
    AccountId, Magnet, PlayCode, RandomConstant, Sha256, Signature64,
    fault::{FaultEvidence, FaultProof, PlacedLeaf},
    ids::AddressTag,
    merkle,
    registry::Discipline,
    report::{Header, TicketsRoot},
    rounds::RoundClock,
    view::{VIEW_VERSION, ViewClaim, ViewLeaf},
};
use frame_support::{assert_ok, dispatch::Pays, traits::fungible::Inspect};
use pallet_pov::types::{Issued, RoundProgress};
use pallet_videos::EnhancementState;

/// A leaf whose nonce nobody mined.
fn bad_leaf(clock: &RoundClock) -> ViewLeaf {
    ViewLeaf {
        claim: ViewClaim {
            version: VIEW_VERSION,
            viewer: AccountId([7; 32]),
            delegation: [1; 32],
            video: Magnet([2; 32]),
            minute: 0,
            rendition: 0,
            issue_ms: clock.genesis_ms + 100,
            constant: RandomConstant([3; 32]),
            play_code: PlayCode([4; 16]),
            acc: [5; 32],
            nonce: 1,
            deliveries: Default::default(),
            enhancements: Default::default(),
            ad: None,
        },
        signature: Signature64([0; 64]),
        elapsed_ms: 60_000,
        ticket_index: 0,
        address_tag: AddressTag([6; 8]),
    }
}

/// Puts a block with that leaf on chain, as the report of `issuer` of round 0 would, and returns the proof against it.
fn with_bad_block(issuer: AccountId) -> FaultProof {
    with_block(issuer, FaultEvidence::WrongNonce, |_| {})
}

/// The same with a leaf that is changed, and other evidence.
fn with_block(
    issuer: AccountId,
    evidence: FaultEvidence,
    change: impl FnOnce(&mut ViewLeaf),
) -> FaultProof {
    let clock = RoundClock {
        genesis_ms: 1_760_000_400_000,
        round_ms: 7_200,
    };
    pallet_pov::Clock::<Runtime>::put(clock);
    pallet_pov::Progress::<Runtime>::put(RoundProgress {
        round: 1,
        blocks: 1,
    });
    let mut leaf = bad_leaf(&clock);
    change(&mut leaf);
    let empty = merkle::empty_root::<Sha256>();
    let header = Header {
        root: leaf.leaf_hash::<Sha256>(),
        count: 1,
        playtime_ms: 60_000,
        debits: Default::default(),
        tickets: TicketsRoot {
            root: empty,
            count: 0,
        },
        late_tickets: Default::default(),
    };
    pallet_pov::Headers::<Runtime>::insert(0, issuer, header);
    pallet_pov::Issuers::<Runtime>::mutate(0, |issuers| {
        issuers
            .try_push(Issued { issuer, count: 1 })
            .expect("the first of a hundred");
    });
    FaultProof {
        issuer,
        round: 0,
        leaf: PlacedLeaf {
            index: 0,
            leaf,
            path: Default::default(),
        },
        evidence,
    }
}

#[test]
fn k_an_enhancement_that_was_not_attached_is_a_fault_by_the_registry_of_videos() {
    for attached in [true, false] {
        chain("local_testnet").execute_with(|| {
            let issuer = AccountId(LOCAL_VERIFIERS[0].account().into());
            let reporter = DevelopmentVerifier::Dave.account();
            let owner = DevelopmentVerifier::Charlie.account();
            let id = 3;
            let enhancement = pallet_videos::Enhancement {
                video: Magnet([2; 32]),
                kind: pallet_videos::EnhancementKind::Effects,
                language: Default::default(),
                hash: [8; 32],
                price: None,
                owners: vec![pallet_videos::OwnerChange {
                    from_round: 0,
                    owner,
                }]
                .try_into()
                .expect("one of eight"),
                // The ticket is of round 0.
                state: EnhancementState::Attached {
                    from_round: u32::from(!attached),
                },
                deposit: 0,
            };
            pallet_videos::Enhancements::<Runtime>::insert(id, enhancement);
            let evidence = FaultEvidence::EnhancementInactive { enhancement: id };
            let proof = with_block(issuer, evidence, |leaf| {
                leaf.claim.enhancements = vec![id].try_into().expect("one of four");
            });
            let outcome = Pov::report_fault(RuntimeOrigin::signed(reporter), Box::new(proof));
            let held = outcome.map(|info| info.pays_fee == Pays::No);
            assert_eq!(held, Ok(!attached));
            assert_eq!(
                <Authorities as Discipline>::is_suspended(&issuer),
                !attached
            );
        });
    }
}

#[test]
fn a_proven_fault_suspends_its_issuer_and_a_false_proof_pays_the_treasury() {
    chain("local_testnet").execute_with(|| {
        let issuer = AccountId(LOCAL_VERIFIERS[0].account().into());
        let reporter = DevelopmentVerifier::Dave.account();
        let proof = with_bad_block(issuer);
        let before = (
            Balances::balance(&reporter),
            Balances::balance(&TreasuryAccount::get()),
        );
        let mut wrong = proof.clone();
        wrong.evidence = FaultEvidence::OutsideWindow;
        let outcome = Pov::report_fault(RuntimeOrigin::signed(reporter.clone()), Box::new(wrong));
        assert_eq!(outcome.map(|info| info.pays_fee), Ok(Pays::Yes));
        let deposit = 10 * CFX;
        assert_eq!(Balances::balance(&reporter), before.0 - deposit);
        assert_eq!(
            Balances::balance(&TreasuryAccount::get()),
            before.1 + deposit
        );
        assert!(!<Authorities as Discipline>::is_suspended(&issuer));
        assert_ok!(Pov::report_fault(
            RuntimeOrigin::signed(reporter.clone()),
            Box::new(proof)
        ));
        assert_eq!(Balances::balance(&reporter), before.0 - deposit);
        assert!(<Authorities as Discipline>::is_suspended(&issuer));
        assert!(Pov::fault(issuer, 0).is_some_and(|fault| fault.voided));
    });
}
