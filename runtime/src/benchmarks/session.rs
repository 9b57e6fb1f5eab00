//! Benchmarks of the session pallet's calls. Those that the SDK offers need its staking pallet.

use crate::{
    AccountId, Balances, Runtime, SessionKeys, configs::KeyDeposit,
    constants::currency::EXISTENTIAL_DEPOSIT,
};
use alloc::vec::Vec;
use codec::Encode;
use core::marker::PhantomData;
use frame_benchmarking::v2::*;
use frame_support::{assert_ok, dispatch::DispatchResult, traits::fungible::Mutate};
use frame_system::RawOrigin;
use pallet_session::{Call, ExternallySetKeys, NextKeys, Pallet as Session};
use sp_runtime::traits::Convert;

/// Stands for the session pallet, which is of another crate.
pub(crate) struct Pallet<T: Config>(PhantomData<T>);

/// A runtime whose session keys can be made.
pub(crate) trait Config: pallet_session::Config {
    /// New keys, and the proof that `owner` may register them.
    fn make_keys(owner: &Self::AccountId) -> (Self::Keys, Vec<u8>);
    /// Gives `owner` what registering keys holds.
    fn endow(owner: &Self::AccountId) -> DispatchResult;
    /// What is held of `owner`, in units.
    fn held(owner: &Self::AccountId) -> u128;
}

impl Config for Runtime {
    fn make_keys(owner: &Self::AccountId) -> (SessionKeys, Vec<u8>) {
        let made = SessionKeys::generate(&owner.encode(), None);
        (made.keys, made.proof.encode())
    }

    fn endow(owner: &AccountId) -> DispatchResult {
        let deposit = KeyDeposit::get().max(EXISTENTIAL_DEPOSIT);
        Balances::mint_into(owner, deposit).map(|_| ())
    }

    fn held(owner: &AccountId) -> u128 {
        Balances::reserved_balance(owner)
    }
}

/// An account that may register keys.
fn verifier<T: Config>() -> T::AccountId {
    let account: T::AccountId = whitelisted_caller();
    assert_ok!(T::endow(&account));
    // Its deposit is not all that it has, and may be taken twice.
    assert_ok!(T::endow(&account));
    assert_ok!(T::endow(&account));
    account
}

/// The keys that an account registered, encoded.
fn keys_of<T: Config>(account: T::AccountId) -> Option<Vec<u8>> {
    let validator = T::ValidatorIdOf::convert(account)?;
    NextKeys::<T>::get(&validator).map(|keys| keys.encode())
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// Whoever registers keys for the first time pays the deposit, and whoever has keys has them taken away. An account whose
    /// keys were set from elsewhere does both: that can't be here, and takes longer than either.
    #[benchmark]
    fn set_keys() {
        let caller = verifier::<T>();
        let (keys, proof) = T::make_keys(&caller);
        assert_ok!(Session::<T>::set_keys(
            RawOrigin::Signed(caller.clone()).into(),
            keys,
            proof
        ));
        ExternallySetKeys::<T>::insert(&caller, ());
        let (keys, proof) = T::make_keys(&caller);
        let held = T::held(&caller);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), keys.clone(), proof);

        assert!(T::held(&caller) > held);
        assert_eq!(keys_of::<T>(caller), Some(keys.encode()));
    }

    #[benchmark]
    fn purge_keys() {
        let caller = verifier::<T>();
        let (keys, proof) = T::make_keys(&caller);
        assert_ok!(Session::<T>::set_keys(
            RawOrigin::Signed(caller.clone()).into(),
            keys,
            proof
        ));

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert_eq!(keys_of::<T>(caller), None);
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::chain_with_keys(), crate::Runtime);
}
