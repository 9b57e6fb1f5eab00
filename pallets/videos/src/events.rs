//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// The events of the pallet.
#[pallet_section]
mod events {
    /// What happened. No event carries a title or any other text of a user.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A video was published.
        VideoPublished {
            /// The video.
            magnet: Magnet,
            /// Its producer.
            producer: T::AccountId,
            /// First round in which a view of it counts.
            from_round: Round,
        },
        /// A producer withdrew a video for good.
        VideoWithdrawn {
            /// The video.
            magnet: Magnet,
            /// First round in which no view of it counts.
            from_round: Round,
        },
        /// A supervisor restricted a video.
        VideoRestricted {
            /// The video.
            magnet: Magnet,
            /// First round in which no view of it counts.
            from_round: Round,
        },
        /// The restriction of a video was lifted.
        VideoReinstated {
            /// The video.
            magnet: Magnet,
            /// First round in which a view of it counts again.
            from_round: Round,
        },
        /// The record of a withdrawn video was removed.
        VideoRemoved {
            /// The video.
            magnet: Magnet,
            /// Its producer.
            producer: T::AccountId,
            /// What was returned, in units.
            deposit: u128,
        },
        /// Somebody proposed an enhancement of a video.
        EnhancementProposed {
            /// The enhancement.
            id: u32,
            /// The video.
            magnet: Magnet,
            /// Who proposed it and owns it.
            enhancer: T::AccountId,
            /// What it is.
            kind: EnhancementKind,
            /// SHA-256 of its file.
            hash: Hash32,
        },
        /// An enhancement was accepted, by the producer or by its policy.
        EnhancementAttached {
            /// The enhancement.
            id: u32,
            /// The video.
            magnet: Magnet,
            /// First round in which it earns when shown.
            from_round: Round,
        },
        /// An attached enhancement was ended by its owner or by the producer.
        EnhancementEnded {
            /// The enhancement.
            id: u32,
            /// The video.
            magnet: Magnet,
            /// First round in which it earns nothing.
            until_round: Round,
        },
        /// An enhancement was removed: declined, withdrawn, or no longer needed.
        EnhancementRemoved {
            /// The enhancement.
            id: u32,
            /// The video.
            magnet: Magnet,
            /// Its last owner.
            owner: T::AccountId,
            /// What was returned, in units.
            deposit: u128,
        },
        /// An enhancement is for sale at another price, or no longer.
        EnhancementPriced {
            /// The enhancement.
            id: u32,
            /// What it costs, in units; `None` when it is not for sale.
            price: Option<u128>,
        },
        /// An enhancement was bought.
        EnhancementSold {
            /// The enhancement.
            id: u32,
            /// Who owned it.
            seller: T::AccountId,
            /// Who owns it.
            buyer: T::AccountId,
            /// What was paid, in units.
            price: u128,
            /// First round in which the buyer earns from it.
            from_round: Round,
        },
        /// An enhancement was given to another account.
        EnhancementTransferred {
            /// The enhancement.
            id: u32,
            /// Who owned it.
            from: T::AccountId,
            /// Who owns it.
            to: T::AccountId,
            /// First round in which the new owner earns from it.
            from_round: Round,
        },
        /// A producer said whose enhancements it accepts without being asked.
        AcceptancePolicySet {
            /// The producer.
            producer: T::AccountId,
        },
    }
}
