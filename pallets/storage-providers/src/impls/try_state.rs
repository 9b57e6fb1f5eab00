//! What must always hold.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use chainflix_primitives::{heartbeat, registry::CurrentRound};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

use crate::{
    Config, Controllers, HeartbeatTally, HoldReason, Liveness, MAX_CONTROLLERS, NextIndex, OwnedBy,
    Pallet, PeerKeys, ProviderPages, Providers,
};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_deposits()?;
        Self::check_indices()?;
        Self::check_declarations()?;
        Self::check_controllers()?;
        Self::check_heartbeats()
    }

    /// What is to be on hold for each item: of whom, why, how many units. Reads every item, for checks.
    pub fn held_for_items() -> Vec<(T::AccountId, HoldReason, u128)> {
        let providers = Providers::<T>::iter_values();
        let holds = providers.map(|provider| {
            let owner: T::AccountId = provider.record.owner.0.into();
            (owner, HoldReason::Provider, provider.deposit)
        });
        holds.collect()
    }

    /// Funds held of an owner are the sum of its providers' deposits.
    fn check_deposits() -> Result<(), TryRuntimeError> {
        let mut sums: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for provider in Providers::<T>::iter_values() {
            let sum = sums.entry(provider.record.owner.0.into()).or_default();
            *sum = sum
                .checked_add(provider.deposit)
                .ok_or("deposits overflow")?;
        }
        for (owner, sum) in sums {
            let held = T::Currency::balance_on_hold(&HoldReason::Provider.into(), &owner);
            ensure!(
                held == sum,
                "held for providers differs from their deposits"
            );
        }
        Ok(())
    }

    /// Every provider is found by its peer key and in the list of its owner, under an index that was given out.
    fn check_indices() -> Result<(), TryRuntimeError> {
        let next = NextIndex::<T>::get();
        let mut providers = 0usize;
        for (index, provider) in Providers::<T>::iter() {
            ensure!(index < next, "an index was not given out");
            let by_key = PeerKeys::<T>::get(provider.record.peer_key);
            ensure!(by_key == Some(index), "a peer key leads elsewhere");
            let owner = T::AccountId::from(provider.record.owner.0);
            ensure!(
                OwnedBy::<T>::get(owner).contains(&index),
                "an owner's list lacks a provider"
            );
            providers = providers.saturating_add(1);
        }
        ensure!(
            PeerKeys::<T>::iter_keys().count() == providers,
            "a peer key leads nowhere"
        );
        let listed: usize = OwnedBy::<T>::iter_values().map(|owned| owned.len()).sum();
        ensure!(
            listed == providers,
            "an owner's list holds a provider that is not"
        );
        Ok(())
    }

    /// What providers declare makes sense, and none leaves before it came.
    fn check_declarations() -> Result<(), TryRuntimeError> {
        for provider in Providers::<T>::iter_values() {
            let declared = provider.declared();
            ensure!(
                Self::check_declared(declared.region, declared.space_bytes).is_ok(),
                "a provider declares nonsense"
            );
            let record = &provider.record;
            ensure!(
                Self::check_declared(record.region, record.space_bytes).is_ok(),
                "a provider declares nonsense"
            );
            ensure!(
                provider
                    .until_round
                    .is_none_or(|until| record.from_round <= until),
                "a provider leaves before it came"
            );
        }
        Ok(())
    }

    /// Controllers are within bounds, counted rightly, and can be reached.
    fn check_controllers() -> Result<(), TryRuntimeError> {
        let count = Controllers::<T>::iter_values().count() as u64;
        ensure!(
            count == u64::from(Controllers::<T>::count()),
            "controllers are counted wrongly"
        );
        ensure!(count <= u64::from(MAX_CONTROLLERS), "too many controllers");
        for controller in Controllers::<T>::iter_values() {
            ensure!(
                Self::check_endpoint(&controller.endpoint).is_ok(),
                "an endpoint is no URL"
            );
        }
        Ok(())
    }

    /// Nobody attested twice or was counted more often than there were attestations, pages are those of the indices given
    /// out, and nobody was seen in a period that is not over.
    fn check_heartbeats() -> Result<(), TryRuntimeError> {
        let pages = heartbeat::pages(NextIndex::<T>::get());
        ensure!(
            ProviderPages::<T>::get().pages.max(1) == pages,
            "pages are counted wrongly"
        );
        if let Some(tally) = HeartbeatTally::<T>::get() {
            let once: BTreeSet<_> = tally.verifiers.iter().collect();
            ensure!(
                once.len() == tally.verifiers.len(),
                "a verifier attested twice"
            );
            let most = tally.counts.iter().copied().max().unwrap_or(0);
            ensure!(
                usize::from(most) <= tally.verifiers.len(),
                "counted more often than attested"
            );
        }
        let now = heartbeat::period_of(T::Rounds::current_round());
        for (page, liveness) in Liveness::<T>::iter() {
            ensure!(page < pages, "a page of no providers");
            let ascending = liveness
                .turns
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a < b));
            ensure!(ascending, "turns are out of order");
            let latest = liveness.last_seen.iter().max().copied().unwrap_or(0);
            ensure!(
                latest == 0 || liveness.turns.last().is_some_and(|turn| latest <= *turn),
                "seen in no turn"
            );
            let over = |round: &u32| heartbeat::period_of(*round) < now;
            ensure!(liveness.turns.iter().all(over), "a turn that is not over");
        }
        Ok(())
    }
}
