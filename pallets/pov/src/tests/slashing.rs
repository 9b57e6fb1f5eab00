//! Random faults, proofs and settlements against a small model of all bonds and deposits.

use std::collections::{BTreeMap, BTreeSet};

use chainflix_primitives::{
    AccountId, Round, fault::FaultEvidence, report::Verdict, settlement::is_approved,
};
use frame_support::traits::fungible::{Inspect, InspectHold};
use proptest::prelude::*;

use super::{evidence::*, network::*};
use crate::{
    HoldReason, OpenFaults,
    mock::{APPROVER_PAYS, Balances, Bonds, ISSUER_PAYS, Settled, Suspended, Treasury},
};

/// What happens in one round.
#[derive(Clone, Debug)]
struct Plan {
    /// Whether each verifier accepts a view, and whether that is a bad one.
    views: Vec<Option<bool>>,
    /// Whether each verifier looks at bodies, and so does not approve bad ones.
    looks: Vec<bool>,
    /// Proofs brought forward: whose block, how many rounds back.
    proofs: Vec<(usize, Round)>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let view = prop_oneof![1 => Just(None), 3 => Just(Some(false)), 2 => Just(Some(true))];
    (
        prop::collection::vec(view, 5),
        prop::collection::vec(prop::bool::weighted(0.6), 5),
        prop::collection::vec((0..5usize, 0u32..7), 0..3),
    )
        .prop_map(|(views, looks, proofs)| Plan {
            views,
            looks,
            proofs,
        })
}

/// What every bond, the treasury and the reporter should have.
#[derive(Default)]
struct Model {
    /// Bad blocks.
    bad: BTreeSet<(Round, AccountId)>,
    /// Headers that were reported with a view.
    reported: BTreeSet<(Round, AccountId)>,
    /// Who approved which header.
    approvals: BTreeMap<(Round, AccountId), BTreeSet<AccountId>>,
    proven: BTreeSet<(Round, AccountId)>,
    voided: BTreeSet<(Round, AccountId)>,
    disproved: u32,
}

impl Model {
    fn bond(&self, verifier: AccountId, settled: Option<Round>) -> u128 {
        let mut bond = BOND;
        for (round, issuer) in &self.proven {
            let pays = if *issuer == verifier {
                ISSUER_PAYS
            } else {
                let approved = self
                    .approvals
                    .get(&(*round, *issuer))
                    .is_some_and(|approvers| approvers.contains(&verifier));
                let punished = approved && settled.is_some_and(|settled| *round <= settled);
                if punished { APPROVER_PAYS } else { 0 }
            };
            bond = bond.saturating_sub(pays);
        }
        bond
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn bonds_deposits_and_blocks_are_what_a_small_model_says(
        plans in prop::collection::vec(plan(), 6..16),
    ) {
        Network::run(5, |network| {
            endow(&reporter());
            let mut model = Model::default();
            for plan in &plans {
                let round = current_round();
                for (place, view) in plan.views.iter().enumerate() {
                    let account = network.nodes[place].account;
                    let Some(bad) = view.filter(|_| !Suspended::get().contains(&account)) else {
                        continue;
                    };
                    network.watch(place, place);
                    if bad {
                        let viewer = network.viewer(place);
                        let bodies = &mut network.nodes[place].bodies;
                        spoil_nonce(&viewer, &mut bodies.get_mut(&round).expect("a view")[0]);
                        model.bad.insert((round, account));
                    }
                }
                next_round();
                for place in 0..5 {
                    let node = &network.nodes[place];
                    if Suspended::get().contains(&node.account) {
                        continue;
                    }
                    let mut report = network.report(place);
                    let judged = crate::Pallet::<crate::mock::Test>::due().and_then(|due| due.judged);
                    if let Some(judged) = judged {
                        let verdicts: Vec<_> = report.verdicts.iter().map(|entry| {
                            let mut entry = *entry;
                            if plan.looks[place] && model.bad.contains(&(judged, entry.issuer)) {
                                entry.verdict = Verdict::Absent;
                            }
                            entry
                        }).collect();
                        network.set_verdicts(&mut report, verdicts);
                    }
                    submit(node, &report).expect("taken");
                    if report.header.count > 0 {
                        model.reported.insert((report.round, node.account));
                    }
                }
                for (place, back) in &plan.proofs {
                    let issuer = network.nodes[*place].account;
                    let Some(round) = current_round().checked_sub(*back) else { continue };
                    if !model.reported.contains(&(round, issuer)) {
                        continue;
                    }
                    let proof = against(network, *place, round, FaultEvidence::WrongNonce);
                    let settled = Settled::get().iter().any(|(settled, _, _)| *settled == round);
                    match report(&proof) {
                        Err(_) => assert!(model.proven.contains(&(round, issuer))),
                        Ok(_) if model.bad.contains(&(round, issuer)) => {
                            assert!(model.proven.insert((round, issuer)));
                            if !settled {
                                model.voided.insert((round, issuer));
                            }
                        }
                        Ok(_) => model.disproved += 1,
                    }
                }
                // Approvers are punished at the next blocks.
                (0..3).for_each(|_| make_block());
                note_approvals(&mut model);
                check_state();
                let last = Settled::get().last().map(|(round, _, _)| *round);
                if OpenFaults::<crate::mock::Test>::get().iter().all(|(round, _)| Some(*round) > last) {
                    for node in &network.nodes {
                        assert_eq!(Bonds::get()[&node.account], model.bond(node.account, last));
                    }
                }
                let lost = u128::from(model.disproved) * DEPOSIT;
                assert_eq!(Balances::balance(&reporter()), ENDOWMENT - lost);
                assert_eq!(Balances::balance(&Treasury::get()), lost);
                let held = Balances::balance_on_hold(&HoldReason::FaultReport.into(), &reporter());
                assert_eq!(held, 0);
            }
            for (round, blocks, _) in Settled::get() {
                for block in blocks {
                    let key = (round, block.issuer);
                    assert_eq!(block.voided, model.voided.contains(&key));
                    let approvals = model.approvals.get(&key).map_or(0, BTreeSet::len) as u32;
                    // Nobody can pass with fewer approvals than a whole set of five would ask for.
                    assert!(!block.approved || (!block.voided && is_approved(approvals, 1)));
                }
            }
        });
    }
}

/// Learns from the chain's records which approvals counted.
fn note_approvals(model: &mut Model) {
    use crate::{Issuers, JudgedIn, Reports, mock::Test};
    for (round, _, _) in Settled::get() {
        let Some(judged_in) = JudgedIn::<Test>::get(round) else {
            continue;
        };
        for (voter, _, record) in Reports::<Test>::iter()
            .filter(|(of, _, _)| *of == judged_in)
            .map(|(_, voter, record)| (voter, (), record))
        {
            let Some(ballot) = record.ballot.filter(|ballot| ballot.counts()) else {
                continue;
            };
            for (index, entry) in Issuers::<Test>::get(round).iter().enumerate() {
                if ballot.approved.has(index) {
                    let approvers = model.approvals.entry((round, entry.issuer)).or_default();
                    approvers.insert(voter);
                }
            }
        }
    }
}
