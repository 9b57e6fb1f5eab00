//! Proposing, accepting, ending and removing enhancements.

use alloc::vec::Vec;
use chainflix_primitives::{
    Magnet, Round,
    hash::Hash32,
    registry::{CountedEnhancement, CurrentRound, VideoState},
};
use frame_support::{
    BoundedVec,
    dispatch::DispatchResult,
    ensure,
    traits::{Get, fungible::MutateHold, tokens::Precision},
};
use sp_runtime::DispatchError;

use crate::{
    Attached, Config, Enhancement, EnhancementKind, EnhancementState, Enhancements, Error, Event,
    HoldReason, Language, MAX_ENHANCEMENTS_OF_VIDEO, NextEnhancement, OwnerChange, Pallet,
    Proposals, Videos,
};

impl<T: Config> Pallet<T> {
    /// Who earns from an enhancement that a view of `video`, issued in `round`, showed.
    pub(crate) fn earning_owner(id: u32, video: &Magnet, round: Round) -> Option<T::AccountId> {
        let enhancement = Enhancements::<T>::get(id)?;
        (enhancement.video == *video)
            .then(|| enhancement.earning_owner(round).cloned())
            .flatten()
    }

    /// The enhancements of `video` that counted in `round`, in order of acceptance; at most 64. Whoever judges many views of
    /// one video asks once.
    #[must_use]
    pub fn enhancements_counted_in(video: &Magnet, round: Round) -> Vec<CountedEnhancement> {
        let listed = Attached::<T>::get(video).into_iter();
        let counted = listed.filter_map(|id| {
            let enhancement = Enhancements::<T>::get(id)?;
            let owner = enhancement.earning_owner(round)?;
            Some(CountedEnhancement {
                id,
                owner: Self::raw(owner),
                hash: enhancement.hash,
            })
        });
        counted.collect()
    }

