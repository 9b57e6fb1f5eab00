//! What the runtime charges, pallet by pallet. Everything was measured: `docs/weights.md` says how, and how to do it again.
//!
//! Our own pallets bring their weights; those of the SDK's pallets are measured for this runtime, in files of this folder.

use ::frame_system::ExtensionsWeightInfo as _;
use frame_support::weights::Weight;
use pallet_transaction_payment::WeightInfo as _;

mod balances;
mod block;
mod collective;
mod database;
mod equivocation;
mod extrinsic;
mod grandpa;
mod multisig;
mod proxy;
mod scheduler;
mod session;
mod system;
mod system_extensions;
mod timestamp;
mod transaction_payment;
mod utility;
mod vesting;

pub(crate) use block::BlockExecutionWeight;
pub(crate) use database::Database;
pub(crate) use equivocation::Grandpa;

pub(crate) type Balances = balances::Measured<Database>;
pub(crate) type Collective = collective::Measured<Database>;
pub(crate) type Multisig = multisig::Measured<Database>;
pub(crate) type Proxy = proxy::Measured<Database>;
pub(crate) type Scheduler = scheduler::Measured<Database>;
pub(crate) type Session = session::Measured<Database>;
pub(crate) type System = system::Measured<Database>;
pub(crate) type SystemExtensions = system_extensions::Measured<Database>;
pub(crate) type Timestamp = timestamp::Measured<Database>;
/// Without the database: the only account that it touches and that others don't is the payer's, which `CheckNonce` has read
/// and changed just before, and is charged for.
pub(crate) type TransactionPayment = transaction_payment::Measured<()>;
pub(crate) type Utility = utility::Measured<Database>;
pub(crate) type Vesting = vesting::Measured<Database>;

pub(crate) type Ads = pallet_ads::weights::MeasuredWeight<Database>;
pub(crate) type Authorities = pallet_authorities::weights::MeasuredWeight<Database>;
pub(crate) type Funds = pallet_funds::weights::MeasuredWeight<Database>;
pub(crate) type Motions = pallet_motions::weights::MeasuredWeight<Database>;
pub(crate) type Pov = pallet_pov::weights::MeasuredWeight<Database>;
pub(crate) type Rewards = pallet_rewards::weights::MeasuredWeight<Database>;
pub(crate) type StorageProviders = pallet_storage_providers::weights::MeasuredWeight<Database>;
pub(crate) type Supervisors = pallet_supervisors::weights::MeasuredWeight<Database>;
pub(crate) type Videos = pallet_videos::weights::MeasuredWeight<Database>;

/// What a transaction weighs besides its call and its extensions: decoding, checking the signature, noting how it ended.
///
/// An empty transaction is measured with all of its extensions. Each of them is charged by its own weight too, which is taken
/// off here, so that a transaction weighs what an empty one does, and its call. An inherent, which has no extensions, weighs what is
/// left.
pub(crate) fn base_extrinsic() -> Weight {
    // Their time alone: an empty transaction is measured without the database.
    type System = system_extensions::Measured<()>;
    type Payment = transaction_payment::Measured<()>;
    [
        System::check_non_zero_sender(),
        System::check_spec_version(),
        System::check_tx_version(),
        System::check_genesis(),
        System::check_mortality_immortal_transaction(),
        System::check_nonce(),
        System::check_weight(),
        Payment::charge_transaction_payment(),
        System::weight_reclaim(),
    ]
    .into_iter()
    .fold(extrinsic::ExtrinsicBaseWeight::get(), |left, extension| {
        left.saturating_sub(extension)
    })
}
