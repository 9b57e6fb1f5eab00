//! What the calls cost, and what hooks and other pallets make this one do.
//!
//! Every benchmark has the largest set in force, with the largest profiles, keys and histories, and takes the longest way
//! through. Signatures and paths are real.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that can't be set up has to stop"
)]

mod duties;
mod equivocations;
mod members;
mod sets;

use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::{
    pallet_prelude::TransactionSource,
    traits::{Authorize, ChangeMembers, EnsureOrigin, KeyOwnerProofSystem, UnfilteredDispatchable},
};
use frame_system::RawOrigin;
use pallet_session::{CurrentIndex, KeyOwner, NextKeys, SessionManager, historical};
use sp_core::crypto::key_types::AURA;
use sp_runtime::traits::{Convert, OpaqueKeys};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

use crate::{
    Acknowledgements, BarredUntil, BenchmarkHelper, Call, Config, EpochInForce, Expelled, InForce,
    Pallet, VerifierStatus, Verifiers, impls::session::GenesisRoots,
};
use members::{BOND, largest_profile};
use sets::SESSION;

fn status<T: Config>(verifier: &T::AccountId) -> Option<VerifierStatus> {
    Verifiers::<T>::get(verifier).map(|record| record.status)
}

/// Makes an authorized call.
fn dispatch<T: Config>(call: Call<T>) -> Result<(), BenchmarkError> {
    call.dispatch_bypass_filter(RawOrigin::Authorized.into())
        .map(|_| ())
        .map_err(|error| error.error.into())
}

