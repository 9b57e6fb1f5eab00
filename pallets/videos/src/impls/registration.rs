//! Publishing, withdrawing and removing.

use chainflix_primitives::{
    AccountId, Magnet, Round,
    manifest::MAX_RENDITIONS,
    ratio::RatioError,
    registry::{
        CurrentRound, KeyEpochs, ROUNDS_UNTIL_EFFECT, RegistryError, VideoState, VideoTerms,
    },
    window,
};
use frame_support::{
    BoundedVec,
    dispatch::DispatchResult,
    ensure,
    traits::{Get, fungible::MutateHold, tokens::Precision},
};

use sp_runtime::DispatchError;

use crate::{
    Config, Error, Event, HoldReason, Listings, Pallet, PublishedCount, StateChange, UploadMark,
    Uploads, VideoRecord, Videos,
};

impl<T: Config> Pallet<T> {
    /// An account as the other parts of the system know it.
    pub(crate) fn raw(account: &T::AccountId) -> AccountId {
        AccountId(account.clone().into())
    }

    /// The round from which a change made now holds.
    pub(crate) fn round_of_effect() -> Result<Round, Error<T>> {
        T::Rounds::current_round()
            .checked_add(ROUNDS_UNTIL_EFFECT)
            .ok_or(Error::<T>::Overflow)
    }

    /// Registers a video under its magnet and holds its deposits.
    pub(crate) fn register(
        producer: T::AccountId,
        magnet: Magnet,
        terms: VideoTerms,
    ) -> DispatchResult {
        Self::validate(&terms)?;
        ensure!(
            !Videos::<T>::contains_key(magnet),
            Error::<T>::AlreadyPublished
        );
        ensure!(
            !Uploads::<T>::contains_key(terms.upload_id),
            Error::<T>::UploadUsed
        );

        let listing = PublishedCount::<T>::get(&producer);
        let next = listing.checked_add(1).ok_or(Error::<T>::Overflow)?;
        let deposit = Self::video_deposit(&terms).ok_or(Error::<T>::Overflow)?;
        let mark_deposit = Self::mark_deposit().ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Video.into(), &producer, deposit)?;
        T::Currency::hold(&HoldReason::UploadMark.into(), &producer, mark_deposit)?;

        let from_round = terms.from_round;
        Uploads::<T>::insert(
            terms.upload_id,
            UploadMark {
                producer: producer.clone(),
                deposit: mark_deposit,
            },
        );
        let first = StateChange {
            from_round,
            state: VideoState::Active,
        };
        let record = VideoRecord {
            terms,
            states: BoundedVec::truncate_from(alloc::vec![first]),
            listing,
            deposit,
        };
        Videos::<T>::insert(magnet, record);
        Listings::<T>::insert(&producer, listing, magnet);
        PublishedCount::<T>::insert(&producer, next);
        Self::deposit_event(Event::VideoPublished {
            magnet,
            producer,
            from_round,
        });
        Ok(())
    }

    /// Checks everything about a video that does not depend on what else is registered.
    fn validate(terms: &VideoTerms) -> Result<(), Error<T>> {
        let title = core::str::from_utf8(&terms.title).map_err(|_| Error::<T>::InvalidTitle)?;
        ensure!(!title.is_empty(), Error::<T>::InvalidTitle);
        // Cells follow from the total: none is empty or longer than 60 s.
        ensure!(
            window::cell_count(terms.total_playtime_ms).is_some(),
            Error::<T>::InvalidPlaytime
        );
        ensure!(
            (1..=MAX_RENDITIONS).contains(&terms.renditions),
            Error::<T>::InvalidRenditions
        );
        terms.ratio.validate().map_err(|error| match error {
            RatioError::SumNotWhole => Error::<T>::RatioSumNotWhole,
            RatioError::ViewerBelowMinimum => Error::<T>::RatioViewerBelowMinimum,
            RatioError::ChainShareChanged => Error::<T>::RatioChainShareChanged,
        })?;
        ensure!(
            T::KeyEpochs::takes_new_videos(terms.key_epoch),
            Error::<T>::KeyEpochNotInForce
        );
        Ok(())
    }

    /// Withdraws a video of `producer`.
    pub(crate) fn withdraw_video(producer: &T::AccountId, magnet: Magnet) -> DispatchResult {
        let from_round = Videos::<T>::try_mutate(magnet, |slot| {
            let record = slot.as_mut().ok_or(Error::<T>::UnknownVideo)?;
            ensure!(
                record.terms.producer == Self::raw(producer),
                Error::<T>::NotProducer
            );
            let withdrawn = record
                .last_change()
                .is_some_and(|last| last.state == VideoState::Withdrawn);
            ensure!(!withdrawn, Error::<T>::AlreadyWithdrawn);
            record
                .change(
                    VideoState::Withdrawn,
                    T::Rounds::current_round(),
                    T::RecordRounds::get(),
                )
                .map_err(Self::refusal)
        })?;
        Self::deposit_event(Event::VideoWithdrawn { magnet, from_round });
        Ok(())
    }

    /// Removes a video that was withdrawn long enough ago and returns its deposit, and its enhancements with theirs.
    /// How many those were.
    pub(crate) fn remove_video(
        producer: T::AccountId,
        magnet: Magnet,
    ) -> Result<u32, DispatchError> {
        let record = Videos::<T>::get(magnet).ok_or(Error::<T>::UnknownVideo)?;
        ensure!(
            record.terms.producer == Self::raw(&producer),
            Error::<T>::NotProducer
        );
        let needed_until = record
            .last_change()
            .filter(|last| last.state == VideoState::Withdrawn)
            .and_then(|last| last.from_round.checked_add(T::RecordRounds::get()));
        ensure!(
            needed_until.is_some_and(|until| until <= T::Rounds::current_round()),
            Error::<T>::RecordStillNeeded
        );
        let deposit = record.deposit;
        T::Currency::release(
            &HoldReason::Video.into(),
            &producer,
            deposit,
            Precision::Exact,
        )?;
        Videos::<T>::remove(magnet);
        Listings::<T>::remove(&producer, record.listing);
        let enhancements = Self::remove_attached(magnet)?;
        Self::deposit_event(Event::VideoRemoved {
            magnet,
            producer,
            deposit,
        });
        Ok(enhancements)
    }

    /// The pallet's word for a refused change.
    pub(crate) fn refusal(error: RegistryError) -> Error<T> {
        match error {
            RegistryError::Unknown | RegistryError::WrongState => Error::<T>::UnknownVideo,
            RegistryError::ChangePending => Error::<T>::ChangePending,
            RegistryError::HistoryFull => Error::<T>::HistoryFull,
        }
    }
}
