//! Benchmarks of the calls, each at its longest way.

#![allow(
    clippy::expect_used,
    reason = "a benchmark that can't be set up has to fail"
)]

use super::*;

use frame_benchmarking::v2::*;
use frame_support::traits::{
    EnsureOrigin,
    fungible::{Inspect, Mutate},
};
use frame_system::RawOrigin;
use sp_runtime::traits::StaticLookup;

/// What accounts hold, in units: 1,000 CFX.
const ENDOWMENT: u128 = 1_000_000_000_000_000;

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
    // Unit tests are compiled without what the SDK knows of origins: in `mock.rs` root may do everything.
    #[cfg(not(feature = "runtime-benchmarks"))]
    let origin = RawOrigin::Root.into();
    Ok(origin)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// To a receiver that does not exist yet.
    #[benchmark]
    fn pay() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::PayOrigin>()?;
        let from: T::AccountId = Fund::Bounty.account();
        T::Currency::set_balance(&from, ENDOWMENT);
        let to: T::AccountId = account("receiver", 0, 0);
        let amount = ENDOWMENT / 2;

        #[extrinsic_call]
        _(
            origin as T::RuntimeOrigin,
            Fund::Bounty,
            T::Lookup::unlookup(to.clone()),
            amount,
            7,
        );

        assert_eq!(T::Currency::total_balance(&to), amount);
        Ok(())
    }

    #[benchmark]
    fn release_founders_pot() {
        let to: T::AccountId = account("founders", 0, 0);
        Founders::<T>::put(&to);
        T::Currency::set_balance(&crate::founders_pot(), ENDOWMENT);

        #[extrinsic_call]
        _(RawOrigin::Signed(whitelisted_caller()));

        assert_eq!(T::Currency::total_balance(&to), ENDOWMENT);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_state(), crate::mock::Test);
}
