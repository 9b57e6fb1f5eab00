//! Benchmarks of the calls, each at its longest way: the most providers of an account, a full page, the largest set.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that can't be set up has to fail"
)]

use super::*;
use crate::types::TURNS_KEPT;
use alloc::vec;
use chainflix_primitives::{
    heartbeat::{HEARTBEAT_ROUNDS, HEARTBEAT_VERSION, PAGE_BYTES, PAGE_PROVIDERS, last_round},
    registry::MAX_ENDPOINT_BYTES,
    report::MAX_VERIFIERS,
};
use frame_benchmarking::v2::*;
use frame_support::traits::{Authorize, EnsureOrigin, fungible::Mutate};
use frame_system::RawOrigin;

/// The current round of every benchmark, the first of its period.
const NOW: Round = 100_000_000;
/// The period that verifiers attest then.
const PERIOD: u32 = NOW / HEARTBEAT_ROUNDS - 1;
/// What accounts hold, in units: 1,000,000 CFX.
const ENDOWMENT: u128 = 1_000_000_000_000_000_000;
/// What providers declare, in bytes.
const SPACE: u64 = 1 << 40;

/// The caller, with funds.
fn caller<T: Config>() -> T::AccountId
where
    T::Currency: Mutate<T::AccountId>,
{
    let caller: T::AccountId = whitelisted_caller();
    T::Currency::mint_into(&caller, ENDOWMENT).expect("it may have funds");
    caller
}

fn begin<T: Config>() {
    T::BenchmarkHelper::begin_round(NOW);
}

/// Registers so many providers of an account, always-on ones, and returns the index of the last.
fn register_for<T: Config>(owner: &T::AccountId, count: u32) -> u32 {
    for _ in 0..count {
        let index = NextIndex::<T>::get();
        let mut peer_key = [7; 32];
        peer_key[..4].copy_from_slice(&index.to_be_bytes());
        let record = ProviderRecord {
            owner: Pallet::<T>::raw(owner),
            peer_key,
            exchange_key: [8; 32],
            class: ProviderClass::AlwaysOn,
            region: *b"KR",
            space_bytes: SPACE,
            from_round: 2,
        };
        Pallet::<T>::add_provider(owner.clone(), record).expect("it may be registered");
    }
    NextIndex::<T>::get() - 1
}

/// Lets all turns of the page of `index` be over, with everybody seen in the first of them.
fn seen_long_ago<T: Config>(index: u32) {
    let (page, _) = chainflix_primitives::heartbeat::page_of(index);
    let turns: Vec<Round> = (0..TURNS_KEPT)
        .map(|turn| {
            let period = PERIOD - 2 - TURNS_KEPT + turn;
            last_round(period).expect("it is early")
        })
        .collect();
    let seen = vec![3; PAGE_PROVIDERS as usize];
    Liveness::<T>::insert(
        page,
        PageLiveness {
            turns: BoundedVec::truncate_from(turns),
            last_seen: BoundedVec::truncate_from(seen),
        },
    );
}

