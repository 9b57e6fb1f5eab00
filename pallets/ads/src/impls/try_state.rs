//! What must always hold.

use alloc::{collections::BTreeMap, vec::Vec};
use chainflix_primitives::{campaign::CampaignState, registry::CurrentRound};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

use crate::{
    Campaigns, Config, Funds, HoldReason, LifetimeFunds, Listings, NextCampaign, OpenedCount,
    Pallet, impls::opening::are_tags,
};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_escrow()?;
        Self::check_holds()?;
        Self::check_listings()?;
        Self::check_promises()?;
        Self::check_states()
    }

    /// What is to be on hold for each item: of whom, why, how many units. Reads every item, for checks.
    pub fn held_for_items() -> Vec<(T::AccountId, HoldReason, u128)> {
        let campaigns = Campaigns::<T>::iter_values();
        let holds = campaigns.flat_map(|record| {
            let advertiser: T::AccountId = record.terms.advertiser.0.into();
            [
                (advertiser.clone(), HoldReason::Budget, record.funds.balance),
                (advertiser, HoldReason::Campaign, record.deposit),
            ]
        });
        holds.collect()
    }

    /// `paid + balance = deposited − refunded` of each campaign and of all together; removed ones left nothing behind.
    fn check_escrow() -> Result<(), TryRuntimeError> {
        let mut balances = 0u128;
        let mut kept = Funds::default();
        for record in Campaigns::<T>::iter_values() {
            let funds = record.funds;
            ensure!(funds.add_up(), "a campaign's money does not add up");
            let sum = |a: u128, b: u128| a.checked_add(b).ok_or("money overflows");
            balances = sum(balances, funds.balance)?;
            kept.deposited = sum(kept.deposited, funds.deposited)?;
            kept.paid = sum(kept.paid, funds.paid)?;
            kept.refunded = sum(kept.refunded, funds.refunded)?;
        }
        let lifetime = LifetimeFunds::<T>::get();
        ensure!(lifetime.add_up(), "the escrow does not add up");
        ensure!(
            lifetime.balance == balances,
            "the escrow is not the sum of balances"
        );
        ensure!(
            kept.deposited <= lifetime.deposited
                && kept.paid <= lifetime.paid
                && kept.refunded <= lifetime.refunded,
            "campaigns moved more than all ever did"
        );
        Ok(())
    }

    /// Funds held are the sum of balances and of deposits, advertiser by advertiser.
    fn check_holds() -> Result<(), TryRuntimeError> {
        let mut sums: BTreeMap<T::AccountId, (u128, u128)> = BTreeMap::new();
        for record in Campaigns::<T>::iter_values() {
            let (budgets, deposits) = sums.entry(record.terms.advertiser.0.into()).or_default();
            *budgets = budgets
                .checked_add(record.funds.balance)
                .ok_or("budgets overflow")?;
            *deposits = deposits
                .checked_add(record.deposit)
                .ok_or("deposits overflow")?;
        }
        for (account, (budgets, deposits)) in sums {
            let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
            ensure!(
                held(HoldReason::Budget) == budgets,
                "held for budgets differs from the balances"
            );
            ensure!(
                held(HoldReason::Campaign) == deposits,
                "held for records differs from the deposits"
            );
        }
        Ok(())
    }

    /// Every campaign stands in its advertiser's list under its number, and the list holds nothing else.
    fn check_listings() -> Result<(), TryRuntimeError> {
        let mut listed = 0usize;
        for (advertiser, number, campaign) in Listings::<T>::iter() {
            let record =
                Campaigns::<T>::get(campaign).ok_or("a list names a campaign that is not")?;
            ensure!(
                record.listing == number && record.terms.advertiser == Self::raw(&advertiser),
                "a campaign is listed elsewhere"
            );
            ensure!(
                number < OpenedCount::<T>::get(&advertiser),
                "a number is above the count"
            );
            listed = listed.saturating_add(1);
        }
        ensure!(
            listed == Campaigns::<T>::iter_keys().count(),
            "a campaign is not listed"
        );
        Ok(())
    }

    /// Promises are within bounds, and numbers were given out.
    fn check_promises() -> Result<(), TryRuntimeError> {
        let next = NextCampaign::<T>::get();
        for (campaign, record) in Campaigns::<T>::iter() {
            ensure!(campaign < next, "a number was not given out");
            ensure!(
                Self::check_terms(&record.terms).is_ok() && are_tags(&record.tags),
                "a campaign promises nonsense"
            );
        }
        Ok(())
    }

    /// States ascend, there is one at least, at most two are pending, nothing follows a closing, and what can't pay a
    /// play is not active.
    fn check_states() -> Result<(), TryRuntimeError> {
        let now = T::Rounds::current_round();
        for record in Campaigns::<T>::iter_values() {
            let last = record.last_change().ok_or("a campaign has no state")?;
            let pairs_hold = record.states.windows(2).all(|pair| {
                matches!(pair, [a, b] if a.from_round < b.from_round && a.state != CampaignState::Closed)
            });
            ensure!(pairs_hold, "states are out of order");
            let pending = record
                .states
                .iter()
                .filter(|change| change.from_round > now)
                .count();
            ensure!(pending <= 2, "too many changes are pending");
            ensure!(
                last.state != CampaignState::Active
                    || record.funds.balance >= record.terms.price_per_play,
                "a spent campaign goes on"
            );
        }
        Ok(())
    }
}
