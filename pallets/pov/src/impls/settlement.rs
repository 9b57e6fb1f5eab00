//! Settlement: from verdicts and openings to judged blocks.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Cycle, Round,
    hash::Hash32,
    merkle::RootBuilder,
    registry::{Discipline, JudgedBlock, Settlement},
    report::cycle_leaf_hash,
    settlement::{eligible, has_judged_enough, is_approved},
};
use frame_support::{BoundedVec, traits::ConstU32, weights::Weight};

use crate::{
    Config, Event, Faults, HeaderTrees, Headers, Issuers, Pallet, Reports, WeightInfo,
    cost::SettlementWeights,
    crypto::HostHasher,
    types::{HeaderTree, MAX_PEAKS, Marks, Opened},
};

/// Verdicts of one verifier that count.
pub(crate) struct Vote {
    pub(crate) voter: AccountId,
    pub(crate) approved: Marks,
    complete: bool,
}

/// A judged round.
pub(crate) struct Judged {
    /// Its blocks, by ascending issuer.
    pub(crate) blocks: Vec<JudgedBlock>,
    /// Who judged enough of them.
    reporters: Vec<AccountId>,
    /// How many may have judged.
    voters: usize,
}

impl<T: Config> Pallet<T> {
    /// Judges `round` and hands it over. Its verdicts stand in the reports of `judged_in`; what was to be opened of
    /// both has been by now.
    pub(crate) fn settle_round(round: Round, judged_in: Round) -> Weight {
        let judged = Self::judge_round(round, judged_in);
        let length = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
        let headers = length(judged.blocks.len());
        let debits = judged.blocks.iter().fold(0u32, |sum, block| {
            sum.saturating_add(length(block.debits.len()))
        });
        T::Settlement::settle(round, judged.blocks, judged.reporters);
        T::WeightInfo::judge_round(headers, length(judged.voters))
            .saturating_add(T::SettlementWeights::settle(headers, debits))
    }

    /// Judges every block of `round`, and keeps the headers' tree.
    pub(crate) fn judge_round(round: Round, judged_in: Round) -> Judged {
        let set = Self::accounts_in(round);
        let active: Vec<AccountId> = set
            .iter()
            .filter(|verifier| !T::Discipline::is_suspended(verifier))
            .copied()
            .collect();
        let votes = Self::votes_on(round, judged_in, &active);
        let cycle = Self::cycle_of(round);
        let mut tree = RootBuilder::<HostHasher>::from_peaks(Self::peaks_of(cycle));
        let mut blocks = Vec::new();
        let mut paid = Vec::new();
        for (index, entry) in Issuers::<T>::get(round).iter().enumerate() {
            let issuer = entry.issuer;
            let Some(header) = Headers::<T>::get(round, issuer) else {
                continue;
            };
            let approvals = votes.iter().filter(|vote| vote.approved.has(index)).count();
            let approvals = u32::try_from(approvals).unwrap_or(u32::MAX);
            let eligible = eligible(set_with(&issuer, &active));
            let opened = header.count == 0
                || Reports::<T>::get(round, issuer)
                    .is_some_and(|record| record.opened == Opened::Right);
            let voided = Faults::<T>::contains_key(round, issuer);
            let approved = opened && !voided && is_approved(approvals, eligible);
            Self::deposit_event(Event::BlockJudged {
                round,
                issuer,
                approvals,
                eligible,
                opened,
                voided,
                approved,
            });
            tree.push(cycle_leaf_hash::<HostHasher>(round, &issuer, &header));
            if approved && header.count > 0 {
                paid.push((index, issuer));
            }
            blocks.push(JudgedBlock {
                issuer,
                root: header.root,
                count: header.count,
                playtime_ms: header.playtime_ms,
                approved,
                voided,
                debits: header.debits.into_inner(),
            });
        }
        HeaderTrees::<T>::insert(
            cycle,
            HeaderTree {
                peaks: BoundedVec::<_, ConstU32<MAX_PEAKS>>::truncate_from(tree.peaks().to_vec()),
            },
        );
        let reporters = votes
            .iter()
            .filter(|vote| vote.complete && vote.has_judged_enough(&paid))
            .map(|vote| vote.voter)
            .collect();
        Judged {
            blocks,
            reporters,
            voters: set.len(),
        }
    }

    /// Verdicts of `voters` on `round` that count, by ascending voter.
    pub(crate) fn votes_on(round: Round, judged_in: Round, voters: &[AccountId]) -> Vec<Vote> {
        let vote_of = |voter: &AccountId| {
            let ballot = Reports::<T>::get(judged_in, voter)?.ballot?;
            (ballot.round == round && ballot.counts()).then_some(Vote {
                voter: *voter,
                approved: ballot.approved,
                complete: ballot.complete,
            })
        };
        voters.iter().filter_map(vote_of).collect()
    }

    fn peaks_of(cycle: Cycle) -> Vec<(u32, Hash32)> {
        HeaderTrees::<T>::get(cycle).peaks.into_inner()
    }

    pub(crate) fn cycle_headers_root(cycle: Cycle) -> (Hash32, u32) {
        let tree = RootBuilder::<HostHasher>::from_peaks(Self::peaks_of(cycle));
        (tree.root(), tree.count())
    }
}

impl Vote {
    /// Whether the voter approved enough of the others' blocks that are paid; `paid` has index and issuer of each.
    fn has_judged_enough(&self, paid: &[(usize, AccountId)]) -> bool {
        let others = paid.iter().filter(|(_, issuer)| *issuer != self.voter);
        let (mut all, mut approved) = (0u32, 0u32);
        for (index, _) in others {
            all = all.saturating_add(1);
            approved = approved.saturating_add(u32::from(self.approved.has(*index)));
        }
        has_judged_enough(approved, all)
    }
}

/// Size of the set that a block is judged by: whoever is not suspended, and the issuer.
fn set_with(issuer: &AccountId, active: &[AccountId]) -> u32 {
    let others = active.iter().filter(|verifier| *verifier != issuer).count();
    u32::try_from(others).unwrap_or(u32::MAX).saturating_add(1)
}
