use chainflix_primitives::{
    emission::{CFX, EmissionPreset, EmissionSchedule, INITIAL_REWARD, PRE_MINE},
    rounds::PRODUCTION_ROUND_MS,
};
use proptest::prelude::*;

/// Rounds of 43.2 s in a year of 365 days.
const YEAR: u32 = 730_000;
/// Length of a round in the presets `dev` and `local`, in ms.
const SHORT_ROUND_MS: u32 = 7_200;

fn production(preset: EmissionPreset) -> EmissionSchedule {
    preset
        .schedule(PRODUCTION_ROUND_MS)
        .expect("production rounds")
}

fn paper() -> EmissionSchedule {
    production(EmissionPreset::Whitepaper)
}

#[test]
fn block_time_43_2_s_and_a_year_of_them() {
    assert_eq!(
        u64::from(YEAR) * u64::from(PRODUCTION_ROUND_MS),
        365 * 86_400_000
    );
}

#[test]
fn block_compensation_135_cfx() {
    assert_eq!(paper().reward(0), 135 * CFX);
    assert_eq!(paper().reward(YEAR - 1), 135 * CFX);
}

#[test]
fn half_life_after_1_year_67_5_cfx() {
    assert_eq!(paper().reward(YEAR), 67_500_000_000_000);
    assert_eq!(paper().reward(29_199_999), 67_500_000_000_000);
    assert_eq!(paper().reward(29_200_000), 0);
    assert_eq!(paper().reward(u32::MAX), 0);
}

#[test]
fn annual_issuance_98_550_000_cfx() {
    assert_eq!(paper().cumulative(YEAR), 98_550_000 * CFX);
}

#[test]
fn annual_issuance_after_half_life_49_275_000_cfx() {
    assert_eq!(paper().cumulative(2 * YEAR), 147_825_000 * CFX);
    for year in 1..40 {
        let issued = paper().cumulative((year + 1) * YEAR) - paper().cumulative(year * YEAR);
        assert_eq!(issued, 49_275_000 * CFX, "year {year}");
    }
}

#[test]
fn total_issuance_after_40_years_5_020_275_000_cfx() {
    assert_eq!(paper().cumulative(29_200_000), 2_020_275_000 * CFX);
    assert_eq!(
        paper().cumulative(29_200_000) + PRE_MINE,
        5_020_275_000 * CFX
    );
    assert_eq!(paper().cumulative(u32::MAX), 2_020_275_000 * CFX);
}

#[test]
fn the_geometric_preset_halves_every_2_160_000_rounds_down_to_nothing() {
    let schedule = production(EmissionPreset::Geometric);
    assert_eq!(schedule.cumulative(2_160_000), 291_600_000 * CFX);
    assert_eq!(schedule.cumulative(4_320_000), 437_400_000 * CFX);
    // 583,147,265.624999440000 CFX
    assert_eq!(schedule.cumulative(29_200_000), 583_147_265_624_999_440_000);
    assert_eq!(schedule.reward(46 * 2_160_000), 1);
    assert_eq!(schedule.reward(47 * 2_160_000), 0);
    let all = schedule.cumulative(u32::MAX);
    assert!(all < 583_200_000 * CFX && all > 583_199_900 * CFX);
}

#[test]
fn the_dev_preset_halves_three_times_and_then_stays() {
    let schedule = production(EmissionPreset::Dev);
    let rewards: Vec<u128> = [0, 99, 100, 200, 300, 400, u32::MAX]
        .iter()
        .map(|round| schedule.reward(*round))
        .collect();
    let halved = |times: u32| INITIAL_REWARD >> times;
    assert_eq!(
        rewards,
        [
            halved(0),
            halved(0),
            halved(1),
            halved(2),
            halved(3),
            halved(3),
            halved(3)
        ]
    );
}

#[test]
fn shorter_rounds_pay_by_length_and_keep_halvings_and_end_in_time() {
    let schedule = EmissionPreset::Whitepaper
        .schedule(SHORT_ROUND_MS)
        .expect("7.2 s divide 43.2 s");
    assert_eq!(schedule.reward(0), 22_500_000_000_000);
    assert_eq!(schedule.reward(6 * YEAR - 1), 22_500_000_000_000);
    assert_eq!(schedule.reward(6 * YEAR), 11_250_000_000_000);
    assert_eq!(schedule.reward(6 * 29_200_000 - 1), 11_250_000_000_000);
    assert_eq!(schedule.reward(6 * 29_200_000), 0);
    for years in [1u32, 2, 10, 40] {
        assert_eq!(
            schedule.cumulative(6 * years * YEAR),
            paper().cumulative(years * YEAR),
            "after {years} years"
        );
    }
    let dev = EmissionPreset::Dev.schedule(SHORT_ROUND_MS).expect("7.2 s");
    assert_eq!(
        (dev.reward(599), dev.reward(600)),
        (22_500_000_000_000, 11_250_000_000_000)
    );
}

#[test]
fn a_round_length_that_does_not_divide_43_2_s_has_no_schedule() {
    for wrong in [0, 7_000, 43_199, 43_201, 86_400, u32::MAX] {
        assert_eq!(
            EmissionPreset::Whitepaper.schedule(wrong),
            None,
            "{wrong} ms"
        );
    }
    // 1 ms would put the end of the schedule past the last round there can be.
    assert_eq!(EmissionPreset::Whitepaper.schedule(1), None);
}

fn any_schedule() -> impl Strategy<Value = EmissionSchedule> {
    let preset = prop_oneof![
        Just(EmissionPreset::Whitepaper),
        Just(EmissionPreset::Geometric),
        Just(EmissionPreset::Dev)
    ];
    let round_ms = prop_oneof![Just(43_200u32), Just(21_600), Just(7_200), Just(2_400)];
    (preset, round_ms).prop_map(|(preset, round_ms)| preset.schedule(round_ms).expect("divides"))
}

proptest! {
    #[test]
    fn what_a_round_adds_to_the_sum_is_its_reward(schedule in any_schedule(), round in 0..u32::MAX) {
        prop_assert_eq!(
            schedule.cumulative(round + 1) - schedule.cumulative(round),
            schedule.reward(round)
        );
    }

    #[test]
    fn the_reward_never_rises(schedule in any_schedule(), a: u32, b: u32) {
        prop_assert!(schedule.reward(a.max(b)) <= schedule.reward(a.min(b)));
    }

    #[test]
    fn borders_of_eras_are_no_exception(schedule in any_schedule(), era in 0u32..60, near in 0u32..3) {
        for every in [100u32, 600, 1_800, 730_000, 2_160_000, 4_380_000, 12_960_000, 29_200_000] {
            let Some(border) = every.checked_mul(era).and_then(|b| b.checked_add(near)) else {
                continue;
            };
            let round = border.saturating_sub(1);
            prop_assert_eq!(
                schedule.cumulative(round + 1) - schedule.cumulative(round),
                schedule.reward(round)
            );
        }
    }
}

#[test]
fn the_closed_form_equals_the_sum_over_rounds() {
    let schedule = production(EmissionPreset::Dev);
    let mut sum = 0;
    for round in 0..1_000 {
        assert_eq!(schedule.cumulative(round), sum, "before round {round}");
        sum += schedule.reward(round);
    }
}
