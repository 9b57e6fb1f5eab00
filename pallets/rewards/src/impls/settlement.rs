//! From a judged round to rewards of its blocks.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Round,
    campaign::PaidCampaign,
    registry::{AdSettlement, JudgedBlock, SettledBlock, SettledRound, Settlement},
    report::{Debit, EarningsTriple},
    settlement,
};
use frame_support::{BoundedVec, storage::with_transaction_unchecked};
use sp_runtime::TransactionOutcome;

use crate::{Config, Event, LifetimeTotals, Pallet, Rules, SettledRounds, Unexpected};

impl<T: Config> Settlement for Pallet<T> {
    fn settle(round: Round, blocks: Vec<JudgedBlock>, reporters: Vec<AccountId>) {
        Self::settle_or_refuse(round, blocks, reporters, T::Ads::pay);
    }

    fn vote_earnings(verifier: AccountId, triple: EarningsTriple, set_size: u32) {
        Self::vote(verifier, triple, set_size);
    }
}

impl<T: Config> Pallet<T> {
    /// Settles a round; `pay` takes what its debits come to out of escrow. When it can't be, says so and changes nothing.
    pub(crate) fn settle_or_refuse(
        round: Round,
        blocks: Vec<JudgedBlock>,
        reporters: Vec<AccountId>,
        pay: impl FnOnce(Round, Vec<Debit>) -> Vec<PaidCampaign>,
    ) {
        // Campaigns pay in the middle of it: all of it holds, or nothing.
        let settled = with_transaction_unchecked(|| {
            match Self::settle_round(round, blocks, reporters, pay) {
                Ok(()) => TransactionOutcome::Commit(Ok(())),
                Err(reason) => TransactionOutcome::Rollback(Err(reason)),
            }
        });
        if let Err(reason) = settled {
            Self::deposit_event(Event::UnexpectedlyRefused { reason });
        }
    }

    /// Settles a round: shares its reward among its approved blocks and keeps the record.
    fn settle_round(
        round: Round,
        blocks: Vec<JudgedBlock>,
        reporters: Vec<AccountId>,
        pay: impl FnOnce(Round, Vec<Debit>) -> Vec<PaidCampaign>,
    ) -> Result<(), Unexpected> {
        let rules = Rules::<T>::get().ok_or(Unexpected::NoRules)?;
        let schedule = rules
            .emission
            .schedule(rules.round_ms)
            .ok_or(Unexpected::NoRules)?;
        if Self::last_settled().is_some_and(|last| round <= last.round) {
            return Err(Unexpected::RoundNotAbove);
        }
        let emission = schedule.reward(round);
        let approved = blocks.iter().filter(|block| block.approved);
        let debits = approved.flat_map(|block| block.debits.iter().copied());
        let ads = BoundedVec::try_from(pay(round, debits.collect()))
            .map_err(|_| Unexpected::AdsOutOfBounds)?;
        let blocks = BoundedVec::try_from(Self::reward_blocks(round, emission, blocks))
            .map_err(|_| Unexpected::TooManyVerifiers)?;
        let reporters =
            BoundedVec::try_from(reporters).map_err(|_| Unexpected::TooManyVerifiers)?;
        let settled = blocks
            .iter()
            .try_fold(0u128, |sum, block: &SettledBlock| {
                sum.checked_add(block.reward)
            })
            .ok_or(Unexpected::AboveSchedule)?;

        // The cap, whatever the shares above came to.
        let after_round = round.checked_add(1).ok_or(Unexpected::NoRules)?;
        let mut totals = LifetimeTotals::<T>::get();
        totals.settled = totals
            .settled
            .checked_add(settled)
            .filter(|total| settled <= emission && *total <= schedule.cumulative(after_round))
            .ok_or(Unexpected::AboveSchedule)?;

        // What campaigns paid left their escrow just now: it is owed beside what is minted.
        totals.advertised = ads
            .iter()
            .try_fold(totals.advertised, |sum, paid: &PaidCampaign| {
                sum.checked_add(paid.paid)
            })
            .ok_or(Unexpected::AdsOutOfBounds)?;
        let owed = totals.owed().ok_or(Unexpected::AdsOutOfBounds)?;

        Self::note_settled(round, owed)?;
        LifetimeTotals::<T>::put(totals);
        let count = u32::try_from(blocks.len()).unwrap_or(u32::MAX);
        let approved = blocks.iter().filter(|block| block.approved).count();
        Self::deposit_event(Event::RoundSettled {
            round,
            emission,
            settled,
            blocks: count,
            approved: u32::try_from(approved).unwrap_or(u32::MAX),
        });
        let record = SettledRound {
            round,
            emission,
            settled,
            blocks,
            reporters,
            ads,
        };
        SettledRounds::<T>::insert(round, record);
        Ok(())
    }

    /// Weights and rewards of a round's blocks. The divisor is over all that are not void, approved or not.
    fn reward_blocks(round: Round, emission: u128, blocks: Vec<JudgedBlock>) -> Vec<SettledBlock> {
        let weights = weights(&blocks);
        // At most 2³² weights of 64 bits.
        let total_weight = weights
            .iter()
            .fold(0u128, |sum, weight| sum.saturating_add(u128::from(*weight)));
        let reward = settlement::round_reward(emission, total_weight, Self::max_rate_in(round));
        blocks
            .into_iter()
            .zip(weights)
            .map(|(block, weight_ms)| SettledBlock {
                reward: if block.approved {
                    // Nothing watched, nothing paid.
                    settlement::block_reward(reward, weight_ms, total_weight).unwrap_or(0)
                } else {
                    0
                },
                issuer: block.issuer,
                root: block.root,
                count: block.count,
                playtime_ms: block.playtime_ms,
                approved: block.approved,
                voided: block.voided,
                weight_ms,
            })
            .collect()
    }
}

/// Weights of a round's blocks: capped among those that are not void; void ones weigh nothing.
fn weights(blocks: &[JudgedBlock]) -> Vec<u64> {
    let playtimes: Vec<u64> = blocks
        .iter()
        .filter(|block| !block.voided)
        .map(|block| block.playtime_ms)
        .collect();
    let mut capped = settlement::capped_weights(&playtimes).into_iter();
    blocks
        .iter()
        .map(|block| {
            if block.voided {
                0
            } else {
                capped.next().unwrap_or(0)
            }
        })
        .collect()
}
