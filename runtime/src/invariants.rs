//! Every invariant of the chain's state, checked natively: by tests, and on a running network's blocks by
//! `examples/state_check.rs`. Between two blocks all of them hold.

mod holds;
mod set;

use crate::{
    Ads, Authorities, Balances, Funds, Motions, Pov, Rewards, Runtime, StorageProviders,
    Supervisors, System, Videos,
};
use chainflix_primitives::registry::VideoState;
use sp_runtime::{DispatchError, DispatchResult};
use std::fmt;

/// An invariant that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The pallet that says it holds; its README lists its invariants.
    pub pallet: &'static str,
    /// What does not hold.
    pub what: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.pallet, self.what)
    }
}

impl std::error::Error for Broken {}

/// A pallet's name and its check.
type Check = (&'static str, fn() -> DispatchResult);

/// Checks of all own pallets and of the money as a whole.
const CHECKS: [Check; 16] = [
    ("Authorities", Authorities::do_try_state),
    ("Supervisors", Supervisors::do_try_state),
    ("Videos", Videos::do_try_state),
    ("StorageProviders", StorageProviders::do_try_state),
    ("Pov", Pov::do_try_state),
    ("Rewards", Rewards::do_try_state),
    ("Ads", Ads::do_try_state),
    ("Motions", Motions::do_try_state),
    ("Funds", Funds::do_try_state),
    ("Balances", accounts_add_up_to_the_issuance),
    ("Balances", holds::are_what_items_say),
    ("Balances", holds::are_all_that_is_reserved),
    ("Ads", what_campaigns_paid_is_owed),
    ("Supervisors", what_is_restricted_can_be_reinstated),
    ("TechnicalCommittee", set::decides),
    ("Aura", set::writes_and_finalizes),
];

/// Checks every invariant in the state at hand.
///
/// # Errors
///
/// The first that does not hold.
pub fn check() -> Result<(), Broken> {
    for (pallet, holds) in CHECKS {
        holds().map_err(|error| Broken {
            pallet,
            what: match error {
                DispatchError::Other(what) => what,
                other => other.into(),
            },
        })?;
    }
    Ok(())
}

/// No money is anywhere but in accounts.
fn accounts_add_up_to_the_issuance() -> DispatchResult {
    let sum = frame_system::Account::<Runtime>::iter_values().try_fold(0u128, |sum, account| {
        sum.checked_add(account.data.free)?
            .checked_add(account.data.reserved)
    });
    if sum == Some(Balances::total_issuance()) {
        Ok(())
    } else {
        Err(DispatchError::Other(
            "free and reserved money of all accounts is not the total issuance",
        ))
    }
}

/// What left the campaigns' escrow is what can be claimed beside what is minted.
fn what_campaigns_paid_is_owed() -> DispatchResult {
    if Ads::lifetime_funds().paid == Rewards::totals().advertised {
        Ok(())
    } else {
        Err(DispatchError::Other(
            "campaigns paid another sum than is owed for them",
        ))
    }
}

/// A restricted video has a record of its restriction: without one nobody could lift it, not even a motion.
fn what_is_restricted_can_be_reinstated() -> DispatchResult {
    let restricted = pallet_videos::Videos::<Runtime>::iter().filter(|(_, record)| {
        let last = record.states.last();
        last.is_some_and(|change| change.state == VideoState::Restricted)
    });
    for (video, _) in restricted {
        if !pallet_supervisors::Restrictions::<Runtime>::contains_key(video) {
            return Err(DispatchError::Other(
                "a restricted video has no restriction on record",
            ));
        }
    }
    Ok(())
}

/// The block whose state is at hand.
#[must_use]
pub fn block() -> u32 {
    System::block_number()
}
