use chainflix_primitives::window::{
    CELL_MS, MAX_CELLS, WindowError, cell_count, cell_playtime, check_elapsed, overlap, overlap_ms,
};
use proptest::prelude::*;

#[test]
fn w1_a_minute_is_accepted_from_60_000_to_90_000_ms_and_not_a_millisecond_outside() {
    assert_eq!(check_elapsed(60_000, 59_999), Err(WindowError::TooEarly));
    assert_eq!(check_elapsed(60_000, 60_000), Ok(()));
    assert_eq!(check_elapsed(60_000, 90_000), Ok(()));
    assert_eq!(check_elapsed(60_000, 90_001), Err(WindowError::TooLate));
}

#[test]
fn w1_half_the_playtime_is_too_early_and_no_time_at_all_too() {
    assert_eq!(check_elapsed(60_000, 30_000), Err(WindowError::TooEarly));
    assert_eq!(check_elapsed(60_000, 0), Err(WindowError::TooEarly));
    assert_eq!(check_elapsed(60_000, u32::MAX), Err(WindowError::TooLate));
}

#[test]
fn w2_a_last_cell_of_17_s_uses_its_own_playtime() {
    let playtime = cell_playtime(2 * 60_000 + 17_000, 2).expect("a third cell");
    assert_eq!(playtime, 17_000);
    assert_eq!(check_elapsed(playtime, 16_999), Err(WindowError::TooEarly));
    assert_eq!(check_elapsed(playtime, 17_000), Ok(()));
    assert_eq!(check_elapsed(playtime, 25_500), Ok(()));
    assert_eq!(check_elapsed(playtime, 25_501), Err(WindowError::TooLate));
}

#[test]
fn w2_an_odd_playtime_has_its_half_millisecond_floored() {
    assert_eq!(check_elapsed(5_001, 7_501), Ok(()));
    assert_eq!(check_elapsed(5_001, 7_502), Err(WindowError::TooLate));
}

#[test]
fn w3_there_is_no_video_of_no_time_nor_of_more_than_a_day_and_no_cell_above_60_s() {
    assert_eq!(cell_count(0), None);
    assert_eq!(cell_playtime(0, 0), None);
    let day = u32::from(MAX_CELLS) * CELL_MS;
    assert_eq!(cell_count(day), Some(MAX_CELLS));
    assert_eq!(cell_count(day + 1), None);
    assert_eq!(cell_count(u32::MAX), None);
    assert_eq!(cell_playtime(u32::MAX, 0), None);
    assert_eq!(cell_count(1), Some(1));
    assert_eq!(cell_playtime(1, 0), Some(1));
}

#[test]
fn a_video_of_whole_minutes_has_no_empty_last_cell() {
    assert_eq!(cell_count(120_000), Some(2));
    assert_eq!(cell_playtime(120_000, 1), Some(60_000));
    assert_eq!(cell_playtime(120_000, 2), None);
    assert_eq!(cell_count(120_001), Some(3));
    assert_eq!(cell_playtime(120_001, 2), Some(1));
}

#[test]
fn p4_a_cell_that_starts_when_the_last_ended_does_not_overlap_it() {
    assert!(!overlap((0, 60_000), (60_000, 120_000)));
    assert!(overlap((0, 60_001), (60_000, 120_000)));
    assert_eq!(overlap_ms((0, 60_001), (60_000, 120_000)), 1);
    assert_eq!(overlap_ms((0, 100), (20, 30)), 10);
}

proptest! {
    #[test]
    fn the_cells_of_any_video_last_as_long_as_the_video(total in 1u32..=86_400_000) {
        let count = cell_count(total).expect("within a day");
        let playtimes: Vec<u32> = (0..count)
            .map(|index| cell_playtime(total, index).expect("a cell"))
            .collect();
        prop_assert_eq!(playtimes.iter().sum::<u32>(), total);
        prop_assert!(playtimes.iter().all(|playtime| (1..=CELL_MS).contains(playtime)));
        prop_assert!(playtimes.iter().rev().skip(1).all(|playtime| *playtime == CELL_MS));
        prop_assert_eq!(cell_playtime(total, count), None);
    }

    #[test]
    fn the_window_is_what_the_paper_says_in_real_numbers(playtime: u32, elapsed: u32) {
        let inside = f64::from(playtime) <= f64::from(elapsed)
            && f64::from(elapsed) <= 1.5 * f64::from(playtime);
        prop_assert_eq!(check_elapsed(playtime, elapsed).is_ok(), inside);
    }

    #[test]
    fn overlap_is_symmetric_and_at_most_the_shorter(
        a in (any::<u32>(), 0u64..100_000), b in (any::<u32>(), 0u64..100_000),
    ) {
        let interval = |(start, length): (u32, u64)| (u64::from(start), u64::from(start) + length);
        let common = overlap_ms(interval(a), interval(b));
        prop_assert_eq!(common, overlap_ms(interval(b), interval(a)));
        prop_assert!(common <= a.1.min(b.1));
    }
}
