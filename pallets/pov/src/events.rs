//! What the pallet tells wallets and explorers.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A round is over.
        RoundClosed {
            /// The round.
            round: Round,
            /// Its blocks.
            blocks: u32,
            /// Whether it counts.
            counted: bool,
        },
        /// A cycle begins.
        CycleBegan {
            /// The cycle.
            cycle: Cycle,
            /// Its first round with a block.
            round: Round,
            /// What viewers are assigned by.
            seed: Hash32,
        },
        /// The verifier set changes.
        VerifierSetChanged {
            /// First round of the new set.
            from_round: Round,
            /// Its size.
            verifiers: u32,
        },
        /// A verifier reported.
        Reported {
            /// The round that it reports.
            round: Round,
            /// The verifier.
            verifier: AccountId,
            /// Leaves of its view block.
            views: u32,
            /// Their playtime in ms.
            playtime_ms: u64,
            /// Headers of the round before that it approves.
            approvals: u32,
        },
        /// A verifier did not approve a header.
        HeaderRefused {
            /// Round of the header.
            round: Round,
            /// Whose header.
            issuer: AccountId,
            /// Who refused.
            verifier: AccountId,
            /// Rejected, with reason and leaf, or absent.
            verdict: Verdict,
        },
        /// A verifier opened a drawn leaf of its header wrongly: the block will be rejected.
        OpeningWrong {
            /// Round of the header.
            round: Round,
            /// Whose header.
            issuer: AccountId,
            /// Index of the leaf.
            leaf: u32,
            /// What is wrong.
            error: OpeningError,
        },
        /// A verifier opened its personal root wrongly: its verdicts don't count.
        PersonalOpeningWrong {
            /// Round that the verdicts judge.
            round: Round,
            /// The verifier.
            verifier: AccountId,
        },
        /// The draw of a round is fixed.
        Drawn {
            /// The round.
            round: Round,
            /// The draw.
            draw: Hash32,
            /// Preimages that entered it.
            preimages: u32,
        },
        /// A view block is judged.
        BlockJudged {
            /// Its round.
            round: Round,
            /// Whose block.
            issuer: AccountId,
            /// Approvals that count.
            approvals: u32,
            /// Verifiers that could have approved.
            eligible: u32,
            /// Whether the drawn leaves were opened rightly, or there were none.
            opened: bool,
            /// Whether it is approved.
            approved: bool,
        },
    }
}