/// Lets a call in.
fn authorize<T: Config>(call: &Call<T>) -> Result<(), BenchmarkError> {
    call.authorize(TransactionSource::External)
        .ok_or("the call can be authorized")??;
    Ok(())
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
        use crate::mock::{Admission, Readmission, Removal};
        [Admission::get(), Removal::get(), Readmission::get()]
            .map(|account| RawOrigin::Signed(T::AccountId::from(account.into())).into())
            .into_iter()
            .find(|origin: &T::RuntimeOrigin| O::try_origin(origin.clone()).is_ok())
            .ok_or(BenchmarkError::Weightless)?
    };
    Ok(origin)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn announce() -> Result<(), BenchmarkError> {
        let call = duties::announcing::<T>();

        #[block]
        {
            dispatch::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_announce() -> Result<(), BenchmarkError> {
        let call = duties::announcing::<T>();

        #[block]
        {
            authorize::<T>(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn commit_set_secret() -> Result<(), BenchmarkError> {
        let call = duties::commitment::<T>();

        #[block]
        {
            dispatch::<T>(call)?;
        }
        assert_eq!(Acknowledgements::<T>::decode_len(0), Some(1));
        Ok(())
    }

    #[benchmark]
    fn authorize_commit_set_secret() -> Result<(), BenchmarkError> {
        let call = duties::commitment::<T>();

        #[block]
        {
            authorize::<T>(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn acknowledge_set_secret() -> Result<(), BenchmarkError> {
        let call = duties::acknowledgement::<T>();

        #[block]
        {
            dispatch::<T>(call)?;
        }
        assert_eq!(EpochInForce::<T>::get(), Some(0));
        Ok(())
    }

    #[benchmark]
    fn authorize_acknowledge_set_secret() -> Result<(), BenchmarkError> {
        let call = duties::acknowledgement::<T>();

        #[block]
        {
            authorize::<T>(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn apply() {
        let caller: T::AccountId = whitelisted_caller();
        Pallet::<T>::endow(&caller, BOND);
        NextKeys::<T>::insert(&caller, sets::keys::<T>(1_000));

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), largest_profile());

        assert_eq!(status::<T>(&caller), Some(VerifierStatus::Candidate));
    }

    #[benchmark]
    fn withdraw_application() {
        let candidate = sets::candidate::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(candidate.clone()));

        assert_eq!(status::<T>(&candidate), None);
    }

    #[benchmark]
    fn update_profile() {
        let candidate = sets::candidate::<T>();
        let mut profile = largest_profile();
        profile.hardware_score -= 1;

        #[extrinsic_call]
        _(RawOrigin::Signed(candidate), profile);
    }

    /// The candidate replaces one that equivocated.
    #[benchmark]
    fn admit() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::AdmissionOrigin>()?;
        let set = sets::fill::<T>();
        sets::expel_last::<T>(&set);
        let candidate = sets::candidate::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, candidate.clone());

        assert_eq!(status::<T>(&candidate), Some(VerifierStatus::Member));
        assert!(Expelled::<T>::get().is_empty());
        Ok(())
    }

    #[benchmark]
    fn remove() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::RemovalOrigin>()?;
        let verifier = sets::last::<T>(&sets::fill::<T>());

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, verifier.clone());

        assert_eq!(status::<T>(&verifier), Some(VerifierStatus::Leaving));
        Ok(())
    }

    #[benchmark]
    fn suspend() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::RemovalOrigin>()?;
        let verifier = sets::last::<T>(&sets::fill::<T>());

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, verifier);

        Ok(())
    }

    #[benchmark]
    fn readmit() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::ReadmissionOrigin>()?;
        let verifier = sets::last::<T>(&sets::fill::<T>());
        Pallet::<T>::suspend_verifier(&verifier)?;
        // A bar that is over.
        BarredUntil::<T>::insert(&verifier, 0);

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, verifier);

        Ok(())
    }

    #[benchmark]
    fn exit() {
        let verifier = sets::last::<T>(&sets::fill::<T>());

        #[extrinsic_call]
        _(RawOrigin::Signed(verifier.clone()));

        assert_eq!(status::<T>(&verifier), Some(VerifierStatus::Leaving));
    }

    #[benchmark]
    fn top_up_bond() {
        let candidate = sets::candidate::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(candidate.clone()), BOND);

        assert_eq!(
            Verifiers::<T>::get(candidate).map(|record| record.bond),
            Some(BOND)
        );
    }

    #[benchmark]
    fn withdraw_bond() {
        let verifier = sets::retired::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(verifier.clone()));

        assert_eq!(status::<T>(&verifier), None);
    }

    #[benchmark]
    fn forget_session_keys() {
        sets::fill::<T>();
        let verifier = sets::retired::<T>();
        let keys = sets::keys::<T>(1_000);
        for kind in T::Keys::key_ids() {
            KeyOwner::<T>::insert((*kind, keys.get_raw(*kind).to_vec()), &verifier);
        }
        // Registering keys keeps the account alive, and holds a deposit of it.
        let _ = frame_system::Pallet::<T>::inc_consumers(&verifier);
        sets::hold_key_deposit::<T>(&verifier);

        #[extrinsic_call]
        _(RawOrigin::Signed(verifier.clone()));

        assert!(NextKeys::<T>::get(verifier).is_none());
    }

    #[benchmark]
    fn report_aura_equivocation() -> Result<(), BenchmarkError> {
        let (offender, call) = equivocations::report::<T>();
        let reporter: T::AccountId = whitelisted_caller();
        let encoded = codec::Encode::encode(&call);

        #[block]
        {
            let call = <Call<T> as codec::Decode>::decode(&mut encoded.as_slice())
                .map_err(|_| "what was encoded can be decoded")?;
            call.dispatch_bypass_filter(RawOrigin::Signed(reporter).into())
                .map_err(|error| error.error)?;
        }
        assert!(BarredUntil::<T>::contains_key(offender));
        Ok(())
    }

    #[benchmark]
    fn authorize_report_aura_equivocation() -> Result<(), BenchmarkError> {
        let (_, call) = equivocations::report::<T>();

        #[block]
        {
            authorize::<T>(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn key_owner_by_root() -> Result<(), BenchmarkError> {
        let owner = sets::last::<T>(&sets::fill::<T>());
        let key = sets::registered_aura_key::<T>(&owner);
        CurrentIndex::<T>::put(SESSION);
        <GenesisRoots<T> as SessionManager<_>>::new_session_genesis(SESSION);
        let proof = historical::Pallet::<T>::prove((AURA, &key)).ok_or("it has the key")?;
        CurrentIndex::<T>::put(SESSION + 1);
        let found;

        #[block]
        {
            found = <Pallet<T> as KeyOwnerProofSystem<_>>::check_proof((AURA, &key), proof);
        }
        assert_eq!(found.map(|(found, _)| found), Some(owner));
        Ok(())
    }

    #[benchmark]
    fn key_owner_by_set() -> Result<(), BenchmarkError> {
        let owner = sets::last::<T>(&sets::fill::<T>());
        let key = [7; 32];
        sets::remember_session::<T>();
        sets::remember_keys::<T>(&owner, &key);
        let proof = Pallet::<T>::prove_in(SESSION, AURA, &key).ok_or("it has the key")?;
        let found;

        #[block]
        {
            found = <Pallet<T> as KeyOwnerProofSystem<_>>::check_proof((AURA, &key), proof);
        }
        assert_eq!(found.map(|(found, _)| found), Some(owner));
        Ok(())
    }

    #[benchmark]
    fn punish() -> Result<(), BenchmarkError> {
        let offender = sets::last::<T>(&sets::fill::<T>());
        let identification =
            T::FullIdentificationOf::convert(offender.clone()).ok_or("it is identified")?;
        let details = OffenceDetails {
            offender: (offender.clone(), identification),
            reporters: vec![],
        };

        #[block]
        {
            Pallet::<T>::on_offence(&[details], &[], SESSION);
        }
        assert_eq!(status::<T>(&offender), Some(VerifierStatus::Leaving));
        assert!(BarredUntil::<T>::contains_key(offender));
        Ok(())
    }

    #[benchmark]
    fn new_session() {
        let set = sets::fill::<T>();
        // One key is another.
        NextKeys::<T>::insert(sets::last::<T>(&set), sets::keys::<T>(1_000));
        let planned;

        #[block]
        {
            planned = <Pallet<T> as SessionManager<T::AccountId>>::new_session(SESSION);
        }
        assert_eq!(planned, Some(set));
    }

    #[benchmark]
    fn start_session() {
        let before = sets::replace::<T>();
        T::Motions::set_members_sorted(&before, &[]);

        #[block]
        {
            <Pallet<T> as SessionManager<T::AccountId>>::start_session(SESSION);
        }
        assert_eq!(InForce::<T>::get().len(), before.len());
        assert_eq!(status::<T>(&before[0]), Some(VerifierStatus::Left));
    }

    impl_benchmark_test_suite!(
        Pallet,
        crate::mock::benchmark_externalities(),
        crate::mock::Test
    );
}
