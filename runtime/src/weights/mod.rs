//! Which weights the runtime charges, pallet by pallet.
//!
//! Measured by the SDK on its reference machine, with the database costs of ParityDB. A file of
//! this folder that was measured for this chain replaces a line here.

use crate::Runtime;

pub(crate) use frame_support::weights::constants::ParityDbWeight as Database;

pub(crate) type System = frame_system::weights::SubstrateWeight<Runtime>;
pub(crate) type SystemExtensions = frame_system::SubstrateExtensionsWeight<Runtime>;
pub(crate) type Timestamp = pallet_timestamp::weights::SubstrateWeight<Runtime>;
pub(crate) type Session = pallet_session::weights::SubstrateWeight<Runtime>;
// The measured weights of GRANDPA implement another trait than its configuration asks for.
pub(crate) type Grandpa = ();
pub(crate) type Balances = pallet_balances::weights::SubstrateWeight<Runtime>;
pub(crate) type TransactionPayment = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
pub(crate) type Utility = pallet_utility::weights::SubstrateWeight<Runtime>;
pub(crate) type Multisig = pallet_multisig::weights::SubstrateWeight<Runtime>;
pub(crate) type Proxy = pallet_proxy::weights::SubstrateWeight<Runtime>;
pub(crate) type Collective = pallet_collective::weights::SubstrateWeight<Runtime>;
pub(crate) type Scheduler = pallet_scheduler::weights::SubstrateWeight<Runtime>;
pub(crate) type Vesting = pallet_vesting::weights::SubstrateWeight<Runtime>;
pub(crate) type Motions = pallet_motions::weights::EstimatedWeight<Runtime>;
pub(crate) type Funds = pallet_funds::weights::EstimatedWeight<Runtime>;
pub(crate) type Authorities = pallet_authorities::weights::EstimatedWeight<Runtime>;
pub(crate) type Supervisors = pallet_supervisors::weights::EstimatedWeight<Runtime>;
pub(crate) type Videos = pallet_videos::weights::EstimatedWeight<Runtime>;
pub(crate) type StorageProviders = pallet_storage_providers::weights::EstimatedWeight<Runtime>;
pub(crate) type Pov = pallet_pov::weights::EstimatedWeight<Runtime>;
pub(crate) type Ads = pallet_ads::weights::EstimatedWeight<Runtime>;
pub(crate) type Rewards = pallet_rewards::weights::EstimatedWeight<Runtime>;
