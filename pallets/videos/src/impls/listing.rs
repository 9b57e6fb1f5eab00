//! The videos of a producer, page by page.

use alloc::vec::Vec;
use chainflix_primitives::Magnet;

use crate::{Config, Listings, MAX_PAGE, Pallet, PublishedCount};

impl<T: Config> Pallet<T> {
    /// At most `limit` videos with their numbers from number `from` on; looks at [`MAX_PAGE`] numbers at most.
    pub(crate) fn page_of(producer: &T::AccountId, from: u32, limit: u32) -> Vec<(u32, Magnet)> {
        let end = PublishedCount::<T>::get(producer).min(from.saturating_add(MAX_PAGE));
        (from..end)
            .filter_map(|number| {
                Listings::<T>::get(producer, number).map(|magnet| (number, magnet))
            })
            .take(limit as usize)
            .collect()
    }
}
