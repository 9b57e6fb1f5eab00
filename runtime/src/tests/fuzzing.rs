//! Whatever bytes are read as blocks, transactions and calls, nothing panics and every invariant holds.

use crate::simulation::fuzz::{Summary, run};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_break_no_invariant_and_panic_nowhere(
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let _ = run(&bytes);
    }
}

/// As many as are asked for, for longer runs than those of the suite.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

/// Bytes that look random, the same in every run.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Bytes that mean these actions, as `Run::take` reads them.
fn actions(actions: &[&[u8]]) -> Vec<u8> {
    actions.concat()
}

const SEVEN_BLOCKS: &[u8] = &[8, 7];

#[test]
fn views_votes_and_claims_are_within_reach_of_the_bytes() {
    let votes: &[u8] = &[12, 5, 0, 0];
    // Five views of a minute at the first verifier, honest, without a debit.
    let views: &[u8] = &[11, 0, 5, 1, 255, 1];
    let claim: &[u8] = &[13, 1];
    let mut taken = vec![votes, views];
    taken.extend([SEVEN_BLOCKS; 12]);
    // The last earnings can't be claimed under as long as each round brings others.
    taken.extend([votes, SEVEN_BLOCKS, SEVEN_BLOCKS, claim]);
    let summary = run(&actions(&taken));
    assert!(summary.settled > 0 && summary.claimed > 0, "{summary:?}");
}

#[test]
fn proofs_of_faults_and_equivocations_are_within_reach_of_the_bytes() {
    // The last of three views is none.
    let views: &[u8] = &[11, 1, 3, 0, 200, 1];
    let mut faults = 0;
    for ago in 0..4 {
        let fault: &[u8] = &[14, 1, ago, 4];
        faults += run(&actions(&[views, &[8, 3], fault])).faults;
    }
    assert!(faults > 0, "no block of the last four counted rounds");
    let summary = run(&actions(&[&[15, 2], SEVEN_BLOCKS]));
    assert!(summary.equivocations > 0, "{summary:?}");
}

#[test]
fn fixed_inputs_reach_calls_refusals_and_settlements() {
    let mut all = Summary::default();
    for seed in 1..=12 {
        let summary = run(&bytes(0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seed), 3_000));
        all.made += summary.made;
        all.refused += summary.refused;
        all.settled += summary.settled;
        all.claimed += summary.claimed;
        all.blocks += summary.blocks;
        all.undecodable += summary.undecodable;
    }
    assert!(all.made >= 20 && all.refused > 120, "{all:?}");
    assert!(all.settled > 3, "{all:?}");
}
