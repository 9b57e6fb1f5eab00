//! What is held and reserved of accounts is what somebody's item says, unit by unit: a deposit whose item is gone would be
//! lost to its owner, and one that is not there would be paid back out of nothing.

use crate::configs::KeyDeposit;
use crate::{
    AccountId, Ads, Authorities, Runtime, RuntimeHoldReason, StorageProviders, Supervisors, Videos,
};
use codec::Encode;
use sp_runtime::{DispatchError, DispatchResult};
use std::collections::BTreeMap;

/// Units by account and encoded reason: reasons have no order.
type Holds = BTreeMap<(AccountId, Vec<u8>), u128>;

/// Adds to what is counted of somebody. Nothing is as good as no entry.
fn add<K: Ord>(sums: &mut BTreeMap<K, u128>, key: K, amount: u128) -> DispatchResult {
    if amount > 0 {
        let sum = sums.entry(key).or_default();
        let overflow = DispatchError::Other("deposits overflow");
        *sum = sum.checked_add(amount).ok_or(overflow)?;
    }
    Ok(())
}

/// What all items of our pallets want held. `Pov` holds a deposit only within the call that judges a fault.
fn wanted() -> Result<Holds, DispatchError> {
    fn of<R: Into<RuntimeHoldReason>>(
        items: Vec<(AccountId, R, u128)>,
    ) -> impl Iterator<Item = (AccountId, RuntimeHoldReason, u128)> {
        items
            .into_iter()
            .map(|(account, reason, amount)| (account, reason.into(), amount))
    }
    let items = of(Authorities::held_for_items())
        .chain(of(Supervisors::held_for_items()))
        .chain(of(Videos::held_for_items()))
        .chain(of(StorageProviders::held_for_items()))
        .chain(of(Ads::held_for_items()));
    let mut wanted = Holds::new();
    for (account, reason, amount) in items {
        add(&mut wanted, (account, reason.encode()), amount)?;
    }
    Ok(wanted)
}

/// Every hold of every account is the sum of the items that want it, and no item goes without.
pub(super) fn are_what_items_say() -> DispatchResult {
    let mut there = Holds::new();
    for (account, holds) in pallet_balances::Holds::<Runtime>::iter() {
        for hold in holds {
            if hold.id == pallet_session::HoldReason::Keys.into() {
                is_of_session_keys(&account, hold.amount)?;
                continue;
            }
            let key = (account.clone(), hold.id.encode());
            add(&mut there, key, hold.amount)?;
        }
    }
    if there == wanted()? {
        Ok(())
    } else {
        Err(DispatchError::Other(
            "what is held of accounts is not what items say",
        ))
    }
}

/// The SDK's pallet notes no deposits: one is that of registered keys when it is as large as they all are. Keys of genesis have
/// none.
fn is_of_session_keys(account: &AccountId, amount: u128) -> DispatchResult {
    if amount == KeyDeposit::get() && pallet_session::NextKeys::<Runtime>::contains_key(account) {
        Ok(())
    } else {
        Err(DispatchError::Other(
            "what is held for session keys is not the deposit of any",
        ))
    }
}

/// Nobody's holds are more than it has reserved; and all that accounts have reserved beyond them are the deposits for proxies,
/// announcements and multisig operations. Those are added up as a whole: an account may pay for the proxies of another.
pub(super) fn are_all_that_is_reserved() -> DispatchResult {
    let mut held: BTreeMap<AccountId, u128> = BTreeMap::new();
    for (account, holds) in pallet_balances::Holds::<Runtime>::iter() {
        for hold in holds {
            add(&mut held, account.clone(), hold.amount)?;
        }
    }
    let proxies = pallet_proxy::Proxies::<Runtime>::iter_values().map(|(_, deposit)| deposit);
    let announced =
        pallet_proxy::Announcements::<Runtime>::iter_values().map(|(_, deposit)| deposit);
    let operations = pallet_multisig::Multisigs::<Runtime>::iter_values().map(|item| item.deposit);
    let deposits = sum(proxies.chain(announced).chain(operations))?;
    let all_held = sum(held.values().copied())?;

    let mut reserved = 0u128;
    for (account, info) in frame_system::Account::<Runtime>::iter() {
        let of_account = info.data.reserved;
        if held.remove(&account).is_some_and(|held| held > of_account) {
            return Err(DispatchError::Other("more is held than is there"));
        }
        reserved = sum([reserved, of_account])?;
    }
    if !held.is_empty() {
        return Err(DispatchError::Other("something is held of no account"));
    }
    if sum([all_held, deposits])? == reserved {
        Ok(())
    } else {
        Err(DispatchError::Other(
            "money that is not free is neither held nor a deposit",
        ))
    }
}

/// The sum of amounts.
fn sum(amounts: impl IntoIterator<Item = u128>) -> Result<u128, DispatchError> {
    let mut amounts = amounts.into_iter();
    amounts
        .try_fold(0u128, u128::checked_add)
        .ok_or(DispatchError::Other("money overflows"))
}
