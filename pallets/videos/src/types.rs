//! Records of the registry.

use chainflix_primitives::{
    Round,
    registry::{ROUNDS_UNTIL_EFFECT, RegistryError, VideoState, VideoTerms},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// Most states of one video that are remembered.
pub const MAX_STATES: u32 = 16;

/// A state and the round from which it holds.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct StateChange {
    /// First round in which it holds.
    pub from_round: Round,
    /// The state.
    pub state: VideoState,
}

/// Everything that is held of a video.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VideoRecord {
    /// What never changes.
    pub terms: VideoTerms,
    /// Its states by ascending round; never empty, and at most the last lies in the future.
    pub states: BoundedVec<StateChange, ConstU32<MAX_STATES>>,
    /// Its number in the list of its producer.
    pub listing: u32,
    /// What is held for the record, in units.
    pub deposit: u128,
}

/// An upload id was used.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct UploadMark<AccountId> {
    /// By whom.
    pub producer: AccountId,
    /// What is held for the mark, in units.
    pub deposit: u128,
}

impl VideoRecord {
    /// The state that holds in `round`. `None` before the first state that is remembered.
    #[must_use]
    pub fn state_in(&self, round: Round) -> Option<VideoState> {
        self.states
            .iter()
            .rev()
            .find(|change| change.from_round <= round)
            .map(|change| change.state)
    }

    /// The last change, which may lie in the future.
    #[must_use]
    pub fn last_change(&self) -> Option<StateChange> {
        self.states.last().copied()
    }

    /// Adds a change that a call in round `now` makes, and returns its round of effect. States that ended more than
    /// `kept_rounds` ago are forgotten.
    ///
    /// There is always room for a restriction, and after it for a withdrawal: a reinstatement that would take it is
    /// refused.
    ///
    /// # Errors
    /// [`RegistryError::ChangePending`] while the last change has not taken effect, [`RegistryError::HistoryFull`]
    /// when there is no room, [`RegistryError::Unknown`] at the end of time.
    pub fn change(
        &mut self,
        state: VideoState,
        now: Round,
        kept_rounds: u32,
    ) -> Result<Round, RegistryError> {
        if self.states.last().is_some_and(|last| last.from_round > now) {
            return Err(RegistryError::ChangePending);
        }
        let from_round = now
            .checked_add(ROUNDS_UNTIL_EFFECT)
            .ok_or(RegistryError::Unknown)?;
        self.forget_before(now.saturating_sub(kept_rounds));
        let room = match state {
            VideoState::Active => 3,
            VideoState::Restricted => 2,
            VideoState::Withdrawn => 1,
        };
        let free = (MAX_STATES as usize).saturating_sub(self.states.len());
        if free < room {
            return Err(RegistryError::HistoryFull);
        }
        self.states
            .try_push(StateChange { from_round, state })
            .map_err(|_| RegistryError::HistoryFull)?;
        Ok(from_round)
    }

    /// Forgets states that had ended by `horizon`; the one that held then stays.
    fn forget_before(&mut self, horizon: Round) {
        while self
            .states
            .get(1)
            .is_some_and(|next| next.from_round <= horizon)
        {
            self.states.remove(0);
        }
    }
}
