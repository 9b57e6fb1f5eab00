//! One sequence in which everything happens that moves money, for what random ones may leave out, and for tests that want a state
//! with something of everything in it.

use super::{
    CFX, POT_OF_FOUNDERS, Step, World, begin,
    model::{FOUNDERS, Standing, VERIFIERS},
    on_chain, run, take,
};
use crate::simulation::walk::Walk;

/// Everybody accepts views of the watched video.
fn views(honest: bool) -> impl Iterator<Item = Step> {
    (0..VERIFIERS).map(move |verifier| Step::Views {
        verifier,
        views: 5,
        each_ms: 20_000,
        honest: honest || verifier > 0,
    })
}

/// What a verifier answers with in it.
const BOND: u128 = 20_000 * CFX;

/// What happens: the producer is 4, the advertiser and candidate 5, verifier 0 has to go.
fn life() -> Vec<Step> {
    let mut steps = vec![
        Step::Vote {
            voters: 4,
            shares: [1, 2, 3, 4, 5],
            greedy: false,
        },
        Step::Publish {
            by: 4,
            video: 1,
            upload: 1,
            cells: 1,
        },
        Step::Apply(5),
        Step::Decide {
            producer: 5,
            yes: true,
        },
        Step::Apply(6),
        Step::Propose {
            by: 5,
            video: 0,
            price: Some(10 * CFX),
        },
        Step::Accept { by: 4, id: 0 },
        Step::Buy {
            by: 1,
            id: 0,
            most: 20 * CFX,
        },
        Step::Register { by: 5, key: 1 },
        Step::Register { by: 1, key: 2 },
        Step::Exit { by: 5, id: 0 },
        Step::SetKeys {
            by: 5,
            other: false,
        },
        Step::Stand(5),
        Step::Admit(5),
        Step::TopUpBond {
            by: 0,
            amount: BOND,
        },
        Step::TopUpBond {
            by: 1,
            amount: BOND,
        },
        Step::Open {
            by: 5,
            creative: 1,
            price: CFX / 2,
            click: CFX / 4,
            limit: 10 * CFX,
            budget: 40 * CFX,
        },
        Step::Blocks(7),
    ];
    steps.extend(views(true));
    steps.extend((0..VERIFIERS).map(|verifier| Step::Debit {
        verifier,
        campaign: 0,
        amount: 2 * CFX,
    }));
    steps.extend([
        Step::Blocks(7),
        Step::Restrict(1),
        Step::Appeal { by: 4, video: 1 },
        Step::Vest(6),
        Step::ReleasePot(6),
        Step::Pay {
            to: 8,
            amount: 50 * CFX,
        },
        Step::Blocks(3),
    ]);
    // Verifier 0 accepts what nobody mined, has to go, and answers for it all the same.
    steps.extend(views(false));
    steps.extend([Step::Blocks(6), Step::Dismiss(0)]);
    steps.extend((0..4).map(|ago| Step::Fault {
        by: 1,
        verifier: 0,
        ago,
    }));
    steps.extend([
        Step::WithdrawBond(0),
        Step::Blocks(6),
        Step::Claim {
            by: None,
            whom: 31,
            older: 2,
            lies: false,
        },
        Step::Claim {
            by: Some(6),
            whom: 1,
            older: 0,
            lies: false,
        },
        Step::Vest(1),
        Step::ReleasePot(1),
    ]);
    steps
}

/// Runs it on a chain, and then the test, between two blocks.
pub(crate) fn lived(test: impl FnOnce(&mut Walk)) {
    on_chain(None, |walk, vesting| {
        let mut world = World::start(&mut *walk, None, vesting);
        begin(&mut world);
        for step in life() {
            take(&mut world, &step);
        }
        test(walk);
    });
}

#[test]
fn vesting_appeals_and_a_removed_verifiers_bond_are_unit_by_unit_what_the_model_says() {
    let model = run(&life(), None);
    // Some of the founders' pot is theirs, the rest is locked.
    let theirs = model.free[FOUNDERS];
    assert!(theirs > 0 && model.locked > 0);
    assert_eq!(theirs + model.locked, POT_OF_FOUNDERS);
    // The video stays restricted while the appeal is open.
    assert_eq!(model.appeals.restrictions.get(&1), Some(&true));
    assert_eq!(model.appeals.open.get(&1), Some(&4));
    // Verifier 0 is out, its bond is locked, less a fifth of a bond among the four that are left.
    assert!(!model.set.members.contains(&0));
    assert_eq!(model.set.candidates[&5].standing, Standing::Member);
    assert_eq!(model.bonds[0], BOND - 11_250 * CFX);
    // Whoever approved its block paid a tenth of that.
    assert_eq!(model.bonds[1], BOND - 1_125 * CFX);
    assert!(model.paid > 0 && model.advertised > 0);
}

#[test]
fn a_candidate_that_never_served_gets_its_bond_back_and_one_that_will_does_not() {
    let admitted = [
        Step::SetKeys {
            by: 5,
            other: false,
        },
        Step::Stand(5),
        Step::Admit(5),
    ];
    let removed = [Step::Dismiss(5), Step::WithdrawBond(5), Step::ForgetKeys(5)];
    let at_once: Vec<_> = admitted.iter().chain(&removed).cloned().collect();
    assert!(run(&at_once, None).set.candidates.is_empty());

    // A session ends in between.
    let wait = vec![Step::Blocks(7); 14];
    let later: Vec<_> = admitted
        .iter()
        .chain(&wait)
        .chain(&removed)
        .cloned()
        .collect();
    let candidate = run(&later, None).set.candidates[&5];
    assert_eq!(candidate.standing, Standing::Leaving);
    assert_eq!(candidate.bond, 45_000 * CFX);
}