/// The heartbeat of a full page, and its last attester in the largest set, of which all others have attested.
fn last_heartbeat<T: Config>() -> (T::AccountId, Heartbeat, Signature64) {
    let set = T::BenchmarkHelper::verifiers(MAX_VERIFIERS);
    let page = Pallet::<T>::page_due(PERIOD);
    let heartbeat = Heartbeat {
        version: HEARTBEAT_VERSION,
        period: PERIOD,
        page,
        seen: BoundedVec::truncate_from(vec![u8::MAX; PAGE_BYTES as usize]),
    };
    let (last, others) = set.split_last().expect("it has members");
    let others_count = u8::try_from(others.len()).expect("it is small");
    HeartbeatTally::<T>::put(Tally {
        period: PERIOD,
        page,
        verifiers: BoundedVec::truncate_from(others.to_vec()),
        counts: BoundedVec::truncate_from(vec![others_count; PAGE_PROVIDERS as usize]),
    });
    seen_long_ago::<T>(page * PAGE_PROVIDERS);
    let verifier = T::AccountId::from(last.0);
    let payload = Pallet::<T>::heartbeat_payload(&verifier, &heartbeat);
    let signature = T::BenchmarkHelper::sign(last, &payload);
    (verifier, heartbeat, signature)
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
    // Unit tests are compiled without what the SDK knows of origins: in `mock.rs` root may do everything.
    #[cfg(not(feature = "runtime-benchmarks"))]
    let origin = RawOrigin::Root.into();
    Ok(origin)
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
    use super::*;

    /// The last that an account may have, and the first of a page.
    #[benchmark]
    fn register() {
        begin::<T>();
        let caller = caller::<T>();
        NextIndex::<T>::put(PAGE_PROVIDERS - MAX_PROVIDERS_PER_OWNER + 1);
        register_for::<T>(&caller, MAX_PROVIDERS_PER_OWNER - 1);
        let index = NextIndex::<T>::get();

        #[extrinsic_call]
        _(
            RawOrigin::Signed(caller),
            [7; 32],
            [8; 32],
            ProviderClass::AlwaysOn,
            *b"KR",
            SPACE,
        );

        assert!(Providers::<T>::contains_key(index));
    }

    /// To always-on, which needs the page.
    #[benchmark]
    fn update() {
        begin::<T>();
        let caller = caller::<T>();
        let index = register_for::<T>(&caller, 1);
        seen_long_ago::<T>(index);
        // It has been there for too short to be absent.
        Providers::<T>::mutate(index, |slot| {
            slot.as_mut().expect("it is registered").record.from_round = NOW;
        });

        #[extrinsic_call]
        _(
            RawOrigin::Signed(caller),
            index,
            ProviderClass::AlwaysOn,
            *b"DE",
            SPACE,
        );

        let provider = Providers::<T>::get(index).expect("it stays");
        assert_eq!(provider.declared().region, *b"DE");
    }

    #[benchmark]
    fn exit() {
        begin::<T>();
        let caller = caller::<T>();
        let index = register_for::<T>(&caller, 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), index);

        let provider = Providers::<T>::get(index).expect("it stays");
        assert!(provider.until_round.is_some());
    }

    /// The last of the most that an account may have.
    #[benchmark]
    fn remove() {
        begin::<T>();
        let caller = caller::<T>();
        let index = register_for::<T>(&caller, MAX_PROVIDERS_PER_OWNER);
        Providers::<T>::mutate(index, |slot| {
            slot.as_mut().expect("it is registered").until_round = Some(3);
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), index);

        assert!(!Providers::<T>::contains_key(index));
    }

    #[benchmark]
    fn set_controller() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::ControllerOrigin>()?;
        begin::<T>();
        let mut endpoint = b"https://".to_vec();
        endpoint.resize(MAX_ENDPOINT_BYTES as usize, b'x');

        #[extrinsic_call]
        _(
            origin as T::RuntimeOrigin,
            [1; 32],
            Endpoint::truncate_from(endpoint),
        );

        assert!(Controllers::<T>::contains_key([1; 32]));
        Ok(())
    }

    #[benchmark]
    fn remove_controller() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::ControllerOrigin>()?;
        let mut endpoint = b"https://".to_vec();
        endpoint.resize(MAX_ENDPOINT_BYTES as usize, b'x');
        Pallet::<T>::put_controller([1; 32], Endpoint::truncate_from(endpoint))
            .expect("there is room");

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, [1; 32]);

        assert!(!Controllers::<T>::contains_key([1; 32]));
        Ok(())
    }

    /// The last verifier of the largest set attests a full page of which all are seen.
    #[benchmark]
    fn attest() {
        begin::<T>();
        let (verifier, heartbeat, signature) = last_heartbeat::<T>();
        let page = heartbeat.page;

        #[extrinsic_call]
        _(RawOrigin::Authorized, verifier, heartbeat, signature);

        let seen = Liveness::<T>::get(page).seen_at(PAGE_PROVIDERS as usize - 1);
        assert_eq!(seen, last_round(PERIOD));
    }

    #[benchmark]
    fn authorize_attest() -> Result<(), BenchmarkError> {
        begin::<T>();
        let (verifier, heartbeat, signature) = last_heartbeat::<T>();
        let call = Call::<T>::attest {
            verifier,
            heartbeat,
            signature,
        };
        let authorized;

        #[block]
        {
            authorized = call.authorize(TransactionSource::External);
        }

        assert!(matches!(authorized, Some(Ok(_))));
        Ok(())
    }

    #[benchmark]
    fn demote() {
        begin::<T>();
        let owner = caller::<T>();
        let index = register_for::<T>(&owner, 1);
        seen_long_ago::<T>(index);

        #[extrinsic_call]
        _(RawOrigin::Signed(account("anybody", 0, 0)), index);

        let provider = Providers::<T>::get(index).expect("it stays");
        assert_eq!(provider.declared().class, ProviderClass::Home);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_state(), crate::mock::Test);
}
