//! The videos of a producer, and what is proposed for a video, page by page.

use alloc::vec::Vec;
use chainflix_primitives::Magnet;

use crate::{Config, Listings, MAX_PAGE, Pallet, Proposals, PublishedCount};

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

    /// At most `limit`, and at most [`MAX_PAGE`], proposals for a video that come after `after`.
    pub(crate) fn proposals_page(magnet: Magnet, after: Option<u32>, limit: u32) -> Vec<u32> {
        let page = limit.min(MAX_PAGE) as usize;
        match after {
            None => Proposals::<T>::iter_key_prefix(magnet).take(page).collect(),
            Some(id) => {
                let start = Proposals::<T>::hashed_key_for(magnet, id);
                Proposals::<T>::iter_key_prefix_from(magnet, start)
                    .take(page)
                    .collect()
            }
        }
    }
}
