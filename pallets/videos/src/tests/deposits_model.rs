//! Random calls: what is held is what the items say, no payment makes or loses money, and every deposit comes back.

use crate::{
    AcceptancePolicy, EnhancementKind, Enhancements, HoldReason, Policies, Uploads,
    Videos as Records,
    mock::{
        AccountId, Balances, CFX, Now, RECORD_ROUNDS, RuntimeCall, RuntimeOrigin, Test, Videos,
        draft, other_producer, producer, run, stranger,
    },
};
use chainflix_primitives::{Magnet, ids::UploadId};
use frame_support::traits::fungible::{Inspect, InspectHold};
use proptest::prelude::*;
use sp_runtime::traits::Dispatchable;

/// A call by its number, who makes it, two choices for its arguments, and how many rounds pass before it.
type Step = (u8, usize, u8, u8, u32);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![8 => 0u32..4, 1 => 90u32..120];
    prop::collection::vec((0u8..14, 0usize..3, 0u8..6, 0u8..4, wait), 1..150)
}

fn people() -> [AccountId; 3] {
    [producer(), other_producer(), stranger()]
}

/// Makes one call, which may be refused.
fn call((call, who, one, two, wait): Step, made: usize) {
    Now::mutate(|now| *now += wait);
    let origin = RuntimeOrigin::signed(people()[who].clone());
    let magnet = Magnet([two + 1; 32]);
    // Mostly one of the last that were proposed.
    let id = Videos::next_enhancement().saturating_sub(u32::from(one) + 1);
    let price = u128::from(one) * CFX;
    let call = match call {
        0 => {
            let mut video = draft(two + 1);
            let mut upload = [0; 16];
            upload[..8].copy_from_slice(&(made as u64).to_le_bytes());
            video.upload_id = UploadId(upload);
            let _ = video.publish(people()[who].clone());
            return;
        }
        1 => crate::Call::withdraw { magnet },
        2 => crate::Call::remove { magnet },
        3..=5 => crate::Call::propose_enhancement {
            magnet,
            kind: EnhancementKind::Effects,
            language: Default::default(),
            hash: [1; 32],
            price: (one > 2).then_some(price),
        },
        6 | 7 => crate::Call::accept_enhancement { id },
        8 => crate::Call::end_enhancement { id },
        9 => crate::Call::remove_enhancement { id },
        10 => crate::Call::set_enhancement_price {
            id,
            price: (one > 0).then_some(price),
        },
        11 => crate::Call::buy_enhancement { id, most: 3 * CFX },
        12 => crate::Call::transfer_enhancement {
            id,
            to: people()[usize::from(two) % 3].clone(),
        },
        _ => crate::Call::set_acceptance_policy {
            policy: match one {
                0 | 1 => AcceptancePolicy::Ask,
                2 => AcceptancePolicy::Anyone,
                _ => AcceptancePolicy::Trusted(vec![stranger()].try_into().expect("few")),
            },
        },
    };
    let _ = RuntimeCall::from(call).dispatch(origin);
}

fn held(reason: HoldReason, by: &AccountId) -> u128 {
    Balances::balance_on_hold(&reason.into(), by)
}

/// Each account's holds are the deposits of its items, reason by reason.
fn check_holds() {
    for person in people() {
        let raw: [u8; 32] = person.clone().into();
        let videos: u128 = Records::<Test>::iter_values()
            .filter(|record| record.terms.producer.0 == raw)
            .map(|record| record.deposit)
            .sum();
        let marks: u128 = Uploads::<Test>::iter_values()
            .filter(|mark| mark.producer == person)
            .map(|mark| mark.deposit)
            .sum();
        let owned: u128 = Enhancements::<Test>::iter_values()
            .filter(|item| item.owner() == Some(&person))
            .map(|item| item.deposit)
            .sum();
        let policy = Policies::<Test>::get(&person).map_or(0, |record| record.deposit);
        assert_eq!(held(HoldReason::Video, &person), videos);
        assert_eq!(held(HoldReason::UploadMark, &person), marks);
        assert_eq!(held(HoldReason::Enhancement, &person), owned);
        assert_eq!(held(HoldReason::AcceptancePolicy, &person), policy);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_called_deposits_held_are_the_sum_of_the_items_deposits(steps in steps()) {
        run(|| {
            let whole: u128 = people().iter().map(Balances::total_balance).sum();
            for (made, step) in steps.into_iter().enumerate() {
                call(step, made);
                check_holds();
                Videos::do_try_state().expect("the invariants hold");
                let now: u128 = people().iter().map(Balances::total_balance).sum();
                assert_eq!(now, whole, "sales move money and neither make nor lose any");
            }
            // Everybody takes out everything: proposals, videos with what is attached to them, policies.
            Now::mutate(|now| *now += 10);
            for id in 0..Videos::next_enhancement() {
                if let Some(owner) = Videos::enhancement(id).and_then(|item| item.owner().cloned()) {
                    let _ = Videos::end_enhancement(RuntimeOrigin::signed(owner), id);
                }
            }
            for person in people() {
                for seed in 1..=4 {
                    let origin = RuntimeOrigin::signed(person.clone());
                    let _ = Videos::withdraw(origin, Magnet([seed; 32]));
                }
                let origin = RuntimeOrigin::signed(person.clone());
                Videos::set_acceptance_policy(origin, AcceptancePolicy::Ask).expect("it may");
            }
            Now::mutate(|now| *now += RECORD_ROUNDS + 10);
            for person in people() {
                for seed in 1..=4 {
                    let origin = RuntimeOrigin::signed(person.clone());
                    let _ = Videos::remove(origin, Magnet([seed; 32]));
                }
            }
            assert_eq!(Enhancements::<Test>::iter().count(), 0);
            assert_eq!(Records::<Test>::iter().count(), 0);
            check_holds();
        });
    }
}
