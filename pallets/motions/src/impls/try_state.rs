//! What must always hold.

use frame_support::{
    ensure,
    traits::{Get, schedule::v3::Named},
};
use sp_runtime::{TryRuntimeError, traits::Hash};

use crate::{Config, Delay, NextIndex, Pallet, Pending};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        ensure!(
            Delay::<T>::get() >= T::LeastDelay::get(),
            "the delay is below its least value"
        );
        Self::check_bounds()?;
        Self::check_calls()?;
        Self::check_schedule()
    }

    /// Calls that wait are counted rightly and not too many, under indices that were given out.
    fn check_bounds() -> Result<(), TryRuntimeError> {
        let count = Pending::<T>::iter_values().count() as u64;
        ensure!(
            count == u64::from(Pending::<T>::count()),
            "calls that wait are counted wrongly"
        );
        ensure!(
            count <= u64::from(T::MaxPending::get()),
            "too many calls wait"
        );
        let next = NextIndex::<T>::get();
        ensure!(
            Pending::<T>::iter_keys().all(|index| index < next),
            "an index was not given out"
        );
        Ok(())
    }

    /// Each call is the one of its hash, and within its bounds.
    fn check_calls() -> Result<(), TryRuntimeError> {
        for pending in Pending::<T>::iter_values() {
            ensure!(
                T::Hashing::hash(pending.call.encoded()) == pending.call_hash,
                "a call is not that of its hash"
            );
            ensure!(
                pending.call.encoded_len() <= T::MaxCallBytes::get() as usize,
                "a call is too long"
            );
            ensure!(
                pending.weight.all_lte(T::MaxCallWeight::get()),
                "a call is too heavy"
            );
        }
        Ok(())
    }

    /// The scheduler will enact each call in its block.
    fn check_schedule() -> Result<(), TryRuntimeError> {
        let now = frame_system::Pallet::<T>::block_number();
        for (index, enact_at) in Self::in_order() {
            if enact_at > now {
                ensure!(
                    T::Scheduler::next_dispatch_time(Self::task(index)) == Ok(enact_at),
                    "a call waits that nothing will enact"
                );
            }
        }
        Ok(())
    }
}
