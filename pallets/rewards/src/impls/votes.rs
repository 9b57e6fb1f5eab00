//! Votes for earnings, and their adoption.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Round, registry::CurrentRound, report::EarningsTriple, settlement,
};
use frame_support::BoundedVec;

use crate::{
    Adopted, AdoptedOrder, CLAIMABLE_ROOTS, Config, Event, LastAdopted, MAX_OPEN_VOTES, OpenVotes,
    Pallet, Rules, Signers, VoteRefusal, Votes,
    types::{AdoptedEarnings, EarningsVote},
};

impl<T: Config> Pallet<T> {
    /// Counts a verifier's vote, in the place of its earlier one for the same round, and adopts the earnings when more
    /// than 51 % of the set agree.
    pub(crate) fn vote(verifier: AccountId, triple: EarningsTriple, set_size: u32) {
        let as_of = triple.as_of;
        let account: T::AccountId = verifier.0.into();
        if let Err(reason) = Self::check_vote(&triple).and_then(|()| Self::open(as_of)) {
            Self::deposit_event(Event::EarningsVoteRefused {
                verifier: account,
                as_of,
                reason,
            });
            return;
        }
        let mut votes = Votes::<T>::get(as_of);
        let vote = EarningsVote { verifier, triple };
        match votes
            .iter_mut()
            .find(|earlier| earlier.verifier == verifier)
        {
            Some(earlier) if *earlier == vote => return,
            Some(earlier) => *earlier = vote,
            None => {
                if votes.try_push(vote).is_err() {
                    let reason = VoteRefusal::NoRoom;
                    Self::deposit_event(Event::EarningsVoteRefused {
                        verifier: account,
                        as_of,
                        reason,
                    });
                    return;
                }
            }
        }
        let agreed = votes.iter().filter(|vote| vote.triple == triple).count();
        Votes::<T>::insert(as_of, &votes);
        Self::deposit_event(Event::EarningsVoted {
            verifier: account,
            as_of,
            root: triple.root,
        });
        if u32::try_from(agreed).is_ok_and(|agreed| settlement::is_approved(agreed, set_size)) {
            let signers = votes_for(&votes, &triple);
            Self::adopt(triple, signers);
        }
    }

    /// Whether earnings can be adopted at all.
    fn check_vote(triple: &EarningsTriple) -> Result<(), VoteRefusal> {
        let interval = Rules::<T>::get().map_or(0, |rules| rules.earnings_interval);
        if triple.as_of.checked_rem(interval) != Some(0) {
            return Err(VoteRefusal::OffInterval);
        }
        let last = LastAdopted::<T>::get().map(|adopted| adopted.triple);
        if last.is_some_and(|last| triple.as_of <= last.as_of) {
            return Err(VoteRefusal::NotAboveLastAdopted);
        }
        let settled = Self::settled_as_of(triple.as_of).ok_or(VoteRefusal::NotSettled)?;
        if triple.sum > settled {
            return Err(VoteRefusal::SumAboveSettled);
        }
        if last.is_some_and(|last| triple.sum < last.sum) {
            return Err(VoteRefusal::SumBelowLastAdopted);
        }
        Ok(())
    }

    /// Makes sure that votes as of a round are counted. With no room left, those for the earliest round are dropped.
    fn open(as_of: Round) -> Result<(), VoteRefusal> {
        OpenVotes::<T>::try_mutate(|open| {
            let Err(place) = open.binary_search(&as_of) else {
                return Ok(());
            };
            if open.len() < MAX_OPEN_VOTES as usize {
                return open
                    .try_insert(place, as_of)
                    .map_err(|_| VoteRefusal::NoRoom);
            }
            let Some(later) = place.checked_sub(1) else {
                return Err(VoteRefusal::NoRoom);
            };
            Votes::<T>::remove(open.remove(0));
            open.try_insert(later, as_of)
                .map_err(|_| VoteRefusal::NoRoom)
        })
    }

    /// Adopts earnings. Votes up to their round are done with; the root that is now too old can't be claimed under.
    fn adopt(triple: EarningsTriple, signers: Vec<AccountId>) {
        let as_of = triple.as_of;
        OpenVotes::<T>::mutate(|open| {
            open.retain(|round| {
                let stays = *round > as_of;
                if !stays {
                    Votes::<T>::remove(round);
                }
                stays
            });
        });
        let number = LastAdopted::<T>::get().map_or(0, |last| last.number.saturating_add(1));
        let adopted = AdoptedEarnings {
            triple,
            adopted_in: T::Rounds::current_round(),
            number,
        };
        if let Some(oldest) = number.checked_sub(CLAIMABLE_ROOTS)
            && let Some(round) = AdoptedOrder::<T>::take(oldest)
        {
            Adopted::<T>::remove(round);
            Signers::<T>::remove(round);
        }
        // No more verifiers vote than there may be.
        Signers::<T>::insert(as_of, BoundedVec::truncate_from(signers));
        AdoptedOrder::<T>::insert(number, as_of);
        Adopted::<T>::insert(as_of, &adopted);
        let claimable_from = Self::first_claimable(&adopted).unwrap_or(Round::MAX);
        LastAdopted::<T>::put(adopted);
        Self::deposit_event(Event::EarningsAdopted {
            as_of,
            root: triple.root,
            count: triple.count,
            sum: triple.sum,
            claimable_from,
        });
    }
}

/// Who voted for these very earnings.
fn votes_for(votes: &[EarningsVote], triple: &EarningsTriple) -> Vec<AccountId> {
    votes
        .iter()
        .filter(|vote| vote.triple == *triple)
        .map(|vote| vote.verifier)
        .collect()
}
