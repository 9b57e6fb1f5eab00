//! The schedule as wallets read it.

use crate::mock::{CFX, Rewards, run, run_with};
use chainflix_primitives::emission::EmissionPreset;

#[test]
fn the_papers_schedule_reads_as_in_its_table() {
    run(|| {
        assert_eq!(Rewards::emission_preset(), Some(EmissionPreset::Whitepaper));
        for (round, tenths) in [
            (0, 1_350),
            (729_999, 1_350),
            (730_000, 675),
            (29_199_999, 675),
            (29_200_000, 0),
        ] {
            assert_eq!(Rewards::reward(round), tenths * CFX / 10, "round {round}");
        }
        for (round, sum) in [
            (730_000, 98_550_000),
            (1_460_000, 147_825_000),
            (29_200_000, 2_020_275_000),
        ] {
            assert_eq!(
                Rewards::cumulative(round),
                sum * CFX,
                "before round {round}"
            );
        }
    });
}

#[test]
fn the_geometric_schedule_reads_as_published() {
    run_with(EmissionPreset::Geometric, None, || {
        assert_eq!(Rewards::cumulative(2_160_000), 291_600_000 * CFX);
        assert_eq!(Rewards::cumulative(4_320_000), 437_400_000 * CFX);
        assert_eq!(Rewards::cumulative(29_200_000), 583_147_265_624_999_440_000);
    });
}

#[test]
fn each_rounds_reward_is_the_step_of_the_sum() {
    run_with(EmissionPreset::Dev, None, || {
        for round in 0..500 {
            let step = Rewards::cumulative(round + 1) - Rewards::cumulative(round);
            assert_eq!(step, Rewards::reward(round), "round {round}");
        }
    });
}
