//! What paying for a settled round costs, put together from measured parts.

use chainflix_primitives::campaign::MAX_PAID_CAMPAIGNS;
use frame_support::weights::Weight;

use crate::WeightInfo;

/// Paying for a settled round whose headers hold so many debits together: all of them are added up, and at most
/// [`MAX_PAID_CAMPAIGNS`] campaigns pay.
#[must_use]
pub fn pay<W: WeightInfo>(debits: u32) -> Weight {
    if debits == 0 {
        return W::pay_nothing();
    }
    W::sum_debits(debits).saturating_add(W::pay(debits.min(MAX_PAID_CAMPAIGNS)))
}
