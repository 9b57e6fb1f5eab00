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
            /// Whether a fault was proven in it: its views are lost.
            voided: bool,
            /// Whether it is approved.
            approved: bool,
        },
        /// Parameters change.
        ParametersChanged {
            /// First round in which they hold.
            from_round: Round,
            /// All of them.
            parameters: PovParameters,
        },
        /// The length of cycles changes.
        CycleLengthChanged {
            /// First round of the first such cycle.
            from_round: Round,
            /// That cycle.
            cycle: Cycle,
            /// Rounds in a cycle.
            rounds: u32,
        },
        /// A fault was proven; the issuer is suspended.
        FaultProven {
            /// Round of the view block.
            round: Round,
            /// Its issuer.
            issuer: AccountId,
            /// What is wrong.
            kind: FaultKind,
            /// Who proved it.
            reporter: AccountId,
            /// Whether the block is void.
            voided: bool,
            /// What the issuer's bond lost, in units.
            slashed: u128,
        },
        /// A proof of a fault was false: its deposit is lost.
        FaultDisproved {
            /// Round of the view block.
            round: Round,
            /// Its issuer.
            issuer: AccountId,
            /// What was said to be wrong.
            kind: FaultKind,
            /// Who said so.
            reporter: AccountId,
            /// What it lost, in units.
            deposit: u128,
        },
        /// A verifier had approved a view block whose body shows a fault.
        ApproverPunished {
            /// Round of the view block.
            round: Round,
            /// Its issuer.
            issuer: AccountId,
            /// Who approved it.
            approver: AccountId,
            /// What its bond lost, in units.
            slashed: u128,
        },
        /// An accepted view stood in no block, and its issuer paid for it.
        MissingViewPaid {
            /// Round of acceptance.
            round: Round,
            /// The issuer.
            issuer: AccountId,
            /// The viewer.
            viewer: AccountId,
            /// Leaf hash of the ticket.
            ticket: Hash32,
            /// What the viewer got, in units.
            amount: u128,
        },
    }
}
