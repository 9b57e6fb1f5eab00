//! Controllers.

use chainflix_primitives::registry::{CurrentRound, Endpoint};
use frame_support::{dispatch::DispatchResult, ensure};

use crate::{Config, Controller, Controllers, Error, Event, MAX_CONTROLLERS, Pallet};

impl<T: Config> Pallet<T> {
    /// Registers a controller, or changes its endpoint.
    pub(crate) fn put_controller(key: [u8; 32], endpoint: Endpoint) -> DispatchResult {
        Self::check_endpoint(&endpoint)?;
        let since = match Controllers::<T>::get(key) {
            Some(known) => known.since,
            None => {
                ensure!(
                    Controllers::<T>::count() < MAX_CONTROLLERS,
                    Error::<T>::TooManyControllers
                );
                T::Rounds::current_round()
            }
        };
        Controllers::<T>::insert(key, Controller { endpoint, since });
        Self::deposit_event(Event::ControllerSet { key });
        Ok(())
    }

    /// Removes a controller.
    pub(crate) fn drop_controller(key: [u8; 32]) -> DispatchResult {
        Controllers::<T>::take(key).ok_or(Error::<T>::UnknownController)?;
        Self::deposit_event(Event::ControllerRemoved { key });
        Ok(())
    }

    /// An `http://` or `https://` URL of printable ASCII characters.
    pub(crate) fn check_endpoint(endpoint: &Endpoint) -> Result<(), Error<T>> {
        let host = endpoint
            .strip_prefix(b"http://")
            .or_else(|| endpoint.strip_prefix(b"https://"))
            .ok_or(Error::<T>::InvalidEndpoint)?;
        ensure!(
            !host.is_empty() && host.iter().all(u8::is_ascii_graphic),
            Error::<T>::InvalidEndpoint
        );
        Ok(())
    }
}
