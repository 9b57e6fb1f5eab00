//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// The events of the pallet.
#[pallet_section]
mod events {
    /// What happened. Amounts are in units.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A round was settled.
        RoundSettled {
            /// The round.
            round: Round,
            /// What the schedule grants it.
            emission: u128,
            /// What its approved blocks were given.
            settled: u128,
            /// View blocks in it.
            blocks: u32,
            /// Those that were approved.
            approved: u32,
        },
        /// A verifier voted for earnings.
        EarningsVoted {
            /// The verifier.
            verifier: T::AccountId,
            /// The last round that is counted in.
            as_of: Round,
            /// The root it voted for.
            root: Hash32,
        },
        /// A verifier's vote for earnings does not count.
        EarningsVoteRefused {
            /// The verifier.
            verifier: T::AccountId,
            /// The last round that was counted in.
            as_of: Round,
            /// Why.
            reason: VoteRefusal,
        },
        /// More than 51 % of the verifiers agree on earnings.
        EarningsAdopted {
            /// The last round that is counted in.
            as_of: Round,
            /// Root over (account, total), sorted by account.
            root: Hash32,
            /// Number of accounts.
            count: u32,
            /// Sum of all totals.
            sum: u128,
            /// First round in which it can be claimed under.
            claimable_from: Round,
        },
        /// An account was paid what it had earned.
        EarningsClaimed {
            /// The account.
            account: T::AccountId,
            /// The last round that is counted in.
            as_of: Round,
            /// What it has earned, and now been paid, in all.
            total: u128,
            /// What this claim paid.
            amount: u128,
        },
        /// Something that never happens did: nothing was minted for it.
        UnexpectedlyRefused {
            /// What.
            reason: Unexpected,
        },
        /// The most that a second of weighted playtime pays changes.
        MaxRateChanged {
            /// First round in which it holds.
            from_round: Round,
            /// The rate; `None` is no such limit.
            rate: Option<u128>,
        },
        /// An account had less under later earnings than under earlier ones: they are void.
        EarningsVoided {
            /// Round of the void earnings.
            as_of: Round,
            /// Their root.
            root: Hash32,
            /// Who had less.
            account: T::AccountId,
            /// What it had earned before.
            earlier: u128,
            /// What the void earnings said.
            later: u128,
            /// Verifiers that had signed them.
            signers: u32,
            /// What their bonds lost together.
            slashed: u128,
        },
    }
}
