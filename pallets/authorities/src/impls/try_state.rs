//! What must always hold.

use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

use crate::{
    Acknowledgements, AnnouncementCount, Announcements, Config, MinimumSet, Pallet, SetSecrets,
};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_set()?;
        Self::check_announcements()?;
        Self::check_secrets()
    }

    /// The set is within its bounds, and every verifier has session keys.
    fn check_set() -> Result<(), TryRuntimeError> {
        let set = Self::set_in_force();
        let size = u32::try_from(set.len()).map_err(|_| "the set is too large")?;
        ensure!(
            size >= MinimumSet::<T>::get(),
            "the set is below its minimum"
        );
        ensure!(size <= T::MaxSet::get(), "the set is above its maximum");
        ensure!(
            set.windows(2).all(|pair| !matches!(pair, [a, b] if a == b)),
            "a verifier twice"
        );
        for verifier in set {
            ensure!(
                pallet_session::Pallet::<T>::load_keys(&verifier).is_some(),
                "a verifier has no session keys"
            );
        }
        Ok(())
    }

    /// Whoever announced something has a count of it.
    fn check_announcements() -> Result<(), TryRuntimeError> {
        let count = Announcements::<T>::iter_keys().count() as u64;
        ensure!(
            count == u64::from(Announcements::<T>::count()),
            "announcements miscounted"
        );
        for verifier in Announcements::<T>::iter_keys() {
            ensure!(
                AnnouncementCount::<T>::get(verifier) > 0,
                "an announcement was not counted"
            );
        }
        Ok(())
    }

    /// The maker of a secret holds it, nobody holds it twice, and nobody holds one that is not.
    fn check_secrets() -> Result<(), TryRuntimeError> {
        for (epoch, record) in SetSecrets::<T>::iter() {
            let holders = Acknowledgements::<T>::get(epoch);
            let maker = T::AccountId::from(record.maker.0);
            ensure!(
                holders.contains(&maker),
                "the maker of a secret does not hold it"
            );
            let mut sorted = holders.to_vec();
            sorted.sort();
            sorted.dedup();
            ensure!(
                sorted.len() == holders.len(),
                "a verifier acknowledged twice"
            );
        }
        for epoch in Acknowledgements::<T>::iter_keys() {
            ensure!(
                SetSecrets::<T>::contains_key(epoch),
                "acknowledgements of no secret"
            );
        }
        Ok(())
    }
}
