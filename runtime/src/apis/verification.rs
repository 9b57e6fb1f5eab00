//! What the verifier service asks of several pallets, in accounts as the rules of Proof-of-View know them.

use crate::{AccountId, Authorities, Pov, Rewards, StorageProviders};
use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId as PovAccount, registry::VerifierAnnouncement, report::EarningsTriple,
};

fn account(of: AccountId) -> PovAccount {
    PovAccount::from(<[u8; 32]>::from(of))
}

pub(super) fn announcements() -> Vec<(PovAccount, VerifierAnnouncement)> {
    Authorities::announcements()
        .into_iter()
        .map(|(verifier, announcement)| (account(verifier), announcement))
        .collect()
}

pub(super) fn set_secret_maker(epoch: u32) -> Option<PovAccount> {
    Authorities::set_secret_maker_now(epoch).map(account)
}

pub(super) fn set_secret_holders(epoch: u32) -> Vec<PovAccount> {
    Authorities::set_secret_holders(epoch)
        .into_iter()
        .map(account)
        .collect()
}

/// In rounds.
pub(super) fn claim_delay() -> u32 {
    Rewards::rules().map_or(0, |rules| rules.claim_delay)
}

pub(super) fn adopted_earnings() -> Option<EarningsTriple> {
    Rewards::last_adopted().map(|adopted| adopted.triple)
}

/// Puts what the local verifier owes the chain into the pool; how many transactions that were.
pub(super) fn submit_due() -> u32 {
    [
        Authorities::submit_due(),
        Pov::submit_due(),
        Rewards::submit_due(),
        StorageProviders::submit_due(),
    ]
    .into_iter()
    .fold(0, u32::saturating_add)
}
