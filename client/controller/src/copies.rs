//! How many copies a cell shall have: as many as are worth their space, and never fewer than the floor.
//!
//! The benefit of a copy is the number of streams that find a holder only because of it. With `n` copies and a demand of `d`
//! streams at once,
//!
//! ```text
//! unserved(n) = max(d − n·c, 0)  +  d·bⁿ
//! ```
//!
//! where `c` is what one copy's node has to spare and `b` the share of holders that can't take a stream because they are
//! gone or full. Copies are added while `unserved(n) − unserved(n + 1)` exceeds the price of space, which rises as the nodes
//! fill. One is taken away only when it would not be worth having at one and a half times the demand and half the
//! price, not more often than every [`FADE_MS`]: that is the hysteresis.
//!
//! All inputs are integers, and only multiplication, subtraction and division of IEEE doubles are applied to them, so that
//! a logged decision is computed alike everywhere.

use serde::{Deserialize, Serialize};

/// Between two copies that are given up lies at least so much time, in ms.
pub const FADE_MS: u64 = 120_000;
/// Most copies of a cell.
pub const MAX_COPIES: u32 = 512;
/// With less of the nodes' space free, no copy above the floor is added, in thousandths.
const RESERVE_PERMILLE: u64 = 40;
/// What a copy must be worth when half of the space is free, in thousandths of a stream. Over the half hour for which it is
/// wanted its transfer is a thirtieth of a stream; but it takes that from those who hold the cell, and whose lines are the
/// busy ones, just then. In the simulator (`docs/benchmarks/controller.md`) prices of 300 to 1,200 do alike, 30 and 3,000 worse.
const PRICE_MILLI: u64 = 600;

/// All that a number of copies depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiesInputs {
    /// Copies that there are at least.
    pub floor: u32,
    /// Copies that are wanted so far.
    pub wanted: u32,
    /// Copies beyond which there are no more nodes.
    pub most: u32,
    /// Streams at once that are expected, in thousandths.
    pub demand_milli: u64,
    /// Streams that one more copy can serve, in thousandths.
    pub per_copy_milli: u64,
    /// Share of nodes that can't take a stream, in thousandths.
    pub blocked_permille: u64,
    /// Share of all nodes' space that is free, in thousandths.
    pub free_permille: u64,
    /// Time since the wanted number last changed, in ms.
    pub since_change_ms: u64,
}

/// The number of copies that shall be wanted from now on.
#[must_use]
pub fn wanted(inputs: &CopiesInputs) -> u32 {
    let price = price_milli(inputs.free_permille);
    let demand = inputs.demand_milli;
    let worth = worth_having(inputs, demand, price);
    if worth > inputs.wanted {
        return worth;
    }
    let generous = demand.saturating_add(demand / 2);
    let kept = worth_having(inputs, generous, price.map(|price| price / 2));
    if kept < inputs.wanted && inputs.since_change_ms >= FADE_MS {
        inputs.wanted.saturating_sub(1).max(inputs.floor)
    } else {
        inputs.wanted.max(inputs.floor)
    }
}

/// What a copy must be worth, in thousandths of a stream; `None` when there is no space for any.
#[must_use]
pub fn price_milli(free_permille: u64) -> Option<u64> {
    let spare = free_permille.checked_sub(RESERVE_PERMILLE)?;
    PRICE_MILLI.saturating_mul(500).checked_div(spare)
}

fn worth_having(inputs: &CopiesInputs, demand_milli: u64, price_milli: Option<u64>) -> u32 {
    let Some(price_milli) = price_milli else {
        return inputs.floor;
    };
    let (demand, price) = (milli(demand_milli), milli(price_milli));
    let per_copy = milli(inputs.per_copy_milli);
    let blocked = milli(inputs.blocked_permille.min(950));
    let most = inputs.most.min(MAX_COPIES);
    let mut copies = 0u32;
    let mut served = 0.0;
    let mut miss = demand;
    loop {
        let more = served + per_copy;
        let overflow = (demand - served).max(0.0) - (demand - more).max(0.0);
        let benefit = overflow + miss * (1.0 - blocked);
        if copies >= most || (copies >= inputs.floor && benefit <= price) {
            return copies.max(inputs.floor);
        }
        copies = copies.saturating_add(1);
        served = more;
        miss *= blocked;
    }
}

/// Thousandths as a number. Exact below 2⁵³, far above what any input reaches.
#[allow(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn milli(thousandths: u64) -> f64 {
    thousandths as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inputs(demand_milli: u64) -> CopiesInputs {
        CopiesInputs {
            floor: 3,
            wanted: 3,
            most: 100,
            demand_milli,
            per_copy_milli: 5_000,
            blocked_permille: 200,
            free_permille: 500,
            since_change_ms: FADE_MS,
        }
    }

    #[test]
    fn a_video_that_nobody_watches_has_the_floor_and_a_crowd_gets_enough_for_all() {
        assert_eq!(wanted(&inputs(0)), 3);
        assert_eq!(wanted(&inputs(500)), 3);
        let crowd = wanted(&inputs(200_000));
        assert!((40..=45).contains(&crowd), "{crowd}");
    }

    #[test]
    fn fading_takes_one_copy_at_a_time_with_a_pause_and_ends_at_the_floor() {
        let mut now = inputs(0);
        now.wanted = 6;
        assert_eq!(wanted(&now), 5);
        now.since_change_ms = FADE_MS - 1;
        assert_eq!(wanted(&now), 6);
        now.since_change_ms = u64::MAX;
        for left in [5, 4, 3, 3] {
            now.wanted = wanted(&now);
            assert_eq!(now.wanted, left);
        }
    }

    #[test]
    fn demand_that_wavers_by_a_third_moves_no_copy() {
        let mut now = inputs(50_000);
        now.wanted = wanted(&now);
        for demand in [40_000, 50_000, 36_000, 49_000] {
            now.demand_milli = demand;
            assert_eq!(wanted(&now), now.wanted);
        }
    }

    #[test]
    fn nodes_that_are_nearly_full_take_in_nothing_above_the_floor() {
        let mut now = inputs(100_000);
        now.free_permille = RESERVE_PERMILLE - 1;
        assert_eq!(wanted(&now), 3);
    }

    proptest! {
        #[test]
        fn copies_stay_between_floor_and_most_and_rise_with_demand(
            floor in 1u32..6, wanted_now in 0u32..600, demand in 0u64..10_000_000, more in 0u64..1_000_000,
            per_copy in 0u64..100_000, blocked in 0u64..2_000, free in 0u64..=1_000, since: u64,
        ) {
            let base = CopiesInputs {
                floor, wanted: wanted_now, most: 100, demand_milli: demand, per_copy_milli: per_copy,
                blocked_permille: blocked, free_permille: free, since_change_ms: since,
            };
            let fewer = wanted(&base);
            prop_assert!(fewer >= floor);
            prop_assert!(fewer <= 100.max(wanted_now));
            let asked_more = CopiesInputs { demand_milli: demand + more, ..base };
            prop_assert!(wanted(&asked_more) >= fewer);
        }
    }
}
