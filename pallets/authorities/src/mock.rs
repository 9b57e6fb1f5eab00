//! A runtime of session, historical, offences and the pallet, with real `aura` and `pov` session keys and a real off-chain
//! worker's tools. The current round, slot and emission are set by each test.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_authorities, Pallet, weights::MeasuredWeight};
use chainflix_primitives::{
    AccountId as RawAccount, Round, Signature64,
    emission::CFX,
    registry::{CurrentRound, VerifierKeys},
};
use codec::Encode;
use frame_support::{
    derive_impl, parameter_types,
    traits::{
        Authorize, ChangeMembers, ConstU32, ConstU64, ConstU128, InitializeMembers,
        OneSessionHandler,
    },
};
use sp_consensus_aura::sr25519::{AuthorityId as AuraId, AuthorityPair as AuraPair};
use sp_core::{
    Pair,
    crypto::{AccountId32, KeyTypeId},
    sr25519,
};
use sp_runtime::{
    BoundToRuntimeAppPublic, BuildStorage, Perbill, RuntimeAppPublic, impl_opaque_keys,
    traits::{BlakeTwo256, Convert, ConvertInto, Dispatchable, IdentityLookup, OpaqueKeys},
    transaction_validity::{TransactionSource, TransactionValidityError},
};

pub type AccountId = AccountId32;
pub type TxExtension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = sp_runtime::testing::TestXt<RuntimeCall, TxExtension>;
pub type Header = sp_runtime::generic::Header<u64, BlakeTwo256>;
type Block = sp_runtime::generic::Block<Header, Extrinsic>;
type Sessions = pallet_session::PeriodicSessions<ConstU64<5>, ConstU64<0>>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Session: pallet_session,
        Historical: pallet_session::historical,
        Offences: pallet_offences,
        Authorities: pallet_authorities,
    }
);

/// The `pov` session key.
pub mod pov_crypto {
    mod app {
        use sp_core::crypto::KeyTypeId;
        use sp_runtime::app_crypto::{app_crypto, sr25519};
        app_crypto!(sr25519, KeyTypeId(*b"povv"));
    }
    pub use app::Public;
}

impl_opaque_keys! {
    /// The session keys of a verifier.
    pub struct TestKeys {
        pub aura: AuraKeys,
        pub pov: PovKeys,
    }
}

/// Aura as far as sessions know it.
pub struct AuraKeys;

impl BoundToRuntimeAppPublic for AuraKeys {
    type Public = AuraId;
}

impl OneSessionHandler<AccountId> for AuraKeys {
    type Key = AuraId;
    fn on_genesis_session<'a, I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a>(_: I) {}
    fn on_new_session<'a, I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a>(
        changed: bool,
        _: I,
        _: I,
    ) {
        if changed {
            SetsAnnounced::mutate(|count| *count += 1);
        }
    }
    fn on_disabled(_: u32) {}
}

pub struct PovKeys;

impl BoundToRuntimeAppPublic for PovKeys {
    type Public = pov_crypto::Public;
}

impl OneSessionHandler<AccountId> for PovKeys {
    type Key = pov_crypto::Public;
    fn on_genesis_session<'a, I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a>(_: I) {}
    fn on_new_session<'a, I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a>(
        _: bool,
        _: I,
        _: I,
    ) {
    }
    fn on_disabled(_: u32) {}
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u128;
    type ExistentialDeposit = ConstU128<{ CFX / 100 }>;
    type RuntimeHoldReason = RuntimeHoldReason;
}

impl pallet_session::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = Sessions;
    type NextSessionRotation = Sessions;
    type SessionManager = pallet_session::historical::NoteHistoricalRoot<Test, Authorities>;
    type SessionHandler = <TestKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = TestKeys;
    type DisablingStrategy = crate::DisableAtMostAThird;
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ();
}

/// A verifier is identified by its account alone.
pub struct NothingElse;
impl Convert<AccountId, Option<()>> for NothingElse {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

impl pallet_session::historical::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = NothingElse;
}

impl pallet_offences::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Test>;
    type OnOffenceHandler = Authorities;
}

/// Rounds that a bond stays locked.
pub const BOND_LOCK_ROUNDS: Round = 200;
/// Sessions in which an equivocation can be reported, unless a test says otherwise.
pub const REPORT_SESSIONS: u32 = 12;
/// Sessions for which an offender is barred.
pub const BAR_SESSIONS: u32 = 20;
/// What every account owns at first.
pub const ENDOWMENT: u128 = 10_000 * CFX;

