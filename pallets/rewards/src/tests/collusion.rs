//! What bad verifiers can take at most.

use crate::mock::{Rewards, header, run};
use chainflix_primitives::registry::Settlement;

/// The share that `bad` of `all` verifiers take when each of them reports `invented` s and the others `honest` s, in
/// parts of the round's settled sum.
fn taken(bad: u8, all: u8, honest: u64, invented: u64) -> (u128, u128) {
    let blocks = (1..=all)
        .map(|issuer| header(issuer, if issuer <= bad { invented } else { honest }, true))
        .collect();
    Rewards::settle(0, blocks, vec![]);
    let settled = Rewards::settled(0).expect("settled");
    let stolen = settled
        .blocks
        .iter()
        .take(usize::from(bad))
        .map(|block| block.reward)
        .sum();
    (stolen, settled.settled)
}

#[test]
fn k4_f_of_n_bad_verifiers_take_at_most_2f_of_2f_and_the_honest() {
    for (all, most_bad) in [(4u8, 1u8), (7, 3), (20, 9)] {
        for bad in 1..=most_bad {
            for invented in [7_200, 100_000, 1_000_000_000] {
                run(|| {
                    // Above the floor, so that the median decides.
                    let (stolen, settled) = taken(bad, all, 3_600, invented);
                    let (twice, honest) = (2 * u128::from(bad), u128::from(all - bad));
                    assert!(
                        stolen * (twice + honest)
                            <= settled * twice + (twice + honest) * u128::from(all),
                        "{bad} of {all} took {stolen} of {settled}"
                    );
                });
            }
        }
    }
}

#[test]
fn k4_inventing_more_than_twice_the_median_gains_nothing_more() {
    let mut shares = Vec::new();
    for invented in [7_200, 72_000, u32::MAX.into()] {
        run(|| shares.push(taken(1, 4, 3_600, invented)));
    }
    assert_eq!(shares[0], shares[1]);
    assert_eq!(shares[1], shares[2]);
}

#[test]
fn k5_below_the_floor_an_inventor_gets_at_most_the_weight_of_twenty_minutes() {
    run(|| {
        let blocks = vec![
            header(1, 1_000_000, true),
            header(2, 60, true),
            header(3, 60, true),
            header(4, 60, true),
        ];
        Rewards::settle(0, blocks, vec![]);
        let settled = Rewards::settled(0).expect("settled");
        assert_eq!(settled.blocks[0].weight_ms, 1_200_000);
    });
}
