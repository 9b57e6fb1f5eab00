//! A runtime of session, historical and the pallet, with real `pov` session keys and a real off-chain worker's tools.
//! The current round is set by each test.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_authorities, Pallet, weights::EstimatedWeight};
use chainflix_primitives::{
    AccountId as RawAccount, Round, Signature64,
    registry::{CurrentRound, VerifierKeys},
};
use codec::Encode;
use frame_support::{
    derive_impl, parameter_types,
    traits::{Authorize, ConstU32, ConstU64, OneSessionHandler},
};
use sp_core::{
    Pair,
    crypto::{AccountId32, KeyTypeId},
    sr25519,
};
use sp_runtime::{
    BoundToRuntimeAppPublic, BuildStorage, RuntimeAppPublic, impl_opaque_keys,
    traits::{BlakeTwo256, Convert, ConvertInto, Dispatchable, IdentityLookup, OpaqueKeys},
    transaction_validity::{TransactionSource, TransactionValidityError},
};

pub type AccountId = AccountId32;
pub type TxExtension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = sp_runtime::testing::TestXt<RuntimeCall, TxExtension>;
type Block = sp_runtime::generic::Block<sp_runtime::generic::Header<u64, BlakeTwo256>, Extrinsic>;
type Sessions = pallet_session::PeriodicSessions<ConstU64<5>, ConstU64<0>>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Session: pallet_session,
        Historical: pallet_session::historical,
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
        pub pov: PovKeys,
    }
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
    type ExistentialDeposit = frame_support::traits::ConstU128<1>;
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
    type DisablingStrategy = ();
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

parameter_types! {
    /// The current round.
    pub static Now: Round = 0;
    /// The verifier whose key this node holds.
    pub static Local: Option<u8> = None;
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

impl crate::Config for Test {
    type Rounds = TestRounds;
    type VerifierKeys = SessionVerifierKeys;
    type MaxSet = ConstU32<5>;
    type Priority = ConstU64<{ 1 << 20 }>;
    type Longevity = ConstU64<16>;
    type WeightInfo = EstimatedWeight<Test>;
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

/// A signature by the `pov` session key of verifier `number`.
pub fn sign(number: u8, payload: &[u8]) -> Signature64 {
    Signature64(pov_pair(number).sign(payload).0)
}

/// State of a chain whose genesis names `verifiers`, in this order.
pub fn genesis(verifiers: &[u8], minimum_set: u32) -> sp_io::TestExternalities {
    let keys = verifiers
        .iter()
        .map(|number| {
            let keys = TestKeys {
                pov: pov_pair(*number).public().into(),
            };
            (verifier(*number), verifier(*number), keys)
        })
        .collect();
    RuntimeGenesisConfig {
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

/// Runs a test on four verifiers at block 1, round 0, and checks the invariants.
pub fn run(test: impl FnOnce()) {
    run_with(&[1, 2, 3, 4], test);
}

/// Runs a test on these verifiers at block 1, round 0, and checks the invariants.
pub fn run_with(verifiers: &[u8], test: impl FnOnce()) {
    Now::set(0);
    Local::set(None);
    genesis(verifiers, 1).execute_with(|| {
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
