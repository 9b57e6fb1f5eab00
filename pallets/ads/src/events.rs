//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// The events of the pallet.
#[pallet_section]
mod events {
    /// What happened. Amounts are in units. No event carries tags or any other text of a user.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A campaign was opened.
        CampaignOpened {
            /// Its number.
            campaign: u32,
            /// Who pays.
            advertiser: T::AccountId,
            /// What is shown.
            creative: Magnet,
            /// What is held for it.
            budget: u128,
            /// First round in which a view of it counts.
            from_round: Round,
        },
        /// A campaign's budget grew.
        CampaignToppedUp {
            /// The campaign.
            campaign: u32,
            /// By so much.
            amount: u128,
            /// What is left now.
            balance: u128,
        },
        /// A campaign's state changes.
        CampaignStateChanged {
            /// The campaign.
            campaign: u32,
            /// Its new state.
            state: CampaignState,
            /// First round in which it holds.
            from_round: Round,
        },
        /// Campaigns paid for the ad views of a settled round. What each paid stands in the settled round's record.
        RoundPaid {
            /// The round.
            round: Round,
            /// How many campaigns were debited.
            campaigns: u32,
            /// What they paid together.
            paid: u128,
        },
        /// What was left of a closed campaign went back to its advertiser.
        CampaignRefunded {
            /// The campaign.
            campaign: u32,
            /// Whose it is.
            advertiser: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// The record of a closed campaign was removed.
        CampaignRemoved {
            /// The campaign.
            campaign: u32,
            /// Its advertiser.
            advertiser: T::AccountId,
            /// What was returned of what was held for the record.
            deposit: u128,
        },
        /// The escrow could not pay what the books say that it holds, which never happens: nothing was paid.
        EscrowShort {
            /// The campaign.
            campaign: u32,
            /// What should have been paid.
            amount: u128,
        },
    }
}
