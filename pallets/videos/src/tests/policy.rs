//! Whose enhancements a producer accepts without being asked.

use crate::{
    AcceptancePolicy, HoldReason, MAX_ENHANCEMENTS_OF_VIDEO, Policies,
    mock::{
        AccountId, Balances, CFX, RuntimeOrigin, Test, Videos, draft, other_producer, producer,
        propose, run, stranger,
    },
};
use chainflix_primitives::Magnet;
use codec::Encode;
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, InspectHold},
};

const MAGNET: Magnet = Magnet([1; 32]);

fn set(policy: AcceptancePolicy<AccountId>) {
    assert_ok!(Videos::set_acceptance_policy(
        RuntimeOrigin::signed(producer()),
        policy
    ));
}

fn trusting(accounts: &[AccountId]) -> AcceptancePolicy<AccountId> {
    AcceptancePolicy::Trusted(accounts.to_vec().try_into().expect("few"))
}

fn is_attached(id: u32) -> bool {
    Videos::enhancements_of(MAGNET).contains(&id)
}

fn held() -> u128 {
    Balances::balance_on_hold(&HoldReason::AcceptancePolicy.into(), &producer())
}

#[test]
fn without_a_policy_everybody_but_the_producer_waits() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        assert_eq!(Videos::acceptance_policy(producer()), AcceptancePolicy::Ask);
        assert!(!is_attached(propose(stranger(), MAGNET)));
        assert!(is_attached(propose(producer(), MAGNET)));
    });
}

#[test]
fn trusted_enhancers_are_attached_without_asking_and_others_wait() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        set(trusting(&[stranger()]));
        assert!(is_attached(propose(stranger(), MAGNET)));
        assert!(!is_attached(propose(other_producer(), MAGNET)));
        set(AcceptancePolicy::Anyone);
        assert!(is_attached(propose(other_producer(), MAGNET)));
        set(AcceptancePolicy::Ask);
        assert!(!is_attached(propose(stranger(), MAGNET)));
    });
}

#[test]
fn a_policy_covers_only_its_producers_videos() {
    run(|| {
        assert_ok!(draft(1).publish(other_producer()));
        set(AcceptancePolicy::Anyone);
        assert!(!is_attached(propose(stranger(), MAGNET)));
    });
}

#[test]
fn when_a_video_is_full_even_a_trusted_enhancers_work_waits() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        set(AcceptancePolicy::Anyone);
        for _ in 0..MAX_ENHANCEMENTS_OF_VIDEO {
            assert!(is_attached(propose(stranger(), MAGNET)));
        }
        let waits = propose(stranger(), MAGNET);
        assert!(!is_attached(waits));
        assert_eq!(Videos::proposals_of(MAGNET, None, 1), [waits]);
    });
}

#[test]
fn a_policy_costs_a_deposit_by_its_length_which_comes_back() {
    run(|| {
        let free = Balances::balance(&producer());
        set(trusting(&[stranger()]));
        let one = held();
        let record = Policies::<Test>::get(producer()).expect("set");
        let key = Policies::<Test>::hashed_key_for(producer()).len();
        let bytes = (record.encoded_size() + key) as u128;
        assert!(one >= bytes * CFX / 1_000 + CFX / 10);
        set(trusting(&[stranger(), other_producer()]));
        assert_eq!(held() - one, 32 * CFX / 1_000);
        set(AcceptancePolicy::Ask);
        assert_eq!(held(), 0);
        assert_eq!(Balances::balance(&producer()), free);
        assert_eq!(Policies::<Test>::iter().count(), 0);
    });
}
