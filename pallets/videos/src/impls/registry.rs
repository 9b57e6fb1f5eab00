//! The registry as other pallets see it.

use chainflix_primitives::{
    AccountId, Magnet, Round,
    registry::{
        CurrentRound, EnhancementRegistry, RegistryError, VideoRegistry, VideoState, VideoTerms,
    },
};
use frame_support::traits::Get;

use crate::{Config, Event, Pallet, Videos};

impl<T: Config> VideoRegistry for Pallet<T> {
    fn terms(video: &Magnet) -> Option<VideoTerms> {
        Self::video(*video)
    }

    fn state_in(video: &Magnet, round: Round) -> Option<VideoState> {
        Self::video_state(*video, round)
    }

    fn restrict(video: &Magnet) -> Result<(), RegistryError> {
        let from_round = Self::switch(video, VideoState::Active, VideoState::Restricted)?;
        Self::deposit_event(Event::VideoRestricted {
            magnet: *video,
            from_round,
        });
        Ok(())
    }

    fn reinstate(video: &Magnet) -> Result<(), RegistryError> {
        let from_round = Self::switch(video, VideoState::Restricted, VideoState::Active)?;
        Self::deposit_event(Event::VideoReinstated {
            magnet: *video,
            from_round,
        });
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// Takes a video from state `from` to state `to`; returns the round of effect.
    fn switch(video: &Magnet, from: VideoState, to: VideoState) -> Result<Round, RegistryError> {
        Videos::<T>::try_mutate(video, |slot| {
            let record = slot.as_mut().ok_or(RegistryError::Unknown)?;
            if record.last_change().map(|last| last.state) != Some(from) {
                return Err(RegistryError::WrongState);
            }
            record.change(to, T::Rounds::current_round(), T::RecordRounds::get())
        })
    }
}

impl<T: Config> EnhancementRegistry for Pallet<T> {
    fn owner_in(enhancement: u32, video: &Magnet, round: Round) -> Option<AccountId> {
        Self::earning_owner(enhancement, video, round).map(|owner| Self::raw(&owner))
    }
}
