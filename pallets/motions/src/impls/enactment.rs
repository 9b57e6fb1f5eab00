//! Dispatching a call whose delay has passed.

use frame_support::{
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo, PostDispatchInfo},
    ensure,
    traits::Get,
    weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::{DispatchError, traits::Dispatchable};

use crate::{Config, Error, Event, Pallet, Pending, PendingEnactmentOf, WeightInfo};

impl<T: Config> Pallet<T> {
    /// Dispatches the call of `index` as root and says in an event how it ended. It is tried once.
    pub(crate) fn enact_pending(index: u32, weight_bound: Weight) -> DispatchResultWithPostInfo {
        let pending = Pending::<T>::take(index).ok_or(Error::<T>::NotPending)?;
        let call_hash = pending.call_hash;
        let (consumed, result) = Self::dispatch_as_root(pending, weight_bound);
        Self::deposit_event(match result {
            Ok(()) => Event::Enacted { index, call_hash },
            Err(error) => Event::EnactmentFailed {
                index,
                call_hash,
                error,
            },
        });
        let own = <T as Config>::WeightInfo::enact(T::MaxCallBytes::get());
        Ok(Some(own.saturating_add(consumed)).into())
    }

    /// What the dispatch weighed, and how it ended. A call that fails changes nothing, by FRAME's own layer of storage.
    fn dispatch_as_root(
        pending: PendingEnactmentOf<T>,
        weight_bound: Weight,
    ) -> (Weight, Result<(), DispatchError>) {
        let Some(call) = pending.call.try_decode() else {
            return (Weight::zero(), Err(Error::<T>::CallUnreadable.into()));
        };
        let info = call.get_dispatch_info();
        let bounded = || -> Result<(), DispatchError> {
            ensure!(
                info.call_weight.all_lte(weight_bound),
                Error::<T>::CallTooHeavy
            );
            Ok(())
        };
        if let Err(error) = bounded() {
            return (Weight::zero(), Err(error));
        }
        let consumed = |post: PostDispatchInfo| post.calc_actual_weight(&info);
        match call.dispatch(RawOrigin::Root.into()) {
            Ok(post) => (consumed(post), Ok(())),
            Err(failed) => (consumed(failed.post_info), Err(failed.error)),
        }
    }
}
