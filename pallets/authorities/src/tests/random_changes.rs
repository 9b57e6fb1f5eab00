//! Set changes in any order keep every bound.

use super::{
    admission, aura_equivocation::report, in_force, numbers, profile, register_keys, removal,
    rotate, signed,
};
use crate::mock::{
    Authorities, Balances, Emission, Local, Motions, Now, Readmission, RuntimeOrigin, Session,
    Slot, System, genesis, submit, verifier,
};
use chainflix_primitives::{AccountId as RawAccount, emission::CFX, registry::Discipline};
use sp_core::Pair;
use std::collections::BTreeMap;

/// Accounts that take part: four verifiers of genesis, and nine that want to become one.
const ACCOUNTS: u8 = 13;

/// What changes the set or the standing of one in it.
const SET_CHANGES: [&str; 6] = ["admit", "remove", "exit", "suspend", "readmit", "offence"];

/// A small generator: the same sequence on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Makes one change at random. What it was, when it was made.
fn change(dice: &mut Dice) -> Option<&'static str> {
    let number = 1 + dice.roll(u64::from(ACCOUNTS)) as u8;
    let who = verifier(number);
    let readmission = RuntimeOrigin::signed(Readmission::get());
    let (name, made) = match dice.roll(16) {
        0..=2 => {
            register_keys(number);
            ("apply", Authorities::apply(signed(number), profile()))
        }
        3..=5 => ("admit", Authorities::admit(admission(), who)),
        6 => ("remove", Authorities::remove(removal(), who)),
        7 => ("exit", Authorities::exit(signed(number))),
        8 => ("suspend", Authorities::suspend(removal(), who)),
        9 => ("readmit", Authorities::readmit(readmission, who)),
        10 if dice.roll(3) > 0 => return None,
        10 => {
            let set = in_force();
            let offender = set[dice.roll(set.len() as u64) as usize];
            let slot = Slot::get();
            if Authorities::session_of_slot(slot).is_none()
                || Authorities::prove_in(
                    Session::current_index(),
                    sp_core::crypto::key_types::AURA,
                    crate::mock::aura_pair(offender).public().as_ref(),
                )
                .is_none()
            {
                return None;
            }
            return submit(report(offender, slot)).is_ok().then_some("offence");
        }
        11 => (
            "top up",
            Authorities::top_up_bond(signed(number), u128::from(dice.roll(50)) * CFX),
        ),
        12 => ("withdraw", Authorities::withdraw_bond(signed(number))),
        13 => (
            "withdraw application",
            Authorities::withdraw_application(signed(number)),
        ),
        14 => {
            let raw = RawAccount([number; 32]);
            Authorities::issuer_at_fault(&raw);
            Authorities::approver_at_fault(&RawAccount([1 + number % ACCOUNTS; 32]));
            Authorities::pay_from_bond(&raw, &RawAccount([20; 32]), CFX);
            return Some("fault");
        }
        _ => (
            "forget keys",
            Authorities::forget_session_keys(signed(number)),
        ),
    };
    made.is_ok().then_some(name)
}

#[test]
fn a_thousand_random_changes_of_the_set_keep_minimum_maximum_keys_and_bonds() {
    let mut dice = Dice(3);
    let mut made = BTreeMap::<&str, u32>::new();
    Now::set(0);
    Slot::set(0);
    Emission::set(1_200 * CFX);
    Local::set(None);
    genesis(&[1, 2, 3, 4], 3).execute_with(|| {
        System::set_block_number(1);
        let issued = Balances::total_issuance();
        let mut sizes = BTreeMap::<usize, u32>::new();
        let is_of_the_set = |name: &str| SET_CHANGES.contains(&name);
        let mut changes = 0;
        while changes < 1_000 {
            if let Some(name) = change(&mut dice) {
                *made.entry(name).or_default() += 1;
                changes += u32::from(is_of_the_set(name));
            }
            Now::mutate(|round| *round += dice.roll(20) as u32);
            if dice.roll(3) == 0 {
                rotate(1);
            }
            let set = in_force();
            assert!((3..=5).contains(&set.len()), "{set:?}");
            assert_eq!(numbers(&Motions::get()), set, "motions follow the set");
            *sizes.entry(set.len()).or_default() += 1;
            Authorities::do_try_state().expect("the invariants hold");
            assert_eq!(Balances::total_issuance(), issued, "no money came or went");
        }
        assert!(
            [3, 4, 5].iter().all(|size| sizes.contains_key(size)),
            "every size was seen: {sizes:?}"
        );
    });
    for name in SET_CHANGES {
        assert!(
            made.get(name).is_some_and(|times| *times >= 20),
            "{name}: {made:?}"
        );
    }
}
