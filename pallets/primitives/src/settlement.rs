//! Settlement: which view blocks are paid, and how much each gets of its round's reward.

use alloc::vec::Vec;

/// Weight that every header may have whatever the others have: 1,200 s of playtime, in ms.
pub const WEIGHT_FLOOR_MS: u64 = 1_200_000;

/// Whether `approvals` of `eligible` verifiers approve: more than 51 %.
///
/// > "voting over 51 %"
#[must_use]
pub fn is_approved(approvals: u32, eligible: u32) -> bool {
    u64::from(approvals).saturating_mul(100) > u64::from(eligible).saturating_mul(51)
}

/// Verifiers whose approval counts for one header: the set less the issuer; a lone verifier judges itself.
#[must_use]
pub fn eligible(set_size: u32) -> u32 {
    set_size.saturating_sub(1).max(1)
}

/// Whether a complete report of verdicts earns its part of the reporters' half: it approved at least half of the view
/// blocks of others that were approved in the end and not empty. Only approvals count, because only they are proved by the
/// bodies; half is enough, so that an issuer that hides its body from one verifier costs that one nothing.
#[must_use]
pub fn has_judged_enough(approved_by_it: u32, approved_of_others: u32) -> bool {
    u64::from(approved_by_it).saturating_mul(2) >= u64::from(approved_of_others)
}

/// Median of `values`, the lower of the two middle ones when their number is even. 0 for none.
#[must_use]
pub fn lower_median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len().saturating_sub(1) / 2;
    sorted.get(middle).copied().unwrap_or(0)
}

/// Weights of a round's headers from their playtimes (ms): each at most twice the lower median, or
/// [`WEIGHT_FLOOR_MS`] where that is more. A verifier that invents viewers gains at most twice its fair share.
#[must_use]
pub fn capped_weights(playtimes: &[u64]) -> Vec<u64> {
    let cap = lower_median(playtimes)
        .saturating_mul(2)
        .max(WEIGHT_FLOOR_MS);
    playtimes
        .iter()
        .map(|playtime| (*playtime).min(cap))
        .collect()
}

/// What a round pays at most, in units: its emission, or less when `max_rate_per_second` (units per second of
/// weighted playtime) is set and the round was hardly watched.
#[must_use]
pub fn round_reward(
    emission: u128,
    total_weight_ms: u128,
    max_rate_per_second: Option<u128>,
) -> u128 {
    match max_rate_per_second {
        // An overflowing product is above any emission.
        Some(rate) => total_weight_ms
            .checked_mul(rate)
            .map_or(emission, |product| emission.min(product / 1000)),
        None => emission,
    }
}

/// `floor(round_reward × weight ÷ total_weight)`, in units; the total is over all headers, so that rejecting others
/// gains nothing. `None` with a total of 0 or on overflow.
#[must_use]
pub fn block_reward(round_reward: u128, weight_ms: u64, total_weight_ms: u128) -> Option<u128> {
    round_reward
        .checked_mul(u128::from(weight_ms))?
        .checked_div(total_weight_ms)
}

/// `floor(block_reward × playtime ÷ header playtime)`, in units. `None` with a header playtime of 0 or on overflow.
#[must_use]
pub fn view_value(block_reward: u128, playtime_ms: u32, header_playtime_ms: u64) -> Option<u128> {
    block_reward
        .checked_mul(u128::from(playtime_ms))?
        .checked_div(u128::from(header_playtime_ms))
}

/// What one producer's videos count at most, in ms of playtime, of a round that `producers` share: a fifth of it, or 2 ÷
/// `producers` where that is more. One party that is producer, viewers and storage so gets no more than that.
#[must_use]
pub fn producer_cap_ms(round_playtime_ms: u64, producers: u64) -> u64 {
    let of_two = u128::from(round_playtime_ms).saturating_mul(2);
    let shared = of_two.checked_div(u128::from(producers)).unwrap_or(of_two);
    // Whoever has the whole round counts for no more than it.
    let shared = u64::try_from(shared).unwrap_or(u64::MAX);
    shared.min(round_playtime_ms).max(round_playtime_ms / 5)
}

/// `floor(value × cap ÷ played)`, in units, of a view whose producer was played for more than its cap; all of it otherwise. What
/// is cut is not minted. `None` on overflow.
#[must_use]
pub fn capped_value(value: u128, played_ms: u64, cap_ms: u64) -> Option<u128> {
    if played_ms <= cap_ms {
        return Some(value);
    }
    value
        .checked_mul(u128::from(cap_ms))?
        .checked_div(u128::from(played_ms))
}
