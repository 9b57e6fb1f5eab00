//! Random heartbeats against a model that remembers every one of them.

use crate::mock::{Now, StorageProviders, heartbeat_call, owner, register, run, submit};
use chainflix_primitives::heartbeat::{HEARTBEAT_ROUNDS, Heartbeat, last_round, period_due};
use frame_support::assert_ok;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PROVIDERS: u32 = 12;

/// Who attests what, and whether the period ends before it.
fn steps() -> impl Strategy<Value = Vec<(u8, u16, bool)>> {
    let step = (101u8..106, any::<u16>(), prop::bool::weighted(0.15));
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whoever_attests_what_a_provider_was_seen_in_the_last_period_in_which_three_of_four_said_so(
        steps in steps()
    ) {
        run(|| {
            for key in 1..=PROVIDERS {
                assert_ok!(register(owner(), [key as u8; 32]));
            }
            Now::set(1_020);
            // By period and verifier, the providers that it found alive.
            let mut attested: BTreeMap<u32, BTreeMap<u8, BTreeSet<u32>>> = BTreeMap::new();
            for (number, bits, next) in steps {
                if next {
                    Now::mutate(|now| *now += HEARTBEAT_ROUNDS);
                }
                let period = period_due(Now::get()).expect("not the first");
                let alive: BTreeSet<u32> =
                    (0..PROVIDERS).filter(|index| bits & (1 << index) != 0).collect();
                let heartbeat = Heartbeat::of(period, 0, alive.iter().copied());
                let known = attested.entry(period).or_default();
                let fresh = (101..105).contains(&number) && !known.contains_key(&number);
                assert_eq!(submit(heartbeat_call(number, heartbeat)).is_ok(), fresh);
                if fresh {
                    known.insert(number, alive);
                }
                for index in 0..PROVIDERS {
                    let seen = attested.iter().rev().find_map(|(period, by)| {
                        let say_so = by.values().filter(|alive| alive.contains(&index)).count();
                        (say_so >= 3).then(|| last_round(*period).expect("in time"))
                    });
                    assert_eq!(StorageProviders::last_seen(index), seen, "provider {index}");
                }
                StorageProviders::do_try_state().expect("the invariants hold");
            }
        });
    }
}
