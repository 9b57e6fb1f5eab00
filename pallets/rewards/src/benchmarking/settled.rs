//! Settled rounds of the largest size, and the view blocks that make one.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Round,
    campaign::{MAX_PAID_CAMPAIGNS, PaidCampaign},
    emission::CFX,
    registry::{JudgedBlock, SettledBlock, SettledRound},
    report::{Debit, MAX_DEBITS, MAX_VERIFIERS},
};
use frame_support::{BoundedVec, traits::Get};

use crate::{Config, SettledEntry, SettledOrder, SettledPlaces, SettledRounds, SettledSpan};

/// Settled rounds of which `SettledRoundsKept` and two more are kept, as far as anybody looks at them. Returns the last.
pub(super) fn fill_settled<T: Config>() -> Round {
    let next = T::SettledRoundsKept::get() + 2;
    SettledPlaces::<T>::put(SettledSpan { first: 0, next });
    let entry = |round| SettledEntry {
        round,
        total: u128::MAX / 2,
    };
    for old in 0..2 {
        SettledOrder::<T>::insert(old, entry(old));
        SettledRounds::<T>::insert(old, full_record(old));
    }
    // What a bisection up to the end looks at.
    let mut low = 0;
    while low < next {
        let middle = low.midpoint(next);
        SettledOrder::<T>::insert(middle, entry(middle));
        low = middle + 1;
    }
    next - 1
}

/// The largest record of a settled round.
fn full_record(round: Round) -> SettledRound {
    let block = |number: u32| SettledBlock {
        issuer: AccountId([number as u8; 32]),
        root: [7; 32],
        count: u32::MAX,
        playtime_ms: u64::MAX,
        approved: true,
        voided: false,
        weight_ms: u64::MAX,
        reward: CFX,
    };
    let blocks: Vec<_> = (0..MAX_VERIFIERS).map(block).collect();
    let reporters = blocks.iter().map(|block| block.issuer).collect::<Vec<_>>();
    SettledRound {
        round,
        emission: 135 * CFX,
        settled: 135 * CFX,
        blocks: BoundedVec::truncate_from(blocks),
        reporters: BoundedVec::truncate_from(reporters),
        ads: BoundedVec::truncate_from(paid_campaigns(MAX_PAID_CAMPAIGNS)),
    }
}

/// Campaigns that paid in a round.
pub(super) fn paid_campaigns(campaigns: u32) -> Vec<PaidCampaign> {
    let paid = |campaign| PaidCampaign {
        campaign,
        debits: CFX,
        paid: CFX,
    };
    (0..campaigns).map(paid).collect()
}

/// Approved view blocks that debit as many campaigns as they may, in an order that has to be sorted for the median.
pub(super) fn judged_blocks(blocks: u32) -> Vec<JudgedBlock> {
    let debits: Vec<_> = (0..MAX_DEBITS)
        .map(|campaign| Debit {
            campaign,
            amount: CFX,
        })
        .collect();
    let block = |number: u32| JudgedBlock {
        issuer: AccountId([number as u8; 32]),
        root: [number as u8; 32],
        count: 1_000,
        playtime_ms: 1_000_000 + u64::from(number * 7_919 % 101) * 60_000,
        approved: true,
        voided: false,
        debits: debits.clone(),
    };
    (0..blocks).map(block).collect()
}
