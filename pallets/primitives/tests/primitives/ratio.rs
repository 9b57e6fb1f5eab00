use chainflix_primitives::ratio::{
    MIN_VIEWER, MiningRatio, PPM, Parts, RatioError, STORAGE_SHARE, SUPERVISOR_SHARE,
    VERIFIER_SHARE,
};
use proptest::prelude::*;

const CHAIN_SHARES: u32 = VERIFIER_SHARE + STORAGE_SHARE + SUPERVISOR_SHARE;

fn sum(parts: &Parts) -> Option<u128> {
    [
        parts.producer,
        parts.viewer,
        parts.enhancers,
        parts.verifier,
        parts.storage,
        parts.supervisor,
    ]
    .iter()
    .try_fold(0u128, |sum, part| sum.checked_add(*part))
}

/// Any ratio whose six shares sum to the whole.
fn any_ratio() -> impl Strategy<Value = MiningRatio> {
    prop::collection::vec(0..=PPM, 5).prop_map(|mut cuts| {
        cuts.sort_unstable();
        let mut shares = Vec::new();
        let mut before = 0;
        for cut in cuts.into_iter().chain([PPM]) {
            shares.push(cut - before);
            before = cut;
        }
        MiningRatio {
            producer: shares[0],
            viewer: shares[1],
            enhancers: shares[2],
            verifier: shares[3],
            storage: shares[4],
            supervisor: shares[5],
        }
    })
}

#[test]
fn the_papers_ratio_is_valid_and_splits_a_million_units_into_its_own_shares() {
    let ratio = MiningRatio::whitepaper();
    assert_eq!(ratio.validate(), Ok(()));
    let parts = ratio.split(1_000_000).expect("a valid ratio splits");
    assert_eq!(
        (parts.producer, parts.viewer, parts.enhancers),
        (400_000, 300_000, 50_000)
    );
    assert_eq!(
        (parts.verifier, parts.storage, parts.supervisor),
        (100_000, 130_000, 20_000)
    );
}

#[test]
fn the_producer_receives_every_remainder() {
    // 7 units: 2.1, 0.35, 0.7, 0.91 and 0.14 are floored to 2, 0, 0, 0 and 0.
    let parts = MiningRatio::whitepaper()
        .split(7)
        .expect("a valid ratio splits");
    assert_eq!((parts.viewer, parts.producer), (2, 5));
    assert_eq!(sum(&parts), Some(7));
}

#[test]
fn a_producer_divides_only_what_the_chain_leaves_and_never_below_the_viewers_minimum() {
    let paper = MiningRatio::whitepaper();
    let least = MiningRatio {
        viewer: MIN_VIEWER,
        producer: PPM - CHAIN_SHARES - MIN_VIEWER,
        enhancers: 0,
        ..paper
    };
    assert_eq!(least.validate(), Ok(()));
    let below = MiningRatio {
        viewer: MIN_VIEWER - 1,
        producer: least.producer + 1,
        ..least
    };
    assert_eq!(below.validate(), Err(RatioError::ViewerBelowMinimum));
    let moved = MiningRatio {
        verifier: VERIFIER_SHARE - 1,
        producer: paper.producer + 1,
        ..paper
    };
    assert_eq!(moved.validate(), Err(RatioError::ChainShareChanged));
    for wrong in [paper.producer - 1, paper.producer + 1, u32::MAX] {
        let ratio = MiningRatio {
            producer: wrong,
            ..paper
        };
        assert_eq!(ratio.validate(), Err(RatioError::SumNotWhole));
    }
}

#[test]
fn shares_above_the_whole_split_nothing_instead_of_inventing_money() {
    let ratio = MiningRatio {
        viewer: u32::MAX,
        ..MiningRatio::whitepaper()
    };
    assert_eq!(ratio.split(1_000_000), None);
    assert_eq!(ratio.split(u128::MAX), None);
}

proptest! {
    #[test]
    fn the_parts_sum_to_the_whole_for_any_amount_and_ratio(value: u128, ratio in any_ratio()) {
        let parts = ratio.split(value).expect("shares that sum to the whole split");
        prop_assert_eq!(sum(&parts), Some(value));
    }

    #[test]
    fn each_part_is_its_share_floored(value in 0u128..u128::from(u64::MAX), ratio in any_ratio()) {
        let parts = ratio.split(value).expect("shares that sum to the whole split");
        let floored = |share: u32| value * u128::from(share) / 1_000_000;
        prop_assert_eq!(parts.viewer, floored(ratio.viewer));
        prop_assert_eq!(parts.enhancers, floored(ratio.enhancers));
        prop_assert_eq!(parts.verifier, floored(ratio.verifier));
        prop_assert_eq!(parts.storage, floored(ratio.storage));
        prop_assert_eq!(parts.supervisor, floored(ratio.supervisor));
        // Five floors lose less than five units, all to the producer.
        let over = parts.producer - floored(ratio.producer);
        prop_assert!(over <= 5);
    }
}
