//! Random calls: what is held is what the items say, and everything comes back.

use crate::{
    AppealVerdict, Appeals, Applications, Approvals, Decision, HoldReason, RefusalReason,
    RestrictionReason,
    mock::{
        AccountId, Balances, Now, RIGHTS_SHOWN, Registered, RuntimeOrigin, Supervisors, Test,
        agency, library, producer, run, stranger, verifiers,
    },
};
use chainflix_primitives::{Magnet, registry::VideoState};
use frame_support::traits::fungible::{Inspect, InspectHold};
use proptest::prelude::*;

/// A call by its number, two choices for its arguments, and how many rounds pass before it.
type Step = (u8, usize, usize, u32);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0u8..13, 0usize..4, 0usize..4, 0u32..15), 1..120)
}

fn people() -> [AccountId; 2] {
    [producer(), stranger()]
}

/// Makes one call, which may be refused.
fn call((call, one, two, wait): Step) {
    Now::mutate(|now| *now += wait);
    let person = people()[one % 2].clone();
    let by_person = RuntimeOrigin::signed(person.clone());
    let supervisor = [library(), agency()][two % 2].clone();
    let by_supervisor = RuntimeOrigin::signed(supervisor.clone());
    let video = Magnet([u8::try_from(two).expect("small") + 1; 32]);
    let refusal = RefusalReason::ConditionsNotMet;
    let verdict = [AppealVerdict::Granted, AppealVerdict::Dismissed][one % 2];
    let _ = match call {
        0 => Supervisors::apply(by_person, supervisor, [1; 32]),
        1 => Supervisors::withdraw_application(by_person),
        2 => Supervisors::decide(by_supervisor, person, Decision::Approve),
        3 => Supervisors::decide(by_supervisor, person, Decision::Refuse(refusal)),
        4 => Supervisors::revoke_approval(by_supervisor, person, refusal),
        5 => Supervisors::remove_approval(by_person, people()[two % 2].clone()),
        6 => {
            let by = RuntimeOrigin::signed([library(), agency()][one % 2].clone());
            Supervisors::restrict(by, video, RestrictionReason::Privacy, [2; 32])
        }
        7 => Supervisors::reinstate(
            RuntimeOrigin::signed(library()),
            video,
            RIGHTS_SHOWN,
            [8; 32],
        ),
        8 => Supervisors::lift_lapsed(by_person, video),
        9 | 10 => Supervisors::appeal(RuntimeOrigin::signed(producer()), video, [3; 32]),
        11 => {
            let by_verifiers = RuntimeOrigin::signed(verifiers());
            Supervisors::decide_appeal(by_verifiers, video, verdict)
        }
        _ => Supervisors::close_appeal(by_person, video),
    };
}

fn held(reason: HoldReason, by: &AccountId) -> u128 {
    Balances::balance_on_hold(&reason.into(), by)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_called_deposits_held_are_the_sum_of_the_items_deposits(steps in steps()) {
        run(|| {
            Registered::set((1..=4).map(|id| (Magnet([id; 32]), VideoState::Active)).collect());
            let funds = people().map(|person| Balances::total_balance(&person));
            for step in steps {
                call(step);
                for person in people() {
                    let applied = Applications::<Test>::get(&person).map_or(0, |item| item.deposit);
                    let approved = Approvals::<Test>::get(&person).map_or(0, |item| item.deposit);
                    let appealed: u128 = Appeals::<Test>::iter_values()
                        .filter(|item| item.producer == person)
                        .map(|item| item.deposit)
                        .sum();
                    assert_eq!(held(HoldReason::Application, &person), applied);
                    assert_eq!(held(HoldReason::Approval, &person), approved);
                    assert_eq!(held(HoldReason::Appeal, &person), appealed);
                }
                Supervisors::do_try_state().expect("the invariants hold");
            }
            Now::mutate(|now| *now += 1_000_000);
            for person in people() {
                let _ = Supervisors::withdraw_application(RuntimeOrigin::signed(person.clone()));
                let by_person = RuntimeOrigin::signed(person.clone());
                let _ = Supervisors::remove_approval(by_person, person.clone());
            }
            for id in 1..=4 {
                let by_anybody = RuntimeOrigin::signed(library());
                let _ = Supervisors::close_appeal(by_anybody, Magnet([id; 32]));
            }
            assert_eq!(people().map(|person| Balances::total_balance(&person)), funds);
            assert_eq!(people().map(|person| Balances::balance(&person)), funds, "all of it free");
        });
    }
}
