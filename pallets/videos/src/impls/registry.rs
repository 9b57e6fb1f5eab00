//! The registry as other pallets see it.

use chainflix_primitives::{
    Magnet, Round,
    registry::{CurrentRound, RegistryError, VideoRegistry, VideoState, VideoTerms},
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