parameter_types! {
    /// How often consensus was told of another set.
    pub static SetsAnnounced: u32 = 0;
    /// What the collective was told, and its members.
    pub static Motions: Vec<AccountId> = Vec::new();
    /// What a cycle mints.
    pub static Emission: u128 = 1_200 * CFX;
    /// The slot of the block.
    pub static Slot: u64 = 0;
    pub TreasuryAccount: AccountId = AccountId::new([0xee; 32]);
    pub const EquivocationSlash: Perbill = Perbill::from_percent(50);
    pub const FaultSlash: Perbill = Perbill::from_percent(20);
    /// The current round.
    pub static Now: Round = 0;
    /// Sessions in which an equivocation can be reported.
    pub static LongestReport: u32 = REPORT_SESSIONS;
    /// The verifier whose key this node holds.
    pub static Local: Option<u8> = None;
}

frame_support::ord_parameter_types! {
    /// Two thirds after a delay.
    pub const Admission: AccountId = AccountId::new([0xf1; 32]);
    /// Two thirds at once.
    pub const Removal: AccountId = AccountId::new([0xf2; 32]);
    /// More than 51 %.
    pub const Readmission: AccountId = AccountId::new([0xf3; 32]);
}

pub struct TestRounds;
impl CurrentRound for TestRounds {
    fn current_round() -> Round {
        Now::get()
    }
}

/// Keys as the runtime has them: public ones from the session, the local one from the node.
pub struct SessionVerifierKeys;
impl VerifierKeys for SessionVerifierKeys {
    fn is_signed_by(verifier: &RawAccount, payload: &[u8], signature: &Signature64) -> bool {
        let account = AccountId::from(verifier.0);
        Session::load_keys(&account).is_some_and(|keys| {
            let signature = sr25519::Signature::from_raw(signature.0);
            keys.pov.verify(&payload, &signature.into())
        })
    }
    fn sign(verifier: &RawAccount, payload: &[u8]) -> Option<Signature64> {
        (Self::local_verifier()? == *verifier).then(|| sign(verifier.0[0], payload))
    }
    fn local_verifier() -> Option<RawAccount> {
        Local::get().map(|number| RawAccount([number; 32]))
    }
}

/// A collective that keeps its members and trusts no caller with them.
pub struct Collective;
impl ChangeMembers<AccountId> for Collective {
    fn change_members_sorted(incoming: &[AccountId], outgoing: &[AccountId], new: &[AccountId]) {
        let mut members = Motions::get();
        members.retain(|member| !outgoing.contains(member));
        members.extend_from_slice(incoming);
        members.sort();
        assert_eq!(members, new, "what changed and what came out differ");
        Motions::set(members);
    }
}
impl InitializeMembers<AccountId> for Collective {
    fn initialize_members(members: &[AccountId]) {
        assert!(members.is_sorted());
        Motions::set(members.to_vec());
    }
}

impl crate::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Treasury = TreasuryAccount;
    type AdmissionOrigin = frame_system::EnsureSignedBy<Admission, AccountId>;
    type RemovalOrigin = frame_system::EnsureSignedBy<Removal, AccountId>;
    type ReadmissionOrigin = frame_system::EnsureSignedBy<Readmission, AccountId>;
    type Motions = Collective;
    type ReportAuraEquivocation = crate::NewOffences<Test, Offences>;
    type CycleEmission = Emission;
    type CurrentSlot = Slot;
    type BondLockRounds = ConstU32<BOND_LOCK_ROUNDS>;
    type EquivocationSlash = EquivocationSlash;
    type FaultSlash = FaultSlash;
    type ReportSessions = LongestReport;
    type BarSessions = ConstU32<BAR_SESSIONS>;
    type DepositPerEntry = ConstU128<{ CFX / 10 }>;
    type DepositPerByte = ConstU128<{ CFX / 1_000 }>;
    type Rounds = TestRounds;
    type VerifierKeys = SessionVerifierKeys;
    type MaxSet = ConstU32<5>;
    type Priority = ConstU64<{ 1 << 20 }>;
    type Longevity = ConstU64<16>;
    type WeightInfo = MeasuredWeight<()>;
    type BenchmarkHelper = TestRounds;
}

