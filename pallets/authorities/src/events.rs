//! What the pallet tells wallets and explorers.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
    /// What happened. Amounts are units of 10⁻¹² CFX; a session that is named is the first in which a change holds.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A verifier announced itself, or something else of itself.
        VerifierAnnounced {
            /// The verifier.
            verifier: T::AccountId,
        },
        /// A verifier committed to the secret of a key epoch.
        SetSecretCommitted {
            /// The key epoch.
            epoch: u32,
            /// Who made it.
            maker: T::AccountId,
            /// The commitment.
            commitment: Hash32,
        },
        /// A verifier holds the secret of a key epoch.
        SetSecretAcknowledged {
            /// The key epoch.
            epoch: u32,
            /// Who holds it.
            verifier: T::AccountId,
        },
        /// More than 51 % of the verifiers hold the secret of a key epoch: it is in force for good.
        SetSecretInForce {
            /// The key epoch.
            epoch: u32,
            /// The commitment.
            commitment: Hash32,
        },
        /// A key epoch opened, because a verifier left that knows the secret of the last.
        KeyEpochOpened {
            /// The key epoch.
            epoch: u32,
        },
        /// An account wants to become a verifier.
        CandidateApplied {
            /// The candidate.
            candidate: T::AccountId,
        },
        /// A candidate took its application back.
        ApplicationWithdrawn {
            /// The candidate.
            candidate: T::AccountId,
        },
        /// A candidate or verifier changed its profile.
        ProfileUpdated {
            /// The account.
            verifier: T::AccountId,
        },
        /// A candidate was admitted.
        VerifierAdmitted {
            /// The verifier.
            verifier: T::AccountId,
            /// Its first session.
            session: SessionIndex,
            /// Its bond.
            bond: u128,
        },
        /// A verifier is to leave the set.
        VerifierLeaves {
            /// The verifier.
            verifier: T::AccountId,
            /// The first session without it.
            session: SessionIndex,
            /// Why.
            cause: LeavingCause,
        },
        /// A verifier equivocated while the set was at its minimum: it leaves once another is admitted.
        VerifierAwaitsReplacement {
            /// The verifier.
            verifier: T::AccountId,
        },
        /// A verifier is in the set in force from now on.
        VerifierJoined {
            /// The verifier.
            verifier: T::AccountId,
            /// The session that begins.
            session: SessionIndex,
        },
        /// A verifier is no longer in the set in force.
        VerifierLeft {
            /// The verifier.
            verifier: T::AccountId,
            /// The session that begins.
            session: SessionIndex,
            /// From this round on it may withdraw its bond.
            unlocks: Round,
        },
        /// A verifier is suspended: it neither issues nor judges until it is readmitted.
        VerifierSuspended {
            /// The verifier.
            verifier: T::AccountId,
        },
        /// A verifier is no longer suspended.
        VerifierReadmitted {
            /// The verifier.
            verifier: T::AccountId,
        },
        /// An equivocation was proved.
        OffenderPunished {
            /// The verifier.
            verifier: T::AccountId,
            /// The session of the equivocation, as its proof says.
            session: SessionIndex,
            /// What its bond lost.
            slashed: u128,
            /// First session in which it may apply and be admitted again.
            barred_until: SessionIndex,
        },
        /// A bond grew.
        BondToppedUp {
            /// The verifier.
            verifier: T::AccountId,
            /// By how much.
            amount: u128,
            /// The bond.
            bond: u128,
        },
        /// A bond was taken back.
        BondWithdrawn {
            /// The verifier.
            verifier: T::AccountId,
            /// The bond.
            amount: u128,
        },
        /// A bond was slashed, in favour of the treasury.
        BondSlashed {
            /// The verifier.
            verifier: T::AccountId,
            /// What was taken.
            amount: u128,
            /// Why.
            cause: SlashCause,
        },
        /// Somebody was paid out of a bond.
        PaidFromBond {
            /// The verifier.
            verifier: T::AccountId,
            /// Who was paid.
            to: T::AccountId,
            /// What.
            amount: u128,
        },
    }
}
