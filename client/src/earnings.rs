//! Earnings: pending, claimable, claimed, and what they come to.

use chainflix_primitives::Round;

use crate::verifiers::LifetimeEarnings;

/// What an account has earned, in units: pending + claimable + claimed = lifetime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EarningsSummary {
    /// By the last settled round that a verifier computed.
    pub lifetime: u128,
    /// Up to which round that is.
    pub as_of: Option<Round>,
    /// Settled, but not yet under a root that can be claimed from.
    pub pending: u128,
    /// Under an adopted root whose delay is over, and not claimed.
    pub claimable: u128,
    /// Paid.
    pub claimed: u128,
}

impl EarningsSummary {
    /// Puts together what a verifier and the chain say. The two are not asked at the same instant, so that either may be
    /// ahead: nothing is ever counted twice or below zero for that.
    #[must_use]
    pub fn new(earnings: &LifetimeEarnings, claimed: u128) -> Self {
        let provable = earnings
            .claimable
            .map_or(0, |(_, total)| total)
            .max(claimed);
        let computed = earnings
            .computed
            .map_or(0, |(_, total)| total)
            .max(provable);
        Self {
            lifetime: computed,
            as_of: earnings.computed.map(|(round, _)| round),
            // Each is the difference to a maximum that includes it, so the order of the two is known.
            pending: computed.abs_diff(provable),
            claimable: provable.abs_diff(claimed),
            claimed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pending_claimable_and_claimed_come_to_the_lifetime_total(
            computed in proptest::option::of((0u32..9, 0u128..1_000)),
            claimable in proptest::option::of((0u32..9, 0u128..1_000)),
            claimed in 0u128..1_000,
        ) {
            let summary = EarningsSummary::new(&LifetimeEarnings { computed, claimable }, claimed);
            prop_assert_eq!(summary.pending + summary.claimable + summary.claimed, summary.lifetime);
        }
    }
}
