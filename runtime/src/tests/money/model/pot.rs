//! The founders' pot: what is locked in it comes free by rounds, once somebody asks, and goes to the founders, once somebody asks.

use super::{FOUNDERS, LEAST, Model, POT, Refusal};

/// What was locked at first, after which round it begins to come free, and how much with each.
#[derive(Clone, Copy)]
pub(in super::super) struct Vesting {
    pub(in super::super) locked: u128,
    pub(in super::super) start: u32,
    pub(in super::super) per_round: u128,
}

impl Model {
    /// Somebody has the lock follow the round.
    pub(in super::super) fn vest(&mut self) -> Result<(), Refusal> {
        let vesting = self.vesting.ok_or("NotVesting")?;
        let rounds = u128::from(self.round.saturating_sub(vesting.start));
        self.locked = vesting.locked.saturating_sub(rounds * vesting.per_round);
        if self.locked == 0 {
            self.vesting = None;
        }
        Ok(())
    }

    /// Somebody has what no lock keeps sent to the founders. A locked account stays alive.
    pub(in super::super) fn release_pot(&mut self) -> Result<(), Refusal> {
        let kept = match self.locked {
            0 => 0,
            locked => locked.max(LEAST),
        };
        let amount = self.free[POT].saturating_sub(kept);
        if amount == 0 {
            return Err("FoundersPotLocked");
        }
        if self.free[FOUNDERS] + self.held[FOUNDERS] == 0 && amount < LEAST {
            return Err("BelowMinimum");
        }
        self.free[POT] -= amount;
        self.free[FOUNDERS] += amount;
        Ok(())
    }
}
