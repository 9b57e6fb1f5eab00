//! The checks of the state notice what they are there to notice.

use super::{advertising::register_creative, walk::walk};
use crate::{
    AccountId, Balances, Runtime, RuntimeHoldReason, RuntimeOrigin, Supervisors,
    VerifierCollective, Videos, invariants, presets::accounts,
};
use chainflix_primitives::{Magnet, registry::VideoRegistry};
use frame_support::traits::{
    ReservableCurrency,
    fungible::{InspectHold, MutateHold},
    tokens::Precision,
};
use frame_system::Account;
use sp_keyring::Sr25519Keyring;

const CFX: u128 = 1_000_000_000_000;

/// Somebody with funds, and nothing else to its name.
fn eve() -> AccountId {
    Sr25519Keyring::Eve.to_account_id()
}

/// A state in which everything holds, and nobody but Eve does anything.
fn in_order(test: impl FnOnce()) {
    walk("local_testnet", |chain| {
        chain.block([]);
        assert_eq!(broken(), None);
        test();
    });
}

/// What is wrong with the state, in words.
fn broken() -> Option<&'static str> {
    invariants::check().err().map(|broken| broken.what)
}

/// Every reason for which a pallet of ours holds funds.
fn reasons() -> [RuntimeHoldReason; 13] {
    [
        pallet_authorities::HoldReason::Bond.into(),
        pallet_authorities::HoldReason::Record.into(),
        pallet_supervisors::HoldReason::Application.into(),
        pallet_supervisors::HoldReason::Approval.into(),
        pallet_supervisors::HoldReason::Appeal.into(),
        pallet_videos::HoldReason::Video.into(),
        pallet_videos::HoldReason::UploadMark.into(),
        pallet_videos::HoldReason::Enhancement.into(),
        pallet_videos::HoldReason::AcceptancePolicy.into(),
        pallet_storage_providers::HoldReason::Provider.into(),
        pallet_pov::HoldReason::FaultReport.into(),
        pallet_ads::HoldReason::Budget.into(),
        pallet_ads::HoldReason::Campaign.into(),
    ]
}

/// Eve applies as a producer, which takes a deposit of her. How much it is.
fn apply() -> u128 {
    let origin = RuntimeOrigin::signed(eve());
    Supervisors::apply(origin, accounts::supervisor(), [2; 32]).expect("she may apply");
    assert_eq!(broken(), None);
    let held = Balances::balance_on_hold(&application(), &eve());
    assert!(held > 0);
    held
}

fn application() -> RuntimeHoldReason {
    pallet_supervisors::HoldReason::Application.into()
}

#[test]
fn a_deposit_without_an_item_is_noticed_whatever_it_is_held_for() {
    in_order(|| {
        for reason in reasons() {
            Balances::hold(&reason, &eve(), CFX).expect("Eve has funds");
            let what = Some("what is held of accounts is not what items say");
            assert_eq!(broken(), what, "{reason:?}");
            Balances::release(&reason, &eve(), CFX, Precision::Exact).expect("it is held");
            assert_eq!(broken(), None);
        }
    });
}

#[test]
fn an_item_without_its_deposit_is_noticed() {
    in_order(|| {
        let held = apply();
        Balances::release(&application(), &eve(), held, Precision::Exact).expect("it is held");
        let what = Some("held for an application differs from its deposit");
        assert_eq!(broken(), what);
    });
}

#[test]
fn a_hold_of_money_that_is_not_there_is_noticed() {
    in_order(|| {
        let held = apply();
        Account::<Runtime>::mutate(eve(), |account| {
            account.data.reserved -= held;
            account.data.free += held;
        });
        assert_eq!(broken(), Some("more is held than is there"));
    });
}

#[test]
fn reserved_money_that_is_nobodys_deposit_is_noticed() {
    in_order(|| {
        Balances::reserve(&eve(), CFX).expect("Eve has funds");
        let what = Some("money that is not free is neither held nor a deposit");
        assert_eq!(broken(), what);
    });
}

#[test]
fn money_from_nowhere_is_noticed() {
    in_order(|| {
        Account::<Runtime>::mutate(eve(), |account| account.data.free += 1);
        let what = Some("free and reserved money of all accounts is not the total issuance");
        assert_eq!(broken(), what);
    });
}

#[test]
fn a_restricted_video_that_nobody_could_reinstate_is_noticed() {
    in_order(|| {
        let video = Magnet([7; 32]);
        register_creative(video);
        let terms = pallet_videos::Videos::<Runtime>::get(video).map(|record| record.terms);
        let terms = terms.expect("a record");
        let producer = AccountId::new(terms.producer.0);
        pallet_videos::Listings::<Runtime>::insert(&producer, 0, video);
        pallet_videos::PublishedCount::<Runtime>::insert(&producer, 1);
        let mark = pallet_videos::UploadMark {
            producer,
            deposit: 0,
        };
        pallet_videos::Uploads::<Runtime>::insert(terms.upload_id, mark);
        assert_eq!(broken(), None);
        // By nobody's word: as a mistake in a pallet would leave it.
        <Videos as VideoRegistry>::restrict(&video).expect("it is active");
        let what = Some("a restricted video has no restriction on record");
        assert_eq!(broken(), what);
    });
}

#[test]
fn a_member_of_the_collective_that_is_no_verifier_is_noticed() {
    in_order(|| {
        pallet_collective::Members::<Runtime, VerifierCollective>::mutate(|members| {
            members.push(eve());
            members.sort();
        });
        let what = Some("the members of the collective are not the verifiers in force");
        assert_eq!(broken(), what);
    });
}

#[test]
fn a_key_too_few_or_twice_among_those_that_write_and_finalize_is_noticed() {
    let what = Some("the keys that write and finalize are not one each of the verifiers in force");
    in_order(|| {
        pallet_aura::Authorities::<Runtime>::mutate(|authors| authors.pop());
        assert_eq!(broken(), what);
    });
    in_order(|| {
        pallet_aura::Authorities::<Runtime>::mutate(|authors| authors[1] = authors[0].clone());
        assert_eq!(broken(), what);
    });
}
