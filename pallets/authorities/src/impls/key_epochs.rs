//! Key epochs: whoever leaves the set knows its secret, so that new videos need another.

use chainflix_primitives::registry::{CurrentRound, KeyEpochs};

use crate::{Config, EpochInForce, Event, KeyEpoch, LatestEpoch, Pallet, SetSecrets};

impl<T: Config> KeyEpochs for Pallet<T> {
    fn is_in_force(epoch: u32) -> bool {
        SetSecrets::<T>::get(epoch).is_some_and(|record| record.in_force)
    }

    fn takes_new_videos(epoch: u32) -> bool {
        EpochInForce::<T>::get() == Some(epoch)
    }
}

impl<T: Config> Pallet<T> {
    /// Opens the next key epoch, unless nobody has made a secret in the one that is open: there is nothing that who
    /// leaves could know.
    pub(crate) fn open_key_epoch() {
        let latest = LatestEpoch::<T>::get();
        if !SetSecrets::<T>::contains_key(latest.epoch) {
            return;
        }
        // There are fewer epochs than sessions, and the number of a session is as long.
        let Some(epoch) = latest.epoch.checked_add(1) else {
            return;
        };
        LatestEpoch::<T>::put(KeyEpoch {
            epoch,
            opened: T::Rounds::current_round(),
        });
        Self::deposit_event(Event::KeyEpochOpened { epoch });
    }
}
