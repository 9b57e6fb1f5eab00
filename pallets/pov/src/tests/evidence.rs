//! Proofs of faults, and reporters with the means to bring them forward.

use chainflix_primitives::{
    AccountId, Round,
    emission::CFX,
    fault::{FaultEvidence, FaultProof, OtherLeaf, PlacedLeaf},
    view::ViewLeaf,
};
use frame_support::{
    dispatch::{DispatchResultWithPostInfo, Pays},
    traits::fungible::{Inspect, InspectHold, Mutate},
};
use sp_runtime::AccountId32;

use super::network::*;
use super::viewer::Viewer;
use crate::{
    HoldReason,
    mock::{Balances, Pov, RuntimeOrigin, Treasury},
};

/// Deposit of a fault report, in units.
pub(crate) const DEPOSIT: u128 = 10 * CFX;
/// What a reporter owns at first.
pub(crate) const ENDOWMENT: u128 = 1_000 * CFX;

/// Somebody who reports faults.
pub(crate) fn reporter() -> AccountId32 {
    AccountId32::new([0xaa; 32])
}

pub(crate) fn endow(who: &AccountId32) {
    Balances::mint_into(who, ENDOWMENT).expect("a new account");
}

/// A leaf of a verifier's body, with its place.
pub(crate) fn placed(network: &Network, place: usize, round: Round, index: u32) -> PlacedLeaf {
    let body = network.nodes[place].body(round);
    PlacedLeaf {
        index,
        leaf: body[index as usize].clone(),
        path: proof(&tree(&body), index),
    }
}

pub(crate) fn other(network: &Network, place: usize, round: Round, index: u32) -> OtherLeaf {
    OtherLeaf {
        round,
        placed: placed(network, place, round, index),
    }
}

/// A proof against the first leaf of a verifier's block.
pub(crate) fn against(
    network: &Network,
    place: usize,
    round: Round,
    evidence: FaultEvidence,
) -> FaultProof {
    FaultProof {
        issuer: network.nodes[place].account,
        round,
        leaf: placed(network, place, round, 0),
        evidence,
    }
}

pub(crate) fn report(proof: &FaultProof) -> DispatchResultWithPostInfo {
    Pov::report_fault(RuntimeOrigin::signed(reporter()), Box::new(proof.clone()))
}

/// Reports a fault of a verifier that is looked at by somebody with means. Whether the proof held; what it cost must fit.
pub(crate) fn holds(proof: &FaultProof) -> bool {
    endow(&reporter());
    let before = Balances::balance(&reporter());
    let treasury = Balances::balance(&Treasury::get());
    let outcome = report(proof).expect("the block is there to be judged");
    let lost = before - Balances::balance(&reporter());
    assert_eq!(Balances::balance(&Treasury::get()) - treasury, lost);
    let held = Balances::balance_on_hold(&HoldReason::FaultReport.into(), &reporter());
    assert_eq!(held, 0);
    match outcome.pays_fee {
        Pays::No => {
            assert_eq!(lost, 0);
            true
        }
        Pays::Yes => {
            assert_eq!(lost, DEPOSIT);
            false
        }
    }
}

/// Four verifiers, the first of which accepts a view in round 0; `edit` changes it before everybody reports.
pub(crate) fn with_leaf(
    edit: impl FnOnce(&Viewer, &mut ViewLeaf),
    test: impl FnOnce(&mut Network),
) {
    Network::run(4, |network| {
        network.watch(0, 0);
        let viewer = network.viewer(0);
        edit(
            &viewer,
            &mut network.nodes[0].bodies.get_mut(&0).expect("a view")[0],
        );
        network.next_round_with_reports();
        test(network);
    });
}

/// Gives a leaf a nonce that is not good.
pub(crate) fn spoil_nonce(viewer: &Viewer, leaf: &mut ViewLeaf) {
    let input = leaf
        .claim
        .nonce_input::<chainflix_primitives::Sha256>(super::genesis_hash(), 0);
    let bad = (0..).find(|nonce| !input.is_met::<chainflix_primitives::Sha256>(*nonce, 8));
    leaf.claim.nonce = bad.expect("most are bad");
    viewer.sign(leaf);
}

/// Runs four verifiers with a view each in round 0, that of the first with a wrong nonce, which all report.
pub(crate) fn with_a_fault(test: impl FnOnce(&mut Network, AccountId, FaultProof)) {
    Network::run(4, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        let viewer = network.viewer(0);
        spoil_nonce(
            &viewer,
            &mut network.nodes[0].bodies.get_mut(&0).expect("a view")[0],
        );
        network.next_round_with_reports();
        endow(&reporter());
        let proof = against(network, 0, 0, FaultEvidence::WrongNonce);
        let issuer = network.nodes[0].account;
        test(network, issuer, proof);
    });
}