    /// Takes in an enhancement under the next id, and attaches it when the producer's consent is there already.
    pub(crate) fn propose(
        enhancer: T::AccountId,
        magnet: Magnet,
        kind: EnhancementKind,
        language: Language,
        hash: Hash32,
        price: Option<u128>,
    ) -> DispatchResult {
        Self::check_description(kind, &language, &hash)?;
        let producer = Self::producer_of_open(&magnet)?;
        let id = NextEnhancement::<T>::get();
        let next = id.checked_add(1).ok_or(Error::<T>::Overflow)?;
        let deposit = Self::deposit_of_enhancement().ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Enhancement.into(), &enhancer, deposit)?;
        let first = OwnerChange {
            from_round: T::Rounds::current_round(),
            owner: enhancer.clone(),
        };
        let enhancement = Enhancement {
            video: magnet,
            kind,
            language,
            hash,
            price,
            owners: BoundedVec::truncate_from(alloc::vec![first]),
            state: EnhancementState::Proposed,
            deposit,
        };
        NextEnhancement::<T>::put(next);
        Self::deposit_event(Event::EnhancementProposed {
            id,
            magnet,
            enhancer: enhancer.clone(),
            kind,
            hash,
        });
        let has_room =
            Attached::<T>::decode_len(magnet).unwrap_or(0) < MAX_ENHANCEMENTS_OF_VIDEO as usize;
        if enhancer == producer || (has_room && Self::accepts_unasked(&producer, &enhancer)) {
            return Self::attach(id, enhancement);
        }
        Enhancements::<T>::insert(id, enhancement);
        Proposals::<T>::insert(magnet, id, ());
        Ok(())
    }

    /// Attaches a proposed enhancement on the producer's word.
    pub(crate) fn accept(caller: &T::AccountId, id: u32) -> DispatchResult {
        let enhancement = Enhancements::<T>::get(id).ok_or(Error::<T>::UnknownEnhancement)?;
        let producer = Self::producer_of_open(&enhancement.video)?;
        ensure!(producer == *caller, Error::<T>::NotProducer);
        ensure!(
            enhancement.state == EnhancementState::Proposed,
            Error::<T>::NotProposed
        );
        Proposals::<T>::remove(enhancement.video, id);
        Self::attach(id, enhancement)
    }

    /// Gives an enhancement its place in the list of its video, with effect from the earliest round.
    fn attach(id: u32, mut enhancement: Enhancement<T::AccountId>) -> DispatchResult {
        let magnet = enhancement.video;
        let from_round = Self::round_of_effect()?;
        Attached::<T>::try_mutate(magnet, |listed| listed.try_push(id))
            .map_err(|_| Error::<T>::TooManyEnhancements)?;
        enhancement.state = EnhancementState::Attached { from_round };
        Enhancements::<T>::insert(id, enhancement);
        Self::deposit_event(Event::EnhancementAttached {
            id,
            magnet,
            from_round,
        });
        Ok(())
    }

    /// Ends an enhancement of `caller`, or of a video of `caller`.
    pub(crate) fn end(caller: &T::AccountId, id: u32) -> DispatchResult {
        let mut enhancement = Enhancements::<T>::get(id).ok_or(Error::<T>::UnknownEnhancement)?;
        let magnet = enhancement.video;
        let is_producer = || {
            Videos::<T>::get(magnet)
                .is_some_and(|record| record.terms.producer == Self::raw(caller))
        };
        ensure!(
            enhancement.owner() == Some(caller) || is_producer(),
            Error::<T>::NotOwnerOrProducer
        );
        match enhancement.state {
            EnhancementState::Proposed => {
                Proposals::<T>::remove(magnet, id);
                Self::delete(id, &enhancement)
            }
            EnhancementState::Attached { from_round } => {
                let until_round = Self::round_of_effect()?;
                enhancement.state = EnhancementState::Ended {
                    from_round,
                    until_round,
                };
                enhancement.price = None;
                Enhancements::<T>::insert(id, enhancement);
                Self::deposit_event(Event::EnhancementEnded {
                    id,
                    magnet,
                    until_round,
                });
                Ok(())
            }
            EnhancementState::Ended { .. } => Err(Error::<T>::EnhancementEnded.into()),
        }
    }

    /// Removes an enhancement that ended long enough ago.
    pub(crate) fn remove_ended(id: u32) -> DispatchResult {
        let enhancement = Enhancements::<T>::get(id).ok_or(Error::<T>::UnknownEnhancement)?;
        let EnhancementState::Ended { until_round, .. } = enhancement.state else {
            return Err(Error::<T>::EnhancementStillNeeded.into());
        };
        ensure!(
            until_round
                .checked_add(T::RecordRounds::get())
                .is_some_and(|needed_until| needed_until <= T::Rounds::current_round()),
            Error::<T>::EnhancementStillNeeded
        );
        Attached::<T>::mutate_exists(enhancement.video, |slot| {
            if let Some(listed) = slot {
                listed.retain(|other| *other != id);
                if listed.is_empty() {
                    *slot = None;
                }
            }
        });
        Self::delete(id, &enhancement)
    }

    /// Removes all enhancements in the list of a video that is removed; how many there were, 64 at most.
    pub(crate) fn remove_attached(magnet: Magnet) -> Result<u32, DispatchError> {
        let listed = Attached::<T>::take(magnet);
        for id in &listed {
            if let Some(enhancement) = Enhancements::<T>::get(id) {
                Self::delete(*id, &enhancement)?;
            }
        }
        u32::try_from(listed.len()).map_err(|_| Error::<T>::Overflow.into())
    }

    /// Removes the record and returns the deposit to the owner.
    fn delete(id: u32, enhancement: &Enhancement<T::AccountId>) -> DispatchResult {
        let owner = enhancement.owner().ok_or(Error::<T>::UnknownEnhancement)?;
        let deposit = enhancement.deposit;
        T::Currency::release(
            &HoldReason::Enhancement.into(),
            owner,
            deposit,
            Precision::Exact,
        )?;
        Enhancements::<T>::remove(id);
        Self::deposit_event(Event::EnhancementRemoved {
            id,
            magnet: enhancement.video,
            owner: owner.clone(),
            deposit,
        });
        Ok(())
    }

    /// The producer of a video that is not withdrawn.
    fn producer_of_open(magnet: &Magnet) -> Result<T::AccountId, Error<T>> {
        let record = Videos::<T>::get(magnet).ok_or(Error::<T>::UnknownVideo)?;
        let withdrawn = record
            .last_change()
            .is_some_and(|last| last.state == VideoState::Withdrawn);
        ensure!(!withdrawn, Error::<T>::AlreadyWithdrawn);
        Ok(record.terms.producer.0.into())
    }

    /// A language tag of subtags of letters and digits, and a hash that was given.
    pub(crate) fn check_description(
        kind: EnhancementKind,
        language: &Language,
        hash: &Hash32,
    ) -> Result<(), Error<T>> {
        let is_tag = language.split(|byte| *byte == b'-').all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.iter().all(u8::is_ascii_alphanumeric)
        });
        let may_be_empty = kind == EnhancementKind::Effects;
        ensure!(
            is_tag || (may_be_empty && language.is_empty()),
            Error::<T>::InvalidLanguage
        );
        ensure!(*hash != Hash32::default(), Error::<T>::EmptyHash);
        Ok(())
    }
}
