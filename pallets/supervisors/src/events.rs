//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// The events of the pallet.
#[pallet_section]
mod events {
    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A supervisor was put in office.
        SupervisorAdded {
            /// The supervisor.
            supervisor: T::AccountId,
        },
        /// A supervisor was removed from office; its approvals no longer hold.
        SupervisorRemoved {
            /// The supervisor.
            supervisor: T::AccountId,
        },
        /// A supervisor changed its profile.
        ProfileUpdated {
            /// The supervisor.
            supervisor: T::AccountId,
        },
        /// A producer applied.
        Applied {
            /// The producer.
            producer: T::AccountId,
            /// To which supervisor.
            supervisor: T::AccountId,
            /// Hash of the sealed dossier.
            dossier_hash: Hash32,
            /// First round in which it can no longer be decided.
            lapses: Round,
        },
        /// A producer withdrew its application.
        ApplicationWithdrawn {
            /// The producer.
            producer: T::AccountId,
        },
        /// A producer was approved.
        ProducerApproved {
            /// The producer.
            producer: T::AccountId,
            /// By which supervisor.
            supervisor: T::AccountId,
            /// Hash of the sealed dossier.
            dossier_hash: Hash32,
            /// First round in which the approval no longer holds.
            until: Round,
        },
        /// A producer was refused.
        ProducerRefused {
            /// The producer.
            producer: T::AccountId,
            /// By which supervisor.
            supervisor: T::AccountId,
            /// Hash of the sealed dossier.
            dossier_hash: Hash32,
            /// Why.
            reason: RefusalReason,
        },
        /// A supervisor took its approval back.
        ApprovalRevoked {
            /// The producer.
            producer: T::AccountId,
            /// The supervisor.
            supervisor: T::AccountId,
            /// Why.
            reason: RefusalReason,
        },
        /// An approval that no longer held, or that its producer gave up, was removed.
        ApprovalRemoved {
            /// The producer.
            producer: T::AccountId,
        },
        /// A supervisor restricted a video.
        RestrictionImposed {
            /// The video.
            video: Magnet,
            /// The supervisor.
            supervisor: T::AccountId,
            /// Why.
            reason: RestrictionReason,
            /// Hash of the evidence.
            evidence_hash: Hash32,
            /// First round in which anybody may lift it; never, when the supervisor had approved the producer.
            lapses: Option<Round>,
        },
        /// A temporary restriction was confirmed: it no longer lapses.
        RestrictionConfirmed {
            /// The video.
            video: Magnet,
        },
        /// A restriction was lifted.
        RestrictionLifted {
            /// The video.
            video: Magnet,
            /// Why.
            cause: LiftCause,
        },
        /// A producer appealed against the restriction of its video.
        Appealed {
            /// The video.
            video: Magnet,
            /// The producer.
            producer: T::AccountId,
            /// Hash of what it has to say.
            evidence_hash: Hash32,
            /// First round in which the appeal can no longer be decided.
            until: Round,
        },
        /// An appeal ended.
        AppealClosed {
            /// The video.
            video: Magnet,
            /// The producer.
            producer: T::AccountId,
            /// How.
            outcome: AppealOutcome,
            /// What was returned, in units.
            deposit: u128,
        },
    }
}
