//! Benchmarks of the calls, each at its longest way.
//!
//! The call that waits is `system.remark` of the length wanted: with the feature `runtime-benchmarks` a runtime has to
//! count it among those that can be enacted. What it weighs itself comes on top in real life, and is next to nothing.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that can't be set up has to fail"
)]

use super::*;
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::{assert_ok, traits::EnsureOrigin};
use frame_system::RawOrigin;

/// Bytes of a remark besides its text: pallet, call, and length.
const REMARK_BYTES: u32 = 6;

/// A call of at most so many bytes.
fn remark<T: Config>(bytes: u32) -> <T as Config>::RuntimeCall
where
    <T as Config>::RuntimeCall: From<frame_system::Call<T>>,
{
    let text = bytes.saturating_sub(REMARK_BYTES);
    frame_system::Call::<T>::remark {
        remark: vec![7; text as usize],
    }
    .into()
}

/// Lets a call of so many bytes wait; returns its index and weight.
fn waiting<T: Config>(bytes: u32) -> (u32, Weight)
where
    <T as Config>::RuntimeCall: From<frame_system::Call<T>>,
{
    let index = NextIndex::<T>::get();
    let call = remark::<T>(bytes);
    let weight = call.get_dispatch_info().call_weight;
    assert_ok!(Pallet::<T>::put_on_schedule(call));
    (index, weight)
}

/// An origin that the call is open to.
#[cfg_attr(
    not(feature = "runtime-benchmarks"),
    allow(
        clippy::extra_unused_type_parameters,
        reason = "the SDK knows origins of benchmarks only"
    )
)]
fn open_to<T: Config, O: EnsureOrigin<T::RuntimeOrigin>>()
-> Result<T::RuntimeOrigin, BenchmarkError> {
    #[cfg(feature = "runtime-benchmarks")]
    let origin = O::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
    // Unit tests are compiled without what the SDK knows of origins: in `mock.rs` these accounts stand for motions.
    #[cfg(not(feature = "runtime-benchmarks"))]
    let origin = {
        use crate::mock::{MoreThanHalf, TwoThirds};
        [TwoThirds::get(), MoreThanHalf::get()]
            .map(|account| T::AccountId::decode(&mut &account.encode()[..]).expect("an account"))
            .map(|account| RawOrigin::Signed(account).into())
            .into_iter()
            .find(|origin: &T::RuntimeOrigin| O::try_origin(origin.clone()).is_ok())
            .ok_or(BenchmarkError::Weightless)?
    };
    Ok(origin)
}

#[benchmarks(where <T as Config>::RuntimeCall: From<frame_system::Call<T>>)]
mod benchmarks {
    use super::*;

    /// With one place left.
    #[benchmark]
    fn schedule(b: Linear<16, { T::MaxCallBytes::get() }>) -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::ScheduleOrigin>()?;
        for _ in 1..T::MaxPending::get() {
            waiting::<T>(T::MaxCallBytes::get());
        }
        let index = NextIndex::<T>::get();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Box::new(remark::<T>(b)));

        assert!(Pending::<T>::contains_key(index));
        Ok(())
    }

    /// With all places taken by the longest calls.
    #[benchmark]
    fn cancel() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::CancelOrigin>()?;
        for _ in 0..T::MaxPending::get() {
            waiting::<T>(T::MaxCallBytes::get());
        }
        let index = NextIndex::<T>::get() - 1;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, index);

        assert!(!Pending::<T>::contains_key(index));
        Ok(())
    }

    #[benchmark]
    fn enact(b: Linear<16, { T::MaxCallBytes::get() }>) {
        let (index, weight) = waiting::<T>(b);

        #[extrinsic_call]
        _(RawOrigin::Root, index, weight);

        assert!(!Pending::<T>::contains_key(index));
    }

    impl_benchmark_test_suite!(
        Pallet,
        crate::mock::genesis(crate::mock::DELAY),
        crate::mock::Test
    );
}
