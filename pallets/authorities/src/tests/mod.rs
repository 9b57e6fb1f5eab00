//! Tests of the pallet, one file per behaviour.

mod announcements;
mod applications;
mod aura_equivocation;
mod bonds;
mod discipline;
mod key_epochs;
mod key_owners;
mod membership;
mod offences;
mod origins;
mod random_changes;
mod set;
mod set_secret;
mod submission;
mod turns;

use crate::{
    Event, HoldReason, VerifierProfile, VerifierStatus, Verifiers,
    mock::{
        AccountId, Admission, Authorities, Balances, Removal, RuntimeEvent, RuntimeOrigin, Session,
        Slot, System, Test, session_keys, verifier,
    },
};
use frame_support::{assert_ok, traits::fungible::InspectHold};
use pallet_session::SessionInterface;

/// Slots of a session.
const SESSION_SLOTS: u64 = 100;

/// Ends so many sessions.
fn rotate(sessions: u32) {
    for _ in 0..sessions {
        System::set_block_number(System::block_number() + 5);
        Slot::set(Slot::get() + SESSION_SLOTS);
        Session::rotate_session();
    }
}

/// What a candidate says of itself.
fn profile() -> VerifierProfile {
    VerifierProfile {
        endpoint: b"wss://verifier.example"
            .to_vec()
            .try_into()
            .expect("short"),
        region: *b"CH",
        exchange_key: [9; 32],
        hardware_score: 900,
        bandwidth_kbps: 1_000_000,
    }
}

fn signed(number: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(verifier(number))
}

fn admission() -> RuntimeOrigin {
    RuntimeOrigin::signed(Admission::get())
}

fn removal() -> RuntimeOrigin {
    RuntimeOrigin::signed(Removal::get())
}

fn register_keys(number: u8) {
    assert_ok!(<Session as SessionInterface>::set_keys(
        &verifier(number),
        session_keys(number)
    ));
}

/// Registers keys and applies.
fn apply(number: u8) {
    register_keys(number);
    assert_ok!(Authorities::apply(signed(number), profile()));
}

/// Registers keys, applies, and is admitted.
fn join(number: u8) {
    apply(number);
    assert_ok!(Authorities::admit(admission(), verifier(number)));
}

fn numbers(set: &[AccountId]) -> Vec<u8> {
    set.iter()
        .map(|account| <AccountId as AsRef<[u8]>>::as_ref(account)[0])
        .collect()
}

/// The set in force by number.
fn in_force() -> Vec<u8> {
    numbers(&Authorities::verifiers())
}

fn status(number: u8) -> Option<VerifierStatus> {
    Verifiers::<Test>::get(verifier(number)).map(|record| record.status)
}

fn bond(number: u8) -> u128 {
    Verifiers::<Test>::get(verifier(number)).map_or(0, |record| record.bond)
}

fn held(number: u8) -> u128 {
    Balances::balance_on_hold(&HoldReason::Bond.into(), &verifier(number))
}

/// Verifiers that write no blocks, by number.
fn disabled() -> Vec<u8> {
    let set = Session::validators();
    pallet_session::DisabledValidators::<Test>::get()
        .iter()
        .map(|(place, _)| numbers(&set)[*place as usize])
        .collect()
}

fn has_event(event: Event<Test>) -> bool {
    System::events()
        .iter()
        .any(|record| record.event == RuntimeEvent::Authorities(event.clone()))
}
