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
    let clock = RoundClock {
        genesis_ms: 1_760_000_400_000,
        round_ms: 7_200,
    };
    pallet_pov::Clock::<Runtime>::put(clock);
    pallet_pov::Progress::<Runtime>::put(RoundProgress {
        round: 1,
        blocks: 1,
    });
    let leaf = bad_leaf(&clock);
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
        evidence: FaultEvidence::WrongNonce,
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
