#![cfg_attr(not(feature = "std"), no_std)]
// The runtime macro calls itself once per pallet.
#![recursion_limit = "256"]
#![allow(
    missing_docs,
    reason = "the runtime macros make public items without docs"
)]

//! The state machine of the Chainflix chain.
//!
//! ```text
//!   node ──runtime APIs (apis.rs)──► Executive ──► pallets, configured in configs/
//!     │                                              ▲
//!     └──genesis (presets/)───────────────────────────┘
//! ```
//!
//! * `configs/` has one file per concern: the system, consensus, payment, accounts,
//!   the registries, Proof-of-View, governance.
//! * [`constants`] holds every number that a reader may want to look up: time, money, limits.
//! * [`transactions`] is what a transaction carries besides its call, and how the runtime makes
//!   transactions itself.
//! * [`invariants`] checks what holds between any two blocks, natively.
//! * `presets/` holds the genesis of the development, local and production chains.
//!
//! No chain has a superuser: there is no sudo pallet, and a test says so.

extern crate alloc;

pub mod apis;
#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarks;
// What hooks of the pallets call.
#[cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]
mod configs;
pub mod constants;
#[cfg(feature = "std")]
pub mod figures;
#[cfg(feature = "std")]
pub mod invariants;
pub mod migrations;
pub mod presets;
pub mod session_keys;
#[cfg(any(test, feature = "simulation"))]
pub mod simulation;
pub mod transactions;
#[cfg(feature = "std")]
pub mod wasm;
mod weights;

#[cfg(test)]
mod tests;

pub use configs::{MoreThanHalf, ProxyType, TreasuryAccount, TwoThirds, VerifierCollective};
pub use session_keys::SessionKeys;
pub use transactions::{SignedPayload, TxExtension, UncheckedExtrinsic};

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
    MultiAddress, MultiSignature, generic,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
};
use sp_version::RuntimeVersion;

/// How a signer proves who it is: sr25519, ed25519 or ECDSA.
pub type Signature = MultiSignature;

/// An account: 32 bytes, shown with the prefix [`constants::SS58_PREFIX`].
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// An amount of CFX in its smallest unit, 10⁻¹² CFX.
pub type Balance = u128;

/// How many transactions an account has sent.
pub type Nonce = u32;

/// The hash of blocks, transactions and state.
pub type Hash = sp_core::H256;

/// The number of a block, counted from genesis.
pub type BlockNumber = u32;

/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;

/// A block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// A block as the runtime sees it.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// Applies blocks and transactions to the pallets.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

/// Types of the node, which carries transactions without knowing what is in them: it works with
/// every later runtime too.
pub mod opaque {
    use super::{BlakeTwo256, BlockNumber, generic};
    use sp_runtime::traits::Hash as HashT;

    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

    /// A block header.
    pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
    /// A block whose transactions are bytes.
    pub type Block = generic::Block<Header, UncheckedExtrinsic>;
    /// A block hash.
    pub type Hash = <BlakeTwo256 as HashT>::Output;
}

/// The version of this runtime. `spec_version` grows with every release that changes behaviour,
/// `transaction_version` when an existing call or extension encodes differently.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("chainflix"),
    impl_name: Cow::Borrowed("chainflix"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

// Indices are part of the encoding of every call, event and error and never change. The macro also
// runs hooks and builds genesis in their order, so Session stands after Aura, which checks a block
// against the set that wrote it, and before what reads the verifiers of the new session.
#[frame_support::runtime]
mod runtime {
    /// The runtime: all pallets together.
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;

    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;

    #[runtime::pallet_index(2)]
    pub type Aura = pallet_aura;

    #[runtime::pallet_index(4)]
    pub type Authorship = pallet_authorship;

    #[runtime::pallet_index(5)]
    pub type Session = pallet_session;

    #[runtime::pallet_index(6)]
    pub type Historical = pallet_session::historical;

    #[runtime::pallet_index(7)]
    pub type Grandpa = pallet_grandpa;

    #[runtime::pallet_index(8)]
    pub type Balances = pallet_balances;

    #[runtime::pallet_index(9)]
    pub type TransactionPayment = pallet_transaction_payment;

    #[runtime::pallet_index(10)]
    pub type Utility = pallet_utility;

    #[runtime::pallet_index(11)]
    pub type Multisig = pallet_multisig;

    #[runtime::pallet_index(12)]
    pub type Proxy = pallet_proxy;

    #[runtime::pallet_index(13)]
    pub type Offences = pallet_offences;

    // Wallets show and make motions on their page of this name.
    #[runtime::pallet_index(14)]
    pub type TechnicalCommittee = pallet_collective<Instance1>;

    #[runtime::pallet_index(15)]
    pub type Scheduler = pallet_scheduler;

    #[runtime::pallet_index(16)]
    pub type Motions = pallet_motions;

    #[runtime::pallet_index(17)]
    pub type Funds = pallet_funds;

    #[runtime::pallet_index(18)]
    pub type Vesting = pallet_vesting;

    // Above Session, whose validators it finds at genesis: the macro orders by index.
    #[runtime::pallet_index(19)]
    pub type Authorities = pallet_authorities;

    #[runtime::pallet_index(20)]
    pub type Supervisors = pallet_supervisors;

    #[runtime::pallet_index(21)]
    pub type Videos = pallet_videos;

    #[runtime::pallet_index(22)]
    pub type StorageProviders = pallet_storage_providers;

    #[runtime::pallet_index(23)]
    pub type Pov = pallet_pov;

    #[runtime::pallet_index(24)]
    pub type Rewards = pallet_rewards;

    #[runtime::pallet_index(25)]
    pub type Ads = pallet_ads;
}
