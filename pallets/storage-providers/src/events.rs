//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// The events of the pallet.
#[pallet_section]
mod events {
    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A storage node was registered.
        ProviderRegistered {
            /// Its index.
            index: u32,
            /// The account that earns.
            owner: T::AccountId,
            /// First round in which its receipts count.
            from_round: Round,
        },
        /// A provider declared something else.
        ProviderUpdated {
            /// Its index.
            index: u32,
            /// Its class.
            class: ProviderClass,
            /// Its region.
            region: [u8; 2],
            /// Its space in bytes.
            space_bytes: u64,
            /// First round in which all this holds.
            from_round: Round,
        },
        /// A provider is leaving.
        ProviderExiting {
            /// Its index.
            index: u32,
            /// First round in which its receipts don't count.
            until_round: Round,
            /// First round in which its record can be removed.
            removable: Round,
        },
        /// The record of a provider that left was removed.
        ProviderRemoved {
            /// Its index.
            index: u32,
            /// The account that earned.
            owner: T::AccountId,
            /// What was returned, in units.
            deposit: u128,
        },
        /// A controller was registered, or its endpoint changed.
        ControllerSet {
            /// Its key.
            key: [u8; 32],
        },
        /// A controller was removed: its lists of sources no longer count.
        ControllerRemoved {
            /// Its key.
            key: [u8; 32],
        },
        /// A verifier attested which providers of a page it found alive.
        HeartbeatAttested {
            /// The verifier.
            verifier: T::AccountId,
            /// The period in which it looked.
            period: u32,
            /// The page of 1,024 providers.
            page: u32,
        },
        /// Anybody had a provider that was absent declared to be at home.
        ProviderDemoted {
            /// Its index.
            index: u32,
            /// First round in which it is no longer always-on.
            from_round: Round,
        },
    }
}
