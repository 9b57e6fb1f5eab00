//! Records of the registry.

use chainflix_primitives::{
    Magnet, Round,
    hash::Hash32,
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

/// Most owners of one enhancement that are remembered.
pub const MAX_OWNERS: u32 = 8;
/// Most enhancers that a producer's policy names.
pub const MAX_TRUSTED: u32 = 32;
/// Longest language tag, in bytes.
pub const MAX_LANGUAGE_BYTES: u32 = 16;

/// A language tag, BCP 47; empty where there is no language.
pub type Language = BoundedVec<u8, ConstU32<MAX_LANGUAGE_BYTES>>;

/// What an enhancement adds to a video.
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
pub enum EnhancementKind {
    /// Subtitles in a language.
    #[codec(index = 0)]
    Subtitles,
    /// Voices in a language.
    #[codec(index = 1)]
    Dub,
    /// Effects, with or without a language.
    #[codec(index = 2)]
    Effects,
}

/// Where an enhancement stands.
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
pub enum EnhancementState {
    /// It waits for the producer's word and earns nothing.
    #[codec(index = 0)]
    Proposed,
    /// It earns when shown.
    #[codec(index = 1)]
    Attached {
        /// From this round on.
        from_round: Round,
    },
    /// It was ended.
    #[codec(index = 2)]
    Ended {
        /// It earned from this round on,
        from_round: Round,
        /// and no longer from this one on.
        until_round: Round,
    },
}

/// An owner and the round from which it earns.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OwnerChange<AccountId> {
    /// First round in which it earns.
    pub from_round: Round,
    /// The owner.
    pub owner: AccountId,
}

/// Subtitles, a dub or effects of a video: a file of its own.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Enhancement<AccountId> {
    /// Of which video.
    pub video: Magnet,
    /// What it is.
    pub kind: EnhancementKind,
    /// In which language.
    pub language: Language,
    /// SHA-256 of its file.
    pub hash: Hash32,
    /// For how much it is for sale, in units. `None` when it is not.
    pub price: Option<u128>,
    /// Its owners by ascending round; never empty, and at most the last begins in the future. The last may dispose of it.
    pub owners: BoundedVec<OwnerChange<AccountId>, ConstU32<MAX_OWNERS>>,
    /// Where it stands.
    pub state: EnhancementState,
    /// What is held of its owner, in units.
    pub deposit: u128,
}

impl<AccountId: Clone + PartialEq> Enhancement<AccountId> {
    /// Who may dispose of it.
    #[must_use]
    pub fn owner(&self) -> Option<&AccountId> {
        self.owners.last().map(|change| &change.owner)
    }

    /// Who earned from it in `round`. `None` when it was not attached then.
    #[must_use]
    pub fn earning_owner(&self, round: Round) -> Option<&AccountId> {
        let counts = match self.state {
            EnhancementState::Proposed => false,
            EnhancementState::Attached { from_round } => from_round <= round,
            EnhancementState::Ended {
                from_round,
                until_round,
            } => from_round <= round && round < until_round,
        };
        if !counts {
            return None;
        }
        self.owners
            .iter()
            .rev()
            .find(|change| change.from_round <= round)
            .map(|change| &change.owner)
    }

    /// Hands it over in round `now` and returns the round of effect. Owners that ended more than `kept_rounds` ago are
    /// forgotten.
    ///
    /// # Errors
    /// [`RegistryError::ChangePending`] while the last change has not taken effect, [`RegistryError::HistoryFull`]
    /// when there is no room, [`RegistryError::Unknown`] at the end of time.
    pub fn hand_over(
        &mut self,
        to: AccountId,
        now: Round,
        kept_rounds: u32,
    ) -> Result<Round, RegistryError> {
        if self.owners.last().is_some_and(|last| last.from_round > now) {
            return Err(RegistryError::ChangePending);
        }
        let from_round = now
            .checked_add(ROUNDS_UNTIL_EFFECT)
            .ok_or(RegistryError::Unknown)?;
        let horizon = now.saturating_sub(kept_rounds);
        while self
            .owners
            .get(1)
            .is_some_and(|next| next.from_round <= horizon)
        {
            self.owners.remove(0);
        }
        self.owners
            .try_push(OwnerChange {
                from_round,
                owner: to,
            })
            .map_err(|_| RegistryError::HistoryFull)?;
        Ok(from_round)
    }
}

/// Whose enhancements a producer accepts without being asked.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum AcceptancePolicy<AccountId> {
    /// Nobody's: each waits for its word.
    #[codec(index = 0)]
    Ask,
    /// Those of these accounts.
    #[codec(index = 1)]
    Trusted(BoundedVec<AccountId, ConstU32<MAX_TRUSTED>>),
    /// Everybody's. Whoever attaches one takes part in the enhancers' share when it is shown.
    #[codec(index = 2)]
    Anyone,
}

impl<AccountId: PartialEq> AcceptancePolicy<AccountId> {
    /// Whether it covers enhancements of `enhancer`.
    #[must_use]
    pub fn covers(&self, enhancer: &AccountId) -> bool {
        match self {
            Self::Ask => false,
            Self::Trusted(trusted) => trusted.contains(enhancer),
            Self::Anyone => true,
        }
    }
}

/// A producer's policy.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PolicyRecord<AccountId> {
    /// The policy.
    pub policy: AcceptancePolicy<AccountId>,
    /// What is held for it, in units.
    pub deposit: u128,
}
