//! Putting calls on the schedule, and taking them off.

use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
    dispatch::{DispatchResult, GetDispatchInfo},
    ensure,
    traits::{
        Bounded, BoundedInline, Contains, Get, WrapperKeepOpaque,
        schedule::{
            DispatchTime, HIGHEST_PRIORITY,
            v3::{Named, TaskName},
        },
    },
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use sp_runtime::{
    DispatchError,
    traits::{CheckedAdd, Hash},
};

use crate::{Call, Config, Delay, Error, Event, NextIndex, Pallet, Pending, PendingEnactment};

impl<T: Config> Pallet<T> {
    /// Checks that a call can be enacted, and lets it wait.
    pub(crate) fn put_on_schedule(call: <T as Config>::RuntimeCall) -> DispatchResult {
        ensure!(T::Enactable::contains(&call), Error::<T>::NotEnactable);
        let encoded = call.encode();
        ensure!(
            encoded.len() <= T::MaxCallBytes::get() as usize,
            Error::<T>::CallTooLong
        );
        let weight = call.get_dispatch_info().call_weight;
        ensure!(
            weight.all_lte(T::MaxCallWeight::get()),
            Error::<T>::CallTooHeavy
        );
        ensure!(
            Pending::<T>::count() < T::MaxPending::get(),
            Error::<T>::TooManyPending
        );

        let delay = if T::Urgent::contains(&call) {
            T::LeastDelay::get()
        } else {
            Delay::<T>::get()
        };
        let index = NextIndex::<T>::get();
        let next = index.checked_add(1).ok_or(Error::<T>::Overflow)?;
        let enact_at = frame_system::Pallet::<T>::block_number()
            .checked_add(&delay)
            .ok_or(Error::<T>::Overflow)?;
        let enact = <T as Config>::RuntimeCall::from(Call::<T>::enact {
            index,
            weight_bound: weight,
        });
        T::Scheduler::schedule_named(
            Self::task(index),
            DispatchTime::At(enact_at),
            None,
            HIGHEST_PRIORITY,
            RawOrigin::Root.into(),
            Bounded::Inline(
                BoundedInline::try_from(enact.encode())
                    .map_err(|_too_long| DispatchError::Exhausted)?,
            ),
        )?;

        let call_hash = T::Hashing::hash(&encoded);
        NextIndex::<T>::put(next);
        Pending::<T>::insert(
            index,
            PendingEnactment {
                call: WrapperKeepOpaque::from_encoded(encoded),
                call_hash,
                enact_at,
                weight,
            },
        );
        Self::deposit_event(Event::Scheduled {
            index,
            call_hash,
            enact_at,
        });
        Ok(())
    }

    /// Lets a call that waits be forgotten.
    pub(crate) fn take_off_schedule(index: u32) -> DispatchResult {
        let pending = Pending::<T>::take(index).ok_or(Error::<T>::NotPending)?;
        // A task whose block was full has lost its name in the scheduler. It will run, find no call and change nothing.
        let _ = T::Scheduler::cancel_named(Self::task(index));
        Self::deposit_event(Event::Cancelled {
            index,
            call_hash: pending.call_hash,
        });
        Ok(())
    }

    /// Indices of the calls that wait, ascending, with the block of their enactment.
    pub(crate) fn in_order() -> Vec<(u32, BlockNumberFor<T>)> {
        let mut order: Vec<_> = Pending::<T>::iter()
            .map(|(index, pending)| (index, pending.enact_at))
            .collect();
        order.sort_unstable();
        order
    }

    /// The scheduler's name for the enactment of an index.
    pub(crate) fn task(index: u32) -> TaskName {
        sp_io::hashing::blake2_256(&(b"chainflix/motion", index).encode())
    }
}
