//! Who writes blocks, who finalizes them, and when the set of verifiers changes.

use crate::{
    AccountId, Aura, Authorities, Balances, BlockNumber, Offences, Runtime, RuntimeEvent, Session,
    SessionKeys,
    constants::{MAX_VERIFIERS, currency::deposit, time},
    weights,
};
use frame_support::{
    parameter_types,
    traits::{ConstBool, ConstU32, ConstU64, Get},
};
use pallet_authorities::{DisableAtMostAThird, NewOffences};
use pallet_session::{PeriodicSessions, historical};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::traits::{Convert, ConvertInto, OpaqueKeys};

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuraId;
    type MaxAuthorities = ConstU32<MAX_VERIFIERS>;
    type DisabledValidators = Session;
    type AllowMultipleBlocksPerSlot = ConstBool<false>;
    type SlotDuration = ConstU64<{ time::SLOT_MS }>;
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Runtime, Aura>;
    type EventHandler = ();
}

/// Blocks in a session: what genesis chose. A genesis without the choice has sessions of [`time::SESSION`] blocks.
pub struct SessionLength;

impl Get<BlockNumber> for SessionLength {
    fn get() -> BlockNumber {
        match Authorities::session_length() {
            0 => time::SESSION,
            blocks => blocks,
        }
    }
}

parameter_types! {
    /// Session keys are four entries: the account with its three keys, and each key with its kind and its account. Anybody may
    /// register some, and has the deposit back with `authorities.forgetSessionKeys`. Verifiers of genesis hold none.
    pub const KeyDeposit: u128 = deposit(4, 4 * 48 + 32 + 96 + 3 * (4 + 33 + 32));
}

type Sessions = PeriodicSessions<SessionLength, ConstU32<0>>;

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = Sessions;
    type NextSessionRotation = Sessions;
    type SessionManager = historical::NoteHistoricalRoot<Runtime, Authorities>;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = DisableAtMostAThird;
    type WeightInfo = weights::Session;
    type Currency = Balances;
    type KeyDeposit = KeyDeposit;
}

impl historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = NothingElse;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = weights::Grandpa;
    type MaxAuthorities = ConstU32<MAX_VERIFIERS>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<{ time::EQUIVOCATION_REPORT_SESSIONS }>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<
        Runtime,
        NewOffences<Runtime, Offences>,
        Authorities,
        ConstU64<{ time::EQUIVOCATION_REPORT_SESSIONS * time::SESSION as u64 }>,
    >;
}

impl pallet_offences::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = historical::IdentificationTuple<Runtime>;
    type OnOffenceHandler = Authorities;
}

/// A verifier is identified by its account alone; there are no nominators behind it.
pub struct NothingElse;

impl Convert<AccountId, Option<()>> for NothingElse {
    fn convert(_verifier: AccountId) -> Option<()> {
        Some(())
    }
}
