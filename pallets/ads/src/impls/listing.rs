//! The campaigns of an advertiser, page by page.

use alloc::vec::Vec;

use crate::{Config, Listings, MAX_PAGE, OpenedCount, Pallet};

impl<T: Config> Pallet<T> {
    /// At most `limit` campaigns with their numbers from number `from` on; looks at [`MAX_PAGE`] numbers at most.
    pub(crate) fn page_of(advertiser: &T::AccountId, from: u32, limit: u32) -> Vec<(u32, u32)> {
        let end = OpenedCount::<T>::get(advertiser).min(from.saturating_add(MAX_PAGE));
        (from..end)
            .filter_map(|number| {
                Listings::<T>::get(advertiser, number).map(|campaign| (number, campaign))
            })
            .take(limit as usize)
            .collect()
    }
}