impl crate::BenchmarkHelper for TestRounds {
    fn sign(verifier: &RawAccount, payload: &[u8]) -> Signature64 {
        let account = AccountId::from(verifier.0);
        pallet_session::NextKeys::<Test>::insert(account, session_keys(1));
        sign(1, payload)
    }

    fn begin_round(round: Round) {
        Now::set(round);
    }

    fn set_slot(slot: u64) {
        Slot::set(slot);
    }
}

/// The state of a chain that nobody verifies yet, of a node that holds keys.
pub fn benchmark_externalities() -> sp_io::TestExternalities {
    use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
    Now::set(0);
    Slot::set(0);
    Emission::set(1_200 * CFX);
    Motions::set(Vec::new());
    let mut externalities = genesis(&[], 1);
    externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    externalities
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type RuntimeCall = RuntimeCall;
    type Extrinsic = Extrinsic;
}

impl<LocalCall> frame_system::offchain::CreateTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type Extension = TxExtension;
    fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
        Extrinsic::new_transaction(call, extension)
    }
}

impl<LocalCall> frame_system::offchain::CreateAuthorizedTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    fn create_extension() -> TxExtension {
        TxExtension::new()
    }
}

/// Account of verifier `number`, from 1 on; accounts ascend with numbers.
pub fn verifier(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// The `pov` session key of verifier `number`.
pub fn pov_pair(number: u8) -> sr25519::Pair {
    sr25519::Pair::from_seed(&[number; 32])
}

/// The Aura key of verifier `number`.
pub fn aura_pair(number: u8) -> AuraPair {
    AuraPair::from_seed(&[number; 32])
}

/// The session keys of verifier `number`.
pub fn session_keys(number: u8) -> TestKeys {
    TestKeys {
        aura: aura_pair(number).public(),
        pov: pov_pair(number).public().into(),
    }
}

/// A signature by the `pov` session key of verifier `number`.
pub fn sign(number: u8, payload: &[u8]) -> Signature64 {
    Signature64(pov_pair(number).sign(payload).0)
}

/// State of a chain whose genesis names `verifiers`, in this order.
pub fn genesis(verifiers: &[u8], minimum_set: u32) -> sp_io::TestExternalities {
    let keys = verifiers
        .iter()
        .map(|number| {
            let keys = session_keys(*number);
            (verifier(*number), verifier(*number), keys)
        })
        .collect();
    let owners = (1..=20).map(verifier).chain([TreasuryAccount::get()]);
    RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: owners.map(|owner| (owner, ENDOWMENT)).collect(),
            ..Default::default()
        },
        session: SessionConfig {
            keys,
            ..Default::default()
        },
        authorities: AuthoritiesConfig {
            minimum_set,
            ..Default::default()
        },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis builds")
    .into()
}

/// Runs a test on four verifiers, of which there have to be one, at block 1, round 0, and checks the invariants.
pub fn run(test: impl FnOnce()) {
    run_with(&[1, 2, 3, 4], test);
}

/// Runs a test on these verifiers, of which there have to be one, at block 1, round 0, and checks the invariants.
pub fn run_with(verifiers: &[u8], test: impl FnOnce()) {
    run_at_least(verifiers, 1, test);
}

/// Runs a test on these verifiers, of which there have to be `minimum`, at block 1, round 0, and checks the invariants.
pub fn run_at_least(verifiers: &[u8], minimum: u32, test: impl FnOnce()) {
    Now::set(0);
    Slot::set(0);
    Emission::set(1_200 * CFX);
    SetsAnnounced::set(0);
    LongestReport::set(REPORT_SESSIONS);
    Local::set(None);
    genesis(verifiers, minimum).execute_with(|| {
        System::set_block_number(1);
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

/// Key and type of a verifier's `pov` key, as equivocation proofs name it.
pub fn pov_key(number: u8) -> (KeyTypeId, Vec<u8>) {
    (KeyTypeId(*b"povv"), pov_pair(number).public().encode())
}

/// Offers a call to the pool and, when it is let in, makes it as a block would.
pub fn submit(call: crate::Call<Test>) -> Result<(), TransactionValidityError> {
    let call = RuntimeCall::from(call);
    let authorized = call.authorize(TransactionSource::External);
    authorized.expect("the call authorizes itself")?;
    let made = call.dispatch(frame_system::RawOrigin::Authorized.into());
    made.expect("what is let in can be made");
    Ok(())
}
