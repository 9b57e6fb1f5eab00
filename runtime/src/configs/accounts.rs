//! What accounts can do together or for each other: batches, multisigs, proxies.

use crate::{
    Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, System,
    constants::currency::{DEPOSIT_PER_BYTE, deposit},
    weights,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    parameter_types,
    traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = weights::Utility;
}

parameter_types! {
    /// An operation that waits for approvals is one entry of at least 88 bytes.
    pub const MultisigDeposit: u128 = deposit(1, 88);
    /// And 32 bytes for every approval that it needs.
    pub const MultisigDepositPerSignatory: u128 = 32 * DEPOSIT_PER_BYTE;

    /// The proxies of an account are one entry.
    pub const ProxyDeposit: u128 = deposit(1, 8);
    /// Of 37 bytes each: delegate, kind, delay.
    pub const ProxyDepositPerProxy: u128 = 37 * DEPOSIT_PER_BYTE;
    /// The announcements of a proxy are one entry.
    pub const AnnouncementDeposit: u128 = deposit(1, 8);
    /// Of 68 bytes each: account, hash of the call, block.
    pub const AnnouncementDepositPerCall: u128 = 68 * DEPOSIT_PER_BYTE;
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = MultisigDeposit;
    type DepositFactor = MultisigDepositPerSignatory;
    type MaxSignatories = ConstU32<100>;
    type WeightInfo = weights::Multisig;
    type BlockNumberProvider = System;
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = ProxyType;
    type ProxyDepositBase = ProxyDeposit;
    type ProxyDepositFactor = ProxyDepositPerProxy;
    type MaxProxies = ConstU32<32>;
    type WeightInfo = weights::Proxy;
    type MaxPending = ConstU32<32>;
    type CallHasher = BlakeTwo256;
    type AnnouncementDepositBase = AnnouncementDeposit;
    type AnnouncementDepositFactor = AnnouncementDepositPerCall;
    type BlockNumberProvider = System;
}

/// What a proxy may do for the account that appointed it. Anyone can read the choice on chain.
#[derive(
    Copy,
    Clone,
    Debug,
    Default,
    Eq,
    PartialEq,
    Ord,
    PartialOrd,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    #[codec(index = 0)]
    Any,
    /// Everything that moves no funds.
    #[codec(index = 1)]
    NonTransfer,
    /// Nothing but rejecting what another proxy announced.
    #[codec(index = 2)]
    CancelProxy,
    /// Proposing, voting on and closing motions of the verifiers: an operator keeps the verifier's account offline.
    #[codec(index = 3)]
    Governance,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            // A list of what is allowed: a pallet added later is closed until it is named here.
            Self::NonTransfer => matches!(
                call,
                RuntimeCall::System(..)
                    | RuntimeCall::Session(..)
                    | RuntimeCall::Grandpa(..)
                    | RuntimeCall::Utility(..)
                    | RuntimeCall::Multisig(..)
                    | RuntimeCall::Proxy(..)
                    | RuntimeCall::TechnicalCommittee(..)
            ),
            Self::Governance => matches!(call, RuntimeCall::TechnicalCommittee(..)),
            Self::CancelProxy => {
                matches!(
                    call,
                    RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })
                )
            }
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (Self::NonTransfer, _) => true,
            (kind, other) => kind == other,
        }
    }
}
