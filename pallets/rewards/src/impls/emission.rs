//! The schedule that was chosen at genesis.

use chainflix_primitives::emission::EmissionSchedule;

use crate::{Config, Pallet, Rules};

impl<T: Config> Pallet<T> {
    /// The schedule by round. `None` on a chain without rules.
    pub(crate) fn schedule() -> Option<EmissionSchedule> {
        let rules = Rules::<T>::get()?;
        rules.emission.schedule(rules.round_ms)
    }
}
