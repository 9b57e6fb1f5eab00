//! What mining has to know of the chain in a ticket's round, remembered so that playback outlives a chain that can't be
//! asked for a while.

use std::sync::{Mutex, PoisonError};

use chainflix_primitives::rounds::CycleRule;
use chainflix_primitives::{Cycle, Round};

use crate::chain::{Chain, ChainError};

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
