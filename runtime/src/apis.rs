//! What the node, wallets and tools ask of the runtime. One list, as the SDK wants it; what is more than a pallet's answer is
//! done in the files of this folder.

mod finality;
mod verification;

use crate::{
    AccountId, Ads, Aura, Authorities, Balance, Block, Executive, Grandpa, InherentDataExt, Nonce,
    Pov, Rewards, Runtime, RuntimeCall, RuntimeGenesisConfig, SessionKeys, StorageProviders,
    Supervisors, System, TransactionPayment, VERSION, Videos, presets,
};
use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId as PovAccount, Cycle, Hash32, Magnet, Round,
    campaign::{CampaignState, CampaignTerms},
    duty::SetSecretRecord,
    registry::{
        CountedEnhancement, EligibleProducers, PovParameters, ProviderRecord, SettledRound,
        Standing, VerifierAnnouncement, VerifierKeys, VideoState, VideoTerms,
    },
    report::{EarningsTriple, Header as ViewHeader, TicketsRoot},
    rounds::{CycleRule, RoundClock},
};
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    view_functions::{ViewFunctionDispatchError, ViewFunctionId},
    weights::Weight,
};
use pallet_authorities::KeyEpoch;
use pallet_transaction_payment_rpc_runtime_api::{
    self as payment_api, FeeDetails, RuntimeDispatchInfo,
};
use sp_api::impl_runtime_apis;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{OpaqueMetadata, crypto::KeyTypeId};
use sp_genesis_builder::PresetId;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
    traits::Block as BlockT,
    transaction_validity::{TransactionSource, TransactionValidity},
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block)
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(
            block: <Block as BlockT>::LazyBlock,
            data: InherentData,
        ) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            transaction: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, transaction, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> sp_consensus_aura::SlotDuration {
            sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
        }

        fn authorities() -> Vec<AuraId> {
            pallet_aura::Authorities::<Runtime>::get().into_inner()
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> sp_consensus_grandpa::SetId {
            pallet_grandpa::CurrentSetId::<Runtime>::get()
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation_proof: finality::Equivocation,
            key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            finality::report_equivocation(equivocation_proof, &key_owner_proof)
        }

        fn generate_key_ownership_proof(
            _set_id: sp_consensus_grandpa::SetId,
            authority_id: GrandpaId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            finality::key_ownership_proof(authority_id)
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(
            owner: Vec<u8>,
            seed: Option<Vec<u8>>,
        ) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl payment_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(
            transaction: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(transaction, len)
        }

        fn query_fee_details(
            transaction: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> FeeDetails<Balance> {
            TransactionPayment::query_fee_details(transaction, len)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl payment_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall> for Runtime {
        fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, len)
        }

        fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, len)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_authorities::runtime_api::AuthoritiesApi<Block> for Runtime {
        fn report_aura_equivocation(
            offender: AuraId,
            first_header: <Block as BlockT>::Header,
            second_header: <Block as BlockT>::Header,
        ) -> bool {
            Authorities::submit_aura_equivocation(offender, first_header, second_header)
        }

        fn latest_key_epoch() -> KeyEpoch {
            Authorities::latest_key_epoch()
        }

        fn key_epoch_of_new_videos() -> Option<u32> {
            Authorities::key_epoch_of_new_videos()
        }
    }

    impl pallet_pov::runtime_api::VerifierApi<Block> for Runtime {
        fn clock() -> Option<RoundClock> {
            Pov::clock()
        }

        fn standing() -> Standing {
            Pov::standing()
        }

        fn carried_from(round: Round) -> Round {
            Pov::carried_from(round)
        }

        fn blocks_of(round: Round) -> Vec<Round> {
            Pov::blocks_of(round)
        }

        fn parameters(round: Round) -> PovParameters {
            Pov::parameters(round)
        }

        fn cycle_rule(round: Round) -> CycleRule {
            Pov::cycle_rule(round)
        }

        fn cycle_seed(cycle: Cycle) -> Option<Hash32> {
            Pov::cycle_seed(cycle)
        }

        fn verifier_set(round: Round) -> Vec<PovAccount> {
            Pov::verifier_set(round)
        }

        fn announcements() -> Vec<(PovAccount, VerifierAnnouncement)> {
            verification::announcements()
        }

        fn set_secret(epoch: u32) -> Option<SetSecretRecord> {
            Authorities::set_secret_record(epoch)
        }

        fn key_epoch() -> u32 {
            Authorities::latest_key_epoch().epoch
        }

        fn set_secret_maker(epoch: u32) -> Option<PovAccount> {
            verification::set_secret_maker(epoch)
        }

        fn set_secret_holders(epoch: u32) -> Vec<PovAccount> {
            verification::set_secret_holders(epoch)
        }

        fn headers(round: Round) -> Vec<(PovAccount, ViewHeader)> {
            Pov::headers(round)
        }

        fn tickets_root(verifier: PovAccount, round: Round) -> Option<TicketsRoot> {
            Pov::tickets_root(verifier, round)
        }

        fn commitment(verifier: PovAccount) -> Option<(Round, Hash32)> {
            Pov::commitment(verifier)
        }

        fn draw(round: Round) -> Option<Hash32> {
            Pov::draw(round)
        }

        fn settled(round: Round) -> Option<SettledRound> {
            Rewards::settled(round)
        }

        fn settled_after(after: Option<Round>, limit: u32) -> Vec<SettledRound> {
            Rewards::settled_after(after, limit)
        }

        fn earnings_interval() -> u32 {
            Pov::earnings_interval()
        }

        fn claim_delay() -> u32 {
            verification::claim_delay()
        }

        fn adopted_earnings() -> Option<EarningsTriple> {
            verification::adopted_earnings()
        }

        fn video(video: Magnet) -> Option<VideoTerms> {
            Videos::video(video)
        }

        fn video_state(video: Magnet, round: Round) -> Option<VideoState> {
            Videos::video_state(video, round)
        }

        fn enhancements(video: Magnet, round: Round) -> Vec<CountedEnhancement> {
            Videos::enhancements_counted_in(&video, round)
        }

        fn provider(index: u32) -> Option<ProviderRecord> {
            StorageProviders::provider(index)
        }

        fn campaign(campaign: u32) -> Option<CampaignTerms> {
            Ads::terms(campaign)
        }

        fn campaign_state(campaign: u32, round: Round) -> Option<CampaignState> {
            Ads::campaign_state(campaign, round)
        }

        fn heartbeat_page(period: u32) -> u32 {
            StorageProviders::heartbeat_page(period)
        }

        fn fault_proven(issuer: PovAccount, round: Round) -> bool {
            Pov::fault(issuer, round).is_some()
        }

        fn is_controller(key: [u8; 32]) -> bool {
            StorageProviders::is_controller(key)
        }

        fn is_eligible_producer(account: PovAccount) -> bool {
            Supervisors::approving_supervisor(&account).is_some()
        }

        fn local_verifier() -> Option<PovAccount> {
            Pov::local_verifier()
        }

        fn submit_due() -> u32 {
            verification::submit_due()
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            crate::benchmarks::list(extra)
        }

        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            crate::benchmarks::run(config)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, presets::get_preset)
        }

        fn preset_names() -> Vec<PresetId> {
            presets::preset_names()
        }
    }
}
