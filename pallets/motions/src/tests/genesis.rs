//! The delay that genesis chooses.

use crate::mock::{DELAY, Motions, genesis, run};

#[test]
fn the_delay_is_the_one_of_genesis() {
    run(|| assert_eq!(Motions::delay(), DELAY));
}

#[test]
#[should_panic(expected = "genesis: motions.delay must be at least 10 blocks")]
fn a_genesis_with_a_delay_below_the_least_is_refused() {
    genesis(9);
}

#[test]
fn a_genesis_with_the_least_delay_is_accepted() {
    genesis(10).execute_with(|| assert_eq!(Motions::delay(), 10));
}
