//! A runtime of the pallet and balances, with real `pov` keys; the current round and the verifiers are set by each test.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_storage_providers, Pallet, weights::MeasuredWeight};
use chainflix_primitives::{
    AccountId as RawAccount, Round, Signature64,
    heartbeat::Heartbeat,
    registry::{CurrentRound, ProviderClass, VerifierKeys, VerifierSet},
};
use frame_support::{
    derive_impl, parameter_types,
    traits::{Authorize, ConstU64, ConstU128},
};
use sp_core::{Pair, crypto::AccountId32, sr25519};
use sp_runtime::{
    BuildStorage, DispatchResult,
    traits::{BlakeTwo256, Dispatchable, IdentityLookup},
    transaction_validity::{TransactionSource, TransactionValidityError},
};

pub type AccountId = AccountId32;
pub type TxExtension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = sp_runtime::testing::TestXt<RuntimeCall, TxExtension>;
type Block = sp_runtime::generic::Block<sp_runtime::generic::Header<u64, BlakeTwo256>, Extrinsic>;

/// One CFX in units.
pub const CFX: u128 = chainflix_primitives::emission::CFX;
/// How long records are kept in these tests, in rounds.
pub const RECORD_ROUNDS: u32 = 100;
/// Key of the controller of genesis.
pub const GENESIS_CONTROLLER: [u8; 32] = [0xc0; 32];

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        StorageProviders: pallet_storage_providers,
    }
);

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

parameter_types! {
    /// The current round.
    pub static Now: Round = 1_000;
    /// Numbers of the verifiers in force, ascending.
    pub static Set: Vec<u8> = vec![101, 102, 103, 104];
    /// The verifier whose key this node holds.
    pub static Local: Option<u8> = None;
    pub const RecordRounds: u32 = RECORD_ROUNDS;
}

pub struct TestRounds;
impl CurrentRound for TestRounds {
    fn current_round() -> Round {
        Now::get()
    }
}

/// The verifiers of [`Set`].
pub struct TestVerifiers;
impl VerifierSet for TestVerifiers {
    fn verifiers() -> Vec<RawAccount> {
        Set::get()
            .into_iter()
            .map(|number| RawAccount([number; 32]))
            .collect()
    }
}

/// Each verifier's key has its number as seed.
pub struct TestKeys;
impl VerifierKeys for TestKeys {
    fn is_signed_by(verifier: &RawAccount, payload: &[u8], signature: &Signature64) -> bool {
        let key = sr25519::Pair::from_seed(&verifier.0).public();
        sr25519::Pair::verify(&sr25519::Signature::from_raw(signature.0), payload, &key)
    }
    fn sign(verifier: &RawAccount, payload: &[u8]) -> Option<Signature64> {
        (Self::local_verifier()? == *verifier).then(|| sign(verifier.0[0], payload))
    }
    fn local_verifier() -> Option<RawAccount> {
        Local::get().map(|number| RawAccount([number; 32]))
    }
}

/// A signature by the `pov` session key of verifier `number`.
pub fn sign(number: u8, payload: &[u8]) -> Signature64 {
    Signature64(sr25519::Pair::from_seed(&[number; 32]).sign(payload).0)
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

impl crate::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type ControllerOrigin = frame_system::EnsureRoot<AccountId>;
    type Rounds = TestRounds;
    type Verifiers = TestVerifiers;
    type VerifierKeys = TestKeys;
    type Priority = ConstU64<{ 1 << 20 }>;
    type Longevity = ConstU64<16>;
    type RecordRounds = RecordRounds;
    type DepositPerEntry = ConstU128<{ CFX / 10 }>;
    type DepositPerByte = ConstU128<{ CFX / 1_000 }>;
    type WeightInfo = MeasuredWeight<()>;
    type BenchmarkHelper = Benchmarks;
}

/// What benchmarks arrange in these tests.
pub struct Benchmarks;
impl crate::BenchmarkHelper for Benchmarks {
    fn begin_round(round: Round) {
        Now::set(round);
    }
    fn verifiers(count: u32) -> Vec<RawAccount> {
        let count = u8::try_from(count).expect("there are fewer");
        Set::set((1..=count).collect());
        TestVerifiers::verifiers()
    }
    fn sign(verifier: &RawAccount, payload: &[u8]) -> Signature64 {
        sign(verifier.0[0], payload)
    }
}

pub fn owner() -> AccountId {
    AccountId::new([1; 32])
}

pub fn other_owner() -> AccountId {
    AccountId::new([2; 32])
}

/// Registers a node at home in Seoul with 1 GB.
pub fn register(by: AccountId, peer_key: [u8; 32]) -> DispatchResult {
    StorageProviders::register(
        RuntimeOrigin::signed(by),
        peer_key,
        [0xee; 32],
        ProviderClass::Home,
        *b"KR",
        1_000_000_000,
    )
}

/// The heartbeat of verifier `number`, signed by its key.
pub fn heartbeat_call(number: u8, heartbeat: Heartbeat) -> crate::Call<Test> {
    let verifier = AccountId::new([number; 32]);
    let payload = Pallet::<Test>::heartbeat_payload(&verifier, &heartbeat);
    crate::Call::attest {
        verifier,
        heartbeat,
        signature: sign(number, &payload),
    }
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

/// Runs a test at block 1, round 1,000, with two accounts of 1,000 CFX, and checks the invariants.
pub fn run(test: impl FnOnce()) {
    new_state().execute_with(|| {
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

/// State at block 1, round 1,000, with two accounts of 1,000 CFX and four verifiers.
pub fn new_state() -> sp_io::TestExternalities {
    Now::set(1_000);
    Set::set(vec![101, 102, 103, 104]);
    Local::set(None);
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("an empty genesis builds");
    pallet_balances::GenesisConfig::<Test> {
        balances: [owner(), other_owner()]
            .map(|account| (account, 1_000 * CFX))
            .to_vec(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances build");
    pallet_storage_providers::GenesisConfig::<Test> {
        controllers: vec![(GENESIS_CONTROLLER, "http://127.0.0.1:9900".into())],
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("controllers build");
    let mut state = sp_io::TestExternalities::from(storage);
    state.execute_with(|| System::set_block_number(1));
    state
}
