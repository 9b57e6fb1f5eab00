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
