//! What mining has to know of the chain in a ticket's round, remembered so that playback outlives a chain that can't be
//! asked for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chainflix_primitives::rounds::CycleRule;
use chainflix_primitives::{Cycle, Magnet, Round};

use crate::chain::{Chain, ChainError, Enhancement};

/// A finished minute waits no longer for the chain's word on what it showed.
const ANSWER: Duration = Duration::from_secs(2);

/// Facts about rounds.
pub(crate) struct Facts {
    chain: Chain,
    last: Mutex<Option<Known>>,
}

#[derive(Clone, Copy)]
struct Known {
    round: Round,
    difficulty: u8,
    rule: CycleRule,
}

/// What holds in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RoundFacts {
    /// Leading zero bits of a nonce.
    pub(crate) difficulty: u8,
    /// The cycle.
    pub(crate) cycle: Cycle,
}

impl Facts {
    pub(crate) fn new(chain: Chain) -> Self {
        Self {
            chain,
            last: Mutex::new(None),
        }
    }

    /// What holds in `round`; when the chain can't be asked, what held when it last could.
    pub(crate) async fn of(&self, round: Round) -> Result<RoundFacts, ChainError> {
        let known = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match known {
            Some(known) if known.round == round => known,
            _ => match self.ask(round).await {
                Ok(fresh) => {
                    *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
                    fresh
                }
                Err(error) => known.ok_or(error)?,
            },
        };
        let cycle = known
            .rule
            .cycle_of(round)
            .ok_or_else(|| ChainError::OtherTypes("cycle rule".to_owned()))?;
        Ok(RoundFacts {
            difficulty: known.difficulty,
            cycle,
        })
    }

    /// Those of `shown` that a view of `video` may name whose ticket is of `round`: one may have been ended while it was
    /// shown. All of them when the chain can't be asked.
    pub(crate) async fn counting(&self, video: &Magnet, shown: Vec<u32>, round: Round) -> Vec<u32> {
        if shown.is_empty() {
            return shown;
        }
        let asking = self.chain.enhancements_of(video);
        match tokio::time::timeout(ANSWER, asking).await {
            Ok(Ok(known)) => counting_in(shown, &known, round),
            _ => shown,
        }
    }

    async fn ask(&self, round: Round) -> Result<Known, ChainError> {
        let (parameters, rule) =
            tokio::try_join!(self.chain.parameters(round), self.chain.cycle_rule(round))?;
        Ok(Known {
            round,
            difficulty: parameters.difficulty,
            rule,
        })
    }
}

fn counting_in(mut shown: Vec<u32>, known: &[Enhancement], round: Round) -> Vec<u32> {
    let counts = |id: u32| {
        let mut all = known.iter();
        all.any(|one| one.id == id && one.state.counts_in(round))
    };
    shown.retain(|id| counts(*id));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{EnhancementKind, EnhancementState};

    #[test]
    fn g4_a_minute_names_what_counted_in_the_round_of_its_ticket() {
        let enhancement = |id, state| Enhancement {
            id,
            video: Magnet([1; 32]),
            kind: EnhancementKind::Subtitles,
            language: "de".to_owned(),
            content: Magnet([2; 32]),
            price: None,
            owner: None,
            state,
        };
        let ended = EnhancementState::Ended {
            from_round: 10,
            until_round: 20,
        };
        let known = [
            enhancement(4, EnhancementState::Attached { from_round: 20 }),
            enhancement(5, ended),
            enhancement(6, EnhancementState::Proposed),
        ];
        let counting = |round| counting_in(vec![4, 5, 6, 7], &known, round);
        assert_eq!(counting(19), [5]);
        assert_eq!(counting(20), [4]);
        assert_eq!(counting(9), [] as [u32; 0]);
    }
}
